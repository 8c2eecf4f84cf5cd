/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a log's files: entries, roots, proofs. Any tile is read once and kept with all its inner
 * nodes, so that a proof from tiles known is a few lookups.
 *
 * A reader is one thread's. It trusts the files only as far as the caller checks what comes out of
 * them against a signed checkpoint. */
#ifndef LEDGER_LOG_READ_H
#define LEDGER_LOG_READ_H

#include "ledger/merkle.h"
#include "ledger/tile.h"

#include "base/buf.h"

enum { LOG_CHECKPOINT_MAX = 1 << 20, LOG_BUNDLE_MAX = TILE_WIDTH * (2 + ENTRY_MAX) };

typedef struct tlog_reader tlog_reader;

/* `slots`: tiles kept in memory, 17 KB each; 0: as many as are sensible. */
ASSAY_MUST_USE assay_status tlog_reader_open(const char *directory, size_t slots,
                                             tlog_reader **out, assay_err *err);
void tlog_reader_close(tlog_reader *r); /* accepts NULL */
void tlog_reader_forget(tlog_reader *r); /* what is kept; for measuring, and after a repair */

/* The signed note in the file `checkpoint`. ASSAY_NOT_FOUND: nothing is signed yet. */
ASSAY_MUST_USE assay_status tlog_read_checkpoint(tlog_reader *r, buf *out, assay_err *err);
/* Of the tree of `size` entries; all of its tiles must be there. */
ASSAY_MUST_USE assay_status tlog_root(tlog_reader *r, uint64_t size, sha256 *out, assay_err *err);
/* Of the first `old` entries, by the tiles of a later tree. */
ASSAY_MUST_USE assay_status tlog_root_within(tlog_reader *r, uint64_t old, uint64_t size,
                                             sha256 *out, assay_err *err);
ASSAY_MUST_USE assay_status tlog_leaf(tlog_reader *r, uint64_t index, uint64_t size, sha256 *out,
                                      assay_err *err);
ASSAY_MUST_USE assay_status tlog_prove_inclusion(tlog_reader *r, uint64_t index, uint64_t size,
                                                 merkle_proof *out, assay_err *err);
ASSAY_MUST_USE assay_status tlog_prove_consistency(tlog_reader *r, uint64_t old, uint64_t size,
                                                   merkle_proof *out, assay_err *err);
/* The right edge of the tree of `size`, to go on from. */
ASSAY_MUST_USE assay_status tlog_edge(tlog_reader *r, uint64_t size, merkle_tree *out,
                                      assay_err *err);
/* One entry; and a whole bundle as stored, of the width it has at this size or a wider one. */
ASSAY_MUST_USE assay_status tlog_read_entry(tlog_reader *r, uint64_t index, uint64_t size, buf *out,
                                            assay_err *err);
ASSAY_MUST_USE assay_status tlog_read_bundle(tlog_reader *r, uint64_t bundle, uint64_t size,
                                             buf *out, assay_err *err);
/* The bytes of a tile at this size: 32 for each of its hashes. */
ASSAY_MUST_USE assay_status tlog_read_tile(tlog_reader *r, int level, uint64_t index,
                                           uint64_t size, buf *out, assay_err *err);

#endif
