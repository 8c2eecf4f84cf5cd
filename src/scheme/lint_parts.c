/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proves a scheme total, part 2: rubrics, banks, roles, fields. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <string.h>

/* -- rubrics -------------------------------------------------------------------------------------
 */

static void lint_ids(reader *r, const scheme_rubric *rubric)
{
    for (size_t i = 1; i < rubric->node_count; i++)
        for (size_t k = 1; k < i; k++)
            if (strcmp(rubric->node[i].item.id, rubric->node[k].item.id) == 0)
                fault_hint(r->faults,
                           fault_add(r->faults, "duplicate-id", rubric->node[i].item.at,
                                     _("the criterion %s twice in rubric %s"),
                                     rubric->node[i].item.id, rubric->item.id),
                           _("the first one is at line %u"), rubric->node[k].item.at.line);
}

/* The best answer must give the points of the leaf, and the points be a multiple of the step. */
static void lint_leaf(reader *r, const scheme_node *node)
{
    char points[ASSAY_RATIONAL_TEXT];
    assay_rational best = assay_rational_of(0), steps;
    assay_rational_format(node->points, 0, points, sizeof points);
    for (size_t i = 0; i < node->level_count; i++)
        if (assay_rational_compare(node->level[i].worth, best) > 0)
            best = node->level[i].worth;
    if (node->scale == SCALE_LIST && assay_rational_compare(best, node->points) != 0)
        fault_expected(r->faults,
                       fault_add(r->faults, "scale", node->item.at,
                                 _("the best answer of %s does not give its points"),
                                 node->item.id),
                       _("an answer of %s points"), points);
    if (node->scale == SCALE_POINTS && assay_rational_sign(node->step) > 0 &&
        assay_rational_div(node->points, node->step, &steps, NULL) == ASSAY_OK &&
        !assay_rational_is_whole(steps))
        fault_add(r->faults, "scale", node->item.at,
                  _("%s points of %s are no multiple of the step"), points, node->item.id);
}

static void lint_bank(reader *r, const scheme_bank *b)
{
    int64_t sum = 0;
    for (size_t i = 0; i < b->topic_count; i++)
        sum += b->topic[i].count;
    if (b->items == 0)
        fault_add(r->faults, "missing-key", b->item.at, _("bank %s does not say how many items"),
                  b->item.id);
    else if (b->topic_count && sum != b->items)
        fault_hint(r->faults,
                   fault_add(r->faults, "blueprint-does-not-sum", b->item.at,
                             _("the blueprint of %s sums to %lld items, not to %lld"), b->item.id,
                             (long long)sum, (long long)b->items),
                   _("write items: %lld, or change the blueprint"), (long long)sum);
    if (!b->is_angoff && b->cut.kind == VALUE_MISSING)
        fault_hint(
            r->faults,
            fault_add(r->faults, "missing-key", b->item.at, _("bank %s has no cut"), b->item.id),
            _("cut: 60, or cut: angoff"));
}

void lint_rubrics(reader *r)
{
    for (size_t i = 0; i < r->s->rubric_count; i++) {
        const scheme_rubric *rubric = &r->s->rubric[i];
        lint_ids(r, rubric);
        for (size_t k = 0; k < rubric->leaf_count; k++)
            lint_leaf(r, &rubric->node[rubric->leaf[k]]);
    }
    for (size_t i = 0; i < r->s->bank_count; i++)
        lint_bank(r, &r->s->bank[i]);
}

/* -- people and fields
 * ----------------------------------------------------------------------------- */

static void lint_from(reader *r, const scheme_role *role)
{
    for (size_t i = 0; i < role->from_count; i++)
        if (!section_find(r->s, SECTION_ROLE, role->from[i]) &&
            !section_find(r->s, SECTION_TITLE, role->from[i]))
            fault_hint(r->faults,
                       fault_expected(r->faults,
                                      fault_add(r->faults, "unknown-reference", role->item.at,
                                                _("role %s comes from %s, which is nothing"),
                                                role->item.id, role->from[i]),
                                      _("a title or a role")),
                       _("declare it under role:"));
}

