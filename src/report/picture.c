/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single pictures: SVG text, PNG files. */
#include "report/report.h"

#include "base/i18n.h"
#include "report/view.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct {
    double width, height, scale;
} picture_size;

bool report_format_of(const char *path, report_format *out)
{
    static const struct {
        const char *ending;
        report_format format;
    } endings[] = {{".svg", REPORT_SVG},  {".png", REPORT_PNG}, {".html", REPORT_HTML},
                   {".htm", REPORT_HTML}, {".pdf", REPORT_PDF}, {".xlsx", REPORT_XLSX}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i].ending) == 0) {
            *out = endings[i].format;
            return true;
        }
    return false;
}

/* -- what is drawn ------------------------------------------------------------------------- */

typedef void drawing(canvas *c, const void *what);

static void draw_chart(canvas *c, const void *v)
{
    plot_chart(c, &((const view *)v)->chart);
}

static void draw_histogram(canvas *c, const void *v)
{
    plot_histogram(c, &((const view *)v)->histogram);
}

static void draw_pareto(canvas *c, const void *p)
{
    plot_pareto(c, p);
}

/* -- SVG ----------------------------------------------------------------------------------- */

void report_chart_svg(const analysis *a, double width, double height, bool is_standalone, buf *out)
{
    view v;
    svg_canvas c;
    buf summary = BUF_INIT;
    if (view_make(a, &v)) {
        plot_chart_summary(&v.chart, &summary);
        svg_begin(&c, out, width, height, v.chart.title, buf_text(&summary), is_standalone);
        plot_chart(&c.base, &v.chart);
        svg_end(&c);
    } else {
        out->failed = true;
    }
    buf_done(&summary);
    view_done(&v);
}

void report_histogram_svg(const analysis *a, double width, double height, bool is_standalone,
                          buf *out)
{
    view v;
    svg_canvas c;
    if (view_make(a, &v)) {
        svg_begin(&c, out, width, height, v.histogram.title, v.histogram.title, is_standalone);
        plot_histogram(&c.base, &v.histogram);
        svg_end(&c);
    } else {
        out->failed = true;
    }
    view_done(&v);
}

void report_pareto_svg(const char *title, const char *const *labels, const double *counts, size_t n,
                       size_t vital_few, double width, double height, bool is_standalone, buf *out)
{
    svg_canvas c;
    pareto_plot p = {
        .title = title, .labels = labels, .counts = counts, .n = n, .vital_few = vital_few};
    svg_begin(&c, out, width, height, title, title, is_standalone);
    plot_pareto(&c.base, &p);
    svg_end(&c);
}

/* -- PNG ----------------------------------------------------------------------------------- */

static cairo_status_t add_bytes(void *out, const unsigned char *bytes, unsigned length)
{
    buf_add(out, bytes, length);
    return ((buf *)out)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static assay_status write_png(drawing *draw, const void *what, picture_size size, const char *path,
                              assay_err *err)
{
    buf png = BUF_INIT;
    cairo_canvas c;
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)ceil(size.width * size.scale), (int)ceil(size.height * size.scale));
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, size.scale, size.scale);
    cairo_canvas_begin(&c, cr, size.width, size.height);
    draw(&c.base, what);
    cairo_canvas_end(&c);
    assay_status status =
        cairo_surface_write_to_png_stream(surface, add_bytes, &png) == CAIRO_STATUS_SUCCESS
            ? report_write(path, png.data, png.length, err)
            : assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing %s", path);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    buf_done(&png);
    return status;
}

static assay_status write_view(drawing *draw, const analysis *a, picture_size size,
                               const char *path, assay_err *err)
{
    view v;
    assay_status status = view_make(a, &v)
                              ? write_png(draw, &v, size, path, err)
                              : assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing %s", path);
    view_done(&v);
    return status;
}

assay_status report_chart_png(const analysis *a, double width, double height, double scale,
                              const char *path, assay_err *err)
{
    return write_view(draw_chart, a, (picture_size){width, height, scale}, path, err);
}

assay_status report_histogram_png(const analysis *a, double width, double height, double scale,
                                  const char *path, assay_err *err)
{
    return write_view(draw_histogram, a, (picture_size){width, height, scale}, path, err);
}

assay_status report_pareto_png(const char *title, const char *const *labels, const double *counts,
                               size_t n, size_t vital_few, double width, double height,
                               double scale, const char *path, assay_err *err)
{
    pareto_plot p = {
        .title = title, .labels = labels, .counts = counts, .n = n, .vital_few = vital_few};
    return write_png(draw_pareto, &p, (picture_size){width, height, scale}, path, err);
}
