/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is it well? For supervisors and programs. */
#include "serve/openapi.h"
#include "serve/reply.h"

void api_livez(request *r)
{
    reply_text(r, 200, "text/plain; charset=utf-8", "ok\n");
}

void api_readyz(request *r)
{
    if (r->server->is_stopping)
        reply_problem(r, 503, NULL, "the server is stopping", NULL);
    else
        reply_text(r, 200, "text/plain; charset=utf-8", "ok\n");
}

void api_openapi(request *r)
{
    buf document = BUF_INIT;
    openapi_write(&document);
    reply_bytes(r, 200, "application/json", &document);
}
