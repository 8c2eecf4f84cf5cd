/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client against a broker of a few lines on the same loop: what it says, in which order, and
 * that it acknowledges when it is told to, never before. */
#include "live/mqtt_client.h"

#include "check.h"

#include <unistd.h>

enum { HEARD_MAX = 64 };

typedef struct {
    loop *loop;
    stream_listener *listener;
    stream *peer;
    int connections;
    bool has_session; /* what CONNACK says */
    mqtt_version version;
    struct {
        mqtt_type type;
        uint16_t id;
        uint8_t reason;
        char text[64]; /* topic, or client identifier */
        bool is_again;
    } heard[HEARD_MAX];
    size_t heard_count;
    void (*on_packet)(void *, const mqtt_packet *);

    mqtt_client *client;
    loop_timer *limit;
    uint64_t tokens[8];
    uint16_t packets[8];
    size_t token_count, taken_messages, refused_messages;
    bool is_full, acknowledges_at_once;
    int connected, lost, delivered, undelivered;
    uint8_t granted;
    char why[200];
    int step;
} scene;

/* -- the broker ------------------------------------------------------------------------ */

static void hear(scene *s, const mqtt_packet *p)
{
    assert_true(s->heard_count < HEARD_MAX);
    size_t i = s->heard_count++;
    s->heard[i].type = p->type;
    s->heard[i].id = p->id;
    s->heard[i].reason = p->reason;
    mqtt_slice text = p->type == MQTT_CONNECT   ? p->connect.client
                      : p->type == MQTT_PUBLISH ? p->publish.topic
                                                : (mqtt_slice){0};
    s->heard[i].is_again = p->type == MQTT_PUBLISH && p->publish.is_duplicate;
    snprintf(s->heard[i].text, sizeof s->heard[i].text, "%.*s", (int)text.length,
             text.text ? text.text : "");
}

static void answer(scene *s, const mqtt_packet *p)
{
    buf *out = stream_out(s->peer);
    if (p->type == MQTT_CONNECT)
        mqtt_write_connack(out, s->version, s->has_session, 0, NULL);
    if (p->type == MQTT_SUBSCRIBE)
        mqtt_write_suback(out, s->version, MQTT_SUBACK, p->id, 1, 1);
}

static size_t broker_data(void *context, const uint8_t *bytes, size_t n)
{
    scene *s = context;
    size_t at = 0;
    for (;;) {
        mqtt_packet p;
        mqtt_fault fault;
        ssize_t used =
            mqtt_parse(MQTT_FROM_CLIENT, s->version, 1 << 20, bytes + at, n - at, &p, &fault);
        if (used < 0)
            fail_msg("the client sent what is not MQTT: %s", fault.text);
        if (used == 0)
            return at;
        hear(s, &p);
        answer(s, &p);
        s->on_packet(s, &p);
        at += (size_t)used;
        if (!s->peer)
            return n;
        stream_flush(s->peer);
    }
}

static void broker_closed(void *context, const char *why)
{
    scene *s = context;
    (void)why;
    stream_free(s->peer);
    s->peer = NULL;
}

static void accepted(void *context, int fd, const char *peer)
{
    scene *s = context;
    (void)peer;
    stream_events events = {NULL, broker_data, broker_closed, s};
    s->connections++;
    if (s->connections > 1)
        s->has_session = true;
    assert_int_equal(stream_adopt(s->loop, fd, NULL, &events, &s->peer, NULL), ASSAY_OK);
}

static void broker_hangs_up(scene *s)
{
    stream_free(s->peer);
    s->peer = NULL;
}

static void broker_sends(scene *s, uint16_t id, uint8_t qos, bool is_again, const char *payload)
{
    mqtt_publish m = {.topic = mqtt_slice_of("press/7"),
                      .payload = mqtt_slice_of(payload),
                      .qos = qos,
                      .is_duplicate = is_again};
    assert_true(mqtt_write_publish(stream_out(s->peer), s->version, &m, id, NULL));
    stream_flush(s->peer);
}

/* -- the client's caller --------------------------------------------------------------- */

