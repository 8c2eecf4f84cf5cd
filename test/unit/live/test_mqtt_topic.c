/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topic filters against the examples of section 4.7 of both standards. */
#include "live/mqtt_topic.h"

#include "check.h"

static bool matches(const char *filter, const char *topic)
{
    return mqtt_filter_matches(mqtt_slice_of(filter), mqtt_slice_of(topic), NULL, NULL);
}

static void filters_of_the_standard_match_as_it_says(void **state)
{
    (void)state;
    assert_true(matches("sport/tennis/player1/#", "sport/tennis/player1"));
    assert_true(matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
    assert_true(matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
    assert_true(matches("sport/#", "sport"));
    assert_true(matches("#", "sport/tennis"));
    assert_true(matches("sport/tennis/+", "sport/tennis/player2"));
    assert_false(matches("sport/tennis/+", "sport/tennis/player1/ranking"));
    assert_false(matches("sport/+", "sport"));
    assert_true(matches("sport/+", "sport/"));
    assert_true(matches("+/+", "/finance"));
    assert_true(matches("/+", "/finance"));
    assert_false(matches("+", "/finance"));
    assert_false(matches("#", "$SYS/broker"));
    assert_false(matches("+/monitor/Clients", "$SYS/monitor/Clients"));
    assert_true(matches("$SYS/#", "$SYS/broker"));
    assert_true(matches("$share/line/a/+", "a/b"));
    assert_false(matches("a/b/#", "a/c"));
    assert_false(matches("a/b", "a/bc"));
}

static void filters_of_the_standard_are_valid_as_it_says(void **state)
{
    (void)state;
    static const char *const valid[] = {"#", "+",    "+/tennis/#", "sport/+/player1",
                                        "/", "a//b", "$share/g/#"};
    static const char *const invalid[] = {"",
                                          "sport/tennis#",
                                          "sport/tennis/#/ranking",
                                          "sport+",
                                          "#/",
                                          "$share/g",
                                          "$share//a",
                                          "$share/g/",
                                          "$share/+/a",
                                          "\xff"};
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        assert_true(mqtt_filter_is_valid(valid[i], strlen(valid[i])));
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        assert_false(mqtt_filter_is_valid(invalid[i], strlen(invalid[i])));
    assert_false(mqtt_filter_is_valid("a\0b", 3));
    assert_false(mqtt_name_is_valid("a/+", 3));
    assert_true(mqtt_name_is_valid("/", 1));
}

static void wildcards_are_captured_in_their_order(void **state)
{
    (void)state;
    mqtt_slice captures[MQTT_CAPTURES];
    size_t count = 0;
    assert_true(mqtt_filter_matches(mqtt_slice_of("plant/+/press/#"),
                                    mqtt_slice_of("plant/hall 2/press/7/force"), captures, &count));
    assert_int_equal(count, 2);
    assert_int_equal(captures[0].length, 6);
    assert_memory_equal(captures[0].text, "hall 2", 6);
    assert_int_equal(captures[1].length, 7);
    assert_memory_equal(captures[1].text, "7/force", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_of_the_standard_match_as_it_says),
        cmocka_unit_test(filters_of_the_standard_are_valid_as_it_says),
        cmocka_unit_test(wildcards_are_captured_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
