/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imports: many short durable transactions, invisible until the last one.
 *
 * Rows are scattered as small records to one buffer per characteristic (one write stream each; a
 * stream per column would thrash the cache), and every FLUSH_ROWS rows or FLUSH_NS all buffers
 * are sorted, packed and written as one batch together with how far the source is consumed. At
 * Rows without context and in order take a shorter way (plain.h). At
 * import_commit rows that were stored before are found (identity.c), new definitions get their
 * records, and one update of the import's row makes everything visible.
 */
#include "store/plain.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { FLUSH_ROWS = 1 << 20, COMPACT_BATCHES = 64, CACHE_SLOTS = 1 << 14, AHEAD = 16 };
#define FLUSH_BYTES (64u << 20)
#define FLUSH_NS    1000000000

typedef struct {
    int64_t time, mantissa;
    uint64_t record;
    int32_t offset;
    uint32_t size;
    int8_t exponent;
    uint8_t decimals, status, spare;
    uint32_t context[]; /* of the kinds present, ascending */
} packed_row;

typedef struct {
    char *data;
    size_t n, room;
    int64_t stored_until; /* the latest time stored before this import */
    bool is_known;
} buffer;

typedef struct {
    uint32_t key, code;
} cached_code;

struct import {
    store *s;
    uint32_t id;
    import_tally tally;
    uint32_t *map; /* the reader's index of a characteristic -> number */
    size_t map_room, mapped; /* indices below `mapped` all have a number */
    buffer *buffers; /* by number */
    size_t buffer_room;
    size_t buffered, stride;
    uint32_t kinds; /* contexts present in the buffers */
    int64_t flushed_at;
    dictionary *texts[CONTEXT_COUNT]; /* local contexts since the last flush */
    const dictionary *seen[CONTEXT_COUNT];
    uint32_t *codes[CONTEXT_COUNT]; /* the reader's code -> the store's, global contexts */
    size_t code_room[CONTEXT_COUNT];
    cached_code *cache[CONTEXT_COUNT]; /* the same for local contexts, forgetful */
    rows scratch, sorted;
    uint32_t *order;
    size_t order_room;
    piece_list pieces;
    buf data;
    piece_bytes bytes;
    plain *plain; /* the short way */
    bool is_long; /* a row was not plain: the long way from there on */
    bool is_broken;
    char *note, *next_note; /* of what is appended, of the next batch */
    char *noted; /* before the import was taken up again */
    char *actor; /* who defines what the import brings; NULL: nobody named */
    size_t step_rows; /* 0: by time and bytes */
};

/* -- codes ---------------------------------------------------------------------------- */

static uint32_t local_code(import *i, int kind, uint32_t code, const dictionary *from)
{
    cached_code *slot = &i->cache[kind][code & (CACHE_SLOTS - 1)];
    if (slot->key == code)
        return slot->code;
    size_t length;
    const char *text = dictionary_text(from, code, &length);
    *slot = (cached_code){code, dictionary_code(i->texts[kind], text, length)};
    return slot->code;
}

static uint32_t global_code(import *i, int kind, uint32_t code, const dictionary *from)
{
    if (code >= i->code_room[kind]) {
        size_t room = i->code_room[kind] ? i->code_room[kind] : 256;
        while (room <= code)
            room *= 2;
        uint32_t *grown = realloc(i->codes[kind], room * sizeof *grown);
        if (!grown)
            return 0;
        memset(grown + i->code_room[kind], 0, (room - i->code_room[kind]) * sizeof *grown);
        i->codes[kind] = grown;
        i->code_room[kind] = room;
    }
    if (!i->codes[kind][code]) {
        size_t length;
        const char *text = dictionary_text(from, code, &length);
        i->codes[kind][code] = dictionary_code(i->s->texts[kind], text, length);
    }
    return i->codes[kind][code];
}

static uint32_t code_of(import *i, int kind, uint32_t code, const dictionary *from)
{
    if (!code)
        return 0;
    return LOCAL_CONTEXTS >> kind & 1 ? local_code(i, kind, code, from)
                                      : global_code(i, kind, code, from);
}

