/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/csv.h"

size_t csv_index_scalar(const char *text, size_t length, char delimiter, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        out[n] = (uint32_t)i;
        n += text[i] == delimiter || text[i] == '\n';
    }
    return n;
}

csv_index_fn *csv_index_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        return csv_index_avx2;
#endif
    return csv_index_scalar;
}
