/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noncentral t: T = (Z + delta) / S, S = sqrt(chi2(nu) / nu), so that for t >= 0
 *
 *     P(T > t) = E Phi(delta - t S),    P(T <= t) = E Phi(t S - delta)
 *
 * and negative t is mirrored. The mean over S is one trapezoidal sum of positive terms (chi.c).
 * AS 243, which R uses, sums a Poisson mixture that underflows beyond |delta| = 37.62; R then
 * turns to an approximation with three digits.
 */
#include <assay/distribution.h>

#include "num/chi.h"
#include "num/dist.h"
#include "num/elementary.h"
#include "num/root.h"

typedef struct {
    double t, delta, nu;
    int is_upper;
} nct_point;

static double conditional_tail(double s, const void *with)
{
    const nct_point *at = with;
    double z = at->t * s - at->delta;
    return at->is_upper ? assay_normal_upper(z) : assay_normal_cdf(z);
}

/* d log(integrand) / d log s, which has one sign change. The inverse Mills ratio keeps to three
 * digits: only the place of the mode is wanted. */
static double slope(const nct_point *at, double s)
{
    double sign = at->is_upper ? -1 : 1, z = sign * (at->t * s - at->delta);
    double mills = z < -20 ? -z : num_exp(-z * z / 2) * 0.3989422804 / assay_normal_cdf(z);
    return at->nu * (1 - s * s) + sign * at->t * s * mills;
}

/* From s = 1 outward in steps that double until the slope turns, then halved: to the width of
 * the integrand in log s, near enough to start summing. */
static double mode_of(const nct_point *at)
{
    double width = 1 / sqrt(2 * at->nu + at->delta * at->delta + 14);
    double side = slope(at, 1) > 0 ? 1 : -1, near = 0, far = side * width;
    while ((slope(at, num_exp(far)) > 0) == (side > 0) && fabs(far) < 700)
        near = far, far *= 2;
    while (fabs(far - near) > 2 * width) {
        double middle = (near + far) / 2;
        if ((slope(at, num_exp(middle)) > 0) == (side > 0))
            near = middle;
        else
            far = middle;
    }
    return num_exp((near + far) / 2);
}

/* One tail for t > 0; the caller takes the small one. */
static double tail(double t, double nu, double delta, int is_upper)
{
    nct_point at = {t, delta, nu, is_upper};
    return chi_mean(nu, mode_of(&at), fabs(delta), conditional_tail, &at);
}

static double tail_of(double t, double nu, double delta, int is_upper)
{
    if (!(nu > 0) || isnan(t) || isnan(delta) || isinf(delta))
        return NAN;
    if (isinf(t))
        return (t > 0) == is_upper ? 0 : 1;
    if (nu > 1e12)
        return is_upper ? assay_normal_upper(t - delta) : assay_normal_cdf(t - delta);
    if (t < 0)
        return tail_of(-t, nu, -delta, !is_upper);
    if (t == 0)
        return is_upper ? assay_normal_cdf(delta) : assay_normal_cdf(-delta);
    int small_is_upper = t > delta;
    double p = tail(t, nu, delta, small_is_upper);
    return is_upper == small_is_upper ? p : 1 - p;
}

double assay_nct_cdf(double t, double nu, double delta)
{
    return tail_of(t, nu, delta, 0);
}

double assay_nct_upper(double t, double nu, double delta)
{
    return tail_of(t, nu, delta, 1);
}

/* Roots are sought in the logarithm of the wanted tail, which is nearly linear or quadratic. */
typedef struct {
    double t, nu, delta, p;
} nct_equation;

/* Where the tail underflows, something that still falls with the distance shows the way back. */
static double log_tail(double tail, double distance)
{
    return tail > 0 ? num_log(tail) : -746 - distance;
}

static double excess(double t, double nu, double delta, double p)
{
    if (p <= 0.5)
        return log_tail(assay_nct_cdf(t, nu, delta), fabs(t - delta)) - num_log(p);
    return num_log1p(-p) - log_tail(assay_nct_upper(t, nu, delta), fabs(t - delta));
}

static double excess_at_t(double t, const void *with)
{
    const nct_equation *of = with;
    return excess(t, of->nu, of->delta, of->p);
}

static double excess_at_delta(double delta, const void *with)
{
    const nct_equation *of = with;
    return excess(of->t, of->nu, delta, of->p);
}

double assay_nct_quantile(double p, double nu, double delta)
{
    if (!(p >= 0 && p <= 1) || !(nu > 0) || !isfinite(delta))
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -HUGE_VAL : HUGE_VAL;
    nct_equation of = {.nu = nu, .delta = delta, .p = p};
    double z = assay_normal_quantile(p);
    double guess = delta + z * sqrt(1 + delta * delta / (2 * nu));
    return root_from(guess, 0.1 + fabs(z) * 0.1 + fabs(delta) * 0.1, excess_at_t, &of);
}

/* T <= t means delta <= t S - Z: the wanted delta is the quantile 1 - p of t S + Z, for which
 * Cornish and Fisher's expansion is a start that a few secant steps settle, and from nu = 4000 on
 * the answer (1e-11). With few degrees of freedom a far t means a small S, not a far delta. */
double assay_nct_noncentrality(double p, double t, double nu)
{
    if (!(p > 0 && p < 1) || !(nu > 0) || !isfinite(t))
        return NAN;
    nct_equation of = {.nu = nu, .t = t, .p = p};
    double z = assay_normal_quantile(p);
    if (nu < 10 || fabs(z) > 3.7)
        return root_from(nu < 30 ? -z : t - z * sqrt(1 + t * t / (2 * nu)), 0.1 + fabs(z) * 0.1,
                         excess_at_delta, &of);
    double guess = chi_normal_quantile(1 - p, t, 1, nu);
    if (nu >= 4000)
        return guess;
    double sd = sqrt(1 + t * t / (2 * nu));
    double slope = -0.3989422804 * num_exp(-z * z / 2) / fmin(p, 1 - p) / sd;
    return root_near(guess, slope, 1e-12 * sd, excess_at_delta, &of);
}
