/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of 64-bit numbers in the smallest of seven forms.
 *
 * Every form but the first two rests on simpler columns: run lengths and run values, differences,
 * residuals, indices. Nesting ends after two steps, when writing and when reading. Lags matter
 * because measurements come in subgroups: times and record numbers repeat their pattern every
 * subgroup, so the difference to the place `lag` before is nearly constant where the difference to
 * the neighbour is not. A straight line for each phase beats differences when a clock ticks evenly:
 * the jitter is stored once, not twice.
 */
#include "store/chunk_codec.h"

#include <string.h>
#include <zstd.h>

#define LAG_MAX   KERNEL_LAG
#define SAMPLE    240 /* numbers looked at to choose a lag */
#define CODES_MAX 1024
#define DEPTH_MAX 2

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory to pack a column");
}

/* -- constant and packed ------------------------------------------------------------------ */

static bool is_constant(const uint64_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (v[i] != v[0])
            return false;
    return true;
}

static void pack_constant(uint64_t x, buf *out)
{
    put_le(out, INTS_CONSTANT, 1);
    put_varint(out, zigzag(x));
}

static void pack_blocks(chunk_codec *c, const uint64_t *v, size_t n, buf *out)
{
    put_le(out, INTS_PACKED, 1);
    for (size_t i = 0; i < n; i += CHUNK_BLOCK)
        chunk_block_pack(c, v + i, n - i < CHUNK_BLOCK ? n - i : CHUNK_BLOCK, out);
}

static assay_status unpack_blocks(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                  assay_err *err)
{
    for (size_t i = 0; i < n; i += CHUNK_BLOCK) {
        chunk_block b;
        size_t count = n - i < CHUNK_BLOCK ? n - i : CHUNK_BLOCK;
        assay_status status = chunk_block_take(in, count, &b, err);
        if (status)
            return status;
        if (count == b.rows * KERNEL_LANES) {
            chunk_block_unpack(c, &b, out + i);
        } else {
            chunk_block_unpack(c, &b, c->block);
            memcpy(out + i, c->block, count * sizeof *out);
        }
    }
    return ASSAY_OK;
}

/* -- byte planes --------------------------------------------------------------------------- */

static uint64_t least(const uint64_t *v, size_t n)
{
    int64_t low = (int64_t)v[0];
    for (size_t i = 1; i < n; i++)
        low = (int64_t)v[i] < low ? (int64_t)v[i] : low;
    return (uint64_t)low;
}

static unsigned split_planes(chunk_codec *c, const uint64_t *v, size_t n, uint64_t base)
{
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++)
        all |= v[i] - base;
    unsigned bytes = all ? (64 - (unsigned)__builtin_clzll(all) + 7) / 8 : 1;
    for (unsigned j = 0; j < bytes; j++)
        for (size_t i = 0; i < n; i++)
            c->planes[j * n + i] = (uint8_t)((v[i] - base) >> (8 * j));
    return bytes;
}

static void pack_planes(chunk_codec *c, const uint64_t *v, size_t n, buf *out)
{
    uint64_t base = least(v, n);
    unsigned bytes = split_planes(c, v, n, base);
    size_t size = bytes * n, room = ZSTD_compressBound(size);
    buf_clear(&c->squeezed);
    if (!buf_reserve(&c->squeezed, room)) {
        out->failed = true;
        return;
    }
    size_t length = ZSTD_compress2(c->deflate, c->squeezed.data, room, c->planes, size);
    if (ZSTD_isError(length)) {
        out->failed = true;
        return;
    }
    put_le(out, INTS_PLANES, 1);
    put_varint(out, zigzag(base));
    put_le(out, bytes, 1);
    put_varint(out, length);
    buf_add(out, c->squeezed.data, length);
}

static assay_status unpack_planes(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                  assay_err *err)
{
    uint64_t base, length;
    const uint8_t *bytes = NULL, *packed = NULL;
    if (take_varint(in, &base) && (bytes = bytes_take(in, 1)) && take_varint(in, &length))
        packed = bytes_take(in, length);
    if (!packed || *bytes < 1 || *bytes > 8)
        return chunk_damaged(err, "cut inside byte planes");
    size_t size = *bytes * n;
    if (ZSTD_decompressDCtx(c->inflate, c->planes, size, packed, length) != size)
        return chunk_damaged(err, "byte planes do not decompress");
    base = unzigzag(base);
    for (size_t i = 0; i < n; i++)
        out[i] = base + c->planes[i];
    for (unsigned j = 1; j < *bytes; j++)
        for (size_t i = 0; i < n; i++)
            out[i] += (uint64_t)c->planes[j * n + i] << (8 * j);
    return ASSAY_OK;
}

