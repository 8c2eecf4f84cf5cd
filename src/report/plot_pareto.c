/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/frame.h"

#include "base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { bars_max = 15 }; /* what does not fit is one last bar, named so */

static double sum_from(const pareto_plot *p, size_t from)
{
    double sum = 0;
    for (size_t i = from; i < p->n; i++)
        sum += p->counts[i];
    return sum;
}

static void draw_bar(const frame *f, double x, double width, double count, const char *label,
                     ink color)
{
    char text[128], figure[48];
    double y = frame_y(f, count);
    f->c->rect(f->c, x + 1, y, width - 2, f->y + f->height - y, color);
    format_figure(figure, sizeof figure, count, count == floor(count) ? 0 : 2);
    f->c->text(f->c, (spot){x + width / 2, y - 4}, (text_style){INK_TEXT, 11, false, ANCHOR_MIDDLE},
               figure);
    text_style style = {INK_TEXT, 11, false, ANCHOR_MIDDLE};
    frame_fit(f->c, style, label, width - 4, text, sizeof text);
    f->c->text(f->c, (spot){x + width / 2, f->y + f->height + 16}, style, text);
}

static void draw_share_axis(const frame *f, double total)
{
    char text[16];
    for (int share = 0; share <= 100; share += 20) {
        snprintf(text, sizeof text, "%d %%", share);
        f->c->text(f->c, (spot){f->x + f->width + 6, frame_y(f, total * share / 100) + 4},
                   (text_style){INK_MUTED, 11, false, ANCHOR_START}, text);
    }
}

void plot_pareto(canvas *c, const pareto_plot *p)
{
    frame_head(c, p->title, p->subtitle);
    double total = sum_from(p, 0);
    if (!p->n || !(total > 0)) {
        c->text(c, (spot){c->width / 2, c->height / 2},
                (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
        return;
    }
    size_t shown = p->n > bars_max ? bars_max - 1 : p->n, bars = shown + (p->n > shown);
    frame f = {.c = c,
               .x = 66,
               .y = 76,
               .width = c->width - 66 - 56,
               .height = c->height - 76 - 40,
               .up = axis_make(0, total, 5)};
    f.up.high = total;
    frame_axes(&f, "", _("count"), false);
    double width = f.width / (double)bars, cumulated = 0;
    spot line[bars_max + 1];
    for (size_t i = 0; i < bars; i++) {
        bool is_rest = i == shown;
        double count = is_rest ? sum_from(p, shown) : p->counts[i];
        draw_bar(&f, f.x + width * (double)i, width, count, is_rest ? _("others") : p->labels[i],
                 i < p->vital_few ? INK_DATA : INK_SOFT);
        cumulated += count;
        line[i] = (spot){f.x + width * ((double)i + 0.5), frame_y(&f, cumulated)};
    }
    c->polyline(c, line, bars, (stroke){INK_WORSE, 1.8, STROKE_SOLID});
    for (size_t i = 0; i < bars; i++)
        c->mark(c, MARK_DOT, line[i], 3, INK_WORSE, NULL);
    draw_share_axis(&f, total);
}
