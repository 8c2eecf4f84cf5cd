/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/tally.h>

enum { ROOM = 64 };
static assay_sheet sheets[ROOM];
static size_t scratch[ROOM];
static bool dropped[ROOM];

static assay_rational number(const char *text)
{
    assay_rational r;
    assay_err err;
    assert_ok(assay_rational_parse(text, strlen(text), &r, &err), err);
    return r;
}

/* "88 91:0.3 - na 79": scores with an optional weight, a missing sheet, one not applicable. */
static size_t given(const char *text)
{
    size_t n = 0;
    char copy[400], *rest, *word;
    snprintf(copy, sizeof copy, "%s", text);
    for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest), n++) {
        char *weight = strchr(word, ':');
        if (weight)
            *weight++ = 0;
        bool is_gap = strcmp(word, "-") == 0, is_na = strcmp(word, "na") == 0;
        sheets[n].state = is_gap  ? ASSAY_SHEET_MISSING
                          : is_na ? ASSAY_SHEET_NOT_APPLICABLE
                                  : ASSAY_SHEET_GIVEN;
        sheets[n].score = number(is_gap || is_na ? "0" : word);
        sheets[n].weight = number(weight ? weight : "1");
    }
    return n;
}

static const char *text_of(assay_rational r)
{
    static char text[ASSAY_RATIONAL_TEXT];
    assay_rational_format(r, 0, text, sizeof text);
    return text;
}

static assay_tally tally(const char *text, const assay_tally_rule *rule)
{
    assay_tally t;
    assay_err err;
    assert_ok(assay_tally_sheets(sheets, given(text), rule, scratch, dropped, &t, &err), err);
    return t;
}

static const char *value(const char *text, assay_tally_method method)
{
    assay_tally_rule rule = assay_tally_defaults();
    rule.method = method;
    assay_tally t = tally(text, &rule);
    return t.why ? t.why : text_of(t.value);
}

static void five_judges_lose_the_highest_and_the_lowest(void **state)
{
    (void)state;
    assay_tally_rule rule = assay_tally_defaults();
    rule.method = ASSAY_TALLY_OLYMPIC;
    assay_tally t = tally("88 91 79 85 90", &rule);
    assert_string_equal(text_of(t.value), "263/3");
    assert_int_equal(t.used, 3);
    const bool expected[] = {false, true, true, false, false};
    assert_memory_equal(dropped, expected, sizeof expected);
    rule.step = number("0.0001");
    t = tally("88 91 79 85 90", &rule);
    assert_string_equal(text_of(t.value), "87.6667");
    assert_string_equal(text_of(t.unrounded), "263/3");
    assert_string_equal(value("88 91 79", ASSAY_TALLY_OLYMPIC), "an olympic tally needs 4 sheets");
    t = tally("7 7 7 7", &rule);
    const bool ends[] = {true, false, false, true};
    assert_memory_equal(dropped, ends, sizeof ends);
}

static void published_customer_indices_come_out(void **state)
{
    (void)state;
    assert_string_equal(value("62:0.30 55.4:0.50 48.5:0.20", ASSAY_TALLY_WEIGHTED), "56");
    assay_tally_rule rule = assay_tally_defaults();
    rule.method = ASSAY_TALLY_TOP_BOX; /* the top two boxes of seven */
    rule.box = number("6");
    assert_string_equal(text_of(tally("7 6 5 4 6 1 2 7", &rule).value), "0.5");
    rule.box = number("9"); /* promoters less detractors */
    assay_rational promoters = tally("10 9 8 7 6 0 9", &rule).value, score;
    rule.method = ASSAY_TALLY_BOTTOM_BOX;
    rule.box = number("6");
    assay_rational detractors = tally("10 9 8 7 6 0 9", &rule).value;
    assert_ok(assay_rational_sub(promoters, detractors, &score, NULL), (assay_err){0});
    assert_string_equal(text_of(score), "1/7");
    /* Service-quality mark: site 70 %, mystery visit 10 %, survey 20 %. */
    assert_string_equal(value("81:0.7 90:0.1 77.5:0.2", ASSAY_TALLY_WEIGHTED), "81.2");
}

