/* SPDX-License-Identifier: GPL-3.0-or-later */
/* p, np, c and u charts: each point has the limits of its own number inspected.
 *
 *   p   pbar = sum of counts / sum of sizes,  se = sqrt(pbar (1 - pbar) / n)     np   n times that
 *   u   ubar = sum of counts / sum of sizes,  se = sqrt(ubar / n)                c    n = 1
 *
 * Probability limits are exact: the largest L with P(X < L) <= 0.00135 and the smallest U with
 * P(X > U) <= 0.00135, X binomial or Poisson.
 */
#include "stat/charting.h"

#include <assay/distribution.h>

static double size_of(const subgroup *g)
{
    return g->squares; /* see read_counts */
}

double chart_rate(const chart_job *job)
{
    const assay_chart_options *o = job->options;
    if (!isnan(o->center)) {
        double n = o->center_size > 0 ? o->center_size : size_of(&job->set->group[0]);
        return job->out->type == ASSAY_CHART_NP ? o->center / n : o->center;
    }
    subgroup_total counts = {0};
    assay_dd sizes = {0, 0};
    for (size_t i = job->from; i < job->to; i++)
        if (job->set->group[i].counts) {
            subgroup_add(&counts, &job->set->group[i].sum);
            sizes = pair_add(sizes, size_of(&job->set->group[i]));
        }
    return sizes.hi > 0 ? subgroup_mean(&counts, sizes.hi) : NAN;
}

static void probability_limits(double rate, double n, bool is_binomial, double *low, double *high)
{
    double mean = rate * n;
    *low = is_binomial ? assay_binomial_quantile(CHART_TAIL, n, rate)
                       : assay_poisson_quantile(CHART_TAIL, mean);
    *high = is_binomial ? assay_binomial_quantile(1 - CHART_TAIL, n, rate)
                        : assay_poisson_quantile(1 - CHART_TAIL, mean);
    double below = is_binomial ? assay_binomial_cdf(*low, n, rate) : assay_poisson_cdf(*low, mean);
    *low += below <= CHART_TAIL; /* equality: the next one still has no more below it */
}

static void draw_point(const chart_job *job, double rate, size_t i)
{
    assay_chart_point *p = &job->out->location[i];
    const subgroup *g = &job->set->group[i];
    bool is_binomial = job->out->method == ASSAY_SIGMA_BINOMIAL;
    bool is_count = job->out->type == ASSAY_CHART_NP;
    double n = size_of(g), unit = is_count ? 1 : n; /* plotted: count / unit */
    p->n = n;
    if (g->flags & ASSAY_POINT_MISSING)
        return;
    p->value = g->mean / unit;
    p->center = is_count ? rate * n : rate;
    double variance = is_binomial ? rate * (1 - rate) : rate;
    p->sigma = is_count ? sqrt(n * variance) : sqrt(variance / n);
    if (!(p->sigma > 0)) {
        p->sigma = NAN;
        return;
    }
    p->lcl = fmax(0, p->center - job->options->sigmas * p->sigma);
    p->ucl = p->center + job->options->sigmas * p->sigma;
    if (is_binomial)
        p->ucl = fmin(p->ucl, is_count ? n : 1);
    if (!job->options->with_probability_limits)
        return;
    probability_limits(rate, n, is_binomial, &p->prob_lcl, &p->prob_ucl);
    p->prob_lcl /= unit;
    p->prob_ucl /= unit;
}

double chart_attribute_at(const chart_job *job, double rate, size_t i)
{
    const assay_chart_point *p = &job->out->location[i];
    draw_point(job, rate, i);
    bool is_judged = p->sigma > 0 && chart_is_judged(&job->set->group[i]);
    return is_judged ? chart_z(p->value, p->center, p->sigma) : NAN;
}

void chart_draw_attribute(chart_job *job)
{
    double rate = chart_rate(job);
    bool is_binomial = job->out->method == ASSAY_SIGMA_BINOMIAL;
    job->stage->center = rate;
    if (job->out->type == ASSAY_CHART_NP) {
        size_t i = job->from;
        while (i + 1 < job->to && !job->set->group[i].counts)
            i++;
        job->stage->center = rate * size_of(&job->set->group[i]);
    }
    if (isnan(rate))
        chart_undefined(job, "nothing to estimate from: no sample that counts");
    else if (rate <= 0 || (is_binomial && rate >= 1))
        chart_undefined(job, rate <= 0 ? "no spread: no defect was found"
                                       : "no spread: every item is nonconforming");
    for (size_t i = job->from; i < job->to; i++)
        job->set->z[i] = chart_attribute_at(job, rate, i);
    assay_rules basic;
    chart_judge(job, chart_rules_or_limits(job, &basic), UINT32_MAX);
}
