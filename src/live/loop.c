/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Level-triggered epoll. A watch that wants nothing leaves the epoll set, because the kernel
 * reports a hang-up even to those who asked for no event, and back-pressure would spin on it. A
 * removed watch stays in a graveyard until the round is over: the same round may still hold an
 * event for it. Timers stand in a binary heap; what other threads post waits in an array that the
 * loop takes as a whole.
 */
#include "live/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { ROUND = 64 };

struct loop_watch {
    loop *owner;
    int fd;
    uint32_t events; /* 0: not in the epoll set */
    loop_ready *ready;
    void *context;
    bool is_removed;
    loop_watch *next; /* in the graveyard */
};

struct loop_timer {
    loop *owner;
    loop_work *work;
    void *context;
    uint64_t due_ms;
    size_t at; /* place in the heap, from 1; 0: not set */
};

typedef struct {
    loop_work *work;
    void *context;
} posted;

struct loop {
    int epoll, wake;
    atomic_bool is_stopped;
    uint64_t now_ms;
    loop_watch *graveyard;
    loop_timer **heap; /* heap[1 .. timers] */
    size_t timers, heap_room, timers_made;
    pthread_mutex_t lock;
    posted *posts; /* under the lock */
    size_t post_count, post_room;
};

static uint64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t loop_now_ms(const loop *l)
{
    return l->now_ms;
}

/* -- what other threads say ---------------------------------------------------------------- */

