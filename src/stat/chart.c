/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control charts: options, stages, and the order of work. Each kind of chart has its own file. */
#include "stat/charting.h"

#include <string.h>

static const char *const type_names[] = {
#define X(code, name, location, spread) name,
    ASSAY_CHART_LIST(X)
#undef X
};

const char *assay_chart_type_name(assay_chart_type type)
{
    return (unsigned)type < sizeof type_names / sizeof *type_names ? type_names[type] : "unknown";
}

bool assay_chart_type_named(const char *name, assay_chart_type *type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (strcmp(type_names[i], name) == 0) {
            *type = (assay_chart_type)i;
            return true;
        }
    return false;
}

assay_chart_options assay_chart_defaults(void)
{
    return (assay_chart_options){.span = 2,
                                 .sigmas = 3,
                                 .center = NAN,
                                 .std_dev = NAN,
                                 .lambda = 0.2,
                                 .ewma_sigmas = 3,
                                 .k = 0.5,
                                 .h = 5,
                                 .target = NAN};
}

double chart_z(double value, double center, double se)
{
    double z = (value - center) / se;
    double near = rint(z * 100) / 100;
    double doubt = 4 * 2.220446049250313e-16 * (fabs(value) + fabs(center)) / se;
    return fabs(z - near) <= doubt ? near : z;
}

void chart_undefined(chart_job *job, const char *why)
{
    if (!job->out->why_undefined)
        job->out->why_undefined = why;
}

void chart_judge(chart_job *job, const assay_rules *rules, uint32_t allowed)
{
    size_t n = job->to - job->from;
    uint32_t *found = job->set->found + job->from;
    assay_rules_scan(rules, job->set->z + job->from, n, found);
    for (size_t i = 0; i < n; i++)
        job->out->location[job->from + i].rules = found[i] & allowed;
}

bool chart_is_attribute(assay_chart_type type)
{
    return type == ASSAY_CHART_P || type == ASSAY_CHART_NP || type == ASSAY_CHART_C ||
           type == ASSAY_CHART_U;
}

bool chart_has_spread(assay_chart_type type)
{
    return type == ASSAY_CHART_XBAR_R || type == ASSAY_CHART_XBAR_S || type == ASSAY_CHART_I_MR ||
           type == ASSAY_CHART_MEDIAN;
}

/* --- options --- */

void chart_options_settle(assay_chart_options *o)
{
    o->span = o->span ? o->span : 2;
    o->sigmas = o->sigmas == 0 ? 3 : o->sigmas;
    o->lambda = o->lambda == 0 ? 0.2 : o->lambda;
    o->ewma_sigmas = o->ewma_sigmas == 0 ? 3 : o->ewma_sigmas;
    o->h = o->h == 0 ? 5 : o->h;
}

assay_status chart_options_check(const assay_chart_options *o, assay_err *err)
{
    if (o->span < 2 || o->span > 100)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a moving range of span %u", o->span);
    if (!(o->sigmas > 0) || !(o->ewma_sigmas > 0) || isinf(o->sigmas) || isinf(o->ewma_sigmas))
        return assay_fail(err, ASSAY_DOMAIN, 0, "the width of limits is not a positive number");
    if (!(o->lambda > 0 && o->lambda <= 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "lambda %g is outside 0 .. 1", o->lambda);
    if (!(o->k >= 0) || isinf(o->k) || !(o->h > 0) || isinf(o->h))
        return assay_fail(err, ASSAY_DOMAIN, 0, "k %g, h %g: h must be positive, k not negative",
                          o->k, o->h);
    if (!(o->fir >= 0 && o->fir < o->h))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a head start of %g is outside 0 .. h = %g", o->fir,
                          o->h);
    if (o->std_dev <= 0 || isinf(o->std_dev))
        return assay_fail(err, ASSAY_DOMAIN, 0, "the standard deviation given is %g", o->std_dev);
    return ASSAY_OK;
}

static assay_status check_stages(const assay_chart_input *in, const assay_chart *out,
                                 assay_err *err)
{
    size_t stages = in->subgroups > 0;
    for (size_t i = 1; in->stage && i < in->subgroups; i++) {
        if (in->stage[i] < in->stage[i - 1])
            return assay_fail(err, ASSAY_DOMAIN, i, "stage %u comes after stage %u", in->stage[i],
                              in->stage[i - 1]);
        stages += in->stage[i] != in->stage[i - 1];
    }
    if (stages > out->stages_room)
        return assay_fail(err, ASSAY_SHAPE, 0, "%zu stages, but room for %zu", stages,
                          out->stages_room);
    return ASSAY_OK;
}

static assay_status check_ranges(const assay_chart_input *in, const assay_chart *out,
                                 assay_err *err)
{
    if (in->phase1_to > in->subgroups || in->phase1_from > in->phase1_to ||
        (in->phase1_to && in->phase1_from == in->phase1_to))
        return assay_fail(err, ASSAY_SHAPE, in->phase1_from,
                          "phase 1 is subgroups %zu to %zu of %zu", in->phase1_from + 1,
                          in->phase1_to, in->subgroups);
    return check_stages(in, out, err);
}

