/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart in blocks that stay in the cache: once over the subgroups for the estimates, once for what
 * rules judge, once for the points. Sums are exact and taken in the same order, and each point is
 * drawn by the functions that draw whole charts: the same bits. */
#include "stat/charting.h"

#include <assay/constants.h>

#include <string.h>

enum { BLOCK = 512, SPAN_MAX = 100, ROOM = BLOCK + SPAN_MAX };

typedef struct {
    const assay_chart_input *in;
    assay_chart_options options;
    subgroup_set set;
    assay_chart chart; /* location and spread are those below */
    chart_job job;
    chart_width width;
    chart_scale scale;
    size_t begin, carry, count; /* subgroups begin - carry .. begin + count stand here */
    subgroup group[ROOM];
    assay_chart_point location[ROOM], spread[ROOM];
} scan;

typedef struct {
    subgroup_total readings, spreads;
    size_t used, ranges;
} sums;

size_t assay_chart_scan_size(const assay_chart_input *in)
{
    return sizeof(scan) + 16 + in->subgroups * (sizeof(double) + sizeof(uint32_t));
}

/* -- a block ------------------------------------------------------------------------------- */

/* False: a subgroup that is shorter than the others. */
static bool read_block(scan *s, size_t begin)
{
    const assay_chart_input *in = s->in;
    bool is_mr = s->chart.type == ASSAY_CHART_I_MR;
    size_t carry = is_mr && begin ? s->options.span - 1 : 0;
    memmove(s->group, s->group + s->carry + s->count - carry, carry * sizeof *s->group);
    s->begin = begin;
    s->carry = carry;
    s->count = in->subgroups - begin < BLOCK ? in->subgroups - begin : BLOCK;
    for (size_t i = 0; i < s->count; i++) {
        subgroup *g = &s->group[carry + i];
        subgroup_sum(&in->x, (begin + i) * in->n, in->n, g);
        g->at = (begin + i) * in->n;
        g->flags = subgroup_flags(in, begin + i, g->n);
        g->counts = !g->flags;
        if (g->n && g->n != in->n)
            return false;
    }
    return true;
}

static void draw_location(scan *s, double *z)
{
    for (size_t i = s->carry; i < s->carry + s->count; i++) {
        s->location[i] = chart_no_point(&s->group[i]);
        z[i - s->carry] = chart_location_at(&s->job, &s->width, i);
    }
}

static void draw_spread(scan *s)
{
    for (size_t i = s->carry; i < s->carry + s->count; i++) {
        s->spread[i] = chart_no_point(&s->group[i]);
        chart_spread_at(&s->job, &s->scale, i);
    }
}

/* -- estimates ------------------------------------------------------------------------------- */

static void sum_block(const scan *s, sums *t)
{
    subgroup_total range;
    bool counts, is_mr = s->chart.type == ASSAY_CHART_I_MR;
    for (size_t i = s->carry; i < s->carry + s->count; i++) {
        const subgroup *g = &s->group[i];
        if (is_mr && subgroup_moving_range(&s->set, i, 0, s->options.span, &range, &counts) && counts) {
            subgroup_add(&t->spreads, &range);
            t->ranges++;
        }
        if (!g->counts)
            continue;
        subgroup_add(&t->readings, &g->sum);
        t->used++;
        if (is_mr)
            continue;
        subgroup_add(&t->spreads, &g->spread);
        t->ranges++;
    }
}

/* False: limits that do not exist, or are not estimated so. */
static bool find_limits(scan *s, const sums *t)
{
    const assay_chart_options *o = &s->options;
    bool is_given = o->std_dev > 0, is_mr = s->chart.type == ASSAY_CHART_I_MR;
    if (!t->used || (!is_given && !t->ranges))
        return false;
    chart_job *job = &s->job;
    double mean = is_given ? NAN : subgroup_mean(&t->spreads, (double)t->ranges);
    s->chart.method = is_given ? ASSAY_SIGMA_GIVEN : is_mr ? ASSAY_SIGMA_MR : ASSAY_SIGMA_RBAR;
    job->estimate.spread_mean = job->estimate.plain_spread = mean;
    job->sigma = is_given ? o->std_dev : mean / assay_d2(is_mr ? o->span : s->in->n);
    job->center = isnan(o->center)
                      ? subgroup_mean(&t->readings, (double)t->used * s->in->n) : o->center;
    *job->stage = (assay_chart_stage){.to = s->in->subgroups, .center = job->center,
                                      .sigma = job->sigma, .used = t->used};
    return job->sigma > 0 && !isnan(job->center);
}

