/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/report.h"

#include <string.h>

/* Pictures: large enough to read on a page, twice as many dots where they are dots. */
enum { WIDTH = 960, HEIGHT = 540, SCALE = 2 };

typedef struct {
    cli *c;
    output_picture picture;
    report *document;
    const char *path;
    report_format format;
    double bound;
    int code;
    assay_status status;
} writing;

static bool is_picture(report_format format)
{
    return format == REPORT_SVG || format == REPORT_PNG;
}

static assay_status write_png(const writing *w, const analysis *a)
{
    return w->picture == OUTPUT_HISTOGRAM
               ? report_histogram_png(a, WIDTH, HEIGHT, SCALE, w->path, &w->c->err)
               : report_chart_png(a, WIDTH, HEIGHT, SCALE, w->path, &w->c->err);
}

static assay_status write_text(cli *c, const char *path, buf *text)
{
    assay_status status = text->failed ? assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory")
                                       : report_write(path, text->data, text->length, &c->err);
    buf_done(text);
    return status;
}

static assay_status write_picture(writing *w, const analysis *a)
{
    buf svg = BUF_INIT;
    if (w->format == REPORT_PNG)
        return write_png(w, a);
    if (w->picture == OUTPUT_HISTOGRAM)
        report_histogram_svg(a, WIDTH, HEIGHT, true, &svg);
    else
        report_chart_svg(a, WIDTH, HEIGHT, true, &svg);
    return write_text(w->c, w->path, &svg);
}

static void note_verdict(writing *w, const analysis *a)
{
    analysis_verdict verdict = analysis_judge(a, w->bound);
    if (verdict == VERDICT_UNSTABLE)
        w->code = EXIT_UNSTABLE;
    else if (verdict == VERDICT_NOT_CAPABLE && w->picture == OUTPUT_HISTOGRAM && !w->code)
        w->code = EXIT_NOT_CAPABLE;
}

static assay_status write_section(writing *w, const analysis *a)
{
    store *s = series_store(a->set);
    point_notes notes = {0};
    analysis shown = *a;
    assay_status status = s ? notes_read(s, &a->series->id, STORE_NOW, &notes, &w->c->err) : ASSAY_OK;
    shown.notes = &notes;
    if (status == ASSAY_OK)
        status = report_add(w->document, &shown, &w->c->err);
    notes_done(&notes);
    return status;
}

static void add(const analysis *a, size_t i, void *context)
{
    writing *w = context;
    (void)i;
    note_verdict(w, a);
    if (w->status != ASSAY_OK)
        return;
    w->status = is_picture(w->format) ? write_picture(w, a) : write_section(w, a);
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

static assay_status take_output(cli *c, const char **path, report_format *format)
{
    *path = c->given[OPT_OUTPUT];
    if (!*path) {
        cli_usage(c, _("--output is missing: where to write the report?"));
        return assay_hint(&c->err, "assay report %s -o report.html", c->operand[0]);
    }
    if (report_format_of(*path, format))
        return ASSAY_OK;
    cli_usage(c, _("%s does not end in a known form"), *path);
    return assay_hint(&c->err, ".html, .pdf, .xlsx, .svg, .png");
}

static assay_status take_all(writing *w)
{
    cli *c = w->c;
    assay_status status = take_output(c, &w->path, &w->format);
    if (status == ASSAY_OK && (cli_has(c, OPT_JSON) || cli_has(c, OPT_CSV)))
        return cli_usage(c, _("--output writes a picture or a report, --json and --csv do not"));
    if (status == ASSAY_OK)
        status = cli_real(c, OPT_AT_LEAST, &w->bound);
    return status == ASSAY_OK ? plan_check(c) : status;
}

int output_write(cli *c, output_picture picture)
{
    series_set *set = NULL;
    analysis_plan plan = {0};
    writing w = {.c = c, .picture = picture, .bound = 1.33};
    assay_status status = take_all(&w);
    uint32_t named = source_is_database(c->operand[0]) ? 1u << CONTEXT_SERIAL : 0; /* by notes */
    if (status == ASSAY_OK)
        status = input_open(c, input_chart_contexts(c) | named, true, &set);
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
    return w.code;
}

int output_pareto(cli *c, const char *const *labels, const double *counts, size_t n,
                  size_t vital_few)
{
    const char *path, *title = cli_text(c, OPT_TITLE, c->given[OPT_CATEGORY]);
    report_format format;
    buf svg = BUF_INIT;
    assay_status status = take_output(c, &path, &format);
    if (status == ASSAY_OK && !is_picture(format)) {
        status = cli_usage(c, _("a Pareto chart is a picture: %s is not"), path);
        assay_hint(&c->err, ".svg, .png");
    } else if (status == ASSAY_OK && format == REPORT_PNG) {
        status = report_pareto_png(title, labels, counts, n, vital_few, WIDTH, HEIGHT, SCALE, path,
                                   &c->err);
    } else if (status == ASSAY_OK) {
        report_pareto_svg(title, labels, counts, n, vital_few, WIDTH, HEIGHT, true, &svg);
        status = write_text(c, path, &svg);
    }
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("written: %s"), path);
    return EXIT_FINE;
}

int cmd_report(cli *c)
{
    int code = output_write(c, OUTPUT_CHART);
    return code == EXIT_UNSTABLE ? EXIT_FINE : code; /* a report is there to tell it */
}
