/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a block into columns. The common forms (decimals up to 8 bytes, whole epochs, ISO times,
 * short texts seen before) are read without a loop over characters; everything else falls back
 * to base/decimal, base/time and the dictionaries, which decide. */
#include "read/csv_worker.h"
#include "read/csv_split.h"

#include "base/i18n.h"

#include <stdlib.h>

/* -- refusing -- */

static void block_refuse(const csv_worker *w, csv_block *b, const row_view *row, uint32_t field,
                         const char *reason, const char *expected)
{
    if (w->plan.is_strict && b->strict_row == UINT32_MAX)
        b->strict_row = (uint32_t)b->n;
    for (uint32_t i = 0; i < b->refusal_count; i++) {
        if (b->refusals[i].reason == reason) {
            b->refusals[i].count++;
            return;
        }
    }
    if (b->refusal_count == csv_block_refusals)
        return;
    csv_refusal *r = &b->refusals[b->refusal_count++];
    *r = (csv_refusal){.reason = reason, .expected = expected, .count = 1, .line = row->line};
    uint32_t from = row->starts[0] + 1, to = row->end;
    if (field != CSV_NO_FIELD) {
        r->field = field + 1;
        from = row->starts[field] + 1;
        to = row->ends[field];
    }
    while (to > from && (b->text[to - 1] == '\n' || b->text[to - 1] == '\r'))
        to--;
    r->found_length = to - from;
    memcpy(r->found, b->text + from, r->found_length < sizeof r->found ? r->found_length
                                                                      : sizeof r->found);
}

/* -- texts -- */

static void trim(const char **from, const char **to)
{
    while (*from < *to && (**from == ' ' || **from == '\t'))
        (*from)++;
    while (*to > *from && ((*to)[-1] == ' ' || (*to)[-1] == '\t'))
        (*to)--;
}

static inline const char *field_at(const csv_block *b, const row_view *row, uint32_t field,
                                   const char **end)
{
    *end = b->text + row->ends[field];
    return b->text + (uint32_t)(row->starts[field] + 1);
}

static uint32_t code_slow(csv_worker *w, csv_block *b, int list, const char *from, const char *to)
{
    if (dictionary_count(w->texts[list]) >= texts_max) {
        uint32_t known = dictionary_find(w->texts[list], from, (size_t)(to - from));
        b->out_of_memory |= known == 0;
        return known;
    }
    uint32_t code = dictionary_code(w->texts[list], from, (size_t)(to - from));
    b->out_of_memory |= code == 0;
    return code;
}

static uint32_t code_long(csv_worker *w, csv_block *b, int list, const char *from, const char *to)
{
    if (!w->long_caches[list])
        w->long_caches[list] = calloc(long_slots, sizeof *w->long_caches[list]);
    long_entry *cache = w->long_caches[list];
    if (!cache)
        return code_slow(w, b, list, from, to);
    const long_entry *e = long_slot(cache, from, to);
    if (long_is(e, from, to))
        return e->code;
    uint32_t code = code_slow(w, b, list, from, to);
    if (code != 0)
        long_put(cache + (e - cache), from, to, code);
    return code;
}

uint32_t csv_text_code(csv_worker *w, csv_block *b, int list, const char *from, size_t length)
{
    if (length > 16)
        return code_slow(w, b, list, from, from + length);
    if (length > 7)
        return code_long(w, b, list, from, from + length);
    if (!w->caches[list])
        w->caches[list] = calloc(cache_slots, sizeof *w->caches[list]);
    if (!w->caches[list])
        return code_slow(w, b, list, from, from + length);
    uint64_t key = cache_key(from, (uint32_t)length);
    const cache_entry *e = cache_find(w->caches[list], key);
    if (e)
        return (uint32_t)e->code;
    uint32_t code = code_slow(w, b, list, from, from + length);
    if (code != 0)
        cache_put(w->caches[list], key, code);
    return code;
}

