/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/correlation.h>

/* NIST StRD, linear regression, Norris: 36 pairs with one decimal; certified values of the line and of R squared. */
static const int64_t norris_x[] = {2,    3374, 1182, 8846, 101,  2265, 6663, 9963, 4486, 7770, 5582, 4,
                                   6,    7755, 6669, 3380, 4475, 116,  5560, 2281, 9958, 8876, 1202, 3,
                                   3,    5568, 3391, 8872, 9990, 7790, 111,  1183, 2292, 6691, 4489, 5};
static const int64_t norris_y[] = {1,    3388, 1181, 8880, 92,   2281, 6685, 9985, 4491, 7789, 5592, 3,
                                   1,    7781, 6688, 3393, 4489, 108,  5577, 2283, 9980, 8888, 1196, 3,
                                   6,    5576, 3393, 8880, 9985, 7789, 102,  1176, 2289, 6684, 4492, 2};

static void the_line_and_r_of_norris_are_as_certified(void **state)
{
    (void)state;
    assay_values x = assay_values_of_decimals(norris_x, 36, -1), y = assay_values_of_decimals(norris_y, 36, -1);
    assay_correlation c;
    assay_err err;
    assert_ok(assay_correlate(&x, &y, 0, &c, &err), err);
    assert_int_equal(c.n, 36);
    assert_digits(c.slope.value, 1.00211681802045, 14);
    assert_digits(c.intercept.value, -0.262323073774029, 14);
    assert_digits(c.r.value * c.r.value, 0.999993745883712, 14.5);
}

/* R 4.2.2: cor.test(x, y), lm(y ~ x). */
static const int64_t x_small[] = {251, 247, 253, 249, 258, 244, 250, 255, 246, 252};
static const int64_t y_small[] = {1213, 1239, 1222, 1209, 1180, 1243, 1231, 1198, 1226, 1219};

static void strength_interval_and_p_are_those_of_r(void **state)
{
    (void)state;
    assay_values x = assay_values_of_decimals(x_small, 10, -1), y = assay_values_of_decimals(y_small, 10, -2);
    assay_correlation c;
    assay_err err;
    assert_ok(assay_correlate(&x, &y, 0, &c, &err), err);
    assert_digits(c.r.value, -0.8661529450434553, 13);
    assert_digits(c.lower.value, -0.96792096085964874, 12);
    assert_digits(c.upper.value, -0.52024202346558912, 12);
    assert_digits(c.p.value, 0.0011909571289471584, 12);
    assert_digits(c.slope.value, -0.38830769230769124, 12);
}

static void exchanging_or_mirroring_the_sides_keeps_r(void **state)
{
    (void)state;
    int64_t mirrored[10];
    for (int i = 0; i < 10; i++)
        mirrored[i] = -y_small[i];
    assay_values x = assay_values_of_decimals(x_small, 10, -1), y = assay_values_of_decimals(y_small, 10, 3);
    assay_values m = assay_values_of_decimals(mirrored, 10, 3);
    assay_correlation a, b, c;
    assay_err err;
    assert_ok(assay_correlate(&x, &y, 0.9, &a, &err), err);
    assert_ok(assay_correlate(&y, &x, 0.9, &b, &err), err);
    assert_ok(assay_correlate(&x, &m, 0.9, &c, &err), err);
    assert_true(a.r.value == b.r.value && a.p.value == b.p.value && a.lower.value == b.lower.value);
    assert_true(a.r.value == -c.r.value && a.lower.value == -c.upper.value && a.slope.value == -c.slope.value);
}

static void readings_that_share_their_leading_digits_lose_nothing(void **state)
{
    (void)state;
    int64_t x[36], y[36];
    for (int i = 0; i < 36; i++) {
        x[i] = norris_x[i] + INT64_C(1000000000000000);
        y[i] = norris_y[i] + INT64_C(4000000000000000);
    }
    assay_values a = assay_values_of_decimals(x, 36, -1), b = assay_values_of_decimals(y, 36, -1);
    assay_correlation c;
    assay_err err;
    assert_ok(assay_correlate(&a, &b, 0, &c, &err), err);
    assert_digits(c.slope.value, 1.00211681802045, 14);
    assert_digits(c.r.value * c.r.value, 0.999993745883712, 14.5);
}

static void a_pair_with_a_missing_member_is_left_out(void **state)
{
    (void)state;
    const double x[] = {1, NAN, 2, 3, 4}, y[] = {2, 9, 4, NAN, 9};
    assay_values a = assay_values_of_doubles(x, 5), b = assay_values_of_doubles(y, 5);
    assay_correlation c;
    assay_err err;
    assert_ok(assay_correlate(&a, &b, 0, &c, &err), err);
    assert_int_equal(c.n, 3);
    assert_string_equal(c.lower.why, "too few pairs");
}

static void a_perfect_line_has_r_one_and_p_zero(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {5, 3, 1, -1};
    assay_values a = assay_values_of_doubles(x, 4), b = assay_values_of_doubles(y, 4);
    assay_correlation c;
    assay_err err;
    assert_ok(assay_correlate(&a, &b, 0, &c, &err), err);
    assert_true(c.r.value == -1 && c.p.value == 0 && c.lower.value == -1 && c.upper.value == -1);
    assert_true(c.slope.value == -2 && c.intercept.value == 7);
}

static void what_is_undefined_says_why(void **state)
{
    (void)state;
    const double x[] = {1, 1, 1}, y[] = {1, 2, 3}, wild[] = {1, INFINITY, 3};
    assay_values a = assay_values_of_doubles(x, 3), b = assay_values_of_doubles(y, 3);
    assay_values one = assay_values_of_doubles(y, 1), w = assay_values_of_doubles(wild, 3);
    assay_correlation c;
    assay_err err;
    assert_ok(assay_correlate(&a, &b, 0, &c, &err), err);
    assert_string_equal(c.r.why, "no variation");
    assert_string_equal(c.slope.why, "no variation");
    assert_ok(assay_correlate(&b, &a, 0, &c, &err), err);
    assert_true(c.slope.value == 0 && c.intercept.value == 1);
    assert_string_equal(c.r.why, "no variation");
    assert_ok(assay_correlate(&one, &one, 0, &c, &err), err);
    assert_string_equal(c.r.why, "fewer than 2 pairs");
    assert_int_equal(assay_correlate(&a, &one, 0, &c, &err), ASSAY_SHAPE);
    assert_int_equal(assay_correlate(&a, &b, 1.5, &c, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_correlate(&b, &w, 0, &c, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_and_r_of_norris_are_as_certified),
        cmocka_unit_test(strength_interval_and_p_are_those_of_r),
        cmocka_unit_test(exchanging_or_mirroring_the_sides_keeps_r),
        cmocka_unit_test(readings_that_share_their_leading_digits_lose_nothing),
        cmocka_unit_test(a_pair_with_a_missing_member_is_left_out),
        cmocka_unit_test(a_perfect_line_has_r_one_and_p_zero),
        cmocka_unit_test(what_is_undefined_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
