/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches -> sealed chunks that do not overlap in series order.
 *
 * A window of batches is taken at a time. Of each of its characteristics the pieces are merged with
 * the chunks they reach into (at the least the last one, if it is not full) and written anew;
 * chunks in between that no row falls into stay. Rows keep their origin, hence their commit number:
 * no answer at any as_of changes. Readers go on in their snapshots.
 */
#include "store/compact.h"

#include <stdlib.h>
#include <string.h>

/* -- sealing -------------------------------------------------------------------------- */

static assay_status put_extent(compactor *k, sql which, const buf *data, assay_err *err)
{
    if (!data->length)
        return ASSAY_OK;
    sqlite3_stmt *q = statement(k->c, which);
    sqlite3_bind_int64(q, 1, k->next_id);
    sqlite3_bind_blob64(q, 2, data->data, data->length, SQLITE_STATIC);
    return statement_run(k->c, which, err);
}

/* The reference of all summaries is the first value ever sealed. */
static assay_status set_reference(compactor *k, const rows *r, assay_err *err)
{
    for (size_t i = 0; i < r->n && !k->has_reference; i++) {
        if (r->status[i] & (STATUS_MASK | STATUS_RAW))
            continue;
        k->reference = r->mantissa[i];
        k->exponent = r->exponent[i];
        k->has_reference = true;
        sqlite3_stmt *q = statement(k->c, SQL_REFERENCE_SET);
        sqlite3_bind_int64(q, 1, k->number);
        sqlite3_bind_int64(q, 2, k->reference);
        sqlite3_bind_int64(q, 3, k->exponent);
        return statement_run(k->c, SQL_REFERENCE_SET, err);
    }
    return ASSAY_OK;
}

/* 0 when the values have no common unit: such a chunk is decoded whenever it is asked for. */
static size_t summarise(compactor *k, const rows *r, uint8_t out[CHUNK_SUMMARY_MAX])
{
    chunk_values v;
    const buf *values = &k->bytes.part[EXTENT_VALUES];
    int64_t reference;
    if (chunk_values_open(k->c->codec, values->data, values->length, &v, NULL) || !v.is_uniform ||
        !k->has_reference || !decimal_rescale(k->reference, k->exponent, v.exponent, &reference))
        return 0;
    for (size_t i = 0; i < r->n; i++) {
        k->scaled[i] = r->mantissa[i];
        bool is_decimal = !(r->status[i] & STATUS_RAW) &&
                          (r->status[i] & STATUS_MASK) != STATUS_NO_VALUE;
        if (is_decimal && !decimal_rescale(r->mantissa[i], r->exponent[i], v.exponent,
                                           &k->scaled[i]))
            return 0;
    }
    chunk_summary s;
    chunk_summary_init(&s, v.exponent, reference, k->size);
    chunk_summary_rows part = {r->n, k->scaled, r->status, r->time, NULL};
    chunk_summary_add(&s, &part);
    return chunk_summary_pack(&s, out);
}

static assay_status put_directory(compactor *k, const piece *p, uint64_t id,
                                  const uint8_t *summary, size_t length, assay_err *err)
{
    k->tie = p->first_time == k->last_first_time ? k->tie + 1 : 0;
    k->last_first_time = p->first_time;
    sqlite3_stmt *q = statement(k->c, SQL_CHUNK_ADD);
    sqlite3_bind_int64(q, 1, k->number);
    sqlite3_bind_int64(q, 2, p->first_time);
    sqlite3_bind_int64(q, 3, k->tie);
    sqlite3_bind_int64(q, 4, (int64_t)id);
    sqlite3_bind_int64(q, 5, p->last_time);
    sqlite3_bind_int64(q, 6, p->n);
    sqlite3_bind_int64(q, 7, p->flags & ~(uint32_t)PIECE_SEALED);
    sqlite3_bind_int64(q, 8, (int64_t)p->first_origin);
    sqlite3_bind_int64(q, 9, (int64_t)p->last_origin);
    if (length)
        sqlite3_bind_blob64(q, 10, summary, length, SQLITE_STATIC);
    total_add(&k->total, summary, length, p->n, p->flags);
    k->is_changed = true;
    return statement_run(k->c, SQL_CHUNK_ADD, err);
}