static bool message(void *context, const mqtt_message *m)
{
    scene *s = context;
    if (s->is_full) {
        s->refused_messages++;
        return false;
    }
    s->taken_messages++;
    if (s->acknowledges_at_once)
        mqtt_client_acknowledge(s->client, m->token);
    else if (m->token) {
        s->packets[s->token_count] = m->packet;
        s->tokens[s->token_count++] = m->token;
    }
    return true;
}

static bool release(void *context, uint16_t packet, uint64_t token)
{
    scene *s = context;
    s->packets[s->token_count] = packet;
    s->tokens[s->token_count++] = token;
    return true;
}

static void connected(void *context, bool has_session)
{
    scene *s = context;
    assert_int_equal(has_session, s->has_session);
    s->connected++;
}

static void subscribed(void *context, size_t i, uint8_t reason)
{
    assert_int_equal(i, 0);
    ((scene *)context)->granted = reason;
}

static void lost(void *context, const char *why)
{
    scene *s = context;
    s->lost++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void published(void *context, bool is_delivered)
{
    scene *s = context;
    s->delivered += is_delivered;
    s->undelivered += !is_delivered;
}

/* -- the stage ------------------------------------------------------------------------- */

static void too_long(void *context)
{
    (void)context;
    fail_msg("the scene did not come to its end");
}

static void after(scene *s, uint64_t ms, loop_work *work)
{
    loop_timer_free(s->limit);
    assert_int_equal(loop_timer_new(s->loop, work, s, &s->limit, NULL), ASSAY_OK);
    loop_timer_set(s->limit, ms);
}

static void the_end(void *context)
{
    loop_stop(((scene *)context)->loop);
}

/* The broker has yet to read the last words. */
static void client_closed(void *context)
{
    after(context, 20, the_end);
}

static void finish(scene *s)
{
    mqtt_client_close(s->client, client_closed, s);
}

static void play(scene *s, mqtt_version v, void (*on_packet)(void *, const mqtt_packet *))
{
    assay_err err = {0};
    static const char *const filters[] = {"press/+"};
    static const uint8_t qos[] = {2};
    s->version = v;
    s->on_packet = on_packet;
    assert_ok(loop_open(&s->loop, &err), err);
    assert_ok(loop_timer_new(s->loop, too_long, s, &s->limit, &err), err);
    loop_timer_set(s->limit, 10000);
    assert_ok(stream_listen(s->loop, "127.0.0.1", "0", accepted, s, &s->listener, &err), err);
    char port[8];
    snprintf(port, sizeof port, "%u", stream_listener_port(s->listener));
    mqtt_client_options o = {.host = "127.0.0.1",
                             .port = port,
                             .version = v,
                             .client = "assay",
                             .filters = filters,
                             .qos = qos,
                             .filter_count = 1,
                             .retry_min_ms = 2};
    mqtt_client_events e = {message, release, NULL, connected, subscribed, lost, s};
    assert_ok(mqtt_client_open(s->loop, &o, &e, &s->client, &err), err);
    loop_run(s->loop);
    stream_free(s->peer);
    stream_listener_close(s->listener);
    loop_timer_free(s->limit);
    loop_close(s->loop);
}

static size_t heard(const scene *s, mqtt_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < s->heard_count; i++)
        n += s->heard[i].type == type;
    return n;
}

/* -- stories -------------------------------------------------------------------------------------
 */

static void hand_back_first(void *context)
{
    scene *s = context;
    assert_int_equal(heard(s, MQTT_PUBACK), 0);
    assert_int_equal(s->token_count, 2);
    mqtt_client_acknowledge(s->client, s->tokens[0]);
    mqtt_client_acknowledge(s->client, s->tokens[1]);
}

static void story_of_qos_1(void *context, const mqtt_packet *p)
{
    scene *s = context;
    if (p->type == MQTT_SUBSCRIBE) {
        broker_sends(s, 7, 1, false, "24.50");
        broker_sends(s, 8, 1, false, "24.51");
        after(s, 30, hand_back_first);
    }
    if (p->type == MQTT_PUBACK && heard(s, MQTT_PUBACK) == 2)
        finish(s);
}

