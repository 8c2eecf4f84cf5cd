/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "cli/factor.h"

#include <assay/pareto.h>

#include <stdlib.h>
#include <string.h>

typedef struct {
    factor categories;
    double *weight;
    assay_pareto_item *item;
    assay_pareto result;
} ranking;

/* Rows are counted, or --weight is added up; rows without a value count, but weigh nothing. */
static assay_status rank(cli *c, const series_set *set, ranking *r)
{
    const series *s = series_at(set, 0);
    bool is_weighted = cli_has(c, OPT_WEIGHT);
    assay_status status = factor_of(c, set, s, CONTEXT_GROUP, OPT_CATEGORY, &r->categories);
    if (status != ASSAY_OK)
        return status;
    size_t k = r->categories.levels;
    r->weight = calloc(k + 1, sizeof *r->weight);
    r->item = calloc(k + 1, sizeof *r->item);
    if (!r->weight || !r->item)
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < s->n; i++) {
        double x = is_weighted ? series_value(s, i) : 1;
        r->weight[r->categories.level[i]] += isnan(x) ? 0 : x;
    }
    return assay_pareto_sort(r->weight, k, 0, r->item, &r->result, &c->err);
}

static int write_json(cli *c, const ranking *r)
{
    json j;
    cli_json_begin(c, &j);
    json_object(&j);
    json_member_real(&j, "total", r->result.total, NULL);
    json_member_unsigned(&j, "vital", r->result.vital);
    json_key(&j, "categories");
    json_array(&j);
    for (size_t i = 0; i < r->categories.levels; i++) {
        const assay_pareto_item *p = &r->item[i];
        json_flat_object(&j);
        json_member_text(&j, "category", r->categories.name[p->index]);
        json_member_real(&j, "weight", p->weight, NULL);
        json_member_real(&j, "share", p->share, r->result.why_undefined);
        json_member_real(&j, "cumulative", p->cumulative, r->result.why_undefined);
        json_member_bool(&j, "vital", p->is_vital);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

static void write_csv(cli *c, const ranking *r)
{
    buf_add_text(&c->out, "category,weight,share,cumulative,vital\n");
    for (size_t i = 0; i < r->categories.levels; i++) {
        const assay_pareto_item *p = &r->item[i];
        csv_text(&c->out, r->categories.name[p->index], false);
        csv_real(&c->out, p->weight, false);
        csv_real(&c->out, p->share, false);
        csv_real(&c->out, p->cumulative, false);
        csv_text(&c->out, p->is_vital ? "yes" : "no", true);
    }
}

static void write_words(cli *c, const ranking *r)
{
    term t = cli_term(c);
    buf *out = &c->out;
    int widest = 8;
    size_t k = r->categories.levels;
    for (size_t i = 0; i < k; i++) {
        int width = term_width(r->categories.name[i]);
        widest = width > widest ? width : widest;
    }
    widest = widest > 30 ? 30 : widest;
    int room = t.width - widest - 32;
    for (size_t i = 0; i < k; i++) {
        const assay_pareto_item *p = &r->item[i];
        double share = p->weight / (r->item[0].weight > 0 ? r->item[0].weight : 1);
        buf bar = BUF_INIT;
        buf_add_text(out, "  ");
        text_left(out, r->categories.name[p->index], widest);
        text_right(out, text_real(p->weight, p->weight == floor(p->weight) ? 0 : 2), 10);
        text_right(out, text_real(100 * p->share, 1), 7);
        buf_add_text(out, " %");
        text_right(out, text_real(100 * p->cumulative, 1), 7);
        buf_add_text(out, " %  ");
        term_bar(&t, p->is_vital ? TERM_DATA : TERM_DIM, share, room > 4 ? room : 4, &bar);
        buf_addf(out, "%s\n", buf_text(&bar));
        buf_done(&bar);
        if (i + 1 == r->result.vital && i + 1 < k) {
            buf_add_text(out, "  ");
            term_styled(&t, TERM_DIM, _("╌╌ the vital few end here (80 %)"), out);
            buf_add_char(out, '\n');
        }
    }
}

int cmd_pareto(cli *c)
{
    series_set *set = NULL;
    ranking r = {0};
    int code = EXIT_FINE;
    if (!cli_has(c, OPT_CATEGORY)) {
        cli_usage(c, _("--category is missing: which column holds the categories?"));
        return cli_fail(c, ASSAY_USAGE);
    }
    if (!cli_has(c, OPT_VALUE) && !cli_has(c, OPT_WEIGHT) &&
        (strcmp(c->operand[0], "-") == 0 || !source_is_database(c->operand[0])))
        c->given[OPT_VALUE] = ""; /* a list of categories needs no value */
    assay_status status = input_open(c, 1u << CONTEXT_GROUP, false, &set);
    if (status == ASSAY_OK)
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = rank(c, set, &r);
    if (status != ASSAY_OK)
        code = cli_fail(c, status);
    else if (cli_has(c, OPT_JSON))
        code = write_json(c, &r);
    else if (cli_has(c, OPT_CSV))
        write_csv(c, &r);
    else
        write_words(c, &r);
    free(r.weight);
    free(r.item);
    factor_done(&r.categories);
    series_close(set);
    return code;
}
