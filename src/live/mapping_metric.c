/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of a mapping, read from JSON. Texts stay in the JSON document, which is kept. */
#include "live/mapping_metric_bind.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

static const char default_path[] = "{group}/{node}/{device}/{metric}";

static assay_status fail_at(assay_err *err, size_t i, const char *member, const json_t *found,
                            const char *expected)
{
    char *text = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;
    assay_fail(err, ASSAY_USAGE, i, _("\"mapping\" entry %zu: \"%s\" is %.60s, expected %s"), i + 1,
               member, text ? text : _("missing"), _(expected));
    free(text);
    return ASSAY_USAGE;
}

static bool text_member(const json_t *entry, const char *name, const char **out)
{
    const json_t *value = json_object_get(entry, name);
    if (!value)
        return true;
    if (!json_is_string(value) || json_string_length(value) > SPB_NAME_MAX)
        return false;
    *out = json_string_value(value);
    return true;
}

/* "NAME" or {"metric": "NAME", "carry": true} */
static bool companion_read(const json_t *value, metric_companion *out)
{
    if (json_is_string(value)) {
        out->metric = json_string_value(value);
        return *out->metric;
    }
    const json_t *metric = json_object_get(value, "metric"),
                 *carry = json_object_get(value, "carry");
    if (!json_is_string(metric) || (carry && !json_is_boolean(carry)) ||
        json_object_size(value) != (carry ? 2u : 1u))
        return false;
    out->metric = json_string_value(metric);
    out->carries = json_is_true(carry);
    return *out->metric;
}

static bool part_read(const json_t *value, metric_rule *rule)
{
    if (!value || (json_is_string(value) && strcmp(json_string_value(value), "message") == 0))
        return true;
    return json_is_object(value) && json_object_size(value) == 1 &&
           text_member(value, "change", &rule->change) &&
           text_member(value, "trigger", &rule->trigger) && (rule->change || rule->trigger);
}

static bool size_read(const json_t *value, metric_rule *rule)
{
    if (json_is_string(value))
        rule->size_metric = json_string_value(value);
    else if (json_is_integer(value) && json_integer_value(value) > 0 &&
             json_integer_value(value) <= UINT32_MAX)
        rule->size = (uint32_t)json_integer_value(value);
    else
        return !value;
    return true;
}

static bool kind_read(const json_t *value, metric_rule *rule)
{
    static const char *const names[] = {"variable", "defectives", "defects"};
    if (!value)
        return true;
    for (size_t i = 0; json_is_string(value) && i < 3; i++) {
        if (strcmp(json_string_value(value), names[i]) == 0) {
            rule->kind = (characteristic_kind)i;
            return true;
        }
    }
    return false;
}

static bool decimals_read(const json_t *value, metric_rule *rule)
{
    if (!value)
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > 15)
        return false;
    rule->decimals = (int)json_integer_value(value);
    return true;
}

static bool is_member(const char *name)
{
    static const char *const names[] = {"group",          "node", "device",   "metric",
                                        "characteristic", "unit", "decimals", "kind",
                                        "size",           "part", "births",   "comment"};
    context_kind kind;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return context_from_name(name, &kind);
}

static assay_status contexts_read(const json_t *entry, size_t i, metric_rule *rule, assay_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)entry, name, value)
    {
        context_kind kind;
        if (!is_member(name))
            return assay_fail(err, ASSAY_USAGE, i,
                              _("\"mapping\" entry %zu: \"%.60s\" is not a member of it"), i + 1,
                              name);
        /* "group" is the Sparkplug group here, and "part" what completes a part */
        if (!strcmp(name, "group") || !strcmp(name, "part") || !context_from_name(name, &kind))
            continue;
        if (!companion_read(value, &rule->context[kind]))
            return fail_at(err, i, name, value,
                           N_("a metric's name or {\"metric\": NAME, \"carry\": true}"));
    }
    return ASSAY_OK;
}

