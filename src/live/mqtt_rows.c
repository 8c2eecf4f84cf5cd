/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All sessions of a source fill one parcel at a time. It is sent at the end of the loop's round if
 * another one is free, else when one comes back: a quiet source is prompt, a busy one has large
 * groups. The tokens of its messages wait beside it, in their order. */
#include "live/mqtt_rows.h"

#include "live/sparkplug_feed.h"
#include "live/sparkplug_rows.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "live/lane.h"
#include "live/mqtt_topics.h"
#include "live/pour.h"

#include <stdlib.h>
#include <string.h>

enum { BATCHES = 3, PRECISIONS = 4, AGAIN_MS = 100 };

typedef struct {
    void *session;
    uint64_t token;
    uint8_t reason;
} owed_answer;

/* What belongs to one of the lane's parcels. */
typedef struct {
    const parcel *parcel;
    owed_answer *answers;
    size_t count, room;
} batch;

struct mqtt_rows {
    door_setup setup;
    mqtt_rows_events events;
    mapping *mapping;
    mqtt_topics *topics;
    pour *pour;
    feed *feeds[2][PRECISIONS]; /* of lines, by format and precision; made when first needed */
    lane *lane;
    sparkplug_rows *sparkplug; /* takes all messages; NULL: they are mapped here */
    loop_timer *round;                           /* its end */
    bool is_round_set, is_short, takes_retained; /* is_short: of memory, and somebody waits */
    batch batches[BATCHES];
    mqtt_seen **fresh; /* sessions whose messages stand in the parcel being filled */
    size_t fresh_count, fresh_room;
    uint32_t message; /* within the parcel */
    uint64_t messages, redelivered;
    loop_work *closed;
    void *closed_context;
};

/* A message on its way into a parcel. */
typedef struct {
    mqtt_rows *r;
    parcel *parcel;
    topic_entry *entry;
    const mqtt_from *from;
    size_t target;
    bool is_known; /* stored before: its values are duplicates */
    bool is_overfull;
    uint32_t taken, refused;
} taking;

/* -- answers --------------------------------------------------------------------------- */

static batch *batch_of(mqtt_rows *r, const parcel *p)
{
    batch *unused = NULL;
    for (size_t i = 0; i < BATCHES; i++) {
        if (r->batches[i].parcel == p)
            return &r->batches[i];
        if (!r->batches[i].parcel)
            unused = &r->batches[i];
    }
    if (unused) /* the lane has as many parcels, for its whole life */
        unused->parcel = p;
    return unused;
}

static bool reserve_answer(batch *b)
{
    if (b->count < b->room)
        return true;
    size_t room = b->room ? b->room * 2 : 256;
    owed_answer *wider = realloc(b->answers, room * sizeof *wider);
    if (!wider)
        return false;
    b->answers = wider;
    b->room = room;
    return true;
}

static bool reserve_fresh(mqtt_rows *r)
{
    if (r->fresh_count < r->fresh_room)
        return true;
    size_t room = r->fresh_room ? r->fresh_room * 2 : 16;
    mqtt_seen **wider = realloc(r->fresh, room * sizeof *wider);
    if (!wider)
        return false;
    r->fresh = wider;
    r->fresh_room = room;
    return true;
}

/* -- sending --------------------------------------------------------------------------- */

static void send_parcel(mqtt_rows *r)
{
    parcel *p = lane_parcel(r->lane);
    if (!p)
        return;
    for (size_t i = 0; i < r->fresh_count; i++)
        mqtt_seen_note(r->fresh[i], p);
    r->fresh_count = 0;
    r->message = 0;
    lane_send(r->lane);
}

static void set_round(mqtt_rows *r)
{
    if (!r->is_round_set)
        loop_timer_set(r->round, 0);
    r->is_round_set = true;
}

static void end_round(void *context)
{
    mqtt_rows *r = context;
    bool was_short = r->is_short;
    r->is_round_set = r->is_short = false;
    if (lane_is_free(r->lane))
        send_parcel(r);
    if (was_short)
        r->events.room(r->events.context);
}

