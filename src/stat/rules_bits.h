/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of up to 64 doubles as one word, bit i for z[i]. A comparison with NaN is false.
 *
 * The plain loops are the reference, and do what is less than 64. Full words have a kernel a level:
 * plain (any machine), SSE2 (every x86-64), AVX2; the best one is chosen when a scan starts, and
 * tests hold each against the reference.
 */
#ifndef STAT_RULES_BITS_H
#define STAT_RULES_BITS_H

#include <assay/rules.h>

/* Each reads z[0 .. 63]; up and down also z[-1]. */
typedef struct {
    const char *name;
    uint64_t (*there)(const double *z);
    uint64_t (*above)(const double *z, double limit);
    uint64_t (*below)(const double *z, double limit);
    uint64_t (*up)(const double *z);
    uint64_t (*down)(const double *z);
} bits_kernel;

extern const bits_kernel bits_plain;
#if defined(__x86_64__)
extern const bits_kernel bits_sse2, bits_avx2;
#endif
const bits_kernel *bits_best(void);

/* assay_rules_scan by a kernel. */
void rules_scan_by(const bits_kernel *kernel, const assay_rules *rules, const double *z, size_t n,
                   uint32_t *out);

#define BITS_EACH(count, test)                                                                     \
    do {                                                                                           \
        uint64_t bits = 0;                                                                         \
        for (int i = 0; i < (count); i++)                                                          \
            bits |= (uint64_t)(test) << i;                                                         \
        return bits;                                                                               \
    } while (0)

static inline uint64_t bits_there(const double *z, int count)
{
    BITS_EACH(count, z[i] == z[i]);
}

static inline uint64_t bits_above(const double *z, int count, double limit)
{
    BITS_EACH(count, z[i] > limit);
}

static inline uint64_t bits_below(const double *z, int count, double limit)
{
    BITS_EACH(count, z[i] < limit);
}

static inline uint64_t bits_up(const double *z, int count)
{
    BITS_EACH(count, z[i] > z[i - 1]);
}

static inline uint64_t bits_down(const double *z, int count)
{
    BITS_EACH(count, z[i] < z[i - 1]);
}

#endif
