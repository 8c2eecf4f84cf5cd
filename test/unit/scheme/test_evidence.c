/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/evidence_inner.h"

#include "check.h"

#include <string.h>

#define PERIODS                                                                                    \
    "\"characteristics\":[\"bore\"],\"before\":{\"from\":\"2026-01-01\",\"to\":\"2026-02-01\"},"   \
    "\"after\":{\"from\":\"2026-02-01\",\"to\":\"2026-03-01\"}"
#define PERIOD                                                                                     \
    "\"characteristics\":[\"bore\"],\"period\":{\"from\":\"2026-01-01\",\"to\":\"2026-02-01\"}"

static assay_status read(arena *a, const char *text, evidence_claim *out, assay_err *err)
{
    assay_status status = evidence_claim_read(text, strlen(text), a, out, err);
    return status == ASSAY_OK ? evidence_claim_check(out, err) : status;
}

static void refused(const char *text, assay_status code, const char *words)
{
    arena a;
    evidence_claim c;
    assay_err err = {0};
    arena_init(&a);
    assert_int_equal(read(&a, text, &c, &err), code);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    arena_done(&a);
}

static void a_claim_comes_back_as_it_was_written(void **state)
{
    (void)state;
    arena a;
    evidence_claim c, again;
    assay_err err = {0};
    arena_init(&a);
    assert_ok(
        read(&a,
             "{\"claim\":\"mean\",\"value\":\"-0.350\",\"where\":{\"machine\":\"M1\"}," PERIODS "}",
             &c, &err),
        err);
    assert_int_equal(c.better, -1);
    c.as_of = 7;
    json_t *o = evidence_claim_json(&c);
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    assert_ok(read(&a, text, &again, &err), err);
    free(text);
    assert_string_equal(again.claimed, "-0.350");
    assert_string_equal(again.filter[CONTEXT_MACHINE], "M1");
    assert_string_equal(again.confidence, "0.95");
    assert_true(again.before.from == c.before.from && again.after.to == c.after.to);
    assert_int_equal(again.as_of, 7);
    arena_done(&a);
}

static void a_claim_of_one_period_comes_back_as_it_was_written(void **state)
{
    (void)state;
    arena a;
    evidence_claim c, again;
    assay_err err = {0};
    arena_init(&a);
    assert_ok(read(&a, "{\"claim\":\"grr\",\"value\":\"10\",\"basis\":\"tolerance\"," PERIOD "}", &c,
                   &err),
              err);
    assert_true(c.is_single && c.is_of_tolerance);
    assert_int_equal(c.better, -1);
    assert_string_equal(evidence_effect_is(&c), "gauge R&R, percent of the tolerance");
    c.as_of = 7;
    json_t *o = evidence_claim_json(&c);
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    assert_ok(read(&a, text, &again, &err), err);
    free(text);
    assert_true(again.is_single && again.is_of_tolerance && again.better == -1);
    assert_true(again.after.from == c.after.from && again.after.to == c.after.to);
    arena_done(&a);
}

static void what_is_better_follows_from_the_claim_or_its_kind(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int better;
    } cases[] = {{"{\"claim\":\"cpk\"," PERIODS "}", 1},
                 {"{\"claim\":\"sd\"," PERIODS "}", -1},
                 {"{\"claim\":\"sd\",\"value\":\"1.2\"," PERIODS "}", 1},
                 {"{\"claim\":\"count\",\"value\":\"0.5\"," PERIODS "}", -1},
                 {"{\"claim\":\"mean\",\"better\":\"higher\"," PERIODS "}", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena a;
        evidence_claim c;
        assay_err err = {0};
        arena_init(&a);
        assert_ok(read(&a, cases[i].text, &c, &err), err);
        assert_int_equal(c.better, cases[i].better);
        arena_done(&a);
    }
}

