/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source that gauges and gateways connect to, with no broker between (docs/how-to/mqtt.md): its
 * settings and its life. */
#include "live/mqtt_endpoint.h"

#include "base/i18n.h"
#include "base/text.h"
#include "live/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOGINS_MAX = 1000, HOST_ROOM = 256 };

static const char *const login_words[] = {"token", "none", NULL};

static const char *const payload_words[] = {"mapped", "sparkplug", NULL};

static const setting_rule rules[] = {{"listen", SETTING_TEXT, true, 0, 0, NULL},
                                     {"login", SETTING_TEXT, false, 0, 0, login_words},
                                     {"logins", SETTING_LIST, false, 0, 0, NULL},
                                     {"certificate", SETTING_TEXT, false, 0, 0, NULL},
                                     {"key", SETTING_TEXT, false, 0, 0, NULL},
                                     {"ca", SETTING_TEXT, false, 0, 0, NULL},
                                     {"open_plain", SETTING_BOOL, false, 0, 0, NULL},
                                     {"max_connections", SETTING_INTEGER, false, 1, 10000, NULL},
                                     {"packet_max", SETTING_INTEGER, false, 1024, 16 << 20, NULL},
                                     {"receive_maximum", SETTING_INTEGER, false, 1, 32767, NULL},
                                     {"mapping", SETTING_LIST, false, 0, 0, NULL},
                                     {"prefix", SETTING_TEXT, false, 0, 0, NULL},
                                     {"payload", SETTING_TEXT, false, 0, 0, payload_words},
                                     {"others", SETTING_BOOL, false, 0, 0, NULL},
                                     {0}};

/* -- settings ------------------------------------------------------------------------------------
 */

typedef struct {
    char host[HOST_ROOM], port[8];
} address;

/* "127.0.0.1:1883" or "[::1]:1883" */
static bool split_address(const char *text, address *out)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    bool is_bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
    if (is_bracketed) {
        text++;
        length -= 2;
    }
    if (!length || length >= HOST_ROOM || !text_is_port(colon + 1))
        return false;
    if (!is_bracketed && memchr(text, ':', length))
        return false;
    memcpy(out->host, text, length);
    out->host[length] = 0;
    snprintf(out->port, sizeof out->port, "%s", colon + 1);
    return true;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           strncmp(host, "127.", 4) == 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_login(const json_t *one, endpoint_login *out)
{
    const char *hex = json_string_value(json_object_get(one, "password_sha256"));
    out->user = json_string_value(json_object_get(one, "user"));
    if (!out->user || !*out->user || !hex || strlen(hex) != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->digest[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static assay_status check_logins(const json_t *list, assay_err *err)
{
    if (json_array_size(list) > LOGINS_MAX)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"logins\" has %zu members, expected at most %d"),
                          json_array_size(list), LOGINS_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        endpoint_login login;
        if (!parse_login(json_array_get(list, i), &login))
            return assay_fail(err, ASSAY_USAGE, i,
                              _("\"logins\" [%zu] is not {\"user\", \"password_sha256\": 64 small "
                                "hexadecimal digits}"),
                              i);
    }
    return ASSAY_OK;
}

static assay_status check_safety(const json_t *settings, const address *a, assay_err *err)
{
    bool has_certificate = json_object_get(settings, "certificate") != NULL;
    if (has_certificate != (json_object_get(settings, "key") != NULL))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"certificate\" and \"key\" belong together"));
    if (is_loopback(a->host) || has_certificate || setting_bool(settings, "open_plain", false))
        return ASSAY_OK;
    assay_fail(err, ASSAY_USAGE, 0,
               _("\"listen\" is beyond loopback (%.100s) without \"certificate\" and \"key\""),
               a->host);
    return assay_hint(err, _("where the network itself is safe, say \"open_plain\": true"));
}

static assay_status check(const json_t *settings, assay_err *err)
{
    address a;
    assay_status status = settings_check(settings, rules, err);
    if (status != ASSAY_OK)
        return status;
    const char *listen = setting_text(settings, "listen", "");
    if (!split_address(listen, &a))
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"listen\" is \"%.100s\", expected an address such as 127.0.0.1:1883"),
                          listen);
    status = check_safety(settings, &a, err);
    if (status == ASSAY_OK)
        status = check_logins(json_object_get(settings, "logins"), err);
    return status == ASSAY_OK ? mqtt_rows_check(settings, err) : status;
}

