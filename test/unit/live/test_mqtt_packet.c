/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codec against the byte examples of MQTT 3.1.1 and 5.0 (OASIS), and against what they forbid.
 */
#include "live/mqtt_packet.h"

#include "check.h"

typedef struct {
    mqtt_packet packet;
    mqtt_fault fault;
    ssize_t used;
} parsed;

static parsed parse(mqtt_sender sender, mqtt_version v, const void *bytes, size_t n)
{
    parsed p = {0};
    p.used = mqtt_parse(sender, v, 1 << 20, bytes, n, &p.packet, &p.fault);
    return p;
}
#define BYTES(...)     (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define client(v, ...) parse(MQTT_FROM_CLIENT, v, BYTES(__VA_ARGS__))
#define server(v, ...) parse(MQTT_FROM_SERVER, v, BYTES(__VA_ARGS__))

#define assert_slice(s, expected)                                                                  \
    do {                                                                                           \
        assert_int_equal((s).length, strlen(expected));                                            \
        assert_memory_equal((s).text, expected, strlen(expected));                                 \
    } while (0)
#define assert_refused(p, code)                                                                    \
    do {                                                                                           \
        parsed refused = (p);                                                                      \
        assert_int_equal(refused.used, -1);                                                        \
        assert_int_equal(refused.fault.reason, code);                                              \
        assert_non_null(refused.fault.text);                                                       \
    } while (0)

/* MQTT 3.1.1 figure 3.6 with the payload in its order: client, will, user, password. */
static void connect_of_the_standard_is_read(void **state)
{
    (void)state;
    parsed p = client(MQTT_311, 0x10, 31, 0, 4, 'M', 'Q', 'T', 'T', 4, 0xce, 0, 10, 0, 2, 'i', 'd',
                      0, 3, 'w', '/', 't', 0, 1, 'x', 0, 3, 'y', 'o', 'u', 0, 2, 1, 0);
    assert_int_equal(p.used, 33);
    mqtt_connect *c = &p.packet.connect;
    assert_int_equal(c->version, MQTT_311);
    assert_true(c->is_clean && c->has_will && !c->will.is_retained);
    assert_int_equal(c->will.qos, 1);
    assert_int_equal(c->keep_alive_s, 10);
    assert_slice(c->client, "id");
    assert_slice(c->will.topic, "w/t");
    assert_slice(c->will.payload, "x");
    assert_slice(c->user, "you");
    assert_int_equal(c->password.length, 2);
}

/* MQTT 5.0 figure 3.6: session expiry 10 among the properties. */
static void connect_of_mqtt_5_carries_properties(void **state)
{
    (void)state;
    parsed p =
        client(MQTT_311, 0x10, 18, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 10, 5, 17, 0, 0, 0, 10, 0, 0);
    assert_int_equal(p.used, 20);
    assert_int_equal(p.packet.connect.version, MQTT_5);
    uint32_t expiry = 0;
    assert_true(mqtt_property_number(p.packet.properties, MQTT_P_SESSION_EXPIRY, &expiry));
    assert_int_equal(expiry, 10);
    assert_false(mqtt_property_number(p.packet.properties, MQTT_P_ALIAS_MAXIMUM, &expiry));
}

static void connect_with_forbidden_flags_is_refused(void **state)
{
    (void)state;
    static const uint8_t flags[] = {0x01, 0x08, 0x20, 0x40, 0x1c};
    for (size_t i = 0; i < sizeof flags; i++)
        assert_refused(
            client(MQTT_311, 0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, flags[i], 0, 10, 0, 0),
            MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 3, 2, 0, 10, 0, 0),
                   MQTT_BAD_VERSION);
    assert_refused(client(MQTT_311, 0x10, 12, 0, 4, 'M', 'Q', 'T', 'X', 4, 2, 0, 10, 0, 0),
                   MQTT_BAD_VERSION);
}

