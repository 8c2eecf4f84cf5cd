/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules from topics and payloads to measurements: what is taken, and what is refused with which
 * word. */
#include "live/mapping_json.h"

#include "check.h"

#include <jansson.h>

static char report[8192];

/* The dry run's report, which goes through the same functions as live messages. */
static const char *try(const char *rules, const char *topic, const char *payload)
{
    assay_err err = {0};
    buf out = BUF_INIT;
    json_t *json = rules ? json_loads(rules, 0, NULL) : NULL;
    if (rules)
        assert_non_null(json);
    assay_status status = mapping_json_try(json, topic, payload, strlen(payload), &out, &err);
    snprintf(report, sizeof report, "%s", status == ASSAY_OK ? buf_text(&out) : err.message);
    buf_done(&out);
    json_decref(json);
    return report;
}

static void without_rules_a_topic_is_a_characteristic(void **state)
{
    (void)state;
    assert_string_equal(try(NULL, "press/7/force", " 24.50\n"),
                        "press/7/force = 24.50, time of receipt\n");
    assert_non_null(strstr(try(NULL, "press/7/force", "NaN"), "refused, not-a-number"));
    assert_non_null(strstr(try(NULL, "press/7/force", ""), "refused, not-a-number"));
    assert_non_null(strstr(try(NULL, "press/7/force", "{\"v\":1}"), "refused, not-a-number"));
}

static void wildcards_fill_the_characteristic(void **state)
{
    (void)state;
    assert_string_equal(try("[{\"topic\":\"plant/+/press/#\",\"characteristic\":\"{1}/press "
                            "{2}/force\",\"unit\":\"N\"}]",
                            "plant/north/press/7/a", "1e3"),
                        "north/press 7/a/force = 1000 N, time of receipt\n");
    assert_string_equal(try("[{\"topic\":\"a\"}]", "b", "1"),
                        "no rule of the mapping matches the topic");
}

#define RULE                                                                                       \
    "[{\"topic\":\"g/+\",\"characteristic\":\"{1}\",\"value\":\"/m/N\",\"time\":\"/"               \
    "ts\",\"quality\":\"/q\",\"context\":{"                                                        \
    "\"serial\":\"/sn\",\"batch\":\"/lot\"}}]"

static void pointers_find_value_time_quality_and_context(void **state)
{
    (void)state;
    assert_string_equal(try(RULE, "g/7",
                            "{\"sn\":\"A\\\"1\",\"lot\":12,\"m\":{\"x\":[1,{}],\"N\":24.500},"
                            "\"ts\":1767225600123,\"q\":192}"),
                        "7 = 24.500, 2026-01-01T00:00:00.123Z, serial A\"1, batch 12\n");
    assert_string_equal(
        try(RULE, "g/7", "{\"m\":{\"N\":-1},\"ts\":\"2026-01-01T01:00:00+01:00\",\"q\":\"bad\"}"),
        "7 = -1, 2026-01-01T01:00:00+01:00, quality bad: kept out of the statistics\n");
}

static void what_is_missing_or_wrong_is_refused_by_its_word(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *reason;
    } rows[] = {
        {"{\"ts\":1,\"q\":1}", "value-missing"},
        {"{\"m\":{\"N\":null},\"ts\":1,\"q\":1}", "null"},
        {"{\"m\":{\"N\":\"24.5\"},\"ts\":1,\"q\":1}", "not-a-number"},
        {"{\"m\":{\"N\":true},\"ts\":1,\"q\":1}", "not-a-number"},
        {"{\"m\":{\"N\":NaN},\"ts\":1,\"q\":1}", "not-json"},
        {"{\"m\":{\"N\":1},\"q\":1}", "time-missing"},
        {"{\"m\":{\"N\":1},\"ts\":\"today\",\"q\":1}", "bad-time"},
        {"{\"m\":{\"N\":1},\"ts\":1}", "quality-missing"},
        {"{\"m\":{\"N\":1},\"ts\":1", "not-json"},
        {"[1,2", "not-json"},
        {"", "not-json"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "7: refused, %s: ", rows[i].reason);
        if (!strstr(try(RULE, "g/7", rows[i].payload), expected))
            fail_msg("%s gave %s", rows[i].payload, report);
    }
}

