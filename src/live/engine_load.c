/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which charts there are: one for each version of limits in force, and for a characteristic without
 * any its default in analysis. */
#include "live/engine_inner.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while loading charts");
}

bool engine_grow(void *list, size_t size, size_t count, size_t *room)
{
    void **place = list;
    if (count < *room)
        return true;
    size_t more = *room ? 2 * *room : 16;
    void *grown = realloc(*place, more * size);
    if (!grown)
        return false;
    *place = grown;
    *room = more;
    return true;
}

const char *engine_path(const engine *e, uint32_t number)
{
    int32_t place = e->catalog ? catalog_of_number(e->catalog, number) : CATALOG_NONE;
    return place == CATALOG_NONE ? "" : catalog_path(e->catalog, place);
}

/* -- plans that charts share -------------------------------------------------------------- */

static bool copy_definition(arena *a, const chart_definition *from, chart_definition *to)
{
    *to = *from;
    to->rules = arena_text(a, from->rules, strlen(from->rules));
    bool is_copied = to->rules != NULL;
    if (from->subgroup)
        is_copied &= (to->subgroup = arena_text(a, from->subgroup, strlen(from->subgroup))) != NULL;
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (from->filter[k])
            is_copied &=
                (to->filter[k] = arena_text(a, from->filter[k], strlen(from->filter[k]))) != NULL;
    return is_copied;
}

/* Everything two definitions can differ in. */
static void name_plan(const chart_definition *d, buf *out)
{
    const assay_chart_options *o = &d->chart;
    buf_addf(out, "%d %u %u %s %s %.17g %u %.17g %.17g %.17g %d %.17g %.17g %.17g %.17g %d", o->type,
             d->n, d->every_s, d->subgroup ? d->subgroup : "", d->rules, d->size_all, o->span,
             o->sigmas, o->lambda, o->ewma_sigmas, o->is_asymptotic, o->k, o->h, o->fir, o->target,
             o->is_unweighted);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (d->filter[k])
            buf_addf(out, " %d=%s", k, d->filter[k]);
}

static assay_status add_plan(engine *e, const chart_definition *d, plan_entry *p, assay_err *err)
{
    chart_definition own;
    if (!p->name || !copy_definition(&e->memory, d, &own))
        return no_memory(err);
    return live_plan_init(&own, &p->plan, err);
}

static assay_status plan_for(engine *e, const chart_definition *d, const live_plan **out,
                             assay_err *err)
{
    buf name = BUF_INIT;
    name_plan(d, &name);
    uint64_t hash = live_text_hash(buf_text(&name), name.length);
    plan_entry **at = &e->plans[hash % PLAN_BUCKETS], *p = *at;
    while (p && (p->hash != hash || strcmp(p->name, buf_text(&name)) != 0))
        p = p->next;
    assay_status status = ASSAY_OK;
    if (!p) {
        p = arena_new(&e->memory, plan_entry);
        status = p ? ASSAY_OK : no_memory(err);
        if (p) {
            p->hash = hash;
            p->name = arena_text(&e->memory, buf_text(&name), name.length);
            status = add_plan(e, d, p, err);
        }
        if (status == ASSAY_OK) {
            p->next = *at;
            *at = p;
        }
    }
    if (status == ASSAY_OK)
        *out = &p->plan;
    buf_done(&name);
    return status;
}

/* -- charts ------------------------------------------------------------------------------- */

static bool has_room_for(engine *e, uint32_t number)
{
    if (number < e->room)
        return true;
    uint32_t room = e->room ? e->room : 1024;
    while (room <= number)
        room *= 2;
    live_chart **grown = realloc(e->first, room * sizeof(live_chart *));
    if (!grown)
        return false;
    memset(grown + e->room, 0, (room - e->room) * sizeof(live_chart *));
    e->first = grown;
    e->room = room;
    return true;
}

static assay_status add_chart(engine *e, uint32_t number, const chart_definition *d, double center,
                              double sigma, double size, live_chart **out, assay_err *err)
{
    const live_plan *plan;
    assay_status status = plan_for(e, d, &plan, err);
    if (status != ASSAY_OK)
        return status;
    live_chart *c = has_room_for(e, number) ? calloc(1, sizeof *c) : NULL;
    if (!c)
        return no_memory(err);
    status = live_chart_init(c, plan, center, sigma, size, err);
    if (status != ASSAY_OK) {
        free(c);
        return status;
    }
    c->characteristic = number;
    c->is_cold = true;
    c->next = e->first[number];
    e->first[number] = c;
    e->chart_count++;
    e->cold_count++;
    *out = c;
    return ASSAY_OK;
}

