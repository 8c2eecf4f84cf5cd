/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/view.h"

#include "base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool collect_times(const analysis *a, view *v)
{
    size_t k = a->input.subgroups;
    if (!a->series->time || !k)
        return true;
    int64_t *time = arena_array(&v->memory, int64_t, k);
    if (!time)
        return false;
    for (size_t i = 0; i < k; i++)
        time[i] = analysis_time(a, i);
    if (a->series->offsets) {
        int32_t *offset = arena_array(&v->memory, int32_t, k);
        if (!offset)
            return false;
        for (size_t i = 0; i < k; i++)
            offset[i] = analysis_offset(a, i);
        v->chart.offsets = offset;
    }
    v->chart.time = time;
    v->chart.offset = a->series->offset;
    return true;
}

static bool collect_readings(const analysis *a, view *v)
{
    const series *s = a->series;
    double *x = arena_array(&v->memory, double, s->n + 1);
    if (!x)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        double value = series_value(s, i);
        if (isfinite(value) && (!s->status || s->status[i] == STATUS_VALID))
            x[n++] = value;
    }
    qsort(x, n, sizeof *x, by_value);
    v->sorted = x;
    v->sorted_count = n;
    return true;
}

static double density_of(double x, void *context)
{
    return exp(assay_fit_log_density(context, x));
}

static void add_index(buf *out, const char *name, const assay_index *index)
{
    if (isnan(index->value))
        return;
    buf_addf(out, "%s%s %.2f", out->length ? " · " : "", name, index->value);
    if (!isnan(index->low))
        buf_addf(out, " (%.2f … %.2f)", index->low, index->high);
}

static void make_histogram(const analysis *a, view *v)
{
    const assay_capability *c = &a->capability;
    add_index(&v->capability_line, "Ppk", &c->ppk);
    add_index(&v->capability_line, "Cpk", &c->cpk);
    v->histogram = (histogram_plot){.title = _("Histogram"),
                                    .subtitle = buf_text(&v->capability_line),
                                    .unit = v->chart.unit,
                                    .x = v->sorted,
                                    .n = v->sorted_count,
                                    .lsl = NAN,
                                    .usl = NAN,
                                    .target = NAN,
                                    .decimals = v->chart.decimals};
    v->histogram.lsl = a->spec.lsl;
    v->histogram.usl = a->spec.usl;
    v->histogram.target = a->spec.target;
    if (!a->has_capability || c->distribution.why || !isfinite(c->distribution.parameter[0]))
        return;
    v->histogram.density = density_of;
    v->histogram.context = (void *)(uintptr_t)&c->distribution;
}

static bool make_probability(const analysis *a, view *v)
{
    const assay_fit *fit = &a->capability.distribution;
    if (!v->histogram.density || v->sorted_count < 3)
        return true;
    double *theory = arena_array(&v->memory, double, v->sorted_count);
    if (!theory)
        return false;
    assay_probability_plot(fit, v->sorted_count, theory);
    v->probability = (probability_plot){.title = _("Probability plot"),
                                        .subtitle = _(assay_family_name(fit->family)),
                                        .unit = v->chart.unit,
                                        .theory = theory,
                                        .x = v->sorted,
                                        .n = v->sorted_count,
                                        .at_zero = 0,
                                        .slope = 1,
                                        .decimals = v->chart.decimals};
    return true;
}

static int by_point(const void *a, const void *b)
{
    const view_note *x = a, *y = b;
    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    return (x->said->sequence > y->said->sequence) - (x->said->sequence < y->said->sequence);
}

/* As many points as there are letters, the latest; what was said of one point wears one letter. */
static bool collect_notes(const analysis *a, view *v)
{
    enum { letters = 26 };
    size_t n = 0, from, points = 0;
    if (!a->notes || !a->notes->count || !a->has_chart)
        return true;
    view_note *list = arena_array(&v->memory, view_note, a->notes->count);
    size_t *noted = arena_array(&v->memory, size_t, letters);
    if (!list || !noted)
        return false;
    for (size_t i = 0; i < a->notes->count; i++)
        if (notes_point(a, &a->notes->item[i], &list[n].point))
            list[n++].said = &a->notes->item[i];
    qsort(list, n, sizeof *list, by_point);
    for (from = n; from > 0; from--) {
        if (from == n || list[from - 1].point != list[from].point)
            points++;
        if (points > letters)
            break;
    }
    for (size_t i = from; i < n; i++) {
        if (!v->chart.noted_count || noted[v->chart.noted_count - 1] != list[i].point)
            noted[v->chart.noted_count++] = list[i].point;
        list[i].letter[0] = (char)('a' + v->chart.noted_count - 1);
    }
    v->chart.noted = noted;
    v->notes = list + from;
    v->note_count = n - from;
    v->notes_left_out = from;
    return true;
}

