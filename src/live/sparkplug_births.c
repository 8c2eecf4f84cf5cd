/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What births define. Names are looked up in a table of their device, aliases in one table of the
 * node, both open addressing over flat arrays. Aliases of most clients count up from 0 or 1; they
 * are spread by an odd factor drawn at start, so that no sender can choose those that collide. */
#include "live/sparkplug_node.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

typedef struct sparkplug_alias {
    uint64_t alias;
    sparkplug_metric *metric; /* NULL: free */
} sparkplug_alias;

/* -- aliases ------------------------------------------------------------------------------- */

static size_t alias_home(const sparkplug_node *n, uint64_t alias)
{
    uint64_t x = alias * (n->host->seed | 1);
    return (size_t)((x ^ x >> 32) & (n->alias_room - 1));
}

static size_t alias_slot(const sparkplug_node *n, uint64_t alias)
{
    size_t i = alias_home(n, alias);
    while (n->aliases[i].metric && n->aliases[i].alias != alias)
        i = (i + 1) & (n->alias_room - 1);
    return i;
}

static bool alias_grow(sparkplug_node *n)
{
    size_t old_room = n->alias_room;
    sparkplug_alias *old = n->aliases, *grown = calloc(old_room ? old_room * 2 : 64, sizeof *grown);
    if (!grown)
        return false;
    n->aliases = grown;
    n->alias_room = old_room ? old_room * 2 : 64;
    for (size_t i = 0; i < old_room; i++) {
        if (old[i].metric)
            n->aliases[alias_slot(n, old[i].alias)] = old[i];
    }
    free(old);
    return true;
}

static bool alias_put(sparkplug_node *n, sparkplug_metric *m)
{
    if (n->alias_count * 2 >= n->alias_room && !alias_grow(n))
        return false;
    size_t i = alias_slot(n, m->alias);
    n->alias_count += !n->aliases[i].metric;
    n->aliases[i] = (sparkplug_alias){m->alias, m};
    return true;
}

/* Those behind move up, so that no search ends too early. */
static void alias_remove(sparkplug_node *n, const sparkplug_metric *m)
{
    size_t mask = n->alias_room - 1, free_slot = alias_slot(n, m->alias);
    if (n->aliases[free_slot].metric != m)
        return; /* another metric has taken it over */
    n->alias_count--;
    for (size_t i = (free_slot + 1) & mask; n->aliases[i].metric; i = (i + 1) & mask) {
        size_t home = alias_home(n, n->aliases[i].alias);
        if (((i - home) & mask) < ((i - free_slot) & mask))
            continue;
        n->aliases[free_slot] = n->aliases[i];
        free_slot = i;
    }
    n->aliases[free_slot] = (sparkplug_alias){0};
}

sparkplug_metric *sparkplug_by_alias(const sparkplug_node *n, uint64_t alias)
{
    return n->alias_count ? n->aliases[alias_slot(n, alias)].metric : NULL;
}

void sparkplug_aliases_clear(sparkplug_node *n)
{
    free(n->aliases);
    n->aliases = NULL;
    n->alias_room = n->alias_count = 0;
}

/* -- names ----------------------------------------------------------------------------------- */

static size_t name_slot(const sparkplug_device *d, const char *name, size_t length)
{
    size_t i = (size_t)(hash64(name, length) ^ d->node->host->seed) & (d->names_room - 1);
    for (; d->names[i]; i = (i + 1) & (d->names_room - 1)) {
        const sparkplug_metric *m = &d->metrics[d->names[i] - 1];
        if (m->name_length == length && memcmp(m->name, name, length) == 0)
            break;
    }
    return i;
}

sparkplug_metric *sparkplug_by_name(const sparkplug_device *d, const char *name, size_t length)
{
    if (!d->names_room)
        return NULL;
    uint32_t found = d->names[name_slot(d, name, length)];
    return found ? &d->metrics[found - 1] : NULL;
}

/* An alias counts for the metrics of its own device only. */
sparkplug_metric *sparkplug_metric_of(const sparkplug_device *d, const spb_metric *m)
{
    if (m->has & SPB_HAS_NAME)
        return sparkplug_by_name(d, m->name, m->name_length);
    sparkplug_metric *found = m->has & SPB_HAS_ALIAS ? sparkplug_by_alias(d->node, m->alias) : NULL;
    return found && found->device == d ? found : NULL;
}

/* -- the birth --------------------------------------------------------------------------------- */

static size_t names_of(const spb_payload *p, size_t *bytes)
{
    size_t n = 0;
    *bytes = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->metrics[i].has & SPB_HAS_NAME) {
            n++;
            *bytes += p->metrics[i].name_length;
        }
    }
    return n;
}

static bool device_room(sparkplug_device *d, size_t n, size_t bytes, char **names)
{
    size_t room = 16;
    while (room < 2 * n)
        room *= 2;
    d->metrics = arena_array(&d->memory, sparkplug_metric, n + 1);
    d->names = arena_array(&d->memory, uint32_t, room);
    *names = arena_alloc(&d->memory, bytes + 1, 1);
    if (!d->metrics || !d->names || !*names)
        return false;
    d->names_room = room;
    return true;
}

/* A name that stands twice in a birth is one metric; the last definition counts. */
static bool metric_define(sparkplug_device *d, const spb_metric *m, char **names)
{
    size_t slot = name_slot(d, m->name, m->name_length);
    sparkplug_metric *to;
    if (d->names[slot]) {
        to = &d->metrics[d->names[slot] - 1];
        if (to->has_alias)
            alias_remove(d->node, to);
    } else {
        to = &d->metrics[d->n];
        memcpy(*names, m->name, m->name_length);
        *to = (sparkplug_metric){
            .name = *names, .name_length = m->name_length, .device = d, .place = (uint32_t)d->n};
        *names += m->name_length;
        d->names[slot] = (uint32_t)++d->n;
    }
    to->type = m->type;
    to->has_alias = m->has & SPB_HAS_ALIAS;
    to->alias = m->alias;
    return !to->has_alias || alias_put(d->node, to);
}

void sparkplug_undefine(sparkplug_host *h, sparkplug_device *d)
{
    for (size_t i = 0; i < d->n && d->node->alias_count; i++) {
        if (d->metrics[i].has_alias)
            alias_remove(d->node, &d->metrics[i]);
    }
    h->metric_count -= d->n;
    d->metrics = NULL;
    d->names = NULL;
    d->n = d->names_room = 0;
    d->has_birth = false;
    arena_done(&d->memory);
    arena_init(&d->memory);
}

bool sparkplug_define(sparkplug_host *h, sparkplug_device *d, const spb_payload *p)
{
    size_t bytes, n = names_of(p, &bytes);
    char *names;
    sparkplug_undefine(h, d);
    if (h->metric_count + n > SPARKPLUG_HOST_METRICS_MAX || !device_room(d, n, bytes, &names)) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_TOO_MANY, d, "metrics", 7);
        return false;
    }
    for (size_t i = 0; i < p->n; i++) {
        const spb_metric *m = &p->metrics[i];
        if (!(m->has & SPB_HAS_NAME))
            sparkplug_refuse(h, SPARKPLUG_REFUSE_NAMELESS, d, "birth", 5);
        else if (!metric_define(d, m, &names))
            return false;
    }
    h->metric_count += d->n;
    d->has_birth = true;
    d->births++;
    return true;
}
