/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments from exact sums, or in two passes of double-double.
 *
 * With d = x - reference and S1..S4 the sums of its powers, the central moments times a power of
 * n are integers:
 *
 *   n   m2 = n S2 - S1^2
 *   n^2 m3 = n^2 S3 - 3 n S1 S2 + 2 S1^3
 *   n^3 m4 = n^3 S4 - 4 n^2 S1 S3 + 6 n S1^2 S2 - 3 S1^4
 *
 * Formed in 512 bits they lose nothing however far the reference is from the mean; the figures
 * are then a few operations of double-double away. They fit: n < 2^64, |S3| <= S4 < 2^255,
 * S2 < 2^127, |S1| <= sqrt(n S2) < 2^96, so the largest term, 4 n^2 S1 S3, is below 2^481.
 */
#include <assay/moments.h>

#include "num/dd.h"
#include "num/values.h"
#include "num/wide.h"
#include "stat/moments.h"

static const char why_empty[] = "no values";
static const char why_one[] = "fewer than 2 values";
static const char why_flat[] = "all values are equal";

wide sums_m2_numerator(const assay_sums *s)
{
    wide n = wide_of_uint64(s->n), s1 = wide_of_int128(s->sum), s2 = wide_of_int128(s->sum2);
    return wide_sub(wide_mul(n, s2), wide_mul(s1, s1));
}

static wide times(wide a, uint64_t factor)
{
    return wide_mul(a, wide_of_uint64(factor));
}

static wide m3_numerator(const assay_sums *s)
{
    wide n = wide_of_uint64(s->n), s1 = wide_of_int128(s->sum), s2 = wide_of_int128(s->sum2);
    wide s3 = wide_of_int256(&s->sum3);
    /* n (n S3 - 3 S1 S2) + 2 S1^3 */
    wide inner = wide_sub(wide_mul(n, s3), times(wide_mul(s1, s2), 3));
    return wide_add(wide_mul(n, inner), times(wide_mul(s1, wide_mul(s1, s1)), 2));
}

static wide m4_numerator(const assay_sums *s)
{
    wide n = wide_of_uint64(s->n), s1 = wide_of_int128(s->sum), s2 = wide_of_int128(s->sum2);
    wide s3 = wide_of_int256(&s->sum3), s4 = wide_of_int256(&s->sum4);
    wide s1_squared = wide_mul(s1, s1);
    /* n (n (n S4 - 4 S1 S3) + 6 S1^2 S2) - 3 S1^4 */
    wide inner = wide_sub(wide_mul(n, s4), times(wide_mul(s1, s3), 4));
    inner = wide_add(wide_mul(n, inner), times(wide_mul(s1_squared, s2), 6));
    return wide_sub(wide_mul(n, inner), times(wide_mul(s1_squared, s1_squared), 3));
}

static assay_dd sums_mean(const assay_sums *s)
{
    wide total = wide_add(wide_of_int128(s->sum),
                          wide_mul(wide_of_uint64(s->n), wide_of_int128(s->reference)));
    return dd_div(wide_to_dd(total), dd_of_uint(s->n));
}

static assay_moments moments_empty(uint64_t missing, int exponent)
{
    assay_dd none = {NAN, 0};
    return (assay_moments){.missing = missing,
                           .exponent = exponent,
                           .order = 4,
                           .mean = none,
                           .m2 = none,
                           .m3 = none,
                           .m4 = none,
                           .min = none,
                           .max = none};
}

assay_status assay_sums_moments(const assay_sums *s, assay_moments *out, assay_err *err)
{
    if (s->order < 2)
        return assay_fail(err, ASSAY_LIMIT, 0,
                          "the spread of the values overflows 128-bit sums of squares");
    *out = moments_empty(s->missing, s->exponent);
    out->order = s->order;
    if (s->n == 0)
        return ASSAY_OK;
    assay_dd n = dd_of_uint(s->n);
    out->n = s->n;
    out->mean = sums_mean(s);
    out->min = dd_of_int(s->min);
    out->max = dd_of_int(s->max);
    out->m2 = dd_div(wide_to_dd(sums_m2_numerator(s)), n);
    if (s->order == 4) {
        out->m3 = dd_div(dd_div(wide_to_dd(m3_numerator(s)), n), n);
        out->m4 = dd_div(dd_div(dd_div(wide_to_dd(m4_numerator(s)), n), n), n);
    }
    return ASSAY_OK;
}

