/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sorting without allocation, and what is read off sorted values.
 *
 * Keys are 64-bit integers in the order of the values. Measurements of one characteristic differ
 * in two or three bytes once the smallest is taken off, and a radix sort passes only over those.
 */
#include "stat/sorted.h"

#include "num/dd.h"
#include "num/values.h"

#include <float.h>
#include <string.h>

size_t sorted_scratch_size(size_t n)
{
    return 16 * n + 16;
}

/* -- keys ------------------------------------------------------------------------------ */

static uint64_t key_of_double(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double double_of_key(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t key_of_int(int64_t i)
{
    return (uint64_t)i ^ UINT64_C(1) << 63;
}

static int64_t int_of_key(uint64_t key)
{
    return (int64_t)(key ^ UINT64_C(1) << 63);
}

/* -- radix sort ------------------------------------------------------------------------ */

static void count_digits(const uint64_t *keys, size_t n, size_t counts[8][256])
{
    memset(counts, 0, 8 * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        for (int digit = 0; digit < 8; digit++)
            counts[digit][keys[i] >> 8 * digit & 255]++;
}

static void radix_pass(const uint64_t *from, uint64_t *to, size_t n, int digit, size_t counts[256])
{
    size_t place = 0;
    for (int i = 0; i < 256; i++) {
        size_t count = counts[i];
        counts[i] = place;
        place += count;
    }
    for (size_t i = 0; i < n; i++)
        to[counts[from[i] >> 8 * digit & 255]++] = from[i];
}

/* Sorts keys, using spare; returns the one of the two that holds the result. */
static uint64_t *radix_sort(uint64_t *keys, uint64_t *spare, size_t n)
{
    size_t counts[8][256];
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < n; i++)
        least = keys[i] < least ? keys[i] : least;
    for (size_t i = 0; i < n; i++)
        keys[i] -= least;
    count_digits(keys, n, counts);
    for (int digit = 0; digit < 8; digit++) {
        if (counts[digit][keys[0] >> 8 * digit & 255] == n)
            continue; /* all alike */
        radix_pass(keys, spare, n, digit, counts[digit]);
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    for (size_t i = 0; i < n; i++)
        keys[i] += least;
    return keys;
}

/* -- heap sort of pairs ---------------------------------------------------------------- */

static void sift_down(assay_dd *a, size_t root, size_t n)
{
    assay_dd moving = a[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && dd_compare(a[child], a[child + 1]) < 0)
            child++;
        if (dd_compare(moving, a[child]) >= 0)
            break;
        a[root] = a[child];
    }
    a[root] = moving;
}

static void heap_sort(assay_dd *a, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(a, i, n);
    for (size_t end = n; end-- > 1;) {
        assay_dd largest = a[0];
        a[0] = a[end];
        a[end] = largest;
        sift_down(a, 0, end);
    }
}

/* -- sorted values --------------------------------------------------------------------- */

static void sort_decimals(const assay_values *x, uint64_t *keys, sorted *s)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->mantissa[i] != ASSAY_MANTISSA_MISSING)
            keys[s->n++] = key_of_int(x->mantissa[i]);
    uint64_t *in_order = s->n ? radix_sort(keys, keys + x->n, s->n) : keys;
    for (size_t i = 0; i < s->n; i++)
        in_order[i] = (uint64_t)int_of_key(in_order[i]);
    s->mantissa = (const int64_t *)in_order;
}

static void sort_doubles(const assay_values *x, uint64_t *keys, sorted *s)
{
    for (size_t i = 0; i < x->n; i++)
        if (!isnan(x->hi[i]))
            keys[s->n++] = key_of_double(x->hi[i]);
    uint64_t *in_order = s->n ? radix_sort(keys, keys + x->n, s->n) : keys;
    double *plain = (double *)in_order;
    for (size_t i = 0; i < s->n; i++) {
        double value = double_of_key(in_order[i]);
        memcpy(&plain[i], &value, sizeof value);
    }
    s->plain = plain;
}

static void sort_pairs(const assay_values *x, assay_dd *pairs, sorted *s)
{
    for (size_t i = 0; i < x->n; i++)
        if (!isnan(x->hi[i]))
            pairs[s->n++] = values_dd(x, i);
    heap_sort(pairs, s->n);
    s->pair = pairs;
}

sorted sorted_of(const assay_values *x, void *scratch)
{
    sorted s = {.exponent = values_exponent(x)};
    if (x->mantissa)
        sort_decimals(x, scratch, &s);
    else if (x->lo)
        sort_pairs(x, scratch, &s);
    else
        sort_doubles(x, scratch, &s);
    if (s.n && !x->mantissa) {
        double low = fabs(sorted_at(&s, 0).hi), high = fabs(sorted_at(&s, s.n - 1).hi);
        (void)frexp(fmax(low, high), &s.shift);
        s.shift = s.shift > -960 ? s.shift : -960;
    }
    return s;
}

