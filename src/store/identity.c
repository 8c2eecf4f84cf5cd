/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of an import was stored before?
 *
 * Identity is source, characteristic, time, serial number and occurrence among equal keys of one
 * file; of untimed rows the content key of the file and the record number. The occurrences of a
 * key that are stored are always 1 .. k without a gap (who brings the third brings the second),
 * and stand in that order: so the j-th row of a key in the import meets the j-th of that key in
 * the store, and walking both in series order side by side finds every meeting with no index.
 *
 * Nearly every import lies behind what is stored; then nothing is walked. Where something is found,
 * the rows that stay are written once more and the first copy is made void for this
 * characteristic. All of it happens inside the transaction that commits the import.
 */
#include "store/conflict.h"
#include "store/import.h"
#include "store/live.h"

#include <stdlib.h>
#include <string.h>

#define KEEP_BYTES (32u << 20)
enum { KEEP_ROWS = 1 << 16 };

typedef struct {
    uint32_t number;
    int64_t first_time, last_time; /* of timed rows */
    bool has_timed, has_untimed;
} extent_of;

/* A series read row by row. */
typedef struct {
    merge *m;
    rows r;
    size_t at;
} walker;

typedef struct {
    store *s;
    import *i;
    uint32_t id, source;
    uint64_t content, commit;
    import_tally *t;
    uint32_t number;
    rows keep;
    uint64_t found; /* duplicates and conflicts of this characteristic */
    bool is_dry;    /* only look whether there are any */
    struct {
        int64_t time;
        uint64_t record;
        uint64_t origin;
        uint32_t count;
        char *serial;
        size_t length;
    } run; /* of stored rows, as amendments count them */
} resolver;

/* -- walking -------------------------------------------------------------------------- */

static assay_status walker_fill(walker *w, bool *has_row, assay_err *err)
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

static const char *serial_of(const walker *w, size_t *length)
{
    return dictionary_text(merge_texts(w->m)[CONTEXT_SERIAL],
                           w->r.context[CONTEXT_SERIAL][w->at], length);
}

/* Order of keys: untimed by record; then by time and serial. */
static int compare_keys(const walker *a, const walker *b)
{
    int64_t x = a->r.time[a->at], y = b->r.time[b->at];
    if (x != y)
        return x < y ? -1 : 1;
    if (x == TIME_NONE) {
        uint64_t p = a->r.record[a->at], q = b->r.record[b->at];
        return p < q ? -1 : p > q;
    }
    size_t n, m;
    const char *s = serial_of(a, &n), *t = serial_of(b, &m);
    return n != m ? (n < m ? -1 : 1) : memcmp(s, t, n);
}

static bool is_ours(const resolver *v, const walker *w)
{
    origin o = origin_of(v->s, w->r.origin[w->at]);
    return o.source == v->source &&
           (w->r.time[w->at] != TIME_NONE || o.content == v->content);
}

/* How many rows of its key and origin the stored row is, as amendments count. */
static uint32_t count_run(resolver *v, const walker *w)
{
    size_t length;
    const char *serial = serial_of(w, &length);
    int64_t time = w->r.time[w->at];
    uint64_t place = time == TIME_NONE ? w->r.record[w->at] : 0;
    uint64_t from = w->r.origin[w->at];
    bool continues = v->run.count && v->run.time == time && v->run.record == place &&
                     v->run.origin == from && v->run.length == length &&
                     !memcmp(v->run.serial, serial, length);
    if (continues)
        return ++v->run.count;
    char *copy = realloc(v->run.serial, length + 1);
    if (copy) {
        memcpy(copy, serial, length);
        v->run.serial = copy;
    }
    v->run.length = copy ? length : SIZE_MAX;
    v->run.time = time;
    v->run.record = place;
    v->run.origin = from;
    return v->run.count = 1;
}

/* -- comparing ------------------------------------------------------------------------ */

