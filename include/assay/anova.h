/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-way analysis of variance (docs/method/anova.md).
 *
 * On decimals every sum of squares is formed from exact integers as a sum of non-negative terms:
 * nothing cancels, whatever the leading digits. Memory is the caller's.
 */
#ifndef ASSAY_ANOVA_H
#define ASSAY_ANOVA_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t df;
    assay_figure ss, ms;
} assay_anova_row;

typedef struct {
    uint64_t n;
    assay_figure mean, sd;
} assay_anova_group;

typedef struct {
    uint64_t n, missing;
    size_t groups; /* groups with at least one value */
    assay_anova_row between, within, total; /* total.ms is the variance */
    assay_figure f, p; /* p = P(F >= f) */
    assay_figure r_squared, residual_sd;
} assay_anova;

/* Bytes of scratch for k groups. */
ASSAY_PUBLIC size_t assay_anova_scratch_size(size_t k);

/* Compare the means of k groups.
 *
 *   x        [x->n] values, any unit; missing ones are counted and skipped
 *   group    [x->n] group of each value, 0 <= group < k; sizes may differ, a group may be empty
 *   details  [k] number, mean and sd of each group, or NULL
 *   out      F and p are undefined without at least two groups, a degree of freedom within, and
 *            variation within
 *
 * Errors  ASSAY_SHAPE   k is 0
 *         ASSAY_DOMAIN  group[i] >= k or x[i] infinite; err->at is i
 * Cost    O(n + k); scratch of assay_anova_scratch_size(k) bytes
 * Source  Fisher 1925; p by libRmath's pf
 * Golden  test/golden/stat/nist (StRD: every certified figure >= 14.0 digits) */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_anova_one_way(const assay_values *x,
                                                             const uint32_t *group, size_t k,
                                                             void *scratch,
                                                             assay_anova_group *details,
                                                             assay_anova *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