static bool estimate(scan *s)
{
    sums t = {0};
    for (size_t begin = 0; begin < s->in->subgroups; begin += BLOCK) {
        if (!read_block(s, begin))
            return false;
        sum_block(s, &t);
    }
    return find_limits(s, &t);
}

/* -- points ------------------------------------------------------------------------------------ */

static void judge_all(scan *s, double *z, uint32_t *found)
{
    assay_rules basic;
    for (size_t begin = 0; begin < s->in->subgroups; begin += BLOCK) {
        (void)read_block(s, begin);
        draw_location(s, z + begin);
    }
    assay_rules_scan(chart_rules_or_limits(&s->job, &basic), z, s->in->subgroups, found);
}

/* The limits of the stage are those of any subgroup that counts: all have one size. */
static void note_limits(scan *s)
{
    for (size_t i = s->carry; isnan(s->job.stage->ucl) && i < s->carry + s->count; i++) {
        if (!s->group[i].counts)
            continue;
        s->job.stage->lcl = s->location[i].lcl;
        s->job.stage->ucl = s->location[i].ucl;
        s->job.stage->spread_center = s->spread[i].center;
        s->job.stage->spread_lcl = s->spread[i].lcl;
        s->job.stage->spread_ucl = s->spread[i].ucl;
    }
}

static void show_all(scan *s, const uint32_t *found, assay_chart_visitor *visit, void *context)
{
    double z[BLOCK];
    s->job.stage->ucl = NAN;
    for (size_t begin = 0; begin < s->in->subgroups; begin += BLOCK) {
        (void)read_block(s, begin);
        draw_location(s, z);
        draw_spread(s);
        note_limits(s);
        for (size_t i = 0; i < s->count; i++) {
            s->location[s->carry + i].rules = found[begin + i];
            s->chart.signals += (found[begin + i] != 0) + (size_t)(s->spread[s->carry + i].rules != 0);
        }
        visit(s->location + s->carry, s->spread + s->carry, begin, s->count, context);
    }
}

/* -- the door ------------------------------------------------------------------------------------ */

static bool suits(const assay_chart_input *in, const assay_chart_options *o)
{
    bool is_mr = in->n == 1 && (o->type == ASSAY_CHART_AUTO || o->type == ASSAY_CHART_I_MR);
    bool is_xbar = in->n >= 2 && in->n <= 8 &&
                   (o->type == ASSAY_CHART_AUTO || o->type == ASSAY_CHART_XBAR_R);
    bool is_usual = o->std_dev > 0 || o->sigma == ASSAY_SIGMA_AUTO ||
                    o->sigma == (is_mr ? ASSAY_SIGMA_MR : ASSAY_SIGMA_RBAR);
    return (is_mr || is_xbar) && is_usual && !o->is_unweighted && !in->stage && !in->readings &&
           !in->phase1_to && in->subgroups && in->x.n == in->subgroups * in->n &&
           (!in->x.mantissa || (in->x.exponent >= -300 && in->x.exponent <= 300));
}

assay_status assay_chart_scan(const assay_chart_input *in, const assay_chart_options *options,
                              void *scratch, assay_chart_visitor *visit, void *context,
                              assay_chart *out, bool *is_made, assay_err *err)
{
    assay_chart_options o = options ? *options : assay_chart_defaults();
    chart_options_settle(&o);
    assay_status status = chart_options_check(&o, err);
    *is_made = false;
    if (status || !suits(in, &o) || !out->stages_room)
        return status;
    scan *s = (scan *)(void *)((char *)scratch + (-(uintptr_t)scratch & 15));
    double *z = (double *)(void *)(s + 1);
    uint32_t *found = (uint32_t *)(void *)(z + in->subgroups);
    memset(s, 0, offsetof(scan, group));
    s->in = in;
    s->options = o;
    s->chart = (assay_chart){.type = in->n == 1 ? ASSAY_CHART_I_MR : ASSAY_CHART_XBAR_R,
                             .location = s->location, .spread = s->spread, .has_spread = true,
                             .stages = out->stages, .stages_room = out->stages_room,
                             .stage_count = 1, .k = NAN, .h = NAN};
    s->set = (subgroup_set){.in = in, .group = s->group, .k = in->subgroups, .most = in->n,
                            .is_equal = true};
    s->job = (chart_job){.set = &s->set, .options = &s->options, .rules = o.rules,
                         .out = &s->chart, .stage = &out->stages[0], .to = in->subgroups};
    if (!estimate(s))
        return ASSAY_OK;
    judge_all(s, z, found);
    show_all(s, found, visit, context);
    s->chart.is_stable = s->chart.signals == 0;
    s->chart.location = s->chart.spread = NULL;
    *out = s->chart;
    *is_made = true;
    return ASSAY_OK;
}
