/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subgroups of a characteristic, summed exactly.
 *
 * In decimal form sums are integers, divided once: a mean or a range is right to the last digit
 * whatever the order. In pair form sums are double-double.
 */
#ifndef STAT_SUBGROUP_H
#define STAT_SUBGROUP_H

#include <assay/chart.h>
#include <assay/sigma.h>

typedef __int128 subgroup_wide;

/* A running total in either form; `steps` are units of 10^exponent. */
typedef struct {
    subgroup_wide steps;
    assay_dd pair;
    int exponent;
} subgroup_total;

typedef struct {
    double mean, sd, range; /* NaN where n is too small */
    double squares;         /* about the mean */
    subgroup_total sum;
    subgroup_total spread;  /* the range again, for exact averages */
    size_t at;              /* its first reading in x */
    uint32_t n;             /* readings present */
    uint8_t flags;          /* ASSAY_POINT_... */
    bool counts;            /* enters estimates */
} subgroup;

/* All a chart needs to know about its data. */
typedef struct {
    const assay_chart_input *in;
    subgroup *group;  /* [k] */
    double *z, *sort; /* [k]; [max(k, x.n)] for medians */
    uint32_t *found;  /* [k] */
    size_t k;
    uint32_t most;    /* readings of the largest subgroup */
    bool is_equal;    /* all that count have the same n */
} subgroup_set;

/* Lay out scratch, check the shape, read and sum every subgroup of a variables chart. */
ASSAY_MUST_USE assay_status subgroup_read(const assay_chart_input *in, void *scratch,
                                          subgroup_set *set, assay_err *err);
/* One group: readings at .. at + count. Its place, flags and `counts` are the caller's. */
void subgroup_sum(const assay_values *x, size_t at, size_t count, subgroup *g);
/* ASSAY_POINT_... of group i, which has n readings. */
uint8_t subgroup_flags(const assay_chart_input *in, size_t i, uint32_t n);
/* The same arrays for an attribute chart, nothing read. */
void subgroup_layout(const assay_chart_input *in, void *scratch, subgroup_set *set);

/* Mark what enters estimates, from the flags and the phase 1 range within from .. to. */
void subgroup_mark(const assay_chart_input *in, subgroup_set *set, size_t from, size_t to);

void subgroup_add(subgroup_total *total, const subgroup_total *more);
double subgroup_mean(const subgroup_total *total, double count);

/* Range of readings (or of the `span` individuals that end at i); false when one is missing. */
bool subgroup_moving_range(const subgroup_set *set, size_t i, size_t from, unsigned span,
                           subgroup_total *out, bool *counts);

/* Median of group i; of n doubles, which are reordered. */
double subgroup_median(const subgroup_set *set, size_t i);
double median_of(double *x, size_t n);

/* hi + lo, summed without loss up to about 2^-104 of the largest. */
static inline assay_dd pair_add(assay_dd a, double b)
{
    double s = a.hi + b, t = s - a.hi;
    double e = (a.hi - (s - t)) + (b - t) + a.lo;
    double hi = s + e;
    return (assay_dd){hi, e - (hi - s)};
}

/* Within-subgroup sigma of groups from .. to that count. */
typedef struct {
    assay_sigma sigma;
    double spread_mean;    /* Rbar, sbar, MRbar where the method has one and n is equal, else NaN */
    double plain_spread;   /* size-weighted mean of the ranges (or deviations), for one centre line */
} sigma_estimate;

sigma_estimate sigma_find(const subgroup_set *set, size_t from, size_t to,
                          assay_sigma_method method, bool is_unweighted, unsigned span);

#endif
