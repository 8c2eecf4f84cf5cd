/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stat/gauge.h"

#include "num/dd.h"
#include "num/values.h"
#include "stat/anova.h"
#include "stat/moments.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

static const struct {
    const char *name, *text;
} sources[] = {
#define X(code, name, text) {name, text},
    ASSAY_GAUGE_SOURCE_LIST(X)
#undef X
};

const char *assay_gauge_source_name(assay_gauge_source source)
{
    return (unsigned)source < ASSAY_GAUGE_SOURCES ? sources[source].name : "unknown";
}

const char *assay_gauge_source_text(assay_gauge_source source)
{
    return (unsigned)source < ASSAY_GAUGE_SOURCES ? sources[source].text : "unknown source";
}

assay_gauge_options assay_gauge_defaults(void)
{
    return (assay_gauge_options){.sigmas = 6, .pool_alpha = ASSAY_GAUGE_POOL_MINITAB};
}

size_t assay_gauge_scratch_size(size_t parts, size_t operators)
{
    size_t cells, bytes;
    if (__builtin_mul_overflow(parts + 1, operators + 1, &cells) ||
        __builtin_mul_overflow(cells, sizeof(gauge_cell), &bytes))
        return SIZE_MAX;
    return bytes;
}

assay_status gauge_refuse_missing(const assay_values *x, assay_err *err)
{
    for (size_t i = 0; i < x->n; i++)
        if (assay_values_is_missing(x, i))
            return assay_fail(err, ASSAY_MISSING, i, "reading %zu is missing", i + 1);
    return ASSAY_OK;
}

