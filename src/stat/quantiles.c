/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assay/describe.h>

#include "num/dd.h"
#include "stat/moments.h"
#include "stat/sorted.h"

size_t assay_describe_scratch_size(size_t n)
{
    return sorted_scratch_size(n);
}

assay_status quantiles_check(int type, const double *p, size_t count, assay_err *err)
{
    if (type < 0 || type > 9)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no quantile type %d: types are 1 to 9", type);
    for (size_t i = 0; i < count; i++)
        if (!(p[i] >= 0 && p[i] <= 1))
            return assay_fail(err, ASSAY_DOMAIN, i, "probability %g is not between 0 and 1", p[i]);
    return ASSAY_OK;
}

void sorted_quantiles(const sorted *s, int type, const double *p, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = s->n == 0
                     ? NAN
                     : figure_scaled(sorted_quantile(s, type, p[i]), s->exponent, s->shift).value;
}

assay_status assay_quantiles(const assay_values *x, int type, const double *p, size_t count,
                             void *scratch, double *out, assay_err *err)
{
    assay_status status = quantiles_check(type, p, count, err);
    if (status == ASSAY_OK)
        status = moments_refuse_infinite(x, err);
    if (status != ASSAY_OK)
        return status;
    sorted s = sorted_of(x, scratch);
    sorted_quantiles(&s, type ? type : 6, p, count, out);
    return ASSAY_OK;
}
