/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/term.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void table_init(term_table *t, size_t columns, const bool *is_right)
{
    *t = (term_table){.columns = columns, .is_right = is_right};
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

static void measure(const term_table *t, int *width)
{
    const char *cell = buf_text(&t->cells);
    for (size_t i = 0; i < t->rows; i++, cell += strlen(cell) + 1) {
        int own = term_width(cell);
        if (own > width[i % t->columns])
            width[i % t->columns] = own;
    }
}

/* Take what is too much from the widest text column; numbers are never cut. */
static void shrink(const term_table *t, int *width, int room)
{
    int total = 0;
    for (size_t c = 0; c < t->columns; c++)
        total += width[c] + 2;
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
    int width[64] = {0};
    if (t->columns > 64)
        return;
    measure(t, width);
    shrink(t, width, look->width);
    const char *cell = buf_text(&t->cells);
    for (size_t i = 0; i < t->rows; i++, cell += strlen(cell) + 1) {
        size_t c = i % t->columns;
        bool is_last = c + 1 == t->columns;
        if (c == 0 && i < t->columns)
            term_on(look, TERM_BOLD, out);
        if (t->is_right[c])
            text_right(out, cell, width[c]);
        else if (term_width(cell) > width[c] && strchr(cell, '/'))
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
