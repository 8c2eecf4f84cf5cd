/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents the engine acts on: reaction plans and sampling; and what is wrong with one, told before
 * it is put. */
#include "live/channel.h"
#include "live/engine_inner.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 100, ITEMS_MAX = 100, SECONDS_MAX = 366 * 86400 };

/* -- checking ------------------------------------------------------------------------------ */

static assay_status wrong(assay_err *err, const char *member, const char *expected)
{
    return assay_fail(err, ASSAY_DOMAIN, 0, "\"%s\" must be %s", member, expected);
}

static bool is_text(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text && *text;
}

static bool is_seconds(const json_t *o, const char *key, bool is_needed)
{
    const json_t *x = json_object_get(o, key);
    if (!x)
        return !is_needed;
    return json_is_number(x) && json_number_value(x) > 0 && json_number_value(x) <= SECONDS_MAX;
}

static bool has_step(const json_t *steps, const char *id)
{
    size_t i;
    json_t *s;
    json_array_foreach(steps, i, s) {
        const char *own = json_string_value(json_object_get(s, "id"));
        if (own && strcmp(own, id) == 0)
            return true;
    }
    return false;
}

static assay_status check_steps(const json_t *o, assay_err *err)
{
    size_t i;
    json_t *s;
    static const char *const branches[] = {"yes", "no"};
    const json_t *steps = json_object_get(o, "steps");
    if (steps && (!json_is_array(steps) || json_array_size(steps) > STEPS_MAX))
        return wrong(err, "steps", "an array of at most 100 steps");
    json_array_foreach(steps, i, s) {
        if (!is_text(s, "id") || !is_text(s, "check"))
            return wrong(err, "steps", "objects with \"id\" and \"check\"");
        for (int k = 0; k < 2; k++) {
            const json_t *to = json_object_get(s, branches[k]);
            const char *id = json_string_value(to);
            if (to && !json_is_null(to) && (!id || !has_step(steps, id)))
                return assay_fail(err, ASSAY_DOMAIN, i, "step %zu: \"%s\" must name a step of this plan",
                                  i + 1, branches[k]);
        }
    }
    return ASSAY_OK;
}

static assay_status check_calls(const json_t *o, assay_err *err)
{
    size_t i;
    json_t *s;
    alarm_state state;
    const json_t *calls = json_object_get(o, "escalate");
    if (calls && (!json_is_array(calls) || json_array_size(calls) > ESCALATIONS_MAX))
        return wrong(err, "escalate", "an array of at most 8 levels");
    json_array_foreach(calls, i, s)
        if (!is_text(s, "state") || !is_text(s, "to") || !is_seconds(s, "after_s", true) ||
            !alarm_state_from_name(json_string_value(json_object_get(s, "state")), &state) ||
            state >= ALARM_CLOSED)
            return wrong(err, "escalate",
                         "objects with \"state\" of an open alarm, \"after_s\" and \"to\"");
    return ASSAY_OK;
}

static assay_status check_plan(const json_t *o, assay_err *err)
{
    const json_t *stop = json_object_get(o, "stop"), *verify = json_object_get(o, "verify");
    if (!is_text(o, "characteristic") || !is_text(o, "rule"))
        return wrong(err, "characteristic", "a path and \"rule\" a rule, or \"*\"");
    if (stop && !json_is_boolean(stop))
        return wrong(err, "stop", "true or false");
    if (verify && (!json_is_integer(verify) || json_integer_value(verify) < 1 ||
                   json_integer_value(verify) > 10000))
        return wrong(err, "verify", "a number of points, 1 to 10000");
    assay_status status = check_steps(o, err);
    return status == ASSAY_OK ? check_calls(o, err) : status;
}

static assay_status check_sampling(const json_t *o, assay_err *err)
{
    if (!is_text(o, "characteristic"))
        return wrong(err, "characteristic", "a path");
    if (!is_seconds(o, "every_s", false) || !is_seconds(o, "grace_s", false) ||
        !is_seconds(o, "alarm_after_s", false))
        return wrong(err, "every_s", "seconds above 0 (so \"grace_s\", \"alarm_after_s\")");
    if (!json_object_get(o, "every_s") && !json_object_get(o, "alarm_after_s"))
        return wrong(err, "every_s", "given, or \"alarm_after_s\"");
    return ASSAY_OK;
}

static assay_status check_list(const json_t *o, assay_err *err)
{
    size_t i;
    json_t *s;
    const char *what = json_string_value(json_object_get(o, "for"));
    const json_t *items = json_object_get(o, "items");
    if (!what || (strcmp(what, "cause") != 0 && strcmp(what, "action") != 0))
        return wrong(err, "for", "\"cause\" or \"action\"");
    if (!json_is_array(items) || json_array_size(items) > ITEMS_MAX)
        return wrong(err, "items", "an array of at most 100 texts");
    json_array_foreach(items, i, s)
        if (!json_is_string(s) || !*json_string_value(s))
            return wrong(err, "items", "an array of texts");
    return ASSAY_OK;
}

static assay_status check_state(const json_t *o, assay_err *err)
{
    const char *word = json_string_value(json_object_get(o, "state"));
    const json_t *words = json_object_get(o, "budget");
    budget found;
    if (!word || (strcmp(word, "in force") != 0 && strcmp(word, "alerting") != 0))
        return wrong(err, "state", "\"in force\" or \"alerting\"");
    if (!words)
        return ASSAY_OK;
    if (!json_is_string(words))
        return wrong(err, "budget", "words such as \"about one per month\"");
    return budget_find(json_string_value(words), 1, NULL, NULL, &found, err);
}

