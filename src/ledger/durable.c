/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's name is entered in its directory only after its bytes are on the disk, and nobody is
 * told of it before the directory is. */
#include "ledger/durable.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static assay_status fail(assay_err *err, const char *path, const char *doing)
{
    assay_status status = errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ASSAY_FULL
                          : errno == ENOENT                                    ? ASSAY_NOT_FOUND
                                                                               : ASSAY_IO;
    return assay_fail(err, status, 0, "%s %s: %s", doing, path, strerror(errno));
}

assay_status durable_read(const char *path, size_t most, buf *out, assay_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, path, "cannot open");
    assay_status status = ASSAY_OK;
    size_t begin = out->length;
    for (ssize_t n = 1; n > 0 && status == ASSAY_OK;) {
        if (!buf_reserve(out, 65536)) {
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for %s", path);
            break;
        }
        n = read(fd, out->data + out->length, 65536);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            status = fail(err, path, "cannot read");
        else
            out->length += (size_t)n;
        if (status == ASSAY_OK && out->length - begin > most)
            status = assay_fail(err, ASSAY_LIMIT, 0, "%s is longer than %zu bytes", path, most);
    }
    close(fd);
    if (status != ASSAY_OK)
        out->length = begin;
    if (out->data)
        out->data[out->length] = '\0';
    return status;
}

static bool temporary(const char *path, char out[PATH_MAX])
{
    return (size_t)snprintf(out, PATH_MAX, "%s.tmp", path) < PATH_MAX;
}

assay_status durable_put(const char *path, unsigned mode, const void *bytes, size_t length,
                         assay_err *err)
{
    char name[PATH_MAX];
    if (!temporary(path, name))
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", path);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return fail(err, name, "cannot make");
    bool is_written = fd_write(fd, bytes, length) && fsync(fd) == 0;
    assay_status status = is_written ? ASSAY_OK : fail(err, name, "cannot write");
    if (close(fd) != 0 && status == ASSAY_OK)
        status = fail(err, name, "cannot write");
    return status;
}

assay_status durable_place(const char *path, assay_err *err)
{
    char name[PATH_MAX];
    if (!temporary(path, name))
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", path);
    return rename(name, path) == 0 ? ASSAY_OK : fail(err, path, "cannot rename to");
}

assay_status durable_directory(const char *path, assay_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, path, "cannot open the directory");
    assay_status status = fsync(fd) == 0 ? ASSAY_OK : fail(err, path, "cannot fsync");
    close(fd);
    return status;
}

/* The directory a path is in: "." for a name alone. */
static void parent_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (!slash)
        snprintf(out, PATH_MAX, ".");
    else if (n == 0)
        snprintf(out, PATH_MAX, "/");
    else
        snprintf(out, PATH_MAX, "%.*s", (int)n, path);
}

assay_status durable_write(const char *path, unsigned mode, const void *bytes, size_t length,
                           assay_err *err)
{
    char directory[PATH_MAX];
    parent_of(path, directory);
    assay_status status = durable_put(path, mode, bytes, length, err);
    if (status == ASSAY_OK)
        status = durable_place(path, err);
    return status == ASSAY_OK ? durable_directory(directory, err) : status;
}

assay_status durable_make_directory(const char *path, unsigned mode, assay_err *err)
{
    char parent[PATH_MAX];
    struct stat s;
    if (stat(path, &s) == 0)
        return S_ISDIR(s.st_mode) ? ASSAY_OK
                                  : assay_fail(err, ASSAY_EXISTS, 0, "%s is not a directory", path);
    if (strlen(path) >= PATH_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", path);
    parent_of(path, parent);
    assay_status status =
        strcmp(parent, path) == 0 ? ASSAY_OK : durable_make_directory(parent, mode, err);
    if (status == ASSAY_OK && mkdir(path, mode) != 0 && errno != EEXIST)
        status = fail(err, path, "cannot make the directory");
    return status == ASSAY_OK ? durable_directory(parent, err) : status;
}
