/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exams held here: a bank of items, forms drawn from it, sittings, marks, the result in its case.
 *
 * Items are sealed in the records. Their texts are shown to three alone: who sits them while his
 * time runs; who rates them (Angoff); who marks answers to open ones. Right answers are shown to
 * nobody. Raters and markers hold the bank's `examiner` role; without one the desk does it.
 *
 * Time is the server's: a sitting ends `minutes` after its start, and what comes later is recorded
 * as late and does not count. What has been confirmed is durable. Every function takes the viewer
 * and refuses who may not; what is said and answered is JSON text (docs/how-to/exam.md shows each).
 * ASSAY_NOT_FOUND: no such bank, or not for this viewer.
 */
#ifndef SCHEME_SITTING_H
#define SCHEME_SITTING_H

#include "scheme/case.h"

/* -- the bank, for the desk ------------------------------------------------------------------ */

enum { BANK_ITEMS_MOST = 5000, BANK_FORMS_MOST = 50 };

/* Items from a table (CSV, XLSX) with the columns id, topic, kind (single, multi, number, hand),
 * points, text, a .. l (options), key, tolerance, guide. An item that is there already is changed;
 * sittings that have begun keep the old one. Good rows are taken, the others are told:
 * {taken, changed, same, refused: [{row, field, found, expected}]}. */
ASSAY_MUST_USE assay_status bank_import(desk *d, store_tx *tx, const char *scheme, const char *bank,
                                        const char *name, const char *bytes, size_t length,
                                        const viewer *who, buf *answer, assay_err *err);
/* {why?}: as many forms without a common item as the scheme says, of equal difficulty, by a seed
 * that is recorded. Sittings take the newest drawing. */
ASSAY_MUST_USE assay_status bank_draw(desk *d, store_tx *tx, const char *scheme, const char *bank,
                                      const viewer *who, buf *answer, assay_err *err);
/* Angoff's cut of each form from the ratings that are there, in force from now on. */
ASSAY_MUST_USE assay_status bank_cut(desk *d, store_tx *tx, const char *scheme, const char *bank,
                                     const viewer *who, buf *answer, assay_err *err);
/* Items without texts, with facility and discrimination; forms with alpha and cut; how markers and
 * raters agree; sittings. For the desk and auditors. */
ASSAY_MUST_USE assay_status bank_show(desk *d, const char *scheme, const char *bank,
                                      const viewer *who, buf *out, assay_err *err);
/* Is there a sitting whose time was over at `now` and that is not ended? */
bool sitting_waits(desk *d, int64_t now);
/* Sittings whose time is over are ended and scored; *n is how many. */
ASSAY_MUST_USE assay_status sitting_collect(desk *d, store_tx *tx, const viewer *who, size_t limit,
                                            uint64_t *n, assay_err *err);

/* -- for examiners ---------------------------------------------------------------------------- */

/* {items: [{id, topic, text, options, mine?}]}: of the drawn forms, in an order of one's own. */
ASSAY_MUST_USE assay_status bank_rating(desk *d, const char *scheme, const char *bank,
                                        const viewer *who, buf *out, assay_err *err);
/* {ratings: {item: share 0 .. 1 of the just able who would have it right}} */
ASSAY_MUST_USE assay_status bank_rate(desk *d, store_tx *tx, const char *scheme, const char *bank,
                                      const char *said, const viewer *who, assay_err *err);
/* {scripts: [{script, answers: [{item, text, guide, points, answer}]}], waiting}: open answers that
 * wait for this marker, nobody's name beside them, nor another's marks. */
ASSAY_MUST_USE assay_status bank_marking(desk *d, const char *scheme, const char *bank,
                                         const viewer *who, buf *out, assay_err *err);
/* {script, marks: {item: points}}: two markers each, blind; where they are further apart than a
 * quarter of the points a third one, then the median. */
ASSAY_MUST_USE assay_status bank_mark(desk *d, store_tx *tx, const char *scheme, const char *bank,
                                      const char *said, const viewer *who, assay_err *err);

/* -- a sitting --------------------------------------------------------------------------------- */

/* For the candidate {state, minutes, items, starts, ends, now, confirmed, answers, paper}: the
 * paper and the answers only while the time runs. For the desk how it went, nothing of the paper.
 */
ASSAY_MUST_USE assay_status sitting_view(desk *d, const object_id *id, const viewer *who, buf *out,
                                         assay_err *err);
/* By the case's own party, at a stage with a bank. Started already: the same sitting. */
ASSAY_MUST_USE assay_status sitting_start(desk *d, store_tx *tx, const object_id *id,
                                          const viewer *who, buf *answer, assay_err *err);
/* {answers: [{n, item, answer, at?}]}: n counts from 1; those confirmed already change nothing, a
 * gap is refused. {confirmed, late, ends, now}. The newest answer to an item in time counts. */
ASSAY_MUST_USE assay_status sitting_answer(desk *d, store_tx *tx, const object_id *id,
                                           const char *said, const viewer *who, buf *answer,
                                           assay_err *err);
ASSAY_MUST_USE assay_status sitting_finish(desk *d, store_tx *tx, const object_id *id,
                                           const viewer *who, buf *answer, assay_err *err);

#endif