static assay_status clear_local(import *i, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (int kind = 0; kind < CONTEXT_COUNT && !status; kind++) {
        if (!(LOCAL_CONTEXTS >> kind & 1) || !(i->kinds >> kind & 1))
            continue;
        dictionary_free(i->texts[kind]);
        i->texts[kind] = NULL;
        status = dictionary_new(&i->texts[kind], err);
        if (!i->cache[kind])
            i->cache[kind] = malloc(CACHE_SLOTS * sizeof *i->cache[kind]);
        if (!i->cache[kind])
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import");
        memset(i->cache[kind], 0, CACHE_SLOTS * sizeof *i->cache[kind]);
    }
    return status;
}

/* -- buffers -------------------------------------------------------------------------- */

static assay_status buffer_find(import *i, uint32_t number, assay_err *err)
{
    if (number >= i->buffer_room) {
        size_t room = i->buffer_room ? i->buffer_room : 256;
        while (room <= number)
            room *= 2;
        buffer *grown = realloc(i->buffers, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu characteristics", room);
        memset(grown + i->buffer_room, 0, (room - i->buffer_room) * sizeof *grown);
        i->buffers = grown;
        i->buffer_room = room;
    }
    buffer *b = &i->buffers[number];
    if (b->is_known)
        return ASSAY_OK;
    b->is_known = true;
    return latest_time(i->s, i->s->db, number, &b->stored_until, err);
}

static assay_status buffer_grow(import *i, buffer *b, assay_err *err)
{
    size_t room = b->room ? 2 * b->room : 64;
    char *grown = realloc(b->data, room * i->stride);
    if (!grown)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import");
    b->data = grown;
    b->room = room;
    return ASSAY_OK;
}

/* Another set of context columns changes the size of a buffered row: the buffers are empty now. */
static assay_status set_kinds(import *i, uint32_t kinds, assay_err *err)
{
    i->kinds = kinds;
    size_t stride = sizeof(packed_row) + 4 * (size_t)__builtin_popcount(kinds);
    i->stride = (stride + 7) & ~(size_t)7;
    for (size_t k = 0; k < i->buffer_room; k++) {
        free(i->buffers[k].data);
        i->buffers[k].data = NULL;
        i->buffers[k].room = 0;
    }
    return clear_local(i, err);
}

static void row_put(const measurement_batch *b, size_t k, packed_row *out)
{
    *out = (packed_row){.time = b->time ? b->time[k] : TIME_NONE,
                        .mantissa = b->mantissa[k],
                        .record = b->record ? b->record[k] : b->first_record ? b->first_record + k : 0,
                        .offset = b->offset ? b->offset[k] : TIME_OFFSET_NONE,
                        .size = b->size ? b->size[k] : 1,
                        .exponent = b->exponent[k],
                        .decimals = b->decimals ? b->decimals[k] : 0,
                        .status = b->status ? b->status[k] : 0};
}

static assay_status scatter(import *i, const measurement_batch *b,
                            const dictionary *const dictionaries[CONTEXT_COUNT], assay_err *err)
{
    for (size_t k = 0; k < b->n; k++) {
        buffer *to = &i->buffers[i->map[b->characteristic ? b->characteristic[k] : 0]];
        if (b->characteristic && k + AHEAD < b->n) {
            const buffer *later = &i->buffers[i->map[b->characteristic[k + AHEAD]]];
            if (later->data)
                __builtin_prefetch(later->data + later->n * i->stride, 1);
        }
        if (to->n == to->room) {
            assay_status status = buffer_grow(i, to, err);
            if (status)
                return status;
        }
        packed_row *r = (packed_row *)(void *)(to->data + to->n++ * i->stride);
        row_put(b, k, r);
        uint32_t *context = r->context;
        for (uint32_t kinds = i->kinds; kinds; kinds &= kinds - 1) {
            int kind = __builtin_ctz(kinds);
            uint32_t code = b->context[kind] ? b->context[kind][k] : 0;
            *context++ = code_of(i, kind, code, dictionaries[kind]);
        }
    }
    i->buffered += b->n;
    return ASSAY_OK;
}

/* -- buffers -> pieces ---------------------------------------------------------------- */

static void transpose(const import *i, const buffer *b, rows *out)
{
    for (size_t k = 0; k < b->n; k++) {
        const packed_row *r = (const packed_row *)(const void *)(b->data + k * i->stride);
        out->time[k] = r->time;
        out->record[k] = r->record;
        out->offset[k] = r->offset;
        out->mantissa[k] = r->mantissa;
        out->exponent[k] = r->exponent;
        out->decimals[k] = r->decimals;
        out->status[k] =
            (uint8_t)(r->status | (r->time != TIME_NONE && r->time < b->stored_until ? STATUS_LATE
                                                                                    : 0));
        out->size[k] = r->size;
        out->origin[k] = i->id;
        const uint32_t *context = r->context;
        for (uint32_t kinds = i->kinds; kinds; kinds &= kinds - 1)
            out->context[__builtin_ctz(kinds)][k] = *context++;
    }
    out->n = b->n;
}

static assay_status add_pieces(import *i, uint32_t number, const rows *r, size_t from, size_t end,
                               assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t n; from < end && !status; from += n) {
        n = end - from < CHUNK_ROWS ? end - from : CHUNK_ROWS;
        rows part = rows_slice(r, from, n);
        piece p;
        status = piece_pack(i->s->db->codec, &part, i->texts, CHUNK_FINEST_NONE, &i->bytes, &p,
                            err);
        if (status)
            break;
        p.characteristic = number;
        p.offset = (uint32_t)i->data.length;
        for (int e = 0; e < EXTENT_COUNT; e++)
            buf_add(&i->data, i->bytes.part[e].data, i->bytes.part[e].length);
        status = piece_list_add(&i->pieces, &p, err);
    }
    return status;
}

