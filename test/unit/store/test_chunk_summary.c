/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "model/measurement.h"
#include "store/chunk.h"
#include "store/chunk_wide.h"
#include "unit/store/chunk_random.h"

#define ROWS 9000

static assay_err err;
static int64_t mantissa[ROWS], when[ROWS];
static uint64_t commit_of[ROWS];
static uint8_t status_of[ROWS];

static void fill(random_source *r, unsigned width, bool with_others)
{
    for (size_t i = 0; i < ROWS; i++) {
        mantissa[i] =
            5000 + (int64_t)random_bits(r, width) - (width ? (int64_t)1 << (width - 1) : 0);
        status_of[i] = 0;
        if (with_others && random_below(r, 30) == 0)
            status_of[i] = (uint8_t)(random_below(r, 6) | (random_next(r) & 0x38));
        when[i] = i < 100 ? TIME_NONE : (int64_t)i * 1000;
        commit_of[i] = 17 + random_below(r, 9);
    }
}

static chunk_summary part(size_t from, size_t to, unsigned size)
{
    chunk_summary s;
    chunk_summary_rows rows = {to - from, mantissa + from, status_of + from, when + from,
                               commit_of + from};
    chunk_summary_init(&s, -3, 5000, size);
    chunk_summary_add(&s, &rows);
    return s;
}

