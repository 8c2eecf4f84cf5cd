/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/dd.h"

static const double small_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

assay_dd dd_div(assay_dd a, assay_dd b)
{
    if (b.hi == 0)
        return dd_of(NAN);
    double q1 = a.hi / b.hi;
    if (!isfinite(q1))
        return dd_of(q1);
    assay_dd rest = dd_sub(a, dd_mul(b, dd_of(q1)));
    double q2 = rest.hi / b.hi;
    rest = dd_sub(rest, dd_mul(b, dd_of(q2)));
    double q3 = rest.hi / b.hi;
    assay_dd q = dd_fast_sum(q1, q2);
    return dd_add(q, dd_of(q3));
}

assay_dd dd_sqrt(assay_dd a)
{
    if (a.hi == 0)
        return dd_of(0);
    double root = sqrt(a.hi); /* NaN for a negative one */
    if (!isfinite(root))
        return dd_of(root);
    /* Two Newton steps: the first rounds to 2^-100, the second keeps the last bits honest. */
    assay_dd r = dd_add(dd_of(root), dd_of(dd_sub(a, dd_product(root, root)).hi / (2 * root)));
    return dd_add(r, dd_of(dd_sub(a, dd_mul(r, r)).hi / (2 * root)));
}

assay_dd dd_power_of_ten(int exponent)
{
    assay_dd power = dd_of(1);
    for (; exponent > 22; exponent -= 22)
        power = dd_mul(power, dd_of(1e22));
    return dd_mul(power, dd_of(small_power[exponent]));
}

assay_dd dd_times_power_of_ten(assay_dd a, int exponent)
{
    if (a.hi == 0 || exponent == 0)
        return a;
    /* Away from the ends of the range the parts keep all their bits; shift there and back. */
    int size;
    (void)frexp(a.hi, &size);
    assay_dd scaled = dd_times_power_of_two(a, -size);
    assay_dd power = dd_power_of_ten(exponent < 0 ? -exponent : exponent);
    int power_size;
    (void)frexp(power.hi, &power_size);
    power = dd_times_power_of_two(power, -power_size);
    if (exponent < 0)
        return dd_times_power_of_two(dd_div(scaled, power), size - power_size);
    return dd_times_power_of_two(dd_mul(scaled, power), size + power_size);
}

assay_dd dd_times_power_of_two(assay_dd a, int shift)
{
    assay_dd r = {ldexp(a.hi, shift), ldexp(a.lo, shift)};
    if (!isfinite(r.hi))
        r.lo = 0;
    return r;
}
