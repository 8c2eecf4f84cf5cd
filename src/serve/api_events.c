/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/gate.h"
#include "serve/hub.h"
#include "serve/reply.h"

#include <stdlib.h>
#include <string.h>

static bool take_kinds(request *r, uint32_t *kinds)
{
    static const event_kind all[] = {EVENT_POINT, EVENT_ALARM, EVENT_SOURCE, EVENT_LIMITS,
                                     EVENT_NOTICE, EVENT_CALL};
    const char *text = request_query(r, "kinds");
    *kinds = 0;
    for (size_t i = 0; !text && i < sizeof all / sizeof *all; i++)
        *kinds |= all[i];
    for (const char *p = text; p && *p;) {
        size_t length = strcspn(p, ",");
        uint32_t found = 0;
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            if (strlen(event_name(all[i])) == length && strncmp(event_name(all[i]), p, length) == 0)
                found = all[i];
        if (!found) {
            reply_bad_query(r, "kinds", text, "some of point,alarm,source,limits,notice,call");
            return false;
        }
        *kinds |= found;
        p += length + (p[length] == ',');
    }
    return true;
}

/* Where the client stopped listening: its browser says so by itself, a program by the query. */
static uint64_t last_heard(request *r)
{
    const char *text = request_header(r, "Last-Event-ID");
    if (!text)
        text = request_query(r, "last_event_id");
    return text && *text ? strtoull(text, NULL, 10) : bus_last(r->server->bus);
}

/* Only numbers: looking paths up is the caller's, who has the list. */
static bool take_one(request *r, uint32_t *number)
{
    uint64_t n = 0;
    if (!request_count(r, "characteristic", 1, UINT32_MAX, &n))
        return false;
    *number = (uint32_t)n;
    return true;
}

void api_events(request *r)
{
    hub_wish wish = {.last = last_heard(r), .under = request_query(r, "under")};
    if (!take_kinds(r, &wish.kinds) || !take_one(r, &wish.characteristic))
        return;
    r->reply.ready = hub_listen(r->server->hub, r, &wish);
    if (!r->reply.ready) {
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    r->reply.status = 200;
    reply_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
    reply_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    reply_header(r, "X-Accel-Buffering", "no");
}
