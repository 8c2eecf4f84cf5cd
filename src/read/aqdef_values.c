/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records and K-fields of values to rows.
 *
 * Which line belongs to which value, from the public rules: behind a record, value lines add to
 * its values; between K-fields, a key that the value of its characteristic has already begins
 * the next one. "/0" speaks of all values that are open; what a line says of one
 * characteristic wins over it, in either order.
 */
#include "read/aqdef_values.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_VALUE_CYCLE = 255, NO_VALUE_HEADING = 256, SIZE_SCALE = 1000 };
enum { KEY_NUMBER = 1, KEY_ATTRIBUTE = 2, KEY_TIME = 4, KEY_BATCH = 6, KEY_NOTE = 9,
       KEY_SIZE = 20, KEY_ERRORS = 21 };

typedef struct {
    uint64_t bits[2];
} key_set;

struct aqdef_open_value {
    bool is_open, is_listed, is_of_record, is_refused, began_without_number;
    bool has_number, is_raw, has_time;
    key_set own, shared; /* keys set for it alone, and through "/0" */
    uint64_t line, count; /* values of this characteristic begun so far */
    decimal number;
    double raw;
    long attribute;
    uint32_t size;
    int64_t wall;
    int32_t offset;
    uint32_t context[CONTEXT_COUNT];
    buf extra; /* keys without a place: " | K0016 4711" each */
    /* of the characteristic, not of the value */
    int64_t last_folded;
    bool is_later;
    bool is_attribute;
    int places;
};

static bool has(const key_set *s, uint32_t key)
{
    return s->bits[key >> 6] >> (key & 63) & 1;
}

static void include(key_set *s, uint32_t key)
{
    s->bits[key >> 6] |= UINT64_C(1) << (key & 63);
}

static bool is_number_key(uint32_t key)
{
    return key == KEY_NUMBER || key == KEY_SIZE || key == KEY_ERRORS;
}

bool aqdef_context_of(uint32_t key, context_kind *out)
{
    switch (key) {
    case 5: *out = CONTEXT_EVENT; return true;
    case 6: *out = CONTEXT_BATCH; return true;
    case 7: *out = CONTEXT_CAVITY; return true;
    case 8: *out = CONTEXT_OPERATOR; return true;
    case 9: *out = CONTEXT_NOTE; return true;
    case 10: *out = CONTEXT_MACHINE; return true;
    case 12: *out = CONTEXT_GAUGE; return true;
    case 14: *out = CONTEXT_SERIAL; return true;
    case 53: *out = CONTEXT_ORDER; return true;
    case 80: *out = CONTEXT_SUBGROUP; return true;
    default: return false;
    }
}

/* -- one key of one value --------------------------------------------------------------- */

typedef struct {
    uint32_t key;
    const char *text;
    size_t length;
    uint64_t line;
    uint32_t field; /* in a record, from 1 */
} said;

static assay_status refuse(aqdef_values *v, aqdef_open_value *p, const said *s, const char *reason,
                           const char *expected, assay_err *err)
{
    char column[8];
    if (p->is_refused)
        return ASSAY_OK;
    p->is_refused = true;
    snprintf(column, sizeof column, "K%04u", s->key % 10000);
    refusal_case c = {reason, s->line, s->field, column, s->text, s->length, expected};
    return reader_refuse(v->reader, &c, err);
}

static assay_status set_number(aqdef_values *v, aqdef_open_value *p, const said *s, assay_err *err)
{
    decimal_kind kind = aqdef_number_parse(s->text, s->length, p->places, &p->number, NULL);
    if (kind == DECIMAL_NONE)
        return refuse(v, p, s, "not-a-number", N_("a decimal number"), err);
    p->has_number = true;
    p->is_raw = kind == DECIMAL_RAW || p->number.exponent < -30 || p->number.exponent > 30;
    if (p->is_raw)
        aqdef_number_parse(s->text, s->length, p->places, &p->number, &p->raw);
    return ASSAY_OK;
}

