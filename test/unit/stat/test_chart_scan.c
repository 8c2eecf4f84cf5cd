/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points that are seen once are those that are kept, bit for bit. */
#include "chart_case.h"

static chart_case c;
static uint64_t seed = 9;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static void see(const assay_chart_point *location, const assay_chart_point *spread, size_t from,
                size_t n, void *context)
{
    size_t *seen = context;
    assert_int_equal(from, *seen);
    assert_memory_equal(location, c.location + from, n * sizeof *location);
    assert_memory_equal(spread, c.spread + from, n * sizeof *spread);
    *seen += n;
}

/* Whether it was made without keeping points; all that is told is the same then. */
static bool compare(void)
{
    assay_chart_stage stage;
    assay_chart chart = {.stages = &stage, .stages_room = 1};
    size_t seen = 0;
    bool is_made;
    case_make(&c);
    void *scratch = malloc(assay_chart_scan_size(&c.in));
    assert_ok(assay_chart_scan(&c.in, &c.options, scratch, see, &seen, &chart, &is_made, &c.err), c.err);
    free(scratch);
    assert_int_equal(seen, is_made ? c.in.subgroups : 0);
    if (!is_made)
        return false;
    assert_int_equal(chart.type, c.chart.type);
    assert_int_equal(chart.method, c.chart.method);
    assert_int_equal(chart.signals, c.chart.signals);
    assert_int_equal(chart.is_stable, c.chart.is_stable);
    assert_int_equal(c.chart.stage_count, 1);
    assert_memory_equal(&stage, &c.stages[0], sizeof stage);
    return true;
}

static void fill(size_t k, uint32_t n, uint64_t width)
{
    case_clear(&c);
    for (size_t i = 0; i < k * n; i++) {
        c.mantissa[i] = 74000 + (int64_t)(draw(width) + draw(width) + i / 300 * (width / 4));
        c.value[i] = (double)c.mantissa[i] / 1000;
    }
    c.in.x = assay_values_of_decimals(c.mantissa, k * n, -3);
    c.in.subgroups = k;
    c.in.n = n;
}

static void every_point_is_seen_once_as_it_would_be_kept(void **state)
{
    (void)state;
    assay_rules nelson;
    size_t signals = 0;
    assert_int_equal(assay_rules_parse("nelson", &nelson, NULL), ASSAY_OK);
    const size_t counts[] = {2, 7, 511, 512, 513, 1024, 1900};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        for (uint32_t n = 1; n <= 8 && counts[k] * n <= CASE_ROOM; n++)
            for (int form = 0; form < 4; form++) {
                fill(counts[k], n, 1000);
                c.options.rules = form & 1 ? &nelson : NULL;
                if (form & 2)
                    c.in.x = assay_values_of_doubles(c.value, counts[k] * n);
                assert_true(compare());
                signals += c.chart.signals;
            }
    assert_true(signals > 100);
}

static void gaps_excluded_points_spans_and_given_limits_change_nothing_of_that(void **state)
{
    (void)state;
    assay_rules nelson;
    assert_int_equal(assay_rules_parse("nelson", &nelson, NULL), ASSAY_OK);
    for (int round = 0; round < 40; round++) {
        fill(1500, 1, 500);
        c.options.rules = &nelson;
        c.options.span = 2 + (unsigned)draw(4);
        for (int i = 0; i < 30; i++) {
            c.mantissa[draw(1500)] = ASSAY_MANTISSA_MISSING;
            c.excluded[draw(1500)] = 1;
        }
        c.in.excluded = round % 2 ? c.excluded : NULL;
        if (round % 3 == 0) {
            c.options.std_dev = 0.3;
            c.options.center = round % 2 ? 74.5 : NAN;
        }
        assert_true(compare());
    }
}

static void what_it_does_not_make_is_left_alone(void **state)
{
    (void)state;
    fill(20, 5, 1); /* no spread */
    assert_false(compare());
    fill(20, 5, 1000);
    c.mantissa[7] = ASSAY_MANTISSA_MISSING; /* a short subgroup */
    assert_false(compare());
    fill(20, 5, 1000);
    c.options.sigma = ASSAY_SIGMA_POOLED;
    assert_false(compare());
    fill(20, 5, 1000);
    c.options.type = ASSAY_CHART_EWMA;
    assert_false(compare());
    fill(20, 5, 1000);
    c.in.phase1_to = 10;
    assert_false(compare());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_is_seen_once_as_it_would_be_kept),
        cmocka_unit_test(gaps_excluded_points_spans_and_given_limits_change_nothing_of_that),
        cmocka_unit_test(what_it_does_not_make_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
