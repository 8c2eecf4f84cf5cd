/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exp: x = k log 2 + r with log 2 in two parts, Taylor's series for |r| <= 0.347.
 * log: x = 2^k m, m about 1, log m = 2 atanh s, s = (m - 1) / (m + 1), |s| <= 0.172; the leading
 * term m - 1 is kept apart so that the series only corrects it (as in fdlibm).
 */
#include "num/elementary.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const double log2_high = 6.93147180369123816490e-01; /* its last 21 bits are 0 */
static const double log2_low = 1.90821492927058770002e-10;

/* (exp(r) - 1 - r) / r^2 for |r| <= 0.35. */
static double exp_series(double r)
{
    static const double c[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                               1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                               1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    /* Even and odd powers apart: two short chains run side by side. */
    double r2 = r * r, even = c[10], odd = c[11];
    for (int i = 8; i >= 0; i -= 2) {
        even = even * r2 + c[i];
        odd = odd * r2 + c[i + 1];
    }
    return even + r * odd;
}

/* 2^k, -1022 <= k <= 1023. */
static double power_of_two(int64_t k)
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

double num_exp(double x)
{
    if (!(x > -746))
        return isnan(x) ? x : 0;
    if (x > 710)
        return HUGE_VAL;
    static const double round_to_integer = 6755399441055744.0; /* 1.5 * 2^52 */
    double k = (x * 1.44269504088896340736 + round_to_integer) - round_to_integer;
    double r = (x - k * log2_high) - k * log2_low;
    double y = 1 + (r + r * r * exp_series(r));
    return fabs(k) < 1020 ? y * power_of_two((int64_t)k) : ldexp(y, (int)k);
}

double num_expm1(double x)
{
    return fabs(x) <= 0.35 ? x + x * x * exp_series(x) : num_exp(x) - 1;
}

/* The rounding of 1 + x is taken back by the ratio (Kahan). */
double num_log1p(double x)
{
    double u = 1 + x;
    return u == 1 || isinf(u) ? x : num_log(u) * (x / (u - 1));
}

double num_log(double x)
{
    static const double c[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11,
                               2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
    if (!(x > 0) || isinf(x))
        return x == 0 ? -HUGE_VAL : x > 0 ? x : NAN;
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752440)
        m *= 2, exponent--;
    double f = m - 1, s = f / (m + 1), s2 = s * s, sum = 0, k = exponent;
    for (int i = 9; i >= 0; i--)
        sum = sum * s2 + c[i];
    double half_square = f * f / 2;
    double rest = s * (half_square + s2 * sum);
    return k * log2_high - ((half_square - (rest + k * log2_low)) - f);
}
