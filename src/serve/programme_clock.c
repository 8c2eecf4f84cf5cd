/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/programme_clock.h"

#include "base/time.h"
#include "scheme/case.h"
#include "scheme/sitting.h"
#include "serve/change.h"
#include "serve/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* In the writer's thread a case's clock takes a millisecond or two: few at a time, so that nobody
 * who stores measurements waits long. */
enum { PORTION = 8, LOOK_S = 2, AT_ONCE = 128, ASIDE = 64, HOUR_S = 3600, LOOSE_S = 86400 };
#define SECOND INT64_C(1000000000)

typedef struct {
    object_id id;
    int64_t until;
} put_aside;

struct programme_clock {
    server *server;
    put_aside aside[ASIDE];
    size_t asides;
    int64_t swept;
    char trouble[300]; /* said last of sittings */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_closing;
};

/* True: go on; false: closing. */
static bool wait_a_while(programme_clock *k)
{
    struct timespec until;
    int code = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_S;
    pthread_mutex_lock(&k->lock);
    while (!k->is_closing && code == 0)
        code = pthread_cond_timedwait(&k->wake, &k->lock, &until);
    bool goes_on = !k->is_closing;
    pthread_mutex_unlock(&k->lock);
    return goes_on;
}

static bool is_closing(programme_clock *k)
{
    pthread_mutex_lock(&k->lock);
    bool is = k->is_closing;
    pthread_mutex_unlock(&k->lock);
    return is;
}

/* -- put aside
 * ------------------------------------------------------------------------------------- */

static void forget_old(programme_clock *k, int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < k->asides; i++)
        if (k->aside[i].until > now)
            k->aside[n++] = k->aside[i];
    k->asides = n;
}

static bool is_aside(const programme_clock *k, const object_id *id)
{
    for (size_t i = 0; i < k->asides; i++)
        if (memcmp(&k->aside[i].id, id, sizeof *id) == 0)
            return true;
    return false;
}

static void lay_aside(programme_clock *k, const object_id *id, int64_t now, const char *why)
{
    char name[33];
    for (int i = 0; i < 16; i++)
        snprintf(name + 2 * i, 3, "%02x", id->bytes[i]);
    log_linef("error", "programmes", "the clock of case %s waits an hour: %s", name, why);
    if (k->asides < ASIDE)
        k->aside[k->asides++] = (put_aside){*id, now + HOUR_S * SECOND};
}

/* -- one look
 * ---------------------------------------------------------------------------------------- */

typedef struct {
    store *s; /* the writer's */
    const object_id *id;
    size_t n;
} portion;

static assay_status tick(store_tx *tx, void *context, assay_err *err)
{
    portion *p = context;
    desk *d = NULL;
    desk_tick_t done;
    viewer who = {.kind = VIEWER_DESK};
    assay_status status = desk_open(p->s, &d, err);
    if (status == ASSAY_OK)
        status = desk_tick_these(d, tx, &who, p->id, p->n, &done, err);
    desk_close(d);
    return status;
}

/* A full disk or a server that ends is nobody's fault: all wait. */
static bool is_of_the_case(assay_status status)
{
    return status != ASSAY_FULL && status != ASSAY_IO && status != ASSAY_BUSY &&
           status != ASSAY_STOPPED && status != ASSAY_MEMORY;
}

static assay_status tick_portion(programme_clock *k, const portion *p, int64_t now)
{
    assay_err err = {.code = ASSAY_OK};
    portion all = *p;
    assay_status status = change_in_tx(k->server, tick, &all, NULL, &err);
    if (status == ASSAY_OK || !is_of_the_case(status))
        return status;
    for (size_t i = 0; i < p->n; i++) { /* which one is it? */
        portion one = {p->s, &p->id[i], 1};
        status = change_in_tx(k->server, tick, &one, NULL, &err);
        if (status != ASSAY_OK && !is_of_the_case(status))
            return status;
        if (status != ASSAY_OK)
            lay_aside(k, &p->id[i], now, err.message);
    }
    return ASSAY_OK;
}

