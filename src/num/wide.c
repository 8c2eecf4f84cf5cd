/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/wide.h"
#include "num/dd.h"

bool int256_add(assay_int256 *a, const assay_int256 *b)
{
    uint64_t sign_a = a->limb[3] >> 63, sign_b = b->limb[3] >> 63;
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        uint128 sum = (uint128)a->limb[i] + b->limb[i] + carry;
        a->limb[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    return sign_a == sign_b && a->limb[3] >> 63 != sign_a;
}

bool int256_add_int128(assay_int256 *a, int128 b)
{
    uint64_t fill = b < 0 ? UINT64_MAX : 0;
    assay_int256 term = {{(uint64_t)b, (uint64_t)((uint128)b >> 64), fill, fill}};
    return int256_add(a, &term);
}

static void negate(uint64_t *limb, int count)
{
    uint64_t carry = 1;
    for (int i = 0; i < count; i++) {
        limb[i] = ~limb[i] + carry;
        carry = carry && limb[i] == 0;
    }
}

/* out = a[0..na) * b[0..nb), truncated to `room` limbs; unsigned. */
static void multiply(const uint64_t *a, int na, const uint64_t *b, int nb, uint64_t *out, int room)
{
    for (int i = 0; i < room; i++)
        out[i] = 0;
    for (int i = 0; i < na; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < nb && i + j < room; j++) {
            uint128 t = (uint128)a[i] * b[j] + out[i + j] + carry;
            out[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        if (i + nb < room)
            out[i + nb] = carry;
    }
}

static void square(int128 d, uint64_t out[2])
{
    uint64_t size = (uint64_t)(d < 0 ? -d : d);
    uint128 s = (uint128)size * size;
    out[0] = (uint64_t)s;
    out[1] = (uint64_t)(s >> 64);
}

assay_int256 int256_cube(int128 d)
{
    uint64_t size = (uint64_t)(d < 0 ? -d : d), squared[2];
    assay_int256 out;
    square(d, squared);
    multiply(squared, 2, &size, 1, out.limb, 4);
    if (d < 0)
        negate(out.limb, 4);
    return out;
}

assay_int256 int256_fourth(int128 d)
{
    uint64_t squared[2];
    assay_int256 out;
    square(d, squared);
    multiply(squared, 2, squared, 2, out.limb, 4);
    return out;
}

wide wide_of_int128(int128 i)
{
    uint64_t fill = i < 0 ? UINT64_MAX : 0;
    return (wide){{(uint64_t)i, (uint64_t)((uint128)i >> 64), fill, fill, fill, fill, fill, fill}};
}

wide wide_of_uint64(uint64_t i)
{
    return (wide){{i}};
}

wide wide_of_int256(const assay_int256 *i)
{
    uint64_t fill = int256_is_negative(i) ? UINT64_MAX : 0;
    return (wide){{i->limb[0], i->limb[1], i->limb[2], i->limb[3], fill, fill, fill, fill}};
}

wide wide_add(wide a, wide b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WIDE_LIMBS; i++) {
        uint128 sum = (uint128)a.limb[i] + b.limb[i] + carry;
        a.limb[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    return a;
}

wide wide_negate(wide a)
{
    negate(a.limb, WIDE_LIMBS);
    return a;
}

wide wide_sub(wide a, wide b)
{
    return wide_add(a, wide_negate(b));
}

/* Two's complement products agree with unsigned ones in the limbs that are kept. */
wide wide_mul(wide a, wide b)
{
    wide out;
    multiply(a.limb, WIDE_LIMBS, b.limb, WIDE_LIMBS, out.limb, WIDE_LIMBS);
    return out;
}

bool wide_is_negative(wide a)
{
    return a.limb[WIDE_LIMBS - 1] >> 63;
}

bool wide_is_zero(wide a)
{
    uint64_t any = 0;
    for (int i = 0; i < WIDE_LIMBS; i++)
        any |= a.limb[i];
    return any == 0;
}

/* 128 bits from bit `from` of a non-negative a. */
static uint128 window(const wide *a, int from)
{
    int limb = from / 64, bits = from % 64;
    uint128 out = 0;
    for (int i = 2; i >= 0; i--) {
        uint64_t part = limb + i < WIDE_LIMBS ? a->limb[limb + i] : 0;
        if (i == 2)
            out = bits ? (uint128)part << (128 - bits) : 0;
        else
            out |= i * 64 >= bits ? (uint128)part << (i * 64 - bits) : (uint128)(part >> bits);
    }
    return out;
}

static int bit_length(const wide *a)
{
    for (int i = WIDE_LIMBS - 1; i >= 0; i--)
        if (a->limb[i])
            return 64 * i + 64 - __builtin_clzll(a->limb[i]);
    return 0;
}

assay_dd wide_to_dd_shifted(wide a, int *shift)
{
    bool is_negative = wide_is_negative(a);
    if (is_negative)
        a = wide_negate(a);
    int length = bit_length(&a);
    *shift = length > 128 ? length - 128 : 0;
    uint128 top = window(&a, *shift);
    /* High and low 64 bits are each exact as pairs; their sum rounds once. */
    assay_dd high = dd_scale(dd_of_uint((uint64_t)(top >> 64)), 18446744073709551616.0);
    assay_dd out = dd_add(high, dd_of_uint((uint64_t)top));
    return is_negative ? dd_negate(out) : out;
}

assay_dd wide_to_dd(wide a)
{
    int shift;
    assay_dd out = wide_to_dd_shifted(a, &shift);
    return dd_times_power_of_two(out, shift);
}
