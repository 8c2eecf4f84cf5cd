/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-way analysis of variance without cancellation.
 *
 *   between = sum over groups of (N T_g - n_g T)^2 / (n_g N^2)
 *   within  = sum over groups of (n_g Q_g - T_g^2) / n_g
 *
 * with T, Q sums and sums of squares about a common reference: each numerator is an exact
 * integer and no term is negative, so the sums keep the digits their terms have. Values that are
 * not decimals take two passes of double-double.
 */
#include <assay/anova.h>

#include "num/dd.h"
#include "num/values.h"
#include "num/wide.h"
#include "stat/anova.h"
#include "stat/moments.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

typedef struct {
    uint64_t n;
    int128 sum, sum2;     /* about the reference of the whole */
    assay_dd mean, total; /* the other route; total is the sum of squared deviations */
} cell;

size_t assay_anova_scratch_size(size_t k)
{
    return k * sizeof(cell) + 16;
}

typedef struct {
    assay_dd between, within, total; /* sums of squares in the unit of the moments */
} squares;

/* -- decimals -------------------------------------------------------------------------- */

static void add_exact(const assay_values *x, const uint32_t *group, int64_t reference, cell *cells)
{
    for (size_t i = 0; i < x->n; i++) {
        if (x->mantissa[i] == ASSAY_MANTISSA_MISSING)
            continue;
        cell *c = &cells[group[i]];
        int128 d = (int128)x->mantissa[i] - reference;
        c->n++;
        c->sum += d;
        c->sum2 += d * d; /* the sums of the whole fit: these do */
    }
}

static assay_dd integer_square(wide a)
{
    int shift;
    assay_dd root = wide_to_dd_shifted(a, &shift);
    return dd_times_power_of_two(dd_mul(root, root), 2 * shift);
}

static squares squares_exact(const assay_sums *all, cell *cells, size_t k)
{
    squares s = {{0, 0}, {0, 0}, {0, 0}};
    wide total = wide_of_int128(all->sum), n = wide_of_uint64(all->n);
    assay_dd n_dd = dd_of_uint(all->n);
    for (size_t g = 0; g < k; g++) {
        cell *c = &cells[g];
        if (c->n == 0)
            continue;
        assay_dd size = dd_of_uint(c->n);
        wide sum = wide_of_int128(c->sum), size_wide = wide_of_uint64(c->n);
        wide offset = wide_sub(wide_mul(n, sum), wide_mul(size_wide, total));
        assay_dd term = dd_div(dd_div(dd_div(integer_square(offset), size), n_dd), n_dd);
        s.between = dd_add(s.between, term);
        wide inner = wide_sub(wide_mul(size_wide, wide_of_int128(c->sum2)), wide_mul(sum, sum));
        c->total = dd_div(wide_to_dd(inner), size);
        s.within = dd_add(s.within, c->total);
        wide mean = wide_add(sum, wide_mul(size_wide, wide_of_int128(all->reference)));
        c->mean = dd_div(wide_to_dd(mean), size);
    }
    s.total = dd_div(wide_to_dd(sums_m2_numerator(all)), n_dd);
    return s;
}

/* -- pairs ----------------------------------------------------------------------------- */

static void means_of_cells(const assay_values *x, const uint32_t *group, const assay_moments *m,
                           cell *cells, size_t k)
{
    for (size_t i = 0; i < x->n; i++) {
        if (assay_values_is_missing(x, i))
            continue;
        cell *c = &cells[group[i]];
        c->n++;
        c->mean = dd_add(c->mean, dd_times_power_of_two(values_dd(x, i), -m->shift));
    }
    for (size_t g = 0; g < k; g++)
        if (cells[g].n)
            cells[g].mean = dd_div(cells[g].mean, dd_of_uint(cells[g].n));
}

static squares squares_two_pass(const assay_values *x, const uint32_t *group,
                                const assay_moments *m, cell *cells, size_t k)
{
    squares s = {{0, 0}, {0, 0}, m->m2};
    means_of_cells(x, group, m, cells, k);
    for (size_t i = 0; i < x->n; i++) {
        if (assay_values_is_missing(x, i))
            continue;
        cell *c = &cells[group[i]];
        assay_dd d = dd_sub(dd_times_power_of_two(values_dd(x, i), -m->shift), c->mean);
        c->total = dd_add(c->total, dd_mul(d, d));
    }
    for (size_t g = 0; g < k; g++) {
        if (cells[g].n == 0)
            continue;
        assay_dd d = dd_sub(cells[g].mean, m->mean);
        s.between = dd_add(s.between, dd_mul(dd_mul(d, d), dd_of_uint(cells[g].n)));
        s.within = dd_add(s.within, cells[g].total);
    }
    /* rounding of equal values is not variation: 2^-90 of the total */
    if (s.within.hi <= m->m2.hi * 0x1p-90)
        s.within = dd_of(0);
    return s;
}

