/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of QoS 1 on their way out, until their PUBACK. Private to the client. */
#ifndef LIVE_MQTT_OUTBOX_H
#define LIVE_MQTT_OUTBOX_H

#include "live/mqtt_client.h"

enum { OUTBOX_MESSAGES = 4096, OUTBOX_BYTES = 16 << 20 };

typedef struct outgoing outgoing;
typedef struct {
    outgoing *first, *last, *unsent; /* in the order of publication */
    size_t count, under_way, bytes;
    uint16_t last_id;
} mqtt_outbox;

uint16_t mqtt_outbox_id(mqtt_outbox *o); /* a free packet identifier */
ASSAY_MUST_USE assay_status mqtt_outbox_add(mqtt_outbox *o, mqtt_version v, const mqtt_publish *m,
                                            mqtt_published *done, void *context, assay_err *err);
/* Write what may go: at most `window` messages under way. */
void mqtt_outbox_send(mqtt_outbox *o, uint32_t window, buf *out);
void mqtt_outbox_acknowledge(mqtt_outbox *o, uint16_t id);
/* A new connection of the same session (sent ones are marked as sent again), or of another one. */
void mqtt_outbox_rewind(mqtt_outbox *o, bool has_session);
void mqtt_outbox_fail(mqtt_outbox *o); /* all of them, and frees them */

#endif
