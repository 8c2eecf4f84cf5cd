/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PDF on A4: overview and alarms first, then a page for each characteristic; one characteristic
 * alone needs no overview, its page carries the title. Pages are recorded and laid down at the end,
 * when their number is known. Drawn in CSS pixels (A4 is 794 x 1123). */
#include "report/document.h"

#include "base/i18n.h"
#include "report/frame.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { page_width = 794, page_height = 1123, margin = 40, head_height = 64 };
enum { sheet_width = page_width - 2 * margin, sheet_height = page_height - 2 * margin - 20 };
enum { overview_top = 102, overview_line_height = 20, overview_per_page = 44 };
enum { alarms_indent = 36, alarm_height = 42, alarms_per_page = 22 };

typedef struct {
    cairo_surface_t **pages;
    cairo_surface_t *alone; /* the first page once more, below the title of the report */
    size_t count, room;
} pdf;

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing the report");
}

static assay_status pdf_begin(document *d, const char *path, assay_err *err)
{
    (void)path;
    d->own = calloc(1, sizeof(pdf));
    return d->own ? ASSAY_OK : no_memory(err);
}

static cairo_surface_t *page_new(void)
{
    return cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA,
                                          &(cairo_rectangle_t){0, 0, page_width, page_height});
}

static bool page_keep(pdf *own, cairo_surface_t *page)
{
    if (!page)
        return false;
    if (own->count == own->room) {
        size_t room = own->room ? own->room * 2 : 32;
        cairo_surface_t **pages = realloc(own->pages, room * sizeof *pages);
        if (!pages) {
            cairo_surface_destroy(page);
            return false;
        }
        own->pages = pages;
        own->room = room;
    }
    own->pages[own->count++] = page;
    return true;
}

/* A canvas of its own size at a place on the page. */
static void part_begin(cairo_canvas *c, cairo_t *cr, double x, double y, double width,
                       double height)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_canvas_begin(c, cr, width, height);
}

static void part_end(cairo_canvas *c, cairo_t *cr)
{
    cairo_canvas_end(c);
    cairo_restore(cr);
}

static void draw_figures(canvas *c, const analysis *a)
{
    figure_row rows[figure_rows_max];
    size_t n = view_figures(a, rows), half = (n + 1) / 2;
    for (size_t i = 0; i < n; i++) {
        double x = i < half ? 8 : c->width / 2 + 8, y = 18 + 19 * (double)(i < half ? i : i - half);
        char text[64], interval[96] = "";
        format_figure(text, sizeof text, rows[i].value, rows[i].decimals);
        if (!isnan(rows[i].low))
            snprintf(interval, sizeof interval, "%.*f … %.*f", rows[i].decimals, rows[i].low,
                     rows[i].decimals, rows[i].high);
        const char *note = isnan(rows[i].value) && rows[i].why ? words_why(rows[i].why) : interval;
        c->text(c, (spot){x, y}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, rows[i].name);
        c->text(c, (spot){x + 215, y}, (text_style){INK_TEXT, 12, true, ANCHOR_END}, text);
        c->text(c, (spot){x + 225, y}, (text_style){INK_MUTED, 11, false, ANCHOR_START}, note);
    }
}

static void fit_text(canvas *c, text_style style, spot at, double room, const char *text)
{
    char cut[256];
    frame_fit(c, style, text, room, cut, sizeof cut);
    c->text(c, at, style, cut);
}

enum { note_line = 17 };

static void draw_notes(canvas *c, const view *v)
{
    double y = 18;
    size_t room = (size_t)((c->height - y) / note_line) - 1;
    size_t from = v->note_count > room ? v->note_count - room : 0;
    size_t left = from + v->notes_left_out;
    char text[700];
    c->text(c, (spot){8, y}, (text_style){INK_TEXT, 13, true, ANCHOR_START}, _("Notes"));
    for (size_t i = from; i < v->note_count; i++) {
        const view_note *n = &v->notes[i];
        snprintf(text, sizeof text, "%zu:  %s: %.500s", n->point + 1, n->said->by, n->said->text);
        c->text(c, (spot){8, y += note_line}, (text_style){INK_TEXT, 12, true, ANCHOR_START}, n->letter);
        fit_text(c, (text_style){INK_TEXT, 12, false, ANCHOR_START}, (spot){24, y}, c->width - 32, text);
    }
    snprintf(text, sizeof text, P_("%zu earlier note is not shown", "%zu earlier notes are not shown", left), left);
    if (left)
        c->text(c, (spot){8, y + note_line}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, text);
}

