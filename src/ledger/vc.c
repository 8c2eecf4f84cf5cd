/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/vc.h"

#include "base/time.h"

#include <jansson.h>
#include <string.h>

const char *vc_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

const char *vc_issuer(const json_t *credential)
{
    const json_t *issuer = json_object_get(credential, "issuer");
    return json_is_string(issuer) ? json_string_value(issuer) : vc_text(issuer, "id");
}

bool vc_has_type(const json_t *object, const char *type)
{
    const json_t *value = json_object_get(object, "type");
    if (json_is_string(value))
        return strcmp(json_string_value(value), type) == 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *item = json_string_value(json_array_get(value, i));
        if (item && strcmp(item, type) == 0)
            return true;
    }
    return false;
}

bool vc_time(const char *text, int64_t *ns)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    int32_t offset;
    int64_t time;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !is_digit : text[i] != shape[i])
            return false;
    }
    if (!time_parse_iso(text, strlen(text), &time, &offset) || offset == TIME_OFFSET_NONE)
        return false;
    *ns = time;
    return true;
}
