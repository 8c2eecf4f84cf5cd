/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Sparkplug host application at one or more brokers (docs/how-to/sparkplug.md).
 *
 * Each connection has its own clean session, its own Will and its own time T: CONNECT with the Will
 * (offline, T), SUBSCRIBE to the namespace and the own STATE topic, and only then the first
 * publication, STATE (online, T). A planned end publishes STATE (offline, now), waits for its
 * PUBACK, and says DISCONNECT. */
#include "live/lane.h"
#include "live/mqtt_client.h"
#include "live/settings.h"
#include "live/sparkplug_feed.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { brokers_max = 16, groups_max = 64, tokens_room = 1 << 12, described_metrics = 10000 };

typedef struct {
    uint64_t number, token;
} owed; /* an acknowledgement that waits for the store */

typedef struct {
    struct sparkplug_door *door;
    const json_t *settings;
    mqtt_client *client;
    stream_tls *tls;
    sparkplug_link *link;
    char topic[SPARKPLUG_ID_MAX + 32];
    buf will;
    char identifier[24];
    int64_t since_ms; /* T */
    bool is_announced;
    size_t subscribed, refused;
    owed *owed; /* a ring */
    size_t owed_first, owed_count;
} broker;

typedef struct sparkplug_door {
    door_setup setup;
    sparkplug_feed *feed;
    broker brokers[brokers_max];
    size_t broker_count, open_count;
    char *filters[groups_max + 1];
    uint8_t qos[groups_max + 1];
    size_t filter_count;
    bool is_closing;
    loop_work *closed;
    void *closed_context;
} sparkplug_door;

/* -- settings
 * --------------------------------------------------------------------------------------- */

static const setting_rule rules[] = {
    {.name = "brokers", .kind = SETTING_LIST, .is_needed = true},
    {.name = "host_id", .kind = SETTING_TEXT},
    {.name = "groups", .kind = SETTING_LIST},
    {.name = "reorder_ms", .kind = SETTING_INTEGER, .least = 0, .most = 600000},
    {.name = "rebirth", .kind = SETTING_BOOL},
    {.name = "rebirth_ms", .kind = SETTING_INTEGER, .least = 100, .most = 300000},
    {.name = "rebirth_spread_ms", .kind = SETTING_INTEGER, .least = 0, .most = 600000},
    {.name = "mapping", .kind = SETTING_LIST},
    {.name = "others", .kind = SETTING_BOOL},
    {0},
};

static const setting_rule broker_rules[] = {
    {.name = "host", .kind = SETTING_TEXT, .is_needed = true},
    {.name = "port", .kind = SETTING_INTEGER, .least = 1, .most = 65535},
    {.name = "version", .kind = SETTING_TEXT, .words = (const char *const[]){"3.1.1", "5", NULL}},
    {.name = "user", .kind = SETTING_TEXT},
    {.name = "password", .kind = SETTING_TEXT},
    {.name = "tls", .kind = SETTING_BOOL},
    {.name = "ca", .kind = SETTING_TEXT},
    {.name = "certificate", .kind = SETTING_TEXT},
    {.name = "key", .kind = SETTING_TEXT},
    {.name = "keep_alive_s", .kind = SETTING_INTEGER, .least = 5, .most = 65535},
    {0},
};

static assay_status groups_check(const json_t *settings, assay_err *err)
{
    const json_t *groups = json_object_get(settings, "groups");
    if (json_array_size(groups) > groups_max)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"groups\" has more than %d"), groups_max);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const char *group = json_string_value(json_array_get(groups, i));
        if (!group || !*group || strlen(group) > SPARKPLUG_ID_MAX || strpbrk(group, "+/#"))
            return assay_fail(err, ASSAY_USAGE, i, _("\"groups\" entry %zu is not a group's name"),
                              i + 1);
    }
    return ASSAY_OK;
}

static assay_status door_check(const json_t *settings, assay_err *err)
{
    assay_status status = settings_check(settings, rules, err);
    const json_t *brokers = json_object_get(settings, "brokers");
    size_t n = json_array_size(brokers);
    if (status == ASSAY_OK && (n < 1 || n > brokers_max))
        status = assay_fail(err, ASSAY_USAGE, 0, _("\"brokers\" has %zu, expected 1 to %d"), n,
                            brokers_max);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        status = settings_check(json_array_get(brokers, i), broker_rules, err);
    if (status == ASSAY_OK)
        status = groups_check(settings, err);
    return status == ASSAY_OK ? sparkplug_feed_check(settings, err) : status;
}

