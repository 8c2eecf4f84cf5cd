/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of all nodes and devices, what comes in, and the timers. */
#include "live/sparkplug_node.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { first_pause_ms = 10000, longest_pause_ms = 300000 };

/* -- refusals --------------------------------------------------------------------------------- */

static const struct {
    const char *reason, *remedy;
} refusals[] = {
#define X(code, name, remedy) {name, remedy},
    SPARKPLUG_REFUSAL_LIST(X)
#undef X
};

static void refuse(sparkplug_host *h, const char *reason, const char *remedy,
                   const sparkplug_device *d, const char *what, size_t length)
{
    char example[200];
    int n = snprintf(example, sizeof example, "%.50s%s%.50s%s%.50s: %.*s", d ? d->node->group : "",
                     d ? "/" : "", d ? d->node->name : "", d && *d->name ? "/" : "",
                     d ? d->name : "", (int)(length < 64 ? length : 64), what);
    size_t used = (size_t)n < sizeof example ? (size_t)n : sizeof example - 1;
    h->counts.refused++;
    h->sink.refuse(h->sink.context, reason, remedy, 1, d ? example : what, d ? used : length);
}

void sparkplug_refuse(sparkplug_host *h, sparkplug_refusal why, const sparkplug_device *d,
                      const char *what, size_t length)
{
    refuse(h, refusals[why].reason, refusals[why].remedy, d, what, length);
}

void sparkplug_refuse_as(sparkplug_host *h, const char *reason, const sparkplug_device *d,
                         const char *what, size_t length)
{
    refuse(h, reason, refusals[SPARKPLUG_REFUSE_BAD_PAYLOAD].remedy, d, what, length);
}

/* -- the table ----------------------------------------------------------------------------------
 */

static uint64_t hash_of(const sparkplug_host *h, sparkplug_word group, sparkplug_word node,
                        sparkplug_word device)
{
    uint64_t x = hash64(group.text, group.length) * 3 + hash64(node.text, node.length);
    return (x * 5 + hash64(device.text, device.length)) ^ h->seed;
}

static bool is_text(const char *text, sparkplug_word w)
{
    return strlen(text) == w.length && memcmp(text, w.text, w.length) == 0;
}

static size_t slot_of(const sparkplug_host *h, uint64_t hash, sparkplug_word group,
                      sparkplug_word node, sparkplug_word device)
{
    size_t i = (size_t)hash & (h->room - 1);
    for (; h->slots[i]; i = (i + 1) & (h->room - 1)) {
        const sparkplug_device *d = h->slots[i];
        if (d->hash == hash && is_text(d->name, device) && is_text(d->node->name, node) &&
            is_text(d->node->group, group))
            break;
    }
    return i;
}

static sparkplug_device *table_find(const sparkplug_host *h, sparkplug_word group,
                                    sparkplug_word node, sparkplug_word device)
{
    return h->slots[slot_of(h, hash_of(h, group, node, device), group, node, device)];
}

static bool table_grow(sparkplug_host *h)
{
    size_t old_room = h->room, room = old_room * 2;
    sparkplug_device **old = h->slots, **grown = calloc(room, sizeof *grown);
    if (!grown)
        return false;
    for (size_t i = 0; i < old_room; i++) {
        size_t to = old[i] ? (size_t)old[i]->hash & (room - 1) : 0;
        while (old[i] && grown[to])
            to = (to + 1) & (room - 1);
        if (old[i])
            grown[to] = old[i];
    }
    free(old);
    h->slots = grown;
    h->room = room;
    return true;
}

static sparkplug_word word_of(const char *text)
{
    return (sparkplug_word){text, strlen(text)};
}

sparkplug_device *sparkplug_device_of(sparkplug_host *h, sparkplug_node *n, sparkplug_word device)
{
    if (device.length == 0)
        return n->devices[0];
    return table_find(h, word_of(n->group), word_of(n->name), device);
}

static void device_free(sparkplug_device *d)
{
    if (!d)
        return;
    arena_done(&d->memory);
    free(d->name);
    free(d);
}

