/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workbook: an overview, the figures and the chart points, as numbers a person can go on with. */
#include "report/document.h"

#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { rows_per_sheet = 1048576 };

typedef struct {
    lxw_workbook *book;
    lxw_worksheet *overview, *figures, *points;
    lxw_format *head;
    lxw_row_t figure_row, point_row;
    unsigned point_sheets;
    char *temporary;
} xlsx;

static void heads(xlsx *own, lxw_worksheet *sheet, const char *const *names, lxw_col_t n)
{
    for (lxw_col_t i = 0; i < n; i++)
        worksheet_write_string(sheet, 0, i, names[i], own->head);
    worksheet_freeze_panes(sheet, 1, 1);
    worksheet_set_column(sheet, 0, 0, 36, NULL);
    worksheet_set_column(sheet, 1, (lxw_col_t)(n - 1), 14, NULL);
}

static bool points_sheet(xlsx *own)
{
    const char *names[] = {
        _("characteristic"), "#",        _("time"), _("value"), "LCL", "CL", "UCL", "n",
        _("rule"),           _("spread")};
    char name[32];
    snprintf(name, sizeof name, own->point_sheets ? "%s %u" : "%s", _("points"),
             own->point_sheets + 1);
    own->points = workbook_add_worksheet(own->book, name);
    if (!own->points)
        return false;
    own->point_sheets++;
    own->point_row = 1;
    heads(own, own->points, names, 10);
    return true;
}

static assay_status xlsx_failed(const char *path, assay_err *err)
{
    return assay_fail(err, errno == ENOSPC ? ASSAY_FULL : ASSAY_IO, 0,
                      "cannot write the workbook %s: %s", path,
                      errno ? strerror(errno) : "the workbook library refused");
}

