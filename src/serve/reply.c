/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/reply.h"

#include "base/i18n.h"
#include "base/utf8.h"
#include "serve/gzip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GZIP_FROM = 1400, /* less than this is one packet anyway */
    USUAL = 1000,
};

json *reply_json(request *r, unsigned status)
{
    static _Thread_local json writer; /* a thread answers one request at a time */
    buf_clear(&r->reply.body);
    buf_reserve(&r->reply.body, USUAL); /* most answers fit, without growing step by step */
    r->reply.status = status;
    r->reply.type = "application/json";
    json_init(&writer, &r->reply.body, NULL, NULL);
    return &writer;
}

void reply_end(request *r, json *j)
{
    if (!json_done(j))
        reply_problem(r, 503, NULL, "out of memory", NULL);
}

void reply_bytes(request *r, unsigned status, const char *type, buf *body)
{
    buf_done(&r->reply.body);
    r->reply.status = body->failed ? 503 : status;
    r->reply.type = type;
    r->reply.body = *body;
    *body = BUF_INIT;
}

void reply_text(request *r, unsigned status, const char *type, const char *text)
{
    buf body = BUF_INIT;
    buf_add_text(&body, text);
    reply_bytes(r, status, type, &body);
}

void reply_none(request *r, unsigned status)
{
    buf_clear(&r->reply.body);
    r->reply.status = status;
    r->reply.type = NULL;
}

void reply_header(request *r, const char *name, const char *value)
{
    if (r->reply.headers == REPLY_HEADERS)
        return;
    const char *kept = request_copy(r, value, strlen(value));
    r->reply.header[r->reply.headers].name = name;
    r->reply.header[r->reply.headers++].value = kept;
}

/* -- problems ------------------------------------------------------------------------------ */

/* status, word of its type, title */
#define PROBLEM_LIST(X)                                                                            \
    X(400, "bad-request", "the request cannot be read")                                            \
    X(401, "unknown", "who are you?")                                                              \
    X(403, "forbidden", "not allowed")                                                             \
    X(404, "not-found", "no such thing")                                                           \
    X(405, "method", "this path does not take this method")                                        \
    X(409, "conflict", "it contradicts what is there")                                             \
    X(412, "changed", "it has changed meanwhile")                                                  \
    X(413, "too-large", "more than is taken at once")                                              \
    X(415, "media-type", "not a form that is taken here")                                          \
    X(422, "invalid", "understood, but not possible")                                              \
    X(428, "version-missing", "say which version you change")                                      \
    X(429, "too-many", "too many requests")                                                        \
    X(500, "fault", "the server failed")                                                           \
    X(503, "busy", "come again shortly")                                                           \
    X(507, "full", "no room left on the device")

static const struct {
    unsigned status;
    const char *word, *title;
} problems[] = {
#define X(status, word, title) {status, word, title},
    PROBLEM_LIST(X)
#undef X
};

const char *reply_title(unsigned status)
{
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].status == status)
            return problems[i].title;
    return "";
}

static const char *word_of(unsigned status)
{
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].status == status)
            return problems[i].word;
    return "fault";
}

void reply_problem(request *r, unsigned status, const char *pointer, const char *detail,
                   const char *hint)
{
    char type[64], told[800], advice[400];
    snprintf(type, sizeof type, "urn:assay:problem:%s", word_of(status));
    if (detail) /* made by a thread or a library that does not know the reader */
        i18n_retell(detail, told, sizeof told);
    i18n_retell(hint ? hint : "", advice, sizeof advice);
    json *j = reply_json(r, status);
    r->reply.type = "application/problem+json";
    json_object(j);
    json_member_text(j, "type", type);
    json_member_text(j, "title", reply_title(status));
    json_member_unsigned(j, "status", status);
    json_member_text(j, "detail", detail ? told : NULL);
    if (*advice)
        json_member_text(j, "hint", advice);
    json_member_text(j, "instance", r->path);
    if (pointer) {
        json_key(j, "errors");
        json_flat_array(j);
        json_flat_object(j);
        json_member_text(j, "pointer", pointer);
        json_member_text(j, "detail", detail ? told : NULL);
        json_end(j);
        json_end(j);
    }
    json_end(j);
    json_done(j);
    if (status == 503 || status == 429)
        reply_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "2");
}

void reply_problemf(request *r, unsigned status, const char *pointer, const char *format, ...)
{
    char detail[400];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    utf8_tidy(detail);
    reply_problem(r, status, pointer, detail, NULL);
}

