/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store alone: import, compact, scan, summaries, last points.
 *
 *   bench_store [ROWS [SERIES [FILE]]]   rows made in memory, in arrival order, five of a series
 *                                        together; making them is not counted
 *   bench_store DATABASE                 what is asked of a database, medians, file in the page
 *                                        cache, in one process that has it open
 */
#include "store/inner.h"

#include <assay/capability.h>

#include <stdio.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 65536 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static assay_err err;

static void must(assay_status status)
{
    if (!status)
        return;
    fprintf(stderr, "bench_store: %s\n", err.message);
    exit(1);
}

static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static void make_rows(measurement_batch *b, uint64_t from, uint64_t end, uint32_t series)
{
    b->n = 0;
    for (uint64_t r = from; r < end && b->n < BATCH; r++) {
        size_t i = b->n++;
        uint64_t h = mix(r), group = r / 5, noise = 0;
        uint32_t c = (uint32_t)(group % series);
        for (int k = 0; k < 64; k += 8)
            noise += h >> k & 255;
        b->characteristic[i] = c;
        b->time[i] = 1767225600000000000 +
                     (int64_t)(group / series * 60000 + c * 60000u / series + r % 5 * 10) * 1000000;
        b->offset[i] = TIME_OFFSET_NONE;
        b->mantissa[i] = 25000 + c * 100 + ((int64_t)noise - 1020) * (1 + c % 20) / 40;
        b->exponent[i] = -3;
        b->decimals[i] = 3;
        b->status[i] = STATUS_VALID;
        b->size[i] = 1;
        b->record[i] = r + 1;
    }
}

static void import_rows(store *s, uint64_t n, uint32_t series)
{
    characteristic *definitions = calloc(series, sizeof *definitions);
    const characteristic **list = calloc(series, sizeof *list);
    char(*names)[16] = calloc(series, sizeof *names);
    const dictionary *texts[CONTEXT_COUNT] = {NULL};
    import_options o = {.source = "bench", .content = "b", .label = "bench"};
    measurement_batch *b;
    import *i;
    for (uint32_t c = 0; c < series; c++) {
        snprintf(names[c], sizeof names[c], "c%u", c + 1);
        definitions[c] = (characteristic){.path = names[c], .decimals = 3, .subgroup_size = 5};
        list[c] = &definitions[c];
    }
    must(batch_new(BATCH, 0, &b, &err));
    must(import_begin(s, &o, &i, NULL, &err));
    double appending = 0, start;
    for (uint64_t r = 0; r < n; r += b->n) {
        make_rows(b, r, n, series);
        start = seconds();
        must(import_append(i, b, list, texts, r + b->n, r + b->n, &err));
        appending += seconds() - start;
    }
    start = seconds();
    must(import_commit(i, NULL, &err));
    double committing = seconds() - start;
    import_close(i, true);
    printf("import    %.3f s append, %.3f s commit and compact: %.1f M rows/s\n", appending,
           committing, (double)n / (appending + committing) / 1e6);
    batch_free(b);
    free(names);
    free(list);
    free(definitions);
}

static uint64_t read_rows(store *s, uint32_t number, const store_range *range)
{
    cursor *c;
    uint64_t n = 0;
    measurement_batch b;
    must(cursor_open(s, number, range, &c, &err));
    for (;;) {
        must(cursor_next(c, &b, &err));
        if (!b.n)
            break;
        n += b.n;
    }
    cursor_close(c);
    return n;
}

static void read_back(store *s, uint32_t series)
{
    store_range all = STORE_ALL, last = STORE_ALL;
    store_summary sum;
    uint64_t n = 0;
    last.last = 10000;
    all.with_time = false;
    double start = seconds();
    for (uint32_t c = 1; c <= series; c++)
        n += read_rows(s, c, &all);
    printf("scan      %.1f ms, %llu values\n", (seconds() - start) * 1e3, (unsigned long long)n);
    start = seconds();
    for (uint32_t c = 1; c <= series; c++)
        must(store_summarise(s, c, &all, &sum, &err));
    printf("summaries %.2f ms, %.1f us each\n", (seconds() - start) * 1e3,
           (seconds() - start) * 1e6 / series);
    start = seconds();
    for (uint32_t c = 1; c <= series; c++)
        n = read_rows(s, c, &last);
    printf("last      %llu points %.1f us\n", (unsigned long long)n,
           (seconds() - start) * 1e6 / series);
}

/* -- a database ------------------------------------------------------------------------- */

