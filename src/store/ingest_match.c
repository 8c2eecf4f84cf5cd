/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live rows that are not later than all of their series: were they stored before?
 *
 * As with imports, the j-th row of a key in its message meets the j-th of that key and source that
 * is stored; both stand in series order, and one walk side by side finds every meeting. Only pieces
 * that a row falls into are read. */
#include "store/conflict.h"
#include "store/ingest.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    given_value value;
    uint64_t origin;
    uint32_t run; /* of its key and origin, as amendments count */
} occurrence;

typedef struct {
    uint32_t row; /* of the call */
    bool is_before_stored;
} accepted;

typedef struct {
    ingest *g;
    const ingest_call *c;
    uint32_t number;
    merge *m;
    rows r; /* what is stored, from the merge */
    size_t at;
    occurrence *stored; /* of the key in hand */
    size_t stored_count, stored_room;
    bool has_later; /* a stored row of the same time stands behind the key in hand */
    accepted *kept;
    size_t kept_count;
} matcher;

/* -- order ---------------------------------------------------------------------------- */

static const char *serial_of_row(const ingest_call *c, size_t k, size_t *length)
{
    uint32_t code = c->kinds >> CONTEXT_SERIAL & 1 ? c->b->context[CONTEXT_SERIAL][k] : 0;
    *length = 0;
    return code ? dictionary_text(c->texts[CONTEXT_SERIAL], code, length) : "";
}

static int compare_serials(const char *s, size_t n, const char *t, size_t m)
{
    return n != m ? (n < m ? -1 : 1) : memcmp(s, t, n);
}

static int compare_keys(const ingest_call *c, size_t a, size_t b)
{
    const measurement_batch *r = c->b;
    if (r->time[a] != r->time[b])
        return r->time[a] < r->time[b] ? -1 : 1;
    size_t n, m;
    const char *s = serial_of_row(c, a, &n), *t = serial_of_row(c, b, &m);
    return compare_serials(s, n, t, m);
}

static int compare_slow(const void *a, const void *b, void *context)
{
    const ingest_call *c = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint32_t p = c->b->characteristic[x], q = c->b->characteristic[y];
    if (p != q)
        return p < q ? -1 : 1;
    int by_key = compare_keys(c, x, y);
    return by_key ? by_key : x < y ? -1 : 1;
}

static void sort_slow(uint32_t *row, size_t n, const ingest_call *c)
{
    for (size_t i = 1; i < n; i++)
        if (compare_slow(&row[i - 1], &row[i], (void *)(uintptr_t)c) > 0) {
            qsort_r(row, n, sizeof *row, compare_slow, (void *)(uintptr_t)c);
            return;
        }
}

/* -- what is stored ------------------------------------------------------------------- */

static bool falls_into(const ingest_call *c, const uint32_t *row, size_t n, const piece *p)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->b->time[row[middle]] < p->first_time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && c->b->time[row[low]] <= p->last_time;
}

static assay_status open_stored(matcher *w, const uint32_t *row, size_t n, assay_err *err)
{
    store *s = w->g->s;
    piece_list l = {0};
    int64_t last = w->c->b->time[row[n - 1]];
    piece_query q = {.characteristic = w->number, .from = w->c->b->time[row[0]],
                     .to = last < INT64_MAX ? last + 1 : last, .as_of = UINT64_MAX};
    assay_status status = pieces_find(s, s->db, &q, &l, err);
    size_t kept = 0;
    for (size_t i = 0; i < l.n && !status; i++)
        if (falls_into(w->c, row, n, &l.piece[i]))
            l.piece[kept++] = l.piece[i];
    l.n = kept;
    w->at = 0;
    w->r.n = 0;
    w->m = NULL;
    if (!status && kept)
        status = merge_open(s, s->db, &l,
                            WANT_VALUE | WANT_TIME | WANT_META | 1u << CONTEXT_SERIAL, q.from,
                            q.to, &w->m, err);
    piece_list_done(&l);
    return status;
}

static assay_status fill(matcher *w, bool *has_row, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (w->at >= w->r.n) {
        w->at = 0;
        w->r.n = 0;
        status = w->m ? merge_next(w->m, &w->r, err) : ASSAY_OK;
    }
    *has_row = !status && w->at < w->r.n;
    return status;
}

/* The stored row at hand against row k of the call. */
static int compare_stored(const matcher *w, size_t k)
{
    int64_t time = w->r.time[w->at], other = w->c->b->time[k];
    if (time != other)
        return time < other ? -1 : 1;
    size_t n, m;
    const char *s = dictionary_text(merge_texts(w->m)[CONTEXT_SERIAL],
                                    w->r.context[CONTEXT_SERIAL][w->at], &n);
    const char *t = serial_of_row(w->c, k, &m);
    return compare_serials(s, n, t, m);
}