/* -- innermost ----------------------------------------------------------------------------- */

/* Constant, blocks, or planes where those save an eighth (for VALUES only if numbers are wide). */
static void pack_flat(chunk_codec *c, const uint64_t *v, size_t n, bool is_values, buf *out)
{
    if (is_constant(v, n)) {
        pack_constant(v[0], out);
        return;
    }
    buf *planes = &c->trial[1];
    size_t start = out->length;
    pack_blocks(c, v, n, out);
    size_t packed = out->length - start;
    if (n < 64 || (is_values && packed < 3 * n))
        return;
    buf_clear(planes);
    pack_planes(c, v, n, planes);
    if (!planes->failed && planes->length < packed - packed / 8) {
        out->length = start;
        buf_add(out, planes->data, planes->length);
    }
}

/* -- steps and lines ------------------------------------------------------------------------ */

static void differences(const uint64_t *v, size_t n, size_t lag, uint64_t *out)
{
    for (size_t i = lag; i < n; i++)
        out[i - lag] = v[i] - v[i - lag];
}

/* The lag whose differences pack smallest, by a sample from the middle, and the cost of the sample.
 * 0: none is worth it. */
static size_t choose_lag(chunk_codec *c, const uint64_t *v, size_t n, size_t *sample_cost)
{
    size_t count = n < SAMPLE ? n : SAMPLE, best = 0;
    const uint64_t *sample = v + (n - count) / 2;
    size_t least_cost = chunk_block_cost(c, sample, count);
    for (size_t lag = 1; lag <= LAG_MAX && 2 * lag < count; lag++) {
        size_t rest = count - lag;
        differences(sample, count, lag, c->nested[2]);
        size_t cost = chunk_block_cost(c, c->nested[2], rest) * count / rest;
        if (cost < least_cost) {
            least_cost = cost;
            best = lag;
        }
    }
    *sample_cost = least_cost;
    return best;
}

static void pack_steps(chunk_codec *c, const uint64_t *v, size_t n, size_t lag, buf *out)
{
    put_le(out, INTS_STEPS, 1);
    put_le(out, lag, 1);
    pack_flat(c, v, lag, false, out);
    differences(v, n, lag, c->nested[2]);
    pack_flat(c, c->nested[2], n - lag, false, out);
}

/* Value i of phase i % lag: origin[phase] + round * slope + residual, slope = whole + part / 2^32.
 */
typedef struct {
    size_t lag;
    uint64_t whole;
    uint32_t part;
    uint64_t origin[LAG_MAX];
} line;

static uint64_t line_rise(const line *l, size_t round)
{
    return l->whole * round + (((uint64_t)l->part * round) >> 32);
}

/* The rise from the first half of phase 0 to its second half, per round: jitter averages out. */
static bool line_slope(const uint64_t *v, size_t n, line *l)
{
    size_t rounds = (n + l->lag - 1) / l->lag, half = rounds / 2;
    __int128 rise = 0;
    for (size_t r = 0; r < half; r++)
        rise += (__int128)(int64_t)v[(rounds - half + r) * l->lag] - (int64_t)v[r * l->lag];
    __int128 slope = rise * ((__int128)1 << 32) / (__int128)(half * (rounds - half));
    __int128 whole = slope >> 32;
    l->whole = (uint64_t)whole;
    l->part = (uint32_t)slope;
    return whole >= INT64_MIN && whole <= INT64_MAX;
}

/* Set the origins so that residuals start at 0; returns the widest. */
static uint64_t line_fit(const uint64_t *v, size_t n, line *l)
{
    int64_t low[LAG_MAX], high[LAG_MAX];
    for (size_t phase = 0; phase < l->lag; phase++)
        low[phase] = high[phase] = (int64_t)v[phase];
    for (size_t round = 0, i = 0; i < n; round++)
        for (size_t phase = 0; phase < l->lag && i < n; phase++, i++) {
            int64_t x = (int64_t)(v[i] - line_rise(l, round));
            low[phase] = x < low[phase] ? x : low[phase];
            high[phase] = x > high[phase] ? x : high[phase];
        }
    uint64_t widest = 0;
    for (size_t phase = 0; phase < l->lag; phase++) {
        uint64_t spread = (uint64_t)high[phase] - (uint64_t)low[phase];
        widest = spread > widest ? spread : widest;
        l->origin[phase] = (uint64_t)low[phase];
    }
    return widest;
}

