/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/describe.h>

static const struct {
    const char *name;
    size_t n;
    int64_t m[20];
} sets[] = {
    {"a", 7, {2450, 2461, 2449, 2455, 2455, 2470, 2431}},
    {"b", 10, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
    {"c", 1, {5}},
    {"d", 2, {3, 1}},
    {"e", 4, {7, 7, 7, 7}},
    {"f", 20, {15, -3, 22, 8, 0, 4, -19, 33, 6, 6, 12, 41, 2, -7, 28, 11, 9, 3, 17, 5}},
};

static size_t set_named(const char *name)
{
    size_t i = 0;
    while (strcmp(sets[i].name, name) != 0)
        i++;
    return i;
}

static double quantile(const assay_values *x, int type, double p)
{
    void *scratch = malloc(assay_describe_scratch_size(x->n));
    double q;
    assay_err err;
    assert_ok(assay_quantiles(x, type, &p, 1, scratch, &q, &err), err);
    free(scratch);
    return q;
}

static void nine_quantile_types_agree_with_r(void **state)
{
    (void)state;
    FILE *file = fopen(check_golden("stat/quantiles.csv"), "r");
    assert_non_null(file);
    char line[200];
    int rows = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char name[8];
        int type;
        double p, expected, doubles[20], low[20] = {0};
        assert_int_equal(sscanf(line, "%7[^,],%d,%lf,%lf", name, &type, &p, &expected), 4);
        size_t i = set_named(name);
        assay_values x = assay_values_of_decimals(sets[i].m, sets[i].n, 0);
        assert_digits(quantile(&x, type, p), expected, 14.5);
        for (size_t j = 0; j < sets[i].n; j++)
            doubles[j] = (double)sets[i].m[j];
        assay_values y = assay_values_of_doubles(doubles, sets[i].n);
        assert_true(quantile(&y, type, p) == quantile(&x, type, p));
        y.lo = low;
        assert_true(quantile(&y, type, p) == quantile(&x, type, p));
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 648);
}

static void a_tenth_of_a_large_sample_is_a_tenth(void **state)
{
    (void)state;
    enum { N = 1000000 };
    int64_t *m = malloc(N * sizeof *m);
    for (int i = 0; i < N; i++)
        m[i] = N - i; /* 1..N, the wrong way round */
    assay_values x = assay_values_of_decimals(m, N, 0);
    assert_true(quantile(&x, 1, 0.1) == 100000);
    assert_true(quantile(&x, 2, 0.3) == 300000.5);
    assert_true(quantile(&x, 3, 0.7) == 700000);
    assert_digits(quantile(&x, 6, 0.1), 100000.1, 15);
    free(m);
}