static void a_bad_claim_is_refused_and_named(void **state)
{
    (void)state;
    refused("{\"claim\":\"mean\",\"colour\":1}", ASSAY_FORMAT, "colour");
    refused("{\"claim\":\"mean\",\"claim\":\"sd\"}", ASSAY_FORMAT, "duplicate");
    refused("{\"claim\":\"mean\"," PERIODS "}", ASSAY_USAGE, "lower mean");
    refused("{\"claim\":\"taste\"," PERIODS "}", ASSAY_FORMAT, "claim");
    refused("{\"claim\":\"sd\",\"confidence\":\"0.4\"," PERIODS "}", ASSAY_DOMAIN, "0.4");
    refused("{\"claim\":\"sd\",\"value\":\"half\"," PERIODS "}", ASSAY_DOMAIN, "half");
    refused("{\"claim\":\"sd\",\"where\":{\"moon\":\"full\"}," PERIODS "}", ASSAY_FORMAT, "moon");
    refused("{\"claim\":\"sd\",\"characteristics\":[],\"before\":{},\"after\":{}}", ASSAY_LIMIT,
            "1 to 16");
    refused("{\"claim\":\"count\",\"money\":{\"unit_cost\":\"1\"}," PERIODS "}", ASSAY_USAGE,
            "volume");
    refused("{\"claim\":\"count\",\"money\":{\"unit_cost\":\"0\",\"volume\":\"1\",\"currency\":"
            "\"KRW\"}," PERIODS "}",
            ASSAY_DOMAIN, "above 0");
    refused(
        "{\"claim\":\"sd\",\"characteristics\":[\"a\"],\"before\":{\"from\":\"2026-01-01\",\"to\":"
        "\"2026-03-01\"},\"after\":{\"from\":\"2026-02-01\",\"to\":\"2026-04-01\"}}",
        ASSAY_DOMAIN, "overlap");
}

static void a_bad_claim_of_one_period_is_refused_and_named(void **state)
{
    (void)state;
    refused("{\"claim\":\"ppk\"," PERIOD "}", ASSAY_USAGE, "bar above 0");
    refused("{\"claim\":\"ppk\",\"value\":\"-1\"," PERIOD "}", ASSAY_USAGE, "bar above 0");
    refused("{\"claim\":\"mean\",\"value\":\"1\"," PERIOD "}", ASSAY_UNSUPPORTED, "two periods");
    refused("{\"claim\":\"grr\",\"value\":\"10\"," PERIODS "}", ASSAY_USAGE, "one period");
    refused("{\"claim\":\"grr\",\"value\":\"10\",\"better\":\"higher\"," PERIOD "}", ASSAY_DOMAIN,
            "lower");
    refused("{\"claim\":\"grr\",\"value\":\"10\",\"basis\":\"moon\"," PERIOD "}", ASSAY_FORMAT,
            "basis");
    refused("{\"claim\":\"cpk\",\"value\":\"1\",\"before\":{}," PERIOD "}", ASSAY_FORMAT,
            "one period");
    refused("{\"claim\":\"cpk\",\"value\":\"1\",\"characteristics\":[\"a\"],\"period\":{\"from\":"
            "\"2026-02-01\",\"to\":\"2026-02-01\"}}",
            ASSAY_DOMAIN, "ends before");
}

/* p.adjust(c(.04, .01, .03), "holm") of R 4.2.2 is .06 .03 .06. */
static void several_claims_at_once_are_judged_after_holm(void **state)
{
    (void)state;
    static const double p[3] = {.04, .01, .03}, holm[3] = {.06, .03, .06};
    evidence e = {.claim = {.kind = EVIDENCE_MEAN, .count = 3, .better = -1, .confidence = "0.95"}};
    for (int i = 0; i < 3; i++)
        e.item[i] = (evidence_item){.effect = assay_figure_of(-1),
                                    .low = assay_figure_of(-2),
                                    .high = assay_figure_of(0),
                                    .p = assay_figure_of(p[i])};
    evidence_judge(&e);
    for (int i = 0; i < 3; i++)
        assert_true(fabs(e.item[i].p_holm - holm[i]) < 1e-15);
    assert_int_equal(e.item[1].outcome, EVIDENCE_SHOWN);
    assert_int_equal(e.item[0].outcome, EVIDENCE_NOT_SHOWN);
    assert_int_equal(e.outcome, EVIDENCE_NOT_SHOWN);
}

