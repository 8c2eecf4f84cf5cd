/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/mqtt_topics.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

struct mqtt_topics {
    const mapping *mapping;
    const door_setup *setup;
    topic_entry **slots; /* open addressing, a power of two */
    size_t room, count;
    topic_entry overflow; /* of topics beyond the limit */
};

static void entry_free(topic_entry *e)
{
    if (!e)
        return;
    mapping_binding_free(e->binding);
    free(e->targets);
    free(e->topic);
    free(e);
}

mqtt_topics *mqtt_topics_new(const mapping *m, const door_setup *setup)
{
    mqtt_topics *t = calloc(1, sizeof *t);
    if (!t || !(t->slots = calloc(FIRST_ROOM, sizeof *t->slots))) {
        free(t);
        return NULL;
    }
    t->mapping = m;
    t->setup = setup;
    t->room = FIRST_ROOM;
    t->overflow =
        (topic_entry){.reason = "too-many-topics",
                      .remedy = N_("put what differs from part to part into the payload, not "
                                "into the topic")};
    return t;
}

void mqtt_topics_free(mqtt_topics *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->room; i++)
        entry_free(t->slots[i]);
    free(t->slots);
    free(t);
}

size_t mqtt_topics_count(const mqtt_topics *t)
{
    return t->count;
}

/* -- a topic seen for the first time -------------------------------------------------------------
 */

void mqtt_part_key(const char *path, char out[static PART_KEY_ROOM])
{
    sha256 digest;
    char hex[65];
    snprintf(out, PART_KEY_ROOM, "part/%s", path);
    if (strlen(path) <= 200 || sha256_of(path, strlen(path), &digest, NULL) != ASSAY_OK)
        return;
    sha256_to_hex(&digest, hex);
    snprintf(out, PART_KEY_ROOM, "part#%s", hex);
}

/* The counter that was stored last, so that a restart does not count a part again. */
static void recall_part(const mqtt_topics *t, const char *path, topic_target *target)
{
    char key[PART_KEY_ROOM];
    buf last = BUF_INIT;
    mqtt_part_key(path, key);
    if (store_recall(t->setup->reader, t->setup->source, key, &last, NULL) == ASSAY_OK &&
        last.length < PART_ROOM) {
        memcpy(target->part, buf_text(&last), last.length);
        target->part_length = (uint8_t)last.length;
    }
    buf_done(&last);
}

static bool place_target(const mqtt_topics *t, const mapping_target *m, topic_target *target)
{
    *target =
        (topic_target){.place = CATALOG_NONE, .format = m->format, .is_counted = m->is_counted};
    if (m->format == MAPPING_LINE || m->format == MAPPING_NDJSON)
        return true;
    characteristic c = {
        .path = m->path, .unit = *m->unit ? m->unit : NULL, .kind = m->kind, .decimals = -1};
    target->place = catalog_place(t->setup->catalog, &c);
    if (target->is_counted && target->place != CATALOG_NONE)
        recall_part(t, m->path, target);
    return target->place != CATALOG_NONE;
}

static bool refuse(topic_entry *e, const char *reason, const char *remedy)
{
    e->reason = reason;
    e->remedy = remedy;
    return true;
}

/* False: no memory. */
static bool work_out(const mqtt_topics *t, topic_entry *e)
{
    assay_err err = {0};
    e->binding = mapping_json_bind(t->mapping, (mqtt_slice){e->topic, e->length}, &err);
    if (!e->binding && err.code == ASSAY_NOT_FOUND)
        return refuse(e, "no-mapping",
                      N_("add a rule for this topic to the mapping, or do not subscribe it"));
    if (!e->binding && err.code == ASSAY_DOMAIN)
        return refuse(e, "not-a-path", N_("map the topic to a characteristic of at most 1000 bytes"));
    if (!e->binding)
        return false;
    e->count = mapping_binding_count(e->binding);
    e->targets = calloc(e->count, sizeof *e->targets);
    for (size_t i = 0; e->targets && i < e->count; i++)
        if (!place_target(t, mapping_binding_target(e->binding, i), &e->targets[i]))
            return refuse(e, "not-a-path",
                          N_("map the topic to a path without empty levels and control characters"));
    return e->targets != NULL;
}

static topic_entry *entry_new(const mqtt_topics *t, mqtt_slice topic, uint64_t hash)
{
    topic_entry *e = calloc(1, sizeof *e);
    if (!e || !(e->topic = strndup(topic.text, topic.length))) {
        entry_free(e);
        return NULL;
    }
    e->hash = hash;
    e->length = topic.length;
    if (work_out(t, e))
        return e;
    entry_free(e);
    return NULL;
}

/* -- the table ------------------------------------------------------------------------- */

static topic_entry **slot_of(topic_entry **slots, size_t room, mqtt_slice topic, uint64_t hash)
{
    size_t i = hash & (room - 1);
    while (slots[i] && (slots[i]->hash != hash || slots[i]->length != topic.length ||
                        memcmp(slots[i]->topic, topic.text, topic.length) != 0))
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static bool grow(mqtt_topics *t)
{
    size_t room = t->room * 2;
    topic_entry **slots = calloc(room, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < t->room; i++) {
        topic_entry *e = t->slots[i];
        if (e)
            *slot_of(slots, room, (mqtt_slice){e->topic, e->length}, e->hash) = e;
    }
    free(t->slots);
    t->slots = slots;
    t->room = room;
    return true;
}

topic_entry *mqtt_topics_find(mqtt_topics *t, mqtt_slice topic, uint64_t hash)
{
    topic_entry **slot = slot_of(t->slots, t->room, topic, hash);
    if (*slot)
        return *slot;
    if (t->count >= TOPICS_MAX)
        return &t->overflow;
    if (t->count * 2 >= t->room) {
        if (!grow(t))
            return NULL;
        slot = slot_of(t->slots, t->room, topic, hash);
    }
    *slot = entry_new(t, topic, hash);
    t->count += *slot != NULL;
    return *slot;
}
