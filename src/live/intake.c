/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The intake's thread: takes what waits, stores it as one group, tells the doors, evaluates. What
 * arrives during one commit is the next group, so that the slower the disk, the more a group
 * holds. Trouble of the machine (disk full, no memory) keeps the group and tries again each second;
 * trouble of one parcel costs that parcel alone.
 */
#include "live/intake_inner.h"

#include "base/buf.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RETRY_MS = 1000,
    IDLE_MS = 20,        /* silence before the store tidies up */
    BUSY_ROWS = 1 << 18, /* rows and groups after which it tidies up all the same */
    BUSY_GROUPS = 1 << 12,
};

typedef struct job {
    intake_work *work;
    void *context;
    bool is_waited_for, is_over; /* its caller stands in intake_do, the job on its stack */
    assay_status status;
    assay_err *err;
    struct job *next;
} job;

typedef struct {
    job *first, **end;
} jobs;

struct intake {
    intake_options options;
    intake_accounts accounts;
    intake_groups groups;
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t news, over;
    bool is_closing;
    parcel *first, **end;
    uint64_t waiting;
    jobs now, later; /* later: kept back while the disk is full */
    intake_health health;
    uint32_t commit_us[HEALTH_GROUPS];

    /* of the thread alone */
    uint64_t rows_since, groups_since;
    bool is_tidy;
};

/* -- queue --------------------------------------------------------------------------------- */

