/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows in columns that double, and an arena for what is told besides. A parcel is filled and
 * emptied again and again; its dictionaries begin anew each time, because serial numbers never
 * come back. */
#include "live/parcel.h"

#include "read/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 256 };

static void texts_free(parcel *p)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        dictionary_free(p->texts[kind]);
}

void parcel_free(parcel *p)
{
    if (!p)
        return;
    batch_free(p->rows);
    texts_free(p);
    free(p->message);
    free(p->fate);
    arena_done(&parcel_inside(p)->notes);
    free(p);
}

static assay_status texts_new(parcel *p, uint32_t contexts, assay_err *err)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        assay_status status =
            contexts & 1u << kind ? dictionary_new(&p->texts[kind], err) : ASSAY_OK;
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

/* -- room ---------------------------------------------------------------------------------- */

static void columns_copy(measurement_batch *to, const measurement_batch *from)
{
    to->n = from->n;
#define COPY(name)                                                                                 \
    if (from->name)                                                                                \
    memcpy(to->name, from->name, from->n * sizeof *to->name)
    COPY(characteristic);
    COPY(time);
    COPY(offset);
    COPY(mantissa);
    COPY(exponent);
    COPY(decimals);
    COPY(status);
    COPY(size);
    COPY(record);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        COPY(context[kind]);
#undef COPY
}

static bool sides_grow(parcel *p, size_t room)
{
    uint32_t *message = realloc(p->message, room * sizeof *message);
    if (message)
        p->message = message;
    uint8_t *fate = realloc(p->fate, room);
    if (fate)
        p->fate = fate;
    return message && fate;
}

static bool grow(parcel *p, size_t room)
{
    measurement_batch *rows;
    if (!sides_grow(p, room) ||
        batch_new(room, parcel_inside(p)->contexts, &rows, NULL) != ASSAY_OK)
        return false;
    if (p->rows)
        columns_copy(rows, p->rows);
    batch_free(p->rows);
    p->rows = rows;
    return true;
}

bool parcel_reserve(parcel *p, size_t more)
{
    size_t need = p->rows->n + more, room = p->rows->room;
    if (need > PARCEL_ROWS || parcel_inside(p)->bytes >= PARCEL_BYTES)
        return false;
    while (room < need)
        room *= 2;
    return room == p->rows->room || grow(p, room);
}

assay_status parcel_new(const char *source, uint32_t contexts, parcel **out, assay_err *err)
{
    parcel_whole *w = calloc(1, sizeof *w);
    if (!w)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a parcel");
    parcel *p = &w->open;
    arena_init(&w->notes);
    w->contexts = contexts;
    snprintf(p->source, sizeof p->source, "%s", source);
    assay_status status = texts_new(p, contexts, err);
    if (status == ASSAY_OK && !grow(p, FIRST_ROWS))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for the rows of a parcel");
    if (status != ASSAY_OK) {
        parcel_free(p);
        return status;
    }
    parcel_clear(p);
    *out = p;
    return ASSAY_OK;
}

void parcel_clear(parcel *p)
{
    parcel_whole *w = parcel_inside(p);
    p->rows->n = 0;
    p->received = p->duplicates = p->commit = 0;
    p->arrived = 0;
    p->is_historical = p->is_recognised = false;
    p->status = ASSAY_OK;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (p->texts[kind])
            dictionary_clear(p->texts[kind]);
    arena_done(&w->notes);
    arena_init(&w->notes);
    w->refusals = NULL;
    w->memories = NULL;
    w->memories_end = &w->memories;
    w->refused = w->doubtful = 0;
    w->bytes = 0;
    w->is_broken = false;
}

bool parcel_is_full(const parcel *p)
{
    return p->rows->n >= PARCEL_ROWS || parcel_inside(p)->bytes >= PARCEL_BYTES;
}

bool parcel_is_empty(const parcel *p)
{
    const parcel_whole *w = parcel_inside(p);
    return !p->rows->n && !w->refused && !w->memories && !p->duplicates && !w->is_broken;
}

/* -- rows ---------------------------------------------------------------------------------- */

/* A kind of context that comes for the first time: the rows before it have none. */
static dictionary *texts_begin(parcel *p, context_kind kind)
{
    if (p->texts[kind])
        return p->texts[kind];
    size_t bytes = p->rows->room * sizeof **p->rows->context;
    uint32_t *column = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    dictionary *d;
    if (!column || dictionary_new(&d, NULL) != ASSAY_OK) {
        free(column);
        return NULL;
    }
    memset(column, 0, bytes);
    p->rows->context[kind] = column;
    parcel_inside(p)->contexts |= 1u << kind;
    return p->texts[kind] = d;
}

uint32_t parcel_text(parcel *p, context_kind kind, const char *text, size_t length)
{
    if (!length)
        return 0;
    dictionary *d = texts_begin(p, kind);
    uint32_t before = d ? dictionary_count(d) : 0;
    uint32_t code = d ? dictionary_code(d, text, length) : 0;
    if (code > before)
        parcel_inside(p)->bytes += length + 32;
    if (!code)
        parcel_inside(p)->is_broken = true;
    return code;
}

