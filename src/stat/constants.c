/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control chart constants: the table made at build time, and the same integrals in doubles for
 * what it does not hold. Trapezoidal sums converge geometrically here, see gen_constants.c. */
#include <assay/constants.h>

#include <stdbool.h>

#include "stat/gauss.h"

enum { TABLE_FROM = 2, TABLE_TO = 100 };

static const struct {
    double d2, d3, d4, c4, c5;
} table[] = {
#include "constants_table.h"
};

static bool in_table(size_t n)
{
    return n >= TABLE_FROM && n <= TABLE_TO;
}

static bool in_reach(size_t n)
{
    return n >= TABLE_FROM && n <= ASSAY_RANGE_N_MAX;
}

/* Over t = x + w/2 the two halves of the line share F(x+w) - F(x). */
double assay_range_cdf(double w, size_t n)
{
    if (!in_reach(n) || isnan(w))
        return NAN;
    if (w <= 0)
        return 0;
    const double h = 0.0625;
    double sum = 0, half = w / 2, power = (double)n - 1;
    for (int i = 0; i * h < half + 9; i++) {
        double t = i * h;
        double gap = gauss_above(t - half) - gauss_above(t + half);
        double both = gauss_density(t - half) + gauss_density(t + half);
        sum += (i ? both : both / 2) * pow(gap, power);
    }
    return fmin(1, (double)n * h * sum);
}

/* Bisection is enough: the function is monotone and quantiles are asked for rarely. */
double assay_range_quantile(double p, size_t n)
{
    if (!in_reach(n) || !(p >= 0 && p <= 1))
        return NAN;
    if (p == 0)
        return 0;
    if (p == 1)
        return INFINITY;
    double low = 0, high = 20;
    while (high - low > 2e-16 * high) {
        double middle = 0.5 * (low + high);
        if (middle == low || middle == high)
            break;
        if (assay_range_cdf(middle, n) < p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

static double range_mean(size_t n)
{
    const double h = 1.0 / 64;
    double sum = 0;
    for (int i = 0; i * h < 10; i++) {
        double above = gauss_above(i * h), below = gauss_below(i * h);
        double one_inside = -expm1((double)n * log1p(-above)) - pow(above, (double)n);
        if (i == 0)
            one_inside = 1 - 2 * pow(below, (double)n);
        sum += i ? 2 * one_inside : one_inside;
    }
    return h * sum;
}

/* E R^2 - d2^2 cancels two digits of sixteen at n = 10000; taken about the mean it does not:
 * E (R - m)^2 = 2 int (w - m) P(R > w) dw + m^2, split at m. */
static double range_deviation(size_t n)
{
    enum { ORDER = 40 };
    double mean = range_mean(n), node[ORDER], weight[ORDER], sum = 0;
    gauss_legendre(ORDER, fmax(0, mean - 5), mean, node, weight);
    for (int i = 0; i < ORDER; i++)
        sum += weight[i] * (mean - node[i]) * assay_range_cdf(node[i], n);
    gauss_legendre(ORDER, mean, mean + 7, node, weight);
    for (int i = 0; i < ORDER; i++)
        sum += weight[i] * (node[i] - mean) * (1 - assay_range_cdf(node[i], n));
    return sqrt(2 * sum);
}

double assay_d2(size_t n)
{
    return in_table(n) ? table[n - TABLE_FROM].d2 : in_reach(n) ? range_mean(n) : NAN;
}

double assay_d3(size_t n)
{
    return in_table(n) ? table[n - TABLE_FROM].d3 : in_reach(n) ? range_deviation(n) : NAN;
}

double assay_d4(size_t n)
{
    return in_table(n) ? table[n - TABLE_FROM].d4 : assay_range_quantile(0.5, n);
}

/* 1 - c4 from the ratio G(a + 1/2) / (G(a) sqrt a), a = (n - 1) / 2 (Tricomi & Erdelyi 1951);
 * the first omitted term is below 1e-17 for n > 100. */
static double c4_shortfall(size_t n)
{
    double u = 2 / ((double)n - 1);
    return u * (1. / 8 + u * (-1. / 128 + u * (-5. / 1024 + u * (21. / 32768 + u * (399. / 262144 +
           u * (-869. / 4194304 + u * (-39325. / 33554432)))))));
}

double assay_c4(size_t n)
{
    if (n < TABLE_FROM)
        return NAN;
    return in_table(n) ? table[n - TABLE_FROM].c4 : 1 - c4_shortfall(n);
}

double assay_c5(size_t n)
{
    if (n < TABLE_FROM)
        return NAN;
    double e = c4_shortfall(n);
    return in_table(n) ? table[n - TABLE_FROM].c5 : sqrt(e * (2 - e));
}

/* The middle one of n = 2m + 1: density n! / m!^2 f F^m (1-F)^m. */
static double middle_square(size_t n)
{
    const double h = 1.0 / 64;
    double m = (double)(n / 2), sum = 0;
    double scale = lgamma((double)n + 1) - 2 * lgamma(m + 1);
    for (int i = 1; i * h < 10; i++) {
        double x = i * h;
        double log_both = log(gauss_below(x)) + log(gauss_above(x));
        sum += 2 * x * x * gauss_density(x) * exp(scale + m * log_both);
    }
    return h * sum;
}

/* Mean of the two middle ones of n = 2m, c -/+ d/2, with n! / (m-1)!^2 F(c-d/2)^(m-1)
 * (1-F(c+d/2))^(m-1) f f, over c on the line and d > 0. */
static double middle_pair_square(size_t n)
{
    enum { ORDER = 64 };
    const double step = 1.0 / 16;
    double m = (double)(n / 2), node[ORDER], weight[ORDER], sum = 0;
    double scale = lgamma((double)n + 1) - 2 * lgamma(m);
    gauss_legendre(ORDER, 0, n == 2 ? 14 : 12 / sqrt(m), node, weight);
    for (int j = 0; j < ORDER; j++) {
        double d = node[j] / 2, inner = 0;
        for (int i = 1; i * step < 10; i++) {
            double c = i * step;
            double log_both = log(gauss_below(c - d)) + log(gauss_above(c + d));
            inner += 2 * c * c * gauss_density(c - d) * gauss_density(c + d) *
                     exp(scale + (m - 1) * log_both);
        }
        sum += weight[j] * inner * step;
    }
    return sum;
}

double assay_median_sd(size_t n)
{
    if (!in_reach(n))
        return NAN;
    return sqrt(n % 2 ? middle_square(n) : middle_pair_square(n));
}
