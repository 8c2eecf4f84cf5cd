/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules, verdicts, EWMA and CUSUM as a share of the read bandwidth measured in the same run; the
 * median of 9, interleaved. Prints one line a measure. */
#include <assay/chart.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SERIES = 100, GROUPS = 20000, SIZE = 5, POINTS = SERIES * GROUPS, ROUNDS = 9 };

static double z[POINTS];
static uint32_t found[POINTS];
static int64_t reading[GROUPS * SIZE], sum[POINTS], range[POINTS];
static assay_rules nelson;
static volatile uint64_t sink;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void must(assay_status status, const assay_err *err)
{
    if (status) {
        fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

/* Sum of twelve uniforms less six: near enough to normal, and the same everywhere. */
static double draw(void)
{
    static uint64_t seed = 7;
    double total = -6;
    for (int i = 0; i < 12; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        total += (double)(seed >> 11) / 9007199254740992.0;
    }
    return total;
}

typedef uint64_t lanes __attribute__((vector_size(64)));

/* 256 MB, so that no cache holds it. */
enum { WORDS = 32 << 20 };
static uint64_t *large;

static void read_only(void)
{
    const lanes *words = (const lanes *)(const void *)large;
    lanes a = {0}, b = {0};
    for (size_t i = 0; i < WORDS / 8; i += 2) {
        a ^= words[i];
        b ^= words[i + 1];
    }
    a ^= b;
    sink = a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] ^ a[5] ^ a[6] ^ a[7];
}

static void scan(void)
{
    for (size_t i = 0; i < SERIES; i++)
        assay_rules_scan(&nelson, z + i * GROUPS, GROUPS, found + i * GROUPS);
}

static void step(void)
{
    assay_rules_state state;
    assay_rules_reset(&state);
    for (size_t i = 0; i < POINTS; i++)
        found[i] = assay_rules_step(&nelson, &state, z[i]);
}

static void judge(void)
{
    static double own_z[GROUPS];
    assay_chart_options options = assay_chart_defaults();
    options.rules = &nelson;
    assay_err err;
    for (size_t i = 0; i < SERIES; i++) {
        assay_subgroup_sums in = {GROUPS, SIZE, -3, sum + i * GROUPS, range + i * GROUPS};
        assay_chart_verdict verdict;
        must(assay_chart_judge(&in, &options, own_z, found, &verdict, &err), &err);
        sink += verdict.signals;
    }
}

static void chart_of(assay_chart_type type)
{
    static assay_chart_point location[GROUPS], spread[GROUPS];
    static assay_cusum_point cusum[GROUPS];
    static void *scratch;
    assay_chart_stage stage;
    assay_chart chart = {.location = location, .spread = spread, .cusum = cusum, .stages = &stage,
                         .stages_room = 1};
    assay_chart_input in = {.x = assay_values_of_decimals(reading, GROUPS * SIZE, -3),
                            .subgroups = GROUPS, .n = SIZE};
    assay_chart_options options = assay_chart_defaults();
    options.type = type;
    options.rules = &nelson;
    assay_err err;
    if (!scratch)
        scratch = malloc(assay_chart_scratch_size(&in));
    must(assay_chart_make(&in, &options, scratch, &chart, &err), &err);
    sink += chart.signals;
}

static void chart_xbar(void)
{
    chart_of(ASSAY_CHART_XBAR_R);
}

static void chart_ewma(void)
{
    chart_of(ASSAY_CHART_EWMA);
}

static void chart_cusum(void)
{
    chart_of(ASSAY_CHART_CUSUM);
}

static const struct {
    const char *what;
    void (*run)(void);
    double points, bytes; /* bytes: what must be read and written */
} measures[] = {
    {"read 256 MB", read_only, WORDS, 8.0 * WORDS},
    {"rules: nelson scan, z to bits", scan, POINTS, 12.0 * POINTS},
    {"rules: nelson step", step, POINTS, 12.0 * POINTS},
    {"verdict: 100 x 20,000 sums, limits and 8 rules", judge, POINTS, 20.0 * POINTS},
    {"chart: xbar-r of 20,000 x 5", chart_xbar, GROUPS, 8.0 * GROUPS * SIZE},
    {"chart: ewma of 20,000 x 5", chart_ewma, GROUPS, 8.0 * GROUPS * SIZE},
    {"chart: cusum of 20,000 x 5", chart_cusum, GROUPS, 8.0 * GROUPS * SIZE},
};

enum { MEASURES = sizeof measures / sizeof *measures };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fill(void)
{
    assay_err err;
    must(assay_rules_parse("nelson", &nelson, &err), &err);
    large = aligned_alloc(64, sizeof *large * WORDS);
    if (!large)
        exit(1);
    memset(large, 1, sizeof *large * WORDS);
    for (size_t i = 0; i < POINTS; i++)
        z[i] = draw();
    for (size_t i = 0; i < GROUPS * SIZE; i++)
        reading[i] = 25000 + (int64_t)(20 * draw());
    for (size_t i = 0; i < POINTS; i++) {
        sum[i] = 5 * 25000 + (int64_t)(45 * z[i]);
        range[i] = 46 + (int64_t)(10 * draw());
    }
}

int main(void)
{
    double ms[MEASURES][ROUNDS];
    fill();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < MEASURES; i++) {
            double from = now_ms();
            measures[i].run();
            ms[i][round] = now_ms() - from;
        }
    double bandwidth = 0;
    for (int i = 0; i < MEASURES; i++) {
        qsort(ms[i], ROUNDS, sizeof(double), by_value);
        double median = ms[i][ROUNDS / 2], rate = measures[i].bytes / median / 1e6;
        bandwidth = i ? bandwidth : rate;
        printf("%-48s %9.3f ms %9.1f M points/s %6.2f GB/s %4.0f %% of bandwidth\n",
               measures[i].what, median, measures[i].points / median / 1e3, rate,
               100 * rate / bandwidth);
    }
    free(large);
    return 0;
}
