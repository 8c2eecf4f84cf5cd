/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

int cmd_help(cli *c)
{
    const verb *v = NULL;
    if (c->operand_count > 0 && !(v = verb_find(c->operand[0]))) {
        cli_usage(c, _("there is no verb %s"), c->operand[0]);
        assay_hint(&c->err, _("assay help lists all verbs"));
        return cli_fail(c, ASSAY_USAGE);
    }
    if (cli_has(c, OPT_COMPLETION))
        help_completion(c->given[OPT_COMPLETION], &c->out);
    else if (cli_has(c, OPT_MAN))
        help_man(v, &c->out);
    else if (v)
        help_verb(v, &c->out);
    else
        help_overview(&c->out);
    return EXIT_FINE;
}

int cmd_version(cli *c)
{
    if (cli_has(c, OPT_JSON))
        buf_add_text(&c->out, "{\"version\": \"" ASSAY_VERSION "\"}\n");
    else
        buf_add_text(&c->out, "assay " ASSAY_VERSION "\n");
    return EXIT_FINE;
}
