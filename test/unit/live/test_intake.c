/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../store/shop.h"

#include "live/intake.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define SECOND INT64_C(1000000000)
#define START  (INT64_C(1767597660) * SECOND)

/* An intake over a fresh store, and what was called. */
typedef struct {
    shop *shop;
    catalog *catalog;
    intake *intake;
    bus *bus;
    atomic_int returned;
    uint64_t taken, settled; /* by the evaluator, in the intake's thread */
    assay_err err;
} plant;

static void count_rows(void *context, const parcel *p)
{
    plant *t = context;
    for (size_t k = 0; k < p->rows->n; k++)
        t->taken += p->fate[k] == FATE_STORED || p->fate[k] == FATE_LATE;
}

static void count_groups(void *context, uint64_t commit)
{
    assert_true(commit > 0);
    ((plant *)context)->settled++;
}

static void plant_start(plant *t)
{
    assert_ok(catalog_open(t->shop->s, &t->catalog, &t->err), t->err);
    intake_options o = {.store = t->shop->s,
                        .catalog = t->catalog,
                        .bus = t->bus,
                        .evaluator = {count_rows, count_groups, t}};
    assert_ok(intake_open(&o, &t->intake, &t->err), t->err);
}

static plant *plant_new(void)
{
    plant *t = calloc(1, sizeof *t);
    t->shop = shop_new();
    assert_ok(bus_open(&t->bus, &t->err), t->err);
    plant_start(t);
    return t;
}

static void plant_stop(plant *t)
{
    intake_close(t->intake);
    catalog_close(t->catalog);
}

static void plant_free(plant *t)
{
    plant_stop(t);
    bus_close(t->bus);
    shop_free(t->shop);
    free(t);
}

static void came_back(parcel *p, void *context)
{
    (void)p;
    atomic_fetch_add(&((plant *)context)->returned, 1);
}

static parcel *parcel_for(plant *t, const char *source)
{
    parcel *p;
    assert_ok(parcel_new(source, 0, &p, &t->err), t->err);
    p->done = came_back;
    p->context = t;
    return p;
}

static void put(plant *t, parcel *p, const char *path, int64_t time, int64_t mantissa,
                uint32_t message)
{
    parcel_row r = {.place =
                        catalog_place(t->catalog, &(characteristic){.path = path, .decimals = -1}),
                    .time = time,
                    .offset = 0,
                    .value = {mantissa, -2, 2},
                    .message = message};
    assert_true(parcel_add(p, &r));
}

static void offer_and_wait(plant *t, parcel *p)
{
    int before = atomic_load(&t->returned);
    intake_offer(t->intake, p);
    while (atomic_load(&t->returned) == before)
        usleep(100);
}

typedef struct {
    const char *name;
    source_state state;
    bool is_found;
} wanted;

static bool find(const source_state *s, void *context)
{
    wanted *w = context;
    const source_account *a = &s->account;
    assert_int_equal(a->received,
                     a->stored + a->duplicates + a->conflicts + a->refused + s->pending);
    if (strcmp(s->source, w->name) == 0) {
        w->state = *s;
        w->is_found = true;
    }
    return true;
}

static source_state state_of(plant *t, const char *name)
{
    wanted w = {.name = name};
    intake_sources(t->intake, find, &w);
    assert_true(w.is_found);
    return w.state;
}

static uint64_t stored_rows(plant *t, const char *path)
{
    stored_characteristic c;
    store_summary sum;
    assert_ok(store_characteristic_find(t->shop->s, path, &c, &t->err), t->err);
    assert_ok(store_summarise(t->shop->s, c.number, &STORE_ALL, &sum, &t->err), t->err);
    return sum.n;
}

static void what_comes_back_is_stored_and_evaluated(void **state)
{
    (void)state;
    plant *t = plant_new();
    parcel *p = parcel_for(t, "line-1");
    for (int i = 0; i < 100; i++)
        put(t, p, i % 2 ? "a/d" : "a/e", START + i * SECOND, 2450 + i, (uint32_t)i);
    parcel_refuse(p, "not-a-number", "send a number", 3, "x", 1);
    offer_and_wait(t, p);
    assert_int_equal(p->status, ASSAY_OK);
    assert_true(p->commit > 0);
    assert_int_equal(p->fate[0], FATE_STORED);
    assert_true(catalog_number(t->catalog, 0) > 0);
    source_state s = state_of(t, "line-1");
    assert_int_equal(s.account.received, 103);
    assert_int_equal(s.account.stored, 100);
    assert_int_equal(s.account.refused, 3);
    assert_int_equal(s.pending, 0);
    assert_int_equal(s.account.doubtful, 0);
    intake_health h = intake_state(t->intake);
    assert_int_equal(h.rows, 100);
    assert_true(h.commit_ns_p50 > 0);
    parcel_free(p);
    plant_stop(t);
    assert_int_equal(t->taken, 100);
    assert_int_equal(t->settled, 1);
    shop_reopen(t->shop);
    assert_int_equal(stored_rows(t, "a/d"), 50);
    plant_start(t);
    assert_int_equal(state_of(t, "line-1").account.received, 103);
    plant_free(t);
}

