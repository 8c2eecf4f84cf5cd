/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/figures.h"

#include "serve/gate.h"
#include "serve/reply.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- which one --------------------------------------------------------------------------------- */

static bool is_number(const char *name)
{
    return *name && strlen(name) < 10 && strspn(name, "0123456789") == strlen(name);
}

bool characteristic_find(request *r, const char *name, store **s, stored_characteristic *out)
{
    assay_err err;
    *s = reader_here(r->server, &err);
    if (!*s) {
        reply_error(r, &err);
        return false;
    }
    assay_status status =
        is_number(name) ? store_characteristic_at(*s, (uint32_t)atol(name), out, NULL)
                        : store_characteristic_find(*s, name, out, NULL);
    if (status == ASSAY_OK && gate_may(r, out->definition.path))
        return true;
    reply_problemf(r, 404, NULL, "there is no characteristic \"%.200s\"", name);
    return false;
}

/* -- what of it ---------------------------------------------------------------------------------- */

static bool take_where(request *r, store_range *range)
{
    const char *text = request_query(r, "where");
    const char *colon = text ? strchr(text, ':') : NULL;
    char kind_name[32];
    context_kind kind;
    if (!text)
        return true;
    snprintf(kind_name, sizeof kind_name, "%.*s", colon ? (int)(colon - text) : 0, text);
    if (!colon || !context_from_name(kind_name, &kind)) {
        reply_bad_query(r, "where", text, "KIND:TEXT such as machine:M1");
        return false;
    }
    range->filter[kind] = colon + 1;
    return true;
}

bool range_take(request *r, store_range *out)
{
    *out = STORE_ALL;
    out->all_status = true;
    return request_count(r, "as_of", 0, STORE_NOW, &out->as_of) &&
           request_count(r, "last", 0, UINT64_MAX, &out->last) &&
           request_time(r, "from", &out->from) && request_time(r, "to", &out->to) &&
           take_where(r, out);
}

bool figures_read(request *r, uint32_t contexts, figures *f)
{
    assay_err err;
    store *s;
    *f = (figures){0};
    if (!characteristic_find(r, request_part(r, 0), &s, &f->characteristic) ||
        !range_take(r, &f->request.range))
        return false;
    f->request.source = r->server->database;
    f->request.opened = s;
    char *name = request_room(r, 16);
    snprintf(name, 16, "#%u", f->characteristic.number);
    f->request.name = name;
    f->request.contexts = contexts;
    f->request.with_time = true;
    if (series_open(&f->request, &f->set, &err) == ASSAY_OK && series_count(f->set) == 1)
        return true;
    if (f->set)
        reply_problem(r, 422, "/measurements", "it has no measurements yet", NULL);
    else
        reply_error(r, &err);
    return false;
}

void figures_close(figures *f)
{
    analysis_done(&f->analysis);
    limits_done(&f->limits);
    series_close(f->set);
}

/* -- how ------------------------------------------------------------------------------------------ */

static bool take_names(request *r, analysis_options *o)
{
    static const char expected[] = "one of those that `assay help chart` lists";
    const char *type = request_query(r, "type"), *sigma = request_query(r, "sigma");
    if (type && !assay_chart_type_named(type, &o->chart.type)) {
        reply_bad_query(r, "type", type, expected);
        return false;
    }
    if (sigma && !assay_sigma_method_named(sigma, &o->chart.sigma)) {
        reply_bad_query(r, "sigma", sigma, expected);
        return false;
    }
    o->capability.sigma = o->chart.sigma;
    return true;
}

static bool take_real(request *r, const char *name, double *value)
{
    const char *text = request_query(r, name);
    decimal d;
    if (!text)
        return true;
    if (decimal_parse(text, strlen(text), '.', &d, value) != DECIMAL_NONE)
        return true;
    reply_bad_query(r, name, text, "a number");
    return false;
}

static bool take_phase1(request *r, analysis_options *o)
{
    const char *text = request_query(r, "phase1");
    char rest;
    if (!text || (sscanf(text, "%zu:%zu%c", &o->phase1_from, &o->phase1_to, &rest) == 2 &&
                  o->phase1_from > 0 && o->phase1_to >= o->phase1_from))
        return true;
    reply_bad_query(r, "phase1", text, "A:B, the subgroups the limits come from");
    return false;
}

