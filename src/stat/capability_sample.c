/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings that count are gathered in their own form (decimals stay decimals, so that mean and
 * standard deviation are certified), then sorted as doubles in the same scratch.
 */
#include "stat/capability_sample.h"

#include "num/sort.h"

#include <assay/moments.h>

static size_t readings_of(const assay_capability_input *in, size_t subgroup)
{
    return in->readings ? in->readings[subgroup] : in->n;
}

static assay_status check_shape(const assay_capability_input *in, assay_err *err)
{
    size_t total = 0;
    for (size_t i = 0; i < in->subgroups; i++) {
        if (readings_of(in, i) == 0)
            return assay_fail(err, ASSAY_SHAPE, i, "subgroup %zu has no readings", i + 1);
        total += readings_of(in, i);
    }
    if (total != in->x.n)
        return assay_fail(err, ASSAY_SHAPE, 0, "the subgroups hold %zu readings, the data %zu",
                          total, in->x.n);
    return ASSAY_OK;
}

/* Where the gathered readings stand: mantissas, or pairs as two arrays. */
typedef struct {
    size_t n;
    int64_t *mantissa;
    double *hi, *lo;
} gathered;

static void gather_slice(const assay_values *x, size_t from, size_t count, gathered *out)
{
    for (size_t i = from; i < from + count; i++) {
        if (assay_values_is_missing(x, i))
            continue;
        if (x->mantissa) {
            out->mantissa[out->n++] = x->mantissa[i];
        } else {
            out->hi[out->n] = x->hi[i];
            out->lo[out->n++] = x->lo ? x->lo[i] : 0;
        }
    }
}

static assay_values gather(const assay_capability_input *in, void *scratch)
{
    double *room = scratch;
    gathered out = {.mantissa = scratch, .hi = room, .lo = room + in->x.n};
    for (size_t i = 0, at = 0; i < in->subgroups; at += readings_of(in, i), i++)
        if (!in->excluded || !in->excluded[i])
            gather_slice(&in->x, at, readings_of(in, i), &out);
    if (in->x.mantissa)
        return assay_values_of_decimals(out.mantissa, out.n, in->x.exponent);
    return (assay_values){.n = out.n, .hi = out.hi, .lo = in->x.lo ? out.lo : NULL};
}

assay_status sample_take(const assay_capability_input *in, void *scratch, capability_sample *out,
                         assay_err *err)
{
    assay_status status = check_shape(in, err);
    if (status != ASSAY_OK)
        return status;
    assay_values x = gather(in, scratch);
    assay_moments moments;
    status = assay_moments_of(&x, &moments, err);
    if (status != ASSAY_OK)
        return status;
    double *sorted = (double *)scratch + 2 * in->x.n;
    for (size_t i = 0; i < x.n; i++)
        sorted[i] = assay_values_at(&x, i);
    sort_doubles(sorted, x.n, scratch);
    *out = (capability_sample){x.n, assay_moments_mean(&moments).value,
                               assay_moments_sd(&moments).value, sorted};
    return ASSAY_OK;
}
