/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "live/parcel.h"

static parcel *parcel_with(uint32_t contexts)
{
    assay_err err;
    parcel *p;
    assert_ok(parcel_new("line-1", contexts, &p, &err), err);
    return p;
}

static void rows_keep_their_digits_and_texts(void **state)
{
    (void)state;
    parcel *p = parcel_with(1u << CONTEXT_SERIAL);
    assert_true(parcel_is_empty(p));
    parcel_row row = {.place = 3, .time = 1000, .value = {2450, -2, 2}, .message = 7, .record = 9};
    row.context[CONTEXT_SERIAL] = parcel_text(p, CONTEXT_SERIAL, "W1", 2);
    assert_true(parcel_add(p, &row));
    row.value = (decimal){1, -40, 40};
    assert_true(parcel_add(p, &row));
    assert_int_equal(p->rows->n, 2);
    assert_int_equal(p->rows->mantissa[0], 2450);
    assert_int_equal(p->rows->exponent[0], -2);
    assert_int_equal(p->rows->decimals[0], 2);
    assert_int_equal(p->rows->size[0], 1);
    assert_int_equal(p->message[0], 7);
    assert_string_equal(dictionary_text(p->texts[CONTEXT_SERIAL], p->rows->context[0][0], NULL), "W1");
    assert_int_equal(p->rows->status[1], STATUS_RAW);
    assert_digits(batch_value(p->rows, 1), 1e-40, 15);
    assert_int_equal(parcel_text(p, CONTEXT_BATCH, "", 0), 0);
    assert_false(parcel_is_empty(p));
    parcel_free(p);
    parcel_free(NULL);
}

static void a_kind_of_text_may_come_later(void **state)
{
    (void)state;
    parcel *p = parcel_with(0);
    parcel_row row = {.place = 3, .time = 1000};
    assert_true(parcel_add(p, &row));
    assert_null(p->rows->context[CONTEXT_BATCH]);
    row.context[CONTEXT_BATCH] = parcel_text(p, CONTEXT_BATCH, "B", 1);
    for (int i = 0; i < 1000; i++)
        assert_true(parcel_add(p, &row));
    assert_int_equal(p->rows->context[CONTEXT_BATCH][0], 0);
    assert_int_equal(p->rows->context[CONTEXT_BATCH][1000], 1);
    assert_string_equal(dictionary_text(p->texts[CONTEXT_BATCH], 1, NULL), "B");
    parcel_free(p);
}

static void it_grows_until_it_is_full(void **state)
{
    (void)state;
    parcel *p = parcel_with(0);
    parcel_row row = {.place = 1, .time = 1};
    for (uint32_t i = 0; i < PARCEL_ROWS; i++) {
        assert_false(parcel_is_full(p));
        row.value.mantissa = i;
        row.message = i;
        assert_true(parcel_add(p, &row));
    }
    assert_true(parcel_is_full(p));
    assert_false(parcel_add(p, &row));
    for (uint32_t i = 0; i < PARCEL_ROWS; i++) {
        assert_int_equal(p->rows->mantissa[i], i);
        assert_int_equal(p->message[i], i);
    }
    parcel_clear(p);
    assert_true(parcel_add(p, &row));
    parcel_free(p);
}

static void long_texts_fill_it_too(void **state)
{
    (void)state;
    parcel *p = parcel_with(1u << CONTEXT_NOTE);
    char text[10000];
    memset(text, 'n', sizeof text);
    size_t added = 0;
    for (; !parcel_is_full(p); added++) {
        memcpy(text, &added, sizeof added);
        assert_true(parcel_text(p, CONTEXT_NOTE, text, sizeof text) > 0);
    }
    assert_in_range(added, PARCEL_BYTES / 11000, PARCEL_BYTES / 10000 + 1);
    parcel_row row = {.place = 1, .time = 1};
    assert_false(parcel_add(p, &row));
    parcel_clear(p);
    assert_false(parcel_is_full(p));
    assert_int_equal(dictionary_count(p->texts[CONTEXT_NOTE]), 0);
    parcel_free(p);
}

static void refusals_gather_by_reason_with_the_newest_example(void **state)
{
    (void)state;
    parcel *p = parcel_with(0);
    char text[] = "not-a-number", *same = strdup(text), long_one[500];
    memset(long_one, 'x', sizeof long_one);
    parcel_refuse(p, text, "send a number", 1, "abc", 3);
    parcel_refuse(p, "not-a-date", "send a date", 2, long_one, sizeof long_one);
    parcel_refuse(p, same, "send a number", 4, "xyz", 3);
    const parcel_whole *w = parcel_inside(p);
    assert_int_equal(w->refused, 7);
    assert_int_equal(w->refusals->count, 2);
    assert_int_equal(w->refusals->length, PARCEL_EXAMPLE);
    assert_int_equal(w->refusals->next->count, 5);
    assert_memory_equal(w->refusals->next->example, "xyz", 3);
    assert_null(w->refusals->next->next);
    parcel_clear(p);
    assert_true(parcel_is_empty(p));
    free(same);
    parcel_free(p);
}

static void memories_keep_the_order_of_the_calls(void **state)
{
    (void)state;
    parcel *p = parcel_with(0);
    parcel_remember(p, "cursor", "1", 1);
    parcel_remember(p, "packet", "\0\1", 2);
    parcel_remember(p, "cursor", NULL, 0);
    const parcel_memory *m = parcel_inside(p)->memories;
    assert_string_equal(m->key, "cursor");
    assert_memory_equal(m->next->bytes, "\0\1", 2);
    assert_int_equal(m->next->next->length, 0);
    assert_null(m->next->next->next);
    assert_false(parcel_is_empty(p));
    parcel_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_their_digits_and_texts),
        cmocka_unit_test(a_kind_of_text_may_come_later),
        cmocka_unit_test(it_grows_until_it_is_full),
        cmocka_unit_test(long_texts_fill_it_too),
        cmocka_unit_test(refusals_gather_by_reason_with_the_newest_example),
        cmocka_unit_test(memories_keep_the_order_of_the_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
