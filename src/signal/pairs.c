/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both sides are sorted by key and row and merged; the pairs then go back into the order of x. */
#include "signal/pairs.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *text; /* "" where the key is a time */
    int64_t time;
    size_t row, mate;
} keyed;

typedef struct {
    const series_set *set;
    const series *s;
    keyed *row;
    size_t n, valid;
} side;

static bool is_valid(const series *s, size_t i)
{
    if (s->status && s->status[i] != STATUS_VALID)
        return false;
    return s->real ? !isnan(s->real[i]) : series_mantissa(s, i) != ASSAY_MANTISSA_MISSING;
}

static bool key_of(const side *a, pairs_key by, size_t i, keyed *out)
{
    context_kind kind = by == PAIRS_SERIAL ? CONTEXT_SERIAL : CONTEXT_SUBGROUP;
    *out = (keyed){.text = "", .row = i};
    if (by == PAIRS_TIME) {
        out->time = a->s->time ? a->s->time[i] : TIME_NONE;
        return out->time != TIME_NONE;
    }
    if (!a->s->context[kind] || !a->s->context[kind][i])
        return false;
    out->text = series_text(a->set, kind, a->s->context[kind][i]);
    return out->text && *out->text;
}

static int by_key(const keyed *a, const keyed *b)
{
    int order = strcmp(a->text, b->text);
    return order ? order : (a->time > b->time) - (a->time < b->time);
}

static int by_key_and_row(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    int order = by_key(x, y);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static int by_row(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static void collect(side *a, pairs_key by)
{
    a->n = a->valid = 0;
    for (size_t i = 0; i < a->s->n; i++) {
        if (!is_valid(a->s, i))
            continue;
        a->valid++;
        if (key_of(a, by, i, &a->row[a->n]))
            a->n++;
    }
    qsort(a->row, a->n, sizeof *a->row, by_key_and_row);
}

/* The pairs come to stand at the start of x's rows, in their order. */
static size_t merge(side *x, side *y)
{
    size_t i = 0, k = 0, n = 0;
    while (i < x->n && k < y->n) {
        int order = by_key(&x->row[i], &y->row[k]);
        if (order == 0) {
            size_t mate = y->row[k++].row;
            x->row[n] = x->row[i++];
            x->row[n++].mate = mate;
        } else if (order < 0)
            i++;
        else
            k++;
    }
    qsort(x->row, n, sizeof *x->row, by_row);
    return n;
}

static bool take_values(const side *a, const keyed *row, size_t n, bool is_mate, arena *memory,
                        assay_values *out)
{
    double *real = a->s->real ? arena_array(memory, double, n + 1) : NULL;
    int64_t *mantissa = a->s->real ? NULL : arena_array(memory, int64_t, n + 1);
    if (!real && !mantissa)
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t at = is_mate ? row[i].mate : row[i].row;
        if (real)
            real[i] = series_value(a->s, at);
        else
            mantissa[i] = series_mantissa(a->s, at);
    }
    *out = real ? assay_values_of_doubles(real, n)
                : assay_values_of_decimals(mantissa, n, a->s->exponent);
    return true;
}

static assay_status join(side *x, side *y, series_pairs *out, assay_err *err)
{
    size_t n = 0;
    for (int by = PAIRS_SERIAL; !n && by <= PAIRS_SUBGROUP; by++) {
        collect(x, (pairs_key)by);
        collect(y, (pairs_key)by);
        n = merge(x, y);
        out->by = n ? (pairs_key)by : PAIRS_NONE;
    }
    out->alone_x = x->valid - n;
    out->alone_y = y->valid - n;
    out->decimals_x = x->s->decimals;
    out->decimals_y = y->s->decimals;
    if (take_values(x, x->row, n, false, &out->memory, &out->x) &&
        take_values(y, x->row, n, true, &out->memory, &out->y))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

assay_status pairs_make(const series_set *x, const series_set *y, series_pairs *out, assay_err *err)
{
    side a = {.set = x, .s = series_at(x, 0)}, b = {.set = y, .s = series_at(y, 0)};
    *out = (series_pairs){.by = PAIRS_NONE};
    arena_init(&out->memory);
    if (a.s->n > PAIRS_ROWS_MOST || b.s->n > PAIRS_ROWS_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, "%zu measurements are too many to pair, at most %d",
                          a.s->n > b.s->n ? a.s->n : b.s->n, PAIRS_ROWS_MOST);
    a.row = malloc((a.s->n + 1) * sizeof *a.row);
    b.row = malloc((b.s->n + 1) * sizeof *b.row);
    assay_status status = a.row && b.row ? join(&a, &b, out, err)
                                         : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    free(a.row);
    free(b.row);
    return status;
}

void pairs_done(series_pairs *p)
{
    arena_done(&p->memory);
}

const char *pairs_key_name(pairs_key by)
{
    static const char *const names[] = {"", "serial", "time", "subgroup"};
    return names[by];
}
