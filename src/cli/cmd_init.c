/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include <unistd.h>

int cmd_init(cli *c)
{
    store *s = NULL;
    const char *path = c->operand[0];
    if (access(path, F_OK) == 0) {
        assay_fail(&c->err, ASSAY_EXISTS, 0, "%s is already there", path);
        assay_hint(&c->err, "%s", source_is_database(path)
                                      ? _("it is a database: assay list shows what is in it")
                                      : _("choose another name"));
        return cli_fail(c, ASSAY_EXISTS);
    }
    assay_status status = cli_open(c, path, STORE_CREATE, &s);
    store_close(s);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}
