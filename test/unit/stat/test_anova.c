/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/anova.h>

enum { ROOM = 18009, GROUPS = 9 };
static int64_t mantissa[ROOM];
static uint32_t group[ROOM];
static double hi[ROOM], lo[ROOM];

/* Simon and Lesage: row 0 is base + .4 .3 .5 .3 .5 ..., then rows alternate 0.1 below and above. */
static assay_values simon_lesage(int64_t base, size_t rows)
{
    static const int first[GROUPS] = {4, 3, 5, 3, 5, 3, 5, 3, 5};
    size_t n = 0;
    for (size_t r = 0; r < rows; r++)
        for (uint32_t g = 0; g < GROUPS; g++, n++) {
            mantissa[n] = base * 10 + first[g] + (r == 0 ? 0 : r % 2 ? -1 : 1);
            group[n] = g;
        }
    return assay_values_of_decimals(mantissa, n, -1);
}

static assay_values given(json_t *set)
{
    int64_t *m;
    assay_values x = golden_decimals(set, &m);
    memcpy(mantissa, m, x.n * sizeof *m);
    free(m);
    for (size_t i = 0; i < x.n; i++)
        group[i] = (uint32_t)json_integer_value(json_array_get(golden_get(set, "groups"), i));
    return assay_values_of_decimals(mantissa, x.n, x.exponent);
}

static assay_anova analyse(const assay_values *x, size_t k, assay_anova_group *details)
{
    void *scratch = malloc(assay_anova_scratch_size(k));
    assay_anova a;
    assay_err err;
    assert_ok(assay_anova_one_way(x, group, k, scratch, details, &a, &err), err);
    free(scratch);
    return a;
}

static void assert_certified(const assay_anova *a, json_t *set, double digits)
{
    assert_int_equal(a->between.df, (uint64_t)golden_number(set, "df_between"));
    assert_int_equal(a->within.df, (uint64_t)golden_number(set, "df_within"));
    assert_digits(a->between.ss.value, golden_number(set, "ss_between"), digits);
    assert_digits(a->between.ms.value, golden_number(set, "ms_between"), digits);
    assert_digits(a->within.ss.value, golden_number(set, "ss_within"), digits);
    assert_digits(a->within.ms.value, golden_number(set, "ms_within"), digits);
    assert_digits(a->f.value, golden_number(set, "F"), digits);
    assert_digits(a->r_squared.value, golden_number(set, "r2"), digits);
    assert_digits(a->residual_sd.value, golden_number(set, "resid_sd"), digits);
}

static void nist_sets_agree_to_14_digits_by_both_routes(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/strd.json"), *set;
    const char *name;
    int sets = 0;
    json_object_foreach(all, name, set) {
        if (strcmp(golden_text(set, "class"), "anova") != 0)
            continue;
        assay_values x = json_object_get(set, "base")
                             ? simon_lesage((int64_t)golden_number(set, "base"),
                                            (size_t)golden_number(set, "rows"))
                             : given(set);
        size_t k = (size_t)golden_number(set, "k");
        assay_anova a = analyse(&x, k, NULL);
        assert_int_equal(a.groups, k);
        assert_certified(&a, set, 14.0);
        for (size_t i = 0; i < x.n; i++) {
            assay_dd pair = assay_dd_of_decimal(mantissa[i], x.exponent);
            hi[i] = pair.hi;
            lo[i] = pair.lo;
        }
        assay_values y = {.n = x.n, .hi = hi, .lo = lo};
        a = analyse(&y, k, NULL);
        assert_certified(&a, set, 14.0);
        sets++;
    }
    assert_int_equal(sets, 7);
    json_decref(all);
}

static void published_examples_of_r_agree(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/anova_r.json"), *set;
    size_t i;
    json_array_foreach(all, i, set) {
        json_t *y = golden_get(set, "y"), *names = golden_get(set, "group");
        json_t *expected = golden_get(golden_get(set, "expected"), "anova");
        size_t n = json_array_size(y), k = 0;
        for (size_t j = 0; j < n; j++) {
            mantissa[j] = llround(json_number_value(json_array_get(y, j)) * 100);
            bool is_new = j == 0 || strcmp(json_string_value(json_array_get(names, j)),
                                           json_string_value(json_array_get(names, j - 1))) != 0;
            k += is_new;
            group[j] = (uint32_t)k - 1;
        }
        assay_values x = assay_values_of_decimals(mantissa, n, -2);
        assay_anova a = analyse(&x, k, NULL);
        json_t *ss = golden_get(expected, "SS");
        assert_digits(a.between.ss.value, json_number_value(json_array_get(ss, 0)), 13);
        assert_digits(a.within.ss.value, json_number_value(json_array_get(ss, 1)), 13);
        assert_digits(a.f.value, golden_number(expected, "F"), 13);
        assert_digits(a.p.value, golden_number(expected, "p"), 11);
    }
    json_decref(all);
}

