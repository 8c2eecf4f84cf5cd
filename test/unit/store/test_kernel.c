/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "store/kernel.h"
#include "unit/store/chunk_random.h"

#define VALUES (KERNEL_ROWS * KERNEL_LANES)

static const kernel *levels[4];
static size_t level_count;

static int find_levels(void **state)
{
    (void)state;
    levels[level_count++] = &kernel_ref;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        levels[level_count++] = &kernel_v3;
#endif
    return 0;
}

/* Random values; every fourth block is all ones, every fifth all zeros. */
static void fill(random_source *r, unsigned width, size_t n, uint64_t *out)
{
    uint64_t shape = random_below(r, 5),
             top = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    for (size_t i = 0; i < n; i++)
        out[i] = shape == 0 ? top : shape == 1 ? 0 : random_bits(r, width);
}

static void what_is_packed_unpacks_at_every_width_and_level(void **state)
{
    (void)state;
    random_source r = {1};
    for (unsigned width = 0; width <= 64; width++)
        for (unsigned rows = 1; rows <= KERNEL_ROWS; rows += rows == 57 ? 3 : 4) {
            uint64_t in[VALUES], out[VALUES + 1];
            size_t n = (size_t)rows * KERNEL_LANES, size = kernel_packed_size(width, rows);
            uint8_t *packed = malloc(size ? size : 1); /* exact: a read beyond it is seen */
            fill(&r, width, n, in);
            kernel_pack(in, width, rows, packed);
            for (size_t k = 0; k < level_count; k++) {
                uint64_t base = random_next(&r);
                out[n] = 4711;
                levels[k]->unpack(packed, width, rows, base, out);
                for (size_t i = 0; i < n; i++)
                    if (out[i] != base + in[i])
                        fail_msg("%s: width %u, %u rows, place %zu", levels[k]->name, width, rows,
                                 i);
                assert_int_equal(out[n], 4711);
            }
            free(packed);
        }
}

static void rows_unpack_alike_at_every_level(void **state)
{
    (void)state;
    random_source r = {2};
    for (unsigned width = 0; width <= 16; width++)
        for (unsigned rows = 1; rows <= KERNEL_ROWS; rows++) {
            uint64_t in[VALUES];
            uint16_t out[VALUES];
            size_t n = (size_t)rows * KERNEL_LANES, size = kernel_packed_size(width, rows);
            uint8_t *packed = malloc(size ? size : 1);
            fill(&r, width, n, in);
            kernel_pack(in, width, rows, packed);
            for (size_t k = 0; k < level_count; k++) {
                levels[k]->unpack_rows(packed, width, rows, out);
                for (size_t i = 0; i < n; i++)
                    assert_int_equal(out[i], in[i % KERNEL_LANES * rows + i / KERNEL_LANES]);
            }
            free(packed);
        }
}

static void assert_same(const kernel_sums *a, const kernel_sums *b, const char *name,
                        unsigned width, unsigned size)
{
    if (a->sum != b->sum || a->sum2 != b->sum2 || a->range_sum != b->range_sum ||
        a->group_sum2 != b->group_sum2 || a->min != b->min || a->max != b->max)
        fail_msg("%s: width %u, size %u differ", name, width, size);
}

static void sums_agree_with_the_reference_at_every_width_and_size(void **state)
{
    (void)state;
    random_source r = {3};
    for (unsigned width = 0; width <= KERNEL_NARROW; width++)
        for (unsigned size = 1; size <= KERNEL_ROWS; size++)
            for (int repeat = 0; KERNEL_ROWS % size == 0 && repeat < 12; repeat++) {
                uint64_t in[VALUES];
                uint16_t u[VALUES];
                kernel_sums expected, got;
                fill(&r, width, VALUES, in);
                for (size_t i = 0; i < VALUES; i++)
                    u[i] = (uint16_t)in[i];
                for (size_t k = 0; k < level_count; k++) {
                    if (size == 1) {
                        kernel_ref.moving(u, width, &expected);
                        levels[k]->moving(u, width, &got);
                    } else {
                        kernel_ref.sums(u, width, size, &expected);
                        levels[k]->sums(u, width, size, &got);
                    }
                    assert_same(&expected, &got, levels[k]->name, width, size);
                }
            }
}

static void lines_are_drawn_alike_at_every_level(void **state)
{
    (void)state;
    random_source r = {3};
    enum { MOST = 200 };
    for (unsigned round = 0; round < 4000; round++) {
        uint64_t in[MOST], out[MOST + 1], origin[KERNEL_LAG];
        size_t n = 1 + random_below(&r, MOST), lag = 1 + random_below(&r, KERNEL_LAG);
        unsigned width = (unsigned)random_below(&r, 65);
        uint64_t slope = random_bits(&r, round % 65), unit = round % 3 ? 1000000 : random_next(&r);
        for (size_t i = 0; i < lag; i++)
            origin[i] = round % 2 ? i * slope / lag : random_next(&r);
        for (size_t i = 0; i < n; i++)
            in[i] = random_bits(&r, width);
        for (size_t k = 0; k < level_count; k++) {
            bool rises = true;
            memcpy(out, in, sizeof in);
            out[n] = 4711;
            bool told = levels[k]->line(out, n, origin, lag, slope, unit);
            for (size_t i = 0; i < n; i++) {
                uint64_t right = (in[i] + origin[i % lag] + i / lag * slope) * unit;
                if (out[i] != right)
                    fail_msg("%s: lag %zu, place %zu of %zu", levels[k]->name, lag, i, n);
                rises = rises && (!i || (int64_t)out[i - 1] <= (int64_t)out[i]);
            }
            assert_int_equal(out[n], 4711);
            assert_int_equal(told, rises);
        }
    }
}

static void checksums_agree_at_every_length(void **state)
{
    (void)state;
    random_source r = {4};
    uint8_t bytes[5000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_next(&r);
    for (size_t n = 0; n < sizeof bytes; n += 1 + n / 50)
        for (size_t k = 0; k < level_count; k++)
            assert_true(levels[k]->digest(bytes, n, n * 77) == kernel_ref.digest(bytes, n, n * 77));
    /* of no bytes, as published with the algorithm */
    assert_true(kernel_ref.digest("", 0, 0) == 0x2D06800538D394C2u);
}

/* The reference itself, against figures worked out by hand: lane l holds l, l+1, l+2 ... */
static void the_reference_sums_what_it_says(void **state)
{
    (void)state;
    uint16_t u[VALUES];
    kernel_sums s;
    for (unsigned i = 0; i < VALUES; i++)
        u[i] = (uint16_t)(i % KERNEL_LANES + i / KERNEL_LANES);
    kernel_ref.sums(u, 7, 5, &s);
    assert_int_equal(s.sum, 960 * 37);      /* mean (0+15)/2 + (0+59)/2 */
    assert_int_equal(s.range_sum, 192 * 4); /* five in a row span four */
    assert_int_equal(s.min, 0);
    assert_int_equal(s.max, 74);
    kernel_ref.moving(u, 7, &s);
    assert_int_equal(s.range_sum, 59 * 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_unpacks_at_every_width_and_level),
        cmocka_unit_test(rows_unpack_alike_at_every_level),
        cmocka_unit_test(sums_agree_with_the_reference_at_every_width_and_size),
        cmocka_unit_test(lines_are_drawn_alike_at_every_level),
        cmocka_unit_test(checksums_agree_at_every_length),
        cmocka_unit_test(the_reference_sums_what_it_says),
    };
    return cmocka_run_group_tests(tests, find_levels, NULL);
}
