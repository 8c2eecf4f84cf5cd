/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading: rows are dealt to one series per characteristic as they come. The common row (same
 * exponent, valid, fits four bytes, in order) takes the short way in deal_row; everything else
 * widens what is there first. */
#include "signal/series.h"

#include "signal/series_order.h"
#include "signal/slab.h"

#include "base/i18n.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct series_set {
    arena memory;
    slab columns; /* long ones of a file without times */
    reader *reader;
    store *store;
    bool is_borrowed; /* the store is the caller's */
    context_kind stored_as[CONTEXT_COUNT]; /* databases: the kind that plays each role */
    dictionary *own[CONTEXT_COUNT]; /* databases: texts, by role, that outlive their cursor */
    series *item;
    size_t count, room;
    uint32_t *of_code; /* reader's characteristic -> 1 + item; 0: not wanted */
    size_t code_count;
};

enum { FIRST_ROOM = 256, SLAB_ROOM = 2048 };

size_t series_count(const series_set *set)
{
    return set->count;
}

const series *series_at(const series_set *set, size_t i)
{
    return &set->item[i];
}

const reader *series_reader(const series_set *set)
{
    return set->reader;
}

bool series_is_stored(const series_set *set)
{
    return set->store != NULL;
}

store *series_store(const series_set *set)
{
    return set->store;
}

const dictionary *series_dictionary(const series_set *set, context_kind kind)
{
    return set->store ? set->own[kind] : reader_dictionary(set->reader, kind);
}

const char *series_text(const series_set *set, context_kind kind, uint32_t code)
{
    const dictionary *d = series_dictionary(set, kind);
    return d ? dictionary_text(d, code, NULL) : "";
}

static void drop_narrow(series *s)
{
    if (!s->is_in_slab)
        free(s->narrow);
    s->close = NULL;
    s->narrow = NULL;
    s->is_in_slab = false;
}

static void series_free(series *s)
{
    drop_narrow(s);
    free(s->wide);
    free(s->real);
    free(s->time);
    free(s->offsets);
    free(s->status);
    free(s->size);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        free(s->context[k]);
}

void series_close(series_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        series_free(&set->item[i]);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        dictionary_free(set->own[k]);
    slab_done(&set->columns);
    free(set->item);
    free(set->of_code);
    reader_close(set->reader);
    if (!set->is_borrowed)
        store_close(set->store);
    arena_done(&set->memory);
    free(set);
}

/* -- columns -------------------------------------------------------------------------- */

static bool grow_column(void *column, size_t size, size_t room)
{
    void **place = column;
    if (!*place)
        return true;
    void *grown = realloc(*place, size * room);
    if (grown)
        *place = grown;
    return grown != NULL;
}

static void copy_narrow(const series *s, int32_t *to)
{
    if (s->narrow)
        memcpy(to, s->narrow, s->n * sizeof *to);
    for (size_t i = 0; s->close && i < s->n; i++)
        to[i] = s->base + s->close[i];
}

/* Out of the slab, to grow like the others. */
static bool leave_slab(series *s)
{
    if (!s->is_in_slab)
        return true;
    int32_t *narrow = malloc(s->room * sizeof *narrow);
    if (!narrow)
        return false;
    copy_narrow(s, narrow);
    drop_narrow(s);
    s->narrow = narrow;
    return true;
}

static bool grow(series *s)
{
    size_t room = s->room ? s->room + s->room / 2 : FIRST_ROOM;
    bool is_grown = leave_slab(s) && grow_column(&s->narrow, 4, room) && grow_column(&s->wide, 8, room) &&
                    grow_column(&s->real, 8, room) && grow_column(&s->time, 8, room) &&
                    grow_column(&s->offsets, 4, room) &&
                    grow_column(&s->status, 1, room) && grow_column(&s->size, 4, room);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        is_grown = is_grown && grow_column(&s->context[k], 4, room);
    if (is_grown)
        s->room = room;
    return is_grown;
}

int64_t series_mantissa(const series *s, size_t i)
{
    if (s->wide)
        return s->wide[i];
    if (s->close)
        return s->base + s->close[i];
    return s->narrow[i] == INT32_MIN ? ASSAY_MANTISSA_MISSING : s->narrow[i];
}

double series_value(const series *s, size_t i)
{
    if (s->real)
        return s->real[i];
    int64_t mantissa = series_mantissa(s, i);
    return mantissa == ASSAY_MANTISSA_MISSING ? NAN : decimal_to_double(mantissa, s->exponent);
}

