/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One period of one characteristic: its readings as of the commit, their digest, and what a chart
 * and the lag-1 autocorrelation say about them. Readings that do not count are counted apart. */
#include "scheme/evidence_inner.h"

#include <assay/describe.h>

#include <stdlib.h>
#include <string.h>

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while computing evidence");
}

static series_request request_of(const char *database, const evidence *e, const evidence_item *item,
                                 bool is_after, char name[static 16])
{
    const evidence_period *p = is_after ? &e->claim.after : &e->claim.before;
    snprintf(name, 16, "#%u", item->number);
    series_request r = {.source = database, .name = name, .range = STORE_ALL,
                        .contexts = 1u << CONTEXT_SUBGROUP, .with_time = true};
    if (e->claim.kind == EVIDENCE_GRR) /* parts are told by their serial numbers */
        r.contexts |= 1u << CONTEXT_SERIAL | 1u << CONTEXT_OPERATOR;
    r.range.from = p->from;
    r.range.to = p->to;
    r.range.as_of = e->commit;
    r.range.all_status = true;
    memcpy(r.range.filter, e->claim.filter, sizeof r.range.filter);
    return r;
}

static bool counts(const series *s, size_t i)
{
    return !(s->status && (s->status[i] & STATUS_MASK) != STATUS_VALID);
}

static bool has_value(const series *s, size_t i)
{
    if (s->real)
        return !isnan(s->real[i]);
    return series_mantissa(s, i) != ASSAY_MANTISSA_MISSING;
}

/* Only readings with a value that count, in series order. */
static bool pick(evidence_data *d, bool is_study)
{
    const series *s = &d->series;
    const uint32_t *part = is_study ? s->context[CONTEXT_SERIAL] : NULL;
    const uint32_t *operator = is_study ? s->context[CONTEXT_OPERATOR] : NULL;
    size_t n = 0;
    d->mantissa = s->real ? NULL : malloc((s->n + 1) * sizeof *d->mantissa);
    d->real = s->real ? malloc((s->n + 1) * sizeof *d->real) : NULL;
    d->size = s->size ? malloc((s->n + 1) * sizeof *d->size) : NULL;
    d->part = part ? malloc((s->n + 1) * sizeof *d->part) : NULL;
    d->operator = operator ? malloc((s->n + 1) * sizeof *d->operator) : NULL;
    if ((!d->mantissa && !d->real) || (s->size && !d->size) || (part && !d->part) ||
        (operator && !d->operator))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        if (!counts(s, i) || !has_value(s, i))
            continue;
        if (d->real)
            d->real[n] = s->real[i];
        else
            d->mantissa[n] = series_mantissa(s, i);
        if (d->size)
            d->size[n] = s->size[i];
        if (part)
            d->part[n] = part[i];
        if (operator)
            d->operator[n] = operator[i];
        n++;
    }
    d->values = d->real ? assay_values_of_doubles(d->real, n)
                        : assay_values_of_decimals(d->mantissa, n, s->has_value ? s->exponent : 0);
    return true;
}

/* Beyond EVIDENCE_POINTS each pair of places holds the least and the greatest of its stretch. */
static bool keep_points(evidence *e, const analysis *a, evidence_side *side)
{
    size_t n = a->input.subgroups, kept = n <= EVIDENCE_POINTS ? n : EVIDENCE_POINTS;
    side->point = arena_array(&e->memory, double, kept + 1);
    if (!side->point)
        return false;
    side->points = kept;
    for (size_t i = 0; i < kept && n <= EVIDENCE_POINTS; i++)
        side->point[i] = a->chart.location[i].value;
    for (size_t pair = 0; pair < kept / 2 && n > EVIDENCE_POINTS; pair++) {
        double low = NAN, high = NAN;
        for (size_t i = n * pair / (kept / 2); i < n * (pair + 1) / (kept / 2); i++) {
            low = fmin(low, a->chart.location[i].value);
            high = fmax(high, a->chart.location[i].value);
        }
        side->point[2 * pair] = low;
        side->point[2 * pair + 1] = high;
    }
    return true;
}

