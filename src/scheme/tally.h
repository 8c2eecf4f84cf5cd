/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many sheets -> one number, exactly (docs/format/scheme.md, "Tallies"). Pure: arrays in, result
 * out.
 *
 * The official method is applied to every node of the rubric, to the total of each sheet there; a
 * sheet's total is its points scaled to what was applicable (awarded / possible x points of the
 * node).
 */
#ifndef SCHEME_TALLY_H
#define SCHEME_TALLY_H

#include "scheme/scheme.h"

/* The points of an answer as a sheet gives it: "8", "B3", "na", "" (missing). ASSAY_DOMAIN says
 * what was found and which answers the leaf takes. `leaf` is a place in rubric->leaf[]. */
ASSAY_MUST_USE assay_status sheet_points(const scheme_rubric *r, size_t leaf, const char *answer,
                                         value *out, assay_err *err);

/* The total of one sheet at the root, scaled to what was applicable; missing where an answer is, or where
 * nothing applies. answer[] and repeats as of a tally_input. */
value rubric_total(const scheme_rubric *r, const uint32_t *repeats, const value *answer);

/* One final sheet. For a rubric: answer[start(leaf) + repetition], points or n/a or missing, where
 * start(leaf) is the sum of repeats[] before it. For a form: one answer an item (a survey: one per
 * field of the form; else one). */
typedef struct {
    const char *judge; /* an id, for messages */
    const value *answer;
    value weight; /* VALUE_NUMBER where the tally has a weight */
} tally_sheet;

typedef struct {
    const scheme_tally *tally;
    const scheme_rubric *rubric; /* the one this case uses; NULL for a form */
    const uint32_t *repeats;     /* [leaf_count]; NULL: every leaf once */
    const tally_sheet *sheet;
    size_t sheet_count, assigned; /* assigned: how many there should be */
    size_t eligible;              /* ballots: how many may vote; 0: not known */
    bool is_total_only;           /* of a rubric: nothing of the nodes below its root is asked */
} tally_input;

typedef struct {
    const char *choice;
    size_t count;
} tally_choice;

typedef struct {
    value number;         /* the official number, rounded as stated; missing: see reason */
    value exact;          /* before rounding */
    size_t used, dropped; /* sheets */
    const char *reason;   /* why there is no number; NULL: there is one */
    const value *node;    /* [node_count] points; NULL for a form */
    const value *possible,
        *share; /* [node_count]: points that were applicable; points / possible */
    const value
        *answers; /* [node_count] lists of records {id points possible share star na answered
                     least}: least, the lowest answer on any sheet in any repetition */
    const value *repetitions; /* [node_count] lists of records {id points possible share}; empty
                                 unless the node repeats; both NULL unless the rubric has_lists */
    tally_choice *choice;     /* ballots, in the order of the field's choices */
    size_t choice_count, cast;
    size_t eligible;
    const scheme_tally *tally;
    const scheme_rubric *rubric;
} tally_result;

/* Results lie in `memory`. Errors only for memory, sizes and numbers beyond 127 bits; too few
 * sheets are a result with a reason. TALLY_EXPR is refused here: see tally_calculate. */
ASSAY_MUST_USE assay_status tally_run(const tally_input *in, arena *memory, tally_result *out,
                                      assay_err *err);
/* A tally that is an expression over others, rounded as stated. */
value tally_calculate(const scheme_tally *t, const expr_scope *scope);

/* What the names of an expression ask of a result: NAME_TALLY (`text` NULL: the number; cast,
 * eligible, yes, no, abstain or another choice, share (yes / (yes + no)), turnout) and NAME_NODE
 * (points possible share answers repeats). */
value tally_value(const tally_result *r, const expr_name *name);

#endif