static void the_same_again_is_a_duplicate_and_another_value_a_conflict(void **state)
{
    (void)state;
    plant *t = plant_new();
    parcel *p = parcel_for(t, "s");
    put(t, p, "d", START, 1, 0);
    put(t, p, "d", START + SECOND, 2, 1);
    offer_and_wait(t, p);
    parcel_clear(p);
    put(t, p, "d", START, 1, 0);
    put(t, p, "d", START + SECOND, 3, 1);
    put(t, p, "d", START - SECOND, 9, 2);
    p->duplicates = 5; /* the door knew them */
    offer_and_wait(t, p);
    assert_int_equal(p->fate[0], FATE_DUPLICATE);
    assert_int_equal(p->fate[1], FATE_CONFLICT);
    assert_int_equal(p->fate[2], FATE_LATE);
    source_account a = state_of(t, "s").account;
    assert_int_equal(a.received, 10);
    assert_int_equal(a.stored, 3);
    assert_int_equal(a.duplicates, 6);
    assert_int_equal(a.conflicts, 1);
    assert_int_equal(a.late, 1);
    parcel_free(p);
    plant_free(t);
}

static void rows_without_a_time_are_stored_and_doubtful(void **state)
{
    (void)state;
    plant *t = plant_new();
    parcel *p = parcel_for(t, "s");
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 50; i++)
            put(t, p, "d", TIME_NONE, 7, i);
        p->arrived = START; /* a clock that stands still */
        offer_and_wait(t, p);
        parcel_clear(p);
    }
    for (uint32_t i = 0; i < 50; i++)
        put(t, p, "d", TIME_NONE, 7, i);
    p->is_recognised = true;
    offer_and_wait(t, p);
    source_account a = state_of(t, "s").account;
    assert_int_equal(a.stored, 200);
    assert_int_equal(a.doubtful, 150);
    parcel_free(p);
    plant_free(t);
}

static void a_parcel_at_fault_costs_itself_alone(void **state)
{
    (void)state;
    plant *t = plant_new();
    parcel *good = parcel_for(t, "good"), *bad = parcel_for(t, "bad");
    put(t, good, "d", START, 1, 0);
    put(t, bad, "d", START, 1, 0);
    bad->rows->characteristic[0] = 12345; /* no such place */
    intake_offer(t->intake, bad);
    offer_and_wait(t, good);
    while (atomic_load(&t->returned) < 2)
        usleep(100);
    assert_int_equal(good->status, ASSAY_OK);
    assert_int_equal(bad->status, ASSAY_DOMAIN);
    assert_int_equal(state_of(t, "good").account.stored, 1);
    assert_int_equal(state_of(t, "bad").account.received, 0);
    assert_true(strlen(intake_state(t->intake).trouble) > 0);
    assert_false(intake_state(t->intake).is_full);
    parcel_free(good);
    parcel_free(bad);
    plant_free(t);
}

static assay_status write_document(store *s, void *context, assay_err *err)
{
    store_tx *tx;
    uint64_t version;
    assay_status status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_document_put(tx, "source", context, "{\"door\": \"line\"}", NULL,
                                    DOCUMENT_ANY, "t", "w", &version, err);
    return status == ASSAY_OK ? store_tx_commit(tx, NULL, err) : status;
}

static assay_status refuse_work(store *s, void *context, assay_err *err)
{
    (void)s;
    (void)context;
    return assay_fail(err, ASSAY_CONFLICT, 0, "not today");
}

static void work_runs_between_groups_and_says_how_it_went(void **state)
{
    (void)state;
    plant *t = plant_new();
    parcel *p = parcel_for(t, "s");
    char id[] = "later";
    store_document d;
    put(t, p, "d", START, 1, 0);
    intake_offer(t->intake, p);
    assert_ok(intake_do(t->intake, write_document, (char *)"now", &t->err), t->err);
    assert_int_equal(intake_do(t->intake, refuse_work, NULL, &t->err), ASSAY_CONFLICT);
    assert_string_equal(t->err.message, "not today");
    assert_true(intake_later(t->intake, write_document, id));
    while (!atomic_load(&t->returned))
        usleep(100);
    parcel_free(p);
    plant_stop(t);
    assert_ok(store_document_get(t->shop->s, "source", "now", &d, &t->err), t->err);
    assert_ok(store_document_get(t->shop->s, "source", "later", &d, &t->err), t->err);
    plant_start(t);
    plant_free(t);
}

static void a_silent_source_is_stale_by_its_own_time(void **state)
{
    (void)state;
    plant *t = plant_new();
    intake_expect(t->intake, "quiet", 1);
    intake_expect(t->intake, "patient", 3600 * SECOND);
    intake_expect(t->intake, "never", 0);
    usleep(1000);
    assert_true(state_of(t, "quiet").is_stale);
    assert_false(state_of(t, "patient").is_stale);
    assert_false(state_of(t, "never").is_stale);
    plant_free(t);
}

