/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 256-bit integers in two's complement: just what exact third and fourth powers need. */
#ifndef STORE_CHUNK_WIDE_H
#define STORE_CHUNK_WIDE_H

#include "store/chunk_summary.h"

static inline chunk_wide wide_of(__int128 x)
{
    uint64_t sign = x < 0 ? UINT64_MAX : 0;
    return (chunk_wide){{(uint64_t)x, (uint64_t)(x >> 64), sign, sign}};
}

static inline chunk_wide wide_add(chunk_wide a, chunk_wide b)
{
    chunk_wide r;
    unsigned __int128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (unsigned __int128)a.word[i] + b.word[i];
        r.word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return r;
}

static inline bool wide_is_negative(chunk_wide a)
{
    return a.word[3] >> 63;
}

static inline chunk_wide wide_negated(chunk_wide a)
{
    for (int i = 0; i < 4; i++)
        a.word[i] = ~a.word[i];
    return wide_add(a, wide_of(1));
}

/* Modulo 2^256, which is right for both signs. */
static inline chunk_wide wide_times(chunk_wide a, uint64_t factor)
{
    unsigned __int128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (unsigned __int128)a.word[i] * factor;
        a.word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return a;
}

/* a * b for a >= 0. */
static inline chunk_wide wide_product(unsigned __int128 a, uint64_t b)
{
    return wide_times((chunk_wide){{(uint64_t)a, (uint64_t)(a >> 64), 0, 0}}, b);
}

#endif
