/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of every screen, and the files it loads. The files lie in a folder named by their
 * digest: what is in it never changes, so that a browser asks once. */
#include "serve/web.h"

#include "serve/gate.h"
#include "serve/gzip.h"
#include "serve/page.h"
#include "serve/reply.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct MHD_Response *packed_response(const web_file *f)
{
    struct MHD_Response *m =
        MHD_create_response_from_buffer(f->packed_size, (void *)f->packed, MHD_RESPMEM_PERSISTENT);
    if (m)
        MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    return m;
}

/* For the rare client that does not unpack. */
static struct MHD_Response *plain_response(const web_file *f)
{
    assay_err err;
    inflater *i = NULL;
    size_t used = f->packed_size, made = f->size;
    char *text = malloc(f->size + 1);
    bool is_fine = text && inflater_new(&i, &err) == ASSAY_OK &&
                   inflater_take(i, (const char *)f->packed, &used, text, &made, &err) == ASSAY_OK &&
                   made == f->size;
    inflater_free(i);
    struct MHD_Response *m =
        is_fine ? MHD_create_response_from_buffer(f->size, text, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!m)
        free(text);
    return m;
}

static void send_file(request *r, const web_file *f, const char *caching)
{
    char tag[40];
    snprintf(tag, sizeof tag, "\"%s\"", web_digest);
    const char *known = request_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    reply_header(r, MHD_HTTP_HEADER_ETAG, tag);
    reply_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, caching);
    reply_header(r, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (known && strstr(known, web_digest)) {
        reply_none(r, 304);
        return;
    }
    r->reply.ready = request_accepts(r, MHD_HTTP_HEADER_ACCEPT_ENCODING, "gzip")
                         ? packed_response(f)
                         : plain_response(f);
    if (!r->reply.ready) {
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    r->reply.status = 200;
    reply_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, f->type);
    reply_header(r, "X-Content-Type-Options", "nosniff");
}

/* "/web/DIGEST/lib/api.js" */
static const web_file *file_at(const char *path)
{
    size_t digest = strlen(web_digest);
    const char *p = path + strlen("/web/");
    if (strncmp(p, web_digest, digest) != 0 || p[digest] != '/')
        return NULL;
    for (size_t i = 0; i < web_file_count; i++)
        if (strcmp(web_files[i].path, p + digest + 1) == 0)
            return &web_files[i];
    return NULL;
}

void api_web_file(request *r)
{
    const web_file *f = file_at(r->path);
    if (f)
        send_file(r, f, "public, max-age=31536000, immutable");
    else
        reply_problemf(r, 404, NULL, "there is no %.100s", r->path);
}

void api_web_worker(request *r)
{
    for (size_t i = 0; i < web_file_count; i++)
        if (strcmp(web_files[i].path, "worker.js") == 0)
            send_file(r, &web_files[i], "no-cache");
}

/* -- who is not known logs in first, and comes back ------------------------------------------------ */

static void add_escaped(buf *out, const char *text)
{
    for (const char *p = text; *p; p++)
        if (isalnum((unsigned char)*p) || strchr("/-_.~", *p))
            buf_add_char(out, *p);
        else
            buf_addf(out, "%%%02X", (unsigned char)*p);
}

static enum MHD_Result add_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    buf *out = context;
    (void)kind;
    buf_add_char(out, out->length && strchr(buf_text(out), '?') ? '&' : '?');
    buf_add_text(out, name);
    if (value)
        buf_addf(out, "=%s", value);
    return MHD_YES;
}

static void send_to_login(request *r)
{
    buf here = BUF_INIT, target = BUF_INIT;
    buf_add_text(&here, r->path);
    MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, add_argument, &here);
    buf_add_text(&target, "/login");
    if (here.length > 1 && here.length <= PAGE_NEXT_MAX) {
        buf_add_text(&target, "?next=");
        add_escaped(&target, buf_text(&here));
    }
    page_go(r, target.failed || here.failed ? "/login" : buf_text(&target));
    buf_done(&here);
    buf_done(&target);
}

/* Screens for everybody have no part in braces. */
static bool is_open(const char *path)
{
    for (size_t i = 0; web_open_screens[i]; i++)
        if (strcmp(web_open_screens[i], path) == 0)
            return true;
    return false;
}

void api_screen(request *r)
{
    gate_recognise(r);
    if (!r->is_known && !is_open(r->path)) {
        send_to_login(r);
        return;
    }
    reply_header(r, "Content-Security-Policy", web_policy);
    reply_header(r, "Referrer-Policy", "no-referrer");
    send_file(r, &web_shell, "no-cache");
}
