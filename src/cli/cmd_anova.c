/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "cli/factor.h"
#include "report/answer.h"
#include "report/report.h"

#include <assay/anova.h>

#include <stdlib.h>

typedef struct {
    const series *s;
    factor groups;
    assay_anova result;
    assay_anova_group *detail;
} comparison;

static assay_status compare(cli *c, const series_set *set, comparison *out)
{
    const series *s = series_at(set, 0);
    int64_t *room = malloc(s->n * sizeof *room + 1);
    assay_status status = factor_of(c, set, s, CONTEXT_GROUP, OPT_BY, &out->groups);
    if (status == ASSAY_OK) {
        void *scratch = malloc(assay_anova_scratch_size(out->groups.levels) + 1);
        out->detail = calloc(out->groups.levels + 1, sizeof *out->detail);
        assay_values x = room ? factor_values(s, room) : (assay_values){0};
        status = room && scratch && out->detail
                     ? assay_anova_one_way(&x, out->groups.level, out->groups.levels, scratch,
                                           out->detail, &out->result, &c->err)
                     : assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
        free(scratch);
    }
    free(room);
    return status;
}

static void json_row(json *j, const char *key, const assay_anova_row *r)
{
    json_key(j, key);
    json_flat_object(j);
    json_member_unsigned(j, "df", r->df);
    answer_figure(j, "ss", r->ss);
    answer_figure(j, "ms", r->ms);
    json_end(j);
}

static int write_json(cli *c, const comparison *k)
{
    json j;
    const assay_anova *a = &k->result;
    cli_json_begin(c, &j);
    json_object(&j);
    answer_characteristic(&j, k->s->definition);
    json_member_text(&j, "by", c->given[OPT_BY]);
    json_member_unsigned(&j, "n", a->n);
    json_row(&j, "between", &a->between);
    json_row(&j, "within", &a->within);
    json_row(&j, "total", &a->total);
    answer_figure(&j, "f", a->f);
    answer_figure(&j, "p", a->p);
    answer_figure(&j, "r_squared", a->r_squared);
    answer_figure(&j, "residual_sd", a->residual_sd);
    json_key(&j, "groups");
    json_array(&j);
    for (size_t g = 0; g < k->groups.levels; g++) {
        json_flat_object(&j);
        json_member_text(&j, "group", k->groups.name[g]);
        json_member_unsigned(&j, "n", k->detail[g].n);
        answer_figure(&j, "mean", k->detail[g].mean);
        answer_figure(&j, "sd", k->detail[g].sd);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

static void figure_cell(term_table *t, assay_figure f, int places)
{
    table_cell(t, f.why ? "–" : text_real(f.value, places));
}

static void anova_table(cli *c, const comparison *k)
{
    static const bool is_right[] = {false, true, true, true, true, true};
    const assay_anova *a = &k->result;
    const struct {
        const char *name;
        const assay_anova_row *row;
    } rows[] = {{_("between"), &a->between}, {_("within"), &a->within}, {_("total"), &a->total}};
    const char *head[] = {_("source"), "df", "SS", "MS", "F", "p"};
    term_table t;
    term look = cli_term(c);
    table_init(&t, 6, is_right, head);
    for (size_t i = 0; i < 3; i++) {
        table_cell(&t, rows[i].name);
        table_cellf(&t, "%llu", (unsigned long long)rows[i].row->df);
        figure_cell(&t, rows[i].row->ss, 6);
        figure_cell(&t, rows[i].row->ms, 6);
        table_cell(&t, i == 0 ? text_real(a->f.value, 3) : "");
        table_cell(&t, i == 0 ? text_p(a->p.value) : "");
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void group_table(cli *c, const comparison *k)
{
    static const bool is_right[] = {false, true, true, true};
    const char *head[] = {c->given[OPT_BY], "n", _("mean"), _("sd")};
    int places = text_places(k->s->decimals);
    term_table t;
    term look = cli_term(c);
    table_init(&t, 4, is_right, head);
    for (size_t g = 0; g < k->groups.levels; g++) {
        table_cell(&t, k->groups.name[g]);
        table_cellf(&t, "%llu", (unsigned long long)k->detail[g].n);
        figure_cell(&t, k->detail[g].mean, places + 1);
        figure_cell(&t, k->detail[g].sd, places + 1);
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void write_words(cli *c, const comparison *k)
{
    const assay_anova *a = &k->result;
    anova_table(c, k);
    if (a->f.why)
        buf_addf(&c->out, _("\nF is undefined: %s\n\n"), words_why(a->f.why));
    else
        buf_addf(&c->out, _("\nR² %s, residual sd %s: the means %s\n\n"),
                 text_real(a->r_squared.value, 4), text_real(a->residual_sd.value, 6),
                 a->p.value < 0.05 ? _("differ (p < 0.05)") : _("do not differ (p ≥ 0.05)"));
    group_table(c, k);
}

static void write_csv(cli *c, const comparison *k)
{
    const assay_anova *a = &k->result;
    buf_add_text(&c->out, "source,df,ss,ms,f,p\n");
    buf_addf(&c->out, "between,%llu,", (unsigned long long)a->between.df);
    csv_real(&c->out, a->between.ss.value, false);
    csv_real(&c->out, a->between.ms.value, false);
    csv_real(&c->out, a->f.value, false);
    csv_real(&c->out, a->p.value, true);
    buf_addf(&c->out, "within,%llu,", (unsigned long long)a->within.df);
    csv_real(&c->out, a->within.ss.value, false);
    csv_real(&c->out, a->within.ms.value, false);
    buf_add_text(&c->out, ",\n");
}

int cmd_anova(cli *c)
{
    series_set *set = NULL;
    comparison k = {0};
    if (!cli_has(c, OPT_BY)) {
        cli_usage(c, _("--by is missing: which column holds the groups?"));
        return cli_fail(c, ASSAY_USAGE);
    }
    assay_status status = input_open(c, 1u << CONTEXT_GROUP, false, &set);
    if (status == ASSAY_OK)
        status = input_need_one(c, set);
    if (status == ASSAY_OK) {
        k.s = series_at(set, 0);
        status = compare(c, set, &k);
    }
    int code = EXIT_FINE;
    if (status != ASSAY_OK)
        code = cli_fail(c, status);
    else if (cli_has(c, OPT_JSON))
        code = write_json(c, &k);
    else if (cli_has(c, OPT_CSV))
        write_csv(c, &k);
    else
        write_words(c, &k);
    free(k.detail);
    factor_done(&k.groups);
    series_close(set);
    return code;
}
