/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/judging.h>

enum { ROOM = 4000, MOST = 200 };
static double score[ROOM], weight[ROOM], residual[ROOM];
static uint32_t subject_of[ROOM], judge_of[ROOM];
static assay_judged_subject subject[MOST];
static assay_judged_judge judge[MOST];
static bool apart[MOST * MOST];
static char scratch[1 << 20];

static double at(json_t *list, size_t i)
{
    return json_number_value(json_array_get(list, i));
}

static assay_sheets sheets_of(size_t n)
{
    assay_sheets s = {n, score, subject_of, judge_of, 0, 0};
    for (size_t i = 0; i < n; i++) {
        s.subjects = subject_of[i] >= s.subjects ? subject_of[i] + 1 : s.subjects;
        s.judges = judge_of[i] >= s.judges ? judge_of[i] + 1 : s.judges;
    }
    return s;
}

static assay_sheets given(json_t *set)
{
    json_t *y = golden_get(set, "score"), *s = golden_get(set, "subject");
    for (size_t i = 0; i < json_array_size(y); i++) {
        score[i] = at(y, i);
        subject_of[i] = (uint32_t)at(s, i);
        judge_of[i] = (uint32_t)at(golden_get(set, "judge"), i);
    }
    return sheets_of(json_array_size(y));
}

static assay_judging fit(const assay_sheets *s, double huber)
{
    assay_judging_options options = {.huber = huber};
    assay_judging f;
    assay_err err;
    assert_true(assay_judging_scratch_size(s->n, s->subjects, s->judges) <= sizeof scratch);
    assert_ok(
        assay_judging_fit(s, &options, scratch, subject, judge, weight, residual, apart, &f, &err),
        err);
    return f;
}

#define assert_near(a, b) assert_within(a, b, 1e-6 * (1 + fabs(b)))

static void variances_and_ranks_agree_with_lme4(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json"), *set;
    size_t i;
    json_array_foreach(golden_get(all, "sets"), i, set)
    {
        assay_sheets s = given(set);
        json_t *huber = json_object_get(set, "huber"), *v = golden_get(set, "variances");
        assay_judging f = fit(&s, huber ? json_number_value(huber) : 0);
        assert_near(f.mean, golden_number(set, "mean"));
        assert_near(f.mean_se, golden_number(set, "mean_se"));
        assert_near(f.var_subject, at(v, 0));
        assert_near(f.var_judge, at(v, 1));
        assert_near(f.var_rest, at(v, 2));
        assert_near(f.criterion, golden_number(set, "criterion"));
        for (size_t k = 0; k < s.subjects; k++) {
            assert_near(subject[k].effect, at(golden_get(set, "effect"), k));
            assert_near(subject[k].variance, at(golden_get(set, "variance"), k));
            assert_near(subject[k].expected_rank, at(golden_get(set, "expected_rank"), k));
        }
        for (size_t k = 0; k < s.judges; k++) {
            assert_near(judge[k].severity, at(golden_get(set, "severity"), k));
            assert_near(judge[k].se, at(golden_get(set, "severity_se"), k));
        }
        for (size_t k = 0; huber && k < s.n; k++)
            assert_near(weight[k], at(golden_get(set, "weight"), k));
    }
    assert_int_equal(i, 5);
    json_decref(all);
}

/* SNSF mock panel, as printed. */
static void a_grant_panel_is_ranked_as_published(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json");
    assay_sheets s = given(json_array_get(golden_get(all, "sets"), 0));
    assay_judging f = fit(&s, 0);
    assert_within(f.mean, 3.84, 1e-9);
    assert_within(f.var_subject, .42191, 1e-5);
    assert_within(f.var_judge, 1.98191, 1e-5);
    assert_within(f.var_rest, .72476, 1e-5);
    assert_within(subject[0].effect, .8634, 5e-5);
    assert_within(subject[1].effect, .5657, 5e-5);
    assert_within(subject[4].effect, .4168, 5e-5);
    assert_within(subject[14].effect, -.9229, 5e-5);
    assert_within(subject[0].variance, .127, 5e-4);
    assert_within(subject[0].expected_rank, 2.350, 5e-4);
    assert_within(subject[1].expected_rank, 4.015, 5e-4);
    assert_within(subject[4].expected_rank, 5.036, 5e-4);
    assert_within(subject[7].expected_rank, 7.269, 5e-4);
    assert_within(subject[14].expected_rank, 13.761, 5e-4);
    /* Balanced: the mean squares give the same, to the last digits. */
    assert_within(f.var_subject, 0.42190476190476, 1e-9);
    assert_int_equal(f.pairs, 105);
    assert_true(f.unordered > 50 && f.unordered < 105);
    assert_int_equal(f.subjects, 15);
    assert_int_equal(f.judges, 5);
    json_decref(all);
}

