/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/fit.h>

#include <jansson.h>

static json_t *cases;
static double stage[64];
static size_t stage_n;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int load(void **state)
{
    (void)state;
    cases = json_load_file(check_golden("capability/capability.json"), 0, NULL);
    json_t *data = json_object_get(json_object_get(cases, "nonnormal_stage1"), "data");
    stage_n = json_array_size(data);
    for (size_t i = 0; i < stage_n; i++)
        stage[i] = json_number_value(json_array_get(data, i));
    qsort(stage, stage_n, sizeof *stage, by_value);
    return cases ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(cases);
    return 0;
}

static double number(json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static assay_fit fit_of(assay_family family, const double *x, size_t n)
{
    assay_fit fit;
    assay_err err;
    assert_ok(assay_fit_make(family, x, n, &fit, &err), err);
    return fit;
}

/* ---- against the reference ---- */

static void check_parameters(const assay_fit *fit, json_t *expected)
{
    for (int i = 0; i < assay_family_parameters(fit->family); i++) {
        const char *name = assay_family_parameter_name(fit->family, i);
        json_t *value = json_object_get(expected, name);
        if (!value && !strcmp(name, "sdlog"))
            value = json_object_get(expected, "sdlog_minitab_n_minus_1");
        assert_non_null(value);
        assert_digits(fit->parameter[i], json_number_value(value), 8);
    }
}

static void every_family_of_the_reference_has_its_estimates(void **state)
{
    (void)state;
    json_t *families = json_object_get(json_object_get(cases, "nonnormal_stage1"), "expected");
    const char *name;
    json_t *expected;
    int seen = 0;
    json_object_foreach(families, name, expected)
    {
        char dashed[32];
        snprintf(dashed, sizeof dashed, "%s", name);
        char *low = strchr(dashed, '_');
        if (low)
            *low = '-';
        assay_fit fit = fit_of(assay_family_of_name(dashed), stage, stage_n);
        check_parameters(&fit, json_object_get(expected, "parameters"));
        assert_digits(fit.log_likelihood, number(expected, "loglik"), 10);
        assert_digits(fit.ad, number(expected, "AD"), 8);
        json_t *quantiles = json_object_get(expected, "quantiles");
        assert_digits(assay_fit_quantile(&fit, 0.00135), number(quantiles, "x_00135"), 8);
        assert_digits(assay_fit_quantile(&fit, 0.5), number(quantiles, "median"), 8);
        assert_digits(assay_fit_quantile(&fit, 0.99865), number(quantiles, "x_99865"), 8);
        seen++;
    }
    assert_int_equal(seen, 8);
}

static void anderson_darling_of_the_normal_has_its_p(void **state)
{
    (void)state;
    json_t *normal = json_object_get(cases, "normal_jasp_diameter");
    json_t *expected = json_object_get(normal, "expected"), *rows = json_object_get(normal, "data");
    double x[100];
    for (size_t i = 0; i < 100; i++)
        x[i] = json_number_value(json_array_get(json_array_get(rows, i / 5), i % 5));
    qsort(x, 100, sizeof *x, by_value);
    assay_fit fit = fit_of(ASSAY_FAMILY_NORMAL, x, 100);
    assert_digits(fit.ad, number(expected, "AD_normal"), 10);
    assert_digits(fit.ad_p, number(expected, "AD_p"), 10);
    assert_digits(fit.parameter[1], number(expected, "sd_overall"), 13);
}

static void box_cox_has_its_lambda_and_interval(void **state)
{
    (void)state;
    json_t *expected = json_object_get(json_object_get(cases, "boxcox_stage1"), "expected");
    assay_box_cox fit = assay_box_cox_fit(stage, stage_n, 0.95);
    assert_null(fit.why);
    /* The reference searched a flat maximum by values: 1.5e-8 is what it can tell. */
    assert_digits(fit.lambda, number(expected, "lambda_profile_ML"), 7);
    assert_digits(fit.log_likelihood, number(expected, "loglik"), 12);
    json_t *interval = json_object_get(expected, "ci95");
    assert_digits(fit.low, json_number_value(json_array_get(interval, 0)), 8);
    assert_digits(fit.high, json_number_value(json_array_get(interval, 1)), 8);
}

/* ---- the maximum is a maximum, and moves with its data ---- */

static bool has_no_threshold_or_quantile_method(assay_family family)
{
    return family < ASSAY_FAMILY_JOHNSON_SU;
}

static double likelihood(assay_fit fit, const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += assay_fit_log_density(&fit, x[i]);
    return sum;
}

static void no_neighbour_is_more_likely(void **state)
{
    (void)state;
    for (int f = ASSAY_FAMILY_LOGNORMAL3; has_no_threshold_or_quantile_method(f); f++) {
        assay_fit fit = fit_of((assay_family)f, stage, stage_n);
        assert_null(fit.why);
        for (int i = 0; i < assay_family_parameters(fit.family); i++) {
            for (double step = -1e-3; step < 2e-3; step += 2e-3) {
                assay_fit near = fit;
                near.parameter[i] += step * fabs(near.parameter[i]);
                assert_true(likelihood(near, stage, stage_n) < fit.log_likelihood);
            }
        }
    }
}

static void a_change_of_unit_changes_the_unit_alone(void **state)
{
    (void)state;
    double x[64];
    for (double unit = 1e-6; unit < 1e7; unit *= 1e3) {
        for (size_t i = 0; i < stage_n; i++)
            x[i] = stage[i] * unit;
        for (int f = ASSAY_FAMILY_NORMAL; f < ASSAY_FAMILY_JOHNSON_SU; f++) {
            assay_fit one = fit_of((assay_family)f, stage, stage_n);
            assay_fit other = fit_of((assay_family)f, x, stage_n);
            assert_digits(assay_fit_quantile(&other, 0.99), unit * assay_fit_quantile(&one, 0.99),
                          7);
            assert_digits(other.ad, one.ad, 6);
        }
    }
}

static void shifting_moves_the_threshold_alone(void **state)
{
    (void)state;
    double x[64];
    for (size_t i = 0; i < stage_n; i++)
        x[i] = stage[i] - 100;
    static const assay_family family[] = {ASSAY_FAMILY_LOGNORMAL3, ASSAY_FAMILY_WEIBULL3};
    for (int i = 0; i < 2; i++) {
        assay_fit one = fit_of(family[i], stage, stage_n), other = fit_of(family[i], x, stage_n);
        assert_digits(other.parameter[2], one.parameter[2] - 100, 7);
        assert_digits(other.parameter[1], one.parameter[1], 6);
    }
}

/* ---- every family: functions agree with each other ---- */

static const assay_fit examples[] = {
    {.family = ASSAY_FAMILY_NORMAL, .parameter = {3, 2, NAN, NAN}},
    {.family = ASSAY_FAMILY_LOGNORMAL, .parameter = {0.3, 0.6, NAN, NAN}},
    {.family = ASSAY_FAMILY_LOGNORMAL3, .parameter = {0.3, 0.6, -4, NAN}},
    {.family = ASSAY_FAMILY_WEIBULL, .parameter = {1.7, 3, NAN, NAN}},
    {.family = ASSAY_FAMILY_WEIBULL3, .parameter = {1.7, 3, 5, NAN}},
    {.family = ASSAY_FAMILY_GAMMA, .parameter = {2.5, 3, NAN, NAN}},
    {.family = ASSAY_FAMILY_EXPONENTIAL, .parameter = {2.5, NAN, NAN, NAN}},
    {.family = ASSAY_FAMILY_LOGISTIC, .parameter = {2.5, 0.5, NAN, NAN}},
    {.family = ASSAY_FAMILY_LOGLOGISTIC, .parameter = {2.5, 0.5, NAN, NAN}},
    {.family = ASSAY_FAMILY_SMALLEST_EV, .parameter = {2.5, 0.5, NAN, NAN}},
    {.family = ASSAY_FAMILY_LARGEST_EV, .parameter = {2.5, 0.5, NAN, NAN}},
    {.family = ASSAY_FAMILY_FOLDED_NORMAL, .parameter = {1, 1.5, NAN, NAN}},
    {.family = ASSAY_FAMILY_RAYLEIGH, .parameter = {2, NAN, NAN, NAN}},
    {.family = ASSAY_FAMILY_JOHNSON_SU, .parameter = {-0.5, 1.5, 2, 3}},
    {.family = ASSAY_FAMILY_JOHNSON_SB, .parameter = {0.5, 0.9, 2, 3}},
};
enum { example_count = sizeof examples / sizeof *examples };

static void quantile_tails_and_density_belong_together(void **state)
{
    (void)state;
    for (int i = 0; i < example_count; i++) {
        const assay_fit *fit = &examples[i];
        for (double p = 0.001; p < 1; p += 0.0499) {
            double x = assay_fit_quantile(fit, p), h = 1e-4;
            assert_digits(assay_fit_cdf(fit, x), p, 10);
            assert_digits(assay_fit_upper(fit, x), 1 - p, 10);
            double slope = (assay_fit_cdf(fit, x + h) - assay_fit_cdf(fit, x - h)) / (2 * h);
            assert_digits(exp(assay_fit_log_density(fit, x)), slope, 3);
        }
    }
}

static void below_its_support_a_distribution_is_empty(void **state)
{
    (void)state;
    for (int i = 0; i < example_count; i++) {
        const assay_fit *fit = &examples[i];
        double x = assay_fit_quantile(fit, 0);
        if (isinf(x))
            continue;
        assert_true(assay_fit_cdf(fit, x - 1) == 0 && assay_fit_upper(fit, x - 1) == 1);
        assert_true(assay_fit_log_density(fit, x - 1) == -HUGE_VAL);
    }
    assert_true(assay_fit_quantile(&examples[11], 1) == HUGE_VAL);
    assert_true(assay_fit_cdf(&examples[14], 6) == 1 && assay_fit_upper(&examples[14], 6) == 0);
    assert_true(assay_fit_log_density(&examples[14], 6) == -HUGE_VAL);
    assert_true(assay_fit_log_density(&examples[0], NAN) != 0 &&
                isnan(assay_fit_cdf(&examples[0], NAN)));
    assert_true(isnan(assay_fit_upper(&examples[0], NAN)) &&
                isnan(assay_fit_quantile(&examples[0], 2)));
    assert_true(isnan(assay_fit_quantile(&examples[0], -1)));
}

/* Readings at the plotting positions of a distribution give it back. */
static void draw(const assay_fit *from, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = assay_fit_quantile(from, ((double)i + 0.5) / (double)n);
}

static void a_sample_of_quantiles_gives_its_distribution_back(void **state)
{
    (void)state;
    static double x[4000];
    for (int i = 0; i < example_count; i++) {
        draw(&examples[i], x, 4000);
        assay_fit fit = fit_of(examples[i].family, x, 4000);
        if (fit.why)
            fail_msg("%s: %s", assay_family_name(fit.family), fit.why);
        assert_digits(assay_fit_quantile(&fit, 0.99), assay_fit_quantile(&examples[i], 0.99), 1.5);
        assert_digits(assay_fit_quantile(&fit, 0.5), assay_fit_quantile(&examples[i], 0.5), 1.5);
    }
}

/* ---- the choice ---- */

static void normal_readings_stay_normal(void **state)
{
    (void)state;
    assert_int_equal(fit_of(ASSAY_FAMILY_AUTO, stage, stage_n).family, ASSAY_FAMILY_NORMAL);
}

static void skewed_readings_choose_by_bic(void **state)
{
    (void)state;
    static double x[500];
    static const int from[] = {1, 6, 14};
    for (int i = 0; i < 3; i++) {
        draw(&examples[from[i]], x, 500);
        assay_fit best = fit_of(ASSAY_FAMILY_AUTO, x, 500);
        assert_int_not_equal(best.family, ASSAY_FAMILY_NORMAL);
        for (int f = ASSAY_FAMILY_NORMAL; f < ASSAY_FAMILY_COUNT; f++) {
            assay_fit fit = fit_of((assay_family)f, x, 500);
            assert_true(fit.why || !(fit.bic < best.bic) || isinf(fit.ad));
        }
    }
    draw(&examples[1], x, 500);
    assert_int_equal(fit_of(ASSAY_FAMILY_AUTO, x, 500).family, ASSAY_FAMILY_LOGNORMAL);
}

/* ---- what does not exist says so ---- */

static void check_refused(assay_family family, const double *x, size_t n, const char *why)
{
    assay_fit fit = fit_of(family, x, n);
    if (!fit.why || !strstr(fit.why, why))
        fail_msg("%s: \"%s\" does not say \"%s\"", assay_family_name(family), fit.why, why);
    assert_true(isnan(fit.parameter[0]) && isnan(fit.ad) && isnan(fit.log_likelihood));
    assert_true(isnan(assay_fit_cdf(&fit, 1)) && isnan(assay_fit_quantile(&fit, 0.5)));
}

static void a_missing_estimate_is_an_answer_with_its_reason(void **state)
{
    (void)state;
    static const double equal[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, mixed[] = {-1, 0, 1, 2, 3};
    static const double zero[] = {0, 0, 0}, one[] = {5};
    for (int f = ASSAY_FAMILY_NORMAL; f < ASSAY_FAMILY_COUNT; f++) {
        if (f == ASSAY_FAMILY_EXPONENTIAL || f == ASSAY_FAMILY_RAYLEIGH)
            continue;
        check_refused((assay_family)f, equal, 10,
                      f < ASSAY_FAMILY_JOHNSON_SU ? "equal" : "coincide");
        check_refused((assay_family)f, one, 1, "");
    }
    check_refused(ASSAY_FAMILY_LOGNORMAL, mixed, 5, "not above 0");
    check_refused(ASSAY_FAMILY_WEIBULL, mixed, 5, "not above 0");
    check_refused(ASSAY_FAMILY_GAMMA, mixed, 5, "not above 0");
    check_refused(ASSAY_FAMILY_LOGLOGISTIC, mixed, 5, "not above 0");
    check_refused(ASSAY_FAMILY_RAYLEIGH, mixed, 5, "not above 0");
    check_refused(ASSAY_FAMILY_EXPONENTIAL, mixed, 5, "below 0");
    check_refused(ASSAY_FAMILY_EXPONENTIAL, zero, 3, "all readings are 0");
    check_refused(ASSAY_FAMILY_FOLDED_NORMAL, mixed, 5, "below 0");
    check_refused(ASSAY_FAMILY_JOHNSON_SU, mixed, 5, "ten readings");
    check_refused(ASSAY_FAMILY_WEIBULL3, mixed, 3, "four readings");
}

static void a_threshold_without_maximum_says_which_way_it_runs(void **state)
{
    (void)state;
    static double x[200];
    draw(&examples[9], x, 200); /* skewed to the left: the threshold recedes */
    check_refused(ASSAY_FAMILY_LOGNORMAL3, x, 200, "recedes");
    static const double heaped[] = {1, 1, 1, 1, 1, 1.001, 1.01, 9};
    check_refused(ASSAY_FAMILY_WEIBULL3, heaped, 8, "reaches the smallest");
}

static void half_normal_readings_fold_at_zero(void **state)
{
    (void)state;
    static double x[999];
    assay_fit half = {.family = ASSAY_FAMILY_FOLDED_NORMAL, .parameter = {0, 2, NAN, NAN}};
    draw(&half, x, 999);
    x[998] *= 1.5; /* a heavier tail than any folded normal */
    assay_fit fit = fit_of(ASSAY_FAMILY_FOLDED_NORMAL, x, 999);
    assert_true(fit.parameter[0] == 0);
}

static void johnson_families_exclude_each_other(void **state)
{
    (void)state;
    static double x[400];
    draw(&examples[13], x, 400);
    check_refused(ASSAY_FAMILY_JOHNSON_SB, x, 400, "unbounded");
    draw(&examples[14], x, 400);
    check_refused(ASSAY_FAMILY_JOHNSON_SU, x, 400, "bounded");
    x[399] = 1e3;
    check_refused(ASSAY_FAMILY_JOHNSON_SB, x, 400, "outside the bounds");
}

static void box_cox_needs_positive_spread_readings(void **state)
{
    (void)state;
    static const double mixed[] = {-1, 2}, equal[] = {2, 2}, infinite[] = {1, HUGE_VAL};
    assert_non_null(assay_box_cox_fit(mixed, 2, 0.95).why);
    assert_non_null(assay_box_cox_fit(equal, 2, 0.95).why);
    assert_non_null(assay_box_cox_fit(infinite, 2, 0.95).why);
    assert_non_null(assay_box_cox_fit(mixed, 1, 0.95).why);
    static const double steep[] = {1, 1.0001, 1.0002, 1.0004, 1.001, 1.01, 50};
    assert_true(isnan(assay_box_cox_fit(steep, 7, 0.95).lambda) ||
                assay_box_cox_fit(steep, 7, 0.95).lambda < -1);
    static const double hinge[] = {1, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    assert_true(!assay_box_cox_fit(hinge, 10, 0.95).why ||
                isnan(assay_box_cox_fit(hinge, 10, 0.95).lambda));
}

static void readings_that_their_logarithm_cannot_tell_apart_are_equal(void **state)
{
    (void)state;
    static const double close[] = {1e16, 1e16 + 2, 1e16 + 2, 1e16 + 4};
    check_refused(ASSAY_FAMILY_WEIBULL, close, 4, "equal");
    check_refused(ASSAY_FAMILY_LOGLOGISTIC, close, 4, "equal");
    static const double narrow[] = {1000, 1000.001, 1000.002, 1000.004, 1000.005, 1000.009};
    assay_fit fit = fit_of(ASSAY_FAMILY_GAMMA, narrow, 6);
    assert_true(fit.parameter[0] > 1e10);
    assert_digits(fit.parameter[0] * fit.parameter[1], 1000.0035, 12);
}

static void a_sample_too_small_to_judge_stays_normal(void **state)
{
    (void)state;
    static const double two[] = {1, 2}, equal[] = {3, 3, 3};
    assert_int_equal(fit_of(ASSAY_FAMILY_AUTO, two, 2).family, ASSAY_FAMILY_NORMAL);
    assert_non_null(fit_of(ASSAY_FAMILY_AUTO, equal, 3).why);
}

static void a_reading_impossible_under_a_family_rules_it_out(void **state)
{
    (void)state;
    static double x[500];
    draw(&examples[6], x, 500);
    x[499] = 1e5; /* log of an upper tail of 0: A^2 is infinite for most */
    assay_fit best = fit_of(ASSAY_FAMILY_AUTO, x, 500);
    assert_true(!best.why && isfinite(best.ad) && isfinite(best.bic));
}

static void johnson_quantiles_that_coincide_say_so(void **state)
{
    (void)state;
    double x[20];
    for (int side = 0; side < 3; side++) {
        for (int i = 0; i < 20; i++)
            x[i] = side == 0   ? (i < 8 ? 0 : i)
                   : side == 1 ? (i < 12 ? i : 30)
                   : i < 10    ? -i / 1e3
                               : i;
        if (side == 2)
            for (int i = 0; i < 20; i++)
                x[i] = i < 3 ? i : i > 16 ? i + 10 : 5;
        check_refused(ASSAY_FAMILY_JOHNSON_SU, x, 20, "coincide");
    }
}

static void wrong_input_is_refused_and_named(void **state)
{
    (void)state;
    assay_fit fit;
    assay_err err;
    static const double unsorted[] = {1, 3, 2}, infinite[] = {1, HUGE_VAL}, missing[] = {1, NAN, 2};
    assert_int_equal(assay_fit_make(ASSAY_FAMILY_NORMAL, unsorted, 3, &fit, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
    assert_int_equal(assay_fit_make(ASSAY_FAMILY_NORMAL, infinite, 2, &fit, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_fit_make(ASSAY_FAMILY_NORMAL, missing, 3, &fit, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    assert_int_equal(assay_fit_make(ASSAY_FAMILY_NORMAL, unsorted, 0, &fit, &err), ASSAY_SHAPE);
    assert_int_equal(assay_fit_make(ASSAY_FAMILY_COUNT, unsorted, 1, &fit, &err), ASSAY_DOMAIN);
    assert_true(isnan(assay_anderson_darling(&examples[0], unsorted, 0)));
}

static void anderson_darling_p_falls_from_one_to_zero(void **state)
{
    (void)state;
    double last = 1;
    for (double ad = 0.1; ad < 12; ad += 0.1) {
        double p = assay_anderson_darling_p(ASSAY_FAMILY_NORMAL, ad, 1000);
        assert_true(p >= 0 && p <= last + 0.01);
        last = p;
    }
    assert_true(last < 1e-20);
    assert_true(isnan(assay_anderson_darling_p(ASSAY_FAMILY_WEIBULL, 1, 100)));
    assert_true(isnan(assay_anderson_darling_p(ASSAY_FAMILY_NORMAL, NAN, 100)));
    assert_true(isnan(assay_anderson_darling_p(ASSAY_FAMILY_NORMAL, 1, 2)));
}

static void a_probability_plot_of_its_own_quantiles_is_a_line(void **state)
{
    (void)state;
    double out[9];
    assay_probability_plot(&examples[0], 9, out);
    assert_digits(out[4], 3, 14);
    for (int i = 1; i < 9; i++)
        assert_true(out[i] > out[i - 1]);
    assert_digits(assay_fit_cdf(&examples[0], out[0]), 0.7 / 9.4, 12);
}

static void names_are_those_of_the_contract(void **state)
{
    (void)state;
    for (int f = 0; f < ASSAY_FAMILY_COUNT; f++)
        assert_int_equal(assay_family_of_name(assay_family_name((assay_family)f)), f);
    assert_int_equal(assay_family_of_name("cauchy"), ASSAY_FAMILY_COUNT);
    assert_string_equal(assay_family_name(ASSAY_FAMILY_COUNT), "unknown");
    assert_int_equal(assay_family_parameters(ASSAY_FAMILY_COUNT), 0);
    assert_string_equal(assay_family_parameter_name(ASSAY_FAMILY_WEIBULL3, 2), "threshold");
    assert_string_equal(assay_family_parameter_name(ASSAY_FAMILY_WEIBULL3, 3), "");
    assert_string_equal(assay_family_parameter_name(ASSAY_FAMILY_WEIBULL3, 9), "");
    assert_string_equal(assay_family_parameter_name(ASSAY_FAMILY_WEIBULL3, -1), "");
    assert_string_equal(assay_family_parameter_name(ASSAY_FAMILY_COUNT, 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_of_the_reference_has_its_estimates),
        cmocka_unit_test(anderson_darling_of_the_normal_has_its_p),
        cmocka_unit_test(box_cox_has_its_lambda_and_interval),
        cmocka_unit_test(no_neighbour_is_more_likely),
        cmocka_unit_test(a_change_of_unit_changes_the_unit_alone),
        cmocka_unit_test(shifting_moves_the_threshold_alone),
        cmocka_unit_test(quantile_tails_and_density_belong_together),
        cmocka_unit_test(below_its_support_a_distribution_is_empty),
        cmocka_unit_test(a_sample_of_quantiles_gives_its_distribution_back),
        cmocka_unit_test(normal_readings_stay_normal),
        cmocka_unit_test(skewed_readings_choose_by_bic),
        cmocka_unit_test(a_missing_estimate_is_an_answer_with_its_reason),
        cmocka_unit_test(a_threshold_without_maximum_says_which_way_it_runs),
        cmocka_unit_test(half_normal_readings_fold_at_zero),
        cmocka_unit_test(johnson_families_exclude_each_other),
        cmocka_unit_test(box_cox_needs_positive_spread_readings),
        cmocka_unit_test(readings_that_their_logarithm_cannot_tell_apart_are_equal),
        cmocka_unit_test(a_sample_too_small_to_judge_stays_normal),
        cmocka_unit_test(a_reading_impossible_under_a_family_rules_it_out),
        cmocka_unit_test(johnson_quantiles_that_coincide_say_so),
        cmocka_unit_test(wrong_input_is_refused_and_named),
        cmocka_unit_test(anderson_darling_p_falls_from_one_to_zero),
        cmocka_unit_test(a_probability_plot_of_its_own_quantiles_is_a_line),
        cmocka_unit_test(names_are_those_of_the_contract),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
