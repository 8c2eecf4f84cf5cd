/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stages, exclusions, gaps, limits that do not exist, and what is refused. */
#include "chart_case.h"

#include <assay/constants.h>
#include <assay/sigma.h>

static chart_case c;

static void individuals(const double *x, size_t n)
{
    case_individuals(&c, x, n, -1);
}

static void groups_of(const double *x, size_t n, uint32_t size)
{
    case_individuals(&c, x, n, -1);
    c.in.n = size;
    c.in.subgroups = n / size;
}

static const double wave[] = {10.1, 10.4, 9.7, 10.2, 9.9, 10.6, 9.5, 10.0, 10.3, 9.8, 10.2, 10.1};

static void no_data_and_one_point_have_no_limits_and_say_why(void **state)
{
    (void)state;
    individuals(wave, 0);
    case_make(&c);
    assert_string_equal(c.chart.why_undefined, "no data");
    assert_int_equal(c.chart.stage_count, 0);
    individuals(wave, 1);
    case_make(&c);
    assert_non_null(c.chart.why_undefined);
    assert_true(isnan(c.location[0].ucl) && c.location[0].value == 10.1);
    assert_true(c.location[0].center == 10.1 && isnan(c.spread[0].value));
    assert_true(c.chart.is_stable);
    groups_of(wave, 4, 4); /* one subgroup has limits: its range estimates sigma */
    case_make(&c);
    assert_null(c.chart.why_undefined);
    assert_true(c.location[0].ucl > c.location[0].lcl);
}

static void equal_readings_have_no_limits(void **state)
{
    (void)state;
    const double same[] = {5, 5, 5, 5, 5, 5};
    for (int type = ASSAY_CHART_XBAR_R; type <= ASSAY_CHART_CUSUM; type++) {
        groups_of(same, 6, type == ASSAY_CHART_I_MR ? 1 : 2);
        c.options.type = (assay_chart_type)type;
        case_make(&c);
        assert_string_equal(c.chart.why_undefined, "no spread: all readings within the subgroups are equal");
        assert_true(isnan(c.location[1].lcl) && c.location[1].center == 5 && c.chart.is_stable);
    }
}

static void stages_have_their_own_limits_and_restart_the_rules(void **state)
{
    (void)state;
    double x[24];
    for (int i = 0; i < 24; i++)
        x[i] = wave[i % 12] + (i >= 12 ? 5 : 0);
    individuals(x, 24);
    for (int i = 0; i < 24; i++)
        c.stage[i] = i < 12 ? 0 : 3;
    assay_rules nelson;
    assert_int_equal(assay_rules_parse("nelson", &nelson, NULL), ASSAY_OK);
    c.options.rules = &nelson;
    case_make(&c);
    assert_false(c.chart.is_stable); /* one stage: the step signals */
    c.in.stage = c.stage;
    case_make(&c);
    assert_int_equal(c.chart.stage_count, 2);
    assert_true(c.chart.is_stable);
    assert_true(isnan(c.spread[12].value)); /* no range across the change */
    assert_digits(c.location[12].center - c.location[0].center, 5, 13);
    assert_digits(c.location[12].ucl - c.location[0].ucl, 5, 13);
    assert_int_equal(c.chart.stages[1].from, 12);
    assert_int_equal(c.chart.stages[1].used, 12);
    /* phase 1 within the second stage: the first is from itself */
    c.in.phase1_from = 14;
    c.in.phase1_to = 20;
    case_make(&c);
    assert_int_equal(c.chart.stages[0].used, 12);
    assert_int_equal(c.chart.stages[1].used, 6);
}

