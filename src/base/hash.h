/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests: SHA-256 where people must be able to trust it, XXH3 where only accidents are feared.
 *
 * A hasher owns one libcrypto context and is used again and again (a new context costs more than
 * hashing a short text). Not shared between threads.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <assay/err.h>

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t bytes[32];
} sha256;

typedef struct hasher hasher;
ASSAY_MUST_USE assay_status hasher_new(hasher **out, assay_err *err);
void hasher_free(hasher *h);

/* begin, add any number of times, end. A failure inside libcrypto is told by hasher_end. */
void hasher_begin(hasher *h);
void hasher_add(hasher *h, const void *bytes, size_t length);
ASSAY_MUST_USE assay_status hasher_end(hasher *h, sha256 *out, assay_err *err);

/* All at once. */
ASSAY_MUST_USE assay_status sha256_of(const void *bytes, size_t length, sha256 *out,
                                      assay_err *err);
/* Of the first bytes of a file, in hexadecimal digits; ASSAY_IO when it has not as many. */
ASSAY_MUST_USE assay_status sha256_of_file(int file, uint64_t bytes, char out[static 65],
                                           assay_err *err);
void sha256_to_hex(const sha256 *digest, char out[static 65]);

/* XXH3, 64 bits: checksums of chunks and hash tables. */
uint64_t hash64(const void *bytes, size_t length);

#endif