/* Beyond this machine a login is needed unless the settings say otherwise. */
static assay_status read_options(endpoint *e, const address *a, assay_err *err)
{
    const json_t *s = e->setup.settings, *logins = json_object_get(s, "logins");
    const char *otherwise = is_loopback(a->host) && !logins ? "none" : "token";
    size_t n = json_array_size(logins);
    e->options = (endpoint_options){
        .needs_login = strcmp(setting_text(s, "login", otherwise), "none") != 0,
        .logins = calloc(n + 1, sizeof *e->options.logins),
        .max_connections = (uint32_t)setting_integer(s, "max_connections", 1000),
        .packet_max = (uint32_t)setting_integer(s, "packet_max", 1 << 20),
        .receive_maximum = (uint16_t)setting_integer(s, "receive_maximum", 32767)};
    if (!e->options.logins)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for logins");
    for (size_t i = 0; i < n; i++)
        if (parse_login(json_array_get(logins, i), &e->options.logins[e->options.login_count]))
            e->options.login_count++;
    return ASSAY_OK;
}

/* -- life ------------------------------------------------------------------------------ */

static void accepted(void *context, int fd, const char *peer)
{
    endpoint_accept(context, fd, peer);
}

static assay_status open_listener(endpoint *e, const address *a, assay_err *err)
{
    const json_t *s = e->setup.settings;
    stream_tls_options o = {.is_server = true,
                            .ca = setting_text(s, "ca", NULL),
                            .certificate = setting_text(s, "certificate", NULL),
                            .key = setting_text(s, "key", NULL)};
    assay_status status = o.certificate ? stream_tls_new(&o, &e->tls, err) : ASSAY_OK;
    return status == ASSAY_OK
               ? stream_listen(e->setup.loop, a->host, a->port, accepted, e, &e->listener, err)
               : status;
}

static void sessions_free(endpoint *e)
{
    for (size_t i = 0; i < sizeof e->sessions / sizeof e->sessions[0]; i++)
        while (e->sessions[i]) {
            session *s = e->sessions[i];
            s->inbox.outstanding = 0; /* nobody will answer any more */
            endpoint_leave(s);
        }
}

static void rows_closed(void *context)
{
    endpoint *e = context;
    loop_work *closed = e->closed;
    void *closed_context = e->closed_context;
    sessions_free(e);
    endpoint_forget(&e->known);
    free(e->options.logins);
    stream_tls_free(e->tls);
    free(e);
    if (closed)
        closed(closed_context);
}

/* Connections go first; what they sent is stored, and known when they send it again. */
static void close_door(void *door, loop_work *closed, void *context)
{
    endpoint *e = door;
    e->is_closing = true;
    e->closed = closed;
    e->closed_context = context;
    stream_listener_close(e->listener);
    loop_timer_free(e->look);
    while (e->first)
        endpoint_end(e->first, MQTT_SHUTTING_DOWN, NULL);
    mqtt_rows_close(e->rows, rows_closed, e);
}

static assay_status open_parts(endpoint *e, assay_err *err)
{
    address a;
    mqtt_rows_events events = endpoint_rows_events;
    events.context = e;
    if (!split_address(setting_text(e->setup.settings, "listen", ""), &a))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"listen\" is no address"));
    assay_status status = read_options(e, &a, err);
    if (status == ASSAY_OK)
        status = endpoint_recall(e, err);
    if (status == ASSAY_OK)
        status = mqtt_rows_open(&e->setup, &events, &e->rows, err);
    if (status == ASSAY_OK)
        status = loop_timer_new(e->setup.loop, endpoint_look, e, &e->look, err);
    if (status == ASSAY_OK)
        status = open_listener(e, &a, err);
    if (status == ASSAY_OK)
        loop_timer_set(e->look, 1000);
    return status;
}

static assay_status open_door(const door_setup *setup, void **out, assay_err *err)
{
    endpoint *e = calloc(1, sizeof *e);
    if (!e)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an MQTT endpoint");
    e->setup = *setup;
    assay_status status = open_parts(e, err);
    if (status != ASSAY_OK) {
        close_door(e, NULL, NULL);
        return status;
    }
    *out = e;
    return ASSAY_OK;
}

static void count(json_t *into, const char *name, uint64_t value)
{
    json_object_set_new(into, name, json_integer((json_int_t)value));
}

static void describe(void *door, json_t *into)
{
    const endpoint *e = door;
    json_object_set_new(into, "state", json_string(e->is_closing ? "closing" : "listening"));
    if (e->is_closing)
        return;
    count(into, "port", stream_listener_port(e->listener));
    count(into, "connected", e->connection_count);
    count(into, "connections", e->connections);
    count(into, "turned_away", e->turned_away);
    count(into, "refused_logins", e->refused_logins);
    count(into, "gone", e->gone);
    mqtt_rows_describe(e->rows, into);
}

const door_type door_mqtt_listen = {
    .name = "mqtt-listen",
    .summary = "takes MQTT from gauges and gateways, without a broker",
    .example =
        "{\"door\": \"mqtt-listen\", \"listen\": \"127.0.0.1:1883\", \"mapping\": [{\"topic\": "
        "\"gauge/+\", \"characteristic\": \"{1}\", \"value\": \"/mm\", \"unit\": \"mm\"}]}",
    .check = check,
    .open = open_door,
    .close = close_door,
    .describe = describe,
};
