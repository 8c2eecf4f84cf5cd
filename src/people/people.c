/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state in memory, and the check of a password. */
#include "people/inner.h"
#include "people/secret.h"

#include "base/time.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPS = 2, MEMORY = 64 << 20, AT_ONCE = 2, WAITING_MAX = 16 };
enum { FREE_ACCOUNT = 5, FREE_NETWORK = 20, PASSWORD_MIN = 10, PASSWORD_MAX = 256 };

/* -- loading -------------------------------------------------------------------------- */

typedef struct {
    people *p;
    assay_status status;
    assay_err *err;
} loading;

static bool load_account(const store_document *d, void *context)
{
    loading *l = context;
    l->status = account_add(l->p, d, l->err);
    return !l->status;
}

static bool load_pass(const store_document *d, void *context)
{
    loading *l = context;
    l->status = pass_add(l->p, d, l->err);
    return !l->status;
}

static void forget(people *p)
{
    for (size_t i = 0; i < p->account_count; i++) {
        sodium_memzero(p->accounts[i], sizeof *p->accounts[i]);
        free(p->accounts[i]);
    }
    p->account_count = p->pass_count = 0;
}

static assay_status load(people *p, store *s, assay_err *err)
{
    static const char *const kinds[] = {"session", "token", "invite", "badge"};
    loading l = {.p = p, .err = err};
    forget(p);
    assay_status status = store_documents(s, "account", load_account, &l, err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !status && !l.status; i++)
        status = store_documents(s, kinds[i], load_pass, &l, err);
    return status ? status : l.status;
}

assay_status people_reload(people *p, store *s, assay_err *err)
{
    pthread_mutex_lock(&p->mutex);
    assay_status status = load(p, s, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

assay_status people_open(store *s, people **out, assay_err *err)
{
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_IO, 0, "no random numbers from the system");
    people *p = calloc(1, sizeof *p);
    if (!p)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts");
    p->writer = s;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_mutex_init(&p->hashing, NULL);
    pthread_cond_init(&p->hashed, NULL);
    assay_status status = load(p, s, err);
    if (status)
        people_close(p);
    else
        *out = p;
    return status;
}

void people_close(people *p)
{
    if (!p)
        return;
    forget(p);
    free(p->accounts);
    free(p->passes);
    pthread_mutex_destroy(&p->mutex);
    pthread_mutex_destroy(&p->hashing);
    pthread_cond_destroy(&p->hashed);
    free(p);
}

bool people_is_empty(people *p)
{
    bool is_empty = true;
    pthread_mutex_lock(&p->mutex);
    for (size_t i = 0; i < p->account_count; i++)
        is_empty = is_empty && p->accounts[i]->is_gone;
    pthread_mutex_unlock(&p->mutex);
    return is_empty;
}

static int by_account(const void *a, const void *b)
{
    return strcmp((*(account *const *)a)->id, (*(account *const *)b)->id);
}

void people_visit(people *p, person_visitor *visit, void *context)
{
    pthread_mutex_lock(&p->mutex);
    if (p->account_count)
        qsort(p->accounts, p->account_count, sizeof(account *), by_account);
    bool goes_on = true;
    for (size_t i = 0; i < p->account_count && goes_on; i++) {
        const account *a = p->accounts[i];
        person told = {.account = a->id,
                       .name = a->name,
                       .grants = a->grants,
                       .is_disabled = a->is_disabled,
                       .has_password = a->hash[0] != 0,
                       .has_codes = a->wants_code,
                       .version = a->version};
        goes_on = a->is_gone || visit(&told, context);
    }
    pthread_mutex_unlock(&p->mutex);
}

bool people_has_administrator(people *p)
{
    bool is_there = false;
    pthread_mutex_lock(&p->mutex);
    for (size_t i = 0; i < p->account_count; i++)
        is_there |= account_is_administrator(p->accounts[i]) && p->accounts[i]->hash[0];
    pthread_mutex_unlock(&p->mutex);
    return is_there;
}

/* -- passwords ------------------------------------------------------------------------ */

/* At most AT_ONCE hash at a time, 64 MiB each; a few more wait. */
static bool hash_enter(people *p)
{
    pthread_mutex_lock(&p->hashing);
    bool is_in = p->waiting < WAITING_MAX;
    if (is_in) {
        p->waiting++;
        while (p->hashes == AT_ONCE)
            pthread_cond_wait(&p->hashed, &p->hashing);
        p->waiting--;
        p->hashes++;
    }
    pthread_mutex_unlock(&p->hashing);
    return is_in;
}

static void hash_leave(people *p)
{
    pthread_mutex_lock(&p->hashing);
    p->hashes--;
    pthread_cond_signal(&p->hashed);
    pthread_mutex_unlock(&p->hashing);
}

static assay_status come_again(unsigned seconds, assay_err *err)
{
    return assay_fail(err, ASSAY_BUSY, seconds, "too many tries: come again in %u s", seconds);
}

assay_status people_hash(people *p, const char *password, char out[PASSWORD_HASH_MAX],
                         assay_err *err)
{
    size_t length = strlen(password);
    if (length < PASSWORD_MIN || length > PASSWORD_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a password has %d to %d bytes, this one %zu",
                          PASSWORD_MIN, PASSWORD_MAX, length);
    if (!hash_enter(p))
        return come_again(1, err);
    int failed =
        crypto_pwhash_str_alg(out, password, length, OPS, MEMORY, crypto_pwhash_ALG_ARGON2ID13);
    hash_leave(p);
    return failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a password") : ASSAY_OK;
}

/* Of a password nobody has: an unknown account takes as long as a known one. */
static const char *const nobody = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                                  "Zm9yIGFjY291bnRzIHRoYXQgZG8gbm90IGV4aXN0Li4";

static assay_status verify(people *p, const char *hash, const char *password, bool *is_right,
                           assay_err *err)
{
    size_t length = strlen(password);
    if (length > PASSWORD_MAX)
        length = PASSWORD_MAX + 1; /* never right; cheap whatever is sent */
    if (!hash_enter(p))
        return come_again(1, err);
    *is_right = crypto_pwhash_str_verify(hash[0] ? hash : nobody, password, length) == 0;
    hash_leave(p);
    return ASSAY_OK;
}

static assay_status refuse(people *p, uint64_t by_account, uint64_t by_network, assay_err *err)
{
    int64_t now = time_now();
    rate_fail(&p->rates, by_account, FREE_ACCOUNT, now);
    rate_fail(&p->rates, by_network, FREE_NETWORK, now);
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "account, password or code is wrong");
}

