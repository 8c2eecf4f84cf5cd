/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/capability.h>

#include <jansson.h>

static json_t *cases;

static int load(void **state)
{
    (void)state;
    cases = json_load_file(check_golden("capability/capability.json"), 0, NULL);
    return cases ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(cases);
    return 0;
}

/* Readings of a case as decimals of three places. */
typedef struct {
    int64_t mantissa[200];
    size_t n;
    uint32_t group;
} sample;

static void add_reading(sample *s, json_t *value)
{
    s->mantissa[s->n++] = llround(json_number_value(value) * 1000);
}

static sample sample_of(const char *id)
{
    sample s = {.group = 1};
    json_t *data = json_object_get(json_object_get(cases, id), "data"), *row;
    size_t i, j;
    json_array_foreach(data, i, row)
    {
        if (json_is_number(row)) {
            add_reading(&s, row);
            continue;
        }
        s.group = (uint32_t)json_array_size(row);
        for (j = 0; j < s.group; j++)
            add_reading(&s, json_array_get(row, j));
    }
    return s;
}

static assay_capability_input input_of(const sample *s)
{
    return (assay_capability_input){.x = assay_values_of_decimals(s->mantissa, s->n, -3),
                                    .subgroups = s->n / s->group,
                                    .n = s->group};
}

static assay_spec limits(double lsl, double target, double usl)
{
    assay_spec spec = assay_spec_none();
    spec.lsl = lsl, spec.target = target, spec.usl = usl;
    return spec;
}

static assay_status run(const assay_capability_input *in, const assay_spec *spec,
                        const assay_capability_options *options, assay_capability *out,
                        assay_err *err)
{
    void *scratch = malloc(assay_capability_scratch_size(in));
    assert_non_null(scratch);
    assay_status status = assay_capability_make(in, spec, options, scratch, out, err);
    free(scratch);
    return status;
}

static assay_capability study(const sample *s, assay_spec spec,
                              const assay_capability_options *options)
{
    assay_capability out;
    assay_err err;
    assay_capability_input in = input_of(s);
    assert_ok(run(&in, &spec, options, &out, &err), err);
    return out;
}

static double number(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    if (!value)
        fail_msg("the golden has no %s", name);
    return json_number_value(value);
}

static json_t *expected_of(const char *id)
{
    return json_object_get(json_object_get(cases, id), "expected");
}

static void check_interval(const assay_index *c, json_t *pair)
{
    assert_digits(c->low, json_number_value(json_array_get(pair, 0)), 10);
    assert_digits(c->high, json_number_value(json_array_get(pair, 1)), 10);
}

static void undefined_because(double value, const char *why, const char *reason)
{
    assert_true(isnan(value));
    if (!why || !strstr(why, reason))
        fail_msg("\"%s\" does not say \"%s\"", why ? why : "(null)", reason);
}

/* ---- against the references ---- */

static void the_diameter_study_has_its_figures(void **state)
{
    (void)state;
    json_t *e = expected_of("normal_jasp_diameter"), *within = json_object_get(e, "within_Rbar");
    json_t *overall = json_object_get(e, "overall"), *ci = json_object_get(e, "CI95");
    sample s = sample_of("normal_jasp_diameter");
    assay_capability c = study(&s, limits(0, 6, 12), NULL);
    assert_int_equal(c.n, 100);
    assert_int_equal(c.sigma_method, ASSAY_SIGMA_RBAR);
    assert_digits(c.mean, number(e, "mean"), 15);
    assert_digits(c.sd_overall, number(e, "sd_overall"), 14);
    assert_digits(c.sd_within, number(e, "sd_within_Rbar"), 12);
    assert_digits(c.cp.value, number(within, "Cp"), 12);
    assert_digits(c.cpl.value, number(within, "CPL"), 12);
    assert_digits(c.cpu.value, number(within, "CPU"), 12);
    assert_digits(c.cpk.value, number(within, "Cpk"), 12);
    assert_digits(c.pp.value, number(overall, "Pp"), 13);
    assert_digits(c.ppl.value, number(overall, "PPL"), 13);
    assert_digits(c.ppu.value, number(overall, "PPU"), 13);
    assert_digits(c.ppk.value, number(overall, "Ppk"), 13);
    assert_digits(c.cpm.value, number(e, "Cpm_minitab_n_minus_1"), 13);
    check_interval(&c.pp, json_object_get(ci, "Pp"));
    check_interval(&c.ppk, json_object_get(ci, "Ppk_bissell"));
    assert_digits(c.z_bench_overall, number(e, "Z_bench_overall"), 11);
    assert_digits(c.distribution.ad, number(e, "AD_normal"), 11);
    assert_digits(c.distribution.ad_p, number(e, "AD_p"), 11);
}

