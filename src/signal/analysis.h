/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An analysis: a series cut into subgroups, charted, judged.
 *
 * Subgroups are cut by count (anew at each stage), by runs of an equal subgroup key, by stretches of
 * time, or are single readings. A row counts as a place even when it has no value. Rows that are marked, bad, in
 * conflict or excluded by a record stay visible and are out of every figure.
 */
#ifndef SIGNAL_ANALYSIS_H
#define SIGNAL_ANALYSIS_H

#include "signal/series.h"

#include <assay/capability.h>
#include <assay/chart.h>
#include <assay/rules.h>

struct verdict_room; /* signal/verdict.h */
struct chart_limits; /* signal/limits.h */
struct point_notes;  /* signal/notes.h */

struct analysis;
/* Points of a chart, some at a time, in their order. */
typedef void analysis_points(const struct analysis *a, const assay_chart_point *location,
                             const assay_chart_point *spread, size_t from, size_t n, void *context);

typedef struct {
    uint32_t n;               /* readings per subgroup; 0: by key where the series has one, else
                                 as the characteristic is defined, else 1 */
    uint32_t every_s;         /* subgroups are stretches of so many seconds, counted from 1970, whole
                                 days by the clock on the wall; n is then what falls into each; needs
                                 times. 0: they are not */
    assay_chart_options chart;
    assay_rules rules;        /* of the location chart */
    size_t phase1_from, phase1_to; /* subgroups from 1, both included; 0, 0: all */
    const size_t *exclude;    /* subgroups from 1 */
    size_t exclude_count;
    double size_all;          /* number inspected where the source has none; NaN: none */
    assay_spec spec;          /* NaN: as the characteristic is specified */
    bool is_lower_natural, is_upper_natural; /* that side is bounded by nature */
    assay_capability_options capability;
    bool with_capability;
    bool is_brief;            /* capability from moments: no fit, no intervals, no observed ppm */
    bool without_chart;       /* capability alone: stability is then not known */
    bool without_points;      /* limits and counts of signals alone: chart.location and chart.spread
                                 may be NULL, at a tenth of the cost */
    const struct chart_limits *limits; /* in force: they judge (limits_apply); NULL: analysis */
    analysis_points *points;  /* sees them where the chart can be made without keeping any: then
                                 chart.location is NULL; NULL: they are kept */
    void *points_context;
} analysis_options;

analysis_options analysis_defaults(void);

typedef struct analysis {
    arena memory;             /* owns everything below */
    const series_set *set;
    const series *series;
    assay_chart_input input;
    assay_chart_options options; /* as used */
    assay_rules rules;
    uint32_t n;               /* nominal readings per subgroup */
    bool is_by_key;
    int64_t every;            /* ns of each subgroup's stretch of time; 0: not cut by time */
    const uint32_t *first;    /* [subgroups] first row of each; NULL: subgroup i begins at i n */
    const char **stage_name;  /* [stage_count] "" where stages have no name */
    size_t stage_count;
    bool has_chart, has_capability;
    const struct chart_limits *limits; /* in force; NULL: from these data */
    const struct point_notes *notes; /* said of its points, for documents to show: set by who draws */
    assay_chart chart;
    size_t rule_count[ASSAY_RULES_MAX]; /* where there are no points: see analysis_rule_count */
    assay_spec spec;
    assay_capability capability;
} analysis;

/* `a` is the caller's; analysis_done frees what it holds and accepts a half-made one. */
ASSAY_MUST_USE assay_status analysis_make(const series_set *set, const series *s,
                                          const analysis_options *options, analysis *a,
                                          assay_err *err);
/* The same with room for verdicts that is used again from one to the next. */
ASSAY_MUST_USE assay_status analysis_make_in(const series_set *set, const series *s,
                                             const analysis_options *options,
                                             struct verdict_room *room, analysis *a,
                                             assay_err *err);
void analysis_done(analysis *a);

/* A chart with a stage that has no limits is neither stable nor unstable, unless a point signals. */
bool analysis_is_judged(const analysis *a);

typedef enum {
    VERDICT_FINE,        /* stable, and capable where that was asked */
    VERDICT_UNSTABLE,    /* signals: exit 3 */
    VERDICT_NOT_CAPABLE, /* no signal; Cpk or Ppk below the bound, or neither and readings outside: exit 4 */
    VERDICT_UNKNOWN,     /* too little data to say */
} analysis_verdict;

/* `bound` is the least index accepted, 1.33 by custom. */
analysis_verdict analysis_judge(const analysis *a, double bound);

/* First row of subgroup i in the series, and its time (TIME_NONE: none). */
size_t analysis_row(const analysis *a, size_t i);
int64_t analysis_time(const analysis *a, size_t i);
int32_t analysis_offset(const analysis *a, size_t i); /* seconds east of UTC it is written in */

/* Points of the location chart at which rule r signals, excluded ones not counted. */
size_t analysis_rule_count(const analysis *a, int r);

/* Readings between two signals when nothing is wrong (arl0) and when the mean is one standard
 * deviation of the plotted statistic off (arl1), for the chart type and rules of `a`. */
typedef struct {
    double arl0, arl1;
    const char *why; /* when they are NaN */
} run_lengths;
run_lengths analysis_run_lengths(const analysis *a);

/* Analyse all series of a set, up to `threads` at a time, options[i] for series i. `each` sees
 * them one by one in the order of the set; an analysis is gone after its visit. */
typedef void analysis_visitor(const analysis *a, size_t i, void *context);
ASSAY_MUST_USE assay_status analysis_make_all(const series_set *set,
                                              const analysis_options *const *options,
                                              unsigned threads, analysis_visitor *each,
                                              void *context, assay_err *err);

#endif
