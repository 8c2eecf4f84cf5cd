/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classical item analysis (Lord and Novick 1968; Cronbach 1951) and Angoff's cut (1971).
 *
 * Everything follows from the variance of each item, of the sum, and from their covariance: the
 * sum of the other items has variance S - 2 c + v and covariance c - v with the item.
 */
#include <assay/exam.h>

static const char why_few[] = "fewer than 2 people with all answers";
static const char why_flat[] = "no variation";

static bool is_complete(const double *marks, size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (isnan(marks[j]))
            return false;
    return true;
}

static double sum_of(const double *marks, size_t k)
{
    double sum = 0;
    for (size_t j = 0; j < k; j++)
        sum += marks[j];
    return sum;
}

static assay_status check_marks(const double *mark, size_t n, size_t k, const double *full,
                                assay_err *err)
{
    for (size_t j = 0; full && j < k; j++)
        if (!(full[j] > 0) || isinf(full[j]))
            return assay_fail(err, ASSAY_DOMAIN, j, "the full mark of item %zu is %g", j + 1,
                              full[j]);
    for (size_t p = 0; p < n * k; p++)
        if (mark[p] < 0 || mark[p] > (full ? full[p % k] : 1))
            return assay_fail(err, ASSAY_DOMAIN, p,
                              "person %zu has %g on item %zu: 0 to %g is possible", p / k + 1,
                              mark[p], p % k + 1, full ? full[p % k] : 1);
    return ASSAY_OK;
}

/* -- variances ----------------------------------------------------------------------------------
 */

typedef struct {
    const double *mark;
    size_t n, k;
    double people, mean, variance; /* complete people; their sums */
    double items;                  /* sum of the variances of the items */
} table;

/* Mean and variance of an item over the complete people, and its covariance with the sum. */
typedef struct {
    double mean, variance, covariance;
} moments_of_item;

static moments_of_item item_moments(const table *t, size_t j)
{
    moments_of_item m = {0, 0, 0};
    for (size_t i = 0; i < t->n; i++)
        if (is_complete(t->mark + i * t->k, t->k))
            m.mean += t->mark[i * t->k + j] / t->people;
    for (size_t i = 0; i < t->n; i++) {
        const double *row = t->mark + i * t->k;
        if (!is_complete(row, t->k))
            continue;
        double d = row[j] - m.mean;
        m.variance += d * d / (t->people - 1);
        m.covariance += d * (sum_of(row, t->k) - t->mean) / (t->people - 1);
    }
    return m;
}

static table table_of(const double *mark, size_t n, size_t k)
{
    table t = {mark, n, k, 0, 0, 0, 0};
    for (size_t i = 0; i < n; i++)
        t.people += is_complete(mark + i * k, k);
    for (size_t i = 0; i < n; i++)
        if (is_complete(mark + i * k, k))
            t.mean += sum_of(mark + i * k, k) / t.people;
    for (size_t i = 0; i < n; i++)
        if (is_complete(mark + i * k, k)) {
            double d = sum_of(mark + i * k, k) - t.mean;
            t.variance += d * d / (t.people - 1);
        }
    for (size_t j = 0; j < k && t.people > 1; j++)
        t.items += item_moments(&t, j).variance;
    return t;
}

static assay_figure alpha_of(double k, double items, double variance)
{
    if (k < 2)
        return assay_figure_undefined("fewer than 2 items");
    if (!(variance > 0))
        return assay_figure_undefined(why_flat);
    return assay_figure_of(k / (k - 1) * (1 - items / variance));
}

static assay_figure correlation(double covariance, double a, double b)
{
    if (!(a > 0 && b > 1e-14 * a))
        return assay_figure_undefined(why_flat);
    return assay_figure_of(covariance / sqrt(a) / sqrt(b));
}

static void analyse_item(const table *t, size_t j, assay_exam_item *item)
{
    if (t->people < 2) {
        item->discrimination = item->point_biserial = item->alpha_without =
            assay_figure_undefined(why_few);
        return;
    }
    moments_of_item m = item_moments(t, j);
    double others = t->variance - 2 * m.covariance + m.variance;
    item->point_biserial = correlation(m.covariance, m.variance, t->variance);
    item->discrimination = correlation(m.covariance - m.variance, m.variance, others);
    item->alpha_without = alpha_of((double)t->k - 1, t->items - m.variance, others);
}

