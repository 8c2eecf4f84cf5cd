/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capability of a sample, or of what a summary knows: the parts put together.
 *
 * With the normal distribution both ways share indices_normal. With another one the overall
 * indices are those of ISO 22514-2 from its quantiles X0.135 %, X50 %, X99.865 %:
 *
 *     Pp = (USL - LSL) / (X99.865 - X0.135)
 *     Ppl = (X50 - LSL) / (X50 - X0.135),  Ppu = (USL - X50) / (X99.865 - X50)
 *
 * and what supposes normality is undefined.
 */
#include <assay/capability.h>

#include "num/chi.h"
#include "stat/capability_index.h"
#include "stat/capability_sample.h"

#include <assay/distribution.h>
#include <assay/sigma.h>

static const double share_outside = 0.00135;
static const char not_normal[] = "it supposes the normal distribution";

static assay_capability_options with_defaults(const assay_capability_options *options)
{
    assay_capability_options used = options ? *options : assay_capability_defaults();
    if (used.confidence == 0)
        used.confidence = 0.95;
    return used;
}

/* ---- the normal distribution ---- */

static void indices_normal(const assay_capability_options *options, assay_capability *c)
{
    const assay_spec *spec = &c->spec;
    double confidence = c->confidence;
    capability_sd within = {c->mean, (double)c->n, c->sd_within, c->nu, c->why_sd_within};
    capability_sd overall = {c->mean, (double)c->n, c->sd_overall, (double)c->n - 1,
                             c->why_sd_overall};
    c->cp = index_two_sided(&within, spec, confidence);
    c->cpl = index_lower(&within, spec, confidence, options->interval);
    c->cpu = index_upper(&within, spec, confidence, options->interval);
    c->cpk = index_worse(&within, c->cpl, c->cpu, confidence);
    c->pp = index_two_sided(&overall, spec, confidence);
    c->ppl = index_lower(&overall, spec, confidence, options->interval);
    c->ppu = index_upper(&overall, spec, confidence, options->interval);
    c->ppk = index_worse(&overall, c->ppl, c->ppu, confidence);
    c->cpm = index_target(&overall, spec, options);
    c->cpmk = index_target_worse(&overall, spec, options);
    c->ppm_within = ppm_normal(&within, spec);
    c->ppm_overall = ppm_normal(&overall, spec);
}

/* The fit that mean and standard deviation are, and its quantiles. */
static void describe_normal(assay_capability *c)
{
    c->distribution.family = ASSAY_FAMILY_NORMAL;
    for (int i = 0; i < ASSAY_FIT_PARAMETERS; i++)
        c->distribution.parameter[i] = NAN;
    c->distribution.parameter[0] = c->mean;
    c->distribution.parameter[1] = c->sd_overall;
    c->distribution.log_likelihood = c->distribution.bic = NAN;
    c->distribution.ad = c->distribution.ad_p = NAN;
    c->distribution.why = c->why_sd_overall;
    c->why_distribution = c->why_sd_overall;
}

/* ---- another distribution ---- */

static assay_index quantile_index(const assay_capability *c, double distance, double spread,
                                  const char *why)
{
    why = c->distribution.why ? c->distribution.why : why;
    if (why)
        return index_undefined(why);
    return (assay_index){distance / spread, NAN, NAN,
                         "no interval is known for indices from quantiles"};
}

static assay_ppm ppm_of_fit(const assay_capability *c)
{
    double below = 1e6 * assay_fit_cdf(&c->distribution, c->spec.lsl);
    double above = 1e6 * assay_fit_upper(&c->distribution, c->spec.usl);
    return (assay_ppm){below, above, ppm_total(below, above)};
}

static void indices_of_fit(assay_capability *c)
{
    const assay_spec *spec = &c->spec;
    const char *why_lower = spec_why_no_lower(spec), *why_upper = spec_why_no_upper(spec);
    double down = c->x_median - c->x_lower, up = c->x_upper - c->x_median;
    c->cp = c->cpl = c->cpu = c->cpk = c->cpm = c->cpmk = index_undefined(not_normal);
    c->pp = quantile_index(c, spec->usl - spec->lsl, down + up, spec_why_not_two_sided(spec));
    c->ppl = quantile_index(c, c->x_median - spec->lsl, down, why_lower);
    c->ppu = quantile_index(c, spec->usl - c->x_median, up, why_upper);
    c->ppk = c->ppu.value <= c->ppl.value || isnan(c->ppl.value) ? c->ppu : c->ppl;
    if (why_lower && why_upper && !c->distribution.why)
        c->ppk = index_undefined("no limit");
    c->ppm_within = (assay_ppm){NAN, NAN, NAN};
    c->why_ppm_within = not_normal;
    c->ppm_overall = ppm_of_fit(c);
}

