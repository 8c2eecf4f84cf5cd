/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the pieces of a question: sealed chunks by index, parts of batches by their directories.
 *
 * Directories of batches are read once and kept: a batch never changes.
 */
#include "store/live.h"

#include <stdlib.h>
#include <string.h>

void piece_list_done(piece_list *l)
{
    free(l->piece);
    rows_done(&l->live);
    buf_done(&l->summaries);
    *l = (piece_list){0};
}

assay_status piece_list_add(piece_list *l, const piece *p, assay_err *err)
{
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        piece *grown = realloc(l->piece, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu chunks", room);
        l->piece = grown;
        l->room = room;
    }
    l->piece[l->n++] = *p;
    return ASSAY_OK;
}

/* -- chunks --------------------------------------------------------------------------- */

static assay_status chunk_row(sqlite3_stmt *q, int first, uint32_t number, piece_list *out,
                              assay_err *err)
{
    piece p = {.characteristic = number,
               .first_time = sqlite3_column_int64(q, first + 0),
               .tie = sqlite3_column_int64(q, first + 1),
               .id = (uint64_t)sqlite3_column_int64(q, first + 2),
               .last_time = sqlite3_column_int64(q, first + 3),
               .n = (uint32_t)sqlite3_column_int64(q, first + 4),
               .flags = (uint32_t)sqlite3_column_int64(q, first + 5),
               .first_origin = (uint64_t)sqlite3_column_int64(q, first + 6),
               .last_origin = (uint64_t)sqlite3_column_int64(q, first + 7)};
    if (!p.n || p.n > CHUNK_ROWS || p.first_time > p.last_time ||
        (p.first_time == TIME_NONE) != !!(p.flags & PIECE_UNTIMED))
        return assay_fail(err, ASSAY_DAMAGED, 0, "the directory of chunk %llu is not valid",
                          (unsigned long long)p.id);
    const void *summary = sqlite3_column_blob(q, first + 8);
    p.summary_length = (uint32_t)sqlite3_column_bytes(q, first + 8);
    p.summary_at = out->summaries.length;
    if (p.summary_length > CHUNK_SUMMARY_MAX)
        p.summary_length = 0;
    buf_add(&out->summaries, summary, p.summary_length);
    return piece_list_add(out, &p, err);
}

/* The same from a row that begins with the characteristic. */
assay_status piece_from_row(sqlite3_stmt *q, piece_list *out, assay_err *err)
{
    return chunk_row(q, 1, (uint32_t)sqlite3_column_int64(q, 0), out, err);
}

