/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of expressions.
 *
 * Arithmetic and comparison with something missing are missing, with something not applicable n/a.
 * In `and` and `or` what is not applicable drops out and what is missing counts as not known: false
 * and missing is false, true and missing is missing.
 */
#include "scheme/expr_eval.h"

#include "scheme/tally.h"

#include <string.h>

value absent(value a, value b)
{
    return a.kind == VALUE_NA || b.kind == VALUE_NA
               ? (a.kind == VALUE_MISSING || b.kind == VALUE_MISSING ? VALUE_NONE : value_na())
               : VALUE_NONE;
}

/* -- logic ----------------------------------------------------------------------------------- */

void poll_add(poll *p, value v)
{
    if (v.kind == VALUE_BOOL && v.as.truth)
        p->yes++;
    else if (v.kind == VALUE_BOOL)
        p->no++;
    else if (v.kind != VALUE_NA)
        p->missing++;
}

value poll_and(const poll *p, bool is_empty_true)
{
    if (p->no)
        return value_bool(false);
    if (p->missing)
        return VALUE_NONE;
    return p->yes || is_empty_true ? value_bool(true) : value_na();
}

value poll_or(const poll *p)
{
    if (p->yes)
        return value_bool(true);
    if (p->missing)
        return VALUE_NONE;
    return p->no ? value_bool(false) : value_na();
}

static value eval_logic(const expr *e, const expr_scope *s, const frame *f)
{
    poll p = {.yes = 0};
    poll_add(&p, eval(e->a, s, f));
    /* What cannot change the answer is not asked. */
    if (e->op == EXPR_AND ? p.no : p.yes)
        return value_bool(e->op == EXPR_OR);
    poll_add(&p, eval(e->b, s, f));
    return e->op == EXPR_AND ? poll_and(&p, false) : poll_or(&p);
}

static value eval_not(value v)
{
    return v.kind == VALUE_BOOL ? value_bool(!v.as.truth) : v.kind == VALUE_NA ? v : VALUE_NONE;
}

static value eval_is(const expr *e, value v)
{
    bool is = e->state == STATE_MISSING ? v.kind == VALUE_MISSING
              : e->state == STATE_NA    ? v.kind == VALUE_NA
                                        : value_is_given(v);
    return value_bool(is != e->is_negated);
}

/* -- comparing ------------------------------------------------------------------------------- */

static int64_t place_of(const type *t, const char *word)
{
    for (size_t i = 0; i < t->choice_count; i++)
        if (strcmp(t->choice[i].id, word) == 0)
            return (int64_t)i;
    return -1;
}

/* Choices are in the order of their list. */
static bool compare(const expr *e, value a, value b, int *out)
{
    const type *t = e->a->type->kind == TYPE_ENUM ? e->a->type : e->b->type;
    if (t->kind != TYPE_ENUM || a.kind != VALUE_TEXT || b.kind != VALUE_TEXT)
        return value_compare(a, b, out);
    int64_t x = place_of(t, a.as.text), y = place_of(t, b.as.text);
    if (x < 0 || y < 0)
        return value_compare(a, b, out);
    *out = x < y ? -1 : x > y;
    return true;
}

static value eval_comparison(const expr *e, const expr_scope *s, const frame *f)
{
    value a = eval(e->a, s, f), b = eval(e->b, s, f);
    int order;
    if (!value_is_given(a) || !value_is_given(b))
        return absent(a, b);
    if (!compare(e, a, b, &order))
        return VALUE_NONE;
    switch (e->op) {
    case EXPR_EQUAL:
        return value_bool(order == 0);
    case EXPR_UNEQUAL:
        return value_bool(order != 0);
    case EXPR_LESS:
        return value_bool(order < 0);
    case EXPR_AT_MOST:
        return value_bool(order <= 0);
    case EXPR_MORE:
        return value_bool(order > 0);
    default:
        return value_bool(order >= 0);
    }
}