/* Nothing comes back that would wake those who were turned away: they try again. */
static bool turn_away(mqtt_rows *r)
{
    r->is_short = r->is_round_set = true;
    loop_timer_set(r->round, AGAIN_MS);
    return false;
}

static void stored(void *context, const parcel *p)
{
    mqtt_rows *r = context;
    batch *b = batch_of(r, p);
    for (size_t i = 0; b && i < b->count; i++) {
        const owed_answer *a = &b->answers[i];
        r->events.acknowledge(r->events.context, a->session, a->token, a->reason);
    }
    if (b)
        b->count = 0;
    if (r->events.acknowledged)
        r->events.acknowledged(r->events.context);
    set_round(r); /* what was filled meanwhile may go once this one is back */
}

static void room(void *context)
{
    mqtt_rows *r = context;
    r->events.room(r->events.context);
}

/* A parcel with place for `rows` more, or an empty one. */
static parcel *parcel_for(mqtt_rows *r, size_t rows)
{
    parcel *p = lane_parcel(r->lane);
    if (p && !parcel_is_empty(p) && (parcel_is_full(p) || p->rows->n + rows > PARCEL_ROWS)) {
        send_parcel(r);
        p = lane_parcel(r->lane);
    }
    if (p && parcel_is_empty(p)) {
        p->is_recognised = true;
        p->arrived = time_now();
    }
    return p;
}

/* -- values ---------------------------------------------------------------------------- */

static bool refuse_value(taking *t, const char *reason, const char *remedy, const char *found,
                         size_t length)
{
    t->refused++;
    if (t->is_known)
        t->parcel->duplicates++;
    else
        parcel_refuse(t->parcel, reason, remedy, 1, found, length);
    return true;
}

static bool add_row(taking *t, const parcel_row *row)
{
    t->taken++;
    if (parcel_add(t->parcel, row))
        return true;
    if (parcel_is_full(t->parcel))
        return refuse_value(t, "too-many-values", N_("send fewer values in one message"), "", 0);
    t->is_overfull = true; /* memory: the message is not taken */
    return false;
}

/* The same counter as before is the same part, however often it is sent. */
static bool is_new_part(taking *t, const mapping_row *row)
{
    topic_target *target = &t->entry->targets[t->target];
    size_t length = row->part.length < PART_ROOM ? row->part.length : PART_ROOM - 1;
    if (length == target->part_length && memcmp(target->part, row->part.text, length) == 0)
        return false;
    memcpy(target->part, row->part.text, length);
    target->part_length = (uint8_t)length;
    char key[PART_KEY_ROOM];
    mqtt_part_key(mapping_binding_target(t->entry->binding, t->target)->path, key);
    parcel_remember(t->parcel, key, target->part, length);
    return true;
}

static bool take_row(void *context, const mapping_row *row)
{
    taking *t = context;
    const topic_target *target = &t->entry->targets[t->target];
    if (t->is_known || (target->is_counted && !is_new_part(t, row))) {
        t->taken++;
        t->parcel->duplicates++;
        return true;
    }
    parcel_row out = {.place = target->place,
                      .time = row->time,
                      .offset = row->offset,
                      .value = row->value,
                      .raw = row->raw,
                      .status = row->status,
                      .size = row->size,
                      .record = t->r->messages,
                      .message = t->r->message};
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (row->context[kind].length)
            out.context[kind] = parcel_text(t->parcel, (context_kind)kind, row->context[kind].text,
                                            row->context[kind].length);
    return add_row(t, &out);
}

static bool refuse_row(void *context, const char *reason, const char *remedy, const char *found,
                       size_t length)
{
    return refuse_value(context, reason, remedy, found, length);
}

static bool is_allowed(taking *t, const char *path)
{
    if (!t->from->may || t->from->may(t->from->may_context, path))
        return true;
    refuse_value(t, "not-allowed", N_("let the account measure at this site"), path, strlen(path));
    return false;
}

/* -- lines ----------------------------------------------------------------------------- */

