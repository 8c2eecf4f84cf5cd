/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control chart: location above, spread below, one x axis, histogram margin at the right. */
#include "report/panel.h"

#include "base/i18n.h"
#include "base/time.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    left_margin = 66,
    label_width = 118,
    histogram_width = 64,
    head_height = 68,
    foot_height = 46
};

double panel_x(const panel *a, double index)
{
    size_t n = a->p->points;
    return a->x + a->width * (index + 0.5) / (double)(n ? n : 1);
}

double panel_y(const panel *a, double value)
{
    return a->y + a->height * (a->ticks.high - value) / (a->ticks.high - a->ticks.low);
}

void range_widen(double *low, double *high, double value)
{
    if (!isfinite(value))
        return;
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

static bool starts_at_zero(const panel *a)
{
    switch (a->p->chart->type) {
    case ASSAY_CHART_P:
    case ASSAY_CHART_NP:
    case ASSAY_CHART_C:
    case ASSAY_CHART_U:
    case ASSAY_CHART_CUSUM:
        return true;
    default:
        return a->is_spread;
    }
}

static void panel_scale(panel *a)
{
    double low = INFINITY, high = -INFINITY;
    const assay_chart *chart = a->p->chart;
    for (size_t i = 0; i < a->p->points; i++) {
        if (!a->points) {
            range_widen(&low, &high, chart->cusum[i].upper);
            range_widen(&low, &high, -chart->cusum[i].lower);
            continue;
        }
        range_widen(&low, &high, a->points[i].value);
        range_widen(&low, &high, a->points[i].center);
        range_widen(&low, &high, a->points[i].lcl);
        range_widen(&low, &high, a->points[i].ucl);
        range_widen(&low, &high, a->points[i].prob_lcl);
        range_widen(&low, &high, a->points[i].prob_ucl);
    }
    if (!a->points) {
        range_widen(&low, &high, chart->h);
        range_widen(&low, &high, -chart->h);
    }
    if (starts_at_zero(a))
        range_widen(&low, &high, 0);
    double pad = (high - low) * 0.06;
    a->ticks = axis_make(starts_at_zero(a) && low == 0 ? 0 : low - pad, high + pad,
                         a->height > 170 ? 6 : 4);
}

static void line(canvas *c, double x1, double y1, double x2, double y2, stroke s)
{
    spot at[2] = {{x1, y1}, {x2, y2}};
    c->polyline(c, at, 2, s);
}

static void panel_frame(const panel *a)
{
    canvas *c = a->c;
    char text[64];
    for (double v = a->ticks.low; v <= a->ticks.high + a->ticks.step / 2; v += a->ticks.step) {
        double y = panel_y(a, v);
        line(c, a->x, y, a->x + a->width, y, (stroke){INK_GRID, 1, STROKE_SOLID});
        format_figure(text, sizeof text, fabs(v) < a->ticks.step / 1e6 ? 0 : v, a->ticks.decimals);
        c->text(c, (spot){a->x - 7, y + 4}, (text_style){INK_MUTED, 11, false, ANCHOR_END}, text);
    }
    c->text(c, (spot){a->x - left_margin + 8, a->y - 13},
            (text_style){INK_TEXT, 12, true, ANCHOR_START}, a->name);
}

/* -- limits ---------------------------------------------------------------------------- */

typedef double limit_of(const assay_chart_point *point);
static double center_of(const assay_chart_point *point)
{
    return point->center;
}
static double lcl_of(const assay_chart_point *point)
{
    return point->lcl;
}
/* Of a count or a spread: a limit at zero limits nothing, and none is drawn. */
static double positive_lcl_of(const assay_chart_point *point)
{
    return point->lcl > 0 ? point->lcl : NAN;
}
static double ucl_of(const assay_chart_point *point)
{
    return point->ucl;
}
static double prob_lcl_of(const assay_chart_point *point)
{
    return point->prob_lcl;
}
static double positive_prob_lcl_of(const assay_chart_point *point)
{
    return point->prob_lcl > 0 ? point->prob_lcl : NAN;
}
static double prob_ucl_of(const assay_chart_point *point)
{
    return point->prob_ucl;
}

/* A limit as steps: one segment per run of equal values. */
static void draw_limit(const panel *a, size_t from, size_t to, limit_of *get, stroke s)
{
    size_t i = from;
    double y_before = NAN, x_before = NAN;
    while (i < to) {
        double value = get(&a->points[i]);
        size_t end = i + 1;
        while (end < to && get(&a->points[end]) == value)
            end++;
        if (!isnan(value)) {
            double y = panel_y(a, value), x1 = panel_x(a, (double)i - 0.5),
                   x2 = panel_x(a, (double)end - 0.5);
            if (!isnan(y_before) && x_before == x1)
                line(a->c, x1, y_before, x1, y, (stroke){s.color, s.width * 0.7, s.dash});
            line(a->c, x1, y, x2, y, s);
            y_before = y;
            x_before = x2;
        } else {
            y_before = NAN;
        }
        i = end;
    }
}

typedef struct {
    double y;
    char text[64];
    ink color;
} limit_label;

/* Labels must not cover each other: push them apart, top to bottom. */
static void draw_labels(const panel *a, limit_label *labels, int n)
{
    for (int i = 1; i < n; i++)
        if (labels[i].y < labels[i - 1].y + 14)
            labels[i].y = labels[i - 1].y + 14;
    for (int i = n - 1; i >= 0; i--) {
        double most = a->y + a->height + 4 - 14 * (n - 1 - i);
        if (labels[i].y > most)
            labels[i].y = most;
    }
    for (int i = 0; i < n; i++)
        a->c->text(a->c, (spot){a->x + a->width + 6, labels[i].y + 4},
                   (text_style){labels[i].color, 11, false, ANCHOR_START}, labels[i].text);
}

static int add_label(const panel *a, limit_label *labels, int n, const char *name, double value,
                     ink color)
{
    if (isnan(value))
        return n;
    char figure[48];
    format_figure(figure, sizeof figure, value, a->decimals + 1);
    labels[n].y = panel_y(a, value);
    labels[n].color = color;
    snprintf(labels[n].text, sizeof labels[n].text, "%s %s", name, figure);
    return n + 1;
}

static int by_height(const void *a, const void *b)
{
    const limit_label *x = a, *y = b;
    return (x->y > y->y) - (x->y < y->y);
}

static void draw_limits(const panel *a)
{
    const assay_chart *chart = a->p->chart;
    limit_of *lower = starts_at_zero(a) ? positive_lcl_of : lcl_of;
    limit_of *lower_by_probability = starts_at_zero(a) ? positive_prob_lcl_of : prob_lcl_of;
    a->c->group(a->c, "limits", a->x, a->width);
    for (size_t s = 0; s < chart->stage_count; s++) {
        size_t from = chart->stages[s].from, to = chart->stages[s].to;
        draw_limit(a, from, to, center_of, (stroke){INK_CENTER, 1.4, STROKE_SOLID});
        draw_limit(a, from, to, lower, (stroke){INK_LIMIT, 1.4, STROKE_DASHED});
        draw_limit(a, from, to, ucl_of, (stroke){INK_LIMIT, 1.4, STROKE_DASHED});
        draw_limit(a, from, to, lower_by_probability, (stroke){INK_LIMIT, 1.4, STROKE_DOTTED});
        draw_limit(a, from, to, prob_ucl_of, (stroke){INK_LIMIT, 1.4, STROKE_DOTTED});
    }
    a->c->group(a->c, NULL, 0, 0);
    if (!a->p->points)
        return;
    const assay_chart_point *last = &a->points[a->p->points - 1];
    limit_label labels[5];
    int n = add_label(a, labels, 0, "UCL", last->ucl, INK_LIMIT);
    n = add_label(a, labels, n, "P UCL", last->prob_ucl, INK_LIMIT);
    n = add_label(a, labels, n, "CL", last->center, INK_CENTER);
    n = add_label(a, labels, n, "LCL", lower(last), INK_LIMIT);
    n = add_label(a, labels, n, "P LCL", lower_by_probability(last), INK_LIMIT);
    qsort(labels, (size_t)n, sizeof *labels, by_height);
    draw_labels(a, labels, n);
}

static void draw_cusum_limits(const panel *a)
{
    double h = a->p->chart->h, right = a->x + a->width;
    line(a->c, a->x, panel_y(a, 0), right, panel_y(a, 0), (stroke){INK_CENTER, 1.4, STROKE_SOLID});
    line(a->c, a->x, panel_y(a, h), right, panel_y(a, h), (stroke){INK_LIMIT, 1.4, STROKE_DASHED});
    line(a->c, a->x, panel_y(a, -h), right, panel_y(a, -h),
         (stroke){INK_LIMIT, 1.4, STROKE_DASHED});
    limit_label labels[3];
    int n = add_label(a, labels, 0, "+h", h, INK_LIMIT);
    n = add_label(a, labels, n, "CL", 0, INK_CENTER);
    n = add_label(a, labels, n, "−h", -h, INK_LIMIT);
    draw_labels(a, labels, n);
}

/* -- the rest -------------------------------------------------------------------------- */

static void draw_stage_marks(const panel *a, bool is_top)
{
    const assay_chart *chart = a->p->chart;
    double label_end = -INFINITY;
    a->c->group(a->c, "axis", a->x, a->width);
    for (size_t s = 0; s < chart->stage_count; s++) {
        double x = panel_x(a, (double)chart->stages[s].from - 0.5);
        if (s)
            line(a->c, x, a->y, x, a->y + a->height, (stroke){INK_MUTED, 1, STROKE_SOLID});
        if (!is_top || !a->p->stages || chart->stage_count < 2 || !a->p->stages[s])
            continue;
        text_style style = {INK_MUTED, 11, true, ANCHOR_START};
        if (x + 4 < label_end)
            continue;
        a->c->text(a->c, (spot){x + 4, a->y + 11}, style, a->p->stages[s]);
        label_end = x + 8 + a->c->text_width(a->c, style, a->p->stages[s]);
    }
    a->c->group(a->c, NULL, 0, 0);
}

/* A letter above each point that something was said of: the words stand below the chart. */
static void draw_notes(const panel *a)
{
    double last = -INFINITY;
    a->c->group(a->c, "points", a->x, a->width);
    for (size_t i = 0; i < a->p->noted_count; i++) {
        double x = panel_x(a, (double)a->p->noted[i]);
        const char letter[2] = {(char)('a' + i), 0};
        line(a->c, x, a->y, x, a->y + a->height, (stroke){INK_SOFT, 1.4, STROKE_SOLID});
        if (x - last < 9)
            continue; /* would cover its neighbour; the list below has it */
        last = x;
        a->c->text(a->c, (spot){x, a->y - 2}, (text_style){INK_TEXT, 10, true, ANCHOR_MIDDLE}, letter);
    }
    a->c->group(a->c, NULL, 0, 0);
}

static void draw_x_axis(const panel *a)
{
    size_t n = a->p->points;
    if (!n)
        return;
    axis_ticks ticks = axis_make(1, (double)n, (int)(a->width / 70));
    double step = fmax(1, ticks.step), y = a->y + a->height + 15;
    char text[48];
    double last_x = -INFINITY;
    a->c->group(a->c, "axis", a->x, a->width);
    for (double v = step > 1 ? 0 : 1; v <= (double)n; v += step) {
        double index = v < 1 ? 1 : v, x = panel_x(a, index - 1);
        if (x - last_x < 30)
            continue;
        last_x = x;
        snprintf(text, sizeof text, "%.0f", index);
        line(a->c, x, a->y + a->height, x, a->y + a->height + 4,
             (stroke){INK_MUTED, 1, STROKE_SOLID});
        a->c->text(a->c, (spot){x, y}, (text_style){INK_MUTED, 11, false, ANCHOR_MIDDLE}, text);
    }
    a->c->group(a->c, NULL, 0, 0);
    if (!a->p->time || a->p->time[0] == TIME_NONE || a->p->time[n - 1] == TIME_NONE)
        return;
    text_style style = {INK_MUTED, 11, false, ANCHOR_START};
    words_time(a->p->time[0], plot_offset(a->p, 0), text, sizeof text);
    a->c->text(a->c, (spot){a->x, y + 17}, style, text);
    if (n < 2)
        return;
    words_time(a->p->time[n - 1], plot_offset(a->p, n - 1), text, sizeof text);
    style.anchor = ANCHOR_END;
    a->c->text(a->c, (spot){a->x + a->width, y + 17}, style, text);
}

/* How often each value occurs, beside the location chart on the same scale. */
static void draw_histogram_margin(const panel *a, double x)
{
    const chart_plot *p = a->p;
    if (!p->readings || p->reading_count < 5)
        return;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < p->reading_count; i++)
        range_widen(&low, &high, p->readings[i]);
    if (!(high > low))
        return;
    enum { bins = 24 };
    size_t count[bins] = {0}, most = 0;
    double bin_height = a->height / bins, span = a->ticks.high - a->ticks.low;
    for (size_t i = 0; i < p->reading_count; i++) {
        double place = (a->ticks.high - p->readings[i]) / span * bins;
        if (place >= 0 && place < bins && ++count[(int)place] > most)
            most = count[(int)place];
    }
    for (int i = 0; i < bins && most; i++)
        if (count[i])
            a->c->rect(a->c, x, a->y + i * bin_height + 0.5,
                       fmax(1, (histogram_width - 8) * (double)count[i] / (double)most),
                       bin_height - 1, INK_SOFT);
}

