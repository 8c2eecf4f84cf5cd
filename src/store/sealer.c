/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of jobs. Each worker looks at those of its characteristics alone, in order. */
#include "store/sealer.h"

#include <pthread.h>
#include <stdlib.h>

enum { JOBS = 512, THREADS_MAX = 16 };

typedef struct {
    struct sealer *s;
    pthread_t thread;
    chunk_codec *codec;
    unsigned number;
    bool is_started;
} seal_worker;

struct sealer {
    seal_job *job;
    uint64_t given, taken_back; /* the caller's: jobs given, jobs free again */
    pthread_mutex_t lock;       /* guards what follows and is_done of jobs */
    pthread_cond_t changed, done;
    uint64_t visible;
    bool is_stopping;
    unsigned threads;
    seal_worker worker[THREADS_MAX];
};

static void pack(seal_job *j, chunk_codec *codec)
{
    buf_clear(&j->values);
    buf_clear(&j->times);
    j->plain.time = j->rows->time;
    j->plain.mantissa = j->rows->mantissa;
    j->status = chunk_plain_pack(codec, &j->plain, j->lag, &j->values, &j->times, &j->err);
    if (!j->status)
        j->status = chunk_plain_summarise(codec, &j->plain, j->values.data, j->values.length,
                                          j->summary, &j->summary_length, &j->err);
}

static bool is_mine(const seal_worker *w, const seal_job *j)
{
    return j->number % w->s->threads == w->number;
}

static void *work(void *argument)
{
    seal_worker *w = argument;
    sealer *s = w->s;
    pthread_mutex_lock(&s->lock);
    for (uint64_t next = 0;;) {
        while (next == s->visible && !s->is_stopping)
            pthread_cond_wait(&s->changed, &s->lock);
        if (next == s->visible)
            break;
        uint64_t end = s->visible;
        pthread_mutex_unlock(&s->lock);
        for (; next < end; next++) {
            seal_job *j = &s->job[next % JOBS];
            if (!is_mine(w, j))
                continue;
            pack(j, w->codec);
            pthread_mutex_lock(&s->lock);
            j->is_done = true;
            pthread_cond_signal(&s->done);
            pthread_mutex_unlock(&s->lock);
        }
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

assay_status sealer_new(unsigned threads, sealer **out, assay_err *err)
{
    sealer *s = calloc(1, sizeof *s);
    if (s)
        s->job = calloc(JOBS, sizeof *s->job);
    if (!s || !s->job) {
        free(s);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to pack rows");
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    pthread_cond_init(&s->done, NULL);
    s->threads = threads < THREADS_MAX ? threads : THREADS_MAX;
    unsigned codecs = s->threads ? s->threads : 1;
    assay_status status = ASSAY_OK;
    for (unsigned i = 0; i < codecs && !status; i++) {
        s->worker[i] = (seal_worker){.s = s, .number = i};
        status = chunk_codec_new(&s->worker[i].codec, err);
    }
    for (unsigned i = 0; i < s->threads && !status; i++) {
        s->worker[i].is_started = pthread_create(&s->worker[i].thread, NULL, work, &s->worker[i]) == 0;
        if (!s->worker[i].is_started)
            status = assay_fail(err, ASSAY_LIMIT, 0, "the system gives no more threads");
    }
    if (status) {
        sealer_free(s);
        return status;
    }
    *out = s;
    return ASSAY_OK;
}

void sealer_free(sealer *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->is_stopping = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    for (unsigned i = 0; i < THREADS_MAX; i++) {
        if (s->worker[i].is_started)
            pthread_join(s->worker[i].thread, NULL);
        chunk_codec_free(s->worker[i].codec);
    }
    for (size_t i = 0; i < JOBS; i++) {
        buf_done(&s->job[i].values);
        buf_done(&s->job[i].times);
    }
    pthread_cond_destroy(&s->done);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->job);
    free(s);
}

seal_job *sealer_take(sealer *s)
{
    return s->given - s->taken_back < JOBS ? &s->job[s->given % JOBS] : NULL;
}

void sealer_give(sealer *s)
{
    seal_job *j = &s->job[s->given++ % JOBS];
    j->is_done = false;
    if (!s->threads) {
        pack(j, s->worker[0].codec);
        j->is_done = true;
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->visible = s->given;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

seal_job *sealer_done(sealer *s, bool wait)
{
    if (s->given == s->taken_back)
        return NULL;
    seal_job *j = &s->job[s->taken_back % JOBS];
    pthread_mutex_lock(&s->lock);
    while (wait && !j->is_done)
        pthread_cond_wait(&s->done, &s->lock);
    bool is_done = j->is_done;
    pthread_mutex_unlock(&s->lock);
    return is_done ? j : NULL;
}

void sealer_back(sealer *s)
{
    s->taken_back++;
}