/* The first time of the last chunk that begins before `from`: its end may reach over it. */
static assay_status first_reaching(connection *c, const piece_query *q, int64_t *out,
                                   assay_err *err)
{
    *out = q->from;
    if (q->from == INT64_MIN)
        return ASSAY_OK;
    sqlite3_stmt *s = statement(c, SQL_CHUNK_TO);
    sqlite3_bind_int64(s, 1, q->characteristic);
    sqlite3_bind_int64(s, 2, q->from);
    int step = statement_step(c, SQL_CHUNK_TO, err);
    if (step > 0 && sqlite3_column_int64(s, 3) >= q->from)
        *out = sqlite3_column_int64(s, 0);
    statement_reset(c, SQL_CHUNK_TO);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static assay_status find_chunks(connection *c, const piece_query *q, piece_list *out,
                                assay_err *err)
{
    int64_t from;
    assay_status status = first_reaching(c, q, &from, err);
    if (status)
        return status;
    sqlite3_stmt *s = statement(c, SQL_CHUNK_FROM);
    sqlite3_bind_int64(s, 1, q->characteristic);
    sqlite3_bind_int64(s, 2, from);
    sqlite3_bind_int64(s, 3, q->to);
    int step = 0;
    while (!status && (step = statement_step(c, SQL_CHUNK_FROM, err)) != 0)
        status = step < 0 ? ASSAY_DAMAGED : chunk_row(s, 0, q->characteristic, out, err);
    statement_reset(c, SQL_CHUNK_FROM);
    return status;
}

/* -- batches -------------------------------------------------------------------------- */

static batch_directory *batch_find(store *s, uint64_t id)
{
    size_t low = 0, high = s->batch_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->batches[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->batch_count && s->batches[low].id == id ? &s->batches[low] : NULL;
}

static assay_status batch_keep(store *s, sqlite3_stmt *q, assay_err *err)
{
    if (s->batch_count == s->batch_room) {
        size_t room = s->batch_room ? 2 * s->batch_room : 64;
        batch_directory *grown = realloc(s->batches, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu directories", room);
        s->batches = grown;
        s->batch_room = room;
    }
    batch_directory *b = &s->batches[s->batch_count];
    *b = (batch_directory){.id = (uint64_t)sqlite3_column_int64(q, 0),
                           .origin = (uint64_t)sqlite3_column_int64(q, 1)};
    assay_status status = directory_unpack(sqlite3_column_blob(q, 2),
                                           (size_t)sqlite3_column_bytes(q, 2), b->id, b->origin,
                                           &b->piece, &b->n, err);
    for (size_t i = 0; i < b->n && !status; i++)
        b->rows += b->piece[i].n;
    if (!status)
        s->batch_count++;
    return status;
}

/* -- moving --------------------------------------------------------------------------- */

assay_status moving_read(connection *c, moving_list *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_MOVING_ALL);
    int step;
    out->count = 0;
    while ((step = statement_step(c, SQL_MOVING_ALL, err)) > 0 && out->count < MOVING_MAX) {
        out->batch[out->count] = (uint64_t)sqlite3_column_int64(q, 0);
        out->characteristic[out->count++] = (uint32_t)sqlite3_column_int64(q, 1);
    }
    statement_reset(c, SQL_MOVING_ALL);
    if (step > 0)
        return assay_fail(err, ASSAY_DAMAGED, 0, "more batches are moving than can be");
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

bool moving_has(const moving_list *m, uint64_t batch, uint32_t number)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->batch[i] == batch)
            return number <= m->characteristic[i];
    return false;
}

/* -- finding in batches ----------------------------------------------------------------- */

/* Directories of batches newer than those kept. A damaged one is told once and kept as empty. */
assay_status batches_refresh(store *s, connection *c, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_BATCH_ALL);
    uint64_t last = s->batch_count ? s->batches[s->batch_count - 1].id : 0;
    sqlite3_bind_int64(q, 1, (int64_t)last);
    assay_status status = ASSAY_OK;
    int step = 0;
    while (!status && (step = statement_step(c, SQL_BATCH_ALL, err)) != 0)
        status = step < 0 ? ASSAY_DAMAGED : batch_keep(s, q, err);
    statement_reset(c, SQL_BATCH_ALL);
    return status;
}

assay_status is_void(connection *c, uint64_t batch, uint32_t number, bool *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_VOID_ALL);
    sqlite3_bind_int64(q, 1, (int64_t)batch);
    int step = 0;
    *out = false;
    while (!*out && (step = statement_step(c, SQL_VOID_ALL, err)) > 0)
        *out = sqlite3_column_int64(q, 0) == number;
    statement_reset(c, SQL_VOID_ALL);
    return !*out && step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status void_count(connection *c, const batch_directory *b, size_t *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_VOID_ALL);
    sqlite3_bind_int64(q, 1, (int64_t)b->id);
    int step = 0;
    *out = 0;
    while ((step = statement_step(c, SQL_VOID_ALL, err)) > 0)
        for (size_t p = 0; p < b->n; p++)
            if (b->piece[p].characteristic == sqlite3_column_int64(q, 0)) {
                ++*out;
                break;
            }
    statement_reset(c, SQL_VOID_ALL);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static assay_status add_batch(connection *c, const piece_query *q, const batch_directory *b,
                              bool any_void, piece_list *out, assay_err *err)
{
    size_t low = 0, high = b->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (b->piece[middle].characteristic < q->characteristic)
            low = middle + 1;
        else
            high = middle;
    }
    bool skip = false;
    assay_status status = ASSAY_OK;
    if (any_void && low < b->n && b->piece[low].characteristic == q->characteristic)
        status = is_void(c, b->id, q->characteristic, &skip, err);
    for (; !status && !skip && low < b->n && b->piece[low].characteristic == q->characteristic;
         low++) {
        const piece *p = &b->piece[low];
        if (p->last_time >= q->from && p->first_time < q->to)
            status = piece_list_add(out, p, err);
    }
    return status;
}

static bool is_asked_for(const store *s, const piece_query *q, const batch_directory *b)
{
    if (q->only_origin)
        return b->origin == q->only_origin;
    uint64_t commit = origin_of(s, b->origin).commit;
    return commit && commit <= q->as_of;
}