/* MQTT 3.1.1 figure 3.11: topic a/b, packet identifier 10. */
static void publish_of_the_standard_is_read(void **state)
{
    (void)state;
    parsed p = client(MQTT_311, 0x3b, 9, 0, 3, 'a', '/', 'b', 0, 10, 'h', 'i');
    assert_int_equal(p.used, 11);
    assert_slice(p.packet.publish.topic, "a/b");
    assert_slice(p.packet.publish.payload, "hi");
    assert_int_equal(p.packet.id, 10);
    assert_int_equal(p.packet.publish.qos, 1);
    assert_true(p.packet.publish.is_duplicate && p.packet.publish.is_retained);
}

static void publish_without_payload_is_a_message(void **state)
{
    (void)state;
    parsed p = server(MQTT_5, 0x30, 6, 0, 3, 'a', '/', 'b', 0);
    assert_int_equal(p.used, 8);
    assert_int_equal(p.packet.publish.payload.length, 0);
}

static void publish_that_breaks_a_rule_is_refused(void **state)
{
    (void)state;
    assert_refused(client(MQTT_311, 0x36, 7, 0, 3, 'a', '/', 'b', 0, 10),
                   MQTT_MALFORMED);                                                 /* QoS 3 */
    assert_refused(client(MQTT_311, 0x38, 5, 0, 3, 'a', '/', 'b'), MQTT_MALFORMED); /* dup, QoS 0 */
    assert_refused(client(MQTT_311, 0x32, 7, 0, 3, 'a', '/', 'b', 0, 0), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_311, 0x30, 5, 0, 3, 'a', '/', '+'), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x30, 5, 0, 3, 'a', '/', 0), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x30, 5, 0, 3, 'a', '/', 0xff), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x30, 2, 0, 0), MQTT_MALFORMED);           /* no topic */
    assert_refused(client(MQTT_311, 0x30, 4, 0, 3, 'a', '/'), MQTT_MALFORMED); /* text cut off */
    assert_refused(client(MQTT_5, 0x30, 3, 0, 0, 0),
                   MQTT_PROTOCOL_ERROR); /* neither topic nor alias */
    assert_refused(client(MQTT_5, 0x30, 6, 0, 0, 3, 35, 0, 0), MQTT_BAD_ALIAS);
}

static void publish_of_mqtt_5_may_have_an_alias_for_its_topic(void **state)
{
    (void)state;
    parsed p = client(MQTT_5, 0x32, 10, 0, 0, 0, 1, 3, 35, 0, 7, '4', '2');
    assert_int_equal(p.used, 12);
    uint32_t alias = 0;
    assert_true(mqtt_property_number(p.packet.properties, MQTT_P_ALIAS, &alias));
    assert_int_equal(alias, 7);
    assert_slice(p.packet.publish.payload, "42");
}

/* UTF-8 example of both standards: A and U+2A6D4; figures 1.1 and 1-2. */
static void text_beyond_the_basic_plane_is_utf8(void **state)
{
    (void)state;
    parsed p = client(MQTT_311, 0x30, 7, 0, 5, 0x41, 0xf0, 0xaa, 0x9b, 0x94);
    assert_int_equal(p.used, 9);
    assert_slice(p.packet.publish.topic, "A\xf0\xaa\x9b\x94");
    assert_refused(client(MQTT_311, 0x30, 5, 0, 3, 0xed, 0xa0, 0x80),
                   MQTT_MALFORMED); /* surrogate */
}

