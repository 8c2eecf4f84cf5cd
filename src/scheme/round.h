/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds: one cycle of a scheme, its revision frozen, its cases assigned and decided together.
 *
 * A draw cannot be steered by anybody alone: round_open commits to a secret (its SHA-256 is a record)
 * before anybody applies; after the call is over a public value is given that nobody could know
 * before; seed = SHA-256(secret || public value).
 */
#ifndef SCHEME_ROUND_H
#define SCHEME_ROUND_H

#include "scheme/case.h"

/* {scheme, name, opens?, closes?, title?}: a new round; its revision is the scheme's newest and stays. */
ASSAY_MUST_USE assay_status round_open(desk *d, store_tx *tx, const char *said, const viewer *who,
                                       object_id *out, assay_err *err);
/* The public value, after the call is over: the seed becomes known. */
ASSAY_MUST_USE assay_status round_seed(desk *d, store_tx *tx, const object_id *round,
                                       const char *public_value, const viewer *who, assay_err *err);
/* Judges to all cases of the round that are at this stage and have none. Infeasible: which rule bites.
 * Where too few may judge for the chance the scheme bounds, it is done without the bound and the answer
 * and the record say so: is_bounded false, unbounded_because the rule that bites. */
ASSAY_MUST_USE assay_status round_assign(desk *d, store_tx *tx, const object_id *round,
                                         const char *stage, const viewer *who, buf *answer,
                                         assay_err *err);
/* All cases that wait at this stage are decided at once; with ties a seed is needed. `against`: reasons
 * for decisions against the band of the advice, {case: why}; NULL: none. */
ASSAY_MUST_USE assay_status round_decide(desk *d, store_tx *tx, const object_id *round,
                                         const char *stage, const char *against,
                                         const viewer *who, buf *answer, assay_err *err);
/* No more cases; what is open goes on. */
ASSAY_MUST_USE assay_status round_close(desk *d, store_tx *tx, const object_id *round,
                                        const viewer *who, assay_err *err);

ASSAY_MUST_USE assay_status round_show(desk *d, const object_id *round, const viewer *who, buf *out,
                                       assay_err *err);
/* {"rounds": [{id, scheme, rev, name, opens, closes, phase}], "next"} */
ASSAY_MUST_USE assay_status round_list(desk *d, const char *scheme, const char *mark, size_t limit,
                                       const viewer *who, buf *out, assay_err *err);
ASSAY_MUST_USE assay_status round_find(desk *d, const char *name, object_id *out, assay_err *err);

/* How far judges agree at a stage: ICC, Kendall's W, variance shares, severity, rank bands, pairs the
 * data cannot order. Only once all sheets are final. */
ASSAY_MUST_USE assay_status round_statistics(desk *d, const object_id *round, const char *stage,
                                             const viewer *who, buf *out, assay_err *err);
/* Everything an independent counter needs, a line each (docs/format/retally.md): the scheme's rubric,
 * tallies and gates, sheets without names, the seed, and what was decided. Only of decided stages. */
ASSAY_MUST_USE assay_status round_export(desk *d, const object_id *round, const viewer *who,
                                         buf *out, assay_err *err);

#endif