void reply_bad_query(request *r, const char *name, const char *found, const char *expected, ...)
{
    char what[200], pointer[64];
    va_list args;
    va_start(args, expected);
    vsnprintf(what, sizeof what, expected, args);
    va_end(args);
    snprintf(pointer, sizeof pointer, "?%s", name);
    reply_problemf(r, 400, pointer, "%s is \"%.60s\", expected %s", name, found, what);
}

unsigned reply_status_of(assay_status code)
{
    switch (code) {
    case ASSAY_NOT_FOUND: return 404;
    case ASSAY_EXISTS:
    case ASSAY_CONFLICT: return 409;
    case ASSAY_BUSY: return 429;
    case ASSAY_FULL: return 507;
    case ASSAY_FORMAT:
    case ASSAY_USAGE: return 400;
    case ASSAY_MEMORY:
    case ASSAY_STOPPED: return 503;
    case ASSAY_IO:
    case ASSAY_DAMAGED:
    case ASSAY_NEWER: return 500;
    default: return 422;
    }
}

void reply_error(request *r, const assay_err *err)
{
    unsigned status = reply_status_of(err->code);
    reply_problem(r, status, NULL, err->message, err->hint);
    if (err->code == ASSAY_BUSY && err->at) {
        char seconds[24];
        snprintf(seconds, sizeof seconds, "%zu", err->at);
        r->reply.headers = 0;
        reply_header(r, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
}

/* -- versions ------------------------------------------------------------------------------ */

/* "7" or W/"7", one or several with commas; anything else is no version of ours. */
static bool names_version(const char *tags, uint64_t version)
{
    char tag[24];
    snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)version);
    return strstr(tags, tag) != NULL;
}

void reply_version(request *r, uint64_t version)
{
    char tag[24];
    snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)version);
    reply_header(r, MHD_HTTP_HEADER_ETAG, tag);
}

bool reply_is_known(request *r, uint64_t version)
{
    const char *tags = request_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    reply_version(r, version);
    if (!tags || !names_version(tags, version))
        return false;
    reply_none(r, 304);
    return true;
}

bool request_expected(request *r, uint64_t *version)
{
    const char *tag = request_header(r, MHD_HTTP_HEADER_IF_MATCH);
    if (!tag) {
        reply_problem(r, 428, NULL, "a change needs the version it changes, in If-Match",
                      "read it first and send its ETag; If-Match: * whatever it is");
        return false;
    }
    if (strcmp(tag, "*") == 0) {
        *version = DOCUMENT_ANY;
        return true;
    }
    char *end;
    const char *digits = strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
    *version = *digits == '"' ? strtoull(digits + 1, &end, 10) : 0;
    if (*digits == '"' && end > digits + 1 && strcmp(end, "\"") == 0)
        return true;
    reply_problemf(r, 412, NULL, "If-Match is %.60s, which is no version given out here", tag);
    return false;
}

/* -- sending ------------------------------------------------------------------------------- */

static bool is_worth_packing(const request *r)
{
    const reply *a = &r->reply;
    return a->body.length >= GZIP_FROM && request_accepts(r, "Accept-Encoding", "gzip");
}

static bool says(const request *r, const char *name)
{
    for (int i = 0; i < r->reply.headers; i++)
        if (strcmp(r->reply.header[i].name, name) == 0)
            return true;
    return false;
}

static struct MHD_Response *make_response(request *r)
{
    reply *a = &r->reply;
    bool is_packed = is_worth_packing(r) && gzip_pack(&a->body);
    if (a->ready)
        return a->ready;
    struct MHD_Response *m =
        MHD_create_response_from_buffer(a->body.length, a->body.data, MHD_RESPMEM_MUST_FREE);
    if (!m)
        return NULL;
    a->body = BUF_INIT;
    if (is_packed)
        MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (a->type)
        MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
    if (!says(r, MHD_HTTP_HEADER_CACHE_CONTROL))
        MHD_add_response_header(m, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(m, "X-Content-Type-Options", "nosniff");
    return m;
}

enum MHD_Result reply_send(request *r)
{
    reply *a = &r->reply;
    if (!a->status)
        reply_problem(r, 500, NULL, "the handler left no answer", NULL);
    struct MHD_Response *m = make_response(r);
    if (!m)
        return MHD_NO;
    for (int i = 0; i < a->headers; i++)
        MHD_add_response_header(m, a->header[i].name, a->header[i].value);
    enum MHD_Result sent = MHD_queue_response(r->connection, a->status, m);
    MHD_destroy_response(m);
    a->ready = NULL;
    return sent;
}
