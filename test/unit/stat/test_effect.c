/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "stat_golden.h"

#include <assay/effect.h>

static double at(json_t *list, size_t i)
{
    json_t *item = json_array_get(list, i);
    return json_is_number(item) ? json_number_value(item) : NAN;
}

static size_t integers(json_t *list, int64_t *out)
{
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n; i++)
        out[i] = (int64_t)json_integer_value(json_array_get(list, i));
    return n;
}

static int64_t room_before[100], room_after[100];
static double scratch[400];

static void assert_shift(const assay_effect_shift *s, json_t *set, bool is_adjusted)
{
    json_t *welch = golden_get(set, "welch"), *ar1 = golden_get(set, "ar1");
    json_t *g = golden_get(set, "g"), *n = golden_get(set, "n_effective");
    assert_digits(s->plain.estimate.value, at(welch, 0), 9);
    assert_digits(s->plain.statistic.value, at(welch, 1), 9);
    assert_digits(s->plain.df.value, at(welch, 2), 9);
    assert_digits(s->plain.p.value, at(welch, 3), 9);
    assert_digits(s->plain.lower.value, at(welch, 4), 9);
    assert_digits(s->g.value, at(g, 0), 9);
    assert_digits(s->g_lower.value, at(g, 1), 9);
    assert_digits(s->g_upper.value, at(g, 2), 9);
    if (!is_adjusted)
        return;
    assert_digits(s->lag1.value, golden_number(set, "lag1"), 9);
    assert_digits(s->rho.value, golden_number(set, "rho"), 9);
    assert_digits(s->n_effective_before.value, at(n, 0), 9);
    assert_digits(s->n_effective_after.value, at(n, 1), 9);
    assert_digits(s->used.statistic.value, at(ar1, 0), 9);
    assert_digits(s->used.df.value, at(ar1, 1), 9);
    assert_digits(s->used.p.value, at(ar1, 2), 9);
    assert_digits(s->used.lower.value, at(ar1, 3), 9);
    assert_digits(s->used.upper.value, at(ar1, 4), 9);
}

static void shifts_and_spreads_agree_with_r(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/effect.json"), *set;
    size_t i;
    json_array_foreach(golden_get(all, "means"), i, set)
    {
        size_t n = integers(golden_get(set, "before"), room_before);
        size_t m = integers(golden_get(set, "after"), room_after);
        assay_values before = assay_values_of_decimals(room_before, n, -2);
        assay_values after = assay_values_of_decimals(room_after, m, -2);
        assay_effect_shift s;
        assay_effect_spread spread;
        assay_err err;
        assert_ok(assay_effect_of_means(&before, &after, ASSAY_SERIAL_ALWAYS, 0, &s, &err), err);
        assert_shift(&s, set, n >= 4);
        assert_string_equal(s.method, n >= 4 ? "welch-ar1" : "welch");
        assert_ok(assay_effect_of_means(&before, &after, ASSAY_SERIAL_AUTO, 0, &s, &err), err);
        assert_int_equal(s.is_autocorrelated, i == 1);
        assert_string_equal(s.method, i == 1 ? "welch-ar1" : "welch");
        assert_ok(assay_effect_of_means(&before, &after, ASSAY_SERIAL_NEVER, 0, &s, &err), err);
        assert_true(s.used.p.value == s.plain.p.value);
        assert_true(assay_effect_scratch_size(n, m) <= sizeof scratch);
        assert_ok(assay_effect_of_spreads(&before, &after, 0.95, scratch, &spread, &err), err);
        json_t *f = golden_get(set, "f"), *bf = golden_get(set, "brown_forsythe");
        assert_digits(spread.ratio.estimate.value, at(f, 0), 9);
        assert_digits(spread.ratio.statistic.value, at(f, 1), 9);
        assert_digits(spread.ratio.p.value, at(f, 2), 9);
        assert_digits(spread.ratio.lower.value, at(f, 3), 9);
        assert_digits(spread.ratio.upper.value, at(f, 4), 9);
        assert_digits(spread.brown_forsythe.statistic.value, at(bf, 0), 9);
        assert_digits(spread.brown_forsythe.p.value, at(bf, 1), 9);
    }
    assert_int_equal(i, 3);
    json_decref(all);
}