static void cpmk_is_that_of_the_reference_with_its_denominator(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    options.cpm = ASSAY_CPM_SD;
    assay_capability c = study(&s, limits(0, 6, 12), &options);
    assert_digits(c.cpmk.value, number(expected_of("normal_jasp_diameter"), "Cpmk"), 12);
    undefined_because(c.cpmk.low, c.cpmk.why, "no interval");
}

static void the_diameter_study_has_its_ppm(void **state)
{
    (void)state;
    json_t *e = expected_of("normal_jasp_diameter");
    sample s = sample_of("normal_jasp_diameter");
    assay_capability c = study(&s, limits(0, 6, 12), NULL);
    json_t *overall = json_object_get(e, "ppm_expected_overall");
    json_t *within = json_object_get(e, "ppm_expected_within");
    assert_digits(c.ppm_overall.below, number(overall, "below"), 11);
    assert_digits(c.ppm_overall.above, number(overall, "above"), 11);
    assert_digits(c.ppm_within.below, number(within, "below"), 10);
    assert_digits(c.ppm_within.above, number(within, "above"), 10);
    assert_true(c.ppm_observed.below == 0 && c.ppm_observed.above == 10000);
    assert_true(c.ppm_observed.total == 10000);
    assert_null(c.why_ppm_overall);
}

static void every_estimator_of_sigma_can_be_asked_for(void **state)
{
    (void)state;
    json_t *e = expected_of("normal_jasp_diameter");
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    options.sigma = ASSAY_SIGMA_POOLED_UNBIASED;
    options.cpm = ASSAY_CPM_N;
    assay_capability c = study(&s, limits(0, 6, 12), &options);
    json_t *within = json_object_get(e, "within_pooled_unbiased");
    assert_digits(c.sd_within, number(e, "sd_within_pooled_unbiased"), 12);
    assert_digits(c.cpk.value, number(within, "Cpk"), 12);
    assert_digits(c.cpm.value, number(e, "Cpm_n"), 13);
    assert_true(c.nu == 80);
    options.sigma = ASSAY_SIGMA_POOLED;
    assert_digits(study(&s, limits(0, 6, 12), &options).sd_within, number(e, "sd_within_pooled"),
                  12);
    options.sigma = ASSAY_SIGMA_SBAR;
    assert_digits(study(&s, limits(0, 6, 12), &options).sd_within, number(e, "sd_within_Sbar"), 12);
}

/* Duncan's table of nu for Rbar/d2* gives 72.7 for 20 ranges of 5; s (c4) has more. */
static void degrees_of_freedom_of_a_range_are_fewer_than_of_a_deviation(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    double range = study(&s, limits(0, 6, 12), &options).nu;
    options.sigma = ASSAY_SIGMA_SBAR;
    double deviation = study(&s, limits(0, 6, 12), &options).nu;
    assert_true(range > 71 && range < 74);
    assert_true(deviation > range && deviation < 80);
}

static void check_qcc(json_t *indices, const char *name, const assay_index *c)
{
    json_t *index = json_object_get(indices, name);
    json_t *value = json_object_get(index, "value");
    if (json_is_null(value)) {
        assert_true(isnan(c->value) && c->why);
        return;
    }
    assert_digits(c->value, json_number_value(value), 10);
    assert_digits(c->low, number(index, "lower95"), 10);
    assert_digits(c->high, number(index, "upper95"), 10);
}

