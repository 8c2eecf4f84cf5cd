/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain long form: a time, a characteristic, a decimal, in rows of up to 57 bytes.
 *
 * A row's edges come from the bits of csv_marks: shifted to the row's first byte, the lowest line
 * end and the delimiters below it tell all field ends at once, and where the next row begins,
 * long before this one's digits are read; so a processor has several rows in flight. Digits
 * are read eight at a time, and what the row before said already (the leading digits of an epoch,
 * the minute of an ISO time) is compared, not read. What is the same or follows for a whole run of
 * rows (status, record, exponent) is written behind it.
 *
 * Everything a row needs stands in local variables: a store into a column of bytes may alias any
 * struct, and re-reading the plan after each store cost half of the time. A row that is not of
 * this form ends the run and takes the general path, which gives the same result for the rows
 * read here. */
#include "read/csv_kernel.h"

#define EIGHT(byte) ((uint64_t)(byte) * 0x0101010101010101u)

/* -- digits: bytes 0 .. 9, the first in the lowest byte -- */

/* A bit in each byte that is no digit; the lowest is exact. */
FAST uint64_t not_digits(uint64_t word)
{
    return ((word + EIGHT(0x76)) | word) & EIGHT(0x80);
}

FAST uint64_t digits_number(uint64_t word)
{
    word = word * 2561 >> 8 & 0x00FF00FF00FF00FFu;
    word = word * 6553601 >> 16 & 0x0000FFFF0000FFFFu;
    return word * 42949672960001u >> 32;
}

/* Take the sign out of a word that has one at `odd`: what is before it moves up by a byte. */
FAST uint64_t sign_take(uint64_t word, uint64_t odd)
{
    uint64_t before = ((odd & -odd) >> 7) - 1, through = odd ^ (odd - 1);
    return (word & before) << 8 | (word & ~through);
}

FAST bool is_sign(uint64_t word, uint64_t odd, unsigned bit, uint64_t sign)
{
    return (odd & (odd - 1)) == 0 && (word >> (bit - 7) & 0xFF) == sign;
}

/* 1 to 8 bytes; `sign` is the decimal sign ^ '0'. */
FAST bool value_short(const char *from, uint32_t n, uint64_t sign, int64_t *mantissa,
                      uint32_t *places)
{
    uint64_t word = (load_8(from) ^ SWAR_ZEROS) << (-8 * n & 63), odd = not_digits(word);
    *places = 0;
    if (odd) {
        unsigned bit = (unsigned)__builtin_ctzll(odd);
        if (n == 1 || !is_sign(word, odd, bit, sign))
            return false;
        word = sign_take(word, odd);
        *places = 7 - bit / 8;
    }
    *mantissa = (int64_t)digits_number(word);
    return true;
}

/* 9 to 16 bytes */
FAST bool value_long(const char *to, uint32_t n, uint64_t sign, int64_t *mantissa, uint32_t *places)
{
    uint64_t low = load_8(to - 8) ^ SWAR_ZEROS, high = load_8(to - 16) ^ SWAR_ZEROS;
    high &= ~(uint64_t)0 << 8 * (16 - n);
    uint64_t odd_low = not_digits(low), odd_high = not_digits(high);
    *places = 0;
    if (odd_low) {
        unsigned bit = (unsigned)__builtin_ctzll(odd_low);
        if (odd_high || !is_sign(low, odd_low, bit, sign))
            return false;
        low = sign_take(low, odd_low) | high >> 56;
        high <<= 8;
        *places = 7 - bit / 8;
    } else if (odd_high) {
        unsigned bit = (unsigned)__builtin_ctzll(odd_high);
        if (!is_sign(high, odd_high, bit, sign))
            return false;
        high = sign_take(high, odd_high);
        *places = 15 - bit / 8;
    }
    *mantissa = (int64_t)(digits_number(high) * 100000000u + digits_number(low));
    return true;
}

