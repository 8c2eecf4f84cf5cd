/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/source_capture.h"

#include "base/i18n.h"
#include "live/source_try.h"

#include <stdlib.h>
#include <string.h>

static long long count_of(const json_t *in, const char *name)
{
    return (long long)json_integer_value(json_object_get(in, name));
}

static const char *text_of(const json_t *in, const char *name)
{
    const char *text = json_string_value(json_object_get(in, name));
    return text ? text : "";
}

/* "Line/OD (mm): 100, first 24.5, time 2026-..., serial W001" */
static void characteristic_write(const json_t *c, buf *out)
{
    const char *name;
    const json_t *first = json_object_get(c, "first");
    json_t *value;
    buf_add_text(out, text_of(c, "path"));
    if (*text_of(c, "unit"))
        buf_addf(out, " (%s)", text_of(c, "unit"));
    buf_addf(out, ": %lld, %s %s", count_of(c, "count"), _("first"), text_of(first, "value"));
    json_object_foreach((json_t *)first, name, value)
    {
        if (strcmp(name, "value") != 0)
            buf_addf(out, ", %s %s", name, json_string_value(value));
    }
    buf_add_char(out, '\n');
}

static void words_write(const json_t *r, buf *out)
{
    size_t i;
    const json_t *one;
    buf_addf(out,
             _("%lld messages: %lld values, %lld repeated, %lld historical; %lld rebirths would be "
               "asked for\n"),
             count_of(r, "messages"), count_of(r, "values"), count_of(r, "repeated"),
             count_of(r, "historical"), count_of(r, "rebirths_asked"));
    json_array_foreach(json_object_get(r, "characteristics"), i, one)
        characteristic_write(one, out);
    json_array_foreach(json_object_get(r, "left_out"), i, one)
        buf_addf(out, _("left out: %s\n"), json_string_value(one));
    json_array_foreach(json_object_get(r, "refused"), i, one)
        buf_addf(out, _("refused: %s, %lld (%s); remedy: %s\n"), text_of(one, "reason"),
                 count_of(one, "count"), text_of(one, "example"), text_of(one, "remedy"));
}

assay_status source_capture(store *db, const source_words *w, const char *capture, bool as_json,
                            buf *out, assay_err *err)
{
    json_t *settings = NULL, *found = NULL;
    assay_status status = source_words_settings(db, w, &settings, err);
    if (status == ASSAY_OK)
        status = source_try(settings, capture, &found, err);
    json_decref(settings);
    if (status != ASSAY_OK)
        return status;
    char *text = as_json ? json_dumps(found, JSON_INDENT(2)) : NULL;
    if (text)
        buf_addf(out, "%s\n", text);
    else
        words_write(found, out);
    free(text);
    json_decref(found);
    return ASSAY_OK;
}
