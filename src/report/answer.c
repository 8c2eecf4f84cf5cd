/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void answer_characteristic(json *j, const characteristic *c)
{
    if (c->path && *c->path)
        json_member_text(j, "characteristic", c->path);
    else
        json_member_null(j, "characteristic", "the source names none");
    if (c->unit && *c->unit)
        json_member_text(j, "unit", c->unit);
    else
        json_member_null(j, "unit", "not given");
}

void answer_names(json *j, const char *key, const buf *names)
{
    json_key(j, key);
    json_flat_array(j);
    for (size_t at = 0; at < names->length; at += strlen(names->data + at) + 1)
        json_text(j, names->data + at);
    json_end(j);
}

void answer_time(json *j, const char *key, int64_t time, int32_t offset)
{
    char text[40];
    if (time == TIME_NONE) {
        json_member_null(j, key, "the source gives none");
        return;
    }
    time_format(time, offset ? offset : TIME_OFFSET_NONE, text, sizeof text);
    json_member_text(j, key, text);
}

void answer_figure(json *j, const char *key, assay_figure f)
{
    json_member_real(j, key, f.value, f.why);
}

void answer_quantity(json *j, const char *key, const quantity *q, bound_kind kind)
{
    if (!q->is_given || kind == BOUND_NONE) {
        json_member_null(j, key, "not given");
        return;
    }
    if (kind == BOUND_NATURAL) {
        json_member_null(j, key, "a natural bound, not a limit");
        return;
    }
    json_key(j, key);
    json_decimal(j, q->value.mantissa, q->value.exponent, q->value.decimals);
}

void answer_limits(json *j, const chart_limits *l)
{
    static const char why[] = "no limits in force judge here";
    json_key(j, "limits");
    json_flat_object(j);
    json_member_text(j, "state", l ? "in force" : "analysis");
    if (l) {
        json_member_unsigned(j, "version", l->version);
        answer_time(j, "since", l->since, TIME_OFFSET_NONE);
        json_member_text(j, "by", l->by);
    } else {
        json_member_null(j, "version", why);
        json_member_null(j, "since", why);
        json_member_null(j, "by", why);
    }
    json_end(j);
}

const char *answer_kind(characteristic_kind kind)
{
    return kind == KIND_VARIABLE ? "variable" : kind == KIND_DEFECTIVES ? "defectives" : "defects";
}

static void write_rule(json *j, const char *name)
{
    if (isdigit((unsigned char)name[0]) && name[1] == 0)
        json_integer(j, name[0] - '0');
    else
        json_text(j, name);
}

void answer_rules(json *j, const assay_rules *rules, uint32_t bits)
{
    json_key(j, "rules");
    json_flat_array(j);
    if (!rules && bits & 1)
        json_integer(j, 1);
    for (int r = 0; rules && r < rules->count; r++)
        if (bits & (1u << r))
            write_rule(j, rules->rule[r].name);
    json_end(j);
}

/* -- charts ------------------------------------------------------------------------------- */

static const char no_spread[] = "this chart has none";

static const char *why_no_value(const analysis *a, bool is_spread)
{
    if (!is_spread)
        return "no readings";
    return a->chart.type == ASSAY_CHART_I_MR
               ? "no moving range: fewer individuals in a row than its span"
               : "fewer than two readings";
}

const char *answer_why_no_limit(const analysis *a, double center, bool is_spread)
{
    const assay_chart *c = &a->chart;
    if (is_spread && !c->has_spread)
        return no_spread;
    if (c->why_undefined)
        return c->why_undefined;
    if (c->type == ASSAY_CHART_RUN)
        return "a run chart has no limits";
    if (c->type == ASSAY_CHART_CUSUM)
        return "a CUSUM is judged by its sums";
    return isnan(center) ? why_no_value(a, is_spread) : "none: it would lie beyond what can occur";
}

static const char *why_no_sigma(const assay_chart *c)
{
    return c->why_undefined ? c->why_undefined : "this chart has no sigma of readings";
}

