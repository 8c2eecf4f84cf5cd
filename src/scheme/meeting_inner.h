/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about meetings share. */
#ifndef SCHEME_MEETING_INNER_H
#define SCHEME_MEETING_INNER_H

#include "scheme/case_inner.h"
#include "scheme/meeting.h"

enum { MEMBERS_SHOWN = 300 };

typedef struct {
    desk *d;
    store_tx *tx; /* NULL: reading */
    object_id id;
    json_t *state; /* {scheme, role, title, place, agenda, here: {party: bool}, motions, decided,
                      at, ended, signed} */
    const scheme *scheme;
    const scheme_role *role;
    const viewer *who;
    int64_t now;
} the_meeting;

/* From its records; the state is the caller's to release. ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status meeting_load(desk *d, store_tx *tx, const object_id *id,
                                         const viewer *who, the_meeting *out, assay_err *err);
/* Append and fold; takes over the payload, sets its "at" and "by". */
ASSAY_MUST_USE assay_status meeting_append(the_meeting *m, const char *type, json_t *payload,
                                           assay_err *err);
/* The list of the meetings of a role, whose members see it. */
void meeting_list_of_role(const char *program, const char *role, char out[static 256]);
ASSAY_MUST_USE assay_status meeting_need_desk(const viewer *who, assay_err *err);

/* -- members ---------------------------------------------------------------------------------- */

typedef struct {
    object_id id[MEMBERS_SHOWN];
    size_t n;
} member_list;

/* Who holds the role now; of an ended meeting who held it at its end. */
ASSAY_MUST_USE assay_status meeting_members(const the_meeting *m, member_list *l, assay_err *err);
/* The same as they are now: a party_post_visitor with a member_list as its context. */
bool meeting_keep_member(const party_post *p, void *context);
bool meeting_has_member(const member_list *l, const object_id *party);
bool meeting_is_member(const the_meeting *m, const member_list *l); /* the viewer */
bool meeting_is_here(const the_meeting *m, const object_id *party);
size_t meeting_count_here(const the_meeting *m, const member_list *l);

/* -- what is said of a case ------------------------------------------------------------------- */

void meeting_add_count(json_t *o, const gate_vote *v);
/* Who is tied to the case and by what kind of relation: nothing else of it is for the others. */
void meeting_add_tied(json_t *o, const voter_list *l);

/* -- minutes (meeting_minutes.c) -------------------------------------------------------------- */

ASSAY_MUST_USE assay_status meeting_end(the_meeting *m, const json_t *said, const member_list *l,
                                        assay_err *err);
ASSAY_MUST_USE assay_status meeting_sign(the_meeting *m, const json_t *said, assay_err *err);
/* As what a party was there: "chair", "keeper", "member"; NULL: it was not. */
const char *meeting_present_as(const the_meeting *m, const object_id *party);
/* Of an ended meeting `minutes`: their digest, and who answers for them. */
ASSAY_MUST_USE assay_status meeting_show_minutes(const the_meeting *m, json_t *o, assay_err *err);

#endif
