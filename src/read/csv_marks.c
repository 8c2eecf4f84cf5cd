/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One bit for each byte: a comparison of a register gives as many bits as it has bytes. The
 * vector levels read up to 63 bytes behind the text, which a block has, and drop their bits. */
#include "read/csv.h"

void csv_marks_scalar(const char *text, size_t length, char delimiter, char point,
                      const csv_marks *out)
{
    for (size_t i = 0; i < length; i += 64) {
        uint64_t delimiters = 0, points = 0, lines = 0;
        size_t n = length - i < 64 ? length - i : 64;
        for (size_t k = 0; k < n; k++) {
            delimiters |= (uint64_t)(text[i + k] == delimiter) << k;
            points |= (uint64_t)(text[i + k] == point) << k;
            lines |= (uint64_t)(text[i + k] == '\n') << k;
        }
        out->delimiters[i / 64] = delimiters;
        out->points[i / 64] = points;
        out->lines[i / 64] = lines;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

static void last_trim(size_t length, const csv_marks *out)
{
    if (length % 64 == 0)
        return;
    uint64_t below = ((uint64_t)1 << length % 64) - 1;
    out->delimiters[length / 64] &= below;
    out->points[length / 64] &= below;
    out->lines[length / 64] &= below;
}

static inline uint64_t equal_16(const char *text, __m128i sign)
{
    __m128i x = _mm_loadu_si128((const __m128i *)text);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, sign));
}

static inline uint64_t equal_64(const char *text, __m128i sign)
{
    return equal_16(text, sign) | equal_16(text + 16, sign) << 16 |
           equal_16(text + 32, sign) << 32 | equal_16(text + 48, sign) << 48;
}

void csv_marks_sse2(const char *text, size_t length, char delimiter, char point,
                    const csv_marks *out)
{
    const __m128i comma = _mm_set1_epi8(delimiter), dot = _mm_set1_epi8(point);
    const __m128i line = _mm_set1_epi8('\n');
    uint64_t *delimiters = out->delimiters, *points = out->points, *lines = out->lines;
    for (size_t i = 0; i < length; i += 64) {
        delimiters[i / 64] = equal_64(text + i, comma);
        points[i / 64] = equal_64(text + i, dot);
        lines[i / 64] = equal_64(text + i, line);
    }
    last_trim(length, out);
}

__attribute__((target("avx2"))) static inline uint64_t pair_bits(__m256i a, __m256i b, __m256i sign)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, sign)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, sign)) << 32;
}

__attribute__((target("avx2"))) void csv_marks_avx2(const char *text, size_t length, char delimiter,
                                                    char point, const csv_marks *out)
{
    const __m256i comma = _mm256_set1_epi8(delimiter), dot = _mm256_set1_epi8(point);
    const __m256i line = _mm256_set1_epi8('\n');
    uint64_t *delimiters = out->delimiters, *points = out->points, *lines = out->lines;
    for (size_t i = 0; i < length; i += 64) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(text + i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(text + i + 32));
        delimiters[i / 64] = pair_bits(a, b, comma);
        points[i / 64] = pair_bits(a, b, dot);
        lines[i / 64] = pair_bits(a, b, line);
    }
    last_trim(length, out);
}
#endif

csv_marks_fn *csv_marks_at(unsigned level)
{
#if defined(__x86_64__)
    if (level >= 2 && __builtin_cpu_supports("avx2"))
        return csv_marks_avx2;
    if (level >= 1)
        return csv_marks_sse2;
#else
    (void)level;
#endif
    return csv_marks_scalar;
}
