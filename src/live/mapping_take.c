/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A payload -> rows. The document is checked once as a whole; then each pointer looks for its value
 * from the beginning, which is quick for what a gauge sends. */
#include "live/json_pointer.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

struct mapping_scratch {
    json_scan check, items, walk; /* memory for decoded texts, used again and again */
    buf texts;                    /* of one row's contexts */
};

typedef struct {
    mapping_scratch *s;
    const mapping_rule *rule;
    const mapping_sink *sink;
    size_t target;
} taking;

static bool refuse(const taking *t, const char *reason, const char *remedy, const char *found,
                   size_t length)
{
    return t->sink->refuse(t->sink->context, reason, remedy, found, length);
}

static mapping_scratch *scratch_of(mapping *m)
{
    if (!m->scratch)
        m->scratch = calloc(1, sizeof *m->scratch);
    return m->scratch;
}

void mapping_scratch_free(mapping_scratch *s)
{
    if (!s)
        return;
    json_scan_done(&s->check);
    json_scan_done(&s->items);
    json_scan_done(&s->walk);
    buf_done(&s->texts);
    free(s);
}

/* -- numbers --------------------------------------------------------------------------- */

static bool set_number(const char *text, size_t length, mapping_row *row)
{
    decimal_kind kind = decimal_parse(text, length, '.', &row->value, NULL);
    if (kind == DECIMAL_RAW) {
        decimal_parse(text, length, '.', &row->value, &row->raw);
        row->status |= STATUS_RAW;
    }
    return kind != DECIMAL_NONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool mapping_number(const char *payload, size_t length, mapping_row *out)
{
    while (length && is_blank(payload[length - 1]))
        length--;
    while (length && is_blank(*payload)) {
        payload++;
        length--;
    }
    *out = (mapping_row){.time = TIME_NONE, .offset = TIME_OFFSET_NONE, .size = 1};
    return length && length <= 400 && set_number(payload, length, out);
}

static bool take_plain(const taking *t, const char *payload, size_t length)
{
    mapping_row row;
    if (!mapping_number(payload, length, &row))
        return refuse(t, "not-a-number",
                      "send one decimal number, or map the JSON payload with pointers", payload,
                      length);
    row.target = t->target;
    return t->sink->row(t->sink->context, &row);
}

/* -- members of a JSON payload --------------------------------------------------------- */

static bool find(const taking *t, const json_pointer *p, json_piece item, json_piece *out)
{
    return p->is_given && json_pointer_find(&t->s->walk, p, item, out);
}

/* Some members are there or not; what is there must be right. NULL: fine. */
typedef struct {
    const char *reason, *remedy;
    json_piece found;
} objection;

static bool object_to(objection *o, const char *reason, const char *remedy, json_piece found)
{
    *o = (objection){reason, remedy, found};
    return false;
}

static bool take_value(const taking *t, json_piece item, mapping_row *row, objection *o)
{
    json_piece v = item;
    const json_pointer *p = &t->rule->value;
    if (p->is_given && !json_pointer_find(&t->s->walk, p, item, &v))
        return object_to(o, "value-missing", "send the member that \"value\" points to", item);
    if (v.kind == JSON_NULL)
        return object_to(o, "null", "send nothing where there is no value", item);
    bool may_be_number =
        v.kind == JSON_NUMBER || (v.kind == JSON_STRING && t->rule->takes_text_numbers);
    if (!may_be_number || v.length > 400 || !set_number(v.text, v.length, row))
        return object_to(o, "not-a-number",
                         "send a JSON number, or set text_numbers where numbers come as texts", v);
    return true;
}

static bool number_time(json_piece v, int exponent, int64_t *ns)
{
    decimal d;
    double raw;
    return decimal_parse(v.text, v.length, '.', &d, &raw) == DECIMAL_OK &&
           decimal_rescale(d.mantissa, d.exponent + exponent, -9, ns) && *ns != TIME_NONE;
}

static bool take_time(const taking *t, json_piece item, mapping_row *row, objection *o)
{
    json_piece v;
    if (!t->rule->time.is_given)
        return true;
    if (!find(t, &t->rule->time, item, &v))
        return object_to(o, "time-missing", "send the member that \"time\" points to", item);
    bool is_good =
        v.kind == JSON_STRING
            ? time_parse_iso(v.text, v.length, &row->time, &row->offset)
            : v.kind == JSON_NUMBER && number_time(v, t->rule->time_exponent, &row->time);
    if (is_good)
        return true;
    row->time = TIME_NONE;
    return object_to(o, "bad-time",
                     "send RFC 3339, or a number in the unit that \"time_unit\" names", v);
}

/* Words and OPC quality numbers: 192 and above is good, below 64 bad, between them uncertain. */
static uint8_t quality_of(json_piece v)
{
    decimal d;
    double raw = 0;
    if (v.kind == JSON_TRUE)
        return STATUS_VALID;
    if (v.kind == JSON_NUMBER && decimal_parse(v.text, v.length, '.', &d, &raw) != DECIMAL_NONE)
        return raw >= 192 ? STATUS_VALID : raw >= 64 ? STATUS_MARKED : STATUS_BAD;
    bool is_good =
        v.kind == JSON_STRING && ((v.length == 4 && strncasecmp(v.text, "good", 4) == 0) ||
                                  (v.length == 2 && strncasecmp(v.text, "ok", 2) == 0));
    return is_good ? STATUS_VALID : STATUS_BAD;
}

static bool take_quality(const taking *t, json_piece item, mapping_row *row, objection *o)
{
    json_piece v;
    if (!t->rule->quality.is_given)
        return true;
    if (!find(t, &t->rule->quality, item, &v))
        return object_to(o, "quality-missing", "send the member that \"quality\" points to", item);
    row->status |= quality_of(v);
    return true;
}

static bool take_size(const taking *t, json_piece item, mapping_row *row, objection *o)
{
    json_piece v;
    decimal d;
    double raw;
    int64_t size = 0;
    if (!t->rule->size.is_given)
        return true;
    if (find(t, &t->rule->size, item, &v) && v.kind == JSON_NUMBER &&
        decimal_parse(v.text, v.length, '.', &d, &raw) == DECIMAL_OK &&
        decimal_rescale(d.mantissa, d.exponent, 0, &size) && size >= 1 && size <= UINT32_MAX) {
        row->size = (uint32_t)size;
        return true;
    }
    return object_to(o, "bad-size", "send the sample size as a whole number from 1", item);
}

/* Texts and numbers as they stand; anything else is no name. Kept, since the next pointer may
 * decode another text into the same place. */
static bool keep_text(const taking *t, const json_pointer *p, json_piece item, size_t *from,
                      size_t *length)
{
    json_piece v;
    if (!find(t, p, item, &v) || (v.kind != JSON_STRING && v.kind != JSON_NUMBER))
        return false;
    *from = t->s->texts.length;
    *length = v.length;
    buf_add(&t->s->texts, v.text, v.length);
    return v.length > 0;
}

static bool take_contexts(const taking *t, json_piece item, mapping_row *row, objection *o)
{
    size_t from[CONTEXT_COUNT + 1] = {0};
    buf_clear(&t->s->texts);
    buf_reserve(&t->s->texts, 1);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (!keep_text(t, &t->rule->context[kind], item, &from[kind], &row->context[kind].length))
            row->context[kind].length = 0;
    if (t->rule->part.is_given &&
        !keep_text(t, &t->rule->part, item, &from[CONTEXT_COUNT], &row->part.length))
        return object_to(o, "part-missing", "send the counter that \"part\" points to", item);
    if (t->s->texts.failed)
        return object_to(o, "no-memory", "send smaller payloads", item);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        row->context[kind].text = t->s->texts.data + from[kind];
    row->part.text = t->s->texts.data + from[CONTEXT_COUNT];
    return true;
}

static bool take_item(const taking *t, json_piece item)
{
    mapping_row row = {
        .target = t->target, .time = TIME_NONE, .offset = TIME_OFFSET_NONE, .size = 1};
    objection o = {0};
    if (take_value(t, item, &row, &o) && take_time(t, item, &row, &o) &&
        take_quality(t, item, &row, &o) && take_size(t, item, &row, &o) &&
        take_contexts(t, item, &row, &o))
        return t->sink->row(t->sink->context, &row);
    return refuse(t, o.reason, o.remedy, o.found.text, o.found.length);
}

/* -- documents ------------------------------------------------------------------------------------
 */

static bool take_items(const taking *t, json_piece list)
{
    json_piece item;
    size_t n = 0;
    bool goes_on = json_scan_begin_array(&t->s->items, list.text, list.length);
    while (goes_on && json_scan_element(&t->s->items, &item))
        goes_on =
            n++ < MAPPING_ITEMS
                ? take_item(t, item)
                : refuse(t, "too-many-items", "send fewer items in one message", "", 0) && false;
    return goes_on || n > MAPPING_ITEMS;
}

static bool take_document(const taking *t, const char *payload, size_t length)
{
    json_piece document, items;
    if (!json_scan_value(&t->s->check, payload, length, &document))
        return refuse(t, "not-json", "send JSON as in RFC 8259 (no NaN, no comments)", payload,
                      length);
    items = document;
    if (t->rule->items.is_given && !find(t, &t->rule->items, document, &items))
        return refuse(t, "items-missing", "send the array that \"items\" points to", payload,
                      length);
    bool is_list = items.kind == JSON_NESTED && items.text[0] == '[';
    return is_list ? take_items(t, items) : take_item(t, items);
}

bool mapping_json_take(mapping *m, const mapping_binding *b, size_t i, const char *payload,
                       size_t length, const mapping_sink *sink)
{
    taking t = {scratch_of(m), b->targets[i].rule, sink, i};
    if (t.rule->format == MAPPING_NUMBER)
        return take_plain(&t, payload, length);
    if (!t.s)
        return refuse(&t, "no-memory", "send smaller payloads", "", 0);
    return take_document(&t, payload, length);
}
