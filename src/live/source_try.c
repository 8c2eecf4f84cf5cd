/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host and the mapping without network and store; the capture's own clock drives them. */
#include "live/source_try.h"

#include "live/mapping_metric.h"
#include "live/settings.h"

#include "base/i18n.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { listed_most = 1000, reasons_most = 64, line_most = 40 << 20 };

typedef struct {
    const char *reason, *remedy;
    uint64_t count;
    char example[200];
} refusal;

typedef struct {
    catalog *catalog;
    mapping_metric *mapping;
    sparkplug_host *host;
    json_t *first;    /* path -> {"count", "first"} */
    json_t *left_out; /* object used as a set */
    uint64_t values, repeated, historical, rebirths, messages;
    refusal refused[reasons_most];
    size_t refused_count;
    sparkplug_clock now;
} trial;

/* -- what the mapping says --------------------------------------------------------------------- */

static json_t *value_json(const catalog *c, const metric_value *v)
{
    char text[64];
    json_t *out = json_object();
    (void)c;
    size_t n = v->status & STATUS_RAW ? double_format(v->raw, text, sizeof text)
                                      : decimal_format(v->value.mantissa, v->value.exponent,
                                                       v->value.decimals, text, sizeof text);
    json_object_set_new(out, "value",
                        (v->status & STATUS_MASK) == STATUS_NO_VALUE ? json_null()
                                                                     : json_stringn(text, n));
    if (v->time != TIME_NONE)
        json_object_set_new(out, "time",
                            json_stringn(text, time_format(v->time, TIME_OFFSET_NONE, text, sizeof text)));
    for (int k = 0; v->has_texts && k < CONTEXT_COUNT; k++) {
        if (v->texts[k].text)
            json_object_set_new(out, context_name((context_kind)k),
                                json_stringn(v->texts[k].text, v->texts[k].length));
    }
    return out;
}

static void on_row(void *context, const metric_value *v)
{
    trial *t = context;
    const char *path = catalog_path(t->catalog, v->place);
    json_t *known = json_object_get(t->first, path);
    t->values++;
    t->historical += v->is_historical;
    if (known) {
        json_t *count = json_object_get(known, "count");
        json_integer_set(count, json_integer_value(count) + 1);
    } else if (json_object_size(t->first) < listed_most) {
        const characteristic *c = catalog_definition(t->catalog, v->place);
        json_object_set_new(t->first, path,
                            json_pack("{s:s, s:s?, s:i, s:o}", "path", path, "unit",
                                      c ? c->unit : NULL, "count", 1, "first",
                                      value_json(t->catalog, v)));
    }
}

static void on_refuse(void *context, const char *reason, const char *remedy, uint64_t count,
                      const char *example, size_t length)
{
    trial *t = context;
    size_t i = 0;
    while (i < t->refused_count && strcmp(t->refused[i].reason, reason) != 0)
        i++;
    if (i == reasons_most)
        return;
    refusal *r = &t->refused[i];
    t->refused_count += i == t->refused_count;
    r->reason = reason;
    r->remedy = remedy;
    r->count += count;
    snprintf(r->example, sizeof r->example, "%.*s", (int)(length < 199 ? length : 199), example);
}

static void on_repeat(void *context, uint64_t values)
{
    ((trial *)context)->repeated += values;
}

/* -- what the host says ---------------------------------------------------------------------------
 */

static void list_left_out(trial *t, const sparkplug_device *d)
{
    char name[700];
    int32_t place;
    for (size_t i = 0; i < d->n && json_object_size(t->left_out) < listed_most; i++) {
        const sparkplug_metric *m = &d->metrics[i];
        snprintf(name, sizeof name, "%.120s/%.120s%s%.120s: %.*s", d->node->group, d->node->name,
                 *d->name ? "/" : "", d->name, (int)(m->name_length < 200 ? m->name_length : 200),
                 m->name);
        if (strcmp(mapping_metric_use(d, i, &place), "left out") == 0)
            json_object_set_new(t->left_out, name, json_true());
    }
}

static void host_data(void *context, const sparkplug_message *m)
{
    trial *t = context;
    mapping_metric_take(t->mapping, m);
    if (m->is_birth)
        list_left_out(t, m->device);
}

static void host_gap(void *context, sparkplug_node *n)
{
    mapping_metric_gap(((trial *)context)->mapping, n);
}

static void host_forget(void *context, sparkplug_device *d)
{
    mapping_metric_forget(((trial *)context)->mapping, d);
}

static void host_rebirth(void *context, sparkplug_node *n)
{
    (void)n;
    ((trial *)context)->rebirths++;
}

