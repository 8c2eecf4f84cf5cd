/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bitstring status lists (W3C vc-bitstring-status-list): one bit for each credential, told to all
 * at once, so that asking for one does not show who asks about whom.
 *
 *     encodedList = "u" base64url(GZIP(bits))      bit i = byte[i/8] >> (7 - i%8) & 1
 */
#ifndef LEDGER_STATUS_LIST_H
#define LEDGER_STATUS_LIST_H

#include "base/buf.h"

#include <assay/err.h>
#include <stdint.h>

typedef struct json_t json_t; /* of jansson, whose header is not for all */

enum {
    STATUS_LIST_BITS = 131072, /* the fewest there may be, and what is written here */
    STATUS_LIST_BYTES = STATUS_LIST_BITS / 8,
    STATUS_LIST_BYTES_MAX = 16 << 20, /* unpacked */
    STATUS_KEY = 16
};

ASSAY_MUST_USE assay_status status_list_encode(const uint8_t *bytes, size_t length, buf *out,
                                               assay_err *err);
/* Append the bytes. ASSAY_LIMIT: too few bits, or too many. */
ASSAY_MUST_USE assay_status status_list_decode(const char *text, size_t length, buf *out,
                                               assay_err *err);
bool status_list_bit(const uint8_t *bytes, uint64_t index);
void status_list_set(uint8_t *bytes, uint64_t index, bool is_set);

/* The place in a list of the credential number `count` (below STATUS_LIST_BITS): a permutation that
 * a secret key chooses, so that places look random and none comes twice. */
uint32_t status_list_place(const uint8_t key[STATUS_KEY], uint32_t count);

/* The entry in a credential: {id "URL#INDEX", type, statusPurpose, statusListIndex, ...}.
 * `reference`: URL of the list of revocation that has the same places (statusReference); NULL: none. */
ASSAY_MUST_USE assay_status status_entry_write(const char *url, uint32_t index, const char *purpose,
                                               const char *reference, json_t **out, assay_err *err);
/* The unsigned list credential of this URL, from the time `from` on (ns). */
ASSAY_MUST_USE assay_status status_list_write(const char *url, const char *issuer,
                                              const char *purpose, const char *encoded,
                                              int64_t from, json_t **out, assay_err *err);

typedef struct {
    const char *url, *purpose; /* views into the entry */
    const char *reference;     /* statusReference, when it is one text; "" */
    uint64_t index;
} status_entry;
/* ASSAY_UNSUPPORTED: an entry of another type. */
ASSAY_MUST_USE assay_status status_entry_read(const json_t *entry, status_entry *out,
                                              assay_err *err);
/* What the list credential, whose proof the caller has checked, says to an entry. ASSAY_CONFLICT:
 * it is another list or of another purpose. */
ASSAY_MUST_USE assay_status status_list_read(const json_t *credential, const status_entry *entry,
                                             bool *is_set, assay_err *err);

#endif
