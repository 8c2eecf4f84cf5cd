/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/gate.h"

#include "serve/reply.h"

#include <stdio.h>

/* The person at this machine; accounts rule as soon as there are any. */
static void be_local(identity *who)
{
    snprintf(who->account, sizeof who->account, "local");
    who->scopes = (1u << SCOPE_COUNT) - 1;
    who->grants[0] = (grant){.scopes = who->scopes};
    who->grant_count = 1;
}

void gate_pass(request *r)
{
    if (r->route->scope == ROUTE_OPEN)
        return;
    if (!r->server->is_loopback) {
        reply_problem(r, 401, NULL, "nobody is known here yet", NULL);
        return;
    }
    be_local(&r->who);
    r->is_known = true;
}

bool gate_may(request *r, const char *path)
{
    return identity_may(&r->who, (scope)r->route->scope, path);
}
