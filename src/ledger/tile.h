/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles and entry bundles (C2SP tlog-tiles): the log as plain files of at most 256 hashes or
 * entries.
 *
 * A tile at level l and index t holds the hashes t*256 .. t*256+255 of tree level 8 l. */
#ifndef LEDGER_TILE_H
#define LEDGER_TILE_H

#include "ledger/merkle.h"

#include "base/buf.h"

enum { TILE_WIDTH = 256, TILE_PATH_MAX = 64, TILE_ENTRIES = -1, ENTRY_MAX = 65535 };

typedef struct {
    int level; /* 0..63, or TILE_ENTRIES */
    uint64_t index;
    unsigned width; /* 1..256; 256 is a full tile */
} tile;

/* "tile/0/x001/x234/067.p/5". */
void tile_path(const tile *t, char out[TILE_PATH_MAX]);
bool tile_path_parse(const char *path, tile *out);
/* How wide tile `index` of `level` is in a tree of this size; 0: it does not exist. */
unsigned tile_width(int level, uint64_t index, uint64_t size);
/* Which hash of which tile is, or leads to, the root of subtree `index` of tree level `level`: the
 * subtree stands over 2^rise hashes of the tile, from `first` on. */
typedef struct {
    int level;
    uint64_t index;
    unsigned first, rise;
} tile_place;
tile_place tile_place_of(unsigned level, uint64_t index);
/* The root over `count` (a power of two) hashes. */
ASSAY_MUST_USE assay_status tile_root(hasher *h, const uint8_t *hashes, size_t count, sha256 *out,
                                      assay_err *err);

/* -- entry bundles ----------------------------------------------------------------------- */

ASSAY_MUST_USE assay_status bundle_add(buf *out, const void *entry, size_t length, assay_err *err);
/* Entry by entry: false at the end. *at goes from 0 on; what does not fit its length is an error.
 */
ASSAY_MUST_USE assay_status bundle_next(const uint8_t *bytes, size_t length, size_t *at,
                                        const uint8_t **entry, size_t *entry_length, bool *is_there,
                                        assay_err *err);

#endif
