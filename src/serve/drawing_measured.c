/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tools drawn from measurements: control chart, histogram, check sheet, scatter, stratification. */
#include "serve/drawing_inner.h"

#include "base/i18n.h"
#include "report/describe.h"
#include "report/view.h"
#include "serve/gate.h"
#include "signal/factor.h"
#include "signal/pairs.h"

#include <assay/correlation.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRATA_MOST = 20, STROKES_MOST = 25, CHECK_CLASSES = 10 };

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while drawing");
}

/* -- reading -------------------------------------------------------------------------------------- */

/* Characteristic `which` of the address; what the asker may not read is not there, unless it was handed in. */
static assay_status open_series(const drawing_wish *w, size_t which, uint32_t contexts,
                                stored_characteristic *c, series_set **set, assay_err *err)
{
    char name[16];
    bool is_there = which < w->at.count &&
                    store_characteristic_at(w->s, w->at.number[which], c, NULL) == ASSAY_OK &&
                    (w->is_sealed || gate_may(w->r, c->definition.path));
    if (!is_there)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no stored characteristic is named");
    snprintf(name, sizeof name, "#%u", c->number);
    series_request wish = {.source = w->r->server->database, .opened = w->s, .name = name,
                           .range = STORE_ALL, .contexts = contexts, .with_time = true};
    wish.range.all_status = true;
    wish.range.from = w->at.from;
    wish.range.to = w->at.to;
    assay_status status = series_open(&wish, set, err);
    if (!status && !series_count(*set))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "%s was not measured in that time",
                            c->definition.path);
    return status;
}

/* "path [unit]" */
static const char *axis_name(drawing *d, const stored_characteristic *c)
{
    char text[300];
    const char *unit = c->definition.unit;
    bool has_unit = unit && *unit;
    snprintf(text, sizeof text, "%.200s%s%.60s%s", c->definition.path, has_unit ? " [" : "",
             has_unit ? unit : "", has_unit ? "]" : "");
    return drawing_keep(d, text);
}

/* -- control chart --------------------------------------------------------------------------------- */

typedef struct {
    series_set *set;
    limits_history history;
    analysis a;
    view shown;
    bool has_view;
} charted;

static void charted_done(void *own)
{
    charted *x = own;
    if (x->has_view)
        view_done(&x->shown);
    analysis_done(&x->a);
    limits_done(&x->history);
    series_close(x->set);
}

static void draw_control(const drawing *d, canvas *c)
{
    plot_chart(c, &((const charted *)d->own)->shown.chart);
}

/* The newest subgroups, as many as a table takes. */
static void tell_points(drawing *d, const charted *x)
{
    const char *const head[] = {_("No."), _("time"), _("value"), _("rules")};
    size_t n = x->a.input.subgroups, from = n > DRAWING_ROWS_MOST ? n - DRAWING_ROWS_MOST : 0;
    drawing_columns(d, 4, head);
    d->left_out = from;
    for (size_t i = from; i < n; i++) {
        char number[24], when[48] = "–", figure[48] = "–", rules[64] = "";
        const assay_chart_point *p = &x->a.chart.location[i];
        snprintf(number, sizeof number, "%zu", i + 1);
        if (analysis_time(&x->a, i) != TIME_NONE)
            words_second(analysis_time(&x->a, i), analysis_offset(&x->a, i), when, sizeof when);
        if (!isnan(p->value))
            format_figure(figure, sizeof figure, p->value, x->shown.chart.decimals + 1);
        if (p->rules)
            words_rule_names(&x->a.rules, p->rules, rules, sizeof rules);
        drawing_row(d, 4, (const char *const[]){number, when, figure, rules});
    }
}

