/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal distribution. libRmath's pnorm gives up at -37.5193, where the density leaves the
 * normal range of doubles; we go on to the smallest denormal with the asymptotic series.
 */
#include <assay/distribution.h>

#include "num/dist.h"

/* Phi(-x), 37 < x: exp(-x^2/2) is taken in two equal factors, so that only the last product is
 * denormal and the result is rounded once. */
static double far_tail(double x)
{
    if (x > 39)
        return 0;
    double high = (double)(float)x, low = (x - high) * (x + high);
    double half = exp(-high * high / 4 - low / 4);
    double y = 1 / (x * x), mills = 1;
    for (int i = 15; i >= 1; i -= 2)
        mills = 1 - mills * i * y;
    return half * mills / x * 0.398942280401432677940 * half;
}

double assay_normal_cdf(double x)
{
    return x < -37 ? far_tail(-x) : pnorm(x, 0, 1, 1, 0);
}

double assay_normal_upper(double x)
{
    return assay_normal_cdf(-x);
}

double assay_normal_quantile(double p)
{
    return p >= 0 && p <= 1 ? qnorm(p, 0, 1, 1, 0) : NAN;
}