static void bad_quantile_requests_are_refused(void **state)
{
    (void)state;
    double p[] = {0.5, 1.5}, out[2] = {-1, -1}, d[] = {1, INFINITY};
    char scratch[256];
    assay_err err;
    assay_values x = assay_values_of_decimals(sets[0].m, 2, 0), y = assay_values_of_doubles(d, 2);
    assert_int_equal(assay_quantiles(&x, 10, p, 1, scratch, out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_quantiles(&x, -1, p, 1, scratch, out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_quantiles(&x, 0, p, 2, scratch, out, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    assert_int_equal(assay_quantiles(&y, 0, p, 1, scratch, out, &err), ASSAY_DOMAIN);
    p[0] = -0.5;
    assert_int_equal(assay_quantiles(&x, 0, p, 1, scratch, out, &err), ASSAY_DOMAIN);
    p[0] = NAN;
    assert_int_equal(assay_quantiles(&x, 0, p, 1, scratch, out, &err), ASSAY_DOMAIN);
    p[0] = 0.5;
    assert_true(out[0] == -1);
    x.n = 0;
    assert_ok(assay_quantiles(&x, 0, p, 1, scratch, out, &err), err);
    assert_true(isnan(out[0]));
}

static void a_description_agrees_with_r(void **state)
{
    (void)state;
    char scratch[1024];
    assay_err err;
    assay_describe_options options = {.quantile_type = 7, .trim = 0.2, .confidence = 0.95};
    assay_description d;
    assay_values x = assay_values_of_decimals(sets[0].m, 7, -2);
    assert_ok(assay_describe(&x, &options, scratch, &d, &err), err);
    assert_int_equal(d.n, 7);
    assert_true(d.median.value == 24.55 && d.min.value == 24.31 && d.max.value == 24.7);
    assert_true(d.range.value == 0.39 && d.mad.value == 0.06 && d.trimmed_mean.value == 24.54);
    assert_true(d.q1.value == 24.495 && d.q3.value == 24.58 && d.iqr.value == 0.085);
    /* t.test(x)$conf.int; sqrt(6 var / qchisq) */
    assert_digits(d.mean_lower.value, 24.418633824508343, 14);
    assert_digits(d.mean_upper.value, 24.641366175491655, 14);
    assert_digits(d.sd_lower.value, d.sd.value * sqrt(6 / 14.449375335447922), 13);
    assert_digits(d.sd_upper.value, d.sd.value * sqrt(6 / 1.2373442457912025), 13);
    assert_digits(d.se_mean.value, d.sd.value / sqrt(7), 15);
    assert_digits(d.variance.value, d.sd.value * d.sd.value, 15);
}

static void defaults_are_minitabs(void **state)
{
    (void)state;
    char scratch[1024];
    assay_description d;
    assay_values x = assay_values_of_decimals(sets[1].m, 10, 0);
    assert_ok(assay_describe(&x, NULL, scratch, &d, NULL), (assay_err){0});
    assert_int_equal(d.quantile_type, 6);
    assert_true(d.q1.value == 2.75 && d.q3.value == 8.25);
    assert_true(d.trim == 0.05 && d.confidence == 0.95);
    assay_describe_options none = {.trim = NAN};
    assay_description e;
    assert_ok(assay_describe(&x, &none, scratch, &e, NULL), (assay_err){0});
    assert_true(e.trimmed_mean.value == d.trimmed_mean.value && e.q1.value == d.q1.value);
}

static void options_outside_their_range_are_refused(void **state)
{
    (void)state;
    char scratch[64];
    assay_description d;
    assay_values x = assay_values_of_decimals(sets[1].m, 1, 0);
    const double beyond = 1.5;
    double q;
    const assay_describe_options bad[] = {{.quantile_type = 10},
                                          {.quantile_type = -2},
                                          {.trim = 0.5},
                                          {.trim = -0.1},
                                          {.confidence = 1},
                                          {.confidence = -0.5},
                                          {.p = &beyond, .p_count = 1, .quantiles = &q}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(assay_describe(&x, &bad[i], scratch, &d, NULL), ASSAY_DOMAIN);
    double inf[] = {-INFINITY};
    x = assay_values_of_doubles(inf, 1);
    assert_int_equal(assay_describe(&x, NULL, scratch, &d, NULL), ASSAY_DOMAIN);
}

static void quantiles_come_from_the_same_sort(void **state)
{
    (void)state;
    char scratch[4096];
    assay_description d;
    const int64_t m[] = {7, 3, 9, 1, 5, 8, 2, 2, 6, 4};
    const double p[] = {0, 0.1, 0.25, 0.5, 0.99};
    double together[5], apart[5];
    assay_values x = assay_values_of_decimals(m, 10, -1);
    for (int type = 1; type <= 9; type++) {
        const assay_describe_options o = {
            .quantile_type = type, .trim = NAN, .p = p, .p_count = 5, .quantiles = together};
        assert_ok(assay_describe(&x, &o, scratch, &d, NULL), (assay_err){0});
        assert_ok(assay_quantiles(&x, type, p, 5, scratch, apart, NULL), (assay_err){0});
        assert_memory_equal(together, apart, sizeof apart);
    }
}

static void nothing_and_one_value_are_described_as_far_as_they_go(void **state)
{
    (void)state;
    char scratch[64];
    assay_description d;
    assay_values x = assay_values_of_decimals(sets[2].m, 0, 0);
    assert_ok(assay_describe(&x, NULL, scratch, &d, NULL), (assay_err){0});
    assert_string_equal(d.mean.why, "no values");
    assert_string_equal(d.median.why, "no values");
    assert_string_equal(d.mad.why, "no values");
    assert_string_equal(d.range.why, "no values");
    assert_string_equal(d.mean_lower.why, "fewer than 2 values");
    assert_string_equal(d.runs_about_median.p.why, "no values");
    x.n = 1;
    assert_ok(assay_describe(&x, NULL, scratch, &d, NULL), (assay_err){0});
    assert_true(d.mean.value == 5 && d.median.value == 5 && d.q1.value == 5 && d.mad.value == 0);
    assert_string_equal(d.sd.why, "fewer than 2 values");
    assert_string_equal(d.se_mean.why, "fewer than 2 values");
    assert_string_equal(d.runs_about_median.z.why, "no values on both sides of the median");
    assert_string_equal(d.runs_up_down.z.why, "fewer than 3 values that differ in turn");
    x = assay_values_of_decimals(sets[4].m, 4, 0);
    assert_ok(assay_describe(&x, NULL, scratch, &d, NULL), (assay_err){0});
    assert_true(d.sd.value == 0 && d.mad.value == 0 && d.mean_lower.value == 7);
    assert_string_equal(d.skewness.why, "all values are equal");
    assert_string_equal(d.autocorrelation1.why, "all values are equal");
}

static void the_order_of_the_values_matters_only_to_serial_figures(void **state)
{
    (void)state;
    int64_t m[20];
    char scratch[1024];
    assay_description a, b;
    assay_values x = assay_values_of_decimals(sets[5].m, 20, -1), y;
    memcpy(m, sets[5].m, sizeof m);
    for (int i = 0; i < 20; i++) {
        int j = (i * 7 + 3) % 20;
        int64_t t = m[i];
        m[i] = m[j];
        m[j] = t;
    }
    y = assay_values_of_decimals(m, 20, -1);
    assert_ok(assay_describe(&x, NULL, scratch, &a, NULL), (assay_err){0});
    assert_ok(assay_describe(&y, NULL, scratch, &b, NULL), (assay_err){0});
    const size_t serial = offsetof(assay_description, autocorrelation1);
    assert_memory_equal(&a, &b, serial);
    assert_memory_equal(&a.min, &b.min, sizeof a.min * 8);
    assert_true(a.autocorrelation1.value != b.autocorrelation1.value);
}

/* By hand: deviations from the median of 20 values, sorted. */
static void the_median_deviation_is_that_of_the_sorted_deviations(void **state)
{
    (void)state;
    srand(21);
    for (size_t n = 1; n <= 40; n++) {
        double d[40], deviation[40];
        char scratch[1024];
        for (size_t i = 0; i < n; i++)
            d[i] = rand() % 30 - 15;
        assay_values x = assay_values_of_doubles(d, n);
        assay_description out;
        assert_ok(assay_describe(&x, NULL, scratch, &out, NULL), (assay_err){0});
        for (size_t i = 0; i < n; i++)
            deviation[i] = fabs(d[i] - out.median.value);
        x = assay_values_of_doubles(deviation, n);
        double median = quantile(&x, 2, 0.5);
        assert_true(out.mad.value == median);
    }
}

static void autocorrelation_leaves_out_pairs_with_a_missing_member(void **state)
{
    (void)state;
    const int64_t m[] = {1, 2, ASSAY_MANTISSA_MISSING, 4, 6};
    const double d[] = {1, 2, NAN, 4, 6};
    assay_values x = assay_values_of_decimals(m, 5, 0), y = assay_values_of_doubles(d, 5);
    /* mean 3.25; pairs (1,2), (4,6) */
    double expected = (-2.25 * -1.25 + 0.75 * 2.75) / 14.75;
    assert_digits(assay_autocorrelation(&x, 1).value, expected, 15.5);
    assert_digits(assay_autocorrelation(&y, 1).value, expected, 15.5);
    assert_string_equal(assay_autocorrelation(&x, 0).why, "no pairs at this lag");
    assert_string_equal(assay_autocorrelation(&x, 5).why, "no pairs at this lag");
    x.n = 1;
    assert_string_equal(assay_autocorrelation(&x, 1).why, "fewer than 2 values");
}

/* NIST handbook 1.4.2.5, beam deflections, gives z for runs up and down by length; here the small
 * cases are counted by hand. */
static void runs_are_counted_by_hand(void **state)
{
    (void)state;
    const int64_t m[] = {1, 9, 8, 2, 3, 7, 7, 5, 1, 9, ASSAY_MANTISSA_MISSING, 2};
    char scratch[512];
    assay_values x = assay_values_of_decimals(m, 12, 0);
    assay_runs_test t;
    assert_ok(assay_runs_about_median(&x, scratch, &t, NULL), (assay_err){0});
    /* median 5: - ++ -- ++ (5) - + - */
    assert_int_equal(t.above, 5);
    assert_int_equal(t.below, 5);
    assert_int_equal(t.runs, 7);
    assert_digits(t.expected.value, 6, 16);
    assert_digits(t.sd.value, sqrt(50.0 * 40 / 900), 15);
    assert_digits(t.z.value, 1 / sqrt(50.0 * 40 / 900), 15);
    assert_digits(t.p.value, erfc(t.z.value / sqrt(2)), 13);
    t = assay_runs_up_down(&x);
    /* + - - + + (=) - - + -: 9 steps of 10 values */
    assert_int_equal(t.above, 4);
    assert_int_equal(t.below, 5);
    assert_int_equal(t.runs, 6);
    assert_digits(t.expected.value, 19.0 / 3, 15.5);
    assert_digits(t.sd.value, sqrt(131.0 / 90), 15);
    x.n = 2; /* one on each side of 5: always two runs */
    assert_ok(assay_runs_about_median(&x, scratch, &t, NULL), (assay_err){0});
    assert_string_equal(t.p.why, "fewer than 3 values off the median");
    double inf[] = {INFINITY};
    x = assay_values_of_doubles(inf, 1);
    assert_int_equal(assay_runs_about_median(&x, scratch, &t, NULL), ASSAY_DOMAIN);
}

static void extreme_decimals_and_doubles_are_described(void **state)
{
    (void)state;
    const int64_t m[] = {INT64_MAX, INT64_MIN + 1, 0, 5};
    const double d[] = {-1e300, 1e300, 0, 5e-324};
    char scratch[512];
    assay_description a;
    assay_values x = assay_values_of_decimals(m, 4, 0), y = assay_values_of_doubles(d, 4);
    assert_ok(assay_describe(&x, NULL, scratch, &a, NULL), (assay_err){0});
    assert_true(a.median.value == 2.5 && a.range.value == 0x1p64 && a.mean.value == 1.25);
    assert_true(a.mad.value == 0x1p62);
    assert_ok(assay_describe(&y, NULL, scratch, &a, NULL), (assay_err){0});
    assert_true(a.range.value == 2e300 && a.min.value == -1e300);
    assert_digits(a.sd.value, 1e300 * sqrt(2.0 / 3), 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_come_from_the_same_sort),
        cmocka_unit_test(nine_quantile_types_agree_with_r),
        cmocka_unit_test(a_tenth_of_a_large_sample_is_a_tenth),
        cmocka_unit_test(bad_quantile_requests_are_refused),
        cmocka_unit_test(a_description_agrees_with_r),
        cmocka_unit_test(defaults_are_minitabs),
        cmocka_unit_test(options_outside_their_range_are_refused),
        cmocka_unit_test(nothing_and_one_value_are_described_as_far_as_they_go),
        cmocka_unit_test(the_order_of_the_values_matters_only_to_serial_figures),
        cmocka_unit_test(the_median_deviation_is_that_of_the_sorted_deviations),
        cmocka_unit_test(autocorrelation_leaves_out_pairs_with_a_missing_member),
        cmocka_unit_test(runs_are_counted_by_hand),
        cmocka_unit_test(extreme_decimals_and_doubles_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