static bool same_wide(chunk_wide a, chunk_wide b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void assert_same(const chunk_summary *a, const chunk_summary *b)
{
    uint8_t x[CHUNK_SUMMARY_MAX], y[CHUNK_SUMMARY_MAX];
    size_t n = chunk_summary_pack(a, x);
    assert_int_equal(n, chunk_summary_pack(b, y));
    assert_memory_equal(x, y, n);
}

static void figures_of_a_few_rows_are_right(void **state)
{
    (void)state;
    const int64_t x[] = {12, 10, 7, 99, 15, 3};
    const uint8_t status[] = {0, 0, 0, STATUS_MARKED, 0, STATUS_LATE};
    const int64_t time[] = {TIME_NONE, 5, 6, 7, 8, 4};
    const uint64_t commit[] = {3, 3, 3, 4, 4, 9};
    chunk_summary_rows rows = {6, x, status, time, commit};
    chunk_summary s;
    chunk_summary_init(&s, -1, 10, 2);
    chunk_summary_add(&s, &rows);
    /* d = 2 0 -3 (99 is marked) 5 -7; pairs (12,10) (7,15), 3 is left over */
    assert_int_equal(s.rows, 6);
    assert_int_equal(s.n, 5);
    assert_int_equal(s.status[STATUS_MARKED], 1);
    assert_int_equal(s.late, 1);
    assert_true(s.sum == -3 && s.sum2 == 4 + 9 + 25 + 49);
    assert_true(same_wide(s.sum3, wide_of(8 - 27 + 125 - 343)));
    assert_true(same_wide(s.sum4, wide_of(16 + 81 + 625 + 2401)));
    assert_int_equal(s.min, 3);
    assert_int_equal(s.max, 15);
    assert_int_equal(s.first, 12);
    assert_int_equal(s.last, 3);
    assert_int_equal(s.groups, 2);
    assert_true(s.range_sum == 2 + 8 && s.group_sum2 == 4 + 4 && s.grouped_sum2 == 4 + 0 + 9 + 25);
    assert_int_equal(s.loose, 1);
    assert_false(s.is_ragged);
    assert_int_equal(s.timed, 5);
    assert_int_equal(s.first_time, 4);
    assert_int_equal(s.last_time, 8);
    assert_int_equal(s.first_commit, 3);
    assert_int_equal(s.last_commit, 9);
}

static void merge_order_never_matters(void **state)
{
    (void)state;
    random_source r = {1};
    for (unsigned width = 0; width <= 50; width += 5)
        for (unsigned size = 0; size <= 5; size++) {
            size_t cut[4] = {0, 0, 0, ROWS};
            fill(&r, width, width % 2);
            cut[1] = random_below(&r, ROWS);
            cut[2] = cut[1] + random_below(&r, ROWS - cut[1]);
            chunk_summary a = part(cut[0], cut[1], size), b = part(cut[1], cut[2], size);
            chunk_summary c = part(cut[2], cut[3], size), left = a, right = b, right_all = a;
            assert_true(chunk_summary_merge(&left, &b) && chunk_summary_merge(&left, &c));
            assert_true(chunk_summary_merge(&right, &c) && chunk_summary_merge(&right_all, &right));
            assert_same(&left, &right_all);
        }
}

static void parts_cut_at_subgroups_give_the_whole(void **state)
{
    (void)state;
    random_source r = {2};
    for (unsigned size = 0; size <= 6; size++) {
        fill(&r, 12, false);
        chunk_summary whole = part(0, ROWS, size), joined = part(0, 60, size);
        for (size_t from = 60; from < ROWS; from += 60) {
            chunk_summary next = part(from, from + 60, size);
            assert_true(chunk_summary_merge(&joined, &next));
        }
        assert_same(&whole, &joined);
        assert_false(joined.is_ragged);
    }
    chunk_summary short_one = part(0, 7, 5), next = part(7, 17, 5);
    assert_true(chunk_summary_merge(&short_one, &next));
    assert_true(short_one.is_ragged);
}

/* Powers by repeated addition in 256 bits: slow, plain, another way. */
static chunk_wide power(int64_t d, unsigned p)
{
    chunk_wide x = wide_of(1);
    for (unsigned i = 0; i < p; i++)
        x = d < 0 ? wide_negated(wide_times(x, (uint64_t)-d)) : wide_times(x, (uint64_t)d);
    return x;
}

static void third_and_fourth_powers_are_exact_at_every_width(void **state)
{
    (void)state;
    random_source r = {3};
    for (unsigned width = 0; width <= 46; width++) {
        chunk_wide sum3 = wide_of(0), sum4 = wide_of(0);
        uint64_t far = 0;
        fill(&r, width, false);
        for (size_t i = 0; i < ROWS; i++) {
            int64_t d = mantissa[i] - 5000;
            if (llabs(d) >= 1ll << 44) {
                far++;
                continue;
            }
            sum3 = wide_add(sum3, power(d, 3));
            sum4 = wide_add(sum4, power(d, 4));
        }
        chunk_summary s = part(0, ROWS, 5);
        assert_int_equal(s.wide, far);
        assert_int_equal(s.n, ROWS - far);
        assert_true(same_wide(s.sum3, sum3) && same_wide(s.sum4, sum4));
    }
}

static void doubles_without_a_decimal_are_counted_not_summed(void **state)
{
    (void)state;
    double x = 3.3;
    int64_t m[3] = {1, 0, 2};
    const uint8_t status[3] = {0, STATUS_RAW, 0};
    chunk_summary_rows rows = {3, m, status, NULL, NULL};
    chunk_summary s;
    memcpy(&m[1], &x, sizeof x);
    chunk_summary_init(&s, 0, 0, 1);
    chunk_summary_add(&s, &rows);
    assert_int_equal(s.raw, 1);
    assert_int_equal(s.n, 2);
    assert_true(s.sum == 3 && s.is_ragged);
}

static void a_packed_summary_returns_and_is_small(void **state)
{
    (void)state;
    random_source r = {4};
    for (unsigned width = 0; width <= 50; width++) {
        uint8_t bytes[CHUNK_SUMMARY_MAX];
        chunk_summary out;
        fill(&r, width, width & 1);
        chunk_summary s = part(0, CHUNK_ROWS, 5);
        size_t n = chunk_summary_pack(&s, bytes);
        assert_in_range(n, 1, 208);
        assert_ok(chunk_summary_unpack(bytes, n, &out, &err), err);
        assert_same(&s, &out);
        assert_int_equal(out.n, s.n);
        assert_int_equal(out.min, s.min);
        assert_int_equal(out.last, s.last);
        assert_int_equal(out.last_time, s.last_time);
    }
    uint8_t bytes[CHUNK_SUMMARY_MAX];
    chunk_summary empty, out;
    chunk_summary_init(&empty, -3, INT64_MIN, 0);
    assert_ok(chunk_summary_unpack(bytes, chunk_summary_pack(&empty, bytes), &out, &err), err);
    assert_true(out.min == INT64_MAX && out.first_commit == UINT64_MAX &&
                out.reference == INT64_MIN);
}

static void every_changed_byte_of_a_summary_is_noticed(void **state)
{
    (void)state;
    random_source r = {5};
    uint8_t bytes[CHUNK_SUMMARY_MAX];
    chunk_summary out;
    fill(&r, 12, true);
    chunk_summary s = part(0, CHUNK_ROWS, 5);
    size_t n = chunk_summary_pack(&s, bytes);
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 0x10;
        assert_int_equal(chunk_summary_unpack(bytes, n, &out, &err), ASSAY_DAMAGED);
        bytes[i] ^= 0x10;
        assert_int_equal(chunk_summary_unpack(bytes, i, &out, &err), ASSAY_DAMAGED);
    }
}

