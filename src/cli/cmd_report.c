/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/report.h"

#include <string.h>

typedef struct {
    cli *c;
    report *document;
    const char *path;
    report_format format;
    bool is_unstable;
    assay_status status;
} writing;

static bool is_picture(report_format format)
{
    return format == REPORT_SVG || format == REPORT_PNG;
}

static assay_status write_picture(writing *w, const analysis *a)
{
    enum { WIDTH = 960, HEIGHT = 540 };
    if (w->format == REPORT_PNG)
        return report_chart_png(a, WIDTH, HEIGHT, 2, w->path, &w->c->err);
    buf svg = BUF_INIT;
    report_chart_svg(a, WIDTH, HEIGHT, true, &svg);
    assay_status status = svg.failed
                              ? assay_fail(&w->c->err, ASSAY_MEMORY, 0, "out of memory")
                              : report_write(w->path, svg.data, svg.length, &w->c->err);
    buf_done(&svg);
    return status;
}

static void add(const analysis *a, size_t i, void *context)
{
    writing *w = context;
    (void)i;
    w->is_unstable |= a->chart.signals > 0;
    if (w->status != ASSAY_OK)
        return;
    w->status = is_picture(w->format) ? write_picture(w, a) : report_add(w->document, a, &w->c->err);
}

static assay_status write_all(writing *w, const series_set *set, const analysis_plan *plan)
{
    cli *c = w->c;
    assay_status status = ASSAY_OK;
    if (!is_picture(w->format))
        status = report_begin(w->format, w->path, cli_text(c, OPT_TITLE, c->operand[0]),
                              &w->document, &c->err);
    if (status != ASSAY_OK)
        return status;
    status = analysis_make_all(set, plan->of_series, cli_threads(c), add, w, &c->err);
    if (status == ASSAY_OK)
        status = w->status;
    if (!w->document)
        return status;
    assay_err late = {0};
    assay_status ended = report_end(w->document, status == ASSAY_OK, &late);
    if (status == ASSAY_OK && ended != ASSAY_OK)
        c->err = late;
    return status == ASSAY_OK ? ended : status;
}

static assay_status take_output(cli *c, writing *w)
{
    w->path = c->given[OPT_OUTPUT];
    if (!w->path) {
        cli_usage(c, _("--output is missing: where to write the report?"));
        return assay_hint(&c->err, "assay report %s -o report.html", c->operand[0]);
    }
    if (report_format_of(w->path, &w->format))
        return ASSAY_OK;
    cli_usage(c, _("%s does not end in a known form"), w->path);
    return assay_hint(&c->err, ".html, .pdf, .xlsx, .svg, .png");
}

int cmd_report(cli *c)
{
    series_set *set = NULL;
    analysis_plan plan = {0};
    writing w = {.c = c};
    assay_status status = take_output(c, &w);
    if (status == ASSAY_OK)
        status = plan_check(c);
    if (status == ASSAY_OK)
        status = input_open(c, input_chart_contexts(c), true, &set);
    if (status == ASSAY_OK && (is_picture(w.format) || series_count(set) == 0))
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = plan_make(c, set, true, &plan);
    if (status == ASSAY_OK)
        status = write_all(&w, set, &plan);
    plan_done(&plan);
    series_close(set);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("written: %s"), w.path);
    return EXIT_FINE;
}
