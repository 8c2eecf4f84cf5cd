/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact run lengths of the chart as it is drawn, solved for the width of limits by bisection. */
#include "signal/budget.h"

#include "base/i18n.h"

#include <assay/arl.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- words ---------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    double days;
} units[] = {{"hour", 1.0 / 24}, {"shift", 1.0 / 3}, {"day", 1}, {"week", 7}, {"month", 30.436875},
             {"quarter", 91.310625}, {"year", 365.2425}};

static const struct {
    const char *word;
    double count;
} counts[] = {{"a", 1}, {"an", 1}, {"one", 1}, {"two", 2}, {"three", 3}, {"four", 4}, {"five", 5}};

static bool read_count(const char *word, double *out)
{
    char *end;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(word, counts[i].word) == 0) {
            *out = counts[i].count;
            return true;
        }
    double x = strtod(word, &end);
    if (end == word || *end || !(x > 0) || x > 1e6)
        return false;
    *out = x;
    return true;
}

/* "weeks" too. */
static bool read_unit(const char *word, double *days)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].word);
        if (strncmp(word, units[i].word, length) == 0 &&
            (!word[length] || strcmp(word + length, "s") == 0)) {
            *days = units[i].days;
            return true;
        }
    }
    return false;
}

static bool is_filler(const char *word)
{
    static const char *const fillers[] = {"about", "at", "most", "false", "alarm", "alarms"};
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (strcmp(word, fillers[i]) == 0)
            return true;
    return false;
}

/* [about] COUNT [false alarms] per [COUNT] UNIT: days between two; NaN: not of this form. */
static double days_between(const char *words)
{
    char copy[100], *rest = NULL;
    double count = NAN, span = 1, days = NAN;
    bool is_behind_per = false;
    if (strlen(words) >= sizeof copy)
        return NAN;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        if (is_filler(w))
            continue;
        if (strcmp(w, "per") == 0 || strcmp(w, "every") == 0)
            is_behind_per = true;
        else if (is_behind_per && read_unit(w, &days))
            continue;
        else if (!read_count(w, is_behind_per ? &span : &count))
            return NAN;
    }
    return days * span / count;
}

/* -- run lengths ---------------------------------------------------------------------------- */

typedef struct {
    assay_arl_options o;
    assay_rules rules;
    double *width; /* what moves: a member of the above */
    double low, high;
} solving;

static double run_length(solving *s, double width, const char **why)
{
    assay_arl found;
    *s->width = width;
    void *scratch = malloc(assay_arl_scratch_size(&s->o) + 1);
    assay_status status = scratch ? assay_arl_find(&s->o, scratch, &found, NULL) : ASSAY_MEMORY;
    free(scratch);
    if (status == ASSAY_OK && isinf(found.arl))
        return found.arl;
    if (status != ASSAY_OK || !isfinite(found.arl)) {
        *why = status != ASSAY_OK ? assay_status_text(status) : found.why_undefined;
        return NAN;
    }
    return found.arl;
}

static assay_rule *beyond(assay_rules *rules)
{
    for (int r = 0; r < rules->count; r++)
        if (rules->rule[r].kind == ASSAY_RULE_BEYOND && rules->rule[r].m == 1)
            return &rules->rule[r];
    return NULL;
}

static bool set_up_rules(solving *s, const assay_rules *rules)
{
    s->o = assay_arl_defaults(ASSAY_ARL_RULES);
    s->rules = rules ? *rules : *assay_rules_basic();
    s->o.rules = &s->rules;
    s->low = 0.5;
    s->high = 8;
    assay_rule *moving = beyond(&s->rules);
    if (moving)
        s->width = &moving->sigmas;
    return moving != NULL;
}

static bool set_up(solving *s, const assay_chart_options *c, const assay_rules *rules)
{
    if (c->type == ASSAY_CHART_EWMA) {
        s->o = assay_arl_defaults(ASSAY_ARL_EWMA);
        s->o.lambda = c->lambda > 0 ? c->lambda : s->o.lambda;
        s->o.limit = c->ewma_sigmas > 0 ? c->ewma_sigmas : s->o.limit;
        s->width = &s->o.limit;
        s->low = 0.5;
        s->high = 6;
        return true;
    }
    if (c->type == ASSAY_CHART_CUSUM) {
        s->o = assay_arl_defaults(ASSAY_ARL_CUSUM);
        s->o.k = c->k;
        s->o.h = c->h > 0 ? c->h : s->o.h;
        s->o.fir = c->fir;
        s->width = &s->o.h;
        s->low = fmax(0.5, c->fir + 0.01);
        s->high = 20;
        return true;
    }
    return set_up_rules(s, rules);
}

