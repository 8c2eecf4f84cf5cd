/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include "num/wide.h"
#include <assay/describe.h>

/* NIST's strings carry 15 digits, so 14.3 is the most agreement they can show; 14.0 is asked. */
static void nist_univariate_sets_agree_to_14_digits(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/strd.json"), *set;
    const char *name;
    int sets = 0;
    json_object_foreach(all, name, set)
    {
        if (strcmp(golden_text(set, "class"), "univariate") != 0)
            continue;
        int64_t *m;
        assay_values x = golden_decimals(set, &m);
        assay_moments moments;
        assay_err err;
        assert_ok(assay_moments_of(&x, &moments, &err), err);
        assert_digits(assay_moments_mean(&moments).value, golden_number(set, "mean"), 14.9);
        assert_digits(assay_moments_sd(&moments).value, golden_number(set, "sd"), 14.0);
        assert_digits(assay_autocorrelation(&x, 1).value, golden_number(set, "r1"), 14.0);
        free(m);
        sets++;
    }
    assert_int_equal(sets, 6);
    json_decref(all);
}

/* Exact rationals as oracle; a correctly rounded figure agrees to 16. */
static void random_decimals_of_every_width_are_correctly_rounded(void **state)
{
    (void)state;
    json_t *all = golden_load("stat/moments.json"), *set;
    size_t i;
    json_array_foreach(all, i, set)
    {
        int64_t *m;
        assay_values x = golden_decimals(set, &m);
        assay_moments moments;
        assert_ok(assay_moments_of(&x, &moments, NULL), (assay_err){0});
        assert_true(assay_moments_mean(&moments).value == golden_number(set, "mean"));
        assert_true(assay_moments_sd(&moments).value == golden_number(set, "sd"));
        assert_true(assay_moments_skewness(&moments).value == golden_number(set, "G1"));
        assert_true(assay_moments_kurtosis(&moments).value == golden_number(set, "G2"));
        assert_true(assay_moments_skewness_biased(&moments).value == golden_number(set, "g1"));
        assert_true(assay_moments_kurtosis_biased(&moments).value == golden_number(set, "g2"));
        assert_true(assay_autocorrelation(&x, 1).value == golden_number(set, "r1"));
        free(m);
    }
    assert_int_equal(json_array_size(all), 11);
    json_decref(all);
}

static int64_t random_mantissa(int bits)
{
    uint64_t r = 0;
    for (int i = 0; i < 3; i++)
        r = r << 31 ^ (uint64_t)rand();
    int64_t m = (int64_t)(r >> (64 - bits));
    return rand() % 2 ? -m : m;
}

static void assert_same_sums(const assay_sums *a, const assay_sums *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->missing, b->missing);
    assert_int_equal(a->order, b->order);
    assert_true(a->min == b->min && a->max == b->max);
    assert_true(a->sum == b->sum && a->sum2 == b->sum2);
    assert_memory_equal(&a->sum3, &b->sum3, sizeof a->sum3);
    assert_memory_equal(&a->sum4, &b->sum4, sizeof a->sum4);
}

/* The sums by definition, one value at a time in 512 bits. */
static void assert_sums_by_definition(const assay_sums *s, const int64_t *m, size_t n)
{
    wide sum[5] = {{{0}}};
    for (size_t i = 0; i < n; i++) {
        if (m[i] == ASSAY_MANTISSA_MISSING)
            continue;
        wide d = wide_of_int128((int128)m[i] - s->reference), power = d;
        for (int p = 1; p <= 4; p++, power = wide_mul(power, d))
            sum[p] = wide_add(sum[p], power);
    }
    assert_true(wide_is_zero(wide_sub(sum[1], wide_of_int128(s->sum))));
    if (s->order >= 2)
        assert_true(wide_is_zero(wide_sub(sum[2], wide_of_int128(s->sum2))));
    if (s->order >= 4) {
        assert_true(wide_is_zero(wide_sub(sum[3], wide_of_int256(&s->sum3))));
        assert_true(wide_is_zero(wide_sub(sum[4], wide_of_int256(&s->sum4))));
    }
}

