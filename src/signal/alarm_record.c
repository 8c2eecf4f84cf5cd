/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times are RFC 3339 text: nanoseconds since 1970 do not fit the numbers of canonical JSON. */
#include "signal/alarm_record.h"

#include "base/jcs.h"

#include <stdio.h>
#include <string.h>

static const char prefix[] = "alarm.";

static const char *type_of(const alarm_event *e)
{
    switch (e->kind) {
    case EVENT_RAISED:
        return "raised";
    case EVENT_HIT:
        return "hit";
    case EVENT_HIT_WITHDRAWN:
        return "hit-withdrawn";
    case EVENT_TICKED:
        return "ticked";
    case EVENT_CALLED:
        return "escalated";
    default:
        return alarm_state_name(e->state);
    }
}

static bool kind_of(const char *type, alarm_event *e)
{
    static const struct {
        const char *name;
        alarm_event_kind kind;
    } own[] = {{"raised", EVENT_RAISED}, {"hit", EVENT_HIT}, {"hit-withdrawn", EVENT_HIT_WITHDRAWN},
               {"ticked", EVENT_TICKED}, {"escalated", EVENT_CALLED}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(type, own[i].name) == 0) {
            e->kind = own[i].kind;
            return true;
        }
    e->kind = EVENT_STEP;
    return alarm_state_from_name(type, &e->state);
}

/* -- writing ------------------------------------------------------------------------------ */

static void set_text(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, json_string(text ? text : ""));
}

static void set_count(json_t *o, const char *key, uint64_t value)
{
    json_object_set_new(o, key, json_integer((json_int_t)value));
}

static void set_time(json_t *o, const char *key, int64_t time)
{
    char text[40];
    if (time == TIME_NONE)
        return;
    time_format(time, TIME_OFFSET_NONE, text, sizeof text);
    set_text(o, key, text);
}

static json_t *hit_to_json(const alarm_hit *h, bool is_named)
{
    char chart[33];
    json_t *o = json_object();
    alarm_id_text(&h->chart, chart);
    set_text(o, "chart", chart);
    set_time(o, "happened", h->happened);
    set_text(o, "rule", h->rule);
    if (is_named)
        return o;
    set_time(o, "known", h->known);
    set_text(o, "value", h->value);
    if (h->is_late)
        json_object_set_new(o, "late", json_true());
    return o;
}

static void set_hits(json_t *o, const alarm_event *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->count; i++)
        json_array_append_new(list, hit_to_json(&e->hits[i], e->kind == EVENT_HIT_WITHDRAWN));
    json_object_set_new(o, "hits", list);
    if (e->more)
        set_count(o, "more", e->more);
}

static void set_raised(json_t *o, const alarm_event *e)
{
    set_count(o, "characteristic", e->characteristic);
    set_count(o, "verify", e->verify_wanted);
    json_object_set_new(o, "stop", json_boolean(e->is_stop));
}

static json_t *event_to_json(const alarm_event *e)
{
    json_t *o = json_object();
    set_time(o, "at", e->time);
    if (e->kind == EVENT_RAISED)
        set_raised(o, e);
    if (e->kind <= EVENT_HIT_WITHDRAWN)
        set_hits(o, e);
    else if (e->kind == EVENT_STEP)
        json_object_set_new(o, "said", json_loads(e->said ? e->said : "{}", 0, NULL));
    else if (e->kind == EVENT_TICKED) {
        set_text(o, "step", e->plan_step);
        set_text(o, "answer", e->answer);
        set_text(o, "why", e->why);
    } else {
        set_count(o, "level", e->level);
        set_text(o, "to", e->to);
    }
    return o;
}

assay_status alarm_event_append(store_tx *tx, alarm_event *e, assay_err *err)
{
    char type[40];
    buf payload = BUF_INIT;
    e->time = time_now();
    json_t *o = event_to_json(e);
    assay_status status = o ? jcs_write(o, &payload, err)
                            : assay_fail(err, ASSAY_MEMORY, 0, "out of memory while writing an alarm");
    json_decref(o);
    snprintf(type, sizeof type, "%s%s", prefix, type_of(e));
    if (status == ASSAY_OK)
        status = record_append(tx, type, e->actor, &e->id, buf_text(&payload), &e->sequence, err);
    buf_done(&payload);
    return status;
}

/* -- reading ------------------------------------------------------------------------------ */

static const char *get_text(const json_t *o, const char *key, arena *a)
{
    const char *text = json_string_value(json_object_get(o, key));
    text = text ? text : "";
    return arena_text(a, text, strlen(text));
}

