/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/agreement.h>

/* Shrout and Fleiss 1979, table 2. */
static const double shrout[24] = {9, 2, 5, 8, 6,  1, 3, 2, 8, 4, 6, 8,
                                  7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7};
/* irr 0.84.1, `anxiety`: 20 subjects, 3 raters, rater by rater. */
static const int anxiety_by_rater[3][20] = {
    {3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3},
    {3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4},
    {2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2}};
/* Fleiss 1971 (irr `diagnoses`): how many of 6 psychiatrists chose each of 5 diagnoses. */
static const int diagnoses[30][5] = {
    {0, 0, 0, 6, 0}, {0, 3, 0, 0, 3}, {0, 1, 4, 0, 1}, {0, 0, 0, 0, 6}, {0, 3, 0, 3, 0},
    {2, 0, 4, 0, 0}, {0, 0, 4, 0, 2}, {2, 0, 3, 1, 0}, {2, 0, 0, 4, 0}, {0, 0, 0, 0, 6},
    {1, 0, 0, 5, 0}, {1, 1, 0, 4, 0}, {0, 3, 3, 0, 0}, {1, 0, 0, 5, 0}, {0, 2, 0, 3, 1},
    {0, 0, 5, 0, 1}, {3, 0, 0, 1, 2}, {5, 1, 0, 0, 0}, {0, 2, 0, 4, 0}, {1, 0, 2, 0, 3},
    {0, 0, 0, 0, 6}, {0, 1, 0, 5, 0}, {0, 2, 0, 1, 3}, {2, 0, 0, 4, 0}, {1, 0, 0, 4, 1},
    {0, 5, 0, 1, 0}, {4, 0, 0, 0, 2}, {0, 2, 0, 4, 0}, {1, 0, 5, 0, 0}, {0, 0, 0, 0, 6}};
/* Krippendorff's 4 observers x 12 units, unit by unit; 0 is missing. */
static const int reliability[12][4] = {{1, 1, 0, 1}, {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3},
                                       {2, 2, 2, 2}, {1, 2, 3, 4}, {4, 4, 4, 4}, {1, 1, 2, 1},
                                       {2, 2, 2, 2}, {0, 5, 5, 5}, {0, 0, 1, 1}, {0, 0, 3, 0}};

static double room[4000], scratch[8000];

static const double *anxiety(void)
{
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 3; j++)
            room[i * 3 + j] = anxiety_by_rater[j][i];
    return room;
}

static const double *observers(void)
{
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 4; j++)
            room[i * 4 + j] = reliability[i][j] ? (double)reliability[i][j] : (double)NAN;
    return room;
}

#define assert_near(figure, expected) assert_within((figure).value, expected, 1e-6)

static void shrout_and_fleiss_figures_come_out(void **state)
{
    (void)state;
    const double expected[ASSAY_ICCS] = {.1657418, .2897638, .7148407,
                                         .4427971, .6200505, .9093155};
    assay_icc a;
    assay_err err;
    assert_ok(assay_icc_of(shrout, 6, 4, 0, &a, &err), err);
    for (int i = 0; i < ASSAY_ICCS; i++)
        assert_near(a.icc[i].value, expected[i]);
    assert_within(a.ms_subject.value, 11.24167, 5e-6);
    assert_within(a.ms_judge.value, 32.48611, 5e-6);
    assert_within(a.ms_rest.value, 1.019444, 5e-7);
    assert_within(a.var_subject.value, 2.5556, 5e-5);
    assert_within(a.var_judge.value, 5.2444, 5e-5);
    assert_within(a.var_rest.value, 1.0194, 5e-5);
    assert_within(a.share_subject.value, .290, 5e-4);
    assert_within(a.share_judge.value, .595, 5e-4);
    assert_within(a.share_rest.value, .116, 5e-4);
    assert_within(a.icc[ASSAY_ICC_2].lower.value, .0188, 5e-5);
    assert_within(a.icc[ASSAY_ICC_2].upper.value, .7611, 5e-5);
    assert_within(a.icc[ASSAY_ICC_3].lower.value, .3425, 5e-5);
    assert_within(a.icc[ASSAY_ICC_3].upper.value, .9459, 5e-5);
    assert_within(a.icc[ASSAY_ICC_3].f.value, 11.0272, 5e-4);
    assert_true(a.icc[ASSAY_ICC_3].df2.value == 15 && a.icc[ASSAY_ICC_1].df2.value == 18);
    for (int i = 0; i < ASSAY_ICCS; i++)
        assert_true(a.icc[i].lower.value < a.icc[i].value.value &&
                    a.icc[i].value.value < a.icc[i].upper.value);
}

