/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two rings: the texts one behind the other in BUS_BYTES, and where each stands, by number. A text
 * is never split; when the end of the bytes is near it goes to their beginning. What is in the way
 * of a new one is forgotten, oldest first. Readers go through the rings in slices, so that the
 * publisher waits for one slice at most.
 */
#include "live/bus.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENT_MAX = 1 << 20, SLICE = 64 };

typedef struct {
    event_kind kind;
    uint32_t characteristic;
    uint32_t at, length; /* in the bytes */
} slot;

struct bus_listener {
    bus *owner;
    bus_wake *wake;
    void *context;
    bus_listener *next;
};

struct bus {
    pthread_mutex_t lock; /* of the rings */
    uint64_t base;        /* id of event number n is base + n, n from 1 */
    uint64_t first, last; /* numbers kept; last = first - 1: none */
    slot *slots;          /* [n % BUS_KEPT] */
    char *bytes;
    uint32_t end; /* where the next text goes */
    uint64_t flushed;
    pthread_mutex_t listening; /* of the list, held while waking */
    bus_listener *listeners;
};

const char *event_name(event_kind kind)
{
    switch (kind) {
    case EVENT_POINT:
        return "point";
    case EVENT_ALARM:
        return "alarm";
    case EVENT_SOURCE:
        return "source";
    case EVENT_LIMITS:
        return "limits";
    case EVENT_NOTICE:
        return "notice";
    case EVENT_GAP:
        return "gap";
    case EVENT_CALL:
        return "call";
    }
    return "unknown";
}

assay_status bus_open(bus **out, assay_err *err)
{
    bus *b = calloc(1, sizeof *b);
    if (b) {
        b->slots = calloc(BUS_KEPT, sizeof *b->slots);
        b->bytes = calloc(BUS_BYTES, 1);
    }
    if (!b || !b->slots || !b->bytes) {
        if (b) {
            free(b->slots);
            free(b->bytes);
        }
        free(b);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for events");
    }
    pthread_mutex_init(&b->lock, NULL);
    pthread_mutex_init(&b->listening, NULL);
    b->base = (uint64_t)time(NULL) << 32;
    b->first = 1;
    *out = b;
    return ASSAY_OK;
}

void bus_close(bus *b)
{
    if (!b)
        return;
    while (b->listeners)
        bus_unlisten(b->listeners);
    pthread_mutex_destroy(&b->lock);
    pthread_mutex_destroy(&b->listening);
    free(b->slots);
    free(b->bytes);
    free(b);
}

/* -- the rings ----------------------------------------------------------------------------- */

static slot *slot_of(bus *b, uint64_t number)
{
    return &b->slots[number % BUS_KEPT];
}

/* Forget the oldest while they stand in [at, at + length). They lie in the order of their numbers,
 * so that the first one outside ends it. */
static void make_room(bus *b, uint32_t at, uint32_t length)
{
    for (; b->first <= b->last; b->first++) {
        const slot *s = slot_of(b, b->first);
        bool is_in_the_way = s->at < at + length && s->at + s->length > at;
        if (!is_in_the_way && b->last - b->first + 1 < BUS_KEPT)
            return;
    }
}

/* The text goes behind the newest, or to the beginning; then all between there and the end goes. */
static uint32_t place_for(bus *b, uint32_t length)
{
    if (b->end + length > BUS_BYTES) {
        make_room(b, b->end, BUS_BYTES - b->end);
        b->end = 0;
    }
    make_room(b, b->end, length);
    return b->end;
}

void bus_publish(bus *b, event_kind kind, uint32_t characteristic, const char *json, size_t length)
{
    if (length >= EVENT_MAX) { /* too long to be shared: the listeners read the state anew */
        kind = EVENT_GAP;
        json = "{}";
        length = 2;
    }
    pthread_mutex_lock(&b->lock);
    uint32_t room = (uint32_t)length + 1, at = place_for(b, room);
    memcpy(b->bytes + at, json, length);
    b->bytes[at + length] = 0;
    b->end = at + room;
    *slot_of(b, ++b->last) = (slot){kind, characteristic, at, room};
    pthread_mutex_unlock(&b->lock);
}

static event event_at(bus *b, uint64_t number)
{
    const slot *s = slot_of(b, number);
    return (event){.id = b->base + number,
                   .kind = s->kind,
                   .characteristic = s->characteristic,
                   .json = b->bytes + s->at,
                   .length = s->length - 1};
}

uint64_t bus_last(bus *b)
{
    pthread_mutex_lock(&b->lock);
    uint64_t id = b->last ? b->base + b->last : 0;
    pthread_mutex_unlock(&b->lock);
    return id;
}

/* The number up to which a listener with this id has seen all; *is_gap: some are lost to it. */
static uint64_t seen_number(const bus *b, uint64_t id, bool *is_gap)
{
    bool is_of_this_run = id > b->base && id - b->base <= b->last;
    uint64_t number = is_of_this_run ? id - b->base : 0;
    *is_gap = (id && !is_of_this_run && id != b->base) || number + 1 < b->first;
    return number + 1 < b->first ? b->first - 1 : number;
}

/* One slice from *id on. False: the end, or the visitor has enough. */
static bool visit_slice(bus *b, uint64_t *id, uint32_t kinds, bus_visitor *visit, void *context)
{
    bool is_gap;
    uint64_t number = seen_number(b, *id, &is_gap);
    *id = b->base + number;
    if (is_gap) {
        event gap = {.id = *id, .kind = EVENT_GAP, .json = "{}", .length = 2};
        if (!visit(&gap, context))
            return false;
    }
    uint64_t stop = b->last - number > SLICE ? number + SLICE : b->last;
    while (number < stop) {
        event e = event_at(b, ++number);
        *id = e.id;
        if ((kinds | EVENT_GAP) & e.kind && !visit(&e, context))
            return false;
    }
    return number < b->last;
}

uint64_t bus_after(bus *b, uint64_t id, uint32_t kinds, bus_visitor *visit, void *context)
{
    bool is_more = true;
    while (is_more) {
        pthread_mutex_lock(&b->lock);
        is_more = visit_slice(b, &id, kinds, visit, context);
        pthread_mutex_unlock(&b->lock);
    }
    return id;
}

/* -- listeners ----------------------------------------------------------------------------- */

bus_listener *bus_listen(bus *b, bus_wake *wake, void *context)
{
    bus_listener *l = malloc(sizeof *l);
    if (!l)
        return NULL;
    pthread_mutex_lock(&b->listening);
    *l = (bus_listener){b, wake, context, b->listeners};
    b->listeners = l;
    pthread_mutex_unlock(&b->listening);
    return l;
}

void bus_unlisten(bus_listener *l)
{
    if (!l)
        return;
    bus *b = l->owner;
    pthread_mutex_lock(&b->listening);
    bus_listener **at = &b->listeners;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    pthread_mutex_unlock(&b->listening);
    free(l);
}

static bool is_news(bus *b)
{
    pthread_mutex_lock(&b->lock);
    bool is_new = b->flushed != b->last;
    b->flushed = b->last;
    pthread_mutex_unlock(&b->lock);
    return is_new;
}

void bus_flush(bus *b)
{
    if (!is_news(b))
        return;
    pthread_mutex_lock(&b->listening);
    for (bus_listener *l = b->listeners; l; l = l->next)
        l->wake(l->context);
    pthread_mutex_unlock(&b->listening);
}
