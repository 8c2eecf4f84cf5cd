/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/chunk_plain.h"

#include "model/measurement.h"
#include "store/chunk_codec.h"
#include "store/chunk_wide.h"

#include <string.h>

#define LAG_MAX     10
#define SAMPLE      480 /* times looked at to find the step of the clock */
#define EVEN_BITS   5  /* an even clock: its jitter takes no more, else the general packer looks */
#define UNIT_MAX    9
#define QUOTIENT_LIMIT (1u << 29) /* distances from a line fit 32 bits with a sign */
#define SHIFT_LIMIT ((int64_t)1 << 28) /* n times its fourth power fits 128 bits */

/* -- blocks --------------------------------------------------------------------------- */

static unsigned bits_of(uint32_t x)
{
    return x ? 32 - (unsigned)__builtin_clz(x) : 0;
}

static void put_block_header(buf *out, int64_t base, unsigned width)
{
    put_le(out, (uint64_t)base, 8);
    put_le(out, width, 1);
    put_le(out, 0, 3); /* no exceptions */
}

/* Without the search for outliers. */
static void pack_quickly(chunk_codec *c, const uint64_t *v, size_t n, buf *out)
{
    bool before = c->is_quick;
    c->is_quick = true;
    chunk_block_pack(c, v, n, out);
    c->is_quick = before;
}

/* A full block of numbers close together; others as every block. */
static void put_block(chunk_codec *c, const int32_t *v, size_t n, buf *out)
{
    int32_t low, high;
    c->kernel->pack.range(v, n, &low, &high);
    unsigned width = bits_of((uint32_t)high - (uint32_t)low);
    if (n < CHUNK_BLOCK || width > 16) {
        uint64_t *wide = c->nested[0];
        for (size_t i = 0; i < n; i++)
            wide[i] = (uint64_t)(int64_t)v[i];
        pack_quickly(c, wide, n, out);
        return;
    }
    size_t size = kernel_packed_size(width, KERNEL_ROWS);
    put_block_header(out, low, width);
    if (width == 0 || !buf_reserve(out, size))
        return;
    c->kernel->pack.gather(v, low, c->rows);
    c->kernel->pack.rows(c->rows, width, (uint8_t *)out->data + out->length);
    out->length += size;
    out->data[out->length] = 0;
}

static void put_constant(buf *out, int64_t x)
{
    put_le(out, INTS_CONSTANT, 1);
    put_varint(out, zigzag((uint64_t)x));
}

static void put_numbers(chunk_codec *c, const int32_t *v, size_t n, buf *out)
{
    int32_t low, high;
    c->kernel->pack.range(v, n, &low, &high);
    if (low == high) {
        put_constant(out, low);
        return;
    }
    put_le(out, INTS_PACKED, 1);
    for (size_t i = 0; i < n; i += CHUNK_BLOCK)
        put_block(c, v + i, n - i < CHUNK_BLOCK ? n - i : CHUNK_BLOCK, out);
}

/* -- values --------------------------------------------------------------------------- */

static assay_status put_values(chunk_codec *c, const chunk_plain *p, buf *out, assay_err *err)
{
    size_t start = chunk_begin(out);
    put_le(out, 1, 1); /* one exponent */
    put_le(out, (uint64_t)p->exponent, 1);
    put_le(out, p->decimals < 64 ? 2 : 3, 1); /* bytes of the column of decimals */
    put_constant(out, p->decimals);
    put_numbers(c, p->mantissa, p->n, out);
    return chunk_seal(out, start, 'V', p->n, err);
}

/* -- times ---------------------------------------------------------------------------- */

/* A clock that ticks evenly, but for jitter: time i = origin[i % lag] + slope * (i / lag) + x. */
typedef struct {
    size_t lag;
    uint32_t whole, part;
    int32_t low[LAG_MAX]; /* of each phase */
    uint32_t widest;
} clock_line;

