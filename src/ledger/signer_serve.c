/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread, a few callers, each with a buffer of one request. A caller that is slow keeps nobody
 * waiting; one that says what no request can be is dropped. */
#include "ledger/signer_serve.h"

#include "ledger/signer_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CALLERS = 16, TICK_MS = 500 };

typedef struct {
    int fd;
    size_t used;
    uint8_t bytes[4 + WIRE_MAX];
} caller;

typedef struct {
    signer_core core;
    int listening;
    struct pollfd polls[CALLERS + 1];
    caller callers[CALLERS];
    int count;
    buf answer;
} service;

/* -- the socket ----------------------------------------------------------------------------------- */

static assay_status open_socket(const char *path, int *out, assay_err *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat old;
    if (!*path || strlen(path) >= sizeof at.sun_path)
        return assay_fail(err, ASSAY_USAGE, 0, "a socket's path has 1 to %zu bytes",
                          sizeof at.sun_path - 1);
    strcpy(at.sun_path, path);
    if (lstat(path, &old) == 0 && S_ISSOCK(old.st_mode))
        unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t mask = umask(0117);
    bool is_fine = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 16) == 0;
    int code = errno;
    umask(mask);
    if (!is_fine) {
        if (fd >= 0)
            close(fd);
        return assay_fail(err, ASSAY_IO, 0, "cannot listen at %s: %s", path, strerror(code));
    }
    *out = fd;
    return ASSAY_OK;
}

static void welcome(service *s)
{
    int fd = accept4(s->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (s->count == CALLERS) {
        close(fd);
        return;
    }
    s->callers[s->count].fd = fd;
    s->callers[s->count++].used = 0;
}

static void drop(service *s, int i)
{
    close(s->callers[i].fd);
    s->callers[i] = s->callers[--s->count];
}

/* -- requests -------------------------------------------------------------------------------------- */

/* Answers are small: a socket that does not take one at once belongs to nobody who listens. */
static bool answer_all(service *s, caller *c)
{
    while (c->used >= 4) {
        uint32_t length = wire_u32_at(c->bytes);
        if (!length || length > WIRE_MAX)
            return false;
        if (c->used < 4 + length)
            return true;
        wire_answer(&s->core, c->bytes + 4, length, &s->answer);
        if (!wire_send(c->fd, &s->answer))
            return false;
        c->used -= 4 + length;
        memmove(c->bytes, c->bytes + 4 + length, c->used);
    }
    return true;
}

static bool hear(service *s, caller *c)
{
    ssize_t n = read(c->fd, c->bytes + c->used, sizeof c->bytes - c->used);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->used += (size_t)n;
    return n > 0 && answer_all(s, c);
}

static void turn(service *s)
{
    s->polls[CALLERS] = (struct pollfd){.fd = s->listening, .events = POLLIN};
    for (int i = 0; i < CALLERS; i++)
        s->polls[i] = (struct pollfd){.fd = i < s->count ? s->callers[i].fd : -1, .events = POLLIN};
    int here = s->count;
    if (poll(s->polls, CALLERS + 1, TICK_MS) <= 0)
        return;
    for (int i = here; i-- > 0;) /* from the last one: dropping moves the last to its place */
        if (s->polls[i].revents && !hear(s, &s->callers[i]))
            drop(s, i);
    if (s->polls[CALLERS].revents)
        welcome(s);
}

assay_status signer_serve(const signer_service *o, assay_err *err)
{
    static service s; /* one process, one signer; its buffers are too wide for a stack */
    signer_walls walls;
    s = (service){.listening = -1, .core.lock_fd = -1};
    assay_status status = core_open(o->keys, &s.core, err);
    if (status == ASSAY_OK)
        status = open_socket(o->socket, &s.listening, err);
    if (status == ASSAY_OK)
        status = signer_wall_in(s.core.state, &walls, err);
    if (status == ASSAY_OK && o->ready)
        o->ready(&walls, o->context);
    while (status == ASSAY_OK && !*o->stop)
        turn(&s);
    while (s.count)
        drop(&s, s.count - 1);
    if (s.listening >= 0)
        close(s.listening);
    core_close(&s.core);
    buf_done(&s.answer);
    return status;
}
