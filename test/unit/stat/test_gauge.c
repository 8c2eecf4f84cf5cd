/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/gauge.h>

enum { ROOM = 200 };
static int64_t mantissa[ROOM];
static double doubles[ROOM];
static uint32_t part[ROOM], oper[ROOM];

static json_t *study_named(json_t *all, const char *id)
{
    json_t *item;
    size_t i;
    json_array_foreach(all, i, item)
        if (strcmp(golden_text(item, "id"), id) == 0)
            return item;
    fail_msg("no study %s", id);
    return NULL;
}

/* AIAG: rows are parts; columns A1 A2 A3 B1 .. C3. */
static assay_values aiag(json_t *study)
{
    json_t *rows = golden_get(golden_get(study, "data"), "y");
    size_t n = 0;
    for (size_t p = 0; p < 10; p++)
        for (size_t c = 0; c < 9; c++, n++) {
            double y = json_number_value(json_array_get(json_array_get(rows, p), c));
            mantissa[n] = llround(y * 100);
            doubles[n] = y;
            part[n] = (uint32_t)p;
            oper[n] = (uint32_t)(c / 3);
        }
    return assay_values_of_decimals(mantissa, n, -2);
}

typedef assay_status study_function(const assay_values *, const uint32_t *, size_t,
                                    const uint32_t *, size_t, const assay_gauge_options *, void *,
                                    assay_gauge_study *, assay_err *);

static assay_gauge_study run(study_function *study, const assay_values *x, size_t parts,
                             size_t operators, double tolerance, double alpha)
{
    void *scratch = malloc(assay_gauge_scratch_size(parts, operators));
    assay_gauge_options options = {.tolerance = tolerance, .pool_alpha = alpha};
    assay_gauge_study out;
    assay_err err;
    assert_ok(study(x, part, parts, oper, operators, &options, scratch, &out, &err), err);
    free(scratch);
    return out;
}

static const char *const keys[ASSAY_GAUGE_SOURCES] = {
    "total_grr", "repeatability", "reproducibility", "operator",
    "operator_by_part", "part_to_part", "total_variation"};

static void assert_near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-10 * fmax(1e-2, fabs(expected))))
        fail_msg("%.15g, expected %.15g", got, expected);
}

static void assert_column(const assay_gauge_study *s, json_t *expected, const char *column,
                          size_t offset)
{
    json_t *values = golden_get(expected, column);
    for (int i = 0; i < ASSAY_GAUGE_SOURCES; i++) {
        json_t *value = json_object_get(values, keys[i]);
        const assay_figure *f = (const assay_figure *)((const char *)&s->share[i] + offset);
        if (value && !f->why)
            assert_near(f->value, json_number_value(value));
        else if (value)
            assert_near(0, json_number_value(value)); /* pooled away or not in the study */
    }
}

static void assert_shares(const assay_gauge_study *s, json_t *expected)
{
    assert_column(s, expected, "var_comp", offsetof(assay_gauge_share, variance));
    assert_column(s, expected, "pct_contribution", offsetof(assay_gauge_share, percent_contribution));
    assert_column(s, expected, "std_dev", offsetof(assay_gauge_share, sd));
    assert_column(s, expected, "pct_study_var", offsetof(assay_gauge_share, percent_study));
    assert_column(s, expected, "pct_tolerance_6sd", offsetof(assay_gauge_share, percent_tolerance));
    assert_true(s->ndc.value == golden_number(expected, "ndc_minitab"));
}

