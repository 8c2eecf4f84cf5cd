/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What plain doubles would cost: the moments of one characteristic, or of all, as a whole process
 * from the file, through the same reader.
 *
 *   bench_double FILE [CHARACTERISTIC]     time it beside: assay describe FILE [CHARACTERISTIC] */
#include "read/read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHARACTERISTICS_MAX = 4096 };

typedef struct {
    double *x;
    size_t n, room;
} column;

typedef struct {
    const reader *reader;
    const char *name;
    column *columns;
} all;

static assay_status take(void *context, const measurement_batch *b, assay_err *err)
{
    static const double power[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    all *a = context;
    size_t n;
    const characteristic *const *list = reader_characteristics(a->reader, &n);
    for (size_t i = 0; i < b->n; i++) {
        uint32_t code = b->characteristic[i];
        if (code >= CHARACTERISTICS_MAX || (a->name && strcmp(list[code]->path, a->name) != 0))
            continue;
        column *c = &a->columns[code];
        if (c->n == c->room) {
            c->room = c->room ? 2 * c->room : 1024;
            c->x = realloc(c->x, c->room * sizeof *c->x);
            if (!c->x)
                return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
        }
        c->x[c->n++] = (double)b->mantissa[i] / power[-b->exponent[i] % 7];
    }
    return ASSAY_OK;
}

static void describe(const column *c)
{
    double sum = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0, min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        sum += c->x[i];
        min = fmin(min, c->x[i]);
        max = fmax(max, c->x[i]);
    }
    double n = (double)c->n, mean = sum / n, before = mean;
    for (size_t i = 0; i < c->n; i++) {
        double d = c->x[i] - mean, d2 = d * d;
        m2 += d2;
        m3 += d2 * d;
        m4 += d2 * d2;
        lag += d * (before - mean);
        before = c->x[i];
    }
    printf("%zu %.17g %.17g %.17g %.17g %.17g %.17g %.17g\n", c->n, mean, sqrt(m2 / (n - 1)),
           m3 / n / pow(m2 / n, 1.5), m4 / n / pow(m2 / n, 2) - 3, lag / m2, min, max);
}

int main(int argc, char **argv)
{
    assay_err err = {0};
    reader *r = NULL;
    static column columns[CHARACTERISTICS_MAX];
    if (argc < 2)
        return 2;
    all a = {.name = argc > 2 ? argv[2] : NULL, .columns = columns};
    assay_status status = reader_open(argv[1], &(read_options){0}, &r, &err);
    a.reader = r;
    if (status == ASSAY_OK)
        status = reader_drain(r, 0, take, &a, &err);
    for (size_t i = 0; i < CHARACTERISTICS_MAX; i++)
        if (columns[i].n)
            describe(&columns[i]);
    reader_close(r);
    if (status != ASSAY_OK)
        fprintf(stderr, "%s\n", err.message);
    return status != ASSAY_OK;
}
