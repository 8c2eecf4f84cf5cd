/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nested study: parts within operators, for tests that use the part up. Numerators as in the
 * crossed study: operator (o T_o - T)/N, part (q T_p - T_o)/(q r) with q parts an operator,
 * residual (r x - T_p)/r. */
#include "num/dd.h"
#include "stat/gauge.h"

typedef struct {
    gauge_source oper, part, repeatability, total;
} nested;

static assay_dd times(assay_dd a, size_t factor)
{
    return dd_mul(a, dd_of_uint(factor));
}

static assay_dd over_square(assay_dd squares, size_t below)
{
    return dd_div(dd_div(squares, dd_of_uint(below)), dd_of_uint(below));
}

static nested nested_of(const gauge_table *t)
{
    size_t each = t->parts / t->operators; /* parts an operator */
    assay_dd oper = dd_of(0), part = dd_of(0), residual = dd_of(0);
    for (size_t o = 0; o < t->operators; o++) {
        assay_dd e = dd_sub(times(t->by_operator[o].sum, t->operators), t->total);
        oper = dd_add(oper, dd_mul(e, e));
    }
    for (size_t p = 0; p < t->parts; p++) {
        const gauge_cell *c = &t->by_part[p];
        assay_dd e = dd_sub(times(c->sum, each), t->by_operator[c->owner].sum);
        part = dd_add(part, dd_mul(e, e));
    }
    for (size_t i = 0; i < t->n; i++) {
        assay_dd e = dd_sub(times(gauge_reading(t, i), t->trials), t->by_part[t->part[i]].sum);
        residual = dd_add(residual, dd_mul(e, e));
    }
    return (nested){
        .oper = {"operator", times(over_square(oper, t->n), t->n / t->operators), t->operators - 1},
        .part = {"part", times(over_square(part, each * t->trials), t->trials),
                 t->parts - t->operators},
        .repeatability = {"repeatability", over_square(residual, t->trials), t->n - t->parts},
        .total = {"total", t->m.m2, t->n - 1},
    };
}

static assay_dd component(assay_dd above, assay_dd below, size_t count)
{
    assay_dd difference = dd_sub(above, below);
    return difference.hi > 0 ? dd_div(difference, dd_of_uint(count)) : dd_of(0);
}

static void fill_rows(const gauge_table *t, const nested *s, assay_gauge_study *out)
{
    out->full[0] = gauge_row(t, &s->oper, &s->part);
    out->full[1] = gauge_row(t, &s->part, &s->repeatability);
    out->full[2] = gauge_row(t, &s->repeatability, NULL);
    out->full[3] = gauge_row(t, &s->total, NULL);
    out->rows_full = out->rows_used = 4;
    for (size_t i = 0; i < 4; i++)
        out->used[i] = out->full[i];
}

assay_status assay_gauge_nested(const assay_values *x, const uint32_t *part, size_t parts,
                                const uint32_t *oper, size_t operators,
                                const assay_gauge_options *options, void *scratch,
                                assay_gauge_study *out, assay_err *err)
{
    gauge_table t = {.x = x, .part = part, .oper = oper, .parts = parts, .operators = operators};
    assay_gauge_study study = {.method = "nested", .parts = parts, .operators = operators};
    assay_status status = gauge_settle(options, &study, err);
    if (status == ASSAY_OK)
        status = gauge_tabulate(&t, false, scratch, err);
    if (status != ASSAY_OK)
        return status;
    if (t.trials < 2 || parts <= operators)
        return assay_fail(err, ASSAY_SHAPE, 0,
                          "a nested study needs 2 parts an operator and 2 readings a part");

    study.trials = t.trials;
    nested s = nested_of(&t);
    fill_rows(&t, &s, &study);
    assay_dd error = gauge_mean_square(&s.repeatability), middle = gauge_mean_square(&s.part);
    gauge_components k = {
        .repeatability = error,
        .operator_ = component(gauge_mean_square(&s.oper), middle, t.n / operators),
        .part = component(middle, error, t.trials),
        .why_no_interaction = "parts are nested in operators",
    };
    gauge_fill_shares(&t, &k, sqrt(2), &study);
    *out = study;
    return ASSAY_OK;
}
