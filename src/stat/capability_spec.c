/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits and options of a capability study: what is asked, and whether it can be asked. */
#include "stat/capability_index.h"

assay_spec assay_spec_none(void)
{
    return (assay_spec){NAN, NAN, NAN, NAN, NAN};
}

assay_capability_options assay_capability_defaults(void)
{
    return (assay_capability_options){
        .sd_within = NAN, .nu = NAN, .confidence = 0.95, .distribution = ASSAY_FAMILY_NORMAL};
}

const char *spec_why_no_lower(const assay_spec *spec)
{
    if (!isnan(spec->lsl))
        return NULL;
    return isnan(spec->natural_lower) ? "no lower limit"
                                      : "the lower bound is natural, not a limit";
}

const char *spec_why_no_upper(const assay_spec *spec)
{
    if (!isnan(spec->usl))
        return NULL;
    return isnan(spec->natural_upper) ? "no upper limit"
                                      : "the upper bound is natural, not a limit";
}

const char *spec_why_not_two_sided(const assay_spec *spec)
{
    const char *why = spec_why_no_lower(spec);
    return why ? why : spec_why_no_upper(spec);
}

/* A natural bound takes the place of a limit that excludes nothing. */
static assay_spec without_natural_limits(assay_spec spec)
{
    if (spec.lsl <= spec.natural_lower)
        spec.lsl = NAN;
    if (spec.usl >= spec.natural_upper)
        spec.usl = NAN;
    return spec;
}

assay_status spec_check(const assay_spec *spec, assay_spec *used, assay_err *err)
{
    const double figure[] = {spec->lsl, spec->usl, spec->target, spec->natural_lower,
                             spec->natural_upper};
    static const char *const name[] = {"lower limit", "upper limit", "target",
                                       "natural lower bound", "natural upper bound"};
    for (size_t i = 0; i < 5; i++)
        if (isinf(figure[i]))
            return assay_fail(err, ASSAY_DOMAIN, i, "the %s is infinite", name[i]);
    if (spec->lsl >= spec->usl) {
        assay_fail(err, ASSAY_DOMAIN, 0, "the lower limit %.15g is not below the upper limit %.15g",
                   spec->lsl, spec->usl);
        assay_hint(err, "exchange them, or leave one out for a one-sided index");
        return ASSAY_DOMAIN;
    }
    if (spec->natural_lower >= spec->natural_upper)
        return assay_fail(err, ASSAY_DOMAIN, 3, "the natural bounds %.15g and %.15g are reversed",
                          spec->natural_lower, spec->natural_upper);
    *used = without_natural_limits(*spec);
    return ASSAY_OK;
}

assay_status options_check(const assay_capability_options *options, assay_err *err)
{
    double confidence = options->confidence;
    if (confidence != 0 && !(confidence > 0 && confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "the confidence %.15g is not between 0 and 1",
                          confidence);
    if ((unsigned)options->distribution >= ASSAY_FAMILY_COUNT)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no distribution has the number %d",
                          (int)options->distribution);
    if (options->nu < 0 || isinf(options->nu))
        return assay_fail(err, ASSAY_DOMAIN, 0, "%.15g is no number of degrees of freedom",
                          options->nu);
    bool is_given = options->sigma == ASSAY_SIGMA_GIVEN;
    if (is_given && !(options->sd_within > 0 && isfinite(options->sd_within)))
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "the given standard deviation %.15g is not positive", options->sd_within);
    return ASSAY_OK;
}