static void claimed_and_computed_give_one_of_five_outcomes(void **state)
{
    (void)state;
    static const struct {
        const char *claimed;
        double effect, low, high, p;
        evidence_outcome outcome;
    } cases[] = {
        {"-2", -2, -3, -1, .001, EVIDENCE_SHOWN},      {"-2.9", -2, -3, -1, .001, EVIDENCE_SHOWN},
        {"-4", -2, -3, -1, .001, EVIDENCE_SMALLER},    {NULL, -2, -3, -1, .001, EVIDENCE_SHOWN},
        {"-2", -1, -3, 1, .3, EVIDENCE_NOT_SHOWN},     {"-2", 2, 1, 3, .001, EVIDENCE_AGAINST},
        {"-2", NAN, NAN, NAN, NAN, EVIDENCE_UNDEFINED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        evidence e = {.claim = {.kind = EVIDENCE_MEAN,
                                .count = 1,
                                .better = -1,
                                .confidence = "0.95",
                                .claimed = cases[i].claimed}};
        bool is_there = !isnan(cases[i].p);
        assay_figure none = assay_figure_undefined("no values");
        e.item[0] = (evidence_item){.effect = is_there ? assay_figure_of(cases[i].effect) : none,
                                    .low = is_there ? assay_figure_of(cases[i].low) : none,
                                    .high = is_there ? assay_figure_of(cases[i].high) : none,
                                    .p = is_there ? assay_figure_of(cases[i].p) : none};
        evidence_judge(&e);
        assert_int_equal(e.outcome, cases[i].outcome);
    }
}

/* An index is shown beyond its bar when chance is ruled out, a gauge by its bar alone. */
static void one_period_is_judged_by_its_bar(void **state)
{
    (void)state;
    static const struct {
        evidence_kind kind;
        int better;
        const char *bar;
        double figure, p;
        evidence_outcome outcome;
    } cases[] = {{EVIDENCE_PPK, 1, "1.33", 2.0, .001, EVIDENCE_SHOWN},
                 {EVIDENCE_PPK, 1, "1.33", 1.4, .4, EVIDENCE_NOT_SHOWN},
                 {EVIDENCE_PPK, 1, "1.33", 1.2, .4, EVIDENCE_NOT_SHOWN},
                 {EVIDENCE_CPK, 1, "1.33", 0.8, .001, EVIDENCE_AGAINST},
                 {EVIDENCE_CPK, 1, "1.33", NAN, NAN, EVIDENCE_UNDEFINED},
                 {EVIDENCE_GRR, -1, "10", 10, NAN, EVIDENCE_SHOWN},
                 {EVIDENCE_GRR, -1, "10", 10.1, NAN, EVIDENCE_NOT_SHOWN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        evidence e = {.claim = {.kind = cases[i].kind,
                                .count = 1,
                                .is_single = true,
                                .better = cases[i].better,
                                .confidence = "0.95",
                                .claimed = cases[i].bar}};
        assay_figure none = assay_figure_undefined("no values");
        e.item[0] = (evidence_item){
            .effect = isnan(cases[i].figure) ? none : assay_figure_of(cases[i].figure),
            .p = isnan(cases[i].p) ? none : assay_figure_of(cases[i].p)};
        evidence_judge(&e);
        assert_int_equal(e.outcome, cases[i].outcome);
    }
}

/* Python: (Fraction(227, 2265) - Fraction(238, 2413)) * 120000 * Fraction("12.50") = -2382.5141...
 * of a share that rose, to cents; by binary floats the third decimal already depends on the order.
 */
static void a_saving_is_an_exact_fraction_rounded_once(void **state)
{
    (void)state;
    evidence e = {.claim = {.kind = EVIDENCE_NONCONFORMING,
                            .count = 1,
                            .better = -1,
                            .confidence = "0.95",
                            .money = {"12.50", "120000", "KRW", "0.01", NULL}}};
    evidence_data none = {0};
    assay_err err = {0};
    evidence_item *item = &e.item[0];
    arena_init(&e.memory);
    *item = (evidence_item){.effect = assay_figure_of(0.00158834),
                            .low = assay_figure_of(-0.015),
                            .high = assay_figure_of(0.018)};
    item->before.events = 238;
    item->before.inspected = (decimal){2413, 0, 0};
    item->after.events = 227;
    item->after.inspected = (decimal){2265, 0, 0};
    assert_ok(evidence_saving(&e, item, &none, &none, &err), err);
    assert_string_equal(item->saving, "-2382.51");
    assert_string_equal(item->saving_low, "-27000");
    assert_string_equal(item->saving_high, "22500");
    arena_done(&e.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_comes_back_as_it_was_written),
        cmocka_unit_test(a_claim_of_one_period_comes_back_as_it_was_written),
        cmocka_unit_test(what_is_better_follows_from_the_claim_or_its_kind),
        cmocka_unit_test(a_bad_claim_is_refused_and_named),
        cmocka_unit_test(a_bad_claim_of_one_period_is_refused_and_named),
        cmocka_unit_test(several_claims_at_once_are_judged_after_holm),
        cmocka_unit_test(claimed_and_computed_give_one_of_five_outcomes),
        cmocka_unit_test(one_period_is_judged_by_its_bar),
        cmocka_unit_test(a_saving_is_an_exact_fraction_rounded_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
