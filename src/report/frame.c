/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double frame_x(const frame *f, double value)
{
    return f->x + f->width * (value - f->across.low) / (f->across.high - f->across.low);
}

double frame_y(const frame *f, double value)
{
    return f->y + f->height * (f->up.high - value) / (f->up.high - f->up.low);
}

void frame_line(canvas *c, double x1, double y1, double x2, double y2, stroke s)
{
    spot at[2] = {{x1, y1}, {x2, y2}};
    c->polyline(c, at, 2, s);
}

void frame_head(canvas *c, const char *title, const char *subtitle)
{
    c->text(c, (spot){8, 20}, (text_style){INK_TEXT, 16, true, ANCHOR_START}, title ? title : "");
    if (subtitle)
        c->text(c, (spot){8, 38}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, subtitle);
}

static void up_axis(const frame *f)
{
    char text[64];
    for (double v = f->up.low; v <= f->up.high + f->up.step / 2; v += f->up.step) {
        double y = frame_y(f, v);
        frame_line(f->c, f->x, y, f->x + f->width, y, (stroke){INK_GRID, 1, STROKE_SOLID});
        format_figure(text, sizeof text, fabs(v) < f->up.step / 1e6 ? 0 : v, f->up.decimals);
        f->c->text(f->c, (spot){f->x - 7, y + 4}, (text_style){INK_MUTED, 11, false, ANCHOR_END},
                   text);
    }
}

void frame_across(const frame *f)
{
    char text[64];
    double last_end = -INFINITY, bottom = f->y + f->height;
    for (double v = f->across.low; v <= f->across.high + f->across.step / 2; v += f->across.step) {
        double x = frame_x(f, v);
        text_style style = {INK_MUTED, 11, false, ANCHOR_MIDDLE};
        format_figure(text, sizeof text, fabs(v) < f->across.step / 1e6 ? 0 : v,
                      f->across.decimals);
        double half = f->c->text_width(f->c, style, text) / 2;
        frame_line(f->c, x, bottom, x, bottom + 4, (stroke){INK_MUTED, 1, STROKE_SOLID});
        if (x - half < last_end + 6)
            continue;
        f->c->text(f->c, (spot){x, bottom + 16}, style, text);
        last_end = x + half;
    }
}

void frame_axes(const frame *f, const char *across_name, const char *up_name,
                bool with_across_ticks)
{
    up_axis(f);
    if (with_across_ticks)
        frame_across(f);
    text_style style = {INK_TEXT, 12, true, ANCHOR_START};
    f->c->text(f->c, (spot){8, f->y - 8}, style, up_name);
    style.anchor = ANCHOR_END;
    f->c->text(f->c, (spot){f->x + f->width, f->y + f->height + 34}, style, across_name);
}

void frame_fit(canvas *c, text_style style, const char *text, double room, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    size_t length = strlen(out);
    while (length > 1 && c->text_width(c, style, out) > room) {
        do
            length--;
        while (length > 1 && (out[length] & 0xc0) == 0x80);
        snprintf(out + length, size - length, "…");
    }
}
