/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A false-alarm budget in words becomes a run length, and the run length a width of limits: exact run
 * lengths of the chart as it is drawn (assay/arl.h), solved by bisection on their logarithm. */
#include "live/engine_inner.h"

#include <assay/arl.h>
#include <assay/distribution.h>

#include <jansson.h>
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

static bool set_up_rules(solving *s, const assay_chart_options *c, const assay_rules *rules)
{
    s->o = assay_arl_defaults(ASSAY_ARL_RULES);
    s->rules = rules ? *rules : *assay_rules_basic();
    s->o.rules = &s->rules;
    s->low = 0.5;
    s->high = 8;
    (void)c;
    for (int r = 0; r < s->rules.count; r++)
        if (s->rules.rule[r].kind == ASSAY_RULE_BEYOND && s->rules.rule[r].m == 1) {
            s->width = &s->rules.rule[r].sigmas;
            return true;
        }
    return false;
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
    return set_up_rules(s, c, rules);
}

static void solve(solving *s, engine_budget *b)
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

assay_status engine_budget_find(const char *words, double points_per_day,
                                const assay_chart_options *chart, const assay_rules *rules,
                                engine_budget *out, assay_err *err)
{
    solving s = {0};
    engine_budget b = {.width = NAN, .arl_now = NAN};
    double days = days_between(words);
    if (!(days > 0)) {
        assay_fail(err, ASSAY_DOMAIN, 0, "\"%.60s\" is no budget of false alarms", words);
        assay_hint(err, "about one per month; 2 per week; one per 10 shifts");
        return ASSAY_DOMAIN;
    }
    if (!(points_per_day > 0))
        return assay_fail(err, ASSAY_DOMAIN, 0, "%g points a day", points_per_day);
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

/* -- what was really seen -------------------------------------------------------------------- */

static bool is_false(const char *said)
{
    json_t *o = json_loads(said, 0, NULL);
    bool found = json_is_true(json_object_get(o, "false"));
    json_decref(o);
    return found;
}

static bool count_alarm(const alarm_view *a, void *context)
{
    engine_seen *s = context;
    if (alarm_is_no_data(a) || a->state == ALARM_WITHDRAWN)
        return true;
    s->alarms++;
    for (size_t i = 0; i < a->step_count; i++)
        if (a->steps[i].state == ALARM_CAUSE && is_false(a->steps[i].json)) {
            s->false_alarms++;
            break;
        }
    return true;
}

assay_status engine_seen_of(engine *e, uint32_t number, engine_seen *out, assay_err *err)
{
    engine_seen s = {0};
    const live_chart *best = NULL;
    pthread_mutex_lock(&e->lock);
    for (const live_chart *c = number < e->room ? e->first[number] : NULL; c; c = c->next)
        if (!best || c->state > best->state)
            best = c;
    if (best) {
        s.points = best->s.judged;
        s.signals = best->s.judged_signals;
        if (s.points)
            s.days = (double)(best->s.last_time - best->s.judged_from) / 86400e9;
    }
    pthread_mutex_unlock(&e->lock);
    if (!best)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no characteristic %u", number);
    alarm_visit(e->book, number, false, count_alarm, &s);
    *out = s;
    return ASSAY_OK;
}
