/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsing alone: line protocol from memory in pieces of 256 KiB to a sink that counts.
 *
 *   bench_feed [LINES]    million lines and values a second of CPU time, for three shapes of line
 */
#include "read/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PIECE = 256 * 1024, LINE_ROOM = 120 };

typedef size_t line_writer(char *out, unsigned i);

static size_t plain(char *out, unsigned i)
{
    return (size_t)sprintf(out, "d%u value=%u.%02u 1767597660%08u0\n", i % 100, 20 + i % 5, i % 100,
                           i);
}

static size_t tagged(char *out, unsigned i)
{
    return (size_t)sprintf(out, "press,line=L%u,unit=mm diameter=%u.%02u 1767597660%08u0\n", i % 10,
                           20 + i % 5, i % 100, i);
}

static size_t with_serial(char *out, unsigned i)
{
    return (size_t)sprintf(
        out, "press,line=L%u,serial=W%07u,unit=mm diameter=%u.%02u,runout=%ui 1767597660%08u0\n",
        i % 10, i, 20 + i % 5, i % 100, i % 7, i);
}

typedef struct {
    uint64_t rows, refused;
    int64_t sum;
} tally;

static bool count(void *context, const feed_row *row)
{
    tally *t = context;
    t->rows++;
    t->sum += row->value.mantissa + (int64_t)row->path_hash;
    return true;
}

static bool count_refused(void *context, uint64_t line, const char *reason, const char *expected,
                          const char *found, size_t length)
{
    (void)line, (void)reason, (void)expected, (void)found, (void)length;
    ((tally *)context)->refused++;
    return true;
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double parse(const char *text, size_t length, tally *t)
{
    feed *f;
    feed_sink sink = {count, count_refused, t};
    if (feed_new(FEED_LINE_PROTOCOL, "ns", &sink, &f, NULL) != ASSAY_OK)
        exit(1);
    double from = cpu_s();
    for (size_t at = 0; at < length;)
        at += feed_take(f, text + at, length - at < PIECE ? length - at : PIECE);
    double took = cpu_s() - from;
    feed_free(f);
    return took;
}

static void measure(const char *name, line_writer *write, unsigned lines)
{
    char *text = malloc((size_t)lines * LINE_ROOM);
    size_t length = 0;
    double best = 1e9;
    tally t = {0};
    if (!text)
        exit(1);
    for (unsigned i = 0; i < lines; i++)
        length += write(text + length, i);
    for (int round = 0; round < 5; round++) {
        t = (tally){0};
        double took = parse(text, length, &t);
        best = took < best ? took : best;
    }
    printf("feed %s: %.1f bytes a line, %.2f M lines/s, %.2f M values/s, %.0f MB/s, %llu refused\n",
           name, (double)length / lines, lines / best * 1e-6, (double)t.rows / best * 1e-6,
           (double)length / best * 1e-6, (unsigned long long)t.refused);
    free(text);
}

int main(int argc, char **argv)
{
    unsigned lines = argc > 1 ? (unsigned)atoi(argv[1]) : 1000000;
    measure("plain", plain, lines);
    measure("tagged", tagged, lines);
    measure("with serials, two fields", with_serial, lines);
    return 0;
}
