/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's cookie is sent by the browser whatever page asks, so that changes need a header that
 * another site's page cannot set; a token is sent by a program that means it. */
#include "serve/gate.h"

#include "serve/reply.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

const char *gate_cookie(const server *s)
{
    return s->is_secure ? "__Host-assay" : "assay";
}

/* "Bearer X"; InfluxDB's clients say "Token X". */
static const char *token_of(const request *r)
{
    const char *text = request_header(r, MHD_HTTP_HEADER_AUTHORIZATION);
    size_t word = !text                                  ? 0
                  : strncasecmp(text, "Bearer ", 7) == 0 ? 7
                  : strncasecmp(text, "Token ", 6) == 0  ? 6
                                                         : 0;
    return word ? text + word + strspn(text + word, " ") : text;
}

const char *gate_session(const request *r)
{
    return MHD_lookup_connection_value(r->connection, MHD_COOKIE_KIND, gate_cookie(r->server));
}

void gate_recognise(request *r)
{
    const char *token = token_of(r), *secret = token ? token : gate_session(r);
    r->is_known = secret && people_who(r->server->people, secret, &r->who, NULL) == ASSAY_OK &&
                  r->who.is_session == !token;
}

bool gate_has_csrf(const request *r, const char *said)
{
    return said && strlen(said) == strlen(r->who.csrf) && *said &&
           sodium_memcmp(said, r->who.csrf, strlen(said)) == 0;
}

static void refuse_unknown(request *r)
{
    bool is_new = people_is_empty(r->server->people);
    reply_problem(r, 401, NULL,
                  request_header(r, MHD_HTTP_HEADER_AUTHORIZATION) ? "this token is not valid (any more)"
                                                                   : "nobody is logged in",
                  is_new ? "the server printed a one-time link when it started"
                         : "POST /api/v1/session, or Authorization: Bearer TOKEN");
    reply_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"assay\"");
}

/* Beside a session, the badge of the person who stands there: that person acts. */
static void take_badge(request *r)
{
    assay_err err;
    const char *badge = request_header(r, "X-Assay-Badge");
    if (!badge || !r->is_known)
        return;
    assay_status status = people_badge_who(r->server->people, badge, &r->who, &r->who, &err);
    if (status == ASSAY_NOT_FOUND)
        reply_problem(r, 403, NULL, err.message, "an administrator gives badges to people");
    else if (status != ASSAY_OK)
        reply_error(r, &err);
}

void gate_pass(request *r)
{
    int wanted = r->route->scope;
    if (wanted == ROUTE_OPEN)
        return;
    gate_recognise(r);
    take_badge(r);
    if (r->reply.status)
        return;
    if (!r->is_known)
        refuse_unknown(r);
    else if (wanted >= 0 && !(r->who.scopes >> wanted & 1))
        reply_problemf(r, 403, NULL, "%s may not do this: it takes the scope \"%s\"",
                       r->who.account, scope_name((scope)wanted));
    else if (r->who.is_session && !request_is_read_only(r) &&
             !gate_has_csrf(r, request_header(r, "X-Assay-CSRF")))
        reply_problem(r, 403, NULL, "a session's change needs the header X-Assay-CSRF",
                      "GET /api/v1/me tells its value");
}

bool gate_may(const request *r, const char *path)
{
    return r->route->scope >= 0 && identity_may(&r->who, (scope)r->route->scope, path);
}

bool gate_may_all(request *r)
{
    if (gate_may(r, NULL))
        return true;
    reply_problemf(r, 403, NULL, "%s may do this for every site only, not for some",
                   r->who.account);
    return false;
}
