/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lock for all accounts: a source's waiting values and its committed ones change in the same
 * breath, so that whoever asks sees an account that adds up. */
#include "live/intake_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static intake_source *find(const intake_accounts *a, const char *name)
{
    for (intake_source *s = a->first; s; s = s->next)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static intake_source *add(intake_accounts *a, const char *name)
{
    intake_source *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    snprintf(s->name, sizeof s->name, "%s", name);
    s->account.last_time = TIME_NONE;
    s->last_given = TIME_NONE;
    s->since = time_now();
    *a->end = s;
    a->end = &s->next;
    return s;
}

intake_source *accounts_find(intake_accounts *a, const char *name)
{
    pthread_mutex_lock(&a->lock);
    intake_source *s = find(a, name);
    if (!s)
        s = add(a, name);
    pthread_mutex_unlock(&a->lock);
    return s;
}

void accounts_wait(intake_accounts *a, intake_source *s, uint64_t values)
{
    if (!s)
        return;
    pthread_mutex_lock(&a->lock);
    s->pending += values;
    pthread_mutex_unlock(&a->lock);
}

static void add_up(source_account *to, const source_account *more)
{
    to->received += more->received;
    to->stored += more->stored;
    to->duplicates += more->duplicates;
    to->conflicts += more->conflicts;
    to->refused += more->refused;
    to->late += more->late;
    to->doubtful += more->doubtful;
    if (more->last_time > to->last_time)
        to->last_time = more->last_time;
}

void accounts_settle(intake_accounts *a, intake_source *s, uint64_t values,
                     const source_account *more)
{
    if (!s)
        return;
    pthread_mutex_lock(&a->lock);
    s->pending -= values;
    if (more)
        add_up(&s->account, more);
    pthread_mutex_unlock(&a->lock);
}

static bool take_stored(const char *source, const source_account *account, void *context)
{
    intake_source *s = add(context, source);
    if (!s)
        return false;
    s->account = *account;
    s->last_given = account->last_time;
    return true;
}

static source_state state_of(const intake_source *s, int64_t now)
{
    source_state state = {
        .account = s->account, .pending = s->pending, .stale_after_ns = s->stale_after_ns};
    int64_t heard = s->account.last_time > s->since ? s->account.last_time : s->since;
    memcpy(state.source, s->name, sizeof state.source);
    state.account.received += s->pending;
    state.is_stale = s->stale_after_ns && now - heard > s->stale_after_ns;
    return state;
}

/* The visitor is called without the lock: entries stay, and new ones come at the end. */
void accounts_visit(intake_accounts *a, intake_source_visitor *visit, void *context)
{
    int64_t now = time_now();
    pthread_mutex_lock(&a->lock);
    intake_source *s = a->first;
    while (s) {
        source_state state = state_of(s, now);
        pthread_mutex_unlock(&a->lock);
        if (!visit(&state, context))
            return;
        pthread_mutex_lock(&a->lock);
        s = s->next;
    }
    pthread_mutex_unlock(&a->lock);
}

void accounts_expect(intake_accounts *a, const char *name, int64_t stale_after_ns)
{
    intake_source *s = accounts_find(a, name);
    if (!s)
        return;
    pthread_mutex_lock(&a->lock);
    s->stale_after_ns = stale_after_ns;
    s->since = time_now();
    pthread_mutex_unlock(&a->lock);
}

assay_status accounts_open(intake_accounts *a, store *s, assay_err *err)
{
    *a = (intake_accounts){.end = &a->first};
    pthread_mutex_init(&a->lock, NULL);
    return store_sources(s, take_stored, a, err);
}

void accounts_close(intake_accounts *a)
{
    while (a->first) {
        intake_source *s = a->first;
        a->first = s->next;
        free(s);
    }
    pthread_mutex_destroy(&a->lock);
}