static bool hear(const event *e, void *context)
{
    const char **words = context;
    if (e->kind == EVENT_NOTICE && strstr(e->json, words[0]))
        words[1] = "heard";
    return true;
}

static bool is_told(plant *t, const char *word)
{
    const char *words[2] = {word, NULL};
    bus_after(t->bus, 0, EVENT_NOTICE, hear, words);
    return words[1] != NULL;
}

/* Files may not grow: to the store the same as a disk without room. */
static void set_room(rlim_t bytes)
{
    struct rlimit l;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = bytes < l.rlim_max ? bytes : l.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static void a_full_disk_keeps_what_waits_and_recovers_alone(void **state)
{
    (void)state;
    plant *t = plant_new();
    parcel *p = parcel_for(t, "s");
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 60000; i++)
        put(t, p, "d", START + i * SECOND, i * INT64_C(7919), (uint32_t)i);
    set_room(100000);
    intake_offer(t->intake, p);
    for (int i = 0; i < 100 && !intake_state(t->intake).is_full; i++)
        usleep(10000);
    assert_true(intake_state(t->intake).is_full);
    usleep(10000);
    assert_true(is_told(t, "nothing is acknowledged"));
    assert_int_equal(atomic_load(&t->returned), 0);
    assert_int_equal(state_of(t, "s").pending, 60000);
    assert_int_equal(state_of(t, "s").account.stored, 0);
    set_room(RLIM_INFINITY);
    while (!atomic_load(&t->returned))
        usleep(10000);
    assert_int_equal(p->status, ASSAY_OK);
    assert_false(intake_state(t->intake).is_full);
    assert_true(is_told(t, "stored again"));
    assert_int_equal(state_of(t, "s").account.stored, 60000);
    parcel_free(p);
    plant_stop(t);
    assert_int_equal(stored_rows(t, "d"), 60000);
    plant_start(t);
    plant_free(t);
}

/* -- many threads -------------------------------------------------------------------------- */

enum { SENDERS = 3, PARCELS = 60, ROWS = 200 };

typedef struct {
    plant *t;
    int number;
    atomic_int returned;
} sender;

static void sent_back(parcel *p, void *context)
{
    (void)p;
    atomic_fetch_add(&((sender *)context)->returned, 1);
}

static void *send_many(void *context)
{
    sender *s = context;
    char source[16], path[16];
    snprintf(source, sizeof source, "s%d", s->number);
    snprintf(path, sizeof path, "p/%d", s->number);
    parcel *p = parcel_for(s->t, source);
    p->done = sent_back;
    p->context = s;
    for (int i = 0; i < PARCELS; i++) {
        for (int k = 0; k < ROWS; k++)
            put(s->t, p, path, START + (i * ROWS + k) * SECOND, k, (uint32_t)k);
        intake_offer(s->t->intake, p);
        while (atomic_load(&s->returned) == i)
            usleep(50);
        assert_int_equal(p->status, ASSAY_OK);
        parcel_clear(p);
    }
    parcel_free(p);
    return NULL;
}

static void accounts_add_up_at_any_moment(void **state)
{
    (void)state;
    plant *t = plant_new();
    sender senders[SENDERS];
    pthread_t threads[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (sender){.t = t, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, &senders[i]), 0);
    }
    for (int i = 0; i < 200; i++) {
        wanted w = {.name = "s0"};
        intake_sources(t->intake, find, &w);
        (void)intake_state(t->intake);
        usleep(200);
    }
    for (int i = 0; i < SENDERS; i++) {
        char source[16];
        pthread_join(threads[i], NULL);
        snprintf(source, sizeof source, "s%d", i);
        assert_int_equal(state_of(t, source).account.stored, PARCELS * ROWS);
    }
    plant_stop(t);
    assert_int_equal(t->taken, SENDERS * PARCELS * ROWS);
    for (int i = 0; i < SENDERS; i++) {
        char path[16];
        snprintf(path, sizeof path, "p/%d", i);
        assert_int_equal(stored_rows(t, path), PARCELS * ROWS);
    }
    plant_start(t);
    plant_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_back_is_stored_and_evaluated),
        cmocka_unit_test(the_same_again_is_a_duplicate_and_another_value_a_conflict),
        cmocka_unit_test(rows_without_a_time_are_stored_and_doubtful),
        cmocka_unit_test(a_parcel_at_fault_costs_itself_alone),
        cmocka_unit_test(work_runs_between_groups_and_says_how_it_went),
        cmocka_unit_test(a_silent_source_is_stale_by_its_own_time),
        cmocka_unit_test(a_full_disk_keeps_what_waits_and_recovers_alone),
        cmocka_unit_test(accounts_add_up_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