static void aiags_crossed_study_agrees_with_and_without_interaction(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/msa.json"), *study = study_named(all, "grr_crossed_AIAG");
    json_t *expected = golden_get(study, "expected");
    assay_values x = aiag(study), y = assay_values_of_doubles(doubles, x.n);
    for (int route = 0; route < 2; route++) {
        assay_gauge_study s = run(assay_gauge_crossed, route ? &y : &x, 10, 3, 8, 1);
        assert_false(s.is_pooled);
        assert_int_equal(s.rows_used, 5);
        assert_int_equal(s.trials, 3);
        json_t *ss = golden_get(golden_get(expected, "anova_with_interaction"), "SS");
        const char *const names[] = {"part", "operator", "interaction", "repeatability", "total"};
        const uint64_t df[] = {9, 2, 18, 60, 89};
        for (int i = 0; i < 5; i++) {
            assert_near(s.full[i].ss.value, golden_number(ss, names[i]));
            assert_int_equal(s.full[i].df, df[i]);
        }
        json_t *f = golden_get(golden_get(expected, "anova_with_interaction"), "F_vs_interaction");
        json_t *p = golden_get(golden_get(expected, "anova_with_interaction"), "p");
        for (int i = 0; i < 3; i++) {
            assert_digits(s.full[i].f.value, golden_number(f, names[i]), 11.5);
            assert_digits(s.full[i].p.value, golden_number(p, names[i]), 10);
        }
        assert_shares(&s, golden_get(expected, "with_interaction"));
        assert_near(s.ndc_exact.value,
                    golden_number(golden_get(expected, "with_interaction"), "ndc_unrounded"));

        s = run(assay_gauge_crossed, route ? &y : &x, 10, 3, 8, NAN);
        assert_true(s.is_pooled && s.pool_alpha == 0.05); /* p 0.974 */
        assert_int_equal(s.rows_used, 4);
        json_t *pooled = golden_get(expected, "anova_pooled");
        assert_near(s.used[2].ss.value, golden_number(pooled, "repeatability_SS"));
        assert_int_equal(s.used[2].df, 78);
        assert_digits(s.used[0].f.value, golden_number(golden_get(pooled, "F"), "part"), 11.5);
        assert_digits(s.used[1].p.value, golden_number(golden_get(pooled, "p"), "operator"), 10);
        assert_shares(&s, golden_get(expected, "without_interaction"));
    }
    json_decref(all);
}

static void the_average_range_method_agrees_with_exact_constants(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/msa.json"), *study = study_named(all, "grr_crossed_AIAG");
    json_t *e = golden_get(golden_get(golden_get(study, "expected"), "avg_range"), "exact_K");
    assay_values x = aiag(study);
    assay_gauge_study s = run(assay_gauge_average_range, &x, 10, 3, 0, NAN);
    assert_near(s.share[ASSAY_GAUGE_REPEATABILITY].sd.value, golden_number(e, "EV"));
    assert_near(s.share[ASSAY_GAUGE_OPERATOR].sd.value, golden_number(e, "AV"));
    assert_near(s.share[ASSAY_GAUGE_GRR].sd.value, golden_number(e, "GRR"));
    assert_near(s.share[ASSAY_GAUGE_PART].sd.value, golden_number(e, "PV"));
    assert_near(s.share[ASSAY_GAUGE_TOTAL].sd.value, golden_number(e, "TV"));
    assert_near(s.share[ASSAY_GAUGE_GRR].percent_study.value, golden_number(e, "pct_GRR"));
    assert_near(s.share[ASSAY_GAUGE_PART].percent_study.value, golden_number(e, "pct_PV"));
    assert_near(s.ndc_exact.value, golden_number(e, "ndc_unrounded"));
    assert_true(s.ndc.value == 5);
    assert_string_equal(s.share[ASSAY_GAUGE_GRR].percent_tolerance.why, "no tolerance");
    assert_non_null(s.share[ASSAY_GAUGE_INTERACTION].sd.why);
    assert_string_equal(s.method, "average-range");
    json_decref(all);
}

static assay_values nested_data(json_t *study)
{
    json_t *data = golden_get(study, "data");
    json_t *y = golden_get(data, "y"), *p = golden_get(data, "part"), *o = golden_get(data, "operator");
    size_t n = json_array_size(y);
    for (size_t i = 0; i < n; i++) {
        mantissa[i] = llround(json_number_value(json_array_get(y, i)) * 10);
        part[i] = (uint32_t)json_integer_value(json_array_get(p, i)) - 1;
        oper[i] = (uint32_t)(json_string_value(json_array_get(o, i))[0] - 'A');
    }
    return assay_values_of_decimals(mantissa, n, -1);
}

static void a_nested_study_agrees(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/msa.json"), *study = study_named(all, "grr_nested_jasp");
    json_t *expected = golden_get(study, "expected");
    assay_values x = nested_data(study);
    assay_gauge_study s = run(assay_gauge_nested, &x, 15, 3, 15, NAN);
    for (size_t i = 0; i < 3; i++)
        assert_digits(s.full[i].ss.value,
                      json_number_value(json_array_get(golden_get(expected, "SS"), i)), 13);
    assert_digits(s.full[0].f.value, golden_number(golden_get(expected, "F"), "operator"), 13);
    assert_digits(s.full[1].p.value, golden_number(golden_get(expected, "p"), "part"), 10);
    assert_shares(&s, expected);
    assert_int_equal(s.trials, 2);
    json_decref(all);
}

