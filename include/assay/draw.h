/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing lots that anyone can repeat (docs/method/draw.md).
 *
 * The numbers are the key stream of ChaCha20 (RFC 8439): key = the seed, block counter from 0,
 * nonce = four zero bytes and the stream number, least significant byte first. Eight bytes, least
 * significant first, are one 64-bit number. The same seed and stream give the same draw on every
 * machine and in every language; who does not know the seed cannot foresee it. Not for secrets.
 */
#ifndef ASSAY_DRAW_H
#define ASSAY_DRAW_H

#include <assay/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_SEED_SIZE 32

typedef struct {
    uint32_t key[8];
    uint64_t stream;
    uint32_t block; /* next one */
    uint32_t used;  /* bytes of `bytes` taken */
    uint8_t bytes[64];
} assay_draw;

/* One seed serves many draws: give each its own stream (one for ties, one for each judge). */
ASSAY_PUBLIC assay_draw assay_draw_of(const uint8_t *seed, uint64_t stream);

/* The next 64 bits. */
ASSAY_PUBLIC uint64_t assay_draw_next(assay_draw *d);

/* A whole number in 0 .. n-1, each equally likely: numbers of the last, incomplete round of n
 * below 2^64 are thrown away. n >= 1. */
ASSAY_PUBLIC uint64_t assay_draw_below(assay_draw *d, uint64_t n);

/* Put n items in random order, every one of the n! equally likely (Fisher and Yates): for i from
 * n-1 down to 1, item i changes places with item assay_draw_below(i + 1). */
ASSAY_PUBLIC void assay_draw_shuffle(assay_draw *d, uint32_t *items, size_t n);

#ifdef __cplusplus
}
#endif
#endif
