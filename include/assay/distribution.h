/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probability distributions: distribution functions, upper tails, quantiles.
 *
 * libRmath where it is the field's reference; our own where it is weak (noncentral t beyond
 * |delta| 37.62, studentized range, the normal tail below 1e-308). Functions are pure and
 * reentrant. NaN outside the domain is the only error.
 */
#ifndef ASSAY_DISTRIBUTION_H
#define ASSAY_DISTRIBUTION_H

#include <assay/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Standard normal. The tails are full to the smallest denormal (x = -38.4). */
ASSAY_PUBLIC double assay_normal_cdf(double x);
ASSAY_PUBLIC double assay_normal_upper(double x);
ASSAY_PUBLIC double assay_normal_quantile(double p);

/* Student t, nu > 0 degrees of freedom. */
ASSAY_PUBLIC double assay_t_cdf(double t, double nu);
ASSAY_PUBLIC double assay_t_upper(double t, double nu);
ASSAY_PUBLIC double assay_t_quantile(double p, double nu);

/* Noncentral t: (Z + delta) / sqrt(chi2(nu) / nu). The quantile solves for t, `noncentrality` for
 * delta with cdf(t; nu, delta) = p. */
ASSAY_PUBLIC double assay_nct_cdf(double t, double nu, double delta);
ASSAY_PUBLIC double assay_nct_upper(double t, double nu, double delta);
ASSAY_PUBLIC double assay_nct_quantile(double p, double nu, double delta);
ASSAY_PUBLIC double assay_nct_noncentrality(double p, double t, double nu);

ASSAY_PUBLIC double assay_chi2_cdf(double x, double nu);
ASSAY_PUBLIC double assay_chi2_upper(double x, double nu);
ASSAY_PUBLIC double assay_chi2_quantile(double p, double nu);
ASSAY_PUBLIC double assay_chi2_upper_quantile(double p, double nu);
ASSAY_PUBLIC double assay_ncchi2_cdf(double x, double nu, double lambda);

ASSAY_PUBLIC double assay_f_cdf(double x, double nu1, double nu2);
ASSAY_PUBLIC double assay_f_upper(double x, double nu1, double nu2);
ASSAY_PUBLIC double assay_f_quantile(double p, double nu1, double nu2);

/* Studentized range of k means, nu degrees of freedom (infinity allowed). */
ASSAY_PUBLIC double assay_tukey_cdf(double q, double k, double nu);
ASSAY_PUBLIC double assay_tukey_upper(double q, double k, double nu);

ASSAY_PUBLIC double assay_beta_cdf(double x, double a, double b);
ASSAY_PUBLIC double assay_beta_upper(double x, double a, double b);
ASSAY_PUBLIC double assay_beta_quantile(double p, double a, double b);
ASSAY_PUBLIC double assay_gamma_cdf(double x, double shape, double scale);
ASSAY_PUBLIC double assay_gamma_upper(double x, double shape, double scale);
ASSAY_PUBLIC double assay_gamma_quantile(double p, double shape, double scale);
ASSAY_PUBLIC double assay_weibull_cdf(double x, double shape, double scale);
ASSAY_PUBLIC double assay_weibull_upper(double x, double shape, double scale);
ASSAY_PUBLIC double assay_weibull_quantile(double p, double shape, double scale);
ASSAY_PUBLIC double assay_lognormal_cdf(double x, double meanlog, double sdlog);
ASSAY_PUBLIC double assay_lognormal_upper(double x, double meanlog, double sdlog);
ASSAY_PUBLIC double assay_lognormal_quantile(double p, double meanlog, double sdlog);

/* P(X <= k), P(X > k), and the smallest k with P(X <= k) >= p. */
ASSAY_PUBLIC double assay_binomial_cdf(double k, double n, double p);
ASSAY_PUBLIC double assay_binomial_upper(double k, double n, double p);
ASSAY_PUBLIC double assay_binomial_quantile(double probability, double n, double p);
ASSAY_PUBLIC double assay_poisson_cdf(double k, double lambda);
ASSAY_PUBLIC double assay_poisson_upper(double k, double lambda);
ASSAY_PUBLIC double assay_poisson_quantile(double probability, double lambda);
/* Marked items among n drawn from a lot of N that holds D marked ones. */
ASSAY_PUBLIC double assay_hypergeometric_cdf(double k, double N, double D, double n);
ASSAY_PUBLIC double assay_hypergeometric_upper(double k, double N, double D, double n);

#ifdef __cplusplus
}
#endif
#endif
