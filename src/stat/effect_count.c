/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares and counts of two periods.
 *
 * Newcombe 1998, Statistics in Medicine 17, 873-890, method 10: the limits of the difference are
 * put together from Wilson's limits of each share. Fisher's and the conditional Poisson test add
 * up the outcomes not more likely than what was seen, with R's tolerance of 1e-7.
 */
#include "stat/effect.h"

#include "num/dist.h"

static const double tolerance = 1 + 1e-7;
static const double count_most = 9007199254740992; /* 2^53 */

/* -- shares ----------------------------------------------------------------------------------- */

typedef struct {
    double share, lower, upper;
} wilson;

static wilson wilson_of(double x, double n, double z)
{
    double p = x / n, below = 2 * (n + z * z);
    double middle = 2 * x + z * z, half = z * sqrt(z * z + 4 * x * (1 - p));
    return (wilson){p, x == 0 ? 0 : fmax(0, (middle - half) / below),
                    x == n ? 1 : fmin(1, (middle + half) / below)};
}

static double fisher_p(double x1, double n1, double x2, double n2)
{
    double x = x1 + x2, low = fmax(0, x - n2), high = fmin(x, n1);
    double seen = dhyper(x1, n1, n2, x, 0) * tolerance, p = 0;
    for (double i = low; i <= high; i++) {
        double d = dhyper(i, n1, n2, x, 0);
        p += d <= seen ? d : 0;
    }
    return fmin(p, 1);
}

/* Pearson's chi-squared of the 2 x 2 table as z, without continuity correction. */
static double score_z(double x1, double n1, double x2, double n2)
{
    double p = (x1 + x2) / (n1 + n2);
    return (x2 / n2 - x1 / n1) / sqrt(p * (1 - p) * (1 / n1 + 1 / n2));
}

/* Beyond a million outcomes to add up, the score test stands in. */
static bool is_small(double x1, double n1, double x2, double n2)
{
    double x = x1 + x2, all = n1 + n2, n = fmin(n1, n2), p = x / all;
    return (n * p < 5 || n * (1 - p) < 5) && fmin(fmin(x, all - x), n) < 1e6;
}

static void test_shares(double x1, double n1, double x2, double n2, assay_effect_share *s)
{
    if (is_small(x1, n1, x2, n2)) {
        s->method = "fisher";
        s->difference.p = assay_figure_of(fisher_p(x1, n1, x2, n2));
        return;
    }
    double z = score_z(x1, n1, x2, n2);
    s->difference.statistic = assay_figure_of(z);
    s->difference.p = assay_figure_of(2 * pnorm(-fabs(z), 0, 1, 1, 0));
}

static void set_shares(double x1, double n1, double x2, double n2, double z, assay_effect_share *s)
{
    wilson a = wilson_of(x1, n1, z), b = wilson_of(x2, n2, z);
    double d = b.share - a.share;
    s->before = assay_figure_of(a.share);
    s->after = assay_figure_of(b.share);
    s->before_lower = assay_figure_of(a.lower);
    s->before_upper = assay_figure_of(a.upper);
    s->after_lower = assay_figure_of(b.lower);
    s->after_upper = assay_figure_of(b.upper);
    s->difference.estimate = assay_figure_of(d);
    s->difference.lower = assay_figure_of(d - hypot(b.share - b.lower, a.upper - a.share));
    s->difference.upper = assay_figure_of(d + hypot(b.upper - b.share, a.share - a.lower));
    s->h = assay_figure_of(2 * asin(sqrt(b.share)) - 2 * asin(sqrt(a.share)));
}

