/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/time.h"
#include "store/chunk.h"
#include "unit/store/chunk_random.h"

static chunk_codec *codec;
static assay_err err;
static int64_t in[CHUNK_ROWS], out[CHUNK_ROWS];
static int32_t offset_in[CHUNK_ROWS], offset_out[CHUNK_ROWS];

static int open_codec(void **state)
{
    (void)state;
    return chunk_codec_new(&codec, &err);
}

static int close_codec(void **state)
{
    (void)state;
    chunk_codec_free(codec);
    return 0;
}

/* Packs in[n], proves that it returns, and gives the length. */
static size_t length_of(size_t n, const int32_t *offset)
{
    buf bytes = BUF_INIT;
    assert_ok(chunk_times_pack(codec, in, offset, n, &bytes, &err), err);
    assert_ok(chunk_times_unpack(codec, bytes.data, bytes.length, n, out, offset_out, NULL, &err), err);
    assert_memory_equal(in, out, n * sizeof *in);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(offset_out[i],
                         offset && in[i] != TIME_NONE ? offset[i] : TIME_OFFSET_NONE);
    assert_ok(chunk_times_unpack(codec, bytes.data, bytes.length, n, out, NULL, NULL, &err), err);
    assert_memory_equal(in, out, n * sizeof *in);
    size_t length = bytes.length;
    buf_done(&bytes);
    return length;
}

#define START 1767225600000000000 /* 2026-01-01T00:00:00Z */
#define MS    1000000

static void untimed_rows_cost_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = TIME_NONE;
    assert_in_range(length_of(CHUNK_ROWS, NULL), CHUNK_HEADER, CHUNK_HEADER + 2);
    for (size_t i = CHUNK_ROWS / 2; i < CHUNK_ROWS; i++)
        in[i] = START + (int64_t)i * 60000 * MS;
    assert_in_range(length_of(CHUNK_ROWS, NULL), CHUNK_HEADER, CHUNK_HEADER + 100);
}

static void an_even_clock_costs_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNK_ROWS; i++) /* subgroups of 5 a minute, 12 ms apart */
        in[i] = START + (int64_t)(i / 5) * 60000 * MS + (int64_t)(i % 5) * 12 * MS;
    assert_in_range(length_of(CHUNK_ROWS, NULL), CHUNK_HEADER, CHUNK_HEADER + 120);
}

static void jitter_is_stored_once(void **state)
{
    (void)state;
    random_source r = {1};
    for (size_t i = 0; i < CHUNK_ROWS; i++) /* six equally likely jitters: log2 6 = 2.58 bits */
        in[i] = START + (int64_t)(i / 5) * 60000 * MS + (int64_t)(i % 5) * 12 * MS +
                (int64_t)random_below(&r, 6) * MS;
    assert_in_range(length_of(CHUNK_ROWS, NULL), CHUNK_HEADER, CHUNK_ROWS * 3 / 8 + 100);
}

static void pauses_and_a_drifting_clock_return(void **state)
{
    (void)state;
    random_source r = {2};
    for (int repeat = 0; repeat < 100; repeat++) {
        size_t n = 1 + random_below(&r, CHUNK_ROWS), group = 1 + random_below(&r, 12);
        int64_t at = START, cycle = (int64_t)random_bits(&r, 36), grain = repeat & 1 ? MS : 1;
        for (size_t i = 0; i < n; i++) {
            if (i % group == 0)
                at += cycle + (int64_t)random_below(&r, 1000) * grain;
            if (random_below(&r, 500) == 0)
                at += 28800000 * (int64_t)MS;
            in[i] = at + (int64_t)(i % group) * 12 * MS;
        }
        length_of(n, NULL);
    }
}

static void any_times_in_any_order_return(void **state)
{
    (void)state;
    random_source r = {3};
    for (unsigned width = 1; width <= 64; width++)
        for (int repeat = 0; repeat < 4; repeat++) {
            size_t n = 1 + random_below(&r, CHUNK_ROWS);
            uint64_t none_in = 1 + random_below(&r, 9);
            for (size_t i = 0; i < n; i++) {
                in[i] = (int64_t)random_bits(&r, width);
                offset_in[i] = (int32_t)random_below(&r, 3) * 3600 - 3600;
                if (repeat > 1 && random_below(&r, none_in) == 0)
                    in[i] = TIME_NONE;
            }
            if (repeat == 3)
                in[0] = INT64_MAX;
            length_of(n, repeat & 1 ? offset_in : NULL);
        }
}

static void the_ends_of_time_return(void **state)
{
    (void)state;
    for (size_t i = 0; i < 400; i++)
        in[i] = i & 1 ? INT64_MAX : INT64_MIN + 1;
    length_of(400, NULL);
    for (size_t i = 0; i < 400; i++)
        offset_in[i] = i & 1 ? INT32_MAX : INT32_MIN;
    length_of(400, offset_in);
}

static void a_change_of_offset_costs_a_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNK_ROWS; i++) {
        in[i] = START + (int64_t)i * 60000 * MS;
        offset_in[i] = i < 1234 ? 3600 : 7200; /* a night in March */
    }
    assert_in_range(length_of(CHUNK_ROWS, offset_in), CHUNK_HEADER, CHUNK_HEADER + 160);
}

static void too_little_room_is_refused(void **state)
{
    (void)state;
    buf bytes = BUF_INIT;
    for (size_t i = 0; i < 10; i++)
        in[i] = START;
    assert_ok(chunk_times_pack(codec, in, NULL, 10, &bytes, &err), err);
    assert_int_equal(chunk_times_unpack(codec, bytes.data, bytes.length, 9, out, NULL, NULL, &err),
                     ASSAY_SHAPE);
    bytes.data[1] ^= 1;
    assert_int_equal(chunk_times_unpack(codec, bytes.data, bytes.length, 10, out, NULL, NULL, &err),
                     ASSAY_DAMAGED);
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(untimed_rows_cost_nothing),
        cmocka_unit_test(an_even_clock_costs_nothing),
        cmocka_unit_test(jitter_is_stored_once),
        cmocka_unit_test(pauses_and_a_drifting_clock_return),
        cmocka_unit_test(any_times_in_any_order_return),
        cmocka_unit_test(the_ends_of_time_return),
        cmocka_unit_test(a_change_of_offset_costs_a_run),
        cmocka_unit_test(too_little_room_is_refused),
    };
    return cmocka_run_group_tests(tests, open_codec, close_codec);
}
