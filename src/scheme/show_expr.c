/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions in words: names become what people call them, signs those of print. */
#include "scheme/show_inner.h"

#include <string.h>

const char *said(const book *b, say word)
{
    static const char *const words[SAY_COUNT][3] = {
#define WORD(id, en, ko, zh) [SAY_##id] = {en, ko, zh},
#include "scheme/show_words.def"
#undef WORD
    };
    return words[word][strcmp(b->lang, "ko") == 0 ? 1 : strcmp(b->lang, "zh") == 0 ? 2 : 0];
}

/* An id without a name is read as words. */
const char *name_of(const book *b, const scheme_item *item)
{
    return scheme_word(item, b->lang);
}

/* -- values --------------------------------------------------------------------------------------
 */

static void say_unit(const book *b, int64_t n, int unit, buf *out)
{
    static const char *const en[][2] = {{" year", " years"},     {" month", " months"},
                                        {" day", " days"},       {" hour", " hours"},
                                        {" minute", " minutes"}, {" second", " seconds"}};
    static const char *const ko[] = {"년", "개월", "일", "시간", "분", "초"};
    static const char *const zh[] = {"年", "个月", "天", "小时", "分钟", "秒"};
    buf_addf(out, "%lld%s", (long long)n,
             strcmp(b->lang, "ko") == 0   ? ko[unit]
             : strcmp(b->lang, "zh") == 0 ? zh[unit]
                                          : en[unit][n != 1]);
}

void say_duration(const book *b, value v, buf *out)
{
    const value_duration *d = &v.as.duration;
    if (v.kind != VALUE_DURATION)
        return;
    if (d->months && d->months % 12 == 0)
        say_unit(b, d->months / 12, 0, out);
    else if (d->months)
        say_unit(b, d->months, 1, out);
    else if (d->seconds % 86400 == 0)
        say_unit(b, d->seconds / 86400, 2, out);
    else if (d->seconds % 3600 == 0)
        say_unit(b, d->seconds / 3600, 3, out);
    else if (d->seconds % 60 == 0)
        say_unit(b, d->seconds / 60, 4, out);
    else
        say_unit(b, d->seconds, 5, out);
}

/* Thousands in groups from five digits on: 300,000,000. */
static void say_number(assay_rational n, buf *out)
{
    char text[ASSAY_RATIONAL_TEXT];
    assay_rational_format(n, 0, text, sizeof text);
    size_t digits = strspn(text + (*text == '-'), "0123456789") + (*text == '-');
    bool is_grouped = digits > 4 && text[digits] == '\0';
    for (size_t i = 0; text[i]; i++) {
        if (is_grouped && i && i < digits && (digits - i) % 3 == 0 && text[i - 1] != '-')
            buf_add_char(out, ',');
        buf_add_char(out, text[i]);
    }
}

void say_value(const book *b, value v, buf *out)
{
    if (v.kind == VALUE_DURATION)
        say_duration(b, v, out);
    else if (v.kind == VALUE_NUMBER)
        say_number(v.as.number, out);
    else if (v.kind == VALUE_BOOL)
        buf_add_text(out, said(b, v.as.truth ? SAY_YES : SAY_NO));
    else
        value_format(v, out);
}

/* -- names
 * ----------------------------------------------------------------------------------------- */

static void say_builtin(const book *b, const char *word, buf *out)
{
    static const struct {
        const char *word;
        say said;
    } words[] = {{"prior_title", SAY_PRIOR_TITLE},
                 {"holders", SAY_HOLDERS},
                 {"active", SAY_ACTIVE},
                 {"cases", SAY_CASES},
                 {"year", SAY_YEAR}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            buf_add_text(out, said(b, words[i].said));
            return;
        }
    buf_add_text(out, word);
}

