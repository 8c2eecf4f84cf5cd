/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "model/measurement.h"
#include "store/chunk.h"
#include "unit/store/chunk_random.h"

static chunk_codec *codec;
static assay_err err;

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

typedef struct {
    size_t n;
    int64_t mantissa[CHUNK_ROWS];
    int8_t exponent[CHUNK_ROWS];
    uint8_t decimals[CHUNK_ROWS], status[CHUNK_ROWS];
} sample;

static chunk_rows rows_of(const sample *s)
{
    return (chunk_rows){.n = s->n,
                        .mantissa = s->mantissa,
                        .exponent = s->exponent,
                        .decimals = s->decimals,
                        .status = s->status,
                        .finest = CHUNK_FINEST_NONE};
}

static __int128 at_exponent(int64_t mantissa, int from, int to)
{
    __int128 x = mantissa;
    for (; from > to; from--)
        x *= 10;
    return x;
}

/* The value of row i is the same whether written with exponent a or b. */
static bool same_value(int64_t x, int a, int64_t y, int b)
{
    return a >= b ? at_exponent(x, a, b) == y : at_exponent(y, b, a) == x;
}

static void assert_returns(const sample *s)
{
    static sample out;
    buf bytes = BUF_INIT;
    chunk_rows rows = rows_of(s);
    chunk_values v;
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    assert_ok(chunk_values_open(codec, bytes.data, bytes.length, &v, &err), err);
    assert_int_equal(v.n, s->n);
    assert_ok(chunk_values_read(codec, &v, 0, v.n, out.mantissa, out.exponent, out.decimals, &err),
              err);
    for (size_t i = 0; i < s->n; i++) {
        if ((s->status[i] & STATUS_MASK) == STATUS_NO_VALUE)
            continue;
        if (s->status[i] & STATUS_RAW)
            assert_true(out.mantissa[i] == s->mantissa[i]);
        else if (!same_value(s->mantissa[i], s->exponent[i], out.mantissa[i], out.exponent[i]))
            fail_msg("row %zu of %zu differs", i, s->n);
        assert_int_equal(out.decimals[i], s->decimals[i]);
    }
    buf_done(&bytes);
}

static void a_row_of_any_width_returns(void **state)
{
    (void)state;
    static sample s;
    random_source r = {1};
    for (unsigned width = 0; width <= 64; width++)
        for (int repeat = 0; repeat < 6; repeat++) {
            uint64_t base = repeat & 1 ? random_next(&r) : random_bits(&r, 20);
            s = (sample){.n = repeat ? 1 + random_below(&r, CHUNK_ROWS) : CHUNK_ROWS};
            for (size_t i = 0; i < s.n; i++)
                s.mantissa[i] = (int64_t)(base + random_bits(&r, width));
            assert_returns(&s);
        }
}

static void outliers_return_wherever_they_stand(void **state)
{
    (void)state;
    static sample s;
    random_source r = {2};
    for (int repeat = 0; repeat < 200; repeat++) {
        unsigned scale = (unsigned)random_below(&r, 62) + 1;
        s = (sample){.n = 1 + random_below(&r, CHUNK_ROWS)};
        uint64_t every = 1 + random_below(&r, 300);
        for (size_t i = 0; i < s.n; i++) {
            s.mantissa[i] = 25000 + random_noise(&r, 40);
            if (random_below(&r, every) == 0)
                s.mantissa[i] += (int64_t)random_bits(&r, scale) - ((int64_t)1 << (scale - 1));
        }
        assert_returns(&s);
    }
}

static void the_ends_of_the_range_return(void **state)
{
    (void)state;
    static sample s;
    const int64_t ends[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN + 1};
    random_source r = {3};
    for (int repeat = 0; repeat < 60; repeat++) {
        s = (sample){.n = 1 + random_below(&r, 2000)};
        for (size_t i = 0; i < s.n; i++)
            s.mantissa[i] = ends[random_below(&r, repeat % 6 + 1)];
        assert_returns(&s);
    }
}

