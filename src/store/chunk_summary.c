/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summaries: exact sums of powers about a fixed reference, and how they join.
 *
 * |d| < 2^44 keeps everything in its type: with 2^39 rows sum d^2 stays below 2^127 and sum d^4
 * below 2^215. What lies farther is counted as wide and left out, never rounded.
 */
#include "store/chunk_summary.h"

#include "model/measurement.h"
#include "store/chunk_codec.h"
#include "store/chunk_wide.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

#define LIMIT ((int64_t)1 << 44)
#define SMALL ((int64_t)1 << 28) /* fourth powers of 4096 such numbers fit 128 bits */

void chunk_summary_init(chunk_summary *s, int exponent, int64_t reference, unsigned size)
{
    *s = (chunk_summary){.exponent = exponent,
                         .reference = reference,
                         .size = size,
                         .min = INT64_MAX,
                         .max = INT64_MIN,
                         .first_time = INT64_MAX,
                         .last_time = INT64_MIN,
                         .first_commit = UINT64_MAX};
}

/* Sums of honest chunks cannot overflow; those of a forged file may, and wrap. */
static void join(__int128 *sum, __int128 more)
{
    *sum = (__int128)((unsigned __int128)*sum + (unsigned __int128)more);
}

/* -- one stretch of rows -------------------------------------------------------------------- */

typedef struct {
    int64_t low, high, sum;
    __int128 sum2;
    unsigned count;
} open_group;

static void add_powers(chunk_summary *s, int64_t d, __int128 *small3, __int128 *small4)
{
    __int128 d2 = (__int128)d * d;
    s->sum += d;
    s->sum2 += d2;
    if (d < SMALL && d > -SMALL) {
        *small3 += d2 * d;
        *small4 += d2 * d2;
        return;
    }
    uint64_t size = d < 0 ? (uint64_t)-d : (uint64_t)d;
    chunk_wide cube = wide_product((unsigned __int128)d2, size);
    s->sum3 = wide_add(s->sum3, d < 0 ? wide_negated(cube) : cube);
    s->sum4 = wide_add(s->sum4, wide_times(cube, size));
}

static void close_group(chunk_summary *s, open_group *g)
{
    s->groups++;
    s->range_sum += g->high - g->low;
    s->group_sum2 += (__int128)g->sum * g->sum;
    s->grouped_sum2 += g->sum2;
    *g = (open_group){0};
}

static void add_to_group(chunk_summary *s, int64_t d, open_group *g)
{
    if (g->count == 0)
        *g = (open_group){.low = d, .high = d};
    g->low = d < g->low ? d : g->low;
    g->high = d > g->high ? d : g->high;
    g->sum += d;
    g->sum2 += (__int128)d * d;
    if (++g->count == s->size)
        close_group(s, g);
}

static void add_step(chunk_summary *s, int64_t x)
{
    if (s->n == 0)
        return;
    s->groups++;
    join(&s->range_sum, x > s->last ? x - s->last : s->last - x);
}

static void add_value(chunk_summary *s, int64_t x, int64_t d, open_group *g)
{
    if (s->size == 1)
        add_step(s, x);
    else if (s->size > 1)
        add_to_group(s, d, g);
    if (s->n++ == 0)
        s->first = x;
    s->last = x;
    s->min = x < s->min ? x : s->min;
    s->max = x > s->max ? x : s->max;
}

static void count_status(chunk_summary *s, unsigned status)
{
    s->rows++;
    s->status[status & STATUS_MASK]++;
    s->late += (status & STATUS_LATE) != 0;
    s->folded += (status & STATUS_FOLDED) != 0;
}

static void add_place(chunk_summary *s, const chunk_summary_rows *rows, size_t i)
{
    if (rows->time && rows->time[i] != TIME_NONE) {
        s->timed++;
        s->first_time = rows->time[i] < s->first_time ? rows->time[i] : s->first_time;
        s->last_time = rows->time[i] > s->last_time ? rows->time[i] : s->last_time;
    }
    uint64_t commit = rows->commit ? rows->commit[i] : 0;
    s->first_commit = commit < s->first_commit ? commit : s->first_commit;
    s->last_commit = commit > s->last_commit ? commit : s->last_commit;
}

/* The difference to the reference; false if it is not of the sums. */
static bool difference(chunk_summary *s, const chunk_summary_rows *rows, size_t i, unsigned status,
                       int64_t *d)
{
    if ((status & STATUS_MASK) != STATUS_VALID)
        return false;
    if (status & STATUS_RAW)
        s->raw++;
    else if (__builtin_sub_overflow(rows->mantissa[i], s->reference, d) || *d >= LIMIT ||
             *d <= -LIMIT)
        s->wide++;
    else
        return true;
    return false;
}

