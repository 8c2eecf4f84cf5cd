/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64 bytes a step: two comparisons of two registers give 64 bits, and each set bit is one
 * position. Positions are written eight at a time beyond what is needed, so that the loop's exit
 * is predicted; the surplus is overwritten by the next step. */
#include "read/csv.h"

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,bmi,popcnt"))) size_t csv_index_avx2(const char *text, size_t length,
                                                          char delimiter, uint32_t *out)
{
    const __m256i comma = _mm256_set1_epi8(delimiter), line = _mm256_set1_epi8('\n');
    size_t n = 0, i = 0;
    for (; i + 64 <= length; i += 64) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(text + i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(text + i + 32));
        a = _mm256_or_si256(_mm256_cmpeq_epi8(a, comma), _mm256_cmpeq_epi8(a, line));
        b = _mm256_or_si256(_mm256_cmpeq_epi8(b, comma), _mm256_cmpeq_epi8(b, line));
        uint64_t bits = (uint32_t)_mm256_movemask_epi8(a) |
                        (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
        size_t count = (size_t)__builtin_popcountll(bits);
        uint32_t *to = out + n;
        for (size_t done = 0; done < count; done += 8, to += 8) {
            for (int k = 0; k < 8; k++) {
                to[k] = (uint32_t)(i + _tzcnt_u64(bits));
                bits = _blsr_u64(bits);
            }
        }
        n += count;
    }
    for (; i < length; i++) {
        out[n] = (uint32_t)i;
        n += text[i] == delimiter || text[i] == '\n';
    }
    return n;
}

#else
size_t csv_index_avx2(const char *text, size_t length, char delimiter, uint32_t *out)
{
    return csv_index_scalar(text, length, delimiter, out);
}
#endif
