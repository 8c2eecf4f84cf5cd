/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/pareto.h>

static void causes_are_sorted_and_the_vital_few_named(void **state)
{
    (void)state;
    const double w[] = {3, 50, 7, 30, 3, 7};
    const size_t order[] = {1, 3, 2, 5, 0, 4}; /* ties keep their order */
    assay_pareto_item items[6];
    assay_pareto p;
    assert_ok(assay_pareto_sort(w, 6, 0, items, &p, NULL), (assay_err){0});
    for (int i = 0; i < 6; i++)
        assert_int_equal(items[i].index, order[i]);
    assert_true(p.total == 100 && items[1].cumulative == 0.8 && items[5].cumulative == 1);
    assert_int_equal(p.vital, 2); /* exactly 80 % is reached */
    assert_true(items[1].is_vital && !items[2].is_vital);
    assert_null(p.why_undefined);
    assert_ok(assay_pareto_sort(w, 6, 0.81, items, &p, NULL), (assay_err){0});
    assert_int_equal(p.vital, 3);
    assert_ok(assay_pareto_sort(w, 6, 1, items, &p, NULL), (assay_err){0});
    assert_int_equal(p.vital, 6);
}

static void shares_add_up_on_random_weights(void **state)
{
    (void)state;
    double w[300];
    assay_pareto_item items[300];
    assay_pareto p;
    srand(51);
    for (size_t k = 1; k <= 300; k += 13) {
        for (size_t i = 0; i < k; i++)
            w[i] = rand() % 20 * 0.1;
        w[k / 2] = 1;
        assert_ok(assay_pareto_sort(w, k, 0.8, items, &p, NULL), (assay_err){0});
        for (size_t i = 1; i < k; i++) {
            assert_true(items[i - 1].weight >= items[i].weight);
            if (items[i - 1].weight == items[i].weight)
                assert_true(items[i - 1].index < items[i].index);
            assert_true(items[i].cumulative >= items[i - 1].cumulative);
        }
        assert_true(items[k - 1].cumulative == 1);
        assert_true(items[p.vital - 1].cumulative >= 0.8 * (1 - 1e-15));
        assert_true(p.vital == 1 || items[p.vital - 2].cumulative < 0.8);
    }
}

static void nothing_to_share_is_undefined_with_its_reason(void **state)
{
    (void)state;
    const double w[] = {0, 0};
    assay_pareto_item items[2];
    assay_pareto p;
    assert_ok(assay_pareto_sort(w, 2, 0, items, &p, NULL), (assay_err){0});
    assert_string_equal(p.why_undefined, "all weights are 0");
    assert_true(isnan(items[0].share) && isnan(items[1].cumulative) && p.vital == 0);
    assert_ok(assay_pareto_sort(w, 0, 0, items, &p, NULL), (assay_err){0});
    assert_string_equal(p.why_undefined, "no categories");
}

static void huge_weights_do_not_overflow(void **state)
{
    (void)state;
    const double w[] = {1e308, 1e308};
    assay_pareto_item items[2];
    assay_pareto p;
    assert_ok(assay_pareto_sort(w, 2, 0, items, &p, NULL), (assay_err){0});
    assert_true(items[0].share == 0.5 && items[1].cumulative == 1);
}

static void impossible_weights_are_refused_and_named(void **state)
{
    (void)state;
    const double w[] = {1, -1}, n[] = {NAN}, i[] = {1, INFINITY};
    assay_pareto_item items[2];
    assay_pareto p;
    assay_err err;
    assert_int_equal(assay_pareto_sort(w, 2, 0, items, &p, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    assert_int_equal(assay_pareto_sort(n, 1, 0, items, &p, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_pareto_sort(i, 2, 0, items, &p, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_pareto_sort(w, 1, 1.5, items, &p, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_pareto_sort(w, 1, -1, items, &p, &err), ASSAY_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes_are_sorted_and_the_vital_few_named),
        cmocka_unit_test(shares_add_up_on_random_weights),
        cmocka_unit_test(nothing_to_share_is_undefined_with_its_reason),
        cmocka_unit_test(huge_weights_do_not_overflow),
        cmocka_unit_test(impossible_weights_are_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