static void draw_head(canvas *c, const chart_plot *p)
{
    c->text(c, (spot){8, 20}, (text_style){INK_TEXT, 16, true, ANCHOR_START},
            p->title ? p->title : "");
    if (p->subtitle)
        c->text(c, (spot){8, 38}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, p->subtitle);
}

static void draw_nothing(canvas *c, const chart_plot *p)
{
    draw_head(c, p);
    c->text(c, (spot){c->width / 2, c->height / 2},
            (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
}

static void draw_panel(panel *a, bool is_top, bool is_bottom)
{
    panel_scale(a);
    panel_frame(a);
    draw_stage_marks(a, is_top);
    if (is_top)
        draw_notes(a);
    if (a->points)
        draw_limits(a);
    else
        draw_cusum_limits(a);
    panel_draw_line(a, false);
    if (!a->points)
        panel_draw_line(a, true);
    panel_draw_points(a, false);
    if (!a->points)
        panel_draw_points(a, true);
    if (is_bottom)
        draw_x_axis(a);
}

static const char *location_name(assay_chart_type type)
{
    static const char *const names[] = {
#define X(code, name, location, spread) N_(location),
        ASSAY_CHART_LIST(X)
#undef X
    };
    return *names[type] ? _(names[type]) : "";
}

static const char *spread_name(assay_chart_type type)
{
    static const char *const names[] = {
#define X(code, name, location, spread) spread,
        ASSAY_CHART_LIST(X)
#undef X
    };
    return *names[type] ? _(names[type]) : "";
}

void plot_chart(canvas *c, const chart_plot *p)
{
    if (!p->points) {
        draw_nothing(c, p);
        return;
    }
    const assay_chart *chart = p->chart;
    bool is_cusum = chart->type == ASSAY_CHART_CUSUM && chart->cusum;
    bool with_histogram = p->readings && p->reading_count >= 5 && !is_cusum;
    double width = c->width - left_margin - label_width - (with_histogram ? histogram_width : 0);
    double body = c->height - head_height - foot_height;
    double gap = chart->has_spread ? 38 : 0;
    double upper = chart->has_spread ? (body - gap) * 0.62 : body;
    char name[160];
    snprintf(name, sizeof name, "%s%s%s%s", location_name(chart->type),
             *p->unit && !is_cusum ? " [" : "", is_cusum ? "" : p->unit,
             *p->unit && !is_cusum ? "]" : "");
    draw_head(c, p);
    panel top = {.c = c,
                 .p = p,
                 .points = is_cusum ? NULL : chart->location,
                 .x = left_margin,
                 .y = head_height + 6,
                 .width = width,
                 .height = upper - 6,
                 .name = name,
                 .decimals = p->decimals};
    draw_panel(&top, true, !chart->has_spread);
    if (with_histogram && c->height > 200)
        draw_histogram_margin(&top, left_margin + width + label_width - 4);
    if (!chart->has_spread)
        return;
    panel bottom = {.c = c,
                    .p = p,
                    .points = chart->spread,
                    .x = left_margin,
                    .y = head_height + upper + gap,
                    .width = width,
                    .height = body - upper - gap,
                    .name = spread_name(chart->type),
                    .decimals = p->decimals,
                    .is_spread = true};
    draw_panel(&bottom, false, true);
}

void plot_chart_summary(const chart_plot *p, buf *out)
{
    if (!p->points) {
        buf_addf(out, "%s: %s", p->title ? p->title : "", _("no data"));
        return;
    }
    buf_addf(out, "%s: %s, ", p->title ? p->title : "", assay_chart_type_name(p->chart->type));
    buf_addf(out, P_("%zu point, ", "%zu points, ", p->points), p->points);
    if (!p->chart->signals)
        buf_add_text(out, p->chart->why_undefined ? _("no limits") : _("no signal"));
    else
        buf_addf(out, P_("%zu signal", "%zu signals", p->chart->signals), p->chart->signals);
}

void plot_sparkline(canvas *c, const chart_plot *p)
{
    if (!p->points)
        return;
    panel a = {.c = c,
               .p = p,
               .points = p->chart->location,
               .x = 2,
               .y = 3,
               .width = c->width - 4,
               .height = c->height - 6};
    panel_scale(&a);
    if (!isnan(a.points[0].center))
        draw_limit(&a, 0, p->points, center_of, (stroke){INK_GRID, 1, STROKE_SOLID});
    panel_draw_line(&a, false);
    size_t shown = 0;
    for (size_t i = 0; i < p->points && shown < 40; i++)
        if (a.points[i].rules && panel_counts(&a, i) && !isnan(a.points[i].value) && ++shown)
            c->mark(c, MARK_DIAMOND, (spot){panel_x(&a, (double)i), panel_y(&a, a.points[i].value)},
                    3, INK_SIGNAL, NULL);
}
