/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One alarm per cause, from raised to closed by a second person, and again from its records. */
#include "signal/alarm.h"

#include "check.h"

#include <unistd.h>

typedef struct {
    char path[64];
    store *db;
    alarm_book *book;
    assay_err err;
} desk;

static desk begin(void)
{
    desk d = {.path = "/tmp/assay-alarm-XXXXXX"};
    int fd = mkstemp(d.path);
    assert_true(fd >= 0);
    close(fd);
    unlink(d.path);
    assert_ok(store_open(d.path, STORE_CREATE, &d.db, &d.err), d.err);
    assert_ok(alarm_book_open(d.db, &d.book, &d.err), d.err);
    return d;
}

static void end(desk *d)
{
    alarm_book_close(d->book);
    store_close(d->db);
    unlink(d->path);
}

static store_tx *tx_of(desk *d)
{
    store_tx *tx;
    assert_ok(store_tx_begin(d->db, &tx, &d->err), d->err);
    return tx;
}

static void commit(desk *d, store_tx *tx)
{
    assert_ok(store_tx_commit(tx, NULL, &d->err), d->err);
}

static alarm_hit hit_at(int64_t time, const char *rule)
{
    alarm_hit h = {.happened = time, .known = time + 5, .value = "24.031"};
    h.chart.bytes[3] = 7;
    snprintf(h.rule, sizeof h.rule, "%s", rule);
    return h;
}

static object_id raise_at(desk *d, uint32_t number, int64_t time, const char *rule, bool *is_new)
{
    object_id id;
    alarm_hit h = hit_at(time, rule);
    alarm_report r = {.characteristic = number, .verify_wanted = 3, .hits = &h, .count = 1};
    store_tx *tx = tx_of(d);
    assert_ok(alarm_hits_add(d->book, tx, &r, &id, is_new, &d->err), d->err);
    commit(d, tx);
    return id;
}

static assay_status step(desk *d, const object_id *id, alarm_state s, const char *who,
                         const char *json)
{
    store_tx *tx = tx_of(d);
    assay_status status = alarm_step_add(d->book, tx, id, s, who, json, DOCUMENT_ANY, &d->err);
    if (status == ASSAY_OK)
        commit(d, tx);
    else
        store_tx_abort(tx);
    return status;
}

static bool copy(const alarm_view *a, void *context)
{
    *(alarm_view *)context = *a; /* texts and lists live while nothing is added */
    return true;
}

static alarm_view seen(desk *d, const object_id *id)
{
    alarm_view a;
    assert_ok(alarm_show(d->book, id, copy, &a, &d->err), d->err);
    return a;
}

static bool to_text(const alarm_view *a, void *context)
{
    alarm_write(a, "line/diameter", context);
    buf_add_char(context, '\n');
    return true;
}

static buf all_of(alarm_book *b)
{
    buf out = BUF_INIT;
    alarm_visit(b, 0, false, to_text, &out);
    assert_false(out.failed);
    return out;
}

/* Whatever was done: the records give the same book. */
static void check_replay(desk *d)
{
    alarm_book *again;
    assert_ok(alarm_book_open(d->db, &again, &d->err), d->err);
    buf one = all_of(d->book), two = all_of(again);
    assert_string_equal(buf_text(&one), buf_text(&two));
    buf_done(&one);
    buf_done(&two);
    alarm_book_close(again);
}

static void act(desk *d, const object_id *id)
{
    assert_ok(step(d, id, ALARM_ACKNOWLEDGED, "kim", "{\"note\":\"seen\"}"), d->err);
    assert_ok(step(d, id, ALARM_CONTAINED, "kim", "{\"from\":\"P1\",\"to\":\"P9\"}"), d->err);
    assert_ok(step(d, id, ALARM_CAUSE, "lee", "{\"cause\":\"tool worn\"}"), d->err);
    assert_ok(step(d, id, ALARM_ACTION, "lee", "{\"action\":\"tool changed\"}"), d->err);
}

static void verify(desk *d, const object_id *id)
{
    store_tx *tx = tx_of(d);
    assert_ok(alarm_verified_add(d->book, tx, id, &d->err), d->err);
    commit(d, tx);
}

