/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of invented cases through the stages of a scheme. */
#include "scheme/simulate_inner.h"

#include "base/i18n.h"

#include <math.h>
#include <string.h>

struct trial_view {
    const trial *trial;
    size_t at; /* case */
};

/* -- chance
 * ----------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t trial_bits(const trial *t, uint64_t purpose, uint64_t a, uint64_t b)
{
    return mix(t->options->seed ^ mix(t->run ^ mix(purpose ^ mix(a ^ mix(b)))));
}

double trial_normal(const trial *t, uint64_t purpose, uint64_t a, uint64_t b)
{
    uint64_t key = trial_bits(t, purpose, a, b);
    double u = ((double)(key >> 11) + 0.5) * 0x1p-53;
    double v = ((double)(mix(key) >> 11) + 0.5) * 0x1p-53;
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* -- what a case is known by
 * ---------------------------------------------------------------------------- */

static const tally_result *result_of(const trial *t, size_t at, size_t tally)
{
    const tally_result *r = &t->tally[at * t->scheme->tally_count + tally];
    return r->tally ? r : NULL;
}

static value node_value(const trial *t, size_t at, const expr_name *name)
{
    const scheme *s = t->scheme;
    for (size_t i = 0; i < s->tally_count; i++) {
        const tally_result *r = result_of(t, at, i);
        if (r && r->rubric == &s->rubric[name->index])
            return tally_value(r, name);
    }
    return value_na();
}

/* What cannot be invented does not apply. */
static void get(void *context, const expr_name *name, value *out)
{
    const struct trial_view *v = context;
    const trial *t = v->trial;
    *out = value_na();
    if (name->kind == NAME_TALLY) {
        const tally_result *r = result_of(t, v->at, name->index);
        if (r)
            *out = tally_value(r, name);
    } else if (name->kind == NAME_NODE) {
        *out = node_value(t, v->at, name);
    } else if (name->kind == NAME_EXAM) {
        *out = t->exam[v->at * t->scheme->bank_count + name->index];
        if (out->kind == VALUE_MISSING)
            *out = value_na();
    }
}

/* -- life
 * -----------------------------------------------------------------------------------------------
 */

assay_status trial_open(trial *t, const scheme *s, const simulate_options *o,
                        const simulate_design *d, size_t run, assay_err *err)
{
    *t = (trial){
        .scheme = s, .options = o, .design = d, .run = run, .cases = o->cases, .judges = o->judges};
    arena_init(&t->memory);
    t->quality = arena_array(&t->memory, double, t->cases);
    t->severity = arena_array(&t->memory, double, t->judges);
    t->is_alive = arena_array(&t->memory, bool, t->cases);
    t->tally = arena_array(&t->memory, tally_result, t->cases * s->tally_count + 1);
    t->exam = arena_array(&t->memory, value, t->cases * s->bank_count + 1);
    t->view = arena_array(&t->memory, struct trial_view, t->cases);
    t->scope = arena_array(&t->memory, expr_scope, t->cases);
    if (!t->quality || !t->severity || !t->is_alive || !t->tally || !t->exam || !t->view ||
        !t->scope)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t i = 0; i < t->cases; i++) {
        t->quality[i] = o->sd_case * trial_normal(t, 1, i, 0);
        t->is_alive[i] = true;
        t->view[i] = (struct trial_view){t, i};
        t->scope[i] = (expr_scope){.scheme = s, .memory = &t->memory, .get = get,
                                   .context = &t->view[i]};
    }
    for (size_t i = 0; i < t->judges; i++)
        t->severity[i] = o->sd_judge * trial_normal(t, 2, i, 0);
    return ASSAY_OK;
}

void trial_close(trial *t)
{
    arena_done(&t->memory);
}

size_t trial_alive(const trial *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->cases; i++)
        n += t->is_alive[i];
    return n;
}

/* -- gates
 * ------------------------------------------------------------------------------------------------
 */

static gate_facts facts_at(const scheme_stage *stage)
{
    static const gate_vote unanimous = {.is_closed = true, .yes = 1, .eligible = 1};
    return (gate_facts){.stage = stage, .vote = &unanimous, .objections_closed = true};
}