static void say_name(const book *b, const expr_name *n, buf *out)
{
    const scheme *s = b->s;
    const scheme_item *item = NULL;
    switch (n->kind) {
    case NAME_FIELD:
        item = &s->form[n->index].field[n->part].item;
        break;
    case NAME_PARTY:
        item = &s->party.field[n->index].item;
        break;
    case NAME_RULE:
        item = &s->rule[n->index].item;
        break;
    case NAME_TALLY:
        item = &s->tally[n->index].item;
        break;
    case NAME_NODE:
        item = &s->rubric[n->index].node[n->part].item;
        break;
    case NAME_EXAM:
        item = &s->bank[n->index].item;
        break;
    case NAME_MEASURE:
        item = &s->measure[n->index].item;
        break;
    case NAME_STAGE:
        item = &s->stage[n->index].item;
        break;
    case NAME_TODAY:
        buf_add_text(out, said(b, SAY_TODAY));
        return;
    case NAME_BUILTIN:
        say_builtin(b, n->text, out);
        return;
    case NAME_JUDGE:
        buf_add_text(out, n->word);
        return;
    }
    buf_add_text(out, name_of(b, item));
    bool is_plain = !n->text || (n->kind == NAME_NODE && strcmp(n->text, "points") == 0);
    if (!is_plain)
        buf_addf(out, " (%s)", n->text);
}

/* -- operations
 * ------------------------------------------------------------------------------------ */

static const char *sign(expr_op op)
{
    switch (op) {
    case EXPR_ADD:
        return " + ";
    case EXPR_SUBTRACT:
        return " − ";
    case EXPR_MULTIPLY:
        return " × ";
    case EXPR_DIVIDE:
        return " ÷ ";
    case EXPR_EQUAL:
        return " = ";
    case EXPR_UNEQUAL:
        return " ≠ ";
    case EXPR_LESS:
        return " < ";
    case EXPR_AT_MOST:
        return " ≤ ";
    case EXPR_MORE:
        return " > ";
    case EXPR_AT_LEAST:
        return " ≥ ";
    default:
        return " ";
    }
}

/* How tightly it binds: what is looser inside gets brackets. */
static int tightness(const expr *e)
{
    switch (e->op) {
    case EXPR_IF:
        return 0;
    case EXPR_OR:
        return 1;
    case EXPR_AND:
        return 2;
    case EXPR_NOT:
        return 3;
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
    case EXPR_LESS:
    case EXPR_AT_MOST:
    case EXPR_MORE:
    case EXPR_AT_LEAST:
    case EXPR_IN:
    case EXPR_IS:
        return 4;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
        return 5;
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return 6;
    default:
        return 9;
    }
}

static void inside(const book *b, const expr *e, int outer, buf *out)
{
    bool has_brackets = tightness(e) < outer;
    buf_add_text(out, has_brackets ? "(" : "");
    say_expr(b, e, out);
    buf_add_text(out, has_brackets ? ")" : "");
}

static void between(const book *b, const expr *e, const char *middle, buf *out)
{
    int t = tightness(e);
    bool is_one_sided = e->op == EXPR_SUBTRACT || e->op == EXPR_DIVIDE;
    inside(b, e->a, t, out);
    buf_add_text(out, middle);
    inside(b, e->b, t + is_one_sided, out);
}

static void say_list(const book *b, const expr *e, const char *open, const char *close, buf *out)
{
    buf_add_text(out, open);
    for (size_t i = 0; i < e->arg_count; i++) {
        buf_add_text(out, i ? ", " : "");
        say_expr(b, e->arg[i], out);
    }
    buf_add_text(out, close);
}

static void say_call(const book *b, const expr *e, buf *out)
{
    static const say words[CALL_NONE] = {
        [CALL_COUNT] = SAY_COUNT_OF, [CALL_SUM] = SAY_SUM,     [CALL_MEAN] = SAY_MEAN_OF,
        [CALL_MIN] = SAY_LEAST_OF,   [CALL_MAX] = SAY_MOST_OF, [CALL_ANY] = SAY_ANY,
        [CALL_ALL] = SAY_ALL};
    bool has_word = e->call == CALL_COUNT || (e->call < CALL_DISTINCT && words[e->call]);
    if (e->call == CALL_DISTINCT && e->arg_count == 1) {
        say_expr(b, e->arg[0], out);
        return;
    }
    buf_add_text(out, has_word ? said(b, words[e->call]) : expr_call_name(e->call));
    say_list(b, e, has_word ? " (" : "(", ")", out);
}

