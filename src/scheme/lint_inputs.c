/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proves a scheme total, part 4: what a gate looks at exists by then.
 *
 * A field must have been filled, a tally collected, an exam sat in this stage or in one that can
 * come before it.
 */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

typedef struct {
    reader *r;
    const bool *reach;
    size_t stage; /* where the expression is asked for; stage_count: anywhere */
    scheme_place at;
    const char *what; /* "gate", "stage" */
    const char *id;
} ask;

static bool gives(const scheme *s, const scheme_stage *stage, const expr_name *n)
{
    switch (n->kind) {
    case NAME_FIELD:
        return stage->form == &s->form[n->index];
    case NAME_EXAM:
        return stage->bank == &s->bank[n->index];
    case NAME_TALLY:
        return s->tally[n->index].method == TALLY_EXPR ||
               scheme_collects(stage, &s->tally[n->index]);
    case NAME_NODE:
        for (size_t i = 0; i < stage->rubric_count; i++)
            if (stage->rubric[i].use == &s->rubric[n->index])
                return true;
        return false;
    default:
        return true;
    }
}

static bool check(void *context, const expr_name *n)
{
    const ask *a = context;
    const scheme *s = a->r->s;
    bool is_somewhere = false;
    for (size_t i = 0; i < s->stage_count; i++) {
        bool is_before =
            a->stage == s->stage_count || i == a->stage || a->reach[i * s->stage_count + a->stage];
        if (!gives(s, &s->stage[i], n))
            continue;
        if (is_before)
            return true;
        is_somewhere = true;
    }
    if (n->kind == NAME_FIELD && !is_somewhere)
        for (size_t i = 0; i < s->money_count; i++)
            if (s->money[i].evidence == &s->form[n->index])
                return true;
    scheme_fault *f = fault_add(a->r->faults, "no-input", a->at,
                                is_somewhere ? _("%s %s looks at %s, which comes only later")
                                             : _("%s %s looks at %s, which no stage gives"),
                                a->what, a->id, n->word);
    fault_hint(a->r->faults, f,
               _("a stage before it must fill the form, score the rubric or hold the exam"));
    return true;
}

static void look(const ask *a, const expr *e)
{
    if (e)
        expr_names(e, a->r->s, check, (void *)(uintptr_t)a);
}

static void look_at_gate(const ask *a, const scheme_gate *g)
{
    for (size_t i = 0; i < g->need_count; i++)
        look(a, g->need[i]);
    look(a, g->veto);
    look(a, g->rank);
    look(a, g->quota_expr);
    look(a, g->of);
    for (size_t i = 0; i < g->tie_count; i++)
        look(a, g->tie[i].by);
    for (size_t i = 0; i < g->band_count; i++)
        look(a, g->band[i].when);
}

void lint_inputs(reader *r)
{
    const scheme *s = r->s;
    const bool *reach = stage_reach(r);
    for (size_t i = 0; reach && i < s->stage_count; i++) {
        const scheme_stage *stage = &s->stage[i];
        ask a = {.r = r, .reach = reach, .stage = i};
        if (stage->gate) {
            a.at = stage->gate->item.at;
            a.what = _("gate");
            a.id = stage->gate->item.id;
            look_at_gate(&a, stage->gate);
        }
        a.at = stage->item.at;
        a.what = _("stage");
        a.id = stage->item.id;
        look(&a, stage->when);
        for (size_t k = 0; k < stage->rubric_count; k++)
            look(&a, stage->rubric[k].when);
    }
    for (size_t i = 0; reach && i < s->title_count; i++) {
        ask a = {.r = r,
                 .reach = reach,
                 .stage = s->stage_count,
                 .at = s->title[i].item.at,
                 .what = _("title"),
                 .id = s->title[i].item.id};
        look(&a, s->title[i].renew);
    }
}
