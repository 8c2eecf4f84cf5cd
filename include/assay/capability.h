/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Process capability and performance (ISO 22514-2, Montgomery, Bissell 1990).
 *
 * Cp, Cpl, Cpu, Cpk use the standard deviation within subgroups, Pp, Ppl, Ppu, Ppk and Cpm the
 * overall one. Call it performance until a control chart shows stability (assay_chart.is_stable).
 * A figure that does not exist is NaN, and its `why` is a text in lower case; nothing is 0 for want
 * of data. All memory is the caller's.
 */
#ifndef ASSAY_CAPABILITY_H
#define ASSAY_CAPABILITY_H

#include <assay/chart.h>
#include <assay/fit.h>
#include <assay/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Specification; NaN: none. A natural bound (roundness >= 0) is not a limit: on its side there is
 * no index, and the two-sided ones are undefined. A limit at or beyond the natural bound is the
 * natural bound. */
typedef struct {
    double lsl, usl, target, natural_lower, natural_upper;
} assay_spec;

ASSAY_PUBLIC assay_spec assay_spec_none(void); /* all NaN */

/* Readings in order, as in assay_chart_input. A missing reading is skipped. */
typedef struct {
    assay_values x;
    size_t subgroups;         /* k */
    const uint32_t *readings; /* [k] readings of each subgroup; NULL: all `n` */
    uint32_t n;               /* readings per subgroup when `readings` is NULL; 1: individuals */
    const uint8_t *excluded;  /* [k] nonzero: out of every figure; or NULL */
    size_t nominal_n;         /* 0, or the full size: a shorter last group is not in sd_within */
} assay_capability_input;

typedef enum {
    ASSAY_CPM_N_MINUS_1, /* (USL - LSL) / (6 sqrt(sum (x - T)^2 / (n - 1))): Minitab, default */
    ASSAY_CPM_N,         /* the same with n */
    ASSAY_CPM_SD,        /* (USL - LSL) / (6 sqrt(sd^2 + (mean - T)^2)): qcc */
} assay_cpm_denominator;

typedef enum {
    ASSAY_INTERVAL_EXACT, /* one-sided indices: noncentral t, default */
    ASSAY_INTERVAL_WALD,  /* one-sided indices: z sqrt(1/(9n) + C^2/(2 nu)) */
} assay_interval_method;

typedef enum {
    ASSAY_CPM_NU_BOYLES, /* n (1 + d^2)^2 / (1 + 2 d^2), d = (mean - T) / sd: default */
    ASSAY_CPM_NU_QCC,    /* n (1 + d^2) / (1 + 2 d^2), as qcc has it */
} assay_cpm_nu;

typedef struct {
    assay_sigma_method sigma;     /* AUTO: mr for individuals, rbar n <= 8, pooled above */
    bool is_unweighted;           /* as in assay_chart_options */
    unsigned span;                /* moving range span; 0: 2 */
    double sd_within, nu;         /* with ASSAY_SIGMA_GIVEN; nu alone overrides the estimator's */
    double confidence;            /* two-sided; 0: 0.95 */
    assay_family distribution;    /* default NORMAL; AUTO chooses by a stated criterion */
    assay_cpm_denominator cpm;
    assay_interval_method interval;
    assay_cpm_nu cpm_nu;
} assay_capability_options;

ASSAY_PUBLIC assay_capability_options assay_capability_defaults(void);

typedef struct {
    double value;     /* NaN: undefined */
    double low, high; /* confidence interval; NaN: none */
    const char *why;  /* why value, or else the interval, is undefined; NULL when both exist */
} assay_index;

typedef struct {
    double below, above, total; /* parts per million; NaN: no limit there, or undefined */
} assay_ppm;

typedef struct {
    size_t n;          /* readings that count */
    double mean;
    double sd_within;  /* NaN: undefined, why_sd_within says why */
    const char *why_sd_within;
    assay_sigma_method sigma_method;
    double nu;         /* degrees of freedom of sd_within */
    double sd_overall; /* divisor n - 1; NaN when n < 2 */
    const char *why_sd_overall;
    double confidence;
    assay_spec spec;   /* limits as used: a limit that is a natural bound is NaN */
    assay_index cp, cpl, cpu, cpk; /* within; normal distribution only */
    assay_index pp, ppl, ppu, ppk; /* overall; ISO 22514-2 quantiles when not normal */
    assay_index cpm, cpmk;         /* against the target; normal distribution only */
    assay_ppm ppm_observed, ppm_within, ppm_overall;
    const char *why_ppm_within, *why_ppm_overall, *why_ppm_observed;
    double z_bench_within, z_bench_overall; /* standard normal quantile of the total yield */
    assay_fit distribution;        /* the one used, with Anderson-Darling */
    const char *why_distribution;  /* criterion by which it was chosen, or why it is not fitted */
    double x_lower, x_median, x_upper; /* X0.135 %, X50 %, X99.865 % of it */
} assay_capability;

/* Capability of readings. `scratch`: assay_capability_scratch_size(in) bytes, aligned as malloc.
 * Errors  ASSAY_DOMAIN  limits reversed or infinite, target not finite, confidence outside (0, 1),
 *                       a reading that is infinite
 *         ASSAY_SHAPE   sizes of subgroups do not sum to x.n, or a subgroup of size 0
 * No readings, one reading or zero variance are no errors: the figures are NaN with a reason.
 * Cost    100,000 readings of three decimals: normal 10 ms (sort and Anderson-Darling), Weibull 17,
 *         AUTO over all families 560. For indices alone use assay_capability_from_moments.
 * Golden  test/golden/capability, indices 1e-12, parameters 1e-8 */
ASSAY_PUBLIC size_t assay_capability_scratch_size(const assay_capability_input *in);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_capability_make(
    const assay_capability_input *in, const assay_spec *spec,
    const assay_capability_options *options, void *scratch, assay_capability *out, assay_err *err);

/* The same from moments alone, for the normal distribution: what a store's summaries know. 2 us
 * with nu >= 4000, about 150 us below (exact one-sided intervals; ASSAY_INTERVAL_WALD: 10 us).
 * sd NaN: not known (n < 2, or no within estimate). ppm_observed is NaN (below and above are not
 * in the moments) and no Anderson-Darling. */
typedef struct {
    double n, mean, sd_within, nu, sd_overall;
    assay_sigma_method sigma_method;
} assay_capability_moments;
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_capability_from_moments(
    const assay_capability_moments *moments, const assay_spec *spec, const assay_capability_options *options,
    assay_capability *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
