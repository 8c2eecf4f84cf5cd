/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/settings.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_words[] = {N_("text"), N_("a whole number"), N_("true or false"),
                                         N_("an object"), N_("a list")};

static bool is_common(const char *name)
{
    static const char *const names[] = {"name", "door", "stale_after_s", "enabled", "comment"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static const setting_rule *rule_of(const setting_rule *rules, const char *name)
{
    for (; rules->name; rules++)
        if (strcmp(rules->name, name) == 0)
            return rules;
    return NULL;
}

static bool is_of_kind(const json_t *value, setting_kind kind)
{
    switch (kind) {
    case SETTING_TEXT: return json_is_string(value);
    case SETTING_INTEGER: return json_is_integer(value);
    case SETTING_BOOL: return json_is_boolean(value);
    case SETTING_OBJECT: return json_is_object(value);
    case SETTING_LIST: return json_is_array(value);
    }
    return false;
}

static assay_status fail_found(const char *name, const json_t *value, const char *expected,
                               assay_err *err)
{
    char *found = json_dumps(value, JSON_ENCODE_ANY);
    assay_fail(err, ASSAY_USAGE, 0, _("\"%s\" is %.60s, expected %s"), name, found ? found : "?",
               expected);
    free(found);
    return ASSAY_USAGE;
}

static assay_status check_words(const setting_rule *rule, const json_t *value, assay_err *err)
{
    buf all = BUF_INIT;
    for (const char *const *word = rule->words; *word; word++) {
        if (strcmp(*word, json_string_value(value)) == 0) {
            buf_done(&all);
            return ASSAY_OK;
        }
        buf_addf(&all, "%s\"%s\"", all.length ? ", " : _("one of "), *word);
    }
    assay_status status = fail_found(rule->name, value, buf_text(&all), err);
    buf_done(&all);
    return status;
}

static assay_status check_value(const setting_rule *rule, const json_t *value, assay_err *err)
{
    char expected[80];
    if (!is_of_kind(value, rule->kind))
        return fail_found(rule->name, value, _(kind_words[rule->kind]), err);
    if (rule->kind == SETTING_TEXT && !*json_string_value(value))
        return fail_found(rule->name, value, _("a text that is not empty"), err);
    if (rule->kind == SETTING_TEXT && rule->words)
        return check_words(rule, value, err);
    int64_t n = rule->kind == SETTING_INTEGER ? json_integer_value(value) : 0;
    if (rule->kind == SETTING_INTEGER && (rule->least || rule->most) &&
        (n < rule->least || n > rule->most)) {
        snprintf(expected, sizeof expected, "%lld .. %lld", (long long)rule->least,
                 (long long)rule->most);
        return fail_found(rule->name, value, expected, err);
    }
    return ASSAY_OK;
}

static assay_status fail_unknown(const char *name, const setting_rule *rules, assay_err *err)
{
    buf all = BUF_INIT;
    for (const setting_rule *rule = rules; rule->name; rule++)
        buf_addf(&all, "%s%s", all.length ? ", " : "", rule->name);
    assay_fail(err, ASSAY_USAGE, 0, _("\"%.60s\" is not a setting of this door"), name);
    assay_status status = assay_hint(err, "%s", buf_text(&all));
    buf_done(&all);
    return status;
}

assay_status settings_check(const json_t *settings, const setting_rule *rules, assay_err *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(settings))
        return assay_fail(err, ASSAY_USAGE, 0, _("settings are an object"));
    json_object_foreach((json_t *)settings, name, value) {
        const setting_rule *rule = rule_of(rules, name);
        if (!rule && !is_common(name))
            return fail_unknown(name, rules, err);
        assay_status status = rule ? check_value(rule, value, err) : ASSAY_OK;
        if (status != ASSAY_OK)
            return status;
    }
    for (; rules->name; rules++)
        if (rules->is_needed && !json_object_get(settings, rules->name))
            return assay_fail(err, ASSAY_USAGE, 0, _("\"%s\" is missing, expected %s"), rules->name,
                              _(kind_words[rules->kind]));
    return ASSAY_OK;
}

const char *setting_text(const json_t *settings, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(settings, name));
    return text ? text : otherwise;
}

int64_t setting_integer(const json_t *settings, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(settings, name);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool setting_bool(const json_t *settings, const char *name, bool otherwise)
{
    const json_t *value = json_object_get(settings, name);
    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}
