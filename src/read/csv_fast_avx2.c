/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain long form with AVX2: the digits of time and value in one register.
 *
 * The 16 bytes that end where a field ends are brought into its half of a register, less '0' each. One
 * shuffle, looked up by the length of the field and the place of its decimal sign, drops what is
 * before the field and the sign itself; one comparison says whether digits are left; three
 * multiplications (maddubs, madd, madd) turn each half into two numbers of eight digits.
 * csv_fast.c tells the rest. */
#include "read/csv_kernel.h"

#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define V3 __attribute__((target("avx2,bmi,bmi2")))
#define FAST_V3 static inline __attribute__((always_inline, target("avx2,bmi,bmi2")))

enum { field_most = 16, signs_places = field_most + 3 };

/* How the last bytes of an ISO time of one length are made of digits and signs. */
typedef struct {
    uint8_t shuffle[16];          /* digits of the second and the millisecond, to the end */
    uint64_t sign_bytes, signs;   /* in the last eight bytes */
} iso_tail;

struct csv_digits {
    uint8_t zeros[32], limits[2][32]; /* [is_iso] */
    int16_t tens[16], hundreds[16], ten_thousands[16];
    /* [length][places behind the decimal sign + 2; below 2: no sign] */
    uint8_t shuffle[field_most + 1][signs_places][16];
    iso_tail tails[6]; /* [length - 19] */
};

static void field_shuffle(uint8_t out[static 16], int n, int places)
{
    for (int i = 0; i < 16; i++) {
        int from = places >= 0 && i <= 15 - places ? i - 1 : i;
        out[i] = (uint8_t)(from < 16 - n ? 0x80 : from);
    }
    if (n == 1 && places == 0) /* a sign alone is no number: let it be seen */
        out[15] = 15;
}

static void tail_fill(iso_tail *t, const char *form)
{
    int length = (int)strlen(form), out = 11;
    memset(t->shuffle, 0x80, sizeof t->shuffle);
    for (int i = 0; i < length; i++) {
        int at = 16 - length + i;
        if (form[i] == '0') {
            t->shuffle[out++] = (uint8_t)at;
        } else {
            t->sign_bytes |= (uint64_t)0xFF << 8 * (at - 8);
            t->signs |= (uint64_t)(unsigned char)form[i] << 8 * (at - 8);
        }
    }
}

static void tails_fill(csv_digits *d)
{
    static const char *const forms[] = {":00", ":00Z", NULL, NULL, ":00.000", ":00.000Z"};
    for (int i = 0; i < 6; i++) {
        if (forms[i])
            tail_fill(&d->tails[i], forms[i]);
        else
            d->tails[i].signs = 1; /* never equal: no byte is compared */
    }
}

csv_digits *csv_digits_new(void)
{
    csv_digits *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    memset(d->zeros, '0', sizeof d->zeros);
    memset(d->limits, 9, sizeof d->limits);
    d->limits[1][11] = 5; /* the tens of a second */
    for (int i = 0; i < 16; i++) {
        d->tens[i] = 0x010A;
        d->hundreds[i] = i % 2 ? 1 : 100;
        d->ten_thousands[i] = i % 2 ? 1 : 10000;
    }
    for (int n = 1; n <= field_most; n++) {
        for (int places = -2; places <= field_most; places++)
            field_shuffle(d->shuffle[n][places + 2], n, places);
    }
    tails_fill(d);
    return d;
}

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

/* The shuffle for a time, or NULL. */
FAST_V3 const uint8_t *time_shuffle(const csv_digits *d, const csv_stretch *recent, bool is_iso,
                                    const char *from, const char *to)
{
    uint32_t n = (uint32_t)(to - from);
    if (!is_iso)
        return n - 1 < field_most ? d->shuffle[n][0] : NULL;
    if (n != recent->length || load_8(from) != recent->key || load_8(from + 8) != recent->more)
        return NULL;
    const iso_tail *tail = &d->tails[n - 19];
    return (load_8(to - 8) & tail->sign_bytes) == tail->signs ? tail->shuffle : NULL;
}