enum { RUNS = 21, THREADS = 2 };

typedef struct {
    pthread_t thread;
    store *s;
    connection *c;
    int64_t from, to;         /* ids of chunks */
    const uint32_t *series;   /* of each id */
    const int64_t *reference; /* of each series */
    chunk_groups *sum;        /* by series; NULL: only read */
    uint64_t bytes, touched;
} scanner;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *t, size_t n)
{
    qsort(t, n, sizeof *t, by_value);
    return t[n / 2];
}

static void *scan(void *argument)
{
    scanner *w = argument;
    sqlite3_stmt *q = NULL;
    sqlite3_prepare_v2(w->c->db, "SELECT id, data FROM chunk_values WHERE id BETWEEN ? AND ?", -1, &q,
                       NULL);
    sqlite3_bind_int64(q, 1, w->from);
    sqlite3_bind_int64(q, 2, w->to);
    while (sqlite3_step(q) == SQLITE_ROW) {
        const uint8_t *data = sqlite3_column_blob(q, 1);
        size_t length = (size_t)sqlite3_column_bytes(q, 1);
        chunk_values v;
        assay_err fault;
        w->bytes += length;
        if (!w->sum) {
            for (size_t i = 0; i < length; i += 64)
                w->touched += data[i];
            continue;
        }
        chunk_groups *g = &w->sum[w->series[sqlite3_column_int64(q, 0)]];
        if (chunk_values_open(w->c->codec, data, length, &v, &fault) ||
            chunk_groups_add(w->c->codec, &v, g, &fault)) {
            fprintf(stderr, "bench_store: %s\n", fault.message);
            exit(1);
        }
    }
    sqlite3_finalize(q);
    return NULL;
}

typedef struct {
    uint32_t count;
    int64_t last;
    uint32_t *series;
    int64_t *reference;
} directory;

static directory load_directory(store *s)
{
    directory d = {.count = store_characteristic_count(s)};
    connection *c;
    piece_list l = {0};
    must(reader_take(s, &c, &err));
    sqlite3_stmt *q = statement(c, SQL_CHUNK_ALL);
    while (statement_step(c, SQL_CHUNK_ALL, &err) > 0)
        must(piece_from_row(q, &l, &err));
    d.reference = calloc(d.count + 1, sizeof *d.reference);
    for (size_t i = 0; i < l.n; i++)
        d.last = (int64_t)l.piece[i].id > d.last ? (int64_t)l.piece[i].id : d.last;
    d.series = calloc((size_t)d.last + 1, sizeof *d.series);
    for (size_t i = 0; i < l.n; i++) {
        chunk_summary one;
        d.series[l.piece[i].id] = l.piece[i].characteristic;
        if (!chunk_summary_unpack(l.summaries.data + l.piece[i].summary_at, l.piece[i].summary_length,
                                  &one, NULL))
            d.reference[l.piece[i].characteristic] = one.reference;
    }
    piece_list_done(&l);
    reader_give(s, c);
    return d;
}

/* One pass over all values by THREADS threads; the mean range of all series at the end. */
static double scan_all(store *s, const directory *d, bool only_read, double *mean_range,
                       uint64_t *bytes)
{
    scanner w[THREADS];
    for (int t = 0; t < THREADS; t++) {
        w[t] = (scanner){.s = s, .from = d->last * t / THREADS + 1, .to = d->last * (t + 1) / THREADS,
                         .series = d->series, .reference = d->reference};
        must(reader_take(s, &w[t].c, &err));
        w[t].sum = only_read ? NULL : calloc(d->count + 1, sizeof *w[t].sum);
    }
    double start = seconds();
    for (int t = 0; t < THREADS; t++) {
        for (uint32_t i = 0; w[t].sum && i <= d->count; i++)
            chunk_groups_init(&w[t].sum[i], 5, d->reference[i]);
        if (t)
            pthread_create(&w[t].thread, NULL, scan, &w[t]);
    }
    scan(&w[0]);
    __int128 ranges = 0;
    uint64_t groups = 0;
    for (int t = 0; t < THREADS; t++) {
        if (t)
            pthread_join(w[t].thread, NULL);
        for (uint32_t i = 0; w[t].sum && i <= d->count; i++) {
            ranges += w[t].sum[i].range_sum;
            groups += w[t].sum[i].groups;
        }
    }
    double took = seconds() - start;
    *bytes = 0;
    for (int t = 0; t < THREADS; t++) {
        *bytes += w[t].bytes;
        free(w[t].sum);
        reader_give(s, w[t].c);
    }
    *mean_range = groups ? (double)ranges / (double)groups : 0;
    return took;
}

