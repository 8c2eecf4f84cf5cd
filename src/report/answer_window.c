/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart of any length for a picture of so many pixels across: a column of the picture holds equal
 * shares of the subgroups, and what is drawn of it is the line from its least to its greatest. Of the
 * marked points a column tells the one farthest from the centre, the picture the MARKED_MOST farthest:
 * more would be a wall of marks. */
#include "report/answer.h"

#include <math.h>
#include <stdlib.h>

enum { MARKED_MOST = 200 };

typedef struct {
    double distance; /* from the centre; below 0: nothing is marked */
    size_t at;
} mark;

/* What is told of the points of one column. */
typedef struct {
    double least, greatest; /* infinite the other way round: all are missing */
    mark farthest;
} column;

/* The location chart, or the spread chart. */
typedef struct {
    column *column;          /* [columns], where not every point is told */
    assay_chart_point *kept; /* [columns]: the farthest of each column, or every point */
    size_t at, end;          /* the column that is being summed, and where it ends */
    size_t marked;
} part;

struct answer_sums {
    answer_window asked;
    bool is_begun, is_whole; /* every point is told */
    bool failed;
    size_t from, to, columns;
    part part[2]; /* [1]: spread */
};

static bool is_marked(const assay_chart_point *p)
{
    return p->rules != 0 || p->flags & ASSAY_POINT_EXCLUDED;
}

static void write_point(json *j, const analysis *a, size_t i, const assay_chart_point *p, bool is_spread)
{
    answer_point(j, a, i, p, is_spread);
    json_member_unsigned(j, "place", analysis_row(a, i) + 1);
    json_end(j);
}

static int by_distance(const void *a, const void *b)
{
    const mark *x = a, *y = b;
    return (x->distance < y->distance) - (x->distance > y->distance);
}

