/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/describe.h>

static assay_bins bins_of(const assay_values *x, size_t wanted)
{
    void *scratch = malloc(assay_describe_scratch_size(x->n));
    assay_bins b;
    assay_err err;
    assert_ok(assay_bins_choose(x, wanted, scratch, &b, &err), err);
    free(scratch);
    return b;
}

/* Every value lies in exactly one bin, and in the one whose edges hold it. */
static void assert_covers(const assay_bins *b, const assay_values *x)
{
    uint64_t counts[ASSAY_BINS_MAX + 1], by_edges[ASSAY_BINS_MAX + 1] = {0}, total = 0;
    assert_true(b->count >= 1 && b->count <= ASSAY_BINS_MAX);
    assert_int_equal(assay_bins_count(b, x, counts), 0);
    for (size_t i = 0; i < x->n; i++)
        for (size_t j = 0; j < b->count; j++)
            by_edges[j] += assay_bins_edge(b, j) <= assay_values_at(x, i) &&
                           assay_values_at(x, i) < assay_bins_edge(b, j + 1);
    for (size_t j = 0; j < b->count; j++) {
        assert_int_equal(counts[j], by_edges[j]);
        total += counts[j];
    }
    assert_true(total > 0);
}

static void decimal_bins_hold_whole_steps_with_edges_off_the_grid(void **state)
{
    (void)state;
    enum { N = 1000 };
    int64_t m[N];
    srand(31);
    for (int i = 0; i < N; i++)
        m[i] = 24500 + rand() % 40 + rand() % 40 + rand() % 40;
    assay_values x = assay_values_of_decimals(m, N, -3);
    assay_bins b = bins_of(&x, 0);
    assert_string_equal(b.rule, "freedman-diaconis");
    assert_true(b.is_decimal && b.step >= 1);
    assert_digits(b.first, ((double)b.origin - 0.5) / 1000, 15.5);
    assert_digits(b.width, (double)b.step / 1000, 15.5);
    assert_covers(&b, &x);
    b = bins_of(&x, 12);
    assert_string_equal(b.rule, "given");
    assert_true(b.count >= 10 && b.count <= 14);
    assert_covers(&b, &x);
}

static void doubles_get_round_edges(void **state)
{
    (void)state;
    enum { N = 1000 };
    double d[N];
    srand(32);
    for (int i = 0; i < N; i++)
        d[i] = (double)rand() / RAND_MAX + (double)rand() / RAND_MAX - 1;
    assay_values x = assay_values_of_doubles(d, N);
    assay_bins b = bins_of(&x, 0);
    assert_false(b.is_decimal);
    assert_true(b.width == 0.1 || b.width == 0.05 || b.width == 0.2);
    assert_digits(b.first / b.width, round(b.first / b.width), 14);
    assert_covers(&b, &x);
    for (int i = 0; i < N; i++)
        d[i] = ldexp(d[i], 900);
    b = bins_of(&x, 0);
    assert_covers(&b, &x);
    for (int i = 0; i < N; i++)
        d[i] = 1e9 + i % 2 * 1.1920928955078125e-07; /* neighbours in binary64 */
    b = bins_of(&x, 0);
    assert_covers(&b, &x);
    for (int i = 0; i < N; i++)
        d[i] = i == 0 ? 1e6 : (double)(i % 5); /* far outlier: bounded */
    b = bins_of(&x, 0);
    assert_covers(&b, &x);
}

static void most_values_equal_falls_back_to_scott(void **state)
{
    (void)state;
    int64_t m[100] = {0};
    m[3] = 50;
    m[7] = -20;
    assay_values x = assay_values_of_decimals(m, 100, -1);
    assay_bins b = bins_of(&x, 0);
    assert_string_equal(b.rule, "scott");
    assert_covers(&b, &x);
}

static void equal_values_have_one_bin_and_none_have_none(void **state)
{
    (void)state;
    const int64_t m[] = {7, 7, ASSAY_MANTISSA_MISSING};
    const double d[] = {0, 0, NAN}, e[] = {2.5, 2.5, 2.5};
    uint64_t counts[ASSAY_BINS_MAX];
    assay_values x = assay_values_of_decimals(m, 3, -1);
    assay_bins b = bins_of(&x, 0);
    assert_int_equal(b.count, 1);
    assert_string_equal(b.rule, "single");
    assert_int_equal(assay_bins_count(&b, &x, counts), 0);
    assert_int_equal(counts[0], 2);
    x = assay_values_of_doubles(d, 3);
    b = bins_of(&x, 0);
    assert_int_equal(b.count, 1);
    assert_covers(&b, &x);
    x = assay_values_of_doubles(e, 3);
    b = bins_of(&x, 5);
    assert_int_equal(b.count, 1);
    assert_covers(&b, &x);
    assay_values none = assay_values_of_doubles(d, 0);
    b = bins_of(&none, 0);
    assert_int_equal(b.count, 0);
    assert_int_equal(assay_bins_count(&b, &x, counts), 3);
}

