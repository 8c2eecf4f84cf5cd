/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast delimited text becomes columns, beside what this machine can give.
 *
 *     bench_csv FILE [THREADS]
 *
 * Two ways to take the rows: drained (views of the reader's own columns) and in batches (copied). Each
 * value is looked at once. The limits of the same run: memory read by one core, the file read in pieces
 * of 128 KiB from the page cache and thrown away, and the clock, as dependent additions a second:
 * on a shared machine processor time holds other people's work too, and cycles a row mean more
 * than nanoseconds. All are interleaved; the median of the rounds is printed, for the two ways also the
 * best. GB/s a core is by processor time, of all threads together. */
#include "read/read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { rounds = 7, memory_bytes = 256 << 20, room = 65536, piece = 128 << 10, additions = 100000000 };

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

/* -- what the machine gives -- */

static double memory_gb_s(const uint64_t *words)
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

static double page_cache_gb_s(const char *path)
{
    static char buffer[piece];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    double start = now_s(CLOCK_PROCESS_CPUTIME_ID), bytes = 0;
    for (ssize_t got; fd >= 0 && (got = read(fd, buffer, sizeof buffer)) > 0;)
        bytes += (double)got;
    double seconds = now_s(CLOCK_PROCESS_CPUTIME_ID) - start;
    close(fd);
    return bytes / seconds * 1e-9;
}

static double clock_ghz(void)
{
    uint64_t x = 1;
    double start = now_s(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < additions; i++) {
        x += x;
        __asm__ volatile("" : "+r"(x)); /* one addition a round, none foreseen */
    }
    volatile uint64_t sink = x;
    (void)sink;
    return additions / (now_s(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e-9;
}

/* -- reading -- */

typedef struct {
    uint64_t bytes, rows;
    int64_t sum; /* so that every value is looked at once */
    double seconds, cpu_seconds;
} pass;

static void or_die(assay_status status, const assay_err *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "bench_csv: %s\n", err->message);
    exit(1);
}

static assay_status rows_take(void *context, const measurement_batch *b, assay_err *err)
{
    pass *p = context;
    (void)err;
    for (size_t i = 0; i < b->n; i++)
        p->sum += b->mantissa[i];
    p->rows += b->n;
    return ASSAY_OK;
}

static void batches_take(reader *r, pass *p)
{
    measurement_batch *b;
    assay_err err;
    or_die(batch_new(room, reader_contexts(r), &b, &err), &err);
    do {
        or_die(reader_next(r, b, &err), &err);
        or_die(rows_take(p, b, &err), &err);
    } while (b->n > 0);
    batch_free(b);
}

static pass file_read(const char *path, unsigned threads, bool is_drained)
{
    pass p = {0};
    reader *r;
    assay_err err;
    double start = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
    or_die(reader_open(path, &(read_options){.threads = threads}, &r, &err), &err);
    if (is_drained)
        or_die(reader_drain(r, reader_contexts(r), rows_take, &p, &err), &err);
    else
        batches_take(r, &p);
    p.bytes = reader_offset(r);
    reader_close(r);
    p.seconds = now_s(CLOCK_MONOTONIC) - start;
    p.cpu_seconds = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return p;
}

typedef struct {
    double memory[rounds], cache[rounds], clock[rounds];
    double wall[2][rounds], core[2][rounds]; /* GB/s: drained, in batches */
} figures;

static void way_print(const char *name, figures *f, int way, const pass *p, double ghz)
{
    double core = median(f->core[way]), width = (double)p->bytes / (double)p->rows;
    printf("  %-10s %5.2f GB/s by the clock, %5.2f GB/s a core (best %.2f), %4.1f ns and %3.0f cycles a "
           "row\n",
           name, median(f->wall[way]), core, f->core[way][rounds - 1], width / core,
           width / core * ghz);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_csv FILE [THREADS]\n");
        return 2;
    }
    unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    uint64_t *words = malloc(memory_bytes);
    figures f;
    pass p = {0};
    if (!words)
        return 1;
    memset(words, 1, memory_bytes);
    for (int i = 0; i < rounds; i++) {
        f.memory[i] = memory_gb_s(words);
        f.cache[i] = page_cache_gb_s(argv[1]);
        f.clock[i] = clock_ghz();
        for (int way = 0; way < 2; way++) {
            p = file_read(argv[1], threads, way == 0);
            f.wall[way][i] = (double)p.bytes / p.seconds * 1e-9;
            f.core[way][i] = (double)p.bytes / p.cpu_seconds * 1e-9;
        }
    }
    double ghz = median(f.clock);
    printf("csv read, %u thread%s: %llu rows, %.0f MB, sum %lld; memory %.1f GB/s a core, page cache "
           "%.1f GB/s a core, clock %.2f GHz\n",
           threads, threads == 1 ? "" : "s", (unsigned long long)p.rows, (double)p.bytes * 1e-6,
           (long long)p.sum, median(f.memory), median(f.cache), ghz);
    way_print("drained", &f, 0, &p, ghz);
    way_print("batches", &f, 1, &p, ghz);
    free(words);
    return 0;
}