/* qcc takes n - 1 for every nu, another nu for Cpm, and each one-sided limit at 95 %. */
static void check_qcc_case(const char *id, assay_spec spec, double nu)
{
    json_t *indices = json_object_get(expected_of(id), "indices");
    sample s = sample_of(id);
    assay_capability_options options = assay_capability_defaults();
    options.nu = nu;
    options.cpm = ASSAY_CPM_SD;
    options.cpm_nu = ASSAY_CPM_NU_QCC;
    options.interval = ASSAY_INTERVAL_WALD;
    assay_capability c = study(&s, spec, &options);
    assert_digits(c.mean, number(expected_of(id), "center"), 14);
    assert_digits(c.sd_within, number(expected_of(id), "within_sd"), 12);
    check_qcc(indices, "Cp", &c.cp);
    check_qcc(indices, "Cp_k", &c.cpk);
    check_qcc(indices, "Pp", &c.pp);
    check_qcc(indices, "Pp_k", &c.ppk);
    check_qcc(indices, "Ppm", &c.cpm);
    options.confidence = 0.90;
    c = study(&s, spec, &options);
    check_qcc(indices, "Cp_l", &c.cpl);
    check_qcc(indices, "Cp_u", &c.cpu);
    check_qcc(indices, "Pp_l", &c.ppl);
    check_qcc(indices, "Pp_u", &c.ppu);
}

static void qcc_agrees_when_asked_its_way(void **state)
{
    (void)state;
    check_qcc_case("capability_pistonrings", limits(73.95, 74, 74.05), 124);
    check_qcc_case("capability_viscosity_oneside", limits(NAN, 35.5, 35.5), 19);
}

static void the_non_normal_studies_have_their_quantile_indices(void **state)
{
    (void)state;
    sample s = sample_of("nonnormal_stage1");
    json_t *families = expected_of("nonnormal_stage1");
    static const assay_family family[] = {ASSAY_FAMILY_WEIBULL, ASSAY_FAMILY_LOGNORMAL,
                                          ASSAY_FAMILY_GAMMA, ASSAY_FAMILY_LARGEST_EV};
    static const char *const key[] = {"weibull", "lognormal", "gamma", "largest_ev"};
    for (int i = 0; i < 4; i++) {
        json_t *e = json_object_get(families, key[i]), *iso = json_object_get(e, "ISO_percentile");
        assay_capability_options options = assay_capability_defaults();
        options.distribution = family[i];
        assay_capability c = study(&s, limits(0, NAN, 12), &options);
        assert_digits(c.pp.value, number(iso, "Pp"), 8);
        assert_digits(c.ppl.value, number(iso, "PPL"), 8);
        assert_digits(c.ppu.value, number(iso, "PPU"), 8);
        assert_digits(c.ppk.value, number(iso, "Ppk"), 8);
        assert_digits(c.ppm_overall.above, number(json_object_get(e, "ppm"), "above_USL"), 7);
        assert_digits(c.x_lower, number(json_object_get(e, "quantiles"), "x_00135"), 8);
        undefined_because(c.cp.value, c.cp.why, "normal");
        undefined_because(c.pp.low, c.pp.why, "no interval");
        undefined_because(c.ppm_within.total, c.why_ppm_within, "normal");
        assert_string_equal(c.why_distribution, "asked for");
    }
}

/* ---- intervals ---- */

/* The exact limits put the observed T at its quantiles: for a large sample they are Wald's. */
static void exact_and_wald_intervals_meet_in_large_samples(void **state)
{
    (void)state;
    for (double n = 1e3; n < 1e8; n *= 10) {
        assay_capability_moments m = {n, 5, 1, n - 1, 1, ASSAY_SIGMA_POOLED};
        assay_capability_options options = assay_capability_defaults();
        assay_spec spec = limits(0, NAN, 9);
        assay_capability exact, wald;
        assay_err err;
        assert_ok(assay_capability_from_moments(&m, &spec, &options, &exact, &err), err);
        options.interval = ASSAY_INTERVAL_WALD;
        assert_ok(assay_capability_from_moments(&m, &spec, &options, &wald, &err), err);
        double width = wald.cpl.high - wald.cpl.low;
        assert_true(fabs(exact.cpl.low - wald.cpl.low) < width / sqrt(n));
        assert_true(fabs(exact.cpu.high - wald.cpu.high) < width / sqrt(n));
    }
}

static void an_interval_widens_with_confidence_and_contains_its_value(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    assay_index last[3] = {{NAN, NAN, NAN, NULL}, {NAN, NAN, NAN, NULL}, {NAN, NAN, NAN, NULL}};
    for (options.confidence = 0.5; options.confidence < 0.999; options.confidence += 0.1) {
        assay_capability c = study(&s, limits(0, 6, 12), &options);
        assay_index now[] = {c.cpl, c.pp, c.cpm};
        for (int i = 0; i < 3; i++) {
            assert_true(now[i].low < now[i].value && now[i].value < now[i].high);
            assert_true(!(now[i].low > last[i].low) && !(now[i].high < last[i].high));
            last[i] = now[i];
        }
    }
}

