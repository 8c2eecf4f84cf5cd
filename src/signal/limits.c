/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of limits is read from the records, not from a table of what is in force: so that a
 * question about the past is answered from the same place. */
#include "signal/limits.h"

#include "signal/limits_json.h"

#include <stdlib.h>
#include <string.h>

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while reading limits");
}

/* -- reading ------------------------------------------------------------------------------ */

typedef struct {
    object_id id;
    uint32_t characteristic;
    const char *name, *definition;
    size_t latest; /* 1 + its newest version in the history; 0: none */
} known_chart;

typedef struct {
    limits_history *out;
    uint64_t as_of;
    known_chart *chart;
    size_t chart_count, chart_room, item_room;
    assay_status status;
    assay_err *err;
} reading;

static bool note_chart(const store_chart *c, void *context)
{
    reading *r = context;
    arena *a = &r->out->memory;
    if (r->chart_count == r->chart_room) {
        size_t room = r->chart_room ? 2 * r->chart_room : 16;
        known_chart *grown = realloc(r->chart, room * sizeof *grown);
        if (!grown) {
            r->status = no_memory(r->err);
            return false;
        }
        r->chart = grown;
        r->chart_room = room;
    }
    known_chart *k = &r->chart[r->chart_count++];
    *k = (known_chart){.id = c->id, .characteristic = c->characteristic,
                       .name = arena_text(a, c->name, strlen(c->name)),
                       .definition = arena_text(a, c->definition, strlen(c->definition))};
    if (!k->name || !k->definition)
        r->status = no_memory(r->err);
    return r->status == ASSAY_OK;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const known_chart *)a)->id.bytes, ((const known_chart *)b)->id.bytes,
                  sizeof(object_id));
}

static chart_limits *add_item(reading *r)
{
    limits_history *h = r->out;
    if (h->count == r->item_room) {
        size_t room = r->item_room ? 2 * r->item_room : 16;
        chart_limits *grown = arena_array(&h->memory, chart_limits, room);
        if (!grown)
            return NULL;
        if (h->count)
            memcpy(grown, h->item, h->count * sizeof *grown);
        h->item = grown;
        r->item_room = room;
    }
    return &h->item[h->count++];
}

static void end_latest(reading *r, const known_chart *k, limits_state state, int64_t until)
{
    chart_limits *old = k->latest ? &r->out->item[k->latest - 1] : NULL;
    if (!old || old->state == LIMITS_RETIRED)
        return;
    old->state = state;
    old->until = until;
}

static bool take_version(reading *r, known_chart *k, const record *from)
{
    arena *a = &r->out->memory;
    const char *by = from->actor ? from->actor : "";
    chart_limits read = {.chart = k->id, .characteristic = k->characteristic, .name = k->name,
                         .commit = from->commit, .since = from->time, .until = TIME_NONE,
                         .by = arena_text(a, by, strlen(by))};
    bool is_retired = false;
    if (!from->payload) /* erased: nothing is left to judge by */
        is_retired = true;
    else if (!limits_from_json(from->payload, a, &read, &is_retired) ||
             !definition_from_json(k->definition, a, &read.definition))
        return false;
    end_latest(r, k, is_retired ? LIMITS_RETIRED : LIMITS_REPLACED, from->time);
    if (is_retired && k->latest) {
        r->out->item[k->latest - 1].ended_by = read.by;
        r->out->item[k->latest - 1].ended_why = read.why;
    }
    if (is_retired)
        return true;
    chart_limits *place = add_item(r);
    if (!place)
        return false;
    *place = read;
    k->latest = r->out->count;
    return true;
}

static bool note_limits(const record *from, void *context)
{
    reading *r = context;
    known_chart key = {.id = from->object};
    if (from->commit > r->as_of)
        return false;
    known_chart *k = bsearch(&key, r->chart, r->chart_count, sizeof *k, by_id);
    if (k && !take_version(r, k, from))
        r->status = assay_fail(r->err, ASSAY_DAMAGED, from->sequence,
                               "record %llu: limits of chart \"%s\" cannot be read",
                               (unsigned long long)from->sequence, k->name);
    return r->status == ASSAY_OK;
}

assay_status limits_read(store *s, uint32_t number, uint64_t as_of, limits_history *out,
                         assay_err *err)
{
    reading r = {.out = out, .as_of = as_of, .err = err};
    *out = (limits_history){0};
    arena_init(&out->memory);
    assay_status status = store_charts(s, number, note_chart, &r, err);
    if (status == ASSAY_OK)
        status = r.status;
    if (status == ASSAY_OK && r.chart_count) {
        qsort(r.chart, r.chart_count, sizeof *r.chart, by_id);
        status = store_records(s, "chart.limits", 0, note_limits, &r, err);
    }
    free(r.chart);
    return status == ASSAY_OK ? r.status : status;
}

