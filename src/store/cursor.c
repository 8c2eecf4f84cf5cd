/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reading end: merged rows, cut to the range, as of a commit, amended, filtered.
 *
 * A question that needs none of this gets the unpacked columns as they are. The last rows of a
 * series are found from its end: chunks are counted backwards until there are enough, and the
 * search goes further back when a filter left too few.
 */
#include "store/cursor.h"

#include <stdlib.h>
#include <string.h>

struct cursor {
    store *s;
    connection *c;
    merge *m;
    store_range range;
    uint32_t characteristic, wanted;
    uint64_t as_of, newest;
    uint32_t filtered; /* kinds with a filter */
    uint32_t filter[CONTEXT_COUNT];
    bool never; /* a filter names a text that is not there */
    amendment *amendments;
    size_t amendment_count;
    struct {
        int64_t time;
        uint64_t record;
        uint64_t origin;
        uint32_t serial, count;
    } run; /* rows of one key and origin so far */
    rows work, kept, tail;
    size_t tail_at;
    bool is_direct; /* the last rows come as they are unpacked, after `skip` of them */
    uint64_t skip;
    bool is_raw; /* no status, no amendment: as stored */
    uint32_t *order;
};

/* -- amendments ----------------------------------------------------------------------- */

static int amendment_matches(const cursor *c, const amendment *a)
{
    return a->time == c->run.time && a->origin == c->run.origin && a->occurrence == c->run.count &&
           (a->time == TIME_NONE ? a->record == c->run.record : a->serial == c->run.serial);
}

static void amend_row(rows *r, size_t i, const amendment *a, uint8_t stored)
{
    uint8_t flags = (uint8_t)(r->status[i] & ~STATUS_MASK), status = r->status[i] & STATUS_MASK;
    switch (a->action) {
    case AMEND_EXCLUDE: status = STATUS_EXCLUDED; break;
    case AMEND_CONFLICT: status = STATUS_CONFLICT; break;
    case AMEND_INCLUDE:
    case AMEND_KEEP: status = stored & STATUS_MASK; break;
    default: /* AMEND_VALUE, AMEND_TAKE */
        r->mantissa[i] = a->value.mantissa;
        r->exponent[i] = (int8_t)a->value.exponent;
        r->decimals[i] = a->value.decimals;
        flags &= (uint8_t)~STATUS_RAW;
        if (a->action == AMEND_TAKE || status == STATUS_NO_VALUE)
            status = STATUS_VALID;
    }
    r->status[i] = flags | status;
}

static void follow_run(cursor *c, const rows *r, size_t i)
{
    bool is_timed = r->time[i] != TIME_NONE;
    uint64_t place = is_timed ? 0 : r->record[i];
    uint32_t serial = r->context[CONTEXT_SERIAL][i];
    bool continues = c->run.count && c->run.time == r->time[i] && c->run.record == place &&
                     c->run.origin == r->origin[i] && (!is_timed || c->run.serial == serial);
    c->run.count = continues ? c->run.count + 1 : 1;
    c->run.time = r->time[i];
    c->run.record = place;
    c->run.serial = serial;
    c->run.origin = r->origin[i];
}

