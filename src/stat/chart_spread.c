/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges, standard deviations and moving ranges.
 *
 *   R, MR   d2 sigma -/+ 3 d3 sigma        s   c4 sigma -/+ 3 sqrt(1 - c4^2) sigma
 *
 * None below 0. Where the estimate is the mean spread itself, that is the centre line; unweighted
 * charts of varying n keep one centre line, the mean weighted by n. Probability limits are
 * quantiles of the range of normal readings, and of chi-square for s.
 */
#include "stat/charting.h"

#include <assay/constants.h>
#include <assay/distribution.h>

static void scale_for(chart_scale *s, uint32_t n, bool is_s, bool with_tails)
{
    if (s->n == n)
        return;
    *s = (chart_scale){n, NAN, NAN, NAN, NAN};
    if (n < 2)
        return;
    s->mean = is_s ? assay_c4(n) : assay_d2(n);
    s->deviation = is_s ? assay_c5(n) : assay_d3(n);
    if (!with_tails)
        return;
    double df = n - 1.0;
    s->low = is_s ? sqrt(assay_chi2_quantile(CHART_TAIL, df) / df)
                  : assay_range_quantile(CHART_TAIL, n);
    s->high = is_s ? sqrt(assay_chi2_upper_quantile(CHART_TAIL, df) / df)
                   : assay_range_quantile(1 - CHART_TAIL, n);
}

/* The mean spread is the centre line where it is what sigma came from. */
static double center_of(const chart_job *job, const chart_scale *s)
{
    bool is_s = job->out->type == ASSAY_CHART_XBAR_S;
    assay_sigma_method method = job->out->method;
    bool is_own = is_s ? method == ASSAY_SIGMA_SBAR || method == ASSAY_SIGMA_MVLUE_S
                       : method == ASSAY_SIGMA_RBAR || method == ASSAY_SIGMA_MVLUE_R ||
                             method == ASSAY_SIGMA_MR;
    if (is_own && !isnan(job->estimate.spread_mean) && !isnan(s->mean) &&
        fabs(job->estimate.spread_mean - s->mean * job->sigma) <= 1e-14 * job->estimate.spread_mean)
        return job->estimate.spread_mean; /* the n it was estimated from */
    if (is_own && job->options->is_unweighted && !job->set->is_equal)
        return job->estimate.plain_spread;
    return s->mean * job->sigma;
}

static void set_limits(const chart_job *job, const chart_scale *s, assay_chart_point *p)
{
    if (!(job->sigma > 0)) {
        p->center = job->sigma == 0 ? 0 : NAN;
        return;
    }
    p->center = center_of(job, s);
    p->sigma = s->deviation * job->sigma;
    p->lcl = fmax(0, p->center - job->options->sigmas * p->sigma);
    p->ucl = p->center + job->options->sigmas * p->sigma;
    if (isnan(s->mean))
        p->lcl = NAN;
    p->prob_lcl = s->low * job->sigma;
    p->prob_ucl = s->high * job->sigma;
}

static void judge(const chart_job *job, const subgroup *g, assay_chart_point *p)
{
    if (!chart_is_judged(g) || p->flags || !(p->sigma > 0) || isnan(p->value))
        return;
    double z = chart_z(p->value, p->center, p->sigma);
    p->rules = z > job->options->sigmas || (z < -job->options->sigmas && p->lcl > 0);
}

static void draw_moving_range(const chart_job *job, size_t i, assay_chart_point *p)
{
    subgroup_total range;
    bool counts;
    unsigned span = job->options->span;
    p->n = span;
    p->flags |= ASSAY_POINT_MISSING;
    if (!subgroup_moving_range(job->set, i, job->from, span, &range, &counts))
        return;
    p->value = subgroup_mean(&range, 1);
    p->flags &= ~(uint32_t)ASSAY_POINT_MISSING;
    for (size_t j = i + 1 - span; j <= i; j++)
        p->flags |= job->set->group[j].flags & ASSAY_POINT_EXCLUDED;
}

void chart_spread_at(const chart_job *job, chart_scale *s, size_t i)
{
    bool is_s = job->out->type == ASSAY_CHART_XBAR_S, is_mr = job->out->type == ASSAY_CHART_I_MR;
    const subgroup *g = &job->set->group[i];
    assay_chart_point *p = &job->out->spread[i];
    if (is_mr)
        draw_moving_range(job, i, p);
    else
        p->value = is_s ? g->sd : g->range;
    if (isnan(p->value))
        p->flags |= ASSAY_POINT_MISSING;
    scale_for(s, is_mr ? job->options->span : g->n, is_s, job->options->with_probability_limits);
    set_limits(job, s, p);
    judge(job, g, p);
}

void chart_draw_spread(chart_job *job)
{
    chart_scale s = {0};
    for (size_t i = job->from; i < job->to; i++)
        chart_spread_at(job, &s, i);
}
