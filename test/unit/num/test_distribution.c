/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/distribution.h>
#include <assay/tolerance.h>

static double evaluate(const char *name, const double *a)
{
    if (!strcmp(name, "pnorm"))
        return assay_normal_cdf(a[0]);
    if (!strcmp(name, "pnorm_upper"))
        return assay_normal_upper(a[0]);
    if (!strcmp(name, "qnorm"))
        return assay_normal_quantile(a[0]);
    if (!strcmp(name, "pt"))
        return assay_t_cdf(a[0], a[1]);
    if (!strcmp(name, "qt"))
        return assay_t_quantile(a[0], a[1]);
    if (!strcmp(name, "pchisq"))
        return assay_chi2_cdf(a[0], a[1]);
    if (!strcmp(name, "pchisq_upper"))
        return assay_chi2_upper(a[0], a[1]);
    if (!strcmp(name, "qchisq"))
        return assay_chi2_quantile(a[0], a[1]);
    if (!strcmp(name, "pncchisq"))
        return assay_ncchi2_cdf(a[0], a[1], a[2]);
    if (!strcmp(name, "pf_upper"))
        return assay_f_upper(a[0], a[1], a[2]);
    if (!strcmp(name, "qf"))
        return assay_f_quantile(a[0], a[1], a[2]);
    if (!strcmp(name, "pbeta"))
        return assay_beta_cdf(a[0], a[1], a[2]);
    if (!strcmp(name, "pbinom"))
        return assay_binomial_cdf(a[0], a[1], a[2]);
    if (!strcmp(name, "ppois"))
        return assay_poisson_cdf(a[0], a[1]);
    if (!strcmp(name, "phyper"))
        return assay_hypergeometric_cdf(a[0], a[1], a[2], a[3]);
    if (!strcmp(name, "pnct"))
        return assay_nct_cdf(a[0], a[1], a[2]);
    if (!strcmp(name, "pnct_upper"))
        return assay_nct_upper(a[0], a[1], a[2]);
    if (!strcmp(name, "ptukey_upper"))
        return assay_tukey_upper(a[0], a[1], a[2]);
    if (!strcmp(name, "ptukey"))
        return assay_tukey_cdf(a[0], a[1], a[2]);
    if (!strcmp(name, "tolerance_one_sided"))
        return assay_tolerance_k_one_sided(a[0], a[1], a[2]);
    if (!strcmp(name, "tolerance_two_sided"))
        return assay_tolerance_k_two_sided(a[0], a[1], a[2]);
    fail_msg("unknown function %s", name);
    return NAN;
}

/* Digits asked of each kind: 13; noncentral, studentized range and k 12.3, since the references
 * of k are printed to 13 digits (half a unit of 1.1e-12 is 12.3). */
static double digits_of(const char *name)
{
    int is_hard = !strncmp(name, "pn", 2) && name[2] == 'c';
    return is_hard || strstr(name, "tukey") || strstr(name, "tolerance") ? 12.3 : 13;
}

static void every_reference_value_has_its_digits(void **state)
{
    (void)state;
    FILE *file = fopen(check_golden("distributions.csv"), "r");
    assert_non_null(file);
    char line[256];
    int cases = 0, low = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        char *rest = line, *name = strsep(&rest, ",");
        double a[4];
        for (int i = 0; i < 4; i++)
            a[i] = strtod(strsep(&rest, ","), NULL);
        double expected = strtod(rest, NULL), got = evaluate(name, a);
        double digits = check_lre(got, expected);
        if (!(digits >= digits_of(name))) {
            print_message("# %s(%g, %g, %g, %g) = %.17g, expected %.17g: %.2f digits\n", name, a[0],
                          a[1], a[2], a[3], got, expected, digits);
            low++;
        }
        cases++;
    }
    fclose(file);
    assert_int_equal(cases, 386 + 15);
    assert_int_equal(low, 0);
}

/* ---- what the reference values do not reach ---- */

static void the_normal_tail_goes_on_to_the_smallest_denormal(void **state)
{
    (void)state;
    assert_digits(assay_normal_cdf(-37.001) / assay_normal_cdf(-36.999),
                  exp(-37 * 0.002 - 0.002 / 37), 6);
    assert_true(assay_normal_cdf(-38.4) > 0);
    assert_true(assay_normal_cdf(-40) == 0);
    assert_true(assay_normal_upper(-40) == 1);
}

static void the_tolerance_factor_that_r_misses_is_right(void **state)
{
    (void)state;
    assert_digits(assay_tolerance_k_one_sided(200, 0.999, 0.95), 3.39540, 6);
}