static void decimals_as_written_return_beside_one_exponent(void **state)
{
    (void)state;
    static sample s;
    random_source r = {4};
    s = (sample){.n = 2000};
    for (size_t i = 0; i < s.n; i++) { /* "24.5", "24.50", "24.503" as typed */
        s.exponent[i] = (int8_t)(-1 - (int)random_below(&r, 3));
        s.decimals[i] = (uint8_t)-s.exponent[i];
        s.mantissa[i] = (int64_t)random_below(&r, 1000);
    }
    assert_returns(&s);
    buf bytes = BUF_INIT;
    chunk_values v;
    chunk_rows rows = rows_of(&s);
    rows.finest = -4;
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    assert_ok(chunk_values_open(codec, bytes.data, bytes.length, &v, &err), err);
    assert_true(v.is_uniform);
    assert_int_equal(v.exponent, -4);
    buf_done(&bytes);
}

static void exponents_without_a_common_one_return(void **state)
{
    (void)state;
    static sample s;
    random_source r = {5};
    s = (sample){.n = 1000};
    for (size_t i = 0; i < s.n; i++) {
        s.exponent[i] = (int8_t)((int)random_below(&r, 61) - 30);
        s.mantissa[i] = (int64_t)random_next(&r) >> random_below(&r, 40);
    }
    buf bytes = BUF_INIT;
    chunk_values v;
    chunk_rows rows = rows_of(&s);
    static sample out;
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    assert_ok(chunk_values_open(codec, bytes.data, bytes.length, &v, &err), err);
    assert_false(v.is_uniform);
    assert_ok(chunk_values_read(codec, &v, 0, s.n, out.mantissa, out.exponent, NULL, &err), err);
    assert_memory_equal(out.mantissa, s.mantissa, s.n * sizeof *s.mantissa);
    assert_memory_equal(out.exponent, s.exponent, s.n);
    buf_done(&bytes);
}

static void raw_doubles_and_empty_places_stand_among_decimals(void **state)
{
    (void)state;
    static sample s;
    random_source r = {6};
    for (int repeat = 0; repeat < 50; repeat++) {
        s = (sample){.n = 1 + random_below(&r, CHUNK_ROWS)};
        uint64_t raw_in = 1 + random_below(&r, 20), empty_in = 1 + random_below(&r, 20);
        for (size_t i = 0; i < s.n; i++) {
            double x = (double)random_next(&r) / 7e11;
            s.mantissa[i] = random_noise(&r, 500);
            s.exponent[i] = -2;
            s.decimals[i] = 2;
            if (random_below(&r, raw_in) == 0) {
                s.status[i] = STATUS_RAW;
                memcpy(&s.mantissa[i], &x, sizeof x);
            } else if (random_below(&r, empty_in) == 0) {
                s.status[i] = STATUS_NO_VALUE;
                s.mantissa[i] = INT64_MIN;
                s.exponent[i] = 0;
            }
        }
        assert_returns(&s);
    }
}

static void a_part_reads_as_the_whole(void **state)
{
    (void)state;
    static sample s, part;
    random_source r = {7};
    s = (sample){.n = 3333};
    for (size_t i = 0; i < s.n; i++)
        s.mantissa[i] = random_noise(&r, 100);
    buf bytes = BUF_INIT;
    chunk_values v;
    chunk_rows rows = rows_of(&s);
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    assert_ok(chunk_values_open(codec, bytes.data, bytes.length, &v, &err), err);
    for (int repeat = 0; repeat < 300; repeat++) {
        size_t from = random_below(&r, s.n + 1), count = random_below(&r, s.n - from + 1);
        assert_ok(chunk_values_read(codec, &v, from, count, part.mantissa, NULL, NULL, &err), err);
        assert_memory_equal(part.mantissa, s.mantissa + from, count * sizeof *s.mantissa);
    }
    assert_int_equal(chunk_values_read(codec, &v, 3000, 334, part.mantissa, NULL, NULL, &err),
                     ASSAY_SHAPE);
    buf_done(&bytes);
}

