/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

static void the_same_file_again_stores_nothing(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row rows[] = {{.time = 10, .mantissa = 1}, {.time = 10, .mantissa = 2},
                        {.time = 10, .mantissa = 3, .serial = "x"}, {.time = 20, .mantissa = 4},
                        {.time = TIME_NONE, .mantissa = 7}, {.time = TIME_NONE, .mantissa = 7}};
    shop_import(h, "gauge", "c1", rows, 6);
    series_digest before = shop_digest(h, 1);
    for (int k = 0; k < 3; k++) {
        import_tally t = shop_import(h, "gauge", "c1", rows, 6);
        assert_int_equal(t.stored, 0);
        assert_int_equal(t.duplicates, 6);
        assert_int_equal(t.conflicts, 0);
        series_digest after = shop_digest(h, 1);
        assert_memory_equal(&before, &after, sizeof before);
    }
    shop_free(h);
}

static void untimed_rows_are_known_by_file_and_record(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row a[] = {{.time = TIME_NONE, .mantissa = 1}, {.time = TIME_NONE, .mantissa = 2},
                     {.time = TIME_NONE, .mantissa = 3}};
    const row b[] = {{.time = TIME_NONE, .mantissa = 4}, {.time = TIME_NONE, .mantissa = 2}};
    assert_int_equal(shop_import(h, "gauge", "a", a, 3).stored, 3);
    assert_int_equal(shop_import(h, "gauge", "b", b, 2).stored, 2);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(shop_import(h, "gauge", "b", b, 2).duplicates, 2);
        assert_int_equal(shop_import(h, "gauge", "a", a, 3).duplicates, 3);
        assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    store_range all = STORE_ALL;
    assert_string_equal(shop_values(h, 1, &all), "1 2 3 4 2");
    shop_free(h);
}

static void a_grown_file_stores_what_is_new(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row rows[] = {{.time = 10, .mantissa = 1}, {.time = 10, .mantissa = 2},
                        {.time = 10, .mantissa = 3}, {.time = 5, .mantissa = 4},
                        {.time = 30, .mantissa = 5, .path = "other"}};
    shop_import(h, "gauge", "c1", rows, 2);
    import_tally t = shop_import(h, "gauge", "c2", rows, 5);
    assert_int_equal(t.stored, 3);
    assert_int_equal(t.duplicates, 2);
    store_range all = STORE_ALL;
    assert_string_equal(shop_values(h, 1, &all), "4 1 2 3");
    assert_string_equal(shop_values(h, 2, &all), "5");
    shop_free(h);
}

static void another_source_is_another_identity(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row r = {.time = 10, .mantissa = 1};
    shop_import(h, "b", "c1", &r, 1);
    import_tally t = shop_import(h, "a", "c1", &(row){.time = 10, .mantissa = 2}, 1);
    assert_int_equal(t.stored, 1);
    store_range all = STORE_ALL;
    assert_string_equal(shop_values(h, 1, &all), "2 1"); /* by name of the source */
    shop_free(h);
}

static void another_value_is_a_conflict_and_neither_counts(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row rows[] = {{.time = 10, .mantissa = 1}, {.time = 20, .mantissa = 2}};
    const row other[] = {{.time = 10, .mantissa = 1}, {.time = 20, .mantissa = 3}};
    shop_import(h, "gauge", "c1", rows, 2);
    import_tally t = shop_import(h, "gauge", "c2", other, 2);
    assert_int_equal(t.duplicates, 1);
    assert_int_equal(t.conflicts, 1);
    assert_int_equal(t.stored, 0);
    store_range all = STORE_ALL;
    assert_string_equal(shop_values(h, 1, &all), "1");
    all.as_of = 1;
    assert_string_equal(shop_values(h, 1, &all), "1 2");
    t = shop_import(h, "gauge", "c2", other, 2);
    assert_int_equal(t.duplicates, 2);
    assert_int_equal(t.conflicts, 0);
    shop_free(h);
}

static void every_order_of_arrival_gives_one_digest(void **state)
{
    (void)state;
    enum { N = 600, FILES = 6 };
    row rows[N];
    char serial[N][8];
    series_digest first = {.n = 0};
    for (unsigned seed = 0; seed < 8; seed++) {
        shop *h = shop_new();
        int order[FILES] = {0, 1, 2, 3, 4, 5};
        for (int i = 0; i < N; i++) {
            snprintf(serial[i], sizeof serial[i], "S%d", i * 7 % 13);
            rows[i] = (row){.time = i / 13 * 10, .mantissa = i * 31 % 97, .serial = serial[i]};
        }
        srand(seed);
        for (int i = FILES - 1; i > 0; i--) {
            int k = rand() % (i + 1), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
        for (int i = 0; i < FILES; i++) {
            int from = order[i] * N / FILES, n = N / FILES;
            int extra = seed % 2 && from + n < N ? rand() % (N - from - n) : 0; /* overlaps */
            char content[16];
            snprintf(content, sizeof content, "c%d", order[i]);
            shop_import(h, "gauge", content, rows + from, (size_t)(n + extra));
        }
        series_digest d = shop_digest(h, 1);
        assert_int_equal(d.n, N);
        if (seed == 0)
            first = d;
        assert_memory_equal(&d, &first, sizeof d);
        shop_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_file_again_stores_nothing),
        cmocka_unit_test(untimed_rows_are_known_by_file_and_record),
        cmocka_unit_test(a_grown_file_stores_what_is_new),
        cmocka_unit_test(another_source_is_another_identity),
        cmocka_unit_test(another_value_is_a_conflict_and_neither_counts),
        cmocka_unit_test(every_order_of_arrival_gives_one_digest),
    };
    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
