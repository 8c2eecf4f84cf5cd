/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which batches are compacted, and how much of them at a time.
 *
 * A window is one transaction, or in slices of a few milliseconds many: the table `moving` then says
 * up to which characteristic the rows of its batches stand in chunks already, and a crash goes on
 * where it ended. */
#include "store/compact.h"
#include "store/import.h"
#include "store/live.h"

#include "base/time.h"

#include <stdlib.h>

#define WINDOW_BYTES (96u << 20)
enum { DUE_ROWS = 100000, MANY_ROWS_A_PIECE = 16 };

/* -- one window ----------------------------------------------------------------------- */

void compaction_free(struct compaction *w)
{
    if (!w)
        return;
    free(w->wanted);
    free(w);
}

static void forget_window(store *s)
{
    compaction_free(s->compaction);
    s->compaction = NULL;
}

/* What an earlier process left in the middle. */
static assay_status resume_window(store *s, struct compaction *w, assay_err *err)
{
    moving_list m;
    assay_status status = moving_read(s->db, &m, err);
    w->count = status ? 0 : m.count;
    for (size_t i = 0; i < w->count; i++) {
        w->batch[i] = m.batch[i];
        w->next = m.characteristic[i] + 1;
    }
    return status;
}

/* A directory may have been read again for an older snapshot. */
static bool is_there(store *s, batch_directory *b)
{
    int64_t count = 0;
    sqlite3_bind_int64(statement(s->db, SQL_BATCH_HAS), 1, (int64_t)b->id);
    b->is_gone |= statement_number(s->db, SQL_BATCH_HAS, &count, NULL) != ASSAY_OK || !count;
    return !b->is_gone;
}

/* The committed batches at the front, up to WINDOW_BYTES. */
static void choose_window(store *s, struct compaction *w)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < s->batch_count && bytes < WINDOW_BYTES && w->count < MOVING_MAX; i++) {
        batch_directory *b = &s->batches[i];
        if (b->is_gone || !origin_of(s, b->origin).commit || !is_there(s, b))
            continue;
        w->batch[w->count++] = b->id;
        for (size_t p = 0; p < b->n; p++)
            for (int e = 0; e < EXTENT_COUNT && !b->piece[p].chunk; e++)
                bytes += b->piece[p].length[e];
    }
    w->next = 1;
}

static const batch_directory *directory_of(const store *s, uint64_t id)
{
    for (size_t i = 0; i < s->batch_count; i++)
        if (s->batches[i].id == id)
            return &s->batches[i];
    return NULL;
}

static void mark_wanted(const store *s, struct compaction *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const batch_directory *b = directory_of(s, w->batch[i]);
        for (size_t p = 0; b && p < b->n; p++)
            if (b->piece[p].characteristic < w->room)
                w->wanted[b->piece[p].characteristic] = 1;
    }
}

static assay_status open_window(store *s, assay_err *err)
{
    int64_t most = 0;
    struct compaction *w = calloc(1, sizeof *w);
    if (!w)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to compact");
    s->compaction = w;
    batches_forget(s, true);
    assay_status status = batches_refresh(s, s->db, err);
    statement(s->db, SQL_CHARACTERISTIC_MAX);
    if (!status)
        status = statement_number(s->db, SQL_CHARACTERISTIC_MAX, &most, err);
    w->room = (size_t)most + 1;
    if (!status && !(w->wanted = calloc(w->room, 1)))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to compact");
    if (!status)
        status = resume_window(s, w, err);
    if (!status && !w->count)
        choose_window(s, w);
    if (!status)
        mark_wanted(s, w);
    if (status || !w->count)
        forget_window(s);
    return status;
}

static assay_status drop_batch(store *s, uint64_t id, assay_err *err)
{
    static const sql steps[] = {SQL_BATCH_DROP, SQL_VOID_DROP};
    const batch_directory *b = directory_of(s, id);
    assay_status status = b ? sealed_drop(s->db, b, err) : ASSAY_OK;
    for (size_t i = 0; i < 2 && !status; i++) {
        sqlite3_bind_int64(statement(s->db, steps[i]), 1, (int64_t)id);
        status = statement_run(s->db, steps[i], err);
    }
    return status;
}

static assay_status end_window(store *s, assay_err *err)
{
    const struct compaction *w = s->compaction;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < w->count && !status; i++)
        status = drop_batch(s, w->batch[i], err);
    return status ? status : statement_simple(s->db, SQL_MOVING_DROP, err);
}

/* Characteristics before `next` stand in chunks. */
static assay_status note_window(store *s, uint32_t next, assay_err *err)
{
    const struct compaction *w = s->compaction;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < w->count && !status; i++) {
        sqlite3_stmt *q = statement(s->db, SQL_MOVING_SET);
        sqlite3_bind_int64(q, 1, (int64_t)w->batch[i]);
        sqlite3_bind_int64(q, 2, (int64_t)next - 1);
        status = statement_run(s->db, SQL_MOVING_SET, err);
    }
    return status;
}

typedef struct {
    int64_t until; /* time_now, INT64_MAX: to the end */
    store_progress *visit;
    void *context;
} slice_limit;

