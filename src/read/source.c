/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { pause_ms = 150 }; /* a writer silent for so long has given its head */

static assay_status fail_errno(const source *s, const char *verb, assay_err *err)
{
    return assay_fail(err, ASSAY_IO, 0, "cannot %s %s: %s", verb, s->name, strerror(errno));
}

static assay_status file_inspect(source *s, assay_err *err)
{
    struct stat st;
    if (fstat(s->fd, &st) != 0)
        return fail_errno(s, "read", err);
    if (S_ISDIR(st.st_mode))
        return assay_fail(err, ASSAY_IO, 0, "cannot read %s: it is a folder", s->name);
    s->is_pipe = !S_ISREG(st.st_mode);
    s->size = s->is_pipe ? 0 : (uint64_t)st.st_size;
    if (!s->is_pipe)
        posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return ASSAY_OK;
}

assay_status source_open(source *s, const char *path, assay_err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    *s = (source){.fd = -1, .name = strdup(is_stdin ? "standard input" : path)};
    if (!s->name)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to open %s", path);
    s->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    assay_status status = s->fd < 0 ? fail_errno(s, "open", err) : file_inspect(s, err);
    if (status != ASSAY_OK)
        source_close(s);
    return status;
}

void source_close(source *s)
{
    if (s->fd > STDERR_FILENO)
        close(s->fd);
    free(s->name);
    free(s->head);
    *s = (source){.fd = -1};
}

static assay_status read_some(source *s, char *out, size_t n, size_t *got, assay_err *err)
{
    for (;;) {
        ssize_t length = read(s->fd, out, n);
        if (length >= 0) {
            *got = (size_t)length;
            return ASSAY_OK;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, -1);
        else if (errno != EINTR)
            return fail_errno(s, "read", err);
    }
}

/* How much of n bytes from `offset` on counts. */
static size_t within_limit(const source *s, uint64_t offset, size_t n)
{
    uint64_t left = s->limit > offset ? s->limit - offset : 0;
    return s->limit && n > left ? (size_t)left : n;
}

static bool has_paused(const source *s)
{
    if (!s->is_pipe || !memchr(s->head, '\n', s->head_length))
        return false;
    struct pollfd waiting = {.fd = s->fd, .events = POLLIN};
    return poll(&waiting, 1, pause_ms) == 0;
}

assay_status source_head(source *s, assay_err *err)
{
    s->head = malloc(SOURCE_HEAD_MAX);
    if (!s->head)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to read %s", s->name);
    while (s->head_length < SOURCE_HEAD_MAX && !has_paused(s)) {
        size_t got = 0;
        size_t most = within_limit(s, s->head_length, SOURCE_HEAD_MAX - s->head_length);
        assay_status status =
            most ? read_some(s, s->head + s->head_length, most, &got, err) : ASSAY_OK;
        if (status != ASSAY_OK)
            return status;
        if (got == 0) {
            s->head_is_all = true;
            break;
        }
        s->head_length += got;
    }
    return ASSAY_OK;
}

assay_status source_read(source *s, char *out, size_t n, size_t *got, assay_err *err)
{
    if (s->offset < s->head_length) {
        size_t left = s->head_length - (size_t)s->offset;
        *got = n < left ? n : left;
        memcpy(out, s->head + s->offset, *got);
        s->offset += *got;
        return ASSAY_OK;
    }
    *got = 0;
    n = within_limit(s, s->offset, n);
    if (s->head_is_all || n == 0)
        return ASSAY_OK;
    assay_status status = read_some(s, out, n, got, err);
    if (status == ASSAY_OK)
        s->offset += *got;
    return status;
}

static assay_status skip_to(source *s, uint64_t offset, assay_err *err)
{
    char piece[16 * 1024];
    while (s->offset < offset) {
        uint64_t left = offset - s->offset;
        size_t got;
        assay_status status =
            source_read(s, piece, left < sizeof piece ? (size_t)left : sizeof piece, &got, err);
        if (status != ASSAY_OK)
            return status;
        if (got == 0)
            return assay_fail(err, ASSAY_CONFLICT, 0, "%s ends before byte %llu", s->name,
                              (unsigned long long)offset);
    }
    return ASSAY_OK;
}

assay_status source_seek(source *s, uint64_t offset, assay_err *err)
{
    if (s->is_pipe || offset <= s->head_length)
        return skip_to(s, offset, err);
    if (offset > s->size)
        return assay_fail(err, ASSAY_CONFLICT, 0, "%s ends before byte %llu", s->name,
                          (unsigned long long)offset);
    if (lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
        return fail_errno(s, "read", err);
    s->offset = offset;
    return ASSAY_OK;
}