/* Room for one more in the node's list, by doubling. */
static bool list_room(sparkplug_node *n)
{
    if (n->device_count & (n->device_count - 1))
        return true;
    size_t room = n->device_count ? n->device_count * 2 : 1;
    sparkplug_device **grown = realloc(n->devices, room * sizeof *grown);
    if (grown)
        n->devices = grown;
    return grown != NULL;
}

static sparkplug_device *device_new(sparkplug_host *h, sparkplug_node *n, sparkplug_word name)
{
    sparkplug_device *d = calloc(1, sizeof *d);
    if (d)
        arena_init(&d->memory);
    if (!d || !(d->name = strndup(name.length ? name.text : "", name.length)) || !list_room(n) ||
        ((h->device_count + 1) * 2 > h->room && !table_grow(h))) {
        device_free(d);
        return NULL;
    }
    d->node = n;
    d->hash = hash_of(h, word_of(n->group), word_of(n->name), name);
    h->slots[slot_of(h, d->hash, word_of(n->group), word_of(n->name), name)] = d;
    h->device_count++;
    n->devices[n->device_count++] = d;
    return d;
}

sparkplug_device *sparkplug_device_add(sparkplug_host *h, sparkplug_node *n, sparkplug_word device)
{
    sparkplug_device *d = sparkplug_device_of(h, n, device);
    if (d)
        return d;
    if (h->device_count < SPARKPLUG_DEVICES_MAX)
        d = device_new(h, n, device);
    if (!d)
        sparkplug_refuse(h, SPARKPLUG_REFUSE_TOO_MANY, n->devices[0], device.text, device.length);
    return d;
}

static void node_free(sparkplug_node *n)
{
    if (!n)
        return;
    sparkplug_order_free(n);
    sparkplug_aliases_clear(n);
    for (size_t i = 0; i < n->device_count; i++)
        device_free(n->devices[i]);
    free(n->devices);
    free(n->group);
    free(n->name);
    free(n);
}

static bool nodes_room(sparkplug_host *h)
{
    if (h->node_count < h->node_room)
        return true;
    size_t room = h->node_room ? h->node_room * 2 : 16;
    sparkplug_node **nodes = realloc(h->nodes, room * sizeof *nodes);
    if (nodes)
        h->nodes = nodes;
    sparkplug_node **timed = nodes ? realloc(h->timed, room * sizeof *timed) : NULL;
    if (!timed)
        return false;
    h->timed = timed;
    h->node_room = room;
    return true;
}

static sparkplug_node *node_new(sparkplug_host *h, sparkplug_word group, sparkplug_word node)
{
    sparkplug_node *n = calloc(1, sizeof *n);
    if (!n || !nodes_room(h)) {
        free(n);
        return NULL;
    }
    n->host = h;
    if (!(n->group = strndup(group.text, group.length)) ||
        !(n->name = strndup(node.text, node.length)) ||
        !device_new(h, n, (sparkplug_word){"", 0})) {
        node_free(n);
        return NULL;
    }
    h->nodes[h->node_count++] = n;
    return n;
}

static sparkplug_node *node_of(sparkplug_host *h, const sparkplug_topic *t)
{
    sparkplug_device *d = table_find(h, t->group, t->node, (sparkplug_word){"", 0});
    if (d)
        return d->node;
    sparkplug_node *n =
        h->device_count < SPARKPLUG_DEVICES_MAX ? node_new(h, t->group, t->node) : NULL;
    if (!n)
        sparkplug_refuse(h, SPARKPLUG_REFUSE_TOO_MANY, NULL, t->node.text, t->node.length);
    return n;
}

/* -- rebirths and timers --------------------------------------------------------------------------
 */

uint64_t sparkplug_random(sparkplug_host *h, uint64_t below)
{
    h->random = h->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below ? (h->random >> 33) % below : 0;
}

static void timed_add(sparkplug_host *h, sparkplug_node *n)
{
    if (!n->is_timed)
        h->timed[h->timed_count++] = n;
    n->is_timed = true;
}

