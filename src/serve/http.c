/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libmicrohttpd calls, and in which order:
 *
 *   first call    the header is there: find the route, ask who it is. A refusal is answered before
 *                 the body is read; the connection then ends.
 *   calls with    the body: unpacked, kept up to a limit, or taken as it comes (upload.h).
 *   last call     run the handler: at once, or in a worker while the connection sleeps; then this
 *                 call comes once more and sends the answer. */
#include "serve/http.h"

#include "base/i18n.h"

#include "serve/gate.h"
#include "serve/gzip.h"
#include "serve/jobs.h"
#include "serve/log.h"
#include "serve/reply.h"
#include "serve/seat.h"
#include "serve/staged.h"
#include "serve/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 2,
    CONNECTION_MEMORY = 4096,
    SILENCE_S = 60,      /* of libmicrohttpd: nothing at all moves */
    BODY_MS = 15000,     /* for the first bytes of a body */
    ANSWER_MS = 60000,   /* to take an answer, and more for a large one */
    IDLE_MS = 60000,     /* between two requests */
    ANSWER_BYTES_A_MS = 10,
    UNPACKED = 16 * 1024,
};

struct http {
    struct MHD_Daemon *daemon;
    int listen_fd;
    char *certificate, *key;
};

static _Atomic uint64_t answered[6];
static _Atomic unsigned busy;

unsigned http_busy(void)
{
    return busy;
}

http_tally http_count(void)
{
    http_tally t;
    for (int i = 0; i < 6; i++)
        t.answered[i] = answered[i];
    return t;
}

void http_sleep(request *r)
{
    seat_expect(r->seat, SEAT_FOREVER);
    r->has_slept = true;
    MHD_suspend_connection(r->connection);
}

void http_wake(request *r)
{
    MHD_resume_connection(r->connection);
}

/* -- the header ------------------------------------------------------------------------------ */

static bool takes_body(const request *r)
{
    return r->route && (*r->route->takes || r->route->way == ROUTE_STREAM);
}

static void find_route(request *r)
{
    char allowed[64];
    r->route = route_find(r->method, r->path, r->part, allowed);
    if (r->route)
        return;
    if (!*allowed) {
        reply_problemf(r, 404, NULL, "there is no %.100s", r->path);
        return;
    }
    snprintf(allowed + strlen(allowed), sizeof allowed - strlen(allowed), ", OPTIONS");
    if (strcmp(r->method, "OPTIONS") == 0)
        reply_none(r, 204);
    else
        reply_problemf(r, 405, NULL, "%.60s takes %s", r->path, allowed);
    reply_header(r, MHD_HTTP_HEADER_ALLOW, allowed);
}

static void check_packing(request *r)
{
    const char *coding = request_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING);
    assay_err err;
    if (!coding || strcasecmp(coding, "identity") == 0)
        return;
    if (strcasecmp(coding, "gzip") != 0) {
        reply_problemf(r, 415, NULL, "the body is packed as \"%.40s\", expected gzip or nothing",
                       coding);
        reply_header(r, "Accept-Encoding", "gzip");
    } else if (inflater_new(&r->inflater, &err) != ASSAY_OK)
        reply_error(r, &err);
}