static bool line_row(void *context, const feed_row *row)
{
    taking *t = *(taking **)context;
    char path[1024];
    size_t length = row->path_length < sizeof path ? row->path_length : sizeof path - 1;
    memcpy(path, row->path, length);
    path[length] = 0;
    if (!is_allowed(t, path))
        return true;
    t->taken++;
    if (t->is_known)
        t->parcel->duplicates++;
    else if (!pour_row(t->r->pour, t->parcel, row, t->r->message)) {
        t->taken--;
        refuse_value(t, "too-many-values", N_("send fewer lines in one message"), row->path,
                     row->path_length);
    }
    return true;
}

static bool line_refuse(void *context, uint64_t line, const char *reason, const char *expected,
                        const char *found, size_t length)
{
    taking *t = *(taking **)context;
    (void)line;
    t->refused++;
    if (t->is_known)
        t->parcel->duplicates++;
    else
        pour_refuse(t->parcel, reason, expected, found, length);
    return true;
}

static _Thread_local taking *taken_now; /* what the shared feeds write to */

static feed *feed_of(mqtt_rows *r, mapping_format format, const char *precision)
{
    static const char *const names[PRECISIONS] = {"s", "ms", "us", "ns"};
    size_t i = 0;
    while (i + 1 < PRECISIONS && strcmp(names[i], precision) != 0)
        i++;
    feed **f = &r->feeds[format == MAPPING_NDJSON][i];
    feed_sink sink = {line_row, line_refuse, &taken_now};
    if (!*f && feed_new(format == MAPPING_LINE ? FEED_LINE_PROTOCOL : FEED_NDJSON, names[i], &sink,
                        f, NULL) != ASSAY_OK)
        *f = NULL;
    return *f;
}

static bool take_lines(taking *t, const mapping_target *target, mqtt_slice payload)
{
    feed *f = feed_of(t->r, target->format, target->precision);
    if (!f)
        return false;
    taken_now = t;
    feed_take(f, payload.text, payload.length);
    feed_end(f);
    return true;
}

/* -- a message ------------------------------------------------------------------------- */

/* False: memory was short. */
static bool take_targets(taking *t, mqtt_slice payload)
{
    mapping_sink sink = {take_row, refuse_row, t};
    topic_entry *e = t->entry;
    if (e->reason)
        return refuse_value(t, e->reason, e->remedy, e->topic ? e->topic : "", e->length);
    for (t->target = 0; t->target < e->count && !t->is_overfull; t->target++) {
        const mapping_target *target = mapping_binding_target(e->binding, t->target);
        bool is_lines = target->format == MAPPING_LINE || target->format == MAPPING_NDJSON;
        if (is_lines && !take_lines(t, target, payload))
            return false;
        if (!is_lines && is_allowed(t, target->path))
            mapping_json_take(t->r->mapping, e->binding, t->target, payload.text, payload.length,
                              &sink);
    }
    return !t->is_overfull;
}

/* A number is one row. Of other payloads the shortest row is two bytes ("1,"). */
static size_t rows_at_most(const topic_entry *e, mqtt_slice payload)
{
    size_t rows = 0;
    for (size_t i = 0; i < e->count; i++)
        rows += e->targets[i].format == MAPPING_NUMBER ? 1 : payload.length / 2 + 1;
    return rows;
}

static uint32_t digest_of(const mqtt_message *m, uint64_t topic_hash)
{
    uint64_t hash = hash64(m->payload.text, m->payload.length) + topic_hash * 31;
    return (uint32_t)(hash ^ hash >> 32);
}

/* Has this very message been stored? Of QoS 2 too: a broker that restarts in the middle of its own
 * handshake (mosquitto 2.0.11 does, when a client goes twice in a row) may publish again what it
 * has released already. */
static void look_back(taking *t, const mqtt_message *m, uint32_t digest)
{
    mqtt_seen *seen = t->from->seen;
    t->is_known = mqtt_seen_has(seen, m->packet, digest);
    t->r->redelivered += t->is_known;
    if (mqtt_seen_is_empty(seen)) /* nothing is known of its past: perhaps it was stored */
        t->parcel->is_recognised = false;
}