static struct timespec after_ms(long ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

void intake_offer(intake *i, parcel *p)
{
    parcel_whole *w = parcel_inside(p);
    p->received = p->rows->n + w->refused + p->duplicates;
    p->status = ASSAY_OK;
    p->next = NULL;
    if (!p->arrived)
        p->arrived = time_now();
    if (!w->account)
        w->account = accounts_find(&i->accounts, p->source);
    accounts_wait(&i->accounts, w->account, p->received);
    pthread_mutex_lock(&i->lock);
    *i->end = p;
    i->end = &p->next;
    i->waiting++;
    pthread_cond_signal(&i->news);
    pthread_mutex_unlock(&i->lock);
}

/* The oldest parcels, up to a group's measure. Under the lock. */
static parcel *take_group(intake *i)
{
    parcel *list = i->first, **end = &list;
    size_t rows = 0;
    while (*end && (rows == 0 || rows + (*end)->rows->n <= GROUP_ROWS)) {
        rows += (*end)->rows->n + 1;
        end = &(*end)->next;
        i->waiting--;
    }
    i->first = *end;
    *end = NULL;
    if (!i->first)
        i->end = &i->first;
    return list;
}

/* -- jobs ---------------------------------------------------------------------------------- */

static void job_add(jobs *list, job *j)
{
    *list->end = j;
    list->end = &j->next;
}

static job *jobs_take(jobs *list)
{
    job *first = list->first;
    list->first = NULL;
    list->end = &list->first;
    return first;
}

static void tell_committed(const intake *i)
{
    if (i->options.committed)
        i->options.committed(i->options.committed_context);
}

static void run_job(intake *i, job *j)
{
    assay_status status = j->work(i->options.store, j->context, j->err);
    tell_committed(i);
    if (!j->is_waited_for) {
        free(j);
        return;
    }
    pthread_mutex_lock(&i->lock);
    j->status = status;
    j->is_over = true;
    pthread_cond_broadcast(&i->over);
    pthread_mutex_unlock(&i->lock);
}

static void run_jobs(intake *i, bool with_later)
{
    pthread_mutex_lock(&i->lock);
    job *lists[] = {jobs_take(&i->now), with_later ? jobs_take(&i->later) : NULL};
    pthread_mutex_unlock(&i->lock);
    for (int k = 0; k < 2; k++) {
        for (job *j = lists[k], *next; j; j = next) {
            next = j->next;
            run_job(i, j);
        }
    }
}

assay_status intake_do(intake *i, intake_work *work, void *context, assay_err *err)
{
    job j = {.work = work, .context = context, .is_waited_for = true, .err = err};
    pthread_mutex_lock(&i->lock);
    job_add(&i->now, &j);
    pthread_cond_signal(&i->news);
    while (!j.is_over)
        pthread_cond_wait(&i->over, &i->lock);
    pthread_mutex_unlock(&i->lock);
    return j.status;
}

bool intake_later(intake *i, intake_work *work, void *context)
{
    job *j = calloc(1, sizeof *j);
    if (!j)
        return false;
    *j = (job){.work = work, .context = context};
    pthread_mutex_lock(&i->lock);
    job_add(&i->later, j);
    pthread_cond_signal(&i->news);
    pthread_mutex_unlock(&i->lock);
    return true;
}

/* -- trouble ------------------------------------------------------------------------------- */

static void publish(intake *i, const char *level, const char *text)
{
    buf out = BUF_INIT;
    if (!i->options.bus)
        return;
    buf_addf(&out, "{\"level\": \"%s\", \"text\": ", level);
    json_quote(&out, text, strlen(text));
    buf_add_char(&out, '}');
    if (!out.failed)
        bus_publish(i->options.bus, EVENT_NOTICE, 0, out.data, out.length);
    bus_flush(i->options.bus);
    buf_done(&out);
}

/* The machine's, not the parcel's: it may pass. */
static bool may_pass(assay_status status)
{
    return status == ASSAY_FULL || status == ASSAY_IO || status == ASSAY_BUSY ||
           status == ASSAY_MEMORY;
}

static void note_trouble(intake *i, const assay_err *e, bool is_full)
{
    pthread_mutex_lock(&i->lock);
    bool is_news = is_full && !i->health.is_full;
    i->health.is_full |= is_full;
    snprintf(i->health.trouble, sizeof i->health.trouble, "%.199s", e->message);
    pthread_mutex_unlock(&i->lock);
    if (!is_news)
        return;
    char text[600];
    snprintf(text, sizeof text, "nothing can be stored, and nothing is acknowledged: %s",
             e->message);
    publish(i, "alarm", text);
}

static void note_recovery(intake *i)
{
    pthread_mutex_lock(&i->lock);
    bool was_full = i->health.is_full;
    i->health.is_full = false;
    if (was_full)
        i->health.trouble[0] = 0;
    pthread_mutex_unlock(&i->lock);
    if (was_full)
        publish(i, "info", "measurements are stored again; nothing acknowledged was lost");
}

/* -- groups -------------------------------------------------------------------------------- */

static uint64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void note_group(intake *i, const parcel *list, uint64_t commit, uint64_t us)
{
    uint64_t rows = 0;
    for (const parcel *p = list; p; p = p->next)
        rows += p->rows->n;
    i->rows_since += rows;
    i->groups_since++;
    i->is_tidy = false;
    pthread_mutex_lock(&i->lock);
    i->commit_us[i->health.groups % HEALTH_GROUPS] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
    i->health.groups++;
    i->health.rows += rows;
    i->health.commit = commit;
    pthread_mutex_unlock(&i->lock);
}

/* A parcel is its door's again with the call of `done`, so that the evaluator sees it before. */
static void finish(intake *i, parcel *list)
{
    const evaluator *e = &i->options.evaluator;
    uint64_t commit = list->commit;
    for (parcel *p = list, *next; p; p = next) {
        next = p->next;
        if (e->take && p->rows->n)
            e->take(e->context, p);
        p->done(p, p->context);
    }
    if (e->settle)
        e->settle(e->context, commit);
    tell_committed(i);
}

static void give_back(intake *i, parcel *p, assay_status status, const assay_err *e)
{
    accounts_settle(&i->accounts, parcel_inside(p)->account, p->received, NULL);
    p->status = status;
    p->err = *e;
    p->done(p, p->context);
}

static assay_status store_list(intake *i, parcel *list, assay_err *e)
{
    uint64_t commit = 0, from = clock_us();
    assay_status status = groups_store(&i->groups, list, &commit, e);
    if (status != ASSAY_OK)
        return status;
    note_group(i, list, commit, clock_us() - from);
    note_recovery(i);
    finish(i, list);
    return ASSAY_OK;
}

/* False: closing, and the trouble has not passed. Meanwhile others may still read and try. */
static bool wait_for_better(intake *i)
{
    struct timespec until = after_ms(RETRY_MS);
    pthread_mutex_lock(&i->lock);
    bool is_closing = i->is_closing;
    while (!i->is_closing && !i->now.first &&
           pthread_cond_timedwait(&i->news, &i->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&i->lock);
    run_jobs(i, false);
    return !is_closing;
}

/* One parcel, until it is stored or is at fault itself. */
static void store_one(intake *i, parcel *p)
{
    assay_err e;
    assay_status status;
    while ((status = store_list(i, p, &e)) != ASSAY_OK) {
        note_trouble(i, &e, may_pass(status));
        if (!may_pass(status) || !wait_for_better(i)) {
            give_back(i, p, status, &e);
            return;
        }
    }
}

static void store_each(intake *i, parcel *list)
{
    for (parcel *p = list, *next; p; p = next) {
        next = p->next;
        p->next = NULL;
        store_one(i, p);
    }
}

static void store_group(intake *i, parcel *list)
{
    assay_err e;
    assay_status status;
    while ((status = store_list(i, list, &e)) != ASSAY_OK) {
        if (!may_pass(status)) {
            store_each(i, list);
            return;
        }
        note_trouble(i, &e, true);
        if (!wait_for_better(i)) {
            store_each(i, list);
            return;
        }
    }
}

/* -- the thread ---------------------------------------------------------------------------- */

/* Under the lock: until there is news, or silence long enough to tidy up. */
static bool wait_for_news(intake *i)
{
    struct timespec until = after_ms(IDLE_MS);
    while (!i->first && !i->now.first && !i->later.first && !i->is_closing) {
        if (i->is_tidy)
            pthread_cond_wait(&i->news, &i->lock);
        else if (pthread_cond_timedwait(&i->news, &i->lock, &until) != 0)
            return false;
    }
    return true;
}

static void wait_for_company(intake *i)
{
    if (i->options.group_us && i->first && !i->is_closing) {
        struct timespec pause = {0, i->options.group_us * 1000l};
        pthread_mutex_unlock(&i->lock);
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&i->lock);
    }
}

static void tidy(intake *i)
{
    i->is_tidy = !ingest_idle(i->groups.ingest);
    i->rows_since = i->groups_since = 0;
}

static bool step(intake *i)
{
    pthread_mutex_lock(&i->lock);
    bool is_news = wait_for_news(i);
    wait_for_company(i);
    parcel *list = take_group(i);
    bool is_over = i->is_closing && !list && !i->now.first && !i->later.first;
    pthread_mutex_unlock(&i->lock);
    run_jobs(i, true);
    if (list)
        store_group(i, list);
    if (!is_news || i->rows_since > BUSY_ROWS || i->groups_since > BUSY_GROUPS)
        tidy(i);
    return !is_over;
}

static void *run(void *context)
{
    while (step(context))
        ;
    return NULL;
}

/* -- life ---------------------------------------------------------------------------------- */

static void init_sync(intake *i)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&i->news, &monotonic);
    pthread_cond_init(&i->over, NULL);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&i->lock, NULL);
    i->end = &i->first;
    i->now.end = &i->now.first;
    i->later.end = &i->later.first;
}