static void puback_goes_out_when_the_caller_says_so(void **state)
{
    (void)state;
    for (mqtt_version v = MQTT_311; v <= MQTT_5; v++) {
        scene s = {0};
        play(&s, v, story_of_qos_1);
        assert_int_equal(s.granted, 1);
        assert_int_equal(s.heard[0].type, MQTT_CONNECT);
        assert_string_equal(s.heard[0].text, "assay");
        assert_int_equal(s.heard[1].type, MQTT_SUBSCRIBE);
        assert_int_equal(s.heard[2].id, 7);
        assert_int_equal(s.heard[3].id, 8);
        assert_int_equal(s.heard[4].type, MQTT_DISCONNECT);
    }
}

static void hand_back_last(void *context)
{
    scene *s = context;
    mqtt_client_acknowledge(s->client, s->tokens[s->token_count - 1]);
}

static void story_of_qos_2(void *context, const mqtt_packet *p)
{
    scene *s = context;
    switch (p->type) {
    case MQTT_SUBSCRIBE:
        broker_sends(s, 9, 2, false, "24.50");
        after(s, 20, hand_back_last);
        break;
    case MQTT_PUBREC:
        if (heard(s, MQTT_PUBREC) == 1) {
            assert_int_equal(s->token_count, 1);
            broker_sends(s, 9, 2, true, "24.50"); /* as if the PUBREC had been lost */
            break;
        }
        assert_int_equal(s->taken_messages, 1);
        mqtt_write_ack(stream_out(s->peer), s->version, MQTT_PUBREL, 9, 0);
        after(s, 20, hand_back_last);
        break;
    case MQTT_PUBCOMP:
        if (heard(s, MQTT_PUBCOMP) == 1) {
            assert_int_equal(s->token_count, 2);
            mqtt_write_ack(stream_out(s->peer), s->version, MQTT_PUBREL, 9, 0); /* unknown now */
            break;
        }
        assert_int_equal(p->reason, s->version == MQTT_5 ? MQTT_NO_SUCH_PACKET : 0);
        finish(s);
        break;
    default:
        break;
    }
}

static void a_message_of_qos_2_is_taken_once_and_released_when_told(void **state)
{
    (void)state;
    for (mqtt_version v = MQTT_311; v <= MQTT_5; v++) {
        scene s = {0};
        play(&s, v, story_of_qos_2);
        assert_int_equal(s.taken_messages, 1);
        assert_int_equal(heard(&s, MQTT_PUBREC), 2);
    }
}

static void late_hand_back(void *context)
{
    scene *s = context;
    assert_int_equal(s->connections, 1); /* it waits for the token */
    s->acknowledges_at_once = true;
    mqtt_client_acknowledge(s->client, s->tokens[0]);
}

static void story_of_a_lost_connection(void *context, const mqtt_packet *p)
{
    scene *s = context;
    if (p->type == MQTT_SUBSCRIBE && s->connections == 1) {
        broker_sends(s, 7, 1, false, "24.50");
        s->step = 1;
        return;
    }
    if (p->type == MQTT_SUBSCRIBE)
        broker_sends(s, 7, 1, true, "24.50");
    if (p->type == MQTT_PUBACK)
        finish(s);
}

static bool message_then_hang_up(void *context, const mqtt_message *m)
{
    scene *s = context;
    bool is_taken = message(context, m);
    if (s->connections == 1) {
        broker_hangs_up(s);
        after(s, 50, late_hand_back);
    } else {
        assert_true(m->is_duplicate);
    }
    return is_taken;
}

static void a_client_with_tokens_out_does_not_connect_again(void **state)
{
    (void)state;
    scene s = {0};
    assay_err err = {0};
    s.version = MQTT_5;
    s.on_packet = story_of_a_lost_connection;
    assert_ok(loop_open(&s.loop, &err), err);
    assert_ok(loop_timer_new(s.loop, too_long, &s, &s.limit, &err), err);
    assert_ok(stream_listen(s.loop, "127.0.0.1", "0", accepted, &s, &s.listener, &err), err);
    char port[8];
    snprintf(port, sizeof port, "%u", stream_listener_port(s.listener));
    const char *const filters[] = {"press/+"};
    const uint8_t qos[] = {1};
    mqtt_client_options o = {.host = "localhost",
                             .port = port,
                             .client = "assay",
                             .filters = filters,
                             .qos = qos,
                             .filter_count = 1,
                             .retry_min_ms = 2};
    mqtt_client_events e = {message_then_hang_up, NULL, NULL, connected, NULL, lost, &s};
    assert_ok(mqtt_client_open(s.loop, &o, &e, &s.client, &err), err);
    loop_run(s.loop);
    assert_int_equal(s.connected, 2);
    assert_int_equal(s.lost, 1);
    assert_int_equal(heard(&s, MQTT_PUBACK), 1); /* of the second connection */
    assert_string_equal(s.why, "the connection was closed by the peer");
    stream_free(s.peer);
    stream_listener_close(s.listener);
    loop_timer_free(s.limit);
    loop_close(s.loop);
}

