/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/buf.h"

static void additions_join_and_stay_terminated(void **state)
{
    (void)state;
    buf b = BUF_INIT;
    assert_string_equal(buf_text(&b), "");
    for (int i = 0; i < 1000; i++)
        buf_addf(&b, "%d,", i);
    buf_add_char(&b, '!');
    assert_false(b.failed);
    assert_int_equal(strlen(b.data), b.length);
    assert_memory_equal(b.data, "0,1,2,3,", 8);
    buf_clear(&b);
    assert_string_equal(buf_text(&b), "");
    buf_done(&b);
}

static void an_impossible_size_fails_and_stays_failed(void **state)
{
    (void)state;
    buf b = BUF_INIT;
    buf_add_text(&b, "x");
    assert_false(buf_reserve(&b, SIZE_MAX / 2));
    buf_add_text(&b, "y");
    assert_true(b.failed);
    assert_string_equal(buf_text(&b), "x");
    buf_done(&b);
}

static void text_is_escaped_for_xml(void **state)
{
    (void)state;
    buf b = BUF_INIT;
    buf_add_xml(&b, NULL);
    assert_string_equal(buf_text(&b), "");
    buf_add_xml(&b, "<a href=\"x\">\x01&'\n\t\xEA\xB0\x80");
    assert_string_equal(b.data, "&lt;a href=&quot;x&quot;&gt;&amp;'\n\t\xEA\xB0\x80");
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(additions_join_and_stay_terminated),
        cmocka_unit_test(an_impossible_size_fails_and_stays_failed),
        cmocka_unit_test(text_is_escaped_for_xml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
