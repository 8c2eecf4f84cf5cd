/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ingest endpoint: what a broker is to those who publish, and no more. Gauges and gateways
 * connect to it directly; there is nothing to subscribe. Private to door_mqtt_listen. */
#ifndef LIVE_MQTT_ENDPOINT_H
#define LIVE_MQTT_ENDPOINT_H

#include "live/mqtt_inbox.h"
#include "live/mqtt_rows.h"

#include "people/people.h"

enum { CLIENT_ROOM = 129, PEER_ROOM = 80, ALIASES_MAX = 256, CLIENTS_MAX = 10000 };

typedef struct endpoint endpoint;
typedef struct connection connection;

/* Of a client identifier, while it is connected or answers to it are owed. */
typedef struct session {
    endpoint *owner;
    char client[CLIENT_ROOM];
    mqtt_inbox inbox;
    mqtt_from from;
    identity who;           /* behind from.may */
    connection *connection; /* NULL: gone, but tokens are out */
    struct session *next;
} session;

typedef enum { EXPECTS_CONNECT, WAITS_FOR_SESSION, IS_OPEN, IS_ENDED } connection_state;

struct connection {
    endpoint *owner;
    stream *stream;
    session *session;
    connection_state state;
    mqtt_version version;
    char peer[PEER_ROOM];
    bool is_paused, is_dirty;            /* no room; answers wait to be flushed */
    bool in_data;                        /* freed when its bytes are through */
    bool is_clean, is_kept, is_assigned; /* of its CONNECT; is_assigned: the identifier is ours */
    uint64_t since_ms, last_in_ms;
    uint32_t silence_ms; /* 1.5 times its keep-alive; 0: none */
    char *aliases[ALIASES_MAX];
    uint16_t alias_length[ALIASES_MAX];
    char *will_topic;
    identity who;
    bool has_identity;
    connection *next, **at;
};

/* Kept sessions, by client identifier: durable as "client/ID". */
typedef struct {
    char **names;
    size_t count, room;
} known_clients;

typedef struct {
    const char *user;
    uint8_t digest[32]; /* SHA-256 of the password */
} endpoint_login;

typedef struct {
    bool needs_login;
    endpoint_login *logins;
    size_t login_count;
    uint32_t max_connections, packet_max;
    uint16_t receive_maximum;
} endpoint_options;

struct endpoint {
    door_setup setup;
    endpoint_options options;
    mqtt_rows *rows;
    connection *first, *dirty[64];
    size_t dirty_count, connection_count;
    session *sessions[1024];
    known_clients known;
    stream_tls *tls;
    stream_listener *listener;
    loop_timer *look;                                        /* for the silent, each second */
    uint64_t connections, turned_away, refused_logins, gone; /* since it was opened */
    uint32_t last_assigned;
    bool has_waiting; /* a connection waits for its session's last answer */
    bool is_closing;
    loop_work *closed;
    void *closed_context;
};

/* -- mqtt_session.c -------------------------------------------------------------------- */

/* The session of this client, found or made. NULL: no memory. */
session *endpoint_session(endpoint *e, const char *client);
/* Frees it once nobody is connected and nothing is owed. */
void endpoint_leave(session *s);
/* A connection begins: is_kept says whether the session shall outlive it. ASSAY_BUSY: no room now;
 * ASSAY_LIMIT: too many kept sessions. *is_resumed: earlier messages are known. */
ASSAY_MUST_USE assay_status endpoint_resume(session *s, mqtt_version v, bool is_clean, bool is_kept,
                                            bool *is_resumed, assay_err *err);
ASSAY_MUST_USE assay_status endpoint_recall(endpoint *e, assay_err *err);
void endpoint_forget(known_clients *k);

/* -- mqtt_connect.c -------------------------------------------------------------------- */

/* CONNECT: login, session, CONNACK; or the reason why not, and the end. */
void endpoint_greet(connection *c, const mqtt_packet *p);
/* CONNACK, if the session's last answer is given and there is room; else it is tried again. False:
 * the connection was ended. */
bool endpoint_welcome(connection *c);

/* -- mqtt_endpoint.c ------------------------------------------------------------------- */

void endpoint_accept(endpoint *e, int fd, const char *peer);
/* With a reason in MQTT 5 (0: none is sent) and one for the log (NULL: none). */
void endpoint_end(connection *c, uint8_t reason, const char *why);
void endpoint_look(void *context);
extern const mqtt_rows_events endpoint_rows_events; /* context: the endpoint */

#endif
