/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast delimited text becomes columns, beside how fast this machine reads memory.
 *
 *     bench_csv FILE [THREADS]
 *
 * Prints one line: what, rows, bytes, GB/s by the clock and by processor time (what a core does while
 * it is ours), the read bandwidth of one core measured in the same run, their ratio. The rounds
 * of both are interleaved and the median is kept. */
#include "read/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { rounds = 5, memory_bytes = 256 << 20, room = 65536 };

static double now_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x)
{
    qsort(x, rounds, sizeof *x, compare);
    return x[rounds / 2];
}

static double read_memory(const uint64_t *words)
{
    double start = now_s(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t sum[8] = {0};
    for (size_t i = 0; i < memory_bytes / 8; i += 8) {
        for (size_t k = 0; k < 8; k++)
            sum[k] += words[i + k];
    }
    volatile uint64_t sink = sum[0] ^ sum[1] ^ sum[2] ^ sum[3] ^ sum[4] ^ sum[5] ^ sum[6] ^ sum[7];
    (void)sink;
    return memory_bytes / (now_s(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e-9;
}

typedef struct {
    uint64_t bytes, rows;
    int64_t sum; /* so that every value is looked at once */
    double seconds, cpu_seconds;
} pass;

static pass read_file(const char *path, unsigned threads)
{
    pass p = {0};
    reader *r;
    measurement_batch *b;
    assay_err err;
    double start = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
    if (reader_open(path, &(read_options){.threads = threads}, &r, &err) != ASSAY_OK ||
        batch_new(room, reader_contexts(r), &b, &err) != ASSAY_OK) {
        fprintf(stderr, "bench_csv: %s\n", err.message);
        exit(1);
    }
    for (;;) {
        if (reader_next(r, b, &err) != ASSAY_OK) {
            fprintf(stderr, "bench_csv: %s\n", err.message);
            exit(1);
        }
        if (b->n == 0)
            break;
        for (size_t i = 0; i < b->n; i++)
            p.sum += b->mantissa[i];
        p.rows += b->n;
    }
    p.bytes = reader_offset(r);
    batch_free(b);
    reader_close(r);
    p.seconds = now_s(CLOCK_MONOTONIC) - start;
    p.cpu_seconds = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return p;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_csv FILE [THREADS]\n");
        return 2;
    }
    unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    uint64_t *words = malloc(memory_bytes);
    double memory[rounds], speed[rounds], core[rounds];
    pass p = {0};
    if (!words)
        return 1;
    memset(words, 1, memory_bytes);
    for (int i = 0; i < rounds; i++) {
        memory[i] = read_memory(words);
        p = read_file(argv[1], threads);
        speed[i] = (double)p.bytes / p.seconds * 1e-9;
        core[i] = (double)p.bytes / p.cpu_seconds * 1e-9;
    }
    double limit = median(memory), per_core = median(core);
    printf("csv read, %u thread%s: %llu rows, %.0f MB, %.2f GB/s, %.2f GB/s a core; memory %.1f GB/s a "
           "core, ratio %.3f; sum %lld\n",
           threads, threads == 1 ? "" : "s", (unsigned long long)p.rows, (double)p.bytes * 1e-6,
           median(speed), per_core, limit, per_core / limit, (long long)p.sum);
    free(words);
    return 0;
}