assay_dd sorted_at(const sorted *s, size_t i)
{
    if (s->mantissa)
        return dd_of_int(s->mantissa[i]);
    return dd_times_power_of_two(s->plain ? dd_of(s->plain[i]) : s->pair[i], -s->shift);
}

assay_dd sorted_unit(const sorted *s, const assay_values *x, size_t i)
{
    return dd_times_power_of_two(values_dd(x, i), -s->shift);
}

static assay_dd middle(assay_dd a, assay_dd b)
{
    return dd_scale(dd_add(a, b), 0.5);
}

assay_dd sorted_median(const sorted *s)
{
    return middle(sorted_at(s, (s->n - 1) / 2), sorted_at(s, s->n / 2));
}

/* -- quantiles ------------------------------------------------------------------------- */

/* a + p (n + 1 - a - b), the place among 1..n, to the full precision of a pair. */
static assay_dd place_of(size_t n, double p, assay_dd a, assay_dd b)
{
    assay_dd span = dd_sub(dd_sub(dd_of_uint(n + 1), a), b);
    return dd_add(a, dd_mul(dd_of(p), span));
}

static assay_dd continuous_place(int type, size_t n, double p)
{
    assay_dd third = dd_div(dd_of(1), dd_of(3));
    switch (type) {
    case 4:
        return place_of(n, p, dd_of(0), dd_of(1));
    case 5:
        return place_of(n, p, dd_of(0.5), dd_of(0.5));
    case 6:
        return place_of(n, p, dd_of(0), dd_of(0));
    case 7:
        return place_of(n, p, dd_of(1), dd_of(1));
    case 8:
        return place_of(n, p, third, third);
    default:
        return place_of(n, p, dd_of(0.375), dd_of(0.375));
    }
}

/* The share of the next value, for the discontinuous types. */
static double step_share(int type, double whole, bool is_at_step)
{
    if (type == 1)
        return is_at_step ? 0 : 1;
    if (type == 2)
        return is_at_step ? 0.5 : 1;
    return is_at_step && fmod(whole, 2) == 0 ? 0 : 1;
}

/* Value at place `whole` of 1..n; what is outside is the nearest. */
static assay_dd clamped_at(const sorted *s, double whole)
{
    if (whole < 1)
        return sorted_at(s, 0);
    return sorted_at(s, whole >= (double)s->n ? s->n - 1 : (size_t)whole - 1);
}

assay_dd sorted_quantile(const sorted *s, int type, double p)
{
    assay_dd place;
    if (type <= 3) {
        place = dd_mul(dd_of(p), dd_of_uint(s->n));
        place = type == 3 ? dd_sub(place, dd_of(0.5)) : place;
    } else {
        place = continuous_place(type, s->n, p);
    }
    double slack = 4 * DBL_EPSILON * fmax(1, place.hi);
    double whole = floor(place.hi + slack);
    assay_dd share = dd_sub(place, dd_of(whole));
    bool is_at_step = fabs(share.hi) < slack;
    if (type <= 3)
        share = dd_of(step_share(type, whole, is_at_step));
    else if (is_at_step)
        share = dd_of(0);
    assay_dd low = clamped_at(s, whole), high = clamped_at(s, whole + 1);
    return dd_add(low, dd_mul(share, dd_sub(high, low)));
}

/* Deviations grow from the center outwards on both sides: merge them up to the middle. */
assay_dd sorted_deviation(const sorted *s, assay_dd center)
{
    size_t right = 0;
    for (size_t span = s->n; span;) { /* first value not below the center */
        size_t half = span / 2;
        if (dd_compare(sorted_at(s, right + half), center) < 0) {
            right += half + 1;
            span -= half + 1;
        } else {
            span = half;
        }
    }
    size_t left = right; /* the value left of here is next */
    assay_dd lower = dd_of(0), now = dd_of(0);
    for (size_t taken = 0; taken <= s->n / 2; taken++) {
        assay_dd to_left = dd_of(INFINITY), to_right = dd_of(INFINITY);
        if (left > 0)
            to_left = dd_sub(center, sorted_at(s, left - 1));
        if (right < s->n)
            to_right = dd_sub(sorted_at(s, right), center);
        bool is_left = dd_compare(to_left, to_right) <= 0;
        now = is_left ? to_left : to_right;
        left -= is_left;
        right += !is_left;
        if (taken == (s->n - 1) / 2)
            lower = now;
    }
    return middle(lower, now);
}
