/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first look. Data are what most lines of the later half agree on; a header is the last line
 * before the data with as many fields that is not a first row whose number is missing or spoilt;
 * what stands above it is a preamble and skipped. */
#include "read/csv_split.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { lines_looked_at = 1000, fields_looked_at = 4096 };

typedef struct {
    const char *text;
    size_t length;
} text_line;

/* Rows as they would be with this delimiter: a line end within quotes does not end one. */
static size_t lines_take(const char *head, size_t length, bool is_all, char delimiter,
                         text_line *out, size_t room)
{
    size_t n = 0;
    for (size_t at = 0; at < length && n < room;) {
        size_t end = csv_row_end(head, at, length, delimiter);
        bool is_ended = head[end - 1] == '\n';
        if (!is_ended && !is_all && n > 0)
            break;
        size_t stop = is_ended ? end - 1 : end;
        out[n].text = head + at;
        out[n].length = stop - at;
        while (out[n].length > 0 && out[n].text[out[n].length - 1] == '\r')
            out[n].length--;
        n++;
        at = stop + 1;
    }
    return n;
}

/* Delimiters outside quotes; for blanks the gaps between words. */
static uint32_t delimiters_in(const text_line *line, char delimiter)
{
    uint32_t count = 0;
    bool is_quoted = false, was_blank = true;
    for (size_t i = 0; i < line->length; i++) {
        char c = line->text[i];
        if (c == '"')
            is_quoted = !is_quoted;
        if (delimiter == ' ') {
            count += c != ' ' && was_blank;
            was_blank = c == ' ';
        } else {
            count += c == delimiter && !is_quoted;
        }
    }
    return delimiter == ' ' && count > 0 ? count - 1 : count;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* How many of the counts are the commonest one, which must not be 0. Sorts. */
static size_t most_common(uint32_t *counts, size_t n, uint32_t *which)
{
    size_t best = 0;
    qsort(counts, n, sizeof *counts, compare_u32);
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && counts[j] == counts[i])
            j++;
        if (counts[i] > 0 && j - i >= best) {
            best = j - i;
            *which = counts[i];
        }
        i = j;
    }
    return best;
}

static size_t agreement(const text_line *lines, size_t n, char delimiter, uint32_t *counts)
{
    size_t used = 0;
    uint32_t which = 0;
    for (size_t i = n / 2; i < n; i++) {
        if (lines[i].length > 0)
            counts[used++] = delimiters_in(&lines[i], delimiter);
    }
    return used ? most_common(counts, used, &which) * 1000 / used : 0;
}

/* "24,5" in every line is one column with a decimal comma, not two columns. */
static bool is_column_of_decimal_commas(const text_line *lines, size_t n)
{
    size_t good = 0, used = 0;
    bool has_fraction = false;
    for (size_t i = n / 2; i < n; i++) {
        decimal value;
        if (lines[i].length == 0)
            continue;
        used++;
        good += decimal_parse(lines[i].text, lines[i].length, ',', &value, NULL) == DECIMAL_OK;
        has_fraction |= memchr(lines[i].text, ',', lines[i].length) != NULL;
    }
    /* A header without a comma settles it; without one, pairs of integers stay two columns. */
    return used > 0 && good == used && has_fraction && n > 1 &&
           !memchr(lines[0].text, ',', lines[0].length);
}

static char delimiter_guess(const char *head, size_t length, bool is_all, text_line *lines,
                            size_t n, uint32_t *counts)
{
    static const char order[] = {'\t', ';', '|', ',', ' '};
    char best = ',';
    size_t best_agreement = 0;
    if (is_column_of_decimal_commas(lines, n))
        return ';';
    for (size_t i = 0; i < sizeof order; i++) {
        n = lines_take(head, length, is_all, order[i], lines, lines_looked_at);
        size_t share = agreement(lines, n, order[i], counts);
        if (share > best_agreement && (best_agreement == 0 || share > best_agreement + 50)) {
            best = order[i];
            best_agreement = share;
        }
    }
    return best;
}

enum { verdicts = 0 }; /* in place of a decimal sign: not numbers are looked for, but "OK" and "NG" */

static bool is_number(const csv_field *f, char sign)
{
    decimal value;
    if (sign == verdicts)
        return csv_verdict(f->text, f->length) >= 0;
    return csv_number_parse(f->text, f->length, sign, &value, NULL) != DECIMAL_NONE;
}

