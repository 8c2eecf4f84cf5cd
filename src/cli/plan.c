/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of charts and capability as analyses want them. */
#include "cli/cli.h"

#include "cli/specs.h"

#include <assay/fit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *chart_name_at(size_t i, const void *context)
{
    (void)context;
    return i <= ASSAY_CHART_U ? assay_chart_type_name((assay_chart_type)i) : NULL;
}

static assay_status take_type(cli *c, analysis_options *o)
{
    if (!assay_chart_type_named(cli_text(c, OPT_TYPE, "auto"), &o->chart.type)) {
        const char *nearest = nearest_name(c->given[OPT_TYPE], chart_name_at, NULL);
        cli_usage(c, _("there is no chart %s"), c->given[OPT_TYPE]);
        return assay_hint(&c->err, "%s%s%sauto, xbar-r, xbar-s, i-mr, median, ewma, cusum, run, p, np, c, u",
                          nearest ? _("did you mean ") : "", nearest ? nearest : "",
                          nearest ? "? " : "");
    }
    (void)assay_sigma_method_named(cli_text(c, OPT_SIGMA, "auto"), &o->chart.sigma); /* the verb's list was asked */
    o->capability.sigma = o->chart.sigma;
    return ASSAY_OK;
}

static assay_status take_numbers(cli *c, analysis_options *o)
{
    uint64_t n = o->n, span = 0;
    struct {
        option_id id;
        double *place;
        bool is_above_0;
    } reals[] = {{OPT_CENTER, &o->chart.center, false},
                 {OPT_STD_DEV, &o->chart.std_dev, false},
                 {OPT_LAMBDA, &o->chart.lambda, true},
                 {OPT_LIMIT, &o->chart.ewma_sigmas, true},
                 {OPT_K, &o->chart.k, false},
                 {OPT_H, &o->chart.h, true},
                 {OPT_FIR, &o->chart.fir, false},
                 {OPT_TARGET, &o->chart.target, false},
                 {OPT_LSL, &o->spec.lsl, false},
                 {OPT_USL, &o->spec.usl, false},
                 {OPT_TARGET, &o->spec.target, false},
                 {OPT_CONFIDENCE, &o->capability.confidence, true}};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        assay_status status = cli_real(c, reals[i].id, reals[i].place);
        if (status != ASSAY_OK)
            return status;
        /* in the library 0 is the default: not what was asked for */
        if (cli_has(c, reals[i].id) && reals[i].is_above_0 && *reals[i].place == 0)
            return cli_usage(c, _("--%s must be above 0"), option_table[reals[i].id].name);
    }
    assay_status status = cli_count(c, OPT_N, &n);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_SPAN, &span);
    if (status != ASSAY_OK)
        return status;
    if (cli_has(c, OPT_SPAN) && span == 0)
        return cli_usage(c, _("--%s must be above 0"), "span");
    if (cli_has(c, OPT_N) && (n == 0 || n > 1000000))
        return cli_usage(c, _("-n must be 1 or more"));
    o->n = (uint32_t)n;
    o->chart.span = (unsigned)span;
    o->capability.span = (unsigned)span;
    o->chart.is_asymptotic = strcmp(cli_text(c, OPT_LIMITS, "exact"), "asymptotic") == 0;
    o->chart.is_unweighted = o->capability.is_unweighted = cli_has(c, OPT_UNWEIGHTED);
    o->chart.with_probability_limits = cli_has(c, OPT_PROBABILITY);
    return ASSAY_OK;
}

static assay_status take_every(cli *c, analysis_options *o)
{
    const char *text = c->given[OPT_EVERY];
    if (!text)
        return ASSAY_OK;
    if (cli_has(c, OPT_N) || cli_has(c, OPT_SUBGROUP))
        return cli_usage(c, _("--every cuts by time: it does not go with -n or --subgroup"));
    if (time_span_read(text, &o->every_s))
        return ASSAY_OK;
    cli_usage(c, _("--every is no span of time: \"%s\""), text);
    return assay_hint(&c->err, "--every 1h; 90s, 10min, 1d");
}

static assay_status take_size(cli *c, analysis_options *o)
{
    decimal d;
    double size;
    const char *text = c->given[OPT_SIZE];
    if (!text || decimal_parse(text, strlen(text), '.', &d, &size) == DECIMAL_NONE)
        return ASSAY_OK;
    if (!(size > 0))
        return cli_usage(c, _("--%s must be above 0"), "size");
    o->size_all = size;
    return ASSAY_OK;
}

