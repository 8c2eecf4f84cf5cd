/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/notes.h"

#include "base/time.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    point_notes *out;
    size_t room;
    uint64_t as_of;
    bool is_short; /* of memory */
} reading;

static const char *keep(reading *r, const char *text)
{
    return text ? arena_text(&r->out->memory, text, strlen(text)) : NULL;
}

static uint64_t count_of(const json_t *o, const char *key)
{
    json_int_t x = json_integer_value(json_object_get(o, key));
    return x > 0 ? (uint64_t)x : 0;
}

static bool add(reading *r, const record *from, const json_t *o)
{
    if (r->out->count == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        point_note *item = realloc(r->out->item, room * sizeof *item);
        if (!item)
            return false;
        r->out->item = item;
        r->room = room;
    }
    const char *time = json_string_value(json_object_get(o, "time"));
    point_note *note = &r->out->item[r->out->count++];
    *note = (point_note){.sequence = from->sequence, .to = count_of(o, "to"), .said = from->time,
                         .by = keep(r, from->actor ? from->actor : ""),
                         .text = keep(r, json_string_value(json_object_get(o, "text"))),
                         .place = count_of(o, "place"), .time = TIME_NONE,
                         .serial = keep(r, json_string_value(json_object_get(o, "serial")))};
    if (time && !time_parse_iso(time, strlen(time), &note->time, &(int32_t){0}))
        note->time = TIME_NONE;
    return note->by && note->text;
}

static bool take(const record *from, void *context)
{
    reading *r = context;
    if (from->commit > r->as_of)
        return false;
    if (strcmp(from->type, POINT_NOTE_TYPE) != 0 || !from->payload)
        return true;
    json_t *o = json_loads(from->payload, 0, NULL);
    r->is_short = !o || !add(r, from, o);
    json_decref(o);
    return !r->is_short;
}

assay_status notes_read(store *s, const object_id *object, uint64_t as_of, point_notes *out,
                        assay_err *err)
{
    reading r = {.out = out, .as_of = as_of};
    *out = (point_notes){0};
    arena_init(&out->memory);
    assay_status status = store_object_records(s, object, 0, take, &r, err);
    return status == ASSAY_OK && r.is_short
               ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory while reading the notes") : status;
}

void notes_done(point_notes *n)
{
    if (n->memory.last)
        arena_done(&n->memory);
    free(n->item);
    *n = (point_notes){0};
}

/* The row of the series: the one of that time and serial number, else the first of that time. */
static bool find_row(const analysis *a, const point_note *note, size_t *out)
{
    const series *s = a->series;
    const uint32_t *serial = s->context[CONTEXT_SERIAL];
    bool is_found = false;
    if (note->time == TIME_NONE) {
        *out = (size_t)note->place - 1;
        return note->place >= 1 && note->place <= s->n;
    }
    for (size_t i = 0; s->time && i < s->n; i++) {
        if (s->time[i] != note->time)
            continue;
        if (!is_found)
            *out = i;
        is_found = true;
        const char *own = serial && serial[i] ? series_text(a->set, CONTEXT_SERIAL, serial[i]) : NULL;
        if (own && note->serial && strcmp(own, note->serial) == 0) {
            *out = i;
            break;
        }
    }
    return is_found;
}

bool notes_point(const analysis *a, const point_note *note, size_t *out)
{
    size_t row, low = 0, high = a->input.subgroups;
    if (!high || !find_row(a, note, &row))
        return false;
    while (high - low > 1) { /* analysis_row(low) <= row < analysis_row(high) */
        size_t middle = low + (high - low) / 2;
        if (analysis_row(a, middle) <= row)
            low = middle;
        else
            high = middle;
    }
    *out = low;
    return analysis_row(a, low) <= row;
}
