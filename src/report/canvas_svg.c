/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SVG sheet: text that a browser, a person and a screen reader can read. Numbers carry two
 * decimals, which is finer than any screen. */
#include "report/canvas.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name;
    unsigned light, dark;
} inks[INK_COUNT] = {
#define X(code, name, light, dark) {name, light, dark},
    INK_LIST(X)
#undef X
};

void svg_colors(buf *out, bool is_dark)
{
    for (int i = 0; i < INK_COUNT; i++)
        buf_addf(out, "--%s:#%06x;", inks[i].name, is_dark ? inks[i].dark : inks[i].light);
}

/* At most two decimals, no trailing zeros: half the size of "%.2f". */
static void add_number(buf *out, double x)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%.2f", x);
    while (length > 1 && text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    buf_add(out, text, (size_t)length);
}

static void add_pair(buf *out, const char *before, double x, double y)
{
    buf_add_text(out, before);
    add_number(out, x);
    buf_add_char(out, ' ');
    add_number(out, y);
}

static buf *out_of(canvas *c)
{
    return ((svg_canvas *)c)->out;
}

static void svg_polyline(canvas *c, const spot *at, size_t n, stroke s)
{
    static const char *const dashes[] = {"", " stroke-dasharray=\"7 4\"",
                                         " stroke-dasharray=\"1.5 3\""};
    buf *out = out_of(c);
    buf_addf(out, "<path style=\"stroke:var(--%s);stroke-width:%g\"%s d=\"", inks[s.color].name,
             s.width, dashes[s.dash]);
    bool is_pen_down = false;
    for (size_t i = 0; i < n; i++) {
        if (isnan(at[i].y)) {
            is_pen_down = false;
            continue;
        }
        add_pair(out, is_pen_down ? "L" : "M", at[i].x, at[i].y);
        is_pen_down = true;
    }
    buf_add_text(out, "\"/>\n");
}

static void svg_rect(canvas *c, double x, double y, double w, double h, ink fill)
{
    buf *out = out_of(c);
    buf_add_text(out, "<rect x=\"");
    add_number(out, x);
    buf_add_text(out, "\" y=\"");
    add_number(out, y);
    buf_add_text(out, "\" width=\"");
    add_number(out, w);
    buf_add_text(out, "\" height=\"");
    add_number(out, h);
    buf_addf(out, "\" style=\"fill:var(--%s)\"/>\n", inks[fill].name);
}

static void add_mark_shape(buf *out, mark_kind kind, spot at, double r)
{
    if (kind == MARK_DOT || kind == MARK_RING) {
        buf_add_text(out, "<circle cx=\"");
        add_number(out, at.x);
        buf_add_text(out, "\" cy=\"");
        add_number(out, at.y);
        buf_addf(out, "\" r=\"%g\"", r);
        return;
    }
    buf_add_text(out, "<path d=\"");
    if (kind == MARK_DIAMOND) {
        add_pair(out, "M", at.x, at.y - r);
        add_pair(out, "L", at.x + r, at.y);
        add_pair(out, "L", at.x, at.y + r);
        add_pair(out, "L", at.x - r, at.y);
        buf_add_text(out, "Z\"");
    } else {
        add_pair(out, "M", at.x - r, at.y - r);
        add_pair(out, "L", at.x + r, at.y + r);
        add_pair(out, "M", at.x - r, at.y + r);
        add_pair(out, "L", at.x + r, at.y - r);
        buf_add_text(out, "\"");
    }
}

static void svg_mark(canvas *c, mark_kind kind, spot at, double radius, ink color, const char *tip)
{
    buf *out = out_of(c);
    add_mark_shape(out, kind, at, radius);
    if (kind == MARK_DOT || kind == MARK_DIAMOND)
        buf_addf(out, " style=\"fill:var(--%s)\"", inks[color].name);
    else
        buf_addf(out, " style=\"stroke:var(--%s);stroke-width:1.4\"", inks[color].name);
    if (!tip) {
        buf_add_text(out, "/>\n");
        return;
    }
    buf_add_text(out, "><title>");
    buf_add_xml(out, tip);
    buf_addf(out, "</title></%s>\n", kind == MARK_DOT || kind == MARK_RING ? "circle" : "path");
}

static void svg_text(canvas *c, spot at, text_style style, const char *text)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    buf *out = out_of(c);
    buf_add_text(out, "<text x=\"");
    add_number(out, at.x);
    buf_add_text(out, "\" y=\"");
    add_number(out, at.y);
    buf_addf(out, "\"%s style=\"fill:var(--%s);font-size:%gpx%s\">", anchors[style.anchor],
             inks[style.color].name, style.size, style.is_bold ? ";font-weight:600" : "");
    buf_add_xml(out, text);
    buf_add_text(out, "</text>\n");
}

static void svg_group(canvas *c, const char *name, double x, double width)
{
    if (name)
        buf_addf(out_of(c), "<g class=\"%s\" data-x=\"%g\" data-width=\"%g\">\n", name, x, width);
    else
        buf_add_text(out_of(c), "</g>\n");
}

/* Good enough to keep texts apart: Latin 0.56 em, Hangul and Han 1 em. */
static double svg_text_width(canvas *c, text_style style, const char *text)
{
    (void)c;
    double ems = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x80)
            ems += 0.56;
        else if (*p >= 0xe1)
            ems += 1.0;
        else if (*p >= 0xc0)
            ems += 0.6;
    }
    return ems * style.size * (style.is_bold ? 1.06 : 1);
}

void svg_begin(svg_canvas *c, buf *out, double width, double height, const char *title,
               const char *summary, bool is_standalone)
{
    *c = (svg_canvas){.base = {width, height, svg_polyline, svg_rect, svg_mark, svg_text, svg_group,
                               svg_text_width},
                      .out = out};
    if (is_standalone)
        buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 %g %g\" ",
             width, height);
    if (is_standalone)
        buf_addf(out, "width=\"%g\" height=\"%g\" ", width, height);
    buf_add_text(out, "role=\"img\" aria-label=\"");
    buf_add_xml(out, summary);
    buf_add_text(out, "\">\n<title>");
    buf_add_xml(out, title);
    buf_add_text(out, "</title><desc>");
    buf_add_xml(out, summary);
    buf_add_text(out, "</desc>\n");
    if (!is_standalone)
        return;
    buf_add_text(out, "<style>svg{");
    svg_colors(out, false);
    buf_add_text(out,
                 "background:var(--paper);font-family:system-ui,'Noto Sans','Noto Sans CJK KR',"
                 "'Noto Sans CJK SC',sans-serif}path{fill:none}circle{fill:none}\n"
                 "@media (prefers-color-scheme:dark){svg{");
    svg_colors(out, true);
    buf_add_text(out, "}}</style>\n");
    svg_rect(&c->base, 0, 0, width, height, INK_PAPER);
}

void svg_end(svg_canvas *c)
{
    buf_add_text(c->out, "</svg>\n");
}
