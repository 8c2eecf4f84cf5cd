/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One panel of a chart in characters: its points, limits, signs and margins. */
#ifndef REPORT_TERM_PANEL_H
#define REPORT_TERM_PANEL_H

#include "report/term.h"

enum { PANEL_LEFT = 10, PANEL_RIGHT = 16 }; /* margins, in columns */

/* What a panel shows: points of a chart, or one side of a CUSUM. */
typedef struct {
    const char *name;
    const assay_chart_point *point;
    size_t k;
    const uint32_t *stage;  /* or NULL */
    const assay_rules *rules; /* NULL: rule 1 */
    bool has_zero;
    int places, rows; /* rows <= 16 */
} term_panel;

void panel_write(const term *t, const term_panel *p, buf *out);
/* Below the panels: first and last point with their times. */
void panel_write_across(const term *t, const analysis *a, buf *out);

#endif
