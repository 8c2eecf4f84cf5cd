/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types: every expression has one, or a fault says why not. A fault is told once; what depends on
 * it has TYPE_UNKNOWN and is silent. */
#include "scheme/expr_inner.h"

#include "base/i18n.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static expr *writable(const expr *e)
{
    return (expr *)(uintptr_t)e;
}

scheme_fault *expr_fault(expr_compiler *c, const expr *e, const char *code, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fault_add(c->faults, code, tree_place(e->tree, e->start), "%s", text);
}

static const type *refuse(expr_compiler *c, const expr *e, const type *found, const char *expected)
{
    if (found->kind != TYPE_UNKNOWN)
        fault_expected(c->faults, expr_fault(c, e, "type", _("this is %s"), type_describe(found)),
                       "%s", expected);
    return &type_unknown;
}

static bool is_kind(const expr *e, type_kind kind)
{
    return e->type->kind == kind || e->type->kind == TYPE_UNKNOWN;
}

static const type *demand(expr_compiler *c, const expr *e, const type *wanted)
{
    return is_kind(e, wanted->kind) ? wanted : refuse(c, e, e->type, type_describe(wanted));
}

/* -- names ----------------------------------------------------------------------------------- */

static const type *member_type(const type *t, const char *word, arena *memory)
{
    if (t->kind == TYPE_LIST) {
        const type *inner = member_type(t->item, word, memory);
        return inner && inner->kind == TYPE_LIST ? inner
               : inner                           ? type_list_of(inner, memory)
                                                 : NULL;
    }
    for (size_t i = 0; t->kind == TYPE_RECORD && i < t->member_count; i++)
        if (strcmp(t->member[i].name, word) == 0)
            return t->member[i].type;
    return NULL;
}

static void unknown_member(expr_compiler *c, const expr *e, const type *t)
{
    const char *name[64];
    size_t n = 0;
    while (t->kind == TYPE_LIST)
        t = t->item;
    if (t->kind != TYPE_RECORD) {
        if (t->kind != TYPE_UNKNOWN)
            expr_fault(c, e, "unknown-name", _("%s has no part %s"), type_describe(t), e->word);
        return;
    }
    for (; n < t->member_count && n < 64; n++)
        name[n] = t->member[n].name;
    scheme_fault *f = expr_fault(c, e, "unknown-name", _("it has no part %s"), e->word);
    const char *near = nearest_of(e->word, name, n);
    if (near)
        fault_hint(c->faults, f, _("did you mean %s?"), near);
}

static bool is_spelled(const expr *e)
{
    while (e->op == EXPR_MEMBER)
        e = e->a;
    return e->op == EXPR_WORD;
}

static const type *table_part(expr_compiler *c, const expr *e, const scheme_rule *r);

static const type *check_member(expr_compiler *c, expr *e)
{
    if (is_spelled(e)) {
        if (!expr_resolve(c, e)) {
            expr_unknown(c, e);
            return &type_unknown;
        }
        if (e->op != EXPR_MEMBER)
            return e->type;
    }
    expr *a = writable(e->a);
    if (!a->type)
        expr_check(c, a);
    if (a->type->kind == TYPE_TABLE)
        return table_part(c, e, a->type->table);
    const type *t = member_type(a->type, e->word, c->memory);
    if (!t)
        unknown_member(c, e, a->type);
    return t ? t : &type_unknown;
}

static const type *check_word(expr_compiler *c, expr *e)
{
    if (expr_resolve(c, e)) {
        if (e->op == EXPR_MEMBER)
            return check_member(c, e);
        return e->type;
    }
    expr_unknown(c, e);
    return &type_unknown;
}

/* -- tables ------------------------------------------------------------------------------------ */

