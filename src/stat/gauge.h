/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kinds of gauge study share: readings, sums by part and operator, and the shares. */
#ifndef STAT_GAUGE_H
#define STAT_GAUGE_H

#include <assay/gauge.h>

typedef struct {
    size_t n;
    uint32_t owner; /* nested: the operator of a part */
    assay_dd sum, min, max;
} gauge_cell;

/* Readings as differences from the first one, in the unit 10^exponent 2^shift of the moments: of
 * decimals they and their sums are integers, exact in a pair. */
typedef struct {
    const assay_values *x;
    const uint32_t *part, *oper;
    size_t n, parts, operators, trials; /* trials: readings per cell */
    assay_moments m;
    assay_dd first, total;
    gauge_cell *cells; /* [parts * operators], row of a part */
    gauge_cell *by_part, *by_operator;
} gauge_table;

assay_status gauge_refuse_missing(const assay_values *x, assay_err *err);

/* Checks arguments, fills sums of parts and operators, and of cells when is_crossed (else every
 * part's owner). Refuses what is not balanced. */
assay_status gauge_tabulate(gauge_table *t, bool is_crossed, void *scratch, assay_err *err);

assay_dd gauge_reading(const gauge_table *t, size_t i);

assay_status gauge_settle(const assay_gauge_options *asked, assay_gauge_study *out, assay_err *err);

/* A source of variation: sum of squares and degrees of freedom in the unit of the table. */
typedef struct {
    const char *name;
    assay_dd ss;
    uint64_t df;
} gauge_source;

assay_dd gauge_mean_square(const gauge_source *s);

/* One row; tested against `error` unless that is NULL. */
assay_gauge_anova_row gauge_row(const gauge_table *t, const gauge_source *s,
                                const gauge_source *error);

/* Variance components in the unit of the table; a hi of NaN: not part of the study. */
typedef struct {
    assay_dd repeatability, operator_, interaction, part;
    const char *why_no_interaction; /* NULL: it is part of the study */
} gauge_components;

void gauge_fill_shares(const gauge_table *t, const gauge_components *c, double categories,
                       assay_gauge_study *out);

#endif