static void tails_add_to_one_and_mirror(void **state)
{
    (void)state;
    static const double at[][3] = {
        {0.5, 0.3, 1}, {2, 1, 60}, {40, 199, 43.7}, {-3, 10, 5}, {3, 30, 0}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        double t = at[i][0], nu = at[i][1], delta = at[i][2];
        assert_digits(assay_nct_cdf(t, nu, delta) + assay_nct_upper(t, nu, delta), 1, 13);
        assert_true(assay_nct_cdf(t, nu, delta) == assay_nct_upper(-t, nu, -delta));
    }
    assert_digits(assay_nct_cdf(1.7, 6, 0), assay_t_cdf(1.7, 6), 13);
    assert_digits(assay_tukey_cdf(3, 4, 12) + assay_tukey_upper(3, 4, 12), 1, 13);
}

static void a_studentized_range_of_two_is_a_t(void **state)
{
    (void)state;
    for (double q = 0.5; q < 40; q *= 2)
        assert_digits(assay_tukey_upper(q, 2, 7), 2 * assay_t_upper(q / sqrt(2), 7), 12);
    assert_digits(assay_tukey_upper(3, 2, HUGE_VAL), 2 * assay_normal_upper(3 / sqrt(2)), 13);
}

static void quantiles_and_noncentralities_invert(void **state)
{
    (void)state;
    static const double nu[] = {1, 4, 99, 1e5}, delta[] = {-2, 0, 3, 45};
    static const double p[] = {1e-6, 0.025, 0.5, 0.975};
    for (int i = 0; i < 64; i++) {
        double n = nu[i / 16], d = delta[i / 4 % 4], t = assay_nct_quantile(p[i % 4], n, d);
        assert_digits(assay_nct_cdf(t, n, d), p[i % 4], 10);
        assert_true(fabs(assay_nct_noncentrality(p[i % 4], t, n) - d) < 1e-9 * (1 + fabs(d)));
    }
    assert_digits(assay_t_upper(assay_t_quantile(0.99, 3.5), 3.5), 0.01, 12);
    assert_digits(assay_chi2_upper(assay_chi2_upper_quantile(1e-9, 8), 8), 1e-9, 11);
    assert_digits(assay_f_cdf(assay_f_quantile(0.3, 3, 9), 3, 9), 0.3, 12);
    assert_digits(assay_beta_upper(assay_beta_quantile(0.3, 3, 9), 3, 9), 0.7, 12);
    assert_digits(assay_gamma_upper(assay_gamma_quantile(0.3, 3, 9), 3, 9), 0.7, 12);
    assert_digits(assay_weibull_upper(assay_weibull_quantile(0.3, 3, 9), 3, 9), 0.7, 12);
    assert_digits(assay_lognormal_upper(assay_lognormal_quantile(0.3, 3, 2), 3, 2), 0.7, 12);
}

static void a_count_and_its_complement_add_to_one(void **state)
{
    (void)state;
    assert_digits(assay_binomial_cdf(3, 20, 0.1) + assay_binomial_upper(3, 20, 0.1), 1, 14);
    assert_digits(assay_poisson_cdf(3, 2.5) + assay_poisson_upper(3, 2.5), 1, 14);
    double below = assay_hypergeometric_cdf(1, 200, 10, 20);
    assert_digits(below + assay_hypergeometric_upper(1, 200, 10, 20), 1, 14);
    assert_true(assay_binomial_quantile(0.95, 80, 0.01) == 2);
    assert_true(assay_poisson_quantile(0.5, 2.5) == 2);
}