/* A list of whole numbers from 1 between commas. */
static assay_status take_exclusions(cli *c, arena *a, analysis_options *o)
{
    const char *text = c->given[OPT_EXCLUDE];
    if (!text)
        return ASSAY_OK;
    size_t room = 1;
    for (const char *p = text; *p; p++)
        room += *p == ',';
    size_t *list = arena_array(a, size_t, room);
    if (!list)
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    for (const char *p = text; *p;) {
        char *end;
        list[o->exclude_count++] = strtoull(p, &end, 10);
        if (end == p || (*end && *end != ',')) {
            cli_usage(c, _("--exclude is not a list of subgroups: \"%s\""), text);
            return assay_hint(&c->err, "--exclude 6,11");
        }
        p = end + (*end == ',');
    }
    o->exclude = list;
    return ASSAY_OK;
}

static assay_status take_phase1(cli *c, analysis_options *o)
{
    const char *text = c->given[OPT_PHASE1];
    char rest;
    if (!text)
        return ASSAY_OK;
    if (sscanf(text, "%zu:%zu%c", &o->phase1_from, &o->phase1_to, &rest) != 2 ||
        o->phase1_from < 1 || o->phase1_to < o->phase1_from) {
        cli_usage(c, _("--phase1 is not A:B: \"%s\""), text);
        return assay_hint(&c->err, "--phase1 1:25");
    }
    return ASSAY_OK;
}

static assay_status take_rules(cli *c, analysis_options *o)
{
    if (!cli_has(c, OPT_RULES))
        return ASSAY_OK;
    assay_status status = assay_rules_parse(c->given[OPT_RULES], &o->rules, &c->err);
    if (status == ASSAY_OK)
        return ASSAY_OK;
    if (!c->err.hint[0])
        assay_hint(&c->err, "nelson, nelson-1984, western-electric, aiag, westgard, none, 1,2,5, 2of3>2");
    return c->err.code = ASSAY_USAGE;
}

static assay_status take_distribution(cli *c, analysis_options *o)
{
    const char *name = c->given[OPT_DISTRIBUTION];
    if (!name)
        return ASSAY_OK;
    o->capability.distribution = assay_family_of_name(name);
    if (o->capability.distribution < ASSAY_FAMILY_COUNT)
        return ASSAY_OK;
    char list[200] = "";
    for (int f = 0; f < ASSAY_FAMILY_COUNT; f++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", f ? ", " : "",
                 assay_family_name((assay_family)f));
    cli_usage(c, _("there is no distribution %s"), name);
    return assay_hint(&c->err, "%s", list);
}

static assay_status take_all(cli *c, arena *a, analysis_options *o)
{
    static assay_status (*const steps[])(cli *, analysis_options *) = {
        take_type, take_numbers, take_every, take_size, take_phase1, take_rules, take_distribution};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assay_status status = steps[i](c, o);
        if (status != ASSAY_OK)
            return status;
    }
    if (o->spec.lsl >= o->spec.usl)
        return cli_usage(c, _("the lower limit %g is not below the upper one %g"), o->spec.lsl,
                         o->spec.usl);
    const char *natural = cli_text(c, OPT_NATURAL, "");
    o->is_lower_natural = strcmp(natural, "lower") == 0;
    o->is_upper_natural = strcmp(natural, "upper") == 0;
    return take_exclusions(c, a, o);
}

/* Where the table has a row, its limits stand unless the command line gives others. */
static void merge_spec(analysis_options *o, const spec_row *row)
{
    if (isnan(o->spec.lsl))
        o->spec.lsl = quantity_value(&row->lower);
    if (isnan(o->spec.usl))
        o->spec.usl = quantity_value(&row->upper);
    if (isnan(o->spec.target))
        o->spec.target = quantity_value(&row->nominal);
    o->is_lower_natural |= row->natural && strcmp(row->natural, "lower") == 0;
    o->is_upper_natural |= row->natural && strcmp(row->natural, "upper") == 0;
}

static assay_status spread_specs(cli *c, const series_set *set, analysis_plan *p)
{
    spec_table table;
    assay_status status = specs_read(c->given[OPT_SPECS], &p->memory, &table, &c->err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < series_count(set); i++) {
        const spec_row *row = specs_find(&table, series_at(set, i)->definition->path);
        if (row)
            merge_spec(&p->item[i], row);
    }
    return ASSAY_OK;
}

/* -- limits in force ----------------------------------------------------------------------- */

/* What says how limits are worked out asks for an analysis. */
static bool wants_analysis(const cli *c)
{
    static const option_id ids[] = {OPT_RECOMPUTE, OPT_CENTER, OPT_STD_DEV, OPT_PHASE1,
                                    OPT_SIGMA,     OPT_SPAN,   OPT_UNWEIGHTED, OPT_STAGE};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (cli_has(c, ids[i]))
            return true;
    return false;
}

