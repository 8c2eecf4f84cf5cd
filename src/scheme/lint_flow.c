/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proves a scheme total, part 3: stages have actors, gates have inputs, quotas have tie rules,
 * tallies have enough sheets. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <string.h>

/* -- stages ---------------------------------------------------------------------------------------
 */

bool scheme_collects(const scheme_stage *stage, const scheme_tally *t)
{
    if (t->form)
        return stage->form == t->form;
    for (size_t i = 0; i < t->rubric_count; i++)
        for (size_t k = 0; k < stage->rubric_count; k++)
            if (stage->rubric[k].use == t->rubric[i])
                return true;
    return false;
}

static void lint_actor(reader *r, const scheme_stage *s)
{
    bool has_people = s->who_count || s->assign;
    bool has_work = s->form || s->rubric_count || s->bank || s->gate || s->title || s->publish ||
                    s->money_count || s->assign || s->who_count;
    if (!has_work)
        fault_hint(r->faults,
                   fault_add(r->faults, "empty-stage", s->item.at,
                             _("in stage %s nobody does anything"), s->item.id),
                   _("give it who:, a form, a rubric, a gate, ..."));
    if (s->form && !has_people)
        fault_hint(r->faults,
                   fault_add(r->faults, "stage-without-actor", s->item.at,
                             _("nobody fills form %s in stage %s"), s->form->item.id, s->item.id),
                   _("who: names the roles that act"));
    if (s->rubric_count && !has_people)
        fault_hint(r->faults,
                   fault_add(r->faults, "stage-without-actor", s->item.at,
                             _("nobody scores in stage %s"), s->item.id),
                   _("assign: says who judges what"));
    if (s->assign && !s->rubric_count && !s->form)
        fault_add(r->faults, "assign-without-sheet", s->item.at,
                  _("stage %s assigns judges but has neither rubric nor form"), s->item.id);
}

static void lint_counted(reader *r, const scheme_stage *s)
{
    bool is_counted = s->rubric_count == 0;
    for (size_t i = 0; i < r->s->tally_count; i++)
        is_counted |= scheme_collects(s, &r->s->tally[i]);
    if (!is_counted)
        fault_hint(r->faults,
                   fault_add(r->faults, "scores-not-counted", s->item.at,
                             _("no tally counts the scores of stage %s"), s->item.id),
                   _("tally: a tally of the rubric's name, or one with of: [rubric]"));
    for (size_t i = 0; i < s->rubric_count; i++) {
        bool is_last = i + 1 == s->rubric_count;
        if (is_last == (s->rubric[i].when != NULL))
            fault_hint(r->faults,
                       fault_add(r->faults, "choice-not-total", s->item.at,
                                 is_last ? _("stage %s has no rubric when no condition holds")
                                         : _("in stage %s a rubric hides those after it"),
                                 s->item.id),
                       _("conditions on all but the last: [{when: c, use: a}, {use: b}]"));
    }
}

void lint_stages(reader *r)
{
    for (size_t i = 0; i < r->s->stage_count; i++) {
        const scheme_stage *s = &r->s->stage[i];
        lint_actor(r, s);
        lint_counted(r, s);
        if (s->gate && s->gate->otherwise == ELSE_REOPEN && i == 0)
            fault_add(r->faults, "nothing-to-reopen", s->item.at,
                      _("before stage %s there is none to reopen"), s->item.id);
        if (s->late != LATE_WAIT && s->due.kind == VALUE_MISSING)
            fault_add(r->faults, "missing-key", s->item.at,
                      _("stage %s can be late but has no due"), s->item.id);
        if (s->gate && s->gate->vote && s->gate->ballots == NULL) {
            bool acts = false;
            for (size_t k = 0; k < s->who_count; k++)
                acts |= s->who[k] == s->gate->vote;
            if (!acts)
                fault_hint(r->faults,
                           fault_add(r->faults, "voter-not-there", s->item.at,
                                     _("%s votes at gate %s but does not act in stage %s"),
                                     s->gate->vote->item.id, s->gate->item.id, s->item.id),
                           "who: %s", s->gate->vote->item.id);
        }
    }
}

