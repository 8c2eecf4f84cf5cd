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

/* What depends on n alone; kept from point to point. */
typedef struct {
    uint32_t n;
    double error, tail; /* standard error and probability limit of one standard deviation */
} width;

static double median_tail(uint32_t n)
{
    double half = 0.5 * (n + 1.0);
    return n % 2 ? -assay_normal_quantile(assay_beta_quantile(CHART_TAIL, half, half)) : NAN;
}

static void width_for(width *w, const chart_job *job, uint32_t n)
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

static void set_limits(const chart_job *job, const width *w, assay_chart_point *p)
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
static const assay_rules *rules_or_limits(const chart_job *job, assay_rules *basic)
{
    if (job->rules)
        return job->rules;
    *basic = *assay_rules_basic();
    basic->rule[0].sigmas = job->options->sigmas;
    return basic;
}

void chart_draw_location(chart_job *job)
{
    width w = {0};
    bool is_median = job->out->type == ASSAY_CHART_MEDIAN;
    for (size_t i = job->from; i < job->to; i++) {
        const subgroup *g = &job->set->group[i];
        assay_chart_point *p = &job->out->location[i];
        job->set->z[i] = NAN;
        if (!g->n)
            continue;
        width_for(&w, job, g->n);
        p->value = is_median ? subgroup_median(job->set, i) : g->mean;
        set_limits(job, &w, p);
        if (p->sigma > 0 && chart_is_judged(g))
            job->set->z[i] = chart_z(p->value, p->center, p->sigma);
    }
    assay_rules basic;
    chart_judge(job, rules_or_limits(job, &basic), UINT32_MAX);
}

/* --- run chart: the median, and rules that need no limits --- */

static uint32_t without_limits(const assay_rules *rules)
{
    uint32_t allowed = 0;
    for (int j = 0; j < rules->count; j++) {
        assay_rule_kind kind = rules->rule[j].kind;
        if (kind == ASSAY_RULE_SIDE || kind == ASSAY_RULE_TREND || kind == ASSAY_RULE_ALTERNATE)
            allowed |= UINT32_C(1) << j;
    }
    return allowed;
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
    job->stage->center = center;
    if (isnan(center))
        chart_undefined(job, "nothing to estimate from: no reading that counts");
    for (size_t i = job->from; i < job->to; i++) {
        assay_chart_point *p = &job->out->location[i];
        p->value = g[i].mean;
        p->center = center;
        job->set->z[i] = chart_is_judged(&g[i]) ? g[i].mean - center : NAN;
    }
    if (job->rules)
        chart_judge(job, job->rules, without_limits(job->rules));
}