static void draw_signal_list(canvas *c, const analysis *a, const view *v)
{
    double y = 18;
    size_t listed = 0, left = 0;
    c->text(c, (spot){8, y}, (text_style){INK_TEXT, 13, true, ANCHOR_START}, _("Signals"));
    for (size_t i = 0; i < a->input.subgroups; i++) {
        uint32_t rules = a->chart.location[i].rules;
        if (!rules || a->chart.location[i].flags)
            continue;
        if (y > c->height - 40) {
            left++;
            continue;
        }
        char line[300], figure[48], words[120];
        int j = __builtin_ctz(rules);
        words_rule(&a->rules.rule[j], words, sizeof words);
        format_figure(figure, sizeof figure, a->chart.location[i].value, v->chart.decimals + 1);
        snprintf(line, sizeof line, "%zu:  %s  ·  %s %s: %s%s", i + 1, figure, _("rule"),
                 a->rules.rule[j].name, words, rules & (rules - 1) ? " …" : "");
        fit_text(c, (text_style){INK_TEXT, 12, false, ANCHOR_START}, (spot){8, y += 18}, c->width - 16, line);
        listed++;
    }
    char more[64];
    snprintf(more, sizeof more, P_("%zu more", "%zu more", left), left);
    if (left)
        c->text(c, (spot){8, y + 18}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, more);
    else if (!listed)
        c->text(c, (spot){8, y + 18}, (text_style){INK_MUTED, 12, false, ANCHOR_START},
                _("no signal"));
}

/* From y down; NULL when memory is out. */
static cairo_surface_t *draw_page(const document *d, const analysis *a, const view *v, double y)
{
    cairo_surface_t *page = page_new();
    cairo_t *cr = cairo_create(page);
    cairo_canvas c;
    const overview_row *row = &d->rows[d->row_count - 1];
    double width = sheet_width;
    part_begin(&c, cr, margin, y, width, 20);
    ink color = !row->is_known ? INK_MUTED : row->is_stable ? INK_GOOD : INK_SIGNAL;
    c.base.text(&c.base, (spot){8, 14}, (text_style){color, 13, true, ANCHOR_START}, row->verdict);
    part_end(&c, cr);
    y += 24;
    if (a->has_chart) {
        part_begin(&c, cr, margin, y, width, 410);
        plot_chart(&c.base, &v->chart);
        part_end(&c, cr);
        y += 418;
    }
    if (v->chart.readings && v->sorted_count >= 3) {
        part_begin(&c, cr, margin, y, width / 2 - 4, 260);
        plot_histogram(&c.base, &v->histogram);
        part_end(&c, cr);
        if (v->probability.n) {
            part_begin(&c, cr, margin + width / 2 + 4, y, width / 2 - 4, 260);
            plot_probability(&c.base, &v->probability);
            part_end(&c, cr);
        }
        y += 266;
    }
    part_begin(&c, cr, margin, y, width, 160);
    draw_figures(&c.base, a);
    part_end(&c, cr);
    y += 164;
    if (a->has_chart && y < page_height - margin - 80) {
        double signals_width = v->note_count ? width / 2 - 4 : width, height = page_height - margin - 20 - y;
        part_begin(&c, cr, margin, y, signals_width, height);
        draw_signal_list(&c.base, a, v);
        part_end(&c, cr);
        if (v->note_count) { /* a part begins with paper: an empty one would hide what lies below */
            part_begin(&c, cr, margin + width - signals_width, y, signals_width, height);
            draw_notes(&c.base, v);
            part_end(&c, cr);
        }
    }
    bool is_fine = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    if (!is_fine)
        cairo_surface_destroy(page);
    return is_fine ? page : NULL;
}

static assay_status pdf_add(document *d, const analysis *a, const view *v, assay_err *err)
{
    pdf *own = d->own;
    bool is_first = d->row_count == 1;
    bool is_fine = page_keep(own, draw_page(d, a, v, margin)) &&
                   (!is_first || (own->alone = draw_page(d, a, v, margin + head_height)));
    return is_fine ? ASSAY_OK : no_memory(err);
}