static inline uint32_t code_of(csv_worker *w, csv_block *b, int list, const row_view *row,
                               uint32_t field)
{
    const char *to, *from = field_at(b, row, field, &to);
    if (from < to && (*from <= ' ' || to[-1] <= ' '))
        trim(&from, &to);
    return from == to ? 0 : csv_text_code(w, b, list, from, (size_t)(to - from));
}

/* -- times -- */

typedef enum { TIME_READ, TIME_BAD, TIME_BAD_CLOCK, TIME_SKIPPED } time_result;

/* The time of day stands in a column of its own. */
static time_result clock_add(csv_block *b, const row_view *row, uint32_t field, int64_t *ns)
{
    int64_t clock;
    const char *to, *from = field_at(b, row, field, &to);
    trim(&from, &to);
    if (from == to)
        return TIME_READ;
    if (!csv_clock_parse(from, (size_t)(to - from), &clock))
        return TIME_BAD_CLOCK;
    return __builtin_add_overflow(*ns, clock, ns) ? TIME_BAD : TIME_READ;
}

static inline time_result time_read(csv_worker *w, csv_block *b, const row_view *row, int64_t *ns,
                                    int32_t *offset, bool *is_folded)
{
    const csv_layout *layout = w->plan.layout;
    const char *to, *from = field_at(b, row, layout->time, &to);
    if (w->epoch_unit && epoch_fast(w, from, to, ns))
        return TIME_READ;
    bool is_fast = w->plan.dialect->date == CSV_DATE_ISO && iso_fast(w, from, to, ns, offset);
    if (!is_fast) {
        trim(&from, &to);
        if (csv_is_missing(from, (size_t)(to - from))) {
            *ns = TIME_NONE;
            return TIME_READ;
        }
        if (!csv_time_parse(w->plan.dialect->date, from, (size_t)(to - from), ns, offset))
            return TIME_BAD;
    }
    if (layout->clock != CSV_NO_FIELD) {
        time_result result = clock_add(b, row, layout->clock, ns);
        if (result != TIME_READ)
            return result;
    }
    if (w->epoch_unit || *offset != TIME_OFFSET_NONE)
        return TIME_READ;
    return wall_to_utc(w, ns, offset, is_folded) ? TIME_READ : TIME_SKIPPED;
}

static void time_refuse(const csv_worker *w, csv_block *b, const row_view *row, time_result result)
{
    const csv_layout *layout = w->plan.layout;
    if (result == TIME_BAD_CLOCK)
        block_refuse(w, b, row, layout->clock, "not-a-time-of-day", N_("hours:minutes:seconds"));
    else if (result == TIME_SKIPPED)
        block_refuse(w, b, row, layout->time, "no-such-local-time",
                     N_("a time that the clocks of this zone showed"));
    else
        block_refuse(w, b, row, layout->time, "not-a-date", csv_date_text(w->plan.dialect->date));
}

/* -- values -- */

static bool decimal_slow(csv_worker *w, const char *from, const char *to, csv_block *b, size_t i)
{
    decimal d;
    double raw;
    trim(&from, &to);
    size_t length = (size_t)(to - from);
    if (csv_is_missing(from, length)) {
        b->mantissa[i] = 0;
        b->exponent[i] = 0;
        b->decimals[i] = 0;
        b->status[i] |= STATUS_NO_VALUE;
        return true;
    }
    decimal_kind kind = csv_number_parse(from, length, w->plan.dialect->decimal, &d, &raw);
    if (kind == DECIMAL_NONE)
        return false;
    if (kind == DECIMAL_OK && d.exponent >= -30 && d.exponent <= 30) {
        b->mantissa[i] = d.mantissa;
        b->exponent[i] = (int8_t)d.exponent;
        b->decimals[i] = d.decimals;
        return true;
    }
    memcpy(&b->mantissa[i], &raw, sizeof raw);
    b->exponent[i] = 0;
    b->decimals[i] = kind == DECIMAL_OK ? d.decimals : 0;
    b->status[i] |= STATUS_RAW;
    return true;
}

