/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces -> rows in series order.
 *
 * Untimed pieces stand in a row: commit, then place. Timed pieces form streams, each in order: the
 * sealed chunks are one stream, the parts of each batch another. Streams are merged through two
 * heaps: `waiting` by the first time of the next piece, which is not read yet, and `active` by the
 * row at the head. A piece that no other stream reaches into is handed out as it was unpacked,
 * with only the columns asked for; that is nearly always so once the store is compacted.
 */
#include "store/live.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t next, end; /* pieces not read yet */
    size_t rank;      /* among streams, to settle what the keys leave open */
    rows head;        /* the piece being read */
    size_t at;
} stream;

struct merge {
    store *s;
    connection *c;
    piece_list list;
    uint32_t wanted;
    int64_t from, to;
    dictionary *texts[CONTEXT_COUNT];
    size_t *untimed, untimed_count, untimed_at; /* indices of pieces */
    stream *streams;
    size_t stream_count;
    stream **waiting, **active;
    size_t waiting_count, active_count;
    rows lone, mixed;
};

dictionary *const *merge_texts(const merge *m)
{
    return m->texts;
}

void merge_want(merge *m, uint32_t wanted)
{
    m->wanted = wanted;
}

/* -- keys ----------------------------------------------------------------------------- */

static bool head_before(const merge *m, const stream *a, const stream *b)
{
    const rows *x = &a->head, *y = &b->head;
    if (x->time[a->at] != y->time[b->at])
        return x->time[a->at] < y->time[b->at];
    int by_key = serial_compare(m->texts[CONTEXT_SERIAL], x->context[CONTEXT_SERIAL][a->at],
                                y->context[CONTEXT_SERIAL][b->at]);
    if (!by_key)
        by_key = origin_compare(m->s, x->origin[a->at], y->origin[b->at]);
    return by_key ? by_key < 0 : a->rank < b->rank;
}

static int64_t waiting_time(const merge *m, const stream *s)
{
    return m->list.piece[s->next].first_time;
}

static bool waits_before(const merge *m, const stream *a, const stream *b)
{
    int64_t x = waiting_time(m, a), y = waiting_time(m, b);
    return x != y ? x < y : a->rank < b->rank;
}

/* -- heaps ---------------------------------------------------------------------------- */

typedef bool stream_before(const merge *m, const stream *a, const stream *b);

static void heap_down(const merge *m, stream **heap, size_t n, size_t i, stream_before *before)
{
    for (;;) {
        size_t least = i, child = 2 * i + 1;
        if (child < n && before(m, heap[child], heap[least]))
            least = child;
        if (child + 1 < n && before(m, heap[child + 1], heap[least]))
            least = child + 1;
        if (least == i)
            return;
        stream *swap = heap[i];
        heap[i] = heap[least];
        heap[least] = swap;
        i = least;
    }
}

static void heap_push(const merge *m, stream **heap, size_t *n, stream *s, stream_before *before)
{
    size_t i = (*n)++;
    heap[i] = s;
    while (i && before(m, heap[i], heap[(i - 1) / 2])) {
        stream *swap = heap[i];
        heap[i] = heap[(i - 1) / 2];
        heap[(i - 1) / 2] = swap;
        i = (i - 1) / 2;
    }
}

static stream *heap_pop(const merge *m, stream **heap, size_t *n, stream_before *before)
{
    stream *top = heap[0];
    heap[0] = heap[--*n];
    heap_down(m, heap, *n, 0, before);
    return top;
}

/* -- reading pieces ------------------------------------------------------------------- */

static assay_status unpack(merge *m, const piece *p, uint32_t wanted, rows *out, assay_err *err)
{
    assay_err fault = {0};
    if (p->id == LIVE_ID)
        return live_read(m->c->live, &m->list.live, p, wanted, m->texts, out, err);
    assay_status status = piece_unpack(m->c->codec, p, wanted, m->texts, extent_from_file, m->c,
                                       out, &fault);
    if (!status)
        return ASSAY_OK;
    if (status != ASSAY_DAMAGED) {
        if (err)
            *err = fault;
        return status;
    }
    assay_fail(err, status, 0, "%s %llu of characteristic %u is damaged: %s",
               p->is_batch ? "batch" : "chunk", (unsigned long long)p->id, p->characteristic,
               fault.message);
    return assay_hint(err,
                      _("assay check names everything that is damaged; a backup has it whole"));
}

static uint32_t wanted_of(const merge *m, const piece *p)
{
    bool is_edge = p->first_time < m->from || p->last_time >= m->to;
    return m->wanted | (is_edge ? WANT_TIME : 0);
}