static void fill_rounds(chunk_codec *c, size_t n, size_t lag)
{
    if (c->round_lag != lag)
        c->round_count = 0;
    c->round_lag = lag;
    size_t i = c->round_count / lag * lag;
    for (size_t round = i / lag; i < n; round++)
        for (size_t k = 0; k < lag && i < n; k++)
            c->round[i++] = (uint32_t)round;
    c->round_count = n > c->round_count ? n : c->round_count;
}

/* Least and widest of each phase; c->level holds the distances from the line. */
static void fit(chunk_codec *c, size_t n, clock_line *l)
{
    int32_t low[8 * LAG_MAX], high[8 * LAG_MAX], most[LAG_MAX];
    size_t span = n >= 8 * l->lag ? 8 * l->lag : l->lag, done = n / span * span;
    c->kernel->pack.level(c->quotient, c->round, n, l->whole, l->part, c->level);
    c->kernel->pack.columns(c->level, n, span, low, high);
    memcpy(l->low, low, l->lag * sizeof *low);
    memcpy(most, high, l->lag * sizeof *high);
    for (size_t i = l->lag; i < span + n - done; i++) {
        int32_t x = i < span ? low[i] : c->level[done + i - span];
        int32_t y = i < span ? high[i] : x;
        size_t phase = i % l->lag;
        l->low[phase] = x < l->low[phase] ? x : l->low[phase];
        most[phase] = y > most[phase] ? y : most[phase];
    }
    l->widest = 0;
    for (size_t phase = 0; phase < l->lag; phase++) {
        uint32_t spread = (uint32_t)most[phase] - (uint32_t)l->low[phase];
        l->widest = spread > l->widest ? spread : l->widest;
    }
}

/* The rise of phase 0 from the first half to the second, per round, in 2^-32. */
static uint64_t slope_of(const uint32_t *q, size_t n, size_t lag)
{
    size_t rounds = (n + lag - 1) / lag, half = rounds / 2;
    uint64_t rise = 0;
    for (size_t r = 0; r < half; r++)
        rise += q[(rounds - half + r) * lag] - q[r * lag];
    unsigned __int128 wide = (unsigned __int128)rise << 32;
    return (uint64_t)(wide / (half * (rounds - half)));
}

/* Cycles are mostly a whole number of units; where that does not fit well, look at the fraction. */
static void find_line(chunk_codec *c, size_t n, size_t lag, clock_line *out)
{
    uint64_t slope = slope_of(c->quotient, n, lag);
    fill_rounds(c, n, lag);
    *out = (clock_line){.lag = lag, .whole = (uint32_t)((slope + ((uint64_t)1 << 31)) >> 32)};
    fit(c, n, out);
    if (bits_of(out->widest) <= EVEN_BITS)
        return;
    clock_line exact = {.lag = lag, .whole = (uint32_t)(slope >> 32), .part = (uint32_t)slope};
    fit(c, n, &exact);
    if (exact.widest < out->widest)
        *out = exact;
}

/* The hinted lag if it does, else the best of all. False: the clock is not even. */
static bool find_clock(chunk_codec *c, size_t n, unsigned *lag, clock_line *out)
{
    if (*lag && n >= 4 * *lag) {
        find_line(c, n, *lag, out);
        if (bits_of(out->widest) <= EVEN_BITS)
            return true;
    }
    size_t best = 1, sample = n < SAMPLE ? n : SAMPLE;
    out->widest = UINT32_MAX;
    for (size_t k = 1; k <= LAG_MAX && sample >= 16 * k; k++) {
        clock_line l;
        find_line(c, sample, k, &l);
        best = l.widest < out->widest ? k : best;
        *out = l.widest < out->widest ? l : *out;
    }
    if (n < 16)
        return false;
    find_line(c, n, best, out);
    if (bits_of(out->widest) > EVEN_BITS)
        return false;
    *lag = (unsigned)out->lag;
    return true;
}

