/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that flows: laid out by pango paragraph by paragraph, put down line by line, so that a page ends
 * wherever it is full. Drawn twice: once to count the pages. */
#include "report/paper.h"

#include "base/i18n.h"
#include "base/time.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define HANGUL_FIRST "Noto Sans, Noto Sans CJK KR, Noto Sans CJK SC, sans-serif"
#define HAN_FIRST    "Noto Sans, Noto Sans CJK SC, Noto Sans CJK KR, sans-serif"
enum { PAGE_WIDTH = 595, PAGE_HEIGHT = 842, MARGIN = 56, FOOT = 40 }; /* points */

const paper_style paper_head = {18, 0, 0, true, false}, paper_part = {12.5, 0, 14, true, false},
                  paper_item = {11, 0, 10, true, false}, paper_body = {10.5, 0, 3, false, false},
                  paper_under = {10.5, 16, 2, false, false}, paper_soft = {9.5, 16, 2, false, true};

/* -- text ---------------------------------------------------------------------------------------- */

static PangoLayout *lay_out(const paper *s, const paper_style *t, const char *text)
{
    PangoLayout *layout = pango_cairo_create_layout(s->cr);
    PangoFontDescription *font =
        pango_font_description_from_string(strcmp(_("en"), "zh") == 0 ? HAN_FIRST : HANGUL_FIRST);
    pango_font_description_set_absolute_size(font, t->size * PANGO_SCALE);
    pango_font_description_set_weight(font, t->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_width(layout, (int)((PAGE_WIDTH - 2 * MARGIN - t->indent) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_spacing(layout, 2 * PANGO_SCALE);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    return layout;
}

static void ink_of(const paper *s, bool is_soft)
{
    double grey = is_soft ? 0.38 : 0.1;
    cairo_set_source_rgb(s->cr, grey, grey, grey + 0.02);
}

static void rule_at(const paper *s, double x, double y, double width)
{
    ink_of(s, true);
    cairo_set_line_width(s->cr, 0.6);
    cairo_move_to(s->cr, x, y);
    cairo_line_to(s->cr, x + width, y);
    cairo_stroke(s->cr);
}

static void end_page(paper *s)
{
    static const paper_style small = {8, 0, 0, false, true};
    char text[400];
    snprintf(text, sizeof text, _("page %d of %d"), s->page, s->pages);
    rule_at(s, MARGIN, PAGE_HEIGHT - FOOT - 6, PAGE_WIDTH - 2 * MARGIN);
    char line[500];
    snprintf(line, sizeof line, "%.200s · %.40s · %.100s", s->title, s->id, text);
    PangoLayout *layout = lay_out(s, &small, line);
    cairo_move_to(s->cr, MARGIN, PAGE_HEIGHT - FOOT);
    pango_cairo_show_layout(s->cr, layout);
    g_object_unref(layout);
    cairo_show_page(s->cr);
    s->page++;
    s->y = MARGIN;
}

void paper_need(paper *s, double height)
{
    if (s->y + height > PAGE_HEIGHT - FOOT - 14)
        end_page(s);
}

void paper_put(paper *s, const paper_style *t, const char *text)
{
    if (!text || !*text)
        return;
    PangoLayout *layout = lay_out(s, t, text);
    PangoLayoutIter *at = pango_layout_get_iter(layout);
    paper_need(s, t->above + (t->is_bold ? 3 : 1) * t->size * 1.4); /* no heading alone at the end */
    s->y += s->y > MARGIN ? t->above : 0;
    do {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(at, NULL, &box);
        double height = (double)box.height / PANGO_SCALE;
        paper_need(s, height);
        ink_of(s, t->is_soft);
        cairo_move_to(s->cr, MARGIN + t->indent + (double)box.x / PANGO_SCALE,
                      s->y + (double)(pango_layout_iter_get_baseline(at) - box.y) / PANGO_SCALE);
        pango_cairo_show_layout_line(s->cr, pango_layout_iter_get_line_readonly(at));
        s->y += height + 2;
    } while (pango_layout_iter_next_line(at));
    pango_layout_iter_free(at);
    g_object_unref(layout);
}

void paper_pair(paper *s, const char *name, const char *value)
{
    buf line = BUF_INIT;
    if (value && *value) {
        buf_addf(&line, "%s: %s", name, value);
        paper_put(s, &paper_body, buf_text(&line));
    }
    buf_done(&line);
}

const char *paper_clock(const char *iso, char out[static 40])
{
    int64_t ns;
    int32_t offset;
    struct tm wall;
    out[0] = '\0';
    if (time_parse_iso(iso, strlen(iso), &ns, &offset)) {
        time_t seconds = (time_t)(ns / 1000000000);
        if (localtime_r(&seconds, &wall))
            strftime(out, 40, "%Y-%m-%d %H:%M %z", &wall);
    }
    return out;
}

void paper_signatures(paper *s, size_t n, const char *const *who)
{
    static const paper_style small = {9, 0, 0, false, true};
    paper_need(s, 76);
    s->y += 52;
    for (size_t i = 0; i < n; i++) {
        double x = MARGIN + 250 * (double)i;
        rule_at(s, x, s->y, 220);
        PangoLayout *layout = lay_out(s, &small, who[i]);
        ink_of(s, true);
        cairo_move_to(s->cr, x, s->y + 4);
        pango_cairo_show_layout(s->cr, layout);
        g_object_unref(layout);
    }
    s->y += 20;
}

static double scale_of(double width, double height)
{
    double room = PAGE_WIDTH - 2 * MARGIN, tall = PAGE_HEIGHT - MARGIN - FOOT - 60;
    double scale = room / width < 0.75 ? room / width : 0.75; /* a pixel is 3/4 of a point */
    return height * scale > tall ? tall / height : scale;
}

double paper_picture_room(double width, double height)
{
    return height * scale_of(width, height) + 12;
}

void paper_picture(paper *s, double width, double height, void (*draw)(void *context, canvas *c), void *context)
{
    cairo_canvas c;
    double scale = scale_of(width, height);
    paper_need(s, paper_picture_room(width, height));
    s->y += 6;
    cairo_save(s->cr);
    cairo_translate(s->cr, MARGIN, s->y);
    cairo_scale(s->cr, scale, scale);
    cairo_canvas_begin(&c, s->cr, width, height);
    draw(context, &c.base);
    cairo_canvas_end(&c);
    cairo_restore(s->cr);
    s->y += height * scale + 6;
}

/* -- the file ------------------------------------------------------------------------------------------- */

static cairo_status_t take_bytes(void *context, const unsigned char *bytes, unsigned length)
{
    if (context)
        buf_add(context, bytes, length);
    return context && ((buf *)context)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

/* With out NULL nothing is kept: how many pages it takes. */
static bool draw(paper *s, paper_writer *write, void *context, buf *out)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(take_bytes, out, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, s->title);
    s->cr = cairo_create(surface);
    s->y = MARGIN;
    s->page = 1;
    write(s, context);
    end_page(s);
    s->pages = s->page - 1;
    cairo_destroy(s->cr);
    cairo_surface_finish(surface);
    bool is_fine = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return is_fine;
}

bool paper_pdf(const char *id, const char *title, paper_writer *write, void *context, buf *out)
{
    paper s = {.id = id, .title = title};
    return draw(&s, write, context, NULL) && draw(&s, write, context, out);
}
