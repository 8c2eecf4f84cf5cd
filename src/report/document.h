/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a document format brings: the report in report.c drives it. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include "report/report.h"
#include "report/view.h"

/* A row of the overview, kept until the document is finished. */
typedef struct {
    const char *path, *unit, *verdict;
    bool is_stable, is_known;
    size_t n, signals;
    int64_t first, last;
    int32_t offset;
    assay_index ppk, cpk;
    const char *sparkline; /* HTML only */
} overview_row;

typedef struct document document;
typedef struct {
    assay_status (*begin)(document *d, const char *path, assay_err *err);
    assay_status (*add)(document *d, const analysis *a, const view *v, assay_err *err);
    assay_status (*end)(document *d, const char *path, assay_err *err);
    void (*done)(document *d); /* frees d->own; accepts NULL there */
} document_format;

struct document {
    const document_format *format;
    const char *title;
    arena memory;
    overview_row *rows;
    size_t row_count, row_room;
    report_alarm *alarms; /* the arena's */
    size_t alarm_count;
    bool has_alarms; /* they were asked for: none is said, too */
    void *own;
};

extern const document_format document_html, document_pdf, document_xlsx;

/* First to last time of all data, "" when untimed; room >= 96. */
void document_span(const document *d, char *out, size_t room);
/* "1.33 (1.10 … 1.56)" or "–". */
void index_text(const assay_index *index, char *out, size_t room);

#endif
