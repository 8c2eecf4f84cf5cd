/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is best when judges are severe, lenient, few and sometimes wrong (docs/method/judging.md).
 *
 * The crossed model  score = mean + subject + judge + error  with random subjects and judges, any
 * cells missing, its variances by restricted maximum likelihood; robust against single wrong
 * scores with Huber weights. This is advice beside the official tally (tally.h), with what the
 * data cannot tell said aloud. Memory is the caller's, nothing is allocated.
 */
#ifndef ASSAY_JUDGING_H
#define ASSAY_JUDGING_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n sheets; a score of NaN is missing and skipped. The same judge may score a subject twice. */
typedef struct {
    size_t n;
    const double *score;     /* [n] */
    const uint32_t *subject; /* [n] 0 <= subject < subjects */
    const uint32_t *judge;   /* [n] 0 <= judge < judges */
    size_t subjects, judges; /* some may have no score */
} assay_sheets;

/* -- connection ------------------------------------------------------------------------------- */

/* Parts of the graph of subjects and judges that no sheet connects. Two subjects in different
 * parts share no judge, nor judges who share subjects: severity cannot be told from quality there.
 *
 *   subject_part [subjects], judge_part [judges]  part from 0, UINT32_MAX without a score; or NULL
 *   *parts       how many; 1 is connected, 0 is no sheet
 *
 * Errors  ASSAY_DOMAIN  a subject or judge out of range (err->at)
 * Cost    O(n); scratch of assay_judging_parts_scratch_size bytes */
ASSAY_PUBLIC size_t assay_judging_parts_scratch_size(size_t subjects, size_t judges);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_judging_parts(const assay_sheets *sheets,
                                                             void *scratch, uint32_t *subject_part,
                                                             uint32_t *judge_part, size_t *parts,
                                                             assay_err *err);

/* -- the crossed model ------------------------------------------------------------------------ */

typedef struct {
    double huber;      /* k of the weights; 0: none; 1.345 costs 5 % when all is honest */
    double confidence; /* of intervals and of a pair's order, 0: 0.95 */
    bool without_ranks; /* estimates alone: no ranks, bands and ordered pairs are found */
} assay_judging_options;

typedef struct {
    size_t n;                     /* scores; 0: effect 0, nothing is known */
    double effect;                /* BLUP: points above the mean subject */
    double variance;              /* of the subject given the data */
    double estimate;              /* mean + effect: the score judges of mean severity would give */
    double expected_rank;         /* 1 is best; 1 + sum of the chances that another is better */
    uint32_t rank_low, rank_high; /* band: ranks that pairs the data can order leave open */
} assay_judged_subject;

typedef struct {
    size_t n;
    double severity; /* points taken off by this judge; negative: lenient */
    double se;
    double misfit; /* root mean square of own residuals over the residual sd; 1 is usual */
} assay_judged_judge;

typedef struct {
    size_t scores, missing, subjects, judges; /* subjects and judges with a score */
    double mean, mean_se;
    double var_subject, var_judge, var_rest;
    double share_subject, share_judge, share_rest;
    double criterion; /* restricted -2 log likelihood, as lme4 prints it (weights: of the last) */
    size_t downweighted;     /* scores with a weight below 1 */
    size_t pairs, unordered; /* pairs of scored subjects; those the data cannot order */
    unsigned iterations;
} assay_judging;

ASSAY_PUBLIC size_t assay_judging_scratch_size(size_t n, size_t subjects, size_t judges);

/* Fit the model.
 *
 *   subject  [subjects], judge [judges]  results
 *   weight   [n] Huber weights 0..1 (1 everywhere without), residual [n]; either may be NULL.
 *            NaN for a missing score
 *   apart    [subjects * subjects] is the pair (row above column) told apart, or NULL
 *
 * Variances at their bound are 0. A pair is ordered when the difference of its effects exceeds its
 * standard error by the normal quantile; a rank band says what all ordered pairs leave open.
 * Errors  ASSAY_DOMAIN    an index out of range or infinite score (err->at), an option
 *         ASSAY_UNDEFINED fewer than 2 subjects or judges with scores, no more scores than both
 *                         together, or no variation beside them
 *         ASSAY_NO_CONVERGENCE
 * Cost    O(m^3 + sum of r^2) a step, m the smaller of subjects and judges, r scores of one of
 *         the others; about ten steps. Scratch of assay_judging_scratch_size bytes
 * Source  Patterson and Thompson 1971; Henderson 1975; average information: Gilmour 1995;
 *         expected rank: Laird and Louis 1989
 * Golden  test/golden/judging/reml.json (lme4 1.1-31), 1e-6 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status
assay_judging_fit(const assay_sheets *sheets, const assay_judging_options *options, void *scratch,
                  assay_judged_subject *subject, assay_judged_judge *judge, double *weight,
                  double *residual, bool *apart, assay_judging *out, assay_err *err);

/* -- what else moves scores ------------------------------------------------------------------- */

typedef struct {
    size_t scores;
    assay_figure effect, se, lower, upper, t, df, p;
} assay_judging_effect;

/* Effect of a covariate, subject by subject and judge by judge: least squares with both as fixed
 * effects. With x the position in which a judge saw the subject: points gained a place later; with
 * x = 1 for a judge of the subject's own region and 0 otherwise: what one's own are given.
 *
 *   x  [n] finite where the score is not missing
 *
 * Undefined when x is settled by subject and judge, or no degree of freedom is left.
 * Errors  ASSAY_DOMAIN  index, score or x (err->at);  ASSAY_NO_CONVERGENCE
 * Golden  R 4.2.2 lm(), 1e-6 */
ASSAY_PUBLIC size_t assay_judging_effect_scratch_size(size_t n, size_t subjects, size_t judges);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_judging_effect_of(const assay_sheets *sheets,
                                                                 const double *x, double confidence,
                                                                 void *scratch,
                                                                 assay_judging_effect *out,
                                                                 assay_err *err);

/* Halo: criteria that a judge scores by one impression.
 *
 *   score      [n*c] row-major: criterion c of sheet i; a sheet with NaN is left out
 *   plain      [c*c] correlations of criteria over all sheets
 *   residual   [c*c] the same after each subject's mean is taken off: what is left in common there
 *              is not the subject but the judge
 *   *halo      mean of the residual correlations off the diagonal
 *
 * Either matrix may be NULL; a correlation without variation is NaN in a matrix, and left out of
 * the mean.
 * Errors  ASSAY_DOMAIN  a subject out of range, an infinite score (err->at), c < 2 */
ASSAY_PUBLIC size_t assay_judging_halo_scratch_size(size_t subjects, size_t c);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_judging_halo(
    const double *score, const uint32_t *subject, size_t n, size_t c, size_t subjects,
    void *scratch, double *plain, double *residual, assay_figure *halo, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