static double size_of(const assay_chart_input *in, size_t i)
{
    return in->size ? in->size[i] : in->size_all;
}

assay_status chart_take_size(assay_chart_type type, double size, size_t i, subgroup *g,
                             assay_err *err)
{
    double count = g->mean;
    g->squares = type == ASSAY_CHART_C ? 1 : size; /* the size rides where nothing varies */
    if (count < 0)
        return assay_fail(err, ASSAY_DOMAIN, i, "count %zu is negative", i + 1);
    if (type == ASSAY_CHART_C)
        return ASSAY_OK;
    if (size < 0 || isinf(size))
        return assay_fail(err, ASSAY_DOMAIN, i, "sample %zu has size %g", i + 1, size);
    if (type != ASSAY_CHART_U && count > size)
        return assay_fail(err, ASSAY_DOMAIN, i, "sample %zu: %g of %g nonconforming", i + 1, count,
                          size);
    if (!(size > 0))
        g->flags |= ASSAY_POINT_MISSING;
    return ASSAY_OK;
}

static assay_status read_counts(const assay_chart_input *in, assay_chart_type type, void *scratch,
                                subgroup_set *set, assay_err *err)
{
    if (in->x.n != in->subgroups)
        return assay_fail(err, ASSAY_SHAPE, in->x.n, "%zu counts for %zu samples", in->x.n,
                          in->subgroups);
    assay_chart_input each = *in;
    each.readings = NULL;
    each.n = 1;
    assay_status status = subgroup_read(&each, scratch, set, err);
    if (status)
        return status;
    set->in = in;
    for (size_t i = 0; i < set->k && !status; i++)
        status = chart_take_size(type, size_of(in, i), i, &set->group[i], err);
    return status;
}

static assay_status read_input(const assay_chart_input *in, assay_chart_type type, void *scratch,
                               subgroup_set *set, assay_err *err)
{
    if (chart_is_attribute(type))
        return read_counts(in, type, scratch, set, err);
    assay_status status = subgroup_read(in, scratch, set, err);
    if (!status && set->most > 1 && (type == ASSAY_CHART_I_MR || type == ASSAY_CHART_RUN))
        return assay_fail(err, ASSAY_SHAPE, 0, "a chart of individuals has one reading a point");
    return status;
}

/* --- what to draw --- */

static assay_chart_type resolve_type(assay_chart_type type, const subgroup_set *set)
{
    if (type != ASSAY_CHART_AUTO)
        return type;
    return set->most <= 1 ? ASSAY_CHART_I_MR : set->most <= 8 ? ASSAY_CHART_XBAR_R
                                                              : ASSAY_CHART_XBAR_S;
}

static assay_sigma_method resolve_method(const assay_chart *out, const assay_chart_options *o,
                                         const subgroup_set *set)
{
    if (out->type == ASSAY_CHART_P || out->type == ASSAY_CHART_NP)
        return ASSAY_SIGMA_BINOMIAL;
    if (out->type == ASSAY_CHART_C || out->type == ASSAY_CHART_U)
        return ASSAY_SIGMA_POISSON;
    if (o->std_dev > 0)
        return ASSAY_SIGMA_GIVEN;
    if (o->sigma == ASSAY_SIGMA_AUTO && out->type == ASSAY_CHART_XBAR_S && set->most > 1)
        return set->most <= 8 ? ASSAY_SIGMA_SBAR : ASSAY_SIGMA_POOLED;
    return o->sigma;
}

static double find_center(const chart_job *job)
{
    if (!isnan(job->options->center))
        return job->options->center;
    subgroup_total total = {0};
    assay_dd medians = {0, 0};
    double readings = 0, groups = 0;
    bool is_median = job->out->type == ASSAY_CHART_MEDIAN;
    for (size_t i = job->from; i < job->to; i++) {
        const subgroup *g = &job->set->group[i];
        if (!g->counts)
            continue;
        subgroup_add(&total, &g->sum);
        readings += g->n;
        groups++;
        if (is_median)
            medians = pair_add(medians, subgroup_median(job->set, i));
    }
    if (groups == 0)
        return NAN;
    return is_median ? medians.hi / groups : subgroup_mean(&total, readings);
}

static void estimate(chart_job *job)
{
    const assay_chart_options *o = job->options;
    assay_sigma_method method = job->out->method;
    job->estimate = (sigma_estimate){.spread_mean = NAN, .plain_spread = NAN};
    job->estimate.sigma = (assay_sigma){.value = o->std_dev, .method = method};
    if (method != ASSAY_SIGMA_GIVEN) {
        job->estimate = sigma_find(job->set, job->from, job->to, method, o->is_unweighted, o->span);
        job->out->method = job->estimate.sigma.method;
    }
    job->sigma = job->estimate.sigma.value;
    job->center = find_center(job);
    job->stage->sigma = job->sigma;
    job->stage->center = job->center;
    if (isnan(job->center))
        chart_undefined(job, "nothing to estimate from: no subgroup that counts");
    else if (isnan(job->sigma))
        chart_undefined(job, job->estimate.sigma.why_undefined);
    else if (job->sigma == 0)
        chart_undefined(job, "no spread: all readings within the subgroups are equal");
}

