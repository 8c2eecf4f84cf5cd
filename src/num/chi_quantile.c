/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of S = sqrt(chi2(nu) / nu), and which nu another estimator of sigma is worth. */
#include "num/chi.h"
#include "num/elementary.h"
#include "num/root.h"

#include <assay/distribution.h>

#include <math.h>

/* Cumulants of S in powers of 1 / nu; the mean is c4. */
typedef struct {
    double mean, k2, k3, k4, k5;
} chi_cumulants;

static chi_cumulants cumulants(double nu)
{
    double y = 1 / nu, y2 = y * y;
    return (chi_cumulants){
        .mean = 1 + y * (-0.25 + y * (1.0 / 32 + y * (5.0 / 128 - y * 21 / 2048))),
        .k2 = y * (0.5 + y * (-0.125 + y * (-0.0625 + y * 5 / 128))),
        .k3 = y2 * (0.25 + y * 0.0625),
        .k4 = y2 * y2 * 3 / 16,
        .k5 = -y2 * y2 * 3 / 16,
    };
}

double chi_normal_quantile(double p, double t, double sigma, double nu)
{
    chi_cumulants s = cumulants(nu);
    double t2 = t * t, sd = sqrt(sigma * sigma + t2 * s.k2), r = t / sd;
    double g1 = r * r * r * s.k3, g2 = r * r * r * r * s.k4, g3 = r * r * r * r * r * s.k5;
    double z = assay_normal_quantile(p), z2 = z * z, z4 = z2 * z2;
    double w = z + g1 * (z2 - 1) / 6 + g2 * z * (z2 - 3) / 24 - g1 * g1 * z * (2 * z2 - 5) / 36 +
               g3 * (z4 - 6 * z2 + 3) / 120 - g1 * g2 * (z4 - 5 * z2 + 2) / 24 +
               g1 * g1 * g1 * (12 * z4 - 53 * z2 + 17) / 324;
    return t * s.mean + sd * w;
}

double chi_quantile(double p, double nu)
{
    if (nu >= 4000 && p > 1e-4 && p < 1 - 1e-4)
        return chi_normal_quantile(p, 1, 0, nu);
    return sqrt(assay_chi2_quantile(p, nu) / nu);
}

/* log c4, c4 = sqrt(2 / nu) Gamma((nu + 1) / 2) / Gamma(nu / 2). */
static double log_c4(double nu)
{
    double a = nu / 2;
    return a * num_log1p(0.5 / a) - 0.5 + stirling_error(a + 0.5) - stirling_error(a);
}

/* Var(s / c4) / sigma^2 = 1 / c4^2 - 1, in logarithms of both sides. */
static double variance_excess(double log_nu, const void *with)
{
    const double *log_wanted = with;
    return num_log(num_expm1(-2 * log_c4(num_exp(log_nu)))) - *log_wanted;
}

double chi_nu_of_variance(double relative_variance)
{
    if (!(relative_variance > 1e-10 && relative_variance < 1e10))
        return NAN;
    double wanted = num_log(relative_variance);
    double guess = num_log(0.5 / relative_variance + 0.25);
    return num_exp(root_from(guess, 0.01, variance_excess, &wanted));
}