/* -- STATE
 * ------------------------------------------------------------------------------------------- */

static void state_publish(broker *b, bool is_online, int64_t timestamp_ms, mqtt_published *done)
{
    buf payload = BUF_INIT;
    assay_err err;
    sparkplug_state_write(&payload, is_online, timestamp_ms);
    if (!payload.failed &&
        mqtt_client_publish(b->client, b->topic, payload.data, payload.length, 1, true, done, b,
                            &err) != ASSAY_OK &&
        done)
        done(b, false);
    buf_done(&payload);
}

static void on_prepare(void *context, mqtt_connect *c)
{
    broker *b = context;
    b->since_ms = time_now() / 1000000;
    b->is_announced = false;
    b->subscribed = b->refused = 0;
    buf_clear(&b->will);
    sparkplug_state_write(&b->will, false, b->since_ms);
    c->has_will = true;
    c->will = (mqtt_will){.topic = mqtt_slice_of(b->topic),
                          .payload = {b->will.data, (uint32_t)b->will.length},
                          .qos = 1,
                          .is_retained = true};
}

static void announce(broker *b)
{
    b->is_announced = true;
    state_publish(b, true, b->since_ms, NULL);
    b->door->setup.log("info", b->door->setup.source, "online as a Sparkplug host");
    sparkplug_link_back(b->link);
}

/* Nothing yet: the subscriptions come first. */
static void on_connected(void *context, bool has_session)
{
    (void)context;
    (void)has_session;
}

static void on_subscribed(void *context, size_t i, uint8_t reason)
{
    broker *b = context;
    char text[400];
    b->subscribed++;
    if (reason >= 0x80) {
        b->refused++;
        snprintf(text, sizeof text, "the broker refuses the subscription to %s",
                 b->door->filters[i]);
        b->door->setup.log("warning", b->door->setup.source, text);
    }
    if (b->subscribed == b->door->filter_count && !b->is_announced)
        announce(b);
}

static void on_contradicted(void *context)
{
    broker *b = context;
    if (b->is_announced && !b->door->is_closing)
        state_publish(b, true, b->since_ms, NULL);
}

static void on_command(void *context, const char *topic, const void *payload, size_t length)
{
    broker *b = context;
    assay_err err;
    if (mqtt_client_publish(b->client, topic, payload, length, 0, false, NULL, NULL, &err) !=
        ASSAY_OK)
        b->door->setup.log("warning", b->door->setup.source, err.message);
}

/* -- messages
 * ------------------------------------------------------------------------------------------- */

/* Tokens go back in their order, when what came before them is stored. */
static void owed_pay(broker *b)
{
    uint64_t durable = b->owed_count ? sparkplug_feed_durable(b->door->feed) : 0;
    while (b->owed_count && b->owed[b->owed_first].number <= durable) {
        mqtt_client_acknowledge(b->client, b->owed[b->owed_first].token);
        b->owed_first = (b->owed_first + 1) % tokens_room;
        b->owed_count--;
    }
}

static bool on_message(void *context, const mqtt_message *m)
{
    broker *b = context;
    if (b->owed_count == tokens_room)
        return false;
    uint64_t number = sparkplug_link_take(b->link, m->topic.text, m->topic.length, m->payload.text,
                                          m->payload.length, m->is_retained);
    if (!number)
        return false;
    if (m->token) {
        b->owed[(b->owed_first + b->owed_count++) % tokens_room] = (owed){number, m->token};
        owed_pay(b);
    }
    return true;
}

static void on_lost(void *context, const char *why)
{
    broker *b = context;
    if (b->is_announced)
        b->door->setup.log("warning", b->door->setup.source, why);
    b->is_announced = false;
    sparkplug_link_lost(b->link);
}

static void on_room(void *context)
{
    sparkplug_door *d = context;
    for (size_t i = 0; i < d->broker_count; i++) {
        if (d->brokers[i].client)
            mqtt_client_resume(d->brokers[i].client);
    }
}

