/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A budget of false alarms, in words: "about one per month", "2 per week", "one per 10 shifts". The
 * words and the points a day make a run length; limits get the width that has exactly this run
 * length while nothing is wrong (assay/arl.h). */
#ifndef SIGNAL_BUDGET_H
#define SIGNAL_BUDGET_H

#include "signal/analysis.h"

typedef struct {
    double points_per_day;
    double arl;      /* points between two false alarms asked for */
    double width;    /* sigmas, EWMA limit or CUSUM h that gives it; NaN: see why */
    double arl_now;  /* of the chart as it is; NaN: see why */
    const char *why; /* NULL: all is known */
} budget;

/* `chart` NULL: only read the words. */
ASSAY_MUST_USE assay_status budget_find(const char *words, double points_per_day,
                                        const assay_chart_options *chart, const assay_rules *rules,
                                        budget *out, assay_err *err);

/* Points a day of these data, from their times; NaN: there are none. */
double budget_points_per_day(const analysis *a);

/* Give the chart of `a` limits of the width that `words` ask for, and analyse again: `o` and `a` are
 * those of the new width, rounded up to 0.001. per_day NaN: as the data came. Errors: ASSAY_DOMAIN
 * where no width does it, with the reason; `a` is then as it was. */
ASSAY_MUST_USE assay_status budget_keep(const char *words, double per_day, analysis_options *o,
                                        analysis *a, budget *found, assay_err *err);

#endif
