/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control plan as people keep it: a table with one characteristic a row. Its columns are found by
 * their usual names in English, Korean, Chinese or German; what a row says wrongly is told for each
 * cell and costs that row alone. */
#ifndef READ_CONTROL_PLAN_H
#define READ_CONTROL_PLAN_H

#include "model/characteristic.h"
#include "read/sheet.h"

#define PLAN_COLUMN_LIST(X)                                                                        \
    X(PATH, "path") X(PART, "part") X(PART_NAME, "part name") X(OPERATION, "operation")            \
    X(NUMBER, "number") X(NAME, "characteristic") X(UNIT, "unit") X(NOMINAL, "nominal")            \
    X(LOWER, "lower") X(UPPER, "upper") X(TOLERANCE, "tolerance") X(SIZE, "sample size")           \
    X(EVERY, "frequency") X(GAUGE, "gauge") X(METHOD, "method") X(REACTION, "reaction plan")
typedef enum {
#define X(code, name) PLAN_##code,
    PLAN_COLUMN_LIST(X)
#undef X
    PLAN_COLUMN_COUNT
} plan_column;
const char *plan_column_name(plan_column c);

enum { PLAN_FAULTS = 4, PLAN_HEADER_ROWS = 30 };
typedef struct {
    plan_column column;
    const char *found, *expected;
} plan_fault;

typedef struct {
    size_t row; /* in the table, from 1 */
    characteristic definition; /* path "": it says none */
    uint32_t every_s;          /* 0: not said */
    const char *gauge, *method, *reaction; /* "": not said */
    plan_fault fault[PLAN_FAULTS];
    size_t faults; /* 0: it is fine */
} plan_row;

typedef struct {
    arena memory;
    sheet table;
    size_t header; /* row of the names, from 1 */
    int at[PLAN_COLUMN_COUNT]; /* column from 0; -1: none */
    plan_row *row;
    size_t rows;
} control_plan;

/* Of a file's bytes. Errors: those of sheet_read; ASSAY_MISSING: no row has the names of columns that
 * are needed (a characteristic or a path). */
ASSAY_MUST_USE assay_status control_plan_read(const char *bytes, size_t length, const char *name,
                                              control_plan *out, assay_err *err);
void control_plan_done(control_plan *p); /* accepts a zeroed one */

/* "30 min", "1/h", "5 per shift", "every 2 hours", "매 30분", "2회/일" -> seconds; a shift has eight
 * hours. 0: it is none of these. */
uint32_t plan_every(const char *text);

#endif
