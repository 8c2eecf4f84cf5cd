/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of an XLSX workbook (ECMA-376-1), sheet by sheet, in the order of the file. */
#ifndef READ_XLSX_H
#define READ_XLSX_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XLSX_ROWS = 1048576, XLSX_COLUMNS = 16384, XLSX_SHEETS = 256 };

typedef struct {
    size_t row, column; /* from 0 */
    const char *text;   /* not empty. Dates and times of day in ISO 8601 form; a number has at least
                           the   decimals its cell shows, at most the 15 digits that people typed */
    bool is_number;     /* and no date */
    bool is_error;      /* the text is "#N/A", "#DIV/0!" .. */
} xlsx_cell;

typedef struct {
    assay_status (*put)(void *context, const xlsx_cell *cell, assay_err *err);
    void *context;
} xlsx_taker;

typedef struct xlsx xlsx;

/* Of the bytes (which outlive it), or of the file where bytes is NULL (closed in any case). `name`
 * is how messages call the workbook and outlives it. No part may unpack to more than part_bytes.
 * Errors: ASSAY_FORMAT, ASSAY_LIMIT, ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status xlsx_open(const void *bytes, size_t length, int file, const char *name,
                                      uint64_t part_bytes, xlsx **out, assay_err *err);
void xlsx_close(xlsx *x); /* accepts NULL */

size_t xlsx_sheets(const xlsx *x); /* hidden ones are not counted, unless all are */
const char *xlsx_sheet_name(const xlsx *x, size_t sheet);

ASSAY_MUST_USE assay_status xlsx_read(xlsx *x, size_t sheet, const xlsx_taker *to, assay_err *err);
/* The first sheet with cells from *sheet on, which becomes it. ASSAY_FORMAT where none has any. */
ASSAY_MUST_USE assay_status xlsx_read_first(xlsx *x, const xlsx_taker *to, size_t *sheet,
                                            assay_err *err);

#endif