/* ---- invariance ---- */

static void indices_do_not_depend_on_unit_or_origin(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter"), moved = s;
    for (size_t i = 0; i < s.n; i++)
        moved.mantissa[i] = s.mantissa[i] * 1000 + 7000000000;
    assay_capability one = study(&s, limits(0, 6, 12), NULL);
    assay_capability other = study(&moved, limits(7e6, 7e6 + 6e3, 7e6 + 12e3), NULL);
    assert_digits(other.cpk.value, one.cpk.value, 11);
    assert_digits(other.ppk.value, one.ppk.value, 11);
    assert_digits(other.cpm.low, one.cpm.low, 10);
    assert_digits(other.ppm_overall.total, one.ppm_overall.total, 9);
    assert_digits(other.distribution.ad, one.distribution.ad, 9);
}

static void mirroring_exchanges_the_sides(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter"), mirrored = s;
    for (size_t i = 0; i < s.n; i++)
        mirrored.mantissa[i] = -s.mantissa[i];
    assay_capability one = study(&s, limits(0, 6, 12), NULL);
    assay_capability other = study(&mirrored, limits(-12, -6, 0), NULL);
    assert_digits(other.cpl.value, one.cpu.value, 14);
    assert_digits(other.cpu.low, one.cpl.low, 12);
    assert_true(other.ppm_observed.below == one.ppm_observed.above);
}

static void both_number_forms_agree(void **state)
{
    (void)state;
    sample s = sample_of("capability_pistonrings");
    double hi[200], lo[200] = {0};
    for (size_t i = 0; i < s.n; i++)
        hi[i] = (double)s.mantissa[i] / 1000;
    assay_capability_input in = input_of(&s);
    assay_spec spec = limits(73.95, 74, 74.05);
    assay_capability one = study(&s, spec, NULL), other;
    assay_err err;
    in.x = assay_values_of_doubles(hi, s.n);
    for (int i = 0; i < 2; i++) {
        assert_ok(run(&in, &spec, NULL, &other, &err), err);
        assert_digits(other.ppk.value, one.ppk.value, 12);
        in.x.lo = lo;
    }
}

static void moments_tell_the_same_as_readings(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_spec spec = limits(0, 6, 12);
    assay_capability c = study(&s, spec, NULL), from;
    assay_capability_moments m = {100, c.mean, c.sd_within, c.nu, c.sd_overall, c.sigma_method};
    assay_err err;
    assert_ok(assay_capability_from_moments(&m, &spec, NULL, &from, &err), err);
    assert_true(from.cpk.value == c.cpk.value && from.cpk.low == c.cpk.low);
    assert_true(from.cpl.high == c.cpl.high && from.cpm.low == c.cpm.low);
    assert_true(from.ppm_within.total == c.ppm_within.total && from.x_upper == c.x_upper);
    undefined_because(from.ppm_observed.total, from.why_ppm_observed, "moments");
    undefined_because(from.distribution.ad, "", "");
}

/* ---- limits ---- */

static void a_one_sided_limit_has_one_sided_indices(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability c = study(&s, limits(NAN, 6, 12), NULL);
    undefined_because(c.cp.value, c.cp.why, "no lower limit");
    undefined_because(c.cpl.value, c.cpl.why, "no lower limit");
    undefined_because(c.cpm.value, c.cpm.why, "no lower limit");
    assert_true(c.cpk.value == c.cpu.value && c.cpk.why == NULL);
    assert_true(c.ppm_overall.total == c.ppm_overall.above && isnan(c.ppm_overall.below));
    c = study(&s, limits(0, 6, NAN), NULL);
    undefined_because(c.ppu.value, c.ppu.why, "no upper limit");
    assert_true(c.ppk.value == c.ppl.value);
    assert_true(c.ppm_observed.total == 0 && isnan(c.ppm_observed.above));
}

static void a_natural_bound_is_no_limit(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_spec spec = limits(0, NAN, 12);
    spec.natural_lower = 0;
    assay_capability c = study(&s, spec, NULL);
    assert_true(isnan(c.spec.lsl));
    undefined_because(c.cp.value, c.cp.why, "natural");
    undefined_because(c.ppl.value, c.ppl.why, "natural");
    assert_true(c.ppk.value == c.ppu.value);
    spec = limits(1, NAN, 20);
    spec.natural_lower = 0, spec.natural_upper = 15;
    c = study(&s, spec, NULL);
    assert_true(c.spec.lsl == 1 && isnan(c.spec.usl));
    undefined_because(c.ppu.value, c.ppu.why, "natural");
    assay_capability_options options = assay_capability_defaults();
    options.distribution = ASSAY_FAMILY_WEIBULL;
    c = study(&s, spec, &options);
    assert_true(c.ppk.value == c.ppl.value);
    undefined_because(c.pp.value, c.pp.why, "natural");
}

