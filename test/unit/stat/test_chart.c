/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qcc's cases with exact constants, to 1e-10 and equal signal sets; in both number forms. */
#include "chart_case.h"

static json_t *cases;
static chart_case c;

static json_t *case_named(const char *id)
{
    size_t i;
    json_t *entry;
    json_array_foreach(cases, i, entry)
        if (strcmp(json_string_value(json_object_get(entry, "id")), id) == 0)
            return entry;
    fail_msg("no case %s", id);
    return NULL;
}

static json_t *data_of(const char *id)
{
    json_t *data = json_object_get(case_named(id), "data");
    json_t *ref = json_object_get(data, "ref");
    return ref ? data_of(json_string_value(ref)) : data;
}

static json_t *expected_of(const char *id)
{
    json_t *entry = case_named(id), *result = json_object_get(entry, "result");
    if (!result)
        return json_object_get(entry, "expected");
    json_t *exact = json_object_get(result, "exact_constants");
    return exact ? exact : json_object_get(result, "expected");
}

/* A number, or one number for all. */
static double number_at(json_t *of, size_t i)
{
    return json_number_value(json_is_array(of) ? json_array_get(of, i) : of);
}

static double number(json_t *of, const char *key)
{
    return json_number_value(json_object_get(of, key));
}

static void check_signal_set(json_t *expected, const assay_chart_point *points, int rule)
{
    size_t at = 0;
    for (size_t i = 0; i < c.in.subgroups; i++)
        if (points[i].rules >> rule & 1)
            assert_int_equal(json_integer_value(json_array_get(expected, at++)), i + 1);
    assert_int_equal(at, json_array_size(expected));
}

static void check_points(json_t *expected, const assay_chart_point *points)
{
    json_t *lcl = json_object_get(expected, "LCL"), *ucl = json_object_get(expected, "UCL");
    json_t *values = json_object_get(expected, "statistics");
    assert_int_equal(json_array_size(values), c.in.subgroups);
    for (size_t i = 0; i < json_array_size(values); i++) {
        if (fabs(points[i].value - number_at(values, i)) > 1e-10 * fabs(number_at(values, i)))
            assert_digits(points[i].value, number_at(values, i), 11); /* ranges of rounded doubles */
        if (number_at(lcl, i) != 0)
            assert_digits(points[i].lcl, number_at(lcl, i), 10);
        else
            assert_true(points[i].lcl == 0);
        assert_digits(points[i].ucl, number_at(ucl, i), 10);
    }
}

static void check_location(const char *id)
{
    json_t *expected = expected_of(id), *rules = json_object_get(expected, "rules");
    assert_digits(c.chart.stages[0].center, number(expected, "center"), 13);
    if (!isnan(c.chart.stages[0].sigma))
        assert_digits(c.chart.stages[0].sigma, number(expected, "std_dev"), 13);
    check_points(expected, c.location);
    check_signal_set(json_object_get(expected, "beyond_limits"), c.location, 0);
    for (int rule = 1; rule <= 8; rule++) {
        char key[] = "Nelson0";
        key[6] = (char)('0' + rule);
        check_signal_set(json_object_get(rules, key), c.location, rule - 1);
    }
}

static assay_rules nelson_1984;

static void piston_rings(assay_chart_type type, assay_sigma_method sigma, bool is_decimal)
{
    json_t *data = data_of("xbar_R_pistonrings");
    case_clear(&c);
    case_groups(&c, json_object_get(data, "phase1"), 1000);
    case_groups(&c, json_object_get(data, "phase2"), 1000);
    case_form(&c, is_decimal, -3);
    c.in.phase1_to = 25;
    c.options.type = type;
    c.options.sigma = sigma;
    c.options.rules = &nelson_1984;
    case_make(&c);
}

static void means_and_spreads_of_piston_rings_equal_qcc(void **state)
{
    (void)state;
    for (int is_decimal = 0; is_decimal < 2; is_decimal++) {
        piston_rings(ASSAY_CHART_XBAR_R, ASSAY_SIGMA_AUTO, is_decimal);
        assert_int_equal(c.chart.method, ASSAY_SIGMA_RBAR);
        check_location("xbar_R_pistonrings");
        assert_digits(c.spread[0].center, 0.02276, is_decimal ? 16 : 13);
        check_points(expected_of("R_pistonrings"), c.spread);
        piston_rings(ASSAY_CHART_XBAR_S, ASSAY_SIGMA_AUTO, is_decimal);
        assert_int_equal(c.chart.method, ASSAY_SIGMA_SBAR);
        check_location("xbar_S_pistonrings");
        check_points(expected_of("S_pistonrings"), c.spread);
        assert_digits(c.spread[0].center, number(expected_of("S_pistonrings"), "center"), 12);
        check_signal_set(json_object_get(expected_of("S_pistonrings"), "beyond_limits"), c.spread, 0);
        piston_rings(ASSAY_CHART_XBAR_R, ASSAY_SIGMA_POOLED_UNBIASED, is_decimal);
        check_location("xbar_pooled_pistonrings");
    }
}

