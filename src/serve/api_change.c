/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person decides about measurements: excluded, corrected, which of two values counts; and
 * the records that say so. */
#include "live/engine.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/figures.h"
#include "serve/gate.h"
#include "serve/reply.h"
#include "serve/row.h"

#include <stdlib.h>
#include <string.h>

static void answer_commit(request *r, assay_status status, uint64_t commit, const assay_err *err)
{
    if (status != ASSAY_OK) {
        reply_error(r, err);
        return;
    }
    json *j = reply_json(r, 200);
    json_flat_object(j);
    json_member_unsigned(j, "commit", commit);
    json_end(j);
    reply_end(r, j);
}

/* -- amendments ------------------------------------------------------------------------------------ */

typedef struct {
    uint32_t number;
    uint64_t place;
    amend_action action;
    decimal value;
    const char *actor, *why;
} amendment;

static assay_status amend(store_tx *tx, void *context, assay_err *err)
{
    const amendment *a = context;
    return store_amend(tx, a->number, a->place - 1, a->action,
                       a->action == AMEND_VALUE ? &a->value : NULL, a->actor, a->why, err);
}

static void take_action(request *r, amendment *a)
{
    bool is_given = false, is_null = false;
    const char *action = body_text(r, "action", true);
    a->action = strcmp(action, "exclude") == 0   ? AMEND_EXCLUDE
                : strcmp(action, "include") == 0 ? AMEND_INCLUDE
                                                 : AMEND_VALUE;
    if (a->action != AMEND_VALUE)
        return;
    if (strcmp(action, "correct") != 0)
        body_fault(r, "action", "\"%.40s\", expected exclude, include or correct", action);
    body_decimal(r, "value", &a->value, &is_given, &is_null);
    if (!is_given)
        body_fault(r, "value", "value is missing");
}

void api_amend(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    uint64_t commit = 0;
    amendment a = {.actor = r->who.account};
    if (!characteristic_find(r, request_part(r, 0), &s, &found) ||
        !body_read(r, "place action value why"))
        return;
    a.number = found.number;
    body_count(r, "place", 1, UINT64_MAX, &a.place);
    if (a.place == 0)
        body_fault(r, "place", "place is missing: which measurement, from 1 in series order?");
    take_action(r, &a);
    a.why = body_text(r, "why", true);
    if (!body_is_fine(r))
        return;
    assay_status status = change_in_tx(r->server, amend, &a, &commit, &err);
    engine_reload(r->server->engine, a.number);
    answer_commit(r, status, commit, &err);
}

/* -- conflicts ------------------------------------------------------------------------------------- */

typedef struct {
    request *request;
    store *store;
    json *j;
    uint64_t wanted; /* 0: all */
    bool is_found;
} conflict_list;

static bool write_conflict(const store_conflict *c, void *context)
{
    conflict_list *l = context;
    const char *path = path_of_number(l->store, c->characteristic);
    if ((l->wanted && c->id != l->wanted) || !gate_may(l->request, path))
        return true;
    l->is_found = true;
    if (!l->j)
        return false;
    json_flat_object(l->j);
    json_member_unsigned(l->j, "id", c->id);
    json_member_unsigned(l->j, "number", c->characteristic);
    json_member_text(l->j, "path", path);
    answer_time(l->j, "time", c->time, TIME_OFFSET_NONE);
    json_member_text(l->j, "serial", c->serial);
    json_key(l->j, "value");
    json_decimal(l->j, c->value.mantissa, c->value.exponent, c->value.decimals);
    json_end(l->j);
    return true;
}

