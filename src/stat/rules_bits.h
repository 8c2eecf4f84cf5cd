/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of up to 64 doubles as one word, bit i for z[i]. A comparison with NaN is false.
 * SSE2 belongs to every x86-64; the plain loops are the reference and serve everything else. */
#ifndef STAT_RULES_BITS_H
#define STAT_RULES_BITS_H

#include <stdint.h>

#if defined(__SSE2__) && !defined(ASSAY_PLAIN)
#include <emmintrin.h>

#define BITS_OF_64(compare)                                                                        \
    do {                                                                                           \
        uint64_t bits = 0;                                                                         \
        for (int i = 0; i < 64; i += 8) {                                                          \
            unsigned a = (unsigned)_mm_movemask_pd(compare(i));                                    \
            unsigned b = (unsigned)_mm_movemask_pd(compare(i + 2));                                \
            unsigned c = (unsigned)_mm_movemask_pd(compare(i + 4));                                \
            unsigned d = (unsigned)_mm_movemask_pd(compare(i + 6));                                \
            bits |= (uint64_t)(a | b << 2 | c << 4 | d << 6) << i;                                 \
        }                                                                                          \
        return bits;                                                                               \
    } while (0)

static inline uint64_t full_there(const double *z)
{
#define THERE(i) _mm_cmpord_pd(_mm_loadu_pd(z + (i)), _mm_setzero_pd())
    BITS_OF_64(THERE);
#undef THERE
}

static inline uint64_t full_above(const double *z, double limit)
{
    __m128d level = _mm_set1_pd(limit);
#define ABOVE(i) _mm_cmpgt_pd(_mm_loadu_pd(z + (i)), level)
    BITS_OF_64(ABOVE);
#undef ABOVE
}

static inline uint64_t full_below(const double *z, double limit)
{
    __m128d level = _mm_set1_pd(limit);
#define BELOW(i) _mm_cmplt_pd(_mm_loadu_pd(z + (i)), level)
    BITS_OF_64(BELOW);
#undef BELOW
}

static inline uint64_t full_up(const double *z)
{
#define UP(i) _mm_cmpgt_pd(_mm_loadu_pd(z + (i)), _mm_loadu_pd(z + (i) - 1))
    BITS_OF_64(UP);
#undef UP
}

static inline uint64_t full_down(const double *z)
{
#define DOWN(i) _mm_cmplt_pd(_mm_loadu_pd(z + (i)), _mm_loadu_pd(z + (i) - 1))
    BITS_OF_64(DOWN);
#undef DOWN
}

#define BITS_FULL(call)                                                                            \
    do {                                                                                           \
        if (count == 64)                                                                           \
            return call;                                                                           \
    } while (0)
#else
#define BITS_FULL(call) ((void)0)
#endif

#define BITS_EACH(test)                                                                            \
    do {                                                                                           \
        uint64_t bits = 0;                                                                         \
        for (int i = 0; i < count; i++)                                                            \
            bits |= (uint64_t)(test) << i;                                                         \
        return bits;                                                                               \
    } while (0)

static inline uint64_t bits_there(const double *z, int count)
{
    BITS_FULL(full_there(z));
    BITS_EACH(z[i] == z[i]);
}

static inline uint64_t bits_above(const double *z, int count, double limit)
{
    BITS_FULL(full_above(z, limit));
    BITS_EACH(z[i] > limit);
}

static inline uint64_t bits_below(const double *z, int count, double limit)
{
    BITS_FULL(full_below(z, limit));
    BITS_EACH(z[i] < limit);
}

/* Steps up and down to z[i] from z[i - 1]; z[-1] must be readable. */
static inline uint64_t bits_up(const double *z, int count)
{
    BITS_FULL(full_up(z));
    BITS_EACH(z[i] > z[i - 1]);
}

static inline uint64_t bits_down(const double *z, int count)
{
    BITS_FULL(full_down(z));
    BITS_EACH(z[i] < z[i - 1]);
}

#endif