static const uint32_t units[UNIT_MAX + 1] = {1,       10,       100,       1000,      10000,
                                             100000,  1000000,  10000000,  100000000, 1000000000};

/* The times less the first one in the coarsest unit that leaves them whole, if that fits 32 bits. */
static bool coarsen(chunk_codec *c, const int64_t *time, size_t n, unsigned *unit)
{
    size_t look = n < 8 ? n : 8;
    unsigned u = UNIT_MAX;
    for (size_t i = 0; i < look; i++)
        while (u > 0 && time[i] % units[u])
            u--;
    while (!c->kernel->pack.quotients(time, n, units[u], c->quotient))
        if (u-- == 0)
            return false;
    *unit = u;
    return c->quotient[n - 1] < QUOTIENT_LIMIT;
}

static void put_line(chunk_codec *c, size_t n, int64_t first, const clock_line *l, buf *out)
{
    uint64_t origin[LAG_MAX];
    int32_t low[8 * LAG_MAX];
    size_t span = 8 * l->lag;
    put_le(out, INTS_LINE, 1);
    put_le(out, l->lag, 1);
    put_varint(out, zigzag(l->whole));
    put_le(out, l->part, 4);
    for (size_t k = 0; k < l->lag; k++)
        origin[k] = (uint64_t)(first + l->low[k]);
    if (l->lag == 1) {
        put_constant(out, (int64_t)origin[0]);
    } else {
        put_le(out, INTS_PACKED, 1);
        pack_quickly(c, origin, l->lag, out);
    }
    for (size_t i = 0; i < span; i++)
        low[i] = l->low[i % l->lag];
    fill_rounds(c, n, l->lag);
    c->kernel->pack.level(c->quotient, c->round, n, l->whole, l->part, c->level);
    for (size_t i = 0; i < n; i += span)
        for (size_t k = 0; k < span && i + k < n; k++)
            c->level[i + k] -= low[k];
    put_numbers(c, c->level, n, out);
}

static assay_status put_times(chunk_codec *c, const chunk_plain *p, unsigned *lag, buf *out,
                              assay_err *err)
{
    unsigned unit = 0;
    clock_line l;
    if (!coarsen(c, p->time, p->n, &unit) || !find_clock(c, p->n, lag, &l)) {
        int32_t offset[CHUNK_ROWS];
        for (size_t i = 0; i < p->n; i++)
            offset[i] = p->offset;
        return chunk_times_pack(c, p->time, offset, p->n, out, err);
    }
    size_t start = chunk_begin(out);
    put_le(out, p->n, 2);
    put_le(out, unit, 1);
    put_line(c, p->n, p->time[0] / units[unit], &l, out);
    put_constant(out, p->offset);
    return chunk_seal(out, start, 'T', p->n, err);
}

assay_status chunk_plain_pack(chunk_codec *c, const chunk_plain *p, unsigned *lag, buf *values,
                              buf *times, assay_err *err)
{
    if (p->n < 1 || p->n > CHUNK_ROWS)
        return assay_fail(err, ASSAY_SHAPE, 0, "a chunk cannot hold %zu rows", p->n);
    assay_status status = put_values(c, p, values, err);
    return status ? status : put_times(c, p, lag, times, err);
}

/* -- summary --------------------------------------------------------------------------- */

/* Sums of d^3 and d^4, d = u + shift, from those of u over n numbers. */
static void add_moved(chunk_summary *s, size_t n, const __int128 sum[5], int64_t shift)
{
    __int128 t = shift, t2 = t * t, count = (__int128)n;
    s->sum3 = wide_add(s->sum3, wide_of(sum[3] + 3 * t * sum[2] + 3 * t2 * sum[1] + count * t2 * t));
    s->sum4 = wide_add(s->sum4, wide_of(sum[4] + 4 * t * sum[3] + 6 * t2 * sum[2] +
                                        4 * t2 * t * sum[1] + count * t2 * t2));
}