/* -- gates ----------------------------------------------------------------------------------------
 */

static bool ranks(const scheme_gate *g)
{
    return g->is_round;
}

static bool looks_at_number(const scheme_gate *g)
{
    bool is_needed = ranks(g);
    for (size_t i = 0; i < g->band_count; i++)
        is_needed |= g->band[i].has_from;
    return is_needed;
}

/* Without `rank` (or `of`) the tally of the stage is what is ranked. */
static void default_rank(reader *r, scheme_gate *g)
{
    const scheme_tally *tally = NULL;
    bool is_one = true;
    for (size_t i = 0; i < r->s->stage_count; i++) {
        const scheme_stage *s = &r->s->stage[i];
        if (s->gate != g)
            continue;
        is_one &= !tally || tally == s->tally;
        tally = s->tally;
    }
    if (!tally || !is_one) {
        fault_hint(r->faults,
                   fault_add(r->faults, "rank-without-number", g->item.at,
                             _("gate %s ranks, but by which number?"), g->item.id),
                   ranks(g) ? _("rank: a tally, or an expression")
                            : _("of: a tally, or an expression"));
        return;
    }
    expr *e = arena_new(r->memory, expr);
    r->is_short |= !e;
    if (!e)
        return;
    *e = (expr){.op = EXPR_NAME,
                .type = &type_number,
                .text = tally->item.id,
                .name = {.kind = NAME_TALLY,
                         .index = (uint32_t)(tally - r->s->tally),
                         .word = tally->item.id}};
    if (ranks(g))
        g->rank = e;
    else
        g->of = e;
}

static void lint_ties(reader *r, const scheme_gate *g)
{
    bool is_hard = g->quota || g->quota_expr;
    for (size_t i = 0; i < g->band_count; i++)
        is_hard |= g->band[i].has_share || g->band[i].count;
    if (is_hard && g->tie_count == 0)
        fault_hint(r->faults,
                   fault_add(r->faults, "quota-without-tie", g->item.at,
                             _("gate %s has a quota but no tie rule"), g->item.id),
                   _("tie: [another tally, draw]"));
    else if (g->tie_count && g->tie[g->tie_count - 1].kind == TIE_EXPR)
        fault_hint(r->faults,
                   fault_add(r->faults, "tie-not-total", g->tie[g->tie_count - 1].at,
                             _("the tie rule of gate %s may end in a tie"), g->item.id),
                   _("end it with draw, or with share (all who tie pass)"));
    for (size_t i = 0; i + 1 < g->tie_count; i++)
        if (g->tie[i].kind != TIE_EXPR)
            fault_add(r->faults, "tie-hidden", g->tie[i + 1].at,
                      _("nothing is reached after draw or share"));
    if (g->quota && g->top)
        fault_add(r->faults, "contradiction", g->item.at, _("gate %s has both quota and top"),
                  g->item.id);
}

static void lint_bands(reader *r, const scheme_gate *g)
{
    assay_rational sum = assay_rational_of(0);
    for (size_t i = 0; i < g->band_count; i++) {
        const scheme_band *b = &g->band[i];
        bool is_open = !b->when && !b->has_from && !b->has_share && !b->count;
        if (b->has_share && assay_rational_add(sum, b->share, &sum, NULL) != ASSAY_OK)
            return;
        if (is_open && i + 1 < g->band_count)
            fault_add(r->faults, "band-hidden", g->band[i + 1].item.at,
                      _("nobody gets to band %s: %s takes everybody left"), g->band[i + 1].item.id,
                      b->item.id);
        for (size_t k = 0; b->has_from && k < i; k++)
            if (g->band[k].has_from && !g->band[k].when &&
                assay_rational_compare(g->band[k].from, b->from) <= 0)
                fault_hint(r->faults,
                           fault_add(r->faults, "band-hidden", b->item.at,
                                     _("nobody gets to band %s: %s begins lower"), b->item.id,
                                     g->band[k].item.id),
                           _("the best band first"));
    }
    if (assay_rational_compare(sum, assay_rational_of(1)) > 0)
        fault_add(r->faults, "shares-do-not-sum", g->item.at,
                  _("the bands of gate %s share out more than all"), g->item.id);
}

