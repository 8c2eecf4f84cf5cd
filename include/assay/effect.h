/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change did: after against before, with interval and p (docs/method/effect.md).
 *
 * Every estimate is after minus before, or after over before; all tests are two-sided. A figure
 * that does not exist says why. Missing values are counted out; an infinite one is refused. Each
 * result names the method it used, for a statement that is sealed. Memory is the caller's.
 */
#ifndef ASSAY_EFFECT_H
#define ASSAY_EFFECT_H

#include <assay/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to do about values that follow their predecessor (positive autocorrelation at lag 1). */
typedef enum {
    ASSAY_SERIAL_AUTO,   /* adjust when it is there */
    ASSAY_SERIAL_ALWAYS, /* adjust by what is estimated, there or not */
    ASSAY_SERIAL_NEVER
} assay_serial;

/* -- mean ------------------------------------------------------------------------------------- */

typedef struct {
    const char *method; /* "welch" or "welch-ar1" */
    uint64_t n_before, n_after;
    assay_figure mean_before, mean_after, sd_before, sd_after;
    /* Autocorrelation at lag 1 within the periods, both together: as observed, and freed of its
     * bias. It is there when the latter passes 1.96 / sqrt(n_before + n_after). */
    assay_figure lag1, rho;
    bool is_autocorrelated;
    assay_figure n_effective_before, n_effective_after; /* independent values that tell as much */
    assay_test plain;                                   /* Welch, as if values were independent */
    assay_test used;                                    /* the one `method` names */
    assay_figure g, g_lower, g_upper; /* Hedges' g: difference in standard deviations */
} assay_effect_shift;

/* Shift of the mean. Values in order of time within each period.
 * confidence: 0 is 0.95. n >= 2 in both and spread, else the tests are undefined.
 * Errors  ASSAY_DOMAIN  confidence outside 0..1, an infinite value (err->at)
 * Golden  test/golden/judging/effect.json (R 4.2.2), 1e-9 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status
assay_effect_of_means(const assay_values *before, const assay_values *after, assay_serial serial,
                      double confidence, assay_effect_shift *out, assay_err *err);

/* -- spread ----------------------------------------------------------------------------------- */

typedef struct {
    const char *method; /* "f, brown-forsythe": the second p also holds when values are not normal */
    uint64_t n_before, n_after;
    assay_figure sd_before, sd_after;
    assay_test ratio;          /* sd after / sd before; F; interval and p assume normal values */
    assay_test brown_forsythe; /* statistic F(1, n-2), p; no interval */
} assay_effect_spread;

ASSAY_PUBLIC size_t assay_effect_scratch_size(size_t n_before, size_t n_after);

/* Ratio of the standard deviations. scratch: assay_effect_scratch_size bytes. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_effect_of_spreads(const assay_values *before,
                                                                 const assay_values *after,
                                                                 double confidence, void *scratch,
                                                                 assay_effect_spread *out,
                                                                 assay_err *err);

/* -- shares and counts ------------------------------------------------------------------------ */

typedef struct {
    const char *method;         /* of p: "fisher" when an expected count is below 5, else "score" */
    assay_figure before, after; /* shares */
    assay_figure before_lower, before_upper, after_lower, after_upper; /* Wilson */
    assay_test difference; /* after - before; Newcombe's hybrid score interval */
    assay_figure h;        /* Cohen's h, on the arcsine scale */
} assay_effect_share;

/* x of n nonconforming before and after.
 * Errors  ASSAY_DOMAIN  x > n, or confidence;  n = 0 is no error: undefined */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_effect_of_shares(uint64_t x_before,
                                                                uint64_t n_before, uint64_t x_after,
                                                                uint64_t n_after, double confidence,
                                                                assay_effect_share *out,
                                                                assay_err *err);

typedef struct {
    const char *method;         /* "poisson-conditional" */
    assay_figure before, after; /* counts per unit of exposure */
    assay_test ratio;           /* after / before; exact conditional interval and p */
    assay_figure difference;
} assay_effect_rate;

/* Counts (accidents, complaints, defects) over exposures (hours, units; > 0, the same unit).
 * Counts that come in clusters spread wider than Poisson's; the interval is then too narrow.
 * With no count before, the ratio is unbounded above: estimate and upper are undefined.
 * Errors  ASSAY_DOMAIN  an exposure <= 0, a count above 2^53, or confidence */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_effect_of_rates(
    uint64_t count_before, double exposure_before, uint64_t count_after, double exposure_after,
    double confidence, assay_effect_rate *out, assay_err *err);

/* -- capability indices ----------------------------------------------------------------------- */

/* An index and what it was estimated from: n values, nu degrees of freedom of its sd (n - 1 for
 * Pp and Ppk; those of the within estimate for Cp and Cpk). */
typedef struct {
    double index, n, nu;
} assay_effect_estimate;

typedef struct {
    const char *method; /* "bissell" or "chi" */
    assay_figure se_before, se_after;
    assay_test difference; /* after - before, by normal approximation (delta method) */
} assay_effect_index;

/* Difference of two Cpk or Ppk (`is_one_sided`: se^2 = 1/(9n) + C^2/(2 nu), Bissell 1990), or of
 * two Cp or Pp (se^2 = C^2/(2 nu)). n, nu >= 25 or so, or the approximation is coarse.
 * Errors  ASSAY_DOMAIN  an index not finite, n < 2, nu <= 0, or confidence */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_effect_of_indices(
    const assay_effect_estimate *before, const assay_effect_estimate *after, bool is_one_sided,
    double confidence, assay_effect_index *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
