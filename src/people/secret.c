/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random secrets, their digests, one-time codes (RFC 4226, RFC 6238). */
#include "people/secret.h"

#include "base/hash.h"
#include "base/random.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TOTP_BYTES = 20, TOTP_SECONDS = 30 };
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

assay_status secret_new(size_t n, char *out, assay_err *err)
{
    uint8_t bytes[32];
    assay_status status = random_bytes(bytes, n, err);
    if (!status)
        sodium_bin2hex(out, 2 * n + 1, bytes, n);
    return status;
}

assay_status secret_digest(const char *secret, uint8_t out[32], assay_err *err)
{
    sha256 digest;
    assay_status status = sha256_of(secret, strlen(secret), &digest, err);
    if (!status)
        memcpy(out, digest.bytes, 32);
    return status;
}

assay_status totp_new(char out[33], assay_err *err)
{
    uint8_t bytes[32]; /* one letter from each: 256 is a multiple of 32 */
    assay_status status = random_bytes(bytes, sizeof bytes, err);
    if (status)
        return status;
    for (size_t i = 0; i < 32; i++)
        out[i] = base32[bytes[i] & 31];
    out[32] = '\0';
    return ASSAY_OK;
}

static bool base32_read(const char *text, uint8_t out[TOTP_BYTES])
{
    uint64_t bits = 0;
    unsigned held = 0;
    size_t n = 0;
    for (size_t i = 0; i < 32; i++) {
        const char *at = text[i] ? strchr(base32, text[i]) : NULL;
        if (!at)
            return false;
        bits = bits << 5 | (uint64_t)(at - base32);
        held += 5;
        if (held >= 8) {
            held -= 8;
            out[n++] = (uint8_t)(bits >> held);
        }
    }
    return text[32] == '\0';
}

bool totp_code(const char *secret, uint64_t step, char out[7])
{
    uint8_t key[TOTP_BYTES], counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned length = sizeof mac;
    if (!base32_read(secret, key))
        return false;
    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)(step >> (56 - 8 * i));
    if (!HMAC(EVP_sha1(), key, sizeof key, counter, sizeof counter, mac, &length))
        return false;
    const uint8_t *at = mac + (mac[length - 1] & 15);
    uint32_t number =
        (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    snprintf(out, 7, "%06u", number % 1000000);
    return true;
}

uint64_t totp_step(const char *secret, const char *code, int64_t now_ns, uint64_t last)
{
    uint64_t now = (uint64_t)(now_ns / 1000000000) / TOTP_SECONDS, found = 0;
    char right[7];
    if (strlen(code) != 6)
        return 0;
    for (uint64_t step = now - 1; step <= now + 1; step++)
        if (step > last && totp_code(secret, step, right) && sodium_memcmp(right, code, 6) == 0)
            found = step;
    return found;
}