static value eval_in(const expr *e, const expr_scope *s, const frame *f)
{
    value a = eval(e->a, s, f), list = eval(e->b, s, f);
    poll p = {.yes = 0};
    int order;
    if (!value_is_given(a) || list.kind != VALUE_LIST)
        return absent(a, list);
    for (size_t i = 0; i < list.as.list.count; i++) {
        value item = list.as.list.item[i];
        if (item.kind == VALUE_MISSING)
            p.missing++;
        else if (value_compare(a, item, &order))
            poll_add(&p, value_bool(order == 0));
    }
    value is = p.yes || p.missing ? poll_or(&p) : value_bool(false);
    return e->is_negated ? eval_not(is) : is;
}

/* -- arithmetic ------------------------------------------------------------------------------ */

static value number_or_missing(assay_status status, assay_rational n)
{
    return status == ASSAY_OK ? value_number(n) : VALUE_NONE;
}

static value add_durations(const value_duration *a, const value_duration *b, int sign)
{
    int64_t months = (int64_t)a->months + sign * b->months, seconds;
    if (__builtin_add_overflow(a->seconds, sign * b->seconds, &seconds) || months > INT32_MAX ||
        months < INT32_MIN)
        return VALUE_NONE;
    return value_period((int32_t)months, seconds);
}

static value move_date(value date, const value_duration *d, int sign)
{
    int64_t moved;
    if (!date_add(date.as.date, sign * d->months, sign * d->seconds, &moved))
        return VALUE_NONE;
    date.as.date = moved;
    date.has_time |= moved % 86400 != 0;
    return date;
}

static value between(value later, value earlier)
{
    value v = value_period(0, later.as.date - earlier.as.date);
    v.as.duration.start = earlier.as.date;
    return v;
}

static value eval_add(value a, value b, int sign)
{
    assay_rational n;
    if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER)
        return number_or_missing(sign > 0 ? assay_rational_add(a.as.number, b.as.number, &n, NULL)
                                          : assay_rational_sub(a.as.number, b.as.number, &n, NULL),
                                 n);
    if (a.kind == VALUE_DATE && b.kind == VALUE_DURATION)
        return move_date(a, &b.as.duration, sign);
    if (a.kind == VALUE_DATE && b.kind == VALUE_DATE)
        return between(a, b);
    if (a.kind == VALUE_DURATION && b.kind == VALUE_DURATION)
        return add_durations(&a.as.duration, &b.as.duration, sign);
    return VALUE_NONE;
}

static value eval_multiply(value a, value b)
{
    assay_rational n;
    if (a.kind != VALUE_NUMBER || b.kind != VALUE_NUMBER)
        return VALUE_NONE;
    return number_or_missing(assay_rational_mul(a.as.number, b.as.number, &n, NULL), n);
}

static value divide_durations(const value_duration *a, const value_duration *b)
{
    assay_rational n;
    bool by_months = b->months != 0;
    if (by_months ? a->seconds || b->seconds : a->months != 0)
        return VALUE_NONE;
    return number_or_missing(assay_rational_ratio(by_months ? a->months : a->seconds,
                                                  by_months ? b->months : b->seconds, &n, NULL),
                             n);
}

static value eval_divide(value a, value b)
{
    assay_rational n;
    if (a.kind == VALUE_DURATION && b.kind == VALUE_DURATION)
        return divide_durations(&a.as.duration, &b.as.duration);
    if (a.kind != VALUE_NUMBER || b.kind != VALUE_NUMBER)
        return VALUE_NONE;
    return number_or_missing(assay_rational_div(a.as.number, b.as.number, &n, NULL), n);
}

static value eval_arithmetic(const expr *e, const expr_scope *s, const frame *f)
{
    value a = eval(e->a, s, f), b = eval(e->b, s, f);
    if (!value_is_given(a) || !value_is_given(b))
        return absent(a, b);
    switch (e->op) {
    case EXPR_ADD:
        return eval_add(a, b, 1);
    case EXPR_SUBTRACT:
        return eval_add(a, b, -1);
    case EXPR_MULTIPLY:
        return eval_multiply(a, b);
    default:
        return eval_divide(a, b);
    }
}

