/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include "base/i18n.h"
#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *words_chart(assay_chart_type type)
{
    switch (type) {
    case ASSAY_CHART_XBAR_R:
        return "X̄-R";
    case ASSAY_CHART_XBAR_S:
        return "X̄-S";
    case ASSAY_CHART_I_MR:
        return "I-MR";
    case ASSAY_CHART_MEDIAN:
        return "X̃-R";
    case ASSAY_CHART_EWMA:
        return "EWMA";
    case ASSAY_CHART_CUSUM:
        return "CUSUM";
    case ASSAY_CHART_RUN:
        return _("run chart");
    default:
        return assay_chart_type_name(type);
    }
}

const char *words_sigma(assay_sigma_method method)
{
    switch (method) {
    case ASSAY_SIGMA_RBAR:
        return "R̄/d2";
    case ASSAY_SIGMA_SBAR:
        return "s̄/c4";
    case ASSAY_SIGMA_POOLED:
        return _("pooled");
    case ASSAY_SIGMA_POOLED_UNBIASED:
        return _("pooled/c4");
    case ASSAY_SIGMA_MVLUE_R:
        return "MVLUE R";
    case ASSAY_SIGMA_MVLUE_S:
        return "MVLUE s";
    case ASSAY_SIGMA_MR:
        return "MR̄/d2";
    case ASSAY_SIGMA_MEDIAN_MR:
        return _("median MR");
    case ASSAY_SIGMA_OVERALL:
        return _("overall");
    case ASSAY_SIGMA_GIVEN:
        return _("given");
    case ASSAY_SIGMA_BINOMIAL:
        return _("binomial");
    case ASSAY_SIGMA_POISSON:
        return _("Poisson");
    default:
        return assay_sigma_method_name(method);
    }
}

const char *words_why(const char *why)
{
    return why ? _(why) : "";
}

const char *words_path(const analysis *a)
{
    const characteristic *c = a->series->definition;
    if (c->path && *c->path)
        return c->path;
    return c->name && *c->name ? c->name : _("characteristic");
}

static void add_sigma(const analysis *a, buf *out)
{
    if (!a->chart.stage_count)
        return;
    double sigma = a->chart.stages[a->chart.stage_count - 1].sigma;
    if (isnan(sigma))
        return;
    char figure[48];
    format_figure(figure, sizeof figure, sigma, a->series->decimals + 2);
    buf_addf(out, " · %s %s (%s)", _("σ within"), figure,
             words_sigma(a->limits ? a->limits->method : a->chart.method));
}

static bool has_varying_limits(const analysis *a)
{
    if (a->chart.type != ASSAY_CHART_P && a->chart.type != ASSAY_CHART_U)
        return false;
    for (size_t i = 1; i < a->input.subgroups; i++)
        if (a->chart.location[i].n != a->chart.location[0].n)
            return true;
    return false;
}

void words_limits(const analysis *a, buf *out)
{
    char since[40];
    if (!a->limits) {
        buf_add_text(out, _("analysis"));
        return;
    }
    words_time(a->limits->since, TIME_OFFSET_NONE, since, sizeof since);
    since[10] = 0;
    buf_addf(out, _("in force: version %llu, %s, %s"),
             (unsigned long long)a->limits->version, since, a->limits->by);
}

void words_subtitle(const analysis *a, buf *out)
{
    size_t k = a->input.subgroups;
    buf_addf(out, "%s", words_chart(a->chart.type));
    if (a->n > 1)
        buf_addf(out, " · n %u", a->n);
    buf_addf(out, " · ");
    if (a->n > 1 || a->is_by_key)
        buf_addf(out, P_("%zu subgroup", "%zu subgroups", k), k);
    else
        buf_addf(out, P_("%zu point", "%zu points", k), k);
    add_sigma(a, out);
    if (a->chart.type != ASSAY_CHART_EWMA && a->chart.type != ASSAY_CHART_CUSUM)
        buf_addf(out, " · %s %s", _("rules"),
                 strcmp(a->rules.name, "own") == 0 ? _("own") : a->rules.name);
    if (has_varying_limits(a))
        buf_addf(out, " · %s", _("limits step because the number inspected differs"));
    buf_add_text(out, " · ");
    words_limits(a, out);
    if (!a->limits && k < 20)
        buf_addf(out, " · %s", _("limits provisional: fewer than 20 subgroups"));
}

void words_verdict(const analysis *a, buf *out)
{
    if (!analysis_is_judged(a)) {
        buf_add_text(out, _("stability not known"));
        if (a->has_chart)
            buf_addf(out, ": %s", words_why(a->chart.why_undefined));
        return;
    }
    size_t n = a->chart.signals;
    if (a->chart.is_stable)
        buf_add_text(out, _("stable: no point signals"));
    else
        buf_addf(out, P_("not stable: %zu point signals", "not stable: %zu points signal", n), n);
}

void words_rule(const assay_rule *r, char *out, size_t room)
{
    switch (r->kind) {
    case ASSAY_RULE_BEYOND:
        if (r->m == 1)
            snprintf(out, room, _("1 point beyond %g σ"), r->sigmas);
        else
            snprintf(out, room, _("%d of %d points beyond %g σ on one side"), r->k, r->m,
                     r->sigmas);
        break;
    case ASSAY_RULE_SIDE:
        snprintf(out, room, _("%d points in a row on one side of the centre line"), r->m);
        break;
    case ASSAY_RULE_TREND:
        snprintf(out, room, _("%d points in a row steadily rising or falling"), r->m);
        break;
    case ASSAY_RULE_ALTERNATE:
        snprintf(out, room, _("%d points in a row alternating up and down"), r->m);
        break;
    case ASSAY_RULE_WITHIN:
        snprintf(out, room, _("%d points in a row within %g σ"), r->m, r->sigmas);
        break;
    case ASSAY_RULE_OUTSIDE:
        snprintf(out, room, _("%d points in a row beyond %g σ, either side"), r->m, r->sigmas);
        break;
    case ASSAY_RULE_OUTSIDE_BOTH:
        snprintf(out, room, _("%d points in a row beyond %g σ, on both sides"), r->m, r->sigmas);
        break;
    case ASSAY_RULE_RANGE:
        snprintf(out, room, _("one beyond +%g σ and one beyond −%g σ within %d points"), r->sigmas,
                 r->sigmas, r->m);
        break;
    }
}

void words_rule_names(const assay_rules *rules, uint32_t fired, char *out, size_t room)
{
    size_t used = 0;
    out[0] = 0;
    for (int j = 0; j < rules->count && used < room; j++)
        if (fired >> j & 1)
            used += (size_t)snprintf(out + used, room - used, "%s%s", used ? "," : "",
                                     rules->rule[j].name);
}

void words_time(int64_t ns, int32_t offset, char *out, size_t room)
{
    time_format(ns, offset, out, room);
    char *t = strchr(out, 'T');
    if (t)
        *t = ' ';
}

void words_second(int64_t ns, int32_t offset, char *out, size_t room)
{
    const int64_t second = 1000000000;
    int64_t part = ns % second;
    words_time(ns - (part < 0 ? part + second : part), offset, out, room);
}
