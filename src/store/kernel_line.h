/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Residuals to times, in C that the compiler turns into vectors: compiled once for each level
 * (kernel_ref.c, kernel_v3.c), with the same result to the bit. */
#ifndef STORE_KERNEL_LINE_H
#define STORE_KERNEL_LINE_H

#include "store/kernel.h"

#include <string.h>

typedef uint64_t line_four __attribute__((vector_size(32)));

static bool line_rises(const int64_t *v, size_t n)
{
    int64_t falls = 0;
    for (size_t i = 1; i < n; i++)
        falls |= -(int64_t)(v[i] < v[i - 1]);
    return !falls;
}

/* Four rounds at a time: whole vectors whatever the lag, each with the same summands but for what a
 * round rises. */
static bool line_times(uint64_t *v, size_t n, const uint64_t *origin, size_t lag, uint64_t slope,
                       uint64_t unit)
{
    uint64_t step[4 * KERNEL_LAG], base = 0;
    size_t span = 4 * lag, i = 0;
    for (size_t k = 0; k < span; k++)
        step[k] = (origin[k % lag] + k / lag * slope) * unit;
    for (; i + span <= n; i += span, base += 4 * slope * unit)
        for (size_t k = 0; k < span; k += 4) {
            line_four x, add;
            memcpy(&x, v + i + k, sizeof x);
            memcpy(&add, step + k, sizeof add);
            x = x * unit + add + base;
            memcpy(v + i + k, &x, sizeof x);
        }
    for (size_t k = 0; i < n; i++, k++)
        v[i] = v[i] * unit + step[k] + base;
    return line_rises((const int64_t *)v, n);
}

#endif
