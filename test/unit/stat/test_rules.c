/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/rules.h>

#include "stat/rules_bits.h"

#include <jansson.h>

static assay_rules parse(const char *text)
{
    assay_rules rules;
    assay_err err;
    assert_ok(assay_rules_parse(text, &rules, &err), err);
    return rules;
}

/* The definition, word by word, for point i. */
static bool defined(const assay_rule *rule, const double *z, size_t i)
{
    int m = rule->m, above = 0, below = 0, within = 0, up = 0, down = 0, turns = 0;
    if (i + 1 < (size_t)m)
        return false;
    const double *w = z + i + 1 - m;
    double limit = rule->kind == ASSAY_RULE_SIDE ? 0 : rule->sigmas;
    for (int j = 0; j < m; j++) {
        if (isnan(w[j]))
            return false;
        above += w[j] > limit;
        below += w[j] < -limit;
        within += fabs(w[j]) <= limit;
        if (j >= 1)
            up += w[j] > w[j - 1], down += w[j] < w[j - 1];
        if (j >= 2)
            turns += (w[j] - w[j - 1]) * (w[j - 1] - w[j - 2]) < 0;
    }
    bool is_above = z[i] > limit, is_below = z[i] < -limit;
    switch (rule->kind) {
    case ASSAY_RULE_BEYOND:
        return (is_above && above >= rule->k) || (is_below && below >= rule->k);
    case ASSAY_RULE_SIDE:
        return above == m || below == m;
    case ASSAY_RULE_TREND:
        return up == m - 1 || down == m - 1;
    case ASSAY_RULE_ALTERNATE:
        return turns == m - 2;
    case ASSAY_RULE_WITHIN:
        return within == m;
    case ASSAY_RULE_OUTSIDE:
        return above + below == m;
    case ASSAY_RULE_OUTSIDE_BOTH:
        return above + below == m && above && below;
    case ASSAY_RULE_RANGE:
        return (is_above || is_below) && above && below;
    }
    return false;
}

static uint64_t seed = 12345;

static double uniform(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* Long memory, coarse steps (ties, points on limits and centre) and gaps: everything occurs. */
static void make_sequence(double *z, size_t n)
{
    double level = 0, step = uniform() < 0.5 ? 0.5 : 0.01, swing = uniform() < 0.3 ? 2 : 0;
    double gap = uniform() < 0.5 ? 0 : 0.02, wide = uniform() < 0.3 ? 0.5 : 2;
    for (size_t i = 0; i < n; i++) {
        level = 0.95 * level + 0.8 * (uniform() - 0.5);
        double x = level + wide * (uniform() + uniform() - 1) + (i % 2 ? swing : -swing) * uniform();
        z[i] = uniform() < gap ? NAN : step * round(x / step);
    }
}

static const char *const all_sets[] = {
    "nelson", "nelson-1984", "western-electric", "aiag", "westgard",
    "1of1>2.5,3of7>1,10of64>1,64of64>0,33side,64trend,3trend,2trend,64alternate,3alternate,"
    "64within3,1within1,40outside0.5,12outside0.5both,9range1,64range2",
};

static void check_sequence(const assay_rules *rules, const double *z, size_t n, uint64_t *seen)
{
    uint32_t scanned[600];
    assay_rules_state state;
    assay_rules_reset(&state);
    assay_rules_scan(rules, z, n, scanned);
    for (size_t i = 0; i < n; i++) {
        uint32_t expected = 0;
        for (int j = 0; j < rules->count; j++)
            expected |= (uint32_t)defined(&rules->rule[j], z, i) << j;
        *seen |= expected;
        if (scanned[i] != expected)
            fail_msg("%s: scan of point %zu of %zu: %x, expected %x", rules->name, i, n,
                     scanned[i], expected);
        uint32_t stepped = assay_rules_step(rules, &state, z[i]);
        if (stepped != expected)
            fail_msg("%s: step to point %zu: %x, expected %x", rules->name, i, stepped, expected);
    }
}

static void every_kernel_equals_the_plain_one(void **state)
{
    (void)state;
    assay_rules rules = parse(all_sets[5]);
    const bits_kernel *kernels[] = {bits_best(),
#if defined(__x86_64__)
                                    &bits_sse2,
#endif
    };
    for (int turn = 0; turn < 50; turn++) {
        double z[600];
        uint32_t plain[600], found[600];
        make_sequence(z, 600);
        rules_scan_by(&bits_plain, &rules, z, 600, plain);
        for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
            rules_scan_by(kernels[k], &rules, z, 600, found);
            assert_memory_equal(plain, found, sizeof plain);
        }
    }
}

