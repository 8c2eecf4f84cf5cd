/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assay_values as the statistics iterate over them. */
#ifndef NUM_VALUES_H
#define NUM_VALUES_H

#include "num/dd.h"

/* Value i in units of 10^exponent for decimals (the mantissa, exactly), as it is for pairs.
 * It must not be missing. */
static inline assay_dd values_dd(const assay_values *x, size_t i)
{
    if (x->mantissa)
        return dd_of_int(x->mantissa[i]);
    return (assay_dd){x->hi[i], x->lo ? x->lo[i] : 0};
}

/* assay_values_is_missing, inline. */
static inline bool values_is_missing(const assay_values *x, size_t i)
{
    return x->mantissa ? x->mantissa[i] == ASSAY_MANTISSA_MISSING : isnan(x->hi[i]);
}

/* The decimal exponent values_dd leaves out; 0 for pairs. */
static inline int values_exponent(const assay_values *x)
{
    return x->mantissa ? x->exponent : 0;
}

/* Index of the first infinite value, or x->n. */
size_t values_first_infinite(const assay_values *x);

#endif
