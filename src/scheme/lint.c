/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proves a scheme total, part 1: which stage can come after which; what is never used. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <string.h>

/* -- the graph of stages -------------------------------------------------------------------------
 */

static void edge(reader *r, bool *from, const scheme_stage *a, const scheme_stage *b)
{
    if (b)
        from[(size_t)(a - r->s->stage) * r->s->stage_count + (size_t)(b - r->s->stage)] = true;
}

bool *stage_graph(reader *r)
{
    size_t n = r->s->stage_count;
    bool *from = READER_ARRAY(r, bool, n *n);
    for (size_t i = 0; from && i < n; i++) {
        const scheme_stage *s = &r->s->stage[i];
        edge(r, from, s, s->next);
        edge(r, from, s, s->late_stage);
        if (!s->gate)
            continue;
        edge(r, from, s, s->gate->else_stage);
        if (s->gate->otherwise == ELSE_REOPEN && i)
            edge(r, from, s, s - 1);
        for (size_t k = 0; k < s->gate->band_count; k++)
            edge(r, from, s, s->gate->band[k].next);
    }
    return from;
}

bool *stage_reach(reader *r)
{
    size_t n = r->s->stage_count;
    bool *reach = stage_graph(r);
    for (size_t k = 0; reach && k < n; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; reach[i * n + k] && j < n; j++)
                reach[i * n + j] |= reach[k * n + j];
    return reach;
}

static void lint_reach(reader *r)
{
    size_t n = r->s->stage_count;
    const bool *reach = stage_reach(r);
    for (size_t i = 0; reach && i < n; i++) {
        const scheme_stage *s = &r->s->stage[i];
        if (i && !reach[i]) {
            scheme_fault *f = fault_add(r->faults, "unreachable-stage", s->item.at,
                                        _("no way leads to stage %s"), s->item.id);
            fault_hint(r->faults, f, _("name it as next: of a stage, or as else: of a gate"));
        }
        bool ends = !s->next || s->every.kind == VALUE_DURATION;
        for (size_t k = 0; k < n; k++)
            ends |= reach[i * n + k] &&
                    (!r->s->stage[k].next || r->s->stage[k].every.kind == VALUE_DURATION);
        if (!ends)
            fault_hint(r->faults,
                       fault_add(r->faults, "no-end", s->item.at,
                                 _("no way leads from stage %s to an end"), s->item.id),
                       _("write next: end in the last stage"));
    }
}

/* -- what nothing uses ---------------------------------------------------------------------------
 */

typedef struct {
    const reader *r;
    expr_name_kind kind;
    uint32_t index;
    bool is_found;
} mention;

static void look_into(mention *m, const expr *e)
{
    if (!e || m->is_found)
        return;
    m->is_found = e->op == EXPR_NAME && e->name.kind == m->kind && e->name.index == m->index;
    look_into(m, e->a);
    look_into(m, e->b);
    look_into(m, e->c);
    for (size_t i = 0; i < e->arg_count; i++)
        look_into(m, e->arg[i]);
}

static bool is_mentioned(const reader *r, expr_name_kind kind, size_t index)
{
    mention m = {.r = r, .kind = kind, .index = (uint32_t)index};
    for (size_t i = 0; i < r->pending_count && !m.is_found; i++)
        look_into(&m, *r->pending[i].slot);
    return m.is_found;
}

static bool stage_uses(const scheme *s, section_id id, const void *object)
{
    for (size_t i = 0; i < s->stage_count; i++) {
        const scheme_stage *stage = &s->stage[i];
        bool is_used = (id == SECTION_FORM && stage->form == object) ||
                       (id == SECTION_BANK && stage->bank == object) ||
                       (id == SECTION_ASSIGN && stage->assign == object) ||
                       (id == SECTION_TALLY && stage->tally == object) ||
                       (id == SECTION_GATE && stage->gate == object);
        for (size_t k = 0; id == SECTION_RUBRIC && k < stage->rubric_count; k++)
            is_used |= stage->rubric[k].use == object;
        if (is_used)
            return true;
    }
    return false;
}

static bool is_used_elsewhere(const reader *r, section_id id, size_t i)
{
    const scheme *s = r->s;
    if (id == SECTION_TALLY && (s->tally[i].is_listed || is_mentioned(r, NAME_TALLY, i)))
        return true;
    for (size_t k = 0; id == SECTION_TALLY && k < s->gate_count; k++)
        if (s->gate[k].ballots == &s->tally[i])
            return true;
    for (size_t k = 0; id == SECTION_FORM && k < s->money_count; k++)
        if (s->money[k].evidence == &s->form[i])
            return true;
    return false;
}

static void lint_unused(reader *r)
{
    static const section_id checked[] = {SECTION_FORM,   SECTION_RUBRIC, SECTION_BANK,
                                         SECTION_ASSIGN, SECTION_TALLY,  SECTION_GATE};
    for (size_t k = 0; k < sizeof checked / sizeof *checked; k++)
        for (size_t i = 0; i < section_length(r->s, checked[k]); i++) {
            const scheme_item *item = section_element(r->s, checked[k], i);
            if (stage_uses(r->s, checked[k], item) || is_used_elsewhere(r, checked[k], i))
                continue;
            scheme_fault *f = fault_add(r->faults, "unused", item->at, _("no stage uses %s %s"),
                                        section_table[checked[k]].name, item->id);
            fault_hint(r->faults, f, _("name it in a stage, or take it out"));
        }
}

void lint(reader *r)
{
    if (r->is_short)
        return;
    if (tree_member(r->root, "stage") && r->s->stage_count == 0)
        fault_add(r->faults, "missing-key", tree_member(r->root, "stage")->at,
                  _("no stage at all"));
    lint_reach(r);
    lint_unused(r);
    lint_rubrics(r);
    lint_people(r);
    lint_stages(r);
    lint_gates(r);
    lint_tallies(r);
    lint_inputs(r);
    lint_blind(r);
    lint_rest(r);
}
