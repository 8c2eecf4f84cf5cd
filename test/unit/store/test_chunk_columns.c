/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "store/chunk.h"
#include "unit/store/chunk_random.h"

static chunk_codec *codec;
static assay_err err;
static uint64_t in[CHUNK_ROWS], out[CHUNK_ROWS];

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

static size_t length_of(size_t n)
{
    buf bytes = BUF_INIT;
    chunk_column column = {.id = 7, .bytes = 8, .absent = 0, .data = in};
    assert_ok(chunk_columns_pack(codec, &column, 1, n, &bytes, &err), err);
    column.data = out;
    assert_ok(chunk_columns_unpack(codec, bytes.data, bytes.length, n, &column, 1, &err), err);
    assert_memory_equal(in, out, n * sizeof *in);
    size_t length = bytes.length;
    buf_done(&bytes);
    return length - CHUNK_HEADER;
}

static void a_constant_costs_a_few_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = 12;
    assert_in_range(length_of(CHUNK_ROWS), 1, 8);
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = UINT64_MAX;
    assert_in_range(length_of(CHUNK_ROWS), 1, 16);
}

static void runs_cost_by_run(void **state)
{
    (void)state;
    random_source r = {1};
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = i % 480 ? in[i - 1] : random_next(&r); /* eight shifts */
    assert_in_range(length_of(CHUNK_ROWS), 1, 240);
}

static void record_numbers_of_interleaved_subgroups_cost_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = 1000 + i / 5 * 5000 + i % 5;
    assert_in_range(length_of(CHUNK_ROWS), 1, 100);
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = i;
    assert_in_range(length_of(CHUNK_ROWS), 1, 60);
}

static void few_distinct_texts_cost_their_index(void **state)
{
    (void)state;
    random_source r = {2};
    for (size_t i = 0; i < CHUNK_ROWS; i++)
        in[i] = 1 + random_below(&r, 4) * 1000003;
    assert_in_range(length_of(CHUNK_ROWS), 1,
                    CHUNK_ROWS * 34 / 128 + 150); /* 2 bits in words of 16 */
}

static void any_numbers_return(void **state)
{
    (void)state;
    random_source r = {3};
    for (unsigned width = 0; width <= 64; width++)
        for (unsigned shape = 0; shape < 6; shape++) {
            size_t n = 1 + random_below(&r, CHUNK_ROWS);
            uint64_t step = random_bits(&r, width), run = 1 + random_below(&r, 40);
            for (size_t i = 0; i < n; i++)
                in[i] = shape == 0   ? random_bits(&r, width)
                        : shape == 1 ? i * step + random_below(&r, 3)
                        : shape == 2 ? (i % run ? in[i - 1] : random_bits(&r, width))
                        : shape == 3 ? (i % 3 ? 5 : random_bits(&r, width))
                        : shape == 4 ? (i ? in[i - 1] : 0) + random_bits(&r, width / 2)
                                     : (random_next(&r) & 3) << (width / 2);
            assert_in_range(length_of(n), 1, 8 * (n + 15) + 64);
        }
}

static void small_columns_of_every_length_return(void **state)
{
    (void)state;
    random_source r = {4};
    for (size_t n = 1; n <= 200; n++)
        for (int repeat = 0; repeat < 4; repeat++) {
            for (size_t i = 0; i < n; i++)
                in[i] = repeat == 0   ? i
                        : repeat == 1 ? i / 7
                                      : random_bits(&r, 1 + 9 * (unsigned)repeat);
            length_of(n);
        }
}

static void only_what_is_asked_for_is_decoded(void **state)
{
    (void)state;
    static uint8_t status[500], status_out[500];
    static uint32_t size[500], size_out[500];
    static uint16_t other[500];
    for (size_t i = 0; i < 500; i++) {
        status[i] = (uint8_t)(i % 50 == 7);
        size[i] = 1;
        in[i] = i * i;
    }
    buf bytes = BUF_INIT;
    chunk_column columns[] = {
        {.id = 40, .bytes = 8, .data = in},
        {.id = 1, .bytes = 1, .data = status},
        {.id = 2, .bytes = 4, .absent = 1, .data = size},
    };
    assert_ok(chunk_columns_pack(codec, columns, 3, 500, &bytes, &err), err);
    uint64_t present = 0;
    assert_ok(chunk_columns_present(bytes.data, bytes.length, &present, &err), err);
    assert_true(present == ((uint64_t)1 << 40 | 1u << 1)); /* sizes are all 1: not stored */
    chunk_column wanted[] = {
        {.id = 2, .bytes = 4, .absent = 1, .data = size_out},
        {.id = 1, .bytes = 1, .data = status_out},
        {.id = 63, .bytes = 2, .absent = 77, .data = other},
    };
    assert_ok(chunk_columns_unpack(codec, bytes.data, bytes.length, 500, wanted, 3, &err), err);
    assert_memory_equal(size, size_out, sizeof size);
    assert_memory_equal(status, status_out, sizeof status);
    assert_int_equal(other[0], 77);
    assert_int_equal(other[499], 77);
    buf_done(&bytes);
}

