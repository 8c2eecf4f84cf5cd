/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/pareto_count.h"

#include "live/engine.h"
#include "serve/gate.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const pareto_kind_names[PARETO_KINDS] = {"cause", "action", "rule", "characteristic"};

static void add_text(pareto_count *c, const char *text)
{
    assay_err err;
    bool has_names = c->names || dictionary_new(&c->names, &err) == ASSAY_OK;
    uint32_t code = has_names ? dictionary_code(c->names, text, strlen(text)) : 0;
    if (!code) {
        c->failed = true;
        return;
    }
    if (code > c->room) {
        size_t room = (size_t)code * 2 + 16;
        double *grown = realloc(c->weight, room * sizeof *grown);
        if (!grown) {
            c->failed = true;
            return;
        }
        memset(grown + c->room, 0, (room - c->room) * sizeof *grown);
        c->weight = grown;
        c->room = room;
    }
    c->weight[code - 1]++;
}

void alarm_said(const alarm_view *a, alarm_state step, const char *key, char *out, size_t room)
{
    const char *json = NULL;
    for (size_t i = 0; i < a->step_count; i++)
        if (a->steps[i].state == step)
            json = a->steps[i].json;
    json_t *said = json ? json_loads(json, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *text = json_string_value(json_object_get(said, key));
    bool is_false = step == ALARM_CAUSE && json_is_true(json_object_get(said, "false"));
    snprintf(out, room, "%s", is_false ? "false" : text ? text : "");
    json_decref(said);
}

static void add_said(pareto_count *c, const alarm_view *a, alarm_state step, const char *key)
{
    char text[ALARM_SAID_MAX];
    alarm_said(a, step, key, text, sizeof text);
    add_text(c, *text ? text : "-");
}

void pareto_add(pareto_count *c, pareto_kind kind, const alarm_view *a, const char *path)
{
    switch (kind) {
    case PARETO_CAUSE: add_said(c, a, ALARM_CAUSE, "cause"); break;
    case PARETO_ACTION: add_said(c, a, ALARM_ACTION, "action"); break;
    case PARETO_RULE: add_text(c, a->hit_count ? a->hits[0].rule : "-"); break;
    case PARETO_CHARACTERISTIC: add_text(c, path); break;
    }
}

typedef struct {
    request *request;
    pareto_kind kind;
    int64_t from, to;
    const char *under;
    pareto_count *count;
} gathering;

static bool take(const alarm_view *a, void *context)
{
    gathering *g = context;
    const catalog *names = g->request->server->catalog;
    const char *path = catalog_path(names, catalog_of_number(names, a->characteristic));
    if (a->known >= g->from && a->known < g->to && a->state != ALARM_WITHDRAWN &&
        gate_may(g->request, path) && strncmp(path, g->under, strlen(g->under)) == 0)
        pareto_add(g->count, g->kind, a, path);
    return !g->count->failed;
}

void pareto_gather(request *r, pareto_kind kind, int64_t from, int64_t to, const char *under,
                   pareto_count *out)
{
    gathering g = {r, kind, from, to, under, out};
    alarm_visit(engine_alarms(r->server->engine), 0, false, take, &g);
}

void pareto_count_done(pareto_count *c)
{
    dictionary_free(c->names);
    free(c->weight);
    *c = (pareto_count){0};
}