limits_wanted plan_limits_wanted(const cli *c, const series_request *request,
                                 const analysis_options *o, chart_definition *room)
{
    bool has_shape = cli_has(c, OPT_LAMBDA) || cli_has(c, OPT_LIMIT) || cli_has(c, OPT_LIMITS) ||
                     cli_has(c, OPT_K) || cli_has(c, OPT_H) || cli_has(c, OPT_FIR);
    *room = (chart_definition){.n = o->n, .every_s = o->every_s, .rules = c->given[OPT_RULES], .chart = o->chart,
                               .subgroup = cli_has(c, OPT_N) || o->every_s ? NULL : c->given[OPT_SUBGROUP]};
    memcpy(room->filter, request->range.filter, sizeof room->filter);
    return (limits_wanted){
        .definition = room,
        .given = (cli_has(c, OPT_N) || o->every_s ? LIMITS_N : 0u) | (has_shape ? LIMITS_SHAPE : 0u) |
                 (o->chart.type != ASSAY_CHART_AUTO ? LIMITS_TYPE : 0u) |
                 (cli_has(c, OPT_RULES) ? LIMITS_RULES : 0u)};
}

static assay_status apply_limits(cli *c, const series_set *set, const analysis_options *base,
                                 analysis_plan *p)
{
    series_request request;
    chart_definition room;
    assay_status status = input_request(c, 0, &request);
    if (status == ASSAY_OK)
        status = limits_read(series_store(set), 0, request.range.as_of, &p->limits, &c->err);
    limits_wanted wanted = plan_limits_wanted(c, &request, base, &room);
    for (size_t i = 0; status == ASSAY_OK && p->limits.count && i < series_count(set); i++) {
        wanted.characteristic = series_at(set, i)->number;
        const chart_limits *l = limits_find(&p->limits, &wanted, NULL);
        if (l)
            status = limits_apply(l, &p->item[i], &c->err);
    }
    return status;
}

assay_status plan_base(cli *c, analysis_plan *out)
{
    *out = (analysis_plan){0};
    arena_init(&out->memory);
    out->item = arena_new(&out->memory, analysis_options);
    if (!out->item)
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    out->item[0] = analysis_defaults();
    return take_all(c, &out->memory, out->item);
}

assay_status plan_check(cli *c)
{
    analysis_plan plan;
    assay_status status = plan_base(c, &plan);
    plan_done(&plan);
    return status;
}

/* A column that was taken for that of the subgroups, as "day" is, decides the whole chart. */
static void tell_subgroups(cli *c, const series_set *set)
{
    enum { COLUMNS = 256 };
    read_column column[COLUMNS];
    const reader *r = series_reader(set);
    bool is_asked = cli_has(c, OPT_N) || cli_has(c, OPT_SUBGROUP) || cli_has(c, OPT_EVERY) || cli_has(c, OPT_JSON);
    size_t n = r && !is_asked ? reader_columns(r, column, COLUMNS) : 0;
    for (size_t i = 0; i < n && i < COLUMNS; i++)
        if (column[i].role && column[i].name && strcmp(column[i].role, "subgroup") == 0 &&
            strcasecmp(column[i].name, "subgroup") != 0)
            cli_remark(c, _("subgroups are the runs of column %u, %s: -n, --every or --subgroup cuts otherwise"),
                       column[i].field, column[i].name);
}

assay_status plan_make(cli *c, const series_set *set, bool with_capability, analysis_plan *out)
{
    size_t n = series_count(set);
    *out = (analysis_plan){.has_specs = cli_has(c, OPT_SPECS)};
    arena_init(&out->memory);
    analysis_options base = analysis_defaults();
    base.with_capability = with_capability;
    assay_status status = take_all(c, &out->memory, &base);
    if (status != ASSAY_OK)
        return status;
    out->item = arena_array(&out->memory, analysis_options, n + 1);
    out->of_series = arena_array(&out->memory, const analysis_options *, n + 1);
    if (!out->item || !out->of_series)
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < n; i++) {
        out->item[i] = base;
        out->of_series[i] = &out->item[i];
    }
    if (out->has_specs)
        status = spread_specs(c, set, out);
    if (base.chart.type != ASSAY_CHART_I_MR)
        tell_subgroups(c, set);
    bool is_judged = status == ASSAY_OK && series_is_stored(set) && !wants_analysis(c);
    return is_judged ? apply_limits(c, set, &base, out) : status;
}

void plan_done(analysis_plan *p)
{
    arena_done(&p->memory);
    limits_done(&p->limits);
}
