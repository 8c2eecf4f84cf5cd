/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stable merge sort of row numbers; the columns follow. Most series are in order already. */
#include "signal/series_order.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const int64_t *time;
    const uint32_t *serial; /* NULL: none */
    const dictionary *texts;
} order_key;

static int compare_serial(const order_key *k, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    size_t length_a = 0, length_b = 0;
    const char *text_a = dictionary_text(k->texts, a, &length_a);
    const char *text_b = dictionary_text(k->texts, b, &length_b);
    if (length_a != length_b)
        return length_a < length_b ? -1 : 1;
    return memcmp(text_a, text_b, length_a);
}

static bool is_after(const order_key *k, size_t a, size_t b)
{
    if (k->time[a] != k->time[b])
        return k->time[a] > k->time[b];
    if (!k->serial || k->time[a] == TIME_NONE)
        return false;
    return compare_serial(k, k->serial[a], k->serial[b]) > 0;
}

static bool is_in_order(const order_key *k, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (is_after(k, i - 1, i))
            return false;
    return true;
}

static void merge(const order_key *k, const uint32_t *from, size_t left, size_t middle,
                  size_t right, uint32_t *to)
{
    size_t a = left, b = middle;
    for (size_t i = left; i < right; i++)
        to[i] = b >= right || (a < middle && !is_after(k, from[a], from[b])) ? from[a++] : from[b++];
}

/* Bottom up; returns the array that holds the result. */
static uint32_t *merge_sort(const order_key *k, uint32_t *rows, uint32_t *room, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t left = 0; left < n; left += 2 * width) {
            size_t middle = left + width < n ? left + width : n;
            size_t right = left + 2 * width < n ? left + 2 * width : n;
            merge(k, rows, left, middle, right, room);
        }
        uint32_t *sorted = room;
        room = rows;
        rows = sorted;
    }
    return rows;
}

static bool permute(void *column, size_t size, const uint32_t *rows, size_t n)
{
    char *bytes = *(char **)column;
    if (!bytes)
        return true;
    char *sorted = malloc(n * size);
    if (!sorted)
        return false;
    for (size_t i = 0; i < n; i++)
        memcpy(sorted + i * size, bytes + rows[i] * size, size);
    free(bytes);
    *(char **)column = sorted;
    return true;
}

static bool permute_all(series *s, const uint32_t *rows)
{
    bool is_done = permute(&s->narrow, 4, rows, s->n) && permute(&s->wide, 8, rows, s->n) &&
                   permute(&s->real, 8, rows, s->n) && permute(&s->time, 8, rows, s->n) &&
                   permute(&s->offsets, 4, rows, s->n) &&
                   permute(&s->status, 1, rows, s->n) && permute(&s->size, 4, rows, s->n);
    for (int k = 0; k < CONTEXT_COUNT && is_done; k++)
        is_done = permute(&s->context[k], 4, rows, s->n);
    s->room = s->n;
    return is_done;
}

bool series_sort(series *s, const dictionary *serials)
{
    order_key k = {s->time, serials ? s->context[CONTEXT_SERIAL] : NULL, serials};
    if (!s->time || is_in_order(&k, s->n))
        return true;
    uint32_t *rows = malloc(2 * s->n * sizeof *rows);
    if (!rows)
        return false;
    for (size_t i = 0; i < s->n; i++)
        rows[i] = (uint32_t)i;
    bool is_done = permute_all(s, merge_sort(&k, rows, rows + s->n, s->n));
    free(rows);
    return is_done;
}