/* Where the first decimal sign of a field stands: so many places from the end, + 2; below 2: none. */
FAST_V3 uint32_t places_find(uint64_t points, uint64_t line, uint32_t from, uint32_t n)
{
    uint32_t point = (uint32_t)_tzcnt_u64((points | line) >> from);
    return point >= n ? 1 : n - point + 1;
}

/* Calls nothing, so that what it needs stays in registers. */
FAST_V3 size_t rows_run(csv_worker *w, csv_block *b, size_t at, bool is_iso, bool is_usual)
{
    const csv_layout *layout = w->plan.layout;
    const uint32_t columns = is_usual ? 3 : layout->columns, last = columns - 1;
    const uint32_t time = is_usual ? 0 : layout->time, name = is_usual ? 1 : layout->characteristic;
    const uint32_t value = is_usual ? 2 : layout->values[0];
    const csv_marks marks = w->marks;
    const csv_digits *digits = w->digits;
    const int64_t unit = is_iso ? 1000000 : w->epoch_unit, most = INT64_MAX / unit;
    const size_t length = b->length;
    const char *text = b->text;
    const csv_stretch recent = w->recent;
    cache_entry *cache = w->caches[CONTEXT_COUNT];
    const long_entry *long_cache = w->long_caches[CONTEXT_COUNT];
    int64_t *times = b->time, *mantissas = b->mantissa;
    uint32_t *codes = b->characteristic, *row_ends = b->end;
    int32_t *offsets = b->offset_s;
    uint8_t *decimals = b->decimals;
    size_t n = b->n;
    while (at < length) {
        uint32_t ends[csv_fast_columns];
        const char *row = text + at;
        uint64_t line = window(marks.lines, at);
        if (!edges_find(window(marks.delimiters, at), line, columns, is_usual, ends))
            break;
        size_t next = at + ends[last] + 1;
        ends[last] -= text[next - 2] == '\r';
#define FROM(field) ((field) == 0 ? 0 : ends[(field) - 1] + 1)
#define LENGTH(field) (ends[field] - FROM(field))
        uint32_t value_from = FROM(value), value_n = LENGTH(value);
        uint32_t places = places_find(window(marks.points, at), line, value_from, value_n);
        int64_t is_negative = row[value_from] == '-';
        value_n -= (uint32_t)is_negative;
        const uint8_t *shuffle = time_shuffle(digits, &recent, is_iso, row + FROM(time), row + ends[time]);
        if (value_n - 1 >= field_most || !shuffle)
            break;
        __m256i x = both(load_16(row + ends[time] - 16), load_16(row + ends[value] - 16));
        x = _mm256_shuffle_epi8(_mm256_sub_epi8(x, load_32(digits->zeros)),
                                both(load_16(shuffle), load_16(digits->shuffle[value_n][places])));
        __m256i over = _mm256_subs_epu8(x, load_32(digits->limits[is_iso]));
        uint32_t code = name_fast(cache, long_cache, row + FROM(name), LENGTH(name));
#undef FROM
#undef LENGTH
        if (!_mm256_testz_si256(over, over) || code == 0)
            break;
        x = numbers_of(x, digits);
        int64_t ticks = _mm_cvtsi128_si64(_mm256_castsi256_si128(x));
        int64_t mantissa = _mm_cvtsi128_si64(_mm256_extracti128_si256(x, 1));
        if (!is_iso && ticks > most)
            break;
        at = next;
        times[n] = ticks * unit + (is_iso ? recent.base : 0);
        mantissas[n] = (mantissa ^ -is_negative) + is_negative;
        codes[n] = code - 1;
        decimals[n] = (uint8_t)(places - 1 - (places > 1));
        row_ends[n] = (uint32_t)at;
        if (is_iso)
            offsets[n] = recent.offset;
        n++;
    }
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
        while (is_iso && minute_renew(w, b, at));                                                  \
        return at;                                            \
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