static void put_value(measurement_batch *b, size_t i, const parcel_row *row)
{
    const int widest = 30;
    bool is_raw = row->status & STATUS_RAW;
    bool is_wide = row->value.exponent < -widest || row->value.exponent > widest;
    b->status[i] = row->status;
    b->decimals[i] = is_raw ? 0 : row->value.decimals;
    b->exponent[i] = is_raw || is_wide ? 0 : (int8_t)row->value.exponent;
    b->mantissa[i] = row->value.mantissa;
    if (!is_raw && !is_wide)
        return;
    double raw = is_raw ? row->raw : decimal_to_double(row->value.mantissa, row->value.exponent);
    memcpy(&b->mantissa[i], &raw, sizeof raw);
    b->status[i] |= STATUS_RAW;
}

bool parcel_add(parcel *p, const parcel_row *row)
{
    if (!parcel_reserve(p, 1))
        return false;
    measurement_batch *b = p->rows;
    size_t i = b->n++;
    b->characteristic[i] = (uint32_t)row->place;
    b->time[i] = row->time;
    b->offset[i] = row->offset;
    put_value(b, i, row);
    b->size[i] = row->size ? row->size : 1;
    b->record[i] = row->record;
    p->message[i] = row->message;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (b->context[kind])
            b->context[kind][i] = row->context[kind];
    return true;
}

bool parcel_add_read(parcel *p, int32_t place, const reader *r, const measurement_batch *b, size_t i)
{
    parcel_row row = {.place = place,
                      .time = b->time[i],
                      .offset = b->offset ? b->offset[i] : TIME_OFFSET_NONE,
                      .value = {b->mantissa[i], b->exponent[i], b->decimals ? b->decimals[i] : 0},
                      .status = b->status[i],
                      .size = b->size ? b->size[i] : 1,
                      .record = b->record[i]};
    if (b->status[i] & STATUS_RAW)
        memcpy(&row.raw, &b->mantissa[i], sizeof row.raw);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        size_t length;
        uint32_t code = b->context[kind] ? b->context[kind][i] : 0;
        const char *text = code ? dictionary_text(reader_dictionary(r, (context_kind)kind), code, &length) : NULL;
        if (text)
            row.context[kind] = parcel_text(p, (context_kind)kind, text, length);
    }
    return parcel_add(p, &row);
}

/* -- notes --------------------------------------------------------------------------------- */

static parcel_refusal *refusal_of(parcel_whole *w, const char *reason, const char *remedy)
{
    for (parcel_refusal *r = w->refusals; r; r = r->next)
        if (strcmp(r->reason, reason) == 0)
            return r;
    parcel_refusal *r = arena_new(&w->notes, parcel_refusal);
    if (!r)
        return NULL;
    *r = (parcel_refusal){.reason = reason, .remedy = remedy, .next = w->refusals};
    return w->refusals = r;
}

void parcel_refuse(parcel *p, const char *reason, const char *remedy, uint64_t count,
                   const char *example, size_t length)
{
    parcel_whole *w = parcel_inside(p);
    parcel_refusal *r = refusal_of(w, reason, remedy);
    if (!r) {
        w->is_broken = true;
        return;
    }
    w->refused += count;
    r->count += count;
    r->length = (uint32_t)(length < PARCEL_EXAMPLE ? length : PARCEL_EXAMPLE);
    if (r->length)
        memcpy(r->example, example, r->length);
}

/* Of the machine, or of the whole database: no other parcel fares better. */
static bool is_everybodys(assay_status status)
{
    switch (status) {
    case ASSAY_FULL:
    case ASSAY_IO:
    case ASSAY_BUSY:
    case ASSAY_MEMORY:
    case ASSAY_STOPPED:
    case ASSAY_DAMAGED:
    case ASSAY_NEWER: return true;
    default: return false;
    }
}

bool parcel_is_at_fault(const parcel *p)
{
    return p->status != ASSAY_OK && !is_everybodys(p->status);
}

bool parcel_set_aside(parcel *p)
{
    parcel_whole *w = parcel_inside(p);
    size_t rows = p->rows->n;
    bool has_rest = rows || w->memories || w->is_broken;
    w->is_broken = false;
    if (!rows) {
        w->memories = NULL;
        w->memories_end = &w->memories;
    }
    p->rows->n = 0;
    w->doubtful = 0;
    if (rows)
        parcel_refuse(p, "not-storable", "see what the store says of it; the rest went on", rows,
                      p->err.message, strlen(p->err.message));
    return has_rest;
}

void parcel_remember(parcel *p, const char *key, const void *bytes, size_t length)
{
    parcel_whole *w = parcel_inside(p);
    parcel_memory *m = arena_new(&w->notes, parcel_memory);
    char *name = arena_text(&w->notes, key, strlen(key));
    char *copy = arena_text(&w->notes, bytes ? bytes : "", length);
    if (!m || !name || !copy) {
        w->is_broken = true;
        return;
    }
    *m = (parcel_memory){name, copy, length, NULL};
    *w->memories_end = m;
    w->memories_end = &m->next;
    w->bytes += length + strlen(key) + sizeof *m;
}
