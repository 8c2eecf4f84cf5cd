/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seven tools as answers: rows or a picture; and a case as a document with all of them in it. */
#include "serve/programme.h"

#include "base/i18n.h"
#include "report/evidence.h"
#include "report/story.h"
#include "serve/drawing.h"
#include "serve/page.h"

#include <string.h>

/* False after refusing. */
static bool takes_picture(request *r, bool *is_wanted)
{
    const char *text = request_query(r, "picture");
    *is_wanted = text;
    if (!text || strcmp(text, "svg") == 0)
        return true;
    reply_bad_query(r, "picture", text, "svg");
    return false;
}

static assay_status answer(request *r, const drawing *d, assay_err *err)
{
    bool is_picture;
    buf out = BUF_INIT;
    if (!takes_picture(r, &is_picture))
        return ASSAY_OK;
    if (is_picture && !drawing_has_picture(d))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "this tool is a table, not a picture");
    if (is_picture)
        drawing_svg(d, &out);
    else
        drawing_table(d, &out);
    reply_bytes(r, 200, is_picture ? "image/svg+xml" : "application/json", &out);
    return ASSAY_OK;
}

/* -- of a case -------------------------------------------------------------------------------------- */

typedef struct {
    const scheme *s;
    buf view;
} seen_case;

static assay_status see(ask *a, seen_case *c, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status : ask_case(a, &id, &c->view, &c->s, err);
}

static assay_status draw(ask *a, assay_err *err)
{
    seen_case c = {.view = BUF_INIT};
    drawing *d = NULL;
    assay_status status = see(a, &c, err);
    if (!status)
        status = drawing_make(a->r, c.s, buf_text(&c.view), request_part(a->r, 1), request_part(a->r, 2),
                              &d, err);
    if (!status)
        status = answer(a->r, d, err);
    drawing_free(d);
    buf_done(&c.view);
    return status;
}

void api_case_drawing(request *r)
{
    i18n_borrow(page_language_name(r));
    programme_read(r, draw);
    i18n_return();
}

/* -- of a link ------------------------------------------------------------------------------------- */

void api_drawing(request *r)
{
    assay_err err;
    drawing *d = NULL;
    const char *link = request_query(r, "link");
    if (!link || *link != '/') {
        reply_bad_query(r, "link", link ? link : "", "the address of a screen, such as /scatter/3,4");
        return;
    }
    i18n_borrow(page_language_name(r));
    assay_status status = drawing_of_link(r, request_part(r, 0), link, &d, &err);
    if (!status)
        status = answer(r, d, &err);
    if (status)
        reply_error(r, &err);
    drawing_free(d);
    i18n_return();
}

/* -- as a document ---------------------------------------------------------------------------------- */

enum { SEALED_MOST = 64 };

typedef struct {
    ask *a;
    const seen_case *c;
    uint64_t sealed[SEALED_MOST]; /* records of evidence, in their order */
    size_t count;
    drawing *now; /* the one that is put on paper; NULL: */
    evidence_check check; /* this one's, as of its commit */
} telling;

static void forget_drawn(telling *t)
{
    drawing_free(t->now);
    evidence_check_done(&t->check);
    t->now = NULL;
    t->check = (evidence_check){0};
}

static bool add_sealed(const evidence_record *r, void *context)
{
    telling *t = context;
    t->sealed[t->count++] = r->sequence;
    return t->count < SEALED_MOST;
}

static bool begin_sealed(void *context, size_t at, story_drawing *out)
{
    telling *t = context;
    forget_drawn(t);
    if (at >= t->count || evidence_verify(t->a->r->server->database, t->sealed[at], report_evidence_svg,
                                          &t->check, NULL) != ASSAY_OK ||
        t->check.is_erased || !t->check.is_same)
        return false;
    out->has_picture = true;
    out->width = report_evidence_width(&t->check.then);
    out->height = report_evidence_height(&t->check.then);
    return true;
}

/* What cannot be drawn is left out: the text of the field stands in its place. */
static bool begin_drawing(void *context, const char *form, const char *field, story_drawing *out)
{
    telling *t = context;
    assay_err why;
    forget_drawn(t);
    if (drawing_make(t->a->r, t->c->s, buf_text(&t->c->view), form, field, &t->now, &why) != ASSAY_OK)
        return false;
    out->has_picture = drawing_has_picture(t->now);
    out->width = drawing_width(t->now);
    out->height = drawing_height(t->now);
    drawing_table(t->now, &out->table);
    return true;
}

static void put_drawing(void *context, canvas *c)
{
    const telling *t = context;
    if (t->now)
        drawing_on(t->now, c);
    else
        report_evidence_on(&t->check.then, c);
}

static assay_status tell(ask *a, assay_err *err)
{
    seen_case c = {.view = BUF_INIT};
    telling t = {.a = a, .c = &c};
    buf pdf = BUF_INIT;
    object_id id;
    assay_status status = see(a, &c, err);
    if (!status)
        status = ask_id(a, 0, &id, err);
    if (!status)
        status = evidence_list(a->s, &id, STORE_NOW, add_sealed, &t, err);
    if (!status)
        status = story_pdf(buf_text(&c.view), c.s, page_language_name(a->r),
                           &(story_pictures){begin_drawing, begin_sealed, put_drawing, &t}, &pdf, err);
    if (!status) {
        reply_header(a->r, "Content-Disposition", "inline; filename=\"case.pdf\"");
        reply_bytes(a->r, 200, "application/pdf", &pdf);
    }
    forget_drawn(&t);
    buf_done(&c.view);
    buf_done(&pdf);
    return status;
}

void api_case_story(request *r)
{
    i18n_borrow(page_language_name(r));
    programme_read(r, tell);
    i18n_return();
}
