/* SPDX-License-Identifier: GPL-3.0-or-later */
/* getaddrinfo may take many seconds and cannot be given up: it runs in a thread that owns all it
 * touches and talks through a socket pair, so that whoever asked may leave at any moment. */
#include "live/stream_resolve.h"

#include "base/i18n.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *host, *port;
    int fd;
} question;

static void look_up(const char *host, const char *port, int flags, resolved *out)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags}, *list = NULL;
    *out = (resolved){.error = getaddrinfo(host, port, &hints, &list)};
    for (struct addrinfo *a = out->error ? NULL : list; a && out->count < RESOLVE_MAX;
         a = a->ai_next) {
        if (a->ai_addrlen > sizeof out->address[0])
            continue;
        memcpy(&out->address[out->count], a->ai_addr, a->ai_addrlen);
        out->length[out->count++] = a->ai_addrlen;
    }
    if (list)
        freeaddrinfo(list);
}

bool resolve_figures(const char *host, const char *port, resolved *out)
{
    look_up(host, port, AI_NUMERICHOST | AI_NUMERICSERV, out);
    return out->count > 0;
}

static void question_free(question *q)
{
    if (!q)
        return;
    if (q->fd >= 0)
        close(q->fd);
    free(q->host);
    free(q->port);
    free(q);
}

static void *answer(void *context)
{
    question *q = context;
    resolved found;
    look_up(q->host, q->port, AI_ADDRCONFIG, &found);
    /* One datagram; it fits the socket's buffer, so it never waits. */
    if (send(q->fd, &found, sizeof found, MSG_NOSIGNAL) < 0) {
        /* Nobody listens any more. */
    }
    question_free(q);
    return NULL;
}

assay_status resolve_begin(const char *host, const char *port, int *fd, assay_err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return assay_fail(err, ASSAY_IO, 0, _("cannot look up %s: no descriptor"), host);
    question *q = calloc(1, sizeof *q);
    if (q)
        *q = (question){strdup(host), strdup(port), pair[1]};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    bool is_running =
        q && q->host && q->port && pthread_create(&thread, &attributes, answer, q) == 0;
    pthread_attr_destroy(&attributes);
    if (!is_running) {
        if (!q)
            close(pair[1]);
        question_free(q);
        close(pair[0]);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to look up %s", host);
    }
    *fd = pair[0];
    return ASSAY_OK;
}
