/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message of a bound device -> values. First what the message says about its values (serial,
 * counter ...), then the values, then those of parts that a counter or trigger completed. */
#include "live/mapping_metric_bind.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

enum { quality_bad = 0, quality_good = 192, quality_stale = 500 };

/* -- refusals -----------------------------------------------------------------------------------
 */

static void refuse(mapping_metric *m, const sparkplug_metric *metric, const char *reason,
                   const char *remedy)
{
    char example[200];
    const sparkplug_device *d = metric->device;
    int n =
        snprintf(example, sizeof example, "%.50s/%.50s/%.50s: %.*s", d->node->group, d->node->name,
                 d->name, (int)(metric->name_length < 40 ? metric->name_length : 40), metric->name);
    if (m->is_counting)
        m->counted++;
    else
        m->sink.refuse(m->sink.context, reason, remedy, 1, example,
                       (size_t)n < sizeof example ? (size_t)n : sizeof example - 1);
}

/* -- slots: texts beside the values ---------------------------------------------------- */

static void slot_text(const spb_metric *x, uint32_t type, buf *out)
{
    size_t length;
    const char *text = spb_text_of(x, type, &length);
    char digits[64];
    buf_clear(out);
    if (text) {
        buf_add(out, text, length);
        return;
    }
    spb_number number = spb_number_of(x, type);
    if (number.kind == SPB_VALUE_DECIMAL)
        buf_add(
            out, digits,
            decimal_format(number.value.mantissa, number.value.exponent, 0, digits, sizeof digits));
    else if (number.kind == SPB_VALUE_RAW)
        buf_add(out, digits, double_format(number.raw, digits, sizeof digits));
}

static int64_t time_of(const spb_metric *x, const spb_payload *p)
{
    uint64_t ms = x->has & SPB_HAS_TIMESTAMP ? x->timestamp : p->has_timestamp ? p->timestamp : 0;
    if (ms == 0)
        return TIME_NONE;
    return ms <= INT64_MAX / 1000000 ? (int64_t)ms * 1000000 : INT64_MIN + 1;
}

static bool same(const buf *a, const buf *b)
{
    return a->length == b->length && memcmp(buf_text(a), buf_text(b), a->length) == 0;
}

static void slot_update(metric_slot *s, const metric_binding *b, const sparkplug_metric *metric,
                        const spb_metric *x, const spb_payload *p)
{
    slot_text(x, metric->type, &s->now);
    s->stamp = b->stamp;
    s->time = time_of(x, p);
    s->is_historical = x->has & SPB_IS_HISTORICAL;
    s->is_changed = s->now.length && !(s->is_known && same(&s->now, &s->known));
    s->is_true = x->field != SPB_IN_NONE && x->field <= SPB_IN_BOOL && x->value.bits;
    if (s->is_historical)
        return;
    s->is_known = s->now.length != 0;
    buf_clear(&s->known);
    buf_add(&s->known, buf_text(&s->now), s->now.length);
}

static void slots_update(metric_binding *b, const sparkplug_message *message)
{
    const spb_payload *p = message->payload;
    b->stamp++;
    for (size_t i = 0; i < p->n; i++) {
        const sparkplug_metric *metric = message->defined[i];
        if (!metric || metric->place >= b->n)
            continue;
        if (b->slot_of[metric->place])
            slot_update(&b->slots[b->slot_of[metric->place] - 1], b, metric, &p->metrics[i], p);
        if (b->seen)
            b->seen[metric->place] = b->stamp << 32 | (i + 1);
    }
}

static metric_text slot_for(const metric_binding *b, uint32_t slot, bool carries)
{
    const metric_slot *s = slot ? &b->slots[slot - 1] : NULL;
    const buf *text = !s                       ? NULL
                      : s->stamp == b->stamp   ? &s->now
                      : carries && s->is_known ? &s->known
                                               : NULL;
    if (!text || !text->length || text->length > METRIC_TEXT_MAX)
        return (metric_text){0};
    return (metric_text){buf_text(text), text->length};
}

/* -- values ---------------------------------------------------------------------------- */

static uint8_t status_of(const spb_metric *x, bool is_marked)
{
    if (x->field == SPB_IN_NONE)
        return STATUS_NO_VALUE;
    if (x->has & SPB_HAS_QUALITY && x->quality != quality_good)
        return x->quality == quality_bad || x->quality == quality_stale ? STATUS_BAD
                                                                        : STATUS_MARKED;
    return is_marked ? STATUS_MARKED : STATUS_VALID;
}