int32_t series_offset(const series *s, size_t i)
{
    return s->offsets ? s->offsets[i] : s->offset;
}

static bool make_wide(series *s)
{
    if (s->wide)
        return true;
    int64_t *wide = malloc(s->room * sizeof *wide);
    if (!wide)
        return false;
    for (size_t i = 0; i < s->n; i++)
        wide[i] = series_mantissa(s, i);
    drop_narrow(s);
    s->wide = wide;
    return true;
}

static bool make_real(series *s)
{
    if (s->real)
        return true;
    double *real = malloc(s->room * sizeof *real);
    if (!real)
        return false;
    for (size_t i = 0; i < s->n; i++)
        real[i] = series_value(s, i);
    drop_narrow(s);
    free(s->wide);
    s->wide = NULL;
    s->real = real;
    return true;
}

/* Bring what is there to a smaller exponent; values that do not fit make the series real. */
static bool refine(series *s, int exponent)
{
    int64_t finer;
    if (!make_wide(s))
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (s->wide[i] != ASSAY_MANTISSA_MISSING &&
            !decimal_rescale(s->wide[i], s->exponent, exponent, &finer))
            return make_real(s);
    for (size_t i = 0; i < s->n; i++)
        if (s->wide[i] != ASSAY_MANTISSA_MISSING &&
            decimal_rescale(s->wide[i], s->exponent, exponent, &finer))
            s->wide[i] = finer;
    s->exponent = exponent;
    return true;
}

/* The exponent of a series is that of its first value; finer ones refine it. */
static bool put_decimal(series *s, int64_t mantissa, int exponent)
{
    int64_t scaled;
    if (!s->has_value)
        s->exponent = exponent;
    s->has_value = true;
    if (!s->real && exponent < s->exponent && !refine(s, exponent))
        return false;
    if (s->real || !decimal_rescale(mantissa, exponent, s->exponent, &scaled)) {
        if (!make_real(s))
            return false;
        s->real[s->n] = decimal_to_double(mantissa, exponent);
        return true;
    }
    if (!s->wide && scaled > INT32_MIN && scaled <= INT32_MAX) {
        s->narrow[s->n] = (int32_t)scaled;
        return true;
    }
    if (!make_wide(s))
        return false;
    s->wide[s->n] = scaled;
    return true;
}

static bool put_missing(series *s)
{
    if (s->real)
        s->real[s->n] = NAN;
    else if (s->wide)
        s->wide[s->n] = ASSAY_MANTISSA_MISSING;
    else
        s->narrow[s->n] = INT32_MIN;
    return true;
}

static bool put_raw(series *s, int64_t bits)
{
    s->has_value = true;
    if (!make_real(s))
        return false;
    memcpy(&s->real[s->n], &bits, sizeof bits);
    return true;
}

static bool put_value(series *s, const measurement_batch *b, size_t i)
{
    unsigned status = b->status ? b->status[i] : STATUS_VALID;
    if ((status & STATUS_MASK) == STATUS_NO_VALUE)
        return put_missing(s);
    if (status & STATUS_RAW)
        return put_raw(s, b->mantissa[i]);
    return put_decimal(s, b->mantissa[i], b->exponent[i]);
}

/* A column is there from the first row that has something to say; rows before it get `usual`. */
static bool put_status(series *s, unsigned status)
{
    status &= STATUS_MASK;
    if (!s->status && status == STATUS_VALID)
        return true;
    if (!s->status && !(s->status = calloc(s->room, 1)))
        return false;
    s->status[s->n] = (uint8_t)status;
    return true;
}

static bool put_size(series *s, uint32_t size)
{
    if (!s->size && size == 1)
        return true;
    if (!s->size) {
        if (!(s->size = malloc(s->room * sizeof *s->size)))
            return false;
        for (size_t i = 0; i < s->n; i++)
            s->size[i] = 1;
    }
    s->size[s->n] = size;
    return true;
}

static bool put_context(series *s, context_kind kind, uint32_t code)
{
    if (!s->context[kind] && code == 0)
        return true;
    if (!s->context[kind] && !(s->context[kind] = calloc(s->room, sizeof(uint32_t))))
        return false;
    s->context[kind][s->n] = code;
    return true;
}