static void the_order_of_the_values_and_a_shift_change_no_bit(void **state)
{
    (void)state;
    assay_values x = simon_lesage(1, 21);
    assay_anova a = analyse(&x, GROUPS, NULL);
    srand(41);
    for (size_t i = x.n - 1; i > 0; i--) {
        size_t j = (size_t)rand() % i;
        int64_t m = mantissa[i];
        uint32_t g = group[i];
        mantissa[i] = mantissa[j];
        group[i] = group[j];
        mantissa[j] = m;
        group[j] = g;
    }
    for (size_t i = 0; i < x.n; i++)
        mantissa[i] += INT64_C(7000000000000000000);
    assay_anova b = analyse(&x, GROUPS, NULL);
    assert_memory_equal(&a, &b, sizeof a);
}

static void groups_are_described_and_missing_values_counted(void **state)
{
    (void)state;
    const int64_t m[] = {10, 14, ASSAY_MANTISSA_MISSING, 7, 12};
    const double d[] = {1.0, 1.4, NAN, 0.7, 1.2};
    const uint32_t g[] = {0, 0, 0, 3, 0};
    memcpy(group, g, sizeof g);
    assay_anova_group details[4];
    assay_values x = assay_values_of_decimals(m, 5, -1), y = assay_values_of_doubles(d, 5);
    for (int route = 0; route < 2; route++) {
        assay_anova a = analyse(route ? &y : &x, 4, details);
        assert_int_equal(a.missing, 1);
        assert_int_equal(a.groups, 2);
        assert_int_equal(details[0].n, 3);
        assert_digits(details[0].mean.value, 1.2, 15);
        assert_digits(details[0].sd.value, 0.2, 15);
        assert_string_equal(details[1].mean.why, "no values");
        assert_string_equal(details[3].sd.why, "fewer than 2 values");
        assert_null(a.p.why);
    }
}

static void tests_that_do_not_exist_say_why(void **state)
{
    (void)state;
    int64_t m[] = {5, 5, 7, 7};
    double d[] = {0.1, 0.1, 0.7, 0.7};
    memcpy(group, (uint32_t[]){0, 0, 1, 1}, 4 * sizeof *group);
    assay_values x = assay_values_of_decimals(m, 4, 0), y = assay_values_of_doubles(d, 4);
    assay_anova a = analyse(&x, 2, NULL);
    assert_string_equal(a.f.why, "no variation within groups");
    assert_true(a.r_squared.value == 1 && a.residual_sd.value == 0);
    a = analyse(&y, 2, NULL);
    assert_string_equal(a.p.why, "no variation within groups");
    memcpy(group, (uint32_t[]){0, 1, 2, 3}, 4 * sizeof *group);
    a = analyse(&x, 4, NULL);
    assert_string_equal(a.f.why, "no group has 2 values");
    assert_string_equal(a.within.ms.why, "no degrees of freedom");
    assert_string_equal(a.residual_sd.why, "no group has 2 values");
    memset(group, 0, 4 * sizeof *group);
    a = analyse(&x, 1, NULL);
    assert_string_equal(a.f.why, "fewer than 2 groups");
    m[2] = m[3] = 5;
    a = analyse(&x, 1, NULL);
    assert_string_equal(a.r_squared.why, "all values are equal");
    x.n = 0;
    a = analyse(&x, 3, (assay_anova_group[3]){{0}});
    assert_string_equal(a.p.why, "no values");
    d[0] = 1e200;
    d[1] = -1e200;
    memcpy(group, (uint32_t[]){0, 0, 1, 1}, 4 * sizeof *group);
    a = analyse(&y, 2, NULL);
    assert_string_equal(a.total.ss.why, "beyond binary64");
    assert_null(a.residual_sd.why);
}

static void wrong_arguments_are_refused_and_named(void **state)
{
    (void)state;
    double d[] = {1, 2, INFINITY};
    char scratch[1024];
    assay_anova a;
    assay_err err;
    assay_values x = assay_values_of_doubles(d, 3);
    memcpy(group, (uint32_t[]){0, 4, 1}, 3 * sizeof *group);
    assert_int_equal(assay_anova_one_way(&x, group, 0, scratch, NULL, &a, &err), ASSAY_SHAPE);
    assert_int_equal(assay_anova_one_way(&x, group, 4, scratch, NULL, &a, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    assert_int_equal(assay_anova_one_way(&x, group, 5, scratch, NULL, &a, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_sets_agree_to_14_digits_by_both_routes),
        cmocka_unit_test(published_examples_of_r_agree),
        cmocka_unit_test(the_order_of_the_values_and_a_shift_change_no_bit),
        cmocka_unit_test(groups_are_described_and_missing_values_counted),
        cmocka_unit_test(tests_that_do_not_exist_say_why),
        cmocka_unit_test(wrong_arguments_are_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
