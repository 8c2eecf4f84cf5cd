/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One characteristic in full, several in one pass: limits, signals and indices of each. */
#include "cli/verbs.h"

#include "report/answer.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    cli *c;
    json j;
    term_table table;
    double bound;
    int code;
    bool is_list;
} judging;

static void note_verdict(judging *v, const analysis *a)
{
    switch (analysis_judge(a, v->bound)) {
    case VERDICT_UNSTABLE:
        v->code = EXIT_UNSTABLE;
        break;
    case VERDICT_NOT_CAPABLE:
        v->code = v->code == EXIT_UNSTABLE ? EXIT_UNSTABLE : EXIT_NOT_CAPABLE;
        break;
    default:
        break;
    }
}

/* -- CSV -------------------------------------------------------------------------------------- */

static void csv_head(const analysis *a, buf *out)
{
    buf_add_text(out, "characteristic,unit,n,subgroups,center,lcl,ucl,spread_center,spread_lcl,"
                      "spread_ucl,mean,sd_within,sd_overall,sigma_method,lsl,usl,target,cp,cpl,cpu,"
                      "cpk,pp,ppl,ppu,ppk,cpm,stable");
    for (int r = 0; a->options.rules && r < a->rules.count; r++)
        buf_addf(out, ",rule_%s", a->rules.rule[r].name);
    buf_add_char(out, '\n');
}

static void csv_row(const analysis *a, buf *out)
{
    const assay_capability *p = &a->capability;
    const assay_chart_stage *s = &a->chart.stages[a->chart.stage_count ? a->chart.stage_count - 1 : 0];
    const double reals[] = {s->center, s->lcl, s->ucl, s->spread_center, s->spread_lcl,
                            s->spread_ucl, p->mean, p->sd_within, p->sd_overall};
    const double indices[] = {p->spec.lsl, p->spec.usl, p->spec.target, p->cp.value,
                              p->cpl.value, p->cpu.value, p->cpk.value, p->pp.value,
                              p->ppl.value, p->ppu.value, p->ppk.value, p->cpm.value};
    csv_text(out, a->series->definition->path, false);
    csv_text(out, a->series->definition->unit, false);
    csv_unsigned(out, p->n, false);
    csv_unsigned(out, a->input.subgroups, false);
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        csv_real(out, reals[i], false);
    csv_text(out, assay_sigma_method_name(p->sigma_method), false);
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        csv_real(out, indices[i], false);
    int rules = a->options.rules ? a->rules.count : 0;
    bool is_known = analysis_is_judged(a);
    csv_text(out, !is_known ? "unknown" : a->chart.is_stable ? "yes" : "no", rules == 0);
    for (int r = 0; r < rules; r++)
        csv_unsigned(out, analysis_rule_count(a, r), r + 1 == rules);
}

/* -- for people --------------------------------------------------------------------------------- */

static void index_line(const char *name, const assay_index *x, buf *out)
{
    buf_add_text(out, "  ");
    text_left(out, name, 6);
    text_right(out, text_real(x->value, 3), 8);
    if (isnan(x->value))
        buf_addf(out, "   %s\n", words_why(x->why));
    else if (isnan(x->low))
        buf_add_char(out, '\n');
    else
        buf_addf(out, "   %s … %s\n", text_real(x->low, 3), text_real(x->high, 3));
}

static void pair(const char *name, const char *value, buf *out)
{
    buf_add_text(out, "  ");
    text_left(out, name, 22);
    buf_addf(out, " %s\n", value);
}

static void write_ppm(const assay_capability *p, buf *out)
{
    const struct {
        const char *name;
        const assay_ppm *ppm;
    } rows[] = {{_("observed"), &p->ppm_observed},
                {_("expected, within"), &p->ppm_within},
                {_("expected, overall"), &p->ppm_overall}};
    const char *head[] = {_("below"), _("above"), _("total")};
    buf_add_char(out, '\n');
    text_left(out, _("Out of tolerance (ppm)"), 24);
    for (size_t i = 0; i < 3; i++)
        text_right(out, head[i], 12);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < 3; i++) {
        buf_add_text(out, "  ");
        text_left(out, rows[i].name, 22);
        text_right(out, text_ppm(rows[i].ppm->below), 12);
        text_right(out, text_ppm(rows[i].ppm->above), 12);
        text_right(out, text_ppm(rows[i].ppm->total), 12);
        buf_add_char(out, '\n');
    }
}

