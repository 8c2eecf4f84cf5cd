/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal distribution: Cody's rational approximations (Math. Comp. 23, 1969) up to 5.66, the
 * continued fraction of Mills' ratio beyond, and our own exp, so that the figures that everything
 * else builds on have the same bits everywhere. libRmath's pnorm is Cody's too, but takes the exp
 * of the C library and gives up at -37.5; we go on to the smallest denormal.
 */
#include <assay/distribution.h>

#include "num/dist.h"
#include "num/elementary.h"

static const double root_half_pi_inverse = 0.398942280401432677940; /* 1 / sqrt(2 pi) */

/* Phi(x) - 1/2 for |x| <= 0.67448975. */
static double middle(double x)
{
    static const double a[] = {2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582,
                               18154.981253343561249, 0.065682337918207449113};
    static const double b[] = {47.20258190468824187, 976.09855173777669322, 10260.932208618978205,
                               45507.789335026729956};
    double x2 = x * x, up = a[4] * x2, down = x2;
    for (int i = 0; i < 3; i++) {
        up = (up + a[i]) * x2;
        down = (down + b[i]) * x2;
    }
    return x * (up + a[3]) / (down + b[3]);
}

/* exp(-x^2/2) with x cut to a sixteenth, so that the square of the large part is exact. */
static double bell(double x)
{
    double high = trunc(x * 16) / 16, low = (x - high) * (x + high);
    return num_exp(-high * high / 2) * num_exp(-low / 2);
}

/* Phi(-x) for 0.674 <= x <= 5.657. */
static double shoulder(double x)
{
    static const double c[] = {
        0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979,
        597.27027639480026226,  2494.5375852903726711, 6848.1904505362823326,
        11602.651437647350124,  9842.7148383839780218, 1.0765576773720192317e-8};
    static const double d[] = {22.266688044328115691, 235.38790178262499861, 1519.377599407554805,
                               6485.558298266760755,  18615.571640885098091, 34900.952721145977266,
                               38912.003286093271411, 19685.429676859990727};
    double up = c[8] * x, down = x;
    for (int i = 0; i < 7; i++) {
        up = (up + c[i]) * x;
        down = (down + d[i]) * x;
    }
    return bell(x) * (up + c[7]) / (down + d[7]);
}

/* Mills' ratio Phi(-x) / phi(x) = 1 / (x + 1 / (x + 2 / (x + 3 / ...))) from x = 5.6 on. */
static double mills(double x)
{
    double tail = x;
    for (int i = x > 12 ? 10 : 22; i >= 1; i--)
        tail = x + i / tail;
    return 1 / tail;
}

/* Beyond 37 exp(-x^2/2) is taken in two equal factors: only the last product is denormal, and the
 * result is rounded once. */
static double far_tail(double x)
{
    double high = (double)(float)x, low = (x - high) * (x + high);
    double half = num_exp(-high * high / 4) * num_exp(-low / 4);
    return half * mills(x) * root_half_pi_inverse * half;
}

static double lower_tail(double x)
{
    if (x > 37)
        return x > 39 ? 0 : far_tail(x);
    return x > 5.65685424949238 ? bell(x) * mills(x) * root_half_pi_inverse : shoulder(x);
}

double assay_normal_cdf(double x)
{
    if (isnan(x))
        return x;
    if (fabs(x) <= 0.67448975)
        return 0.5 + middle(x);
    if (x > 8.3)
        return 1;
    return x < 0 ? lower_tail(-x) : 1 - lower_tail(x);
}

double assay_normal_upper(double x)
{
    return assay_normal_cdf(-x);
}

double assay_normal_quantile(double p)
{
    return p >= 0 && p <= 1 ? qnorm(p, 0, 1, 1, 0) : NAN;
}
