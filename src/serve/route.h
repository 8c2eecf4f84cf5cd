/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of routes: routing, the OpenAPI document and the tests of who may do what are made of
 * it. */
#ifndef SERVE_ROUTE_H
#define SERVE_ROUTE_H

#include "people/people.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct request request;
typedef void route_handler(request *r);

enum { ROUTE_OPEN = -1, ROUTE_ANY = -2 }; /* nobody need be known; anybody known */

/* How a handler runs. QUICK: at once, in the thread of its connection: reads memory, never waits.
 * SLOW: in a worker; the connection sleeps meanwhile. STREAM: its body is taken as it comes
 * (upload.h). LISTEN: its answer does not end (events). FILE: its body
 * goes to a file (staged.h), then as SLOW. BRING: the same, and the file goes with the request. */
typedef enum {
    ROUTE_QUICK,
    ROUTE_SLOW,
    ROUTE_STREAM,
    ROUTE_LISTEN,
    ROUTE_FILE,
    ROUTE_BRING,
} route_way;

typedef struct {
    const char *id, *method, *path; /* path: "/api/v1/alarms/{id}" */
    int scope;                      /* scope, ROUTE_OPEN or ROUTE_ANY */
    route_way way;
    route_handler *run;
    const char *params;   /* of the query, see params.def; blanks between */
    const char *takes;    /* schema of the JSON body, or media types, or "" */
    const char *gives;    /* "200 Schema", "200 text/plain", "200 Schema text/csv", "204" */
    const char *statuses; /* others that are its own: "304 404 409" */
    const char *summary;
} route;

extern const route route_table[];
extern const size_t route_count;

enum { ROUTE_PARTS = 3 };
typedef struct {
    const char *text; /* into the path, not decoded */
    size_t length;
} route_part;

/* The route of a method and path; NULL: none, and `allowed` (room for 64) lists the methods of
 * this path, "" when there is no such path. HEAD is GET. */
const route *route_find(const char *method, const char *path, route_part part[static ROUTE_PARTS],
                        char allowed[static 64]);

#define ROUTE(id, ...) route_handler api_##id;
#include "routes.def"
#undef ROUTE
route_handler api_screen, api_web_file, api_web_worker; /* web.c: the screens */
route_handler api_ledger_tile;

#endif
