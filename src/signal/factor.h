/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of texts as the levels of a factor, numbered from 0 in order of first sight. */
#ifndef SIGNAL_FACTOR_H
#define SIGNAL_FACTOR_H

#include "signal/series.h"

typedef struct {
    uint32_t *level;     /* [rows] */
    const char **name;   /* [levels]; the set's */
    size_t levels;
} factor;

/* `none` is the name of the level of rows without a text. ASSAY_NOT_FOUND: the series has no such
 * column. factor_done in any case. */
ASSAY_MUST_USE assay_status factor_levels(const series_set *set, const series *s, context_kind kind,
                                          const char *none, factor *out, assay_err *err);
void factor_done(factor *f);
/* Of a crossed study that was refused because a cell has other than as many readings as the rest: whose cell. */
assay_status factor_name_cell(const factor *parts, const factor *operators, assay_err *err);
/* The values that count; others are missing. `room` has place for s->n mantissas. */
assay_values factor_values(const series *s, int64_t *room);

#endif
