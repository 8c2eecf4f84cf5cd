/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small table of texts with names in its first line: comma, semicolon or tab; quotes around a cell.
 * For lists a person writes; measurements come through the readers. At most 64 MiB and 64 columns. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/arena.h"

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS_MAX = 64 };

typedef struct {
    char *head[TABLE_COLUMNS_MAX];
    size_t columns;
    char delimiter;
    char *rest;  /* unread lines */
    size_t line; /* number of the row given out last */
} text_table;

/* `path` may be "-". All text lives in the arena, as UTF-8. Errors: ASSAY_IO, ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status table_open(const char *path, arena *a, text_table *out, assay_err *err);
/* The cells of the next line that is not empty; false at the end. */
bool table_row_next(text_table *t, char **cell, size_t *n);

#endif
