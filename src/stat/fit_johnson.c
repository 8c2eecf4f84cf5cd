/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Johnson's system from four quantiles (Slifker & Shapiro 1980, Technometrics 22, 239-246).
 *
 * With z = 0.524 the quantiles at -3z, -z, z, 3z give the spans m (upper), n (lower) and p
 * (middle). m n / p^2 above 1 asks for SU, below 1 for SB; the parameters then follow in closed
 * form. Not maximum likelihood: that of SB is unbounded, as with every unknown bound.
 */
#include "stat/fit.h"

#include <assay/distribution.h>

#include <math.h>

static const double johnson_z = 0.524;

typedef struct {
    double m, n, p; /* spans over p, p over 1: see johnson_spans */
    double middle;  /* between the inner quantiles */
} johnson_spans;

/* Sample quantile at probability i - 1/2 over n, linear between. */
static double sample_quantile(const double *x, size_t n, double z)
{
    double at = assay_normal_cdf(z) * (double)n - 0.5;
    if (at <= 0)
        return x[0];
    size_t i = (size_t)at;
    return i + 1 >= n ? x[n - 1] : x[i] + (at - (double)i) * (x[i + 1] - x[i]);
}

static const char *spans_of(const double *x, size_t n, johnson_spans *out)
{
    if (n < 10)
        return "four quantiles need ten readings";
    double a = sample_quantile(x, n, -3 * johnson_z), b = sample_quantile(x, n, -johnson_z);
    double c = sample_quantile(x, n, johnson_z), d = sample_quantile(x, n, 3 * johnson_z);
    *out = (johnson_spans){.m = d - c, .n = b - a, .p = c - b, .middle = (b + c) / 2};
    bool is_spread = out->m > 0 && out->n > 0 && out->p > 0;
    return is_spread ? NULL : "quantiles coincide: no Johnson distribution fits";
}

const char *fit_johnson_su(const double *x, size_t n, double *parameter)
{
    johnson_spans s;
    const char *why = spans_of(x, n, &s);
    if (why)
        return why;
    double m = s.m / s.p, l = s.n / s.p, excess = m * l - 1;
    if (!(excess > 1e-6))
        return "the quantiles ask for a bounded or lognormal Johnson distribution";
    double delta = 2 * johnson_z / acosh((m + l) / 2);
    parameter[0] = delta * asinh((l - m) / (2 * sqrt(excess)));
    parameter[1] = delta;
    parameter[2] = s.middle + s.p * (l - m) / (2 * (m + l - 2));
    parameter[3] = 2 * s.p * sqrt(excess) / ((m + l - 2) * sqrt(m + l + 2));
    return NULL;
}

const char *fit_johnson_sb(const double *x, size_t n, double *parameter)
{
    johnson_spans s;
    const char *why = spans_of(x, n, &s);
    if (why)
        return why;
    double m = s.p / s.m, l = s.p / s.n, excess = m * l - 1, product = (1 + m) * (1 + l);
    if (!(excess > 1e-6))
        return "the quantiles ask for an unbounded or lognormal Johnson distribution";
    double delta = johnson_z / acosh(sqrt(product) / 2);
    double lambda = s.p * sqrt((product - 2) * (product - 2) - 4) / excess;
    parameter[0] = delta * asinh((l - m) * sqrt(product - 4) / (2 * excess));
    parameter[1] = delta;
    parameter[2] = s.middle - lambda / 2 + s.p * (l - m) / (2 * excess);
    parameter[3] = lambda;
    if (x[0] <= parameter[2] || x[n - 1] >= parameter[2] + lambda)
        return "a reading lies outside the bounds the quantiles ask for";
    return NULL;
}