/* -- overview and the file --------------------------------------------------------------- */

static void overview_heads(canvas *c, double y)
{
    text_style head = {INK_MUTED, 11, true, ANCHOR_START},
               right = {INK_MUTED, 11, true, ANCHOR_END};
    c->text(c, (spot){8, y}, head, _("characteristic"));
    c->text(c, (spot){300, y}, head, _("stability"));
    c->text(c, (spot){530, y}, right, "n");
    c->text(c, (spot){660, y}, right, "Ppk");
    c->text(c, (spot){704, y}, right, _("page"));
}

static void overview_line(canvas *c, const overview_row *row, double y, size_t page)
{
    char text[128];
    text_style plain = {INK_TEXT, 12, false, ANCHOR_START},
               right = {INK_TEXT, 12, false, ANCHOR_END};
    fit_text(c, plain, (spot){8, y}, 280, row->path);
    plain.color = !row->is_known ? INK_MUTED : row->is_stable ? INK_GOOD : INK_SIGNAL;
    fit_text(c, plain, (spot){300, y}, 190, row->verdict);
    snprintf(text, sizeof text, "%zu", row->n);
    c->text(c, (spot){530, y}, right, text);
    index_text(&row->ppk, text, sizeof text);
    c->text(c, (spot){660, y}, right, text);
    snprintf(text, sizeof text, "%zu", page);
    c->text(c, (spot){704, y}, right, text);
}

/* Two lines: when, what and how far it is; below, why and what was done. */
static void alarm_lines(canvas *c, const report_alarm *a, double y)
{
    char time[48], said[700];
    text_style plain = {INK_TEXT, 12, false, ANCHOR_START}, soft = {INK_MUTED, 11, false, ANCHOR_START};
    words_second(a->happened, a->offset, time, sizeof time);
    snprintf(said, sizeof said, "%s %s  ·  %s: %.250s  ·  %s: %.250s", _("rule"), a->rule, _("cause"),
             *a->cause ? a->cause : "–", _("action"), *a->action ? a->action : "–");
    c->text(c, (spot){8, y}, plain, time);
    fit_text(c, plain, (spot){205, y}, 375, a->path);
    fit_text(c, (text_style){INK_TEXT, 12, true, ANCHOR_START}, (spot){590, y}, 120, _(a->state));
    fit_text(c, soft, (spot){205, y + 17}, 500, said);
}

static bool is_alone(const document *d)
{
    return d->row_count == 1;
}

static size_t overview_sheets(const document *d)
{
    return d->row_count ? (d->row_count + overview_per_page - 1) / overview_per_page : 1;
}

/* Alarms begin below the last line of the overview. */
static double alarms_below(const document *d)
{
    size_t rows = d->row_count - (overview_sheets(d) - 1) * overview_per_page;
    return overview_top + overview_line_height * (double)rows + 40;
}

/* How many alarms there is room for below the overview. */
static size_t alarms_beside(const document *d)
{
    double room = sheet_height - 50 - alarms_indent - alarms_below(d);
    return is_alone(d) || room < 0 ? 0 : (size_t)(room / alarm_height) + 1;
}

/* With what is said of no alarm, unless the head of the report says it. */
static size_t alarms_told(const document *d)
{
    return d->alarm_count ? d->alarm_count : d->has_alarms && !is_alone(d);
}

static size_t front_sheets(const document *d)
{
    size_t told = alarms_told(d), beside = alarms_beside(d);
    return overview_sheets(d) +
           (told > beside ? (told - beside + alarms_per_page - 1) / alarms_per_page : 0);
}

static void draw_alarms(canvas *c, const document *d, double y, size_t from, size_t room)
{
    if (!room || from >= alarms_told(d))
        return;
    c->text(c, (spot){8, y}, (text_style){INK_TEXT, 18, true, ANCHOR_START}, _("Alarms"));
    y += alarms_indent;
    if (!d->alarm_count)
        c->text(c, (spot){8, y}, (text_style){INK_TEXT, 12, false, ANCHOR_START},
                _("No alarm in this time."));
    for (size_t i = from; i < d->alarm_count && i < from + room; i++, y += alarm_height)
        alarm_lines(c, &d->alarms[i], y);
}