/* -- names ------------------------------------------------------------------------------------- */

static value eval_name(const expr *e, const expr_scope *s)
{
    const expr_name *n = &e->name;
    if (n->kind == NAME_RULE) {
        const scheme_rule *r = &s->scheme->rule[n->index];
        value v = r->is ? eval(r->is, s, NULL) : VALUE_NONE;
        return r->kind == RULE_STEPS ? steps_look(r, v) : v;
    }
    if (n->kind == NAME_TALLY && !n->text && s->scheme->tally[n->index].method == TALLY_EXPR)
        return tally_calculate(&s->scheme->tally[n->index], s);
    if (n->kind == NAME_MEASURE && s->scheme->measure[n->index].is)
        return eval(s->scheme->measure[n->index].is, s, NULL);
    value v = VALUE_NONE;
    s->get(s->context, n, &v);
    return v;
}

static value eval_index(const expr *e, const expr_scope *s, const frame *f)
{
    value key[2];
    for (size_t i = 0; i < e->arg_count && i < 2; i++) {
        key[i] = eval(e->arg[i], s, f);
        if (!value_is_given(key[i]))
            return key[i];
    }
    return table_look(e->a->type->table, key, e->arg_count);
}

static value eval_part(const expr *e, const expr_scope *s, const frame *f)
{
    if (e->a->type->kind == TYPE_TABLE) {
        value key = value_text(e->word);
        return table_look(e->a->type->table, &key, 1);
    }
    return eval_member(eval(e->a, s, f), e->word, s->memory);
}

static value eval_list(const expr *e, const expr_scope *s, const frame *f)
{
    value *item = arena_array(s->memory, value, e->arg_count ? e->arg_count : 1);
    if (!item)
        return VALUE_NONE;
    for (size_t i = 0; i < e->arg_count; i++)
        item[i] = eval(e->arg[i], s, f);
    return (value){.kind = VALUE_LIST, .as.list = {item, e->arg_count}};
}

static value eval_local(const expr *e, const frame *f)
{
    for (uint32_t i = 0; f && i < e->depth; i++)
        f = f->outer;
    return f ? f->item : VALUE_NONE;
}

static value eval_if(const expr *e, const expr_scope *s, const frame *f)
{
    value v = eval(e->a, s, f);
    if (v.kind != VALUE_BOOL)
        return v.kind == VALUE_NA ? v : VALUE_NONE;
    return eval(v.as.truth ? e->b : e->c, s, f);
}

value eval(const expr *e, const expr_scope *s, const frame *f)
{
    switch (e->op) {
    case EXPR_CONSTANT:
        return e->constant;
    case EXPR_NAME:
        return eval_name(e, s);
    case EXPR_LOCAL:
        return eval_local(e, f);
    case EXPR_MEMBER:
        return eval_part(e, s, f);
    case EXPR_INDEX:
        return eval_index(e, s, f);
    case EXPR_LIST:
        return eval_list(e, s, f);
    case EXPR_CALL:
        return eval_call(e, s, f);
    case EXPR_WHERE:
        return eval_where(e, s, f);
    case EXPR_IF:
        return eval_if(e, s, f);
    case EXPR_AND:
    case EXPR_OR:
        return eval_logic(e, s, f);
    case EXPR_NOT:
        return eval_not(eval(e->a, s, f));
    case EXPR_NEGATE: {
        value v = eval(e->a, s, f);
        return v.kind == VALUE_NUMBER ? value_number(assay_rational_negate(v.as.number))
               : v.kind == VALUE_NA   ? v
                                      : VALUE_NONE;
    }
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return eval_arithmetic(e, s, f);
    case EXPR_IN:
        return eval_in(e, s, f);
    case EXPR_IS:
        return eval_is(e, eval(e->a, s, f));
    case EXPR_WORD:
        return VALUE_NONE; /* a scheme with one is not handed out */
    default:
        return eval_comparison(e, s, f);
    }
}

value expr_eval(const expr *e, const expr_scope *scope)
{
    return eval(e, scope, NULL);
}
