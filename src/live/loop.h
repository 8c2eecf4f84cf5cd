/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doors' thread: one epoll loop for sockets, serial lines, timers and what other threads have
 * to say. All callbacks run in the loop's thread, one at a time, so that a door needs no locks. */
#ifndef LIVE_LOOP_H
#define LIVE_LOOP_H

#include <assay/err.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct loop loop;
typedef struct loop_watch loop_watch;
typedef struct loop_timer loop_timer;
typedef void loop_ready(void *context, uint32_t events); /* EPOLLIN ... */
typedef void loop_work(void *context);

ASSAY_MUST_USE assay_status loop_open(loop **out, assay_err *err);
/* After loop_run has returned; what was posted and waits still is run now. Accepts NULL. */
void loop_close(loop *l);
void loop_run(loop *l);   /* until loop_stop */
void loop_stop(loop *l);  /* any thread */
/* Run `work` in the loop's thread soon, in the order of the calls; any thread. False: memory. */
bool loop_post(loop *l, loop_work *work, void *context);

/* `events` 0: watched, but nothing is wanted now (back-pressure). The descriptor stays the
 * caller's; unwatch before closing it; a callback may unwatch itself. */
ASSAY_MUST_USE assay_status loop_watch_add(loop *l, int fd, uint32_t events, loop_ready *ready,
                                           void *context, loop_watch **out, assay_err *err);
void loop_watch_change(loop_watch *w, uint32_t events);
void loop_watch_remove(loop_watch *w); /* accepts NULL */

/* A timer fires once after `ms` and may be set again, from its own callback too. */
ASSAY_MUST_USE assay_status loop_timer_new(loop *l, loop_work *work, void *context,
                                           loop_timer **out, assay_err *err);
void loop_timer_set(loop_timer *t, uint64_t ms);
void loop_timer_clear(loop_timer *t);
void loop_timer_free(loop_timer *t); /* accepts NULL */
uint64_t loop_now_ms(const loop *l); /* monotonic, of this round */

#endif