static void without_limits_every_index_says_so(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    for (int i = 0; i < 2; i++) {
        assay_capability c = study(&s, assay_spec_none(), &options);
        undefined_because(c.pp.value, c.pp.why, "no lower limit");
        undefined_because(c.ppk.value, c.ppk.why, "no limit");
        undefined_because(c.ppm_observed.total, c.why_ppm_observed, "no limit");
        undefined_because(c.ppm_overall.total, c.why_ppm_overall, "no limit");
        assert_true(isnan(c.z_bench_overall) && c.why_ppm_within);
        options.distribution = ASSAY_FAMILY_GAMMA;
    }
}

static void without_a_target_cpm_says_so(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability c = study(&s, limits(0, NAN, 12), NULL);
    undefined_because(c.cpm.value, c.cpm.why, "no target");
    undefined_because(c.cpmk.value, c.cpmk.why, "no target");
}

/* ---- readings that count ---- */

static void an_excluded_subgroup_is_out_of_every_figure(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter"), rest = s;
    uint8_t excluded[20] = {0};
    excluded[0] = excluded[19] = 1;
    s.mantissa[0] = 900000; /* would ruin all figures */
    rest.n = 90;
    memmove(rest.mantissa, rest.mantissa + 5, 90 * sizeof *rest.mantissa);
    assay_capability_input in = input_of(&s);
    in.excluded = excluded;
    assay_spec spec = limits(0, 6, 12);
    assay_capability one, other = study(&rest, spec, NULL);
    assay_err err;
    assert_ok(run(&in, &spec, NULL, &one, &err), err);
    assert_int_equal(one.n, 90);
    assert_digits(one.cpk.value, other.cpk.value, 14);
    assert_digits(one.ppk.low, other.ppk.low, 14);
    assert_digits(one.distribution.ad, other.distribution.ad, 13);
    assert_true(one.ppm_observed.total == other.ppm_observed.total);
}

static void a_missing_reading_is_left_out(void **state)
{
    (void)state;
    sample s = sample_of("capability_viscosity_oneside"), rest = s;
    s.mantissa[s.n - 1] = ASSAY_MANTISSA_MISSING;
    rest.n--;
    assay_capability one = study(&s, limits(NAN, NAN, 35.5), NULL);
    assay_capability other = study(&rest, limits(NAN, NAN, 35.5), NULL);
    assert_int_equal(one.n, 19);
    assert_true(one.ppk.value == other.ppk.value);
    assert_digits(one.cpk.value, other.cpk.value, 14);
}

static void subgroups_of_different_size_are_taken(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    uint32_t readings[] = {3, 7, 40, 50};
    assay_capability_input in = input_of(&s);
    in.subgroups = 4, in.readings = readings;
    assay_spec spec = limits(0, 6, 12);
    assay_capability_options options = assay_capability_defaults();
    options.sigma = ASSAY_SIGMA_POOLED;
    assay_capability c;
    assay_err err;
    assert_ok(run(&in, &spec, &options, &c, &err), err);
    assert_true(c.nu == 96);
    assert_true(c.cp.value > 1 && c.cp.low < c.cp.value);
}

static void a_given_sigma_is_used(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    options.sigma = ASSAY_SIGMA_GIVEN;
    options.sd_within = 2;
    assay_capability c = study(&s, limits(0, 6, 12), &options);
    assert_true(c.cp.value == 1);
    undefined_because(c.cp.low, c.cp.why, "degrees of freedom");
    undefined_because(c.cpl.low, c.cpl.why, "degrees of freedom");
    undefined_because(c.cpk.low, c.cpk.why, "degrees of freedom");
    options.nu = 50;
    c = study(&s, limits(0, 6, 12), &options);
    assert_true(c.cp.low < 1 && c.cp.high > 1 && c.cp.why == NULL);
}

/* ---- little or nothing to go by ---- */

