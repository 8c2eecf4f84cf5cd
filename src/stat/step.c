/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage of one subgroup is handed to the functions that draw whole charts; what they would find in
 * earlier subgroups (rules, EWMA, CUSUM, the last individuals for a moving range) stands in the
 * state. */
#include <assay/step.h>

#include "stat/charting.h"

#include <string.h>

enum { SPAN_MAX = 100 };

/* An individual, as a moving range needs it. */
typedef struct {
    int64_t steps;
    assay_dd pair;
    int32_t exponent;
    uint8_t n, flags;
} individual;

struct assay_step_state {
    chart_ewma ewma;
    chart_cusum cusum;
    assay_rules_state rules;
    uint32_t kept;      /* individuals since the stage began, to span - 1 */
    individual last[];  /* [span - 1], newest first; individuals only */
};

static size_t window_of(const assay_step_chart *chart)
{
    return chart->options.type == ASSAY_CHART_I_MR ? chart->options.span - 1 : 0;
}

size_t assay_step_size(const assay_step_chart *chart)
{
    return sizeof(assay_step_state) + window_of(chart) * sizeof(individual);
}

assay_status assay_step_init(const assay_chart_options *options, assay_step_chart *out,
                             assay_err *err)
{
    assay_step_chart chart = {.options = *options};
    chart_options_settle(&chart.options);
    if (options->type == ASSAY_CHART_AUTO || options->type > ASSAY_CHART_U)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a chart that steps has a type");
    assay_status status = chart_options_check(&chart.options, err);
    if (!status)
        *out = chart;
    return status;
}

void assay_step_reset(const assay_step_chart *chart, assay_step_state *state)
{
    const assay_chart_options *o = &chart->options;
    double target = isnan(o->target) ? o->center : o->target;
    memset(state, 0, assay_step_size(chart));
    state->ewma = (chart_ewma){target, 0};
    state->cusum = (chart_cusum){o->fir, o->fir};
    assay_rules_reset(&state->rules);
}

/* -- one point --------------------------------------------------------------------------- */

/* The new subgroup stands behind the individuals before it. */
typedef struct {
    assay_chart_input input;
    subgroup_set set;
    assay_chart chart;
    chart_job job;
    assay_chart_point location[SPAN_MAX], spread[SPAN_MAX];
    subgroup group[SPAN_MAX];
    size_t at;
} desk;

static void bring_individuals(const assay_step_state *state, desk *d)
{
    d->at = state->kept;
    for (size_t j = 0; j < d->at; j++) {
        const individual *x = &state->last[d->at - 1 - j];
        d->group[j] = (subgroup){.n = x->n, .flags = x->flags,
                                 .sum = {.steps = x->steps, .pair = x->pair,
                                         .exponent = x->exponent}};
    }
}

static void keep_individual(assay_step_state *state, size_t window, const subgroup *g)
{
    if (window == 0)
        return;
    memmove(state->last + 1, state->last, (window - 1) * sizeof *state->last);
    state->last[0] = (individual){.steps = (int64_t)g->sum.steps, .pair = g->sum.pair,
                                  .exponent = g->sum.exponent, .n = g->n > 0, .flags = g->flags};
    state->kept += state->kept < window;
}

static void lay_out(const assay_step_chart *chart, const assay_step_group *group, desk *d)
{
    const assay_chart_options *o = &chart->options;
    d->input = (assay_chart_input){.x = group->x, .subgroups = 1, .n = (uint32_t)group->x.n};
    d->set = (subgroup_set){.in = &d->input, .group = d->group, .sort = group->sort, .k = 1};
    d->chart = (assay_chart){.type = o->type, .method = ASSAY_SIGMA_GIVEN, .location = d->location};
    d->chart.has_spread = chart_has_spread(o->type);
    d->chart.spread = d->chart.has_spread ? d->spread : NULL;
    d->job = (chart_job){.set = &d->set, .options = o, .rules = o->rules, .out = &d->chart,
                         .center = o->center, .sigma = o->std_dev};
    d->job.estimate.spread_mean = d->job.estimate.plain_spread = NAN;
    if (o->type == ASSAY_CHART_P || o->type == ASSAY_CHART_NP)
        d->chart.method = ASSAY_SIGMA_BINOMIAL;
    else if (chart_is_attribute(o->type))
        d->chart.method = ASSAY_SIGMA_POISSON;
}

