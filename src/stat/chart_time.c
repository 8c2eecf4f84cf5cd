/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EWMA (Roberts 1959) and tabular CUSUM (Page 1954; fast initial response: Lucas & Crosier 1982).
 *
 *   z(t) = lambda x(t) + (1 - lambda) z(t-1),   z(0) the target
 *   Var z(t) = lambda^2 sigma^2 / n(t) + (1 - lambda)^2 Var z(t-1)     exact, for any n
 *   Var z    = lambda / (2 - lambda) sigma^2 / n                       asymptotic
 *
 *   upper(t) = max(0, upper(t-1) + y(t) - k),   lower(t) = max(0, lower(t-1) - y(t) - k)
 *   y the mean in its standard errors from the target; a signal is > h; both start at FIR
 *
 * A missing point leaves both as they were. An excluded one is drawn, but not carried on.
 */
#include "stat/charting.h"

double chart_target(const chart_job *job)
{
    return isnan(job->options->target) ? job->center : job->options->target;
}

static void ewma_limits(const chart_job *job, double variance, assay_chart_point *p)
{
    p->sigma = job->sigma * sqrt(variance);
    p->lcl = p->center - job->options->ewma_sigmas * p->sigma;
    p->ucl = p->center + job->options->ewma_sigmas * p->sigma;
}

void chart_ewma_at(const chart_job *job, chart_ewma *e, size_t i)
{
    const assay_chart_options *o = job->options;
    const subgroup *g = &job->set->group[i];
    assay_chart_point *p = &job->out->location[i];
    double keep = 1 - o->lambda;
    p->center = chart_target(job);
    if (!g->n)
        return;
    p->value = o->lambda * g->mean + keep * e->z;
    double exact = o->lambda * o->lambda / g->n + keep * keep * e->variance;
    if (job->sigma > 0)
        ewma_limits(job, o->is_asymptotic ? o->lambda / (2 - o->lambda) / g->n : exact, p);
    if (g->flags & ASSAY_POINT_EXCLUDED)
        return;
    *e = (chart_ewma){p->value, exact};
    if (p->sigma > 0 && chart_is_judged(g))
        p->rules = fabs(chart_z(e->z, p->center, p->sigma)) > o->ewma_sigmas;
}

void chart_draw_ewma(chart_job *job)
{
    chart_ewma e = {chart_target(job), 0};
    job->stage->center = e.z;
    for (size_t i = job->from; i < job->to; i++)
        chart_ewma_at(job, &e, i);
}

void chart_cusum_at(const chart_job *job, chart_cusum *sums, size_t i)
{
    const assay_chart_options *o = job->options;
    const subgroup *g = &job->set->group[i];
    assay_chart_point *p = &job->out->location[i];
    assay_cusum_point *c = &job->out->cusum[i];
    *c = (assay_cusum_point){NAN, NAN, 0};
    p->value = g->mean;
    p->center = chart_target(job);
    if (!g->n || !(job->sigma > 0) || isnan(p->center))
        return;
    p->sigma = job->sigma / sqrt(g->n);
    double y = chart_z(g->mean, p->center, p->sigma);
    c->upper = fmax(0, sums->upper + y - o->k);
    c->lower = fmax(0, sums->lower - y - o->k);
    if (g->flags & ASSAY_POINT_EXCLUDED)
        return;
    *sums = (chart_cusum){c->upper, c->lower};
    c->rules = chart_is_judged(g) && (sums->upper > o->h || sums->lower > o->h);
}

void chart_draw_cusum(chart_job *job)
{
    chart_cusum sums = {job->options->fir, job->options->fir};
    job->out->k = job->options->k;
    job->out->h = job->options->h;
    job->stage->center = chart_target(job);
    for (size_t i = job->from; i < job->to; i++)
        chart_cusum_at(job, &sums, i);
}
