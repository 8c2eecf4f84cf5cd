/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/plain.h"

#include "store/sealer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SERIES_MAX = 2000, /* a block of rows each: about 90 MB */
    THREADS_MAX = 8,
    AHEAD = 20
};
#define SHAPE_NONE  UINT32_MAX
#define SLAB_BYTES  ((size_t)2 << 20)
#define SLAB_BLOCKS (SLAB_BYTES / sizeof(plain_rows))

typedef struct {
    int64_t last; /* the latest time; none may come before it */
    plain_rows *rows;
    uint32_t n;
    uint32_t shape; /* exponent, decimals and status (valid) of all rows */
    uint32_t number;
    unsigned size, lag;
    int64_t reference;
    int reference_exponent;
    bool has_reference;
} series;

struct plain {
    store *s;
    uint32_t origin;
    sealer *sealer;
    series **by_index; /* the reader's characteristics */
    size_t room;
    series **series; /* by number */
    size_t count, series_room;
    plain_rows **spare;
    size_t spare_count; /* there is room for every block */
    void **slabs;
    size_t slab_count;
    bool is_full; /* too many characteristics */
    bool is_even; /* the batch in hand */
    bool has_offset;
    int32_t offset;
    size_t waiting;
    int64_t next_chunk; /* 0: not known yet */
    int64_t tail;       /* batch of rows in no full chunk; 0: none */
    piece_list pieces;  /* sealed since the last step */
    buf summaries;
    piece_list tails;
    buf data;
};

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an import");
}

assay_status plain_new(store *s, uint32_t origin_id, plain **out, assay_err *err)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = processors <= 1 ? 0 : processors > THREADS_MAX ? THREADS_MAX - 1
                                                                     : (unsigned)processors - 1;
    plain *p = calloc(1, sizeof *p);
    if (!p)
        return no_memory(err);
    p->s = s;
    p->origin = origin_id;
    assay_status status = sealer_new(threads, &p->sealer, err);
    if (status) {
        plain_free(p);
        return status;
    }
    *out = p;
    return ASSAY_OK;
}

void plain_free(plain *p)
{
    if (!p)
        return;
    sealer_free(p->sealer);
    for (size_t i = 0; i < p->count; i++)
        free(p->series[i]);
    for (size_t i = 0; i < p->slab_count; i++)
        free(p->slabs[i]);
    free(p->slabs);
    free(p->spare);
    free(p->series);
    free(p->by_index);
    piece_list_done(&p->pieces);
    piece_list_done(&p->tails);
    buf_done(&p->summaries);
    buf_done(&p->data);
    free(p);
}

/* -- series --------------------------------------------------------------------------- */

