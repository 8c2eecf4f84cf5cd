/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control charts (ISO 7870; Montgomery, Introduction to Statistical Quality Control).
 *
 * One call makes any chart: assay_chart_make fills one point per subgroup for the location chart
 * and, where the type has one, the spread chart. All memory is the caller's.
 */
#ifndef ASSAY_CHART_H
#define ASSAY_CHART_H

#include <assay/moments.h>
#include <assay/rules.h>
#include <assay/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* type, name of the contract, name of the location statistic, of the spread statistic */
#define ASSAY_CHART_LIST(X)                                                                        \
    X(AUTO, "auto", "", "")                                                                        \
    X(XBAR_R, "xbar-r", "mean", "range")                                                           \
    X(XBAR_S, "xbar-s", "mean", "standard deviation")                                              \
    X(I_MR, "i-mr", "individual", "moving range")                                                  \
    X(MEDIAN, "median", "median", "range")                                                         \
    X(EWMA, "ewma", "EWMA", "")                                                                    \
    X(CUSUM, "cusum", "CUSUM", "")                                                                 \
    X(RUN, "run", "individual", "")                                                                \
    X(P, "p", "proportion nonconforming", "")                                                      \
    X(NP, "np", "number nonconforming", "")                                                        \
    X(C, "c", "number of nonconformities", "")                                                     \
    X(U, "u", "nonconformities per unit", "")

typedef enum {
#define X(code, name, location, spread) ASSAY_CHART_##code,
    ASSAY_CHART_LIST(X)
#undef X
} assay_chart_type;

#define ASSAY_SIGMA_LIST(X)                                                                        \
    X(AUTO, "auto")                                                                                \
    X(RBAR, "rbar")                                                                                \
    X(SBAR, "sbar")                                                                                \
    X(POOLED, "pooled")                                                                            \
    X(POOLED_UNBIASED, "pooled-unbiased")                                                          \
    X(MVLUE_R, "mvlue-r")                                                                          \
    X(MVLUE_S, "mvlue-s")                                                                          \
    X(MR, "mr")                                                                                    \
    X(MEDIAN_MR, "median-mr")                                                                      \
    X(MSSD, "mssd")                                                                                \
    X(OVERALL, "overall")                                                                          \
    X(GIVEN, "given")                                                                              \
    X(BINOMIAL, "binomial")                                                                        \
    X(POISSON, "poisson")

typedef enum {
#define X(code, name) ASSAY_SIGMA_##code,
    ASSAY_SIGMA_LIST(X)
#undef X
} assay_sigma_method;

/* "unknown" beyond the lists; the way back is false, and changes nothing, for a name of none. */
ASSAY_PUBLIC const char *assay_chart_type_name(assay_chart_type type);
ASSAY_PUBLIC const char *assay_sigma_method_name(assay_sigma_method method);
ASSAY_PUBLIC bool assay_chart_type_named(const char *name, assay_chart_type *type);
ASSAY_PUBLIC bool assay_sigma_method_named(const char *name, assay_sigma_method *method);

typedef struct {
    assay_values x;              /* readings in order; attribute charts: one count per subgroup */
    size_t subgroups;            /* k */
    const uint32_t *readings;    /* [k] readings of each subgroup; NULL: all `n` */
    uint32_t n;                  /* readings per subgroup when `readings` is NULL; 1 for individuals */
    const double *size;          /* [k] number inspected (p, np, u); NULL: `size_all` */
    double size_all;
    const uint32_t *stage;       /* [k] stage of each subgroup, from 0, never decreasing; NULL: one */
    const uint8_t *excluded;     /* [k] nonzero: drawn, but out of every estimator; or NULL */
    size_t phase1_from, phase1_to; /* half open range limits come from; 0, 0: each stage from itself */
    size_t nominal_n;            /* 0, or the full size: a shorter last group is drawn, not used */
} assay_chart_input;

typedef struct {
    assay_chart_type type;       /* AUTO: individuals n=1, xbar-r n<=8, xbar-s above */
    assay_sigma_method sigma;    /* AUTO: mr for individuals; xbar-s sbar for n <= 8; else rbar for
                                    n <= 8, pooled above. Always reported */
    bool is_unweighted;          /* plain averages when n varies (UWAVE), and then one centre line
                                    for the spread chart, as qcc draws it */
    unsigned span;               /* moving range span, 2 by default (0) */
    double sigmas;               /* width of limits, 3 by default (0) */
    double center, std_dev;      /* NaN: estimated */
    double center_size;          /* np: number inspected that `center` is for; 0: the first */
    double lambda, ewma_sigmas;  /* 0.2 and 3 by default (0) */
    bool is_asymptotic;          /* EWMA limits */
    double k, h, fir;            /* CUSUM: 0.5, 5 (or 4), FIR 0 */
    double target;               /* EWMA z0 and CUSUM target; NaN: centre */
    bool with_probability_limits; /* P(beyond) <= 0.00135 a side */
    const assay_rules *rules;    /* location chart; NULL: rule 1 only. EWMA takes rule 1 only, CUSUM
                                    none (see cusum), run chart those without limits */
} assay_chart_options;

ASSAY_PUBLIC assay_chart_options assay_chart_defaults(void);

enum {
    ASSAY_POINT_EXCLUDED = 1,
    ASSAY_POINT_MISSING = 2,  /* nothing to plot: value NaN */
    ASSAY_POINT_PARTIAL = 4,  /* incomplete last subgroup: drawn, not estimated from, not judged */
};

