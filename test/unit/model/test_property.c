/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/buf.h"
#include "model/property.h"

static quantity q(int64_t mantissa, int exponent)
{
    return (quantity){true, {mantissa, (int16_t)exponent, (uint8_t)-exponent}};
}

static void names_and_properties_belong_together(void **state)
{
    (void)state;
    property again;
    for (property p = 0; p < PROPERTY_COUNT; p++) {
        assert_true(property_from_name(property_name(p), &again));
        assert_int_equal(again, p);
        assert_true(property_words(p)[0] != 0);
    }
    assert_false(property_from_name("colour", &again));
}

static void numbers_are_equal_however_they_are_written(void **state)
{
    (void)state;
    quantity a = q(245, -1), b = q(2450, -2), c = q(2451, -2), none = {0};
    assert_true(quantity_equal(&a, &b));
    assert_false(quantity_equal(&a, &c));
    assert_false(quantity_equal(&a, &none));
    assert_true(quantity_equal(&none, &none));
}

static void only_what_is_not_said_is_completed(void **state)
{
    (void)state;
    characteristic own = {.unit = "mm", .upper = q(101, -1), .upper_kind = BOUND_LIMIT};
    const characteristic said = {.unit = "cm",        .part_number = "P-1",  .lower = q(99, -1),
                                 .upper = q(102, -1), .target = q(100, -1)};
    assert_true(characteristic_complete(&own, &said));
    assert_string_equal(own.unit, "mm");
    assert_string_equal(own.part_number, "P-1");
    assert_int_equal(own.lower.value.mantissa, 99);
    assert_int_equal(own.lower_kind, BOUND_LIMIT);
    assert_int_equal(own.upper.value.mantissa, 101);
    assert_int_equal(own.target.value.mantissa, 100);
    assert_false(own.nominal.is_given);
    assert_false(characteristic_complete(&own, &said));
}

static void limits_that_would_cross_are_not_taken(void **state)
{
    (void)state;
    characteristic own = {.lower = q(10, 0), .lower_kind = BOUND_LIMIT};
    const characteristic said = {.upper = q(9, 0)};
    assert_false(characteristic_complete(&own, &said));
    assert_false(own.upper.is_given);
    assert_int_equal(own.upper_kind, BOUND_NONE);
}

static void a_natural_bound_stays_natural(void **state)
{
    (void)state;
    characteristic own = {.lower_kind = BOUND_NATURAL};
    const characteristic said = {.lower = q(0, 0)};
    assert_true(characteristic_complete(&own, &said));
    assert_int_equal(own.lower_kind, BOUND_NATURAL);
}

static void difference_note(void *context, property p, const char *said, const char *own)
{
    buf_addf(context, "%s %s %s;", property_name(p), said, own);
}

static void what_differs_is_told_as_it_is_written(void **state)
{
    (void)state;
    buf told = BUF_INIT;
    const characteristic own = {.unit = "mm", .lower = q(990, -2), .upper = q(101, -1)};
    const characteristic said = {.unit = "cm", .lower = q(99, -1), .upper = q(1020, -2), .target = q(10, 0)};
    characteristic_compare(&own, &said, difference_note, &told);
    assert_string_equal(buf_text(&told), "upper 10.20 10.1;unit cm mm;");
    buf_done(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_properties_belong_together),
        cmocka_unit_test(numbers_are_equal_however_they_are_written),
        cmocka_unit_test(only_what_is_not_said_is_completed),
        cmocka_unit_test(limits_that_would_cross_are_not_taken),
        cmocka_unit_test(a_natural_bound_stays_natural),
        cmocka_unit_test(what_differs_is_told_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
