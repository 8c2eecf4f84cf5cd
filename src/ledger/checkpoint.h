/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checkpoint (C2SP tlog-checkpoint): the text a log signs for one size of its tree.
 *
 *     ORIGIN newline SIZE newline BASE64(root) newline [extension lines] */
#ifndef LEDGER_CHECKPOINT_H
#define LEDGER_CHECKPOINT_H

#include "base/buf.h"
#include "base/hash.h"

typedef struct {
    char origin[256];
    uint64_t size;
    sha256 root;
} checkpoint;

void checkpoint_write(const checkpoint *c, buf *out);
/* The text of a note, or a checkpoint without signatures. Extension lines are passed over. */
ASSAY_MUST_USE assay_status checkpoint_parse(const char *text, size_t length, checkpoint *out,
                                             assay_err *err);
/* A decimal number without leading zeros, at most MERKLE_SIZE_MAX, of all of the text. */
bool ledger_number(const char *text, size_t length, uint64_t *out);

#endif
