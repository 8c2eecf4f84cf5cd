/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fitted distributions: maximum likelihood, Anderson-Darling, probability plot.
 *
 * A fit is plain data returned by value. "No maximum likelihood estimate exists" is an answer: the
 * parameters are then NaN and `why` says why. Nothing here allocates; samples must be sorted.
 */
#ifndef ASSAY_FIT_H
#define ASSAY_FIT_H

#include <assay/err.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* family, name of the contract, names of its parameters in order */
#define ASSAY_FAMILY_LIST(X)                                                                       \
    X(AUTO, "auto", 0, "", "", "", "")                                                             \
    X(NORMAL, "normal", 2, "mean", "sd", "", "")                                                   \
    X(LOGNORMAL, "lognormal", 2, "meanlog", "sdlog", "", "")                                       \
    X(LOGNORMAL3, "lognormal3", 3, "meanlog", "sdlog", "threshold", "")                            \
    X(WEIBULL, "weibull", 2, "shape", "scale", "", "")                                             \
    X(WEIBULL3, "weibull3", 3, "shape", "scale", "threshold", "")                                  \
    X(GAMMA, "gamma", 2, "shape", "scale", "", "")                                                 \
    X(EXPONENTIAL, "exponential", 1, "mean", "", "", "")                                           \
    X(LOGISTIC, "logistic", 2, "location", "scale", "", "")                                        \
    X(LOGLOGISTIC, "loglogistic", 2, "location", "scale", "", "")                                  \
    X(SMALLEST_EV, "smallest-ev", 2, "location", "scale", "", "")                                  \
    X(LARGEST_EV, "largest-ev", 2, "location", "scale", "", "")                                    \
    X(FOLDED_NORMAL, "folded-normal", 2, "mean", "sd", "", "")                                     \
    X(RAYLEIGH, "rayleigh", 1, "scale", "", "", "")                                                \
    X(JOHNSON_SU, "johnson-su", 4, "gamma", "delta", "xi", "lambda")                               \
    X(JOHNSON_SB, "johnson-sb", 4, "gamma", "delta", "xi", "lambda")

typedef enum {
#define X(code, name, count, p1, p2, p3, p4) ASSAY_FAMILY_##code,
    ASSAY_FAMILY_LIST(X)
#undef X
    ASSAY_FAMILY_COUNT
} assay_family;

#define ASSAY_FIT_PARAMETERS 4

ASSAY_PUBLIC const char *assay_family_name(assay_family family);
/* ASSAY_FAMILY_COUNT when no family has that name. */
ASSAY_PUBLIC assay_family assay_family_of_name(const char *name);
ASSAY_PUBLIC int assay_family_parameters(assay_family family);
/* Name of parameter i ("shape"), "" beyond the last. */
ASSAY_PUBLIC const char *assay_family_parameter_name(assay_family family, int i);

typedef struct {
    assay_family family;
    double parameter[ASSAY_FIT_PARAMETERS]; /* in the order of the list above; NaN beyond */
    double log_likelihood;                  /* NaN when not fitted by likelihood */
    double bic;                             /* -2 log L + p log n */
    double ad, ad_p;                        /* Anderson-Darling A^2; p NaN when not known */
    const char *why;                        /* why there is no fit, else NULL */
} assay_fit;

/* Distribution function, upper tail, density and quantile of a fitted distribution. NaN outside
 * the domain and for a fit that does not exist. */
ASSAY_PUBLIC double assay_fit_cdf(const assay_fit *fit, double x);
ASSAY_PUBLIC double assay_fit_upper(const assay_fit *fit, double x);
ASSAY_PUBLIC double assay_fit_log_density(const assay_fit *fit, double x);
ASSAY_PUBLIC double assay_fit_quantile(const assay_fit *fit, double p);

/* Fit `family` to the sorted, finite sample x[0..n). Normal: mean and n-1 standard deviation (the
 * plug-in of every capability study), log likelihood at the ML values. Others: maximum likelihood.
 * AUTO chooses (docs/method/fits.md): normal when its Anderson-Darling p >= 0.05, else the least
 * BIC among the families that fit. Errors: ASSAY_SHAPE n == 0; ASSAY_DOMAIN a NaN or infinite
 * value, or not sorted. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_fit_make(assay_family family, const double *x,
                                                        size_t n, assay_fit *out, assay_err *err);

/* Anderson-Darling A^2 of the sorted sample against a distribution, and its p value: normal with
 * estimated mean and sd by D'Agostino & Stephens (1986); others NaN (no exact tables). */
ASSAY_PUBLIC double assay_anderson_darling(const assay_fit *fit, const double *x, size_t n);
ASSAY_PUBLIC double assay_anderson_darling_p(assay_family family, double ad, size_t n);

/* Probability plot: out[i] = quantile of the fit at the median rank (i + 1 - 0.3) / (n + 0.4) of
 * the i-th smallest value. Plot x[i] against out[i]: a straight line of slope 1 is a perfect fit. */
ASSAY_PUBLIC void assay_probability_plot(const assay_fit *fit, size_t n, double *out);

/* Box-Cox: the lambda that maximises the profile likelihood of (x^lambda - 1)/lambda, its 95 %
 * likelihood interval. x > 0, sorted or not. `why` as above. */
typedef struct {
    double lambda, low, high, log_likelihood;
    const char *why;
} assay_box_cox;
ASSAY_PUBLIC assay_box_cox assay_box_cox_fit(const double *x, size_t n, double confidence);

#ifdef __cplusplus
}
#endif
#endif