/* Amendments are few: they are sorted by time and found by halving. */
static size_t first_amendment(const cursor *c, int64_t time)
{
    size_t low = 0, high = c->amendment_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->amendments[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void amend(cursor *c, rows *r)
{
    for (size_t i = 0; i < r->n; i++) {
        follow_run(c, r, i);
        uint8_t stored = r->status[i];
        for (size_t k = first_amendment(c, r->time[i]);
             k < c->amendment_count && c->amendments[k].time == r->time[i]; k++)
            if (amendment_matches(c, &c->amendments[k]))
                amend_row(r, i, &c->amendments[k], stored);
    }
}

/* -- choosing rows -------------------------------------------------------------------- */

static bool is_seen(const cursor *c, uint64_t from)
{
    uint64_t commit = origin_of(c->s, from).commit;
    return commit && commit <= c->as_of;
}

static bool is_kept(const cursor *c, const rows *r, size_t i)
{
    if (r->wanted & WANT_TIME && (r->time[i] < c->range.from || r->time[i] >= c->range.to))
        return false;
    if (c->as_of < c->newest && !is_seen(c, r->origin[i]))
        return false;
    if (!c->range.all_status && (r->status[i] & STATUS_MASK) != STATUS_VALID)
        return false;
    for (uint32_t kinds = c->filtered; kinds; kinds &= kinds - 1) {
        int kind = __builtin_ctz(kinds);
        if (r->context[kind][i] != c->filter[kind])
            return false;
    }
    return true;
}

static bool all_valid(const rows *r)
{
    uint64_t any = 0, eight;
    size_t i = 0;
    for (; i + sizeof eight <= r->n; i += sizeof eight) {
        memcpy(&eight, r->status + i, sizeof eight);
        any |= eight;
    }
    for (; i < r->n; i++)
        any |= r->status[i];
    return (any & UINT64_C(0x0101010101010101) * STATUS_MASK) == 0;
}

static bool must_choose(const cursor *c, const rows *r)
{
    bool is_whole = c->range.from == INT64_MIN && c->range.to == INT64_MAX;
    return c->filtered || c->as_of < c->newest ||
           (!is_whole && r->wanted & WANT_TIME) || (!c->range.all_status && !all_valid(r));
}

static assay_status choose(cursor *c, rows *r, assay_err *err)
{
    if (!c->order && !(c->order = malloc(CHUNK_ROWS * sizeof *c->order)))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a cursor");
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (is_kept(c, r, i))
            c->order[n++] = (uint32_t)i;
    if (n == r->n)
        return ASSAY_OK;
    assay_status status = rows_reserve(&c->kept, r->wanted, CHUNK_ROWS, err);
    if (!status) {
        uint32_t wanted = r->wanted;
        rows_gather(&c->kept, r, c->order, n);
        *r = c->kept;
        r->wanted &= wanted;
    }
    return status;
}

/* The next rows after everything that was said; n == 0 at the end. */
static assay_status next_rows(cursor *c, rows *out, assay_err *err)
{
    for (;;) {
        rows r;
        assay_status status = merge_next(c->m, &r, err);
        if (status || !r.n) {
            out->n = 0;
            return status;
        }
        if (c->amendment_count) {
            status = rows_reserve(&c->work, r.wanted, CHUNK_ROWS, err);
            if (status)
                return status;
            c->work.n = 0;
            rows_append(&c->work, &r, 0, r.n);
            amend(c, &c->work);
            uint32_t wanted = r.wanted;
            r = c->work;
            r.wanted &= wanted;
        }
        if (must_choose(c, &r))
            status = choose(c, &r, err);
        if (status)
            return status;
        if (r.n) {
            *out = r;
            return ASSAY_OK;
        }
    }
}

/* -- the last rows -------------------------------------------------------------------- */

static int later_first(const void *a, const void *b)
{
    int64_t x = ((const piece *)a)->first_time, y = ((const piece *)b)->first_time;
    return x > y ? -1 : x < y;
}

/* A time from which on at least `want` rows stand in the pieces of batches. */
static assay_status back_in_batches(cursor *c, uint64_t want, int64_t *out, assay_err *err)
{
    piece_list l = {0};
    piece_query q = {.characteristic = c->characteristic, .from = INT64_MIN, .to = c->range.to,
                     .as_of = c->as_of};
    assay_status status = pieces_find(c->s, c->c, &q, &l, err);
    if (!status && l.n)
        qsort(l.piece, l.n, sizeof *l.piece, later_first);
    uint64_t sum = 0;
    *out = INT64_MIN;
    for (size_t i = 0; !status && i < l.n && sum < want; i++) {
        sum += l.piece[i].n;
        *out = sum >= want ? l.piece[i].first_time : INT64_MIN;
    }
    piece_list_done(&l);
    return status;
}

static assay_status back_in_chunks(cursor *c, uint64_t want, int64_t *out, bool *found,
                                   assay_err *err)
{
    sqlite3_stmt *q = statement(c->c, SQL_CHUNK_TO);
    sqlite3_bind_int64(q, 1, c->characteristic);
    sqlite3_bind_int64(q, 2, c->range.to);
    uint64_t sum = 0;
    int step;
    *out = INT64_MIN;
    *found = false;
    while ((step = statement_step(c->c, SQL_CHUNK_TO, err)) > 0) {
        sum += (uint64_t)sqlite3_column_int64(q, 4);
        *found = true;
        if (sum >= want) {
            *out = sqlite3_column_int64(q, 0);
            break;
        }
    }
    statement_reset(c->c, SQL_CHUNK_TO);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static assay_status open_merge(cursor *c, int64_t from, assay_err *err);
static uint32_t needed(const cursor *c);

static void drop_front(rows *r, size_t keep)
{
    if (r->n <= keep)
        return;
    rows view = rows_slice(r, r->n - keep, keep), whole = *r;
    whole.n = 0;
    /* Columns overlap only forwards: memmove semantics are not needed when the parts are apart. */
    rows_append(&whole, &view, 0, keep);
    r->n = keep;
}

static assay_status collect(cursor *c, assay_err *err)
{
    uint64_t last = c->range.last;
    size_t likely = (size_t)(last < 1u << 20 ? last : 1u << 20) + 2 * CHUNK_ROWS;
    c->tail.n = 0;
    assay_status room = rows_reserve(&c->tail, needed(c), likely, err);
    if (room)
        return room;
    for (;;) {
        rows r;
        assay_status status = next_rows(c, &r, err);
        if (status || !r.n)
            return status;
        if (c->tail.n + r.n > c->tail.room) {
            if (c->tail.n > 2 * last)
                drop_front(&c->tail, last);
            size_t more = c->tail.n + r.n;
            status = rows_reserve(&c->tail, r.wanted,
                                  more > c->tail.room ? more + more / 2 : more, err);
        } else {
            status = rows_reserve(&c->tail, r.wanted, c->tail.room, err);
        }
        if (status)
            return status;
        rows_append(&c->tail, &r, 0, r.n);
    }
}

/* Is it known beforehand which of the rows are the last ones? Then they need not be gathered. */
static bool can_be_direct(cursor *c, bool is_all)
{
    uint64_t n, last = c->range.last;
    if (last < CHUNK_ROWS || c->filtered || c->amendment_count || c->as_of < c->newest ||
        !merge_count(c->m, c->range.all_status, &n) || (n < last && !is_all))
        return false;
    c->skip = merge_skip(c->m, n > last ? n - last : 0);
    return true;
}

static assay_status read_tail(cursor *c, assay_err *err)
{
    int64_t asked = c->range.from;
    for (uint64_t want = c->range.last;; want *= 4) {
        int64_t back;
        bool in_chunks;
        assay_status status = back_in_chunks(c, want, &back, &in_chunks, err);
        if (!status && !in_chunks)
            status = back_in_batches(c, want, &back, err);
        bool is_all = back <= asked;
        if (!status)
            status = open_merge(c, is_all ? asked : back, err);
        c->is_direct = !status && can_be_direct(c, is_all);
        if (c->is_direct)
            return ASSAY_OK;
        c->range.from = is_all ? asked : back;
        if (!status)
            status = collect(c, err);
        c->range.from = asked;
        if (status)
            return status;
        if (is_all || c->tail.n >= c->range.last || want > UINT64_MAX / 8)
            break;
    }
    c->tail_at = c->tail.n > c->range.last ? c->tail.n - c->range.last : 0;
    return ASSAY_OK;
}

/* -- opening -------------------------------------------------------------------------- */

static uint32_t needed(const cursor *c)
{
    uint32_t wanted = WANT_VALUE | WANT_META | c->filtered | (c->range.contexts & WANT_CONTEXTS);
    if (c->range.with_time)
        wanted |= WANT_TIME;
    if (c->amendment_count)
        wanted |= WANT_TIME | 1u << CONTEXT_SERIAL;
    return wanted | c->wanted;
}

static assay_status enter_filters(cursor *c, assay_err *err)
{
    c->never = false;
    for (uint32_t kinds = c->filtered; kinds; kinds &= kinds - 1) {
        int kind = __builtin_ctz(kinds);
        const char *text = c->range.filter[kind];
        dictionary *local = merge_texts(c->m)[kind];
        c->filter[kind] = local ? dictionary_code(local, text, strlen(text))
                                : dictionary_find(c->s->texts[kind], text, strlen(text));
        if (!c->filter[kind] && *text) {
            if (local)
                return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a filter");
            c->never = true;
        }
    }
    return ASSAY_OK;
}

static int by_time(const void *a, const void *b)
{
    const amendment *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Amendments name serials by code, hence they are read again for each merge. */
static assay_status load_amendments(cursor *c, assay_err *err)
{
    free(c->amendments);
    c->amendments = NULL;
    c->amendment_count = 0;
    memset(&c->run, 0, sizeof c->run);
    if (c->is_raw)
        return ASSAY_OK;
    assay_status status =
        amendments_load(c->c, c->characteristic, c->as_of, merge_texts(c->m)[CONTEXT_SERIAL],
                        &c->amendments, &c->amendment_count, err);
    if (!status && c->amendment_count)
        qsort(c->amendments, c->amendment_count, sizeof *c->amendments, by_time);
    return status;
}

static assay_status open_merge(cursor *c, int64_t from, assay_err *err)
{
    piece_list l = {0};
    piece_query q = {.characteristic = c->characteristic, .from = from, .to = c->range.to,
                     .as_of = c->as_of};
    merge_close(c->m);
    c->m = NULL;
    assay_status status = pieces_find(c->s, c->c, &q, &l, err);
    if (!status)
        status = merge_open(c->s, c->c, &l, 0, from, c->range.to, &c->m, err);
    if (!status)
        status = load_amendments(c, err);
    if (!status) {
        merge_want(c->m, needed(c));
        status = enter_filters(c, err);
    }
    piece_list_done(&l);
    return status;
}

static assay_status start(cursor *c, assay_err *err)
{
    assay_status status = reader_take(c->s, &c->c, err);
    if (status)
        return status;
    c->tail = c->c->tail;
    c->c->tail = (rows){0};
    status = commit_last(c->c, &c->newest, err);
    if (!status)
        status = origins_refresh(c->s, c->c, c->newest, err);
    if (status)
        return status;
    c->as_of = c->range.as_of < c->newest ? c->range.as_of : c->newest;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        c->filtered |= c->range.filter[kind] ? 1u << kind : 0;
    return c->range.last ? read_tail(c, err) : open_merge(c, c->range.from, err);
}

assay_status cursor_open_raw(store *s, uint32_t number, const store_range *range,
                             uint32_t wanted, bool is_raw, cursor **out, assay_err *err)
{
    cursor *c = calloc(1, sizeof *c);
    if (!c)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a cursor");
    c->s = s;
    c->range = *range;
    c->characteristic = number;
    c->wanted = wanted;
    c->is_raw = is_raw;
    assay_status status = start(c, err);
    if (status)
        cursor_close(c);
    else
        *out = c;
    return status;
}

assay_status cursor_open(store *s, uint32_t number, const store_range *range, cursor **out,
                         assay_err *err)
{
    cursor *c;
    assay_status status = cursor_open_raw(s, number, range, 0, false, &c, err);
    if (status)
        return status;
    status = characteristic_seen(c->c, number, err);
    if (status)
        cursor_close(c);
    else
        *out = c;
    return status;
}

void cursor_close(cursor *c)
{
    if (!c)
        return;
    merge_close(c->m);
    rows_done(&c->work);
    rows_done(&c->kept);
    if (c->c) {
        rows_done(&c->c->tail);
        c->c->tail = c->tail;
        reader_give(c->s, c->c);
    }
    free(c->amendments);
    free(c->order);
    free(c);
}

/* What is too old stands in the first piece. */
static assay_status next_direct(cursor *c, rows *out, assay_err *err)
{
    rows r;
    assay_status status = next_rows(c, &r, err);
    size_t skip = (size_t)c->skip;
    c->skip = 0;
    if (!status)
        *out = skip ? rows_slice(&r, skip, r.n - skip) : r;
    return status;
}

assay_status cursor_rows(cursor *c, rows *out, assay_err *err)
{
    if (c->never) {
        out->n = 0;
        return ASSAY_OK;
    }
    if (c->is_direct)
        return next_direct(c, out, err);
    if (!c->range.last)
        return next_rows(c, out, err);
    *out = rows_slice(&c->tail, c->tail_at, c->tail.n - c->tail_at);
    c->tail_at = c->tail.n;
    return ASSAY_OK;
}

assay_status cursor_next(cursor *c, measurement_batch *out, assay_err *err)
{
    rows r;
    assay_status status = cursor_rows(c, &r, err);
    if (status)
        return status;
    *out = (measurement_batch){.n = r.n, .room = r.n};
    if (!r.n)
        return ASSAY_OK;
    if (c->range.with_time) {
        out->time = r.time;
        out->offset = r.offset;
    }
    out->mantissa = r.mantissa;
    out->exponent = r.exponent;
    out->decimals = r.decimals;
    out->status = r.status;
    out->size = r.size;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (c->range.contexts >> kind & 1)
            out->context[kind] = r.context[kind];
    return ASSAY_OK;
}

const dictionary *cursor_dictionary(cursor *c, context_kind kind)
{
    dictionary *local = c->m ? merge_texts(c->m)[kind] : NULL;
    return local ? local : c->s->texts[kind];
}

const char *cursor_text(cursor *c, context_kind kind, uint32_t code)
{
    const dictionary *d = cursor_dictionary(c, kind);
    return d ? dictionary_text(d, code, NULL) : "";
}

const dictionary *store_dictionary(store *s, context_kind kind)
{
    return s->texts[kind];
}