/* MQTT 3.1.1 figures 3.23 and 3.26 (SUBSCRIBE, SUBACK), 3.31 (UNSUBSCRIBE). */
static void subscriptions_of_the_standard_are_read(void **state)
{
    (void)state;
    parsed p = client(MQTT_311, 0x82, 14, 0, 10, 0, 3, 'a', '/', 'b', 1, 0, 3, 'c', '/', 'd', 2);
    assert_int_equal(p.used, 16);
    uint32_t at = 0;
    mqtt_slice filter;
    uint8_t options;
    assert_true(mqtt_next_filter(&p.packet, &at, &filter, &options));
    assert_slice(filter, "a/b");
    assert_int_equal(options, 1);
    assert_true(mqtt_next_filter(&p.packet, &at, &filter, &options));
    assert_slice(filter, "c/d");
    assert_int_equal(options, 2);
    assert_false(mqtt_next_filter(&p.packet, &at, &filter, &options));

    p = server(MQTT_311, 0x90, 5, 0, 10, 0, 2, 0x80);
    assert_int_equal(p.used, 7);
    assert_int_equal(p.packet.reasons.length, 3);
    p = client(MQTT_311, 0xa2, 12, 0, 10, 0, 3, 'a', '/', 'b', 0, 3, 'c', '/', 'd');
    assert_int_equal(p.used, 14);
}

static void subscriptions_that_break_a_rule_are_refused(void **state)
{
    (void)state;
    assert_refused(client(MQTT_311, 0x80, 8, 0, 10, 0, 3, 'a', '/', 'b', 1), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x82, 8, 0, 10, 0, 3, 'a', '/', 'b', 3), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x82, 8, 0, 10, 0, 3, 'a', '/', 'b', 4), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x82, 8, 0, 10, 0, 3, 'a', 'b', '#', 1), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x82, 2, 0, 10), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_5, 0x82, 9, 0, 10, 0, 0, 3, 'a', '/', 'b', 0x30), MQTT_MALFORMED);
}

/* The limits of 3.1.1 table 2.4 and 5.0 table 1-1. */
static void the_remaining_length_is_read_as_in_the_table(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[4];
        size_t n;
        uint32_t value;
    } rows[] = {{{0x7f}, 1, 127},
                {{0x80, 0x01}, 2, 128},
                {{0xff, 0x7f}, 2, 16383},
                {{0x80, 0x80, 0x01}, 3, 16384},
                {{0xff, 0xff, 0x7f}, 3, 2097151},
                {{0x80, 0x80, 0x80, 0x01}, 4, 2097152}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = 1 + rows[i].n + rows[i].value;
        uint8_t *bytes = calloc(1, length);
        bytes[0] = 0x30;
        memcpy(bytes + 1, rows[i].bytes, rows[i].n);
        memcpy(bytes + 1 + rows[i].n, "\0\1t", 3);
        mqtt_packet packet;
        mqtt_fault fault;
        assert_int_equal(
            mqtt_parse(MQTT_FROM_CLIENT, MQTT_311, MQTT_PACKET_MAX, bytes, length, &packet, &fault),
            (ssize_t)length);
        assert_int_equal(packet.publish.payload.length, rows[i].value - 3);
        assert_int_equal(mqtt_parse(MQTT_FROM_CLIENT, MQTT_311, MQTT_PACKET_MAX, bytes, length - 1,
                                    &packet, &fault),
                         0);
        assert_int_equal(
            mqtt_parse(MQTT_FROM_CLIENT, MQTT_311, length - 1, bytes, 5, &packet, &fault), -1);
        assert_int_equal(fault.reason, MQTT_TOO_LARGE);
        free(bytes);
    }
    assert_refused(client(MQTT_311, 0x30, 0x80, 0x80, 0x80, 0x80, 1), MQTT_MALFORMED);
    assert_refused(client(MQTT_311, 0x30, 0x80, 0x00), MQTT_MALFORMED);
    assert_int_equal(client(MQTT_311, 0x30, 0xff).used, 0);
    assert_int_equal(client(MQTT_311, 0x30).used, 0);
}

