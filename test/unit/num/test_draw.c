/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/draw.h>

/* RFC 8439, appendix A.1, vectors 1 and 2: key and nonce of zeros, blocks 0 and 1. */
static void the_stream_is_that_of_the_rfc(void **state)
{
    (void)state;
    const uint8_t zero[32] = {0}, first[16] = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
                                               0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
    const uint8_t second[8] = {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a};
    assay_draw d = assay_draw_of(zero, 0);
    uint64_t x[9];
    for (int i = 0; i < 9; i++)
        x[i] = assay_draw_next(&d);
    for (int i = 0; i < 16; i++)
        assert_int_equal(x[i / 8] >> 8 * (i % 8) & 255, first[i]);
    for (int i = 0; i < 8; i++)
        assert_int_equal(x[8] >> 8 * i & 255, second[i]);
}

/* RFC 8439, appendix A.1, vectors 3 and 5: a key ending in 1; a nonce ending in 2. */
static void key_and_stream_stand_where_the_rfc_has_them(void **state)
{
    (void)state;
    uint8_t seed[32] = {0};
    const uint8_t third[8] = {0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92};
    const uint8_t fifth[8] = {0xc2, 0xc6, 0x4d, 0x37, 0x8c, 0xd5, 0x36, 0x37};
    assay_draw d = assay_draw_of(seed, UINT64_C(2) << 56);
    uint64_t x = assay_draw_next(&d);
    for (int i = 0; i < 8; i++)
        assert_int_equal(x >> 8 * i & 255, fifth[i]);
    seed[31] = 1;
    d = assay_draw_of(seed, 0);
    d.block = 1;
    x = assay_draw_next(&d);
    for (int i = 0; i < 8; i++)
        assert_int_equal(x >> 8 * i & 255, third[i]);
}

static void every_number_and_order_is_equally_likely(void **state)
{
    (void)state;
    const uint8_t seed[32] = {4, 2};
    assay_draw d = assay_draw_of(seed, 9);
    int count[6] = {0}, orders[24] = {0};
    for (int i = 0; i < 60000; i++)
        count[assay_draw_below(&d, 6)]++;
    double chi2 = 0;
    for (int i = 0; i < 6; i++)
        chi2 += (count[i] - 10000.0) * (count[i] - 10000.0) / 10000;
    assert_true(chi2 < 20.5); /* 5 degrees of freedom, 0.1 % */
    for (int i = 0; i < 48000; i++) {
        uint32_t x[4] = {0, 1, 2, 3};
        assay_draw_shuffle(&d, x, 4);
        int code = (int)x[0] * 6;
        code += (int)(x[1] - (x[1] > x[0])) * 2 + (x[2] > x[3]);
        orders[code]++;
    }
    chi2 = 0;
    for (int i = 0; i < 24; i++)
        chi2 += (orders[i] - 2000.0) * (orders[i] - 2000.0) / 2000;
    assert_true(chi2 < 49.7); /* 23 degrees of freedom, 0.1 % */
}

static void draws_repeat_and_streams_differ(void **state)
{
    (void)state;
    const uint8_t seed[32] = {1, 2, 3};
    uint32_t a[50], b[50], c[50];
    for (uint32_t i = 0; i < 50; i++)
        a[i] = b[i] = c[i] = i;
    assay_draw d = assay_draw_of(seed, 1), e = assay_draw_of(seed, 1), f = assay_draw_of(seed, 2);
    assay_draw_shuffle(&d, a, 50);
    assay_draw_shuffle(&e, b, 50);
    assay_draw_shuffle(&f, c, 50);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_int_equal(assay_draw_below(&d, 1), 0);
    assert_true(assay_draw_below(&d, UINT64_MAX) < UINT64_MAX);
    for (int i = 0; i < 100; i++)
        assert_true(assay_draw_below(&d, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
    assay_draw_shuffle(&d, a, 0);
    assay_draw_shuffle(&d, a, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_is_that_of_the_rfc),
        cmocka_unit_test(key_and_stream_stand_where_the_rfc_has_them),
        cmocka_unit_test(every_number_and_order_is_equally_likely),
        cmocka_unit_test(draws_repeat_and_streams_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