static void bands_hold_what_pairs_tell(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json");
    for (size_t set = 0; set < 3; set++) { /* dense and diagonal subjects */
        assay_sheets s = given(json_array_get(golden_get(all, "sets"), set));
        assay_judging f = fit(&s, 0);
        size_t ordered = 0, n = s.subjects;
        for (size_t i = 0; i < n; i++) {
            size_t better = 0, worse = 0;
            for (size_t j = 0; j < n; j++) {
                assert_int_equal(apart[i * n + j], apart[j * n + i]);
                better += apart[i * n + j] && subject[j].effect > subject[i].effect;
                worse += apart[i * n + j] && subject[j].effect < subject[i].effect;
            }
            assert_int_equal(subject[i].rank_low, 1 + better);
            assert_int_equal(subject[i].rank_high, n - worse);
            ordered += better;
        }
        assert_int_equal(f.unordered, f.pairs - ordered);
    }
    json_decref(all);
}

/* The model from the other side: judges as subjects and subjects as judges. */
static void exchanging_the_sides_exchanges_the_answers(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json");
    for (size_t set = 1; set < 3; set++) {
        assay_sheets s = given(json_array_get(golden_get(all, "sets"), set));
        assay_sheets t = {s.n, score, judge_of, subject_of, s.judges, s.subjects};
        assay_judging f = fit(&s, 1.345);
        assay_judged_subject first = subject[1];
        assay_judged_judge second = judge[2];
        assay_judging g = fit(&t, 1.345);
        assert_near(f.var_subject, g.var_judge);
        assert_near(f.var_rest, g.var_rest);
        assert_near(first.effect, -judge[1].severity);
        assert_near(sqrt(first.variance), judge[1].se);
        assert_near(second.severity, -subject[2].effect);
        assert_int_equal(f.downweighted, g.downweighted);
    }
    json_decref(all);
}

static void shift_scale_and_order_of_sheets_only_shift_and_scale(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json");
    assay_sheets s = given(json_array_get(golden_get(all, "sets"), 1));
    assay_judging f = fit(&s, 1.345);
    double effect = subject[3].effect, rank = subject[3].expected_rank,
           severity = judge[4].severity;
    for (size_t i = 0; i < s.n / 2; i++) {
        size_t j = s.n - 1 - i;
        double y = score[i];
        uint32_t a = subject_of[i], b = judge_of[i];
        score[i] = score[j], subject_of[i] = subject_of[j], judge_of[i] = judge_of[j];
        score[j] = y, subject_of[j] = a, judge_of[j] = b;
    }
    for (size_t i = 0; i < s.n; i++)
        score[i] = 1000 + score[i] / 10;
    assay_judging g = fit(&s, 1.345);
    assert_near(g.mean, 1000 + f.mean / 10);
    assert_near(g.var_judge, f.var_judge / 100);
    assert_near(subject[3].effect, effect / 10);
    assert_near(judge[4].severity, severity / 10);
    assert_near(subject[3].expected_rank, rank);
    json_decref(all);
}

static void a_lifted_score_is_found_and_weighs_little(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json");
    assay_sheets s = given(json_array_get(golden_get(all, "sets"), 4));
    fit(&s, 0);
    double fooled = subject[subject_of[6]].effect;
    assay_judging f = fit(&s, 1.345);
    for (size_t i = 0; i < s.n; i++)
        if (i != 6)
            assert_true(weight[6] < weight[i]);
    assert_true(weight[6] < 0.5 && subject[subject_of[6]].effect < fooled - 2);
    double misfit = 0;
    for (size_t j = 0; j < s.judges; j++)
        misfit = fmax(misfit, judge[j].misfit);
    assert_true(judge[judge_of[6]].misfit == misfit);
    assert_true(f.downweighted > 0 && f.downweighted < s.n / 2);
    json_decref(all);
}

