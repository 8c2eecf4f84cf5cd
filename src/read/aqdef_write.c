/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AQDEF writer: rows to records or K-fields.
 *
 * A row becomes a list of keys with their texts. In fields mode all of them are lines; in records
 * mode those of the record's columns make its section and the rest become additional lines, which
 * are held until the record is complete, because a text that all its values share is written
 * once, with index 0.
 */
#include "read/write.h"

#include "read/aqdef.h"
#include "read/aqdef_out.h"
#include "read/aqdef_values.h"
#include "read/aqdef_write_header.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBERS_MAX = 65535 };
enum { KEY_NOTE = 9, MARK_DOUBTFUL = 1, NO_VALUE_CYCLE = 255, NO_VALUE_HEADING = 256 };

/* Columns of a record. */
static const uint8_t variable_keys[] = {1, 2, 4, 5, 6, 7, 8, 10, 11, 12};
static const uint8_t attribute_keys[] = {20, 21, 0, 2, 4, 5, 6, 7, 8, 10, 11, 12};

typedef struct {
    bool is_attribute, is_heading, needs_sign;
    uint32_t number; /* in the file */
} shape;

typedef struct {
    uint32_t key, number;
    size_t at, length; /* in `texts` */
} item;

struct aqdef_writer {
    aqdef_out header, rows; /* rows.fd < 0: they go into `header` */
    bool has_rows_file, is_records, is_cp1252;
    zone *zone;
    size_t n;
    shape *shapes;

    uint32_t last;        /* number of the last section of the open record; 0: none is open */
    uint32_t in_record;   /* its rows */
    item *items;          /* of the open record, or of the row */
    size_t item_count, item_room;
    buf texts, section;
    bool failed;
};

/* -- the items of a row ----------------------------------------------------------------------- */

static void add_item(aqdef_writer *w, uint32_t key, uint32_t number, const char *text, size_t length)
{
    if (w->item_count == w->item_room) {
        size_t room = w->item_room ? w->item_room * 2 : 64;
        item *grown = realloc(w->items, room * sizeof *grown);
        if (!grown) {
            w->failed = true;
            return;
        }
        w->items = grown;
        w->item_room = room;
    }
    w->items[w->item_count++] = (item){key, number, w->texts.length, length};
    buf_add(&w->texts, text, length);
}

static void add_number(aqdef_writer *w, uint32_t key, const shape *s, const measurement_batch *rows,
                       size_t i)
{
    char text[96] = "";
    size_t length = 0;
    if ((rows->status[i] & STATUS_MASK) != STATUS_NO_VALUE) {
        if (rows->status[i] & STATUS_RAW)
            length = double_format(batch_value(rows, i), text, sizeof text);
        else
            length = decimal_format(rows->mantissa[i], rows->exponent[i],
                                    rows->decimals ? rows->decimals[i] : 0, text, 64);
    }
    if (s->needs_sign && !length) { /* shows the type also where there is no value */
        memcpy(text, "0.0", 4);
        length = 3;
    }
    if (s->needs_sign && !strpbrk(text, ".eE")) {
        memcpy(text + length, ".0", 3);
        length += 2;
    }
    add_item(w, key, s->number, text, length);
}

static void add_integer(aqdef_writer *w, uint32_t key, uint32_t number, uint64_t value)
{
    char text[24];
    add_item(w, key, number, text, (size_t)snprintf(text, sizeof text, "%llu",
                                                    (unsigned long long)value));
}

static void add_status(aqdef_writer *w, const shape *s, uint8_t status)
{
    status &= STATUS_MASK;
    if (status == STATUS_NO_VALUE)
        add_integer(w, 2, s->number, s->is_heading ? NO_VALUE_HEADING : NO_VALUE_CYCLE);
    else if (status != STATUS_VALID)
        add_integer(w, 2, s->number, MARK_DOUBTFUL);
    else if (w->is_records)
        add_integer(w, 2, s->number, 0);
}

static void add_time(aqdef_writer *w, const shape *s, const measurement_batch *rows, size_t i)
{
    char text[40];
    int64_t utc = rows->time[i];
    if (utc == TIME_NONE)
        return;
    int32_t offset = rows->offset ? rows->offset[i] : TIME_OFFSET_NONE;
    if (w->zone)
        offset = zone_offset(w->zone, utc);
    int64_t wall = utc + (offset == TIME_OFFSET_NONE ? 0 : (int64_t)offset * 1000000000);
    add_item(w, 4, s->number, text, aqdef_date_format(wall, text, sizeof text));
}

