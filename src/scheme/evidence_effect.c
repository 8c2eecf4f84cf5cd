/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which test suits which claim and which data, and what must be said beside its answer. */
#include "scheme/evidence_inner.h"

#include "base/i18n.h"

#include <assay/effect.h>
#include <assay/gauge.h>

#include <stdlib.h>
#include <string.h>

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while computing evidence");
}

static void doubt(evidence_item *item, const char *sentence)
{
    if (item->doubts < sizeof item->doubt / sizeof *item->doubt)
        item->doubt[item->doubts++] = sentence;
}

static void set_undefined(evidence_item *item, const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    item->effect = item->low = item->high = item->statistic = item->df = item->p = none;
}

static void set_test(evidence_item *item, const assay_test *t)
{
    item->effect = t->estimate;
    item->low = t->lower;
    item->high = t->upper;
    item->statistic = t->statistic;
    item->df = t->df;
    item->p = t->p;
}

static assay_status unsupported(const evidence *e, const evidence_item *item, const char *instead,
                                assay_err *err)
{
    assay_fail(err, ASSAY_UNSUPPORTED, 0, "evidence: %s cannot carry a claim of %s", item->path,
               evidence_kind_name(e->claim.kind));
    return assay_hint(err, "%s", _(instead));
}

/* -- mean and spread -------------------------------------------------------------------------- */

static assay_status mean_effect(const evidence *e, evidence_item *item, const evidence_data *before,
                                const evidence_data *after, assay_err *err)
{
    assay_effect_shift s;
    assay_status status = assay_effect_of_means(&before->values, &after->values, ASSAY_SERIAL_AUTO,
                                                evidence_number(e->claim.confidence), &s, err);
    if (status != ASSAY_OK)
        return status;
    item->test = s.method;
    item->test_why = s.is_autocorrelated
                         ? "values follow their predecessors: as many independent ones as they tell"
                         : "two independent samples, variances not assumed equal";
    if (s.is_autocorrelated)
        doubt(item, "values follow their predecessors: the interval is widened for it");
    item->before.mean = s.mean_before;
    item->before.sd = s.sd_before;
    item->after.mean = s.mean_after;
    item->after.sd = s.sd_after;
    set_test(item, &s.used);
    return ASSAY_OK;
}

static assay_status describe(evidence_side *side, const evidence_data *data, assay_err *err)
{
    assay_moments m;
    assay_status status = assay_moments_of(&data->values, &m, err);
    if (status != ASSAY_OK)
        return status;
    side->mean = assay_moments_mean(&m);
    side->sd = assay_moments_sd(&m);
    return ASSAY_OK;
}

static assay_status describe_sides(evidence_item *item, const evidence_data *before,
                                   const evidence_data *after, assay_err *err)
{
    assay_status status = describe(&item->before, before, err);
    return status == ASSAY_OK ? describe(&item->after, after, err) : status;
}

static void doubt_dependence(evidence_item *item)
{
    if (item->before.is_dependent || item->after.is_dependent)
        doubt(item, "values follow their predecessors: the interval is too narrow for it");
}

static assay_status sd_effect(const evidence *e, evidence_item *item, const evidence_data *before,
                              const evidence_data *after, assay_err *err)
{
    assay_effect_spread s;
    void *scratch = malloc(assay_effect_scratch_size(before->values.n, after->values.n) + 1);
    if (!scratch)
        return no_memory(err);
    assay_status status = assay_effect_of_spreads(
        &before->values, &after->values, evidence_number(e->claim.confidence), scratch, &s, err);
    free(scratch);
    if (status == ASSAY_OK)
        status = describe_sides(item, before, after, err);
    if (status != ASSAY_OK)
        return status;
    item->test = "brown-forsythe";
    item->test_why = "holds also when values are not normal; the interval is that of F";
    set_test(item, &s.ratio);
    item->statistic = s.brown_forsythe.statistic;
    item->df = s.brown_forsythe.df2;
    item->p = s.brown_forsythe.p;
    doubt_dependence(item);
    return ASSAY_OK;
}

/* -- capability ------------------------------------------------------------------------------- */

static assay_effect_estimate estimate_of(const evidence *e, const evidence_side *s)
{
    double n = (double)s->n;
    return (assay_effect_estimate){s->index.value, n,
                                   e->claim.kind == EVIDENCE_CPK ? s->nu : n - 1};
}