/* Sort into series order and pack: untimed rows first, then timed ones. */
static assay_status pack_rows(import *i, uint32_t number, rows *r, assay_err *err)
{
    if (r->n > i->order_room) {
        free(i->order);
        i->order_room = 0;
        if (!(i->order = malloc(2 * r->n * sizeof *i->order)))
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory to sort %zu rows", r->n);
        i->order_room = 2 * r->n;
    }
    const dictionary *serials = i->texts[CONTEXT_SERIAL];
    if (rows_order(r, serials, i->order)) {
        assay_status status = rows_reserve(&i->sorted, r->wanted, r->n, err);
        if (status)
            return status;
        rows_gather(&i->sorted, r, i->order, r->n);
        r = &i->sorted;
    }
    size_t untimed = 0;
    while (untimed < r->n && r->time[untimed] == TIME_NONE)
        untimed++;
    assay_status status = add_pieces(i, number, r, 0, untimed, err);
    return status ? status : add_pieces(i, number, r, untimed, r->n, err);
}

static assay_status pack_buffer(import *i, uint32_t number, assay_err *err)
{
    buffer *b = &i->buffers[number];
    uint32_t wanted = WANT_TIME | WANT_VALUE | WANT_META | i->kinds;
    assay_status status = rows_reserve(&i->scratch, wanted, b->n, err);
    if (status)
        return status;
    transpose(i, b, &i->scratch);
    b->n = 0;
    rows view = rows_slice(&i->scratch, 0, i->scratch.n);
    view.wanted = wanted;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (!(i->kinds >> kind & 1))
            view.context[kind] = NULL;
    return pack_rows(i, number, &view, err);
}

