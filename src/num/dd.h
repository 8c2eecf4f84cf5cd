/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Double-double arithmetic: a number as the unevaluated sum hi + lo, |lo| <= ulp(hi)/2.
 *
 * 106 bits of significand, about 31 digits, at the exponent range of binary64: products need
 * |hi| between 2^-900 and 2^996 for all their digits. The results depend on IEEE arithmetic alone
 * (build with -ffp-contract=off): products split their factors instead of asking for a fused
 * multiply-add, so they are the same on every machine.
 *
 * Relative errors: add, sub 2^-104 (accurate form, no cancellation loss beyond that of the
 * operands), mul 2^-103, div and sqrt 2^-101.
 * Source: Dekker 1971; Hida, Li, Bailey 2001; Joldes, Muller, Popescu 2017 (ACM TOMS 44:15).
 */
#ifndef NUM_DD_H
#define NUM_DD_H

#include <assay/values.h>

/* Exact sum of two doubles; the first form needs |a| >= |b|. */
static inline assay_dd dd_fast_sum(double a, double b)
{
    double s = a + b;
    return (assay_dd){s, b - (s - a)};
}

static inline assay_dd dd_sum(double a, double b)
{
    double s = a + b;
    double c = s - a;
    return (assay_dd){s, (a - (s - c)) + (b - c)};
}

/* Exact product of two doubles (Veltkamp's split). */
static inline assay_dd dd_product(double a, double b)
{
    double ca = 134217729.0 * a, cb = 134217729.0 * b;
    double ah = ca - (ca - a), bh = cb - (cb - b);
    double al = a - ah, bl = b - bh;
    double p = a * b;
    return (assay_dd){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

static inline assay_dd dd_of(double x)
{
    return (assay_dd){x, 0};
}

static inline assay_dd dd_negate(assay_dd a)
{
    return (assay_dd){-a.hi, -a.lo};
}

static inline assay_dd dd_add(assay_dd a, assay_dd b)
{
    assay_dd s = dd_sum(a.hi, b.hi), t = dd_sum(a.lo, b.lo);
    s = dd_fast_sum(s.hi, s.lo + t.hi);
    return dd_fast_sum(s.hi, s.lo + t.lo);
}

static inline assay_dd dd_sub(assay_dd a, assay_dd b)
{
    return dd_add(a, dd_negate(b));
}

static inline assay_dd dd_mul(assay_dd a, assay_dd b)
{
    assay_dd p = dd_product(a.hi, b.hi);
    return dd_fast_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* Times a power of two, or any double whose products are exact. */
static inline assay_dd dd_scale(assay_dd a, double power_of_two)
{
    return (assay_dd){a.hi * power_of_two, a.lo * power_of_two};
}

static inline int dd_compare(assay_dd a, assay_dd b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return (a.lo > b.lo) - (a.lo < b.lo);
}

static inline assay_dd dd_abs(assay_dd a)
{
    return a.hi < 0 ? dd_negate(a) : a;
}

/* Every int64 exactly. */
static inline assay_dd dd_of_int(int64_t i)
{
    double hi = (double)(i >> 32) * 4294967296.0;
    return dd_fast_sum(hi, (double)(i & 0xffffffff));
}

static inline assay_dd dd_of_uint(uint64_t i)
{
    return dd_fast_sum((double)(i >> 32) * 4294967296.0, (double)(i & 0xffffffff));
}

/* Division by zero and the root of a negative number give NaN. */
assay_dd dd_div(assay_dd a, assay_dd b);
assay_dd dd_sqrt(assay_dd a);

/* 10^exponent for 0 <= exponent <= 308; exact up to 44, else 2^-100. */
assay_dd dd_power_of_ten(int exponent);

/* a * 10^exponent and a * 2^shift; overflow gives an infinite hi and lo 0. */
assay_dd dd_times_power_of_ten(assay_dd a, int exponent);
assay_dd dd_times_power_of_two(assay_dd a, int shift);

/* The nearest double. For a pair out of the functions above this is hi. */
static inline double dd_to_double(assay_dd a)
{
    return a.hi + a.lo;
}

#endif