static assay_status seal(compactor *k, const rows *r, dictionary *const *texts, assay_err *err)
{
    piece p;
    uint8_t summary[CHUNK_SUMMARY_MAX];
    assay_status status = set_reference(k, r, err);
    if (!status)
        status = piece_pack(k->c->codec, r, texts,
                            k->has_reference ? k->exponent : CHUNK_FINEST_NONE, &k->bytes, &p,
                            err);
    if (!status)
        status = put_extent(k, SQL_VALUES_ADD, &k->bytes.part[EXTENT_VALUES], err);
    if (!status)
        status = put_extent(k, SQL_TIMES_ADD, &k->bytes.part[EXTENT_TIMES], err);
    if (!status)
        status = put_extent(k, SQL_COLUMNS_ADD, &k->bytes.part[EXTENT_COLUMNS], err);
    if (!status)
        status = put_extent(k, SQL_TEXTS_ADD, &k->bytes.part[EXTENT_TEXTS], err);
    if (!status)
        status = put_directory(k, &p, (uint64_t)k->next_id, summary, summarise(k, r, summary), err);
    k->next_id++;
    return status;
}

/* Seal whole chunks of what is pending; the rest too when `all`. */
static assay_status seal_pending(compactor *k, dictionary *const *texts, bool all, assay_err *err)
{
    size_t from = 0;
    assay_status status = ASSAY_OK;
    while (!status && (k->pending.n - from >= k->target || (all && from < k->pending.n))) {
        size_t n = k->pending.n - from < k->target ? k->pending.n - from : k->target;
        rows part = rows_slice(&k->pending, from, n);
        status = seal(k, &part, texts, err);
        from += n;
    }
    if (status || !from)
        return status;
    rows rest = rows_slice(&k->pending, from, k->pending.n - from);
    k->pending.n = 0; /* the rest is shorter than a chunk: it does not reach over itself */
    rows_append(&k->pending, &rest, 0, rest.n);
    return ASSAY_OK;
}

/* -- one characteristic --------------------------------------------------------------- */

static assay_status drop_directory(compactor *k, const piece *p, assay_err *err)
{
    sqlite3_stmt *q = statement(k->c, SQL_CHUNK_DROP);
    sqlite3_bind_int64(q, 1, p->characteristic);
    sqlite3_bind_int64(q, 2, p->first_time);
    sqlite3_bind_int64(q, 3, p->tie);
    if (statement_step(k->c, SQL_CHUNK_DROP, err) > 0)
        total_drop(&k->total, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0), p->n,
                   p->flags);
    return statement_run(k->c, SQL_CHUNK_DROP, err);
}