static void the_ends_of_int64_are_covered(void **state)
{
    (void)state;
    const int64_t m[] = {INT64_MAX, INT64_MIN + 1, 0, 1, 2};
    assay_values x = assay_values_of_decimals(m, 5, 0);
    assay_bins b = bins_of(&x, 0);
    uint64_t counts[ASSAY_BINS_MAX];
    assert_int_equal(assay_bins_count(&b, &x, counts), 0);
    b = bins_of(&x, 1);
    assert_true(b.count <= 3);
    assert_int_equal(assay_bins_count(&b, &x, counts), 0);
    b = bins_of(&x, ASSAY_BINS_MAX);
    assert_true(b.count <= ASSAY_BINS_MAX);
    assert_int_equal(assay_bins_count(&b, &x, counts), 0);
}

static void values_outside_are_counted_apart(void **state)
{
    (void)state;
    const int64_t m[] = {10, 11, 12}, other[] = {-1000, 11, 1000, ASSAY_MANTISSA_MISSING};
    const double doubles[] = {-1000, 11, 1000, NAN};
    uint64_t counts[ASSAY_BINS_MAX];
    assay_values x = assay_values_of_decimals(m, 3, 0), y = assay_values_of_decimals(other, 4, 0);
    assay_values z = assay_values_of_doubles(doubles, 4);
    assay_bins b = bins_of(&x, 0);
    assert_int_equal(assay_bins_count(&b, &y, counts), 2);
    assert_int_equal(assay_bins_count(&b, &z, counts), 2);
}

static void negative_and_other_unit_values_find_their_bin(void **state)
{
    (void)state;
    const double d[] = {-7.5, -3.25, -0.1, -0.0, 0.1, 2.5};
    const int64_t m[] = {-30, 5, 12, 40}, tenfold[] = {-300, 50, 120, 400};
    uint64_t a[ASSAY_BINS_MAX], b[ASSAY_BINS_MAX];
    assay_values x = assay_values_of_doubles(d, 6), y = assay_values_of_decimals(m, 4, -1);
    assay_values z = assay_values_of_decimals(tenfold, 4, -2);
    assay_bins bins = bins_of(&x, 4);
    assert_covers(&bins, &x);
    bins = bins_of(&y, 0);
    assert_covers(&bins, &y);
    assert_int_equal(assay_bins_count(&bins, &y, a), 0);
    assert_int_equal(assay_bins_count(&bins, &z, b), 0);
    assert_memory_equal(a, b, bins.count * sizeof *a);
}

static void impossible_requests_are_refused(void **state)
{
    (void)state;
    const double inf[] = {1, INFINITY}, wide[] = {-1e308, 1e308}, tiny[] = {5e-324, 1e-323};
    char scratch[256];
    assay_bins b;
    assay_err err;
    assay_values x = assay_values_of_doubles(inf, 2);
    assert_int_equal(assay_bins_choose(&x, 0, scratch, &b, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
    assert_int_equal(assay_bins_choose(&x, 201, scratch, &b, &err), ASSAY_LIMIT);
    x = assay_values_of_doubles(wide, 2);
    assert_int_equal(assay_bins_choose(&x, 0, scratch, &b, &err), ASSAY_DOMAIN);
    x = assay_values_of_doubles(tiny, 2);
    assert_int_equal(assay_bins_choose(&x, 0, scratch, &b, &err), ASSAY_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_bins_hold_whole_steps_with_edges_off_the_grid),
        cmocka_unit_test(doubles_get_round_edges),
        cmocka_unit_test(most_values_equal_falls_back_to_scott),
        cmocka_unit_test(equal_values_have_one_bin_and_none_have_none),
        cmocka_unit_test(the_ends_of_int64_are_covered),
        cmocka_unit_test(values_outside_are_counted_apart),
        cmocka_unit_test(negative_and_other_unit_values_find_their_bin),
        cmocka_unit_test(impossible_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
