/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a case what its log says, and does each decision follow again from what was known then?
 *
 * The log is folded record by record; before each decision the gate is asked again, with the sealed
 * facts in place of the world. A gate that decided over a whole round is asked for the number it
 * ranked this case by. */
#include "scheme/case_inner.h"

#include "base/hash.h"
#include "base/jcs.h"
#include "base/time.h"
#include "scheme/meeting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    the_case *c;
    case_proof *proof;
    store_finding *finding;
    void *context;
    assay_status status;
    assay_err *err;
} replay;

static void tell(replay *r, uint64_t sequence, const char *what, const char *is, const char *was)
{
    char text[300];
    r->proof->differ++;
    snprintf(text, sizeof text, "record %llu: %s is %s, computed again %s",
             (unsigned long long)sequence, what, was, is);
    if (r->finding)
        r->finding(text, r->context);
}

static gate_vote sealed_vote(const json_t *p)
{
    const json_t *v = json_object_get(p, "vote");
    return (gate_vote){.is_closed = true,
                       .yes = (size_t)json_integer_value(json_object_get(v, "yes")),
                       .no = (size_t)json_integer_value(json_object_get(v, "no")),
                       .abstain = (size_t)json_integer_value(json_object_get(v, "abstain")),
                       .eligible = (size_t)json_integer_value(json_object_get(v, "eligible"))};
}

static void compare_number(replay *r, const record *rec, const char *what, value now,
                           const json_t *then)
{
    json_t *text = number_text(now);
    const char *is = text ? json_string_value(text) : "missing";
    const char *was = json_string_value(then) ? json_string_value(then) : "missing";
    if (strcmp(is, was) != 0)
        tell(r, rec->sequence, what, is, was);
    json_decref(text);
}

static void again_alone(replay *r, const record *rec, const scheme_stage *s, const scheme_gate *g,
                        case_scope *scope, const json_t *p)
{
    gate_outcome o;
    gate_vote vote = sealed_vote(p);
    gate_facts facts = {.stage = s,
                        .objections_closed = true,
                        .objections_upheld = case_upheld(r->c->state, s->item.id)};
    if (json_object_get(p, "vote"))
        facts.vote = &vote;
    r->status = gate_decide(g, &scope->scope, &facts, &o, r->err);
    if (!r->status && strcmp(gate_result_name(o.result), text_of(p, "outcome")) != 0)
        tell(r, rec->sequence, "the outcome", gate_result_name(o.result), text_of(p, "outcome"));
}

static void again(replay *r, const record *rec, const json_t *p)
{
    const char *gate = text_of(p, "gate");
    const scheme_gate *g = gate ? scheme_find_gate(r->c->scheme, gate) : NULL;
    const scheme_stage *s = scheme_find_stage(r->c->scheme, text_of(p, "stage"));
    const char *name;
    json_t *told;
    case_scope scope;
    if (!s || !json_object_get(p, "facts"))
        return; /* a person decided */
    r->proof->decisions++;
    r->c->now = when_of(p, "at");
    r->status = case_scope_init(&scope, r->c, json_object_get(p, "facts"), r->err);
    if (!r->status && g && !g->is_round)
        again_alone(r, rec, s, g, &scope, p);
    if (!r->status && g && g->is_round && g->rank && json_object_get(p, "rank"))
        compare_number(r, rec, "the number ranked by", expr_eval(g->rank, &scope.scope),
                       json_object_get(p, "rank"));
    json_object_foreach(json_object_get(p, "results"), name, told) {
        const scheme_tally *t = scheme_find_tally(r->c->scheme, name);
        const tally_result *result = NULL;
        if (!r->status && t && t->method != TALLY_EXPR)
            r->status = case_tally(&scope, t, &result, r->err);
        if (!r->status && result)
            compare_number(r, rec, name, result->number, json_object_get(told, "number"));
        else if (!r->status && t)
            compare_number(r, rec, name, tally_calculate(t, &scope.scope),
                           json_object_get(told, "number"));
    }
    case_scope_done(&scope);
}

