/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column that an option names, as a factor. */
#ifndef CLI_FACTOR_H
#define CLI_FACTOR_H

#include "cli/cli.h"
#include "signal/factor.h"

/* Errors: ASSAY_NOT_FOUND when the source has no such column. */
ASSAY_MUST_USE assay_status factor_of(cli *c, const series_set *set, const series *s,
                                      context_kind kind, option_id id, factor *out);

#endif
