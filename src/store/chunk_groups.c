/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over subgroups, straight from packed blocks.
 *
 * In a full block of narrow values the kernels sum u = value - base in 16 lanes; the shift to the
 * reference is algebra on exact integers. Exceptions stand as 0 in the packed form: their subgroups
 * are recounted one by one. Everything else (a short last block, wide values, a size that does not
 * divide 60) goes through 64-bit numbers in the codec's scratch.
 */
#include "store/chunk_codec.h"

#include <stdlib.h>

#define LIMIT ((int64_t)1 << 44)
#define NEAR  ((int64_t)1 << 22) /* 3840 * 60 * NEAR^2 < 2^63: all sums of a chunk fit 64 bits */

void chunk_groups_init(chunk_groups *g, unsigned size, int64_t reference)
{
    *g = (chunk_groups){.size = size, .reference = reference, .min = INT64_MAX, .max = INT64_MIN};
}

/* -- 64-bit numbers ------------------------------------------------------------------------- */

static void widen_range(chunk_groups *g, int64_t low, int64_t high)
{
    g->min = low < g->min ? low : g->min;
    g->max = high > g->max ? high : g->max;
}

/* Sums of differences to the reference, in T: int64_t where squares of all rows fit. */
#define SUMS_IN(T, name)                                                                           \
    static void name(chunk_groups *g, const int64_t *v, size_t n)                                  \
    {                                                                                              \
        int64_t reference = g->reference, sum = 0, range_sum = 0;                                  \
        int64_t least = INT64_MAX, most = INT64_MIN;                                               \
        T sum2 = 0, group_sum2 = 0;                                                                \
        size_t size = g->size, whole = size > 1 ? n / size * size : 0, i = 0;                      \
        while (i < whole) {                                                                        \
            int64_t low = v[i], high = v[i], group = 0;                                            \
            for (size_t end = i + size; i < end; i++) {                                            \
                int64_t d = v[i] - reference;                                                      \
                low = v[i] < low ? v[i] : low;                                                     \
                high = v[i] > high ? v[i] : high;                                                  \
                group += d;                                                                        \
                sum2 += (T)d * d;                                                                  \
            }                                                                                      \
            least = low < least ? low : least;                                                     \
            most = high > most ? high : most;                                                      \
            sum += group;                                                                          \
            group_sum2 += (T)group * group;                                                        \
            range_sum += high - low;                                                               \
        }                                                                                          \
        g->groups += size > 1 ? n / size : 0;                                                      \
        g->range_sum += range_sum;                                                                 \
        g->group_sum2 += group_sum2;                                                               \
        g->grouped_sum2 += sum2;                                                                   \
        for (; i < n; i++) {                                                                       \
            int64_t d = v[i] - reference;                                                          \
            least = v[i] < least ? v[i] : least;                                                   \
            most = v[i] > most ? v[i] : most;                                                      \
            sum += d;                                                                              \
            sum2 += (T)d * d;                                                                      \
        }                                                                                          \
        g->n += n;                                                                                 \
        g->sum += sum;                                                                             \
        g->sum2 += sum2;                                                                           \
        widen_range(g, least, most);                                                               \
    }
SUMS_IN(int64_t, add_near)
SUMS_IN(__int128, add_any)

static bool is_far(int64_t x, int64_t reference)
{
    int64_t d;
    return __builtin_sub_overflow(x, reference, &d) || d >= LIMIT || d <= -LIMIT;
}

/* One addition and one `or` a value: cheaper than its least and greatest. */
static bool all_near(const int64_t *v, size_t n, int64_t reference)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < n; i++)
        seen |= (uint64_t)v[i] - (uint64_t)reference + (uint64_t)NEAR;
    return seen < 2 * (uint64_t)NEAR;
}

static bool add_values(chunk_groups *g, const int64_t *v, size_t n)
{
    if (all_near(v, n, g->reference)) {
        add_near(g, v, n);
        return true;
    }
    for (size_t i = 0; i < n; i++)
        if (is_far(v[i], g->reference))
            return false;
    add_any(g, v, n);
    return true;
}

static void add_steps(chunk_groups *g, const int64_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        g->range_sum += v[i] > v[i - 1] ? v[i] - v[i - 1] : v[i - 1] - v[i];
    g->groups += n - 1;
}

/* -- packed blocks -------------------------------------------------------------------------- */

/* Exact sums of a block about its base: u as packed, then corrected for exceptions. */
typedef struct {
    __int128 sum, sum2, range_sum, group_sum2;
    int64_t min, max;
} block_sums;

