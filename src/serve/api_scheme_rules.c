/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of a published scheme for those who work by them: as data for screens, as a book to read;
 * and, for everybody, which schemes publish. */
#include "serve/programme.h"

#include "scheme/case_public.h"
#include "scheme/show.h"
#include "serve/page.h"

static assay_status rules(ask *a, assay_err *err)
{
    const scheme *s;
    assay_status status = desk_scheme(a->desk, request_part(a->r, 0), &s, err);
    if (status)
        return status;
    buf text = BUF_INIT;
    scheme_show_json(s, &text);
    reply_bytes(a->r, 200, "application/json", &text);
    buf_done(&text);
    return ASSAY_OK;
}

/* The rules of what anybody may open are for everybody. */
static assay_status public_rules(ask *a, assay_err *err)
{
    const scheme *s;
    assay_status status = desk_scheme(a->desk, request_part(a->r, 0), &s, err);
    if (!status && !scheme_is_for_everybody(s))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is nothing here for you");
    return status ? status : rules(a, err);
}

static assay_status book(ask *a, assay_err *err)
{
    const scheme *s;
    assay_status status = desk_scheme(a->desk, request_part(a->r, 0), &s, err);
    if (status)
        return status;
    buf text = BUF_INIT;
    scheme_show_body(s, page_language_name(a->r), &text);
    reply_bytes(a->r, 200, "text/html; charset=utf-8", &text);
    buf_done(&text);
    return ASSAY_OK;
}

/* A text that is no total scheme has no book: what is wrong with it is told by the lint. */
void api_scheme_preview(request *r)
{
    scheme_faults faults;
    scheme *s = NULL;
    assay_err err = {.code = ASSAY_OK};
    buf text = BUF_INIT;
    if (scheme_read("scheme", buf_text(&r->body), r->body.length, &s, &faults, &err) == ASSAY_OK) {
        scheme_show_body(s, page_language_name(r), &text);
        reply_bytes(r, 200, "text/html; charset=utf-8", &text);
    } else
        reply_problem(r, 422, NULL, "this is no total scheme yet", "POST /api/v1/lint tells what is wrong");
    buf_done(&text);
    scheme_faults_done(&faults);
    scheme_free(s);
}

static assay_status publishing(ask *a, assay_err *err)
{
    return publishing_schemes(a->desk, &a->out, err);
}

void api_scheme_rules(request *r)
{
    programme_read(r, rules);
}

void api_scheme_book(request *r)
{
    programme_read(r, book);
}

void api_scheme_rules_public(request *r)
{
    programme_read_public(r, 60, public_rules);
}

void api_schemes_public(request *r)
{
    programme_read_public(r, 120, publishing);
}