static bool parse_integer(const said *s, int64_t *out)
{
    decimal d;
    return decimal_parse(s->text, s->length, '.', &d, NULL) == DECIMAL_OK &&
           decimal_rescale(d.mantissa, d.exponent, 0, out);
}

static assay_status set_attribute(aqdef_values *v, aqdef_open_value *p, const said *s,
                                  assay_err *err)
{
    int64_t n;
    if (!parse_integer(s, &n))
        return refuse(v, p, s, "not-an-attribute", N_("a whole number"), err);
    if (n < 0)
        reader_warn(v->reader, "K0002 is negative: the value counts as marked");
    p->attribute = (long)n;
    return ASSAY_OK;
}

static assay_status set_size(aqdef_values *v, aqdef_open_value *p, const said *s, assay_err *err)
{
    int64_t n;
    if (!parse_integer(s, &n) || n < 0 || (n % SIZE_SCALE ? n : n / SIZE_SCALE) > UINT32_MAX)
        return refuse(v, p, s, "not-a-size", N_("a sample size x 1000"), err);
    if (n % SIZE_SCALE)
        reader_warn(v->reader, "K0020 is not a multiple of 1000: taken as it is");
    p->size = (uint32_t)(n % SIZE_SCALE ? n : n / SIZE_SCALE);
    return ASSAY_OK;
}

static bool parse_date(aqdef_values *v, const said *s)
{
    if (s->length == v->date_length && memcmp(s->text, v->date_text, s->length) == 0)
        return true;
    bool has_clock;
    if (s->length >= sizeof v->date_text ||
        !aqdef_date_parse(s->text, s->length, &v->date_ns, &v->date_offset, &has_clock)) {
        v->date_length = 0;
        return false;
    }
    if (!has_clock)
        reader_warn(v->reader, "dates without a time of day are taken as midnight");
    memcpy(v->date_text, s->text, s->length);
    v->date_length = s->length;
    return true;
}

static assay_status set_time(aqdef_values *v, aqdef_open_value *p, const said *s, assay_err *err)
{
    if (!parse_date(v, s))
        return refuse(v, p, s, "not-a-date", N_("31.12.2026/23:59:59, 12/31/2026 or 2026-12-31"), err);
    p->has_time = true;
    p->wall = v->date_ns;
    p->offset = v->date_offset;
    return ASSAY_OK;
}

/* Entry 0 of a catalogue is "none", as is a text of blanks alone. */
static bool is_none(context_kind kind, const char *text, size_t length)
{
    const uint32_t catalogues = 1u << CONTEXT_EVENT | 1u << CONTEXT_CAVITY | 1u << CONTEXT_OPERATOR |
                                1u << CONTEXT_MACHINE | 1u << CONTEXT_GAUGE;
    return !length || (length == 1 && *text == '0' && catalogues >> kind & 1);
}

/* *code is 0 for none. False: out of memory. */
static bool code_of(aqdef_values *v, context_kind kind, const char *text, size_t length,
                    uint32_t *code)
{
    aqdef_recent *recent = &v->recent[kind];
    if (length == recent->length && memcmp(text, recent->text, length) == 0) {
        *code = recent->code;
        return true;
    }
    bool is_short = length <= sizeof recent->text;
    if (is_short) {
        memcpy(recent->text, text, length);
        recent->length = length;
    }
    text = aqdef_decode(v->decoder, text, &length);
    bool has_entry = text && !is_none(kind, text, length);
    *code = has_entry ? dictionary_code(v->reader->dictionaries[kind], text, length) : 0;
    bool is_good = text && (*code || !has_entry);
    if (is_short)
        recent->code = *code;
    if (!is_good)
        recent->length = 0;
    return is_good;
}

