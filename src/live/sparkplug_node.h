/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the Sparkplug host: what a node knows (births), in what order its messages
 * count (order), what each message does (node), and the table of all nodes (host). */
#ifndef LIVE_SPARKPLUG_NODE_H
#define LIVE_SPARKPLUG_NODE_H

#include "live/sparkplug.h"

struct sparkplug_host {
    sparkplug_settings settings;
    sparkplug_sink sink;
    sparkplug_clock now;
    sparkplug_device **slots; /* open addressing by group, node and device */
    size_t room, device_count;
    sparkplug_node **nodes, **timed;
    size_t node_count, node_room, timed_count;
    size_t metric_count, held_bytes;
    uint64_t number;           /* of the message at hand */
    spb_payload payload, late; /* of the message that came; of one that was held */
    sparkplug_metric **defined;
    size_t defined_room;
    sparkplug_counts counts;
    uint64_t seed, random;
};

/* A message of a node, taken apart. */
typedef struct {
    sparkplug_verb verb;
    sparkplug_word device;
    const void *bytes;
    size_t length;
    const spb_payload *payload;
    int64_t received_ns;
} sparkplug_incoming;

/* Reasons of refusal with what to do about them. */
#define SPARKPLUG_REFUSAL_LIST(X)                                                                  \
    X(BAD_TOPIC, "bad-topic",                                                                      \
      N_("publish to spBv1.0/group/NDATA/node or spBv1.0/group/DDATA/node/device"))                    \
    X(BAD_PAYLOAD, "bad-payload", N_("send a Sparkplug B payload (protobuf)"))                         \
    X(BAD_STATE, "bad-state", "send STATE as {\"online\":true,\"timestamp\":milliseconds}")        \
    X(RETAINED, "retained-data", N_("publish node and device messages without the retain flag"))       \
    X(UNKNOWN_NODE, "unknown-node",                                                                \
      N_("none: a rebirth was asked for; its data count after the birth"))                             \
    X(NODE_OFFLINE, "node-offline", N_("send NBIRTH after NDEATH before any data"))                    \
    X(UNKNOWN_DEVICE, "unknown-device", N_("send DBIRTH of the device before its data"))               \
    X(UNKNOWN_METRIC, "unknown-metric", N_("name the metric, or its alias, in the birth"))             \
    X(TYPE_CONFLICT, "type-conflict", N_("send the datatype that the birth stated, or none"))          \
    X(NO_SEQUENCE, "no-sequence", N_("count seq up from 0 to 255 with each message of the node"))      \
    X(BEHIND, "sequence-behind",                                                                   \
      N_("count seq up by one with each message; send NBIRTH to start anew"))                          \
    X(NAMELESS, "nameless-metric", N_("name every metric in a birth"))                                 \
    X(TOO_MANY, "too-many", N_("spread the devices and metrics over several sources"))

typedef enum {
#define X(code, name, remedy) SPARKPLUG_REFUSE_##code,
    SPARKPLUG_REFUSAL_LIST(X)
#undef X
} sparkplug_refusal;

/* `what`: of the node or device `d` (may be NULL). */
void sparkplug_refuse(sparkplug_host *h, sparkplug_refusal why, const sparkplug_device *d,
                      const char *what, size_t length);
void sparkplug_refuse_as(sparkplug_host *h, const char *reason, const sparkplug_device *d,
                         const char *what, size_t length);
uint64_t sparkplug_random(sparkplug_host *h, uint64_t below);

/* births: the metrics of a device. False: limits or memory (told). */
bool sparkplug_define(sparkplug_host *h, sparkplug_device *d, const spb_payload *p);
void sparkplug_undefine(sparkplug_host *h, sparkplug_device *d);
sparkplug_metric *sparkplug_by_name(const sparkplug_device *d, const char *name, size_t length);
sparkplug_metric *sparkplug_by_alias(const sparkplug_node *n, uint64_t alias);
sparkplug_metric *sparkplug_metric_of(const sparkplug_device *d, const spb_metric *m);
void sparkplug_aliases_clear(sparkplug_node *n);

/* order */
bool sparkplug_order_begin(sparkplug_node *n, const sparkplug_incoming *birth);
void sparkplug_order_take(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m);
/* What is held goes out in order, with its gaps. */
void sparkplug_order_flush(sparkplug_host *h, sparkplug_node *n);
bool sparkplug_order_holds(const sparkplug_node *n);
uint64_t sparkplug_order_oldest(const sparkplug_node *n); /* number; UINT64_MAX: none */
uint64_t sparkplug_order_due(const sparkplug_host *h, const sparkplug_node *n);
void sparkplug_order_free(sparkplug_node *n);
void sparkplug_gap_add(sparkplug_host *h, sparkplug_node *n, sparkplug_gap gap);

/* node */
void sparkplug_node_take(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m);
void sparkplug_node_apply(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m);
/* The same message again. */
void sparkplug_node_repeat(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m);
void sparkplug_node_down(sparkplug_host *h, sparkplug_node *n, int64_t since_ns);

/* host */
sparkplug_device *sparkplug_device_of(sparkplug_host *h, sparkplug_node *n, sparkplug_word device);
sparkplug_device *sparkplug_device_add(sparkplug_host *h, sparkplug_node *n, sparkplug_word device);

#endif
