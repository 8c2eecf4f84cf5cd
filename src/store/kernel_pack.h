/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packing side of the kernels, in C that the compiler turns into vectors: compiled once for
 * each level (kernel_ref.c, kernel_v3.c), with the same result to the bit. */
#ifndef STORE_KERNEL_PACK_H
#define STORE_KERNEL_PACK_H

#include "store/kernel.h"

#include <string.h>

#define PACK_VALUES (KERNEL_ROWS * KERNEL_LANES)

static void pack_range(const int32_t *v, size_t n, int32_t *low, int32_t *high)
{
    int32_t least = v[0], most = v[0];
    for (size_t i = 0; i < n; i++) {
        least = v[i] < least ? v[i] : least;
        most = v[i] > most ? v[i] : most;
    }
    *low = least;
    *high = most;
}

typedef uint16_t pack_eight __attribute__((vector_size(16)));

/* The first, and the last, four of two vectors, one by one. */
#define pack_low(x, y)  __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11)
#define pack_high(x, y) __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15)

/* Eight runs of eight numbers, from series order to rows. */
static inline void pack_square(const uint16_t *in, uint16_t *out)
{
    pack_eight a[8], b[8];
    for (int i = 0; i < 8; i++)
        memcpy(&a[i], in + (size_t)i * KERNEL_ROWS, sizeof a[i]);
    for (int i = 0; i < 4; i++) {
        b[2 * i] = pack_low(a[i], a[i + 4]);
        b[2 * i + 1] = pack_high(a[i], a[i + 4]);
    }
    for (int i = 0; i < 4; i++) {
        a[2 * i] = pack_low(b[i], b[i + 4]);
        a[2 * i + 1] = pack_high(b[i], b[i + 4]);
    }
    for (int i = 0; i < 4; i++) {
        b[2 * i] = pack_low(a[i], a[i + 4]);
        b[2 * i + 1] = pack_high(a[i], a[i + 4]);
    }
    for (int i = 0; i < 8; i++)
        memcpy(out + (size_t)i * KERNEL_LANES, &b[i], sizeof b[i]);
}

static void pack_gather(const int32_t *v, int32_t base, uint16_t *u)
{
    uint16_t narrow[PACK_VALUES];
    for (size_t i = 0; i < PACK_VALUES; i++)
        narrow[i] = (uint16_t)((uint32_t)v[i] - (uint32_t)base);
    enum { WHOLE = KERNEL_ROWS / 8 * 8 };
    for (size_t lane = 0; lane < KERNEL_LANES; lane += 8)
        for (size_t row = 0; row < WHOLE; row += 8)
            pack_square(narrow + lane * KERNEL_ROWS + row, u + row * KERNEL_LANES + lane);
    for (size_t row = WHOLE; row < KERNEL_ROWS; row++)
        for (size_t lane = 0; lane < KERNEL_LANES; lane++)
            u[row * KERNEL_LANES + lane] = narrow[lane * KERNEL_ROWS + row];
}

typedef uint16_t pack_row __attribute__((vector_size(32)));

static void pack_rows(const uint16_t *u, unsigned width, uint8_t *out)
{
    pack_row window = {0};
    unsigned held = 0;
    for (unsigned row = 0; row < KERNEL_ROWS; row++, u += KERNEL_LANES) {
        pack_row x;
        memcpy(&x, u, sizeof x);
        window |= x << (uint16_t)held;
        held += width;
        if (held < 16)
            continue;
        memcpy(out, &window, sizeof window);
        out += sizeof window;
        held -= 16;
        window = held ? x >> (uint16_t)(width - held) : (pack_row){0};
    }
    if (held)
        memcpy(out, &window, sizeof window);
}

static void pack_cubes(const uint16_t *u, uint64_t *sum3, uint64_t *sum4)
{
    uint64_t cubes = 0, fourths = 0;
    for (size_t i = 0; i < PACK_VALUES; i++) {
        uint32_t x = u[i], square = x * x;
        cubes += (uint64_t)square * x;
        fourths += (uint64_t)square * square;
    }
    *sum3 = cubes;
    *sum4 = fourths;
}

/* One number in 0 .. 2^32 each: (v[i] - v[0]) / unit, if that is whole for all. The quotient in
 * binary64 is right or next to right below 2^51; the product proves it. */
static bool pack_quotients(const int64_t *v, size_t n, uint32_t unit, uint32_t *q)
{
    const double inverse = 1.0 / unit, magic = 0x1p52;
    const uint64_t bits = 0x4330000000000000u, top = (uint64_t)1 << 51;
    uint64_t wrong = 0, seen = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t d = (uint64_t)v[i] - (uint64_t)v[0], word = d | bits;
        double x;
        seen |= d;
        memcpy(&x, &word, sizeof x);
        x = (x - magic) * inverse + magic;
        memcpy(&word, &x, sizeof word);
        word &= ~bits;
        wrong |= ((word & UINT32_MAX) * unit) ^ d;
        wrong |= word >> 32;
        q[i] = (uint32_t)word;
    }
    return seen < top && wrong == 0;
}

/* x[i] = q[i] - whole * round[i] - floor(part * round[i] / 2^32), modulo 2^32. */
static void pack_level(const uint32_t *q, const uint32_t *round, size_t n, uint32_t whole,
                       uint32_t part, int32_t *x)
{
    if (part == 0) {
        for (size_t i = 0; i < n; i++)
            x[i] = (int32_t)(q[i] - whole * round[i]);
        return;
    }
    for (size_t i = 0; i < n; i++)
        x[i] = (int32_t)(q[i] - whole * round[i] - (uint32_t)(((uint64_t)part * round[i]) >> 32));
}

/* Least and greatest of each of `span` columns of v[n / span][span]. */
static void pack_columns(const int32_t *v, size_t n, size_t span, int32_t *low, int32_t *high)
{
    memcpy(low, v, span * sizeof *low);
    memcpy(high, v, span * sizeof *high);
    for (size_t i = span; i + span <= n; i += span)
        for (size_t j = 0; j < span; j++) {
            int32_t x = v[i + j];
            low[j] = x < low[j] ? x : low[j];
            high[j] = x > high[j] ? x : high[j];
        }
}

#define KERNEL_PACK                                                                                \
    {                                                                                              \
        pack_range, pack_gather, pack_rows, pack_cubes, pack_quotients, pack_level, pack_columns   \
    }

#endif
