/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a session is stored already, so that a message that comes again after a crash is known.
 *
 * Packet identifier and digest of the newest messages of QoS 1 and 2, in blocks of one parcel each,
 * durable with it. A sender repeats only what it has no PUBACK for, which is among the last it
 * sent, so that older blocks are dropped: six times the largest block, twice what it last repeated,
 * `least` to 32768 messages are kept. What it repeats may grow from one connection to the next:
 * mosquitto 2.0.11 sends new messages beyond what it is let have on its way, and drops the PUBACKs
 * that it has not read when the connection breaks. It repeats in order and before anything new, so
 * that nothing is dropped before all of it has been counted. All that is less than the 65535
 * identifiers, so a sender that counts them up never meets one that belongs to an earlier
 * message. Of QoS 2 also the identifiers that are not yet released.
 */
#ifndef LIVE_MQTT_SEEN_H
#define LIVE_MQTT_SEEN_H

#include "live/intake.h"

typedef struct mqtt_seen mqtt_seen;

enum {
    MQTT_SEEN_OF_BROKER = 4096, /* four times what we let it have on its way */
    MQTT_SEEN_OF_GAUGE = 1024,  /* there may be thousands of them */
};
/* Of the session of this client; "" for the only one of a source. */
mqtt_seen *mqtt_seen_new(const char *client, size_t least); /* NULL: no memory */
void mqtt_seen_free(mqtt_seen *s);            /* accepts NULL */
/* Takes back what was remembered for it. */
ASSAY_MUST_USE assay_status mqtt_seen_recall(mqtt_seen *s, store *reader, const char *source,
                                             assay_err *err);
bool mqtt_seen_is_empty(const mqtt_seen *s); /* nothing is known of earlier messages */
/* The session began anew: all is forgotten, durably with the next note. */
void mqtt_seen_forget(mqtt_seen *s);

/* Is it known? Asked once of each message that says it comes again; one that is known is not added. */
bool mqtt_seen_has(mqtt_seen *s, uint16_t packet, uint32_t digest);
bool mqtt_seen_add(mqtt_seen *s, uint16_t packet, uint32_t digest); /* false: no memory */
/* Writes into p what was added since the last note; call it before p is offered. */
void mqtt_seen_note(mqtt_seen *s, parcel *p);
bool mqtt_seen_has_fresh(const mqtt_seen *s); /* something was added since the last note */

/* QoS 2, with the same parcel as the message or the release. */
void mqtt_seen_hold(mqtt_seen *s, parcel *p, uint16_t packet);
void mqtt_seen_release(mqtt_seen *s, parcel *p, uint16_t packet);
size_t mqtt_seen_held(const mqtt_seen *s, const uint16_t **packets);

#endif
