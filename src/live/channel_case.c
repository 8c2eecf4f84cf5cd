/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is sent about a case of a programme: which, where it stands, until when, and who is to act, as
 * roles. No person is named: a channel leaves the house. */
#include "live/channel_inner.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_in(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? text : "";
}

static void write_hook(const channel_message *m, const char *object, const json_t *said, buf *out)
{
    char time[40];
    json_t *o = json_pack("{s:s, s:s, s:I, s:{s:s, s:s*, s:s*, s:s*, s:s*, s:O*}}", "id", m->id,
                          "event", m->event, "sequence", (json_int_t)m->sequence, "case", "id", object,
                          "scheme", json_string_value(json_object_get(said, "scheme")), "stage",
                          json_string_value(json_object_get(said, "stage")), "kind",
                          json_string_value(json_object_get(said, "kind")), "due",
                          json_string_value(json_object_get(said, "due")), "who",
                          json_object_get(said, "who"));
    time_format(m->time, TIME_OFFSET_NONE, time, sizeof time);
    json_object_set_new(o, "time", json_string(time));
    char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
    if (text)
        buf_add_text(out, text);
    out->failed |= !text;
    free(text);
    json_decref(o);
}

static void write_letter(const channel_settings *s, const channel_message *m, const char *object,
                         const json_t *said, buf *out)
{
    char subject[400];
    buf text = BUF_INIT;
    size_t i;
    json_t *role;
    bool is_late = strcmp(m->event, "late") == 0;
    snprintf(subject, sizeof subject, "%.100s: %.100s %s %.40s", text_in(said, "scheme"),
             text_in(said, "stage"), is_late ? "was due" : "is due", text_in(said, "due"));
    buf_addf(&text, "%s\n\nevent: %s\nprogramme: %s\nstage: %s\ndue: %s\nwho:", subject, m->event,
             text_in(said, "scheme"), text_in(said, "stage"), text_in(said, "due"));
    json_array_foreach(json_object_get(said, "who"), i, role)
        buf_addf(&text, "%s %s", i ? "," : "", json_string_value(role) ? json_string_value(role) : "");
    buf_addf(&text, "\ncase: %s\n", object);
    if (*s->link)
        buf_addf(&text, "\n%s/case/%s\n", s->link, object);
    channel_write_letter(s, m, subject, &text, out);
    buf_done(&text);
}

bool channel_write_case(const channel_settings *s, const channel_message *m, const char *object,
                        const char *said, buf *out)
{
    json_t *o = json_loads(said, 0, NULL);
    bool is_wanted = strncmp(text_in(o, "scheme"), s->scheme, strlen(s->scheme)) == 0;
    if (is_wanted && s->type == CHANNEL_MAIL)
        write_letter(s, m, object, o, out);
    else if (is_wanted)
        write_hook(m, object, o, out);
    json_decref(o);
    return is_wanted;
}