static void draw_variables(chart_job *job)
{
    estimate(job);
    switch (job->out->type) {
    case ASSAY_CHART_EWMA:
        chart_draw_ewma(job);
        return;
    case ASSAY_CHART_CUSUM:
        chart_draw_cusum(job);
        return;
    default:
        chart_draw_location(job);
        if (job->out->spread)
            chart_draw_spread(job);
    }
}

/* The limits of the stage for the n that most of its subgroups have. */
static void summarise(chart_job *job)
{
    const subgroup *g = job->set->group;
    size_t best = job->from, lead = 0;
    for (size_t i = job->from; i < job->to; i++) { /* majority vote of Boyer and Moore */
        job->stage->used += g[i].counts;
        if (!g[i].counts)
            continue;
        double n = job->out->location[i].n;
        if (lead == 0)
            best = i;
        lead += n == job->out->location[best].n ? 1 : (size_t)-1;
    }
    const assay_chart_point *point = &job->out->location[best];
    job->stage->lcl = point->lcl;
    job->stage->ucl = point->ucl;
    const assay_chart_point *spread = job->out->spread ? &job->out->spread[best] : NULL;
    if (spread && isnan(spread->ucl) && best + 1 < job->to) /* the first moving range is missing */
        spread = &job->out->spread[job->to - 1];
    job->stage->spread_center = spread ? spread->center : NAN;
    job->stage->spread_lcl = spread ? spread->lcl : NAN;
    job->stage->spread_ucl = spread ? spread->ucl : NAN;
}

static void draw_stage(chart_job *job)
{
    *job->stage = (assay_chart_stage){.from = job->from, .to = job->to, .sigma = NAN};
    subgroup_mark(job->set->in, job->set, job->from, job->to);
    for (size_t i = job->from; i < job->to; i++) {
        job->out->location[i] = chart_no_point(&job->set->group[i]);
        if (job->out->spread)
            job->out->spread[i] = job->out->location[i];
    }
    if (chart_is_attribute(job->out->type))
        chart_draw_attribute(job);
    else if (job->out->type == ASSAY_CHART_RUN)
        chart_draw_run(job);
    else
        draw_variables(job);
    summarise(job);
}

static void draw_stages(chart_job *job)
{
    const assay_chart_input *in = job->set->in;
    assay_chart *out = job->out;
    for (size_t from = 0; from < in->subgroups;) {
        size_t to = from + 1;
        while (to < in->subgroups && (!in->stage || in->stage[to] == in->stage[from]))
            to++;
        job->from = from;
        job->to = to;
        job->stage = &out->stages[out->stage_count++];
        draw_stage(job);
        from = to;
    }
}

static void count_signals(assay_chart *out, const subgroup_set *set)
{
    for (size_t i = 0; i < set->k; i++) {
        bool is_signal = out->location[i].rules || (out->cusum && out->cusum[i].rules);
        bool is_spread = out->spread && out->spread[i].rules;
        out->signals += (size_t)is_signal + is_spread;
    }
    out->is_stable = out->signals == 0;
}

assay_status assay_chart_make(const assay_chart_input *in, const assay_chart_options *options,
                              void *scratch, assay_chart *out, assay_err *err)
{
    assay_chart_options o = options ? *options : assay_chart_defaults();
    chart_options_settle(&o);
    assay_status status = chart_options_check(&o, err);
    if (!status)
        status = check_ranges(in, out, err);
    subgroup_set set;
    if (!status)
        status = read_input(in, o.type, scratch, &set, err);
    if (status)
        return status;
    assay_chart made = {.type = resolve_type(o.type, &set), .location = out->location,
                        .stages = out->stages, .stages_room = out->stages_room, .k = NAN, .h = NAN};
    made.has_spread = chart_has_spread(made.type);
    if (made.has_spread && !out->spread)
        return assay_fail(err, ASSAY_SHAPE, 0, "no room for the spread chart");
    if (made.type == ASSAY_CHART_CUSUM && !out->cusum)
        return assay_fail(err, ASSAY_SHAPE, 0, "no room for the sums of the CUSUM chart");
    made.spread = made.has_spread ? out->spread : NULL;
    made.cusum = made.type == ASSAY_CHART_CUSUM ? out->cusum : NULL;
    made.method = resolve_method(&made, &o, &set);
    chart_job job = {.set = &set, .options = &o, .rules = o.rules, .out = &made};
    if (!in->subgroups)
        chart_undefined(&job, "no data");
    draw_stages(&job);
    count_signals(&made, &set);
    *out = made;
    return ASSAY_OK;
}