static chart_definition default_definition(const characteristic *c)
{
    uint32_t n = c->subgroup_size ? c->subgroup_size : 1;
    chart_definition d = {.n = n, .rules = "nelson", .size_all = NAN,
                          .chart = assay_chart_defaults()};
    d.n = c->kind != KIND_VARIABLE ? 0
          : n > LIVE_READINGS_MAX  ? 1
                                   : n; /* counts: by lot, else each */
    d.chart.type = c->kind == KIND_DEFECTIVES ? ASSAY_CHART_P
                   : c->kind == KIND_DEFECTS  ? ASSAY_CHART_U
                   : d.n == 1                 ? ASSAY_CHART_I_MR
                   : d.n <= 8                 ? ASSAY_CHART_XBAR_R
                                              : ASSAY_CHART_XBAR_S;
    return d;
}

live_chart *engine_chart_default(engine *e, uint32_t number, const characteristic *definition)
{
    live_chart *c = NULL;
    chart_definition d = default_definition(definition);
    if (add_chart(e, number, &d, NAN, NAN, NAN, &c, NULL) != ASSAY_OK)
        return NULL;
    c->state = CHART_ANALYSIS;
    return c;
}

static void drop_from(live_chart **list, size_t *count, const live_chart *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (list[i] != c)
            list[kept++] = list[i];
    *count = kept;
}

static void free_chart(engine *e, live_chart *c)
{
    if (c->is_listed)
        drop_from(e->waiting, &e->waiting_count, c);
    if (c->has_news)
        drop_from(e->news, &e->news_count, c);
    e->cold_count -= c->is_cold;
    e->chart_count--;
    live_chart_done(c);
    free(c);
}

static void free_list(engine *e, uint32_t number)
{
    for (live_chart *c = number < e->room ? e->first[number] : NULL, *next; c; c = next) {
        next = c->next;
        free_chart(e, c);
    }
    if (number < e->room)
        e->first[number] = NULL;
}

void engine_charts_free(engine *e)
{
    for (uint32_t i = 0; i < e->room; i++)
        free_list(e, i);
    free(e->first);
    e->first = NULL;
    e->room = 0;
}

/* -- from the store ------------------------------------------------------------------------ */

typedef struct {
    object_id id;
    chart_state state;
    uint64_t commit; /* since when */
} known_state;

typedef struct {
    known_state *item;
    size_t count, room;
} known_states;

static chart_state state_from(const char *text)
{
    json_t *o = json_loads(text, 0, NULL);
    const char *word = json_string_value(json_object_get(o, "state"));
    chart_state s = word && strcmp(word, "alerting") == 0 ? CHART_ALERTING : CHART_IN_FORCE;
    json_decref(o);
    return s;
}

static known_state *state_find(const known_states *s, const object_id *id)
{
    for (size_t i = s->count; i-- > 0;)
        if (memcmp(&s->item[i].id, id, sizeof *id) == 0)
            return &s->item[i];
    return NULL;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(object_id));
}

static bool note_state(const store_document *d, void *context)
{
    known_states *s = context;
    known_state k = {.state = state_from(d->json)};
    if (!alarm_id_parse(d->id, &k.id) || !engine_grow(&s->item, sizeof k, s->count, &s->room))
        return true;
    s->item[s->count++] = k;
    return true;
}

/* The last change from anything else to alerting. */
static bool note_change(const record *r, void *context)
{
    known_states *s = context;
    object_id id;
    json_t *o = r->payload ? json_loads(r->payload, 0, NULL) : NULL;
    const char *text = json_string_value(json_object_get(o, "id"));
    const char *before =
        json_string_value(json_object_get(json_object_get(o, "before"), "state"));
    known_state *k = NULL;
    if (text && alarm_id_parse(text, &id))
        k = s->count ? bsearch(&id, s->item, s->count, sizeof *s->item, by_id) : NULL;
    if (k && (!before || strcmp(before, "alerting") != 0))
        k->commit = r->commit;
    json_decref(o);
    return true;
}

static assay_status read_states(engine *e, known_states *out, assay_err *err)
{
    assay_status status = store_documents(e->reader, "chart-state", note_state, out, err);
    if (status != ASSAY_OK || !out->count)
        return status;
    if (out->count)
        qsort(out->item, out->count, sizeof *out->item, by_id);
    return store_records(e->reader, "chart-state.changed", 0, note_change, out, err);
}

static assay_status add_in_force(engine *e, const chart_limits *l, const known_states *states,
                                 assay_err *err)
{
    live_chart *c;
    assay_status status =
        add_chart(e, l->characteristic, &l->definition, l->center, l->sigma, l->size, &c, err);
    if (status != ASSAY_OK)
        return status;
    const known_state *k = state_find(states, &l->chart);
    c->id = l->chart;
    c->version = l->version;
    c->state = k ? k->state : CHART_IN_FORCE;
    if (c->state == CHART_ALERTING)
        c->judged_commit = k->commit > l->commit ? k->commit : l->commit;
    return ASSAY_OK;
}

