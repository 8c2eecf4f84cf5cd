/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which thing of the scheme a name means.
 *
 * Innermost first: the element of a where; then exam. stage. judge. and the prefixes that settle
 * doubts (rule. tally. measure. form. party. rubric.); then bare names: rules, tallies, nodes of
 * rubrics, forms' fields, banks, measures, attributes of the party, what is built in.
 */
#include "scheme/expr_inner.h"

#include "base/i18n.h"

#include <string.h>

#define WORDS_MOST 8

typedef struct {
    expr *node[WORDS_MOST]; /* node[k] spells the first k + 1 words */
    const char *word[WORDS_MOST];
    size_t count;
} chain;

typedef struct {
    expr_name name;
    const type *type;
    size_t used; /* words */
} meaning;

static expr *writable(const expr *e)
{
    return (expr *)(uintptr_t)e;
}

/* The words of a.b.c, or false where something else stands before a point. */
static bool spell(expr *e, chain *out)
{
    expr *stack[WORDS_MOST * 2];
    size_t depth = 0;
    for (; e->op == EXPR_MEMBER; e = writable(e->a)) {
        if (depth == WORDS_MOST * 2)
            return false;
        stack[depth++] = e;
    }
    if (e->op != EXPR_WORD)
        return false;
    out->node[0] = e;
    out->word[0] = e->word;
    out->count = 1;
    while (depth && out->count < WORDS_MOST) {
        expr *member = stack[--depth];
        out->node[out->count] = member;
        out->word[out->count++] = member->word;
    }
    return true;
}

/* -- the element of a where ------------------------------------------------------------------ */

static bool has_member(const type *t, const char *word)
{
    for (size_t i = 0; t->kind == TYPE_RECORD && i < t->member_count; i++)
        if (strcmp(t->member[i].name, word) == 0)
            return true;
    return false;
}

static bool resolve_local(expr_compiler *c, const chain *w)
{
    uint32_t depth = 0;
    for (const expr_local *l = c->local; l; l = l->outer, depth++) {
        bool is_it = strcmp(w->word[0], "it") == 0;
        if (!is_it && !has_member(l->item, w->word[0]))
            continue;
        expr *word = w->node[0], *element = is_it ? word : arena_new(c->memory, expr);
        if (!element)
            return false;
        if (!is_it) {
            *element = *word;
            word->op = EXPR_MEMBER;
            word->a = element;
        }
        element->op = EXPR_LOCAL;
        element->depth = depth;
        element->type = l->item;
        return true;
    }
    return false;
}

/* -- things of the scheme ------------------------------------------------------------------------
 */

static bool is_word(const chain *w, size_t i, const char *text)
{
    return i < w->count && strcmp(w->word[i], text) == 0;
}

#define FIND(array, n)                                                                             \
    for (size_t i = 0; i < (n); i++)                                                               \
        if (strcmp((array)[i].item.id, word) == 0)                                                 \
            return (long)i;                                                                        \
    return -1

static long find_rule(const scheme *s, const char *word)
{
    FIND(s->rule, s->rule_count);
}
static long find_tally(const scheme *s, const char *word)
{
    FIND(s->tally, s->tally_count);
}
static long find_rubric(const scheme *s, const char *word)
{
    FIND(s->rubric, s->rubric_count);
}
static long find_form(const scheme *s, const char *word)
{
    FIND(s->form, s->form_count);
}
static long find_bank(const scheme *s, const char *word)
{
    FIND(s->bank, s->bank_count);
}
static long find_measure(const scheme *s, const char *word)
{
    FIND(s->measure, s->measure_count);
}
static long find_stage(const scheme *s, const char *word)
{
    FIND(s->stage, s->stage_count);
}
static long find_field(const scheme_field *field, size_t n, const char *word)
{
    FIND(field, n);
}

static bool means(meaning *m, expr_name_kind kind, long index, const type *t, size_t used)
{
    if (index < 0)
        return false;
    *m = (meaning){.name = {.kind = kind, .index = (uint32_t)index}, .type = t, .used = used};
    return true;
}

static bool mean_rule(expr_compiler *c, const chain *w, size_t at, meaning *m)
{
    long i = at < w->count ? find_rule(c->scheme, w->word[at]) : -1;
    return means(m, NAME_RULE, i, NULL, at + 1);
}

