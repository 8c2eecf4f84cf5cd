/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "live/bus.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct {
    size_t n, gaps, limit;
    uint64_t first, last;
    char text[64];
} seen;

static bool note(const event *e, void *context)
{
    seen *s = context;
    if (e->kind == EVENT_GAP) {
        s->gaps++;
        return true;
    }
    if (!s->n++)
        s->first = e->id;
    assert_true(e->id > s->last);
    s->last = e->id;
    assert_int_equal(strlen(e->json), e->length);
    snprintf(s->text, sizeof s->text, "%s", e->json);
    return s->n != s->limit;
}

static bus *bus_new(void)
{
    assay_err err;
    bus *b;
    assert_ok(bus_open(&b, &err), err);
    return b;
}

static void say(bus *b, event_kind kind, const char *text)
{
    bus_publish(b, kind, 0, text, strlen(text));
}

static void a_listener_sees_what_came_after_its_id(void **state)
{
    (void)state;
    bus *b = bus_new();
    assert_int_equal(bus_last(b), 0);
    say(b, EVENT_POINT, "{\"a\": 1}");
    uint64_t id = bus_last(b);
    say(b, EVENT_ALARM, "{\"a\": 2}");
    say(b, EVENT_POINT, "{\"a\": 3}");
    seen s = {0};
    assert_int_equal(bus_after(b, id, ~0u, note, &s), bus_last(b));
    assert_int_equal(s.n, 2);
    assert_string_equal(s.text, "{\"a\": 3}");
    s = (seen){0};
    bus_after(b, id, EVENT_ALARM, note, &s);
    assert_int_equal(s.n, 1);
    assert_string_equal(s.text, "{\"a\": 2}");
    s = (seen){.limit = 1};
    assert_int_equal(bus_after(b, 0, ~0u, note, &s), id);
    bus_close(b);
    bus_close(NULL);
}

static void who_comes_too_late_is_told_of_the_gap(void **state)
{
    (void)state;
    bus *b = bus_new();
    say(b, EVENT_POINT, "first");
    uint64_t id = bus_last(b);
    for (int i = 0; i < BUS_KEPT + 10; i++)
        say(b, EVENT_POINT, "again");
    seen s = {0};
    assert_int_equal(bus_after(b, id, EVENT_POINT, note, &s), bus_last(b));
    assert_int_equal(s.gaps, 1);
    assert_int_equal(s.n, BUS_KEPT);
    s = (seen){0};
    bus_after(b, s.last = bus_last(b) - 5, EVENT_POINT, note, &s);
    assert_int_equal(s.gaps, 0);
    assert_int_equal(s.n, 5);
    bus_close(b);
}

static void an_id_of_another_run_is_a_gap(void **state)
{
    (void)state;
    bus *b = bus_new();
    say(b, EVENT_POINT, "one");
    seen s = {0};
    bus_after(b, bus_last(b) - (UINT64_C(77) << 32), ~0u, note, &s);
    assert_int_equal(s.gaps, 1);
    assert_int_equal(s.n, 1);
    s = (seen){0};
    bus_after(b, bus_last(b) + 1000, ~0u, note, &s);
    assert_int_equal(s.gaps, 1);
    bus_close(b);
}

/* Long texts fill the bytes before the number of events is reached. */
static void long_texts_push_out_the_oldest(void **state)
{
    (void)state;
    enum { LONG = 300000, COUNT = 500 };
    bus *b = bus_new();
    char *text = malloc(LONG);
    for (int i = 0; i < COUNT; i++) {
        memset(text, 'a' + i % 26, LONG);
        bus_publish(b, EVENT_POINT, 0, text, LONG - (size_t)(i % 7) * 1000);
    }
    seen s = {0};
    bus_after(b, 0, ~0u, note, &s);
    assert_int_equal(s.gaps, 1);
    assert_in_range(s.n, BUS_BYTES / LONG - 2, BUS_BYTES / (LONG - 7000));
    assert_int_equal(s.last, bus_last(b));
    assert_int_equal(s.text[0], 'a' + (COUNT - 1) % 26);
    free(text);
    bus_close(b);
}

static void a_monstrous_event_becomes_a_gap(void **state)
{
    (void)state;
    enum { MONSTROUS = 2 << 20 };
    bus *b = bus_new();
    char *text = calloc(1, MONSTROUS);
    bus_publish(b, EVENT_POINT, 0, text, MONSTROUS);
    seen s = {0};
    assert_int_equal(bus_after(b, 0, EVENT_POINT, note, &s), bus_last(b));
    assert_int_equal(s.gaps, 1);
    assert_int_equal(s.n, 0);
    free(text);
    bus_close(b);
}

static void wake(void *context)
{
    ++*(int *)context;
}

static void one_flush_wakes_once_for_many_events(void **state)
{
    (void)state;
    bus *b = bus_new();
    int woken = 0, also = 0;
    bus_listener *l = bus_listen(b, wake, &woken), *m = bus_listen(b, wake, &also);
    bus_flush(b);
    assert_int_equal(woken, 0);
    say(b, EVENT_NOTICE, "{}");
    say(b, EVENT_NOTICE, "{}");
    bus_flush(b);
    bus_flush(b);
    assert_int_equal(woken, 1);
    bus_unlisten(l);
    say(b, EVENT_NOTICE, "{}");
    bus_flush(b);
    assert_int_equal(woken, 1);
    assert_int_equal(also, 2);
    bus_unlisten(m);
    bus_unlisten(NULL);
    bus_close(b);
}

enum { PUBLISHERS = 3, EACH = 20000 };

static void *publish_many(void *context)
{
    for (int i = 0; i < EACH; i++) {
        say(context, EVENT_POINT, "{\"x\": 12345}");
        bus_flush(context);
    }
    return NULL;
}

static void wake_reader(void *context)
{
    atomic_fetch_add((atomic_int *)context, 1);
}

static void many_publishers_and_a_reader_lose_nothing(void **state)
{
    (void)state;
    bus *b = bus_new();
    pthread_t threads[PUBLISHERS];
    atomic_int woken = 0;
    bus_listener *l = bus_listen(b, wake_reader, &woken);
    for (int i = 0; i < PUBLISHERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, publish_many, b), 0);
    seen s = {0};
    uint64_t id = 0;
    while (s.n < PUBLISHERS * EACH)
        id = bus_after(b, id, ~0u, note, &s);
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(s.gaps, 0);
    assert_true(atomic_load(&woken) > 0);
    bus_unlisten(l);
    bus_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_sees_what_came_after_its_id),
        cmocka_unit_test(who_comes_too_late_is_told_of_the_gap),
        cmocka_unit_test(an_id_of_another_run_is_a_gap),
        cmocka_unit_test(long_texts_push_out_the_oldest),
        cmocka_unit_test(a_monstrous_event_becomes_a_gap),
        cmocka_unit_test(one_flush_wakes_once_for_many_events),
        cmocka_unit_test(many_publishers_and_a_reader_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
