/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source behind a broker: one client with a session that the broker keeps, so that what is
 * published while we are away comes later (docs/how-to/mqtt.md). */
#include "live/door.h"
#include "live/mqtt_address.h"
#include "live/mqtt_rows.h"
#include "live/mqtt_topic.h"
#include "live/settings.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILTERS_MAX = 256 };

typedef struct {
    door_setup setup;
    mqtt_rows *rows;
    mqtt_client *client;
    mqtt_seen *seen;
    stream_tls *tls;
    mqtt_from from;
    uint64_t lost;
    size_t refused_filters;
    loop_work *closed;
    void *closed_context;
} mqtt_door;

/* -- settings ------------------------------------------------------------------------------------
 */

static const char *const versions[] = {"5", "3.1.1", NULL};
static const char *const sessions[] = {"kept", "clean", NULL};

static const setting_rule rules[] = {
    {"broker", SETTING_TEXT, true, 0, 0, NULL},
    {"client", SETTING_TEXT, false, 0, 0, NULL},
    {"user", SETTING_TEXT, false, 0, 0, NULL},
    {"password", SETTING_TEXT, false, 0, 0, NULL},
    {"ca", SETTING_TEXT, false, 0, 0, NULL},
    {"certificate", SETTING_TEXT, false, 0, 0, NULL},
    {"key", SETTING_TEXT, false, 0, 0, NULL},
    {"version", SETTING_TEXT, false, 0, 0, versions},
    {"session", SETTING_TEXT, false, 0, 0, sessions},
    {"session_expiry_s", SETTING_INTEGER, false, 1, UINT32_MAX, NULL},
    {"keep_alive_s", SETTING_INTEGER, false, 1, 65535, NULL},
    {"receive_maximum", SETTING_INTEGER, false, 1, 65535, NULL},
    {"packet_max", SETTING_INTEGER, false, 1024, 16 << 20, NULL},
    {"qos", SETTING_INTEGER, false, 0, 2, NULL},
    {"subscribe", SETTING_LIST, false, 0, 0, NULL},
    {"mapping", SETTING_LIST, false, 0, 0, NULL},
    {"prefix", SETTING_TEXT, false, 0, 0, NULL},
    {"retained", SETTING_BOOL, false, 0, 0, NULL},
    {0}};

static assay_status check_subscriptions(const json_t *list, assay_err *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (!json_is_string(one) ||
            !mqtt_filter_is_valid(json_string_value(one), json_string_length(one)))
            return assay_fail(err, ASSAY_USAGE, i,
                              _("\"subscribe\" [%zu] is not a topic filter such as \"plant/#\""),
                              i);
    }
    if (json_array_size(list) > FILTERS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, _("\"subscribe\" has more than %d filters"),
                          FILTERS_MAX);
    return ASSAY_OK;
}

static assay_status check(const json_t *settings, assay_err *err)
{
    mqtt_address a;
    assay_status status = settings_check(settings, rules, err);
    if (status != ASSAY_OK)
        return status;
    if (!mqtt_address_read(setting_text(settings, "broker", ""), &a))
        return assay_fail(
            err, ASSAY_USAGE, 0,
            _("\"broker\" is \"%.80s\", expected mqtt://host:port or mqtts://host:port"),
            setting_text(settings, "broker", ""));
    status = check_subscriptions(json_object_get(settings, "subscribe"), err);
    return status == ASSAY_OK ? mqtt_rows_check(settings, err) : status;
}

/* What is not said is subscribed as the mapping says; without a mapping, everything. */
static size_t list_filters(const json_t *settings, const char **filters, uint8_t *qos)
{
    const json_t *list = json_object_get(settings, "subscribe");
    const json_t *mapping = json_object_get(settings, "mapping");
    size_t n = json_array_size(list ? list : mapping), count = 0;
    uint8_t wanted = (uint8_t)setting_integer(settings, "qos", 1);
    for (size_t i = 0; i < n && i < FILTERS_MAX; i++) {
        const json_t *one = json_array_get(list ? list : mapping, i);
        const char *filter = json_string_value(list ? one : json_object_get(one, "topic"));
        bool is_there = false;
        for (size_t k = 0; k < count; k++)
            is_there |= strcmp(filters[k], filter) == 0;
        if (!is_there)
            filters[count++] = filter;
    }
    if (!count)
        filters[count++] = "#";
    memset(qos, wanted, count);
    return count;
}

