/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain long form: a time, a characteristic seen before, a decimal of up to eight bytes.
 *
 * Everything a row needs stands in local variables: a store into a column of bytes may alias any
 * struct, and re-reading the plan after each store cost half of the time. A row that is not of
 * this form ends the run and takes the general path, which gives the same result for the rows
 * read here. */
#include "read/csv_worker.h"

#define FAST static inline __attribute__((always_inline))

typedef struct {
    const char *text;
    const uint32_t *ends; /* of this row's fields; ends[-1] is before it */
    uint32_t last, cr;    /* the last field, and 1 when a CR stands before the line end */
} fast_row;

FAST const char *fast_from(const fast_row *row, uint32_t field)
{
    return row->text + (uint32_t)(row->ends[(ptrdiff_t)field - 1] + 1);
}

FAST const char *fast_to(const fast_row *row, uint32_t field)
{
    return row->text + row->ends[field] - (field == row->last ? row->cr : 0);
}

FAST bool fast_value(const fast_row *row, uint32_t field, uint64_t signs, int64_t *mantissa,
                              unsigned *decimals)
{
    const char *from = fast_from(row, field), *to = fast_to(row, field);
    int64_t is_negative = *from == '-';
    size_t length = (size_t)(to - from) - (size_t)is_negative;
    if (length - 1 > 7 || !swar_decimal(to, (unsigned)length, signs, mantissa, decimals))
        return false;
    *mantissa = (*mantissa ^ -is_negative) + is_negative;
    return true;
}

FAST bool fast_code(const fast_row *row, uint32_t field, cache_entry *cache, uint32_t *code)
{
    const char *from = fast_from(row, field), *to = fast_to(row, field);
    size_t length = (size_t)(to - from);
    if (length - 1 > 7)
        return false;
    uint64_t key;
    memcpy(&key, from, 8);
    key &= ~(uint64_t)0 >> (64 - 8 * length);
    const cache_entry *e = cache_find(cache, key, length);
    if (!e)
        return false;
    *code = e->code - 1;
    return true;
}

FAST bool fast_time(csv_worker *w, const fast_row *row, uint32_t field, int64_t epoch_unit,
                             int64_t *ns, int32_t *offset)
{
    const char *from = fast_from(row, field), *to = fast_to(row, field);
    if (epoch_unit) {
        size_t length = (size_t)(to - from);
        return length - 1 <= 15 && swar_integer(to, (unsigned)length, ns) &&
               !__builtin_mul_overflow(*ns, epoch_unit, ns);
    }
    bool is_folded = false;
    if (!iso_fast(w, from, to, ns, offset))
        return false;
    return *offset != TIME_OFFSET_NONE || (wall_to_utc(w, ns, offset, &is_folded) && !is_folded);
}

FAST size_t rows_fast(csv_worker *w, csv_block *b, const uint32_t *ends, size_t left,
                      bool has_offset, bool is_usual)
{
    const csv_layout *layout = w->plan.layout;
    const uint32_t columns = is_usual ? 3 : layout->columns, first = (uint32_t)b->n;
    const uint32_t time = is_usual ? 0 : layout->time, name = is_usual ? 1 : layout->characteristic;
    const uint32_t value = is_usual ? 2 : layout->values[0];
    const uint32_t record = (uint32_t)b->records - first;
    const uint64_t signs = w->signs;
    const int64_t epoch_unit = has_offset ? 0 : w->epoch_unit;
    cache_entry *cache = w->caches[CONTEXT_COUNT];
    int64_t *times = b->time, *mantissas = b->mantissa;
    uint32_t *codes = b->characteristic, *records = b->record, *row_ends = b->end;
    int32_t *offsets = b->offset_s;
    int8_t *exponents = b->exponent;
    uint8_t *decimals = b->decimals, *status = b->status;
    fast_row row = {.text = b->text, .ends = ends, .last = columns - 1};
    uint32_t n = first;
    for (; left >= columns; left -= columns, row.ends += columns, n++) {
        uint32_t end = row.ends[columns - 1], code;
        int64_t ns, mantissa;
        int32_t offset = TIME_OFFSET_NONE;
        unsigned places;
        row.cr = row.text[(ptrdiff_t)end - 1] == '\r';
        if (!csv_is_full_row(row.text, row.ends, columns) ||
            !fast_value(&row, value, signs, &mantissa, &places) ||
            !fast_code(&row, name, cache, &code) ||
            !fast_time(w, &row, time, epoch_unit, &ns, &offset))
            break;
        times[n] = ns;
        mantissas[n] = mantissa;
        codes[n] = code;
        records[n] = record + n;
        row_ends[n] = end + 1;
        exponents[n] = (int8_t)-(int)places;
        decimals[n] = (uint8_t)places;
        status[n] = 0;
        if (has_offset)
            offsets[n] = offset;
    }
    b->n = n;
    b->records += n - first;
    b->lines += n - first;
    b->received += n - first;
    return (size_t)(row.ends - ends);
}

/* One body, compiled for each form of time, for the usual order of columns (time,
 * characteristic, value) and for processors with BMI2, whose shifts need no fixed register. */
#define ROWS(name, target, has_offset, is_usual)                                                   \
    target static size_t name(csv_worker *w, csv_block *b, const uint32_t *ends, size_t left)      \
    {                                                                                              \
        return rows_fast(w, b, ends, left, has_offset, is_usual);                                  \
    }

ROWS(epoch_any, , false, false)
ROWS(epoch_usual, , false, true)
ROWS(iso_any, , true, false)
ROWS(iso_usual, , true, true)

#if defined(__x86_64__)
#define V3 __attribute__((target("avx2,bmi,bmi2")))
ROWS(epoch_any_v3, V3, false, false)
ROWS(epoch_usual_v3, V3, false, true)
ROWS(iso_any_v3, V3, true, false)
ROWS(iso_usual_v3, V3, true, true)
#endif

static csv_fast_fn *fast_at(bool has_offset, bool is_usual)
{
    static csv_fast_fn *const baseline[2][2] = {{epoch_any, epoch_usual}, {iso_any, iso_usual}};
#if defined(__x86_64__)
    static csv_fast_fn *const v3[2][2] = {{epoch_any_v3, epoch_usual_v3}, {iso_any_v3, iso_usual_v3}};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return v3[has_offset][is_usual];
#endif
    return baseline[has_offset][is_usual];
}

csv_fast_fn *csv_fast_for(const csv_plan *plan, int64_t epoch_unit)
{
    const csv_layout *layout = plan->layout;
    bool is_plain = layout->time != CSV_NO_FIELD && layout->characteristic != CSV_NO_FIELD &&
                    layout->value_count == 1 && layout->clock == CSV_NO_FIELD &&
                    layout->unit == CSV_NO_FIELD && layout->size == CSV_NO_FIELD &&
                    layout->context_count == 0;
    if (!is_plain || (!epoch_unit && plan->dialect->date != CSV_DATE_ISO))
        return NULL;
    bool is_usual = layout->columns == 3 && layout->time == 0 && layout->characteristic == 1;
    return fast_at(!epoch_unit, is_usual);
}
