/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about parties share, and what cases ask them. */
#ifndef SCHEME_PARTY_INNER_H
#define SCHEME_PARTY_INNER_H

#include "scheme/ident.h"
#include "scheme/party.h"

/* -- secrets (party_secret.c) ----------------------------------------------------------- */

/* Base64 of nonce and cipher text of a JSON value under the key of `owner`; the key is made when there
 * is none. `about` is bound to it: the same bytes cannot be passed off as something else. */
ASSAY_MUST_USE assay_status secret_seal(store_tx *tx, store *s, const object_id *owner,
                                        const char *about, const json_t *value, buf *out,
                                        assay_err *err);
/* NULL in *out: the key is gone. ASSAY_DAMAGED: not what was sealed. */
ASSAY_MUST_USE assay_status secret_open(store *s, const object_id *owner, const char *about,
                                        const char *sealed, json_t **out, assay_err *err);
/* The same of bytes, as bytes. ASSAY_NOT_FOUND: the key is gone. */
ASSAY_MUST_USE assay_status secret_seal_bytes(store_tx *tx, store *s, const object_id *owner,
                                              const char *about, const void *plain, size_t length,
                                              buf *out, assay_err *err);
ASSAY_MUST_USE assay_status secret_open_bytes(store *s, const object_id *owner, const char *about,
                                              const void *sealed, size_t length, buf *out,
                                              assay_err *err);
ASSAY_MUST_USE assay_status secret_destroy(store_tx *tx, const object_id *owner, assay_err *err);
bool secret_is_there(store *s, const object_id *owner);
/* A word that stands for `text` in lists and says nothing of it: keyed with a key of this database.
 * tx NULL: "" when there is no key yet. */
ASSAY_MUST_USE assay_status secret_word(store_tx *tx, store *s, const char *text,
                                        char out[static 33], assay_err *err);

/* -- state (party_state.c) ---------------------------------------------------------------- */

/* {id, kind, open: {name ...}, sealed?, relations, appointments, consents, merged, into, is_erased}. */
ASSAY_MUST_USE assay_status party_fold(store *s, const object_id *id, json_t **out,
                                       assay_err *err);
/* With its personal members in `open` as far as the key is there. */
ASSAY_MUST_USE assay_status party_opened(store *s, const object_id *id, json_t **out,
                                         assay_err *err);
void party_apply(json_t *state, const char *type, const json_t *payload);
ASSAY_MUST_USE assay_status party_list_again(store_tx *tx, store *s, const json_t *state,
                                             const json_t *opened, assay_err *err);
/* ASCII letters in lower case: how words of names are compared. */
void party_fold_case(const char *text, char *out, size_t room);
/* The name goes from the credentials of its titles (title_credential.c). */
ASSAY_MUST_USE assay_status titles_forget(store_tx *tx, store *s, const object_id *party,
                                          const char *actor, assay_err *err);
/* Its name; "" when it is erased or unknown. */
ASSAY_MUST_USE assay_status party_name(store *s, const object_id *id, buf *out, assay_err *err);

/* -- belonging (party_relation.c) --------------------------------------------------------- */

typedef struct {
    object_id a, b; /* a stands on the left of the relation */
    const char *relation;
    int64_t from, until; /* TIME_NONE: open */
} party_tie;
typedef bool party_tie_visitor(const party_tie *t, void *context); /* false stops */
/* All relations of a party and of those merged with it, whichever side it stands on. */
ASSAY_MUST_USE assay_status party_ties(store *s, const object_id *id, party_tie_visitor *visit,
                                       void *context, assay_err *err);
/* May this party act for that one now: the same (or merged), a member, or its representative? */
ASSAY_MUST_USE assay_status party_acts_for(store *s, const object_id *id, const object_id *other,
                                           int64_t now, bool *out, assay_err *err);

typedef struct {
    object_id party;
    const char *scheme, *role, *place, *row; /* row: JSON of all of it */
    int64_t from, until;
} party_post;
typedef bool party_post_visitor(const party_post *p, void *context);
/* Who holds a role of a scheme at `now`; or what a party holds. */
ASSAY_MUST_USE assay_status party_holders(store *s, const char *scheme, const char *role,
                                          int64_t now, party_post_visitor *visit, void *context,
                                          assay_err *err);
ASSAY_MUST_USE assay_status party_posts(store *s, const object_id *id, int64_t now,
                                        party_post_visitor *visit, void *context, assay_err *err);

#endif