/* -- what the client says -------------------------------------------------------------- */

static bool on_message(void *context, const mqtt_message *m)
{
    mqtt_door *d = context;
    return mqtt_rows_message(d->rows, &d->from, m);
}

static bool on_release(void *context, uint16_t packet, uint64_t token)
{
    mqtt_door *d = context;
    return mqtt_rows_release(d->rows, &d->from, packet, token);
}

static void on_connected(void *context, bool has_session)
{
    mqtt_door *d = context;
    if (!has_session && d->seen)
        mqtt_seen_forget(d->seen);
    d->setup.log("info", d->setup.source,
                 has_session ? "connected to the broker, which kept the session"
                             : "connected to the broker");
}

static void on_subscribed(void *context, size_t i, uint8_t reason)
{
    mqtt_door *d = context;
    char text[160];
    if (i == 0)
        d->refused_filters = 0;
    if (reason < MQTT_UNSPECIFIED)
        return;
    d->refused_filters++;
    snprintf(text, sizeof text, "the broker refused subscription %zu: %s", i + 1,
             mqtt_reason_text(reason));
    d->setup.log("warning", d->setup.source, text);
}

static void on_lost(void *context, const char *why)
{
    mqtt_door *d = context;
    d->lost++;
    d->setup.log("warning", d->setup.source, why);
}

/* -- what the rows say ----------------------------------------------------------------- */

static void acknowledge(void *context, void *session, uint64_t token, uint8_t reason)
{
    mqtt_door *d = context;
    (void)session;
    (void)reason; /* the publisher is behind the broker and would not see it */
    if (d->client)
        mqtt_client_acknowledge(d->client, token);
}

static void room(void *context)
{
    mqtt_door *d = context;
    if (d->client)
        mqtt_client_resume(d->client);
}

/* -- life ------------------------------------------------------------------------------ */

static assay_status open_tls(mqtt_door *d, assay_err *err)
{
    const json_t *s = d->setup.settings;
    stream_tls_options o = {.ca = setting_text(s, "ca", NULL),
                            .certificate = setting_text(s, "certificate", NULL),
                            .key = setting_text(s, "key", NULL)};
    return stream_tls_new(&o, &d->tls, err);
}

static assay_status open_session(mqtt_door *d, bool is_clean, assay_err *err)
{
    if (is_clean)
        return ASSAY_OK;
    d->seen = d->from.seen = mqtt_seen_new("", MQTT_SEEN_OF_BROKER);
    if (!d->seen)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a session");
    return mqtt_seen_recall(d->seen, d->setup.reader, d->setup.source, err);
}