/* By limits in force where there are some, as the chart's own screen does. */
static assay_status analyse(const drawing_wish *w, charted *x, assay_err *err)
{
    stored_characteristic c;
    analysis_options options = analysis_defaults();
    assay_status status = open_series(w, 0, 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_STAGE, &c, &x->set, err);
    if (!status)
        status = limits_read(w->s, c.number, STORE_NOW, &x->history, err);
    if (status)
        return status;
    const limits_wanted wanted = {.characteristic = c.number,
                                  .definition = &(chart_definition){.chart = options.chart}};
    const chart_limits *l = limits_find(&x->history, &wanted, NULL);
    if (l)
        status = limits_apply(l, &options, err);
    if (!status)
        status = analysis_make(x->set, series_at(x->set, 0), &options, &x->a, err);
    return status;
}

assay_status drawing_control(const drawing_wish *w, assay_err *err)
{
    drawing *d = w->d;
    charted *x = arena_new(&d->memory, charted);
    if (!x)
        return no_memory(err);
    d->own = x;
    d->done = charted_done;
    assay_status status = analyse(w, x, err);
    if (status)
        return status;
    x->has_view = true;
    if (!view_make(&x->a, &x->shown))
        return no_memory(err);
    if (!x->a.has_chart)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "too few measurements for a chart");
    buf_add_text(&d->title, x->shown.chart.title);
    plot_chart_summary(&x->shown.chart, &d->words);
    tell_points(d, x);
    d->draw = draw_control;
    return ASSAY_OK;
}

/* -- classes: histogram, check sheet ---------------------------------------------------------------- */

typedef struct {
    series_set *set;
    description d;
    histogram_plot plot;
} classed;

static void classed_done(void *own)
{
    classed *x = own;
    description_done(&x->d);
    series_close(x->set);
}

static void draw_histogram(const drawing *d, canvas *c)
{
    plot_histogram(c, &((const classed *)d->own)->plot);
}

/* A sheet has few lines, a histogram as many classes as its data can bear. */
static assay_status choose_few(description *d, assay_err *err)
{
    void *scratch = malloc(assay_describe_scratch_size(d->x.n) + 1);
    assay_status status = scratch ? assay_bins_choose(&d->x, CHECK_CLASSES, scratch, &d->bins, err) : no_memory(err);
    if (!status && d->bins.count)
        (void)assay_bins_count(&d->bins, &d->x, d->counts);
    free(scratch);
    return status;
}

static assay_status open_classes(const drawing_wish *w, classed *x, bool is_sheet, stored_characteristic *c,
                                 assay_err *err)
{
    const assay_describe_options options = assay_describe_defaults();
    assay_status status = open_series(w, 0, 0, c, &x->set, err);
    if (!status)
        status = description_make(series_at(x->set, 0), &options, false, true, &x->d, err);
    if (!status && is_sheet && x->d.bins.count)
        status = choose_few(&x->d, err);
    if (!status && !x->d.bins.count)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "%s has no classes: %s", c->definition.path,
                            *x->d.no_bins ? x->d.no_bins : "no measurements");
    return status;
}

/* How many pieces a stroke stands for, so that the longest line fits: 1, 2, 5, 10 ... */
static uint64_t pieces_a_stroke(const description *d)
{
    uint64_t most = 0, unit = 1;
    for (size_t i = 0; i < d->bins.count; i++)
        most = d->counts[i] > most ? d->counts[i] : most;
    for (int k = 1; most / unit >= STROKES_MOST; k++)
        unit = k % 3 == 2 ? unit / 2 * 5 : unit * 2;
    return unit;
}

/* "||||| ||", as on paper; whatever is there gets a stroke. */
static void add_strokes(uint64_t n, uint64_t unit, char *out)
{
    size_t used = 0;
    n = (n + unit - 1) / unit;
    for (uint64_t i = 0; i < n; i++) {
        if (i && i % 5 == 0)
            out[used++] = ' ';
        out[used++] = '|';
    }
    out[used] = 0;
}