/* From the summary alone, limits one unit about the mean. */
static double capability_of(store *s, uint32_t number, uint64_t as_of)
{
    store_summary sum;
    store_range all = STORE_ALL;
    all.as_of = as_of;
    must(store_summarise(s, number, &all, &sum, &err));
    double n = (double)sum.n, unit = pow(10, sum.exponent);
    __int128 m2 = sum.sum2 * (__int128)sum.n - sum.sum * sum.sum; /* n^2 times the variance */
    double mean = ((double)sum.reference + (double)sum.sum / n) * unit;
    assay_capability_moments m = {.n = n, .mean = mean, .sd_within = NAN, .nu = n - 1,
                                  .sd_overall = sqrt((double)m2 / n / (n - 1)) * unit};
    assay_spec spec = {mean - 1, mean + 1, NAN, NAN, NAN};
    assay_capability_options options = assay_capability_defaults();
    assay_capability out;
    must(assay_capability_from_moments(&m, &spec, &options, &out, &err));
    return out.pp.value;
}

static double capability_of_all(store *s, uint32_t count)
{
    double sum = 0;
    uint64_t as_of = store_commit_number(s);
    for (uint32_t c = 1; c <= count; c++)
        sum += capability_of(s, c, as_of);
    return sum;
}

static void measure(const char *path)
{
    store *s;
    double t[RUNS], again[RUNS], range = 0, sum = 0;
    uint64_t bytes = 0;
    must(store_open(path, STORE_READ, &s, &err));
    double start = seconds();
    directory d = load_directory(s);
    printf("  directory of %lld chunks, once: %.1f ms\n", (long long)d.last, (seconds() - start) * 1e3);
    for (int i = 0; i < RUNS; i++) {
        again[i] = scan_all(s, &d, true, &range, &bytes);
        t[i] = scan_all(s, &d, false, &range, &bytes);
    }
    printf("  X-bar-R sums (n = 5) of all, %d threads: %.1f ms; the same %.1f MB read through SQLite "
           "alone: %.1f ms; mean range %.6f\n",
           THREADS, median(t, RUNS) * 1e3, (double)bytes * 1e-6, median(again, RUNS) * 1e3, range);
    start = seconds();
    sum += capability_of_all(s, d.count);
    printf("  capability from summaries, all %u for the first time: %.1f ms\n", d.count,
           (seconds() - start) * 1e3);
    for (int i = 0; i < RUNS; i++) {
        start = seconds();
        sum += capability_of(s, 1 + (uint32_t)i % d.count, STORE_NOW);
        t[i] = seconds() - start;
        start = seconds();
        sum += capability_of_all(s, d.count);
        again[i] = seconds() - start;
    }
    printf("  capability from summaries, again: one %.1f us, all %u %.2f ms (%g)\n", median(t, RUNS) * 1e6,
           d.count, median(again, RUNS) * 1e3, sum);
    store_range last = STORE_ALL;
    last.last = 10000;
    uint64_t n = 0;
    for (int i = 0; i < RUNS; i++) {
        start = seconds();
        n = read_rows(s, 1 + (uint32_t)i * 37 % d.count, &last);
        t[i] = seconds() - start;
    }
    last.with_time = false;
    for (int i = 0; i < RUNS; i++) {
        start = seconds();
        n = read_rows(s, 1 + (uint32_t)i * 37 % d.count, &last);
        again[i] = seconds() - start;
    }
    printf("  last %llu points of one: %.1f us, without times %.1f us\n", (unsigned long long)n,
           median(t, RUNS) * 1e6, median(again, RUNS) * 1e6);
    free(d.series);
    free(d.reference);
    store_close(s);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strspn(argv[1], "0123456789") < strlen(argv[1])) {
        measure(argv[1]);
        return 0;
    }
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    uint32_t series = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000;
    const char *path = argc > 3 ? argv[3] : "/tmp/assay-bench-store.assay";
    struct stat st = {0};
    store *s;
    unlink(path);
    must(store_open(path, STORE_CREATE, &s, &err));
    import_rows(s, n, series);
    store_close(s);
    if (stat(path, &st) == 0)
        printf("file      %.3f bytes a measurement\n", (double)st.st_size / (double)n);
    must(store_open(path, STORE_READ, &s, &err));
    read_back(s, series);
    store_close(s);
    unlink(path);
    return 0;
}
