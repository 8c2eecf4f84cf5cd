/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows with quotes (RFC 4180) and rows of blanks.
 *
 * A quote opens a field only at its start and closes it only before a delimiter or a line end.
 * When that fails, or the quoted part is longer than csv_quoted_max, the quotes mean nothing and
 * the row ends at its first line end: a stray quote costs one row and never swallows the next. */
#include "read/csv_split.h"

#include <string.h>

/* Behind the closing quote of text[open] == '"': npos broken, length cut off. */
static size_t quoted_end(const char *text, size_t open, size_t length, char delimiter)
{
    size_t at = open + 1, limit = open + 1 + csv_quoted_max;
    if (limit > length)
        limit = length;
    for (;;) {
        const char *quote = memchr(text + at, '"', limit - at);
        if (!quote)
            return limit == length ? length : CSV_BROKEN;
        at = (size_t)(quote - text) + 1;
        if (at == length)
            return length;
        if (text[at] == '"' && at < limit) {
            at++;
            continue;
        }
        bool is_end = text[at] == delimiter || text[at] == '\n' || text[at] == '\r';
        return is_end ? at : CSV_BROKEN;
    }
}

static size_t line_end(const char *text, size_t from, size_t length)
{
    const char *end = memchr(text + from, '\n', length - from);
    return end ? (size_t)(end - text) + 1 : length;
}

/* Behind the row's line end. Inside an open quote: length, and *is_open. */
static size_t row_walk(const char *text, size_t from, size_t length, char delimiter, bool *is_open)
{
    *is_open = false;
    if (delimiter == ' ' || text[from] == '\n')
        return line_end(text, from, length);
    for (size_t at = from;;) {
        if (at < length && text[at] == '"') {
            at = quoted_end(text, at, length, delimiter);
            if (at == CSV_BROKEN)
                return line_end(text, from, length);
            *is_open = at == length;
        }
        while (at < length && text[at] != delimiter && text[at] != '\n')
            at++;
        if (at >= length)
            return length;
        if (text[at++] == '\n')
            return at;
    }
}

size_t csv_row_end(const char *text, size_t from, size_t length, char delimiter)
{
    bool is_open;
    size_t end = row_walk(text, from, length, delimiter, &is_open);
    return is_open ? line_end(text, from, length) : end;
}

bool csv_row_is_open(const char *text, size_t from, size_t length, char delimiter)
{
    bool is_open;
    row_walk(text, from, length, delimiter, &is_open);
    return is_open;
}

/* Take doubled quotes apart in place; the text between is moved to the front. */
static uint32_t unescape(char *text, size_t from, size_t to)
{
    size_t write = from;
    for (size_t read = from; read < to; read++) {
        text[write++] = text[read];
        if (text[read] == '"')
            read++;
    }
    return (uint32_t)write;
}

/* starts[i] is one before the first byte, as csv_rows wants it. */
static size_t split_quoted(char *text, size_t from, size_t end, char delimiter, uint32_t *starts,
                           uint32_t *ends, size_t room)
{
    size_t at = from, n = 0;
    while (n < room) {
        starts[n] = (uint32_t)at - 1;
        if (text[at] == '"') {
            size_t close = quoted_end(text, at, end, delimiter);
            if (close == CSV_BROKEN || close >= end)
                return CSV_BROKEN;
            starts[n] = (uint32_t)at;
            ends[n] = unescape(text, at + 1, close - 1);
            at = close;
            while (text[at] == '\r')
                at++;
            if (text[at] != delimiter && text[at] != '\n')
                return CSV_BROKEN;
        } else {
            while (text[at] != delimiter && text[at] != '\n')
                at++;
            ends[n] = (uint32_t)at;
        }
        n++;
        if (text[at++] == '\n')
            return n;
    }
    return CSV_BROKEN;
}

static size_t split_blanks(const char *text, size_t from, size_t end, uint32_t *starts,
                           uint32_t *ends, size_t room)
{
    size_t at = from, n = 0;
    while (n < room) {
        while (at < end && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r'))
            at++;
        if (at >= end || text[at] == '\n')
            break;
        starts[n] = (uint32_t)at - 1;
        while (text[at] != ' ' && text[at] != '\t' && text[at] != '\r' && text[at] != '\n')
            at++;
        ends[n++] = (uint32_t)at;
    }
    return n;
}

size_t csv_split_row(char *text, size_t from, size_t end, char delimiter, uint32_t *starts,
                     uint32_t *ends, size_t room)
{
    if (delimiter == ' ')
        return split_blanks(text, from, end, starts, ends, room);
    return split_quoted(text, from, end, delimiter, starts, ends, room);
}