static assay_status set_context(aqdef_values *v, aqdef_open_value *p, const said *s,
                                context_kind kind, assay_err *err)
{
    size_t length = s->length;
    const char *text = s->text;
    if (s->key == KEY_BATCH && *text == '#')
        text++, length--;
    return code_of(v, kind, text, length, &p->context[kind])
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "out of memory for texts");
}

static assay_status set_extra(aqdef_values *v, aqdef_open_value *p, const said *s, assay_err *err)
{
    size_t length = s->length;
    const char *text = aqdef_decode(v->decoder, s->text, &length);
    if (!text)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for texts");
    if (!length)
        return ASSAY_OK;
    buf_addf(&p->extra, "%sK%04u ", p->extra.length ? " | " : "", s->key);
    buf_add(&p->extra, text, length);
    return p->extra.failed ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory for texts") : ASSAY_OK;
}

static assay_status set(aqdef_values *v, aqdef_open_value *p, const said *s, assay_err *err)
{
    context_kind kind;
    if (!s->length || p->is_refused)
        return ASSAY_OK;
    switch (s->key) {
    case KEY_NUMBER:
    case KEY_ERRORS: return set_number(v, p, s, err);
    case KEY_ATTRIBUTE: return set_attribute(v, p, s, err);
    case KEY_TIME: return set_time(v, p, s, err);
    case KEY_SIZE: return set_size(v, p, s, err);
    default: break;
    }
    return aqdef_context_of(s->key, &kind) ? set_context(v, p, s, kind, err)
                                           : set_extra(v, p, s, err);
}

/* -- from an open value to a row ----------------------------------------------------------- */

/* In the hour that happens twice the earlier offset holds until the clock of this characteristic
 * steps back, then the later one. */
static bool place_in_zone(aqdef_values *v, aqdef_open_value *p, aqdef_row *row)
{
    bool is_folded = false;
    row->offset = p->offset;
    row->time = p->wall;
    if (p->offset != TIME_OFFSET_NONE || !v->zone)
        return true;
    if (v->is_zone_known && v->zone_wall == p->wall) {
        row->time = v->zone_utc;
        row->offset = v->zone_offset;
        return true;
    }
    if (!zone_to_utc(v->zone, p->wall, false, &row->time, &row->offset, &is_folded))
        return false;
    v->is_zone_known = !is_folded;
    v->zone_wall = p->wall;
    v->zone_utc = row->time;
    v->zone_offset = row->offset;
    if (!is_folded)
        return true;
    const int64_t fold_ns = INT64_C(3600) * 1000000000 * 3;
    bool is_same_night = p->last_folded && p->wall - p->last_folded < fold_ns &&
                         p->last_folded - p->wall < fold_ns;
    p->is_later = is_same_night && (p->is_later || p->wall < p->last_folded);
    p->last_folded = p->wall;
    row->status |= STATUS_FOLDED;
    return !p->is_later ||
           zone_to_utc(v->zone, p->wall, true, &row->time, &row->offset, &is_folded);
}

static void place_number(const aqdef_open_value *p, aqdef_row *row)
{
    bool is_nothing = !p->has_number || p->attribute == NO_VALUE_CYCLE ||
                      p->attribute == NO_VALUE_HEADING;
    row->status = is_nothing ? STATUS_NO_VALUE : p->attribute ? STATUS_MARKED : STATUS_VALID;
    if (is_nothing)
        return;
    row->decimals = p->number.decimals;
    if (p->is_raw) {
        row->status |= STATUS_RAW;
        memcpy(&row->mantissa, &p->raw, sizeof row->mantissa);
    } else {
        row->mantissa = p->number.mantissa;
        row->exponent = (int8_t)p->number.exponent;
    }
}

