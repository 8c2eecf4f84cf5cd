/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maximum likelihood, family by family. Wherever one parameter has a closed form given the other,
 * the likelihood equation of one variable is solved by bracketing: it has one root, and no starting
 * value can spoil it.
 */
#include "stat/fit.h"

#include "num/dist.h"
#include "num/elementary.h"
#include "num/root.h"

static const char not_positive[] = "a reading is not above 0";
static const char negative[] = "a reading is below 0";
static const char no_spread[] = "all readings are equal: no maximum likelihood estimate exists";
static const char too_few[] = "one reading has no spread";

static const char *why_no_spread(const double *x, size_t n)
{
    return n < 2 ? too_few : x[0] == x[n - 1] ? no_spread : NULL;
}

static const char *why_not_positive(const double *x, size_t n)
{
    return x[0] <= 0 ? not_positive : why_no_spread(x, n);
}

double fit_value(const fit_sample *s, size_t i)
{
    if (s->scale == FIT_LOG)
        return num_log(s->x[i] - s->threshold);
    return s->scale == FIT_MIRRORED ? -s->x[i] : s->x[i];
}

size_t fit_end_of_tie(const double *x, size_t n, size_t from)
{
    size_t end = from + 1;
    while (end < n && x[end] == x[from])
        end++;
    return end;
}

/* Two passes; the second also takes back the rounding of the first mean. */
void fit_moments(const fit_sample *s, double *mean, double *squares)
{
    double n = (double)s->n, sum = 0, rest = 0, sum2 = 0;
    for (size_t a = 0, b; a < s->n; a = b) {
        b = fit_end_of_tie(s->x, s->n, a);
        sum += (double)(b - a) * fit_value(s, a);
    }
    double first = sum / n;
    for (size_t a = 0, b; a < s->n; a = b) {
        b = fit_end_of_tie(s->x, s->n, a);
        double d = fit_value(s, a) - first, count = (double)(b - a);
        rest += count * d;
        sum2 += count * d * d;
    }
    *mean = first + rest / n;
    *squares = sum2 - rest * rest / n;
}

const char *fit_normal(const double *x, size_t n, double *parameter)
{
    const char *why = why_no_spread(x, n);
    if (why)
        return why;
    fit_sample s = {.x = x, .n = n};
    double squares;
    fit_moments(&s, &parameter[0], &squares);
    parameter[1] = sqrt(squares / (double)(n - 1));
    return NULL;
}

const char *fit_lognormal(const double *x, size_t n, double *parameter)
{
    const char *why = why_not_positive(x, n);
    if (why)
        return why;
    fit_sample s = {.x = x, .n = n, .scale = FIT_LOG};
    double squares;
    fit_moments(&s, &parameter[0], &squares);
    parameter[1] = sqrt(squares / (double)(n - 1));
    return NULL;
}

/* From our own exp, for the same bits everywhere. Right to 1e-16 absolute, as sums need it. */
static double fit_tanh(double x)
{
    double e = num_exp(-2 * fabs(x));
    return copysign((1 - e) / (1 + e), x);
}

/* ---- extreme values and Weibull ---- */

typedef struct {
    const fit_sample *s;
    double mean, largest;
} extreme_equation;

/* Weights exp((y - largest) / scale): the sum and the weighted mean. */
static double weighted_mean(const extreme_equation *of, double scale, double *weight)
{
    double sum = 0, weights = 0;
    for (size_t a = 0, b; a < of->s->n; a = b) {
        b = fit_end_of_tie(of->s->x, of->s->n, a);
        double d = fit_value(of->s, a) - of->largest, w = (double)(b - a) * num_exp(d / scale);
        weights += w;
        sum += w * d;
    }
    *weight = weights;
    return sum / weights + of->largest;
}

/* Falls from the largest less the mean to -infinity as the scale grows. */
static double extreme_excess(double log_scale, const void *with)
{
    const extreme_equation *of = with;
    double scale = num_exp(log_scale), weight;
    return weighted_mean(of, scale, &weight) - of->mean - scale;
}

const char *fit_extreme(const fit_sample *s, double *location, double *scale)
{
    double squares, weight;
    extreme_equation of = {.s = s};
    fit_moments(s, &of.mean, &squares);
    of.largest = fmax(fit_value(s, 0), fit_value(s, s->n - 1));
    if (!(squares > 0))
        return no_spread;
    double guess = num_log(sqrt(squares / (double)s->n) * 0.78);
    double b = num_exp(root_from(guess, 0.1, extreme_excess, &of));
    weighted_mean(&of, b, &weight);
    *scale = b;
    *location = of.largest + b * num_log(weight / (double)s->n);
    return NULL;
}

const char *fit_smallest_ev(const double *x, size_t n, double *parameter)
{
    const char *why = why_no_spread(x, n);
    fit_sample s = {.x = x, .n = n};
    return why ? why : fit_extreme(&s, &parameter[0], &parameter[1]);
}

const char *fit_largest_ev(const double *x, size_t n, double *parameter)
{
    const char *why = why_no_spread(x, n);
    fit_sample s = {.x = x, .n = n, .scale = FIT_MIRRORED};
    if (!why)
        why = fit_extreme(&s, &parameter[0], &parameter[1]);
    parameter[0] = -parameter[0];
    return why;
}

const char *fit_weibull(const double *x, size_t n, double *parameter)
{
    const char *why = why_not_positive(x, n);
    fit_sample s = {.x = x, .n = n, .scale = FIT_LOG};
    double location, scale;
    if (!why)
        why = fit_extreme(&s, &location, &scale);
    if (why)
        return why;
    parameter[0] = 1 / scale;
    parameter[1] = num_exp(location);
    return NULL;
}