static void an_excluded_point_is_drawn_but_out_of_everything(void **state)
{
    (void)state;
    double x[12];
    memcpy(x, wave, sizeof x);
    x[5] = 99;
    individuals(x, 12);
    c.excluded[5] = 1;
    c.in.excluded = c.excluded;
    case_make(&c);
    assert_true(c.location[5].value == 99 && c.location[5].flags == ASSAY_POINT_EXCLUDED);
    assert_int_equal(c.location[5].rules, 0);
    assert_true(c.spread[5].flags & ASSAY_POINT_EXCLUDED && c.spread[6].flags & ASSAY_POINT_EXCLUDED);
    assert_int_equal(c.spread[5].rules + c.spread[6].rules, 0);
    assert_true(c.chart.is_stable && c.location[0].center < 10.2);
    for (int type = ASSAY_CHART_EWMA; type <= ASSAY_CHART_RUN; type++) {
        c.options.type = (assay_chart_type)type;
        case_make(&c);
        assert_true(c.chart.is_stable);
        assert_true(isnan(c.location[11].value) == 0 && fabs(c.location[11].value - 10) < 1);
    }
}

static void a_missing_individual_leaves_a_gap(void **state)
{
    (void)state;
    double x[12];
    memcpy(x, wave, sizeof x);
    x[4] = NAN;
    individuals(x, 12);
    case_make(&c);
    assert_true(isnan(c.location[4].value) && c.location[4].flags == ASSAY_POINT_MISSING);
    assert_true(isnan(c.spread[4].value) && isnan(c.spread[5].value) && !isnan(c.spread[6].value));
    assert_int_equal(c.chart.stages[0].used, 11);
    for (int type = ASSAY_CHART_EWMA; type <= ASSAY_CHART_RUN; type++) {
        c.options.type = (assay_chart_type)type;
        case_make(&c);
        assert_true(isnan(c.location[4].value) && !isnan(c.location[5].value));
    }
    groups_of(x, 12, 4); /* inside a subgroup it shortens it */
    case_make(&c);
    assert_true(c.location[1].n == 3 && c.location[0].n == 4);
    assert_digits(c.location[1].value, (10.6 + 9.5 + 10.0) / 3, 15);
    assert_true(c.location[1].ucl > c.location[0].ucl);
}

static void a_partial_last_group_is_drawn_only(void **state)
{
    (void)state;
    groups_of(wave, 11, 3);
    uint32_t n[] = {3, 3, 3, 2};
    c.in.readings = n;
    c.in.subgroups = 4;
    c.in.nominal_n = 3;
    case_make(&c);
    assert_int_equal(c.location[3].flags, ASSAY_POINT_PARTIAL);
    assert_int_equal(c.chart.stages[0].used, 3);
    assert_false(isnan(c.location[3].ucl));
    double center = c.location[0].center, sum = 0;
    for (int i = 0; i < 9; i++)
        sum += wave[i];
    assert_digits(center, sum / 9, 15);
    /* all zero wide, given limits: not judged */
    c.options.center = 0;
    c.options.std_dev = 1;
    case_make(&c);
    assert_int_equal(c.chart.signals, 3);
    assert_int_equal(c.location[3].rules, 0);
}

static void a_point_on_a_limit_is_not_beyond_it(void **state)
{
    (void)state;
    const double x[] = {0.8, 0.5, 0.2, 0.8, 0.81};
    case_individuals(&c, x, 5, -2);
    c.options.center = 0.5;
    c.options.std_dev = 0.1; /* (0.8 - 0.5) / 0.1 is above 3 in doubles */
    case_make(&c);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_GIVEN);
    assert_int_equal(c.location[0].rules | c.location[2].rules | c.location[3].rules, 0);
    assert_int_equal(c.location[4].rules, 1);
}

static void results_are_right_to_the_last_digit(void **state)
{
    (void)state;
    /* NIST's SmLs07 trap: thirteen leading digits in common */
    const int64_t m[] = {10000000000002, 10000000000001, 10000000000003, 10000000000004};
    case_clear(&c);
    c.in.x = assay_values_of_decimals(m, 4, -1);
    c.in.subgroups = 2;
    c.in.n = 2;
    case_make(&c);
    assert_true(c.location[0].value == 1000000000000.15 && c.location[1].value == 1000000000000.35);
    assert_true(c.spread[0].value == 0.1 && c.spread[0].center == 0.1);
    assert_true(c.chart.stages[0].center == 1000000000000.25);
    c.options.type = ASSAY_CHART_XBAR_S;
    case_make(&c);
    assert_digits(c.spread[0].value, 0.1 / sqrt(2), 15.5);
}

