/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Agreement without a model of variances: order (Kendall and Babington Smith 1939), classes
 * (Fleiss 1971; Fleiss, Nee and Landis 1979), and Krippendorff's alpha.
 *
 * Alpha's ordinal distance between two values is the distance of their middle ranks among all
 * comparable values; ordinal is therefore interval on ranks, and no table of coincidences is
 * needed: squared distances between all pairs follow from sums.
 */
#include "stat/agreement.h"

#include "num/dist.h"
#include "num/sort.h"

size_t count_below(const double *sorted, size_t n, double x)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t count_equal(const double *sorted, size_t n, size_t from)
{
    size_t low = from, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= sorted[from])
            low = middle + 1;
        else
            high = middle;
    }
    return low - from;
}

double middle_rank(const double *sorted, size_t n, double x)
{
    size_t below = count_below(sorted, n, x);
    return (double)below + ((double)count_equal(sorted, n, below) + 1) / 2;
}

/* -- Kendall ---------------------------------------------------------------------------------- */

size_t assay_concordance_scratch_size(size_t n)
{
    return 3 * n * sizeof(double);
}

/* Sum of t^3 - t over the groups of equal values. */
static double tie_sum(const double *sorted, size_t n)
{
    double sum = 0;
    for (size_t i = 0, t; i < n; i += t) {
        t = count_equal(sorted, n, i);
        sum += (double)t * (double)t * (double)t - (double)t;
    }
    return sum;
}

/* Adds the ranks a judge gives to the complete subjects; returns the sum of his ties. */
static double add_ranks(const double *x, size_t n, size_t k, size_t j, size_t complete,
                        double *sums, double *sorted)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (scores_is_complete(x, i, k))
            sorted[m++] = x[i * k + j];
    sort_doubles(sorted, m, sorted + m);
    m = 0;
    for (size_t i = 0; i < n; i++)
        if (scores_is_complete(x, i, k))
            sums[m++] += middle_rank(sorted, complete, x[i * k + j]);
    return tie_sum(sorted, complete);
}

static void set_w(assay_concordance *out, const double *sums, double ties)
{
    double n = (double)out->subjects, m = (double)out->judges, s = 0;
    for (size_t i = 0; i < out->subjects; i++) {
        double d = sums[i] - m * (n + 1) / 2;
        s += d * d;
    }
    double below = m * m * (n * n * n - n) - m * ties;
    if (!(below > 0)) {
        out->w = out->chi2 = out->df = out->p =
            assay_figure_undefined("no judge tells two subjects apart");
        return;
    }
    double w = 12 * s / below;
    out->w = assay_figure_of(w);
    out->chi2 = assay_figure_of(m * (n - 1) * w);
    out->df = assay_figure_of(n - 1);
    out->p = assay_figure_of(pchisq(out->chi2.value, n - 1, 0, 0));
}

assay_status assay_concordance_of(const double *x, size_t n, size_t k, void *scratch,
                                  assay_concordance *out, assay_err *err)
{
    double *sums = scratch, *sorted = sums + n, ties = 0;
    assay_status status = scores_check(x, n * k, err);
    if (status != ASSAY_OK)
        return status;
    assay_concordance c = {.judges = k};
    for (size_t i = 0; i < n; i++)
        c.subjects += scores_is_complete(x, i, k);
    c.incomplete = n - c.subjects;
    for (size_t i = 0; i < c.subjects; i++)
        sums[i] = 0;
    for (size_t j = 0; j < k; j++)
        ties += add_ranks(x, n, k, j, c.subjects, sums, sorted);
    if (k < 2 || c.subjects < 2)
        c.w = c.chi2 = c.df = c.p = assay_figure_undefined(
            k < 2 ? "fewer than 2 judges" : "fewer than 2 complete subjects");
    else
        set_w(&c, sums, ties);
    *out = c;
    return ASSAY_OK;
}

/* -- Fleiss ----------------------------------------------------------------------------------- */

static bool is_classed(const uint32_t *classes, size_t i, size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (classes[i * k + j] == ASSAY_CLASS_MISSING)
            return false;
    return true;
}

