/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stat/subgroup.h"

#include <stdlib.h>
#include <string.h>

static double power_of_ten(int e)
{
    static const double exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return e <= 22 ? exact[e] : pow(10, e);
}

/* steps / count * 10^exponent, rounded once while steps and count * 10^-exponent are below 2^53. */
static double scaled(double steps, double count, int exponent)
{
    if (exponent < -290)
        return steps / count / 1e290 / power_of_ten(-exponent - 290);
    return exponent < 0 ? steps / (count * power_of_ten(-exponent))
                        : steps * power_of_ten(exponent) / count;
}

void subgroup_add(subgroup_total *total, const subgroup_total *more)
{
    total->exponent = more->exponent;
    total->steps += more->steps;
    total->pair = pair_add(pair_add(total->pair, more->pair.hi), more->pair.lo);
}

double subgroup_mean(const subgroup_total *total, double count)
{
    return scaled((double)total->steps, count, total->exponent) + total->pair.hi / count;
}

static bool is_there(const assay_values *x, size_t i)
{
    return x->mantissa ? x->mantissa[i] != ASSAY_MANTISSA_MISSING : !isnan(x->hi[i]);
}

/* Decimal readings at .. at + count: integers about the first one present. */
static void read_decimals(const assay_values *x, size_t at, size_t count, subgroup *g)
{
    int64_t low = INT64_MAX, high = INT64_MIN, first = 0;
    for (size_t i = at; i < at + count; i++) {
        int64_t m = x->mantissa[i];
        if (m == ASSAY_MANTISSA_MISSING)
            continue;
        first = g->n++ ? first : m;
        low = m < low ? m : low;
        high = m > high ? m : high;
        g->sum.steps += m;
    }
    g->sum.exponent = g->spread.exponent = x->exponent;
    if (!g->n)
        return;
    g->spread.steps = (subgroup_wide)high - low;
    double n = g->n, squares = 0;
    if ((double)g->spread.steps * n < 4e18) { /* n sum d^2 - (sum d)^2 fits 127 bits */
        subgroup_wide s1 = 0, s2 = 0;
        for (size_t i = at; i < at + count; i++)
            if (x->mantissa[i] != ASSAY_MANTISSA_MISSING) {
                int64_t d = x->mantissa[i] - first;
                s1 += d;
                s2 += (subgroup_wide)d * d;
            }
        squares = (double)((subgroup_wide)g->n * s2 - s1 * s1) / n;
    } else {
        double mean = (double)g->sum.steps / n;
        for (size_t i = at; i < at + count; i++)
            if (x->mantissa[i] != ASSAY_MANTISSA_MISSING)
                squares += ((double)x->mantissa[i] - mean) * ((double)x->mantissa[i] - mean);
    }
    g->sd = scaled(sqrt(squares / (n - 1)), 1, x->exponent);
    g->squares = g->n > 1 ? g->sd * g->sd * (n - 1) : 0;
}

static double low_part(const assay_values *x, size_t i)
{
    return x->lo ? x->lo[i] : 0;
}

static void read_pairs(const assay_values *x, size_t at, size_t count, subgroup *g)
{
    assay_dd sum = {0, 0}, low = {INFINITY, 0}, high = {-INFINITY, 0};
    for (size_t i = at; i < at + count; i++) {
        if (isnan(x->hi[i]))
            continue;
        assay_dd v = {x->hi[i], low_part(x, i)};
        g->n++;
        sum = pair_add(pair_add(sum, v.hi), v.lo);
        if (v.hi < low.hi || (v.hi == low.hi && v.lo < low.lo))
            low = v;
        if (v.hi > high.hi || (v.hi == high.hi && v.lo > high.lo))
            high = v;
    }
    if (!g->n)
        return;
    g->sum.pair = sum;
    g->spread.pair = pair_add(pair_add(high, -low.hi), -low.lo);
    double n = g->n, mean = sum.hi / n, rest = 0;
    for (size_t i = at; i < at + count; i++)
        if (!isnan(x->hi[i])) {
            double d = (x->hi[i] - mean) + low_part(x, i);
            g->squares += d * d;
            rest += d;
        }
    g->squares = fmax(0, g->squares - rest * rest / n);
    g->sd = sqrt(g->squares / (n - 1));
}

void subgroup_sum(const assay_values *x, size_t at, size_t count, subgroup *g)
{
    *g = (subgroup){0};
    if (x->mantissa)
        read_decimals(x, at, count, g);
    else
        read_pairs(x, at, count, g);
    g->mean = g->n ? subgroup_mean(&g->sum, g->n) : NAN;
    g->range = g->n > 1 ? subgroup_mean(&g->spread, 1) : NAN;
    if (g->n < 2)
        g->sd = NAN;
}

static size_t reading_count(const assay_chart_input *in, size_t i)
{
    return in->readings ? in->readings[i] : in->n;
}

static size_t sort_room(const assay_chart_input *in)
{
    return in->x.n > in->subgroups ? in->x.n : in->subgroups;
}

