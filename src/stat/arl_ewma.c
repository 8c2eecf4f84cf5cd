/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EWMA (Crowder, Technometrics 29 (1987) 401). With A(z) the run length from z and c the limit,
 *
 *   A(z) = 1 + int A(y) f((y - (1-lambda) z) / lambda - shift) / lambda dy      over -c .. c
 *
 * One-sided charts are reflected at 0, which carries an atom and is a node of its own. Limits exact
 * in time, c(t) = c sqrt(1 - (1-lambda)^2t), are walked back from where they have settled.
 */
#include "stat/runlength.h"

typedef struct {
    double lambda, shift, limit;
    bool is_reflected;
    int n; /* nodes; node 0 is the atom of a reflected chart */
} ewma;

typedef struct {
    double *matrix, *node, *weight, *value, *next_node, *next_weight, *next_value;
} workspace;

static workspace layout(double *scratch)
{
    double *at = scratch + RUNLENGTH_NODES * RUNLENGTH_NODES;
    enum { N = RUNLENGTH_NODES };
    return (workspace){scratch, at, at + N, at + 2 * N, at + 3 * N, at + 4 * N, at + 5 * N};
}

int runlength_ewma_nodes(const assay_arl_options *o)
{
    double width = 2 * o->limit / sqrt(o->lambda * (2 - o->lambda)); /* in steps of lambda */
    return (int)fmin(30 + 3 * width, RUNLENGTH_NODES * 4 / 5 - 1);
}

static void place(const ewma *e, double limit, double *node, double *weight)
{
    int first = e->is_reflected;
    gauss_legendre(e->n - first, e->is_reflected ? 0 : -limit, limit, node + first, weight + first);
    if (e->is_reflected)
        node[0] = weight[0] = 0;
}

/* Weight of value j in the equation at z. */
static double kernel(const ewma *e, double z, double node, double weight, bool is_atom)
{
    double drift = (1 - e->lambda) * z / e->lambda + e->shift;
    if (is_atom)
        return gauss_below(-drift);
    return weight * gauss_density(node / e->lambda - drift) / e->lambda;
}

static double expect(const ewma *e, double z, const double *node, const double *weight,
                     const double *value)
{
    double sum = 1;
    for (int j = 0; j < e->n; j++)
        sum += value[j] * kernel(e, z, node[j], weight[j], e->is_reflected && j == 0);
    return sum;
}

static void solve(const ewma *e, workspace *w)
{
    for (int i = 0; i < e->n; i++) {
        for (int j = 0; j < e->n; j++)
            w->matrix[i * e->n + j] =
                (i == j) - kernel(e, w->node[i], w->node[j], w->weight[j], e->is_reflected && !j);
        w->value[i] = 1;
    }
    runlength_solve(e->n, w->matrix, w->value);
}

/* From settled limits back to t = 0. */
static double walk_back(const ewma *e, double start, workspace *w)
{
    double keep = (1 - e->lambda) * (1 - e->lambda);
    int steps = keep > 0 ? (int)ceil(-37 / log(keep)) : 0;
    for (int t = steps; t >= 1; t--) {
        double limit = e->limit * sqrt(1 - pow(keep, t));
        place(e, limit, w->next_node, w->next_weight);
        for (int i = 0; i < e->n; i++)
            w->next_value[i] = expect(e, w->next_node[i], w->node, w->weight, w->value);
        double *spare[3] = {w->node, w->weight, w->value};
        w->node = w->next_node, w->weight = w->next_weight, w->value = w->next_value;
        w->next_node = spare[0], w->next_weight = spare[1], w->next_value = spare[2];
    }
    return expect(e, start, w->node, w->weight, w->value);
}

/* Where the chart in control stands, given that it has not signalled: the left eigenvector. */
static double over_steady_state(const ewma *e, workspace *w)
{
    ewma still = *e;
    still.shift = 0;
    double *mass = w->next_value, *next = w->next_node;
    for (int j = 0; j < e->n; j++)
        mass[j] = 1.0 / e->n;
    for (int i = 0; i < e->n; i++) /* mass moves from i to j; weights at j */
        for (int j = 0; j < e->n; j++)
            w->matrix[i * e->n + j] =
                kernel(&still, w->node[i], w->node[j], w->weight[j], e->is_reflected && !j);
    for (int turn = 0; turn < 20000; turn++) {
        double sum = 0, change = 0;
        for (int j = 0; j < e->n; j++) {
            next[j] = 0;
            for (int i = 0; i < e->n; i++)
                next[j] += mass[i] * w->matrix[i * e->n + j];
            sum += next[j];
        }
        for (int j = 0; j < e->n; j++) {
            change += fabs(next[j] / sum - mass[j]);
            mass[j] = next[j] / sum;
        }
        if (change < 1e-14)
            break;
    }
    double arl = 0;
    for (int j = 0; j < e->n; j++)
        arl += mass[j] * w->value[j];
    return arl;
}

double runlength_ewma(const assay_arl_options *o, int nodes, double *scratch)
{
    double unit = sqrt(o->lambda / (2 - o->lambda));
    ewma e = {o->lambda, o->shift, o->limit * unit, o->is_one_sided, nodes + o->is_one_sided};
    workspace w = layout(scratch);
    place(&e, e.limit, w.node, w.weight);
    solve(&e, &w);
    double arl = o->is_steady_state ? over_steady_state(&e, &w)
                 : o->is_exact      ? walk_back(&e, o->start * unit, &w)
                                    : expect(&e, o->start * unit, w.node, w.weight, w.value);
    return arl >= 1 && arl < 1e14 ? arl : INFINITY;
}
