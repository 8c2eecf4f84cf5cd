/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run lengths against R's spc, Champ & Woodall's table, and each other. */
#include "check.h"

#include <assay/arl.h>

#include <jansson.h>

static assay_arl find(const assay_arl_options *o)
{
    assay_arl found;
    assay_err err;
    void *scratch = malloc(assay_arl_scratch_size(o));
    assert_ok(assay_arl_find(o, scratch, &found, &err), err);
    free(scratch);
    return found;
}

static assay_arl_options ewma(double lambda, double limit, double shift)
{
    assay_arl_options o = assay_arl_defaults(ASSAY_ARL_EWMA);
    o.lambda = lambda;
    o.limit = limit;
    o.shift = shift;
    return o;
}

static assay_arl_options cusum(double k, double h, double shift)
{
    assay_arl_options o = assay_arl_defaults(ASSAY_ARL_CUSUM);
    o.k = k;
    o.h = h;
    o.shift = shift;
    return o;
}

static assay_arl rules(const char *text, double shift)
{
    static assay_rules set;
    assay_err err;
    assert_ok(assay_rules_parse(text, &set, &err), err);
    assay_arl_options o = assay_arl_defaults(ASSAY_ARL_RULES);
    o.rules = &set;
    o.shift = shift;
    return find(&o);
}

static json_t *cases;

static double number(json_t *of, const char *key)
{
    return json_number_value(json_object_get(of, key));
}

static bool text_is(json_t *of, const char *key, const char *text)
{
    const char *found = json_string_value(json_object_get(of, key));
    return found && strcmp(found, text) == 0;
}

static int check_kind(const char *kind, assay_arl (*ours)(json_t *), double digits)
{
    int seen = 0;
    size_t i;
    json_t *entry;
    json_array_foreach(cases, i, entry) {
        if (!text_is(entry, "kind", kind))
            continue;
        assay_arl found = ours(entry);
        double agreed = number(entry, "digits_agree"); /* of spc with itself */
        bool is_exact = text_is(entry, "limits", "time-varying exact"); /* see the next test */
        assert_digits(found.arl, number(entry, "value"), fmin(is_exact ? 7.8 : digits, agreed - 1));
        if (found.digits < digits - 1)
            fail_msg("%s %zu: claims only %.1f digits", kind, i, found.digits);
        seen++;
    }
    return seen;
}

static assay_arl ewma_case(json_t *entry)
{
    assay_arl_options o = ewma(number(entry, "lambda"), number(entry, "L"), number(entry, "delta"));
    o.is_one_sided = text_is(entry, "sided", "one");
    o.is_exact = text_is(entry, "limits", "time-varying exact");
    o.start = number(entry, "start");
    o.is_steady_state = text_is(entry, "mode", "conditional");
    return find(&o);
}

static assay_arl cusum_case(json_t *entry)
{
    assay_arl_options o = cusum(number(entry, "k"), number(entry, "h"), number(entry, "delta"));
    o.is_one_sided = text_is(entry, "sided", "one");
    o.fir = number(entry, "headstart");
    o.is_steady_state = text_is(entry, "kind", "CUSUM_mean_steady_state_ARL");
    return find(&o);
}

static assay_arl rules_case(json_t *entry)
{
    static const char *const names[] = {"1", "5", "6", "8side"};
    char text[32] = "";
    for (const char *at = json_string_value(json_object_get(entry, "rules")); *at; at++) {
        strcat(text, *text ? "," : "");
        strcat(text, names[*at - '1']);
    }
    return rules(text, number(entry, "delta"));
}

static void ewma_run_lengths_equal_spc(void **state)
{
    (void)state;
    assert_int_equal(check_kind("EWMA_mean_ARL", ewma_case, 11), 64);
    assert_int_equal(check_kind("EWMA_mean_steady_state_ARL", ewma_case, 9), 4);
}

/* spc leaves out 2e-8 .. 4e-8 of a point when limits are exact in time. The second route here is the
 * density of z walked forward from t = 1, the sum of the survival probabilities: 100 nodes, 1e-15. */
static void exact_limits_equal_the_density_walked_forward(void **state)
{
    (void)state;
    assay_arl_options o = ewma(0.2, 2.962, 2);
    o.is_exact = true;
    assert_digits(find(&o).arl, 2.8599928343546, 12.5);
    o.shift = 0.5;
    assert_digits(find(&o).arl, 40.339400700886, 12.5);
}

