/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/jcs.h"
#include "ledger/entry.h"

static assay_err err;

static ledger_entry sample(void)
{
    ledger_entry e = {.type = "chart.limits", .time = 1767598860123000000, .has_actor = true,
                      .has_object = true, .has_prev = true, .prev = 41};
    for (int i = 0; i < 16; i++) {
        e.id[i] = (uint8_t)i;
        e.tenant[i] = (uint8_t)(16 + i);
        e.actor[i] = (uint8_t)(32 + i);
        e.object[i] = (uint8_t)(255 - i);
    }
    memset(e.commit.bytes, 0xff, 32);
    return e;
}

static const char expected[] =
    "{\"actor\":\"202122232425262728292a2b2c2d2e2f\","
    "\"commit\":\"__________________________________________8\","
    "\"id\":\"000102030405060708090a0b0c0d0e0f\",\"object\":\"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0\","
    "\"prev\":41,\"tenant\":\"101112131415161718191a1b1c1d1e1f\","
    "\"time\":\"2026-01-05T07:41:00.123Z\",\"type\":\"chart.limits\",\"v\":1}";

static void an_entry_is_canonical_json_and_reads_back(void **state)
{
    (void)state;
    ledger_entry e = sample(), back;
    buf out = BUF_INIT, canonical = BUF_INIT;
    assert_ok(entry_write(&e, &out, &err), err);
    assert_string_equal(out.data, expected);
    assert_ok(jcs_canonical(out.data, out.length, &canonical, &err), err);
    assert_string_equal(canonical.data, out.data);
    assert_ok(entry_parse(out.data, out.length, &back, &err), err);
    assert_memory_equal(&back, &e, sizeof e);
    buf_done(&out);
    buf_done(&canonical);
}

