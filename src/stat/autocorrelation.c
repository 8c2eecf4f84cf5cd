/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Autocorrelation, exactly on decimals.
 *
 * With d about the first value, P the sum of d_i d_(i+k) over the c pairs whose members are both
 * present, A and B the sums of the first and second members, n, S1, S2 over all values:
 *
 *   r = (n^2 P - n S1 (A + B) + c S1^2) / (n (n S2 - S1^2))
 *
 * all in integers. |d| < 2^64, so P and the rest fit 512 bits with room to spare.
 */
#include <assay/describe.h>

#include "num/dd.h"
#include "num/values.h"
#include "num/wide.h"
#include "stat/moments.h"

typedef struct {
    uint64_t count;
    assay_int256 product;
    int128 ends; /* A + B */
} pair_sums;

static pair_sums pair_sums_of(const assay_values *x, size_t lag, int64_t reference)
{
    pair_sums p = {0};
    for (size_t i = 0; i + lag < x->n; i++) {
        if (assay_values_is_missing(x, i) || assay_values_is_missing(x, i + lag))
            continue;
        int128 a = (int128)x->mantissa[i] - reference, b = (int128)x->mantissa[i + lag] - reference;
        p.count++;
        p.ends += a + b;
        int128 product;
        if (!__builtin_mul_overflow(a, b, &product)) {
            (void)int256_add_int128(&p.product, product);
        } else { /* only for spreads beyond 2^63 */
            wide w = wide_mul(wide_of_int128(a), wide_of_int128(b));
            assay_int256 low = {{w.limb[0], w.limb[1], w.limb[2], w.limb[3]}};
            (void)int256_add(&p.product, &low);
        }
    }
    return p;
}

static assay_dd exact(const assay_sums *s, const pair_sums *p)
{
    wide n = wide_of_uint64(s->n), s1 = wide_of_int128(s->sum);
    wide ends = wide_mul(s1, wide_of_int128(p->ends));
    wide top = wide_mul(n, wide_sub(wide_mul(n, wide_of_int256(&p->product)), ends));
    top = wide_add(top, wide_mul(wide_of_uint64(p->count), wide_mul(s1, s1)));
    wide below = wide_mul(n, sums_m2_numerator(s));
    return dd_div(wide_to_dd(top), wide_to_dd(below));
}

static assay_dd two_pass(const assay_values *x, size_t lag, const assay_moments *m)
{
    assay_dd sum = dd_of(0);
    for (size_t i = 0; i + lag < x->n; i++) {
        if (assay_values_is_missing(x, i) || assay_values_is_missing(x, i + lag))
            continue;
        assay_dd a = dd_times_power_of_two(values_dd(x, i), -m->shift);
        assay_dd b = dd_times_power_of_two(values_dd(x, i + lag), -m->shift);
        sum = dd_add(sum, dd_mul(dd_sub(a, m->mean), dd_sub(b, m->mean)));
    }
    return dd_div(sum, m->m2);
}

assay_figure assay_autocorrelation(const assay_values *x, size_t lag)
{
    assay_moments m;
    assay_sums sums;
    bool is_exact = sums_of(x, 2, &sums);
    if (is_exact ? assay_sums_moments(&sums, &m, NULL) : assay_moments_of(x, &m, NULL))
        return assay_figure_undefined("a value is infinite");
    if (m.n < 2)
        return assay_figure_undefined("fewer than 2 values");
    if (lag == 0 || lag >= x->n)
        return assay_figure_undefined("no pairs at this lag");
    if (m.m2.hi == 0)
        return assay_figure_undefined("all values are equal");
    if (!is_exact)
        return assay_figure_of(dd_to_double(two_pass(x, lag, &m)));
    pair_sums p = pair_sums_of(x, lag, sums.reference);
    return assay_figure_of(dd_to_double(exact(&sums, &p)));
}