/* "1,200": three digits behind one sign and no more before it, so that it may set thousands apart. */
static bool may_be_thousands(const csv_field *f, char sign)
{
    const char *at = memchr(f->text, sign, f->length);
    uint32_t before = at ? (uint32_t)(at - f->text) : 0, signs = f->length && strchr("+-", f->text[0]);
    return at && f->length - before == 4 && before > signs && before - signs <= 3;
}

/* What may be thousands says nothing where as many numbers of any row have the other sign for sure; a version
 * in the preamble does not outweigh a column of "12,345". */
static char decimal_guess(const csv_line *rows, size_t n)
{
    size_t commas = 0, points = 0, all_commas = 0, all_points = 0, sure_commas = 0, sure_points = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < rows[i].count; j++) {
            const csv_field *f = &rows[i].fields[j];
            bool is_comma = memchr(f->text, ',', f->length) && is_number(f, ',');
            bool is_point = memchr(f->text, '.', f->length) && is_number(f, '.');
            sure_commas += is_comma && !may_be_thousands(f, ',');
            sure_points += is_point && !may_be_thousands(f, '.');
            all_commas += is_comma;
            all_points += is_point;
            commas += is_comma && i >= n / 2;
            points += is_point && i >= n / 2;
        }
    }
    if (sure_commas && !sure_points && sure_commas >= all_points)
        return ',';
    if (sure_points && !sure_commas && sure_points >= all_commas)
        return '.';
    return commas > points ? ',' : '.';
}

static csv_field field_trim(const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        length--;
    return (csv_field){text, (uint32_t)length};
}

typedef struct {
    arena *memory;
    char *text; /* a private copy, because splitting undoes quotes in place; text[-1] is readable */
    size_t length;
    char delimiter;
    uint32_t *starts, *ends;
} splitter;

static bool row_split(splitter *s, size_t from, size_t end, csv_line *out)
{
    size_t n = csv_split_row(s->text, from, end, s->delimiter, s->starts, s->ends, fields_looked_at);
    out->count = 0;
    if (n == CSV_BROKEN || n == 0)
        return true;
    out->fields = arena_array(s->memory, csv_field, n);
    if (!out->fields)
        return false;
    for (size_t i = 0; i < n; i++)
        out->fields[i] = field_trim(s->text + (uint32_t)(s->starts[i] + 1), s->ends[i] - (uint32_t)(s->starts[i] + 1));
    out->count = n == 1 && out->fields[0].length == 0 ? 0 : (uint32_t)n;
    return true;
}

static uint64_t newlines_in(const char *text, size_t from, size_t to)
{
    uint64_t n = 0;
    for (size_t i = from; i < to; i++)
        n += text[i] == '\n';
    return n;
}

static bool rows_split(splitter *s, bool is_all, csv_line *rows, size_t room, size_t *count)
{
    uint64_t line = 0;
    *count = 0;
    for (size_t at = 0; at < s->length && *count < room;) {
        size_t end = csv_row_end(s->text, at, s->length, s->delimiter);
        if (end == s->length && s->text[end - 1] != '\n')
            break;
        if (end == s->length && !is_all && *count > 0 && s->text[s->length] == 1)
            break;
        uint64_t lines = newlines_in(s->text, at, end);
        rows[*count].line = line;
        if (!row_split(s, at, end, &rows[*count]))
            return false;
        line += lines;
        (*count)++;
        at = end;
    }
    return true;
}

static uint32_t columns_guess(const csv_line *rows, size_t n, uint32_t *counts)
{
    uint32_t columns = 1;
    size_t used = 0;
    for (size_t i = n / 2; i < n; i++)
        counts[used++] = rows[i].count;
    most_common(counts, used, &columns);
    return columns;
}

static bool says_nothing(const csv_field *f)
{
    return csv_is_missing(f->text, f->length) || csv_is_not_finite(f->text, f->length);
}

/* Columns that are numbers in most rows of the later half. */
static bool numeric_columns(const csv_line *rows, size_t n, uint32_t columns, char sign, bool *out)
{
    bool has_any = false;
    for (uint32_t j = 0; j < columns; j++) {
        size_t numbers = 0, others = 0;
        for (size_t i = n / 2; i < n; i++) {
            if (rows[i].count != columns || says_nothing(&rows[i].fields[j]))
                continue;
            if (is_number(&rows[i].fields[j], sign))
                numbers++;
            else
                others++;
        }
        out[j] = numbers > others;
        has_any |= out[j];
    }
    return has_any;
}

