/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/frame.h"

#include "base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { bins_max = 60 };

typedef struct {
    double low, width;
    int n;
    size_t most, count[bins_max];
} bins;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Freedman and Diaconis (1981): 2 IQR n^(-1/3); edges fall between the steps of the resolution,
 * so that every class holds the same number of possible readings. */
static double class_width(const histogram_plot *p, double low, double high)
{
    double *sorted = malloc(p->n * sizeof *sorted);
    double width = (high - low) / (1 + log2((double)p->n));
    if (sorted) {
        for (size_t i = 0; i < p->n; i++)
            sorted[i] = p->x[i];
        qsort(sorted, p->n, sizeof *sorted, by_value);
        double iqr = sorted[p->n * 3 / 4] - sorted[p->n / 4];
        if (iqr > 0)
            width = 2 * iqr / cbrt((double)p->n);
        free(sorted);
    }
    double step = pow(10, -p->decimals);
    width = fmax(width, (high - low) / (bins_max - 3));
    return p->decimals >= 0 && width > step ? round(width / step) * step : fmax(width, step);
}

static bins bins_make(const histogram_plot *p)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        low = fmin(low, p->x[i]);
        high = fmax(high, p->x[i]);
    }
    bins b = {.width = class_width(p, low, high)};
    if (!(b.width > 0) || !isfinite(b.width))
        b.width = 1;
    b.low = low - (p->decimals >= 0 ? pow(10, -p->decimals) / 2 : b.width / 2);
    b.n = (int)fmin(bins_max, floor((high - b.low) / b.width) + 1);
    for (size_t i = 0; i < p->n; i++) {
        int at = (int)fmin(b.n - 1, (p->x[i] - b.low) / b.width);
        if (++b.count[at] > b.most)
            b.most = b.count[at];
    }
    return b;
}

static void draw_curve(const frame *f, const histogram_plot *p, const bins *b)
{
    enum { steps = 160 };
    spot at[steps + 1];
    for (int i = 0; i <= steps; i++) {
        double x = f->across.low + (f->across.high - f->across.low) * i / steps;
        double y = p->density(x, p->context) * (double)p->n * b->width;
        at[i] = (spot){frame_x(f, x), isfinite(y) ? frame_y(f, fmin(y, f->up.high)) : NAN};
    }
    f->c->polyline(f->c, at, steps + 1, (stroke){INK_DATA, 2, STROKE_SOLID});
}

static void draw_bound(const frame *f, const char *name, double value, int decimals, ink color,
                       bool with_label)
{
    if (isnan(value))
        return;
    char figure[48], text[80];
    double x = frame_x(f, value);
    format_figure(figure, sizeof figure, value, decimals);
    snprintf(text, sizeof text, "%s %s", name, figure);
    frame_line(f->c, x, f->y - 4, x, f->y + f->height, (stroke){color, 1.6, STROKE_DASHED});
    if (with_label)
        f->c->text(f->c, (spot){x, f->y - 8}, (text_style){color, 11, true, ANCHOR_MIDDLE}, text);
}

/* Is there room for the label of the target between those of the limits? */
static bool has_room(const frame *f, const histogram_plot *p)
{
    double x = frame_x(f, p->target);
    return !(fabs(x - frame_x(f, p->lsl)) < 90) && !(fabs(x - frame_x(f, p->usl)) < 90);
}

static bins bins_given(const histogram_plot *p)
{
    bins b = {.low = p->class_low, .width = p->class_width, .n = (int)p->classes};
    for (int i = 0; i < b.n; i++) {
        b.count[i] = (size_t)p->class_count[i];
        b.most = b.count[i] > b.most ? b.count[i] : b.most;
    }
    return b;
}

void plot_histogram(canvas *c, const histogram_plot *p)
{
    frame_head(c, p->title, p->subtitle);
    if (!p->n) {
        c->text(c, (spot){c->width / 2, c->height / 2},
                (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
        return;
    }
    bool is_given = p->class_count && p->classes && p->classes <= bins_max;
    bins b = is_given ? bins_given(p) : bins_make(p);
    double low = b.low, high = b.low + b.n * b.width;
    const double bounds[] = {p->lsl, p->usl, p->target};
    for (int i = 0; i < 3; i++)
        if (!isnan(bounds[i])) {
            low = fmin(low, bounds[i]);
            high = fmax(high, bounds[i]);
        }
    double pad = (high - low) * 0.05;
    frame f = {.c = c,
               .x = 66,
               .y = 76,
               .width = c->width - 66 - 24,
               .height = c->height - 76 - 46,
               .up = axis_make(0, (double)b.most * 1.08, 5)};
    f.across = axis_make(low - pad, high + pad, 8);
    frame_axes(&f, p->unit, _("count"), true);
    for (int i = 0; i < b.n; i++) {
        double x1 = frame_x(&f, b.low + i * b.width), x2 = frame_x(&f, b.low + (i + 1) * b.width);
        double y = frame_y(&f, (double)b.count[i]);
        if (b.count[i])
            c->rect(c, x1 + 0.5, y, fmax(1, x2 - x1 - 1), f.y + f.height - y, INK_SOFT);
    }
    if (p->density)
        draw_curve(&f, p, &b);
    draw_bound(&f, "LSL", p->lsl, p->decimals, INK_SPEC, true);
    draw_bound(&f, "USL", p->usl, p->decimals, INK_SPEC, true);
    draw_bound(&f, _("target"), p->target, p->decimals, INK_CENTER, has_room(&f, p));
}