void sparkplug_host_ask(sparkplug_host *h, sparkplug_node *n, const char *why)
{
    if (!h->settings.asks_rebirth || n->wants_rebirth)
        return;
    bool is_start = strcmp(why, "unknown-node") == 0;
    uint64_t at = h->now.ms + (is_start ? sparkplug_random(h, h->settings.spread_ms + 1) : 0);
    uint64_t pause = n->rebirth_pause_ms + sparkplug_random(h, n->rebirth_pause_ms / 10 + 1);
    if (n->rebirth_pause_ms && at < n->rebirth_sent_ms + pause)
        at = n->rebirth_sent_ms + pause;
    n->wants_rebirth = why;
    n->rebirth_at_ms = at;
    timed_add(h, n);
}

/* The pause doubles while births do not settle the matter, and begins anew after a quiet time. */
static void rebirth_send(sparkplug_host *h, sparkplug_node *n)
{
    uint64_t pause = n->rebirth_pause_ms;
    bool is_soon = pause && h->now.ms - n->rebirth_sent_ms < 4 * pause;
    pause = is_soon ? pause * 2 : h->settings.rebirth_ms;
    n->rebirth_pause_ms = pause < h->settings.rebirth_max_ms ? pause : h->settings.rebirth_max_ms;
    n->rebirth_sent_ms = h->now.ms;
    n->wants_rebirth = NULL;
    n->tally.rebirths_asked++;
    h->sink.rebirth(h->sink.context, n);
}

static uint64_t node_due(const sparkplug_host *h, const sparkplug_node *n)
{
    uint64_t order = sparkplug_order_due(h, n);
    return n->wants_rebirth && n->rebirth_at_ms < order ? n->rebirth_at_ms : order;
}

static void node_tick(sparkplug_host *h, sparkplug_node *n)
{
    if (sparkplug_order_due(h, n) <= h->now.ms) {
        sparkplug_order_flush(h, n);
        sparkplug_host_ask(h, n, "gap");
    }
    if (n->wants_rebirth && n->rebirth_at_ms <= h->now.ms)
        rebirth_send(h, n);
}

uint64_t sparkplug_host_due(sparkplug_host *h)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < h->timed_count;) {
        sparkplug_node *n = h->timed[i];
        uint64_t due = node_due(h, n);
        first = due < first ? due : first;
        n->is_timed = due != UINT64_MAX;
        if (n->is_timed)
            i++;
        else
            h->timed[i] = h->timed[--h->timed_count];
    }
    return first;
}

void sparkplug_host_tick(sparkplug_host *h, sparkplug_clock now)
{
    h->now = now;
    for (size_t i = 0; i < h->timed_count; i++)
        node_tick(h, h->timed[i]);
}

/* -- messages
 * --------------------------------------------------------------------------------------- */

static void state_take(sparkplug_host *h, const sparkplug_topic *t, const void *payload,
                       size_t length)
{
    bool is_online;
    int64_t timestamp;
    h->counts.states++;
    bool is_own = is_text(h->settings.id, t->node);
    bool is_good = length == 0 || sparkplug_state_read(payload, length, &is_online, &timestamp);
    if (!is_good)
        sparkplug_refuse(h, SPARKPLUG_REFUSE_BAD_STATE, NULL, t->node.text, t->node.length);
    if (is_own && !(is_good && length && is_online) && h->sink.contradicted)
        h->sink.contradicted(h->sink.context);
}

static void node_message(sparkplug_host *h, const sparkplug_topic *t, const void *payload,
                         size_t length, bool is_retained)
{
    bool is_birth = t->verb == SPARKPLUG_NBIRTH || t->verb == SPARKPLUG_DBIRTH;
    const char *rest = t->node.text;
    size_t rest_length = t->node.length + (t->device.length ? t->device.length + 1 : 0);
    if (is_retained && !is_birth) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_RETAINED, NULL, rest, rest_length);
        return;
    }
    if (spb_read(payload, length, &h->payload, NULL) != ASSAY_OK) {
        sparkplug_refuse_as(h, h->payload.fault, NULL, rest, rest_length);
        return;
    }
    sparkplug_node *n = node_of(h, t);
    if (!n)
        return;
    sparkplug_incoming in = {t->verb, t->device, payload, length, &h->payload, h->now.utc_ns};
    sparkplug_node_take(h, n, &in);
    if (sparkplug_order_holds(n))
        timed_add(h, n);
    if (n->is_timed)
        node_tick(h, n);
}