static void write_histogram(const term *t, const analysis *a, buf *out)
{
    assay_bins bins;
    uint64_t counts[ASSAY_BINS_MAX];
    assay_values x = a->input.x;
    void *scratch = malloc(assay_describe_scratch_size(x.n) + 1);
    size_t wanted = 12;
    if (scratch && assay_bins_choose(&x, wanted, scratch, &bins, NULL) == ASSAY_OK && bins.count) {
        (void)assay_bins_count(&bins, &x, counts);
        buf_add_char(out, '\n');
        term_histogram(t, &bins, counts, a->capability.spec.lsl, a->capability.spec.usl,
                       a->series->decimals, out);
    }
    free(scratch);
}

static void write_numbers(const analysis *a, buf *out)
{
    const assay_capability *p = &a->capability;
    int places = text_places(a->series->decimals) + 1;
    char text[160];
    snprintf(text, sizeof text, "%zu", p->n);
    pair(_("readings"), text, out);
    pair(_("mean"), text_real(p->mean, places), out);
    snprintf(text, sizeof text, "%s (%s)", text_real(p->sd_within, places),
             words_sigma(p->sigma_method));
    pair(_("sd within"), isnan(p->sd_within) && p->why_sd_within ? words_why(p->why_sd_within) : text, out);
    pair(_("sd overall"),
         isnan(p->sd_overall) && p->why_sd_overall ? words_why(p->why_sd_overall)
                                                   : text_real(p->sd_overall, places), out);
    snprintf(text, sizeof text, "%s … %s, %s %s", text_real(p->spec.lsl, places - 1),
             text_real(p->spec.usl, places - 1), _("target"), text_real(p->spec.target, places - 1));
    pair(_("limits"), text, out);
    const assay_fit *f = &p->distribution;
    snprintf(text, sizeof text, "%s, A² %s, p %s", _(assay_family_name(f->family)),
             text_real(f->ad, 3), text_p(f->ad_p));
    pair(_("distribution"), f->why ? words_why(f->why) : text, out);
}

