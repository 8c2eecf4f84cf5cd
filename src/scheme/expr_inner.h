/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the parser, the type checker and the evaluator of expressions. */
#ifndef SCHEME_EXPR_INNER_H
#define SCHEME_EXPR_INNER_H

#include "scheme/scheme.h"
#include "scheme/yaml_tree.h"

#define EXPR_DEPTH_MOST 60
#define EXPR_BYTES_MOST 4000

/* -- types --------------------------------------------------------------------------------- */

typedef enum {
    TYPE_UNKNOWN, /* a fault was told already: fits everywhere */
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_TEXT,
    TYPE_ENUM, /* a text of a known, ordered set */
    TYPE_DATE,
    TYPE_DURATION, /* days, hours, ... or months; `is_calendar` says which */
    TYPE_SPAN,     /* date - date: compares with both */
    TYPE_LIST,
    TYPE_RECORD,
    TYPE_TABLE, /* a rule with rows: only indexed */
} type_kind;

typedef struct type type;
typedef struct {
    const char *name;
    const type *type;
} type_member;
struct type {
    type_kind kind;
    bool is_calendar;
    const scheme_item *choice; /* ENUM */
    size_t choice_count;
    const type *item;          /* LIST, TABLE: of a cell */
    const type_member *member; /* RECORD */
    size_t member_count;
    const scheme_rule *table; /* TABLE */
};

extern const type type_unknown, type_bool, type_number, type_text, type_date, type_days,
    type_months, type_span;
/* "a number", "one of small, large": for messages; valid until the next call but one. */
const char *type_describe(const type *t);
const type *type_of_field(const scheme_field *f, arena *memory);
const type *type_list_of(const type *item, arena *memory);

/* -- the tree of an expression ------------------------------------------------------------- */

typedef enum {
    EXPR_CONSTANT,
    EXPR_NAME,   /* resolved: `name` */
    EXPR_LOCAL,  /* the element of the enclosing where, `depth` out */
    EXPR_WORD,   /* not resolved yet: `word` */
    EXPR_MEMBER, /* a.word; of a list: of each element */
    EXPR_INDEX,  /* a[arg...] */
    EXPR_LIST,
    EXPR_CALL,  /* function(arg...) */
    EXPR_WHERE, /* a where b */
    EXPR_IF,    /* if a then b else c */
    EXPR_AND,
    EXPR_OR,
    EXPR_NOT,
    EXPR_NEGATE,
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE,
    EXPR_EQUAL,
    EXPR_UNEQUAL,
    EXPR_LESS,
    EXPR_AT_MOST,
    EXPR_MORE,
    EXPR_AT_LEAST,
    EXPR_IN,
    EXPR_IS, /* a is missing, given, na: `state` */
} expr_op;

typedef enum {
    CALL_COUNT,
    CALL_SUM,
    CALL_MEAN,
    CALL_MIN,
    CALL_MAX,
    CALL_ANY,
    CALL_ALL,
    CALL_DISTINCT,
    CALL_ROUND,
    CALL_FLOOR,
    CALL_CEILING,
    CALL_ABS,
    CALL_DEFAULT,
    CALL_YEARS,
    CALL_DAYS,
    CALL_NONE,
} expr_call;

typedef enum { STATE_MISSING, STATE_GIVEN, STATE_NA } expr_state;

struct expr {
    expr_op op;
    const tree *tree;    /* the scalar it was read from */
    uint32_t start, end; /* its bytes there */
    const expr *a, *b, *c;
    const expr **arg;
    size_t arg_count;
    const char *word;
    uint32_t depth;
    expr_call call;
    expr_state state;
    bool is_negated; /* not in, is not */
    value constant;
    expr_name name;
    const type *type;
    const char *text; /* of the whole expression, for expr_text */
};

/* -- compiling ------------------------------------------------------------------------------- */

/* What may be named besides the scheme's own things. */
typedef struct {
    const scheme_role *judge; /* judge.<field> */
    const scheme_form *form;  /* its fields come first among bare names */
} expr_place;

typedef struct expr_local expr_local;
struct expr_local {
    const type *item;
    const expr_local *outer;
};

typedef struct {
    scheme *scheme;
    scheme_faults *faults;
    arena *memory;
    expr_place place;
    const expr_local *local;
    int depth;
    /* The expression of a rule, tally or measure whose type is asked for before it was compiled. */
    const type *(*type_of)(void *context, expr_name_kind kind, uint32_t index);
    void *context;
} expr_compiler;

/* Parse alone: names unresolved. NULL after a fault. */
expr *expr_parse(const tree *t, arena *memory, scheme_faults *faults);
/* Resolve names and check types; the type is in e->type, never NULL. */
void expr_check(expr_compiler *c, expr *e);
/* Resolve the longest name that e (a word, or members of a word) begins with, and type it; the rest
 * stays members of it. False, and nothing changed, when nothing has that name. */
bool expr_resolve(expr_compiler *c, expr *e);
/* The fault for a name that nothing has. */
void expr_unknown(expr_compiler *c, const expr *e);
/* The holders and cases that expressions may count. */
const type *type_of_holders(scheme *s, arena *memory);
const type *type_of_cases(scheme *s, arena *memory);
const type *type_of_answers(arena *memory);
const type *type_of_items(const scheme_item *first, size_t stride, size_t n, arena *memory);
/* A fault at the place of `e` or at a byte of it. */
scheme_fault *expr_fault(expr_compiler *c, const expr *e, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
expr_call expr_call_named(const char *word);
const char *expr_call_name(expr_call call);

/* The cell of a table for these keys; missing when there is none. */
value table_look(const scheme_rule *table, const value *key, size_t count);
value steps_look(const scheme_rule *steps, value of);

#endif
