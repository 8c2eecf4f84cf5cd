/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Sparkplug B 3.0 host application without its network: topics and payloads go in, in the order
 * of their arrival; what they mean comes out through the calls of a sink. The time is told by the
 * caller, so that a test can run it at will.
 *
 * One edge node is a session between its NBIRTH and its NDEATH, with one count of messages (seq)
 * and one table of aliases for itself and its devices. What it says before its birth is known, or
 * under an alias that no birth named, is refused and a rebirth asked for: nothing is ever stored
 * under a guessed name. Messages out of order wait for the missing ones (`reorder_ms`); what stays
 * missing is recorded as a gap. Births carry old values again and are no measurements.
 *
 * Memory: nodes, devices, metrics and held messages are bounded (limits below); the host owns all.
 * Source: Eclipse Sparkplug 3.0, chapters 4 to 6 and the operational behaviour of hosts. */
#ifndef LIVE_SPARKPLUG_H
#define LIVE_SPARKPLUG_H

#include "base/arena.h"
#include "base/time.h"
#include "live/sparkplug_topic.h"
#include "read/spb.h"

enum {
    SPARKPLUG_DEVICES_MAX = 1 << 16, /* nodes count as devices too */
    SPARKPLUG_HOST_METRICS_MAX = 1 << 22,
    SPARKPLUG_HELD_MAX = 128,       /* messages a node may have waiting */
    SPARKPLUG_HELD_BYTES = 4 << 20, /* of a node */
    SPARKPLUG_HOST_HELD_BYTES = 64 << 20,
    SPARKPLUG_GAPS = 16, /* newest gaps kept of a node */
};

typedef struct sparkplug_host sparkplug_host;
typedef struct sparkplug_node sparkplug_node;
typedef struct sparkplug_device sparkplug_device;

typedef struct {
    uint64_t ms;    /* monotonic */
    int64_t utc_ns; /* of the receipt */
} sparkplug_clock;

typedef struct {
    const char *name; /* lives until the next birth of its device */
    uint64_t alias;
    sparkplug_device *device;
    int64_t time_ms;            /* of the newest value, births too; 0: none */
    uint64_t last_bits;         /* of the newest value, if it is of a number field */
    uint32_t name_length, type; /* spb_type */
    uint32_t place;             /* in device->metrics */
    uint8_t last_field;         /* spb_field; SPB_IN_NONE: null, or none yet */
    bool has_alias;
} sparkplug_metric;

struct sparkplug_device {
    sparkplug_node *node;
    char *name; /* NUL-terminated; "" is the node itself */
    bool is_online, has_birth;
    int64_t born_ns, changed_ns; /* last birth; since when it is as it is */
    sparkplug_metric *metrics;
    size_t n;
    uint64_t births;
    void *binding;   /* the sink's own, kept over births */
    uint32_t *names; /* private: open addressing over metrics */
    size_t names_room;
    arena memory;  /* private: of one birth */
    uint64_t hash; /* private */
};

typedef struct {
    uint8_t first, last; /* seq; for "away" the whole session */
    int64_t from_ns, to_ns;
    const char *why; /* "lost", "away" */
} sparkplug_gap;

typedef struct {
    uint64_t data, births, deaths;
    uint64_t duplicates; /* messages that came twice */
    uint64_t reordered;  /* that had to wait */
    uint64_t gaps, lost; /* gaps; messages missing in them */
    uint64_t ignored_deaths, rebirths_asked;
} sparkplug_tally;

struct sparkplug_node {
    sparkplug_host *host;
    char *group, *name;
    sparkplug_device **devices; /* [0] is the node itself */
    size_t device_count;
    bool is_online, is_away; /* away: the connection was lost and no birth came since */
    bool has_bdseq;
    uint64_t bdseq;
    uint8_t expected; /* seq */
    sparkplug_gap gap[SPARKPLUG_GAPS];
    uint64_t gap_count; /* gap[i % SPARKPLUG_GAPS] */
    sparkplug_tally tally;
    const char *wants_rebirth; /* why one will be asked for; NULL: no */
    uint64_t rebirth_at_ms, rebirth_sent_ms, rebirth_pause_ms; /* private */
    struct sparkplug_order *order;                             /* private */
    struct sparkplug_alias *aliases;                           /* private */
    size_t alias_room, alias_count;
    bool is_timed;
    int64_t away_ns;
};

