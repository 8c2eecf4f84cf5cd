/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `assay scheme simulate`: its options, and how its answer is told. */
#ifndef CLI_SCHEME_SIMULATE_H
#define CLI_SCHEME_SIMULATE_H

#include "cli/cli.h"
#include "scheme/scheme.h"

int scheme_simulate(cli *c, const scheme *s);

#endif
