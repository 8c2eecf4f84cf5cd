/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors and remarks on standard error, data on standard output. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cli_fail(cli *c, assay_status status)
{
    const char *message = c->err.message[0] ? c->err.message : assay_status_text(status);
    fprintf(stderr, "assay: %s\n", message);
    if (c->err.hint[0])
        fprintf(stderr, "%s %s\n", _("hint:"), c->err.hint);
    return status == ASSAY_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

assay_status cli_usage(cli *c, const char *format, ...)
{
    char message[300];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    c->err.hint[0] = 0;
    return assay_fail(&c->err, ASSAY_USAGE, 0, "%s", message);
}

void cli_remark(const cli *c, const char *format, ...)
{
    va_list args;
    if (cli_has(c, OPT_QUIET))
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static bool write_all(const char *bytes, size_t length, void *context)
{
    cli *c = context;
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            if (c->err.code == ASSAY_OK)
                assay_fail(&c->err, errno == ENOSPC ? ASSAY_FULL : ASSAY_IO, 0,
                           "cannot write to standard output: %s", strerror(errno));
            return false;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

bool cli_flush(cli *c)
{
    bool is_written = !c->out.failed && write_all(buf_text(&c->out), c->out.length, c);
    buf_clear(&c->out);
    return is_written;
}

void cli_json_begin(cli *c, json *j)
{
    json_init(j, &c->out, write_all, c);
}

int cli_json_end(cli *c, json *j, int code)
{
    return json_done(j) ? code : cli_fail(c, c->err.code ? c->err.code : ASSAY_MEMORY);
}
