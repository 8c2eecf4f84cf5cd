/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means and spreads of two periods.
 *
 * A process that drifts tells less than its number of values says. For an AR(1) process the
 * variance of a mean of n is sigma^2 f / n with f = 1 + 2 sum (1 - k/n) rho^k, and s^2
 * underestimates sigma^2 by (n - f)/(n - 1) (Zwiers and von Storch 1995, J. Climate 8, 336-351).
 * rho is pooled over both periods and freed of the bias of short series, -(1 + 4 rho)/n each
 * (Marriott and Pope 1954). Brown and Forsythe 1974, JASA 69, 364-367: analysis of variance of |x -
 * median|.
 */
#include "stat/effect.h"

#include "num/dist.h"
#include "num/sort.h"
#include "num/values.h"
#include "stat/moments.h"

static const char why_few[] = "fewer than 2 values";
static const char why_flat[] = "no variation";

assay_test effect_undefined(assay_figure estimate, const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    return (assay_test){estimate, none, none, none, none, none, none};
}

assay_status effect_confidence(double *confidence, assay_err *err)
{
    if (*confidence == 0)
        *confidence = 0.95;
    if (!(*confidence > 0 && *confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1",
                          *confidence);
    return ASSAY_OK;
}

assay_test effect_normal(double estimate, double se, double confidence)
{
    if (!(se > 0))
        return effect_undefined(assay_figure_of(estimate), why_flat);
    double half = se * qnorm((1 - confidence) / 2, 0, 1, 0, 0);
    assay_test t = effect_undefined(assay_figure_of(estimate), "a normal approximation");
    t.statistic = assay_figure_of(estimate / se);
    t.p = assay_figure_of(2 * pnorm(-fabs(estimate / se), 0, 1, 1, 0));
    t.lower = assay_figure_of(estimate - half);
    t.upper = assay_figure_of(estimate + half);
    return t;
}

/* -- serial correlation ----------------------------------------------------------------------- */

/* Products of neighbours and squares about the period's own mean. */
static void add_products(const assay_values *x, double mean, double *products, double *squares)
{
    double last = NAN;
    for (size_t i = 0; i < x->n; i++) {
        double d = values_is_missing(x, i) ? NAN : assay_values_at(x, i) - mean;
        if (!isnan(d))
            *squares += d * d;
        if (!isnan(d) && !isnan(last))
            *products += d * last;
        last = d;
    }
}

static void find_serial(const assay_values *before, const assay_values *after,
                        assay_effect_shift *out)
{
    double products = 0, squares = 0, n = (double)(out->n_before + out->n_after);
    if (out->n_before < 4 || out->n_after < 4) {
        out->lag1 = out->rho = assay_figure_undefined("fewer than 4 values");
        return;
    }
    add_products(before, out->mean_before.value, &products, &squares);
    add_products(after, out->mean_after.value, &products, &squares);
    if (!(squares > 0)) {
        out->lag1 = out->rho = assay_figure_undefined(why_flat);
        return;
    }
    double r = products / squares, per_value = 2 / n;
    double rho = n > 8 ? (r + per_value) / (1 - 4 * per_value) : r;
    out->lag1 = assay_figure_of(r);
    out->rho = assay_figure_of(fmax(-0.99, fmin(rho, 0.99)));
    out->is_autocorrelated = out->rho.value > 1.96 / sqrt(n);
}

/* Values of an AR(1) process that tell as much of the mean as one independent value. */
static double inflation(double n, double rho)
{
    double rest = 1 - rho;
    return (1 + rho) / rest - 2 * rho * (1 - pow(rho, n)) / (n * rest * rest);
}

static assay_test adjusted_test(assay_effect_shift *s, double confidence)
{
    double rho = fmax(s->rho.value, 0);
    double n = (double)s->n_before, m = (double)s->n_after;
    double f = inflation(n, rho), g = inflation(m, rho);
    assay_figure difference = s->plain.estimate;
    s->n_effective_before = assay_figure_of(n / f);
    s->n_effective_after = assay_figure_of(m / g);
    if (n / f < 2 || m / g < 2)
        return effect_undefined(difference, "fewer than 2 independent values");
    double a = s->sd_before.value * s->sd_before.value * (n - 1) / (n - f) * f / n;
    double b = s->sd_after.value * s->sd_after.value * (m - 1) / (m - g) * g / m;
    if (!(a + b > 0))
        return effect_undefined(difference, why_flat);
    double nu = (a + b) * (a + b) / (a * a / (n / f - 1) + b * b / (m / g - 1));
    double se = sqrt(a + b), half = se * qt((1 - confidence) / 2, nu, 0, 0);
    assay_test t = effect_undefined(difference, "one number of degrees of freedom");
    t.statistic = assay_figure_of(difference.value / se);
    t.df = assay_figure_of(nu);
    t.p = assay_figure_of(2 * pt(-fabs(difference.value / se), nu, 1, 0));
    t.lower = assay_figure_of(difference.value - half);
    t.upper = assay_figure_of(difference.value + half);
    return t;
}

/* -- mean ------------------------------------------------------------------------------------- */

static void set_size(assay_effect_shift *s, double confidence)
{
    double n = (double)s->n_before, m = (double)s->n_after, nu = n + m - 2;
    double a = s->sd_before.value, b = s->sd_after.value;
    double pooled = nu > 0 ? sqrt(((n - 1) * a * a + (m - 1) * b * b) / nu) : NAN;
    if (s->plain.p.why || !(pooled > 0)) {
        s->g = s->g_lower = s->g_upper = assay_figure_undefined(s->plain.p.why);
        return;
    }
    double g = s->plain.estimate.value / pooled * (1 - 3 / (4 * nu - 1));
    double half =
        qnorm((1 - confidence) / 2, 0, 1, 0, 0) * sqrt((n + m) / (n * m) + g * g / (2 * (n + m)));
    s->g = assay_figure_of(g);
    s->g_lower = assay_figure_of(g - half);
    s->g_upper = assay_figure_of(g + half);
}

assay_status assay_effect_of_means(const assay_values *before, const assay_values *after,
                                   assay_serial serial, double confidence, assay_effect_shift *out,
                                   assay_err *err)
{
    assay_comparison c;
    assay_status status = effect_confidence(&confidence, err);
    if (status == ASSAY_OK)
        status = assay_compare_two(after, before, confidence, &c, err);
    if (status != ASSAY_OK)
        return status;
    assay_effect_shift s = {.method = "welch",
                            .n_before = c.n_y,
                            .n_after = c.n_x,
                            .mean_before = c.mean_y,
                            .mean_after = c.mean_x,
                            .sd_before = c.sd_y,
                            .sd_after = c.sd_x,
                            .plain = c.welch,
                            .used = c.welch};
    find_serial(before, after, &s);
    s.n_effective_before = assay_figure_of((double)s.n_before);
    s.n_effective_after = assay_figure_of((double)s.n_after);
    bool is_wanted =
        serial == ASSAY_SERIAL_ALWAYS || (serial == ASSAY_SERIAL_AUTO && s.is_autocorrelated);
    if (is_wanted && !s.rho.why && !s.plain.p.why) {
        s.method = "welch-ar1";
        s.used = adjusted_test(&s, confidence);
    }
    set_size(&s, confidence);
    *out = s;
    return ASSAY_OK;
}

/* -- spread ----------------------------------------------------------------------------------- */

size_t assay_effect_scratch_size(size_t n_before, size_t n_after)
{
    return 2 * (n_before > n_after ? n_before : n_after) * sizeof(double);
}

static double median_of(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

/* n, mean and sum of squared deviations of |x - median|. */
typedef struct {
    double n, mean, squares;
} distances;

static distances distances_of(const assay_values *x, double *sorted)
{
    size_t n = 0;
    distances d = {0, 0, 0};
    for (size_t i = 0; i < x->n; i++)
        if (!values_is_missing(x, i))
            sorted[n++] = assay_values_at(x, i);
    if (n == 0)
        return d;
    sort_doubles(sorted, n, sorted + n);
    double middle = median_of(sorted, n);
    d.n = (double)n;
    for (size_t i = 0; i < n; i++)
        d.mean += fabs(sorted[i] - middle) / d.n;
    for (size_t i = 0; i < n; i++) {
        double rest = fabs(sorted[i] - middle) - d.mean;
        d.squares += rest * rest;
    }
    return d;
}

static assay_test brown_forsythe(const distances *a, const distances *b)
{
    double nu = a->n + b->n - 2, within = (a->squares + b->squares) / nu;
    assay_figure none = assay_figure_undefined("no single figure is estimated");
    if (!(within > 0))
        return effect_undefined(none, why_flat);
    double d = a->mean - b->mean, f = d * d / (within * (1 / a->n + 1 / b->n));
    assay_test t = effect_undefined(none, "no single figure is estimated");
    t.statistic = assay_figure_of(f);
    t.df = assay_figure_of(1);
    t.df2 = assay_figure_of(nu);
    t.p = assay_figure_of(pf(f, 1, nu, 0, 0));
    return t;
}

static assay_figure root_of(assay_figure f)
{
    return f.why ? f : assay_figure_of(sqrt(f.value));
}

assay_status assay_effect_of_spreads(const assay_values *before, const assay_values *after,
                                     double confidence, void *scratch, assay_effect_spread *out,
                                     assay_err *err)
{
    assay_comparison c;
    assay_status status = effect_confidence(&confidence, err);
    if (status == ASSAY_OK)
        status = assay_compare_two(after, before, confidence, &c, err);
    if (status != ASSAY_OK)
        return status;
    assay_effect_spread s = {.method = "f, brown-forsythe",
                             .n_before = c.n_y,
                             .n_after = c.n_x,
                             .sd_before = c.sd_y,
                             .sd_after = c.sd_x,
                             .ratio = c.variance};
    s.ratio.estimate = root_of(s.ratio.estimate);
    s.ratio.lower = root_of(s.ratio.lower);
    s.ratio.upper = root_of(s.ratio.upper);
    distances a = distances_of(before, scratch), b = distances_of(after, scratch);
    s.brown_forsythe = a.n < 2 || b.n < 2
                           ? effect_undefined(assay_figure_undefined(why_few), why_few)
                           : brown_forsythe(&a, &b);
    *out = s;
    return ASSAY_OK;
}

/* -- capability indices ----------------------------------------------------------------------- */

static double index_error(const assay_effect_estimate *e, bool is_one_sided)
{
    double square = e->index * e->index / (2 * e->nu);
    return sqrt(is_one_sided ? square + 1 / (9 * e->n) : square);
}

assay_status assay_effect_of_indices(const assay_effect_estimate *before,
                                     const assay_effect_estimate *after, bool is_one_sided,
                                     double confidence, assay_effect_index *out, assay_err *err)
{
    const assay_effect_estimate *both[] = {before, after};
    assay_status status = effect_confidence(&confidence, err);
    for (size_t i = 0; i < 2 && status == ASSAY_OK; i++)
        if (!isfinite(both[i]->index) || !(both[i]->n >= 2) || !(both[i]->nu > 0))
            status = assay_fail(err, ASSAY_DOMAIN, i,
                                "the index %s cannot be judged: %g from %g values, %g degrees of "
                                "freedom",
                                i ? "after" : "before", both[i]->index, both[i]->n, both[i]->nu);
    if (status != ASSAY_OK)
        return status;
    double a = index_error(before, is_one_sided), b = index_error(after, is_one_sided);
    *out = (assay_effect_index){
        .method = is_one_sided ? "bissell" : "chi",
        .se_before = assay_figure_of(a),
        .se_after = assay_figure_of(b),
        .difference = effect_normal(after->index - before->index, sqrt(a * a + b * b), confidence),
    };
    return ASSAY_OK;
}
