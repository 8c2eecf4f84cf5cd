/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host knows, as JSON for screens: each node, device and metric with its state and since
 * when. A metric is stale when its device is not online. */
#include "live/sparkplug_feed.h"

#include <string.h>

static json_t *time_text(int64_t ns)
{
    char text[40];
    if (ns == 0)
        return json_null();
    return json_stringn(text, time_format(ns, TIME_OFFSET_NONE, text, sizeof text));
}

static json_t *value_json(const sparkplug_metric *m)
{
    char text[64];
    spb_number x = sparkplug_metric_last(m);
    if (x.kind == SPB_VALUE_DECIMAL)
        return json_stringn(text, decimal_format(x.value.mantissa, x.value.exponent,
                                                 x.value.decimals, text, sizeof text));
    if (x.kind == SPB_VALUE_RAW || x.kind == SPB_VALUE_NOT_FINITE)
        return json_stringn(text, double_format(x.raw, text, sizeof text));
    return json_null();
}

static json_t *metric_json(const sparkplug_metric *m)
{
    int32_t unused;
    json_t *out = json_pack("{s:s%, s:s, s:b, s:o, s:s}", "name", m->name, (size_t)m->name_length,
                            "type", spb_type_name(m->type), "stale", !m->device->is_online, "value",
                            value_json(m), "use", mapping_metric_use(m->device, m->place, &unused));
    if (out && m->has_alias)
        json_object_set_new(out, "alias", json_integer((json_int_t)m->alias));
    if (out && m->time_ms > 0 && m->time_ms < INT64_MAX / 1000000)
        json_object_set_new(out, "time", time_text(m->time_ms * 1000000));
    return out;
}

static json_t *metrics_json(const sparkplug_device *d, size_t *left)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->n && *left; i++, --*left)
        json_array_append_new(list, metric_json(&d->metrics[i]));
    return list;
}

static json_t *device_json(const sparkplug_device *d, size_t *left)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:i, s:o}", "name", d->name, "state",
                     d->is_online ? "online" : "offline", "since", time_text(d->changed_ns), "born",
                     time_text(d->born_ns), "metric_count", (int)d->n, "metrics",
                     metrics_json(d, left));
}

static json_t *gaps_json(const sparkplug_node *n)
{
    json_t *list = json_array();
    uint64_t from = n->gap_count > SPARKPLUG_GAPS ? n->gap_count - SPARKPLUG_GAPS : 0;
    for (uint64_t i = from; i < n->gap_count; i++) {
        const sparkplug_gap *g = &n->gap[i % SPARKPLUG_GAPS];
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:o, s:o}", "why", g->why, "first",
                                              g->first, "last", g->last, "from",
                                              time_text(g->from_ns), "to", time_text(g->to_ns)));
    }
    return list;
}

static void tally_add(json_t *out, const sparkplug_tally *t)
{
    const struct {
        const char *name;
        uint64_t count;
    } all[] = {{"data", t->data},
               {"births", t->births},
               {"deaths", t->deaths},
               {"ignored_deaths", t->ignored_deaths},
               {"repeated", t->duplicates},
               {"reordered", t->reordered},
               {"gap_count", t->gaps},
               {"lost", t->lost},
               {"rebirths_asked", t->rebirths_asked}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_object_set_new(out, all[i].name, json_integer((json_int_t)all[i].count));
}

static json_t *node_json(const sparkplug_node *n, size_t *left)
{
    json_t *devices = json_array();
    json_t *out = device_json(n->devices[0], left);
    for (size_t i = 1; i < n->device_count; i++)
        json_array_append_new(devices, device_json(n->devices[i], left));
    json_object_set_new(out, "name", json_string(n->name));
    json_object_set_new(out, "group", json_string(n->group));
    if (!n->devices[0]->births)
        json_object_set_new(out, "state", json_string("unknown"));
    if (n->has_bdseq)
        json_object_set_new(out, "bdSeq", json_integer((json_int_t)n->bdseq));
    if (n->wants_rebirth)
        json_object_set_new(out, "rebirth_wanted", json_string(n->wants_rebirth));
    tally_add(out, &n->tally);
    json_object_set_new(out, "gaps", gaps_json(n));
    json_object_set_new(out, "devices", devices);
    return out;
}

void sparkplug_describe(const sparkplug_host *h, json_t *into, size_t most)
{
    sparkplug_node *const *nodes;
    size_t n = sparkplug_host_nodes(h, &nodes), left = most, shown = 0;
    sparkplug_counts counts = sparkplug_host_counts(h);
    json_t *list = json_array();
    for (; shown < n && (left || !most); shown++)
        json_array_append_new(list, node_json(nodes[shown], &left));
    json_object_set_new(into, "nodes", list);
    json_object_set_new(into, "node_count", json_integer((json_int_t)n));
    json_object_set_new(into, "is_cut", json_boolean(left == 0 && most));
    json_object_set_new(into, "messages", json_integer((json_int_t)counts.messages));
    json_object_set_new(into, "refused_messages", json_integer((json_int_t)counts.refused));
    json_object_set_new(into, "commands_of_others", json_integer((json_int_t)counts.commands));
}