static void batches_clear(store *s)
{
    for (size_t i = 0; i < s->batch_count; i++)
        free(s->batches[i].piece);
    s->batch_count = 0;
}

void batches_forget(store *s, bool gone_only)
{
    size_t n = 0;
    pthread_mutex_lock(&s->mutex);
    for (size_t i = 0; i < s->batch_count; i++) {
        if (!gone_only || s->batches[i].is_gone)
            free(s->batches[i].piece);
        else
            s->batches[n++] = s->batches[i];
    }
    s->batch_count = n;
    pthread_mutex_unlock(&s->mutex);
}

/* The directory; read again where an older snapshot needs what was forgotten. */
static assay_status batch_get(store *s, connection *c, uint64_t id, batch_directory **out,
                              assay_err *err)
{
    assay_status status = ASSAY_OK;
    *out = batch_find(s, id);
    if (!*out) {
        batches_clear(s);
        status = batches_refresh(s, c, err);
        *out = batch_find(s, id);
    }
    return status;
}

/* A long-lived reader forgets directories of batches that are gone. */
static void batches_tidy(store *s, uint64_t first, size_t count)
{
    size_t n = 0;
    if (s->mode & STORE_WRITE || s->batch_count < 2 * count + 64)
        return;
    while (n < s->batch_count && s->batches[n].id < first)
        free(s->batches[n++].piece);
    memmove(s->batches, s->batches + n, (s->batch_count - n) * sizeof *s->batches);
    s->batch_count -= n;
}

