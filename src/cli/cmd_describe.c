/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/describe.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void csv_row(const description *d, buf *out)
{
    const assay_description *a = &d->d;
    csv_text(out, d->s->definition->path, false);
    csv_text(out, d->s->definition->unit, false);
    csv_unsigned(out, a->n, false);
    const double reals[] = {a->mean.value, a->sd.value, a->skewness.value, a->kurtosis.value,
                            a->autocorrelation1.value, a->min.value, a->q1.value, a->median.value,
                            a->q3.value, a->max.value};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        csv_real(out, reals[i], i + 1 == sizeof reals / sizeof *reals);
}

/* -- for people --------------------------------------------------------------------------------- */

static void line(buf *out, const char *name, assay_figure f, int places)
{
    buf_add_text(out, "  ");
    text_left(out, name, 22);
    buf_addf(out, " %s\n", f.why ? words_why(f.why) : text_real(f.value, places));
}

static void p_line(buf *out, const char *name, assay_figure f)
{
    buf_add_text(out, "  ");
    text_left(out, name, 22);
    buf_addf(out, " %s\n", f.why ? words_why(f.why) : text_p(f.value));
}

static void write_page(cli *c, const description *d)
{
    buf *out = &c->out;
    const assay_description *a = &d->d;
    const char *unit = d->s->definition->unit;
    int places = text_places(d->s->decimals);
    term t = cli_term(c);
    term_styled(&t, TERM_BOLD, d->s->definition->path ? d->s->definition->path : "", out);
    buf_addf(out, "%s%s%s\n\n  ", unit && *unit ? " [" : "", unit ? unit : "", unit && *unit ? "]" : "");
    text_left(out, "n", 22);
    buf_addf(out, " %llu\n", (unsigned long long)a->n);
    line(out, _("mean"), a->mean, places + 1);
    line(out, _("standard deviation"), a->sd, places + 2);
    line(out, _("minimum"), a->min, places - 1);
    line(out, _("first quartile"), a->q1, places);
    line(out, _("median"), a->median, places);
    line(out, _("third quartile"), a->q3, places);
    line(out, _("maximum"), a->max, places - 1);
    line(out, _("skewness"), a->skewness, 4);
    line(out, _("kurtosis (excess)"), a->kurtosis, 4);
    line(out, _("autocorrelation, lag 1"), a->autocorrelation1, 4);
    p_line(out, _("runs about median, p"), a->runs_about_median.p);
    p_line(out, _("runs up and down, p"), a->runs_up_down.p);
    if (*d->no_bins)
        cli_remark(c, _("no histogram: %s"), d->no_bins);
    if (d->bins.count) {
        assay_bins bins;
        uint64_t counts[ASSAY_BINS_MAX];
        void *scratch = malloc(assay_describe_scratch_size(d->x.n) + 1);
        buf_add_char(out, '\n');
        if (scratch && assay_bins_choose(&d->x, 15, scratch, &bins, NULL) == ASSAY_OK) {
            (void)assay_bins_count(&bins, &d->x, counts);
            term_histogram(&t, &bins, counts, NAN, NAN, d->s->decimals, out);
        }
        free(scratch);
    }
}

enum { COLUMNS = 9 };
static const bool is_right[COLUMNS] = {false, true, true, true, true, true, true, true, true};

static void table_head(term_table *t)
{
    const char *head[COLUMNS] = {_("characteristic"), "n", _("mean"), _("sd"), _("min"),
                                 _("median"), _("max"), _("skew"), _("kurt")};
    table_init(t, COLUMNS, is_right, head);
}

static void table_row(term_table *t, const description *d)
{
    const assay_description *a = &d->d;
    int places = text_places(d->s->decimals);
    table_cell(t, d->s->definition->path ? d->s->definition->path : "");
    table_cellf(t, "%llu", (unsigned long long)a->n);
    table_cell(t, text_real(a->mean.value, places));
    table_cell(t, text_real(a->sd.value, places + 1));
    table_cell(t, text_real(a->min.value, places - 1));
    table_cell(t, text_real(a->median.value, places));
    table_cell(t, text_real(a->max.value, places - 1));
    table_cell(t, text_real(a->skewness.value, 2));
    table_cell(t, text_real(a->kurtosis.value, 2));
}

static assay_status describe_all(cli *c, const series_set *set,
                                 const assay_describe_options *options, json *j, term_table *table)
{
    size_t n = series_count(set);
    bool with_bins = cli_has(c, OPT_JSON) || (n == 1 && !cli_has(c, OPT_CSV));
    if (cli_has(c, OPT_CSV))
        buf_add_text(&c->out, "characteristic,unit,n,mean,sd,skewness,kurtosis,autocorrelation1,min,"
                              "q1,median,q3,max\n");
    for (size_t i = 0; i < n; i++) {
        static description d;
        assay_status status = description_make(series_at(set, i), options, cli_has(c, OPT_JSON),
                                               with_bins, &d, &c->err);
        if (status == ASSAY_OK && cli_has(c, OPT_JSON))
            answer_description(j, &d);
        else if (status == ASSAY_OK && cli_has(c, OPT_CSV))
            csv_row(&d, &c->out);
        else if (status == ASSAY_OK && n > 1)
            table_row(table, &d);
        else if (status == ASSAY_OK)
            write_page(c, &d);
        description_done(&d);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static assay_status take_options(cli *c, assay_describe_options *out)
{
    uint64_t type = 0;
    *out = assay_describe_defaults();
    assay_status status = cli_count(c, OPT_QUANTILES, &type);
    if (status == ASSAY_OK && type > 9)
        return cli_usage(c, _("--quantile-type is 1 to 9"));
    out->quantile_type = (int)type;
    return status == ASSAY_OK ? cli_real(c, OPT_CONFIDENCE, &out->confidence) : status;
}

static int answer(cli *c, const series_set *set, const assay_describe_options *options)
{
    json j;
    term_table table;
    bool is_json = cli_has(c, OPT_JSON), is_list = series_count(set) > 1;
    table_head(&table);
    if (is_json)
        cli_json_begin(c, &j);
    if (is_json && is_list) {
        json_object(&j);
        json_key(&j, "characteristics");
        json_array(&j);
    }
    assay_status status = describe_all(c, set, options, &j, &table);
    if (status == ASSAY_OK && is_json && is_list) {
        json_end(&j);
        json_end(&j);
    }
    if (status == ASSAY_OK && is_list && !is_json && !cli_has(c, OPT_CSV)) {
        term t = cli_term(c);
        table_write(&t, &table, &c->out);
    }
    table_done(&table);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    return is_json ? cli_json_end(c, &j, EXIT_FINE) : EXIT_FINE;
}

int cmd_describe(cli *c)
{
    series_set *set = NULL;
    assay_describe_options options;
    assay_status status = take_options(c, &options);
    if (status == ASSAY_OK)
        status = input_open(c, 0, false, &set);
    if (status == ASSAY_OK && series_count(set) == 0)
        status = input_need_one(c, set);
    int code = status == ASSAY_OK ? answer(c, set, &options) : cli_fail(c, status);
    series_close(set);
    return code;
}
