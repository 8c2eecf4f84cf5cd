/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mixed model equations of two crossed random effects, unit residual variance.
 *
 * Effects are u_k = theta_k v_k with v of unit variance, so that a variance of zero needs no
 * special case. The side with fewer levels (0) is dense; the other (1) has a diagonal block and is
 * eliminated:
 *
 *     S = theta0^2 D0 + I - theta0^2 theta1^2 N (theta1^2 D1 + I)^-1 N'
 */
#ifndef STAT_CROSSED_H
#define STAT_CROSSED_H

#include <assay/judging.h>

enum { DENSE, DIAGONAL };

typedef struct {
    size_t n;            /* scores, sorted by level of the diagonal side */
    size_t q[2];         /* levels */
    double *y, *w, *fit; /* [n] scores, weights, values of the last solution */
    uint32_t *level[2];  /* [n] */
    size_t *start;       /* [q1 + 1] first score of a level of the diagonal side */
    double theta[2];
    double *sum[2];           /* [q] sum of weights of a level */
    double *block;            /* [q1] theta1^2 sum + 1 */
    double *dense;            /* [q0 * q0] S, then its factor, then its inverse */
    double *v[2], *ones[2];   /* [q] solutions for the scores and for a column of ones */
    double *t[2];             /* [q] working room */
    double log_det;           /* of the coefficient matrix */
    double weight, precision; /* sum of w; information of the mean */
    double mean, squares;     /* of the last solution: mean and penalised sum of squares */
} crossed;

/* Factor for the present theta and weights; false when S is not positive definite. */
bool crossed_factor(crossed *m);
/* Solve for the values z[n]: mean and v[], fit[] and squares. Needs the factor. */
void crossed_solve(crossed *m, const double *z, double *v0, double *v1);
/* The factor becomes the inverse of S. */
void crossed_invert(crossed *m);
/* Diagonal of the inverse coefficient matrix, level i of a side. Needs the inverse. */
double crossed_variance(const crossed *m, int side, size_t i);
/* Row i of the inverse against all levels of the same side, into row[q[side]]. */
void crossed_row(const crossed *m, int side, size_t i, double *row);

/* Maximise the restricted likelihood over theta from where it is; *steps counts. */
assay_status crossed_reml(crossed *m, unsigned *steps, assay_err *err);
/* -2 log restricted likelihood of the last factor and solution. */
double crossed_criterion(const crossed *m);

#endif