void answer_point(json *j, const analysis *a, size_t i, const assay_chart_point *p, bool is_spread)
{
    const char *why = answer_why_no_limit(a, p->center, is_spread);
    json_flat_object(j);
    json_member_unsigned(j, "index", i + 1);
    answer_time(j, "time", analysis_time(a, i), analysis_offset(a, i));
    json_member_real(j, "n", p->n, NULL);
    bool is_missing = p->flags & ASSAY_POINT_MISSING || !a->chart.why_undefined;
    json_member_real(j, "value", p->value,
                     is_missing ? why_no_value(a, is_spread) : a->chart.why_undefined);
    json_member_real(j, "lcl", p->lcl, why);
    json_member_real(j, "ucl", p->ucl, why);
    if (a->options.with_probability_limits) {
        json_member_real(j, "probability_lcl", p->prob_lcl, why);
        json_member_real(j, "probability_ucl", p->prob_ucl, why);
    }
    answer_rules(j, is_spread ? NULL : a->options.rules, p->rules);
    if (p->flags & ASSAY_POINT_EXCLUDED)
        json_member_bool(j, "excluded", true);
    if (p->flags & ASSAY_POINT_PARTIAL)
        json_member_bool(j, "partial", true);
}

static const char *statistic_name(assay_chart_type type, bool is_spread)
{
    static const char *const names[][2] = {
#define X(code, name, location, spread) {location, spread},
        ASSAY_CHART_LIST(X)
#undef X
    };
    return names[type][is_spread];
}

void answer_part_head(json *j, const analysis *a, bool is_spread)
{
    const assay_chart *c = &a->chart;
    const assay_chart_stage *s = c->stage_count ? &c->stages[c->stage_count - 1] : NULL;
    double center = s ? is_spread ? s->spread_center : s->center : NAN;
    const char *why = answer_why_no_limit(a, center, is_spread);
    json_member_text(j, "statistic", statistic_name(c->type, is_spread));
    json_member_real(j, "center", center, why);
    json_member_real(j, "lcl", s ? is_spread ? s->spread_lcl : s->lcl : NAN, why);
    json_member_real(j, "ucl", s ? is_spread ? s->spread_ucl : s->ucl : NAN, why);
}

