/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a viewer stands to a case. */
#ifndef SCHEME_VIEW_H
#define SCHEME_VIEW_H

#include "scheme/case_inner.h"

#include <stdio.h>

typedef enum {
    SIGHT_NOTHING,
    SIGHT_JUDGE,
    SIGHT_PARTY,
    SIGHT_ROLE,
    SIGHT_AUDITOR,
    SIGHT_DESK,
} sight_kind;

typedef struct {
    sight_kind kind;
    bool is_blind;              /* judges a stage whose party is not told, and it is not over */
    const scheme_stage *judged; /* NULL: none */
    char me[ID_TEXT];           /* "" for nobody */
} sight;

ASSAY_MUST_USE assay_status sight_of(the_case *c, sight *out, assay_err *err);
json_t *view_of(the_case *c, const sight *s);

#endif
