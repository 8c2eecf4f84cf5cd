/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists and functions of expressions; tables. */
#include "scheme/expr_eval.h"

#include <stdlib.h>
#include <string.h>

/* -- members and filters --------------------------------------------------------------------- */

/* Of a list: of each element; lists of lists become one. */
static value list_members(value v, const char *word, arena *memory)
{
    size_t n = v.as.list.count, count = 0, at = 0;
    value *member = arena_array(memory, value, n ? n : 1);
    if (!member)
        return VALUE_NONE;
    bool is_nested = false;
    for (size_t i = 0; i < n; i++) {
        member[i] = value_member_of(v.as.list.item[i], word);
        is_nested |= member[i].kind == VALUE_LIST;
        count += member[i].kind == VALUE_LIST ? member[i].as.list.count : 1;
    }
    if (!is_nested)
        return (value){.kind = VALUE_LIST, .as.list = {member, n}};
    value *flat = arena_array(memory, value, count ? count : 1);
    if (!flat)
        return VALUE_NONE;
    for (size_t i = 0; i < n; i++)
        if (member[i].kind != VALUE_LIST)
            flat[at++] = member[i];
        else
            for (size_t k = 0; k < member[i].as.list.count; k++)
                flat[at++] = member[i].as.list.item[k];
    return (value){.kind = VALUE_LIST, .as.list = {flat, at}};
}

value eval_member(value v, const char *word, arena *memory)
{
    if (v.kind == VALUE_LIST)
        return list_members(v, word, memory);
    return v.kind == VALUE_NA ? v : value_member_of(v, word);
}

/* Elements whose condition is true; one whose condition is not known is left out. */
value eval_where(const expr *e, const expr_scope *s, const frame *f)
{
    value list = eval(e->a, s, f);
    if (list.kind != VALUE_LIST)
        return list;
    value *kept = arena_array(s->memory, value, list.as.list.count ? list.as.list.count : 1);
    size_t n = 0;
    if (!kept)
        return VALUE_NONE;
    for (size_t i = 0; i < list.as.list.count; i++) {
        frame inner = {.item = list.as.list.item[i], .outer = f};
        if (value_is_true(eval(e->b, s, &inner)))
            kept[n++] = inner.item;
    }
    return (value){.kind = VALUE_LIST, .as.list = {kept, n}};
}

/* -- functions of a list --------------------------------------------------------------------- */

/* any and all look at the condition of their where itself: what is not known stays so. */
static value quantify(const expr *e, const expr_scope *s, const frame *f)
{
    const expr *arg = e->arg[0];
    bool is_filtered = arg->op == EXPR_WHERE;
    value list = eval(is_filtered ? arg->a : arg, s, f);
    poll p = {.yes = 0};
    if (list.kind != VALUE_LIST)
        return list.kind == VALUE_NA ? list : VALUE_NONE;
    for (size_t i = 0; i < list.as.list.count; i++) {
        frame inner = {.item = list.as.list.item[i], .outer = f};
        poll_add(&p, is_filtered ? eval(arg->b, s, &inner) : inner.item);
    }
    if (e->call == CALL_ALL)
        return poll_and(&p, true);
    return p.yes || p.missing ? poll_or(&p) : value_bool(false);
}

static value sum_or_mean(value list, bool is_mean)
{
    assay_rational sum = assay_rational_of(0);
    size_t n = 0;
    for (size_t i = 0; i < list.as.list.count; i++) {
        value v = list.as.list.item[i];
        if (v.kind == VALUE_NA)
            continue;
        if (v.kind != VALUE_NUMBER || assay_rational_add(sum, v.as.number, &sum, NULL) != ASSAY_OK)
            return VALUE_NONE;
        n++;
    }
    if (!is_mean)
        return value_number(sum);
    if (n == 0 || assay_rational_div(sum, assay_rational_of((int64_t)n), &sum, NULL) != ASSAY_OK)
        return VALUE_NONE;
    return value_number(sum);
}

static value extreme(const value *item, size_t n, int sign)
{
    value best = VALUE_NONE;
    bool has_na = false;
    int order;
    for (size_t i = 0; i < n; i++) {
        if (item[i].kind == VALUE_MISSING)
            return VALUE_NONE;
        if (item[i].kind == VALUE_NA)
            has_na = true;
        else if (best.kind == VALUE_MISSING)
            best = item[i];
        else if (!value_compare(item[i], best, &order))
            return VALUE_NONE;
        else if (order * sign > 0)
            best = item[i];
    }
    return best.kind == VALUE_MISSING && has_na ? value_na() : best;
}

static int by_value(const void *a, const void *b)
{
    const value *x = a, *y = b;
    int order = 0;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return value_compare(*x, *y, &order) ? order : 0;
}

