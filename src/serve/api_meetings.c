/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meetings that decide cases. */
#include "serve/programme.h"

#include "report/minutes.h"
#include "scheme/meeting.h"
#include "serve/page.h"

static assay_status meetings(ask *a, assay_err *err)
{
    return meeting_list(a->desk, request_query(a->r, "cursor"), ask_limit(a), &a->who, &a->out,
                        err);
}

static assay_status show(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status : meeting_show(a->desk, &id, &a->who, &a->out, err);
}

static assay_status make(ask *a, assay_err *err)
{
    return meeting_open(a->desk, a->tx, buf_text(&a->said), &a->who, &a->out, err);
}

static assay_status step(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status
                  : meeting_step(a->desk, a->tx, &id, request_part(a->r, 1), buf_text(&a->said),
                                 &a->who, &a->out, err);
}

static assay_status minutes(ask *a, assay_err *err)
{
    object_id id;
    buf pdf = BUF_INIT;
    assay_status status = ask_id(a, 0, &id, err);
    if (!status)
        status = minutes_of(a->desk, &id, &a->who, page_language_name(a->r), &pdf, err);
    if (!status) {
        reply_header(a->r, "Content-Disposition", "inline; filename=\"minutes.pdf\"");
        reply_bytes(a->r, 200, "application/pdf", &pdf);
    }
    buf_done(&pdf);
    return status;
}

void api_meeting_minutes(request *r)
{
    programme_read(r, minutes);
}

void api_meetings(request *r)
{
    programme_read(r, meetings);
}

void api_meeting(request *r)
{
    programme_read(r, show);
}

void api_meeting_open(request *r)
{
    programme_write(r, 201, make);
}

void api_meeting_step(request *r)
{
    programme_write(r, 200, step);
}
