/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one thread keeps while it parses blocks, and the readings that both paths share. */
#ifndef READ_CSV_WORKER_H
#define READ_CSV_WORKER_H

#include "read/csv.h"
#include "read/csv_swar.h"

#define NS_PER_S INT64_C(1000000000)

enum {
    cache_slots = 4096,
    long_slots = 4096,
    texts_count = CONTEXT_COUNT + 1,
    texts_max = 4000000,
    csv_fast_columns = 57, /* one for each bit of a row that the fast form takes */
};

/* The code of a text of up to 7 bytes, looked up by its bytes and, in the lowest byte, its length. */
typedef struct {
    uint64_t key;
    uint64_t code;
} cache_entry;

/* Of 8 to 16 bytes: the first and the last eight. */
typedef struct {
    uint64_t first, last;
    uint32_t code, length;
} long_entry;

/* Times that share all but their last digits. length 0: none. */
typedef struct {
    uint64_t key, more; /* what they share, as bytes */
    uint32_t length;    /* of the whole text */
    int32_t offset;
    int64_t base;       /* UTC ns when the last digits are 0 */
} csv_stretch;

/* What a property column said of one characteristic. */
typedef struct {
    csv_text first; /* length 0: nothing yet */
    bool has_other, has_bad; /* something else; something that is no number */
} csv_seen;

typedef struct csv_digits csv_digits; /* tables of the AVX2 level */

/* Reads rows of the plain long form from byte `at` on and stops before the first row that is not
 * plain. Returns where. The marks of the block stand in the worker. */
typedef size_t csv_fast_fn(csv_worker *w, csv_block *b, size_t at);
/* Whether the columns are of that form, in what order, and how times are written. */
typedef struct {
    bool is_plain, is_usual, is_iso;
} csv_fast_form;
/* NULL when they are not of that form, or the processor does not have the level. */
csv_fast_fn *csv_fast_swar(csv_fast_form form);
csv_fast_fn *csv_fast_avx2(csv_fast_form form);
csv_fast_fn *csv_fast_at(const csv_plan *plan, int64_t epoch_unit, unsigned level);
csv_digits *csv_digits_new(void);
csv_stretch csv_minute_stretch(csv_worker *w, const char *from, uint32_t n);

struct csv_worker {
    csv_plan plan;
    unsigned number;
    uint64_t signs; /* the decimal sign in every byte */
    int64_t epoch_unit; /* ns, or 0 */
    csv_index_fn *index_fn;
    csv_marks_fn *marks_fn;
    csv_even_fn *even_fn;
    csv_fast_fn *fast_fn; /* NULL: every row takes the general path */
    csv_marks marks; /* of the block, in one allocation */
    csv_digits *digits;
    size_t marks_room;
    csv_stretch recent;
    uint32_t *index;
    size_t index_room;
    uint32_t *starts, *ends; /* [fields_room] */
    uint32_t fields_room;
    dictionary *texts[texts_count]; /* contexts, then characteristics */
    cache_entry *caches[texts_count]; /* NULL until the first text */
    long_entry *long_caches[texts_count];
    arena said;      /* texts of notes and of what was seen */
    csv_seen *seen;  /* [seen_room] by code and property */
    size_t seen_room;
    char label[32];  /* the last one asked that is no "total" */
    size_t label_length;
    /* the last date and the last stretch of zone asked for */
    char date[10];
    int64_t date_ns;
    int64_t plain_from, plain_to;
    int32_t plain_offset;
};

/* One row being read: field i is text[starts[i] + 1 .. ends[i]). */
typedef struct {
    const uint32_t *starts, *ends;
    uint32_t n;
    uint32_t record, line, end;
} row_view;

/* A key has two places side by side, the first for the one used last: pairs that share a place do
 * not drive each other out. */
static inline cache_entry *cache_slot(cache_entry *cache, uint64_t key)
{
    return &cache[(key * 0x9E3779B97F4A7C15u >> 53) * 2]; /* 11 bits of pairs */
}

/* 1 <= length <= 7 */
static inline uint64_t cache_key(const char *text, uint32_t length)
{
    uint64_t key;
    memcpy(&key, text, 8);
    return (key << (-8 * length & 63)) + length;
}

