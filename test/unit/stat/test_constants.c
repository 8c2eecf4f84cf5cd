/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/constants.h>

/* 1e-14 is the tolerance; the table is expected to be the nearest double of every entry. */
static void constants_are_the_nearest_doubles_of_34_digit_references(void **state)
{
    (void)state;
    FILE *file = fopen(check_golden("stat/shewhart_constants.csv"), "r");
    assert_non_null(file);
    char line[512];
    int seen = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *at = line;
        size_t n = strtoul(at, &at, 10);
        const double ours[] = {assay_d2(n), assay_d3(n), assay_c4(n), assay_d4(n)};
        for (int i = 0; i < 4; i++) {
            double expected = strtod(at + 1, &at);
            if (ours[i] != expected)
                fail_msg("n = %zu, column %d: %.17g, expected %.17g", n, i, ours[i], expected);
        }
        seen++;
    }
    fclose(file);
    assert_int_equal(seen, 66);
}

static void closed_forms_hold_for_small_n(void **state)
{
    (void)state;
    const double pi = 3.14159265358979323846;
    assert_digits(assay_d2(2), 2 / sqrt(pi), 15);
    assert_digits(assay_d2(3), 3 / sqrt(pi), 15);
    assert_digits(assay_d3(2), sqrt(2 - 4 / pi), 15);
    assert_digits(assay_c4(2), sqrt(2 / pi), 15);
    assert_digits(assay_c4(3), sqrt(pi) / 2, 15);
    assert_digits(assay_median_sd(2), sqrt(0.5), 14);
    /* three readings: Var = 1 - sqrt(3)/pi */
    assert_digits(assay_median_sd(3), sqrt(1 - sqrt(3) / pi), 14);
}

static void c5_completes_c4(void **state)
{
    (void)state;
    for (size_t n = 2; n < 2000; n = n * 3 / 2 + 1)
        assert_digits(assay_c5(n) * assay_c5(n) + assay_c4(n) * assay_c4(n), 1, 15);
}

static double fourth_difference(double (*f)(size_t))
{
    return f(98) - 4 * f(99) + 6 * f(100) - 4 * f(101) + f(102);
}

/* Beyond the table: mpmath, 25 digits. */
static void constants_go_on_beyond_the_table(void **state)
{
    (void)state;
    assert_digits(assay_d2(101), 5.02229645503095584, 14);
    assert_digits(assay_d2(10000), 7.70323163413334966, 14);
    assert_digits(assay_c4(101), 0.997503163955105087, 15);
    assert_digits(assay_c4(10000), 0.999974997812351558, 15);
    /* the table's last and the first integral join smoothly: fourth differences vanish */
    assert_true(fabs(fourth_difference(assay_d2)) < 2e-7);
    assert_true(fabs(fourth_difference(assay_d3)) < 2e-7);
    assert_true(fabs(fourth_difference(assay_d4)) < 2e-7);
}

static void the_range_distribution_is_inverted_by_its_quantile(void **state)
{
    (void)state;
    const size_t sizes[] = {2, 3, 5, 10, 50, 100, 1000};
    const double probabilities[] = {0.00135, 0.05, 0.5, 0.95, 0.99865};
    for (int i = 0; i < 7; i++)
        for (int j = 0; j < 5; j++) {
            double w = assay_range_quantile(probabilities[j], sizes[i]);
            assert_digits(assay_range_cdf(w, sizes[i]), probabilities[j], 12.5);
        }
    /* two readings: R / sqrt 2 is half normal */
    assert_digits(assay_range_cdf(1.5, 2), erf(1.5 / 2), 14);
    assert_digits(assay_range_quantile(0.5, 5), assay_d4(5), 14);
}

static void outside_the_domain_is_nan(void **state)
{
    (void)state;
    assert_true(isnan(assay_d2(1)) && isnan(assay_d2(0)) && isnan(assay_d2(ASSAY_RANGE_N_MAX + 1)));
    assert_true(isnan(assay_d3(1)) && isnan(assay_d4(1)) && isnan(assay_c4(1)) && isnan(assay_c5(1)));
    assert_true(isnan(assay_d3(ASSAY_RANGE_N_MAX + 1)) && isnan(assay_d4(ASSAY_RANGE_N_MAX + 1)));
    assert_true(isnan(assay_median_sd(1)));
    assert_true(isnan(assay_range_cdf(NAN, 5)) && isnan(assay_range_cdf(1, 1)));
    assert_true(isnan(assay_range_quantile(1.5, 5)) && isnan(assay_range_quantile(-1, 5)));
    assert_true(assay_range_cdf(-1, 5) == 0 && assay_range_quantile(0, 5) == 0);
    assert_true(isinf(assay_range_quantile(1, 5)));
    assert_false(isnan(assay_c4(1000000000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_the_nearest_doubles_of_34_digit_references),
        cmocka_unit_test(closed_forms_hold_for_small_n),
        cmocka_unit_test(c5_completes_c4),
        cmocka_unit_test(constants_go_on_beyond_the_table),
        cmocka_unit_test(the_range_distribution_is_inverted_by_its_quantile),
        cmocka_unit_test(outside_the_domain_is_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
