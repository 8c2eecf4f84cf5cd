/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One client goes round: wait, connect, shake hands, be connected, lose it, wait. The pause before
 * an attempt doubles from a quarter of a second to a minute, less a random part, so that a plant's
 * clients do not come back all at once. */
#include "live/mqtt_client.h"

#include "base/i18n.h"
#include "base/random.h"
#include "live/mqtt_inbox.h"
#include "live/mqtt_outbox.h"
#include "live/mqtt_topic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MS = 10000,
    STEADY_MS = 10000, /* a connection that lasted so long ends the series of attempts */
    CLOSE_MS = 1000,
    CLOSE_STEP_MS = 5,
    WEEK_S = 7 * 24 * 3600,
    PACKET_MAX = 1 << 20
};

typedef enum { WAITING, CONNECTING, GREETING, CONNECTED, CLOSING } client_state;

struct mqtt_client {
    loop *loop;
    mqtt_client_options options;
    mqtt_client_events events;
    char **texts; /* owned copies behind the options */
    size_t text_count;
    client_state state;
    stream *stream;
    mqtt_inbox inbox;
    mqtt_outbox outbox;
    loop_timer *timer; /* of the state: next attempt, answer, keep-alive, end of closing */
    uint64_t since_ms, last_in_ms, last_out_ms, close_ms;
    uint32_t attempts, keep_alive_ms, send_window;
    uint64_t connections;
    uint16_t subscribe_id;
    bool is_subscribed; /* answered */
    bool is_paused, has_retry;
    char trouble[240];
    loop_work *closed;
    void *closed_context;
};

/* -- losing and trying again ----------------------------------------------------------- */

static uint64_t pause_ms(const mqtt_client *c)
{
    uint64_t most = c->options.retry_max_ms, ms = c->options.retry_min_ms;
    for (uint32_t i = 1; i < c->attempts && ms < most; i++)
        ms *= 2;
    ms = ms < most ? ms : most;
    uint32_t chance = 0;
    if (random_bytes(&chance, sizeof chance, NULL) != ASSAY_OK)
        chance = 0;
    return ms - chance % (ms / 2 + 1);
}

static void plan_attempt(mqtt_client *c)
{
    c->has_retry = c->inbox.outstanding == 0;
    if (c->has_retry)
        loop_timer_set(c->timer, pause_ms(c));
    else
        loop_timer_clear(c->timer);
}

/* The stream is of no use any more; whatever the caller still holds is handed back later. */
static void lose(mqtt_client *c, const char *why)
{
    if (c->state == CLOSING || c->state == WAITING)
        return;
    stream_free(c->stream);
    c->stream = NULL;
    if (c->state == CONNECTED && loop_now_ms(c->loop) - c->since_ms > STEADY_MS)
        c->attempts = 0;
    c->attempts++;
    c->state = WAITING;
    c->is_paused = false;
    snprintf(c->trouble, sizeof c->trouble, "%s", why);
    if (c->options.is_clean)
        mqtt_outbox_fail(&c->outbox);
    plan_attempt(c);
    c->events.lost(c->events.context, c->trouble);
}

static void break_off(mqtt_client *c, uint8_t reason, const char *why)
{
    if (c->options.version == MQTT_5 && c->state == CONNECTED) {
        mqtt_write_short(stream_out(c->stream), MQTT_5, MQTT_DISCONNECT, reason);
        stream_flush(c->stream);
    }
    lose(c, why);
}

/* -- CONNECT and CONNACK --------------------------------------------------------------- */

static void connect_properties(const mqtt_client *c, buf *list)
{
    const mqtt_client_options *o = &c->options;
    if (!o->is_clean)
        mqtt_add_long(list, MQTT_P_SESSION_EXPIRY, o->session_expiry_s);
    mqtt_add_short(list, MQTT_P_RECEIVE_MAXIMUM, o->receive_maximum);
    mqtt_add_long(list, MQTT_P_MAXIMUM_PACKET, o->packet_max);
}

static void greet(void *context)
{
    mqtt_client *c = context;
    const mqtt_client_options *o = &c->options;
    mqtt_connect connect = {.version = o->version,
                            .is_clean = o->is_clean,
                            .keep_alive_s = o->keep_alive_s,
                            .client = mqtt_slice_of(o->client),
                            .user = mqtt_slice_of(o->user),
                            .password = mqtt_slice_of(o->password)};
    if (c->events.prepare)
        c->events.prepare(c->events.context, &connect);
    buf list = BUF_INIT;
    connect_properties(c, &list);
    mqtt_write_connect(stream_out(c->stream), &connect, &list);
    buf_done(&list);
    c->state = GREETING;
    loop_timer_set(c->timer, ANSWER_MS);
}