assay_status assay_effect_of_shares(uint64_t x_before, uint64_t n_before, uint64_t x_after,
                                    uint64_t n_after, double confidence, assay_effect_share *out,
                                    assay_err *err)
{
    assay_status status = effect_confidence(&confidence, err);
    if (status != ASSAY_OK)
        return status;
    if (x_before > n_before || x_after > n_after)
        return assay_fail(err, ASSAY_DOMAIN, x_after > n_after, "%llu of %llu is no share",
                          (unsigned long long)(x_after > n_after ? x_after : x_before),
                          (unsigned long long)(x_after > n_after ? n_after : n_before));
    if ((double)n_before + (double)n_after > count_most)
        return assay_fail(err, ASSAY_DOMAIN, 0, "counts above 2^53");
    const char *why =
        n_before == 0 ? "nothing was inspected before" : "nothing was inspected after";
    assay_figure none = assay_figure_undefined(why);
    assay_effect_share s = {
        "score", none, none, none, none, none, none, effect_undefined(none, why), none};
    if (n_before && n_after) {
        s.difference = effect_undefined(none, "an exact test");
        double z = qnorm((1 - confidence) / 2, 0, 1, 0, 0);
        set_shares((double)x_before, (double)n_before, (double)x_after, (double)n_after, z, &s);
        test_shares((double)x_before, (double)n_before, (double)x_after, (double)n_after, &s);
    }
    *out = s;
    return ASSAY_OK;
}

/* -- counts ----------------------------------------------------------------------------------- */

/* The least i in low .. high with dbinom(i) <= seen, for dbinom falling there; high + 1: none. */
static double first_rare(double low, double high, double n, double p, double seen)
{
    while (low <= high) {
        double middle = floor(low + (high - low) / 2);
        if (dbinom(middle, n, p, 0) <= seen)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return low;
}

/* Probability of what is not more likely than x of n, when each falls there with probability p. */
static double binomial_p(double x, double n, double p)
{
    double seen = dbinom(x, n, p, 0) * tolerance, mode = n * p;
    if (x == mode)
        return 1;
    if (x < mode) {
        double from = first_rare(ceil(mode), n, n, p, seen);
        return fmin(1, pbinom(x, n, p, 1, 0) + pbinom(from - 1, n, p, 0, 0));
    }
    double from = first_rare(ceil(n - floor(mode)), n, n, 1 - p, seen); /* mirrored */
    return fmin(1, pbinom(x - 1, n, p, 0, 0) + pbinom(from - 1, n, 1 - p, 0, 0));
}

static void set_rates(double x1, double e1, double x2, double e2, double alpha,
                      assay_effect_rate *r)
{
    double n = x1 + x2, scale = e1 / e2;
    double low = x2 == 0 ? 0 : qbeta(alpha / 2, x2, x1 + 1, 1, 0);
    r->ratio = effect_undefined(assay_figure_undefined("no count before"), "an exact test");
    r->ratio.p = assay_figure_of(binomial_p(x2, n, e2 / (e1 + e2)));
    r->ratio.lower = assay_figure_of(low / (1 - low) * scale);
    r->ratio.upper = assay_figure_undefined("no count before");
    if (x1 > 0) {
        double high = qbeta(alpha / 2, x1, x2 + 1, 1, 0); /* 1 - upper limit */
        r->ratio.estimate = assay_figure_of(x2 / x1 * scale);
        r->ratio.upper = assay_figure_of((1 - high) / high * scale);
    }
}

assay_status assay_effect_of_rates(uint64_t count_before, double exposure_before,
                                   uint64_t count_after, double exposure_after, double confidence,
                                   assay_effect_rate *out, assay_err *err)
{
    double x1 = (double)count_before, x2 = (double)count_after;
    assay_status status = effect_confidence(&confidence, err);
    if (status != ASSAY_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        double e = i ? exposure_after : exposure_before;
        if (!(e > 0) || !isfinite(e))
            return assay_fail(err, ASSAY_DOMAIN, (size_t)i, "an exposure of %g %s the change", e,
                              i ? "after" : "before");
    }
    if (x1 + x2 > count_most)
        return assay_fail(err, ASSAY_DOMAIN, 0, "counts above 2^53");
    assay_effect_rate r = {.method = "poisson-conditional",
                           .before = assay_figure_of(x1 / exposure_before),
                           .after = assay_figure_of(x2 / exposure_after)};
    r.difference = assay_figure_of(x2 / exposure_after - x1 / exposure_before);
    if (x1 + x2 == 0) {
        const char *why = "no counts in either period";
        r.ratio = effect_undefined(assay_figure_undefined(why), why);
    } else {
        set_rates(x1, exposure_before, x2, exposure_after, 1 - confidence, &r);
    }
    *out = r;
    return ASSAY_OK;
}