static inline const cache_entry *cache_find(cache_entry *cache, uint64_t key)
{
    const cache_entry *e = cache_slot(cache, key);
    e += e->key != key;
    return e->key == key ? e : NULL;
}

static inline void cache_put(cache_entry *cache, uint64_t key, uint32_t code)
{
    cache_entry *e = cache_slot(cache, key);
    e[1] = e[0];
    e[0] = (cache_entry){key, code};
}

static inline const long_entry *long_slot(const long_entry *cache, const char *from, const char *to)
{
    uint64_t first, last;
    memcpy(&first, from, 8);
    memcpy(&last, to - 8, 8);
    return &cache[(first * 0x9E3779B97F4A7C15u ^ last) * 0xD6E8FEB86659FD93u >> 52];
}

static inline bool long_is(const long_entry *e, const char *from, const char *to)
{
    return e->length == (uint32_t)(to - from) && memcmp(&e->first, from, 8) == 0 &&
           memcmp(&e->last, to - 8, 8) == 0;
}

static inline void long_put(long_entry *e, const char *from, const char *to, uint32_t code)
{
    memcpy(&e->first, from, 8);
    memcpy(&e->last, to - 8, 8);
    e->length = (uint32_t)(to - from);
    e->code = code;
}

/* The code of a text that is not empty, kept in a cache when it is short; 0: no memory. */
uint32_t csv_text_code(csv_worker *w, csv_block *b, int list, const char *from, size_t length);

/* Is the row that ends at ends[columns - 1] a row of just so many fields? */
static inline bool csv_is_full_row(const char *text, const uint32_t *ends, uint32_t columns)
{
    if (text[ends[columns - 1]] != '\n')
        return false;
    for (uint32_t j = 0; j + 1 < columns; j++) {
        if (text[ends[j]] == '\n')
            return false;
    }
    return true;
}

static inline bool date_look_up(csv_worker *w, const char *date)
{
    int64_t ns;
    int32_t none;
    const int64_t day = 86400 * NS_PER_S;
    if (!time_parse_iso(date, 10, &ns, &none) || ns < INT64_MIN + day || ns > INT64_MAX - day)
        return false;
    memcpy(w->date, date, 10);
    w->date_ns = ns;
    return true;
}

static inline bool iso_fast(csv_worker *w, const char *from, const char *to, int64_t *ns, int32_t *offset)
{
    size_t length = (size_t)(to - from);
    if ((length != 20 && length != 24 && length != 19) || (from[10] != 'T' && from[10] != ' '))
        return false;
    if (memcmp(from, w->date, 10) != 0 && !date_look_up(w, from))
        return false;
    int64_t seconds, fraction = 0;
    if (!swar_clock(from + 11, &seconds))
        return false;
    if (length > 19 && to[-1] != 'Z')
        return false;
    if (length == 24 && (from[19] != '.' || !swar_integer(from + 23, 3, &fraction)))
        return false;
    *ns = w->date_ns + seconds * NS_PER_S + fraction * 1000000;
    *offset = length > 19 ? 0 : TIME_OFFSET_NONE;
    return true;
}

static inline bool epoch_fast(const csv_worker *w, const char *from, const char *to, int64_t *ns)
{
    size_t length = (size_t)(to - from);
    return length >= 1 && length <= 16 && swar_integer(to, (unsigned)length, ns) &&
           !__builtin_mul_overflow(*ns, w->epoch_unit, ns);
}

/* Wall time to UTC: one look at the zone for each stretch between two changes of the clock. */
static inline bool wall_to_utc(csv_worker *w, int64_t *ns, int32_t *offset, bool *is_folded)
{
    if (!w->plan.zone)
        return true;
    if (*ns < w->plain_from || *ns >= w->plain_to) {
        if (!zone_plain(w->plan.zone, *ns, &w->plain_from, &w->plain_to, &w->plain_offset)) {
            w->plain_from = 0;
            w->plain_to = 0;
            return zone_to_utc(w->plan.zone, *ns, false, ns, offset, is_folded);
        }
    }
    *offset = w->plain_offset;
    return !__builtin_sub_overflow(*ns, *offset * NS_PER_S, ns);
}

#endif