static bool put_time(series *s, int64_t time)
{
    if (!s->time && time == TIME_NONE)
        return true;
    if (!s->time) {
        if (!(s->time = malloc(s->room * sizeof *s->time)))
            return false;
        for (size_t i = 0; i < s->n; i++)
            s->time[i] = TIME_NONE;
    }
    s->time[s->n] = time;
    return true;
}

/* Most series have one offset; one that saw the clocks change has a column of them. */
static bool put_offset(series *s, int64_t time, int32_t offset)
{
    if (!s->offsets && (offset == s->offset || s->n == 0 || time == TIME_NONE))
        return true;
    if (!s->offsets) {
        if (!(s->offsets = malloc(s->room * sizeof *s->offsets)))
            return false;
        for (size_t i = 0; i < s->n; i++)
            s->offsets[i] = s->offset;
    }
    s->offsets[s->n] = offset;
    return true;
}

/* -- dealing -------------------------------------------------------------------------- */

typedef struct {
    series_set *set;
    const series_request *request;
    bool keeps_time, has_serials, is_unordered;
    bool has_context, takes_runs, is_alike, is_even; /* of the batch */
    uint32_t form;                    /* a number for what rows of the last even batches have in common */
    int form_exponent, form_decimals;
    int32_t form_offset;
    uint32_t contexts;                /* wanted, and the source has them */
    uint32_t *context[CONTEXT_COUNT]; /* of the batch, by role */
} loading;

static void note_time(loading *l, series *s, int64_t time, int32_t offset)
{
    if (time < s->last_time || (time == s->last_time && l->has_serials && time != TIME_NONE))
        l->is_unordered = true; /* as far as can be told without looking back */
    if (time == TIME_NONE)
        return;
    if (s->first_time == TIME_NONE || time < s->first_time) {
        s->first_time = time;
        s->first_offset = offset;
    }
    if (time > s->last_time) {
        s->last_time = time;
        s->last_offset = offset;
    }
}

static bool deal_slow(loading *l, series *s, const measurement_batch *b, size_t i)
{
    bool is_put = put_value(s, b, i) && put_status(s, b->status ? b->status[i] : 0) &&
                  put_size(s, b->size ? b->size[i] : 1);
    for (int k = 0; k < CONTEXT_COUNT && is_put; k++)
        if (l->context[k])
            is_put = put_context(s, (context_kind)k, l->context[k][i]);
    if (is_put && l->keeps_time && b->time)
        is_put = put_time(s, b->time[i]) &&
                 (!b->offset || put_offset(s, b->time[i], b->offset[i]));
    if (b->decimals && b->decimals[i] > s->decimals)
        s->decimals = b->decimals[i];
    if (b->offset && b->offset[i] != TIME_OFFSET_NONE)
        s->offset = b->offset[i];
    return is_put;
}

/* Nothing to widen: the value goes straight into its four bytes. */
static bool is_plain(const loading *l, const series *s, const measurement_batch *b, size_t i)
{
    int64_t mantissa = b->mantissa[i];
    return s->narrow && !s->status && !s->size && !l->keeps_time && s->has_value &&
           b->exponent[i] == s->exponent && (!b->status || !(b->status[i] & (STATUS_MASK | STATUS_RAW))) &&
           (!b->size || b->size[i] == 1) && mantissa > INT32_MIN && mantissa <= INT32_MAX &&
           (!b->decimals || b->decimals[i] <= s->decimals);
}

static bool deal_row(loading *l, series *s, const measurement_batch *b, size_t i, bool has_context)
{
    if (s->n == s->room && !grow(s))
        return false;
    if (b->time)
        note_time(l, s, b->time[i], b->offset ? b->offset[i] : TIME_OFFSET_NONE);
    if (!has_context && is_plain(l, s, b, i))
        s->narrow[s->n] = (int32_t)b->mantissa[i];
    else if (!deal_slow(l, s, b, i))
        return false;
    s->n++;
    return true;
}

static assay_status out_of_memory(assay_err *err, const char *what)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while loading %s", what);
}

