/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as statistics take them: decimals with one exponent, or pairs of doubles.
 *
 * A measurement is a decimal with a known number of places. Read as binary64 it loses what
 * certified figures need (R and NumPy end at 8 digits on NIST NumAcc4 for that reason alone), so
 * every function of this library takes assay_values:
 *
 *   decimal form   value i = mantissa[i] * 10^exponent          exact; sums are exact integers
 *   pair form      value i = hi[i] + lo[i], |lo| <= ulp(hi)/2   lo may be NULL (plain doubles)
 *
 * A missing value is ASSAY_MANTISSA_MISSING, or NaN in hi. Each function says whether it skips
 * or refuses them. The arrays are the caller's and are only read.
 */
#ifndef ASSAY_VALUES_H
#define ASSAY_VALUES_H

#include <assay/err.h>

#include <math.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_MANTISSA_MISSING INT64_MIN

typedef struct {
    size_t n;
    const int64_t *mantissa; /* NULL: pair form */
    int exponent;            /* -300 .. 300 */
    const double *hi, *lo;   /* used when mantissa is NULL */
} assay_values;

/* An unevaluated sum hi + lo with |lo| <= ulp(hi)/2: about 32 digits ("double-double"). */
typedef struct {
    double hi, lo;
} assay_dd;

/* Shorthands for the two forms. */
ASSAY_PUBLIC assay_values assay_values_of_decimals(const int64_t *mantissa, size_t n, int exponent);
ASSAY_PUBLIC assay_values assay_values_of_doubles(const double *x, size_t n);

/* The part from .. from + n of x; from + n <= x->n. */
ASSAY_PUBLIC assay_values assay_values_slice(const assay_values *x, size_t from, size_t n);

/* Value i, correctly rounded; NaN if missing. */
ASSAY_PUBLIC double assay_values_at(const assay_values *x, size_t i);
ASSAY_PUBLIC bool assay_values_is_missing(const assay_values *x, size_t i);

#ifdef __cplusplus
}
#endif
#endif