void sparkplug_host_take(sparkplug_host *h, sparkplug_clock now, const char *topic,
                         size_t topic_length, const void *payload, size_t length, bool is_retained)
{
    sparkplug_topic t;
    h->now = now;
    h->counts.messages++;
    if (!sparkplug_topic_read(topic, topic_length, &t))
        sparkplug_refuse(h, SPARKPLUG_REFUSE_BAD_TOPIC, NULL, topic, topic_length);
    else if (t.verb == SPARKPLUG_STATE)
        state_take(h, &t, payload, length);
    else if (t.verb == SPARKPLUG_NCMD || t.verb == SPARKPLUG_DCMD)
        h->counts.commands++;
    else
        node_message(h, &t, payload, length, is_retained);
}

/* -- the connection
 * ------------------------------------------------------------------------------------ */

void sparkplug_host_lost(sparkplug_host *h, sparkplug_clock now)
{
    h->now = now;
    for (size_t i = 0; i < h->node_count; i++) {
        sparkplug_node *n = h->nodes[i];
        if (!n->is_online)
            continue;
        sparkplug_node_down(h, n, now.utc_ns);
        n->is_away = true;
        n->away_ns = now.utc_ns;
    }
}

void sparkplug_host_gone(sparkplug_host *h, sparkplug_clock now, sparkplug_node *n)
{
    h->now = now;
    if (!n->is_online)
        return;
    n->tally.deaths++;
    sparkplug_node_down(h, n, now.utc_ns);
}

void sparkplug_host_back(sparkplug_host *h, sparkplug_clock now)
{
    h->now = now;
    for (size_t i = 0; i < h->node_count; i++) {
        if (h->nodes[i]->is_away)
            sparkplug_host_ask(h, h->nodes[i], "unknown-node");
    }
}

/* -- numbers of messages
 * --------------------------------------------------------------------------- */

void sparkplug_host_number(sparkplug_host *h, uint64_t number)
{
    h->number = number;
}

uint64_t sparkplug_host_oldest_held(const sparkplug_host *h)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; h->held_bytes && i < h->timed_count; i++) {
        uint64_t oldest = sparkplug_order_oldest(h->timed[i]);
        first = oldest < first ? oldest : first;
    }
    return first;
}

/* -- life
 * ------------------------------------------------------------------------------------------------
 */

assay_status sparkplug_host_new(const sparkplug_settings *s, const sparkplug_sink *sink,
                                sparkplug_host **out, assay_err *err)
{
    sparkplug_host *h = calloc(1, sizeof *h);
    if (!h || !(h->slots = calloc(64, sizeof *h->slots))) {
        free(h);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a Sparkplug host");
    }
    h->room = 64;
    h->settings = *s;
    h->sink = *sink;
    if (!h->settings.rebirth_ms)
        h->settings.rebirth_ms = first_pause_ms;
    if (!h->settings.rebirth_max_ms)
        h->settings.rebirth_max_ms = longest_pause_ms;
    assay_status status = random_bytes(&h->seed, sizeof h->seed, err);
    if (status != ASSAY_OK) {
        sparkplug_host_free(h);
        return status;
    }
    h->random = h->seed;
    *out = h;
    return ASSAY_OK;
}

void sparkplug_host_free(sparkplug_host *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->node_count; i++) {
        for (size_t k = 0; h->sink.forget && k < h->nodes[i]->device_count; k++)
            h->sink.forget(h->sink.context, h->nodes[i]->devices[k]);
        node_free(h->nodes[i]);
    }
    spb_done(&h->payload);
    spb_done(&h->late);
    free(h->defined);
    free(h->slots);
    free(h->nodes);
    free(h->timed);
    free(h);
}

size_t sparkplug_host_nodes(const sparkplug_host *h, sparkplug_node *const **out)
{
    *out = h->nodes;
    return h->node_count;
}

sparkplug_node *sparkplug_host_find(const sparkplug_host *h, const char *group, const char *node)
{
    sparkplug_device *d = table_find(h, word_of(group), word_of(node), (sparkplug_word){"", 0});
    return d ? d->node : NULL;
}

sparkplug_counts sparkplug_host_counts(const sparkplug_host *h)
{
    return h->counts;
}
