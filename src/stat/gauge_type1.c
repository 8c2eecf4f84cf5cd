/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type 1 gauge study: bias and repeatability on one known part. */
#include <assay/gauge.h>

#include "num/dd.h"
#include "stat/gauge.h"
#include "stat/moments.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

static assay_status settle(const assay_gauge_type1_options *asked, assay_gauge_type1_options *used,
                           assay_err *err)
{
    *used = *asked;
    used->percent = asked->percent != 0 ? asked->percent : 20;
    used->sigmas = asked->sigmas != 0 ? asked->sigmas : 6;
    used->confidence = asked->confidence != 0 ? asked->confidence : 0.95;
    if (!isfinite(used->reference.hi))
        return assay_fail(err, ASSAY_DOMAIN, 0, "the reference value is not a number");
    if (!(used->tolerance > 0 && isfinite(used->tolerance)))
        return assay_fail(err, ASSAY_DOMAIN, 0, "tolerance %g is not above 0", used->tolerance);
    if (!(used->percent > 0 && used->percent <= 100))
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "%g %% of the tolerance is not above 0 and at most 100", used->percent);
    if (!(used->sigmas > 0 && isfinite(used->sigmas)))
        return assay_fail(err, ASSAY_DOMAIN, 0, "a spread of %g sd is not above 0", used->sigmas);
    if (!(used->confidence > 0 && used->confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1",
                          used->confidence);
    return ASSAY_OK;
}

static void undefine_spread(assay_gauge_type1 *out, const char *why)
{
    out->study_variation = out->cg = out->cgk = out->percent_repeatability =
        out->percent_with_bias = out->t = out->p = out->bias_lower = out->bias_upper =
            assay_figure_undefined(why);
}

static void fill_capability(assay_dd sd, assay_dd bias, double tolerance, assay_gauge_type1 *out)
{
    assay_dd allowed = dd_mul(dd_of(tolerance), dd_div(dd_of(out->percent), dd_of(100)));
    assay_dd study = dd_mul(sd, dd_of(out->sigmas));
    assay_dd cg = dd_div(allowed, study);
    assay_dd cgk = dd_div(dd_sub(allowed, dd_scale(dd_abs(bias), 2)), study);
    out->study_variation = assay_figure_of(study.hi);
    out->cg = assay_figure_of(cg.hi);
    out->cgk = assay_figure_of(cgk.hi);
    out->percent_repeatability = assay_figure_of(dd_div(dd_of(out->percent), cg).hi);
    out->percent_with_bias = cgk.hi > 0
                                 ? assay_figure_of(dd_div(dd_of(out->percent), cgk).hi)
                                 : assay_figure_undefined("the bias exceeds what is allowed");
}

static void fill_bias_test(assay_dd sd, assay_dd bias, assay_gauge_type1 *out)
{
    double nu = (double)(out->n - 1);
    assay_dd error = dd_div(sd, dd_sqrt(dd_of_uint(out->n)));
    double t = dd_div(bias, error).hi;
    assay_dd half = dd_mul(error, dd_of(qt((1 - out->confidence) / 2, nu, 0, 0)));
    out->t = assay_figure_of(t);
    out->p = assay_figure_of(2 * pt(-fabs(t), nu, 1, 0));
    out->bias_lower = assay_figure_of(dd_sub(bias, half).hi);
    out->bias_upper = assay_figure_of(dd_add(bias, half).hi);
}

assay_status assay_gauge_type1_study(const assay_values *x,
                                     const assay_gauge_type1_options *options,
                                     assay_gauge_type1 *out, assay_err *err)
{
    assay_gauge_type1_options used;
    assay_moments m;
    assay_status status = settle(options, &used, err);
    if (status == ASSAY_OK)
        status = gauge_refuse_missing(x, err);
    if (status == ASSAY_OK)
        status = assay_moments_of(x, &m, err);
    if (status != ASSAY_OK)
        return status;

    *out = (assay_gauge_type1){
        .n = m.n, .percent = used.percent, .sigmas = used.sigmas, .confidence = used.confidence};
    out->mean = assay_moments_mean(&m);
    out->sd = assay_moments_sd(&m);
    assay_dd bias = moments_difference(assay_moments_mean_dd(&m), used.reference);
    out->bias = out->mean.why ? out->mean : assay_figure_of(bias.hi);
    if (out->sd.why || out->mean.why) {
        undefine_spread(out, out->sd.why ? out->sd.why : out->mean.why);
        return ASSAY_OK;
    }
    assay_dd sd = dd_times_power_of_ten(dd_times_power_of_two(moments_sd(&m), m.shift), m.exponent);
    if (sd.hi == 0) {
        undefine_spread(out, "all values are equal");
        return ASSAY_OK;
    }
    fill_capability(sd, bias, used.tolerance, out);
    fill_bias_test(sd, bias, out);
    return ASSAY_OK;
}
