/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Factor, solve and invert the mixed model equations (Henderson 1975, Biometrics 31, 423-447). */
#include "stat/crossed.h"

#include "stat/clones.h"

#include <string.h>

/* -- dense part ---------------------------------------------------------------------------------
 */

static void form(crossed *m)
{
    size_t q = m->q[DENSE];
    double a = m->theta[DENSE] * m->theta[DENSE], b = m->theta[DIAGONAL] * m->theta[DIAGONAL];
    memset(m->dense, 0, q * q * sizeof(double));
    for (size_t i = 0; i < q; i++)
        m->dense[i * q + i] = a * m->sum[DENSE][i] + 1;
    for (size_t l = 0; l < m->q[DIAGONAL]; l++) {
        m->block[l] = b * m->sum[DIAGONAL][l] + 1;
        for (size_t i = m->start[l]; i < m->start[l + 1]; i++)
            for (size_t j = m->start[l]; j < m->start[l + 1]; j++)
                m->dense[m->level[DENSE][i] * q + m->level[DENSE][j]] -=
                    a * b * m->w[i] * m->w[j] / m->block[l];
    }
}

/* row[0..n) += a x[0..n), each by itself: the same bits by fours */
static inline __attribute__((always_inline)) void add_row(double *row, double a, const double *x,
                                                          size_t n)
{
    size_t j = 0;
    for (; j + 4 <= n; j += 4)
        *(four *)(row + j) += a * *(const four *)(x + j);
    for (; j < n; j++)
        row[j] += a * x[j];
}

/* Cholesky by columns, lower triangle in place: what is left is lessened a row at a time, in the same order
 * as a sum over all columns before would be. column[q]: room. */
CLONES static bool cholesky(double *s, size_t q, double *column, double *log_det)
{
    *log_det = 0;
    for (size_t k = 0; k < q; k++) {
        if (!(s[k * q + k] > 0))
            return false;
        double root = sqrt(s[k * q + k]);
        s[k * q + k] = root;
        *log_det += 2 * log(root);
        for (size_t i = k + 1; i < q; i++)
            column[i] = s[i * q + k] /= root;
        for (size_t i = k + 1; i < q; i++)
            add_row(s + i * q + k + 1, -column[i], column + k + 1, i - k);
    }
    return true;
}

static void substitute(const double *l, size_t q, double *x)
{
    for (size_t i = 0; i < q; i++) {
        for (size_t k = 0; k < i; k++)
            x[i] -= l[i * q + k] * x[k];
        x[i] /= l[i * q + i];
    }
    for (size_t i = q; i-- > 0;) {
        x[i] /= l[i * q + i];
        for (size_t k = 0; k < i; k++)
            x[k] -= l[i * q + k] * x[i];
    }
}

/* The inverse of the factor in place, then its transpose times itself in full; both by rows, since
 * columns of a large matrix would miss the cache at every step. */
CLONES static void invert(crossed *m)
{
    size_t q = m->q[DENSE];
    double *s = m->dense, *row = m->t[DENSE];
    for (size_t i = 0; i < q; i++) {
        memcpy(row, s + i * q, i * sizeof(double));
        memset(s + i * q, 0, i * sizeof(double));
        for (size_t k = 0; k < i; k++)
            add_row(s + i * q, row[k], s + k * q, k + 1);
        s[i * q + i] = 1 / s[i * q + i];
        for (size_t j = 0; j < i; j++)
            s[i * q + j] *= -s[i * q + i];
    }
    for (size_t i = 0; i < q; i++) { /* rows below i alone are wanted after it */
        memset(row, 0, (i + 1) * sizeof(double));
        for (size_t k = i; k < q; k++)
            add_row(row, s[k * q + i], s + k * q, i + 1);
        memcpy(s + i * q, row, (i + 1) * sizeof(double));
    }
    for (size_t i = 0; i < q; i++)
        for (size_t j = 0; j < i; j++)
            s[j * q + i] = s[i * q + j];
}

void crossed_invert(crossed *m)
{
    invert(m);
}

/* -- solving ---------------------------------------------------------------------------------- */