/* After the password: the one-time code, where the account wants one. */
static assay_status finish_check(people *p, const char *id, bool is_right, const char *code,
                                 uint64_t by_account, uint64_t by_network, assay_err *err)
{
    account *a = account_find(p, id);
    if (!is_right || !a || !a->hash[0] || a->is_disabled)
        return refuse(p, by_account, by_network, err);
    if (a->wants_code && !code[0])
        return assay_fail(err, ASSAY_MISSING, 0, "%s needs a one-time code", id);
    if (a->wants_code) {
        uint64_t step = totp_step(a->totp, code, time_now(), a->code_step);
        if (!step)
            return refuse(p, by_account, by_network, err);
        a->code_step = step;
    }
    rate_clear(&p->rates, by_account);
    return ASSAY_OK;
}

assay_status people_check(people *p, const char *id, const char *password, const char *code,
                          const char *address, assay_err *err)
{
    uint64_t by_account = rate_key_account(id), by_network = rate_key_network(address);
    char hash[PASSWORD_HASH_MAX] = "";
    pthread_mutex_lock(&p->mutex);
    int64_t now = time_now();
    unsigned wait = rate_wait(&p->rates, by_account, now);
    unsigned wait_network = rate_wait(&p->rates, by_network, now);
    const account *a = account_find(p, id);
    if (a)
        memcpy(hash, a->hash, sizeof hash);
    pthread_mutex_unlock(&p->mutex);
    if (wait || wait_network)
        return come_again(wait > wait_network ? wait : wait_network, err);

    bool is_right = false;
    assay_status status = verify(p, hash, password, &is_right, err);
    if (status)
        return status;
    pthread_mutex_lock(&p->mutex);
    status = finish_check(p, id, is_right, code, by_account, by_network, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}