/* The last chunk, timed or not, if it has room: new rows go on in it. */
static assay_status last_chunk_start(connection *c, uint32_t number, int64_t to, int64_t *from,
                                     assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_CHUNK_TO);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_int64(q, 2, to);
    int step = statement_step(c, SQL_CHUNK_TO, err);
    if (step > 0 && sqlite3_column_int64(q, 4) < CHUNK_ROWS && sqlite3_column_int64(q, 0) < *from)
        *from = sqlite3_column_int64(q, 0);
    statement_reset(c, SQL_CHUNK_TO);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static bool in_window(const compactor *k, const piece *p)
{
    const struct compaction *w = k->window;
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (w->batch[middle] < p->id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->count && w->batch[low] == p->id;
}

/* Keep from the chunks only the last untimed one if it has room, and from the batches those of the
 * window. Untimed chunks before stay where they are; `tie` goes on behind them. */
static void choose_pieces(compactor *k, piece_list *l, bool is_untimed)
{
    size_t n = 0, last_chunk = SIZE_MAX;
    for (size_t i = 0; i < l->n; i++)
        if (!l->piece[i].is_batch)
            last_chunk = i;
    k->last_first_time = INT64_MAX;
    k->tie = -1;
    for (size_t i = 0; i < l->n; i++) {
        piece *p = &l->piece[i];
        if (!!(p->flags & PIECE_UNTIMED) != is_untimed || (p->is_batch && !in_window(k, p)))
            continue;
        bool stays = is_untimed && !p->is_batch && (i != last_chunk || p->n == CHUNK_ROWS);
        if (stays) {
            k->last_first_time = INT64_MIN;
            k->tie = p->tie;
            continue;
        }
        if (is_untimed && !p->is_batch) {
            k->last_first_time = INT64_MIN;
            k->tie = p->tie - 1;
        }
        l->piece[n++] = *p;
    }
    l->n = n;
}

static assay_status merge_into_chunks(compactor *k, piece_list *l, uint32_t wanted, assay_err *err)
{
    merge *m = NULL;
    rows r;
    assay_status status = merge_open(k->s, k->c, l, wanted, INT64_MIN, INT64_MAX, &m, err);
    rows_done(&k->pending);
    if (!status)
        status = rows_reserve(&k->pending, wanted, 2 * CHUNK_ROWS, err);
    while (!status && !(status = merge_next(m, &r, err)) && r.n) {
        rows_append(&k->pending, &r, 0, r.n);
        if (k->pending.n >= k->target)
            status = seal_pending(k, merge_texts(m), false, err);
        if (!status)
            status = merge_forget(m, &k->pending, err);
    }
    if (!status)
        status = seal_pending(k, merge_texts(m), true, err);
    merge_close(m);
    return status;
}

/* The keys of old chunks may come again: their directory goes first, what they hold last. */
static assay_status rewrite(compactor *k, piece_list *l, assay_err *err)
{
    uint32_t wanted = WANT_VALUE | WANT_TIME | WANT_META;
    piece_list old = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < l->n && !status; i++) {
        const piece *p = &l->piece[i];
        wanted |= p->flags & (PIECE_PLAIN | PIECE_NO_CONTEXT) ? 0 : WANT_CONTEXTS;
        if (p->is_batch && !p->chunk)
            continue;
        status = piece_list_add(&old, p, err);
        if (!status && !p->is_batch)
            status = drop_directory(k, p, err);
    }
    if (!status && l->n)
        status = merge_into_chunks(k, l, wanted, err);
    for (size_t i = 0; i < old.n && !status; i++) {
        const piece *p = &old.piece[i];
        status = extents_drop(k->c, p->is_batch ? p->chunk : p->id, p->flags & PIECE_PLAIN, err);
    }
    piece_list_done(&old);
    return status;
}

/* -- sealed pieces of batches ----------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return x->first_time != y->first_time ? (x->first_time < y->first_time ? -1 : 1)
                                          : (x->last_time > y->last_time) - (x->last_time < y->last_time);
}

/* Full pieces one behind the other, nothing else before their end. Sorts. */
static bool can_move(piece_list *l, size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (!l->piece[i].is_batch)
            return false;
    qsort(l->piece, l->n, sizeof *l->piece, by_time);
    for (; n < l->n && l->piece[n].chunk && l->piece[n].flags & PIECE_PLAIN; n++)
        if (n && l->piece[n].first_time <= l->piece[n - 1].last_time)
            return false;
    *count = n;
    for (size_t i = n; i < l->n; i++)
        if (l->piece[i].chunk || (n && l->piece[i].first_time <= l->piece[n - 1].last_time))
            return false;
    return n > 0;
}

static bool summary_fits(const compactor *k, const piece *p, const uint8_t *bytes, size_t length)
{
    chunk_summary s;
    int64_t reference;
    return !chunk_summary_unpack(bytes, length, &s, NULL) && s.rows == p->n &&
           k->has_reference &&
           decimal_rescale(k->reference, k->exponent, s.exponent, &reference) &&
           s.reference == reference && s.first_time == p->first_time &&
           s.last_time == p->last_time;
}

