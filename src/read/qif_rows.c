/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One measurement of a QIF document -> one row or one refusal, in the order of the document. */
#include "read/qif.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- measurements ----------------------------------------------------------------------------- */

static qif_entry *entry_new(qif_reader *r)
{
    if (r->end == r->room) {
        size_t room = r->room ? r->room * 2 : 256;
        qif_entry *grown = realloc(r->entries, room * sizeof *grown);
        if (!grown)
            return NULL;
        r->entries = grown;
        r->room = room;
    }
    qif_entry *e = &r->entries[r->end++];
    *e = (qif_entry){.time = TIME_NONE, .offset_s = TIME_OFFSET_NONE};
    return e;
}

static void refuse(qif_entry *e, const char *reason, const char *found, const char *expected)
{
    e->reason = reason;
    e->expected = expected;
    snprintf(e->found, sizeof e->found, "%s", found);
}

static void put_verdict(qif_entry *e, const char *status)
{
    bool is_fail = strcmp(status, "FAIL") == 0, is_pass = strcmp(status, "PASS") == 0;
    e->mantissa = is_fail;
    e->status = is_fail || is_pass ? STATUS_VALID : STATUS_NO_VALUE;
}

static void put_value(qif_entry *e, const qif_measurement *m)
{
    decimal d;
    double raw;
    decimal_kind kind = decimal_parse(m->value, m->value_length, '.', &d, &raw);
    bool is_missing = !m->has_value || m->value_length == 0 || strcmp(m->value, "NaN") == 0;
    if (is_missing) {
        e->status = STATUS_NO_VALUE;
        return;
    }
    if (kind == DECIMAL_NONE) {
        refuse(e, "not-a-number", m->value, N_("a number such as 24.50"));
        return;
    }
    e->status = strncmp(m->status, "NOT_", 4) == 0 ? STATUS_BAD : STATUS_VALID;
    if (kind == DECIMAL_RAW || d.exponent < -30 || d.exponent > 30) {
        e->status |= STATUS_RAW;
        memcpy(&e->mantissa, &raw, sizeof raw);
        return;
    }
    e->mantissa = d.mantissa;
    e->exponent = (int8_t)d.exponent;
    e->decimals = d.decimals;
}

static void put_time(qif_reader *r, qif_entry *e, const qif_results *of)
{
    bool is_folded = false;
    e->time = of->time;
    e->offset_s = of->offset;
    if (of->time == TIME_NONE || of->offset != TIME_OFFSET_NONE || !r->zone)
        return;
    if (!zone_to_utc(r->zone, of->time, false, &e->time, &e->offset_s, &is_folded))
        refuse(e, "no-such-time", "", N_("a wall time that happens in the zone"));
    if (is_folded)
        e->status |= STATUS_FOLDED;
}

static uint32_t text_code(qif_reader *r, context_kind kind, const char *text)
{
    if (!text || !*text)
        return 0;
    uint32_t code = dictionary_code(r->base.dictionaries[kind], text, strlen(text));
    r->out_of_memory |= !code;
    return code;
}

static void put_contexts(qif_reader *r, qif_entry *e, const qif_use *use, const qif_results *of,
                         const char *id)
{
    const qif_file *f = &r->file;
    const qif_thing *part = qif_find(f, of->component, QIF_COMPONENT);
    const qif_thing *device = qif_find(use->file, use->item->device, QIF_DEVICE);
    uint32_t own = dictionary_find(f->ids, id, strlen(id));
    uint32_t subgroup = own && own < f->room ? f->subgroup[own] : 0;
    e->serial = text_code(r, CONTEXT_SERIAL, part ? part->name : NULL);
    e->gauge = text_code(r, CONTEXT_GAUGE, device ? device->name : NULL);
    e->operator = text_code(r, CONTEXT_OPERATOR, dictionary_text(f->words, of->operator, NULL));
    if (subgroup)
        e->subgroup = text_code(r, CONTEXT_SUBGROUP, dictionary_text(f->ids, subgroup, NULL));
}

static void put_entry(qif_reader *r, qif_entry *e, const qif_measurement *m, const qif_results *of)
{
    qif_use *use = qif_use_of(r, m->reference, m->item);
    r->out_of_memory |= !use;
    if (!use || !use->index) {
        refuse(e, "unknown-item", m->item, N_("an item of this document or of one beside it"));
        return;
    }
    const characteristic *c = r->base.characteristics[use->index - 1];
    e->index = use->index - 1;
    if (m->unit[0] && (!c->unit || strcmp(c->unit, m->unit) != 0))
        refuse(e, "other-unit", m->unit, N_("a value in the unit of the file; none is converted"));
    else if (c->kind == KIND_DEFECTIVES)
        put_verdict(e, m->status);
    else
        put_value(e, m);
    if (!e->reason)
        put_time(r, e, of);
    if (!e->reason)
        put_contexts(r, e, use, of, m->id);
}

bool qif_take(void *context, const qif_measurement *m, size_t results, xml *x)
{
    qif_reader *r = context;
    if (results >= r->file.result_count) {
        xml_fail(x, ASSAY_CONFLICT, "the file has changed while it was read");
        return true;
    }
    if (++r->seen <= r->skip)
        return true;
    qif_entry *e = entry_new(r);
    if (!e)
        return false;
    e->record = r->seen;
    e->offset = xml_offset(x);
    e->line = m->line;
    put_entry(r, e, m, &r->file.results[results]);
    return !r->out_of_memory;
}

/* -- batches ---------------------------------------------------------------------------------- */

static void put_row(const qif_entry *e, measurement_batch *out)
{
    size_t i = out->n++;
    out->characteristic[i] = e->index;
    out->time[i] = e->time;
    out->mantissa[i] = e->mantissa;
    out->exponent[i] = e->exponent;
    out->status[i] = e->status;
    if (out->offset)
        out->offset[i] = e->offset_s;
    if (out->decimals)
        out->decimals[i] = e->decimals;
    if (out->size)
        out->size[i] = 1;
    if (out->record)
        out->record[i] = e->record;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (out->context[kind])
            out->context[kind][i] = kind == CONTEXT_SERIAL     ? e->serial
                                    : kind == CONTEXT_SUBGROUP ? e->subgroup
                                    : kind == CONTEXT_OPERATOR ? e->operator
                                    : kind == CONTEXT_GAUGE    ? e->gauge
                                                               : 0;
}

assay_status qif_hand_out(qif_reader *r, measurement_batch *out, assay_err *err)
{
    assay_status status = ASSAY_OK;
    while (r->begin < r->end && out->n < out->room && status == ASSAY_OK) {
        const qif_entry *e = &r->entries[r->begin++];
        reader_received(&r->base, 1);
        r->base.record = e->record;
        r->base.offset = e->offset;
        if (!e->reason) {
            put_row(e, out);
            continue;
        }
        refusal_case c = {e->reason, e->line, 0, NULL, e->found, strlen(e->found), e->expected};
        status = reader_refuse(&r->base, &c, err);
    }
    return status;
}
