/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values in order, in the caller's scratch. */
#ifndef STAT_SORTED_H
#define STAT_SORTED_H

#include <assay/values.h>

/* The unit of what sorted_at returns is 10^exponent * 2^shift. */
typedef struct {
    size_t n; /* values present */
    int exponent, shift;
    const int64_t *mantissa; /* one of the three */
    const double *plain;
    const assay_dd *pair;
} sorted;

size_t sorted_scratch_size(size_t n);

/* Sort what is present. Decimals and plain doubles by radix, pairs by heap. */
sorted sorted_of(const assay_values *x, void *scratch);

assay_dd sorted_at(const sorted *s, size_t i);

/* Value i of x in the unit of s. */
assay_dd sorted_unit(const sorted *s, const assay_values *x, size_t i);

/* n >= 1. The median, and the quantile of Hyndman and Fan's type 1..9 at 0 <= p <= 1. */
assay_dd sorted_median(const sorted *s);
assay_dd sorted_quantile(const sorted *s, int type, double p);

/* Many of them as plain doubles (quantiles.c); and are type 0..9 and all p in range? */
void sorted_quantiles(const sorted *s, int type, const double *p, size_t count, double *out);
assay_status quantiles_check(int type, const double *p, size_t count, assay_err *err);

/* Median of |x - center|, n >= 1. */
assay_dd sorted_deviation(const sorted *s, assay_dd center);

#endif
