/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../store/shop.h"

#include "live/lane.h"

/* A lane over a fresh store; its loop runs in the test's thread. */
typedef struct {
    shop *shop;
    catalog *catalog;
    intake *intake;
    loop *loop;
    lane *lane;
    int stored, wanted, warnings;
    assay_err err;
} plant;

static plant *now;

static void count_warning(const char *level, const char *source, const char *text)
{
    (void)source;
    now->warnings += strcmp(level, "warning") == 0 && *text;
}

static void count_stored(void *context, const parcel *p)
{
    plant *t = context;
    assert_int_equal(p->status, ASSAY_OK);
    if (++t->stored == t->wanted)
        loop_stop(t->loop);
}

static plant *plant_new(void)
{
    plant *t = now = calloc(1, sizeof *t);
    t->shop = shop_new();
    assert_ok(catalog_open(t->shop->s, &t->catalog, &t->err), t->err);
    assert_ok(loop_open(&t->loop, &t->err), t->err);
    intake_options o = {.store = t->shop->s, .catalog = t->catalog};
    assert_ok(intake_open(&o, &t->intake, &t->err), t->err);
    door_setup setup = {.loop = t->loop, .intake = t->intake, .catalog = t->catalog,
                        .source = "gauge", .log = count_warning};
    lane_events events = {.stored = count_stored, .context = t};
    assert_ok(lane_open(&setup, 0, &events, &t->lane, &t->err), t->err);
    return t;
}

static void stop(void *context)
{
    loop_stop(((plant *)context)->loop);
}

static void begin_close(void *context)
{
    plant *t = context;
    lane_close(t->lane, stop, t);
}

static void plant_free(plant *t)
{
    assert_true(loop_post(t->loop, begin_close, t));
    loop_run(t->loop);
    intake_close(t->intake);
    loop_close(t->loop);
    catalog_close(t->catalog);
    shop_free(t->shop);
    free(t);
}

static void send_row(plant *t, int64_t time, bool is_bad)
{
    parcel *p = lane_parcel(t->lane);
    assert_non_null(p);
    parcel_row r = {.place = catalog_place(t->catalog, &(characteristic){.path = "d", .decimals = -1}),
                    .time = time,
                    .value = {1, -2, 2}};
    assert_true(parcel_add(p, &r));
    if (is_bad)
        p->rows->characteristic[0] = 12345; /* no such place */
    parcel_remember(p, is_bad ? "bad" : "good", "x", 1);
    lane_send(t->lane);
}

static bool take(const source_state *s, void *context)
{
    *(source_account *)context = s->account;
    return true;
}

static bool count_refusal(const source_refusal *r, void *context)
{
    assert_string_equal(r->reason, "not-storable");
    assert_true(strlen(r->remedy) > 0);
    assert_true(strstr(r->example, "12345") != NULL);
    *(uint64_t *)context += r->count;
    return true;
}

/* Its sender hears of it, since it is over and done with; what comes behind it is stored. */
static void what_can_never_be_stored_is_set_aside_and_counted(void **state)
{
    (void)state;
    plant *t = plant_new();
    source_account a = {0};
    uint64_t refused = 0;
    t->wanted = 2;
    send_row(t, 1, true);
    send_row(t, 2, false);
    loop_run(t->loop);
    intake_sources(t->intake, take, &a);
    assert_int_equal(a.received, 2);
    assert_int_equal(a.stored, 1);
    assert_int_equal(a.refused, 1);
    assert_int_equal(t->warnings, 1);
    assert_true(lane_is_free(t->lane));
    json_t *about = json_object();
    lane_describe(t->lane, about);
    assert_null(json_object_get(about, "trouble"));
    json_decref(about);
    assert_ok(store_refusals(t->shop->s, "gauge", count_refusal, &refused, &t->err), t->err);
    assert_int_equal(refused, 1);
    plant_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_never_be_stored_is_set_aside_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
