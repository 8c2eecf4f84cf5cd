/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chunk codec: how small, how fast, and how near to memory.
 *
 *   bench_chunk [FILE.bin [COPIES]]
 *
 * FILE.bin holds records { int64 time_ms; int32 characteristic; int32 value * 1000 }, little endian
 * (spcgen -f bin). Without it, subgroups of 5 with jittered times are made up. The packed values
 * are laid out COPIES times (default 10), so that a scan cannot live in a cache. Every rate is the
 * median of several runs; the rate of memory is measured between them.
 */
#include "store/chunk.h"
#include "store/chunk_codec.h"

#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS    7
#define THREADS 2

typedef struct {
    int64_t time_ms;
    int32_t characteristic, value;
} reading;

typedef struct {
    size_t offset, length;
} extent;

typedef struct {
    buf bytes;
    extent *extent;
    size_t count, rows;
} pile; /* extents of one kind, one after the other */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *need(void *p)
{
    if (!p) {
        fprintf(stderr, "bench_chunk: no memory\n");
        exit(1);
    }
    return p;
}

static void must(assay_status status, const assay_err *err)
{
    if (status) {
        fprintf(stderr, "bench_chunk: %s\n", err->message);
        exit(1);
    }
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *seconds)
{
    qsort(seconds, RUNS, sizeof *seconds, by_number);
    return seconds[RUNS / 2];
}

/* -- readings -------------------------------------------------------------------------------- */

static reading *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(1);
    }
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f) / sizeof(reading);
    rewind(f);
    reading *r = need(malloc(*n * sizeof *r));
    *n = fread(r, sizeof *r, *n, f);
    fclose(f);
    return r;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static reading *make_up(size_t *n)
{
    const size_t characteristics = 1000, rounds = 1000;
    *n = characteristics * rounds * 5;
    reading *r = need(malloc(*n * sizeof *r));
    uint64_t state = 1;
    for (size_t i = 0; i < *n; i++) {
        size_t c = i / 5 % characteristics, round = i / 5 / characteristics;
        int64_t sigma = 2 + (int64_t)(c % 17) * 3, noise = 0;
        for (int k = 0; k < 4; k++)
            noise += (int64_t)(next_random(&state) % 2001) - 1000;
        r[i] = (reading){1767225600000 + (int64_t)round * 60000 + (int64_t)(c * 60 + i % 5 * 12) +
                             (int64_t)(next_random(&state) % 6),
                         (int32_t)c + 1, (int32_t)(25000 + noise * sigma / 1155)};
    }
    return r;
}

