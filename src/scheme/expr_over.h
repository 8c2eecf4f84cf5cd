/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function of a list that never stands in memory as a whole. */
#ifndef SCHEME_EXPR_OVER_H
#define SCHEME_EXPR_OVER_H

#include "scheme/expr_eval.h"

enum { OVER_STEPS = 8 };

typedef struct {
    const expr *call, *step[OVER_STEPS]; /* the outermost first */
    size_t steps;
    expr_scope scope;
    arena *kept; /* of the answer */
    uint64_t n;
    assay_rational sum;
    value best;
    poll answers;
    bool is_missing, has_na;
} expr_over;

/* False: `call` is no function of one list that is built in. *list: its name. */
bool expr_over_begin(expr_over *o, const expr *call, const expr_scope *scope, const char **list);
/* Does it only count elements, and look at no other of their members than these (ending in NULL)? Then
 * alike ones may be added together. */
bool expr_over_counts(const expr_over *o, const char *const *names);
/* `times` elements like this one; more than one only where expr_over_counts. What is worked out for it
 * lies in `memory`, which may be emptied afterwards. */
void expr_over_add(expr_over *o, value item, uint64_t times, arena *memory);
value expr_over_end(const expr_over *o);

#endif