/* -- two passes ------------------------------------------------------------------------ */

/* Power of two that brings the largest |x| to [1/2, 1), so that fourth powers stay in range. */
static int range_shift(const assay_values *x)
{
    double largest = 0;
    for (size_t i = 0; i < x->n; i++)
        if (!values_is_missing(x, i) && fabs(values_dd(x, i).hi) > largest)
            largest = fabs(values_dd(x, i).hi);
    int shift;
    (void)frexp(largest, &shift);
    return shift > -960 ? shift : -960; /* 2^960 is still a double */
}

/* n, mean and extremes in units of 2^shift. */
static void first_pass(const assay_values *x, assay_moments *m)
{
    double unit = ldexp(1, -m->shift); /* exact; a subnormal one scales only what is huge */
    assay_dd sum = dd_of(0);
    for (size_t i = 0; i < x->n; i++) {
        if (values_is_missing(x, i)) {
            m->missing++;
            continue;
        }
        assay_dd value = dd_scale(values_dd(x, i), unit);
        if (m->n++ == 0)
            m->min = m->max = value;
        m->min = dd_compare(value, m->min) < 0 ? value : m->min;
        m->max = dd_compare(value, m->max) > 0 ? value : m->max;
        sum = dd_add(sum, value);
    }
    m->mean = dd_div(sum, dd_of_uint(m->n));
}

static void second_pass(const assay_values *x, assay_moments *m)
{
    double unit = ldexp(1, -m->shift);
    assay_dd m1 = dd_of(0);
    m->m2 = m->m3 = m->m4 = dd_of(0);
    for (size_t i = 0; i < x->n; i++) {
        if (values_is_missing(x, i))
            continue;
        assay_dd d = dd_sub(dd_scale(values_dd(x, i), unit), m->mean);
        assay_dd square = dd_mul(d, d);
        m1 = dd_add(m1, d);
        m->m2 = dd_add(m->m2, square);
        m->m3 = dd_add(m->m3, dd_mul(square, d));
        m->m4 = dd_add(m->m4, dd_mul(square, square));
    }
    m->mean = dd_add(m->mean, dd_div(m1, dd_of_uint(m->n)));
    if (dd_compare(m->min, m->max) == 0) { /* no rounding dust where there is no spread */
        m->mean = m->min;
        m->m2 = m->m3 = m->m4 = dd_of(0);
    }
}

static assay_moments two_pass(const assay_values *x)
{
    assay_moments m = moments_empty(0, values_exponent(x));
    m.shift = range_shift(x);
    first_pass(x, &m);
    if (m.n)
        second_pass(x, &m);
    return m;
}

static int64_t first_present(const assay_values *x)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->mantissa[i] != ASSAY_MANTISSA_MISSING)
            return x->mantissa[i];
    return 0;
}

bool sums_of(const assay_values *x, int order, assay_sums *out)
{
    if (!x->mantissa)
        return false;
    *out = assay_sums_empty(first_present(x), x->exponent, order);
    return assay_sums_add(out, x, NULL) == ASSAY_OK && out->order == order;
}

assay_status moments_refuse_infinite(const assay_values *x, assay_err *err)
{
    size_t at = values_first_infinite(x);
    if (at < x->n)
        return assay_fail(err, ASSAY_DOMAIN, at, "value %zu is infinite", at + 1);
    return ASSAY_OK;
}

assay_status assay_moments_of(const assay_values *x, assay_moments *out, assay_err *err)
{
    assay_sums sums;
    if (sums_of(x, 4, &sums))
        return assay_sums_moments(&sums, out, err);
    assay_status status = moments_refuse_infinite(x, err);
    if (status == ASSAY_OK)
        *out = two_pass(x);
    return status;
}

/* -- figures --------------------------------------------------------------------------- */

assay_figure figure_scaled(assay_dd a, int exponent, int shift)
{
    assay_dd value = dd_times_power_of_ten(dd_times_power_of_two(a, shift), exponent);
    if (value.hi == 0 && a.hi != 0)
        return assay_figure_undefined("beyond binary64");
    return assay_figure_of(dd_to_double(value));
}

assay_dd moments_difference(assay_dd a, assay_dd b)
{
    assay_dd d = dd_sub(a, b);
    return fabs(d.hi) <= fabs(b.hi) * 0x1p-95 ? dd_of(0) : d;
}