static void has_room_again(void *context)
{
    scene *s = context;
    assert_int_equal(s->refused_messages, 1); /* not asked again and again */
    s->is_full = false;
    s->acknowledges_at_once = true;
    mqtt_client_resume(s->client);
}

static void story_of_back_pressure(void *context, const mqtt_packet *p)
{
    scene *s = context;
    if (p->type == MQTT_SUBSCRIBE) {
        s->is_full = true;
        for (uint16_t i = 1; i <= 20; i++)
            broker_sends(s, i, 1, false, "24.50");
        after(s, 30, has_room_again);
    }
    if (p->type == MQTT_PUBACK && heard(s, MQTT_PUBACK) == 20)
        finish(s);
}

static void a_full_caller_stops_the_reading_and_loses_nothing(void **state)
{
    (void)state;
    scene s = {0};
    play(&s, MQTT_311, story_of_back_pressure);
    assert_int_equal(s.taken_messages, 20);
    for (uint16_t i = 0; i < 20; i++)
        assert_int_equal(s.heard[2 + i].id, i + 1);
}

static void publish_two(scene *s)
{
    assay_err err = {0};
    assert_ok(mqtt_client_publish(s->client, "a", "1", 1, 0, false, published, s, &err), err);
    assert_ok(mqtt_client_publish(s->client, "b", "2", 1, 1, true, published, s, &err), err);
}

static void story_of_publishing(void *context, const mqtt_packet *p)
{
    scene *s = context;
    if (p->type == MQTT_SUBSCRIBE && s->connections == 1)
        publish_two(s);
    if (p->type != MQTT_PUBLISH || p->publish.qos == 0)
        return;
    if (s->connections == 1) {
        assert_false(p->publish.is_duplicate);
        broker_hangs_up(s); /* before the PUBACK */
        return;
    }
    assert_true(p->publish.is_duplicate);
    mqtt_write_ack(stream_out(s->peer), s->version, MQTT_PUBACK, p->id, 0);
    after(s, 20, (loop_work *)finish);
}

static void a_publication_of_qos_1_is_sent_again_until_it_is_acknowledged(void **state)
{
    (void)state;
    scene s = {0};
    play(&s, MQTT_5, story_of_publishing);
    assert_int_equal(s.delivered, 2);
    assert_int_equal(s.undelivered, 0);
    assert_int_equal(heard(&s, MQTT_PUBLISH), 3);
}

static void story_of_nonsense(void *context, const mqtt_packet *p)
{
    scene *s = context;
    if (p->type == MQTT_SUBSCRIBE && s->connections == 1)
        buf_add(stream_out(s->peer), "\x36\x02\x00\x00", 4);
    if (p->type == MQTT_SUBSCRIBE && s->connections == 2)
        finish(s);
}

static void nonsense_from_the_broker_ends_the_connection_with_a_reason(void **state)
{
    (void)state;
    scene s = {0};
    play(&s, MQTT_5, story_of_nonsense);
    assert_string_equal(s.why, "a message has QoS 3");
    assert_int_equal(heard(&s, MQTT_DISCONNECT), 2);
    for (size_t i = 0; i < s.heard_count; i++)
        if (s.heard[i].type == MQTT_DISCONNECT) {
            assert_int_equal(s.heard[i].reason, MQTT_MALFORMED);
            break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puback_goes_out_when_the_caller_says_so),
        cmocka_unit_test(a_message_of_qos_2_is_taken_once_and_released_when_told),
        cmocka_unit_test(a_client_with_tokens_out_does_not_connect_again),
        cmocka_unit_test(a_full_caller_stops_the_reading_and_loses_nothing),
        cmocka_unit_test(a_publication_of_qos_1_is_sent_again_until_it_is_acknowledged),
        cmocka_unit_test(nonsense_from_the_broker_ends_the_connection_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