/* -- the capture
 * ------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool hex_read(const char *hex, buf *out)
{
    buf_clear(out);
    size_t n = strlen(hex);
    if (n % 2 || !buf_reserve(out, n / 2 + 1))
        return false;
    for (size_t i = 0; i < n; i += 2) {
        int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return false;
        buf_add_char(out, (char)(high << 4 | low));
    }
    return true;
}

static bool line_take(trial *t, const char *line, size_t length, buf *payload)
{
    json_t *m = json_loadb(line, length, 0, NULL);
    const char *topic = setting_text(m, "topic", NULL), *hex = setting_text(m, "payload_hex", NULL);
    int64_t ms = setting_integer(m, "t_ms", 0);
    bool is_good = topic && hex && ms >= 0 && hex_read(hex, payload);
    if (is_good) {
        t->now.ms = (uint64_t)ms > t->now.ms ? (uint64_t)ms : t->now.ms;
        if (sparkplug_host_due(t->host) <= t->now.ms)
            sparkplug_host_tick(t->host, t->now);
        t->messages++;
        sparkplug_host_take(t->host, t->now, topic, strlen(topic), buf_text(payload),
                            payload->length, setting_bool(m, "retain", false));
    }
    json_decref(m);
    return is_good;
}

static assay_status capture_play(trial *t, const char *name, assay_err *err)
{
    char *line = NULL;
    size_t room = 0;
    uint64_t number = 0;
    buf payload = BUF_INIT;
    assay_status status = ASSAY_OK;
    FILE *f = fopen(name, "re");
    if (!f)
        return assay_fail(err, ASSAY_IO, 0, _("cannot read %.200s: %s"), name, strerror(errno));
    for (ssize_t n; status == ASSAY_OK && (n = getline(&line, &room, f)) > 0;) {
        number++;
        if (n > line_most || !line_take(t, line, (size_t)n, &payload)) {
            status = assay_fail(err, ASSAY_FORMAT, 0,
                                _("%.200s: line %llu is no {\"topic\", \"payload_hex\"}"), name,
                                (unsigned long long)number);
            if (err)
                err->line = number;
        }
    }
    free(line);
    buf_done(&payload);
    fclose(f);
    return status;
}

/* What waits at the end of the capture for its order goes out. */
static void capture_end(trial *t)
{
    uint64_t due = sparkplug_host_due(t->host);
    while (sparkplug_host_oldest_held(t->host) != UINT64_MAX) {
        t->now.ms = due > t->now.ms ? due : t->now.ms;
        sparkplug_host_tick(t->host, t->now);
        due = sparkplug_host_due(t->host);
    }
}

/* -- the report
 * ---------------------------------------------------------------------------------------- */

static json_t *report(const trial *t)
{
    const char *name;
    json_t *value, *list = json_array(), *left = json_array(), *refused = json_array();
    json_object_foreach(t->first, name, value) json_array_append(list, value);
    json_object_foreach(t->left_out, name, value) json_array_append_new(left, json_string(name));
    for (size_t i = 0; i < t->refused_count; i++) {
        const refusal *r = &t->refused[i];
        json_array_append_new(refused, json_pack("{s:s, s:I, s:s*, s:s}", "reason", r->reason,
                                                 "count", (json_int_t)r->count, "example",
                                                 r->example, "remedy", _(r->remedy)));
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "messages",
                     (json_int_t)t->messages, "values", (json_int_t)t->values, "repeated",
                     (json_int_t)t->repeated, "historical", (json_int_t)t->historical,
                     "rebirths_asked", (json_int_t)t->rebirths, "characteristics", list, "left_out",
                     left, "refused", refused);
}

static assay_status open_parts(trial *t, const json_t *settings, assay_err *err)
{
    metric_sink rows = {on_row, on_refuse, on_repeat, t};
    sparkplug_sink sink = {.data = host_data,
                           .gap = host_gap,
                           .refuse = on_refuse,
                           .rebirth = host_rebirth,
                           .forget = host_forget,
                           .context = t};
    sparkplug_settings s = {.reorder_ms = (uint32_t)setting_integer(settings, "reorder_ms", 2000),
                            .asks_rebirth = setting_bool(settings, "rebirth", true)};
    t->first = json_object();
    t->left_out = json_object();
    snprintf(s.id, sizeof s.id, "%s", setting_text(settings, "host_id", "assay"));
    assay_status status = mapping_metric_check(settings, err);
    if (status == ASSAY_OK)
        status = catalog_open(NULL, &t->catalog, err);
    if (status == ASSAY_OK)
        status = mapping_metric_new((json_t *)settings, t->catalog, &rows, &t->mapping, err);
    return status == ASSAY_OK ? sparkplug_host_new(&s, &sink, &t->host, err) : status;
}

assay_status source_try(const json_t *settings, const char *capture, json_t **out, assay_err *err)
{
    static const char *const doors[] = {"sparkplug", "mqtt-listen"};
    const char *door = setting_text(settings, "door", "");
    if (strcmp(door, doors[0]) != 0 &&
        (strcmp(door, doors[1]) != 0 ||
         strcmp(setting_text(settings, "payload", ""), doors[0]) != 0))
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          _("a capture is played to sources of Sparkplug, not of \"%.40s\""), door);
    trial *t = calloc(1, sizeof *t);
    if (!t)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a dry run");
    assay_status status = open_parts(t, settings, err);
    if (status == ASSAY_OK)
        status = capture_play(t, capture, err);
    if (status == ASSAY_OK) {
        capture_end(t);
        *out = report(t);
    }
    sparkplug_host_free(t->host);
    mapping_metric_free(t->mapping);
    catalog_close(t->catalog);
    json_decref(t->first);
    json_decref(t->left_out);
    free(t);
    return status;
}