static void remember(taking *t, const mqtt_message *m, uint32_t digest)
{
    mqtt_seen *seen = t->from->seen;
    if (m->qos == 2)
        mqtt_seen_hold(seen, t->parcel, m->packet);
    if (t->is_known)
        return;
    if (!mqtt_seen_has_fresh(seen))
        t->r->fresh[t->r->fresh_count++] = seen;
    if (!mqtt_seen_add(seen, m->packet, digest)) {
        t->r->fresh_count -= !mqtt_seen_has_fresh(seen);
        t->parcel->is_recognised = false;
    }
}

static bool take(taking *t, const mqtt_message *m, uint64_t topic_hash)
{
    size_t before = t->parcel->rows->n;
    bool may_return = t->from->seen && m->qos > 0;
    uint32_t digest = may_return ? digest_of(m, topic_hash) : 0;
    if (may_return && m->is_duplicate)
        look_back(t, m, digest);
    if (!may_return && m->qos > 0 && m->is_duplicate) /* sent again, though it keeps no session */
        t->parcel->is_recognised = false;
    if (m->is_retained && !t->r->takes_retained) {
        refuse_value(t, "retained",
                     N_("nothing to do: it is the last value again, or set \"retained\" to true"),
                     m->topic.text, m->topic.length);
    } else if (!take_targets(t, m->payload)) {
        t->parcel->rows->n = before;
        return false;
    }
    if (t->taken + t->refused == 0) /* an empty list: its answer needs something to wait for */
        refuse_value(t, "no-value", N_("send at least one value in a message"), m->payload.text,
                     m->payload.length);
    if (may_return)
        remember(t, m, digest);
    return true;
}

static void owe(batch *b, const mqtt_from *from, uint64_t token, uint8_t reason)
{
    if (token)
        b->answers[b->count++] = (owed_answer){from->session, token, reason};
}

bool mqtt_rows_message(mqtt_rows *r, const mqtt_from *from, const mqtt_message *m)
{
    if (r->sparkplug)
        return sparkplug_rows_message(r->sparkplug, from, m);
    uint64_t hash = hash64(m->topic.text, m->topic.length);
    taking t = {.r = r, .from = from, .entry = mqtt_topics_find(r->topics, m->topic, hash)};
    if (!t.entry || !reserve_fresh(r))
        return turn_away(r);
    t.parcel = parcel_for(r, rows_at_most(t.entry, m->payload));
    if (!t.parcel)
        return false;
    batch *b = batch_of(r, t.parcel);
    r->message++;
    if (!b || !reserve_answer(b) || !take(&t, m, hash))
        return turn_away(r);
    r->messages++;
    uint8_t reason = t.refused && !t.taken && !m->is_retained ? MQTT_PAYLOAD_INVALID : MQTT_SUCCESS;
    owe(b, from, m->token, reason);
    set_round(r);
    return true;
}

bool mqtt_rows_release(mqtt_rows *r, const mqtt_from *from, uint16_t packet, uint64_t token)
{
    if (!from->seen) { /* nothing was remembered that had to be forgotten */
        r->events.acknowledge(r->events.context, from->session, token, MQTT_SUCCESS);
        return true;
    }
    parcel *p = parcel_for(r, 0);
    if (!p)
        return false;
    batch *b = batch_of(r, p);
    if (!b || !reserve_answer(b))
        return turn_away(r);
    mqtt_seen_release(from->seen, p, packet);
    owe(b, from, token, MQTT_SUCCESS);
    set_round(r);
    return true;
}

bool mqtt_rows_remember(mqtt_rows *r, const char *key, const void *bytes, size_t length)
{
    parcel *p = parcel_for(r, 0);
    if (!p)
        return false;
    parcel_remember(p, key, bytes, length);
    set_round(r);
    return true;
}

/* -- life ------------------------------------------------------------------------------ */

