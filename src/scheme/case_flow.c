/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from an act: the tally, the decision, the next stage, as far as all is there.
 *
 * Everything happens in the transaction of the act. The loop ends because each turn either waits or
 * moves along the stages, and a scheme that came through lint has no circle without an actor; a bound
 * stands in for a proof. */
#include "scheme/title_inner.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

enum { TURNS_MOST = 64 };

/* -- entering ------------------------------------------------------------------------------------- */

static assay_status first_words(the_case *c, const scheme_stage *s, json_t *payload)
{
    int64_t now = c->now, due = time_after(now, s->due);
    if (s->every.kind == VALUE_DURATION) { /* comes again: it opens after its period */
        const char *at = text_of(c->state, "stage");
        int64_t last = when_of(c->state, "opens");
        bool is_again = at && strcmp(at, s->item.id) == 0 && last != INT64_MIN;
        int64_t opens = time_after(is_again ? last : now, s->every);
        set_time(payload, "opens", opens);
        due = s->due.kind == VALUE_DURATION ? time_after(opens, s->due) : opens;
    }
    set_time(payload, "due", due);
    return ASSAY_OK;
}

static assay_status append_advance(the_case *c, const scheme_stage *s, const char *outcome,
                                   const char *why, assay_err *err)
{
    json_t *payload = json_object();
    set_text(payload, "from", text_of(c->state, "stage"));
    set_text(payload, "to", s ? s->item.id : NULL);
    set_text(payload, "outcome", outcome);
    set_text(payload, "why", why);
    if (s && first_words(c, s, payload))
        return ASSAY_MEMORY;
    return case_append(c, "case.advanced", payload, err);
}

assay_status case_enter(the_case *c, const scheme_stage *s, const char *outcome, const char *why,
                        assay_err *err)
{
    if (s && s->most && case_visit(c->state, s->item.id) >= s->most) {
        s = NULL;
        outcome = "reject";
        why = "opened as often as the scheme allows";
    }
    assay_status status = append_advance(c, s, outcome, why, err);
    if (!status && s && s->publish)
        status = case_publish(c, s, err);
    return status;
}

/* -- decisions -------------------------------------------------------------------------------------- */

