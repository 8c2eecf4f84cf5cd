/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of one source parsed by several threads and handed out in the order of the source.
 *
 * Cutting the source into blocks is serial and cheap; parsing a block depends on nothing but its
 * text. So what comes out is the same for any number of threads. With one thread the caller's
 * own does all the work. */
#ifndef READ_CSV_POOL_H
#define READ_CSV_POOL_H

#include "read/csv.h"

typedef struct csv_pool csv_pool;

/* `plan` and `input` must outlive the pool. */
ASSAY_MUST_USE assay_status csv_pool_open(const csv_plan *plan, csv_input *input, unsigned threads,
                                          csv_pool **out, assay_err *err);
void csv_pool_close(csv_pool *p);
/* The next block; the one before is given back by asking. length 0: the end. */
ASSAY_MUST_USE assay_status csv_pool_next(csv_pool *p, csv_block **out, assay_err *err);

/* All blocks in order, the empty one at the end included, one at a time, each from whichever
 * thread is there: no block waits for a thread to be woken. Not after csv_pool_next. A taker that
 * fails ends it. */
typedef assay_status csv_pool_taker(void *context, csv_block *block, assay_err *err);
ASSAY_MUST_USE assay_status csv_pool_drain(csv_pool *p, csv_pool_taker *take, void *context,
                                           assay_err *err);

#endif