static void every_estimator_is_its_formula(void **state)
{
    (void)state;
    individuals(wave, 12);
    double mr = 0, ss = 0, mean = 0, squares = 0, ranges[11];
    for (int i = 0; i < 12; i++)
        mean += wave[i] / 12;
    for (int i = 0; i < 12; i++)
        squares += (wave[i] - mean) * (wave[i] - mean);
    for (int i = 1; i < 12; i++) {
        ranges[i - 1] = fabs(wave[i] - wave[i - 1]);
        mr += ranges[i - 1] / 11;
        ss += ranges[i - 1] * ranges[i - 1];
    }
    for (int i = 1; i < 11; i++) /* insertion sort */
        for (int j = i; j > 0 && ranges[j] < ranges[j - 1]; j--) {
            double keep = ranges[j];
            ranges[j] = ranges[j - 1];
            ranges[j - 1] = keep;
        }
    const struct {
        assay_sigma_method method, used;
        double value;
    } expected[] = {
        {ASSAY_SIGMA_AUTO, ASSAY_SIGMA_MR, mr / assay_d2(2)},
        {ASSAY_SIGMA_RBAR, ASSAY_SIGMA_MR, mr / assay_d2(2)},
        {ASSAY_SIGMA_MVLUE_R, ASSAY_SIGMA_MR, mr / assay_d2(2)},
        {ASSAY_SIGMA_MEDIAN_MR, ASSAY_SIGMA_MEDIAN_MR, ranges[5] / assay_d4(2)},
        {ASSAY_SIGMA_MSSD, ASSAY_SIGMA_MSSD, sqrt(ss / 22)},
        {ASSAY_SIGMA_OVERALL, ASSAY_SIGMA_OVERALL, sqrt(squares / 11)},
        {ASSAY_SIGMA_POOLED, ASSAY_SIGMA_POOLED, sqrt(squares / 11)},
        {ASSAY_SIGMA_SBAR, ASSAY_SIGMA_SBAR, sqrt(squares / 11) / assay_c4(12)},
        {ASSAY_SIGMA_POOLED_UNBIASED, ASSAY_SIGMA_POOLED_UNBIASED, sqrt(squares / 11) / assay_c4(12)},
    };
    void *scratch = malloc(assay_chart_scratch_size(&c.in));
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assay_sigma s;
        assert_ok(assay_sigma_estimate(&c.in, expected[i].method, false, 0, scratch, &s, &c.err), c.err);
        assert_digits(s.value, expected[i].value, 13);
        assert_int_equal(s.method, expected[i].used);
        assert_null(s.why_undefined);
    }
    assay_sigma s;
    assert_ok(assay_sigma_estimate(&c.in, ASSAY_SIGMA_MR, false, 3, scratch, &s, &c.err), c.err);
    assert_int_equal(s.used, 10);
    assert_ok(assay_sigma_estimate(&c.in, ASSAY_SIGMA_MR, false, 20, scratch, &s, &c.err), c.err);
    assert_true(isnan(s.value) && s.why_undefined);
    assert_ok(assay_sigma_estimate(&c.in, ASSAY_SIGMA_BINOMIAL, false, 0, scratch, &s, &c.err), c.err);
    assert_non_null(s.why_undefined);
    assert_int_equal(assay_sigma_estimate(&c.in, ASSAY_SIGMA_MR, false, 1, scratch, &s, &c.err), ASSAY_DOMAIN);
    c.in.n = 3, c.in.subgroups = 4;
    assert_ok(assay_sigma_estimate(&c.in, ASSAY_SIGMA_MR, false, 0, scratch, &s, &c.err), c.err);
    assert_non_null(s.why_undefined);
    assert_ok(assay_sigma_estimate(&c.in, ASSAY_SIGMA_POOLED, false, 0, scratch, &s, &c.err), c.err);
    assert_true(s.df == 8 && s.relative_variance > 0 && s.relative_variance < 0.07);
    c.in.n = 5;
    assert_int_equal(assay_sigma_estimate(&c.in, ASSAY_SIGMA_MR, false, 0, scratch, &s, &c.err), ASSAY_SHAPE);
    free(scratch);
    assert_string_equal(assay_sigma_method_name(ASSAY_SIGMA_MVLUE_R), "mvlue-r");
    assert_string_equal(assay_sigma_method_name((assay_sigma_method)99), "unknown");
}