static assay_status open_client(mqtt_door *d, assay_err *err)
{
    const json_t *s = d->setup.settings;
    mqtt_address a = {.is_tls = false};
    char client[80];
    const char *filters[FILTERS_MAX];
    uint8_t qos[FILTERS_MAX];
    if (!mqtt_address_read(setting_text(s, "broker", ""), &a))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"broker\" is no address"));
    snprintf(client, sizeof client, "assay-%s", d->setup.source);
    assay_status status = a.is_tls ? open_tls(d, err) : ASSAY_OK;
    if (status != ASSAY_OK)
        return status;
    mqtt_client_options o = {
        .host = a.host,
        .port = a.port,
        .tls = d->tls,
        .version = strcmp(setting_text(s, "version", "5"), "5") == 0 ? MQTT_5 : MQTT_311,
        .client = setting_text(s, "client", client),
        .user = setting_text(s, "user", NULL),
        .password = setting_text(s, "password", NULL),
        .is_clean = d->seen == NULL,
        .session_expiry_s = (uint32_t)setting_integer(s, "session_expiry_s", 0),
        .keep_alive_s = (uint16_t)setting_integer(s, "keep_alive_s", 0),
        .receive_maximum = (uint16_t)setting_integer(s, "receive_maximum", 0),
        .packet_max = (uint32_t)setting_integer(s, "packet_max", 0),
        .filters = filters,
        .qos = qos,
        .filter_count = list_filters(s, filters, qos)};
    mqtt_client_events e = {on_message, on_release, NULL, on_connected, on_subscribed, on_lost, d};
    status = mqtt_client_open(d->setup.loop, &o, &e, &d->client, err);
    const uint16_t *held;
    size_t n = status == ASSAY_OK && d->seen ? mqtt_seen_held(d->seen, &held) : 0;
    for (size_t i = 0; i < n; i++)
        mqtt_client_hold(d->client, held[i]);
    return status;
}

static void door_free(mqtt_door *d)
{
    mqtt_seen_free(d->seen);
    stream_tls_free(d->tls);
    free(d);
}

static void rows_closed(void *context)
{
    mqtt_door *d = context;
    loop_work *closed = d->closed;
    void *closed_context = d->closed_context;
    door_free(d);
    if (closed)
        closed(closed_context);
}

static void client_closed(void *context)
{
    mqtt_door *d = context;
    d->client = NULL;
    mqtt_rows_close(d->rows, rows_closed, d);
}

static void close_door(void *door, loop_work *closed, void *context)
{
    mqtt_door *d = door;
    d->closed = closed;
    d->closed_context = context;
    if (d->client)
        mqtt_client_close(d->client, client_closed, d);
    else
        client_closed(d);
}

static assay_status open_door(const door_setup *setup, void **out, assay_err *err)
{
    mqtt_door *d = calloc(1, sizeof *d);
    if (!d)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an MQTT source");
    d->setup = *setup;
    d->from.session = d;
    mqtt_rows_events events = {acknowledge, NULL, room, d};
    bool is_clean = strcmp(setting_text(setup->settings, "session", "kept"), "clean") == 0;
    assay_status status = open_session(d, is_clean, err);
    if (status == ASSAY_OK)
        status = mqtt_rows_open(setup, &events, &d->rows, err);
    if (status == ASSAY_OK)
        status = open_client(d, err);
    if (status != ASSAY_OK) {
        close_door(d, NULL, NULL);
        return status;
    }
    *out = d;
    return ASSAY_OK;
}

static void describe(void *door, json_t *into)
{
    const mqtt_door *d = door;
    if (!d->client) {
        json_object_set_new(into, "state", json_string("closing"));
        return;
    }
    bool is_connected = mqtt_client_is_subscribed(d->client);
    json_object_set_new(into, "state", json_string(is_connected ? "connected" : "waiting"));
    if (!is_connected && *mqtt_client_trouble(d->client))
        json_object_set_new(into, "detail", json_string(mqtt_client_trouble(d->client)));
    if (d->refused_filters)
        json_object_set_new(into, "refused_subscriptions",
                            json_integer((json_int_t)d->refused_filters));
    json_object_set_new(into, "connections",
                        json_integer((json_int_t)mqtt_client_connections(d->client)));
    mqtt_rows_describe(d->rows, into);
}

const door_type door_mqtt = {
    .name = "mqtt",
    .summary = "subscribes to a broker (MQTT 3.1.1 and 5)",
    .example = "{\"door\": \"mqtt\", \"broker\": \"mqtt://broker.example:1883\", \"mapping\": "
               "[{\"topic\": "
               "\"plant/+/force\", \"characteristic\": \"{1}/force\", \"unit\": \"N\"}]}",
    .check = check,
    .open = open_door,
    .close = close_door,
    .describe = describe,
};