static uint64_t get_count(const json_t *o, const char *key)
{
    json_int_t x = json_integer_value(json_object_get(o, key));
    return x > 0 ? (uint64_t)x : 0;
}

static int64_t get_time(const json_t *o, const char *key)
{
    int64_t ns;
    int32_t offset;
    const char *text = json_string_value(json_object_get(o, key));
    return text && time_parse_iso(text, strlen(text), &ns, &offset) ? ns : TIME_NONE;
}

static void copy_text(const json_t *o, const char *key, char *out, size_t room)
{
    const char *text = json_string_value(json_object_get(o, key));
    snprintf(out, room, "%s", text ? text : "");
}

static bool hit_from_json(const json_t *o, alarm_hit *h)
{
    const char *chart = json_string_value(json_object_get(o, "chart"));
    *h = (alarm_hit){.happened = get_time(o, "happened"), .known = get_time(o, "known"),
                     .is_late = json_is_true(json_object_get(o, "late"))};
    copy_text(o, "rule", h->rule, sizeof h->rule);
    copy_text(o, "value", h->value, sizeof h->value);
    return chart && alarm_id_parse(chart, &h->chart) && h->rule[0];
}

static bool get_hits(const json_t *o, arena *a, alarm_event *e)
{
    const json_t *list = json_object_get(o, "hits");
    size_t n = json_array_size(list);
    e->hits = arena_array(a, alarm_hit, n + 1);
    e->more = get_count(o, "more");
    for (size_t i = 0; e->hits && i < n; i++)
        if (hit_from_json(json_array_get(list, i), &e->hits[e->count]))
            e->count++;
    return e->hits != NULL;
}

static bool get_said(const json_t *o, arena *a, alarm_event *e)
{
    char *text = json_dumps(json_object_get(o, "said"), JSON_COMPACT);
    e->said = arena_text(a, text ? text : "{}", text ? strlen(text) : 2);
    free(text);
    return e->said != NULL;
}

static bool get_members(const json_t *o, arena *a, alarm_event *e)
{
    e->characteristic = (uint32_t)get_count(o, "characteristic");
    e->verify_wanted = (uint32_t)get_count(o, "verify");
    e->is_stop = json_is_true(json_object_get(o, "stop"));
    e->level = (uint32_t)get_count(o, "level");
    if (e->kind <= EVENT_HIT_WITHDRAWN)
        return get_hits(o, a, e);
    if (e->kind == EVENT_STEP)
        return get_said(o, a, e);
    if (e->kind == EVENT_CALLED)
        return (e->to = get_text(o, "to", a)) != NULL;
    e->plan_step = get_text(o, "step", a);
    e->answer = get_text(o, "answer", a);
    e->why = get_text(o, "why", a);
    return e->plan_step && e->answer && e->why;
}

bool alarm_event_read(const record *r, arena *a, alarm_event *out, bool *is_short)
{
    *is_short = false;
    alarm_event e = {.id = r->object, .sequence = r->sequence};
    if (strncmp(r->type, prefix, sizeof prefix - 1) != 0 || !r->payload ||
        !kind_of(r->type + sizeof prefix - 1, &e))
        return false;
    json_t *o = json_loads(r->payload, 0, NULL);
    if (!o)
        return false;
    const char *actor = r->actor ? r->actor : "";
    e.time = get_time(o, "at");
    e.actor = arena_text(a, actor, strlen(actor));
    bool is_read = e.actor && get_members(o, a, &e);
    json_decref(o);
    *is_short = !is_read;
    if (is_read)
        *out = e;
    return is_read;
}

/* -- what people say ------------------------------------------------------------------------ */

static bool says(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text && *text;
}

static const char *lacks(alarm_state step, const json_t *o)
{
    if (step == ALARM_CONTAINED && !says(o, "from") && !says(o, "note"))
        return "\"from\" (the first part), or a \"note\" why nothing is to contain";
    if (step == ALARM_CAUSE && !says(o, "cause"))
        return "\"cause\"";
    if (step == ALARM_ACTION && !says(o, "action"))
        return "\"action\"";
    return NULL;
}

assay_status alarm_said_check(alarm_state step, const char *json, assay_err *err)
{
    if (strlen(json) > ALARM_JSON_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a step of more than %d bytes", ALARM_JSON_MAX);
    json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    bool is_object = json_is_object(o);
    const char *missing = is_object ? lacks(step, o) : NULL;
    json_decref(o);
    if (!is_object)
        return assay_fail(err, ASSAY_FORMAT, 0, "what is said at a step is one JSON object");
    return missing ? assay_fail(err, ASSAY_MISSING, 0, "%s needs %s", alarm_state_name(step), missing)
                   : ASSAY_OK;
}
