/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of case, judge and score as sheets and as a matrix, with all that is told of them. */
#ifndef CLI_RATINGS_H
#define CLI_RATINGS_H

#include "cli/factor.h"

#include <assay/agreement.h>
#include <assay/judging.h>

typedef struct {
    factor cases, judges, criteria; /* criteria: levels 0 without --criterion */
    size_t n;                       /* sheets: rows, or with criteria pairs of case and judge */
    double *score;                  /* [n] with criteria their sum; NaN: missing */
    uint32_t *case_of, *judge_of;   /* [n] */
    double *order, *own;            /* [n] or NULL */
    double *parts;                  /* [n * criteria.levels] or NULL */
    double *matrix;                 /* [cases * judges] mean of what a judge gave a case, or NaN */
    size_t repeats;                 /* sheets beyond the first of a judge for a case */

    assay_icc icc;
    assay_concordance order_agreement;
    assay_kappa kappa;
    size_t classes;      /* different scores; 0: too many for classes */
    assay_alpha alpha;   /* interval */
    size_t pieces;       /* of the graph of judges and cases */
    const char *fit_why; /* why there is no model, or NULL */
    assay_judging fit;
    assay_judged_subject *subject; /* [cases] */
    assay_judged_judge *judge;     /* [judges] */
    assay_judging_effect order_effect, own_effect;
    assay_figure halo;
} ratings;

#define RATINGS_CLASSES_MAX 20

/* Errors: a column that is not there, an --order or --own that cannot be read, memory. */
ASSAY_MUST_USE assay_status ratings_of(cli *c, const series_set *set, ratings *out);
void ratings_done(ratings *r);

#endif
