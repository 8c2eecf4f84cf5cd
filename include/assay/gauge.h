/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauge studies (docs/method/gauge.md; AIAG MSA 4th edition, VDA 5, Minitab's names).
 *
 * Sums of squares come from exact integers on decimals. Missing values are refused: a gauge study
 * is balanced or it is another study. Memory is the caller's.
 */
#ifndef ASSAY_GAUGE_H
#define ASSAY_GAUGE_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- type 1: one part with a known value, measured n times by one operator ---------------- */

typedef struct {
    assay_dd reference;    /* the known value: assay_dd_of_decimal */
    double tolerance;      /* upper minus lower limit, > 0 */
    double percent;        /* of the tolerance; 0: 20 */
    double sigmas;         /* width of the spread in standard deviations; 0: 6 (Minitab, VDA 5: 4) */
    double confidence;     /* of the interval of the bias; 0: 0.95 */
} assay_gauge_type1_options;

typedef struct {
    uint64_t n;
    double percent, sigmas, confidence; /* as used */
    assay_figure mean, sd, bias;
    assay_figure study_variation;          /* sigmas * sd */
    assay_figure cg;                       /* percent/100 tolerance / (sigmas sd) */
    assay_figure cgk;                      /* (percent/200 tolerance - |bias|) / (sigmas/2 sd) */
    assay_figure percent_repeatability;    /* percent / cg */
    assay_figure percent_with_bias;        /* percent / cgk; undefined for cgk <= 0 */
    assay_figure t, p;                     /* bias = 0, two-sided, n - 1 degrees of freedom */
    assay_figure bias_lower, bias_upper;
} assay_gauge_type1;

/* Errors  ASSAY_DOMAIN   an option outside its range, an infinite value
 *         ASSAY_MISSING  err->at is the index of the first missing value
 * n < 2 or no spread is no error: the figures are undefined.
 * Golden  test/golden/stat/msa.json, 1e-10 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status
assay_gauge_type1_study(const assay_values *x, const assay_gauge_type1_options *options,
                        assay_gauge_type1 *out, assay_err *err);

/* -- repeatability and reproducibility ---------------------------------------------------- */

/* Sources of variation, in the order Minitab prints them. */
#define ASSAY_GAUGE_SOURCE_LIST(X)                                                                 \
    X(GRR, "total_grr", "total gauge R&R")                                                         \
    X(REPEATABILITY, "repeatability", "repeatability")                                             \
    X(REPRODUCIBILITY, "reproducibility", "reproducibility")                                       \
    X(OPERATOR, "operator", "operator")                                                            \
    X(INTERACTION, "interaction", "operator by part")                                              \
    X(PART, "part", "part to part")                                                                \
    X(TOTAL, "total", "total variation")

typedef enum {
#define X(code, name, text) ASSAY_GAUGE_##code,
    ASSAY_GAUGE_SOURCE_LIST(X)
#undef X
    ASSAY_GAUGE_SOURCES
} assay_gauge_source;

ASSAY_PUBLIC const char *assay_gauge_source_name(assay_gauge_source source);
ASSAY_PUBLIC const char *assay_gauge_source_text(assay_gauge_source source);

typedef struct {
    assay_figure variance;
    assay_figure percent_contribution; /* of the total variance */
    assay_figure sd;
    assay_figure study_variation;      /* sigmas * sd */
    assay_figure percent_study;        /* sd / total sd */
    assay_figure percent_tolerance;    /* study variation / tolerance; undefined without one */
} assay_gauge_share;

typedef struct {
    const char *source; /* "part", "operator", "part:operator", "repeatability", "total" */
    uint64_t df;
    assay_figure ss, ms, f, p;
} assay_gauge_anova_row;

#define ASSAY_GAUGE_ROWS_MAX 5

/* When the interaction is put into the repeatability. */
#define ASSAY_GAUGE_POOL_MINITAB 0.05
#define ASSAY_GAUGE_POOL_AIAG    0.25

typedef struct {
    double tolerance;  /* upper minus lower limit; 0 or NaN: none */
    double sigmas;     /* 0: 6 */
    double pool_alpha; /* the interaction is pooled when its p is above this; NaN: 0.05 (Minitab).
                          0.25 is AIAG's; 1 never pools, 0 always does */
} assay_gauge_options;

ASSAY_PUBLIC assay_gauge_options assay_gauge_defaults(void); /* no tolerance, 6, 0.05 */

typedef struct {
    size_t parts, operators, trials;
    double sigmas, tolerance, pool_alpha; /* as used */
    /* The model with interaction (empty, rows_full = 0, when trials = 1), then the one used. */
    assay_gauge_anova_row full[ASSAY_GAUGE_ROWS_MAX], used[ASSAY_GAUGE_ROWS_MAX];
    size_t rows_full, rows_used;
    bool is_pooled;
    const char *method; /* "crossed", "nested" or "average-range" */
    assay_gauge_share share[ASSAY_GAUGE_SOURCES];
    assay_figure ndc_exact; /* sqrt(2) sd part / sd gauge (average-range: 1.41, as AIAG prints) */
    assay_figure ndc;       /* number of distinct categories: the whole part, at least 1 */
} assay_gauge_study;

/* Bytes of scratch for p parts and o operators (nested: p is the number of all parts). */
ASSAY_PUBLIC size_t assay_gauge_scratch_size(size_t parts, size_t operators);

/* Crossed study by analysis of variance: each operator measures each part `trials` times.
 *
 *   x         [x->n] readings, any order
 *   part      [x->n] 0 <= part < parts;  oper [x->n] 0 <= oper < operators
 *
 * Random effects; F of part and operator against the interaction, or against the pooled
 * repeatability. A negative variance component is 0, as published tables have it.
 * Errors  ASSAY_SHAPE    fewer than 2 parts or operators, or cells of unequal size (err names one)
 *         ASSAY_MISSING, ASSAY_DOMAIN  err->at is the reading
 * Golden  test/golden/stat/msa.json, 1e-10, and the figures AIAG and Minitab print */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status
assay_gauge_crossed(const assay_values *x, const uint32_t *part, size_t parts,
                    const uint32_t *oper, size_t operators, const assay_gauge_options *options,
                    void *scratch, assay_gauge_study *out, assay_err *err);

/* Nested study: each part belongs to one operator (destructive tests). Codes of parts are unique
 * over all operators; every operator has equally many. Otherwise as above, without interaction:
 * F of operator against part within operator. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status
assay_gauge_nested(const assay_values *x, const uint32_t *part, size_t parts,
                   const uint32_t *oper, size_t operators, const assay_gauge_options *options,
                   void *scratch, assay_gauge_study *out, assay_err *err);

/* Average-range method on a crossed study: EV = Rbar/d2(trials), AV and PV from the ranges of the
 * means over d2*(operators), d2*(parts), exact d2*, not the tabled K1 to K3. No ANOVA rows. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status
assay_gauge_average_range(const assay_values *x, const uint32_t *part, size_t parts,
                          const uint32_t *oper, size_t operators,
                          const assay_gauge_options *options, void *scratch,
                          assay_gauge_study *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
