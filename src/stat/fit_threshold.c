/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three-parameter families: the likelihood over the threshold, the other two at their best.
 *
 * The likelihood is unbounded as the threshold reaches the smallest reading, so that "the" estimate
 * is the interior local maximum (Hill 1963, Cheng & Amin 1983): walking up from far below, the
 * first place where its slope turns from rising to falling. There may be none: then the data want
 * the limiting two-parameter distribution, or the smallest reading itself as threshold.
 */
#include "stat/fit.h"

#include "num/elementary.h"
#include "num/root.h"

#include <math.h>

/* The smallest reading less the threshold is exp(v). */
typedef double threshold_slope(double v, const void *sample);

static fit_sample sample_above(const fit_sample *s, double v)
{
    return (fit_sample){.x = s->x, .n = s->n, .scale = FIT_LOG, .threshold = s->x[0] - num_exp(v)};
}

/* d log L / d threshold of the lognormal, times the gap exp(v) to be free of scale. */
static double lognormal_slope(double v, const void *sample)
{
    fit_sample s = sample_above(sample, v);
    double mean, squares, sum = 0;
    fit_moments(&s, &mean, &squares);
    double variance = squares / (double)s.n;
    for (size_t a = 0, b; a < s.n; a = b) {
        b = fit_end_of_tie(s.x, s.n, a);
        double y = fit_value(&s, a);
        sum += (double)(b - a) * num_exp(v - y) * (1 + (y - mean) / variance);
    }
    return sum;
}

static double weibull_slope(double v, const void *sample)
{
    fit_sample s = sample_above(sample, v);
    double location, scale, sum = 0;
    if (fit_extreme(&s, &location, &scale))
        return NAN;
    for (size_t a = 0, b; a < s.n; a = b) {
        b = fit_end_of_tie(s.x, s.n, a);
        double y = fit_value(&s, a), power = num_exp((y - location) / scale);
        sum += (double)(b - a) * num_exp(v - y) * (1 - 1 / scale + power / scale);
    }
    return sum;
}

static const char *find_threshold(const fit_sample *s, threshold_slope *slope, double *v)
{
    double range = s->x[s->n - 1] - s->x[0];
    double from = num_log(range * 1e3), to = num_log(range * 1e-6), step = 0.5;
    if (!(slope(from, s) > 0))
        return "no maximum likelihood estimate exists: the likelihood grows as the threshold "
               "recedes without end";
    for (double at = from - step; at > to; at -= step) {
        if (slope(at, s) > 0)
            continue;
        *v = root_between(at, at + step, slope, s);
        return NULL;
    }
    return "no maximum likelihood estimate exists: the likelihood grows until the threshold "
           "reaches the smallest reading";
}

static const char *why_too_few(const double *x, size_t n)
{
    if (n < 4)
        return "a threshold needs four readings";
    return x[0] == x[n - 1] ? "all readings are equal: no maximum likelihood estimate exists"
                            : NULL;
}

const char *fit_lognormal3(const double *x, size_t n, double *parameter)
{
    fit_sample s = {.x = x, .n = n};
    double v, mean, squares;
    const char *why = why_too_few(x, n);
    if (!why)
        why = find_threshold(&s, lognormal_slope, &v);
    if (why)
        return why;
    fit_sample best = sample_above(&s, v);
    fit_moments(&best, &mean, &squares);
    parameter[0] = mean;
    parameter[1] = sqrt(squares / (double)n);
    parameter[2] = best.threshold;
    return NULL;
}

const char *fit_weibull3(const double *x, size_t n, double *parameter)
{
    fit_sample s = {.x = x, .n = n};
    double v, location, scale;
    const char *why = why_too_few(x, n);
    if (!why)
        why = find_threshold(&s, weibull_slope, &v);
    if (why)
        return why;
    fit_sample best = sample_above(&s, v);
    why = fit_extreme(&best, &location, &scale);
    if (why)
        return why;
    parameter[0] = 1 / scale;
    parameter[1] = num_exp(location);
    parameter[2] = best.threshold;
    return NULL;
}
