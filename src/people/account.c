/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts: documents of kind "account", kept in memory as long as the process lives.
 *
 *     {"disabled": false, "grants": "engineer@plant-a,operator", "name": "Kim Min-jun"}
 *
 * The secret beside it holds the password's hash and the one-time code's secret. */
#include "people/inner.h"
#include "people/secret.h"

#include "base/i18n.h"
#include "base/time.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- grants --------------------------------------------------------------------------- */

static uint32_t scopes_of(role r)
{
    uint32_t scopes = 0;
    for (int s = 0; s < SCOPE_COUNT; s++)
        if (role_allows(r, (scope)s))
            scopes |= 1u << s;
    return scopes;
}

static assay_status grant_parse(const char *text, size_t length, grant *out, assay_err *err)
{
    char item[128];
    role r;
    size_t kept = length < sizeof item ? length : sizeof item - 1;
    memcpy(item, text, kept);
    item[kept] = '\0';
    char *site = strchr(item, '@');
    if (site)
        *site++ = '\0';
    if (length >= sizeof item || !role_from_name(item, &r)) {
        assay_fail(err, ASSAY_DOMAIN, 0, "\"%.80s\" is not a role", item);
        return assay_hint(err, _("operator, engineer, quality-manager, examiner, auditor, "
                                 "administrator; at one site: engineer@plant-a"));
    }
    if (site && (!*site || strlen(site) >= sizeof out->site || strchr(site, '/')))
        return assay_fail(err, ASSAY_DOMAIN, 0, "\"%.80s\" is not the name of a site", site);
    *out = (grant){.scopes = scopes_of(r)};
    if (site)
        memcpy(out->site, site, strlen(site) + 1);
    return ASSAY_OK;
}

assay_status grants_parse(const char *text, grant *out, size_t *n, assay_err *err)
{
    size_t count = 0;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        if (count == GRANTS_MAX)
            return assay_fail(err, ASSAY_LIMIT, 0, "more than %d roles", GRANTS_MAX);
        assay_status status = grant_parse(at, length, &out[count++], err);
        if (status)
            return status;
        at += length;
        if (*at)
            at++;
    }
    *n = count;
    return ASSAY_OK;
}

bool account_is_administrator(const account *a)
{
    grant grants[GRANTS_MAX];
    size_t n = 0;
    if (a->is_gone || a->is_disabled || grants_parse(a->grants, grants, &n, NULL))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!grants[i].site[0] && grants[i].scopes >> SCOPE_ADMIN & 1)
            return true;
    return false;
}

bool identity_may(const identity *who, scope s, const char *path)
{
    size_t length = path ? strcspn(path, "/") : 0;
    for (size_t i = 0; i < who->grant_count; i++) {
        const grant *g = &who->grants[i];
        if (!(g->scopes >> s & 1))
            continue;
        if (!g->site[0])
            return true;
        if (path && strlen(g->site) == length && memcmp(g->site, path, length) == 0)
            return true;
    }
    return false;
}

/* -- reading and writing -------------------------------------------------------------- */

account *account_find(people *p, const char *id)
{
    for (size_t i = 0; i < p->account_count; i++)
        if (!p->accounts[i]->is_gone && strcmp(p->accounts[i]->id, id) == 0)
            return p->accounts[i];
    return NULL;
}

static account *account_new(people *p, const char *id)
{
    if (p->account_count == p->account_room) {
        size_t room = p->account_room ? 2 * p->account_room : 64;
        account **grown = realloc(p->accounts, room * sizeof *grown);
        if (!grown)
            return NULL;
        p->accounts = grown;
        p->account_room = room;
    }
    account *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    snprintf(a->id, sizeof a->id, "%s", id);
    return p->accounts[p->account_count++] = a;
}

static void copy_member(const json_t *object, const char *key, char *out, size_t room)
{
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(out, room, "%s", text ? text : "");
}

assay_status account_add(people *p, const store_document *d, assay_err *err)
{
    json_t *json = json_loads(d->json, JSON_REJECT_DUPLICATES, NULL);
    json_t *secret = d->secret ? json_loads(d->secret, JSON_REJECT_DUPLICATES, NULL) : NULL;
    account *a = json ? account_new(p, d->id) : NULL;
    if (a) {
        copy_member(json, "name", a->name, sizeof a->name);
        copy_member(json, "grants", a->grants, sizeof a->grants);
        a->is_disabled = json_is_true(json_object_get(json, "disabled"));
        copy_member(secret, "password", a->hash, sizeof a->hash);
        copy_member(secret, "totp", a->totp, sizeof a->totp);
        a->wants_code = json_is_true(json_object_get(secret, "totp_on"));
        a->code_step = (uint64_t)json_integer_value(json_object_get(secret, "totp_step"));
        a->version = d->version;
    }
    assay_status status =
        a      ? ASSAY_OK
        : json ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts")
               : assay_fail(err, ASSAY_DAMAGED, 0, "the account %s cannot be read", d->id);
    json_decref(json);
    json_decref(secret);
    return status;
}

