/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings -> rules. Everything that can be wrong with a rule is found here, once, and named by its
 * place; what is applied to messages later cannot fail for the rule's sake. */
#include "live/mapping_json.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "live/mqtt_topic.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "live/mapping_rule.h"

typedef struct {
    const json_t *json;
    size_t at;
    mapping_rule *rule;
    assay_err *err;
} reading;

static bool refuse(const reading *r, const char *member, const char *expected)
{
    char *found = json_dumps(json_object_get(r->json, member), JSON_ENCODE_ANY | JSON_COMPACT);
    assay_fail(r->err, ASSAY_DOMAIN, r->at, _("mapping[%zu].%s is %.100s: expected %s"), r->at,
               member, found ? found : _("missing"), _(expected));
    free(found);
    return false;
}

/* -- members --------------------------------------------------------------------------- */

static bool take_text(reading *r, const char *member, const char *otherwise, char **out)
{
    const json_t *v = json_object_get(r->json, member);
    if (v && (!json_is_string(v) || json_string_length(v) > 1000))
        return refuse(r, member, N_("a text"));
    *out = strdup(v ? json_string_value(v) : otherwise);
    return *out != NULL || refuse(r, member, "memory");
}

static bool take_pointer(reading *r, const char *member, json_pointer *out)
{
    const json_t *v = json_object_get(r->json, member);
    if (!v)
        return true;
    return (json_is_string(v) && json_pointer_parse(json_string_value(v), out)) ||
           refuse(r, member, N_("a JSON pointer such as \"/reading/value\""));
}

/* One of a list of words; its place in the list. */
static bool take_word(reading *r, const char *member, const char *const *words, const char *list,
                      int otherwise, int *out)
{
    const json_t *v = json_object_get(r->json, member);
    *out = otherwise;
    if (!v)
        return true;
    for (int i = 0; words[i]; i++)
        if (json_is_string(v) && strcmp(json_string_value(v), words[i]) == 0) {
            *out = i;
            return true;
        }
    return refuse(r, member, list);
}

static bool take_contexts(reading *r)
{
    json_t *all = json_object_get(r->json, "context"), *v;
    const char *key;
    if (all && !json_is_object(all))
        return refuse(r, "context", N_("an object of JSON pointers"));
    json_object_foreach(all, key, v)
    {
        context_kind kind;
        if (!context_from_name(key, &kind))
            return refuse(r, "context", N_("names such as \"serial\", \"batch\", \"machine\""));
        if (!json_is_string(v) ||
            !json_pointer_parse(json_string_value(v), &r->rule->context[kind]))
            return refuse(r, "context", N_("JSON pointers such as \"/sn\""));
        r->rule->contexts |= 1u << kind;
    }
    return true;
}

static bool take_part(reading *r)
{
    const json_t *v = json_object_get(r->json, "part");
    if (!v || (json_is_string(v) && strcmp(json_string_value(v), "message") == 0))
        return true;
    return take_pointer(r, "part", &r->rule->part);
}

static bool take_pointers(reading *r)
{
    mapping_rule *rule = r->rule;
    return take_pointer(r, "items", &rule->items) && take_pointer(r, "value", &rule->value) &&
           take_pointer(r, "time", &rule->time) && take_pointer(r, "quality", &rule->quality) &&
           take_pointer(r, "size", &rule->size) && take_part(r) && take_contexts(r);
}

static bool has_pointers(const mapping_rule *rule)
{
    return rule->items.is_given || rule->value.is_given || rule->time.is_given ||
           rule->quality.is_given || rule->size.is_given || rule->part.is_given || rule->contexts;
}

static bool take_words(reading *r)
{
    static const char *const formats[] = {"number", "json", "line", "ndjson", NULL};
    static const char *const kinds[] = {"variable", "defectives", "defects", NULL};
    static const char *const units[] = {"s", "ms", "us", "ns", NULL};
    static const int exponents[] = {0, -3, -6, -9};
    int format, kind, unit, precision;
    if (!take_word(r, "format", formats, "\"number\", \"json\", \"line\" or \"ndjson\"",
                   has_pointers(r->rule) ? MAPPING_JSON : MAPPING_NUMBER, &format) ||
        !take_word(r, "kind", kinds, "\"variable\", \"defectives\" or \"defects\"", KIND_VARIABLE,
                   &kind) ||
        !take_word(r, "time_unit", units, "\"s\", \"ms\", \"us\" or \"ns\"", 1, &unit) ||
        !take_word(r, "precision", units, "\"s\", \"ms\", \"us\" or \"ns\"", 3, &precision))
        return false;
    r->rule->format = (mapping_format)format;
    r->rule->kind = (characteristic_kind)kind;
    r->rule->time_exponent = exponents[unit];
    if (format != MAPPING_JSON && has_pointers(r->rule))
        return refuse(r, "format", N_("\"json\", since pointers are given"));
    return true;
}

