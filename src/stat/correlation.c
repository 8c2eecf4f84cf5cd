/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of products about the means in double-double arithmetic: means first, then deviations, so that readings
 * that share their leading digits lose nothing. 1 - r^2 is formed from the sums, not from r. */
#include <assay/correlation.h>

#include "num/dd.h"
#include "num/values.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

typedef struct {
    uint64_t n;
    assay_dd mean_x, mean_y, xx, yy, xy; /* in units of the mantissas */
} products;

static bool is_pair(const assay_values *x, const assay_values *y, size_t i)
{
    return !values_is_missing(x, i) && !values_is_missing(y, i);
}

static products products_of(const assay_values *x, const assay_values *y)
{
    products s = {0};
    for (size_t i = 0; i < x->n; i++)
        if (is_pair(x, y, i)) {
            s.n++;
            s.mean_x = dd_add(s.mean_x, values_dd(x, i));
            s.mean_y = dd_add(s.mean_y, values_dd(y, i));
        }
    if (!s.n)
        return s;
    s.mean_x = dd_div(s.mean_x, dd_of_uint(s.n));
    s.mean_y = dd_div(s.mean_y, dd_of_uint(s.n));
    for (size_t i = 0; i < x->n; i++)
        if (is_pair(x, y, i)) {
            assay_dd a = dd_sub(values_dd(x, i), s.mean_x), b = dd_sub(values_dd(y, i), s.mean_y);
            s.xx = dd_add(s.xx, dd_mul(a, a));
            s.yy = dd_add(s.yy, dd_mul(b, b));
            s.xy = dd_add(s.xy, dd_mul(a, b));
        }
    return s;
}

static void add_line(const products *s, const assay_values *x, const assay_values *y,
                     assay_correlation *out)
{
    int e = values_exponent(x), f = values_exponent(y);
    assay_dd slope = dd_div(s->xy, s->xx), level = dd_sub(s->mean_y, dd_mul(slope, s->mean_x));
    assay_dd scaled = f >= e ? dd_times_power_of_ten(slope, f - e)
                             : dd_div(slope, dd_power_of_ten(e - f));
    out->slope = assay_figure_of(dd_to_double(scaled));
    out->intercept = assay_figure_of(dd_to_double(dd_times_power_of_ten(level, f)));
}

static void add_strength(const products *s, double confidence, assay_correlation *out)
{
    assay_dd both = dd_mul(s->xx, s->yy);
    double rest = dd_to_double(dd_div(dd_sub(both, dd_mul(s->xy, s->xy)), both)); /* 1 - r^2 */
    double r = dd_to_double(dd_div(s->xy, dd_sqrt(both)));
    r = fmax(-1, fmin(1, r));
    rest = fmax(0, rest);
    out->r = assay_figure_of(r);
    if (s->n < 3)
        return;
    double t = fabs(r) * sqrt((double)(s->n - 2) / rest); /* infinite on a line */
    out->p = assay_figure_of(2 * pt(-t, (double)(s->n - 2), 1, 0));
    if (s->n < 4)
        return;
    double z = 0.5 * log((1 + fabs(r)) * (1 + fabs(r)) / rest); /* atanh |r| */
    double half = qnorm((1 + confidence) / 2, 0, 1, 1, 0) / sqrt((double)(s->n - 3));
    double near = tanh(z - half), far = tanh(z + half);
    out->lower = assay_figure_of(r < 0 ? -far : near);
    out->upper = assay_figure_of(r < 0 ? -near : far);
}

assay_status assay_correlate(const assay_values *x, const assay_values *y, double confidence,
                             assay_correlation *out, assay_err *err)
{
    if (confidence == 0)
        confidence = 0.95;
    if (!(confidence > 0 && confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1", confidence);
    if (x->n != y->n)
        return assay_fail(err, ASSAY_SHAPE, 0, "%zu values beside %zu are no pairs", x->n, y->n);
    size_t at = values_first_infinite(x), other = values_first_infinite(y);
    at = at < other ? at : other;
    if (at < x->n)
        return assay_fail(err, ASSAY_DOMAIN, at, "value %zu is infinite", at + 1);
    products s = products_of(x, y);
    assay_figure none = assay_figure_undefined(s.n < 2 ? "fewer than 2 pairs" : "no variation");
    assay_figure few = assay_figure_undefined("too few pairs");
    bool varies_x = s.xx.hi > 0, varies = varies_x && s.yy.hi > 0;
    *out = (assay_correlation){s.n, none, varies ? few : none, varies ? few : none,
                               varies ? few : none, none, none};
    if (s.n > 1 && varies_x)
        add_line(&s, x, y, out);
    if (s.n > 1 && varies)
        add_strength(&s, confidence, out);
    return ASSAY_OK;
}