/* Sealed pieces become chunks as they are; what is left in `l` is merged as ever. */
static assay_status move_sealed(compactor *k, piece_list *l, assay_err *err)
{
    size_t count = 0;
    uint8_t summary[CHUNK_SUMMARY_MAX];
    if (!can_move(l, &count))
        return ASSAY_OK;
    for (size_t i = 0; i < count; i++) {
        const piece *p = &l->piece[i];
        size_t length;
        assay_status status = sealed_summary(k->c, p, summary, &length, err);
        if (!status && !summary_fits(k, p, summary, length))
            length = 0;
        if (!status)
            status = put_directory(k, p, p->chunk, summary, length, err);
        if (status)
            return status;
    }
    memmove(l->piece, l->piece + count, (l->n - count) * sizeof *l->piece);
    l->n -= count;
    return ASSAY_OK;
}

static assay_status load_reference(compactor *k, assay_err *err)
{
    sqlite3_stmt *q = statement(k->c, SQL_REFERENCE_GET);
    sqlite3_bind_int64(q, 1, k->number);
    int step = statement_step(k->c, SQL_REFERENCE_GET, err);
    k->has_reference = step > 0 && sqlite3_column_type(q, 0) != SQLITE_NULL;
    if (k->has_reference) {
        k->reference = sqlite3_column_int64(q, 0);
        k->exponent = sqlite3_column_int(q, 1);
    }
    statement_reset(k->c, SQL_REFERENCE_GET);
    stored_characteristic c;
    k->size = 1;
    if (step > 0 && store_characteristic_at(k->s, k->number, &c, NULL) == ASSAY_OK &&
        c.definition.subgroup_size >= 2 && c.definition.subgroup_size <= 60)
        k->size = c.definition.subgroup_size;
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

/* Timed rows from the chunk that reaches the first new one to the one that reaches the last. */
static assay_status timed_range(compactor *k, const piece_list *all, piece_query *q, bool *any,
                                assay_err *err)
{
    *any = false;
    q->from = INT64_MAX;
    q->to = INT64_MIN;
    for (size_t i = 0; i < all->n; i++) {
        const piece *p = &all->piece[i];
        if (!in_window(k, p) || p->flags & PIECE_UNTIMED)
            continue;
        *any = true;
        q->from = p->first_time < q->from ? p->first_time : q->from;
        q->to = p->last_time > q->to ? p->last_time : q->to;
    }
    if (!*any)
        return ASSAY_OK;
    int64_t before = q->from;
    assay_status status = last_chunk_start(k->c, k->number, INT64_MAX, &before, err);
    if (before != INT64_MIN) /* an untimed chunk is not gone on in with timed rows */
        q->from = before;
    q->to += q->to < INT64_MAX;
    return status;
}

static bool has_untimed(const compactor *k, const piece_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (in_window(k, &l->piece[i]) && l->piece[i].flags & PIECE_UNTIMED)
            return true;
    return false;
}

/* -- clusters -------------------------------------------------------------------------- */

/* Does a piece behind those up to `end` go on with them? New rows do with new rows and with a chunk
 * that has room; whatever overlaps does. */
static bool continues(const piece *before, const piece *p, int64_t end)
{
    if (p->first_time <= end)
        return true;
    return p->is_batch && (before->is_batch || before->n < CHUNK_ROWS);
}

static int by_start(const void *a, const void *b, void *context)
{
    const piece *list = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    int64_t x = list[i].first_time, y = list[j].first_time;
    return x != y ? (x < y ? -1 : 1) : i < j ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    return i < j ? -1 : i > j;
}

/* Chunks of one size where the series goes on behind them, so that all have room for late rows. */
static void choose_target(compactor *k, const piece_list *l, bool is_last)
{
    size_t total = 0;
    for (size_t i = 0; i < l->n; i++)
        total += l->piece[i].n;
    size_t chunks = (total + CHUNK_ROWS - 1) / CHUNK_ROWS;
    k->target = is_last || !chunks ? CHUNK_ROWS : (total + chunks - 1) / chunks;
}

/* Pieces place[0 .. n) of `all`; nothing to do where none is new. */
static assay_status rewrite_cluster(compactor *k, const piece_list *all, uint32_t *place, size_t n,
                                    bool is_last, assay_err *err)
{
    piece_list l = {0};
    assay_status status = ASSAY_OK;
    bool is_new = false;
    qsort(place, n, sizeof *place, by_place); /* chunks first, then batch by batch */
    for (size_t i = 0; i < n && !status; i++) {
        is_new |= all->piece[place[i]].is_batch;
        status = piece_list_add(&l, &all->piece[place[i]], err);
    }
    choose_target(k, &l, is_last);
    k->last_first_time = INT64_MAX;
    k->tie = -1;
    if (!status && is_new)
        status = rewrite(k, &l, err);
    piece_list_done(&l);
    return status;
}

static assay_status rewrite_clusters(compactor *k, piece_list *l, assay_err *err)
{
    uint32_t *place = malloc((l->n + 1) * sizeof *place);
    if (!place)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to compact");
    for (size_t i = 0; i < l->n; i++)
        place[i] = (uint32_t)i;
    qsort_r(place, l->n, sizeof *place, by_start, l->piece);
    assay_status status = ASSAY_OK;
    for (size_t n, i = 0; i < l->n && !status; i += n) {
        int64_t end = l->piece[place[i]].last_time;
        for (n = 1; i + n < l->n; n++) {
            const piece *p = &l->piece[place[i + n]];
            if (!continues(&l->piece[place[i + n - 1]], p, end))
                break;
            end = p->last_time > end ? p->last_time : end;
        }
        status = rewrite_cluster(k, l, place + i, n, i + n == l->n, err);
    }
    free(place);
    return status;
}

static assay_status compact_part(compactor *k, const piece_query *q, bool is_untimed,
                                 assay_err *err)
{
    piece_list l = {0};
    assay_status status = pieces_find(k->s, k->c, q, &l, err);
    k->target = CHUNK_ROWS;
    if (!status)
        choose_pieces(k, &l, is_untimed);
    if (!status && !is_untimed)
        status = move_sealed(k, &l, err);
    if (!status)
        status = is_untimed ? rewrite(k, &l, err) : rewrite_clusters(k, &l, err);
    piece_list_done(&l);
    return status;
}

/* The total goes with its chunks; one that nobody knows is counted. */
static assay_status keep_total(compactor *k, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (!k->is_changed)
        return status;
    if (k->total.state == TOTAL_UNKNOWN)
        status = total_count(k->c, k->number, &k->total, err);
    return status ? status : total_write(k->c, k->number, &k->total, err);
}

assay_status compact_one(compactor *k, uint32_t number, assay_err *err)
{
    piece_list batches = {0};
    k->number = number;
    k->is_changed = false;
    piece_query q = {number, INT64_MAX - 1, INT64_MAX, UINT64_MAX, .sealed_only = true};
    piece_query all = {number, INT64_MIN, INT64_MAX, UINT64_MAX, .sealed_only = true};
    bool any = false;
    all.batches_only = true;
    assay_status status = load_reference(k, err);
    if (!status)
        status = total_read(k->c, number, &k->total, err);
    if (!status)
        status = pieces_find(k->s, k->c, &all, &batches, err);
    if (!status && has_untimed(k, &batches)) {
        piece_query untimed = {number, INT64_MIN, TIME_NONE + 1, UINT64_MAX, .sealed_only = true};
        status = compact_part(k, &untimed, true, err);
    }
    if (!status)
        status = timed_range(k, &batches, &q, &any, err);
    if (!status && any)
        status = compact_part(k, &q, false, err);
    piece_list_done(&batches);
    return status ? status : keep_total(k, err);
}