static void cusum_run_lengths_equal_spc(void **state)
{
    (void)state;
    assert_int_equal(check_kind("CUSUM_mean_ARL", cusum_case, 11), 35);
    assert_int_equal(check_kind("CUSUM_mean_steady_state_ARL", cusum_case, 11), 4);
}

static void zone_rules_equal_the_exact_chain_of_champ_and_woodall(void **state)
{
    (void)state;
    assert_int_equal(check_kind("Shewhart_runs_rules_ARL", rules_case, 12.5), 72);
    assert_digits(rules("western-electric", 0).arl, 91.75, 4);
}

static void one_sided_steady_state_lies_below_the_fresh_start(void **state)
{
    (void)state;
    assay_arl_options o = ewma(0.1, 2.8, 0.5);
    o.is_one_sided = true;
    double fresh = find(&o).arl;
    o.is_steady_state = true;
    assert_true(find(&o).arl < fresh && find(&o).arl > 0.7 * fresh);
}

static void designs_of_spc_have_their_run_length(void **state)
{
    (void)state;
    size_t i;
    json_t *entry;
    int seen = 0;
    json_array_foreach(cases, i, entry) {
        bool is_ewma = text_is(entry, "kind", "EWMA_design_L");
        if (!is_ewma && !text_is(entry, "kind", "CUSUM_design_h"))
            continue;
        assay_arl_options o = is_ewma ? ewma(number(entry, "lambda"), number(entry, "value"), 0)
                                      : cusum(number(entry, "k"), number(entry, "value"), 0);
        assert_digits(find(&o).arl, number(entry, "ARL0"), 8.8); /* spc's root search ends there */
        seen++;
    }
    assert_int_equal(seen, 7);
}

static void an_ewma_that_forgets_is_a_shewhart_chart(void **state)
{
    (void)state;
    assay_arl_options o = ewma(1, 3, 1.5);
    assert_digits(find(&o).arl, 1 / (0.5 * erfc(1.5 / sqrt(2)) + 0.5 * erfc(4.5 / sqrt(2))), 13);
    o.is_exact = true;
    assert_digits(find(&o).arl, rules("1", 1.5).arl, 13);
}

/* Closed forms: m in a row beyond with probability p needs (1 - p^m) / ((1 - p) p^m) points. */
static void runs_have_their_closed_form(void **state)
{
    (void)state;
    double p = erf(1 / sqrt(2)), q = 1 - p;
    assert_digits(rules("15within1", 0).arl, (1 - pow(p, 15)) / (q * pow(p, 15)), 12.5);
    assert_digits(rules("8outside1", 0).arl, (1 - pow(q, 8)) / (p * pow(q, 8)), 12.5);
    assert_digits(rules("10side", 0).arl, pow(2, 10) - 1, 13); /* either side */
    assert_digits(rules("1of1>4", 0).arl, 1 / erfc(4 / sqrt(2)), 13);
    assert_digits(rules("1of1>6", 0).arl, 1 / erfc(6 / sqrt(2)), 13);
}

/* Patterns of order have closed forms: E_n the alternating permutations (Andre 1881). */
static void steps_agree_with_enumeration(void **state)
{
    (void)state;
    /* "2trend" always signals at the second point, "3alternate,3trend" at the third */
    assert_digits(rules("2trend", 0.3).arl, 2, 14);
    assert_digits(rules("3trend,3alternate", 0).arl, 3, 13);
    /* no three up or down in a row: alternating permutations, P(N > n) = 2 E_n / n!, so that
     * ARL = 1 + 1 + sum over n >= 2 of 2 E_n / n! = 2 (sec 1 + tan 1) - 2 */
    assert_digits(rules("3trend", 0).arl, 2 * (1 / cos(1) + tan(1)) - 2, 12);
    /* no alternation of three: P(N > n) = 2 / n! for n >= 2, so ARL = 2 + 2 (e - 2) */
    assert_digits(rules("3alternate", 0).arl, 2 * exp(1) - 2, 12);
    /* order does not feel a shift of all values */
    assert_digits(rules("6trend,14alternate", 2).arl, rules("6trend,14alternate", 0).arl, 11);
    /* splitting the line into zones that signal nothing changes nothing */
    assert_digits(rules("6trend,1of1>9,64of64>1", 0).arl, rules("6trend", 0).arl, 10);
}

