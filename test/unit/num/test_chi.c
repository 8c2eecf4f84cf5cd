/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "num/chi.h"

#include <assay/distribution.h>

static double one(double s, const void *with)
{
    (void)s, (void)with;
    return 1;
}

static double square(double s, const void *with)
{
    (void)with;
    return s * s;
}

static void the_density_has_unit_mass_and_unit_mean_square(void **state)
{
    (void)state;
    for (double nu = 0.1; nu < 1e7; nu *= 3) {
        assert_digits(chi_mean(nu, 1, 0, one, NULL), 1, 13);
        assert_digits(chi_mean(nu, 1, 0, square, NULL), 1, 12.5);
    }
}

static void stirlings_error_is_that_of_the_factorial(void **state)
{
    (void)state;
    static const double a[] = {0.5, 1, 3, 7.25, 14.9, 15.1, 40};
    for (int i = 0; i < 7; i++) {
        double expected = lgamma(a[i]) - (a[i] - 0.5) * log(a[i]) + a[i] - 0.91893853320467274178;
        assert_true(fabs(stirling_error(a[i]) - expected) < 2e-14 * (1 + a[i]));
    }
}

/* The two ways meet where one takes over, and at smaller nu as the expansion says. */
static void the_expansion_agrees_with_the_exact_quantile(void **state)
{
    (void)state;
    static const double p[] = {0.001, 0.025, 0.3, 0.5, 0.95, 0.999};
    for (int i = 0; i < 6; i++) {
        for (double nu = 50; nu < 1e7; nu *= 2.1) {
            double exact = sqrt(assay_chi2_quantile(p[i], nu) / nu);
            double error = chi_normal_quantile(p[i], 1, 0, nu) / exact - 1;
            assert_true(fabs(error) < pow(nu, -2.5) + 1e-13);
            assert_digits(chi_quantile(p[i], nu), exact, 9.5);
        }
    }
    assert_digits(chi_quantile(1e-6, 5000), sqrt(assay_chi2_quantile(1e-6, 5000) / 5000), 14);
}

static void degrees_of_freedom_invert_the_variance(void **state)
{
    (void)state;
    for (double nu = 1; nu < 1e6; nu *= 2.7) {
        double log_c4 = lgamma((nu + 1) / 2) - lgamma(nu / 2) + log(2 / nu) / 2;
        double variance = expm1(-2 * log_c4);
        if (nu < 1e3) /* beyond, lgamma of the test itself cancels */
            assert_digits(chi_nu_of_variance(variance), nu, 8);
        assert_digits(chi_nu_of_variance(0.5 / nu), nu + 0.25, 0.9);
    }
    assert_true(isnan(chi_nu_of_variance(NAN)) && isnan(chi_nu_of_variance(0)));
    assert_true(isnan(chi_nu_of_variance(1e11)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_density_has_unit_mass_and_unit_mean_square),
        cmocka_unit_test(stirlings_error_is_that_of_the_factorial),
        cmocka_unit_test(the_expansion_agrees_with_the_exact_quantile),
        cmocka_unit_test(degrees_of_freedom_invert_the_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
