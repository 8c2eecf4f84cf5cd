/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact integers of 256 bits (sums) and 512 bits (what is formed from them).
 *
 * Two's complement, least significant limb first. Sums report overflow; the 512-bit operations
 * wrap, and every formula that uses them says why it fits.
 */
#ifndef NUM_WIDE_H
#define NUM_WIDE_H

#include <assay/moments.h>

__extension__ typedef unsigned __int128 uint128;
__extension__ typedef __int128 int128;

enum { WIDE_LIMBS = 8 };
typedef struct {
    uint64_t limb[WIDE_LIMBS];
} wide;

/* a += b; true when the signed result left 256 bits (then *a is wrapped). */
bool int256_add(assay_int256 *a, const assay_int256 *b);
bool int256_add_int128(assay_int256 *a, int128 b);

/* d^3 and d^4 of |d| < 2^64. d^4 may need all 256 bits: its sign bit is then set, which
 * int256_is_negative shows. */
assay_int256 int256_cube(int128 d);
assay_int256 int256_fourth(int128 d);

static inline bool int256_is_negative(const assay_int256 *a)
{
    return a->limb[3] >> 63;
}

wide wide_of_int128(int128 i);
wide wide_of_uint64(uint64_t i);
wide wide_of_int256(const assay_int256 *i);
wide wide_add(wide a, wide b);
wide wide_negate(wide a);
wide wide_sub(wide a, wide b);
wide wide_mul(wide a, wide b);
bool wide_is_zero(wide a);
bool wide_is_negative(wide a);

/* The nearest pair but for 2^-106, with the value in units of 2^*shift so that a square of it
 * cannot overflow: |hi| < 2^128. */
assay_dd wide_to_dd_shifted(wide a, int *shift);
/* The same with the shift applied: fits binary64 since |a| < 2^511. */
assay_dd wide_to_dd(wide a);

#endif