static void one_reading_has_a_mean_and_reasons(void **state)
{
    (void)state;
    sample s = {.mantissa = {5000}, .n = 1, .group = 1};
    assay_capability c = study(&s, limits(0, 6, 12), NULL);
    assert_true(c.mean == 5);
    undefined_because(c.sd_overall, c.why_sd_overall, "one reading");
    undefined_because(c.sd_within, c.why_sd_within, "");
    undefined_because(c.cp.value, c.cp.why, "");
    undefined_because(c.ppk.value, c.ppk.why, "one reading");
    undefined_because(c.cpm.value, c.cpm.why, "one reading");
    undefined_because(c.ppm_overall.total, c.why_ppm_overall, "spread");
    assert_true(c.ppm_observed.total == 0);
}

static void no_reading_has_reasons_alone(void **state)
{
    (void)state;
    sample s = {.mantissa = {ASSAY_MANTISSA_MISSING}, .n = 1, .group = 1}, none = {.group = 1};
    assay_capability c = study(&s, limits(0, 6, 12), NULL);
    assert_int_equal(c.n, 0);
    assert_true(isnan(c.mean));
    undefined_because(c.ppm_observed.total, c.why_ppm_observed, "no readings");
    undefined_because(c.pp.value, c.pp.why, "no readings");
    c = study(&none, limits(0, 6, 12), NULL);
    undefined_because(c.pp.value, c.pp.why, "no readings");
}

static void equal_readings_have_no_index(void **state)
{
    (void)state;
    sample s = {.n = 20, .group = 5};
    for (size_t i = 0; i < s.n; i++)
        s.mantissa[i] = 5000;
    assay_capability_options options = assay_capability_defaults();
    assay_capability c = study(&s, limits(0, 6, 12), &options);
    assert_true(c.sd_overall == 0);
    undefined_because(c.cp.value, c.cp.why, "0");
    undefined_because(c.ppk.value, c.ppk.why, "all readings are equal");
    undefined_because(c.ppm_overall.total, c.why_ppm_overall, "");
    assert_non_null(strstr(study(&s, limits(NAN, 6, 12), &options).ppk.why, "equal"));
    options.distribution = ASSAY_FAMILY_WEIBULL;
    c = study(&s, limits(0, 6, 12), &options);
    undefined_because(c.pp.value, c.pp.why, "equal");
    undefined_because(c.ppk.value, c.ppk.why, "equal");
    undefined_because(c.ppm_overall.total, c.why_ppm_overall, "equal");
}

static void a_chosen_distribution_tells_the_criterion(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options options = assay_capability_defaults();
    options.distribution = ASSAY_FAMILY_AUTO;
    assay_capability c = study(&s, limits(0, 6, 12), &options);
    assert_int_equal(c.distribution.family, ASSAY_FAMILY_NORMAL);
    assert_non_null(strstr(c.why_distribution, "Anderson-Darling"));
    for (size_t i = 0; i < s.n; i++)
        s.mantissa[i] = s.mantissa[i] * s.mantissa[i] / 1000 * s.mantissa[i] / 1000;
    c = study(&s, limits(0, 6, 2000), &options);
    assert_int_not_equal(c.distribution.family, ASSAY_FAMILY_NORMAL);
    assert_non_null(strstr(c.why_distribution, "BIC"));
    assert_true(c.ppu.value > 0);
}

/* ---- what cannot be asked ---- */

static void check_refused(assay_spec spec, assay_capability_options options, assay_status status,
                          const char *message)
{
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_input in = input_of(&s);
    assay_capability out = {.n = 12345};
    assay_err err;
    assert_int_equal(run(&in, &spec, &options, &out, &err), status);
    if (!strstr(err.message, message))
        fail_msg("\"%s\" does not say \"%s\"", err.message, message);
    assert_int_equal(out.n, 12345);
}

