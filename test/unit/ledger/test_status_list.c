/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "credentials.h"

#include "base/base64.h"
#include "ledger/status_list.h"

#include <zlib.h>

static void published_lists_have_their_bits(void **state)
{
    (void)state;
    json_t *all = credentials("bitstring-status-list"), *list = json_object_get(all, "cases");
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *c = json_array_get(list, i), *set = json_object_get(c, "setIndexes");
        const char *text = text_of(c, "encodedList");
        uint8_t expected[STATUS_LIST_BYTES] = {0};
        buf bits = BUF_INIT, again = BUF_INIT, back = BUF_INIT;
        for (size_t k = 0; k < json_array_size(set); k++)
            status_list_set(expected, (uint64_t)json_number_value(json_array_get(set, k)), true);
        assert_int_equal(status_list_decode(text, strlen(text), &bits, NULL), ASSAY_OK);
        assert_int_equal(bits.length, STATUS_LIST_BYTES);
        assert_memory_equal(bits.data, expected, STATUS_LIST_BYTES);
        assert_int_equal(status_list_encode(expected, sizeof expected, &again, NULL), ASSAY_OK);
        assert_int_equal(status_list_decode(again.data, again.length, &back, NULL), ASSAY_OK);
        assert_memory_equal(back.data, expected, STATUS_LIST_BYTES);
        buf_done(&bits);
        buf_done(&again);
        buf_done(&back);
    }
    json_decref(all);
}

static void bit_0_is_the_highest_of_the_first_byte(void **state)
{
    (void)state;
    uint8_t bits[2] = {0};
    status_list_set(bits, 0, true);
    status_list_set(bits, 15, true);
    assert_int_equal(bits[0], 0x80);
    assert_int_equal(bits[1], 0x01);
    assert_true(status_list_bit(bits, 0) && status_list_bit(bits, 15) && !status_list_bit(bits, 1));
    status_list_set(bits, 0, false);
    assert_int_equal(bits[0], 0);
}

static assay_status try_size(size_t bytes)
{
    uint8_t *zero = calloc(1, bytes);
    buf text = BUF_INIT, out = BUF_INIT;
    assert_int_equal(status_list_encode(zero, bytes, &text, NULL), ASSAY_OK);
    assay_status status = status_list_decode(text.data, text.length, &out, NULL);
    free(zero);
    buf_done(&text);
    buf_done(&out);
    return status;
}

static void small_and_huge_lists_are_refused(void **state)
{
    (void)state;
    assert_int_equal(try_size(STATUS_LIST_BYTES - 1), ASSAY_LIMIT);
    assert_int_equal(try_size(STATUS_LIST_BYTES), ASSAY_OK);
    assert_int_equal(try_size(STATUS_LIST_BYTES_MAX), ASSAY_OK);
    assert_int_equal(try_size(STATUS_LIST_BYTES_MAX + 1), ASSAY_LIMIT);
    assert_int_equal(try_size((size_t)8 * STATUS_LIST_BYTES_MAX), ASSAY_LIMIT);
}

static void broken_lists_are_refused(void **state)
{
    (void)state;
    uint8_t zero[STATUS_LIST_BYTES] = {0};
    buf text = BUF_INIT, out = BUF_INIT;
    assert_int_equal(status_list_encode(zero, sizeof zero, &text, NULL), ASSAY_OK);
    assert_int_equal(status_list_decode("", 0, &out, NULL), ASSAY_FORMAT);
    assert_int_equal(status_list_decode(text.data + 1, text.length - 1, &out, NULL), ASSAY_FORMAT);
    for (size_t n = 1; n < text.length; n++)
        assert_int_equal(status_list_decode(text.data, n, &out, NULL), ASSAY_FORMAT);
    buf_clear(&out);
    buf_add_text(&text, "AAAA");
    assert_int_equal(status_list_decode(text.data, text.length, &out, NULL), ASSAY_FORMAT);
    text.data[5] = '=';
    assert_int_equal(status_list_decode(text.data, text.length, &out, NULL), ASSAY_FORMAT);
    buf_done(&text);
    buf_done(&out);
}

static void places_are_all_there_once_and_in_no_order(void **state)
{
    (void)state;
    static bool seen[STATUS_LIST_BITS];
    uint8_t key[STATUS_KEY] = {1, 2, 3}, other[STATUS_KEY] = {1, 2, 4};
    size_t rising = 0, same = 0;
    uint32_t last = 0;
    for (uint32_t i = 0; i < STATUS_LIST_BITS; i++) {
        uint32_t place = status_list_place(key, i);
        assert_true(place < STATUS_LIST_BITS && !seen[place]);
        seen[place] = true;
        rising += place > last;
        same += place == status_list_place(other, i);
        last = place;
    }
    /* Of a random order half rise (sd 105), and one in 131,072 falls on the same place. */
    assert_in_range(rising, STATUS_LIST_BITS / 2 - 1000, STATUS_LIST_BITS / 2 + 1000);
    assert_in_range(same, 0, 12);
}

static const char url[] = "https://a.example/status/1";

