/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparkplug data messages decoded by our scanner and by protobuf-c, in turn; both add up the
 * doubles they find. Metrics carry alias, timestamp, type and a double, as the npm client sends
 * them. Medians of seven rounds. */
#include "read/spb.h"

#include "spb.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MESSAGES = 4096, ROUNDS = 7 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x)
{
    qsort(x, ROUNDS, sizeof *x, ascending);
    return x[ROUNDS / 2];
}

typedef struct {
    buf bytes;
    size_t start[MESSAGES + 1];
} traffic;

static void traffic_make(traffic *t, size_t metrics)
{
    static spb_metric all[SPB_METRICS_MAX];
    for (size_t i = 0; i < MESSAGES; i++) {
        uint64_t time = 1767597600000 + i * 1000;
        for (size_t k = 0; k < metrics; k++) {
            double x = (double)(24000 + (i * 7 + k * 13) % 1000) / 1000;
            all[k] = (spb_metric){.alias = k,
                                  .timestamp = time,
                                  .type = SPB_DOUBLE,
                                  .field = SPB_IN_DOUBLE,
                                  .has = SPB_HAS_ALIAS | SPB_HAS_TIMESTAMP | SPB_HAS_TYPE};
            memcpy(&all[k].value.bits, &x, sizeof x);
        }
        spb_payload p = {.metrics = all,
                         .n = metrics,
                         .timestamp = time,
                         .has_timestamp = true,
                         .seq = i % 256,
                         .has_seq = true};
        t->start[i] = t->bytes.length;
        spb_write(&p, &t->bytes);
    }
    t->start[MESSAGES] = t->bytes.length;
}

static double ours(const traffic *t, bool with_decimals)
{
    static spb_payload p;
    double sum = 0;
    for (size_t i = 0; i < MESSAGES; i++) {
        if (spb_read(t->bytes.data + t->start[i], t->start[i + 1] - t->start[i], &p, NULL))
            exit(1);
        for (size_t k = 0; k < p.n; k++) {
            double x;
            memcpy(&x, &p.metrics[k].value.bits, sizeof x);
            sum +=
                with_decimals ? (double)spb_number_of(&p.metrics[k], SPB_DOUBLE).value.mantissa : x;
        }
    }
    return sum;
}

static double theirs(const traffic *t)
{
    double sum = 0;
    for (size_t i = 0; i < MESSAGES; i++) {
        Peer__Payload *p = peer__payload__unpack(NULL, t->start[i + 1] - t->start[i],
                                                 (uint8_t *)t->bytes.data + t->start[i]);
        if (!p)
            exit(1);
        for (size_t k = 0; k < p->n_metrics; k++)
            sum += p->metrics[k]->double_value;
        peer__payload__free_unpacked(p, NULL);
    }
    return sum;
}

static void compare(size_t metrics)
{
    static traffic t;
    double a[ROUNDS], b[ROUNDS], c[ROUNDS], million = (double)(MESSAGES * metrics) / 1e6;
    buf_clear(&t.bytes);
    traffic_make(&t, metrics);
    double sum = ours(&t, false), other = theirs(&t), unused = 0;
    if (sum != other) {
        fprintf(stderr, "the sums differ: %.17g, protobuf-c %.17g\n", sum, other);
        exit(1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        double t0 = now();
        unused += ours(&t, false);
        double t1 = now();
        unused += theirs(&t);
        double t2 = now();
        unused += ours(&t, true);
        a[i] = million / (t1 - t0);
        b[i] = million / (t2 - t1);
        c[i] = million / (now() - t2);
    }
    double x = median(a), y = median(b);
    printf("sparkplug decode, %zu metrics a message (%.0f bytes each): assay %.1f M metrics/s, "
           "with exact "
           "decimals %.1f; protobuf-c %.1f; ratio %.1f%s\n",
           metrics, (double)t.bytes.length / MESSAGES / (double)metrics, x, median(c), y, x / y,
           unused == 0 ? " " : "");
}

int main(void)
{
    compare(10);
    compare(100);
    return 0;
}
