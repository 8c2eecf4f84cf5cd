/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/door_line_settings.h"

#include "base/i18n.h"
#include "base/text.h"
#include "live/pour.h"

#include <stdio.h>
#include <string.h>

static const char *const formats[] = {"line", "ndjson", NULL};
static const char *const precisions[] = {"ns", "us", "ms", "s", NULL};

static const setting_rule rules[] = {
    {"listen", SETTING_TEXT, true, 0, 0, NULL},
    {"format", SETTING_TEXT, false, 0, 0, formats},
    {"precision", SETTING_TEXT, false, 0, 0, precisions},
    {"prefix", SETTING_TEXT, false, 0, 0, NULL},
    {"ignore", SETTING_LIST, false, 0, 0, NULL},
    {"max_connections", SETTING_INTEGER, false, 1, 10000, NULL},
    {"max_characteristics", SETTING_INTEGER, false, 1, CATALOG_MAX, NULL},
    {"idle_timeout_s", SETTING_INTEGER, false, 0, 7 * 86400, NULL},
    {"answers", SETTING_BOOL, false, 0, 0, NULL},
    {"certificate", SETTING_TEXT, false, 0, 0, NULL},
    {"key", SETTING_TEXT, false, 0, 0, NULL},
    {"ca", SETTING_TEXT, false, 0, 0, NULL},
    {"open_plain", SETTING_BOOL, false, 0, 0, NULL},
    {0},
};

static bool copy(char *out, size_t room, const char *text, size_t length)
{
    if (!length || length >= room)
        return false;
    memcpy(out, text, length);
    out[length] = 0;
    return true;
}

/* "127.0.0.1:8094", "[::1]:8094", "unix:/run/assay/line.sock" */
static bool split_address(const char *listen, line_settings *s)
{
    if (strncmp(listen, "unix:", 5) == 0) {
        strcpy(s->host, "unix");
        return listen[5] == '/' && copy(s->port, sizeof s->port, listen + 5, strlen(listen + 5));
    }
    const char *colon = strrchr(listen, ':');
    if (!colon || !text_is_port(colon + 1) ||
        !copy(s->port, sizeof s->port, colon + 1, strlen(colon + 1)))
        return false;
    size_t length = (size_t)(colon - listen);
    if (listen[0] == '[' && length > 2 && listen[length - 1] == ']')
        return copy(s->host, sizeof s->host, listen + 1, length - 2);
    return copy(s->host, sizeof s->host, listen, length) && !strchr(s->host, ':');
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "unix") == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "::1") == 0 || strncmp(host, "127.", 4) == 0;
}

static assay_status check_safety(const json_t *json, const line_settings *s, assay_err *err)
{
    if (!s->certificate != !s->key)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"certificate\" and \"key\" belong together"));
    if (s->certificate && strcmp(s->host, "unix") == 0)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"certificate\" is given for a Unix socket"));
    if (is_loopback(s->host) || s->certificate || setting_bool(json, "open_plain", false))
        return ASSAY_OK;
    assay_fail(err, ASSAY_USAGE, 0,
               _("\"listen\" is beyond loopback (%s) without \"certificate\" and \"key\""),
               s->host);
    return assay_hint(err, _("where the network itself is safe, say \"open_plain\": true"));
}

static assay_status check_ignored(const json_t *list, assay_err *err)
{
    const json_t *tag;
    size_t i;
    if (json_array_size(list) > 16)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"ignore\" has %zu tags, expected at most 16"),
                          json_array_size(list));
    json_array_foreach(list, i, tag)
    {
        size_t length = json_is_string(tag) ? json_string_length(tag) : 0;
        if (!length || length > 63)
            return assay_fail(err, ASSAY_USAGE, i,
                              _("\"ignore\" holds names of tags, each a text"));
    }
    return ASSAY_OK;
}

static assay_status check_prefix(const char *prefix, assay_err *err)
{
    pour *p = NULL;
    assay_status status = prefix ? pour_open(&(pour_options){.prefix = prefix}, &p, err) : ASSAY_OK;
    pour_close(p);
    return status;
}

assay_status line_settings_read(const json_t *json, line_settings *out, assay_err *err)
{
    assay_status status = settings_check(json, rules, err);
    if (status != ASSAY_OK)
        return status;
    line_settings s = {
        .precision = setting_text(json, "precision", "ns"),
        .prefix = setting_text(json, "prefix", NULL),
        .certificate = setting_text(json, "certificate", NULL),
        .key = setting_text(json, "key", NULL),
        .ca = setting_text(json, "ca", NULL),
        .ignore = json_object_get(json, "ignore"),
        .max_connections = (uint32_t)setting_integer(json, "max_connections", 256),
        .max_characteristics = (uint32_t)setting_integer(json, "max_characteristics", POUR_NEW_MAX),
        .idle_ms = (uint64_t)setting_integer(json, "idle_timeout_s", 0) * 1000,
        .answers = setting_bool(json, "answers", false),
    };
    bool is_json = strcmp(setting_text(json, "format", "line"), "ndjson") == 0;
    s.format = is_json ? FEED_NDJSON : FEED_LINE_PROTOCOL;
    const char *listen = setting_text(json, "listen", "");
    if (!split_address(listen, &s))
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"listen\" is \"%.80s\", expected address:port or unix:/path"),
                          listen);
    if (is_json && s.ignore)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"ignore\" is for line protocol alone"));
    status = check_ignored(s.ignore, err);
    if (status == ASSAY_OK)
        status = check_prefix(s.prefix, err);
    if (status == ASSAY_OK)
        status = check_safety(json, &s, err);
    if (status == ASSAY_OK)
        *out = s;
    return status;
}
