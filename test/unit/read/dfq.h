/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a whole AQDEF text or file in tests. */
#ifndef TEST_DFQ_H
#define TEST_DFQ_H

#include "check.h"

#include "read/read.h"
#include "read/reader_priv.h"

typedef struct {
    reader *r;
    measurement_batch *b; /* all rows */
    reader_tally_t tally;
    size_t n; /* characteristics */
    const characteristic *const *c;
} dfq;

static inline void dfq_read(dfq *d, reader *r)
{
    assay_err err = {0};
    *d = (dfq){.r = r};
    assert_ok(batch_new(20000, (1u << CONTEXT_COUNT) - 1, &d->b, &err), err);
    assert_ok(reader_next(r, d->b, &err), err);
    reader_tally(r, &d->tally);
    d->c = reader_characteristics(r, &d->n);
    assert_int_equal(d->tally.received, d->tally.given + d->tally.refused);
}

static inline void dfq_open(dfq *d, const char *name, const char *in_zone)
{
    assay_err err = {0};
    char file[256];
    reader *r;
    snprintf(file, sizeof file, "dfq/%s", name);
    read_options options = {.follow_pairs = true, .zone = in_zone};
    assert_ok(reader_open(check_data(file), &options, &r, &err), err);
    dfq_read(d, r);
}

/* A source in memory under a name. */
static inline assay_status dfq_open_text(const char *name, const char *text, size_t length,
                                         const read_options *options, reader **out, assay_err *err)
{
    source in = {.fd = -1, .name = strdup(name), .head = malloc(length + 1),
                 .head_length = length, .head_is_all = true, .size = length};
    memcpy(in.head, text, length + 1);
    return aqdef_open(&in, options, out, err);
}

static inline void dfq_text_in(dfq *d, const char *name, const char *text, const char *in_zone)
{
    assay_err err = {0};
    reader *r;
    read_options options = {.zone = in_zone};
    assert_ok(dfq_open_text(name, text, strlen(text), &options, &r, &err), err);
    dfq_read(d, r);
}

static inline void dfq_text(dfq *d, const char *text)
{
    dfq_text_in(d, "text.dfq", text, NULL);
}

static inline void dfq_close(dfq *d)
{
    batch_free(d->b);
    reader_close(d->r);
}

static inline const char *dfq_context(const dfq *d, size_t row, context_kind kind)
{
    const dictionary *texts = reader_dictionary(d->r, kind);
    return texts ? dictionary_text(texts, d->b->context[kind][row], NULL) : "";
}

static inline const char *dfq_free(const dfq *d, size_t c, const char *key)
{
    for (size_t i = 0; i < d->c[c]->field_count; i++)
        if (strcmp(d->c[c]->fields[i].key, key) == 0)
            return d->c[c]->fields[i].text;
    return NULL;
}

static inline bool dfq_warns(const dfq *d, const char *part)
{
    for (size_t i = 0; i < d->tally.warning_count; i++)
        if (strstr(d->tally.warnings[i], part))
            return true;
    return false;
}

/* "1/v=1.5 ..." would hide digits: characteristic, mantissa, exponent, status of every row. */
static inline const char *dfq_rows(const dfq *d)
{
    static char text[16384];
    size_t at = 0;
    text[0] = 0;
    for (size_t i = 0; i < d->b->n && at < sizeof text - 80; i++) {
        char number[80] = "-";
        if ((d->b->status[i] & STATUS_MASK) != STATUS_NO_VALUE)
            decimal_format(d->b->mantissa[i], d->b->exponent[i], d->b->decimals[i], number,
                           sizeof number);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u:%s", i ? " " : "",
                               d->b->characteristic[i] + 1, number);
        if ((d->b->status[i] & STATUS_MASK) == STATUS_MARKED)
            at += (size_t)snprintf(text + at, sizeof text - at, "!");
    }
    return text;
}

#endif
