/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One bit for each byte: a comparison of a register gives as many bits as it has bytes. The
 * vector levels read up to 63 bytes behind the text, which a block has, and drop their bits. */
#include "read/csv.h"

void csv_marks_scalar(const char *text, size_t length, char delimiter, char point,
                      const csv_marks *out)
{
    for (size_t i = 0; i < length; i += 64) {
        uint64_t delimiters = 0, cuts = 0, lines = 0;
        size_t n = length - i < 64 ? length - i : 64;
        for (size_t k = 0; k < n; k++) {
            delimiters |= (uint64_t)(text[i + k] == delimiter) << k;
            lines |= (uint64_t)(text[i + k] == '\n') << k;
            cuts |= (uint64_t)(text[i + k] == point || text[i + k] == '-' || text[i + k] == '\r') << k;
        }
        out->delimiters[i / 64] = delimiters;
        out->lines[i / 64] = lines;
        out->cuts[i / 64] = cuts | delimiters | lines;
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
    out->cuts[length / 64] &= below;
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
    const __m128i line = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), minus = _mm_set1_epi8('-');
    uint64_t *delimiters = out->delimiters, *cuts = out->cuts, *lines = out->lines;
    for (size_t i = 0; i < length; i += 64) {
        delimiters[i / 64] = equal_64(text + i, comma);
        lines[i / 64] = equal_64(text + i, line);
        cuts[i / 64] = delimiters[i / 64] | lines[i / 64] | equal_64(text + i, dot) |
                       equal_64(text + i, minus) | equal_64(text + i, cr);
    }
    last_trim(length, out);
}

#define V3 __attribute__((target("avx2")))

V3 static inline uint64_t pair_bits(__m256i a, __m256i b)
{
    return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

V3 static inline __m256i either(__m256i a, __m256i b, __m256i c)
{
    return _mm256_or_si256(_mm256_or_si256(a, b), c);
}

V3 void csv_marks_avx2(const char *text, size_t length, char delimiter, char point, const csv_marks *out)
{
    const __m256i comma = _mm256_set1_epi8(delimiter), dot = _mm256_set1_epi8(point);
    const __m256i line = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r'), minus = _mm256_set1_epi8('-');
    uint64_t *delimiters = out->delimiters, *cuts = out->cuts, *lines = out->lines;
    for (size_t i = 0; i < length; i += 64) {
        __m256i is_comma[2], is_line[2], is_cut[2];
        for (int k = 0; k < 2; k++) {
            __m256i x = _mm256_loadu_si256((const __m256i *)(text + i + 32 * k));
            is_comma[k] = _mm256_cmpeq_epi8(x, comma);
            is_line[k] = _mm256_cmpeq_epi8(x, line);
            is_cut[k] = either(_mm256_cmpeq_epi8(x, dot), _mm256_cmpeq_epi8(x, minus), _mm256_cmpeq_epi8(x, cr));
            is_cut[k] = either(is_cut[k], is_comma[k], is_line[k]);
        }
        delimiters[i / 64] = pair_bits(is_comma[0], is_comma[1]);
        lines[i / 64] = pair_bits(is_line[0], is_line[1]);
        cuts[i / 64] = pair_bits(is_cut[0], is_cut[1]);
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
