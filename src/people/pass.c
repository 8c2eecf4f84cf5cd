/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions, API tokens and invitations: a random secret that stands for an account for a while.
 *
 * What is kept is the SHA-256 of the secret, found by the digest, so that neither the file nor the
 * time a comparison takes tells anything about a valid one. */
#include "people/inner.h"
#include "people/secret.h"

#include "base/time.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_NS ((int64_t)3600 * 1000000000)
#define DAY_NS  (24 * HOUR_NS)
enum { DAYS_MAX = 36500 };

/* -- in memory ------------------------------------------------------------------------ */

static pass *pass_place(people *p)
{
    for (size_t i = 0; i < p->pass_count; i++)
        if (p->passes[i].is_gone)
            return &p->passes[i];
    if (p->pass_count == p->pass_room) {
        size_t room = p->pass_room ? 2 * p->pass_room : 64;
        pass *grown = room <= SESSIONS_MAX ? realloc(p->passes, room * sizeof *grown) : NULL;
        if (!grown)
            return NULL;
        p->passes = grown;
        p->pass_room = room;
    }
    return &p->passes[p->pass_count++];
}

pass *pass_find(people *p, const uint8_t digest[32], int64_t now)
{
    for (size_t i = 0; i < p->pass_count; i++) {
        pass *s = &p->passes[i];
        if (!s->is_gone && s->expires > now && memcmp(s->digest, digest, 32) == 0)
            return s;
    }
    return NULL;
}

static uint32_t scopes_from(const json_t *list)
{
    uint32_t scopes = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        scope s;
        if (name && scope_from_name(name, &s))
            scopes |= 1u << s;
    }
    return scopes;
}

assay_status pass_add(people *p, const store_document *d, assay_err *err)
{
    json_t *json = json_loads(d->json, JSON_REJECT_DUPLICATES, NULL);
    const char *owner = json_string_value(json_object_get(json, "account"));
    account *a = owner ? account_find(p, owner) : NULL;
    pass made = {.owner = a, .scopes = UINT32_MAX, .expires = INT64_MAX};
    snprintf(made.kind, sizeof made.kind, "%s", d->kind);
    snprintf(made.id, sizeof made.id, "%s", d->id);
    const json_t *scopes = json_object_get(json, "scopes"), *end = json_object_get(json, "expires");
    if (scopes)
        made.scopes = scopes_from(scopes);
    int64_t until;
    int32_t offset;
    const char *text = json_string_value(end);
    if (text && time_parse_iso(text, strlen(text), &until, &offset))
        made.expires = until;
    bool is_valid =
        a && d->secret &&
        sodium_hex2bin(made.digest, 32, d->secret, strlen(d->secret), NULL, NULL, NULL) == 0;
    json_decref(json);
    if (!is_valid || made.expires <= time_now())
        return ASSAY_OK; /* of an account that is gone, or over: nobody gets in with it */
    pass *kept = pass_place(p);
    if (!kept)
        return assay_fail(err, ASSAY_LIMIT, 0, "more than %d sessions and tokens", SESSIONS_MAX);
    *kept = made;
    return ASSAY_OK;
}

/* -- making and ending ---------------------------------------------------------------- */

static json_t *scopes_list(const char *scopes, assay_err *err)
{
    json_t *list = json_array();
    for (const char *at = scopes; *at && list;) {
        char name[32];
        size_t length = strcspn(at, ",");
        scope s;
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (length >= sizeof name || !scope_from_name(name, &s)) {
            assay_fail(err, ASSAY_DOMAIN, 0, "\"%s\" is not a scope", name);
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, json_string(name));
        at += length + (at[length] == ',');
    }
    return list;
}

static json_t *describe(const pass_wish *w, assay_err *err)
{
    char until[48] = "";
    json_t *json = json_pack("{s:s}", "account", w->account);
    if (w->expires != INT64_MAX) {
        time_format(w->expires, 0, until, sizeof until);
        json_object_set_new(json, "expires", json_string(until));
    }
    if (w->label)
        json_object_set_new(json, "label", json_string(w->label));
    if (w->scopes) {
        json_t *list = scopes_list(w->scopes, err);
        if (!list || json_object_set_new(json, "scopes", list)) {
            json_decref(json);
            return NULL;
        }
    }
    return json;
}

static assay_status write_pass(store_tx *tx, const pass_wish *w, const char *id, const char *text,
                               const char *digest, assay_err *err)
{
    if (strcmp(w->kind, "session") == 0)
        return store_document_touch(tx, w->kind, id, text, digest, err);
    uint64_t version;
    return store_document_put(tx, w->kind, id, text, digest, 0, w->actor, "", &version, err);
}