static series *add_series(series_set *set, const characteristic *definition)
{
    if (set->count == set->room) {
        size_t room = set->room ? set->room * 2 : 16;
        series *item = realloc(set->item, room * sizeof *item);
        if (!item)
            return NULL;
        set->item = item;
        set->room = room;
    }
    series *s = &set->item[set->count];
    *s = (series){.first_time = TIME_NONE, .last_time = TIME_NONE, .offset = TIME_OFFSET_NONE,
                  .first_offset = TIME_OFFSET_NONE, .last_offset = TIME_OFFSET_NONE};
    s->narrow = malloc(FIRST_ROOM * sizeof *s->narrow);
    s->definition = definition ? definition : arena_new(&set->memory, characteristic);
    if (!s->narrow || !s->definition) {
        free(s->narrow);
        return NULL;
    }
    s->room = FIRST_ROOM;
    set->count++;
    return s;
}

/* -- from a file ---------------------------------------------------------------------- */

static bool last_part_is(const char *path, const char *name)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash && strcmp(slash + 1, name) == 0;
}

static bool is_wanted(const char *name, const characteristic *c, size_t code)
{
    if (!name)
        return true;
    if (name[0] == '#' && strtoull(name + 1, NULL, 10) == code + 1)
        return true;
    return (c->path && strcmp(c->path, name) == 0) || last_part_is(c->path, name) ||
           (c->number && strcmp(c->number, name) == 0) || (c->name && strcmp(c->name, name) == 0);
}

/* Characteristics appear as the file is read: give each new one its series. */
static bool meet_characteristics(loading *l)
{
    size_t n;
    series_set *set = l->set;
    const characteristic *const *list = reader_characteristics(set->reader, &n);
    if (n <= set->code_count)
        return true;
    uint32_t *of_code = realloc(set->of_code, n * sizeof *of_code);
    if (!of_code)
        return false;
    set->of_code = of_code;
    for (; set->code_count < n; set->code_count++) {
        size_t code = set->code_count;
        of_code[code] = 0;
        if (!is_wanted(l->request->name, list[code], code))
            continue;
        if (!add_series(set, list[code]))
            return false;
        of_code[code] = (uint32_t)set->count;
    }
    return true;
}

/* Do all rows have as many decimals, and the exponent that goes with them? */
static bool are_alike(const measurement_batch *b, size_t from, size_t n)
{
    const int8_t *exponent = b->exponent + from;
    const uint8_t *decimals = b->decimals + from;
    uint8_t other = 0; /* of bytes alone, so that a register holds many */
    for (size_t i = 0; i < n; i++)
        other |= (uint8_t)((uint8_t)(exponent[i] ^ exponent[0]) | (decimals[i] ^ decimals[0]));
    return other == 0;
}

/* Store mantissas that fit four bytes at times that do not fall; false: some do not. */
static bool store_run(const int64_t *mantissa, const int64_t *time, size_t n, int64_t last,
                      int32_t *to)
{
    const uint64_t span = 2 * (uint64_t)INT32_MAX;
    unsigned unusual = 0;
    for (size_t i = 0; i < n; i++) {
        unusual |= ((uint64_t)mantissa[i] + INT32_MAX > span) | (time[i] < last);
        to[i] = (int32_t)mantissa[i];
        last = time[i];
    }
    return unusual == 0;
}

static void note_offset(series *s, const int32_t *offset, size_t n)
{
    while (n > 0 && offset[n - 1] == TIME_OFFSET_NONE)
        n--;
    if (n > 0)
        s->offset = offset[n - 1]; /* the last one that is known */
}

/* Rows of one characteristic that follow one another, of which nothing has to be widened. What is
 * unusual leaves the series as it was, to be dealt again row by row. */
static bool deal_run(const loading *l, series *s, const measurement_batch *b, size_t from, size_t n)
{
    const int64_t *time = b->time + from;
    if (!s->narrow || !s->has_value || s->status || s->size || b->exponent[from] != s->exponent ||
        b->decimals[from] > s->decimals || (!l->is_alike && !are_alike(b, from, n)) ||
        (time[0] == TIME_NONE && time[n - 1] != TIME_NONE) ||
        !store_run(b->mantissa + from, time, n, s->last_time, s->narrow + s->n))
        return false;
    if (b->offset)
        note_offset(s, b->offset + from, n);
    if (b->offset && s->first_time == TIME_NONE)
        s->first_offset = b->offset[from];
    if (b->offset && time[n - 1] != TIME_NONE)
        s->last_offset = b->offset[from + n - 1];
    s->first_time = s->first_time == TIME_NONE ? time[0] : s->first_time;
    s->last_time = time[n - 1];
    s->n += n;
    return true;
}

