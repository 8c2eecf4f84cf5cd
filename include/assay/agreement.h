/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do judges, inspectors or gauges agree? (docs/method/agreement.md)
 *
 * Scores come as a matrix, row-major: subject i by judge j is x[i*k + j]; NaN is missing, which is
 * not zero. Each function says whether it leaves incomplete subjects out or uses what is there. A
 * figure that does not exist says why. Memory is the caller's, nothing is allocated.
 */
#ifndef ASSAY_AGREEMENT_H
#define ASSAY_AGREEMENT_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- intraclass correlation ------------------------------------------------------------------- */

/* code, name, text: Shrout and Fleiss' three designs, for one judge and for the mean of k */
#define ASSAY_ICC_LIST(X)                                                                          \
    X(1, "icc1", "each subject has its own judges")                                                \
    X(2, "icc2", "judges are a sample; agreement counts")                                          \
    X(3, "icc3", "these judges; consistency counts")                                               \
    X(1K, "icc1k", "mean of k judges of its own")                                                  \
    X(2K, "icc2k", "mean of k sampled judges")                                                     \
    X(3K, "icc3k", "mean of these k judges")

typedef enum {
#define X(code, name, text) ASSAY_ICC_##code,
    ASSAY_ICC_LIST(X)
#undef X
        ASSAY_ICCS
} assay_icc_form;

ASSAY_PUBLIC const char *assay_icc_name(assay_icc_form form);
ASSAY_PUBLIC const char *assay_icc_text(assay_icc_form form);

typedef struct {
    assay_figure value, lower, upper;
    assay_figure f, df1, df2, p; /* of no difference between subjects */
} assay_icc_figure;

typedef struct {
    size_t subjects, judges;
    size_t incomplete; /* subjects left out because a score is missing */
    assay_figure ms_subject, ms_judge, ms_rest, ms_within;
    assay_icc_figure icc[ASSAY_ICCS];
    /* Variance of subjects, judges and the rest (interaction and error); a negative estimate is
     * 0. Shares are of their sum. */
    assay_figure var_subject, var_judge, var_rest;
    assay_figure share_subject, share_judge, share_rest;
} assay_icc;

/* Two-way analysis of n subjects by k judges; confidence 0 is 0.95. Fewer than 2 complete subjects
 * or judges, or no spread, leave figures undefined.
 * Errors  ASSAY_DOMAIN  confidence outside 0..1, an infinite score (err->at)
 * Source  Shrout and Fleiss 1979; McGraw and Wong 1996
 * Golden  Shrout and Fleiss' 6 x 4, irr's anxiety: 1e-6 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_icc_of(const double *x, size_t n, size_t k,
                                                      double confidence, assay_icc *out,
                                                      assay_err *err);

/* Reliability of the mean of m judges when one has r (Spearman and Brown); NaN unless r is within
 * -1..1 and m > 0. */
ASSAY_PUBLIC double assay_spearman_brown(double r, double m);
/* How many judges, as a real number, for a mean of reliability `target`; NaN unless both are
 * between 0 and 1. At 0.26 for 0.80 it is 11.4. */
ASSAY_PUBLIC double assay_judges_needed(double r, double target);

/* -- ranks ------------------------------------------------------------------------------------ */

typedef struct {
    size_t subjects, judges, incomplete;
    assay_figure w; /* 0 none .. 1 the same order; corrected for ties */
    assay_figure chi2, df, p;
} assay_concordance;

/* Kendall's W. Incomplete subjects are left out. n >= 2 complete, k >= 2, and a judge who tells
 * any two subjects apart, else undefined. The chi-squared approximation wants n > 7.
 * Errors  ASSAY_DOMAIN  an infinite score (err->at)
 * Cost    O(k n log n); scratch of assay_concordance_scratch_size(n) bytes */
ASSAY_PUBLIC size_t assay_concordance_scratch_size(size_t n);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_concordance_of(const double *x, size_t n, size_t k,
                                                              void *scratch, assay_concordance *out,
                                                              assay_err *err);

/* -- classes ---------------------------------------------------------------------------------- */

#define ASSAY_CLASS_MISSING UINT32_MAX

typedef struct {
    uint64_t count;
    assay_figure share, kappa, z, p;
} assay_kappa_class;

typedef struct {
    size_t subjects, judges, incomplete;
    assay_figure observed, expected; /* agreement of two judges: seen, and by chance */
    assay_figure kappa, z, p;
} assay_kappa;

/* Fleiss' kappa of n subjects, each put into one of c classes by k judges.
 *
 *   classes  [n*k] 0 <= class < c, or ASSAY_CLASS_MISSING: the subject is left out
 *   details  [c] each class against all others; not NULL
 *
 * z is against chance, with the standard error of Fleiss, Nee and Landis 1979.
 * Errors  ASSAY_DOMAIN  a class >= c (err->at)
 * Golden  Fleiss' 30 x 6 diagnoses: 1e-6 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_kappa_of(const uint32_t *classes, size_t n, size_t k,
                                                        size_t c, assay_kappa_class *details,
                                                        assay_kappa *out, assay_err *err);

/* -- any number of judges, missing scores, any scale ------------------------------------------ */

typedef enum { ASSAY_SCALE_NOMINAL, ASSAY_SCALE_ORDINAL, ASSAY_SCALE_INTERVAL } assay_scale_level;

typedef struct {
    size_t subjects;                 /* with two scores or more */
    size_t scores;                   /* of these */
    assay_figure observed, expected; /* disagreement, in squared units of the scale */
    assay_figure alpha;
} assay_alpha;

/* Krippendorff's alpha. A subject with one score alone cannot be compared and is left out.
 * Errors  ASSAY_DOMAIN  an infinite score (err->at), or no such level
 * Cost    O(n k^2 + N log N), N = n k; scratch of assay_alpha_scratch_size(n, k) bytes
 * Source  Krippendorff 2011, Computing Krippendorff's alpha-reliability
 * Golden  his 4 x 12 example: 1e-6 */
ASSAY_PUBLIC size_t assay_alpha_scratch_size(size_t n, size_t k);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_alpha_of(const double *x, size_t n, size_t k,
                                                        assay_scale_level level, void *scratch,
                                                        assay_alpha *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