static assay_status load_reference(plain *p, series *s, assay_err *err)
{
    connection *c = p->s->db;
    sqlite3_stmt *q = statement(c, SQL_REFERENCE_GET);
    sqlite3_bind_int64(q, 1, s->number);
    int step = statement_step(c, SQL_REFERENCE_GET, err);
    s->has_reference = step > 0 && sqlite3_column_type(q, 0) != SQLITE_NULL;
    if (s->has_reference) {
        s->reference = sqlite3_column_int64(q, 0);
        s->reference_exponent = sqlite3_column_int(q, 1);
    }
    statement_reset(c, SQL_REFERENCE_GET);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

/* The place of `number` among the series, which stand by number. */
static size_t series_place(const plain *p, uint32_t number)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->series[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static assay_status series_add(plain *p, size_t place, const series *form, assay_err *err)
{
    if (p->count == p->series_room) {
        size_t room = p->series_room ? 2 * p->series_room : 64;
        series **grown = realloc(p->series, room * sizeof(series *));
        if (!grown)
            return no_memory(err);
        p->series = grown;
        p->series_room = room;
    }
    series *s = malloc(sizeof *s);
    if (!s)
        return no_memory(err);
    *s = *form;
    memmove(p->series + place + 1, p->series + place, (p->count - place) * sizeof(series *));
    p->series[place] = s;
    p->count++;
    return load_reference(p, s, err);
}

static assay_status index_room(plain *p, uint32_t index, assay_err *err)
{
    if (index < p->room)
        return ASSAY_OK;
    size_t room = p->room ? p->room : 256;
    while (room <= index)
        room *= 2;
    series **grown = realloc(p->by_index, room * sizeof(series *));
    if (!grown)
        return no_memory(err);
    memset(grown + p->room, 0, (room - p->room) * sizeof(series *));
    p->by_index = grown;
    p->room = room;
    return ASSAY_OK;
}

assay_status plain_map(plain *p, uint32_t index, uint32_t number, unsigned subgroup_size,
                       int64_t stored_until, assay_err *err)
{
    size_t place = series_place(p, number);
    bool is_known = place < p->count && p->series[place]->number == number;
    assay_status status = index_room(p, index, err);
    if (!is_known && p->count == SERIES_MAX)
        p->is_full = true;
    if (status || (!is_known && p->is_full))
        return status;
    series form = {.number = number,
                   .last = stored_until > TIME_NONE ? stored_until : TIME_NONE + 1,
                   .shape = SHAPE_NONE,
                   .size = subgroup_size >= 2 && subgroup_size <= 60 ? subgroup_size : 1};
    if (!is_known)
        status = series_add(p, place, &form, err);
    if (!status)
        p->by_index[index] = p->series[place];
    return status;
}

/* -- rows ----------------------------------------------------------------------------- */

bool plain_takes(plain *p, const measurement_batch *b)
{
    if (p->is_full || !b->time || !b->decimals)
        return false;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (b->context[kind])
            return false;
    int32_t offset = b->offset && b->n ? b->offset[0] : TIME_OFFSET_NONE;
    if (!p->has_offset)
        p->offset = offset;
    p->has_offset = true;
    p->is_even = b->is_even;
    if (b->is_even)
        return offset == p->offset;
    uint32_t other = 0;
    for (size_t k = 0; b->offset && k < b->n; k++)
        other |= (uint32_t)(b->offset[k] ^ p->offset);
    for (size_t k = 0; b->size && k < b->n; k++)
        other |= b->size[k] ^ 1;
    return !other && offset == p->offset;
}

static uint32_t status_at(const measurement_batch *b, size_t k)
{
    return b->status ? b->status[k] : STATUS_VALID;
}

static uint32_t shape_at(const measurement_batch *b, size_t k)
{
    return (uint32_t)(uint8_t)b->exponent[k] << 16 | (uint32_t)b->decimals[k] << 8 | status_at(b, k);
}

/* Blocks come from slabs of one huge page each: two thousand columns written in turn would miss
 * the translation of small ones all the time. */
static assay_status slab_add(plain *p, assay_err *err)
{
    size_t count = p->slab_count + 1;
    void **slabs = realloc(p->slabs, count * sizeof *slabs);
    p->slabs = slabs ? slabs : p->slabs;
    plain_rows **spare = realloc(p->spare, count * SLAB_BLOCKS * sizeof(plain_rows *));
    p->spare = spare ? spare : p->spare;
    plain_rows *slab = slabs && spare ? aligned_alloc(SLAB_BYTES, SLAB_BYTES) : NULL;
    if (!slab)
        return no_memory(err);
    madvise(slab, SLAB_BYTES, MADV_HUGEPAGE);
    p->slabs[p->slab_count++] = slab;
    for (size_t i = SLAB_BLOCKS; i-- > 0;)
        p->spare[p->spare_count++] = &slab[i];
    return ASSAY_OK;
}

static assay_status block_take(plain *p, series *s, assay_err *err)
{
    assay_status status = p->spare_count ? ASSAY_OK : slab_add(p, err);
    if (!status)
        s->rows = p->spare[--p->spare_count];
    return status;
}

static void block_give(plain *p, plain_rows *block)
{
    if (block)
        p->spare[p->spare_count++] = block;
}

static assay_status seal(plain *p, series *s, assay_err *err);

/* A series begins: its digits must be those of the reference of its sums. */
static bool begin_series(series *s, const measurement_batch *b, size_t k)
{
    if (status_at(b, k) != STATUS_VALID ||
        (s->has_reference && s->reference_exponent != b->exponent[k]))
        return false;
    s->shape = shape_at(b, k);
    return true;
}

/* The same of an even batch, where the first row speaks for all: 0 when it does not fit. */
static size_t add_even(series *s, const measurement_batch *b, size_t k, size_t end)
{
    size_t n = end - k < CHUNK_ROWS - s->n ? end - k : CHUNK_ROWS - s->n;
    if (b->time[k] < s->last || shape_at(b, 0) != s->shape)
        return 0;
    memcpy(s->rows->time + s->n, b->time + k, n * sizeof *b->time);
    int32_t *mantissa = s->rows->mantissa + s->n;
    for (size_t i = 0; i < n; i++)
        mantissa[i] = (int32_t)b->mantissa[k + i];
    s->last = b->time[k + n - 1];
    s->n += (uint32_t)n;
    return n;
}

/* Rows of one characteristic that stand together, from k to at most `end`. Returns how many fit. */
static size_t add_run(series *s, const measurement_batch *b, size_t k, size_t end)
{
    int64_t last = s->last, *time = s->rows->time + s->n;
    int32_t *mantissa = s->rows->mantissa + s->n;
    size_t n = 0;
    end = end - k < CHUNK_ROWS - s->n ? end : k + CHUNK_ROWS - s->n;
    for (; k < end; k++, n++) {
        int32_t narrow = (int32_t)b->mantissa[k];
        if (b->time[k] < last || shape_at(b, k) != s->shape || narrow != b->mantissa[k])
            break;
        time[n] = last = b->time[k];
        mantissa[n] = narrow;
    }
    s->last = last;
    s->n += (uint32_t)n;
    return n;
}

static size_t run_end(const measurement_batch *b, size_t k)
{
    if (!b->characteristic)
        return b->n;
    size_t end = k + 1;
    while (end < b->n && b->characteristic[end] == b->characteristic[k])
        end++;
    return end;
}

static void fetch_ahead(const plain *p, const measurement_batch *b, size_t k)
{
    if (!b->characteristic || k + 2 * AHEAD >= b->n)
        return;
    const series *s = p->by_index[b->characteristic[k + AHEAD]];
    __builtin_prefetch(p->by_index[b->characteristic[k + 2 * AHEAD]]);
    if (!s->rows)
        return;
    __builtin_prefetch(s->rows->time + s->n, 1);
    __builtin_prefetch(s->rows->mantissa + s->n, 1);
}

assay_status plain_add(plain *p, const measurement_batch *b, size_t *done, assay_err *err)
{
    assay_status status = ASSAY_OK;
    size_t k = 0;
    while (k < b->n && !status) {
        series *s = p->by_index[b->characteristic ? b->characteristic[k] : 0];
        size_t end = run_end(b, k);
        fetch_ahead(p, b, k);
        if (!s->rows)
            status = block_take(p, s, err);
        if (status || (s->shape == SHAPE_NONE && !begin_series(s, b, k)))
            break;
        size_t n = p->is_even ? add_even(s, b, k, end) : add_run(s, b, k, end);
        k += n;
        if (s->n == CHUNK_ROWS)
            status = seal(p, s, err);
        else if (k < end)
            break;
    }
    p->waiting += k;
    *done = k;
    return status;
}

size_t plain_rows_waiting(const plain *p)
{
    return p->waiting;
}

size_t plain_rows_loose(const plain *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        n += p->series[i]->n;
    return n;
}

/* -- sealed chunks --------------------------------------------------------------------- */

static assay_status need_tx(plain *p, assay_err *err)
{
    return p->s->in_tx ? ASSAY_OK : write_begin(p->s, err);
}

static assay_status put_extent(plain *p, sql which, const buf *data, assay_err *err)
{
    sqlite3_stmt *q = statement(p->s->db, which);
    sqlite3_bind_int64(q, 1, p->next_chunk);
    sqlite3_bind_blob64(q, 2, data->data, data->length, SQLITE_STATIC);
    return statement_run(p->s->db, which, err);
}

static assay_status number_chunks(plain *p, assay_err *err)
{
    int64_t last = 0;
    if (p->next_chunk)
        return ASSAY_OK;
    statement(p->s->db, SQL_CHUNK_MAX_ID);
    assay_status status = statement_number(p->s->db, SQL_CHUNK_MAX_ID, &last, err);
    p->next_chunk = last + 1;
    return status;
}

static assay_status job_fail(const seal_job *j, assay_err *err)
{
    if (err)
        *err = j->err;
    return j->status;
}

static piece piece_of(const chunk_plain *r, uint32_t number)
{
    return (piece){.characteristic = number,
                   .n = (uint32_t)r->n,
                   .first_time = r->time[0],
                   .last_time = r->time[r->n - 1],
                   .flags = PIECE_PLAIN};
}

static assay_status store_job(plain *p, seal_job *j, assay_err *err)
{
    assay_status status = j->status ? job_fail(j, err) : need_tx(p, err);
    if (!status)
        status = number_chunks(p, err);
    if (!status)
        status = put_extent(p, SQL_VALUES_ADD, &j->values, err);
    if (!status)
        status = put_extent(p, SQL_TIMES_ADD, &j->times, err);
    if (status)
        return status;
    piece out = piece_of(&j->plain, j->number);
    out.flags |= PIECE_SEALED;
    out.chunk = (uint64_t)p->next_chunk++;
    out.offset = (uint32_t)p->summaries.length;
    out.length[EXTENT_VALUES] = (uint32_t)j->values.length;
    out.length[EXTENT_TIMES] = (uint32_t)j->times.length;
    out.length[EXTENT_TEXTS] = (uint32_t)j->summary_length;
    buf_add(&p->summaries, j->summary, j->summary_length);
    return piece_list_add(&p->pieces, &out, err);
}

/* Write what is packed; `wait` for `least` jobs that are not. */
static assay_status collect(plain *p, size_t least, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t n = 0; !status; n++) {
        seal_job *j = sealer_done(p->sealer, n < least);
        if (!j)
            break;
        status = store_job(p, j, err);
        block_give(p, j->rows);
        j->rows = NULL;
        sealer_back(p->sealer);
    }
    return status;
}

/* The reference of all sums is the first value ever sealed. */
static assay_status set_reference(plain *p, series *s, assay_err *err)
{
    if (s->has_reference)
        return ASSAY_OK;
    assay_status status = need_tx(p, err);
    if (status)
        return status;
    s->reference = s->rows->mantissa[0];
    s->reference_exponent = (int8_t)(s->shape >> 16);
    s->has_reference = true;
    sqlite3_stmt *q = statement(p->s->db, SQL_REFERENCE_SET);
    sqlite3_bind_int64(q, 1, s->number);
    sqlite3_bind_int64(q, 2, s->reference);
    sqlite3_bind_int64(q, 3, s->reference_exponent);
    return statement_run(p->s->db, SQL_REFERENCE_SET, err);
}

static chunk_plain plain_of(const plain *p, const series *s)
{
    return (chunk_plain){.n = s->n,
                         .mantissa = s->rows->mantissa,
                         .time = s->rows->time,
                         .offset = p->offset,
                         .exponent = (int8_t)(s->shape >> 16),
                         .decimals = (uint8_t)(s->shape >> 8),
                         .reference = s->reference,
                         .size = s->size};
}

static assay_status seal(plain *p, series *s, assay_err *err)
{
    assay_status status = set_reference(p, s, err);
    if (!status)
        status = collect(p, 0, err);
    if (!status && !sealer_take(p->sealer))
        status = collect(p, 1, err);
    if (status)
        return status;
    seal_job *j = sealer_take(p->sealer);
    j->number = s->number;
    j->rows = s->rows;
    j->plain = plain_of(p, s);
    j->lag = &s->lag;
    sealer_give(p->sealer);
    s->rows = NULL;
    s->n = 0;
    return ASSAY_OK;
}

/* -- durable steps --------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    if (x->characteristic != y->characteristic)
        return x->characteristic < y->characteristic ? -1 : 1;
    return x->chunk < y->chunk ? -1 : x->chunk > y->chunk;
}

static assay_status write_sealed(plain *p, assay_err *err)
{
    assay_status status = collect(p, SIZE_MAX, err);
    if (status || !p->pieces.n)
        return status;
    qsort(p->pieces.piece, p->pieces.n, sizeof *p->pieces.piece, by_place);
    status = batch_write(p->s, p->origin, p->pieces.piece, p->pieces.n, &p->summaries, err);
    p->pieces.n = 0;
    buf_clear(&p->summaries);
    return status;
}

static assay_status pack_tail(plain *p, const series *s, assay_err *err)
{
    chunk_plain form = plain_of(p, s);
    piece out = piece_of(&form, s->number);
    buf times = BUF_INIT;
    unsigned lag = s->lag;
    size_t start = p->data.length;
    assay_status status = chunk_plain_pack(p->s->db->codec, &form, &lag, &p->data, &times, err);
    out.offset = (uint32_t)start;
    out.length[EXTENT_VALUES] = (uint32_t)(p->data.length - start);
    out.length[EXTENT_TIMES] = (uint32_t)times.length;
    buf_add(&p->data, times.data, times.length);
    buf_done(&times);
    return status ? status : piece_list_add(&p->tails, &out, err);
}

static assay_status write_tail(plain *p, assay_err *err)
{
    assay_status status = ASSAY_OK;
    p->tails.n = 0;
    buf_clear(&p->data);
    for (size_t i = 0; i < p->count && !status; i++)
        if (p->series[i]->n)
            status = pack_tail(p, p->series[i], err);
    if (!status && p->tail) {
        sqlite3_bind_int64(statement(p->s->db, SQL_BATCH_DROP), 1, p->tail);
        status = statement_run(p->s->db, SQL_BATCH_DROP, err);
        p->tail = 0;
    }
    if (status || !p->tails.n)
        return status;
    status = batch_write(p->s, p->origin, p->tails.piece, p->tails.n, &p->data, err);
    p->tail = sqlite3_last_insert_rowid(p->s->db->db);
    return status;
}

static void forget(plain *p)
{
    p->tail = 0;
    for (size_t i = 0; i < p->count; i++) {
        block_give(p, p->series[i]->rows);
        p->series[i]->rows = NULL;
        p->series[i]->n = 0;
    }
}

assay_status plain_write(plain *p, bool is_last, assay_err *err)
{
    assay_status status = write_sealed(p, err);
    if (!status)
        status = write_tail(p, err);
    if (status)
        return status;
    p->waiting = 0;
    if (is_last)
        forget(p);
    return ASSAY_OK;
}
