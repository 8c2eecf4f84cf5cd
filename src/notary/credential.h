/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials that this database gives: the door for whoever decides a title.
 *
 * Within the transaction of the decision: credential_issue, _renew, _suspend ... say what shall be;
 * each appends a record with the digest of what will be signed. After its commit: credential_sign
 * puts the signatures on what waits for one, which holds no decision and can be done again at any
 * time. A credential lives as
 *
 *     "credential" ID        what it is and its state; no name of a person
 *     "credential-copy" ID   the holder's text, with names: can be erased
 *     "status-list" ID       which bits are set; every version is a record
 *
 * Status: one entry, of a list that the achievement's purpose chooses. One that can be suspended has
 * an entry of purpose "suspension", and beside its list stands one of revocation: revoking sets the
 * bit in both, for good. ("revocation" has no way back, and no suspension.)
 */
#ifndef NOTARY_CREDENTIAL_H
#define NOTARY_CREDENTIAL_H

#include "ledger/badge.h"
#include "ledger/did.h"
#include "ledger/signer.h"
#include "ledger/vc_verify.h"
#include "store/store.h"

enum { CREDENTIAL_ID = 37 }; /* a UUID as text, with the NUL */

/* -- issuer (credential_issuer.c) -------------------------------------------------------------- */

typedef struct {
    char did[DID_MAX]; /* did:web of `base`, or did:key of the signer's key */
    char base[400];    /* "https://quality.example": where its credentials stand; "": nowhere */
    char name[300], url[400];
} credential_issuer;
/* ASSAY_NOT_FOUND: the database issues nothing. */
ASSAY_MUST_USE assay_status credential_issuer_read(store *s, credential_issuer *out,
                                                   assay_err *err);
/* Set or change it; the signer's present keys become its keys, those before stay listed. `base` "":
 * did:key. Once credentials were given the did cannot change: ASSAY_CONFLICT. */
ASSAY_MUST_USE assay_status credential_issuer_write(store_tx *tx, store *s, const char *base,
                                                    const char *name, const char *url,
                                                    const signer_public *keys, const char *actor,
                                                    const char *why, assay_err *err);
/* Nothing signed by this key from now on counts. `id`: of the document's methods. */
ASSAY_MUST_USE assay_status credential_key_withdraw(store_tx *tx, store *s, const char *id,
                                                    const char *actor, const char *why,
                                                    assay_err *err);
/* Its DID document; the public JWK of a key id such as BASE/credentials/keys/THUMBPRINT. */
ASSAY_MUST_USE assay_status credential_issuer_document(store *s, json_t **out, assay_err *err);
ASSAY_MUST_USE assay_status credential_issuer_jwk(store *s, const char *thumbprint, json_t **out,
                                                  assay_err *err);
/* The same as canonical text; thumbprint NULL: the DID document. */
ASSAY_MUST_USE assay_status credential_issuer_text(store *s, const char *thumbprint, buf *out,
                                                   assay_err *err);

/* -- achievements (credential_issuer.c) ---------------------------------------------------------
 */

typedef struct {
    const char *id;                                                  /* short: "quality-master" */
    const char *name, *description, *criteria, *criteria_url, *type; /* as of badge_achievement */
    const char *purpose; /* "suspension" (NULL too) or "revocation" */
} credential_achievement;
/* A record; nothing when nothing changed. */
ASSAY_MUST_USE assay_status credential_achievement_put(store_tx *tx,
                                                       const credential_achievement *a,
                                                       const char *actor, const char *why,
                                                       assay_err *err);

/* -- giving and taking (credential.c) -----------------------------------------------------------
 */