static void wrong_limits_and_options_are_refused(void **state)
{
    (void)state;
    assay_capability_options options = assay_capability_defaults();
    check_refused(limits(12, 6, 0), options, ASSAY_DOMAIN, "not below the upper limit");
    check_refused(limits(12, 6, 12), options, ASSAY_DOMAIN, "not below the upper limit");
    check_refused(limits(-HUGE_VAL, 6, 12), options, ASSAY_DOMAIN, "lower limit is infinite");
    check_refused(limits(0, HUGE_VAL, 12), options, ASSAY_DOMAIN, "target is infinite");
    assay_spec spec = limits(0, 6, 12);
    spec.natural_lower = 5, spec.natural_upper = 4;
    check_refused(spec, options, ASSAY_DOMAIN, "reversed");
    spec = limits(0, 6, 12);
    options.confidence = 1;
    check_refused(spec, options, ASSAY_DOMAIN, "confidence");
    options.confidence = -0.5;
    check_refused(spec, options, ASSAY_DOMAIN, "confidence");
    options = assay_capability_defaults();
    options.distribution = ASSAY_FAMILY_COUNT;
    check_refused(spec, options, ASSAY_DOMAIN, "distribution");
    options = assay_capability_defaults();
    options.nu = -1;
    check_refused(spec, options, ASSAY_DOMAIN, "degrees of freedom");
    options.nu = HUGE_VAL;
    check_refused(spec, options, ASSAY_DOMAIN, "degrees of freedom");
    options = assay_capability_defaults();
    options.sigma = ASSAY_SIGMA_GIVEN;
    check_refused(spec, options, ASSAY_DOMAIN, "not positive");
    options.sd_within = HUGE_VAL;
    check_refused(spec, options, ASSAY_DOMAIN, "not positive");
}

static void options_of_zeros_are_the_defaults(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_options zeros = {0};
    zeros.distribution = ASSAY_FAMILY_NORMAL;
    assay_capability one = study(&s, limits(0, 6, 12), &zeros);
    assay_capability other = study(&s, limits(0, 6, 12), NULL);
    assert_true(one.cpk.low == other.cpk.low && one.confidence == 0.95 && one.nu == other.nu);
}

static void sizes_that_do_not_add_up_are_refused(void **state)
{
    (void)state;
    sample s = sample_of("normal_jasp_diameter");
    assay_capability_input in = input_of(&s);
    assay_spec spec = limits(0, 6, 12);
    assay_capability_options options = assay_capability_defaults();
    options.sigma = ASSAY_SIGMA_GIVEN, options.sd_within = 1;
    assay_capability out;
    assay_err err;
    in.subgroups = 19;
    assert_int_equal(run(&in, &spec, &options, &out, &err), ASSAY_SHAPE);
    assert_int_equal(run(&in, &spec, NULL, &out, &err), ASSAY_SHAPE);
    in.n = 0;
    assert_int_equal(run(&in, &spec, &options, &out, &err), ASSAY_SHAPE);
    double x[] = {1, HUGE_VAL};
    assay_capability_input infinite = {.x = assay_values_of_doubles(x, 2), .subgroups = 2, .n = 1};
    assert_int_equal(run(&infinite, &spec, &options, &out, &err), ASSAY_DOMAIN);
}

static void impossible_moments_are_refused(void **state)
{
    (void)state;
    static const assay_capability_moments wrong[] = {
        {-1, 0, 1, 5, 1, 0},  {NAN, 0, 1, 5, 1, 0}, {HUGE_VAL, 0, 1, 5, 1, 0},
        {5, NAN, 1, 5, 1, 0}, {5, 0, -1, 5, 1, 0},  {5, 0, 1, 5, -1, 0},
    };
    assay_spec spec = limits(0, 6, 12), reversed = limits(1, 0, 0);
    assay_capability_options options = {.confidence = 2};
    assay_capability out;
    assay_err err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(assay_capability_from_moments(&wrong[i], &spec, NULL, &out, &err),
                         ASSAY_DOMAIN);
    assay_capability_moments m = {5, 0, 1, 4, 1, 0};
    assert_int_equal(assay_capability_from_moments(&m, &reversed, NULL, &out, &err), ASSAY_DOMAIN);
    assert_int_equal(assay_capability_from_moments(&m, &spec, &options, &out, &err), ASSAY_DOMAIN);
}

static void unknown_moments_are_undefined(void **state)
{
    (void)state;
    assay_spec spec = limits(0, 6, 12);
    assay_capability out;
    assay_err err;
    assay_capability_moments m = {50, 5, NAN, NAN, NAN, 0};
    assert_ok(assay_capability_from_moments(&m, &spec, NULL, &out, &err), err);
    undefined_because(out.cpk.value, out.cpk.why, "within");
    undefined_because(out.ppk.value, out.ppk.why, "not known");
    m.n = 1;
    assert_ok(assay_capability_from_moments(&m, &spec, NULL, &out, &err), err);
    undefined_because(out.cpk.value, out.cpk.why, "one reading");
    m.n = 0, m.mean = NAN;
    assert_ok(assay_capability_from_moments(&m, &spec, NULL, &out, &err), err);
    undefined_because(out.pp.value, out.pp.why, "no readings");
}

