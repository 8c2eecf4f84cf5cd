/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/budget.h"

#include "check.h"

static void a_budget_in_words_becomes_a_width(void **state)
{
    (void)state;
    assay_err err;
    budget b;
    assay_rules rules;
    assay_chart_options o = assay_chart_defaults();
    o.type = ASSAY_CHART_XBAR_R;
    assert_ok(assay_rules_parse("1", &rules, &err), err);
    assert_ok(budget_find("about one per month", 370.398 / 30.436875, &o, &rules, &b, &err), err);
    assert_digits(b.arl, 370.398, 10);
    assert_digits(b.width, 3, 5); /* 3 sigma: one in 370.4 */
    assert_digits(b.arl_now, 370.398, 5);
    assert_ok(budget_find("2 false alarms per week", 100, &o, &rules, &b, &err), err);
    assert_digits(b.arl, 350, 12);
    assert_ok(budget_find("one per 10 shifts", 30, &o, &rules, &b, &err), err);
    assert_digits(b.arl, 100, 12);
    o.type = ASSAY_CHART_EWMA;
    assert_ok(budget_find("one per year", 10, &o, NULL, &b, &err), err);
    assert_true(b.width > 2.9 && b.width < 3.6);
    assert_ok(assay_rules_parse("1,2", &rules, &err), err);
    o.type = ASSAY_CHART_I_MR;
    assert_ok(budget_find("one per year", 100, &o, &rules, &b, &err), err);
    assert_true(isnan(b.width) && b.why); /* nine on a side come oftener */
    assert_int_equal(budget_find("now and then", 1, &o, &rules, &b, &err), ASSAY_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_in_words_becomes_a_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