typedef struct {
    const char *achievement; /* id of one that was put */
    const char *subject;     /* NULL: a new urn:uuid */
    const char *holder;      /* name to be shown; NULL: none */
    const char *email;       /* is hashed with a new salt; NULL: none */
    const char *title;       /* what it is for, such as a title's id: at most one live credential
                              * each; the same again gives the same one. NULL: none */
    const char *narrative, *license_number, *role;
    const badge_result *results;
    size_t result_count;
    int64_t from, until; /* TIME_NONE: now; no end */
    int64_t awarded;     /* TIME_NONE: from */
    uint64_t rests_on;   /* number of the record that decided it; 0: the issuing itself */
} credential_wish;
ASSAY_MUST_USE assay_status credential_issue(store_tx *tx, store *s, const credential_wish *w,
                                             const char *actor, const char *why,
                                             char id[CREDENTIAL_ID], assay_err *err);
/* The same credential anew, valid from now (or `from`) until `until`. Not of a revoked one. `rests_on`:
 * number of the record that decided it; 0: as before. */
ASSAY_MUST_USE assay_status credential_renew(store_tx *tx, store *s, const char *id, int64_t from,
                                             int64_t until, uint64_t rests_on, const char *actor,
                                             const char *why, assay_err *err);
typedef enum { CREDENTIAL_SUSPEND, CREDENTIAL_REINSTATE, CREDENTIAL_REVOKE } credential_act;
/* ASSAY_CONFLICT: its state does not allow it. */
ASSAY_MUST_USE assay_status credential_change(store_tx *tx, store *s, const char *id,
                                              credential_act act, const char *actor,
                                              const char *why, assay_err *err);
/* The holder's copy goes for good: what names the holder is no longer here. The state stays. */
ASSAY_MUST_USE assay_status credential_forget(store_tx *tx, store *s, const char *id,
                                              const char *actor, const char *why, assay_err *err);

typedef struct {
    char id[CREDENTIAL_ID];
    char achievement[64], state[16]; /* "valid", "suspended", "revoked" */
    char title[128], subject[300], list[16];
    uint32_t index;
    int64_t from, until, awarded, changed;
    uint64_t record;   /* number of the record that says what it is now */
    uint64_t decision; /* of the one that gave or renewed it, with the digest of what is signed */
    uint64_t rests_on; /* record of the decision that gave or renewed it last; 0: none */
    uint64_t version;  /* counts records of this credential */
    bool is_signed, is_forgotten;
} credential_state;
ASSAY_MUST_USE assay_status credential_find(store *s, const char *id, credential_state *out,
                                            assay_err *err);
ASSAY_MUST_USE assay_status credential_of_title(store *s, const char *title, char id[CREDENTIAL_ID],
                                                assay_err *err);
typedef bool credential_visitor(const credential_state *c, void *context); /* false stops */
/* In order of their ids, behind `after` (NULL: from the first), at most `limit` (0: all). */
ASSAY_MUST_USE assay_status credential_visit(store *s, const char *after, size_t limit,
                                             credential_visitor *visit, void *context,
                                             assay_err *err);

/* -- signing and showing (credential_sign.c) ----------------------------------------------------
 */

/* Sign what waits: credentials (embedded proof; with a did:web and an RSA key a JWT too) and status
 * lists. At most `most` of them (0: all), in transactions of its own; what could not be signed goes on
 * waiting. */
ASSAY_MUST_USE assay_status credential_sign(store *s, signer *k, size_t most, size_t *count,
                                            assay_err *err);
size_t credential_waiting(store *s);

/* ASSAY_NOT_FOUND: none, or erased; ASSAY_BUSY: not signed yet. */
typedef enum { CREDENTIAL_JSON, CREDENTIAL_JWT } credential_form;
ASSAY_MUST_USE assay_status credential_text(store *s, const char *id, credential_form form,
                                            buf *out, assay_err *err);
ASSAY_MUST_USE assay_status credential_list_text(store *s, const char *list, buf *out,
                                                 assay_err *err);
/* The list of revocation beside a list of suspension; false: it has none, and `out` is `list`. */
bool credential_list_beside(const char *list, char out[16]);
/* The text under which an achievement is published, {id, type, name, description, criteria ...}. */
ASSAY_MUST_USE assay_status credential_achievement_text(store *s, const char *id, buf *out,
                                                        assay_err *err);
/* Issuer documents and lists of this database, for vc_verify. `context` is the store. */
vc_sources credential_sources(store *s, int64_t now);

#endif
