/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log as plain files (C2SP tlog-tiles) that any static host can serve:
 *
 *     DIR/checkpoint                          the signed tree
 *     DIR/tile/LEVEL/N[.p/W]                  hashes
 *     DIR/tile/entries/N[.p/W]                entries
 *
 * The order in which they are written survives a cut at any place: entries are durable with whoever
 * calls tlog_add; tiles and bundles, then the tree is signed, then the checkpoint. After a crash
 * only what the last checkpoint covers is trusted; everything behind it is added again.
 *
 * One process writes (DIR/.lock), one thread of it; any number reads (ledger/log_read.h). */
#ifndef LEDGER_LOG_H
#define LEDGER_LOG_H

#include "ledger/checkpoint.h"
#include "ledger/log_read.h"
#include "ledger/note.h"
#include "ledger/signer.h"

typedef struct tlog tlog;

/* `keys`: of the log, any of which may have signed the checkpoint there is. The directory is made
 * if it is not there. ASSAY_BUSY: somebody else writes it. ASSAY_CONFLICT, ASSAY_DAMAGED: the files
 * do not give the root that was signed, nothing may be added. */
ASSAY_MUST_USE assay_status tlog_open(const char *directory, const char *origin,
                                      const note_key *keys, size_t key_count, tlog **out,
                                      assay_err *err);
void tlog_close(tlog *t); /* accepts NULL */

uint64_t tlog_size(const tlog *t);        /* with what was added and not written yet */
uint64_t tlog_signed_size(const tlog *t); /* of the last checkpoint; 0: none */
bool tlog_is_signed(const tlog *t);       /* there is a checkpoint, be it of size 0 */
tlog_reader *tlog_reading(tlog *t); /* the writer's own */

/* The next entry. Full tiles go to temporary files as they fill; call tlog_write at least every
 * LOG_BATCH entries. After a failure of add or write only tlog_close is left. */
enum { LOG_BATCH = 65536 };
ASSAY_MUST_USE assay_status tlog_add(tlog *t, const void *entry, size_t length, assay_err *err);
/* Tiles and bundles of all that was added are durable when it returns. */
ASSAY_MUST_USE assay_status tlog_write(tlog *t, assay_err *err);
/* Sign the written tree and publish the checkpoint. Nothing when it is signed already.
 * ASSAY_CONFLICT: the signer has signed what this log does not continue (it says how); the log on
 * the disk stays as it was signed last. */
ASSAY_MUST_USE assay_status tlog_sign(tlog *t, signer *s, assay_err *err);
/* The checkpoint as published, with its signature lines. */
const buf *tlog_note(const tlog *t);
/* Publish the present checkpoint with these cosignature lines more. */
ASSAY_MUST_USE assay_status tlog_cosigned(tlog *t, const char *lines, size_t length,
                                          assay_err *err);

#endif
