/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparkplug messages -> parcels of one source, whatever brought them: a broker (door_sparkplug) or
 * clients of the ingest endpoint (door_mqtt_listen with "payload": "sparkplug").
 *
 * A feed has the mapping, the parcels and any number of hosts, one for each connection to a broker
 * (what came over it is stale with it), one alone for an endpoint. In the loop's thread. */
#ifndef LIVE_SPARKPLUG_FEED_H
#define LIVE_SPARKPLUG_FEED_H

#include "live/door.h"
#include "live/mapping_metric.h"

typedef struct sparkplug_feed sparkplug_feed;
typedef struct sparkplug_link sparkplug_link; /* one host of a feed */

/* The settings a feed reads: "host_id", "reorder_ms", "rebirth", "rebirth_ms", "rebirth_spread_ms",
 * "mapping", "others". */
ASSAY_MUST_USE assay_status sparkplug_feed_check(const json_t *settings, assay_err *err);

typedef struct {
    void (*room)(void *context);   /* after sparkplug_link_take said 0 */
    void (*stored)(void *context); /* sparkplug_feed_durable has grown; may be NULL */
    bool is_direct; /* edge nodes speak to us without a broker: see sparkplug_rows.h */
    void *context;
} sparkplug_feed_events;

ASSAY_MUST_USE assay_status sparkplug_feed_open(const door_setup *setup,
                                                const sparkplug_feed_events *events,
                                                sparkplug_feed **out, assay_err *err);
/* Parcels come back first; then `closed`. Links go with it. Accepts NULL. */
void sparkplug_feed_close(sparkplug_feed *f, loop_work *closed, void *context);
/* All messages up to this number are stored, or were refused. */
uint64_t sparkplug_feed_durable(const sparkplug_feed *f);
/* Call `stored` at the end of this round, for messages that made no row. */
void sparkplug_feed_answer_soon(sparkplug_feed *f);
/* Whether the values of the messages taken next may be written; NULL: all. Only where is_direct. */
void sparkplug_feed_allow(sparkplug_feed *f, bool (*may)(const void *context, const char *path),
                          const void *context);

typedef struct {
    /* Publish QoS 0, not retained. */
    void (*command)(void *context, const char *topic, const void *payload, size_t length);
    void (*contradicted)(void *context); /* see sparkplug_sink */
    void *context;
} sparkplug_link_events;
ASSAY_MUST_USE assay_status sparkplug_link_new(sparkplug_feed *f,
                                               const sparkplug_link_events *events,
                                               sparkplug_link **out, assay_err *err);
/* The number of the message, for sparkplug_feed_durable; 0: no room now, offer it again. */
uint64_t sparkplug_link_take(sparkplug_link *l, const char *topic, size_t topic_length,
                             const void *payload, size_t length, bool is_retained);
void sparkplug_link_lost(sparkplug_link *l);
void sparkplug_link_back(sparkplug_link *l);
/* The connection of the edge node whose Will has this topic ended without a word. */
void sparkplug_link_gone(sparkplug_link *l, const char *will_topic);
const sparkplug_host *sparkplug_link_host(const sparkplug_link *l);
/* An operator's command to a node or device (device NULL or ""): one metric, by name. */
ASSAY_MUST_USE assay_status sparkplug_link_command(sparkplug_link *l, const json_t *command,
                                                   assay_err *err);

/* "nodes": state, times, gaps, devices, metrics; "messages" ... `most` metrics at most. */
void sparkplug_describe(const sparkplug_host *h, json_t *into, size_t most);
void sparkplug_feed_describe(const sparkplug_feed *f, json_t *into);

#endif