/* votes, votes.yes, votes.turnout */
static bool mean_tally(expr_compiler *c, const chain *w, size_t at, meaning *m)
{
    static const char *const parts[] = {"cast", "eligible", "share", "turnout"};
    long i = at < w->count ? find_tally(c->scheme, w->word[at]) : -1;
    if (!means(m, NAME_TALLY, i, &type_number, at + 1))
        return false;
    const scheme_tally *t = &c->scheme->tally[i];
    if (t->method != TALLY_BALLOTS || at + 1 >= w->count)
        return true;
    const char *part = w->word[at + 1];
    bool is_part = false;
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        is_part |= strcmp(part, parts[k]) == 0;
    for (size_t k = 0; t->field && k < t->field->choice_count; k++)
        is_part |= strcmp(part, t->field->choice[k].id) == 0;
    if (is_part) {
        m->name.text = part;
        m->used++;
    }
    return true;
}

static bool is_list(const char *attribute)
{
    return strcmp(attribute, "answers") == 0 || strcmp(attribute, "repeats") == 0;
}

static const type *node_type(const char *attribute, arena *memory)
{
    if (is_list(attribute))
        return type_of_answers(memory);
    return &type_number;
}

static const char *node_attribute(const char *word)
{
    static const char *const attributes[] = {"points", "possible", "share", "answers", "repeats"};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (word && strcmp(word, attributes[i]) == 0)
            return attributes[i];
    return NULL;
}

/* papers.circle, audit.p6.p6_2.share; the bare rubric only with a prefix, or where no tally has its
 * name */
static bool mean_node(expr_compiler *c, const chain *w, size_t at, bool alone, meaning *m)
{
    long i = at < w->count ? find_rubric(c->scheme, w->word[at]) : -1;
    if (i < 0)
        return false;
    const scheme_rubric *r = &c->scheme->rubric[i];
    if (r->node_count == 0)
        return false; /* it could not be read */
    const scheme_node *node = &r->node[0];
    size_t used = at + 1;
    while (used < w->count) {
        const scheme_node *below = scheme_find_node(r, w->word[used]);
        if (!below || below == &r->node[0])
            break;
        node = below;
        used++;
    }
    const char *attribute = used < w->count ? node_attribute(w->word[used]) : NULL;
    if (!alone && node == &r->node[0] && !attribute)
        return false;
    means(m, NAME_NODE, i, node_type(attribute ? attribute : "points", c->memory),
          used + (attribute != NULL));
    m->name.part = (uint32_t)(node - r->node);
    m->name.text = attribute ? attribute : "points";
    if (is_list(m->name.text))
        c->scheme->rubric[i].has_lists = true;
    if (is_list(m->name.text) || node != &r->node[0])
        c->scheme->rubric[i].has_nodes = true;
    return true;
}

static bool mean_field(expr_compiler *c, const chain *w, size_t at, meaning *m)
{
    long i = at + 1 < w->count ? find_form(c->scheme, w->word[at]) : -1;
    if (i < 0)
        return false;
    const scheme_form *f = &c->scheme->form[i];
    long part = find_field(f->field, f->field_count, w->word[at + 1]);
    if (part < 0)
        return false;
    means(m, NAME_FIELD, i, type_of_field(&f->field[part], c->memory), at + 2);
    m->name.part = (uint32_t)part;
    return true;
}

static bool mean_exam(expr_compiler *c, const chain *w, size_t at, meaning *m)
{
    long i = at < w->count ? find_bank(c->scheme, w->word[at]) : -1;
    if (!means(m, NAME_EXAM, i, &type_number, at + 1))
        return false;
    const scheme_bank *b = &c->scheme->bank[i];
    for (size_t k = 0; at + 1 < w->count && k < b->topic_count; k++)
        if (strcmp(b->topic[k].id, w->word[at + 1]) == 0) {
            m->name.text = b->topic[k].id;
            m->used = at + 2;
        }
    return true;
}

static bool mean_measure(expr_compiler *c, const chain *w, size_t at, meaning *m)
{
    return means(m, NAME_MEASURE, at < w->count ? find_measure(c->scheme, w->word[at]) : -1,
                 &type_number, at + 1);
}

static bool mean_party(expr_compiler *c, const chain *w, size_t at, meaning *m)
{
    const scheme_party *p = &c->scheme->party;
    long i = at < w->count ? find_field(p->field, p->field_count, w->word[at]) : -1;
    return means(m, NAME_PARTY, i, i < 0 ? NULL : type_of_field(&p->field[i], c->memory), at + 1);
}

