/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live ingest: what a commit costs, how many rows a second, late rows, restart.
 *
 *   bench_ingest [small|bulk|wide|late|restart|read|all [FOLDER]]   default: all, in /tmp
 *
 * small    groups of 50 rows over 100 series: wall and processor time of a commit, bytes written,
 *          beside a bare loop of pwrite and fdatasync of as many bytes, the two in turn
 * bulk     groups of 10,000 rows in order, with and without idle time in between
 * wide     groups of 1,000 rows over 100,000 series, one row of each after the other
 * read     the last points of a series and its summary, again and again, with rows not settled
 * late     a week of 100 series, then as many rows late in between
 * restart  opening with rows stored and groups not folded, to the first answer
 */
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SERIES = 100, WIDE = 20000, ROOM = 65536 };
#define START  1767225600000000000
#define SECOND 1000000000

static char path[200];
static assay_err err;
static store *s;
static ingest *g;
static measurement_batch *b;
static uint8_t fate[ROOM];
static uint32_t numbers[WIDE], series = SERIES;

static void must(assay_status status)
{
    if (!status)
        return;
    fprintf(stderr, "bench_ingest: %s\n", err.message);
    exit(1);
}

static double clock_now(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(void)
{
    return clock_now(CLOCK_MONOTONIC);
}

static double cpu(void)
{
    return clock_now(CLOCK_THREAD_CPUTIME_ID);
}

/* Bytes this process handed to the kernel. */
static uint64_t written(void)
{
    unsigned long long n = 0;
    char line[100];
    FILE *f = fopen("/proc/self/io", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "wchar: %llu", &n) == 1)
            break;
    if (f)
        fclose(f);
    return n;
}

static int by_size(const void *a, const void *b2)
{
    double x = *(const double *)a, y = *(const double *)b2;
    return x < y ? -1 : x > y;
}

static double quantile(double *v, size_t n, double q)
{
    qsort(v, n, sizeof *v, by_size);
    return v[(size_t)(q * (double)(n - 1))];
}

static void fresh(void)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-writer"};
    char name[220];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static void open_all(void)
{
    must(store_open(path, STORE_CREATE, &s, &err));
    must(ingest_open(s, &g, &err));
}

static void close_all(void)
{
    ingest_close(g);
    store_close(s);
}

static void define_all(void)
{
    char name[20];
    for (uint32_t i = 0; i < series; i++) {
        snprintf(name, sizeof name, "line/m%u", i);
        characteristic c = {.path = name, .decimals = 3};
        must(ingest_define(g, &c, "bench", &numbers[i], &err));
    }
    must(ingest_commit(g, NULL, &err));
}

/* Rows first .. first + n, one of each series in turn, `step` apart. */
static void make(uint64_t first, size_t n, int64_t from, int64_t step)
{
    b->n = n;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = first + i;
        b->characteristic[i] = numbers[r % series];
        b->time[i] = from + (int64_t)(r / series) * step + (int64_t)(r % series) * 1000;
        b->offset[i] = 0;
        b->mantissa[i] = 25000 + (int64_t)(r * 2654435761u % 1000);
        b->exponent[i] = -3;
        b->decimals[i] = 3;
        b->status[i] = STATUS_VALID;
        b->size[i] = 1;
    }
}

static void send(uint64_t first, size_t n, int64_t from, int64_t step)
{
    source_account a = {.received = n, .stored = n, .last_time = START};
    make(first, n, from, step);
    must(ingest_rows(g, "line", b, NULL, NULL, fate, &err));
    must(ingest_account(g, "line", &a, &err));
    must(ingest_commit(g, NULL, &err));
}

/* -- small ---------------------------------------------------------------------------- */

static double bare(int fd, const char *bytes, size_t n, off_t at)
{
    double start = seconds();
    if (pwrite(fd, bytes, n, at) != (ssize_t)n || fdatasync(fd) != 0)
        exit(1);
    return seconds() - start;
}

