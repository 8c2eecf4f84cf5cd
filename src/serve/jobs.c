/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/jobs.h"

#include "base/i18n.h"
#include "serve/page.h"

#include <pthread.h>
#include <stdlib.h>

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    request *first, **last;
    unsigned waiting, threads;
    bool is_closing;
    jobs_done *done;
    pthread_t thread[JOBS_THREADS];
};

static request *take(jobs *j)
{
    pthread_mutex_lock(&j->lock);
    while (!j->first && !j->is_closing)
        pthread_cond_wait(&j->wake, &j->lock);
    request *r = j->first;
    if (r) {
        j->first = r->next;
        j->waiting--;
        if (!j->first)
            j->last = &j->first;
    }
    pthread_mutex_unlock(&j->lock);
    return r;
}

static void *work(void *context)
{
    jobs *j = context;
    for (request *r; (r = take(j)) != NULL;) {
        i18n_borrow(page_language_name(r)); /* what is refused is told in the reader's words */
        r->route->run(r);
        i18n_return();
        j->done(r);
    }
    return NULL;
}

assay_status jobs_open(jobs_done *done, jobs **out, assay_err *err)
{
    jobs *j = calloc(1, sizeof *j);
    if (!j)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    j->last = &j->first;
    j->done = done;
    while (j->threads < JOBS_THREADS &&
           pthread_create(&j->thread[j->threads], NULL, work, j) == 0)
        j->threads++;
    if (j->threads == 0) {
        jobs_close(j);
        return assay_fail(err, ASSAY_MEMORY, 0, "cannot start a thread");
    }
    *out = j;
    return ASSAY_OK;
}

bool jobs_add(jobs *j, request *r)
{
    pthread_mutex_lock(&j->lock);
    bool has_room = j->waiting < JOBS_WAITING && !j->is_closing;
    if (has_room) {
        r->next = NULL;
        *j->last = r;
        j->last = &r->next;
        j->waiting++;
        pthread_cond_signal(&j->wake);
    }
    pthread_mutex_unlock(&j->lock);
    return has_room;
}

unsigned jobs_waiting(jobs *j)
{
    pthread_mutex_lock(&j->lock);
    unsigned n = j->waiting;
    pthread_mutex_unlock(&j->lock);
    return n;
}

void jobs_close(jobs *j)
{
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->is_closing = true;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
    for (unsigned i = 0; i < j->threads; i++)
        pthread_join(j->thread[i], NULL);
    pthread_cond_destroy(&j->wake);
    pthread_mutex_destroy(&j->lock);
    free(j);
}