static void subscribe(mqtt_client *c)
{
    const mqtt_client_options *o = &c->options;
    mqtt_slice *filters = calloc(o->filter_count + 1, sizeof *filters);
    uint8_t *options = calloc(o->filter_count + 1, 1);
    uint8_t keep_retained = o->version == MQTT_5 ? 0x10 : 0; /* only with a new subscription */
    for (size_t i = 0; filters && options && i < o->filter_count; i++) {
        filters[i] = mqtt_slice_of(o->filters[i]);
        options[i] = o->qos[i] | keep_retained;
    }
    c->subscribe_id = mqtt_outbox_id(&c->outbox);
    if (filters && options)
        mqtt_write_subscribe(stream_out(c->stream), o->version, c->subscribe_id, filters, options,
                             o->filter_count);
    free(filters);
    free(options);
}

static void take_agreement(mqtt_client *c, const mqtt_packet *p)
{
    uint32_t value = 0;
    uint32_t seconds = c->options.keep_alive_s;
    if (mqtt_property_number(p->properties, MQTT_P_SERVER_KEEP_ALIVE, &value))
        seconds = value;
    c->keep_alive_ms = seconds * 1000;
    c->send_window = 65535;
    if (mqtt_property_number(p->properties, MQTT_P_RECEIVE_MAXIMUM, &value))
        c->send_window = value;
}

static void start_session(mqtt_client *c, bool has_session)
{
    c->state = CONNECTED;
    c->connections++;
    c->since_ms = c->last_in_ms = c->last_out_ms = loop_now_ms(c->loop);
    mqtt_inbox_connect(&c->inbox, c->options.version);
    if (!has_session)
        mqtt_inbox_forget(&c->inbox);
    mqtt_outbox_rewind(&c->outbox, has_session);
    c->is_subscribed = !c->options.filter_count;
    if (!c->is_subscribed)
        subscribe(c);
    if (c->keep_alive_ms)
        loop_timer_set(c->timer, c->keep_alive_ms / 4);
    else
        loop_timer_clear(c->timer);
    c->events.connected(c->events.context, has_session);
    if (c->state == CONNECTED)
        mqtt_outbox_send(&c->outbox, c->send_window, stream_out(c->stream));
}

static void take_connack(mqtt_client *c, const mqtt_packet *p)
{
    bool is_5 = c->options.version == MQTT_5;
    uint8_t reason = is_5 ? p->reason : mqtt_reason_of_return_code(p->reason);
    char why[200];
    if (reason != MQTT_SUCCESS) {
        snprintf(why, sizeof why, N_("the broker refused the connection: %s"),
                 mqtt_reason_text(reason));
        lose(c, why);
    } else if (p->has_session && c->options.is_clean) {
        lose(c, N_("the broker keeps a session that should be a clean one"));
    } else {
        take_agreement(c, p);
        start_session(c, p->has_session);
    }
}

/* -- what the broker sends ------------------------------------------------------------- */

static void acknowledge_now(mqtt_client *c, uint64_t token)
{
    mqtt_inbox_take(&c->inbox, token);
    mqtt_inbox_acknowledge(&c->inbox, token, 0, stream_out(c->stream));
}

/* False: the caller has no room now. */
static bool hand_on(mqtt_client *c, const mqtt_packet *p, uint64_t token)
{
    const mqtt_publish *m = &p->publish;
    mqtt_inbox_take(&c->inbox, token); /* first: it may be handed back within the call */
    bool is_taken;
    if (p->type == MQTT_PUBREL) {
        is_taken = c->events.release(c->events.context, p->id, token);
    } else {
        mqtt_message message = {m->topic, m->payload, p->properties,  token,
                                p->id,    m->qos,     m->is_retained, m->is_duplicate};
        is_taken = c->events.message(c->events.context, &message);
    }
    if (!is_taken)
        mqtt_inbox_reject(&c->inbox, token);
    return is_taken;
}