assay_status batch_write(store *s, uint64_t from, const piece *pieces, size_t n, const buf *data,
                         assay_err *err)
{
    buf directory = BUF_INIT;
    assay_status status = directory_pack(pieces, n, from & ORIGIN_LIVE, &directory, err);
    if (!status && data->failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a batch");
    if (!status) {
        sqlite3_stmt *q = statement(s->db, SQL_BATCH_ADD);
        sqlite3_bind_int64(q, 1, (int64_t)from);
        sqlite3_bind_blob64(q, 2, directory.data, directory.length, SQLITE_STATIC);
        sqlite3_bind_blob64(q, 3, data->data, data->length, SQLITE_STATIC);
        status = statement_run(s->db, SQL_BATCH_ADD, err);
    }
    buf_done(&directory);
    return status;
}

/* Everything buffered becomes a batch of the open transaction. */
static assay_status write_buffers(import *i, assay_err *err)
{
    assay_status status = ASSAY_OK;
    i->pieces.n = 0;
    buf_clear(&i->data);
    chunk_codec_quick(i->s->db->codec, true);
    for (size_t number = 0; number < i->buffer_room && !status; number++)
        if (i->buffers[number].n)
            status = pack_buffer(i, (uint32_t)number, err);
    chunk_codec_quick(i->s->db->codec, false);
    if (!status && i->pieces.n)
        status = batch_write(i->s, i->id, i->pieces.piece, i->pieces.n, &i->data, err);
    i->buffered = 0;
    return status ? status : clear_local(i, err);
}

/* -- durable steps -------------------------------------------------------------------- */

static assay_status ensure_tx(import *i, assay_err *err)
{
    return i->s->in_tx ? ASSAY_OK : write_begin(i->s, err);
}

static assay_status write_progress(import *i, assay_err *err)
{
    sqlite3_stmt *q = statement(i->s->db, SQL_IMPORT_PROGRESS);
    sqlite3_bind_int64(q, 1, i->id);
    sqlite3_bind_int64(q, 2, (int64_t)i->tally.offset);
    sqlite3_bind_int64(q, 3, (int64_t)i->tally.record);
    sqlite3_bind_int64(q, 4, (int64_t)i->tally.received);
    sqlite3_bind_text(q, 5, i->note, -1, SQLITE_STATIC);
    return statement_run(i->s->db, SQL_IMPORT_PROGRESS, err);
}

static size_t waiting(const import *i)
{
    return i->buffered + (i->plain ? plain_rows_waiting(i->plain) : 0);
}

static assay_status flush(import *i, bool is_last, assay_err *err)
{
    assay_status status = ensure_tx(i, err);
    if (!status && i->plain)
        status = plain_write(i->plain, is_last, err);
    if (!status && i->buffered)
        status = write_buffers(i, err);
    if (!status)
        status = write_progress(i, err);
    if (!status)
        status = write_commit(i->s, err);
    if (status && i->s->in_tx)
        write_abort(i->s);
    if (!status)
        checkpoint(i->s, 128);
    i->flushed_at = time_now();
    return status;
}

/* -- beginning ------------------------------------------------------------------------ */

static assay_status drop_import(store *s, uint32_t id, assay_err *err)
{
    static const sql steps[] = {SQL_BATCH_DROP_IMPORT, SQL_CHARACTERISTIC_DROP, SQL_CHANGE_DROP,
                                SQL_IMPORT_DROP};
    assay_status status = batches_refresh(s, s->db, err);
    for (size_t k = 0; k < s->batch_count && !status; k++)
        if (s->batches[k].origin == id)
            status = sealed_discard(s->db, &s->batches[k], err);
    for (size_t k = 0; k < sizeof steps / sizeof *steps && !status; k++) {
        sqlite3_bind_int64(statement(s->db, steps[k]), 1, id);
        status = statement_run(s->db, steps[k], err);
    }
    return status;
}

typedef struct {
    uint32_t id;
    uint32_t source;
    char *content, *note;
    import_tally tally;
} pending;

/* At most one is left over: beginning another drops it. */
static assay_status find_pending(store *s, pending *out, assay_err *err)
{
    *out = (pending){0};
    sqlite3_stmt *q = statement(s->db, SQL_IMPORT_PENDING);
    int step = statement_step(s->db, SQL_IMPORT_PENDING, err);
    if (step > 0) {
        const char *content = (const char *)sqlite3_column_text(q, 2);
        out->id = (uint32_t)sqlite3_column_int64(q, 0);
        out->source = (uint32_t)sqlite3_column_int64(q, 1);
        const char *note = (const char *)sqlite3_column_text(q, 7);
        out->content = strdup(content ? content : "");
        out->note = note ? strdup(note) : NULL;
        out->tally = (import_tally){.offset = (uint64_t)sqlite3_column_int64(q, 4),
                                    .record = (uint64_t)sqlite3_column_int64(q, 5),
                                    .received = (uint64_t)sqlite3_column_int64(q, 6)};
    }
    statement_reset(s->db, SQL_IMPORT_PENDING);
    if (step > 0 && !out->content)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import");
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status store_import_discard(store *s, assay_err *err)
{
    if (s->import)
        return assay_fail(err, ASSAY_BUSY, 0, _("%s: an import is open"), s->path);
    assay_status status = write_begin(s, err);
    for (;;) {
        pending left = {0};
        if (!status)
            status = find_pending(s, &left, err);
        free(left.content);
        free(left.note);
        if (status || !left.id)
            break;
        status = drop_import(s, left.id, err);
    }
    if (!status)
        status = write_commit(s, err);
    if (status && s->in_tx)
        write_abort(s);
    return status;
}

static assay_status insert_import(import *i, const import_options *o, uint32_t source,
                                  assay_err *err)
{
    connection *c = i->s->db;
    int64_t last = 0, base = 0;
    statement(c, SQL_IMPORT_MAX);
    assay_status status = statement_number(c, SQL_IMPORT_MAX, &last, err);
    statement(c, SQL_IMPORT_LAST_DATA);
    if (!status)
        status = statement_number(c, SQL_IMPORT_LAST_DATA, &base, err);
    if (status)
        return status;
    i->id = (uint32_t)last + 1;
    uint32_t actor = person_code(i->s, o->actor);
    sqlite3_stmt *q = statement(c, SQL_IMPORT_ADD);
    sqlite3_bind_int64(q, 1, i->id);
    sqlite3_bind_int64(q, 2, source);
    sqlite3_bind_text(q, 3, o->content ? o->content : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, o->label, -1, SQLITE_STATIC);
    if (actor)
        sqlite3_bind_int64(q, 5, actor);
    sqlite3_bind_int64(q, 6, base);
    return statement_run(c, SQL_IMPORT_ADD, err);
}

static assay_status begin(import *i, const import_options *o, assay_err *err)
{
    store *s = i->s;
    const char *name = o->source && *o->source ? o->source : "-";
    uint32_t source = dictionary_code(s->texts[KIND_SOURCE], name, strlen(name));
    if (!source)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import");
    pending left;
    assay_status status = find_pending(s, &left, err);
    bool is_same = !status && left.id && left.source == source && o->content && *o->content &&
                   strcmp(left.content, o->content) == 0;
    free(left.content);
    if (is_same) {
        i->noted = left.note;
        i->note = left.note ? strdup(left.note) : NULL;
        i->id = left.id;
        i->tally = left.tally;
        return ASSAY_OK;
    }
    free(left.note);
    status = status ? status : write_begin(s, err);
    if (!status && left.id)
        status = drop_import(s, left.id, err);
    if (!status)
        status = insert_import(i, o, source, err);
    if (!status)
        status = write_commit(s, err);
    return status;
}

assay_status import_begin(store *s, const import_options *options, import **out,
                          import_tally *resumed, assay_err *err)
{
    assay_status status = need_writer(s, err);
    if (status)
        return status;
    if (s->import || s->ingest || s->in_tx)
        return assay_fail(err, ASSAY_BUSY, 0, "%s: %s is already open", s->path,
                          s->import   ? "an import"
                          : s->ingest ? "live ingest"
                                      : "a transaction");
    import *i = calloc(1, sizeof *i);
    if (!i)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import");
    i->s = s;
    i->actor = options->actor ? strdup(options->actor) : NULL;
    i->step_rows = options->step_rows;
    status = begin(i, options, err);
    if (!status)
        status = plain_new(s, i->id, &i->plain, err);
    if (!status)
        status = set_kinds(i, 0, err);
    if (status) {
        if (s->in_tx)
            write_abort(s);
        free(i->note);
        free(i->noted);
        free(i->actor);
        plain_free(i->plain);
        free(i);
        return status;
    }
    uint64_t commit = 0;
    if (commit_last(s->db, &commit, NULL) == ASSAY_OK &&
        origins_refresh(s, s->db, commit, NULL) != ASSAY_OK)
        i->is_broken = true;
    i->flushed_at = time_now();
    s->import = i;
    if (resumed)
        *resumed = i->tally;
    *out = i;
    return ASSAY_OK;
}

/* -- appending ------------------------------------------------------------------------ */

static assay_status map_characteristic(import *i, uint32_t index, const characteristic *c,
                                       assay_err *err)
{
    if (index >= i->map_room) {
        size_t room = i->map_room ? i->map_room : 256;
        while (room <= index)
            room *= 2;
        uint32_t *grown = realloc(i->map, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu characteristics", room);
        memset(grown + i->map_room, 0, (room - i->map_room) * sizeof *grown);
        i->map = grown;
        i->map_room = room;
    }
    if (i->map[index])
        return ASSAY_OK;
    uint32_t number;
    assay_status status = ensure_tx(i, err);
    if (!status)
        status = characteristic_for_import(i->s, c, i->id, &number, err);
    if (!status)
        status = buffer_find(i, number, err);
    if (!status && i->plain)
        status = plain_map(i->plain, index, number, c->subgroup_size,
                           i->buffers[number].stored_until, err);
    if (!status)
        i->map[index] = number;
    return status;
}

static assay_status map_all(import *i, const measurement_batch *b,
                            const characteristic *const *characteristics, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (!b->characteristic)
        return b->n ? map_characteristic(i, 0, characteristics[0], err) : ASSAY_OK;
    uint32_t most = 0;
    for (size_t k = 0; k < b->n; k++)
        most = b->characteristic[k] > most ? b->characteristic[k] : most;
    while (i->mapped < i->map_room && i->map[i->mapped])
        i->mapped++;
    for (size_t k = 0; most >= i->mapped && k < b->n && !status; k++) {
        uint32_t index = b->characteristic[k];
        if (index >= i->map_room || !i->map[index])
            status = map_characteristic(i, index, characteristics[index], err);
    }
    return status;
}

/* A dictionary that is another one than before has other codes. */
static void watch_dictionaries(import *i, const dictionary *const dictionaries[CONTEXT_COUNT])
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (!dictionaries || dictionaries[kind] == i->seen[kind])
            continue;
        i->seen[kind] = dictionaries[kind];
        if (i->codes[kind])
            memset(i->codes[kind], 0, i->code_room[kind] * sizeof *i->codes[kind]);
        if (i->cache[kind])
            memset(i->cache[kind], 0, CACHE_SLOTS * sizeof *i->cache[kind]);
    }
}

/* The short way as far as it goes; the rest of the source then goes the long one. */
static assay_status append_plain(import *i, const measurement_batch *b, size_t *done,
                                 assay_err *err)
{
    *done = 0;
    if (!i->plain || i->is_long)
        return ASSAY_OK;
    assay_status status = plain_takes(i->plain, b) ? plain_add(i->plain, b, done, err) : ASSAY_OK;
    i->is_long = *done < b->n;
    return status;
}

static assay_status append(import *i, const measurement_batch *b,
                           const characteristic *const *characteristics,
                           const dictionary *const dictionaries[CONTEXT_COUNT], assay_err *err)
{
    uint32_t kinds = i->kinds;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (b->context[kind] && dictionaries && dictionaries[kind])
            kinds |= 1u << kind;
    assay_status status = ASSAY_OK;
    if (kinds != i->kinds && waiting(i))
        status = flush(i, i->is_long, err);
    if (!status && kinds != i->kinds)
        status = set_kinds(i, kinds, err);
    if (!status)
        status = map_all(i, b, characteristics, err);
    watch_dictionaries(i, dictionaries);
    size_t done = 0;
    if (!status)
        status = append_plain(i, b, &done, err);
    measurement_batch rest = batch_rest(b, done);
    return status ? status : scatter(i, &rest, dictionaries, err);
}

/* Time for a durable step? In the short way best when few rows are in no full chunk. */
static bool is_due(const import *i)
{
    size_t n = waiting(i);
    int64_t since = time_now() - i->flushed_at;
    if (i->step_rows)
        return n >= i->step_rows;
    if (i->buffered >= FLUSH_ROWS || i->buffered * i->stride >= FLUSH_BYTES)
        return true;
    if (!n || since < FLUSH_NS)
        return false;
    return i->buffered || since > 3 * (int64_t)FLUSH_NS || plain_rows_loose(i->plain) < n / 8;
}

assay_status import_append(import *i, const measurement_batch *batch,
                           const characteristic *const *characteristics,
                           const dictionary *const dictionaries[CONTEXT_COUNT], uint64_t offset,
                           uint64_t consumed, assay_err *err)
{
    if (i->is_broken)
        return assay_fail(err, ASSAY_USAGE, 0, "this import has failed: close it and begin again");
    assay_status status = append(i, batch, characteristics, dictionaries, err);
    if (!status) {
        i->tally.received += batch->n;
        i->tally.offset = offset;
        i->tally.record = consumed;
        if (i->next_note) {
            free(i->note);
            i->note = i->next_note;
            i->next_note = NULL;
        }
        if (is_due(i))
            status = flush(i, i->is_long, err);
    }
    i->is_broken = status != ASSAY_OK;
    return status;
}

assay_status import_note(import *i, const char *note, assay_err *err)
{
    free(i->next_note);
    i->next_note = note ? strdup(note) : NULL;
    return note && !i->next_note ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import")
                                 : ASSAY_OK;
}

assay_status import_specify(import *i, uint32_t index, const characteristic *said,
                            property_differs *differs, void *context, assay_err *err)
{
    uint32_t number = index < i->map_room ? i->map[index] : 0;
    assay_status status = number ? ensure_tx(i, err) : ASSAY_OK;
    return number && !status
               ? characteristic_specify(i->s, number, said, i->id, differs, context, err)
               : status;
}

const char *import_noted(const import *i)
{
    return i->noted;
}

/* Rows found again among those of the import: kept in a batch of the open transaction. */
assay_status import_keep(import *i, uint32_t number, rows *r, dictionary *const *texts,
                         assay_err *err)
{
    dictionary *before[CONTEXT_COUNT];
    memcpy(before, i->texts, sizeof before);
    memcpy(i->texts, texts, sizeof before);
    assay_status status = pack_rows(i, number, r, err);
    memcpy(i->texts, before, sizeof before);
    return status;
}

void import_keep_begin(import *i)
{
    i->pieces.n = 0;
    buf_clear(&i->data);
}

assay_status import_keep_end(import *i, assay_err *err)
{
    return i->pieces.n ? batch_write(i->s, i->id, i->pieces.piece, i->pieces.n, &i->data, err)
                       : ASSAY_OK;
}

uint32_t import_id(const import *i)
{
    return i->id;
}

/* -- committing ----------------------------------------------------------------------- */

static assay_status record_definitions(store_tx *tx, uint32_t id, sql which, const char *type,
                                       const char *actor, assay_err *err)
{
    connection *c = tx->s->db;
    sqlite3_stmt *q = statement(c, which);
    sqlite3_bind_int64(q, 1, id);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(c, which, err)) != 0) {
        object_id object = {{0}};
        if (step < 0) {
            status = ASSAY_DAMAGED;
            break;
        }
        if (sqlite3_column_bytes(q, 1) == (int)sizeof object.bytes)
            memcpy(object.bytes, sqlite3_column_blob(q, 1), sizeof object.bytes);
        status = record_append(tx, type, actor, &object, (const char *)sqlite3_column_text(q, 2),
                               NULL, err);
    }
    statement_reset(c, which);
    return status;
}

