/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constants of control charts: moments of the range and the standard deviation of n
 * independent standard normal readings.
 *
 *   d2  mean of the range               d3  its standard deviation
 *   d4  median of the range             c4  mean of the standard deviation (divisor n - 1)
 *
 * n = 2 .. 100 come from a table computed at build time in 113-bit arithmetic and rounded once.
 * Beyond, d2, d3 and d4 are integrated when called (about 1 ms, 1e-13), c4 is a series (1e-15).
 * NaN below n = 2 and, but for c4, above ASSAY_RANGE_N_MAX.
 */
#ifndef ASSAY_CONSTANTS_H
#define ASSAY_CONSTANTS_H

#include <assay/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_RANGE_N_MAX 10000

ASSAY_PUBLIC double assay_d2(size_t n);
ASSAY_PUBLIC double assay_d3(size_t n);
ASSAY_PUBLIC double assay_d4(size_t n);
ASSAY_PUBLIC double assay_c4(size_t n);

/* sqrt(1 - c4^2), the standard deviation of s, without the cancellation. */
ASSAY_PUBLIC double assay_c5(size_t n);

/* Distribution of the range of n standard normal readings: P(R <= w), and its inverse. */
ASSAY_PUBLIC double assay_range_cdf(double w, size_t n);
ASSAY_PUBLIC double assay_range_quantile(double p, size_t n);

/* Standard deviation of the median of n standard normal readings: width of median charts. */
ASSAY_PUBLIC double assay_median_sd(size_t n);

#ifdef __cplusplus
}
#endif
#endif