/* -- the table ------------------------------------------------------------------------- */

/* A figure in the square of the unit of m; applied in halves, each in range. */
assay_figure figure_squared(assay_dd a, const assay_moments *m)
{
    assay_figure half = figure_scaled(a, m->exponent, m->shift);
    if (half.why)
        return half;
    a = dd_times_power_of_ten(dd_times_power_of_two(a, m->shift), m->exponent);
    return figure_scaled(a, m->exponent, m->shift);
}

static assay_anova_row row_of(assay_dd ss, uint64_t df, const assay_moments *m)
{
    assay_anova_row row = {.df = df, .ss = figure_squared(ss, m)};
    row.ms = df ? figure_squared(dd_div(ss, dd_of_uint(df)), m)
                : assay_figure_undefined("no degrees of freedom");
    return row;
}

static void fill_test(const squares *s, const assay_moments *m, assay_anova *out)
{
    const char *why = out->groups < 2       ? "fewer than 2 groups"
                      : out->within.df == 0 ? "no group has 2 values"
                      : s->within.hi == 0   ? "no variation within groups"
                                            : NULL;
    out->f = out->p = assay_figure_undefined(why);
    if (!why) {
        assay_dd between = dd_div(s->between, dd_of_uint(out->between.df));
        assay_dd within = dd_div(s->within, dd_of_uint(out->within.df));
        double f = dd_to_double(dd_div(between, within));
        out->f = assay_figure_of(f);
        out->p = assay_figure_of(pf(f, (double)out->between.df, (double)out->within.df, 0, 0));
    }
    out->r_squared = s->total.hi > 0 ? assay_figure_of(dd_to_double(dd_div(s->between, s->total)))
                                     : assay_figure_undefined("all values are equal");
    out->residual_sd = out->within.df
                           ? figure_scaled(dd_sqrt(dd_div(s->within, dd_of_uint(out->within.df))),
                                           m->exponent, m->shift)
                           : assay_figure_undefined("no group has 2 values");
}

static void fill_details(const cell *cells, size_t k, const assay_moments *m,
                         assay_anova_group *details)
{
    for (size_t g = 0; g < k; g++) {
        const cell *c = &cells[g];
        details[g].n = c->n;
        details[g].mean = c->n ? figure_scaled(c->mean, m->exponent, m->shift)
                               : assay_figure_undefined("no values");
        details[g].sd = c->n > 1 ? figure_scaled(dd_sqrt(dd_div(c->total, dd_of_uint(c->n - 1))),
                                                 m->exponent, m->shift)
                                 : assay_figure_undefined("fewer than 2 values");
    }
}

static void fill_empty(assay_anova *out)
{
    assay_figure none = assay_figure_undefined("no values");
    assay_anova_row row = {.ss = none, .ms = none};
    out->between = out->within = out->total = row;
    out->f = out->p = out->r_squared = out->residual_sd = none;
}

assay_status anova_check_codes(const uint32_t *code, size_t n, size_t k, const char *what,
                               assay_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (code[i] >= k)
            return assay_fail(err, ASSAY_DOMAIN, i, "value %zu is of %s %u, but there are only %zu",
                              i + 1, what, (unsigned)code[i] + 1, k);
    return ASSAY_OK;
}

assay_status assay_anova_one_way(const assay_values *x, const uint32_t *group, size_t k,
                                 void *scratch, assay_anova_group *details, assay_anova *out,
                                 assay_err *err)
{
    if (k == 0)
        return assay_fail(err, ASSAY_SHAPE, 0, "no groups to compare");
    assay_status status = anova_check_codes(group, x->n, k, "group", err);
    if (status != ASSAY_OK)
        return status;
    assay_sums sums;
    assay_moments m;
    bool is_exact = sums_of(x, 2, &sums);
    status = is_exact ? assay_sums_moments(&sums, &m, err) : assay_moments_of(x, &m, err);
    if (status != ASSAY_OK)
        return status;

    cell *cells = scratch;
    for (size_t g = 0; g < k; g++)
        cells[g] = (cell){0};
    *out = (assay_anova){.n = m.n, .missing = m.missing};
    if (m.n == 0) {
        fill_empty(out);
    } else {
        squares s;
        if (is_exact) {
            add_exact(x, group, sums.reference, cells);
            s = squares_exact(&sums, cells, k);
        } else {
            s = squares_two_pass(x, group, &m, cells, k);
        }
        for (size_t g = 0; g < k; g++)
            out->groups += cells[g].n > 0;
        out->between = row_of(s.between, out->groups - 1, &m);
        out->within = row_of(s.within, m.n - out->groups, &m);
        out->total = row_of(s.total, m.n - 1, &m);
        fill_test(&s, &m, out);
    }
    if (details)
        fill_details(cells, k, &m, details);
    return ASSAY_OK;
}