/* Keys that have no column of their own travel behind the note. */
static assay_status place_extra(aqdef_values *v, const aqdef_open_value *p, aqdef_row *row,
                                assay_err *err)
{
    size_t length;
    dictionary *notes = v->reader->dictionaries[CONTEXT_NOTE];
    const char *note = dictionary_text(notes, p->context[CONTEXT_NOTE], &length);
    buf_clear(&v->scratch);
    buf_add(&v->scratch, note, length);
    if (length)
        buf_add(&v->scratch, " | ", 3);
    buf_add(&v->scratch, p->extra.data, p->extra.length);
    if (v->scratch.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for texts");
    row->context[CONTEXT_NOTE] = dictionary_code(notes, v->scratch.data, v->scratch.length);
    return ASSAY_OK;
}

static assay_status push(aqdef_values *v, const aqdef_row *row, assay_err *err)
{
    if (v->ready_first + v->ready_count == v->ready_room) {
        size_t room = v->ready_room ? v->ready_room * 2 : 256;
        aqdef_row *grown = realloc(v->ready, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for rows");
        v->ready = grown;
        v->ready_room = room;
    }
    v->ready[v->ready_first + v->ready_count++] = *row;
    return ASSAY_OK;
}

static int by_name(const void *a, const void *b)
{
    const aqdef_named *x = a, *y = b;
    if (x->characteristic != y->characteristic)
        return x->characteristic < y->characteristic ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* What lines elsewhere said of value `value` of characteristic c, by number. */
static assay_status apply_named(aqdef_values *v, aqdef_open_value *p, uint32_t c, uint64_t value,
                                bool is_shared, assay_err *err)
{
    size_t low = 0, high = v->named_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const aqdef_named *x = &v->named[middle];
        if (x->characteristic < c || (x->characteristic == c && x->value < value))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < v->named_count; low++) {
        aqdef_named *x = &v->named[low];
        if (x->characteristic != c || x->value != value)
            break;
        x->is_used = true;
        if (is_shared && (has(&p->own, x->key) || has(&p->shared, x->key)))
            continue;
        said s = {x->key, x->text, x->length, x->line, 0};
        assay_status status = set(v, p, &s, err);
        if (status != ASSAY_OK)
            return status;
        include(is_shared ? &p->shared : &p->own, x->key);
    }
    return ASSAY_OK;
}

static assay_status apply_all_named(aqdef_values *v, aqdef_open_value *p, uint32_t c,
                                    assay_err *err)
{
    const struct {
        uint32_t c;
        uint64_t value;
    } ways[] = {{c, p->count}, {0, p->count}, {c, 0}, {0, 0}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assay_status status = apply_named(v, p, ways[i].c, ways[i].value, i > 0, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static bool is_only_shared(const aqdef_open_value *p)
{
    return !(p->own.bits[0] | p->own.bits[1]);
}

static assay_status emit(aqdef_values *v, aqdef_open_value *p, uint32_t c, assay_err *err)
{
    aqdef_row row = {.characteristic = v->place_of[c], .time = TIME_NONE,
                     .offset = TIME_OFFSET_NONE, .record = p->count,
                     .size = p->is_attribute ? p->size : 1}; /* a variable has no lots */
    place_number(p, &row);
    said at = {KEY_TIME, NULL, 0, p->line, 0};
    if (p->has_time && !place_in_zone(v, p, &row))
        return refuse(v, p, &at, "no-such-time", N_("a wall time that happens in the zone"), err);
    memcpy(row.context, p->context, sizeof row.context);
    if (p->extra.length) {
        assay_status status = place_extra(v, p, &row, err);
        if (status != ASSAY_OK)
            return status;
    }
    return push(v, &row, err);
}

static assay_status finish(aqdef_values *v, uint32_t c, assay_err *err)
{
    aqdef_open_value *p = &v->open[c];
    if (!p->is_open)
        return ASSAY_OK;
    p->is_open = false;
    bool has_number_key = has(&p->own, KEY_NUMBER) || has(&p->own, KEY_SIZE) ||
                          has(&p->own, KEY_ERRORS) || has(&p->shared, KEY_NUMBER);
    if (!has_number_key && is_only_shared(p) && !p->is_refused)
        return ASSAY_OK; /* a "/0" line met a characteristic that never got a value */
    assay_status status = v->named_count ? apply_all_named(v, p, c, err) : ASSAY_OK;
    if (status != ASSAY_OK)
        return status;
    reader_received(v->reader, 1);
    bool is_empty_on_purpose = p->attribute == NO_VALUE_CYCLE || p->attribute == NO_VALUE_HEADING;
    if (!has_number_key && !is_empty_on_purpose) {
        said at = {KEY_NUMBER, NULL, 0, p->line, 0};
        return refuse(v, p, &at, "no-value", N_("a value (K0001) beside its other fields"), err);
    }
    return p->is_refused ? ASSAY_OK : emit(v, p, c, err);
}

/* Behind records, numbers of values are numbers of records, also where one had nothing for c. */
static void begin(aqdef_values *v, uint32_t c, uint64_t line, bool is_of_record)
{
    aqdef_open_value *p = &v->open[c];
    if (!p->is_listed)
        v->open_list[v->open_count++] = c;
    p->is_open = p->is_listed = true;
    p->is_of_record = is_of_record;
    p->is_refused = p->began_without_number = p->has_number = p->is_raw = p->has_time = false;
    p->own = p->shared = (key_set){{0, 0}};
    p->line = line;
    p->count = (p->count > v->records ? p->count : v->records) + 1;
    p->attribute = 0;
    p->size = 1;
    memset(p->context, 0, sizeof p->context);
    buf_clear(&p->extra);
}

/* -- K-fields ----------------------------------------------------------------------------- */

/* A line that cannot be used counts as one received and refused. */
static assay_status refuse_line(aqdef_values *v, const aqdef_line *line, uint64_t number,
                                const char *reason, const char *expected, assay_err *err)
{
    char column[8];
    snprintf(column, sizeof column, "K%04u", line->key % 10000);
    refusal_case c = {reason, number, 0, column, line->text, line->length, expected};
    reader_received(v->reader, 1);
    return reader_refuse(v->reader, &c, err);
}

static assay_status say_to(aqdef_values *v, uint32_t c, const said *s, bool is_shared,
                           assay_err *err)
{
    aqdef_open_value *p = &v->open[c];
    bool is_own = has(&p->own, s->key), is_known = is_own || has(&p->shared, s->key);
    bool is_next = is_known && !p->is_of_record &&
                   (is_shared ? p->began_without_number || s->key == KEY_NUMBER : is_own);
    if (p->is_open && is_shared && is_own && s->key != KEY_NUMBER)
        return ASSAY_OK; /* its own entry wins */
    if (p->is_open && p->is_of_record && (s->key == KEY_NUMBER || s->key == KEY_SIZE))
        is_next = true;
    if (!p->is_open || is_next) {
        assay_status status = finish(v, c, err);
        if (status != ASSAY_OK)
            return status;
        begin(v, c, s->line, false);
        p->began_without_number = !is_number_key(s->key);
    }
    include(is_shared ? &p->shared : &p->own, s->key);
    return set(v, p, s, err);
}

static assay_status say_to_all(aqdef_values *v, const said *s, assay_err *err)
{
    bool is_any_open = false;
    for (uint32_t i = 0; i < v->open_count && !is_any_open; i++)
        is_any_open = v->open[v->open_list[i]].is_open;
    for (uint32_t c = 1; c <= v->file->characteristic_count; c++) {
        bool is_meant = v->file->characteristics[c].exists &&
                        (v->open[c].is_open || !is_any_open || s->key == KEY_NUMBER);
        assay_status status = is_meant ? say_to(v, c, s, true, err) : ASSAY_OK;
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static bool exists(const aqdef_values *v, uint32_t c)
{
    return c && c <= v->file->characteristic_count && v->file->characteristics[c].exists;
}

/* "K0001/c/v": the next value, or the one that is open. */
static assay_status say_to_numbered(aqdef_values *v, const aqdef_line *line, const said *s,
                                    assay_err *err)
{
    aqdef_open_value *p = &v->open[line->index];
    bool is_next = line->value == p->count + 1;
    if (!is_next && !(p->is_open && line->value == p->count))
        return refuse_line(v, line, s->line, "value-number", "values in the order of their numbers",
                           err);
    if (is_next) {
        assay_status status = finish(v, line->index, err);
        if (status != ASSAY_OK)
            return status;
        begin(v, line->index, s->line, false);
    }
    include(&p->own, s->key);
    return set(v, p, s, err);
}

assay_status aqdef_values_field(aqdef_values *v, const aqdef_line *line, uint64_t number,
                                assay_err *err)
{
    said s = {line->key, line->text, line->length, number, 0};
    if (line->has_value && !is_number_key(line->key))
        return ASSAY_OK; /* kept by the first pass */
    bool is_all = line->has_index ? line->index == 0 : v->is_values_file;
    if (is_all && !line->has_value)
        return say_to_all(v, &s, err);
    uint32_t c = line->has_index ? line->index : 1;
    if (!exists(v, c))
        return refuse_line(v, line, number, "no-such-characteristic",
                           N_("the number of a characteristic of the header"), err);
    return line->has_value ? say_to_numbered(v, line, &s, err) : say_to(v, c, &s, false, err);
}

/* -- records ------------------------------------------------------------------------------ */

static const uint8_t variable_keys[] = {1, 2, 4, 5, 6, 7, 8, 10, 11, 12};
static const uint8_t attribute_keys[] = {20, 21, 0, 2, 4, 5, 6, 7, 8, 10, 11, 12};

static bool has_content(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != AQDEF_FIELD_MARK && text[i] != ' ' && text[i] != '\t')
            return true;
    return false;
}

/* The fields of one characteristic in a record. */
static assay_status read_section(aqdef_values *v, uint32_t c, const char *text, size_t length,
                                 uint64_t line, uint32_t *field, assay_err *err)
{
    aqdef_open_value *p = &v->open[c];
    const uint8_t *keys = p->is_attribute ? attribute_keys : variable_keys;
    size_t key_count = p->is_attribute ? sizeof attribute_keys : sizeof variable_keys;
    begin(v, c, line, true);
    include(&p->own, p->is_attribute ? KEY_SIZE : KEY_NUMBER);
    const char *end = text + length;
    for (size_t i = 0; text <= end; i++) {
        const char *mark = memchr(text, AQDEF_FIELD_MARK, (size_t)(end - text));
        const char *stop = mark ? mark : end;
        ++*field;
        said s = {i < key_count ? keys[i] : 0, text, (size_t)(stop - text), line, *field};
        text = stop + 1;
        aqdef_trim(&s.text, &s.length);
        if (!s.length || !s.key)
            continue;
        include(&p->own, s.key);
        assay_status status = set(v, p, &s, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static assay_status refuse_record(aqdef_values *v, const char *text, size_t length, uint64_t line,
                                  uint32_t field, const char *reason, const char *expected,
                                  assay_err *err)
{
    refusal_case c = {reason, line, field, NULL, text, length, expected};
    reader_received(v->reader, 1);
    return reader_refuse(v->reader, &c, err);
}

static bool is_bare(const char *text, size_t length)
{
    decimal d;
    return decimal_parse(text, length, memchr(text, ',', length) ? ',' : '.', &d, NULL) !=
           DECIMAL_NONE;
}

static assay_status finish_all(aqdef_values *v, assay_err *err)
{
    for (uint32_t i = 0; i < v->open_count; i++) {
        assay_status status = finish(v, v->open_list[i], err);
        if (status != ASSAY_OK)
            return status;
        v->open[v->open_list[i]].is_listed = false;
    }
    v->open_count = 0;
    return ASSAY_OK;
}

assay_status aqdef_values_record(aqdef_values *v, const char *text, size_t length, uint64_t line,
                                 assay_err *err)
{
    bool has_marks = memchr(text, AQDEF_FIELD_MARK, length) ||
                     memchr(text, AQDEF_RECORD_MARK, length);
    if (!has_marks && !is_bare(text, length))
        return refuse_record(v, text, length, line, 0, "not-a-record",
                             "a K-field, or fields divided by DC4 and SI", err);
    assay_status status = finish_all(v, err);
    const char *end = text + length;
    uint32_t field = 0;
    for (uint32_t c = 1; status == ASSAY_OK && text <= end; c++) {
        const char *mark = memchr(text, AQDEF_RECORD_MARK, (size_t)(end - text));
        size_t part = (size_t)((mark ? mark : end) - text);
        if (!has_content(text, part))
            field++;
        else if (exists(v, c))
            status = read_section(v, c, text, part, line, &field, err);
        else
            status = refuse_record(v, text, part, line, ++field, "no-such-characteristic",
                                   "no more values than characteristics", err);
        text += part + 1;
    }
    v->records++;
    return status;
}

/* -- life --------------------------------------------------------------------------------- */

assay_status aqdef_values_name(aqdef_values *v, const aqdef_line *line, uint64_t number,
                               assay_err *err)
{
    if (v->named_count == v->named_room) {
        size_t room = v->named_room ? v->named_room * 2 : 64;
        aqdef_named *grown = room <= AQDEF_NAMED_MAX ? realloc(v->named, room * sizeof *grown) : NULL;
        if (!grown)
            return assay_fail(err, ASSAY_LIMIT, 0, "more than %u lines name their value by number",
                              AQDEF_NAMED_MAX / 2);
        v->named = grown;
        v->named_room = room;
    }
    const char *text = arena_text(&v->named_texts, line->text, line->length);
    if (!text)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for texts");
    v->named[v->named_count] = (aqdef_named){
        line->has_index ? line->index : 1, line->value, line->key, (uint32_t)v->named_count, text,
        line->length, number, false};
    v->named_count++;
    return ASSAY_OK;
}

assay_status aqdef_values_begin(aqdef_values *v, assay_err *err)
{
    v->open = calloc((size_t)v->file->characteristic_count + 1, sizeof *v->open);
    v->open_list = calloc((size_t)v->file->characteristic_count + 1, sizeof *v->open_list);
    if (!v->open || !v->open_list)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for values");
    for (uint32_t c = 1; c <= v->file->characteristic_count; c++) {
        if (!v->file->characteristics[c].exists)
            continue;
        v->open[c].is_attribute = aqdef_is_attribute(v->file, c);
        long places = aqdef_integer(v->file, 2022, c, -1);
        v->open[c].places = places >= 0 && places <= 18 ? (int)places : -1;
    }
    if (v->named_count)
        qsort(v->named, v->named_count, sizeof *v->named, by_name);
    return ASSAY_OK;
}

assay_status aqdef_values_end(aqdef_values *v, assay_err *err)
{
    assay_status status = finish_all(v, err);
    for (size_t i = 0; status == ASSAY_OK && i < v->named_count; i++) {
        const aqdef_named *x = &v->named[i];
        if (x->is_used || !x->characteristic || !x->value)
            continue;
        aqdef_line line = {.key = x->key, .text = x->text, .length = x->length};
        status = refuse_line(v, &line, x->line, "no-such-value", N_("the number of a value of the file"),
                             err);
    }
    return status;
}

void aqdef_values_done(aqdef_values *v)
{
    for (uint32_t c = 1; v->open && c <= v->file->characteristic_count; c++)
        if (v->file->characteristics[c].exists)
            buf_done(&v->open[c].extra);
    free(v->open);
    free(v->open_list);
    free(v->ready);
    free(v->named);
    buf_done(&v->scratch);
    arena_done(&v->named_texts);
    v->open = NULL;
    v->open_list = NULL;
    v->ready = NULL;
    v->named = NULL;
}
