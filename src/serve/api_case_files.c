/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of cases: in parts into the database, each part a transaction of its own so that
 * measurements do not wait for a large file; and out of it part by part, never as a whole in
 * memory.
 *
 * What goes out is nobody's to run: attachments but for pictures that browsers only draw, typed by
 * content, in a sandbox. */
#include "serve/programme.h"

#include "scheme/case_file.h"
#include "serve/staged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- coming in
 * ------------------------------------------------------------------------------------- */

typedef struct {
    object_id id;
    case_file_in file;
    const char *form, *field, *name;
    const char *part;
    size_t length;
    bool is_begun;
} bringing;

static assay_status begin(ask *a, assay_err *err)
{
    bringing *b = a->more;
    buf seen = BUF_INIT;
    assay_status status = ask_id(a, 0, &b->id, err);
    if (!status) /* who may know nothing of a case learns nothing of it from a refusal either */
        status = case_view(a->desk, &b->id, &a->who, &seen, err);
    buf_done(&seen);
    if (!status)
        status = case_file_begin(a->desk, a->tx, &b->id, &a->who, b->form, b->field, &b->file, err);
    b->is_begun = !status;
    return status;
}

static assay_status add(ask *a, assay_err *err)
{
    bringing *b = a->more;
    return case_file_add(a->desk, a->tx, &b->file, b->part, b->length, err);
}

static assay_status end(ask *a, assay_err *err)
{
    bringing *b = a->more;
    return case_file_end(a->desk, a->tx, &b->file, b->name, &a->who, &a->out, err);
}

static assay_status drop(ask *a, assay_err *err)
{
    bringing *b = a->more;
    return store_file_drop(a->tx, &b->file.id, err);
}

static assay_status step(ask *a, ask_work *work, assay_err *err)
{
    a->work = work;
    return programme_step(a, err);
}

static assay_status bring(ask *a, FILE *from, char *room, assay_err *err)
{
    bringing *b = a->more;
    assay_status status = step(a, begin, err);
    b->part = room;
    while (!status && (b->length = fread(room, 1, CASE_FILE_PART, from)) > 0)
        status = step(a, add, err);
    if (!status && ferror(from))
        status = assay_fail(err, ASSAY_IO, 0, "the file that came cannot be read");
    if (!status)
        status = step(a, end, err);
    if (status && b->is_begun && step(a, drop, NULL) != ASSAY_OK)
        a->work = NULL; /* it is loose and will be swept away */
    if (b->is_begun)
        case_file_done(&b->file);
    return status;
}

void api_case_file_make(request *r)
{
    bringing b = {.form = request_query(r, "form"),
                  .field = request_query(r, "field"),
                  .name = request_query(r, "name")};
    ask a = {.r = r, .more = &b};
    assay_err err = {.code = ASSAY_OK};
    if (!programme_may_act(r))
        return;
    if (!b.field || !*b.field) {
        reply_bad_query(r, "field", "", "the field of the form that the file is for");
        return;
    }
    FILE *from = fopen(staged_brought(r), "rb");
    char *room = malloc(CASE_FILE_PART);
    assay_status status = from && room
                              ? bring(&a, from, room, &err)
                              : assay_fail(&err, ASSAY_IO, 0, "the file that came cannot be read");
    if (from)
        fclose(from);
    free(room);
    if (status != ASSAY_OK)
        reply_error(r, &err);
    else
        reply_bytes(r, 201, "application/json", &a.out);
    buf_done(&a.out);
}

/* -- going out
 * -------------------------------------------------------------------------------------- */

typedef struct {
    server *server;
    case_file file;
    uint32_t at; /* which part `part` holds */
    buf part;
} sending;

static ssize_t send_some(void *context, uint64_t position, char *out, size_t most)
{
    sending *s = context;
    uint32_t i = (uint32_t)(position / CASE_FILE_PART);
    size_t from = (size_t)(position % CASE_FILE_PART);
    if (i != s->at || !s->part.length) {
        store *db = reader_here(s->server, NULL);
        if (!db || case_file_read(db, &s->file, i, &s->part, NULL) != ASSAY_OK)
            return MHD_CONTENT_READER_END_WITH_ERROR; /* erased meanwhile, or damaged: it breaks off
                                                       */
        s->at = i;
    }
    if (from >= s->part.length)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = s->part.length - from < most ? s->part.length - from : most;
    memcpy(out, s->part.data + from, n);
    return (ssize_t)n;
}

static void send_done(void *context)
{
    sending *s = context;
    buf_done(&s->part);
    free(s);
}

/* attachment; filename*=UTF-8''%EC%82%AC (RFC 6266). */
static void name_it(request *r, const case_file *f)
{
    buf text = BUF_INIT;
    buf_addf(&text, "%s; filename*=UTF-8''", f->type.is_shown ? "inline" : "attachment");
    for (const unsigned char *p = (const unsigned char *)f->name; *p; p++) {
        bool is_plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
                        (*p >= 'A' && *p <= 'Z') || *p == '.' || *p == '-' || *p == '_';
        buf_addf(&text, is_plain ? "%c" : "%%%02X", *p);
    }
    reply_header(r, MHD_HTTP_HEADER_CONTENT_DISPOSITION, buf_text(&text));
    buf_done(&text);
}

static assay_status show(ask *a, assay_err *err)
{
    enum { AT_ONCE = 32 << 10 };
    object_id id, file;
    sending *s = calloc(1, sizeof *s);
    assay_status status =
        s ? ask_id(a, 0, &id, err) : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    if (!status)
        status = ask_id(a, 1, &file, err);
    if (!status)
        status = case_file_find(a->desk, &id, &file, &a->who, &s->file, err);
    if (!status) /* what is damaged is told before the answer begins */
        status = case_file_read(a->s, &s->file, 0, &s->part, err);
    if (status) {
        if (s)
            send_done(s);
        return status;
    }
    s->server = a->r->server;
    reply *answer = &a->r->reply;
    reply_header(a->r, MHD_HTTP_HEADER_CONTENT_TYPE, s->file.type.type);
    name_it(a->r, &s->file);
    answer->ready =
        MHD_create_response_from_callback(s->file.bytes, AT_ONCE, send_some, s, send_done);
    if (!answer->ready) {
        send_done(s);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    answer->status = 200;
    reply_header(a->r, "X-Content-Type-Options", "nosniff");
    reply_header(a->r, "Content-Security-Policy", "default-src 'none'; sandbox");
    reply_header(a->r, MHD_HTTP_HEADER_CACHE_CONTROL, "private, no-store");
    return ASSAY_OK;
}

void api_case_file(request *r)
{
    programme_read(r, show);
}