static void a_finer_unit_multiplies_every_sum(void **state)
{
    (void)state;
    random_source r = {6};
    fill(&r, 12, true);
    chunk_summary coarse = part(0, ROWS, 5), fine;
    for (size_t i = 0; i < ROWS; i++)
        mantissa[i] *= 100;
    chunk_summary_init(&fine, -5, 500000, 5);
    chunk_summary_rows rows = {ROWS, mantissa, status_of, when, commit_of};
    chunk_summary_add(&fine, &rows);
    assert_true(chunk_summary_rescale(&coarse, -5));
    assert_same(&coarse, &fine);
    assert_false(chunk_summary_rescale(&coarse, -4));
    assert_false(chunk_summary_rescale(&coarse, -18));
}

static void other_units_do_not_merge(void **state)
{
    (void)state;
    chunk_summary a, b;
    chunk_summary_init(&a, -3, 0, 5);
    chunk_summary_init(&b, -2, 0, 5);
    assert_false(chunk_summary_merge(&a, &b));
    chunk_summary_init(&b, -3, 1, 5);
    assert_false(chunk_summary_merge(&a, &b));
    chunk_summary_init(&b, -3, 0, 4);
    assert_false(chunk_summary_merge(&a, &b));
}

static void wide_integers_round_to_the_nearest_double(void **state)
{
    (void)state;
    chunk_wide x = wide_of(-5);
    assert_true(chunk_wide_to_double(&x) == -5.0);
    x = wide_times(wide_times(wide_of(3), (uint64_t)1 << 63), (uint64_t)1 << 62);
    assert_true(chunk_wide_to_double(&x) == ldexp(3, 125));
    x = wide_add((chunk_wide){{0, 0, 1, 0}}, wide_of((__int128)1 << 75)); /* 2^128 + half an ulp */
    assert_true(chunk_wide_to_double(&x) == ldexp(1, 128));
    x = wide_add(x, wide_of(1)); /* a hair above the tie */
    assert_true(chunk_wide_to_double(&x) == ldexp(1, 128) + ldexp(1, 76));
    x = (chunk_wide){{0, 0, 0, (uint64_t)1 << 63}};
    assert_true(chunk_wide_to_double(&x) == -ldexp(1, 255));
}

/* Parts in two units, in any order; one of them leaves when its rows come again among more. */
static void flat_parts_join_and_leave(void **state)
{
    (void)state;
    random_source r = {7};
    for (int round = 0; round < 40; round++) {
        fill(&r, 1 + (unsigned)random_below(&r, 20), round % 2);
        size_t a = 1 + random_below(&r, 3000), b = a + 1 + random_below(&r, 3000);
        chunk_summary one = part(0, a, 5), two = part(a, b, 5), three = part(a, ROWS, 5), sum = {0};
        chunk_summary whole = part(0, ROWS, 0), rest = sum;
        chunk_summary_flatten(&one);
        chunk_summary_flatten(&two);
        chunk_summary_flatten(&three);
        chunk_summary_flatten(&whole);
        if (round % 3 == 0)
            assert_true(chunk_summary_rescale(&two, -5));
        assert_true(chunk_summary_join(&sum, &two));
        assert_true(chunk_summary_join(&sum, &one));
        assert_true(chunk_summary_leave(&sum, &two));
        assert_true(chunk_summary_join(&sum, &three));
        if (sum.exponent < whole.exponent)
            assert_true(chunk_summary_rescale(&whole, sum.exponent));
        assert_same(&sum, &whole);
        assert_false(chunk_summary_leave(&one, &whole));
        assert_true(chunk_summary_join(&rest, &one));
        one.reference++;
        assert_false(chunk_summary_join(&rest, &one));
        assert_false(chunk_summary_leave(&rest, &one));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_parts_join_and_leave),
        cmocka_unit_test(figures_of_a_few_rows_are_right),
        cmocka_unit_test(merge_order_never_matters),
        cmocka_unit_test(parts_cut_at_subgroups_give_the_whole),
        cmocka_unit_test(third_and_fourth_powers_are_exact_at_every_width),
        cmocka_unit_test(doubles_without_a_decimal_are_counted_not_summed),
        cmocka_unit_test(a_packed_summary_returns_and_is_small),
        cmocka_unit_test(every_changed_byte_of_a_summary_is_noticed),
        cmocka_unit_test(a_finer_unit_multiplies_every_sum),
        cmocka_unit_test(other_units_do_not_merge),
        cmocka_unit_test(wide_integers_round_to_the_nearest_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