static const type *stage_attribute(expr_compiler *c, const char *word)
{
    static const char *const outcomes[] = {"pass",    "return", "reject",
                                           "suspend", "reopen", "stage"};
    if (strcmp(word, "opened") == 0 || strcmp(word, "closed") == 0 || strcmp(word, "due") == 0)
        return &type_date;
    if (strcmp(word, "times") == 0)
        return &type_number;
    if (strcmp(word, "late") == 0)
        return &type_bool;
    if (strcmp(word, "outcome") != 0)
        return NULL;
    scheme_item *item = arena_array(c->memory, scheme_item, 6);
    for (size_t i = 0; item && i < 6; i++)
        item[i].id = outcomes[i];
    return item ? type_of_items(item, sizeof *item, 6, c->memory) : &type_unknown;
}

static bool mean_stage(expr_compiler *c, const chain *w, meaning *m)
{
    long i = w->count > 2 ? find_stage(c->scheme, w->word[1]) : -1;
    const type *t = i < 0 ? NULL : stage_attribute(c, w->word[2]);
    if (!t)
        return false;
    means(m, NAME_STAGE, i, t, 3);
    m->name.text = w->word[2];
    return true;
}

static bool mean_judge(expr_compiler *c, const chain *w, meaning *m)
{
    const scheme_role *r = c->place.judge;
    if (!r || w->count < 2)
        return false;
    long i = find_field(r->field, r->field_count, w->word[1]);
    if (!means(m, NAME_JUDGE, i, i < 0 ? NULL : type_of_field(&r->field[i], c->memory), 2))
        return false;
    m->name.text = r->field[i].item.id;
    return true;
}

static bool mean_builtin(expr_compiler *c, const chain *w, meaning *m)
{
    const type *t = NULL;
    const char *word = w->word[0];
    if (strcmp(word, "today") == 0)
        return means(m, NAME_TODAY, 0, &type_date, 1);
    if (strcmp(word, "prior_title") == 0)
        t = &type_bool;
    else if (strcmp(word, "year") == 0)
        t = &type_number;
    else if (strcmp(word, "holders") == 0 || strcmp(word, "active") == 0)
        t = type_of_holders(c->scheme, c->memory);
    else if (strcmp(word, "cases") == 0)
        t = type_of_cases(c->scheme, c->memory);
    if (!t)
        return false;
    means(m, NAME_BUILTIN, 0, t, 1);
    m->name.text = word;
    return true;
}

/* A field named without its form: its own form's first, else it must be unique. */
static bool mean_bare_field(expr_compiler *c, const chain *w, meaning *m)
{
    const scheme *s = c->scheme;
    const scheme_form *first = NULL, *second = NULL;
    for (size_t i = 0; i < s->form_count; i++) {
        const scheme_form *f = &s->form[i];
        if (find_field(f->field, f->field_count, w->word[0]) < 0)
            continue;
        if (f == c->place.form) {
            first = f;
            second = NULL;
            break;
        }
        second = first ? f : NULL;
        first = first ? first : f;
    }
    if (!first)
        return false;
    if (second)
        fault_hint(c->faults,
                   expr_fault(c, w->node[0], "ambiguous-name", _("%s is a field of %s and of %s"),
                              w->word[0], first->item.id, second->item.id),
                   _("write %s.%s"), first->item.id, w->word[0]);
    long part = find_field(first->field, first->field_count, w->word[0]);
    means(m, NAME_FIELD, first - s->form, type_of_field(&first->field[part], c->memory), 1);
    m->name.part = (uint32_t)part;
    return true;
}

static bool mean_prefixed(expr_compiler *c, const chain *w, meaning *m)
{
    return (is_word(w, 0, "exam") && mean_exam(c, w, 1, m)) ||
           (is_word(w, 0, "stage") && mean_stage(c, w, m)) ||
           (is_word(w, 0, "judge") && mean_judge(c, w, m)) ||
           (is_word(w, 0, "rule") && mean_rule(c, w, 1, m)) ||
           (is_word(w, 0, "tally") && mean_tally(c, w, 1, m)) ||
           (is_word(w, 0, "measure") && mean_measure(c, w, 1, m)) ||
           (is_word(w, 0, "form") && mean_field(c, w, 1, m)) ||
           (is_word(w, 0, "party") && mean_party(c, w, 1, m)) ||
           (is_word(w, 0, "rubric") && mean_node(c, w, 1, true, m));
}

