/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/frame.h"

#include "base/i18n.h"

#include <math.h>

enum { marks_max = 2000 }; /* more would cover each other: the rest is thinned in the middle */

static bool is_drawn(const probability_plot *p, size_t i)
{
    if (p->n <= marks_max || i < marks_max / 4 || i >= p->n - marks_max / 4)
        return true;
    return i % (p->n / (marks_max / 2) + 1) == 0;
}

void plot_probability(canvas *c, const probability_plot *p)
{
    frame_head(c, p->title, p->subtitle);
    if (p->n < 2) {
        c->text(c, (spot){c->width / 2, c->height / 2},
                (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
        return;
    }
    frame f = {.c = c,
               .x = 66,
               .y = 76,
               .width = c->width - 66 - 24,
               .height = c->height - 76 - 46,
               .across = axis_make(p->theory[0], p->theory[p->n - 1], 8),
               .up = axis_make(p->x[0], p->x[p->n - 1], 6)};
    frame_axes(&f, _("theoretical quantile"), p->unit, true);
    spot ends[2];
    for (int i = 0; i < 2; i++) {
        double t = i ? f.across.high : f.across.low;
        double v = fmin(f.up.high, fmax(f.up.low, p->at_zero + p->slope * t));
        if (p->slope != 0)
            t = (v - p->at_zero) / p->slope;
        ends[i] = (spot){frame_x(&f, t), frame_y(&f, v)};
    }
    c->polyline(c, ends, 2, (stroke){INK_CENTER, 1.6, STROKE_SOLID});
    for (size_t i = 0; i < p->n; i++)
        if (is_drawn(p, i))
            c->mark(c, MARK_DOT, (spot){frame_x(&f, p->theory[i]), frame_y(&f, p->x[i])}, 2.6,
                    INK_DATA, NULL);
}