/* A reason may lie in the analysis, which is gone after its visit: static texts alone are kept. */
static void take_index(const evidence *e, const assay_capability *c, evidence_side *side)
{
    const assay_index *x = e->claim.kind == EVIDENCE_CPK ? &c->cpk : &c->ppk;
    side->index = isnan(x->value) ? assay_figure_undefined(x->why ? x->why : "no values")
                                  : assay_figure_of(x->value);
    side->nu = c->nu;
}

static assay_status look_at_chart(evidence *e, const evidence_data *d, evidence_side *side,
                                  assay_err *err)
{
    analysis_options options = analysis_defaults();
    analysis a = {0};
    options.with_capability = e->claim.kind == EVIDENCE_CPK || e->claim.kind == EVIDENCE_PPK;
    options.is_brief = !options.with_capability;
    side->center = side->lcl = side->ucl = NAN;
    side->stability = VERDICT_UNKNOWN;
    side->index = assay_figure_undefined("no values");
    if (d->values.n == 0)
        return ASSAY_OK;
    assay_status status = analysis_make(d->set, &d->series, &options, &a, err);
    if (status == ASSAY_OK && a.has_chart && a.input.subgroups > 0) {
        const assay_chart_point *last = &a.chart.location[a.input.subgroups - 1];
        if (a.has_capability)
            take_index(e, &a.capability, side);
        a.has_capability = false; /* stability is the chart's alone */
        side->stability = analysis_judge(&a, 0);
        side->signals = a.chart.signals;
        side->subgroups = a.input.subgroups;
        side->center = last->center;
        side->lcl = last->lcl;
        side->ucl = last->ucl;
        if (!keep_points(e, &a, side))
            status = no_memory(err);
    }
    analysis_done(&a);
    return status;
}

/* Counts are compared as shares of what was inspected. */
static assay_figure dependence(const evidence_item *item, const evidence_data *d)
{
    if (item->kind == KIND_VARIABLE || !d->size)
        return assay_autocorrelation(&d->values, 1);
    double *share = malloc((d->values.n + 1) * sizeof *share);
    if (!share)
        return assay_figure_undefined("out of memory");
    for (size_t i = 0; i < d->values.n; i++)
        share[i] = d->size[i] ? assay_values_at(&d->values, i) / (double)d->size[i] : NAN;
    assay_values shares = assay_values_of_doubles(share, d->values.n);
    assay_figure r = assay_autocorrelation(&shares, 1);
    free(share);
    return r;
}

assay_status evidence_load(const char *database, evidence *e, evidence_item *item, bool is_after,
                           evidence_data *out, assay_err *err)
{
    evidence_side *side = is_after ? &item->after : &item->before;
    char name[16];
    series_request request = request_of(database, e, item, is_after, name);
    evidence_data d = {0};
    assay_status status = series_open(&request, &d.set, err);
    if (status == ASSAY_OK)
        status = store_digest(series_store(d.set), item->number, &request.range, &side->digest, err);
    if (status == ASSAY_OK) {
        d.series = *series_at(d.set, 0);
        d.size_decimals = d.series.definition->size_decimals;
        d.series.definition = item->definition;
        status = pick(&d, e->claim.kind == EVIDENCE_GRR) ? ASSAY_OK : no_memory(err);
    }
    if (status == ASSAY_OK) {
        side->n = d.values.n;
        side->out = d.series.n - d.values.n;
        side->autocorrelation = dependence(item, &d);
        side->is_dependent = !side->autocorrelation.why && side->n > 3 &&
                             side->autocorrelation.value > 1.96 / sqrt((double)side->n);
        status = look_at_chart(e, &d, side, err);
    }
    if (status == ASSAY_OK)
        *out = d;
    else
        evidence_unload(&d);
    return status;
}

void evidence_unload(evidence_data *d)
{
    free(d->mantissa);
    free(d->real);
    free(d->size);
    free(d->part);
    free(d->operator);
    series_close(d->set);
    *d = (evidence_data){0};
}
