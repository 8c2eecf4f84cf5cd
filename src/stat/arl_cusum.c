/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUSUM (Page 1954). With A(s) the run length from a sum of s,
 *
 *   A(s) = 1 + A(0) F(k - s - shift) + int A(y) f(y + k - s - shift) dy      over 0 .. h
 *
 * 0 carries an atom and is a node of its own: then the integrand is smooth and Gauss converges
 * geometrically. Two sides (Lucas & Crosier, Technometrics 24 (1982) 199), started at u:
 *
 *   A = [U(u) L(0) + U(0) L(u) - U(0) L(0)] / (U(0) + L(0))
 */
#include "stat/runlength.h"

typedef struct {
    double k, h, shift;
    int n; /* nodes, the atom first */
    double *matrix, *node, *weight, *value, *mass, *next;
} cusum;

int runlength_cusum_nodes(const assay_arl_options *o)
{
    return (int)fmin(30 + 3 * o->h, RUNLENGTH_NODES * 4 / 5 - 1);
}

static double kernel(const cusum *c, double s, int j, double shift)
{
    double level = c->k - s - shift;
    return j ? c->weight[j] * gauss_density(c->node[j] + level) : gauss_below(level);
}

static double from(const cusum *c, double s)
{
    double sum = 1;
    for (int j = 0; j < c->n; j++)
        sum += c->value[j] * kernel(c, s, j, c->shift);
    return sum;
}

static void solve(cusum *c, double shift)
{
    c->shift = shift;
    for (int i = 0; i < c->n; i++) {
        for (int j = 0; j < c->n; j++)
            c->matrix[i * c->n + j] = (i == j) - kernel(c, c->node[i], j, shift);
        c->value[i] = 1;
    }
    runlength_solve(c->n, c->matrix, c->value);
}

static double over_steady_state(cusum *c)
{
    for (int i = 0; i < c->n; i++) {
        c->mass[i] = 1.0 / c->n;
        for (int j = 0; j < c->n; j++)
            c->matrix[i * c->n + j] = kernel(c, c->node[i], j, 0);
    }
    for (int turn = 0; turn < 20000; turn++) {
        double sum = 0, change = 0;
        for (int j = 0; j < c->n; j++) {
            c->next[j] = 0;
            for (int i = 0; i < c->n; i++)
                c->next[j] += c->mass[i] * c->matrix[i * c->n + j];
            sum += c->next[j];
        }
        for (int j = 0; j < c->n; j++) {
            change += fabs(c->next[j] / sum - c->mass[j]);
            c->mass[j] = c->next[j] / sum;
        }
        if (change < 1e-14)
            break;
    }
    double arl = 0;
    for (int j = 0; j < c->n; j++)
        arl += c->mass[j] * c->value[j];
    return arl;
}

/* What the solver cannot resolve any more never signals on this side. */
static double resolved(double arl)
{
    return arl >= 1 && arl < 1e14 ? arl : INFINITY;
}

static double both_sides(cusum *c, double shift, double start)
{
    solve(c, shift);
    double up = resolved(c->value[0]), up_started = resolved(from(c, start));
    solve(c, -shift);
    double down = resolved(c->value[0]), down_started = resolved(from(c, start));
    if (isinf(down) || isinf(down_started))
        return up_started;
    if (isinf(up) || isinf(up_started))
        return down_started;
    return (up_started * down + up * down_started - up * down) / (up + down);
}

double runlength_cusum(const assay_arl_options *o, int nodes, double *scratch)
{
    enum { N = RUNLENGTH_NODES };
    double *at = scratch + N * N;
    cusum c = {.k = o->k, .h = o->h, .n = nodes + 1, .matrix = scratch, .node = at,
               .weight = at + N, .value = at + 2 * N, .mass = at + 3 * N, .next = at + 4 * N};
    gauss_legendre(nodes, 0, o->h, c.node + 1, c.weight + 1);
    c.node[0] = c.weight[0] = 0;
    if (!o->is_one_sided)
        return both_sides(&c, o->shift, o->fir);
    solve(&c, o->shift);
    return resolved(o->is_steady_state ? over_steady_state(&c) : from(&c, o->fir));
}