/* ---- what both share ---- */

static void fill_quantiles(assay_capability *c)
{
    c->x_lower = assay_fit_quantile(&c->distribution, share_outside);
    c->x_median = assay_fit_quantile(&c->distribution, 0.5);
    c->x_upper = assay_fit_quantile(&c->distribution, 1 - share_outside);
}

static void explain_ppm(assay_capability *c)
{
    const char *why = isnan(c->spec.lsl) && isnan(c->spec.usl) ? "no limit" : NULL;
    static const char no_spread[] = "there is no spread to predict from";
    if (isnan(c->ppm_within.total) && !c->why_ppm_within)
        c->why_ppm_within = why ? why : c->why_sd_within ? c->why_sd_within : no_spread;
    const char *no_fit = c->distribution.why ? c->distribution.why : no_spread;
    if (isnan(c->ppm_overall.total))
        c->why_ppm_overall = why ? why : no_fit;
    if (isnan(c->ppm_observed.total) && !c->why_ppm_observed)
        c->why_ppm_observed = why ? why : "no readings";
    c->z_bench_within = z_bench(&c->ppm_within);
    c->z_bench_overall = z_bench(&c->ppm_overall);
}

static void finish(const assay_capability_options *options, assay_capability *c)
{
    fill_quantiles(c);
    if (c->distribution.family == ASSAY_FAMILY_NORMAL)
        indices_normal(options, c);
    else
        indices_of_fit(c);
    explain_ppm(c);
}

static const char *why_no_sd(double n)
{
    return n < 1 ? "no readings" : n < 2 ? "one reading has no spread" : NULL;
}

/* ---- from moments ---- */

