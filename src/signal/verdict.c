/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings become subgroup sums and ranges for the chart and exact power sums for the capability in one pass:
 * near ones as they stand, others widened a piece at a time, which stays in the first-level cache. */
#include "signal/verdict.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 2048, SIZE_MAX_AUTO = 8 };

void verdict_room_done(verdict_room *room)
{
    free(room->memory);
    *room = (verdict_room){0};
}

static bool is_plain_chart(const analysis *a, const analysis_options *options)
{
    const assay_chart_options *o = &options->chart;
    bool is_xbar_r = o->type == ASSAY_CHART_XBAR_R ||
                     (o->type == ASSAY_CHART_AUTO && a->series->definition->kind == KIND_VARIABLE);
    bool is_rbar = o->sigma == ASSAY_SIGMA_AUTO || o->sigma == ASSAY_SIGMA_RBAR;
    return is_xbar_r && is_rbar && isnan(o->center) && isnan(o->std_dev);
}

bool verdict_suits(const analysis *a, const analysis_options *options)
{
    const series *s = a->series;
    bool is_regular = !a->is_by_key && !a->input.stage && !a->input.readings;
    bool is_all = !s->status && options->exclude_count == 0 && options->phase1_to == 0;
    bool is_brief = !options->with_capability ||
                    (options->is_brief && options->capability.distribution == ASSAY_FAMILY_NORMAL);
    return options->without_points && !options->without_chart && is_brief && is_regular && is_all &&
           a->n >= 2 && a->n <= SIZE_MAX_AUTO && (s->narrow || s->close) && a->input.subgroups > 0 &&
           s->exponent >= -22 && s->exponent <= 22 && is_plain_chart(a, options);
}

/* -- sums ----------------------------------------------------------------------------------- */

/* Readings from..from+n as integers; false: one is missing. */
static bool widen(const int32_t *x, size_t n, int64_t *to)
{
    uint32_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= x[i] == INT32_MIN;
    for (size_t i = 0; i < n; i++)
        to[i] = x[i];
    return !found;
}

/* False: a reading is missing. */
static bool sum_all(const series *s, uint32_t n, int64_t *sum, int64_t *range, assay_sums *power)
{
    int64_t wide[PIECE];
    const size_t step = PIECE / n * n;
    *power = assay_sums_empty(series_mantissa(s, 0), s->exponent, 2);
    for (size_t from = 0; from < s->n; from += step) {
        size_t count = s->n - from < step ? s->n - from : step, g = from / n;
        if (!widen(s->narrow + from, count, wide))
            return false;
        assay_values x = assay_values_of_decimals(wide, count, s->exponent);
        if (assay_sums_add(power, &x, NULL) != ASSAY_OK ||
            assay_subgroup_sums_read(&x, n, sum + g, range + g, NULL) != ASSAY_OK)
            return false;
    }
    return true;
}

static bool sum_near(const series *s, uint32_t n, int64_t *sum, int64_t *range, assay_sums *power)
{
    assay_near x = {s->close, s->n, s->base, s->exponent};
    *power = assay_sums_empty(s->base, s->exponent, 2);
    return assay_subgroup_sums_near(&x, n, sum, range, power, NULL) == ASSAY_OK;
}

/* -- the verdict ---------------------------------------------------------------------------- */

static void count_rules(const uint32_t *found, size_t k, size_t *count)
{
    memset(count, 0, ASSAY_RULES_MAX * sizeof *count);
    for (size_t i = 0; i < k; i++)
        for (uint32_t rest = found[i]; rest; rest &= rest - 1)
            count[__builtin_ctz(rest)]++;
}

typedef struct {
    int64_t *sum, *range;
    double *z;
    uint32_t *found;
} columns;

static bool take_room(verdict_room *room, size_t k, columns *out)
{
    size_t size = k * (2 * sizeof(int64_t) + sizeof(double) + sizeof(uint32_t));
    if (size > room->size) {
        verdict_room_done(room);
        room->memory = malloc(size);
        if (!room->memory)
            return false;
        room->size = size;
    }
    out->sum = room->memory;
    out->range = out->sum + k;
    out->z = (double *)(out->range + k);
    out->found = (uint32_t *)(out->z + k);
    return true;
}

static void take_verdict(analysis *a, const assay_chart_verdict *v)
{
    a->has_chart = true;
    a->chart.type = ASSAY_CHART_XBAR_R;
    a->chart.method = ASSAY_SIGMA_RBAR;
    a->chart.has_spread = true;
    a->chart.stages[0] = v->limits;
    a->chart.stage_count = a->chart.stages_room = 1;
    a->chart.signals = v->signals + v->spread_signals;
    a->chart.is_stable = a->chart.signals == 0;
}

assay_status verdict_make(analysis *a, const analysis_options *options, verdict_room *room,
                          assay_moments *m, bool *is_made, assay_err *err)
{
    columns c;
    assay_sums power;
    assay_chart_verdict v;
    const size_t k = a->input.subgroups;
    a->chart.stages = arena_new(&a->memory, assay_chart_stage);
    if (!a->chart.stages || !take_room(room, k, &c))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while judging a chart");
    if (!(a->series->close ? sum_near : sum_all)(a->series, a->n, c.sum, c.range, &power))
        return ASSAY_OK;
    a->options = options->chart;
    a->options.rules = &a->rules;
    assay_subgroup_sums in = {k, a->n, a->series->exponent, c.sum, c.range};
    assay_status status = assay_chart_judge(&in, &a->options, c.z, c.found, &v, err);
    if (status == ASSAY_OK)
        status = assay_sums_moments(&power, m, err);
    if (status != ASSAY_OK || v.why_undefined)
        return status;
    count_rules(c.found, k, a->rule_count);
    take_verdict(a, &v);
    *is_made = true;
    return ASSAY_OK;
}