static bool take_flag(reading *r)
{
    const json_t *v = json_object_get(r->json, "text_numbers");
    r->rule->takes_text_numbers = json_is_true(v);
    return !v || json_is_boolean(v) || refuse(r, "text_numbers", N_("true or false"));
}

/* -- the whole rule -----------------------------------------------------------------------------
 */

static size_t wildcards(const char *filter)
{
    size_t n = 0;
    for (; *filter; filter++)
        n += *filter == '+' || *filter == '#';
    return n;
}

/* Every {..} is {topic} or the number of a wildcard. */
static bool check_template(reading *r)
{
    size_t most = wildcards(r->rule->topic);
    for (const char *p = strchr(r->rule->template, '{'); p; p = strchr(p + 1, '{')) {
        char *end = NULL;
        unsigned long n = strtoul(p + 1, &end, 10);
        bool is_number = *end == '}' && end > p + 1 && n >= 1 && n <= most && n <= MQTT_CAPTURES;
        if (!is_number && strncmp(p, "{topic}", 7) != 0)
            return refuse(r, "characteristic",
                          N_("{topic}, or {1} .. for the wildcards of its topic"));
    }
    return true;
}

static bool is_known(const char *member)
{
    static const char *const names[] = {
        "topic",     "characteristic", "format",    "items",   "value",   "time",
        "time_unit", "quality",        "size",      "part",    "context", "unit",
        "kind",      "text_numbers",   "precision", "comment", "qos"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], member) == 0)
            return true;
    return false;
}

static bool check_names(reading *r)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)r->json, key,
                        v) if (!is_known(key)) return refuse(r, key, N_("no such member"));
    return true;
}

static bool take_rule(reading *r)
{
    if (!json_is_object(r->json)) {
        assay_fail(r->err, ASSAY_DOMAIN, r->at, _("mapping[%zu] is not an object"), r->at);
        return false;
    }
    mapping_rule *rule = r->rule;
    if (!check_names(r) || !take_text(r, "topic", "", &rule->topic) ||
        !take_text(r, "characteristic", "{topic}", &rule->template) ||
        !take_text(r, "unit", "", &rule->unit) ||
        !take_text(r, "precision", "ns", &rule->precision))
        return false;
    if (!mqtt_filter_is_valid(rule->topic, strlen(rule->topic)))
        return refuse(r, "topic", N_("a topic filter such as \"plant/+/force\""));
    return check_template(r) && take_pointers(r) && take_words(r) && take_flag(r);
}

static void rule_done(mapping_rule *rule)
{
    free(rule->topic);
    free(rule->template);
    free(rule->unit);
    free(rule->precision);
}

static json_t *default_rules(void)
{
    return json_pack("[{s:s}]", "topic", "#");
}

static assay_status take_rules(const json_t *rules, mapping *m, assay_err *err)
{
    size_t n = json_array_size(rules);
    if (!json_is_array(rules) || n == 0 || n > MAPPING_RULES)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("mapping is not an array of 1 to %d rules"),
                          MAPPING_RULES);
    m->rules = calloc(n, sizeof *m->rules);
    if (!m->rules)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a mapping");
    assay_err local = {0};
    for (m->count = 0; m->count < n;) {
        reading r = {json_array_get(rules, m->count), m->count, &m->rules[m->count],
                     err ? err : &local};
        m->count++;
        if (!take_rule(&r))
            return ASSAY_DOMAIN;
    }
    return ASSAY_OK;
}

assay_status mapping_json_new(const json_t *rules, mapping **out, assay_err *err)
{
    mapping *m = calloc(1, sizeof *m);
    json_t *otherwise = rules ? NULL : default_rules();
    if (!m || (!rules && !otherwise)) {
        free(m);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a mapping");
    }
    assay_status status = take_rules(rules ? rules : otherwise, m, err);
    json_decref(otherwise);
    if (status != ASSAY_OK) {
        mapping_json_free(m);
        return status;
    }
    *out = m;
    return ASSAY_OK;
}

void mapping_json_free(mapping *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        rule_done(&m->rules[i]);
    free(m->rules);
    mapping_scratch_free(m->scratch);
    free(m);
}
