/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crossed study, by analysis of variance and by average and range.
 *
 * With T the sums of a part, an operator, a cell and of all, the effects
 *   part (p T_p - T)/N, operator (o T_o - T)/N, interaction (p o T_c - p T_p - o T_o + T)/N
 * and the residual (r x - T_c)/r have integer numerators, and every sum of squares is a sum of
 * squares: no digits are lost to leading ones.
 */
#include <assay/constants.h>

#include "num/dd.h"
#include "stat/gauge.h"

static assay_dd times(assay_dd a, size_t factor)
{
    return dd_mul(a, dd_of_uint(factor));
}

static assay_dd square_sum(assay_dd sum, assay_dd numerator)
{
    return dd_add(sum, dd_mul(numerator, numerator));
}

/* Sum of squares from numerators over `below`, each counted `weight` times. */
static assay_dd unscale(assay_dd squares, size_t below, size_t weight)
{
    assay_dd b = dd_of_uint(below);
    return times(dd_div(dd_div(squares, b), b), weight);
}

static assay_dd ss_main(const gauge_table *t, const gauge_cell *cells, size_t levels)
{
    assay_dd sum = dd_of(0);
    for (size_t i = 0; i < levels; i++)
        sum = square_sum(sum, dd_sub(times(cells[i].sum, levels), t->total));
    return unscale(sum, t->n, t->n / levels);
}

static assay_dd ss_interaction(const gauge_table *t)
{
    assay_dd sum = dd_of(0);
    for (size_t p = 0; p < t->parts; p++)
        for (size_t o = 0; o < t->operators; o++) {
            assay_dd effect = times(t->cells[p * t->operators + o].sum, t->parts * t->operators);
            effect = dd_sub(effect, times(t->by_part[p].sum, t->parts));
            effect = dd_sub(effect, times(t->by_operator[o].sum, t->operators));
            sum = square_sum(sum, dd_add(effect, t->total));
        }
    return unscale(sum, t->n, t->trials);
}

static assay_dd ss_residual(const gauge_table *t)
{
    assay_dd sum = dd_of(0);
    for (size_t i = 0; i < t->n; i++) {
        const gauge_cell *c = &t->cells[t->part[i] * t->operators + t->oper[i]];
        sum = square_sum(sum, dd_sub(times(gauge_reading(t, i), t->trials), c->sum));
    }
    return unscale(sum, t->trials, 1);
}

typedef struct {
    gauge_source part, oper, interaction, repeatability, total;
} crossed;

static crossed crossed_of(const gauge_table *t)
{
    size_t p = t->parts, o = t->operators;
    crossed c = {
        .part = {"part", ss_main(t, t->by_part, p), p - 1},
        .oper = {"operator", ss_main(t, t->by_operator, o), o - 1},
        .interaction = {"part:operator", ss_interaction(t), (p - 1) * (o - 1)},
        .repeatability = {"repeatability", ss_residual(t), t->n - p * o},
        .total = {"total", t->m.m2, t->n - 1},
    };
    return c;
}

static void fill_full(const gauge_table *t, const crossed *c, assay_gauge_study *out)
{
    if (t->trials < 2)
        return; /* nothing to test the interaction with */
    out->full[0] = gauge_row(t, &c->part, &c->interaction);
    out->full[1] = gauge_row(t, &c->oper, &c->interaction);
    out->full[2] = gauge_row(t, &c->interaction, &c->repeatability);
    out->full[3] = gauge_row(t, &c->repeatability, NULL);
    out->full[4] = gauge_row(t, &c->total, NULL);
    out->rows_full = 5;
}

static bool is_to_pool(const crossed *c, const assay_gauge_study *out)
{
    if (out->rows_full == 0)
        return true;
    assay_figure p = out->full[2].p;
    if (p.why) /* readings repeat exactly: pool only when there is no interaction either */
        return c->interaction.ss.hi == 0;
    return out->pool_alpha < 1 && p.value > out->pool_alpha;
}

static void use_pooled(const gauge_table *t, const crossed *c, assay_gauge_study *out,
                       gauge_source *error)
{
    *error = (gauge_source){"repeatability", dd_add(c->interaction.ss, c->repeatability.ss),
                            c->interaction.df + c->repeatability.df};
    out->used[0] = gauge_row(t, &c->part, error);
    out->used[1] = gauge_row(t, &c->oper, error);
    out->used[2] = gauge_row(t, error, NULL);
    out->used[3] = gauge_row(t, &c->total, NULL);
    out->rows_used = 4;
}

/* (above - below) / count, not below 0. */
static assay_dd component(assay_dd above, assay_dd below, size_t count)
{
    assay_dd difference = dd_sub(above, below);
    return difference.hi > 0 ? dd_div(difference, dd_of_uint(count)) : dd_of(0);
}