static void on_stored(void *context)
{
    sparkplug_door *d = context;
    for (size_t i = 0; i < d->broker_count; i++) {
        bool was_full = d->brokers[i].owed_count == tokens_room;
        if (!d->brokers[i].client)
            continue;
        owed_pay(&d->brokers[i]);
        if (was_full && d->brokers[i].owed_count < tokens_room)
            mqtt_client_resume(d->brokers[i].client);
    }
}

/* -- life
 * --------------------------------------------------------------------------------------------------
 */

static void door_free(void *context)
{
    sparkplug_door *d = context;
    for (size_t i = 0; i < d->broker_count; i++) {
        stream_tls_free(d->brokers[i].tls);
        buf_done(&d->brokers[i].will);
        free(d->brokers[i].owed);
    }
    for (size_t i = 0; i < d->filter_count; i++)
        free(d->filters[i]);
    free(d);
}

static bool filter_add(sparkplug_door *d, const char *before, const char *name, const char *after)
{
    d->qos[d->filter_count] = 1;
    return asprintf(&d->filters[d->filter_count], "spBv1.0/%s%s%s", before, name, after) > 0 &&
           ++d->filter_count;
}

static assay_status filters_make(sparkplug_door *d, assay_err *err)
{
    const json_t *groups = json_object_get(d->setup.settings, "groups");
    bool is_good = json_array_size(groups) || filter_add(d, "#", "", "");
    for (size_t i = 0; is_good && i < json_array_size(groups); i++)
        is_good = filter_add(d, "", json_string_value(json_array_get(groups, i)), "/#");
    is_good =
        is_good && filter_add(d, "STATE/", setting_text(d->setup.settings, "host_id", "assay"), "");
    return is_good ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
}

static assay_status tls_make(broker *b, assay_err *err)
{
    stream_tls_options o = {.ca = setting_text(b->settings, "ca", NULL),
                            .certificate = setting_text(b->settings, "certificate", NULL),
                            .key = setting_text(b->settings, "key", NULL)};
    if (!setting_bool(b->settings, "tls", false))
        return ASSAY_OK;
    return stream_tls_new(&o, &b->tls, err);
}

static assay_status client_make(broker *b, assay_err *err)
{
    char port[8];
    sparkplug_door *d = b->door;
    const char *version = setting_text(b->settings, "version", "5");
    snprintf(port, sizeof port, "%d",
             (int)setting_integer(b->settings, "port", b->tls ? 8883 : 1883));
    mqtt_client_options o = {.host = setting_text(b->settings, "host", ""),
                             .port = port,
                             .tls = b->tls,
                             .version = strcmp(version, "5") == 0 ? MQTT_5 : MQTT_311,
                             .client = "",
                             .user = setting_text(b->settings, "user", NULL),
                             .password = setting_text(b->settings, "password", NULL),
                             .is_clean = true,
                             .keep_alive_s =
                                 (uint16_t)setting_integer(b->settings, "keep_alive_s", 0),
                             .packet_max = SPB_BYTES_MAX,
                             .filters = (const char *const *)d->filters,
                             .qos = d->qos,
                             .filter_count = d->filter_count};
    mqtt_client_events e = {.message = on_message,
                            .prepare = on_prepare,
                            .subscribed = on_subscribed,
                            .connected = on_connected,
                            .lost = on_lost,
                            .context = b};
    return mqtt_client_open(d->setup.loop, &o, &e, &b->client, err);
}

static assay_status broker_open(sparkplug_door *d, const json_t *settings, assay_err *err)
{
    broker *b = &d->brokers[d->broker_count++];
    sparkplug_link_events e = {on_command, on_contradicted, b};
    b->door = d;
    b->settings = settings;
    snprintf(b->topic, sizeof b->topic, "spBv1.0/STATE/%s",
             setting_text(d->setup.settings, "host_id", "assay"));
    b->owed = calloc(tokens_room, sizeof *b->owed);
    assay_status status =
        b->owed ? tls_make(b, err) : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
    if (status == ASSAY_OK)
        status = sparkplug_link_new(d->feed, &e, &b->link, err);
    return status == ASSAY_OK ? client_make(b, err) : status;
}

static void feed_closed(void *context)
{
    sparkplug_door *d = context;
    loop_work *closed = d->closed;
    void *to = d->closed_context;
    door_free(d);
    if (closed)
        closed(to);
}

static void client_closed(void *context)
{
    sparkplug_door *d = context;
    if (--d->open_count == 0)
        sparkplug_feed_close(d->feed, feed_closed, d);
}

