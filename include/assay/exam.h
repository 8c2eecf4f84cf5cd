/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Examinations: items, forms of equal difficulty, the cut (docs/method/exam.md).
 *
 * An answer that was not given is the examiner's to score 0 or to leave missing (NaN); this header
 * never does it for him. Memory is the caller's, nothing is allocated.
 */
#ifndef ASSAY_EXAM_H
#define ASSAY_EXAM_H

#include <assay/draw.h>
#include <assay/moments.h>
#include <assay/rational.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- item analysis ---------------------------------------------------------------------------- */

typedef struct {
    size_t answers;
    assay_figure facility;       /* mean mark over the full mark: the share who have it right */
    assay_figure discrimination; /* correlation with the sum of the other items */
    assay_figure point_biserial; /* correlation with the sum, the item included */
    assay_figure alpha_without;  /* alpha of the other items */
} assay_exam_item;

typedef struct {
    size_t people, incomplete, items; /* with all answers; left out of what follows */
    assay_figure mean, sd;            /* of the sum of marks */
    assay_figure alpha;               /* Cronbach; KR-20 when marks are 0 and 1 */
    assay_figure error;               /* standard error of a sum: sd sqrt(1 - alpha) */
} assay_exam;

/* Analyse n people by k items.
 *
 *   mark  [n*k] row-major: item j of person i at i*k + j; NaN is missing
 *   full  [k] full mark, > 0; NULL: 1 each
 *   item  [k] results; facility over all answers of the item, the rest over complete people
 *
 * Errors  ASSAY_DOMAIN  a mark below 0 or above its full mark (err->at), a full mark <= 0
 * Golden  test/golden/judging/exam.json (R 4.2.2), 1e-9 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_exam_analyse(const double *mark, size_t n, size_t k,
                                                            const double *full,
                                                            assay_exam_item *item, assay_exam *out,
                                                            assay_err *err);

/* -- Angoff's cut ------------------------------------------------------------------------------ */

typedef struct {
    assay_rational cut; /* sum over items of the mean rating, rounded half-up to the step */
    assay_rational unrounded;
    assay_figure error; /* standard error of the cut between raters */
} assay_exam_cut;

/* Each of r raters says what a person just good enough would get on each of k items.
 *
 *   rating  [r*k] row-major by rater; 0 .. full mark. The cut decides a gate, hence fractions.
 *   full    [k], or NULL: 1 each
 *   step    of the cut; 0: not rounded
 *
 * Errors  ASSAY_SHAPE   no rater or no item
 *         ASSAY_DOMAIN  a rating outside 0 .. full mark (err->at), a step below 0
 *         ASSAY_LIMIT   the sum does not fit */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_exam_angoff(const assay_rational *rating, size_t r,
                                                           size_t k, const assay_rational *full,
                                                           assay_rational step, assay_exam_cut *out,
                                                           assay_err *err);

/* -- forms from a bank --------------------------------------------------------------------------
 */

#define ASSAY_EXAM_DIFFICULTY_MAX 1000000

typedef struct {
    uint32_t topic;     /* 0 <= topic < topics */
    int32_t difficulty; /* 0 .. ASSAY_EXAM_DIFFICULTY_MAX: 1 - facility in millionths */
} assay_bank_item;

typedef struct {
    size_t items, forms;
    int64_t easiest, hardest; /* sums of difficulty of two forms */
} assay_exam_forms;

ASSAY_PUBLIC size_t assay_exam_forms_scratch_size(size_t items, size_t forms);

/* Draw `forms` forms without a common item: of each topic its number, as equal in difficulty as
 * exchanges within a topic make them, all by the seed.
 *
 *   bank       [n]
 *   blueprint  [topics] items of each topic in a form
 *   form       [forms * total] bank numbers of form f at f*total .., in the order to be shown;
 *              total is the sum of the blueprint
 *
 * Which items are drawn does not depend on their difficulty, so that a bank is used evenly.
 * Errors  ASSAY_SHAPE      no form
 *         ASSAY_DOMAIN     an item outside the topics or a difficulty outside its range (err->at)
 *         ASSAY_UNDEFINED  a topic has too few items: err->at is the topic, the message how many */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_exam_draw(const assay_bank_item *bank, size_t n,
                                                         const uint32_t *blueprint, size_t topics,
                                                         size_t forms, const uint8_t *seed,
                                                         void *scratch, uint32_t *form,
                                                         assay_exam_forms *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