static assay_status apply_changes(store_tx *tx, uint32_t id, const char *actor,
                                  assay_err *err)
{
    connection *c = tx->s->db;
    sqlite3_stmt *q = statement(c, SQL_CHANGE_ALL);
    sqlite3_bind_int64(q, 1, id);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(c, SQL_CHANGE_ALL, err)) != 0) {
        stored_characteristic old;
        characteristic *changed;
        if (step < 0)
            return ASSAY_DAMAGED;
        uint32_t number = (uint32_t)sqlite3_column_int64(q, 0);
        status = characteristic_from_json((const char *)sqlite3_column_text(q, 1), &tx->s->names,
                                          &changed, err);
        if (!status)
            status = store_characteristic_at(tx->s, number, &old, err);
        if (!status) {
            changed->path = old.definition.path;
            status = characteristic_redefine(tx, &old, changed, "characteristic.changed", actor,
                                             err);
        }
    }
    statement_reset(c, SQL_CHANGE_ALL);
    sqlite3_bind_int64(statement(c, SQL_CHANGE_DROP), 1, id);
    return status ? status : statement_run(c, SQL_CHANGE_DROP, err);
}

static assay_status show_characteristics(store *s, uint32_t id, assay_err *err)
{
    sqlite3_bind_int64(statement(s->db, SQL_CHARACTERISTIC_SHOW), 1, id);
    return statement_run(s->db, SQL_CHARACTERISTIC_SHOW, err);
}

