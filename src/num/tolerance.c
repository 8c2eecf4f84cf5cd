/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normal tolerance factors.
 *
 * One-sided: P(xbar + k s covers P) is a noncentral t probability, inverted exactly.
 * Two-sided: given xbar = mu + x sigma the interval covers P when k s >= r(x) sigma, where
 * Phi(x + r) - Phi(x - r) = P; averaging over x (Wald & Wolfowitz 1946)
 *
 *     confidence = 2 int_0^inf phi(z) P(chi2(nu) > nu r(z / sqrt n)^2 / k^2) dz
 *
 * The integrand is even and analytic: the trapezoidal rule is exact to rounding. r does not depend
 * on k and is solved once per node.
 */
#include <assay/tolerance.h>

#include "num/dist.h"
#include "num/elementary.h"
#include "num/root.h"

#include <assay/distribution.h>

static int is_inside(double n, double nu, double coverage, double confidence)
{
    return n >= 1 && isfinite(n) && nu > 0 && isfinite(nu) && coverage > 0 && coverage < 1 &&
           confidence > 0 && confidence < 1;
}

double assay_tolerance_k_one_sided_nu(double n, double nu, double coverage, double confidence)
{
    if (!is_inside(n, nu, coverage, confidence))
        return NAN;
    double delta = assay_normal_quantile(coverage) * sqrt(n);
    return assay_nct_quantile(confidence, nu, delta) / sqrt(n);
}

double assay_tolerance_k_one_sided(double n, double coverage, double confidence)
{
    return n >= 2 ? assay_tolerance_k_one_sided_nu(n, n - 1, coverage, confidence) : NAN;
}

enum { tolerance_nodes = 73 };
static const double tolerance_step = 0.125;

typedef struct {
    double nu, confidence, r2[tolerance_nodes];
} two_sided;

/* The half width r around x that covers `coverage`: Newton on the uncovered part, from above,
 * where it is convex. */
static double half_width(double x, double coverage)
{
    double missed = 1 - coverage;
    double r = x - assay_normal_quantile(missed / 2);
    for (int i = 0; i < 100; i++) {
        double f = assay_normal_upper(r - x) + assay_normal_upper(r + x) - missed;
        double slope = 0.398942280401432677940 *
                       (num_exp(-(r - x) * (r - x) / 2) + num_exp(-(r + x) * (r + x) / 2));
        double step = f / slope;
        step = fmax(fmin(step, 0.5), -0.5);
        r += step;
        if (fabs(step) <= 4e-16 * r)
            break;
    }
    return r;
}

static double confidence_excess(double k, const void *with)
{
    const two_sided *of = with;
    double sum = 0;
    for (int i = 0; i < tolerance_nodes; i++) {
        double z = i * tolerance_step;
        double share = assay_chi2_upper(of->nu * of->r2[i] / (k * k), of->nu);
        sum += (i ? 2 : 1) * num_exp(-z * z / 2) * share;
    }
    return sum * tolerance_step * 0.398942280401432677940 - of->confidence;
}

double assay_tolerance_k_two_sided_nu(double n, double nu, double coverage, double confidence)
{
    if (!is_inside(n, nu, coverage, confidence))
        return NAN;
    two_sided of = {.nu = nu, .confidence = confidence};
    for (int i = 0; i < tolerance_nodes; i++) {
        double r = half_width(i * tolerance_step / sqrt(n), coverage);
        of.r2[i] = r * r;
    }
    double howe = assay_normal_quantile((1 + coverage) / 2) * sqrt(1 + 1 / n) *
                  sqrt(nu / assay_chi2_upper_quantile(confidence, nu));
    return root_between(howe * 0.25, howe * 4, confidence_excess, &of);
}

double assay_tolerance_k_two_sided(double n, double coverage, double confidence)
{
    return n >= 2 ? assay_tolerance_k_two_sided_nu(n, n - 1, coverage, confidence) : NAN;
}
