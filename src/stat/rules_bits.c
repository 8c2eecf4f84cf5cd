/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stat/rules_bits.h"

static uint64_t plain_there(const double *z)
{
    return bits_there(z, 64);
}

static uint64_t plain_above(const double *z, double limit)
{
    return bits_above(z, 64, limit);
}

static uint64_t plain_below(const double *z, double limit)
{
    return bits_below(z, 64, limit);
}

static uint64_t plain_up(const double *z)
{
    return bits_up(z, 64);
}

static uint64_t plain_down(const double *z)
{
    return bits_down(z, 64);
}

const bits_kernel bits_plain = {"plain", plain_there, plain_above, plain_below, plain_up, plain_down};

#if defined(__x86_64__)
#include <immintrin.h>

/* One function of a kernel: `mask(i)` is the movemask of the lanes from i on. */
#define WORD_OF(lanes, mask)                                                                       \
    uint64_t bits = 0;                                                                             \
    for (int i = 0; i < 64; i += 4 * lanes) {                                                      \
        unsigned a = (unsigned)mask(i), b = (unsigned)mask(i + lanes);                             \
        unsigned c = (unsigned)mask(i + 2 * lanes), d = (unsigned)mask(i + 3 * lanes);             \
        bits |= (uint64_t)(a | b << lanes | c << 2 * lanes | d << 3 * lanes) << i;                 \
    }                                                                                              \
    return bits

#define SSE2_CMP(op, x, y) _mm_movemask_pd(_mm_cmp##op##_pd(x, y))
#define SSE2_AT(i)         _mm_loadu_pd(z + (i))

static uint64_t sse2_there(const double *z)
{
#define MASK(i) SSE2_CMP(ord, SSE2_AT(i), SSE2_AT(i))
    WORD_OF(2, MASK);
#undef MASK
}

static uint64_t sse2_above(const double *z, double limit)
{
    __m128d level = _mm_set1_pd(limit);
#define MASK(i) SSE2_CMP(gt, SSE2_AT(i), level)
    WORD_OF(2, MASK);
#undef MASK
}

static uint64_t sse2_below(const double *z, double limit)
{
    __m128d level = _mm_set1_pd(limit);
#define MASK(i) SSE2_CMP(lt, SSE2_AT(i), level)
    WORD_OF(2, MASK);
#undef MASK
}

static uint64_t sse2_up(const double *z)
{
#define MASK(i) SSE2_CMP(gt, SSE2_AT(i), SSE2_AT((i)-1))
    WORD_OF(2, MASK);
#undef MASK
}

static uint64_t sse2_down(const double *z)
{
#define MASK(i) SSE2_CMP(lt, SSE2_AT(i), SSE2_AT((i)-1))
    WORD_OF(2, MASK);
#undef MASK
}

const bits_kernel bits_sse2 = {"sse2", sse2_there, sse2_above, sse2_below, sse2_up, sse2_down};

#define AVX2              __attribute__((target("avx2")))
#define AVX2_CMP(op, x, y) _mm256_movemask_pd(_mm256_cmp_pd(x, y, op))
#define AVX2_AT(i)         _mm256_loadu_pd(z + (i))

AVX2 static uint64_t avx2_there(const double *z)
{
#define MASK(i) AVX2_CMP(_CMP_ORD_Q, AVX2_AT(i), AVX2_AT(i))
    WORD_OF(4, MASK);
#undef MASK
}

AVX2 static uint64_t avx2_above(const double *z, double limit)
{
    __m256d level = _mm256_set1_pd(limit);
#define MASK(i) AVX2_CMP(_CMP_GT_OQ, AVX2_AT(i), level)
    WORD_OF(4, MASK);
#undef MASK
}

AVX2 static uint64_t avx2_below(const double *z, double limit)
{
    __m256d level = _mm256_set1_pd(limit);
#define MASK(i) AVX2_CMP(_CMP_LT_OQ, AVX2_AT(i), level)
    WORD_OF(4, MASK);
#undef MASK
}

AVX2 static uint64_t avx2_up(const double *z)
{
#define MASK(i) AVX2_CMP(_CMP_GT_OQ, AVX2_AT(i), AVX2_AT((i)-1))
    WORD_OF(4, MASK);
#undef MASK
}

AVX2 static uint64_t avx2_down(const double *z)
{
#define MASK(i) AVX2_CMP(_CMP_LT_OQ, AVX2_AT(i), AVX2_AT((i)-1))
    WORD_OF(4, MASK);
#undef MASK
}

const bits_kernel bits_avx2 = {"avx2", avx2_there, avx2_above, avx2_below, avx2_up, avx2_down};

const bits_kernel *bits_best(void)
{
    return __builtin_cpu_supports("avx2") ? &bits_avx2 : &bits_sse2;
}
#else
const bits_kernel *bits_best(void)
{
    return &bits_plain;
}
#endif
