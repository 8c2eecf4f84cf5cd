/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "store/chunk.h"
#include "unit/store/chunk_random.h"

static chunk_codec *codec;
static assay_err err;
static int64_t value[CHUNK_ROWS];

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

/* The definition, row by row. */
static void add_by_definition(chunk_groups *g, size_t n)
{
    g->n += n;
    for (size_t i = 0; i < n; i++) {
        __int128 d = (__int128)value[i] - g->reference;
        g->sum += d;
        g->sum2 += d * d;
        g->min = value[i] < g->min ? value[i] : g->min;
        g->max = value[i] > g->max ? value[i] : g->max;
        if (g->size == 1 && i > 0) {
            g->groups++;
            g->range_sum +=
                value[i] > value[i - 1] ? value[i] - value[i - 1] : value[i - 1] - value[i];
        }
    }
    for (size_t i = 0; g->size > 1 && i + g->size <= n; i += g->size) {
        __int128 sum = 0;
        int64_t low = value[i], high = value[i];
        for (size_t j = i; j < i + g->size; j++) {
            __int128 d = (__int128)value[j] - g->reference;
            sum += d;
            g->grouped_sum2 += d * d;
            low = value[j] < low ? value[j] : low;
            high = value[j] > high ? value[j] : high;
        }
        g->groups++;
        g->group_sum2 += sum * sum;
        g->range_sum += high - low;
    }
}

static void pack(size_t n, buf *bytes, chunk_values *v)
{
    chunk_rows rows = {.n = n, .mantissa = value, .finest = CHUNK_FINEST_NONE};
    buf_clear(bytes);
    assert_ok(chunk_values_pack(codec, &rows, bytes, &err), err);
    assert_ok(chunk_values_open(codec, bytes->data, bytes->length, v, &err), err);
}

static void assert_same(const chunk_groups *a, const chunk_groups *b)
{
    if (a->n != b->n || a->groups != b->groups || a->min != b->min || a->max != b->max ||
        a->sum != b->sum || a->sum2 != b->sum2 || a->range_sum != b->range_sum ||
        a->group_sum2 != b->group_sum2 || a->grouped_sum2 != b->grouped_sum2)
        fail_msg("subgroups of %u differ", a->size);
}

static void fill(random_source *r, size_t n)
{
    int64_t centre = (int64_t)random_bits(r, 1 + (unsigned)random_below(r, 40)) - 1000;
    int64_t spread = 1 + (int64_t)random_bits(r, (unsigned)random_below(r, 20));
    uint64_t outlier_in = 1 + random_below(r, 400);
    unsigned far = 2 + (unsigned)random_below(r, 40);
    for (size_t i = 0; i < n; i++) {
        value[i] = centre + random_noise(r, spread);
        if (random_below(r, outlier_in) == 0)
            value[i] += (int64_t)random_bits(r, far) - ((int64_t)1 << (far - 1));
    }
}

static void sums_from_the_packed_form_are_those_of_the_definition(void **state)
{
    (void)state;
    random_source r = {1};
    buf bytes = BUF_INIT;
    chunk_values v;
    for (int repeat = 0; repeat < 200; repeat++) {
        size_t n = repeat & 1 ? CHUNK_ROWS : 1 + random_below(&r, CHUNK_ROWS);
        fill(&r, n);
        pack(n, &bytes, &v);
        for (unsigned size = 1; size <= 60; size += size < 13 ? 1 : 5) {
            chunk_groups got, expected;
            int64_t reference = value[n / 2] + random_noise(&r, 1000);
            chunk_groups_init(&got, size, reference);
            chunk_groups_init(&expected, size, reference);
            assert_ok(chunk_groups_add(codec, &v, &got, &err), err);
            add_by_definition(&expected, n);
            assert_same(&got, &expected);
        }
    }
    buf_done(&bytes);
}

static void chunks_add_up_in_any_order(void **state)
{
    (void)state;
    random_source r = {2};
    buf bytes[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
    chunk_values v[3];
    for (int i = 0; i < 3; i++) {
        fill(&r, CHUNK_ROWS);
        pack(CHUNK_ROWS, &bytes[i], &v[i]);
    }
    chunk_groups a, b;
    chunk_groups_init(&a, 5, 4242);
    chunk_groups_init(&b, 5, 4242);
    for (int i = 0; i < 3; i++) {
        assert_ok(chunk_groups_add(codec, &v[i], &a, &err), err);
        assert_ok(chunk_groups_add(codec, &v[2 - i], &b, &err), err);
    }
    assert_same(&a, &b);
    for (int i = 0; i < 3; i++)
        buf_done(&bytes[i]);
}

static void a_value_too_far_from_the_reference_is_refused(void **state)
{
    (void)state;
    buf bytes = BUF_INIT;
    chunk_values v;
    const int64_t limit = (int64_t)1 << 44;
    for (size_t place = 0; place < CHUNK_ROWS; place += 767) {
        for (int far = 0; far < 2; far++) {
            for (size_t i = 0; i < CHUNK_ROWS; i++)
                value[i] = (int64_t)(i % 9);
            value[place] = limit - 1 + far;
            pack(CHUNK_ROWS, &bytes, &v);
            chunk_groups g, before, expected;
            chunk_groups_init(&g, 5, 0);
            before = expected = g;
            assert_int_equal(chunk_groups_add(codec, &v, &g, &err), far ? ASSAY_LIMIT : ASSAY_OK);
            add_by_definition(&expected, CHUNK_ROWS);
            assert_same(&g, far ? &before : &expected);
        }
    }
    value[0] = INT64_MIN;
    value[1] = INT64_MAX;
    pack(2, &bytes, &v);
    chunk_groups g;
    chunk_groups_init(&g, 2, 0);
    assert_int_equal(chunk_groups_add(codec, &v, &g, &err), ASSAY_LIMIT);
    chunk_groups_init(&g, 61, 0);
    assert_int_equal(chunk_groups_add(codec, &v, &g, &err), ASSAY_SHAPE);
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_from_the_packed_form_are_those_of_the_definition),
        cmocka_unit_test(chunks_add_up_in_any_order),
        cmocka_unit_test(a_value_too_far_from_the_reference_is_refused),
    };
    return cmocka_run_group_tests(tests, open_codec, close_codec);
}
