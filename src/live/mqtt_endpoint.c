/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections of the endpoint. What a connection says is taken while there is room in the source's
 * parcels; without room nobody is read from. Answers are written when their parcel is durable, all
 * of a connection at once. */
#include "live/mqtt_endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECT_MS = 10000, UNSENT_MAX = 1 << 20, STRANGER_MAX = 16 * 1024 };

static void tell(const connection *c, const char *level, const char *what)
{
    char text[500];
    const char *client = c->session ? c->session->client : "?";
    snprintf(text, sizeof text, "%.128s at %s: %s", client, c->peer, what);
    c->owner->setup.log(level, c->owner->setup.source, text);
}

/* -- the end of a connection ----------------------------------------------------------- */

static void forget_dirty(connection *c)
{
    endpoint *e = c->owner;
    for (size_t i = 0; c->is_dirty && i < e->dirty_count; i++)
        if (e->dirty[i] == c) {
            e->dirty[i] = e->dirty[--e->dirty_count];
            break;
        }
    c->is_dirty = false;
}

static void connection_free(connection *c)
{
    endpoint *e = c->owner;
    forget_dirty(c);
    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
    e->connection_count--;
    if (c->session) {
        c->session->connection = NULL;
        endpoint_leave(c->session);
    }
    stream_free(c->stream);
    for (size_t i = 0; i < ALIASES_MAX; i++)
        free(c->aliases[i]);
    free(c->will_topic);
    free(c);
}

/* A gauge that leaves without a word is news; its will says what for. */
static void tell_will(connection *c)
{
    char text[200];
    if (!c->will_topic || c->owner->is_closing)
        return;
    c->owner->gone++;
    mqtt_rows_gone(c->owner->rows, c->will_topic);
    snprintf(text, sizeof text, "is gone without a word; its will is for %.100s", c->will_topic);
    tell(c, "warning", text);
}

void endpoint_end(connection *c, uint8_t reason, const char *why)
{
    if (c->state == IS_ENDED)
        return;
    if (reason && c->version == MQTT_5 && c->state == IS_OPEN) {
        mqtt_write_short(stream_out(c->stream), MQTT_5, MQTT_DISCONNECT, reason);
        stream_flush(c->stream);
    }
    if (why)
        tell(c, "warning", why);
    if (c->state == IS_OPEN || c->state == WAITS_FOR_SESSION)
        tell_will(c);
    c->state = IS_ENDED;
    if (!c->in_data)
        connection_free(c);
}

/* -- messages -------------------------------------------------------------------------- */

/* MQTT 5: a topic may be given by an alias, or give one. False: the connection is ended. */
static bool resolve_alias(connection *c, const mqtt_packet *p, mqtt_slice *topic)
{
    uint32_t alias;
    if (c->version != MQTT_5 || !mqtt_property_number(p->properties, MQTT_P_ALIAS, &alias))
        return true;
    bool is_set = alias <= ALIASES_MAX && (topic->length || c->aliases[alias - 1]);
    char *copy = is_set && topic->length ? malloc(topic->length) : NULL;
    if (!is_set || (topic->length && !copy)) {
        endpoint_end(c, MQTT_BAD_ALIAS, "it used a topic alias that it had not set");
        return false;
    }
    if (topic->length) {
        memcpy(copy, topic->text, topic->length);
        free(c->aliases[alias - 1]);
        c->aliases[alias - 1] = copy;
        c->alias_length[alias - 1] = (uint16_t)topic->length;
    } else {
        *topic = (mqtt_slice){c->aliases[alias - 1], c->alias_length[alias - 1]};
    }
    return true;
}

static bool hand_message_on(connection *c, const mqtt_packet *p, uint64_t token)
{
    const mqtt_publish *m = &p->publish;
    /* The retain flag is for subscribers; here every message is news. */
    mqtt_message message = {m->topic, m->payload, p->properties, token,
                            p->id,    m->qos,     false,         m->is_duplicate};
    return !resolve_alias(c, p, &message.topic) ||
           mqtt_rows_message(c->owner->rows, &c->session->from, &message);
}

