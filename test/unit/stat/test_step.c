/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stepping draws what the whole chart draws: every type, bit for bit, wherever it is cut. */
#include <assay/step.h>

#include "check.h"

enum { K = 400, N = 12, X = K * N };

static int64_t mantissa[X];
static double real[X];
static uint32_t readings[K], stage[K];
static uint8_t excluded[K];
static double size[K];
static assay_chart_point location[K], spread[K];
static assay_cusum_point cusum[K];
static assay_chart_stage stages[K];
static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static double *sort_room(void)
{
    static double room[X];
    return room;
}

static bool is_attribute(assay_chart_type t)
{
    return t >= ASSAY_CHART_P;
}

static bool is_single(assay_chart_type t)
{
    return is_attribute(t) || t == ASSAY_CHART_I_MR || t == ASSAY_CHART_RUN;
}

/* Readings that wander a little, so that every rule has something to find. */
static int64_t reading(assay_chart_type t, size_t i)
{
    if (is_attribute(t))
        return (int64_t)draw(9);
    int64_t noise = (int64_t)(draw(100) + draw(100) + draw(100)) - 150;
    return 24000 + noise + (int64_t)(i / 700 % 3) * 40;
}

typedef struct {
    assay_chart_input in;
    assay_chart_options options;
    assay_rules rules;
    bool is_real, is_equal;
} story;

static void cut(story *s, assay_chart_type t)
{
    size_t at = 0;
    uint32_t n = is_single(t) ? 1 : 2 + (uint32_t)draw(N - 2);
    for (size_t i = 0; i < K; i++) {
        readings[i] = is_single(t) || s->is_equal ? n : 1 + (uint32_t)draw(n);
        stage[i] = i ? stage[i - 1] + (draw(90) == 0) : 0;
        excluded[i] = draw(25) == 0;
        size[i] = 20 + (double)draw(5);
        for (uint32_t j = 0; j < readings[i]; j++, at++) {
            bool is_missing = draw(60) == 0;
            int64_t m = reading(t, at);
            mantissa[at] = is_missing ? ASSAY_MANTISSA_MISSING : m;
            real[at] = is_missing ? NAN : (double)m / 1000 * 1.0000001;
        }
    }
    s->in = (assay_chart_input){.subgroups = K, .readings = readings, .n = n, .stage = stage,
                                .excluded = excluded, .size = size, .nominal_n = N};
    int exponent = is_attribute(t) ? 0 : -3;
    s->in.x = s->is_real && !is_attribute(t) ? assay_values_of_doubles(real, at)
                                             : assay_values_of_decimals(mantissa, at, exponent);
}

static void choose(story *s, assay_chart_type t, const char *rules)
{
    assay_err err = {0};
    s->options = assay_chart_defaults();
    s->options.type = t;
    s->options.center = is_attribute(t) ? t == ASSAY_CHART_C ? 4 : 0.2 : 24.02;
    s->options.std_dev = is_attribute(t) || t == ASSAY_CHART_RUN ? NAN : 0.05;
    if (t == ASSAY_CHART_NP) {
        s->options.center = 4.4;
        s->options.center_size = 22;
    }
    s->options.with_probability_limits = s->is_equal && draw(2); /* slow where n varies */
    s->options.is_asymptotic = draw(2);
    s->options.span = 2 + (unsigned)draw(4);
    s->options.fir = draw(2) ? 2.5 : 0;
    s->options.target = draw(2) ? NAN : 24.0;
    assert_ok(assay_rules_parse(rules, &s->rules, &err), err);
    s->options.rules = draw(5) ? &s->rules : NULL;
}

static void same_number(double a, double b)
{
    if (memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b)))
        fail_msg("%.17g is not %.17g", a, b);
}

static void same_point(const assay_chart_point *a, const assay_chart_point *b)
{
    same_number(a->value, b->value);
    same_number(a->center, b->center);
    same_number(a->lcl, b->lcl);
    same_number(a->ucl, b->ucl);
    same_number(a->prob_lcl, b->prob_lcl);
    same_number(a->prob_ucl, b->prob_ucl);
    same_number(a->sigma, b->sigma);
    same_number(a->n, b->n);
    assert_int_equal(a->rules, b->rules);
    assert_int_equal(a->flags, b->flags);
}

static assay_values readings_at(const assay_values *x, size_t at, size_t n)
{
    return x->mantissa ? assay_values_of_decimals(x->mantissa + at, n, x->exponent)
                       : assay_values_of_doubles(x->hi + at, n);
}

