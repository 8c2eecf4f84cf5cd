/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of texts: the first sheet of an XLSX file, or delimited text. For lists that people keep
 * (control plans), not for measurements: all of it is in memory, and everything is bounded. */
#ifndef READ_SHEET_H
#define READ_SHEET_H

#include "base/arena.h"

#include <assay/err.h>

enum { SHEET_ROWS = 10000, SHEET_COLUMNS = 100, SHEET_BYTES = 16 << 20 };

typedef struct {
    arena memory;
    const char ***row; /* [rows] NULL: an empty row; else [SHEET_COLUMNS], NULL: an empty cell */
    size_t rows, columns;
} sheet;

/* What the bytes of a file say; `name` is how messages call it. sheet_done frees it and accepts one
 * that is zeroed. Errors: ASSAY_FORMAT, ASSAY_LIMIT, ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status sheet_read(const char *bytes, size_t length, const char *name,
                                       sheet *out, assay_err *err);
void sheet_done(sheet *s);
/* "" for an empty cell and beyond the edges. */
const char *sheet_cell(const sheet *s, size_t row, size_t column);

#endif
