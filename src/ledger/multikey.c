/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/multikey.h"

#include "ledger/base58.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const uint8_t public_code[2] = {0xED, 0x01}, secret_code[2] = {0x80, 0x26};
static const char did_prefix[] = "did:key:";
enum { DID_PREFIX = sizeof did_prefix - 1, KEY_LENGTH = MULTIKEY_TEXT - 1 };

void multikey_write(const uint8_t key[32], char out[MULTIKEY_TEXT])
{
    uint8_t bytes[34] = {public_code[0], public_code[1]};
    char text[BASE58_TEXT_MAX + 1];
    memcpy(bytes + 2, key, 32);
    base58_write(bytes, sizeof bytes, text);
    snprintf(out, MULTIKEY_TEXT, "z%.47s", text);
}

static assay_status read_key(const char *text, size_t length, const uint8_t code[2],
                             uint8_t out[32], assay_err *err)
{
    uint8_t bytes[34];
    size_t used;
    if (!length || text[0] != 'z' || !base58_read(text + 1, length - 1, bytes, 34, &used) ||
        used != 34)
        return assay_fail(err, ASSAY_FORMAT, 0, "\"%.*s\" is not a multikey",
                          length < 80 ? (int)length : 80, code == secret_code ? "..." : text);
    bool is_it = bytes[0] == code[0] && bytes[1] == code[1];
    if (is_it)
        memcpy(out, bytes + 2, 32);
    sodium_memzero(bytes, sizeof bytes);
    return is_it ? ASSAY_OK
                 : assay_fail(err, ASSAY_UNSUPPORTED, 0,
                              "the multikey is of another kind than Ed25519");
}

assay_status multikey_read(const char *text, size_t length, uint8_t out[32], assay_err *err)
{
    return read_key(text, length, public_code, out, err);
}

assay_status multikey_read_secret(const char *text, size_t length, uint8_t out[32], assay_err *err)
{
    return read_key(text, length, secret_code, out, err);
}

void did_key_write(const uint8_t key[32], char out[DID_KEY_TEXT])
{
    memcpy(out, did_prefix, DID_PREFIX);
    multikey_write(key, out + DID_PREFIX);
}

void did_key_method(const uint8_t key[32], char out[DID_KEY_METHOD])
{
    did_key_write(key, out);
    out[DID_KEY_TEXT - 1] = '#';
    multikey_write(key, out + DID_KEY_TEXT);
}

bool is_did_key(const char *did)
{
    return strncmp(did, did_prefix, DID_PREFIX) == 0;
}

assay_status did_key_read(const char *did, uint8_t out[32], assay_err *err)
{
    if (!is_did_key(did))
        return assay_fail(err, ASSAY_FORMAT, 0, "\"%.100s\" is not a did:key", did);
    const char *text = did + DID_PREFIX;
    size_t length = strcspn(text, "#");
    const char *fragment = text[length] ? text + length + 1 : text;
    if (fragment != text && (strlen(fragment) != length || memcmp(fragment, text, length) != 0))
        return assay_fail(err, ASSAY_FORMAT, 0, "a did:key has one method, named like its key");
    return multikey_read(text, length, out, err);
}

bool ed25519_verify(const uint8_t key[32], const void *message, size_t length,
                    const uint8_t signature[64])
{
    return crypto_sign_verify_detached(signature, message, length, key) == 0;
}
