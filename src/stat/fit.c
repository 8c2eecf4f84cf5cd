/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fit a family to a sorted sample, judge the fit, choose among families. */
#include "stat/fit.h"

#include "num/elementary.h"

#include <math.h>

static fit_estimator *const estimators[ASSAY_FAMILY_COUNT] = {
    [ASSAY_FAMILY_NORMAL] = fit_normal,           [ASSAY_FAMILY_LOGNORMAL] = fit_lognormal,
    [ASSAY_FAMILY_LOGNORMAL3] = fit_lognormal3,   [ASSAY_FAMILY_WEIBULL] = fit_weibull,
    [ASSAY_FAMILY_WEIBULL3] = fit_weibull3,       [ASSAY_FAMILY_GAMMA] = fit_gamma,
    [ASSAY_FAMILY_EXPONENTIAL] = fit_exponential, [ASSAY_FAMILY_LOGISTIC] = fit_logistic,
    [ASSAY_FAMILY_LOGLOGISTIC] = fit_loglogistic, [ASSAY_FAMILY_SMALLEST_EV] = fit_smallest_ev,
    [ASSAY_FAMILY_LARGEST_EV] = fit_largest_ev,   [ASSAY_FAMILY_FOLDED_NORMAL] = fit_folded_normal,
    [ASSAY_FAMILY_RAYLEIGH] = fit_rayleigh,       [ASSAY_FAMILY_JOHNSON_SU] = fit_johnson_su,
    [ASSAY_FAMILY_JOHNSON_SB] = fit_johnson_sb,
};

/* ---- Anderson-Darling ---- */

/* Readings a .. b - 1 are equal: their weights 2 i + 1 sum to b^2 - a^2, and those of the mirrored
 * ranks to (n - a)^2 - (n - b)^2. */
double assay_anderson_darling(const assay_fit *fit, const double *x, size_t n)
{
    double sum = 0, m = (double)n;
    for (size_t a = 0, b; a < n; a = b) {
        b = fit_end_of_tie(x, n, a);
        double count = (double)(b - a), ranks = (double)(a + b);
        sum += count * ranks * num_log(assay_fit_cdf(fit, x[a]));
        sum += count * (2 * m - ranks) * num_log(assay_fit_upper(fit, x[a]));
    }
    return n ? -m - sum / m : NAN;
}

/* D'Agostino & Stephens 1986, table 4.9. */
double assay_anderson_darling_p(assay_family family, double ad, size_t n)
{
    bool is_tabled = family == ASSAY_FAMILY_NORMAL || family == ASSAY_FAMILY_LOGNORMAL;
    if (!is_tabled || isnan(ad) || n < 3)
        return NAN;
    double m = (double)n, a = ad * (1 + 0.75 / m + 2.25 / (m * m));
    if (a < 0.2)
        return 1 - num_exp(-13.436 + 101.14 * a - 223.73 * a * a);
    if (a < 0.34)
        return 1 - num_exp(-8.318 + 42.796 * a - 59.938 * a * a);
    if (a < 0.6)
        return num_exp(0.9177 - 4.279 * a - 1.38 * a * a);
    return a < 10 ? num_exp(1.2937 - 5.709 * a + 0.0186 * a * a) : 3.7e-24;
}

void assay_probability_plot(const assay_fit *fit, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = assay_fit_quantile(fit, ((double)i + 0.7) / ((double)n + 0.4));
}

/* ---- one family ---- */

/* Log likelihood of normal and lognormal is told at the maximum, though sd divides by n - 1. */
static double log_likelihood(const assay_fit *fit, const double *x, size_t n)
{
    assay_fit at = *fit;
    if (at.family == ASSAY_FAMILY_NORMAL || at.family == ASSAY_FAMILY_LOGNORMAL)
        at.parameter[1] *= sqrt((double)(n - 1) / (double)n);
    double sum = 0;
    for (size_t a = 0, b; a < n; a = b) {
        b = fit_end_of_tie(x, n, a);
        sum += (double)(b - a) * assay_fit_log_density(&at, x[a]);
    }
    return sum;
}

static assay_fit no_fit(assay_family family, const char *why)
{
    assay_fit fit = {.family = family, .why = why};
    for (int i = 0; i < ASSAY_FIT_PARAMETERS; i++)
        fit.parameter[i] = NAN;
    fit.log_likelihood = fit.bic = fit.ad = fit.ad_p = NAN;
    return fit;
}

static bool is_whole(const assay_fit *fit)
{
    for (int i = 0; i < assay_family_parameters(fit->family); i++)
        if (!isfinite(fit->parameter[i]))
            return false;
    return true;
}

static assay_fit fit_family(assay_family family, const double *x, size_t n)
{
    assay_fit fit = no_fit(family, NULL);
    const char *why = estimators[family](x, n, fit.parameter);
    if (why)
        return no_fit(family, why);
    if (!is_whole(&fit))
        return no_fit(family, "the likelihood equations have no finite solution");
    fit.log_likelihood = log_likelihood(&fit, x, n);
    fit.bic = -2 * fit.log_likelihood + assay_family_parameters(family) * num_log((double)n);
    fit.ad = assay_anderson_darling(&fit, x, n);
    fit.ad_p = assay_anderson_darling_p(family, fit.ad, n);
    return fit;
}

/* ---- the choice ---- */

static bool is_better(const assay_fit *one, const assay_fit *other)
{
    return !one->why && isfinite(one->bic) && isfinite(one->ad) &&
           (other->why || one->bic < other->bic);
}

static assay_fit fit_auto(const double *x, size_t n)
{
    assay_fit best = fit_family(ASSAY_FAMILY_NORMAL, x, n);
    if (best.why || isnan(best.ad_p) || best.ad_p >= 0.05)
        return best;
    for (int family = ASSAY_FAMILY_NORMAL + 1; family < ASSAY_FAMILY_COUNT; family++) {
        assay_fit fit = fit_family((assay_family)family, x, n);
        if (is_better(&fit, &best))
            best = fit;
    }
    return best;
}

assay_status assay_fit_make(assay_family family, const double *x, size_t n, assay_fit *out,
                            assay_err *err)
{
    if (n == 0)
        return assay_fail(err, ASSAY_SHAPE, 0, "there are no readings to fit");
    if ((unsigned)family >= ASSAY_FAMILY_COUNT)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no distribution has the number %d", (int)family);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            return assay_fail(err, ASSAY_DOMAIN, i, "reading %zu is not finite", i + 1);
        if (i && x[i] < x[i - 1])
            return assay_fail(err, ASSAY_DOMAIN, i, "reading %zu is out of order", i + 1);
    }
    *out = family == ASSAY_FAMILY_AUTO ? fit_auto(x, n) : fit_family(family, x, n);
    return ASSAY_OK;
}
