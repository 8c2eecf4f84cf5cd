/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many characteristics: workers take the next series each; the visitor sees them in order. Who finishes
 * early leaves its analysis and goes on; not more than a few are left so, and memory stays bounded. */
#include "signal/analysis.h"

#include "signal/verdict.h"

#include <pthread.h>
#include <stdlib.h>

enum { CREW_MAX = 64, AHEAD_MAX = 4 };

typedef struct {
    analysis a;
    assay_status status;
    assay_err err;
    bool is_done;
} finished;

typedef struct {
    const series_set *set;
    const analysis_options *const *options;
    analysis_visitor *each;
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    size_t next, shown, count;
    finished ahead[AHEAD_MAX]; /* of analysis i: i % AHEAD_MAX */
    bool is_showing;
    assay_status status;
    assay_err err;
} crew;

/* The next one, once there is a place for it; false: there is none. */
static bool take(crew *c, size_t *i)
{
    pthread_mutex_lock(&c->lock);
    while (c->status == ASSAY_OK && c->next < c->count && c->next - c->shown >= AHEAD_MAX)
        pthread_cond_wait(&c->turn, &c->lock);
    bool is_taken = c->status == ASSAY_OK && c->next < c->count;
    *i = c->next;
    c->next += is_taken;
    pthread_mutex_unlock(&c->lock);
    return is_taken;
}

/* Show what is finished from the first that is not shown on, unless another one is at it. */
static void show_finished(crew *c)
{
    pthread_mutex_lock(&c->lock);
    for (finished *f; !c->is_showing && (f = &c->ahead[c->shown % AHEAD_MAX])->is_done; c->shown++) {
        if (c->status == ASSAY_OK && f->status != ASSAY_OK) {
            c->status = f->status;
            c->err = f->err;
            c->err.at = c->shown;
        }
        c->is_showing = true;
        bool is_wanted = c->status == ASSAY_OK;
        pthread_mutex_unlock(&c->lock);
        if (is_wanted)
            c->each(&f->a, c->shown, c->context);
        analysis_done(&f->a);
        pthread_mutex_lock(&c->lock);
        c->is_showing = f->is_done = false;
    }
    pthread_cond_broadcast(&c->turn);
    pthread_mutex_unlock(&c->lock);
}

static void *work(void *context)
{
    crew *c = context;
    verdict_room room = {0};
    size_t i;
    while (take(c, &i)) {
        finished *f = &c->ahead[i % AHEAD_MAX];
        f->err = (assay_err){0};
        f->status = analysis_make_in(c->set, series_at(c->set, i), c->options[i], &room, &f->a, &f->err);
        pthread_mutex_lock(&c->lock);
        f->is_done = true;
        pthread_mutex_unlock(&c->lock);
        show_finished(c);
    }
    verdict_room_done(&room);
    return NULL;
}

assay_status analysis_make_all(const series_set *set, const analysis_options *const *options,
                               unsigned threads, analysis_visitor *each, void *context,
                               assay_err *err)
{
    pthread_t worker[CREW_MAX];
    unsigned started = 0;
    crew c = {.set = set, .options = options, .each = each, .context = context,
              .count = series_count(set)};
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.turn, NULL);
    for (; started + 1 < threads && started < CREW_MAX && started + 1 < c.count; started++)
        if (pthread_create(&worker[started], NULL, work, &c) != 0)
            break;
    work(&c);
    for (unsigned i = 0; i < started; i++)
        pthread_join(worker[i], NULL);
    pthread_cond_destroy(&c.turn);
    pthread_mutex_destroy(&c.lock);
    if (c.status != ASSAY_OK && err)
        *err = c.err;
    return c.status;
}
