/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Radix sort on the bits of doubles, least significant byte first. A pass whose byte is the same
 * everywhere is skipped, which for gauge data are the exponents and the empty low bits.
 */
#include "num/sort.h"

#include <stdint.h>
#include <string.h>

/* Order of the keys as integers = order of the doubles. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void pass(const double *from, double *to, size_t n, int shift, size_t *place)
{
    for (size_t i = 0; i < n; i++)
        to[place[key_of(from[i]) >> shift & 255]++] = from[i];
}

/* Counts to first places; nonzero when all n keys share one byte. */
static int place_bytes(size_t *count, size_t n)
{
    size_t before = 0;
    for (int b = 0; b < 256; b++) {
        size_t here = count[b];
        if (here == n)
            return 1;
        count[b] = before;
        before += here;
    }
    return 0;
}

static void insert_sorted(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double moving = x[i];
        size_t j = i;
        for (; j > 0 && x[j - 1] > moving; j--)
            x[j] = x[j - 1];
        x[j] = moving;
    }
}

void sort_doubles(double *x, size_t n, double *scratch)
{
    if (n < 64) {
        insert_sorted(x, n);
        return;
    }
    double *from = x, *to = scratch;
    for (int shift = 0; shift < 64; shift += 8) {
        size_t count[256] = {0};
        for (size_t i = 0; i < n; i++)
            count[key_of(from[i]) >> shift & 255]++;
        if (place_bytes(count, n))
            continue;
        pass(from, to, n, shift, count);
        double *other = from;
        from = to, to = other;
    }
    if (from != x)
        memcpy(x, from, n * sizeof *x);
}
