/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds for all rows of a block, found while its columns are in the cache: whoever deals them
 * need not look at each one again. One body, compiled for each instruction set. */
#include "read/csv.h"

static inline __attribute__((always_inline)) bool is_even(const csv_block *b)
{
    const int64_t *mantissa = b->mantissa, *time = b->time;
    const int32_t *offset = b->offset_s;
    const uint8_t *decimals = b->decimals;
    const int8_t *exponent = b->exponent;
    const size_t n = b->n;
    uint8_t form = 0;
    uint64_t wide = 0;
    int64_t falls = 0;
    uint32_t offsets = 0;
    for (size_t i = 0; i < n; i++)
        form |= (uint8_t)((decimals[i] ^ decimals[0]) | (uint8_t)(exponent[i] ^ exponent[0]));
    for (size_t i = 0; i < n; i++) {
        uint64_t above = (uint64_t)mantissa[i] + INT32_MAX; /* 0 .. 2^32 - 2 */
        wide |= above | (above + 1);
    }
    for (size_t i = 1; i < n; i++)
        falls |= time[i] < time[i - 1];
    for (size_t i = 0; offset && i < n; i++)
        offsets |= (uint32_t)(offset[i] ^ offset[0]);
    return !form && !(wide >> 32) && !falls && !offsets && time[0] != TIME_NONE;
}

static bool even_scalar(const csv_block *b)
{
    return is_even(b);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static bool even_avx2(const csv_block *b)
{
    return is_even(b);
}
#endif

csv_even_fn *csv_even_at(unsigned level)
{
#if defined(__x86_64__)
    if (level >= 2 && __builtin_cpu_supports("avx2"))
        return even_avx2;
#else
    (void)level;
#endif
    return even_scalar;
}
