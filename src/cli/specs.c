/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/specs.h"

#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_NAME, COLUMN_UNIT, COLUMN_NATURAL, COLUMN_LOWER, COLUMN_UPPER, COLUMN_NOMINAL };

static int column_of(const char *head)
{
    static const struct {
        const char *name;
        int column;
    } known[] = {{"characteristic", COLUMN_NAME}, {"name", COLUMN_NAME},     {"path", COLUMN_NAME},
                 {"unit", COLUMN_UNIT},           {"natural", COLUMN_NATURAL}, {"lsl", COLUMN_LOWER},
                 {"lower", COLUMN_LOWER},         {"usl", COLUMN_UPPER},     {"upper", COLUMN_UPPER},
                 {"target", COLUMN_NOMINAL},      {"nominal", COLUMN_NOMINAL}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(known[i].name, head) == 0)
            return known[i].column;
    return -1;
}

static bool take_cell(const char *text, int column, char sign, spec_row *out)
{
    const char **texts[] = {&out->name, &out->unit, &out->natural};
    quantity *numbers[] = {&out->lower, &out->upper, &out->nominal};
    if (column <= COLUMN_NATURAL) {
        *texts[column] = text;
        return true;
    }
    quantity *q = numbers[column - COLUMN_LOWER];
    q->is_given = *text != 0;
    return !*text || decimal_parse(text, strlen(text), sign, &q->value, NULL) == DECIMAL_OK;
}

static assay_status read_line(char **cell, size_t n, char delimiter, const int *columns,
                              spec_row *out, size_t number, assay_err *err)
{
    *out = (spec_row){.name = NULL};
    for (size_t i = 0; i < n; i++) {
        char sign = delimiter == ';' && strchr(cell[i], ',') ? ',' : '.';
        if (columns[i] < 0 || take_cell(cell[i], columns[i], sign, out))
            continue;
        if (err)
            err->line = number;
        return assay_fail(err, ASSAY_FORMAT, number, "line %zu, field %zu: \"%s\" is not a number",
                          number, i + 1, cell[i]);
    }
    return ASSAY_OK;
}

static size_t count_lines(const char *text)
{
    size_t n = 1;
    for (const char *p = text; p && *p; p++)
        n += *p == '\n';
    return n;
}

static assay_status parse(text_table *t, arena *a, spec_table *out, assay_err *err)
{
    int columns[TABLE_COLUMNS_MAX];
    char *cell[TABLE_COLUMNS_MAX];
    size_t n;
    bool has_name = false;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++) {
        columns[i] = i < t->columns ? column_of(t->head[i]) : -1;
        has_name |= columns[i] == COLUMN_NAME;
    }
    if (!has_name) {
        assay_fail(err, ASSAY_FORMAT, 1, "its head names no column characteristic");
        return assay_hint(err, "characteristic,nominal,lsl,usl");
    }
    out->n = 0;
    out->row = arena_array(a, spec_row, count_lines(t->rest));
    if (!out->row)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    while (table_row_next(t, cell, &n)) {
        assay_status status =
            read_line(cell, n, t->delimiter, columns, &out->row[out->n], t->line, err);
        if (status != ASSAY_OK)
            return status;
        out->n += out->row[out->n].name != NULL;
    }
    return ASSAY_OK;
}

assay_status specs_read(const char *path, arena *a, spec_table *out, assay_err *err)
{
    text_table t;
    assay_status status = table_open(path, a, &t, err);
    if (status != ASSAY_OK)
        return status;
    status = parse(&t, a, out, err);
    if (status != ASSAY_OK && err) {
        char detail[sizeof err->message - 120];
        snprintf(detail, sizeof detail, "%.270s", err->message);
        snprintf(err->message, sizeof err->message, "cannot read %.90s: %s", path, detail);
    }
    return status;
}

const spec_row *specs_find(const spec_table *t, const char *path)
{
    if (!path)
        return NULL;
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->row[i].name, path) == 0 || (slash && strcmp(t->row[i].name, slash + 1) == 0))
            return &t->row[i];
    return NULL;
}

void specs_apply(const spec_row *row, characteristic *c)
{
    bool is_lower_natural = row->natural && strcmp(row->natural, "lower") == 0;
    bool is_upper_natural = row->natural && strcmp(row->natural, "upper") == 0;
    if (row->unit && *row->unit)
        c->unit = row->unit;
    if (row->nominal.is_given)
        c->nominal = row->nominal;
    if (row->lower.is_given) {
        c->lower = row->lower;
        c->lower_kind = BOUND_LIMIT;
    }
    if (row->upper.is_given) {
        c->upper = row->upper;
        c->upper_kind = BOUND_LIMIT;
    }
    if (is_lower_natural)
        c->lower_kind = BOUND_NATURAL;
    if (is_upper_natural)
        c->upper_kind = BOUND_NATURAL;
}