FAST bool value_fast(const char *from, const char *to, uint64_t sign, int64_t *mantissa,
                     uint32_t *places)
{
    int64_t is_negative = *from == '-';
    from += is_negative;
    uint32_t n = (uint32_t)(to - from);
    if (n - 1 <= 7) {
        if (!value_short(from, n, sign, mantissa, places))
            return false;
    } else if (n - 1 > 15 || !value_long(to, n, sign, mantissa, places)) {
        return false;
    }
    *mantissa = (*mantissa ^ -is_negative) + is_negative;
    return true;
}

/* -- times -- */

/* The digits before the last eight, 9 to 16 in all. */
FAST uint64_t epoch_key(const char *to, uint32_t n)
{
    return load_8(to - 16) >> 8 * (16 - n);
}

static __attribute__((noinline, cold)) csv_stretch epoch_stretch(const csv_worker *w, const char *to, uint32_t n)
{
    csv_stretch s = {.key = epoch_key(to, n), .length = n};
    int64_t high, last;
    if (!swar_integer(to - 8, n - 8, &high) ||
        __builtin_mul_overflow(high * 100000000 + 99999999, w->epoch_unit, &last))
        s.length = 0;
    else
        s.base = high * 100000000 * w->epoch_unit;
    return s;
}

/* "2026-01-01T00:00" and ":00Z", ":00.000Z", ":00" or ":00.000": the minute's first instant. */
csv_stretch csv_minute_stretch(csv_worker *w, const char *from, uint32_t n)
{
    csv_stretch s = {.key = load_8(from), .more = load_8(from + 8), .length = n};
    char text[24];
    bool is_wall = n == 19 || n == 23, is_folded = false;
    memcpy(text, from, 16);
    memcpy(text + 16, ":00Z", 4);
    bool is_good = iso_fast(w, text, text + (is_wall ? 19 : 20), &s.base, &s.offset);
    if (is_good && is_wall && w->plan.zone) {
        int64_t wall = s.base;
        is_good = wall_to_utc(w, &s.base, &s.offset, &is_folded) && !is_folded &&
                  wall >= w->plain_from && w->plain_to - wall >= 60 * NS_PER_S;
    }
    if (!is_good)
        s.length = 0;
    return s;
}

/* ":SS.mmmZ", or the start of it, as milliseconds. */
FAST bool second_read(const char *p, uint32_t n, uint64_t *ms)
{
    static const uint64_t digits_at[] = {0x0000000000FFFF00u, 0x00FFFFFF00FFFF00u};
    uint64_t word = load_8(p) ^ 0x5A3030302E30303Au; /* ":00.000Z" */
    word &= ~(uint64_t)0 >> (64 - 8 * n);
    uint64_t digits = word & digits_at[n > 4];
    bool is_time = n == 8 || n == 7 || (n == 4 ? p[3] == 'Z' : n == 3);
    if (n == 4)
        word &= 0x00FFFFFFu;
    *ms = digits_number((digits & 0xFFFF00u) << 8 | (digits & 0x00FFFFFF00000000u)) / 10;
    return is_time && word == digits && not_digits(digits) == 0 && (digits >> 8 & 0xFF) < 6;
}

FAST bool time_fast(csv_worker *w, const char *from, const char *to, bool is_iso, int64_t unit,
                    csv_stretch *recent, int64_t *ns)
{
    uint32_t n = (uint32_t)(to - from);
    if (is_iso) {
        uint64_t ms;
        if (n - 19 > 5)
            return false;
        if (load_8(from) != recent->key || load_8(from + 8) != recent->more || n != recent->length)
            *recent = csv_minute_stretch(w, from, n);
        if (!second_read(from + 16, n - 16, &ms))
            return false;
        *ns = recent->base + (int64_t)ms * 1000000;
        return recent->length != 0;
    }
    if (n - 9 > 7)
        return false;
    if (epoch_key(to, n) != recent->key || n != recent->length)
        *recent = epoch_stretch(w, to, n);
    uint64_t low = load_8(to - 8) ^ SWAR_ZEROS;
    *ns = recent->base + (int64_t)digits_number(low) * unit;
    return not_digits(low) == 0 && recent->length != 0;
}

/* -- rows -- */

