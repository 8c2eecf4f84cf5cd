/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An alarm as one line of JSON: for the API, the bus, the channels and the command line alike. */
#include "signal/alarm.h"

#include "base/json.h"

static void member_time(json *j, const char *key, int64_t time)
{
    char text[40] = "";
    if (time != TIME_NONE)
        time_format(time, TIME_OFFSET_NONE, text, sizeof text);
    json_member_text(j, key, time == TIME_NONE ? NULL : text);
}

static void member_id(json *j, const char *key, const object_id *id)
{
    char text[33];
    alarm_id_text(id, text);
    json_member_text(j, key, text);
}

static void write_hits(json *j, const alarm_view *a)
{
    json_key(j, "hits");
    json_flat_array(j);
    for (size_t i = 0; i < a->hit_count; i++) {
        const alarm_hit *h = &a->hits[i];
        json_flat_object(j);
        member_id(j, "chart", &h->chart);
        json_member_text(j, "rule", h->rule);
        member_time(j, "time", h->happened);
        member_time(j, "known", h->known);
        json_member_text(j, "value", h->value);
        json_member_bool(j, "late", h->is_late);
        json_member_bool(j, "withdrawn", h->is_withdrawn);
        json_end(j);
    }
    json_end(j);
    json_member_unsigned(j, "more_hits", a->more);
}

static void write_steps(json *j, const alarm_view *a)
{
    json_key(j, "steps");
    json_flat_array(j);
    for (size_t i = 0; i < a->step_count; i++) {
        json_flat_object(j);
        json_member_text(j, "step", alarm_state_name(a->steps[i].state));
        member_time(j, "time", a->steps[i].time);
        json_member_text(j, "actor", a->steps[i].actor);
        json_key(j, "said");
        json_raw(j, a->steps[i].json);
        json_end(j);
    }
    json_end(j);
}

static void write_ticks(json *j, const alarm_view *a)
{
    json_key(j, "ticks");
    json_flat_array(j);
    for (size_t i = 0; i < a->tick_count; i++) {
        json_flat_object(j);
        json_member_text(j, "step", a->ticks[i].step);
        json_member_text(j, "answer", a->ticks[i].answer);
        json_member_text(j, "why_skipped", *a->ticks[i].why ? a->ticks[i].why : NULL);
        member_time(j, "time", a->ticks[i].time);
        json_member_text(j, "actor", a->ticks[i].actor);
        json_end(j);
    }
    json_end(j);
}

static void write_calls(json *j, const alarm_view *a)
{
    json_key(j, "escalations");
    json_flat_array(j);
    for (size_t i = 0; i < a->call_count; i++) {
        json_flat_object(j);
        json_member_unsigned(j, "level", a->calls[i].level);
        json_member_text(j, "to", a->calls[i].to);
        member_time(j, "time", a->calls[i].time);
        json_end(j);
    }
    json_end(j);
}

static void write_head(json *j, const alarm_view *a, const char *path)
{
    const alarm_hit *first = a->hit_count ? &a->hits[0] : NULL;
    member_id(j, "id", &a->id);
    json_member_unsigned(j, "characteristic", a->characteristic);
    json_member_text(j, "path", path);
    member_id(j, "chart", &a->chart);
    json_member_text(j, "state", alarm_state_name(a->state));
    json_member_text(j, "rule", first ? first->rule : NULL);
    member_time(j, "time", a->happened);
    member_time(j, "known", a->known);
    member_time(j, "changed", a->changed);
    json_member_text(j, "value", first ? first->value : NULL);
    json_member_bool(j, "late", first && first->is_late);
    json_member_bool(j, "stop", a->is_stop);
    json_member_unsigned(j, "version", a->version);
}

void alarm_write(const alarm_view *a, const char *path, buf *out)
{
    json j;
    json_init(&j, out, NULL, NULL);
    json_flat_object(&j);
    write_head(&j, a, path);
    write_hits(&j, a);
    write_steps(&j, a);
    write_ticks(&j, a);
    write_calls(&j, a);
    json_key(&j, "verified");
    json_flat_object(&j);
    json_member_unsigned(&j, "points", a->verified_by);
    json_member_unsigned(&j, "wanted", a->verify_wanted);
    json_end(&j);
    json_end(&j);
    if (!json_done(&j))
        out->failed = true;
    if (!out->failed && out->length && out->data[out->length - 1] == '\n')
        out->data[--out->length] = 0; /* one object, not a document */
}
