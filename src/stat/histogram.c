/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bins of a histogram: a width that follows from the data, and edges a reader can trust.
 *
 * Bins are whole numbers of a decimal unit: of the resolution for decimals, of a power of ten for
 * doubles. A bin that is not a multiple of the resolution holds now 4, now 5 possible values, and
 * shows teeth that are not in the process.
 */
#include <assay/describe.h>

#include "num/dd.h"
#include "stat/moments.h"
#include "stat/sorted.h"

/* Width by Freedman and Diaconis, or Scott, in the unit of s; 0 without spread. */
static double rule_width(const sorted *s, const assay_values *x, const char **rule)
{
    double root = cbrt((double)s->n);
    assay_dd iqr = dd_sub(sorted_quantile(s, 7, 0.75), sorted_quantile(s, 7, 0.25));
    *rule = "freedman-diaconis";
    if (iqr.hi > 0)
        return 2 * iqr.hi / root;
    assay_moments m;
    *rule = "scott";
    if (assay_moments_of(x, &m, NULL) != ASSAY_OK)
        return 0;
    /* the moments may stand in another unit */
    return 3.49 * ldexp(moments_sd(&m).hi, m.shift - s->shift) / root;
}

static uint64_t bins_for(uint64_t span, uint64_t step)
{
    return span / step + 1;
}

/* Bins of whole steps over min..max, the slack shared between both ends. */
static void cover(assay_bins *b, int64_t min, int64_t max, double width)
{
    uint64_t span = (uint64_t)max - (uint64_t)min;
    b->step = width < 1 ? 1 : width > 9e18 ? (uint64_t)9e18 : (uint64_t)(width + 0.5);
    if (span / b->step >= ASSAY_BINS_MAX)
        b->step = span / ASSAY_BINS_MAX + 1;
    b->count = bins_for(span, b->step);
    uint64_t slack = (b->count * b->step - span - 1) / 2;
    /* close to the end of the range there is no room: all slack goes above */
    b->origin =
        (uint64_t)min - (uint64_t)INT64_MIN < slack ? min : (int64_t)((uint64_t)min - slack);
}

static void choose_decimal(assay_bins *b, const sorted *s, double width)
{
    b->is_decimal = true;
    b->exponent = s->exponent;
    cover(b, s->mantissa[0], s->mantissa[s->n - 1], width);
}

/* The nearest of 1, 2, 5 times a power of ten on a logarithmic scale; at least `width` when
 * is_upwards. */
static void nice(double width, bool is_upwards, uint64_t *step, int *exponent)
{
    *exponent = (int)floor(log10(width));
    double lead = width / pow(10, *exponent);
    static const double nearest[] = {1.4142135623730951, 3.1622776601683795, 7.0710678118654755};
    static const double upwards[] = {1, 2, 5};
    const double *bound = is_upwards ? upwards : nearest;
    *step = lead <= bound[0] ? 1 : lead <= bound[1] ? 2 : lead <= bound[2] ? 5 : 10;
}

static double edge_at(const assay_bins *b, int64_t whole)
{
    return dd_to_double(dd_times_power_of_ten(dd_of_int(whole), b->exponent));
}

/* Edges are multiples of the width; |multiple| < 2^51 since the width is 8 ulp at least. */
static void choose_double(assay_bins *b, double min, double max, double width)
{
    double size = fmax(fabs(min), fabs(max));
    /* Two bins less than the bound: aligned edges may add one at either end. */
    double least = fmax(8 * (nextafter(size, INFINITY) - size), (max - min) / (ASSAY_BINS_MAX - 2));
    if (width == 0) /* equal values: any bin will do */
        width = size > 0 ? size / 100 : 1;
    nice(width, false, &b->step, &b->exponent);
    if (edge_at(b, (int64_t)b->step) < least)
        nice(least, true, &b->step, &b->exponent);
    double unit = edge_at(b, (int64_t)b->step);
    b->origin = (int64_t)floor(min / unit) * (int64_t)b->step;
    while (edge_at(b, b->origin) > min)
        b->origin -= (int64_t)b->step;
    while (edge_at(b, b->origin + (int64_t)b->step) <= min)
        b->origin += (int64_t)b->step;
    b->count = 1;
    while (assay_bins_edge(b, b->count) <= max)
        b->count++;
}