static void draw_head(canvas *c, const document *d)
{
    char span[128];
    fit_text(c, (text_style){INK_TEXT, 22, true, ANCHOR_START}, (spot){8, 24}, c->width - 16,
             d->title);
    document_span(d, span, sizeof span);
    c->text(c, (spot){8, 46}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, span);
    if (is_alone(d) && d->has_alarms && !d->alarm_count)
        c->text(c, (spot){c->width - 8, 46}, (text_style){INK_MUTED, 12, false, ANCHOR_END},
                _("No alarm in this time."));
}

static void draw_overview(canvas *c, const document *d, size_t sheet, size_t before)
{
    size_t from = sheet * overview_per_page;
    overview_heads(c, overview_top - 22);
    for (size_t i = from; i < d->row_count && i < from + overview_per_page; i++)
        overview_line(c, &d->rows[i], overview_top + overview_line_height * (double)(i - from),
                      before + i + 1);
}

static void draw_page_at(cairo_t *cr, cairo_surface_t *page)
{
    cairo_set_source_surface(cr, page, 0, 0);
    cairo_paint(cr);
}

static void draw_front(cairo_t *cr, const document *d, size_t sheet, size_t before)
{
    size_t overviews = overview_sheets(d), beside = alarms_beside(d);
    cairo_canvas c;
    if (sheet == 0 && is_alone(d))
        draw_page_at(cr, ((const pdf *)d->own)->alone);
    part_begin(&c, cr, margin, margin, sheet_width,
               is_alone(d) && sheet == 0 ? head_height : sheet_height);
    if (sheet < overviews)
        draw_head(&c.base, d);
    if (sheet < overviews && !is_alone(d))
        draw_overview(&c.base, d, sheet, before);
    if (sheet + 1 == overviews)
        draw_alarms(&c.base, d, alarms_below(d), 0, beside);
    if (sheet >= overviews)
        draw_alarms(&c.base, d, 24, beside + (sheet - overviews) * alarms_per_page,
                    alarms_per_page);
    part_end(&c, cr);
}

static void draw_foot(cairo_t *cr, const document *d, size_t page, size_t pages)
{
    cairo_canvas c;
    char text[96];
    part_begin(&c, cr, margin, page_height - margin, page_width - 2 * margin, 20);
    c.base.text(&c.base, (spot){8, 12}, (text_style){INK_MUTED, 10, false, ANCHOR_START}, d->title);
    snprintf(text, sizeof text, _("page %zu of %zu"), page, pages);
    c.base.text(&c.base, (spot){c.base.width - 8, 12},
                (text_style){INK_MUTED, 10, false, ANCHOR_END}, text);
    part_end(&c, cr);
}

static cairo_status_t add_bytes(void *out, const unsigned char *bytes, unsigned length)
{
    buf_add(out, bytes, length);
    return ((buf *)out)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static void draw_all(cairo_t *cr, const document *d)
{
    const pdf *own = d->own;
    size_t before = front_sheets(d), pages = before + (is_alone(d) ? 0 : own->count);
    for (size_t i = 0; i < pages; i++) {
        if (i < before)
            draw_front(cr, d, i, before);
        else
            draw_page_at(cr, own->pages[i - before]);
        draw_foot(cr, d, i + 1, pages);
        cairo_show_page(cr);
    }
}

static assay_status pdf_end(document *d, const char *path, assay_err *err)
{
    buf out = BUF_INIT;
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(add_bytes, &out, page_width * 0.75, page_height * 0.75);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, d->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "assay " ASSAY_VERSION);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, 0.75, 0.75);
    draw_all(cr, d);
    bool is_fine = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    is_fine = is_fine && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && !out.failed;
    cairo_surface_destroy(surface);
    assay_status status = is_fine ? report_write(path, out.data, out.length, err) : no_memory(err);
    buf_done(&out);
    return status;
}

static void pdf_done(document *d)
{
    pdf *own = d->own;
    if (!own)
        return;
    for (size_t i = 0; i < own->count; i++)
        cairo_surface_destroy(own->pages[i]);
    cairo_surface_destroy(own->alone);
    free(own->pages);
    free(own);
}

const document_format document_pdf = {pdf_begin, pdf_add, pdf_end, pdf_done};