/* Document and entry in memory for a new secret. The mutex is the caller's. */
assay_status pass_make(people *p, store_tx *tx, const pass_wish *w, const char *secret,
                       char id[HEX_ID], assay_err *err)
{
    account *a = account_find(p, w->account);
    uint8_t digest[32];
    char hex[65], made[HEX_ID];
    if (!a || a->is_disabled)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no account %.63s", w->account);
    assay_status status = secret_new(16, made, err);
    if (!status)
        status = secret_digest(secret, digest, err);
    json_t *json = status ? NULL : describe(w, err);
    if (!status && !json)
        status = err && err->code ? err->code : ASSAY_DOMAIN;
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!status && !text)
        status = assay_fail(err, ASSAY_FORMAT, 0, "the label is not valid UTF-8");
    if (!status) {
        sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
        status = write_pass(tx, w, made, text, hex, err);
    }
    store_document d = {.kind = w->kind, .id = made, .json = text, .secret = hex};
    if (!status)
        status = pass_add(p, &d, err);
    free(text);
    if (!status && id)
        memcpy(id, made, sizeof made);
    return status;
}

assay_status pass_end(store_tx *tx, pass *s, const char *actor, assay_err *err)
{
    uint64_t version;
    bool is_recorded = strcmp(s->kind, "token") == 0 || strcmp(s->kind, "badge") == 0;
    assay_status status = is_recorded
                              ? store_document_put(tx, s->kind, s->id, NULL, NULL, DOCUMENT_ANY,
                                                   actor, "", &version, err)
                              : store_document_drop(tx, s->kind, s->id, err);
    if (!status)
        s->is_gone = true;
    return status;
}

assay_status passes_end(people *p, store_tx *tx, const account *a, const char *kind,
                        const char *actor, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < p->pass_count && !status; i++) {
        pass *s = &p->passes[i];
        if (!s->is_gone && s->owner == a && (!kind || strcmp(kind, s->kind) == 0))
            status = pass_end(tx, s, actor, err);
    }
    return status;
}

/* Sessions that are over leave no trace behind; each new one takes a few with it. */
static assay_status drop_expired(people *p, store_tx *tx, assay_err *err)
{
    int64_t now = time_now();
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < p->pass_count && !status; i++)
        if (!p->passes[i].is_gone && p->passes[i].expires <= now)
            status = pass_end(tx, &p->passes[i], "", err);
    return status;
}

assay_status people_session(people *p, store_tx *tx, const char *id, char out[33], assay_err *err)
{
    char secret[HEX_ID];
    pass_wish w = {.kind = "session",
                .account = id,
                .actor = id,
                .expires = time_now() + SESSION_HOURS * HOUR_NS};
    assay_status status = secret_new(16, secret, err);
    pthread_mutex_lock(&p->mutex);
    if (!status)
        status = drop_expired(p, tx, err);
    if (!status)
        status = pass_make(p, tx, &w, secret, NULL, err);
    if (!status) /* the step of a one-time code that opened it never counts again */
        status = account_save(tx, account_find(p, id), DOCUMENT_ANY, id, NULL, err);
    if (!status)
        status = record_append(tx, "session.opened", id, NULL, "{}", NULL, err);
    pthread_mutex_unlock(&p->mutex);
    if (!status)
        memcpy(out, secret, sizeof secret);
    return status;
}