static void a_number_too_large_for_its_column_is_damage(void **state)
{
    (void)state;
    static uint8_t narrow[10];
    for (size_t i = 0; i < 10; i++)
        in[i] = 250 + i;
    buf bytes = BUF_INIT;
    chunk_column column = {.id = 0, .bytes = 8, .data = in};
    assert_ok(chunk_columns_pack(codec, &column, 1, 10, &bytes, &err), err);
    column = (chunk_column){.id = 0, .bytes = 1, .data = narrow};
    assert_int_equal(chunk_columns_unpack(codec, bytes.data, bytes.length, 10, &column, 1, &err),
                     ASSAY_DAMAGED);
    buf_done(&bytes);
}

static void all_columns_full_of_noise_return(void **state)
{
    (void)state;
    static uint64_t noise[64][CHUNK_ROWS];
    random_source r = {6};
    chunk_column columns[64];
    buf bytes = BUF_INIT;
    for (uint8_t id = 0; id < 64; id++) {
        columns[id] = (chunk_column){.id = id, .bytes = 8, .data = noise[id]};
        for (size_t i = 0; i < CHUNK_ROWS; i++)
            noise[id][i] = random_next(&r);
    }
    assert_ok(chunk_columns_pack(codec, columns, 64, CHUNK_ROWS, &bytes, &err), err);
    chunk_column last = {.id = 63, .bytes = 8, .data = out};
    assert_ok(chunk_columns_unpack(codec, bytes.data, bytes.length, CHUNK_ROWS, &last, 1, &err),
              err);
    assert_memory_equal(out, noise[63], sizeof out);
    buf_done(&bytes);
}

static void a_column_named_twice_is_refused(void **state)
{
    (void)state;
    buf bytes = BUF_INIT;
    chunk_column columns[] = {{.id = 3, .bytes = 8, .data = in}, {.id = 3, .bytes = 8, .data = in}};
    assert_int_equal(chunk_columns_pack(codec, columns, 2, 10, &bytes, &err), ASSAY_SHAPE);
    assert_int_equal(err.at, 1);
    columns[1].id = 64;
    assert_int_equal(chunk_columns_pack(codec, columns, 2, 10, &bytes, &err), ASSAY_SHAPE);
    columns[1] = (chunk_column){.id = 4, .bytes = 3, .data = in};
    assert_int_equal(chunk_columns_pack(codec, columns, 2, 10, &bytes, &err), ASSAY_SHAPE);
    assert_int_equal(bytes.length, 0);
    buf_done(&bytes);
}

static void the_same_rows_give_the_same_bytes(void **state)
{
    (void)state;
    random_source r = {5};
    chunk_codec *other;
    buf a = BUF_INIT, b = BUF_INIT;
    chunk_column column = {.id = 0, .bytes = 8, .data = in};
    assert_ok(chunk_codec_new(&other, &err), err);
    for (int repeat = 0; repeat < 20; repeat++) {
        buf_clear(&a);
        buf_clear(&b);
        for (size_t i = 0; i < CHUNK_ROWS; i++)
            in[i] = random_bits(&r, (unsigned)repeat * 3);
        assert_ok(chunk_columns_pack(codec, &column, 1, CHUNK_ROWS, &a, &err), err);
        assert_ok(chunk_columns_pack(other, &column, 1, CHUNK_ROWS, &b, &err), err);
        assert_int_equal(a.length, b.length);
        assert_memory_equal(a.data, b.data, a.length);
    }
    chunk_codec_free(other);
    buf_done(&a);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_costs_a_few_bytes),
        cmocka_unit_test(runs_cost_by_run),
        cmocka_unit_test(record_numbers_of_interleaved_subgroups_cost_nothing),
        cmocka_unit_test(few_distinct_texts_cost_their_index),
        cmocka_unit_test(any_numbers_return),
        cmocka_unit_test(small_columns_of_every_length_return),
        cmocka_unit_test(only_what_is_asked_for_is_decoded),
        cmocka_unit_test(a_number_too_large_for_its_column_is_damage),
        cmocka_unit_test(all_columns_full_of_noise_return),
        cmocka_unit_test(a_column_named_twice_is_refused),
        cmocka_unit_test(the_same_rows_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, open_codec, close_codec);
}
