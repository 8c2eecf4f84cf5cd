/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations of a visit: a set that grows, merged from several hands (case_visit.c). */
#ifndef SCHEME_VISIT_H
#define SCHEME_VISIT_H

#include "scheme/case_inner.h"

/* {stage, entries: [{id, item, kind: value | add | note, value, at?, settles?: [ids]}]}: those with
 * a known id change nothing. */
assay_status act_observe(the_case *c, assay_err *err);
/* ASSAY_CONFLICT names the first field of the form on which two hands differ. */
ASSAY_MUST_USE assay_status visit_check(the_case *c, const scheme_stage *s, const scheme_form *form,
                                        assay_err *err);
/* Adds seen: {stage: {entries, differ: {item: [ids]}}} of this stage. */
void visit_show(the_case *c, const char *stage, const char *me, bool is_desk, json_t *view);

#endif
