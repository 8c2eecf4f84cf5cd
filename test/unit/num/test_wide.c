/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "num/wide.h"

static wide power_of_two(int e)
{
    wide w = {{0}};
    w.limb[e / 64] = UINT64_C(1) << e % 64;
    return w;
}

static bool is_equal(wide a, wide b)
{
    return wide_is_zero(wide_sub(a, b));
}

static int128 random128(int bits)
{
    uint128 r = 0;
    for (int i = 0; i < 5; i++)
        r = r << 31 ^ (uint128)rand();
    int128 v = (int128)(r >> (128 - bits));
    return rand() % 2 ? -v : v;
}

static void arithmetic_agrees_with_128_bits_where_both_hold(void **state)
{
    (void)state;
    srand(3);
    for (int i = 0; i < 10000; i++) {
        int128 a = random128(60), b = random128(63);
        assert_true(is_equal(wide_mul(wide_of_int128(a), wide_of_int128(b)), wide_of_int128(a * b)));
        assert_true(is_equal(wide_add(wide_of_int128(a), wide_of_int128(b)), wide_of_int128(a + b)));
        assert_true(is_equal(wide_sub(wide_of_int128(a), wide_of_int128(b)), wide_of_int128(a - b)));
        assert_int_equal(wide_is_negative(wide_of_int128(a)), a < 0);
        assert_true(wide_to_dd(wide_of_int128(a)).hi == (double)a);
    }
}

static void products_obey_algebra_up_to_511_bits(void **state)
{
    (void)state;
    srand(4);
    for (int i = 0; i < 2000; i++) {
        wide a = wide_mul(wide_of_int128(random128(120)), wide_of_int128(random128(120)));
        wide b = wide_mul(wide_of_int128(random128(120)), wide_of_int128(random128(120)));
        wide sum = wide_add(a, b), difference = wide_sub(a, b);
        wide left = wide_mul(sum, difference);
        wide right = wide_sub(wide_mul(a, a), wide_mul(b, b));
        assert_true(is_equal(left, right));
        assert_true(is_equal(wide_negate(wide_negate(a)), a));
    }
}

static void cube_and_fourth_are_exact_at_the_widest_difference(void **state)
{
    (void)state;
    const int128 edge[] = {0, 1, -1, (int128)UINT64_MAX, -(int128)UINT64_MAX, 1 << 20,
                           -((int128)1 << 62)};
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        assay_int256 cube = int256_cube(edge[i]), fourth = int256_fourth(edge[i]);
        wide d = wide_of_int128(edge[i]), d3 = wide_mul(d, wide_mul(d, d)), d4 = wide_mul(d, d3);
        assert_true(is_equal(wide_of_int256(&cube), d3));
        assert_memory_equal(fourth.limb, d4.limb, sizeof fourth.limb); /* all 256 bits */
    }
    assay_int256 largest = int256_fourth((int128)UINT64_MAX);
    assert_true(int256_is_negative(&largest)); /* 2^256 - ...: no room for a sign */
}

static void leaving_256_bits_is_told(void **state)
{
    (void)state;
    assay_int256 a = {{0, 0, 0, UINT64_C(1) << 62}}, b = a;
    assert_true(int256_add(&a, &b)); /* 2^254 + 2^254 */
    assay_int256 minus = {{0, 0, 0, UINT64_C(1) << 63}}, one = {{UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                                                UINT64_MAX}};
    assert_true(int256_add(&minus, &one)); /* -2^255 - 1 */
    assay_int256 small = {{5, 0, 0, 0}};
    assert_false(int256_add_int128(&small, -7));
    assert_true(is_equal(wide_of_int256(&small), wide_of_int128(-2)));
}

static void conversion_keeps_106_bits_at_every_length(void **state)
{
    (void)state;
    for (int e = 0; e < 511; e++) {
        wide p = power_of_two(e);
        assay_dd x = wide_to_dd(p), y = wide_to_dd(wide_negate(p));
        assert_true(x.hi == ldexp(1, e) && x.lo == 0);
        assert_true(y.hi == -ldexp(1, e) && y.lo == 0);
        if (e < 60 || e > 509)
            continue;
        wide q = wide_add(p, power_of_two(e - 60)); /* needs the low part */
        x = wide_to_dd(q);
        assert_true(x.hi == ldexp(1, e) && x.lo == ldexp(1, e - 60));
    }
    assert_true(wide_to_dd(wide_of_uint64(0)).hi == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_agrees_with_128_bits_where_both_hold),
        cmocka_unit_test(products_obey_algebra_up_to_511_bits),
        cmocka_unit_test(cube_and_fourth_are_exact_at_the_widest_difference),
        cmocka_unit_test(leaving_256_bits_is_told),
        cmocka_unit_test(conversion_keeps_106_bits_at_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