static void lint_fields(reader *r, const scheme_field *f, size_t n, bool is_row)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            if (strcmp(f[i].item.id, f[k].item.id) == 0)
                fault_add(r->faults, "duplicate-id", f[i].item.at, _("the field %s twice"),
                          f[i].item.id);
        if (is_row && (f[i].when || f[i].need || f[i].check))
            fault_add(r->faults, "value", f[i].item.at,
                      _("a field of a row knows no when, need or check: %s"), f[i].item.id);
        for (size_t k = 0; k < f[i].hide_count; k++)
            if (!section_find(r->s, SECTION_ROLE, f[i].hide[k]))
                fault_add(r->faults, "unknown-reference", f[i].item.at, _("there is no role %s"),
                          f[i].hide[k]);
        lint_fields(r, f[i].row, f[i].row_count, true);
    }
}

void lint_people(reader *r)
{
    const scheme *s = r->s;
    for (size_t i = 0; i < s->role_count; i++) {
        lint_from(r, &s->role[i]);
        lint_fields(r, s->role[i].field, s->role[i].field_count, true);
    }
    for (size_t i = 0; i < s->form_count; i++)
        lint_fields(r, s->form[i].field, s->form[i].field_count, false);
    lint_fields(r, s->party.field, s->party.field_count, true);
}

/* -- measures, money, titles, publication
 * ------------------------------------------------------------ */

static bool is_of_one_case(void *context, const expr_name *name)
{
    bool is_one = name->kind == NAME_FIELD || name->kind == NAME_PARTY ||
                  name->kind == NAME_TALLY || name->kind == NAME_NODE ||
                  name->kind == NAME_EXAM || name->kind == NAME_STAGE;
    if (is_one)
        *(const char **)context = name->word;
    return !is_one;
}

static void lint_measure(reader *r, const scheme_measure *m)
{
    const char *word = NULL;
    if (m->is)
        expr_names(m->is, r->s, is_of_one_case, &word);
    const char *point = word ? strrchr(word, '.') : NULL, *last = point ? point + 1 : word;
    if (word)
        fault_hint(r->faults,
                   fault_add(r->faults, "measure", m->item.at,
                             _("measure %s is of all cases, but %s is of one"), m->item.id, word),
                   _("sum(cases.%s where %s is given); mean, max, count likewise"), last, last);
    size_t steps = 0;
    for (const scheme_measure *up = m->under; up && steps <= r->s->measure_count; up = up->under)
        steps++;
    if (steps > r->s->measure_count)
        fault_add(r->faults, "circle", m->item.at, _("measure %s is under itself"), m->item.id);
    if (m->kind == MEASURE_FIGURE && !m->is && !m->source)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", m->item.at,
                             _("measure %s has neither a formula nor a source"), m->item.id),
                   _("is: expression, or source: who enters it"));
}

static void lint_money(reader *r, const scheme_money *m)
{
    assay_rational sum = assay_rational_of(0);
    if (!m->amount)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", m->item.at, _("money %s has no amount"),
                             m->item.id),
                   _("krw: 1000000; cny, usd, eur, jpy likewise"));
    for (size_t i = 0; i < m->milestone_count; i++)
        if (assay_rational_add(sum, m->milestone[i].share, &sum, NULL) != ASSAY_OK)
            return;
    if (m->milestone_count && assay_rational_compare(sum, assay_rational_of(1)) != 0) {
        char is[ASSAY_RATIONAL_TEXT];
        assay_rational_format(sum, 0, is, sizeof is);
        fault_expected(r->faults,
                       fault_add(r->faults, "shares-do-not-sum", m->item.at,
                                 _("the milestones of %s share out %s of the money"), m->item.id,
                                 is),
                       "1");
    }
}

static bool has_stage_every(const scheme *s, value period)
{
    for (size_t i = 0; i < s->stage_count; i++) {
        value v = s->stage[i].every;
        if (v.kind == VALUE_DURATION && v.as.duration.months == period.as.duration.months &&
            v.as.duration.seconds == period.as.duration.seconds)
            return true;
    }
    return false;
}