static bool hand_on(connection *c, const mqtt_packet *p, uint64_t token)
{
    session *s = c->session;
    mqtt_inbox_take(&s->inbox, token); /* first: a release may be answered within the call */
    bool is_taken = p->type == MQTT_PUBREL
                        ? mqtt_rows_release(c->owner->rows, &s->from, p->id, token)
                        : hand_message_on(c, p, token);
    if (!is_taken || c->state == IS_ENDED)
        mqtt_inbox_reject(&s->inbox, token);
    return is_taken;
}

static bool receive(connection *c, const mqtt_packet *p)
{
    uint64_t token = 0;
    switch (mqtt_inbox_see(&c->session->inbox, p, &token, stream_out(c->stream))) {
    case INBOX_FAILED:
        endpoint_end(c, MQTT_QUOTA, "no memory for messages of QoS 2");
        return true;
    case INBOX_NEW:
        return hand_on(c, p, token);
    default:
        return true;
    }
}

/* -- packets --------------------------------------------------------------------------- */

static void refuse_subscription(connection *c, const mqtt_packet *p)
{
    const uint8_t no_subscription = 0x11;
    uint32_t at = 0;
    size_t count = 0;
    mqtt_slice filter;
    uint8_t options;
    while (mqtt_next_filter(p, &at, &filter, &options))
        count++;
    bool is_new = p->type == MQTT_SUBSCRIBE;
    mqtt_write_suback(stream_out(c->stream), c->version, is_new ? MQTT_SUBACK : MQTT_UNSUBACK,
                      p->id, is_new ? MQTT_IMPLEMENTATION : no_subscription, count);
}

static void take_disconnect(connection *c, const mqtt_packet *p)
{
    const uint8_t with_will = 4;
    if (p->reason != with_will) {
        free(c->will_topic);
        c->will_topic = NULL;
    }
    endpoint_end(c, 0, NULL);
}

/* False: no room now; the packet comes again. */
static bool take_packet(connection *c, const mqtt_packet *p)
{
    if (c->state == EXPECTS_CONNECT) {
        if (p->type == MQTT_CONNECT)
            endpoint_greet(c, p);
        else
            endpoint_end(c, 0, "it did not begin with CONNECT");
        return true;
    }
    switch (p->type) {
    case MQTT_PUBLISH:
    case MQTT_PUBREL:
        return receive(c, p);
    case MQTT_PINGREQ:
        mqtt_write_short(stream_out(c->stream), c->version, MQTT_PINGRESP, 0);
        return true;
    case MQTT_SUBSCRIBE:
    case MQTT_UNSUBSCRIBE:
        refuse_subscription(c, p);
        return true;
    case MQTT_DISCONNECT:
        take_disconnect(c, p);
        return true;
    default:
        endpoint_end(c, MQTT_PROTOCOL_ERROR, "it sent a packet out of place");
        return true;
    }
}

static void pause_reading(connection *c)
{
    c->is_paused = true;
    stream_pause(c->stream, true);
}

static size_t take_bytes(connection *c, const uint8_t *bytes, size_t n)
{
    size_t at = 0;
    while (c->state == EXPECTS_CONNECT || c->state == IS_OPEN) {
        mqtt_packet p;
        mqtt_fault fault;
        size_t limit = c->state == IS_OPEN ? c->owner->options.packet_max : STRANGER_MAX;
        ssize_t used =
            mqtt_parse(MQTT_FROM_CLIENT, c->version, limit, bytes + at, n - at, &p, &fault);
        if (used == 0)
            return at;
        if (used < 0) {
            endpoint_end(c, fault.reason, fault.text);
            return n;
        }
        if (!take_packet(c, &p)) {
            pause_reading(c);
            return at;
        }
        at += (size_t)used;
    }
    if (c->state == WAITS_FOR_SESSION)
        pause_reading(c);
    return c->state == IS_ENDED ? n : at;
}

static size_t on_data(void *context, const uint8_t *bytes, size_t n)
{
    connection *c = context;
    c->last_in_ms = loop_now_ms(c->owner->setup.loop);
    c->in_data = true;
    size_t used = take_bytes(c, bytes, n);
    c->in_data = false;
    if (c->state != IS_ENDED && stream_unsent(c->stream) > UNSENT_MAX)
        endpoint_end(c, MQTT_QUOTA, "it does not read its answers");
    else if (c->state == IS_ENDED)
        connection_free(c);
    return used;
}

