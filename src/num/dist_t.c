/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Student t. libRmath loses digits far in the tail (12.99 left at t = -50, nu = 1000), where the
 * power x^(nu/2), x = nu / (nu + t^2), magnifies the rounding of x; there we take the series of
 * the incomplete beta function with that power in long double.
 */
#include <assay/distribution.h>

#include "num/chi.h"
#include "num/dist.h"

/* Gamma(a + 1/2) / (Gamma(a) sqrt(pi)) = 1 / B(a, 1/2). */
static double inverse_beta(double a)
{
    double stirling = stirling_error(a + 0.5) - stirling_error(a);
    return sqrt(a) * exp(a * log1p(0.5 / a) - 0.5 + stirling) * 0.564189583547756286948;
}

/* P(T > t) = I_x(nu/2, 1/2) / 2, DLMF 8.17.8; terms shrink like x^n. */
static double far_tail(double t, double nu)
{
    double a = nu / 2, x = nu / (nu + t * t), term = 1, sum = 1;
    for (int n = 0; term > 1e-17 * sum; n++) {
        term *= (a + 0.5 + n) / (a + 1 + n) * x;
        sum += term;
    }
    long double power = expl(-(long double)a * log1pl((long double)t * t / nu));
    return (double)(power * sqrt(1 - x) * inverse_beta(a) / nu * sum);
}

static double tail(double t, double nu, int is_upper)
{
    if (isnan(t) || !(nu > 0))
        return NAN;
    double p = pt(t, nu, !is_upper, 0);
    int is_far = p < 1e-30 && p > 0 && t * t > nu / 50 && isfinite(t);
    return is_far ? far_tail(fabs(t), nu) : p;
}

double assay_t_cdf(double t, double nu)
{
    return tail(t, nu, 0);
}

double assay_t_upper(double t, double nu)
{
    return tail(t, nu, 1);
}

double assay_t_quantile(double p, double nu)
{
    return p >= 0 && p <= 1 && nu > 0 ? qt(p, nu, 1, 0) : NAN;
}