/* 20,000 runs: the standard error of the mean is 0.7 %. Rule 7 is left out on both sides: the
 * stepper would have to be told that points before the first were not within. */
static void nelsons_rules_agree_with_simulation(void **state)
{
    (void)state;
    assay_rules set;
    assert_int_equal(assay_rules_parse("nelson", &set, NULL), ASSAY_OK);
    uint64_t seed = 99;
    double points = 0, runs = 20000;
    for (int run = 0; run < runs; run++) {
        assay_rules_state s;
        assay_rules_reset(&s);
        s.seen = 64; /* as the chain: a window need not be full */
        for (bool is_alive = true; is_alive; points++) {
            double u[2];
            for (int i = 0; i < 2; i++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                u[i] = ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
            }
            double z = 1 + sqrt(-2 * log(u[0])) * cos(6.283185307179586 * u[1]);
            is_alive = !(assay_rules_step(&set, &s, z) & ~(uint32_t)0x40);
        }
    }
    double expected = rules("1,2,3,4,5,6,8", 1).arl;
    assert_true(fabs(points / runs / expected - 1) < 0.02);
    assert_digits(rules("nelson", 0).arl, 73.479951586206, 12);
    assert_true(rules("nelson", 0).digits > 12);
}

/* Mean points to a signal of `text`, by stepping through `runs` simulated series. */
static double simulate(const char *text, double shift, int runs)
{
    assay_rules set;
    assert_int_equal(assay_rules_parse(text, &set, NULL), ASSAY_OK);
    uint64_t seed = 4711;
    double points = 0;
    for (int run = 0; run < runs; run++) {
        assay_rules_state s;
        assay_rules_reset(&s);
        for (bool is_alive = true; is_alive; points++) {
            double u[2];
            for (int i = 0; i < 2; i++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                u[i] = ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
            }
            is_alive = !assay_rules_step(&set, &s, shift + sqrt(-2 * log(u[0])) * cos(6.283185307179586 * u[1]));
        }
    }
    return points / runs;
}

static void every_kind_of_rule_agrees_with_simulation(void **state)
{
    (void)state;
    /* two in a row beyond on both sides is a range of two */
    assert_digits(rules("2outside1both", 0.5).arl, rules("2range1", 0.5).arl, 13);
    const char *const sets[] = {"4outside1both", "2range1", "3outside0.5both,6trend", "5within1",
                                "4outside1,4side", "3alternate,2of2>2"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        double expected = rules(sets[i], 0.5).arl;
        if (fabs(simulate(sets[i], 0.5, 6000) / expected - 1) > 0.06) /* 4 standard errors */
            fail_msg("%s: %g, chain %g", sets[i], simulate(sets[i], 0.5, 6000), expected);
    }
    /* a window that need not be full: 3 points of range 1 */
    double both = rules("3range1", 0).arl;
    assert_true(both < rules("2range1", 0).arl && both > 3);
}

static void a_set_that_only_bears_the_name_is_solved(void **state)
{
    (void)state;
    assay_rules set;
    assert_int_equal(assay_rules_parse("nelson", &set, NULL), ASSAY_OK);
    assay_arl_options o = assay_arl_defaults(ASSAY_ARL_RULES);
    o.rules = &set;
    double named = find(&o).arl;
    set.rule[1].m = 8;
    set.rule[3] = set.rule[0]; /* without alternation the chain is small */
    assert_true(find(&o).arl < named + 60 && find(&o).arl != named);
    set.count = 2;
    assert_digits(find(&o).arl, rules("1,8side", 0).arl, 13);
}

static void the_table_equals_what_is_solved(void **state)
{
    (void)state;
    static const char *const items[] = {"1,2,3,4,5,6,7,8", "1,7side,3,4,5,6,7,8"};
    static const char *const names[] = {"nelson", "aiag"};
    for (int i = 0; i < 2; i++)
        for (int shift = 0; shift < 2; shift++)
            assert_digits(rules(names[i], shift).arl, rules(items[i], shift).arl, 13);
    assert_digits(rules("aiag", -1).arl, rules("aiag", 1).arl, 15);
}

