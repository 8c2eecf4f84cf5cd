/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions: what they give, on known, missing and not applicable values. */
#include "scheme_fixture.h"

/* One rule, a record of everything an expression may touch. */
static const char *const head =
    "scheme: test.expr\nrev: 1\nname: test\ncase: firm\n"
    "party:\n  fields:\n    size: enum(micro|small|medium|large)\n    years: num\n    debt: num\n"
    "    is_open: bool\n    founded: date\n    given: date\n    wait: duration\n    city: text\n"
    "form:\n  f:\n"
    "    works: {rows: {saving: num, ok: bool, on: date, kind: enum(a|b)}}\n"
    "    marks: num*\n    flags: bool*\n    tags: set(x|y|z)\n"
    "role: {who: {is: case}}\n"
    "stage:\n  - {id: only, who: who, form: f}\n"
    "rule:\n"
    "  grade: {table: {low: 1, high: 2}}\n"
    "  demand: {columns: [1, 2, 3], table: {plan: [R, S, '*'], sample: [S, S, R]}}\n"
    "  tier: {of: debt, steps: {0: 0, 10: 200, 30: 500}}\n"
    "  half: years / 2\n";

static value works[3];
static value_member work_members[3][4];

static value make_works(void)
{
    static const char *const savings[] = {"10", "2.5", "0.1"};
    for (size_t i = 0; i < 3; i++) {
        work_members[i][0] = (value_member){"saving", num(savings[i])};
        work_members[i][1] = (value_member){"ok", i == 2 ? VALUE_NONE : value_bool(i == 0)};
        work_members[i][2] = (value_member){"on", day(i ? "2026-02-01" : "2025-02-01")};
        work_members[i][3] = (value_member){"kind", value_text(i ? "b" : "a")};
        works[i] = (value){.kind = VALUE_RECORD, .as.record = {work_members[i], 4}};
    }
    return (value){.kind = VALUE_LIST, .as.list = {works, 3}};
}

static value ask_with(const char *text, const fact *facts, size_t n)
{
    static char answer[4000];
    buf yaml = BUF_INIT, shown = BUF_INIT;
    fixture f;
    buf_addf(&yaml, "%s  x: %s\n", head, text);
    fixture_open(&f, buf_text(&yaml));
    f.fact = facts;
    f.facts = n;
    value v = expr_eval(f.scheme->rule[f.scheme->rule_count - 1].is, &f.scope);
    value_format(v, &shown);
    snprintf(answer, sizeof answer, "%s", buf_text(&shown));
    buf_done(&shown);
    buf_done(&yaml);
    fixture_close(&f);
    return value_text(answer);
}

static void expect(const char *text, const char *expected)
{
    value three[] = {num("3"), value_na(), num("4.5")};
    value flags[] = {value_bool(true), VALUE_NONE};
    value tags[] = {value_text("x"), value_text("z")};
    const fact facts[] = {
        {"size", value_text("medium")},
        {"years", num("7")},
        {"is_open", value_bool(true)},
        {"founded", day("2016-02-29")},
        {"given", day("2026-03-01")},
        {"wait", value_period(0, 36 * 3600)},
        {"city", value_na()},
        {"today", day("2026-04-01")},
        {"works", make_works()},
        {"f.works", make_works()},
        {"marks", (value){.kind = VALUE_LIST, .as.list = {three, 3}}},
        {"flags", (value){.kind = VALUE_LIST, .as.list = {flags, 2}}},
        {"tags", (value){.kind = VALUE_LIST, .as.list = {tags, 2}}},
    };
    value v = ask_with(text, facts, sizeof facts / sizeof *facts);
    if (strcmp(v.as.text, expected) != 0)
        fail_msg("%s is %s, expected %s", text, v.as.text, expected);
}

static void arithmetic_is_exact(void **state)
{
    (void)state;
    expect("0.1 + 0.2", "0.3");
    expect("1/3 + 1/6", "0.5");
    expect("1 / 3", "1/3");
    expect("2 * (3 + 4) - 5", "9");
    expect("-years", "-7");
    expect("10 - 2 - 3", "5");
    expect("80%", "0.8");
    expect("years / 0", "missing");
    expect("99999999999999999999 * 99999999999999999999", "missing");
    expect("half", "3.5");
}

static void rounding_is_half_up_away_from_zero(void **state)
{
    (void)state;
    expect("round(87.665, 0.01)", "87.67");
    expect("round(87.6649999, 0.01)", "87.66");
    expect("round(2.5)", "3");
    expect("round(-2.5)", "-3");
    expect("round(263/3, 0.01)", "87.67");
    expect("round(12, 5)", "10");
    expect("round(12.5, 5)", "15");
    expect("floor(-2.5)", "-3");
    expect("ceiling(2.1, 0.5)", "2.5");
    expect("round(2.5, 0)", "missing");
}