assay_status gauge_settle(const assay_gauge_options *asked, assay_gauge_study *out, assay_err *err)
{
    assay_gauge_options used = asked ? *asked : assay_gauge_defaults();
    out->sigmas = used.sigmas != 0 ? used.sigmas : 6;
    out->tolerance = used.tolerance != 0 ? used.tolerance : NAN;
    out->pool_alpha = isnan(used.pool_alpha) ? ASSAY_GAUGE_POOL_MINITAB : used.pool_alpha;
    if (!(out->sigmas > 0 && isfinite(out->sigmas)))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a spread of %g sd is not above 0", out->sigmas);
    if (out->tolerance <= 0 || isinf(out->tolerance))
        return assay_fail(err, ASSAY_DOMAIN, 0, "tolerance %g is not above 0", out->tolerance);
    if (!(out->pool_alpha >= 0 && out->pool_alpha <= 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "alpha %g is not between 0 and 1", out->pool_alpha);
    return ASSAY_OK;
}

/* -- sums ------------------------------------------------------------------------------ */

assay_dd gauge_reading(const gauge_table *t, size_t i)
{
    return dd_sub(dd_times_power_of_two(values_dd(t->x, i), -t->m.shift), t->first);
}

static void add_reading(gauge_cell *c, assay_dd d)
{
    if (c->n++ == 0)
        c->min = c->max = d;
    c->min = dd_compare(d, c->min) < 0 ? d : c->min;
    c->max = dd_compare(d, c->max) > 0 ? d : c->max;
    c->sum = dd_add(c->sum, d);
}

static assay_status check_cells(gauge_table *t, assay_err *err)
{
    size_t cells = t->parts * t->operators, votes = 0;
    for (size_t i = 0; i < cells; i++) { /* as most cells have it: the odd one is named */
        t->trials = votes ? t->trials : t->cells[i].n;
        votes = t->cells[i].n == t->trials ? votes + 1 : votes - 1;
    }
    for (size_t i = 0; i < cells; i++)
        if (t->cells[i].n != t->trials) {
            assay_fail(err, ASSAY_SHAPE, i, "operator %zu measured part %zu %zu times, not %zu",
                       i % t->operators + 1, i / t->operators + 1, t->cells[i].n, t->trials);
            assay_hint(err, "every operator must measure every part equally often");
            return ASSAY_SHAPE;
        }
    return ASSAY_OK;
}

/* Each part with equally many readings of one operator, each operator with equally many parts. */
static assay_status check_nested(gauge_table *t, assay_err *err)
{
    for (size_t i = t->n; i-- > 0;) /* the first reading has the last word */
        t->by_part[t->part[i]].owner = t->oper[i];
    for (size_t i = 0; i < t->n; i++)
        if (t->by_part[t->part[i]].owner != t->oper[i])
            return assay_fail(err, ASSAY_SHAPE, i, "part %u was measured by more than one operator",
                              (unsigned)t->part[i] + 1);
    t->trials = t->n / t->parts;
    for (size_t p = 0; p < t->parts; p++)
        if (t->by_part[p].n != t->trials)
            return assay_fail(err, ASSAY_SHAPE, p, "part %zu was measured %zu times, not %zu",
                              p + 1, t->by_part[p].n, t->trials);
    size_t each = t->n / t->operators;
    for (size_t o = 0; o < t->operators; o++)
        if (t->by_operator[o].n != each || each % t->trials)
            return assay_fail(err, ASSAY_SHAPE, o, "operator %zu has %zu readings, not %zu", o + 1,
                              t->by_operator[o].n, each);
    return ASSAY_OK;
}

assay_status gauge_tabulate(gauge_table *t, bool is_crossed, void *scratch, assay_err *err)
{
    t->n = t->x->n;
    if (t->parts < 2 || t->operators < 2)
        return assay_fail(err, ASSAY_SHAPE, 0,
                          "%zu parts and %zu operators: a study needs at least 2 of each", t->parts,
                          t->operators);
    if (t->n < t->parts || (is_crossed && t->n / t->parts < t->operators))
        return assay_fail(err, ASSAY_SHAPE, 0,
                          "%zu readings are too few for %zu parts and %zu operators", t->n,
                          t->parts, t->operators);
    assay_status status = anova_check_codes(t->part, t->n, t->parts, "part", err);
    if (status == ASSAY_OK)
        status = anova_check_codes(t->oper, t->n, t->operators, "operator", err);
    if (status == ASSAY_OK)
        status = gauge_refuse_missing(t->x, err);
    if (status == ASSAY_OK)
        status = assay_moments_of(t->x, &t->m, err);
    if (status != ASSAY_OK)
        return status;

    t->by_part = scratch;
    t->by_operator = t->by_part + t->parts;
    t->cells = t->by_operator + t->operators;
    size_t room = t->parts + t->operators + (is_crossed ? t->parts * t->operators : 0);
    for (size_t i = 0; i < room; i++)
        t->by_part[i] = (gauge_cell){0};
    t->total = dd_of(0);
    t->first = dd_times_power_of_two(values_dd(t->x, 0), -t->m.shift);
    for (size_t i = 0; i < t->n; i++) {
        assay_dd d = gauge_reading(t, i);
        t->total = dd_add(t->total, d);
        add_reading(&t->by_part[t->part[i]], d);
        add_reading(&t->by_operator[t->oper[i]], d);
        if (is_crossed)
            add_reading(&t->cells[t->part[i] * t->operators + t->oper[i]], d);
    }
    return is_crossed ? check_cells(t, err) : check_nested(t, err);
}

/* -- tables ---------------------------------------------------------------------------- */

assay_dd gauge_mean_square(const gauge_source *s)
{
    return dd_div(s->ss, dd_of_uint(s->df)); /* NaN for df = 0 */
}

assay_gauge_anova_row gauge_row(const gauge_table *t, const gauge_source *s,
                                const gauge_source *error)
{
    assay_figure none = assay_figure_undefined("not tested");
    assay_gauge_anova_row row = {.source = s->name, .df = s->df, .f = none, .p = none};
    row.ss = figure_squared(s->ss, &t->m);
    row.ms = s->df ? figure_squared(gauge_mean_square(s), &t->m)
                   : assay_figure_undefined("no degrees of freedom");
    if (!error)
        return row;
    assay_dd below = gauge_mean_square(error);
    if (!(below.hi > 0)) {
        row.f = row.p = assay_figure_undefined("no variation to compare with");
        return row;
    }
    double f = dd_div(gauge_mean_square(s), below).hi;
    row.f = assay_figure_of(f);
    row.p = assay_figure_of(pf(f, (double)s->df, (double)error->df, 0, 0));
    return row;
}

static assay_gauge_share share_of(const gauge_table *t, assay_dd variance, assay_dd total,
                                  const assay_gauge_study *study)
{
    assay_gauge_share s;
    assay_dd sd = dd_sqrt(variance), spread = dd_mul(sd, dd_of(study->sigmas));
    s.variance = figure_squared(variance, &t->m);
    s.sd = figure_scaled(sd, t->m.exponent, t->m.shift);
    s.study_variation = figure_scaled(spread, t->m.exponent, t->m.shift);
    s.percent_contribution = s.percent_study = assay_figure_undefined("no variation");
    if (total.hi > 0) {
        assay_dd ratio = dd_div(variance, total);
        s.percent_contribution = assay_figure_of(dd_mul(ratio, dd_of(100)).hi);
        s.percent_study = assay_figure_of(dd_mul(dd_sqrt(ratio), dd_of(100)).hi);
    }
    assay_dd part = dd_mul(dd_div(spread, dd_of(study->tolerance)), dd_of(100));
    s.percent_tolerance = isnan(study->tolerance) ? assay_figure_undefined("no tolerance")
                                                  : figure_scaled(part, t->m.exponent, t->m.shift);
    return s;
}

static assay_gauge_share share_undefined(const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    return (assay_gauge_share){none, none, none, none, none, none};
}

void gauge_fill_shares(const gauge_table *t, const gauge_components *c, double categories,
                       assay_gauge_study *out)
{
    assay_dd between = c->why_no_interaction ? c->operator_ : dd_add(c->operator_, c->interaction);
    assay_dd gauge = dd_add(c->repeatability, between), total = dd_add(gauge, c->part);
    out->share[ASSAY_GAUGE_GRR] = share_of(t, gauge, total, out);
    out->share[ASSAY_GAUGE_REPEATABILITY] = share_of(t, c->repeatability, total, out);
    out->share[ASSAY_GAUGE_REPRODUCIBILITY] = share_of(t, between, total, out);
    out->share[ASSAY_GAUGE_OPERATOR] = share_of(t, c->operator_, total, out);
    out->share[ASSAY_GAUGE_INTERACTION] = c->why_no_interaction
                                              ? share_undefined(c->why_no_interaction)
                                              : share_of(t, c->interaction, total, out);
    out->share[ASSAY_GAUGE_PART] = share_of(t, c->part, total, out);
    out->share[ASSAY_GAUGE_TOTAL] = share_of(t, total, total, out);
    out->ndc_exact = out->ndc = assay_figure_undefined("no variation of the gauge");
    if (gauge.hi > 0) {
        double exact = categories * dd_sqrt(dd_div(c->part, gauge)).hi;
        out->ndc_exact = assay_figure_of(exact);
        out->ndc = assay_figure_of(fmax(1, floor(exact)));
    }
}
