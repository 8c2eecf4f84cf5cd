/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One case at a gate: needs, veto, vote, objections, then bands. The first that speaks against it
 * decides where the case goes; all reasons of that kind are told. */
#include "scheme/gate_inner.h"

#include "base/i18n.h"

#include <stdarg.h>
#include <string.h>

const char *gate_result_name(gate_result r)
{
    static const char *const names[] = {"wait",    "pass",   "return", "reject",
                                        "suspend", "reopen", "stage"};
    return (size_t)r < sizeof names / sizeof *names ? names[r] : "?";
}

/* -- collecting ------------------------------------------------------------------------------ */

verdict verdict_begin(const scheme_gate *g, const expr_scope *scope, arena *memory)
{
    return (verdict){.gate = g, .scope = scope, .memory = memory};
}

static void *grow(verdict *v, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    size_t more = *room ? 2 * *room : 8;
    void *array = arena_alloc(v->memory, more, size);
    v->is_short |= !array;
    if (!array)
        return NULL;
    if (count)
        memcpy(array, old, count * size);
    *room = more;
    return array;
}

void verdict_reason(verdict *v, const char *code, scheme_place at, const scheme_words *say,
                    const char *format, ...)
{
    buf text = BUF_INIT;
    va_list args;
    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    const char *copy = arena_text(v->memory, buf_text(&text), text.length);
    gate_reason *list = grow(v, v->reason, v->reason_count, &v->reason_room, sizeof *v->reason);
    v->is_short |= text.failed || !copy;
    if (list) {
        v->reason = list;
        list[v->reason_count++] = (gate_reason){code, copy ? copy : code, say, at};
    }
    buf_done(&text);
}

static bool is_same(const expr_name *a, const expr_name *b)
{
    bool is_same_text = a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0);
    return a->kind == b->kind && a->index == b->index && a->part == b->part && is_same_text;
}

static value value_of(const verdict *v, const expr_name *name)
{
    expr e = {.op = EXPR_NAME, .name = *name};
    return eval(&e, v->scope, NULL);
}

static bool note_input(void *context, const expr_name *name)
{
    verdict *v = context;
    for (size_t i = 0; i < v->input_count; i++)
        if (is_same(v->name[i], name))
            return true;
    size_t room = v->input_room;
    gate_input *list = grow(v, v->input, v->input_count, &v->input_room, sizeof *list);
    const expr_name **names = grow(v, v->name, v->input_count, &room, sizeof *names);
    if (!list || !names)
        return false;
    v->input = list;
    v->name = names;
    list[v->input_count] = (gate_input){name->word, value_of(v, name)};
    names[v->input_count++] = name;
    return true;
}

value verdict_eval(verdict *v, const expr *e)
{
    expr_names(e, v->scope->scheme, note_input, v);
    return expr_eval(e, v->scope);
}

void verdict_end(const verdict *v, gate_outcome *out)
{
    out->reason = v->reason;
    out->reason_count = v->reason_count;
    out->input = v->input;
    out->input_count = v->input_count;
}

/* -- conditions ------------------------------------------------------------------------------ */

const char *gate_text(arena *memory, value v)
{
    buf text = BUF_INIT;
    value_format(v, &text);
    const char *copy = arena_text(memory, buf_text(&text), text.length);
    buf_done(&text);
    return copy ? copy : "";
}

typedef struct {
    verdict *v;
    const scheme_rule *rule; /* that stands in the need itself; NULL: none */
    buf found;
} explaining;

static bool add_found(void *context, const expr_name *name)
{
    explaining *x = context;
    value v = value_of(x->v, name);
    if (v.kind == VALUE_LIST || v.kind == VALUE_RECORD)
        buf_addf(&x->found, "%s%s: %zu", x->found.length ? ", " : "", name->word,
                 v.kind == VALUE_LIST ? v.as.list.count : v.as.record.count);
    else
        buf_addf(&x->found, "%s%s: %s", x->found.length ? ", " : "", name->word,
                 gate_text(x->v->memory, v));
    return true;
}

static scheme_place place_of(const expr *e)
{
    return e->tree ? tree_place(e->tree, e->start) : (scheme_place){0};
}

