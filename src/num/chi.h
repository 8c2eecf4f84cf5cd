/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean of a function of S = sqrt(chi2(nu) / nu): the heart of noncentral t and studentized range.
 */
#ifndef NUM_CHI_H
#define NUM_CHI_H

typedef double (*chi_function)(double s, const void *with);

/* E g(S), g >= 0 smooth, by the trapezoidal rule in log s. `mode` is about where s f(s) g(s) is
 * largest, `sharpness` about 1 / width of g in log s. Relative error near 1e-14 for nu >= 0.1. */
double chi_mean(double nu, double mode, double sharpness, chi_function g, const void *with);

/* log(a^a exp(-a) / Gamma(a)) - log(sqrt(a / 2 pi)), negated: the error of Stirling's formula. */
double stirling_error(double a);

/* Quantile of S; above nu = 4000 by chi_normal_quantile, to 1e-11. */
double chi_quantile(double p, double nu);

/* Quantile of t S + sigma Z, Z standard normal and apart from S, by Cornish and Fisher's expansion
 * in the exact cumulants of S: relative error about 0.1 nu^-2.5 for 1e-4 < p < 1 - 1e-4. */
double chi_normal_quantile(double p, double t, double sigma, double nu);

/* The degrees of freedom whose unbiased s / c4 has Var(s / c4) / sigma^2 = relative_variance: by
 * them an estimator of another kind (Rbar / d2) is treated as a chi (Patnaik 1950). */
double chi_nu_of_variance(double relative_variance);

#endif