/* False if there is no line to speak of. */
static bool find_line(const uint64_t *v, size_t n, size_t lag, line *out)
{
    line exact = {.lag = lag};
    if (n < 4 * lag || !line_slope(v, n, &exact))
        return false;
    line even = exact; /* cycles are mostly a whole number of units */
    even.whole += even.part >> 31;
    even.part = 0;
    *out = line_fit(v, n, &even) <= line_fit(v, n, &exact) ? even : exact;
    return true;
}

static void line_residuals(const uint64_t *v, size_t n, const line *l, uint64_t *out)
{
    for (size_t round = 0, i = 0; i < n; round++, i += l->lag) {
        uint64_t rise = line_rise(l, round);
        size_t count = n - i < l->lag ? n - i : l->lag;
        for (size_t phase = 0; phase < count; phase++)
            out[i + phase] = v[i + phase] - rise - l->origin[phase];
    }
}

static void pack_line(chunk_codec *c, const uint64_t *v, size_t n, const line *l, buf *out)
{
    put_le(out, INTS_LINE, 1);
    put_le(out, l->lag, 1);
    put_varint(out, zigzag(l->whole));
    put_le(out, l->part, 4);
    pack_flat(c, l->origin, l->lag, false, out);
    line_residuals(v, n, l, c->nested[2]);
    pack_flat(c, c->nested[2], n, false, out);
}

static assay_status unpack_flat(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                assay_err *err);

static assay_status take_lag(bytes_in *in, size_t n, size_t *out, assay_err *err)
{
    const uint8_t *lag = bytes_take(in, 1);
    if (!lag || *lag < 1 || *lag > LAG_MAX || *lag >= n)
        return chunk_damaged(err, "impossible lag");
    *out = *lag;
    return ASSAY_OK;
}

static assay_status unpack_steps(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                 assay_err *err)
{
    size_t lag = 1;
    assay_status status = take_lag(in, n, &lag, err);
    if (!status)
        status = unpack_flat(c, in, lag, out, err);
    if (!status)
        status = unpack_flat(c, in, n - lag, out + lag, err);
    for (size_t i = lag; !status && i < n; i++)
        out[i] += out[i - lag];
    return status;
}

/* The residuals; what a fraction of a slope rises is added already. */
static assay_status take_line(chunk_codec *c, bytes_in *in, size_t n, line *l, uint64_t *out,
                              assay_err *err)
{
    uint64_t whole;
    const uint8_t *part = NULL;
    assay_status status = take_lag(in, n, &l->lag, err);
    if (status)
        return status;
    if (!take_varint(in, &whole) || !(part = bytes_take(in, 4)))
        return chunk_damaged(err, "cut inside a line");
    l->whole = unzigzag(whole);
    l->part = (uint32_t)load_le(part, 4);
    status = unpack_flat(c, in, l->lag, l->origin, err);
    if (!status)
        status = unpack_flat(c, in, n, out, err);
    for (size_t round = 0, i = 0; !status && l->part && i < n; round++)
        for (size_t phase = 0; phase < l->lag && i < n; phase++)
            out[i++] += ((uint64_t)l->part * round) >> 32;
    return status;
}

static assay_status unpack_line(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                assay_err *err)
{
    line l;
    assay_status status = take_line(c, in, n, &l, out, err);
    if (!status)
        c->kernel->line(out, n, l.origin, l.lag, l.whole, 1);
    return status;
}

/* -- runs ----------------------------------------------------------------------------------- */

static size_t count_runs(const uint64_t *v, size_t n)
{
    size_t runs = 1;
    for (size_t i = 1; i < n; i++)
        runs += v[i] != v[i - 1];
    return runs;
}

static assay_status pack_runs(chunk_codec *c, const uint64_t *v, size_t n, buf *out, assay_err *err)
{
    uint64_t *value = c->nested[0], *length = c->nested[1];
    size_t runs = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || v[i] != v[i - 1]) {
            value[runs] = v[i];
            length[runs++] = 0;
        }
        length[runs - 1]++;
    }
    put_le(out, INTS_RUNS, 1);
    put_varint(out, runs);
    pack_flat(c, length, runs, false, out);
    return ints_pack(c, value, runs, INTS_NESTED, out, err);
}

