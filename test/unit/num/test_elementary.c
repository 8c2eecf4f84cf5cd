/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "num/elementary.h"

/* Units in the last place against long double. */
static double units(double q, long double c)
{
    double unit = nextafter(fabs(q), HUGE_VAL) - fabs(q);
    return (double)fabsl((q - c) / (long double)unit);
}

static void exp_is_right_to_the_last_place(void **state)
{
    (void)state;
    for (double x = -707; x < 709; x += 0.01237)
        assert_true(units(num_exp(x), expl(x)) < 1.1);
    for (double x = 1e-20; x < 1; x *= 1.1)
        assert_true(units(num_exp(-x), expl(-x)) < 1.1);
}

static void log_is_right_to_the_last_place(void **state)
{
    (void)state;
    for (double x = 1e-300; x < 1e300; x *= 1.0917)
        assert_true(units(num_log(x), logl(x)) < 1.1);
    for (double x = 0.4; x < 3; x += 0.000137)
        assert_true(units(num_log(x), logl(x)) < 1.1);
    for (double d = 1e-15; d < 0.1; d *= 1.3)
        assert_true(units(num_log(1 + d), logl(1 + d)) < 1.1);
}

static void small_arguments_keep_their_digits(void **state)
{
    (void)state;
    for (double x = 1e-300; x < 30; x *= 1.31) {
        assert_true(units(num_expm1(x), expm1l(x)) < 4);
        assert_true(units(num_expm1(-x), expm1l(-x)) < 4);
        assert_true(units(num_log1p(x), log1pl(x)) < 4);
    }
    for (double x = 1e-300; x < 1; x *= 1.31)
        assert_true(units(num_log1p(-x), log1pl(-x)) < 4);
    assert_true(num_log1p(-1) == -HUGE_VAL && num_log1p(HUGE_VAL) == HUGE_VAL);
    assert_true(num_expm1(-800) == -1);
}

static void ends_of_the_range_are_those_of_the_standard(void **state)
{
    (void)state;
    assert_true(num_exp(0) == 1 && num_log(1) == 0);
    assert_true(num_exp(-800) == 0 && num_exp(800) == HUGE_VAL && isnan(num_exp(NAN)));
    assert_true(num_exp(-HUGE_VAL) == 0 && num_exp(HUGE_VAL) == HUGE_VAL);
    assert_true(num_exp(-745) > 0 && num_exp(-745) < 1e-320);
    assert_true(num_log(0) == -HUGE_VAL && isnan(num_log(-1)) && isnan(num_log(NAN)));
    assert_true(num_log(HUGE_VAL) == HUGE_VAL);
    assert_true(fabs(num_log(5e-324) + 744.44007192138122) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_right_to_the_last_place),
        cmocka_unit_test(log_is_right_to_the_last_place),
        cmocka_unit_test(small_arguments_keep_their_digits),
        cmocka_unit_test(ends_of_the_range_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