static bool is_known_attribute(const scheme *s, const char *word)
{
    const char *point = strchr(word, '.');
    for (size_t i = 0; i < s->party.field_count; i++)
        if (strcmp(s->party.field[i].item.id, word) == 0)
            return true;
    for (size_t i = 0; i < s->form_count; i++) {
        size_t n = strlen(s->form[i].item.id);
        bool is_own = point && strncmp(word, s->form[i].item.id, n) == 0 && word[n] == '.';
        if (scheme_find_field(&s->form[i], is_own ? point + 1 : word))
            return true;
    }
    return false;
}

static void lint_gate(reader *r, scheme_gate *g)
{
    bool has_input = g->need_count || g->veto || g->rank || g->quota || g->quota_expr || g->top ||
                     g->band_count || g->vote || g->ballots || g->objections.kind != VALUE_MISSING;
    if (!has_input)
        fault_hint(r->faults,
                   fault_add(r->faults, "gate-without-input", g->item.at,
                             _("gate %s looks at nothing"), g->item.id),
                   _("need: a condition; rank:, bands:, vote:, objections: are others"));
    if (looks_at_number(g) && !g->rank && !g->of)
        default_rank(r, g);
    lint_ties(r, g);
    lint_bands(r, g);
    for (size_t i = 0; i < g->by_count; i++)
        if (!is_known_attribute(r->s, g->by[i]))
            fault_hint(r->faults,
                       fault_add(r->faults, "unknown-name", g->item.at,
                                 _("gate %s groups by %s, which is nothing"), g->item.id, g->by[i]),
                       _("by: takes fields of the party or of a form"));
    if (g->vote && g->quorum.kind == VALUE_MISSING && g->vote->quorum.kind == VALUE_MISSING)
        fault_hint(r->faults,
                   fault_add(r->faults, "vote-without-quorum", g->item.at,
                             _("the vote of gate %s has no quorum"), g->item.id),
                   _("quorum: 0.5, in the gate or in the role"));
    if (g->ballots && g->ballots->method != TALLY_BALLOTS)
        fault_add(r->faults, "value", g->item.at, _("tally %s counts no ballots"),
                  g->ballots->item.id);
    if (g->ballots && g->quorum.kind == VALUE_MISSING)
        fault_hint(r->faults,
                   fault_add(r->faults, "vote-without-quorum", g->item.at,
                             _("the vote of gate %s has no quorum"), g->item.id),
                   _("quorum: 0.5"));
}

void lint_gates(reader *r)
{
    for (size_t i = 0; i < r->s->gate_count; i++)
        lint_gate(r, &r->s->gate[i]);
}

/* -- tallies
 * --------------------------------------------------------------------------------------- */

/* The smallest number of sheets with which the tally would still speak. */
static int64_t least_sheets(const scheme_tally *t, const scheme_assign *a)
{
    if (t->missing == SHEETS_NEED)
        return t->need;
    return t->missing == SHEETS_GIVEN ? 1 : a && a->per_case ? a->per_case : 1;
}

