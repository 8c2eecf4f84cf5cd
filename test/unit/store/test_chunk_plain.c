/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "store/chunk_codec.h"
#include "store/chunk_plain.h"
#include "unit/store/chunk_random.h"

#include "model/measurement.h"

static assay_err err;
static chunk_codec *codec;
static int32_t mantissa[CHUNK_ROWS];
static int64_t when[CHUNK_ROWS];

static int make_codec(void **state)
{
    (void)state;
    return chunk_codec_new(&codec, &err) != ASSAY_OK;
}

static int free_codec(void **state)
{
    (void)state;
    chunk_codec_free(codec);
    return 0;
}

/* Kinds of clock: even, even with a fraction, random steps, one moment, long. */
static void fill(random_source *r, size_t n, unsigned bits, unsigned clock)
{
    static const int64_t units[] = {1, 1000, 1000000, 1000000000};
    int64_t unit = units[random_below(r, 4)], t = (int64_t)random_bits(r, 20) * unit * 1000;
    size_t lag = 1 + random_below(r, 6);
    for (size_t i = 0; i < n; i++) {
        mantissa[i] = (int32_t)(random_bits(r, bits) - (bits ? (uint64_t)1 << (bits - 1) : 0));
        int64_t cycle = (int64_t)(i / lag);
        switch (clock) {
        case 0:
            when[i] = t + (cycle * 6000 + (int64_t)(i % lag) * 12 + (int64_t)random_below(r, 6)) * unit;
            break;
        case 1:
            when[i] = t + (cycle * 60007 / 10 + (int64_t)(i % lag) * 12 + (int64_t)random_below(r, 2)) * unit;
            break;
        case 2:
            when[i] = t += (int64_t)random_below(r, 5000) * unit;
            break;
        case 3:
            when[i] = t;
            break;
        default:
            when[i] = t += (int64_t)random_bits(r, 44);
        }
    }
}

static void assert_unpacks(const chunk_plain *p, const buf *values, const buf *times)
{
    static int64_t m[CHUNK_ROWS], t[CHUNK_ROWS];
    static int8_t exponent[CHUNK_ROWS];
    static uint8_t decimals[CHUNK_ROWS];
    static int32_t offset[CHUNK_ROWS];
    chunk_values v;
    assert_ok(chunk_values_open(codec, values->data, values->length, &v, &err), err);
    assert_int_equal(v.n, p->n);
    assert_ok(chunk_values_read(codec, &v, 0, v.n, m, exponent, decimals, &err), err);
    assert_ok(chunk_times_unpack(codec, times->data, times->length, CHUNK_ROWS, t, offset, NULL, &err), err);
    for (size_t i = 0; i < p->n; i++) {
        assert_int_equal(m[i], p->mantissa[i]);
        assert_int_equal(t[i], p->time[i]);
        assert_int_equal(exponent[i], p->exponent);
        assert_int_equal(decimals[i], p->decimals);
        assert_int_equal(offset[i], p->offset);
    }
}

static void assert_summary(const chunk_plain *p, const buf *values)
{
    static int64_t wide[CHUNK_ROWS];
    uint8_t fast[CHUNK_SUMMARY_MAX], slow[CHUNK_SUMMARY_MAX];
    size_t length = 0;
    chunk_summary s;
    for (size_t i = 0; i < p->n; i++)
        wide[i] = p->mantissa[i];
    chunk_summary_init(&s, p->exponent, p->reference, p->size);
    chunk_summary_add(&s, &(chunk_summary_rows){p->n, wide, NULL, p->time, NULL});
    assert_ok(chunk_plain_summarise(codec, p, values->data, values->length, fast, &length, &err), err);
    assert_int_equal(chunk_summary_pack(&s, slow), length);
    assert_memory_equal(fast, slow, length);
}

static void plain_rows_come_back_and_their_summary_is_exact(void **state)
{
    (void)state;
    random_source r = {7};
    buf values = BUF_INIT, times = BUF_INIT;
    unsigned lag = 0;
    for (unsigned round = 0; round < 600; round++) {
        size_t n = round % 3 == 0 ? CHUNK_ROWS : 1 + random_below(&r, CHUNK_ROWS);
        if (round % 7 == 0)
            n = 1 + random_below(&r, 40);
        static const unsigned sizes[] = {1, 2, 5, 7, 10, 60};
        static const int64_t references[] = {0, 12345, -((int64_t)1 << 27), (int64_t)1 << 40, INT64_MAX};
        fill(&r, n, (unsigned)random_below(&r, 33), round % 5);
        chunk_plain p = {n, mantissa, when, round % 2 ? TIME_OFFSET_NONE : 3600, (int8_t)-(round % 5),
                         (uint8_t)(round % 4 ? round % 5 : 200), references[random_below(&r, 5)],
                         sizes[random_below(&r, 6)]};
        buf_clear(&values);
        buf_clear(&times);
        assert_ok(chunk_plain_pack(codec, &p, &lag, &values, &times, &err), err);
        assert_unpacks(&p, &values, &times);
        assert_summary(&p, &values);
    }
    buf_done(&values);
    buf_done(&times);
}

static void gauge_data_takes_few_bytes(void **state)
{
    (void)state;
    random_source r = {3};
    for (size_t i = 0; i < CHUNK_ROWS; i++) {
        mantissa[i] = 225850 + (int32_t)random_noise(&r, 30);
        when[i] = ((int64_t)(i / 5) * 6000 + (int64_t)(i % 5) * 12 + (int64_t)random_below(&r, 6)) * 1000000;
    }
    chunk_plain p = {CHUNK_ROWS, mantissa, when, TIME_OFFSET_NONE, -3, 3, 225850, 5};
    buf values = BUF_INIT, times = BUF_INIT;
    unsigned lag = 0;
    assert_ok(chunk_plain_pack(codec, &p, &lag, &values, &times, &err), err);
    assert_int_equal(lag, 5);
    assert_in_range(values.length, 1, CHUNK_ROWS + 100);
    assert_in_range(times.length, 1, CHUNK_ROWS * 3 / 8 + 250);
    buf_done(&values);
    buf_done(&times);
}

static void the_same_rows_and_hint_give_the_same_bytes_at_every_level(void **state)
{
    (void)state;
    random_source r = {5};
    const kernel *best = codec->kernel;
    for (unsigned round = 0; round < 60; round++) {
        buf a[2] = {BUF_INIT, BUF_INIT}, b[2] = {BUF_INIT, BUF_INIT};
        unsigned lag = round % 6, again = lag;
        size_t n = round % 2 ? CHUNK_ROWS : 1 + random_below(&r, CHUNK_ROWS);
        fill(&r, n, (unsigned)random_below(&r, 20), round % 5);
        chunk_plain p = {n, mantissa, when, 0, -3, 3, 0, 5};
        assert_ok(chunk_plain_pack(codec, &p, &lag, &a[0], &a[1], &err), err);
        codec->kernel = &kernel_ref;
        assert_ok(chunk_plain_pack(codec, &p, &again, &b[0], &b[1], &err), err);
        codec->kernel = best;
        assert_int_equal(lag, again);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(a[i].length, b[i].length);
            assert_memory_equal(a[i].data, b[i].data, a[i].length);
            buf_done(&a[i]);
            buf_done(&b[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows_come_back_and_their_summary_is_exact),
        cmocka_unit_test(gauge_data_takes_few_bytes),
        cmocka_unit_test(the_same_rows_and_hint_give_the_same_bytes_at_every_level),
    };
    return cmocka_run_group_tests(tests, make_codec, free_codec);
}
