/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of results, on any canvas. Conventions: centre line solid, control limits dashed and
 * labelled with their value at the right end of each stage; a signal is larger, red and a diamond
 * with its rule beside it, the rest of its run wears open rings; an excluded point stays, hollow
 * and crossed; missing data break the line; spread charts and counts start at zero. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "report/canvas.h"

#include <assay/chart.h>

#include <stdint.h>

typedef struct {
    const char *title;    /* part and characteristic */
    const char *subtitle; /* type, n, subgroups, sigma method, rules, state: see plot_subtitle */
    const char *unit;     /* or "" */
    const assay_chart *chart;
    size_t points;             /* subgroups */
    const assay_rules *rules;  /* as used for the location chart, or NULL */
    const int64_t *time;       /* [points] UTC ns of each subgroup, or NULL */
    const int32_t *offsets;    /* of each time, where they differ; or NULL */
    int32_t offset;            /* seconds east of UTC to show times in */
    const char *const *stages; /* label of each stage, or NULL */
    int decimals;              /* places of the measurement; statistics show one more */
    const double *readings;    /* for the histogram margin, or NULL */
    size_t reading_count;
} chart_plot;

static inline int32_t plot_offset(const chart_plot *p, size_t i)
{
    return p->offsets ? p->offsets[i] : p->offset;
}

void plot_chart(canvas *c, const chart_plot *p);
void plot_chart_summary(const chart_plot *p, buf *out); /* one sentence */

/* Histogram with the fitted curve and the specification limits. */
typedef struct {
    const char *title, *subtitle, *unit;
    const double *x; /* finite readings */
    size_t n;
    double lsl, usl, target;                    /* NaN: none */
    double center;                              /* mean or X50 */
    double (*density)(double x, void *context); /* or NULL */
    void *context;
    int decimals;
} histogram_plot;
void plot_histogram(canvas *c, const histogram_plot *p);

/* Theoretical quantile against ordered reading; on the line: the distribution fits. */
typedef struct {
    const char *title, *subtitle, *unit;
    const double *theory, *x; /* both ascending */
    size_t n;
    double at_zero, slope; /* the line x = at_zero + slope * theory */
    int decimals;
} probability_plot;
void plot_probability(canvas *c, const probability_plot *p);

/* Bars in falling order with the cumulated share. */
typedef struct {
    const char *title, *subtitle;
    const char *const *labels;
    const double *counts;
    size_t n, vital_few; /* vital_few: how many bars are set off; 0 none */
} pareto_plot;
void plot_pareto(canvas *c, const pareto_plot *p);

/* A line of values with the signals marked, no axes: for overview rows. */
void plot_sparkline(canvas *c, const chart_plot *p);

/* Axis arithmetic, shared and tested alone. */
typedef struct {
    double low, high, step;
    int decimals;
} axis_ticks;
/* Round steps (1, 2, 5 x 10^k) that cover low..high with about `count` intervals. Finite for any
 * finite input; a span of zero is widened. */
axis_ticks axis_make(double low, double high, int count);

/* A number for people: `decimals` places, exponent form where that would mislead. */
void format_figure(char *out, size_t room, double x, int decimals);

#endif
