/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meetings of a role that votes: agenda, presence, motions, and the decisions that the cases' own
 * gates make.
 *
 * A meeting decides nothing by itself. Its chair calls an item; the votes cast in the case are then
 * counted by its gate, with the gate's quorum and majority, and the minutes keep what came out. Who
 * is tied to a case is not among those entitled to decide it, present or not, with nothing said by him;
 * the minutes name him and the kind of the relation.
 */
#ifndef SCHEME_MEETING_H
#define SCHEME_MEETING_H

#include "scheme/case.h"

/* {scheme, role, title, place?, cases?: [id]}; without `cases` all that await a vote of this role.
 * The desk's. */
ASSAY_MUST_USE assay_status meeting_open(desk *d, store_tx *tx, const char *said, const viewer *who,
                                         buf *answer, assay_err *err);
/* present {party?, here?} (oneself, or anybody by the desk); motion {case, text}; decide {case};
 * end {note?, chair, keeper?}: who of those present led it, and who kept the minutes (the desk's own
 * party unless said; not the chair). From then on the minutes are what they are, and those present
 * answer for them, each once and for himself: sign {digest?, objection?}. ASSAY_DOMAIN: of those entitled in the case fewer are present than the quorum. */
ASSAY_MUST_USE assay_status meeting_step(desk *d, store_tx *tx, const object_id *id,
                                         const char *step, const char *said, const viewer *who,
                                         buf *answer, assay_err *err);
/* For the desk, auditors, the members, and who was present: {members, quorum, agenda: [{case, title,
 * votes, tied: [{party, relation}], motions, decided}], ended?, minutes?, ..}. Others' choices are
 * counted, not named. An ended one has the members of its end, and `minutes`: {digest, confirmed,
 * signatures: [{party, name, as: "chair" | "keeper" | "member", at?, digest?, objection?}]}; confirmed: chair
 * and keeper have signed these minutes. */
ASSAY_MUST_USE assay_status meeting_show(desk *d, const object_id *id, const viewer *who, buf *out,
                                         assay_err *err);
/* {meetings: [{id, scheme, role, title, place, at, ended?}], next}, newest first: all for the desk
 * and auditors, else those of the roles one holds. limit 1 .. 1000; 0: 100. */
ASSAY_MUST_USE assay_status meeting_list(desk *d, const char *mark, size_t limit, const viewer *who,
                                         buf *out, assay_err *err);
/* Their lists made anew from the records. */
ASSAY_MUST_USE assay_status meetings_rebuild(desk *d, store_tx *tx, assay_err *err);

#endif
