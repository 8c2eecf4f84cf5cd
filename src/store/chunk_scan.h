/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subgroup sums over many chunks, by several threads.
 *
 * Sums are exact integers and every chunk is one thread's, so that the result is the same to the
 * bit for any number of threads. Memory: each thread owns a chunk_codec while it runs.
 */
#ifndef STORE_CHUNK_SCAN_H
#define STORE_CHUNK_SCAN_H

#include "store/chunk.h"

#define CHUNK_SCAN_THREADS 64 /* more are not started */

/* Give the extent of values of chunk i. `worker` (from 0) says who asks: the bytes must stay until
 * the same worker asks again. Called from several threads at once, by each with rising i. */
typedef assay_status chunk_source(void *context, unsigned worker, size_t i, const void **bytes,
                                  size_t *length, assay_err *err);

/* Add `next` to `g`; size and reference of both must be the same. */
void chunk_groups_merge(chunk_groups *g, const chunk_groups *next);

/* Add chunks 0 .. count - 1 to *total (chunk_groups_init says size and reference). Subgroups and
 * moving ranges do not reach from one chunk into the next. Where chunks fail, the error is that of
 * the first one, err->at is its number, and *total is untouched. */
ASSAY_MUST_USE assay_status chunk_scan_groups(chunk_source *source, void *context, size_t count,
                                              unsigned threads, chunk_groups *total,
                                              assay_err *err);

#endif
