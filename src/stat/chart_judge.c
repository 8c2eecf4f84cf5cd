/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X-bar-R verdicts over many equal subgroups: the arithmetic of chart_location.c and
 * chart_spread.c in straight loops that compilers turn into vectors.
 *
 * chart_z asks whether rounding alone keeps a point from a hundredth of a standard error. That is
 * true of one point in 10^9; blocks are checked for it with a wider net, and only a block that
 * has one is done again point by point.
 */
#include "stat/charting.h"
#include "stat/clones.h"

#include <assay/constants.h>

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 };

static inline __attribute__((always_inline)) int64_t sum_one(const int64_t *m, uint32_t n,
                                                             int64_t *range)
{
    int64_t sum = 0, low = m[0], high = m[0];
    for (uint32_t j = 0; j < n; j++) {
        sum += m[j];
        low = m[j] < low ? m[j] : low;
        high = m[j] > high ? m[j] : high;
    }
    *range = high - low;
    return sum;
}

/* Subgroups of one size: with the size known to the compiler its loops are unrolled. */
static inline __attribute__((always_inline)) void sum_each(const int64_t *m, size_t k, uint32_t n,
                                                           int64_t *sum, int64_t *range)
{
    for (size_t i = 0; i < k; i++)
        sum[i] = sum_one(m + i * n, n, &range[i]);
}

static void sum_all(const int64_t *m, size_t k, uint32_t n, int64_t *sum, int64_t *range)
{
    switch (n) {
    case 2:
        sum_each(m, k, 2, sum, range);
        break;
    case 3:
        sum_each(m, k, 3, sum, range);
        break;
    case 4:
        sum_each(m, k, 4, sum, range);
        break;
    case 5:
        sum_each(m, k, 5, sum, range);
        break;
    default:
        sum_each(m, k, n, sum, range);
    }
}

/* Do n of these always have a sum? A missing one does not. */
CLONES static bool are_summable(const int64_t *m, size_t count, uint32_t n)
{
    const int64_t most = INT64_MAX / 2 / n;
    four_steps outside = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        four_steps some = *(const four_steps *)(m + i);
        outside |= (some > most) | (some < -most);
    }
    int64_t rest = outside[0] | outside[1] | outside[2] | outside[3];
    for (; i < count; i++)
        rest |= (m[i] > most) | (m[i] < -most);
    return rest == 0;
}

/* The first reading, from `at` on, of a subgroup that has no sum. */
static size_t first_unsummable(const int64_t *m, size_t at, uint32_t n)
{
    while (are_summable(m + at, n, n))
        at += n;
    return at;
}

static assay_status explain(const int64_t *m, size_t at, uint32_t n, assay_err *err)
{
    for (uint32_t j = 0; j < n; j++)
        if (m[at + j] == ASSAY_MANTISSA_MISSING)
            return assay_fail(err, ASSAY_MISSING, at + j, "reading %zu is missing", at + j + 1);
    return assay_fail(err, ASSAY_LIMIT, at, "the sum of subgroup %zu has too many digits",
                      at / n + 1);
}

assay_status assay_subgroup_sums_read(const assay_values *x, uint32_t n, int64_t *sum,
                                      int64_t *range, assay_err *err)
{
    if (!x->mantissa && x->n)
        return assay_fail(err, ASSAY_SHAPE, 0, "sums are of decimals, not of doubles");
    if (n == 0 || x->n % n)
        return assay_fail(err, ASSAY_SHAPE, x->n, "%zu readings do not make subgroups of %u", x->n,
                          n);
    for (size_t i = 0, k = x->n / n, some; i < k; i += some) {
        const int64_t *m = x->mantissa + i * n;
        some = k - i < BLOCK ? k - i : BLOCK;
        if (!are_summable(m, some * n, n))
            return explain(x->mantissa, first_unsummable(x->mantissa, i * n, n), n, err);
        sum_all(m, some, n, sum + i, range + i);
    }
    return ASSAY_OK;
}

/* --- limits --- */