static void tell_classes(drawing *d, const classed *x, bool with_strokes)
{
    char tally[80];
    uint64_t unit = pieces_a_stroke(&x->d);
    snprintf(tally, sizeof tally, "%s (| = %llu)", _("tally"), (unsigned long long)unit);
    const char *const head[] = {_("from"), _("up to"), _("count"), tally};
    size_t columns = with_strokes ? 4 : 3;
    int places = series_at(x->set, 0)->decimals + 1;
    drawing_columns(d, columns, head);
    for (size_t i = 0; i < x->d.bins.count; i++) {
        char from[48], to[48], count[24], strokes[STROKES_MOST * 2];
        format_figure(from, sizeof from, assay_bins_edge(&x->d.bins, i), places);
        format_figure(to, sizeof to, assay_bins_edge(&x->d.bins, i + 1), places);
        snprintf(count, sizeof count, "%llu", (unsigned long long)x->d.counts[i]);
        add_strokes(x->d.counts[i], unit, strokes);
        drawing_row(d, columns, (const char *const[]){from, to, count, strokes});
    }
}

static void say_description(drawing *d, const classed *x, const char *path)
{
    char mean[48], sd[48];
    int places = series_at(x->set, 0)->decimals + 2;
    format_figure(mean, sizeof mean, x->d.d.mean.value, places);
    format_figure(sd, sizeof sd, x->d.d.sd.value, places);
    buf_addf(&d->words, "%s · n %llu · x̄ %s · s %s", path, (unsigned long long)x->d.d.n,
             x->d.d.mean.why ? "–" : mean, x->d.d.sd.why ? "–" : sd);
}

static assay_status classes(const drawing_wish *w, bool with_strokes, classed **out, assay_err *err)
{
    drawing *d = w->d;
    stored_characteristic c;
    classed *x = *out = arena_new(&d->memory, classed);
    if (!x)
        return no_memory(err);
    d->own = x;
    d->done = classed_done;
    assay_status status = open_classes(w, x, with_strokes, &c, err);
    if (status)
        return status;
    buf_add_text(&d->title, axis_name(d, &c));
    say_description(d, x, c.definition.path);
    tell_classes(d, x, with_strokes);
    return ASSAY_OK;
}

assay_status drawing_check_sheet(const drawing_wish *w, assay_err *err)
{
    classed *x;
    return classes(w, true, &x, err);
}

assay_status drawing_histogram(const drawing_wish *w, assay_err *err)
{
    classed *x;
    assay_status status = classes(w, false, &x, err);
    if (status)
        return status;
    drawing *d = w->d;
    const series *s = series_at(x->set, 0);
    double *values = arena_array(&d->memory, double, s->n + 1);
    size_t n = 0;
    for (size_t i = 0; values && i < x->d.x.n; i++)
        if (!assay_values_is_missing(&x->d.x, i))
            values[n++] = assay_values_at(&x->d.x, i);
    if (!values)
        return no_memory(err);
    double low = assay_bins_edge(&x->d.bins, 0);
    x->plot = (histogram_plot){.title = buf_text(&d->title), .subtitle = buf_text(&d->words),
                               .unit = s->definition->unit ? s->definition->unit : "", .x = values, .n = n,
                               .lsl = quantity_value(&s->definition->lower), .usl = quantity_value(&s->definition->upper),
                               .target = quantity_value(&s->definition->target), .decimals = s->decimals,
                               .class_low = low, .class_width = assay_bins_edge(&x->d.bins, 1) - low,
                               .class_count = x->d.counts, .classes = x->d.bins.count};
    d->draw = draw_histogram;
    return ASSAY_OK;
}

/* -- scatter ------------------------------------------------------------------------------------------ */

typedef struct {
    series_set *x, *y;
    series_pairs pairs;
} paired;

static void paired_done(void *own)
{
    paired *p = own;
    pairs_done(&p->pairs);
    series_close(p->x);
    series_close(p->y);
}

static void draw_scatter(const drawing *d, canvas *c)
{
    plot_scatter(c, &d->plot.scatter);
}

static void add_figure(buf *out, const char *name, assay_figure f, int places)
{
    char text[48];
    format_figure(text, sizeof text, f.value, places);
    buf_addf(out, " · %s %s", name, f.why ? words_why(f.why) : text);
}