/* A text that is a number, where a rule names the metric. */
static spb_number number_in_text(const spb_metric *x, uint32_t type)
{
    size_t length;
    const char *text = spb_text_of(x, type, &length);
    spb_number out = {.kind = SPB_VALUE_OTHER};
    decimal_kind kind =
        text && length < 64 ? decimal_parse(text, length, '.', &out.value, &out.raw) : DECIMAL_NONE;
    if (kind != DECIMAL_NONE)
        out.kind = kind == DECIMAL_OK ? SPB_VALUE_DECIMAL : SPB_VALUE_RAW;
    return out;
}

static bool value_set(metric_value *v, const spb_number *number)
{
    switch (number->kind) {
    case SPB_VALUE_DECIMAL:
        v->value = number->value;
        return true;
    case SPB_VALUE_NOT_FINITE:
        v->status = STATUS_BAD;
        v->raw = number->raw;
        v->status |= STATUS_RAW;
        return true;
    case SPB_VALUE_RAW:
        v->raw = number->raw;
        v->status |= STATUS_RAW;
        return true;
    case SPB_VALUE_NULL:
        v->status = STATUS_NO_VALUE;
        v->value = (decimal){0};
        return true;
    default:
        return false;
    }
}

static void give(mapping_metric *m, const sparkplug_metric *metric, metric_value *v,
                 const spb_number *number)
{
    if (number->kind == SPB_VALUE_OUT_OF_RANGE) {
        refuse(m, metric, "out-of-range",
               N_("send a value that fits the datatype of the birth exactly"));
    } else if (!value_set(v, number)) {
        refuse(m, metric, "not-a-number", N_("map only metrics whose values are numbers"));
    } else if (v->time == INT64_MIN + 1) {
        refuse(m, metric, "bad-time", N_("send timestamps as milliseconds since 1970"));
    } else if (m->is_counting) {
        m->counted++;
    } else {
        m->sink.row(m->sink.context, v);
    }
}

/* A whole subgroup in one metric; without a key of its own its time is the key. */
static void give_array(mapping_metric *m, const sparkplug_metric *metric, const spb_metric *x,
                       metric_value *v)
{
    size_t n = spb_array_count(x, metric->type);
    char key[32];
    if (n == SIZE_MAX) {
        refuse(m, metric, "not-a-number", "send arrays packed, little-endian, in bytes_value");
        return;
    }
    if (n > 1 && !m->texts[CONTEXT_SUBGROUP].text && v->time != TIME_NONE) {
        int length = snprintf(key, sizeof key, "%lld", (long long)(v->time / 1000000));
        m->texts[CONTEXT_SUBGROUP] = (metric_text){key, (size_t)length};
        v->has_texts = true;
    }
    uint8_t status = v->status;
    for (size_t i = 0; i < n; i++) {
        spb_number number = spb_array_at(x, metric->type, i);
        v->status = status;
        give(m, metric, v, &number);
    }
    m->texts[CONTEXT_SUBGROUP] = (metric_text){0};
}

static uint32_t size_for(const metric_binding *b, const metric_target *t)
{
    metric_text text = slot_for(b, t->size_slot, true);
    decimal value;
    int64_t size;
    if (!text.text || decimal_parse(text.text, text.length, '.', &value, NULL) != DECIMAL_OK ||
        !decimal_rescale(value.mantissa, value.exponent, 0, &size) || size < 1 || size > UINT32_MAX)
        return t->rule->size;
    return (uint32_t)size;
}

static void texts_set(mapping_metric *m, const metric_binding *b, const metric_target *t)
{
    for (int k = 0; k < CONTEXT_COUNT; k++)
        m->texts[k] = slot_for(b, t->slot[k], t->rule->context[k].carries);
}

static void measure(mapping_metric *m, const metric_binding *b, const metric_target *t,
                    const sparkplug_metric *metric, const spb_metric *x, metric_value *v)
{
    if (t->is_of_other_unit) {
        refuse(m, metric, "unit-differs",
               N_("state in the mapping the unit that the birth names (engUnit)"));
        return;
    }
    v->place = t->place;
    v->size = t->size_slot ? size_for(b, t) : t->rule->size;
    v->has_texts = t->has_contexts;
    v->texts = m->texts;
    if (t->has_contexts)
        texts_set(m, b, t);
    if (v->time != TIME_NONE && v->time / 1000000 > m->newest_ms[t->place] && !m->is_counting)
        m->newest_ms[t->place] = v->time / 1000000;
    if (spb_type_is_array(metric->type) && x->field != SPB_IN_NONE) {
        give_array(m, metric, x, v);
        return;
    }
    spb_number number = spb_number_of(x, metric->type);
    if (number.kind == SPB_VALUE_OTHER && t->rule->is_named)
        number = number_in_text(x, metric->type);
    give(m, metric, v, &number);
}

