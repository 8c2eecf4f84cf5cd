/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/csv_pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { threads_max = 16 };

typedef struct {
    csv_block block;
    bool is_used, is_done;
    const csv_worker *worker; /* that filled it last: it stands in the cache of its processor */
    uint64_t freed;           /* when: the latest is the warmest */
    assay_status status;
    assay_err err;
} slot;

struct csv_pool {
    csv_input *input;
    unsigned threads; /* 1: none but the caller's */
    unsigned started;
    pthread_t thread[threads_max];
    csv_worker *worker[threads_max];
    slot *slots;
    slot **order; /* a ring: that of block number % count */
    unsigned count;
    pthread_mutex_t reading; /* who holds it cuts the next block */
    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t changed;
    uint64_t taken, given; /* blocks cut, blocks the caller is through with */
    bool is_ended, is_stopping, has_given;
    /* draining: who finishes a block hands on what is next in order */
    csv_pool_taker *take;
    void *context;
    bool is_handing, is_drained;
    pthread_cond_t drained;
    assay_status status;
    assay_err err;
};

typedef struct {
    csv_pool *pool;
    csv_worker *worker;
} task;

/* Of the free slots the warmest of this worker's, else a fresh one, else the coldest. */
static slot *slot_choose(csv_pool *p, const csv_worker *worker)
{
    slot *own = NULL, *other = NULL;
    for (unsigned i = 0; i < p->count; i++) {
        slot *s = &p->slots[i];
        if (s->is_used)
            continue;
        if (s->worker == worker && (!own || s->freed > own->freed))
            own = s;
        if (!other || s->freed < other->freed)
            other = s;
    }
    slot *s = own ? own : other;
    s->is_used = true;
    s->worker = worker;
    return p->order[p->taken % p->count] = s;
}

static slot *slot_next(const csv_pool *p)
{
    return p->order[p->given % p->count];
}

static void slot_free(csv_pool *p)
{
    slot *s = slot_next(p);
    s->is_used = s->is_done = false;
    s->freed = ++p->given;
    p->order[(p->given - 1) % p->count] = NULL;
    pthread_cond_broadcast(&p->changed);
}

/* Cut the next block into a free slot; NULL when there is nothing more to do. */
static slot *slot_take(csv_pool *p, const csv_worker *worker)
{
    pthread_mutex_lock(&p->reading);
    pthread_mutex_lock(&p->lock);
    while (!p->is_stopping && !p->is_ended && p->taken - p->given >= p->count)
        pthread_cond_wait(&p->changed, &p->lock);
    slot *s = p->is_stopping || p->is_ended ? NULL : slot_choose(p, worker);
    pthread_mutex_unlock(&p->lock);
    if (s) {
        s->status = csv_input_take(p->input, &s->block, &s->err);
        bool is_end = s->status != ASSAY_OK || (s->block.length == 0 && !s->block.has_long_line);
        pthread_mutex_lock(&p->lock);
        p->taken++;
        p->is_ended = is_end;
        pthread_mutex_unlock(&p->lock);
    }
    pthread_mutex_unlock(&p->reading);
    return s;
}

/* With the lock held; gives it up while a block is with the taker. */
static void hand_on(csv_pool *p)
{
    slot *s;
    while (p->take && !p->is_handing && !p->is_drained &&
           (s = slot_next(p)) != NULL && s->is_done) {
        p->is_handing = true;
        pthread_mutex_unlock(&p->lock);
        bool is_end = s->status == ASSAY_OK && s->block.length == 0 && !s->block.has_long_line;
        assay_status status = s->status;
        if (status == ASSAY_OK)
            status = p->take(p->context, &s->block, &s->err);
        pthread_mutex_lock(&p->lock);
        if (status != ASSAY_OK) {
            p->status = status;
            p->err = s->err;
            p->is_stopping = true;
        }
        p->is_drained = is_end || status != ASSAY_OK;
        p->is_handing = false;
        slot_free(p);
    }
    if (p->is_drained)
        pthread_cond_signal(&p->drained);
}

