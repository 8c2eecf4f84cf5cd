/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/term.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 64 };

void table_init(term_table *t, size_t columns, const bool *is_right, const char *const *head)
{
    *t = (term_table){.columns = columns, .is_right = is_right};
    for (size_t i = 0; head && i < columns; i++)
        table_cell(t, head[i]);
}

void table_done(term_table *t)
{
    buf_done(&t->cells);
}

void table_cell(term_table *t, const char *text)
{
    buf_add(&t->cells, text, strlen(text) + 1);
    t->rows++; /* counts cells until the table is written */
}

void table_cellf(term_table *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_addv(&t->cells, format, args);
    va_end(args);
    buf_add(&t->cells, "", 1);
    t->rows++;
}

enum { GONE = -2 }; /* with the gap before it a column that left takes no room */

/* A column that may leave does when nothing stands under its head. */
static void measure(const term_table *t, int *width)
{
    bool is_filled[COLUMNS_MAX] = {false};
    const char *cell = buf_text(&t->cells);
    for (size_t i = 0; i < t->rows; i++, cell += strlen(cell) + 1) {
        size_t c = i % t->columns;
        int own = term_width(cell);
        width[c] = own > width[c] ? own : width[c];
        is_filled[c] |= i >= t->columns && own > 0;
    }
    for (size_t c = 0; t->drop && c < t->columns; c++)
        if (t->drop[c] && !is_filled[c])
            width[c] = GONE;
}

static int total_of(const term_table *t, const int *width)
{
    int total = 0;
    for (size_t c = 0; c < t->columns; c++)
        total += width[c] + 2;
    return total;
}

static void leave_out(const term_table *t, int *width, int room)
{
    while (t->drop && total_of(t, width) - 2 > room) {
        size_t least = t->columns;
        for (size_t c = 0; c < t->columns; c++)
            if (t->drop[c] && width[c] != GONE && (least == t->columns || t->drop[c] > t->drop[least]))
                least = c;
        if (least == t->columns)
            return;
        width[least] = GONE;
    }
}

/* Take what is too much from the widest text column; numbers are never cut. */
static void shrink(const term_table *t, int *width, int room)
{
    int total = total_of(t, width);
    while (total - 2 > room) {
        size_t widest = t->columns;
        for (size_t c = 0; c < t->columns; c++)
            if (!t->is_right[c] && width[c] > 8 && (widest == t->columns || width[c] > width[widest]))
                widest = c;
        if (widest == t->columns)
            return;
        width[widest]--;
        total--;
    }
}

/* The end of a path tells more than its beginning. */
static void cut_path(buf *out, const char *path, int width)
{
    const char *p = path;
    while (*p && term_width(p) > width - 1)
        p += text_fit(p, strlen(p), 1) ? text_fit(p, strlen(p), 1) : text_fit(p, strlen(p), 2);
    buf_add_text(out, "…");
    text_left(out, p, width - 1);
}

void table_write(const term *look, const term_table *t, buf *out)
{
    int width[COLUMNS_MAX] = {0};
    if (t->columns > COLUMNS_MAX)
        return;
    measure(t, width);
    leave_out(t, width, look->width);
    shrink(t, width, look->width);
    size_t last = t->columns - 1;
    while (last > 0 && width[last] == GONE)
        last--;
    const char *cell = buf_text(&t->cells);
    for (size_t i = 0; i < t->rows; i++, cell += strlen(cell) + 1) {
        size_t c = i % t->columns;
        bool is_last = c == last;
        if (c == 0 && i < t->columns)
            term_on(look, TERM_BOLD, out);
        if (width[c] == GONE)
            continue;
        if (t->is_right[c])
            text_right(out, cell, width[c]);
        else if (c == 0 && term_width(cell) > width[c] && strchr(cell, '/'))
            cut_path(out, cell, width[c]);
        else if (is_last)
            buf_add_text(out, cell);
        else
            text_left(out, cell, width[c]);
        if (is_last && i < t->columns)
            term_off(look, out);
        buf_add_text(out, is_last ? "\n" : "  ");
    }
}