static void sums_are_exact_in_any_order_and_merge_order(void **state)
{
    (void)state;
    enum { N = 9001 };
    int64_t *m = malloc(N * sizeof *m);
    srand(11);
    for (int bits = 4; bits <= 63; bits += 3) {
        for (int i = 0; i < N; i++)
            m[i] = i % 97 == 5 ? ASSAY_MANTISSA_MISSING : random_mantissa(bits);
        for (int order = 2; order <= 4; order += 2) {
            assay_sums whole = assay_sums_empty(m[0], -3, order);
            assay_values x = assay_values_of_decimals(m, N, -3);
            assert_ok(assay_sums_add(&whole, &x, NULL), (assay_err){0});
            assert_sums_by_definition(&whole, m, N);

            assay_sums parts[3], merged = assay_sums_empty(m[0], -3, order);
            const size_t cut[] = {0, 17, 5003, N};
            for (int p = 0; p < 3; p++) {
                assay_values part = assay_values_slice(&x, cut[p], cut[p + 1] - cut[p]);
                parts[p] = assay_sums_empty(m[0], -3, order);
                assert_ok(assay_sums_add(&parts[p], &part, NULL), (assay_err){0});
            }
            for (int p = 3; p-- > 0;)
                assert_ok(assay_sums_merge(&merged, &parts[p], NULL), (assay_err){0});
            assert_same_sums(&whole, &merged);
        }
        for (int i = N - 1; i > 0; i--) { /* another order */
            int j = rand() % i;
            int64_t t = m[i];
            m[i] = m[j];
            m[j] = t;
        }
    }
    free(m);
}

