/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pareto order: which few causes make most of the trouble (docs/method/pareto.md).
 *
 * Memory is the caller's; labels stay with the caller, who is given indices.
 */
#ifndef ASSAY_PARETO_H
#define ASSAY_PARETO_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    size_t index;      /* of the category in the input */
    double weight;
    double share;      /* of the total, 0..1; NaN when the total is 0 */
    double cumulative; /* share of this and all before */
    bool is_vital;
} assay_pareto_item;

typedef struct {
    double total;
    size_t vital; /* the first so many items are the vital few */
    const char *why_undefined; /* no shares: "all weights are 0" or "no categories"; else NULL */
} assay_pareto;

/* Sort k categories by weight, heaviest first; equal weights keep their order.
 *
 *   weight     [k] counts or costs, finite and >= 0
 *   threshold  0 < threshold <= 1; 0: 0.8
 *   items      [k]
 *
 * The vital few are the shortest leading part whose cumulative share reaches the threshold.
 * Errors  ASSAY_DOMAIN  a weight is negative or not finite (err->at), threshold out of range
 * Cost    O(k log k)
 * Source  Juran, Quality Control Handbook, 1951 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_pareto_sort(const double *weight, size_t k,
                                                           double threshold,
                                                           assay_pareto_item *items,
                                                           assay_pareto *out, assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
