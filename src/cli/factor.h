/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of texts as the levels of a factor, numbered from 0 in order of first sight. */
#ifndef CLI_FACTOR_H
#define CLI_FACTOR_H

#include "cli/cli.h"

typedef struct {
    uint32_t *level;     /* [rows] */
    const char **name;   /* [levels] */
    size_t levels;
} factor;

/* Errors: ASSAY_NOT_FOUND when the source has no such column. */
ASSAY_MUST_USE assay_status factor_of(cli *c, const series_set *set, const series *s,
                                      context_kind kind, option_id id, factor *out);
void factor_done(factor *f);
/* The values that count; others are missing. `room` has place for s->n mantissas. */
assay_values factor_values(const series *s, int64_t *room);

#endif