static void small(size_t rows)
{
    enum { GROUPS = 3000 };
    static double ours[GROUPS], theirs[GROUPS];
    char name[220];
    fresh();
    open_all();
    define_all();
    for (uint64_t i = 0; i < 200; i++)
        send(i * rows, rows, START, SECOND);
    uint64_t before = written();
    for (uint64_t i = 200; i < 400; i++)
        send(i * rows, rows, START, SECOND);
    size_t bytes = (size_t)((written() - before) / 200);
    char *zeros = calloc(1, bytes);
    snprintf(name, sizeof name, "%s-bare", path);
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    double work = 0, idle = 0;
    for (uint64_t i = 0; i < GROUPS; i++) {
        theirs[i] = bare(fd, zeros, bytes, (off_t)(i % 256 * bytes));
        double start = seconds(), c = cpu();
        send((i + 400) * rows, rows, START, SECOND);
        ours[i] = seconds() - start;
        work += cpu() - c;
        c = cpu();
        if (i % 8 == 7)
            while (ingest_idle(g))
                ;
        idle += cpu() - c;
    }
    printf("groups of %zu rows: %zu bytes written; p50 %.0f us, p99 %.0f us, CPU %.0f us and %.0f us "
           "idle work; bare fdatasync of as many bytes p50 %.0f us, p99 %.0f us; ratio p50 %.2f, "
           "p99 %.2f\n",
           rows, bytes, 1e6 * quantile(ours, GROUPS, .5), 1e6 * quantile(ours, GROUPS, .99),
           1e6 * work / GROUPS, 1e6 * idle / GROUPS, 1e6 * quantile(theirs, GROUPS, .5),
           1e6 * quantile(theirs, GROUPS, .99),
           quantile(ours, GROUPS, .5) / quantile(theirs, GROUPS, .5),
           quantile(ours, GROUPS, .99) / quantile(theirs, GROUPS, .99));
    close(fd);
    unlink(name);
    free(zeros);
    close_all();
}

/* -- bulk ----------------------------------------------------------------------------- */

static double longest, longest_idle;

static double fill(uint64_t first, uint64_t rows, size_t group, int64_t from, int64_t step,
                   bool has_idle)
{
    double start = seconds();
    for (uint64_t r = first; r < first + rows; r += group) {
        double one = seconds();
        send(r, group, from, step);
        one = seconds() - one;
        longest = one > longest ? one : longest;
        for (bool is_on = has_idle; is_on;) {
            one = seconds();
            is_on = ingest_idle(g);
            one = seconds() - one;
            longest_idle = one > longest_idle ? one : longest_idle;
        }
    }
    return seconds() - start;
}

static double settle(void)
{
    double start = seconds();
    while (ingest_idle(g))
        ;
    return seconds() - start;
}

static double read_last(uint32_t number, double *summary)
{
    store_range last = STORE_ALL;
    cursor *c;
    measurement_batch rows;
    store_summary sum;
    last.last = 25;
    double start = seconds();
    must(cursor_open(s, number, &last, &c, &err));
    must(cursor_next(c, &rows, &err));
    cursor_close(c);
    double took = seconds() - start;
    last.last = 0;
    start = seconds();
    must(store_summarise(s, number, &last, &sum, &err));
    *summary = seconds() - start;
    return took;
}

static void read_all(const char *when)
{
    double last[SERIES], sum[SERIES];
    for (uint32_t i = 0; i < SERIES; i++)
        last[i] = read_last(numbers[i], &sum[i]);
    printf("  %s: last 25 of a series %.0f us, summary of a series %.0f us\n", when,
           1e6 * quantile(last, SERIES, .5), 1e6 * quantile(sum, SERIES, .5));
}

static void bulk(uint64_t rows)
{
    for (int has_idle = 0; has_idle < 2; has_idle++) {
        fresh();
        open_all();
        define_all();
        longest = 0;
        double c = cpu(), took = fill(0, rows, 10000, START, SECOND, has_idle);
        c = cpu() - c;
        printf("groups of 10,000 rows, %s: %.2f M rows/s, CPU %.0f ns a row, longest commit %.0f ms\n",
               has_idle ? "idle in between" : "never idle", (double)rows / took / 1e6,
               1e9 * c / (double)rows, 1e3 * longest);
        read_all("before the rest is settled");
        printf("  the rest settled in %.2f s\n", settle());
        read_all("settled");
        close_all();
    }
}

/* -- read ----------------------------------------------------------------------------- */

