/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of S = sqrt(chi2(nu) / nu), and which nu another estimator of sigma is worth. */
#include "num/chi.h"
#include "num/root.h"

#include <assay/distribution.h>

#include <math.h>

double chi_quantile(double p, double nu)
{
    return sqrt(assay_chi2_quantile(p, nu) / nu);
}

/* log c4, c4 = sqrt(2 / nu) Gamma((nu + 1) / 2) / Gamma(nu / 2). */
static double log_c4(double nu)
{
    double a = nu / 2;
    return a * log1p(0.5 / a) - 0.5 + stirling_error(a + 0.5) - stirling_error(a);
}

/* Var(s / c4) / sigma^2 = 1 / c4^2 - 1, in logarithms of both sides. */
static double variance_excess(double log_nu, const void *with)
{
    const double *log_wanted = with;
    return log(expm1(-2 * log_c4(exp(log_nu)))) - *log_wanted;
}

double chi_nu_of_variance(double relative_variance)
{
    if (!(relative_variance > 1e-10 && relative_variance < 1e10))
        return NAN;
    double wanted = log(relative_variance);
    return exp(root_from(log(0.5 / relative_variance + 0.25), 0.01, variance_excess, &wanted));
}
