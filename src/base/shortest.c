/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schubfach (R. Giulietti, "The Schubfach way to render doubles", 2020).
 *
 * The numbers that read back to x = c 2^q lie between the middles to its neighbours. With
 * 10^k the greatest power of ten not above their distance, one multiple of 10^k at least is among
 * them, and at most one of 10^(k+1), which then is shorter. So there are four candidates: the
 * multiples below and above x of either. They are compared in quarters of 10^k; a product with the
 * 128 highest bits of 10^-k, rounded to odd, decides every comparison as the exact one would. */
#include "base/shortest.h"

#include "base/powers.h" /* made by gen_powers.py */

#include <stdbool.h>
#include <string.h>

enum { FRACTION_BITS = 52, EXPONENT_BIAS = 1075 };

/* floor(log10(2^q)), and of 3/4 2^q */
static int log10_of_power(int q)
{
    return q * 1262611 >> 22;
}

static int log10_of_three_quarters(int q)
{
    return (q * 1262611 - 524031) >> 22;
}

/* floor(log2(10^k)) */
static int log2_of_ten(int k)
{
    return k * 1741647 >> 19;
}

/* The highest 64 bits of a product of 64 and 128, the lowest of them set if anything follows. */
static uint64_t times_power(uint64_t x, int k)
{
    unsigned __int128 low = (unsigned __int128)x * powers[k - POWER_FIRST].low;
    unsigned __int128 all =
        (unsigned __int128)x * powers[k - POWER_FIRST].high + (uint64_t)(low >> 64);
    return (uint64_t)(all >> 64) | ((uint64_t)all > 1);
}

static void drop_zeros(uint64_t *digits, int *exponent)
{
    for (; *digits % 10000 == 0; *exponent += 4)
        *digits /= 10000;
    for (; *digits % 10 == 0; ++*exponent)
        *digits /= 10;
}

/* Of the multiples m and m + 1 of the unit that `scale` quarters make: is just one of them inside?
 */
static bool only_one(uint64_t m, uint64_t scale, uint64_t low, uint64_t high, uint64_t *out)
{
    bool is_lower_in = low <= scale * m, is_upper_in = scale * (m + 1) <= high;
    *out = m + is_upper_in;
    return is_lower_in != is_upper_in;
}

void double_shortest(double x, uint64_t *digits, int *exponent)
{
    uint64_t bits, fraction;
    memcpy(&bits, &x, sizeof bits);
    fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    int field = (int)(bits >> FRACTION_BITS & 0x7ff);
    uint64_t c = field ? fraction | (uint64_t)1 << FRACTION_BITS : fraction;
    int q = (field ? field : 1) - EXPONENT_BIAS;
    /* at a power of two the neighbour below is nearer */
    bool is_lower_near = fraction == 0 && field > 1;

    int k = is_lower_near ? log10_of_three_quarters(q) : log10_of_power(q);
    int shift = q + log2_of_ten(-k) + 1;
    uint64_t at = times_power(c << 2 << shift, -k);
    uint64_t low = times_power(((c << 2) - 2 + is_lower_near) << shift, -k) + (c & 1);
    uint64_t high =
        times_power(((c << 2) + 2) << shift, -k) - (c & 1); /* an even c takes its ends */
    uint64_t s = at / 4;
    *exponent = k;
    if (s >= 10 && only_one(s / 10, 40, low, high, digits))
        ++*exponent;
    else if (!only_one(s, 4, low, high, digits))
        *digits = s + (at % 4 > 2 || (at % 4 == 2 && s % 2));
    drop_zeros(digits, exponent);
}
