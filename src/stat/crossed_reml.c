/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restricted maximum likelihood over the two variance ratios g = theta^2.
 *
 * With the residual variance profiled out, -2 log L = log|H| + log|X'H^-1X| + (N-1) log y'Py. Its
 * derivative by g is (q - trace of the inverse block - (N-1) v'v / y'Py) / g, and the average of
 * observed and expected information is t'Pt / s^2 less its profile part, t = Z v / theta (Gilmour,
 * Thompson and Cullis 1995, Biometrics 51, 1440-1450). Steps are halved until the criterion falls;
 * a ratio that wants below its bound is held there while its derivative says so.
 */
#include "stat/crossed.h"

static const double least = 1e-10, most = 1e8;
enum { STEPS = 200, HALVINGS = 40 };

double crossed_criterion(const crossed *m)
{
    double freedom = (double)m->n - 1, criterion = m->log_det + log(m->precision);
    for (size_t i = 0; i < m->n; i++)
        criterion -= log(m->w[i]);
    return criterion + freedom * (1 + log(2 * M_PI * m->squares / freedom));
}

static double evaluate(crossed *m)
{
    if (!crossed_factor(m))
        return INFINITY;
    crossed_solve(m, m->y, m->v[DENSE], m->v[DIAGONAL]);
    double criterion = crossed_criterion(m);
    return isnan(criterion) ? INFINITY : criterion;
}

/* Derivatives, and the information matrix, by g. Leaves the inverse in place of the factor. */
typedef struct {
    double slope[2], information[3]; /* 00, 01, 11 */
} slopes;

static double product(const crossed *m, int a, const double *va, int b, const double *u0,
                      const double *u1, double mean)
{
    /* t_a' P t_b with P t_b = W (t_b - fit_b) */
    double sum = 0;
    for (size_t i = 0; i < m->n; i++) {
        double t_b = m->v[b][m->level[b][i]] / m->theta[b];
        double fitted = mean + m->theta[DENSE] * u0[m->level[DENSE][i]] +
                        m->theta[DIAGONAL] * u1[m->level[DIAGONAL][i]];
        sum += va[m->level[a][i]] / m->theta[a] * m->w[i] * (t_b - fitted);
    }
    return sum;
}

static slopes slopes_of(crossed *m, double *column)
{
    slopes s;
    double freedom = (double)m->n - 1, squares = m->squares, variance = squares / freedom;
    double mean = m->mean, sizes[2];
    for (int k = 0; k < 2; k++) {
        sizes[k] = 0;
        for (size_t i = 0; i < m->q[k]; i++)
            sizes[k] += m->v[k][i] * m->v[k][i];
    }
    for (int b = 0; b < 2; b++) {
        for (size_t i = 0; i < m->n; i++)
            column[i] = m->v[b][m->level[b][i]] / m->theta[b];
        crossed_solve(m, column, m->t[DENSE], m->t[DIAGONAL]);
        for (int a = 0; a <= b; a++) {
            double tpt = product(m, a, m->v[a], b, m->t[DENSE], m->t[DIAGONAL], m->mean);
            double profile =
                sizes[a] * sizes[b] / (m->theta[a] * m->theta[a] * m->theta[b] * m->theta[b]);
            s.information[a + b] = tpt / variance - profile / (variance * squares);
        }
    }
    m->mean = mean;
    m->squares = squares;
    crossed_invert(m);
    for (int k = 0; k < 2; k++) {
        double trace = 0;
        for (size_t i = 0; i < m->q[k]; i++)
            trace += crossed_variance(m, k, i) + m->ones[k][i] * m->ones[k][i] / m->precision;
        s.slope[k] = ((double)m->q[k] - trace - sizes[k] / variance) / (m->theta[k] * m->theta[k]);
    }
    return s;
}

/* The Newton step; a ratio held at its bound does not move. */
static void step_of(const slopes *s, const double *g, double *step)
{
    double a = s->information[0], b = s->information[1], c = s->information[2];
    bool held[2];
    for (int k = 0; k < 2; k++)
        held[k] = g[k] < 2 * least && s->slope[k] > 0;
    double det = a * c - b * b;
    if (!held[0] && !held[1] && a > 0 && det > 1e-12 * a * c) {
        step[0] = -(c * s->slope[0] - b * s->slope[1]) / det;
        step[1] = -(a * s->slope[1] - b * s->slope[0]) / det;
        return;
    }
    step[0] = held[0] ? 0 : a > 0 ? -s->slope[0] / a : -s->slope[0] * g[0];
    step[1] = held[1] ? 0 : c > 0 ? -s->slope[1] / c : -s->slope[1] * g[1];
}

static void set_ratios(crossed *m, const double *g, const double *step, double share)
{
    for (int k = 0; k < 2; k++) {
        double to = g[k] + share * step[k];
        to = fmax(to, g[k] / 100); /* towards the bound in strides, not in one leap */
        m->theta[k] = sqrt(fmin(fmax(to, least), most));
    }
}

/* Whether the step is too small to matter: below 1e-9 of the residual variance, or of a ratio so
 * near its bound that its derivative is the difference of nearly equal numbers. */
static bool is_settled(const double *g, const double *step)
{
    for (int k = 0; k < 2; k++)
        if (fabs(step[k]) > (g[k] < 1e-6 ? 1e-7 : 1e-9 * (g[k] + 1)))
            return false;
    return true;
}

/* One step from ratios g with value `from`; the criterion after it. */
static double move(crossed *m, const double *g, const double *step, double from)
{
    double share = 1, value = INFINITY;
    for (int i = 0; i < HALVINGS; i++, share /= 2) {
        set_ratios(m, g, step, share);
        value = evaluate(m);
        if (value <= from + 1e-10 * fabs(from))
            break;
    }
    return value;
}

assay_status crossed_reml(crossed *m, unsigned *steps, assay_err *err)
{
    double value = evaluate(m);
    for (unsigned i = 0; i < STEPS; i++) {
        double g[2] = {m->theta[0] * m->theta[0], m->theta[1] * m->theta[1]}, step[2];
        if (!isfinite(value) || g[0] > most / 2 || g[1] > most / 2)
            return assay_fail(err, ASSAY_UNDEFINED, 0,
                              "scores do not vary beside subjects and judges");
        slopes s = slopes_of(m, m->fit + m->n);
        step_of(&s, g, step);
        bool is_done = is_settled(g, step);
        value = move(m, g, step, value);
        ++*steps;
        if (is_done)
            return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_NO_CONVERGENCE, 0, "the variances did not settle within %d steps",
                      STEPS);
}
