/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sealed text again: computed as of its commit it must come out byte for byte; where the data of
 * today say something else, the two are walked side by side in series order and each measurement
 * that differs is named, with the record that did it. */
#include "scheme/evidence_inner.h"

#include "base/json_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- which member differs ----------------------------------------------------------------------- */

static void say_difference(buf *where, const json_t *was, const json_t *is)
{
    char *a = was ? json_dumps(was, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    char *b = is ? json_dumps(is, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    buf_addf(where, ": sealed %.80s, computed %.80s", a ? a : "nothing", b ? b : "nothing");
    free(a);
    free(b);
}

/* The first difference, in order of the sealed text; `where` holds its place. */
static bool find_difference(const json_t *was, const json_t *is, buf *where, int depth)
{
    const char *key;
    const json_t *member;
    if (json_equal(was, is))
        return false;
    size_t start = where->length;
    if (json_is_object(was) && json_is_object(is) && depth < 12)
        json_object_foreach((json_t *)(uintptr_t)was, key, member)
        {
            buf_addf(where, "%s%s", start ? "." : "", key);
            if (find_difference(member, json_object_get(is, key), where, depth + 1))
                return true;
            where->length = start;
        }
    if (json_is_array(was) && json_is_array(is) && json_array_size(was) == json_array_size(is))
        for (size_t i = 0; i < json_array_size(was) && depth < 12; i++) {
            buf_addf(where, "[%zu]", i);
            if (find_difference(json_array_get(was, i), json_array_get(is, i), where, depth + 1))
                return true;
            where->length = start;
        }
    where->length = start;
    say_difference(where, was, is);
    return true;
}

static const char *difference(evidence_check *c, const char *sealed, const char *computed)
{
    json_t *was = json_tree(sealed), *is = json_tree(computed);
    buf where = BUF_INIT;
    if (was && is && !find_difference(was, is, &where, 0))
        buf_add_text(&where, "a member was added");
    const char *kept = arena_text(&c->memory, buf_text(&where), where.length);
    buf_done(&where);
    json_decref(was);
    json_decref(is);
    return kept;
}

/* -- what changed in the data -------------------------------------------------------------------- */

typedef struct {
    cursor *c;
    measurement_batch batch;
    size_t at;
    bool is_over;
} walker;

typedef struct {
    int64_t time;
    const char *serial;
    int64_t mantissa;
    int exponent;
    uint8_t status;
} reading;

typedef struct {
    evidence_check *check;
    store *s;
    const evidence_item *item;
    bool is_after;
} comparison;

static assay_status walker_fill(walker *w, assay_err *err)
{
    if (w->is_over || w->at < w->batch.n)
        return ASSAY_OK;
    w->at = 0;
    assay_status status = cursor_next(w->c, &w->batch, err);
    w->is_over = status == ASSAY_OK && w->batch.n == 0;
    return status;
}

static reading walker_reading(const walker *w)
{
    size_t i = w->at;
    const uint32_t *serial = w->batch.context[CONTEXT_SERIAL];
    return (reading){.time = w->batch.time ? w->batch.time[i] : TIME_NONE,
                     .serial = serial ? cursor_text(w->c, CONTEXT_SERIAL, serial[i]) : "",
                     .mantissa = w->batch.mantissa[i],
                     .exponent = w->batch.exponent[i],
                     .status = w->batch.status[i]};
}

/* Series order but for the place in the source. */
static int order(const reading *a, const reading *b)
{
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    size_t la = strlen(a->serial), lb = strlen(b->serial);
    return la != lb ? (la < lb ? -1 : 1) : strcmp(a->serial, b->serial);
}

static const char *value_text(evidence_check *c, const reading *r)
{
    char text[64] = "";
    uint8_t status = r->status & STATUS_MASK;
    if (r->status & STATUS_RAW) {
        double x;
        memcpy(&x, &r->mantissa, sizeof x);
        double_format(x, text, sizeof text);
    } else if (status != STATUS_NO_VALUE) {
        decimal_format(r->mantissa, r->exponent, r->exponent < 0 ? -r->exponent : 0, text,
                       sizeof text);
    }
    const char *kept = arena_text(&c->memory, text, strlen(text));
    return kept ? kept : "";
}

static evidence_change *tell(comparison *k, evidence_change_kind kind, const reading *r)
{
    evidence_check *c = k->check;
    c->count[kind]++;
    if (c->changes == EVIDENCE_CHANGES_TOLD)
        return NULL;
    evidence_change *x = &c->change[c->changes++];
    const char *serial = r ? arena_text(&c->memory, r->serial, strlen(r->serial)) : "";
    *x = (evidence_change){.kind = kind, .path = k->item->path, .is_after = k->is_after,
                           .time = r ? r->time : TIME_NONE, .serial = serial ? serial : "",
                           .was = "", .is = "", .by = "", .why = ""};
    return x;
}

static bool is_same_value(const reading *a, const reading *b)
{
    int64_t x;
    if ((a->status & STATUS_RAW) != (b->status & STATUS_RAW))
        return false;
    if (a->exponent == b->exponent)
        return a->mantissa == b->mantissa;
    return a->exponent > b->exponent ? decimal_rescale(a->mantissa, a->exponent, b->exponent, &x) &&
                                           x == b->mantissa
                                     : decimal_rescale(b->mantissa, b->exponent, a->exponent, &x) &&
                                           x == a->mantissa;
}

static void compare_reading(comparison *k, const reading *was, const reading *is)
{
    uint8_t a = was->status & STATUS_MASK, b = is->status & STATUS_MASK;
    evidence_change *x = NULL;
    if (a != b && b == STATUS_EXCLUDED)
        x = tell(k, CHANGE_EXCLUDED, was);
    else if (a != b && a == STATUS_EXCLUDED)
        x = tell(k, CHANGE_INCLUDED, was);
    else if (a != b && b == STATUS_CONFLICT)
        x = tell(k, CHANGE_DISPUTED, was);
    else if (a != b || (!is_same_value(was, is) && a != STATUS_NO_VALUE && a != STATUS_CONFLICT))
        x = tell(k, CHANGE_CORRECTED, was);
    if (x) {
        x->was = value_text(k->check, was);
        x->is = value_text(k->check, is);
    }
}

static assay_status walk(comparison *k, walker *was, walker *is, assay_err *err)
{
    for (;;) {
        assay_status status = walker_fill(was, err);
        if (status == ASSAY_OK)
            status = walker_fill(is, err);
        if (status != ASSAY_OK || (was->is_over && is->is_over))
            return status;
        reading a = {0}, b = {0};
        if (!was->is_over)
            a = walker_reading(was);
        if (!is->is_over)
            b = walker_reading(is);
        int which = was->is_over ? 1 : is->is_over ? -1 : order(&a, &b);
        evidence_change *x = NULL;
        if (which == 0)
            compare_reading(k, &a, &b);
        else
            x = which < 0 ? tell(k, CHANGE_GONE, &a) : tell(k, CHANGE_ADDED, &b);
        if (x && which < 0)
            x->was = value_text(k->check, &a);
        else if (x)
            x->is = value_text(k->check, &b);
        was->at += which <= 0;
        is->at += which >= 0;
    }
}

static assay_status compare_period(comparison *k, const evidence *sealed, assay_err *err)
{
    const evidence_period *p = k->is_after ? &sealed->claim.after : &sealed->claim.before;
    store_range range = STORE_ALL;
    walker was = {0}, is = {0};
    range.from = p->from;
    range.to = p->to;
    range.all_status = true;
    range.contexts = 1u << CONTEXT_SERIAL;
    memcpy(range.filter, sealed->claim.filter, sizeof range.filter);
    range.as_of = sealed->commit;
    assay_status status = cursor_open(k->s, k->item->number, &range, &was.c, err);
    range.as_of = STORE_NOW;
    if (status == ASSAY_OK)
        status = cursor_open(k->s, k->item->number, &range, &is.c, err);
    if (status == ASSAY_OK)
        status = walk(k, &was, &is, err);
    cursor_close(was.c);
    cursor_close(is.c);
    return status;
}

static const char *quantity_text(evidence_check *c, const quantity *q)
{
    char text[64] = "none";
    if (q->is_given)
        decimal_format(q->value.mantissa, q->value.exponent, q->value.decimals, text, sizeof text);
    const char *kept = arena_text(&c->memory, text, strlen(text));
    return kept ? kept : "";
}

static bool is_same_quantity(const quantity *a, const quantity *b)
{
    reading x = {.mantissa = a->value.mantissa, .exponent = a->value.exponent};
    reading y = {.mantissa = b->value.mantissa, .exponent = b->value.exponent};
    return a->is_given == b->is_given && (!a->is_given || is_same_value(&x, &y));
}

static void compare_limits(comparison *k, const evidence_item *now)
{
    const quantity *was[2] = {&k->item->lower, &k->item->upper};
    const quantity *is[2] = {&now->lower, &now->upper};
    for (int i = 0; i < 2; i++) {
        if (is_same_quantity(was[i], is[i]))
            continue;
        evidence_change *x = tell(k, CHANGE_LIMIT, NULL);
        if (x) {
            x->was = quantity_text(k->check, was[i]);
            x->is = quantity_text(k->check, is[i]);
        }
    }
}

/* -- who did it ----------------------------------------------------------------------------------- */

static const char *const record_types[CHANGE_COUNT] = {
    [CHANGE_CORRECTED] = "measurement.corrected", [CHANGE_EXCLUDED] = "measurement.excluded",
    [CHANGE_INCLUDED] = "measurement.included", [CHANGE_LIMIT] = "characteristic.changed"};

typedef struct {
    evidence_check *check;
    const evidence_item *item;
    uint64_t since;
} blame;

static bool names_reading(const json_t *o, const evidence_change *x)
{
    char time[40];
    const char *t = json_string_value(json_object_get(o, "time"));
    const char *serial = json_string_value(json_object_get(o, "serial"));
    time_format(x->time, TIME_OFFSET_NONE, time, sizeof time);
    return t && strcmp(t, time) == 0 && strcmp(serial ? serial : "", x->serial) == 0;
}

/* The newest record about it wins: it is what counts today. */
static bool note_author(const record *r, void *context)
{
    blame *b = context;
    json_t *o = r->commit > b->since && r->payload ? json_tree(r->payload) : NULL;
    const char *why = json_string_value(json_object_get(o, "reason"));
    for (size_t i = 0; i < b->check->changes && o; i++) {
        evidence_change *x = &b->check->change[i];
        bool is_conflict = strncmp(r->type, "conflict.", 9) == 0 && x->kind == CHANGE_CORRECTED;
        if (x->path != b->item->path || !record_types[x->kind] ||
            (strcmp(r->type, record_types[x->kind]) != 0 && !is_conflict) ||
            (x->kind != CHANGE_LIMIT && !names_reading(o, x)))
            continue;
        const char *by = arena_text(&b->check->memory, r->actor, strlen(r->actor));
        const char *reason = why ? arena_text(&b->check->memory, why, strlen(why)) : "";
        x->by = by ? by : "";
        x->why = reason ? reason : "";
        x->sequence = r->sequence;
    }
    json_decref(o);
    return true;
}

static assay_status compare_data(evidence_check *c, store *s, const evidence *sealed,
                                 assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < sealed->claim.count && status == ASSAY_OK; i++) {
        comparison k = {c, s, &sealed->item[i], false};
        compare_limits(&k, &c->now.item[i]);
        if (!sealed->claim.is_single)
            status = compare_period(&k, sealed, err);
        k.is_after = true;
        if (status == ASSAY_OK)
            status = compare_period(&k, sealed, err);
        blame b = {c, &sealed->item[i], sealed->commit};
        if (status == ASSAY_OK && c->changes)
            status = store_object_records(s, &sealed->item[i].id, 0, note_author, &b, err);
    }
    for (int i = 0; i < CHANGE_COUNT; i++)
        c->is_data_same = c->is_data_same && c->count[i] == 0;
    return status;
}

/* -- the door --------------------------------------------------------------------------------------- */

static assay_status compare_sealed(evidence_check *c, const char *database, store *s,
                                   evidence_drawing *draw, assay_err *err)
{
    const evidence_record *r = &c->record;
    buf text = BUF_INIT;
    assay_status status = evidence_compute(database, &r->claim, draw, &c->then, err);
    if (status == ASSAY_OK)
        status = evidence_text_as(&c->then, r->version, &text, err);
    if (status == ASSAY_OK) {
        c->is_same = strcmp(buf_text(&text), r->text) == 0;
        c->is_method_same = strcmp(r->method, EVIDENCE_METHOD) == 0;
        c->is_data_same = true;
        if (!c->is_same)
            c->differs = difference(c, r->text, buf_text(&text));
        evidence_claim today = r->claim;
        today.as_of = STORE_NOW;
        status = evidence_compute(database, &today, draw, &c->now, err);
    }
    buf_done(&text);
    return status == ASSAY_OK ? compare_data(c, s, &c->then, err) : status;
}

assay_status evidence_verify(const char *database, uint64_t sequence, evidence_drawing *draw,
                             evidence_check *out, assay_err *err)
{
    store *s = NULL;
    *out = (evidence_check){0};
    arena_init(&out->memory);
    out->change = arena_array(&out->memory, evidence_change, EVIDENCE_CHANGES_TOLD);
    assay_status status = out->change ? store_open(database, STORE_READ, &s, err)
                                      : assay_fail(err, ASSAY_MEMORY, 0, "no memory for evidence");
    if (status == ASSAY_OK)
        status = evidence_find(s, sequence, &out->memory, &out->record, err);
    out->is_erased = status == ASSAY_OK && !out->record.text;
    if (status == ASSAY_OK && !out->is_erased)
        status = compare_sealed(out, database, s, draw, err);
    store_close(s);
    return status;
}

void evidence_check_done(evidence_check *c)
{
    evidence_done(&c->then);
    evidence_done(&c->now);
    arena_done(&c->memory);
}

static const char *const changes[CHANGE_COUNT] = {
#define X(code, name) name,
    EVIDENCE_CHANGE_LIST(X)
#undef X
};

const char *evidence_change_name(evidence_change_kind kind)
{
    return changes[kind];
}