static void an_entry_finds_its_bit_in_its_list(void **state)
{
    (void)state;
    uint8_t bits[STATUS_LIST_BYTES] = {0};
    json_t *item, *list;
    status_entry entry;
    buf text = BUF_INIT;
    bool is_set = false;
    status_list_set(bits, 94567, true);
    assert_int_equal(status_list_encode(bits, sizeof bits, &text, NULL), ASSAY_OK);
    assert_int_equal(status_list_write(url, "did:web:a", "suspension", text.data, 0, &list, NULL),
                     ASSAY_OK);
    assert_int_equal(status_entry_write(url, 94567, "suspension", NULL, &item, NULL), ASSAY_OK);
    assert_string_equal(text_of(item, "id"), "https://a.example/status/1#94567");
    assert_string_equal(text_of(item, "statusListIndex"), "94567");
    assert_int_equal(status_entry_read(item, &entry, NULL), ASSAY_OK);
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_OK);
    assert_true(is_set);
    entry.index = 94568;
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_OK);
    assert_false(is_set);
    entry.index = STATUS_LIST_BITS;
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_LIMIT);
    entry.purpose = "revocation";
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_CONFLICT);
    json_object_set_new(json_object_get(list, "credentialSubject"), "statusPurpose",
                        json_pack("[i,s,s]", 1, "suspension", "revocation"));
    entry.index = 0;
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_OK);
    entry.purpose = "refresh";
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_CONFLICT);
    entry.url = "https://b.example";
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_CONFLICT);
    json_object_del(list, "type");
    assert_int_equal(status_list_read(list, &entry, &is_set, NULL), ASSAY_FORMAT);
    json_decref(item);
    json_decref(list);
    buf_done(&text);
}

static void entries_of_another_shape_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        const char *value; /* JSON; NULL: take it out */
        assay_status status;
    } cases[] = {
        {"type", "\"1EdTechRevocationList\"", ASSAY_UNSUPPORTED},
        {"statusSize", "2", ASSAY_UNSUPPORTED},
        {"statusSize", "1", ASSAY_OK},
        {"statusListIndex", "5", ASSAY_FORMAT},
        {"statusListIndex", "\"05\"", ASSAY_FORMAT},
        {"statusListIndex", "\"-5\"", ASSAY_FORMAT},
        {"statusListIndex", "\"99999999999\"", ASSAY_FORMAT},
        {"statusListIndex", "\"\"", ASSAY_FORMAT},
        {"statusListIndex", "\"0\"", ASSAY_OK},
        {"statusListCredential", NULL, ASSAY_FORMAT},
        {"statusPurpose", NULL, ASSAY_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *item;
        status_entry entry;
        assert_int_equal(status_entry_write(url, 5, "revocation", NULL, &item, NULL), ASSAY_OK);
        if (cases[i].value)
            json_object_set_new(item, cases[i].key,
                                json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        else
            json_object_del(item, cases[i].key);
        assert_int_equal(status_entry_read(item, &entry, NULL), cases[i].status);
        json_decref(item);
    }
}

static void lists_of_another_shape_are_refused(void **state)
{
    (void)state;
    uint8_t *zero = calloc(1, STATUS_LIST_BYTES);
    buf text = BUF_INIT;
    json_t *list = NULL;
    bool is_set = true;
    status_entry e = {.url = url, .purpose = "revocation", .index = 5};
    assert_int_equal(status_list_encode(zero, STATUS_LIST_BYTES, &text, NULL), ASSAY_OK);
    assert_int_equal(status_list_write(url, "did:web:a", "revocation", text.data, 0, &list, NULL), ASSAY_OK);
    json_t *subject = json_object_get(list, "credentialSubject");
    assert_int_equal(status_list_read(list, &e, &is_set, NULL), ASSAY_OK);
    e.index = 8 * STATUS_LIST_BYTES;
    assert_int_equal(status_list_read(list, &e, &is_set, NULL), ASSAY_LIMIT);
    e.index = 5;
    json_object_set_new(subject, "statusPurpose", json_pack("[i,s,s]", 1, "suspension", "revocation"));
    assert_int_equal(status_list_read(list, &e, &is_set, NULL), ASSAY_OK);
    json_object_set_new(subject, "statusPurpose", json_pack("[s]", "suspension"));
    assert_int_equal(status_list_read(list, &e, &is_set, NULL), ASSAY_CONFLICT);
    json_object_set_new(subject, "type", json_string("Other"));
    assert_int_equal(status_list_read(list, &e, &is_set, NULL), ASSAY_FORMAT);
    json_object_set_new(list, "type", json_string("Other"));
    assert_int_equal(status_list_read(list, &e, &is_set, NULL), ASSAY_FORMAT);
    json_decref(list);
    buf_done(&text);
    free(zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_lists_have_their_bits),
        cmocka_unit_test(bit_0_is_the_highest_of_the_first_byte),
        cmocka_unit_test(small_and_huge_lists_are_refused),
        cmocka_unit_test(broken_lists_are_refused),
        cmocka_unit_test(places_are_all_there_once_and_in_no_order),
        cmocka_unit_test(an_entry_finds_its_bit_in_its_list),
        cmocka_unit_test(entries_of_another_shape_are_refused),
        cmocka_unit_test(lists_of_another_shape_are_refused),
    };
    return cmocka_run_group_tests_name("status_list", tests, NULL, NULL);
}
