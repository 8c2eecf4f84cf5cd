/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exams: a drawn form and its answers -> a score in percent, exactly. Pure.
 *
 * The items of a bank live in the database; the scheme states how many, from which topics, and the
 * cut.
 */
#ifndef SCHEME_EXAM_H
#define SCHEME_EXAM_H

#include "scheme/scheme.h"

typedef enum {
    ITEM_SINGLE, /* one option: the key, "b" */
    ITEM_MULTI,  /* a set of options: "a,c"; all or nothing */
    ITEM_NUMBER, /* a number within `tolerance` of the key */
    ITEM_HAND,   /* points given by a marker */
} exam_item_kind;

typedef struct {
    const char *id, *topic, *key;
    exam_item_kind kind;
    assay_rational points, tolerance;
} exam_item;

typedef struct {
    value
        answer; /* VALUE_TEXT or VALUE_NUMBER; ITEM_HAND: the points given; missing: not answered */
} exam_answer;

typedef struct {
    const char *topic;
    value percent;
} exam_topic;

typedef struct {
    value percent;     /* of the points; missing while a hand-marked item waits */
    const value *item; /* points of each; missing: waits for its marker */
    exam_topic *topic; /* in the order of the blueprint */
    size_t topic_count, unanswered, waiting;
    bool is_pass;
    const char *reason; /* why not passed, or why there is no score; NULL: passed */
} exam_result;

/* `cut`: the bank's, or Angoff's (assay_exam_angoff) in percent; missing: nobody can pass yet. */
ASSAY_MUST_USE assay_status exam_score(const scheme_bank *bank, const exam_item *item,
                                       const exam_answer *answer, size_t n, value cut,
                                       arena *memory, exam_result *out, assay_err *err);

#endif
