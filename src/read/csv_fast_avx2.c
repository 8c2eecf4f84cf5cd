/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain long form with AVX2: the digits of time and value in one register.
 *
 * Where delimiters, signs and the line end stand in a row, as bits, is a key: under it stands what the
 * first row of that shape taught, a few dozen shapes a file. So a row costs no decisions of its own: the
 * 16 bytes that end where a field ends are brought into its half of a register, less '0' each; one
 * comparison checks what stands between the digits, one shuffle drops it, another comparison says whether
 * digits are left; three multiplications (maddubs, madd, madd) turn each half into two numbers of eight
 * digits. Few instructions a row also mean more rows in flight. csv_fast.c tells the rest. */
#include "read/csv_kernel.h"

#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define V3 __attribute__((target("avx2,bmi,bmi2")))
#define FAST_V3 static inline __attribute__((always_inline, target("avx2,bmi,bmi2")))

enum { shape_bits = 8, shape_count = 1 << shape_bits, moves_most = 200, value_most = 14, time_most = 16, rows_at_once = 128 };

/* What all rows have in common whose marks stand at the same places. Offsets count from the row. */
typedef struct {
    uint64_t key;         /* the marks, up to the line end */
    int64_t sign;         /* -1: the value is negative */
    uint8_t shuffle[32];  /* the digits of time and value to the end of their half, in order */
    uint8_t mask[32], signs[32]; /* what stands between the digits, less '0' */
    uint64_t delimiters;
    uint8_t time, value;  /* behind the 16 bytes that end with the time, and with what follows the value */
    uint8_t time_length, name, name_length, name_shift;
    uint8_t decimals;
    bool is_cr;           /* before the line end; marked like a '-' that ends a name */
} row_shape;

struct csv_digits {
    row_shape shapes[shape_count];
    uint64_t factor; /* of the hash */
    uint32_t moves;  /* how often it was another one */
    uint8_t zeros[32], limits[2][32]; /* [is_iso] */
    int16_t tens[16], hundreds[16], ten_thousands[16];
};

csv_digits *csv_digits_new(void)
{
    csv_digits *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->factor = 0x9E3779B97F4A7C15u;
    memset(d->zeros, '0', sizeof d->zeros);
    memset(d->limits, 9, sizeof d->limits);
    d->limits[1][11] = 5; /* the tens of a second */
    for (int i = 0; i < 16; i++) {
        d->tens[i] = 0x010A;
        d->hundreds[i] = i % 2 ? 1 : 100;
        d->ten_thousands[i] = i % 2 ? 1 : 10000;
    }
    return d;
}

/* -- shapes -- */

/* Byte `at` of a half must be `c`. */
static void shape_expect(row_shape *s, int half, int at, char c)
{
    s->mask[16 * half + at] = 0xFF;
    s->signs[16 * half + at] = (uint8_t)(c - '0');
}

static bool shape_time_iso(row_shape *s, uint32_t n)
{
    static const char *const forms[] = {":00", ":00Z", NULL, NULL, ":00.000", ":00.000Z"};
    const char *form = n - 19 < 6 ? forms[n - 19] : NULL;
    if (!form)
        return false;
    int length = (int)strlen(form), out = 11; /* five digits, of which three may be missing */
    for (int i = 0; i < length; i++) {
        if (form[i] == '0')
            s->shuffle[out++] = (uint8_t)(16 - length + i);
        else
            shape_expect(s, 0, 16 - length + i, form[i]);
    }
    return true;
}

static bool shape_time_epoch(row_shape *s, uint32_t n)
{
    for (uint32_t i = 0; i < n && n <= time_most; i++)
        s->shuffle[15 - i] = (uint8_t)(15 - i);
    return n - 1 < time_most;
}

/* text[0..n) and the byte behind it, which ends the half. */
static bool shape_value(row_shape *s, const char *text, uint32_t n, char point, bool has_before)
{
    int from = 15 - (int)n, to = 15, digits = 0, at = -1;
    if (n - 1 >= value_most)
        return false;
    shape_expect(s, 1, 15, text[n]);
    if (has_before)
        shape_expect(s, 1, from - 1, text[-1]);
    for (int i = 14; i >= from; i--) {
        char c = text[i - from];
        if (c >= '0' && c <= '9') {
            s->shuffle[16 + to--] = (uint8_t)i;
            digits++;
            continue;
        }
        bool is_sign = c == '-' && i == from, is_point = c == point && at < 0;
        if (!is_sign && !is_point)
            return false;
        if (is_point) {
            at = i;
            s->decimals = (uint8_t)digits;
        } else {
            s->sign = -1;
        }
        shape_expect(s, 1, i, c);
    }
    return digits > 0;
}

static row_shape *shape_place(csv_digits *d, uint64_t key)
{
    return &d->shapes[key * d->factor >> (64 - shape_bits)];
}

/* Two shapes that come in turn must not drive each other out: then another factor is tried, with which
 * those of the file, few as they are, soon have places of their own. */
