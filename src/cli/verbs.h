/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions behind the verbs: one per file cmd_*.c. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/cli.h"

#define VERB(id, name, operands, least, most, summary, text, examples, ...) int cmd_##id(cli *c);
#include "verbs.def"
#undef VERB

#endif