static bool receive(mqtt_client *c, const mqtt_packet *p)
{
    uint64_t token = 0;
    switch (mqtt_inbox_see(&c->inbox, p, &token, stream_out(c->stream))) {
    case INBOX_FAILED:
        lose(c, "no memory for messages of QoS 2");
        return true;
    case INBOX_NEW:
        break;
    default:
        return true;
    }
    if (p->type == MQTT_PUBREL && !c->events.release) {
        acknowledge_now(c, token);
        return true;
    }
    return hand_on(c, p, token);
}

static void take_suback(mqtt_client *c, const mqtt_packet *p)
{
    if (p->id != c->subscribe_id || p->reasons.length != c->options.filter_count) {
        break_off(c, MQTT_PROTOCOL_ERROR, N_("the broker answered another subscription"));
        return;
    }
    c->is_subscribed = true;
    for (size_t i = 0; c->events.subscribed && i < p->reasons.length && c->state == CONNECTED; i++)
        c->events.subscribed(c->events.context, i, (uint8_t)p->reasons.text[i]);
}

static void take_disconnect(mqtt_client *c, const mqtt_packet *p)
{
    char why[200];
    snprintf(why, sizeof why, N_("the broker ended the connection: %s"),
             mqtt_reason_text(p->reason));
    lose(c, why);
}

/* False: nothing more can be taken now, and this packet comes again. */
static bool take_packet(mqtt_client *c, const mqtt_packet *p)
{
    if (c->state == GREETING) {
        if (p->type == MQTT_CONNACK)
            take_connack(c, p);
        else
            lose(c, N_("the broker does not answer CONNECT with CONNACK"));
        return true;
    }
    switch (p->type) {
    case MQTT_PUBLISH:
    case MQTT_PUBREL:
        return receive(c, p);
    case MQTT_PUBACK:
        mqtt_outbox_acknowledge(&c->outbox, p->id);
        if (c->state == CONNECTED)
            mqtt_outbox_send(&c->outbox, c->send_window, stream_out(c->stream));
        return true;
    case MQTT_SUBACK:
        take_suback(c, p);
        return true;
    case MQTT_DISCONNECT:
        take_disconnect(c, p);
        return true;
    case MQTT_PINGRESP:
    case MQTT_UNSUBACK:
        return true;
    default:
        break_off(c, MQTT_PROTOCOL_ERROR, N_("the broker sent a packet out of place"));
        return true;
    }
}

static size_t data(void *context, const uint8_t *bytes, size_t n)
{
    mqtt_client *c = context;
    size_t at = 0;
    c->last_in_ms = loop_now_ms(c->loop);
    while (c->state == GREETING || c->state == CONNECTED) {
        mqtt_packet p;
        mqtt_fault fault;
        ssize_t used = mqtt_parse(MQTT_FROM_SERVER, c->options.version, c->options.packet_max,
                                  bytes + at, n - at, &p, &fault);
        if (used == 0)
            return at;
        if (used < 0) {
            break_off(c, fault.reason, fault.text);
        } else if (!take_packet(c, &p)) {
            if (c->state != CONNECTED)
                break;
            c->is_paused = true;
            stream_pause(c->stream, true);
            return at;
        }
        at += used > 0 ? (size_t)used : 0;
    }
    return n;
}

static void stream_closed(void *context, const char *why)
{
    lose(context, why);
}

/* -- time ----------------------------------------------------------------------------------------
 */

static void attempt(mqtt_client *c)
{
    stream_events events = {greet, data, stream_closed, c};
    assay_err err = {0};
    c->has_retry = false;
    c->state = CONNECTING;
    if (stream_connect(c->loop, c->options.host, c->options.port, c->options.tls, &events,
                       &c->stream, &err) != ASSAY_OK) {
        lose(c, err.message);
        return;
    }
    stream_limit(c->stream, (size_t)c->options.packet_max + 16);
    loop_timer_set(c->timer, ANSWER_MS);
}

/* While we do not read ourselves the broker's silence means nothing. */
static void keep_alive(mqtt_client *c)
{
    uint64_t now = loop_now_ms(c->loop), quiet = now - c->last_in_ms;
    if (c->is_paused)
        c->last_in_ms = now;
    else if (quiet > c->keep_alive_ms * 3 / 2) {
        lose(c, N_("the broker is silent"));
        return;
    }
    if (now - c->last_out_ms >= c->keep_alive_ms / 2) {
        mqtt_write_short(stream_out(c->stream), c->options.version, MQTT_PINGREQ, 0);
        stream_flush(c->stream);
        c->last_out_ms = now;
    }
    loop_timer_set(c->timer, c->keep_alive_ms / 4);
}