void limits_done(limits_history *h)
{
    if (h->item || h->memory.last)
        arena_done(&h->memory);
    *h = (limits_history){0};
}

/* -- choosing ------------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static bool same_shape(const assay_chart_options *a, const assay_chart_options *b)
{
    return a->lambda == b->lambda && a->ewma_sigmas == b->ewma_sigmas &&
           a->is_asymptotic == b->is_asymptotic && a->k == b->k && a->h == b->h && a->fir == b->fir;
}

static bool suits(const chart_limits *l, const limits_wanted *w)
{
    const chart_definition *a = &l->definition, *b = w->definition;
    if (l->state != LIMITS_IN_FORCE || (w->characteristic && l->characteristic != w->characteristic))
        return false;
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (!same_text(a->filter[k], b->filter[k]))
            return false;
    return same_text(a->subgroup, b->subgroup) &&
           (!(w->given & LIMITS_N) || (a->n == b->n && a->every_s == b->every_s)) &&
           (!(w->given & LIMITS_TYPE) || a->chart.type == b->chart.type) &&
           (!(w->given & LIMITS_RULES) || same_text(a->rules, b->rules)) &&
           (!(w->given & LIMITS_SHAPE) || same_shape(&a->chart, &b->chart));
}

const chart_limits *limits_find(const limits_history *h, const limits_wanted *wanted,
                                size_t *matches)
{
    const chart_limits *found = NULL;
    size_t n = 0;
    for (size_t i = h->count; i-- > 0;)
        if (suits(&h->item[i], wanted)) {
            found = found ? found : &h->item[i];
            n++;
        }
    if (matches)
        *matches = n;
    return found;
}

assay_status limits_apply(const chart_limits *l, analysis_options *o, assay_err *err)
{
    const chart_definition *d = &l->definition;
    bool with_probability = o->chart.with_probability_limits;
    assay_status status = assay_rules_parse(d->rules, &o->rules, err);
    if (status != ASSAY_OK)
        return status;
    o->n = d->n;
    o->every_s = d->every_s;
    if (isnan(o->size_all))
        o->size_all = d->size_all;
    o->chart = d->chart;
    o->chart.with_probability_limits = with_probability;
    o->chart.center = l->center;
    o->chart.center_size = l->size > 0 ? l->size : 0;
    o->chart.std_dev = l->sigma;
    o->limits = l;
    return ASSAY_OK;
}

/* -- setting ------------------------------------------------------------------------------- */

static const char *rules_text(const assay_rules *rules, arena *a)
{
    if (strcmp(rules->name, "own") != 0)
        return arena_text(a, rules->name, strlen(rules->name));
    buf list = BUF_INIT;
    for (int r = 0; r < rules->count; r++)
        buf_addf(&list, "%s%s", r ? "," : "", rules->rule[r].name);
    const char *text = list.failed ? NULL : arena_text(a, buf_text(&list), list.length);
    buf_done(&list);
    return text;
}

/* "xbar-r n 5 nelson machine=M1": everything two charts can differ in. */
static const char *name_of(const chart_definition *d, arena *a)
{
    const assay_chart_options *o = &d->chart;
    buf name = BUF_INIT;
    buf_addf(&name, "%s", assay_chart_type_name(o->type));
    if (d->every_s)
        buf_addf(&name, " every %u s", d->every_s);
    else if (d->n > 1)
        buf_addf(&name, " n %u", d->n);
    else if (d->n == 0)
        buf_addf(&name, " by %s", d->subgroup ? d->subgroup : "subgroup");
    if (o->type == ASSAY_CHART_EWMA)
        buf_addf(&name, " lambda %g limit %g%s", o->lambda, o->ewma_sigmas,
                 o->is_asymptotic ? " asymptotic" : "");
    else if (o->type == ASSAY_CHART_CUSUM)
        buf_addf(&name, " k %g h %g fir %g", o->k, o->h, o->fir);
    else
        buf_addf(&name, " %s", d->rules);
    if (!isnan(o->target))
        buf_addf(&name, " target %.9g", o->target);
    if (!isnan(d->size_all))
        buf_addf(&name, " size %.9g", d->size_all);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (d->filter[k])
            buf_addf(&name, " %s=%s", context_name((context_kind)k), d->filter[k]);
    const char *text = name.failed ? NULL : arena_text(a, buf_text(&name), name.length);
    buf_done(&name);
    return text;
}

