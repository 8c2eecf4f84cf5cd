/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "num/root.h"
#include "num/sort.h"

static double cubic(double x, const void *with)
{
    return x * x * x - *(const double *)with;
}

static double flat(double x, const void *with)
{
    (void)x;
    return *(const double *)with;
}

/* Steep on one side, nearly flat on the other: bisection has to help. */
static double hockey_stick(double x, const void *with)
{
    (void)with;
    return x > 1 ? expm1((x - 1) * 30) : (x - 1) * 1e-9;
}

static void a_root_is_found_to_its_last_digits(void **state)
{
    (void)state;
    for (double c = -1e9; c < 1e9; c += 1.37e7) {
        assert_digits(root_between(-1e4, 1e4, cubic, &c), cbrt(c), 14);
        assert_digits(root_from(0.5, 0.1, cubic, &c), cbrt(c), 14);
    }
    assert_digits(root_between(-50, 20, hockey_stick, NULL), 1, 6);
}

static void a_root_at_an_end_is_that_end(void **state)
{
    (void)state;
    double c = 8;
    assert_true(root_between(2, 5, cubic, &c) == 2);
    assert_true(root_between(0, 2, cubic, &c) == 2);
    assert_true(root_from(1.5, 0.5, cubic, &c) == 2);
    assert_true(root_from(2.5, 0.5, cubic, &c) == 2);
}

static void a_function_of_one_sign_has_no_root(void **state)
{
    (void)state;
    double c = 3, nan = NAN;
    assert_true(isnan(root_between(0, 1, flat, &c)));
    assert_true(isnan(root_between(0, 1, flat, &nan)));
    assert_true(isnan(root_from(0, 1, flat, &c)));
    assert_true(isnan(root_from(0, 1, flat, &nan)));
}

static void a_good_guess_needs_few_steps_and_a_bad_slope_does_no_harm(void **state)
{
    (void)state;
    double c = 8;
    assert_digits(root_near(2.01, 12, 1e-13, cubic, &c), 2, 13);
    assert_digits(root_near(2.5, 1e-3, 1e-13, cubic, &c), 2, 12);
    assert_digits(root_near(2.5, 1e9, 1e-13, cubic, &c), 2, 5);
}

static void sorting_is_that_of_the_library(void **state)
{
    (void)state;
    double x[3000], scratch[3000];
    for (size_t n = 0; n < 3000; n = n * 2 + 1) {
        uint64_t seed = n + 1;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            x[i] = ((double)(seed >> 33) - 1e9) * (n % 5 ? 1 : 1e-300);
        }
        double sum = 0, after = 0;
        for (size_t i = 0; i < n; i++)
            sum += x[i] > 0;
        sort_doubles(x, n, scratch);
        for (size_t i = 0; i < n; i++)
            after += x[i] > 0;
        for (size_t i = 1; i < n; i++)
            assert_true(x[i - 1] <= x[i]);
        assert_true(sum == after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_is_found_to_its_last_digits),
        cmocka_unit_test(a_root_at_an_end_is_that_end),
        cmocka_unit_test(a_function_of_one_sign_has_no_root),
        cmocka_unit_test(a_good_guess_needs_few_steps_and_a_bad_slope_does_no_harm),
        cmocka_unit_test(sorting_is_that_of_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
