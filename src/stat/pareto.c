/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assay/pareto.h>

#include "num/dd.h"

/* Heavier first; equal weights in their order: a total order, so any sort is stable. */
static bool is_before(const assay_pareto_item *a, const assay_pareto_item *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->index < b->index;
}

static void sift_down(assay_pareto_item *a, size_t root, size_t n)
{
    assay_pareto_item moving = a[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && is_before(&a[child], &a[child + 1]))
            child++;
        if (!is_before(&moving, &a[child]))
            break;
        a[root] = a[child];
    }
    a[root] = moving;
}

static void heap_sort(assay_pareto_item *a, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(a, i, n);
    for (size_t end = n; end-- > 1;) {
        assay_pareto_item last = a[0];
        a[0] = a[end];
        a[end] = last;
        sift_down(a, 0, end);
    }
}

/* A power of two that keeps sums of k weights in range. */
static double scale_of(const double *weight, size_t k)
{
    double largest = 0;
    for (size_t i = 0; i < k; i++)
        largest = fmax(largest, weight[i]);
    return largest > 0x1p900 ? 0x1p-100 : 1;
}

static void fill_shares(assay_pareto_item *items, size_t k, assay_dd total, double scale,
                        double threshold, assay_pareto *out)
{
    /* A share within 2^-50 of the threshold has reached it: 0.8 is not a binary fraction. */
    double reached = threshold * (1 - 0x1p-50);
    assay_dd sum = dd_of(0);
    for (size_t i = 0; i < k; i++) {
        items[i].is_vital = dd_to_double(dd_div(sum, total)) < reached;
        out->vital += items[i].is_vital;
        assay_dd weight = dd_of(items[i].weight * scale);
        sum = dd_add(sum, weight);
        items[i].share = dd_to_double(dd_div(weight, total));
        items[i].cumulative = dd_to_double(dd_div(sum, total));
    }
}

assay_status assay_pareto_sort(const double *weight, size_t k, double threshold,
                               assay_pareto_item *items, assay_pareto *out, assay_err *err)
{
    if (!(threshold >= 0 && threshold <= 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "threshold %g is not between 0 and 1", threshold);
    for (size_t i = 0; i < k; i++)
        if (!(weight[i] >= 0 && isfinite(weight[i])))
            return assay_fail(err, ASSAY_DOMAIN, i, "weight %zu is %g: not a finite number >= 0",
                              i + 1, weight[i]);

    double scale = scale_of(weight, k);
    assay_dd total = dd_of(0);
    for (size_t i = 0; i < k; i++) {
        items[i] =
            (assay_pareto_item){.index = i, .weight = weight[i], .share = NAN, .cumulative = NAN};
        total = dd_add(total, dd_of(weight[i] * scale));
    }
    heap_sort(items, k);
    *out = (assay_pareto){.total = dd_to_double(total) / scale};
    if (total.hi > 0)
        fill_shares(items, k, total, scale, threshold > 0 ? threshold : 0.8, out);
    else
        out->why_undefined = k ? "all weights are 0" : "no categories";
    return ASSAY_OK;
}
