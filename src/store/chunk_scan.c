/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each thread takes one stretch of chunks: rising numbers read ahead well, and the first failure
 * of the first thread that fails is the first of all. */
#include "store/chunk_scan.h"

#include <pthread.h>

typedef struct {
    pthread_t thread;
    chunk_source *source;
    void *context;
    unsigned number;
    size_t from, to;
    chunk_groups sum;
    assay_status status;
    assay_err err;
} worker;

void chunk_groups_merge(chunk_groups *g, const chunk_groups *next)
{
    g->n += next->n;
    g->groups += next->groups;
    g->min = next->min < g->min ? next->min : g->min;
    g->max = next->max > g->max ? next->max : g->max;
    g->sum += next->sum;
    g->sum2 += next->sum2;
    g->range_sum += next->range_sum;
    g->group_sum2 += next->group_sum2;
    g->grouped_sum2 += next->grouped_sum2;
}

static assay_status add_chunk(worker *w, chunk_codec *codec, size_t i)
{
    const void *bytes;
    size_t length;
    chunk_values v;
    assay_status status = w->source(w->context, w->number, i, &bytes, &length, &w->err);
    if (!status)
        status = chunk_values_open(codec, bytes, length, &v, &w->err);
    if (!status)
        status = chunk_groups_add(codec, &v, &w->sum, &w->err);
    if (status)
        w->err.at = i;
    return status;
}

static void *work(void *argument)
{
    worker *w = argument;
    chunk_codec *codec = NULL;
    w->status = chunk_codec_new(&codec, &w->err);
    for (size_t i = w->from; i < w->to && !w->status; i++)
        w->status = add_chunk(w, codec, i);
    chunk_codec_free(codec);
    return NULL;
}

static void prepare(worker *w, chunk_source *source, void *context, unsigned number,
                    unsigned threads, size_t count, const chunk_groups *total)
{
    *w = (worker){.source = source,
                  .context = context,
                  .number = number,
                  .from = count / threads * number,
                  .to = count / threads * (number + 1)};
    if (number + 1 == threads)
        w->to = count;
    chunk_groups_init(&w->sum, total->size, total->reference);
}

/* Start all but the first, which is the caller's; one that does not start is done here too. */
static void run(worker *w, unsigned threads)
{
    bool is_started[CHUNK_SCAN_THREADS] = {false};
    for (unsigned t = 1; t < threads; t++)
        is_started[t] = pthread_create(&w[t].thread, NULL, work, &w[t]) == 0;
    work(&w[0]);
    for (unsigned t = 1; t < threads; t++) {
        if (is_started[t])
            pthread_join(w[t].thread, NULL);
        else
            work(&w[t]);
    }
}

assay_status chunk_scan_groups(chunk_source *source, void *context, size_t count, unsigned threads,
                               chunk_groups *total, assay_err *err)
{
    worker w[CHUNK_SCAN_THREADS];
    threads = threads < 1 ? 1 : threads > CHUNK_SCAN_THREADS ? CHUNK_SCAN_THREADS : threads;
    threads = threads > count ? (unsigned)(count ? count : 1) : threads;
    for (unsigned t = 0; t < threads; t++)
        prepare(&w[t], source, context, t, threads, count, total);
    run(w, threads);
    for (unsigned t = 0; t < threads; t++)
        if (w[t].status) {
            if (err)
                *err = w[t].err;
            return w[t].status;
        }
    for (unsigned t = 0; t < threads; t++)
        chunk_groups_merge(total, &w[t].sum);
    return ASSAY_OK;
}