static void wake_up(loop *l)
{
    uint64_t one = 1;
    while (write(l->wake, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void loop_stop(loop *l)
{
    atomic_store(&l->is_stopped, true);
    wake_up(l);
}

static bool post_reserve(loop *l)
{
    if (l->post_count < l->post_room)
        return true;
    size_t room = l->post_room ? l->post_room * 2 : 64;
    posted *posts = realloc(l->posts, room * sizeof *posts);
    if (!posts)
        return false;
    l->posts = posts;
    l->post_room = room;
    return true;
}

bool loop_post(loop *l, loop_work *work, void *context)
{
    pthread_mutex_lock(&l->lock);
    bool is_kept = post_reserve(l), is_first = l->post_count == 0;
    if (is_kept)
        l->posts[l->post_count++] = (posted){work, context};
    pthread_mutex_unlock(&l->lock);
    if (is_kept && is_first)
        wake_up(l);
    return is_kept;
}

/* Takes the array as it is: what the work posts itself waits for the next round. */
static void run_posts(loop *l)
{
    pthread_mutex_lock(&l->lock);
    posted *posts = l->posts;
    size_t n = l->post_count;
    l->posts = NULL;
    l->post_count = l->post_room = 0;
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < n; i++)
        posts[i].work(posts[i].context);
    free(posts);
}

/* -- timers -------------------------------------------------------------------------------- */

static void heap_put(loop *l, size_t at, loop_timer *t)
{
    l->heap[at] = t;
    t->at = at;
}

static void heap_up(loop *l, size_t at)
{
    loop_timer *t = l->heap[at];
    for (; at > 1 && l->heap[at / 2]->due_ms > t->due_ms; at /= 2)
        heap_put(l, at, l->heap[at / 2]);
    heap_put(l, at, t);
}

static void heap_down(loop *l, size_t at)
{
    loop_timer *t = l->heap[at];
    for (size_t child; (child = at * 2) <= l->timers; at = child) {
        if (child < l->timers && l->heap[child + 1]->due_ms < l->heap[child]->due_ms)
            child++;
        if (l->heap[child]->due_ms >= t->due_ms)
            break;
        heap_put(l, at, l->heap[child]);
    }
    heap_put(l, at, t);
}

/* Every timer has its place in the heap from its birth on, so that setting cannot fail. */
static bool heap_reserve(loop *l)
{
    if (l->timers_made + 1 < l->heap_room)
        return true;
    size_t room = l->heap_room ? l->heap_room * 2 : 64;
    loop_timer **heap = realloc(l->heap, room * sizeof *heap);
    if (!heap)
        return false;
    l->heap = heap;
    l->heap_room = room;
    return true;
}

assay_status loop_timer_new(loop *l, loop_work *work, void *context, loop_timer **out,
                            assay_err *err)
{
    loop_timer *t = heap_reserve(l) ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a timer");
    *t = (loop_timer){.owner = l, .work = work, .context = context};
    l->timers_made++;
    *out = t;
    return ASSAY_OK;
}

void loop_timer_clear(loop_timer *t)
{
    loop *l = t->owner;
    size_t at = t->at;
    if (!at)
        return;
    t->at = 0;
    loop_timer *last = l->heap[l->timers--];
    if (last == t)
        return;
    heap_put(l, at, last);
    heap_up(l, at);
    heap_down(l, last->at);
}

void loop_timer_set(loop_timer *t, uint64_t ms)
{
    loop *l = t->owner;
    loop_timer_clear(t);
    t->due_ms = clock_ms() + ms;
    heap_put(l, ++l->timers, t);
    heap_up(l, t->at);
}

void loop_timer_free(loop_timer *t)
{
    if (!t)
        return;
    loop_timer_clear(t);
    t->owner->timers_made--;
    free(t);
}

/* At most those that are due at the beginning, so that a timer set to 0 by its own work does not
 * keep the sockets waiting. */
static void run_timers(loop *l)
{
    for (size_t left = l->timers; left && l->timers && l->heap[1]->due_ms <= l->now_ms; left--) {
        loop_timer *t = l->heap[1];
        loop_timer_clear(t);
        t->work(t->context);
    }
}

static int wait_ms(const loop *l)
{
    if (!l->timers)
        return -1;
    uint64_t now = clock_ms(), due = l->heap[1]->due_ms;
    uint64_t wait = due > now ? due - now : 0;
    return wait > 60000 ? 60000 : (int)wait;
}

/* -- descriptors --------------------------------------------------------------------------- */

static assay_status epoll_set(loop_watch *w, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = w};
    int op = !events ? EPOLL_CTL_DEL : w->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (events == w->events)
        return ASSAY_OK;
    if (epoll_ctl(w->owner->epoll, op, w->fd, &e) != 0)
        return ASSAY_IO;
    w->events = events;
    return ASSAY_OK;
}

assay_status loop_watch_add(loop *l, int fd, uint32_t events, loop_ready *ready, void *context,
                            loop_watch **out, assay_err *err)
{
    loop_watch *w = calloc(1, sizeof *w);
    if (!w)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to watch a descriptor");
    *w = (loop_watch){.owner = l, .fd = fd, .ready = ready, .context = context};
    if (epoll_set(w, events) != ASSAY_OK) {
        free(w);
        return assay_fail(err, ASSAY_IO, 0, "cannot watch descriptor %d: %s", fd, strerror(errno));
    }
    *out = w;
    return ASSAY_OK;
}

void loop_watch_change(loop_watch *w, uint32_t events)
{
    (void)epoll_set(w, events);
}

void loop_watch_remove(loop_watch *w)
{
    if (!w)
        return;
    (void)epoll_set(w, 0);
    w->is_removed = true;
    w->next = w->owner->graveyard;
    w->owner->graveyard = w;
}

static void bury(loop *l)
{
    while (l->graveyard) {
        loop_watch *w = l->graveyard;
        l->graveyard = w->next;
        free(w);
    }
}

static void drain_wake(loop *l)
{
    uint64_t count;
    while (read(l->wake, &count, sizeof count) < 0 && errno == EINTR)
        ;
}

/* An event of a descriptor that asks for nothing any more is not told: it comes again later. */
static void run_watch(const struct epoll_event *e)
{
    loop_watch *w = e->data.ptr;
    if (!w->is_removed && w->events)
        w->ready(w->context, e->events);
}

/* -- life ---------------------------------------------------------------------------------- */

void loop_run(loop *l)
{
    while (!atomic_load(&l->is_stopped)) {
        struct epoll_event events[ROUND];
        int n = epoll_wait(l->epoll, events, ROUND, wait_ms(l));
        l->now_ms = clock_ms();
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                run_watch(&events[i]);
            else
                drain_wake(l);
        }
        run_posts(l);
        run_timers(l);
        bury(l);
    }
}

static bool watch_wake(loop *l)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->wake, &e) == 0;
}

assay_status loop_open(loop **out, assay_err *err)
{
    loop *l = calloc(1, sizeof *l);
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a loop");
    pthread_mutex_init(&l->lock, NULL);
    l->now_ms = clock_ms();
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->epoll < 0 || l->wake < 0 || !watch_wake(l)) {
        assay_fail(err, ASSAY_IO, 0, "cannot open an event loop: %s", strerror(errno));
        loop_close(l);
        return ASSAY_IO;
    }
    *out = l;
    return ASSAY_OK;
}

void loop_close(loop *l)
{
    if (!l)
        return;
    while (l->post_count)
        run_posts(l);
    bury(l);
    if (l->epoll >= 0)
        close(l->epoll);
    if (l->wake >= 0)
        close(l->wake);
    pthread_mutex_destroy(&l->lock);
    free(l->posts);
    free(l->heap);
    free(l);
}
