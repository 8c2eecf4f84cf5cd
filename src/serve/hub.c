/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A listener falls asleep under the lock, and only when no news came since it last looked; whoever
 * brings news counts them under the same lock before waking. So nobody sleeps over anything. */
#include "serve/hub.h"

#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIGN_OF_LIFE_S = 15, MANY = 64, GATHER_MS = 20 };

typedef struct listener {
    hub *hub;
    struct MHD_Connection *connection;
    hub_wish wish;
    identity *who; /* NULL: sees every site */
    bool is_asleep, is_greeted;
    time_t said; /* when something was last sent, monotonic seconds */
    uint64_t news;
    char *rest; /* of a text larger than the buffer */
    size_t rest_at, rest_length;
    struct listener *before, *after;
} listener;

struct hub {
    bus *bus;
    catalog *catalog;
    bus_listener *ear;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    listener *first;
    unsigned count;
    uint64_t news; /* how often there were any */
    bool has_news, is_stopping;
    bool has_thread;
    pthread_t thread;
};

static time_t now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec;
}

/* -- what a listener gets ------------------------------------------------------------------------ */

typedef struct {
    listener *listener;
    char *out;
    size_t length, room;
    bool is_full;
} filling;

static bool wants(const listener *l, const event *e)
{
    const hub_wish *w = &l->wish;
    if (e->kind == EVENT_GAP)
        return true;
    if (w->characteristic && e->characteristic != w->characteristic)
        return false;
    if (!w->under && !l->who)
        return true;
    if (!e->characteristic)
        return !w->under && !l->who;
    const char *path = catalog_path(l->hub->catalog,
                                    catalog_of_number(l->hub->catalog, e->characteristic));
    return (!w->under || strncmp(path, w->under, strlen(w->under)) == 0) &&
           (!l->who || identity_may(l->who, SCOPE_READ, path));
}

/* A text that does not fit even alone is kept and sent in pieces. */
static void keep_rest(listener *l, const char *head, size_t head_length, const event *e)
{
    l->rest = malloc(head_length + e->length + 2);
    if (!l->rest)
        return;
    memcpy(l->rest, head, head_length);
    memcpy(l->rest + head_length, e->json, e->length);
    memcpy(l->rest + head_length + e->length, "\n\n", 2);
    l->rest_length = head_length + e->length + 2;
    l->rest_at = 0;
}

static bool add_event(const event *e, void *context)
{
    filling *f = context;
    listener *l = f->listener;
    char head[80];
    if (!wants(l, e))
        return true;
    int n = snprintf(head, sizeof head, "id: %llu\nevent: %s\ndata: ", (unsigned long long)e->id,
                     event_name(e->kind));
    size_t need = (size_t)n + e->length + 2;
    if (need > f->room - f->length) {
        if (f->length == 0) {
            keep_rest(l, head, (size_t)n, e);
            l->wish.last = e->id;
        }
        f->is_full = true;
        return false;
    }
    memcpy(f->out + f->length, head, (size_t)n);
    memcpy(f->out + f->length + n, e->json, e->length);
    memcpy(f->out + f->length + need - 2, "\n\n", 2);
    f->length += need;
    l->wish.last = e->id;
    return true;
}

static size_t take_rest(listener *l, char *out, size_t room)
{
    size_t n = l->rest_length - l->rest_at;
    n = n < room ? n : room;
    memcpy(out, l->rest + l->rest_at, n);
    l->rest_at += n;
    if (l->rest_at == l->rest_length) {
        free(l->rest);
        l->rest = NULL;
    }
    return n;
}

static size_t fill(listener *l, char *out, size_t room)
{
    filling f = {.listener = l, .out = out, .room = room};
    if (!l->is_greeted) {
        static const char greeting[] = "retry: 2000\n\n";
        l->is_greeted = true;
        memcpy(out, greeting, sizeof greeting - 1);
        return sizeof greeting - 1;
    }
    if (!l->rest) {
        uint64_t seen =
            bus_after(l->hub->bus, l->wish.last, l->wish.kinds | EVENT_GAP, add_event, &f);
        l->wish.last = f.is_full ? l->wish.last : seen;
    }
    if (l->rest)
        f.length = take_rest(l, out, room);
    if (!f.length && now_s() - l->said >= SIGN_OF_LIFE_S) {
        memcpy(out, ":\n\n", 3);
        f.length = 3;
    }
    return f.length;
}

/* True: it sleeps now; false: there is news, or it is over. */
static bool fall_asleep(listener *l)
{
    hub *h = l->hub;
    pthread_mutex_lock(&h->lock);
    l->is_asleep = l->news == h->news && !h->is_stopping;
    l->news = h->news;
    if (l->is_asleep)
        MHD_suspend_connection(l->connection);
    bool is_asleep = l->is_asleep;
    pthread_mutex_unlock(&h->lock);
    return is_asleep;
}

