/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an expression rests on, and why it is not true: for records and for people. */
#include "scheme/expr_eval.h"

#include <string.h>

#define SEEN_MOST 512

typedef struct {
    const scheme *scheme;
    bool (*each)(void *context, const expr_name *name);
    void *context;
    const expr_name *seen[SEEN_MOST];
    size_t count;
    bool is_over;
} walk;

static bool is_same(const expr_name *a, const expr_name *b)
{
    bool is_same_text = a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0);
    return a->kind == b->kind && a->index == b->index && a->part == b->part && is_same_text;
}

static void visit(walk *w, const expr *e);

/* What is calculated is followed to what it rests on. */
static void visit_name(walk *w, const expr_name *n)
{
    for (size_t i = 0; i < w->count; i++)
        if (is_same(w->seen[i], n))
            return;
    if (w->count == SEEN_MOST)
        return;
    w->seen[w->count++] = n;
    if (!w->each(w->context, n)) {
        w->is_over = true;
        return;
    }
    const scheme *s = w->scheme;
    if (n->kind == NAME_RULE && s->rule[n->index].is)
        visit(w, s->rule[n->index].is);
    else if (n->kind == NAME_TALLY && s->tally[n->index].is)
        visit(w, s->tally[n->index].is);
    else if (n->kind == NAME_MEASURE && s->measure[n->index].is)
        visit(w, s->measure[n->index].is);
}

static void visit(walk *w, const expr *e)
{
    if (!e || w->is_over)
        return;
    if (e->op == EXPR_NAME)
        visit_name(w, &e->name);
    visit(w, e->a);
    visit(w, e->b);
    visit(w, e->c);
    for (size_t i = 0; i < e->arg_count; i++)
        visit(w, e->arg[i]);
}

void expr_names(const expr *e, const scheme *s, bool (*each)(void *context, const expr_name *name),
                void *context)
{
    walk w = {.scheme = s, .each = each, .context = context};
    visit(&w, e);
}

/* A conjunction by its parts, a rule by its condition; anything else is one reason. */
static void reasons(const expr *e, const expr_scope *s,
                    void (*each)(void *context, const expr *part, value found), void *context)
{
    value v = eval(e, s, NULL);
    if (value_is_true(v) || v.kind == VALUE_NA)
        return;
    if (e->op == EXPR_AND) {
        reasons(e->a, s, each, context);
        reasons(e->b, s, each, context);
    } else if (e->op == EXPR_NAME && e->name.kind == NAME_RULE &&
               s->scheme->rule[e->name.index].is) {
        reasons(s->scheme->rule[e->name.index].is, s, each, context);
    } else {
        each(context, e, v);
    }
}

void expr_reasons(const expr *e, const expr_scope *scope,
                  void (*each)(void *context, const expr *part, value found), void *context)
{
    reasons(e, scope, each, context);
}
