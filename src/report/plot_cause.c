/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fishbone: a spine that ends at the effect; branches in pairs above and below it, the causes of a branch as twigs
 * that end at its bone. The height follows from the longest branches, so that no two texts meet. */
#include "report/frame.h"

#include "base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { top = 56, name_room = 26, twig_room = 22, lean = 60, head_room = 220, edge = 10 };

static double half_height(const cause_plot *p, size_t side)
{
    size_t most = 0;
    for (size_t i = side; i < p->count; i += 2)
        most = p->branch[i].count > most ? p->branch[i].count : most;
    return p->count > side ? name_room + twig_room * ((double)most + 1) : name_room;
}

double plot_cause_height(const cause_plot *p)
{
    double height = top + half_height(p, 0) + half_height(p, 1) + edge;
    return height < 200 ? 200 : height;
}

/* Onto two lines at a blank; a text without one is cut. */
static void split(canvas *c, text_style style, const char *text, double room, char first[static 200], char rest[static 200])
{
    snprintf(first, 200, "%s", text);
    while (c->text_width(c, style, first) > room) {
        char *blank = strrchr(first, ' ');
        if (!blank) {
            frame_fit(c, style, text, room, first, 200);
            return;
        }
        *blank = 0;
    }
    if (text[strlen(first)])
        frame_fit(c, style, text + strlen(first) + 1, room, rest, 200);
}

static void draw_head(canvas *c, const cause_plot *p, double spine)
{
    double x = c->width - head_room + 16, width = head_room - 16 - edge;
    char text[200], rest[200] = "";
    text_style style = {INK_TEXT, 12, true, ANCHOR_START};
    const spot box[] = {{x, spine - 22}, {x + width, spine - 22}, {x + width, spine + 22}, {x, spine + 22}, {x, spine - 22}};
    c->polyline(c, box, 5, (stroke){INK_TEXT, 1.6, STROKE_SOLID});
    frame_line(c, edge, spine, x, spine, (stroke){INK_TEXT, 2.4, STROKE_SOLID});
    const spot tip[] = {{x - 10, spine - 6}, {x, spine}, {x - 10, spine + 6}};
    c->polyline(c, tip, 3, (stroke){INK_TEXT, 2.4, STROKE_SOLID});
    split(c, style, p->effect, width - 16, text, rest);
    c->text(c, (spot){x + 8, spine + (*rest ? -3 : 5)}, style, text);
    c->text(c, (spot){x + 8, spine + 13}, style, rest);
}

static void draw_twig(canvas *c, const cause_twig *t, spot end, double room)
{
    char text[200];
    text_style style = {INK_TEXT, 12, t->is_main, ANCHOR_END};
    frame_fit(c, style, t->text, room - 22, text, sizeof text);
    frame_line(c, end.x - room, end.y, end.x, end.y, (stroke){INK_MUTED, 1, STROKE_SOLID});
    c->text(c, (spot){end.x - 12, end.y - 5}, style, text);
    mark_kind mark = !t->has_data ? MARK_RING : t->is_main ? MARK_DIAMOND : MARK_DOT;
    c->mark(c, mark, end, t->is_main ? 5 : 3, t->is_main ? INK_SIGNAL : INK_DATA, t->text);
}

/* sign -1: above the spine. `foot`: where the bone meets it. */
static void draw_branch(canvas *c, const cause_branch *b, spot foot, double reach, double width, int sign)
{
    char text[200];
    spot head = {foot.x - lean, foot.y + sign * (reach - name_room)};
    text_style style = {INK_TEXT, 13, true, ANCHOR_MIDDLE};
    frame_line(c, head.x, head.y, foot.x, foot.y, (stroke){INK_TEXT, 1.6, STROKE_SOLID});
    frame_fit(c, style, b->name, width - 8, text, sizeof text);
    c->text(c, (spot){head.x, sign < 0 ? head.y - 8 : head.y + 18}, style, text);
    double run = fabs(head.y - foot.y);
    for (size_t i = 0; i < b->count; i++) {
        double away = run - twig_room * ((double)i + (sign < 0 ? 0.9 : 0.3)); /* from the spine */
        double x = foot.x - lean * away / run;
        draw_twig(c, &b->twig[i], (spot){x, foot.y + sign * away}, width - lean - 6);
    }
}

void plot_cause(canvas *c, const cause_plot *p)
{
    frame_head(c, p->title, p->subtitle);
    if (!p->count) {
        c->text(c, (spot){c->width / 2, c->height / 2},
                (text_style){INK_MUTED, 18, true, ANCHOR_MIDDLE}, _("no data"));
        return;
    }
    double spine = top + half_height(p, 0);
    draw_head(c, p, spine);
    double columns = (double)((p->count + 1) / 2), width = (c->width - head_room - edge) / columns;
    for (size_t i = 0; i < p->count; i++) {
        int sign = i % 2 ? 1 : -1;
        double x = edge + width * ((double)(i / 2) + 1);
        draw_branch(c, &p->branch[i], (spot){x, spine}, half_height(p, i % 2), width, sign);
    }
}