static void missing_scores_are_skipped_and_unscored_subjects_told(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json");
    assay_sheets s = given(json_array_get(golden_get(all, "sets"), 1));
    assay_judging f = fit(&s, 0);
    score[s.n] = NAN;
    subject_of[s.n] = (uint32_t)s.subjects;
    judge_of[s.n] = (uint32_t)s.judges;
    assay_sheets t = sheets_of(s.n + 1);
    assay_judging g = fit(&t, 0);
    assert_int_equal(g.missing, 1);
    assert_int_equal(g.subjects, f.subjects);
    assert_true(g.var_subject == f.var_subject);
    assert_int_equal(subject[s.subjects].n, 0);
    assert_true(subject[s.subjects].effect == 0 && isnan(subject[s.subjects].expected_rank));
    assert_true(subject[s.subjects].variance == g.var_subject);
    assert_int_equal(judge[s.judges].n, 0);
    assert_true(isnan(weight[s.n]) && isnan(residual[s.n]) && weight[0] == 1);
    json_decref(all);
}

static void effects_of_order_and_region_agree_with_lm(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/reml.json"), *set;
    size_t i, seen = 0;
    json_array_foreach(golden_get(all, "sets"), i, set)
    {
        json_t *x = json_object_get(set, "x"), *expected = json_object_get(set, "x_effect");
        double value[ROOM];
        assay_judging_effect e;
        assay_err err;
        if (!x)
            continue;
        assay_sheets s = given(set);
        for (size_t k = 0; k < s.n; k++)
            value[k] = at(x, k);
        assert_true(assay_judging_effect_scratch_size(s.n, s.subjects, s.judges) <= sizeof scratch);
        assert_ok(assay_judging_effect_of(&s, value, 0, scratch, &e, &err), err);
        assert_near(e.effect.value, at(expected, 0));
        assert_near(e.se.value, at(expected, 1));
        assert_near(e.t.value, at(expected, 2));
        assert_near(e.p.value, at(expected, 3));
        assert_near(e.df.value, at(expected, 4));
        assert_near(e.lower.value, at(expected, 5));
        assert_near(e.upper.value, at(expected, 6));
        for (size_t k = 0; k < s.n; k++)
            value[k] = subject_of[k] + 3.0 * judge_of[k];
        assert_ok(assay_judging_effect_of(&s, value, 0, scratch, &e, &err), err);
        assert_string_equal(e.effect.why, "settled by subject and judge");
        value[2] = INFINITY;
        assert_int_equal(assay_judging_effect_of(&s, value, 0, scratch, &e, &err), ASSAY_DOMAIN);
        assert_int_equal(err.at, 2);
        assert_int_equal(assay_judging_effect_of(&s, value, 2, scratch, &e, &err), ASSAY_DOMAIN);
        seen++;
    }
    assert_int_equal(seen, 2);
    json_decref(all);
}