static void write_page(const judging *v, const analysis *a, buf *out)
{
    const assay_capability *p = &a->capability;
    const char *unit = a->series->definition->unit;
    term t = cli_term(v->c);
    bool is_known = analysis_is_judged(a);
    bool is_stable = is_known && a->chart.is_stable;
    term_on(&t, TERM_BOLD, out);
    buf_addf(out, "%s%s%s%s", words_path(a), unit && *unit ? " [" : "", unit ? unit : "",
             unit && *unit ? "]" : "");
    term_off(&t, out);
    buf_addf(out, "\n%s\n\n", is_stable ? _("process capability") : _("process performance"));
    write_numbers(a, out);
    const char *title = is_stable ? _("Indices, with %g %% intervals")
                        : is_known
                            ? _("Indices, with %g %% intervals (process not stable: performance only)")
                            : _("Indices, with %g %% intervals (stability not known: performance only)");
    buf_add_char(out, '\n');
    buf_addf(out, title, p->confidence * 100);
    buf_add_char(out, '\n');
    const struct {
        const char *name;
        const assay_index *index;
    } rows[] = {{"Cp", &p->cp}, {"Cpk", &p->cpk}, {"Pp", &p->pp}, {"Ppk", &p->ppk}, {"Cpm", &p->cpm}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        index_line(rows[i].name, rows[i].index, out);
    write_ppm(p, out);
    write_histogram(&t, a, out);
    buf_add_char(out, '\n');
    term_on(&t, !is_known ? TERM_BOLD : is_stable ? TERM_GOOD : TERM_SIGNAL, out);
    buf_add_text(out, !is_known ? "○ " : is_stable ? "● " : "◆ ");
    words_verdict(a, out);
    term_off(&t, out);
    buf_add_char(out, '\n');
    if (analysis_judge(a, v->bound) == VERDICT_NOT_CAPABLE) {
        term_on(&t, TERM_SIGNAL, out);
        buf_addf(out, "◆ %s (< %g)", _("not capable"), v->bound);
        term_off(&t, out);
        buf_add_char(out, '\n');
    }
}

static const char *verdict_word(const analysis *a, double bound)
{
    switch (analysis_judge(a, bound)) {
    case VERDICT_UNSTABLE:
        return _("not stable");
    case VERDICT_NOT_CAPABLE:
        return _("not capable");
    case VERDICT_FINE:
        return _("capable");
    default:
        return _("not known");
    }
}

enum { TABLE_COLUMNS = 9 };
static const bool is_right[TABLE_COLUMNS] = {false, true, true, true, true, true, true, true, false};

/* In a narrow place. */
static const unsigned char drop[TABLE_COLUMNS] = {0, 0, 3, 2, 1, 0, 0, 0, 0};

static void table_head(term_table *t)
{
    const char *head[TABLE_COLUMNS] = {_("characteristic"), "n", _("mean"), _("sd"), "Cp", "Cpk",
                                       "Ppk", _("signals"), _("verdict")};
    table_init(t, TABLE_COLUMNS, is_right, head);
    t->drop = drop;
}

static void table_row(judging *v, const analysis *a)
{
    const assay_capability *p = &a->capability;
    int places = text_places(a->series->decimals);
    table_cell(&v->table, words_path(a));
    table_cellf(&v->table, "%zu", p->n);
    table_cell(&v->table, text_real(p->mean, places));
    table_cell(&v->table, text_real(p->sd_overall, places + 1));
    table_cell(&v->table, text_real(p->cp.value, 2));
    table_cell(&v->table, text_real(p->cpk.value, 2));
    table_cell(&v->table, text_real(p->ppk.value, 2));
    table_cellf(&v->table, "%zu", a->chart.signals);
    table_cell(&v->table, verdict_word(a, v->bound));
}

static void judge(const analysis *a, size_t i, void *context)
{
    judging *v = context;
    note_verdict(v, a);
    if (cli_has(v->c, OPT_JSON))
        answer_capability(&v->j, a);
    else if (cli_has(v->c, OPT_CSV)) {
        if (i == 0)
            csv_head(a, &v->c->out);
        csv_row(a, &v->c->out);
    } else if (v->is_list)
        table_row(v, a);
    else
        write_page(v, a, &v->c->out);
}

/* A table shows neither points nor what only the page of one has: it takes moments. */
static void be_brief(const cli *c, size_t n, analysis_plan *plan)
{
    bool is_table = n > 1 && !cli_has(c, OPT_JSON);
    for (size_t i = 0; i < n; i++)
        plan->item[i].without_points = plan->item[i].is_brief = is_table;
}

static void tell_brief(const term *t, cli *c)
{
    const char *text = _("In short: intervals, distribution and ppm stand on the page of one "
                         "characteristic, in --json and in assay report.");
    buf_add_char(&c->out, '\n');
    term_on(t, TERM_DIM, &c->out);
    text_wrap(&c->out, text, 0, t->width);
    term_off(t, &c->out);
}

static int judge_all(cli *c, const series_set *set, const analysis_plan *plan, double bound)
{
    judging v = {.c = c, .bound = bound, .is_list = series_count(set) > 1};
    bool is_json = cli_has(c, OPT_JSON), is_json_list = is_json && v.is_list;
    if (is_json)
        cli_json_begin(c, &v.j);
    else if (v.is_list)
        table_head(&v.table);
    if (is_json_list) {
        json_object(&v.j);
        json_key(&v.j, "characteristics");
        json_array(&v.j);
    }
    assay_status status =
        analysis_make_all(set, plan->of_series, cli_threads(c), judge, &v, &c->err);
    if (status == ASSAY_OK && is_json_list) {
        json_end(&v.j);
        json_end(&v.j);
    }
    if (status == ASSAY_OK && !is_json && v.is_list && !cli_has(c, OPT_CSV)) {
        term t = cli_term(c);
        table_write(&t, &v.table, &c->out);
        tell_brief(&t, c);
    }
    table_done(&v.table);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    return is_json ? cli_json_end(c, &v.j, v.code) : v.code;
}

static void remark_counts(const cli *c, const series_set *set)
{
    for (size_t i = 0; i < series_count(set); i++) {
        const characteristic *of = series_at(set, i)->definition;
        if (of->kind != KIND_VARIABLE) {
            cli_remark(c, _("note: %s holds counts, and capability indices are of measured values: "
                            "assay chart shows the share that does not conform"), of->path);
            return;
        }
    }
}

int cmd_capability(cli *c)
{
    series_set *set = NULL;
    analysis_plan plan = {0};
    double bound = 1.33;
    int code;
    if (cli_has(c, OPT_OUTPUT))
        return output_write(c, OUTPUT_HISTOGRAM);
    assay_status status = cli_real(c, OPT_AT_LEAST, &bound);
    if (status == ASSAY_OK)
        status = plan_check(c);
    if (status == ASSAY_OK)
        status = input_open(c, input_chart_contexts(c), false, &set);
    if (status == ASSAY_OK && series_count(set) == 0)
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = plan_make(c, set, true, &plan);
    if (status == ASSAY_OK)
        be_brief(c, series_count(set), &plan);
    if (status == ASSAY_OK)
        remark_counts(c, set);
    code = status == ASSAY_OK ? judge_all(c, set, &plan, bound) : cli_fail(c, status);
    plan_done(&plan);
    series_close(set);
    return code;
}