static void every_method_agrees_by_hand(void **state)
{
    (void)state;
    const char *five = "3 1 4 1 5.5";
    assert_string_equal(value(five, ASSAY_TALLY_MEAN), "2.9");
    assert_string_equal(value(five, ASSAY_TALLY_MEDIAN), "3");
    assert_string_equal(value("3 1 4 1", ASSAY_TALLY_MEDIAN), "2");
    assert_string_equal(value(five, ASSAY_TALLY_SUM), "14.5");
    assert_string_equal(value(five, ASSAY_TALLY_LOWEST), "1");
    assert_string_equal(value(five, ASSAY_TALLY_HIGHEST), "5.5");
    assert_string_equal(value(five, ASSAY_TALLY_OLYMPIC), "8/3");
    assay_tally_rule rule = assay_tally_defaults();
    rule.method = ASSAY_TALLY_TRIMMED;
    rule.trim = 2;
    assert_string_equal(text_of(tally(five, &rule).value), "3");
    assert_string_equal(tally("1 2 3 4", &rule).why, "nothing is left after trimming");
    rule.trim = 0;
    rule.trim_share = number("0.25");
    assert_string_equal(text_of(tally("1 2 3 4 5 6 7 100", &rule).value), "4.5");
    assert_string_equal(text_of(tally("1 2 6", &rule).value), "3"); /* floor(0.75) = 0 */
    for (int i = 0; i < ASSAY_TALLIES; i++) {
        assay_tally_method m, back;
        m = (assay_tally_method)i;
        assert_true(assay_tally_of_name(assay_tally_name(m), strlen(assay_tally_name(m)), &back));
        assert_int_equal(m, back);
        assert_true(strlen(assay_tally_text(m)) > 8);
    }
    assay_tally_method none;
    assert_false(assay_tally_of_name("mea", 3, &none));
    assert_string_equal(assay_tally_name(ASSAY_TALLIES), "unknown");
    assert_string_equal(assay_tally_text(ASSAY_TALLIES), "unknown");
}

static void missing_not_applicable_and_zero_are_three_things(void **state)
{
    (void)state;
    assert_string_equal(value("80 0 90", ASSAY_TALLY_MEAN), "170/3");
    assert_string_equal(value("80 na 90", ASSAY_TALLY_MEAN), "85");
    assert_string_equal(value("80 - 90", ASSAY_TALLY_MEAN), "a sheet is missing");
    assay_tally_rule rule = assay_tally_defaults();
    rule.missing = ASSAY_MISSING_SKIP;
    assay_tally t = tally("80 - 90 na", &rule);
    assert_string_equal(text_of(t.value), "85");
    assert_int_equal(t.given, 2);
    assert_int_equal(t.missing, 1);
    assert_int_equal(t.not_applicable, 1);
    assert_string_equal(tally("- na", &rule).why, "no sheet is given");
    rule.missing = ASSAY_MISSING_NEEDS;
    rule.needs = 4;
    assert_string_equal(tally("80 - 90 70", &rule).why, "fewer sheets than the rule needs");
    assert_null(tally("80 - 90 70 60", &rule).why);
    rule.method = ASSAY_TALLY_WEIGHTED;
    rule.missing = ASSAY_MISSING_SKIP;
    assert_string_equal(text_of(tally("80:1 -:7 90:3", &rule).value), "87.5");
    assert_string_equal(tally("80:0 90:0", &rule).why, "all weights are 0");
}

