/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request from its first line to the end of its answer.
 *
 * A handler reads path parts, query and body, and leaves an answer: reply_json .. reply_end, or one
 * of the other reply functions. What it leaves is sent when it returns. Texts that the functions
 * here return live as long as the request. */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "people/people.h"
#include "serve/route.h"
#include "serve/server.h"

#include <microhttpd.h>

enum { REPLY_HEADERS = 8, BODY_MAX = 1 << 20 };

typedef struct {
    unsigned status; /* 0: none yet */
    const char *type;
    buf body;
    struct {
        const char *name, *value;
    } header[REPLY_HEADERS];
    int headers;
    struct MHD_Response *ready; /* made elsewhere (events); overrules the rest */
} reply;

struct request {
    server *server;
    struct MHD_Connection *connection;
    const route *route; /* NULL: there is none */
    const char *method;
    char *path;
    route_part part[ROUTE_PARTS];
    identity who;
    bool is_known;
    arena memory;
    char small[256]; /* the first texts; most requests need no more */
    size_t small_used;
    buf body;            /* as sent, unpacked */
    struct body *parsed; /* of body_read */
    struct inflater *inflater; /* NULL: the body is not packed */
    reply reply;
    struct upload *upload; /* of a STREAM route */
    struct incoming *incoming; /* of a FILE route */
    struct http_seat *seat;
    bool has_run, has_slept;
    struct request *next;     /* in the workers' queue */
};

ASSAY_MUST_USE request *request_new(server *s, struct MHD_Connection *c, const char *method,
                                    const char *path); /* NULL: no memory */
void request_free(request *r);

void *request_room(request *r, size_t size);                              /* zeroed; NULL: none */
const char *request_copy(request *r, const char *text, size_t length); /* "" for no memory */
/* Header and query as text; NULL: not given. Path parts are decoded. */
const char *request_header(const request *r, const char *name);
const char *request_query(request *r, const char *name);
const char *request_part(request *r, int i);
const char *request_decode(request *r, const char *text, size_t length); /* of a form */
/* Query values; false after refusing the request (400, naming the parameter). */
bool request_count(request *r, const char *name, uint64_t least, uint64_t most, uint64_t *value);
bool request_time(request *r, const char *name, int64_t *value);
bool request_flag(request *r, const char *name); /* given, and not "0" or "false" */
/* Is `word` among those of a header such as Accept-Encoding? */
bool request_accepts(const request *r, const char *header, const char *word);
bool request_is_read_only(const request *r);
const char *request_address(const request *r, char room[static 64]);

#endif
