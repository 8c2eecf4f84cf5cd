/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "cli/factor.h"
#include "cli/table.h"

#include <assay/pareto.h>

#include <stdio.h>
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

/* -- a list of categories without any number ------------------------------------------------- */

static size_t column_named(const text_table *t, const char *name)
{
    char place[24];
    for (size_t i = 0; i < t->columns; i++) {
        snprintf(place, sizeof place, "#%zu", i + 1);
        if (strcmp(t->head[i], name) == 0 || strcmp(place, name) == 0)
            return i;
    }
    return t->columns;
}

static assay_status count_rows(cli *c, text_table *t, size_t column, dictionary *names, ranking *r)
{
    char *cell[TABLE_COLUMNS_MAX];
    size_t n, room = 0;
    while (table_row_next(t, cell, &n)) {
        const char *text = column < n && *cell[column] ? cell[column] : _("(none)");
        uint32_t code = dictionary_code(names, text, strlen(text));
        if (code > room) {
            room = 2 * (size_t)code;
            double *grown = realloc(r->weight, room * sizeof *grown);
            if (!grown)
                return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
            r->weight = grown;
        }
        if (code > r->categories.levels) {
            r->categories.levels = code;
            r->weight[code - 1] = 0;
        }
        r->weight[code - 1]++;
    }
    return ASSAY_OK;
}

static assay_status rank_counts(cli *c, dictionary *names, ranking *r)
{
    size_t k = r->categories.levels;
    r->item = calloc(k + 1, sizeof *r->item);
    r->categories.name = calloc(k + 1, sizeof *r->categories.name);
    if (!r->item || !r->categories.name)
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < k; i++)
        r->categories.name[i] = dictionary_text(names, (uint32_t)i + 1, NULL);
    return assay_pareto_sort(r->weight, k, 0, r->item, &r->result, &c->err);
}

static assay_status rank_list(cli *c, arena *memory, dictionary *names, ranking *r)
{
    text_table t;
    assay_status status = table_open(c->operand[0], memory, &t, &c->err);
    if (status != ASSAY_OK)
        return status;
    size_t column = column_named(&t, c->given[OPT_CATEGORY]);
    if (column == t.columns) {
        assay_fail(&c->err, ASSAY_NOT_FOUND, 0, "%s has no column %s", c->operand[0],
                   c->given[OPT_CATEGORY]);
        return assay_hint(&c->err, _("columns: %s, ..."), t.head[0]);
    }
    status = count_rows(c, &t, column, names, r);
    return status == ASSAY_OK ? rank_counts(c, names, r) : status;
}

/* -- writing ----------------------------------------------------------------------------------- */

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

static assay_status rank_source(cli *c, series_set **set, ranking *r)
{
    assay_status status = input_open(c, 1u << CONTEXT_GROUP, false, set);
    if (status == ASSAY_OK)
        status = input_need_one(c, *set);
    return status == ASSAY_OK ? rank(c, *set, r) : status;
}

static int draw(cli *c, const ranking *r)
{
    size_t n = r->categories.levels;
    const char **labels = calloc(n + 1, sizeof *labels);
    double *weights = calloc(n + 1, sizeof *weights);
    int code;
    if (labels && weights) {
        for (size_t i = 0; i < n; i++) {
            labels[i] = r->categories.name[r->item[i].index];
            weights[i] = r->item[i].weight;
        }
        code = output_pareto(c, labels, weights, n, r->result.vital);
    } else {
        code = cli_fail(c, ASSAY_MEMORY);
    }
    free(labels);
    free(weights);
    return code;
}

static int answer(cli *c, const ranking *r)
{
    if (cli_has(c, OPT_OUTPUT))
        return draw(c, r);
    if (cli_has(c, OPT_JSON))
        return write_json(c, r);
    if (cli_has(c, OPT_CSV))
        write_csv(c, r);
    else
        write_words(c, r);
    return EXIT_FINE;
}

int cmd_pareto(cli *c)
{
    series_set *set = NULL;
    dictionary *names = NULL;
    arena memory;
    ranking r = {0};
    if (!cli_has(c, OPT_CATEGORY)) {
        cli_usage(c, _("--category is missing: which column holds the categories?"));
        return cli_fail(c, ASSAY_USAGE);
    }
    bool is_stored = strcmp(c->operand[0], "-") != 0 && source_is_database(c->operand[0]);
    bool is_list = !is_stored && !cli_has(c, OPT_WEIGHT) && !cli_has(c, OPT_VALUE);
    arena_init(&memory);
    assay_status status = dictionary_new(&names, &c->err);
    if (status == ASSAY_OK)
        status = is_list ? rank_list(c, &memory, names, &r) : rank_source(c, &set, &r);
    int code = status == ASSAY_OK ? answer(c, &r) : cli_fail(c, status);
    free(r.weight);
    free(r.item);
    factor_done(&r.categories);
    dictionary_free(names);
    arena_done(&memory);
    series_close(set);
    return code;
}
