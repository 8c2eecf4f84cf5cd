/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernels of the plain long form share: a row's edges from its marks, its characteristic, and
 * what is written behind a run of rows. Little-endian. */
#ifndef READ_CSV_KERNEL_H
#define READ_CSV_KERNEL_H

#include "read/csv_worker.h"

#define FAST static inline __attribute__((always_inline))

FAST uint64_t load_8(const char *p)
{
    uint64_t word;
    memcpy(&word, p, 8);
    return word;
}

/* The bits from `at` on; the lowest 57 are there. */
FAST uint64_t window(const uint64_t *bits, size_t at)
{
    return load_8((const char *)bits + at / 8) >> at % 8;
}

FAST uint32_t name_long(const long_entry *long_cache, const char *from, uint32_t n)
{
    if (n - 8 > 8 || !long_cache)
        return 0;
    const long_entry *e = long_slot(long_cache, from, from + n);
    return long_is(e, from, from + n) ? e->code : 0;
}

/* The code of a characteristic seen before; 0 leaves the row to the general path, which learns it. */
FAST uint32_t name_fast(cache_entry *cache, const long_entry *long_cache, const char *from, uint32_t n)
{
    if (n - 1 <= 6) {
        if (!cache)
            return 0;
        uint64_t key = cache_key(from, n);
        const cache_entry *e = cache_slot(cache, key);
        e += e->key != key;
        return e->key == key ? (uint32_t)e->code : 0;
    }
    return name_long(long_cache, from, n);
}

/* Field ends, counted from the row's first byte; false: another number of fields, or too long. */
FAST bool edges_find(uint64_t cuts, uint64_t line, uint32_t columns, bool is_usual,
                     uint32_t *restrict ends)
{
    cuts &= line ^ (line - 1);
    ends[columns - 1] = (uint32_t)__builtin_ctzll(line | (uint64_t)1 << 63);
    if (is_usual) {
        uint64_t rest = cuts & (cuts - 1);
        ends[0] = (uint32_t)__builtin_ctzll(cuts | (uint64_t)1 << 63);
        ends[1] = (uint32_t)__builtin_ctzll(rest | (uint64_t)1 << 63);
        return line != 0 && rest != 0 && (rest & (rest - 1)) == 0;
    }
    for (uint32_t j = 0; j + 1 < columns; j++) {
        if (!cuts)
            return false;
        ends[j] = (uint32_t)__builtin_ctzll(cuts);
        cuts &= cuts - 1;
    }
    return line != 0 && cuts == 0;
}

/* What holds for a whole run of rows. */
static __attribute__((noinline)) void run_finish(csv_block *b, size_t first, size_t n)
{
    const uint8_t *restrict decimals = b->decimals;
    int8_t *restrict exponents = b->exponent;
    uint32_t *restrict records = b->record;
    uint32_t record = (uint32_t)b->records;
    size_t count = n - first;
    memset(b->status + first, 0, count);
    for (size_t i = first; i < n; i++)
        exponents[i] = (int8_t)-decimals[i];
    for (size_t i = 0; i < count; i++)
        records[first + i] = record + (uint32_t)i;
    b->n = n;
    b->records += count;
    b->lines += count;
    b->received += count;
}

#endif
