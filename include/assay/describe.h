/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Description of a sample: location, spread, shape, order, serial dependence
 * (docs/method/describe.md, docs/method/quantiles.md).
 *
 * Missing values are counted and skipped. All memory is the caller's: what must sort takes
 * scratch of assay_describe_scratch_size(n) bytes, aligned for max_align_t. Each function is
 * reentrant. An infinite value is refused (ASSAY_DOMAIN, err->at its index).
 */
#ifndef ASSAY_DESCRIBE_H
#define ASSAY_DESCRIBE_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of scratch for n values: 16 n + 16. */
ASSAY_PUBLIC size_t assay_describe_scratch_size(size_t n);

/* Quantiles Q(p) of count probabilities, by Hyndman and Fan's type 1 to 9.
 *
 *   type   1 inverse of the empirical distribution, 2 the same averaged at steps, 3 nearest even,
 *          4 linear, 5 midpoints, 6 [0: the default] p(n+1) as Minitab, SPSS and ISO 3534 have it,
 *          7 R and Excel's QUARTILE.INC, 8 median-unbiased, 9 normal-unbiased
 *   p      [count] 0 <= p <= 1
 *   out    [count] in the unit of x; all NaN when no value is present
 *
 * A step is taken as reached within 4 ulp of p n, as in R, so that p = 0.1 is one tenth.
 * Errors  ASSAY_DOMAIN  type outside 0..9, a p outside 0..1 (err->at), an infinite value
 * Cost    a radix sort, O(n)
 * Source  Hyndman & Fan 1996, American Statistician 50, 361-365
 * Golden  test/golden/stat/quantiles.csv (R 4.2.2), 1e-15 relative */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_quantiles(const assay_values *x, int type,
                                                         const double *p, size_t count,
                                                         void *scratch, double *out,
                                                         assay_err *err);

/* Autocorrelation at lag k as NIST defines it: the sum over pairs (i, i+k) of the products of
 * deviations from the overall mean, over the sum of all squared deviations. A pair with a missing
 * member is left out of the first sum. Decimals exactly. Undefined for n < 2, k = 0 or k >= n,
 * and without spread.
 * Golden  test/golden/stat/nist, >= 14.0 digits */
ASSAY_PUBLIC assay_figure assay_autocorrelation(const assay_values *x, size_t lag);

/* A test on the number of runs against chance, by the normal approximation, two-sided and without
 * continuity correction. */
typedef struct {
    uint64_t runs;          /* observed */
    uint64_t above, below;  /* about the median; rises and falls for runs up and down */
    assay_figure expected, sd, z, p;
} assay_runs_test;

/* About the median (Wald and Wolfowitz 1940): values equal to the median are left out.
 * Undefined unless both sides occur. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_runs_about_median(const assay_values *x,
                                                                 void *scratch,
                                                                 assay_runs_test *out,
                                                                 assay_err *err);
/* Runs up and down: a value equal to its predecessor is left out.
 * Expected (2n-1)/3, variance (16n-29)/90; undefined for fewer than 3 values. */
ASSAY_PUBLIC assay_runs_test assay_runs_up_down(const assay_values *x);

typedef struct {
    int quantile_type; /* 1..9; 0: 6 */
    double trim;       /* share trimmed at each end, 0 <= trim < 0.5; NaN: 0.05 */
    double confidence; /* of the intervals, two-sided; 0: 0.95 */
    const double *p;   /* [p_count] or NULL: quantiles wanted besides, from the one sort */
    size_t p_count;
    double *quantiles; /* [p_count] get them, as assay_quantiles would */
} assay_describe_options;

ASSAY_PUBLIC assay_describe_options assay_describe_defaults(void);

typedef struct {
    uint64_t n, missing;
    int quantile_type;
    double trim, confidence; /* as used */
    assay_figure mean, sd, variance, se_mean;
    assay_figure mean_lower, mean_upper; /* Student's t; assumes independence */
    assay_figure sd_lower, sd_upper;     /* chi-squared; assumes normality */
    assay_figure skewness, kurtosis;               /* G1 and excess G2, see moments.h */
    assay_figure skewness_biased, kurtosis_biased; /* g1 and excess g2 */
    assay_figure autocorrelation1;
    assay_figure min, max, range;
    assay_figure q1, median, q3, iqr; /* by quantile_type; the median is the ordinary one */
    assay_figure mad;                 /* median |x - median|, not scaled by 1.4826 */
    assay_figure trimmed_mean;        /* floor(n trim) values left out at each end */
    assay_runs_test runs_about_median, runs_up_down;
} assay_description;

/* Everything above in one call. options may be NULL. n = 0 is no error.
 * Errors  ASSAY_DOMAIN  an option or value outside its range */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_describe(const assay_values *x,
                                                        const assay_describe_options *options,
                                                        void *scratch, assay_description *out,
                                                        assay_err *err);

/* Histogram bins. Width 2 IQR n^(-1/3) (Freedman and Diaconis 1981; IQR of type 7), or
 * 3.49 sd n^(-1/3) (Scott 1979) when the IQR is 0; not more than ASSAY_BINS_MAX bins.
 * Decimals: the width is a whole number of steps of 10^exponent, at least 1, and the edges lie
 * half a step off the grid, so that no value is on an edge. Doubles: the width is rounded to 1, 2
 * or 5 times a power of ten, edges are multiples of it, a bin is [edge, next edge).
 * Equal values have one bin. */
#define ASSAY_BINS_MAX 200

typedef struct {
    size_t count;          /* 0 when there is no value */
    const char *rule;      /* "freedman-diaconis", "scott", "given" or "single" */
    double first, width;   /* lowest edge and width, rounded */
    bool is_decimal;
    int64_t origin;        /* decimals: smallest mantissa of bin 0 */
    uint64_t step;         /* decimals: mantissas per bin */
    int exponent;
} assay_bins;

/* wanted: 0, or about how many bins instead of the rule's number.
 * Errors  ASSAY_DOMAIN  an infinite value; ASSAY_LIMIT wanted > ASSAY_BINS_MAX */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_bins_choose(const assay_values *x, size_t wanted,
                                                           void *scratch, assay_bins *out,
                                                           assay_err *err);
/* Edge i, 0 <= i <= count. */
ASSAY_PUBLIC double assay_bins_edge(const assay_bins *b, size_t i);
/* counts [b->count]; values outside the bins are returned as a number, missing ones ignored. */
ASSAY_PUBLIC uint64_t assay_bins_count(const assay_bins *b, const assay_values *x,
                                       uint64_t *counts);

#ifdef __cplusplus
}
#endif
#endif
