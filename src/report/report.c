/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document: an overview of all analyses, then each with its pictures and figures. */
#include "report/report.h"

#include "base/i18n.h"
#include "report/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report {
    document d;
    char *path;
};

void index_text(const assay_index *index, char *out, size_t room)
{
    if (isnan(index->value))
        snprintf(out, room, "–");
    else if (isnan(index->low))
        snprintf(out, room, "%.2f", index->value);
    else
        snprintf(out, room, "%.2f (%.2f … %.2f)", index->value, index->low, index->high);
}

static void span_text(int64_t first, int64_t last, int32_t offset, char *out, size_t room)
{
    char from[48], to[48];
    out[0] = 0;
    if (first == TIME_NONE || last == TIME_NONE)
        return;
    words_second(first, offset, from, sizeof from);
    words_second(last, offset, to, sizeof to);
    snprintf(out, room, "%s … %s", from, to);
}

void document_span(const document *d, char *out, size_t room)
{
    int64_t first = TIME_NONE, last = TIME_NONE;
    for (size_t i = 0; i < d->row_count; i++) {
        if (d->rows[i].first == TIME_NONE)
            continue;
        if (first == TIME_NONE || d->rows[i].first < first)
            first = d->rows[i].first;
        if (last == TIME_NONE || d->rows[i].last > last)
            last = d->rows[i].last;
    }
    span_text(first, last, d->row_count ? d->rows[0].offset : 0, out, room);
}

static void report_free(report *r)
{
    r->d.format->done(&r->d);
    free(r->d.rows);
    arena_done(&r->d.memory);
    free(r);
}

assay_status report_begin(report_format format, const char *path, const char *title, report **out,
                          assay_err *err)
{
    const document_format *formats[] = {[REPORT_HTML] = &document_html,
                                        [REPORT_PDF] = &document_pdf,
                                        [REPORT_XLSX] = &document_xlsx};
    if (format != REPORT_HTML && format != REPORT_PDF && format != REPORT_XLSX)
        return assay_fail(err, ASSAY_USAGE, 0, "a report is .html, .pdf or .xlsx, not %s", path);
    report *r = calloc(1, sizeof *r);
    if (!r)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    arena_init(&r->d.memory);
    r->d.format = formats[format];
    r->path = arena_text(&r->d.memory, path, strlen(path));
    r->d.title = arena_text(&r->d.memory, title, strlen(title));
    if (!r->path || !r->d.title) {
        report_free(r);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    assay_status status = r->d.format->begin(&r->d, path, err);
    if (status)
        report_free(r);
    else
        *out = r;
    return status;
}

static const char *keep(document *d, const char *text)
{
    return arena_text(&d->memory, text, strlen(text));
}

static overview_row *add_row(document *d)
{
    if (d->row_count == d->row_room) {
        size_t room = d->row_room ? d->row_room * 2 : 64;
        overview_row *rows = realloc(d->rows, room * sizeof *rows);
        if (!rows)
            return NULL;
        d->rows = rows;
        d->row_room = room;
    }
    d->rows[d->row_count] = (overview_row){0};
    return &d->rows[d->row_count++];
}

static const char *sparkline_of(document *d, const analysis *a, const view *v)
{
    if (d->format != &document_html || !a->has_chart)
        return "";
    buf svg = BUF_INIT;
    svg_canvas c;
    svg_begin(&c, &svg, 140, 30, "", "", false);
    plot_sparkline(&c.base, &v->chart);
    svg_end(&c);
    const char *kept = svg.failed ? NULL : keep(d, buf_text(&svg));
    buf_done(&svg);
    return kept;
}

static bool fill_row(document *d, overview_row *row, const analysis *a, const view *v)
{
    buf verdict = BUF_INIT;
    words_verdict(a, &verdict);
    *row = (overview_row){.path = keep(d, words_path(a)),
                          .unit = keep(d, v->chart.unit),
                          .verdict = keep(d, buf_text(&verdict)),
                          .n = a->series->n,
                          .is_known = analysis_is_judged(a),
                          .is_stable = analysis_is_judged(a) && a->chart.is_stable,
                          .signals = a->has_chart ? a->chart.signals : 0,
                          .first = a->series->first_time,
                          .last = a->series->last_time,
                          .offset = a->series->offset,
                          .ppk = {NAN, NAN, NAN, NULL},
                          .cpk = {NAN, NAN, NAN, NULL},
                          .sparkline = sparkline_of(d, a, v)};
    if (a->has_capability) {
        row->ppk = a->capability.ppk;
        row->cpk = a->capability.cpk;
    }
    buf_done(&verdict);
    return row->path && row->unit && row->verdict && row->sparkline;
}

assay_status report_add(report *r, const analysis *a, assay_err *err)
{
    view v;
    overview_row *row = add_row(&r->d);
    assay_status status;
    if (!view_make(a, &v) || !row || !fill_row(&r->d, row, a, &v))
        status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    else
        status = r->d.format->add(&r->d, a, &v, err);
    view_done(&v);
    return status;
}

assay_status report_alarms(report *r, const report_alarm *list, size_t n, assay_err *err)
{
    document *d = &r->d;
    bool is_fine = true;
    d->has_alarms = true;
    d->alarms = arena_array(&d->memory, report_alarm, n + 1);
    for (size_t i = 0; d->alarms && is_fine && i < n; i++) {
        const report_alarm *a = &list[i];
        d->alarms[i] = (report_alarm){.path = keep(d, a->path), .state = keep(d, a->state),
                                      .rule = keep(d, a->rule), .cause = keep(d, a->cause),
                                      .action = keep(d, a->action), .happened = a->happened,
                                      .offset = a->offset};
        const report_alarm *kept = &d->alarms[i];
        is_fine = kept->path && kept->state && kept->rule && kept->cause && kept->action;
    }
    d->alarm_count = is_fine ? n : 0;
    return d->alarms && is_fine ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

assay_status report_end(report *r, bool is_kept, assay_err *err)
{
    assay_status status = is_kept ? r->d.format->end(&r->d, r->path, err) : ASSAY_OK;
    report_free(r);
    return status;
}
