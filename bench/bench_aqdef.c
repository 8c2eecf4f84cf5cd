/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AQDEF records and NDJSON lines per second of one core, beside reading the same bytes and doing
 * nothing; the median of 5, interleaved. Files of 1 M values each in the folder given (default /dev/shm). */
#include "read/read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { VALUES = 1000000, CHARACTERISTICS = 10, ROUNDS = 5, ROOM = 8192 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_aqdef(const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        exit(2);
    fprintf(f, "K0100 %d\r\nK1001/1 P\r\n", CHARACTERISTICS);
    for (int c = 1; c <= CHARACTERISTICS; c++)
        fprintf(f, "K2002/%d c%d\r\nK2022/%d 3\r\n", c, c, c);
    for (int i = 0; i < VALUES / CHARACTERISTICS; i++) {
        for (int c = 0; c < CHARACTERISTICS; c++)
            fprintf(f, "%s%d.%03d\x14" "0\x14%02d.01.2026/%02d:%02d:%02d\x14\x14#L%d\x14%d", c ? "\x0f" : "",
                    20 + c, (i % 1000 * 7919 + c * 31) % 1000, 1 + i / 86400, i / 3600 % 24, i / 60 % 60,
                    i % 60, i / 1000, 1 + i % 8);
        fprintf(f, "\r\nK0014/0 S%06d\r\n", i);
    }
    fclose(f);
}

static void make_ndjson(const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        exit(2);
    for (int i = 0; i < VALUES; i++)
        fprintf(f, "{\"characteristic\": \"P/c%d\", \"time\": \"2026-01-%02dT%02d:%02d:%02dZ\", "
                   "\"value\": %d.%03d, \"serial\": \"S%06d\"}\n",
                i % 10, 1 + i / 864000, i / 36000 % 24, i / 600 % 60, i / 10 % 60, 20 + i % 10,
                i % 1000 * 7919 % 1000, i / 10);
    fclose(f);
}

static double pass_over(const char *path)
{
    static char piece[1 << 18];
    volatile uint64_t sink;
    double from = now_s();
    int fd = open(path, O_RDONLY);
    ssize_t n;
    uint64_t sum = 0, word;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        for (ssize_t i = 0; i + 8 <= n; i += 8) {
            memcpy(&word, piece + i, 8);
            sum ^= word;
        }
    close(fd);
    sink = sum;
    (void)sink;
    return now_s() - from;
}

static double read_all(const char *path, measurement_batch *b)
{
    assay_err err;
    reader *r;
    read_options options = {.zone = "Europe/Berlin"};
    size_t rows = 0;
    double from = now_s();
    if (reader_open(path, &options, &r, &err) != ASSAY_OK)
        exit(2);
    while (reader_next(r, b, &err) == ASSAY_OK && b->n)
        rows += b->n;
    reader_close(r);
    if (rows != VALUES) {
        fprintf(stderr, "%zu rows of %d: %s\n", rows, VALUES, err.message);
        exit(2);
    }
    return now_s() - from;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void measure(const char *what, const char *path, measurement_batch *b)
{
    double ours[ROUNDS], bare[ROUNDS];
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    double mb = (double)ftell(f) / 1e6;
    fclose(f);
    for (int i = 0; i < ROUNDS; i++) {
        bare[i] = pass_over(path);
        ours[i] = read_all(path, b);
    }
    qsort(ours, ROUNDS, sizeof *ours, by_size);
    qsort(bare, ROUNDS, sizeof *bare, by_size);
    printf("%-7s %d values, %.0f MB: %.2f M values/s, %.0f MB/s; the bytes alone %.0f MB/s; ratio %.3f\n",
           what, VALUES, mb, VALUES / ours[ROUNDS / 2] / 1e6, mb / ours[ROUNDS / 2],
           mb / bare[ROUNDS / 2], bare[ROUNDS / 2] / ours[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
    char path[2][4096];
    measurement_batch *b;
    const char *folder = argc > 1 ? argv[1] : "/dev/shm";
    snprintf(path[0], sizeof path[0], "%s/bench-%ld.dfq", folder, (long)getpid());
    snprintf(path[1], sizeof path[1], "%s/bench-%ld.ndjson", folder, (long)getpid());
    if (batch_new(ROOM, 1u << CONTEXT_SERIAL | 1u << CONTEXT_BATCH | 1u << CONTEXT_CAVITY, &b, NULL) != ASSAY_OK)
        return 2;
    make_aqdef(path[0]);
    make_ndjson(path[1]);
    measure("aqdef", path[0], b);
    measure("ndjson", path[1], b);
    unlink(path[0]);
    unlink(path[1]);
    batch_free(b);
    return 0;
}