static void what_is_not_written_so_is_not_taken(void **state)
{
    (void)state;
    ledger_entry back;
    static const char *const others[] = {
        "", "{}", "[]", "{\"v\":1}",
        "{\"commit\":\"__________________________________________8\",\"id\":\"000102030405060708090a0b0c0d0e0f\",\"tenant\":\"101112131415161718191a1b1c1d1e1f\",\"time\":\"2026-01-05T07:41:00.120Z\",\"type\":\"a\",\"v\":2}",
        "{\"commit\":\"__________________________________________8\",\"id\":\"000102030405060708090a0b0c0d0e0f\",\"name\":\"Kim\",\"tenant\":\"101112131415161718191a1b1c1d1e1f\",\"time\":\"2026-01-05T07:41:00Z\",\"type\":\"a\",\"v\":1}",
        "{\"commit\":\"__________________________________________8\",\"id\":\"000102030405060708090A0b0c0d0e0f\",\"tenant\":\"101112131415161718191a1b1c1d1e1f\",\"time\":\"2026-01-05T07:41:00Z\",\"type\":\"a\",\"v\":1}",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(entry_parse(others[i], strlen(others[i]), &back, &err), ASSAY_FORMAT);
    char long_type[500]; /* a letter more than a type has */
    snprintf(long_type, sizeof long_type, "%.*s%0*d%s", (int)(strstr(expected, "chart.") - expected), expected,
             ENTRY_TYPE_MAX + 1, 0, strstr(expected, "\",\"v\""));
    assert_int_equal(entry_parse(long_type, strlen(long_type), &back, &err), ASSAY_FORMAT);
    for (size_t i = 0; i < sizeof expected - 1; i++) { /* a blank anywhere */
        char text[sizeof expected + 1];
        snprintf(text, sizeof text, "%.*s %s", (int)i, expected, expected + i);
        assert_int_equal(entry_parse(text, strlen(text), &back, &err), ASSAY_FORMAT);
    }
}

static void a_commitment_opens_for_its_payload_alone(void **state)
{
    (void)state;
    uint8_t salt[32] = {7};
    static const char payload[] = "{\"score\":\"93.5 %\"}";
    static const char prefix[] = "assay/commit/v1\n";
    ledger_entry e = sample();
    uint8_t all[256];
    memcpy(all, prefix, 16);
    memcpy(all + 16, salt, 32);
    memcpy(all + 48, payload, sizeof payload - 1);
    assert_ok(sha256_of(all, 48 + sizeof payload - 1, &e.commit, &err), err);
    assert_ok(entry_open(&e, COMMIT_WHOLE, salt, 32, payload, sizeof payload - 1, &err), err);
    for (size_t bit = 0; bit < 8 * (sizeof payload - 1); bit++) {
        char other[sizeof payload];
        memcpy(other, payload, sizeof payload);
        other[bit / 8] = (char)(other[bit / 8] ^ (1 << bit % 8));
        assert_int_equal(entry_open(&e, COMMIT_WHOLE, salt, 32, other, sizeof payload - 1, &err), ASSAY_CONFLICT);
    }
    salt[31] = 1;
    assert_int_equal(entry_open(&e, COMMIT_WHOLE, salt, 32, payload, sizeof payload - 1, &err), ASSAY_CONFLICT);
    assert_int_equal(entry_open(&e, COMMIT_WHOLE, salt, 31, payload, sizeof payload - 1, &err), ASSAY_FORMAT);
}

static void names_and_texts_find_no_place_in_a_type(void **state)
{
    (void)state;
    buf out = BUF_INIT;
    static const char *const types[] = {"", "Kim Minsu", "a b", "a\"b", "ä", "A"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        ledger_entry e = sample();
        strcpy(e.type, types[i]);
        assert_int_equal(entry_write(&e, &out, &err), ASSAY_DOMAIN);
    }
    assert_int_equal(out.length, 0);
    buf_done(&out);
}

static void an_entry_of_another_shape_is_not_taken(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {{"\"prev\":41", "\"prev\":\"41\""}, {"\"prev\":41", "\"prev\":-1"}, {"\"prev\":41", "\"prev\":9007199254740992"},
                   {"\"2021", "\"20"}, {"\"202122", "\"zz2122"}, {"\"__", "\"!_"}, {"\"__", "\""}, {"\"2026-01-05T07:41:00.123Z\"", "5"},
                   {"\"2026-01-05T07:41:00.123Z\"", "\"now\""}, {"\"chart.limits\"", "\"\""}, {"\"chart.limits\"", "7"}, {"\"chart.limits\"", "\"Chart\""},
                   {"\"101112", "\"1011"}, {"\"000102030405060708090a0b0c0d0e0f\"", "1"}, {"\"fffefd", "\"ff"}};
    ledger_entry back, e = sample();
    buf out = BUF_INIT;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[800];
        const char *at = strstr(expected, changes[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - expected), expected, changes[i].to, at + strlen(changes[i].from));
        if (entry_parse(text, strlen(text), &back, &err) != ASSAY_FORMAT)
            fail_msg("taken: %s", text);
    }
    static char endless[5000];
    memset(endless, ' ', sizeof endless);
    assert_int_equal(entry_parse(endless, sizeof endless, &back, &err), ASSAY_FORMAT);
    e.prev = (uint64_t)1 << 53;
    assert_int_equal(entry_write(&e, &out, &err), ASSAY_LIMIT);
    memset(e.type, 'a', sizeof e.type - 1);
    e.prev = 1;
    assert_ok(entry_write(&e, &out, &err), err);
    *e.type = '\0';
    assert_int_equal(entry_write(&e, &out, &err), ASSAY_DOMAIN);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_canonical_json_and_reads_back),
        cmocka_unit_test(what_is_not_written_so_is_not_taken),
        cmocka_unit_test(a_commitment_opens_for_its_payload_alone),
        cmocka_unit_test(names_and_texts_find_no_place_in_a_type),
        cmocka_unit_test(an_entry_of_another_shape_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