static void a_nested_study_out_of_balance_is_refused(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/msa.json");
    assay_values x = nested_data(study_named(all, "grr_nested_jasp"));
    json_decref(all);
    void *scratch = malloc(assay_gauge_scratch_size(16, 4));
    assay_gauge_study s;
    assay_err err;
    oper[1] = 1; /* part 1 by two operators */
    assert_int_equal(assay_gauge_nested(&x, part, 15, oper, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_int_equal(err.at, 1);
    oper[1] = 0;
    oper[0] = oper[1] = 1; /* part 1 moves to operator 2 */
    assert_int_equal(assay_gauge_nested(&x, part, 15, oper, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    oper[0] = oper[1] = 0;
    part[0] = 1;
    assert_int_equal(assay_gauge_nested(&x, part, 15, oper, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_int_equal(err.at, 0);
    part[0] = 0;
    assert_int_equal(assay_gauge_nested(&x, part, 16, oper, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_int_equal(assay_gauge_nested(&x, part, 31, oper, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_int_equal(assay_gauge_nested(&x, part, 14, oper, 3, NULL, scratch, &s, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_gauge_nested(&x, part, 15, oper, 2, NULL, scratch, &s, &err), ASSAY_DOMAIN);
    for (uint32_t i = 0; i < 30; i++)
        part[i] = i; /* no repeats */
    free(scratch);
    scratch = malloc(assay_gauge_scratch_size(30, 3));
    assert_int_equal(assay_gauge_nested(&x, part, 30, oper, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assay_gauge_options bad = {.sigmas = -1};
    assert_int_equal(assay_gauge_nested(&x, part, 15, oper, 3, &bad, scratch, &s, &err), ASSAY_DOMAIN);
    free(scratch);
}

static void a_type_1_study_agrees(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/msa.json"), *study = study_named(all, "type1_dm");
    json_t *data = golden_get(golden_get(study, "data"), "x"), *e = golden_get(study, "expected");
    size_t n = json_array_size(data);
    for (size_t i = 0; i < n; i++)
        mantissa[i] = llround(json_number_value(json_array_get(data, i)) * 10);
    assay_values x = assay_values_of_decimals(mantissa, n, -1);
    assay_gauge_type1_options options = {.reference = assay_dd_of_decimal(-4, 0), .tolerance = 15};
    assay_gauge_type1 g;
    assay_err err;
    assert_ok(assay_gauge_type1_study(&x, &options, &g, &err), err);
    assert_digits(g.mean.value, golden_number(e, "mean"), 14);
    assert_digits(g.sd.value, golden_number(e, "sd"), 14);
    assert_digits(g.study_variation.value, golden_number(e, "study_var"), 14);
    assert_true(g.bias.value == 0.054);
    assert_digits(g.t.value, golden_number(e, "t"), 13);
    assert_digits(g.p.value, golden_number(e, "p"), 13);
    assert_digits(g.cg.value, golden_number(e, "Cg"), 13.5);
    assert_digits(g.cgk.value, golden_number(e, "Cgk"), 13.5);
    assert_digits(g.percent_repeatability.value, golden_number(e, "pct_var_repeatability"), 13.5);
    assert_digits(g.percent_with_bias.value, golden_number(e, "pct_var_repeatability_and_bias"), 13.5);
    json_t *ci = golden_get(e, "bias_ci95");
    assert_digits(g.bias_lower.value, json_number_value(json_array_get(ci, 0)), 12);
    assert_digits(g.bias_upper.value, json_number_value(json_array_get(ci, 1)), 12);

    /* VDA 5: 4 sd, so cg grows by 6/4 */
    options.sigmas = 4;
    double cg = g.cg.value;
    assert_ok(assay_gauge_type1_study(&x, &options, &g, &err), err);
    assert_digits(g.cg.value, cg * 1.5, 15);
    options.reference = assay_dd_of_decimal(-1, 0); /* bias 2.9 is more than 1.5 */
    assert_ok(assay_gauge_type1_study(&x, &options, &g, &err), err);
    assert_true(g.cgk.value < 0);
    assert_string_equal(g.percent_with_bias.why, "the bias exceeds what is allowed");
    json_decref(all);
}

static void equal_decimals_have_no_bias_at_all(void **state)
{
    (void)state;
    const int64_t m[] = {101, 100, 102, 101};
    assay_values x = assay_values_of_decimals(m, 4, -1);
    assay_gauge_type1_options options = {.reference = assay_dd_of_decimal(1010, -2), .tolerance = 1};
    assay_gauge_type1 g;
    assert_ok(assay_gauge_type1_study(&x, &options, &g, NULL), (assay_err){0});
    assert_true(g.bias.value == 0 && g.t.value == 0 && g.p.value == 1);
    assert_true(g.cg.value == g.cgk.value);
    x.n = 1;
    assert_ok(assay_gauge_type1_study(&x, &options, &g, NULL), (assay_err){0});
    assert_true(g.bias.value == 0);
    assert_string_equal(g.cg.why, "fewer than 2 values");
    x.n = 0;
    assert_ok(assay_gauge_type1_study(&x, &options, &g, NULL), (assay_err){0});
    assert_string_equal(g.bias.why, "no values");
    const int64_t same[] = {5, 5};
    x = assay_values_of_decimals(same, 2, 0);
    assert_ok(assay_gauge_type1_study(&x, &options, &g, NULL), (assay_err){0});
    assert_string_equal(g.cg.why, "all values are equal");
}

static void type_1_options_outside_their_range_are_refused(void **state)
{
    (void)state;
    const int64_t m[] = {1, ASSAY_MANTISSA_MISSING};
    const double inf[] = {INFINITY};
    assay_values x = assay_values_of_decimals(m, 1, 0), y = assay_values_of_doubles(inf, 1);
    assay_dd zero = {0, 0}, none = {NAN, 0};
    const assay_gauge_type1_options bad[] = {
        {none, 1, 0, 0, 0},   {zero, 0, 0, 0, 0},   {zero, INFINITY, 0, 0, 0}, {zero, 1, -1, 0, 0},
        {zero, 1, 101, 0, 0}, {zero, 1, 0, -1, 0}, {zero, 1, 0, INFINITY, 0}, {zero, 1, 0, 0, 1},
        {zero, 1, 0, 0, -1}};
    assay_gauge_type1 g;
    assay_err err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(assay_gauge_type1_study(&x, &bad[i], &g, &err), ASSAY_DOMAIN);
    const assay_gauge_type1_options good = {zero, 1, 0, 0, 0};
    assert_int_equal(assay_gauge_type1_study(&y, &good, &g, &err), ASSAY_DOMAIN);
    x.n = 2;
    assert_int_equal(assay_gauge_type1_study(&x, &good, &g, &err), ASSAY_MISSING);
    assert_int_equal(err.at, 1);
}

static void a_crossed_study_out_of_shape_is_refused_and_named(void **state)
{
    (void)state;
    const uint32_t p[] = {0, 0, 1, 1, 0}, o[] = {0, 1, 0, 1, 0};
    const int64_t m[] = {1, 2, 3, 5, 4};
    char scratch[1024];
    assay_values x = assay_values_of_decimals(m, 5, 0);
    assay_gauge_study s;
    assay_err err;
    assert_int_equal(assay_gauge_crossed(&x, p, 2, o, 2, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_string_equal(err.message, "operator 1 measured part 1 2 times, not 1");
    assert_int_equal(assay_gauge_crossed(&x, p, 1, o, 2, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_int_equal(assay_gauge_crossed(&x, p, 2, o, 1, NULL, scratch, &s, &err), ASSAY_SHAPE);
    assert_int_equal(assay_gauge_crossed(&x, p, 2, o, 3, NULL, scratch, &s, &err), ASSAY_SHAPE);
    x.n = 4;
    assert_int_equal(assay_gauge_crossed(&x, o, 2, (uint32_t[]){0, 0, 0, 2}, 2, NULL, scratch, &s,
                                         &err), ASSAY_DOMAIN);
    const assay_gauge_options bad[] = {{.tolerance = -1}, {.tolerance = INFINITY}, {.sigmas = -6},
                                       {.sigmas = INFINITY}, {.pool_alpha = 2}, {.pool_alpha = -1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(assay_gauge_crossed(&x, p, 2, o, 2, &bad[i], scratch, &s, &err),
                         ASSAY_DOMAIN);
    assert_int_equal(assay_gauge_average_range(&x, p, 2, o, 2, &bad[0], scratch, &s, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(assay_gauge_average_range(&x, p, 2, o, 2, NULL, scratch, &s, &err), ASSAY_SHAPE);
    const int64_t gap[] = {1, 2, ASSAY_MANTISSA_MISSING, 4};
    x = assay_values_of_decimals(gap, 4, 0);
    assert_int_equal(assay_gauge_crossed(&x, p, 2, o, 2, NULL, scratch, &s, &err), ASSAY_MISSING);
    assert_int_equal(err.at, 2);
    assert_true(assay_gauge_scratch_size(SIZE_MAX / 2, SIZE_MAX / 2) == SIZE_MAX);
}

static void one_reading_a_cell_has_no_test_of_interaction(void **state)
{
    (void)state;
    const uint32_t p[] = {0, 0, 1, 1, 2, 2}, o[] = {0, 1, 0, 1, 0, 1};
    const int64_t m[] = {10, 12, 20, 21, 35, 38};
    memcpy(part, p, sizeof p);
    memcpy(oper, o, sizeof o);
    assay_values x = assay_values_of_decimals(m, 6, 0);
    assay_gauge_study s = run(assay_gauge_crossed, &x, 3, 2, 0, 1);
    assert_true(s.is_pooled && s.rows_full == 0 && s.rows_used == 4);
    assert_digits(s.used[2].ss.value, 1, 14); /* residuals 0, -1/2 .. of the two-way table */
    assert_int_equal(s.used[2].df, 2);
}

static void readings_that_repeat_exactly_are_answered(void **state)
{
    (void)state;
    const uint32_t p[] = {0, 0, 0, 0, 1, 1, 1, 1}, o[] = {0, 0, 1, 1, 0, 0, 1, 1};
    memcpy(part, p, sizeof p);
    memcpy(oper, o, sizeof o);
    const int64_t parallel[] = {1, 1, 2, 2, 5, 5, 6, 6}, crossing[] = {1, 1, 2, 2, 5, 5, 4, 4},
                  flat[] = {3, 3, 3, 3, 3, 3, 3, 3};
    assay_values x = assay_values_of_decimals(parallel, 8, 0);
    assay_gauge_study s = run(assay_gauge_crossed, &x, 2, 2, 0, NAN);
    assert_true(s.is_pooled);
    assert_string_equal(s.used[0].f.why, "no variation to compare with");
    assert_true(s.share[ASSAY_GAUGE_REPEATABILITY].variance.value == 0);
    x = assay_values_of_decimals(crossing, 8, 0);
    s = run(assay_gauge_crossed, &x, 2, 2, 0, NAN);
    assert_false(s.is_pooled);
    assert_true(s.share[ASSAY_GAUGE_INTERACTION].variance.value == 1);
    x = assay_values_of_decimals(flat, 8, 0);
    s = run(assay_gauge_crossed, &x, 2, 2, 0, NAN);
    assert_string_equal(s.ndc.why, "no variation of the gauge");
    assert_string_equal(s.share[ASSAY_GAUGE_GRR].percent_study.why, "no variation");
    s = run(assay_gauge_average_range, &x, 2, 2, 0, NAN);
    assert_true(s.share[ASSAY_GAUGE_TOTAL].sd.value == 0);
}

static void sources_are_named(void **state)
{
    (void)state;
    assert_string_equal(assay_gauge_source_name(ASSAY_GAUGE_GRR), "total_grr");
    assert_string_equal(assay_gauge_source_text(ASSAY_GAUGE_PART), "part to part");
    assert_string_equal(assay_gauge_source_name((assay_gauge_source)99), "unknown");
    assert_string_equal(assay_gauge_source_text((assay_gauge_source)99), "unknown source");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aiags_crossed_study_agrees_with_and_without_interaction),
        cmocka_unit_test(the_average_range_method_agrees_with_exact_constants),
        cmocka_unit_test(a_nested_study_agrees),
        cmocka_unit_test(a_nested_study_out_of_balance_is_refused),
        cmocka_unit_test(a_type_1_study_agrees),
        cmocka_unit_test(equal_decimals_have_no_bias_at_all),
        cmocka_unit_test(type_1_options_outside_their_range_are_refused),
        cmocka_unit_test(a_crossed_study_out_of_shape_is_refused_and_named),
        cmocka_unit_test(one_reading_a_cell_has_no_test_of_interaction),
        cmocka_unit_test(readings_that_repeat_exactly_are_answered),
        cmocka_unit_test(sources_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