static void free_texts(mqtt_client *c)
{
    for (size_t i = 0; i < c->text_count; i++)
        free(c->texts[i]);
    free(c->texts);
    free((void *)(uintptr_t)c->options.qos);
    free((void *)(uintptr_t)c->options.filters);
}

static void client_free(mqtt_client *c)
{
    if (!c)
        return;
    mqtt_outbox_fail(&c->outbox);
    stream_free(c->stream);
    loop_timer_free(c->timer);
    mqtt_inbox_done(&c->inbox);
    free_texts(c);
    free(c);
}

static void finish_closing(mqtt_client *c)
{
    bool is_waiting = c->stream && stream_unsent(c->stream) > 0;
    if (is_waiting && loop_now_ms(c->loop) < c->close_ms) {
        loop_timer_set(c->timer, CLOSE_STEP_MS);
        return;
    }
    loop_work *closed = c->closed;
    void *context = c->closed_context;
    client_free(c);
    if (closed)
        closed(context);
}

static void due(void *context)
{
    mqtt_client *c = context;
    switch (c->state) {
    case WAITING:
        attempt(c);
        return;
    case CONNECTING:
        lose(c, N_("no connection within 10 s"));
        return;
    case GREETING:
        lose(c, N_("no answer to CONNECT within 10 s"));
        return;
    case CONNECTED:
        keep_alive(c);
        return;
    case CLOSING:
        finish_closing(c);
        return;
    }
}

/* -- life ------------------------------------------------------------------------------ */

static bool own(mqtt_client *c, const char **text)
{
    if (!*text)
        return true;
    char *copy = strdup(*text);
    if (!copy)
        return false;
    c->texts[c->text_count++] = copy;
    *text = copy;
    return true;
}

static bool own_filters(mqtt_client *c, const mqtt_client_options *o)
{
    const char **filters = calloc(o->filter_count + 1, sizeof *filters);
    uint8_t *qos = calloc(o->filter_count + 1, 1);
    c->options.filters = filters;
    c->options.qos = qos;
    bool is_owned = filters && qos;
    for (size_t i = 0; is_owned && i < o->filter_count; i++) {
        filters[i] = o->filters[i];
        qos[i] = o->qos[i];
        is_owned = own(c, &filters[i]);
    }
    return is_owned;
}

static bool own_options(mqtt_client *c, const mqtt_client_options *given)
{
    mqtt_client_options *o = &c->options;
    *o = *given;
    o->filters = NULL;
    o->qos = NULL;
    o->client = o->client ? o->client : "";
    o->version = o->version ? o->version : MQTT_5;
    o->session_expiry_s = o->session_expiry_s ? o->session_expiry_s : WEEK_S;
    o->keep_alive_s = o->keep_alive_s ? o->keep_alive_s : 30;
    o->receive_maximum = o->receive_maximum ? o->receive_maximum : 1024;
    o->packet_max = o->packet_max ? o->packet_max : PACKET_MAX;
    o->retry_min_ms = o->retry_min_ms ? o->retry_min_ms : 250;
    o->retry_max_ms = o->retry_max_ms ? o->retry_max_ms : 60000;
    c->texts = calloc(given->filter_count + 8, sizeof *c->texts);
    return c->texts && own(c, &o->host) && own(c, &o->port) && own(c, &o->client) &&
           own(c, &o->user) && own(c, &o->password) && own_filters(c, given);
}

static assay_status check_options(const mqtt_client_options *o, assay_err *err)
{
    if (!o->is_clean && (!o->client || !*o->client))
        return assay_fail(err, ASSAY_MISSING, 0, "a kept session needs a client identifier");
    for (size_t i = 0; i < o->filter_count; i++)
        if (!mqtt_filter_is_valid(o->filters[i], strlen(o->filters[i])))
            return assay_fail(err, ASSAY_DOMAIN, i, _("\"%s\" is not a topic filter"),
                              o->filters[i]);
    return ASSAY_OK;
}

