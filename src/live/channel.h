/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels: alarms, and reminders of programmes, leave the house, as webhooks, as mail and over MQTT.
 *
 * A channel is a document of kind "channel":
 *
 *   {"type": "webhook", "url": "https://mes.example/assay", ...}          secret: the HMAC key
 *   {"type": "mail", "server": "smtp://mail.example:587", "from": "assay@example",
 *    "to": ["shift@example"], "user": "assay", "tls": true, ...}          secret: the password
 *
 *   {"type": "mqtt", "broker": "mqtts://broker.example", "topic": "plant/alarms", "user", "ca"}
 *                                                                         secret: the password
 *
 * and for all: "events": which of raised, escalated, acknowledged ... (default raised, escalated,
 * withdrawn, closed), and of cases reminded and late (never by default), "where": the start of a
 * characteristic's path (default all), "scheme": the start of a programme's id (default all), "quiet": {"from":
 * "22:00", "to": "06:00", "zone": "Europe/Berlin"}, "link": the address of the server for links.
 *
 * What there is to say are the records of alarms, in their order; the number of the last one
 * delivered is stored, so that a restart goes on where the run before it ended: nothing is lost, and
 * what comes twice has the same id. One that cannot be delivered is tried again with growing pauses
 * for a day and holds what follows it; one the receiver refuses (4xx) is given up after five tries.
 * In quiet hours stop alarms are sent all the same; others wait, and those still open are sent when
 * the quiet ends.
 *
 * Of cases every message is sent at most once: the channel's place is stored before, and what may have
 * arrived is not said again. They carry {"case": {id, scheme, stage, kind, due, who: [roles]}}.
 *
 * A webhook is a POST of {"id", "event", "sequence", "time", "to", "alarm": {..}} with the headers
 * Assay-Id, Assay-Timestamp (seconds) and Assay-Signature: v1= hexadecimal HMAC-SHA256 of
 * "TIMESTAMP.BODY". Over MQTT the same object goes out at QoS 1. A slow receiver keeps only its own
 * channel waiting; a new channel begins with what happens after it was made. */
#ifndef LIVE_CHANNEL_H
#define LIVE_CHANNEL_H

#include "live/bus.h"
#include "live/intake.h"
#include "signal/alarm.h"

typedef struct channels channels;
/* Listens to `b` for alarms; writes its cursors through `i`. Close it before they are. */
ASSAY_MUST_USE assay_status channels_open(const char *database, intake *i, catalog *c, bus *b,
                                          alarm_book *book, channels **out, assay_err *err);
void channels_close(channels *c);  /* accepts NULL; cuts off what is being sent */
void channels_reload(channels *c); /* documents changed; any thread */

/* Is this the document of a channel? The error names the member. */
ASSAY_MUST_USE assay_status channel_check(const char *json, assay_err *err);

typedef struct {
    char id[64], type[16];
    uint64_t sequence;              /* of the last record dealt with */
    uint64_t sent, failed, refused; /* since start: messages, tries, given up */
    uint64_t held;                  /* in quiet hours */
    bool is_quiet;
    char trouble[200]; /* of the last try; "": it went well */
} channel_state;
typedef bool channel_visitor(const channel_state *s, void *context); /* false stops */
void channels_visit(channels *c, channel_visitor *visit, void *context);

#endif
