/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of credentials share. */
#ifndef NOTARY_CREDENTIAL_INNER_H
#define NOTARY_CREDENTIAL_INNER_H

#include "notary/credential.h"

#define KIND_ISSUER      "issuer"
#define KIND_ACHIEVEMENT "achievement"
#define KIND_CREDENTIAL  "credential"
#define KIND_COPY        "credential-copy"
#define KIND_TITLE       "credential-title"
#define KIND_WAITING     "credential-waiting" /* ids of copies, and "list:ID" */
#define KIND_LIST        "status-list"
#define KIND_LIST_TEXT   "status-list-text"
#define KIND_LIST_COUNT  "status-list-count"

/* A document as jansson's object. ASSAY_NOT_FOUND, ASSAY_DAMAGED. */
ASSAY_MUST_USE assay_status document_read(store *s, const char *kind, const char *id, json_t **out,
                                          assay_err *err);
/* The holder's copy, and the credential within it. */
ASSAY_MUST_USE assay_status copy_read(store *s, const char *id, json_t **copy, json_t **credential,
                                      assay_err *err);
/* Without a record: what a record of its own says already, or what can be made again. Takes `o`. */
ASSAY_MUST_USE assay_status document_keep(store_tx *tx, const char *kind, const char *id, json_t *o,
                                          assay_err *err);
/* With one. Takes `o`. */
ASSAY_MUST_USE assay_status document_change(store_tx *tx, const char *kind, const char *id,
                                            json_t *o, const char *secret, const char *actor,
                                            const char *why, assay_err *err);
/* A record of its own; takes `payload`. */
ASSAY_MUST_USE assay_status record_say(store_tx *tx, const char *type, const char *actor,
                                       const object_id *object, json_t *payload, uint64_t *sequence,
                                       assay_err *err);
void copy_text(char *out, size_t room, const json_t *o, const char *key);
/* Hex of the SHA-256 of the canonical form. */
ASSAY_MUST_USE assay_status digest_of(const json_t *value, char out[65], assay_err *err);
json_t *time_json(int64_t ns); /* NULL for TIME_NONE, and without memory */
/* Add it; nothing for TIME_NONE. Takes `o`, and gives it back; NULL without memory. */
json_t *with_time(json_t *o, const char *key, int64_t ns);
json_t *with_number(json_t *o, const char *key, uint64_t n); /* nothing for 0 */
int64_t time_of(const json_t *o, const char *key);

/* -- status lists (credential_list.c) -----------------------------------------------------------
 */

/* The next place for a credential of this purpose; a new list when one is full. */
ASSAY_MUST_USE assay_status list_reserve(store_tx *tx, store *s, const char *purpose,
                                         const char *actor, char list[16], uint32_t *index,
                                         assay_err *err);
/* Set or clear a bit: a new version of the list, which waits for its signature. */
ASSAY_MUST_USE assay_status list_set(store_tx *tx, store *s, const char *list, uint32_t index,
                                     bool is_set, const char *actor, const char *why,
                                     assay_err *err);
/* Revoked for good, at a place of a list of suspension: its bit in the list of revocation beside it. */
ASSAY_MUST_USE assay_status list_revoke(store_tx *tx, store *s, const char *list, uint32_t index,
                                        const char *actor, const char *why, assay_err *err);
/* A list of suspension has the list of revocation beside it. */
ASSAY_MUST_USE assay_status list_pair(store_tx *tx, store *s, const char *list, const char *actor,
                                      assay_err *err);
/* The credentialStatus of a credential at this place. */
ASSAY_MUST_USE assay_status list_entry(const credential_issuer *issuer, const char *list,
                                       uint32_t index, json_t **out, assay_err *err);
void list_url(const credential_issuer *issuer, const char *list, char *out, size_t room);
/* The list credential without proof. */
ASSAY_MUST_USE assay_status list_unsigned(store *s, const credential_issuer *issuer,
                                          const char *list, json_t **out, assay_err *err);

/* The issuer's key ids for the signer's present keys; "" where it has none. */
ASSAY_MUST_USE assay_status issuer_methods(const credential_issuer *issuer, const signer_public *keys,
                                           char ed25519[DID_MAX], char rsa_kid[DID_MAX], assay_err *err);

#endif