static void read_often(void)
{
    enum { READS = 20000 };
    static double last[READS], sum[READS];
    fresh();
    open_all();
    define_all();
    fill(0, 2000000, 10000, START, SECOND, true);
    double start = cpu();
    for (uint32_t i = 0; i < READS; i++)
        last[i] = read_last(numbers[i % SERIES], &sum[i]);
    printf("last 25 of a series p50 %.0f us, p99 %.0f us; its summary, known p50 %.1f us; CPU of both "
           "%.0f us\n", 1e6 * quantile(last, READS, .5), 1e6 * quantile(last, READS, .99),
           1e6 * quantile(sum, READS, .5), 1e6 * (cpu() - start) / READS);
    close_all();
}

/* -- wide ----------------------------------------------------------------------------- */

static void wide(uint64_t rows)
{
    fresh();
    open_all();
    series = WIDE;
    double start = seconds();
    define_all();
    printf("%d series defined in %.1f s\n", WIDE, seconds() - start);
    for (int round = 0; round < 2; round++) { /* the first looks up what is stored of each */
        longest = 0;
        double c = cpu(), took = fill((uint64_t)round * rows, rows, 1000, START, SECOND, true);
        struct rusage use;
        getrusage(RUSAGE_SELF, &use);
        printf("  %.2f M rows/s, CPU %.0f ns a row, longest commit %.0f ms, longest idle slice %.0f ms, "
               "peak memory %ld MiB\n", (double)rows / took / 1e6,
               1e9 * (cpu() - c) / (double)rows, 1e3 * longest, 1e3 * longest_idle,
               use.ru_maxrss / 1024);
    }
    series = SERIES;
    close_all();
}

/* -- late ----------------------------------------------------------------------------- */

static void late(uint64_t rows)
{
    int64_t step = (int64_t)(7 * 86400) * SECOND / (int64_t)(rows / SERIES);
    fresh();
    open_all();
    define_all();
    fill(0, rows, 10000, START, step, true);
    settle();
    for (size_t group = 10000; group <= 50000; group *= 5) {
        longest = 0;
        double c = cpu();
        double took = fill(0, rows, group, START + step / 2 + (int64_t)group * 5, step, false);
        printf("%llu rows late over %d series and a week, groups of %zu: durable in %.2f s, CPU %.2f s",
               (unsigned long long)rows, SERIES, group, took, cpu() - c);
        printf(" (longest commit %.0f ms), settled %.2f s later\n", 1e3 * longest, settle());
    }
    close_all();
}

/* -- restart -------------------------------------------------------------------------- */

static void restart(uint64_t rows)
{
    char name[220];
    double sum;
    fresh();
    open_all();
    define_all();
    fill(0, rows, 50000, START, SECOND, true);
    for (uint64_t i = 0; i < 1000; i++)
        send(rows + 50 * i, 50, START, SECOND);
    snprintf(name, sizeof name, "%s-copy", path);
    char command[1000];
    snprintf(command, sizeof command, "cp %s %s && cp %s-wal %s-wal", path, name, path, name);
    if (system(command) != 0) /* as a kill leaves it */
        exit(1);
    close_all();
    memcpy(path, name, sizeof path - 1);
    double start = seconds();
    open_all();
    double opened = seconds() - start;
    double last = read_last(numbers[0], &sum);
    send(rows + 50000, 50, START, SECOND);
    printf("restart with %llu rows stored: open %.0f ms, to the first answer and commit %.0f ms\n",
           (unsigned long long)rows, 1e3 * opened, 1e3 * (seconds() - start));
    (void)last;
    close_all();
    fresh();
    path[strlen(path) - 5] = '\0';
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *what = argc > 1 ? argv[1] : "all";
    bool is_all = strcmp(what, "all") == 0;
    snprintf(path, sizeof path, "%s/bench-ingest.assay", argc > 2 ? argv[2] : "/tmp");
    must(batch_new(ROOM, 0, &b, &err));
    if (is_all || !strcmp(what, "small")) {
        small(1);
        small(50);
        small(1000);
    }
    if (is_all || !strcmp(what, "bulk"))
        bulk(4000000);
    if (is_all || !strcmp(what, "read"))
        read_often();
    if (is_all || !strcmp(what, "wide"))
        wide(1000000);
    if (is_all || !strcmp(what, "late"))
        late(1000000);
    if (is_all || !strcmp(what, "restart"))
        restart(10000000);
    fresh();
    return 0;
}
