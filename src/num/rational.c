/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fractions in lowest terms on 128-bit integers.
 *
 * Sum and product follow Knuth, TAOCP 2, 4.5.1: common factors go before multiplying, so that what
 * can be held is reached without a wider integer in nearly every case; __builtin overflow checks
 * tell the rest. Comparison walks the continued fractions and therefore cannot overflow.
 */
#include <assay/rational.h>

#include "num/wide.h"

static const int128 most = (int128)(~(uint128)0 >> 1);

static uint128 magnitude(int128 i)
{
    return i < 0 ? -(uint128)i : (uint128)i;
}

/* Binary, for what fits a register: nearly everything. */
static uint64_t divisor_short(uint64_t a, uint64_t b)
{
    if (!a || !b)
        return a | b;
    int twos = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    do {
        b >>= __builtin_ctzll(b);
        uint64_t less = a < b ? a : b;
        b = a < b ? b - a : a - b;
        a = less;
    } while (b);
    return a << twos;
}

static uint128 divisor(uint128 a, uint128 b)
{
    if (a == 1 || b == 1)
        return 1;
    while (b) {
        if ((a | b) >> 64 == 0)
            return divisor_short((uint64_t)a, (uint64_t)b);
        uint128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int128 common(int128 a, int128 b)
{
    return (int128)divisor(magnitude(a), magnitude(b));
}

static assay_status too_wide(assay_err *err, const char *what)
{
    return assay_fail(err, ASSAY_LIMIT, 0, "%s does not fit a fraction of 127 bits", what);
}

/* __builtin_*_overflow, with -2^127 counted out: every value has a negative. */
static bool mul(int128 a, int128 b, int128 *out)
{
    return !__builtin_mul_overflow(a, b, out) && *out >= -most;
}

static bool add(int128 a, int128 b, int128 *out)
{
    return !__builtin_add_overflow(a, b, out) && *out >= -most;
}

/* -- making and asking ---------------------------------------------------------------------- */

assay_rational assay_rational_of(int64_t whole)
{
    return (assay_rational){whole, 1};
}

assay_status assay_rational_ratio(assay_int128 num, assay_int128 den, assay_rational *out,
                                  assay_err *err)
{
    if (den == 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a fraction cannot have 0 below the bar");
    if (num < -most || den < -most)
        return too_wide(err, "the ratio");
    int128 g = common(num, den);
    if (den < 0)
        g = -g;
    *out = (assay_rational){num / g, den / g};
    return ASSAY_OK;
}

assay_status assay_rational_of_decimal(int64_t mantissa, int exponent, assay_rational *out,
                                       assay_err *err)
{
    if (mantissa == ASSAY_MANTISSA_MISSING)
        return assay_fail(err, ASSAY_MISSING, 0, "the value is missing");
    if (mantissa == 0) {
        *out = assay_rational_of(0);
        return ASSAY_OK;
    }
    int128 num = mantissa, den = 1;
    for (int e = exponent; e > 0; e--)
        if (!mul(num, 10, &num))
            return too_wide(err, "the decimal");
    for (int e = exponent; e < 0; e++)
        if (num % 10 == 0)
            num /= 10;
        else if (!mul(den, 10, &den))
            return too_wide(err, "the decimal");
    return assay_rational_ratio(num, den, out, err);
}

int assay_rational_sign(assay_rational a)
{
    return (a.num > 0) - (a.num < 0);
}

bool assay_rational_is_whole(assay_rational a)
{
    return a.den == 1;
}

assay_rational assay_rational_negate(assay_rational a)
{
    return (assay_rational){-a.num, a.den};
}

/* a/b against c/d, all positive: the first whole part that differs decides; the reciprocals of the
 * rests compare the other way round. */
static int compare_parts(uint128 a, uint128 b, uint128 c, uint128 d)
{
    for (int turn = 1;; turn = -turn) {
        uint128 p = a / b, q = c / d;
        if (p != q)
            return p < q ? -turn : turn;
        uint128 rest_a = a % b, rest_c = c % d;
        if (rest_a == 0 || rest_c == 0)
            return rest_a == rest_c ? 0 : rest_a == 0 ? -turn : turn;
        a = b;
        b = rest_a;
        c = d;
        d = rest_c;
    }
}

int assay_rational_compare(assay_rational a, assay_rational b)
{
    int sign_a = assay_rational_sign(a), sign_b = assay_rational_sign(b);
    if (sign_a != sign_b || sign_a == 0)
        return (sign_a > sign_b) - (sign_a < sign_b);
    if (a.den == b.den)
        return (a.num > b.num) - (a.num < b.num);
    return sign_a *
           compare_parts(magnitude(a.num), (uint128)a.den, magnitude(b.num), (uint128)b.den);
}

/* -- arithmetic ------------------------------------------------------------------------------- */

static bool sum_of(assay_rational a, assay_rational b, assay_rational *out)
{
    int128 whole;
    if (a.den == 1 && b.den == 1) {
        bool is_fit = add(a.num, b.num, &whole);
        if (is_fit)
            *out = (assay_rational){whole, 1};
        return is_fit;
    }
    int128 g = common(a.den, b.den), left, right, num, den;
    if (!mul(a.num, b.den / g, &left) || !mul(b.num, a.den / g, &right) || !add(left, right, &num))
        return false;
    int128 h = common(num, g);
    if (!mul(a.den / g, b.den / h, &den))
        return false;
    *out = num ? (assay_rational){num / h, den} : (assay_rational){0, 1};
    return true;
}

static bool product_of(assay_rational a, assay_rational b, assay_rational *out)
{
    int128 whole;
    if (a.den == 1 && b.den == 1) {
        bool is_fit = mul(a.num, b.num, &whole);
        if (is_fit)
            *out = (assay_rational){whole, 1};
        return is_fit;
    }
    int128 g = common(a.num, b.den), h = common(b.num, a.den), num, den;
    if (!mul(a.num / g, b.num / h, &num) || !mul(a.den / h, b.den / g, &den))
        return false;
    *out = (assay_rational){num, den};
    return true;
}

assay_status assay_rational_add(assay_rational a, assay_rational b, assay_rational *out,
                                assay_err *err)
{
    return sum_of(a, b, out) ? ASSAY_OK : too_wide(err, "the sum");
}

assay_status assay_rational_sub(assay_rational a, assay_rational b, assay_rational *out,
                                assay_err *err)
{
    return sum_of(a, assay_rational_negate(b), out) ? ASSAY_OK : too_wide(err, "the difference");
}

assay_status assay_rational_mul(assay_rational a, assay_rational b, assay_rational *out,
                                assay_err *err)
{
    return product_of(a, b, out) ? ASSAY_OK : too_wide(err, "the product");
}

static assay_rational reciprocal(assay_rational a)
{
    return a.num < 0 ? (assay_rational){-a.den, -a.num} : (assay_rational){a.den, a.num};
}

assay_status assay_rational_div(assay_rational a, assay_rational b, assay_rational *out,
                                assay_err *err)
{
    if (b.num == 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "division by zero");
    return product_of(a, reciprocal(b), out) ? ASSAY_OK : too_wide(err, "the quotient");
}

/* -- rounding --------------------------------------------------------------------------------- */

/* Whether |a| = whole + rest/den goes on to whole + 1. */
static bool goes_out(bool is_negative, uint128 whole, uint128 rest, uint128 den, assay_rounding how)
{
    if (rest == 0)
        return false;
    switch (how) {
    case ASSAY_ROUND_HALF_UP:
        return rest >= den - rest;
    case ASSAY_ROUND_HALF_EVEN:
        return rest > den - rest || (rest == den - rest && whole % 2 == 1);
    case ASSAY_ROUND_FLOOR:
        return is_negative;
    case ASSAY_ROUND_CEILING:
        return !is_negative;
    case ASSAY_ROUND_TRUNCATE:
        break;
    }
    return false;
}

assay_status assay_rational_round(assay_rational a, assay_rational step, assay_rounding how,
                                  assay_rational *out, assay_err *err)
{
    assay_rational steps;
    if (step.num <= 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "cannot round to a step that is not above 0");
    if ((unsigned)how > ASSAY_ROUND_TRUNCATE)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no such rounding: %d", (int)how);
    if (!product_of(a, reciprocal(step), &steps))
        return too_wide(err, "the number of steps");
    uint128 size = magnitude(steps.num), den = (uint128)steps.den;
    uint128 whole = size / den;
    whole += goes_out(steps.num < 0, whole, size % den, den, how);
    assay_rational rounded = {steps.num < 0 ? -(int128)whole : (int128)whole, 1};
    return product_of(rounded, step, out) ? ASSAY_OK : too_wide(err, "the rounded value");
}

assay_status assay_rational_round_half_up(assay_rational a, assay_rational step,
                                          assay_rational *out, assay_err *err)
{
    return assay_rational_round(a, step, ASSAY_ROUND_HALF_UP, out, err);
}

double assay_rational_to_double(assay_rational a)
{
    uint128 den = (uint128)a.den, size = magnitude(a.num);
    if ((size | den) >> 53 == 0) /* both are doubles, and a quotient of doubles is rounded once */
        return (double)(int64_t)a.num / (double)(int64_t)a.den;
    uint128 q = size / den, rest = size % den;
    int exponent = 0;
    for (; q >> 62 == 0; exponent--) { /* bits of the quotient until 63 are there */
        rest <<= 1;
        q = q << 1 | (rest >= den);
        if (rest >= den)
            rest -= den;
    }
    q |= rest != 0; /* the last bit remembers that something follows */
    for (; q >> 63; exponent++)
        q = q >> 1 | (q & 1);
    double value = ldexp((double)(uint64_t)q, exponent);
    return a.num < 0 ? -value : value;
}