static bool step(const record *rec, void *context)
{
    replay *r = context;
    bool is_decision = strcmp(rec->type, "case.decided") == 0;
    json_t *p = is_decision && rec->payload ? json_tree(rec->payload) : NULL;
    if (p) /* asked before it is folded in */
        r->status = case_shape_check(rec->type, p, r->err);
    if (p && !r->status && r->c->scheme)
        again(r, rec, p);
    json_decref(p);
    if (!r->status)
        r->status = case_fold_record(r->c->state, rec, r->err);
    if (!r->status && strcmp(rec->type, "case.opened") == 0 && rec->payload)
        r->status = desk_scheme_by_digest(r->c->d, text_of(r->c->state, "scheme"), &r->c->scheme,
                                          r->err);
    r->proof->records++;
    return !r->status;
}

/* The case as its log leaves it, each decision asked again on the way. */
static assay_status replay_into(the_case *c, case_proof *proof, store_finding *finding,
                                void *context, assay_err *err)
{
    replay r = {c, proof, finding, context, ASSAY_OK, err};
    char name[ID_TEXT];
    c->state = json_object();
    arena_init(&c->memory);
    id_text(&c->id, name);
    assay_status status = store_object_records(c->d->s, &c->id, 0, step, &r, err);
    if (!status)
        status = r.status;
    if (!status)
        status = case_find_rules(c, err);
    set_text(c->state, "id", name);
    return status;
}

/* Is the state that is kept beside the log (case_kept.c) what the log says? */
static bool is_kept_well(const the_case *c)
{
    the_case kept;
    bool is_same = case_load(c->d, NULL, &c->id, c->who, &kept, NULL) == ASSAY_OK &&
                   json_equal(kept.state, c->state);
    case_done(&kept);
    return is_same;
}

assay_status case_replay(desk *d, const object_id *id, case_proof *out, store_finding *finding,
                         void *context, assay_err *err)
{
    viewer who = {.kind = VIEWER_AUDITOR};
    the_case c = {.d = d, .id = *id, .who = &who};
    case_proof proof = {.records = 0};
    buf text = BUF_INIT;
    assay_status status = replay_into(&c, &proof, finding, context, err);
    if (!status && !is_kept_well(&c)) {
        proof.differ++;
        if (finding)
            finding("the state kept beside the log is not what the log says", context);
    }
    if (!status)
        status = jcs_write(c.state, &text, err);
    if (!status)
        status = sha256_of(text.data, text.length, &proof.state, err);
    if (!status)
        *out = proof;
    buf_done(&text);
    case_done(&c);
    return status;
}

/* -- all of them ------------------------------------------------------------------------------------------ */

static bool keep_id(const record *r, void *context)
{
    buf_add(context, &r->object, sizeof r->object);
    return true;
}

static assay_status each_case(desk *d, assay_status (*work)(desk *d, const object_id *id, void *w,
                                                            assay_err *err),
                              void *w, assay_err *err)
{
    buf ids = BUF_INIT;
    assay_status status = store_record_heads(d->s, "case.opened", 0, keep_id, &ids, err);
    for (size_t at = 0; !status && at < ids.length; at += sizeof(object_id)) {
        object_id id;
        memcpy(&id, ids.data + at, sizeof id);
        status = work(d, &id, w, err);
    }
    buf_done(&ids);
    return status;
}

static assay_status list_one(desk *d, const object_id *id, void *tx, assay_err *err)
{
    viewer who = {.kind = VIEWER_DESK};
    the_case c;
    assay_status status = case_load(d, tx, id, &who, &c, err);
    if (status)
        return status;
    status = case_list_again(&c, err);
    case_done(&c);
    return status;
}

/* What rows and places of cases are like. One more when that changes: whoever opens an older database to
 * write makes its lists anew. */
#define LISTS_FORM "4"
static const object_id lists_id;

static assay_status say_form(store_tx *tx, assay_err *err)
{
    return store_entry_put(tx, "lists", &lists_id, LISTS_FORM, NULL, 0, err);
}

