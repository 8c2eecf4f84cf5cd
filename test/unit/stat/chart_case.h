/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart of data in memory, for tests: fill `in` and `options`, make, look at `chart`. */
#ifndef CHART_CASE_H
#define CHART_CASE_H

#include "check.h"

#include <assay/chart.h>

#include <jansson.h>

enum { CASE_ROOM = 2000 };

typedef struct {
    int64_t mantissa[CASE_ROOM];
    double value[CASE_ROOM], size[CASE_ROOM];
    uint32_t readings[CASE_ROOM], stage[CASE_ROOM];
    uint8_t excluded[CASE_ROOM];
    assay_chart_input in;
    assay_chart_options options;
    assay_chart_point location[CASE_ROOM], spread[CASE_ROOM];
    assay_cusum_point cusum[CASE_ROOM];
    assay_chart_stage stages[10];
    assay_chart chart;
    assay_err err;
} chart_case;

static inline void case_clear(chart_case *c)
{
    memset(c, 0, sizeof *c);
    c->options = assay_chart_defaults();
}

static inline assay_status case_try(chart_case *c)
{
    c->chart = (assay_chart){.location = c->location, .spread = c->spread, .cusum = c->cusum,
                             .stages = c->stages, .stages_room = 10};
    void *scratch = malloc(assay_chart_scratch_size(&c->in));
    assay_status status = assay_chart_make(&c->in, &c->options, scratch, &c->chart, &c->err);
    free(scratch);
    return status;
}

static inline void case_make(chart_case *c)
{
    assert_ok(case_try(c), c->err);
}

/* Append one subgroup of a JSON array (or one number); null is a missing reading, left out. */
static inline void case_group(chart_case *c, json_t *group, double per_unit)
{
    size_t i = 0, count = json_is_array(group) ? json_array_size(group) : 1;
    uint32_t *n = &c->readings[c->in.subgroups++];
    for (; i < count; i++) {
        json_t *v = json_is_array(group) ? json_array_get(group, i) : group;
        if (!json_is_number(v))
            continue;
        c->value[c->in.x.n] = json_number_value(v);
        c->mantissa[c->in.x.n++] = llround(json_number_value(v) * per_unit);
        ++*n;
    }
}

static inline void case_groups(chart_case *c, json_t *groups, double per_unit)
{
    for (size_t i = 0; i < json_array_size(groups); i++)
        case_group(c, json_array_get(groups, i), per_unit);
    c->in.readings = c->readings;
}

/* Use the decimals (true) or the doubles of what was appended. */
static inline void case_form(chart_case *c, bool is_decimal, int exponent)
{
    c->in.x.mantissa = is_decimal ? c->mantissa : NULL;
    c->in.x.exponent = exponent;
    c->in.x.hi = is_decimal ? NULL : c->value;
}

/* Plain numbers as individuals in decimal form. */
static inline void case_individuals(chart_case *c, const double *x, size_t n, int exponent)
{
    case_clear(c);
    for (size_t i = 0; i < n; i++)
        c->mantissa[i] = isnan(x[i]) ? ASSAY_MANTISSA_MISSING : llround(x[i] * pow(10, -exponent));
    c->in.x = (assay_values){.n = n, .mantissa = c->mantissa, .exponent = exponent};
    c->in.subgroups = n;
    c->in.n = 1;
}

#endif
