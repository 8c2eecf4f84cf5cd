/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting is one walk over the rows: a subgroup ends when it is full, when the key changes, or
 * when the stage changes. The plain case (equal size, no stages) needs no arrays at all.
 *
 * Counts (p, np, c, u) of the rows of a subgroup are summed, and so are their numbers inspected.
 *
 * Rows that do not count: a single reading stays visible and its subgroup is marked excluded; inside
 * a subgroup of several it becomes a missing reading, unless none would be left. */
#include "signal/subgroup.h"

#include <math.h>
#include <string.h>

#define DAY_NS (INT64_C(86400) * 1000000000)

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while cutting subgroups");
}

static bool counts(const series *s, size_t i)
{
    return !s->status || s->status[i] == STATUS_VALID;
}

/* Does some key stand on two neighbouring rows? Serial-like keys make no subgroups. */
static bool has_key_runs(const series *s)
{
    const uint32_t *key = s->context[CONTEXT_SUBGROUP];
    for (size_t i = 1; key && i < s->n; i++)
        if (key[i] == key[i - 1] && key[i] != 0)
            return true;
    return false;
}

/* A column of codes alone says nothing: that some row has a stage does. */
static bool has_stages(const series *s)
{
    const uint32_t *stage = s->context[CONTEXT_STAGE];
    for (size_t i = 0; stage && i < s->n; i++)
        if (stage[i])
            return true;
    return false;
}

/* Judged items that nothing groups: one alone says nothing of a share, a day's do. */
static bool are_single_items(const analysis *a, const analysis_options *options)
{
    const series *s = a->series;
    return s->definition->kind == KIND_DEFECTIVES && options->chart.type != ASSAY_CHART_C &&
           options->chart.type != ASSAY_CHART_U && options->n == 0 && !has_key_runs(s) && !s->size &&
           isnan(options->size_all) && s->time && s->first_time != TIME_NONE;
}

static void choose_size(analysis *a, const analysis_options *options)
{
    const series *s = a->series;
    a->every = (int64_t)options->every_s * 1000000000;
    if (!a->every && are_single_items(a, options))
        a->every = DAY_NS;
    a->is_by_key = !a->every && options->n == 0 && has_key_runs(s);
    if (a->every) {
        a->n = 1;
        return;
    }
    if (options->n)
        a->n = options->n;
    else
        a->n = !a->is_by_key && s->definition->subgroup_size ? s->definition->subgroup_size : 1;
}

static int64_t stretch_of(const analysis *a, size_t i)
{
    int64_t time = a->series->time[i];
    if (time == TIME_NONE)
        return 0;
    int32_t offset = series_offset(a->series, i);
    if (a->every % DAY_NS == 0 && offset != TIME_OFFSET_NONE)
        time += (int64_t)offset * 1000000000; /* days are those of the clock on the wall */
    int64_t stretch = time / a->every;
    return time % a->every < 0 ? stretch - 1 : stretch;
}

static bool ends_between(const analysis *a, size_t first, size_t i)
{
    const series *s = a->series;
    const uint32_t *stage = s->context[CONTEXT_STAGE], *key = s->context[CONTEXT_SUBGROUP];
    if (stage && stage[i] != stage[i - 1])
        return true;
    if (a->every)
        return stretch_of(a, i) != stretch_of(a, i - 1);
    return a->is_by_key ? key[i] != key[i - 1] || key[i] == 0 : i - first == a->n;
}

static size_t count_subgroups(const analysis *a)
{
    size_t k = a->series->n > 0, first = 0;
    for (size_t i = 1; i < a->series->n; i++)
        if (ends_between(a, first, i)) {
            first = i;
            k++;
        }
    return k;
}

/* first and readings of every subgroup; the largest is the nominal size of keyed ones. */
static bool cut_irregular(analysis *a)
{
    size_t n = a->series->n, k = count_subgroups(a), g = 0;
    uint32_t *first = arena_array(&a->memory, uint32_t, k + 1);
    uint32_t *readings = arena_array(&a->memory, uint32_t, k + 1);
    if (!first || !readings)
        return false;
    for (size_t i = 1; i <= n; i++)
        if (i == n || ends_between(a, first[g], i)) {
            readings[g] = (uint32_t)(i - first[g]);
            if ((a->is_by_key || a->every) && readings[g] > a->n)
                a->n = readings[g];
            if (i < n)
                first[++g] = (uint32_t)i;
        }
    a->first = first;
    a->input.readings = readings;
    a->input.subgroups = k;
    return true;
}