/* ---- gamma, exponential, Rayleigh ---- */

/* log k - digamma(k) = wanted; falls in k from infinity to 0. Its logarithm is nearly linear. */
static double gamma_excess(double log_k, const void *with)
{
    const double *wanted = with;
    double k = num_exp(log_k);
    double gap = k > 1e5 ? (0.5 + 1 / (12 * k)) / k : log_k - digamma(k);
    return num_log(gap) - num_log(*wanted);
}

const char *fit_gamma(const double *x, size_t n, double *parameter)
{
    const char *why = why_not_positive(x, n);
    if (why)
        return why;
    fit_sample plain = {.x = x, .n = n};
    double mean, squares, gap = 0;
    fit_moments(&plain, &mean, &squares);
    /* log mean - mean log, term by term: x / mean - 1 - log(x / mean) is never negative. */
    for (size_t i = 0; i < n; i++)
        gap -= log1pmx((x[i] - mean) / mean);
    gap /= (double)n;
    double k = num_exp(root_from(num_log(0.5 / gap), 0.3, gamma_excess, &gap));
    parameter[0] = k;
    parameter[1] = mean / k;
    return NULL;
}

const char *fit_exponential(const double *x, size_t n, double *parameter)
{
    if (x[0] < 0)
        return negative;
    if (x[n - 1] == 0)
        return "all readings are 0: no maximum likelihood estimate exists";
    fit_sample s = {.x = x, .n = n};
    double squares;
    fit_moments(&s, &parameter[0], &squares);
    return NULL;
}

const char *fit_rayleigh(const double *x, size_t n, double *parameter)
{
    if (x[0] <= 0)
        return not_positive;
    double sum = 0, unit = x[n - 1];
    for (size_t i = 0; i < n; i++)
        sum += x[i] / unit * (x[i] / unit);
    parameter[0] = unit * sqrt(sum / (2 * (double)n));
    return NULL;
}

/* ---- logistic ---- */

typedef struct {
    const fit_sample *s;
    double scale;
} logistic_equation;

/* Likelihood equation of the location at a given scale: sum of tanh. */
static double logistic_location_excess(double location, const void *with)
{
    const logistic_equation *of = with;
    double sum = 0;
    for (size_t a = 0, b; a < of->s->n; a = b) {
        b = fit_end_of_tie(of->s->x, of->s->n, a);
        double z = (fit_value(of->s, a) - location) / of->scale;
        sum += (double)(b - a) * fit_tanh(z / 2);
    }
    return sum;
}

static double logistic_location(const fit_sample *s, double scale)
{
    logistic_equation of = {s, scale};
    double a = fit_value(s, 0), b = fit_value(s, s->n - 1);
    return root_between(fmin(a, b), fmax(a, b), logistic_location_excess, &of);
}

/* Likelihood equation of the scale, the location at its best: sum z tanh(z / 2) - n. */
static double logistic_scale_excess(double log_scale, const void *with)
{
    const fit_sample *s = with;
    double scale = num_exp(log_scale), location = logistic_location(s, scale), sum = 0;
    for (size_t a = 0, b; a < s->n; a = b) {
        b = fit_end_of_tie(s->x, s->n, a);
        double z = (fit_value(s, a) - location) / scale;
        sum += (double)(b - a) * z * fit_tanh(z / 2);
    }
    return sum / (double)s->n - 1;
}

static const char *logistic_estimate(const fit_sample *s, double *parameter)
{
    double mean, squares;
    fit_moments(s, &mean, &squares);
    if (!(squares > 0))
        return no_spread;
    double guess = num_log(sqrt(squares / (double)s->n) * 0.55);
    parameter[1] = num_exp(root_from(guess, 0.1, logistic_scale_excess, s));
    parameter[0] = logistic_location(s, parameter[1]);
    return NULL;
}

const char *fit_logistic(const double *x, size_t n, double *parameter)
{
    const char *why = why_no_spread(x, n);
    fit_sample s = {.x = x, .n = n};
    return why ? why : logistic_estimate(&s, parameter);
}

const char *fit_loglogistic(const double *x, size_t n, double *parameter)
{
    const char *why = why_not_positive(x, n);
    fit_sample s = {.x = x, .n = n, .scale = FIT_LOG};
    return why ? why : logistic_estimate(&s, parameter);
}

/* ---- folded normal ---- */

typedef struct {
    const double *x;
    size_t n;
    double square; /* mean of x^2 */
} folded_equation;

/* mean + variance equation: sigma^2 = square - mu^2, mu = mean of x tanh(mu x / sigma^2). */
static double folded_excess(double mu, const void *with)
{
    const folded_equation *of = with;
    double variance = of->square - mu * mu, sum = 0;
    for (size_t a = 0, b; a < of->n; a = b) {
        b = fit_end_of_tie(of->x, of->n, a);
        sum += (double)(b - a) * of->x[a] * fit_tanh(mu * of->x[a] / variance);
    }
    return sum / (double)of->n - mu;
}

/* mu = 0 always solves the equation; it is the maximum when no other root lies above. */
const char *fit_folded_normal(const double *x, size_t n, double *parameter)
{
    const char *why = x[0] < 0 ? negative : why_no_spread(x, n);
    if (why)
        return why;
    folded_equation of = {x, n, 0};
    for (size_t i = 0; i < n; i++)
        of.square += x[i] * x[i];
    of.square /= (double)n;
    double largest = sqrt(of.square);
    double mu = root_between(largest * 1e-3, largest * (1 - 1e-14), folded_excess, &of);
    parameter[0] = isnan(mu) ? 0 : mu;
    parameter[1] = sqrt(of.square - parameter[0] * parameter[0]);
    return NULL;
}