static assay_status xlsx_begin(document *d, const char *path, assay_err *err)
{
    xlsx *own = calloc(1, sizeof *own);
    buf name = BUF_INIT;
    buf_addf(&name, "%s.XXXXXX", strcmp(path, "-") == 0 ? "/tmp/assay-report" : path);
    if (!own || name.failed) {
        free(own);
        buf_done(&name);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    d->own = own;
    own->temporary = name.data;
    int fd = mkostemp(own->temporary, O_CLOEXEC);
    if (fd < 0)
        return xlsx_failed(path, err);
    close(fd);
    own->book = workbook_new(own->temporary);
    if (!own->book)
        return xlsx_failed(path, err);
    own->head = workbook_add_format(own->book);
    format_set_bold(own->head);
    own->overview = workbook_add_worksheet(own->book, _("overview"));
    own->figures = workbook_add_worksheet(own->book, _("figures"));
    own->figure_row = 1;
    const char *figure_heads[] = {_("characteristic"), _("figure"), _("value"), _("low"),
                                  _("high"),           _("reason")};
    heads(own, own->figures, figure_heads, 6);
    return points_sheet(own) ? ASSAY_OK : xlsx_failed(path, err);
}

static void number(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, double x)
{
    if (isfinite(x))
        worksheet_write_number(sheet, row, col, x, NULL);
}

static void add_figures(xlsx *own, const analysis *a)
{
    figure_row rows[figure_rows_max];
    size_t n = view_figures(a, rows);
    for (size_t i = 0; i < n; i++, own->figure_row++) {
        worksheet_write_string(own->figures, own->figure_row, 0, words_path(a), NULL);
        worksheet_write_string(own->figures, own->figure_row, 1, rows[i].name, NULL);
        number(own->figures, own->figure_row, 2, rows[i].value);
        number(own->figures, own->figure_row, 3, rows[i].low);
        number(own->figures, own->figure_row, 4, rows[i].high);
        if (isnan(rows[i].value) && rows[i].why)
            worksheet_write_string(own->figures, own->figure_row, 5, words_why(rows[i].why), NULL);
    }
}

static void add_point(xlsx *own, const analysis *a, const view *v, size_t i)
{
    const assay_chart_point *p = &a->chart.location[i];
    lxw_row_t row = own->point_row++;
    char text[64];
    worksheet_write_string(own->points, row, 0, words_path(a), NULL);
    number(own->points, row, 1, (double)(i + 1));
    if (v->chart.time && v->chart.time[i] != TIME_NONE) {
        time_format(v->chart.time[i], plot_offset(&v->chart, i), text, sizeof text);
        worksheet_write_string(own->points, row, 2, text, NULL);
    }
    number(own->points, row, 3, p->value);
    number(own->points, row, 4, p->lcl);
    number(own->points, row, 5, p->center);
    number(own->points, row, 6, p->ucl);
    number(own->points, row, 7, p->n);
    words_rule_names(&a->rules, p->rules, text, sizeof text);
    if (*text)
        worksheet_write_string(own->points, row, 8, text, NULL);
    if (a->chart.has_spread)
        number(own->points, row, 9, a->chart.spread[i].value);
}

static assay_status xlsx_add(document *d, const analysis *a, const view *v, assay_err *err)
{
    xlsx *own = d->own;
    add_figures(own, a);
    if (!a->has_chart || !a->chart.location)
        return ASSAY_OK;
    for (size_t i = 0; i < a->input.subgroups; i++) {
        if (own->point_row == rows_per_sheet && !points_sheet(own))
            return xlsx_failed(own->temporary, err);
        add_point(own, a, v, i);
    }
    return ASSAY_OK;
}

static void add_overview(xlsx *own, const document *d)
{
    const char *names[] = {
        _("characteristic"), _("unit"), _("stability"), _("Signals"), "n", "Ppk", _("low"),
        _("high"),           "Cpk"};
    heads(own, own->overview, names, 9);
    for (size_t i = 0; i < d->row_count; i++) {
        const overview_row *r = &d->rows[i];
        lxw_row_t row = (lxw_row_t)(i + 1);
        worksheet_write_string(own->overview, row, 0, r->path, NULL);
        worksheet_write_string(own->overview, row, 1, r->unit, NULL);
        worksheet_write_string(own->overview, row, 2, r->verdict, NULL);
        number(own->overview, row, 3, (double)r->signals);
        number(own->overview, row, 4, (double)r->n);
        number(own->overview, row, 5, r->ppk.value);
        number(own->overview, row, 6, r->ppk.low);
        number(own->overview, row, 7, r->ppk.high);
        number(own->overview, row, 8, r->cpk.value);
    }
    worksheet_set_column(own->overview, 2, 2, 32, NULL);
}

static void add_alarms(xlsx *own, const document *d)
{
    const char *names[] = {_("characteristic"), _("time"), _("rule"), _("state"), _("cause"), _("action")};
    lxw_worksheet *sheet = d->has_alarms ? workbook_add_worksheet(own->book, _("alarms")) : NULL;
    if (!sheet)
        return;
    heads(own, sheet, names, 6);
    for (size_t i = 0; i < d->alarm_count; i++) {
        const report_alarm *a = &d->alarms[i];
        lxw_row_t row = (lxw_row_t)(i + 1);
        char time[64];
        time_format(a->happened, a->offset, time, sizeof time);
        const char *texts[] = {a->path, time, a->rule, _(a->state), a->cause, a->action};
        for (lxw_col_t k = 0; k < 6; k++)
            worksheet_write_string(sheet, row, k, texts[k], NULL);
    }
}

static assay_status xlsx_end(document *d, const char *path, assay_err *err)
{
    xlsx *own = d->own;
    add_overview(own, d);
    add_alarms(own, d);
    errno = 0;
    lxw_error failed = workbook_close(own->book);
    own->book = NULL;
    if (failed)
        return xlsx_failed(path, err);
    int fd = open(own->temporary, O_RDONLY | O_CLOEXEC);
    bool is_safe = fd >= 0 && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (!is_safe || rename(own->temporary, path) != 0)
        return xlsx_failed(path, err);
    free(own->temporary);
    own->temporary = NULL;
    return ASSAY_OK;
}

static void xlsx_done(document *d)
{
    xlsx *own = d->own;
    if (!own)
        return;
    if (own->book)
        (void)workbook_close(own->book);
    if (own->temporary)
        unlink(own->temporary);
    free(own->temporary);
    free(own);
}

const document_format document_xlsx = {xlsx_begin, xlsx_add, xlsx_end, xlsx_done};
