/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a door knows of each topic, found once: its rules, the places of its characteristics, the
 * counters of its parts. */
#ifndef LIVE_MQTT_TOPICS_H
#define LIVE_MQTT_TOPICS_H

#include "live/door.h"
#include "live/mapping_json.h"

enum { TOPICS_MAX = 100000, PART_ROOM = 64, PART_KEY_ROOM = 256 };

typedef struct {
    int32_t place; /* CATALOG_NONE for lines */
    mapping_format format;
    bool is_counted;
    uint8_t part_length;
    char part[PART_ROOM]; /* the counter's last value; is_counted */
} topic_target;

typedef struct {
    uint64_t hash;
    char *topic;
    uint32_t length;
    const char *reason, *remedy; /* why none of its messages can be taken; NULL: they can */
    mapping_binding *binding;
    size_t count;
    topic_target *targets;
} topic_entry;

typedef struct mqtt_topics mqtt_topics;
/* `m` and `setup` live longer. */
mqtt_topics *mqtt_topics_new(const mapping *m, const door_setup *setup); /* NULL: no memory */
void mqtt_topics_free(mqtt_topics *t);                                   /* accepts NULL */
/* NULL: no memory. The entry moves with the next call that adds one. */
topic_entry *mqtt_topics_find(mqtt_topics *t, mqtt_slice topic, uint64_t hash);
/* Under which the counter of this characteristic is remembered: its path, or a digest of a long
 * one. */
void mqtt_part_key(const char *path, char out[static PART_KEY_ROOM]);
size_t mqtt_topics_count(const mqtt_topics *t);

#endif