static bool has_body(const request *r)
{
    const char *length = request_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return request_header(r, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
           (length && strtoull(length, NULL, 10) > 0);
}

static bool is_staged(const request *r)
{
    return r->route->way == ROUTE_FILE || r->route->way == ROUTE_BRING;
}

static unsigned long long body_most(const request *r)
{
    return is_staged(r) ? staged_most(r) : BODY_MAX;
}

static void check_length(request *r)
{
    const char *length = request_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (has_body(r) && r->route && !takes_body(r))
        reply_problem(r, 400, NULL, "a body came, but none is taken here", NULL);
    else if (length && r->route && r->route->way != ROUTE_STREAM &&
             strtoull(length, NULL, 10) > body_most(r))
        reply_problemf(r, 413, NULL, "the body has %.20s bytes, at most %llu are taken", length,
                       (unsigned long long)body_most(r));
}

static enum MHD_Result admit(request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    r->seat = info ? info->socket_context : NULL;
    seat_expect(r->seat, BODY_MS);
    find_route(r);
    if (r->route)
        gate_pass(r);
    if (!r->reply.status)
        check_length(r);
    if (!r->reply.status)
        check_packing(r);
    if (!r->reply.status && r->route->way == ROUTE_STREAM)
        r->route->run(r);
    if (!r->reply.status && is_staged(r))
        staged_begin(r);
    if (!r->reply.status || !has_body(r))
        return MHD_YES;
    reply_header(r, MHD_HTTP_HEADER_CONNECTION, "close"); /* its body is not read */
    return reply_send(r);
}

/* -- the body -------------------------------------------------------------------------------- */

static void keep(request *r, const char *bytes, size_t length)
{
    if (r->reply.status)
        return; /* refused already: let the rest pass by */
    if (r->incoming)
        staged_write(r, bytes, length);
    else if (r->body.length + length > BODY_MAX)
        reply_problemf(r, 413, NULL, "the body has more than %d bytes", BODY_MAX);
    else
        buf_add(&r->body, bytes, length);
}

static void keep_unpacked(request *r, const char *bytes, size_t length)
{
    char room[UNPACKED];
    assay_err err;
    while (!r->reply.status) {
        size_t used = length, made = sizeof room;
        if (inflater_take(r->inflater, bytes, &used, room, &made, &err) != ASSAY_OK) {
            reply_error(r, &err);
            return;
        }
        keep(r, room, made);
        bytes += used;
        length -= used;
        if (!used && !made)
            return;
    }
}

static enum MHD_Result take_body(request *r, const char *bytes, size_t *length)
{
    seat_progress(r->seat, *length);
    if (r->upload) {
        *length -= upload_take(r, bytes, *length);
        return MHD_YES;
    }
    if (!takes_body(r) || r->reply.status)
        ;
    else if (r->inflater)
        keep_unpacked(r, bytes, *length);
    else
        keep(r, bytes, *length);
    *length = 0;
    return MHD_YES;
}

/* -- the answer ------------------------------------------------------------------------------ */

static enum MHD_Result send_answer(request *r)
{
    int64_t size = (int64_t)r->reply.body.length;
    bool has_end = !r->route || r->route->way != ROUTE_LISTEN;
    seat_expect(r->seat, has_end ? ANSWER_MS + size / ANSWER_BYTES_A_MS : SEAT_FOREVER);
    if (r->reply.status / 100 < 6)
        answered[r->reply.status / 100]++;
    return reply_send(r);
}

/* In a worker, while the connection sleeps. */
static bool run_later(request *r)
{
    http_sleep(r);
    if (jobs_add(r->server->jobs, r))
        return false;
    reply_problem(r, 503, NULL, "too many requests wait already", NULL);
    http_wake(r);
    return false;
}

/* True: the answer is there; false: asleep, ask again when awake. */
static bool run(request *r)
{
    if (r->has_run || r->reply.status)
        return true;
    if (r->inflater && !inflater_is_complete(r->inflater))
        reply_problem(r, 400, NULL, "the gzip body ends too early", NULL);
    else if (r->body.failed)
        reply_problem(r, 503, NULL, "out of memory", NULL);
    else if (r->upload)
        return upload_finish(r);
    r->has_run = true;
    if (r->reply.status)
        return true;
    if (r->route->way == ROUTE_SLOW || is_staged(r))
        return run_later(r);
    r->route->run(r);
    return true;
}

static enum MHD_Result on_call(void *context, struct MHD_Connection *c, const char *url,
                               const char *method, const char *version, const char *bytes,
                               size_t *length, void **state)
{
    request *r = *state;
    (void)version;
    if (!r) {
        *state = r = request_new(context, c, method, url);
        busy += r != NULL;
        return r ? admit(r) : MHD_NO;
    }
    if (r->has_slept)
        seat_expect(r->seat, BODY_MS);
    r->has_slept = false;
    if (*length)
        return take_body(r, bytes, length);
    return run(r) ? send_answer(r) : MHD_YES;
}

static void on_end(void *context, struct MHD_Connection *c, void **state,
                   enum MHD_RequestTerminationCode why)
{
    request *r = *state;
    (void)context, (void)c, (void)why;
    if (!r)
        return;
    busy--;
    seat_expect(r->seat, IDLE_MS);
    request_free(r);
    *state = NULL;
}

/* -- connections ----------------------------------------------------------------------------- */

static void on_connection(void *context, struct MHD_Connection *c, void **seat,
                          enum MHD_ConnectionNotificationCode what)
{
    (void)context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        seat_leave(*seat);
        return;
    }
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *seat = seat_take(fd->connect_fd, from ? from->client_addr : NULL);
}

