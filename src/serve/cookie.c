/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/cookie.h"

#include "serve/gate.h"
#include "serve/reply.h"

#include <stdio.h>

enum { SESSION_S = 12 * 3600 };

static void set(request *r, const char *value, int seconds)
{
    char text[160];
    const server *s = r->server;
    snprintf(text, sizeof text, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
             gate_cookie(s), value, seconds, s->is_secure ? "; Secure" : "");
    reply_header(r, MHD_HTTP_HEADER_SET_COOKIE, text);
}

void cookie_set(request *r, const char *secret)
{
    set(r, secret, SESSION_S);
}

void cookie_clear(request *r)
{
    set(r, "", 0);
}