static given_value value_of(const walker *w)
{
    const rows *r = &w->r;
    return (given_value){r->mantissa[w->at], r->exponent[w->at], r->decimals[w->at],
                         r->status[w->at], r->size[w->at]};
}

static row_key key_of(const resolver *v, const walker *w, uint32_t occurrence)
{
    row_key k = {.characteristic = v->number,
                 .time = w->r.time[w->at],
                 .record = w->r.record[w->at],
                 .origin = w->r.origin[w->at],
                 .occurrence = occurrence};
    k.serial = serial_of(w, &k.length);
    return k;
}

static assay_status meet(resolver *v, const walker *stored, const walker *new, uint32_t occurrence,
                         assay_err *err)
{
    v->found++;
    if (v->is_dry)
        return ASSAY_OK;
    given_value there = value_of(stored), here = value_of(new);
    row_key key = key_of(v, stored, occurrence);
    bool is_known = value_same(&there, &here);
    assay_status status = ASSAY_OK;
    if (!is_known)
        status = conflict_known(v->s->db, &key, &here, &is_known, err);
    if (!status && !is_known)
        status = conflict_add(v->s->db, &key, &here, v->id, v->commit, err);
    if (status)
        return status;
    if (is_known)
        v->t->duplicates++;
    else
        v->t->conflicts++;
    return ASSAY_OK;
}

/* -- what stays ----------------------------------------------------------------------- */

static assay_status keep_write(resolver *v, const walker *new, assay_err *err)
{
    if (!v->keep.n)
        return ASSAY_OK;
    assay_status status = import_keep(v->i, v->number, &v->keep, merge_texts(new->m), err);
    v->keep.n = 0;
    return status;
}

static assay_status keep(resolver *v, const walker *new, assay_err *err)
{
    if (v->is_dry)
        return ASSAY_OK;
    assay_status status = rows_reserve(&v->keep, WANT_ALL, KEEP_ROWS, err);
    if (!status && v->keep.n == KEEP_ROWS)
        status = keep_write(v, new, err);
    if (!status)
        rows_append(&v->keep, &new->r, new->at, 1);
    return status;
}

/* -- one characteristic --------------------------------------------------------------- */

/* The stored row that meets the new one, or none: `stored` moves up to the new row's key. */
static assay_status seek(resolver *v, walker *stored, const walker *new, bool *meets,
                         uint32_t *occurrence, assay_err *err)
{
    for (;;) {
        bool has_row;
        assay_status status = walker_fill(stored, &has_row, err);
        *meets = false;
        if (status || !has_row)
            return status;
        bool ours = is_ours(v, stored); /* others stand between, untimed ones in no order of ours */
        int by_key = ours ? compare_keys(stored, new) : -1;
        if (by_key > 0)
            return ASSAY_OK;
        *occurrence = count_run(v, stored);
        if (by_key == 0) {
            *meets = true;
            return ASSAY_OK;
        }
        stored->at++;
    }
}

static assay_status walk(resolver *v, walker *stored, walker *new, assay_err *err)
{
    memset(&v->run.time, 0, sizeof v->run.time);
    v->run.count = 0;
    for (;;) {
        bool has_row, meets;
        uint32_t occurrence = 0;
        assay_status status = walker_fill(new, &has_row, err);
        if (status || !has_row)
            return status ? status : v->is_dry ? ASSAY_OK : keep_write(v, new, err);
        status = seek(v, stored, new, &meets, &occurrence, err);
        if (!status)
            status = meets ? meet(v, stored, new, occurrence, err) : keep(v, new, err);
        if (status || (v->is_dry && v->found))
            return status;
        stored->at += meets;
        new->at++;
    }
}

static assay_status open_walker(resolver *v, const piece_query *q, walker *out, assay_err *err)
{
    piece_list l = {0};
    assay_status status = pieces_find(v->s, v->s->db, q, &l, err);
    if (!status)
        status = merge_open(v->s, v->s->db, &l, WANT_ALL, INT64_MIN, INT64_MAX, &out->m, err);
    piece_list_done(&l);
    return status;
}

