/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/answer.h"

#include <math.h>

typedef struct {
    cli *c;
    json j;
    int code;
    size_t count;
} drawing;

static void write_csv_points(buf *out, const analysis *a, const char *part,
                             const assay_chart_point *points, const assay_rules *rules)
{
    for (size_t i = 0; i < a->input.subgroups; i++) {
        const assay_chart_point *p = &points[i];
        csv_text(out, a->series->definition->path, false);
        csv_text(out, part, false);
        csv_unsigned(out, i + 1, false);
        csv_time(out, analysis_time(a, i), analysis_offset(a, i), false);
        csv_real(out, p->n, false);
        csv_real(out, p->value, false);
        csv_real(out, p->center, false);
        csv_real(out, p->lcl, false);
        csv_real(out, p->ucl, false);
        if (a->options.with_probability_limits) {
            csv_real(out, p->prob_lcl, false);
            csv_real(out, p->prob_ucl, false);
        }
        csv_text(out, p->flags & ASSAY_POINT_EXCLUDED ? "yes" : "", false);
        buf names = BUF_INIT;
        for (int r = 0; r < (rules ? rules->count : 1); r++)
            if (p->rules >> r & 1)
                buf_addf(&names, "%s%s", names.length ? " " : "", rules ? rules->rule[r].name : "1");
        csv_text(out, buf_text(&names), true);
        buf_done(&names);
    }
}

/* The sums of a CUSUM as they are drawn: the lower one positive, h above it. */
static void write_csv_sums(buf *out, const analysis *a, bool is_lower)
{
    for (size_t i = 0; i < a->input.subgroups; i++) {
        const assay_cusum_point *p = &a->chart.cusum[i];
        double value = is_lower ? p->lower : p->upper;
        const double reals[] = {a->chart.location[i].n, value, 0, NAN, a->chart.h, NAN, NAN};
        csv_text(out, a->series->definition->path, false);
        csv_text(out, is_lower ? "lower sum" : "upper sum", false);
        csv_unsigned(out, i + 1, false);
        csv_time(out, analysis_time(a, i), analysis_offset(a, i), false);
        for (int r = 0; r < (a->options.with_probability_limits ? 7 : 5); r++)
            csv_real(out, reals[r], false);
        csv_text(out, a->chart.location[i].flags & ASSAY_POINT_EXCLUDED ? "yes" : "", false);
        csv_text(out, p->rules && value > a->chart.h ? "1" : "", true);
    }
}

static void write_csv(const analysis *a, buf *out, bool is_first)
{
    if (is_first)
        buf_addf(out, "characteristic,chart,index,time,n,value,center,lcl,ucl,%sexcluded,rules\n",
                 a->options.with_probability_limits ? "probability_lcl,probability_ucl," : "");
    write_csv_points(out, a, "location", a->chart.location, a->options.rules);
    if (a->chart.has_spread)
        write_csv_points(out, a, "spread", a->chart.spread, NULL);
    for (int is_lower = 0; a->chart.cusum && is_lower < 2; is_lower++)
        write_csv_sums(out, a, is_lower);
}

static void draw(const analysis *a, size_t i, void *context)
{
    drawing *d = context;
    if (analysis_judge(a, 0) == VERDICT_UNSTABLE)
        d->code = EXIT_UNSTABLE;
    if (cli_has(d->c, OPT_CSV)) {
        write_csv(a, &d->c->out, i == 0);
        return;
    }
    run_lengths arl = analysis_run_lengths(a);
    if (cli_has(d->c, OPT_JSON)) {
        answer_chart(&d->j, a, &arl);
        return;
    }
    term t = cli_term(d->c);
    if (i > 0)
        buf_add_char(&d->c->out, '\n');
    term_chart(&t, a, &arl, &d->c->out);
}

static int draw_all(cli *c, const series_set *set, const analysis_plan *plan)
{
    bool is_json = cli_has(c, OPT_JSON), is_list = series_count(set) > 1;
    drawing d = {.c = c, .count = series_count(set)};
    if (is_json)
        cli_json_begin(c, &d.j);
    if (is_json && is_list) {
        json_object(&d.j);
        json_key(&d.j, "characteristics");
        json_array(&d.j);
    }
    assay_status status =
        analysis_make_all(set, plan->of_series, cli_threads(c), draw, &d, &c->err);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    if (is_json && is_list) {
        json_end(&d.j);
        json_end(&d.j);
    }
    return is_json ? cli_json_end(c, &d.j, d.code) : d.code;
}

int cmd_chart(cli *c)
{
    series_set *set = NULL;
    analysis_plan plan = {0};
    int code;
    if (cli_has(c, OPT_OUTPUT))
        return output_write(c, OUTPUT_CHART);
    assay_status status = plan_check(c);
    if (status == ASSAY_OK)
        status = input_open(c, input_chart_contexts(c), true, &set);
    if (status == ASSAY_OK && (!cli_has(c, OPT_ALL) || series_count(set) == 0))
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = plan_make(c, set, false, &plan);
    code = status == ASSAY_OK ? draw_all(c, set, &plan) : cli_fail(c, status);
    plan_done(&plan);
    series_close(set);
    return code;
}