/* The sum of a block that stays below 2^56 a step; false: it may not. */
CLONES static bool block_total(const int64_t *steps, int64_t *sum)
{
    four_steps total = {0}, seen = {0};
    for (int i = 0; i < BLOCK; i += 4) {
        four_steps some = *(const four_steps *)(steps + i);
        total += some;
        seen |= some + (INT64_C(1) << 56);
    }
    *sum = total[0] + total[1] + total[2] + total[3];
    return ((uint64_t)(seen[0] | seen[1] | seen[2] | seen[3]) >> 57) == 0;
}

static subgroup_total total_of(const int64_t *steps, size_t k, int exponent)
{
    subgroup_total total = {.exponent = exponent};
    for (size_t i = 0; i < k; i += BLOCK) {
        int64_t sum;
        if (k - i >= BLOCK && block_total(steps + i, &sum)) {
            total.steps += sum;
            continue;
        }
        for (size_t j = i; j < k && j < i + BLOCK; j++)
            total.steps += steps[j];
    }
    return total;
}

static void find_limits(const assay_subgroup_sums *in, const assay_chart_options *o,
                        assay_chart_stage *s)
{
    subgroup_total sums = total_of(in->sum, in->k, in->exponent);
    subgroup_total ranges = total_of(in->range, in->k, in->exponent);
    double k = (double)in->k, d2 = assay_d2(in->n);
    double mean_range = subgroup_mean(&ranges, k);
    bool is_given = o->std_dev > 0;
    s->to = s->used = in->k;
    s->center = isnan(o->center) ? subgroup_mean(&sums, k * in->n) : o->center;
    s->sigma = is_given ? o->std_dev : mean_range / d2;
    s->spread_center = is_given ? d2 * s->sigma : mean_range;
    double error = s->sigma / sqrt(in->n), spread = assay_d3(in->n) * s->sigma;
    s->lcl = s->center - o->sigmas * error;
    s->ucl = s->center + o->sigmas * error;
    s->spread_lcl = fmax(0, s->spread_center - o->sigmas * spread);
    s->spread_ucl = s->spread_center + o->sigmas * spread;
}

/* --- points --- */

/* Below 2^51 an integer added to the bits of 1.5 * 2^52 is that number plus it, and adding and
 * taking away 1.5 * 2^52 rounds to the nearest whole number. True when a point may be doubtful. */
CLONES static bool block_to_z(const int64_t *sum, double scale, double center, double error,
                              double *z)
{
    const double magic = 6755399441055744.0;
    const int64_t magic_bits = 0x4338000000000000, clear_sign = INT64_MAX;
    const double doubt = 1e-14 / error, doubt_center = doubt * fabs(center);
    four_steps doubtful = {0};
    for (int i = 0; i < BLOCK; i += 4) {
        four mean = ((four)(*(const four_steps *)(sum + i) + magic_bits) - magic) / scale;
        four own = (mean - center) / error;
        four off = own - ((own * 100 + magic) - magic) * 0.01;
        four size = (four)((four_steps)mean & clear_sign), own_size = (four)((four_steps)own & clear_sign);
        four room = size * doubt + doubt_center + own_size * 1e-15;
        doubtful |= (four_steps)((four)((four_steps)off & clear_sign) <= room);
        *(four *)(z + i) = own;
    }
    return doubtful[0] | doubtful[1] | doubtful[2] | doubtful[3];
}

static bool are_below_51_bits(const int64_t *sum)
{
    uint64_t seen = 0;
    for (int i = 0; i < BLOCK; i++)
        seen |= (uint64_t)sum[i] + (UINT64_C(1) << 50);
    return seen >> 51 == 0;
}

/* scale: n * 10^-exponent, a mean is a sum over it. */
static void means_to_z(const int64_t *sum, size_t count, double scale, double center, double error,
                       double *z)
{
    if (count == BLOCK && are_below_51_bits(sum) && !block_to_z(sum, scale, center, error, z))
        return;
    for (size_t i = 0; i < count; i++)
        z[i] = chart_z((double)sum[i] / scale, center, error);
}