static void *work(void *argument)
{
    task t = *(task *)argument;
    free(argument);
    for (slot *s; (s = slot_take(t.pool, t.worker)) != NULL;) {
        if (s->status == ASSAY_OK)
            csv_rows_parse(t.worker, &s->block);
        pthread_mutex_lock(&t.pool->lock);
        s->is_done = true;
        if (t.pool->take)
            hand_on(t.pool);
        else
            pthread_cond_broadcast(&t.pool->changed);
        pthread_mutex_unlock(&t.pool->lock);
    }
    return NULL;
}

static assay_status thread_start(csv_pool *p, unsigned i, assay_err *err)
{
    task *t = malloc(sizeof *t);
    if (!t)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a thread");
    *t = (task){p, p->worker[i]};
    if (pthread_create(&p->thread[i], NULL, work, t) != 0) {
        free(t);
        return assay_fail(err, ASSAY_LIMIT, 0, "the system gives no more threads");
    }
    p->started++;
    return ASSAY_OK;
}

assay_status csv_pool_open(const csv_plan *plan, csv_input *input, unsigned threads, csv_pool **out,
                           assay_err *err)
{
    csv_pool *p = calloc(1, sizeof *p);
    if (!p)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    p->input = input;
    p->threads = threads < 1 ? 1 : threads > threads_max ? threads_max : threads;
    p->count = p->threads == 1 ? 1 : 2 * p->threads + 1;
    pthread_mutex_init(&p->reading, NULL);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    pthread_cond_init(&p->drained, NULL);
    p->slots = calloc(p->count, sizeof *p->slots);
    p->order = calloc(p->count, sizeof(slot *));
    assay_status status = p->slots && p->order ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    for (unsigned i = 0; status == ASSAY_OK && i < p->threads; i++)
        status = csv_worker_new(plan, i, &p->worker[i], err);
    for (unsigned i = 0; status == ASSAY_OK && p->threads > 1 && i < p->threads; i++)
        status = thread_start(p, i, err);
    if (status == ASSAY_OK)
        *out = p;
    else
        csv_pool_close(p);
    return status;
}

void csv_pool_close(csv_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->started; i++)
        pthread_join(p->thread[i], NULL);
    for (unsigned i = 0; i < p->threads; i++)
        csv_worker_free(p->worker[i]);
    for (unsigned i = 0; p->slots && i < p->count; i++)
        csv_block_done(&p->slots[i].block);
    free(p->slots);
    free(p->order);
    pthread_cond_destroy(&p->changed);
    pthread_cond_destroy(&p->drained);
    pthread_mutex_destroy(&p->lock);
    pthread_mutex_destroy(&p->reading);
    free(p);
}

static slot *slot_wait(csv_pool *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->has_given)
        slot_free(p);
    p->has_given = true;
    slot *s;
    while ((s = slot_next(p)) == NULL || !s->is_done)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
    return s;
}

assay_status csv_pool_next(csv_pool *p, csv_block **out, assay_err *err)
{
    slot *s = p->slots;
    if (p->threads == 1) {
        s->status = csv_input_take(p->input, &s->block, &s->err);
        if (s->status == ASSAY_OK)
            csv_rows_parse(p->worker[0], &s->block);
    } else {
        s = slot_wait(p);
    }
    if (s->status != ASSAY_OK) {
        if (err)
            *err = s->err;
        return s->status;
    }
    *out = &s->block;
    return ASSAY_OK;
}

static assay_status drain_alone(csv_pool *p, csv_pool_taker *take, void *context, assay_err *err)
{
    csv_block *b;
    for (;;) {
        assay_status status = csv_pool_next(p, &b, err);
        if (status == ASSAY_OK)
            status = take(context, b, err);
        if (status != ASSAY_OK || (b->length == 0 && !b->has_long_line))
            return status;
    }
}

assay_status csv_pool_drain(csv_pool *p, csv_pool_taker *take, void *context, assay_err *err)
{
    if (p->threads == 1)
        return drain_alone(p, take, context, err);
    pthread_mutex_lock(&p->lock);
    p->take = take;
    p->context = context;
    hand_on(p);
    while (!p->is_drained)
        pthread_cond_wait(&p->drained, &p->lock);
    assay_status status = p->status;
    pthread_mutex_unlock(&p->lock);
    if (status != ASSAY_OK && err)
        *err = p->err;
    return status;
}