assay_status people_session_end(people *p, store_tx *tx, const char *secret, assay_err *err)
{
    uint8_t digest[32];
    assay_status status = secret_digest(secret, digest, err);
    pthread_mutex_lock(&p->mutex);
    pass *s = status ? NULL : pass_find(p, digest, time_now());
    if (s)
        status = pass_end(tx, s, s->owner->id, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

assay_status people_token(people *p, store_tx *tx, const char *id, const char *scopes,
                          unsigned days, const char *label, char token[TOKEN_ID],
                          char out[TOKEN_SECRET], assay_err *err)
{
    char secret[TOKEN_SECRET];
    if (!*scopes || days > DAYS_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "a token has at least one scope and ends within "
                          "%d days",
                          DAYS_MAX);
    pass_wish w = {.kind = "token",
                .account = id,
                .scopes = scopes,
                .label = label ? label : "",
                .actor = id,
                .expires = days ? time_now() + days * DAY_NS : INT64_MAX};
    assay_status status = secret_new(32, secret, err);
    pthread_mutex_lock(&p->mutex);
    if (!status)
        status = pass_make(p, tx, &w, secret, token, err);
    pthread_mutex_unlock(&p->mutex);
    if (!status)
        memcpy(out, secret, sizeof secret);
    return status;
}

assay_status people_token_revoke(people *p, store_tx *tx, const char *id, const char *actor,
                                 assay_err *err)
{
    assay_status status = ASSAY_NOT_FOUND;
    pthread_mutex_lock(&p->mutex);
    for (size_t i = 0; i < p->pass_count && status == ASSAY_NOT_FOUND; i++) {
        pass *s = &p->passes[i];
        if (!s->is_gone && strcmp(s->kind, "token") == 0 && strcmp(s->id, id) == 0)
            status = pass_end(tx, s, actor, err);
    }
    pthread_mutex_unlock(&p->mutex);
    return status == ASSAY_NOT_FOUND ? assay_fail(err, status, 0, "there is no token %.40s", id)
                                     : status;
}

assay_status people_invite(people *p, store_tx *tx, const char *id, const char *actor, char out[33],
                           assay_err *err)
{
    char secret[HEX_ID];
    pass_wish w = {.kind = "invite", .account = id, .actor = actor, .expires = time_now() + HOUR_NS};
    assay_status status = secret_new(16, secret, err);
    pthread_mutex_lock(&p->mutex);
    if (!status)
        status = pass_make(p, tx, &w, secret, NULL, err);
    pthread_mutex_unlock(&p->mutex);
    if (!status)
        memcpy(out, secret, sizeof secret);
    return status;
}

assay_status people_accept(people *p, store_tx *tx, const char *code, const char *hash, char id[64],
                           assay_err *err)
{
    uint8_t digest[32];
    assay_status status = secret_digest(code, digest, err);
    pthread_mutex_lock(&p->mutex);
    pass *s = status ? NULL : pass_find(p, digest, time_now());
    if (!status && (!s || strcmp(s->kind, "invite") != 0 || s->owner->is_disabled))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "this link was used or is too old");
    account *a = status ? NULL : s->owner;
    if (a) {
        snprintf(a->hash, sizeof a->hash, "%s", hash);
        status = account_save(tx, a, DOCUMENT_ANY, a->id, NULL, err);
    }
    if (!status)
        status = record_append(tx, "account.password-set", a->id, NULL, "{}", NULL, err);
    if (!status)
        status = passes_end(p, tx, a, "invite", a->id, err);
    if (!status)
        status = passes_end(p, tx, a, "session", a->id, err);
    if (!status)
        snprintf(id, 64, "%s", a->id);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

/* -- who is it? ----------------------------------------------------------------------- */

void pass_identify(const pass *s, identity *out)
{
    const account *a = s->owner;
    *out = (identity){.is_session = strcmp(s->kind, "session") == 0};
    _Static_assert(sizeof out->account == sizeof a->id && sizeof out->name == sizeof a->name, "");
    memcpy(out->account, a->id, sizeof a->id);
    memcpy(out->name, a->name, sizeof a->name);
    if (grants_parse(a->grants, out->grants, &out->grant_count, NULL))
        out->grant_count = 0; /* roles of a newer version give nothing */
    for (size_t i = 0; i < out->grant_count; i++) {
        out->grants[i].scopes &= s->scopes;
        out->scopes |= out->grants[i].scopes;
    }
}

/* The token a form must bring along follows from the session's secret, and does not tell it. */
static assay_status csrf_of(const char *secret, char out[33], assay_err *err)
{
    char text[80];
    uint8_t digest[32];
    snprintf(text, sizeof text, "csrf:%.64s", secret);
    assay_status status = secret_digest(text, digest, err);
    if (!status)
        sodium_bin2hex(out, 33, digest, 16);
    return status;
}

assay_status people_who(people *p, const char *secret, identity *out, assay_err *err)
{
    uint8_t digest[32];
    identity who;
    assay_status status = secret_digest(secret, digest, err);
    if (status)
        return status;
    pthread_mutex_lock(&p->mutex);
    const pass *s = pass_find(p, digest, time_now());
    bool is_known =
        s && strcmp(s->kind, "invite") != 0 && strcmp(s->kind, "badge") != 0 && !s->owner->is_disabled && !s->owner->is_gone;
    if (is_known)
        pass_identify(s, &who);
    pthread_mutex_unlock(&p->mutex);
    if (!is_known)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "not signed in, or no longer");
    if (who.is_session)
        status = csrf_of(secret, who.csrf, err);
    if (!status)
        *out = who;
    return status;
}
