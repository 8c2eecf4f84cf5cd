/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a channel's document says, and what is wrong with it. Addresses come to stand in headers of
 * mail and HTTP: what could end a header is refused here. */
#include "live/channel_inner.h"

#include "base/i18n.h"
#include "base/text.h"
#include "live/mqtt_address.h"
#include "live/mqtt_topic.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *const events[] = {
#define X(name) name,
    CHANNEL_EVENT_LIST(X)
#undef X
};

const char *const channel_type_names[] = {"webhook", "mail", "mqtt"};

static assay_status wrong(assay_err *err, const char *member, const char *expected)
{
    return assay_fail(err, ASSAY_DOMAIN, 0, _("\"%s\" must be %s"), member, expected);
}

static bool is_plain(const char *text, size_t most)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 127 || text[i] == '<' || text[i] == '>')
            return false;
    return n > 0 && n <= most;
}

static bool is_address(const char *text)
{
    const char *at = text ? strchr(text, '@') : NULL;
    return at && at > text && at[1] && is_plain(text, 250) && !strchr(at + 1, '@');
}

static bool starts_with(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0 && text[strlen(start)];
}

static const char *get_text(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

/* -- members -------------------------------------------------------------------------------- */

static assay_status take_text(const json_t *o, const char *key, arena *a, const char **out,
                              assay_err *err)
{
    const char *text = get_text(o, key);
    if (!text)
        return ASSAY_OK;
    *out = arena_text(a, text, strlen(text));
    return *out ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a channel");
}

static assay_status take_hook(const json_t *o, arena *a, channel_settings *s, assay_err *err)
{
    const char *url = get_text(o, "url");
    bool is_web = starts_with(url, "https://") || starts_with(url, "http://");
    if (!is_web || !is_plain(url, 2000))
        return wrong(err, "url", _("an address that begins with https:// or http://"));
    return take_text(o, "url", a, &s->url, err);
}

static assay_status take_receivers(const json_t *o, arena *a, channel_settings *s, assay_err *err)
{
    size_t i;
    json_t *x;
    const json_t *to = json_object_get(o, "to");
    if (!json_is_array(to) || !json_array_size(to) || json_array_size(to) > CHANNEL_TO_MAX)
        return wrong(err, "to", _("an array of 1 to 32 addresses"));
    json_array_foreach(to, i, x) {
        const char *text = json_string_value(x);
        if (!is_address(text))
            return wrong(err, "to", _("addresses such as \"shift@example.org\""));
        s->to[i] = arena_text(a, text, strlen(text));
        if (!s->to[i])
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a channel");
        s->to_count++;
    }
    return ASSAY_OK;
}

static assay_status take_mail(const json_t *o, arena *a, channel_settings *s, assay_err *err)
{
    const char *server = get_text(o, "server");
    bool is_mail = starts_with(server, "smtp://") || starts_with(server, "smtps://");
    if (!is_mail || !is_plain(server, 300))
        return wrong(err, "server", _("an address that begins with smtp:// or smtps://"));
    if (!is_address(get_text(o, "from")))
        return wrong(err, "from", _("an address such as \"assay@example.org\""));
    s->type = CHANNEL_MAIL;
    s->with_tls = json_is_true(json_object_get(o, "tls"));
    assay_status status = take_text(o, "server", a, &s->url, err);
    if (status == ASSAY_OK)
        status = take_text(o, "from", a, &s->from, err);
    if (status == ASSAY_OK)
        status = take_text(o, "user", a, &s->user, err);
    return status == ASSAY_OK ? take_receivers(o, a, s, err) : status;
}

static assay_status take_broker(const json_t *o, arena *a, channel_settings *s, assay_err *err)
{
    mqtt_address broker;
    const char *url = get_text(o, "broker"), *topic = get_text(o, "topic");
    if (!url || !is_plain(url, 300) || !mqtt_address_read(url, &broker))
        return wrong(err, "broker", _("an address such as mqtt://host:1883 or mqtts://host:8883"));
    if (!topic || !mqtt_name_is_valid(topic, strlen(topic)))
        return wrong(err, "topic", _("a topic such as \"plant/alarms\", without + and #"));
    s->type = CHANNEL_MQTT;
    assay_status status = take_text(o, "broker", a, &s->url, err);
    if (status == ASSAY_OK)
        status = take_text(o, "topic", a, &s->topic, err);
    if (status == ASSAY_OK)
        status = take_text(o, "ca", a, &s->ca, err);
    return status == ASSAY_OK ? take_text(o, "user", a, &s->user, err) : status;
}

static int event_named(const char *name)
{
    for (int i = 0; name && i < CHANNEL_EVENTS; i++)
        if (strcmp(name, events[i]) == 0)
            return i;
    return -1;
}

static assay_status take_events(const json_t *o, channel_settings *s, assay_err *err)
{
    size_t i;
    json_t *x;
    const json_t *list = json_object_get(o, "events");
    s->events = 1u << event_named("raised") | 1u << event_named("escalated") |
                1u << event_named("withdrawn") | 1u << event_named("closed");
    if (!list)
        return ASSAY_OK;
    s->events = 0;
    json_array_foreach(list, i, x) {
        int bit = event_named(json_string_value(x));
        if (bit >= 0)
            s->events |= 1u << bit;
        else
            s->events = 0, i = json_array_size(list);
    }
    return s->events ? ASSAY_OK
                     : wrong(err, "events", "an array of raised, escalated, acknowledged, contained, "
                                            "cause, action, verified, closed, withdrawn, reminded, late");
}

static bool read_minutes(const char *text, int *out)
{
    int hour, minute, used = 0;
    if (!text || sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || text[used] || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59)
        return false;
    *out = hour * 60 + minute;
    return true;
}

static assay_status take_quiet(const json_t *o, arena *a, channel_settings *s, assay_err *err)
{
    zone *z = NULL;
    const json_t *q = json_object_get(o, "quiet");
    if (!q || json_is_null(q))
        return ASSAY_OK;
    if (!read_minutes(get_text(q, "from"), &s->quiet_from) ||
        !read_minutes(get_text(q, "to"), &s->quiet_to) || s->quiet_from == s->quiet_to)
        return wrong(err, "quiet", "{\"from\": \"22:00\", \"to\": \"06:00\", \"zone\"}");
    s->zone = "UTC";
    s->has_quiet = true;
    assay_status status = take_text(q, "zone", a, &s->zone, err);
    if (status == ASSAY_OK)
        status = zone_open(s->zone, &z, err);
    zone_close(z);
    return status;
}

static assay_status take_all(const json_t *o, arena *a, channel_settings *s, assay_err *err)
{
    const char *type = get_text(o, "type");
    assay_status status;
    if (type && strcmp(type, "webhook") == 0)
        status = take_hook(o, a, s, err);
    else if (type && strcmp(type, "mail") == 0)
        status = take_mail(o, a, s, err);
    else if (type && strcmp(type, "mqtt") == 0)
        status = take_broker(o, a, s, err);
    else
        status = wrong(err, "type", "\"webhook\", \"mail\" or \"mqtt\"");
    if (status == ASSAY_OK)
        status = take_events(o, s, err);
    if (status == ASSAY_OK)
        status = take_quiet(o, a, s, err);
    if (status == ASSAY_OK && get_text(o, "link") && !is_plain(get_text(o, "link"), 500))
        status = wrong(err, "link", _("the address of the server, without blanks"));
    if (status == ASSAY_OK)
        status = take_text(o, "link", a, &s->link, err);
    if (status == ASSAY_OK)
        status = take_text(o, "scheme", a, &s->scheme, err);
    return status == ASSAY_OK ? take_text(o, "where", a, &s->where, err) : status;
}

assay_status channel_settings_read(const char *json, arena *a, channel_settings *out,
                                   assay_err *err)
{
    channel_settings s = {.where = "", .scheme = "", .link = "", .user = ""};
    json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    assay_status status = json_is_object(o)
                              ? take_all(o, a, &s, err)
                              : assay_fail(err, ASSAY_FORMAT, 0, "a channel is one JSON object");
    json_decref(o);
    if (status == ASSAY_OK)
        *out = s;
    return status;
}

assay_status channel_check(const char *json, assay_err *err)
{
    arena a;
    channel_settings s;
    arena_init(&a);
    assay_status status = channel_settings_read(json, &a, &s, err);
    arena_done(&a);
    return status;
}

/* -- asking --------------------------------------------------------------------------------- */

int channel_event(const char *record_type)
{
    bool is_alarm = strncmp(record_type, "alarm.", 6) == 0;
    bool is_case = strncmp(record_type, "case.", 5) == 0;
    int bit = is_alarm ? event_named(record_type + 6) : is_case ? event_named(record_type + 5) : -1;
    return bit >= 0 && is_case == ((CHANNEL_OF_CASES >> bit & 1) == 1) ? bit : -1;
}

bool channel_is_quiet(const channel_settings *s, int64_t now)
{
    zone *z;
    if (!s->has_quiet || zone_open(s->zone, &z, NULL) != ASSAY_OK)
        return false;
    int64_t local = now / 1000000000 + zone_offset(z, now);
    int minute = (int)(((local % 86400) + 86400) % 86400 / 60);
    zone_close(z);
    if (s->quiet_from < s->quiet_to)
        return minute >= s->quiet_from && minute < s->quiet_to;
    return minute >= s->quiet_from || minute < s->quiet_to;
}