static bool has_text(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static void unknown_key(expr_compiler *c, const expr *e, const scheme_rule *r, const char *key,
                        const char *const *list, size_t n)
{
    scheme_fault *f = expr_fault(c, e, "unknown-row", _("table %s has no %s"), r->item.id, key);
    const char *near = nearest_of(key, list, n);
    if (near)
        fault_hint(c->faults, f, _("did you mean %s?"), near);
}

static const type *table_part(expr_compiler *c, const expr *e, const scheme_rule *r)
{
    if (!has_text(r->row, r->row_count, e->word)) {
        unknown_key(c, e, r, e->word, r->row, r->row_count);
        return &type_unknown;
    }
    if (r->column) {
        expr_fault(c, e, "type", _("table %s has columns"), r->item.id);
        return &type_unknown;
    }
    return e->a->type->item;
}

static bool is_choice(const type *t, const char *word)
{
    for (size_t i = 0; i < t->choice_count; i++)
        if (strcmp(t->choice[i].id, word) == 0)
            return true;
    return false;
}

/* A key is the bare name of a row, or an expression; then every choice needs a row. */
static void check_key(expr_compiler *c, expr *e, const scheme_rule *r, const char *const *list,
                      size_t n)
{
    if (e->op == EXPR_WORD && has_text(list, n, e->word)) {
        e->op = EXPR_CONSTANT;
        e->constant = value_text(e->word);
        e->type = &type_text;
        return;
    }
    expr_check(c, e);
    if (e->op == EXPR_CONSTANT && e->type->kind == TYPE_TEXT &&
        !has_text(list, n, e->constant.as.text))
        unknown_key(c, e, r, e->constant.as.text, list, n);
    for (size_t i = 0; e->type->kind == TYPE_ENUM && i < e->type->choice_count; i++)
        if (!has_text(list, n, e->type->choice[i].id))
            unknown_key(c, e, r, e->type->choice[i].id, list, n);
    if (!is_kind(e, TYPE_ENUM) && !is_kind(e, TYPE_TEXT) && !is_kind(e, TYPE_NUMBER))
        refuse(c, e, e->type, _("the name of a row"));
}

static const type *check_index(expr_compiler *c, expr *e)
{
    expr_check(c, writable(e->a));
    const type *t = e->a->type;
    if (t->kind != TYPE_TABLE)
        return refuse(c, e->a, t, _("a table"));
    size_t wanted = t->table->column ? 2 : 1;
    if (e->arg_count != wanted) {
        expr_fault(c, e, "type", _("table %s takes %zu keys, not %zu"), t->table->item.id, wanted,
                   e->arg_count);
        return &type_unknown;
    }
    check_key(c, writable(e->arg[0]), t->table, t->table->row, t->table->row_count);
    if (wanted == 2)
        check_key(c, writable(e->arg[1]), t->table, t->table->column, t->table->column_count);
    return t->item;
}

/* -- comparing -----------------------------------------------------------------------------------
 */

/* A word that only the other side explains: `degree >= bachelor`, `vote = yes`. */
static bool become_choice(expr_compiler *c, expr *e, const type *t)
{
    bool is_word = e->op == EXPR_WORD || (e->op == EXPR_CONSTANT && e->word);
    if (t->kind != TYPE_ENUM)
        return false;
    if (is_word && is_choice(t, e->word)) {
        e->op = EXPR_CONSTANT;
        e->constant = value_text(e->word);
        e->type = t;
        return true;
    }
    if (e->op == EXPR_CONSTANT && e->constant.kind == VALUE_TEXT) {
        if (!is_choice(t, e->constant.as.text))
            fault_expected(c->faults,
                           expr_fault(c, e, "unknown-choice", _("\"%s\" is no choice here"),
                                      e->constant.as.text),
                           "%s", type_describe(t));
        e->type = t;
        return true;
    }
    return false;
}

static void unknown_choice(expr_compiler *c, const expr *e, const type *t)
{
    const char *name[64];
    size_t n = 0;
    for (; n < t->choice_count && n < 64; n++)
        name[n] = t->choice[n].id;
    scheme_fault *f = expr_fault(c, e, "unknown-choice", _("%s is no choice here"), e->word);
    fault_expected(c->faults, f, "%s", type_describe(t));
    const char *near = nearest_of(e->word, name, n);
    if (near)
        fault_hint(c->faults, f, _("did you mean %s?"), near);
}

static void check_against(expr_compiler *c, expr *e, const type *t)
{
    if (become_choice(c, e, t))
        return;
    if (e->op == EXPR_WORD && t->kind == TYPE_UNKNOWN && !expr_resolve(c, e)) {
        /* Perhaps a choice of what was not understood: one fault is enough. */
        e->type = &type_unknown;
        return;
    }
    if (e->op == EXPR_WORD && t->kind == TYPE_ENUM && !expr_resolve(c, e)) {
        unknown_choice(c, e, t);
        e->type = &type_unknown;
        return;
    }
    expr_check(c, e);
}

static void check_pair(expr_compiler *c, expr *a, expr *b)
{
    bool a_waits = a->op == EXPR_WORD && !expr_resolve(c, a);
    if (!a_waits) {
        expr_check(c, a);
        check_against(c, b, a->type);
        return;
    }
    expr_check(c, b);
    check_against(c, a, b->type);
}

static bool is_lapse(const type *t)
{
    return t->kind == TYPE_DURATION || t->kind == TYPE_SPAN;
}

static bool is_textual(const type *t)
{
    return t->kind == TYPE_TEXT || t->kind == TYPE_ENUM;
}

static bool is_comparable(const type *a, const type *b)
{
    if (a->kind == TYPE_UNKNOWN || b->kind == TYPE_UNKNOWN)
        return true;
    if (is_lapse(a) && is_lapse(b))
        return a->kind == TYPE_SPAN || b->kind == TYPE_SPAN || a->is_calendar == b->is_calendar;
    if (is_textual(a) && is_textual(b))
        return true;
    return a->kind == b->kind && a->kind != TYPE_LIST && a->kind != TYPE_RECORD &&
           a->kind != TYPE_TABLE;
}

static const type *check_comparison(expr_compiler *c, expr *e)
{
    check_pair(c, writable(e->a), writable(e->b));
    const type *a = e->a->type, *b = e->b->type;
    bool is_equality = e->op == EXPR_EQUAL || e->op == EXPR_UNEQUAL;
    if (!is_comparable(a, b))
        fault_expected(c->faults, expr_fault(c, e->b, "type", _("this is %s"), type_describe(b)),
                       _("%s, as on the left"), type_describe(a));
    else if (!is_equality && a->kind != TYPE_UNKNOWN && b->kind != TYPE_UNKNOWN &&
             (a->kind == TYPE_BOOL ||
              (is_textual(a) && (a->kind != TYPE_ENUM || b->kind != TYPE_ENUM))))
        fault_expected(c->faults, expr_fault(c, e, "type", _("%s has no order"), type_describe(a)),
                       "= !=");
    return &type_bool;
}

static const type *check_in(expr_compiler *c, expr *e)
{
    expr *a = writable(e->a), *b = writable(e->b);
    if (b->op != EXPR_LIST) {
        expr_check(c, b);
        if (b->type->kind != TYPE_LIST && b->type->kind != TYPE_UNKNOWN) {
            refuse(c, b, b->type, _("a list"));
            expr_check(c, a);
            return &type_bool;
        }
        const type *item = b->type->kind == TYPE_LIST ? b->type->item : &type_unknown;
        check_against(c, a, item);
        if (!is_comparable(a->type, item))
            refuse(c, a, a->type, type_describe(item));
        return &type_bool;
    }
    expr_check(c, a);
    for (size_t i = 0; i < b->arg_count; i++) {
        check_against(c, writable(b->arg[i]), a->type);
        if (!is_comparable(a->type, b->arg[i]->type))
            refuse(c, b->arg[i], b->arg[i]->type, type_describe(a->type));
    }
    b->type = type_list_of(a->type, c->memory);
    return &type_bool;
}

/* -- arithmetic ----------------------------------------------------------------------------------
 */

static const type *check_add(expr_compiler *c, expr *e)
{
    const type *a = e->a->type, *b = e->b->type;
    bool is_minus = e->op == EXPR_SUBTRACT;
    if (a->kind == TYPE_UNKNOWN || b->kind == TYPE_UNKNOWN)
        return a->kind == TYPE_UNKNOWN ? b : a;
    if (a->kind == TYPE_NUMBER && b->kind == TYPE_NUMBER)
        return &type_number;
    if (a->kind == TYPE_DATE && is_lapse(b))
        return &type_date;
    if (a->kind == TYPE_DATE && b->kind == TYPE_DATE && is_minus)
        return &type_span;
    if (a->kind == TYPE_DURATION && b->kind == TYPE_DURATION && a->is_calendar == b->is_calendar)
        return a;
    if (is_lapse(a) && is_lapse(b) && !(a->is_calendar || b->is_calendar))
        return &type_days;
    if (a->kind == TYPE_NUMBER || a->kind == TYPE_DATE || is_lapse(a))
        return refuse(c, e->b, b,
                      a->kind == TYPE_DATE ? _("days, months or years") : type_describe(a));
    return refuse(c, e->a, a, _("a number, a date or a duration"));
}

static const type *check_product(expr_compiler *c, expr *e)
{
    const type *a = e->a->type, *b = e->b->type;
    if (a->kind == TYPE_UNKNOWN || b->kind == TYPE_UNKNOWN)
        return &type_unknown;
    if (is_lapse(a) && is_lapse(b) && e->op == EXPR_DIVIDE) {
        if (a->is_calendar == b->is_calendar)
            return &type_number;
        return refuse(c, e->b, b, a->is_calendar ? type_describe(a) : _("days or hours"));
    }
    if (a->kind != TYPE_NUMBER)
        return refuse(c, e->a, a, type_describe(&type_number));
    return demand(c, e->b, &type_number);
}

/* -- lists and functions
 * --------------------------------------------------------------------------- */

/* payments.amount where ...: the condition is about the payments. The filter is put under the
 * members and the node itself becomes the outermost member. */
static const type *check_where(expr_compiler *c, expr *e)
{
    expr *top = writable(e->a), *base = top, *last = NULL;
    expr_check(c, top);
    while (base->op == EXPR_MEMBER && base->a->type && base->a->type->kind == TYPE_LIST) {
        last = base;
        base = writable(base->a);
    }
    if (base->type->kind != TYPE_LIST) {
        refuse(c, base, base->type, _("a list"));
        return &type_unknown;
    }
    expr_local local = {.item = base->type->item, .outer = c->local};
    c->local = &local;
    expr_check(c, writable(e->b));
    c->local = local.outer;
    demand(c, e->b, &type_bool);
    const type *result = top->type;
    if (!last)
        return result;
    expr *filter = arena_new(c->memory, expr);
    if (!filter)
        return &type_unknown;
    *filter = *e;
    filter->a = base;
    filter->type = base->type;
    last->a = filter;
    *e = *top;
    return result;
}

static const type *check_list(expr_compiler *c, expr *e)
{
    const type *first = NULL;
    for (size_t i = 0; i < e->arg_count; i++) {
        expr_check(c, writable(e->arg[i]));
        const type *t = e->arg[i]->type;
        if (!first || first->kind == TYPE_UNKNOWN)
            first = t;
        else if (!is_comparable(first, t))
            refuse(c, e->arg[i], t, type_describe(first));
    }
    return type_list_of(first ? first : &type_unknown, c->memory);
}

static bool count_arguments(expr_compiler *c, const expr *e, size_t least, size_t most)
{
    if (e->arg_count >= least && e->arg_count <= most)
        return true;
    expr_fault(c, e, "type", _("%s takes %zu to %zu arguments, not %zu"), expr_call_name(e->call),
               least, most, e->arg_count);
    return false;
}

/* The items of its only argument. */
static const type *list_argument(expr_compiler *c, const expr *e)
{
    if (!count_arguments(c, e, 1, 1))
        return &type_unknown;
    const type *t = e->arg[0]->type;
    if (t->kind == TYPE_LIST)
        return t->item;
    refuse(c, e->arg[0], t, _("a list"));
    return &type_unknown;
}

static const type *check_extreme(expr_compiler *c, const expr *e)
{
    const type *t = e->arg_count == 1 ? list_argument(c, e)
                    : e->arg_count    ? e->arg[0]->type
                                      : &type_unknown;
    count_arguments(c, e, 1, 64);
    for (size_t i = 1; i < e->arg_count; i++)
        if (!is_comparable(t, e->arg[i]->type))
            return refuse(c, e->arg[i], e->arg[i]->type, type_describe(t));
    if (t->kind != TYPE_NUMBER && t->kind != TYPE_DATE && !is_lapse(t))
        return refuse(c, e->arg_count ? e->arg[0] : e, t, _("numbers or dates"));
    return t;
}

static const type *check_quantifier(expr_compiler *c, const expr *e)
{
    const type *t = list_argument(c, e);
    bool is_filtered = e->arg_count == 1 && e->arg[0]->op == EXPR_WHERE;
    if (!is_filtered && t->kind != TYPE_BOOL && t->kind != TYPE_UNKNOWN)
        refuse(c, e->arg[0], e->arg[0]->type,
               _("a list where a condition, or a list of yes and no"));
    return &type_bool;
}

static const type *check_numbers(expr_compiler *c, const expr *e, size_t least, size_t most)
{
    if (count_arguments(c, e, least, most))
        for (size_t i = 0; i < e->arg_count; i++)
            demand(c, e->arg[i], &type_number);
    return &type_number;
}

static const type *check_dates(expr_compiler *c, const expr *e)
{
    if (count_arguments(c, e, 2, 2))
        for (size_t i = 0; i < 2; i++)
            demand(c, e->arg[i], &type_date);
    return &type_number;
}

static const type *check_default(expr_compiler *c, const expr *e)
{
    if (!count_arguments(c, e, 2, 2))
        return &type_unknown;
    if (!is_comparable(e->arg[0]->type, e->arg[1]->type))
        return refuse(c, e->arg[1], e->arg[1]->type, type_describe(e->arg[0]->type));
    return e->arg[0]->type;
}

static const type *check_call(expr_compiler *c, expr *e)
{
    for (size_t i = 0; i < e->arg_count; i++)
        if (e->call == CALL_DEFAULT && i == 1)
            check_against(c, writable(e->arg[i]), e->arg[0]->type);
        else
            expr_check(c, writable(e->arg[i]));
    switch (e->call) {
    case CALL_COUNT:
        list_argument(c, e);
        return &type_number;
    case CALL_SUM:
    case CALL_MEAN: {
        const type *t = list_argument(c, e);
        if (t->kind != TYPE_NUMBER && t->kind != TYPE_UNKNOWN)
            refuse(c, e->arg[0], e->arg[0]->type, _("a list of numbers"));
        return &type_number;
    }
    case CALL_MIN:
    case CALL_MAX:
        return check_extreme(c, e);
    case CALL_ANY:
    case CALL_ALL:
        return check_quantifier(c, e);
    case CALL_DISTINCT:
        list_argument(c, e);
        return e->arg_count ? e->arg[0]->type : &type_unknown;
    case CALL_ROUND:
    case CALL_FLOOR:
    case CALL_CEILING:
        return check_numbers(c, e, 1, 2);
    case CALL_ABS:
        return check_numbers(c, e, 1, 1);
    case CALL_DEFAULT:
        return check_default(c, e);
    case CALL_YEARS:
    case CALL_DAYS:
        return check_dates(c, e);
    case CALL_NONE:
        break;
    }
    return &type_unknown;
}

/* -- all of it
 * ------------------------------------------------------------------------------------- */

static const type *constant_type(const value *v)
{
    switch (v->kind) {
    case VALUE_BOOL:
        return &type_bool;
    case VALUE_NUMBER:
        return &type_number;
    case VALUE_TEXT:
        return &type_text;
    case VALUE_DATE:
        return &type_date;
    case VALUE_DURATION:
        return v->as.duration.months && !v->as.duration.seconds ? &type_months : &type_days;
    case VALUE_MISSING:
    case VALUE_NA:
    case VALUE_LIST:
    case VALUE_RECORD:
        break;
    }
    return &type_unknown;
}

static const type *check_if(expr_compiler *c, expr *e)
{
    expr_check(c, writable(e->a));
    demand(c, e->a, &type_bool);
    check_pair(c, writable(e->b), writable(e->c));
    const type *t = e->b->type, *other = e->c->type;
    if (is_textual(t) && is_textual(other))
        return t->kind == TYPE_ENUM && other->kind == TYPE_ENUM ? t : &type_text;
    if (!is_comparable(t, other))
        return refuse(c, e->c, other, type_describe(t));
    return t->kind == TYPE_UNKNOWN ? other : t;
}

static void check_children(expr_compiler *c, expr *e)
{
    expr_check(c, writable(e->a));
    if (e->b)
        expr_check(c, writable(e->b));
}

static const type *check(expr_compiler *c, expr *e)
{
    switch (e->op) {
    case EXPR_CONSTANT:
        return constant_type(&e->constant);
    case EXPR_NAME:
    case EXPR_LOCAL:
        return e->type;
    case EXPR_WORD:
        return check_word(c, e);
    case EXPR_MEMBER:
        return check_member(c, e);
    case EXPR_INDEX:
        return check_index(c, e);
    case EXPR_LIST:
        return check_list(c, e);
    case EXPR_CALL:
        return check_call(c, e);
    case EXPR_WHERE:
        return check_where(c, e);
    case EXPR_IF:
        return check_if(c, e);
    case EXPR_IN:
        return check_in(c, e);
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
    case EXPR_LESS:
    case EXPR_AT_MOST:
    case EXPR_MORE:
    case EXPR_AT_LEAST:
        return check_comparison(c, e);
    default:
        break;
    }
    check_children(c, e);
    switch (e->op) {
    case EXPR_AND:
    case EXPR_OR:
        demand(c, e->b, &type_bool);
        demand(c, e->a, &type_bool);
        return &type_bool;
    case EXPR_NOT:
        demand(c, e->a, &type_bool);
        return &type_bool;
    case EXPR_IS:
        return &type_bool;
    case EXPR_NEGATE:
        return demand(c, e->a, &type_number);
    case EXPR_ADD:
    case EXPR_SUBTRACT:
        return check_add(c, e);
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return check_product(c, e);
    default:
        return &type_unknown;
    }
}

/* Conditions carry their own text, for reasons. */
static void keep_text(expr_compiler *c, expr *e)
{
    if (!e->text && e->type->kind == TYPE_BOOL && e->end > e->start)
        e->text = arena_text(c->memory, e->tree->text + e->start, e->end - e->start);
}

void expr_check(expr_compiler *c, expr *e)
{
    const type *t = check(c, e);
    e->type = t ? t : &type_unknown;
    keep_text(c, e);
}
