/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "model/dictionary.h"

static void codes_count_up_in_order_of_first_sight(void **state)
{
    (void)state;
    dictionary *d;
    assay_err err;
    assert_ok(dictionary_new(&d, &err), err);
    assert_int_equal(dictionary_code(d, "", 0), 0);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= 50000; i++) {
            char text[32];
            int length = snprintf(text, sizeof text, "serial-%u", i);
            assert_int_equal(dictionary_find(d, text, (size_t)length), round ? i : 0);
            assert_int_equal(dictionary_code(d, text, (size_t)length), i);
        }
    }
    assert_int_equal(dictionary_count(d), 50000);
    size_t length;
    assert_string_equal(dictionary_text(d, 777, &length), "serial-777");
    assert_int_equal(length, 10);
    assert_string_equal(dictionary_text(d, 0, &length), "");
    assert_string_equal(dictionary_text(d, 50001, NULL), "");
    dictionary_free(d);
}

static void bytes_and_length_make_the_text(void **state)
{
    (void)state;
    dictionary *d;
    assay_err err;
    assert_ok(dictionary_new(&d, &err), err);
    assert_int_equal(dictionary_code(d, "a", 1), 1);
    assert_int_equal(dictionary_code(d, "a\0", 2), 2);
    assert_int_equal(dictionary_code(d, "a\0\0\0\0\0\0\0\0", 9), 3);
    assert_int_equal(dictionary_find(d, "a\0\0", 3), 0);
    dictionary_free(d);
    dictionary_free(NULL);
}

static void a_replaced_text_is_found_by_its_new_name_alone(void **state)
{
    (void)state;
    dictionary *d = NULL;
    char text[16];
    size_t length;
    assert_int_equal(dictionary_new(&d, NULL), ASSAY_OK);
    for (int i = 1; i <= 100; i++)
        assert_int_equal(dictionary_code(d, text, (size_t)sprintf(text, "name %d", i)), i);
    assert_true(dictionary_replace(d, 42, "(erased 42)", 11));
    assert_false(dictionary_replace(d, 101, "x", 1));
    assert_false(dictionary_replace(d, 0, "x", 1));
    assert_int_equal(dictionary_find(d, "name 42", 7), 0);
    assert_int_equal(dictionary_find(d, "(erased 42)", 11), 42);
    assert_string_equal(dictionary_text(d, 42, &length), "(erased 42)");
    assert_int_equal(length, 11);
    for (int i = 1; i <= 100; i++)
        if (i != 42)
            assert_int_equal(dictionary_find(d, text, (size_t)sprintf(text, "name %d", i)), i);
    assert_int_equal(dictionary_code(d, "name 42", 7), 101);
    dictionary_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replaced_text_is_found_by_its_new_name_alone),
        cmocka_unit_test(codes_count_up_in_order_of_first_sight),
        cmocka_unit_test(bytes_and_length_make_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
