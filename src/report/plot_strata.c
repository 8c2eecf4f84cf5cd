/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/frame.h"

#include "base/i18n.h"

#include <math.h>
#include <stdio.h>

enum { row_room = 26, name_width = 170, head = 76, foot = 46 };

double plot_strata_height(const strata_plot *p)
{
    return head + foot + row_room * (double)(p->n ? p->n : 2);
}

static void draw_row(const frame *f, const stratum *s, double y)
{
    char text[160], name[200];
    text_style style = {INK_TEXT, 12, false, ANCHOR_END};
    snprintf(name, sizeof name, "%.150s  n %zu", s->name, s->n);
    frame_fit(f->c, style, name, name_width - 20, text, sizeof text);
    f->c->text(f->c, (spot){f->x - 10, y + 4}, style, text);
    frame_line(f->c, frame_x(f, s->low), y, frame_x(f, s->high), y, (stroke){INK_MUTED, 1.2, STROKE_SOLID});
    if (isfinite(s->sd))
        frame_line(f->c, frame_x(f, fmax(s->mean - s->sd, f->across.low)), y,
                   frame_x(f, fmin(s->mean + s->sd, f->across.high)), y, (stroke){INK_SOFT, 8, STROKE_SOLID});
    f->c->mark(f->c, MARK_DOT, (spot){frame_x(f, s->mean), y}, 4, INK_DATA, NULL);
}

void plot_strata(canvas *c, const strata_plot *p)
{
    double low = INFINITY, high = -INFINITY;
    frame_head(c, p->title, p->subtitle);
    for (size_t i = 0; i < p->n; i++) {
        low = fmin(low, p->row[i].low);
        high = fmax(high, p->row[i].high);
    }
    if (!p->n) {
        c->text(c, (spot){c->width / 2, c->height / 2},
                (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
        return;
    }
    frame f = {.c = c, .x = name_width, .y = head, .width = c->width - name_width - 24,
               .height = c->height - head - foot, .across = axis_make(low, high, 6)};
    for (double v = f.across.low; v <= f.across.high + f.across.step / 2; v += f.across.step)
        frame_line(c, frame_x(&f, v), f.y, frame_x(&f, v), f.y + f.height, (stroke){INK_GRID, 1, STROKE_SOLID});
    frame_across(&f);
    c->text(c, (spot){f.x + f.width, f.y + f.height + 34}, (text_style){INK_TEXT, 12, true, ANCHOR_END}, p->unit);
    for (size_t i = 0; i < p->n; i++)
        draw_row(&f, &p->row[i], f.y + row_room * ((double)i + 0.5));
}
