/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commitments whose members can be shown or withheld one by one. */
#include "check.h"

#include "base/base64.h"
#include "base/commitment.h"

#include <jansson.h>

static assay_err err;
static const uint8_t salt[COMMIT_SALT] = {1, 2, 3, 4, 5};
static const char payload[] =
    "{\"a\\\"b\":\"}{\\\\\",\"inner\":{\"x\":[1,\"]\",{\"y\":null}]},\"n\":-2.5,\"why\":\"Kim was late\"}";

static sha256 of(const char *text)
{
    sha256 out;
    assert_ok(commitment_of(COMMIT_MEMBERS, salt, sizeof salt, text, strlen(text), &out, &err), err);
    return out;
}

static bool all(const char *name, const json_t *value)
{
    (void)name, (void)value;
    return true;
}

static bool none(const char *name, const json_t *value)
{
    (void)name, (void)value;
    return false;
}

static bool not_why(const char *name, const json_t *value)
{
    (void)value;
    return strcmp(name, "why") != 0;
}

static json_t *shown(commitment_chooser *choose)
{
    json_t *parts = json_object();
    assert_ok(commitment_show(salt, payload, strlen(payload), choose, parts, &err), err);
    return parts;
}

static bool opens(const json_t *parts)
{
    sha256 got, whole = of(payload);
    return commitment_of_parts(parts, &got, &err) == ASSAY_OK &&
           memcmp(&got, &whole, sizeof got) == 0;
}

/* SHA-256 of pieces, by another way than the file under test. */
static sha256 digest(const char *prefix, const void *a, size_t a_length, const char *b)
{
    buf all = BUF_INIT;
    sha256 out;
    buf_add_text(&all, prefix);
    buf_add(&all, a, a_length);
    buf_add_text(&all, b);
    assert_ok(sha256_of(all.data, all.length, &out, &err), err);
    buf_done(&all);
    return out;
}

static void the_commitment_is_what_its_description_says(void **state)
{
    (void)state;
    static const char *const names[] = {"\"n\"", "\"why\""}, *const values[] = {"7", "\"Kim\""};
    buf map = BUF_INIT;
    for (size_t i = 0; i < 2; i++) {
        sha256 own = digest("assay/salt/v2\n", salt, 32, names[i]);
        sha256 d = digest("assay/member/v2\n", own.bytes, 32, values[i]);
        buf_addf(&map, "%s%s:\"", i ? "," : "{", names[i]);
        base64_add(&map, d.bytes, 32, BASE64_URL);
        buf_add_char(&map, '"');
    }
    buf_add_char(&map, '}');
    sha256 own = digest("assay/salt/v2\n", salt, 32, "");
    sha256 expected = digest("assay/commit/v2\n", own.bytes, 32, buf_text(&map));
    sha256 got = of("{\"n\":7,\"why\":\"Kim\"}");
    assert_memory_equal(&got, &expected, sizeof got);
    buf_done(&map);
}

static void each_choice_of_members_opens_the_same_commitment(void **state)
{
    (void)state;
    commitment_chooser *const choices[] = {all, none, not_why};
    for (size_t i = 0; i < 3; i++) {
        json_t *parts = shown(choices[i]);
        assert_true(opens(parts));
        json_decref(parts);
    }
    json_t *parts = shown(not_why);
    char *text = json_dumps(parts, 0);
    assert_null(strstr(text, "Kim"));
    assert_non_null(strstr(text, "inner"));
    assert_string_equal(json_string_value(json_object_get(parts, "payload")),
                        "{\"a\\\"b\":\"}{\\\\\",\"inner\":{\"x\":[1,\"]\",{\"y\":null}]},\"n\":-2.5}");
    free(text);
    json_decref(parts);
}

static void nothing_of_the_parts_can_be_changed_or_moved(void **state)
{
    (void)state;
    json_t *parts = shown(not_why), *back;
    char *text = json_dumps(parts, JSON_SORT_KEYS);
    size_t taken = 0;
    for (size_t bit = 0; bit < 8 * strlen(text); bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        back = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        taken += back && opens(back) && !json_equal(back, parts);
        json_decref(back);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(taken, 0);
    /* a member that was withheld cannot be shown as another, nor one left out or told twice */
    json_t *salts = json_object_get(parts, "salts"), *withheld = json_object_get(parts, "withheld");
    json_object_set(withheld, "n", json_object_get(withheld, "why"));
    assert_false(opens(parts));
    json_object_del(withheld, "n");
    assert_true(opens(parts));
    json_object_set(salts, "why", json_object_get(salts, "n"));
    assert_false(opens(parts));
    json_object_del(salts, "why");
    json_object_del(withheld, "why");
    assert_false(opens(parts));
    free(text);
    json_decref(parts);
}

static void what_is_no_payload_is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"", "{", "[]", "1", "{\"a\"}", "{\"a\":1", "{\"a\":1]",
                                         "{\"a\":}", "{\"a\":\"}", "{\"a\":{}", "{a:1}", "{,}",
                                         "{,", "{\"a\""};
    sha256 d;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(commitment_of(COMMIT_MEMBERS, salt, 32, others[i], strlen(others[i]), &d,
                                       &err), ASSAY_FORMAT);
    assert_int_equal(commitment_of(COMMIT_MEMBERS, salt, 16, "{}", 2, &d, &err), ASSAY_FORMAT);
    assert_int_equal(commitment_of(3, salt, 32, "{}", 2, &d, &err), ASSAY_FORMAT);
    assert_int_equal(commitment_of(0, salt, 32, "{}", 2, &d, &err), ASSAY_FORMAT);
    assert_ok(commitment_of(COMMIT_MEMBERS, salt, 32, "{}", 2, &d, &err), err);
    assert_ok(commitment_of(COMMIT_WHOLE, salt, 16, "{}", 2, &d, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_commitment_is_what_its_description_says),
        cmocka_unit_test(each_choice_of_members_opens_the_same_commitment),
        cmocka_unit_test(nothing_of_the_parts_can_be_changed_or_moved),
        cmocka_unit_test(what_is_no_payload_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
