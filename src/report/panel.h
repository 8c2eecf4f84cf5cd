/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A panel of a control chart: where its values lie on the canvas. The limits and axes are drawn in
 * plot_chart.c, the line and its marks in plot_points.c. */
#ifndef REPORT_PANEL_H
#define REPORT_PANEL_H

#include "report/plot.h"

typedef struct {
    canvas *c;
    const chart_plot *p;
    const assay_chart_point *points; /* NULL: the CUSUM panel */
    double x, y, width, height;
    axis_ticks ticks;
    const char *name;
    int decimals;
    bool is_spread;
} panel;

double panel_x(const panel *a, double index); /* middle of subgroup `index`, from 0 */
double panel_y(const panel *a, double value);
void range_widen(double *low, double *high, double value); /* by a finite value */

double panel_value(const panel *a, size_t i,
                   bool is_lower);           /* the lower CUSUM as drawn: negative */
bool panel_counts(const panel *a, size_t i); /* neither excluded nor missing */
void panel_draw_line(const panel *a, bool is_lower);
void panel_draw_points(const panel *a, bool is_lower);

#endif
