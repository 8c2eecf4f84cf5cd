/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCHEME_ROUND_INNER_H
#define SCHEME_ROUND_INNER_H

#include "scheme/case_inner.h"
#include "scheme/round.h"

typedef struct {
    desk *d;
    store_tx *tx;
    const scheme *scheme;
    object_id id;
    json_t *state;
    const viewer *who;
    int64_t now;
} the_round;

ASSAY_MUST_USE assay_status round_load(desk *d, store_tx *tx, const object_id *id,
                                       const viewer *who, the_round *out, assay_err *err);
void round_done(the_round *r);
ASSAY_MUST_USE assay_status round_append(the_round *r, const char *type, json_t *payload,
                                         assay_err *err);
ASSAY_MUST_USE assay_status round_need_desk(const viewer *who, assay_err *err);

/* Cases of the round at a stage in a phase, loaded; in order of id. */
typedef struct {
    the_case *item;
    size_t n;
} case_set;
ASSAY_MUST_USE assay_status round_cases(the_round *r, const char *stage, const char *phase,
                                        case_set *out, assay_err *err);
void case_set_done(case_set *s);

/* -- who may judge whom (case_assign.c) --------------------------------------------------------- */

typedef struct {
    object_id id;
    json_t *known;        /* of the appointment */
    const char *place;    /* in `known` */
    object_id tied[64];   /* whom he is tied to by a relation that counts */
    size_t ties;
} candidate;
typedef struct {
    candidate *item;
    size_t n, room;
} candidate_list;
/* Who holds the role now, is trained and skilled as the scheme wants; in order of id. */
ASSAY_MUST_USE assay_status candidates(desk *d, const scheme *s, const scheme_assign *a,
                                       int64_t now, candidate_list *out, assay_err *err);
void candidates_done(candidate_list *l);

/* Whom a judge of this case must not be, or be tied to. */
typedef struct {
    object_id *id;
    size_t n;
    const char *place;
} conflict_set;
ASSAY_MUST_USE assay_status conflicts_of(the_case *c, const scheme_assign *a, conflict_set *out,
                                         assay_err *err);
/* NULL: none; else which rule bites. */
const char *conflict_between(const scheme_assign *a, const conflict_set *set, const candidate *j);
/* Write the judges of a case: in random order each (by the seed), with what is known of them. */
ASSAY_MUST_USE assay_status case_assign(the_case *c, const scheme_stage *s,
                                        const candidate *const *judge, size_t n,
                                        const char *seed, assay_err *err);

/* -- figures of a stage (round_figures.c) ---------------------------------------------------------- */

/* {icc1, icc2k, kendall_w, shares, judges: [..], cases: {id: {estimate, expected_rank, band}}, ..}; rounded
 * to 1e-6. */
ASSAY_MUST_USE assay_status stage_figures(the_case *const *c, size_t n, const scheme_stage *s,
                                          json_t **out, assay_err *err);

#endif
