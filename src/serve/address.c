/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/address.h"

#include "base/i18n.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static assay_status not_an_address(const char *address, assay_err *err)
{
    assay_fail(err, ASSAY_USAGE, 0, "cannot listen on \"%s\": expected HOST:PORT or unix:PATH",
               address);
    return assay_hint(err, "127.0.0.1:8080, [::1]:8080, unix:/run/assay.sock");
}

static assay_status refused(const char *address, assay_err *err)
{
    if (errno == EADDRINUSE) {
        assay_fail(err, ASSAY_BUSY, 0, "cannot listen on %s: another program does", address);
        return assay_hint(err, _("another port: --listen 127.0.0.1:8081; 0 takes a free one"));
    }
    return assay_fail(err, ASSAY_IO, 0, "cannot listen on %s: %s", address, strerror(errno));
}

/* -- Unix sockets -------------------------------------------------------------------------- */

/* What a crashed server left behind answers nobody: it may go. */
static void remove_dead(const struct sockaddr_un *name)
{
    struct stat there;
    if (lstat(name->sun_path, &there) != 0 || !S_ISSOCK(there.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    bool is_dead = connect(fd, (const struct sockaddr *)name, sizeof *name) != 0 &&
                   errno == ECONNREFUSED;
    close(fd);
    if (is_dead)
        unlink(name->sun_path);
}

static assay_status open_unix(const char *address, listening *out, assay_err *err)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const char *path = address + strlen("unix:");
    if (!*path || strlen(path) >= sizeof name.sun_path)
        return not_an_address(address, err);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    remove_dead(&name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return refused(address, err);
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) != 0 || listen(fd, BACKLOG) != 0) {
        assay_status status = refused(address, err);
        close(fd);
        return status;
    }
    *out = (listening){.fd = fd, .is_unix = true, .is_loopback = true};
    snprintf(out->text, sizeof out->text, "%s", address);
    snprintf(out->path, sizeof out->path, "%s", path);
    return ASSAY_OK;
}

/* -- TCP ----------------------------------------------------------------------------------- */

bool address_is_loopback(const struct sockaddr *from)
{
    if (from->sa_family == AF_UNIX)
        return true;
    if (from->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)from)->sin_addr.s_addr) >> 24 == 127;
    const struct in6_addr *a = &((const struct sockaddr_in6 *)from)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

void address_key(const struct sockaddr *from, unsigned char key[static 16])
{
    memset(key, 0, 16);
    if (from->sa_family == AF_INET)
        memcpy(key, &((const struct sockaddr_in *)from)->sin_addr, 4);
    else if (from->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)from)->sin6_addr;
        memcpy(key, a, IN6_IS_ADDR_V4MAPPED(a) ? 16 : 8);
    }
}

void address_text(const struct sockaddr *from, char *out, size_t room)
{
    if (!from || from->sa_family == AF_UNIX ||
        getnameinfo(from, from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                                     : sizeof(struct sockaddr_in6),
                    out, (socklen_t)room, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(out, room, "local");
}

/* "[::1]:80" and "host:80" into their halves; an empty host is every address. */
static bool split(const char *address, char host[128], char port[8])
{
    const char *colon = strrchr(address, ':');
    if (!colon || !text_is_port(colon + 1))
        return false;
    size_t length = (size_t)(colon - address);
    bool has_brackets = length > 1 && address[0] == '[' && colon[-1] == ']';
    if (has_brackets)
        address++, length -= 2;
    if (length > 127 || (!has_brackets && memchr(address, ':', length)))
        return false;
    memcpy(host, address, length);
    host[length] = 0;
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

static void tell_bound(listening *l)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char host[80], port[8];
    if (getsockname(l->fd, (struct sockaddr *)&bound, &size) != 0)
        return;
    l->is_loopback = address_is_loopback((struct sockaddr *)&bound);
    if (getnameinfo((struct sockaddr *)&bound, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(l->text, sizeof l->text, bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
                 port);
}

static int bind_one(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

assay_status listen_open(const char *address, listening *out, assay_err *err)
{
    char host[128], port[8];
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (strncmp(address, "unix:", 5) == 0)
        return open_unix(address, out, err);
    if (!split(address, host, port))
        return not_an_address(address, err);
    int why = getaddrinfo(*host ? host : NULL, port, &want, &found);
    if (why != 0)
        return assay_fail(err, ASSAY_USAGE, 0, "cannot listen on %s: %s", address,
                          gai_strerror(why));
    int fd = bind_one(found);
    freeaddrinfo(found);
    if (fd < 0)
        return refused(address, err);
    *out = (listening){.fd = fd};
    tell_bound(out);
    return ASSAY_OK;
}

void listen_close(listening *l)
{
    if (!l || l->fd < 0)
        return;
    close(l->fd);
    l->fd = -1;
    if (l->is_unix)
        unlink(l->path);
}
