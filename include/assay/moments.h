/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact power sums and the moments that follow from them (docs/method/moments.md).
 *
 * Decimals are summed as integers about a reference the caller fixes, so that a sum does not
 * depend on order, threads or merges, and the moments are formed from the sums without
 * cancellation: mean, sd, skewness and kurtosis are the correctly rounded figures of the decimals
 * as written, but for one case in about 2^40. Pairs of doubles go through double-double
 * arithmetic in two passes, about 30 digits.
 * All memory is the caller's; nothing is allocated.
 */
#ifndef ASSAY_MOMENTS_H
#define ASSAY_MOMENTS_H

#include <assay/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A result that may not exist: value is NaN exactly when why says the reason. */
typedef struct {
    double value;
    const char *why; /* static text in lower case ("fewer than 2 values"), or NULL */
} assay_figure;

ASSAY_PUBLIC assay_figure assay_figure_of(double value); /* not finite: why is "beyond binary64" */
ASSAY_PUBLIC assay_figure assay_figure_undefined(const char *why);

__extension__ typedef __int128 assay_int128;
typedef struct {
    uint64_t limb[4]; /* two's complement, least significant first */
} assay_int256;

/* The decimal mantissa * 10^exponent as a pair, to 31 digits. For arguments such as a reference
 * value or a limit that must not lose what their text says. */
ASSAY_PUBLIC assay_dd assay_dd_of_decimal(int64_t mantissa, int exponent);
ASSAY_PUBLIC assay_dd assay_dd_of_double(double x);

/* Sums of d = mantissa - reference over the values present; unit 10^exponent to the power.
 *
 * `order` is the highest power whose sums are exact: it starts at 2 or 4 and falls to 2 when
 * sum4 leaves 256 bits, to 1 when sum2 leaves 128. Whether that happens depends on the values
 * alone, not on their order. With |d| < 2^32 it cannot below 2^63 values.
 * sum2 and sum4 never overflow unseen, and |sum| <= n 2^64, |sum3| <= sum4. */
typedef struct {
    uint64_t n, missing;
    int exponent;
    int order;
    int64_t reference;
    int64_t min, max; /* mantissas; meaningless for n = 0 */
    assay_int128 sum, sum2;
    assay_int256 sum3, sum4; /* zero when order < 4 */
} assay_sums;

/* Empty sums. order is 2 (mean and sd) or 4 (skewness and kurtosis too). */
ASSAY_PUBLIC assay_sums assay_sums_empty(int64_t reference, int exponent, int order);

/* Add all of x; missing values are counted and skipped.
 * Errors  ASSAY_DOMAIN  x is not decimal or has another exponent
 * Cost    0.5 to 2 ns a value when |d| < 2^28, about 10 ns above */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_sums_add(assay_sums *s, const assay_values *x,
                                                        assay_err *err);

/* into += from: any order of merges gives the same bits.
 * Errors  ASSAY_DOMAIN  another reference or exponent */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_sums_merge(assay_sums *into,
                                                          const assay_sums *from, assay_err *err);

/* Central moments in a unit of 10^exponent * 2^shift, so that none overflows on the way.
 * m2, m3, m4 are sums of (x - mean)^p, not divided by anything. */
typedef struct {
    uint64_t n, missing;
    int exponent, shift;
    int order; /* 4, or 2: m3 and m4 are NaN */
    assay_dd mean, m2, m3, m4;
    assay_dd min, max;
} assay_moments;

/* From sums of order 2 or 4.
 * Errors  ASSAY_LIMIT  order is 1: the spread is too wide for 128 bits; use assay_moments_of */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_sums_moments(const assay_sums *s,
                                                            assay_moments *out, assay_err *err);

/* From any values: decimals exactly, about their first value; pairs, and decimals whose spread
 * overflows the exact sums (|d| beyond 2^52 or so), in two passes of double-double.
 * Missing values are counted and skipped; n = 0 is no error (every figure is then undefined).
 * Errors  ASSAY_DOMAIN  a value is infinite; err->at is its index
 * Cost    O(n), two passes */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_moments_of(const assay_values *x,
                                                          assay_moments *out, assay_err *err);

/* Figures, in the unit of the values. sd and variance divide by n - 1.
 *   mean            n >= 1
 *   variance, sd    n >= 2
 *   skewness        G1 = g1 sqrt(n (n-1)) / (n-2), n >= 3; g1 = (m3/n) / (m2/n)^1.5
 *   kurtosis        excess G2 = (n-1) / ((n-2)(n-3)) ((n+1) g2 + 6), n >= 4; g2 = n m4/m2^2 - 3
 *   ..._biased      g1 (n >= 2) and g2 (n >= 2) themselves
 * Excel, Minitab, SAS and SPSS print G1 and G2; R's moments package prints g1 and g2 + 3.
 * Shape figures of data without spread are undefined.
 * Golden  test/golden/stat/nist: mean, sd >= 14.9 digits */
ASSAY_PUBLIC assay_figure assay_moments_mean(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_variance(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_sd(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_skewness(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_kurtosis(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_skewness_biased(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_kurtosis_biased(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_min(const assay_moments *m);
ASSAY_PUBLIC assay_figure assay_moments_max(const assay_moments *m);

/* The mean to about 31 digits, for differences from it; NaN for n = 0. */
ASSAY_PUBLIC assay_dd assay_moments_mean_dd(const assay_moments *m);

#ifdef __cplusplus
}
#endif
#endif
