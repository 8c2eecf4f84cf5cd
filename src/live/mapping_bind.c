/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A topic's rules, with the names of their characteristics filled in. */
#include "live/mapping_rule.h"

#include "base/i18n.h"

#include "live/mqtt_topic.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 1000 };

/* {topic} or {3} at *p: what it stands for; *p goes behind it. */
static mqtt_slice filling(const char **p, mqtt_slice topic, const mqtt_slice *captures,
                          size_t count)
{
    char *end = NULL;
    unsigned long n = strtoul(*p + 1, &end, 10);
    if (strncmp(*p, "{topic}", 7) == 0) {
        *p += 7;
        return topic;
    }
    *p = end + 1;
    return n >= 1 && n <= count ? captures[n - 1] : (mqtt_slice){"", 0};
}

static char *fill_template(const char *template, mqtt_slice topic, const mqtt_slice *captures,
                           size_t count)
{
    buf out = BUF_INIT;
    for (const char *p = template; *p;) {
        if (*p != '{') {
            buf_add_char(&out, *p++);
            continue;
        }
        mqtt_slice piece = filling(&p, topic, captures, count);
        buf_add(&out, piece.text, piece.length);
    }
    if (out.failed || out.length > PATH_MAX_BYTES) {
        buf_done(&out);
        return NULL;
    }
    char *path = strdup(buf_text(&out));
    buf_done(&out);
    return path;
}

static bool names_itself(const mapping_rule *rule)
{
    return rule->format == MAPPING_LINE || rule->format == MAPPING_NDJSON;
}

static bool add_target(mapping_binding *b, const mapping_rule *rule, mqtt_slice topic,
                       const mqtt_slice *captures, size_t count)
{
    const char *template = names_itself(rule) ? "" : rule->template;
    char *path = fill_template(template, topic, captures, count);
    if (!path)
        return false;
    size_t i = b->count++;
    b->targets[i].rule = rule;
    b->targets[i].path = path;
    b->targets[i].target =
        (mapping_target){rule->format,    rule->part.is_given, path,          rule->unit,
                         rule->precision, rule->kind,          rule->contexts};
    return true;
}

mapping_binding *mapping_json_bind(const mapping *m, mqtt_slice topic, assay_err *err)
{
    mapping_binding *b = calloc(1, sizeof *b + m->count * sizeof b->targets[0]);
    if (!b) {
        assay_fail(err, ASSAY_MEMORY, 0, "no memory for a topic");
        return NULL;
    }
    for (size_t i = 0; i < m->count; i++) {
        const mapping_rule *rule = &m->rules[i];
        mqtt_slice captures[MQTT_CAPTURES], filter = mqtt_slice_of(rule->topic);
        size_t count = 0;
        if (!mqtt_filter_matches(filter, topic, captures, &count))
            continue;
        if (!add_target(b, rule, topic, captures, count)) {
            assay_fail(err, ASSAY_DOMAIN, i, _("the characteristic's path is longer than %d bytes"),
                       PATH_MAX_BYTES);
            mapping_binding_free(b);
            return NULL;
        }
    }
    if (b->count)
        return b;
    mapping_binding_free(b);
    assay_fail(err, ASSAY_NOT_FOUND, 0, _("no rule of the mapping matches the topic"));
    return NULL;
}

void mapping_binding_free(mapping_binding *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->count; i++)
        free(b->targets[i].path);
    free(b);
}

size_t mapping_binding_count(const mapping_binding *b)
{
    return b->count;
}

const mapping_target *mapping_binding_target(const mapping_binding *b, size_t i)
{
    return &b->targets[i].target;
}

uint32_t mapping_json_contexts(const mapping *m)
{
    uint32_t all = 0;
    for (size_t i = 0; i < m->count; i++)
        all |= names_itself(&m->rules[i]) ? (1u << CONTEXT_COUNT) - 1 : m->rules[i].contexts;
    return all;
}
