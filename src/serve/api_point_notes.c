/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say of single points of a chart: see signal/notes.h. */
#include "base/time.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/figures.h"
#include "serve/reply.h"
#include "signal/signal.h"

#include <string.h>

enum { TEXT_MAX_BYTES = 2000, NOTES_MOST = 1000 };

/* -- the measurement -------------------------------------------------------------------------------- */

typedef struct {
    int64_t time;
    const char *serial; /* the request's; "" for none */
    bool is_found;
} named_row;

static assay_status find_row(request *r, store *s, uint32_t number, uint64_t place, named_row *out, assay_err *err)
{
    store_range range = STORE_ALL;
    cursor *c = NULL;
    measurement_batch b = {0};
    range.all_status = true;
    range.contexts = 1u << CONTEXT_SERIAL;
    assay_status status = cursor_open(s, number, &range, &c, err);
    while (status == ASSAY_OK && !out->is_found) {
        status = cursor_next(c, &b, err);
        if (status != ASSAY_OK || b.n == 0)
            break;
        if (place > b.n) {
            place -= b.n;
            continue;
        }
        const uint32_t *serials = b.context[CONTEXT_SERIAL];
        const char *serial = serials && serials[place - 1] ? cursor_text(c, CONTEXT_SERIAL, serials[place - 1]) : "";
        *out = (named_row){b.time[place - 1], request_copy(r, serial, strlen(serial)), true};
    }
    cursor_close(c);
    return status;
}

/* -- saying it -------------------------------------------------------------------------------------- */

typedef struct {
    const stored_characteristic *of;
    const char *actor, *payload;
    uint64_t sequence;
} noting;

static assay_status note(store_tx *tx, void *context, assay_err *err)
{
    noting *n = context;
    return record_append(tx, POINT_NOTE_TYPE, n->actor, &n->of->id, n->payload, &n->sequence, err);
}

static void write_payload(buf *out, const named_row *row, uint64_t place, uint64_t to, const char *text)
{
    json j;
    json_init(&j, out, NULL, NULL);
    json_flat_object(&j);
    json_member_unsigned(&j, "place", place);
    if (row->time != TIME_NONE)
        answer_time(&j, "time", row->time, TIME_OFFSET_NONE);
    if (*row->serial)
        json_member_text(&j, "serial", row->serial);
    if (to)
        json_member_unsigned(&j, "to", to);
    json_member_text(&j, "text", text);
    json_end(&j);
    out->failed |= !json_done(&j);
}

static void store_note(request *r, const stored_characteristic *found, const buf *payload)
{
    assay_err err;
    noting n = {.of = found, .actor = r->who.account, .payload = payload->data};
    if (payload->failed)
        reply_problem(r, 503, NULL, "out of memory", NULL);
    else if (change_in_tx(r->server, note, &n, NULL, &err) != ASSAY_OK)
        reply_error(r, &err);
    else {
        json *j = reply_json(r, 201);
        json_flat_object(j);
        json_member_unsigned(j, "sequence", n.sequence);
        json_end(j);
        reply_end(r, j);
    }
}

void api_point_note(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    uint64_t place = 0, to = 0;
    named_row row = {0};
    buf payload = BUF_INIT;
    if (!characteristic_find(r, request_part(r, 0), &s, &found) || !body_read(r, "place text to"))
        return;
    body_count(r, "place", 1, UINT64_MAX, &place);
    body_count(r, "to", 1, UINT64_MAX, &to);
    const char *text = body_text(r, "text", true);
    if (place == 0)
        body_fault(r, "place", "place is missing: which measurement, from 1 in series order?");
    if (body_is_fine(r) && strlen(text) > TEXT_MAX_BYTES)
        body_fault(r, "text", "text has more than %d bytes", TEXT_MAX_BYTES);
    if (!body_is_fine(r))
        return;
    if (find_row(r, s, found.number, place, &row, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    if (!row.is_found) {
        reply_problemf(r, 404, "/place", "there is no measurement %llu", (unsigned long long)place);
        return;
    }
    write_payload(&payload, &row, place, to, text);
    store_note(r, &found, &payload);
    buf_done(&payload);
}

/* -- what was said ---------------------------------------------------------------------------------- */

typedef struct {
    uint64_t count, skip;
    json *j;
} note_list;

static bool count_note(const record *x, void *context)
{
    ((note_list *)context)->count += strcmp(x->type, POINT_NOTE_TYPE) == 0;
    return true;
}

static bool write_note(const record *x, void *context)
{
    note_list *l = context;
    if (strcmp(x->type, POINT_NOTE_TYPE) != 0 || (l->skip && l->skip--))
        return true;
    json_flat_object(l->j);
    json_member_unsigned(l->j, "sequence", x->sequence);
    answer_time(l->j, "time", x->time, TIME_OFFSET_NONE);
    json_member_text(l->j, "by", x->actor);
    json_key(l->j, "note");
    if (x->payload)
        json_raw(l->j, x->payload);
    else
        json_null(l->j);
    json_end(l->j);
    return true;
}

/* The newest NOTES_MOST, oldest first. */
void api_point_notes(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    note_list l = {0};
    if (!characteristic_find(r, request_part(r, 0), &s, &found))
        return;
    if (store_object_records(s, &found.id, 0, count_note, &l, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    l.skip = l.count > NOTES_MOST ? l.count - NOTES_MOST : 0;
    l.j = reply_json(r, 200);
    json_object(l.j);
    json_member_unsigned(l.j, "total", l.count);
    json_key(l.j, "notes");
    json_array(l.j);
    assay_status status = store_object_records(s, &found.id, 0, write_note, &l, &err);
    json_end(l.j);
    json_end(l.j);
    reply_end(r, l.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}
