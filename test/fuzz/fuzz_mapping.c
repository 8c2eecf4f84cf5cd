/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A topic and a payload, divided by a newline, through a mapping with every kind of pointer. */
#include "live/mapping_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static mapping *rules(void)
{
    static mapping *made;
    const char *text =
        "[{\"topic\":\"+/n\"},{\"topic\":\"#\",\"characteristic\":\"{1}\",\"items\":\"/"
        "r\",\"value\":\"/a/1\"},"
        "{\"topic\":\"a/+/#\",\"characteristic\":\"{2}\",\"value\":\"/v\",\"time\":\"/"
        "t\",\"time_unit\":\"s\",\"quality\":\"/q\","
        "\"size\":\"/z\",\"part\":\"/p\",\"context\":{\"serial\":\"/s\",\"batch\":\"/"
        "b~1\"},\"text_numbers\":true}]";
    json_t *json = made ? NULL : json_loads(text, 0, NULL);
    if (json && mapping_json_new(json, &made, NULL) != ASSAY_OK)
        abort();
    json_decref(json);
    return made;
}

static void touch(const char *text, size_t length)
{
    static volatile unsigned sum;
    for (size_t i = 0; i < length; i++)
        sum += (unsigned char)text[i];
}

static bool row(void *context, const mapping_row *r)
{
    ++*(size_t *)context;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        touch(r->context[kind].text, r->context[kind].length);
    touch(r->part.text, r->part.length);
    if (r->size == 0 || (r->status & STATUS_MASK) > STATUS_BAD)
        abort();
    return true;
}

static bool refuse(void *context, const char *reason, const char *remedy, const char *found,
                   size_t length)
{
    ++*(size_t *)context;
    if (!*reason || !*remedy)
        abort();
    touch(found, length);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = memchr(data, '\n', size);
    if (!line || line - data > 1000)
        return 0;
    mqtt_slice topic = {(const char *)data, (uint32_t)(line - data)};
    mapping *m = rules();
    mapping_binding *b = mapping_json_bind(m, topic, NULL);
    if (!b)
        return 0;
    size_t length = size - (size_t)(line + 1 - data);
    char *payload = malloc(length + 1); /* its exact size, so that reading behind it is found */
    char *exact = realloc(payload, length ? length : 1);
    payload = exact ? exact : payload;
    memcpy(payload, line + 1, length);
    for (size_t i = 0; i < mapping_binding_count(b); i++) {
        size_t told = 0;
        mapping_sink sink = {row, refuse, &told};
        mapping_json_take(m, b, i, payload, length, &sink);
        if (told > length + 1) /* nothing costs more than itself */
            abort();
    }
    free(payload);
    mapping_binding_free(b);
    return 0;
}
