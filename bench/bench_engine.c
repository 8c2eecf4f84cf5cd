/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live engine: what a measurement costs, what a chart weighs, how long late data take.
 *
 *   bench_engine [FOLDER]     a line each; FOLDER (default /tmp) holds the store of the last one
 */
#include "live/engine_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t seed = 1;

static int64_t reading(void)
{
    int64_t sum = 0;
    for (int i = 0; i < 4; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        sum += (int64_t)((seed >> 33) % 50);
    }
    return 24000 + sum;
}

static double seconds(void)
{
    return (double)engine_clock_ns() * 1e-9;
}

/* Of this process: neighbours on the machine do not count. */
static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void check(assay_status status, const assay_err *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "%s: %s\n", assay_status_name(status), err->message);
    exit(1);
}

static chart_definition definition(assay_chart_type type, uint32_t n)
{
    chart_definition d = {.n = n, .rules = "nelson", .size_all = NAN,
                          .chart = assay_chart_defaults()};
    d.chart.type = type;
    return d;
}

/* -- a measurement ------------------------------------------------------------------------- */

static uint64_t points, signals;

static void count(live_chart *c, const live_point *p, void *context)
{
    (void)c;
    (void)context;
    points++;
    signals += live_signals(&p->p);
}

static double push_ns(assay_chart_type type, uint32_t n, bool has_limits, size_t rows)
{
    assay_err err;
    live_plan plan;
    live_chart c;
    chart_definition d = definition(type, n);
    check(live_plan_init(&d, &plan, &err), &err);
    double center = has_limits ? 24.098 : NAN, sigma = has_limits ? 0.029 : NAN;
    check(live_chart_init(&c, &plan, center, sigma, NAN, &err), &err);
    live_row *row = calloc(rows, sizeof *row);
    for (size_t i = 0; i < rows; i++)
        row[i] = (live_row){.time = (int64_t)i * 1000000, .mantissa = reading(), .exponent = -3,
                            .size = 1};
    points = signals = 0;
    double from = cpu_seconds();
    for (size_t i = 0; i < rows; i++)
        if (!live_chart_push(&c, &row[i], count, NULL))
            exit(1);
    double took = cpu_seconds() - from;
    free(row);
    live_chart_done(&c);
    return took * 1e9 / (double)rows;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_push(const char *what, assay_chart_type type, uint32_t n, bool has_limits)
{
    enum { ROUNDS = 7, ROWS = 1000000 };
    double ns[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        ns[i] = push_ns(type, n, has_limits, ROWS);
    qsort(ns, ROUNDS, sizeof *ns, by_value);
    printf("%s: %.0f ns a measurement (best %.0f of %d rounds of %d; %llu of %llu points "
           "signal)\n", what, ns[ROUNDS / 2], ns[0], ROUNDS, ROWS, (unsigned long long)signals,
           (unsigned long long)points);
}

/* -- many charts --------------------------------------------------------------------------- */

static size_t resident(void)
{
    size_t total = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%zu %zu", &total, &pages) != 2)
        exit(1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void bench_weight(void)
{
    enum { CHARTS = 100000, ROWS = 60 };
    assay_err err;
    live_plan plan;
    chart_definition d = definition(ASSAY_CHART_XBAR_R, 5);
    check(live_plan_init(&d, &plan, &err), &err);
    size_t before = resident(), own = 0;
    live_chart **list = calloc(CHARTS, sizeof(live_chart *));
    for (size_t i = 0; i < CHARTS; i++) {
        list[i] = malloc(sizeof **list);
        check(live_chart_init(list[i], &plan, 24.098, 0.029, NAN, &err), &err);
    }
    double from = cpu_seconds();
    for (int k = 0; k < ROWS; k++)
        for (size_t i = 0; i < CHARTS; i++) {
            live_row row = {.time = k, .mantissa = reading(), .exponent = -3, .size = 1};
            if (!live_chart_push(list[i], &row, count, NULL))
                exit(1);
        }
    double took = cpu_seconds() - from;
    for (size_t i = 0; i < CHARTS; i++)
        own += live_chart_bytes(list[i]);
    printf("%d live charts (xbar-r, n 5, 8 rules): %.0f bytes each, %.0f MiB resident; %.0f ns a "
           "measurement one after the other\n", CHARTS, (double)own / CHARTS,
           (double)(resident() - before) / (1 << 20), took * 1e9 / ROWS / CHARTS);
    for (size_t i = 0; i < CHARTS; i++) {
        live_chart_done(list[i]);
        free(list[i]);
    }
    free(list);
}

/* -- late data ----------------------------------------------------------------------------- */

enum { SERIES = 100, EARLY = 10000, LATE = 10000, BATCH = 50000 };

typedef struct {
    store *db;
    ingest *in;
    measurement_batch *b;
    dictionary *texts[CONTEXT_COUNT];
    uint8_t fate[BATCH];
} feeder;

static void send(feeder *f)
{
    assay_err err;
    uint64_t commit;
    check(ingest_rows(f->in, "bench", f->b, (const dictionary *const *)f->texts, NULL, f->fate, &err),
          &err);
    check(ingest_commit(f->in, &commit, &err), &err);
    f->b->n = 0;
}

static void feed_row(feeder *f, uint32_t number, int64_t time)
{
    measurement_batch *b = f->b;
    size_t i = b->n++;
    b->characteristic[i] = number;
    b->time[i] = time;
    b->offset[i] = 0;
    b->mantissa[i] = reading();
    b->exponent[i] = -3;
    b->decimals[i] = 3;
    b->status[i] = 0;
    b->size[i] = 1;
    b->record[i] = i + 1;
    if (b->n == BATCH)
        send(f);
}

static void define_all(feeder *f)
{
    for (int i = 0; i < SERIES; i++) {
        assay_err err;
        char path[32];
        uint32_t number;
        snprintf(path, sizeof path, "line/c%d", i);
        characteristic c = {.path = path, .decimals = 3, .subgroup_size = 5};
        check(store_characteristic_define(f->db, &c, "bench", &number, &err), &err);
        chart_limits l = {.characteristic = number, .name = "xbar-r n 5 nelson", .center = 24.098,
                          .sigma = 0.029, .size = NAN, .n = 5, .data = "",
                          .definition = definition(ASSAY_CHART_XBAR_R, 5)};
        check(limits_freeze(f->db, &l, "bench", "bench", &err), &err);
    }
}

/* A week ago EARLY values of each came; since then EARLY more; now LATE come for the week before. */
static void bench_late(const char *folder)
{
    static feeder f;
    assay_err err;
    engine *e;
    catalog *c;
    char path[512];
    const int64_t week = INT64_C(604800) * 1000000000, step = week / EARLY;
    snprintf(path, sizeof path, "%s/bench-engine.assay", folder);
    unlink(path);
    check(store_open(path, STORE_CREATE, &f.db, &err), &err);
    define_all(&f);
    check(ingest_open(f.db, &f.in, &err), &err);
    check(batch_new(BATCH, 0, &f.b, &err), &err);
    for (int k = 0; k < 2 * EARLY; k++)
        for (uint32_t i = 1; i <= SERIES; i++)
            feed_row(&f, i, (k + 1) * step);
    check(catalog_open(f.db, &c, &err), &err);
    check(engine_open(path, c, NULL, &e, &err), &err);
    engine_replay(e, 0);
    for (int k = 0; k < LATE; k++)
        for (uint32_t i = 1; i <= SERIES; i++)
            feed_row(&f, i, (EARLY + k) * step + step / 2);
    double from = seconds(), cpu = cpu_seconds();
    for (uint32_t i = 1; i <= SERIES; i++)
        engine_must_replay(e, e->first[i], EARLY * step);
    engine_replay(e, 0);
    double took = seconds() - from;
    cpu = cpu_seconds() - cpu;
    engine_row row;
    check(engine_show(e, 1, &row, &err), &err);
    printf("%d late values over %d characteristics, a week back: re-evaluated in %.2f s, %.2f s of "
           "processor time (each now %llu measurements)\n", LATE * SERIES, SERIES, took, cpu, (unsigned long long)row.measurements);
    from = seconds();
    engine_close(e);
    check(engine_open(path, c, NULL, &e, &err), &err);
    printf("engine opened over %d stored values of %d characteristics in %.2f s, %zu charts still to "
           "be brought up\n", (2 * EARLY + LATE) * SERIES, SERIES, seconds() - from, e->cold_count);
    engine_close(e);
    catalog_close(c);
    ingest_close(f.in);
    batch_free(f.b);
    store_close(f.db);
    unlink(path);
}

int main(int argc, char **argv)
{
    printf("a chart: %zu bytes, a state: %zu\n", sizeof(live_chart), sizeof(live_state));
    bench_push("xbar-r n 5, 8 rules", ASSAY_CHART_XBAR_R, 5, true);
    bench_push("i-mr, 8 rules", ASSAY_CHART_I_MR, 1, true);
    bench_push("i-mr without limits", ASSAY_CHART_I_MR, 1, false);
    bench_weight();
    bench_late(argc > 1 ? argv[1] : "/tmp");
    return 0;
}