static void lint_sheets(reader *r, const scheme_tally *t, const scheme_stage *stage)
{
    const scheme_assign *a = stage->assign;
    int64_t least = least_sheets(t, a);
    int64_t wanted = t->method == TALLY_OLYMPIC   ? 4
                     : t->method == TALLY_TRIMMED ? 2 * t->cut + 1
                                                  : 1;
    if (least < wanted)
        fault_hint(r->faults,
                   fault_add(r->faults, "too-few-sheets", t->item.at,
                             _("tally %s would drop sheets of %lld: at least %lld are needed"),
                             t->item.id, (long long)least, (long long)wanted),
                   _("missing: needs%lld, and per_case: %lld or more"), (long long)wanted,
                   (long long)wanted);
    if (a && a->per_case && t->missing == SHEETS_NEED && t->need > a->per_case)
        fault_add(r->faults, "too-few-sheets", t->item.at,
                  _("tally %s needs %lld sheets, but %s gives a case only %lld"), t->item.id,
                  (long long)t->need, a->item.id, (long long)a->per_case);
}

static bool is_product(const expr *e, assay_rational *weight)
{
    const expr *number = e->op == EXPR_MULTIPLY && e->a->op == EXPR_CONSTANT   ? e->a
                         : e->op == EXPR_MULTIPLY && e->b->op == EXPR_CONSTANT ? e->b
                                                                               : NULL;
    const expr *other = number == e->a ? e->b : e->a;
    if (!number || other->op != EXPR_NAME || number->constant.kind != VALUE_NUMBER)
        return false;
    *weight = number->constant.as.number;
    return assay_rational_sign(*weight) > 0 &&
           assay_rational_compare(*weight, assay_rational_of(1)) <= 0;
}

/* 0.4*a + 0.2*b + 0.4*c: a weighted mean by its looks. */
static bool add_weights(const expr *e, assay_rational *sum, size_t *terms)
{
    assay_rational weight;
    if (e->op == EXPR_ADD)
        return add_weights(e->a, sum, terms) && add_weights(e->b, sum, terms);
    if (!is_product(e, &weight) || assay_rational_add(*sum, weight, sum, NULL) != ASSAY_OK)
        return false;
    ++*terms;
    return true;
}

static void lint_weights(reader *r, const scheme_tally *t)
{
    assay_rational sum = assay_rational_of(0);
    size_t terms = 0;
    if (!t->is || !add_weights(t->is, &sum, &terms) || terms < 2 ||
        assay_rational_compare(sum, assay_rational_of(1)) == 0)
        return;
    char is[ASSAY_RATIONAL_TEXT];
    assay_rational_format(sum, 0, is, sizeof is);
    scheme_fault *f =
        fault_add(r->faults, "weights-do-not-sum", tree_place(t->is->tree, t->is->start),
                  _("the weights of %s sum to %s"), t->item.id, is);
    fault_expected(r->faults, f, "1");
}

static void lint_method(reader *r, const scheme_tally *t)
{
    bool is_form_method =
        t->method == TALLY_TOP_BOX || t->method == TALLY_NPS || t->method == TALLY_BALLOTS;
    if (t->method != TALLY_EXPR && !t->form && t->rubric_count == 0)
        fault_hint(r->faults,
                   fault_add(r->faults, "tally-of-nothing", t->item.at,
                             _("tally %s counts nothing"), t->item.id),
                   _("of: a rubric, or form.field"));
    if (t->form && t->rubric_count)
        fault_add(r->faults, "contradiction", t->item.at,
                  _("tally %s counts both a rubric and a form"), t->item.id);
    if (is_form_method && t->rubric_count)
        fault_hint(r->faults,
                   fault_add(r->faults, "value", t->item.at,
                             _("tally %s counts answers to a form, not a rubric"), t->item.id),
                   _("of: form.field"));
    if (t->method == TALLY_BALLOTS && t->form && (!t->field || t->field->kind != FIELD_ENUM))
        fault_expected(r->faults,
                       fault_add(r->faults, "value", t->item.at,
                                 _("tally %s counts ballots of no choice"), t->item.id),
                       "enum(yes|no|abstain)");
    if (t->form && t->method != TALLY_BALLOTS && !t->field && !t->form->is_survey)
        fault_hint(r->faults,
                   fault_add(r->faults, "value", t->item.at, _("form %s has fields of many kinds"),
                             t->form->item.id),
                   _("of: %s.field"), t->form->item.id);
    if ((t->method == TALLY_TOP_BOX || t->method == TALLY_NPS) && t->field &&
        t->field->kind != FIELD_SCALE)
        fault_expected(
            r->faults,
            fault_add(r->faults, "value", t->item.at, _("%s is no scale"), t->field->item.id),
            "likert7, nps, scale(1..9)");
    if ((t->method == TALLY_WEIGHTED) != (t->weight != NULL) && t->method != TALLY_BALLOTS)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", t->item.at,
                             t->weight ? _("tally %s has weights but does not use them")
                                       : _("tally %s is weighted but has no weight"),
                             t->item.id),
                   _("official: weighted with weight: expression"));
    if (t->has_round && assay_rational_sign(t->round) <= 0)
        fault_add(r->faults, "value", t->item.at, _("tally %s rounds to a step of 0 or less"),
                  t->item.id);
}