static inline bool value_read(csv_worker *w, csv_block *b, const row_view *row, uint32_t field,
                              size_t i)
{
    const char *to, *from = field_at(b, row, field, &to);
    bool is_negative = from < to && *from == '-';
    const char *digits = from + is_negative;
    size_t length = (size_t)(to - digits);
    if (length >= 1 && length <= 8) {
        int64_t mantissa;
        unsigned decimals;
        if (swar_decimal(to, (unsigned)length, w->signs, &mantissa, &decimals)) {
            b->mantissa[i] = is_negative ? -mantissa : mantissa;
            b->exponent[i] = (int8_t)-(int)decimals;
            b->decimals[i] = (uint8_t)decimals;
            return true;
        }
    }
    return decimal_slow(w, from, to, b, i);
}

static bool verdict_read(csv_block *b, const row_view *row, uint32_t field, size_t i)
{
    const char *to, *from = field_at(b, row, field, &to);
    trim(&from, &to);
    bool is_missing = csv_is_missing(from, (size_t)(to - from));
    int verdict = is_missing ? 0 : csv_verdict(from, (size_t)(to - from));
    b->mantissa[i] = verdict;
    b->exponent[i] = 0;
    b->decimals[i] = 0;
    b->status[i] |= is_missing ? STATUS_NO_VALUE : 0;
    return verdict >= 0;
}

static bool size_read(csv_worker *w, csv_block *b, const row_view *row, uint32_t *out)
{
    const csv_layout *layout = w->plan.layout;
    const char *to, *from = field_at(b, row, layout->size, &to);
    decimal d;
    int64_t size;
    trim(&from, &to);
    if (csv_number_parse(from, (size_t)(to - from), w->plan.dialect->decimal, &d, NULL) != DECIMAL_OK ||
        !decimal_rescale(d.mantissa, d.exponent, -(int)layout->size_decimals, &size) || size < 0 ||
        size > UINT32_MAX)
        return false;
    *out = (uint32_t)size;
    return true;
}

/* -- one row -- */

/* What all values of a row share. */
typedef struct {
    int64_t time;
    int32_t offset;
    uint32_t characteristic, size;
    bool is_folded;
} row_facts;

static bool facts_read(csv_worker *w, csv_block *b, const row_view *row, row_facts *f)
{
    const csv_layout *layout = w->plan.layout;
    *f = (row_facts){.time = TIME_NONE, .offset = TIME_OFFSET_NONE, .size = 1};
    if (layout->time != CSV_NO_FIELD) {
        time_result result = time_read(w, b, row, &f->time, &f->offset, &f->is_folded);
        if (result != TIME_READ) {
            time_refuse(w, b, row, result);
            return false;
        }
    }
    if (layout->size != CSV_NO_FIELD && !size_read(w, b, row, &f->size)) {
        block_refuse(w, b, row, layout->size, "not-a-count", N_("the number inspected"));
        return false;
    }
    if (layout->characteristic != CSV_NO_FIELD) {
        uint32_t code = code_of(w, b, CONTEXT_COUNT, row, layout->characteristic);
        if (code == 0) {
            block_refuse(w, b, row, layout->characteristic, "no-characteristic",
                         N_("the name of a characteristic"));
            return false;
        }
        f->characteristic = code - 1;
    }
    return true;
}

/* -- properties -- */

bool csv_quantity(const csv_text *text, char sign, quantity *out)
{
    *out = (quantity){0};
    out->is_given = csv_number_parse(text->text, text->length, sign, &out->value, NULL) == DECIMAL_OK;
    return out->is_given;
}

static csv_seen *seen_of(csv_worker *w, uint32_t code, property p)
{
    size_t at = (size_t)code * PROPERTY_COUNT + p;
    if (at >= w->seen_room) {
        size_t room = 2 * at + PROPERTY_COUNT;
        csv_seen *grown = realloc(w->seen, room * sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + w->seen_room, 0, (room - w->seen_room) * sizeof *grown);
        w->seen = grown;
        w->seen_room = room;
    }
    return &w->seen[at];
}