static void medians_have_their_own_width(void **state)
{
    (void)state;
    groups_of(wave, 12, 3);
    c.options.type = ASSAY_CHART_MEDIAN;
    c.options.with_probability_limits = true;
    case_make(&c);
    assert_true(c.location[0].value == 10.1 && c.location[1].value == 10.2);
    assert_digits(c.location[0].center, (10.1 + 10.2 + 10.0 + 10.1) / 4, 15);
    double sigma = c.chart.stages[0].sigma;
    assert_digits(c.location[0].ucl - c.location[0].center, 3 * 0.66982916074041421 * sigma, 12);
    /* P(median beyond) = 3 p^2 - 2 p^3 of one reading beyond with probability p */
    double p = 0.5 * erfc((c.location[0].prob_ucl - c.location[0].center) / sigma / sqrt(2));
    assert_digits(3 * p * p - 2 * p * p * p, 0.00135, 11);
    groups_of(wave, 12, 4);
    c.options.type = ASSAY_CHART_MEDIAN;
    c.options.with_probability_limits = true;
    case_make(&c);
    assert_digits(c.location[0].value, 10.15, 15);
    assert_true(isnan(c.location[0].prob_ucl)); /* no closed form for even n */
}

static void probability_limits_leave_135_in_100000_beyond_each(void **state)
{
    (void)state;
    groups_of(wave, 12, 3);
    c.options.with_probability_limits = true;
    case_make(&c);
    double sigma = c.chart.stages[0].sigma;
    double z = (c.location[0].prob_ucl - c.location[0].center) / (sigma / sqrt(3));
    assert_digits(0.5 * erfc(z / sqrt(2)), 0.00135, 11);
    assert_digits(assay_range_cdf(c.spread[0].prob_lcl / sigma, 3), 0.00135, 11);
    assert_digits(1 - assay_range_cdf(c.spread[0].prob_ucl / sigma, 3), 0.00135, 11);
    c.options.type = ASSAY_CHART_XBAR_S;
    case_make(&c);
    sigma = c.chart.stages[0].sigma; /* chi-square with 2 df is exponential */
    double chi = pow(c.spread[0].prob_ucl / sigma, 2) * 2;
    assert_digits(exp(-chi / 2), 0.00135, 11);
}

static void count_probability_limits_are_exact(void **state)
{
    (void)state;
    const double counts[] = {3, 5, 4, 6, 2, 4};
    case_individuals(&c, counts, 6, 0);
    c.options.type = ASSAY_CHART_C;
    c.options.center = 4;
    c.options.with_probability_limits = true;
    case_make(&c);
    /* Poisson 4: P(X < 0) = 0, P(X = 0) = 0.0183; P(X > 11) = 0.00092, P(X > 10) = 0.0028 */
    assert_true(c.location[0].prob_lcl == 0 && c.location[0].prob_ucl == 11);
    assert_true(c.location[0].lcl == 0);
    c.options.type = ASSAY_CHART_P;
    c.options.center = 0.5;
    c.in.size_all = 10; /* P(X < 1) = 0.00098, P(X < 2) = 0.0107 */
    case_make(&c);
    assert_digits(c.location[0].prob_lcl, 0.1, 15);
    assert_digits(c.location[0].prob_ucl, 0.9, 15);
    assert_true(c.location[0].lcl > 0 && c.location[0].ucl < 1);
    c.options.center = 0.9;
    case_make(&c);
    assert_true(c.location[0].ucl == 1);
}