/* Ordered pairs of judges of subject i who both chose class c. */
static double pairs_of_class(const uint32_t *classes, size_t i, size_t k, uint32_t c)
{
    double chosen = 0;
    for (size_t j = 0; j < k; j++)
        chosen += classes[i * k + j] == c;
    return chosen * (chosen - 1);
}

static double agreeing_pairs(const uint32_t *classes, size_t n, size_t k, uint32_t c)
{
    double pairs = 0;
    for (size_t i = 0; i < n; i++)
        if (is_classed(classes, i, k))
            pairs += pairs_of_class(classes, i, k, c);
    return pairs;
}

static void set_z(assay_figure kappa, double se, assay_figure *z, assay_figure *p)
{
    *z = assay_figure_of(kappa.value / se);
    *p = assay_figure_of(2 * pnorm(-fabs(kappa.value / se), 0, 1, 1, 0));
}

/* One class against the others; returns its agreeing pairs. */
static double set_class(const uint32_t *classes, size_t n, size_t k, uint32_t c, double subjects,
                        assay_kappa_class *d)
{
    double m = (double)k, p = (double)d->count / (subjects * m);
    double pairs = agreeing_pairs(classes, n, k, c);
    d->share = assay_figure_of(p);
    if (d->count == 0 || p >= 1) {
        d->kappa = d->z = d->p =
            assay_figure_undefined(d->count ? "every score is of this class" : "never chosen");
        return pairs;
    }
    double agreed = pairs / (subjects * m * (m - 1) * p);
    d->kappa = assay_figure_of((agreed - p) / (1 - p));
    set_z(d->kappa, sqrt(2 / (subjects * m * (m - 1))), &d->z, &d->p);
    return pairs;
}

static void set_kappa(const assay_kappa_class *details, size_t c, double pairs, assay_kappa *out)
{
    double n = (double)out->subjects, m = (double)out->judges, chance = 0, pq = 0, third = 0;
    for (size_t i = 0; i < c; i++) {
        double p = details[i].share.value, q = 1 - p;
        chance += p * p;
        pq += p * q;
        third += p * q * (q - p);
    }
    double observed = pairs / (n * m * (m - 1));
    out->observed = assay_figure_of(observed);
    out->expected = assay_figure_of(chance);
    if (!(pq > 0)) {
        out->kappa = out->z = out->p = assay_figure_undefined("only one class was chosen");
        return;
    }
    out->kappa = assay_figure_of((observed - chance) / (1 - chance));
    double se = sqrt(2 / (n * m * (m - 1))) * sqrt(pq * pq - third) / pq;
    if (se > 0)
        set_z(out->kappa, se, &out->z, &out->p);
    else
        out->z = out->p = assay_figure_undefined("no standard error");
}

static assay_status count_classes(const uint32_t *classes, size_t n, size_t k, size_t c,
                                  assay_kappa_class *details, assay_kappa *out, assay_err *err)
{
    for (size_t i = 0; i < n * k; i++)
        if (classes[i] >= c && classes[i] != ASSAY_CLASS_MISSING)
            return assay_fail(err, ASSAY_DOMAIN, i, "class %u, but there are %zu",
                              (unsigned)classes[i], c);
    for (size_t i = 0; i < c; i++)
        details[i] = (assay_kappa_class){0};
    for (size_t i = 0; i < n; i++) {
        bool is_whole = is_classed(classes, i, k);
        out->subjects += is_whole;
        out->incomplete += !is_whole;
        for (size_t j = 0; is_whole && j < k; j++)
            details[classes[i * k + j]].count++;
    }
    return ASSAY_OK;
}

assay_status assay_kappa_of(const uint32_t *classes, size_t n, size_t k, size_t c,
                            assay_kappa_class *details, assay_kappa *out, assay_err *err)
{
    assay_kappa r = {.judges = k};
    assay_status status = count_classes(classes, n, k, c, details, &r, err);
    if (status != ASSAY_OK)
        return status;
    if (k < 2 || r.subjects == 0) {
        assay_figure none =
            assay_figure_undefined(k < 2 ? "fewer than 2 judges" : "no complete subject");
        r.observed = r.expected = r.kappa = r.z = r.p = none;
        for (size_t i = 0; i < c; i++)
            details[i].share = details[i].kappa = details[i].z = details[i].p = none;
    } else {
        double pairs = 0;
        for (size_t i = 0; i < c; i++)
            pairs += set_class(classes, n, k, (uint32_t)i, (double)r.subjects, &details[i]);
        set_kappa(details, c, pairs, &r);
    }
    *out = r;
    return ASSAY_OK;
}