assay_status desk_rebuild(desk *d, store_tx *tx, assay_err *err)
{
    static const char *const kinds[] = {STORE_STATE, "case", "sheet", "title", "money", "notice"};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < sizeof kinds / sizeof *kinds; i++)
        status = store_entries_drop(tx, kinds[i], err);
    if (!status)
        status = each_case(d, list_one, tx, err);
    if (!status)
        status = meetings_rebuild(d, tx, err);
    return status ? status : say_form(tx, err);
}

assay_status desk_lists_old(desk *d, bool *is_old, uint64_t *cases, assay_err *err)
{
    buf form = BUF_INIT;
    assay_status status = store_entry_get(d->s, "lists", &lists_id, &form, NULL);
    *is_old = status || strcmp(buf_text(&form), LISTS_FORM) != 0;
    *cases = 0;
    buf_done(&form);
    return *is_old ? store_list_count(d->s, "case", cases, err) : ASSAY_OK;
}

assay_status desk_bring_up(desk *d, store_tx *tx, uint64_t *cases, assay_err *err)
{
    bool is_old;
    assay_status status = desk_lists_old(d, &is_old, cases, err);
    if (status || !is_old)
        return status;
    return *cases ? desk_rebuild(d, tx, err) : say_form(tx, err);
}

typedef struct {
    store_finding *finding;
    void *context;
    uint64_t *cases, *damaged;
} check_walk;

static void say(check_walk *w, const object_id *id, const char *what)
{
    char text[ID_TEXT + 500], name[ID_TEXT];
    id_text(id, name);
    snprintf(text, sizeof text, "case %s %s", name, what);
    if (w->finding)
        w->finding(text, w->context);
    ++*w->damaged;
}

/* Does the list say what the log says? */
static void check_row(check_walk *w, const the_case *c)
{
    buf row = BUF_INIT;
    json_t *o = store_entry_get(c->d->s, "case", &c->id, &row, NULL) == ASSAY_OK
                    ? json_tree(buf_text(&row))
                    : NULL;
    const char *stage = text_of(c->state, "stage"), *listed = text_of(o, "stage");
    const char *phase = text_of(o, "phase");
    if (!o)
        say(w, &c->id, "stands in no list");
    else if (strcmp(stage ? stage : "", listed ? listed : "") != 0 || !phase ||
             strcmp(phase, case_phase(c->state)) != 0)
        say(w, &c->id, "stands in the list of another stage");
    json_decref(o);
    buf_done(&row);
}

/* A case whose log cannot be folded is a finding; the others are looked at all the same. */
static assay_status check_one(desk *d, const object_id *id, void *context, assay_err *err)
{
    check_walk *w = context;
    viewer who = {.kind = VIEWER_DESK};
    the_case c = {.d = d, .id = *id, .who = &who};
    case_proof proof = {.records = 0};
    char file[ID_TEXT], text[500];
    assay_err inner = {.code = ASSAY_OK};
    ++*w->cases;
    assay_status status = replay_into(&c, &proof, w->finding, w->context, &inner);
    *w->damaged += proof.differ;
    if (status == ASSAY_DAMAGED) {
        snprintf(text, sizeof text, "cannot be read: %.400s", inner.message);
        say(w, id, text);
        status = ASSAY_OK;
    } else if (status) {
        if (err)
            *err = inner;
    } else {
        check_row(w, &c);
        if (!is_kept_well(&c))
            say(w, id, "is kept as another state than its log says");
        if (!case_files_are_there(&c, file)) {
            snprintf(text, sizeof text, "has lost the bytes of its file %s", file);
            say(w, id, text);
        }
    }
    case_done(&c);
    return status;
}

assay_status desk_check(desk *d, store_finding *finding, void *context, uint64_t *cases,
                        uint64_t *damaged, assay_err *err)
{
    check_walk w = {finding, context, cases, damaged};
    *cases = *damaged = 0;
    return each_case(d, check_one, &w, err);
}
