/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table held column by column, and its three forms: JSON, CSV and binary columns
 * (docs/format/columns.md). */
#ifndef SERVE_COLUMNS_H
#define SERVE_COLUMNS_H

#include "base/json.h"
#include "base/time.h"

#include <stdbool.h>

typedef enum {
    COLUMN_TIME,    /* ns since 1970; TIME_NONE: none */
    COLUMN_DECIMAL, /* mantissa, exponent and decimals of each row */
    COLUMN_COUNT,
} column_type;

typedef struct {
    const char *name;
    column_type type;
    int64_t *value;
    int8_t *exponent;  /* of decimals; COLUMNS_REAL: value holds the bits of a binary64 */
    uint8_t *decimals; /* of decimals */
} column;

enum { COLUMNS_MAX = 8, COLUMNS_REAL = 127, COLUMNS_NONE = 126 /* no number: null */ };
typedef struct {
    column column[COLUMNS_MAX];
    int columns;
    size_t rows, room;
} grid;

/* False when memory is short; grid_done in any case. */
bool grid_begin(grid *t, size_t room);
bool grid_column(grid *t, const char *name, column_type type);
void grid_done(grid *t);

void grid_set(grid *t, int column, int64_t value); /* of the row t->rows */
void grid_set_decimal(grid *t, int column, int64_t mantissa, int exponent, int decimals);

void grid_json(const grid *t, json *j); /* one member for each column: an array */
void grid_csv(const grid *t, bool with_names, buf *out);
void grid_binary(const grid *t, buf *out);

#endif