static assay_status unpack_column(chunk_codec *c, bytes_in *in, size_t n, unsigned depth,
                                  uint64_t *out, assay_err *err);

static assay_status unpack_runs(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                assay_err *err)
{
    uint64_t *value = c->nested[0], *length = c->nested[1], runs;
    if (!take_varint(in, &runs) || runs < 1 || runs > n)
        return chunk_damaged(err, "impossible number of runs");
    assay_status status = unpack_flat(c, in, runs, length, err);
    if (!status)
        status = unpack_column(c, in, runs, 1, value, err);
    if (status)
        return status;
    size_t at = 0;
    for (size_t r = 0; r < runs; r++) {
        if (length[r] > n - at)
            return chunk_damaged(err, "runs longer than the column");
        for (uint64_t j = 0; j < length[r]; j++)
            out[at++] = value[r];
    }
    return at == n ? ASSAY_OK : chunk_damaged(err, "runs shorter than the column");
}

/* -- codes ---------------------------------------------------------------------------------- */

/* Distinct numbers in order of first sight, by a small hash. 0: more than CODES_MAX. */
static size_t find_codes(const uint64_t *v, size_t n, uint64_t *distinct, uint64_t *index)
{
    uint16_t slot[4 * CODES_MAX] = {0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = (v[i] * 0x9E3779B97F4A7C15u) >> 52;
        while (slot[at] && distinct[slot[at] - 1] != v[i])
            at = (at + 1) % (4 * CODES_MAX);
        if (!slot[at]) {
            if (count == CODES_MAX)
                return 0;
            distinct[count++] = v[i];
            slot[at] = (uint16_t)count;
        }
        index[i] = slot[at] - 1u;
    }
    return count;
}

static bool pack_codes(chunk_codec *c, const uint64_t *v, size_t n, buf *out)
{
    size_t count = find_codes(v, n, c->nested[0], c->nested[1]);
    if (count == 0 || count > n / 2)
        return false;
    put_le(out, INTS_CODES, 1);
    put_varint(out, count);
    pack_flat(c, c->nested[0], count, false, out);
    pack_flat(c, c->nested[1], n, false, out);
    return true;
}

static assay_status unpack_codes(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                 assay_err *err)
{
    uint64_t *distinct = c->nested[0], count;
    if (!take_varint(in, &count) || count < 1 || count > n)
        return chunk_damaged(err, "impossible number of codes");
    assay_status status = unpack_flat(c, in, count, distinct, err);
    if (!status)
        status = unpack_flat(c, in, n, out, err);
    for (size_t i = 0; !status && i < n; i++) {
        if (out[i] >= count)
            return chunk_damaged(err, "code without a number");
        out[i] = distinct[out[i]];
    }
    return status;
}

/* -- the column ------------------------------------------------------------------------------ */

/* Keep what stands in `trial` if it is smaller than what stands in `out` from `start` on. */
static void keep_smaller(buf *trial, size_t start, buf *out)
{
    if (!trial->failed && trial->length < out->length - start) {
        out->length = start;
        buf_add(out, trial->data, trial->length);
    }
    buf_clear(trial);
}

/* Is a line smaller than steps? By the same sample; a line that a pause or a jump has spoilt is
 * spoilt there too. */
static bool is_better_line(chunk_codec *c, const uint64_t *v, size_t n, size_t steps_cost,
                           const line *l)
{
    size_t count = n < SAMPLE ? n : SAMPLE;
    line_residuals(v, n, l, c->nested[2]);
    return chunk_block_cost(c, c->nested[2] + (n - count) / 2, count) < steps_cost;
}

enum { HINT_COLUMNS = 64 };

static size_t hinted_lag(chunk_codec *c, const uint64_t *v, size_t n)
{
    size_t cost;
    if (n < SAMPLE)
        return c->hint_lag < n ? c->hint_lag : 0;
    if (c->hint_left == 0) {
        c->hint_lag = choose_lag(c, v, n, &cost);
        c->hint_left = HINT_COLUMNS;
    }
    c->hint_left--;
    return c->hint_lag;
}

/* The numbers as they are, their steps or a line, whichever packs smallest. Planes are only tried
 * on the winner: zstd takes longer than all the rest. */