static assay_status choose(const assay_values *x, const sorted *s, double width, assay_bins *b,
                           assay_err *err)
{
    if (x->mantissa) {
        choose_decimal(b, s, width);
        return ASSAY_OK;
    }
    double min = ldexp(sorted_at(s, 0).hi, s->shift);
    double max = ldexp(sorted_at(s, s->n - 1).hi, s->shift);
    double size = fmax(fabs(min), fabs(max));
    if (!(max - min < 1e300) || (size > 0 && size < 1e-280))
        return assay_fail(err, ASSAY_DOMAIN, 0, "values from %g to %g have no usable bins", min,
                          max);
    choose_double(b, min, max, ldexp(width, s->shift));
    return ASSAY_OK;
}

assay_status assay_bins_choose(const assay_values *x, size_t wanted, void *scratch, assay_bins *out,
                               assay_err *err)
{
    if (wanted > ASSAY_BINS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "%zu bins asked for, at most %d are made", wanted,
                          ASSAY_BINS_MAX);
    assay_status status = moments_refuse_infinite(x, err);
    if (status != ASSAY_OK)
        return status;

    assay_bins b = {.rule = "single"};
    sorted s = sorted_of(x, scratch);
    if (s.n == 0) {
        *out = b;
        return ASSAY_OK;
    }
    assay_dd span = dd_sub(sorted_at(&s, s.n - 1), sorted_at(&s, 0));
    double width = 0;
    if (span.hi > 0 && wanted) {
        b.rule = "given";
        width = (span.hi + (x->mantissa ? 1 : 0)) / (double)wanted;
    } else if (span.hi > 0) {
        width = rule_width(&s, x, &b.rule);
    }
    status = choose(x, &s, width, &b, err);
    if (status != ASSAY_OK)
        return status;
    b.first = assay_bins_edge(&b, 0);
    b.width = edge_at(&b, (int64_t)b.step);
    *out = b;
    return ASSAY_OK;
}

double assay_bins_edge(const assay_bins *b, size_t i)
{
    assay_dd edge = dd_add(dd_of_int(b->origin), dd_mul(dd_of_uint(i), dd_of_uint(b->step)));
    if (b->is_decimal)
        edge = dd_sub(edge, dd_of(0.5));
    return dd_to_double(dd_times_power_of_ten(edge, b->exponent));
}

static size_t bin_of_double(const assay_bins *b, double x)
{
    double guess = floor((x - b->first) / b->width);
    size_t bin = guess < 0 ? 0 : guess >= (double)b->count ? b->count - 1 : (size_t)guess;
    while (bin > 0 && x < assay_bins_edge(b, bin))
        bin--;
    while (bin < b->count && x >= assay_bins_edge(b, bin + 1))
        bin++;
    return x < b->first ? b->count : bin;
}

static size_t bin_of(const assay_bins *b, const assay_values *x, size_t i)
{
    if (!b->is_decimal || !x->mantissa || x->exponent != b->exponent)
        return bin_of_double(b, assay_values_at(x, i));
    if (x->mantissa[i] < b->origin)
        return b->count;
    uint64_t bin = ((uint64_t)x->mantissa[i] - (uint64_t)b->origin) / b->step;
    return bin < b->count ? (size_t)bin : b->count;
}

uint64_t assay_bins_count(const assay_bins *b, const assay_values *x, uint64_t *counts)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < b->count; i++)
        counts[i] = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (assay_values_is_missing(x, i))
            continue;
        size_t bin = b->count ? bin_of(b, x, i) : 0;
        if (bin < b->count)
            counts[bin]++;
        else
            outside++;
    }
    return outside;
}
