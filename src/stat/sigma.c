/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimators of the within-subgroup standard deviation.
 *
 * Sources: Burr, Journal of Quality Technology 1 (1969) 163 (weights of MVLUE); Montgomery,
 * Introduction to Statistical Quality Control; Minitab's methods and formulas for the names.
 * Ranges and sums of decimal readings stay exact integers up to the one division.
 */
#include "stat/subgroup.h"

#include <assay/constants.h>

#include <string.h>

static const char *const method_names[] = {
#define X(code, name) name,
    ASSAY_SIGMA_LIST(X)
#undef X
};

const char *assay_sigma_method_name(assay_sigma_method method)
{
    return (unsigned)method < sizeof method_names / sizeof *method_names ? method_names[method]
                                                                        : "unknown";
}

bool assay_sigma_method_named(const char *name, assay_sigma_method *method)
{
    for (size_t i = 0; i < sizeof method_names / sizeof *method_names; i++)
        if (strcmp(method_names[i], name) == 0) {
            *method = (assay_sigma_method)i;
            return true;
        }
    return false;
}

/* Mean and deviation of the spread statistic of n standard normal readings; the last n is kept,
 * since beyond the table a constant is an integral. */
typedef struct {
    bool is_range;
    uint32_t n;
    double mean, deviation;
} unbiasing;

static void unbiasing_for(unbiasing *u, uint32_t n)
{
    if (u->n == n)
        return;
    u->n = n;
    u->mean = u->is_range ? assay_d2(n) : assay_c4(n);
    u->deviation = u->is_range ? assay_d3(n) : assay_c5(n);
}

static void undefined(sigma_estimate *e, const char *why)
{
    e->sigma.value = NAN;
    e->sigma.why_undefined = why;
}

/* Equal n: the plain mean over its constant, with an exact sum. */
static void average_equal(const subgroup_set *set, size_t from, size_t to, unbiasing *u,
                          sigma_estimate *e)
{
    subgroup_total total = {0};
    assay_dd sum = {0, 0};
    double used = (double)e->sigma.used;
    for (size_t i = from; i < to; i++)
        if (set->group[i].counts) {
            unbiasing_for(u, set->group[i].n);
            subgroup_add(&total, &set->group[i].spread);
            sum = pair_add(sum, set->group[i].sd);
        }
    e->spread_mean = u->is_range ? subgroup_mean(&total, used) : sum.hi / used;
    e->plain_spread = e->spread_mean;
    e->sigma.value = e->spread_mean / u->mean;
    e->sigma.relative_variance = u->deviation * u->deviation / (u->mean * u->mean) / used;
}

static void average_varying(const subgroup_set *set, size_t from, size_t to, bool is_unweighted,
                            unbiasing *u, sigma_estimate *e)
{
    assay_dd sum = {0, 0}, weights = {0, 0}, variance = {0, 0}, plain = {0, 0}, readings = {0, 0};
    for (size_t i = from; i < to; i++) {
        const subgroup *g = &set->group[i];
        if (!g->counts || g->n < 2)
            continue;
        unbiasing_for(u, g->n);
        double spread = u->is_range ? g->range : g->sd, ratio = u->mean / u->deviation;
        double weight = is_unweighted ? 1 : ratio * ratio;
        sum = pair_add(sum, weight * (spread / u->mean));
        weights = pair_add(weights, weight);
        variance = pair_add(variance, weight * weight / (ratio * ratio));
        plain = pair_add(plain, g->n * spread);
        readings = pair_add(readings, g->n);
    }
    e->plain_spread = plain.hi / readings.hi;
    e->sigma.value = sum.hi / weights.hi;
    e->sigma.relative_variance = variance.hi / (weights.hi * weights.hi);
}

static size_t count_used(const subgroup_set *set, size_t from, size_t to, uint32_t least)
{
    size_t used = 0;
    for (size_t i = from; i < to; i++)
        used += set->group[i].counts && set->group[i].n >= least;
    return used;
}

static void find_average(const subgroup_set *set, size_t from, size_t to, bool is_range,
                         bool is_unweighted, sigma_estimate *e)
{
    unbiasing u = {.is_range = is_range};
    e->sigma.used = count_used(set, from, to, 2);
    if (!e->sigma.used)
        undefined(e, "no subgroup has two readings");
    else if (set->is_equal)
        average_equal(set, from, to, &u, e);
    else
        average_varying(set, from, to, is_unweighted, &u, e);
}

static void finish_df(sigma_estimate *e, double squares, double df, bool is_unbiased)
{
    double c4 = assay_c4((size_t)df + 1), c5 = assay_c5((size_t)df + 1);
    e->sigma.value = sqrt(squares / df) / (is_unbiased ? c4 : 1);
    e->sigma.df = df;
    e->sigma.relative_variance = c5 * c5 / (is_unbiased ? c4 * c4 : 1);
}

static void find_pooled(const subgroup_set *set, size_t from, size_t to, bool is_unbiased,
                        sigma_estimate *e)
{
    assay_dd squares = {0, 0};
    double df = 0;
    for (size_t i = from; i < to; i++)
        if (set->group[i].counts) {
            squares = pair_add(squares, set->group[i].squares);
            df += set->group[i].n - 1.0;
        }
    e->sigma.used = count_used(set, from, to, 2);
    if (df < 1)
        undefined(e, "no subgroup has two readings");
    else
        finish_df(e, squares.hi, df, is_unbiased);
}

