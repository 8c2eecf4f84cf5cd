/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealing what a record says: ChaCha20-Poly1305 (RFC 8439) under a key of this payload alone.
 *
 * The key stands in a table of its own, beside the salt of the commitment. When both are erased, no
 * copy of the sealed bytes says anything any more: in a free page, in the write-ahead log, or in a
 * file that somebody took without the keys. The record's sequence is bound in, so that the bytes of one
 * record do not open as those of another. */
#ifndef STORE_PAYLOAD_H
#define STORE_PAYLOAD_H

#include "base/buf.h"

#include <assay/err.h>

#include <stdint.h>

enum { PAYLOAD_KEY = 32, PAYLOAD_TAG = 16 };

/* Adds length + PAYLOAD_TAG bytes to `out`; failed: no memory. A key seals once, never again. */
void payload_seal(int64_t sequence, const uint8_t key[static PAYLOAD_KEY], const void *payload,
                  size_t length, buf *out);

/* Adds the payload to `out`; false: no memory, or the bytes are not what was sealed. */
ASSAY_MUST_USE bool payload_open(int64_t sequence, const uint8_t key[static PAYLOAD_KEY],
                                 const void *sealed, size_t length, buf *out);

#endif
