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

static double target_of(const chart_job *job)
{
    return isnan(job->options->target) ? job->center : job->options->target;
}

static void ewma_limits(const chart_job *job, double variance, assay_chart_point *p)
{
    p->sigma = job->sigma * sqrt(variance);
    p->lcl = p->center - job->options->ewma_sigmas * p->sigma;
    p->ucl = p->center + job->options->ewma_sigmas * p->sigma;
}

void chart_draw_ewma(chart_job *job)
{
    const assay_chart_options *o = job->options;
    double keep = 1 - o->lambda, target = target_of(job), z = target, variance = 0;
    job->stage->center = target;
    for (size_t i = job->from; i < job->to; i++) {
        const subgroup *g = &job->set->group[i];
        assay_chart_point *p = &job->out->location[i];
        p->center = target;
        if (!g->n)
            continue;
        p->value = o->lambda * g->mean + keep * z;
        double exact = o->lambda * o->lambda / g->n + keep * keep * variance;
        if (job->sigma > 0)
            ewma_limits(job, o->is_asymptotic ? o->lambda / (2 - o->lambda) / g->n : exact, p);
        if (g->flags & ASSAY_POINT_EXCLUDED)
            continue;
        z = p->value;
        variance = exact;
        if (p->sigma > 0 && chart_is_judged(g))
            p->rules = fabs(chart_z(z, target, p->sigma)) > o->ewma_sigmas;
    }
}

void chart_draw_cusum(chart_job *job)
{
    const assay_chart_options *o = job->options;
    double target = target_of(job), upper = o->fir, lower = o->fir;
    job->out->k = o->k;
    job->out->h = o->h;
    job->stage->center = target;
    for (size_t i = job->from; i < job->to; i++) {
        const subgroup *g = &job->set->group[i];
        assay_chart_point *p = &job->out->location[i];
        assay_cusum_point *c = &job->out->cusum[i];
        *c = (assay_cusum_point){NAN, NAN, 0};
        p->value = g->mean;
        p->center = target;
        if (!g->n || !(job->sigma > 0) || isnan(target))
            continue;
        p->sigma = job->sigma / sqrt(g->n);
        double y = chart_z(g->mean, target, p->sigma);
        c->upper = fmax(0, upper + y - o->k);
        c->lower = fmax(0, lower - y - o->k);
        if (g->flags & ASSAY_POINT_EXCLUDED)
            continue;
        upper = c->upper;
        lower = c->lower;
        c->rules = chart_is_judged(g) && (upper > o->h || lower > o->h);
    }
}