static void an_alarm_lives_step_by_step_and_a_second_person_closes_it(void **state)
{
    (void)state;
    desk d = begin();
    bool is_new;
    object_id id = raise_at(&d, 4, 1000, "1", &is_new);
    assert_true(is_new);
    assert_int_equal(step(&d, &id, ALARM_CAUSE, "kim", "{\"cause\":\"x\"}"), ASSAY_CONFLICT);
    act(&d, &id);
    assert_int_equal(step(&d, &id, ALARM_VERIFIED, "lee", "{}"), ASSAY_CONFLICT);
    assert_int_equal(step(&d, &id, ALARM_CLOSED, "park", "{}"), ASSAY_CONFLICT);
    verify(&d, &id);
    assert_int_equal(step(&d, &id, ALARM_CLOSED, "kim", "{}"), ASSAY_CONFLICT);
    assert_int_equal(step(&d, &id, ALARM_CLOSED, "lee", "{}"), ASSAY_CONFLICT);
    assert_ok(step(&d, &id, ALARM_CLOSED, "park", "{}"), d.err);
    alarm_view a = seen(&d, &id);
    assert_int_equal(a.state, ALARM_CLOSED);
    assert_int_equal(a.version, 7);
    assert_false(alarm_open_of(d.book, 4, false, NULL, NULL));
    check_replay(&d);
    end(&d);
}

static void further_hits_join_the_open_alarm_of_their_cause(void **state)
{
    (void)state;
    desk d = begin();
    bool is_new;
    object_id one = raise_at(&d, 4, 1000, "1", NULL), two = raise_at(&d, 4, 2000, "2", &is_new);
    assert_false(is_new);
    assert_memory_equal(&one, &two, sizeof one);
    (void)raise_at(&d, 4, 2000, "2", NULL); /* the same again */
    alarm_view a = seen(&d, &one);
    assert_int_equal(a.hit_count, 2);
    assert_int_equal(a.version, 2);
    object_id other = raise_at(&d, 5, 2000, "2", &is_new);
    assert_true(is_new && memcmp(&other, &one, sizeof one) != 0);
    object_id silent = raise_at(&d, 4, 9000, ALARM_NO_DATA, &is_new);
    assert_true(is_new && memcmp(&silent, &one, sizeof one) != 0);
    a = seen(&d, &silent);
    assert_true(alarm_is_no_data(&a));
    check_replay(&d);
    end(&d);
}

static void a_hit_after_verification_takes_it_back_to_action(void **state)
{
    (void)state;
    desk d = begin();
    object_id id = raise_at(&d, 4, 1000, "1", NULL);
    act(&d, &id);
    alarm_points_set(d.book, &id, 3);
    verify(&d, &id);
    (void)raise_at(&d, 4, 5000, "1", NULL);
    alarm_view a = seen(&d, &id);
    assert_int_equal(a.state, ALARM_ACTION);
    assert_int_equal(a.verified_by, 0);
    assert_int_equal(step(&d, &id, ALARM_CLOSED, "park", "{}"), ASSAY_CONFLICT);
    end(&d);
}

static void an_alarm_is_withdrawn_with_its_last_hit_and_stays(void **state)
{
    (void)state;
    desk d = begin();
    object_id id = raise_at(&d, 4, 1000, "1", NULL);
    (void)raise_at(&d, 4, 2000, "2", NULL);
    alarm_hit first = hit_at(1000, "1"), second = hit_at(2000, "2"), never = hit_at(3000, "2");
    store_tx *tx = tx_of(&d);
    alarm_hit list[] = {first, never};
    assert_ok(alarm_hits_withdraw(d.book, tx, 4, list, 2, &d.err), d.err);
    commit(&d, tx);
    alarm_view a = seen(&d, &id);
    assert_true(alarm_is_open(&a) && a.hits[0].is_withdrawn && !a.hits[1].is_withdrawn);
    tx = tx_of(&d);
    assert_ok(alarm_hits_withdraw(d.book, tx, 4, &second, 1, &d.err), d.err);
    commit(&d, tx);
    a = seen(&d, &id);
    assert_int_equal(a.state, ALARM_WITHDRAWN);
    assert_int_equal(a.hit_count, 2);
    bool is_new;
    (void)raise_at(&d, 4, 4000, "1", &is_new);
    assert_true(is_new);
    check_replay(&d);
    end(&d);
}

