/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control plans: names of columns in four languages, limits from tolerances, how often, faults by
 * cell, from delimited text and from XLSX. */
#include "check.h"
#include "read/control_plan.h"

#include <stdio.h>

static control_plan read_text(const char *text)
{
    assay_err err;
    control_plan p = {0};
    assert_ok(control_plan_read(text, strlen(text), "plan.csv", &p, &err), err);
    return p;
}

static void is_number(const quantity *q, const char *text)
{
    char room[64];
    assert_true(q->is_given);
    decimal_format(q->value.mantissa, q->value.exponent, q->value.decimals, room, sizeof room);
    assert_string_equal(room, text);
}

static void frequencies_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t seconds;
    } all[] = {{"30 min", 1800}, {"1/h", 3600}, {"2/h", 1800}, {"every 2 hours", 7200}, {"1 per shift", 28800},
               {"2 per shift", 14400}, {"1/day", 86400}, {"매 30분", 1800}, {"2회/일", 43200}, {"每班", 28800},
               {"1次/2小时", 7200}, {"5/2h", 7200}, {"1h", 3600}, {"now and then", 0}, {"100%", 0}, {"", 0},
               {"0 min", 0}, {"99999999 days", 0}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (plan_every(all[i].text) != all[i].seconds)
            fail_msg("\"%s\": %u s, expected %u", all[i].text, plan_every(all[i].text), all[i].seconds);
}

static void limits_come_exactly_from_tolerances(void **state)
{
    (void)state;
    control_plan p = read_text("part,characteristic,nominal,tolerance\n"
                               "4711,a,10.50,±0.1\n4711,b,10,+0.2/-0.10\n4711,c,5 ±0.05,\n4711,d,\"7,5\",0.25\n");
    assert_int_equal(p.rows, 4);
    static const char *const limits[][2] = {{"10.40", "10.60"}, {"9.90", "10.2"}, {"4.95", "5.05"}, {"7.25", "7.75"}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(p.row[i].faults, 0);
        is_number(&p.row[i].definition.lower, limits[i][0]);
        is_number(&p.row[i].definition.upper, limits[i][1]);
    }
    assert_string_equal(p.row[1].definition.path, "4711/b");
    control_plan_done(&p);
}

static void a_fault_names_its_cell_and_costs_its_row_alone(void **state)
{
    (void)state;
    control_plan p = read_text("Plan of line 3;;;;\n품번;특성;단위;하한;상한;시료수;주기\n"
                               "A;내경;mm;9,9;10,1;5;매 30분\n;외경;mm;x;10;0;가끔\n;내경;mm;1;2;;\nB;길이;mm;3;2;;\n");
    assert_int_equal(p.header, 2);
    assert_int_equal(p.rows, 4);
    assert_int_equal(p.row[0].faults, 0);
    assert_int_equal(p.row[0].every_s, 1800);
    assert_string_equal(p.row[1].definition.path, "A/외경"); /* the part stands once for its rows */
    assert_int_equal(p.row[1].faults, 3);
    assert_int_equal(p.row[1].fault[0].column, PLAN_LOWER);
    assert_string_equal(p.row[1].fault[0].found, "x");
    assert_int_equal(p.row[2].faults, 1); /* twice in the plan */
    assert_int_equal(p.row[3].fault[0].column, PLAN_LOWER);
    control_plan_done(&p);
}

static void a_workbook_says_the_same(void **state)
{
    (void)state;
    static char bytes[1 << 16];
    FILE *f = fopen(check_data("control_plan.xlsx"), "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    control_plan p = {0};
    assay_err err;
    assert_ok(control_plan_read(bytes, n, "plan.xlsx", &p, &err), err);
    assert_int_equal(p.rows, 3);
    assert_string_equal(p.row[0].definition.path, "4711/Turning/Bore");
    is_number(&p.row[0].definition.lower, "10.4");
    assert_string_equal(p.row[1].definition.path, "4711/Turning/Length");
    is_number(&p.row[1].definition.nominal, "9.9");
    is_number(&p.row[1].definition.upper, "10.1");
    assert_int_equal(p.row[1].every_s, 14400);
    assert_int_equal(p.row[2].faults, 3);
    control_plan_done(&p);
    /* cut anywhere it is refused in words, or read; never more */
    for (size_t cut = 0; cut < n; cut += 7)
        if (control_plan_read(bytes, cut, "cut.xlsx", &p, &err) == ASSAY_OK)
            control_plan_done(&p);
        else
            assert_string_not_equal(err.message, "");
}

static void what_is_no_plan_is_refused_with_what_is_missing(void **state)
{
    (void)state;
    control_plan p = {0};
    assay_err err = {0};
    assert_int_equal(control_plan_read("a,b\n1,2\n", 8, "x.csv", &p, &err), ASSAY_MISSING);
    assert_non_null(strstr(err.message, "x.csv"));
    assert_int_equal(control_plan_read("", 0, "x.csv", &p, &err), ASSAY_MISSING);
    assert_int_equal(control_plan_read("PK\3\4nonsense", 12, "x.xlsx", &p, &err), ASSAY_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_are_understood),
        cmocka_unit_test(limits_come_exactly_from_tolerances),
        cmocka_unit_test(a_fault_names_its_cell_and_costs_its_row_alone),
        cmocka_unit_test(a_workbook_says_the_same),
        cmocka_unit_test(what_is_no_plan_is_refused_with_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