static int by_characteristic(const void *a, const void *b)
{
    const reading *x = a, *y = b;
    if (x->characteristic != y->characteristic)
        return x->characteristic < y->characteristic ? -1 : 1;
    return (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
}

/* -- packing --------------------------------------------------------------------------------- */

static size_t rows_here(const reading *r, size_t from, size_t n)
{
    size_t count = 1;
    while (count < CHUNK_ROWS && from + count < n &&
           r[from + count].characteristic == r[from].characteristic)
        count++;
    return count;
}

static void note_extent(pile *p, size_t start, size_t rows)
{
    p->extent[p->count++] = (extent){start, p->bytes.length - start};
    p->rows += rows;
}

static void pack_values(chunk_codec *c, const int64_t *mantissa, size_t n, pile *p)
{
    assay_err err;
    size_t start = p->bytes.length;
    static int8_t exponent[CHUNK_ROWS];
    memset(exponent, -3, sizeof exponent);
    chunk_rows rows = {n, mantissa, exponent, NULL, NULL, CHUNK_FINEST_NONE};
    must(chunk_values_pack(c, &rows, &p->bytes, &err), &err);
    note_extent(p, start, n);
}

static void pack_times(chunk_codec *c, const int64_t *time, size_t n, pile *p)
{
    assay_err err;
    size_t start = p->bytes.length;
    must(chunk_times_pack(c, time, NULL, n, &p->bytes, &err), &err);
    note_extent(p, start, n);
}

static void clear(pile *p)
{
    buf_clear(&p->bytes);
    p->count = p->rows = 0;
}

/* Pack all readings once; seconds spent on values and on times. */
static void pack_all(chunk_codec *c, const reading *r, size_t n, pile *values, pile *times,
                     double seconds[2])
{
    static int64_t mantissa[CHUNK_ROWS], time[CHUNK_ROWS];
    clear(values);
    clear(times);
    seconds[0] = seconds[1] = 0;
    for (size_t from = 0, count; from < n; from += count) {
        count = rows_here(r, from, n);
        for (size_t i = 0; i < count; i++) {
            mantissa[i] = r[from + i].value;
            time[i] = r[from + i].time_ms * 1000000;
        }
        double a = now();
        pack_values(c, mantissa, count, values);
        double b = now();
        pack_times(c, time, count, times);
        seconds[0] += b - a;
        seconds[1] += now() - b;
    }
}

/* -- scans ----------------------------------------------------------------------------------- */

typedef enum { WORK_MEMORY, WORK_GROUPS, WORK_OPENED, WORK_VALUES, WORK_TIMES } work;

typedef struct {
    pthread_t thread;
    work work;
    const pile *pile;
    const chunk_values *opened;
    size_t from, to; /* extents, or bytes for WORK_MEMORY */
    unsigned size;
    uint64_t result;
} task;

static uint64_t read_memory(const uint8_t *p, size_t n)
{
    uint64_t sum[8] = {0};
    for (size_t i = 0; i + 64 <= n; i += 64)
        for (size_t j = 0; j < 8; j++) {
            uint64_t x;
            memcpy(&x, p + i + 8 * j, 8);
            sum[j] += x;
        }
    return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

static void one_extent(chunk_codec *c, task *t, size_t i, chunk_groups *g)
{
    static _Thread_local int64_t out[CHUNK_ROWS];
    const uint8_t *bytes = (const uint8_t *)t->pile->bytes.data + t->pile->extent[i].offset;
    size_t length = t->pile->extent[i].length;
    assay_err err;
    chunk_values v;
    if (t->work == WORK_TIMES) {
        must(chunk_times_unpack(c, bytes, length, CHUNK_ROWS, out, NULL, NULL, &err), &err);
        t->result += (uint64_t)out[0];
        return;
    }
    if (t->work == WORK_OPENED)
        v = t->opened[i];
    else
        must(chunk_values_open(c, bytes, length, &v, &err), &err);
    if (t->work == WORK_VALUES)
        must(chunk_values_read(c, &v, 0, v.n, out, NULL, NULL, &err), &err);
    else
        must(chunk_groups_add(c, &v, g, &err), &err);
    t->result += (uint64_t)out[0];
}

static void *run_task(void *argument)
{
    task *t = argument;
    t->result = 0;
    if (t->work == WORK_MEMORY) {
        t->result = read_memory((const uint8_t *)t->pile->bytes.data + t->from, t->to - t->from);
        return NULL;
    }
    chunk_codec *c;
    assay_err err;
    chunk_groups g;
    must(chunk_codec_new(&c, &err), &err);
    chunk_groups_init(&g, t->size, 25000);
    for (size_t i = t->from; i < t->to; i++)
        one_extent(c, t, i, &g);
    t->result += (uint64_t)g.range_sum + (uint64_t)g.sum2;
    chunk_codec_free(c);
    return NULL;
}

static double seconds_of(task model, unsigned threads)
{
    task t[THREADS];
    size_t all = model.work == WORK_MEMORY ? model.pile->bytes.length / 64 * 64 : model.pile->count;
    double start = now();
    for (unsigned i = 0; i < threads; i++) {
        t[i] = model;
        t[i].from = all * i / threads;
        t[i].to = all * (i + 1) / threads;
        pthread_create(&t[i].thread, NULL, run_task, &t[i]);
    }
    for (unsigned i = 0; i < threads; i++)
        pthread_join(t[i].thread, NULL);
    return now() - start;
}

static void compare(const char *what, task model, unsigned threads)
{
    task memory = {.work = WORK_MEMORY, .pile = model.pile};
    double ours[RUNS], theirs[RUNS];
    for (int i = 0; i < RUNS; i++) { /* interleaved: the machine is shared */
        ours[i] = seconds_of(model, threads);
        theirs[i] = seconds_of(memory, threads);
    }
    double bytes = (double)model.pile->bytes.length, mine = median(ours), read = median(theirs);
    printf("%-44s %u thread%s %8.2f ms %6.2f G values/s %6.2f GB/s, memory %5.1f GB/s: %4.0f %%\n",
           what, threads, threads > 1 ? "s" : " ", 1e3 * mine,
           1e-9 * (double)model.pile->rows / mine, 1e-9 * bytes / mine, 1e-9 * bytes / read,
           100 * read / mine);
}

static void repeat(pile *p, size_t copies)
{
    size_t length = p->bytes.length, count = p->count, rows = p->rows;
    p->extent = need(realloc(p->extent, copies * count * sizeof *p->extent));
    for (size_t k = 1; k < copies; k++) {
        if (!buf_reserve(&p->bytes, length))
            need(NULL);
        memcpy(p->bytes.data + p->bytes.length, p->bytes.data, length);
        for (size_t i = 0; i < count; i++)
            p->extent[p->count++] =
                (extent){p->extent[i].offset + p->bytes.length, p->extent[i].length};
        p->bytes.length += length;
        p->rows += rows;
    }
}

static chunk_values *open_all(chunk_codec *c, const pile *p)
{
    assay_err err;
    chunk_values *v = need(calloc(p->count, sizeof *v));
    for (size_t i = 0; i < p->count; i++)
        must(chunk_values_open(c, p->bytes.data + p->extent[i].offset, p->extent[i].length, &v[i],
                               &err),
             &err);
    return v;
}

static void scans(chunk_codec *c, const pile *values, const pile *times)
{
    chunk_values *opened = open_all(c, values);
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        compare("X-bar-R sums, n = 5", (task){.work = WORK_GROUPS, .pile = values, .size = 5},
                threads);
        compare("the same, checksums already verified",
                (task){.work = WORK_OPENED, .pile = values, .opened = opened, .size = 5}, threads);
        compare("X-bar-R sums, n = 7 (through 64 bits)",
                (task){.work = WORK_GROUPS, .pile = values, .size = 7}, threads);
        compare("moving ranges, n = 1", (task){.work = WORK_GROUPS, .pile = values, .size = 1},
                threads);
        compare("unpack values to 64 bits", (task){.work = WORK_VALUES, .pile = values}, threads);
        compare("unpack times", (task){.work = WORK_TIMES, .pile = times}, threads);
    }
    free(opened);
}

int main(int argc, char **argv)
{
    size_t n, copies = argc > 2 ? strtoul(argv[2], NULL, 10) : 10;
    reading *r = argc > 1 ? read_file(argv[1], &n) : make_up(&n);
    chunk_codec *c;
    assay_err err;
    pile values = {0}, times = {0};
    double seconds[2];
    qsort(r, n, sizeof *r, by_characteristic);
    must(chunk_codec_new(&c, &err), &err);
    values.extent = need(calloc(n, sizeof(extent)));
    times.extent = need(calloc(n, sizeof(extent)));
    pack_all(c, r, n, &values, &times, seconds);
    double v = (double)values.bytes.length / (double)n, t = (double)times.bytes.length / (double)n;
    printf("%zu readings, %zu chunks, kernels %s\n", n, values.count, c->kernel->name);
    printf("bytes a measurement: values %.3f + times %.3f = %.3f\n", v, t, v + t);
    printf("pack: values %.1f M/s, times %.1f M/s, one thread\n", 1e-6 * (double)n / seconds[0],
           1e-6 * (double)n / seconds[1]);
    free(r);
    repeat(&values, copies);
    repeat(&times, copies);
    scans(c, &values, &times);
    buf_done(&values.bytes);
    buf_done(&times.bytes);
    free(values.extent);
    free(times.extent);
    chunk_codec_free(c);
    return 0;
}
