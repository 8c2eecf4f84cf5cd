/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chart, capability and description: the answers and pictures of the command line. */
#include "base/i18n.h"
#include "report/answer.h"
#include "report/describe.h"
#include "report/report.h"
#include "serve/figures.h"
#include "serve/page.h"
#include "serve/reply.h"
#include "serve/staged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MOST = 8192, PICTURE_POINTS_MOST = 5000, PICTURE_WIDTH = 1000, PICTURE_HEIGHT = 560 };

/* -- pictures ---------------------------------------------------------------------------------- */

static const struct {
    const char *name, *type;
    report_format format;
} pictures[] = {{"svg", "image/svg+xml", REPORT_SVG},
                {"png", "image/png", REPORT_PNG},
                {"pdf", "application/pdf", REPORT_PDF}};
enum { PICTURES = sizeof pictures / sizeof *pictures, NO_PICTURE = PICTURES };

/* False after refusing. */
static bool take_picture(request *r, size_t *which)
{
    const char *text = request_query(r, "picture");
    for (*which = 0; text && *which < PICTURES; ++*which)
        if (strcmp(pictures[*which].name, text) == 0)
            return true;
    *which = NO_PICTURE;
    if (text)
        reply_bad_query(r, "picture", text, "svg, png or pdf");
    return !text;
}

/* A page for the chart, its figures and what was said of its points. */
static assay_status write_pdf(const analysis *a, const char *path, assay_err *err)
{
    report *document = NULL;
    point_notes notes = {0};
    analysis shown = *a;
    assay_status status = report_begin(REPORT_PDF, path, words_path(a), &document, err);
    if (status != ASSAY_OK)
        return status;
    status = notes_read(series_store(a->set), &a->series->id, STORE_NOW, &notes, err);
    shown.notes = &notes;
    if (status == ASSAY_OK)
        status = report_add(document, &shown, err);
    assay_status ended = report_end(document, status == ASSAY_OK, err);
    notes_done(&notes);
    return status == ASSAY_OK ? ended : status;
}

static assay_status read_back(const char *path, buf *out, assay_err *err)
{
    char bytes[1 << 14];
    size_t n;
    FILE *f = fopen(path, "re");
    while (f && (n = fread(bytes, 1, sizeof bytes, f)) > 0)
        buf_add(out, bytes, n);
    bool is_fine = f && !ferror(f) && !out->failed;
    if (f)
        fclose(f);
    return is_fine ? ASSAY_OK : assay_fail(err, ASSAY_IO, 0, "the picture cannot be read back");
}

/* PNG and PDF are written as files first. */
static assay_status draw_file(request *r, const analysis *a, report_format format, buf *out,
                              assay_err *err)
{
    char path[4200];
    staging_room(r->server->staging, path, sizeof path);
    assay_status status = format == REPORT_PDF
                              ? write_pdf(a, path, err)
                              : report_chart_png(a, PICTURE_WIDTH, PICTURE_HEIGHT, 2, path, err);
    if (status == ASSAY_OK)
        status = read_back(path, out, err);
    unlink(path);
    return status;
}

static assay_status draw(request *r, const analysis *a, size_t which, buf *out, assay_err *err)
{
    if (a->input.subgroups > PICTURE_POINTS_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, "a picture shows at most %d points, these are %zu",
                          PICTURE_POINTS_MOST, a->input.subgroups);
    if (pictures[which].format != REPORT_SVG)
        return draw_file(r, a, pictures[which].format, out, err);
    report_chart_svg(a, PICTURE_WIDTH, PICTURE_HEIGHT, true, out);
    return ASSAY_OK;
}

static void answer_picture(request *r, const analysis *a, size_t which)
{
    assay_err err;
    buf out = BUF_INIT;
    i18n_borrow(page_language_name(r));
    assay_status status = draw(r, a, which, &out, &err);
    i18n_return();
    if (status == ASSAY_OK)
        reply_bytes(r, 200, pictures[which].type, &out);
    else
        reply_error(r, &err);
    buf_done(&out);
}

/* -- chart ------------------------------------------------------------------------------------- */

/* window=A:B, subgroups from 1, both included. */
static bool take_window(request *r, answer_window *w)
{
    uint64_t columns = 0;
    const char *text = request_query(r, "window");
    char rest;
    *w = (answer_window){0};
    if (!request_count(r, "columns", 1, COLUMNS_MOST, &columns))
        return false;
    w->columns = columns;
    if (!text || (sscanf(text, "%zu:%zu%c", &w->from, &w->to, &rest) == 2 && w->from > 0 &&
                  w->to >= w->from)) {
        w->from -= w->from > 0;
        return true;
    }
    reply_bad_query(r, "window", text, "A:B, subgroups from 1");
    return false;
}

static void answer_numbers(request *r, const analysis *a, answer_sums *sums)
{
    run_lengths arl = analysis_run_lengths(a);
    json *j = reply_json(r, 200);
    if (sums)
        answer_chart_window(j, a, &arl, sums);
    else
        answer_chart(j, a, &arl);
    reply_end(r, j);
}

void api_chart(request *r)
{
    figures f = {0};
    answer_window window;
    answer_sums *sums = NULL;
    size_t picture;
    if (!take_picture(r, &picture) || !take_window(r, &window))
        return;
    bool has_sums = picture == NO_PICTURE && window.columns;
    if (has_sums && !(sums = answer_sums_new(&window))) {
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    if (figures_open(r, picture == NO_PICTURE ? 0 : FIGURES_CAPABILITY | FIGURES_SERIALS, sums, &f)) {
        if (picture == NO_PICTURE)
            answer_numbers(r, &f.analysis, sums);
        else
            answer_picture(r, &f.analysis, picture);
    }
    figures_close(&f);
    answer_sums_free(sums);
}

void api_capability(request *r)
{
    figures f;
    if (figures_open(r, FIGURES_CAPABILITY, NULL, &f)) {
        json *j = reply_json(r, 200);
        answer_capability(j, &f.analysis);
        reply_end(r, j);
    }
    figures_close(&f);
}

void api_describe(request *r)
{
    assay_err err;
    figures f;
    description *d = calloc(1, sizeof *d);
    const assay_describe_options options = assay_describe_defaults();
    if (!d)
        reply_problem(r, 503, NULL, "out of memory", NULL);
    if (!d || !figures_read(r, 0, &f)) {
        free(d);
        return;
    }
    if (description_make(series_at(f.set, 0), &options, true, true, d, &err) == ASSAY_OK) {
        json *j = reply_json(r, 200);
        answer_description(j, d);
        reply_end(r, j);
    } else
        reply_error(r, &err);
    description_done(d);
    free(d);
    figures_close(&f);
}
