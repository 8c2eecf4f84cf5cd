/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cut, chart, capability, verdict: in this order, because a capability without a chart cannot say
 * whether it is more than a performance. */
#include "signal/analysis.h"

#include "signal/slab.h"
#include "signal/subgroup.h"
#include "signal/verdict.h"

#include <assay/arl.h>
#include <assay/moments.h>

#include <stdlib.h>
#include <string.h>

analysis_options analysis_defaults(void)
{
    analysis_options o = {
        .chart = assay_chart_defaults(),
        .size_all = NAN,
        .spec = assay_spec_none(),
        .capability = assay_capability_defaults(),
    };
    if (assay_rules_parse("nelson", &o.rules, NULL) != ASSAY_OK)
        o.rules.count = 0;
    return o;
}

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while making a chart");
}

size_t analysis_row(const analysis *a, size_t i)
{
    return a->first ? a->first[i] : i * a->n;
}

int64_t analysis_time(const analysis *a, size_t i)
{
    return a->series->time ? a->series->time[analysis_row(a, i)] : TIME_NONE;
}

int32_t analysis_offset(const analysis *a, size_t i)
{
    return a->series->time ? series_offset(a->series, analysis_row(a, i)) : a->series->offset;
}

static bool has_sizes(const analysis *a)
{
    return a->input.size != NULL || a->input.size_all > 1;
}

static assay_chart_type type_for(const analysis *a, assay_chart_type asked)
{
    if (asked != ASSAY_CHART_AUTO)
        return asked;
    switch (a->series->definition->kind) {
    case KIND_DEFECTIVES:
        return ASSAY_CHART_P;
    case KIND_DEFECTS:
        return has_sizes(a) ? ASSAY_CHART_U : ASSAY_CHART_C;
    default:
        return ASSAY_CHART_AUTO;
    }
}

/* Zones of an EWMA or a CUSUM are not those of independent points: one rule, beyond the limits. */
static bool takes_rules(assay_chart_type type)
{
    return type != ASSAY_CHART_EWMA && type != ASSAY_CHART_CUSUM && type != ASSAY_CHART_RUN;
}

typedef struct {
    analysis *a;
    const analysis_options *options;
} showing;

static void show_points(const assay_chart_point *location, const assay_chart_point *spread,
                        size_t from, size_t n, void *context)
{
    const showing *w = context;
    for (size_t i = 0; i < n; i++)
        for (uint32_t rest = location[i].flags & ASSAY_POINT_EXCLUDED ? 0 : location[i].rules; rest;
             rest &= rest - 1)
            w->a->rule_count[__builtin_ctz(rest)]++;
    w->options->points(w->a, location, spread, from, n, w->options->points_context);
}

/* Nobody keeps the points. */
static assay_status show_chart(analysis *a, const analysis_options *options, assay_err *err)
{
    showing w = {a, options};
    a->chart.stages = arena_new(&a->memory, assay_chart_stage);
    a->chart.stages_room = 1;
    void *scratch = malloc(assay_chart_scan_size(&a->input));
    if (!a->chart.stages || !scratch) {
        free(scratch);
        return no_memory(err);
    }
    assay_status status = assay_chart_scan(&a->input, &a->options, scratch, show_points, &w, &a->chart,
                                           &a->has_chart, err);
    free(scratch);
    return status;
}

static assay_status make_chart(analysis *a, const analysis_options *options, assay_err *err)
{
    size_t k = a->input.subgroups;
    a->options = options->chart;
    a->options.type = type_for(a, options->chart.type);
    a->rules = options->rules;
    a->options.rules = takes_rules(a->options.type) ? &a->rules : NULL;
    assay_chart *c = &a->chart;
    if (options->points) {
        assay_status shown = show_chart(a, options, err);
        if (shown != ASSAY_OK || a->has_chart)
            return shown;
    }
    c->location = arena_array(&a->memory, assay_chart_point, k + 1);
    c->spread = arena_array(&a->memory, assay_chart_point, k + 1);
    c->cusum = a->options.type == ASSAY_CHART_CUSUM
                   ? arena_array(&a->memory, assay_cusum_point, k + 1) : NULL;
    c->stages = arena_array(&a->memory, assay_chart_stage, a->stage_count);
    c->stages_room = a->stage_count;
    void *scratch = malloc(assay_chart_scratch_size(&a->input) + 1);
    if (!c->location || !c->spread || !c->stages || !scratch ||
        (a->options.type == ASSAY_CHART_CUSUM && !c->cusum)) {
        free(scratch);
        return no_memory(err);
    }
    slab_advise(c->location, k * sizeof *c->location);
    slab_advise(c->spread, k * sizeof *c->spread);
    slab_advise(scratch, assay_chart_scratch_size(&a->input));
    assay_status status = assay_chart_make(&a->input, &a->options, scratch, c, err);
    free(scratch);
    a->has_chart = status == ASSAY_OK;
    return status;
}

