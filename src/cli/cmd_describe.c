/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/answer.h"
#include "report/report.h"

#include <assay/describe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double probabilities[] = {0.00135, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.99865};
static const char *const probability_names[] = {"0.00135", "0.01", "0.05", "0.25", "0.5",
                                                "0.75", "0.95", "0.99", "0.99865"};
enum { QUANTILES = sizeof probabilities / sizeof *probabilities };

typedef struct {
    const series *s;
    assay_values x;
    assay_description d;
    double quantile[QUANTILES];
    assay_bins bins;
    char no_bins[sizeof((assay_err *)0)->message]; /* why there is no histogram */
    uint64_t counts[ASSAY_BINS_MAX];
} description;

/* What does not count (excluded, marked, in conflict) is missing for a description. */
static assay_values valid_values(const series *s, int64_t *room, double *real)
{
    assay_values x = series_values(s, room);
    if (!s->status)
        return x;
    for (size_t i = 0; i < s->n; i++) {
        if (x.mantissa)
            room[i] = s->status[i] == STATUS_VALID ? x.mantissa[i] : ASSAY_MANTISSA_MISSING;
        else
            real[i] = s->status[i] == STATUS_VALID ? x.hi[i] : NAN;
    }
    return x.mantissa ? assay_values_of_decimals(room, s->n, s->exponent)
                      : assay_values_of_doubles(real, s->n);
}

/* What nobody will see is not worked out: quantiles are told in JSON, bins there and on a page. */
static assay_status compute(cli *c, const series *s, const assay_describe_options *asked,
                            bool with_bins, description *out, void *room)
{
    assay_describe_options options = *asked;
    options.p = probabilities;
    options.p_count = cli_has(c, OPT_JSON) ? QUANTILES : 0;
    options.quantiles = out->quantile;
    void *scratch = malloc(assay_describe_scratch_size(s->n) + 1);
    if (!scratch || !room) {
        free(scratch);
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    }
    out->s = s;
    out->x = valid_values(s, room, room);
    assay_status status = assay_describe(&out->x, &options, scratch, &out->d, &c->err);
    out->bins.count = 0;
    out->no_bins[0] = 0;
    assay_err why = {0};
    if (status == ASSAY_OK && with_bins &&
        assay_bins_choose(&out->x, 0, scratch, &out->bins, &why) != ASSAY_OK)
        memcpy(out->no_bins, why.message, sizeof why.message);
    if (status == ASSAY_OK && out->bins.count)
        (void)assay_bins_count(&out->bins, &out->x, out->counts);
    free(scratch);
    return status;
}

static void write_runs(json *j, const char *key, const assay_runs_test *r)
{
    json_key(j, key);
    json_flat_object(j);
    json_member_unsigned(j, "runs", r->runs);
    answer_figure(j, "expected", r->expected);
    answer_figure(j, "z", r->z);
    answer_figure(j, "p", r->p);
    json_end(j);
}

static void write_bins(json *j, const description *d)
{
    if (*d->no_bins) {
        json_member_null(j, "histogram", d->no_bins);
        return;
    }
    json_key(j, "histogram");
    json_object(j);
    if (d->bins.count)
        json_member_text(j, "rule", d->bins.rule);
    json_key(j, "edges");
    json_flat_array(j);
    for (size_t i = 0; d->bins.count && i <= d->bins.count; i++)
        json_real(j, assay_bins_edge(&d->bins, i));
    json_end(j);
    json_key(j, "counts");
    json_flat_array(j);
    for (size_t i = 0; i < d->bins.count; i++)
        json_unsigned(j, d->counts[i]);
    json_end(j);
    json_end(j);
}

static void write_json(json *j, const description *d)
{
    const assay_description *a = &d->d;
    const struct {
        const char *key;
        assay_figure figure;
    } figures[] = {{"mean", a->mean}, {"sd", a->sd}, {"skewness", a->skewness},
                   {"kurtosis", a->kurtosis}, {"autocorrelation1", a->autocorrelation1},
                   {"min", a->min}, {"max", a->max}, {"range", a->range}, {"median", a->median},
                   {"q1", a->q1}, {"q3", a->q3}, {"iqr", a->iqr}, {"mad", a->mad},
                   {"trimmed_mean", a->trimmed_mean}, {"variance", a->variance},
                   {"se_mean", a->se_mean}, {"mean_lower", a->mean_lower},
                   {"mean_upper", a->mean_upper}, {"sd_lower", a->sd_lower},
                   {"sd_upper", a->sd_upper}};
    json_object(j);
    answer_characteristic(j, d->s->definition);
    json_member_unsigned(j, "n", a->n);
    json_member_unsigned(j, "missing", a->missing);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        answer_figure(j, figures[i].key, figures[i].figure);
    json_key(j, "quantiles");
    json_flat_object(j);
    for (int i = 0; i < QUANTILES; i++)
        json_member_real(j, probability_names[i], d->quantile[i], "no values");
    json_end(j);
    json_member_integer(j, "quantile_type", a->quantile_type);
    write_runs(j, "runs_about_median", &a->runs_about_median);
    write_runs(j, "runs_up_down", &a->runs_up_down);
    write_bins(j, d);
    json_end(j);
}

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
    table_init(t, COLUMNS, is_right);
    for (size_t i = 0; i < COLUMNS; i++)
        table_cell(t, head[i]);
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
        const series *s = series_at(set, i);
        void *room = malloc(s->n * sizeof(int64_t) + 1);
        assay_status status = compute(c, s, options, with_bins, &d, room);
        if (status == ASSAY_OK && cli_has(c, OPT_JSON))
            write_json(j, &d);
        else if (status == ASSAY_OK && cli_has(c, OPT_CSV))
            csv_row(&d, &c->out);
        else if (status == ASSAY_OK && n > 1)
            table_row(table, &d);
        else if (status == ASSAY_OK)
            write_page(c, &d);
        free(room);
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