/* The rows this series will have if the rest of the file is like what was read. */
static size_t rows_to_come(const loading *l, const series *s)
{
    double size = (double)reader_size(l->set->reader);
    double read = (double)reader_offset(l->set->reader);
    return read > 0 && size > read ? (size_t)((double)s->n * (size / read) * 1.02) : 0;
}

/* Are all that far from the first one at most, and none missing? */
static bool are_close(const series *s)
{
    int64_t base = s->narrow[0];
    bool are_near = s->narrow[0] != INT32_MIN;
    for (size_t i = 0; i < s->n; i++)
        are_near &= s->narrow[i] - base >= -INT16_MAX && s->narrow[i] - base <= INT16_MAX;
    return are_near;
}

/* Values alone, in order: the column moves to huge pages, at once to its likely length. */
static bool grow_in_slab(loading *l, series *s, size_t n)
{
    size_t room = s->room * 2, likely = rows_to_come(l, s);
    room = likely > room && likely / 64 < s->room ? likely : room;
    room = room > s->n + n ? room : s->n + n;
    bool is_close = s->close || (!s->is_in_slab && are_close(s));
    void *column = slab_take(&l->set->columns, room * (is_close ? sizeof *s->close : sizeof *s->narrow));
    if (!column)
        return false;
    if (is_close && !s->close)
        s->base = s->narrow[0];
    int16_t *close = is_close ? column : NULL;
    for (size_t i = 0; is_close && i < s->n; i++)
        close[i] = s->close ? s->close[i] : (int16_t)(s->narrow[i] - s->base);
    if (!is_close)
        memcpy(column, s->narrow, s->n * sizeof *s->narrow);
    drop_narrow(s);
    s->close = close;
    s->narrow = is_close ? NULL : column;
    s->is_in_slab = true;
    s->room = room;
    return true;
}

static bool has_room(loading *l, series *s, size_t n)
{
    bool is_narrow_alone = l->takes_runs && l->contexts == 0 && (s->narrow || s->close) && !s->status && !s->size;
    while (s->room - s->n < n)
        if (!(is_narrow_alone && s->room >= SLAB_ROOM ? grow_in_slab(l, s, n) : grow(s)))
            return false;
    return true;
}

/* Mantissas that are known to fit four bytes. */
static inline void put_narrow(const int64_t *from, size_t n, int32_t *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (int32_t)from[i];
}

/* False: some are too far from the base. Runs are short: what would make a vector loop of it costs more than
 * five readings, and in a place of its own the loop has registers. */
static __attribute__((noinline)) bool put_close(const int64_t *from, size_t n, int64_t base, int16_t *to)
{
    uint64_t far = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t d = (uint64_t)(from[i] - base);
        far |= d + INT16_MAX + 1;
        to[i] = (int16_t)d;
        __asm__("" : "+r"(far));
    }
    return far <= UINT16_MAX;
}

/* Even batches of one exponent, digits and offset are of one form; a series that took a run of it takes the next
 * without being looked at, until something else is done to any series. */
static void form_renew(loading *l, const measurement_batch *b)
{
    int32_t offset = b->offset ? b->offset[0] : TIME_OFFSET_NONE;
    if (l->form && b->exponent[0] == l->form_exponent && b->decimals[0] == l->form_decimals && offset == l->form_offset)
        return;
    l->form++;
    l->form_exponent = b->exponent[0];
    l->form_decimals = b->decimals[0];
    l->form_offset = offset;
}

static bool suits_even(const series *s, const measurement_batch *b)
{
    return s->has_value && !s->status && !s->size && b->exponent[0] == s->exponent &&
           b->decimals[0] <= s->decimals && s->first_time != TIME_NONE && (s->narrow || s->close) &&
           (!b->offset || b->offset[0] == s->last_offset);
}

/* A run of an even batch onto a series that is like it; false: deal it otherwise. */
static inline bool deal_even(const loading *l, series *s, const measurement_batch *b, size_t from, size_t n)
{
    if ((s->form != l->form && !suits_even(s, b)) || s->room - s->n < n || b->time[from] < s->last_time)
        return false;
    if (s->narrow)
        put_narrow(b->mantissa + from, n, s->narrow + s->n);
    else if (!put_close(b->mantissa + from, n, s->base, s->close + s->n))
        return false;
    s->n += n;
    s->last_time = b->time[from + n - 1];
    s->form = l->form;
    return true;
}