static void shape_put(csv_digits *d, const row_shape *s)
{
    if (shape_place(d, s->key)->key && d->moves < moves_most) {
        d->moves++;
        d->factor = (d->factor * 0xD6E8FEB86659FD93u) | 1;
        memset(d->shapes, 0, sizeof d->shapes);
    }
    *shape_place(d, s->key) = *s;
}

/* Learn the shape of the row at `at`; false: it is known, or none of the plain form. */
static __attribute__((noinline)) bool shape_learn(csv_worker *w, const csv_block *b, size_t at, bool is_iso)
{
    const csv_layout *layout = w->plan.layout;
    const uint32_t last = layout->columns - 1;
    uint32_t ends[csv_fast_columns];
    if (at >= b->length)
        return false;
    uint64_t line = window(w->marks.lines, at), below = line ^ (line - 1);
    uint64_t delimiters = window(w->marks.delimiters, at);
    row_shape s = {.key = window(w->marks.cuts, at) & below, .delimiters = delimiters & below};
    if (!edges_find(delimiters, line, layout->columns, false, ends) ||
        shape_place(w->digits, s.key)->key == s.key)
        return false;
    const char *row = b->text + at;
    s.is_cr = ends[last] > 0 && row[ends[last] - 1] == '\r';
    ends[last] -= s.is_cr;
#define FROM(field) ((field) == 0 ? 0 : ends[(field) - 1] + 1)
#define LENGTH(field) (ends[field] - FROM(field))
    const uint32_t time = layout->time, name = layout->characteristic, value = layout->values[0];
    const uint32_t name_n = LENGTH(name);
    memset(s.shuffle, 0x80, sizeof s.shuffle);
    s.time = (uint8_t)ends[time];
    s.time_length = (uint8_t)LENGTH(time);
    s.value = (uint8_t)(ends[value] + 1);
    s.name = (uint8_t)FROM(name);
    s.name_length = (uint8_t)name_n;
    s.name_shift = (uint8_t)(-8 * name_n & 63);
    bool is_good = name_n - 1 < 16 &&
                   (is_iso ? shape_time_iso(&s, LENGTH(time)) : shape_time_epoch(&s, LENGTH(time))) &&
                   shape_value(&s, row + FROM(value), LENGTH(value), w->plan.dialect->decimal, value > 0);
#undef FROM
#undef LENGTH
    if (is_good)
        shape_put(w->digits, &s);
    return is_good;
}

/* -- rows -- */

FAST_V3 __m128i load_16(const void *p)
{
    return _mm_loadu_si128(p);
}

FAST_V3 __m256i load_32(const void *p)
{
    return _mm256_loadu_si256(p);
}

