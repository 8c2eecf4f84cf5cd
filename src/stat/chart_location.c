/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means, individuals, medians and the run chart.
 *
 *   X-bar   center -/+ 3 sigma / sqrt(n)      median  center -/+ 3 sigma e(n)
 *
 * e(n) is the standard deviation of the median of n standard normal readings; it is 1.25 / sqrt(n)
 * only for large n. Probability limits put 0.00135 beyond each side: the normal quantile, and for
 * medians of odd n the beta quantile of their order statistic.
 */
#include "stat/charting.h"

#include <assay/constants.h>
#include <assay/distribution.h>

static double median_tail(uint32_t n)
{
    double half = 0.5 * (n + 1.0);
    return n % 2 ? -assay_normal_quantile(assay_beta_quantile(CHART_TAIL, half, half)) : NAN;
}

static void width_for(chart_width *w, const chart_job *job, uint32_t n)
{
    if (w->n == n)
        return;
    bool is_median = job->out->type == ASSAY_CHART_MEDIAN && n > 1;
    w->n = n;
    w->error = is_median ? assay_median_sd(n) : 1 / sqrt(n);
    w->tail = NAN;
    if (job->options->with_probability_limits)
        w->tail = is_median ? median_tail(n) : -assay_normal_quantile(CHART_TAIL) * w->error;
}

static void set_limits(const chart_job *job, const chart_width *w, assay_chart_point *p)
{
    p->center = job->center;
    if (!(job->sigma > 0))
        return;
    p->sigma = job->out->type == ASSAY_CHART_MEDIAN ? job->sigma * w->error
                                                    : job->sigma / sqrt(w->n);
    p->lcl = job->center - job->options->sigmas * p->sigma;
    p->ucl = job->center + job->options->sigmas * p->sigma;
    p->prob_lcl = job->center - w->tail * job->sigma;
    p->prob_ucl = job->center + w->tail * job->sigma;
}

/* Rule 1 alone follows the limits drawn. */
const assay_rules *chart_rules_or_limits(const chart_job *job, assay_rules *basic)
{
    if (job->rules)
        return job->rules;
    *basic = *assay_rules_basic();
    basic->rule[0].sigmas = job->options->sigmas;
    return basic;
}

double chart_location_at(const chart_job *job, chart_width *w, size_t i)
{
    const subgroup *g = &job->set->group[i];
    assay_chart_point *p = &job->out->location[i];
    if (!g->n)
        return NAN;
    width_for(w, job, g->n);
    p->value = job->out->type == ASSAY_CHART_MEDIAN ? subgroup_median(job->set, i) : g->mean;
    set_limits(job, w, p);
    return p->sigma > 0 && chart_is_judged(g) ? chart_z(p->value, p->center, p->sigma) : NAN;
}

void chart_draw_location(chart_job *job)
{
    chart_width w = {0};
    assay_rules basic;
    for (size_t i = job->from; i < job->to; i++)
        job->set->z[i] = chart_location_at(job, &w, i);
    chart_judge(job, chart_rules_or_limits(job, &basic), UINT32_MAX);
}

/* --- run chart: the median, and rules that need no limits --- */

uint32_t chart_rules_without_limits(const assay_rules *rules)
{
    uint32_t allowed = 0;
    for (int j = 0; j < rules->count; j++) {
        assay_rule_kind kind = rules->rule[j].kind;
        if (kind == ASSAY_RULE_SIDE || kind == ASSAY_RULE_TREND || kind == ASSAY_RULE_ALTERNATE)
            allowed |= UINT32_C(1) << j;
    }
    return allowed;
}

double chart_run_at(const chart_job *job, size_t i)
{
    const subgroup *g = &job->set->group[i];
    assay_chart_point *p = &job->out->location[i];
    p->value = g->mean;
    p->center = job->center;
    return chart_is_judged(g) ? g->mean - job->center : NAN;
}

void chart_draw_run(chart_job *job)
{
    size_t used = 0;
    const subgroup *g = job->set->group;
    for (size_t i = job->from; i < job->to; i++)
        if (g[i].counts)
            job->set->sort[used++] = g[i].mean;
    double center = isnan(job->options->center) ? median_of(job->set->sort, used)
                                                : job->options->center;
    job->stage->center = job->center = center;
    if (isnan(center))
        chart_undefined(job, "nothing to estimate from: no reading that counts");
    for (size_t i = job->from; i < job->to; i++)
        job->set->z[i] = chart_run_at(job, i);
    if (job->rules)
        chart_judge(job, job->rules, chart_rules_without_limits(job->rules));
}
