/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about cases share.
 *
 * The state of a case is a tree of JSON: what case_fold makes of its records. An act works on a
 * `the_case`: it appends a record, folds it in at once, and goes on with the new state, so that what
 * follows from an act is decided by exactly what a later replay will see. */
#ifndef SCHEME_CASE_INNER_H
#define SCHEME_CASE_INNER_H

#include "scheme/case.h"
#include "scheme/facts.h"
#include "scheme/gate.h"
#include "scheme/party_inner.h"
#include "scheme/tally.h"

struct desk {
    store *s;
};

ASSAY_MUST_USE assay_status desk_scheme_by_digest(desk *d, const char *hex, const scheme **out,
                                                  assay_err *err);

/* -- one case at work ------------------------------------------------------------------------- */

typedef struct {
    desk *d;
    store_tx *tx; /* NULL: reading */
    const scheme *scheme;
    object_id id;
    json_t *state;
    const viewer *who;
    int64_t now;
    uint64_t events;  /* folded so far */
    uint64_t last;    /* number of the last of their records */
    uint64_t kept;    /* of them in the state that is kept; 0: none */
    uint64_t decided; /* number of the newest decision's record; 0: none yet */
    json_t *said;     /* of the act; owned by the caller */
    const char *act;  /* its name until its first record is written, then NULL */
    arena memory;     /* of tallies and decisions; emptied by case_done */
} the_case;

/* The state from the records. ASSAY_NOT_FOUND: no such case. */
ASSAY_MUST_USE assay_status case_load(desk *d, store_tx *tx, const object_id *id,
                                      const viewer *who, the_case *out, assay_err *err);
void case_done(the_case *c);
/* The scheme of a folded state. ASSAY_DAMAGED: it has no such stage. */
ASSAY_MUST_USE assay_status case_find_rules(the_case *c, assay_err *err);
/* Fold one event into a state; a payload that was erased (NULL) only counts. ASSAY_DAMAGED: it says what
 * no act writes, or does not fit the state, which is untouched then; the message names the member. */
ASSAY_MUST_USE assay_status case_apply(json_t *state, const char *type, const json_t *payload,
                                       assay_err *err);
/* The same from the log; the message begins with the number of the record. */
ASSAY_MUST_USE assay_status case_fold_record(json_t *state, const record *r, assay_err *err);
/* Has the payload of a record of this type all that is relied on? (case_shape.c) */
ASSAY_MUST_USE assay_status case_shape_check(const char *type, const json_t *payload,
                                             assay_err *err);
/* A state is kept beside the log, so that whoever reads a case that many read folds from there on
 * (case_kept.c). Reading it takes nothing that is not whole, or that another fold made; writing does so
 * when the case waits for its round, or has grown much since. */
void case_kept_read(the_case *c);
ASSAY_MUST_USE assay_status case_kept_write(the_case *c, assay_err *err);
/* Append and fold; takes over the payload, sets its "at". */
ASSAY_MUST_USE assay_status case_append(the_case *c, const char *type, json_t *payload,
                                        assay_err *err);
/* The row and places of a case (case_lists.c). */
ASSAY_MUST_USE assay_status case_list_again(the_case *c, assay_err *err);
/* When the clock is to look at it again, TIME_NONE: never; when its reminder goes out; was it said? */
int64_t case_wake(const the_case *c);
int64_t case_reminder(const the_case *c);
bool case_was_reminded(const the_case *c, const char *kind);
bool case_rests(const the_case *c, const scheme_stage *s);

const char *case_phase(const json_t *state); /* open returned waiting passed rejected ... */
bool case_is_open(const json_t *state);
/* How the lists of a stage sort: those with a deadline by it, then the others by when they were
 * opened. */
#define CASE_BY_DUE    "d/"
#define CASE_BY_OPENED "o/"
const scheme_stage *case_stage(const the_case *c); /* NULL: closed */
int64_t case_visit(const json_t *state, const char *stage);
bool case_party(const json_t *state, object_id *out);
/* ns of a date moved by a duration of a scheme; TIME_NONE for none. */
int64_t time_after(int64_t ns, value duration);

/* -- what is in it (case_content.c) ---------------------------------------------------------------- */

/* Of this visit of a stage. */
const json_t *case_sheets(const the_case *c, const char *stage);       /* object: judge -> sheet */
/* Filled in by this party ("": nobody known) at this visit of the stage; NULL: not. (case_form.c) */
const json_t *case_filling_by(const the_case *c, const scheme_stage *s, const char *form,
                              const char *by, bool is_final);
const json_t *case_assigned(const the_case *c, const char *stage);     /* list of {judge, order} */
const json_t *case_assignment(const json_t *state, const char *stage, const char *judge);
bool sheet_is_final(const json_t *sheet);
bool sheet_is_of(const json_t *sheet, const the_case *c, const char *stage);
/* The same values with each badge judged and replaced by what was found (case_badge.c). ASSAY_DOMAIN: one
 * is refused. */
ASSAY_MUST_USE assay_status badges_take(the_case *c, const scheme_form *form, const json_t *values,
                                        json_t **out, assay_err *err);
