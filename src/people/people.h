/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People, roles, sessions and tokens: who may do what, at which site.
 *
 * Accounts are documents of kind "account"; a site is the first level of a characteristic's path.
 * Passwords are Argon2id (libsodium, t = 2, m = 64 MiB), at most two at a time; tokens are 128
 * random bits of which only the SHA-256 is stored. Every change is a record. Functions that take a
 * store_tx run in the writer's thread; people_who is for any thread. */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H

#include "store/store.h"

#define ROLE_LIST(X)                                                                               \
    X(OPERATOR, "operator")                                                                        \
    X(ENGINEER, "engineer") X(MANAGER, "quality-manager") X(EXAMINER, "examiner")                  \
        X(AUDITOR, "auditor") X(ADMINISTRATOR, "administrator")
typedef enum {
#define X(code, name) ROLE_##code,
    ROLE_LIST(X)
#undef X
        ROLE_COUNT
} role;
const char *role_name(role r);
bool role_from_name(const char *name, role *out);

/* What a route or a verb asks for. */
#define SCOPE_LIST(X)                                                                              \
    X(READ, "read")         /* see characteristics, charts, alarms, reports */                     \
    X(MEASURE, "measure")   /* send measurements */                                                \
    X(ACT, "act")           /* acknowledge, contain, cause, action */                              \
    X(ENGINEER, "engineer") /* limits, exclusions, definitions, plans */                           \
    X(CLOSE, "close")       /* close alarms, decide conflicts */                                   \
    X(AUDIT, "audit")       /* read records, accounts of sources, people */                        \
    X(ADMIN, "admin")       /* sources, people, tokens */
typedef enum {
#define X(code, name) SCOPE_##code,
    SCOPE_LIST(X)
#undef X
        SCOPE_COUNT
} scope;
const char *scope_name(scope s);
bool scope_from_name(const char *name, scope *out);
bool role_allows(role r, scope s);

typedef struct {
    char account[64]; /* login name; of a token: its owner */
    char name[128];   /* shown */
    role role;        /* highest; for what is shown */
    uint32_t scopes;  /* bit set, already cut by the token's own */
    char sites[512];  /* one a line; "" : all sites */
    char csrf[33];    /* of a session; "" for a token */
    bool is_session;
} identity;
/* Is a characteristic's path within the sites of `who`? */
bool identity_sees(const identity *who, const char *path);

typedef struct people people;
ASSAY_MUST_USE assay_status people_open(store *s, people **out, assay_err *err);
void people_close(people *p);
bool people_is_empty(const people *p); /* no account yet */

/* Who is behind a session cookie's or bearer token's value? Constant-time on the secret.
 * ASSAY_NOT_FOUND: nobody (expired, revoked, unknown). */
ASSAY_MUST_USE assay_status people_who(people *p, const char *secret, identity *out,
                                       assay_err *err);

/* Is the password right? Slow by design (about 0.1 s); call it outside the writer's thread. `code`
 * is the TOTP code or "" . Rate-limited by account and by network address: ASSAY_BUSY says when to
 * come again (err->at seconds). ASSAY_NOT_FOUND: wrong, without saying what. */
ASSAY_MUST_USE assay_status people_check(people *p, const char *account, const char *password,
                                         const char *code, const char *address, assay_err *err);
/* A session for a checked account: the secret for the cookie goes to out[33]. */
ASSAY_MUST_USE assay_status people_session(people *p, store_tx *tx, const char *account,
                                           char out[33], assay_err *err);
ASSAY_MUST_USE assay_status people_session_end(people *p, store_tx *tx, const char *secret,
                                               assay_err *err);

typedef struct {
    const char *account, *name, *password; /* password NULL: unchanged, or none yet */
    const char *roles;                     /* "engineer,operator" ; NULL: unchanged */
    const char *sites;                     /* "plant-a,plant-b"; "": all; NULL: unchanged */
    bool is_disabled;
} person_change;
ASSAY_MUST_USE assay_status people_put(people *p, store_tx *tx, const person_change *c,
                                       uint64_t expected, const char *actor, const char *why,
                                       assay_err *err);
/* A one-time link's code that lets its holder set a password (first administrator, forgotten one):
 * valid an hour, once. */
ASSAY_MUST_USE assay_status people_invite(people *p, store_tx *tx, const char *account,
                                          const char *actor, char out[33], assay_err *err);
ASSAY_MUST_USE assay_status people_accept(people *p, store_tx *tx, const char *code,
                                          const char *password, assay_err *err);
/* TOTP (RFC 6238, SHA-1, 6 digits, 30 s): the secret in base32; on from the first right code. */
ASSAY_MUST_USE assay_status people_totp_begin(people *p, store_tx *tx, const char *account,
                                              char out[33], assay_err *err);
ASSAY_MUST_USE assay_status people_totp_confirm(people *p, store_tx *tx, const char *account,
                                                const char *code, assay_err *err);
/* An API token: scopes "measure,read"; days 0: no end. `id` names it, secret is shown once. */
ASSAY_MUST_USE assay_status people_token(people *p, store_tx *tx, const char *account,
                                         const char *scopes, unsigned days, const char *label,
                                         char id[33], char secret[44], assay_err *err);
ASSAY_MUST_USE assay_status people_token_revoke(people *p, store_tx *tx, const char *id,
                                                const char *actor, assay_err *err);

#endif