void api_conflicts(request *r)
{
    assay_err err;
    conflict_list l = {.request = r, .store = reader_here(r->server, &err)};
    l.j = reply_json(r, 200);
    json_object(l.j);
    json_key(l.j, "conflicts");
    json_array(l.j);
    assay_status status = l.store ? store_conflicts(l.store, write_conflict, &l, &err) : err.code;
    json_end(l.j);
    json_end(l.j);
    reply_end(r, l.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

typedef struct {
    uint64_t id;
    bool take_new;
    const char *actor, *why;
} decision;

static assay_status decide(store_tx *tx, void *context, assay_err *err)
{
    const decision *d = context;
    return store_conflict_decide(tx, d->id, d->take_new, d->actor, d->why, err);
}

void api_conflict_decide(request *r)
{
    assay_err err;
    uint64_t commit = 0;
    conflict_list l = {.request = r, .store = reader_here(r->server, &err),
                       .wanted = strtoull(request_part(r, 0), NULL, 10)};
    decision d = {.id = l.wanted, .actor = r->who.account};
    if (!l.store || (l.wanted && store_conflicts(l.store, write_conflict, &l, &err) != ASSAY_OK)) {
        reply_error(r, &err);
        return;
    }
    if (!l.is_found) {
        reply_problem(r, 404, NULL, "there is no such conflict, or it is decided", NULL);
        return;
    }
    if (!body_read(r, "keep why"))
        return;
    const char *keep = body_text(r, "keep", true);
    d.take_new = strcmp(keep, "second") == 0;
    if (!d.take_new && strcmp(keep, "first") != 0)
        body_fault(r, "keep", "keep must be first or second");
    d.why = body_text(r, "why", true);
    if (!body_is_fine(r))
        return;
    assay_status status = change_in_tx(r->server, decide, &d, &commit, &err);
    engine_reload(r->server->engine, 0);
    answer_commit(r, status, commit, &err);
}

/* -- records ---------------------------------------------------------------------------------------- */

typedef struct {
    json *j;
    uint64_t left, next, end; /* end: the first sequence that is not wanted */
} record_list;

static bool write_record(const record *x, void *context)
{
    record_list *l = context;
    char hex[33];
    if (x->sequence >= l->end)
        return false;
    if (l->left == 0) {
        l->next = x->sequence;
        return false;
    }
    l->left--;
    json_flat_object(l->j);
    json_member_unsigned(l->j, "sequence", x->sequence);
    json_member_unsigned(l->j, "commit", x->commit);
    answer_time(l->j, "time", x->time, TIME_OFFSET_NONE);
    object_hex(&x->id, hex);
    json_member_text(l->j, "id", hex);
    object_hex(&x->object, hex);
    json_member_text(l->j, "object", hex);
    json_member_text(l->j, "type", x->type);
    json_member_text(l->j, "actor", x->actor);
    json_key(l->j, "payload");
    if (x->payload)
        json_raw(l->j, x->payload);
    else
        json_null(l->j);
    json_end(l->j);
    return true;
}

static bool is_there(const record *x, void *context)
{
    (void)x;
    *(bool *)context = true;
    return false;
}

static bool has_record(store *s, uint64_t from)
{
    bool is = false;
    return store_record_heads(s, NULL, from, is_there, &is, NULL) == ASSAY_OK && is;
}

/* Sequences have no gaps: the first one that is not there yet is found by halving. */
static uint64_t end_of_records(store *s)
{
    uint64_t low = 0, high = 1;
    while (has_record(s, high)) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        *(has_record(s, middle) ? &low : &high) = middle;
    }
    return high;
}

/* Backwards: the records before sequence `before`, or before the end; of a type, where one is asked
 * for. */
static bool take_window(request *r, store *s, uint64_t *from, record_list *l)
{
    uint64_t before = 0;
    const char *text = request_query(r, "before"), *type = request_query(r, "type");
    if (!text)
        return true;
    if (strcmp(text, "end") == 0)
        before = s ? end_of_records(s) : 1;
    else if (!request_count(r, "before", 1, UINT64_MAX, &before))
        return false;
    *from = before > l->left ? before - l->left : 1;
    l->end = before;
    assay_err err;
    if (!s || !type || store_record_before(s, type, before, l->left, from, &err) == ASSAY_OK)
        return true;
    reply_error(r, &err);
    return false;
}

void api_records(request *r)
{
    assay_err err;
    uint64_t from = 1;
    record_list l = {.left = 100, .end = UINT64_MAX};
    if (!gate_may_all(r) || !request_count(r, "limit", 1, 1000, &l.left) ||
        !request_count(r, "cursor", 1, UINT64_MAX, &from))
        return;
    store *s = reader_here(r->server, &err);
    if (!take_window(r, s, &from, &l))
        return;
    l.j = reply_json(r, 200);
    json_object(l.j);
    json_key(l.j, "records");
    json_array(l.j);
    assay_status status = s ? store_records(s, request_query(r, "type"), from, write_record, &l, &err)
                            : err.code;
    json_end(l.j);
    char next[24];
    decimal_format((int64_t)l.next, 0, 0, next, sizeof next);
    json_member_text(l.j, "next", l.next ? next : NULL);
    decimal_format((int64_t)from, 0, 0, next, sizeof next);
    json_member_text(l.j, "earlier", l.end != UINT64_MAX && from > 1 ? next : NULL);
    json_end(l.j);
    reply_end(r, l.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}