static void lint_title(reader *r, const scheme_title *t)
{
    size_t steps = 0;
    for (const scheme_title *up = t->needs; up && steps <= r->s->title_count; up = up->needs)
        steps++;
    if (steps > r->s->title_count)
        fault_add(r->faults, "circle", t->item.at, _("title %s needs itself"), t->item.id);
    if (!t->is_for_life && t->valid.kind == VALUE_MISSING)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", t->item.at,
                             _("title %s does not say how long it is valid"), t->item.id),
                   _("valid: 3y, or valid: life"));
    if (t->check.kind == VALUE_DURATION && !has_stage_every(r->s, t->check))
        fault_hint(r->faults,
                   fault_add(r->faults, "check", t->item.at,
                             _("title %s is checked by no stage that comes as often"), t->item.id),
                   _("a stage with the same every:, who does it and a gate"));
}

static bool is_field_anywhere(const scheme *s, const char *word)
{
    const char *point = strchr(word, '.');
    for (size_t i = 0; i < s->party.field_count; i++)
        if (strcmp(s->party.field[i].item.id, word) == 0)
            return true;
    for (size_t i = 0; i < s->form_count; i++) {
        size_t n = strlen(s->form[i].item.id);
        bool is_own =
            point && (size_t)(point - word) == n && strncmp(word, s->form[i].item.id, n) == 0;
        if (scheme_find_field(&s->form[i], is_own ? point + 1 : word))
            return true;
    }
    return false;
}

/* What publications may name besides fields. */
static bool is_public_word(const char *word)
{
    static const char *const words[] = {
        "name",      "birth",      "firm",     "region",       "year",         "level",
        "title",     "given",      "valid_to", "number",       "scores",       "score",
        "grade",     "rank",       "band",     "outcome",      "stage",        "reason",
        "pass_rate", "item_stats", "icc",      "kendall_w",    "fleiss_kappa", "kappa",
        "severity",  "rank_band",  "halo",     "order_effect", "own_region",   "connectivity",
        "variance",  "funnel",     "coverage", "votes",        "minutes",      "votes_by_name"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void lint_shown(reader *r, const scheme_publish *p, const char *const *word, size_t n)
{
    const scheme *s = r->s;
    for (size_t i = 0; i < n; i++) {
        bool is_known = is_public_word(word[i]) || is_field_anywhere(s, word[i]);
        static const section_id named[] = {SECTION_MEASURE, SECTION_ROLE,  SECTION_TALLY,
                                           SECTION_FORM,    SECTION_TITLE, SECTION_MONEY};
        for (size_t k = 0; k < sizeof named / sizeof *named; k++)
            is_known |= section_find(s, named[k], word[i]) != NULL;
        if (!is_known)
            fault_hint(r->faults,
                       fault_add(r->faults, "unknown-name", p->item.at,
                                 _("publication %s names %s, which is nothing"), p->item.id,
                                 word[i]),
                       _("declare it as a field, or take one of name, firm, region, year, title, "
                         "score, rank"));
    }
}

static void lint_publish(reader *r, const scheme_publish *p)
{
    lint_shown(r, p, p->show, p->show_count);
    lint_shown(r, p, p->hide, p->hide_count);
    lint_shown(r, p, p->stats, p->stats_count);
    for (size_t i = 0; i < p->show_count; i++)
        for (size_t k = 0; k < p->hide_count; k++)
            if (strcmp(p->show[i], p->hide[k]) == 0)
                fault_add(r->faults, "contradiction", p->item.at,
                          _("publication %s both shows and hides %s"), p->item.id, p->show[i]);
    if (!p->is_public && p->to_count == 0)
        fault_hint(r->faults,
                   fault_add(r->faults, "missing-key", p->item.at,
                             _("publication %s does not say to whom"), p->item.id),
                   _("to: public, or to: [roles]"));
}

void lint_rest(reader *r)
{
    for (size_t i = 0; i < r->s->measure_count; i++)
        lint_measure(r, &r->s->measure[i]);
    for (size_t i = 0; i < r->s->money_count; i++)
        lint_money(r, &r->s->money[i]);
    for (size_t i = 0; i < r->s->title_count; i++)
        lint_title(r, &r->s->title[i]);
    for (size_t i = 0; i < r->s->publish_count; i++)
        lint_publish(r, &r->s->publish[i]);
}
