/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store alone: import, compact, scan, summaries, last points. bench_store [ROWS [SERIES [FILE]]]
 *
 * Rows are made in memory, in arrival order, five of a series together; making them is not counted.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
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
