/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory of groups not folded yet: rows in order of arrival, those of one characteristic linked
 * backwards, so that appending costs one line of cache and a group is undone from its end. */
#include "store/live.h"

#include <stdlib.h>
#include <string.h>

/* -- memory --------------------------------------------------------------------------- */

assay_status live_new(live **out, assay_err *err)
{
    live *l = calloc(1, sizeof *l);
    assay_status status = l ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "no memory for rows");
    for (int kind = 0; kind < CONTEXT_COUNT && !status; kind++)
        if (LOCAL_CONTEXTS >> kind & 1)
            status = dictionary_new(&l->texts[kind], err);
    if (status)
        live_free(l);
    else
        *out = l;
    return status;
}

void live_free(live *l)
{
    if (!l)
        return;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        dictionary_free(l->texts[kind]);
    free(l->row);
    free(l->newest);
    free(l->codes);
    free(l->account);
    free(l->refusal);
    free(l->memory);
    buf_done(&l->notes);
    free(l);
}

void live_clear(live *l)
{
    live_truncate(l, &(live_mark){0});
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (l->texts[kind])
            dictionary_clear(l->texts[kind]);
    l->first = l->last = 0;
    l->groups = l->bytes = l->fleeting.groups = 0;
}

void live_truncate(live *l, const live_mark *mark)
{
    for (size_t i = l->end.rows; i-- > mark->rows;)
        l->newest[l->row[i].characteristic] = l->row[i].before;
    l->end = *mark;
    l->notes.length = mark->notes;
    l->notes.failed = false;
}

static bool grow(void **data, size_t *room, size_t needed, size_t bytes)
{
    if (needed <= *room)
        return true;
    size_t more = *room ? *room : 64;
    while (more < needed)
        more *= 2;
    void *grown = realloc(*data, more * bytes);
    if (!grown)
        return false;
    *data = grown;
    *room = more;
    return true;
}

#define GROW(list, what, count)                                                                    \
    grow((void **)&l->list, &l->room.what, l->end.what + (count), sizeof *l->list)

/* -- appending ------------------------------------------------------------------------ */

static bool newest_grow(live *l, uint32_t number)
{
    size_t before = l->newest_room;
    if (!grow((void **)&l->newest, &l->newest_room, (size_t)number + 1,
              sizeof *l->newest))
        return false;
    memset(l->newest + before, 0, (l->newest_room - before) * sizeof *l->newest);
    return true;
}

bool live_row_add(live *l, const live_row *r, uint32_t kinds, const uint32_t *codes)
{
    if (l->end.rows >= UINT32_MAX - 1 || !GROW(row, rows, 1) ||
        (r->characteristic >= l->newest_room && !newest_grow(l, r->characteristic)))
        return false;
    size_t count = (size_t)__builtin_popcount(kinds);
    if (kinds && !GROW(codes, codes, count + 1))
        return false;
    live_row *to = &l->row[l->end.rows++];
    *to = *r;
    to->before = l->newest[r->characteristic];
    to->context = 0;
    l->newest[r->characteristic] = (uint32_t)l->end.rows;
    if (kinds) {
        l->codes[l->end.codes++] = kinds;
        to->context = (uint32_t)l->end.codes;
        memcpy(l->codes + l->end.codes, codes, count * sizeof *codes);
        l->end.codes += count;
    }
    return true;
}

bool live_account_add(live *l, size_t from, uint32_t source, const source_account *more)
{
    for (size_t i = from; i < l->end.accounts; i++)
        if (l->account[i].source == source) {
            account_merge(&l->account[i].more, more);
            return true;
        }
    if (!GROW(account, accounts, 1))
        return false;
    l->account[l->end.accounts++] = (live_account){source, *more};
    return true;
}

/* Bytes and a NUL behind them. */
static size_t note(live *l, const void *bytes, size_t length)
{
    size_t at = l->notes.length;
    buf_add(&l->notes, bytes, length);
    buf_add_char(&l->notes, '\0');
    l->end.notes = l->notes.length;
    return at;
}