static bool note_add(csv_block *b, const csv_note *note)
{
    if (b->note_count == b->note_room) {
        uint32_t room = b->note_room ? b->note_room * 2 : 16;
        csv_note *grown = realloc(b->notes, room * sizeof *grown);
        if (!grown)
            return false;
        b->notes = grown;
        b->note_room = room;
    }
    b->notes[b->note_count++] = *note;
    return true;
}

static bool is_same_number(const csv_worker *w, const csv_text *a, const csv_text *b)
{
    quantity x, y;
    return csv_quantity(a, w->plan.dialect->decimal, &x) &&
           csv_quantity(b, w->plan.dialect->decimal, &y) && quantity_equal(&x, &y);
}

/* Keep what a cell says if it is the first to say so, or the first to say something else. */
static void property_note(csv_worker *w, csv_block *b, const row_view *row, uint32_t code, property p,
                          uint32_t field)
{
    const char *to, *from = field_at(b, row, field, &to);
    trim(&from, &to);
    csv_text text = {from, (uint32_t)(to - from)};
    csv_seen *seen = csv_is_missing(from, text.length) ? NULL : seen_of(w, code, p);
    if (!seen || seen->has_other ||
        (seen->first.length == text.length && memcmp(seen->first.text, from, text.length) == 0))
        return;
    quantity number;
    bool is_bad = property_is_number(p) && !csv_quantity(&text, w->plan.dialect->decimal, &number);
    bool may_agree = property_is_number(p) && seen->first.length > 0;
    if (is_bad ? seen->has_bad : may_agree && is_same_number(w, &seen->first, &text))
        return;
    text.text = arena_text(&w->said, from, text.length);
    csv_note note = {.code = code, .is = p, .line = row->line, .text = text};
    b->out_of_memory |= !text.text || !note_add(b, &note);
    if (is_bad)
        seen->has_bad = true;
    else if (seen->first.length)
        seen->has_other = true;
    else
        seen->first = text;
}

static void properties_note(csv_worker *w, csv_block *b, const row_view *row, uint32_t code,
                            const uint32_t fields[PROPERTY_COUNT])
{
    for (property p = 0; p < PROPERTY_COUNT; p++)
        if (fields[p] != CSV_NO_FIELD)
            property_note(w, b, row, code, p, fields[p]);
}

/* May the column say what the row is, rather than of what? A factor may have a level "max". */
static bool is_label(const csv_layout *layout, uint32_t field)
{
    for (uint32_t i = 0; i < layout->context_count; i++) {
        context_kind kind = layout->contexts[i].kind;
        if (layout->contexts[i].field == field && kind != CONTEXT_SERIAL && kind != CONTEXT_SUBGROUP &&
            kind != CONTEXT_BATCH)
            return false;
    }
    return field != layout->characteristic;
}

static bool is_total(csv_worker *w, const char *text, size_t length)
{
    bool is_known = length == w->label_length && memcmp(text, w->label, length) == 0;
    if (is_known || csv_is_summary(text, length))
        return !is_known;
    w->label_length = length <= sizeof w->label ? length : 0;
    memcpy(w->label, text, w->label_length);
    return false;
}

/* The first field that says something is "total" or the like. */
static bool is_summary(csv_worker *w, const csv_block *b, const row_view *row, uint32_t *field)
{
    const char *to, *from;
    for (uint32_t j = 0; j < w->plan.layout->columns; j++) {
        from = field_at(b, row, j, &to);
        trim(&from, &to);
        *field = j;
        if (from < to)
            return is_total(w, from, (size_t)(to - from)) && is_label(w->plan.layout, j);
    }
    return false;
}

