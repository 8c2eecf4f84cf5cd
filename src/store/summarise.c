/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums without decoding: chunks that lie wholly inside the question answer by their summary, all
 * chunks of a series together by its total.
 *
 * Sums do not depend on order, so overlapping pieces need no merge here. A chunk is decoded when
 * it reaches over the range, holds rows newer than as_of, values that no summary can hold
 * (binary64 without decimal, or very wide), sizes other than 1, or an amended row: around amended
 * rows a stretch of time is read through a cursor, everything else as ever.
 */
#include "store/cursor.h"
#include "store/live.h"
#include "store/total.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    chunk_summary sum;
    uint64_t inspected;
    bool has_unit;
    int64_t *scaled; /* scratch, CHUNK_ROWS */
} tally;

/* -- units ---------------------------------------------------------------------------- */

static bool finer(tally *t, int exponent)
{
    return exponent >= t->sum.exponent || chunk_summary_rescale(&t->sum, exponent);
}

static void set_unit(tally *t, int exponent, int64_t reference)
{
    if (t->has_unit)
        return;
    chunk_summary_init(&t->sum, exponent, reference, 0);
    t->has_unit = true;
}

static assay_status too_wide(assay_err *err)
{
    return assay_fail(err, ASSAY_LIMIT, 0, "the values of this characteristic do not fit one unit");
}

/* -- rows ----------------------------------------------------------------------------- */

static bool is_number(const rows *r, size_t i)
{
    return (r->status[i] & STATUS_MASK) == STATUS_VALID && !(r->status[i] & STATUS_RAW);
}

static assay_status add_rows(tally *t, const rows *r, assay_err *err)
{
    int finest = INT8_MAX;
    for (size_t i = 0; i < r->n; i++) {
        if (!is_number(r, i))
            continue;
        set_unit(t, r->exponent[i], r->mantissa[i]);
        finest = r->exponent[i] < finest ? r->exponent[i] : finest;
    }
    if (t->has_unit && finest != INT8_MAX && !finer(t, finest))
        return too_wide(err);
    for (size_t i = 0; i < r->n; i++) {
        t->scaled[i] = r->mantissa[i];
        if (is_number(r, i) && !decimal_rescale(r->mantissa[i], r->exponent[i], t->sum.exponent,
                                                &t->scaled[i]))
            return too_wide(err);
        if (is_number(r, i))
            t->inspected += r->size[i];
    }
    set_unit(t, 0, 0);
    chunk_summary_rows part = {r->n, t->scaled, r->status, r->time, NULL};
    chunk_summary_add(&t->sum, &part);
    return ASSAY_OK;
}

static assay_status add_cursor(store *s, uint32_t number, const store_range *range,
                               tally *t, assay_err *err)
{
    store_range all = *range;
    all.all_status = true;
    cursor *c;
    rows r;
    assay_status status =
        cursor_open_raw(s, number, &all, WANT_TIME, false, &c, err);
    if (status)
        return status;
    while (!(status = cursor_rows(c, &r, err)) && r.n && !status)
        status = add_rows(t, &r, err);
    cursor_close(c);
    return status;
}

/* -- summaries ------------------------------------------------------------------------ */

static bool answers(const store *s, const piece *p, const store_range *range, uint64_t newest,
                    uint64_t as_of)
{
    if (p->is_batch || !p->summary_length || p->first_time < range->from || p->last_time >= range->to)
        return false;
    if (as_of >= newest)
        return true;
    if (p->first_origin & ORIGIN_LIVE) /* the last one has the last commit, if of one source */
        return origin_source(p->first_origin) == origin_source(p->last_origin) &&
               origin_commit(p->last_origin) <= as_of;
    if (p->last_origin - p->first_origin > 64)
        return false;
    for (uint64_t id = p->first_origin; id <= p->last_origin; id++)
        if (origin_of(s, id).commit > as_of)
            return false;
    return true;
}

static bool add_summary(tally *t, const piece_list *l, const piece *p)
{
    chunk_summary one;
    if (!total_part(l->summaries.data + p->summary_at, p->summary_length, p->n, p->flags, &one))
        return false;
    set_unit(t, one.exponent, one.reference);
    if (!chunk_summary_join(&t->sum, &one))
        return false;
    t->inspected += one.n;
    return true;
}

