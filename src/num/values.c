/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/values.h"
#include "num/dd.h"

#include <assay/moments.h>

#include <stdio.h>
#include <stdlib.h>

assay_values assay_values_of_decimals(const int64_t *mantissa, size_t n, int exponent)
{
    return (assay_values){.n = n, .mantissa = mantissa, .exponent = exponent};
}

assay_values assay_values_of_doubles(const double *x, size_t n)
{
    return (assay_values){.n = n, .hi = x};
}

assay_values assay_values_slice(const assay_values *x, size_t from, size_t n)
{
    assay_values part = *x;
    part.n = n;
    if (x->mantissa)
        part.mantissa += from;
    if (x->hi)
        part.hi += from;
    if (x->lo)
        part.lo += from;
    return part;
}

/* The last resort of correct rounding, about one decimal in 2^45: strtod rounds correctly, and
 * text without a decimal sign reads the same in every locale. */
static double round_by_text(int64_t mantissa, int exponent)
{
    char text[40];
    snprintf(text, sizeof text, "%lldE%d", (long long)mantissa, exponent);
    return strtod(text, NULL);
}

static double decimal_round(int64_t mantissa, int exponent)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int64_t exact = INT64_C(1) << 53;
    if (mantissa >= -exact && mantissa <= exact && exponent >= -22 && exponent <= 22)
        return exponent < 0 ? (double)mantissa / power[-exponent]
                            : (double)mantissa * power[exponent];
    assay_dd x = dd_times_power_of_ten(dd_of_int(mantissa), exponent);
    double slack = fabs(x.hi) * 0x1p-98;
    if (fabs(x.hi) > 1e-290 && fabs(x.hi) < 1e300 && x.hi + (x.lo - slack) == x.hi + (x.lo + slack))
        return x.hi + x.lo;
    return round_by_text(mantissa, exponent);
}

double assay_values_at(const assay_values *x, size_t i)
{
    if (!x->mantissa)
        return x->hi[i]; /* |lo| <= ulp/2: hi is the nearest already */
    if (x->mantissa[i] == ASSAY_MANTISSA_MISSING)
        return NAN;
    return decimal_round(x->mantissa[i], x->exponent);
}

bool assay_values_is_missing(const assay_values *x, size_t i)
{
    return values_is_missing(x, i);
}

size_t values_first_infinite(const assay_values *x)
{
    if (x->mantissa)
        return x->n;
    size_t i = 0;
    while (i < x->n && !isinf(x->hi[i]))
        i++;
    return i;
}

assay_dd assay_dd_of_decimal(int64_t mantissa, int exponent)
{
    return dd_times_power_of_ten(dd_of_int(mantissa), exponent);
}

assay_dd assay_dd_of_double(double x)
{
    return dd_of(x);
}

assay_figure assay_figure_of(double value)
{
    if (isfinite(value))
        return (assay_figure){value, NULL};
    return assay_figure_undefined("beyond binary64");
}

assay_figure assay_figure_undefined(const char *why)
{
    return (assay_figure){NAN, why};
}
