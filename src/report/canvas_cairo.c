/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cairo sheet, for PDF and PNG. Pango shapes the text, so Hangul and Han come out right and
 * the fonts are embedded as subsets. */
#include "report/canvas.h"

#include "base/i18n.h"

#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

static const unsigned light[INK_COUNT] = {
#define X(code, name, light, dark) light,
    INK_LIST(X)
#undef X
};

static cairo_t *cr_of(canvas *c)
{
    return ((cairo_canvas *)c)->cr;
}

static void set_ink(cairo_t *cr, ink color)
{
    unsigned rgb = light[color];
    cairo_set_source_rgb(cr, (rgb >> 16) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

static void draw_polyline(canvas *c, const spot *at, size_t n, stroke s)
{
    static const double dashed[] = {7, 4}, dotted[] = {1.5, 3};
    cairo_t *cr = cr_of(c);
    set_ink(cr, s.color);
    cairo_set_line_width(cr, s.width);
    cairo_set_dash(cr, s.dash == STROKE_DASHED ? dashed : dotted, s.dash == STROKE_SOLID ? 0 : 2,
                   0);
    bool is_pen_down = false;
    for (size_t i = 0; i < n; i++) {
        if (isnan(at[i].y)) {
            is_pen_down = false;
            continue;
        }
        if (is_pen_down)
            cairo_line_to(cr, at[i].x, at[i].y);
        else
            cairo_move_to(cr, at[i].x, at[i].y);
        is_pen_down = true;
    }
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void draw_rect(canvas *c, double x, double y, double w, double h, ink fill)
{
    set_ink(cr_of(c), fill);
    cairo_rectangle(cr_of(c), x, y, w, h);
    cairo_fill(cr_of(c));
}

static void draw_mark(canvas *c, mark_kind kind, spot at, double r, ink color, const char *tip)
{
    (void)tip;
    cairo_t *cr = cr_of(c);
    set_ink(cr, color);
    cairo_set_line_width(cr, 1.4);
    cairo_new_path(cr);
    if (kind == MARK_DOT || kind == MARK_RING) {
        cairo_arc(cr, at.x, at.y, r, 0, 2 * M_PI);
    } else if (kind == MARK_DIAMOND) {
        cairo_move_to(cr, at.x, at.y - r);
        cairo_line_to(cr, at.x + r, at.y);
        cairo_line_to(cr, at.x, at.y + r);
        cairo_line_to(cr, at.x - r, at.y);
        cairo_close_path(cr);
    } else {
        cairo_move_to(cr, at.x - r, at.y - r);
        cairo_line_to(cr, at.x + r, at.y + r);
        cairo_move_to(cr, at.x - r, at.y + r);
        cairo_line_to(cr, at.x + r, at.y - r);
    }
    if (kind == MARK_DOT || kind == MARK_DIAMOND)
        cairo_fill(cr);
    else
        cairo_stroke(cr);
}

/* Han characters look different in Korean and in Chinese: the language in force goes first. */
static const char *families(void)
{
    if (strcmp(_("en"), "zh") == 0)
        return "Noto Sans,DejaVu Sans,Noto Sans CJK SC,Noto Sans CJK KR,sans-serif";
    return "Noto Sans,DejaVu Sans,Noto Sans CJK KR,Noto Sans CJK SC,sans-serif";
}

static void layout_set(canvas *c, text_style style, const char *text)
{
    PangoLayout *layout = ((cairo_canvas *)c)->layout;
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, families());
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    pango_font_description_set_weight(font,
                                      style.is_bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(layout, text, -1);
}

static double draw_text_width(canvas *c, text_style style, const char *text)
{
    int width, height;
    layout_set(c, style, text);
    pango_layout_get_size(((cairo_canvas *)c)->layout, &width, &height);
    return (double)width / PANGO_SCALE;
}

static void draw_text(canvas *c, spot at, text_style style, const char *text)
{
    cairo_t *cr = cr_of(c);
    double width = draw_text_width(c, style, text);
    double x = at.x - (style.anchor == ANCHOR_MIDDLE ? width / 2
                       : style.anchor == ANCHOR_END  ? width
                                                     : 0);
    PangoLayout *layout = ((cairo_canvas *)c)->layout;
    set_ink(cr, style.color);
    cairo_move_to(cr, x, at.y - (double)pango_layout_get_baseline(layout) / PANGO_SCALE);
    pango_cairo_show_layout(cr, layout);
    cairo_new_path(cr);
}

static void draw_group(canvas *c, const char *name, double x, double width)
{
    (void)c;
    (void)name;
    (void)x;
    (void)width;
}

void cairo_canvas_begin(cairo_canvas *c, void *cr, double width, double height)
{
    *c = (cairo_canvas){.base = {width, height, draw_polyline, draw_rect, draw_mark, draw_text,
                                 draw_group, draw_text_width},
                        .cr = cr,
                        .layout = pango_cairo_create_layout(cr)};
    draw_rect(&c->base, 0, 0, width, height, INK_PAPER);
}

void cairo_canvas_end(cairo_canvas *c)
{
    g_clear_object((PangoLayout **)&c->layout);
}