/* -- stretches around amended rows -------------------------------------------------------- */

enum { STRETCHES_MAX = 256 };

typedef struct {
    int64_t from, to; /* half open */
} stretch;

typedef struct {
    size_t n;
    stretch at[STRETCHES_MAX];
} stretch_list;

static int by_from(const void *a, const void *b)
{
    const stretch *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* The chunk that an amended row stands in, or the instant alone. */
static stretch stretch_around(const piece_list *all, int64_t time)
{
    for (size_t i = 0; i < all->n; i++) {
        const piece *p = &all->piece[i];
        if (!p->is_batch && p->first_time <= time && time <= p->last_time)
            return (stretch){p->first_time, p->last_time < INT64_MAX ? p->last_time + 1
                                                                     : INT64_MAX};
    }
    return (stretch){time, time < INT64_MAX ? time + 1 : INT64_MAX};
}

/* Rising, apart from one another. False: too many. */
static bool find_stretches(const piece_list *all, const amendment *a, size_t n, stretch_list *out)
{
    size_t merged = 0;
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < out->n && (a[i].time < out->at[k].from || a[i].time >= out->at[k].to))
            k++;
        if (k < out->n)
            continue;
        if (out->n == STRETCHES_MAX)
            return false;
        out->at[out->n++] = stretch_around(all, a[i].time);
    }
    qsort(out->at, out->n, sizeof *out->at, by_from);
    for (size_t i = 0; i < out->n; i++) {
        if (merged && out->at[i].from <= out->at[merged - 1].to) {
            stretch *before = &out->at[merged - 1];
            before->to = out->at[i].to > before->to ? out->at[i].to : before->to;
        } else {
            out->at[merged++] = out->at[i];
        }
    }
    out->n = merged;
    return true;
}

static bool is_within(const stretch_list *l, int64_t time)
{
    size_t low = 0, high = l->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (l->at[middle].to <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->n && l->at[low].from <= time;
}

static bool reaches_into(const stretch_list *l, const piece *p)
{
    for (size_t i = 0; i < l->n; i++)
        if (p->first_time < l->at[i].to && p->last_time >= l->at[i].from)
            return true;
    return false;
}

/* The stretches themselves, as far as they are asked for. */
static assay_status add_stretches(store *s, uint32_t number, const store_range *range,
                                  const stretch_list *l, tally *t, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < l->n && !status; i++) {
        store_range part = *range;
        part.from = l->at[i].from > range->from ? l->at[i].from : range->from;
        part.to = l->at[i].to < range->to ? l->at[i].to : range->to;
        if (part.from < part.to)
            status = add_cursor(s, number, &part, t, err);
    }
    return status;
}

/* -- pieces --------------------------------------------------------------------------- */

/* What one question asks. */
typedef struct {
    store *s;
    connection *c;
    uint32_t number;
    const store_range *range;
    uint64_t newest, as_of;
    stretch_list amended;
} question;

static bool is_in(const question *q, const rows *r, size_t i)
{
    return r->time[i] >= q->range->from && r->time[i] < q->range->to &&
           (q->as_of >= q->newest || origin_of(q->s, r->origin[i]).commit <= q->as_of) &&
           (!q->amended.n || !is_within(&q->amended, r->time[i]));
}

static assay_status decode_rest(const question *q, piece_list *rest, tally *t, assay_err *err)
{
    merge *m;
    rows r;
    assay_status status = merge_open(q->s, q->c, rest, WANT_VALUE | WANT_META | WANT_TIME,
                                     q->range->from, q->range->to, &m, err);
    if (status)
        return status;
    rows kept = {0};
    while (!(status = merge_next(m, &r, err)) && r.n && !status) {
        status = rows_reserve(&kept, WANT_VALUE | WANT_META | WANT_TIME, CHUNK_ROWS, err);
        kept.n = 0;
        for (size_t i = 0; i < r.n && !status; i++)
            if (is_in(q, &r, i))
                rows_append(&kept, &r, i, 1);
        if (!status)
            status = add_rows(t, &kept, err);
    }
    rows_done(&kept);
    merge_close(m);
    return status;
}