assay_status intake_open(const intake_options *o, intake **out, assay_err *err)
{
    intake *i = calloc(1, sizeof *i);
    if (!i)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the intake");
    i->options = *o;
    init_sync(i);
    i->groups = (intake_groups){.store = o->store, .catalog = o->catalog, .accounts = &i->accounts};
    assay_status status = accounts_open(&i->accounts, o->store, err);
    if (status == ASSAY_OK)
        status = groups_open(&i->groups, err);
    if (status == ASSAY_OK) {
        i->has_thread = pthread_create(&i->thread, NULL, run, i) == 0;
        if (!i->has_thread)
            status = assay_fail(err, ASSAY_MEMORY, 0, "cannot start the intake's thread");
    }
    if (status != ASSAY_OK) {
        intake_close(i);
        return status;
    }
    *out = i;
    return ASSAY_OK;
}

void intake_close(intake *i)
{
    if (!i)
        return;
    pthread_mutex_lock(&i->lock);
    i->is_closing = true;
    pthread_cond_broadcast(&i->news);
    pthread_mutex_unlock(&i->lock);
    if (i->has_thread)
        pthread_join(i->thread, NULL);
    groups_close(&i->groups);
    accounts_close(&i->accounts);
    pthread_cond_destroy(&i->news);
    pthread_cond_destroy(&i->over);
    pthread_mutex_destroy(&i->lock);
    free(i);
}

/* -- what there is to see ------------------------------------------------------------------ */

void intake_sources(intake *i, intake_source_visitor *visit, void *context)
{
    accounts_visit(&i->accounts, visit, context);
}

void intake_expect(intake *i, const char *source, int64_t stale_after_ns)
{
    accounts_expect(&i->accounts, source, stale_after_ns);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

intake_health intake_state(intake *i)
{
    uint32_t us[HEALTH_GROUPS];
    pthread_mutex_lock(&i->lock);
    intake_health h = i->health;
    h.waiting_parcels = i->waiting;
    memcpy(us, i->commit_us, sizeof us);
    pthread_mutex_unlock(&i->lock);
    size_t n = h.groups < HEALTH_GROUPS ? h.groups : HEALTH_GROUPS;
    if (n) {
        qsort(us, n, sizeof *us, by_size);
        h.commit_ns_p50 = us[n / 2] * UINT64_C(1000);
        h.commit_ns_p99 = us[n - 1 - n / 100] * UINT64_C(1000);
    }
    return h;
}