static void find_facility(const double *mark, size_t n, size_t k, size_t j, double full,
                          assay_exam_item *item)
{
    double sum = 0;
    item->answers = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(mark[i * k + j])) {
            sum += mark[i * k + j];
            item->answers++;
        }
    item->facility = item->answers ? assay_figure_of(sum / (double)item->answers / full)
                                   : assay_figure_undefined("no answers");
}

assay_status assay_exam_analyse(const double *mark, size_t n, size_t k, const double *full,
                                assay_exam_item *item, assay_exam *out, assay_err *err)
{
    assay_status status = check_marks(mark, n, k, full, err);
    if (status != ASSAY_OK)
        return status;
    table t = table_of(mark, n, k);
    assay_exam e = {.people = (size_t)t.people, .incomplete = n - (size_t)t.people, .items = k};
    for (size_t j = 0; j < k; j++) {
        find_facility(mark, n, k, j, full ? full[j] : 1, &item[j]);
        analyse_item(&t, j, &item[j]);
    }
    if (t.people < 2) {
        e.mean = t.people > 0 ? assay_figure_of(t.mean) : assay_figure_undefined(why_few);
        e.sd = e.alpha = e.error = assay_figure_undefined(why_few);
    } else {
        e.mean = assay_figure_of(t.mean);
        e.sd = assay_figure_of(sqrt(t.variance));
        e.alpha = alpha_of((double)k, t.items, t.variance);
        e.error =
            e.alpha.why ? e.alpha : assay_figure_of(e.sd.value * sqrt(fmax(0, 1 - e.alpha.value)));
    }
    *out = e;
    return ASSAY_OK;
}

/* -- cut ----------------------------------------------------------------------------------------
 */

static assay_status check_ratings(const assay_rational *rating, size_t r, size_t k,
                                  const assay_rational *full, assay_rational step, assay_err *err)
{
    if (r == 0 || k == 0)
        return assay_fail(err, ASSAY_SHAPE, 0, "no cut from %zu raters of %zu items", r, k);
    if (step.num < 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, "cannot round to a step below 0");
    for (size_t p = 0; p < r * k; p++) {
        assay_rational most = full ? full[p % k] : assay_rational_of(1);
        if (rating[p].num < 0 || assay_rational_compare(rating[p], most) > 0)
            return assay_fail(err, ASSAY_DOMAIN, p,
                              "rater %zu, item %zu: a rating lies between 0 and the full mark",
                              p / k + 1, p % k + 1);
    }
    return ASSAY_OK;
}

static assay_status add_ratings(const assay_rational *rating, size_t k, assay_rational *sum,
                                assay_err *err)
{
    assay_status status = ASSAY_OK;
    *sum = assay_rational_of(0);
    for (size_t j = 0; j < k && status == ASSAY_OK; j++)
        status = assay_rational_add(*sum, rating[j], sum, err);
    return status;
}

assay_status assay_exam_angoff(const assay_rational *rating, size_t r, size_t k,
                               const assay_rational *full, assay_rational step, assay_exam_cut *out,
                               assay_err *err)
{
    assay_rational total = assay_rational_of(0), sum;
    assay_exam_cut cut;
    double mean = 0, squares = 0; /* of the raters' sums, by Welford */
    assay_status status = check_ratings(rating, r, k, full, step, err);
    for (size_t i = 0; i < r && status == ASSAY_OK; i++) {
        status = add_ratings(rating + i * k, k, &sum, err);
        if (status == ASSAY_OK)
            status = assay_rational_add(total, sum, &total, err);
        if (status != ASSAY_OK)
            break;
        double d = assay_rational_to_double(sum) - mean;
        mean += d / (double)(i + 1);
        squares += d * (assay_rational_to_double(sum) - mean);
    }
    if (status == ASSAY_OK)
        status = assay_rational_div(total, assay_rational_of((int64_t)r), &cut.unrounded, err);
    if (status != ASSAY_OK)
        return status;
    cut.cut = cut.unrounded;
    if (step.num)
        status = assay_rational_round_half_up(cut.unrounded, step, &cut.cut, err);
    if (status != ASSAY_OK)
        return status;
    cut.error = r < 2 ? assay_figure_undefined("fewer than 2 raters")
                      : assay_figure_of(sqrt(squares / (double)(r - 1) / (double)r));
    *out = cut;
    return ASSAY_OK;
}
