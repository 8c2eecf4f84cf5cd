/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact sums of readings that are kept as 16-bit steps from one base, without widening them first.
 *
 * Sum and range of n neighbours are found at every reading, sixteen at a time, and every n-th is
 * kept: five times the arithmetic for a fifth of the instructions. Where n steps may leave 16 bits,
 * the block is summed one subgroup after the other. */
#include <assay/chart.h>
#include <assay/moments.h>

#include "stat/clones.h"

enum { BLOCK = 1920, NEAR_MAX = 8 }; /* a multiple of 2, 3, 4, 5, 6 and 8 */

typedef struct {
    int64_t sum, square;
    int16_t low, high;
} block_sums;

CLONES static block_sums power_sums(const int16_t *x, size_t n)
{
    int32_t sum = 0;
    int64_t square = 0;
    int16_t low = x[0], high = x[0];
    for (size_t i = 0; i < n; i++) {
        int32_t d = x[i];
        sum += d;
        square += (int64_t)d * d;
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    return (block_sums){sum, square, low, high};
}

/* Sums and ranges of x[i .. i+n) for every i. n is a constant where this is called. */
static inline __attribute__((always_inline)) void slide(const int16_t *restrict x, size_t count,
                                                        uint32_t n, int16_t *restrict sum,
                                                        uint16_t *restrict range)
{
    for (size_t i = 0; i < count; i++) {
        int16_t total = x[i], low = x[i], high = x[i];
        for (uint32_t j = 1; j < n; j++) {
            int16_t next = x[i + j];
            total = (int16_t)(total + next);
            low = next < low ? next : low;
            high = next > high ? next : high;
        }
        sum[i] = total;
        range[i] = (uint16_t)(high - low);
    }
}

#define SLIDE(n)                                                                                   \
    CLONES static void slide_##n(const int16_t *restrict x, size_t count, int16_t *restrict sum,   \
                                 uint16_t *restrict range)                                         \
    {                                                                                              \
        slide(x, count, n, sum, range);                                                            \
    }
SLIDE(2)
SLIDE(3)
SLIDE(4)
SLIDE(5)
SLIDE(6)
SLIDE(7)
SLIDE(8)

static void slide_all(const int16_t *x, size_t count, uint32_t n, int16_t *sum, uint16_t *range)
{
    static void (*const of[])(const int16_t *restrict, size_t, int16_t *restrict, uint16_t *restrict) = {
        slide_2, slide_3, slide_4, slide_5, slide_6, slide_7, slide_8};
    of[n - 2](x, count, sum, range);
}

static void subgroup_one(const int16_t *x, uint32_t n, int64_t base, int64_t *sum, int64_t *range)
{
    int32_t total = 0, low = x[0], high = x[0];
    for (uint32_t j = 0; j < n; j++) {
        total += x[j];
        low = x[j] < low ? x[j] : low;
        high = x[j] > high ? x[j] : high;
    }
    *sum = base * n + total;
    *range = high - low;
}

/* k subgroups; none of their sums of steps leaves 16 bits. */
static void subgroups_slide(const int16_t *x, size_t k, uint32_t n, int64_t base, int64_t *sum,
                            int64_t *range)
{
    int16_t total[BLOCK];
    uint16_t spread[BLOCK];
    slide_all(x, (k - 1) * n + 1, n, total, spread);
    for (size_t i = 0; i < k; i++) {
        sum[i] = base * n + total[i * n];
        range[i] = spread[i * n];
    }
}

assay_status assay_subgroup_sums_near(const assay_near *x, uint32_t n, int64_t *sum, int64_t *range,
                                      assay_sums *power, assay_err *err)
{
    const int64_t most = INT64_MAX / 2 / NEAR_MAX;
    if (n < 2 || n > NEAR_MAX || x->n % n)
        return assay_fail(err, ASSAY_SHAPE, x->n, "%zu readings do not make subgroups of %u", x->n, n);
    if (x->base > most || x->base < -most)
        return assay_fail(err, ASSAY_LIMIT, 0, "the base has too many digits for sums");
    if (power->order != 2 || power->exponent != x->exponent || power->reference != x->base)
        return assay_fail(err, ASSAY_DOMAIN, 0, "sums of another base, exponent or order");
    const size_t step = BLOCK / n * n;
    for (size_t from = 0, count; from < x->n; from += count) {
        count = x->n - from < step ? x->n - from : step;
        const int16_t *block = x->step + from;
        size_t k = count / n, g = from / n;
        block_sums b = power_sums(block, count);
        power->n += count;
        power->sum += b.sum;
        power->sum2 += b.square;
        power->min = x->base + b.low < power->min ? x->base + b.low : power->min;
        power->max = x->base + b.high > power->max ? x->base + b.high : power->max;
        if (b.high <= INT16_MAX / (int)n && b.low >= -INT16_MAX / (int)n)
            subgroups_slide(block, k, n, x->base, sum + g, range + g);
        else
            for (size_t i = 0; i < k; i++)
                subgroup_one(block + i * n, n, x->base, sum + g + i, range + g + i);
    }
    return ASSAY_OK;
}