/* -- capability ----------------------------------------------------------------------- */

static double first_number(double given, double otherwise)
{
    return isnan(given) ? otherwise : given;
}

static void side_of(const quantity *q, bound_kind kind, bool is_natural, double given,
                    double *limit, double *natural)
{
    double bound = first_number(given, quantity_value(q));
    if (is_natural)
        *natural = first_number(bound, 0);
    else if (isnan(given) && kind == BOUND_NATURAL)
        *natural = bound;
    else if (!isnan(given) || kind == BOUND_LIMIT)
        *limit = bound;
}

static assay_spec spec_for(const characteristic *c, const analysis_options *o)
{
    assay_spec spec = assay_spec_none();
    side_of(&c->lower, c->lower_kind, o->is_lower_natural, o->spec.lsl, &spec.lsl,
            &spec.natural_lower);
    side_of(&c->upper, c->upper_kind, o->is_upper_natural, o->spec.usl, &spec.usl,
            &spec.natural_upper);
    double nominal = quantity_value(&c->nominal);
    spec.target = first_number(o->spec.target, first_number(quantity_value(&c->target), nominal));
    return spec;
}

/* The chart already has the spread within; mean and overall spread take one exact pass. */
static bool suits_brief(const analysis *a, const analysis_options *options)
{
    bool has_sigma = a->has_chart && a->chart.stage_count == 1 && a->input.phase1_to == 0 &&
                     (a->chart.type == ASSAY_CHART_XBAR_R || a->chart.type == ASSAY_CHART_XBAR_S ||
                      a->chart.type == ASSAY_CHART_I_MR);
    return options->is_brief && has_sigma && !a->input.excluded &&
           options->capability.distribution == ASSAY_FAMILY_NORMAL && isnan(options->chart.std_dev);
}

static assay_status make_brief(analysis *a, const analysis_options *options,
                               const assay_moments *m, assay_err *err)
{
    assay_capability_moments known = {
        .n = (double)m->n,
        .mean = assay_moments_mean(m).value,
        .sd_within = a->chart.stages[0].sigma,
        .nu = NAN,
        .sd_overall = assay_moments_sd(m).value,
        .sigma_method = a->chart.method,
    };
    assay_status status = assay_capability_from_moments(&known, &a->spec, &options->capability,
                                                        &a->capability, err);
    a->has_capability = status == ASSAY_OK;
    return status;
}

static assay_status make_capability(analysis *a, const analysis_options *options, assay_err *err)
{
    assay_capability_input in = {
        .x = a->input.x,
        .subgroups = a->input.subgroups,
        .readings = a->input.readings,
        .n = a->input.n,
        .excluded = a->input.excluded,
        .nominal_n = a->input.nominal_n,
    };
    void *scratch = malloc(assay_capability_scratch_size(&in) + 1);
    if (!scratch)
        return no_memory(err);
    assay_status status = assay_capability_make(&in, &a->spec, &options->capability, scratch,
                                                &a->capability, err);
    free(scratch);
    a->has_capability = status == ASSAY_OK;
    return status;
}

static assay_status make_in_full(analysis *a, const analysis_options *options, assay_err *err)
{
    assay_moments m;
    assay_status status = subgroup_fill(a, options, err);
    if (status == ASSAY_OK && !options->without_chart)
        status = make_chart(a, options, err);
    if (status != ASSAY_OK || !options->with_capability)
        return status;
    if (!suits_brief(a, options))
        return make_capability(a, options, err);
    status = assay_moments_of(&a->input.x, &m, err);
    return status == ASSAY_OK ? make_brief(a, options, &m, err) : status;
}