static assay_status finish_import(import *i, uint64_t commit, const import_tally *t,
                                  assay_err *err)
{
    sqlite3_stmt *q = statement(i->s->db, SQL_IMPORT_FINISH);
    sqlite3_bind_int64(q, 1, i->id);
    sqlite3_bind_int64(q, 2, (int64_t)commit);
    sqlite3_bind_int64(q, 3, (int64_t)t->stored);
    sqlite3_bind_int64(q, 4, (int64_t)t->duplicates);
    sqlite3_bind_int64(q, 5, (int64_t)t->conflicts);
    return statement_run(i->s->db, SQL_IMPORT_FINISH, err);
}

static assay_status commit_steps(import *i, import_tally *t, assay_err *err)
{
    store *s = i->s;
    uint64_t last;
    assay_status status = commit_last(s->db, &last, err);
    if (status)
        return status;
    s->tx = (store_tx){.s = s, .commit = last + 1, .time = time_now()};
    status = commit_add(s, last + 1, i->id, err);
    if (!status)
        status = origins_refresh(s, s->db, last + 1, err);
    if (!status)
        status = import_resolve(s, i, last + 1, t, err);
    if (!status)
        status = record_definitions(&s->tx, i->id, SQL_CHARACTERISTIC_OF_IMPORT,
                                    "characteristic.defined", i->actor, err);
    if (!status)
        status = apply_changes(&s->tx, i->id, i->actor, err);
    if (!status)
        status = show_characteristics(s, i->id, err);
    t->stored = t->received - t->duplicates - t->conflicts;
    t->commit = last + 1;
    return status ? status : finish_import(i, last + 1, t, err);
}

