/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of rows: one list of columns, walked by everything that moves rows. */
#include "store/rows.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t want;
    size_t place, bytes;
} column;

#define COLUMN(want, member) {want, offsetof(rows, member), sizeof *((rows *)0)->member}

static const column columns[] = {
    COLUMN(WANT_TIME, time),      COLUMN(WANT_TIME, record),  COLUMN(WANT_TIME, offset),
    COLUMN(WANT_VALUE, mantissa), COLUMN(WANT_VALUE, exponent), COLUMN(WANT_VALUE, decimals),
    COLUMN(WANT_META, status),    COLUMN(WANT_META, size),    COLUMN(WANT_META, origin),
};
enum { FIXED = sizeof columns / sizeof *columns, COLUMNS = FIXED + CONTEXT_COUNT };

static column column_at(size_t i)
{
    if (i < FIXED)
        return columns[i];
    size_t kind = i - FIXED;
    return (column){1u << kind, offsetof(rows, context) + kind * sizeof(uint32_t *),
                    sizeof(uint32_t)};
}

static char **column_of(const rows *r, const column *c)
{
    return (char **)((char *)(uintptr_t)r + c->place);
}

assay_status rows_reserve(rows *r, uint32_t wanted, size_t room, assay_err *err)
{
    wanted |= r->wanted;
    if (room < r->room)
        room = r->room;
    if (room == r->room && wanted == r->wanted)
        return ASSAY_OK;
    for (size_t i = 0; i < COLUMNS; i++) {
        column c = column_at(i);
        if (!(wanted & c.want) || (room == r->room && (r->wanted & c.want)))
            continue;
        char **data = column_of(r, &c);
        bool is_new = !*data;
        char *grown = realloc(*data, (room ? room : 1) * c.bytes);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu measurements", room);
        if (is_new)
            memset(grown, 0, r->n * c.bytes);
        *data = grown;
    }
    r->wanted = wanted;
    r->room = room;
    return ASSAY_OK;
}

void rows_done(rows *r)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        column c = column_at(i);
        free(*column_of(r, &c));
    }
    *r = (rows){0};
}

static void gather_column(char *out, const char *in, const uint32_t *order, size_t n, size_t bytes)
{
    switch (bytes) {
    case 8:
        for (size_t i = 0; i < n; i++)
            memcpy(out + 8 * i, in + 8 * (size_t)order[i], 8);
        break;
    case 4:
        for (size_t i = 0; i < n; i++)
            memcpy(out + 4 * i, in + 4 * (size_t)order[i], 4);
        break;
    default:
        for (size_t i = 0; i < n; i++)
            out[i] = in[order[i]];
    }
}

void rows_gather(rows *out, const rows *in, const uint32_t *order, size_t n)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        column c = column_at(i);
        if (!(out->wanted & c.want))
            continue;
        if (in->wanted & c.want)
            gather_column(*column_of(out, &c), *column_of(in, &c), order, n, c.bytes);
        else
            memset(*column_of(out, &c), 0, n * c.bytes);
    }
    out->n = n;
}

void rows_append(rows *out, const rows *in, size_t from, size_t n)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        column c = column_at(i);
        if (!(out->wanted & c.want))
            continue;
        char *to = *column_of(out, &c) + out->n * c.bytes;
        const char *source = *column_of(in, &c);
        if (source)
            memcpy(to, source + from * c.bytes, n * c.bytes);
        else
            memset(to, 0, n * c.bytes);
    }
    out->n += n;
}

/* What is filled already is copied behind itself: a dozen copies for a chunk. */
void column_fill(void *out, const void *x, size_t bytes, size_t n)
{
    char *to = out;
    size_t whole = n * bytes, done = bytes;
    if (n)
        memcpy(to, x, bytes);
    for (size_t more; done < whole; done += more) {
        more = done < whole - done ? done : whole - done;
        memcpy(to + done, to, more);
    }
}

rows rows_slice(const rows *r, size_t from, size_t n)
{
    rows out = *r;
    for (size_t i = 0; i < COLUMNS; i++) {
        column c = column_at(i);
        char **data = column_of(&out, &c);
        if (*data)
            *data += from * c.bytes;
    }
    out.n = out.room = n;
    return out;
}

int serial_compare(const dictionary *d, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    size_t x, y;
    const char *s = dictionary_text(d, a, &x), *t = dictionary_text(d, b, &y);
    if (x != y)
        return x < y ? -1 : 1;
    return memcmp(s, t, x);
}

typedef struct {
    const rows *r;
    const dictionary *serials;
} order_context;

static int compare_rows(const order_context *c, uint32_t a, uint32_t b)
{
    const rows *r = c->r;
    if (r->time[a] != r->time[b])
        return r->time[a] < r->time[b] ? -1 : 1; /* TIME_NONE is the least */
    if (r->time[a] == TIME_NONE)
        return r->record[a] < r->record[b] ? -1 : r->record[a] > r->record[b];
    const uint32_t *serial = r->context[CONTEXT_SERIAL];
    return serial ? serial_compare(c->serials, serial[a], serial[b]) : 0;
}

static int compare_order(const void *a, const void *b, void *context)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int by_key = compare_rows(context, x, y);
    return by_key ? by_key : x < y ? -1 : x > y;
}

bool rows_order(const rows *r, const dictionary *serials, uint32_t *order)
{
    order_context c = {r, serials};
    size_t i = 1;
    while (i < r->n && (r->time[i - 1] < r->time[i] ||
                        compare_rows(&c, (uint32_t)i - 1, (uint32_t)i) <= 0))
        i++;
    if (i >= r->n)
        return false;
    for (size_t k = 0; k < r->n; k++)
        order[k] = (uint32_t)k;
    qsort_r(order, r->n, sizeof *order, compare_order, &c);
    return true;
}