static void offline_published(void *context, bool is_delivered)
{
    broker *b = context;
    (void)is_delivered;
    mqtt_client *c = b->client;
    b->client = NULL;
    if (c)
        mqtt_client_close(c, client_closed, b->door);
}

static void door_close(void *context, loop_work *closed, void *closed_context)
{
    sparkplug_door *d = context;
    d->is_closing = true;
    d->closed = closed;
    d->closed_context = closed_context;
    d->open_count = 1;
    for (size_t i = 0; i < d->broker_count; i++) {
        broker *b = &d->brokers[i];
        if (!b->client)
            continue;
        d->open_count++;
        if (b->is_announced)
            state_publish(b, false, time_now() / 1000000, offline_published);
        else
            offline_published(b, false);
    }
    client_closed(d);
}

static assay_status door_open(const door_setup *setup, void **out, assay_err *err)
{
    sparkplug_door *d = calloc(1, sizeof *d);
    if (!d)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
    d->setup = *setup;
    const json_t *brokers = json_object_get(setup->settings, "brokers");
    assay_status status = filters_make(d, err);
    if (status == ASSAY_OK)
        status = sparkplug_feed_open(
            setup, &(sparkplug_feed_events){.room = on_room, .stored = on_stored, .context = d},
            &d->feed, err);
    if (status != ASSAY_OK) {
        door_free(d);
        return status;
    }
    for (size_t i = 0; status == ASSAY_OK && i < json_array_size(brokers); i++)
        status = broker_open(d, json_array_get(brokers, i), err);
    if (status != ASSAY_OK) {
        door_close(d, NULL, NULL);
        return status;
    }
    *out = d;
    return ASSAY_OK;
}

/* -- what there is to say
 * -------------------------------------------------------------------------------------- */

static json_t *broker_json(const broker *b)
{
    json_t *out =
        json_pack("{s:s, s:i, s:b, s:b, s:I}", "host", setting_text(b->settings, "host", ""),
                  "port", (int)setting_integer(b->settings, "port", b->tls ? 8883 : 1883),
                  "connected", b->client && mqtt_client_is_connected(b->client), "online",
                  b->is_announced, "state_timestamp", (json_int_t)b->since_ms);
    const char *trouble = b->client ? mqtt_client_trouble(b->client) : "";
    if (*trouble && !b->is_announced)
        json_object_set_new(out, "trouble", json_string(trouble));
    sparkplug_describe(sparkplug_link_host(b->link), out, described_metrics);
    return out;
}

static void door_describe(void *context, json_t *into)
{
    sparkplug_door *d = context;
    json_t *list = json_array();
    size_t online = 0;
    for (size_t i = 0; i < d->broker_count; i++) {
        online += d->brokers[i].is_announced;
        json_array_append_new(list, broker_json(&d->brokers[i]));
    }
    json_object_set_new(into, "state", json_string(online ? "connected" : "waiting"));
    json_object_set_new(into, "host_id",
                        json_string(setting_text(d->setup.settings, "host_id", "assay")));
    json_object_set_new(into, "brokers", list);
    sparkplug_feed_describe(d->feed, into);
}

static assay_status door_command(void *context, const json_t *command, assay_err *err)
{
    sparkplug_door *d = context;
    size_t sent = 0;
    for (size_t i = 0; i < d->broker_count; i++) {
        if (!d->brokers[i].is_announced)
            continue;
        assay_status status = sparkplug_link_command(d->brokers[i].link, command, err);
        if (status != ASSAY_OK)
            return status;
        sent++;
    }
    return sent ? ASSAY_OK : assay_fail(err, ASSAY_BUSY, 0, _("no broker is connected"));
}

const door_type door_sparkplug = {
    .name = "sparkplug",
    .summary = "Sparkplug B host application at an MQTT broker",
    .example = "{\"door\": \"sparkplug\", \"brokers\": [{\"host\": \"broker.example\"}], "
               "\"host_id\": \"assay\","
               " \"groups\": [\"Fab1\"], \"mapping\": [{\"device\": \"WaferGauge\", \"metric\": "
               "\"Thickness\","
               " \"serial\": \"Part/Serial\", \"part\": \"message\"}]}",
    .check = door_check,
    .open = door_open,
    .close = door_close,
    .describe = door_describe,
    .command = door_command,
};