/* s of all readings: squares within and between the subgroups. */
static void find_overall(const subgroup_set *set, size_t from, size_t to, bool is_unbiased,
                         sigma_estimate *e)
{
    subgroup_total total = {0};
    assay_dd squares = {0, 0};
    double n = 0;
    for (size_t i = from; i < to; i++)
        if (set->group[i].counts) {
            subgroup_add(&total, &set->group[i].sum);
            n += set->group[i].n;
        }
    double mean = subgroup_mean(&total, n), rest = 0;
    for (size_t i = from; i < to; i++)
        if (set->group[i].counts) {
            double d = set->group[i].mean - mean;
            squares = pair_add(squares, set->group[i].squares + set->group[i].n * d * d);
            rest += set->group[i].n * d;
        }
    e->sigma.used = count_used(set, from, to, 1);
    if (n < 2)
        undefined(e, "fewer than two readings");
    else
        finish_df(e, fmax(0, squares.hi - rest * rest / n), n - 1, is_unbiased);
}

static void find_moving(const subgroup_set *set, size_t from, size_t to, unsigned span,
                        assay_sigma_method method, sigma_estimate *e)
{
    subgroup_total total = {0}, range;
    assay_dd squares = {0, 0};
    size_t used = 0;
    bool counts;
    unsigned width = method == ASSAY_SIGMA_MSSD ? 2 : span;
    for (size_t i = from; i < to; i++)
        if (subgroup_moving_range(set, i, from, width, &range, &counts) && counts) {
            double r = subgroup_mean(&range, 1);
            set->sort[used++] = r;
            squares = pair_add(squares, r * r);
            subgroup_add(&total, &range);
        }
    e->sigma.used = used;
    if (!used) {
        undefined(e, "no moving range: fewer individuals in a row than its span");
        return;
    }
    double mean = subgroup_mean(&total, (double)used);
    e->plain_spread = mean;
    if (method == ASSAY_SIGMA_MSSD) {
        e->sigma.value = sqrt(squares.hi / (2 * (double)used));
    } else if (method == ASSAY_SIGMA_MEDIAN_MR) {
        e->sigma.value = median_of(set->sort, used) / assay_d4(span);
    } else {
        e->spread_mean = mean;
        e->sigma.value = mean / assay_d2(span);
    }
}

/* Individuals have no subgroups: what asks for them looks at all readings as one. */
static assay_sigma_method method_for(const subgroup_set *set, assay_sigma_method method)
{
    if (method == ASSAY_SIGMA_AUTO)
        return set->most <= 1 ? ASSAY_SIGMA_MR : set->most <= 8 ? ASSAY_SIGMA_RBAR
                                                                : ASSAY_SIGMA_POOLED;
    if (set->most <= 1 && (method == ASSAY_SIGMA_RBAR || method == ASSAY_SIGMA_MVLUE_R))
        return ASSAY_SIGMA_MR;
    return method;
}

sigma_estimate sigma_find(const subgroup_set *set, size_t from, size_t to,
                          assay_sigma_method asked, bool is_unweighted, unsigned span)
{
    assay_sigma_method method = method_for(set, asked);
    sigma_estimate e = {.spread_mean = NAN, .plain_spread = NAN};
    e.sigma = (assay_sigma){.value = NAN, .relative_variance = NAN, .df = NAN, .method = method};
    bool is_one_group = set->most <= 1;
    switch (method) {
    case ASSAY_SIGMA_RBAR:
    case ASSAY_SIGMA_MVLUE_R:
        find_average(set, from, to, true, is_unweighted && method == ASSAY_SIGMA_RBAR, &e);
        break;
    case ASSAY_SIGMA_SBAR:
    case ASSAY_SIGMA_MVLUE_S:
        if (is_one_group)
            find_overall(set, from, to, true, &e);
        else
            find_average(set, from, to, false, is_unweighted && method == ASSAY_SIGMA_SBAR, &e);
        break;
    case ASSAY_SIGMA_POOLED:
    case ASSAY_SIGMA_POOLED_UNBIASED:
        (is_one_group ? find_overall : find_pooled)(set, from, to,
                                                    method == ASSAY_SIGMA_POOLED_UNBIASED, &e);
        break;
    case ASSAY_SIGMA_MR:
    case ASSAY_SIGMA_MEDIAN_MR:
    case ASSAY_SIGMA_MSSD:
        if (is_one_group)
            find_moving(set, from, to, span, method, &e);
        else
            undefined(&e, "moving ranges are of individuals, not of subgroups");
        break;
    case ASSAY_SIGMA_OVERALL:
        find_overall(set, from, to, false, &e);
        break;
    default:
        undefined(&e, "not an estimator of this kind of data");
    }
    return e;
}

assay_status assay_sigma_estimate(const assay_chart_input *in, assay_sigma_method method,
                                  bool is_unweighted, unsigned span, void *scratch,
                                  assay_sigma *out, assay_err *err)
{
    if (span == 1 || span > 100)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a moving range of span %u", span);
    subgroup_set set;
    assay_status status = subgroup_read(in, scratch, &set, err);
    if (status)
        return status;
    subgroup_mark(in, &set, 0, set.k);
    *out = sigma_find(&set, 0, set.k, method, is_unweighted, span ? span : 2).sigma;
    return ASSAY_OK;
}
