/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of results, on any canvas. Conventions: centre line solid, control limits dashed and
 * labelled with their value at the right end of each stage; a signal is larger, red and a diamond
 * with its rule beside it, the rest of its run wears open rings; an excluded point stays, hollow
 * and crossed; missing data break the line; spread charts and counts start at zero; a point that
 * something was said of has a letter above it. */
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
    const size_t *noted;   /* points that something was said of, from 0, ascending; lettered a, b … */
    size_t noted_count;
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
    double class_low, class_width; /* classes that are told elsewhere too; */
    const uint64_t *class_count;   /* NULL: by a rule of its own */
    size_t classes;
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

/* Pairs of readings, with the line of least squares. */
typedef struct {
    const char *title, *subtitle;
    const char *x_name, *y_name; /* with their units */
    const double *x, *y;         /* finite */
    size_t n;
    double slope, intercept; /* NaN: no line */
} scatter_plot;
void plot_scatter(canvas *c, const scatter_plot *p);

/* Cause and effect: branches that lead to an effect, and the causes on each. */
typedef struct {
    const char *text;
    bool is_main;  /* chosen as one of the main causes: bold */
    bool has_data; /* linked to data: its mark is filled, else a ring */
} cause_twig;
typedef struct {
    const char *name;
    const cause_twig *twig;
    size_t count;
} cause_branch;
typedef struct {
    const char *title, *subtitle, *effect;
    const cause_branch *branch;
    size_t count;
} cause_plot;
double plot_cause_height(const cause_plot *p); /* what it needs to stay readable */
void plot_cause(canvas *c, const cause_plot *p);

/* One row for each stratum: mean, mean -/+ s, least and greatest. */
typedef struct {
    const char *name;
    size_t n;
    double mean, sd, low, high; /* sd NaN: none */
} stratum;
typedef struct {
    const char *title, *subtitle, *unit;
    const stratum *row;
    size_t n;
} strata_plot;
double plot_strata_height(const strata_plot *p);
void plot_strata(canvas *c, const strata_plot *p);

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
