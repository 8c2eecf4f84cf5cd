/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of points that would cover each other one is drawn: a picture has so many places and no more, and no
 * extreme is lost. */
#include "report/frame.h"

#include "base/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { place = 3 }; /* pixels */

static void span_of(const double *x, size_t n, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        *low = fmin(*low, x[i]);
        *high = fmax(*high, x[i]);
    }
}

static void draw_points(const frame *f, const scatter_plot *p)
{
    size_t across = (size_t)(f->width / place) + 1, up = (size_t)(f->height / place) + 1;
    char *taken = calloc(across * up, 1);
    for (size_t i = 0; i < p->n; i++) {
        spot at = {frame_x(f, p->x[i]), frame_y(f, p->y[i])};
        size_t k = (size_t)((at.y - f->y) / place) * across + (size_t)((at.x - f->x) / place);
        if (taken && k < across * up && taken[k])
            continue;
        if (taken && k < across * up)
            taken[k] = 1;
        f->c->mark(f->c, MARK_DOT, at, 2.6, INK_DATA, NULL);
    }
    free(taken);
}

/* Within the frame: a steep line leaves it above or below. */
static void draw_line(const frame *f, const scatter_plot *p)
{
    double x1 = f->across.low, x2 = f->across.high;
    if (p->slope != 0) {
        double a = (f->up.low - p->intercept) / p->slope, b = (f->up.high - p->intercept) / p->slope;
        x1 = fmax(x1, fmin(a, b));
        x2 = fmin(x2, fmax(a, b));
    }
    if (x1 < x2)
        frame_line(f->c, frame_x(f, x1), frame_y(f, p->intercept + p->slope * x1), frame_x(f, x2),
                   frame_y(f, p->intercept + p->slope * x2), (stroke){INK_WORSE, 1.8, STROKE_SOLID});
}

void plot_scatter(canvas *c, const scatter_plot *p)
{
    frame_head(c, p->title, p->subtitle);
    if (!p->n) {
        c->text(c, (spot){c->width / 2, c->height / 2},
                (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
        return;
    }
    double low, high;
    frame f = {.c = c, .x = 80, .y = 76, .width = c->width - 80 - 24, .height = c->height - 76 - 46};
    span_of(p->x, p->n, &low, &high);
    f.across = axis_make(low, high, 8);
    span_of(p->y, p->n, &low, &high);
    f.up = axis_make(low, high, 6);
    frame_axes(&f, p->x_name, p->y_name, true);
    draw_points(&f, p);
    if (isfinite(p->slope) && isfinite(p->intercept))
        draw_line(&f, p);
}
