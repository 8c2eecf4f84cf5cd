/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LEDGER_LOG_INNER_H
#define LEDGER_LOG_INNER_H

#include "ledger/log.h"

#include <limits.h>

enum { LOG_LEVELS = 8 }; /* 2^64 entries */

typedef struct { /* the last tile of a level, not full */
    uint64_t index;
    unsigned width;
    bool is_dirty; /* grew since it was written */
    sha256 hash[TILE_WIDTH];
} edge_tile;

struct tlog {
    char directory[PATH_MAX], origin[256];
    int lock_fd;
    hasher *hasher;
    tlog_reader *reader;
    merkle_tree tree;
    edge_tile edge[LOG_LEVELS];
    buf bundle;         /* entries of the last bundle */
    buf staged;         /* files written under temporary names: paths, each with its NUL */
    size_t staged_count;
    buf outgrown;       /* directories of partial tiles whose full tile is staged or placed */
    buf note;           /* the checkpoint as published; empty: none */
    uint64_t signed_size;
    bool is_broken;
};

/* Write the full tile of a level, or the full bundle, under a temporary name. */
ASSAY_MUST_USE assay_status stage_tile(tlog *t, int level, assay_err *err);
ASSAY_MUST_USE assay_status stage_bundle(tlog *t, assay_err *err);
void staged_done(tlog *t);
/* Partial tiles whose full one is covered by a checkpoint now. */
void drop_partial(tlog *t);
/* What a crash left: temporary files at the right edge, partial tiles beside their full one. */
void drop_leftovers(tlog *t);

#endif
