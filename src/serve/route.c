/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few dozen routes: comparing one after the other costs less than a microsecond. */
#include "serve/route.h"

#include <stdio.h>
#include <string.h>

enum { SCOPE_OPEN = ROUTE_OPEN, SCOPE_ANY = ROUTE_ANY };

const route route_table[] = {
#define ROUTE(id, method, path, scope, way, params, takes, gives, statuses, summary)               \
    {#id, #method, path, SCOPE_##scope, ROUTE_##way, api_##id, params, takes, gives, statuses,     \
     summary},
#include "routes.def"
#undef ROUTE
};
const size_t route_count = sizeof route_table / sizeof *route_table;

/* Does the path follow the template? A part in braces takes everything up to the next slash. */
static bool matches(const char *template, const char *path, route_part *part)
{
    int parts = 0;
    while (*template) {
        if (*template != '{') {
            if (*template++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0 || parts == ROUTE_PARTS)
            return false;
        part[parts++] = (route_part){path, length};
        path += length;
        template = strchr(template, '}') + 1;
    }
    return *path == 0;
}

const route *route_find(const char *method, const char *path, route_part part[static ROUTE_PARTS],
                        char allowed[static 64])
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    allowed[0] = 0;
    for (size_t i = 0; i < route_count; i++) {
        const route *r = &route_table[i];
        if (!matches(r->path, path, part))
            continue;
        if (strcmp(r->method, wanted) == 0)
            return r;
        size_t length = strlen(allowed);
        snprintf(allowed + length, 64 - length, "%s%s%s", length ? ", " : "", r->method,
                 strcmp(r->method, "GET") == 0 ? ", HEAD" : "");
    }
    return NULL;
}
