/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ten times a second the clock asks the intake's thread for a moment; at most one tick waits there,
 * so that a busy intake is not flooded with them. */
#include "live/engine_inner.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 100, TICKS_A_LOOK = 10, REPLAY_NS = 50000000, WARM_AT_ONCE = 200 };

int64_t engine_clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* -- what others asked for ------------------------------------------------------------------ */

static void mark(engine *e, uint32_t number)
{
    pthread_mutex_lock(&e->changing);
    if (number == 0 ||
        !engine_grow(&e->changed, sizeof *e->changed, e->changed_count, &e->changed_room))
        e->is_all_changed = true;
    else
        e->changed[e->changed_count++] = number;
    __atomic_store_n(&e->has_changes, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&e->changing);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void reload_some(engine *e, uint32_t *list, size_t count)
{
    qsort(list, count, sizeof *list, by_number);
    for (size_t i = 0; i < count; i++)
        if ((i == 0 || list[i] != list[i - 1]) && engine_load_one(e, list[i], NULL) != ASSAY_OK)
            mark(e, list[i]);
}

/* Under the lock of charts. What fails now (the store is in trouble) is asked for again. */
void engine_take_changes(engine *e)
{
    if (!__atomic_exchange_n(&e->has_changes, false, __ATOMIC_ACQ_REL))
        return;
    pthread_mutex_lock(&e->changing);
    uint32_t *list = e->changed;
    size_t count = e->changed_count;
    bool is_all = e->is_all_changed;
    e->changed = NULL;
    e->changed_count = e->changed_room = 0;
    e->is_all_changed = false;
    pthread_mutex_unlock(&e->changing);
    assay_status status = settings_read(&e->settings, e->reader, NULL);
    if (is_all && e->channels)
        channels_reload(e->channels);
    if (status == ASSAY_OK && is_all) {
        status = engine_load(e, NULL);
        e->warmed = 1;
    } else if (status == ASSAY_OK && count)
        reload_some(e, list, count);
    free(list);
    if (status != ASSAY_OK)
        mark(e, 0);
}

static assay_status changes_job(store *db, void *context, assay_err *err)
{
    engine *e = context;
    (void)db;
    (void)err;
    pthread_mutex_lock(&e->lock);
    engine_take_changes(e);
    pthread_mutex_unlock(&e->lock);
    return ASSAY_OK;
}

/* Who changed something finds it when asking next. */
void engine_reload(engine *e, uint32_t number)
{
    mark(e, number);
    if (e->intake)
        (void)!intake_do(e->intake, changes_job, e, NULL);
}

/* -- the tick ------------------------------------------------------------------------------- */

/* Charts nobody has asked for since the start are brought up a few at a time. */
static void warm_some(engine *e)
{
    for (int i = 0; e->cold_count && i < WARM_AT_ONCE && e->warmed < e->room; e->warmed++)
        for (live_chart *c = e->first[e->warmed]; c; c = c->next)
            if (c->is_cold) {
                engine_must_replay(e, c, TIME_NONE);
                i++;
            }
}

static void show_open(live_chart *c, const live_point *p, void *context)
{
    engine *e = context;
    hit_list found = {0};
    bool is_judged = c->state == CHART_ALERTING && p->time > c->judged_after;
    if (is_judged && live_signals(&p->p))
        hits_of_point(c, p, &found);
    for (size_t i = 0; i < found.count; i++)
        engine_note_hit(e, c->characteristic, &found.list[i], false);
    c->has_peeked_hits |= found.count > 0;
    free(found.list);
}

/* A group that only the next key or the next stretch of time would close is judged as it is when it
 * has been quiet for a second. */
static void look_at_open(engine *e, int64_t now)
{
    for (uint32_t number = 1; number < e->room; number++)
        for (live_chart *c = e->first[number]; c; c = c->next) {
            bool waits = c->plan->is_by_key || c->plan->every;
            if (!waits || !c->s.count || c->is_dirty || c->is_cold ||
                (c->heard != TIME_NONE && now - c->heard < 1000000000) ||
                (c->is_peeked && c->peeked == c->s.count))
                continue;
            c->is_peeked = true;
            c->peeked = c->s.count;
            live_chart_peek(c, show_open, e);
        }
}

void engine_tick(engine *e, store *db)
{
    pthread_mutex_lock(&e->lock);
    engine_take_changes(e);
    warm_some(e);
    engine_replay(e, REPLAY_NS);
    if (++e->ticks % TICKS_A_LOOK == 0)
        look_at_open(e, time_now());
    engine_publish_news(e);
    pthread_mutex_unlock(&e->lock);
    engine_tick_alarms(e, db);
    if (e->bus)
        bus_flush(e->bus);
}

static assay_status tick_job(store *db, void *context, assay_err *err)
{
    engine *e = context;
    (void)err;
    engine_tick(e, db);
    pthread_mutex_lock(&e->changing);
    e->is_tick_queued = false;
    pthread_cond_broadcast(&e->ring);
    pthread_mutex_unlock(&e->changing);
    return ASSAY_OK;
}

/* -- the thread ----------------------------------------------------------------------------- */

static void *run(void *context)
{
    engine *e = context;
    struct timespec until;
    pthread_mutex_lock(&e->changing);
    while (!e->is_closing) {
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        while (!e->is_closing && pthread_cond_timedwait(&e->ring, &e->changing, &until) == 0)
            continue; /* the end of a tick rings too: that is no reason for the next */
        if (!e->is_closing && !e->is_tick_queued && e->intake)
            e->is_tick_queued = intake_later(e->intake, tick_job, e);
    }
    pthread_mutex_unlock(&e->changing);
    return NULL;
}

void engine_clock_start(engine *e)
{
    e->is_closing = false;
    e->has_clock = pthread_create(&e->clock, NULL, run, e) == 0;
}

void engine_clock_stop(engine *e)
{
    pthread_mutex_lock(&e->changing);
    e->is_closing = true;
    pthread_cond_broadcast(&e->ring);
    pthread_mutex_unlock(&e->changing);
    if (e->has_clock)
        pthread_join(e->clock, NULL);
    e->has_clock = false;
}