assay_status import_commit(import *i, import_tally *out, assay_err *err)
{
    store *s = i->s;
    import_tally t = i->tally;
    t.duplicates = t.conflicts = 0;
    assay_status status = i->is_broken
                              ? assay_fail(err, ASSAY_USAGE, 0, "this import has failed")
                              : flush(i, true, err);
    if (!status)
        status = write_begin(s, err);
    if (!status)
        status = commit_steps(i, &t, err);
    if (!status)
        status = write_commit(s, err);
    if (status) {
        if (s->in_tx)
            write_abort(s);
        i->is_broken = true;
        return status;
    }
    i->tally = t;
    s->origins_at = s->logged_at = 0;
    status = origins_refresh(s, s->db, t.commit, err);
    if (out)
        *out = t;
    s->import = NULL;
    checkpoint(s, 256);
    /* What is committed stays so when the tidying behind it fails: the next import tries again. */
    if (!status && compact_if_due(s, COMPACT_BATCHES, NULL) != ASSAY_OK && s->in_tx)
        write_abort(s);
    return status;
}

void import_close(import *i, bool is_kept)
{
    if (!i)
        return;
    store *s = i->s;
    if (s->import == i) {
        if (is_kept && !i->is_broken && waiting(i) && flush(i, true, NULL) != ASSAY_OK)
            i->is_broken = true;
        if (s->in_tx)
            write_abort(s);
        s->import = NULL;
        if (!is_kept && store_import_discard(s, NULL) != ASSAY_OK)
            i->is_broken = true; /* the next import drops it */
    }
    plain_free(i->plain);
    for (size_t k = 0; k < i->buffer_room; k++)
        free(i->buffers[k].data);
    free(i->buffers);
    free(i->map);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        dictionary_free(i->texts[kind]);
        free(i->codes[kind]);
        free(i->cache[kind]);
    }
    rows_done(&i->scratch);
    rows_done(&i->sorted);
    free(i->order);
    piece_list_done(&i->pieces);
    buf_done(&i->data);
    piece_bytes_done(&i->bytes);
    free(i->note);
    free(i->next_note);
    free(i->noted);
    free(i->actor);
    free(i);
}
