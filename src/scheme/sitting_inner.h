/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about exams share. A bank and a sitting are objects with records of their own. */
#ifndef SCHEME_SITTING_INNER_H
#define SCHEME_SITTING_INNER_H

#include "scheme/exam.h"
#include "scheme/round_inner.h"
#include "scheme/sitting.h"

/* -- a bank (exam_bank.c) ---------------------------------------------------------------------- */

typedef struct {
    desk *d;
    store_tx *tx;
    const scheme *scheme;
    const scheme_bank *bank;
    object_id id;
    json_t *
        state; /* {items: {id: {topic, kind, points, sealed}}, forms, drawn, ratings, cuts, last} */
    const viewer *who;
    int64_t now;
} the_bank;

/* As it was after record `upto`; 0: now. */
ASSAY_MUST_USE assay_status bank_load(desk *d, store_tx *tx, const scheme *s,
                                      const scheme_bank *bank, const viewer *who, uint64_t upto,
                                      the_bank *out, assay_err *err);
ASSAY_MUST_USE assay_status bank_find(desk *d, store_tx *tx, const char *scheme, const char *bank,
                                      const viewer *who, the_bank *out, assay_err *err);
void bank_done(the_bank *b);
ASSAY_MUST_USE assay_status bank_append(the_bank *b, const char *type, json_t *payload,
                                        assay_err *err);
ASSAY_MUST_USE assay_status bank_need_desk(const viewer *who, assay_err *err);
/* The sealed part of an item: {text, options, key, tolerance, guide}; the reference is the
 * caller's. */
ASSAY_MUST_USE assay_status bank_item(const the_bank *b, const char *item, json_t **out,
                                      assay_err *err);
/* For scoring; texts live as long as `inner`. */
ASSAY_MUST_USE assay_status bank_item_read(const the_bank *b, const char *item, const json_t *inner,
                                           exam_item *out, assay_err *err);
/* A row of a table, as bank_import says: {id, topic, kind, points} in *head, the rest in *inner.
 * False: what is wrong is in *fault. */
bool bank_row_read(const scheme_bank *bank, const char *const *cell, json_t **head, json_t **inner,
                   json_t **fault);
enum { BANK_OPTIONS = 12, BANK_COLUMNS = 8 + BANK_OPTIONS };
extern const char *const bank_columns[BANK_COLUMNS];

/* -- a sitting (sitting.c) ----------------------------------------------------------------------
 */

typedef struct {
    the_bank bank; /* as it was when the sitting began */
    object_id id;
    json_t *state; /* {case, stage, visit, form, seed, items, at, ends, batches, marks, finished,
                      scored} */
    the_case c;
} the_sitting;

void sitting_id(const object_id *of, const char *stage, int64_t visit, object_id *out);
ASSAY_MUST_USE assay_status sitting_load(desk *d, store_tx *tx, const object_id *id,
                                         const viewer *who, the_sitting *out, assay_err *err);
void sitting_done(the_sitting *s);
ASSAY_MUST_USE assay_status sitting_append(the_sitting *s, const char *type, json_t *payload,
                                           assay_err *err);
/* {item: answer} of what came in time; the reference is the caller's. */
ASSAY_MUST_USE assay_status sitting_answers(const the_sitting *s, json_t **out, assay_err *err);
/* Every sitting of a bank: calls `each` with its id and its row. */
typedef bool sitting_visitor(const object_id *id, const json_t *row, void *context);
ASSAY_MUST_USE assay_status sitting_each(desk *d, const object_id *bank, sitting_visitor *each,
                                         void *context, assay_err *err);
/* What is known now: the result into the case as soon as no mark is missing (sitting_score.c). */
ASSAY_MUST_USE assay_status sitting_score(the_sitting *s, assay_err *err);
/* The marks of an item so far, in their order. */
enum { MARKS_MOST = 3 };
size_t sitting_marks(const the_sitting *s, const char *item,
                     assay_rational mark[static MARKS_MOST]);
/* Points of an open answer from its marks so far; missing: another marker is needed. */
value sitting_settle(const assay_rational *mark, size_t n, assay_rational points);

/* -- who examines (exam_marks.c) ----------------------------------------------------------------
 */

/* The name under which he rates and marks; ASSAY_NOT_FOUND: he is no examiner of this bank. */
ASSAY_MUST_USE assay_status examiner_of(const the_bank *b, char out[static 80], assay_err *err);

#endif
