/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of keys: one line for each key, the last line of a use is the one in use.
 *
 *     assay-keys v1
 *     USE NAME MADE BASE64        Ed25519: the seed of 32 bytes; rsa: PKCS#8 DER */
#ifndef LEDGER_SIGNER_KEYS_H
#define LEDGER_SIGNER_KEYS_H

#include "ledger/signer.h"

#include <openssl/evp.h>

enum { KEYS_MAX = 256, KEYS_FILE_MAX = 1 << 20 };

typedef struct {
    note_signer log, witness; /* type 0: none */
    uint8_t credential[64];   /* of libsodium */
    bool has_credential;
    EVP_PKEY *rsa;
    note_key retired[SIGNER_RETIRED_MAX]; /* log keys, newest first */
    size_t retired_count;
} key_ring;

ASSAY_MUST_USE assay_status keys_load(const char *path, key_ring *out, assay_err *err);
/* The same from the bytes of a file. */
ASSAY_MUST_USE assay_status keys_parse(const char *text, size_t length, key_ring *out,
                                       assay_err *err);
void keys_done(key_ring *k); /* wipes them */

#endif
