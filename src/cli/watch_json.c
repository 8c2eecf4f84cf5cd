/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown, for scripts: docs/how-to/watch.md. */
#include "cli/watch.h"

#include "base/json.h"

static void write_source(json *j, const watch_source *s)
{
    json_flat_object(j);
    json_member_text(j, "source", s->name);
    json_member_bool(j, "stale", s->is_stale);
    json_member_unsigned(j, "received", s->received);
    json_member_unsigned(j, "stored", s->stored);
    json_member_unsigned(j, "duplicates", s->duplicates);
    json_member_unsigned(j, "conflicts", s->conflicts);
    json_member_unsigned(j, "refused", s->refused);
    json_member_unsigned(j, "pending", s->pending);
    json_member_bool(j, "conserved", watch_is_conserved(s));
    json_end(j);
}

static void write_time(json *j, const char *key, int64_t ns)
{
    char text[40];
    if (ns == TIME_NONE) {
        json_member_null(j, key, "no time is known");
        return;
    }
    time_format(ns, TIME_OFFSET_NONE, text, sizeof text);
    json_member_text(j, key, text);
}

static void write_row(json *j, const watch_row *r)
{
    static const char *const words[WATCH_STATES] = {"stop", "check", "no data", "no limits", "ok"};
    json_flat_object(j);
    json_member_unsigned(j, "number", r->number);
    json_member_text(j, "path", r->path);
    json_member_text(j, "state", words[watch_state_of(r)]);
    write_time(j, "time", r->time);
    json_member_real(j, "value", r->value, "no point yet");
    json_member_real(j, "lcl", r->lcl, "no limit");
    json_member_real(j, "ucl", r->ucl, "no limit");
    json_member_unsigned(j, "open_alarms", r->open_alarms);
    json_end(j);
}

static void write_alarm(json *j, const watch_alarm *a)
{
    json_flat_object(j);
    json_member_text(j, "path", a->path);
    json_member_text(j, "rule", a->rule);
    json_member_bool(j, "stop", a->sign == WATCH_STOP);
    json_member_text(j, "state", a->state);
    write_time(j, "time", a->time);
    json_end(j);
}

void watch_json(const watch_model *m, const char *address, buf *out)
{
    json j;
    json_init(&j, out, NULL, NULL);
    json_object(&j);
    json_member_text(&j, "address", address);
    json_member_unsigned(&j, "open_alarms", m->open_alarms);
    json_key(&j, "characteristics");
    json_array(&j);
    for (size_t i = 0; i < m->rows; i++)
        write_row(&j, &m->row[i]);
    json_end(&j);
    json_key(&j, "alarms");
    json_array(&j);
    for (size_t i = 0; i < m->alarms; i++)
        write_alarm(&j, &m->alarm[i]);
    json_end(&j);
    json_key(&j, "sources");
    json_array(&j);
    for (size_t i = 0; i < m->sources; i++)
        write_source(&j, &m->source[i]);
    json_end(&j);
    json_end(&j);
    if (!json_done(&j))
        out->failed = true;
}
