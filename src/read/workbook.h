/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements in a sheet of an Excel workbook (.xlsx, .xlsm). */
#ifndef READ_WORKBOOK_H
#define READ_WORKBOOK_H

#include "base/buf.h"
#include "read/source.h"

typedef struct {
    buf names;            /* of all its sheets, each ended by a NUL */
    size_t count, chosen; /* from 0 */
    bool is_asked;        /* the dialect chose */
    buf dialect;          /* the one given, with what is known of the text */
} workbook_sheet;

/* By the first bytes of a file. */
bool looks_like_workbook(const char *head, size_t length);

/* `in`, whose head was looked at, becomes the text of one of its sheets: the one that the dialect
 * names
 * ("sheet=Line 3", "sheet=2"), else the first with a few numbers (a cover has none), else the first
 * with cells. `out` is zeroed; workbook_sheet_done frees it. Errors: those of xlsx.h, ASSAY_USAGE,
 * ASSAY_IO. */
ASSAY_MUST_USE assay_status source_from_workbook(source *in, const char *dialect,
                                                 workbook_sheet *out, assay_err *err);
/* For people: the names of the sheets and the first bytes of that text. `out` has the names also
 * where the sheet that was asked for is not there or cannot be read. ASSAY_NOT_FOUND: no workbook.
 */
ASSAY_MUST_USE assay_status workbook_look(const char *path, const char *dialect,
                                          workbook_sheet *out, buf *head, assay_err *err);
/* Only the names of its sheets. ASSAY_NOT_FOUND: no workbook. */
ASSAY_MUST_USE assay_status workbook_names(const char *path, workbook_sheet *out, assay_err *err);
void workbook_sheet_done(workbook_sheet *s);

#endif