static size_t find_due(programme_clock *k, int64_t now, object_id *ids)
{
    assay_err err;
    desk *d = NULL;
    size_t n = 0, kept = 0;
    store *s = reader_here(k->server, &err);
    if (!s || desk_open(s, &d, &err) != ASSAY_OK)
        return 0;
    if (desk_due(d, now, AT_ONCE + ASIDE, ids, &n, &err) != ASSAY_OK)
        n = 0;
    desk_close(d);
    for (size_t i = 0; i < n; i++)
        if (!is_aside(k, &ids[i]))
            ids[kept++] = ids[i];
    return kept < AT_ONCE ? kept : AT_ONCE;
}

/* A clock that went and is due again at once would go on for ever. */
static void lay_aside_again(programme_clock *k, const object_id *before, size_t n,
                            const object_id *now_due, size_t m, int64_t now)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            if (memcmp(&before[i], &now_due[j], sizeof *before) == 0 && !is_aside(k, &before[i]))
                lay_aside(k, &before[i], now, "it is due again at once");
}

static void look(programme_clock *k)
{
    object_id ids[AT_ONCE + ASIDE], again[AT_ONCE + ASIDE];
    int64_t now = time_now();
    forget_old(k, now);
    size_t n = find_due(k, now, ids);
    while (n && !is_closing(k)) {
        for (size_t at = 0; at < n && !is_closing(k); at += PORTION) {
            portion p = {k->server->writer, ids + at, n - at < PORTION ? n - at : PORTION};
            if (tick_portion(k, &p, now) != ASSAY_OK)
                return;
        }
        size_t m = find_due(k, now, again);
        lay_aside_again(k, ids, n, again, m, now);
        n = find_due(k, now, ids);
    }
}

/* -- sittings of exams
 * ----------------------------------------------------------------------------- */

static assay_status collect(store_tx *tx, void *context, assay_err *err)
{
    desk *d = NULL;
    uint64_t n;
    viewer who = {.kind = VIEWER_DESK};
    assay_status status = desk_open(context, &d, err);
    if (status == ASSAY_OK)
        status = sitting_collect(d, tx, &who, PORTION, &n, err);
    desk_close(d);
    return status;
}

static bool has_waiting(programme_clock *k)
{
    assay_err err;
    desk *d = NULL;
    store *s = reader_here(k->server, &err);
    if (!s || desk_open(s, &d, &err) != ASSAY_OK)
        return false;
    bool waits = sitting_waits(d, time_now());
    desk_close(d);
    return waits;
}

static void collect_sittings(programme_clock *k)
{
    assay_err err = {.code = ASSAY_OK};
    assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && !is_closing(k) && has_waiting(k))
        status = change_in_tx(k->server, collect, k->server->writer, NULL, &err);
    if (status == ASSAY_OK)
        *k->trouble = 0;
    else if (strcmp(k->trouble, err.message) != 0)
        log_linef("error", "programmes", "sittings cannot be ended: %s", err.message);
    if (status != ASSAY_OK)
        snprintf(k->trouble, sizeof k->trouble, "%.299s", err.message);
}

/* -- files that no form names
 * ----------------------------------------------------------------------- */

static assay_status sweep(store_tx *tx, void *context, assay_err *err)
{
    uint64_t *n = context;
    return store_files_sweep(tx, time_now() - LOOSE_S * SECOND, n, err);
}

static void sweep_files(programme_clock *k)
{
    uint64_t n = 0;
    if (time_now() - k->swept < HOUR_S * SECOND)
        return;
    k->swept = time_now();
    do
        if (change_in_tx(k->server, sweep, &n, NULL, NULL) != ASSAY_OK)
            n = 0;
    while (n && !is_closing(k));
}

static void *run(void *context)
{
    programme_clock *k = context;
    do {
        look(k);
        collect_sittings(k);
        sweep_files(k);
    } while (wait_a_while(k));
    return NULL;
}

assay_status programme_clock_open(server *s, programme_clock **out, assay_err *err)
{
    programme_clock *k = calloc(1, sizeof *k);
    if (!k)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    k->server = s;
    k->swept = time_now();
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->wake, NULL);
    if (pthread_create(&k->thread, NULL, run, k) != 0) {
        free(k);
        return assay_fail(err, ASSAY_MEMORY, 0, "cannot start a thread");
    }
    *out = k;
    return ASSAY_OK;
}

void programme_clock_close(programme_clock *k)
{
    if (!k)
        return;
    pthread_mutex_lock(&k->lock);
    k->is_closing = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    pthread_mutex_destroy(&k->lock);
    pthread_cond_destroy(&k->wake);
    free(k);
}
