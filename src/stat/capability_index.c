/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indices of a normal distribution and their confidence intervals.
 *
 *   two-sided   C sqrt(chi2_p(nu) / nu)                               exact
 *   one-sided   3 sqrt(n) C = T is noncentral t with delta = 3 sqrt(n) C_true: both ends are the
 *               noncentralities that put T at its quantiles           exact
 *   worse side  C -/+ z sqrt(1 / 9n + C^2 / 2 nu)                     Bissell 1990
 *   target      as two-sided with nu = n (1 + d^2)^2 / (1 + 2 d^2)    Boyles 1991
 */
#include "stat/capability_index.h"

#include "num/chi.h"

#include <assay/distribution.h>

static const double million = 1e6;

assay_index index_undefined(const char *why)
{
    return (assay_index){NAN, NAN, NAN, why};
}

static const char no_nu[] = "the degrees of freedom of this estimator are not known";

/* The first of: no limit, no spread. NULL: the index exists. */
static const char *why_not(const capability_sd *s, const char *no_limit)
{
    if (no_limit)
        return no_limit;
    if (s->why)
        return s->why;
    if (!(s->sd > 0))
        return "all readings are equal: the standard deviation is 0";
    return NULL;
}

static void add_chi2_interval(assay_index *c, double nu, double confidence)
{
    if (!(nu > 0)) {
        c->why = no_nu;
        return;
    }
    double tail = (1 - confidence) / 2;
    c->low = c->value * chi_quantile(tail, nu);
    c->high = c->value * chi_quantile(1 - tail, nu);
}

static void add_wald_interval(assay_index *c, const capability_sd *s, double confidence)
{
    if (!(s->nu > 0)) {
        c->why = no_nu;
        return;
    }
    double z = assay_normal_quantile((1 + confidence) / 2);
    double half = z * sqrt(1 / (9 * s->n) + c->value * c->value / (2 * s->nu));
    c->low = c->value - half;
    c->high = c->value + half;
}

static void add_exact_interval(assay_index *c, const capability_sd *s, double confidence)
{
    if (!(s->nu > 0)) {
        c->why = no_nu;
        return;
    }
    double root = 3 * sqrt(s->n), t = root * c->value, tail = (1 - confidence) / 2;
    c->low = assay_nct_noncentrality(1 - tail, t, s->nu) / root;
    c->high = assay_nct_noncentrality(tail, t, s->nu) / root;
}

static assay_index index_one_sided(const capability_sd *s, double distance, const char *no_limit,
                                   double confidence, assay_interval_method method)
{
    const char *why = why_not(s, no_limit);
    if (why)
        return index_undefined(why);
    assay_index c = {distance / (3 * s->sd), NAN, NAN, NULL};
    if (method == ASSAY_INTERVAL_WALD)
        add_wald_interval(&c, s, confidence);
    else
        add_exact_interval(&c, s, confidence);
    return c;
}

assay_index index_lower(const capability_sd *s, const assay_spec *spec, double confidence,
                        assay_interval_method method)
{
    return index_one_sided(s, s->mean - spec->lsl, spec_why_no_lower(spec), confidence, method);
}

assay_index index_upper(const capability_sd *s, const assay_spec *spec, double confidence,
                        assay_interval_method method)
{
    return index_one_sided(s, spec->usl - s->mean, spec_why_no_upper(spec), confidence, method);
}

assay_index index_two_sided(const capability_sd *s, const assay_spec *spec, double confidence)
{
    const char *why = why_not(s, spec_why_not_two_sided(spec));
    if (why)
        return index_undefined(why);
    assay_index c = {(spec->usl - spec->lsl) / (6 * s->sd), NAN, NAN, NULL};
    add_chi2_interval(&c, s->nu, confidence);
    return c;
}

assay_index index_worse(const capability_sd *s, assay_index lower, assay_index upper,
                        double confidence)
{
    if (isnan(lower.value) && isnan(upper.value)) {
        const char *no_sd = why_not(s, NULL);
        return index_undefined(no_sd ? no_sd : "no limit");
    }
    assay_index c = {fmin(lower.value, upper.value), NAN, NAN, NULL};
    add_wald_interval(&c, s, confidence);
    return c;
}

/* The root mean square distance from the target that Cpm divides by. */
static double target_spread(const capability_sd *s, double target, assay_cpm_denominator by)
{
    double bias2 = (s->mean - target) * (s->mean - target), n = s->n, variance = s->sd * s->sd;
    if (by == ASSAY_CPM_SD)
        return sqrt(variance + bias2);
    double sum = (n - 1) * variance + n * bias2;
    return sqrt(sum / (by == ASSAY_CPM_N ? n : n - 1));
}

static const char *why_no_target(const capability_sd *s, const assay_spec *spec)
{
    const char *why = why_not(s, spec_why_not_two_sided(spec));
    return why ? why : isnan(spec->target) ? "no target" : NULL;
}

assay_index index_target(const capability_sd *s, const assay_spec *spec,
                         const assay_capability_options *options)
{
    const char *why = why_no_target(s, spec);
    if (why)
        return index_undefined(why);
    double spread = target_spread(s, spec->target, options->cpm);
    assay_index c = {(spec->usl - spec->lsl) / (6 * spread), NAN, NAN, NULL};
    double d = (s->mean - spec->target) / s->sd, d2 = d * d;
    double power = options->cpm_nu == ASSAY_CPM_NU_QCC ? 1 + d2 : (1 + d2) * (1 + d2);
    add_chi2_interval(&c, s->n * power / (1 + 2 * d2), options->confidence);
    return c;
}

assay_index index_target_worse(const capability_sd *s, const assay_spec *spec,
                               const assay_capability_options *options)
{
    const char *why = why_no_target(s, spec);
    if (why)
        return index_undefined(why);
    double spread = target_spread(s, spec->target, options->cpm);
    double nearest = fmin(spec->usl - s->mean, s->mean - spec->lsl);
    return (assay_index){nearest / (3 * spread), NAN, NAN, "no interval is known for cpmk"};
}

double ppm_total(double below, double above)
{
    if (isnan(below) && isnan(above))
        return NAN;
    return (isnan(below) ? 0 : below) + (isnan(above) ? 0 : above);
}

assay_ppm ppm_normal(const capability_sd *s, const assay_spec *spec)
{
    if (!(s->sd > 0))
        return (assay_ppm){NAN, NAN, NAN};
    double below = million * assay_normal_cdf((spec->lsl - s->mean) / s->sd);
    double above = million * assay_normal_upper((spec->usl - s->mean) / s->sd);
    return (assay_ppm){below, above, ppm_total(below, above)};
}

double z_bench(const assay_ppm *ppm)
{
    return isnan(ppm->total) ? NAN : -assay_normal_quantile(ppm->total / million);
}