/* Each once, in order; what nobody gave is left out. */
static value distinct(value list, arena *memory)
{
    value *item = arena_array(memory, value, list.as.list.count ? list.as.list.count : 1);
    size_t n = 0, kept = 0;
    if (!item)
        return VALUE_NONE;
    for (size_t i = 0; i < list.as.list.count; i++)
        if (value_is_given(list.as.list.item[i]))
            item[n++] = list.as.list.item[i];
    qsort(item, n, sizeof *item, by_value);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_value(&item[kept - 1], &item[i]) != 0)
            item[kept++] = item[i];
    return (value){.kind = VALUE_LIST, .as.list = {item, kept}};
}

static value of_list(expr_call call, value list, arena *memory)
{
    if (list.kind != VALUE_LIST)
        return list.kind == VALUE_NA ? list : VALUE_NONE;
    switch (call) {
    case CALL_COUNT:
        return value_whole((int64_t)list.as.list.count);
    case CALL_SUM:
    case CALL_MEAN:
        return sum_or_mean(list, call == CALL_MEAN);
    case CALL_MIN:
    case CALL_MAX:
        return extreme(list.as.list.item, list.as.list.count, call == CALL_MAX ? 1 : -1);
    default:
        return distinct(list, memory);
    }
}

/* -- functions of numbers and dates ------------------------------------------------------------ */

static value rounded(expr_call call, value x, value step)
{
    static const assay_rounding how[] = {[CALL_ROUND] = ASSAY_ROUND_HALF_UP,
                                         [CALL_FLOOR] = ASSAY_ROUND_FLOOR,
                                         [CALL_CEILING] = ASSAY_ROUND_CEILING};
    assay_rational n;
    if (x.kind != VALUE_NUMBER || step.kind != VALUE_NUMBER)
        return absent(x, step);
    return assay_rational_round(x.as.number, step.as.number, how[call], &n, NULL) == ASSAY_OK
               ? value_number(n)
               : VALUE_NONE;
}

static int64_t whole_years(int64_t from, int64_t to)
{
    int64_t years = (to - from) / 31556952, reached;
    for (years++; years > 0; years--)
        if (date_add(from, (int32_t)(12 * years), 0, &reached) && reached <= to)
            return years;
    return 0;
}

static value elapsed(expr_call call, value from, value to)
{
    if (from.kind != VALUE_DATE || to.kind != VALUE_DATE)
        return absent(from, to);
    if (to.as.date < from.as.date) {
        value back = elapsed(call, to, from);
        return value_number(assay_rational_negate(back.as.number));
    }
    return value_whole(call == CALL_DAYS ? (to.as.date - from.as.date) / 86400
                                         : whole_years(from.as.date, to.as.date));
}

static value extreme_of_arguments(const expr *e, const expr_scope *s, const frame *f)
{
    value item[64];
    for (size_t i = 0; i < e->arg_count; i++)
        item[i] = eval(e->arg[i], s, f);
    return extreme(item, e->arg_count, e->call == CALL_MAX ? 1 : -1);
}

value eval_call(const expr *e, const expr_scope *s, const frame *f)
{
    value whole;
    if (s->over && !f && s->over(s->context, e, &whole))
        return whole;
    if (e->call == CALL_ANY || e->call == CALL_ALL)
        return quantify(e, s, f);
    if ((e->call == CALL_MIN || e->call == CALL_MAX) && e->arg_count > 1)
        return extreme_of_arguments(e, s, f);
    value x = eval(e->arg[0], s, f);
    switch (e->call) {
    case CALL_ROUND:
    case CALL_FLOOR:
    case CALL_CEILING:
        return rounded(e->call, x, e->arg_count > 1 ? eval(e->arg[1], s, f) : value_whole(1));
    case CALL_ABS:
        return x.kind == VALUE_NUMBER && assay_rational_sign(x.as.number) < 0
                   ? value_number(assay_rational_negate(x.as.number))
                   : x;
    case CALL_DEFAULT:
        return x.kind == VALUE_MISSING ? eval(e->arg[1], s, f) : x;
    case CALL_YEARS:
    case CALL_DAYS:
        return elapsed(e->call, x, eval(e->arg[1], s, f));
    default:
        return of_list(e->call, x, s->memory);
    }
}

/* -- tables --------------------------------------------------------------------------------------
 */

static bool find(const char *const *list, size_t n, const char *text, size_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0) {
            *out = i;
            return true;
        }
    return false;
}

value table_look(const scheme_rule *t, const value *key, size_t count)
{
    size_t row = 0, column = 0;
    buf text = BUF_INIT;
    value_format(key[0], &text);
    bool is_found = find(t->row, t->row_count, buf_text(&text), &row);
    if (is_found && t->column && count == 2) {
        buf_clear(&text);
        value_format(key[1], &text);
        is_found = find(t->column, t->column_count, buf_text(&text), &column);
    }
    buf_done(&text);
    return is_found ? t->cell[row * t->column_count + column] : VALUE_NONE;
}

value steps_look(const scheme_rule *r, value of)
{
    if (of.kind != VALUE_NUMBER)
        return of.kind == VALUE_NA ? of : VALUE_NONE;
    value found = VALUE_NONE;
    for (size_t i = 0; i < r->row_count; i++)
        if (assay_rational_compare(r->from[i], of.as.number) <= 0)
            found = r->cell[i];
    return found;
}
