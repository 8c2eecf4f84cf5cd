/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "num/dd.h"

/* |a - b| relative to b, as a power of two. */
static double bits_apart(assay_dd a, assay_dd b)
{
    assay_dd d = dd_sub(a, b);
    return d.hi == 0 ? -1000 : log2(fabs(d.hi) / fabs(b.hi));
}

static double random_double(void)
{
    return ldexp((double)rand() / RAND_MAX - 0.5, rand() % 100 - 50);
}

static assay_dd random_pair(void)
{
    double hi = random_double();
    return dd_sum(hi, hi * 0x1p-54 * ((double)rand() / RAND_MAX));
}

static void sums_and_products_of_doubles_are_exact(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 10000; i++) {
        double a = (double)(rand() % 2000000 - 1000000), b = ldexp((double)(rand() % 1000), -40);
        assay_dd s = dd_sum(a, b), p = dd_product(a, b);
        assert_true((long double)s.hi + s.lo == (long double)a + b);
        assert_true((long double)p.hi + p.lo == (long double)a * b);
        double c = random_double(), d = random_double();
        assert_true(dd_product(c, d).lo == fma(c, d, -(c * d)));
    }
}

static void division_and_root_undo_product_and_square(void **state)
{
    (void)state;
    srand(2);
    for (int i = 0; i < 10000; i++) {
        assay_dd a = random_pair(), b = random_pair();
        assert_true(bits_apart(dd_mul(dd_div(a, b), b), a) < -99);
        a = dd_abs(a);
        assay_dd r = dd_sqrt(a);
        assert_true(bits_apart(dd_mul(r, r), a) < -99);
    }
}

static void every_int64_is_exact(void **state)
{
    (void)state;
    const int64_t edge[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MIN + 1, INT64_C(1) << 53,
                            (INT64_C(1) << 53) + 1, -(INT64_C(1) << 60) - 1, 999999999999999999};
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        assay_dd x = dd_of_int(edge[i]);
        assert_true((long double)x.hi + (long double)x.lo == (long double)edge[i]);
    }
    assay_dd u = dd_of_uint(UINT64_MAX);
    assert_true((long double)u.hi + (long double)u.lo == (long double)UINT64_MAX);
}

static void powers_of_ten_multiply_and_divide_back(void **state)
{
    (void)state;
    assert_true(dd_power_of_ten(22).hi == 1e22 && dd_power_of_ten(22).lo == 0);
    for (int e = -300; e <= 300; e += 7) {
        assay_dd x = dd_times_power_of_ten(dd_of(3), e);
        assay_dd back = dd_times_power_of_ten(x, -e);
        assert_true(bits_apart(back, dd_of(3)) < -52); /* below 1e-292 the low part is cut */
        if (e > -270)
            assert_true(bits_apart(back, dd_of(3)) < -96);
    }
    assert_true(isinf(dd_times_power_of_ten(dd_of(1e100), 300).hi));
    assert_true(dd_times_power_of_ten(dd_of(1e100), 300).lo == 0);
    assert_true(dd_times_power_of_ten(dd_of(1e-100), -300).hi == 0);
    assert_true(dd_times_power_of_ten(dd_of(0), 5).hi == 0);
}

static void the_edges_of_division_and_root_are_defined(void **state)
{
    (void)state;
    assert_true(isnan(dd_div(dd_of(1), dd_of(0)).hi));
    assert_true(isnan(dd_div(dd_of(NAN), dd_of(2)).hi));
    assert_true(isinf(dd_div(dd_of(1e300), dd_of(1e-300)).hi));
    assert_true(isnan(dd_sqrt(dd_of(-1)).hi));
    assert_true(dd_sqrt(dd_of(0)).hi == 0);
    assert_int_equal(dd_compare(dd_of(1), dd_of(2)), -1);
    assert_int_equal(dd_compare((assay_dd){1, 1e-20}, dd_of(1)), 1);
    assert_int_equal(dd_compare((assay_dd){1, -1e-20}, dd_of(1)), -1);
    assert_int_equal(dd_compare(dd_of(2), dd_of(1)), 1);
    assert_int_equal(dd_compare(dd_of(1), dd_of(1)), 0);
    assert_true(dd_to_double(dd_abs(dd_of(-2))) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_products_of_doubles_are_exact),
        cmocka_unit_test(division_and_root_undo_product_and_square),
        cmocka_unit_test(every_int64_is_exact),
        cmocka_unit_test(powers_of_ten_multiply_and_divide_back),
        cmocka_unit_test(the_edges_of_division_and_root_are_defined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