static assay_status find_in_batches(store *s, connection *c, const piece_query *q,
                                    piece_list *out, assay_err *err)
{
    sqlite3_stmt *ids = statement(c, SQL_BATCH_IDS);
    int step = statement_step(c, SQL_BATCH_IDS, err);
    if (step <= 0) {
        statement_reset(c, SQL_BATCH_IDS);
        return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
    }
    moving_list moving;
    size_t count = 0;
    uint64_t first = (uint64_t)sqlite3_column_int64(ids, 0);
    assay_status status = batches_refresh(s, c, err);
    if (!status)
        status = moving_read(c, &moving, err);
    statement(c, SQL_VOID_ANY);
    bool any_void = !status && statement_step(c, SQL_VOID_ANY, err) > 0;
    statement_reset(c, SQL_VOID_ANY);
    for (; !status && step > 0; step = statement_step(c, SQL_BATCH_IDS, err), count++) {
        uint64_t id = (uint64_t)sqlite3_column_int64(ids, 0);
        batch_directory *b;
        if (moving_has(&moving, id, q->characteristic))
            continue;
        status = batch_get(s, c, id, &b, err);
        if (!status && b && is_asked_for(s, q, b))
            status = add_batch(c, q, b, any_void, out, err);
    }
    statement_reset(c, SQL_BATCH_IDS);
    batches_tidy(s, first, count);
    return status ? status : step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status pieces_find(store *s, connection *c, const piece_query *q, piece_list *out,
                         assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (!q->only_origin && !q->batches_only && !q->no_chunks)
        status = find_chunks(c, q, out, err);
    if (!status) {
        pthread_mutex_lock(&s->mutex);
        status = find_in_batches(s, c, q, out, err);
        pthread_mutex_unlock(&s->mutex);
    }
    if (!status && !q->only_origin && !q->batches_only && !q->sealed_only)
        status = live_pieces(s, c, q, out, err);
    if (!status && out->summaries.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for summaries");
    return status;
}

/* -- extents -------------------------------------------------------------------------- */

static const sql extent_sql[EXTENT_COUNT] = {SQL_VALUES_GET, SQL_TIMES_GET, SQL_COLUMNS_GET,
                                             SQL_TEXTS_GET};

static assay_status name_damage(const piece *p, extent which, assay_err *err)
{
    static const char *const names[EXTENT_COUNT] = {"values", "times", "columns", "texts"};
    return assay_fail(err, ASSAY_DAMAGED, 0, "%s %llu has no %s", p->is_batch ? "batch" : "chunk",
                      (unsigned long long)p->id, names[which]);
}

/* A piece lies in one stretch of its batch: read whole, so that its extents come together. */
static assay_status read_piece(connection *c, const piece *p, assay_err *err)
{
    size_t total = 0;
    for (int e = 0; e < EXTENT_COUNT; e++)
        total += p->length[e];
    int code = c->blob ? sqlite3_blob_reopen(c->blob, (sqlite3_int64)p->id)
                       : sqlite3_blob_open(c->db, "main", "batch", "data", (sqlite3_int64)p->id, 0,
                                           &c->blob);
    c->blob_batch = 0;
    if (code != SQLITE_OK || total > INT32_MAX || p->offset > INT32_MAX ||
        p->offset + total > (size_t)sqlite3_blob_bytes(c->blob))
        return name_damage(p, EXTENT_VALUES, err);
    buf_clear(&c->piece);
    if (!buf_reserve(&c->piece, total + 1))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu bytes", total);
    if (sqlite3_blob_read(c->blob, c->piece.data, (int)total, (int)p->offset) != SQLITE_OK)
        return connection_fail(c, err, "cannot read a batch");
    c->piece.length = total;
    c->blob_batch = p->id;
    c->blob_offset = p->offset;
    return ASSAY_OK;
}

static assay_status from_batch(connection *c, const piece *p, extent which, const uint8_t **bytes,
                               size_t *length, assay_err *err)
{
    if (c->blob_batch != p->id || c->blob_offset != p->offset || !c->blob) {
        assay_status status = read_piece(c, p, err);
        if (status) {
            sqlite3_blob_close(c->blob);
            c->blob = NULL;
            return status;
        }
    }
    size_t at = 0;
    for (int e = 0; e < (int)which; e++)
        at += p->length[e];
    *bytes = (const uint8_t *)c->piece.data + at;
    *length = p->length[which];
    return ASSAY_OK;
}

assay_status extent_from_file(void *context, const piece *p, extent which, const uint8_t **bytes,
                              size_t *length, assay_err *err)
{
    connection *c = context;
    if (p->is_batch && !p->chunk)
        return from_batch(c, p, which, bytes, length, err);
    sqlite3_stmt *q = statement(c, extent_sql[which]);
    sqlite3_bind_int64(q, 1, (int64_t)(p->chunk ? p->chunk : p->id));
    int step = statement_step(c, extent_sql[which], err);
    if (step < 0)
        return ASSAY_DAMAGED;
    if (step == 0 && (which == EXTENT_VALUES || which == EXTENT_TIMES))
        return name_damage(p, which, err);
    *bytes = step ? sqlite3_column_blob(q, 0) : NULL;
    *length = step ? (size_t)sqlite3_column_bytes(q, 0) : 0;
    return ASSAY_OK;
}

/* -- sealed pieces of batches ----------------------------------------------------------- */

assay_status extents_drop(connection *c, uint64_t chunk, bool is_plain, assay_err *err)
{
    static const sql extents[] = {SQL_VALUES_DROP, SQL_TIMES_DROP, SQL_COLUMNS_DROP,
                                  SQL_TEXTS_DROP};
    assay_status status = ASSAY_OK;
    size_t count = is_plain ? 2 : 4;
    for (size_t e = 0; e < count && !status; e++) {
        sqlite3_bind_int64(statement(c, extents[e]), 1, (int64_t)chunk);
        status = statement_run(c, extents[e], err);
    }
    return status;
}

static assay_status drop_sealed(connection *c, const batch_directory *b, bool void_only,
                                assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < b->n && !status; i++) {
        const piece *p = &b->piece[i];
        bool is_gone = true;
        if (!p->chunk)
            continue;
        if (void_only)
            status = is_void(c, b->id, p->characteristic, &is_gone, err);
        if (!status && is_gone)
            status = extents_drop(c, p->chunk, true, err);
    }
    return status;
}

assay_status sealed_drop(connection *c, const batch_directory *b, assay_err *err)
{
    return drop_sealed(c, b, true, err);
}

assay_status sealed_discard(connection *c, const batch_directory *b, assay_err *err)
{
    return drop_sealed(c, b, false, err);
}

assay_status sealed_summary(connection *c, const piece *p, uint8_t out[CHUNK_SUMMARY_MAX],
                            size_t *length, assay_err *err)
{
    piece part = {.id = p->id, .offset = p->offset, .is_batch = true};
    const uint8_t *bytes;
    part.length[EXTENT_VALUES] = p->length[EXTENT_TEXTS];
    *length = 0;
    if (part.length[EXTENT_VALUES] > CHUNK_SUMMARY_MAX)
        return ASSAY_OK;
    assay_status status = from_batch(c, &part, EXTENT_VALUES, &bytes, length, err);
    if (!status && *length)
        memcpy(out, bytes, *length);
    return status;
}