static unsigned packed_at(const uint16_t *u, unsigned place)
{
    return u[place % KERNEL_ROWS * KERNEL_LANES + place / KERNEL_ROWS];
}

typedef struct {
    int64_t low, high, sum;
} group_figures;

static void take_in(group_figures *f, int64_t x)
{
    f->low = x < f->low ? x : f->low;
    f->high = x > f->high ? x : f->high;
    f->sum += x;
}

/* Recount the subgroup at `first` that holds exceptions i ..; returns the next exception. */
static unsigned recount(const chunk_block *b, const uint16_t *u, unsigned first, unsigned size,
                        unsigned i, block_sums *s)
{
    group_figures was = {INT64_MAX, INT64_MIN, 0}, is = was;
    for (unsigned j = 0; j < size; j++) {
        int64_t packed = packed_at(u, first + j), x = packed;
        if (i < b->count && chunk_block_place(b, i) == first + j) {
            x = (int64_t)chunk_block_patch(b, i++);
            s->min = x < s->min ? x : s->min;
            s->max = x > s->max ? x : s->max;
            s->sum += x - packed;
            s->sum2 += (__int128)x * x - packed * packed;
        }
        take_in(&was, packed);
        take_in(&is, x);
    }
    s->range_sum += (is.high - is.low) - (was.high - was.low);
    s->group_sum2 += (__int128)is.sum * is.sum - (__int128)was.sum * was.sum;
    return i;
}

/* Steps inside the block from the packed form: within lanes by the kernel, here from lane to lane.
 */
static int64_t lane_steps(const uint16_t *u)
{
    int64_t sum = 0;
    for (unsigned lane = 1; lane < KERNEL_LANES; lane++)
        sum += abs((int)u[lane] - (int)u[(KERNEL_ROWS - 1) * KERNEL_LANES + lane - 1]);
    return sum;
}

