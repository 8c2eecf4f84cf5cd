/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text into a tree, by descent. One fault an expression: the first, at its byte.
 *
 *   if c then a else b < or < and < not < comparison, in, is < + - < * / < unary - < a.b a[k] f(x)
 */
#include "scheme/expr_inner.h"

#include "base/i18n.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef enum { TOKEN_END, TOKEN_WORD, TOKEN_VALUE, TOKEN_MARK } token_kind;

typedef struct {
    const tree *tree;
    arena *memory;
    scheme_faults *faults;
    size_t at;       /* next byte */
    token_kind kind; /* the token that is looked at */
    size_t start, end;
    value value;
    bool is_wrong;
    int depth;
} parser;

static void wrong(parser *p, size_t at, const char *expected, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void wrong(parser *p, size_t at, const char *expected, const char *format, ...)
{
    char text[300];
    va_list args;
    if (p->is_wrong)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    p->is_wrong = true;
    p->kind = TOKEN_END;
    scheme_fault *f = fault_add(p->faults, "expression", tree_place(p->tree, at), "%s", text);
    if (expected)
        fault_expected(p->faults, f, "%s", expected);
}

/* -- tokens -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static char peek(const parser *p, size_t more)
{
    return p->at + more < p->tree->length ? p->tree->text[p->at + more] : '\0';
}

/* 2026-04-01 */
static bool lex_date(parser *p)
{
    const char *text = p->tree->text + p->at;
    bool has_time;
    int64_t seconds;
    if (p->tree->length - p->at < 10 || text[4] != '-' || text[7] != '-' ||
        !date_parse(text, 10, &seconds, &has_time))
        return false;
    p->at += 10;
    p->value = value_day(seconds);
    return true;
}

/* 12, 0.5, 80%, 3y, 1y6mo */
static void lex_number(parser *p)
{
    const char *text = p->tree->text;
    size_t start = p->at;
    value_duration d;
    assay_rational number;
    if (lex_date(p))
        return;
    while (is_digit(peek(p, 0)) || (peek(p, 0) == '.' && is_digit(peek(p, 1))))
        p->at++;
    size_t digits = p->at;
    while (is_letter(peek(p, 0)) || is_digit(peek(p, 0)))
        p->at++;
    if (p->at > digits) {
        if (duration_parse(text + start, p->at - start, &d))
            p->value = value_period(d.months, d.seconds);
        else
            wrong(p, start, _("units y mo w d h min s"),
                  _("\"%.*s\" is neither number nor duration"), (int)(p->at - start), text + start);
        return;
    }
    if (assay_rational_parse(text + start, digits - start, &number, NULL) != ASSAY_OK) {
        wrong(p, start, NULL, _("\"%.*s\" is no number"), (int)(digits - start), text + start);
        return;
    }
    if (peek(p, 0) == '%') {
        p->at++;
        if (assay_rational_div(number, assay_rational_of(100), &number, NULL) != ASSAY_OK)
            wrong(p, start, NULL, _("a number too large"));
    }
    p->value = value_number(number);
}

static void lex_text(parser *p)
{
    char quote = peek(p, 0);
    size_t start = ++p->at;
    while (p->at < p->tree->length && peek(p, 0) != quote)
        p->at++;
    if (p->at == p->tree->length) {
        wrong(p, start - 1, NULL, _("a text without its closing quote"));
        return;
    }
    const char *copy = arena_text(p->memory, p->tree->text + start, p->at - start);
    p->value = value_text(copy ? copy : "");
    p->at++;
}

static void lex_mark(parser *p)
{
    static const char *const two[] = {"==", "!=", "<>", "<=", ">="};
    p->kind = TOKEN_MARK;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (peek(p, 0) == two[i][0] && peek(p, 1) == two[i][1]) {
            p->at += 2;
            return;
        }
    if (!strchr("()[],.+-*/=<>", peek(p, 0))) {
        wrong(p, p->at, NULL, _("\"%c\" means nothing here"), peek(p, 0));
        return;
    }
    p->at++;
}

static void advance(parser *p)
{
    if (p->is_wrong)
        return;
    while (peek(p, 0) == ' ' || peek(p, 0) == '\n' || peek(p, 0) == '\t' || peek(p, 0) == '\r')
        p->at++;
    p->start = p->at;
    if (p->at >= p->tree->length) {
        p->kind = TOKEN_END;
    } else if (is_digit(peek(p, 0))) {
        p->kind = TOKEN_VALUE;
        lex_number(p);
    } else if (peek(p, 0) == '"' || peek(p, 0) == '\'') {
        p->kind = TOKEN_VALUE;
        lex_text(p);
    } else if (is_letter(peek(p, 0))) {
        p->kind = TOKEN_WORD;
        while (is_letter(peek(p, 0)) || is_digit(peek(p, 0)))
            p->at++;
    } else {
        lex_mark(p);
    }
    p->end = p->at;
    if (p->is_wrong)
        p->kind = TOKEN_END;
}

static bool looks_at(const parser *p, token_kind kind, const char *text)
{
    size_t n = strlen(text);
    return p->kind == kind && p->end - p->start == n &&
           memcmp(p->tree->text + p->start, text, n) == 0;
}

static bool take(parser *p, token_kind kind, const char *text)
{
    if (!looks_at(p, kind, text))
        return false;
    advance(p);
    return true;
}

static bool take_word(parser *p, const char *text)
{
    return take(p, TOKEN_WORD, text);
}

static bool take_mark(parser *p, const char *text)
{
    return take(p, TOKEN_MARK, text);
}

static void unexpected(parser *p, const char *expected)
{
    if (p->kind == TOKEN_END)
        wrong(p, p->tree->length, expected, _("the expression ends too early"));
    else
        wrong(p, p->start, expected, _("\"%.*s\" does not fit here"), (int)(p->end - p->start),
              p->tree->text + p->start);
}

static void demand(parser *p, const char *mark)
{
    if (!p->is_wrong && !take_mark(p, mark))
        unexpected(p, mark);
}

/* -- nodes --------------------------------------------------------------------------------- */

static expr *make(parser *p, expr_op op, size_t start)
{
    static _Thread_local expr spare;
    expr *e = arena_new(p->memory, expr);
    if (!e) {
        wrong(p, start, NULL, _("out of memory"));
        return &spare;
    }
    *e = (expr){.op = op, .tree = p->tree, .start = (uint32_t)start, .end = (uint32_t)p->end};
    return e;
}

static expr *two(parser *p, expr_op op, const expr *a, const expr *b)
{
    expr *e = make(p, op, a->start);
    e->a = a;
    e->b = b;
    e->end = b ? b->end : a->end;
    return e;
}

static expr *parse(parser *p);
static expr *parse_sum(parser *p);

static expr *with_where(parser *p, expr *e)
{
    if (!take_word(p, "where"))
        return e;
    return two(p, EXPR_WHERE, e, parse(p));
}

/* Up to the closing mark. */
static void arguments(parser *p, expr *e, const char *close)
{
    const expr *item[64];
    size_t n = 0;
    if (!looks_at(p, TOKEN_MARK, close))
        do {
            if (n == 64) {
                wrong(p, p->start, NULL, _("more than 64 entries"));
                return;
            }
            item[n++] = with_where(p, parse(p));
        } while (!p->is_wrong && take_mark(p, ","));
    e->end = (uint32_t)p->end;
    demand(p, close);
    e->arg = arena_array(p->memory, const expr *, n ? n : 1);
    if (!e->arg) {
        wrong(p, e->start, NULL, _("out of memory"));
        return;
    }
    memcpy(e->arg, item, n * sizeof *item);
    e->arg_count = n;
}

static bool is_reserved(const parser *p)
{
    static const char *const words[] = {"and", "or",   "not",  "in",   "is",
                                        "if",  "then", "else", "where"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (looks_at(p, TOKEN_WORD, words[i]))
            return true;
    return false;
}

static const char *word_text(parser *p)
{
    const char *text = arena_text(p->memory, p->tree->text + p->start, p->end - p->start);
    return text ? text : "";
}

static expr *parse_word(parser *p)
{
    expr *e = make(p, EXPR_WORD, p->start);
    e->word = word_text(p);
    if (strcmp(e->word, "true") == 0 || strcmp(e->word, "yes") == 0) {
        e->op = EXPR_CONSTANT;
        e->constant = value_bool(true);
    } else if (strcmp(e->word, "false") == 0 || strcmp(e->word, "no") == 0) {
        e->op = EXPR_CONSTANT;
        e->constant = value_bool(false);
    }
    advance(p);
    if (e->op != EXPR_WORD || !take_mark(p, "("))
        return e;
    e->op = EXPR_CALL;
    e->call = expr_call_named(e->word);
    if (e->call == CALL_NONE)
        wrong(p, e->start,
              "count sum mean min max any all distinct round floor ceiling abs default years days",
              _("there is no function %s"), e->word);
    arguments(p, e, ")");
    return e;
}

static expr *parse_primary(parser *p)
{
    if (p->kind == TOKEN_VALUE) {
        expr *e = make(p, EXPR_CONSTANT, p->start);
        e->constant = p->value;
        advance(p);
        return e;
    }
    if (p->kind == TOKEN_WORD && !is_reserved(p))
        return parse_word(p);
    size_t start = p->start;
    if (take_mark(p, "(")) {
        expr *e = with_where(p, parse(p));
        e->start = (uint32_t)start;
        e->end = (uint32_t)p->end;
        demand(p, ")");
        return e;
    }
    expr *e = make(p, EXPR_LIST, p->start);
    if (take_mark(p, "["))
        arguments(p, e, "]");
    else
        unexpected(p, _("a name, a number, a text or ("));
    return e;
}

static expr *parse_postfix(parser *p)
{
    expr *e = parse_primary(p);
    while (!p->is_wrong) {
        if (take_mark(p, ".")) {
            if (p->kind != TOKEN_WORD)
                unexpected(p, _("a name after the point"));
            expr *member = two(p, EXPR_MEMBER, e, NULL);
            member->word = word_text(p);
            member->end = (uint32_t)p->end;
            advance(p);
            e = member;
        } else if (take_mark(p, "[")) {
            expr *index = two(p, EXPR_INDEX, e, NULL);
            arguments(p, index, "]");
            e = index;
        } else {
            break;
        }
    }
    return e;
}

static expr *parse_unary(parser *p)
{
    size_t start = p->start;
    if (!take_mark(p, "-"))
        return parse_postfix(p);
    if (++p->depth > EXPR_DEPTH_MOST)
        wrong(p, start, NULL, _("nested more than 60 deep"));
    expr *e =
        two(p, EXPR_NEGATE, p->is_wrong ? make(p, EXPR_CONSTANT, start) : parse_unary(p), NULL);
    p->depth--;
    e->start = (uint32_t)start;
    return e;
}

static expr *parse_product(parser *p)
{
    expr *e = parse_unary(p);
    while (!p->is_wrong) {
        if (take_mark(p, "*"))
            e = two(p, EXPR_MULTIPLY, e, parse_unary(p));
        else if (take_mark(p, "/"))
            e = two(p, EXPR_DIVIDE, e, parse_unary(p));
        else
            break;
    }
    return e;
}

static expr *parse_sum(parser *p)
{
    expr *e = parse_product(p);
    while (!p->is_wrong) {
        if (take_mark(p, "+"))
            e = two(p, EXPR_ADD, e, parse_product(p));
        else if (take_mark(p, "-"))
            e = two(p, EXPR_SUBTRACT, e, parse_product(p));
        else
            break;
    }
    return e;
}

static expr *parse_is(parser *p, expr *e)
{
    expr *is = two(p, EXPR_IS, e, NULL);
    is->is_negated = take_word(p, "not");
    is->end = (uint32_t)p->end;
    if (take_word(p, "missing"))
        is->state = STATE_MISSING;
    else if (take_word(p, "given"))
        is->state = STATE_GIVEN;
    else if (take_word(p, "na"))
        is->state = STATE_NA;
    else
        unexpected(p, "missing, given, na");
    return is;
}

static bool comparison(parser *p, expr_op *op)
{
    static const struct {
        const char *mark;
        expr_op op;
    } marks[] = {{"=", EXPR_EQUAL},    {"==", EXPR_EQUAL},   {"!=", EXPR_UNEQUAL},
                 {"<>", EXPR_UNEQUAL}, {"<", EXPR_LESS},     {"<=", EXPR_AT_MOST},
                 {">", EXPR_MORE},     {">=", EXPR_AT_LEAST}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (take_mark(p, marks[i].mark)) {
            *op = marks[i].op;
            return true;
        }
    return false;
}

static expr *parse_comparison(parser *p)
{
    expr_op op;
    expr *e = parse_sum(p);
    if (comparison(p, &op)) {
        e = two(p, op, e, parse_sum(p));
        size_t at = p->start;
        if (comparison(p, &op))
            wrong(p, at, "a < b and b < c", _("a comparison of a comparison"));
        return e;
    }
    if (take_word(p, "is"))
        return parse_is(p, e);
    bool is_negated = take_word(p, "not");
    if (take_word(p, "in")) {
        e = two(p, EXPR_IN, e, parse_sum(p));
        e->is_negated = is_negated;
    } else if (is_negated) {
        unexpected(p, "in");
    }
    return e;
}

static expr *parse_not(parser *p)
{
    size_t start = p->start;
    if (!take_word(p, "not"))
        return parse_comparison(p);
    if (++p->depth > EXPR_DEPTH_MOST)
        wrong(p, start, NULL, _("nested more than 60 deep"));
    expr *e = two(p, EXPR_NOT, p->is_wrong ? make(p, EXPR_CONSTANT, start) : parse_not(p), NULL);
    p->depth--;
    e->start = (uint32_t)start;
    return e;
}

static expr *parse_and(parser *p)
{
    expr *e = parse_not(p);
    while (!p->is_wrong && take_word(p, "and"))
        e = two(p, EXPR_AND, e, parse_not(p));
    return e;
}

static expr *parse_or(parser *p)
{
    expr *e = parse_and(p);
    while (!p->is_wrong && take_word(p, "or"))
        e = two(p, EXPR_OR, e, parse_and(p));
    return e;
}

static expr *parse_if(parser *p)
{
    expr *e = make(p, EXPR_IF, p->start);
    advance(p);
    e->a = parse(p);
    if (!p->is_wrong && !take_word(p, "then"))
        unexpected(p, "then");
    e->b = parse(p);
    if (!p->is_wrong && !take_word(p, "else"))
        unexpected(p, "else");
    e->c = parse(p);
    e->end = e->c->end;
    return e;
}

static expr *parse(parser *p)
{
    if (++p->depth > EXPR_DEPTH_MOST)
        wrong(p, p->start, NULL, _("nested more than 60 deep"));
    expr *e = p->is_wrong                     ? make(p, EXPR_CONSTANT, p->start)
              : looks_at(p, TOKEN_WORD, "if") ? parse_if(p)
                                              : parse_or(p);
    p->depth--;
    return e;
}

expr *expr_parse(const tree *t, arena *memory, scheme_faults *faults)
{
    parser p = {.tree = t, .memory = memory, .faults = faults};
    if (t->length > EXPR_BYTES_MOST) {
        wrong(&p, 0, NULL, _("an expression of more than 4000 bytes"));
        return NULL;
    }
    advance(&p);
    expr *e = parse(&p);
    if (!p.is_wrong && p.kind != TOKEN_END)
        unexpected(&p, _("the end, or an operator"));
    if (p.is_wrong)
        return NULL;
    e->text = t->text;
    return e;
}

/* -- functions by name ----------------------------------------------------------------------- */

static const char *const call_names[CALL_NONE] = {"count",   "sum", "mean",     "min",   "max",
                                                  "any",     "all", "distinct", "round", "floor",
                                                  "ceiling", "abs", "default",  "years", "days"};

expr_call expr_call_named(const char *word)
{
    for (int i = 0; i < CALL_NONE; i++)
        if (strcmp(word, call_names[i]) == 0)
            return (expr_call)i;
    return CALL_NONE;
}

const char *expr_call_name(expr_call call)
{
    return call < CALL_NONE ? call_names[call] : "?";
}

const char *expr_text(const expr *e)
{
    return e->text ? e->text : "";
}