static void attribute_limits_follow_the_number_inspected(void **state)
{
    (void)state;
    const double counts[] = {4, 9, NAN, 6, 3};
    const double sizes[] = {100, 200, 100, 150, 0};
    for (int type = ASSAY_CHART_P; type <= ASSAY_CHART_U; type++) {
        case_individuals(&c, counts, 5, 0);
        c.options.type = (assay_chart_type)type;
        c.in.size = sizes;
        if (type == ASSAY_CHART_P || type == ASSAY_CHART_NP)
            c.mantissa[4] = 0;
        case_make(&c);
        assert_int_equal(c.location[2].flags, ASSAY_POINT_MISSING);
        if (type == ASSAY_CHART_C)
            continue;
        assert_int_equal(c.location[4].flags, ASSAY_POINT_MISSING);
        assert_true(c.location[1].sigma != c.location[0].sigma);
        assert_digits(c.location[1].sigma / c.location[0].sigma,
                      type == ASSAY_CHART_NP ? sqrt(2) : sqrt(0.5), 14);
    }
    case_individuals(&c, counts, 2, 0);
    c.options.type = ASSAY_CHART_NP;
    c.in.size_all = 100;
    c.options.center = 5;
    case_make(&c);
    assert_digits(c.location[0].center, 5, 15);
}

static void counts_without_spread_say_why(void **state)
{
    (void)state;
    const double none[] = {0, 0, 0}, all[] = {5, 5, 5};
    case_individuals(&c, none, 3, 0);
    c.options.type = ASSAY_CHART_C;
    case_make(&c);
    assert_string_equal(c.chart.why_undefined, "no spread: no defect was found");
    assert_true(isnan(c.location[0].ucl) && c.location[0].center == 0);
    case_individuals(&c, all, 3, 0);
    c.options.type = ASSAY_CHART_P;
    c.in.size_all = 5;
    case_make(&c);
    assert_string_equal(c.chart.why_undefined, "no spread: every item is nonconforming");
    c.in.size_all = 0;
    c.options.type = ASSAY_CHART_U;
    case_make(&c);
    assert_string_equal(c.chart.why_undefined, "nothing to estimate from: no sample that counts");
}

static void a_run_chart_takes_the_median_and_rules_without_limits(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6, 100};
    individuals(x, 7);
    c.options.type = ASSAY_CHART_RUN;
    assay_rules nelson;
    assert_int_equal(assay_rules_parse("nelson", &nelson, NULL), ASSAY_OK);
    c.options.rules = &nelson;
    case_make(&c);
    assert_true(c.location[0].center == 4 && isnan(c.location[0].ucl));
    assert_int_equal(c.location[6].rules, 1 << 2); /* the trend, not rule 1 */
    c.options.center = 50;
    c.options.rules = NULL;
    case_make(&c);
    assert_true(c.location[0].center == 50 && c.chart.is_stable);
}

static void wide_limits_move_rule_one_with_them(void **state)
{
    (void)state;
    const double x[] = {0, 2.5, 0, -2.5, 0};
    individuals(x, 5);
    c.options.center = 0;
    c.options.std_dev = 1;
    c.options.sigmas = 2;
    case_make(&c);
    assert_int_equal(c.location[1].rules & c.location[3].rules, 1);
}

static void both_number_forms_agree(void **state)
{
    (void)state;
    for (int type = ASSAY_CHART_XBAR_R; type <= ASSAY_CHART_CUSUM; type++) {
        groups_of(wave, 12, type == ASSAY_CHART_I_MR ? 1 : 3);
        c.options.type = (assay_chart_type)type;
        case_make(&c);
        double value[12], ucl = c.location[2].ucl;
        for (size_t i = 0; i < c.in.subgroups; i++)
            value[i] = c.location[i].value;
        double lo[12] = {0};
        c.in.x.hi = wave;
        c.in.x.lo = lo;
        c.in.x.mantissa = NULL;
        case_make(&c);
        for (size_t i = 0; i < c.in.subgroups; i++)
            assert_digits(c.location[i].value, value[i], 14.5);
        if (!isnan(ucl))
            assert_digits(c.location[2].ucl, ucl, 14);
    }
}

