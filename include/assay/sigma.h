/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimators of the standard deviation of individual readings within subgroups.
 *
 *   rbar             ranges over d2            pooled           sqrt(sum of squares / sum of df)
 *   sbar             deviations over c4        pooled-unbiased  the same over c4(df + 1)
 *   mvlue-r, mvlue-s minimum variance among linear unbiased: rbar, sbar with weights
 *   mr               mean moving range / d2(span)      median-mr  median moving range / d4(span)
 *   mssd             sqrt(mean squared successive difference / 2)
 *   overall          s of all readings
 *
 * When n varies rbar and sbar take the weights d2^2/d3^2 and c4^2/(1 - c4^2) of MVLUE; unweighted
 * (UWAVE) they are plain averages. With equal n all agree. docs/method/sigma.md has the formulas.
 */
#ifndef ASSAY_SIGMA_H
#define ASSAY_SIGMA_H

#include <assay/chart.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double value;              /* in the unit of the readings; NaN: see why_undefined */
    double relative_variance;  /* Var(value) / sigma^2 for normal readings; NaN: not known in closed form */
    double df;                 /* pooled, overall: degrees of freedom; else NaN */
    assay_sigma_method method; /* the one used, never AUTO */
    size_t used;               /* subgroups (or moving ranges) that entered */
    const char *why_undefined; /* or NULL */
} assay_sigma;

/* Estimate from all subgroups of `in` that are not excluded, not a partial last group, and inside
 * phase 1; stages are not told apart. AUTO is mr for individuals, rbar for n <= 8, pooled above.
 * span 0 is 2. scratch: assay_chart_scratch_size(in) bytes.
 * Errors  ASSAY_SHAPE, ASSAY_DOMAIN as in assay_chart_make. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_sigma_estimate(const assay_chart_input *in,
                                                              assay_sigma_method method,
                                                              bool is_unweighted, unsigned span,
                                                              void *scratch, assay_sigma *out,
                                                              assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
