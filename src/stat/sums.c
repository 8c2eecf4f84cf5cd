/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact power sums of decimals.
 *
 * Values are taken in blocks that fit the first-level cache: one pass finds the extremes, which
 * say how wide the products can get, and the block is then summed in the narrowest integers
 * that hold it. Gauge data stay within 2^13 steps of their reference and never leave 64 bits
 * inside a block; int64 extremes take the 256-bit path value by value.
 */
#include <assay/moments.h>

#include "num/wide.h"

enum { BLOCK = 2048 }; /* 2^11 */

/* Bounds on |d| under which a block's sums fit their type: p bits a value, p + 11 a block. */
static const uint64_t order2_in_64 = (UINT64_C(1) << 26) - 1;  /* d^2 2^11 < 2^63 */
static const uint64_t order4_in_64 = (UINT64_C(1) << 13) - 1;  /* d^4 2^11 < 2^63 */
static const uint64_t order2_in_128 = (UINT64_C(1) << 57) - 1; /* d^2 2^11 < 2^125 */
static const uint64_t order4_in_128 = (UINT64_C(1) << 28) - 1; /* d^4 2^11 < 2^123 */

assay_sums assay_sums_empty(int64_t reference, int exponent, int order)
{
    return (assay_sums){.exponent = exponent,
                        .order = order > 2 ? 4 : 2,
                        .reference = reference,
                        .min = INT64_MAX,
                        .max = INT64_MIN};
}

/* What is no longer exact is cleared, so that equal data give equal bits. */
static void lower_order(assay_sums *s, int order)
{
    if (order >= s->order)
        return;
    s->order = order;
    s->sum3 = s->sum4 = (assay_int256){{0}};
    if (order < 2)
        s->sum2 = 0;
}

static void add_high(assay_sums *s, const assay_int256 *sum3, const assay_int256 *sum4)
{
    if (s->order < 4)
        return;
    /* |sum3| <= sum4 for integers, so only sum4 need be watched. */
    (void)int256_add(&s->sum3, sum3);
    if (int256_add(&s->sum4, sum4) || int256_is_negative(sum4))
        lower_order(s, 2);
}

static void add_low(assay_sums *s, int128 sum, int128 sum2)
{
    s->sum += sum;
    if (s->order >= 2 && __builtin_add_overflow(s->sum2, sum2, &s->sum2))
        lower_order(s, 1);
}

static void add_block_narrow2(assay_sums *s, const int64_t *x, size_t n)
{
    int64_t s1 = 0, s2 = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t d = x[i] - s->reference;
        s1 += d;
        s2 += d * d;
    }
    add_low(s, s1, s2);
}

static void add_block_narrow4(assay_sums *s, const int64_t *x, size_t n)
{
    int64_t s1 = 0, s2 = 0, s3 = 0, s4 = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t d = x[i] - s->reference, dd = d * d;
        s1 += d;
        s2 += dd;
        s3 += dd * d;
        s4 += dd * dd;
    }
    add_low(s, s1, s2);
    assay_int256 sum3 = {{0}}, sum4 = {{0}};
    (void)int256_add_int128(&sum3, s3);
    (void)int256_add_int128(&sum4, s4);
    add_high(s, &sum3, &sum4);
}

static void add_block_middle2(assay_sums *s, const int64_t *x, size_t n)
{
    int128 s1 = 0, s2 = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t d = x[i] - s->reference;
        s1 += d;
        s2 += (int128)d * d;
    }
    add_low(s, s1, s2);
}

static void add_block_middle4(assay_sums *s, const int64_t *x, size_t n)
{
    int64_t s1 = 0;
    int128 s2 = 0, s3 = 0, s4 = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t d = x[i] - s->reference, dd = d * d;
        s1 += d;
        s2 += dd;
        s3 += (int128)dd * d;
        s4 += (int128)dd * dd;
    }
    add_low(s, s1, s2);
    assay_int256 sum3 = {{0}}, sum4 = {{0}};
    (void)int256_add_int128(&sum3, s3);
    (void)int256_add_int128(&sum4, s4);
    add_high(s, &sum3, &sum4);
}

static void add_block_wide(assay_sums *s, const int64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int128 d = (int128)x[i] - s->reference;
        uint128 size = (uint128)(d < 0 ? -d : d), squared = size * size;
        if (squared >> 127)
            lower_order(s, 1);
        add_low(s, d, (int128)squared);
        if (s->order == 4) {
            assay_int256 cube = int256_cube(d), fourth = int256_fourth(d);
            add_high(s, &cube, &fourth);
        }
    }
}

static uint64_t distance(int64_t a, int64_t b)
{
    return a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
}

/* n >= 1 values, none missing. */
static void add_block(assay_sums *s, const int64_t *x, size_t n)
{
    int64_t min = x[0], max = x[0];
    for (size_t i = 1; i < n; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    s->n += n;
    s->min = min < s->min ? min : s->min;
    s->max = max > s->max ? max : s->max;
    uint64_t low = distance(min, s->reference), high = distance(max, s->reference);
    uint64_t bound = low > high ? low : high;
    if (s->order == 4)
        (bound <= order4_in_64    ? add_block_narrow4
         : bound <= order4_in_128 ? add_block_middle4
                                  : add_block_wide)(s, x, n);
    else
        (bound <= order2_in_64    ? add_block_narrow2
         : bound <= order2_in_128 ? add_block_middle2
                                  : add_block_wide)(s, x, n);
}

static size_t keep_present(const int64_t *x, size_t n, int64_t *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        out[kept] = x[i];
        kept += x[i] != ASSAY_MANTISSA_MISSING;
    }
    return kept;
}

static bool has_missing(const int64_t *x, size_t n)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found |= x[i] == ASSAY_MANTISSA_MISSING;
    return found;
}

assay_status assay_sums_add(assay_sums *s, const assay_values *x, assay_err *err)
{
    if (!x->mantissa && x->n)
        return assay_fail(err, ASSAY_DOMAIN, 0, "exact sums take decimals, not doubles");
    if (x->n && x->exponent != s->exponent)
        return assay_fail(err, ASSAY_DOMAIN, 0, "values in units of 1e%d, sums in units of 1e%d",
                          x->exponent, s->exponent);
    for (size_t from = 0; from < x->n; from += BLOCK) {
        const int64_t *block = x->mantissa + from;
        size_t n = x->n - from < BLOCK ? x->n - from : BLOCK;
        int64_t present[BLOCK];
        if (has_missing(block, n)) {
            size_t kept = keep_present(block, n, present);
            s->missing += n - kept;
            block = present;
            n = kept;
        }
        if (n)
            add_block(s, block, n);
    }
    return ASSAY_OK;
}

assay_status assay_sums_merge(assay_sums *into, const assay_sums *from, assay_err *err)
{
    if (into->exponent != from->exponent || into->reference != from->reference)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "sums about %lld (1e%d) do not add to sums about %lld (1e%d)",
                          (long long)from->reference, from->exponent,
                          (long long)into->reference, into->exponent);
    lower_order(into, from->order);
    into->n += from->n;
    into->missing += from->missing;
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
    add_low(into, from->sum, from->sum2);
    add_high(into, &from->sum3, &from->sum4);
    return ASSAY_OK;
}