static void huge_and_tiny_scales_survive(void **state)
{
    (void)state;
    const int64_t far[] = {-9000000000000000000, 9000000000000000000, 0, 4000000000000000000};
    case_clear(&c);
    c.in.x = assay_values_of_decimals(far, 4, 0);
    c.in.subgroups = 2, c.in.n = 2;
    c.options.type = ASSAY_CHART_XBAR_S;
    case_make(&c);
    assert_digits(c.spread[0].value, 18e18 / sqrt(2), 15);
    assert_digits(c.location[1].value, 2e18, 16);
    for (int e = -300; e <= 280; e += 58) {
        const int64_t m[] = {11, 13, 12, 15};
        c.in.x = assay_values_of_decimals(m, 4, e);
        case_make(&c);
        assert_digits(c.location[1].value, 13.5 * pow(10, e), 14);
    }
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const assay_chart_options base = {.center = NAN, .std_dev = NAN, .target = NAN};
    assay_chart_options bad[24], *next = bad;
    for (int i = 0; i < 24; i++)
        bad[i] = base;
    next++->span = 1;
    next++->span = 101;
    next++->sigmas = -1;
    next++->ewma_sigmas = INFINITY;
    next++->lambda = 1.5;
    next++->k = -1;
    next++->h = -2;
    next++->fir = 6;
    next++->std_dev = 0;
    next++->std_dev = -3;
    next++->std_dev = INFINITY;
    next++->sigmas = INFINITY;
    next++->ewma_sigmas = -1;
    next++->lambda = -0.1;
    next++->k = INFINITY;
    next++->h = INFINITY;
    next++->fir = -1;
    for (assay_chart_options *o = bad; o < next; o++) {
        individuals(wave, 12);
        c.options = *o;
        assert_int_equal(case_try(&c), ASSAY_DOMAIN);
    }
    individuals(wave, 12);
    c.options = base; /* zeros take the defaults */
    assert_int_equal(case_try(&c), ASSAY_OK);
    c.in.n = 5;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
    c.in.n = 1, c.in.subgroups = 11;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
    c.in.subgroups = 12, c.in.phase1_to = 13;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
    c.in.phase1_to = 3, c.in.phase1_from = 3;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
    c.in.phase1_to = c.in.phase1_from = 0;
    c.in.x.exponent = 400;
    assert_int_equal(case_try(&c), ASSAY_DOMAIN);
    c.in.x.exponent = -1;
    c.in.stage = c.stage;
    c.stage[0] = 2;
    assert_int_equal(case_try(&c), ASSAY_DOMAIN);
    for (uint32_t i = 0; i < 12; i++)
        c.stage[i] = i;
    assert_int_equal(case_try(&c), ASSAY_SHAPE); /* room for ten */
    c.in.stage = NULL;
    c.in.n = 2, c.in.subgroups = 6;
    c.options.type = ASSAY_CHART_I_MR;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
    c.options.type = ASSAY_CHART_C;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
}

static void all_excluded_leaves_nothing_to_estimate_from(void **state)
{
    (void)state;
    memset(&c, 0, sizeof c);
    for (int type = ASSAY_CHART_XBAR_R; type <= ASSAY_CHART_U; type++) {
        groups_of(wave, 12, type >= ASSAY_CHART_RUN || type == ASSAY_CHART_I_MR ? 1 : 3);
        memset(c.excluded, 1, sizeof c.excluded);
        c.in.excluded = c.excluded;
        c.in.size_all = 200;
        c.options.type = (assay_chart_type)type;
        case_make(&c);
        assert_non_null(c.chart.why_undefined);
        assert_true(c.chart.is_stable && c.chart.stages[0].used == 0 && isnan(c.location[0].ucl));
    }
    const assay_sigma_method methods[] = {ASSAY_SIGMA_POOLED, ASSAY_SIGMA_OVERALL, ASSAY_SIGMA_SBAR};
    for (int i = 0; i < 3; i++) {
        groups_of(wave, 12, 3);
        memset(c.excluded, 1, sizeof c.excluded);
        c.in.excluded = c.excluded;
        c.options.sigma = methods[i];
        c.options.center = 10; /* a centre alone sets no limits */
        case_make(&c);
        assert_true(c.location[0].center == 10 && isnan(c.location[0].ucl));
    }
}