static size_t step_through(const story *s, const assay_chart *whole)
{
    assay_step_chart chart;
    assay_err err = {0};
    assert_ok(assay_step_init(&s->options, &chart, &err), err);
    assay_step_state *state = malloc(assay_step_size(&chart)), *moved;
    size_t at = 0, signals = 0;
    assay_step_reset(&chart, state);
    for (size_t i = 0; i < K; at += readings[i++]) {
        assay_step_point p;
        assay_step_group g = {.x = readings_at(&s->in.x, at, readings[i]), .size = size[i],
                              .is_excluded = excluded[i], .sort = sort_room(),
                              .is_partial = i + 1 == K && readings[i] < N};
        if (i && stage[i] != stage[i - 1])
            assay_step_reset(&chart, state);
        moved = malloc(assay_step_size(&chart)); /* plain data: it goes on from a copy */
        memcpy(moved, state, assay_step_size(&chart));
        free(state);
        state = moved;
        assert_ok(assay_step_next(&chart, state, &g, &p, &err), err);
        same_point(&p.location, &whole->location[i]);
        if (whole->spread)
            same_point(&p.spread, &whole->spread[i]);
        if (whole->cusum) {
            same_number(p.cusum.upper, whole->cusum[i].upper);
            same_number(p.cusum.lower, whole->cusum[i].lower);
            assert_int_equal(p.cusum.rules, whole->cusum[i].rules);
        }
        signals += p.location.rules || p.cusum.rules || (whole->spread && p.spread.rules);
    }
    free(state);
    return signals;
}

static size_t tell(assay_chart_type t, const char *rules, bool is_real, bool is_equal)
{
    assay_err err = {0};
    story s = {.is_real = is_real, .is_equal = is_equal};
    cut(&s, t);
    choose(&s, t, rules);
    void *scratch = malloc(assay_chart_scratch_size(&s.in));
    assay_chart chart = {.location = location, .spread = spread, .cusum = cusum, .stages = stages,
                         .stages_room = K};
    assert_ok(assay_chart_make(&s.in, &s.options, scratch, &chart, &err), err);
    size_t signals = step_through(&s, &chart);
    free(scratch);
    return signals;
}

static void every_type_steps_to_the_chart_bit_for_bit(void **state)
{
    (void)state;
    static const char *const rules[] = {"nelson", "nelson-1984", "western-electric", "aiag",
                                        "westgard", "2of3>2,8side,6trend,3outside1both,2range2"};
    for (int t = ASSAY_CHART_XBAR_R; t <= ASSAY_CHART_U; t++) {
        size_t signals = 0;
        for (seed = 0; seed < 24; seed++) {
            uint64_t begun = seed;
            signals += tell((assay_chart_type)t, rules[begun % 6], begun & 1, begun & 2);
            seed = begun;
        }
        if (signals <= 50) /* equal because nothing happened would prove nothing */
            fail_msg("%s: %zu signals", assay_chart_type_name((assay_chart_type)t), signals);
    }
}

static void a_chart_without_limits_draws_and_does_not_judge(void **state)
{
    (void)state;
    assay_err err = {0};
    assay_chart_options o = assay_chart_defaults();
    assay_step_chart chart;
    assay_step_point p;
    int64_t x[] = {10, 20, 990};
    o.type = ASSAY_CHART_XBAR_R;
    assert_ok(assay_step_init(&o, &chart, &err), err);
    assay_step_state *s = malloc(assay_step_size(&chart));
    assay_step_reset(&chart, s);
    assay_step_group g = {.x = assay_values_of_decimals(x, 3, 0)};
    assert_ok(assay_step_next(&chart, s, &g, &p, &err), err);
    assert_true(p.location.value == 340 && p.spread.value == 980);
    assert_true(isnan(p.location.ucl) && isnan(p.location.center) && isnan(p.z));
    assert_int_equal(p.location.rules | p.spread.rules, 0);
    free(s);
}

static void a_count_above_its_sample_is_refused_and_ends_the_run(void **state)
{
    (void)state;
    assay_err err = {0};
    assay_chart_options o = assay_chart_defaults();
    assay_rules side;
    assay_step_chart chart;
    assay_step_point p;
    int64_t high[] = {5}, wrong[] = {21};
    assert_ok(assay_rules_parse("3side", &side, &err), err);
    o.type = ASSAY_CHART_P;
    o.center = 0.1;
    o.rules = &side;
    assert_ok(assay_step_init(&o, &chart, &err), err);
    assay_step_state *s = malloc(assay_step_size(&chart));
    assay_step_reset(&chart, s);
    assay_step_group g = {.x = assay_values_of_decimals(high, 1, 0), .size = 20};
    assay_step_group bad = {.x = assay_values_of_decimals(wrong, 1, 0), .size = 20};
    for (int i = 1; i <= 6; i++) {
        if (i == 3)
            assert_int_equal(assay_step_next(&chart, s, &bad, &p, &err), ASSAY_DOMAIN);
        else {
            assert_ok(assay_step_next(&chart, s, &g, &p, &err), err);
            assert_int_equal(p.location.rules != 0, i == 6);
        }
    }
    free(s);
}

static void a_chart_that_steps_has_a_type(void **state)
{
    (void)state;
    assay_err err = {0};
    assay_step_chart chart;
    assay_chart_options o = assay_chart_defaults();
    assert_int_equal(assay_step_init(&o, &chart, &err), ASSAY_DOMAIN);
    o.type = ASSAY_CHART_EWMA;
    o.lambda = 2;
    assert_int_equal(assay_step_init(&o, &chart, &err), ASSAY_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_steps_to_the_chart_bit_for_bit),
        cmocka_unit_test(a_chart_without_limits_draws_and_does_not_judge),
        cmocka_unit_test(a_count_above_its_sample_is_refused_and_ends_the_run),
        cmocka_unit_test(a_chart_that_steps_has_a_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
