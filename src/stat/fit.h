/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the parts of fitting. */
#ifndef STAT_FIT_H
#define STAT_FIT_H

#include <assay/fit.h>

/* How a reading enters an estimator: itself, mirrored, or its logarithm above a threshold. */
typedef enum { FIT_PLAIN, FIT_MIRRORED, FIT_LOG } fit_scale;

typedef struct {
    const double *x; /* sorted */
    size_t n;
    fit_scale scale;
    double threshold;
} fit_sample;

double fit_value(const fit_sample *s, size_t i);
/* First index above `from` with another reading. Measured decimals repeat: sums run over distinct
 * readings and their counts. */
size_t fit_end_of_tie(const double *x, size_t n, size_t from);
/* Mean and sum of squared deviations of the values. */
void fit_moments(const fit_sample *s, double *mean, double *squares);

/* Each fills the parameters of out and returns NULL, or why no estimate exists. */
typedef const char *fit_estimator(const double *x, size_t n, double *parameter);
fit_estimator fit_normal, fit_lognormal, fit_weibull, fit_gamma, fit_exponential, fit_logistic,
    fit_loglogistic, fit_smallest_ev, fit_largest_ev, fit_folded_normal, fit_rayleigh;
fit_estimator fit_lognormal3, fit_weibull3;   /* fit_threshold.c */
fit_estimator fit_johnson_su, fit_johnson_sb; /* fit_johnson.c */

/* Location and scale of the smallest extreme value distribution of the values. */
const char *fit_extreme(const fit_sample *s, double *location, double *scale);

#endif
