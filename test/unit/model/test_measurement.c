/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "model/characteristic.h"
#include "model/measurement.h"

static void context_names_and_kinds_belong_together(void **state)
{
    (void)state;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        context_kind again;
        assert_true(context_from_name(context_name((context_kind)kind), &again));
        assert_int_equal(again, kind);
    }
    context_kind kind;
    assert_false(context_from_name("colour", &kind));
    assert_string_equal(context_name(CONTEXT_COUNT), "");
}

static void a_batch_has_the_asked_contexts_alone(void **state)
{
    (void)state;
    measurement_batch *b;
    assay_err err;
    assert_ok(batch_new(100, 1u << CONTEXT_SERIAL | 1u << CONTEXT_NOTE, &b, &err), err);
    assert_int_equal(b->room, 100);
    assert_non_null(b->context[CONTEXT_SERIAL]);
    assert_non_null(b->context[CONTEXT_NOTE]);
    assert_null(b->context[CONTEXT_OPERATOR]);
    batch_free(b);
    assert_int_equal(batch_new(SIZE_MAX / 2, 0, &b, &err), ASSAY_MEMORY);
}

static void a_value_is_its_decimal_its_bits_or_missing(void **state)
{
    (void)state;
    measurement_batch *b;
    assay_err err;
    assert_ok(batch_new(3, 0, &b, &err), err);
    double raw = 1e-200;
    b->mantissa[0] = 245;
    b->exponent[0] = -1;
    b->status[0] = STATUS_VALID | STATUS_FOLDED;
    memcpy(&b->mantissa[1], &raw, sizeof raw);
    b->status[1] = STATUS_MARKED | STATUS_RAW;
    b->status[2] = STATUS_NO_VALUE;
    assert_true(batch_value(b, 0) == 24.5);
    assert_true(batch_value(b, 1) == raw);
    assert_true(isnan(batch_value(b, 2)));
    batch_free(b);
}

static void a_copy_of_a_characteristic_shares_nothing(void **state)
{
    (void)state;
    char path[] = "part/diameter";
    free_field field = {"K2900", "remark"};
    characteristic c = {.path = path, .unit = "mm", .decimals = 3, .fields = &field, .field_count = 1};
    c.upper = (quantity){true, {205, -1, 1}};
    arena a;
    arena_init(&a);
    characteristic *copy = characteristic_copy(&a, &c);
    assert_non_null(copy);
    path[0] = 'X';
    field.key = "K0000";
    assert_string_equal(copy->path, "part/diameter");
    assert_string_equal(copy->unit, "mm");
    assert_null(copy->name);
    assert_string_equal(copy->fields[0].key, "K2900");
    assert_true(quantity_value(&copy->upper) == 20.5);
    assert_true(isnan(quantity_value(&copy->lower)));
    for (int n = 0; n < 6; n++) {
        arena_fail_after(&a, n);
        assert_null(characteristic_copy(&a, &c));
    }
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_names_and_kinds_belong_together),
        cmocka_unit_test(a_batch_has_the_asked_contexts_alone),
        cmocka_unit_test(a_value_is_its_decimal_its_bits_or_missing),
        cmocka_unit_test(a_copy_of_a_characteristic_shares_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