/* "1,200" is 1200 or another country's 1.2: whoever wrote it knows. */
static const char *number_wanted(const csv_worker *w, const csv_block *b, const row_view *row, uint32_t field)
{
    const char *to, *from = field_at(b, row, field, &to);
    bool is_comma = w->plan.dialect->decimal == ',';
    if (from < to && *from >= '0' && *from <= '9' && memchr(from, is_comma ? '.' : ',', (size_t)(to - from)))
        return is_comma ? N_("a number without signs between thousands, such as 1200,5")
                        : N_("a number without signs between thousands, such as 1200.5");
    return is_comma ? N_("a number such as 24,5") : N_("a number such as 24.5");
}

static inline void row_read(csv_worker *w, csv_block *b, const row_view *row)
{
    const csv_layout *layout = w->plan.layout;
    row_facts f;
    uint32_t field;
    b->received++;
    if (is_summary(w, b, row, &field)) {
        block_refuse(w, b, row, field, "summary-row", N_("a measurement, not a sum or a mean of several"));
        return;
    }
    if (!facts_read(w, b, row, &f))
        return;
    b->received--;
    size_t first = b->n;
    for (uint32_t v = 0; v < layout->value_count; v++) {
        size_t i = b->n;
        b->received++;
        b->status[i] = f.is_folded ? STATUS_FOLDED : 0;
        if (layout->are_verdicts && !verdict_read(b, row, layout->values[v], i)) {
            block_refuse(w, b, row, layout->values[v], "not-a-verdict", N_("a verdict such as OK or NG"));
            continue;
        }
        if (!layout->are_verdicts && !value_read(w, b, row, layout->values[v], i)) {
            block_refuse(w, b, row, layout->values[v], "not-a-number",
                         number_wanted(w, b, row, layout->values[v]));
            continue;
        }
        b->characteristic[i] = layout->characteristic == CSV_NO_FIELD ? layout->value_code[v]
                                                                      : f.characteristic;
        b->time[i] = f.time;
        b->record[i] = row->record;
        b->end[i] = row->end;
        if (b->has_lines)
            b->line[i] = row->line;
        if (b->offset_s)
            b->offset_s[i] = f.offset;
        if (b->size)
            b->size[i] = f.size;
        b->has_status |= b->status[i] != 0;
        b->n++;
    }
    b->has_folded |= f.is_folded;
    if (layout->has_properties && b->n > first)
        properties_note(w, b, row, f.characteristic, layout->property);
    for (uint32_t v = 0; layout->own && b->n > first && v < layout->value_count; v++) {
        bool has_names = layout->characteristic != CSV_NO_FIELD;
        properties_note(w, b, row, has_names ? f.characteristic : layout->value_code[v], layout->own[v]);
    }
    for (uint32_t c = 0; c < layout->context_count; c++) {
        context_kind kind = layout->contexts[c].kind;
        uint32_t code = code_of(w, b, (int)kind, row, layout->contexts[c].field);
        for (size_t i = first; i < b->n; i++)
            b->context[kind][i] = code;
    }
}

/* A row with another number of fields than the header's: surplus empty ones are let pass. */
static bool is_row_usable(const csv_worker *w, csv_block *b, const row_view *row)
{
    uint32_t columns = w->plan.layout->columns;
    if (row->n == columns)
        return true;
    const char *reason = "too-few-fields", *expected = N_("as many fields as the other rows");
    if (row->n > columns) {
        uint32_t j = columns;
        while (j < row->n && row->ends[j] == row->starts[j] + 1)
            j++;
        if (j == row->n)
            return true;
        reason = "too-many-fields";
    }
    b->received++;
    block_refuse(w, b, row, CSV_NO_FIELD, reason, expected);
    return false;
}

/* -- all rows -- */

static bool index_reserve(csv_worker *w, size_t length)
{
    if (length + 65 <= w->index_room)
        return true;
    free(w->index);
    w->index = malloc((length + 65) * sizeof *w->index);
    w->index_room = w->index ? length + 65 : 0;
    return w->index != NULL;
}