static enum MHD_Result on_accept(void *context, const struct sockaddr *from, socklen_t size)
{
    (void)context;
    return size < sizeof from->sa_family || seat_is_welcome(from) ? MHD_YES : MHD_NO;
}

static void on_message(void *context, const char *format, va_list args)
{
    char text[300];
    (void)context;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = 0;
    log_line("info", "http", text);
}

/* Paths and queries are decoded where they are used: a %2F within a part is not a slash. */
static size_t leave_escaped(void *context, struct MHD_Connection *c, char *text)
{
    (void)context, (void)c;
    return strlen(text);
}

/* -- opening ----------------------------------------------------------------------------------- */

static assay_status read_pem(const char *path, char **out, assay_err *err)
{
    enum { MOST = 1 << 20 };
    FILE *f = fopen(path, "re");
    char *text = f ? calloc(1, MOST + 1) : NULL;
    size_t n = text ? fread(text, 1, MOST, f) : 0;
    if (f)
        fclose(f);
    if (n > 0 && n < MOST && strstr(text, "-----BEGIN ")) {
        *out = text;
        return ASSAY_OK;
    }
    free(text);
    return assay_fail(err, ASSAY_IO, 0, "%s cannot be read as a PEM file", path);
}

static assay_status start(http *h, server *s, assay_err *err)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (h->certificate ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, h->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, h->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (char *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };
    h->daemon = MHD_start_daemon(
        flags, 0, on_accept, s, on_call, s, MHD_OPTION_EXTERNAL_LOGGER, on_message, NULL,
        MHD_OPTION_LISTEN_SOCKET, h->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)SEATS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, h->certificate ? tls : tls + 3, MHD_OPTION_END);
    if (h->daemon)
        return ASSAY_OK;
    assay_fail(err, ASSAY_IO, 0, "cannot start the HTTP server on %s", s->listening.text);
    return assay_hint(err, h->certificate ? _("do certificate and key belong together?") : "");
}

assay_status http_open(server *s, http **out, assay_err *err)
{
    http *h = calloc(1, sizeof *h);
    if (!h)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    h->listen_fd = s->listening.fd;
    assay_status status = ASSAY_OK;
    if (s->options->certificate) {
        status = read_pem(s->options->certificate, &h->certificate, err);
        if (status == ASSAY_OK)
            status = read_pem(s->options->key, &h->key, err);
    }
    if (status == ASSAY_OK)
        status = start(h, s, err);
    if (status != ASSAY_OK) {
        http_close(h);
        return status;
    }
    *out = h;
    return ASSAY_OK;
}

void http_quiesce(http *h)
{
    MHD_quiesce_daemon(h->daemon);
}

void http_close(http *h)
{
    if (!h)
        return;
    if (h->daemon)
        MHD_stop_daemon(h->daemon);
    free(h->certificate);
    if (h->key)
        explicit_bzero(h->key, strlen(h->key));
    free(h->key);
    free(h);
}