static void large_subgroups_take_s_and_pool(void **state)
{
    (void)state;
    double x[120];
    for (int i = 0; i < 120; i++)
        x[i] = wave[(i * 7 + i / 12) % 12] + (i == 5 ? 3 : 0);
    groups_of(x, 120, 12);
    case_make(&c);
    assert_int_equal(c.chart.type, ASSAY_CHART_XBAR_S);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_POOLED);
    assert_true(c.spread[1].lcl > 0);
    c.options.type = ASSAY_CHART_XBAR_R;
    case_make(&c);
    assert_int_equal(c.chart.method, ASSAY_SIGMA_POOLED);
    assert_digits(c.spread[0].center, assay_d2(12) * c.chart.stages[0].sigma, 14);
    c.options.std_dev = 0.05; /* wide and, below, narrow against a given sigma */
    case_make(&c);
    assert_int_equal(c.spread[0].rules, 1);
    c.options.std_dev = 5;
    case_make(&c);
    assert_int_equal(c.spread[0].rules, 1);
}

static void subgroups_of_one_among_others_have_no_spread(void **state)
{
    (void)state;
    groups_of(wave, 10, 1);
    static const uint32_t n[] = {3, 1, 3, 0, 3};
    for (int type = ASSAY_CHART_XBAR_R; type <= ASSAY_CHART_XBAR_S; type++)
        for (int is_unweighted = 0; is_unweighted < 2; is_unweighted++) {
            c.in.readings = n;
            c.in.subgroups = 5;
            c.options.type = (assay_chart_type)type;
            c.options.is_unweighted = is_unweighted;
            c.options.with_probability_limits = true;
            case_make(&c);
            assert_true(isnan(c.spread[1].value) && isnan(c.spread[1].lcl) && isnan(c.spread[1].ucl));
            assert_true(c.location[1].ucl > c.location[0].ucl);
            assert_int_equal(c.location[3].flags, ASSAY_POINT_MISSING);
        }
    c.options.type = ASSAY_CHART_XBAR_S; /* only ones: individuals in disguise */
    c.in.readings = NULL;
    c.in.subgroups = 10;
    case_make(&c);
    assert_true(isnan(c.spread[1].value));
}

static void a_target_moves_ewma_and_cusum_and_both_sides_signal(void **state)
{
    (void)state;
    const assay_chart_type types[] = {ASSAY_CHART_EWMA, ASSAY_CHART_CUSUM};
    for (int side = -1; side <= 1; side += 2)
        for (int i = 0; i < 2; i++) {
            groups_of(wave, 12, 2);
            c.options.type = types[i];
            c.options.target = 10 + 3 * side;
            c.in.nominal_n = 3; /* the last pair is a partial group */
            case_make(&c);
            assert_false(c.chart.is_stable);
            assert_true(c.location[0].center == 10 + 3 * side);
            assert_int_equal(c.location[5].flags, ASSAY_POINT_PARTIAL);
            assert_int_equal(c.location[5].rules, 0);
            if (i)
                assert_true(side > 0 ? c.cusum[4].lower > 5 : c.cusum[4].upper > 5);
        }
}

static void gaps_in_doubles_shorten_subgroups_too(void **state)
{
    (void)state;
    const double hi[] = {1, NAN, 2, NAN, NAN, NAN, 3, 3, 3, 1.5, 2.5, 0.5};
    const double lo[] = {0, 0, 0, 0, 0, 0, 0, 1e-17, -1e-17, 0, 0, 0};
    case_clear(&c);
    c.in.x = (assay_values){.n = 12, .hi = hi, .lo = lo};
    c.in.subgroups = 4;
    c.in.n = 3;
    for (int type = ASSAY_CHART_XBAR_R; type <= ASSAY_CHART_MEDIAN; type++) {
        if (type == ASSAY_CHART_I_MR)
            continue;
        c.options.type = (assay_chart_type)type;
        case_make(&c);
        assert_true(c.location[0].n == 2 && c.location[0].value == 1.5);
        assert_int_equal(c.location[1].flags, ASSAY_POINT_MISSING);
        assert_true(c.location[3].value == 1.5);
    }
    c.options.type = ASSAY_CHART_XBAR_R;
    case_make(&c);
    assert_digits(c.spread[2].value, 2e-17, 14); /* the low parts alone differ */
    int64_t m[] = {5, ASSAY_MANTISSA_MISSING, 9, 9, 2, INT64_MAX, ASSAY_MANTISSA_MISSING, -INT64_MAX, 7};
    c.in.x = assay_values_of_decimals(m, 9, 0);
    c.in.subgroups = 3;
    case_make(&c);
    assert_true(c.location[0].value == 7 && c.location[2].value == -(double)INT64_MAX / 2);
    c.options.type = ASSAY_CHART_MEDIAN;
    case_make(&c);
    assert_true(c.location[0].value == 7);
}

