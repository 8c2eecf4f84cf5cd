/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "live/loop.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    loop *loop;
    int steps[8];
    size_t n;
    loop_timer *timer;
    loop_watch *watch[2];
    int fd[2];
} scene;

static scene scene_open(void)
{
    scene s = {0};
    assay_err err;
    assert_ok(loop_open(&s.loop, &err), err);
    return s;
}

static void stop(void *context)
{
    loop_stop(((scene *)context)->loop);
}

static void step_one(void *context)
{
    scene *s = context;
    s->steps[s->n++] = 1;
}

static void step_two(void *context)
{
    scene *s = context;
    s->steps[s->n++] = 2;
}

static void posts_run_in_the_order_of_the_calls(void **state)
{
    (void)state;
    scene s = scene_open();
    assert_true(loop_post(s.loop, step_two, &s));
    assert_true(loop_post(s.loop, step_one, &s));
    assert_true(loop_post(s.loop, stop, &s));
    loop_run(s.loop);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.steps[0], 2);
    assert_int_equal(s.steps[1], 1);
    loop_close(s.loop);
    loop_close(NULL);
}

static void what_waits_at_the_end_is_run_by_close(void **state)
{
    (void)state;
    scene s = scene_open();
    assert_true(loop_post(s.loop, step_one, &s));
    loop_close(s.loop);
    assert_int_equal(s.n, 1);
}

static void timers_fire_in_order_of_their_time(void **state)
{
    (void)state;
    scene s = scene_open();
    assay_err err;
    loop_timer *late, *early, *never;
    assert_ok(loop_timer_new(s.loop, step_two, &s, &late, &err), err);
    assert_ok(loop_timer_new(s.loop, step_one, &s, &early, &err), err);
    assert_ok(loop_timer_new(s.loop, step_one, &s, &never, &err), err);
    assert_ok(loop_timer_new(s.loop, stop, &s, &s.timer, &err), err);
    loop_timer_set(s.timer, 30);
    loop_timer_set(late, 20);
    loop_timer_set(never, 1);
    loop_timer_set(early, 5);
    loop_timer_clear(never);
    loop_run(s.loop);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.steps[0], 1);
    assert_int_equal(s.steps[1], 2);
    loop_timer_free(late);
    loop_timer_free(early);
    loop_timer_free(never);
    loop_timer_free(s.timer);
    loop_timer_free(NULL);
    loop_close(s.loop);
}

static void again_until_five(void *context)
{
    scene *s = context;
    if (++s->n < 5)
        loop_timer_set(s->timer, 1);
    else
        loop_stop(s->loop);
}

static void a_timer_may_set_itself_again(void **state)
{
    (void)state;
    scene s = scene_open();
    assay_err err;
    assert_ok(loop_timer_new(s.loop, again_until_five, &s, &s.timer, &err), err);
    loop_timer_set(s.timer, 0);
    loop_run(s.loop);
    assert_int_equal(s.n, 5);
    loop_timer_free(s.timer);
    loop_close(s.loop);
}

/* Both ends of a pair are readable in the same round; whoever comes first removes both. */
static void remove_both(void *context, uint32_t events)
{
    scene *s = context;
    assert_true(events & EPOLLIN);
    s->n++;
    loop_watch_remove(s->watch[0]);
    loop_watch_remove(s->watch[1]);
    loop_stop(s->loop);
}

static void a_watch_removed_in_its_round_is_not_called(void **state)
{
    (void)state;
    scene s = scene_open();
    assay_err err;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s.fd), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(write(s.fd[1 - i], "x", 1), 1);
        assert_ok(loop_watch_add(s.loop, s.fd[i], EPOLLIN, remove_both, &s, &s.watch[i], &err), err);
    }
    loop_run(s.loop);
    assert_int_equal(s.n, 1);
    loop_close(s.loop);
    close(s.fd[0]);
    close(s.fd[1]);
}

static void count_ready(void *context, uint32_t events)
{
    (void)events;
    ((scene *)context)->n++;
}

static void want_again(void *context)
{
    scene *s = context;
    assert_int_equal(s->n, 0);
    loop_watch_change(s->watch[0], EPOLLIN);
}

/* Back-pressure: even a peer that hangs up must not wake the loop again and again. */
static void a_watch_that_wants_nothing_is_left_alone(void **state)
{
    (void)state;
    scene s = scene_open();
    assay_err err;
    loop_timer *again;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s.fd), 0);
    assert_ok(loop_watch_add(s.loop, s.fd[0], EPOLLIN, count_ready, &s, &s.watch[0], &err), err);
    loop_watch_change(s.watch[0], 0);
    close(s.fd[1]);
    assert_ok(loop_timer_new(s.loop, want_again, &s, &again, &err), err);
    assert_ok(loop_timer_new(s.loop, stop, &s, &s.timer, &err), err);
    loop_timer_set(again, 5);
    loop_timer_set(s.timer, 10);
    loop_run(s.loop);
    assert_true(s.n > 0);
    loop_watch_remove(s.watch[0]);
    loop_timer_free(again);
    loop_timer_free(s.timer);
    loop_close(s.loop);
    close(s.fd[0]);
}

enum { THREADS = 4, POSTS = 10000 };

typedef struct {
    loop *loop;
    unsigned long sum;
} counter;

static void count(void *context)
{
    counter *c = context;
    if (++c->sum == THREADS * POSTS)
        loop_stop(c->loop);
}

static void *post_many(void *context)
{
    counter *c = context;
    for (int i = 0; i < POSTS; i++)
        while (!loop_post(c->loop, count, c))
            ;
    return NULL;
}

static void posts_of_many_threads_all_arrive(void **state)
{
    (void)state;
    assay_err err;
    counter c = {0};
    pthread_t threads[THREADS];
    assert_ok(loop_open(&c.loop, &err), err);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, &c), 0);
    loop_run(c.loop);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.sum, THREADS * POSTS);
    loop_close(c.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_run_in_the_order_of_the_calls),
        cmocka_unit_test(what_waits_at_the_end_is_run_by_close),
        cmocka_unit_test(timers_fire_in_order_of_their_time),
        cmocka_unit_test(a_timer_may_set_itself_again),
        cmocka_unit_test(a_watch_removed_in_its_round_is_not_called),
        cmocka_unit_test(a_watch_that_wants_nothing_is_left_alone),
        cmocka_unit_test(posts_of_many_threads_all_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