static assay_status read_group(const assay_step_chart *chart, const assay_step_group *group,
                               subgroup *g, assay_err *err)
{
    assay_chart_type type = chart->options.type;
    bool is_single = chart_is_attribute(type) || type == ASSAY_CHART_I_MR || type == ASSAY_CHART_RUN;
    if (is_single && group->x.n > 1)
        return assay_fail(err, ASSAY_SHAPE, 0, "a chart of individuals has one reading a point");
    subgroup_sum(&group->x, 0, group->x.n, g);
    g->at = 0;
    g->flags = (uint8_t)((group->is_excluded ? ASSAY_POINT_EXCLUDED : 0) |
                         (g->n ? 0 : ASSAY_POINT_MISSING) |
                         (group->is_partial && g->n ? ASSAY_POINT_PARTIAL : 0));
    return chart_is_attribute(type) ? chart_take_size(type, group->size, 0, g, err) : ASSAY_OK;
}

static double draw(assay_step_chart *chart, assay_step_state *state, desk *d,
                   assay_cusum_point *cusum)
{
    chart_width w = {chart->made[0].n, chart->made[0].a, chart->made[0].b};
    double z = NAN;
    switch (chart->options.type) {
    case ASSAY_CHART_EWMA:
        chart_ewma_at(&d->job, &state->ewma, d->at);
        return NAN;
    case ASSAY_CHART_CUSUM:
        d->chart.cusum = cusum;
        chart_cusum_at(&d->job, &state->cusum, d->at);
        return NAN;
    case ASSAY_CHART_RUN:
        return chart_run_at(&d->job, d->at);
    case ASSAY_CHART_P:
    case ASSAY_CHART_NP:
    case ASSAY_CHART_C:
    case ASSAY_CHART_U:
        return chart_attribute_at(&d->job, chart_rate(&d->job), d->at);
    default:
        z = chart_location_at(&d->job, &w, d->at);
    }
    chart->made[0].n = w.n;
    chart->made[0].a = w.error;
    chart->made[0].b = w.tail;
    return z;
}

static void draw_spread(assay_step_chart *chart, desk *d)
{
    chart_scale s = {chart->made[1].n, chart->made[1].a, chart->made[1].b, chart->made[1].c,
                     chart->made[1].d};
    d->spread[d->at] = chart_no_point(&d->group[d->at]);
    chart_spread_at(&d->job, &s, d->at);
    chart->made[1].n = s.n;
    chart->made[1].a = s.mean;
    chart->made[1].b = s.deviation;
    chart->made[1].c = s.low;
    chart->made[1].d = s.high;
}

/* Signals of the location chart by rules; EWMA and CUSUM judge themselves. */
static void judge(const assay_step_chart *chart, assay_step_state *state, desk *d, double z)
{
    const assay_chart_options *o = &chart->options;
    assay_rules basic;
    if (o->type == ASSAY_CHART_EWMA || o->type == ASSAY_CHART_CUSUM)
        return;
    if (o->type == ASSAY_CHART_RUN && !o->rules)
        return;
    const assay_rules *rules = chart_rules_or_limits(&d->job, &basic);
    uint32_t allowed = o->type == ASSAY_CHART_RUN ? chart_rules_without_limits(rules) : UINT32_MAX;
    d->location[d->at].rules = assay_rules_step(rules, &state->rules, z) & allowed;
}

static assay_status refuse(assay_step_state *state, size_t window, subgroup *g, assay_status status)
{
    *g = (subgroup){.flags = ASSAY_POINT_MISSING};
    assay_rules_reset(&state->rules);
    keep_individual(state, window, g);
    return status;
}

assay_status assay_step_next(assay_step_chart *chart, assay_step_state *state,
                             const assay_step_group *group, assay_step_point *out, assay_err *err)
{
    desk d;
    size_t window = window_of(chart);
    d.at = 0;
    if (window)
        bring_individuals(state, &d);
    subgroup *g = &d.group[d.at];
    assay_status status = read_group(chart, group, g, err);
    if (status)
        return refuse(state, window, g, status);
    lay_out(chart, group, &d);
    d.location[d.at] = chart_no_point(g);
    out->cusum = (assay_cusum_point){NAN, NAN, 0};
    out->z = draw(chart, state, &d, &out->cusum);
    judge(chart, state, &d, out->z);
    if (d.chart.has_spread)
        draw_spread(chart, &d);
    keep_individual(state, window, g);
    out->location = d.location[d.at];
    out->spread = d.chart.has_spread ? d.spread[d.at] : chart_no_point(g);
    return ASSAY_OK;
}
