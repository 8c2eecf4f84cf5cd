/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/describe.h"

#include "report/answer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double probabilities[] = {0.00135, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.99865};
static const char *const probability_names[] = {"0.00135", "0.01", "0.05", "0.25", "0.5",
                                                "0.75", "0.95", "0.99", "0.99865"};
static_assert(sizeof probabilities / sizeof *probabilities == DESCRIPTION_QUANTILES, "one name each");

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

/* Bins of its own values: none lies outside. */
static void find_bins(description *d, void *scratch)
{
    assay_err why = {0};
    if (assay_bins_choose(&d->x, 0, scratch, &d->bins, &why) != ASSAY_OK)
        memcpy(d->no_bins, why.message, sizeof why.message);
    else if (d->bins.count)
        (void)assay_bins_count(&d->bins, &d->x, d->counts);
}

assay_status description_make(const series *s, const assay_describe_options *asked,
                              bool with_quantiles, bool with_bins, description *out, assay_err *err)
{
    assay_describe_options options = *asked;
    options.p = probabilities;
    options.p_count = with_quantiles ? DESCRIPTION_QUANTILES : 0;
    options.quantiles = out->quantile;
    out->s = s;
    out->bins.count = 0;
    out->no_bins[0] = 0;
    out->memory = malloc(s->n * sizeof(int64_t) + 1);
    void *scratch = malloc(assay_describe_scratch_size(s->n) + 1);
    if (!scratch || !out->memory) {
        free(scratch);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    out->x = valid_values(s, out->memory, out->memory);
    assay_status status = assay_describe(&out->x, &options, scratch, &out->d, err);
    if (status == ASSAY_OK && with_bins)
        find_bins(out, scratch);
    free(scratch);
    return status;
}

void description_done(description *d)
{
    free(d->memory);
    d->memory = NULL;
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

void answer_description(json *j, const description *d)
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
    for (int i = 0; i < DESCRIPTION_QUANTILES; i++)
        json_member_real(j, probability_names[i], d->quantile[i], "no values");
    json_end(j);
    json_member_integer(j, "quantile_type", a->quantile_type);
    write_runs(j, "runs_about_median", &a->runs_about_median);
    write_runs(j, "runs_up_down", &a->runs_up_down);
    write_bins(j, d);
    json_end(j);
}