static void summarise(chunk_summary *s, const chunk_summary_rows *rows, size_t from, size_t to)
{
    __int128 small3 = 0, small4 = 0;
    open_group g = {0};
    for (size_t i = from; i < to; i++) {
        unsigned status = rows->status ? rows->status[i] : STATUS_VALID;
        int64_t d;
        count_status(s, status);
        add_place(s, rows, i);
        if (!difference(s, rows, i, status, &d))
            continue;
        add_powers(s, d, &small3, &small4);
        add_value(s, rows->mantissa[i], d, &g);
    }
    s->sum3 = wide_add(s->sum3, wide_of(small3));
    s->sum4 = wide_add(s->sum4, wide_of(small4));
    s->loose = g.count;
    s->is_ragged = s->raw || s->wide;
}

void chunk_summary_add(chunk_summary *s, const chunk_summary_rows *rows)
{
    for (size_t from = 0; from < rows->n; from += CHUNK_ROWS) {
        chunk_summary part;
        chunk_summary_init(&part, s->exponent, s->reference, s->size);
        summarise(&part, rows, from, rows->n - from < CHUNK_ROWS ? rows->n : from + CHUNK_ROWS);
        chunk_summary_merge(s, &part);
    }
}

/* -- joining -------------------------------------------------------------------------------- */

static void join_subgroups(chunk_summary *s, const chunk_summary *next)
{
    s->is_ragged |= next->is_ragged;
    s->groups += next->groups;
    join(&s->range_sum, next->range_sum);
    join(&s->group_sum2, next->group_sum2);
    join(&s->grouped_sum2, next->grouped_sum2);
    if (next->n == 0)
        return;
    if (s->n) {
        s->is_ragged |= s->loose != 0;
        if (s->size == 1)
            add_step(s, next->first);
    } else {
        s->first = next->first;
    }
    s->last = next->last;
    s->loose = next->loose;
}

static void join_counts(chunk_summary *s, const chunk_summary *next)
{
    s->rows += next->rows;
    for (size_t i = 0; i < 8; i++)
        s->status[i] += next->status[i];
    s->late += next->late;
    s->folded += next->folded;
    s->raw += next->raw;
    s->wide += next->wide;
    s->timed += next->timed;
    s->first_time = next->first_time < s->first_time ? next->first_time : s->first_time;
    s->last_time = next->last_time > s->last_time ? next->last_time : s->last_time;
    s->first_commit = next->first_commit < s->first_commit ? next->first_commit : s->first_commit;
    s->last_commit = next->last_commit > s->last_commit ? next->last_commit : s->last_commit;
}

bool chunk_summary_merge(chunk_summary *s, const chunk_summary *next)
{
    if (s->exponent != next->exponent || s->reference != next->reference || s->size != next->size)
        return false;
    join_counts(s, next);
    join_subgroups(s, next);
    s->n += next->n;
    s->min = next->min < s->min ? next->min : s->min;
    s->max = next->max > s->max ? next->max : s->max;
    join(&s->sum, next->sum);
    join(&s->sum2, next->sum2);
    s->sum3 = wide_add(s->sum3, next->sum3);
    s->sum4 = wide_add(s->sum4, next->sum4);
    return true;
}

/* -- another unit --------------------------------------------------------------------------- */

static bool scale(int64_t *x, int64_t factor)
{
    return !__builtin_mul_overflow(*x, factor, x);
}

static bool scale_places(chunk_summary *s, int64_t factor)
{
    if (!scale(&s->reference, factor))
        return false;
    if (s->n == 0)
        return true;
    if (!scale(&s->min, factor) || !scale(&s->max, factor) || !scale(&s->first, factor) ||
        !scale(&s->last, factor))
        return false;
    int64_t low, high;
    return !__builtin_sub_overflow(s->min, s->reference, &low) && low > -LIMIT &&
           !__builtin_sub_overflow(s->max, s->reference, &high) && high < LIMIT;
}

