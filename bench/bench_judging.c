/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What advice is worth: cases of known quality, judges of unknown severity, rounded marks.
 *
 *     bench_judging [RUNS]
 *
 * 40 cases with quality of sd 6, judges with severity of sd 5, noise of sd 6; the same draws for
 * every method. Prints the share of the true top 10 that each method picks, honest and with one
 * case, drawn like any, that one judge lifts by 30 points, and the places that case wins. The
 * variances are estimated from each run's marks alone. Then the time of one fit. */
#include <assay/judging.h>
#include <assay/tally.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CASES = 40, JUDGES = 12, PICKED = 10, MOST = CASES * JUDGES };
enum { MEAN, OLYMPIC, MIXED, HUBER, METHODS };
static const char *const names[] = {"mean", "olympic", "mixed", "Huber"};

static double score[MOST], quality[CASES];
static uint32_t subject_of[MOST], judge_of[MOST];
static assay_judged_subject subject[CASES];
static assay_judged_judge judge[JUDGES];
static char scratch[1 << 17];

static uint64_t state = 20261122;

static double uniform(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ z >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(double sd)
{
    return sd * sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* `per` of JUDGES for each case at random, or the same panel for all. */
static size_t draw(size_t per, bool is_panel)
{
    double severity[JUDGES];
    size_t n = 0;
    for (size_t j = 0; j < JUDGES; j++)
        severity[j] = normal(5);
    for (uint32_t i = 0; i < CASES; i++) {
        uint32_t order[JUDGES];
        quality[i] = normal(6);
        for (uint32_t j = 0; j < JUDGES; j++)
            order[j] = j;
        for (size_t j = 0; j < per; j++, n++) {
            size_t k = is_panel ? j : j + (size_t)(uniform() * (double)(JUDGES - j));
            uint32_t chosen = order[k];
            order[k] = order[j];
            subject_of[n] = i;
            judge_of[n] = chosen;
            score[n] = round(70 + quality[i] - severity[chosen] + normal(6));
        }
    }
    return n;
}

static void tally(size_t n, assay_tally_method method, double *out)
{
    assay_tally_rule rule = assay_tally_defaults();
    rule.method = method;
    for (uint32_t i = 0; i < CASES; i++) {
        assay_sheet sheets[JUDGES];
        size_t count = 0, order[JUDGES];
        assay_tally t;
        for (size_t k = 0; k < n; k++)
            if (subject_of[k] == i)
                sheets[count++] = (assay_sheet){{(int64_t)score[k], 1}, {1, 1}, ASSAY_SHEET_GIVEN};
        if (assay_tally_sheets(sheets, count, &rule, order, NULL, &t, NULL) != ASSAY_OK)
            abort();
        if (t.why) { /* three judges: no olympic tally; what is given is the mean */
            rule.method = ASSAY_TALLY_MEAN;
            if (assay_tally_sheets(sheets, count, &rule, order, NULL, &t, NULL) != ASSAY_OK)
                abort();
        }
        out[i] = assay_rational_to_double(t.value);
    }
}

static void advise(size_t n, double huber, double *out)
{
    assay_sheets sheets = {n, score, subject_of, judge_of, CASES, JUDGES};
    assay_judging_options options = {.huber = huber};
    assay_judging fit;
    assay_err err;
    if (assay_judging_fit(&sheets, &options, scratch, subject, judge, NULL, NULL, NULL, &fit,
                          &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    for (size_t i = 0; i < CASES; i++)
        out[i] = subject[i].effect;
}

static void estimate(size_t n, double out[METHODS][CASES])
{
    tally(n, ASSAY_TALLY_MEAN, out[MEAN]);
    tally(n, ASSAY_TALLY_OLYMPIC, out[OLYMPIC]);
    advise(n, 0, out[MIXED]);
    advise(n, 1.345, out[HUBER]);
}

/* Place of case i from 1; ties count half. */
static double place(const double *x, size_t i)
{
    double before = 1;
    for (size_t j = 0; j < CASES; j++)
        before += j != i ? (x[j] > x[i]) + 0.5 * (x[j] == x[i]) : 0;
    return before;
}

static double share_of_top(const double *x)
{
    double found = 0;
    for (size_t i = 0; i < CASES; i++)
        found += place(quality, i) <= PICKED && place(x, i) <= PICKED + 0.5;
    return found / PICKED;
}

typedef struct {
    double honest[METHODS], lifted[METHODS], gain[METHODS];
} outcome;

static void run_once(size_t per, bool is_panel, outcome *o)
{
    double x[METHODS][CASES], y[METHODS][CASES];
    size_t n = draw(per, is_panel), favoured = 0, k = 0; /* case 0 is as random as any */
    estimate(n, x);
    while (subject_of[k] != favoured)
        k++;
    score[k] += 30;
    estimate(n, y);
    for (int m = 0; m < METHODS; m++) {
        o->honest[m] += share_of_top(x[m]);
        o->lifted[m] += share_of_top(y[m]);
        o->gain[m] += place(x[m], favoured) - place(y[m], favoured);
    }
}

static void print_design(const char *what, size_t per, bool is_panel, int runs)
{
    outcome o = {{0}, {0}, {0}};
    for (int run = 0; run < runs; run++)
        run_once(per, is_panel, &o);
    printf("%-28s %d runs\n", what, runs);
    for (int m = 0; m < METHODS; m++)
        printf("  %-8s top 10 found %.3f, one lifted case %.3f, places it wins %.1f\n", names[m],
               o.honest[m] / runs, o.lifted[m] / runs, o.gain[m] / runs);
}

static void print_time(double huber)
{
    struct timespec from, to;
    enum { TIMES = 200 };
    double x[CASES];
    size_t n = draw(5, false);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < TIMES; i++)
        advise(n, huber, x);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("one fit of 40 x 5 of 12%s: %.3f ms\n", huber > 0 ? ", Huber" : "",
           ((double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6) /
               TIMES);
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 1500;
    print_design("5 of 12 judges a case", 5, false, runs);
    print_design("one panel of 5", 5, true, runs);
    print_design("3 of 12 judges a case", 3, false, runs);
    print_design("7 of 12 judges a case", 7, false, runs);
    print_time(0);
    print_time(1.345);
    return 0;
}