/* Values of the newest final filling of a form, opened as far as keys are there; NULL: none. The
 * reference is the caller's. */
json_t *case_values(const the_case *c, const char *form, bool is_final);
ASSAY_MUST_USE assay_status filling_values(const the_case *c, const json_t *filling, json_t **out,
                                           assay_err *err);
/* Objections upheld at this visit of the stage: those of an earlier one have had their effect. */
size_t case_upheld(const json_t *state, const char *stage);
const scheme_rubric *case_rubric(the_case *c, const scheme_stage *s);

/* -- evaluating (case_scope.c) --------------------------------------------------------------------- */

/* The scope of a case for the expressions of its scheme. What comes from outside the case (party,
 * measures, other cases, today) is asked once and kept in `facts`; where `facts` is given from a
 * record, that is asked instead. */
typedef struct {
    the_case *c;
    expr_scope scope;
    json_t *facts; /* owned */
    bool is_replay;
    tally_result *result; /* [tally_count]; run when first asked */
    bool *has_result;
    json_t *party; /* opened, when first asked */
} case_scope;
ASSAY_MUST_USE assay_status case_scope_init(case_scope *s, the_case *c, const json_t *facts,
                                            assay_err *err);
void case_scope_done(case_scope *s);
/* `cases`, `holders`, `active` as a list (case_rows.c); missing, not a part, above 100,000. */
value case_rows(case_scope *s, const char *name);
/* The same never held, for an expr_scope of a case_scope: functions of them are exact however many there are. */
bool case_over(void *context, const expr *call, value *out);
value row_day(const json_t *row, const char *name);
value row_text(arena *memory, const char *text); /* copied */
/* What cases are counted by: members of a row, and of the names of lists that only count (case_lists.c). A
 * word of CASE_KIND_WORD bytes may be cut. */
enum { CASE_KIND_PARTS = 4, CASE_KIND_WORD = 60 };
extern const char *const case_kind_parts[CASE_KIND_PARTS + 1]; /* ends in NULL */
/* Where the sheets of a tally are given; NULL: it is a formula. */
const scheme_stage *tally_stage(const scheme *s, const scheme_tally *t);
ASSAY_MUST_USE assay_status case_tally(case_scope *s, const scheme_tally *t,
                                       const tally_result **out, assay_err *err);

/* -- who may (case_role.c) --------------------------------------------------------------------------- */

/* Does the viewer stand in this role for this case? */
ASSAY_MUST_USE assay_status case_in_role(the_case *c, const scheme_role *r, bool *out,
                                         assay_err *err);
ASSAY_MUST_USE assay_status case_is_party(the_case *c, bool *out, assay_err *err);
/* Is it the party of the case or a member of its team, under whichever of merged ids? */
ASSAY_MUST_USE assay_status case_concerns(the_case *c, const object_id *id, bool *out,
                                          assay_err *err);
/* Held everywhere, or at the place of the case. */
bool post_is_for(const party_post *p, const the_case *c);
/* Does a relation count as a conflict now: one the scheme names, or belonging; held now or as far back as
 * the scheme looks? (case_assign.c) */
bool tie_counts(const scheme *s, const party_tie *t, int64_t now);
ASSAY_MUST_USE assay_status case_need_desk(const the_case *c, const char *act, assay_err *err);
/* Does the role sign at the stage what another one fills in? */
bool case_countersigns(const scheme_stage *s, const scheme_role *role);
/* Is its signature still missing? */
bool case_awaits(const the_case *c, const scheme_stage *s, const scheme_role *role);
/* The role in which the viewer's signature is still missing there; NULL: none. */
ASSAY_MUST_USE assay_status case_countersigner(the_case *c, const scheme_stage *s,
                                               const scheme_role **out, assay_err *err);
/* All fillings of the stage's form are there. */
bool case_is_handed_in(const the_case *c, const scheme_stage *s);
/* The first role there in which the viewer stands and has not signed at this visit; NULL: none, and
 * *has_any: signed already. Nobody is two hands. */
ASSAY_MUST_USE assay_status case_free_hand(the_case *c, const scheme_stage *s, const scheme_role **out,
                                           bool *has_any, assay_err *err);
/* One of the roles that act at this stage; *out the one, NULL: none. */
ASSAY_MUST_USE assay_status case_actor(the_case *c, const scheme_stage *s,
                                       const scheme_role **out, assay_err *err);
bool viewer_is_named(const viewer *who, char out[static ID_TEXT]); /* the party's id */

/* -- acts --------------------------------------------------------------------------------------------- */

/* Was this title of the case revoked or suspended? Upheld, an appeal makes it valid again (title.c). */
bool title_may_appeal(const json_t *state, const char *title);
ASSAY_MUST_USE assay_status title_restore(the_case *c, const char *title, const char *why,
                                          assay_err *err);
/* The stage decides anew: what the stages after it granted since and nobody has paid is cancelled, and
 * claims for what was paid are dropped (case_money.c). */
ASSAY_MUST_USE assay_status money_fall(the_case *c, const scheme_stage *s, const char *since,
                                       const char *why, assay_err *err);
