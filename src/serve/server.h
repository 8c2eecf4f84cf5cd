/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One running server: what every part of it shares. Everything here is set before the first
 * request comes and stays until the last one has gone. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include "serve/address.h"
#include "serve/serve.h"

#include "live/bus.h"
#include "live/catalog.h"
#include "live/intake.h"
#include "people/people.h"
#include "store/store.h"

#include <stdatomic.h>

typedef struct server {
    const serve_options *options;
    const char *database;
    bool is_secure;   /* TLS here, or told that a proxy does it: cookies are Secure */
    bool is_loopback; /* nobody beyond this machine can reach it */
    int64_t started;
    listening listening;
    store *writer; /* the intake's thread's, as soon as there is an intake */
    store *reader; /* of the starting thread */
    people *people;
    catalog *catalog;
    bus *bus;
    intake *intake;
    struct keys *keys;
    struct hub *hub;
    struct plant *plant;
    struct engine *engine;
    struct outlook *outlook;
    struct ledger *ledger; /* NULL: none is kept */
    struct signatures *signatures;
    struct programme_clock *clock;
    struct http *http;
    struct jobs *jobs;
    struct staging *staging;
    _Atomic bool is_stopping;
} server;

/* The reading handle of this thread, made on first use; it goes with the thread. Texts that the
 * store hands out live until the next request of this thread. NULL: see err. */
store *reader_here(server *s, assay_err *err);

#endif
