/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Student 1908; Welch 1947, Biometrika 34, 28-35; p and quantiles by libRmath. */
#include <assay/compare.h>

#include "num/dd.h"
#include "num/values.h"
#include "stat/moments.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

static const char why_few[] = "fewer than 2 values";
static const char why_flat[] = "no variation";

static assay_test undefined(assay_figure estimate, const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    return (assay_test){estimate, none, none, none, none, none, none};
}

static assay_status settle(double *confidence, assay_err *err)
{
    if (*confidence == 0)
        *confidence = 0.95;
    if (!(*confidence > 0 && *confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1",
                          *confidence);
    return ASSAY_OK;
}

/* What a t test needs of a sample, in the unit of the values. */
typedef struct {
    uint64_t n;
    assay_dd mean, variance;
} summary;

static summary summary_of(const assay_moments *m)
{
    summary s = {.n = m->n, .mean = assay_moments_mean_dd(m), .variance = {NAN, 0}};
    if (m->n > 1) {
        assay_dd sd = dd_times_power_of_two(moments_sd(m), m->shift);
        sd = dd_times_power_of_ten(sd, m->exponent);
        s.variance = dd_mul(sd, sd);
    }
    return s;
}

/* t = estimate / error with nu degrees of freedom. */
static assay_test t_test(assay_dd estimate, assay_dd error, double nu, double confidence)
{
    if (error.hi == 0)
        return undefined(assay_figure_of(estimate.hi), why_flat);
    double t = dd_div(estimate, error).hi;
    assay_dd half = dd_mul(error, dd_of(qt((1 - confidence) / 2, nu, 0, 0)));
    return (assay_test){
        .estimate = assay_figure_of(estimate.hi),
        .statistic = assay_figure_of(t),
        .df = assay_figure_of(nu),
        .df2 = assay_figure_undefined("one number of degrees of freedom"),
        .p = assay_figure_of(2 * pt(-fabs(t), nu, 1, 0)),
        .lower = assay_figure_of(dd_sub(estimate, half).hi),
        .upper = assay_figure_of(dd_add(estimate, half).hi),
    };
}

static assay_dd standard_error(const summary *s)
{
    return dd_sqrt(dd_div(s->variance, dd_of_uint(s->n)));
}

static void move_interval(assay_test *test, assay_dd by)
{
    if (test->lower.why)
        return;
    test->lower = assay_figure_of(dd_add(dd_of(test->lower.value), by).hi);
    test->upper = assay_figure_of(dd_add(dd_of(test->upper.value), by).hi);
}

assay_status assay_compare_to(const assay_values *x, assay_dd reference, double confidence,
                              assay_test *out, assay_err *err)
{
    assay_moments m;
    assay_status status = settle(&confidence, err);
    if (status == ASSAY_OK && !isfinite(reference.hi))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the reference value is not a number");
    if (status == ASSAY_OK)
        status = assay_moments_of(x, &m, err);
    if (status != ASSAY_OK)
        return status;
    summary s = summary_of(&m);
    if (s.n < 2) {
        *out = undefined(assay_moments_mean(&m), why_few);
        return ASSAY_OK;
    }
    assay_dd offset = moments_difference(s.mean, reference);
    *out = t_test(offset, standard_error(&s), (double)(s.n - 1), confidence);
    move_interval(out, reference);
    out->estimate = assay_moments_mean(&m);
    return ASSAY_OK;
}

/* -- two samples ----------------------------------------------------------------------- */

static assay_test pooled_test(const summary *x, const summary *y, assay_dd d, double confidence)
{
    assay_dd sum = dd_add(dd_mul(x->variance, dd_of_uint(x->n - 1)),
                          dd_mul(y->variance, dd_of_uint(y->n - 1)));
    uint64_t nu = x->n + y->n - 2;
    assay_dd inverse =
        dd_add(dd_div(dd_of(1), dd_of_uint(x->n)), dd_div(dd_of(1), dd_of_uint(y->n)));
    assay_dd error = dd_sqrt(dd_mul(dd_div(sum, dd_of_uint(nu)), inverse));
    return t_test(d, error, (double)nu, confidence);
}

static assay_test welch_test(const summary *x, const summary *y, assay_dd d, double confidence)
{
    assay_dd a = dd_div(x->variance, dd_of_uint(x->n)), b = dd_div(y->variance, dd_of_uint(y->n));
    assay_dd sum = dd_add(a, b);
    assay_dd share_a = dd_div(a, sum), share_b = dd_div(b, sum); /* NaN without variation */
    assay_dd below = dd_add(dd_div(dd_mul(share_a, share_a), dd_of_uint(x->n - 1)),
                            dd_div(dd_mul(share_b, share_b), dd_of_uint(y->n - 1)));
    return t_test(d, dd_sqrt(sum), dd_div(dd_of(1), below).hi, confidence);
}

static assay_test variance_test(const summary *x, const summary *y, double confidence)
{
    if (!(x->variance.hi > 0 && y->variance.hi > 0))
        return undefined(assay_figure_undefined(why_flat), why_flat);
    double f = dd_div(x->variance, y->variance).hi, tail = (1 - confidence) / 2;
    double a = (double)(x->n - 1), b = (double)(y->n - 1);
    double p = 2 * fmin(pf(f, a, b, 1, 0), pf(f, a, b, 0, 0));
    return (assay_test){
        .estimate = assay_figure_of(f),
        .statistic = assay_figure_of(f),
        .df = assay_figure_of(a),
        .df2 = assay_figure_of(b),
        .p = assay_figure_of(fmin(p, 1)),
        .lower = assay_figure_of(f / qf(tail, a, b, 0, 0)),
        .upper = assay_figure_of(f / qf(tail, a, b, 1, 0)),
    };
}

assay_status assay_compare_two(const assay_values *x, const assay_values *y, double confidence,
                               assay_comparison *out, assay_err *err)
{
    assay_moments a, b;
    assay_status status = settle(&confidence, err);
    if (status == ASSAY_OK)
        status = assay_moments_of(x, &a, err);
    if (status == ASSAY_OK)
        status = assay_moments_of(y, &b, err);
    if (status != ASSAY_OK)
        return status;
    *out = (assay_comparison){.n_x = a.n, .n_y = b.n};
    out->mean_x = assay_moments_mean(&a);
    out->mean_y = assay_moments_mean(&b);
    out->sd_x = assay_moments_sd(&a);
    out->sd_y = assay_moments_sd(&b);
    summary s = summary_of(&a), t = summary_of(&b);
    assay_dd d = moments_difference(s.mean, t.mean);
    if (s.n < 2 || t.n < 2) {
        assay_figure none = assay_figure_undefined("no values");
        out->pooled = out->welch = undefined(s.n && t.n ? assay_figure_of(d.hi) : none, why_few);
        out->variance = undefined(assay_figure_undefined(why_few), why_few);
        return ASSAY_OK;
    }
    out->pooled = pooled_test(&s, &t, d, confidence);
    out->welch = welch_test(&s, &t, d, confidence);
    out->variance = variance_test(&s, &t, confidence);
    return ASSAY_OK;
}

/* -- pairs ----------------------------------------------------------------------------- */

/* x[i] - y[i]; exact for decimals of one exponent. False when a member is missing. */
static bool pair_difference(const assay_values *x, const assay_values *y, size_t i, assay_dd *out)
{
    if (values_is_missing(x, i) || values_is_missing(y, i))
        return false;
    assay_dd a = values_dd(x, i), b = values_dd(y, i);
    int e = values_exponent(x), f = values_exponent(y);
    *out = e == f ? dd_times_power_of_ten(dd_sub(a, b), e)
                  : moments_difference(dd_times_power_of_ten(a, e), dd_times_power_of_ten(b, f));
    return true;
}

static summary summary_of_pairs(const assay_values *x, const assay_values *y)
{
    summary s = {0, {0, 0}, {0, 0}};
    assay_dd d;
    for (size_t i = 0; i < x->n; i++)
        if (pair_difference(x, y, i, &d)) {
            s.n++;
            s.mean = dd_add(s.mean, d);
        }
    s.mean = dd_div(s.mean, dd_of_uint(s.n)); /* NaN for no pair */
    for (size_t i = 0; i < x->n; i++)
        if (pair_difference(x, y, i, &d)) {
            d = moments_difference(d, s.mean);
            s.variance = dd_add(s.variance, dd_mul(d, d));
        }
    if (s.n > 1)
        s.variance = dd_div(s.variance, dd_of_uint(s.n - 1));
    return s;
}

assay_status assay_compare_paired(const assay_values *x, const assay_values *y, double confidence,
                                  assay_test *out, assay_err *err)
{
    if (x->n != y->n)
        return assay_fail(err, ASSAY_SHAPE, 0, "%zu values do not pair with %zu", x->n, y->n);
    assay_status status = settle(&confidence, err);
    if (status == ASSAY_OK)
        status = moments_refuse_infinite(x, err);
    if (status == ASSAY_OK)
        status = moments_refuse_infinite(y, err);
    if (status != ASSAY_OK)
        return status;
    summary s = summary_of_pairs(x, y);
    if (s.n < 2)
        *out = undefined(s.n ? assay_figure_of(s.mean.hi) : assay_figure_undefined("no pairs"),
                         "fewer than 2 pairs");
    else
        *out = t_test(s.mean, standard_error(&s), (double)(s.n - 1), confidence);
    return ASSAY_OK;
}
