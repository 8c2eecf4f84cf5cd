/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

static void amend_one(shop *h, uint64_t place, amend_action action, const decimal *value)
{
    store_tx *tx;
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(store_amend(tx, 1, place, action, value, "Kim", "gauge slipped", &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
}

static void an_exclusion_counts_from_its_commit_on(void **state)
{
    (void)state;
    shop *h = shop_new();
    const row rows[] = {{.time = 10, .mantissa = 1}, {.time = 10, .mantissa = 2},
                        {.time = 10, .mantissa = 3}, {.time = TIME_NONE, .mantissa = 4}};
    store_range now = STORE_ALL, then = STORE_ALL;
    then.as_of = 1;
    shop_import(h, "gauge", "c1", rows, 4);
    amend_one(h, 2, AMEND_EXCLUDE, NULL);
    assert_string_equal(shop_values(h, 1, &now), "4 1 3");
    assert_string_equal(shop_values(h, 1, &then), "4 1 2 3");
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    assert_string_equal(shop_values(h, 1, &now), "4 1 3");
    amend_one(h, 0, AMEND_EXCLUDE, NULL);
    amend_one(h, 3, AMEND_VALUE, &(decimal){.mantissa = 33, .exponent = -2, .decimals = 2});
    assert_string_equal(shop_values(h, 1, &now), "1 33");
    store_summary sum;
    assert_ok(store_summarise(h->s, 1, &now, &sum, &h->err), h->err);
    assert_int_equal(sum.n, 2);
    assert_int_equal(sum.excluded, 2);
    amend_one(h, 2, AMEND_INCLUDE, NULL);
    assert_string_equal(shop_values(h, 1, &now), "1 2 33");
    shop_free(h);
}

static void a_row_that_is_not_there_is_refused(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    shop_import(h, "gauge", "c1", &(row){.time = 10, .mantissa = 1}, 1);
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_int_equal(store_amend(tx, 1, 1, AMEND_EXCLUDE, NULL, "Kim", "", &h->err),
                     ASSAY_NOT_FOUND);
    store_tx_abort(tx);
    assert_int_equal(store_commit_number(h->s), 1);
    shop_free(h);
}

static bool take_id(const store_conflict *c, void *context)
{
    *(uint64_t *)context = c->id;
    assert_int_equal(c->value.mantissa, 3);
    return false;
}

static void a_decision_makes_a_conflict_count_again(void **state)
{
    (void)state;
    for (int take = 0; take < 2; take++) {
        shop *h = shop_new();
        store_range now = STORE_ALL;
        uint64_t id = 0;
        store_tx *tx;
        shop_import(h, "g", "c1", &(row){.time = 10, .mantissa = 2, .serial = "S"}, 1);
        shop_import(h, "g", "c2", &(row){.time = 10, .mantissa = 3, .serial = "S"}, 1);
        assert_string_equal(shop_values(h, 1, &now), "");
        assert_ok(store_conflicts(h->s, take_id, &id, &h->err), h->err);
        assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
        assert_ok(store_conflict_decide(tx, id, take, "Lee", "seen", &h->err), h->err);
        assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
        assert_string_equal(shop_values(h, 1, &now), take ? "3" : "2");
        id = 0;
        assert_ok(store_conflicts(h->s, take_id, &id, &h->err), h->err);
        assert_int_equal(id, 0);
        shop_free(h);
    }
}

static void a_chart_keeps_its_id_and_every_version_is_a_record(void **state)
{
    (void)state;
    shop *h = shop_new();
    store_tx *tx;
    object_id id, again;
    store_chart chart;
    shop_import(h, "g", "c1", &(row){.time = 10, .mantissa = 2}, 1);
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(store_chart_define(tx, 1, "main", "{\"type\":\"xbar-r\",\"n\":5}", "Kim", &id,
                                 &h->err), h->err);
    assert_ok(store_chart_limits(tx, &id, "{\"ucl\":2}", "Kim", &h->err), h->err);
    assert_ok(store_chart_define(tx, 1, "main", "{\"type\":\"i-mr\"}", "Kim", &again, &h->err),
              h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    assert_memory_equal(&id, &again, sizeof id);
    assert_ok(store_chart_find(h->s, 1, "main", &chart, &h->err), h->err);
    assert_string_equal(chart.definition, "{\"type\":\"i-mr\"}");
    assert_string_equal(chart.limits, "{\"ucl\":2}");
    assert_int_equal(store_chart_find(h->s, 1, "other", &chart, &h->err), ASSAY_NOT_FOUND);
    shop_free(h);
}

/* Sums over a range, row by row. */
static __int128 sum_rows(shop *h, const store_range *range, uint64_t *n)
{
    cursor *c;
    measurement_batch b;
    __int128 sum = 0;
    *n = 0;
    assert_ok(cursor_open(h->s, 1, range, &c, &h->err), h->err);
    for (;;) {
        assert_ok(cursor_next(c, &b, &h->err), h->err);
        if (!b.n)
            break;
        for (size_t i = 0; i < b.n; i++)
            sum += b.mantissa[i];
        *n += b.n;
    }
    cursor_close(c);
    return sum;
}

static void compare_summary(shop *h, const store_range *range)
{
    store_summary sum;
    uint64_t n;
    __int128 expected = sum_rows(h, range, &n);
    assert_ok(store_summarise(h->s, 1, range, &sum, &h->err), h->err);
    assert_int_equal(sum.n, n);
    assert_true(sum.sum + (__int128)sum.n * sum.reference == expected);
}

static void a_summary_counts_amended_rows_as_a_cursor_does(void **state)
{
    (void)state;
    enum { N = 20000 };
    shop *h = shop_new();
    row *rows = calloc(N, sizeof *rows);
    srand(5);
    for (int i = 0; i < N; i++)
        rows[i] = (row){.time = i < 50 ? TIME_NONE : 10 * (i / 3), .mantissa = rand() % 1000};
    shop_import(h, "gauge", "c1", rows, N - 3000);
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    shop_import(h, "gauge", "c2", rows + N - 3000, 3000);
    for (int round = 0; round < 12; round++) {
        store_range range = STORE_ALL;
        amend_one(h, (uint64_t)(rand() % N), AMEND_EXCLUDE, NULL);
        amend_one(h, (uint64_t)(rand() % (round % 2 ? N : 60)), AMEND_VALUE,
                  &(decimal){.mantissa = rand() % 1000, .exponent = -2, .decimals = 2});
        compare_summary(h, &range);
        range.from = rand() % (4 * N);
        range.to = range.from + rand() % (4 * N);
        compare_summary(h, &range);
        range.as_of = 2 + (uint64_t)(rand() % (2 * round + 2));
        compare_summary(h, &range);
    }
    free(rows);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exclusion_counts_from_its_commit_on),
        cmocka_unit_test(a_row_that_is_not_there_is_refused),
        cmocka_unit_test(a_chart_keeps_its_id_and_every_version_is_a_record),
        cmocka_unit_test(a_decision_makes_a_conflict_count_again),
        cmocka_unit_test(a_summary_counts_amended_rows_as_a_cursor_does),
    };
    return cmocka_run_group_tests_name("amend", tests, NULL, NULL);
}