bool chunk_summary_rescale(chunk_summary *s, int exponent)
{
    int64_t factor = 1;
    int places = s->exponent - exponent;
    if (places < 0 || places > 18)
        return false;
    for (int i = 0; i < places; i++)
        factor *= 10;
    chunk_summary r = *s;
    if (!scale_places(&r, factor))
        return false;
    r.exponent = exponent;
    uint64_t f = (uint64_t)factor;
    __int128 f2 = (__int128)factor * factor;
    r.sum3 = wide_times(wide_times(wide_times(r.sum3, f), f), f);
    r.sum4 = wide_times(wide_times(wide_times(wide_times(r.sum4, f), f), f), f);
    if (__builtin_mul_overflow(r.sum, (__int128)factor, &r.sum) ||
        __builtin_mul_overflow(r.sum2, f2, &r.sum2) ||
        __builtin_mul_overflow(r.range_sum, (__int128)factor, &r.range_sum) ||
        __builtin_mul_overflow(r.group_sum2, f2, &r.group_sum2) ||
        __builtin_mul_overflow(r.grouped_sum2, f2, &r.grouped_sum2))
        return false;
    *s = r;
    return true;
}

/* -- flat ones ------------------------------------------------------------------------------- */

void chunk_summary_flatten(chunk_summary *s)
{
    s->size = 0;
    s->groups = 0;
    s->range_sum = s->group_sum2 = s->grouped_sum2 = 0;
    s->loose = 0;
    s->is_ragged = false;
    s->first = s->last = s->min;
}

/* Both in the finer unit. */
static bool bring_together(chunk_summary *a, chunk_summary *b)
{
    return a->exponent == b->exponent || (a->exponent > b->exponent ? chunk_summary_rescale(a, b->exponent)
                                                                    : chunk_summary_rescale(b, a->exponent));
}

bool chunk_summary_join(chunk_summary *s, const chunk_summary *more)
{
    chunk_summary sum = *s, next = *more;
    if (!s->rows)
        sum = next;
    else if (!bring_together(&sum, &next) || !chunk_summary_merge(&sum, &next))
        return false;
    chunk_summary_flatten(&sum);
    *s = sum;
    return true;
}

static bool less(uint64_t *count, uint64_t gone)
{
    return !__builtin_sub_overflow(*count, gone, count);
}

static void take_out(__int128 *sum, __int128 gone)
{
    *sum = (__int128)((unsigned __int128)*sum - (unsigned __int128)gone);
}

static bool leave_counts(chunk_summary *s, const chunk_summary *part)
{
    bool ok = less(&s->rows, part->rows) && less(&s->late, part->late) &&
              less(&s->folded, part->folded) && less(&s->raw, part->raw) &&
              less(&s->wide, part->wide) && less(&s->n, part->n) &&
              less(&s->timed, part->timed);
    for (size_t i = 0; i < 8; i++)
        ok = ok && less(&s->status[i], part->status[i]);
    return ok;
}

bool chunk_summary_leave(chunk_summary *s, const chunk_summary *part)
{
    chunk_summary sum = *s, gone = *part;
    if (!bring_together(&sum, &gone) || sum.reference != gone.reference || !leave_counts(&sum, &gone))
        return false;
    take_out(&sum.sum, gone.sum);
    take_out(&sum.sum2, gone.sum2);
    sum.sum3 = wide_add(sum.sum3, wide_negated(gone.sum3));
    sum.sum4 = wide_add(sum.sum4, wide_negated(gone.sum4));
    *s = sum;
    return true;
}

double chunk_wide_to_double(const chunk_wide *w)
{
    bool is_negative = wide_is_negative(*w);
    chunk_wide a = is_negative ? wide_negated(*w) : *w;
    int top = 3;
    while (top > 0 && a.word[top] == 0)
        top--;
    if (top == 0)
        return is_negative ? -(double)a.word[0] : (double)a.word[0];
    /* The upper 64 bits that count; whatever lies below only decides a tie. */
    int shift = __builtin_clzll(a.word[top]);
    uint64_t head = shift ? a.word[top] << shift | a.word[top - 1] >> (64 - shift) : a.word[top];
    uint64_t rest = shift ? a.word[top - 1] << shift : a.word[top - 1];
    for (int i = top - 2; i >= 0; i--)
        rest |= a.word[i];
    double x = ldexp((double)(head | (rest != 0)), 64 * top - shift);
    return is_negative ? -x : x;
}

/* -- bytes ----------------------------------------------------------------------------------- */

/* Fields stand one after the other, each in the fewest bytes of this list that hold it in two's
 * complement; the choices stand in front, four bits a field. */
static const uint8_t sizes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32};

#define FIELDS 36
#define HEAD   (2 + FIELDS / 2)
#define DIGEST 8

static chunk_wide wide_of_u64(uint64_t x)
{
    return (chunk_wide){{x, 0, 0, 0}};
}

static chunk_wide from_reference(const chunk_summary *s, int64_t x)
{
    return s->n ? wide_of((__int128)x - s->reference) : wide_of(0);
}