static void outside_the_domain_is_nan_and_silent(void **state)
{
    (void)state;
    assert_true(isnan(assay_normal_quantile(1.5)));
    assert_true(isnan(assay_normal_quantile(-0.1)));
    assert_true(isnan(assay_normal_cdf(NAN)));
    assert_true(isnan(assay_t_cdf(1, 0)));
    assert_true(isnan(assay_t_cdf(NAN, 3)));
    assert_true(isnan(assay_t_quantile(2, 3)));
    assert_true(isnan(assay_t_quantile(-1, 3)));
    assert_true(isnan(assay_t_quantile(0.5, -3)));
    assert_true(isnan(assay_nct_cdf(1, -1, 0)));
    assert_true(isnan(assay_nct_cdf(NAN, 1, 0)));
    assert_true(isnan(assay_nct_cdf(1, 1, NAN)));
    assert_true(isnan(assay_nct_cdf(1, 1, HUGE_VAL)));
    assert_true(isnan(assay_nct_quantile(-1, 1, 0)));
    assert_true(isnan(assay_nct_quantile(2, 1, 0)));
    assert_true(isnan(assay_nct_quantile(0.5, 0, 0)));
    assert_true(isnan(assay_nct_quantile(0.5, 1, NAN)));
    assert_true(isnan(assay_nct_noncentrality(0, 1, 1)));
    assert_true(isnan(assay_nct_noncentrality(1, 1, 1)));
    assert_true(isnan(assay_nct_noncentrality(0.5, 1, 0)));
    assert_true(isnan(assay_nct_noncentrality(0.5, NAN, 1)));
    assert_true(isnan(assay_chi2_cdf(1, -1)) && isnan(assay_chi2_upper(NAN, 2)));
    assert_true(isnan(assay_chi2_quantile(0.5, HUGE_VAL)) && isnan(assay_chi2_quantile(7, 2)));
    assert_true(isnan(assay_chi2_upper_quantile(0.5, 0)) &&
                isnan(assay_chi2_upper_quantile(-1, 2)));
    assert_true(isnan(assay_f_cdf(1, 0, 1)) && isnan(assay_f_upper(1, 1, 0)));
    assert_true(isnan(assay_ncchi2_cdf(1, 2, -1)) && isnan(assay_ncchi2_cdf(1, 0, 1)));
    assert_true(isnan(assay_ncchi2_cdf(NAN, 2, 1)) && isnan(assay_ncchi2_cdf(1, 2, HUGE_VAL)));
    assert_true(isnan(assay_lognormal_cdf(1, NAN, 1)) && isnan(assay_lognormal_upper(1, 0, 0)));
    assert_true(isnan(assay_binomial_cdf(1, 2.5, 0.1)) && isnan(assay_binomial_cdf(1, -2, 0.1)));
    assert_true(isnan(assay_binomial_cdf(1, 1e300, 0.1)) && isnan(assay_binomial_cdf(NAN, 2, 0.1)));
    assert_true(isnan(assay_binomial_upper(1, 2, 1.1)) && isnan(assay_binomial_upper(NAN, 2, 0.1)));
    assert_true(isnan(assay_binomial_upper(1, 2.5, 0.1)) && isnan(assay_binomial_cdf(1, 2, -1)));
    assert_true(isnan(assay_binomial_quantile(2, 2, 0.1)) &&
                isnan(assay_binomial_quantile(0.5, 2, 3)));
    assert_true(isnan(assay_binomial_quantile(0.5, 0.5, 0.1)));
    assert_true(isnan(assay_poisson_cdf(1, -1)) && isnan(assay_poisson_cdf(NAN, 1)));
    assert_true(isnan(assay_poisson_upper(1, HUGE_VAL)) && isnan(assay_poisson_upper(NAN, 1)));
    assert_true(isnan(assay_poisson_quantile(2, 1)) && isnan(assay_poisson_quantile(0.5, -1)));
    assert_true(isnan(assay_hypergeometric_cdf(1, 10, 11, 2)));
    assert_true(isnan(assay_hypergeometric_cdf(1, 10, 1, 12)));
    assert_true(isnan(assay_hypergeometric_cdf(NAN, 10, 1, 2)));
    assert_true(isnan(assay_hypergeometric_upper(1, 10.5, 1, 2)));
    assert_true(isnan(assay_hypergeometric_upper(NAN, 10, 1, 2)));
    assert_true(isnan(assay_hypergeometric_upper(1, 10, 1.5, 2)));
    assert_true(isnan(assay_hypergeometric_upper(1, 10, 1, 2.5)));
    assert_true(isnan(assay_tukey_cdf(NAN, 3, 3)) && isnan(assay_tukey_cdf(1, 1, 3)));
    assert_true(isnan(assay_tukey_cdf(1, 3, 0)) && isnan(assay_tukey_upper(1, HUGE_VAL, 3)));
    assert_true(isnan(assay_tolerance_k_one_sided(1, 0.9, 0.9)));
    assert_true(isnan(assay_tolerance_k_two_sided(1, 0.9, 0.9)));
    assert_true(isnan(assay_tolerance_k_two_sided(5, 1, 0.9)));
    assert_true(isnan(assay_tolerance_k_two_sided(5, 0, 0.9)));
    assert_true(isnan(assay_tolerance_k_one_sided(5, 0.9, 1)));
    assert_true(isnan(assay_tolerance_k_one_sided(5, 0.9, 0)));
    assert_true(isnan(assay_tolerance_k_one_sided(HUGE_VAL, 0.9, 0.9)));
    assert_true(isnan(assay_tolerance_k_one_sided_nu(5, 0, 0.9, 0.9)));
    assert_true(isnan(assay_tolerance_k_two_sided_nu(5, HUGE_VAL, 0.9, 0.9)));
}

