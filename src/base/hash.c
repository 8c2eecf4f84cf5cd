/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 through libcrypto (which uses the processor's SHA instructions) and XXH3. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <xxhash.h>

struct hasher {
    EVP_MD_CTX *context;
    const EVP_MD *sha256;
    bool failed;
};

assay_status hasher_new(hasher **out, assay_err *err)
{
    hasher *h = calloc(1, sizeof *h);
    if (h) {
        h->context = EVP_MD_CTX_new();
        h->sha256 = EVP_sha256();
    }
    if (!h || !h->context || !h->sha256) {
        hasher_free(h);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a SHA-256 context");
    }
    *out = h;
    return ASSAY_OK;
}

void hasher_free(hasher *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->context);
    free(h);
}

void hasher_begin(hasher *h)
{
    h->failed = EVP_DigestInit_ex(h->context, h->sha256, NULL) != 1;
}

void hasher_add(hasher *h, const void *bytes, size_t length)
{
    if (!h->failed && length)
        h->failed = EVP_DigestUpdate(h->context, bytes, length) != 1;
}

assay_status hasher_end(hasher *h, sha256 *out, assay_err *err)
{
    sha256 digest;
    unsigned int length = sizeof digest.bytes;
    if (h->failed || EVP_DigestFinal_ex(h->context, digest.bytes, &length) != 1)
        return assay_fail(err, ASSAY_MEMORY, 0, "libcrypto could not compute a SHA-256 digest");
    *out = digest;
    return ASSAY_OK;
}

assay_status sha256_of(const void *bytes, size_t length, sha256 *out, assay_err *err)
{
    hasher *h;
    assay_status status = hasher_new(&h, err);
    if (status)
        return status;
    hasher_begin(h);
    hasher_add(h, bytes, length);
    status = hasher_end(h, out, err);
    hasher_free(h);
    return status;
}

void sha256_to_hex(const sha256 *digest, char out[static 65])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = hex[digest->bytes[i] >> 4];
        out[2 * i + 1] = hex[digest->bytes[i] & 15];
    }
    out[64] = '\0';
}

uint64_t hash64(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}
