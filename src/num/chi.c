/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With u = log s the density of S times s is C exp(-nu/2 (expm1(2u) - 2u)): analytic, and its
 * product with a smooth g decays to both sides. The trapezoidal rule over the whole line then
 * converges faster than any power of the step (Trefethen & Weideman 2014), and since every term is
 * positive, a tail of 1e-300 is as precise as a half.
 */
#include "num/chi.h"
#include "num/elementary.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* Stirling's series from a = 15 on, where its eight terms reach 1e-17; below, by recurrence:
 * error(a) = error(a + 1) + (a + 1/2) log(1 + 1/a) - 1. */
double stirling_error(double a)
{
    double shift = 0;
    for (; a < 15; a += 1)
        shift += (a + 0.5) * num_log1p(1 / a) - 1;
    static const double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                               1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
    double y = 1 / (a * a), sum = 0;
    for (int i = 7; i >= 0; i--)
        sum = sum * y + c[i];
    return shift + sum / a;
}

/* exp(x) - 1 - x without the cancellation at small x: sum of x^k / k!, k >= 2. */
static double expm1_minus(double x)
{
    static const double c[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                               1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                               1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    if (fabs(x) > 0.3)
        return num_expm1(x) - x;
    double sum = 0;
    for (int k = fabs(x) < 0.03 ? 6 : 11; k >= 0; k--)
        sum = sum * x + c[k];
    return sum * x * x;
}

double chi_mean(double nu, double mode, double sharpness, chi_function g, const void *with)
{
    double u0 = num_log(mode);
    double h = 0.5 / sqrt(2 * nu + sharpness * sharpness + 14);
    double sum = g(mode, with) * num_exp(-nu / 2 * expm1_minus(2 * u0)), peak = sum;
    for (int side = -1; side <= 1; side += 2) {
        for (int i = 1; i < 1000000; i++) {
            double u = u0 + side * i * h;
            double term = g(num_exp(u), with) * num_exp(-nu / 2 * expm1_minus(2 * u));
            sum += term;
            peak = fmax(peak, term);
            if (term <= peak * 1e-18 * fmin(1, nu))
                break;
        }
    }
    return sum * h * 2 * sqrt(nu / (4 * pi)) * num_exp(-stirling_error(nu / 2));
}