typedef struct {
    double value;            /* CUSUM: the subgroup mean */
    /* NaN: none, none is drawn. lcl = 0 on R, S, MR, p, np, c, u is the bound of the statistic
     * itself: no limit is drawn there, and no point can be below it. */
    double center, lcl, ucl;
    double prob_lcl, prob_ucl; /* NaN unless asked */
    double sigma;            /* standard error of the plotted statistic */
    double n;                /* readings, or number inspected */
    uint32_t rules;          /* bit set of rules complete here; spread charts: bit 0 only */
    uint32_t flags;
} assay_chart_point;

typedef struct {
    double upper, lower;     /* tabular CUSUM, standardised; lower as a positive number */
    uint32_t rules;          /* bit 0: beyond h */
} assay_cusum_point;

typedef struct {
    size_t from, to;         /* subgroups, half open */
    double center;           /* of the location chart */
    double sigma;            /* of individual readings; NaN where it does not exist */
    double spread_center;    /* Rbar, sbar, MRbar for the commonest n */
    double spread_lcl, spread_ucl, lcl, ucl; /* for the commonest n */
    size_t used;             /* subgroups that entered the estimate */
} assay_chart_stage;

typedef struct {
    assay_chart_type type;
    assay_sigma_method method;
    assay_chart_point *location; /* [k], caller's */
    assay_chart_point *spread;   /* [k] or NULL: type has none */
    assay_cusum_point *cusum;    /* [k], CUSUM only, else NULL */
    assay_chart_stage *stages;
    size_t stages_room, stage_count;
    bool has_spread;
    double k, h;                 /* CUSUM as used */
    size_t signals;              /* points that signal, both charts, excluded ones not counted */
    bool is_stable;              /* no signal among points that count */
    const char *why_undefined;   /* text when limits do not exist (one point, no spread), else NULL */
} assay_chart;

/* Make a chart. out->location (and spread, cusum as the type needs) must have room for
 * in->subgroups points and out->stages for the stages; scratch for assay_chart_scratch_size bytes.
 * Limits that do not exist are NaN and why_undefined says why; that is no error.
 * Errors  ASSAY_SHAPE, ASSAY_DOMAIN, ASSAY_MISSING (a missing reading inside a subgroup of n > 1
 * shortens it; a missing individual leaves a gap: neither is an error). */
ASSAY_PUBLIC size_t assay_chart_scratch_size(const assay_chart_input *in);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_chart_make(const assay_chart_input *in,
                                                          const assay_chart_options *options,
                                                          void *scratch, assay_chart *out,
                                                          assay_err *err);

/* --- points that are seen once ---
 *
 * The same chart for who looks at its points in their order and keeps none: some blocks of them and 12
 * bytes a subgroup instead of three hundred. Of individuals and of X-bar-R charts of one size and stage,
 * with limits that are given or from all of it (mean moving range, mean range). *is_made stays false,
 * and nothing is seen, where the chart takes assay_chart_make; that also tells what is wrong with it.
 * out->location and out->spread are NULL then; out->stages has room for one. */
typedef void assay_chart_visitor(const assay_chart_point *location, const assay_chart_point *spread,
                                 size_t from, size_t n, void *context);

ASSAY_PUBLIC size_t assay_chart_scan_size(const assay_chart_input *in);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_chart_scan(const assay_chart_input *in,
                                                          const assay_chart_options *options,
                                                          void *scratch, assay_chart_visitor *visit,
                                                          void *context, assay_chart *out,
                                                          bool *is_made, assay_err *err);

/* --- many subgroups of equal size, without points ---
 *
 * The X-bar-R chart of k subgroups already summed: the same limits and signals as assay_chart_make,
 * bit for bit, at a few nanoseconds a subgroup. For verdicts over much data. */
typedef struct {
    size_t k;
    uint32_t n;              /* readings in each, 2 .. 100 */
    int exponent;            /* sums and ranges are steps of 10^exponent */
    const int64_t *sum, *range; /* [k] */
} assay_subgroup_sums;

typedef struct {
    assay_chart_stage limits;
    size_t signals, spread_signals; /* means, ranges */
    const char *why_undefined;
} assay_chart_verdict;

/* Sum k = x->n / n subgroups of decimals. Errors  ASSAY_SHAPE  x is not in decimal form, n is 0 or
 * does not divide x->n;  ASSAY_MISSING  err->at is the first missing reading. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_subgroup_sums_read(const assay_values *x, uint32_t n,
                                                                  int64_t *sum, int64_t *range,
                                                                  assay_err *err);

/* Readings of one exponent, none missing, as steps from a base: what a long series that stays near its first
 * reading is kept in. */
typedef struct {
    const int16_t *step; /* [n]; a reading is (base + step) * 10^exponent */
    size_t n;
    int64_t base;
    int exponent;
} assay_near;

/* The same of near readings, 2 <= n <= 8, and their power sums in the same pass: power is of order 2, of this
 * exponent and about this base. About 0.5 ns a reading. Errors  ASSAY_SHAPE  n is another, or does not divide
 * x->n;  ASSAY_DOMAIN  power is of another exponent, base or order;  ASSAY_LIMIT  |base| is beyond 2^59. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_subgroup_sums_near(const assay_near *x, uint32_t n,
                                                                  int64_t *sum, int64_t *range,
                                                                  assay_sums *power, assay_err *err);

/* options: sigma AUTO or RBAR, or center and std_dev given; NULL: defaults. z and found are the
 * caller's [k]; found gets the rules of every mean. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_chart_judge(const assay_subgroup_sums *in,
                                                           const assay_chart_options *options,
                                                           double *z, uint32_t *found,
                                                           assay_chart_verdict *out,
                                                           assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