static void sum_powers(const int32_t *v, size_t n, int32_t base, __int128 sum[5])
{
    for (size_t i = 0; i < n; i++) {
        __int128 u = (int64_t)v[i] - base, u2 = u * u;
        sum[1] += u;
        sum[2] += u2;
        sum[3] += u2 * u;
        sum[4] += u2 * u2;
    }
}

/* A block about its least value. */
static bool add_block_powers(chunk_codec *c, const chunk_plain *p, size_t from, chunk_summary *s)
{
    const int32_t *v = p->mantissa + from;
    size_t n = p->n - from < CHUNK_BLOCK ? p->n - from : CHUNK_BLOCK;
    int32_t low, high;
    __int128 sum[5] = {0};
    c->kernel->pack.range(v, n, &low, &high);
    int64_t shift;
    unsigned width = bits_of((uint32_t)high - (uint32_t)low);
    if (__builtin_sub_overflow((int64_t)low, p->reference, &shift) || shift >= SHIFT_LIMIT ||
        shift <= -SHIFT_LIMIT || width > 28)
        return false;
    if (n < CHUNK_BLOCK || width > KERNEL_CUBES) {
        sum_powers(v, n, low, sum);
    } else {
        kernel_sums k;
        uint64_t sum3, sum4;
        c->kernel->pack.gather(v, low, c->rows);
        c->kernel->sums(c->rows, width, 2, &k);
        c->kernel->pack.cubes(c->rows, &sum3, &sum4);
        sum[1] = k.sum;
        sum[2] = k.sum2;
        sum[3] = sum3;
        sum[4] = sum4;
    }
    add_moved(s, n, sum, shift);
    return true;
}

static void summarise_any(chunk_codec *c, const chunk_plain *p, chunk_summary *s)
{
    int64_t *wide = (int64_t *)c->values;
    for (size_t i = 0; i < p->n; i++)
        wide[i] = p->mantissa[i];
    chunk_summary_rows rows = {p->n, wide, NULL, p->time, NULL};
    chunk_summary_add(s, &rows);
}

static void fill(const chunk_plain *p, const chunk_groups *g, chunk_summary *s)
{
    s->rows = s->status[STATUS_VALID] = s->n = s->timed = p->n;
    s->min = g->min;
    s->max = g->max;
    s->first = p->mantissa[0];
    s->last = p->mantissa[p->n - 1];
    s->sum = g->sum;
    s->sum2 = g->sum2;
    s->groups = g->groups;
    s->range_sum = g->range_sum;
    s->group_sum2 = g->group_sum2;
    s->grouped_sum2 = g->grouped_sum2;
    s->loose = p->size > 1 ? (unsigned)(p->n % p->size) : 0;
    s->first_time = p->time[0];
    s->last_time = p->time[p->n - 1];
    s->first_commit = s->last_commit = 0;
}

assay_status chunk_plain_summarise(chunk_codec *c, const chunk_plain *p, const void *values,
                                   size_t length, uint8_t out[CHUNK_SUMMARY_MAX], size_t *size,
                                   assay_err *err)
{
    chunk_values v;
    chunk_groups g;
    chunk_summary s;
    bool is_near = p->size >= 1;
    chunk_summary_init(&s, p->exponent, p->reference, p->size);
    for (size_t i = 0; i < p->n && is_near; i += CHUNK_BLOCK)
        is_near = add_block_powers(c, p, i, &s);
    chunk_groups_init(&g, p->size, p->reference);
    assay_status status = chunk_values_open(c, values, length, &v, err);
    if (!status && is_near)
        status = chunk_groups_add(c, &v, &g, err);
    if (status)
        return status;
    if (is_near) {
        fill(p, &g, &s);
    } else {
        chunk_summary_init(&s, p->exponent, p->reference, p->size);
        summarise_any(c, p, &s);
    }
    *size = chunk_summary_pack(&s, out);
    return ASSAY_OK;
}