static assay_status index_effect(const evidence *e, evidence_item *item,
                                 const evidence_data *before, const evidence_data *after,
                                 assay_err *err)
{
    assay_effect_index x;
    assay_status status = describe_sides(item, before, after, err);
    if (status != ASSAY_OK)
        return status;
    item->test = "bissell";
    item->test_why = "difference of two one-sided indices, by normal approximation";
    if (item->before.index.why || item->after.index.why) {
        set_undefined(item,
                      item->before.index.why ? item->before.index.why : item->after.index.why);
        return ASSAY_OK;
    }
    assay_effect_estimate a = estimate_of(e, &item->before), b = estimate_of(e, &item->after);
    if (!(a.nu > 0 && b.nu > 0)) { /* moving ranges state none */
        set_undefined(item, "no degrees of freedom");
        return ASSAY_OK;
    }
    status = assay_effect_of_indices(&a, &b, true, evidence_number(e->claim.confidence), &x, err);
    if (status != ASSAY_OK)
        return status;
    item->test = x.method;
    set_test(item, &x.difference);
    if (a.n < 25 || b.n < 25)
        doubt(item, "fewer than 25 values in a period: the interval of an index is coarse");
    doubt_dependence(item);
    return ASSAY_OK;
}

/* -- shares and counts ------------------------------------------------------------------------ */

/* Attribute values are whole numbers >= 0. */
static bool whole_at(const evidence_data *d, size_t i, uint64_t *out)
{
    int64_t x;
    if (d->mantissa) {
        if (!decimal_rescale(d->mantissa[i], d->values.exponent, 0, &x) || x < 0)
            return false;
        *out = (uint64_t)x;
        return true;
    }
    if (!(d->real[i] >= 0 && d->real[i] < 9e15) || d->real[i] != floor(d->real[i]))
        return false;
    *out = (uint64_t)d->real[i];
    return true;
}

static assay_status add_counts(const evidence_item *item, const evidence_data *d,
                               evidence_side *side, assay_err *err)
{
    uint64_t events = 0, size = 0, x;
    for (size_t i = 0; i < d->values.n; i++) {
        if (!whole_at(d, i, &x) || __builtin_add_overflow(events, x, &events) ||
            __builtin_add_overflow(size, d->size ? d->size[i] : 1, &size))
            return assay_fail(err, ASSAY_DOMAIN, i, "evidence: %s: count %zu is not a whole number",
                              item->path, i + 1);
    }
    if (size > INT64_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "evidence: %s: too many were inspected", item->path);
    int places = d->size ? d->size_decimals : 0;
    side->events = events;
    side->inspected = (decimal){(int64_t)size, (int16_t)-places, (uint8_t)places};
    return ASSAY_OK;
}

/* Correctly rounded values compare like the decimals they come from. */
static void count_beyond(const evidence_item *item, const evidence_data *d, evidence_side *side)
{
    double lower = item->lower.is_given ? quantity_value(&item->lower) : -INFINITY;
    double upper = item->upper.is_given ? quantity_value(&item->upper) : INFINITY;
    for (size_t i = 0; i < d->values.n; i++) {
        double x = assay_values_at(&d->values, i);
        side->events += x < lower || x > upper;
    }
    side->inspected = (decimal){(int64_t)d->values.n, 0, 0};
}

static assay_status share_effect(const evidence *e, evidence_item *item,
                                 const evidence_data *before, const evidence_data *after,
                                 assay_err *err)
{
    assay_effect_share s;
    const evidence_side *b = &item->before, *a = &item->after;
    if (item->kind == KIND_DEFECTS)
        return unsupported(e, item, N_("it counts defects: claim the count rate"), err);
    if (item->kind == KIND_VARIABLE && !item->lower.is_given && !item->upper.is_given) {
        item->test = "score";
        item->test_why = "two shares";
        item->before.rate = item->after.rate = assay_figure_undefined("no limit");
        set_undefined(item, "no limit");
        return describe_sides(item, before, after, err);
    }
    assay_status status = ASSAY_OK;
    if (item->kind == KIND_VARIABLE) {
        count_beyond(item, before, &item->before);
        count_beyond(item, after, &item->after);
        status = describe_sides(item, before, after, err);
    } else {
        status = add_counts(item, before, &item->before, err);
        if (status == ASSAY_OK)
            status = add_counts(item, after, &item->after, err);
        if (status == ASSAY_OK && (b->inspected.exponent || a->inspected.exponent))
            status = assay_fail(err, ASSAY_DOMAIN, 0,
                                "evidence: %s: sample sizes are no numbers of pieces", item->path);
    }
    if (status == ASSAY_OK)
        status = assay_effect_of_shares(b->events, (uint64_t)b->inspected.mantissa, a->events,
                                        (uint64_t)a->inspected.mantissa,
                                        evidence_number(e->claim.confidence), &s, err);
    if (status != ASSAY_OK)
        return status;
    item->test = s.method;
    item->test_why =
        strcmp(s.method, "fisher") == 0 ? "an expected count is below 5: exact" : "two shares";
    item->before.rate = s.before;
    item->after.rate = s.after;
    set_test(item, &s.difference);
    doubt_dependence(item);
    return ASSAY_OK;
}

