/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Badges: passes whose secret is printed on a card. They are short and lie on tables, so that they
 * are worth little: only beside a session of the station, and for what an operator does. */
#include "people/inner.h"
#include "people/secret.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { FREE_BADGES = 20 };
static const uint32_t at_most = 1u << SCOPE_READ | 1u << SCOPE_MEASURE | 1u << SCOPE_ACT;

/* Digests of badges and of other passes never meet. */
static assay_status badge_secret(const char *code, char out[BADGE_MAX + 8], assay_err *err)
{
    size_t length = strlen(code);
    if (length < 3 || length > BADGE_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a badge has 3 to %d characters, this one %zu",
                          BADGE_MAX, length);
    snprintf(out, BADGE_MAX + 8, "badge:%s", code);
    return ASSAY_OK;
}

static pass *badge_find(people *p, const char *secret, assay_err *err)
{
    uint8_t digest[32];
    pass *s = secret_digest(secret, digest, err) ? NULL : pass_find(p, digest, time_now());
    return s && strcmp(s->kind, "badge") == 0 && !s->owner->is_gone ? s : NULL;
}

assay_status people_badge(people *p, store_tx *tx, const char *owner, const char *code,
                          const char *label, const char *actor, char id[TOKEN_ID], assay_err *err)
{
    char secret[BADGE_MAX + 8];
    pass_wish w = {.kind = "badge", .account = owner, .label = label ? label : "",
                   .actor = actor, .expires = INT64_MAX};
    assay_status status = badge_secret(code, secret, err);
    if (status)
        return status;
    pthread_mutex_lock(&p->mutex);
    const pass *known = badge_find(p, secret, err);
    status = known ? assay_fail(err, ASSAY_EXISTS, 0, "this badge is %s's", known->owner->id)
                   : pass_make(p, tx, &w, secret, id, err);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

assay_status people_badge_end(people *p, store_tx *tx, const char *id, const char *actor,
                              assay_err *err)
{
    assay_status status = ASSAY_NOT_FOUND;
    pthread_mutex_lock(&p->mutex);
    for (size_t i = 0; i < p->pass_count && status == ASSAY_NOT_FOUND; i++) {
        pass *s = &p->passes[i];
        if (!s->is_gone && strcmp(s->kind, "badge") == 0 && strcmp(s->id, id) == 0)
            status = pass_end(tx, s, actor, err);
    }
    pthread_mutex_unlock(&p->mutex);
    return status == ASSAY_NOT_FOUND ? assay_fail(err, status, 0, "there is no badge %.40s", id)
                                     : status;
}

/* What the person may, and the station may too. */
static void cut(const identity *station, identity *who)
{
    who->scopes = 0;
    for (size_t i = 0; i < who->grant_count; i++) {
        who->grants[i].scopes &= at_most & station->scopes;
        who->scopes |= who->grants[i].scopes;
    }
    memcpy(who->csrf, station->csrf, sizeof who->csrf);
    who->is_session = station->is_session;
}

assay_status people_badge_who(people *p, const char *code, const identity *station, identity *out,
                              assay_err *err)
{
    char secret[BADGE_MAX + 8], name[80];
    identity who;
    assay_status status = badge_secret(code, secret, err);
    if (status)
        return status;
    snprintf(name, sizeof name, "badge:%s", station->account);
    uint64_t key = rate_key_account(name);
    pthread_mutex_lock(&p->mutex);
    int64_t now = time_now();
    unsigned wait = rate_wait(&p->rates, key, now);
    const pass *s = wait ? NULL : badge_find(p, secret, err);
    if (wait)
        status = assay_fail(err, ASSAY_BUSY, wait, "too many unknown badges: come again in %u s", wait);
    else if (!s || s->owner->is_disabled) {
        rate_fail(&p->rates, key, FREE_BADGES, now);
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "this badge belongs to nobody");
    } else
        pass_identify(s, &who);
    pthread_mutex_unlock(&p->mutex);
    if (status)
        return status;
    cut(station, &who);
    *out = who;
    return ASSAY_OK;
}