static void to_fields(const chunk_summary *s, chunk_wide f[FIELDS])
{
    chunk_wide *p = f;
    *p++ = wide_of(s->exponent);
    *p++ = wide_of(s->size);
    *p++ = wide_of(s->reference);
    *p++ = wide_of_u64(s->rows);
    for (size_t i = 0; i < 8; i++)
        *p++ = wide_of_u64(s->status[i]);
    *p++ = wide_of_u64(s->late);
    *p++ = wide_of_u64(s->folded);
    *p++ = wide_of_u64(s->raw);
    *p++ = wide_of_u64(s->wide);
    *p++ = from_reference(s, s->min);
    *p++ = from_reference(s, s->max);
    *p++ = from_reference(s, s->first);
    *p++ = from_reference(s, s->last);
    *p++ = wide_of(s->sum);
    *p++ = wide_of(s->sum2);
    *p++ = s->sum3;
    *p++ = s->sum4;
    *p++ = wide_of_u64(s->groups);
    *p++ = wide_of(s->range_sum);
    *p++ = wide_of(s->group_sum2);
    *p++ = wide_of(s->grouped_sum2);
    *p++ = wide_of(s->loose);
    *p++ = wide_of(s->is_ragged);
    *p++ = wide_of_u64(s->timed);
    *p++ = wide_of(s->timed ? s->first_time : 0);
    *p++ = wide_of(s->timed ? (__int128)s->last_time - s->first_time : 0);
    *p++ = wide_of_u64(s->rows ? s->first_commit : 0);
    *p++ = wide_of_u64(s->rows ? s->last_commit - s->first_commit : 0);
    *p = wide_of(0); /* pads to whole bytes; reserved */
}

static unsigned bytes_needed(chunk_wide x)
{
    uint8_t fill = wide_is_negative(x) ? 0xff : 0, raw[32];
    unsigned n = 32;
    for (unsigned i = 0; i < 4; i++)
        store_le(raw + 8 * i, x.word[i], 8);
    while (n > 0 && raw[n - 1] == fill && (n > 1 ? (raw[n - 2] ^ fill) < 0x80 : fill == 0))
        n--;
    return n;
}

static unsigned size_code(chunk_wide x)
{
    unsigned need = bytes_needed(x), code = 0;
    while (sizes[code] < need)
        code++;
    return code;
}

size_t chunk_summary_pack(const chunk_summary *s, uint8_t out[CHUNK_SUMMARY_MAX])
{
    chunk_wide field[FIELDS];
    uint8_t *p = out + HEAD;
    to_fields(s, field);
    memset(out, 0, HEAD);
    out[0] = 'S';
    out[1] = CHUNK_VERSION;
    for (unsigned i = 0; i < FIELDS; i++) {
        unsigned code = size_code(field[i]);
        out[2 + i / 2] |= (uint8_t)(code << (i % 2 * 4));
        for (unsigned j = 0; j < sizes[code]; j++)
            *p++ = (uint8_t)(field[i].word[j / 8] >> (j % 8 * 8));
    }
    size_t length = (size_t)(p - out);
    store_le(p, XXH3_64bits(out, length), DIGEST);
    return length + DIGEST;
}

static chunk_wide take_field(const uint8_t *p, unsigned size)
{
    uint8_t raw[32];
    chunk_wide x;
    memset(raw, size && p[size - 1] >= 0x80 ? 0xff : 0, sizeof raw);
    memcpy(raw, p, size);
    for (unsigned i = 0; i < 4; i++)
        x.word[i] = load_le(raw + 8 * i, 8);
    return x;
}

/* Readers of one field: each clears *is_sound if the number does not fit its type. */
static uint64_t as_u64(chunk_wide x, bool *is_sound)
{
    *is_sound &= !(x.word[1] | x.word[2] | x.word[3]);
    return x.word[0];
}

static __int128 as_i128(chunk_wide x, bool *is_sound)
{
    __int128 y = (__int128)((unsigned __int128)x.word[1] << 64 | x.word[0]);
    uint64_t sign = y < 0 ? UINT64_MAX : 0;
    *is_sound &= x.word[2] == sign && x.word[3] == sign;
    return y;
}

static int64_t as_i64(chunk_wide x, bool *is_sound)
{
    __int128 y = as_i128(x, is_sound);
    *is_sound &= y >= INT64_MIN && y <= INT64_MAX;
    return (int64_t)y;
}

static unsigned as_unsigned(chunk_wide x, bool *is_sound)
{
    uint64_t y = as_u64(x, is_sound);
    *is_sound &= y <= UINT32_MAX;
    return (unsigned)y;
}