static void properties_that_do_not_belong_are_refused(void **state)
{
    (void)state;
    /* receive maximum in PUBLISH; alias twice; unknown; length beyond the packet; flag of 2 */
    assert_refused(client(MQTT_5, 0x30, 7, 0, 1, 't', 3, 33, 0, 1), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_5, 0x30, 10, 0, 1, 't', 6, 35, 0, 1, 35, 0, 1), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_5, 0x30, 6, 0, 1, 't', 2, 99, 0), MQTT_MALFORMED);
    assert_refused(client(MQTT_5, 0x30, 6, 0, 1, 't', 9, 1, 0), MQTT_MALFORMED);
    assert_refused(client(MQTT_5, 0x30, 6, 0, 1, 't', 2, 1, 2), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_5, 0x30, 6, 0, 1, 't', 2, 11, 1), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_5, 0x30, 5, 0, 1, 't', 1, 35), MQTT_MALFORMED);
    /* a user property may come again and again; a server names several subscriptions */
    assert_int_equal(
        client(MQTT_5, 0x30, 18, 0, 1, 't', 14, 38, 0, 1, 'a', 0, 1, 'b', 38, 0, 1, 'a', 0, 1, 'b')
            .used,
        20);
    assert_int_equal(server(MQTT_5, 0x30, 8, 0, 1, 't', 4, 11, 1, 11, 2).used, 10);
}

static void acknowledgements_have_short_and_long_forms(void **state)
{
    (void)state;
    assert_int_equal(server(MQTT_311, 0x40, 2, 0, 7).packet.id, 7);
    parsed p = server(MQTT_5, 0x40, 3, 0, 7, 0x97);
    assert_int_equal(p.used, 5);
    assert_int_equal(p.packet.reason, MQTT_QUOTA);
    p = server(MQTT_5, 0x50, 9, 0, 7, 0x80, 5, 31, 0, 2, 'n', 'o');
    mqtt_slice text;
    assert_true(mqtt_property_text(p.packet.properties, MQTT_P_REASON_TEXT, &text));
    assert_slice(text, "no");
    assert_refused(server(MQTT_311, 0x40, 3, 0, 7, 0), MQTT_MALFORMED);
    assert_refused(server(MQTT_311, 0x60, 2, 0, 7), MQTT_MALFORMED); /* PUBREL flags */
    assert_refused(server(MQTT_311, 0x40, 2, 0, 0), MQTT_PROTOCOL_ERROR);
    assert_refused(server(MQTT_5, 0x40, 1, 0), MQTT_MALFORMED);
}

static void each_side_sends_only_its_own_packets(void **state)
{
    (void)state;
    assert_refused(server(MQTT_311, 0xc0, 0), MQTT_PROTOCOL_ERROR); /* PINGREQ */
    assert_refused(client(MQTT_311, 0xd0, 0), MQTT_PROTOCOL_ERROR); /* PINGRESP */
    assert_refused(server(MQTT_311, 0xe0, 0), MQTT_PROTOCOL_ERROR); /* DISCONNECT in 3.1.1 */
    assert_int_equal(server(MQTT_5, 0xe0, 1, 0x8e).packet.reason, MQTT_TAKEN_OVER);
    assert_refused(client(MQTT_311, 0xf0, 0), MQTT_PROTOCOL_ERROR); /* AUTH in 3.1.1 */
    assert_refused(client(MQTT_5, 0x00, 0), MQTT_PROTOCOL_ERROR);
    assert_refused(client(MQTT_311, 0xc0, 1, 0), MQTT_MALFORMED); /* PINGREQ with content */
}

