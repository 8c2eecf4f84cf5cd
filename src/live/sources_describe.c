/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say of the sources: to whoever asks, in the loop's thread because the doors live
 * there; and each second to the bus, of those that moved. */
#include "live/sources_inner.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* -- accounts ------------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    source_state *out;
    bool is_found;
} search;

static bool find_state(const source_state *state, void *context)
{
    search *s = context;
    if (strcmp(state->source, s->name) != 0)
        return true;
    *s->out = *state;
    s->is_found = true;
    return false;
}

static bool state_of(const source_entry *e, source_state *out)
{
    search s = {e->name, out, false};
    intake_sources(e->owner->intake, find_state, &s);
    return s.is_found;
}

static void set_count(json_t *into, const char *name, uint64_t count)
{
    json_object_set_new(into, name, json_integer((json_int_t)count));
}

static void set_time(json_t *into, const char *name, int64_t time)
{
    char text[48];
    if (time == TIME_NONE) {
        json_object_set_new(into, name, json_null());
        return;
    }
    time_format(time, 0, text, sizeof text);
    json_object_set_new(into, name, json_string(text));
}

static json_t *account_json(const source_state *state)
{
    const source_account *a = &state->account;
    json_t *out = json_object();
    set_count(out, "received", a->received);
    set_count(out, "stored", a->stored);
    set_count(out, "duplicates", a->duplicates);
    set_count(out, "conflicts", a->conflicts);
    set_count(out, "refused", a->refused);
    set_count(out, "pending", state->pending);
    set_count(out, "late", a->late);
    set_count(out, "doubtful", a->doubtful);
    set_time(out, "last_time", a->last_time);
    return out;
}

/* -- one source ---------------------------------------------------------------------------- */

static const char *state_word(const source_entry *e)
{
    return e->is_closing                   ? "closing"
           : e->door                       ? "open"
           : !source_is_enabled(e->wanted) ? "disabled"
           : e->trouble.code               ? "failed"
                                           : "waiting";
}

static json_t *describe_one(const source_entry *e)
{
    json_t *out = json_object();
    source_state state = {.account.last_time = TIME_NONE};
    (void)state_of(e, &state);
    json_object_set_new(out, "name", json_string(e->name));
    json_object_set(out, "door", json_object_get(e->wanted, "door"));
    json_object_set_new(out, "enabled", json_boolean(source_is_enabled(e->wanted)));
    json_object_set_new(out, "state", json_string(state_word(e)));
    if (e->trouble.code)
        json_object_set_new(out, "detail", json_string(e->trouble.message));
    json_object_set_new(out, "stale", json_boolean(state.is_stale));
    json_object_set_new(out, "stale_after_s", json_integer(state.stale_after_ns / 1000000000));
    json_object_set_new(out, "settings", source_without_secrets(e->wanted));
    json_object_set_new(out, "account", account_json(&state));
    if (e->door && !e->is_closing && e->type->describe)
        e->type->describe(e->door, out);
    return out;
}

static json_t *describe(const sources *s, const char *name)
{
    json_t *list = name ? NULL : json_array();
    for (const source_entry *e = s->first; e; e = e->next) {
        if (!e->wanted)
            continue;
        if (name && strcmp(e->name, name) == 0)
            return describe_one(e);
        if (!name)
            json_array_append_new(list, describe_one(e));
    }
    return list;
}

/* -- other threads ------------------------------------------------------------------------- */

typedef struct {
    sources *sources;
    const char *name;
    const json_t *command; /* NULL: describe */
    json_t *out;
    assay_status status;
    assay_err *err;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool is_over;
} question;

static assay_status command(const sources *s, const char *name, const json_t *order, assay_err *err)
{
    const source_entry *e = s->first;
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    if (!e || !e->wanted)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no source \"%.63s\""), name);
    if (!e->type || !e->type->command)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, _("the door of \"%.63s\" takes no commands"),
                          name);
    if (!e->door || e->is_closing)
        return assay_fail(err, ASSAY_BUSY, 0, _("the source \"%.63s\" is not open"), name);
    return e->type->command(e->door, order, err);
}

static void answer(void *context)
{
    question *q = context;
    if (q->command)
        q->status = command(q->sources, q->name, q->command, q->err);
    else
        q->out = describe(q->sources, q->name);
    pthread_mutex_lock(&q->lock);
    q->is_over = true;
    pthread_cond_signal(&q->over);
    pthread_mutex_unlock(&q->lock);
}

/* False: no memory; nothing was asked. */
static bool ask(question *q)
{
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->over, NULL);
    if (!loop_post(q->sources->loop, answer, q))
        return false;
    pthread_mutex_lock(&q->lock);
    while (!q->is_over)
        pthread_cond_wait(&q->over, &q->lock);
    pthread_mutex_unlock(&q->lock);
    return true;
}

json_t *sources_describe(sources *s, const char *name)
{
    question q = {.sources = s, .name = name};
    return ask(&q) ? q.out : NULL;
}

assay_status sources_command(sources *s, const char *name, const json_t *order, assay_err *err)
{
    question q = {.sources = s, .name = name, .command = order, .err = err};
    if (!ask(&q))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to pass a command on");
    return q.status;
}

/* -- the bus ------------------------------------------------------------------------------- */

static void publish_one(source_entry *e, const source_state *state)
{
    json_t *out = account_json(state);
    json_object_set_new(out, "source", json_string(e->name));
    json_object_set_new(out, "state", json_string(state->is_stale ? "stale" : state_word(e)));
    char *text = json_dumps(out, JSON_COMPACT);
    if (text)
        bus_publish(e->owner->bus, EVENT_SOURCE, 0, text, strlen(text));
    free(text);
    json_decref(out);
}

void sources_publish(sources *s)
{
    for (source_entry *e = s->bus ? s->first : NULL; e; e = e->next) {
        source_state state;
        if (!e->wanted || !state_of(e, &state))
            continue;
        const source_account *a = &state.account;
        uint64_t now[] = {a->received, a->stored + state.pending, a->duplicates + a->conflicts,
                          a->refused, (uint64_t)state.is_stale << 8 | (uint64_t)*state_word(e)};
        if (e->is_told && memcmp(now, e->told, sizeof now) == 0)
            continue;
        memcpy(e->told, now, sizeof now);
        e->is_told = true;
        publish_one(e, &state);
    }
    if (s->bus)
        bus_flush(s->bus);
}
