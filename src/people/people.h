/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People, roles, sessions and tokens: who may do what, at which site.
 *
 * Accounts, tokens and invitations are documents of the store; secrets are stored as hashes alone.
 * All of it is kept in memory too, so that asking who somebody is costs no read. Every change is a
 * record. Functions that take a store_tx run in the writer's thread, the others in any. */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H

#include "store/store.h"

#define ROLE_LIST(X)                                                                               \
    X(OPERATOR, "operator")                                                                        \
    X(ENGINEER, "engineer")                                                                        \
    X(MANAGER, "quality-manager")                                                                  \
    X(EXAMINER, "examiner") X(AUDITOR, "auditor") X(ADMINISTRATOR, "administrator")
typedef enum {
#define X(code, name) ROLE_##code,
    ROLE_LIST(X)
#undef X
        ROLE_COUNT
} role;
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

/* A role at one site, or at all of them. */
typedef struct {
    uint32_t scopes; /* bit set */
    char site[48];   /* "": every site */
} grant;
enum { GRANTS_MAX = 16 };

typedef struct {
    char account[64]; /* login name; of a token: its owner */
    char name[128];   /* shown */
    uint32_t scopes;  /* all grants together, already cut by the token's own */
    grant grants[GRANTS_MAX];
    size_t grant_count;
    char csrf[33]; /* of a session; "" for a token */
    bool is_session;
} identity;
/* May `who` do this with the characteristic of this path? A site is the first level of a path. path
 * NULL: with what belongs to no site (people, sources); only a grant for every site allows that. */
bool identity_may(const identity *who, scope s, const char *path);

typedef struct people people;
/* `s` is the writer's handle and must outlive it. */
ASSAY_MUST_USE assay_status people_open(store *s, people **out, assay_err *err);
void people_close(people *p);
/* After a transaction with changes of people did not commit: what is in the store counts. */
ASSAY_MUST_USE assay_status people_reload(people *p, store *s, assay_err *err);
bool people_is_empty(people *p); /* no account yet */
/* Is there an administrator of every site who can log in? */
bool people_has_administrator(people *p);

/* Who is behind a session cookie's or bearer token's value? Any thread. ASSAY_NOT_FOUND: nobody
 * (expired, revoked, unknown). */
ASSAY_MUST_USE assay_status people_who(people *p, const char *secret, identity *out,
                                       assay_err *err);

/* Is the password right? Slow by design (about 0.1 s): not in the writer's thread. `code` is of
 * TOTP, or "". ASSAY_NOT_FOUND: no, without saying what was wrong. ASSAY_MISSING: right, but the
 * account wants a code. ASSAY_BUSY: too many wrong ones for this account or from this network
 * address (of IPv4 its /24, of IPv6 its /64), or too many at once; err->at says in how many seconds
 * to come again. */
ASSAY_MUST_USE assay_status people_check(people *p, const char *account, const char *password,
                                         const char *code, const char *address, assay_err *err);
/* A session of twelve hours for a checked account; the cookie's value goes to out. */
ASSAY_MUST_USE assay_status people_session(people *p, store_tx *tx, const char *account,
                                           char out[33], assay_err *err);
ASSAY_MUST_USE assay_status people_session_end(people *p, store_tx *tx, const char *secret,
                                               assay_err *err);

/* Argon2id (t = 2, m = 64 MiB) of a password of 10 .. 256 bytes, for person_change and
 * people_accept. Slow: not in the writer's thread. */
enum { PASSWORD_HASH_MAX = 128 };
ASSAY_MUST_USE assay_status people_hash(people *p, const char *password,
                                        char out[PASSWORD_HASH_MAX], assay_err *err);

/* A disabled account has no session and no token. */
typedef enum { ACCOUNT_AS_IS, ACCOUNT_ENABLE, ACCOUNT_DISABLE } account_state;

typedef struct {
    const char *account; /* 1 .. 63 of [a-z0-9._@-] */
    const char *name;    /* shown; NULL: unchanged */
    const char *hash;    /* of people_hash; NULL: unchanged, or none yet */
    /* "engineer@plant-a,operator": a role at a site, or everywhere; NULL: unchanged */
    const char *grants;
    account_state state;
} person_change;
/* `expected` as in store_document_put. The last administrator cannot go: ASSAY_CONFLICT. */
ASSAY_MUST_USE assay_status people_put(people *p, store_tx *tx, const person_change *c,
                                       uint64_t expected, const char *actor, const char *why,
                                       assay_err *err);
/* A person goes for good: account, sessions, tokens, the name in every record and measurement. */
ASSAY_MUST_USE assay_status people_erase(people *p, store_tx *tx, const char *account,
                                         const char *actor, assay_err *err);

typedef struct {
    const char *account, *name, *grants;
    bool is_disabled, has_password, has_codes; /* one-time codes */
    uint64_t version;
} person;
typedef bool person_visitor(const person *p, void *context); /* false stops */
/* In order of account. The visitor must not call back into people. */
void people_visit(people *p, person_visitor *visit, void *context);

/* A one-time code that lets its holder set a password (first administrator, a forgotten one): valid
 * for an hour, once. */
ASSAY_MUST_USE assay_status people_invite(people *p, store_tx *tx, const char *account,
                                          const char *actor, char out[33], assay_err *err);
/* The account it was for goes to account[64]. ASSAY_NOT_FOUND: no such code, or too late. */
ASSAY_MUST_USE assay_status people_accept(people *p, store_tx *tx, const char *code,
                                          const char *hash, char account[64], assay_err *err);

/* TOTP (RFC 6238: SHA-1, six digits, 30 s, one step either way, a code counts once): the secret in
 * base32; it is asked for from the first right code on. */
ASSAY_MUST_USE assay_status people_totp_begin(people *p, store_tx *tx, const char *account,
                                              char out[33], assay_err *err);
ASSAY_MUST_USE assay_status people_totp_confirm(people *p, store_tx *tx, const char *account,
                                                const char *code, assay_err *err);
ASSAY_MUST_USE assay_status people_totp_end(people *p, store_tx *tx, const char *account,
                                            const char *actor, assay_err *err);

/* An API token for a program, with some of its owner's scopes ("measure,read"), for so many days
 * (0: no end). `id` names it, `secret` is told this once. */
enum { TOKEN_ID = 33, TOKEN_SECRET = 65 };
ASSAY_MUST_USE assay_status people_token(people *p, store_tx *tx, const char *account,
                                         const char *scopes, unsigned days, const char *label,
                                         char id[TOKEN_ID], char secret[TOKEN_SECRET],
                                         assay_err *err);
ASSAY_MUST_USE assay_status people_token_revoke(people *p, store_tx *tx, const char *id,
                                                const char *actor, assay_err *err);

/* A badge: what a scanner reads at a shared station stands for a person there. It opens no session;
 * beside one that may measure it says who acts, with READ, MEASURE and ACT at most. ASSAY_EXISTS:
 * somebody has it. */
enum { BADGE_MAX = 128 };
ASSAY_MUST_USE assay_status people_badge(people *p, store_tx *tx, const char *account,
                                         const char *code, const char *label, const char *actor,
                                         char id[TOKEN_ID], assay_err *err);
ASSAY_MUST_USE assay_status people_badge_end(people *p, store_tx *tx, const char *id,
                                             const char *actor, assay_err *err);
/* The person behind a badge, as `station` (who is logged in there) may let act. ASSAY_NOT_FOUND;
 * ASSAY_BUSY after too many unknown ones at this station. */
ASSAY_MUST_USE assay_status people_badge_who(people *p, const char *code, const identity *station,
                                             identity *out, assay_err *err);

#endif
