/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client of an MQTT broker that acknowledges when its caller says so.
 *
 * Each message of QoS 1 or 2 comes with a token. PUBACK or PUBREC goes out when the caller hands
 * the token back, after its data is durable. Tokens are handed back in the order they came. After a
 * lost connection the client waits until none is out before it connects again, so that what the
 * broker then delivers again is known as stored or not stored. It connects again by itself, with
 * growing pauses. All calls and callbacks in the loop's thread.
 */
#ifndef LIVE_MQTT_CLIENT_H
#define LIVE_MQTT_CLIENT_H

#include "live/mqtt_packet.h"
#include "live/stream.h"

typedef struct mqtt_client mqtt_client;

typedef struct {
    const char *host, *port;     /* "1883" */
    stream_tls *tls;             /* NULL: plain; lives as long as the client */
    mqtt_version version;        /* 0: MQTT_5 */
    const char *client;          /* identifier; "" asks the broker for one (clean sessions only) */
    const char *user, *password; /* NULL: none */
    bool is_clean;               /* no session is kept: clean session, or session expiry 0 */
    uint32_t session_expiry_s;   /* of a kept session in MQTT 5; 0: a week */
    uint16_t keep_alive_s;       /* 0: 30 */
    uint16_t receive_maximum;    /* messages under way at once in MQTT 5; 0: 1024 */
    uint32_t packet_max;         /* bytes; 0: 1 MiB */
    const char *const *filters;  /* subscribed on each connection */
    const uint8_t *qos;          /* [filter_count] highest QoS of each */
    size_t filter_count;
    uint32_t retry_min_ms, retry_max_ms; /* 0: 250 and 60000 */
} mqtt_client_options;

typedef struct {
    mqtt_slice topic, payload, properties; /* live during the call */
    uint64_t token;                        /* 0: QoS 0, nothing to acknowledge */
    uint16_t packet;                       /* identifier; 0 for QoS 0 */
    uint8_t qos;
    bool is_retained, is_duplicate;
} mqtt_message;

typedef struct {
    /* A message. False: not now; nothing more is read, and it is offered again after
     * mqtt_client_resume. */
    bool (*message)(void *context, const mqtt_message *m);
    /* QoS 2: the broker has let go of a packet identifier. Forget it durably, then acknowledge.
     * False: not now, as above. NULL: acknowledged at once. */
    bool (*release)(void *context, uint16_t packet, uint64_t token);
    /* Before each CONNECT: `c` may be changed (a Will with the time in it); texts live until the
     * next call. May be NULL. */
    void (*prepare)(void *context, mqtt_connect *c);
    /* has_session false: the broker knows nothing of earlier messages. */
    void (*connected)(void *context, bool has_session);
    /* The broker's answer for filter i: granted QoS, or 0x80 and above. May be NULL. After the last
     * one all subscriptions stand. */
    void (*subscribed)(void *context, size_t i, uint8_t reason);
    /* Also after a failed attempt. Tokens that are out stay to be handed back. */
    void (*lost)(void *context, const char *why);
    void *context;
} mqtt_client_events;

/* Begins to connect. Options are copied. */
ASSAY_MUST_USE assay_status mqtt_client_open(loop *l, const mqtt_client_options *o,
                                             const mqtt_client_events *e, mqtt_client **out,
                                             assay_err *err);
/* Says DISCONNECT (the broker drops the Will), waits until it is written, a second at most, frees
 * the client, then calls `closed` (may be NULL). No other callback comes any more; done callbacks
 * of unfinished publications do (false), within this call. */
void mqtt_client_close(mqtt_client *c, loop_work *closed, void *context);

/* Durable: PUBACK, PUBREC or PUBCOMP. 0 is nothing. Written with others at the end of the round. */
void mqtt_client_acknowledge(mqtt_client *c, uint64_t token);
void mqtt_client_resume(mqtt_client *c);
/* Before the first connection: a packet identifier of QoS 2 that is stored and not yet released. */
void mqtt_client_hold(mqtt_client *c, uint16_t packet);

/* `done` is called once: true when the broker has it (QoS 0: when it is written), false when the
 * connection was lost first. A kept session sends QoS 1 again instead. */
typedef void mqtt_published(void *context, bool is_delivered);
/* QoS 0 or 1. ASSAY_BUSY: not connected (QoS 1 of a kept session waits), or too much waits: 4096
 * messages or 16 MiB. */
ASSAY_MUST_USE assay_status mqtt_client_publish(mqtt_client *c, const char *topic,
                                                const void *payload, size_t length, uint8_t qos,
                                                bool is_retained, mqtt_published *done,
                                                void *context, assay_err *err);

bool mqtt_client_is_connected(const mqtt_client *c);
/* The broker has answered the subscription: what is published from now on arrives. */
bool mqtt_client_is_subscribed(const mqtt_client *c);
const char *mqtt_client_trouble(const mqtt_client *c); /* why it was lost last; "": never */
uint64_t mqtt_client_connections(const mqtt_client *c);

#endif