static int by_place(const void *a, const void *b)
{
    const mark *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

/* -- summing ----------------------------------------------------------------------------------- */

static size_t column_begin(const answer_sums *w, size_t k)
{
    return w->from + (size_t)((unsigned __int128)(w->to - w->from) * k / w->columns);
}

answer_sums *answer_sums_new(const answer_window *asked)
{
    answer_sums *w = calloc(1, sizeof *w);
    if (w)
        w->asked = *asked;
    return w;
}

void answer_sums_free(answer_sums *w)
{
    for (int i = 0; w && i < 2; i++) {
        free(w->part[i].column);
        free(w->part[i].kept);
    }
    free(w);
}

static void begin(answer_sums *w, size_t all)
{
    w->is_begun = true;
    w->columns = w->asked.columns;
    w->to = w->asked.to && w->asked.to < all ? w->asked.to : all;
    w->from = w->asked.from < w->to ? w->asked.from : w->to;
    w->is_whole = w->to - w->from <= w->columns;
    for (int i = 0; i < 2; i++) {
        part *p = &w->part[i];
        p->column = malloc(w->columns * sizeof *p->column);
        p->kept = malloc(w->columns * sizeof *p->kept);
        w->failed |= !p->column || !p->kept;
        for (size_t k = 0; p->column && k < w->columns; k++)
            p->column[k] = (column){INFINITY, -INFINITY, {-1, 0}};
        p->end = column_begin(w, 1);
    }
}

/* Points take tens of bytes each and there may be millions: they are walked over once. */
static void sum_point(const answer_sums *w, part *p, const assay_chart_point *x, size_t i)
{
    while (i >= p->end)
        p->end = column_begin(w, ++p->at + 1);
    column *c = &p->column[p->at];
    double value = x->flags & ASSAY_POINT_MISSING ? NAN : x->value;
    c->least = value < c->least ? value : c->least; /* a NaN gives way */
    c->greatest = value > c->greatest ? value : c->greatest;
    if (!is_marked(x))
        return;
    p->marked++;
    double distance = isnan(x->value) ? -1 : fabs(x->value - x->center);
    if (distance > c->farthest.distance) {
        c->farthest = (mark){distance, i};
        p->kept[p->at] = *x;
    }
}

static void sum_points(const answer_sums *w, part *p, const assay_chart_point *points, size_t from,
                       size_t n)
{
    size_t first = from > w->from ? from : w->from, end = from + n < w->to ? from + n : w->to;
    for (size_t i = first; i < end; i++) {
        const assay_chart_point *x = &points[i - from];
        if (!w->is_whole) {
            sum_point(w, p, x, i);
            continue;
        }
        p->kept[i - w->from] = *x;
        p->marked += is_marked(x);
    }
}

void answer_sums_take(const analysis *a, const assay_chart_point *location,
                      const assay_chart_point *spread, size_t from, size_t n, void *context)
{
    answer_sums *w = context;
    if (!w->is_begun)
        begin(w, a->input.subgroups);
    if (w->failed)
        return;
    sum_points(w, &w->part[0], location, from, n);
    if (spread)
        sum_points(w, &w->part[1], spread, from, n);
}

/* -- telling ------------------------------------------------------------------------------------- */

static bool is_step(double before, double now)
{
    return before != now && !isnan(before) && !isnan(now);
}

/* Do limits change from point to point (unequal numbers inspected, EWMA)? Those of single readings do not,
 * nor those of charts that kept no points. */
static bool limits_vary(const analysis *a, const assay_chart_point *points)
{
    const assay_chart *c = &a->chart;
    if (!points || c->type == ASSAY_CHART_I_MR || c->type == ASSAY_CHART_RUN || c->type == ASSAY_CHART_CUSUM)
        return false;
    for (size_t s = 0; s < c->stage_count; s++)
        for (size_t i = c->stages[s].from + 1; i < c->stages[s].to; i++) {
            const assay_chart_point *p = &points[i], *before = p - 1;
            if (is_step(before->ucl, p->ucl) || is_step(before->lcl, p->lcl))
                return true;
        }
    return false;
}

/* `at` is the column here, then the subgroup. */
static void write_marks(json *j, const analysis *a, const answer_sums *w, const part *p, bool is_spread)
{
    mark *list = malloc(w->columns * sizeof *list);
    size_t count = 0;
    if (!list) {
        j->failed = true;
        return;
    }
    for (size_t k = 0; k < w->columns; k++)
        if (p->column[k].farthest.distance >= 0)
            list[count++] = (mark){p->column[k].farthest.distance, k};
    qsort(list, count, sizeof *list, by_distance);
    if (count > MARKED_MOST)
        count = MARKED_MOST;
    qsort(list, count, sizeof *list, by_place);
    for (size_t i = 0; i < count; i++)
        write_point(j, a, p->column[list[i].at].farthest.at, &p->kept[list[i].at], is_spread);
    free(list);
}

static void write_points(json *j, const analysis *a, const answer_sums *w, const part *p, bool is_spread)
{
    json_key(j, "points");
    json_array(j);
    for (size_t i = w->from; w->is_whole && i < w->to; i++)
        write_point(j, a, i, &p->kept[i - w->from], is_spread);
    if (!w->is_whole)
        write_marks(j, a, w, p, is_spread);
    json_end(j);
}

/* -- columns --------------------------------------------------------------------------------- */

typedef enum { FIRST, COUNT, LEAST, GREATEST, LOWER, UPPER, COLUMN_KINDS } column_kind;
static const char *const column_names[COLUMN_KINDS] = {"index", "n", "min", "max", "lcl", "ucl"};

static void write_column(json *j, const answer_sums *w, const part *p, const assay_chart_point *points,
                         column_kind kind, size_t k)
{
    size_t from = column_begin(w, k), to = column_begin(w, k + 1);
    const column *c = &p->column[k];
    bool has_values = c->least <= c->greatest;
    switch (kind) {
    case FIRST: json_unsigned(j, from + 1); break;
    case COUNT: json_unsigned(j, to - from); break;
    case LEAST: json_real(j, has_values ? c->least : NAN); break;
    case GREATEST: json_real(j, has_values ? c->greatest : NAN); break;
    case LOWER: json_real(j, points[from].lcl); break;
    default: json_real(j, points[from].ucl); break;
    }
}

static void write_columns(json *j, const analysis *a, const answer_sums *w, const part *p,
                          const assay_chart_point *points)
{
    char time[40];
    int kinds = limits_vary(a, points) ? COLUMN_KINDS : LOWER;
    json_key(j, "columns");
    json_object(j);
    for (int kind = 0; kind < kinds; kind++) {
        json_key(j, column_names[kind]);
        json_flat_array(j);
        for (size_t k = 0; k < w->columns; k++)
            write_column(j, w, p, points, (column_kind)kind, k);
        json_end(j);
    }
    json_key(j, "time");
    json_flat_array(j);
    for (size_t k = 0; k < w->columns; k++) {
        size_t i = column_begin(w, k);
        int64_t at = analysis_time(a, i);
        if (at != TIME_NONE)
            time_format(at, analysis_offset(a, i), time, sizeof time);
        json_text(j, at != TIME_NONE ? time : NULL);
    }
    json_end(j);
    json_end(j);
}

static void write_part(json *j, const analysis *a, const answer_sums *w, bool is_spread)
{
    const part *p = &w->part[is_spread];
    json_key(j, is_spread ? "spread" : "location");
    json_object(j);
    answer_part_head(j, a, is_spread);
    write_points(j, a, w, p, is_spread);
    json_member_unsigned(j, "marked", p->marked);
    if (!w->is_whole)
        write_columns(j, a, w, p, is_spread ? a->chart.spread : a->chart.location);
    json_end(j);
}

/* The sums of a cusum run on: its columns are points, one from each. */
static void write_cusum(json *j, const analysis *a, const answer_sums *w)
{
    json_key(j, "cusum");
    json_object(j);
    json_member_real(j, "k", a->chart.k, NULL);
    json_member_real(j, "h", a->chart.h, NULL);
    json_key(j, "points");
    json_array(j);
    size_t points = w->is_whole ? w->to - w->from : w->columns;
    for (size_t k = 0; k < points; k++)
        answer_cusum_point(j, a, w->is_whole ? w->from + k : column_begin(w, k));
    json_end(j);
    json_end(j);
}

void answer_chart_window(json *j, const analysis *a, const run_lengths *arl, answer_sums *w)
{
    if (!w->is_begun)
        answer_sums_take(a, a->chart.location, a->chart.has_spread ? a->chart.spread : NULL, 0,
                         a->chart.location ? a->input.subgroups : 0, w);
    if (w->failed) {
        j->failed = true;
        return;
    }
    json_object(j);
    answer_chart_head(j, a);
    json_key(j, "window");
    json_flat_object(j);
    json_member_unsigned(j, "from", w->from + 1);
    json_member_unsigned(j, "to", w->to);
    json_end(j);
    write_part(j, a, w, false);
    if (a->chart.has_spread)
        write_part(j, a, w, true);
    else
        json_member_null(j, "spread", "this chart has none");
    if (a->chart.cusum)
        write_cusum(j, a, w);
    answer_chart_foot(j, a, arl);
    json_end(j);
}