static gauge_components components_of(const gauge_table *t, const crossed *c,
                                      const gauge_source *pooled)
{
    const gauge_source *error = pooled ? pooled : &c->interaction;
    assay_dd below = gauge_mean_square(error);
    gauge_components k = {.interaction = dd_of(0)};
    k.part = component(gauge_mean_square(&c->part), below, t->operators * t->trials);
    k.operator_ = component(gauge_mean_square(&c->oper), below, t->parts * t->trials);
    k.repeatability = below;
    if (!pooled) {
        k.repeatability = gauge_mean_square(&c->repeatability);
        k.interaction = component(below, k.repeatability, t->trials);
    }
    return k;
}

static assay_status begin(gauge_table *t, const assay_gauge_options *options, void *scratch,
                          assay_gauge_study *study, assay_err *err)
{
    *study = (assay_gauge_study){.method = "crossed", .parts = t->parts, .operators = t->operators};
    assay_status status = gauge_settle(options, study, err);
    if (status == ASSAY_OK)
        status = gauge_tabulate(t, true, scratch, err);
    study->trials = t->trials;
    return status;
}

assay_status assay_gauge_crossed(const assay_values *x, const uint32_t *part, size_t parts,
                                 const uint32_t *oper, size_t operators,
                                 const assay_gauge_options *options, void *scratch,
                                 assay_gauge_study *out, assay_err *err)
{
    gauge_table t = {.x = x, .part = part, .oper = oper, .parts = parts, .operators = operators};
    assay_gauge_study study;
    assay_status status = begin(&t, options, scratch, &study, err);
    if (status != ASSAY_OK)
        return status;

    crossed c = crossed_of(&t);
    gauge_source pooled;
    fill_full(&t, &c, &study);
    study.is_pooled = is_to_pool(&c, &study);
    if (study.is_pooled) {
        use_pooled(&t, &c, &study, &pooled);
    } else {
        study.rows_used = study.rows_full;
        for (size_t i = 0; i < study.rows_full; i++)
            study.used[i] = study.full[i];
    }
    gauge_components k = components_of(&t, &c, study.is_pooled ? &pooled : NULL);
    gauge_fill_shares(&t, &k, sqrt(2), &study);
    *out = study;
    return ASSAY_OK;
}

/* -- average and range ----------------------------------------------------------------- */

/* Range of the sums of cells. */
static assay_dd range_of_sums(const gauge_cell *cells, size_t count)
{
    assay_dd min = cells[0].sum, max = min;
    for (size_t i = 1; i < count; i++) {
        min = dd_compare(cells[i].sum, min) < 0 ? cells[i].sum : min;
        max = dd_compare(cells[i].sum, max) > 0 ? cells[i].sum : max;
    }
    return dd_sub(max, min);
}

static assay_dd mean_range(const gauge_table *t)
{
    size_t count = t->parts * t->operators;
    assay_dd sum = dd_of(0);
    for (size_t i = 0; i < count; i++)
        sum = dd_add(sum, dd_sub(t->cells[i].max, t->cells[i].min));
    return dd_div(sum, dd_of_uint(count));
}

/* d2* of a single range of m: the root mean square of the range. */
static double d2_single(size_t m)
{
    return hypot(assay_d2(m), assay_d3(m));
}

static assay_dd square(assay_dd a)
{
    return dd_mul(a, a);
}

assay_status assay_gauge_average_range(const assay_values *x, const uint32_t *part, size_t parts,
                                       const uint32_t *oper, size_t operators,
                                       const assay_gauge_options *options, void *scratch,
                                       assay_gauge_study *out, assay_err *err)
{
    gauge_table t = {.x = x, .part = part, .oper = oper, .parts = parts, .operators = operators};
    assay_gauge_study study;
    assay_status status = begin(&t, options, scratch, &study, err);
    if (status != ASSAY_OK)
        return status;
    if (t.trials < 2)
        return assay_fail(err, ASSAY_SHAPE, 0, "one reading a cell has no range");

    study.method = "average-range";
    assay_dd ev = dd_div(mean_range(&t), dd_of(assay_d2(t.trials)));
    assay_dd difference =
        dd_div(range_of_sums(t.by_operator, operators), dd_of_uint(t.n / operators));
    assay_dd av = square(dd_div(difference, dd_of(d2_single(operators))));
    av = dd_sub(av, dd_div(square(ev), dd_of_uint(t.n / operators)));
    assay_dd range = dd_div(range_of_sums(t.by_part, parts), dd_of_uint(t.n / parts));
    gauge_components k = {
        .repeatability = square(ev),
        .operator_ = av.hi > 0 ? av : dd_of(0),
        .part = square(dd_div(range, dd_of(d2_single(parts)))),
        .why_no_interaction = "not separated by the average-range method",
    };
    gauge_fill_shares(&t, &k, 1.41, &study);
    *out = study;
    return ASSAY_OK;
}