static void solve(solving *s, budget *b)
{
    enum { STEPS = 24 };
    double low = s->low, high = s->high;
    double most = run_length(s, high, &b->why);
    if (isnan(most))
        return;
    if (most < b->arl) {
        b->why = "the other rules alone signal more often than that";
        return;
    }
    for (int i = 0; i < STEPS; i++) {
        double middle = (low + high) / 2, arl = run_length(s, middle, &b->why);
        if (isnan(arl))
            return;
        if (arl < b->arl)
            low = middle;
        else
            high = middle;
    }
    b->width = (low + high) / 2;
}

assay_status budget_find(const char *words, double points_per_day,
                                const assay_chart_options *chart, const assay_rules *rules,
                                budget *out, assay_err *err)
{
    solving s = {0};
    budget b = {.width = NAN, .arl_now = NAN};
    double days = days_between(words);
    if (!(days > 0)) {
        assay_fail(err, ASSAY_DOMAIN, 0, "\"%.60s\" is no budget of false alarms", words);
        assay_hint(err, _("about one per month; 2 per week; one per 10 shifts"));
        return ASSAY_DOMAIN;
    }
    if (!(points_per_day > 0))
        return assay_fail(err, ASSAY_DOMAIN, 0, "%g points a day", points_per_day);
    b.points_per_day = points_per_day;
    b.arl = days * points_per_day;
    if (chart && chart->type == ASSAY_CHART_RUN)
        b.why = "a run chart has no limits";
    else if (chart && !set_up(&s, chart, rules))
        b.why = "no rule of the set is about one point beyond limits";
    else if (chart) {
        b.arl_now = run_length(&s, *s.width, &b.why);
        if (!isnan(b.arl_now))
            solve(&s, &b);
    }
    *out = b;
    return ASSAY_OK;
}

/* -- using it -------------------------------------------------------------------------------- */

double budget_points_per_day(const analysis *a)
{
    size_t k = a->input.subgroups;
    int64_t first = k ? analysis_time(a, 0) : TIME_NONE, last = k ? analysis_time(a, k - 1) : TIME_NONE;
    if (first == TIME_NONE || last == TIME_NONE || last <= first)
        return NAN;
    return (double)(k - 1) / ((double)(last - first) / 86400e9);
}

/* Rounded up: the width that is kept is the one that is shown, and gives no more alarms. */
static void widen(analysis_options *o, const analysis *a, double width)
{
    double shown = ceil(width * 1000) / 1000;
    o->chart = a->options;
    o->chart.type = a->chart.type;
    o->chart.rules = NULL;
    o->rules = a->rules;
    if (o->chart.type == ASSAY_CHART_EWMA)
        o->chart.ewma_sigmas = shown;
    else if (o->chart.type == ASSAY_CHART_CUSUM)
        o->chart.h = shown;
    else {
        assay_rule *rule = beyond(&o->rules);
        o->chart.sigmas = rule->sigmas = shown;
        snprintf(rule->name, sizeof rule->name, "1of1>%g", shown);
        snprintf(o->rules.name, sizeof o->rules.name, "own");
    }
}

assay_status budget_keep(const char *words, double per_day, analysis_options *o, analysis *a,
                         budget *found, assay_err *err)
{
    analysis again = {0};
    analysis_options wide = *o;
    double points = isnan(per_day) ? budget_points_per_day(a) : per_day;
    if (isnan(points))
        return assay_fail(err, ASSAY_MISSING, 0, "the data have no times: how many points a day?");
    assay_chart_options chart = a->options;
    chart.type = a->chart.type;
    assay_status status = budget_find(words, points, &chart, &a->rules, found, err);
    if (status != ASSAY_OK)
        return status;
    if (isnan(found->width))
        return assay_fail(err, ASSAY_DOMAIN, 0, "no limits keep \"%.60s\" at %.6g points a day: %s",
                          words, points, found->why ? found->why : "undefined");
    widen(&wide, a, found->width);
    status = analysis_make(a->set, a->series, &wide, &again, err);
    if (status != ASSAY_OK)
        return status;
    analysis_done(a);
    *a = again;
    *o = wide;
    return ASSAY_OK;
}
