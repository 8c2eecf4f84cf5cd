/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An analysis made ready for drawing: times, readings and texts as the plots take them. */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "report/plot.h"
#include "report/report.h"

typedef struct {
    arena memory;
    buf subtitle, capability_line;
    chart_plot chart;
    histogram_plot histogram;
    probability_plot probability;
    double *sorted; /* readings that count, ascending */
    size_t sorted_count;
    struct view_note *notes; /* in the order of their points */
    size_t note_count, notes_left_out;
} view;

/* A note beside its chart: the letter that its point wears there. */
typedef struct view_note {
    const point_note *said;
    size_t point; /* from 0 */
    char letter[2];
} view_note;

/* False when memory is short. view_done accepts a half-made one. */
bool view_make(const analysis *a, view *out);
void view_done(view *v);

/* One line of the tables: a figure by name, undefined ones with their reason. */
typedef struct {
    const char *name;
    double value, low, high; /* low, high NaN: no interval */
    const char *why;         /* reason when value is NaN */
    int decimals;
} figure_row;
enum { figure_rows_max = 40 };
size_t view_figures(const analysis *a, figure_row out[static figure_rows_max]);

#endif
