/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came with the measurements of a characteristic, and what people did to them. */
#include "report/answer.h"
#include "serve/figures.h"
#include "serve/reply.h"

#include <stdlib.h>
#include <string.h>

/* -- contexts: which machines, shifts, cavities ... ------------------------------------------------ */

enum { VALUES_MOST = 200 };
static const context_kind told[] = {CONTEXT_MACHINE, CONTEXT_STATION, CONTEXT_CAVITY, CONTEXT_BATCH,
                                    CONTEXT_GAUGE, CONTEXT_OPERATOR, CONTEXT_STAGE, CONTEXT_GROUP,
                                    CONTEXT_EVENT};
enum { TOLD = sizeof told / sizeof *told };

typedef struct {
    uint64_t *count;
    size_t room;
} tally;

static bool add(tally *t, const uint32_t *codes, size_t n)
{
    for (size_t i = 0; codes && i < n; i++) {
        if (codes[i] >= t->room) {
            size_t room = (size_t)codes[i] * 2 + 16;
            uint64_t *grown = realloc(t->count, room * sizeof *grown);
            if (!grown)
                return false;
            memset(grown + t->room, 0, (room - t->room) * sizeof *grown);
            t->count = grown;
            t->room = room;
        }
        t->count[codes[i]]++;
    }
    return true;
}

static assay_status count_all(cursor *c, tally *t, assay_err *err)
{
    measurement_batch b = {0};
    for (;;) {
        assay_status status = cursor_next(c, &b, err);
        if (status != ASSAY_OK || b.n == 0)
            return status;
        for (size_t k = 0; k < TOLD; k++)
            if (!add(&t[k], b.context[told[k]], b.n))
                return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
}

static void write_kind(json *j, cursor *c, context_kind kind, const tally *t)
{
    size_t values = 0;
    for (size_t code = 1; code < t->room; code++)
        values += t->count[code] > 0;
    if (!values)
        return;
    json_object(j);
    json_member_text(j, "kind", context_name(kind));
    json_member_unsigned(j, "total", values);
    json_key(j, "values");
    json_array(j);
    for (size_t code = 1, shown = 0; code < t->room && shown < VALUES_MOST; code++) {
        if (!t->count[code])
            continue;
        json_flat_object(j);
        json_member_text(j, "text", cursor_text(c, kind, (uint32_t)code));
        json_member_unsigned(j, "n", t->count[code]);
        json_end(j);
        shown++;
    }
    json_end(j);
    json_end(j);
}

void api_contexts(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    store_range range;
    cursor *c = NULL;
    tally counts[TOLD] = {0};
    if (!characteristic_find(r, request_part(r, 0), &s, &found) || !range_take(r, &range))
        return;
    for (size_t k = 0; k < TOLD; k++)
        if (told[k] != CONTEXT_OPERATOR || identity_may(&r->who, SCOPE_ENGINEER, found.definition.path))
            range.contexts |= 1u << told[k]; /* who compares people needs a reason to */
    assay_status status = cursor_open(s, found.number, &range, &c, &err);
    if (status == ASSAY_OK)
        status = count_all(c, counts, &err);
    if (status == ASSAY_OK) {
        json *j = reply_json(r, 200);
        json_object(j);
        json_key(j, "contexts");
        json_array(j);
        for (size_t k = 0; k < TOLD; k++)
            write_kind(j, c, told[k], &counts[k]);
        json_end(j);
        json_end(j);
        reply_end(r, j);
    } else
        reply_error(r, &err);
    for (size_t k = 0; k < TOLD; k++)
        free(counts[k].count);
    cursor_close(c);
}

/* -- history: what was decided about it, and why ---------------------------------------------------- */

enum { HISTORY_MOST = 500 };

static bool write_record(const record *x, void *context)
{
    json *j = context;
    json_flat_object(j);
    json_member_unsigned(j, "sequence", x->sequence);
    answer_time(j, "time", x->time, TIME_OFFSET_NONE);
    json_member_text(j, "type", x->type);
    json_member_text(j, "actor", x->actor);
    json_key(j, "payload");
    if (x->payload)
        json_raw(j, x->payload);
    else
        json_null(j);
    json_end(j);
    return true;
}

typedef struct {
    uint64_t count, skip;
    json *j;
} history;

static bool count_record(const record *x, void *context)
{
    (void)x;
    ((history *)context)->count++;
    return true;
}

static bool write_late(const record *x, void *context)
{
    history *h = context;
    return h->skip ? h->skip--, true : write_record(x, h->j);
}

/* The newest HISTORY_MOST, oldest first. */
void api_history(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    history h = {0};
    if (!characteristic_find(r, request_part(r, 0), &s, &found))
        return;
    if (store_object_records(s, &found.id, 0, count_record, &h, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    h.skip = h.count > HISTORY_MOST ? h.count - HISTORY_MOST : 0;
    h.j = reply_json(r, 200);
    json_object(h.j);
    json_member_unsigned(h.j, "total", h.count);
    json_key(h.j, "records");
    json_array(h.j);
    assay_status status = store_object_records(s, &found.id, 0, write_late, &h, &err);
    json_end(h.j);
    json_end(h.j);
    reply_end(r, h.j);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}