static int64_t step(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Exception i: its own figures, and the steps to both neighbours; a neighbour that is an exception
 * too settles the step between them when it is the left one. */
static void recount_steps(const chunk_block *b, const uint16_t *u, unsigned i, block_sums *s)
{
    unsigned at = chunk_block_place(b, i);
    int64_t packed = packed_at(u, at), x = (int64_t)chunk_block_patch(b, i);
    s->min = x < s->min ? x : s->min;
    s->max = x > s->max ? x : s->max;
    s->sum += x - packed;
    s->sum2 += (__int128)x * x - packed * packed;
    if (at > 0 && !(i > 0 && chunk_block_place(b, i - 1) == at - 1)) {
        int64_t left = packed_at(u, at - 1);
        s->range_sum += step(left, x) - step(left, packed);
    }
    if (at + 1 < CHUNK_BLOCK) {
        int64_t right_packed = packed_at(u, at + 1), right = right_packed;
        if (i + 1 < b->count && chunk_block_place(b, i + 1) == at + 1)
            right = (int64_t)chunk_block_patch(b, i + 1);
        s->range_sum += step(x, right) - step(packed, right_packed);
    }
}

static int64_t value_of(const chunk_block *b, const uint16_t *u, unsigned place)
{
    unsigned last = b->count - 1;
    if (b->count && chunk_block_place(b, 0) == place)
        return (int64_t)(b->base + chunk_block_patch(b, 0));
    if (b->count && chunk_block_place(b, last) == place)
        return (int64_t)(b->base + chunk_block_patch(b, last));
    return (int64_t)(b->base + packed_at(u, place));
}

static bool patches_are_near(const chunk_block *b)
{
    for (unsigned i = 0; i < b->count; i++)
        if (is_far((int64_t)chunk_block_patch(b, i), 0))
            return false;
    return true;
}

static bool can_fuse(const chunk_block *b, const chunk_groups *g)
{
    return b->n == CHUNK_BLOCK && b->width <= KERNEL_NARROW && KERNEL_ROWS % g->size == 0 &&
           !is_far((int64_t)b->base, g->reference) && patches_are_near(b);
}

static block_sums sum_block(const chunk_codec *c, const chunk_block *b, unsigned size,
                            const uint16_t *u)
{
    kernel_sums k;
    if (size == 1)
        c->kernel->moving(u, b->width, &k);
    else
        c->kernel->sums(u, b->width, size, &k);
    block_sums s = {.sum = k.sum,
                    .sum2 = k.sum2,
                    .range_sum = k.range_sum,
                    .group_sum2 = k.group_sum2,
                    .min = k.min,
                    .max = k.max};
    if (size == 1) {
        s.range_sum += lane_steps(u);
        for (unsigned i = 0; i < b->count; i++)
            recount_steps(b, u, i, &s);
        return s;
    }
    for (unsigned i = 0; i < b->count;)
        i = recount(b, u, chunk_block_place(b, i) / size * size, size, i, &s);
    return s;
}

/* Move sums about the base of a block to the reference, and add them. */
static void add_shifted(const block_sums *s, const chunk_block *b, int64_t shift, chunk_groups *g)
{
    int64_t groups = CHUNK_BLOCK / g->size;
    __int128 n = CHUNK_BLOCK, size = g->size, shift2 = (__int128)shift * shift;
    __int128 sum2 = s->sum2 + 2 * shift * s->sum + n * shift2;
    g->n += CHUNK_BLOCK;
    g->groups += (uint64_t)(size == 1 ? groups - 1 : groups);
    g->sum += s->sum + n * shift;
    g->sum2 += sum2;
    g->range_sum += s->range_sum;
    widen_range(g, (int64_t)b->base + s->min, (int64_t)b->base + s->max);
    if (size == 1)
        return;
    g->grouped_sum2 += sum2;
    g->group_sum2 += s->group_sum2 + 2 * size * shift * s->sum + groups * size * size * shift2;
}

/* `last` holds the value before the block when is_first is false, and its last value after. False:
 * a value is too far from the reference. */
static bool add_block(chunk_codec *c, const chunk_block *b, bool is_first, int64_t *last,
                      chunk_groups *g)
{
    uint16_t *u = c->rows;
    c->kernel->unpack_rows(b->packed, b->width, KERNEL_ROWS, u);
    block_sums s = sum_block(c, b, g->size, u);
    int64_t shift = (int64_t)b->base - g->reference;
    if (s.max + shift >= LIMIT || s.min + shift <= -LIMIT)
        return false;
    add_shifted(&s, b, shift, g);
    if (g->size == 1 && !is_first) {
        g->range_sum += step(*last, value_of(b, u, 0));
        g->groups++;
    }
    *last = value_of(b, u, CHUNK_BLOCK - 1);
    return true;
}

static assay_status too_far(assay_err *err)
{
    return assay_fail(err, ASSAY_LIMIT, 0, "a value is 2^44 steps or more from the reference");
}

/* The rows from `from` on, one by one; `last` is the value before them if there is one. */
static assay_status add_rest(chunk_codec *c, const chunk_values *v, size_t from, int64_t last,
                             chunk_groups *g, assay_err *err)
{
    size_t n = v->n - from;
    int64_t *x = (int64_t *)c->column;
    assay_status status = chunk_values_read(c, v, from, n, x, NULL, NULL, err);
    if (status || n == 0)
        return status;
    if (!add_values(g, x, n))
        return too_far(err);
    if (g->size == 1) {
        add_steps(g, x, n);
        g->range_sum += from ? step(last, x[0]) : 0;
        g->groups += from > 0;
    }
    return ASSAY_OK;
}

/* Full blocks that the kernels can take, from the front; *done counts their rows. */
static assay_status add_blocks(chunk_codec *c, const chunk_values *v, size_t *done, int64_t *last,
                               chunk_groups *g, assay_err *err)
{
    bytes_in in = {v->column + 1, v->end};
    while (v->n - *done >= CHUNK_BLOCK) {
        chunk_block b;
        assay_status status = chunk_block_take(&in, CHUNK_BLOCK, &b, err);
        if (status || !can_fuse(&b, g))
            return status;
        if (!add_block(c, &b, *done == 0, last, g))
            return too_far(err);
        *done += CHUNK_BLOCK;
    }
    return ASSAY_OK;
}

assay_status chunk_groups_add(chunk_codec *c, const chunk_values *v, chunk_groups *g,
                              assay_err *err)
{
    if (!v->is_uniform)
        return assay_fail(err, ASSAY_LIMIT, 0, "the values have no single exponent");
    if (g->size < 1 || g->size > KERNEL_ROWS)
        return assay_fail(err, ASSAY_SHAPE, 0, "subgroups of %u are outside 1 .. 60", g->size);
    chunk_groups sum = *g;
    size_t done = 0;
    int64_t last = 0;
    assay_status status = ASSAY_OK;
    if (v->column < v->end && *v->column == INTS_PACKED)
        status = add_blocks(c, v, &done, &last, &sum, err);
    if (!status && done < v->n)
        status = add_rest(c, v, done, last, &sum, err);
    if (!status)
        *g = sum;
    return status;
}
