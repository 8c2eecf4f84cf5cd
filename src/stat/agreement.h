/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the measures of agreement share. */
#ifndef STAT_AGREEMENT_H
#define STAT_AGREEMENT_H

#include <assay/agreement.h>

/* ASSAY_DOMAIN with the index of the first infinite score. */
assay_status scores_check(const double *x, size_t count, assay_err *err);
/* Has subject i a score of every judge? */
bool scores_is_complete(const double *x, size_t i, size_t k);
/* Lower bound: how many of the n sorted values are below x. */
size_t count_below(const double *sorted, size_t n, double x);
/* (values below x) + (values equal to x + 1) / 2: the rank that ties share. */
double middle_rank(const double *sorted, size_t n, double x);

#endif
