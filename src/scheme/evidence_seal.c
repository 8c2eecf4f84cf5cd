/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record holds all of it, so that what was claimed, what was read and what came out cannot be
 * told apart later. */
#include "scheme/evidence_inner.h"

#include "base/i18n.h"

#include <string.h>

assay_status evidence_seal(store_tx *tx, const evidence *e, const object_id *case_id,
                           const char *actor, uint64_t *sequence, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = evidence_text(e, &text, err);
    if (status == ASSAY_OK)
        status = record_append(tx, "case.evidence", actor, case_id, buf_text(&text), sequence, err);
    buf_done(&text);
    return status;
}

/* -- reading back ----------------------------------------------------------------------------- */

static const char *keep(arena *a, const char *text)
{
    return text ? arena_text(a, text, strlen(text)) : NULL;
}

static assay_status damaged(const record *r, assay_err *err)
{
    return assay_fail(err, ASSAY_DAMAGED, 0, "record %llu is no evidence of a form known here",
                      (unsigned long long)r->sequence);
}

static assay_status read_text(const record *r, arena *a, evidence_record *out, assay_err *err)
{
    json_t *o = json_loads(r->payload, JSON_REJECT_DUPLICATES, NULL);
    const char *method = json_string_value(json_object_get(o, "method"));
    const char *outcome = json_string_value(json_object_get(o, "outcome"));
    const char *version = json_string_value(json_object_get(o, "version"));
    assay_status status = method && outcome && version ? ASSAY_OK : damaged(r, err);
    if (status == ASSAY_OK)
        status = evidence_claim_of(json_object_get(o, "claim"), a, &out->claim, err);
    out->text = keep(a, r->payload);
    out->method = keep(a, method);
    out->outcome = keep(a, outcome);
    out->version = keep(a, version);
    json_decref(o);
    if (status == ASSAY_OK && !(out->text && out->method && out->outcome && out->version))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for evidence");
    return status;
}

static assay_status read_record(const record *r, arena *a, evidence_record *out, assay_err *err)
{
    *out = (evidence_record){.sequence = r->sequence, .commit = r->commit, .time = r->time,
                             .case_id = r->object, .actor = keep(a, r->actor ? r->actor : "")};
    if (!out->actor)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for evidence");
    return r->payload ? read_text(r, a, out, err) : ASSAY_OK;
}

typedef struct {
    uint64_t sequence, as_of;
    arena *memory;
    evidence_record *out;
    evidence_visitor *visit;
    void *context;
    bool is_found;
    assay_status status;
    assay_err *err;
} search;

static bool take_one(const record *r, void *context)
{
    search *s = context;
    s->is_found = r->sequence == s->sequence;
    if (s->is_found)
        s->status = read_record(r, s->memory, s->out, s->err);
    return false;
}

assay_status evidence_find(store *s, uint64_t sequence, arena *a, evidence_record *out,
                           assay_err *err)
{
    evidence_record found;
    search of = {.sequence = sequence, .memory = a, .out = &found, .err = err};
    assay_status status = store_records(s, "case.evidence", sequence, take_one, &of, err);
    if (status == ASSAY_OK)
        status = of.status;
    if (status == ASSAY_OK && !of.is_found) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "record %llu is no evidence",
                   (unsigned long long)sequence);
        status = assay_hint(err, _("list all evidence: assay evidence show DB"));
    }
    if (status == ASSAY_OK)
        *out = found;
    return status;
}

static bool take_each(const record *r, void *context)
{
    search *s = context;
    evidence_record one;
    arena memory;
    if (r->commit > s->as_of)
        return false;
    if (strcmp(r->type, "case.evidence") != 0)
        return true;
    arena_init(&memory);
    s->status = read_record(r, &memory, &one, s->err);
    bool goes_on = s->status == ASSAY_OK && s->visit(&one, s->context);
    arena_done(&memory);
    return goes_on;
}

assay_status evidence_list(store *s, const object_id *case_id, uint64_t as_of,
                           evidence_visitor *visit, void *context, assay_err *err)
{
    search of = {.as_of = as_of, .visit = visit, .context = context, .err = err};
    assay_status status =
        case_id ? store_object_records(s, case_id, 0, take_each, &of, err)
                : store_records(s, "case.evidence", 0, take_each, &of, err);
    return status == ASSAY_OK ? of.status : status;
}
