/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What describe, anova and gauge share of the exact sums. */
#ifndef STAT_MOMENTS_H
#define STAT_MOMENTS_H

#include <assay/moments.h>

#include "num/wide.h"

/* n S2 - S1^2 exactly; the sum of squared deviations is this over n. Needs order >= 2. */
wide sums_m2_numerator(const assay_sums *s);

/* Sums of x about its first value. False when x is not decimal or overflows the order: take the
 * double-double route then. */
bool sums_of(const assay_values *x, int order, assay_sums *out);

/* ASSAY_DOMAIN with the index when a value is infinite. */
assay_status moments_refuse_infinite(const assay_values *x, assay_err *err);

/* sqrt(m2 / (n-1)) in the moments' own unit, n >= 2. */
assay_dd moments_sd(const assay_moments *m);

/* a - b, where what is left of equal decimals after rounding to 106 bits is 0. */
assay_dd moments_difference(assay_dd a, assay_dd b);

/* a * 10^exponent * 2^shift as a figure; what over- or underflows is undefined. */
assay_figure figure_scaled(assay_dd a, int exponent, int shift);

#endif