/* v = K theta Z' W r, K the inverse coefficient matrix; from the factor. */
static void solve_effects(const crossed *m, const double *r, double *v0, double *v1)
{
    memset(v0, 0, m->q[DENSE] * sizeof(double));
    for (size_t l = 0; l < m->q[DIAGONAL]; l++) {
        double right = 0;
        for (size_t i = m->start[l]; i < m->start[l + 1]; i++)
            right += m->w[i] * r[i];
        right *= m->theta[DIAGONAL];
        v1[l] = right / m->block[l];
        for (size_t i = m->start[l]; i < m->start[l + 1]; i++)
            v0[m->level[DENSE][i]] +=
                m->theta[DENSE] * m->w[i] * (r[i] - m->theta[DIAGONAL] * v1[l]);
    }
    substitute(m->dense, m->q[DENSE], v0);
    for (size_t l = 0; l < m->q[DIAGONAL]; l++) {
        double back = 0;
        for (size_t i = m->start[l]; i < m->start[l + 1]; i++)
            back += m->w[i] * v0[m->level[DENSE][i]];
        v1[l] -= m->theta[DENSE] * m->theta[DIAGONAL] * back / m->block[l];
    }
}

bool crossed_factor(crossed *m)
{
    form(m);
    if (!cholesky(m->dense, m->q[DENSE], m->t[DENSE], &m->log_det))
        return false;
    for (size_t l = 0; l < m->q[DIAGONAL]; l++)
        m->log_det += log(m->block[l]);
    m->weight = 0;
    for (size_t i = 0; i < m->n; i++) {
        m->weight += m->w[i];
        m->fit[i] = 1;
    }
    solve_effects(m, m->fit, m->ones[DENSE], m->ones[DIAGONAL]);
    m->precision = m->weight;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < m->q[side]; i++)
            m->precision -= m->theta[side] * m->sum[side][i] * m->ones[side][i];
    return m->precision > 0;
}

void crossed_solve(crossed *m, const double *z, double *v0, double *v1)
{
    double right = 0;
    solve_effects(m, z, v0, v1);
    for (size_t i = 0; i < m->n; i++)
        right += m->w[i] * (z[i] - m->theta[DENSE] * v0[m->level[DENSE][i]] -
                            m->theta[DIAGONAL] * v1[m->level[DIAGONAL][i]]);
    m->mean = right / m->precision;
    double *v[2] = {v0, v1};
    m->squares = 0;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < m->q[side]; i++) {
            v[side][i] -= m->mean * m->ones[side][i];
            m->squares += v[side][i] * v[side][i];
        }
    for (size_t i = 0; i < m->n; i++) {
        m->fit[i] = m->mean + m->theta[DENSE] * v0[m->level[DENSE][i]] +
                    m->theta[DIAGONAL] * v1[m->level[DIAGONAL][i]];
        m->squares += m->w[i] * (z[i] - m->fit[i]) * (z[i] - m->fit[i]);
    }
}

/* -- inverse ---------------------------------------------------------------------------------- */

double crossed_variance(const crossed *m, int side, size_t i)
{
    size_t q = m->q[DENSE];
    if (side == DENSE)
        return m->dense[i * q + i];
    double sum = 0, scale = m->theta[DENSE] * m->theta[DIAGONAL] / m->block[i];
    for (size_t a = m->start[i]; a < m->start[i + 1]; a++)
        for (size_t b = m->start[i]; b < m->start[i + 1]; b++)
            sum += m->w[a] * m->w[b] * m->dense[m->level[DENSE][a] * q + m->level[DENSE][b]];
    return 1 / m->block[i] + scale * scale * sum;
}

void crossed_row(const crossed *m, int side, size_t i, double *row)
{
    size_t q = m->q[DENSE];
    if (side == DENSE) {
        memcpy(row, m->dense + i * q, q * sizeof(double));
        return;
    }
    double scale = m->theta[DENSE] * m->theta[DIAGONAL];
    memset(m->t[DENSE], 0, q * sizeof(double));
    for (size_t a = m->start[i]; a < m->start[i + 1]; a++)
        for (size_t k = 0; k < q; k++)
            m->t[DENSE][k] += m->w[a] * m->dense[m->level[DENSE][a] * q + k];
    for (size_t l = 0; l < m->q[DIAGONAL]; l++) {
        double sum = 0;
        for (size_t b = m->start[l]; b < m->start[l + 1]; b++)
            sum += m->w[b] * m->t[DENSE][m->level[DENSE][b]];
        row[l] = scale * scale * sum / (m->block[i] * m->block[l]);
    }
    row[i] += 1 / m->block[i];
}