static void readings_of_a_gauge_take_less_than_a_byte(void **state)
{
    (void)state;
    static sample s;
    random_source r = {8};
    s = (sample){.n = CHUNK_ROWS};
    for (size_t i = 0; i < s.n; i++)
        s.mantissa[i] = 25000 + random_noise(&r, 16); /* about 18 steps standard deviation */
    buf bytes = BUF_INIT;
    chunk_rows rows = rows_of(&s);
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    assert_in_range(bytes.length, 1, CHUNK_ROWS * 8 / 8);
    buf_done(&bytes);
}

static void every_changed_or_missing_byte_is_noticed(void **state)
{
    (void)state;
    static sample s;
    random_source r = {9};
    s = (sample){.n = 100};
    for (size_t i = 0; i < s.n; i++)
        s.mantissa[i] = random_noise(&r, 30);
    buf bytes = BUF_INIT;
    chunk_values v;
    size_t n;
    chunk_rows rows = rows_of(&s);
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    for (size_t i = 0; i < bytes.length; i++) {
        char saved = bytes.data[i];
        bytes.data[i] = (char)(saved ^ (1 << random_below(&r, 8)));
        assert_int_equal(chunk_values_open(codec, bytes.data, bytes.length, &v, &err),
                         ASSAY_DAMAGED);
        assert_non_null(strstr(err.message, "damaged"));
        assert_int_equal(chunk_row_count(bytes.data, bytes.length, &n, &err), ASSAY_DAMAGED);
        bytes.data[i] = saved;
    }
    for (size_t length = 0; length < bytes.length; length++) {
        uint8_t *cut = malloc(length ? length : 1);
        memcpy(cut, bytes.data, length);
        assert_int_equal(chunk_values_open(codec, cut, length, &v, &err), ASSAY_DAMAGED);
        free(cut);
    }
    buf_done(&bytes);
}

/* docs/format/chunk.md, worked example: files written today must be read for ever. */
static void the_bytes_are_those_of_the_format_page(void **state)
{
    (void)state;
    const uint8_t expected[66] = {0x56, 1,    3,    0, 0x32, 0, 0, 0, 0x78, 0x72, 0xef, 0x4e, 0x5a,
                                  0x89, 0x88, 0x97, 1, 0xff, 2, 0, 2, 1,    0x69, 0,    0,    0,
                                  0,    0,    0,    0, 2,    0, 0, 0, 0,    0,    2,    0,    1};
    const int64_t mantissa[] = {105, 107, 106};
    const int8_t exponent[] = {-1, -1, -1};
    buf bytes = BUF_INIT;
    chunk_rows rows = {3, mantissa, exponent, NULL, NULL, CHUNK_FINEST_NONE};
    assert_ok(chunk_values_pack(codec, &rows, &bytes, &err), err);
    assert_int_equal(bytes.length, sizeof expected);
    assert_memory_equal(bytes.data, expected, sizeof expected);
    buf_done(&bytes);
}

static void impossible_row_counts_are_refused(void **state)
{
    (void)state;
    static int64_t mantissa[CHUNK_ROWS + 1];
    buf bytes = BUF_INIT;
    chunk_rows rows = {.n = 0, .mantissa = mantissa};
    assert_int_equal(chunk_values_pack(codec, &rows, &bytes, &err), ASSAY_SHAPE);
    rows.n = CHUNK_ROWS + 1;
    assert_int_equal(chunk_values_pack(codec, &rows, &bytes, &err), ASSAY_SHAPE);
    assert_int_equal(bytes.length, 0);
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_of_any_width_returns),
        cmocka_unit_test(outliers_return_wherever_they_stand),
        cmocka_unit_test(the_ends_of_the_range_return),
        cmocka_unit_test(decimals_as_written_return_beside_one_exponent),
        cmocka_unit_test(exponents_without_a_common_one_return),
        cmocka_unit_test(raw_doubles_and_empty_places_stand_among_decimals),
        cmocka_unit_test(a_part_reads_as_the_whole),
        cmocka_unit_test(readings_of_a_gauge_take_less_than_a_byte),
        cmocka_unit_test(every_changed_or_missing_byte_is_noticed),
        cmocka_unit_test(the_bytes_are_those_of_the_format_page),
        cmocka_unit_test(impossible_row_counts_are_refused),
    };
    return cmocka_run_group_tests(tests, open_codec, close_codec);
}