static size_t fields_to_line_end(const csv_block *b, const uint32_t *ends, size_t left)
{
    size_t n = 0;
    while (n < left && b->text[ends[n++]] != '\n') {
    }
    return n;
}

/* The row whose first field ends at ends[0]; returns its number of fields. */
static size_t row_plain(csv_worker *w, csv_block *b, uint32_t *ends, size_t left)
{
    uint32_t columns = w->plan.layout->columns;
    bool is_full = left >= columns && csv_is_full_row(b->text, ends, columns);
    size_t n = is_full ? columns : fields_to_line_end(b, ends, left);
    uint32_t *last = &ends[n - 1], line_end = *last;
    if (line_end > ends[(ptrdiff_t)n - 2] + 1 && b->text[line_end - 1] == '\r')
        (*last)--;
    row_view row = {ends - 1, ends, (uint32_t)n, (uint32_t)b->records, (uint32_t)b->lines, line_end + 1};
    bool is_blank = n == 1 && *last == ends[-1] + 1;
    if (!is_blank && (n == columns || is_row_usable(w, b, &row)))
        row_read(w, b, &row);
    b->records += !is_blank;
    b->lines++;
    *last = line_end;
    return n;
}

static void rows_plain(csv_worker *w, csv_block *b)
{
    if (!index_reserve(w, b->length)) {
        b->out_of_memory = 1;
        return;
    }
    uint32_t *ends = w->index + 1;
    w->index[0] = UINT32_MAX; /* the first field starts at 0 = UINT32_MAX + 1 */
    size_t count = w->index_fn(b->text, b->length, w->plan.dialect->delimiter, ends);
    for (size_t i = 0; i < count;)
        i += row_plain(w, b, ends + i, count - i);
}

/* -- rows by their marks -- */

static bool marks_reserve(csv_worker *w, size_t length)
{
    size_t words = length / 64 + 2; /* a window reads up to a word behind the last */
    if (words <= w->marks_room)
        return true;
    free(w->marks.lines);
    uint64_t *memory = calloc(3 * words, sizeof *memory);
    w->marks_room = memory ? words : 0;
    w->marks = memory ? (csv_marks){.lines = memory, .delimiters = memory + words,
                                    .cuts = memory + 2 * words}
                      : (csv_marks){0};
    return memory != NULL;
}

/* The positions of one row's field ends behind w->index[0], from its marks. */
static size_t row_index(csv_worker *w, size_t at, size_t length)
{
    uint64_t below = ((uint64_t)1 << at % 64) - 1;
    size_t n = 0;
    w->index[0] = (uint32_t)at - 1;
    for (size_t word = at / 64; word * 64 < length; word++, below = 0) {
        uint64_t line = w->marks.lines[word] & ~below;
        uint64_t bits = (w->marks.delimiters[word] & ~below) | line;
        bits &= line ^ (line - 1); /* up to the line end, all when there is none */
        for (; bits; bits &= bits - 1)
            w->index[++n] = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(bits));
        if (line)
            break;
    }
    return n;
}

static void rows_marked(csv_worker *w, csv_block *b)
{
    if (!marks_reserve(w, b->length) || !index_reserve(w, b->length)) {
        b->out_of_memory = 1;
        return;
    }
    const csv_dialect *d = w->plan.dialect;
    size_t words = (b->length + 63) / 64;
    w->marks_fn(b->text, b->length, d->delimiter, d->decimal, &w->marks);
    w->marks.delimiters[words] = w->marks.lines[words] = w->marks.cuts[words] = 0;
    for (size_t at = w->fast_fn(w, b, 0); at < b->length; at = w->fast_fn(w, b, at)) {
        size_t n = row_index(w, at, b->length);
        row_plain(w, b, w->index + 1, n);
        at = w->index[n] + 1;
    }
}

static uint32_t lines_in(const char *text, size_t from, size_t to)
{
    uint32_t n = 0;
    for (const char *p = text + from; (p = memchr(p, '\n', (size_t)(text + to - p))) != NULL; p++)
        n++;
    return n;
}

