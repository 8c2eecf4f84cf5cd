/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/err.h>

static void a_failure_carries_code_place_and_message(void **state)
{
    (void)state;
    assay_err err;
    assert_int_equal(assay_fail(&err, ASSAY_SHAPE, 7, "subgroup %d has one reading", 8), ASSAY_SHAPE);
    assert_int_equal(err.code, ASSAY_SHAPE);
    assert_int_equal(err.at, 7);
    assert_string_equal(err.message, "subgroup 8 has one reading");
    assert_string_equal(err.hint, "");
    assert_int_equal(assay_hint(&err, "use n >= %d", 2), ASSAY_SHAPE);
    assert_string_equal(err.hint, "use n >= 2");
}

static void a_caller_without_interest_in_detail_passes_null(void **state)
{
    (void)state;
    assert_int_equal(assay_fail(NULL, ASSAY_IO, 0, "gone"), ASSAY_IO);
    assert_int_not_equal(assay_hint(NULL, "look again"), ASSAY_OK);
}

static void every_status_has_a_name_and_unknown_ones_say_so(void **state)
{
    (void)state;
    assert_string_equal(assay_status_name(ASSAY_OK), "ok");
    assert_string_equal(assay_status_name(ASSAY_USAGE), "usage");
    assert_string_equal(assay_status_name((assay_status)9999), "unknown");
}

static void what_is_quoted_from_outside_is_one_clean_line(void **state)
{
    (void)state;
    assay_err err;
    assay_fail(&err, ASSAY_FORMAT, 0, "found \"%.7s\"", "측정값"); /* cut within the third */
    assert_string_equal(err.message, "found \"측정?\"");
    assay_fail(&err, ASSAY_FORMAT, 0, "found \"%s\"", "a\x1b[2J\r\nb\xC2\x9B" "c\xB0\xA1");
    assert_string_equal(err.message, "found \"a?[2J?b?c?\"");
    assay_hint(&err, "%s", "量\xEF");
    assert_string_equal(err.hint, "量?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_carries_code_place_and_message),
        cmocka_unit_test(a_caller_without_interest_in_detail_passes_null),
        cmocka_unit_test(every_status_has_a_name_and_unknown_ones_say_so),
        cmocka_unit_test(what_is_quoted_from_outside_is_one_clean_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