static assay_status check_moments(const assay_capability_moments *m, assay_err *err)
{
    if (!(m->n >= 0) || isinf(m->n))
        return assay_fail(err, ASSAY_DOMAIN, 0, "%.15g is no number of readings", m->n);
    if (m->n > 0 && !isfinite(m->mean))
        return assay_fail(err, ASSAY_DOMAIN, 0, "the mean is not a finite number");
    if (m->sd_within < 0 || m->sd_overall < 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a standard deviation is negative");
    return ASSAY_OK;
}

assay_status assay_capability_from_moments(const assay_capability_moments *moments,
                                           const assay_spec *spec,
                                           const assay_capability_options *options,
                                           assay_capability *out, assay_err *err)
{
    assay_capability_options used = with_defaults(options);
    assay_capability c = {0};
    assay_status status = options_check(&used, err);
    if (status == ASSAY_OK)
        status = spec_check(spec, &c.spec, err);
    if (status == ASSAY_OK)
        status = check_moments(moments, err);
    if (status != ASSAY_OK)
        return status;
    c.n = (size_t)moments->n;
    c.confidence = used.confidence;
    c.mean = moments->mean;
    c.sigma_method = moments->sigma_method;
    c.nu = used.nu > 0 ? used.nu : moments->nu;
    c.sd_within = moments->sd_within;
    c.sd_overall = moments->n < 2 ? NAN : moments->sd_overall;
    const char *why = why_no_sd(moments->n);
    c.why_sd_within = isnan(c.sd_within) ? why ? why : "no estimate within subgroups" : NULL;
    c.why_sd_overall = isnan(c.sd_overall) ? why ? why : "not known" : NULL;
    c.ppm_observed = (assay_ppm){NAN, NAN, NAN};
    c.why_ppm_observed = "moments do not tell how many readings are outside";
    describe_normal(&c);
    finish(&used, &c);
    *out = c;
    return ASSAY_OK;
}

/* ---- from readings ---- */

static assay_chart_input chart_input_of(const assay_capability_input *in)
{
    return (assay_chart_input){.x = in->x,
                               .subgroups = in->subgroups,
                               .readings = in->readings,
                               .n = in->n,
                               .excluded = in->excluded,
                               .nominal_n = in->nominal_n};
}

static double nu_of(const assay_sigma *sigma)
{
    return isnan(sigma->df) ? chi_nu_of_variance(sigma->relative_variance) : sigma->df;
}

static assay_status estimate_within(const assay_capability_input *in,
                                    const assay_capability_options *options, void *scratch,
                                    assay_capability *c, assay_err *err)
{
    c->sigma_method = options->sigma;
    c->sd_within = options->sd_within;
    c->nu = options->nu > 0 ? options->nu : NAN;
    if (options->sigma == ASSAY_SIGMA_GIVEN)
        return ASSAY_OK;
    assay_chart_input chart = chart_input_of(in);
    assay_sigma sigma;
    assay_status status = assay_sigma_estimate(&chart, options->sigma, options->is_unweighted,
                                               options->span, scratch, &sigma, err);
    if (status != ASSAY_OK)
        return status;
    c->sigma_method = sigma.method;
    c->sd_within = sigma.value;
    c->why_sd_within = sigma.why_undefined;
    if (!(options->nu > 0))
        c->nu = nu_of(&sigma);
    return ASSAY_OK;
}

static void count_outside(const capability_sample *sample, assay_capability *c)
{
    size_t below = 0, above = 0;
    while (below < sample->n && sample->sorted[below] < c->spec.lsl)
        below++;
    while (above < sample->n && sample->sorted[sample->n - 1 - above] > c->spec.usl)
        above++;
    double share = 1e6 / (double)sample->n;
    c->ppm_observed.below = isnan(c->spec.lsl) || !sample->n ? NAN : (double)below * share;
    c->ppm_observed.above = isnan(c->spec.usl) || !sample->n ? NAN : (double)above * share;
    c->ppm_observed.total = ppm_total(c->ppm_observed.below, c->ppm_observed.above);
}

static assay_status fit_sample(const capability_sample *sample,
                               const assay_capability_options *options, assay_capability *c,
                               assay_err *err)
{
    describe_normal(c);
    if (sample->n == 0)
        return ASSAY_OK;
    bool is_auto = options->distribution == ASSAY_FAMILY_AUTO;
    assay_status status =
        assay_fit_make(options->distribution, sample->sorted, sample->n, &c->distribution, err);
    if (status != ASSAY_OK)
        return status;
    bool is_normal = c->distribution.family == ASSAY_FAMILY_NORMAL;
    if (is_normal) { /* the certified figures, not the fit's own */
        c->distribution.parameter[0] = c->mean;
        c->distribution.parameter[1] = c->sd_overall;
    }
    const char *chosen = is_normal ? "normal unless Anderson-Darling p < 0.05"
                                   : "least BIC, since Anderson-Darling refuses the normal";
    c->why_distribution = is_auto ? chosen : "asked for";
    if (c->distribution.why)
        c->why_distribution = c->distribution.why;
    return ASSAY_OK;
}

size_t assay_capability_scratch_size(const assay_capability_input *in)
{
    assay_chart_input chart = chart_input_of(in);
    size_t mine = 3 * in->x.n * sizeof(double), sigma = assay_chart_scratch_size(&chart);
    return (mine > sigma ? mine : sigma) + 16;
}

assay_status assay_capability_make(const assay_capability_input *in, const assay_spec *spec,
                                   const assay_capability_options *options, void *scratch,
                                   assay_capability *out, assay_err *err)
{
    assay_capability_options used = with_defaults(options);
    assay_capability c = {.confidence = used.confidence};
    capability_sample sample;
    assay_status status = options_check(&used, err);
    if (status == ASSAY_OK)
        status = spec_check(spec, &c.spec, err);
    if (status == ASSAY_OK)
        status = estimate_within(in, &used, scratch, &c, err);
    if (status == ASSAY_OK)
        status = sample_take(in, scratch, &sample, err);
    if (status != ASSAY_OK)
        return status;
    c.n = sample.n;
    c.mean = sample.mean;
    c.sd_overall = sample.sd;
    c.why_sd_overall = why_no_sd((double)sample.n);
    status = fit_sample(&sample, &used, &c, err);
    if (status != ASSAY_OK)
        return status;
    count_outside(&sample, &c);
    finish(&used, &c);
    *out = c;
    return ASSAY_OK;
}
