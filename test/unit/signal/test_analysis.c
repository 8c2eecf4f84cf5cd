/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/signal.h"

#include "check.h"

static characteristic definition = {.path = "x"};

static series of(int64_t *mantissa, size_t n)
{
    return (series){.definition = &definition, .n = n, .exponent = -1, .wide = mantissa,
                    .decimals = 1};
}

static void make(const series *s, const analysis_options *o, analysis *a)
{
    assay_err err = {0};
    assert_ok(analysis_make(NULL, s, o, a, &err), err);
}

static void subgroups_are_cut_by_count_and_a_short_last_one_is_partial(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 11, 13, 12, 14, 15};
    series s = of(x, 7);
    analysis a;
    analysis_options o = analysis_defaults();
    o.n = 3;
    make(&s, &o, &a);
    assert_int_equal(a.input.subgroups, 3);
    assert_digits(a.chart.location[0].value, 1.1, 15);
    assert_true(a.chart.location[2].flags & ASSAY_POINT_PARTIAL);
    assert_int_equal(a.chart.stages[0].used, 2);
    analysis_done(&a);
}

static void runs_of_equal_keys_are_subgroups(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 11, 13, 12, 14};
    uint32_t key[] = {1, 1, 2, 2, 2, 1};
    series s = of(x, 6);
    analysis a;
    analysis_options o = analysis_defaults();
    s.context[CONTEXT_SUBGROUP] = key;
    make(&s, &o, &a);
    assert_true(a.is_by_key);
    assert_int_equal(a.input.subgroups, 3);
    assert_int_equal(a.input.readings[1], 3);
    assert_int_equal(analysis_row(&a, 2), 5);
    analysis_done(&a);
}

static void an_excluded_reading_leaves_its_subgroup_shorter(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 900, 11, 13, 12};
    uint8_t status[] = {0, 0, STATUS_EXCLUDED, 0, 0, 0};
    series s = of(x, 6);
    analysis a;
    analysis_options o = analysis_defaults();
    s.status = status;
    o.n = 3;
    make(&s, &o, &a);
    assert_digits(a.chart.location[0].value, 1.1, 15);
    assert_true(a.chart.location[0].n == 2);
    analysis_done(&a);
}

static void a_subgroup_without_any_valid_reading_stays_visible_and_out(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 900, 910, 13, 12, 11, 12};
    uint8_t status[] = {0, 0, STATUS_EXCLUDED, STATUS_BAD, 0, 0, 0, 0};
    series s = of(x, 8);
    analysis a;
    analysis_options o = analysis_defaults();
    s.status = status;
    o.n = 2;
    make(&s, &o, &a);
    assert_digits(a.chart.location[1].value, 90.5, 15);
    assert_true(a.chart.location[1].flags & ASSAY_POINT_EXCLUDED);
    assert_int_equal(a.chart.stages[0].used, 3);
    analysis_done(&a);
}

static void excluding_what_is_not_there_is_refused(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 11};
    series s = of(x, 3);
    analysis a;
    assay_err err = {0};
    analysis_options o = analysis_defaults();
    o.exclude = (size_t[]){4};
    o.exclude_count = 1;
    assert_int_equal(analysis_make(NULL, &s, &o, &a, &err), ASSAY_DOMAIN);
    analysis_done(&a);
}

static void the_verdict_asks_for_stability_before_capability(void **state)
{
    (void)state;
    int64_t x[60];
    for (int i = 0; i < 60; i++)
        x[i] = 100 + i * 7 % 5;
    series s = of(x, 60);
    analysis a;
    analysis_options o = analysis_defaults();
    o.n = 5;
    o.with_capability = true;
    o.rules.count = 1;
    o.spec.lsl = 10.1;
    o.spec.usl = 10.3;
    make(&s, &o, &a);
    assert_int_equal(analysis_judge(&a, 1.33), VERDICT_NOT_CAPABLE);
    analysis_done(&a);
    x[7] = 200;
    make(&s, &o, &a);
    assert_int_equal(analysis_judge(&a, 1.33), VERDICT_UNSTABLE);
    analysis_done(&a);
}

static void a_natural_bound_is_no_limit(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 11, 13};
    series s = of(x, 4);
    analysis a;
    analysis_options o = analysis_defaults();
    o.with_capability = true;
    o.is_lower_natural = true;
    o.spec.usl = 2;
    make(&s, &o, &a);
    assert_true(isnan(a.capability.spec.lsl));
    assert_true(a.spec.natural_lower == 0);
    assert_true(isnan(a.capability.cpl.value));
    analysis_done(&a);
}

static void brief_and_full_capability_agree(void **state)
{
    (void)state;
    int64_t x[100];
    for (int i = 0; i < 100; i++)
        x[i] = 1000 + i * 37 % 23;
    series s = of(x, 100);
    analysis full, brief;
    analysis_options o = analysis_defaults();
    o.n = 5;
    o.with_capability = true;
    o.spec.lsl = 99;
    o.spec.usl = 103;
    make(&s, &o, &full);
    o.is_brief = true;
    make(&s, &o, &brief);
    assert_true(full.capability.cpk.value == brief.capability.cpk.value);
    assert_true(full.capability.ppk.value == brief.capability.ppk.value);
    assert_true(isnan(brief.capability.distribution.ad));
    analysis_done(&full);
    analysis_done(&brief);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subgroups_are_cut_by_count_and_a_short_last_one_is_partial),
        cmocka_unit_test(runs_of_equal_keys_are_subgroups),
        cmocka_unit_test(an_excluded_reading_leaves_its_subgroup_shorter),
        cmocka_unit_test(a_subgroup_without_any_valid_reading_stays_visible_and_out),
        cmocka_unit_test(excluding_what_is_not_there_is_refused),
        cmocka_unit_test(the_verdict_asks_for_stability_before_capability),
        cmocka_unit_test(a_natural_bound_is_no_limit),
        cmocka_unit_test(brief_and_full_capability_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