/* Untimed rows that were stored stand by commit, not by record: usually the same. */
static piece_query stored_query(const resolver *v, const extent_of *e)
{
    bool timed_only = !e->has_untimed;
    return (piece_query){.characteristic = e->number,
                         .from = timed_only ? e->first_time : INT64_MIN,
                         .to = e->has_timed && e->last_time < INT64_MAX ? e->last_time + 1
                               : e->has_timed                          ? INT64_MAX
                                                                       : TIME_NONE + 1,
                         .as_of = v->commit};
}

static assay_status walk_both(resolver *v, const extent_of *e, bool is_dry, assay_err *err)
{
    walker stored = {0}, new = {0};
    piece_query theirs = stored_query(v, e);
    piece_query ours = {e->number, INT64_MIN, INT64_MAX, v->commit, v->id, .sealed_only = true};
    v->is_dry = is_dry;
    v->found = 0;
    v->number = e->number;
    assay_status status = open_walker(v, &theirs, &stored, err);
    if (!status)
        status = open_walker(v, &ours, &new, err);
    if (!status)
        status = walk(v, &stored, &new, err);
    merge_close(stored.m);
    merge_close(new.m);
    return status;
}

static assay_status void_batches(resolver *v, uint32_t number, uint64_t last, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t k = 0; k < v->s->batch_count && !status; k++) {
        const batch_directory *b = &v->s->batches[k];
        if (b->origin != v->id || b->id > last)
            continue;
        sqlite3_stmt *q = statement(v->s->db, SQL_VOID_ADD);
        sqlite3_bind_int64(q, 1, (int64_t)b->id);
        sqlite3_bind_int64(q, 2, number);
        status = statement_run(v->s->db, SQL_VOID_ADD, err);
    }
    return status;
}

static assay_status resolve_one(resolver *v, const extent_of *e, uint64_t last, assay_err *err)
{
    assay_status status = walk_both(v, e, true, err);
    if (status || !v->found)
        return status;
    import_keep_begin(v->i);
    status = walk_both(v, e, false, err);
    if (!status)
        status = void_batches(v, e->number, last, err);
    return status ? status : import_keep_end(v->i, err);
}

/* -- all of an import ----------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const extent_of *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void extend(extent_of *e, const piece *p)
{
    if (p->flags & PIECE_UNTIMED) {
        e->has_untimed = true;
        return;
    }
    if (!e->has_timed || p->first_time < e->first_time)
        e->first_time = p->first_time;
    if (!e->has_timed || p->last_time > e->last_time)
        e->last_time = p->last_time;
    e->has_timed = true;
}

/* Which characteristics the import has, and over which time. */
static assay_status find_extents(const resolver *v, extent_of **out, size_t *count,
                                 uint64_t *last, assay_err *err)
{
    size_t pieces = 0, n = 0, merged = 0;
    for (size_t k = 0; k < v->s->batch_count; k++)
        pieces += v->s->batches[k].origin == v->id ? v->s->batches[k].n : 0;
    extent_of *list = calloc(pieces ? pieces : 1, sizeof *list);
    if (!list)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to look for duplicates");
    for (size_t k = 0; k < v->s->batch_count; k++) {
        const batch_directory *b = &v->s->batches[k];
        if (b->origin != v->id)
            continue;
        *last = b->id;
        for (size_t p = 0; p < b->n; p++) {
            list[n] = (extent_of){.number = b->piece[p].characteristic};
            extend(&list[n++], &b->piece[p]);
        }
    }
    qsort(list, n, sizeof *list, by_number);
    for (size_t k = 0; k < n; k++) {
        if (merged && list[merged - 1].number == list[k].number) {
            extent_of *e = &list[merged - 1];
            piece p = {.first_time = list[k].first_time, .last_time = list[k].last_time,
                       .flags = list[k].has_timed ? 0 : PIECE_UNTIMED};
            extend(e, &p);
        } else {
            list[merged++] = list[k];
        }
    }
    *out = list;
    *count = merged;
    return ASSAY_OK;
}

