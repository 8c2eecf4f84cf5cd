/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parties: persons, firms and teams, how they belong together and since when.
 *
 * A party has a random id that stays. What is personal (all of a person but the kind) stands in the
 * records encrypted with a key of that person alone (XChaCha20-Poly1305); the key lies beside the
 * records and can be destroyed: then every copy of the records has forgotten the person, and every
 * decision stays provable. Firms and teams are not persons; their names are plain.
 *
 * Two entries that turn out to be one are merged: the other id leads to the one that is kept, and
 * whatever concerns one of them concerns both.
 *
 * What goes in and comes out is JSON text. Functions that take a store_tx append records.
 */
#ifndef SCHEME_PARTY_H
#define SCHEME_PARTY_H

#include "base/buf.h"
#include "store/store.h"

/* {kind: "person" | "firm" | "team", name, account?, code?, ...}: what else is given is kept as
 * attributes (texts, numbers as texts, true, false), and answers to the party fields of schemes.
 * `account`: the login; `code`: the number others know it by; of a person `badge`: what a scanner reads
 * from the card, `receipt`: what who has no account was given for a case. All are unique; the last two
 * are never shown again. */
ASSAY_MUST_USE assay_status party_add(store_tx *tx, store *s, const char *said, const char *actor,
                                      object_id *out, assay_err *err);
/* Members that are given take the place of the old ones; null: gone. */
ASSAY_MUST_USE assay_status party_change(store_tx *tx, store *s, const object_id *id,
                                         const char *said, const char *actor, assay_err *err);

/* {relation, to, from?, until?, note?}: "employs", "member", "kin", "supplies", "mentors",
 * "represents" ... as the schemes name them; days or times. The same pair and relation again with the
 * same `from` changes the end. Relations hold both ways: who asks may stand on either side. */
ASSAY_MUST_USE assay_status party_relate(store_tx *tx, store *s, const object_id *id,
                                         const char *said, const char *actor, assay_err *err);
/* {scheme, role, place?, from?, until?, ...}: may act in that role of the scheme; what else is given
 * is known of the member (judge.<field>). The same role and place again changes it. */
ASSAY_MUST_USE assay_status party_appoint(store_tx *tx, store *s, const object_id *id,
                                          const char *said, const char *actor, assay_err *err);
/* {to: what, until?, text?}; `is_given` false: taken back. */
ASSAY_MUST_USE assay_status party_consent(store_tx *tx, store *s, const object_id *id,
                                          const char *said, bool is_given, const char *actor,
                                          assay_err *err);
ASSAY_MUST_USE assay_status party_merge(store_tx *tx, store *s, const object_id *keep,
                                        const object_id *other, const char *why, const char *actor,
                                        assay_err *err);
/* The key goes, and the name of the account from every record. That it went is a record. */
ASSAY_MUST_USE assay_status party_erase(store_tx *tx, store *s, const object_id *id,
                                        const char *why, const char *actor, assay_err *err);

/* By id, account, code, or name if it is the only one. ASSAY_NOT_FOUND; ASSAY_CONFLICT: several. */
ASSAY_MUST_USE assay_status party_find(store *s, const char *name, object_id *out, assay_err *err);
/* Who holds this pass: "account", "code", "badge" or "receipt". ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status party_of_pass(store *s, const char *pass, const char *text,
                                          object_id *out, assay_err *err);
/* The id that is kept of a merged one; the same for others. */
ASSAY_MUST_USE assay_status party_kept(store *s, const object_id *id, object_id *out,
                                       assay_err *err);
/* {id, kind, name, ..., relations, appointments, consents}; without `is_personal` only what is not
 * personal. An erased person has neither name nor attributes. */
ASSAY_MUST_USE assay_status party_show(store *s, const object_id *id, bool is_personal, buf *out,
                                       assay_err *err);
/* Of what party_show told only {id, kind, name}. */
ASSAY_MUST_USE assay_status party_card(buf *shown, assay_err *err);
/* What is kept about a party itself: {party, records, cases}; case.h adds what it said in its cases. */
ASSAY_MUST_USE assay_status party_export(store *s, const object_id *id, buf *out, assay_err *err);
/* A page of parties: {parties: [{id, kind, name}], next, count}. kind NULL: all; search: a word of a
 * name. */
ASSAY_MUST_USE assay_status party_list(store *s, const char *kind, const char *search,
                                       const char *mark, size_t limit, bool is_personal, buf *out,
                                       assay_err *err);
/* One party a line, as party_add takes it, with "relations": [...] and "appointments": [...] whose
 * `to` may be a code or account; `ref` names it for later lines of the same import. Stops at the
 * first fault, its line in err->line; nothing of it is kept then. */
ASSAY_MUST_USE assay_status party_import(store_tx *tx, store *s, const char *lines, size_t length,
                                         const char *actor, uint64_t *count, assay_err *err);
/* Lists of parties, relations and appointments anew from the records. */
ASSAY_MUST_USE assay_status party_rebuild(store_tx *tx, store *s, assay_err *err);

#endif