static assay_status count_effect(const evidence *e, evidence_item *item,
                                 const evidence_data *before, const evidence_data *after,
                                 assay_err *err)
{
    assay_effect_rate r;
    evidence_side *b = &item->before, *a = &item->after;
    if (item->kind != KIND_DEFECTS)
        return unsupported(e, item,
                           item->kind == KIND_VARIABLE
                               ? N_("it is measured: claim mean, sd, cpk, ppk or nonconforming")
                               : N_("it counts nonconforming pieces: claim nonconforming"),
                           err);
    assay_status status = add_counts(item, before, b, err);
    if (status == ASSAY_OK)
        status = add_counts(item, after, a, err);
    if (status != ASSAY_OK)
        return status;
    item->test = "poisson-conditional";
    item->test_why = "counts over exposure: exact, given their sum";
    if (b->inspected.mantissa == 0 || a->inspected.mantissa == 0) {
        a->rate = b->rate = assay_figure_undefined("nothing was inspected");
        set_undefined(item, "nothing was inspected");
        return ASSAY_OK;
    }
    status = assay_effect_of_rates(
        b->events, decimal_to_double(b->inspected.mantissa, b->inspected.exponent), a->events,
        decimal_to_double(a->inspected.mantissa, a->inspected.exponent),
        evidence_number(e->claim.confidence), &r, err);
    if (status != ASSAY_OK)
        return status;
    item->test = r.method;
    b->rate = r.before;
    a->rate = r.after;
    set_test(item, &r.ratio);
    doubt_dependence(item);
    return ASSAY_OK;
}

/* -- one period ------------------------------------------------------------------------------- */

static void doubt_period(evidence_item *item)
{
    if (item->after.stability == VERDICT_UNSTABLE)
        doubt(item, "the period is not stable: its chart signals");
    if (item->after.stability == VERDICT_UNKNOWN)
        doubt(item, "too little data in the period to say whether it is stable");
    if (item->after.is_dependent)
        doubt(item, "values follow their predecessors: the interval is too narrow for it");
}

/* The bar is an index known exactly: estimated from endless data, it has no error of its own. */
static assay_status index_of_period(const evidence *e, evidence_item *item,
                                    const evidence_data *data, assay_err *err)
{
    assay_effect_index x;
    double bar = evidence_number(e->claim.claimed);
    assay_effect_estimate exact = {bar, 1e300, 1e300}, found = estimate_of(e, &item->after);
    item->test = "bissell";
    item->test_why = "one index against its bar, by normal approximation";
    assay_status status = describe(&item->after, data, err);
    if (status != ASSAY_OK)
        return status;
    doubt_period(item);
    if (item->after.index.why || !(found.nu > 0)) {
        set_undefined(item,
                      item->after.index.why ? item->after.index.why : "no degrees of freedom");
        return ASSAY_OK;
    }
    status = assay_effect_of_indices(&exact, &found, true, evidence_number(e->claim.confidence), &x,
                                     err);
    if (status != ASSAY_OK)
        return status;
    set_test(item, &x.difference);
    item->effect = item->after.index;
    item->low.value += bar; /* a reason stays one: it has no value */
    item->high.value += bar;
    if (found.n < 25)
        doubt(item, "fewer than 25 values in a period: the interval of an index is coarse");
    return ASSAY_OK;
}

/* Codes of a dictionary as levels 0, 1, 2 in order of first sight; 0: memory. */
static size_t number_levels(const uint32_t *code, size_t n, uint32_t *level)
{
    uint32_t most = 0;
    size_t levels = 0;
    for (size_t i = 0; i < n; i++)
        most = code[i] > most ? code[i] : most;
    uint32_t *of_code = calloc(most + 1u, sizeof *of_code);
    for (size_t i = 0; of_code && i < n; i++) {
        if (!of_code[code[i]])
            of_code[code[i]] = (uint32_t)++levels;
        level[i] = of_code[code[i]] - 1;
    }
    free(of_code);
    return levels;
}

static void take_study(const evidence *e, evidence_item *item, const assay_gauge_study *g)
{
    const assay_gauge_share *grr = &g->share[ASSAY_GAUGE_GRR];
    item->parts = g->parts;
    item->operators = g->operators;
    item->trials = g->trials;
    item->ndc = g->ndc;
    item->effect = e->claim.is_of_tolerance ? grr->percent_tolerance : grr->percent_study;
    if (g->parts < 10 || g->operators < 2 || g->trials < 2 || g->parts * g->operators < 15)
        doubt(item,
              "fewer than 10 parts, 2 operators, 2 trials or 15 cells: the percentage is coarse");
    if (!g->ndc.why && g->ndc.value < 5)
        doubt(item, "fewer than 5 distinct categories: the gauge cannot tell parts apart");
}