/* The one that begins first. */
static const piece *take_piece(merge *m)
{
    stream *s = heap_pop(m, m->waiting, &m->waiting_count, waits_before);
    const piece *p = &m->list.piece[s->next++];
    if (s->next < s->end)
        heap_push(m, m->waiting, &m->waiting_count, s, waits_before);
    return p;
}

/* The piece stands alone: unpacked into `lone` and handed out as it is. */
static assay_status hand_out(merge *m, const piece *p, rows *out, assay_err *err)
{
    uint32_t wanted = wanted_of(m, p);
    assay_status status = unpack(m, p, wanted, &m->lone, err);
    if (status)
        return status;
    *out = m->lone;
    out->wanted = wanted;
    return ASSAY_OK;
}

static assay_status activate(merge *m, assay_err *err)
{
    stream *s = heap_pop(m, m->waiting, &m->waiting_count, waits_before);
    const piece *p = &m->list.piece[s->next++];
    assay_status status = unpack(m, p, m->mixed.wanted, &s->head, err);
    s->at = 0;
    if (!status)
        heap_push(m, m->active, &m->active_count, s, head_before);
    else if (s->next < s->end)
        heap_push(m, m->waiting, &m->waiting_count, s, waits_before);
    return status;
}

/* -- merging -------------------------------------------------------------------------- */

static bool is_alone(const merge *m, const piece *p)
{
    if (m->active_count)
        return false;
    for (size_t i = 1; i <= 2 && i < m->waiting_count; i++) /* the second least is a child */
        if (waiting_time(m, m->waiting[i]) <= p->last_time)
            return false;
    return true;
}

/* Rows of the least stream before every other one; at least its head. */
static size_t run_length(const merge *m)
{
    const stream *s = m->active[0];
    int64_t bound = INT64_MAX;
    for (size_t i = 1; i <= 2 && i < m->active_count; i++) {
        int64_t time = m->active[i]->head.time[m->active[i]->at];
        bound = time < bound ? time : bound;
    }
    if (m->waiting_count && waiting_time(m, m->waiting[0]) < bound)
        bound = waiting_time(m, m->waiting[0]);
    size_t end = s->at + 1;
    if (m->active_count == 1 && !m->waiting_count)
        return s->head.n - s->at;
    while (end < s->head.n && s->head.time[end] < bound)
        end++;
    return end - s->at;
}

static void emit_run(merge *m)
{
    stream *s = m->active[0];
    size_t n = run_length(m), left = m->mixed.room - m->mixed.n;
    n = n < left ? n : left;
    rows_append(&m->mixed, &s->head, s->at, n);
    s->at += n;
    if (s->at < s->head.n) {
        heap_down(m, m->active, m->active_count, 0, head_before);
        return;
    }
    heap_pop(m, m->active, &m->active_count, head_before);
    if (s->next < s->end)
        heap_push(m, m->waiting, &m->waiting_count, s, waits_before);
    else
        rows_done(&s->head);
}

static bool must_activate(const merge *m)
{
    if (!m->waiting_count)
        return false;
    if (!m->active_count)
        return true;
    const stream *s = m->active[0];
    return waiting_time(m, m->waiting[0]) <= s->head.time[s->at];
}

static assay_status merge_timed(merge *m, rows *out, assay_err *err)
{
    const uint32_t key = WANT_TIME | WANT_META | 1u << CONTEXT_SERIAL;
    m->mixed.n = 0;
    while (m->mixed.n < CHUNK_ROWS && (m->active_count || m->waiting_count)) {
        if (m->waiting_count && is_alone(m, &m->list.piece[m->waiting[0]->next])) {
            if (m->mixed.n)
                break;
            return hand_out(m, take_piece(m), out, err);
        }
        assay_status status = rows_reserve(&m->mixed, m->wanted | key, CHUNK_ROWS, err);
        if (!status && must_activate(m))
            status = activate(m, err);
        else if (!status)
            emit_run(m);
        if (status)
            return status;
    }
    *out = m->mixed;
    return ASSAY_OK;
}

assay_status merge_next(merge *m, rows *out, assay_err *err)
{
    if (m->untimed_at < m->untimed_count)
        return hand_out(m, &m->list.piece[m->untimed[m->untimed_at++]], out, err);
    return merge_timed(m, out, err);
}

/* -- counting -------------------------------------------------------------------------- */

static bool may_hold_others(const piece *p)
{
    return p->flags & PIECE_NOT_ALL_VALID || p->id == LIVE_ID;
}

bool merge_count(const merge *m, bool all_status, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < m->list.n; i++) {
        const piece *p = &m->list.piece[i];
        if (p->flags & PIECE_UNTIMED || p->first_time < m->from || p->last_time >= m->to ||
            (i && p->first_time <= p[-1].last_time) || (!all_status && may_hold_others(p)))
            return false;
        *out += p->n;
    }
    return true;
}