/* ---- the same bits everywhere ---- */

/* What a seal would hold, to 15 digits. The suite also runs without FMA and AVX2: equal text. */
static void print_figures(FILE *out)
{
    assay_spec spec = limits(0, 5, 10);
    assay_err err;
    for (int i = 1; i <= 60; i++) {
        assay_capability_moments m = {3 + i * i, 4 + i / 50.0, 1 + i / 77.0,
                                      2 + i * i, 1 + i / 71.0, ASSAY_SIGMA_POOLED};
        assay_capability c;
        assert_ok(assay_capability_from_moments(&m, &spec, NULL, &c, &err), err);
        fprintf(out, "%.15g %.15g %.15g %.15g %.15g\n", c.cpl.low, c.cpu.high, c.cpk.low,
                c.ppm_overall.total, c.cpm.value);
    }
    sample s = sample_of("nonnormal_stage1");
    for (int family = ASSAY_FAMILY_NORMAL; family < ASSAY_FAMILY_COUNT; family++) {
        if (family == ASSAY_FAMILY_GAMMA) /* through libRmath and the C library's lgamma */
            continue;
        assay_capability_options options = assay_capability_defaults();
        options.distribution = (assay_family)family;
        assay_capability c = study(&s, limits(0, NAN, 12), &options);
        fprintf(out, "%s %.15g %.15g %.15g %.15g %.15g\n", assay_family_name((assay_family)family),
                c.distribution.parameter[0], c.distribution.parameter[1], c.distribution.ad,
                c.distribution.log_likelihood, c.ppk.value);
    }
}

static void sealed_figures_have_the_same_text_on_every_machine(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    print_figures(out);
    fclose(out);
    FILE *golden = fopen(check_golden("capability/figures.txt"), "r");
    assert_non_null(golden);
    static char expected[20000];
    expected[fread(expected, 1, sizeof expected - 1, golden)] = 0;
    fclose(golden);
    assert_string_equal(text, expected);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_diameter_study_has_its_figures),
        cmocka_unit_test(cpmk_is_that_of_the_reference_with_its_denominator),
        cmocka_unit_test(the_diameter_study_has_its_ppm),
        cmocka_unit_test(every_estimator_of_sigma_can_be_asked_for),
        cmocka_unit_test(degrees_of_freedom_of_a_range_are_fewer_than_of_a_deviation),
        cmocka_unit_test(qcc_agrees_when_asked_its_way),
        cmocka_unit_test(the_non_normal_studies_have_their_quantile_indices),
        cmocka_unit_test(exact_and_wald_intervals_meet_in_large_samples),
        cmocka_unit_test(an_interval_widens_with_confidence_and_contains_its_value),
        cmocka_unit_test(indices_do_not_depend_on_unit_or_origin),
        cmocka_unit_test(mirroring_exchanges_the_sides),
        cmocka_unit_test(both_number_forms_agree),
        cmocka_unit_test(moments_tell_the_same_as_readings),
        cmocka_unit_test(a_one_sided_limit_has_one_sided_indices),
        cmocka_unit_test(a_natural_bound_is_no_limit),
        cmocka_unit_test(without_limits_every_index_says_so),
        cmocka_unit_test(without_a_target_cpm_says_so),
        cmocka_unit_test(an_excluded_subgroup_is_out_of_every_figure),
        cmocka_unit_test(a_missing_reading_is_left_out),
        cmocka_unit_test(subgroups_of_different_size_are_taken),
        cmocka_unit_test(a_given_sigma_is_used),
        cmocka_unit_test(one_reading_has_a_mean_and_reasons),
        cmocka_unit_test(no_reading_has_reasons_alone),
        cmocka_unit_test(equal_readings_have_no_index),
        cmocka_unit_test(a_chosen_distribution_tells_the_criterion),
        cmocka_unit_test(wrong_limits_and_options_are_refused),
        cmocka_unit_test(options_of_zeros_are_the_defaults),
        cmocka_unit_test(sizes_that_do_not_add_up_are_refused),
        cmocka_unit_test(impossible_moments_are_refused),
        cmocka_unit_test(unknown_moments_are_undefined),
        cmocka_unit_test(sealed_figures_have_the_same_text_on_every_machine),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
