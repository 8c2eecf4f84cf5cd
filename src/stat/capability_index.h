/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of capability share: undefined figures, limits, intervals. */
#ifndef STAT_CAPABILITY_INDEX_H
#define STAT_CAPABILITY_INDEX_H

#include <assay/capability.h>

/* The standard deviation an index is made with, and what is known about it. */
typedef struct {
    double mean, n, sd, nu;
    const char *why; /* why there is no sd, or NULL */
} capability_sd;

assay_index index_undefined(const char *why);

/* Why the side has no limit ("no upper limit", "the lower bound is natural"), or NULL. */
const char *spec_why_no_lower(const assay_spec *spec);
const char *spec_why_no_upper(const assay_spec *spec);
const char *spec_why_not_two_sided(const assay_spec *spec);

/* Check limits and options; natural bounds replace limits at or beyond them. */
assay_status spec_check(const assay_spec *spec, assay_spec *used, assay_err *err);
assay_status options_check(const assay_capability_options *options, assay_err *err);

/* Indices of a normal distribution: two-sided, one-sided, the worse side, against the target. */
assay_index index_two_sided(const capability_sd *s, const assay_spec *spec, double confidence);
assay_index index_lower(const capability_sd *s, const assay_spec *spec, double confidence,
                        assay_interval_method method);
assay_index index_upper(const capability_sd *s, const assay_spec *spec, double confidence,
                        assay_interval_method method);
assay_index index_worse(const capability_sd *s, assay_index lower, assay_index upper,
                        double confidence);
assay_index index_target(const capability_sd *s, const assay_spec *spec,
                         const assay_capability_options *options);
assay_index index_target_worse(const capability_sd *s, const assay_spec *spec,
                               const assay_capability_options *options);

/* Shares of a normal distribution beyond the limits, and the normal quantile of what is inside. */
assay_ppm ppm_normal(const capability_sd *s, const assay_spec *spec);
double z_bench(const assay_ppm *ppm);
/* below + above, each 0 where it is NaN; NaN when both are. */
double ppm_total(double below, double above);

#endif