static void measure_at(mapping_metric *m, const metric_binding *b, const sparkplug_message *message,
                       size_t i)
{
    const sparkplug_metric *metric = message->defined[i];
    const spb_metric *x = &message->payload->metrics[i];
    const metric_target *t = &b->targets[b->target_of[metric->place] - 1];
    metric_value v;
    v.time = time_of(x, message->payload);
    v.status = status_of(x, message->is_marked);
    v.is_historical = x->has & SPB_IS_HISTORICAL;
    measure(m, b, t, metric, x, &v);
}

static void measure_all(mapping_metric *m, const metric_binding *b,
                        const sparkplug_message *message)
{
    for (size_t i = 0; i < message->payload->n; i++) {
        const sparkplug_metric *metric = message->defined[i];
        if (!metric || metric->place >= b->n || !b->target_of[metric->place] ||
            message->payload->metrics[i].has & SPB_IS_TRANSIENT)
            continue;
        if (!b->targets[b->target_of[metric->place] - 1].part_slot)
            measure_at(m, b, message, i);
    }
}

/* -- parts that a counter or a trigger completes --------------------------------------- */

static bool is_complete(const metric_binding *b, const metric_target *t)
{
    const metric_slot *s = t->part_slot ? &b->slots[t->part_slot - 1] : NULL;
    return s && s->stamp == b->stamp && (t->rule->change ? s->is_changed : s->is_true);
}

/* The value in the message, else the one known from before: it stayed the same. */
static void measure_part(mapping_metric *m, const metric_binding *b,
                         const sparkplug_message *message, const metric_target *t)
{
    const sparkplug_metric *metric = &message->device->metrics[t->metric];
    const metric_slot *s = &b->slots[t->part_slot - 1];
    uint64_t seen = b->seen[t->metric];
    spb_metric known = {.field = metric->last_field, .value.bits = metric->last_bits};
    const spb_metric *x = seen >> 32 == (b->stamp & UINT32_MAX)
                              ? &message->payload->metrics[(uint32_t)seen - 1]
                              : &known;
    metric_value v;
    v.time = s->time;
    v.status = status_of(x, message->is_marked);
    v.is_historical = s->is_historical;
    measure(m, b, t, metric, x, &v);
}

static void measure_parts(mapping_metric *m, const metric_binding *b,
                          const sparkplug_message *message)
{
    for (size_t i = 0; b->seen && i < b->target_count; i++) {
        if (is_complete(b, &b->targets[i]))
            measure_part(m, b, message, &b->targets[i]);
    }
}

/* -- births ---------------------------------------------------------------------------- */

static void measure_newer(mapping_metric *m, const metric_binding *b,
                          const sparkplug_message *birth)
{
    for (size_t i = 0; i < birth->payload->n; i++) {
        const sparkplug_metric *metric = birth->defined[i];
        const spb_metric *x = &birth->payload->metrics[i];
        if (!metric || !b->target_of[metric->place] || x->has & SPB_IS_TRANSIENT ||
            !(x->has & SPB_HAS_TIMESTAMP) || x->field == SPB_IN_NONE)
            continue;
        const metric_target *t = &b->targets[b->target_of[metric->place] - 1];
        int64_t newest = m->newest_ms[t->place];
        if (t->rule->takes_births && newest && x->timestamp > (uint64_t)newest)
            measure_at(m, b, birth, i);
    }
}

static void take_birth(mapping_metric *m, const sparkplug_message *birth)
{
    if (!metric_bind(m, birth)) {
        mapping_metric_forget(m, birth->device);
        m->sink.refuse(m->sink.context, "memory", N_("give the server more memory"), 1,
                       birth->device->name, strlen(birth->device->name));
        return;
    }
    metric_binding *b = birth->device->binding;
    slots_update(b, birth);
    measure_newer(m, b, birth);
}

void mapping_metric_take(mapping_metric *m, const sparkplug_message *message)
{
    metric_binding *b = message->device->binding;
    if (message->is_birth) {
        take_birth(m, message);
        return;
    }
    if (!b || !b->target_count)
        return;
    m->is_counting = message->is_repeat;
    m->counted = 0;
    if ((b->slot_count || b->seen) && !message->is_repeat)
        slots_update(b, message);
    measure_all(m, b, message);
    measure_parts(m, b, message);
    if (message->is_repeat && m->counted && m->sink.repeat)
        m->sink.repeat(m->sink.context, m->counted);
    m->is_counting = false;
}

void mapping_metric_gap(mapping_metric *m, sparkplug_node *n)
{
    (void)m;
    for (size_t i = 0; i < n->device_count; i++) {
        metric_binding *b = n->devices[i]->binding;
        for (size_t k = 0; b && k < b->slot_count; k++)
            b->slots[k].is_known = false;
    }
}
