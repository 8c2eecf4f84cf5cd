/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of live ingest share. */
#ifndef STORE_INGEST_H
#define STORE_INGEST_H

#include "store/live.h"

/* What ingest knows of a series, by number. */
typedef struct {
    int64_t latest; /* time of the last row, stored or of the open group; INT64_MIN: none */
    int64_t before; /* the same before the call in hand */
    uint32_t call, group; /* that touched it last */
    bool is_known;
    bool is_slow; /* in the call in hand: a row is not later than all before it */
} ingest_series;

/* The rows of one call. */
typedef struct {
    const measurement_batch *b;
    const dictionary *const *texts;
    const uint32_t *message;
    uint32_t source; /* code */
    uint32_t kinds;  /* contexts they may have */
    uint8_t *fate;
} ingest_call;

typedef struct {
    uint32_t call, key, code;
} ingest_code;

enum { INGEST_CODES = 1024 };

/* What waits is folded beyond these bounds by a commit, beyond half of them in idle time. Tests make
 * them small. */
typedef struct {
    size_t rows, groups, bytes;
    size_t batches;   /* to be compacted; half as many where series have many rows in each */
    int64_t slice_ns; /* of compaction in idle time */
} ingest_bounds;

struct ingest {
    store *s;
    ingest_bounds bounds;
    live *l;
    bool is_begun, is_broken;
    bool must_log; /* definitions or texts came: readers look for them at such commits only */
    uint64_t commit;
    live_mark mark; /* where the group began */
    ingest_series *series;
    size_t series_room;
    uint32_t known; /* characteristics up to this number are there */
    uint32_t call, group;
    struct ingest_undo *undo;
    size_t undo_count, undo_room;
    ingest_code *codes[CONTEXT_COUNT]; /* the caller's codes -> ours, of the call in hand */
    uint32_t *slow; /* rows of the call that must be looked up */
    size_t slow_count, slow_room;
    buf bytes;
    journal *journal; /* NULL: none */
    buf later;        /* groups that stand in the journal alone, for the next transaction */
    int64_t brought;  /* monotonic ns of the last one */
};

/* In each transaction that begins: what stands in the journal alone. And once it is committed. */
ASSAY_MUST_USE assay_status ingest_bring(ingest *g, assay_err *err);
void ingest_brought(ingest *g);
/* The transaction of the group, if it is not open yet. */
ASSAY_MUST_USE assay_status ingest_tx(ingest *g, assay_err *err);
/* Row k of the call goes to the group. */
ASSAY_MUST_USE assay_status ingest_put(ingest *g, const ingest_call *c, size_t k, bool is_late,
                                       assay_err *err);
/* Rows g->slow[] of the call: what is stored already is found, the rest put. */
ASSAY_MUST_USE assay_status ingest_match(ingest *g, const ingest_call *c, assay_err *err);

#endif
