/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assay: from the gauge file to the verdict. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return columns && atoi(columns) > 0 ? atoi(columns) : 80;
}

static assay_status look_at_output(cli *c)
{
    uint64_t width = (uint64_t)terminal_width();
    const char *when = cli_text(c, OPT_COLOR, "auto"), *no_color = getenv("NO_COLOR");
    c->is_terminal = isatty(STDOUT_FILENO);
    c->has_color = strcmp(when, "always") == 0;
    if (strcmp(when, "auto") == 0)
        c->has_color = c->is_terminal && !(no_color && *no_color);
    assay_status status = cli_count(c, OPT_WIDTH, &width);
    c->width = width < 40 ? 40 : width > 400 ? 400 : (int)width;
    return status;
}

static const char *lang_among(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            return argv[i] + 7;
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            return argv[i + 1];
    }
    return NULL;
}

static int run(cli *c, int argc, char **argv)
{
    assay_status status = cli_parse(c, argc, argv);
    if (status == ASSAY_OK)
        status = look_at_output(c);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    if (cli_has(c, OPT_HELP) && c->verb->run != verb_find("help")->run) {
        help_verb(c->verb, &c->out);
        return EXIT_FINE;
    }
    return c->verb->run(c);
}

int main(int argc, char **argv)
{
    cli c = {0};
    language_set(lang_among(argc, argv)); /* errors of parsing are in the language too */
    int code = run(&c, argc, argv);
    if (!cli_flush(&c) && code != EXIT_FAILED)
        code = cli_fail(&c, c.err.code ? c.err.code : ASSAY_MEMORY);
    buf_done(&c.out);
    return code;
}