/* Written, then read again: the same packet. */
static void what_is_written_is_read_again(void **state)
{
    (void)state;
    for (mqtt_version v = MQTT_311; v <= MQTT_5; v++) {
        buf out = BUF_INIT, list = BUF_INIT;
        mqtt_connect c = {.version = v,
                          .keep_alive_s = 30,
                          .client = mqtt_slice_of("gauge-1"),
                          .user = mqtt_slice_of("u"),
                          .password = mqtt_slice_of("p"),
                          .has_will = true,
                          .will = {.topic = mqtt_slice_of("w"),
                                   .payload = mqtt_slice_of("{}"),
                                   .qos = 1,
                                   .is_retained = true}};
        if (v == MQTT_5)
            mqtt_add_short(&list, MQTT_P_RECEIVE_MAXIMUM, 100);
        mqtt_write_connect(&out, &c, &list);
        parsed p = parse(MQTT_FROM_CLIENT, v, out.data, out.length);
        assert_int_equal(p.used, out.length);
        assert_true(p.packet.connect.has_will && p.packet.connect.will.is_retained);
        assert_slice(p.packet.connect.password, "p");

        buf_clear(&out);
        mqtt_publish m = {
            .topic = mqtt_slice_of("a/b"), .payload = mqtt_slice_of("24.50"), .qos = 1};
        assert_true(mqtt_write_publish(&out, v, &m, 515, NULL));
        mqtt_write_ack(&out, v, MQTT_PUBREL, 515, 0);
        mqtt_write_subscribe(&out, v, 3, &m.topic, &m.qos, 1);
        mqtt_write_subscribe(&out, v, 4, &m.topic, NULL, 1);
        mqtt_write_short(&out, v, MQTT_PINGREQ, 0);
        mqtt_write_short(&out, v, MQTT_DISCONNECT, 0);
        static const mqtt_type types[] = {MQTT_PUBLISH,     MQTT_PUBREL,  MQTT_SUBSCRIBE,
                                          MQTT_UNSUBSCRIBE, MQTT_PINGREQ, MQTT_DISCONNECT};
        size_t at = 0;
        for (size_t i = 0; i < 6; i++, at += (size_t)p.used) {
            p = parse(MQTT_FROM_CLIENT, v, out.data + at, out.length - at);
            assert_int_equal(p.packet.type, types[i]);
        }
        assert_int_equal(at, out.length);

        buf_clear(&out);
        mqtt_write_connack(&out, v, true, 0, NULL);
        mqtt_write_suback(&out, v, MQTT_SUBACK, 3, MQTT_IMPLEMENTATION, 2);
        mqtt_write_suback(&out, v, MQTT_UNSUBACK, 4, MQTT_SUCCESS, 1);
        mqtt_write_short(&out, v, MQTT_PINGRESP, 0);
        p = parse(MQTT_FROM_SERVER, v, out.data, out.length);
        assert_true(p.packet.has_session);
        at = (size_t)p.used;
        p = parse(MQTT_FROM_SERVER, v, out.data + at, out.length - at);
        assert_int_equal((uint8_t)p.packet.reasons.text[1], v == MQTT_5 ? 0x83 : 0x80);
        at += (size_t)p.used;
        p = parse(MQTT_FROM_SERVER, v, out.data + at, out.length - at);
        assert_int_equal(p.packet.type, MQTT_UNSUBACK);
        buf_done(&out);
        buf_done(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_of_the_standard_is_read),
        cmocka_unit_test(connect_of_mqtt_5_carries_properties),
        cmocka_unit_test(connect_with_forbidden_flags_is_refused),
        cmocka_unit_test(publish_of_the_standard_is_read),
        cmocka_unit_test(publish_without_payload_is_a_message),
        cmocka_unit_test(publish_that_breaks_a_rule_is_refused),
        cmocka_unit_test(publish_of_mqtt_5_may_have_an_alias_for_its_topic),
        cmocka_unit_test(text_beyond_the_basic_plane_is_utf8),
        cmocka_unit_test(subscriptions_of_the_standard_are_read),
        cmocka_unit_test(subscriptions_that_break_a_rule_are_refused),
        cmocka_unit_test(the_remaining_length_is_read_as_in_the_table),
        cmocka_unit_test(properties_that_do_not_belong_are_refused),
        cmocka_unit_test(acknowledgements_have_short_and_long_forms),
        cmocka_unit_test(each_side_sends_only_its_own_packets),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