/* Equal sizes: only a short last group needs the list of sizes. */
static bool cut_regular(analysis *a)
{
    size_t n = a->series->n, k = (n + a->n - 1) / a->n;
    a->input.subgroups = k;
    a->input.n = a->n;
    a->input.nominal_n = a->n;
    if (n % a->n == 0)
        return true;
    uint32_t *readings = arena_array(&a->memory, uint32_t, k);
    if (!readings)
        return false;
    for (size_t i = 0; i < k; i++)
        readings[i] = a->n;
    readings[k - 1] = (uint32_t)(n % a->n);
    a->input.readings = readings;
    return true;
}

static uint32_t subgroup_size(const analysis *a, size_t g)
{
    return a->input.readings ? a->input.readings[g] : a->input.n;
}

static bool name_stages(analysis *a)
{
    const uint32_t *code = a->first ? a->series->context[CONTEXT_STAGE] : NULL;
    size_t k = a->input.subgroups;
    a->stage_count = 1;
    for (size_t g = 1; code && g < k; g++)
        a->stage_count += code[a->first[g]] != code[a->first[g - 1]];
    a->stage_name = arena_array(&a->memory, const char *, a->stage_count);
    if (!a->stage_name)
        return false;
    a->stage_name[0] = "";
    if (!code || k == 0)
        return true;
    uint32_t *stage = arena_array(&a->memory, uint32_t, k), s = 0;
    if (!stage)
        return false;
    for (size_t g = 0; g < k; g++) {
        if (g > 0 && code[a->first[g]] != code[a->first[g - 1]])
            s++;
        stage[g] = s;
        a->stage_name[s] = series_text(a->set, CONTEXT_STAGE, code[a->first[g]]);
    }
    a->input.stage = stage;
    return true;
}

/* The values with what does not count taken out, and which subgroups are out as a whole. */
static bool leave_out(analysis *a, uint8_t *excluded)
{
    const series *s = a->series;
    int64_t *mantissa = NULL;
    double *real = NULL;
    for (size_t g = 0; g < a->input.subgroups; g++) {
        size_t first = analysis_row(a, g), size = subgroup_size(a, g), left = 0;
        for (size_t i = first; i < first + size; i++)
            left += counts(s, i);
        if (left == size)
            continue;
        if (left == 0) {
            excluded[g] = 1;
            continue;
        }
        /* Copies are made at the first need. */
        if (!mantissa && !real) {
            mantissa = a->input.x.mantissa ? arena_array(&a->memory, int64_t, s->n) : NULL;
            real = a->input.x.mantissa ? NULL : arena_array(&a->memory, double, s->n);
            if (!mantissa && !real)
                return false;
            if (mantissa)
                memcpy(mantissa, a->input.x.mantissa, s->n * sizeof *mantissa);
            else
                memcpy(real, a->input.x.hi, s->n * sizeof *real);
        }
        for (size_t i = first; i < first + size; i++) {
            if (counts(s, i))
                continue;
            if (mantissa)
                mantissa[i] = ASSAY_MANTISSA_MISSING;
            else
                real[i] = NAN;
        }
    }
    if (mantissa)
        a->input.x = assay_values_of_decimals(mantissa, s->n, s->exponent);
    if (real)
        a->input.x = assay_values_of_doubles(real, s->n);
    return true;
}

static assay_status exclude(analysis *a, const analysis_options *options, assay_err *err)
{
    size_t k = a->input.subgroups;
    if (!a->series->status && options->exclude_count == 0)
        return ASSAY_OK;
    uint8_t *excluded = arena_array(&a->memory, uint8_t, k + 1);
    if (!excluded || (a->series->status && !leave_out(a, excluded)))
        return no_memory(err);
    for (size_t i = 0; i < options->exclude_count; i++) {
        if (options->exclude[i] < 1 || options->exclude[i] > k)
            return assay_fail(err, ASSAY_DOMAIN, i, "there is no subgroup %zu to exclude: %zu in all",
                              options->exclude[i], k);
        excluded[options->exclude[i] - 1] = 1;
    }
    a->input.excluded = excluded;
    return ASSAY_OK;
}