static void the_widths_hold_what_they_promise(void **state)
{
    (void)state;
    const int64_t extremes[] = {INT64_MAX, INT64_MIN + 1, INT64_MAX};
    assay_values x = assay_values_of_decimals(extremes, 3, 0);
    assay_sums s = assay_sums_empty(INT64_MIN + 1, 0, 4);
    assert_ok(assay_sums_add(&s, &x, NULL), (assay_err){0}); /* |d| = 2^64 - 2 */
    assert_int_equal(s.order, 1);
    assert_true(s.sum == 2 * (((int128)1 << 64) - 2) && s.sum2 == 0);
    assay_moments m;
    assay_err err;
    assert_int_equal(assay_sums_moments(&s, &m, &err), ASSAY_LIMIT);
    assert_ok(assay_moments_of(&x, &m, &err), err);
    assert_digits(assay_moments_mean(&m).value, 3074457345618258602.3, 16);

    /* one d = 2^63 has a fourth power of 2^252: seven fit in 255 bits, eight do not */
    int64_t edge[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    x = assay_values_of_decimals(edge, 7, 0);
    s = assay_sums_empty(INT64_MIN, 0, 4);
    assert_ok(assay_sums_add(&s, &x, NULL), (assay_err){0});
    assert_int_equal(s.order, 1); /* 7 * 2^126 leaves 127 bits first */
    edge[0] = edge[1] = edge[2] = edge[3] = INT64_C(3) << 61;
    edge[4] = edge[5] = edge[6] = 0;
    s = assay_sums_empty(0, 0, 4);
    assert_ok(assay_sums_add(&s, &x, NULL), (assay_err){0});
    assert_int_equal(s.order, 1);

    /* 2^42 values of |d| = 2^53: sum2 = 2^148 does not fit; of 2^42 with 2^42 it does */
    assay_sums big = assay_sums_empty(0, 0, 4);
    const int64_t one = INT64_C(1) << 42;
    x = assay_values_of_decimals(&one, 1, 0);
    assert_ok(assay_sums_add(&big, &x, NULL), (assay_err){0});
    for (int doubling = 0; doubling < 42; doubling++) {
        assay_sums copy = big;
        assert_ok(assay_sums_merge(&big, &copy, NULL), (assay_err){0});
    }
    assert_int_equal(big.order, 4);
    assert_true(big.sum2 == (int128)1 << 126 && big.n == UINT64_C(1) << 42);
    assay_sums copy = big;
    assert_ok(assay_sums_merge(&big, &copy, NULL), (assay_err){0});
    assert_int_equal(big.order, 1); /* 2^127 */
}

static void fourth_powers_that_overflow_leave_mean_and_sd_exact(void **state)
{
    (void)state;
    /* d = 2^59: squares are 2^118, fourth powers 2^236. */
    assay_sums s = assay_sums_empty(0, -2, 4);
    const int64_t pair[] = {INT64_C(1) << 59, -(INT64_C(1) << 59)};
    assay_values x = assay_values_of_decimals(pair, 2, -2);
    assert_ok(assay_sums_add(&s, &x, NULL), (assay_err){0});
    for (int doubling = 0; doubling < 6; doubling++) {
        assay_sums copy = s;
        assert_ok(assay_sums_merge(&s, &copy, NULL), (assay_err){0});
    }
    assert_int_equal(s.order, 4);
    s.sum4.limb[3] = UINT64_C(1) << 62; /* one doubling short of 2^255 */
    assay_sums copy = s;
    assert_ok(assay_sums_merge(&s, &copy, NULL), (assay_err){0});
    assert_int_equal(s.order, 2);
    assay_moments m;
    assert_ok(assay_sums_moments(&s, &m, NULL), (assay_err){0});
    assert_true(assay_moments_mean(&m).value == 0);
    assert_digits(assay_moments_sd(&m).value, ldexp(1, 59) / 100 * sqrt(256.0 / 255), 15.5);
    assert_string_equal(assay_moments_skewness(&m).why, "needs sums of third and fourth powers");
}

static void sums_of_unlike_units_are_refused(void **state)
{
    (void)state;
    const int64_t m = 1;
    const double d = 1;
    assay_values x = assay_values_of_decimals(&m, 1, -2), y = assay_values_of_doubles(&d, 1);
    assay_sums a = assay_sums_empty(0, -3, 4), b = assay_sums_empty(1, -3, 4);
    assay_err err;
    assert_int_equal(assay_sums_add(&a, &x, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_sums_add(&a, &y, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_sums_merge(&a, &b, &err), ASSAY_DOMAIN);
    b.reference = 0;
    b.exponent = -2;
    assert_int_equal(assay_sums_merge(&a, &b, &err), ASSAY_DOMAIN);
}

static void shift_and_scale_act_as_they_must(void **state)
{
    (void)state;
    enum { N = 500 };
    int64_t m[N], shifted[N];
    double scaled[N];
    srand(12);
    for (int i = 0; i < N; i++) {
        m[i] = random_mantissa(20);
        shifted[i] = m[i] + INT64_C(4000000000000000000);
        scaled[i] = ldexp((double)m[i], 900);
    }
    assay_values x = assay_values_of_decimals(m, N, 0), y = assay_values_of_decimals(shifted, N, 0);
    assay_values z = assay_values_of_doubles(scaled, N);
    assay_moments a, b, c;
    assert_ok(assay_moments_of(&x, &a, NULL), (assay_err){0});
    assert_ok(assay_moments_of(&y, &b, NULL), (assay_err){0});
    assert_ok(assay_moments_of(&z, &c, NULL), (assay_err){0});
    assert_true(assay_moments_sd(&a).value == assay_moments_sd(&b).value);
    assert_true(assay_moments_kurtosis(&a).value == assay_moments_kurtosis(&b).value);
    assert_true(assay_moments_mean(&c).value == ldexp(assay_moments_mean(&a).value, 900));
    assert_true(assay_moments_sd(&c).value == ldexp(assay_moments_sd(&a).value, 900));
    assert_true(assay_moments_skewness(&a).value == assay_moments_skewness(&c).value);
    assert_string_equal(assay_moments_variance(&c).why, "beyond binary64");
    assert_true(assay_autocorrelation(&x, 3).value == assay_autocorrelation(&z, 3).value);
}

static void few_and_equal_values_are_undefined_with_their_reason(void **state)
{
    (void)state;
    const double d[] = {NAN, 5.1, 5.1, 5.1, 5.1, 6};
    for (size_t n = 0; n <= 6; n++) {
        assay_values x = assay_values_of_doubles(d, n);
        assay_moments m;
        assert_ok(assay_moments_of(&x, &m, NULL), (assay_err){0});
        assert_int_equal(m.missing, n > 0);
        if (n < 2) {
            assert_string_equal(assay_moments_mean(&m).why, "no values");
            assert_string_equal(assay_moments_min(&m).why, "no values");
            assert_string_equal(assay_moments_max(&m).why, "no values");
            assert_true(isnan(assay_moments_mean_dd(&m).hi));
        } else {
            assert_true(assay_moments_min(&m).value == 5.1);
            assert_true(assay_moments_max(&m).value == (n == 6 ? 6 : 5.1));
        }
        assert_true((assay_moments_sd(&m).why != NULL) == (n < 3));
        assert_true((assay_moments_variance(&m).why != NULL) == (n < 3));
        if (n >= 3 && n < 6)
            assert_true(assay_moments_sd(&m).value == 0 && assay_moments_mean(&m).value == 5.1);
        assert_true((assay_moments_skewness(&m).why == NULL) == (n == 6));
        assert_true((assay_moments_kurtosis(&m).why == NULL) == (n == 6));
        assert_true((assay_moments_skewness_biased(&m).why == NULL) == (n == 6));
        assert_true((assay_moments_kurtosis_biased(&m).why == NULL) == (n == 6));
        assert_true((assay_autocorrelation(&x, 1).why == NULL) == (n == 6));
    }
    const int64_t none[] = {ASSAY_MANTISSA_MISSING};
    assay_values x = assay_values_of_decimals(none, 1, 0);
    assay_moments m;
    assert_ok(assay_moments_of(&x, &m, NULL), (assay_err){0});
    assert_int_equal(m.n, 0);
    assert_int_equal(m.missing, 1);
}

static void blocks_without_a_value_and_falling_pairs_are_summed(void **state)
{
    (void)state;
    enum { N = 5000 };
    int64_t *m = malloc(N * sizeof *m);
    double d[4] = {4, 2, 3, NAN}, low[4] = {0, 1e-20, 0, 0};
    for (int i = 0; i < N; i++)
        m[i] = i == 4999 ? 42 : ASSAY_MANTISSA_MISSING; /* two blocks of nothing */
    assay_values x = assay_values_of_decimals(m, N, 0), y = {.n = 4, .hi = d, .lo = low};
    assay_moments a;
    assert_ok(assay_moments_of(&x, &a, NULL), (assay_err){0});
    assert_int_equal(a.n, 1);
    assert_int_equal(a.missing, N - 1);
    assert_true(assay_moments_mean(&a).value == 42);
    assert_ok(assay_moments_of(&y, &a, NULL), (assay_err){0});
    assert_true(assay_moments_min(&a).value == 2 && assay_moments_max(&a).value == 4);
    y.hi = d + 3;
    y.n = 1;
    assert_ok(assay_moments_of(&y, &a, NULL), (assay_err){0});
    assert_true(a.n == 0 && a.missing == 1);
    free(m);
}

static void an_infinite_value_is_refused_and_named(void **state)
{
    (void)state;
    const double d[] = {1, 2, INFINITY};
    assay_values x = assay_values_of_doubles(d, 3);
    assay_moments m;
    assay_err err;
    assert_int_equal(assay_moments_of(&x, &m, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 2);
    assert_string_equal(assay_autocorrelation(&x, 1).why, "a value is infinite");
}

/* Decimals beside the same numbers as pairs: two routes, one answer. */
static void pairs_agree_with_decimals_to_the_last_digit(void **state)
{
    (void)state;
    enum { N = 300 };
    int64_t m[N];
    double hi[N], lo[N];
    srand(13);
    for (int i = 0; i < N; i++) {
        m[i] = INT64_C(10000000000000000) + random_mantissa(16);
        assay_dd pair = assay_dd_of_decimal(m[i], -1);
        hi[i] = pair.hi;
        lo[i] = pair.lo;
    }
    assay_values x = assay_values_of_decimals(m, N, -1);
    assay_values y = {.n = N, .hi = hi, .lo = lo};
    assay_moments a, b;
    assert_ok(assay_moments_of(&x, &a, NULL), (assay_err){0});
    assert_ok(assay_moments_of(&y, &b, NULL), (assay_err){0});
    assert_true(assay_moments_mean(&a).value == assay_moments_mean(&b).value);
    assert_digits(assay_moments_sd(&b).value, assay_moments_sd(&a).value, 15.6);
    assert_digits(assay_moments_skewness(&b).value, assay_moments_skewness(&a).value, 14);
    assert_digits(assay_autocorrelation(&y, 1).value, assay_autocorrelation(&x, 1).value, 14);
}

static void tiny_and_huge_doubles_keep_their_digits(void **state)
{
    (void)state;
    const double huge[] = {1e300, 2e300, 3e300, 5e300},
                 tiny[] = {5e-324, 1e-323, 1.5e-323, 2.5e-323};
    assay_values x = assay_values_of_doubles(huge, 4), y = assay_values_of_doubles(tiny, 4);
    assay_moments m;
    assert_ok(assay_moments_of(&x, &m, NULL), (assay_err){0});
    assert_digits(assay_moments_mean(&m).value, 2.75e300, 15.6);
    assert_digits(assay_moments_sd(&m).value, 1.707825127659933e300, 15);
    assert_ok(assay_moments_of(&y, &m, NULL), (assay_err){0});
    assert_digits(assay_moments_skewness(&m).value, 1.40625 / pow(2.1875, 1.5) * sqrt(3), 14);
    assert_string_equal(assay_moments_variance(&m).why, "beyond binary64");
    const int64_t small[] = {1, 2, 3, 5};
    x = assay_values_of_decimals(small, 4, -300);
    assert_ok(assay_moments_of(&x, &m, NULL), (assay_err){0});
    assert_digits(assay_moments_sd(&m).value, 1.707825127659933e-300, 15);
    assert_string_equal(assay_moments_variance(&m).why, "beyond binary64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_univariate_sets_agree_to_14_digits),
        cmocka_unit_test(random_decimals_of_every_width_are_correctly_rounded),
        cmocka_unit_test(sums_are_exact_in_any_order_and_merge_order),
        cmocka_unit_test(the_widths_hold_what_they_promise),
        cmocka_unit_test(fourth_powers_that_overflow_leave_mean_and_sd_exact),
        cmocka_unit_test(sums_of_unlike_units_are_refused),
        cmocka_unit_test(shift_and_scale_act_as_they_must),
        cmocka_unit_test(few_and_equal_values_are_undefined_with_their_reason),
        cmocka_unit_test(blocks_without_a_value_and_falling_pairs_are_summed),
        cmocka_unit_test(an_infinite_value_is_refused_and_named),
        cmocka_unit_test(pairs_agree_with_decimals_to_the_last_digit),
        cmocka_unit_test(tiny_and_huge_doubles_keep_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
