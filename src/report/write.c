/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file appears under its name only when it is whole: somebody may watch the folder. */
#include "report/report.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static assay_status write_failed(const char *path, assay_err *err)
{
    assay_status code = errno == ENOSPC || errno == EDQUOT ? ASSAY_FULL : ASSAY_IO;
    return assay_fail(err, code, 0, "cannot write %s: %s", path, strerror(errno));
}

assay_status report_write(const char *path, const void *bytes, size_t length, assay_err *err)
{
    if (strcmp(path, "-") == 0)
        return fd_write(STDOUT_FILENO, bytes, length) ? ASSAY_OK
                                                      : write_failed("standard output", err);
    buf name = BUF_INIT;
    buf_addf(&name, "%s.XXXXXX", path);
    if (name.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    assay_status status = ASSAY_OK;
    int fd = mkostemp(name.data, O_CLOEXEC);
    if (fd < 0) {
        status = write_failed(path, err);
    } else {
        bool is_whole = fchmod(fd, 0644) == 0 && fd_write(fd, bytes, length) && fsync(fd) == 0;
        is_whole = close(fd) == 0 && is_whole;
        if (!is_whole || rename(name.data, path) != 0) {
            status = write_failed(path, err);
            unlink(name.data);
        }
    }
    buf_done(&name);
    return status;
}
