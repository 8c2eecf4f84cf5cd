/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV needs its whole (the form is guessed from it), so that it is kept in a file without a name
 * first; then the same reader as for files deals it out. */
#include "serve/upload_inner.h"

#include "read/read.h"
#include "serve/reply.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CSV_MAX = 32 << 20, BATCH = 4096 };

bool upload_csv_begin(upload *s)
{
    s->spool = memfd_create("assay-csv", MFD_CLOEXEC);
    if (s->spool >= 0)
        return true;
    s->spool = 0;
    reply_problem(s->request, 503, NULL, "no memory for a CSV body", NULL);
    return false;
}

size_t upload_csv_take(upload *s, const char *bytes, size_t length)
{
    if (s->bytes > CSV_MAX)
        reply_problemf(s->request, 413, NULL, "a CSV body has at most %d bytes", CSV_MAX);
    else if (write(s->spool, bytes, length) != (ssize_t)length)
        reply_problem(s->request, 503, NULL, "no memory for a CSV body", NULL);
    return length;
}

/* The reader names its file; here that is the body. */
static void tell_of_body(upload *s, const char *path, const assay_err *err)
{
    size_t n = strlen(path);
    bool is_named = strncmp(err->message, path, n) == 0;
    reply_problemf(s->request, 422, NULL, "%s%s", is_named ? "the body" : "",
                   err->message + (is_named ? n : 0));
}

static bool open_reader(upload *s)
{
    assay_err err;
    char path[32];
    const read_options options = {.format = FORMAT_CSV, .threads = 1,
                                  .dialect = request_query(s->request, "dialect"),
                                  .zone = request_query(s->request, "zone")};
    snprintf(path, sizeof path, "/proc/self/fd/%d", s->spool);
    if (reader_open(path, &options, &s->reader, &err) == ASSAY_OK &&
        batch_new(BATCH, reader_contexts(s->reader), &s->batch, &err) == ASSAY_OK)
        return true;
    tell_of_body(s, path, &err);
    return false;
}

/* False: no parcel is free now. */
static bool deal(upload *s)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(s->reader, &n);
    request *r = s->request;
    for (; s->batch_at < s->batch->n; s->batch_at++) {
        parcel *p = upload_parcel(s);
        if (!p)
            return false;
        const characteristic *c = list[s->batch->characteristic[s->batch_at]];
        bool is_mine = identity_may(&r->who, SCOPE_MEASURE, c->path);
        int32_t place = is_mine ? catalog_place(r->server->catalog, c) : CATALOG_NONE;
        if (place != CATALOG_NONE) {
            (void)parcel_add_read(p, place, s->reader, s->batch, s->batch_at);
            continue;
        }
        const char *reason = is_mine ? "bad-path" : "not-your-site";
        const char *expected = is_mine ? "a path of 1 to 1000 bytes, levels with / between"
                                       : "a path whose site you may write to";
        parcel_refuse(p, reason, expected, 1, c->path, strlen(c->path));
        verdicts_refuse(&s->verdicts, s->batch->record[s->batch_at], reason, expected, c->path,
                        strlen(c->path));
    }
    return true;
}

/* What the reader could not read, by reason with its first example. */
static void take_refusals(upload *s, parcel *p)
{
    reader_tally_t t;
    reader_tally(s->reader, &t);
    for (size_t i = 0; i < t.refusal_count; i++) {
        const refusal *x = &t.refusals[i];
        const char *found = x->found ? x->found : "";
        parcel_refuse(p, x->reason, x->expected, x->count, found, strlen(found));
        verdicts_refuse(&s->verdicts, x->line, x->reason, x->expected, found, strlen(found));
        s->verdicts.received += x->count - 1;
        s->verdicts.refused += x->count - 1;
    }
}

bool upload_csv_finish(upload *s)
{
    assay_err err;
    if (!s->reader && !open_reader(s))
        return false;
    for (;;) {
        if (!deal(s))
            return false;
        s->batch_at = 0;
        if (reader_next(s->reader, s->batch, &err) != ASSAY_OK) {
            reply_problem(s->request, 422, NULL, err.message, err.hint);
            return false;
        }
        if (s->batch->n == 0)
            break;
    }
    parcel *p = upload_parcel(s);
    if (p)
        take_refusals(s, p);
    return p != NULL;
}

void upload_csv_done(upload *s)
{
    reader_close(s->reader);
    batch_free(s->batch);
    if (s->spool > 0)
        close(s->spool);
}
