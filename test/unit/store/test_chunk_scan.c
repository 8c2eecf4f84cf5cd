/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "store/chunk_scan.h"
#include "unit/store/chunk_random.h"

#define CHUNKS 37

static buf bytes[CHUNKS];
static assay_err err;

static int pack_chunks(void **state)
{
    (void)state;
    static int64_t value[CHUNK_ROWS];
    random_source r = {1};
    chunk_codec *codec;
    if (chunk_codec_new(&codec, &err))
        return -1;
    for (size_t i = 0; i < CHUNKS; i++) {
        size_t n = i % 5 ? CHUNK_ROWS : 1 + random_below(&r, CHUNK_ROWS);
        for (size_t k = 0; k < n; k++)
            value[k] = 25000 + random_noise(&r, 30) + (random_below(&r, 500) == 0 ? 4000 : 0);
        chunk_rows rows = {.n = n, .mantissa = value, .finest = CHUNK_FINEST_NONE};
        if (chunk_values_pack(codec, &rows, &bytes[i], &err))
            return -1;
    }
    chunk_codec_free(codec);
    return 0;
}

static int free_chunks(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNKS; i++)
        buf_done(&bytes[i]);
    return 0;
}

static assay_status give(void *context, unsigned worker, size_t i, const void **out, size_t *length,
                         assay_err *error)
{
    const size_t *broken = context;
    (void)worker;
    if (broken && i >= *broken)
        return assay_fail(error, ASSAY_DAMAGED, 0, "chunk %zu is broken", i);
    *out = bytes[i].data;
    *length = bytes[i].length;
    return ASSAY_OK;
}

static void any_number_of_threads_gives_the_same_sums(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= 8; size++) {
        chunk_groups one, many;
        chunk_groups_init(&one, size, 25000);
        assert_ok(chunk_scan_groups(give, NULL, CHUNKS, 1, &one, &err), err);
        assert_true(one.n > 30 * CHUNK_ROWS && one.range_sum > 0);
        for (unsigned threads = 2; threads < 100; threads += threads < 6 ? 1 : 31) {
            chunk_groups_init(&many, size, 25000);
            assert_ok(chunk_scan_groups(give, NULL, CHUNKS, threads, &many, &err), err);
            assert_true(one.n == many.n && one.groups == many.groups && one.min == many.min &&
                        one.max == many.max && one.sum == many.sum && one.sum2 == many.sum2 &&
                        one.range_sum == many.range_sum && one.group_sum2 == many.group_sum2 &&
                        one.grouped_sum2 == many.grouped_sum2);
        }
    }
}

static void the_first_broken_chunk_is_named_and_nothing_added(void **state)
{
    (void)state;
    for (size_t broken = 0; broken < CHUNKS; broken += 7)
        for (unsigned threads = 1; threads < 6; threads++) {
            chunk_groups g;
            chunk_groups_init(&g, 5, 25000);
            assert_int_equal(chunk_scan_groups(give, &broken, CHUNKS, threads, &g, &err),
                             ASSAY_DAMAGED);
            assert_int_equal(err.at, broken);
            assert_int_equal(g.n, 0);
        }
}

static void no_chunks_sum_to_nothing(void **state)
{
    (void)state;
    chunk_groups g;
    chunk_groups_init(&g, 5, 0);
    assert_ok(chunk_scan_groups(give, NULL, 0, 4, &g, &err), err);
    assert_int_equal(g.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_threads_gives_the_same_sums),
        cmocka_unit_test(the_first_broken_chunk_is_named_and_nothing_added),
        cmocka_unit_test(no_chunks_sum_to_nothing),
    };
    return cmocka_run_group_tests(tests, pack_chunks, free_chunks);
}
