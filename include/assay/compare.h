/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests on means and standard deviations of one or two samples (docs/method/compare.md).
 *
 * Missing values are counted out; an infinite one is refused (ASSAY_DOMAIN, err->at). Memory is
 * the caller's, nothing is allocated. All tests are two-sided and assume normal values.
 */
#ifndef ASSAY_COMPARE_H
#define ASSAY_COMPARE_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/* df2 is for F alone. The interval is that of the estimate: mean, difference or ratio. */
typedef struct {
    assay_figure estimate, statistic, df, df2, p, lower, upper;
} assay_test;

typedef struct {
    uint64_t n_x, n_y;
    assay_figure mean_x, mean_y, sd_x, sd_y;
    assay_test pooled;   /* Student: equal variances; estimate is mean x - mean y */
    assay_test welch;    /* Welch-Satterthwaite degrees of freedom */
    assay_test variance; /* F = variance x / variance y */
} assay_comparison;

/* Is the mean of x the reference? n >= 2 and spread, else undefined.
 * confidence: 0 is 0.95; outside 0..1 is ASSAY_DOMAIN.
 * Golden  test/golden/stat/compare.json (R 4.2.2 t.test, var.test), 1e-10 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_compare_to(const assay_values *x, assay_dd reference,
                                                          double confidence, assay_test *out,
                                                          assay_err *err);

/* Two independent samples. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_compare_two(const assay_values *x,
                                                           const assay_values *y, double confidence,
                                                           assay_comparison *out, assay_err *err);

/* Pairs x[i], y[i]: the mean of x - y against 0. A pair with a missing member is left out.
 * Errors  ASSAY_SHAPE  x and y differ in length */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_compare_paired(const assay_values *x,
                                                              const assay_values *y,
                                                              double confidence, assay_test *out,
                                                              assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
