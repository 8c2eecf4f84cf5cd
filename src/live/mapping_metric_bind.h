/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the mapping: its rules, and what they make of one device. */
#ifndef LIVE_MAPPING_METRIC_BIND_H
#define LIVE_MAPPING_METRIC_BIND_H

#include "live/mapping_metric.h"

enum { METRIC_RULES_MAX = 4096, METRIC_TEXT_MAX = 1000 };

typedef struct {
    const char *metric; /* NULL: not mapped */
    bool carries;
} metric_companion;

typedef struct {
    const char *group, *node, *device, *metric; /* "+": any */
    const char *path, *unit;                    /* unit NULL: not said */
    metric_companion context[CONTEXT_COUNT];
    const char *change, *trigger, *size_metric; /* NULL: none */
    uint32_t size;
    int decimals;
    characteristic_kind kind;
    bool takes_births, is_named; /* is_named: one metric, not a pattern of the others */
} metric_rule;

struct mapping_metric {
    json_t *settings;
    metric_rule *rules;
    size_t n;
    metric_rule others;
    bool takes_others;
    catalog *catalog;
    metric_sink sink;
    int64_t *newest_ms; /* by catalog place: time of the newest value taken; 0: none */
    size_t newest_room;
    metric_text texts[CONTEXT_COUNT]; /* of the value at hand */
    uint64_t counted;                 /* instead of the sink, while a repeat is looked at */
    bool is_counting;
};

/* A metric whose value is context, counter or trigger of others. */
typedef struct {
    uint32_t metric; /* place in d->metrics */
    buf now, known;  /* in the message of `stamp`; last, if is_known */
    uint64_t stamp;
    int64_t time;
    bool is_known, is_changed, is_true, is_historical;
} metric_slot;

typedef struct {
    const metric_rule *rule;
    uint32_t metric;
    int32_t place;
    uint32_t slot[CONTEXT_COUNT]; /* 1 + index; 0: none */
    uint32_t part_slot, size_slot;
    bool has_contexts, is_of_other_unit;
} metric_target;

typedef struct {
    arena memory;
    size_t n;                      /* of d->metrics when it was bound */
    uint32_t *target_of, *slot_of; /* [n] 1 + index; 0: none */
    metric_target *targets;
    metric_slot *slots;
    size_t target_count, slot_count;
    uint64_t
        *seen; /* [n] stamp << 32 | 1 + index in the message; NULL: no target waits for a part */
    uint64_t stamp;
} metric_binding;

/* Binds a device at its birth; d->binding is new. False: memory. */
bool metric_bind(mapping_metric *m, const sparkplug_message *birth);

#endif
