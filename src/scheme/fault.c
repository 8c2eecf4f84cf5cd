/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of faults. */
#include "scheme/fault.h"

#include "base/i18n.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void faults_init(scheme_faults *f, const char *path)
{
    *f = (scheme_faults){.path = path};
    arena_init(&f->memory);
    f->path = arena_text(&f->memory, path, strlen(path));
    f->fault = arena_array(&f->memory, scheme_fault, SCHEME_FAULTS_MOST);
}

void scheme_faults_done(scheme_faults *f)
{
    arena_done(&f->memory);
    *f = (scheme_faults){0};
}

static const char *sentence(scheme_faults *f, const char *format, va_list args)
{
    buf text = BUF_INIT;
    buf_addv(&text, format, args);
    const char *copy = text.failed ? NULL : arena_text(&f->memory, buf_text(&text), text.length);
    buf_done(&text);
    return copy;
}

static bool is_told(const scheme_faults *f, const char *code, scheme_place at)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->fault[i].at.line == at.line && f->fault[i].at.column == at.column &&
            strcmp(f->fault[i].code, code) == 0)
            return true;
    return false;
}

scheme_fault *fault_add(scheme_faults *f, const char *code, scheme_place at, const char *format,
                        ...)
{
    if (f->fault && is_told(f, code, at))
        return NULL;
    if (!f->fault || f->count == SCHEME_FAULTS_MOST) {
        f->is_cut = true;
        return NULL;
    }
    va_list args;
    va_start(args, format);
    const char *message = sentence(f, format, args);
    va_end(args);
    scheme_fault *fault = &f->fault[f->count++];
    *fault = (scheme_fault){.code = code, .at = at, .message = message ? message : format};
    return fault;
}

scheme_fault *fault_expected(scheme_faults *f, scheme_fault *fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (fault)
        fault->expected = sentence(f, format, args);
    va_end(args);
    return fault;
}

scheme_fault *fault_hint(scheme_faults *f, scheme_fault *fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (fault)
        fault->hint = sentence(f, format, args);
    va_end(args);
    return fault;
}

static int by_place(const void *a, const void *b)
{
    const scheme_fault *x = a, *y = b;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.column != y->at.column)
        return x->at.column < y->at.column ? -1 : 1;
    return strcmp(x->code, y->code);
}

void faults_sort(scheme_faults *f)
{
    if (f->count)
        qsort(f->fault, f->count, sizeof *f->fault, by_place);
}

void scheme_fault_text(const scheme_faults *f, size_t i, buf *out)
{
    const scheme_fault *fault = &f->fault[i];
    buf_addf(out, "%s:%u:%u: %s", f->path, fault->at.line, fault->at.column, fault->message);
    if (fault->expected)
        buf_addf(out, _(" (expected: %s)"), fault->expected);
    buf_add_char(out, '\n');
    if (fault->hint)
        buf_addf(out, _("  hint: %s\n"), fault->hint);
}

/* -- typing errors --------------------------------------------------------------------------- */

#define WORD_MOST 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein's distance with one row. */
static size_t edits(const char *a, const char *b)
{
    size_t row[WORD_MOST + 1], m = strlen(a), n = strlen(b);
    if (m > WORD_MOST || n > WORD_MOST)
        return WORD_MOST;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[n];
}

const char *nearest_of(const char *word, const char *const *name, size_t n)
{
    const char *nearest = NULL;
    size_t length = strlen(word), best = length < 4 ? 2 : length / 3 + 2;
    for (size_t i = 0; i < n; i++) {
        size_t distance = name[i] ? edits(word, name[i]) : best;
        if (distance < best) {
            best = distance;
            nearest = name[i];
        }
    }
    return nearest;
}