static json_t *reasons_json(const gate_outcome *o)
{
    json_t *list = json_array();
    for (size_t i = 0; i < o->reason_count; i++) {
        const gate_reason *r = &o->reason[i];
        json_t *one = json_object();
        set_text(one, "code", r->code);
        set_text(one, "text", r->text);
        if (r->say) {
            json_t *say = object_in(one, "say");
            set_text(say, "ko", r->say->ko);
            set_text(say, "en", r->say->en);
            set_text(say, "zh", r->say->zh);
        }
        json_object_set_new(one, "line", json_integer(r->at.line));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *inputs_json(const gate_outcome *o)
{
    json_t *list = json_object();
    for (size_t i = 0; i < o->input_count; i++)
        json_object_set_new(list, o->input[i].name, fact_write(o->input[i].found));
    return list;
}

/* What each tally of the case gave, exact. */
static void add_node(json_t *nodes, const tally_result *r, size_t k)
{
    const scheme_node *n = &r->rubric->node[k];
    json_t *points = r->node ? number_text(r->node[k]) : NULL;
    json_t *one = json_object();
    if (points)
        json_object_set_new(one, "points", points);
    if (r->possible && (points = number_text(r->possible[k])))
        json_object_set_new(one, "possible", points);
    json_object_set_new(nodes, n->item.id, one);
}

static json_t *result_json(const tally_result *r)
{
    json_t *o = json_object(), *number = number_text(r->number);
    if (number)
        json_object_set_new(o, "number", number);
    if ((number = number_text(r->exact)))
        json_object_set_new(o, "exact", number);
    set_text(o, "reason", r->reason);
    json_object_set_new(o, "used", json_integer((json_int_t)r->used));
    json_object_set_new(o, "dropped", json_integer((json_int_t)r->dropped));
    for (size_t k = 0; r->rubric && k < r->rubric->node_count; k++)
        add_node(object_in(o, "nodes"), r, k);
    for (size_t k = 0; k < r->choice_count; k++)
        json_object_set_new(object_in(o, "choices"), r->choice[k].choice,
                            json_integer((json_int_t)r->choice[k].count));
    if (r->choice_count)
        json_object_set_new(o, "cast", json_integer((json_int_t)r->cast));
    return o;
}

static assay_status add_one_result(case_scope *scope, const scheme_tally *t, json_t *results,
                                   assay_err *err)
{
    const tally_result *r = NULL;
    json_t *one = NULL, *number;
    assay_status status = case_tally(scope, t, &r, err);
    if (!status && r)
        one = result_json(r);
    else if (!status && t->method == TALLY_EXPR) {
        one = json_object();
        if ((number = number_text(tally_calculate(t, &scope->scope))))
            json_object_set_new(one, "number", number);
    }
    if (one)
        json_object_set_new(results, t->item.id, one);
    return status;
}

/* Of a stage that counts: its own tally and what else its sheets give; where that is a formula, every
 * formula that has its number now. */
static assay_status add_results(const scheme *s, const scheme_stage *stage, case_scope *scope,
                                json_t *payload, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; stage->tally && !status && i < s->tally_count; i++) {
        const scheme_tally *t = &s->tally[i];
        bool is_own = t == stage->tally;
        bool is_formula = t->method == TALLY_EXPR && stage->tally->method == TALLY_EXPR &&
                          tally_calculate(t, &scope->scope).kind == VALUE_NUMBER;
        if (is_own || is_formula || (t->method != TALLY_EXPR && tally_stage(s, t) == stage))
            status = add_one_result(scope, t, object_in(payload, "results"), err);
    }
    return status;
}

static void add_rank(const gate_outcome *o, json_t *payload)
{
    json_t *rank = number_text(o->rank);
    if (rank)
        json_object_set_new(payload, "rank", rank);
    if (o->place) {
        json_object_set_new(payload, "place", json_integer((json_int_t)o->place));
        json_object_set_new(payload, "of", json_integer((json_int_t)o->of));
    }
    if (o->by_draw)
        json_object_set_new(payload, "by_draw", json_true());
    set_text(payload, "band", o->band ? o->band->item.id : NULL);
    set_text(payload, "title", o->title ? o->title->item.id : NULL);
    set_text(payload, "next", o->next ? o->next->item.id : NULL);
}

static assay_status record_decision(the_case *c, const scheme_stage *s, const scheme_gate *g,
                                    case_scope *scope, const gate_outcome *o, json_t *more,
                                    assay_err *err)
{
    json_t *payload = json_object();
    set_text(payload, "stage", s->item.id);
    set_text(payload, "gate", g ? g->item.id : NULL);
    json_object_set_new(payload, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_text(payload, "outcome", gate_result_name(o->result));
    json_object_set_new(payload, "reasons", reasons_json(o));
    json_object_set_new(payload, "inputs", inputs_json(o));
    add_rank(o, payload);
    assay_status status = add_results(c->scheme, s, scope, payload, err);
    json_object_set(payload, "facts", scope->facts);
    if (more)
        json_object_update(payload, more);
    json_decref(more);
    if (status) {
        json_decref(payload);
        return status;
    }
    return case_append(c, "case.decided", payload, err);
}

static assay_status give(the_case *c, const scheme_stage *s, const gate_outcome *o, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (s->title)
        status = case_give_title(c, s->title, err);
    if (!status && o && o->title && o->title != s->title)
        status = case_give_title(c, o->title, err);
    if (!status && s->money_count)
        status = case_grant_money(c, s, err);
    return status;
}

assay_status case_carry_out(the_case *c, const scheme_gate *g, case_scope *scope,
                            const gate_outcome *o, json_t *more, assay_err *err)
{
    const scheme_stage *s = case_stage(c), *next = o->next;
    const char *outcome = gate_result_name(o->result);
    assay_status status = record_decision(c, s, g, scope, o, more, err);
    if (status)
        return status;
    switch (o->result) {
    case OUTCOME_WAIT:
        return ASSAY_OK;
    case OUTCOME_RETURN:
        return case_enter(c, s, outcome, NULL, err);
    case OUTCOME_PASS:
        status = titles_resume(c, s, err);
        if (!status)
            status = give(c, s, o, err);
        if (s->every.kind == VALUE_DURATION && !next)
            next = s;
        break;
    case OUTCOME_REJECT:
        next = NULL;
        break;
    case OUTCOME_SUSPEND: /* what was given rests; a stage that comes again comes again */
        status = titles_pause(c, s, g->item.id, err);
        next = s->every.kind == VALUE_DURATION && json_array_size(json_object_get(c->state, "titles"))
                   ? s
                   : NULL;
        break;
    case OUTCOME_REOPEN:
    case OUTCOME_STAGE:
        break;
    }
    return status ? status : case_enter(c, next, outcome, NULL, err);
}

/* -- settling ----------------------------------------------------------------------------------------- */

static assay_status decide_here(the_case *c, const scheme_stage *s, assay_err *err)
{
    case_scope scope;
    gate_outcome o;
    gate_vote vote = {0};
    voter_list voters;
    json_t *more = NULL;
    assay_status status;
    gate_facts facts = {.stage = s,
                        .objections_closed = true,
                        .objections_upheld = case_upheld(c->state, s->item.id)};
    if (s->gate->vote && !s->gate->ballots) {
        status = case_count_votes(c, s, &voters, &vote, err);
        if (status)
            return status;
        facts.vote = &vote;
        more = json_pack("{s:{s:i,s:i,s:i,s:i}}", "vote", "yes", (int)vote.yes, "no", (int)vote.no,
                         "abstain", (int)vote.abstain, "eligible", (int)vote.eligible);
    }
    status = case_scope_init(&scope, c, NULL, err);
    if (!status)
        status = gate_decide(s->gate, &scope.scope, &facts, &o, err);
    if (status || o.result == OUTCOME_WAIT)
        json_decref(more);
    else
        status = case_carry_out(c, s->gate, &scope, &o, more, err);
    case_scope_done(&scope);
    return status ? status : o.result == OUTCOME_WAIT ? ASSAY_STOPPED : ASSAY_OK;
}

/* A stage without a gate is passed when its work is done. */
static assay_status pass_here(the_case *c, const scheme_stage *s, assay_err *err)
{
    case_scope scope;
    gate_outcome o = {.result = OUTCOME_PASS, .next = s->next};
    assay_status status = case_scope_init(&scope, c, NULL, err);
    if (!status && s->tally)
        status = case_carry_out(c, NULL, &scope, &o, NULL, err);
    else if (!status) {
        status = titles_resume(c, s, err);
        if (!status)
            status = give(c, s, NULL, err);
        const scheme_stage *next = s->every.kind == VALUE_DURATION && !s->next ? s : s->next;
        if (!status)
            status = case_enter(c, next, "pass", NULL, err);
    }
    case_scope_done(&scope);
    return status;
}

static assay_status skip(the_case *c, const scheme_stage *s, bool *is_skipped, assay_err *err)
{
    case_scope scope;
    *is_skipped = false;
    if (!s->when)
        return ASSAY_OK;
    assay_status status = case_scope_init(&scope, c, NULL, err);
    if (!status && !value_is_true(expr_eval(s->when, &scope.scope))) {
        *is_skipped = true;
        status = case_enter(c, s->next, "pass", "skipped", err);
    }
    case_scope_done(&scope);
    return status;
}

/* One step: true in *moved when the case went on. */
static assay_status turn(the_case *c, const scheme_stage *s, bool *moved, assay_err *err)
{
    bool is_ready = false;
    assay_status status = skip(c, s, moved, err);
    if (status || *moved)
        return status;
    status = case_is_ready(c, s, &is_ready, err);
    if (status || !is_ready)
        return status;
    if (s->gate && s->gate->is_round) {
        json_t *payload = json_object();
        set_text(payload, "stage", s->item.id);
        return case_append(c, "case.waits", payload, err);
    }
    *moved = true;
    if (!s->gate)
        return pass_here(c, s, err);
    status = decide_here(c, s, err);
    if (status == ASSAY_STOPPED) {
        *moved = false;
        return ASSAY_OK;
    }
    /* who is sent back waits there for somebody to act again */
    const char *outcome = text_of(c->state, "outcome");
    if (!status && outcome && strcmp(outcome, "return") == 0)
        *moved = false;
    return status;
}

assay_status case_settle(the_case *c, assay_err *err)
{
    for (int i = 0; i < TURNS_MOST; i++) {
        bool moved = false;
        const scheme_stage *s = case_stage(c);
        if (!case_is_open(c->state) || !s || json_is_true(json_object_get(c->state, "waits")))
            return ASSAY_OK;
        assay_status status = turn(c, s, &moved, err);
        if (status || !moved)
            return status;
    }
    return assay_fail(err, ASSAY_LIMIT, 0, "the case goes round in a circle at %s",
                      text_of(c->state, "stage"));
}