void lint_tallies(reader *r)
{
    for (size_t i = 0; i < r->s->tally_count; i++) {
        const scheme_tally *t = &r->s->tally[i];
        bool is_collected = t->method == TALLY_EXPR;
        lint_method(r, t);
        lint_weights(r, t);
        for (size_t k = 0; k < r->s->stage_count && t->method != TALLY_EXPR; k++)
            if (scheme_collects(&r->s->stage[k], t)) {
                is_collected = true;
                lint_sheets(r, t, &r->s->stage[k]);
            }
        if (!is_collected && (t->form || t->rubric_count))
            fault_add(r->faults, "tally-of-nothing", t->item.at,
                      _("no stage collects the sheets of tally %s"), t->item.id);
    }
}

/* -- assignment ----------------------------------------------------------------------------------
 */

static bool is_relation(const scheme *s, const char *word)
{
    for (size_t i = 0; i < s->party.relation_count; i++)
        if (strcmp(s->party.relation[i], word) == 0)
            return true;
    if (strncmp(word, "own_", 4) != 0)
        return false;
    for (size_t i = 0; i < s->party.field_count; i++)
        if (strcmp(s->party.field[i].item.id, word + 4) == 0)
            return true;
    return strcmp(word, "own_firm") == 0 || strcmp(word, "own_region") == 0;
}

static void lint_avoid(reader *r, const scheme_assign *a)
{
    for (size_t i = 0; i < a->avoid_count; i++)
        if (!is_relation(r->s, a->avoid[i]))
            fault_hint(
                r->faults,
                fault_add(r->faults, "unknown-reference", a->item.at,
                          _("%s avoids %s, which is no relation"), a->item.id, a->avoid[i]),
                _("declare it under party.relations, or write own_ and a field of the party"));
    if (a->avoids_relations && r->s->party.relation_count == 0)
        fault_hint(r->faults,
                   fault_add(r->faults, "unknown-reference", a->item.at,
                             _("%s avoids party.relations, but there are none"), a->item.id),
                   "party: {relations: [employs, kin], lookback: 3y}");
}

static void lint_assign(reader *r, const scheme_assign *a)
{
    if (!a->role)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", a->item.at,
                             _("%s does not say which role judges"), a->item.id),
                   _("role: a role"));
    if (!a->per_case && !a->is_all && !a->sample)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", a->item.at,
                             _("%s does not say how many judge a case"), a->item.id),
                   _("per_case: 5, all: yes, or sample: 300"));
    if (a->is_connected && a->per_case == 1)
        fault_add(r->faults, "not-connected", a->item.at,
                  _("%s: with one judge a case no two judges meet"), a->item.id);
    lint_avoid(r, a);
}

/* -- names in blind stages
 * --------------------------------------------------------------------------- */