static bool is_whole(const store_range *range)
{
    return range->from == INT64_MIN && range->to == INT64_MAX;
}

static store_summary told(const tally *t)
{
    const chunk_summary *c = &t->sum;
    store_summary out = {.n = c->n, .exponent = c->exponent, .reference = c->reference,
                         .sum = c->sum, .sum2 = c->sum2, .min = c->min, .max = c->max,
                         .first_time = c->timed ? c->first_time : TIME_NONE,
                         .last_time = c->timed ? c->last_time : TIME_NONE,
                         .marked = c->status[STATUS_MARKED],
                         .no_value = c->status[STATUS_NO_VALUE],
                         .bad = c->status[STATUS_BAD],
                         .excluded = c->status[STATUS_EXCLUDED],
                         .conflicts = c->status[STATUS_CONFLICT],
                         .raw = c->raw + c->wide,
                                                  .inspected = t->inspected};
    memcpy(&out.sum3, &c->sum3, sizeof out.sum3);
    memcpy(&out.sum4, &c->sum4, sizeof out.sum4);
    __int128 total = c->sum + (__int128)c->n * c->reference;
    for (int e = c->exponent; e < 0; e++)
        total /= 10;
    for (int e = c->exponent; e > 0; e--)
        total *= 10;
    out.defectives = total > 0 ? (uint64_t)total : 0;
    return out;
}

/* -- totals and what was told of them ----------------------------------------------- */

enum { MEMOS_MAX = 1 << 20 };

/* Its place; NULL: too many, or no memory, and then it is worked out again. */
static summary_memo *memo_of(store *s, uint32_t number)
{
    if (number >= MEMOS_MAX)
        return NULL;
    if (number >= s->memo_room) {
        size_t room = s->memo_room ? s->memo_room : 64;
        while (room <= number)
            room *= 2;
        summary_memo *grown = realloc(s->memos, room * sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + s->memo_room, 0, (room - s->memo_room) * sizeof *grown);
        s->memos = grown;
        s->memo_room = room;
    }
    return &s->memos[number];
}

static tally tally_of(const series_total *total)
{
    return (tally){.sum = total->sum, .inspected = total->sum.n, .has_unit = true};
}

/* Who asks for one whole series after the other is told of more and more of them at once, while all
 * rows stand in chunks. */
static assay_status tell_ahead(const question *q, assay_err *err)
{
    enum { AHEAD_MAX = 1024 };
    store *s = q->s;
    s->ahead.run = q->number == s->ahead.next ? 2 * s->ahead.run : 1;
    s->ahead.run = s->ahead.run < AHEAD_MAX ? s->ahead.run : AHEAD_MAX;
    s->ahead.next = q->number + s->ahead.run;
    if (s->ahead.run == 1 || q->c->view.first || q->c->journal.groups.length)
        return ASSAY_OK;
    sqlite3_stmt *next = statement(q->c, SQL_TOTAL_AHEAD);
    sqlite3_bind_int64(next, 1, q->number + 1);
    sqlite3_bind_int64(next, 2, s->ahead.next);
    int step;
    while ((step = statement_step(q->c, SQL_TOTAL_AHEAD, err)) > 0) {
        series_total total = total_of(next, 1);
        tally t = tally_of(&total);
        summary_memo *memo = memo_of(s, (uint32_t)sqlite3_column_int64(next, 0));
        if (memo && total.state == TOTAL_KNOWN)
            *memo = (summary_memo){q->as_of, told(&t)};
    }
    statement_reset(q->c, SQL_TOTAL_AHEAD);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

/* All chunks at once, if they are all asked for as they stand. */
static assay_status add_total(const question *q, tally *t, bool *done, assay_err *err)
{
    series_total total;
    *done = false;
    if (!is_whole(q->range) || q->as_of < q->newest)
        return ASSAY_OK;
    assay_status status = tell_ahead(q, err);
    if (!status)
        status = total_read(q->c, q->number, &total, err);
    if (status || total.state != TOTAL_KNOWN)
        return status;
    tally known = tally_of(&total);
    known.scaled = t->scaled;
    *t = known;
    *done = true;
    return ASSAY_OK;
}

static assay_status add_pieces(question *q, const amendment *amendments, size_t amended, tally *t,
                               assay_err *err)
{
    piece_list all = {0}, rest = {0};
    piece_query asked = {.characteristic = q->number, .from = q->range->from,
                         .to = q->range->to, .as_of = q->as_of};
    assay_status status = amended ? ASSAY_OK : add_total(q, t, &asked.no_chunks, err);
    if (!status)
        status = pieces_find(q->s, q->c, &asked, &all, err);
    if (!status && amended && !find_stretches(&all, amendments, amended, &q->amended)) {
        piece_list_done(&all);
        q->amended.n = 0;
        return add_cursor(q->s, q->number, q->range, t, err);
    }
    for (size_t i = 0; i < all.n && !status; i++) {
        const piece *p = &all.piece[i];
        if (reaches_into(&q->amended, p) || !answers(q->s, p, q->range, q->newest, q->as_of) ||
            !add_summary(t, &all, p))
            status = piece_list_add(&rest, p, err);
    }
    rest.live = all.live;
    all.live = (rows){0};
    piece_list_done(&all);
    if (!status && rest.n)
        status = decode_rest(q, &rest, t, err);
    piece_list_done(&rest);
    return status;
}

static bool is_plain(const store_range *range)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (range->filter[kind])
            return false;
    return range->last == 0;
}