/* -- Krippendorff ----------------------------------------------------------------------------- */

size_t assay_alpha_scratch_size(size_t n, size_t k)
{
    return 2 * n * k * sizeof(double);
}

static size_t scores_of(const double *x, size_t i, size_t k)
{
    size_t count = 0;
    for (size_t j = 0; j < k; j++)
        count += !isnan(x[i * k + j]);
    return count;
}

typedef struct {
    const double *sorted; /* all comparable scores */
    size_t n;
    assay_scale_level level;
    double origin;
} measure;

/* A score on the scale where squared distances count; nominal keeps it. */
static double placed(const measure *m, double score)
{
    return m->level == ASSAY_SCALE_ORDINAL ? middle_rank(m->sorted, m->n, score)
                                           : score - m->origin;
}

static double distance(const measure *m, double a, double b)
{
    return m->level == ASSAY_SCALE_NOMINAL ? a != b : (a - b) * (a - b);
}

/* Disagreement within subject i: the mean distance of its pairs, times its scores. */
static double within(const measure *m, const double *row, size_t k, size_t count)
{
    double sum = 0;
    for (size_t a = 0; a < k; a++)
        for (size_t b = a + 1; b < k; b++)
            if (!isnan(row[a]) && !isnan(row[b]))
                sum += 2 * distance(m, placed(m, row[a]), placed(m, row[b]));
    return sum / (double)(count - 1);
}

/* Sum of the distances of all ordered pairs. */
static double among_all(const measure *m)
{
    double n = (double)m->n, sum = 0, squares = 0;
    if (m->level == ASSAY_SCALE_NOMINAL) {
        for (size_t i = 0, t; i < m->n; i += t) {
            t = count_equal(m->sorted, m->n, i);
            sum += (double)t * (double)t;
        }
        return n * n - sum;
    }
    for (size_t i = 0; i < m->n; i++)
        sum += placed(m, m->sorted[i]);
    for (size_t i = 0; i < m->n; i++) {
        double d = placed(m, m->sorted[i]) - sum / n;
        squares += d * d;
    }
    return 2 * n * squares;
}

assay_status assay_alpha_of(const double *x, size_t n, size_t k, assay_scale_level level,
                            void *scratch, assay_alpha *out, assay_err *err)
{
    double *sorted = scratch, seen = 0;
    if ((unsigned)level > ASSAY_SCALE_INTERVAL)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no such scale: %d", (int)level);
    assay_status status = scores_check(x, n * k, err);
    if (status != ASSAY_OK)
        return status;
    assay_alpha r = {0};
    for (size_t i = 0; i < n; i++) {
        if (scores_of(x, i, k) < 2)
            continue;
        r.subjects++;
        for (size_t j = 0; j < k; j++)
            if (!isnan(x[i * k + j]))
                sorted[r.scores++] = x[i * k + j];
    }
    sort_doubles(sorted, r.scores, sorted + r.scores);
    measure m = {sorted, r.scores, level, r.scores ? sorted[r.scores / 2] : 0};
    for (size_t i = 0; i < n; i++)
        if (scores_of(x, i, k) > 1)
            seen += within(&m, x + i * k, k, scores_of(x, i, k));
    double count = (double)r.scores, by_chance = r.scores ? among_all(&m) : 0;
    if (by_chance > 0) {
        r.observed = assay_figure_of(seen / count);
        r.expected = assay_figure_of(by_chance / (count * (count - 1)));
        r.alpha = assay_figure_of(1 - r.observed.value / r.expected.value);
    } else {
        r.observed = r.expected = r.alpha =
            assay_figure_undefined(r.scores ? "all scores are equal" : "no subject has two scores");
    }
    *out = r;
    return ASSAY_OK;
}
