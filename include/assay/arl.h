/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average run length: how many points until a signal, when the mean is off by `shift`.
 *
 * Readings are independent and normal; the shift is in standard deviations of the plotted
 * statistic. EWMA and CUSUM solve the integral equation of the run length (Crowder 1987; Page
 * 1954) by Gauss-Legendre Nystrom; run rules are an exact Markov chain built from the set itself
 * (Champ & Woodall 1987), with a quadrature over the last value where a rule asks for a trend or
 * an alternation.
 */
#ifndef ASSAY_ARL_H
#define ASSAY_ARL_H

#include <assay/rules.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { ASSAY_ARL_EWMA, ASSAY_ARL_CUSUM, ASSAY_ARL_RULES } assay_arl_type;

typedef struct {
    assay_arl_type type;
    double shift;
    bool is_one_sided;     /* EWMA (reflected at 0) and CUSUM: upper side only */
    bool is_steady_state;  /* the shift comes late: conditional steady state of the chart in control */
    double lambda, limit;  /* EWMA: weight in (0, 1], width in standard deviations of z */
    double start;          /* EWMA: head start, in asymptotic standard deviations of z */
    bool is_exact;         /* EWMA: limits exact in time, else asymptotic */
    double k, h, fir;      /* CUSUM; FIR is the head start, 0 <= fir < h */
    const assay_rules *rules;
} assay_arl_options;

typedef struct {
    double arl;
    double digits;             /* that agree between two resolutions; 15 is full */
    const char *method;        /* "Markov chain", "Gauss-Legendre Nystrom" ... */
    const char *why_undefined; /* arl NaN or infinite: the reason, else NULL */
} assay_arl;

/* lambda 0.2, limit 3, k 0.5, h 5, two-sided, no shift. */
ASSAY_PUBLIC assay_arl_options assay_arl_defaults(assay_arl_type type);

/* A set without any rule has no run length: arl is infinity and why_undefined tells.
 * Errors  ASSAY_DOMAIN  names the argument outside its domain
 *         ASSAY_LIMIT   the rules look back too far for a chain of bounded size
 *         ASSAY_UNSUPPORTED  steady state of a two-sided CUSUM, of exact limits, of rules
 * Cost    EWMA, CUSUM below 10 ms; exact limits below 50 ms; zone rules below 10 ms; sets with
 *         trend or alternation below 0.3 s, but named sets at shift 0 and 1 are tabled at build
 * Note    k of m counts from the first point on, as in Champ & Woodall, without waiting for m. */
ASSAY_PUBLIC size_t assay_arl_scratch_size(const assay_arl_options *options);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_arl_find(const assay_arl_options *options,
                                                        void *scratch, assay_arl *out,
                                                        assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