typedef struct {
    sparkplug_device *device;
    const spb_payload *payload;
    sparkplug_metric *const *defined; /* [payload->n]; NULL: unknown, already refused */
    int64_t received_ns;
    bool is_birth;  /* values to know, not to count */
    bool is_marked; /* came while its device was said to be dead */
    bool is_repeat; /* the same message came before: count its values as duplicates */
} sparkplug_message;

typedef struct {
    /* A message in the order of its node; a birth has defined the metrics of its device anew. */
    void (*data)(void *context, const sparkplug_message *m);
    /* What was known of values of this node beyond the message may be out of date. */
    void (*gap)(void *context, sparkplug_node *n);
    /* Died, lost, or came (back). May be NULL. */
    void (*changed)(void *context, sparkplug_device *d);
    void (*refuse)(void *context, const char *reason, const char *remedy, uint64_t count,
                   const char *example, size_t length);
    /* Send NCMD Node Control/Rebirth now. */
    void (*rebirth)(void *context, sparkplug_node *n);
    /* STATE of the own host id says offline: say online again. May be NULL. */
    void (*contradicted)(void *context);
    /* The device goes, its binding with it. */
    void (*forget)(void *context, sparkplug_device *d);
    void *context;
} sparkplug_sink;

typedef struct {
    char id[SPARKPLUG_ID_MAX + 1]; /* of this host */
    uint32_t reorder_ms;           /* 0: off */
    bool asks_rebirth;
    uint32_t rebirth_ms, rebirth_max_ms; /* pause between requests, doubling; 0: 10 s, 5 min */
    uint32_t spread_ms;                  /* first requests to unknown nodes come within this time */
} sparkplug_settings;

ASSAY_MUST_USE assay_status sparkplug_host_new(const sparkplug_settings *s,
                                               const sparkplug_sink *sink, sparkplug_host **out,
                                               assay_err *err);
void sparkplug_host_free(sparkplug_host *h); /* accepts NULL; tells forget, nothing else */
/* A message as it came. */
void sparkplug_host_take(sparkplug_host *h, sparkplug_clock now, const char *topic,
                         size_t topic_length, const void *payload, size_t length, bool is_retained);
/* Number of the message taken next, counting by one with each; held messages keep theirs. */
void sparkplug_host_number(sparkplug_host *h, uint64_t number);
/* The smallest number that is held for its order; UINT64_MAX: none. */
uint64_t sparkplug_host_oldest_held(const sparkplug_host *h);
/* When sparkplug_host_tick wants to be called next (monotonic ms); UINT64_MAX: never. */
uint64_t sparkplug_host_due(sparkplug_host *h);
void sparkplug_host_tick(sparkplug_host *h, sparkplug_clock now);
/* The connection they came over is gone: everything is stale at once. */
void sparkplug_host_lost(sparkplug_host *h, sparkplug_clock now);
/* It is back: ask those that were known. */
void sparkplug_host_back(sparkplug_host *h, sparkplug_clock now);
/* The connection of one node ended without a word. */
void sparkplug_host_gone(sparkplug_host *h, sparkplug_clock now, sparkplug_node *n);
/* Ask for a rebirth as soon as the pause allows. */
void sparkplug_host_ask(sparkplug_host *h, sparkplug_node *n, const char *why);

/* The newest value of a metric; NULL for texts and bytes, which are not kept. */
spb_number sparkplug_metric_last(const sparkplug_metric *m);

size_t sparkplug_host_nodes(const sparkplug_host *h, sparkplug_node *const **out);
sparkplug_node *sparkplug_host_find(const sparkplug_host *h, const char *group, const char *node);
/* Messages under the namespace that belong to no node. */
typedef struct {
    uint64_t messages, refused, commands, states;
} sparkplug_counts;
sparkplug_counts sparkplug_host_counts(const sparkplug_host *h);

#endif
