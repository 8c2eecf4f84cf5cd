/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the charts share: one stage being drawn. */
#ifndef STAT_CHARTING_H
#define STAT_CHARTING_H

#include "stat/subgroup.h"

#define CHART_TAIL 0.00135 /* probability beyond a limit, a side */

typedef struct {
    subgroup_set *set;
    const assay_chart_options *options; /* defaults resolved */
    const assay_rules *rules;           /* NULL: none given */
    assay_chart *out;
    size_t from, to;
    assay_chart_stage *stage;
    sigma_estimate estimate;
    double center, sigma;
} chart_job;

/* Fill the points of one stage; set why_undefined when limits do not exist. */
void chart_draw_location(chart_job *job); /* X-bar, individuals, median */
void chart_draw_spread(chart_job *job);
void chart_draw_run(chart_job *job);
void chart_draw_ewma(chart_job *job);
void chart_draw_cusum(chart_job *job);
void chart_draw_attribute(chart_job *job);

/* The value in its own standard errors; what rounding cannot tell from a hundredth is one, so that
 * a point on a limit is on it. */
double chart_z(double value, double center, double se);

/* Judge location points from .. to by their z in set->z. */
void chart_judge(chart_job *job, const assay_rules *rules, uint32_t allowed);

/* Tells why limits are missing, unless something told before. */
void chart_undefined(chart_job *job, const char *why);

static inline bool chart_is_judged(const subgroup *g)
{
    return g->flags == 0;
}

#endif