static bool deal_rows(loading *l, series *s, const measurement_batch *b, size_t from, size_t n)
{
    if (!has_room(l, s, n))
        return false;
    if (l->is_even && deal_even(l, s, b, from, n))
        return true;
    l->form++;
    if (s->close && !leave_slab(s))
        return false;
    if (l->takes_runs && deal_run(l, s, b, from, n))
        return true;
    for (size_t i = from; i < from + n; i++)
        if (!deal_row(l, s, b, i, l->has_context))
            return false;
    return true;
}

static bool deal_batch(loading *l, const measurement_batch *b)
{
    l->has_context = false;
    for (int k = 0; k < CONTEXT_COUNT; k++) {
        l->context[k] = l->contexts & (1u << k) ? b->context[k] : NULL;
        l->has_context |= l->context[k] != NULL;
    }
    l->takes_runs = !l->has_context && !l->keeps_time && !l->has_serials && !b->status && !b->size &&
                    b->time && b->decimals;
    l->is_even = l->takes_runs && b->is_even;
    l->is_alike = l->is_even || (l->takes_runs && b->n && are_alike(b, 0, b->n));
    if (l->is_even)
        form_renew(l, b);
    const uint32_t *of_code = l->set->of_code, *code = b->characteristic;
    series *list = l->set->item;
    for (size_t from = 0, to; from < b->n; from = to) {
        for (to = from + 1; to < b->n && code[to] == code[from]; to++) {
        }
        uint32_t item = of_code[code[from]];
        if (item && l->is_even && deal_even(l, &list[item - 1], b, from, to - from))
            continue;
        if (item && !deal_rows(l, &list[item - 1], b, from, to - from))
            return false;
    }
    return true;
}

static assay_status take_rows(void *context, const measurement_batch *rows, assay_err *err)
{
    loading *l = context;
    if (l->request->stop && *l->request->stop)
        return assay_fail(err, ASSAY_STOPPED, 0, "stopped on request");
    if (!meet_characteristics(l) || !deal_batch(l, rows))
        return out_of_memory(err, l->request->source);
    if (l->is_unordered && !l->keeps_time)
        return ASSAY_STOPPED; /* once more, with times */
    return ASSAY_OK;
}

static assay_status load_file(loading *l, assay_err *err)
{
    assay_status status = reader_open(l->request->source, &l->request->read, &l->set->reader, err);
    if (status != ASSAY_OK)
        return status;
    uint32_t there = reader_contexts(l->set->reader);
    l->has_serials = there & (1u << CONTEXT_SERIAL);
    l->contexts = l->request->contexts & there;
    if (l->keeps_time && l->has_serials)
        l->contexts |= 1u << CONTEXT_SERIAL; /* equal times stand in its order */
    status = reader_drain(l->set->reader, l->contexts, take_rows, l, err);
    if (status == ASSAY_STOPPED && l->is_unordered && !l->keeps_time)
        return ASSAY_OK;
    /* A file without rows may still define characteristics. */
    if (status == ASSAY_OK && !meet_characteristics(l))
        status = out_of_memory(err, l->request->source);
    return status;
}

static assay_status name_those_there(const series_set *set, const series_request *request,
                                     assay_err *err)
{
    size_t n = 0;
    char list[160] = "";
    const characteristic *const *all = reader_characteristics(set->reader, &n);
    for (size_t i = 0; i < n && i < 8 && strlen(list) < 100; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.40s", i ? ", " : "",
                 all[i]->path ? all[i]->path : "");
    assay_status status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("%s has no characteristic %s"),
                                     request->source, request->name);
    assay_hint(err, _("there is: %s%s"), list, n > 8 ? " ..." : "");
    return status;
}

/* What the rows of the file said of each stands in its definition. */
static assay_status specify_all(series_set *set, assay_err *err)
{
    for (size_t code = 0; code < set->code_count; code++) {
        const characteristic *said = reader_said(set->reader, code);
        if (!said || !set->of_code[code])
            continue;
        series *s = &set->item[set->of_code[code] - 1];
        characteristic *own = characteristic_copy(&set->memory, s->definition);
        if (!own)
            return out_of_memory(err, "definitions");
        (void)characteristic_complete(own, said);
        s->definition = own;
    }
    return ASSAY_OK;
}

static assay_status sort_all(series_set *set, const series_request *request, assay_err *err)
{
    for (size_t i = 0; i < set->count; i++) {
        series *s = &set->item[i];
        if (!series_sort(s, reader_dictionary(set->reader, CONTEXT_SERIAL)))
            return out_of_memory(err, request->source);
        if (!request->with_time) {
            free(s->time);
            s->time = NULL;
        }
    }
    return ASSAY_OK;
}