static void strip_cr(const csv_block *b, const uint32_t *starts, uint32_t *ends, size_t n)
{
    uint32_t last = ends[n - 1];
    if (last > starts[n - 1] + 1 && b->text[last] == '\n' && b->text[last - 1] == '\r')
        ends[n - 1]--;
}

/* Places for the fields of any row of so many bytes. */
static bool fields_reserve(csv_worker *w, size_t length)
{
    uint32_t room = length + 2 < csv_fields_max ? (uint32_t)length + 2 : csv_fields_max;
    if (room <= w->fields_room)
        return true;
    free(w->starts);
    free(w->ends);
    w->starts = malloc(room * sizeof *w->starts);
    w->ends = malloc(room * sizeof *w->ends);
    w->fields_room = w->starts && w->ends ? room : 0;
    return w->fields_room > 0;
}

static bool lines_reserve(csv_block *b)
{
    if (b->rows_room <= b->line_room)
        return true;
    free(b->line);
    b->line = malloc(b->rows_room * sizeof *b->line);
    b->line_room = b->line ? b->rows_room : 0;
    return b->line != NULL;
}

static void rows_quoted(csv_worker *w, csv_block *b)
{
    const csv_dialect *d = w->plan.dialect;
    b->has_lines = lines_reserve(b);
    if (!b->has_lines || !fields_reserve(w, b->length)) {
        b->out_of_memory = 1;
        return;
    }
    uint32_t record = 0, line = 0;
    for (size_t at = 0; at < b->length;) {
        size_t end = csv_row_end(b->text, at, b->length, d->delimiter);
        uint32_t lines = lines_in(b->text, at, end);
        size_t n = csv_split_row(b->text, at, end, d->delimiter, w->starts, w->ends,
                                 w->fields_room);
        row_view row = {w->starts, w->ends, (uint32_t)n, record, line, (uint32_t)end};
        if (n == CSV_BROKEN) {
            w->starts[0] = (uint32_t)at - 1;
            b->received++;
            record++;
            block_refuse(w, b, &row, CSV_NO_FIELD, "broken-quotes", N_("quotes around a whole field"));
        } else if (n > 0) {
            bool is_blank = end - at == 1 || (end - at == 2 && b->text[at] == '\r');
            strip_cr(b, w->starts, w->ends, n);
            record += !is_blank;
            if (!is_blank && is_row_usable(w, b, &row))
                row_read(w, b, &row);
        }
        line += lines;
        at = end;
    }
    b->records = record;
    b->lines = line;
}

