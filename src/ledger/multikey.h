/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ed25519 keys as text: Multikey, and the DID that is a key (did:key).
 *
 *     public   z base58btc(0xED 0x01 || 32 bytes)    48 characters, "z6Mk..."
 *     secret   z base58btc(0x80 0x26 || 32 bytes)    read only; never written
 *     did      did:key:<public>      its method: did:key:<public>#<public>
 */
#ifndef LEDGER_MULTIKEY_H
#define LEDGER_MULTIKEY_H

#include <assay/err.h>

#include <stdbool.h>
#include <stdint.h>

enum { MULTIKEY_TEXT = 49, DID_KEY_TEXT = 57, DID_KEY_METHOD = 106 }; /* with the NUL */

void multikey_write(const uint8_t key[32], char out[MULTIKEY_TEXT]);
ASSAY_MUST_USE assay_status multikey_read(const char *text, size_t length, uint8_t out[32],
                                          assay_err *err);
/* The seed of a secret key, for tests and import. Wipe it. */
ASSAY_MUST_USE assay_status multikey_read_secret(const char *text, size_t length, uint8_t out[32],
                                                 assay_err *err);

void did_key_write(const uint8_t key[32], char out[DID_KEY_TEXT]);
void did_key_method(const uint8_t key[32], char out[DID_KEY_METHOD]);
/* The key of a did:key or of its one method. */
ASSAY_MUST_USE assay_status did_key_read(const char *did, uint8_t out[32], assay_err *err);
bool is_did_key(const char *did);

/* Is this an Ed25519 signature of the message? Refuses what is malleable or of small order. */
bool ed25519_verify(const uint8_t key[32], const void *message, size_t length,
                    const uint8_t signature[64]);

#endif