static int64_t as_sum(int64_t base, chunk_wide x, bool *is_sound)
{
    int64_t sum;
    __int128 y = as_i128(x, is_sound);
    *is_sound &= !__builtin_add_overflow(y, (__int128)base, &sum);
    return sum;
}

static bool take_counts(const chunk_wide *f, chunk_summary *s)
{
    bool ok = true;
    uint64_t total = 0;
    s->rows = as_u64(f[3], &ok);
    for (size_t i = 0; i < 8; i++) {
        s->status[i] = as_u64(f[4 + i], &ok);
        ok &= !__builtin_add_overflow(total, s->status[i], &total);
    }
    s->late = as_u64(f[12], &ok);
    s->folded = as_u64(f[13], &ok);
    s->raw = as_u64(f[14], &ok);
    s->wide = as_u64(f[15], &ok);
    ok &= total == s->rows && s->late <= s->rows && s->folded <= s->rows &&
          s->raw <= s->status[STATUS_VALID] && s->wide <= s->status[STATUS_VALID] - s->raw;
    s->n = s->status[STATUS_VALID] - s->raw - s->wide;
    return ok;
}

static int64_t as_value(const chunk_summary *s, chunk_wide x, bool *is_sound)
{
    __int128 d = as_i128(x, is_sound);
    *is_sound &= d < LIMIT && d > -LIMIT;
    return as_sum(s->reference, x, is_sound);
}

static bool take_sums(const chunk_wide *f, chunk_summary *s)
{
    bool ok = true;
    if (s->n) {
        s->min = as_value(s, f[16], &ok);
        s->max = as_value(s, f[17], &ok);
        s->first = as_value(s, f[18], &ok);
        s->last = as_value(s, f[19], &ok);
        ok &= s->min <= s->max;
    }
    s->sum = as_i128(f[20], &ok);
    s->sum2 = as_i128(f[21], &ok);
    s->sum3 = f[22];
    s->sum4 = f[23];
    s->groups = as_u64(f[24], &ok);
    s->range_sum = as_i128(f[25], &ok);
    s->group_sum2 = as_i128(f[26], &ok);
    s->grouped_sum2 = as_i128(f[27], &ok);
    s->loose = as_unsigned(f[28], &ok);
    s->is_ragged = as_u64(f[29], &ok) != 0;
    return ok && s->groups <= s->n;
}

static bool take_places(const chunk_wide *f, chunk_summary *s)
{
    bool ok = true;
    s->timed = as_u64(f[30], &ok);
    if (s->timed) {
        s->first_time = as_i64(f[31], &ok);
        s->last_time = as_sum(s->first_time, f[32], &ok);
    }
    if (s->rows) {
        s->first_commit = as_u64(f[33], &ok);
        s->last_commit = s->first_commit + as_u64(f[34], &ok);
    }
    return ok && s->timed <= s->rows && (!s->rows || s->last_commit >= s->first_commit);
}

assay_status chunk_summary_unpack(const void *bytes, size_t length, chunk_summary *out,
                                  assay_err *err)
{
    const uint8_t *head = bytes;
    if (length < HEAD + DIGEST || length > CHUNK_SUMMARY_MAX || head[0] != 'S')
        return chunk_damaged(err, "no summary");
    if (load_le(head + length - DIGEST, DIGEST) != XXH3_64bits(head, length - DIGEST))
        return chunk_damaged(err, "checksum of a summary differs");
    if (head[1] != CHUNK_VERSION)
        return assay_fail(err, ASSAY_NEWER, 0, "summary has version %u, known is %u", head[1],
                          CHUNK_VERSION);
    bytes_in in = {head + HEAD, head + length - DIGEST};
    chunk_wide field[FIELDS];
    for (unsigned i = 0; i < FIELDS; i++) {
        unsigned size = sizes[head[2 + i / 2] >> (i % 2 * 4) & 15];
        const uint8_t *p = bytes_take(&in, size);
        if (!p)
            return chunk_damaged(err, "cut inside a summary");
        field[i] = take_field(p, size);
    }
    bool ok = in.at == in.end;
    int64_t exponent = as_i64(field[0], &ok);
    chunk_summary s;
    ok &= exponent >= -1000 && exponent <= 1000;
    chunk_summary_init(&s, (int)exponent, as_i64(field[2], &ok), as_unsigned(field[1], &ok));
    if (!ok || !take_counts(field, &s) || !take_sums(field, &s) || !take_places(field, &s))
        return chunk_damaged(err, "impossible numbers in a summary");
    *out = s;
    return ASSAY_OK;
}