/* A key that may stand in a note: the reader has no column for it. 0: the text begins with none. */
static uint32_t extra_key(const char *text, const char *end)
{
    context_kind kind;
    if (end - text <= 6 || *text != 'K' || strspn(text + 1, "0123456789") != 4 || text[5] != ' ')
        return 0;
    uint32_t key = (uint32_t)strtoul(text + 1, NULL, 10);
    bool has_column = key <= 2 || key == 4 || key == 20 || key == 21 || aqdef_context_of(key, &kind);
    return aqdef_is_value_key(key) && !has_column ? key : 0;
}

static bool is_said(const aqdef_writer *w, size_t from, uint32_t key)
{
    for (size_t i = from; i < w->item_count; i++)
        if (w->items[i].key == key)
            return true;
    return false;
}

/* " | K0016 4711" begins another item, unless the value says this key already: said twice, it
 * would begin the next value. Then it stays within the text before it. */
static const char *next_extra(const aqdef_writer *w, size_t from, const char *text, const char *end)
{
    for (; text + 3 < end; text++) {
        uint32_t key = memcmp(text, " | ", 3) == 0 ? extra_key(text + 3, end) : 0;
        if (key && !is_said(w, from, key))
            return text;
    }
    return end;
}

/* "note | K0016 4711": the note, and keys that the reader had no column for. The items of the row
 * begin at `from`. */
static void add_note(aqdef_writer *w, size_t from, uint32_t number, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        uint32_t key = extra_key(text, end);
        const char *words = key ? text + 6 : text;
        add_item(w, key ? key : KEY_NOTE, number, words, 0);
        const char *stop = next_extra(w, from, words, end);
        if (w->failed)
            return;
        buf_add(&w->texts, words, (size_t)(stop - words));
        w->items[w->item_count - 1].length = (size_t)(stop - words);
        text = stop == end ? end : stop + 3;
    }
}

static void add_contexts(aqdef_writer *w, size_t from, uint32_t number, const measurement_batch *rows, size_t i,
                         const dictionary *const dictionaries[CONTEXT_COUNT])
{
    static const struct {
        uint32_t key;
        context_kind kind;
    } keys[] = {{5, CONTEXT_EVENT},    {6, CONTEXT_BATCH},  {7, CONTEXT_CAVITY},
                {8, CONTEXT_OPERATOR}, {10, CONTEXT_MACHINE}, {12, CONTEXT_GAUGE},
                {14, CONTEXT_SERIAL},  {53, CONTEXT_ORDER}, {80, CONTEXT_SUBGROUP},
                {KEY_NOTE, CONTEXT_NOTE}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        context_kind kind = keys[k].kind;
        if (!rows->context[kind] || !dictionaries[kind] || !rows->context[kind][i])
            continue;
        size_t length;
        const char *text = dictionary_text(dictionaries[kind], rows->context[kind][i], &length);
        if (kind == CONTEXT_NOTE) {
            add_note(w, from, number, text, length);
        } else if (length) {
            add_item(w, keys[k].key, number, kind == CONTEXT_BATCH ? "#" : "",
                     kind == CONTEXT_BATCH);
            buf_add(&w->texts, text, length);
            w->items[w->item_count - 1].length += length;
        }
    }
}

static void add_row(aqdef_writer *w, const shape *s, const measurement_batch *rows, size_t i,
                    const dictionary *const dictionaries[CONTEXT_COUNT])
{
    size_t from = w->item_count;
    if (s->is_attribute) {
        add_integer(w, 20, s->number, (uint64_t)(rows->size ? rows->size[i] : 1) * 1000);
        add_number(w, 21, s, rows, i);
    } else {
        add_number(w, 1, s, rows, i);
    }
    add_status(w, s, rows->status[i]);
    add_time(w, s, rows, i);
    add_contexts(w, from, s->number, rows, i, dictionaries);
}

/* -- to the file -------------------------------------------------------------------------------- */

static aqdef_out *out_of_rows(aqdef_writer *w)
{
    return w->has_rows_file ? &w->rows : &w->header;
}

