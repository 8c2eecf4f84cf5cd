/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: dates, durations, order, and the three kinds of nothing. */
#include "scheme_fixture.h"

static value period(const char *text)
{
    value_duration d;
    assert_true(duration_parse(text, strlen(text), &d));
    return value_period(d.months, d.seconds);
}

static void months_are_moved_on_the_calendar(void **state)
{
    static const struct {
        const char *from;
        int months;
        const char *to;
    } cases[] = {{"2026-01-31", 1, "2026-02-28"},  {"2024-01-31", 1, "2024-02-29"},
                 {"2024-02-29", 12, "2025-02-28"}, {"2026-03-31", -1, "2026-02-28"},
                 {"2026-12-15", 1, "2027-01-15"},  {"2000-02-29", 48, "2004-02-29"},
                 {"1900-01-31", 1, "1900-02-28"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t moved;
        assert_true(date_add(day(cases[i].from).as.date, cases[i].months, 0, &moved));
        assert_value(value_day(moved), cases[i].to);
    }
}

static void a_date_beyond_the_range_is_refused(void **state)
{
    int64_t moved;
    (void)state;
    assert_false(date_add(day("2026-01-01").as.date, 12 * 300, 0, &moved));
    assert_false(date_add(0, 0, INT64_MAX, &moved));
    assert_false(date_add(INT64_MAX, 1, 0, &moved));
}

static void durations_read_and_write_the_same(void **state)
{
    static const char *const texts[][2] = {{"3y", "3y"},       {"18mo", "18mo"}, {"24mo", "2y"},
                                           {"2w", "14d"},      {"40h", "40h"},   {"48h", "2d"},
                                           {"90min", "90min"}, {"1d12h", "36h"}, {"0d", "0d"}};
    static const char *const wrong[] = {"",    "3", "y", "3 y", "3x", "-3y", "3y-", "99999999999d",
                                        "1.5y"};
    value_duration d;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_value(period(texts[i][0]), texts[i][1]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(duration_parse(wrong[i], strlen(wrong[i]), &d));
}

static void dates_read_a_day_a_month_or_an_instant(void **state)
{
    static const char *const wrong[] = {"",           "2026",     "2026-13",
                                        "2026-02-30", "26-01-01", "2026/01/01"};
    int64_t seconds;
    bool has_time;
    (void)state;
    assert_value(day("2026-04-01"), "2026-04-01");
    assert_value(day("2021-05"), "2021-05-01");
    assert_value(day("2026-01-05T08:21:00+01:00"), "2026-01-05T07:21:00Z");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(date_parse(wrong[i], strlen(wrong[i]), &seconds, &has_time));
}

static void months_and_days_have_no_order(void **state)
{
    int order;
    (void)state;
    assert_false(value_compare(period("1mo"), period("30d"), &order));
    assert_true(value_compare(period("12mo"), period("1y"), &order));
    assert_int_equal(order, 0);
    assert_true(value_compare(period("36h"), period("2d"), &order));
    assert_int_equal(order, -1);
}

/* From 2024-01-31 to 2024-02-29 is a month on the calendar, to 02-28 is not. */
static void a_difference_of_dates_compares_with_months(void **state)
{
    static const struct {
        const char *to;
        int order;
    } cases[] = {{"2024-02-28", -1}, {"2024-02-29", 0}, {"2024-03-01", 1}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        int64_t start = day("2024-01-31").as.date;
        value span = value_period(0, day(cases[i].to).as.date - start);
        int order = 9;
        span.as.duration.start = start;
        assert_true(value_compare(span, period("1mo"), &order));
        assert_int_equal(order, cases[i].order);
        assert_true(value_compare(period("1mo"), span, &order));
        assert_int_equal(order, -cases[i].order);
    }
}

static void missing_na_and_zero_are_three_things(void **state)
{
    int order;
    buf json = BUF_INIT;
    (void)state;
    assert_value(VALUE_NONE, "missing");
    assert_value(value_na(), "n/a");
    assert_value(value_whole(0), "0");
    assert_false(value_is_given(VALUE_NONE));
    assert_false(value_is_given(value_na()));
    assert_true(value_is_given(value_whole(0)));
    assert_false(value_compare(VALUE_NONE, VALUE_NONE, &order));
    assert_false(value_compare(value_na(), value_whole(0), &order));
    value three[] = {VALUE_NONE, value_na(), value_whole(0)};
    value_json((value){.kind = VALUE_LIST, .as.list = {three, 3}}, &json);
    assert_string_equal(buf_text(&json), "[null,{\"na\":true},\"0\"]");
    buf_done(&json);
}

static void numbers_are_written_exactly(void **state)
{
    (void)state;
    assert_value(num("263/3"), "263/3");
    assert_value(num("87.50"), "87.5");
    assert_value(num("0.1"), "0.1");
}

static void a_copy_stands_alone(void **state)
{
    value_member members[] = {{"a", value_text("x")}, {"b", num("1/3")}};
    value record = {.kind = VALUE_RECORD, .as.record = {members, 2}}, copy;
    value list = {.kind = VALUE_LIST, .as.list = {&record, 1}};
    arena a;
    (void)state;
    arena_init(&a);
    assert_true(value_copy(&a, list, &copy));
    members[0].value = value_text("changed");
    assert_value(copy, "[{a: x, b: 1/3}]");
    arena_fail_after(&a, 1);
    assert_false(value_copy(&a, list, &copy));
    assert_int_equal(copy.kind, VALUE_MISSING);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_are_moved_on_the_calendar),
        cmocka_unit_test(a_date_beyond_the_range_is_refused),
        cmocka_unit_test(durations_read_and_write_the_same),
        cmocka_unit_test(dates_read_a_day_a_month_or_an_instant),
        cmocka_unit_test(months_and_days_have_no_order),
        cmocka_unit_test(a_difference_of_dates_compares_with_months),
        cmocka_unit_test(missing_na_and_zero_are_three_things),
        cmocka_unit_test(numbers_are_written_exactly),
        cmocka_unit_test(a_copy_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