/* There are titles and nothing is left of them: a stage that comes again asks nobody any more. */
bool titles_are_revoked(const json_t *state);
assay_status act_fill(the_case *c, assay_err *err);
assay_status act_seal(the_case *c, assay_err *err);
assay_status act_score(the_case *c, assay_err *err);
assay_status act_final(the_case *c, assay_err *err);
assay_status act_vote(the_case *c, assay_err *err);
assay_status act_sign(the_case *c, assay_err *err);
assay_status act_done(the_case *c, assay_err *err);
assay_status act_exam(the_case *c, assay_err *err);
/* The result of an exam {percent, topics, ...} at its stage; takes over the payload. */
assay_status case_exam_result(the_case *c, const scheme_stage *s, json_t *payload, assay_err *err);
assay_status act_close(the_case *c, assay_err *err);
assay_status act_decide(the_case *c, assay_err *err);
assay_status act_object(the_case *c, assay_err *err);
assay_status act_answer(the_case *c, assay_err *err);
assay_status act_appeal(the_case *c, assay_err *err);
assay_status act_hearing(the_case *c, assay_err *err);
assay_status act_withdraw(the_case *c, assay_err *err);
assay_status act_note(the_case *c, assay_err *err);
assay_status act_name(the_case *c, assay_err *err);
assay_status act_assign(the_case *c, assay_err *err);
assay_status act_pay(the_case *c, assay_err *err);
assay_status act_claim_back(the_case *c, assay_err *err);
assay_status act_title(the_case *c, assay_err *err); /* renew suspend reinstate revoke */

/* -- forms and their files ----------------------------------------------------------------------------- */

/* The form (NULL: that of the stage) that the viewer may fill in now. */
ASSAY_MUST_USE assay_status case_form_asked(the_case *c, const char *name, const scheme_stage **s,
                                            const scheme_form **form, assay_err *err);
/* Whose key seals what is personal here. */
object_id case_owner(the_case *c);
/* Files that the values name are there, of this case, and the viewer's to name: they are kept, and the
 * values say of them what is stored (case_file.c). */
ASSAY_MUST_USE assay_status case_files_settle(the_case *c, const scheme_form *form, json_t *values,
                                              assay_err *err);

/* What the files in shown values are called: that may tell a person, so that no record says it. */
void case_files_name(the_case *c, const scheme_form *form, json_t *values);
/* Does every file that a form names have its bytes, unless they were erased? Else the id of the first
 * that has not. */
bool case_files_are_there(the_case *c, char missing[static ID_TEXT]);

/* -- what follows (case_flow.c) ------------------------------------------------------------------------ */

/* Decide and go on as far as everything needed is there. */
ASSAY_MUST_USE assay_status case_settle(the_case *c, assay_err *err);
/* Enter a stage; NULL: the case is closed with this outcome. */
ASSAY_MUST_USE assay_status case_enter(the_case *c, const scheme_stage *s, const char *outcome,
                                       const char *why, assay_err *err);
/* What an outcome of a gate does; `more` (may be NULL) is added to the record and taken over. */
ASSAY_MUST_USE assay_status case_carry_out(the_case *c, const scheme_gate *g, case_scope *scope,
                                           const gate_outcome *o, json_t *more, assay_err *err);
/* Has everybody acted who must at this stage? */
ASSAY_MUST_USE assay_status case_is_ready(the_case *c, const scheme_stage *s, bool *out,
                                          assay_err *err);
/* What ties this party to the case: "own" (it is its party or acts for it), or the relation it directly has
 * to it; NULL: nothing. The text is in the memory of the case. (case_vote.c) */
ASSAY_MUST_USE assay_status case_tie(the_case *c, const object_id *who, const char **out,
                                     assay_err *err);
/* Who votes at a stage: the holders of its role for the place of the case, and whoever has voted. */
typedef struct {
    object_id id;
    const char *tie, *choice; /* NULL: none */
} case_voter;
typedef struct {
    case_voter *item; /* in the memory of the case */
    size_t n, room;
} voter_list;
/* Neither tied to the case nor recused: only these are in the base of quorum and majority. */
bool voter_is_entitled(const case_voter *v);
ASSAY_MUST_USE assay_status case_count_votes(the_case *c, const scheme_stage *s, voter_list *who,
                                             gate_vote *out, assay_err *err);
/* Given at the end of a stage or by a band. */
ASSAY_MUST_USE assay_status case_give_title(the_case *c, const scheme_title *t, assay_err *err);
ASSAY_MUST_USE assay_status case_grant_money(the_case *c, const scheme_stage *s, assay_err *err);
ASSAY_MUST_USE assay_status case_publish(the_case *c, const scheme_stage *s, assay_err *err);
/* A bar of the party or of a firm it stands for; ASSAY_DOMAIN. */
ASSAY_MUST_USE assay_status case_check_bar(desk *d, const scheme *s, const object_id *party,
                                           int64_t now, assay_err *err);

/* What was sealed last for a field of kind evidence; NULL: nothing yet. */
const json_t *case_newest_evidence(const json_t *state, const char *field);

#endif