static void write_part(json *j, const analysis *a, bool is_spread)
{
    const assay_chart_point *points = is_spread ? a->chart.spread : a->chart.location;
    json_key(j, is_spread ? "spread" : "location");
    json_object(j);
    answer_part_head(j, a, is_spread);
    json_key(j, "points");
    json_array(j);
    for (size_t i = 0; i < a->input.subgroups; i++) {
        answer_point(j, a, i, &points[i], is_spread);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

void answer_cusum_point(json *j, const analysis *a, size_t i)
{
    const assay_cusum_point *p = &a->chart.cusum[i];
    const char *why = a->chart.why_undefined ? a->chart.why_undefined : why_no_value(a, false);
    json_flat_object(j);
    json_member_unsigned(j, "index", i + 1);
    json_member_real(j, "upper", p->upper, why);
    json_member_real(j, "lower", p->lower, why);
    answer_rules(j, NULL, p->rules);
    json_end(j);
}

static void write_cusum(json *j, const analysis *a)
{
    const assay_chart *c = &a->chart;
    json_key(j, "cusum");
    json_object(j);
    json_member_real(j, "k", c->k, NULL);
    json_member_real(j, "h", c->h, NULL);
    json_key(j, "points");
    json_array(j);
    for (size_t i = 0; i < a->input.subgroups; i++)
        answer_cusum_point(j, a, i);
    json_end(j);
    json_end(j);
}

static void write_stages(json *j, const analysis *a)
{
    const assay_chart *c = &a->chart;
    json_key(j, "stages");
    json_array(j);
    for (size_t s = 0; s < c->stage_count; s++) {
        const assay_chart_stage *at = &c->stages[s];
        const char *why = answer_why_no_limit(a, at->center, false);
        const char *why_spread = answer_why_no_limit(a, at->spread_center, true);
        json_flat_object(j);
        json_member_text(j, "name", a->stage_name[s]);
        json_member_unsigned(j, "from", at->from + 1);
        json_member_unsigned(j, "to", at->to);
        json_member_unsigned(j, "used", at->used);
        json_member_real(j, "center", at->center, why);
        json_member_real(j, "lcl", at->lcl, why);
        json_member_real(j, "ucl", at->ucl, why);
        json_member_real(j, "sigma", at->sigma, why_no_sigma(c));
        json_member_real(j, "spread_center", at->spread_center, why_spread);
        json_member_real(j, "spread_lcl", at->spread_lcl, why_spread);
        json_member_real(j, "spread_ucl", at->spread_ucl, why_spread);
        json_end(j);
    }
    json_end(j);
}

static void write_sigma(json *j, const analysis *a)
{
    const assay_chart *c = &a->chart;
    double sigma = c->stage_count ? c->stages[c->stage_count - 1].sigma : NAN;
    json_key(j, "sigma");
    json_flat_object(j);
    json_member_real(j, "value", sigma, why_no_sigma(c));
    json_member_text(j, "method", assay_sigma_method_name(c->method));
    json_end(j);
}

static void write_rule_set(json *j, const analysis *a, const run_lengths *arl)
{
    json_key(j, "rules");
    json_flat_object(j);
    json_member_text(j, "set", a->options.rules ? a->rules.name : "beyond limits");
    json_member_real(j, "arl0", arl ? arl->arl0 : NAN, arl ? arl->why : "not asked for");
    json_member_real(j, "arl1", arl ? arl->arl1 : NAN, arl ? arl->why : "not asked for");
    json_end(j);
}

/* Without limits nothing can signal: neither stable nor unstable. */
static void write_stable(json *j, const analysis *a)
{
    if (analysis_is_judged(a))
        json_member_bool(j, "stable", a->chart.is_stable);
    else
        json_member_null(j, "stable", a->chart.why_undefined);
}

void answer_chart_head(json *j, const analysis *a)
{
    answer_characteristic(j, a->series->definition);
    json_member_text(j, "chart", assay_chart_type_name(a->chart.type));
    json_member_unsigned(j, "n", a->n);
    json_member_unsigned(j, "subgroups", a->input.subgroups);
    answer_limits(j, a->limits);
    write_sigma(j, a);
}

void answer_chart_foot(json *j, const analysis *a, const run_lengths *arl)
{
    write_stages(j, a);
    write_rule_set(j, a, arl);
    write_stable(j, a);
}

void answer_chart(json *j, const analysis *a, const run_lengths *arl)
{
    const assay_chart *c = &a->chart;
    json_object(j);
    answer_chart_head(j, a);
    write_part(j, a, false);
    if (c->has_spread)
        write_part(j, a, true);
    else
        json_member_null(j, "spread", no_spread);
    if (c->cusum)
        write_cusum(j, a);
    answer_chart_foot(j, a, arl);
    json_end(j);
}

/* -- capability ----------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const assay_index *index;
} named_index;

enum { INDICES = 9 };

static void list_indices(const assay_capability *c, named_index list[INDICES])
{
    const named_index all[INDICES] = {{"cp", &c->cp},   {"cpl", &c->cpl}, {"cpu", &c->cpu},
                                      {"cpk", &c->cpk}, {"pp", &c->pp},   {"ppl", &c->ppl},
                                      {"ppu", &c->ppu}, {"ppk", &c->ppk}, {"cpm", &c->cpm}};
    memcpy(list, all, sizeof all);
}

static void write_intervals(json *j, const assay_capability *c, const named_index *list)
{
    json_key(j, "ci");
    json_object(j);
    json_member_real(j, "level", c->confidence, NULL);
    for (int i = 0; i < INDICES; i++) {
        const assay_index *x = list[i].index;
        if (isnan(x->low) || isnan(x->high)) {
            json_member_null(j, list[i].name, x->why);
            continue;
        }
        json_key(j, list[i].name);
        json_flat_array(j);
        json_real(j, x->low);
        json_real(j, x->high);
        json_end(j);
    }
    json_end(j);
}

static void write_ppm(json *j, const char *key, const assay_ppm *p, const char *why)
{
    json_key(j, key);
    json_flat_object(j);
    json_member_real(j, "below", p->below, why ? why : "no lower limit");
    json_member_real(j, "above", p->above, why ? why : "no upper limit");
    json_member_real(j, "total", p->total, why ? why : "no limit");
    json_end(j);
}

static void write_distribution(json *j, const assay_capability *c)
{
    const assay_fit *f = &c->distribution;
    json_key(j, "distribution");
    json_object(j);
    json_member_text(j, "name", assay_family_name(f->family));
    if (c->why_distribution)
        json_member_text(j, "chosen", c->why_distribution);
    json_key(j, "parameters");
    json_flat_object(j);
    for (int i = 0; i < assay_family_parameters(f->family); i++)
        json_member_real(j, assay_family_parameter_name(f->family, i), f->parameter[i], f->why);
    json_end(j);
    json_member_real(j, "anderson_darling", f->ad, f->why);
    json_member_real(j, "p", f->ad_p, f->why ? f->why : f->family == ASSAY_FAMILY_NORMAL ? "fewer than 3 values" : "not known for this family");
    json_member_real(j, "x0135", c->x_lower, f->why);
    json_member_real(j, "x50", c->x_median, f->why);
    json_member_real(j, "x99865", c->x_upper, f->why);
    json_end(j);
}

/* The chart behind the verdict in short: limits and how often each rule signals. */
static void write_basis(json *j, const analysis *a)
{
    const assay_chart *c = &a->chart;
    const assay_chart_stage *s = c->stage_count ? &c->stages[c->stage_count - 1] : NULL;
    const char *why = answer_why_no_limit(a, s ? s->center : NAN, false);
    const char *why_spread = answer_why_no_limit(a, s ? s->spread_center : NAN, true);
    json_key(j, "chart");
    json_flat_object(j);
    json_member_text(j, "type", assay_chart_type_name(c->type));
    json_member_unsigned(j, "n", a->n);
    json_member_unsigned(j, "subgroups", a->input.subgroups);
    json_member_real(j, "center", s ? s->center : NAN, why);
    json_member_real(j, "lcl", s ? s->lcl : NAN, why);
    json_member_real(j, "ucl", s ? s->ucl : NAN, why);
    json_member_real(j, "spread_center", s ? s->spread_center : NAN, why_spread);
    json_member_real(j, "spread_lcl", s ? s->spread_lcl : NAN, why_spread);
    json_member_real(j, "spread_ucl", s ? s->spread_ucl : NAN, why_spread);
    json_end(j);
    json_key(j, "signals");
    json_flat_object(j);
    for (int r = 0; a->options.rules && r < a->rules.count; r++)
        json_member_unsigned(j, a->rules.rule[r].name, analysis_rule_count(a, r));
    json_end(j);
}

void answer_capability(json *j, const analysis *a)
{
    const assay_capability *c = &a->capability;
    named_index list[INDICES];
    list_indices(c, list);
    json_object(j);
    answer_characteristic(j, a->series->definition);
    json_member_unsigned(j, "n", c->n);
    json_member_real(j, "mean", c->mean, "no readings");
    json_member_real(j, "sd_within", c->sd_within, c->why_sd_within);
    json_member_real(j, "sd_overall", c->sd_overall, c->why_sd_overall);
    json_member_text(j, "sigma_method", assay_sigma_method_name(c->sigma_method));
    json_member_real(j, "lsl", c->spec.lsl, isnan(c->spec.natural_lower) ? "not given" : "natural bound");
    json_member_real(j, "usl", c->spec.usl, isnan(c->spec.natural_upper) ? "not given" : "natural bound");
    json_member_real(j, "target", c->spec.target, "not given");
    for (int i = 0; i < INDICES; i++)
        json_member_real(j, list[i].name, list[i].index->value, list[i].index->why);
    write_intervals(j, c, list);
    json_key(j, "ppm");
    json_object(j);
    write_ppm(j, "observed", &c->ppm_observed, c->why_ppm_observed);
    write_ppm(j, "within", &c->ppm_within, c->why_ppm_within);
    write_ppm(j, "overall", &c->ppm_overall, c->why_ppm_overall);
    json_end(j);
    write_distribution(j, c);
    if (a->has_chart)
        write_basis(j, a);
    if (a->has_chart)
        write_stable(j, a);
    else
        json_member_null(j, "stable", "no chart was made");
    json_end(j);
}