static void say_correlation(drawing *d, const assay_correlation *c, const series_pairs *p)
{
    static const char *const keys[] = {"", N_("paired by serial number"), N_("paired by time"),
                                       N_("paired by subgroup")};
    char low[48], high[48];
    buf_addf(&d->words, "n %llu", (unsigned long long)c->n);
    add_figure(&d->words, "r", c->r, 3);
    if (!c->lower.why) {
        format_figure(low, sizeof low, c->lower.value, 3);
        format_figure(high, sizeof high, c->upper.value, 3);
        buf_addf(&d->words, " [%s, %s]", low, high);
        buf_addf(&d->words, c->p.value < 0.001 ? " · p < 0.001" : " · p %.3f", c->p.value);
    }
    buf_addf(&d->words, " · %s", _(keys[p->by]));
    if (p->alone_x + p->alone_y)
        buf_addf(&d->words, " · %s %llu, %llu", _("without a partner"), (unsigned long long)p->alone_x,
                 (unsigned long long)p->alone_y);
}

static double *doubles_of(drawing *d, const assay_values *v)
{
    double *out = arena_array(&d->memory, double, v->n + 1);
    for (size_t i = 0; out && i < v->n; i++)
        out[i] = assay_values_at(v, i);
    return out;
}

static void tell_pairs(drawing *d, const series_pairs *p)
{
    const scatter_plot *s = &d->plot.scatter;
    const char *const head[] = {_("No."), s->x_name, s->y_name};
    drawing_columns(d, 3, head);
    for (size_t i = 0; i < s->n; i++) {
        char number[24], x[48], y[48];
        snprintf(number, sizeof number, "%zu", i + 1);
        format_figure(x, sizeof x, s->x[i], p->decimals_x);
        format_figure(y, sizeof y, s->y[i], p->decimals_y);
        drawing_row(d, 3, (const char *const[]){number, x, y});
    }
}

assay_status drawing_scatter(const drawing_wish *w, assay_err *err)
{
    drawing *d = w->d;
    stored_characteristic x, y;
    assay_correlation c;
    uint32_t keys = 1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP;
    paired *p = arena_new(&d->memory, paired);
    if (!p)
        return no_memory(err);
    d->own = p;
    d->done = paired_done;
    assay_status status = open_series(w, 0, keys, &x, &p->x, err);
    if (!status)
        status = open_series(w, 1, keys, &y, &p->y, err);
    if (!status)
        status = pairs_make(p->x, p->y, &p->pairs, err);
    if (!status && p->pairs.by == PAIRS_NONE)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "no measurement of %.80s goes with one of %.80s: no serial "
                            "number, time or subgroup is the same", x.definition.path, y.definition.path);
    if (!status)
        status = assay_correlate(&p->pairs.x, &p->pairs.y, 0, &c, err);
    if (status)
        return status;
    buf_addf(&d->title, "%s × %s", x.definition.path, y.definition.path);
    say_correlation(d, &c, &p->pairs);
    d->plot.scatter = (scatter_plot){.title = buf_text(&d->title), .subtitle = buf_text(&d->words),
                                     .x_name = axis_name(d, &x), .y_name = axis_name(d, &y),
                                     .x = doubles_of(d, &p->pairs.x), .y = doubles_of(d, &p->pairs.y),
                                     .n = (size_t)p->pairs.x.n, .slope = c.slope.value,
                                     .intercept = c.intercept.value};
    if (!d->plot.scatter.x || !d->plot.scatter.y)
        return no_memory(err);
    tell_pairs(d, &p->pairs);
    d->draw = draw_scatter;
    return ASSAY_OK;
}

/* -- stratification ------------------------------------------------------------------------------------- */

typedef struct {
    series_set *set;
    factor levels;
} layered;

static void layered_done(void *own)
{
    layered *x = own;
    factor_done(&x->levels);
    series_close(x->set);
}

static void draw_strata(const drawing *d, canvas *c)
{
    plot_strata(c, &d->plot.strata);
}