static void on_closed(void *context, const char *why)
{
    connection *c = context;
    bool is_news = c->state != IS_OPEN && strcmp(why, "the connection was closed by the peer") != 0;
    endpoint_end(c, 0, is_news ? why : NULL);
}

void endpoint_accept(endpoint *e, int fd, const char *peer)
{
    connection *c = e->connection_count < e->options.max_connections ? calloc(1, sizeof *c) : NULL;
    stream_events events = {NULL, on_data, on_closed, c};
    if (!c || stream_adopt(e->setup.loop, fd, e->tls, &events, &c->stream, NULL) != ASSAY_OK) {
        free(c);
        close(fd);
        e->turned_away++;
        return;
    }
    c->owner = e;
    c->version = MQTT_311;
    c->since_ms = c->last_in_ms = loop_now_ms(e->setup.loop);
    snprintf(c->peer, sizeof c->peer, "%s", peer);
    stream_limit(c->stream, STRANGER_MAX + 16);
    c->next = e->first;
    if (c->next)
        c->next->at = &c->next;
    c->at = &e->first;
    e->first = c;
    e->connection_count++;
    e->connections++;
}

/* -- time ------------------------------------------------------------------------------ */

static void look_at(connection *c, uint64_t now)
{
    if (c->is_paused)
        c->last_in_ms = now; /* it is we who do not read */
    else if (c->state == EXPECTS_CONNECT && now - c->since_ms > CONNECT_MS)
        endpoint_end(c, 0, "no CONNECT came within 10 s");
    else if (c->state == IS_OPEN && c->silence_ms && now - c->last_in_ms > c->silence_ms)
        endpoint_end(c, MQTT_KEEP_ALIVE_PASSED, "nothing came within its keep-alive time");
}

void endpoint_look(void *context)
{
    endpoint *e = context;
    uint64_t now = loop_now_ms(e->setup.loop);
    for (connection *c = e->first, *next; c; c = next) {
        next = c->next;
        look_at(c, now);
    }
    loop_timer_set(e->look, 1000);
}

/* -- what the rows say ----------------------------------------------------------------- */

static void flush_dirty(void *context)
{
    endpoint *e = context;
    for (size_t i = 0; i < e->dirty_count; i++) {
        e->dirty[i]->is_dirty = false;
        stream_flush(e->dirty[i]->stream);
    }
    e->dirty_count = 0;
}

static void make_dirty(connection *c)
{
    endpoint *e = c->owner;
    if (c->is_dirty)
        return;
    if (e->dirty_count == sizeof e->dirty / sizeof e->dirty[0])
        flush_dirty(e);
    c->is_dirty = true;
    e->dirty[e->dirty_count++] = c;
}

static void acknowledge(void *context, void *whose, uint64_t token, uint8_t reason)
{
    session *s = whose;
    connection *c = s->connection;
    buf nowhere = BUF_INIT;
    (void)context;
    bool is_open = c && c->state == IS_OPEN;
    mqtt_inbox_acknowledge(&s->inbox, token, s->inbox.version == MQTT_5 ? reason : 0,
                           is_open ? stream_out(c->stream) : &nowhere);
    buf_done(&nowhere);
    if (is_open)
        make_dirty(c);
    else if (c)
        c->owner->has_waiting |= c->state == WAITS_FOR_SESSION;
    else
        endpoint_leave(s);
}

static void go_on(connection *c)
{
    if (c->state == WAITS_FOR_SESSION && !endpoint_welcome(c))
        return;
    if (c->state != IS_OPEN || !c->is_paused)
        return;
    c->is_paused = false;
    stream_pause(c->stream, false);
}

/* Connections that waited for room or for their session. One may end, but no other for its sake. */
static void room(void *context)
{
    endpoint *e = context;
    e->has_waiting = false;
    for (connection *c = e->first, *next; c; c = next) {
        next = c->next;
        go_on(c);
    }
}

static void acknowledged(void *context)
{
    endpoint *e = context;
    flush_dirty(e);
    if (e->has_waiting)
        room(e);
}

const mqtt_rows_events endpoint_rows_events = {acknowledge, acknowledged, room, NULL};
