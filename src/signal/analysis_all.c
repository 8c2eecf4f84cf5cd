/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many characteristics: workers take the next series each; the visitor sees them in order. Not
 * more than a few finished analyses wait for their turn, so memory stays bounded. */
#include "signal/analysis.h"

#include "signal/verdict.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct {
    const series_set *set;
    const analysis_options *const *options;
    analysis_visitor *each;
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    size_t next, shown, count;
    assay_status status;
    assay_err err;
} crew;

static bool take(crew *c, size_t *i)
{
    pthread_mutex_lock(&c->lock);
    bool is_taken = c->status == ASSAY_OK && c->next < c->count;
    *i = c->next;
    c->next += is_taken;
    pthread_mutex_unlock(&c->lock);
    return is_taken;
}

static void show(crew *c, size_t i, const analysis *a, assay_status status, const assay_err *err)
{
    pthread_mutex_lock(&c->lock);
    while (c->shown != i)
        pthread_cond_wait(&c->turn, &c->lock);
    if (c->status == ASSAY_OK && status != ASSAY_OK) {
        c->status = status;
        c->err = *err;
        c->err.at = i;
    }
    if (c->status == ASSAY_OK)
        c->each(a, i, c->context);
    c->shown++;
    pthread_cond_broadcast(&c->turn);
    pthread_mutex_unlock(&c->lock);
}

static void *work(void *context)
{
    crew *c = context;
    verdict_room room = {0};
    size_t i;
    while (take(c, &i)) {
        analysis a;
        assay_err err = {0};
        assay_status status =
            analysis_make_in(c->set, series_at(c->set, i), c->options[i], &room, &a, &err);
        show(c, i, &a, status, &err);
        analysis_done(&a);
    }
    verdict_room_done(&room);
    return NULL;
}

assay_status analysis_make_all(const series_set *set, const analysis_options *const *options,
                               unsigned threads, analysis_visitor *each, void *context,
                               assay_err *err)
{
    enum { CREW_MAX = 64 };
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