/* "site_years >= 10 (site_years: 7)" */
static void explain(void *context, const expr *part, value found)
{
    explaining *x = context;
    const char *code = found.kind == VALUE_MISSING ? "missing" : "need";
    const scheme_words *say =
        x->rule && (x->rule->say.ko || x->rule->say.en || x->rule->say.zh) ? &x->rule->say : NULL;
    buf_clear(&x->found);
    expr_names(part, x->v->scope->scheme, add_found, x);
    if (x->found.length)
        verdict_reason(x->v, code, place_of(part), say, "%s (%s)", expr_text(part),
                       buf_text(&x->found));
    else
        verdict_reason(x->v, code, place_of(part), say, "%s", expr_text(part));
}

static void need(verdict *v, const expr *e)
{
    value found = verdict_eval(v, e);
    bool is_rule = e->op == EXPR_NAME && e->name.kind == NAME_RULE;
    explaining x = {
        .v = v, .rule = is_rule ? &v->scope->scheme->rule[e->name.index] : NULL, .found = BUF_INIT};
    if (!value_is_true(found) && found.kind != VALUE_NA)
        expr_reasons(e, v->scope, explain, &x);
    buf_done(&x.found);
}

static void veto(verdict *v, const expr *e)
{
    value found = verdict_eval(v, e);
    if (value_is_true(found))
        verdict_reason(v, "veto", place_of(e), NULL, "%s", expr_text(e));
    else if (found.kind == VALUE_MISSING)
        verdict_reason(v, "missing", place_of(e), NULL, "%s", expr_text(e));
}

/* -- votes ----------------------------------------------------------------------------------- */

static size_t whole_of(value v)
{
    bool is_count = v.kind == VALUE_NUMBER && assay_rational_is_whole(v.as.number) &&
                    assay_rational_sign(v.as.number) >= 0 && v.as.number.num < INT32_MAX;
    return is_count ? (size_t)v.as.number.num : 0;
}

static size_t counted(verdict *v, const char *part)
{
    const scheme_tally *t = v->gate->ballots;
    expr_name *name = arena_new(v->memory, expr_name);
    buf word = BUF_INIT;
    if (!name) {
        v->is_short = true;
        return 0;
    }
    buf_addf(&word, "%s.%s", t->item.id, part);
    *name = (expr_name){.kind = NAME_TALLY,
                        .index = (uint32_t)(t - v->scope->scheme->tally),
                        .text = part,
                        .word = arena_text(v->memory, buf_text(&word), word.length)};
    buf_done(&word);
    note_input(v, name);
    return whole_of(value_of(v, name));
}

/* part / whole >= share, or > */
static bool reaches(size_t part, size_t whole, assay_rational share, bool is_strict)
{
    assay_rational r;
    if (whole == 0 || assay_rational_ratio((int64_t)part, (int64_t)whole, &r, NULL) != ASSAY_OK)
        return false;
    int order = assay_rational_compare(r, share);
    return is_strict ? order > 0 : order >= 0;
}

static void check_vote(verdict *v, const gate_vote *vote)
{
    const scheme_gate *g = v->gate;
    value quorum = g->quorum.kind == VALUE_NUMBER ? g->quorum
                   : g->vote                      ? g->vote->quorum
                                                  : VALUE_NONE;
    size_t cast = vote->yes + vote->no + vote->abstain;
    if (quorum.kind == VALUE_NUMBER && !reaches(cast, vote->eligible, quorum.as.number, false))
        verdict_reason(v, "quorum", g->item.at, NULL, "%zu of %zu voted; the quorum is %s", cast,
                       vote->eligible, gate_text(v->memory, quorum));
    else if (!reaches(vote->yes, vote->yes + vote->no, g->majority, true))
        verdict_reason(v, "majority", g->item.at, NULL, "%zu yes, %zu no; more than %s is needed",
                       vote->yes, vote->no, gate_text(v->memory, value_number(g->majority)));
}

static bool votes(verdict *v, const gate_facts *facts)
{
    const scheme_gate *g = v->gate;
    if (g->ballots) {
        gate_vote vote = {.is_closed = true,
                          .yes = counted(v, "yes"),
                          .no = counted(v, "no"),
                          .eligible = counted(v, "eligible")};
        vote.abstain = counted(v, "cast") - vote.yes - vote.no;
        check_vote(v, &vote);
        return true;
    }
    if (!g->vote)
        return true;
    if (!facts->vote || !facts->vote->is_closed)
        return false;
    check_vote(v, facts->vote);
    return true;
}

