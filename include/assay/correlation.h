/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far two quantities of the same things go together (docs/method/correlation.md). */
#ifndef ASSAY_CORRELATION_H
#define ASSAY_CORRELATION_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the pairs x[i], y[i] whose members are both present. */
typedef struct {
    uint64_t n;
    assay_figure r, lower, upper;  /* Pearson's, with Fisher's interval */
    assay_figure p;                /* of r = 0, two-sided: t with n - 2 degrees of freedom */
    assay_figure slope, intercept; /* least squares of y on x, in their units */
} assay_correlation;

/* confidence: 0 is 0.95; outside 0..1 is ASSAY_DOMAIN.
 * Errors  ASSAY_SHAPE   x and y differ in length
 *         ASSAY_DOMAIN  a value is infinite (err->at)
 * Cost    O(n), nothing allocated
 * Source  Fisher 1915, 1921
 * Golden  NIST StRD Norris (certified), R 4.2.2 cor.test */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_correlate(const assay_values *x,
                                                         const assay_values *y, double confidence,
                                                         assay_correlation *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