static ssize_t on_read(void *context, uint64_t position, char *out, size_t room)
{
    listener *l = context;
    (void)position;
    while (!l->hub->is_stopping) {
        size_t length = room >= 16 ? fill(l, out, room) : 0;
        if (length > 0) {
            l->said = now_s();
            return (ssize_t)length;
        }
        if (fall_asleep(l))
            return 0;
    }
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static void on_free(void *context)
{
    listener *l = context;
    hub *h = l->hub;
    pthread_mutex_lock(&h->lock);
    *(l->before ? &l->before->after : &h->first) = l->after;
    if (l->after)
        l->after->before = l->before;
    h->count--;
    pthread_mutex_unlock(&h->lock);
    free((char *)l->wish.under);
    free(l->who);
    free(l->rest);
    free(l);
}

static bool copy_wish(listener *l, const request *r, const hub_wish *wish)
{
    l->wish = *wish;
    l->wish.under = wish->under ? strdup(wish->under) : NULL;
    if (wish->under && !l->wish.under)
        return false;
    if (identity_may(&r->who, SCOPE_READ, NULL))
        return true;
    l->who = malloc(sizeof *l->who);
    if (l->who)
        *l->who = r->who;
    return l->who != NULL;
}

struct MHD_Response *hub_listen(hub *h, request *r, const hub_wish *wish)
{
    listener *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->hub = h;
    l->connection = r->connection;
    l->said = now_s();
    bool is_copied = copy_wish(l, r, wish);
    pthread_mutex_lock(&h->lock);
    l->news = h->news;
    l->after = h->first;
    if (h->first)
        h->first->before = l;
    h->first = l;
    h->count++;
    pthread_mutex_unlock(&h->lock);
    struct MHD_Response *m =
        is_copied ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16, on_read, l, on_free)
                  : NULL;
    if (!m)
        on_free(l);
    return m;
}

/* -- waking ---------------------------------------------------------------------------------------- */

static void wake_some(hub *h, bool (*is_meant)(const listener *l))
{
    for (listener *l = h->first; l; l = l->after)
        if (l->is_asleep && is_meant(l)) {
            l->is_asleep = false;
            MHD_resume_connection(l->connection);
        }
}

static bool everybody(const listener *l)
{
    (void)l;
    return true;
}

static bool who_heard_nothing(const listener *l)
{
    return now_s() - l->said >= SIGN_OF_LIFE_S;
}

/* Many listeners are woken for many events at once: twenty milliseconds are not seen. */
static void gather(hub *h)
{
    const struct timespec pause = {.tv_nsec = GATHER_MS * 1000000};
    if (h->count < MANY)
        return;
    pthread_mutex_unlock(&h->lock);
    nanosleep(&pause, NULL);
    pthread_mutex_lock(&h->lock);
}

static void *spread(void *context)
{
    hub *h = context;
    pthread_mutex_lock(&h->lock);
    while (!h->is_stopping) {
        while (!h->has_news && !h->is_stopping)
            pthread_cond_wait(&h->wake, &h->lock);
        gather(h);
        h->has_news = false;
        h->news++;
        wake_some(h, everybody);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* In the publisher's thread. */
static void on_news(void *context)
{
    hub *h = context;
    pthread_mutex_lock(&h->lock);
    h->has_news = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
}

void hub_tick(hub *h)
{
    pthread_mutex_lock(&h->lock);
    wake_some(h, who_heard_nothing);
    pthread_mutex_unlock(&h->lock);
}

unsigned hub_count(hub *h)
{
    pthread_mutex_lock(&h->lock);
    unsigned n = h->count;
    pthread_mutex_unlock(&h->lock);
    return n;
}

/* -- opening ---------------------------------------------------------------------------------------- */

assay_status hub_open(bus *b, catalog *c, hub **out, assay_err *err)
{
    hub *h = calloc(1, sizeof *h);
    if (!h)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    h->bus = b;
    h->catalog = c;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->wake, NULL);
    h->ear = bus_listen(b, on_news, h);
    h->has_thread = h->ear && pthread_create(&h->thread, NULL, spread, h) == 0;
    if (!h->has_thread) {
        hub_close(h);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    *out = h;
    return ASSAY_OK;
}

void hub_stop(hub *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->is_stopping = true;
    pthread_cond_signal(&h->wake);
    wake_some(h, everybody);
    pthread_mutex_unlock(&h->lock);
}

void hub_close(hub *h)
{
    if (!h)
        return;
    hub_stop(h);
    if (h->ear)
        bus_unlisten(h->ear);
    if (h->has_thread)
        pthread_join(h->thread, NULL);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