static bool looks_like_data(const csv_line *row, uint32_t columns, const bool *is_numeric, char sign)
{
    bool has_number = false;
    if (row->count != columns)
        return false;
    for (uint32_t j = 0; j < columns; j++) {
        const csv_field *f = &row->fields[j];
        if (!is_numeric[j] || says_nothing(f))
            continue;
        if (!is_number(f, sign))
            return false;
        has_number = true;
    }
    return has_number;
}

static bool is_ruler(const csv_line *row)
{
    for (uint32_t j = 0; j < row->count; j++) {
        for (uint32_t k = 0; k < row->fields[j].length; k++) {
            if (!strchr("-=+|_ ", row->fields[j].text[k]))
                return false;
        }
    }
    return true;
}

static bool starts_with_digit(const csv_field *f)
{
    return f->length > 0 && f->text[0] >= '0' && f->text[0] <= '9';
}

/* Times and numbered serials: words that begin with a digit in most rows of the data. */
static bool is_digit_column(const csv_line *rows, size_t data, size_t n, uint32_t columns,
                            uint32_t j)
{
    size_t digits = 0, others = 0;
    for (size_t i = data; i < n; i++) {
        if (rows[i].count != columns)
            continue;
        if (starts_with_digit(&rows[i].fields[j]))
            digits++;
        else
            others++;
    }
    return digits > others;
}

/* "<0.01": less than the gauge can tell. */
static bool is_beyond(const csv_field *f)
{
    uint32_t at = 1;
    while (at < f->length && strchr("= ", f->text[at]))
        at++;
    return f->length > at && (f->text[0] == '<' || f->text[0] == '>') && f->text[at] >= '0' && f->text[at] <= '9';
}

/* Its time or serial begins with a digit as those below do, or infinity or "<0.01" stands where the
 * numbers are: data whose number is spoilt. */
static bool is_spoilt_data(const csv_line *rows, size_t row, size_t data, size_t n,
                           uint32_t columns, const bool *is_numeric)
{
    for (uint32_t j = 0; j < columns; j++) {
        const csv_field *f = &rows[row].fields[j];
        if (is_numeric[j] && !csv_is_missing(f->text, f->length) &&
            (csv_is_not_finite(f->text, f->length) || is_beyond(f)))
            return true;
        if (!is_numeric[j] && starts_with_digit(&rows[row].fields[j]) &&
            is_digit_column(rows, data, n, columns, j))
            return true;
    }
    return false;
}

/* Nothing stands over the columns of numbers: data without a number, or a bare header. */
static bool names_no_number(const csv_line *row, uint32_t columns, const bool *is_numeric)
{
    size_t numeric = 0, named = 0;
    for (uint32_t j = 0; j < columns; j++) {
        numeric += is_numeric[j];
        named += is_numeric[j] && !csv_is_missing(row->fields[j].text, row->fields[j].length);
    }
    return numeric > 0 && named == 0;
}

/* Index of the header row before `data`, or SIZE_MAX. Moves *data up to what follows it. */
static size_t header_find(const csv_line *rows, size_t first, size_t n, uint32_t columns,
                          const bool *is_numeric, size_t *data)
{
    size_t below = *data, top = *data, bare = SIZE_MAX;
    for (size_t i = below; i-- > first;) {
        if (rows[i].count == 0 || is_ruler(&rows[i]))
            continue;
        if (rows[i].count != columns)
            break;
        bool is_spoilt = is_spoilt_data(rows, i, below, n, columns, is_numeric);
        if (!is_spoilt && !names_no_number(&rows[i], columns, is_numeric)) {
            *data = top;
            return i;
        }
        if (!is_spoilt && bare == SIZE_MAX)
            bare = i;
        top = i;
    }
    if (bare == SIZE_MAX)
        *data = top;
    return bare;
}

static size_t data_find(const csv_line *rows, size_t from, size_t n, uint32_t columns,
                        const bool *is_numeric, char sign)
{
    for (size_t i = from; i < n; i++) {
        if (looks_like_data(&rows[i], columns, is_numeric, sign))
            return i;
    }
    return n;
}