static void the_anxiety_ratings_agree_with_irr(void **state)
{
    (void)state;
    assay_icc a;
    assay_concordance w;
    assay_err err;
    assert_ok(assay_icc_of(anxiety(), 20, 3, 0.95, &a, &err), err);
    assert_near(a.icc[ASSAY_ICC_2].value, 0.1979983);
    assert_near(a.icc[ASSAY_ICC_2].lower, -0.0389106);
    assert_near(a.icc[ASSAY_ICC_2].upper, 0.4935739);
    assert_true(assay_concordance_scratch_size(20) <= sizeof scratch);
    assert_ok(assay_concordance_of(room, 20, 3, scratch, &w, &err), err);
    assert_near(w.w, 0.5396569);
    assert_near(w.chi2, 30.7604419);
    assert_true(w.df.value == 19);
    assert_within(w.p.value, 0.0429, 5e-5);
}

static uint32_t classes[30 * 6];
static void place_diagnoses(void)
{
    for (int i = 0; i < 30; i++)
        for (uint32_t c = 0, j = 0; c < 5; c++)
            for (int t = 0; t < diagnoses[i][c]; t++)
                classes[i * 6 + (int)j++] = c;
}

static void fleiss_diagnoses_agree_with_irr(void **state)
{
    (void)state;
    const double by_class[] = {.245, .245, .520, .471, .566};
    assay_kappa_class details[5];
    assay_kappa k;
    assay_err err;
    place_diagnoses();
    assert_ok(assay_kappa_of(classes, 30, 6, 5, details, &k, &err), err);
    assert_near(k.kappa, 0.4302445);
    assert_near(k.z, 17.6518306);
    assert_within(k.p.value, 0, 1e-12);
    for (int i = 0; i < 5; i++) {
        assert_within(details[i].kappa.value, by_class[i], 5e-4);
        assert_digits(details[i].z.value, details[i].kappa.value * sqrt(450), 12);
    }
    classes[7] = ASSAY_CLASS_MISSING;
    assert_ok(assay_kappa_of(classes, 30, 6, 5, details, &k, &err), err);
    assert_int_equal(k.subjects, 29);
    assert_int_equal(k.incomplete, 1);
    classes[8] = 5;
    assert_int_equal(assay_kappa_of(classes, 30, 6, 5, details, &k, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 8);
}

static void krippendorffs_example_comes_out_on_three_scales(void **state)
{
    (void)state;
    const double expected[] = {0.7434211, 0.8153875, 0.8491071};
    for (int level = 0; level < 3; level++) {
        assay_alpha a;
        assay_err err;
        assert_true(assay_alpha_scratch_size(12, 4) <= sizeof scratch);
        assert_ok(assay_alpha_of(observers(), 12, 4, (assay_scale_level)level, scratch, &a, &err),
                  err);
        assert_near(a.alpha, expected[level]);
        assert_int_equal(a.subjects, 11);
        assert_int_equal(a.scores, 40);
    }
}

/* Alpha by its definition: coincidences of values 1..v and distances between them. */
static double alpha_by_coincidences(const double *x, int n, int k, int level)
{
    enum { V = 8 };
    double o[V][V] = {{0}}, count[V] = {0}, total = 0, seen = 0, chance = 0;
    for (int i = 0; i < n; i++) {
        int m = 0;
        for (int j = 0; j < k; j++)
            m += !isnan(x[i * k + j]);
        for (int a = 0; m > 1 && a < k; a++)
            for (int b = 0; b < k; b++)
                if (a != b && !isnan(x[i * k + a]) && !isnan(x[i * k + b]))
                    o[(int)x[i * k + a]][(int)x[i * k + b]] += 1.0 / (m - 1);
    }
    for (int c = 0; c < V; c++)
        for (int d = 0; d < V; d++)
            count[c] += o[c][d];
    for (int c = 0; c < V; c++)
        total += count[c];
    for (int c = 0; c < V; c++)
        for (int d = 0; d < V; d++) {
            double delta = c != d, steps = 0;
            if (level == ASSAY_SCALE_INTERVAL)
                delta = (c - d) * (c - d);
            if (level == ASSAY_SCALE_ORDINAL) {
                for (int g = c < d ? c : d; g <= (c < d ? d : c); g++)
                    steps += count[g];
                delta = pow(steps - (count[c] + count[d]) / 2, 2);
            }
            seen += o[c][d] * delta;
            chance += count[c] * count[d] * delta;
        }
    return 1 - (total - 1) * seen / chance;
}

static void alpha_equals_its_definition_with_gaps_anywhere(void **state)
{
    (void)state;
    srand(9);
    for (int run = 0; run < 200; run++) {
        int n = 3 + rand() % 40, k = 2 + rand() % 5;
        for (int i = 0; i < n * k; i++)
            room[i] = rand() % 4 == 0 ? (double)NAN : (double)(rand() % 8);
        for (int level = 0; level < 3; level++) {
            assay_alpha a;
            assay_err err;
            assert_ok(assay_alpha_of(room, (size_t)n, (size_t)k, (assay_scale_level)level, scratch,
                                     &a, &err),
                      err);
            double expected = alpha_by_coincidences(room, n, k, level);
            assert_int_equal(isnan(expected), a.alpha.why != NULL);
            if (!isnan(expected))
                assert_within(a.alpha.value, expected, 1e-10);
        }
    }
}

static void shift_scale_and_order_of_judges_change_nothing(void **state)
{
    (void)state;
    double other[24];
    assay_icc a, b;
    assay_concordance v, w;
    assay_err err;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 4; j++)
            other[(5 - i) * 4 + (j + 1) % 4] = 1e6 + 0.01 * shrout[i * 4 + j];
    assert_ok(assay_icc_of(shrout, 6, 4, 0.9, &a, &err), err);
    assert_ok(assay_icc_of(other, 6, 4, 0.9, &b, &err), err);
    for (int i = 0; i < ASSAY_ICCS; i++) {
        assert_within(a.icc[i].value.value, b.icc[i].value.value, 1e-7);
        assert_within(a.icc[i].upper.value, b.icc[i].upper.value, 1e-7);
    }
    assert_ok(assay_concordance_of(shrout, 6, 4, scratch, &v, &err), err);
    assert_ok(assay_concordance_of(other, 6, 4, scratch, &w, &err), err);
    assert_digits(v.w.value, w.w.value, 12);
}