static void unequal(assay_chart_type type, assay_sigma_method sigma, bool is_unweighted)
{
    case_clear(&c);
    case_groups(&c, json_object_get(data_of("xbar_R_unequal"), "phase1"), 1000);
    case_form(&c, true, -3);
    c.options.type = type;
    c.options.sigma = sigma;
    c.options.is_unweighted = is_unweighted;
    c.options.rules = &nelson_1984;
    case_make(&c);
}

static void unequal_subgroups_have_their_own_limits(void **state)
{
    (void)state;
    unequal(ASSAY_CHART_XBAR_R, ASSAY_SIGMA_RBAR, true);
    check_location("xbar_R_unequal");
    unequal(ASSAY_CHART_XBAR_R, ASSAY_SIGMA_MVLUE_R, true);
    check_location("xbar_MVLUE_R_unequal");
    unequal(ASSAY_CHART_XBAR_R, ASSAY_SIGMA_RBAR, false); /* the weights are MVLUE's */
    check_location("xbar_MVLUE_R_unequal");
    unequal(ASSAY_CHART_XBAR_S, ASSAY_SIGMA_SBAR, false);
    check_location("xbar_MVLUE_SD_unequal");
    unequal(ASSAY_CHART_XBAR_S, ASSAY_SIGMA_SBAR, true);
    check_points(expected_of("S_unequal"), c.spread);
    assert_digits(c.chart.stages[0].sigma, number(expected_of("S_unequal"), "std_dev"), 13);
    assert_digits(c.spread[0].center, number(expected_of("S_unequal"), "center"), 12);
}

static void viscosity(assay_chart_type type, assay_sigma_method sigma, bool with_phase2)
{
    json_t *data = data_of("I_viscosity");
    case_clear(&c);
    case_groups(&c, json_object_get(data, "phase1"), 100);
    c.in.phase1_to = c.in.subgroups;
    if (with_phase2)
        case_groups(&c, json_object_get(data, "phase2"), 100);
    case_form(&c, true, -2);
    c.options.type = type;
    c.options.sigma = sigma;
    c.options.rules = &nelson_1984;
}

static void individuals_equal_qcc(void **state)
{
    (void)state;
    viscosity(ASSAY_CHART_AUTO, ASSAY_SIGMA_AUTO, true);
    case_make(&c);
    assert_int_equal(c.chart.type, ASSAY_CHART_I_MR);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_MR);
    check_location("I_viscosity");
    viscosity(ASSAY_CHART_I_MR, ASSAY_SIGMA_POOLED_UNBIASED, true);
    case_make(&c);
    check_location("I_viscosity_SD");
}

static void check_counts(const char *id, assay_chart_type type, const char *first,
                         const char *second, double size)
{
    json_t *data = data_of(id);
    case_clear(&c);
    case_groups(&c, json_object_get(data, first), 1);
    c.in.phase1_to = c.in.subgroups;
    case_groups(&c, json_object_get(data, second), 1);
    case_form(&c, true, 0);
    c.in.size_all = size;
    c.options.type = type;
    c.options.rules = &nelson_1984;
    case_make(&c);
    check_location(id);
}

static void attribute_charts_equal_qcc(void **state)
{
    (void)state;
    check_counts("p_orangejuice", ASSAY_CHART_P, "D1", "D2", 50);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_BINOMIAL);
    check_counts("np_orangejuice", ASSAY_CHART_NP, "D1", "D2", 50);
    check_counts("c_circuit", ASSAY_CHART_C, "c1", "c2", 0);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_POISSON);
    check_counts("u_circuit", ASSAY_CHART_U, "c1", "c2", 100);
}

static void check_ewma(const char *id)
{
    json_t *expected = expected_of(id);
    json_t *z = json_object_get(expected, "z");
    for (size_t i = 0; i < json_array_size(z); i++) {
        assert_digits(c.location[i].value, number_at(z, i), 12);
        assert_digits(c.location[i].lcl, number_at(json_object_get(expected, "LCL"), i), 12);
        assert_digits(c.location[i].ucl, number_at(json_object_get(expected, "UCL"), i), 12);
    }
    check_signal_set(json_object_get(expected, "violations"), c.location, 0);
}

static void ewma_equals_qcc(void **state)
{
    (void)state;
    viscosity(ASSAY_CHART_EWMA, ASSAY_SIGMA_AUTO, false);
    c.options.ewma_sigmas = 2.7;
    case_make(&c);
    check_ewma("ewma_viscosity");
    piston_rings(ASSAY_CHART_EWMA, ASSAY_SIGMA_AUTO, true);
    check_ewma("ewma_pistonrings");
}

