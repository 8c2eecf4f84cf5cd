/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At its birth a device is bound: each metric to the characteristic it measures, or to the slot
 * whose text others carry. Messages then need no name any more. */
#include "live/mapping_metric_bind.h"
#include "live/sparkplug_node.h"

#include <stdlib.h>
#include <string.h>

static bool is_name(const char *name, size_t length, const char *pattern)
{
    size_t n = strlen(pattern);
    if (n && pattern[n - 1] == '*')
        return length >= n - 1 && memcmp(name, pattern, n - 1) == 0;
    return n == length && memcmp(name, pattern, n) == 0;
}

static bool is_any_or(const char *pattern, const char *name)
{
    return strcmp(pattern, "+") == 0 || strcmp(pattern, name) == 0;
}

static bool is_of_rule(const metric_rule *rule, const sparkplug_metric *metric)
{
    const sparkplug_device *d = metric->device;
    return is_name(metric->name, metric->name_length, rule->metric) &&
           is_any_or(rule->group, d->node->group) && is_any_or(rule->node, d->node->name) &&
           is_any_or(rule->device, d->name);
}

/* Numbers that no plant measures. */
static bool is_housekeeping(const sparkplug_metric *metric)
{
    static const char *const names[] = {"bdSeq", "Node Control/*", "Device Control/*",
                                        "Properties/*"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_name(metric->name, metric->name_length, names[i]))
            return true;
    }
    return metric->type == SPB_BOOLEAN || metric->type == SPB_DATETIME ||
           metric->type == SPB_BOOLEAN_ARRAY || metric->type == SPB_DATETIME_ARRAY ||
           !spb_type_is_number(metric->type);
}

static const metric_rule *rule_of(const mapping_metric *m, const sparkplug_metric *metric)
{
    for (size_t i = 0; i < m->n; i++) {
        const metric_rule *rule = &m->rules[i];
        if (is_of_rule(rule, metric) && (rule->is_named || !is_housekeeping(metric)))
            return rule;
    }
    return m->takes_others && !is_housekeeping(metric) ? &m->others : NULL;
}

/* -- paths ----------------------------------------------------------------------------- */

static bool path_word(buf *out, const char **at, const char *word, const char *text, size_t length)
{
    size_t n = strlen(word);
    if (strncmp(*at, word, n))
        return false;
    *at += n;
    if (length)
        buf_add(out, text, length);
    else if (**at == '/') /* the node itself has no device: no empty level */
        (*at)++;
    return true;
}

static void path_write(const char *pattern, const sparkplug_metric *metric, buf *out)
{
    const sparkplug_device *d = metric->device;
    const sparkplug_node *n = d->node;
    for (const char *at = pattern; *at;) {
        if (path_word(out, &at, "{group}", n->group, strlen(n->group)) ||
            path_word(out, &at, "{node}", n->name, strlen(n->name)) ||
            path_word(out, &at, "{device}", d->name, strlen(d->name)) ||
            path_word(out, &at, "{metric}", metric->name, metric->name_length))
            continue;
        buf_add_char(out, *at++);
    }
}

static int32_t place_of(mapping_metric *m, const metric_rule *rule, const sparkplug_metric *metric,
                        const spb_metric *birth)
{
    buf path = BUF_INIT, unit = BUF_INIT;
    path_write(rule->path, metric, &path);
    if (rule->unit)
        buf_add_text(&unit, rule->unit);
    else if (birth->unit)
        buf_add(&unit, birth->unit, birth->unit_length);
    characteristic c = {.path = buf_text(&path),
                        .kind = rule->kind,
                        .decimals = rule->decimals,
                        .unit = unit.length ? buf_text(&unit) : NULL};
    int32_t place = path.failed || unit.failed || strlen(c.path) != path.length
                        ? CATALOG_NONE
                        : catalog_place(m->catalog, &c);
    if (place == CATALOG_NONE)
        m->sink.refuse(m->sink.context, "bad-path",
                       "map the metric to a characteristic whose path has no empty level", 1,
                       buf_text(&path), path.length);
    buf_done(&path);
    buf_done(&unit);
    return place;
}

/* -- slots --------------------------------------------------------------------------------------
 */

static uint32_t slot_add(metric_binding *b, const sparkplug_metric *metric)
{
    if (b->slot_of[metric->place])
        return b->slot_of[metric->place];
    b->slots[b->slot_count++] = (metric_slot){.metric = metric->place};
    return b->slot_of[metric->place] = (uint32_t)b->slot_count;
}

