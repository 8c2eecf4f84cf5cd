/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/plant.h"

#include "base/i18n.h"
#include "base/time.h"
#include "live/sources.h"
#include "serve/log.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct plant {
    server *server;
    loop *loop;
    store *reader; /* the loop's thread's */
    sources *sources;
    bool has_thread;
    pthread_t thread;
};

static void *run(void *context)
{
    plant *p = context;
    loop_run(p->loop);
    return NULL;
}

/* -- sources that stand in no document ------------------------------------------------------------- */

static assay_status add_door(plant *p, const char *name, const char *door, const char *listen,
                             assay_err *err)
{
    if (!listen)
        return ASSAY_OK;
    json_t *settings = json_pack("{s:s, s:s}", "door", door, "listen", listen);
    assay_status status = settings ? sources_add(p->sources, name, settings, err)
                                   : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    json_decref(settings);
    return status;
}

static assay_status add_given(plant *p, assay_err *err)
{
    const serve_options *o = p->server->options;
    assay_status status = add_door(p, "line", "line", o->line_listen, err);
    if (status == ASSAY_OK)
        status = add_door(p, "mqtt", "mqtt-listen", o->mqtt_listen, err);
    if (status == ASSAY_OK && o->config)
        status = sources_load(p->sources, o->config, err);
    return status;
}

/* -- opening and closing ----------------------------------------------------------------------------- */

assay_status plant_open(server *s, plant **out, assay_err *err)
{
    plant *p = calloc(1, sizeof *p);
    if (!p)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    p->server = s;
    assay_status status = loop_open(&p->loop, err);
    if (status == ASSAY_OK)
        status = store_open(s->database, STORE_READ, &p->reader, err);
    if (status == ASSAY_OK)
        status = sources_open(p->loop, s->intake, s->catalog, s->bus, p->reader, log_line,
                              &p->sources, err);
    if (status == ASSAY_OK)
        status = add_given(p, err);
    if (status == ASSAY_OK && pthread_create(&p->thread, NULL, run, p) != 0)
        status = assay_fail(err, ASSAY_MEMORY, 0, "cannot start a thread");
    p->has_thread = status == ASSAY_OK;
    if (status != ASSAY_OK) {
        plant_close(p);
        return status;
    }
    sources_know(p->sources, s->people);
    sources_apply(p->sources);
    *out = p;
    return ASSAY_OK;
}

static void all_closed(void *context)
{
    loop_stop(((plant *)context)->loop);
}

static void close_sources(void *context)
{
    plant *p = context;
    sources_close(p->sources, all_closed, p);
}

void plant_close(plant *p)
{
    if (!p)
        return;
    if (p->sources && loop_post(p->loop, close_sources, p)) {
        if (p->has_thread)
            pthread_join(p->thread, NULL);
        else
            loop_run(p->loop);
    }
    loop_close(p->loop);
    store_close(p->reader);
    free(p);
}

void plant_sources_changed(plant *p)
{
    sources_apply(p->sources);
}

/* -- telling ------------------------------------------------------------------------------------------ */

assay_status plant_source_check(const char *name, const char *json, assay_err *err)
{
    json_error_t fault;
    json_t *settings = json_loads(json, JSON_REJECT_DUPLICATES, &fault);
    assay_status status = settings ? source_settings_check(name, settings, err)
                                   : assay_fail(err, ASSAY_FORMAT, 0, "%s", fault.text);
    json_decref(settings);
    return status;
}

assay_status plant_source_put(store *reader, store_tx *tx, const char *name, const char *json,
                              uint64_t expected, const char *actor, const char *why,
                              uint64_t *version, assay_err *err)
{
    json_error_t fault;
    json_t *settings = json_loads(json, JSON_REJECT_DUPLICATES, &fault);
    assay_status status = settings ? source_put(reader, tx, name, settings, expected, actor, why,
                                                version, err)
                                   : assay_fail(err, ASSAY_FORMAT, 0, "%s", fault.text);
    json_decref(settings);
    return status;
}

assay_status plant_command(plant *p, const char *name, const char *json, assay_err *err)
{
    json_error_t fault;
    json_t *order = json_loads(json, JSON_REJECT_DUPLICATES, &fault);
    assay_status status = order ? sources_command(p->sources, name, order, err)
                                : assay_fail(err, ASSAY_FORMAT, 0, "%s", fault.text);
    json_decref(order);
    return status;
}

static bool is_listed(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *known = json_object_get(json_array_get(list, i), "name");
        if (known && strcmp(json_string_value(known), name) == 0)
            return true;
    }
    return false;
}

/* Its account beside the rest. */
/* Doors serve no reader: why they wait is told in the words of who asks. */
static void retell(json_t *of, const char *member)
{
    char told[800];
    const char *text = json_string_value(json_object_get(of, member));
    if (!text)
        return;
    i18n_retell(text, told, sizeof told);
    json_object_set_new(of, member, json_string(told));
}

static json_t *flatten(json_t *source)
{
    json_t *brokers = json_object_get(source, "brokers");
    for (size_t i = 0; i < json_array_size(brokers); i++)
        retell(json_array_get(brokers, i), "trouble");
    retell(source, "detail");
    retell(source, "trouble");
    json_t *account = json_object_get(source, "account");
    if (account)
        json_object_update_missing(source, account);
    json_object_del(source, "account");
    return source;
}

/* A source that stands in no document: it sends over HTTP, or was imported. */
static json_t *describe_sender(const source_state *s)
{
    const source_account *a = &s->account;
    char last[48] = "";
    if (a->last_time != TIME_NONE)
        time_format(a->last_time, 0, last, sizeof last);
    return json_pack(
        "{s:s, s:s, s:b, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s?}", "name",
        s->source, "door", "http", "enabled", 1, "state", "open", "stale", (int)s->is_stale,
        "received", (json_int_t)a->received, "stored", (json_int_t)a->stored,
        "duplicates", (json_int_t)a->duplicates, "conflicts", (json_int_t)a->conflicts, "refused",
        (json_int_t)a->refused, "pending", (json_int_t)s->pending, "late", (json_int_t)a->late,
        "doubtful", (json_int_t)a->doubtful, "last_time", *last ? last : NULL);
}

typedef struct {
    json_t *list;
    const char *wanted; /* NULL: all */
} sender_list;

static bool add_sender(const source_state *s, void *context)
{
    sender_list *l = context;
    if ((!l->wanted || strcmp(l->wanted, s->source) == 0) && !is_listed(l->list, s->source))
        json_array_append_new(l->list, describe_sender(s));
    return true;
}

/* The one that was wanted, or the whole list. */
static json_t *collect(plant *p, const char *name)
{
    json_t *one = name ? sources_describe(p->sources, name) : NULL;
    if (one)
        return flatten(one);
    sender_list l = {name ? json_array() : sources_describe(p->sources, NULL), name};
    if (!l.list)
        return NULL;
    for (size_t i = 0; i < json_array_size(l.list); i++)
        flatten(json_array_get(l.list, i));
    intake_sources(p->server->intake, add_sender, &l);
    if (!name)
        return l.list;
    one = json_incref(json_array_get(l.list, 0));
    json_decref(l.list);
    return one;
}

bool plant_describe(plant *p, const char *name, buf *out)
{
    json_t *found = collect(p, name);
    char *text = found ? json_dumps(found, JSON_COMPACT) : NULL;
    json_decref(found);
    if (text)
        buf_add_text(out, text);
    free(text);
    return text != NULL;
}
