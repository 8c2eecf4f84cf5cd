/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session of messages: the first byte of each says which topic, the second how much time passes,
 * two bytes the length. Host and mapping live through it and keep their accounts. */
#include "live/mapping_metric.h"

#include <stdlib.h>
#include <string.h>

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static const char *const topics[] = {
    "spBv1.0/G/NBIRTH/N",   "spBv1.0/G/DBIRTH/N/D", "spBv1.0/G/DDATA/N/D", "spBv1.0/G/NDATA/N",
    "spBv1.0/G/DDEATH/N/D", "spBv1.0/G/NDEATH/N",   "spBv1.0/G/DDATA/N/E", "spBv1.0/G/DBIRTH/N/E",
    "spBv1.0/STATE/h",      "spBv1.0/G/NBIRTH/M",   "spBv1.0/G/NCMD/N",    "spBv1.0/?"};

static mapping_metric *mapping;
static uint64_t rows;

static void on_row(void *context, const metric_value *v)
{
    HOLDS(v->place >= 0 && v->size > 0);
    for (int k = 0; v->has_texts && k < CONTEXT_COUNT; k++)
        HOLDS(!v->texts[k].text ||
              strnlen(v->texts[k].text, v->texts[k].length) <= v->texts[k].length);
    rows++;
    (void)context;
}

static void on_refuse(void *context, const char *reason, const char *remedy, uint64_t count,
                      const char *example, size_t length)
{
    HOLDS(reason && remedy && count && (example || !length));
    (void)context;
}

static void on_repeat(void *context, uint64_t values)
{
    HOLDS(values);
    (void)context;
}

static void host_data(void *context, const sparkplug_message *m)
{
    mapping_metric_take(mapping, m);
    (void)context;
}

static void host_gap(void *context, sparkplug_node *n)
{
    mapping_metric_gap(mapping, n);
    (void)context;
}

static void host_rebirth(void *context, sparkplug_node *n)
{
    HOLDS(n->tally.rebirths_asked);
    (void)context;
}

static void host_forget(void *context, sparkplug_device *d)
{
    mapping_metric_forget(mapping, d);
    (void)context;
}

static void open_mapping(uint8_t kind)
{
    static const char *const settings[] = {
        "{}", "{\"mapping\":[{\"metric\":\"OD\",\"serial\":\"Part/"
              "Serial\",\"part\":{\"change\":\"Count\"}},"
              "{\"metric\":\"*\",\"batch\":{\"metric\":\"i8\",\"carry\":true},\"births\":true}]}"};
    static catalog *places;
    metric_sink sink = {on_row, on_refuse, on_repeat, NULL};
    json_t *chosen = json_loads(settings[kind & 1], 0, NULL);
    HOLDS(places || catalog_open(NULL, &places, NULL) == ASSAY_OK);
    HOLDS(mapping_metric_new(chosen, places, &sink, &mapping, NULL) == ASSAY_OK);
    json_decref(chosen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sparkplug_settings s = {
        .id = "h", .asks_rebirth = true, .reorder_ms = size && data[0] & 2 ? 500 : 0};
    sparkplug_sink sink = {.data = host_data,
                           .gap = host_gap,
                           .refuse = on_refuse,
                           .rebirth = host_rebirth,
                           .forget = host_forget};
    sparkplug_host *h;
    sparkplug_clock now = {1000, 1000000000};
    if (!size)
        return 0;
    open_mapping(data[0]);
    HOLDS(sparkplug_host_new(&s, &sink, &h, NULL) == ASSAY_OK);
    for (size_t at = 1; at + 4 <= size;) {
        const char *topic = topics[data[at] % (sizeof topics / sizeof *topics)];
        size_t length = (size_t)data[at + 2] | (size_t)data[at + 3] << 8;
        now.ms += data[at + 1] * 8u;
        now.utc_ns += data[at + 1] * INT64_C(8000000);
        at += 4;
        length = length < size - at ? length : size - at;
        if (sparkplug_host_due(h) <= now.ms)
            sparkplug_host_tick(h, now);
        sparkplug_host_take(h, now, topic, strlen(topic), data + at, length, false);
        at += length;
    }
    sparkplug_host_lost(h, now);
    sparkplug_host_back(h, now);
    HOLDS(sparkplug_host_oldest_held(h) == UINT64_MAX);
    sparkplug_host_free(h);
    mapping_metric_free(mapping);
    return 0;
}