static const char *why_none(const analysis *a)
{
    if (!a->has_chart || a->chart.stage_count == 0)
        return "no chart was made";
    if (a->chart.why_undefined)
        return a->chart.why_undefined;
    return a->chart.type == ASSAY_CHART_RUN ? "a run chart has no limits" : NULL;
}

static void define(const analysis *a, const analysis_options *o, const series_request *request,
                   chart_definition *out)
{
    out->n = a->is_by_key || a->every ? 0 : a->n;
    out->every_s = (uint32_t)(a->every / 1000000000);
    out->subgroup = a->is_by_key ? request->role[CONTEXT_SUBGROUP] : NULL;
    memcpy(out->filter, request->range.filter, sizeof out->filter);
    out->size_all = o->size_all;
    out->chart = a->options;
    out->chart.type = a->chart.type;
    out->chart.rules = NULL;
    out->chart.center = out->chart.std_dev = NAN;
    out->chart.with_probability_limits = false;
    bool has_target = a->chart.type == ASSAY_CHART_EWMA || a->chart.type == ASSAY_CHART_CUSUM;
    if (!has_target)
        out->chart.target = NAN;
}

assay_status limits_draft(const analysis *a, const analysis_options *o,
                          const series_request *request, arena *memory, chart_limits *out,
                          assay_err *err)
{
    const char *why = why_none(a);
    if (why)
        return assay_fail(err, ASSAY_DOMAIN, 0, "there are no limits to set: %s", why);
    const assay_chart_stage *s = &a->chart.stages[a->chart.stage_count - 1];
    *out = (chart_limits){.characteristic = a->series->number, .until = TIME_NONE,
                          .center = s->center, .sigma = s->sigma, .size = NAN, .n = a->n,
                          .used = s->used, .subgroups = s->to - s->from,
                          .method = a->chart.method, .data_commit = request->range.as_of,
                          .data = ""};
    for (size_t i = s->from; a->chart.type == ASSAY_CHART_NP && i < s->to; i++)
        if (a->chart.location[i].center == s->center) {
            out->size = a->chart.location[i].n;
            break;
        }
    define(a, o, request, &out->definition);
    out->definition.rules = rules_text(&a->rules, memory);
    out->name = out->definition.rules ? name_of(&out->definition, memory) : NULL;
    return out->name ? ASSAY_OK : no_memory(err);
}

static assay_status number_next(store *s, chart_limits *draft, assay_err *err)
{
    limits_history h;
    assay_status status = limits_read(s, draft->characteristic, STORE_NOW, &h, err);
    draft->version = 1;
    for (size_t i = 0; status == ASSAY_OK && i < h.count; i++)
        if (strcmp(h.item[i].name, draft->name) == 0 && h.item[i].version >= draft->version)
            draft->version = h.item[i].version + 1;
    limits_done(&h);
    return status;
}

static assay_status append(store *s, chart_limits *draft, const char *actor, assay_err *err)
{
    store_tx *tx = NULL;
    store_chart old;
    buf definition = BUF_INIT, limits = BUF_INIT;
    assay_status status = definition_to_json(&draft->definition, &definition, err);
    if (status == ASSAY_OK)
        status = limits_to_json(draft, &limits, err);
    if (status == ASSAY_OK)
        status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK &&
        store_chart_find(s, draft->characteristic, draft->name, &old, NULL) == ASSAY_OK)
        draft->chart = old.id;
    else if (status == ASSAY_OK)
        status = store_chart_define(tx, draft->characteristic, draft->name, buf_text(&definition),
                                    actor, &draft->chart, err);
    if (status == ASSAY_OK)
        status = store_chart_limits(tx, &draft->chart, buf_text(&limits), actor, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, &draft->commit, err);
    else
        store_tx_abort(tx);
    buf_done(&definition);
    buf_done(&limits);
    return status;
}

assay_status limits_freeze(store *s, chart_limits *draft, const char *actor, const char *why,
                           assay_err *err)
{
    draft->why = why;
    draft->by = actor;
    assay_status status = number_next(s, draft, err);
    return status == ASSAY_OK ? append(s, draft, actor, err) : status;
}

assay_status limits_retire(store *s, const chart_limits *l, const char *actor, const char *why,
                           uint64_t *commit, assay_err *err)
{
    store_tx *tx = NULL;
    buf text = BUF_INIT;
    assay_status status = retirement_to_json(l, why, &text, err);
    if (status == ASSAY_OK)
        status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_chart_limits(tx, &l->chart, buf_text(&text), actor, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, commit, err);
    else
        store_tx_abort(tx);
    buf_done(&text);
    return status;
}
