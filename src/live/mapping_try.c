/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dry run of a mapping: the same rules on one message, told in words. */
#include "live/mapping_rule.h"

#include "base/time.h"

typedef struct {
    const mapping_binding *binding;
    size_t target;
    buf *out;
} telling;

static void tell_number(const mapping_row *row, buf *out)
{
    char text[64];
    if (row->status & STATUS_RAW)
        double_format(row->raw, text, sizeof text);
    else
        decimal_format(row->value.mantissa, row->value.exponent, row->value.decimals, text,
                       sizeof text);
    buf_add_text(out, text);
}

static void tell_time(const mapping_row *row, buf *out)
{
    char text[48];
    if (row->time == TIME_NONE) {
        buf_add_text(out, ", time of receipt");
        return;
    }
    time_format(row->time, row->offset, text, sizeof text);
    buf_addf(out, ", %s", text);
}

static bool tell_row(void *context, const mapping_row *row)
{
    telling *t = context;
    const mapping_target *target = mapping_binding_target(t->binding, row->target);
    buf_addf(t->out, "%s = ", target->path);
    tell_number(row, t->out);
    if (*target->unit)
        buf_addf(t->out, " %s", target->unit);
    tell_time(row, t->out);
    if ((row->status & STATUS_MASK) == STATUS_BAD)
        buf_add_text(t->out, ", quality bad: kept out of the statistics");
    if ((row->status & STATUS_MASK) == STATUS_MARKED)
        buf_add_text(t->out, ", quality uncertain");
    if (row->size != 1)
        buf_addf(t->out, ", of %u", row->size);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (row->context[kind].length)
            buf_addf(t->out, ", %s %.*s", context_name((context_kind)kind),
                     (int)row->context[kind].length, row->context[kind].text);
    if (row->part.length)
        buf_addf(t->out, ", a new part when the counter is no longer %.*s", (int)row->part.length,
                 row->part.text);
    buf_add_char(t->out, '\n');
    return true;
}

static bool tell_refusal(void *context, const char *reason, const char *remedy, const char *found,
                         size_t length)
{
    telling *t = context;
    const mapping_target *target = mapping_binding_target(t->binding, t->target);
    buf_addf(t->out, "%s: refused, %s: %.*s\n  %s\n", target->path, reason,
             (int)(length < 80 ? length : 80), found, remedy);
    return true;
}

static void tell(mapping *m, const mapping_binding *b, const char *payload, size_t length, buf *out)
{
    telling t = {b, 0, out};
    mapping_sink sink = {tell_row, tell_refusal, &t};
    for (; t.target < mapping_binding_count(b); t.target++) {
        mapping_format format = mapping_binding_target(b, t.target)->format;
        if (format == MAPPING_LINE || format == MAPPING_NDJSON)
            buf_addf(out, "the payload is %s, whose lines name their characteristics\n",
                     format == MAPPING_LINE ? "line protocol" : "NDJSON");
        else
            mapping_json_take(m, b, t.target, payload, length, &sink);
    }
}

assay_status mapping_json_try(const struct json_t *rules, const char *topic, const char *payload,
                              size_t length, buf *report, assay_err *err)
{
    mapping *m = NULL;
    assay_err local = {0};
    assay_err *e = err ? err : &local;
    assay_status status = mapping_json_new(rules, &m, e);
    if (status != ASSAY_OK)
        return status;
    mapping_binding *b = mapping_json_bind(m, mqtt_slice_of(topic), e);
    status = b ? ASSAY_OK : e->code;
    if (b)
        tell(m, b, payload, length, report);
    mapping_binding_free(b);
    mapping_json_free(m);
    return status;
}
