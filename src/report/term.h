/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers for a terminal: text of known width, tables, charts.
 *
 * Everything is appended to a buffer; nothing is printed. Widths count columns: Hangul, Han and
 * full-width signs take two, combining signs none.
 */
#ifndef REPORT_TERM_H
#define REPORT_TERM_H

#include "base/buf.h"
#include "signal/signal.h"

#include <assay/describe.h>

typedef struct {
    int width; /* columns */
    bool has_color;
} term;

typedef enum {
    TERM_PLAIN,
    TERM_BOLD,
    TERM_DIM,
    TERM_DATA,
    TERM_LIMIT,
    TERM_SIGNAL,
    TERM_GOOD,
    TERM_WARN
} term_style;
void term_on(const term *t, term_style style, buf *out);
void term_off(const term *t, buf *out);
void term_styled(const term *t, term_style style, const char *text, buf *out);

/* -- text (term_text.c) -------------------------------------------------------------------- */

int term_width(const char *text); /* in columns */
/* Exactly `width` columns: cut with an ellipsis, or filled up with blanks. */
void text_left(buf *out, const char *text, int width);
void text_right(buf *out, const char *text, int width);
/* Lines of at most `width` columns, each after `indent` blanks; the first is already indented. */
void text_wrap(buf *out, const char *text, int indent, int width);

/* A value with `places` after the point, or a dash for NaN. Static ring of four buffers. */
const char *text_real(double x, int places);
const char *text_p(double p);     /* "0.0312", "< 0.0001" */
const char *text_ppm(double ppm); /* "12.4", "< 0.1" */
/* Places that suit statistics of values with `decimals` places: one more, at most 9. */
int text_places(int decimals);

/* -- tables (term_table.c) ------------------------------------------------------------------ */

typedef struct {
    buf cells; /* NUL-separated, row by row */
    size_t columns, rows;
    const bool *is_right; /* [columns] numbers stand right */
    const unsigned char *drop; /* [columns] where it is narrow the highest leaves first; 0 stays.
                                  NULL: all stay */
} term_table;
void table_init(term_table *t, size_t columns, const bool *is_right, const char *const *head);
void table_cell(term_table *t, const char *text);
void table_cellf(term_table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The first row is the head: by table_init, unless that was NULL. Where the width does not suffice columns leave, then texts are cut: a
 * path, in the first column, at its beginning. */
void table_write(const term *look, const term_table *t, buf *out);
void table_done(term_table *t);

/* -- charts (term_chart.c, term_bars.c) ------------------------------------------------------ */

/* The pair of charts with head and verdict. */
void term_chart(const term *t, const analysis *a, const run_lengths *arl, buf *out);
/* One panel of points that come from elsewhere; rows <= 16, names of rules from `rules`. */
void term_points(const term *t, const char *name, const assay_chart_point *points, size_t k,
                 const assay_rules *rules, bool has_zero, int places, int rows, buf *out);
/* One line of 8 levels for the last points of a series: "▂▃▅▇". */
void term_spark(const double *x, size_t n, int width, buf *out);
/* A histogram standing on its side, with limits. NaN limits are not drawn. */
void term_histogram(const term *t, const assay_bins *bins, const uint64_t *counts, double lsl,
                    double usl, int decimals, buf *out);
/* One bar of `share` (0..1) of `width` columns, in eighths. */
void term_bar(const term *t, term_style style, double share, int width, buf *out);

#endif
