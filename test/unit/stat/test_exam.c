/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/exam.h>

enum { ROOM = 2000, ITEMS = 20 };
static double mark[ROOM], full[ITEMS];
static assay_exam_item item[ITEMS];
static char scratch[1 << 16];

static double at(json_t *list, size_t i)
{
    json_t *value = json_array_get(list, i);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void item_analysis_agrees_with_r(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/exam.json"), *set;
    size_t s;
    json_array_foreach(golden_get(all, "sets"), s, set)
    {
        size_t n = (size_t)golden_number(set, "people"),
               k = json_array_size(golden_get(set, "full"));
        assay_exam e;
        assay_err err;
        for (size_t p = 0; p < n * k; p++)
            mark[p] = at(golden_get(set, "mark"), p);
        for (size_t j = 0; j < k; j++)
            full[j] = at(golden_get(set, "full"), j);
        assert_ok(assay_exam_analyse(mark, n, k, s ? full : NULL, item, &e, &err), err);
        assert_digits(e.alpha.value, golden_number(set, "alpha"), 10);
        assert_digits(e.mean.value, golden_number(set, "mean"), 10);
        assert_digits(e.sd.value, golden_number(set, "sd"), 10);
        assert_digits(e.error.value, e.sd.value * sqrt(1 - e.alpha.value), 14);
        assert_int_equal(e.people + e.incomplete, n);
        assert_int_equal(e.incomplete > 0, s == 1);
        for (size_t j = 0; j < k; j++) {
            assert_digits(item[j].facility.value, at(golden_get(set, "facility"), j), 10);
            assert_digits(item[j].discrimination.value, at(golden_get(set, "discrimination"), j),
                          10);
            assert_digits(item[j].point_biserial.value, at(golden_get(set, "point_biserial"), j),
                          10);
            assert_digits(item[j].alpha_without.value, at(golden_get(set, "alpha_without"), j), 10);
        }
    }
    assert_int_equal(s, 2);
    json_decref(all);
}

/* KR-20 by hand: four people, three items; p q summed 0.6875 (population), sums 3 2 1 0. */
static void kr20_is_alpha_of_zeros_and_ones(void **state)
{
    (void)state;
    const double answers[] = {1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0};
    assay_exam e;
    assay_err err;
    assert_ok(assay_exam_analyse(answers, 4, 3, NULL, item, &e, &err), err);
    double pq = 0.75 * 0.25 + 0.5 * 0.5 + 0.25 * 0.75;
    assert_digits(e.alpha.value, 3.0 / 2 * (1 - pq / 1.25), 14);
    assert_true(item[0].facility.value == 0.75);
}

static void what_cannot_be_analysed_says_why(void **state)
{
    (void)state;
    double m[] = {1, 1, 1, 1}, bad[] = {0, 1, 2, 0}, gap[] = {1, NAN, NAN, NAN};
    double zero[] = {1, 0};
    assay_exam e;
    assay_err err;
    assert_ok(assay_exam_analyse(m, 2, 2, NULL, item, &e, &err), err);
    assert_string_equal(e.alpha.why, "no variation");
    assert_string_equal(item[0].discrimination.why, "no variation");
    assert_ok(assay_exam_analyse(m, 4, 1, NULL, item, &e, &err), err);
    assert_string_equal(e.alpha.why, "fewer than 2 items");
    assert_ok(assay_exam_analyse(gap, 2, 2, NULL, item, &e, &err), err);
    assert_string_equal(e.sd.why, "fewer than 2 people with all answers");
    assert_string_equal(item[1].facility.why, "no answers");
    assert_true(item[0].facility.value == 1 && item[0].answers == 1);
    assert_ok(assay_exam_analyse(m, 1, 2, NULL, item, &e, &err), err);
    assert_true(e.mean.value == 2);
    assert_int_equal(assay_exam_analyse(bad, 2, 2, NULL, item, &e, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
    assert_int_equal(assay_exam_analyse(m, 2, 2, zero, item, &e, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
}

static assay_rational number(const char *text)
{
    assay_rational r;
    assay_err err;
    assert_ok(assay_rational_parse(text, strlen(text), &r, &err), err);
    return r;
}

static void the_cut_is_an_exact_fraction(void **state)
{
    (void)state;
    const char *said[] = {"0.6", "0.7",  "0.55", "0.9", "0.65", "0.75",
                          "0.5", "0.85", "0.7",  "0.6", "0.45", "0.8"};
    assay_rational rating[12], marks[4] = {number("1"), number("1"), number("1"), number("0.85")};
    assay_exam_cut cut;
    assay_err err;
    char text[ASSAY_RATIONAL_TEXT];
    for (int i = 0; i < 12; i++)
        rating[i] = number(said[i]);
    assert_ok(assay_exam_angoff(rating, 3, 4, NULL, number("0"), &cut, &err), err);
    assay_rational_format(cut.cut, 0, text, sizeof text); /* (2.75 + 2.75 + 2.55) / 3 */
    assert_string_equal(text, "161/60");
    assert_within(cut.error.value, 0.0666666666666667, 1e-12);
    assert_ok(assay_exam_angoff(rating, 3, 4, NULL, number("0.1"), &cut, &err), err);
    assay_rational_format(cut.cut, 1, text, sizeof text);
    assert_string_equal(text, "2.7");
    assert_ok(assay_exam_angoff(rating, 1, 4, NULL, number("0"), &cut, &err), err);
    assert_string_equal(cut.error.why, "fewer than 2 raters");
    assert_int_equal(assay_exam_angoff(rating, 3, 4, marks, number("0"), &cut, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 3);
    assert_int_equal(assay_exam_angoff(rating, 0, 4, NULL, number("0"), &cut, &err), ASSAY_SHAPE);
    assert_int_equal(assay_exam_angoff(rating, 3, 4, NULL, number("-1"), &cut, &err), ASSAY_DOMAIN);
    rating[11] = number("-0.1");
    assert_int_equal(assay_exam_angoff(rating, 3, 4, NULL, number("0"), &cut, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 11);
}

enum { BANK = 300, TOPICS = 5, FORMS = 4, TOTAL = 58 };
static assay_bank_item bank[BANK];
static const uint32_t blueprint[TOPICS] = {20, 20, 8, 5, 5};

static void fill_bank(void)
{
    srand(2);
    for (uint32_t i = 0; i < BANK; i++)
        bank[i] = (assay_bank_item){i % 3 == 0   ? 0
                                    : i % 3 == 1 ? 1
                                                 : 2 + i / 3 % 3,
                                    100000 + rand() % 800000};
}

static void forms_follow_the_blueprint_share_nothing_and_are_equally_hard(void **state)
{
    (void)state;
    uint32_t form[FORMS * TOTAL], again[FORMS * TOTAL];
    uint8_t seed[32] = {5};
    assay_exam_forms f;
    assay_err err;
    bool used[BANK] = {false};
    fill_bank();
    assert_true(assay_exam_forms_scratch_size(BANK, FORMS) <= sizeof scratch);
    assert_ok(assay_exam_draw(bank, BANK, blueprint, TOPICS, FORMS, seed, scratch, form, &f, &err),
              err);
    assert_int_equal(f.items, TOTAL);
    for (size_t k = 0; k < FORMS; k++) {
        uint32_t count[TOPICS] = {0};
        int64_t sum = 0;
        for (size_t i = 0; i < TOTAL; i++) {
            uint32_t b = form[k * TOTAL + i];
            assert_true(b < BANK && !used[b]);
            used[b] = true;
            count[bank[b].topic]++;
            sum += bank[b].difficulty;
        }
        assert_memory_equal(count, blueprint, sizeof count);
        assert_true(sum >= f.easiest && sum <= f.hardest);
    }
    /* 58 items of sd 0.23: lots alone would differ by about 3.6 items; here by less than 0.001 */
    assert_true(f.hardest - f.easiest < 1000);
    assert_ok(assay_exam_draw(bank, BANK, blueprint, TOPICS, FORMS, seed, scratch, again, &f, &err),
              err);
    assert_memory_equal(form, again, sizeof form);
    seed[0] = 6;
    assert_ok(assay_exam_draw(bank, BANK, blueprint, TOPICS, FORMS, seed, scratch, again, &f, &err),
              err);
    assert_memory_not_equal(form, again, sizeof form);
}

/* Every item of a topic has the same chance, whatever its difficulty. */
static void the_bank_is_used_evenly(void **state)
{
    (void)state;
    enum { RUNS = 600 };
    uint32_t form[TOTAL];
    int used[BANK] = {0};
    size_t in_topic[TOPICS] = {0};
    fill_bank();
    for (size_t i = 0; i < BANK; i++)
        in_topic[bank[i].topic]++;
    for (int run = 0; run < RUNS; run++) {
        uint8_t seed[32] = {(uint8_t)run, (uint8_t)(run / 256), 9};
        assay_exam_forms f;
        assay_err err;
        assert_ok(assay_exam_draw(bank, BANK, blueprint, TOPICS, 1, seed, scratch, form, &f, &err),
                  err);
        assert_true(f.easiest == f.hardest);
        for (size_t i = 0; i < TOTAL; i++)
            used[form[i]]++;
    }
    for (size_t i = 0; i < BANK; i++) {
        double p = (double)blueprint[bank[i].topic] / (double)in_topic[bank[i].topic];
        assert_within(used[i], RUNS * p, 4.5 * sqrt(RUNS * p * (1 - p)));
    }
}

static void a_topic_without_enough_items_is_named(void **state)
{
    (void)state;
    const uint8_t seed[32] = {0};
    uint32_t form[TOTAL], wants[TOPICS] = {1, 1, 40, 1, 1};
    assay_exam_forms f;
    assay_err err;
    fill_bank();
    assert_int_equal(assay_exam_draw(bank, BANK, wants, TOPICS, 1, seed, scratch, form, &f, &err),
                     ASSAY_UNDEFINED);
    assert_int_equal(err.at, 2);
    assert_non_null(strstr(err.message, "topic 2 has 34 items, 1 forms with 40 each need 40"));
    assert_int_equal(
        assay_exam_draw(bank, BANK, wants, TOPICS, SIZE_MAX, seed, scratch, form, &f, &err),
        ASSAY_UNDEFINED);
    assert_int_equal(assay_exam_draw(bank, BANK, wants, TOPICS, 0, seed, scratch, form, &f, &err),
                     ASSAY_SHAPE);
    assert_int_equal(assay_exam_draw(bank, BANK, wants, 4, 1, seed, scratch, form, &f, &err),
                     ASSAY_DOMAIN);
    bank[9].difficulty = -1;
    assert_int_equal(assay_exam_draw(bank, BANK, wants, TOPICS, 1, seed, scratch, form, &f, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(err.at, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(item_analysis_agrees_with_r),
        cmocka_unit_test(kr20_is_alpha_of_zeros_and_ones),
        cmocka_unit_test(what_cannot_be_analysed_says_why),
        cmocka_unit_test(the_cut_is_an_exact_fraction),
        cmocka_unit_test(forms_follow_the_blueprint_share_nothing_and_are_equally_hard),
        cmocka_unit_test(the_bank_is_used_evenly),
        cmocka_unit_test(a_topic_without_enough_items_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
