/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/compare.h>

static int64_t xs[20], ys[20];

static assay_values sample(json_t *golden, const char *name, int64_t *room)
{
    json_t *list = golden_get(golden, name);
    for (size_t i = 0; i < json_array_size(list); i++)
        room[i] = golden_integer(json_array_get(list, i));
    return assay_values_of_decimals(room, json_array_size(list), -4);
}

static void assert_test(const assay_test *t, json_t *golden, const char *name)
{
    json_t *e = golden_get(golden_get(golden, "expected"), name), *ci = golden_get(e, "ci95");
    json_t *df = golden_get(e, "df");
    assert_digits(t->statistic.value, golden_number(e, "stat"), 12);
    assert_digits(t->p.value, golden_number(e, "p"), 11);
    assert_digits(t->lower.value, json_number_value(json_array_get(ci, 0)), 11.5);
    assert_digits(t->upper.value, json_number_value(json_array_get(ci, 1)), 11.5);
    if (json_is_array(df)) {
        assert_true(t->df.value == json_number_value(json_array_get(df, 0)));
        assert_true(t->df2.value == json_number_value(json_array_get(df, 1)));
    } else {
        assert_digits(t->df.value, json_number_value(df), 12);
        assert_non_null(t->df2.why);
    }
}

static void tests_agree_with_r(void **state)
{
    (void)state;
    json_t *golden = golden_load("stat/compare.json");
    assay_values x = sample(golden, "x", xs), y = sample(golden, "y", ys);
    assay_comparison c;
    assay_test t;
    assay_err err;
    assert_ok(assay_compare_two(&x, &y, 0, &c, &err), err);
    assert_int_equal(c.n_x, 14);
    assert_int_equal(c.n_y, 12);
    assert_digits(c.pooled.estimate.value, c.mean_x.value - c.mean_y.value, 13);
    assert_test(&c.pooled, golden, "t_pooled");
    assert_test(&c.welch, golden, "t_welch");
    assert_test(&c.variance, golden, "F_var");
    assert_ok(assay_compare_to(&x, assay_dd_of_decimal(10, 0), 0.95, &t, &err), err);
    assert_test(&t, golden, "t_one_x_mu_10");
    assert_true(t.estimate.value == c.mean_x.value);
    x.n = y.n;
    assert_ok(assay_compare_paired(&x, &y, 0, &t, &err), err);
    assert_test(&t, golden, "t_paired");
    json_decref(golden);
}

static void exchanging_the_samples_mirrors_the_tests(void **state)
{
    (void)state;
    json_t *golden = golden_load("stat/compare.json");
    assay_values x = sample(golden, "x", xs), y = sample(golden, "y", ys);
    assay_comparison c, d;
    assert_ok(assay_compare_two(&x, &y, 0.9, &c, NULL), (assay_err){0});
    assert_ok(assay_compare_two(&y, &x, 0.9, &d, NULL), (assay_err){0});
    assert_true(c.welch.statistic.value == -d.welch.statistic.value);
    assert_true(c.welch.p.value == d.welch.p.value);
    assert_true(c.pooled.lower.value == -d.pooled.upper.value);
    assert_digits(c.variance.p.value, d.variance.p.value, 12);
    assert_digits(c.variance.lower.value, 1 / d.variance.upper.value, 12);
    json_decref(golden);
}

static void pairs_in_unlike_forms_are_compared_and_gaps_left_out(void **state)
{
    (void)state;
    const int64_t a[] = {101, 102, ASSAY_MANTISSA_MISSING, 104, 106},
                  b[] = {1000, 1000, 7, 1000, 1000};
    const double c[] = {10, 10, 3, 10, 10};
    assay_values x = assay_values_of_decimals(a, 5, -1), y = assay_values_of_decimals(b, 5, -2);
    assay_values z = assay_values_of_doubles(c, 5);
    assay_test t, u;
    assert_ok(assay_compare_paired(&x, &y, 0, &t, NULL), (assay_err){0});
    assert_ok(assay_compare_paired(&x, &z, 0, &u, NULL), (assay_err){0});
    assert_true(t.estimate.value == 0.325 && t.df.value == 3);
    assert_true(t.statistic.value == u.statistic.value);
    assert_ok(assay_compare_paired(&x, &x, 0, &t, NULL), (assay_err){0});
    assert_string_equal(t.p.why, "no variation");
    x.n = y.n = 1;
    assert_ok(assay_compare_paired(&x, &y, 0, &t, NULL), (assay_err){0});
    assert_string_equal(t.p.why, "fewer than 2 pairs");
    assert_true(t.estimate.value == 0.1);
    x.n = y.n = 0;
    assert_ok(assay_compare_paired(&x, &y, 0, &t, NULL), (assay_err){0});
    assert_string_equal(t.estimate.why, "no pairs");
}

static void what_cannot_be_tested_says_why(void **state)
{
    (void)state;
    const int64_t a[] = {5, 5, 5}, b[] = {1, 2};
    assay_values x = assay_values_of_decimals(a, 3, -1), y = assay_values_of_decimals(b, 2, 0);
    assay_comparison c;
    assay_test t;
    assert_ok(assay_compare_two(&x, &y, 0, &c, NULL), (assay_err){0});
    assert_string_equal(c.variance.p.why, "no variation");
    assert_null(c.welch.p.why);
    assert_ok(assay_compare_two(&x, &x, 0, &c, NULL), (assay_err){0});
    assert_string_equal(c.welch.p.why, "no variation");
    assert_string_equal(c.pooled.p.why, "no variation");
    assert_true(c.pooled.estimate.value == 0);
    assert_ok(assay_compare_to(&x, assay_dd_of_decimal(50, -2), 0, &t, NULL), (assay_err){0});
    assert_string_equal(t.statistic.why, "no variation");
    x.n = 1;
    assert_ok(assay_compare_to(&x, assay_dd_of_decimal(5, 0), 0, &t, NULL), (assay_err){0});
    assert_string_equal(t.p.why, "fewer than 2 values");
    assert_ok(assay_compare_two(&y, &x, 0, &c, NULL), (assay_err){0});
    assert_string_equal(c.welch.p.why, "fewer than 2 values");
    assert_true(c.welch.estimate.value == 1);
    x.n = 0;
    assert_ok(assay_compare_two(&x, &y, 0, &c, NULL), (assay_err){0});
    assert_string_equal(c.pooled.estimate.why, "no values");
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    const double d[] = {1, INFINITY}, e[] = {1, 2};
    assay_values x = assay_values_of_doubles(d, 2), y = assay_values_of_doubles(e, 2);
    assay_values one = assay_values_of_doubles(e, 1);
    assay_comparison c;
    assay_test t;
    assay_err err;
    assay_dd zero = {0, 0}, none = {NAN, 0};
    assert_int_equal(assay_compare_two(&x, &y, 0, &c, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_two(&y, &x, 0, &c, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    assert_int_equal(assay_compare_two(&y, &y, 1, &c, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_to(&x, zero, 0, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_to(&y, none, 0, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_to(&y, zero, -1, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_paired(&x, &y, 0, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_paired(&y, &x, 0, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_paired(&y, &y, 2, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_compare_paired(&y, &one, 0, &t, &err), ASSAY_SHAPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tests_agree_with_r),
        cmocka_unit_test(exchanging_the_samples_mirrors_the_tests),
        cmocka_unit_test(pairs_in_unlike_forms_are_compared_and_gaps_left_out),
        cmocka_unit_test(what_cannot_be_tested_says_why),
        cmocka_unit_test(wrong_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