/* Places of the plotted statistic less one: proportions need more than the counts they come from.
 */
static int places_of(const analysis *a)
{
    switch (a->chart.type) {
    case ASSAY_CHART_P:
    case ASSAY_CHART_U:
        return 3;
    case ASSAY_CHART_CUSUM:
        return 1;
    default:
        return a->series->decimals;
    }
}

bool view_make(const analysis *a, view *v)
{
    *v = (view){0};
    arena_init(&v->memory);
    const characteristic *c = a->series->definition;
    if (a->has_chart)
        words_subtitle(a, &v->subtitle);
    v->chart = (chart_plot){.title = words_path(a),
                            .subtitle = buf_text(&v->subtitle),
                            .unit = c->unit ? c->unit : "",
                            .chart = &a->chart,
                            .points = a->has_chart ? a->input.subgroups : 0,
                            .rules = &a->rules,
                            .stages = (const char *const *)a->stage_name,
                            .decimals = places_of(a)};
    if (!collect_times(a, v) || !collect_readings(a, v) || !collect_notes(a, v))
        return false;
    bool is_attribute = a->chart.type >= ASSAY_CHART_P && a->has_chart;
    v->chart.readings = is_attribute ? NULL : v->sorted;
    v->chart.reading_count = is_attribute ? 0 : v->sorted_count;
    make_histogram(a, v);
    return make_probability(a, v) && !v->subtitle.failed && !v->capability_line.failed;
}

void view_done(view *v)
{
    arena_done(&v->memory);
    buf_done(&v->subtitle);
    buf_done(&v->capability_line);
}

/* -- figures ---------------------------------------------------------------------------- */

static void add_figure(figure_row *rows, size_t *n, const char *name, double value, const char *why,
                       int decimals)
{
    if (*n < figure_rows_max)
        rows[(*n)++] = (figure_row){name, value, NAN, NAN, why, decimals};
}

static void add_index_row(figure_row *rows, size_t *n, const char *name, const assay_index *index)
{
    add_figure(rows, n, name, index->value, index->why, 3);
    rows[*n - 1].low = index->low;
    rows[*n - 1].high = index->high;
}

size_t view_figures(const analysis *a, figure_row out[static figure_rows_max])
{
    size_t n = 0;
    int places = a->series->decimals;
    if (!a->has_capability) {
        add_figure(out, &n, "n", (double)a->series->n, NULL, 0);
        return n;
    }
    const assay_capability *c = &a->capability;
    add_figure(out, &n, "n", (double)c->n, NULL, 0);
    add_figure(out, &n, _("mean"), c->mean, _("no readings"), places + 2);
    add_figure(out, &n, _("σ within"), c->sd_within, c->why_sd_within, places + 3);
    add_figure(out, &n, _("σ overall"), c->sd_overall, c->why_sd_overall, places + 3);
    add_figure(out, &n, "LSL", a->spec.lsl, _("none"), places);
    add_figure(out, &n, _("target"), a->spec.target, _("none"), places);
    add_figure(out, &n, "USL", a->spec.usl, _("none"), places);
    add_index_row(out, &n, "Pp", &c->pp);
    add_index_row(out, &n, "Ppk", &c->ppk);
    add_index_row(out, &n, "Cp", &c->cp);
    add_index_row(out, &n, "Cpk", &c->cpk);
    add_index_row(out, &n, "Cpm", &c->cpm);
    add_figure(out, &n, _("ppm observed"), c->ppm_observed.total, c->why_ppm_observed, 1);
    add_figure(out, &n, _("ppm expected overall"), c->ppm_overall.total, c->why_ppm_overall, 1);
    add_figure(out, &n, "Anderson-Darling A²", c->distribution.ad, c->distribution.why, 3);
    add_figure(out, &n, _("Anderson-Darling p"), c->distribution.ad_p,
               _("no exact tables for this distribution"), 4);
    return n;
}
