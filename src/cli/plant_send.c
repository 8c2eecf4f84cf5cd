/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plant_send.h"

#include "base/i18n.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096, TIMEOUT_MS = 10000 };

typedef enum { TO_OUTPUT, TO_TCP, TO_HTTP } sender_way;

typedef struct {
    const char *name;
    buf waiting;
    int fd; /* TCP; -1: not connected */
    CURL *http;
} line;

struct sender {
    sender_way way;
    char *address, *host, *port;
    char *authorization; /* header line; NULL: none */
    char *type;          /* header line */
    const char *path;    /* where an address has none */
    struct curl_slist *headers;
    buf answer;
    line lines[SENDER_SOURCES];
};

/* -- life --------------------------------------------------------------------------------------- */

static bool is_http(const char *address)
{
    return strncmp(address, "http://", 7) == 0 || strncmp(address, "https://", 8) == 0;
}

/* "host:port", "[::1]:port" */
static assay_status take_host(sender *s, assay_err *err)
{
    const char *colon = strrchr(s->address, ':');
    const char *from = s->address, *to = colon;
    if (!colon || colon == from || !colon[1]) {
        assay_fail(err, ASSAY_USAGE, 0, "no address to send to: \"%.60s\"", s->address);
        return assay_hint(err,
                          _("127.0.0.1:8089, http://127.0.0.1:8080, or - for standard output"));
    }
    if (*from == '[' && to[-1] == ']') {
        from++;
        to--;
    }
    s->host = strndup(from, (size_t)(to - from));
    s->port = strdup(colon + 1);
    return s->host && s->port ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

static assay_status take_http(sender *s, const char *token, const char *type, assay_err *err)
{
    bool is_good = asprintf(&s->type, "Content-Type: %s", type) > 0;
    s->path = strstr(type, "ndjson") ? "/api/v1/measurements" : "/api/v1/write";
    if (is_good && token)
        is_good = asprintf(&s->authorization, "Authorization: Bearer %s", token) > 0;
    if (is_good)
        s->headers = curl_slist_append(NULL, s->type);
    if (s->headers && s->authorization)
        is_good = curl_slist_append(s->headers, s->authorization) != NULL;
    return is_good && s->headers ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

assay_status sender_open(const char *address, const char *token, const char *type, sender **out,
                         assay_err *err)
{
    sender *s = calloc(1, sizeof *s);
    if (!s || !(s->address = strdup(address))) {
        free(s);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    for (int i = 0; i < SENDER_SOURCES; i++)
        s->lines[i].fd = -1;
    s->way = strcmp(address, "-") == 0 ? TO_OUTPUT : is_http(address) ? TO_HTTP : TO_TCP;
    assay_status status = ASSAY_OK;
    if (s->way == TO_TCP)
        status = take_host(s, err);
    else if (s->way == TO_HTTP)
        status = take_http(s, token, type, err);
    if (status == ASSAY_OK)
        *out = s;
    else
        sender_close(s);
    return status;
}

void sender_close(sender *s)
{
    if (!s)
        return;
    for (int i = 0; i < SENDER_SOURCES; i++) {
        buf_done(&s->lines[i].waiting);
        if (s->lines[i].fd >= 0)
            close(s->lines[i].fd);
        curl_easy_cleanup(s->lines[i].http);
    }
    curl_slist_free_all(s->headers);
    buf_done(&s->answer);
    free(s->address);
    free(s->host);
    free(s->port);
    free(s->type);
    free(s->authorization);
    free(s);
}

buf *sender_text(sender *s, int source, const char *name)
{
    s->lines[source].name = name;
    return &s->lines[source].waiting;
}

/* -- output and TCP ------------------------------------------------------------------------------ */

/* What was written leaves the buffer; of a line that was cut nothing, so that it is sent again. */
static assay_status write_out(int fd, line *l, const char *where, assay_err *err)
{
    size_t done = 0;
    int error = 0;
    while (!error && done < l->waiting.length) {
        ssize_t n = fd == STDOUT_FILENO
                        ? write(fd, l->waiting.data + done, l->waiting.length - done)
                        : send(fd, l->waiting.data + done, l->waiting.length - done, MSG_NOSIGNAL);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            error = errno;
    }
    const char *end = memrchr(l->waiting.data, '\n', done);
    done = end ? (size_t)(end - l->waiting.data) + 1 : 0;
    memmove(l->waiting.data, l->waiting.data + done, l->waiting.length - done);
    l->waiting.length -= done;
    return error ? assay_fail(err, ASSAY_IO, 0, "cannot send to %s: %s", where, strerror(error))
                 : ASSAY_OK;
}

static assay_status connect_line(const sender *s, line *l, assay_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int wrong = getaddrinfo(s->host, s->port, &hints, &list);
    if (wrong)
        return assay_fail(err, ASSAY_IO, 0, "cannot find %s: %s", s->address, gai_strerror(wrong));
    int error = 0;
    for (struct addrinfo *a = list; a && l->fd < 0; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            l->fd = fd;
            break;
        }
        error = errno;
        if (fd >= 0)
            close(fd);
    }
    freeaddrinfo(list);
    return l->fd >= 0 ? ASSAY_OK
                      : assay_fail(err, ASSAY_IO, 0, "cannot reach %s: %s", s->address,
                                   strerror(error));
}

static assay_status send_tcp(const sender *s, line *l, assay_err *err)
{
    assay_status status = l->fd >= 0 ? ASSAY_OK : connect_line(s, l, err);
    if (status != ASSAY_OK)
        return status;
    status = write_out(l->fd, l, s->address, err);
    if (status != ASSAY_OK) {
        close(l->fd);
        l->fd = -1;
    }
    return status;
}

/* -- HTTP ---------------------------------------------------------------------------------------- */

static size_t keep_answer(char *bytes, size_t size, size_t n, void *context)
{
    buf *answer = context;
    size_t room = answer->length < ANSWER_MAX ? ANSWER_MAX - answer->length : 0;
    buf_add(answer, bytes, size * n < room ? size * n : room);
    return size * n;
}

static assay_status refused(const sender *s, long code, assay_err *err)
{
    bool is_passing = code == 429 || code >= 500;
    json_t *problem = json_loadb(buf_text(&s->answer), s->answer.length, 0, NULL);
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    assay_status status = assay_fail(err, is_passing ? ASSAY_IO : ASSAY_DOMAIN, 0,
                                     "%s answers %ld: %.200s", s->address, code, detail ? detail : "");
    if (code == 401)
        assay_hint(err, _("--token TOKEN or ASSAY_TOKEN; assay serve --demo prints one"));
    json_decref(problem);
    return status;
}

static bool http_ready(sender *s, line *l)
{
    if (l->http)
        return true;
    char url[1200];
    const char *slashes = strstr(s->address, "//");
    bool has_path = strchr(slashes + 2, '/') != NULL;
    snprintf(url, sizeof url, "%s%s%ssource=%s", s->address, has_path ? "" : s->path,
             strchr(s->address, '?') ? "&" : "?", l->name);
    l->http = curl_easy_init();
    if (!l->http)
        return false;
    curl_easy_setopt(l->http, CURLOPT_URL, url);
    curl_easy_setopt(l->http, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(l->http, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(l->http, CURLOPT_WRITEDATA, &s->answer);
    curl_easy_setopt(l->http, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(l->http, CURLOPT_NOSIGNAL, 1L);
    return true;
}

static assay_status send_http(sender *s, line *l, assay_err *err)
{
    long code = 0;
    if (!http_ready(s, l))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    buf_clear(&s->answer);
    curl_easy_setopt(l->http, CURLOPT_POSTFIELDS, l->waiting.data);
    curl_easy_setopt(l->http, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)l->waiting.length);
    CURLcode wrong = curl_easy_perform(l->http);
    if (wrong != CURLE_OK)
        return assay_fail(err, ASSAY_IO, 0, "cannot reach %s: %s", s->address,
                          curl_easy_strerror(wrong));
    curl_easy_getinfo(l->http, CURLINFO_RESPONSE_CODE, &code);
    if (code < 200 || code > 299)
        return refused(s, code, err);
    buf_clear(&l->waiting);
    return ASSAY_OK;
}

assay_status sender_flush(sender *s, assay_err *err)
{
    for (int i = 0; i < SENDER_SOURCES; i++) {
        line *l = &s->lines[i];
        if (l->waiting.failed)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
        if (!l->waiting.length)
            continue;
        assay_status status = s->way == TO_HTTP  ? send_http(s, l, err)
                              : s->way == TO_TCP ? send_tcp(s, l, err)
                                                 : write_out(STDOUT_FILENO, l, "standard output", err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}
