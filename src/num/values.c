/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assay/values.h>

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
