/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of plain rows, packed by other threads and handed back in the order they were given.
 *
 * The runs of one characteristic are all packed by one thread, one after the other, so that the
 * bytes do not depend on how many threads there are. A sealer is one thread's.
 */
#ifndef STORE_SEALER_H
#define STORE_SEALER_H

#include "store/chunk_plain.h"

typedef struct {
    int64_t time[CHUNK_ROWS];
    int32_t mantissa[CHUNK_ROWS];
    char stagger[64]; /* an odd number of cache lines: blocks filled in step share no cache sets */
} plain_rows;

typedef struct {
    uint32_t number; /* of the characteristic */
    plain_rows *rows; /* the giver's */
    chunk_plain plain;
    unsigned *lag; /* of the characteristic: see chunk_plain_pack */
    buf values, times;
    uint8_t summary[CHUNK_SUMMARY_MAX];
    size_t summary_length;
    assay_status status;
    assay_err err;
    bool is_done;
} seal_job;

typedef struct sealer sealer;
/* threads 0: packed by the caller. */
ASSAY_MUST_USE assay_status sealer_new(unsigned threads, sealer **out, assay_err *err);
void sealer_free(sealer *s); /* what is given is packed first */

/* A job to fill in; NULL when none is free: take what is done. */
seal_job *sealer_take(sealer *s);
void sealer_give(sealer *s); /* the job taken last */
/* The job given longest ago, if it is done or `wait`; NULL: none. */
seal_job *sealer_done(sealer *s, bool wait);
void sealer_back(sealer *s); /* it is free again */

#endif