static size_t row_at_line(const csv_line *rows, size_t n, uint64_t line)
{
    size_t i = 0;
    while (i < n && rows[i].line < line)
        i++;
    return i;
}

/* Where the header and the data begin, in rows. */
static void head_find(const csv_line *rows, size_t n, const bool *is_numeric, char sign,
                      unsigned pinned, csv_dialect *d, csv_sample *out)
{
    size_t first = pinned & CSV_PIN_SKIP ? row_at_line(rows, n, d->skip) : 0;
    size_t data = data_find(rows, first, n, out->columns, is_numeric, sign);
    size_t header = data < n ? header_find(rows, first, n, out->columns, is_numeric, &data)
                             : first;
    bool wants_header = pinned & CSV_PIN_HEADER ? d->has_header : header != SIZE_MAX;
    if (wants_header && (header == SIZE_MAX || pinned & CSV_PIN_SKIP)) {
        header = first;
        data = data_find(rows, first + 1, n, out->columns, is_numeric, sign);
    }
    if (wants_header && data == n)
        data = header + 1 < n ? header + 1 : n;
    if (!wants_header && data == n)
        data = first;
    if (n == first)
        data = n;
    d->has_header = wants_header && header < n;
    if (d->has_header)
        out->header = rows[header];
    out->rows = (csv_line *)rows + data;
    out->row_count = n - data;
    out->data_line = data < n ? rows[data].line : n ? rows[n - 1].line + 1 : 0;
    if (!(pinned & CSV_PIN_SKIP))
        d->skip = (uint32_t)(d->has_header ? rows[header].line : out->data_line);
}

/* Excel's "sep=;" before everything. */
static bool sep_line(const text_line *line, char *delimiter)
{
    if (line->length != 5 || strncasecmp(line->text, "sep=", 4) != 0)
        return false;
    *delimiter = line->text[4];
    return true;
}

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory to look at the head of the file");
}

assay_status csv_sample_take(arena *a, const char *head, size_t length, bool is_all,
                             unsigned pinned, csv_dialect *d, csv_sample *out, assay_err *err)
{
    text_line *lines = arena_array(a, text_line, lines_looked_at);
    csv_line *rows = arena_array(a, csv_line, lines_looked_at);
    uint32_t *counts = arena_array(a, uint32_t, lines_looked_at);
    bool *is_numeric = arena_array(a, bool, fields_looked_at);
    splitter s = {.memory = a, .length = length};
    s.starts = arena_array(a, uint32_t, fields_looked_at);
    s.ends = arena_array(a, uint32_t, fields_looked_at);
    char *copy = arena_alloc(a, length + csv_pad + 2, 1);
    if (!lines || !rows || !counts || !is_numeric || !s.starts || !s.ends || !copy)
        return no_memory(err);
    s.text = copy + csv_pad;
    memcpy(s.text, head, length);
    bool is_whole = length == 0 || head[length - 1] == '\n';
    if (!is_whole)
        s.text[s.length++] = '\n';
    s.text[s.length] = (char)!is_whole; /* marks a last row that may be cut off */

    size_t line_count = lines_take(head, length, is_all, ';', lines, lines_looked_at);
    bool has_sep = line_count > 0 && sep_line(&lines[0], &s.delimiter);
    if (!has_sep)
        s.delimiter = delimiter_guess(head, length, is_all, lines, line_count, counts);
    if (pinned & CSV_PIN_DELIMITER)
        s.delimiter = d->delimiter;
    d->delimiter = s.delimiter;
    size_t row_count;
    if (!rows_split(&s, is_all, rows, lines_looked_at, &row_count))
        return no_memory(err);
    if (has_sep && row_count > 0)
        rows[0].count = 0;
    if (!(pinned & CSV_PIN_DECIMAL))
        d->decimal = decimal_guess(rows, row_count);
    *out = (csv_sample){.columns = row_count ? columns_guess(rows, row_count, counts) : 1};
    char sign = d->decimal;
    if (!numeric_columns(rows, row_count, out->columns, sign, is_numeric) && row_count > 1 &&
        numeric_columns(rows, row_count, out->columns, verdicts, is_numeric))
        sign = verdicts;
    head_find(rows, row_count, is_numeric, sign, pinned, d, out);
    return ASSAY_OK;
}