static bool take_exclude(request *r, analysis_options *o)
{
    const char *text = request_query(r, "exclude");
    if (!text || !*text)
        return true;
    size_t *list = request_room(r, (strlen(text) / 2 + 2) * sizeof *list);
    for (const char *p = text; list && *p;) {
        char *end;
        list[o->exclude_count++] = strtoull(p, &end, 10);
        if (!isdigit((unsigned char)*p) || (*end && *end != ',')) {
            reply_bad_query(r, "exclude", text, "numbers of subgroups with commas between");
            return false;
        }
        p = end + (*end == ',');
    }
    o->exclude = list;
    return list != NULL;
}

static bool take_rules(request *r, analysis_options *o)
{
    assay_err err;
    const char *text = request_query(r, "rules");
    if (!text || assay_rules_parse(text, &o->rules, &err) == ASSAY_OK)
        return true;
    reply_bad_query(r, "rules", text, "a set of rules: %.100s", err.message);
    return false;
}

static bool take_every(request *r, analysis_options *o)
{
    const char *text = request_query(r, "every");
    if (!text || (!o->n && time_span_read(text, &o->every_s)))
        return true;
    reply_bad_query(r, "every", text, "a span of time such as 1h, without n");
    return false;
}

static bool take_options(request *r, analysis_options *o)
{
    uint64_t n = 0, span = 0;
    if (!request_count(r, "n", 1, 1000000, &n) || !request_count(r, "span", 0, 1000, &span) ||
        !take_names(r, o) || !take_real(r, "lambda", &o->chart.lambda) || !take_real(r, "k", &o->chart.k) ||
        !take_real(r, "h", &o->chart.h) || !take_real(r, "confidence", &o->capability.confidence) ||
        !take_phase1(r, o) || !take_exclude(r, o) || !take_rules(r, o))
        return false;
    o->n = (uint32_t)n;
    if (!take_every(r, o))
        return false;
    o->chart.span = o->capability.span = (unsigned)span;
    return true;
}

/* What says how limits are worked out asks for an analysis. */
static bool wants_own_limits(request *r)
{
    static const char *const names[] = {"phase1", "sigma", "span", "budget"};
    const char *limits = request_query(r, "limits");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (request_query(r, names[i]))
            return true;
    return limits && strcmp(limits, "analysis") == 0;
}

static assay_status apply_limits(request *r, figures *f, assay_err *err)
{
    chart_definition room = {.n = f->options.n, .every_s = f->options.every_s, .rules = request_query(r, "rules"),
                             .chart = f->options.chart};
    memcpy(room.filter, f->request.range.filter, sizeof room.filter);
    limits_wanted wanted = {
        .characteristic = f->characteristic.number,
        .definition = &room,
        .given = (f->options.n || f->options.every_s ? LIMITS_N : 0u) |
                 (f->options.chart.type != ASSAY_CHART_AUTO ? LIMITS_TYPE : 0u) |
                 (room.rules ? LIMITS_RULES : 0u)};
    assay_status status = limits_read(series_store(f->set), f->characteristic.number,
                                      f->request.range.as_of, &f->limits, err);
    const chart_limits *l = status == ASSAY_OK ? limits_find(&f->limits, &wanted, NULL) : NULL;
    return l ? limits_apply(l, &f->options, err) : status;
}

static assay_status keep_budget(request *r, figures *f, double per_day, assay_err *err)
{
    const char *words = request_query(r, "budget");
    f->budget.width = NAN;
    return words ? budget_keep(words, per_day, &f->options, &f->analysis, &f->budget, err) : ASSAY_OK;
}

bool figures_open(request *r, unsigned what, answer_sums *sums, figures *f)
{
    assay_err err;
    analysis_options options = analysis_defaults();
    *f = (figures){0};
    options.with_capability = what & FIGURES_CAPABILITY;
    if (sums && !request_query(r, "budget")) { /* that makes the chart anew */
        options.points = answer_sums_take;
        options.points_context = sums;
    }
    uint32_t contexts = 1u << CONTEXT_STAGE | (what & FIGURES_SERIALS ? 1u << CONTEXT_SERIAL : 0);
    double per_day = NAN;
    if (!take_options(r, &options) || !take_real(r, "per_day", &per_day) ||
        !figures_read(r, contexts | (options.n || options.every_s ? 0 : 1u << CONTEXT_SUBGROUP), f))
        return false;
    f->options = options;
    assay_status status = ASSAY_OK;
    if (!(what & FIGURES_OWN_LIMITS) && !wants_own_limits(r))
        status = apply_limits(r, f, &err);
    if (status == ASSAY_OK)
        status = analysis_make(f->set, series_at(f->set, 0), &f->options, &f->analysis, &err);
    if (status == ASSAY_OK)
        status = keep_budget(r, f, per_day, &err);
    if (status == ASSAY_OK)
        return true;
    reply_error(r, &err);
    return false;
}
