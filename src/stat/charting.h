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

/* What depends on n alone; kept from point to point. */
typedef struct {
    uint32_t n;
    double error, tail; /* standard error and probability limit of one standard deviation */
} chart_width;

typedef struct {
    uint32_t n;
    double mean, deviation, low, high; /* of one standard deviation */
} chart_scale;

typedef struct {
    double z, variance;
} chart_ewma;

typedef struct {
    double upper, lower;
} chart_cusum;

/* One point each, after those before it: the whole chart and the one that steps share them. They
 * return z where rules judge it, NaN where not. */
double chart_location_at(const chart_job *job, chart_width *w, size_t i);
double chart_run_at(const chart_job *job, size_t i);
double chart_attribute_at(const chart_job *job, double rate, size_t i);
void chart_spread_at(const chart_job *job, chart_scale *s, size_t i);
void chart_ewma_at(const chart_job *job, chart_ewma *e, size_t i);
void chart_cusum_at(const chart_job *job, chart_cusum *c, size_t i);

double chart_target(const chart_job *job);
double chart_rate(const chart_job *job);                       /* of an attribute chart */
uint32_t chart_rules_without_limits(const assay_rules *rules); /* bit set */
const assay_rules *chart_rules_or_limits(const chart_job *job, assay_rules *basic);

void chart_options_settle(assay_chart_options *o); /* zeros become defaults */
ASSAY_MUST_USE assay_status chart_options_check(const assay_chart_options *o, assay_err *err);
bool chart_is_attribute(assay_chart_type type);
bool chart_has_spread(assay_chart_type type);
/* Counts are whole or not, but not negative, and no more than were inspected. `i` is for messages. */
ASSAY_MUST_USE assay_status chart_take_size(assay_chart_type type, double size, size_t i,
                                            subgroup *g, assay_err *err);

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

/* Before it is drawn. */
static inline assay_chart_point chart_no_point(const subgroup *g)
{
    return (assay_chart_point){.value = NAN, .center = NAN, .lcl = NAN, .ucl = NAN, .prob_lcl = NAN,
                               .prob_ucl = NAN, .sigma = NAN, .n = g->n, .flags = g->flags};
}

static inline bool chart_is_judged(const subgroup *g)
{
    return g->flags == 0;
}

#endif
