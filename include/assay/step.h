/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control chart one subgroup at a time, against limits that are given.
 *
 * assay_chart_make with the same center and standard deviation draws the same points with the same
 * signals, bit for bit, wherever the series is cut; this one remembers a few numbers instead of the
 * series. All memory is the caller's, and nothing is allocated.
 */
#ifndef ASSAY_STEP_H
#define ASSAY_STEP_H

#include <assay/chart.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One chart: what does not change from point to point. `made` is ours: constants of the last n. */
typedef struct {
    assay_chart_options options; /* defaults resolved; `rules` stays the caller's */
    struct {
        uint32_t n;
        double a, b, c, d;
    } made[2];
} assay_step_chart;

/* What it remembers. Plain data of assay_step_size bytes, aligned for double: it may be copied and
 * stored. */
typedef struct assay_step_state assay_step_state;

typedef struct {
    assay_values x;     /* the readings; attribute charts: one count */
    double size;        /* number inspected (p, np, u) */
    bool is_excluded;   /* drawn, not judged, not carried on */
    bool is_partial;    /* incomplete: drawn, not judged */
    double *sort;       /* [x.n], for medians only; else NULL */
} assay_step_group;

typedef struct {
    assay_chart_point location, spread; /* as in assay_chart; spread where the type has one */
    assay_cusum_point cusum;            /* CUSUM only */
    double z;                           /* what the rules saw; NaN: not judged */
} assay_step_point;

/* The type is not AUTO. center NaN: no limits are known, points are drawn and not judged; so too
 * std_dev NaN where the type needs one. Errors  ASSAY_DOMAIN  an option outside its domain. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_step_init(const assay_chart_options *options,
                                                         assay_step_chart *out, assay_err *err);
ASSAY_PUBLIC size_t assay_step_size(const assay_step_chart *chart);
/* At the beginning of a series and of each stage. */
ASSAY_PUBLIC void assay_step_reset(const assay_step_chart *chart, assay_step_state *state);

/* The next point. All readings of a series have one exponent, as in assay_chart_make; where a finer
 * one appears the series is stepped through anew.
 * Errors  ASSAY_SHAPE   several readings in a chart of individuals or counts
 *         ASSAY_DOMAIN  a count that cannot be: negative, or above the number inspected. The state
 *                       is then as after a missing point. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_step_next(assay_step_chart *chart,
                                                         assay_step_state *state,
                                                         const assay_step_group *group,
                                                         assay_step_point *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