/* UTF-8 to code page 1252, character by character. */
static void add_cp1252(buf *out, char *text, size_t length)
{
    iconv_t converter = iconv_open("CP1252", "UTF-8");
    while (length) {
        char piece[256], *to = piece;
        size_t room = sizeof piece;
        if (converter != (iconv_t)-1)
            iconv(converter, &text, &length, &to, &room);
        buf_add(out, piece, sizeof piece - room);
        if (!length || room < sizeof piece)
            continue;
        buf_add_char(out, '?');
        do
            text++, length--;
        while (length && ((unsigned char)*text & 0xc0) == 0x80);
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
}

static void put(aqdef_writer *w, aqdef_out *o, buf *text)
{
    if (w->is_cp1252 && text->length)
        add_cp1252(&o->bytes, text->data, text->length);
    else
        buf_add(&o->bytes, text->data, text->length);
    w->failed |= text->failed;
    buf_clear(text);
    aqdef_out_flush(o, false);
}

/* A value begins with its number: K0020 and K0021 stand before K0002. */
static uint32_t rank(uint32_t key)
{
    return key == 20 || key == 21 ? key - 20 : key;
}

static int by_key(const void *a, const void *b)
{
    const item *x = a, *y = b;
    if (x->key != y->key)
        return rank(x->key) < rank(y->key) ? -1 : 1;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool is_shared(const aqdef_writer *w, size_t from, size_t to)
{
    const item *first = &w->items[from];
    if (to - from != w->n || w->in_record != w->n || w->n < 2)
        return false;
    for (size_t i = from + 1; i < to; i++)
        if (w->items[i].length != first->length ||
            memcmp(w->texts.data + w->items[i].at, w->texts.data + first->at, first->length) != 0)
            return false;
    return true;
}

static void write_items(aqdef_writer *w, buf *out)
{
    if (w->item_count)
        qsort(w->items, w->item_count, sizeof *w->items, by_key);
    for (size_t i = 0, to; i < w->item_count; i = to) {
        for (to = i + 1; to < w->item_count && w->items[to].key == w->items[i].key; to++)
            ;
        bool is_one = w->is_records && is_shared(w, i, to);
        for (size_t j = i; j < (is_one ? i + 1 : to); j++)
            aqdef_write_line(out, w->items[j].key, is_one ? 0 : w->items[j].number,
                             w->texts.data + w->items[j].at, w->items[j].length);
    }
    w->item_count = 0;
    buf_clear(&w->texts);
}

static void end_record(aqdef_writer *w)
{
    if (!w->last)
        return;
    buf_add(&w->section, "\r\n", 2);
    write_items(w, &w->section);
    put(w, out_of_rows(w), &w->section);
    w->last = w->in_record = 0;
}

static const item *item_of(const aqdef_writer *w, size_t from, uint32_t key)
{
    for (size_t i = from; i < w->item_count; i++)
        if (w->items[i].key == key)
            return &w->items[i];
    return NULL;
}

static void add_field(aqdef_writer *w, const item *x)
{
    for (size_t i = 0; i < x->length; i++) {
        char c = w->texts.data[x->at + i];
        buf_add_char(&w->section, (unsigned char)c < 0x20 ? ' ' : c);
    }
}

static bool is_column(const uint8_t *keys, size_t n, uint32_t key)
{
    return memchr(keys, (int)key, n) != NULL;
}

/* The columns among the items from `from` on become a section; the others stay. A section of an
 * attribute is short (two fields) or whole (twelve). */
static void write_section(aqdef_writer *w, const shape *s, size_t from)
{
    const uint8_t *keys = s->is_attribute ? attribute_keys : variable_keys;
    size_t n = s->is_attribute ? sizeof attribute_keys : sizeof variable_keys, last = 0;
    for (size_t k = 0; k < n; k++)
        if (keys[k] && item_of(w, from, keys[k]) && !(s->is_attribute && keys[k] == 2 &&
            w->texts.data[item_of(w, from, 2)->at] == '0'))
            last = k;
    if (s->is_attribute && last > 1)
        last = n - 1;
    for (uint32_t c = w->last ? w->last : 1; c < s->number; c++)
        buf_add_char(&w->section, AQDEF_RECORD_MARK);
    for (size_t k = 0; k <= last; k++) {
        const item *x = keys[k] ? item_of(w, from, keys[k]) : NULL;
        if (k)
            buf_add_char(&w->section, AQDEF_FIELD_MARK);
        if (x)
            add_field(w, x);
    }
    size_t kept = from;
    for (size_t i = from; i < w->item_count; i++)
        if (!is_column(keys, n, w->items[i].key))
            w->items[kept++] = w->items[i];
    w->item_count = kept;
}

static void write_row(aqdef_writer *w, const shape *s, const measurement_batch *rows, size_t i,
                      const dictionary *const dictionaries[CONTEXT_COUNT])
{
    if (w->is_records && s->number <= w->last)
        end_record(w);
    size_t from = w->item_count;
    add_row(w, s, rows, i, dictionaries);
    if (!w->is_records) {
        write_items(w, &w->section);
        put(w, out_of_rows(w), &w->section);
        return;
    }
    write_section(w, s, from);
    w->last = s->number;
    w->in_record++;
}

/* -- life ----------------------------------------------------------------------------------------- */

static bool is_number_field(const characteristic *c, const char *key, const char *text)
{
    for (size_t i = 0; i < c->field_count; i++)
        if (strcmp(c->fields[i].key, key) == 0)
            return strcmp(c->fields[i].text, text) == 0;
    return false;
}

static shape shape_of(const characteristic *c, uint32_t number)
{
    bool is_log = is_number_field(c, "K2004", "5") || is_number_field(c, "K2004", "6");
    bool has_group = false;
    for (size_t i = 0; i < c->field_count; i++)
        has_group |= strcmp(c->fields[i].key, "K2008") == 0 && strcmp(c->fields[i].text, "0") != 0;
    return (shape){.is_attribute = c->kind != KIND_VARIABLE,
                   .is_heading = has_group,
                   .needs_sign = c->kind == KIND_VARIABLE && is_log,
                   .number = number};
}

static assay_status open_files(aqdef_writer *w, const char *path, assay_err *err)
{
    assay_status status = aqdef_out_open(&w->header, path, err);
    size_t length = strlen(path);
    w->has_rows_file = length > 4 && strcasecmp(path + length - 4, ".dfd") == 0;
    if (status != ASSAY_OK || !w->has_rows_file)
        return status;
    char *other = strdup(path);
    if (!other)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a path");
    other[length - 1] = path[length - 1] == 'D' ? 'X' : 'x';
    status = aqdef_out_open(&w->rows, other, err);
    free(other);
    return status;
}

static assay_status write_definitions(aqdef_writer *w, const characteristic *const *list, size_t n,
                                      assay_err *err)
{
    uint32_t *numbers = calloc(n + 1, sizeof *numbers);
    w->shapes = calloc(n + 1, sizeof *w->shapes);
    bool is_good = numbers && w->shapes && aqdef_write_header(list, n, numbers, &w->section);
    for (size_t i = 0; is_good && i < n; i++)
        w->shapes[i] = shape_of(list[i], numbers[i]);
    free(numbers);
    if (!is_good)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for the header");
    put(w, &w->header, &w->section);
    return ASSAY_OK;
}

assay_status aqdef_write_begin(const char *path, const characteristic *const *list, size_t n,
                               const aqdef_write_options *options, aqdef_writer **out,
                               assay_err *err)
{
    if (n > NUMBERS_MAX)
        return assay_fail(err, ASSAY_SHAPE, n, "%zu characteristics are more than %d", n,
                          NUMBERS_MAX);
    aqdef_writer *w = calloc(1, sizeof *w);
    if (!w)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a writer");
    w->n = n;
    w->header.fd = w->rows.fd = -1;
    w->is_records = options->mode == AQDEF_RECORDS;
    w->is_cp1252 = options->is_cp1252;
    assay_status status = options->zone ? zone_open(options->zone, &w->zone, err) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = open_files(w, path, err);
    if (status == ASSAY_OK)
        status = write_definitions(w, list, n, err);
    if (status != ASSAY_OK) {
        aqdef_write_abort(w);
        return status;
    }
    *out = w;
    return ASSAY_OK;
}

assay_status aqdef_write_rows(aqdef_writer *w, const measurement_batch *rows,
                              const dictionary *const dictionaries[CONTEXT_COUNT], assay_err *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->characteristic[i] >= w->n)
            return assay_fail(err, ASSAY_DOMAIN, i, "row %zu is of characteristic %u of %zu", i,
                              rows->characteristic[i], w->n);
        write_row(w, &w->shapes[rows->characteristic[i]], rows, i, dictionaries);
    }
    if (w->failed || w->texts.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for rows");
    return ASSAY_OK;
}

assay_status aqdef_write_end(aqdef_writer *w, assay_err *err)
{
    end_record(w);
    assay_status status = w->failed || w->texts.failed
                              ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory for rows")
                              : ASSAY_OK;
    if (status == ASSAY_OK && w->has_rows_file)
        status = aqdef_out_commit(&w->rows, err);
    if (status == ASSAY_OK)
        status = aqdef_out_commit(&w->header, err);
    aqdef_write_abort(w);
    return status;
}

void aqdef_write_abort(aqdef_writer *w)
{
    if (!w)
        return;
    aqdef_out_abort(&w->header);
    aqdef_out_abort(&w->rows);
    zone_close(w->zone);
    free(w->shapes);
    free(w->items);
    buf_done(&w->texts);
    buf_done(&w->section);
    free(w);
}