static void tell_trouble(engine *e, uint32_t number, const assay_err *why)
{
    buf_clear(&e->line);
    buf_addf(&e->line, "{\"level\":\"warning\",\"characteristic\":%u,\"text\":\"%s\"}", number,
             "a stored chart cannot live: its definition is not usable");
    if (e->bus && !e->line.failed && why)
        bus_publish(e->bus, EVENT_NOTICE, number, e->line.data, e->line.length);
}

static assay_status load_limits(engine *e, uint32_t number, assay_err *err)
{
    limits_history h;
    known_states states = {0};
    assay_err why = {0};
    assay_status status = limits_read(e->reader, number, STORE_NOW, &h, err);
    if (status == ASSAY_OK)
        status = read_states(e, &states, err);
    for (size_t i = 0; i < h.count && status == ASSAY_OK; i++) {
        if (h.item[i].state != LIMITS_IN_FORCE)
            continue;
        status = add_in_force(e, &h.item[i], &states, &why);
        if (status != ASSAY_OK && status != ASSAY_MEMORY) {
            tell_trouble(e, h.item[i].characteristic, &why);
            status = ASSAY_OK; /* one unusable chart costs itself */
        }
    }
    if (status == ASSAY_MEMORY)
        status = no_memory(err);
    limits_done(&h);
    free(states.item);
    return status;
}

static assay_status add_default(engine *e, uint32_t number, assay_err *err)
{
    stored_characteristic found;
    if (number < e->room && e->first[number])
        return ASSAY_OK;
    assay_status status = store_characteristic_at(e->reader, number, &found, err);
    if (status != ASSAY_OK)
        return status;
    return engine_chart_default(e, number, &found.definition) ? ASSAY_OK : no_memory(err);
}

/* Somebody works out limits for a characteristic that has none. */
static bool note_proposal(const store_document *d, void *context)
{
    engine *e = context;
    stored_characteristic found;
    if (store_characteristic_find(e->reader, d->id, &found, NULL) != ASSAY_OK ||
        found.number >= e->room)
        return true;
    live_chart *c = e->first[found.number];
    if (c && c->state == CHART_ANALYSIS)
        c->state = CHART_PROPOSED;
    return true;
}

static int64_t heard_of(const engine *e, uint32_t number)
{
    return number < e->room && e->first[number] ? e->first[number]->heard : TIME_NONE;
}

static void set_heard(engine *e, uint32_t number, int64_t heard)
{
    for (live_chart *c = number < e->room ? e->first[number] : NULL; c; c = c->next)
        c->heard = heard;
}

static void publish_limits(engine *e, const live_chart *c)
{
    char id[33];
    alarm_id_text(&c->id, id);
    buf_clear(&e->line);
    buf_addf(&e->line, "{\"characteristic\":%u,\"chart\":\"%s\",\"state\":\"%s\",\"version\":%llu}",
             c->characteristic, id, chart_state_name(c->state), (unsigned long long)c->version);
    if (e->bus && !e->line.failed)
        bus_publish(e->bus, EVENT_LIMITS, c->characteristic, e->line.data, e->line.length);
}

assay_status engine_load_one(engine *e, uint32_t number, assay_err *err)
{
    int64_t heard = heard_of(e, number);
    free_list(e, number);
    assay_status status = load_limits(e, number, err);
    if (status == ASSAY_OK)
        status = add_default(e, number, err);
    if (status == ASSAY_OK)
        status = store_documents(e->reader, "proposal", note_proposal, e, err);
    set_heard(e, number, heard);
    for (live_chart *c = number < e->room ? e->first[number] : NULL; c; c = c->next) {
        engine_must_replay(e, c, TIME_NONE);
        publish_limits(e, c);
    }
    engine_watch_actions(e, number);
    return status;
}

assay_status engine_load(engine *e, assay_err *err)
{
    uint32_t n = store_characteristic_count(e->reader), known = e->room;
    int64_t *heard = calloc((size_t)known + 1, sizeof *heard);
    if (!heard)
        return no_memory(err);
    for (uint32_t number = 1; number < known; number++) {
        heard[number] = heard_of(e, number);
        free_list(e, number);
    }
    assay_status status = load_limits(e, 0, err);
    for (uint32_t number = 1; number <= n && status == ASSAY_OK; number++)
        status = add_default(e, number, err);
    if (status == ASSAY_OK)
        status = store_documents(e->reader, "proposal", note_proposal, e, err);
    for (uint32_t number = 1; number <= n && status == ASSAY_OK; number++) {
        set_heard(e, number, number < known ? heard[number] : TIME_NONE);
        engine_watch_actions(e, number);
    }
    free(heard);
    return status;
}
