/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those who listen to events over HTTP (SSE). Their connections sleep while there is nothing to
 * say; one thread wakes them all when there is. The texts are the bus's, copied once, into the
 * buffer a connection is sent from. */
#ifndef SERVE_HUB_H
#define SERVE_HUB_H

#include "live/bus.h"
#include "live/catalog.h"
#include "serve/request.h"

typedef struct hub hub;
ASSAY_MUST_USE assay_status hub_open(bus *b, catalog *c, hub **out, assay_err *err);
/* Everybody who sleeps is woken to hear that it is over. */
void hub_stop(hub *h);
void hub_close(hub *h); /* after the last listener has gone; accepts NULL */
void hub_tick(hub *h);  /* once a second: a sign of life for who has heard nothing for long */
unsigned hub_count(hub *h);

typedef struct {
    uint64_t last;           /* events after this id */
    uint32_t kinds;          /* bit set of event_kind */
    uint32_t characteristic; /* only of this one; 0: all */
    const char *under;       /* only of paths that begin so; NULL: all */
} hub_wish;
/* NULL: no memory. */
struct MHD_Response *hub_listen(hub *h, request *r, const hub_wish *wish);

#endif
