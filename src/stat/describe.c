/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assay/describe.h>

#include "num/dd.h"
#include "stat/moments.h"
#include "stat/runs.h"
#include "stat/sorted.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

assay_describe_options assay_describe_defaults(void)
{
    return (assay_describe_options){.quantile_type = 6, .trim = 0.05, .confidence = 0.95};
}

static assay_status settle(const assay_describe_options *asked, assay_describe_options *used,
                           assay_err *err)
{
    *used = assay_describe_defaults();
    if (!asked)
        return ASSAY_OK;
    if (asked->quantile_type)
        used->quantile_type = asked->quantile_type;
    if (!isnan(asked->trim))
        used->trim = asked->trim;
    if (asked->confidence != 0)
        used->confidence = asked->confidence;
    if (!(used->trim >= 0 && used->trim < 0.5))
        return assay_fail(err, ASSAY_DOMAIN, 0, "cannot trim %g at each end", used->trim);
    if (!(used->confidence > 0 && used->confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1",
                          used->confidence);
    used->p = asked->p;
    used->p_count = asked->p_count;
    used->quantiles = asked->quantiles;
    return quantiles_check(used->quantile_type, used->p, used->p_count, err);
}

static assay_dd standard_error(const assay_moments *m)
{
    return dd_div(moments_sd(m), dd_sqrt(dd_of_uint(m->n)));
}

static void fill_moments(const assay_moments *m, assay_description *d)
{
    d->n = m->n;
    d->missing = m->missing;
    d->mean = assay_moments_mean(m);
    d->variance = assay_moments_variance(m);
    d->sd = assay_moments_sd(m);
    d->se_mean = m->n < 2 ? d->sd : figure_scaled(standard_error(m), m->exponent, m->shift);
    d->skewness = assay_moments_skewness(m);
    d->kurtosis = assay_moments_kurtosis(m);
    d->skewness_biased = assay_moments_skewness_biased(m);
    d->kurtosis_biased = assay_moments_kurtosis_biased(m);
    d->min = assay_moments_min(m);
    d->max = assay_moments_max(m);
    d->range = m->n ? figure_scaled(dd_sub(m->max, m->min), m->exponent, m->shift) : d->min;
}

static void fill_intervals(const assay_moments *m, assay_description *d)
{
    if (m->n < 2) {
        d->mean_lower = d->mean_upper = d->sd_lower = d->sd_upper =
            assay_figure_undefined("fewer than 2 values");
        return;
    }
    double nu = (double)(m->n - 1), tail = (1 - d->confidence) / 2;
    assay_dd half = dd_mul(standard_error(m), dd_of(qt(tail, nu, 0, 0)));
    d->mean_lower = figure_scaled(dd_sub(m->mean, half), m->exponent, m->shift);
    d->mean_upper = figure_scaled(dd_add(m->mean, half), m->exponent, m->shift);
    assay_dd sd = moments_sd(m);
    double lower = sqrt(nu / qchisq(tail, nu, 0, 0)), upper = sqrt(nu / qchisq(tail, nu, 1, 0));
    d->sd_lower = figure_scaled(dd_mul(sd, dd_of(lower)), m->exponent, m->shift);
    d->sd_upper = figure_scaled(dd_mul(sd, dd_of(upper)), m->exponent, m->shift);
}

static assay_dd trimmed_mean(const sorted *s, double trim)
{
    size_t out = (size_t)floor((double)s->n * trim);
    assay_dd sum = dd_of(0);
    for (size_t i = out; i < s->n - out; i++)
        sum = dd_add(sum, sorted_at(s, i));
    return dd_div(sum, dd_of_uint(s->n - 2 * out));
}

static void fill_order(const sorted *s, assay_description *d)
{
    if (s->n == 0) {
        d->q1 = d->median = d->q3 = d->iqr = d->mad = d->trimmed_mean =
            assay_figure_undefined("no values");
        return;
    }
    assay_dd q1 = sorted_quantile(s, d->quantile_type, 0.25);
    assay_dd q3 = sorted_quantile(s, d->quantile_type, 0.75);
    assay_dd median = sorted_median(s);
    d->q1 = figure_scaled(q1, s->exponent, s->shift);
    d->q3 = figure_scaled(q3, s->exponent, s->shift);
    d->iqr = figure_scaled(dd_sub(q3, q1), s->exponent, s->shift);
    d->median = figure_scaled(median, s->exponent, s->shift);
    d->mad = figure_scaled(sorted_deviation(s, median), s->exponent, s->shift);
    d->trimmed_mean = figure_scaled(trimmed_mean(s, d->trim), s->exponent, s->shift);
}

assay_status assay_describe(const assay_values *x, const assay_describe_options *options,
                            void *scratch, assay_description *out, assay_err *err)
{
    assay_describe_options used;
    assay_moments m;
    assay_status status = settle(options, &used, err);
    if (status == ASSAY_OK)
        status = assay_moments_of(x, &m, err);
    if (status != ASSAY_OK)
        return status;

    *out = (assay_description){
        .quantile_type = used.quantile_type, .trim = used.trim, .confidence = used.confidence};
    fill_moments(&m, out);
    fill_intervals(&m, out);
    sorted s = sorted_of(x, scratch);
    fill_order(&s, out);
    sorted_quantiles(&s, used.quantile_type, used.p, used.p_count, used.quantiles);
    out->autocorrelation1 = assay_autocorrelation(x, 1);
    out->runs_about_median = runs_about_median(x, &s);
    out->runs_up_down = assay_runs_up_down(x);
    return ASSAY_OK;
}