size_t assay_chart_scratch_size(const assay_chart_input *in)
{
    return in->subgroups * (sizeof(subgroup) + sizeof(double) + sizeof(uint32_t)) +
           sort_room(in) * sizeof(double) + 64;
}

void subgroup_layout(const assay_chart_input *in, void *scratch, subgroup_set *set)
{
    char *at = (char *)scratch + (-(uintptr_t)scratch & 15);
    *set = (subgroup_set){.in = in, .k = in->subgroups};
    set->group = (subgroup *)(void *)at;
    set->z = (double *)(void *)(at + set->k * sizeof(subgroup));
    set->sort = set->z + set->k;
    set->found = (uint32_t *)(void *)(set->sort + sort_room(in));
}

static assay_status check_shape(const assay_chart_input *in, assay_err *err)
{
    size_t sum = 0;
    for (size_t i = 0; i < in->subgroups; i++) {
        size_t n = reading_count(in, i);
        if (n > in->x.n - sum)
            return assay_fail(err, ASSAY_SHAPE, i, "subgroup %zu ends after the last of %zu readings",
                              i + 1, in->x.n);
        sum += n;
    }
    if (sum != in->x.n)
        return assay_fail(err, ASSAY_SHAPE, in->subgroups, "%zu readings, but %zu in the subgroups",
                          in->x.n, sum);
    if (in->x.mantissa && (in->x.exponent < -300 || in->x.exponent > 300))
        return assay_fail(err, ASSAY_DOMAIN, 0, "exponent %d is outside -300 .. 300",
                          in->x.exponent);
    return ASSAY_OK;
}

uint8_t subgroup_flags(const assay_chart_input *in, size_t i, uint32_t n)
{
    bool is_excluded = in->excluded && in->excluded[i];
    bool is_partial = in->nominal_n && i + 1 == in->subgroups && n && n < in->nominal_n;
    return (uint8_t)((is_excluded ? ASSAY_POINT_EXCLUDED : 0) | (n ? 0 : ASSAY_POINT_MISSING) |
                     (is_partial ? ASSAY_POINT_PARTIAL : 0));
}

assay_status subgroup_read(const assay_chart_input *in, void *scratch, subgroup_set *set,
                           assay_err *err)
{
    assay_status status = check_shape(in, err);
    if (status)
        return status;
    subgroup_layout(in, scratch, set);
    for (size_t i = 0, at = 0; i < set->k; i++) {
        size_t count = reading_count(in, i);
        subgroup_sum(&in->x, at, count, &set->group[i]);
        set->group[i].at = at;
        at += count;
        set->group[i].flags = subgroup_flags(in, i, set->group[i].n);
        set->most = set->group[i].n > set->most ? set->group[i].n : set->most;
    }
    return ASSAY_OK;
}

void subgroup_mark(const assay_chart_input *in, subgroup_set *set, size_t from, size_t to)
{
    size_t first = from, last = to;
    if (in->phase1_to && in->phase1_from < to && in->phase1_to > from) {
        first = in->phase1_from > from ? in->phase1_from : from;
        last = in->phase1_to < to ? in->phase1_to : to;
    }
    uint32_t n = 0;
    set->is_equal = true;
    for (size_t i = from; i < to; i++) {
        subgroup *g = &set->group[i];
        g->counts = i >= first && i < last && !g->flags;
        if (g->counts) {
            set->is_equal &= !n || n == g->n;
            n = g->n;
        }
    }
}


/* Individuals: reading i is the reading of subgroup i, or there is none. */
bool subgroup_moving_range(const subgroup_set *set, size_t i, size_t from, unsigned span,
                           subgroup_total *out, bool *counts)
{
    if (i + 1 < from + span)
        return false;
    size_t low = i, high = i;
    const subgroup *g = set->group;
    *counts = true;
    for (size_t j = i + 1 - span; j <= i; j++) {
        if (!g[j].n)
            return false;
        *counts &= g[j].counts;
        const subgroup_total *v = &g[j].sum, *l = &g[low].sum, *h = &g[high].sum;
        if (v->steps < l->steps || v->pair.hi + v->pair.lo < l->pair.hi + l->pair.lo)
            low = j;
        if (v->steps > h->steps || v->pair.hi + v->pair.lo > h->pair.hi + h->pair.lo)
            high = j;
    }
    *out = g[high].sum;
    out->steps -= g[low].sum.steps;
    out->pair = pair_add(pair_add(out->pair, -g[low].sum.pair.hi), -g[low].sum.pair.lo);
    return true;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median_of(double *x, size_t n)
{
    if (!n)
        return NAN;
    qsort(x, n, sizeof *x, by_value);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

double subgroup_median(const subgroup_set *set, size_t i)
{
    const assay_values *x = &set->in->x;
    size_t at = set->group[i].at, n = 0;
    for (size_t j = at; j < at + reading_count(set->in, i); j++)
        if (is_there(x, j))
            set->sort[n++] = x->mantissa ? (double)x->mantissa[j] : x->hi[j] + low_part(x, j);
    return scaled(median_of(set->sort, n), 1, x->mantissa ? x->exponent : 0);
}