static const scheme_item *choice(const type *t, const char *id)
{
    for (size_t i = 0; t && t->kind == TYPE_ENUM && i < t->choice_count; i++)
        if (strcmp(t->choice[i].id, id) == 0)
            return &t->choice[i];
    return NULL;
}

static void say_constant(const book *b, const expr *e, buf *out)
{
    const scheme_item *item =
        e->constant.kind == VALUE_TEXT ? choice(e->type, e->constant.as.text) : NULL;
    if (item)
        buf_add_text(out, name_of(b, item));
    else
        say_value(b, e->constant, out);
}

static void say_if(const book *b, const expr *e, buf *out)
{
    buf_addf(out, "%s ", said(b, SAY_IF));
    say_expr(b, e->a, out);
    buf_add_text(out, ": ");
    say_expr(b, e->b, out);
    buf_addf(out, "; %s: ", said(b, SAY_ELSE));
    say_expr(b, e->c, out);
}

static void say_is(const book *b, const expr *e, buf *out)
{
    static const say words[] = {SAY_IS_MISSING, SAY_IS_GIVEN, SAY_IS_NA};
    say_expr(b, e->a, out);
    if (e->is_negated)
        buf_addf(out, " %s", said(b, SAY_NOT));
    buf_addf(out, " %s", said(b, words[e->state]));
}

void say_expr(const book *b, const expr *e, buf *out)
{
    switch (e->op) {
    case EXPR_CONSTANT:
        say_constant(b, e, out);
        return;
    case EXPR_NAME:
        say_name(b, &e->name, out);
        return;
    case EXPR_MEMBER:
        if (e->a->op != EXPR_LOCAL) {
            say_expr(b, e->a, out);
            buf_add_text(out, " · ");
        }
        buf_add_text(out, strcmp(e->word, "effect_verified") == 0 ? said(b, SAY_EFFECT_VERIFIED)
                                                                  : e->word);
        return;
    case EXPR_INDEX:
        say_expr(b, e->a, out);
        say_list(b, e, " [", "]", out);
        return;
    case EXPR_LIST:
        say_list(b, e, "", "", out);
        return;
    case EXPR_CALL:
        say_call(b, e, out);
        return;
    case EXPR_WHERE:
        say_expr(b, e->a, out);
        buf_addf(out, ", %s ", said(b, SAY_WHERE));
        say_expr(b, e->b, out);
        return;
    case EXPR_IF:
        say_if(b, e, out);
        return;
    case EXPR_AND:
    case EXPR_OR:
        inside(b, e->a, tightness(e), out);
        buf_addf(out, " %s ", said(b, e->op == EXPR_AND ? SAY_AND : SAY_OR));
        inside(b, e->b, tightness(e), out);
        return;
    case EXPR_NOT:
        buf_addf(out, "%s ", said(b, SAY_NOT));
        inside(b, e->a, 4, out);
        return;
    case EXPR_NEGATE:
        buf_add_text(out, "−");
        inside(b, e->a, 7, out);
        return;
    case EXPR_IN:
        say_expr(b, e->a, out);
        buf_addf(out, " %s ", said(b, e->is_negated ? SAY_NONE_OF : SAY_ONE_OF));
        say_expr(b, e->b, out);
        return;
    case EXPR_IS:
        say_is(b, e, out);
        return;
    case EXPR_LOCAL:
    case EXPR_WORD:
        buf_add_text(out, e->word ? e->word : "");
        return;
    default:
        between(b, e, sign(e->op), out);
    }
}