static void every_condition_of_a_domain_is_kept(void **state)
{
    (void)state;
    assert_true(isnan(assay_f_upper(NAN, 1, 1)) && isnan(assay_f_cdf(1, 1, HUGE_VAL)));
    assert_true(isnan(assay_f_quantile(0.5, 0, 1)) && isnan(assay_f_quantile(0.5, 1, 0)));
    assert_true(isnan(assay_beta_cdf(0.5, 0, 1)) && isnan(assay_beta_upper(0.5, 1, 0)));
    assert_true(isnan(assay_beta_cdf(NAN, 1, 1)) && isnan(assay_beta_quantile(0.5, 1, 0)));
    assert_true(isnan(assay_beta_cdf(0.5, 1, 0)) && isnan(assay_beta_upper(0.5, 0, 1)));
    assert_true(isnan(assay_beta_quantile(2, 1, 1)) && isnan(assay_beta_quantile(0.5, 0, 1)));
    assert_true(isnan(assay_gamma_cdf(1, 0, 1)) && isnan(assay_gamma_cdf(1, 1, 0)));
    assert_true(isnan(assay_gamma_upper(1, 0, 1)) && isnan(assay_gamma_upper(1, 1, 0)));
    assert_true(isnan(assay_gamma_quantile(0.5, 0, 1)) && isnan(assay_gamma_quantile(0.5, 1, 0)));
    assert_true(isnan(assay_weibull_cdf(1, 0, 1)) && isnan(assay_weibull_cdf(1, 1, 0)));
    assert_true(isnan(assay_weibull_upper(1, 0, 1)) && isnan(assay_weibull_upper(1, 1, 0)));
    assert_true(isnan(assay_weibull_quantile(0.5, 0, 1)));
    assert_true(isnan(assay_weibull_quantile(-1, 1, 1)));
    assert_true(isnan(assay_lognormal_cdf(1, 0, 0)) && isnan(assay_lognormal_quantile(0.5, 0, 0)));
    assert_true(isnan(assay_lognormal_upper(NAN, 0, 1)));
    assert_true(isnan(assay_lognormal_quantile(0.5, NAN, 1)));
    assert_true(isnan(assay_t_upper(HUGE_VAL, -1)) && assay_t_upper(HUGE_VAL, 3) == 0);
    assert_true(isnan(assay_t_quantile(0.5, 0)));
    assert_true(assay_t_upper(40, 1e7) >= 0 && assay_t_upper(13, 1e7) < 1e-30);
    assert_digits(assay_f_cdf(2, 3, 4) + assay_f_upper(2, 3, 4), 1, 14);
    assert_digits(assay_chi2_cdf(2, 3) + assay_chi2_upper(2, 3), 1, 14);
    assert_digits(assay_nct_cdf(-1e6, 2, 30), assay_nct_upper(1e6, 2, -30), 15);
}

static void ends_of_the_range_are_exact(void **state)
{
    (void)state;
    assert_true(assay_nct_cdf(HUGE_VAL, 3, 1) == 1 && assay_nct_cdf(-HUGE_VAL, 3, 1) == 0);
    assert_true(assay_nct_upper(HUGE_VAL, 3, 1) == 0);
    assert_true(assay_nct_quantile(0, 3, 1) == -HUGE_VAL &&
                assay_nct_quantile(1, 3, 1) == HUGE_VAL);
    assert_true(assay_nct_cdf(0, 3, 1) == assay_normal_cdf(-1));
    assert_true(assay_nct_upper(0, 3, 1) == assay_normal_cdf(1));
    assert_digits(assay_nct_cdf(2, 1e13, 1), assay_normal_cdf(1), 15);
    assert_digits(assay_nct_upper(2, 1e13, 1), assay_normal_upper(1), 15);
    assert_true(assay_tukey_cdf(0, 3, 5) == 0 && assay_tukey_upper(-1, 3, 5) == 1);
    assert_true(assay_tukey_cdf(HUGE_VAL, 3, 5) == 1 && assay_tukey_upper(HUGE_VAL, 3, 5) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reference_value_has_its_digits),
        cmocka_unit_test(the_normal_tail_goes_on_to_the_smallest_denormal),
        cmocka_unit_test(the_tolerance_factor_that_r_misses_is_right),
        cmocka_unit_test(tails_add_to_one_and_mirror),
        cmocka_unit_test(a_studentized_range_of_two_is_a_t),
        cmocka_unit_test(quantiles_and_noncentralities_invert),
        cmocka_unit_test(a_count_and_its_complement_add_to_one),
        cmocka_unit_test(outside_the_domain_is_nan_and_silent),
        cmocka_unit_test(every_condition_of_a_domain_is_kept),
        cmocka_unit_test(ends_of_the_range_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
