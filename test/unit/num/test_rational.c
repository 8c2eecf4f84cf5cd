/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/rational.h>

#include "num/wide.h"

static const int128 most = (int128)(~(uint128)0 >> 1);

static assay_rational given(const char *text)
{
    assay_rational r;
    assay_err err;
    assert_ok(assay_rational_parse(text, strlen(text), &r, &err), err);
    return r;
}

static const char *text_of(assay_rational r, int places)
{
    static char text[ASSAY_RATIONAL_TEXT];
    size_t n = assay_rational_format(r, places, text, sizeof text);
    assert_int_equal(n, strlen(text));
    return text;
}

static assay_rational answer_of(char operation, assay_rational a, assay_rational b)
{
    assay_rational out = {0, 1};
    assay_err err = {0};
    switch (operation) {
    case '+':
        assert_ok(assay_rational_add(a, b, &out, &err), err);
        break;
    case '-':
        assert_ok(assay_rational_sub(a, b, &out, &err), err);
        break;
    case '*':
        assert_ok(assay_rational_mul(a, b, &out, &err), err);
        break;
    case '/':
        assert_ok(assay_rational_div(a, b, &out, &err), err);
        break;
    case '<':
        return assay_rational_of(assay_rational_compare(a, b));
    case 'h':
        assert_ok(assay_rational_round_half_up(a, b, &out, &err), err);
        break;
    case 'e':
        assert_ok(assay_rational_round(a, b, ASSAY_ROUND_HALF_EVEN, &out, &err), err);
        break;
    case 'c':
        assert_ok(assay_rational_round(a, b, ASSAY_ROUND_CEILING, &out, &err), err);
        break;
    case 't':
        assert_ok(assay_rational_round(a, b, ASSAY_ROUND_TRUNCATE, &out, &err), err);
        break;
    default:
        fail_msg("operation %c", operation);
    }
    return out;
}

static void nine_hundred_answers_of_python_are_the_same_text(void **state)
{
    (void)state;
    FILE *file = fopen(check_golden("judging/rational.csv"), "r");
    char line[400], a[100], b[100], expected[100], operation;
    int n = 0;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "%c,%99[^,],%99[^,],%99[^\n]", &operation, a, b, expected),
                         4);
        assert_string_equal(text_of(given(a), 0), a);
        assert_string_equal(text_of(answer_of(operation, given(a), given(b)), 0), expected);
        n++;
    }
    fclose(file);
    assert_int_equal(n, 900);
}