/* Characteristics from *next on, until it is time; at least one. */
static assay_status compact_some(compactor *k, uint32_t *next, const slice_limit *limit,
                                 assay_err *err)
{
    const struct compaction *w = k->window;
    assay_status status = ASSAY_OK;
    while (*next < w->room && !status) {
        uint32_t number = (*next)++;
        if (!w->wanted[number])
            continue;
        status = compact_one(k, number, err);
        if (!status && limit->visit && !limit->visit(number, w->room - 1, limit->context))
            status = assay_fail(err, ASSAY_STOPPED, 0, "compaction stopped; nothing is lost");
        if (limit->until < INT64_MAX && time_now() >= limit->until)
            break;
    }
    return status;
}

static assay_status run_slice(store *s, compactor *k, uint32_t *next, const slice_limit *limit,
                              assay_err *err)
{
    int64_t max_id = 0;
    statement(s->db, SQL_CHUNK_MAX_ID);
    assay_status status = statement_number(s->db, SQL_CHUNK_MAX_ID, &max_id, err);
    k->next_id = max_id + 1;
    k->scaled = malloc(CHUNK_ROWS * sizeof *k->scaled);
    if (!status && !k->scaled)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory to compact");
    if (!status)
        status = write_begin(s, err);
    if (!status)
        status = compact_some(k, next, limit, err);
    if (!status)
        status = *next < s->compaction->room ? note_window(s, *next, err) : end_window(s, err);
    connection_rest(s->db);
    if (!status)
        status = write_commit(s, err);
    if (status && s->in_tx)
        write_abort(s);
    free(k->scaled);
    rows_done(&k->pending);
    piece_bytes_done(&k->bytes);
    return status;
}

static void note_gone(store *s)
{
    const struct compaction *w = s->compaction;
    pthread_mutex_lock(&s->mutex);
    for (size_t i = 0; i < s->batch_count; i++)
        for (size_t b = 0; b < w->count; b++)
            s->batches[i].is_gone |= s->batches[i].id == w->batch[b];
    pthread_mutex_unlock(&s->mutex);
}

/* One slice of one window. *done: there is nothing more. */
static assay_status compact_slice(store *s, const slice_limit *limit, bool *done, assay_err *err)
{
    assay_status status = s->compaction ? ASSAY_OK : open_window(s, err);
    *done = !status && !s->compaction;
    if (status || *done)
        return status;
    compactor k = {.s = s, .c = s->db, .window = s->compaction};
    uint32_t next = s->compaction->next;
    /* What is moved is not erased: its old pages need no overwriting. */
    status = connection_exec(s->db, "PRAGMA secure_delete=FAST", err);
    if (!status)
        status = run_slice(s, &k, &next, limit, err);
    assay_status back = connection_exec(s->db, "PRAGMA secure_delete=ON", status ? NULL : err);
    if (!status && next < s->compaction->room) {
        s->compaction->next = next;
    } else {
        if (!status)
            note_gone(s);
        forget_window(s);
    }
    return status ? status : back;
}

assay_status store_compact(store *s, store_progress *progress, void *context, assay_err *err)
{
    slice_limit whole = {INT64_MAX, progress, context};
    assay_status status = need_writer(s, err);
    if (!status && (s->import || s->in_tx || ingest_is_begun(s->ingest)))
        status = assay_fail(err, ASSAY_BUSY, 0, "%s: an import or transaction is open", s->path);
    if (!status)
        status = live_fold_now(s, err);
    for (bool done = false; !status && !done;) {
        status = compact_slice(s, &whole, &done, err);
        if (!status)
            checkpoint(s, 256);
    }
    if (status)
        return status;
    batches_forget(s, true);
    status = connection_exec(s->db, "PRAGMA incremental_vacuum", err);
    if (!status)
        checkpoint(s, 256);
    return status;
}

/* -- when ----------------------------------------------------------------------------- */

typedef struct {
    size_t batches, pieces;
    uint64_t rows;
} waiting_work;

static assay_status count_waiting(store *s, waiting_work *out, assay_err *err)
{
    *out = (waiting_work){0};
    assay_status status = batches_refresh(s, s->db, err);
    for (size_t i = 0; i < s->batch_count && !status; i++) {
        const batch_directory *b = &s->batches[i];
        if (b->is_gone || !origin_of(s, b->origin).commit)
            continue;
        out->batches++;
        out->pieces += b->n;
        out->rows += b->rows;
    }
    return status;
}

assay_status compact_if_due(store *s, size_t batches, assay_err *err)
{
    waiting_work w;
    assay_status status = count_waiting(s, &w, err);
    return status || (w.rows < DUE_ROWS && w.batches < batches) ? status
                                                                : store_compact(s, NULL, NULL, err);
}

unsigned compact_due(store *s, size_t batches)
{
    waiting_work w;
    if (count_waiting(s, &w, NULL) != ASSAY_OK)
        return 0;
    bool is_long = w.rows / MANY_ROWS_A_PIECE >= w.pieces;
    unsigned times = (unsigned)(w.batches / (is_long ? (batches + 1) / 2 : batches));
    return times || !s->compaction ? times : 1;
}

assay_status compact_a_little(store *s, int64_t ns, assay_err *err)
{
    bool done;
    slice_limit limit = {time_now() + ns, NULL, NULL};
    return compact_slice(s, &limit, &done, err);
}
