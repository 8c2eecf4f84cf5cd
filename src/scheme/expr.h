/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expression language of schemes: pure, total, exact (docs/format/scheme.md, "Expressions").
 *
 * An expression is parsed and typed once, when its scheme is read; evaluation allocates in the
 * arena of the scope, has no loops beyond the lists it is given, and cannot fail but for memory:
 * what has no answer (division by zero, a number beyond 127 bits) is VALUE_MISSING.
 */
#ifndef SCHEME_EXPR_H
#define SCHEME_EXPR_H

#include "scheme/value.h"

typedef struct expr expr;

/* What a name in an expression stands for. The evaluator works out rules and calculated tallies and
 * measures itself (expr_name_calculated) and asks the scope for the rest. `index` and `part` are
 * places in the arrays of the scheme. */
typedef enum {
    NAME_FIELD,   /* form[index].field[part]: the newest sealed filling in this case */
    NAME_PARTY,   /* party.field[index] of the case's party */
    NAME_JUDGE,   /* role field `text` of whoever gave the sheet (weights of a tally) */
    NAME_RULE,    /* rule[index]; calculated */
    NAME_TALLY,   /* tally[index]: its number, or for ballots its counts; part: see TALLY_PART_ */
    NAME_NODE,    /* rubric[index].node[part], attribute in `text`: points possible share answers
                     repeats */
    NAME_EXAM,    /* bank[index]: the score in percent; `text`: a topic of its blueprint, or NULL */
    NAME_MEASURE, /* measure[index]: the newest figure; calculated where it has `is` */
    NAME_STAGE,   /* stage[index], attribute in `text`: opened closed outcome times */
    NAME_TODAY,   /* the date of the act; replay gives the one in the record */
    NAME_BUILTIN, /* `text`: prior_title holders active cases year */
} expr_name_kind;

typedef struct {
    expr_name_kind kind;
    uint32_t index, part;
    const char *text; /* see above; NULL when not used */
    const char *word; /* as written, for messages: "onsite.truth_of_record" */
} expr_name;

typedef struct scheme scheme;

/* Where values come from. `get` leaves VALUE_MISSING in *out for what is not known (yet) and is
 * never asked for NAME_RULE, nor for tallies and measures that are an expression. */
typedef struct {
    const scheme *scheme;
    arena *memory; /* what a result points to */
    void (*get)(void *context, const expr_name *name, value *out);
    void *context;
    /* NULL, or: works a function of `cases`, `holders`, `active` out row by row; false: it is none, and
     * the list is asked for as a whole. */
    bool (*over)(void *context, const expr *call, value *out);
} expr_scope;

value expr_eval(const expr *e, const expr_scope *scope);

/* The text it was read from, as written. */
const char *expr_text(const expr *e);
/* The names an expression rests on, itself and through rules, each once, in order of appearance:
 * calls `each` until it answers false. What a decision must seal as its inputs. */
void expr_names(const expr *e, const scheme *s, bool (*each)(void *context, const expr_name *name),
                void *context);
/* Which parts of a conjunction are not true, for reasons: calls `each` with the narrowest
 * conditions (text as written, their value) that keep `e` from being true. */
void expr_reasons(const expr *e, const expr_scope *scope,
                  void (*each)(void *context, const expr *part, value found), void *context);

#endif