static assay_status stored_put(matcher *w, const given_value *v, uint64_t from, assay_err *err)
{
    if (w->stored_count == w->stored_room) {
        size_t room = w->stored_room ? 2 * w->stored_room : 16;
        occurrence *grown = realloc(w->stored, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory to look for duplicates");
        w->stored = grown;
        w->stored_room = room;
    }
    const occurrence *before = w->stored_count ? &w->stored[w->stored_count - 1] : NULL;
    uint32_t run = before && before->origin == from ? before->run + 1 : 1;
    w->stored[w->stored_count++] = (occurrence){*v, from, run};
    return ASSAY_OK;
}

static bool is_source_behind(const matcher *w, uint32_t source)
{
    const dictionary *names = w->g->s->texts[KIND_SOURCE];
    return strcmp(dictionary_text(names, source, NULL),
                  dictionary_text(names, w->c->source, NULL)) > 0;
}

/* A stored row of the key in hand: ours, or another source's. */
static assay_status take_stored(matcher *w, assay_err *err)
{
    const rows *r = &w->r;
    size_t i = w->at;
    uint32_t source = origin_of(w->g->s, r->origin[i]).source;
    if (source != w->c->source) {
        w->has_later |= is_source_behind(w, source);
        return ASSAY_OK;
    }
    given_value v = {r->mantissa[i], r->exponent[i], r->decimals[i], r->status[i], r->size[i]};
    return stored_put(w, &v, r->origin[i], err);
}

/* Up to the key of row k and over it. */
static assay_status collect(matcher *w, size_t k, assay_err *err)
{
    w->stored_count = 0;
    w->has_later = false;
    for (;; w->at++) {
        bool has_row;
        assay_status status = fill(w, &has_row, err);
        if (status || !has_row)
            return status;
        int by_key = compare_stored(w, k);
        if (by_key > 0) {
            w->has_later |= w->r.time[w->at] == w->c->b->time[k];
            return ASSAY_OK;
        }
        if (by_key == 0 && (status = take_stored(w, err)))
            return status;
    }
}

/* -- meeting -------------------------------------------------------------------------- */

static given_value value_of_row(const measurement_batch *b, size_t k)
{
    return (given_value){b->mantissa[k], b->exponent[k], b->decimals ? b->decimals[k] : 0,
                         b->status ? b->status[k] : STATUS_VALID, b->size ? b->size[k] : 1};
}

static assay_status meet(matcher *w, size_t k, const occurrence *there, assay_err *err)
{
    connection *c = w->g->s->db;
    given_value v = value_of_row(w->c->b, k);
    row_key key = {.characteristic = w->number, .time = w->c->b->time[k],
                   .origin = there->origin, .occurrence = there->run};
    key.serial = serial_of_row(w->c, k, &key.length);
    bool is_known = value_same(&there->value, &v);
    assay_status status = ASSAY_OK;
    if (!is_known)
        status = conflict_known(c, &key, &v, &is_known, err);
    w->c->fate[k] = is_known ? FATE_DUPLICATE : FATE_CONFLICT;
    if (status || is_known)
        return status;
    status = ingest_tx(w->g, err);
    return status ? status
                  : conflict_add(c, &key, &v, origin_live(w->c->source, w->g->commit),
                                 w->g->commit, err);
}

static assay_status accept(matcher *w, size_t k, assay_err *err)
{
    const ingest_series *e = &w->g->series[w->number];
    given_value v = value_of_row(w->c->b, k);
    int64_t time = w->c->b->time[k];
    w->kept[w->kept_count++] =
        (accepted){(uint32_t)k, time < e->before || (time == e->before && w->has_later)};
    return stored_put(w, &v, origin_live(w->c->source, w->g->commit), err);
}

/* Rows of one key, in order of message: the j-th of each message meets the j-th stored. */
static assay_status match_key(matcher *w, const uint32_t *row, size_t n, assay_err *err)
{
    const uint32_t *message = w->c->message;
    assay_status status = collect(w, row[0], err);
    for (size_t i = 0, j = 0; i < n && !status; i++, j++) {
        if (i && message && message[row[i]] != message[row[i - 1]])
            j = 0;
        status = j < w->stored_count ? meet(w, row[i], &w->stored[j], err)
                                     : accept(w, row[i], err);
    }
    return status;
}

/* From the last in series order: is a row late that came after one that follows it? */
static void find_late(matcher *w)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = w->kept_count; i-- > 0;) {
        uint32_t row = w->kept[i].row;
        w->kept[i].is_before_stored |= least < row;
        least = row < least ? row : least;
    }
}

static assay_status match_series(matcher *w, const uint32_t *row, size_t n, assay_err *err)
{
    w->kept_count = 0;
    w->number = w->c->b->characteristic[row[0]];
    assay_status status = open_stored(w, row, n, err);
    for (size_t same, i = 0; i < n && !status; i += same) {
        same = 1;
        while (i + same < n && compare_keys(w->c, row[i], row[i + same]) == 0)
            same++;
        status = match_key(w, row + i, same, err);
    }
    merge_close(w->m);
    w->m = NULL;
    find_late(w);
    for (size_t i = 0; i < w->kept_count && !status; i++)
        status = ingest_put(w->g, w->c, w->kept[i].row, w->kept[i].is_before_stored, err);
    return status;
}

assay_status ingest_match(ingest *g, const ingest_call *c, assay_err *err)
{
    matcher w = {.g = g, .c = c};
    const uint32_t *of = c->b->characteristic;
    sort_slow(g->slow, g->slow_count, c);
    w.kept = malloc(g->slow_count * sizeof *w.kept);
    assay_status status = w.kept ? ASSAY_OK
                                 : assay_fail(err, ASSAY_MEMORY, 0, "no memory for live rows");
    for (size_t n, i = 0; i < g->slow_count && !status; i += n) {
        n = 1;
        while (i + n < g->slow_count && of[g->slow[i]] == of[g->slow[i + n]])
            n++;
        status = match_series(&w, g->slow + i, n, err);
    }
    connection_rest(g->s->db);
    free(w.kept);
    free(w.stored);
    return status;
}