static bool mean(expr_compiler *c, const chain *w, meaning *m)
{
    if (mean_prefixed(c, w, m))
        return true;
    return mean_node(c, w, 0, false, m) || mean_field(c, w, 0, m) || mean_rule(c, w, 0, m) ||
           mean_tally(c, w, 0, m) || mean_node(c, w, 0, true, m) || mean_exam(c, w, 0, m) ||
           mean_measure(c, w, 0, m) || mean_party(c, w, 0, m) || mean_bare_field(c, w, m) ||
           mean_builtin(c, w, m);
}

static const char *spelled(const expr *e, arena *memory)
{
    const char *text = arena_text(memory, e->tree->text + e->start, e->end - e->start);
    return text ? text : "";
}

bool expr_resolve(expr_compiler *c, expr *e)
{
    chain w;
    meaning m;
    if (!spell(e, &w))
        return false;
    if (resolve_local(c, &w))
        return true;
    if (!mean(c, &w, &m))
        return false;
    if (m.used > w.count)
        return false;
    expr *node = w.node[m.used - 1];
    node->op = EXPR_NAME;
    node->name = m.name;
    node->name.word = spelled(node, c->memory);
    bool is_asked = m.name.kind == NAME_RULE || (m.name.kind == NAME_TALLY && !m.name.text) ||
                    m.name.kind == NAME_MEASURE;
    const type *asked = is_asked ? c->type_of(c->context, m.name.kind, m.name.index) : NULL;
    node->type = asked ? asked : m.type ? m.type : &type_unknown;
    return true;
}

/* -- unknown names -------------------------------------------------------------------------------
 */

typedef struct {
    const char *name[600];
    size_t count;
} names;

static void note(names *n, const char *name)
{
    if (n->count < sizeof n->name / sizeof *n->name)
        n->name[n->count++] = name;
}

static void note_fields(names *n, const scheme_field *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        note(n, f[i].item.id);
}

static void note_all(const scheme *s, names *n)
{
    static const char *const builtin[] = {"today",  "year",  "prior_title", "holders",
                                          "active", "cases", "stage",       "exam"};
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
        note(n, builtin[i]);
    for (size_t i = 0; i < s->rule_count; i++)
        note(n, s->rule[i].item.id);
    for (size_t i = 0; i < s->tally_count; i++)
        note(n, s->tally[i].item.id);
    for (size_t i = 0; i < s->rubric_count; i++)
        note(n, s->rubric[i].item.id);
    for (size_t i = 0; i < s->bank_count; i++)
        note(n, s->bank[i].item.id);
    for (size_t i = 0; i < s->measure_count; i++)
        note(n, s->measure[i].item.id);
    note_fields(n, s->party.field, s->party.field_count);
    for (size_t i = 0; i < s->form_count; i++) {
        note(n, s->form[i].item.id);
        note_fields(n, s->form[i].field, s->form[i].field_count);
    }
}

static const char *nearest_local(const expr_local *local, const char *word)
{
    names n = {.count = 0};
    for (; local; local = local->outer)
        for (size_t i = 0; local->item->kind == TYPE_RECORD && i < local->item->member_count; i++)
            note(&n, local->item->member[i].name);
    return nearest_of(word, n.name, n.count);
}

void expr_unknown(expr_compiler *c, const expr *e)
{
    chain w = {.count = 0};
    names n = {.count = 0};
    const char *word = spell(writable(e), &w) ? w.word[0] : "?";
    scheme_fault *f =
        expr_fault(c, e, "unknown-name", _("nothing is called %s"), spelled(e, c->memory));
    const char *near = nearest_local(c->local, word);
    const scheme_form *form = w.count > 1 ? scheme_find_form(c->scheme, word) : NULL;
    if (!near && form) {
        note_fields(&n, form->field, form->field_count);
        near = nearest_of(w.word[1], n.name, n.count);
        n.count = 0;
    }
    note_all(c->scheme, &n);
    if (!near)
        near = nearest_of(word, n.name, n.count);
    if (near && strcmp(near, word) != 0)
        fault_hint(c->faults, f, _("did you mean %s?"), near);
    else
        fault_hint(c->faults, f,
                   _("declare it under party.fields, as a field of a form or as a rule; texts need "
                     "quotes"));
}
