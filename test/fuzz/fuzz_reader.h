/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reader over bytes in memory, and what must hold of any reader at its end. */
#ifndef FUZZ_READER_H
#define FUZZ_READER_H

#include "read/reader_priv.h"

#include <stdlib.h>
#include <string.h>

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static inline source fuzz_source(const char *name, const void *data, size_t size)
{
    source in = {.fd = -1, .name = strdup(name), .head = malloc(size + 1), .head_length = size,
                 .head_is_all = true, .size = size};
    if (size)
        memcpy(in.head, data, size);
    return in;
}

static inline void fuzz_check_rows(const reader *r, const measurement_batch *b)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(r, &n);
    for (size_t i = 0; i < b->n; i++) {
        HOLDS(b->characteristic[i] < n && list[b->characteristic[i]]->path);
        HOLDS(b->exponent[i] >= -30 && b->exponent[i] <= 30);
        for (int k = 0; k < CONTEXT_COUNT; k++)
            if (b->context[k] && reader_dictionary(r, (context_kind)k))
                HOLDS(b->context[k][i] <= dictionary_count(reader_dictionary(r, (context_kind)k)));
    }
}

/* To the end or the first error; ends the reader. */
static inline void fuzz_drain(reader *r)
{
    static measurement_batch *batch;
    assay_err err;
    if (!batch)
        HOLDS(batch_new(64, (1u << CONTEXT_COUNT) - 1, &batch, NULL) == ASSAY_OK);
    assay_status status;
    while ((status = reader_next(r, batch, &err)) == ASSAY_OK && batch->n)
        fuzz_check_rows(r, batch);
    reader_tally_t tally;
    reader_tally(r, &tally);
    HOLDS(status != ASSAY_OK || tally.received == tally.given + tally.refused);
    buf words = BUF_INIT;
    reader_describe(r, &words);
    buf_done(&words);
    reader_close(r);
}

#endif
