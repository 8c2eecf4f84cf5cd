/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors and remarks on standard error, data on standard output. */
#include "cli/cli.h"

#include "base/fd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cli_fail(cli *c, assay_status status)
{
    const char *message = c->err.message[0] ? c->err.message : assay_status_text(status);
    char text[2 * sizeof c->err.message];
    i18n_retell(message, text, sizeof text); /* the library knows no language */
    fprintf(stderr, "assay: %s\n", text);
    if (c->err.hint[0]) {
        i18n_retell(c->err.hint, text, sizeof text);
        fprintf(stderr, "%s %s\n", _("hint:"), text);
    }
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

void cli_told(const store *s)
{
    if (*store_told(s))
        fprintf(stderr, "assay: %s\n", store_told(s));
}

assay_status cli_open(cli *c, const char *path, store_mode mode, store **out)
{
    assay_status status = store_open(path, mode, out, &c->err);
    if (status == ASSAY_OK)
        cli_told(*out);
    return status;
}

static bool write_all(const char *bytes, size_t length, void *context)
{
    cli *c = context;
    bool is_written = fd_write(STDOUT_FILENO, bytes, length);
    if (!is_written && c->err.code == ASSAY_OK)
        assay_fail(&c->err, errno == ENOSPC ? ASSAY_FULL : ASSAY_IO, 0, "cannot write to standard output: %s", strerror(errno));
    return is_written;
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

void cli_list_begin(cli *c, json *j, const char *key, const char *csv)
{
    if (cli_has(c, OPT_JSON)) {
        cli_json_begin(c, j);
        json_object(j);
        json_key(j, key);
        json_array(j);
    } else if (csv && cli_has(c, OPT_CSV)) {
        buf_add_text(&c->out, csv);
    }
}

int cli_list_end(cli *c, json *j, const term_table *table, size_t count, const char *nothing)
{
    if (cli_has(c, OPT_JSON)) {
        json_end(j);
        json_end(j);
        return cli_json_end(c, j, EXIT_FINE);
    }
    if (cli_has(c, OPT_CSV))
        return EXIT_FINE;
    term t = cli_term(c);
    if (count)
        table_write(&t, table, &c->out);
    else
        buf_addf(&c->out, "%s\n", nothing);
    return EXIT_FINE;
}
