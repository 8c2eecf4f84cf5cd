/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repeatable random numbers for the tests of the chunk codec. */
#ifndef TEST_CHUNK_RANDOM_H
#define TEST_CHUNK_RANDOM_H

#include <stdint.h>

typedef struct {
    uint64_t state;
} random_source;

static inline uint64_t random_next(random_source *r) /* splitmix64 */
{
    uint64_t x = r->state += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline uint64_t random_below(random_source *r, uint64_t bound)
{
    return random_next(r) % bound;
}

static inline uint64_t random_bits(random_source *r, unsigned bits)
{
    return bits == 0 ? 0 : random_next(r) >> (64 - bits);
}

/* Whole numbers around 0 with the shape of gauge readings: a sum of four uniform ones. */
static inline int64_t random_noise(random_source *r, int64_t width)
{
    int64_t sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (int64_t)random_below(r, (uint64_t)(2 * width + 1)) - width;
    return sum / 2;
}

#endif