/* A place without a value is missing, not excluded: single readings only. */
static bool take_sizes(analysis *a, const analysis_options *options)
{
    a->input.size_all = isnan(options->size_all) ? 1 : options->size_all;
    if (!a->series->size || !isnan(options->size_all))
        return true;
    double *size = arena_array(&a->memory, double, a->input.subgroups + 1);
    if (!size)
        return false;
    for (size_t g = 0; g < a->input.subgroups; g++)
        size[g] = a->series->size[analysis_row(a, g)];
    a->input.size = size;
    return true;
}

assay_status subgroup_cut(analysis *a, const analysis_options *options, assay_err *err)
{
    const series *s = a->series;
    choose_size(a, options);
    if (a->every && !s->time)
        return assay_fail(err, ASSAY_MISSING, 0, "subgroups by time need times");
    bool is_regular = !a->is_by_key && !a->every && !has_stages(s);
    if (!(is_regular ? cut_regular(a) : cut_irregular(a)))
        return no_memory(err);
    if (!is_regular && !a->is_by_key && !a->every)
        a->input.nominal_n = a->n;
    if (!name_stages(a) || !take_sizes(a, options))
        return no_memory(err);
    a->input.phase1_from = options->phase1_from ? options->phase1_from - 1 : 0;
    a->input.phase1_to = options->phase1_to;
    return ASSAY_OK;
}

/* One count a subgroup, and what was inspected: of rows that count alone. */
static bool sum_counts(analysis *a, bool has_size_all)
{
    size_t k = a->input.subgroups;
    double *count = arena_array(&a->memory, double, k + 1);
    double *size = arena_array(&a->memory, double, k + 1);
    if (!count || !size)
        return false;
    for (size_t g = 0; g < k; g++) {
        size_t first = analysis_row(a, g), end = first + subgroup_size(a, g), left = 0;
        double whole = 0;
        bool is_out = a->input.excluded && a->input.excluded[g];
        count[g] = size[g] = 0;
        for (size_t i = first; i < end; i++) {
            double value = series_value(a->series, i),
                   inspected = a->series->size ? a->series->size[i] : 1;
            whole += inspected;
            if (isnan(value) || (!is_out && !counts(a->series, i)))
                continue;
            count[g] += value;
            size[g] += inspected;
            left++;
        }
        if (left == 0) {
            count[g] = NAN;
            size[g] = whole;
        }
    }
    a->input.x = assay_values_of_doubles(count, k);
    a->input.size = has_size_all ? a->input.size : size;
    a->input.readings = NULL;
    a->input.n = 1;
    a->input.nominal_n = 1;
    return true;
}

static bool is_of_counts(const analysis *a, const analysis_options *options)
{
    assay_chart_type type = options->chart.type;
    return type == ASSAY_CHART_AUTO
               ? a->series->definition->kind != KIND_VARIABLE
               : type == ASSAY_CHART_P || type == ASSAY_CHART_NP || type == ASSAY_CHART_C || type == ASSAY_CHART_U;
}

/* A share where a number of items belongs would draw a chart that says nothing. */
static assay_status check_items(const analysis *a, const analysis_options *options, assay_err *err)
{
    assay_chart_type type = options->chart.type;
    bool is_of_items = type == ASSAY_CHART_AUTO ? a->series->definition->kind == KIND_DEFECTIVES
                                                : type == ASSAY_CHART_P || type == ASSAY_CHART_NP;
    for (size_t i = 0; is_of_items && i < a->series->n; i++) {
        double value = series_value(a->series, i);
        if (value > floor(value))
            return assay_fail(err, ASSAY_DOMAIN, i, "sample %zu: %g is not a number of items", i + 1, value);
    }
    return ASSAY_OK;
}

assay_status subgroup_fill(analysis *a, const analysis_options *options, assay_err *err)
{
    const series *s = a->series;
    bool needs_room = s->narrow || s->close;
    int64_t *room = needs_room ? arena_array(&a->memory, int64_t, s->n + 1) : NULL;
    if (needs_room && !room)
        return no_memory(err);
    a->input.x = series_values(s, room);
    assay_status status = options->without_chart ? ASSAY_OK : check_items(a, options, err);
    if (status == ASSAY_OK)
        status = exclude(a, options, err);
    bool is_summed = a->input.subgroups < s->n && !options->without_chart && is_of_counts(a, options);
    if (status == ASSAY_OK && is_summed && !sum_counts(a, !isnan(options->size_all)))
        return no_memory(err);
    return status;
}