static void fresh_collect(csv_worker *w, csv_block *b, int list)
{
    uint32_t first = b->fresh_first[list], count = dictionary_count(w->texts[list]) - first;
    if (count > b->fresh_room[list]) {
        free(b->fresh[list]);
        b->fresh[list] = malloc(count * sizeof *b->fresh[list]);
        b->fresh_room[list] = b->fresh[list] ? count : 0;
        if (!b->fresh[list]) {
            b->out_of_memory = 1;
            return;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t length;
        const char *text = dictionary_text(w->texts[list], first + i + 1, &length);
        b->fresh[list][i] = (csv_text){text, (uint32_t)length};
    }
    b->fresh_count[list] = count;
}

/* Start a list of texts anew before it grows without bound. */
static void texts_forget(csv_worker *w, csv_block *b, int list)
{
    enum { texts_kept = 1 << 15 };
    if (list >= CONTEXT_COUNT || !(w->plan.forgets >> list & 1) || !w->texts[list] ||
        dictionary_count(w->texts[list]) < texts_kept)
        return;
    dictionary *fresh;
    if (dictionary_new(&fresh, NULL) != ASSAY_OK) {
        b->out_of_memory = 1;
        return;
    }
    b->retired[list] = w->texts[list];
    w->texts[list] = fresh;
    free(w->caches[list]);
    free(w->long_caches[list]);
    w->caches[list] = NULL;
    w->long_caches[list] = NULL;
}

static void results_clear(csv_worker *w, csv_block *b)
{
    b->n = b->given = 0;
    b->received = b->records = b->lines = 0;
    b->refusal_count = 0;
    b->strict_row = UINT32_MAX;
    b->has_status = b->has_folded = b->has_lines = false;
    b->out_of_memory = 0;
    b->worker = w->number;
    b->note_count = 0;
    for (int list = 0; list < texts_count; list++) {
        texts_forget(w, b, list);
        b->fresh_first[list] = w->texts[list] ? dictionary_count(w->texts[list]) : 0;
        b->fresh_count[list] = 0;
    }
}

void csv_rows_parse(csv_worker *w, csv_block *b)
{
    const csv_layout *layout = w->plan.layout;
    results_clear(w, b);
    size_t rows = (b->length / layout->columns + 2) * layout->value_count;
    if (!csv_block_reserve_rows(b, rows, w->plan.contexts, layout->time != CSV_NO_FIELD && !w->epoch_unit,
                                layout->size != CSV_NO_FIELD)) {
        b->out_of_memory = 1;
        return;
    }
    if (b->has_quotes || w->plan.dialect->delimiter == ' ')
        rows_quoted(w, b);
    else if (w->fast_fn)
        rows_marked(w, b);
    else
        rows_plain(w, b);
    b->is_even = b->n > 0 && !b->has_status && !b->size && w->even_fn(b);
    for (int list = 0; list < texts_count; list++) {
        if (w->texts[list])
            fresh_collect(w, b, list);
    }
}

/* -- life -- */

static int64_t epoch_unit_of(csv_date date)
{
    switch (date) {
    case CSV_DATE_S:
        return NS_PER_S;
    case CSV_DATE_MS:
        return 1000000;
    case CSV_DATE_US:
        return 1000;
    case CSV_DATE_NS:
        return 1;
    default:
        return 0;
    }
}

static bool texts_new(csv_worker *w, assay_err *err)
{
    for (int list = 0; list < texts_count; list++) {
        bool is_used = list < CONTEXT_COUNT ? w->plan.contexts & 1u << list
                                            : w->plan.layout->characteristic != CSV_NO_FIELD;
        if (!is_used)
            continue;
        if (dictionary_new(&w->texts[list], err) != ASSAY_OK)
            return false;
    }
    return true;
}

assay_status csv_worker_new(const csv_plan *plan, unsigned number, csv_worker **out, assay_err *err)
{
    csv_worker *w = calloc(1, sizeof *w);
    if (!w)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    w->plan = *plan;
    w->number = number;
    w->signs = (uint64_t)(unsigned char)plan->dialect->decimal * 0x0101010101010101u;
    w->epoch_unit = epoch_unit_of(plan->dialect->date);
    w->index_fn = csv_index_best();
    w->fast_fn = csv_fast_at(plan, w->epoch_unit, csv_levels - 1);
    w->digits = w->fast_fn ? csv_digits_new() : NULL;
    w->marks_fn = csv_marks_at(csv_levels - 1);
    w->even_fn = csv_even_at(csv_levels - 1);
    arena_init(&w->said);
    if (w->fast_fn)
        w->caches[CONTEXT_COUNT] = calloc(cache_slots, sizeof *w->caches[CONTEXT_COUNT]);
    if ((w->fast_fn && (!w->digits || !w->caches[CONTEXT_COUNT])) || !texts_new(w, err)) {
        csv_worker_free(w);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    }
    *out = w;
    return ASSAY_OK;
}

void csv_worker_free(csv_worker *w)
{
    if (!w)
        return;
    free(w->index);
    free(w->marks.lines);
    free(w->digits);
    free(w->starts);
    free(w->ends);
    for (int list = 0; list < texts_count; list++) {
        dictionary_free(w->texts[list]);
        free(w->caches[list]);
        free(w->long_caches[list]);
    }
    arena_done(&w->said);
    free(w->seen);
    free(w);
}