assay_status analysis_make_in(const series_set *set, const series *s,
                              const analysis_options *options, struct verdict_room *room,
                              analysis *a, assay_err *err)
{
    assay_moments m;
    bool is_made = false;
    *a = (analysis){.set = set, .series = s, .limits = options->limits};
    arena_init(&a->memory);
    a->spec = spec_for(s->definition, options);
    a->rules = options->rules;
    assay_status status = subgroup_cut(a, options, err);
    if (status == ASSAY_OK && verdict_suits(a, options))
        status = verdict_make(a, options, room, &m, &is_made, err);
    if (status != ASSAY_OK)
        return status;
    if (!is_made)
        return make_in_full(a, options, err);
    return options->with_capability ? make_brief(a, options, &m, err) : ASSAY_OK;
}

assay_status analysis_make(const series_set *set, const series *s,
                           const analysis_options *options, analysis *a, assay_err *err)
{
    verdict_room room = {0};
    assay_status status = analysis_make_in(set, s, options, &room, a, err);
    verdict_room_done(&room);
    return status;
}

void analysis_done(analysis *a)
{
    if (a)
        arena_done(&a->memory);
}

bool analysis_is_judged(const analysis *a)
{
    return a->has_chart && (a->chart.signals > 0 || !a->chart.why_undefined);
}

analysis_verdict analysis_judge(const analysis *a, double bound)
{
    if (a->has_chart && a->chart.signals > 0)
        return VERDICT_UNSTABLE;
    if (!a->has_capability)
        return analysis_is_judged(a) ? VERDICT_FINE : VERDICT_UNKNOWN;
    double index = first_number(a->capability.cpk.value, a->capability.ppk.value);
    /* Equal readings have no index; that they lie outside is known all the same, also of a brief analysis. */
    if (isnan(index)) {
        const assay_capability *c = &a->capability;
        bool is_outside = c->sd_overall == 0 && (c->mean < a->spec.lsl || c->mean > a->spec.usl);
        return bound > 0 && is_outside ? VERDICT_NOT_CAPABLE : VERDICT_UNKNOWN;
    }
    return index < bound ? VERDICT_NOT_CAPABLE : VERDICT_FINE;
}

size_t analysis_rule_count(const analysis *a, int r)
{
    size_t n = 0;
    if (!a->chart.location)
        return a->rule_count[r];
    for (size_t i = 0; i < a->input.subgroups; i++)
        n += !(a->chart.location[i].flags & ASSAY_POINT_EXCLUDED) &&
             (a->chart.location[i].rules >> r & 1);
    return n;
}

/* -- run lengths ---------------------------------------------------------------------- */

static bool run_length(const assay_arl_options *options, double shift, double *arl,
                       const char **why)
{
    assay_arl_options at = *options;
    assay_arl found;
    at.shift = shift;
    void *scratch = malloc(assay_arl_scratch_size(&at) + 1);
    assay_status status = scratch ? assay_arl_find(&at, scratch, &found, NULL) : ASSAY_MEMORY;
    free(scratch);
    if (status != ASSAY_OK || !isfinite(found.arl)) {
        *why = status != ASSAY_OK ? assay_status_text(status) : found.why_undefined;
        return false;
    }
    *arl = found.arl;
    return true;
}

run_lengths analysis_run_lengths(const analysis *a)
{
    run_lengths r = {NAN, NAN, NULL};
    assay_arl_options o = assay_arl_defaults(ASSAY_ARL_RULES);
    if (a->chart.type == ASSAY_CHART_RUN) {
        r.why = "a run chart has no limits";
        return r;
    }
    if (a->chart.type == ASSAY_CHART_EWMA) {
        o = assay_arl_defaults(ASSAY_ARL_EWMA);
        o.lambda = a->options.lambda > 0 ? a->options.lambda : o.lambda;
        o.limit = a->options.ewma_sigmas > 0 ? a->options.ewma_sigmas : o.limit;
        o.is_exact = !a->options.is_asymptotic;
    } else if (a->chart.type == ASSAY_CHART_CUSUM) {
        o = assay_arl_defaults(ASSAY_ARL_CUSUM);
        o.k = a->chart.k;
        o.h = a->chart.h;
        o.fir = a->options.fir;
    }
    o.rules = &a->rules;
    if (run_length(&o, 0, &r.arl0, &r.why))
        (void)run_length(&o, 1, &r.arl1, &r.why);
    return r;
}