static void shares_agree_with_r(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/effect.json"), *set;
    size_t i;
    json_array_foreach(golden_get(all, "shares"), i, set)
    {
        int64_t c[4];
        assay_effect_share s;
        assay_err err;
        integers(golden_get(set, "counts"), c);
        assert_ok(assay_effect_of_shares((uint64_t)c[0], (uint64_t)c[1], (uint64_t)c[2],
                                         (uint64_t)c[3], 0.95, &s, &err),
                  err);
        json_t *w = golden_get(set, "wilson"), *d = golden_get(set, "newcombe");
        assert_within(s.before_lower.value, at(w, 0), 1e-12);
        assert_within(s.before_upper.value, at(w, 1), 1e-12);
        assert_within(s.after_lower.value, at(w, 2), 1e-12);
        assert_within(s.after_upper.value, at(w, 3), 1e-12);
        assert_digits(s.difference.estimate.value, at(d, 0), 9);
        assert_digits(s.difference.lower.value, at(d, 1), 9);
        assert_digits(s.difference.upper.value, at(d, 2), 9);
        bool is_fisher = strcmp(s.method, "fisher") == 0;
        assert_digits(s.difference.p.value, golden_number(set, is_fisher ? "fisher_p" : "score_p"),
                      9);
        assert_int_equal(is_fisher, i == 1 || i == 3);
    }
    assert_int_equal(i, 5);
    json_decref(all);
}

/* Newcombe 1998, table II, method 10: after - before here is his p1 - p2. */
static void newcombes_published_limits_are_met(void **state)
{
    (void)state;
    const struct {
        uint64_t a, m, b, n;
        double lower, upper;
    } table[] = {{56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090},
                 {6, 7, 2, 7, 0.0582, 0.8062},     {5, 56, 0, 29, -0.0381, 0.1926},
                 {0, 10, 0, 20, -0.1611, 0.2775},  {0, 10, 0, 10, -0.2775, 0.2775},
                 {10, 10, 0, 20, 0.6791, 1.0000},  {10, 10, 0, 10, 0.6075, 1.0000}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assay_effect_share s;
        assert_ok(
            assay_effect_of_shares(table[i].b, table[i].n, table[i].a, table[i].m, 0, &s, NULL),
            (assay_err){0});
        assert_within(s.difference.lower.value, table[i].lower, 5e-5);
        assert_within(s.difference.upper.value, table[i].upper, 5e-5);
    }
}

static void rates_agree_with_r(void **state)
{
    (void)state;
    json_t *all = golden_load("judging/effect.json"), *set;
    size_t i;
    json_array_foreach(golden_get(all, "rates"), i, set)
    {
        int64_t c[2];
        assay_effect_rate r;
        assay_err err;
        json_t *e = golden_get(set, "exposure"), *expected = golden_get(set, "ratio");
        integers(golden_get(set, "counts"), c);
        assert_ok(
            assay_effect_of_rates((uint64_t)c[0], at(e, 0), (uint64_t)c[1], at(e, 1), 0, &r, &err),
            err);
        assert_digits(r.ratio.estimate.value, at(expected, 0), 9);
        assert_digits(r.ratio.p.value, at(expected, 1), 9);
        assert_digits(r.ratio.lower.value, at(expected, 2), 9);
        assert_digits(r.ratio.upper.value, at(expected, 3), 9);
    }
    assert_int_equal(i, 5);
    json_decref(all);
}

/* Under no change, AR(1) with rho 0.6: Welch cries wolf, the adjusted test about as often as said.
 * 2,000 runs of 40 + 40; standard error of a share of 0.05: 0.005. */