static void scanning_and_stepping_equal_the_definition(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof all_sets / sizeof *all_sets; s++) {
        assay_rules rules = parse(all_sets[s]);
        uint64_t seen = 0;
        for (int turn = 0; turn < 400; turn++) {
            double z[600];
            size_t n = turn < 140 ? (size_t)turn : 600;
            make_sequence(z, n);
            check_sequence(&rules, z, n, &seen);
        }
        if (s < 5) /* the test has teeth: every rule of a named set has fired */
            assert_int_equal(seen, (1u << rules.count) - 1);
    }
}

static size_t rule_named(const assay_rules *rules, const char *name)
{
    for (int j = 0; j < rules->count; j++)
        if (strcmp(rules->rule[j].name, name) == 0)
            return (size_t)j;
    fail_msg("no rule %s", name);
    return 0;
}

static void check_signals(const char *set, const char *name, json_t *sequence, const char *key)
{
    assay_rules rules = parse(set);
    json_t *values = json_object_get(sequence, "z"), *value;
    json_t *expected = json_object_get(json_object_get(sequence, "signals"), key);
    assert_non_null(expected);
    double z[200];
    uint32_t out[200];
    size_t i, n = json_array_size(values), at = 0;
    json_array_foreach(values, i, value)
        z[i] = json_number_value(value);
    assay_rules_scan(&rules, z, n, out);
    size_t j = rule_named(&rules, name);
    for (i = 0; i < n; i++)
        if (out[i] >> j & 1) {
            json_int_t point = json_integer_value(json_array_get(expected, at++));
            if ((size_t)point != i + 1)
                fail_msg("%s: signal at %zu, reference %lld", key, i + 1, (long long)point);
        }
    assert_int_equal(at, json_array_size(expected));
}

static void reference_sequences_give_the_reference_signals(void **state)
{
    (void)state;
    json_t *cases = json_load_file(check_golden("stat/run_rules.json"), 0, NULL), *sequence;
    size_t i;
    assert_int_equal(json_array_size(cases), 16);
    json_array_foreach(cases, i, sequence) {
        for (int rule = 1; rule <= 7; rule++) {
            char name[2] = {(char)('0' + rule), 0}, key[3] = {'N', (char)('0' + rule), 0};
            check_signals("nelson", name, sequence, key);
        }
        check_signals("nelson", "8", sequence, "N8_either_side");
        check_signals("nelson-1984", "8outside1both", sequence, "N8_both_sides");
        check_signals("western-electric", "8side", sequence, "WE4");
    }
    json_decref(cases);
}

static void named_sets_hold_what_their_authors_wrote(void **state)
{
    (void)state;
    assert_int_equal(parse("nelson").count, 8);
    assert_int_equal(parse("nelson-1984").rule[7].kind, ASSAY_RULE_OUTSIDE_BOTH);
    assert_int_equal(parse("western-electric").count, 4);
    assert_int_equal(parse("aiag").rule[1].m, 7);
    assert_int_equal(parse("westgard").count, 5);
    assert_string_equal(parse("westgard").rule[2].name, "R-4s");
    assert_int_equal(parse("none").count, 0);
    assert_string_equal(parse("1,5").name, "own");
    assert_string_equal(parse("2of3>2").rule[0].name, "5");
    assert_string_equal(parse("2of3>1.5").rule[0].name, "2of3>1.5");
    assert_true(parse("2of3>1.5").rule[0].sigmas == 1.5);
    assert_int_equal(assay_rules_basic()->count, 1);
}

static void an_unknown_rule_is_named_with_a_hint(void **state)
{
    (void)state;
    const char *const bad[] = {"", "9", "2of3", "0side", "65side", "4of3>1", "side", "8sides", "x",
                               "1,,2", "8outside", "8outside1bot", "1trend", "2alternate", "1range2",
                               "2of3>", "2of3>x", "within1", "8outside1bothx", "2of3>2000",
                               "12345678901234567890side", "1,nonsense"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assay_rules out = {.count = 77};
        assay_err err = {0};
        assert_int_equal(assay_rules_parse(bad[i], &out, &err), ASSAY_DOMAIN);
        assert_int_equal(out.count, 77);
    }
    assay_err err;
    assay_rules out;
    assert_int_equal(assay_rules_parse("1,nonsense", &out, &err), ASSAY_DOMAIN);
    assert_string_equal(err.message, "there is no rule \"nonsense\"");
    assert_true(strlen(err.hint) > 0);
    assert_int_equal(assay_rules_parse("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", &out, &err), ASSAY_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_equals_the_plain_one),
        cmocka_unit_test(scanning_and_stepping_equal_the_definition),
        cmocka_unit_test(reference_sequences_give_the_reference_signals),
        cmocka_unit_test(named_sets_hold_what_their_authors_wrote),
        cmocka_unit_test(an_unknown_rule_is_named_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