assay_dd moments_sd(const assay_moments *m)
{
    return dd_sqrt(dd_div(m->m2, dd_of_uint(m->n - 1)));
}

assay_figure assay_moments_mean(const assay_moments *m)
{
    if (m->n < 1)
        return assay_figure_undefined(why_empty);
    return figure_scaled(m->mean, m->exponent, m->shift);
}

assay_dd assay_moments_mean_dd(const assay_moments *m)
{
    if (m->n < 1)
        return dd_of(NAN);
    return dd_times_power_of_ten(dd_times_power_of_two(m->mean, m->shift), m->exponent);
}

/* The square of the unit is applied in two halves, each of which is in range. */
assay_figure assay_moments_variance(const assay_moments *m)
{
    if (m->n < 2)
        return assay_figure_undefined(why_one);
    assay_dd half = dd_div(m->m2, dd_of_uint(m->n - 1));
    half = dd_times_power_of_ten(dd_times_power_of_two(half, m->shift), m->exponent);
    if (half.hi == 0 && m->m2.hi != 0)
        return assay_figure_undefined("beyond binary64");
    return figure_scaled(half, m->exponent, m->shift);
}

assay_figure assay_moments_sd(const assay_moments *m)
{
    if (m->n < 2)
        return assay_figure_undefined(why_one);
    return figure_scaled(moments_sd(m), m->exponent, m->shift);
}

/* Why a figure of shape does not exist for fewer than `least` values, or NULL. */
static const char *why_no_shape(const assay_moments *m, uint64_t least)
{
    static const char *const few[] = {"", "", "fewer than 2 values", "fewer than 3 values",
                                      "fewer than 4 values"};
    if (m->n < least)
        return few[least];
    if (m->order < 4)
        return "needs sums of third and fourth powers";
    return m->m2.hi == 0 ? why_flat : NULL;
}

/* g1 = sqrt(n) m3 / m2^1.5 */
static assay_dd g1(const assay_moments *m)
{
    assay_dd root = dd_sqrt(m->m2);
    assay_dd ratio = dd_div(dd_div(m->m3, m->m2), root);
    return dd_mul(ratio, dd_sqrt(dd_of_uint(m->n)));
}

/* g2 = n m4 / m2^2 - 3 */
static assay_dd g2(const assay_moments *m)
{
    assay_dd ratio = dd_mul(dd_div(dd_div(m->m4, m->m2), m->m2), dd_of_uint(m->n));
    return dd_sub(ratio, dd_of(3));
}

assay_figure assay_moments_skewness_biased(const assay_moments *m)
{
    const char *why = why_no_shape(m, 2);
    return why ? assay_figure_undefined(why) : assay_figure_of(dd_to_double(g1(m)));
}

assay_figure assay_moments_kurtosis_biased(const assay_moments *m)
{
    const char *why = why_no_shape(m, 2);
    return why ? assay_figure_undefined(why) : assay_figure_of(dd_to_double(g2(m)));
}

assay_figure assay_moments_skewness(const assay_moments *m)
{
    const char *why = why_no_shape(m, 3);
    if (why)
        return assay_figure_undefined(why);
    assay_dd n = dd_of_uint(m->n), less1 = dd_of_uint(m->n - 1), less2 = dd_of_uint(m->n - 2);
    assay_dd factor = dd_div(dd_sqrt(dd_mul(n, less1)), less2);
    return assay_figure_of(dd_to_double(dd_mul(g1(m), factor)));
}

assay_figure assay_moments_kurtosis(const assay_moments *m)
{
    const char *why = why_no_shape(m, 4);
    if (why)
        return assay_figure_undefined(why);
    assay_dd less1 = dd_of_uint(m->n - 1), less2 = dd_of_uint(m->n - 2);
    assay_dd less3 = dd_of_uint(m->n - 3), more1 = dd_of_uint(m->n + 1);
    assay_dd inner = dd_add(dd_mul(more1, g2(m)), dd_of(6));
    assay_dd value = dd_div(dd_div(dd_mul(less1, inner), less2), less3);
    return assay_figure_of(dd_to_double(value));
}

assay_figure assay_moments_min(const assay_moments *m)
{
    return m->n ? figure_scaled(m->min, m->exponent, m->shift) : assay_figure_undefined(why_empty);
}

assay_figure assay_moments_max(const assay_moments *m)
{
    return m->n ? figure_scaled(m->max, m->exponent, m->shift) : assay_figure_undefined(why_empty);
}
