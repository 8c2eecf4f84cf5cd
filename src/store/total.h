/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the summaries of all chunks of a series come to, kept in the file: one row instead of one for
 * each chunk. Compaction brings it along chunk by chunk, in its own transactions.
 */
#ifndef STORE_TOTAL_H
#define STORE_TOTAL_H

#include "store/inner.h"

typedef enum {
    TOTAL_UNKNOWN, /* nobody has counted yet: a file of version 8 or before */
    TOTAL_NONE,    /* some chunk says no sums, or not of all its rows, or not in a common unit */
    TOTAL_KNOWN,
} total_state;

typedef struct {
    total_state state;
    chunk_summary sum; /* flat */
} series_total;

/* The flat summary of a chunk of `n` rows. False: it does not say all. */
bool total_part(const void *bytes, size_t length, uint32_t n, uint32_t flags, chunk_summary *out);

/* Of a row of the table. */
series_total total_of(sqlite3_stmt *q, int column);
ASSAY_MUST_USE assay_status total_read(connection *c, uint32_t number, series_total *out,
                                       assay_err *err);
/* The same from the chunks. */
ASSAY_MUST_USE assay_status total_count(connection *c, uint32_t number, series_total *out,
                                        assay_err *err);
ASSAY_MUST_USE assay_status total_write(connection *c, uint32_t number, const series_total *t,
                                        assay_err *err);
/* A chunk comes; a chunk goes whose rows come again. */
void total_add(series_total *t, const void *summary, size_t length, uint32_t n, uint32_t flags);
void total_drop(series_total *t, const void *summary, size_t length, uint32_t n, uint32_t flags);

#endif
