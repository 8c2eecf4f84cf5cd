/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs tests. Source: Wald & Wolfowitz 1940, Annals of Mathematical Statistics 11, 147-162;
 * Levene 1952 for runs up and down; NIST/SEMATECH handbook 1.3.5.13. */
#include "stat/runs.h"

#include "num/dd.h"
#include "num/values.h"
#include "stat/moments.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

static assay_runs_test undefined(uint64_t runs, uint64_t above, uint64_t below, const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    return (assay_runs_test){runs, above, below, none, none, none, none};
}

static void judge(assay_runs_test *t, double expected, double variance)
{
    double z = ((double)t->runs - expected) / sqrt(variance);
    t->expected = assay_figure_of(expected);
    t->sd = assay_figure_of(sqrt(variance));
    t->z = assay_figure_of(z);
    t->p = assay_figure_of(2 * pnorm(fabs(z), 0, 1, 0, 0));
}

/* Count runs of sign; a zero is passed over. */
static void count_run(assay_runs_test *t, int *last, int sign)
{
    if (sign == 0)
        return;
    t->above += sign > 0;
    t->below += sign < 0;
    t->runs += sign != *last;
    *last = sign;
}

assay_runs_test runs_about_median(const assay_values *x, const sorted *s)
{
    assay_runs_test t = {0};
    if (s->n == 0)
        return undefined(0, 0, 0, "no values");
    assay_dd median = sorted_median(s);
    int last = 0;
    for (size_t i = 0; i < x->n; i++)
        if (!assay_values_is_missing(x, i))
            count_run(&t, &last, dd_compare(sorted_unit(s, x, i), median));
    if (t.above == 0 || t.below == 0)
        return undefined(t.runs, t.above, t.below, "no values on both sides of the median");
    double a = (double)t.above, b = (double)t.below, n = a + b;
    double variance = 2 * a * b * (2 * a * b - n) / (n * n * (n - 1));
    if (!(variance > 0)) /* one on each side: always two runs */
        return undefined(t.runs, t.above, t.below, "fewer than 3 values off the median");
    judge(&t, 2 * a * b / n + 1, variance);
    return t;
}

assay_status assay_runs_about_median(const assay_values *x, void *scratch, assay_runs_test *out,
                                     assay_err *err)
{
    assay_status status = moments_refuse_infinite(x, err);
    if (status != ASSAY_OK)
        return status;
    sorted s = sorted_of(x, scratch);
    *out = runs_about_median(x, &s);
    return ASSAY_OK;
}

assay_runs_test assay_runs_up_down(const assay_values *x)
{
    assay_runs_test t = {0};
    assay_dd previous = {NAN, 0};
    int last = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (assay_values_is_missing(x, i))
            continue;
        assay_dd value = values_dd(x, i);
        if (!isnan(previous.hi))
            count_run(&t, &last, dd_compare(value, previous));
        previous = value;
    }
    double n = (double)(t.above + t.below) + 1; /* values left */
    if (n < 3)
        return undefined(t.runs, t.above, t.below, "fewer than 3 values that differ in turn");
    judge(&t, (2 * n - 1) / 3, (16 * n - 29) / 90);
    return t;
}