static void an_array_stands_for_its_elements(void **state)
{
    (void)state;
    assert_string_equal(
        try("[{\"topic\":\"g\",\"items\":\"/r\",\"value\":\"/v\"}]", "g",
            "{\"r\":[{\"v\":1.0},{\"w\":2},{\"v\":3}]}"),
        "g = 1.0, time of receipt\ng: refused, value-missing: {\"w\":2}\n  send the member that "
        "\"value\" points to\ng = 3, time of receipt\n");
    assert_string_equal(try("[{\"topic\":\"g\",\"format\":\"json\"}]", "g", "[1.10, 1.20]"),
                        "g = 1.10, time of receipt\ng = 1.20, time of receipt\n");
    assert_string_equal(try("[{\"topic\":\"g\",\"value\":\"/1/a~1b\"}]", "g", "[[0,{\"a/b\":7}]]"),
                        "g = 7, time of receipt\n");
}

static void several_rules_take_several_values_of_one_payload(void **state)
{
    (void)state;
    assert_string_equal(try("[{\"topic\":\"g\",\"characteristic\":\"f\",\"value\":\"/"
                            "f\"},{\"topic\":\"#\",\"characteristic\":\"t\","
                            "\"value\":\"/t\",\"text_numbers\":true}]",
                            "g", "{\"f\":1,\"t\":\"2.50\"}"),
                        "f = 1, time of receipt\nt = 2.50, time of receipt\n");
}

static void digits_beyond_a_binary_number_are_kept(void **state)
{
    (void)state;
    assert_string_equal(try(NULL, "g", "0.100000000000000000"),
                        "g = 0.100000000000000000, time of receipt\n");
    assert_string_equal(try(NULL, "g", "123456789012345.678"),
                        "g = 123456789012345.678, time of receipt\n");
}

static void a_wrong_rule_is_named_by_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *message;
    } rows[] = {
        {"[]", "mapping is not an array of 1 to 256 rules"},
        {"[{\"topic\":\"a\"},{\"topic\":\"a/#/b\"}]",
         "mapping[1].topic is \"a/#/b\": expected a topic filter"},
        {"[{}]", "mapping[0].topic is missing"},
        {"[{\"topic\":\"a/+\",\"characteristic\":\"{2}\"}]", "mapping[0].characteristic"},
        {"[{\"topic\":\"a\",\"value\":\"v\"}]",
         "mapping[0].value is \"v\": expected a JSON pointer"},
        {"[{\"topic\":\"a\",\"valeu\":\"/v\"}]",
         "mapping[0].valeu is \"/v\": expected no such member"},
        {"[{\"topic\":\"a\",\"context\":{\"colour\":\"/c\"}}]", "mapping[0].context"},
        {"[{\"topic\":\"a\",\"format\":\"xml\"}]", "mapping[0].format is \"xml\""},
        {"[{\"topic\":\"a\",\"format\":\"number\",\"value\":\"/v\"}]",
         "mapping[0].format is \"number\""},
        {"[{\"topic\":\"a\",\"time_unit\":\"h\"}]", "mapping[0].time_unit is \"h\""},
        {"[7]", "mapping[0] is not an object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!strstr(try(rows[i].rules, "a", "1"), rows[i].message))
            fail_msg("%s gave %s", rows[i].rules, report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_rules_a_topic_is_a_characteristic),
        cmocka_unit_test(wildcards_fill_the_characteristic),
        cmocka_unit_test(pointers_find_value_time_quality_and_context),
        cmocka_unit_test(what_is_missing_or_wrong_is_refused_by_its_word),
        cmocka_unit_test(an_array_stands_for_its_elements),
        cmocka_unit_test(several_rules_take_several_values_of_one_payload),
        cmocka_unit_test(digits_beyond_a_binary_number_are_kept),
        cmocka_unit_test(a_wrong_rule_is_named_by_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
