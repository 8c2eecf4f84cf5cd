/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a claim to its evidence: settle the commit, read both periods of each characteristic, compare,
 * judge, draw. */
#include "scheme/evidence_inner.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

static const char *const outcomes[] = {
#define X(code, name) name,
    EVIDENCE_OUTCOME_LIST(X)
#undef X
};

const char *evidence_outcome_name(evidence_outcome o)
{
    return outcomes[o];
}

assay_status evidence_known(const json_t *o, const char *what, const char *const *keys,
                            size_t count, assay_err *err)
{
    const char *key;
    const json_t *value;
    if (!json_is_object(o))
        return assay_fail(err, ASSAY_FORMAT, 0, "evidence: %s is not an object", what);
    json_object_foreach((json_t *)(uintptr_t)o, key, value)
    {
        size_t i = 0;
        while (i < count && strcmp(keys[i], key) != 0)
            i++;
        if (i == count)
            return assay_fail(err, ASSAY_FORMAT, 0, "evidence: %s has no member \"%.60s\"", what,
                              key);
    }
    return ASSAY_OK;
}

double evidence_number(const char *text)
{
    decimal d;
    double x = NAN;
    if (text && decimal_parse(text, strlen(text), '.', &d, &x) == DECIMAL_OK)
        return decimal_to_double(d.mantissa, d.exponent);
    return x;
}

/* -- what is claimed about -------------------------------------------------------------------- */

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while computing evidence");
}

/* The claim names it by id from here on: a path may change. */
static assay_status name_by_id(evidence *e, size_t i, const object_id *id, assay_err *err)
{
    char hex[33];
    for (size_t k = 0; k < sizeof id->bytes; k++)
        snprintf(hex + 2 * k, 3, "%02x", id->bytes[k]);
    e->claim.characteristic[i] = arena_text(&e->memory, hex, 32);
    return e->claim.characteristic[i] ? ASSAY_OK : no_memory(err);
}

static assay_status find_item(store *s, evidence *e, size_t i, assay_err *err)
{
    stored_characteristic now, then;
    evidence_item *item = &e->item[i];
    assay_status status = store_characteristic_find(s, e->claim.characteristic[i], &now, err);
    if (status == ASSAY_OK)
        status = store_characteristic_as_of(s, now.number, e->commit, &e->memory, &then, err);
    if (status != ASSAY_OK)
        return status;
    characteristic *c = arena_new(&e->memory, characteristic);
    if (!c)
        return no_memory(err);
    *c = then.definition;
    *item = (evidence_item){.id = then.id, .number = then.number, .definition = c, .path = c->path,
                            .unit = c->unit, .kind = c->kind, .p_holm = NAN};
    if (c->lower_kind == BOUND_LIMIT)
        item->lower = c->lower;
    if (c->upper_kind == BOUND_LIMIT)
        item->upper = c->upper;
    for (size_t k = 0; k < i; k++)
        if (e->item[k].number == item->number)
            return assay_fail(err, ASSAY_USAGE, 0, "evidence: %s is named twice", item->path);
    return name_by_id(e, i, &then.id, err);
}

static assay_status find_items(const char *database, evidence *e, assay_err *err)
{
    store *s = NULL;
    assay_status status = store_open(database, STORE_READ, &s, err);
    if (status == ASSAY_OK) {
        uint64_t now = store_commit_number(s);
        e->commit = e->claim.as_of < now ? e->claim.as_of : now;
        if (e->claim.as_of != STORE_NOW && e->claim.as_of > now)
            status = assay_fail(err, ASSAY_NOT_FOUND, 0, "evidence: there is no commit %llu yet",
                                (unsigned long long)e->claim.as_of);
    }
    for (size_t i = 0; i < e->claim.count && status == ASSAY_OK; i++)
        status = find_item(s, e, i, err);
    store_close(s);
    return status;
}

/* -- computing -------------------------------------------------------------------------------- */

static assay_status compute_item(const char *database, evidence *e, evidence_item *item,
                                 assay_err *err)
{
    evidence_data before = {0}, after = {0};
    assay_status status = ASSAY_OK;
    if (!e->claim.is_single)
        status = evidence_load(database, e, item, false, &before, err);
    if (status == ASSAY_OK)
        status = evidence_load(database, e, item, true, &after, err);
    if (status == ASSAY_OK)
        status = evidence_effect(e, item, &before, &after, err);
    evidence_unload(&before);
    evidence_unload(&after);
    return status;
}

static assay_status draw_chart(evidence *e, evidence_drawing *draw, assay_err *err)
{
    sha256 digest;
    if (!draw)
        return ASSAY_OK;
    draw(e, &e->chart);
    if (e->chart.failed)
        return no_memory(err);
    assay_status status = sha256_of(e->chart.data, e->chart.length, &digest, err);
    if (status == ASSAY_OK)
        sha256_to_hex(&digest, e->chart_digest);
    return status;
}

static const char *keep(evidence *e, const char *text, bool *is_kept)
{
    const char *copy = text ? arena_text(&e->memory, text, strlen(text)) : NULL;
    *is_kept = *is_kept && (copy || !text);
    return copy;
}

/* The evidence outlives the texts of the claim. */
static assay_status keep_claim(evidence *e, assay_err *err)
{
    bool ok = true;
    evidence_claim *c = &e->claim;
    c->field = keep(e, c->field ? c->field : "", &ok);
    for (size_t i = 0; i < c->count; i++)
        c->characteristic[i] = keep(e, c->characteristic[i], &ok);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        c->filter[k] = keep(e, c->filter[k], &ok);
    c->claimed = keep(e, c->claimed, &ok);
    c->confidence = keep(e, c->confidence, &ok);
    c->money = (evidence_money){keep(e, c->money.unit_cost, &ok), keep(e, c->money.volume, &ok),
                                keep(e, c->money.currency, &ok), keep(e, c->money.step, &ok),
                                keep(e, c->money.claimed, &ok)};
    return ok ? ASSAY_OK : no_memory(err);
}

assay_status evidence_compute(const char *database, const evidence_claim *claim,
                              evidence_drawing *draw, evidence *e, assay_err *err)
{
    *e = (evidence){.claim = *claim, .method = EVIDENCE_METHOD};
    arena_init(&e->memory);
    assay_status status = evidence_claim_check(&e->claim, err);
    if (status == ASSAY_OK)
        status = keep_claim(e, err);
    if (status == ASSAY_OK)
        status = find_items(database, e, err);
    for (size_t i = 0; i < e->claim.count && status == ASSAY_OK; i++)
        status = compute_item(database, e, &e->item[i], err);
    if (status == ASSAY_OK)
        evidence_judge(e);
    return status == ASSAY_OK ? draw_chart(e, draw, err) : status;
}

void evidence_done(evidence *e)
{
    buf_done(&e->chart);
    arena_done(&e->memory);
}
