/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of MQTT -> rows of a source's parcels, and back: the answers that are owed once a parcel
 * is durable. Shared by the client of a broker and the endpoint. In the loop's thread. */
#ifndef LIVE_MQTT_ROWS_H
#define LIVE_MQTT_ROWS_H

#include "live/door.h"
#include "live/mqtt_client.h"
#include "live/mqtt_seen.h"

typedef struct mqtt_rows mqtt_rows;

/* Whom a message came from. */
typedef struct {
    void *session;   /* given back with its tokens; lives until the last one is back */
    mqtt_seen *seen; /* what of the session is stored; NULL: its messages never come again */
    bool (*may)(const void *context, const char *path); /* NULL: every characteristic */
    const void *may_context;
} mqtt_from;

typedef struct {
    /* The message of this token is durable. reason: 0, or why nothing of it could be taken. */
    void (*acknowledge)(void *context, void *session, uint64_t token, uint8_t reason);
    void (*acknowledged)(void *context); /* after the last one of a parcel; may be NULL */
    void (*room)(void *context);         /* after a message or release was turned away */
    void *context;
} mqtt_rows_events;

/* Settings: "payload" ("mapped", or "sparkplug": see sparkplug_rows.h), "mapping", "prefix",
 * "retained", and those of a sparkplug_feed. */
ASSAY_MUST_USE assay_status mqtt_rows_open(const door_setup *setup, const mqtt_rows_events *events,
                                           mqtt_rows **out, assay_err *err);
/* What came so far is stored first; no answer is given any more. Accepts NULL. */
void mqtt_rows_close(mqtt_rows *r, loop_work *closed, void *context);
/* Is the mapping usable? */
ASSAY_MUST_USE assay_status mqtt_rows_check(const json_t *settings, assay_err *err);

/* False: no room now, nothing was taken; `room` tells when to offer it again. */
bool mqtt_rows_message(mqtt_rows *r, const mqtt_from *from, const mqtt_message *m);
/* QoS 2: the identifier is forgotten durably. Where nothing was remembered it is acknowledged within
 * the call. */
bool mqtt_rows_release(mqtt_rows *r, const mqtt_from *from, uint16_t packet, uint64_t token);
/* Durable with what comes with it; NULL: forgotten. False: no room now. */
bool mqtt_rows_remember(mqtt_rows *r, const char *key, const void *bytes, size_t length);
/* A publisher went without a word; its Will's topic. */
void mqtt_rows_gone(mqtt_rows *r, const char *will_topic);
/* {"messages", "redelivered", "topics", "trouble"?} */
void mqtt_rows_describe(const mqtt_rows *r, json_t *into);

#endif