bool live_refusal_add(live *l, const live_refusal *r, const char *reason, const char *remedy,
                      const char *example)
{
    if (!GROW(refusal, refusals, 1))
        return false;
    live_refusal one = *r;
    one.reason = note(l, reason, strlen(reason));
    one.remedy = note(l, remedy, strlen(remedy));
    one.example = note(l, example, strlen(example));
    l->refusal[l->end.refusals++] = one;
    return !l->notes.failed;
}

bool live_memory_add(live *l, uint32_t source, const char *key, const void *value, size_t length)
{
    if (!GROW(memory, memories, 1))
        return false;
    live_memory one = {.source = source, .length = length};
    one.key = note(l, key, strlen(key));
    one.value = note(l, value, length);
    l->memory[l->end.memories++] = one;
    return !l->notes.failed;
}

/* -- reading groups ------------------------------------------------------------------- */

assay_status live_add(connection *c, uint64_t number, const void *group, size_t length,
                      assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_LIVE_ADD);
    sqlite3_bind_int64(q, 1, (int64_t)number);
    sqlite3_bind_blob64(q, 2, group, length, SQLITE_STATIC);
    return statement_run(c, SQL_LIVE_ADD, err);
}

static assay_status read_ends(connection *c, uint64_t *commit, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_LIVE_ENDS);
    int step = statement_step(c, SQL_LIVE_ENDS, err);
    if (step > 0) {
        c->view.first = (uint64_t)sqlite3_column_int64(q, 0);
        c->view.last = (uint64_t)sqlite3_column_int64(q, 1);
        *commit = (uint64_t)sqlite3_column_int64(q, 2);
        *commit = c->view.last > *commit ? c->view.last : *commit;
    }
    statement_reset(c, SQL_LIVE_ENDS);
    return step > 0 ? ASSAY_OK : err && err->code ? err->code : ASSAY_IO;
}

/* A later snapshot, for who reads. */
static assay_status begin_again(connection *c, assay_err *err)
{
    if (sqlite3_get_autocommit(c->db) || !sqlite3_db_readonly(c->db, "main"))
        return ASSAY_OK;
    assay_status status = statement_simple(c, SQL_COMMIT, err);
    return status ? status : statement_simple(c, SQL_BEGIN_READ, err);
}

static uint64_t newest_of(const buf *groups, uint64_t commit)
{
    const char *group;
    size_t length, at = 0;
    while (journal_next(groups, &at, &commit, &group, &length))
        ;
    return commit;
}

assay_status live_last(connection *c, uint64_t *out, assay_err *err)
{
    return read_ends(c, out, err);
}

/* A journal of another writer than the one known: it may be the file's by now. */
static assay_status look_beside(connection *c, uint64_t commit, bool *is_past, assay_err *err)
{
    journal_seen seen;
    assay_status status = journal_look(&c->journal, c->path, &c->of, commit, &seen, err);
    if (!status && seen == LOOK_OTHER) {
        status = lineage_read(c, err);
        if (!status)
            status = journal_look(&c->journal, c->path, &c->of, commit, &seen, err);
    }
    *is_past = !status && seen != LOOK_ALL;
    return status;
}

static assay_status look_once(connection *c, bool *is_past, assay_err *err)
{
    uint64_t commit = 0;
    assay_status status = read_ends(c, &commit, err);
    *is_past = false;
    if (!status && c->live && c->live->is_own) {
        c->view.newest = c->live->last > commit ? c->live->last : commit;
        return ASSAY_OK;
    }
    if (!status)
        status = look_beside(c, commit, is_past, err);
    if (!status)
        c->view.newest = newest_of(&c->journal.groups, commit);
    return status;
}

