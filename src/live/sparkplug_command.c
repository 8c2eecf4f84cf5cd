/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/sparkplug_command.h"

#include "base/i18n.h"
#include "base/time.h"
#include "live/settings.h"
#include "live/sparkplug_topic.h"
#include "read/spb.h"

#include <stdio.h>
#include <string.h>

static bool type_read(const char *name, uint32_t *out)
{
    for (uint32_t type = SPB_INT8; name && type <= SPB_UUID; type++) {
        if (strcmp(spb_type_name(type), name) == 0) {
            *out = type;
            return true;
        }
    }
    return false;
}

static bool integer_read(const json_t *value, uint32_t type, spb_metric *m)
{
    m->field =
        type == SPB_INT64 || type == SPB_UINT64 || type == SPB_DATETIME ? SPB_IN_LONG : SPB_IN_INT;
    m->value.bits = (uint64_t)json_integer_value(value);
    if (m->field == SPB_IN_INT)
        m->value.bits &= UINT32_MAX;
    bool fits = m->field == SPB_IN_LONG || json_integer_value(value) == (int64_t)m->value.bits ||
                json_integer_value(value) == (int32_t)m->value.bits;
    return json_is_integer(value) && fits && spb_number_of(m, type).kind == SPB_VALUE_DECIMAL;
}

static bool value_read(const json_t *value, uint32_t type, spb_metric *m)
{
    float single = (float)json_number_value(value);
    double number = json_number_value(value);
    uint32_t low;
    m->type = type;
    switch (type) {
    case SPB_BOOLEAN:
        m->field = SPB_IN_BOOL;
        m->value.bits = json_is_true(value);
        return json_is_boolean(value);
    case SPB_FLOAT:
        m->field = SPB_IN_FLOAT;
        memcpy(&low, &single, sizeof low);
        m->value.bits = low;
        return json_is_number(value);
    case SPB_DOUBLE:
        m->field = SPB_IN_DOUBLE;
        memcpy(&m->value.bits, &number, sizeof number);
        return json_is_number(value);
    case SPB_STRING:
    case SPB_TEXT:
    case SPB_UUID:
        m->field = SPB_IN_STRING;
        m->value.bytes = (const uint8_t *)json_string_value(value);
        m->value_length = (uint32_t)json_string_length(value);
        return json_is_string(value);
    default:
        return integer_read(value, type, m);
    }
}

static bool is_id(const char *id)
{
    return *id && strlen(id) <= SPARKPLUG_ID_MAX && !strpbrk(id, "+/#");
}

static void write_to(const char *group, const char *node, const char *device, spb_metric *metric,
                     char topic[static SPARKPLUG_TOPIC_MAX], buf *payload)
{
    uint64_t now = (uint64_t)(time_now() / 1000000);
    metric->timestamp = now;
    metric->has = SPB_HAS_NAME | SPB_HAS_TYPE | SPB_HAS_TIMESTAMP;
    spb_payload p = {.timestamp = now, .has_timestamp = true, .metrics = metric, .n = 1};
    spb_write(&p, payload);
    snprintf(topic, SPARKPLUG_TOPIC_MAX, "spBv1.0/%s/%s/%s%s%s", group, *device ? "DCMD" : "NCMD",
             node, *device ? "/" : "", device);
}

void sparkplug_rebirth_write(const char *group, const char *node,
                             char topic[static SPARKPLUG_TOPIC_MAX], buf *payload)
{
    spb_metric m = {.name = "Node Control/Rebirth",
                    .name_length = 20,
                    .type = SPB_BOOLEAN,
                    .field = SPB_IN_BOOL,
                    .value.bits = 1};
    write_to(group, node, "", &m, topic, payload);
}

static assay_status target_check(const json_t *command, assay_err *err)
{
    const char *device = setting_text(command, "device", ""),
               *name = setting_text(command, "metric", "");
    if (is_id(setting_text(command, "group", "")) && is_id(setting_text(command, "node", "")) &&
        (!*device || is_id(device)) && *name && strlen(name) <= SPB_NAME_MAX)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_USAGE, 0,
                      _("a command names \"group\", \"node\", perhaps \"device\", and \"metric\""));
}

assay_status sparkplug_command_write(const json_t *command, char topic[static SPARKPLUG_TOPIC_MAX],
                                     buf *payload, assay_err *err)
{
    const char *name = setting_text(command, "metric", "");
    spb_metric m = {.name = name, .name_length = (uint32_t)strlen(name)};
    uint32_t type;
    assay_status status = target_check(command, err);
    if (status != ASSAY_OK)
        return status;
    if (!type_read(setting_text(command, "type", NULL), &type))
        return assay_fail(
            err, ASSAY_USAGE, 0,
            _("\"type\" is \"%.40s\", expected a datatype such as \"Boolean\" or \"Int32\""),
            setting_text(command, "type", ""));
    if (!value_read(json_object_get(command, "value"), type, &m))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"value\" is not a %s"), spb_type_name(type));
    write_to(setting_text(command, "group", ""), setting_text(command, "node", ""),
             setting_text(command, "device", ""), &m, topic, payload);
    return payload->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a command") : ASSAY_OK;
}