static uint32_t slot_named(metric_binding *b, const sparkplug_device *d, const char *name)
{
    if (!name)
        return 0;
    const sparkplug_metric *found = sparkplug_by_name(d, name, strlen(name));
    return found ? slot_add(b, found) : 0;
}

/* -- targets ------------------------------------------------------------------------------------
 */

static bool is_other_unit(const metric_rule *rule, const spb_metric *birth)
{
    return rule->unit && birth->unit &&
           (strlen(rule->unit) != birth->unit_length ||
            memcmp(rule->unit, birth->unit, birth->unit_length));
}

static void target_slots(metric_target *t, metric_binding *b, const sparkplug_device *d)
{
    const metric_rule *rule = t->rule;
    for (int k = 0; k < CONTEXT_COUNT; k++) {
        t->slot[k] = slot_named(b, d, rule->context[k].metric);
        t->has_contexts |= t->slot[k] != 0;
    }
    t->part_slot = slot_named(b, d, rule->change ? rule->change : rule->trigger);
    t->size_slot = slot_named(b, d, rule->size_metric);
    if (t->part_slot && !b->seen)
        b->seen = arena_array(&b->memory, uint64_t, b->n + 1);
}

static bool target_add(mapping_metric *m, metric_binding *b, const sparkplug_metric *metric,
                       const metric_rule *rule, const spb_metric *birth)
{
    int32_t place = place_of(m, rule, metric, birth);
    if (place == CATALOG_NONE)
        return true;
    if ((size_t)place >= m->newest_room) {
        size_t room = (size_t)place * 2 + 64;
        int64_t *grown = realloc(m->newest_ms, room * sizeof *grown);
        if (!grown)
            return false;
        memset(grown + m->newest_room, 0, (room - m->newest_room) * sizeof *grown);
        m->newest_ms = grown;
        m->newest_room = room;
    }
    metric_target *t = &b->targets[b->target_count++];
    *t = (metric_target){.rule = rule,
                         .metric = metric->place,
                         .place = place,
                         .is_of_other_unit = is_other_unit(rule, birth)};
    b->target_of[metric->place] = (uint32_t)b->target_count;
    target_slots(t, b, metric->device);
    return !t->part_slot || b->seen;
}

static metric_binding *binding_new(size_t n)
{
    metric_binding *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    arena_init(&b->memory);
    b->n = n;
    b->target_of = arena_array(&b->memory, uint32_t, n + 1);
    b->slot_of = arena_array(&b->memory, uint32_t, n + 1);
    b->targets = arena_array(&b->memory, metric_target, n + 1);
    b->slots = arena_array(&b->memory, metric_slot, n + 1);
    if (b->target_of && b->slot_of && b->targets && b->slots)
        return b;
    arena_done(&b->memory);
    free(b);
    return NULL;
}

void mapping_metric_forget(mapping_metric *m, sparkplug_device *d)
{
    metric_binding *b = d->binding;
    (void)m;
    if (!b)
        return;
    for (size_t i = 0; i < b->slot_count; i++) {
        buf_done(&b->slots[i].now);
        buf_done(&b->slots[i].known);
    }
    arena_done(&b->memory);
    free(b);
    d->binding = NULL;
}

/* What is context of others is not measured besides, unless a rule names it. */
static void contexts_clear(metric_binding *b)
{
    for (size_t i = 0; i < b->target_count; i++) {
        if (!b->targets[i].rule->is_named && b->slot_of[b->targets[i].metric])
            b->target_of[b->targets[i].metric] = 0;
    }
}

bool metric_bind(mapping_metric *m, const sparkplug_message *birth)
{
    sparkplug_device *d = birth->device;
    mapping_metric_forget(m, d);
    metric_binding *b = d->binding = binding_new(d->n);
    for (size_t i = 0; b && i < birth->payload->n; i++) {
        const sparkplug_metric *metric = birth->defined[i];
        const metric_rule *rule = metric ? rule_of(m, metric) : NULL;
        if (rule && !b->target_of[metric->place] &&
            !target_add(m, b, metric, rule, &birth->payload->metrics[i]))
            return false;
    }
    if (b)
        contexts_clear(b);
    return b != NULL;
}

const char *mapping_metric_use(const sparkplug_device *d, size_t place, int32_t *catalog_place)
{
    const metric_binding *b = d->binding;
    if (!b || place >= b->n || d->n != b->n)
        return "left out";
    if (b->target_of[place]) {
        *catalog_place = b->targets[b->target_of[place] - 1].place;
        return "measured";
    }
    return b->slot_of[place] ? "context" : "left out";
}