static void a_step_must_say_what_it_is_about(void **state)
{
    (void)state;
    desk d = begin();
    object_id id = raise_at(&d, 4, 1000, "1", NULL);
    assert_int_equal(step(&d, &id, ALARM_ACKNOWLEDGED, "kim", "[]"), ASSAY_FORMAT);
    assert_int_equal(step(&d, &id, ALARM_ACKNOWLEDGED, "kim", "{"), ASSAY_FORMAT);
    assert_ok(step(&d, &id, ALARM_ACKNOWLEDGED, "kim", "{}"), d.err);
    assert_int_equal(step(&d, &id, ALARM_CONTAINED, "kim", "{\"to\":\"P9\"}"), ASSAY_MISSING);
    assert_ok(step(&d, &id, ALARM_CONTAINED, "kim", "{\"note\":\"nothing shipped\"}"), d.err);
    assert_int_equal(step(&d, &id, ALARM_CAUSE, "kim", "{\"cause\":\"\"}"), ASSAY_MISSING);
    end(&d);
}

static void a_version_that_moved_on_is_a_conflict(void **state)
{
    (void)state;
    desk d = begin();
    object_id id = raise_at(&d, 4, 1000, "1", NULL), none = {{0}};
    store_tx *tx = tx_of(&d);
    assert_int_equal(alarm_step_add(d.book, tx, &id, ALARM_ACKNOWLEDGED, "kim", "{}", 2, &d.err),
                     ASSAY_CONFLICT);
    assert_int_equal(alarm_step_add(d.book, tx, &none, ALARM_ACKNOWLEDGED, "kim", "{}", 1, &d.err),
                     ASSAY_NOT_FOUND);
    assert_ok(alarm_step_add(d.book, tx, &id, ALARM_ACKNOWLEDGED, "kim", "{}", 1, &d.err), d.err);
    store_tx_abort(tx);
    assert_int_equal(seen(&d, &id).state, ALARM_ACKNOWLEDGED);
    assert_ok(alarm_book_reload(d.book, d.db, &d.err), d.err); /* it was not stored */
    assert_int_equal(seen(&d, &id).state, ALARM_RAISED);
    end(&d);
}

static void a_plan_step_is_ticked_and_skipping_needs_a_reason(void **state)
{
    (void)state;
    desk d = begin();
    object_id id = raise_at(&d, 4, 1000, "1", NULL);
    store_tx *tx = tx_of(&d);
    assert_int_equal(alarm_tick_add(d.book, tx, &id, "a", "skipped", "", "kim", DOCUMENT_ANY, &d.err),
                     ASSAY_MISSING);
    assert_ok(alarm_tick_add(d.book, tx, &id, "a", "yes", NULL, "kim", 1, &d.err), d.err);
    assert_ok(alarm_tick_add(d.book, tx, &id, "b", "skipped", "no gauge", "kim", 2, &d.err), d.err);
    assert_ok(alarm_call_add(d.book, tx, &id, 1, "shift lead", &d.err), d.err);
    commit(&d, tx);
    alarm_view a = seen(&d, &id);
    assert_int_equal(a.tick_count, 2);
    assert_string_equal(a.ticks[1].why, "no gauge");
    assert_string_equal(a.calls[0].to, "shift lead");
    check_replay(&d);
    end(&d);
}

static void hits_beyond_the_bound_are_counted(void **state)
{
    (void)state;
    desk d = begin();
    static alarm_hit many[ALARM_HITS_MAX + 50];
    object_id id;
    for (int i = 0; i < ALARM_HITS_MAX + 50; i++)
        many[i] = hit_at(i, "1");
    alarm_report r = {.characteristic = 1, .hits = many, .count = ALARM_HITS_MAX + 50};
    store_tx *tx = tx_of(&d);
    assert_ok(alarm_hits_add(d.book, tx, &r, &id, NULL, &d.err), d.err);
    commit(&d, tx);
    alarm_view a = seen(&d, &id);
    assert_int_equal(a.hit_count, ALARM_HITS_MAX);
    assert_int_equal(a.more, 50);
    check_replay(&d);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_lives_step_by_step_and_a_second_person_closes_it),
        cmocka_unit_test(further_hits_join_the_open_alarm_of_their_cause),
        cmocka_unit_test(a_hit_after_verification_takes_it_back_to_action),
        cmocka_unit_test(an_alarm_is_withdrawn_with_its_last_hit_and_stays),
        cmocka_unit_test(a_step_must_say_what_it_is_about),
        cmocka_unit_test(a_version_that_moved_on_is_a_conflict),
        cmocka_unit_test(a_plan_step_is_ticked_and_skipping_needs_a_reason),
        cmocka_unit_test(hits_beyond_the_bound_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