static void pack_ordered(chunk_codec *c, const uint64_t *v, size_t n, buf *out)
{
    size_t cost, lag = c->is_quick ? hinted_lag(c, v, n) : choose_lag(c, v, n, &cost);
    line l;
    if (c->is_quick && lag)
        pack_steps(c, v, n, lag, out);
    else if (lag == 0)
        pack_flat(c, v, n, false, out);
    else if (find_line(v, n, lag, &l) && is_better_line(c, v, n, cost, &l))
        pack_line(c, v, n, &l, out);
    else
        pack_steps(c, v, n, lag, out);
}

static assay_status pack_any(chunk_codec *c, const uint64_t *v, size_t n, size_t start, buf *out,
                             assay_err *err)
{
    buf *trial = &c->trial[0];
    buf_clear(trial);
    if (count_runs(v, n) <= n / 3) {
        assay_status status = pack_runs(c, v, n, trial, err);
        if (status)
            return status;
        keep_smaller(trial, start, out);
    }
    if (out->length - start > n / 2 && pack_codes(c, v, n, trial))
        keep_smaller(trial, start, out);
    return ASSAY_OK;
}

assay_status ints_pack(chunk_codec *c, const uint64_t *v, size_t n, ints_effort effort, buf *out,
                       assay_err *err)
{
    size_t start = out->length;
    assay_status status = ASSAY_OK;
    bool is_plain = effort < INTS_NESTED || n < 3 || is_constant(v, n);
    if (is_plain)
        pack_flat(c, v, n, effort == INTS_VALUES, out);
    else
        pack_ordered(c, v, n, out);
    if (effort == INTS_ANY && !is_plain)
        status = pack_any(c, v, n, start, out, err);
    return status || !out->failed ? status : no_memory(err);
}

/* Forms that rest on others may stand at depth 0 only, steps and lines also at depth 1. */
static assay_status unpack_column(chunk_codec *c, bytes_in *in, size_t n, unsigned depth,
                                  uint64_t *out, assay_err *err)
{
    const uint8_t *method = bytes_take(in, 1);
    uint64_t x;
    if (!method)
        return chunk_damaged(err, "cut before a column");
    switch (*method) {
    case INTS_CONSTANT:
        if (!take_varint(in, &x))
            return chunk_damaged(err, "cut inside a constant");
        for (size_t i = 0; i < n; i++)
            out[i] = unzigzag(x);
        return ASSAY_OK;
    case INTS_PACKED:
        return unpack_blocks(c, in, n, out, err);
    case INTS_PLANES:
        return unpack_planes(c, in, n, out, err);
    case INTS_STEPS:
        return depth < DEPTH_MAX ? unpack_steps(c, in, n, out, err)
                                 : chunk_damaged(err, "columns nested too deep");
    case INTS_LINE:
        return depth < DEPTH_MAX ? unpack_line(c, in, n, out, err)
                                 : chunk_damaged(err, "columns nested too deep");
    case INTS_RUNS:
        return depth == 0 ? unpack_runs(c, in, n, out, err)
                          : chunk_damaged(err, "columns nested too deep");
    case INTS_CODES:
        return depth == 0 ? unpack_codes(c, in, n, out, err)
                          : chunk_damaged(err, "columns nested too deep");
    default:
        return chunk_damaged(err, "unknown form of a column");
    }
}

static assay_status unpack_flat(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out,
                                assay_err *err)
{
    return unpack_column(c, in, n, DEPTH_MAX, out, err);
}

assay_status ints_unpack(chunk_codec *c, bytes_in *in, size_t n, uint64_t *out, assay_err *err)
{
    return unpack_column(c, in, n, 0, out, err);
}

assay_status ints_unpack_times(chunk_codec *c, bytes_in *in, size_t n, uint64_t unit, uint64_t *out,
                               bool *rises, assay_err *err)
{
    line l = {.lag = 1};
    bool is_line = in->at < in->end && *in->at == INTS_LINE;
    in->at += is_line;
    assay_status status = is_line ? take_line(c, in, n, &l, out, err) : ints_unpack(c, in, n, out, err);
    if (!status)
        *rises = c->kernel->line(out, n, l.origin, l.lag, l.whole, unit);
    return status;
}

bool ints_take_constant(bytes_in *in, uint64_t *out)
{
    bytes_in rest = *in;
    const uint8_t *method = bytes_take(&rest, 1);
    uint64_t x;
    if (!method || *method != INTS_CONSTANT || !take_varint(&rest, &x))
        return false;
    *out = unzigzag(x);
    *in = rest;
    return true;
}
