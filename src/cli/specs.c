/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/specs.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_NAME, COLUMN_UNIT, COLUMN_NATURAL, COLUMN_LOWER, COLUMN_UPPER, COLUMN_NOMINAL };
enum { CELLS_MAX = 64 };

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

static size_t split(char *line, char delimiter, char **cell)
{
    size_t n = 0;
    char *p = line;
    while (n < CELLS_MAX) {
        bool is_quoted = *p == '"';
        cell[n++] = p += is_quoted;
        p += is_quoted ? strcspn(p, "\"") : 0;
        if (is_quoted && *p)
            *p++ = 0;
        p = strchr(p, delimiter);
        if (!p)
            break;
        *p++ = 0;
    }
    return n;
}

static char delimiter_of(const char *head)
{
    return strchr(head, '\t') ? '\t' : strchr(head, ';') ? ';' : ',';
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

static assay_status read_line(char *line, char delimiter, const int *columns, spec_row *out,
                              size_t number, assay_err *err)
{
    char *cell[CELLS_MAX];
    size_t n = split(line, delimiter, cell);
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
    for (const char *p = text; *p; p++)
        n += *p == '\n';
    return n;
}

static assay_status parse(char *text, arena *a, spec_table *out, assay_err *err)
{
    int columns[CELLS_MAX];
    char *cell[CELLS_MAX], *rest = text, *line = strsep(&rest, "\n");
    bool has_name = false;
    char delimiter = delimiter_of(line);
    line[strcspn(line, "\r")] = 0;
    size_t n = split(line + (strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0), delimiter, cell);
    for (size_t i = 0; i < CELLS_MAX; i++) {
        columns[i] = i < n ? column_of(cell[i]) : -1;
        has_name |= columns[i] == COLUMN_NAME;
    }
    if (!has_name) {
        assay_fail(err, ASSAY_FORMAT, 1, "its head names no column characteristic");
        return assay_hint(err, "characteristic,nominal,lsl,usl");
    }
    out->n = 0;
    out->row = arena_array(a, spec_row, count_lines(rest ? rest : ""));
    if (!out->row)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    for (size_t number = 2; (line = strsep(&rest, "\n")) != NULL; number++) {
        line[strcspn(line, "\r")] = 0;
        if (!*line)
            continue;
        assay_status status = read_line(line, delimiter, columns, &out->row[out->n], number, err);
        if (status != ASSAY_OK)
            return status;
        out->n += out->row[out->n].name != NULL;
    }
    return ASSAY_OK;
}

static char *read_text(const char *path, arena *a, assay_err *err)
{
    enum { BYTES_MAX = 64 << 20 };
    FILE *file = fopen(path, "rbe");
    if (!file) {
        assay_fail(err, ASSAY_IO, 0, "%s", strerror(errno));
        return NULL;
    }
    buf b = BUF_INIT;
    char piece[65536];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, file)) > 0 && b.length < BYTES_MAX)
        buf_add(&b, piece, n);
    fclose(file);
    char *text = b.failed ? NULL : arena_text(a, buf_text(&b), b.length);
    if (!text)
        assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    buf_done(&b);
    return text;
}

assay_status specs_read(const char *path, arena *a, spec_table *out, assay_err *err)
{
    char *text = read_text(path, a, err);
    assay_status status = text ? parse(text, a, out, err) : err ? err->code : ASSAY_IO;
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
