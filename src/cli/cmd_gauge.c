/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauge studies: against a reference (type 1), or parts by operators (R&R). */
#include "cli/verbs.h"

#include "cli/factor.h"
#include "report/answer.h"
#include "report/gauge_answer.h"
#include "report/report.h"

#include <assay/gauge.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- type 1 ------------------------------------------------------------------------------------- */

static int type1_json(cli *c, const series *s, const assay_gauge_type1 *g)
{
    json j;
    cli_json_begin(c, &j);
    json_object(&j);
    answer_characteristic(&j, s->definition);
    gauge_answer_type1(&j, g);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

static void line(buf *out, const char *name, assay_figure f, int places)
{
    buf_add_text(out, "  ");
    text_left(out, name, 30);
    buf_addf(out, " %s\n", f.why ? words_why(f.why) : text_real(f.value, places));
}

static void type1_words(cli *c, const series *s, const assay_gauge_type1 *g)
{
    buf *out = &c->out;
    int places = text_places(s->decimals);
    buf_addf(out, _("Type 1 gauge study, %llu readings\n\n"), (unsigned long long)g->n);
    line(out, _("mean"), g->mean, places + 1);
    line(out, _("standard deviation"), g->sd, places + 2);
    line(out, _("bias"), g->bias, places + 2);
    line(out, _("bias = 0: t"), g->t, 3);
    line(out, _("bias = 0: p"), g->p, 4);
    line(out, "Cg", g->cg, 3);
    line(out, "Cgk", g->cgk, 3);
    line(out, _("% variation, repeatability"), g->percent_repeatability, 2);
    line(out, _("% variation, with bias"), g->percent_with_bias, 2);
    const char *verdict = gauge_verdict_type1(g);
    if (verdict)
        buf_addf(out, "\n%s\n", strcmp(verdict, "suitable") == 0
                                    ? _("the gauge is suitable (Cg and Cgk ≥ 1.33)")
                                    : _("the gauge is not suitable (Cg or Cgk < 1.33)"));
}

/* As given, else of the specification; NaN: none. */
static assay_status tolerance_of(cli *c, const series *s, double *out)
{
    *out = characteristic_tolerance(s->definition);
    assay_status status = cli_real(c, OPT_TOLERANCE, out);
    if (status == ASSAY_OK && *out <= 0)
        status = assay_fail(&c->err, ASSAY_DOMAIN, 0, "tolerance %g is not above 0", *out);
    return status;
}

static assay_status run_type1(cli *c, const series *s, int *code)
{
    assay_gauge_type1 result;
    assay_gauge_type1_options options = {0};
    quantity reference = {0};
    int64_t *room = malloc(s->n * sizeof *room + 1);
    assay_status status = room ? cli_decimal(c, OPT_REFERENCE, &reference)
                               : assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    if (status == ASSAY_OK)
        status = tolerance_of(c, s, &options.tolerance);
    if (status == ASSAY_OK)
        status = cli_real(c, OPT_CONFIDENCE, &options.confidence);
    if (status == ASSAY_OK && isnan(options.tolerance))
        status = cli_usage(c, _("--tolerance is missing: upper minus lower limit"));
    options.reference = assay_dd_of_decimal(reference.value.mantissa, reference.value.exponent);
    if (status == ASSAY_OK) {
        assay_values x = factor_values(s, room);
        status = assay_gauge_type1_study(&x, &options, &result, &c->err);
    }
    free(room);
    if (status != ASSAY_OK)
        return status;
    if (cli_has(c, OPT_JSON))
        *code = type1_json(c, s, &result);
    else
        type1_words(c, s, &result);
    return ASSAY_OK;
}

/* -- R&R ---------------------------------------------------------------------------------------- */

static int study_json(cli *c, const series *s, const assay_gauge_study *g)
{
    json j;
    cli_json_begin(c, &j);
    json_object(&j);
    answer_characteristic(&j, s->definition);
    gauge_answer_study(&j, g);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

static void figure_cell(term_table *t, assay_figure f, int places)
{
    table_cell(t, f.why ? "–" : text_real(f.value, places));
}

static void share_table(cli *c, const assay_gauge_study *g)
{
    static const bool is_right[] = {false, true, true, true, true, true};
    static const char *const names[] = {
#define X(code, name, text) N_(text),
        ASSAY_GAUGE_SOURCE_LIST(X)
#undef X
    };
    const char *head[] = {_("source"), _("variance"), _("% contribution"), _("sd"), _("% study"),
                          _("% tolerance")};
    term_table t;
    term look = cli_term(c);
    table_init(&t, 6, is_right, head);
    for (int s = 0; s < ASSAY_GAUGE_SOURCES; s++) {
        const assay_gauge_share *share = &g->share[s];
        bool is_inner = s == ASSAY_GAUGE_REPEATABILITY || s == ASSAY_GAUGE_REPRODUCIBILITY;
        bool is_inmost = s == ASSAY_GAUGE_OPERATOR || s == ASSAY_GAUGE_INTERACTION;
        table_cellf(&t, "%s%s", is_inmost ? "    " : is_inner ? "  " : "", _(names[s]));
        figure_cell(&t, share->variance, 7);
        figure_cell(&t, share->percent_contribution, 2);
        figure_cell(&t, share->sd, 6);
        figure_cell(&t, share->percent_study, 2);
        figure_cell(&t, share->percent_tolerance, 2);
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void anova_table(cli *c, const assay_gauge_study *g)
{
    static const bool is_right[] = {false, true, true, true, true, true};
    const char *head[] = {_("source"), "df", "SS", "MS", "F", "p"};
    term_table t;
    term look = cli_term(c);
    table_init(&t, 6, is_right, head);
    for (size_t i = 0; i < g->rows_used; i++) {
        const assay_gauge_anova_row *r = &g->used[i];
        table_cell(&t, r->source);
        table_cellf(&t, "%llu", (unsigned long long)r->df);
        figure_cell(&t, r->ss, 6);
        table_cell(&t, text_real(r->ms.value, 6));
        table_cell(&t, isnan(r->f.value) ? "" : text_real(r->f.value, 3));
        table_cell(&t, isnan(r->p.value) ? "" : text_p(r->p.value));
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void study_words(cli *c, const assay_gauge_study *g)
{
    buf_addf(&c->out, _("Gauge R&R (%s): %zu parts, %zu operators, %zu trials\n\n"), _(g->method),
             g->parts, g->operators, g->trials);
    if (g->rows_used) {
        anova_table(c, g);
        buf_add_text(&c->out, g->is_pooled ? _("the interaction is pooled into the repeatability\n\n")
                                           : "\n");
    }
    share_table(c, g);
    if (!g->ndc.why)
        buf_addf(&c->out, _("\n%.0f distinct categories%s\n"), g->ndc.value,
                 g->ndc.value >= 5 ? "" : _(": fewer than 5, the gauge cannot tell parts apart"));
}

typedef assay_status study_function(const assay_values *, const uint32_t *, size_t, const uint32_t *,
                                    size_t, const assay_gauge_options *, void *,
                                    assay_gauge_study *, assay_err *);

static study_function *function_of(const char *method)
{
    return strcmp(method, "nested") == 0          ? assay_gauge_nested
           : strcmp(method, "average-range") == 0 ? assay_gauge_average_range
                                                  : assay_gauge_crossed;
}

static assay_status compute(cli *c, const series *s, const factor *parts, const factor *operators,
                            assay_gauge_study *out)
{
    assay_gauge_options options = assay_gauge_defaults();
    assay_status status = tolerance_of(c, s, &options.tolerance);
    if (status == ASSAY_OK)
        status = cli_real(c, OPT_POOL, &options.pool_alpha);
    if (status != ASSAY_OK)
        return status;
    int64_t *room = malloc(s->n * sizeof *room + 1);
    void *scratch = malloc(assay_gauge_scratch_size(parts->levels, operators->levels) + 1);
    if (!room || !scratch)
        status = assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    if (status == ASSAY_OK) {
        assay_values x = factor_values(s, room);
        status = function_of(cli_text(c, OPT_METHOD, "crossed"))(
            &x, parts->level, parts->levels, operators->level, operators->levels, &options, scratch,
            out, &c->err);
        if (status)
            status = factor_name_cell(parts, operators, &c->err);
    }
    free(room);
    free(scratch);
    return status;
}

static assay_status run_study(cli *c, const series_set *set, const series *s, int *code)
{
    factor parts = {0}, operators = {0};
    assay_gauge_study study;
    assay_status status = factor_of(c, set, s, CONTEXT_PART, OPT_PART, &parts);
    if (status == ASSAY_OK)
        status = factor_of(c, set, s, CONTEXT_OPERATOR, OPT_OPERATOR, &operators);
    if (status == ASSAY_OK)
        status = compute(c, s, &parts, &operators, &study);
    if (status == ASSAY_OK && cli_has(c, OPT_JSON))
        *code = study_json(c, s, &study);
    else if (status == ASSAY_OK)
        study_words(c, &study);
    factor_done(&parts);
    factor_done(&operators);
    return status;
}

static assay_status need_kind(cli *c)
{
    if (cli_has(c, OPT_REFERENCE) || (cli_has(c, OPT_PART) && cli_has(c, OPT_OPERATOR)))
        return ASSAY_OK;
    cli_usage(c, _("which study? --part and --operator, or --reference and --tolerance"));
    return assay_hint(&c->err, _("assay help gauge shows examples"));
}

int cmd_gauge(cli *c)
{
    series_set *set = NULL;
    int code = EXIT_FINE;
    bool is_type1 = cli_has(c, OPT_REFERENCE);
    uint32_t contexts = is_type1 ? 0 : 1u << CONTEXT_PART | 1u << CONTEXT_OPERATOR;
    assay_status status = need_kind(c);
    if (status == ASSAY_OK)
        status = input_open(c, contexts, false, &set);
    if (status == ASSAY_OK)
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = is_type1 ? run_type1(c, series_at(set, 0), &code)
                          : run_study(c, set, series_at(set, 0), &code);
    if (status != ASSAY_OK)
        code = cli_fail(c, status);
    series_close(set);
    return code;
}