static void equal_values_are_equal_bytes(void **state)
{
    (void)state;
    const char *same[][2] = {
        {"0.50", "1/2"}, {"-2", "-14/7"}, {"0/5", "-0.00"}, {"+7.", "7"}, {".125", "1/8"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assay_rational a = given(same[i][0]), b = given(same[i][1]);
        assert_true(a.num == b.num && a.den == b.den);
        assert_int_equal(assay_rational_compare(a, b), 0);
    }
}

static void a_tie_goes_away_from_zero_and_the_other_ways_are_stated(void **state)
{
    (void)state;
    const struct {
        const char *value, *step, *answer[5]; /* half up, half even, floor, ceiling, truncate */
    } cases[] = {
        {"2.5", "1", {"3", "2", "2", "3", "2"}},
        {"-2.5", "1", {"-3", "-2", "-3", "-2", "-2"}},
        {"3.5", "1", {"4", "4", "3", "4", "3"}},
        {"87.665", "0.01", {"87.67", "87.66", "87.66", "87.67", "87.66"}},
        {"263/3", "0.01", {"87.67", "87.67", "87.66", "87.67", "87.66"}},
        {"12", "5", {"10", "10", "10", "15", "10"}},
        {"10", "5", {"10", "10", "10", "10", "10"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int how = 0; how < 5; how++) {
            assay_rational r;
            assay_err err;
            assert_ok(assay_rational_round(given(cases[i].value), given(cases[i].step),
                                           (assay_rounding)how, &r, &err),
                      err);
            assert_string_equal(text_of(r, 0), cases[i].answer[how]);
        }
}

static void decimals_come_in_as_they_were_stored(void **state)
{
    (void)state;
    assay_rational r;
    assay_err err;
    assert_ok(assay_rational_of_decimal(2450, -2, &r, &err), err);
    assert_string_equal(text_of(r, 2), "24.50");
    assert_ok(assay_rational_of_decimal(-3, 4, &r, &err), err);
    assert_string_equal(text_of(r, 0), "-30000");
    assert_ok(assay_rational_of_decimal(0, 300, &r, &err), err);
    assert_string_equal(text_of(r, 3), "0.000");
    assert_ok(assay_rational_of_decimal(1000000000000000000, -50, &r, &err), err);
    assert_string_equal(text_of(r, 0), "0.00000000000000000000000000000001");
    assert_int_equal(assay_rational_of_decimal(1, -39, &r, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_of_decimal(1, 39, &r, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_of_decimal(ASSAY_MANTISSA_MISSING, 0, &r, &err), ASSAY_MISSING);
}

static void what_does_not_fit_is_an_error_and_leaves_the_answer_alone(void **state)
{
    (void)state;
    assay_rational big = {most, 1}, tiny = {1, most}, out = {7, 1};
    assay_err err;
    assert_int_equal(assay_rational_add(big, assay_rational_of(1), &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_mul(big, assay_rational_of(2), &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_div(tiny, assay_rational_of(2), &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_sub(tiny, (assay_rational){1, most - 1}, &out, &err),
                     ASSAY_LIMIT);
    assert_int_equal(assay_rational_div(big, assay_rational_of(0), &out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_rational_round(big, assay_rational_of(0), 0, &out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_rational_round(big, assay_rational_of(1), 9, &out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_rational_round_half_up(big, (assay_rational){1, 100}, &out, &err),
                     ASSAY_LIMIT);
    assert_int_equal(assay_rational_ratio(1, 0, &out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_rational_ratio(-most - 1, 1, &out, &err), ASSAY_LIMIT);
    assert_true(out.num == 7 && out.den == 1);
    assert_ok(assay_rational_mul(big, tiny, &out, &err), err);
    assert_string_equal(text_of(out, 0), "1");
    assert_ok(assay_rational_add(big, assay_rational_negate(big), &out, &err), err);
    assert_true(out.num == 0 && out.den == 1);
}

static void each_way_to_overflow_is_seen(void **state)
{
    (void)state;
    assay_rational big = {most, 1}, tiny = {1, most}, odd = {most, 2}, out = {7, 1};
    assay_rational low = assay_rational_negate(big);
    assay_err err;
    assert_int_equal(assay_rational_add(big, big, &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_add(low, assay_rational_of(-1), &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_add(odd, assay_rational_of(1), &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_add((assay_rational){1, 3}, big, &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_add(tiny, (assay_rational){1, 5}, &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_mul(tiny, tiny, &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_mul(low, big, &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_ratio(1, -most - 1, &out, &err), ASSAY_LIMIT);
    assert_int_equal(assay_rational_round_half_up(big, (assay_rational){3, 2}, &out, &err),
                     ASSAY_LIMIT);
    assert_int_equal(assay_rational_round(tiny, assay_rational_of(-2), 0, &out, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(assay_rational_round(tiny, assay_rational_of(2), -1, &out, &err),
                     ASSAY_DOMAIN);
    assert_int_equal(assay_rational_parse("0.5", 3, &out, NULL), ASSAY_OK);
    assert_int_equal(assay_rational_parse("x", 1, &out, NULL), ASSAY_FORMAT);
    assert_true(out.num == 1 && out.den == 2);
    assert_ok(assay_rational_ratio(6, -4, &out, &err), err);
    assert_true(out.num == -3 && out.den == 2);
    assert_ok(assay_rational_div(big, low, &out, &err), err);
    assert_true(out.num == -1 && out.den == 1);
    assert_int_equal(assay_rational_compare(out, out), 0);
    assert_int_equal(assay_rational_compare((assay_rational){7, 2}, (assay_rational){10, 3}), 1);
    assert_int_equal(assay_rational_compare((assay_rational){3, 1}, (assay_rational){10, 3}), -1);
    assert_int_equal(assay_rational_compare((assay_rational){7, 2}, (assay_rational){3, 1}), 1);
}

static void comparison_is_exact_at_the_widest_values(void **state)
{
    (void)state;
    assay_rational a = {most - 1, most}, b = {most - 2, most - 1}; /* differ by about 2^-254 */
    assert_int_equal(assay_rational_compare(a, b), 1);
    assert_int_equal(assay_rational_compare(b, a), -1);
    assert_int_equal(assay_rational_compare(assay_rational_negate(a), assay_rational_negate(b)),
                     -1);
    assert_int_equal(assay_rational_compare(a, a), 0);
    assert_int_equal(assay_rational_compare(assay_rational_of(0), assay_rational_negate(a)), 1);
}

static void text_that_is_no_number_is_refused_with_its_place(void **state)
{
    (void)state;
    const struct {
        const char *text;
        assay_status status;
        uint32_t column;
    } cases[] = {{"", ASSAY_FORMAT, 1},
                 {"-", ASSAY_FORMAT, 2},
                 {".", ASSAY_FORMAT, 2},
                 {"1e3", ASSAY_FORMAT, 2},
                 {"1/", ASSAY_FORMAT, 3},
                 {"1/-2", ASSAY_FORMAT, 3},
                 {"1.5/2", ASSAY_FORMAT, 4},
                 {" 1", ASSAY_FORMAT, 1},
                 {"1 ", ASSAY_FORMAT, 2},
                 {"1,5", ASSAY_FORMAT, 2},
                 {"nan", ASSAY_FORMAT, 1},
                 {"1/0", ASSAY_DOMAIN, 0},
                 {"170141183460469231731687303715884105728", ASSAY_LIMIT, 0},
                 {"0.000000000000000000000000000000000000001", ASSAY_LIMIT, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assay_rational r = {7, 1};
        assay_err err = {0};
        const char *text = cases[i].text;
        assert_int_equal(assay_rational_parse(text, strlen(text), &r, &err), cases[i].status);
        if (cases[i].column)
            assert_int_equal(err.column, cases[i].column);
        assert_true(r.num == 7);
    }
    assert_string_equal(text_of(given("170141183460469231731687303715884105727"), 0),
                        "170141183460469231731687303715884105727");
    assert_string_equal(text_of(given("0.10000000000000000000000000000000000000000000"), 0), "0.1");
}

static void text_is_exact_and_reads_back(void **state)
{
    (void)state;
    assert_string_equal(text_of(given("87.5"), 2), "87.50");
    assert_string_equal(text_of(given("-263/3"), 2), "-263/3");
    assert_string_equal(text_of((assay_rational){1, (int128)1 << 38}, 0),
                        "0.00000000000363797880709171295166015625");
    assert_string_equal(text_of((assay_rational){1, (int128)1 << 39}, 0), "1/549755813888");
    assert_string_equal(text_of((assay_rational){most, 2}, 0),
                        "170141183460469231731687303715884105727/2");
    int128 ten38 = (int128)10000000000000000000u * 10000000000000000000u;
    assert_string_equal(text_of((assay_rational){1 - ten38, ten38}, 0),
                        "-0.99999999999999999999999999999999999999");
    assert_string_equal(text_of((assay_rational){1, ten38}, 99),
                        "0.00000000000000000000000000000000000001");
    char little[4];
    assert_int_equal(assay_rational_format(given("12345"), 0, little, sizeof little), 5);
    assert_string_equal(little, "123");
}

static void the_nearest_double_is_shown(void **state)
{
    (void)state;
    assert_true(assay_rational_to_double(given("0.1")) == 0.1);
    assert_true(assay_rational_to_double(given("-1/3")) == -1.0 / 3);
    assert_true(assay_rational_to_double(given("9007199254740993")) == 9007199254740992.0);
    assert_true(assay_rational_to_double(given("9007199254740993.0000000001")) ==
                9007199254740994.0);
    assert_true(assay_rational_to_double((assay_rational){most, 1}) == 0x1p127);
    assert_true(assay_rational_to_double((assay_rational){1, most}) == 0x1p-127);
    assert_true(assay_rational_to_double(assay_rational_of(0)) == 0);
    assert_int_equal(assay_rational_sign(given("-0.1")), -1);
    assert_true(assay_rational_is_whole(given("4/2")));
    assert_false(assay_rational_is_whole(given("4/3")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nine_hundred_answers_of_python_are_the_same_text),
        cmocka_unit_test(equal_values_are_equal_bytes),
        cmocka_unit_test(a_tie_goes_away_from_zero_and_the_other_ways_are_stated),
        cmocka_unit_test(decimals_come_in_as_they_were_stored),
        cmocka_unit_test(what_does_not_fit_is_an_error_and_leaves_the_answer_alone),
        cmocka_unit_test(each_way_to_overflow_is_seen),
        cmocka_unit_test(comparison_is_exact_at_the_widest_values),
        cmocka_unit_test(text_that_is_no_number_is_refused_with_its_place),
        cmocka_unit_test(text_is_exact_and_reads_back),
        cmocka_unit_test(the_nearest_double_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
