/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/aqdef_out.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

static assay_status fail_with(const aqdef_out *o, int error, assay_err *err)
{
    bool is_full = error == ENOSPC || error == EDQUOT;
    return assay_fail(err, is_full ? ASSAY_FULL : ASSAY_IO, 0, "cannot write %s: %s",
                      o->path ? o->path : "standard output", strerror(error));
}

assay_status aqdef_out_open(aqdef_out *o, const char *path, assay_err *err)
{
    *o = (aqdef_out){.fd = STDOUT_FILENO};
    if (strcmp(path, "-") == 0)
        return ASSAY_OK;
    o->fd = -1;
    o->path = strdup(path);
    if (!o->path || asprintf(&o->beside, "%s.%ld.tmp", path, (long)getpid()) < 0) {
        o->beside = NULL;
        aqdef_out_abort(o);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a path");
    }
    o->fd = open(o->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (o->fd >= 0)
        return ASSAY_OK;
    assay_status status = fail_with(o, errno, err);
    free(o->beside);
    o->beside = NULL;
    aqdef_out_abort(o);
    return status;
}

void aqdef_out_flush(aqdef_out *o, bool is_forced)
{
    if (!is_forced && o->bytes.length < PIECE)
        return;
    if (!o->error && !fd_write(o->fd, o->bytes.data, o->bytes.length))
        o->error = errno;
    buf_clear(&o->bytes);
}

/* The name is durable when its folder is. */
static int sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (fd < 0)
        return errno;
    int error = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return error;
}

assay_status aqdef_out_commit(aqdef_out *o, assay_err *err)
{
    bool has_memory = !o->bytes.failed;
    aqdef_out_flush(o, true);
    if (!o->error && o->path && fsync(o->fd) != 0)
        o->error = errno;
    if (!o->error && has_memory && o->path && rename(o->beside, o->path) != 0)
        o->error = errno;
    assay_status status = !has_memory ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory for text")
                          : o->error  ? fail_with(o, o->error, err)
                                      : ASSAY_OK;
    if (status == ASSAY_OK && o->path) {
        free(o->beside);
        o->beside = NULL;
        int error = sync_folder(o->path);
        if (error)
            status = fail_with(o, error, err);
    }
    aqdef_out_abort(o);
    return status;
}

void aqdef_out_abort(aqdef_out *o)
{
    if (o->path && o->fd >= 0)
        close(o->fd);
    if (o->beside)
        unlink(o->beside);
    free(o->beside);
    free(o->path);
    buf_done(&o->bytes);
    *o = (aqdef_out){.fd = -1};
}
