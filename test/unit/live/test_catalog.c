/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../store/shop.h"

#include "live/catalog.h"

#include <pthread.h>

static int32_t place(catalog *c, const char *path)
{
    return catalog_place(c, &(characteristic){.path = path, .unit = "mm", .decimals = -1});
}

static catalog *catalog_empty(void)
{
    assay_err err;
    catalog *c;
    assert_ok(catalog_open(NULL, &c, &err), err);
    return c;
}

static void the_same_path_has_one_place(void **state)
{
    (void)state;
    catalog *c = catalog_empty();
    assert_int_equal(place(c, "plant/line/d"), 0);
    assert_int_equal(place(c, "plant/line/e"), 1);
    assert_int_equal(place(c, "plant/line/d"), 0);
    assert_int_equal(catalog_find(c, "plant/line/e-longer", 12), 1);
    assert_int_equal(catalog_find(c, "plant/line/", 11), CATALOG_NONE);
    assert_int_equal(catalog_count(c), 2);
    assert_string_equal(catalog_path(c, 1), "plant/line/e");
    assert_string_equal(catalog_definition(c, 0)->unit, "mm");
    assert_null(catalog_definition(c, 2));
    assert_string_equal(catalog_path(c, -1), "");
    catalog_close(c);
    catalog_close(NULL);
}

static void what_is_no_path_is_refused(void **state)
{
    (void)state;
    catalog *c = catalog_empty();
    static const char *const wrong[] = {"", "/a", "a/", "a//b", "a\tb", "a\x7F", "a\xFF", "\xC3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(place(c, wrong[i]), CATALOG_NONE);
    char path[1002];
    memset(path, 'x', sizeof path);
    path[1001] = 0;
    assert_int_equal(place(c, path), CATALOG_NONE);
    path[1000] = 0;
    assert_int_equal(place(c, path), 0);
    assert_int_equal(place(c, "압력/µ Ω"), 1);
    catalog_close(c);
}

static void places_and_numbers_find_each_other(void **state)
{
    (void)state;
    catalog *c = catalog_empty();
    assert_int_equal(place(c, "a"), 0);
    assert_int_equal(place(c, "b"), 1);
    assert_int_equal(catalog_number(c, 1), 0);
    assert_int_equal(catalog_of_number(c, 70000), CATALOG_NONE);
    assert_true(catalog_settle(c, 1, 70000));
    assert_int_equal(catalog_number(c, 1), 70000);
    assert_int_equal(catalog_of_number(c, 70000), 1);
    assert_int_equal(catalog_of_number(c, 70001), CATALOG_NONE);
    assert_false(catalog_settle(c, 2, 5));
    catalog_close(c);
}

static void what_the_store_has_stands_first(void **state)
{
    (void)state;
    shop *h = shop_new();
    assay_err err;
    uint32_t number;
    assert_ok(store_characteristic_define(h->s, &(characteristic){.path = "p/d", .decimals = -1},
                                          "t", &number, &err),
              err);
    catalog *c;
    assert_ok(catalog_open(h->s, &c, &err), err);
    assert_int_equal(catalog_find(c, "p/d", 3), 0);
    assert_int_equal(catalog_number(c, 0), number);
    assert_int_equal(catalog_of_number(c, number), 0);
    catalog_close(c);
    shop_free(h);
}

enum { PATHS = 20000, THREADS = 3 };

static void *place_all(void *context)
{
    char path[32];
    for (int i = 0; i < PATHS; i++) {
        snprintf(path, sizeof path, "plant/%d", i);
        int32_t at = place(context, path);
        assert_string_equal(catalog_path(context, at), path);
        if (i % 3 == 0)
            assert_true(catalog_settle(context, at, (uint32_t)i + 1));
        assert_true(catalog_number(context, at) <= PATHS);
    }
    return NULL;
}

static void many_threads_agree_on_the_places(void **state)
{
    (void)state;
    catalog *c = catalog_empty();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, place_all, c), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(catalog_count(c), PATHS);
    catalog_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_path_has_one_place),
        cmocka_unit_test(what_is_no_path_is_refused),
        cmocka_unit_test(places_and_numbers_find_each_other),
        cmocka_unit_test(what_the_store_has_stands_first),
        cmocka_unit_test(many_threads_agree_on_the_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