static bool covers(const char *hide, const char *form, const char *field, const char *part)
{
    const char *rest = hide;
    size_t n = strlen(form);
    if (strncmp(hide, form, n) == 0 && hide[n] == '.')
        rest = hide + n + 1;
    n = strlen(field);
    if (strncmp(rest, field, n) != 0)
        return false;
    return rest[n] == '\0' || (rest[n] == '.' && part && strcmp(rest + n + 1, part) == 0);
}

static bool is_hidden(const scheme_assign *a, const char *form, const char *field, const char *part)
{
    for (size_t i = 0; i < a->hide_count; i++)
        if (covers(a->hide[i], form, field, part))
            return true;
    return false;
}

static void lint_leak(reader *r, const scheme_assign *a, const scheme_form *f, const char *field,
                      const char *part)
{
    if (is_hidden(a, f->item.id, field, part))
        return;
    scheme_fault *fault =
        fault_add(r->faults, "blind-shows-name", a->item.at, _("%s is blind but shows %s.%s%s%s"),
                  a->item.id, f->item.id, field, part ? "." : "", part ? part : "");
    fault_hint(r->faults, fault, _("hide: [%s.%s], or show: the forms that judges need"),
               f->item.id, field);
}

static void lint_form_blind(reader *r, const scheme_assign *a, const scheme_form *f)
{
    for (size_t i = 0; i < f->field_count; i++) {
        const scheme_field *field = &f->field[i];
        if (field->is_personal)
            lint_leak(r, a, f, field->item.id, NULL);
        for (size_t k = 0; k < field->row_count; k++)
            if (field->row[k].is_personal)
                lint_leak(r, a, f, field->item.id, field->row[k].item.id);
    }
}

/* The forms a judge sees: those named, or all that are sealed before. */
static bool is_shown(reader *r, const scheme_assign *a, const scheme_form *f, const bool *reach)
{
    size_t n = r->s->stage_count;
    for (size_t i = 0; i < a->show_count; i++)
        if (a->show[i] == f)
            return true;
    if (a->show)
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (r->s->stage[i].form == f && r->s->stage[k].assign == a && i != k &&
                reach[i * n + k] && r->s->stage[i].assign != a)
                return true;
    return false;
}

static bool names_field(const scheme_form *f, const char *word)
{
    char field[80];
    size_t n = strcspn(word, ".");
    if (n >= sizeof field)
        return false;
    memcpy(field, word, n);
    field[n] = '\0';
    const scheme_field *found = scheme_find_field(f, field);
    if (!found || word[n] == '\0' || found->kind == FIELD_REF)
        return found != NULL;
    for (size_t i = 0; i < found->row_count; i++)
        if (strcmp(found->row[i].item.id, word + n + 1) == 0)
            return true;
    return false;
}

static void lint_hide(reader *r, const scheme_assign *a)
{
    for (size_t i = 0; i < a->hide_count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < r->s->form_count && !is_known; k++) {
            const scheme_form *f = &r->s->form[k];
            size_t n = strlen(f->item.id);
            bool is_own = strncmp(a->hide[i], f->item.id, n) == 0 && a->hide[i][n] == '.';
            is_known = names_field(f, a->hide[i]) || (is_own && names_field(f, a->hide[i] + n + 1));
        }
        if (!is_known)
            fault_hint(r->faults,
                       fault_add(r->faults, "unknown-name", a->item.at,
                                 _("%s hides %s, which is nothing"), a->item.id, a->hide[i]),
                       _("hide: takes field, form.field or field.part"));
    }
}

void lint_blind(reader *r)
{
    const bool *reach = stage_reach(r);
    for (size_t i = 0; reach && i < r->s->assign_count; i++) {
        const scheme_assign *a = &r->s->assign[i];
        lint_assign(r, a);
        lint_hide(r, a);
        for (size_t k = 0; a->blind == BLIND_DOUBLE && k < r->s->form_count; k++)
            if (is_shown(r, a, &r->s->form[k], reach))
                lint_form_blind(r, a, &r->s->form[k]);
    }
}