assay_status live_look(connection *c, assay_err *err)
{
    enum { TRIES = 20 };
    bool is_past = !c->view.is_fixed;
    assay_status status = ASSAY_OK;
    for (int tries = 0; is_past && tries < TRIES && !status; tries++) {
        status = tries ? begin_again(c, err) : ASSAY_OK;
        if (!status)
            status = look_once(c, &is_past, err);
    }
    return status;
}

/* A group that cannot be read is told once; the next call goes on behind it. */
static assay_status read_groups(connection *c, live *l, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_LIVE_FROM);
    sqlite3_bind_int64(q, 1, (int64_t)l->last);
    assay_status status = ASSAY_OK;
    int step = 0;
    while (!status && (step = statement_step(c, SQL_LIVE_FROM, err)) > 0) {
        uint64_t number = (uint64_t)sqlite3_column_int64(q, 0);
        size_t length = (size_t)sqlite3_column_bytes(q, 1);
        status = live_unpack(l, number, sqlite3_column_blob(q, 1), length, err);
        l->first = l->first ? l->first : number;
        l->last = number;
        l->groups++;
        l->bytes += length;
    }
    statement_reset(c, SQL_LIVE_FROM);
    return step < 0 ? ASSAY_DAMAGED : status;
}

static void drop_fleeting(live *l)
{
    if (!l->fleeting.groups)
        return;
    live_truncate(l, &l->fleeting.from);
    l->fleeting.groups = 0;
}

static assay_status read_journal(connection *c, live *l, assay_err *err)
{
    const char *group;
    uint64_t number;
    size_t length, at = 0;
    assay_status status = ASSAY_OK;
    l->fleeting.from = l->end;
    while (!status && journal_next(&c->journal.groups, &at, &number, &group, &length)) {
        status = live_unpack(l, number, group, length, err);
        l->fleeting.groups++;
    }
    return status;
}

assay_status live_refresh(connection *c, assay_err *err)
{
    assay_status status = c->live ? ASSAY_OK : live_new(&c->live, err);
    if (status || c->live->is_own)
        return status;
    live *l = c->live;
    status = live_look(c, err);
    if (status)
        return status;
    drop_fleeting(l);
    if (l->first != c->view.first || l->last > c->view.last)
        live_clear(l);
    if (c->view.last > l->last)
        status = read_groups(c, l, err);
    return status ? status : read_journal(c, l, err);
}

/* -- gathering ------------------------------------------------------------------------ */

typedef struct {
    const live *l;
    const store *s;
} order_context;

static uint32_t code_of(const live *l, const live_row *r, int kind)
{
    uint32_t kinds = r->context ? l->codes[r->context - 1] : 0;
    if (!(kinds >> kind & 1))
        return 0;
    return l->codes[r->context + (uint32_t)__builtin_popcount(kinds & ((1u << kind) - 1))];
}

static int compare_places(const order_context *c, uint32_t a, uint32_t b)
{
    const live_row *x = &c->l->row[a], *y = &c->l->row[b];
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    int by_serial = serial_compare(c->l->texts[CONTEXT_SERIAL], code_of(c->l, x, CONTEXT_SERIAL),
                                   code_of(c->l, y, CONTEXT_SERIAL));
    if (by_serial || x->origin == y->origin)
        return by_serial ? by_serial : a < b ? -1 : a > b;
    return origin_compare(c->s, x->origin, y->origin);
}

