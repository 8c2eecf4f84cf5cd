/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of people without an account. The receipt goes in the body: addresses end up in logs. */
#include "serve/programme.h"

#include "scheme/case_public.h"
#include "serve/drawing.h"

static assay_status open_one(ask *a, assay_err *err)
{
    return case_open_public(a->desk, a->tx, buf_text(&a->said), &a->who, &a->out, err);
}

static assay_status find(ask *a, object_id *out, assay_err *err)
{
    const char *receipt = body_text(a->r, "receipt", true);
    return body_is_fine(a->r) ? case_of_receipt(a->desk, receipt, &a->who, out, err)
                              : ASSAY_FORMAT; /* answered */
}

static assay_status look(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = find(a, &id, err);
    return status ? status : case_view(a->desk, &id, &a->who, &a->out, err);
}

static assay_status act(ask *a, assay_err *err)
{
    object_id id;
    buf said = BUF_INIT, seen = BUF_INIT;
    const scheme *rules = NULL;
    assay_status status = find(a, &id, err);
    if (!body_dump(a->r, "said", &said))
        buf_add_text(&said, "{}");
    if (!status)
        status = ask_case(a, &id, &seen, &rules, err);
    if (!status)
        status = drawing_may_hand_in(a->r, a->s, rules, buf_text(&said), err);
    if (!status)
        status = case_act(a->desk, a->tx, &id, request_part(a->r, 0), buf_text(&said), &a->who,
                          &a->out, err);
    buf_done(&said);
    buf_done(&seen);
    return status;
}

enum { LOOKS_A_MINUTE = 30, OPENED_A_MINUTE = 6, ACTS_A_MINUTE = 12 };

void api_case_open_public(request *r)
{
    programme_write_public(r, 201, OPENED_A_MINUTE, open_one);
}

void api_case_receipt(request *r)
{
    if (body_read(r, "receipt"))
        programme_read_public(r, LOOKS_A_MINUTE, look);
}

void api_case_receipt_act(request *r)
{
    programme_write_public(r, 200, ACTS_A_MINUTE, act);
}
