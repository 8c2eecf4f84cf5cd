/* SPDX-License-Identifier: GPL-3.0-or-later */
/* count, sum, mean, min, max, any and all of a list that is too long to be held: its elements come one by
 * one and go through the `where`s and members that stand between the list and the function.
 *
 * The answers are those of expr_list.c for the same elements. */
#include "scheme/expr_over.h"

#include <string.h>

static bool is_question(expr_call call)
{
    return call == CALL_ANY || call == CALL_ALL;
}

bool expr_over_begin(expr_over *o, const expr *call, const expr_scope *scope, const char **list)
{
    *o = (expr_over){.call = call, .scope = *scope, .kept = scope->memory,
                     .sum = assay_rational_of(0)};
    const expr *e = call->arg_count == 1 && call->call <= CALL_ALL ? call->arg[0] : NULL;
    for (; e && (e->op == EXPR_WHERE || e->op == EXPR_MEMBER); e = e->a) {
        if (o->steps == OVER_STEPS)
            return false;
        o->step[o->steps++] = e;
    }
    if (!e || e->op != EXPR_NAME || e->name.kind != NAME_BUILTIN || e->type->kind != TYPE_LIST)
        return false;
    *list = e->name.text;
    return true;
}

/* -- what a condition asks of an element ---------------------------------------------------------- */

static bool is_among(const char *word, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(word, *names) == 0)
            return true;
    return false;
}

static bool asks_only(const expr *e, const char *const *names)
{
    if (!e)
        return true;
    if (e->op == EXPR_LOCAL || e->op == EXPR_WHERE)
        return false;
    if (e->op == EXPR_MEMBER && e->a->op == EXPR_LOCAL)
        return is_among(e->word, names);
    for (size_t i = 0; i < e->arg_count; i++)
        if (!asks_only(e->arg[i], names))
            return false;
    return asks_only(e->a, names) && asks_only(e->b, names) && asks_only(e->c, names);
}

bool expr_over_counts(const expr_over *o, const char *const *names)
{
    if (o->call->call != CALL_COUNT && !is_question(o->call->call))
        return false;
    for (size_t i = 0; i < o->steps; i++)
        if (o->step[i]->op != EXPR_WHERE || !asks_only(o->step[i]->b, names))
            return false;
    return true;
}

/* -- elements ------------------------------------------------------------------------------------- */

static void take_number(expr_over *o, value v)
{
    if (v.kind == VALUE_NA)
        return;
    o->is_missing |= v.kind != VALUE_NUMBER ||
                     assay_rational_add(o->sum, v.as.number, &o->sum, NULL) != ASSAY_OK;
    o->n++;
}

static void take_extreme(expr_over *o, value v)
{
    int order, sign = o->call->call == CALL_MAX ? 1 : -1;
    bool is_first = o->best.kind == VALUE_MISSING;
    o->has_na |= v.kind == VALUE_NA;
    if (v.kind == VALUE_NA || o->is_missing)
        return;
    if (v.kind == VALUE_MISSING || (!is_first && !value_compare(v, o->best, &order)))
        o->is_missing = true;
    else if (is_first || order * sign > 0) /* its texts go with the element */
        o->is_missing = !value_copy(o->kept, v, &o->best);
}

static void take(expr_over *o, value v, uint64_t times)
{
    switch (o->call->call) {
    case CALL_COUNT:
        o->n += times;
        break;
    case CALL_SUM:
    case CALL_MEAN:
        take_number(o, v);
        break;
    case CALL_MIN:
    case CALL_MAX:
        take_extreme(o, v);
        break;
    default:
        poll_add(&o->answers, v);
    }
}

/* Through the steps that are left, the innermost first; the outermost condition of any and all is itself
 * what is asked. */
static void pass(expr_over *o, size_t left, value item, uint64_t times)
{
    if (!left) {
        take(o, item, times);
        return;
    }
    const expr *step = o->step[left - 1];
    if (step->op == EXPR_WHERE) {
        frame inner = {.item = item};
        value v = eval(step->b, &o->scope, &inner);
        if (left == 1 && is_question(o->call->call))
            poll_add(&o->answers, v);
        else if (value_is_true(v))
            pass(o, left - 1, item, times);
        return;
    }
    value v = value_member_of(item, step->word);
    if (v.kind != VALUE_LIST)
        pass(o, left - 1, v, times);
    for (size_t i = 0; v.kind == VALUE_LIST && i < v.as.list.count; i++)
        pass(o, left - 1, v.as.list.item[i], times);
}

void expr_over_add(expr_over *o, value item, uint64_t times, arena *memory)
{
    o->scope.memory = memory;
    pass(o, o->steps, item, times);
}

value expr_over_end(const expr_over *o)
{
    assay_rational mean;
    if (o->is_missing)
        return VALUE_NONE;
    switch (o->call->call) {
    case CALL_COUNT:
        return value_whole((int64_t)o->n);
    case CALL_SUM:
        return value_number(o->sum);
    case CALL_MEAN:
        return o->n && assay_rational_div(o->sum, assay_rational_of((int64_t)o->n), &mean, NULL) ==
                           ASSAY_OK
                   ? value_number(mean)
                   : VALUE_NONE;
    case CALL_MIN:
    case CALL_MAX:
        return o->best.kind == VALUE_MISSING && o->has_na ? value_na() : o->best;
    case CALL_ALL:
        return poll_and(&o->answers, true);
    default:
        return o->answers.yes || o->answers.missing ? poll_or(&o->answers) : value_bool(false);
    }
}