static series_set *set_new(void)
{
    series_set *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    arena_init(&set->memory);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        set->stored_as[k] = (context_kind)k;
    return set;
}

static assay_status open_file(const series_request *request, series_set **out, assay_err *err)
{
    bool is_pipe = strcmp(request->source, "-") == 0;
    loading l = {.request = request, .keeps_time = request->with_time || is_pipe};
    for (;;) {
        l.set = set_new();
        if (!l.set)
            return out_of_memory(err, request->source);
        l.is_unordered = false;
        assay_status status = load_file(&l, err);
        if (status == ASSAY_OK && l.is_unordered && !l.keeps_time) {
            series_close(l.set);
            l.keeps_time = true;
            continue;
        }
        if (status == ASSAY_OK && request->name && l.set->count == 0)
            status = name_those_there(l.set, request, err);
        if (status == ASSAY_OK)
            status = specify_all(l.set, err);
        if (status == ASSAY_OK && l.keeps_time)
            status = sort_all(l.set, request, err);
        if (status == ASSAY_OK)
            *out = l.set;
        else
            series_close(l.set);
        return status;
    }
}

/* -- from a database ------------------------------------------------------------------ */

static assay_status take_roles(series_set *set, const series_request *request, assay_err *err)
{
    for (int k = 0; k < CONTEXT_COUNT; k++) {
        if (!request->role[k])
            continue;
        if (!context_from_name(request->role[k], &set->stored_as[k])) {
            assay_fail(err, ASSAY_NOT_FOUND, 0, "%s keeps no column %s", request->source,
                       request->role[k]);
            assay_hint(err, _("a database keeps serial, subgroup, batch, operator, machine, gauge, "
                              "event, station, cavity, stage, part, group, order, note"));
            return ASSAY_NOT_FOUND;
        }
    }
    return ASSAY_OK;
}

/* Codes of a cursor's dictionary become codes of ours: translated once each, then looked up. */
typedef struct {
    uint32_t *own; /* [count] 0: not met yet */
    size_t count;
    uint32_t *row; /* [room] the codes of a batch in ours */
    size_t room;
} code_map;

static bool map_grow(code_map *m, size_t count)
{
    if (count <= m->count)
        return true;
    uint32_t *own = realloc(m->own, count * sizeof *own);
    if (!own)
        return false;
    memset(own + m->count, 0, (count - m->count) * sizeof *own);
    m->own = own;
    m->count = count;
    return true;
}

static bool map_rows(code_map *m, size_t n)
{
    uint32_t *row = n > m->room ? realloc(m->row, n * sizeof *row) : m->row;
    if (n <= m->room)
        return true;
    if (!row)
        return false;
    m->row = row;
    m->room = n;
    return true;
}

static assay_status map_codes(series_set *set, context_kind role, const dictionary *from,
                              code_map *m, const uint32_t *code, size_t n, assay_err *err)
{
    if (!set->own[role]) {
        assay_status status = dictionary_new(&set->own[role], err);
        if (status != ASSAY_OK)
            return status;
    }
    if (!map_grow(m, dictionary_count(from) + (size_t)1) || !map_rows(m, n))
        return out_of_memory(err, "texts");
    for (size_t i = 0; i < n; i++) {
        size_t length;
        uint32_t *own = &m->own[code[i]];
        if (code[i] && !*own) {
            const char *text = dictionary_text(from, code[i], &length);
            *own = dictionary_code(set->own[role], text, length);
        }
        m->row[i] = code[i] ? *own : 0;
    }
    return ASSAY_OK;
}

static assay_status map_contexts(loading *l, cursor *c, code_map *maps, measurement_batch *batch,
                                 bool *has_context, assay_err *err)
{
    *has_context = false;
    for (int k = 0; k < CONTEXT_COUNT; k++) {
        context_kind stored = l->set->stored_as[k];
        bool is_asked = l->request->contexts & (1u << k);
        const dictionary *from = store_dictionary(l->set->store, stored);
        from = from ? from : cursor_dictionary(c, stored);
        l->context[k] = NULL;
        if (!is_asked || !batch->context[stored] || !from)
            continue;
        assay_status status = map_codes(l->set, (context_kind)k, from, &maps[k],
                                        batch->context[stored], batch->n, err);
        if (status != ASSAY_OK)
            return status;
        l->context[k] = maps[k].row;
        *has_context = true;
    }
    return ASSAY_OK;
}

