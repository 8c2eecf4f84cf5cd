/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast verdict equals the chart, bit for bit. */
#include "chart_case.h"

static chart_case c;
static int64_t sum[CASE_ROOM], range[CASE_ROOM];
static double z[CASE_ROOM];
static uint32_t found[CASE_ROOM];
static uint64_t seed = 4;

static int64_t draw(int64_t width)
{
    int64_t total = 0;
    for (int i = 0; i < 3; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        total += (int64_t)((seed >> 33) % (uint64_t)width);
    }
    return total;
}

static void fill(size_t k, uint32_t n, int exponent, int64_t width)
{
    case_clear(&c);
    for (size_t i = 0; i < k * n; i++)
        c.mantissa[i] = 74000 + draw(width) + (int64_t)(i / 300) * width / 4;
    c.in.x = assay_values_of_decimals(c.mantissa, k * n, exponent);
    c.in.subgroups = k;
    c.in.n = n;
    c.options.type = ASSAY_CHART_XBAR_R;
}

static void compare(int exponent)
{
    assay_chart_verdict v;
    case_make(&c);
    assay_subgroup_sums sums = {c.in.subgroups, c.in.n, exponent, sum, range};
    assert_ok(assay_subgroup_sums_read(&c.in.x, c.in.n, sum, range, &c.err), c.err);
    assert_ok(assay_chart_judge(&sums, &c.options, z, found, &v, &c.err), c.err);
    const assay_chart_stage *ours = &v.limits, *its = &c.chart.stages[0];
    assert_true(ours->center == its->center && ours->sigma == its->sigma);
    if (!v.why_undefined) {
        assert_true(ours->lcl == its->lcl && ours->ucl == its->ucl);
        assert_true(ours->spread_center == its->spread_center);
        assert_true(ours->spread_lcl == its->spread_lcl && ours->spread_ucl == its->spread_ucl);
    }
    for (size_t i = 0; i < c.in.subgroups; i++)
        assert_int_equal(found[i], c.location[i].rules);
    assert_int_equal(v.signals + v.spread_signals, c.chart.signals);
    assert_int_equal(v.why_undefined != NULL, c.chart.why_undefined != NULL);
}

static void the_verdict_equals_the_chart(void **state)
{
    (void)state;
    assay_rules nelson;
    assert_int_equal(assay_rules_parse("nelson", &nelson, NULL), ASSAY_OK);
    const int64_t widths[] = {1, 2, 3, 10, 1000, 50000};
    size_t signals = 0;
    for (int w = 0; w < 6; w++)
        for (uint32_t n = 2; n <= 8; n += 3)
            for (int exponent = -6; exponent <= 3; exponent += 3) {
                fill(CASE_ROOM / n, n, exponent, widths[w]);
                c.options.rules = w % 2 ? &nelson : NULL;
                compare(exponent);
                signals += c.chart.signals;
            }
    assert_true(signals > 1000);
}

/* Given limits put many points exactly on hundredths: every block is doubtful. */
static void points_on_limits_are_judged_alike(void **state)
{
    (void)state;
    for (int sigmas = 1; sigmas <= 3; sigmas++) {
        fill(400, 4, -1, 4);
        c.options.center = 7400.5;
        c.options.std_dev = 0.1 * sigmas;
        c.options.sigmas = sigmas;
        compare(-1);
        assert_true(c.chart.signals > 0);
    }
}

static void what_cannot_be_summed_is_named(void **state)
{
    (void)state;
    fill(3, 4, -1, 4);
    c.mantissa[6] = ASSAY_MANTISSA_MISSING;
    assert_int_equal(assay_subgroup_sums_read(&c.in.x, 4, sum, range, &c.err), ASSAY_MISSING);
    assert_int_equal(c.err.at, 6);
    c.mantissa[6] = INT64_MAX;
    assert_int_equal(assay_subgroup_sums_read(&c.in.x, 4, sum, range, &c.err), ASSAY_LIMIT);
    assert_int_equal(assay_subgroup_sums_read(&c.in.x, 0, sum, range, &c.err), ASSAY_SHAPE);
    assert_int_equal(assay_subgroup_sums_read(&c.in.x, 5, sum, range, &c.err), ASSAY_SHAPE);
    assay_values doubles = assay_values_of_doubles(z, 4);
    assert_int_equal(assay_subgroup_sums_read(&doubles, 2, sum, range, &c.err), ASSAY_SHAPE);
}