static bool is_not_invented(void *context, const expr_name *name)
{
    bool is_invented = name->kind == NAME_TALLY || name->kind == NAME_NODE || name->kind == NAME_EXAM;
    *(bool *)context |= is_invented;
    return !is_invented;
}

/* Does the gate look at scores at all? One of documents alone ("is given") lets pass. */
static bool looks_at_scores(const scheme *s, const scheme_gate *g)
{
    bool is_found = g->band_count || g->of || !g->need_count;
    for (size_t i = 0; i < g->need_count; i++)
        expr_names(g->need[i], s, is_not_invented, &is_found);
    if (g->veto)
        expr_names(g->veto, s, is_not_invented, &is_found);
    return is_found;
}

static assay_status decide_each(trial *t, const scheme_stage *stage, assay_err *err)
{
    gate_facts facts = facts_at(stage);
    if (!looks_at_scores(t->scheme, stage->gate))
        return ASSAY_OK;
    for (size_t i = 0; i < t->cases; i++) {
        gate_outcome outcome;
        if (!t->is_alive[i])
            continue;
        assay_status status = gate_decide(stage->gate, &t->scope[i], &facts, &outcome, err);
        if (status != ASSAY_OK)
            return status;
        t->is_alive[i] = outcome.result == OUTCOME_PASS;
    }
    return ASSAY_OK;
}

static assay_status decide_round(trial *t, const scheme_stage *stage, assay_err *err)
{
    size_t n = 0, *at = arena_array(&t->memory, size_t, t->cases);
    gate_entry *entry = arena_array(&t->memory, gate_entry, t->cases);
    gate_outcome *outcome = arena_array(&t->memory, gate_outcome, t->cases);
    if (!at || !entry || !outcome)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t i = 0; i < t->cases; i++) {
        if (!t->is_alive[i])
            continue;
        at[n] = i;
        entry[n] = (gate_entry){.id = "", .scope = &t->scope[i], .facts = facts_at(stage)};
        uint64_t lot[2] = {t->run, i};
        assay_status status = sha256_of(lot, sizeof lot, &entry[n++].draw, err);
        if (status != ASSAY_OK)
            return status;
    }
    /* Ranked by what cannot be invented: everybody goes on. */
    if (n == 0 || expr_eval(stage->gate->rank, entry[0].scope).kind != VALUE_NUMBER)
        return ASSAY_OK;
    assay_status status = gate_round(stage->gate, entry, n, &t->memory, outcome, err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        t->is_alive[at[i]] = outcome[i].result == OUTCOME_PASS;
    return status;
}

/* A gate that looks at votes alone decides nothing here. */
static bool is_decided(const scheme_gate *g)
{
    return g && !g->ballots;
}

/* -- exams
 * -------------------------------------------------------------------------------------------------
 */

static void sit(trial *t, const scheme_stage *stage)
{
    size_t bank = (size_t)(stage->bank - t->scheme->bank);
    for (size_t i = 0; i < t->cases; i++) {
        double percent =
            t->options->centre + t->quality[i] + t->options->sd_rest * trial_normal(t, 4, i, bank);
        assay_rational r;
        percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
        if (assay_rational_ratio(llround(percent * 10), 10, &r, NULL) == ASSAY_OK)
            t->exam[i * t->scheme->bank_count + bank] = value_number(r);
    }
}

/* Along the way of those who pass; a stage that comes again is visited once. */
assay_status trial_run(trial *t, assay_err *err)
{
    const scheme_stage *stage = t->scheme->stage;
    assay_status status = ASSAY_OK;
    for (size_t steps = 0; stage && steps < t->scheme->stage_count && status == ASSAY_OK; steps++) {
        if (stage->bank)
            sit(t, stage);
        if (stage->rubric_count)
            status = trial_score(t, stage, err);
        if (status == ASSAY_OK && is_decided(stage->gate))
            status =
                stage->gate->is_round ? decide_round(t, stage, err) : decide_each(t, stage, err);
        stage = stage->next;
    }
    return status;
}