static void drift_does_not_pass_for_an_effect(void **state)
{
    (void)state;
    uint64_t seed = 11;
    int wolves = 0, adjusted = 0;
    for (int run = 0; run < 2000; run++) {
        double x[80], level = 0;
        for (int i = -50; i < 80; i++) {
            double noise = -6;
            for (int k = 0; k < 12; k++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                noise += (double)(seed >> 11) / 9007199254740992.0;
            }
            level = 0.6 * level + noise;
            if (i >= 0)
                x[i] = level;
        }
        assay_values before = assay_values_of_doubles(x, 40),
                     after = assay_values_of_doubles(x + 40, 40);
        assay_effect_shift s;
        assert_ok(assay_effect_of_means(&before, &after, ASSAY_SERIAL_AUTO, 0.95, &s, NULL),
                  (assay_err){0});
        wolves += s.plain.p.value < 0.05;
        adjusted += s.used.p.value < 0.05;
    }
    assert_in_range(wolves, 2000 * 0.25, 2000 * 0.45);
    assert_in_range(adjusted, 2000 * 0.02, 2000 * 0.08);
}

static void an_index_is_compared_by_bissells_error(void **state)
{
    (void)state;
    assay_effect_estimate a = {1.00, 50, 49}, b = {1.40, 60, 59};
    assay_effect_index i;
    assay_err err;
    assert_ok(assay_effect_of_indices(&a, &b, true, 0.95, &i, &err), err);
    double sa = sqrt(1.0 / 450 + 1.0 / 98), sb = sqrt(1.0 / 540 + 1.96 / 118);
    assert_digits(i.se_before.value, sa, 14);
    assert_digits(i.se_after.value, sb, 14);
    double se = sqrt(sa * sa + sb * sb);
    assert_digits(i.difference.lower.value, 0.4 - 1.959963984540054 * se, 12);
    assert_digits(i.difference.statistic.value, 0.4 / se, 12);
    assert_string_equal(i.method, "bissell");
    assert_ok(assay_effect_of_indices(&a, &b, false, 0.95, &i, &err), err);
    assert_digits(i.se_before.value, 1 / sqrt(98), 14);
    b.nu = 0;
    assert_int_equal(assay_effect_of_indices(&a, &b, true, 0, &i, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 1);
}

static void what_cannot_be_compared_says_why(void **state)
{
    (void)state;
    const double flat[] = {5, 5, 5, 5, 5}, one[] = {5}, bad[] = {1, INFINITY},
                 gap[] = {1, NAN, 2, 3, 4, 6};
    assay_values x = assay_values_of_doubles(flat, 5), y = assay_values_of_doubles(one, 1);
    assay_values z = assay_values_of_doubles(bad, 2), w = assay_values_of_doubles(gap, 6);
    assay_effect_shift s;
    assay_effect_spread v;
    assay_effect_share h;
    assay_effect_rate r;
    assay_err err;
    assert_ok(assay_effect_of_means(&x, &x, 0, 0, &s, &err), err);
    assert_string_equal(s.used.p.why, "no variation");
    assert_string_equal(s.g.why, "no variation");
    assert_string_equal(s.rho.why, "no variation");
    assert_ok(assay_effect_of_means(&x, &y, 0, 0, &s, &err), err);
    assert_string_equal(s.used.p.why, "fewer than 2 values");
    assert_true(s.used.estimate.value == 0);
    assert_ok(assay_effect_of_means(&w, &x, ASSAY_SERIAL_ALWAYS, 0, &s, &err), err);
    assert_int_equal(s.n_before, 5);
    assert_null(s.lag1.why);
    assert_int_equal(assay_effect_of_means(&z, &x, 0, 0, &s, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_means(&x, &x, 0, 1, &s, &err), ASSAY_DOMAIN);
    assert_ok(assay_effect_of_spreads(&x, &x, 0, scratch, &v, &err), err);
    assert_string_equal(v.brown_forsythe.p.why, "no variation");
    assert_ok(assay_effect_of_spreads(&y, &x, 0, scratch, &v, &err), err);
    assert_string_equal(v.brown_forsythe.p.why, "fewer than 2 values");
    assert_int_equal(assay_effect_of_spreads(&z, &x, 0, scratch, &v, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_shares(3, 2, 0, 1, 0, &h, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_shares(0, 2, 2, 1, 0, &h, &err), ASSAY_DOMAIN);
    assert_ok(assay_effect_of_shares(0, 0, 1, 2, 0, &h, &err), err);
    assert_string_equal(h.difference.p.why, "nothing was inspected before");
    assert_int_equal(assay_effect_of_rates(1, 0, 1, 1, 0, &r, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_rates(1, 1, 1, INFINITY, 0, &r, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_rates(UINT64_MAX, 1, 1, 1, 0, &r, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_shares(1, UINT64_MAX, 1, 1, 0, &h, &err), ASSAY_DOMAIN);
    assert_ok(assay_effect_of_rates(0, 10, 0, 10, 0, &r, &err), err);
    assert_string_equal(r.ratio.p.why, "no counts in either period");
    assert_ok(assay_effect_of_rates(0, 10, 4, 10, 0, &r, &err), err);
    assert_string_equal(r.ratio.estimate.why, "no count before");
    assert_within(r.ratio.p.value, 0.125, 1e-12);
}

static void a_steady_climb_tells_too_little_to_test(void **state)
{
    (void)state;
    double x[6], y[6], gaps[7] = {1, NAN, 3, 2, NAN, 5, 4};
    for (int i = 0; i < 6; i++) {
        x[i] = i;
        y[i] = 6 + i;
    }
    assay_values before = assay_values_of_doubles(x, 6), after = assay_values_of_doubles(y, 6);
    assay_values broken = assay_values_of_doubles(gaps, 7);
    assay_effect_shift s;
    assay_effect_spread v;
    assay_err err;
    assert_ok(assay_effect_of_means(&before, &after, ASSAY_SERIAL_AUTO, 0, &s, &err), err);
    assert_true(s.is_autocorrelated);
    assert_string_equal(s.method, "welch-ar1");
    assert_string_equal(s.used.p.why, "fewer than 2 independent values");
    assert_true(s.used.estimate.value == 6 && s.plain.p.value < 0.001);
    /* Neighbours across a gap are none. */
    assert_ok(assay_effect_of_means(&broken, &broken, ASSAY_SERIAL_ALWAYS, 0.9, &s, &err), err);
    assert_within(s.lag1.value, (0 * -1 + 2 * 1) / 10.0, 1e-15);
    assert_ok(assay_effect_of_spreads(&broken, &before, 0.9, scratch, &v, &err), err);
    assert_int_equal(v.n_before, 5);
    assert_int_equal(assay_effect_of_spreads(&before, &after, 2, scratch, &v, &err), ASSAY_DOMAIN);
}

static void a_false_confidence_or_index_is_refused(void **state)
{
    (void)state;
    const assay_effect_estimate good = {1, 50, 49},
                                bad[] = {{NAN, 50, 49}, {1, 1, 49}, {1, 50, -1}};
    assay_effect_index i;
    assay_effect_share h;
    assay_effect_rate r;
    assay_err err;
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(assay_effect_of_indices(&bad[k], &good, true, 0, &i, &err), ASSAY_DOMAIN);
        assert_int_equal(err.at, 0);
    }
    assert_int_equal(assay_effect_of_indices(&good, &good, true, -1, &i, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_shares(1, 2, 1, 2, 1, &h, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_rates(1, 1, 1, 1, 1, &r, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_effect_of_rates(1, 1, 1, NAN, 0, &r, &err), ASSAY_DOMAIN);
    assert_ok(assay_effect_of_shares(1, 2, 0, 0, 0, &h, &err), err);
    assert_string_equal(h.difference.p.why, "nothing was inspected after");
    assert_ok(assay_effect_of_rates(4, 1, 4, 1, 0, &r, &err), err);
    assert_true(r.ratio.p.value == 1); /* just what is expected */
    const assay_effect_estimate zero = {0, 50, 49};
    assert_ok(assay_effect_of_indices(&zero, &zero, false, 0, &i, &err), err);
    assert_string_equal(i.difference.p.why, "no variation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shifts_and_spreads_agree_with_r),
        cmocka_unit_test(shares_agree_with_r),
        cmocka_unit_test(newcombes_published_limits_are_met),
        cmocka_unit_test(rates_agree_with_r),
        cmocka_unit_test(drift_does_not_pass_for_an_effect),
        cmocka_unit_test(an_index_is_compared_by_bissells_error),
        cmocka_unit_test(what_cannot_be_compared_says_why),
        cmocka_unit_test(a_steady_climb_tells_too_little_to_test),
        cmocka_unit_test(a_false_confidence_or_index_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