static void check_cusum(const char *id)
{
    json_t *expected = expected_of(id);
    json_t *plus = json_object_get(expected, "C_plus_sd_units");
    json_t *minus = json_object_get(expected, "C_minus_sd_units");
    json_t *high = json_object_get(expected, "violations_upper");
    size_t at = 0;
    for (size_t i = 0; i < json_array_size(plus); i++) {
        /* sums that cancel to near 0 have an absolute error of one unit of y */
        assert_true(fabs(c.cusum[i].upper - number_at(plus, i)) < 1e-10 * (1 + number_at(plus, i)));
        assert_true(fabs(c.cusum[i].lower + number_at(minus, i)) < 1e-10 * (1 - number_at(minus, i)));
        if (c.cusum[i].rules)
            assert_int_equal(json_integer_value(json_array_get(high, at++)), i + 1);
    }
    assert_int_equal(at, json_array_size(high));
    assert_int_equal(json_array_size(json_object_get(expected, "violations_lower")), 0);
}

static void cusum_equals_qcc(void **state)
{
    (void)state;
    piston_rings(ASSAY_CHART_CUSUM, ASSAY_SIGMA_AUTO, true);
    check_cusum("cusum_pistonrings");
    viscosity(ASSAY_CHART_CUSUM, ASSAY_SIGMA_AUTO, true);
    c.options.h = 4.77;
    c.options.fir = 2.385;
    case_make(&c);
    assert_true(c.chart.h == 4.77 && c.chart.k == 0.5);
    check_cusum("cusum_viscosity");
}

/* --- published tables --- */

static json_t *others;

static json_t *other_named(const char *id)
{
    size_t i;
    json_t *entry;
    json_array_foreach(others, i, entry)
        if (strcmp(json_string_value(json_object_get(entry, "id")), id) == 0)
            return entry;
    fail_msg("no case %s", id);
    return NULL;
}

static json_t *start_other(const char *id, assay_chart_type type, double center, double sd)
{
    json_t *entry = other_named(id);
    case_clear(&c);
    case_groups(&c, json_object_get(entry, "x"), 100);
    case_form(&c, true, -2);
    c.options.type = type;
    c.options.center = center;
    c.options.std_dev = sd;
    return json_object_get(entry, "expected");
}

static void montgomery_table_9_1_is_reproduced(void **state)
{
    (void)state;
    json_t *expected = start_other("montgomery_table_9_1_cusum", ASSAY_CHART_CUSUM, 10, 1);
    case_make(&c);
    for (size_t i = 0; i < 30; i++) {
        assert_true(fabs(c.cusum[i].upper - number_at(json_object_get(expected, "C_plus"), i)) < 1e-12);
        assert_true(fabs(c.cusum[i].lower - number_at(json_object_get(expected, "C_minus"), i)) < 1e-12);
        assert_int_equal(c.cusum[i].rules, i >= 28);
    }
    expected = start_other("montgomery_table_9_1_ewma", ASSAY_CHART_EWMA, 10, 1);
    c.options.lambda = 0.1;
    c.options.ewma_sigmas = 2.7;
    case_make(&c);
    for (size_t i = 0; i < 30; i++) {
        assert_digits(c.location[i].value, number_at(json_object_get(expected, "z"), i), 14);
        assert_digits(c.location[i].lcl, number_at(json_object_get(expected, "LCL"), i), 14);
        assert_digits(c.location[i].ucl, number_at(json_object_get(expected, "UCL"), i), 14);
    }
    check_signal_set(json_object_get(expected, "signals"), c.location, 0);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_GIVEN);
    assert_int_equal(c.chart.signals, 2);
    assert_false(c.chart.is_stable);
}

static void the_nist_handbook_ewma_is_reproduced(void **state)
{
    (void)state;
    json_t *expected = start_other("nist_handbook_ewma", ASSAY_CHART_EWMA, 50, 2.0539);
    c.options.lambda = 0.3;
    c.options.is_asymptotic = true;
    case_make(&c);
    for (size_t i = 0; i < 20; i++) {
        assert_digits(c.location[i].value, number_at(json_object_get(expected, "z"), i), 14);
        assert_digits(c.location[i].ucl, number(expected, "UCL_asymptotic"), 14);
        assert_digits(c.location[i].lcl, number(expected, "LCL_asymptotic"), 14);
    }
    assert_true(c.chart.is_stable);
}

static int load(void **state)
{
    (void)state;
    cases = json_load_file(check_golden("stat/qcc_cases.json"), 0, NULL);
    others = json_load_file(check_golden("stat/other_charts.json"), 0, NULL);
    return !cases || !others || assay_rules_parse("nelson-1984", &nelson_1984, NULL);
}

static int unload(void **state)
{
    (void)state;
    json_decref(cases);
    json_decref(others);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_and_spreads_of_piston_rings_equal_qcc),
        cmocka_unit_test(unequal_subgroups_have_their_own_limits),
        cmocka_unit_test(individuals_equal_qcc),
        cmocka_unit_test(attribute_charts_equal_qcc),
        cmocka_unit_test(ewma_equals_qcc),
        cmocka_unit_test(cusum_equals_qcc),
        cmocka_unit_test(montgomery_table_9_1_is_reproduced),
        cmocka_unit_test(the_nist_handbook_ewma_is_reproduced),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