static void parts_that_no_sheet_connects_are_counted(void **state)
{
    (void)state;
    const uint32_t s[] = {0, 0, 1, 2, 3, 3, 4}, j[] = {0, 1, 1, 2, 2, 3, 4};
    double y[] = {1, 2, 3, 4, 5, 6, NAN};
    assay_sheets sheets = {7, y, s, j, 5, 5};
    uint32_t part[5], of_judge[5];
    size_t parts;
    assay_err err;
    assert_true(assay_judging_parts_scratch_size(5, 5) <= sizeof scratch);
    assert_ok(assay_judging_parts(&sheets, scratch, part, of_judge, &parts, &err), err);
    assert_int_equal(parts, 2);
    const uint32_t expected[] = {0, 0, 1, 1, UINT32_MAX}, judges[] = {0, 0, 1, 1, UINT32_MAX};
    assert_memory_equal(part, expected, sizeof expected);
    assert_memory_equal(of_judge, judges, sizeof judges);
    y[6] = 1;
    sheets.judges = 4;
    assert_int_equal(assay_judging_parts(&sheets, scratch, NULL, NULL, &parts, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 6);
    sheets.n = 0;
    assert_ok(assay_judging_parts(&sheets, scratch, NULL, NULL, &parts, &err), err);
    assert_int_equal(parts, 0);
}

static void effects_skip_missing_scores_and_say_why_there_are_none(void **state)
{
    (void)state;
    const uint32_t s[] = {0, 0, 1, 1, 2, 2, 2}, j[] = {0, 1, 0, 1, 0, 1, 1};
    const double x[] = {1, 0, 0, 1, 0, 1, NAN};
    double y[] = {5, 3, 4, 4, 6, 3, NAN};
    assay_sheets sheets = {7, y, s, j, 3, 2};
    assay_judging_effect e, f;
    assay_err err;
    assert_ok(assay_judging_effect_of(&sheets, x, 0.9, scratch, &e, &err), err);
    assert_int_equal(e.scores, 6);
    sheets.n = 6;
    assert_ok(assay_judging_effect_of(&sheets, x, 0.9, scratch, &f, &err), err);
    assert_true(e.effect.value == f.effect.value && e.df.value == 1);
    sheets.n = 4;
    assert_ok(assay_judging_effect_of(&sheets, x, 0, scratch, &f, &err), err);
    assert_string_equal(f.effect.why, "no degree of freedom is left");
    sheets.n = 6;
    for (int i = 0; i < 6; i++)
        y[i] = 2 * x[i] + s[i];
    assert_ok(assay_judging_effect_of(&sheets, x, 0, scratch, &f, &err), err);
    assert_within(f.effect.value, 2, 1e-12);
    y[2] = INFINITY;
    assert_int_equal(assay_judging_effect_of(&sheets, x, 0, scratch, &f, &err), ASSAY_DOMAIN);
    sheets.subjects = 2;
    assert_int_equal(assay_judging_effect_of(&sheets, x, 0, scratch, &f, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 4);
}

static void a_judge_of_one_impression_is_a_halo(void **state)
{
    (void)state;
    double sheets[400 * 3], plain[9], left[9];
    uint32_t whom[400];
    assay_figure halo;
    assay_err err;
    srand(4);
    for (int wants_halo = 0; wants_halo < 2; wants_halo++) {
        for (int i = 0; i < 400; i++) {
            whom[i] = (uint32_t)i / 4;
            double quality = (double)((whom[i] * 37) % 20), impression = rand() % 7;
            for (int c = 0; c < 3; c++)
                sheets[i * 3 + c] = quality + (wants_halo ? impression : 0) + rand() % 7;
        }
        assert_true(assay_judging_halo_scratch_size(100, 3) <= sizeof scratch);
        assert_ok(assay_judging_halo(sheets, whom, 400, 3, 100, scratch, plain, left, &halo, &err),
                  err);
        assert_true(plain[1] > 0.8); /* the subjects' own quality, in both */
        assert_within(halo.value, wants_halo ? 0.5 : 0, 0.08);
        assert_within(halo.value, (left[1] + left[2] + left[5]) / 3, 1e-15);
        assert_true(left[3] == left[1] && left[0] == 1);
    }
    sheets[5] = NAN; /* one criterion of sheet 1: the sheet is left out */
    assert_ok(assay_judging_halo(sheets, whom, 400, 3, 100, scratch, NULL, NULL, &halo, &err), err);
    for (int i = 0; i < 400 * 3; i++)
        sheets[i] = (double)whom[i / 3];
    assert_ok(assay_judging_halo(sheets, whom, 400, 3, 100, scratch, plain, left, &halo, &err),
              err);
    assert_string_equal(halo.why, "criteria do not vary within subjects");
    sheets[4] = INFINITY;
    assert_int_equal(
        assay_judging_halo(sheets, whom, 400, 3, 100, scratch, NULL, NULL, &halo, &err),
        ASSAY_DOMAIN);
    assert_int_equal(
        assay_judging_halo(sheets, whom, 400, 1, 100, scratch, NULL, NULL, &halo, &err),
        ASSAY_DOMAIN);
    assert_int_equal(
        assay_judging_halo(sheets + 6, whom, 400, 3, 99, scratch, NULL, NULL, &halo, &err),
        ASSAY_DOMAIN);
}

static assay_status try_fit(size_t n, double huber, double confidence, assay_err *err)
{
    assay_sheets s = sheets_of(n);
    assay_judging_options options = {.huber = huber, .confidence = confidence};
    assay_judging f;
    return assay_judging_fit(&s, &options, scratch, subject, judge, NULL, NULL, NULL, &f, err);
}

static void what_cannot_be_fitted_says_why(void **state)
{
    (void)state;
    assay_err err;
    for (size_t i = 0; i < 12; i++) {
        score[i] = (double)(i * i % 7);
        subject_of[i] = (uint32_t)i / 3;
        judge_of[i] = (uint32_t)i % 3;
    }
    assert_ok(try_fit(12, 0, 0, &err), err);
    assert_ok(try_fit(12, 1.345, 0.9, &err), err);
    assert_int_equal(try_fit(12, -1, 0, &err), ASSAY_DOMAIN);
    assert_int_equal(try_fit(12, INFINITY, 0, &err), ASSAY_DOMAIN);
    assert_int_equal(try_fit(12, 0, 1, &err), ASSAY_DOMAIN);
    assert_int_equal(try_fit(3, 0, 0, &err), ASSAY_UNDEFINED);
    assert_non_null(strstr(err.message, "1 subjects and 3 judges"));
    assert_int_equal(try_fit(5, 0, 0, &err), ASSAY_UNDEFINED);
    assert_non_null(strstr(err.message, "leave nothing"));
    score[4] = INFINITY;
    assert_int_equal(try_fit(12, 0, 0, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 4);
    for (size_t i = 0; i < 12; i++)
        score[i] = 5;
    assert_int_equal(try_fit(12, 0, 0, &err), ASSAY_UNDEFINED);
    for (size_t i = 0; i < 12; i++)
        score[i] = subject_of[i] + 2.0 * judge_of[i];
    assert_int_equal(try_fit(12, 0, 0, &err), ASSAY_UNDEFINED);
    assay_sheets s = sheets_of(12);
    s.judges = 2;
    assay_judging f;
    assay_judging_options options = {0};
    assert_int_equal(
        assay_judging_fit(&s, &options, scratch, subject, judge, NULL, NULL, NULL, &f, &err),
        ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
}

/* Any random design with enough scores settles, with and without weights. */
static void every_design_settles(void **state)
{
    (void)state;
    srand(12);
    for (int run = 0; run < 400; run++) {
        uint32_t subjects = 2 + (uint32_t)rand() % 12, judges = 2 + (uint32_t)rand() % 12;
        size_t n = (size_t)(subjects + judges) * 2 + (size_t)rand() % 60;
        double spread = rand() % 6, strict = rand() % 6;
        for (size_t i = 0; i < n; i++) {
            subject_of[i] = (uint32_t)rand() % subjects;
            judge_of[i] = (uint32_t)rand() % judges;
            score[i] = round(subject_of[i] % 5 * spread + judge_of[i] % 4 * strict + rand() % 10);
            if (rand() % 40 == 0)
                score[i] += 50;
        }
        assay_sheets s = sheets_of(n);
        assay_judging f = fit(&s, run % 2 ? 1.345 : 0);
        assert_true(isfinite(f.criterion) && f.var_rest > 0);
        double sum = f.share_subject + f.share_judge + f.share_rest;
        assert_within(sum, 1, 1e-12);
        if (run % 2)
            continue;
        for (size_t k = 0; k < s.subjects; k++)
            if (subject[k].n)
                assert_true(subject[k].variance <= f.var_subject * (1 + 1e-9));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variances_and_ranks_agree_with_lme4),
        cmocka_unit_test(a_grant_panel_is_ranked_as_published),
        cmocka_unit_test(bands_hold_what_pairs_tell),
        cmocka_unit_test(exchanging_the_sides_exchanges_the_answers),
        cmocka_unit_test(shift_scale_and_order_of_sheets_only_shift_and_scale),
        cmocka_unit_test(a_lifted_score_is_found_and_weighs_little),
        cmocka_unit_test(missing_scores_are_skipped_and_unscored_subjects_told),
        cmocka_unit_test(effects_of_order_and_region_agree_with_lm),
        cmocka_unit_test(parts_that_no_sheet_connects_are_counted),
        cmocka_unit_test(effects_skip_missing_scores_and_say_why_there_are_none),
        cmocka_unit_test(a_judge_of_one_impression_is_a_halo),
        cmocka_unit_test(what_cannot_be_fitted_says_why),
        cmocka_unit_test(every_design_settles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