static int compare_order(const void *a, const void *b, void *context)
{
    return compare_places(context, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* The places of the rows asked for, oldest first; *kinds: which contexts they have. */
static size_t find_places(const live *l, const piece_query *q, uint32_t *out, uint32_t *kinds)
{
    size_t n = 0;
    uint32_t place = q->characteristic < l->newest_room ? l->newest[q->characteristic] : 0;
    for (; place; place = l->row[place - 1].before) {
        const live_row *r = &l->row[place - 1];
        if (r->time < q->from || r->time >= q->to || origin_commit(r->origin) > q->as_of)
            continue;
        if (out) {
            out[n] = place - 1;
            *kinds |= r->context ? l->codes[r->context - 1] : 0;
        }
        n++;
    }
    for (size_t i = 0; out && i < n / 2; i++) {
        uint32_t swap = out[i];
        out[i] = out[n - 1 - i];
        out[n - 1 - i] = swap;
    }
    return n;
}

static void sort_places(const live *l, const store *s, uint32_t *place, size_t n)
{
    order_context c = {l, s};
    size_t i = 1;
    while (i < n && (l->row[place[i - 1]].time < l->row[place[i]].time ||
                     compare_places(&c, place[i - 1], place[i]) < 0))
        i++;
    if (i < n)
        qsort_r(place, n, sizeof *place, compare_order, &c);
}

static void put_row(const live *l, const live_row *r, uint32_t kinds, rows *out, size_t i)
{
    out->time[i] = r->time;
    out->record[i] = 0;
    out->offset[i] = r->offset;
    out->mantissa[i] = r->mantissa;
    out->exponent[i] = r->exponent;
    out->decimals[i] = r->decimals;
    out->status[i] = r->status;
    out->size[i] = r->size;
    out->origin[i] = r->origin;
    for (; kinds; kinds &= kinds - 1) {
        int kind = __builtin_ctz(kinds);
        out->context[kind][i] = code_of(l, r, kind);
    }
}

assay_status live_gather(const live *l, const store *s, const piece_query *q, rows *out,
                         assay_err *err)
{
    uint32_t kinds = 0;
    size_t n = find_places(l, q, NULL, &kinds);
    out->n = 0;
    if (!n)
        return ASSAY_OK;
    uint32_t *place = malloc(n * sizeof *place);
    if (!place)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu rows", n);
    find_places(l, q, place, &kinds);
    sort_places(l, s, place, n);
    kinds |= out->wanted & WANT_CONTEXTS; /* of a question before: filled as well */
    assay_status status = rows_reserve(out, WANT_TIME | WANT_VALUE | WANT_META | kinds, n, err);
    for (size_t i = 0; i < n && !status; i++)
        put_row(l, &l->row[place[i]], kinds, out, i);
    if (!status)
        out->n = n;
    free(place);
    return status;
}

/* -- as pieces ------------------------------------------------------------------------ */

assay_status live_pieces(store *s, connection *c, const piece_query *q, piece_list *out,
                         assay_err *err)
{
    assay_status status = live_refresh(c, err);
    if (status || !c->live->end.rows)
        return status;
    rows_done(&out->live);
    status = live_gather(c->live, s, q, &out->live, err);
    const rows *r = &out->live;
    for (size_t n, from = 0; from < r->n && !status; from += n) {
        n = r->n - from < CHUNK_ROWS ? r->n - from : CHUNK_ROWS;
        piece p = {.characteristic = q->characteristic,
                   .first_time = r->time[from],
                   .last_time = r->time[from + n - 1],
                   .id = LIVE_ID,
                   .n = (uint32_t)n,
                   .is_batch = true,
                   .offset = (uint32_t)from};
        status = piece_list_add(out, &p, err);
    }
    return status;
}

assay_status live_read(const live *l, const rows *r, const piece *p, uint32_t wanted,
                       dictionary *const texts[CONTEXT_COUNT], rows *out, assay_err *err)
{
    out->n = 0;
    assay_status status = rows_reserve(out, wanted, CHUNK_ROWS, err);
    if (status)
        return status;
    rows_append(out, r, p->offset, p->n);
    for (uint32_t kinds = wanted & LOCAL_CONTEXTS; kinds; kinds &= kinds - 1) {
        int kind = __builtin_ctz(kinds);
        uint32_t *code = out->context[kind];
        for (size_t i = 0; i < p->n; i++) {
            size_t length;
            const char *text = code[i] ? dictionary_text(l->texts[kind], code[i], &length) : NULL;
            code[i] = text ? dictionary_code(texts[kind], text, length) : 0;
        }
    }
    return ASSAY_OK;
}