static bool has_earlier(const resolver *v, bool same_content)
{
    for (size_t id = 1; id < v->s->origin_count; id++) {
        origin o = v->s->origins[id];
        if (o.commit && o.source == v->source && (!same_content || o.content == v->content))
            return true;
    }
    return false;
}

/* Batches of which nothing is left. */
static assay_status drop_void_batches(resolver *v, uint64_t last, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t k = 0; k < v->s->batch_count && !status; k++) {
        const batch_directory *b = &v->s->batches[k];
        if (b->origin != v->id || b->id > last)
            continue;
        size_t distinct = 0, voided = 0;
        for (size_t p = 0; p < b->n; p++)
            distinct += p == 0 || b->piece[p].characteristic != b->piece[p - 1].characteristic;
        status = void_count(v->s->db, b, &voided, err);
        if (status || voided < distinct)
            continue;
        status = sealed_discard(v->s->db, b, err);
        sqlite3_bind_int64(statement(v->s->db, SQL_BATCH_DROP), 1, (int64_t)b->id);
        if (!status)
            status = statement_run(v->s->db, SQL_BATCH_DROP, err);
        sqlite3_bind_int64(statement(v->s->db, SQL_VOID_DROP), 1, (int64_t)b->id);
        if (!status)
            status = statement_run(v->s->db, SQL_VOID_DROP, err);
    }
    return status;
}

assay_status import_resolve(store *s, import *i, uint64_t commit, import_tally *t, assay_err *err)
{
    resolver v = {.s = s, .i = i, .id = import_id(i), .commit = commit, .t = t};
    origin own = origin_of(s, v.id);
    v.source = own.source;
    v.content = own.content;
    bool timed = has_earlier(&v, false), untimed = has_earlier(&v, true);
    assay_status status = timed ? ASSAY_OK : source_is_live(s->db, v.source, &timed, err);
    if (status || !timed)
        return status;
    extent_of *list = NULL;
    size_t count = 0;
    uint64_t last = 0;
    status = batches_refresh(s, s->db, err);
    if (!status)
        status = find_extents(&v, &list, &count, &last, err);
    for (size_t k = 0; k < count && !status; k++) {
        list[k].has_untimed &= untimed;
        int64_t latest = INT64_MIN;
        status = latest_time(s, s->db, list[k].number, &latest, err);
        bool overlaps = list[k].has_timed && list[k].first_time <= latest;
        if (!status && (overlaps || list[k].has_untimed))
            status = resolve_one(&v, &list[k], last, err);
    }
    if (!status)
        status = drop_void_batches(&v, last, err);
    connection_rest(s->db);
    rows_done(&v.keep);
    free(v.run.serial);
    free(list);
    return status;
}

assay_status latest_time(store *s, connection *c, uint32_t number, int64_t *out, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_CHUNK_LAST);
    sqlite3_bind_int64(q, 1, number);
    *out = INT64_MIN;
    int step = statement_step(c, SQL_CHUNK_LAST, err);
    if (step > 0 && sqlite3_column_type(q, 0) != SQLITE_NULL)
        *out = sqlite3_column_int64(q, 0);
    statement_reset(c, SQL_CHUNK_LAST);
    if (step < 0)
        return ASSAY_DAMAGED;
    piece_list l = {0};
    piece_query only_later = {.characteristic = number, .from = *out, .to = INT64_MAX, .as_of = UINT64_MAX};
    assay_status status = pieces_find(s, c, &only_later, &l, err);
    for (size_t i = 0; i < l.n && !status; i++)
        *out = l.piece[i].last_time > *out ? l.piece[i].last_time : *out;
    piece_list_done(&l);
    return status;
}