static assay_status load_rows(loading *l, series *s, cursor *c, code_map *maps, assay_err *err)
{
    measurement_batch view = {0}, *batch = &view; /* its columns are the cursor's */
    for (;;) {
        bool has_context;
        assay_status status = cursor_next(c, batch, err);
        if (status != ASSAY_OK || batch->n == 0)
            return status;
        if (l->request->stop && *l->request->stop)
            return assay_fail(err, ASSAY_STOPPED, 0, "stopped on request");
        status = map_contexts(l, c, maps, batch, &has_context, err);
        if (status != ASSAY_OK)
            return status;
        for (size_t i = 0; i < batch->n; i++)
            if (!deal_row(l, s, batch, i, has_context))
                return out_of_memory(err, l->request->source);
    }
}

static assay_status load_cursor(loading *l, series *s, cursor *c, assay_err *err)
{
    code_map maps[CONTEXT_COUNT] = {0};
    assay_status status = load_rows(l, s, c, maps, err);
    for (int k = 0; k < CONTEXT_COUNT; k++) {
        free(maps[k].own);
        free(maps[k].row);
    }
    return status;
}

static assay_status load_stored(loading *l, uint32_t number, assay_err *err)
{
    stored_characteristic found;
    cursor *c = NULL;
    store_range range = l->request->range;
    range.contexts = 0;
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (l->request->contexts & (1u << k))
            range.contexts |= 1u << l->set->stored_as[k];
    range.with_time = l->request->with_time;
    assay_status status = store_characteristic_at(l->set->store, number, &found, err);
    if (status != ASSAY_OK)
        return status;
    series *s = add_series(l->set, characteristic_copy(&l->set->memory, &found.definition));
    if (!s)
        return out_of_memory(err, l->request->source);
    s->number = number;
    s->id = found.id;
    status = cursor_open(l->set->store, number, &range, &c, err);
    if (status == ASSAY_OK)
        status = load_cursor(l, s, c, err);
    cursor_close(c);
    return status;
}

static assay_status load_database(loading *l, assay_err *err)
{
    series_set *set = l->set;
    set->store = l->request->opened;
    set->is_borrowed = set->store != NULL;
    assay_status status = set->is_borrowed
                              ? ASSAY_OK
                              : store_open(l->request->source, STORE_READ, &set->store, err);
    if (status == ASSAY_OK)
        status = take_roles(set, l->request, err);
    if (status != ASSAY_OK)
        return status;
    if (l->request->name) {
        stored_characteristic found;
        status = store_characteristic_find(set->store, l->request->name, &found, err);
        return status == ASSAY_OK ? load_stored(l, found.number, err) : status;
    }
    uint32_t n = store_characteristic_count(set->store);
    for (uint32_t number = 1; number <= n && status == ASSAY_OK; number++)
        status = load_stored(l, number, err);
    return status;
}

static assay_status open_database(const series_request *request, series_set **out, assay_err *err)
{
    loading l = {.request = request, .set = set_new(), .keeps_time = request->with_time};
    if (!l.set)
        return out_of_memory(err, request->source);
    assay_status status = load_database(&l, err);
    if (status == ASSAY_OK)
        *out = l.set;
    else
        series_close(l.set);
    return status;
}

/* -- the door ------------------------------------------------------------------------- */

bool source_is_database(const char *path)
{
    char head[16] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return false;
    bool is_long_enough = read(file, head, sizeof head) == (ssize_t)sizeof head;
    close(file);
    return is_long_enough && memcmp(head, "SQLite format 3", sizeof head) == 0;
}

assay_status series_open(const series_request *request, series_set **out, assay_err *err)
{
    bool is_stored = request->opened ||
                     (strcmp(request->source, "-") != 0 && source_is_database(request->source));
    return is_stored ? open_database(request, out, err) : open_file(request, out, err);
}

assay_values series_values(const series *s, int64_t *room)
{
    if (s->real)
        return assay_values_of_doubles(s->real, s->n);
    if (s->wide)
        return assay_values_of_decimals(s->wide, s->n, s->exponent);
    for (size_t i = 0; i < s->n; i++)
        room[i] = series_mantissa(s, i);
    return assay_values_of_decimals(room, s->n, s->exponent);
}
