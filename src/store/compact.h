/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compaction: one characteristic (compact.c), windows and slices of them (compact_window.c). */
#ifndef STORE_COMPACT_H
#define STORE_COMPACT_H

#include "store/total.h"

/* A window in the middle. */
struct compaction {
    uint64_t batch[MOVING_MAX]; /* of the window, rising */
    size_t count;
    uint8_t *wanted; /* by number: the window has rows of it */
    size_t room;
    uint32_t next; /* characteristics before it stand in chunks */
};

typedef struct {
    store *s;
    connection *c;
    uint32_t number;
    const struct compaction *window;
    size_t target;       /* rows of a chunk */
    int64_t next_id;     /* of a chunk */
    piece_bytes bytes;
    rows pending;        /* rows not sealed yet */
    int64_t *scaled;
    int64_t last_first_time, tie;
    bool has_reference;
    int64_t reference;
    int exponent;
    unsigned size; /* of a subgroup, for the sums within */
    series_total total;
    bool is_changed; /* chunks came or went */
} compactor;

/* The pieces of the window's batches become chunks; inside a transaction. */
ASSAY_MUST_USE assay_status compact_one(compactor *k, uint32_t number, assay_err *err);

#endif
