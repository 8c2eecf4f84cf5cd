/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receipt (C2SP tlog-proof): one file that proves offline that an entry is in the log.
 *
 *     c2sp.org/tlog-proof@v1
 *     [extra BASE64]
 *     index N
 *     BASE64(hash) ...
 *
 *     checkpoint note */
#ifndef LEDGER_RECEIPT_H
#define LEDGER_RECEIPT_H

#include "base/buf.h"
#include "ledger/merkle.h"

enum { RECEIPT_EXTRA_MAX = 65536 };

typedef struct {
    uint64_t index;
    merkle_proof proof;
    const char *extra; /* base64, not authenticated; NULL: none */
    size_t extra_length;
    const char *note; /* the checkpoint, signed; a view */
    size_t note_length;
} receipt;

void receipt_write(const receipt *r, buf *out);
ASSAY_MUST_USE assay_status receipt_parse(const char *bytes, size_t length, receipt *out,
                                          assay_err *err);

#endif
