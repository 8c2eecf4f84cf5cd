/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the evaluator and its functions on lists. */
#ifndef SCHEME_EXPR_EVAL_H
#define SCHEME_EXPR_EVAL_H

#include "scheme/expr_inner.h"

typedef struct frame frame;
struct frame {
    value item; /* the element of a where */
    const frame *outer;
};

value eval(const expr *e, const expr_scope *s, const frame *f);
value eval_call(const expr *e, const expr_scope *s, const frame *f);
value eval_where(const expr *e, const expr_scope *s, const frame *f);
value eval_member(value v, const char *word, arena *memory);

/* What an operation on absent values gives: missing when one is missing, else n/a. */
value absent(value a, value b);

/* Three-valued logic with a neutral fourth: n/a drops out. */
typedef struct {
    size_t yes, no, missing;
} poll;
void poll_add(poll *p, value v);
value poll_and(const poll *p, bool is_empty_true);
value poll_or(const poll *p);

#endif