FAST size_t rows_fast(csv_worker *w, csv_block *b, size_t at, bool is_iso, bool is_usual)
{
    const csv_layout *layout = w->plan.layout;
    const uint32_t columns = is_usual ? 3 : layout->columns, last = columns - 1;
    const uint32_t time = is_usual ? 0 : layout->time, name = is_usual ? 1 : layout->characteristic;
    const uint32_t value = is_usual ? 2 : layout->values[0];
    const uint64_t sign = (w->signs ^ SWAR_ZEROS) & 0xFF;
    const uint64_t *lines = w->marks.lines, *delimiters = w->marks.delimiters;
    const int64_t unit = w->epoch_unit;
    const size_t length = b->length, first = b->n;
    const char *text = b->text;
    cache_entry *cache = w->caches[CONTEXT_COUNT];
    int64_t *times = b->time, *mantissas = b->mantissa;
    uint32_t *codes = b->characteristic, *row_ends = b->end;
    int32_t *offsets = b->offset_s;
    uint8_t *decimals = b->decimals;
    csv_stretch recent = w->recent;
    size_t n = first;
    for (; at < length; n++) {
        uint32_t ends[csv_fast_columns], places, code;
        const char *row = text + at;
        if (!edges_find(window(delimiters, at), window(lines, at), columns, is_usual, ends))
            break;
        uint32_t end = ends[last];
        ends[last] -= end > 0 && row[end - 1] == '\r';
#define FROM(field) (row + ((field) == 0 ? 0 : ends[(field) - 1] + 1))
#define TO(field) (row + ends[field])
        if (!time_fast(w, FROM(time), TO(time), is_iso, unit, &recent, &times[n]) ||
            !value_fast(FROM(value), TO(value), sign, &mantissas[n], &places) ||
            (code = name_fast(cache, w->long_caches[CONTEXT_COUNT], FROM(name),
                              (uint32_t)(TO(name) - FROM(name)))) == 0)
            break;
#undef FROM
#undef TO
        at += end + 1;
        codes[n] = code - 1;
        decimals[n] = (uint8_t)places;
        row_ends[n] = (uint32_t)at;
        if (is_iso)
            offsets[n] = recent.offset;
    }
    w->recent = recent;
    run_finish(b, first, n);
    return at;
}

/* One body, compiled for each form of time and for the usual order of columns (time,
 * characteristic, value). */
#define ROWS(name, is_iso, is_usual)                                                               \
    static size_t name(csv_worker *w, csv_block *b, size_t at)                                     \
    {                                                                                              \
        return rows_fast(w, b, at, is_iso, is_usual);                                              \
    }

ROWS(epoch_any, false, false)
ROWS(epoch_usual, false, true)
ROWS(iso_any, true, false)
ROWS(iso_usual, true, true)

csv_fast_fn *csv_fast_swar(csv_fast_form form)
{
    static csv_fast_fn *const forms[2][2] = {{epoch_any, epoch_usual}, {iso_any, iso_usual}};
    return forms[form.is_iso][form.is_usual];
}

/* -- choosing -- */

static csv_fast_form form_of(const csv_plan *plan, int64_t epoch_unit)
{
    const csv_layout *layout = plan->layout;
    csv_fast_form form = {.is_iso = !epoch_unit};
    form.is_plain = layout->time != CSV_NO_FIELD && layout->characteristic != CSV_NO_FIELD &&
                    layout->value_count == 1 && layout->clock == CSV_NO_FIELD &&
                    !layout->has_properties && !layout->are_verdicts && layout->size == CSV_NO_FIELD &&
                    layout->context_count == 0 && layout->columns <= csv_fast_columns &&
                    (epoch_unit || plan->dialect->date == CSV_DATE_ISO);
    form.is_usual = form.is_plain && layout->columns == 3 && layout->time == 0 &&
                    layout->characteristic == 1 && layout->values[0] == 2;
    return form;
}

csv_fast_fn *csv_fast_at(const csv_plan *plan, int64_t epoch_unit, unsigned level)
{
    csv_fast_form form = form_of(plan, epoch_unit);
    if (!form.is_plain || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return NULL;
    csv_fast_fn *vector = level >= 2 ? csv_fast_avx2(form) : NULL;
    return vector ? vector : csv_fast_swar(form);
}
