/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events for everybody who listens: screens (SSE), webhooks, mail, MQTT, `assay watch`.
 *
 * An event is rendered once as JSON and shared by all listeners. The newest BUS_KEPT stand in a
 * ring, so that a listener that was away asks for what came after an id (Last-Event-ID); one that
 * is too late is told so (a "gap" event) and reads the state from the API anew. Ids are those of
 * this server run, made unique over runs by the high 32 bits (start time).
 *
 *   point   {"characteristic", "path", "chart", "time", "value", "lcl", "center", "ucl", "rules":
 * [..], "commit"}  one plotted point of a chart; value as decimal text where exact alarm   {"id",
 * "characteristic", "path", "state", "rule", "time", "known", "value", "late", ...} source
 * {"source", "state", "received", "stored", "duplicates", "conflicts", "refused", "pending"} limits
 * {"characteristic", "chart", "version"} notice  {"level", "text"}  disk full, a door failed ...
 *   call    {"id", "station", "kind", "state": "open" | "answered", "by"}  somebody asks for help
 */
#ifndef LIVE_BUS_H
#define LIVE_BUS_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUS_KEPT = 1 << 16, BUS_BYTES = 16 << 20 };
typedef enum {
    EVENT_POINT = 1,
    EVENT_ALARM = 2,
    EVENT_SOURCE = 4,
    EVENT_LIMITS = 8,
    EVENT_NOTICE = 16,
    EVENT_GAP = 32,
    EVENT_CALL = 64
} event_kind;
const char *event_name(event_kind kind);

typedef struct {
    uint64_t id;
    event_kind kind;
    uint32_t characteristic; /* number in the store; 0: none */
    const char *json;        /* one line */
    size_t length;
} event;

typedef struct bus bus;
ASSAY_MUST_USE assay_status bus_open(bus **out, assay_err *err);
void bus_close(bus *b);
/* Any thread. Copies json. The listeners are woken by bus_flush, once for many events. */
void bus_publish(bus *b, event_kind kind, uint32_t characteristic, const char *json, size_t length);
void bus_flush(bus *b);

/* `wake` is called in the publisher's thread by bus_flush: it must only make somebody else read. */
typedef void bus_wake(void *context);
typedef struct bus_listener bus_listener;
bus_listener *bus_listen(bus *b, bus_wake *wake, void *context); /* NULL: no memory */
void bus_unlisten(bus_listener *l);
uint64_t bus_last(bus *b); /* id of the newest event; 0: none */
/* Events after `id`, oldest first, while `visit` returns true; returns the id up to which was seen.
 * Where the ring has lost some, the first one visited is an EVENT_GAP. The texts live during the
 * visit. Any thread. */
typedef bool bus_visitor(const event *e, void *context);
uint64_t bus_after(bus *b, uint64_t id, uint32_t kinds, bus_visitor *visit, void *context);

#endif