/* Kleene's tables, with n/a neutral. `debt` is missing, `city` n/a. */
static void logic_knows_missing_and_not_applicable(void **state)
{
    (void)state;
    expect("is_open and debt > 0", "missing");
    expect("not is_open and debt > 0", "no");
    expect("is_open or debt > 0", "yes");
    expect("not is_open or debt > 0", "missing");
    expect("not (debt > 0)", "missing");
    expect("is_open and city = 'Ulsan'", "yes");
    expect("not is_open or city = 'Ulsan'", "no");
    expect("city = 'Ulsan' and city = 'Busan'", "n/a");
    expect("debt > 0 and city = 'Ulsan'", "missing");
    expect("debt + 1", "missing");
    expect("city = 'Ulsan'", "n/a");
    expect("debt is missing", "yes");
    expect("city is missing", "no");
    expect("city is na", "yes");
    expect("city is given", "no");
    expect("years is not missing", "yes");
    expect("default(debt, 0) + 1", "1");
    expect("if debt > 0 then 1 else 2", "missing");
    expect("if is_open then 1 else 2", "1");
}

static void choices_have_the_order_of_their_list(void **state)
{
    (void)state;
    expect("size >= medium", "yes");
    expect("size > medium", "no");
    expect("size in [large, medium]", "yes");
    expect("size not in [large, micro]", "yes");
    expect("size = 'medium'", "yes");
    expect("if size >= medium then 850 else 800", "850");
}

static void dates_move_and_compare_on_the_calendar(void **state)
{
    (void)state;
    expect("today - given", "31d");
    expect("today - given >= 1mo", "yes");
    expect("today - given > 1mo", "no");
    expect("today >= given + 31d", "yes");
    expect("given + 1mo", "2026-04-01");
    expect("founded + 1y", "2017-02-28");
    expect("years(founded, today)", "10");
    expect("years(founded, 2026-02-27)", "9");
    expect("days(given, today)", "31");
    expect("days(today, given)", "-31");
    expect("wait <= 36h", "yes");
    expect("wait / 1d", "1.5");
    expect("given < 2026-03-02", "yes");
    expect("max(given, 2027-01-01)", "2027-01-01");
}

static void lists_are_counted_summed_and_filtered(void **state)
{
    (void)state;
    expect("count(works)", "3");
    expect("count(works where ok)", "1");
    expect("count(works where not ok)", "1");
    expect("sum(works.saving)", "12.6");
    expect("sum(works.saving where kind = b)", "2.6");
    expect("sum(f.works.saving where on >= 2026-01-01)", "2.6");
    expect("mean(marks)", "3.75");
    expect("min(marks)", "3");
    expect("max(marks)", "4.5");
    expect("max(years, 3)", "7");
    expect("count(distinct(works.kind))", "2");
    expect("any(works where saving > 5)", "yes");
    expect("all(works where saving > 5)", "no");
    expect("any(works where ok)", "yes");
    expect("all(works where ok)", "no");
    expect("any(works where not ok and kind = a)", "no");
    expect("all(works where it.saving > 0)", "yes");
    expect("all(works where ok or kind = b)", "yes");
    expect("any(flags)", "yes");
    expect("all(flags)", "missing");
    expect("count([])", "0");
    expect("sum([])", "0");
    expect("mean(works.saving where saving > 99)", "missing");
}

static void a_choice_is_looked_for_in_a_set(void **state)
{
    (void)state;
    expect("y in tags", "no");
    expect("z in tags", "yes");
}

static void tables_and_steps_are_looked_up(void **state)
{
    (void)state;
    expect("grade[high]", "2");
    expect("grade.low", "1");
    expect("demand[plan, 2]", "S");
    expect("demand[sample, years - 4] = 'R'", "yes");
    expect("demand[plan, 9]", "missing");
    expect("tier", "missing");
}

static void steps_give_the_last_one_reached(void **state)
{
    static const char *const cases[][2] = {{"-1", "missing"}, {"0", "0"},    {"9.99", "0"},
                                           {"10", "200"},     {"29", "200"}, {"30", "500"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fact debt = {"debt", num(cases[i][0])};
        assert_string_equal(ask_with("tier", &debt, 1).as.text, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_is_exact),
        cmocka_unit_test(rounding_is_half_up_away_from_zero),
        cmocka_unit_test(logic_knows_missing_and_not_applicable),
        cmocka_unit_test(choices_have_the_order_of_their_list),
        cmocka_unit_test(dates_move_and_compare_on_the_calendar),
        cmocka_unit_test(lists_are_counted_summed_and_filtered),
        cmocka_unit_test(a_choice_is_looked_for_in_a_set),
        cmocka_unit_test(tables_and_steps_are_looked_up),
        cmocka_unit_test(steps_give_the_last_one_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
