/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepting connections. When descriptors run out the listener rests for a moment: the kernel's
 * queue waits, and the loop does not spin. */
#include "live/stream.h"
#include "live/stream_resolve.h"

#include "base/i18n.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, ACCEPTED_A_ROUND = 64, REST_MS = 200 };

struct stream_listener {
    int fd;
    loop_watch *watch;
    loop_timer *rest;
    stream_accepted *accepted;
    void *context;
    char *path; /* of a Unix socket; NULL */
};

static void name_peer(const struct sockaddr_storage *a, char *out, size_t room)
{
    char host[INET6_ADDRSTRLEN] = "?";
    unsigned port = 0;
    if (a->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        port = ntohs(v4->sin_port);
    } else if (a->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        port = ntohs(v6->sin6_port);
    }
    if (a->ss_family == AF_INET || a->ss_family == AF_INET6)
        snprintf(out, room, a->ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, port);
    else
        snprintf(out, room, "unix");
}

static void accept_some(void *context, uint32_t events)
{
    (void)events;
    stream_listener *l = context;
    for (int i = 0; i < ACCEPTED_A_ROUND; i++) {
        struct sockaddr_storage a = {0};
        socklen_t length = sizeof a;
        int fd = accept4(l->fd, (struct sockaddr *)&a, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            bool is_short =
                errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
            if (is_short) {
                loop_watch_change(l->watch, 0);
                loop_timer_set(l->rest, REST_MS);
            }
            return;
        }
        char peer[80];
        name_peer(&a, peer, sizeof peer);
        l->accepted(l->context, fd, peer);
    }
}

static void rested(void *context)
{
    stream_listener *l = context;
    loop_watch_change(l->watch, EPOLLIN);
}

static int bound_socket(const resolved *found, size_t i)
{
    const struct sockaddr *a = (const struct sockaddr *)&found->address[i];
    int one = 1, fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, a, found->length[i]) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* A socket whose owner has died refuses connections. */
static bool is_left_over(const struct sockaddr_un *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_refused = fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) != 0 &&
                      errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return is_refused;
}

static int unix_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(a.sun_path, path);
    if (is_left_over(&a))
        unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&a, sizeof a) == 0 && chmod(path, 0660) == 0 &&
        listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static assay_status open_socket(const char *host, const char *port, stream_listener *l,
                                assay_err *err)
{
    resolved found;
    if (strcmp(host, "unix") == 0) {
        l->fd = unix_socket(port);
        l->path = l->fd < 0 ? NULL : strdup(port);
    } else if (resolve_figures(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, port, &found)) {
        l->fd = bound_socket(&found, 0);
    } else {
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          _("\"%s\" port \"%s\" is not an address to listen on"), host, port);
    }
    return l->fd >= 0 ? ASSAY_OK
                      : assay_fail(err, ASSAY_IO, 0, _("cannot listen on %s port %s: %s"), host,
                                   port, strerror(errno));
}

static assay_status watch_socket(loop *on, stream_listener *l, assay_err *err)
{
    assay_status status = loop_timer_new(on, rested, l, &l->rest, err);
    return status != ASSAY_OK ? status
                              : loop_watch_add(on, l->fd, EPOLLIN, accept_some, l, &l->watch, err);
}

assay_status stream_listen(loop *on, const char *host, const char *port, stream_accepted *accepted,
                           void *context, stream_listener **out, assay_err *err)
{
    stream_listener *l = calloc(1, sizeof *l);
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to listen");
    *l = (stream_listener){.fd = -1, .accepted = accepted, .context = context};
    assay_status status = open_socket(host, port, l, err);
    if (status == ASSAY_OK)
        status = watch_socket(on, l, err);
    if (status != ASSAY_OK) {
        stream_listener_close(l);
        return status;
    }
    *out = l;
    return ASSAY_OK;
}

void stream_listener_close(stream_listener *l)
{
    if (!l)
        return;
    loop_watch_remove(l->watch);
    loop_timer_free(l->rest);
    if (l->fd >= 0)
        close(l->fd);
    if (l->path)
        unlink(l->path);
    free(l->path);
    free(l);
}

uint16_t stream_listener_port(const stream_listener *l)
{
    struct sockaddr_storage a = {0};
    socklen_t length = sizeof a;
    if (getsockname(l->fd, (struct sockaddr *)&a, &length) != 0)
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                         : ((struct sockaddr_in *)&a)->sin_port);
}
