/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 through libcrypto (which uses the processor's SHA instructions) and XXH3. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

struct hasher {
    EVP_MD_CTX *context;
    const EVP_MD *sha256;
    bool failed;
};

/* Looked up once: libcrypto's EVP_sha256() is looked up again by every digest, which costs three
 * times what hashing a tree's node does. It stays for the life of the process. */
static const EVP_MD *algorithm;

static void find_algorithm(void)
{
    algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!algorithm)
        algorithm = EVP_sha256();
}

assay_status hasher_new(hasher **out, assay_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    hasher *h = calloc(1, sizeof *h);
    pthread_once(&once, find_algorithm);
    if (h) {
        h->context = EVP_MD_CTX_new();
        h->sha256 = algorithm;
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

/* Each thread keeps one: a new context costs more than hashing a token. */
static pthread_key_t own_key;

static void forget_own(void *h)
{
    hasher_free(h);
}

static void make_key(void)
{
    pthread_key_create(&own_key, forget_own);
}

static assay_status own_hasher(hasher **out, assay_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_key);
    *out = pthread_getspecific(own_key);
    assay_status status = *out ? ASSAY_OK : hasher_new(out, err);
    if (status || pthread_setspecific(own_key, *out) == 0)
        return status;
    hasher_free(*out);
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a SHA-256 context");
}

assay_status sha256_of(const void *bytes, size_t length, sha256 *out, assay_err *err)
{
    hasher *h;
    assay_status status = own_hasher(&h, err);
    if (status)
        return status;
    hasher_begin(h);
    hasher_add(h, bytes, length);
    status = hasher_end(h, out, err);
    EVP_MD_CTX_reset(h->context); /* each begin makes its state anew: none is kept in between */
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

assay_status sha256_of_file(int file, uint64_t bytes, char out[static 65], assay_err *err)
{
    static _Thread_local char piece[64 * 1024];
    hasher *h;
    sha256 digest;
    assay_status status = own_hasher(&h, err);
    if (status)
        return status;
    hasher_begin(h);
    uint64_t at = 0;
    for (ssize_t n = 1; at < bytes && n > 0; at += n > 0 ? (uint64_t)n : 0) {
        n = pread(file, piece, bytes - at < sizeof piece ? bytes - at : sizeof piece, (off_t)at);
        hasher_add(h, piece, n > 0 ? (size_t)n : 0);
    }
    status = hasher_end(h, &digest, err);
    EVP_MD_CTX_reset(h->context);
    if (!status && at < bytes)
        status = assay_fail(err, ASSAY_IO, 0, "a file is shorter than it was");
    if (!status)
        sha256_to_hex(&digest, out);
    return status;
}

uint64_t hash64(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}
