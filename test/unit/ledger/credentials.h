/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published vectors of credentials (test/golden/credentials), and a signer of a known seed. */
#ifndef TEST_CREDENTIALS_H
#define TEST_CREDENTIALS_H

#include "check.h"
#include "ledger/multikey.h"
#include "ledger/vc_proof.h"

#include <jansson.h>
#include <sodium.h>

static inline json_t *credentials(const char *name)
{
    char path[128];
    json_error_t error;
    snprintf(path, sizeof path, "credentials/%s.json", name);
    json_t *all = json_load_file(check_golden(path), JSON_DECODE_INT_AS_REAL, &error);
    if (!all)
        fail_msg("%s: %s", path, error.text);
    return all;
}

static inline const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        fail_msg("no text \"%s\"", key);
    return text;
}

/* The whole file; free it. */
static inline char *read_text(const char *name, size_t *length)
{
    FILE *f = fopen(check_golden(name), "rb");
    if (!f)
        fail_msg("cannot open %s", name);
    char *bytes = calloc(1, 1 << 20);
    *length = fread(bytes, 1, (1 << 20) - 1, f);
    fclose(f);
    return bytes;
}

static inline void from_hex(const char *hex, uint8_t *out, size_t length)
{
    size_t used;
    assert_int_equal(sodium_hex2bin(out, length, hex, strlen(hex), NULL, &used, NULL), 0);
    assert_int_equal(used, length);
}

typedef struct {
    uint8_t public[32], secret[64];
    char did[DID_KEY_TEXT], method[DID_KEY_METHOD];
} test_key;

static inline assay_status test_sign(void *context, const uint8_t hashes[64], uint8_t out[64],
                                     assay_err *err)
{
    test_key *k = context;
    (void)err;
    return crypto_sign_detached(out, NULL, hashes, 64, k->secret) == 0 ? ASSAY_OK : ASSAY_IO;
}

static inline test_key key_of_seed(const uint8_t seed[32])
{
    test_key k;
    crypto_sign_seed_keypair(k.public, k.secret, seed);
    did_key_write(k.public, k.did);
    did_key_method(k.public, k.method);
    return k;
}

static inline test_key key_number(uint8_t n)
{
    uint8_t seed[32];
    memset(seed, n, sizeof seed);
    return key_of_seed(seed);
}

#endif