static void room_for_the_second_chart_is_asked_for(void **state)
{
    (void)state;
    individuals(wave, 12);
    char scratch[8192];
    assert_true(assay_chart_scratch_size(&c.in) < sizeof scratch);
    c.chart = (assay_chart){.location = c.location, .stages = c.stages, .stages_room = 1};
    assert_int_equal(assay_chart_make(&c.in, NULL, scratch, &c.chart, &c.err), ASSAY_SHAPE);
    c.options.type = ASSAY_CHART_CUSUM;
    assert_int_equal(assay_chart_make(&c.in, &c.options, scratch, &c.chart, &c.err), ASSAY_SHAPE);
    assert_string_equal(assay_chart_type_name(ASSAY_CHART_XBAR_R), "xbar-r");
    assert_string_equal(assay_chart_type_name((assay_chart_type)99), "unknown");
}

static void bad_counts_are_refused_by_index(void **state)
{
    (void)state;
    const double counts[] = {1, 7, -2};
    case_individuals(&c, counts, 3, 0);
    c.options.type = ASSAY_CHART_P;
    c.in.size_all = 5;
    assert_int_equal(case_try(&c), ASSAY_DOMAIN);
    assert_int_equal(c.err.at, 1);
    c.in.size_all = 50;
    assert_int_equal(case_try(&c), ASSAY_DOMAIN);
    assert_int_equal(c.err.at, 2);
    c.in.size_all = -1;
    c.options.type = ASSAY_CHART_U;
    assert_int_equal(case_try(&c), ASSAY_DOMAIN);
    c.in.x.n = 2;
    assert_int_equal(case_try(&c), ASSAY_SHAPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_data_and_one_point_have_no_limits_and_say_why),
        cmocka_unit_test(equal_readings_have_no_limits),
        cmocka_unit_test(stages_have_their_own_limits_and_restart_the_rules),
        cmocka_unit_test(an_excluded_point_is_drawn_but_out_of_everything),
        cmocka_unit_test(a_missing_individual_leaves_a_gap),
        cmocka_unit_test(a_partial_last_group_is_drawn_only),
        cmocka_unit_test(a_point_on_a_limit_is_not_beyond_it),
        cmocka_unit_test(results_are_right_to_the_last_digit),
        cmocka_unit_test(every_estimator_is_its_formula),
        cmocka_unit_test(medians_have_their_own_width),
        cmocka_unit_test(probability_limits_leave_135_in_100000_beyond_each),
        cmocka_unit_test(count_probability_limits_are_exact),
        cmocka_unit_test(attribute_limits_follow_the_number_inspected),
        cmocka_unit_test(counts_without_spread_say_why),
        cmocka_unit_test(a_run_chart_takes_the_median_and_rules_without_limits),
        cmocka_unit_test(wide_limits_move_rule_one_with_them),
        cmocka_unit_test(both_number_forms_agree),
        cmocka_unit_test(huge_and_tiny_scales_survive),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(all_excluded_leaves_nothing_to_estimate_from),
        cmocka_unit_test(large_subgroups_take_s_and_pool),
        cmocka_unit_test(subgroups_of_one_among_others_have_no_spread),
        cmocka_unit_test(a_target_moves_ewma_and_cusum_and_both_sides_signal),
        cmocka_unit_test(gaps_in_doubles_shorten_subgroups_too),
        cmocka_unit_test(room_for_the_second_chart_is_asked_for),
        cmocka_unit_test(bad_counts_are_refused_by_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
