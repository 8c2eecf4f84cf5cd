/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact summaries beside plain double loops and the bandwidth of this machine, interleaved in one
 * run; the median of 9. Prints one line a measure. */
#include <assay/moments.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 20000000, ROUNDS = 9 };

static int64_t *mantissa;
static double *plain;
static volatile double sink;
static volatile uint64_t sink_bits;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The least work a read can do: the array once, xor in eight lanes. */
typedef uint64_t lanes __attribute__((vector_size(64)));

static void read_only(void)
{
    const lanes *words = (const lanes *)mantissa;
    lanes a = {0}, b = {0};
    for (size_t i = 0; i < N / 8; i += 2) {
        a ^= words[i];
        b ^= words[i + 1];
    }
    a ^= b;
    sink_bits = a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] ^ a[5] ^ a[6] ^ a[7];
}

static void plain_order_2(void)
{
    double reference = plain[0], s1 = 0, s2 = 0, min = plain[0], max = plain[0];
    for (size_t i = 0; i < N; i++) {
        double d = plain[i] - reference;
        s1 += d;
        s2 += d * d;
        min = plain[i] < min ? plain[i] : min;
        max = plain[i] > max ? plain[i] : max;
    }
    sink = s1 + s2 + min + max;
}

static void plain_order_4(void)
{
    double reference = plain[0], s1 = 0, s2 = 0, s3 = 0, s4 = 0, min = plain[0], max = plain[0];
    for (size_t i = 0; i < N; i++) {
        double d = plain[i] - reference, square = d * d;
        s1 += d;
        s2 += square;
        s3 += square * d;
        s4 += square * square;
        min = plain[i] < min ? plain[i] : min;
        max = plain[i] > max ? plain[i] : max;
    }
    sink = s1 + s2 + s3 + s4 + min + max;
}

static void exact(int order)
{
    assay_sums s = assay_sums_empty(mantissa[0], -3, order);
    assay_values x = assay_values_of_decimals(mantissa, N, -3);
    assay_moments m;
    if (assay_sums_add(&s, &x, NULL) || assay_sums_moments(&s, &m, NULL))
        abort();
    sink = assay_moments_sd(&m).value;
}

static void exact_order_2(void)
{
    exact(2);
}

static void exact_order_4(void)
{
    exact(4);
}

static void pairs(void)
{
    assay_values x = assay_values_of_doubles(plain, N / 20);
    assay_moments m;
    if (assay_moments_of(&x, &m, NULL))
        abort();
    sink = assay_moments_sd(&m).value;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    struct {
        const char *name;
        void (*run)(void);
        double ms[ROUNDS];
        double share; /* of N that it handles */
    } work[] = {
        {"read bandwidth", read_only, {0}, 1},
        {"plain double, n S1 S2 min max", plain_order_2, {0}, 1},
        {"exact, n S1 S2 min max", exact_order_2, {0}, 1},
        {"plain double, S1..S4", plain_order_4, {0}, 1},
        {"exact, S1..S4", exact_order_4, {0}, 1},
        {"double-double, two passes", pairs, {0}, 0.05},
    };
    enum { WORKS = sizeof work / sizeof *work };
    mantissa = aligned_alloc(64, N * sizeof *mantissa);
    plain = aligned_alloc(64, N * sizeof *plain);
    if (!mantissa || !plain)
        return 1;
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < N; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        mantissa[i] = 24500 + (int64_t)(seed % 500) + (int64_t)(seed >> 40 & 255);
        plain[i] = (double)mantissa[i] / 1000;
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int w = 0; w < WORKS; w++) {
            double start = now_ms();
            work[w].run();
            work[w].ms[round] = now_ms() - start;
        }
    double median[WORKS];
    for (int w = 0; w < WORKS; w++) {
        qsort(work[w].ms, ROUNDS, sizeof(double), by_size);
        median[w] = work[w].ms[ROUNDS / 2] / work[w].share;
    }
    for (int w = 0; w < WORKS; w++) {
        printf("moments: %-30s %d values  %7.2f ms  %5.2f ns/value  %5.2f GB/s, %3.0f %% of read",
               work[w].name, N, median[w], median[w] * 1e6 / N, 8.0 * N / median[w] / 1e6,
               100 * median[0] / median[w]);
        if (w == 2 || w == 4)
            printf("  %.2f x plain", median[w] / median[w - 1]);
        printf("\n");
    }
    free(mantissa);
    free(plain);
    return 0;
}
