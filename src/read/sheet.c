/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/sheet.h"

#include "read/csv.h"
#include "read/xlsx.h"

#include <string.h>

const char *sheet_cell(const sheet *s, size_t row, size_t column)
{
    const char *text = row < s->rows && column < SHEET_COLUMNS && s->row[row] ? s->row[row][column] : NULL;
    return text ? text : "";
}

void sheet_done(sheet *s)
{
    if (s->row)
        arena_done(&s->memory);
    *s = (sheet){0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A text at its place, blanks at both ends gone. */
static assay_status put(sheet *s, size_t row, size_t column, const char *text, size_t length, assay_err *err)
{
    while (length && is_blank(*text)) {
        text++;
        length--;
    }
    while (length && is_blank(text[length - 1]))
        length--;
    if (!length)
        return ASSAY_OK;
    if (row >= SHEET_ROWS || column >= SHEET_COLUMNS)
        return assay_fail(err, ASSAY_LIMIT, row, "row %zu, column %zu: a table has at most %d rows and %d columns",
                          row + 1, column + 1, SHEET_ROWS, SHEET_COLUMNS);
    if (!s->row[row])
        s->row[row] = arena_array(&s->memory, const char *, SHEET_COLUMNS);
    const char *kept = s->row[row] ? arena_text(&s->memory, text, length) : NULL;
    if (!kept)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a table");
    s->row[row][column] = kept;
    s->rows = row >= s->rows ? row + 1 : s->rows;
    s->columns = column >= s->columns ? column + 1 : s->columns;
    return ASSAY_OK;
}

/* -- a workbook ------------------------------------------------------------------------------------ */

static assay_status put_cell(void *context, const xlsx_cell *cell, assay_err *err)
{
    return cell->is_error ? ASSAY_OK : put(context, cell->row, cell->column, cell->text, strlen(cell->text), err);
}

static assay_status read_workbook(const char *bytes, size_t length, const char *name, sheet *s, assay_err *err)
{
    const uint64_t part_bytes = 64 << 20;
    const xlsx_taker to = {put_cell, s};
    xlsx *book = NULL;
    size_t which = 0;
    assay_status status = xlsx_open(bytes, length, -1, name, part_bytes, &book, err);
    if (status == ASSAY_OK)
        status = xlsx_read_first(book, &to, &which, err);
    xlsx_close(book);
    return status;
}

/* -- delimited text -------------------------------------------------------------------------------- */

/* One field from *at on; what it says goes to `out`. True: the row goes on behind it. */
static bool take_field(const char *text, size_t length, size_t *at, char delimiter, buf *out)
{
    bool is_quoted = *at < length && text[*at] == '"';
    size_t i = *at + is_quoted;
    for (; i < length; i++) {
        bool is_double = is_quoted && text[i] == '"' && i + 1 < length && text[i + 1] == '"';
        if (is_double)
            i++;
        else if (is_quoted && text[i] == '"') {
            is_quoted = false;
            continue;
        } else if (!is_quoted && (text[i] == delimiter || text[i] == '\n' || text[i] == '\r'))
            break;
        buf_add_char(out, text[i]);
    }
    bool goes_on = i < length && text[i] == delimiter;
    if (i + 1 < length && text[i] == '\r' && text[i + 1] == '\n')
        i++;
    *at = i + (i < length);
    return goes_on;
}

static assay_status split(const char *text, size_t length, char delimiter, sheet *s, assay_err *err)
{
    assay_status status = ASSAY_OK;
    buf field = BUF_INIT;
    size_t row = 0, column = 0;
    for (size_t at = 0; at < length && status == ASSAY_OK;) {
        buf_clear(&field);
        bool goes_on = take_field(text, length, &at, delimiter, &field);
        status = field.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a table")
                              : put(s, row, column, buf_text(&field), field.length, err);
        column = goes_on ? column + 1 : 0;
        row += !goes_on;
    }
    buf_done(&field);
    return status;
}

static assay_status find_delimiter(const char *text, size_t length, char *out, assay_err *err)
{
    enum { LOOK = 64 * 1024 };
    arena a;
    csv_dialect d = {.decimal = '.', .delimiter = ',', .has_header = true};
    csv_sample sample;
    arena_init(&a);
    bool is_all = length <= LOOK;
    assay_status status = csv_sample_take(&a, text, is_all ? length : LOOK, is_all, CSV_PIN_HEADER, &d,
                                          &sample, err);
    *out = d.delimiter;
    arena_done(&a);
    return status;
}

static assay_status read_text(const char *bytes, size_t length, sheet *s, assay_err *err)
{
    size_t mark = 0;
    char delimiter = ',';
    buf text = BUF_INIT;
    transcoder *t = NULL;
    text_encoding from = encoding_guess(bytes, length, true, &mark);
    assay_status status = transcoder_open(from, &t, err);
    if (status == ASSAY_OK)
        status = transcoder_feed(t, bytes + mark, length - mark, true, &text, err);
    if (status == ASSAY_OK && text.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a table");
    if (status == ASSAY_OK)
        status = find_delimiter(buf_text(&text), text.length, &delimiter, err);
    if (status == ASSAY_OK)
        status = split(buf_text(&text), text.length, delimiter, s, err);
    transcoder_close(t);
    buf_done(&text);
    return status;
}

/* -- the door -------------------------------------------------------------------------------------- */

assay_status sheet_read(const char *bytes, size_t length, const char *name, sheet *out, assay_err *err)
{
    sheet made = {0};
    if (length > SHEET_BYTES)
        return assay_fail(err, ASSAY_LIMIT, 0, "%s has more than %d MiB", name, SHEET_BYTES >> 20);
    arena_init(&made.memory);
    made.row = arena_array(&made.memory, const char **, SHEET_ROWS);
    if (!made.row) {
        arena_done(&made.memory);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a table");
    }
    bool is_zip = length > 4 && memcmp(bytes, "PK\3\4", 4) == 0;
    assay_status status = is_zip ? read_workbook(bytes, length, name, &made, err)
                                 : read_text(bytes, length, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    else
        sheet_done(&made);
    return status;
}