static void what_has_no_run_length_says_why(void **state)
{
    (void)state;
    assay_arl found = rules("none", 0);
    assert_true(isinf(found.arl));
    assert_string_equal(found.why_undefined, "the set has no rule");
    assert_true(isinf(rules("64of64>30", 0).arl) || rules("64of64>30", 0).arl > 1e300);
    assay_arl_options o = cusum(5, 60, 0);
    assert_true(isinf(find(&o).arl));
    assert_non_null(find(&o).why_undefined);
    o = ewma(0.2, 15, 0);
    assert_true(isinf(find(&o).arl));
    o = cusum(5, 60, 0);
    o.shift = 20; /* one side that never signals does not hurt the other */
    assert_true(find(&o).arl > 4 && find(&o).arl < 6);
    o.shift = -20;
    assert_true(find(&o).arl > 4 && find(&o).arl < 6);
}

static void a_bad_option_is_refused(void **state)
{
    (void)state;
    static assay_rules wide;
    assert_int_equal(assay_rules_parse("30of60>1,30of60>2", &wide, NULL), ASSAY_OK);
    assay_arl_options bad[24], *next = bad;
    *next++ = ewma(0, 3, 0);
    *next++ = ewma(2, 3, 0);
    *next++ = ewma(0.2, -1, 0);
    *next++ = ewma(0.2, 3, NAN);
    *next = ewma(0.2, 3, 0), next++->start = 4;
    *next = ewma(0.2, 3, 0), next->is_one_sided = true, next++->start = -1;
    *next = ewma(0.2, 3, 0), next->is_exact = true, next++->is_steady_state = true;
    *next++ = cusum(-1, 5, 0);
    *next++ = cusum(0.5, 0, 0);
    *next = cusum(0.5, 5, 0), next++->fir = 5;
    *next = cusum(0.5, 5, 0), next++->is_steady_state = true;
    *next++ = assay_arl_defaults(ASSAY_ARL_RULES);
    *next = assay_arl_defaults(ASSAY_ARL_RULES), next->rules = assay_rules_basic(),
    next++->is_steady_state = true;
    *next = assay_arl_defaults(ASSAY_ARL_RULES), next++->rules = &wide;
    *next++ = ewma(0.2, 25, 0);
    *next++ = cusum(25, 5, 0);
    *next++ = cusum(0.5, 200, 0);
    *next = cusum(0.5, 5, 0), next++->fir = -1;
    *next++ = assay_arl_defaults((assay_arl_type)9);
    for (assay_arl_options *o = bad; o < next; o++) {
        assay_arl out = {.arl = 7};
        assay_err err = {0};
        void *scratch = malloc(assay_arl_scratch_size(o));
        assert_int_not_equal(assay_arl_find(o, scratch, &out, &err), ASSAY_OK);
        assert_true(out.arl == 7 && err.message[0]);
        free(scratch);
    }
}

static int load(void **state)
{
    (void)state;
    cases = json_load_file(check_golden("stat/arl.json"), 0, NULL);
    return !cases;
}

static int unload(void **state)
{
    (void)state;
    json_decref(cases);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ewma_run_lengths_equal_spc),
        cmocka_unit_test(exact_limits_equal_the_density_walked_forward),
        cmocka_unit_test(cusum_run_lengths_equal_spc),
        cmocka_unit_test(zone_rules_equal_the_exact_chain_of_champ_and_woodall),
        cmocka_unit_test(one_sided_steady_state_lies_below_the_fresh_start),
        cmocka_unit_test(designs_of_spc_have_their_run_length),
        cmocka_unit_test(an_ewma_that_forgets_is_a_shewhart_chart),
        cmocka_unit_test(runs_have_their_closed_form),
        cmocka_unit_test(steps_agree_with_enumeration),
        cmocka_unit_test(nelsons_rules_agree_with_simulation),
        cmocka_unit_test(every_kind_of_rule_agrees_with_simulation),
        cmocka_unit_test(a_set_that_only_bears_the_name_is_solved),
        cmocka_unit_test(the_table_equals_what_is_solved),
        cmocka_unit_test(what_has_no_run_length_says_why),
        cmocka_unit_test(a_bad_option_is_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