FAST_V3 __m256i both(__m128i low, __m128i high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

/* Halves of 16 digits as two 64-bit numbers, at 0 and 2. */
FAST_V3 __m256i numbers_of(__m256i x, const csv_digits *d)
{
    x = _mm256_maddubs_epi16(x, load_32(d->tens));
    x = _mm256_madd_epi16(x, load_32(d->hundreds));
    x = _mm256_packus_epi32(x, x);
    x = _mm256_madd_epi16(x, load_32(d->ten_thousands));
    return _mm256_add_epi64(_mm256_mul_epu32(x, _mm256_set1_epi64x(100000000)),
                            _mm256_srli_epi64(x, 32));
}

/* As columns; small enough that one register reaches all of them. */
typedef struct {
    int64_t time[rows_at_once], mantissa[rows_at_once];
    uint32_t code[rows_at_once], end[rows_at_once];
    uint8_t decimals[rows_at_once];
} some_rows;

static void rows_put(csv_block *b, size_t at, const some_rows *r, size_t n, int64_t unit, int64_t base)
{
    for (size_t i = 0; i < n; i++)
        b->time[at + i] = r->time[i] * unit + base;
    memcpy(b->mantissa + at, r->mantissa, n * sizeof *r->mantissa);
    memcpy(b->characteristic + at, r->code, n * sizeof *r->code);
    memcpy(b->end + at, r->end, n * sizeof *r->end);
    memcpy(b->decimals + at, r->decimals, n);
}

FAST_V3 uint32_t name_code(const cache_entry *cache, const long_entry *long_cache, const row_shape *s,
                           const char *name)
{
    if (s->name_length > 7)
        return name_long(long_cache, name, s->name_length);
    uint64_t key = (load_8(name) << s->name_shift) + s->name_length;
    const cache_entry *e = &cache[(key * 0x9E3779B97F4A7C15u >> 53) * 2];
    if (__builtin_expect(e->key != key, 0) && (++e)->key != key)
        return 0;
    return (uint32_t)e->code;
}

/* Up to rows_at_once of them. Calls nothing, so that what it needs stays in registers. */
FAST_V3 size_t rows_some(const csv_worker *w, const csv_block *b, size_t *from, some_rows *out, bool is_iso,
                         bool is_usual)
{
    const uint64_t *lines = w->marks.lines, *cuts = w->marks.cuts, *delimiters = w->marks.delimiters;
    const csv_digits *digits = w->digits;
    const row_shape *shapes = digits->shapes;
    const uint64_t factor = digits->factor;
    const cache_entry *cache = w->caches[CONTEXT_COUNT];
    const long_entry *long_cache = w->long_caches[CONTEXT_COUNT];
    const uint64_t minute = w->recent.key, more = w->recent.more;
    const uint32_t recent_length = w->recent.length;
    const char *text = b->text, delimiter = w->plan.dialect->delimiter;
    const size_t length = b->length;
    const int64_t most = is_iso ? 0 : INT64_MAX / w->epoch_unit;
    size_t at = *from, n = 0;
    while (at < length && n < rows_at_once) {
        uint64_t line = window(lines, at), below = line ^ (line - 1);
        uint64_t key = window(cuts, at) & below;
        size_t next = at + _tzcnt_u64(line) + 1; /* not from the shape, which is known later */
        const row_shape *s = &shapes[key * factor >> (64 - shape_bits)];
        const char *row = text + at;
        if (s->key != key || line == 0)
            break;
        if (is_usual ? row[s->name - 1] != delimiter
                     : ((window(delimiters, at) & below) != s->delimiters ||
                        (text[next - 2] == '\r') != s->is_cr))
            break;
        const char *time = row + s->time - s->time_length;
        if (is_iso && (s->time_length != recent_length || load_8(time) != minute || load_8(time + 8) != more))
            break;
        __m256i x = both(load_16(row + s->time - 16), load_16(row + s->value - 16));
        x = _mm256_sub_epi8(x, load_32(digits->zeros));
        __m256i odd = _mm256_xor_si256(_mm256_and_si256(x, load_32(s->mask)), load_32(s->signs));
        x = _mm256_shuffle_epi8(x, load_32(s->shuffle));
        odd = _mm256_or_si256(odd, _mm256_subs_epu8(x, load_32(digits->limits[is_iso])));
        uint32_t code = name_code(cache, long_cache, s, row + s->name);
        if (!_mm256_testz_si256(odd, odd) || code == 0)
            break;
        x = numbers_of(x, digits);
        int64_t ticks = _mm_cvtsi128_si64(_mm256_castsi256_si128(x));
        if (!is_iso && ticks > most)
            break;
        at = next;
        out->time[n] = ticks;
        out->mantissa[n] = (_mm_cvtsi128_si64(_mm256_extracti128_si256(x, 1)) ^ s->sign) - s->sign;
        out->code[n] = code - 1;
        out->end[n] = (uint32_t)at;
        out->decimals[n] = s->decimals;
        n++;
    }
    *from = at;
    return n;
}

FAST_V3 size_t rows_run(csv_worker *w, csv_block *b, size_t at, bool is_iso, bool is_usual)
{
    some_rows some;
    size_t n = b->n, count;
    do {
        count = rows_some(w, b, &at, &some, is_iso, is_usual);
        rows_put(b, n, &some, count, is_iso ? 1000000 : w->epoch_unit, is_iso ? w->recent.base : 0);
        for (size_t i = 0; is_iso && i < count; i++)
            b->offset_s[n + i] = w->recent.offset;
        n += count;
    } while (count == rows_at_once);
    run_finish(b, b->n, n);
    return at;
}

/* Is it only a new minute that the row at `at` brings? */
static __attribute__((noinline)) bool minute_renew(csv_worker *w, const csv_block *b, size_t at)
{
    const csv_layout *layout = w->plan.layout;
    uint32_t ends[csv_fast_columns];
    if (at >= b->length || !edges_find(window(w->marks.delimiters, at), window(w->marks.lines, at),
                                       layout->columns, false, ends))
        return false;
    uint32_t last = layout->columns - 1;
    ends[last] -= ends[last] > 0 && b->text[at + ends[last] - 1] == '\r';
    uint32_t from = layout->time ? ends[layout->time - 1] + 1 : 0, n = ends[layout->time] - from;
    const char *text = b->text + at + from;
    const csv_stretch *recent = &w->recent;
    if (n - 19 > 5 || (n == recent->length && load_8(text) == recent->key &&
                       load_8(text + 8) == recent->more))
        return false;
    w->recent = csv_minute_stretch(w, text, n);
    return w->recent.length != 0;
}

#define ROWS(name, is_iso, is_usual)                                                               \
    V3 static size_t name(csv_worker *w, csv_block *b, size_t at)                                  \
    {                                                                                              \
        do                                                                                         \
            at = rows_run(w, b, at, is_iso, is_usual);                                             \
        while (shape_learn(w, b, at, is_iso) || (is_iso && minute_renew(w, b, at)));               \
        return at;                                                                                 \
    }

ROWS(epoch_any, false, false)
ROWS(epoch_usual, false, true)
ROWS(iso_any, true, false)
ROWS(iso_usual, true, true)

csv_fast_fn *csv_fast_avx2(csv_fast_form form)
{
    static csv_fast_fn *const forms[2][2] = {{epoch_any, epoch_usual}, {iso_any, iso_usual}};
    bool is_there = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    return is_there ? forms[form.is_iso][form.is_usual] : NULL;
}

#else

csv_fast_fn *csv_fast_avx2(csv_fast_form form)
{
    (void)form;
    return NULL;
}

csv_digits *csv_digits_new(void)
{
    return calloc(1, 1);
}
#endif
