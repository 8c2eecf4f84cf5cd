/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data of a panel: the line, the points, the signals and the runs that led to them.
 *
 * With more than two points a pixel each pixel column draws its minimum and maximum, so that no
 * extreme is lost; signals are drawn one by one as long as they can be told apart. */
#include "report/panel.h"

#include "base/i18n.h"
#include "base/time.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { signals_max = 400 }; /* beyond, marks would cover each other */

double panel_value(const panel *a, size_t i, bool is_lower)
{
    if (a->points)
        return a->points[i].value;
    return is_lower ? -a->p->chart->cusum[i].lower : a->p->chart->cusum[i].upper;
}

/* One spot per point, or per pixel column its least and greatest. */
static size_t data_line(const panel *a, bool is_lower, spot *at)
{
    size_t n = a->p->points;
    size_t columns = (size_t)a->width;
    if (n <= 2 * columns) {
        for (size_t i = 0; i < n; i++) {
            double v = panel_value(a, i, is_lower);
            at[i] = (spot){panel_x(a, (double)i), isnan(v) ? NAN : panel_y(a, v)};
        }
        return n;
    }
    size_t used = 0;
    for (size_t column = 0; column < columns; column++) {
        size_t from = n * column / columns, to = n * (column + 1) / columns;
        double low = INFINITY, high = -INFINITY;
        for (size_t i = from; i < to; i++)
            range_widen(&low, &high, panel_value(a, i, is_lower));
        if (low > high)
            at[used++] = (spot){NAN, NAN};
        else {
            double x = a->x + (double)column + 0.5;
            at[used++] = (spot){x, panel_y(a, low)};
            at[used++] = (spot){x, panel_y(a, high)};
        }
    }
    return used;
}

void panel_draw_line(const panel *a, bool is_lower)
{
    size_t room = a->p->points + 2 * (size_t)a->width + 2;
    spot *at = calloc(room, sizeof *at);
    if (!at)
        return;
    size_t n = data_line(a, is_lower, at);
    a->c->group(a->c, "line", a->x, a->width);
    a->c->polyline(a->c, at, n, (stroke){INK_DATA, 1.3, STROKE_SOLID});
    a->c->group(a->c, NULL, 0, 0);
    free(at);
}

static uint32_t rules_at(const panel *a, size_t i)
{
    return a->points ? a->points[i].rules : a->p->chart->cusum[i].rules;
}

bool panel_counts(const panel *a, size_t i)
{
    return !a->points || !(a->points[i].flags & (ASSAY_POINT_EXCLUDED | ASSAY_POINT_MISSING));
}

static void rule_names(const panel *a, uint32_t rules, char *out, size_t room)
{
    if (a->points && !a->is_spread && a->p->rules)
        words_rule_names(a->p->rules, rules, out, room);
    else
        snprintf(out, room, "%s", rules ? "1" : "");
}

static void point_tip(const panel *a, size_t i, double value, char *out, size_t room)
{
    char figure[48], time[48] = "", rules[64];
    format_figure(figure, sizeof figure, value, a->decimals + 1);
    if (a->p->time && a->p->time[i] != TIME_NONE)
        words_time(a->p->time[i], plot_offset(a->p, i), time, sizeof time);
    rule_names(a, rules_at(a, i), rules, sizeof rules);
    snprintf(out, room, "%zu%s%s: %s%s%s%s%s", i + 1, *time ? " · " : "", time, figure,
             *rules ? " · " : "", *rules ? _("rule") : "", *rules ? " " : "", rules);
}

/* Open rings on the run that led to the signal at i. */
static void draw_run(const panel *a, size_t i, uint32_t rules)
{
    if (!a->points || a->is_spread || !a->p->rules)
        return;
    int longest = 1;
    for (int j = 0; j < a->p->rules->count; j++)
        if (rules >> j & 1 && a->p->rules->rule[j].m > longest)
            longest = a->p->rules->rule[j].m;
    for (size_t back = 1; back < (size_t)longest && back <= i; back++)
        if (!rules_at(a, i - back) && panel_counts(a, i - back))
            a->c->mark(
                a->c, MARK_RING,
                (spot){panel_x(a, (double)(i - back)), panel_y(a, a->points[i - back].value)}, 5.5,
                INK_SIGNAL, NULL);
}

/* The picture names the first rule only; the tip and the tables name all. */
static void draw_signal(const panel *a, size_t i, double value, double last_label_x[2])
{
    char names[64], tip[192];
    spot at = {panel_x(a, (double)i), panel_y(a, value)};
    rule_names(a, rules_at(a, i) & -rules_at(a, i), names, sizeof names);
    point_tip(a, i, value, tip, sizeof tip);
    draw_run(a, i, rules_at(a, i));
    a->c->mark(a->c, MARK_DIAMOND, at, 5.8, INK_SIGNAL, tip);
    text_style style = {INK_SIGNAL, 11, true, ANCHOR_MIDDLE};
    double half = a->c->text_width(a->c, style, names) / 2;
    double center = a->points ? a->points[i].center : 0;
    bool is_above = value >= center || isnan(center);
    double y = is_above ? at.y - 9 : at.y + 18;
    if (at.x - half < last_label_x[is_above] + 2)
        return; /* would cover its neighbour; the mark and its tip remain */
    last_label_x[is_above] = at.x + half;
    a->c->text(a->c, (spot){at.x, y}, style, names);
}

void panel_draw_points(const panel *a, bool is_lower)
{
    size_t n = a->p->points;
    bool is_sparse = a->width / (double)(n ? n : 1) >= 3.5;
    double radius = a->width / (double)(n ? n : 1) >= 12 ? 3.4 : is_sparse ? 2.1 : 0;
    size_t marked = 0;
    double last_label_x[2] = {-INFINITY, -INFINITY};
    char tip[192];
    a->c->group(a->c, "points", a->x, a->width);
    for (size_t i = 0; i < n; i++) {
        double value = panel_value(a, i, is_lower);
        if (isnan(value))
            continue;
        spot at = {panel_x(a, (double)i), panel_y(a, value)};
        bool is_signal = rules_at(a, i) && panel_counts(a, i);
        if (!a->points)
            is_signal = fabs(value) > a->p->chart->h;
        if (is_signal && marked++ < signals_max) {
            draw_signal(a, i, value, last_label_x);
        } else if (a->points && a->points[i].flags & ASSAY_POINT_EXCLUDED) {
            point_tip(a, i, value, tip, sizeof tip);
            a->c->mark(a->c, MARK_RING, at, 4, INK_MUTED, tip);
            a->c->mark(a->c, MARK_CROSSED, at, 3, INK_MUTED, NULL);
        } else if (is_sparse) {
            point_tip(a, i, value, tip, sizeof tip);
            a->c->mark(a->c, MARK_DOT, at, radius, INK_DATA, tip);
        }
    }
    a->c->group(a->c, NULL, 0, 0);
}