static assay_status tally_up(store *s, uint32_t number, const store_range *range,
                             tally *t, assay_err *err)
{
    if (!is_plain(range))
        return add_cursor(s, number, range, t, err);
    question q = {.s = s, .number = number};
    store_range fixed = *range;
    amendment *amendments = NULL;
    size_t amended = 0;
    assay_status status = reader_take(s, &q.c, err);
    if (status)
        return status;
    status = commit_last(q.c, &q.newest, err);
    if (!status)
        status = origins_refresh(s, q.c, q.newest, err);
    q.as_of = fixed.as_of = range->as_of < q.newest ? range->as_of : q.newest;
    q.range = &fixed;
    if (!status)
        status = amendments_load(q.c, number, q.as_of, NULL, &amendments, &amended, err);
    if (!status)
        status = add_pieces(&q, amendments, amended, t, err);
    free(amendments);
    reader_give(s, q.c);
    return status ? status : add_stretches(s, number, &fixed, &q.amended, t, err);
}

static assay_status summarise(store *s, uint32_t number, const store_range *range,
                              store_summary *out, assay_err *err)
{
    tally t = {.scaled = malloc(CHUNK_ROWS * sizeof *t.scaled)};
    assay_status status = t.scaled ? tally_up(s, number, range, &t, err)
                                   : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a summary");
    set_unit(&t, 0, 0);
    if (!status)
        *out = told(&t);
    free(t.scaled);
    return status;
}

static bool is_told(const summary_memo *memo, uint64_t as_of, store_summary *out)
{
    if (!memo || !memo->commit || memo->commit != as_of)
        return false;
    *out = memo->told;
    return true;
}

/* The whole series as of a commit is told once: every visible change has a commit number. */
assay_status store_summarise(store *s, uint32_t number, const store_range *range,
                             store_summary *out, assay_err *err)
{
    uint64_t newest = 0;
    if (!is_plain(range) || !is_whole(range) || s->in_tx)
        return summarise(s, number, range, out, err);
    summary_memo *memo = memo_of(s, number);
    if (is_told(memo, range->as_of, out)) /* of a commit that was there then, and is */
        return ASSAY_OK;
    if (commit_last(s->db, &newest, NULL) != ASSAY_OK || !newest)
        return summarise(s, number, range, out, err);
    uint64_t as_of = range->as_of < newest ? range->as_of : newest;
    if (is_told(memo, as_of, out))
        return ASSAY_OK;
    store_range fixed = *range;
    fixed.as_of = as_of;
    assay_status status = summarise(s, number, &fixed, out, err);
    memo = memo_of(s, number); /* others came, and the place may be another */
    if (!status && memo)
        *memo = (summary_memo){as_of, *out};
    return status;
}