static void a_rule_no_sheet_can_meet_is_refused(void **state)
{
    (void)state;
    assay_tally t = {.given = 99};
    assay_err err;
    size_t n = given("1 2:-1 3");
    assay_tally_rule r = assay_tally_defaults();
    r.method = ASSAY_TALLIES;
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    r.method = ASSAY_TALLY_WEIGHTED;
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    r.method = ASSAY_TALLY_TRIMMED;
    r.trim_share = number("0.5");
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    r.trim_share = number("1/9223372036854775808");
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    r = assay_tally_defaults();
    r.missing = ASSAY_MISSING_NEEDS;
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    r.missing = 7;
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    r = assay_tally_defaults();
    r.step = number("-1");
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    r = assay_tally_defaults();
    sheets[2].state = 5;
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
    n = given("170141183460469231731687303715884105727 170141183460469231731687303715884105727");
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_LIMIT);
    r.method = ASSAY_TALLY_WEIGHTED;
    sheets[0].weight = sheets[1].weight = number("2");
    assert_int_equal(assay_tally_sheets(sheets, n, &r, scratch, NULL, &t, &err), ASSAY_LIMIT);
    assert_int_equal(t.given, 99);
}

static void a_scale_gives_the_value_of_its_step(void **state)
{
    (void)state;
    /* nine grades of 1000 points; firms need 850 or 800 (grades 3 and 4) */
    const assay_scale_step grades[] = {{number("600"), number("8")},
                                       {number("800"), number("4")},
                                       {number("850"), number("3")},
                                       {number("900"), number("2")}};
    assay_rational r;
    bool found;
    assay_err err;
    assert_ok(assay_scale_lookup(number("850"), grades, 4, false, &found, &r, &err), err);
    assert_true(found && r.num == 3);
    assert_ok(assay_scale_lookup(number("849.99"), grades, 4, false, &found, &r, &err), err);
    assert_true(found && r.num == 4);
    assert_ok(assay_scale_lookup(number("599"), grades, 4, false, &found, &r, &err), err);
    assert_false(found);
    assert_ok(assay_scale_lookup(number("800"), grades, 4, true, &found, &r, &err), err);
    assert_true(found);
    assert_ok(assay_scale_lookup(number("801"), grades, 4, true, &found, &r, &err), err);
    assert_false(found);
    const assay_scale_step wrong[] = {{number("1"), r}, {number("1"), r}};
    assert_int_equal(assay_scale_lookup(number("1"), wrong, 2, false, &found, &r, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
}

static void cases_are_ranked_and_ties_are_seen(void **state)
{
    (void)state;
    assay_rational keys[12];
    const char *text[] = {"80", "1", "90", "2", "80", "1", "95.5", "0", "80", "3", "90", "2"};
    uint32_t order[6], rank[6];
    for (int i = 0; i < 12; i++)
        keys[i] = number(text[i]);
    assert_int_equal(assay_rank(keys, 6, 2, order, rank), 4);
    const uint32_t expected[] = {3, 1, 5, 4, 0, 2}, ranks[] = {5, 2, 5, 1, 4, 2};
    assert_memory_equal(order, expected, sizeof expected);
    assert_memory_equal(rank, ranks, sizeof ranks);
    for (int i = 0; i < 12; i++)
        keys[i] = number("1");
    assert_int_equal(assay_rank(keys, 6, 2, order, rank), 6);
    for (uint32_t i = 0; i < 6; i++)
        assert_true(order[i] == i && rank[i] == 1);
    assert_int_equal(assay_rank(keys, 0, 2, order, rank), 0);
}

static void a_vote_needs_its_quorum_and_its_majority(void **state)
{
    (void)state;
    assay_ballot_rule r = {number("2/3"), false, number("1/2"), true, ASSAY_BALLOT_OF_VOTES};
    assay_ballot b;
    assay_err err;
    assert_ok(assay_ballot_count(9, 4, 1, 1, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_PASSED);
    assert_string_equal(text_of(b.share), "0.8");
    assert_ok(assay_ballot_count(9, 4, 1, 0, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_NO_QUORUM);
    assert_ok(assay_ballot_count(9, 3, 3, 0, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_REJECTED);
    assert_true(b.is_tie);
    assert_ok(assay_ballot_count(9, 0, 0, 6, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_NO_VOTES);
    assert_false(b.is_tie);
    r.is_quorum_strict = true;
    assert_ok(assay_ballot_count(9, 4, 1, 1, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_NO_QUORUM);
    r = (assay_ballot_rule){number("0"), false, number("2/3"), false, ASSAY_BALLOT_OF_PRESENT};
    assert_ok(assay_ballot_count(9, 4, 0, 2, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_PASSED); /* exactly 2/3 */
    r.base = ASSAY_BALLOT_OF_MEMBERS;
    assert_ok(assay_ballot_count(9, 5, 0, 0, &r, &b, &err), err);
    assert_int_equal(b.outcome, ASSAY_BALLOT_REJECTED);
    assert_int_equal(assay_ballot_count(9, 5, 4, 1, &r, &b, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_ballot_count(0, 0, 0, 0, &r, &b, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_ballot_count(UINT64_MAX, 0, 0, 0, &r, &b, &err), ASSAY_DOMAIN);
    r.majority = number("4/3");
    assert_int_equal(assay_ballot_count(9, 1, 0, 0, &r, &b, &err), ASSAY_DOMAIN);
    r.majority = number("1");
    r.base = 9;
    assert_int_equal(assay_ballot_count(9, 1, 0, 0, &r, &b, &err), ASSAY_DOMAIN);
}

/* Any order of the sheets gives the same tally; adding a constant moves it by that. */
static void order_does_not_matter_and_a_shift_shifts(void **state)
{
    (void)state;
    srand(5);
    for (int run = 0; run < 300; run++) {
        size_t n = 4 + (size_t)rand() % 40;
        assay_tally_rule rule = assay_tally_defaults();
        assay_tally a, b, c;
        rule.method = (assay_tally_method)(run % (ASSAY_TALLY_MEDIAN + 1));
        rule.trim = 1;
        for (size_t i = 0; i < n; i++)
            sheets[i] = (assay_sheet){{rand() % 20, 1}, {1, 1}, ASSAY_SHEET_GIVEN};
        assert_ok(assay_tally_sheets(sheets, n, &rule, scratch, dropped, &a, NULL), (assay_err){0});
        size_t left_out = 0;
        for (size_t i = 0; i < n; i++)
            left_out += dropped[i];
        assert_int_equal(left_out + a.used, rule.method == ASSAY_TALLY_MEDIAN ? n : a.given);
        for (size_t i = n; i-- > 1;) {
            size_t j = (size_t)rand() % (i + 1);
            assay_sheet moved = sheets[i];
            sheets[i] = sheets[j];
            sheets[j] = moved;
        }
        assert_ok(assay_tally_sheets(sheets, n, &rule, scratch, NULL, &b, NULL), (assay_err){0});
        assert_int_equal(assay_rational_compare(a.value, b.value), 0);
        for (size_t i = 0; i < n; i++)
            sheets[i].score.num += 7;
        assert_ok(assay_tally_sheets(sheets, n, &rule, scratch, NULL, &c, NULL), (assay_err){0});
        assert_ok(assay_rational_sub(c.value, a.value, &b.value, NULL), (assay_err){0});
        assert_string_equal(text_of(b.value), "7");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_judges_lose_the_highest_and_the_lowest),
        cmocka_unit_test(published_customer_indices_come_out),
        cmocka_unit_test(every_method_agrees_by_hand),
        cmocka_unit_test(missing_not_applicable_and_zero_are_three_things),
        cmocka_unit_test(a_rule_no_sheet_can_meet_is_refused),
        cmocka_unit_test(a_scale_gives_the_value_of_its_step),
        cmocka_unit_test(cases_are_ranked_and_ties_are_seen),
        cmocka_unit_test(a_vote_needs_its_quorum_and_its_majority),
        cmocka_unit_test(order_does_not_matter_and_a_shift_shifts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
