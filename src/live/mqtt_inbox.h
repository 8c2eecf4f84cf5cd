/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving side of a session, for the client and for the endpoint: which packet identifiers of
 * QoS 2 are held, and which messages wait to be made durable. A token stands for one answer that is
 * owed: PUBACK, PUBREC or PUBCOMP. Those of an earlier connection change the state, but are
 * answered with nothing. */
#ifndef LIVE_MQTT_INBOX_H
#define LIVE_MQTT_INBOX_H

#include "live/mqtt_packet.h"

typedef struct {
    mqtt_version version;
    uint32_t connection;  /* counts them; part of the tokens */
    uint32_t outstanding; /* tokens that are out, of all connections */
    uint64_t *held, *due; /* bit sets of packet identifiers; NULL until the first QoS 2 */
} mqtt_inbox;

typedef enum {
    INBOX_NEW,      /* take it, or leave it for later */
    INBOX_ANSWERED, /* known: the answer is written */
    INBOX_WAITS,    /* known: the answer is owed already */
    INBOX_FAILED    /* no memory */
} inbox_verdict;

void mqtt_inbox_done(mqtt_inbox *b);
void mqtt_inbox_connect(mqtt_inbox *b, mqtt_version v); /* a new connection */
void mqtt_inbox_forget(mqtt_inbox *b);                  /* the session's state is gone */
bool mqtt_inbox_hold(mqtt_inbox *b, uint16_t packet);

/* What is a PUBLISH or a PUBREL? *token (0 for QoS 0) counts once mqtt_inbox_take was called. */
inbox_verdict mqtt_inbox_see(mqtt_inbox *b, const mqtt_packet *p, uint64_t *token, buf *out);
void mqtt_inbox_take(mqtt_inbox *b, uint64_t token);
/* Durable: the answer goes to `out` if the connection is still the token's. A reason from 0x80 on
 * tells a sender of MQTT 5 and QoS 1 why its message was refused for good. */
void mqtt_inbox_acknowledge(mqtt_inbox *b, uint64_t token, uint8_t reason, buf *out);
/* Not durable and not going to be. */
void mqtt_inbox_reject(mqtt_inbox *b, uint64_t token);
bool mqtt_inbox_is_current(const mqtt_inbox *b, uint64_t token);

#endif