static assay_status run_study(const evidence *e, evidence_item *item, const evidence_data *d,
                              uint32_t *part, uint32_t *operator, assay_err *err)
{
    assay_gauge_options options = assay_gauge_defaults();
    assay_gauge_study g;
    assay_err why;
    size_t n = d->values.n, parts = number_levels(d->part, n, part);
    size_t operators = number_levels(d->operator, n, operator);
    if (item->lower.is_given && item->upper.is_given)
        options.tolerance = quantity_value(&item->upper) - quantity_value(&item->lower);
    if (parts < 2 || operators < 2) {
        set_undefined(item, "fewer than 2 parts or operators");
        return ASSAY_OK;
    }
    void *scratch = malloc(assay_gauge_scratch_size(parts, operators) + 1);
    if (!scratch)
        return no_memory(err);
    assay_status status = assay_gauge_crossed(&d->values, part, parts, operator, operators,
                                              &options, scratch, &g, &why);
    free(scratch);
    if (status == ASSAY_OK)
        take_study(e, item, &g);
    else if (status == ASSAY_SHAPE)
        set_undefined(item, "not every operator measured every part equally often");
    else
        return assay_fail(err, status, 0, "evidence: %s: %s", item->path, why.message);
    return ASSAY_OK;
}

static assay_status gauge_of_period(const evidence *e, evidence_item *item, const evidence_data *d,
                                    assay_err *err)
{
    size_t n = d->values.n;
    item->test = "anova";
    item->test_why = "crossed study, parts and operators random; no interval is computed";
    const char *why = n ? "not computed for a gauge study" : "no values";
    set_undefined(item, why);
    item->ndc = assay_figure_undefined(why);
    item->after.stability = VERDICT_UNKNOWN; /* parts differ by intent: a chart of them says nothing */
    item->after.signals = item->after.subgroups = 0;
    assay_status status = describe(&item->after, d, err);
    if (status != ASSAY_OK || n == 0)
        return status;
    if (!d->part || !d->operator) {
        set_undefined(item, "no parts or operators are stored with the readings");
        return ASSAY_OK;
    }
    uint32_t *part = malloc(2 * n * sizeof *part);
    if (!part)
        return no_memory(err);
    status = run_study(e, item, d, part, part + n, err);
    free(part);
    if (status == ASSAY_OK && item->after.out)
        doubt(item,
              "some stored readings do not count: marked, excluded, in conflict or without value");
    return status;
}

static assay_status effect_of_period(const evidence *e, evidence_item *item,
                                     const evidence_data *data, assay_err *err)
{
    if (item->kind != KIND_VARIABLE)
        return unsupported(e, item, N_("it is counted, not measured"), err);
    return (e->claim.kind == EVIDENCE_GRR ? gauge_of_period : index_of_period)(e, item, data, err);
}

/* -- the door --------------------------------------------------------------------------------- */

static void doubt_data(evidence_item *item)
{
    if (item->before.stability == VERDICT_UNSTABLE)
        doubt(item, "the period before is not stable: its chart signals");
    if (item->after.stability == VERDICT_UNSTABLE)
        doubt(item, "the period after is not stable: its chart signals");
    if (item->before.stability == VERDICT_UNKNOWN || item->after.stability == VERDICT_UNKNOWN)
        doubt(item, "too little data in a period to say whether it is stable");
    if (item->before.out || item->after.out)
        doubt(item,
              "some stored readings do not count: marked, excluded, in conflict or without value");
}

assay_status evidence_effect(evidence *e, evidence_item *item, const evidence_data *before,
                             const evidence_data *after, assay_err *err)
{
    evidence_kind kind = e->claim.kind;
    bool is_of_values = kind == EVIDENCE_MEAN || kind == EVIDENCE_SD || kind == EVIDENCE_CPK ||
                        kind == EVIDENCE_PPK;
    assay_status status;
    if (e->claim.is_single)
        return effect_of_period(e, item, after, err);
    doubt_data(item);
    if (is_of_values && item->kind != KIND_VARIABLE)
        status = unsupported(e, item,
                             item->kind == KIND_DEFECTS
                                 ? N_("it counts defects: claim the count rate")
                                 : N_("it counts nonconforming pieces: claim nonconforming"),
                             err);
    else if (kind == EVIDENCE_MEAN)
        status = mean_effect(e, item, before, after, err);
    else if (kind == EVIDENCE_SD)
        status = sd_effect(e, item, before, after, err);
    else if (kind == EVIDENCE_CPK || kind == EVIDENCE_PPK)
        status = index_effect(e, item, before, after, err);
    else
        status = (kind == EVIDENCE_NONCONFORMING ? share_effect : count_effect)(e, item, before,
                                                                                after, err);
    if (status == ASSAY_OK && e->claim.money.unit_cost)
        status = evidence_saving(e, item, before, after, err);
    return status;
}
