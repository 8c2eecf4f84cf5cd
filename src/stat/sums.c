/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact power sums of decimals.
 *
 * Values are taken in blocks that fit the first-level cache. A block is first summed in 64 bits
 * that may wrap, beside its extremes; these say whether it did. Gauge data stay within 2^13 steps
 * of their reference and are done by then; what is wider is summed again in 128 bits, and int64
 * extremes value by value in 256. A missing value is the smallest mantissa, so the extremes show
 * that one was there.
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
    /* |sum3| <= sum4 for integers, so only sum4 need be watched. One d^4 always fits: where it
     * would not, d^2 has left 127 bits and the order is 1 already. */
    (void)int256_add(&s->sum3, sum3);
    if (int256_add(&s->sum4, sum4))
        lower_order(s, 2);
}

static void add_low(assay_sums *s, int128 sum, int128 sum2)
{
    s->sum += sum;
    if (s->order >= 2 && __builtin_add_overflow(s->sum2, sum2, &s->sum2))
        lower_order(s, 1);
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

/* Sums of a block modulo 2^64, and its extremes. */
typedef struct {
    uint64_t sum, sum2, sum3, sum4;
    int64_t min, max;
} narrow;

static inline narrow narrow_sums(const int64_t *x, size_t n, int64_t reference, bool with_high)
{
    narrow s = {0, 0, 0, 0, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < n; i++) {
        uint64_t d = (uint64_t)x[i] - (uint64_t)reference, square = d * d;
        s.sum += d;
        s.sum2 += square;
        s.min = x[i] < s.min ? x[i] : s.min;
        s.max = x[i] > s.max ? x[i] : s.max;
        if (with_high) {
            s.sum3 += square * d;
            s.sum4 += square * square;
        }
    }
    return s;
}

/* Sums that did not wrap: each is the signed number its 64 bits show. */
static void add_narrow(assay_sums *s, const narrow *b)
{
    add_low(s, (int64_t)b->sum, (int64_t)b->sum2);
    if (s->order < 4)
        return;
    assay_int256 sum3 = {{0}}, sum4 = {{0}};
    (void)int256_add_int128(&sum3, (int64_t)b->sum3);
    (void)int256_add_int128(&sum4, (int64_t)b->sum4);
    add_high(s, &sum3, &sum4);
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

/* n >= 1 values, none missing, of which b are the narrow sums. */
static void add_present(assay_sums *s, const int64_t *x, size_t n, const narrow *b)
{
    s->n += n;
    s->min = b->min < s->min ? b->min : s->min;
    s->max = b->max > s->max ? b->max : s->max;
    uint64_t low = distance(b->min, s->reference), high = distance(b->max, s->reference);
    uint64_t bound = low > high ? low : high;
    if (bound <= (s->order == 4 ? order4_in_64 : order2_in_64))
        add_narrow(s, b);
    else if (bound <= (s->order == 4 ? order4_in_128 : order2_in_128))
        (s->order == 4 ? add_block_middle4 : add_block_middle2)(s, x, n);
    else
        add_block_wide(s, x, n);
}

static narrow narrow_of(const int64_t *x, size_t n, const assay_sums *s)
{
    return s->order == 4 ? narrow_sums(x, n, s->reference, true)
                         : narrow_sums(x, n, s->reference, false);
}

static void add_block(assay_sums *s, const int64_t *x, size_t n)
{
    narrow b = narrow_of(x, n, s);
    if (b.min != ASSAY_MANTISSA_MISSING) {
        add_present(s, x, n, &b);
        return;
    }
    int64_t present[BLOCK];
    size_t kept = keep_present(x, n, present);
    s->missing += n - kept;
    if (kept) {
        b = narrow_of(present, kept, s);
        add_present(s, present, kept, &b);
    }
}

assay_status assay_sums_add(assay_sums *s, const assay_values *x, assay_err *err)
{
    if (!x->mantissa && x->n)
        return assay_fail(err, ASSAY_DOMAIN, 0, "exact sums take decimals, not doubles");
    if (x->n && x->exponent != s->exponent)
        return assay_fail(err, ASSAY_DOMAIN, 0, "values in units of 1e%d, sums in units of 1e%d",
                          x->exponent, s->exponent);
    for (size_t from = 0; from < x->n; from += BLOCK)
        add_block(s, x->mantissa + from, x->n - from < BLOCK ? x->n - from : BLOCK);
    return ASSAY_OK;
}

assay_status assay_sums_merge(assay_sums *into, const assay_sums *from, assay_err *err)
{
    if (into->exponent != from->exponent || into->reference != from->reference)
        return assay_fail(
            err, ASSAY_DOMAIN, 0, "sums about %lld (1e%d) do not add to sums about %lld (1e%d)",
            (long long)from->reference, from->exponent, (long long)into->reference, into->exponent);
    lower_order(into, from->order);
    into->n += from->n;
    into->missing += from->missing;
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
    add_low(into, from->sum, from->sum2);
    add_high(into, &from->sum3, &from->sum4);
    return ASSAY_OK;
}
