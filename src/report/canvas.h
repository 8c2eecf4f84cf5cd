/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every picture is drawn on: one set of strokes, two sheets (SVG text, cairo).
 *
 * Colours are named by what they mean (ink), never by value, so that a page can be light or dark
 * and print is always light. Coordinates are CSS pixels (1/96 inch), y downwards.
 */
#ifndef REPORT_CANVAS_H
#define REPORT_CANVAS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* ink, CSS class, light colour, dark colour */
#define INK_LIST(X)                                                                                \
    X(NONE, "none", 0xffffff, 0x000000)                                                            \
    X(TEXT, "text", 0x1a1a1a, 0xececec)                                                            \
    X(MUTED, "muted", 0x5c5c5c, 0xb0b0b0)                                                          \
    X(GRID, "grid", 0xe4e4e4, 0x3a3a3a)                                                            \
    X(PAPER, "paper", 0xffffff, 0x161616)                                                          \
    X(DATA, "data", 0x0072b2, 0x56b4e9)                                                            \
    X(SOFT, "soft", 0xb9d9ec, 0x24506b)                                                            \
    X(CENTER, "center", 0x00704f, 0x35c79a)                                                        \
    X(LIMIT, "limit", 0x6e3b00, 0xf0b070)                                                          \
    X(SPEC, "spec", 0x8a2be2, 0xc9a0ff)                                                            \
    X(SIGNAL, "signal", 0xc40000, 0xff7b72)                                                        \
    X(WORSE, "worse", 0xb04a00, 0xff9a4d)                                                          \
    X(GOOD, "good", 0x00704f, 0x35c79a)

typedef enum {
#define X(code, name, light, dark) INK_##code,
    INK_LIST(X)
#undef X
        INK_COUNT
} ink;

typedef enum { STROKE_SOLID, STROKE_DASHED, STROKE_DOTTED } stroke_dash;
typedef struct {
    ink color;
    double width;
    stroke_dash dash;
} stroke;

typedef enum { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } text_anchor;
typedef struct {
    ink color;
    double size;
    bool is_bold;
    text_anchor anchor;
} text_style;

typedef enum { MARK_DOT, MARK_DIAMOND, MARK_RING, MARK_CROSSED } mark_kind;

typedef struct {
    double x, y;
} spot;

typedef struct canvas canvas;
struct canvas {
    double width, height;
    void (*polyline)(canvas *c, const spot *at, size_t n, stroke s); /* NaN y breaks the line */
    void (*rect)(canvas *c, double x, double y, double w, double h, ink fill);
    void (*mark)(canvas *c, mark_kind kind, spot at, double radius, ink color, const char *tip);
    void (*text)(canvas *c, spot at, text_style style, const char *text);
    /* What follows belongs together and lies along x .. x + width, so that a page can stretch it;
     * a NULL name ends the innermost group. */
    void (*group)(canvas *c, const char *name, double x, double width);
    double (*text_width)(canvas *c, text_style style, const char *text);
};

/* SVG into `out`, which must outlive the canvas. `summary` is the one-sentence description that
 * screen readers speak. A standalone file carries its colours; inside a page the page has them. */
typedef struct {
    canvas base;
    buf *out;
} svg_canvas;
void svg_begin(svg_canvas *c, buf *out, double width, double height, const char *title,
               const char *summary, bool is_standalone);
void svg_end(svg_canvas *c);
void svg_colors(buf *out, bool is_dark);  /* CSS declarations of all inks */

/* cairo: PDF and PNG. `cr` is a cairo_t. Always light. */
typedef struct {
    canvas base;
    void *cr, *layout;
} cairo_canvas;
void cairo_canvas_begin(cairo_canvas *c, void *cr, double width, double height);
void cairo_canvas_end(cairo_canvas *c);

#endif