assay_status mqtt_client_open(loop *l, const mqtt_client_options *o, const mqtt_client_events *e,
                              mqtt_client **out, assay_err *err)
{
    assay_status status = check_options(o, err);
    if (status != ASSAY_OK)
        return status;
    mqtt_client *c = calloc(1, sizeof *c);
    if (!c || !own_options(c, o) || loop_timer_new(l, due, c, &c->timer, NULL) != ASSAY_OK) {
        client_free(c);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an MQTT client");
    }
    c->loop = l;
    c->events = *e;
    loop_timer_set(c->timer, 0);
    *out = c;
    return ASSAY_OK;
}

void mqtt_client_close(mqtt_client *c, loop_work *closed, void *context)
{
    mqtt_outbox_fail(&c->outbox);
    if (c->state == CONNECTED) {
        mqtt_write_short(stream_out(c->stream), c->options.version, MQTT_DISCONNECT, 0);
        stream_flush(c->stream);
    } else {
        stream_free(c->stream);
        c->stream = NULL;
    }
    c->state = CLOSING;
    c->closed = closed;
    c->closed_context = context;
    c->close_ms = loop_now_ms(c->loop) + CLOSE_MS;
    loop_timer_set(c->timer, 0);
}

/* -- acknowledging --------------------------------------------------------------------- */

/* The last token is back: what the broker sends again can be judged now. */
static void settle(mqtt_client *c)
{
    if (c->state == WAITING && !c->has_retry && c->inbox.outstanding == 0)
        plan_attempt(c);
}

void mqtt_client_acknowledge(mqtt_client *c, uint64_t token)
{
    if (!token)
        return;
    if (c->state == CONNECTED) {
        mqtt_inbox_acknowledge(&c->inbox, token, 0, stream_out(c->stream));
        stream_flush_soon(c->stream);
        return;
    }
    buf nowhere = BUF_INIT;
    mqtt_inbox_acknowledge(&c->inbox, token, 0, &nowhere);
    buf_done(&nowhere);
    settle(c);
}

void mqtt_client_resume(mqtt_client *c)
{
    if (!c->is_paused)
        return;
    c->is_paused = false;
    stream_pause(c->stream, false);
}

void mqtt_client_hold(mqtt_client *c, uint16_t packet)
{
    (void)mqtt_inbox_hold(&c->inbox, packet);
}

/* -- publishing ------------------------------------------------------------------------ */

assay_status mqtt_client_publish(mqtt_client *c, const char *topic, const void *payload,
                                 size_t length, uint8_t qos, bool is_retained, mqtt_published *done,
                                 void *context, assay_err *err)
{
    mqtt_publish m = {.topic = mqtt_slice_of(topic),
                      .payload = {payload, (uint32_t)length},
                      .qos = qos,
                      .is_retained = is_retained};
    bool is_connected = c->state == CONNECTED;
    if (!mqtt_name_is_valid(topic, m.topic.length))
        return assay_fail(err, ASSAY_DOMAIN, 0, _("\"%s\" is not a topic name"), topic);
    if (!is_connected && (qos == 0 || c->options.is_clean || c->state == CLOSING))
        return assay_fail(err, ASSAY_BUSY, 0, _("not connected to the broker"));
    if (is_connected && stream_unsent(c->stream) > OUTBOX_BYTES)
        return assay_fail(err, ASSAY_BUSY, 0, _("the broker does not read"));
    if (qos > 0) {
        assay_status status =
            mqtt_outbox_add(&c->outbox, c->options.version, &m, done, context, err);
        if (status != ASSAY_OK)
            return status;
    } else if (!mqtt_write_publish(stream_out(c->stream), c->options.version, &m, 0, NULL)) {
        return assay_fail(err, ASSAY_LIMIT, 0, _("a message is larger than MQTT allows"));
    }
    if (is_connected) {
        mqtt_outbox_send(&c->outbox, c->send_window, stream_out(c->stream));
        c->last_out_ms = loop_now_ms(c->loop);
        stream_flush_soon(c->stream);
    }
    if (qos == 0 && done)
        done(context, true);
    return ASSAY_OK;
}

bool mqtt_client_is_connected(const mqtt_client *c)
{
    return c->state == CONNECTED;
}

bool mqtt_client_is_subscribed(const mqtt_client *c)
{
    return c->state == CONNECTED && c->is_subscribed;
}

const char *mqtt_client_trouble(const mqtt_client *c)
{
    return c->trouble;
}

uint64_t mqtt_client_connections(const mqtt_client *c)
{
    return c->connections;
}
