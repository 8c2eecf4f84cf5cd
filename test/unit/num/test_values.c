/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "num/values.h"
#include <assay/moments.h>

static void a_decimal_is_read_as_its_nearest_double(void **state)
{
    (void)state;
    srand(5);
    for (int i = 0; i < 200000; i++) {
        int64_t m = (int64_t)((uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand());
        m = rand() % 2 ? m : m >> rand() % 63;
        int e = i % 2 ? rand() % 40 - 25 : rand() % 601 - 300;
        if (m == ASSAY_MANTISSA_MISSING)
            continue;
        char text[64];
        snprintf(text, sizeof text, "%llde%d", (long long)m, e);
        assay_values x = assay_values_of_decimals(&m, 1, e);
        double expected = strtod(text, NULL), got = assay_values_at(&x, 0);
        if (got != expected)
            fail_msg("%s: %.17g, expected %.17g", text, got, expected);
    }
}

static void ties_and_ends_of_the_range_round_correctly(void **state)
{
    (void)state;
    const struct {
        int64_t mantissa;
        int exponent;
        double value;
    } edge[] = {
        {9007199254740993, 0, 9007199254740992.0}, {9007199254740995, 0, 9007199254740996.0},
        {INT64_MAX, 0, 0x1p63},       {INT64_MIN + 1, 0, -0x1p63},
        {49, -325, 4.9e-324},         {INT64_MAX, 300, INFINITY},
        {0, 300, 0},                  {179769313486231570, 291, 1.7976931348623157e308},
    };
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        assay_values x = assay_values_of_decimals(&edge[i].mantissa, 1, edge[i].exponent);
        assert_true(assay_values_at(&x, 0) == edge[i].value);
    }
}

static void missing_values_are_known_in_both_forms(void **state)
{
    (void)state;
    const int64_t m[] = {5, ASSAY_MANTISSA_MISSING};
    const double d[] = {NAN, 0.25}, lo[] = {0, 0x1p-60};
    assay_values x = assay_values_of_decimals(m, 2, -1), y = assay_values_of_doubles(d, 2);
    assert_false(assay_values_is_missing(&x, 0));
    assert_true(assay_values_is_missing(&x, 1));
    assert_true(isnan(assay_values_at(&x, 1)));
    assert_true(assay_values_is_missing(&y, 0));
    assert_true(assay_values_at(&y, 1) == 0.25);
    y.lo = lo;
    assert_true(values_dd(&y, 1).lo == 0x1p-60);
    assay_values part = assay_values_slice(&y, 1, 1);
    assert_true(part.n == 1 && values_dd(&part, 0).lo == 0x1p-60);
    part = assay_values_slice(&x, 1, 1);
    assert_true(assay_values_is_missing(&part, 0));
}

static void an_infinite_value_is_found(void **state)
{
    (void)state;
    const double d[] = {1, NAN, -INFINITY};
    const int64_t m[] = {1};
    assay_values x = assay_values_of_doubles(d, 3), y = assay_values_of_decimals(m, 1, 0);
    assert_int_equal(values_first_infinite(&x), 2);
    x.n = 2;
    assert_int_equal(values_first_infinite(&x), 2);
    assert_int_equal(values_first_infinite(&y), 1);
}

static void a_figure_that_does_not_exist_says_why(void **state)
{
    (void)state;
    assert_null(assay_figure_of(1).why);
    assert_string_equal(assay_figure_of(INFINITY).why, "beyond binary64");
    assert_true(isnan(assay_figure_of(INFINITY).value));
    assert_true(assay_dd_of_decimal(101, -1).hi == 10.1);
    assert_true(fabs(assay_dd_of_decimal(101, -1).lo - 3.552713678800501e-16) < 1e-30);
    assert_true(assay_dd_of_double(2.5).hi == 2.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decimal_is_read_as_its_nearest_double),
        cmocka_unit_test(ties_and_ends_of_the_range_round_correctly),
        cmocka_unit_test(missing_values_are_known_in_both_forms),
        cmocka_unit_test(an_infinite_value_is_found),
        cmocka_unit_test(a_figure_that_does_not_exist_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