assay_status engine_check(const char *kind, const char *json, assay_err *err)
{
    static const struct {
        const char *kind;
        assay_status (*check)(const json_t *o, assay_err *err);
    } own[] = {{"plan", check_plan}, {"sampling", check_sampling}, {"list", check_list},
               {"chart-state", check_state}};
    if (strcmp(kind, "channel") == 0)
        return channel_check(json, err);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(kind, own[i].kind) != 0)
            continue;
        json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
        assay_status status =
            json_is_object(o) ? own[i].check(o, err)
                              : assay_fail(err, ASSAY_FORMAT, 0, "a %s is one JSON object", kind);
        json_decref(o);
        return status;
    }
    return ASSAY_OK;
}

/* -- reading ------------------------------------------------------------------------------ */

typedef struct {
    engine_settings *s;
    size_t plan_room, due_room;
    bool is_short;
} reading;

static const char *keep(reading *r, const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    const char *kept = text ? arena_text(&r->s->memory, text, strlen(text)) : "";
    r->is_short |= !kept;
    return kept;
}

static int64_t ns_of(const json_t *o, const char *key)
{
    return (int64_t)(json_number_value(json_object_get(o, key)) * 1e9);
}

static void *add(reading *r, void *list, size_t size, size_t *count, size_t *room)
{
    void **place = list;
    if (*count == *room) {
        size_t more = *room ? 2 * *room : 16;
        void *grown = arena_alloc(&r->s->memory, more, size);
        r->is_short |= !grown;
        if (!grown)
            return NULL;
        if (*count)
            memcpy(grown, *place, *count * size);
        *place = grown;
        *room = more;
    }
    return (char *)*place + size * (*count)++;
}

static bool note_plan(const store_document *d, void *context)
{
    reading *r = context;
    size_t i;
    json_t *s, *o = json_loads(d->json, 0, NULL);
    reaction *p = NULL;
    if (check_plan(o, NULL) == ASSAY_OK)
        p = add(r, &r->s->plan, sizeof *p, &r->s->plans, &r->plan_room);
    if (p) {
        *p = (reaction){.path = keep(r, o, "characteristic"), .rule = keep(r, o, "rule"),
                        .is_stop = json_is_true(json_object_get(o, "stop")),
                        .verify = (uint32_t)json_integer_value(json_object_get(o, "verify"))};
        json_array_foreach(json_object_get(o, "escalate"), i, s) {
            (void)alarm_state_from_name(keep(r, s, "state"), &p->call[i].state);
            p->call[i].after = ns_of(s, "after_s");
            p->call[i].to = keep(r, s, "to");
            p->calls++;
        }
    }
    json_decref(o);
    return !r->is_short;
}

static bool note_sampling(const store_document *d, void *context)
{
    reading *r = context;
    json_t *o = json_loads(d->json, 0, NULL);
    sampling *p = NULL;
    if (check_sampling(o, NULL) == ASSAY_OK)
        p = add(r, &r->s->due, sizeof *p, &r->s->dues, &r->due_room);
    if (p)
        *p = (sampling){.path = keep(r, o, "characteristic"), .every = ns_of(o, "every_s"),
                        .grace = ns_of(o, "grace_s"), .alarm_after = ns_of(o, "alarm_after_s")};
    json_decref(o);
    return !r->is_short;
}

assay_status settings_read(engine_settings *s, store *db, assay_err *err)
{
    engine_settings made = {0};
    reading r = {.s = &made};
    arena_init(&made.memory);
    assay_status status = store_documents(db, "plan", note_plan, &r, err);
    if (status == ASSAY_OK)
        status = store_documents(db, "sampling", note_sampling, &r, err);
    if (status == ASSAY_OK && r.is_short)
        status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory while reading plans");
    if (status != ASSAY_OK) {
        arena_done(&made.memory);
        return status;
    }
    settings_done(s);
    *s = made;
    return ASSAY_OK;
}

void settings_done(engine_settings *s)
{
    if (s->memory.last)
        arena_done(&s->memory);
    *s = (engine_settings){0};
}

/* -- asking ------------------------------------------------------------------------------- */

/* 0: does not suit; a path says more than a rule. */
static int suits(const reaction *p, const char *path, const char *rule)
{
    bool any_path = strcmp(p->path, "*") == 0, any_rule = strcmp(p->rule, "*") == 0;
    if ((!any_path && strcmp(p->path, path) != 0) || (!any_rule && strcmp(p->rule, rule) != 0))
        return 0;
    return 1 + 2 * !any_path + !any_rule;
}

const reaction *settings_plan(const engine_settings *s, const char *path, const char *rule)
{
    const reaction *best = NULL;
    int most = 0;
    for (size_t i = 0; i < s->plans; i++) {
        int fit = suits(&s->plan[i], path, rule);
        if (fit > most) {
            most = fit;
            best = &s->plan[i];
        }
    }
    return best;
}

const sampling *settings_sampling(const engine_settings *s, const char *path)
{
    for (size_t i = 0; i < s->dues; i++)
        if (strcmp(s->due[i].path, path) == 0)
            return &s->due[i];
    return NULL;
}