assay_status account_save(store_tx *tx, account *a, uint64_t expected, const char *actor,
                          const char *why, assay_err *err)
{
    json_t *json = json_pack("{s:s, s:s, s:b}", "name", a->name, "grants", a->grants, "disabled",
                             a->is_disabled);
    json_t *secret = json_pack("{s:s, s:s, s:b, s:I}", "password", a->hash, "totp", a->totp,
                               "totp_on", a->wants_code, "totp_step", (json_int_t)a->code_step);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    char *hidden = secret ? json_dumps(secret, JSON_COMPACT) : NULL;
    assay_status status = ASSAY_OK;
    if (!text || !hidden)
        status = assay_fail(err, ASSAY_FORMAT, 0, "the name of %s is not valid UTF-8", a->id);
    else if (why)
        status = store_document_put(tx, "account", a->id, text, hidden, expected, actor, why,
                                    &a->version, err);
    else
        status = store_document_touch(tx, "account", a->id, text, hidden, err);
    if (hidden)
        sodium_memzero(hidden, strlen(hidden));
    free(text);
    free(hidden);
    json_decref(json);
    json_decref(secret);
    return status;
}

/* -- changes -------------------------------------------------------------------------- */

static assay_status check_id(const char *id, assay_err *err)
{
    size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._@-");
    if (length && length < 64 && !id[length])
        return ASSAY_OK;
    assay_fail(err, ASSAY_DOMAIN, 0, "\"%.80s\" cannot be the name of an account", id);
    return assay_hint(err, _("1 to 63 of a-z 0-9 . _ @ -"));
}

static assay_status check_change(const person_change *c, assay_err *err)
{
    grant grants[GRANTS_MAX];
    size_t n = 0;
    assay_status status = check_id(c->account, err);
    if (!status && c->name && strlen(c->name) >= sizeof((account *)0)->name)
        status = assay_fail(err, ASSAY_LIMIT, 0, "the name is longer than 127 bytes");
    if (!status && c->grants && strlen(c->grants) >= sizeof((account *)0)->grants)
        status = assay_fail(err, ASSAY_LIMIT, 0, "the roles are longer than 1023 bytes");
    if (!status && c->grants)
        status = grants_parse(c->grants, grants, &n, err);
    return status;
}

static bool is_last_administrator(people *p, const account *a)
{
    if (!account_is_administrator(a))
        return false;
    for (size_t i = 0; i < p->account_count; i++)
        if (p->accounts[i] != a && account_is_administrator(p->accounts[i]))
            return false;
    return true;
}

static void apply(const person_change *c, account *a)
{
    if (c->name)
        snprintf(a->name, sizeof a->name, "%s", c->name);
    if (c->grants)
        snprintf(a->grants, sizeof a->grants, "%s", c->grants);
    if (c->hash)
        snprintf(a->hash, sizeof a->hash, "%s", c->hash);
    if (c->state != ACCOUNT_AS_IS)
        a->is_disabled = c->state == ACCOUNT_DISABLE;
}

static assay_status put(people *p, store_tx *tx, const person_change *c, uint64_t expected,
                        const char *actor, const char *why, assay_err *err)
{
    account *old = account_find(p, c->account), changed = {0};
    if (old)
        changed = *old;
    else
        snprintf(changed.id, sizeof changed.id, "%s", c->account);
    apply(c, &changed);
    if (old && is_last_administrator(p, old) && !account_is_administrator(&changed)) {
        assay_fail(err, ASSAY_CONFLICT, 0, "%s is the last administrator", old->id);
        return assay_hint(err, _("make somebody else administrator first"));
    }
    assay_status status = account_save(tx, &changed, expected, actor, why ? why : "", err);
    if (!status && old && (changed.is_disabled || c->hash))
        status = passes_end(p, tx, old, changed.is_disabled ? NULL : "session", actor, err);
    if (status)
        return status;
    account *kept = old ? old : account_new(p, c->account);
    if (!kept)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts");
    *kept = changed;
    return ASSAY_OK;
}

