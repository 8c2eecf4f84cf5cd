/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Box & Cox 1964: profile likelihood of lambda,
 *
 *     l(lambda) = -n/2 log(RSS(lambda)/n) - n log g
 *
 * with RSS that of ((x/g)^lambda - 1)/lambda and g the geometric mean, which is the same as
 * -n/2 log(variance of (x^lambda - 1)/lambda) + (lambda - 1) sum log x,
 *
 * and the interval where it stays within chi2(confidence; 1) / 2 of its maximum.
 */
#include "num/elementary.h"
#include "num/root.h"
#include "stat/fit.h"

#include <assay/distribution.h>

#include <math.h>

typedef struct {
    const double *x;
    size_t n;
    double log_mean, level;
} box_cox_sample;

/* y = expm1(lambda u) / lambda with u = log(x / g); its derivative in lambda beside it. */
static double transform(double lambda, double u, double *slope)
{
    double a = lambda * u;
    if (fabs(a) < 1e-4) {
        *slope = u * u * (0.5 + a / 3 + a * a / 8);
        return u * (1 + a / 2 + a * a / 6 + a * a * a / 24);
    }
    double y = num_expm1(a) / lambda;
    *slope = (u * num_exp(a) - y) / lambda;
    return y;
}

typedef struct {
    double rss, slope; /* of RSS */
} box_cox_rss;

static box_cox_rss rss_at(double lambda, const box_cox_sample *s)
{
    double sum = 0, slope_sum = 0, n = (double)s->n, slope;
    for (size_t i = 0; i < s->n; i++) {
        sum += transform(lambda, num_log(s->x[i]) - s->log_mean, &slope);
        slope_sum += slope;
    }
    box_cox_rss out = {0, 0};
    for (size_t i = 0; i < s->n; i++) {
        double d = transform(lambda, num_log(s->x[i]) - s->log_mean, &slope) - sum / n;
        out.rss += d * d;
        out.slope += 2 * d * (slope - slope_sum / n);
    }
    return out;
}

static double slope_at(double lambda, const void *with)
{
    box_cox_rss at = rss_at(lambda, with);
    return at.slope / at.rss;
}

static double profile_at(double lambda, const box_cox_sample *s)
{
    double n = (double)s->n;
    return -n / 2 * num_log(rss_at(lambda, s).rss / n) - n * s->log_mean;
}

static double level_excess(double lambda, const void *with)
{
    const box_cox_sample *s = with;
    return profile_at(lambda, s) - s->level;
}

static const char *why_not(const double *x, size_t n)
{
    if (n < 2)
        return "fewer than 2 readings";
    bool is_spread = false;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0) || isinf(x[i]))
            return "a reading is not above 0";
        is_spread |= x[i] != x[0];
    }
    return is_spread ? NULL : "all readings are equal";
}

assay_box_cox assay_box_cox_fit(const double *x, size_t n, double confidence)
{
    assay_box_cox out = {NAN, NAN, NAN, NAN, why_not(x, n)};
    if (out.why)
        return out;
    fit_sample logs = {.x = x, .n = n, .scale = FIT_LOG};
    double squares;
    box_cox_sample s = {.x = x, .n = n};
    fit_moments(&logs, &s.log_mean, &squares);
    out.lambda = root_between(-50, 50, slope_at, &s);
    if (isnan(out.lambda)) {
        out.why = "the likelihood has no maximum for lambda between -50 and 50";
        return out;
    }
    out.log_likelihood = profile_at(out.lambda, &s);
    s.level = out.log_likelihood - assay_chi2_quantile(confidence, 1) / 2;
    out.low = root_between(out.lambda - 100, out.lambda, level_excess, &s);
    out.high = root_between(out.lambda, out.lambda + 100, level_excess, &s);
    return out;
}
