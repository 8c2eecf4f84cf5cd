/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session remembers, through a database and back: as after a crash. */
#include "live/mqtt_seen.h"

#include "live/parcel.h"

#include "check.h"

#include <unistd.h>

typedef struct {
    char path[64];
    store *store;
    ingest *ingest;
    parcel *parcel;
    assay_err err;
} scene;

static scene *begin(void)
{
    scene *s = calloc(1, sizeof *s);
    snprintf(s->path, sizeof s->path, "/tmp/assay-seen-%d.assay", getpid());
    unlink(s->path);
    assert_ok(store_open(s->path, STORE_CREATE, &s->store, &s->err), s->err);
    assert_ok(ingest_open(s->store, &s->ingest, &s->err), s->err);
    assert_ok(parcel_new("gauges", 0, &s->parcel, &s->err), s->err);
    return s;
}

static void end(scene *s)
{
    parcel_free(s->parcel);
    ingest_close(s->ingest);
    store_close(s->store);
    unlink(s->path);
    free(s);
}

/* What the intake does with a parcel's memories. */
static void commit(scene *s)
{
    uint64_t number;
    for (const parcel_memory *m = parcel_inside(s->parcel)->memories; m; m = m->next)
        assert_ok(ingest_remember(s->ingest, "gauges", m->key, m->bytes, m->length, &s->err),
                  s->err);
    assert_ok(ingest_commit(s->ingest, &number, &s->err), s->err);
    parcel_clear(s->parcel);
}

static void commit_message(scene *s, mqtt_seen *seen, uint16_t packet, uint32_t digest)
{
    assert_true(mqtt_seen_add(seen, packet, digest));
    mqtt_seen_note(seen, s->parcel);
    commit(s);
}

static mqtt_seen *after_a_crash(scene *s, const char *client)
{
    mqtt_seen *seen = mqtt_seen_new(client, 256);
    assert_ok(mqtt_seen_recall(seen, s->store, "gauges", &s->err), s->err);
    return seen;
}

static bool count_key(const char *key, const void *bytes, size_t length, void *context)
{
    (void)key;
    (void)bytes;
    (void)length;
    ++*(size_t *)context;
    return true;
}

static size_t keys(scene *s)
{
    size_t n = 0;
    assert_ok(store_recall_all(s->store, "gauges", "", count_key, &n, &s->err), s->err);
    return n;
}

static void what_was_committed_is_known_after_a_crash(void **state)
{
    (void)state;
    scene *s = begin();
    mqtt_seen *seen = mqtt_seen_new("g1", 256);
    assert_true(mqtt_seen_is_empty(seen));
    for (uint16_t i = 1; i <= 100; i++)
        assert_true(mqtt_seen_add(seen, i, i * 1000u));
    assert_true(mqtt_seen_has(seen, 7, 7000));
    mqtt_seen_note(seen, s->parcel);
    commit(s);
    mqtt_seen_add(seen, 101, 5); /* not committed */
    mqtt_seen_free(seen);

    seen = after_a_crash(s, "g1");
    assert_false(mqtt_seen_is_empty(seen));
    for (uint16_t i = 1; i <= 100; i++)
        assert_true(mqtt_seen_has(seen, i, i * 1000u));
    assert_false(mqtt_seen_has(seen, 7, 7001)); /* the identifier serves another message now */
    assert_false(mqtt_seen_has(seen, 101, 5));
    mqtt_seen_free(seen);
    end(s);
}

static void only_the_newest_messages_are_kept(void **state)
{
    (void)state;
    scene *s = begin();
    mqtt_seen *seen = mqtt_seen_new("", 256);
    for (uint16_t i = 1; i <= 1000; i++)
        commit_message(s, seen, i, i);
    mqtt_seen_free(seen);
    seen = after_a_crash(s, "");
    for (uint16_t i = 1000 - 255; i <= 1000; i++)
        assert_true(mqtt_seen_has(seen, i, i));
    assert_false(mqtt_seen_has(seen, 1, 1));
    assert_in_range(keys(s), 256, 257);
    commit_message(s, seen, 1, 77); /* numbers of blocks go on behind the old ones */
    mqtt_seen_free(seen);
    seen = after_a_crash(s, "");
    assert_true(mqtt_seen_has(seen, 1, 77));
    mqtt_seen_free(seen);
    end(s);
}

