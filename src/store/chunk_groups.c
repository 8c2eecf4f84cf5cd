/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over subgroups, straight from packed blocks.
 *
 * In a full block of narrow values the kernels sum u = value - base in 16 lanes; the shift to the
 * reference is algebra on exact integers. Exceptions stand as 0 in the packed form: their subgroups
 * are recounted one by one. Everything else (a short last block, wide values, a size that does not
 * divide 60) goes through 64-bit numbers in the codec's scratch.
 */
#include "store/chunk_codec.h"

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
            sum += d;                                                                              \
            sum2 += (T)d * d;                                                                      \
        }                                                                                          \
        g->n += n;                                                                                 \
        g->sum += sum;                                                                             \
        g->sum2 += sum2;                                                                           \
    }
SUMS_IN(int64_t, add_near)
SUMS_IN(__int128, add_any)

static bool is_far(int64_t x, int64_t reference)
{
    int64_t d;
    return __builtin_sub_overflow(x, reference, &d) || d >= LIMIT || d <= -LIMIT;
}

static bool add_values(chunk_groups *g, const int64_t *v, size_t n)
{
    int64_t low = v[0], high = v[0];
    for (size_t i = 1; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    if (is_far(low, g->reference) || is_far(high, g->reference))
        return false;
    if (low - g->reference > -NEAR && high - g->reference < NEAR)
        add_near(g, v, n);
    else
        add_any(g, v, n);
    widen_range(g, low, high);
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

static bool patches_are_near(const chunk_block *b)
{
    for (unsigned i = 0; i < b->count; i++)
        if (is_far((int64_t)chunk_block_patch(b, i), 0))
            return false;
    return true;
}

static bool can_fuse(const chunk_block *b, const chunk_groups *g)
{
    return b->n == CHUNK_BLOCK && b->width <= KERNEL_NARROW && g->size > 1 &&
           KERNEL_ROWS % g->size == 0 && !is_far((int64_t)b->base, g->reference) &&
           patches_are_near(b);
}

/* False: a value is too far from the reference. */
static bool add_block(chunk_codec *c, const chunk_block *b, chunk_groups *g)
{
    kernel_sums k;
    uint16_t *u = c->rows;
    c->kernel->unpack_rows(b->packed, b->width, KERNEL_ROWS, u);
    c->kernel->sums(u, b->width, g->size, &k);
    block_sums s = {.sum = k.sum, .sum2 = k.sum2, .range_sum = k.range_sum,
                    .group_sum2 = k.group_sum2, .min = k.min, .max = k.max};
    for (unsigned i = 0; i < b->count;)
        i = recount(b, u, chunk_block_place(b, i) / g->size * g->size, g->size, i, &s);
    int64_t shift = (int64_t)b->base - g->reference, groups = CHUNK_BLOCK / g->size;
    if (s.max + shift >= LIMIT || s.min + shift <= -LIMIT)
        return false;
    __int128 n = CHUNK_BLOCK, size = g->size, shift2 = (__int128)shift * shift;
    g->n += CHUNK_BLOCK;
    g->groups += (uint64_t)groups;
    g->sum += s.sum + n * shift;
    g->sum2 += s.sum2 + 2 * shift * s.sum + n * shift2;
    g->grouped_sum2 += s.sum2 + 2 * shift * s.sum + n * shift2;
    g->group_sum2 += s.group_sum2 + 2 * size * shift * s.sum + groups * size * size * shift2;
    g->range_sum += s.range_sum;
    widen_range(g, (int64_t)b->base + s.min, (int64_t)b->base + s.max);
    return true;
}

static assay_status too_far(assay_err *err)
{
    return assay_fail(err, ASSAY_LIMIT, 0, "a value is 2^44 steps or more from the reference");
}

static assay_status add_rest(chunk_codec *c, const chunk_values *v, size_t from, chunk_groups *g,
                             assay_err *err)
{
    size_t n = v->n - from;
    int64_t *x = (int64_t *)c->column;
    assay_status status = chunk_values_read(c, v, from, n, x, NULL, NULL, err);
    if (status || n == 0)
        return status;
    if (!add_values(g, x, n))
        return too_far(err);
    if (g->size == 1)
        add_steps(g, x, n);
    return ASSAY_OK;
}

assay_status chunk_groups_add(chunk_codec *c, const chunk_values *v, chunk_groups *g, assay_err *err)
{
    if (!v->is_uniform)
        return assay_fail(err, ASSAY_LIMIT, 0, "the values have no single exponent");
    if (g->size < 1 || g->size > KERNEL_ROWS)
        return assay_fail(err, ASSAY_SHAPE, 0, "subgroups of %u are outside 1 .. 60", g->size);
    chunk_groups sum = *g;
    bytes_in in = {v->column, v->end};
    size_t done = 0;
    bool is_packed = in.at < in.end && *in.at++ == INTS_PACKED;
    while (is_packed && v->n - done >= CHUNK_BLOCK) {
        chunk_block b;
        assay_status status = chunk_block_take(&in, CHUNK_BLOCK, &b, err);
        if (status)
            return status;
        if (!can_fuse(&b, g))
            break;
        if (!add_block(c, &b, &sum))
            return too_far(err);
        done += CHUNK_BLOCK;
    }
    assay_status status = add_rest(c, v, done, &sum, err);
    if (!status)
        *g = sum;
    return status;
}
