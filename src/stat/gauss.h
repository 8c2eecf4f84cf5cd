/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauss-Legendre nodes, and the normal distribution as integrands want it. */
#ifndef STAT_GAUSS_H
#define STAT_GAUSS_H

#include <math.h>

/* Nodes (ascending) and weights for the interval a .. b. Cost O(n^2). */
void gauss_legendre(int n, double a, double b, double *node, double *weight);

static inline double gauss_density(double x)
{
    return exp(-0.5 * x * x) * 0.39894228040143267794;
}

/* P(Z <= x) and P(Z > x), to the last digits in both tails. */
static inline double gauss_below(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

static inline double gauss_above(double x)
{
    return 0.5 * erfc(x * 0.70710678118654752440);
}

#endif
