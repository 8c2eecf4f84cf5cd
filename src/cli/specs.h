/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of specifications: characteristic,nominal,lsl,usl and, where wanted, unit and natural
 * (lower or upper: that side is bounded by nature). Columns in any order, empty cells are no limit;
 * comma, semicolon or tab. */
#ifndef CLI_SPECS_H
#define CLI_SPECS_H

#include "base/arena.h"
#include "model/characteristic.h"

#include <assay/err.h>

typedef struct {
    const char *name, *unit, *natural; /* unit, natural: NULL or "" when not given */
    quantity nominal, lower, upper;
} spec_row;

typedef struct {
    spec_row *row;
    size_t n;
} spec_table;

/* Errors: ASSAY_IO, ASSAY_FORMAT (err->line), ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status specs_read(const char *path, arena *a, spec_table *out, assay_err *err);
/* By path, or by its last part; NULL: not there. */
const spec_row *specs_find(const spec_table *t, const char *path);
/* Put what the row says into a characteristic. */
void specs_apply(const spec_row *row, characteristic *c);

#endif