bool gate_conditions(verdict *v, const gate_facts *facts)
{
    const scheme_gate *g = v->gate;
    for (size_t i = 0; i < g->need_count; i++)
        need(v, g->need[i]);
    if (g->veto)
        veto(v, g->veto);
    if (v->reason_count)
        return true;
    if (!votes(v, facts))
        return false;
    if (v->reason_count || g->objections.kind == VALUE_MISSING)
        return true;
    if (!facts->objections_closed)
        return false;
    if (facts->objections_upheld)
        verdict_reason(v, "objection", g->item.at, NULL, "objections upheld: %zu",
                       facts->objections_upheld);
    return true;
}

/* -- outcomes -------------------------------------------------------------------------------- */

void verdict_refuse(const scheme_gate *g, const gate_facts *facts, gate_outcome *out)
{
    const scheme_stage *here = facts->stage;
    out->next = NULL;
    switch (g->otherwise) {
    case ELSE_REJECT:
        out->result = OUTCOME_REJECT;
        return;
    case ELSE_RETURN:
        out->result = OUTCOME_RETURN;
        out->next = here;
        return;
    case ELSE_SUSPEND:
        out->result = OUTCOME_SUSPEND;
        return;
    case ELSE_REOPEN:
        /* The stage written before this one; lint has seen that there is one. */
        out->result = OUTCOME_REOPEN;
        out->next = here ? here - 1 : NULL;
        return;
    case ELSE_STAGE:
        out->result = OUTCOME_STAGE;
        out->next = g->else_stage;
        return;
    }
}

void verdict_pass(const scheme_gate *g, const gate_facts *facts, const scheme_band *band,
                  gate_outcome *out)
{
    if (band && !band->is_pass) {
        verdict_refuse(g, facts, out);
        if (band->next) {
            out->result = OUTCOME_STAGE;
            out->next = band->next;
        }
    } else {
        out->result = OUTCOME_PASS;
        out->next = band && band->next ? band->next : facts->stage ? facts->stage->next : NULL;
        out->title = band ? band->title : NULL;
    }
    out->band = band;
}

/* The best band whose conditions hold; a condition that is not known does not. */
static const scheme_band *band_of(verdict *v, value number)
{
    const scheme_gate *g = v->gate;
    for (size_t i = 0; i < g->band_count; i++) {
        const scheme_band *b = &g->band[i];
        if (b->when && !value_is_true(verdict_eval(v, b->when)))
            continue;
        if (b->has_from &&
            (number.kind != VALUE_NUMBER || assay_rational_compare(number.as.number, b->from) < 0))
            continue;
        return b;
    }
    return NULL;
}

static void decide_bands(verdict *v, const gate_facts *facts, gate_outcome *out)
{
    const scheme_gate *g = v->gate;
    value number = g->of ? verdict_eval(v, g->of) : VALUE_NONE;
    const scheme_band *band = band_of(v, number);
    out->rank = number;
    if (band) {
        verdict_pass(g, facts, band, out);
        return;
    }
    verdict_reason(v, number.kind == VALUE_MISSING && g->of ? "missing" : "band", g->item.at, NULL,
                   "in no band (%s)", gate_text(v->memory, number));
    verdict_refuse(g, facts, out);
}

assay_status gate_decide(const scheme_gate *g, const expr_scope *scope, const gate_facts *facts,
                         gate_outcome *out, assay_err *err)
{
    gate_outcome o = {.result = OUTCOME_WAIT};
    verdict v = verdict_begin(g, scope, scope->memory);
    if (g->is_round)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("gate %s decides for the whole round at once"),
                          g->item.id);
    if (!gate_conditions(&v, facts))
        verdict_reason(&v, "waiting", g->item.at, NULL, "%s",
                       g->vote && (!facts->vote || !facts->vote->is_closed)
                           ? "the vote is not closed"
                           : "the time for objections is not over");
    else if (v.reason_count)
        verdict_refuse(g, facts, &o);
    else if (g->band_count)
        decide_bands(&v, facts, &o);
    else
        verdict_pass(g, facts, NULL, &o);
    verdict_end(&v, &o);
    if (v.is_short)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    *out = o;
    return ASSAY_OK;
}
