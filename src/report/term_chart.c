/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control chart in characters: its head, its panels, and the verdict in words. */
#include "report/term_panel.h"

#include "base/i18n.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCATION_ROWS = 12, SPREAD_ROWS = 7 };

static const char *statistic_name(assay_chart_type type, bool is_spread)
{
    static const char *const names[][2] = {
        {"", ""},
        {N_("mean"), N_("range")},
        {N_("mean"), N_("standard deviation")},
        {N_("individual"), N_("moving range")},
        {N_("median"), N_("range")},
        {N_("EWMA"), ""},
        {N_("CUSUM"), ""},
        {N_("individual"), ""},
        {N_("proportion nonconforming"), ""},
        {N_("number nonconforming"), ""},
        {N_("number of nonconformities"), ""},
        {N_("nonconformities per unit"), ""},
    };
    const char *name = names[type][is_spread];
    return *name ? _(name) : "";
}

static int places_for(const analysis *a)
{
    switch (a->chart.type) {
    case ASSAY_CHART_P:
    case ASSAY_CHART_U:
        return 4;
    case ASSAY_CHART_NP:
    case ASSAY_CHART_C:
        return 2;
    case ASSAY_CHART_EWMA:
        return text_places(a->series->decimals) + 1;
    default:
        return text_places(a->series->decimals);
    }
}

static bool counts_something(assay_chart_type type)
{
    return type >= ASSAY_CHART_P && type <= ASSAY_CHART_U;
}

static void write_cusum(const term *t, const analysis *a, buf *out)
{
    size_t k = a->input.subgroups;
    assay_chart_point *side = calloc(k + 1, sizeof *side);
    if (!side) {
        out->failed = true;
        return;
    }
    for (int is_lower = 0; is_lower < 2; is_lower++) {
        for (size_t i = 0; i < k; i++) {
            const assay_cusum_point *c = &a->chart.cusum[i];
            double value = is_lower ? c->lower : c->upper;
            side[i] = (assay_chart_point){.value = value, .center = 0, .lcl = NAN,
                                          .prob_lcl = NAN, .prob_ucl = NAN, .ucl = a->chart.h, .rules = value > a->chart.h,
                                          .flags = a->chart.location[i].flags};
        }
        term_panel p = {is_lower ? _("CUSUM, lower side") : _("CUSUM, upper side"), side, k,
                   a->input.stage, NULL, true, 2, 8};
        panel_write(t, &p, out);
    }
    free(side);
}

/* Each name above the beginning of its stage, as far as there is room. */
static void write_stage_names(const term *t, const analysis *a, buf *out)
{
    size_t k = a->input.subgroups;
    int columns = t->width - PANEL_LEFT - PANEL_RIGHT, at = 0;
    text_right(out, "", PANEL_LEFT);
    for (size_t s = 0; s < a->stage_count && s < a->chart.stage_count; s++) {
        const assay_chart_stage *stage = &a->chart.stages[s];
        int from = (int)((double)stage->from * columns / (double)k);
        int to = (int)((double)stage->to * columns / (double)k);
        text_right(out, "", from - at);
        text_left(out, a->stage_name[s], to - from - 1);
        at = to - 1;
    }
    buf_add_char(out, '\n');
}

static void write_panels(const term *t, const analysis *a, buf *out)
{
    const assay_chart *c = &a->chart;
    size_t k = a->input.subgroups;
    if (c->type == ASSAY_CHART_CUSUM) {
        write_cusum(t, a, out);
        return;
    }
    if (a->stage_count > 1 && a->stage_count <= 12)
        write_stage_names(t, a, out);
    term_panel location = {statistic_name(c->type, false), c->location, k, a->input.stage,
                      a->options.rules, counts_something(c->type), places_for(a), LOCATION_ROWS};
    panel_write(t, &location, out);
    if (!c->has_spread)
        return;
    term_panel spread = {statistic_name(c->type, true), c->spread, k, a->input.stage, NULL, true,
                    places_for(a), SPREAD_ROWS};
    panel_write(t, &spread, out);
}

/* -- words below ---------------------------------------------------------------------------- */

static void write_rules_seen(const analysis *a, buf *out)
{
    for (int r = 0; a->options.rules && r < a->rules.count; r++) {
        size_t n = analysis_rule_count(a, r);
        char words[160];
        if (n == 0)
            continue;
        words_rule(&a->rules.rule[r], words, sizeof words);
        buf_addf(out, "  %-3s %s: %zu\n", a->rules.rule[r].name, words, n);
    }
}

static void write_verdict(const term *t, const analysis *a, const run_lengths *arl, buf *out)
{
    bool is_known = analysis_is_judged(a);
    term_on(t, !is_known ? TERM_BOLD : a->chart.is_stable ? TERM_GOOD : TERM_SIGNAL, out);
    buf_add_text(out, !is_known ? "○ " : a->chart.is_stable ? "● " : "◆ ");
    words_verdict(a, out);
    term_off(t, out);
    buf_add_char(out, '\n');
    write_rules_seen(a, out);
    if (arl && !isnan(arl->arl0) && is_known) {
        term_on(t, TERM_DIM, out);
        buf_add_text(out, "  ");
        buf_addf(out, _("by chance one signal in %.0f points; a shift of one sd shows after %.1f"),
                 arl->arl0, arl->arl1);
        term_off(t, out);
        buf_add_char(out, '\n');
    }
}

void term_chart(const term *t, const analysis *a, const run_lengths *arl, buf *out)
{
    const char *unit = a->series->definition->unit;
    term_on(t, TERM_BOLD, out);
    buf_add_text(out, words_path(a));
    if (unit && *unit)
        buf_addf(out, " [%s]", unit);
    term_off(t, out);
    buf_add_char(out, '\n');
    buf subtitle = BUF_INIT;
    words_subtitle(a, &subtitle);
    text_wrap(out, buf_text(&subtitle), 0, t->width);
    buf_done(&subtitle);
    buf_add_char(out, '\n');
    if (a->input.subgroups > 0) {
        write_panels(t, a, out);
        panel_write_across(t, a, out);
        buf_add_char(out, '\n');
    }
    write_verdict(t, a, arl, out);
}
