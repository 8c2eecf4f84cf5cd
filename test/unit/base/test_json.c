/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include "check.h"

static void a_missing_number_is_null_with_why_beside_it(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    json j;
    json_init(&j, &out, NULL, NULL);
    json_flat_object(&j);
    json_member_real(&j, "pp", 1.5, NULL);
    json_member_real(&j, "cp", NAN, "no upper limit");
    json_member_real(&j, "cpm", INFINITY, NULL);
    json_end(&j);
    assert_true(json_done(&j));
    assert_string_equal(buf_text(&out),
                        "{\"pp\": 1.5, \"cp\": null, \"cpm\": null, "
                        "\"why\": {\"cp\": \"no upper limit\", \"cpm\": \"undefined\"}}\n");
    buf_done(&out);
}

static void numbers_read_back_to_the_same_bits(void **state)
{
    (void)state;
    const double values[] = {0.1, 1.0 / 3, 23.726, 1e300, 5e-324, -0.0, 9007199254740993.0};
    buf out = BUF_INIT;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json j;
        buf_clear(&out);
        json_init(&j, &out, NULL, NULL);
        json_real(&j, values[i]);
        assert_true(json_done(&j));
        double back = strtod(buf_text(&out), NULL);
        assert_memory_equal(&back, &values[i], sizeof back);
    }
    buf_done(&out);
}

static void a_decimal_keeps_the_places_it_was_written_with(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    json j;
    json_init(&j, &out, NULL, NULL);
    json_decimal(&j, 2450, -2, 2);
    assert_true(json_done(&j));
    assert_string_equal(buf_text(&out), "24.50\n");
    buf_done(&out);
}

static void texts_are_escaped_and_bad_utf8_is_replaced(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    const char text[] = "a\"\\\n\x01\xff\xed\xa0\x80\xed\x95\x9c";
    json_quote(&out, text, sizeof text - 1);
    assert_string_equal(buf_text(&out), "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                        "\xef\xbf\xbd\xed\x95\x9c\"");
    buf_done(&out);
}

static void nesting_is_indented_and_flat_parts_stay_on_a_line(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    json j;
    json_init(&j, &out, NULL, NULL);
    json_object(&j);
    json_key(&j, "points");
    json_array(&j);
    for (int i = 0; i < 2; i++) {
        json_flat_object(&j);
        json_member_integer(&j, "index", i);
        json_key(&j, "rules");
        json_array(&j);
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    assert_true(json_done(&j));
    assert_string_equal(buf_text(&out), "{\n  \"points\": [\n    {\"index\": 0, \"rules\": []},\n"
                                        "    {\"index\": 1, \"rules\": []}\n  ]\n}\n");
    buf_done(&out);
}

static bool count_bytes(const char *bytes, size_t length, void *context)
{
    (void)bytes;
    *(size_t *)context += length;
    return true;
}

static void a_long_series_leaves_in_pieces(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    json j;
    size_t total = 0;
    json_init(&j, &out, count_bytes, &total);
    json_array(&j);
    for (int i = 0; i < 100000; i++) {
        json_flat_object(&j);
        json_member_integer(&j, "index", i);
        json_end(&j);
    }
    assert_true(out.room < 200000);
    json_end(&j);
    assert_true(json_done(&j));
    assert_true(total > 1000000);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_number_is_null_with_why_beside_it),
        cmocka_unit_test(numbers_read_back_to_the_same_bits),
        cmocka_unit_test(a_decimal_keeps_the_places_it_was_written_with),
        cmocka_unit_test(texts_are_escaped_and_bad_utf8_is_replaced),
        cmocka_unit_test(nesting_is_indented_and_flat_parts_stay_on_a_line),
        cmocka_unit_test(a_long_series_leaves_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