static assay_status rule_read(const json_t *entry, size_t i, metric_rule *rule, assay_err *err)
{
    static const char *const texts[] = {"group",  "node",           "device",
                                        "metric", "characteristic", "unit"};
    *rule = (metric_rule){
        .group = "+", .node = "+", .device = "+", .path = default_path, .size = 1, .decimals = -1};
    const char **to[] = {&rule->group,  &rule->node, &rule->device,
                         &rule->metric, &rule->path, &rule->unit};
    if (!json_is_object(entry))
        return assay_fail(err, ASSAY_USAGE, i, _("\"mapping\" entry %zu is not an object"), i + 1);
    for (size_t k = 0; k < 6; k++) {
        if (!text_member(entry, texts[k], to[k]))
            return fail_at(err, i, texts[k], json_object_get(entry, texts[k]), N_("a text"));
    }
    if (!rule->metric || !*rule->metric)
        return fail_at(err, i, "metric", json_object_get(entry, "metric"),
                       N_("the name of a metric"));
    if (!part_read(json_object_get(entry, "part"), rule))
        return fail_at(err, i, "part", json_object_get(entry, "part"),
                       N_("\"message\", {\"change\": METRIC} or {\"trigger\": METRIC}"));
    if (!size_read(json_object_get(entry, "size"), rule))
        return fail_at(err, i, "size", json_object_get(entry, "size"),
                       N_("a metric's name or a whole number"));
    if (!kind_read(json_object_get(entry, "kind"), rule))
        return fail_at(err, i, "kind", json_object_get(entry, "kind"),
                       N_("\"variable\", \"defectives\" or \"defects\""));
    if (!decimals_read(json_object_get(entry, "decimals"), rule))
        return fail_at(err, i, "decimals", json_object_get(entry, "decimals"), "0 to 15");
    const json_t *births = json_object_get(entry, "births");
    if (births && !json_is_boolean(births))
        return fail_at(err, i, "births", births, N_("true or false"));
    rule->takes_births = json_is_true(births);
    rule->is_named = rule->metric[strlen(rule->metric) - 1] != '*';
    return contexts_read(entry, i, rule, err);
}

assay_status mapping_metric_check(const json_t *settings, assay_err *err)
{
    const json_t *list = json_object_get(settings, "mapping"),
                 *others = json_object_get(settings, "others");
    metric_rule unused;
    if (others && !json_is_boolean(others))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"others\" is not true or false"));
    if (list && !json_is_array(list))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"mapping\" is not a list of objects"));
    if (json_array_size(list) > METRIC_RULES_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0,
                          _("\"mapping\" has %zu entries, at most %d are allowed"),
                          json_array_size(list), METRIC_RULES_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        assay_status status = rule_read(json_array_get(list, i), i, &unused, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

assay_status mapping_metric_new(json_t *settings, catalog *c, const metric_sink *sink,
                                mapping_metric **out, assay_err *err)
{
    const json_t *list = json_object_get(settings, "mapping"),
                 *others = json_object_get(settings, "others");
    size_t n = json_array_size(list);
    mapping_metric *m = calloc(1, sizeof *m);
    metric_rule *rules = calloc(n + 1, sizeof *rules);
    if (!m || !rules) {
        free(m);
        free(rules);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a mapping of %zu entries", n);
    }
    *m = (mapping_metric){.settings = json_incref(settings),
                          .rules = rules,
                          .n = n,
                          .catalog = c,
                          .sink = *sink,
                          .takes_others = others ? json_is_true(others) : !list};
    m->others = (metric_rule){.path = default_path, .size = 1, .decimals = -1};
    for (size_t i = 0; i < n; i++) {
        assay_status status = rule_read(json_array_get(list, i), i, &rules[i], err);
        if (status != ASSAY_OK) {
            mapping_metric_free(m);
            return status;
        }
    }
    *out = m;
    return ASSAY_OK;
}

void mapping_metric_free(mapping_metric *m)
{
    if (!m)
        return;
    json_decref(m->settings);
    free(m->rules);
    free(m->newest_ms);
    free(m);
}

uint32_t mapping_metric_contexts(const mapping_metric *m)
{
    uint32_t set = 1u << CONTEXT_SUBGROUP; /* arrays */
    for (size_t i = 0; i < m->n; i++) {
        for (int k = 0; k < CONTEXT_COUNT; k++)
            set |= m->rules[i].context[k].metric ? 1u << k : 0;
    }
    return set;
}