static void rows_free(mqtt_rows *r)
{
    for (size_t i = 0; i < 2 * PRECISIONS; i++)
        feed_free(r->feeds[i / PRECISIONS][i % PRECISIONS]);
    for (size_t i = 0; i < BATCHES; i++)
        free(r->batches[i].answers);
    loop_timer_free(r->round);
    mqtt_topics_free(r->topics);
    mapping_json_free(r->mapping);
    pour_close(r->pour);
    free(r->fresh);
    free(r);
}

static void lane_closed(void *context)
{
    mqtt_rows *r = context;
    loop_work *closed = r->closed;
    void *closed_context = r->closed_context;
    rows_free(r);
    closed(closed_context);
}

static void sparkplug_closed(void *context)
{
    mqtt_rows *r = context;
    r->sparkplug = NULL;
    if (r->lane)
        send_parcel(r);
    loop_timer_clear(r->round);
    lane_close(r->lane, lane_closed, r);
}

void mqtt_rows_close(mqtt_rows *r, loop_work *closed, void *context)
{
    if (!r) {
        closed(context);
        return;
    }
    r->closed = closed;
    r->closed_context = context;
    sparkplug_rows_close(r->sparkplug, sparkplug_closed, r);
}

static bool is_sparkplug(const json_t *settings)
{
    const char *payload = json_string_value(json_object_get(settings, "payload"));
    return payload && strcmp(payload, "sparkplug") == 0;
}

assay_status mqtt_rows_check(const json_t *settings, assay_err *err)
{
    if (is_sparkplug(settings))
        return sparkplug_feed_check(settings, err);
    mapping *m = NULL;
    assay_status status = mapping_json_new(json_object_get(settings, "mapping"), &m, err);
    mapping_json_free(m);
    return status;
}

static assay_status open_parts(mqtt_rows *r, assay_err *err)
{
    const json_t *settings = r->setup.settings;
    pour_options pouring = {.catalog = r->setup.catalog,
                            .prefix = json_string_value(json_object_get(settings, "prefix"))};
    lane_events events = {stored, room, r};
    const json_t *rules = is_sparkplug(settings) ? NULL : json_object_get(settings, "mapping");
    assay_status status = mapping_json_new(rules, &r->mapping, err);
    if (status == ASSAY_OK && is_sparkplug(settings))
        status = sparkplug_rows_open(&r->setup, &r->events, &r->sparkplug, err);
    if (status == ASSAY_OK)
        status = pour_open(&pouring, &r->pour, err);
    if (status == ASSAY_OK)
        status = loop_timer_new(r->setup.loop, end_round, r, &r->round, err);
    if (status == ASSAY_OK && !(r->topics = mqtt_topics_new(r->mapping, &r->setup)))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for topics");
    if (status == ASSAY_OK)
        status = lane_open(&r->setup, mapping_json_contexts(r->mapping), &events, &r->lane, err);
    return status;
}

static void no_more(void *context)
{
    (void)context;
}

assay_status mqtt_rows_open(const door_setup *setup, const mqtt_rows_events *events,
                            mqtt_rows **out, assay_err *err)
{
    mqtt_rows *r = calloc(1, sizeof *r);
    if (!r)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an MQTT source");
    r->setup = *setup;
    r->events = *events;
    r->takes_retained = json_is_true(json_object_get(setup->settings, "retained"));
    assay_status status = open_parts(r, err);
    if (status != ASSAY_OK) {
        sparkplug_rows_close(r->sparkplug, no_more, NULL);
        rows_free(r);
        return status;
    }
    *out = r;
    return ASSAY_OK;
}

void mqtt_rows_gone(mqtt_rows *r, const char *will_topic)
{
    if (r->sparkplug)
        sparkplug_rows_gone(r->sparkplug, will_topic);
}

void mqtt_rows_describe(const mqtt_rows *r, json_t *into)
{
    if (r->sparkplug) {
        sparkplug_rows_describe(r->sparkplug, into);
        return;
    }
    json_object_set_new(into, "messages", json_integer((json_int_t)r->messages));
    json_object_set_new(into, "redelivered", json_integer((json_int_t)r->redelivered));
    json_object_set_new(into, "topics", json_integer((json_int_t)mqtt_topics_count(r->topics)));
    lane_describe(r->lane, into);
}
