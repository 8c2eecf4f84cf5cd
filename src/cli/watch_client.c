/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers are read with one handle, the stream of events runs in another beside it. */
#include "cli/watch.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MAX = 64 << 20,
    LINE_MAX_BYTES = 1 << 20, /* of the stream */
    TIMEOUT_MS = 10000,
    SILENT_S = 45, /* the server says something every 15 s */
};

struct client {
    char *address, *shown;
    const char *socket;  /* path of a Unix socket; NULL: TCP */
    char *authorization; /* header line; NULL: none */
    CURL *ask, *stream;
    CURLM *both;
    struct curl_slist *headers, *stream_headers;
    buf answer;
    /* the stream */
    buf line, data;
    char kind[32], last_id[40];
    client_event *take;
    void *context;
};

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

/* -- life ---------------------------------------------------------------------------------------- */

static char *whole_address(const char *address)
{
    char *whole = NULL;
    bool has_scheme = strncmp(address, "http://", 7) == 0 || strncmp(address, "https://", 8) == 0;
    size_t length = strlen(address);
    while (length && address[length - 1] == '/')
        length--;
    return asprintf(&whole, "%s%.*s", has_scheme ? "" : "http://", (int)length, address) < 0 ? NULL
                                                                                          : whole;
}

static bool add_header(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static size_t keep_answer(char *bytes, size_t size, size_t n, void *context)
{
    buf *answer = context;
    if (answer->length + size * n > ANSWER_MAX)
        return 0;
    buf_add(answer, bytes, size * n);
    return answer->failed ? 0 : size * n;
}

assay_status client_open(const char *address, const char *token, client **out, assay_err *err)
{
    client *c = calloc(1, sizeof *c);
    if (!c)
        return no_memory(err);
    c->shown = strdup(address);
    c->socket = c->shown && strncmp(c->shown, "unix:", 5) == 0 ? c->shown + 5 : NULL;
    c->address = whole_address(c->socket ? "localhost" : address);
    if (token && asprintf(&c->authorization, "Authorization: Bearer %s", token) < 0)
        c->authorization = NULL;
    c->ask = curl_easy_init();
    c->both = curl_multi_init();
    bool is_good = c->shown && c->address && c->ask && c->both && (c->authorization || !token) &&
                   add_header(&c->headers, "Accept: application/json") &&
                   (!token || add_header(&c->headers, c->authorization));
    if (!is_good) {
        client_close(c);
        return no_memory(err);
    }
    curl_easy_setopt(c->ask, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(c->ask, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(c->ask, CURLOPT_WRITEDATA, &c->answer);
    curl_easy_setopt(c->ask, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(c->ask, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->ask, CURLOPT_UNIX_SOCKET_PATH, c->socket);
    curl_easy_setopt(c->ask, CURLOPT_ACCEPT_ENCODING, "");
    *out = c;
    return ASSAY_OK;
}

static void stream_end(client *c)
{
    if (c->stream) {
        curl_multi_remove_handle(c->both, c->stream);
        curl_easy_cleanup(c->stream);
    }
    c->stream = NULL;
    buf_clear(&c->line);
    buf_clear(&c->data);
    c->kind[0] = 0;
}

void client_close(client *c)
{
    if (!c)
        return;
    stream_end(c);
    curl_easy_cleanup(c->ask);
    curl_multi_cleanup(c->both);
    curl_slist_free_all(c->headers);
    curl_slist_free_all(c->stream_headers);
    buf_done(&c->answer);
    buf_done(&c->line);
    buf_done(&c->data);
    free(c->shown);
    free(c->address);
    free(c->authorization);
    free(c);
}

const char *client_address(const client *c)
{
    return c->socket ? c->shown : c->address;
}

/* -- questions ----------------------------------------------------------------------------------- */

/* What the server says of it (RFC 9457). */
static assay_status refused(const client *c, long code, const json_t *problem, assay_err *err)
{
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *hint = json_string_value(json_object_get(problem, "hint"));
    assay_status status = code == 404   ? ASSAY_NOT_FOUND
                          : code >= 500 ? ASSAY_IO
                                        : ASSAY_DOMAIN;
    assay_fail(err, status, 0, "%s answers %ld: %s", client_address(c), code, detail ? detail : "");
    if (code == 401)
        return assay_hint(err, _("--token TOKEN or ASSAY_TOKEN; assay serve --demo prints one"));
    return hint ? assay_hint(err, "%s", hint) : status;
}

/* What is answered goes to c->answer. */
static assay_status perform(client *c, const char *url, long *code, assay_err *err)
{
    buf_clear(&c->answer);
    curl_easy_setopt(c->ask, CURLOPT_URL, url);
    CURLcode wrong = curl_easy_perform(c->ask);
    if (wrong != CURLE_OK) {
        assay_fail(err, ASSAY_IO, 0, "cannot reach %s: %s", client_address(c), curl_easy_strerror(wrong));
        return assay_hint(err, "assay serve plant.assay");
    }
    curl_easy_getinfo(c->ask, CURLINFO_RESPONSE_CODE, code);
    return ASSAY_OK;
}

assay_status client_get(client *c, const char *path, json_t **out, assay_err *err)
{
    char url[1024];
    long code = 0;
    json_error_t at;
    snprintf(url, sizeof url, "%s%s", c->address, path);
    if (perform(c, url, &code, err) != ASSAY_OK)
        return ASSAY_IO;
    json_t *answer = json_loadb(buf_text(&c->answer), c->answer.length, 0, &at);
    if (code == 200 && answer) {
        *out = answer;
        return ASSAY_OK;
    }
    assay_status status =
        code == 200 ? assay_fail(err, ASSAY_FORMAT, 0, "%s does not answer in JSON: %s", client_address(c), at.text)
                    : refused(c, code, answer, err);
    json_decref(answer);
    return status;
}

assay_status client_order(client *c, const char *source, const char *order, const char *why,
                          assay_err *err)
{
    char *name = curl_easy_escape(c->ask, source, 0), *reason = curl_easy_escape(c->ask, why, 0);
    struct curl_slist *typed = NULL, *plain = c->headers;
    char *url = NULL;
    long code = 0;
    assay_status status = ASSAY_MEMORY;
    for (struct curl_slist *h = c->headers; h; h = h->next)
        (void)add_header(&typed, h->data);
    if (name && reason && add_header(&typed, "Content-Type: application/json") &&
        asprintf(&url, "%s/api/v1/sources/%s/commands?why=%s", c->address, name, reason) > 0) {
        curl_easy_setopt(c->ask, CURLOPT_HTTPHEADER, typed);
        curl_easy_setopt(c->ask, CURLOPT_POSTFIELDS, order);
        status = perform(c, url, &code, err);
        curl_easy_setopt(c->ask, CURLOPT_HTTPHEADER, plain);
        curl_easy_setopt(c->ask, CURLOPT_HTTPGET, 1L);
    } else {
        no_memory(err);
    }
    if (status == ASSAY_OK && code != 204) {
        json_t *problem = json_loadb(buf_text(&c->answer), c->answer.length, 0, NULL);
        status = refused(c, code, problem, err);
        json_decref(problem);
    }
    curl_slist_free_all(typed);
    curl_free(name);
    curl_free(reason);
    free(url);
    return status;
}

void client_forget(json_t *answer)
{
    json_decref(answer);
}

/* -- events -------------------------------------------------------------------------------------- */

static void end_event(client *c)
{
    if (c->data.length) {
        json_t *event = json_loadb(c->data.data, c->data.length, 0, NULL);
        if (event)
            c->take(c->kind, event, c->context);
        json_decref(event);
    }
    buf_clear(&c->data);
    c->kind[0] = 0;
}

static void take_line(client *c, const char *line)
{
    if (!*line) {
        end_event(c);
        return;
    }
    const char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return; /* a comment keeps the line alive */
    const char *value = colon + 1 + (colon[1] == ' ');
    size_t name = (size_t)(colon - line);
    if (name == 4 && memcmp(line, "data", 4) == 0) {
        if (c->data.length)
            buf_add_char(&c->data, '\n');
        buf_add_text(&c->data, value);
    } else if (name == 5 && memcmp(line, "event", 5) == 0) {
        snprintf(c->kind, sizeof c->kind, "%s", value);
    } else if (name == 2 && memcmp(line, "id", 2) == 0) {
        snprintf(c->last_id, sizeof c->last_id, "%s", value);
    }
}

static size_t take_stream(char *bytes, size_t size, size_t n, void *context)
{
    client *c = context;
    for (size_t i = 0; i < size * n; i++) {
        if (bytes[i] == '\n') {
            take_line(c, buf_text(&c->line));
            buf_clear(&c->line);
        } else if (bytes[i] != '\r') {
            buf_add_char(&c->line, bytes[i]);
        }
        if (c->line.length > LINE_MAX_BYTES || c->data.length > LINE_MAX_BYTES)
            return 0;
    }
    return size * n;
}

static bool stream_headers(client *c)
{
    char last[80];
    curl_slist_free_all(c->stream_headers);
    c->stream_headers = NULL;
    snprintf(last, sizeof last, "Last-Event-ID: %s", c->last_id);
    return add_header(&c->stream_headers, "Accept: text/event-stream") &&
           (!c->authorization || add_header(&c->stream_headers, c->authorization)) &&
           (!c->last_id[0] || add_header(&c->stream_headers, last));
}

assay_status client_listen(client *c, client_event *take, void *context, assay_err *err)
{
    char url[1024];
    stream_end(c);
    c->take = take;
    c->context = context;
    c->stream = curl_easy_init();
    if (!c->stream || !stream_headers(c))
        return no_memory(err);
    snprintf(url, sizeof url, "%s/api/v1/events", c->address);
    curl_easy_setopt(c->stream, CURLOPT_URL, url);
    curl_easy_setopt(c->stream, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->stream, CURLOPT_UNIX_SOCKET_PATH, c->socket);
    curl_easy_setopt(c->stream, CURLOPT_CONNECTTIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(c->stream, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c->stream, CURLOPT_LOW_SPEED_TIME, (long)SILENT_S);
    curl_easy_setopt(c->stream, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(c->stream, CURLOPT_WRITEFUNCTION, take_stream);
    curl_easy_setopt(c->stream, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(c->stream, CURLOPT_HTTPHEADER, c->stream_headers);
    return curl_multi_add_handle(c->both, c->stream) == CURLM_OK ? ASSAY_OK : no_memory(err);
}

assay_status client_wait(client *c, int fd, int wait_ms, bool *can_read, assay_err *err)
{
    struct curl_waitfd also = {.fd = fd, .events = CURL_WAIT_POLLIN};
    int running = 0, left = 0;
    CURLMsg *message;
    curl_multi_perform(c->both, &running);
    curl_multi_poll(c->both, &also, fd >= 0, wait_ms, NULL);
    *can_read = also.revents != 0;
    curl_multi_perform(c->both, &running);
    while ((message = curl_multi_info_read(c->both, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const char *words = message->data.result == CURLE_OK
                                ? "the stream ended"
                                : curl_easy_strerror(message->data.result);
        assay_fail(err, ASSAY_IO, 0, "no news from %s: %s", client_address(c), words);
        stream_end(c);
        return ASSAY_IO;
    }
    return ASSAY_OK;
}