/* The values of one level as a sample of its own. */
static assay_status stratum_of(const layered *x, const assay_values *all, size_t level, int64_t *room,
                               double *real, stratum *out, assay_err *err)
{
    size_t n = 0;
    assay_moments m;
    for (size_t i = 0; i < all->n; i++) {
        if (x->levels.level[i] != level || assay_values_is_missing(all, i))
            continue;
        if (all->mantissa)
            room[n++] = all->mantissa[i];
        else
            real[n++] = all->hi[i];
    }
    assay_values own = all->mantissa ? assay_values_of_decimals(room, n, all->exponent)
                                     : assay_values_of_doubles(real, n);
    assay_status status = assay_moments_of(&own, &m, err);
    *out = (stratum){.name = x->levels.name[level], .n = n, .low = INFINITY, .high = -INFINITY};
    for (size_t i = 0; i < n; i++) {
        out->low = fmin(out->low, assay_values_at(&own, i));
        out->high = fmax(out->high, assay_values_at(&own, i));
    }
    if (!status) {
        out->mean = assay_moments_mean(&m).value;
        out->sd = assay_moments_sd(&m).value;
    }
    return status;
}

static void tell_stratum(drawing *d, const stratum *s, int places)
{
    char n[24], mean[48], sd[48] = "–", low[48], high[48];
    snprintf(n, sizeof n, "%zu", s->n);
    format_figure(mean, sizeof mean, s->mean, places + 2);
    if (!isnan(s->sd))
        format_figure(sd, sizeof sd, s->sd, places + 2);
    format_figure(low, sizeof low, s->low, places);
    format_figure(high, sizeof high, s->high, places);
    drawing_row(d, 6, (const char *const[]){s->name, n, mean, sd, low, high});
}

static assay_status add_strata(drawing *d, const layered *x, const series *s, assay_err *err)
{
    int64_t *values = arena_array(&d->memory, int64_t, s->n + 1), *room = arena_array(&d->memory, int64_t, s->n + 1);
    stratum *row = arena_array(&d->memory, stratum, STRATA_MOST);
    assay_status status = values && room && row ? ASSAY_OK : no_memory(err);
    if (status)
        return status;
    assay_values all = factor_values(s, values);
    size_t n = 0;
    for (size_t level = 0; !status && level < x->levels.levels && n < STRATA_MOST; level++) {
        status = stratum_of(x, &all, level, room, (double *)room, &row[n], err);
        if (!status && row[n].n)
            tell_stratum(d, &row[n++], s->decimals);
    }
    d->left_out = x->levels.levels > STRATA_MOST ? x->levels.levels - STRATA_MOST : 0;
    d->plot.strata.row = row;
    d->plot.strata.n = n;
    return status;
}

assay_status drawing_stratified(const drawing_wish *w, assay_err *err)
{
    const char *const head[] = {_("stratum"), "n", _("mean"), "s", _("least"), _("greatest")};
    drawing *d = w->d;
    stored_characteristic c;
    context_kind kind;
    layered *x = arena_new(&d->memory, layered);
    if (!x)
        return no_memory(err);
    if (!w->at.screen || !context_from_name(w->at.compare, &kind))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "it does not say by what it is stratified");
    d->own = x;
    d->done = layered_done;
    assay_status status = open_series(w, 0, 1u << kind, &c, &x->set, err);
    if (!status)
        status = factor_levels(x->set, series_at(x->set, 0), kind, "–", &x->levels, err);
    if (status)
        return status;
    drawing_columns(d, 6, head);
    status = add_strata(d, x, series_at(x->set, 0), err);
    buf_addf(&d->title, "%s · %s", c.definition.path, context_name(kind));
    buf_add_text(&d->words, _("dot: mean; band: one standard deviation to each side; line: least to greatest"));
    d->plot.strata.title = buf_text(&d->title);
    d->plot.strata.subtitle = buf_text(&d->words);
    d->plot.strata.unit = c.definition.unit ? drawing_keep(d, c.definition.unit) : "";
    d->height = plot_strata_height(&d->plot.strata);
    d->draw = draw_strata;
    return status;
}