assay_status people_put(people *p, store_tx *tx, const person_change *c, uint64_t expected,
                        const char *actor, const char *why, assay_err *err)
{
    assay_status status = check_change(c, err);
    if (status)
        return status;
    pthread_mutex_lock(&p->mutex);
    status = put(p, tx, c, expected, actor, why, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

static assay_status need_account(people *p, const char *id, account **out, assay_err *err)
{
    *out = account_find(p, id);
    return *out ? ASSAY_OK : assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no account %.63s", id);
}

/* Records that tell of one account: its own, and those of its tokens and invitations. */
typedef struct {
    const char *id;
    buf sequences;
} told;

static bool is_text(const json_t *text, const char *wanted)
{
    return text && json_is_string(text) && strcmp(json_string_value(text), wanted) == 0;
}

static bool tells_of(const json_t *payload, const char *id)
{
    return (is_text(json_object_get(payload, "kind"), "account") &&
            is_text(json_object_get(payload, "id"), id)) ||
           is_text(json_object_get(json_object_get(payload, "before"), "account"), id) ||
           is_text(json_object_get(json_object_get(payload, "after"), "account"), id);
}

static bool remember_record(const record *r, void *context)
{
    told *t = context;
    json_t *payload = r->payload ? json_loads(r->payload, 0, NULL) : NULL;
    if (tells_of(payload, t->id))
        buf_add(&t->sequences, &r->sequence, sizeof r->sequence);
    json_decref(payload);
    return !t->sequences.failed;
}

static assay_status erase_records(people *p, store_tx *tx, const char *id, const char *actor,
                                  assay_err *err)
{
    told t = {.id = id};
    assay_status status = store_records(p->writer, NULL, 1, remember_record, &t, err);
    if (!status && t.sequences.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for the records of %s", id);
    for (size_t at = 0; at < t.sequences.length && !status; at += sizeof(uint64_t)) {
        uint64_t sequence;
        memcpy(&sequence, t.sequences.data + at, sizeof sequence);
        status = store_record_erase(tx, sequence, actor, "account erased", err);
    }
    buf_done(&t.sequences);
    return status;
}

/* A name that no measurement or record bears is no reason to fail. */
static assay_status erase_name(store_tx *tx, const char *name, const char *actor, assay_err *err)
{
    assay_status status = store_person_erase(tx, name, actor, err);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

assay_status people_erase(people *p, store_tx *tx, const char *id, const char *actor,
                          assay_err *err)
{
    account *a = NULL;
    pthread_mutex_lock(&p->mutex);
    assay_status status = need_account(p, id, &a, err);
    if (!status && is_last_administrator(p, a))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "%s is the last administrator", id);
    if (!status)
        status = passes_end(p, tx, a, NULL, actor, err);
    if (!status)
        status = store_document_drop(tx, "account", id, err);
    if (!status)
        status = erase_records(p, tx, id, actor, err);
    if (!status)
        status = erase_name(tx, id, actor, err);
    if (!status)
        a->is_gone = true;
    pthread_mutex_unlock(&p->mutex);
    return status;
}

/* -- one-time codes ------------------------------------------------------------------- */

assay_status people_totp_begin(people *p, store_tx *tx, const char *id, char out[33],
                               assay_err *err)
{
    account *a = NULL;
    char secret[HEX_ID];
    assay_status status = totp_new(secret, err);
    pthread_mutex_lock(&p->mutex);
    if (!status)
        status = need_account(p, id, &a, err);
    if (!status && a->wants_code)
        status = assay_fail(err, ASSAY_EXISTS, 0, "%s has one-time codes already", id);
    if (!status) {
        memcpy(a->totp, secret, sizeof secret);
        status = account_save(tx, a, DOCUMENT_ANY, id, NULL, err);
    }
    pthread_mutex_unlock(&p->mutex);
    if (!status)
        memcpy(out, secret, sizeof secret);
    return status;
}

assay_status people_totp_confirm(people *p, store_tx *tx, const char *id, const char *code,
                                 assay_err *err)
{
    account *a = NULL;
    pthread_mutex_lock(&p->mutex);
    assay_status status = need_account(p, id, &a, err);
    uint64_t step = status ? 0 : totp_step(a->totp, code, time_now(), a->code_step);
    if (!status && !step)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "that is not the code of this moment");
    if (!status) {
        a->wants_code = true;
        a->code_step = step;
        status = account_save(tx, a, DOCUMENT_ANY, id, NULL, err);
    }
    if (!status)
        status = record_append(tx, "account.codes-on", id, NULL, "{}", NULL, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

assay_status people_totp_end(people *p, store_tx *tx, const char *id, const char *actor,
                             assay_err *err)
{
    account *a = NULL;
    pthread_mutex_lock(&p->mutex);
    assay_status status = need_account(p, id, &a, err);
    if (!status) {
        a->wants_code = false;
        a->totp[0] = '\0';
        status = account_save(tx, a, DOCUMENT_ANY, actor, NULL, err);
    }
    if (!status)
        status = record_append(tx, "account.codes-off", actor, NULL, "{}", NULL, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}