/* Steps of at most `widest` either way, of every size: the same sums as of the readings. */
static void near_sums_are_those_of_the_readings(void **state)
{
    (void)state;
    static int16_t step[CASE_ROOM];
    static int64_t near_sum[CASE_ROOM], near_range[CASE_ROOM];
    const int64_t widest[] = {0, 1, 500, 4095, 6553, 6554, 16383, 32767, 32768};
    for (size_t w = 0; w < sizeof widest / sizeof *widest; w++)
        for (uint32_t n = 2; n <= 8; n++) {
            assay_near x = {.step = step, .n = CASE_ROOM / n * n, .base = w % 2 ? 74000 : -1000000007, .exponent = -3};
            for (size_t i = 0; i < x.n; i++) {
                int64_t d = (draw(1 << 20) + (int64_t)i) % (2 * widest[w] + 1) - widest[w];
                step[i] = (int16_t)(d > INT16_MAX ? INT16_MAX : d);
                c.mantissa[i] = x.base + step[i];
            }
            assay_values wide = assay_values_of_decimals(c.mantissa, x.n, x.exponent);
            assay_sums power = assay_sums_empty(x.base, x.exponent, 2), own = power;
            assert_ok(assay_subgroup_sums_read(&wide, n, sum, range, &c.err), c.err);
            assert_ok(assay_sums_add(&power, &wide, &c.err), c.err);
            assert_ok(assay_subgroup_sums_near(&x, n, near_sum, near_range, &own, &c.err), c.err);
            assert_memory_equal(near_sum, sum, x.n / n * sizeof *sum);
            assert_memory_equal(near_range, range, x.n / n * sizeof *range);
            assert_memory_equal(&own, &power, sizeof own);
        }
}

static void near_readings_that_cannot_be_summed_are_named(void **state)
{
    (void)state;
    const int16_t step[10] = {0};
    assay_near x = {step, 10, 7, -1};
    assay_sums power = assay_sums_empty(7, -1, 2), other = assay_sums_empty(8, -1, 2);
    assert_int_equal(assay_subgroup_sums_near(&x, 1, sum, range, &power, &c.err), ASSAY_SHAPE);
    assert_int_equal(assay_subgroup_sums_near(&x, 9, sum, range, &power, &c.err), ASSAY_SHAPE);
    assert_int_equal(assay_subgroup_sums_near(&x, 3, sum, range, &power, &c.err), ASSAY_SHAPE);
    assert_int_equal(assay_subgroup_sums_near(&x, 5, sum, range, &other, &c.err), ASSAY_DOMAIN);
    x.base = INT64_MAX / 2;
    power = assay_sums_empty(x.base, -1, 2);
    assert_int_equal(assay_subgroup_sums_near(&x, 5, sum, range, &power, &c.err), ASSAY_LIMIT);
}

static void what_cannot_be_judged_is_refused(void **state)
{
    (void)state;
    assay_chart_verdict v;
    assay_subgroup_sums in = {0, 5, 0, sum, range};
    assert_ok(assay_chart_judge(&in, NULL, z, found, &v, &c.err), c.err);
    assert_string_equal(v.why_undefined, "no data");
    in.n = 1;
    assert_int_equal(assay_chart_judge(&in, NULL, z, found, &v, &c.err), ASSAY_SHAPE);
    in.n = 101;
    assert_int_equal(assay_chart_judge(&in, NULL, z, found, &v, &c.err), ASSAY_SHAPE);
    in.n = 5, in.exponent = 30;
    assert_int_equal(assay_chart_judge(&in, NULL, z, found, &v, &c.err), ASSAY_DOMAIN);
    in.exponent = -30;
    assert_int_equal(assay_chart_judge(&in, NULL, z, found, &v, &c.err), ASSAY_DOMAIN);
    in.exponent = 0;
    assay_chart_options o = assay_chart_defaults();
    o.sigma = ASSAY_SIGMA_POOLED;
    assert_int_equal(assay_chart_judge(&in, &o, z, found, &v, &c.err), ASSAY_UNSUPPORTED);
    o.sigma = ASSAY_SIGMA_RBAR;
    o.sigmas = 0;
    assert_ok(assay_chart_judge(&in, &o, z, found, &v, &c.err), c.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_equals_the_chart),
        cmocka_unit_test(points_on_limits_are_judged_alike),
        cmocka_unit_test(what_cannot_be_summed_is_named),
        cmocka_unit_test(near_sums_are_those_of_the_readings),
        cmocka_unit_test(near_readings_that_cannot_be_summed_are_named),
        cmocka_unit_test(what_cannot_be_judged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