uint64_t merge_skip(merge *m, uint64_t n)
{
    while (m->waiting_count && n >= m->list.piece[m->waiting[0]->next].n)
        n -= take_piece(m)->n;
    return n;
}

/* -- forgetting ----------------------------------------------------------------------- */

static void codes_move(uint32_t *codes, size_t n, const dictionary *from, dictionary *to)
{
    for (size_t i = 0; codes && i < n; i++) {
        size_t length;
        const char *text = dictionary_text(from, codes[i], &length);
        codes[i] = dictionary_code(to, text, length);
    }
}

assay_status merge_forget(merge *m, rows *held, assay_err *err)
{
    enum { texts_kept = 1 << 17 };
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        dictionary *old = m->texts[kind], *fresh;
        if (!old || dictionary_count(old) < texts_kept)
            continue;
        assay_status status = dictionary_new(&fresh, err);
        if (status)
            return status;
        codes_move(held->context[kind], held->n, old, fresh);
        for (size_t i = 0; i < m->active_count; i++)
            codes_move(m->active[i]->head.context[kind], m->active[i]->head.n, old, fresh);
        m->texts[kind] = fresh;
        dictionary_free(old);
    }
    return ASSAY_OK;
}

/* -- opening -------------------------------------------------------------------------- */

static int compare_untimed(const void *a, const void *b, void *context)
{
    const merge *m = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const piece *x = &m->list.piece[i], *y = &m->list.piece[j];
    if (x->is_batch != y->is_batch)
        return x->is_batch ? 1 : -1;
    if (x->is_batch) {
        uint64_t p = origin_of(m->s, x->first_origin).commit;
        uint64_t q = origin_of(m->s, y->first_origin).commit;
        if (p != q)
            return p < q ? -1 : 1;
    }
    return i < j ? -1 : 1;
}

/* One stream of all chunks, one of each batch. The list is sorted: chunks, then batch by batch. */
static void find_streams(merge *m)
{
    for (size_t i = 0; i < m->list.n; i++) {
        const piece *p = &m->list.piece[i];
        if (p->flags & PIECE_UNTIMED) {
            m->untimed[m->untimed_count++] = i;
            continue;
        }
        stream *last = m->stream_count ? &m->streams[m->stream_count - 1] : NULL;
        const piece *before = last ? &m->list.piece[last->end - 1] : NULL;
        bool continues = before && last->end == i && before->is_batch == p->is_batch &&
                         (!p->is_batch || before->id == p->id);
        if (continues) {
            last->end++;
            continue;
        }
        m->streams[m->stream_count] =
            (stream){.next = i, .end = i + 1, .rank = m->stream_count};
        m->stream_count++;
    }
    qsort_r(m->untimed, m->untimed_count, sizeof *m->untimed, compare_untimed, m);
    for (size_t i = 0; i < m->stream_count; i++)
        heap_push(m, m->waiting, &m->waiting_count, &m->streams[i], waits_before);
}

static assay_status prepare(merge *m, assay_err *err)
{
    size_t n = m->list.n ? m->list.n : 1;
    m->untimed = calloc(n, sizeof *m->untimed);
    m->streams = calloc(n, sizeof *m->streams);
    m->waiting = calloc(n, sizeof(stream *));
    m->active = calloc(n, sizeof(stream *));
    if (!m->untimed || !m->streams || !m->waiting || !m->active)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to merge %zu chunks", n);
    assay_status status = ASSAY_OK;
    for (int kind = 0; kind < CONTEXT_COUNT && !status; kind++)
        if (LOCAL_CONTEXTS >> kind & 1)
            status = dictionary_new(&m->texts[kind], err);
    if (!status)
        find_streams(m);
    return status;
}

assay_status merge_open(store *s, connection *c, piece_list *l, uint32_t wanted, int64_t from,
                        int64_t to, merge **out, assay_err *err)
{
    merge *m = calloc(1, sizeof *m);
    if (!m)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to merge chunks");
    m->s = s;
    m->c = c;
    m->lone = c->lone;
    c->lone = (rows){0};
    m->list = *l;
    *l = (piece_list){0};
    m->wanted = wanted;
    m->from = from;
    m->to = to;
    assay_status status = prepare(m, err);
    if (status)
        merge_close(m);
    else
        *out = m;
    return status;
}

void merge_close(merge *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->stream_count; i++)
        rows_done(&m->streams[i].head);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        dictionary_free(m->texts[kind]);
    rows_done(&m->c->lone);
    m->c->lone = m->lone;
    rows_done(&m->mixed);
    free(m->untimed);
    free(m->streams);
    free(m->waiting);
    free(m->active);
    piece_list_done(&m->list);
    free(m);
}