static void a_subject_with_a_gap_is_left_out_and_counted(void **state)
{
    (void)state;
    double with_gap[28];
    assay_icc a, b;
    assay_concordance w;
    assay_err err;
    memcpy(with_gap + 4, shrout, sizeof shrout);
    with_gap[0] = 3, with_gap[1] = NAN, with_gap[2] = 0, with_gap[3] = 900;
    assert_ok(assay_icc_of(shrout, 6, 4, 0, &a, &err), err);
    assert_ok(assay_icc_of(with_gap, 7, 4, 0, &b, &err), err);
    assert_int_equal(b.incomplete, 1);
    assert_int_equal(b.subjects, 6);
    assert_digits(a.icc[0].value.value, b.icc[0].value.value, 12);
    assert_ok(assay_concordance_of(with_gap, 7, 4, scratch, &w, &err), err);
    assert_int_equal(w.incomplete, 1);
    assert_int_equal(w.subjects, 6);
}

static void what_does_not_exist_says_why(void **state)
{
    (void)state;
    const double flat[] = {5, 5, 5, 5, 5, 5}, same[] = {1, 1, 2, 2, 3, 3},
                 shifted[] = {1, 2, 2, 3, 3, 4};
    const double gaps[] = {1, NAN, NAN, 2, 3, NAN}, bad[] = {1, 2, INFINITY, 4};
    const uint32_t one[] = {0, 0, 0, 0}, gap[] = {0, ASSAY_CLASS_MISSING};
    assay_icc a;
    assay_concordance w;
    assay_alpha f;
    assay_kappa_class d[2];
    assay_kappa k;
    assay_err err;
    assert_ok(assay_icc_of(flat, 3, 2, 0, &a, &err), err);
    assert_string_equal(a.share_rest.why, "no variation");
    assert_ok(assay_icc_of(same, 3, 2, 0, &a, &err), err);
    assert_string_equal(a.icc[ASSAY_ICC_1].value.why, "no variation between judges");
    assert_ok(assay_icc_of(shifted, 3, 2, 0, &a, &err), err);
    assert_string_equal(a.icc[ASSAY_ICC_3].value.why, "no variation beside subjects and judges");
    assert_null(a.icc[ASSAY_ICC_1].value.why);
    assert_ok(assay_icc_of(gaps, 3, 2, 0, &a, &err), err);
    assert_string_equal(a.icc[ASSAY_ICC_2].value.why, "fewer than 2 complete subjects");
    assert_ok(assay_icc_of(same, 6, 1, 0, &a, &err), err);
    assert_string_equal(a.var_judge.why, "fewer than 2 judges");
    assert_int_equal(assay_icc_of(bad, 2, 2, 0, &a, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
    assert_int_equal(assay_icc_of(same, 3, 2, 1.5, &a, &err), ASSAY_DOMAIN);
    assert_ok(assay_concordance_of(flat, 3, 2, scratch, &w, &err), err);
    assert_string_equal(w.w.why, "no judge tells two subjects apart");
    assert_ok(assay_concordance_of(same, 6, 1, scratch, &w, &err), err);
    assert_string_equal(w.p.why, "fewer than 2 judges");
    assert_int_equal(assay_concordance_of(bad, 2, 2, scratch, &w, &err), ASSAY_DOMAIN);
    assert_ok(assay_alpha_of(flat, 3, 2, ASSAY_SCALE_INTERVAL, scratch, &f, &err), err);
    assert_string_equal(f.alpha.why, "all scores are equal");
    assert_ok(assay_alpha_of(gaps, 3, 2, ASSAY_SCALE_NOMINAL, scratch, &f, &err), err);
    assert_string_equal(f.alpha.why, "no subject has two scores");
    assert_int_equal(assay_alpha_of(bad, 2, 2, ASSAY_SCALE_NOMINAL, scratch, &f, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(assay_alpha_of(same, 2, 2, 7, scratch, &f, &err), ASSAY_DOMAIN);
    assert_ok(assay_kappa_of(one, 2, 2, 2, d, &k, &err), err);
    assert_string_equal(k.kappa.why, "only one class was chosen");
    assert_string_equal(d[0].kappa.why, "every score is of this class");
    assert_string_equal(d[1].kappa.why, "never chosen");
    assert_ok(assay_kappa_of(gap, 1, 2, 2, d, &k, &err), err);
    assert_string_equal(k.kappa.why, "no complete subject");
    assert_ok(assay_kappa_of(one, 4, 1, 2, d, &k, &err), err);
    assert_string_equal(k.z.why, "fewer than 2 judges");
}

static void how_many_judges_follows_from_one(void **state)
{
    (void)state;
    assert_within(assay_judges_needed(.26, .8), 11.4, .05);
    assert_within(assay_judges_needed(.18, .8), 18.2, .05);
    assert_within(assay_judges_needed(.58, .8), 2.9, .05);
    assert_digits(assay_spearman_brown(.26, assay_judges_needed(.26, .8)), .8, 14);
    assert_true(isnan(assay_judges_needed(0, .8)) && isnan(assay_judges_needed(.5, 1)));
    assert_true(isnan(assay_spearman_brown(2, 3)) && isnan(assay_spearman_brown(.5, 0)));
    assert_string_equal(assay_icc_name(ASSAY_ICC_2K), "icc2k");
    assert_string_equal(assay_icc_text(ASSAY_ICC_2K), "mean of k sampled judges");
    assert_string_equal(assay_icc_name(ASSAY_ICCS), "unknown");
    assert_string_equal(assay_icc_text(ASSAY_ICCS), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrout_and_fleiss_figures_come_out),
        cmocka_unit_test(the_anxiety_ratings_agree_with_irr),
        cmocka_unit_test(fleiss_diagnoses_agree_with_irr),
        cmocka_unit_test(krippendorffs_example_comes_out_on_three_scales),
        cmocka_unit_test(alpha_equals_its_definition_with_gaps_anywhere),
        cmocka_unit_test(shift_scale_and_order_of_judges_change_nothing),
        cmocka_unit_test(a_subject_with_a_gap_is_left_out_and_counted),
        cmocka_unit_test(what_does_not_exist_says_why),
        cmocka_unit_test(how_many_judges_follows_from_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
