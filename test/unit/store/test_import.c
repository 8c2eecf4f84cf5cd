/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

static void what_went_in_comes_out_in_series_order(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row rows[] = {{.time = 30, .mantissa = 3}, {.time = 10, .mantissa = 1},
                        {.time = 20, .mantissa = 2}, {.time = TIME_NONE, .mantissa = 9},
                        {.time = 20, .mantissa = 4, .serial = "B2"},
                        {.time = 20, .mantissa = 5, .serial = "A10"},
                        {.time = TIME_NONE, .mantissa = 8}};
    import_tally t = shop_import(h, "gauge", "c1", rows, 7);
    assert_int_equal(t.stored, 7);
    assert_int_equal(t.commit, 1);
    store_range all = STORE_ALL;
    assert_string_equal(shop_values(h, 1, &all), "9 8 1 2 4 5 3");
    shop_reopen(h);
    assert_string_equal(shop_values(h, 1, &all), "9 8 1 2 4 5 3");
    shop_free(h);
}

static void nothing_is_seen_before_the_commit(void **state)
{
    (void)state;
    shop *h = shop_new();
    tray t;
    import *i;
    import_options o = {"gauge", "c1", "test", "tester", 0};
    tray_init(&t, 0);
    assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
    tray_put(&t, &(row){.time = 1, .mantissa = 5});
    tray_send(&t, i);
    import_close(i, true);
    assert_int_equal(store_characteristic_count(h->s), 0);
    assert_int_equal(store_commit_number(h->s), 0);
    import_tally resumed = {0};
    assert_ok(import_begin(h->s, &o, &i, &resumed, &h->err), h->err);
    assert_int_equal(resumed.record, 1);
    assert_int_equal(resumed.offset, 10);
    assert_ok(import_commit(i, &resumed, &h->err), h->err);
    import_close(i, true);
    assert_int_equal(resumed.stored, 1);
    store_range all = STORE_ALL;
    assert_string_equal(shop_values(h, 1, &all), "5");
    tray_done(&t);
    shop_free(h);
}

static void a_note_is_as_durable_as_the_batch_it_came_with(void **state)
{
    (void)state;
    shop *h = shop_new();
    tray t;
    import *i;
    import_options o = {"gauge", "c1", "test", "tester", 0};
    tray_init(&t, 0);
    assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
    assert_null(import_noted(i));
    tray_put(&t, &(row){.time = 1, .mantissa = 5});
    assert_ok(import_note(i, "3 refused", &h->err), h->err);
    tray_send(&t, i);
    assert_ok(import_note(i, "of a batch that never came", &h->err), h->err);
    import_close(i, true);
    shop_reopen(h);
    assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
    assert_string_equal(import_noted(i), "3 refused");
    import_close(i, false);
    tray_done(&t);
    shop_free(h);
}

static void a_discarded_import_leaves_nothing(void **state)
{
    (void)state;
    shop *h = shop_new();
    tray t;
    import *i;
    import_options o = {"gauge", "c1", "test", "tester", 0};
    tray_init(&t, 0);
    assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
    tray_put(&t, &(row){.time = 1, .mantissa = 5});
    tray_send(&t, i);
    import_close(i, true);
    assert_ok(store_import_discard(h->s, &h->err), h->err);
    import_tally resumed = {.record = 77};
    assert_ok(import_begin(h->s, &o, &i, &resumed, &h->err), h->err);
    assert_int_equal(resumed.record, 0);
    import_close(i, false);
    tray_done(&t);
    shop_free(h);
}

static void a_new_characteristic_has_its_record(void **state);
static bool count_record(const record *r, void *context)
{
    int *count = context;
    assert_int_equal(r->sequence, ++*count);
    assert_string_equal(r->type, "characteristic.defined");
    assert_non_null(strstr(r->payload, "\"path\":\"bore\""));
    return true;
}

static void a_new_characteristic_has_its_record(void **state)
{
    (void)state;
    shop *h = shop_new();
    int count = 0;
    shop_import(h, "gauge", "c1", &(row){.time = 1, .mantissa = 5}, 1);
    assert_ok(store_records(h->s, NULL, 0, count_record, &count, &h->err), h->err);
    assert_int_equal(count, 1);
    shop_free(h);
}

static void a_second_writer_is_told_who_holds_it(void **state)
{
    (void)state;
    shop *h = shop_new();
    store *other = NULL;
    assert_int_equal(store_open(h->path, STORE_WRITE, &other, &h->err), ASSAY_BUSY);
    assert_non_null(strstr(h->err.message, "this process"));
    assert_ok(store_open(h->path, STORE_READ, &other, &h->err), h->err);
    store_close(other);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_in_comes_out_in_series_order),
        cmocka_unit_test(nothing_is_seen_before_the_commit),
        cmocka_unit_test(a_note_is_as_durable_as_the_batch_it_came_with),
        cmocka_unit_test(a_discarded_import_leaves_nothing),
        cmocka_unit_test(a_new_characteristic_has_its_record),
        cmocka_unit_test(a_second_writer_is_told_who_holds_it),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
