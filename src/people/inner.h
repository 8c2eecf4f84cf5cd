/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of people share: the state in memory. `mutex` guards all of it. */
#ifndef PEOPLE_INNER_H
#define PEOPLE_INNER_H

#include "people/people.h"
#include "people/rate.h"

#include <jansson.h>
#include <pthread.h>

enum { HEX_ID = 33, SESSION_HOURS = 12, SESSIONS_MAX = 1 << 16 };

typedef struct {
    char id[64], name[128];
    char hash[PASSWORD_HASH_MAX]; /* "": no password yet */
    char totp[HEX_ID];            /* base32; "": none */
    bool wants_code;              /* the first right one was given */
    uint64_t code_step;           /* of the last code that counted */
    char grants[1024];            /* as written: "engineer@plant-a,operator" */
    bool is_disabled, is_gone;
    uint64_t version;
} account;

/* A session, a token, an invitation or a badge. */
typedef struct {
    char kind[8]; /* of its document: "session", "token", "invite", "badge" */
    char id[HEX_ID];
    uint8_t digest[32]; /* SHA-256 of its secret */
    account *owner;
    uint32_t scopes;
    int64_t expires;
    bool is_gone;
} pass;

struct people {
    store *writer;
    pthread_mutex_t mutex;
    account **accounts;
    size_t account_count, account_room;
    pass *passes;
    size_t pass_count, pass_room;
    rate rates;
    pthread_mutex_t hashing; /* bounds how many passwords are hashed at once */
    pthread_cond_t hashed;
    unsigned hashes, waiting;
};

account *account_find(people *p, const char *id); /* NULL: none; the mutex is the caller's */
/* Write the account's document; `why` NULL: not worth a record. */
ASSAY_MUST_USE assay_status account_save(store_tx *tx, account *a, uint64_t expected,
                                         const char *actor, const char *why, assay_err *err);
ASSAY_MUST_USE assay_status account_add(people *p, const store_document *d, assay_err *err);
/* "role[@site],..." -> grants. */
ASSAY_MUST_USE assay_status grants_parse(const char *text, grant *out, size_t *n, assay_err *err);
bool account_is_administrator(const account *a);

ASSAY_MUST_USE assay_status pass_add(people *p, const store_document *d, assay_err *err);
/* A new pass before it is written: scopes and label may be NULL. */
typedef struct {
    const char *kind, *account, *scopes, *label, *actor;
    int64_t expires;
} pass_wish;
/* Document and entry in memory for a secret; `id` may be NULL. The mutex is the caller's, as with
 * all below. */
ASSAY_MUST_USE assay_status pass_make(people *p, store_tx *tx, const pass_wish *w,
                                      const char *secret, char id[HEX_ID], assay_err *err);
pass *pass_find(people *p, const uint8_t digest[32], int64_t now); /* NULL: none */
ASSAY_MUST_USE assay_status pass_end(store_tx *tx, pass *s, const char *actor, assay_err *err);
void pass_identify(const pass *s, identity *out);
/* Sessions, tokens, badges and invitations of `a` that `kind` names (NULL: all) end. */
ASSAY_MUST_USE assay_status passes_end(people *p, store_tx *tx, const account *a, const char *kind,
                                       const char *actor, assay_err *err);

#endif