/* A broker that has sent 30 new messages in each life and read none of the answers. */
static void what_a_sender_repeats_may_grow_from_life_to_life(void **state)
{
    enum { NEW = 30, LIVES = 60 };
    (void)state;
    scene *s = begin();
    for (uint16_t life = 0, sent = 0; life < LIVES; life++) {
        mqtt_seen *seen = after_a_crash(s, "");
        for (uint16_t i = 1; i <= sent; i++)
            if (!mqtt_seen_has(seen, i, i))
                fail_msg("life %d: message %d of %d would be stored twice", life, i, sent);
        for (int i = 0; i < NEW; i++) {
            sent++;
            commit_message(s, seen, sent, sent);
        }
        mqtt_seen_free(seen);
    }
    end(s);
}

static void a_session_begun_anew_knows_nothing_of_the_old_one(void **state)
{
    (void)state;
    scene *s = begin();
    mqtt_seen *seen = mqtt_seen_new("g1", 256);
    mqtt_seen_hold(seen, s->parcel, 9);
    commit_message(s, seen, 1, 10);
    mqtt_seen_forget(seen);
    assert_false(mqtt_seen_has(seen, 1, 10));
    commit_message(s, seen, 2, 20);
    mqtt_seen_free(seen);
    seen = after_a_crash(s, "g1");
    const uint16_t *held;
    assert_false(mqtt_seen_has(seen, 1, 10));
    assert_true(mqtt_seen_has(seen, 2, 20));
    assert_int_equal(mqtt_seen_held(seen, &held), 0);
    mqtt_seen_free(seen);
    end(s);
}

static void clients_do_not_see_each_other(void **state)
{
    (void)state;
    scene *s = begin();
    mqtt_seen *first = mqtt_seen_new("a", 256), *second = mqtt_seen_new("a/0", 256);
    commit_message(s, first, 1, 10);
    commit_message(s, second, 2, 20);
    mqtt_seen_free(first);
    mqtt_seen_free(second);
    first = after_a_crash(s, "a");
    second = after_a_crash(s, "a/0");
    assert_true(mqtt_seen_has(first, 1, 10) && mqtt_seen_has(second, 2, 20));
    assert_false(mqtt_seen_has(first, 2, 20) || mqtt_seen_has(second, 1, 10));
    mqtt_seen_free(first);
    mqtt_seen_free(second);
    end(s);
}

static void identifiers_of_qos_2_are_held_until_released(void **state)
{
    (void)state;
    scene *s = begin();
    mqtt_seen *seen = mqtt_seen_new("g1", 256);
    for (uint16_t i = 1; i <= 40; i++)
        mqtt_seen_hold(seen, s->parcel, i);
    commit(s);
    mqtt_seen_release(seen, s->parcel, 7);
    commit(s);
    mqtt_seen_free(seen);
    seen = after_a_crash(s, "g1");
    const uint16_t *held;
    assert_int_equal(mqtt_seen_held(seen, &held), 39);
    for (size_t i = 0; i < 39; i++)
        assert_int_not_equal(held[i], 7);
    mqtt_seen_free(seen);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_committed_is_known_after_a_crash),
        cmocka_unit_test(only_the_newest_messages_are_kept),
        cmocka_unit_test(what_a_sender_repeats_may_grow_from_life_to_life),
        cmocka_unit_test(a_session_begun_anew_knows_nothing_of_the_old_one),
        cmocka_unit_test(clients_do_not_see_each_other),
        cmocka_unit_test(identifiers_of_qos_2_are_held_until_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