CLONES static bool block_is_within(const int64_t *range, int64_t low, int64_t high)
{
    four_steps out = {0};
    for (int i = 0; i < BLOCK; i += 4) {
        four_steps some = *(const four_steps *)(range + i);
        out |= (some < low) | (some >= high);
    }
    return !(out[0] | out[1] | out[2] | out[3]);
}

static bool is_wide(const assay_subgroup_sums *in, size_t i, const assay_chart_stage *s,
                    double sigmas)
{
    subgroup_total steps = {.steps = in->range[i], .exponent = in->exponent};
    double z = chart_z(subgroup_mean(&steps, 1), s->spread_center, assay_d3(in->n) * s->sigma);
    return z > sigmas || (z < -sigmas && s->spread_lcl > 0);
}

static size_t count_wide(const assay_subgroup_sums *in, const assay_chart_stage *s, double sigmas)
{
    double unit = pow(10, in->exponent);
    int64_t high = (int64_t)fmin(s->spread_ucl / unit * (1 - 1e-12), 9e18);
    int64_t low = (int64_t)ceil(s->spread_lcl / unit * (1 + 1e-12));
    size_t wide = 0;
    for (size_t i = 0; i < in->k; i += BLOCK) {
        if (in->k - i >= BLOCK && block_is_within(in->range + i, low, high))
            continue;
        for (size_t j = i; j < in->k && j < i + BLOCK; j++)
            if (in->range[j] < low || in->range[j] >= high)
                wide += is_wide(in, j, s, sigmas);
    }
    return wide;
}

static assay_status check(const assay_subgroup_sums *in, const assay_chart_options *o,
                          assay_err *err)
{
    if (in->n < 2 || in->n > 100)
        return assay_fail(err, ASSAY_SHAPE, 0, "subgroups of %u", in->n);
    if (in->exponent < -22 || in->exponent > 22)
        return assay_fail(err, ASSAY_DOMAIN, 0, "exponent %d is outside -22 .. 22", in->exponent);
    if (o->sigma != ASSAY_SIGMA_AUTO && o->sigma != ASSAY_SIGMA_RBAR && !(o->std_dev > 0))
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "sums and ranges estimate by rbar, not by %s",
                          assay_sigma_method_name(o->sigma));
    return ASSAY_OK;
}

static void judge_means(const assay_subgroup_sums *in, const assay_chart_options *o, double *z,
                        uint32_t *found, assay_chart_verdict *v)
{
    double unit = pow(10, abs(in->exponent)), error = v->limits.sigma / sqrt(in->n);
    double scale = in->exponent > 0 ? in->n / unit : in->n * unit;
    for (size_t i = 0; i < in->k; i += BLOCK)
        means_to_z(in->sum + i, in->k - i < BLOCK ? in->k - i : BLOCK, scale, v->limits.center,
                   error, z + i);
    assay_rules basic = *assay_rules_basic();
    basic.rule[0].sigmas = o->sigmas;
    assay_rules_scan(o->rules ? o->rules : &basic, z, in->k, found);
    for (size_t i = 0; i < in->k; i++)
        v->signals += found[i] != 0;
    v->spread_signals = count_wide(in, &v->limits, o->sigmas);
}

assay_status assay_chart_judge(const assay_subgroup_sums *in, const assay_chart_options *options,
                               double *z, uint32_t *found, assay_chart_verdict *out, assay_err *err)
{
    assay_chart_options o = options ? *options : assay_chart_defaults();
    o.sigmas = o.sigmas == 0 ? 3 : o.sigmas;
    assay_status status = check(in, &o, err);
    if (status)
        return status;
    assay_chart_verdict v = {.limits = {.sigma = NAN}};
    find_limits(in, &o, &v.limits);
    if (in->k == 0)
        v.why_undefined = "no data";
    else if (!(v.limits.sigma > 0))
        v.why_undefined = "no spread: all readings within the subgroups are equal";
    if (v.why_undefined)
        memset(found, 0, in->k * sizeof *found);
    else
        judge_means(in, &o, z, found, &v);
    *out = v;
    return ASSAY_OK;
}
