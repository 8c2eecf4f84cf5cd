/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connection of the design, and what else moves scores: order, own region, halo.
 *
 * The covariate's effect is that of least squares with subjects and judges as fixed effects; by
 * Frisch and Waugh it is the slope of what remains of the scores on what remains of x after both
 * are taken off, here by taking off means of the two sides in turn until nothing moves.
 */
#include <assay/judging.h>

#include "num/dist.h"

#include <string.h>

static assay_status check_place(const assay_sheets *s, size_t i, assay_err *err)
{
    if (s->subject[i] < s->subjects && s->judge[i] < s->judges)
        return ASSAY_OK;
    bool is_subject = s->subject[i] >= s->subjects;
    return assay_fail(err, ASSAY_DOMAIN, i, "sheet %zu names %s %u of %zu", i + 1,
                      is_subject ? "subject" : "judge",
                      (unsigned)(is_subject ? s->subject[i] : s->judge[i]),
                      is_subject ? s->subjects : s->judges);
}

/* -- parts ------------------------------------------------------------------------------------ */

size_t assay_judging_parts_scratch_size(size_t subjects, size_t judges)
{
    return 2 * (subjects + judges) * sizeof(uint32_t);
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static assay_status find_parts(const assay_sheets *s, uint32_t *parent, uint32_t *number,
                               size_t *parts, assay_err *err)
{
    uint32_t all = (uint32_t)(s->subjects + s->judges);
    for (uint32_t i = 0; i < all; i++) {
        parent[i] = i;
        number[i] = UINT32_MAX;
    }
    for (size_t i = 0; i < s->n; i++) {
        assay_status status = check_place(s, i, err);
        if (status != ASSAY_OK)
            return status;
        if (isnan(s->score[i]))
            continue;
        uint32_t a = root_of(parent, s->subject[i]);
        uint32_t b = root_of(parent, (uint32_t)s->subjects + s->judge[i]);
        parent[a < b ? b : a] = a < b ? a : b;
    }
    *parts = 0;
    for (size_t i = 0; i < s->n; i++)
        if (!isnan(s->score[i])) {
            uint32_t root = root_of(parent, s->subject[i]);
            if (number[root] == UINT32_MAX)
                number[root] = (uint32_t)(*parts)++;
        }
    return ASSAY_OK;
}

assay_status assay_judging_parts(const assay_sheets *sheets, void *scratch, uint32_t *subject_part,
                                 uint32_t *judge_part, size_t *parts, assay_err *err)
{
    uint32_t *parent = scratch, *number = parent + sheets->subjects + sheets->judges;
    size_t found;
    assay_status status = find_parts(sheets, parent, number, &found, err);
    if (status != ASSAY_OK)
        return status;
    for (uint32_t i = 0; subject_part && i < sheets->subjects; i++)
        subject_part[i] = number[root_of(parent, i)];
    for (uint32_t j = 0; judge_part && j < sheets->judges; j++)
        judge_part[j] = number[root_of(parent, (uint32_t)sheets->subjects + j)];
    *parts = found;
    return ASSAY_OK;
}

/* -- effect of a covariate ----------------------------------------------------------------------
 */

enum { SWEEPS = 20000 };

typedef struct {
    const assay_sheets *s;
    double *count[2], *mean[2]; /* subjects, judges */
    double *y, *x;              /* [n], NaN where the score is missing */
} sweeping;

size_t assay_judging_effect_scratch_size(size_t n, size_t subjects, size_t judges)
{
    size_t parts = assay_judging_parts_scratch_size(subjects, judges);
    return (2 * n + 2 * (subjects + judges)) * sizeof(double) + (parts + 7) / 8 * 8;
}

/* Take the means of one side off z; the largest of them. */
static double sweep_side(const sweeping *w, double *z, int side)
{
    size_t levels = side ? w->s->judges : w->s->subjects;
    const uint32_t *level = side ? w->s->judge : w->s->subject;
    double largest = 0;
    memset(w->mean[side], 0, levels * sizeof(double));
    for (size_t i = 0; i < w->s->n; i++)
        if (!isnan(z[i]))
            w->mean[side][level[i]] += z[i] / w->count[side][level[i]];
    for (size_t i = 0; i < w->s->n; i++)
        z[i] -= w->mean[side][level[i]];
    for (size_t l = 0; l < levels; l++)
        largest = fmax(largest, fabs(w->mean[side][l]));
    return largest;
}

static double size_of(const double *z, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += isnan(z[i]) ? 0 : z[i] * z[i];
    return sum;
}

static assay_status sweep(const sweeping *w, double *z, assay_err *err)
{
    double scale = 0;
    for (size_t i = 0; i < w->s->n; i++)
        scale = isnan(z[i]) ? scale : fmax(scale, fabs(z[i]));
    for (int i = 0; i < SWEEPS; i++) {
        sweep_side(w, z, 0);
        if (sweep_side(w, z, 1) <= 1e-14 * scale)
            return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_NO_CONVERGENCE, 0,
                      "subjects and judges are too weakly connected to be told apart");
}

static assay_status prepare(const sweeping *w, const double *x, size_t *scores, size_t *levels,
                            assay_err *err)
{
    const assay_sheets *s = w->s;
    memset(w->count[0], 0, s->subjects * sizeof(double));
    memset(w->count[1], 0, s->judges * sizeof(double));
    for (size_t i = 0; i < s->n; i++) {
        w->y[i] = w->x[i] = NAN;
        if (isnan(s->score[i]))
            continue;
        if (!isfinite(s->score[i]) || !isfinite(x[i]))
            return assay_fail(err, ASSAY_DOMAIN, i, "sheet %zu: score or covariate is not finite",
                              i + 1);
        w->y[i] = s->score[i];
        w->x[i] = x[i];
        *levels += (w->count[0][s->subject[i]]++ == 0) + (w->count[1][s->judge[i]]++ == 0);
        ++*scores;
    }
    return ASSAY_OK;
}

static assay_judging_effect no_effect(size_t scores, const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    return (assay_judging_effect){scores, none, none, none, none, none, none, none};
}

static assay_judging_effect slope_of(const sweeping *w, size_t scores, double freedom,
                                     double x_before, double confidence)
{
    size_t n = w->s->n;
    double xx = size_of(w->x, n), xy = 0, rest = 0;
    if (freedom < 1)
        return no_effect(scores, "no degree of freedom is left");
    if (!(xx > 1e-20 * x_before))
        return no_effect(scores, "settled by subject and judge");
    for (size_t i = 0; i < n; i++)
        xy += isnan(w->y[i]) ? 0 : w->x[i] * w->y[i];
    double b = xy / xx;
    for (size_t i = 0; i < n; i++)
        rest += isnan(w->y[i]) ? 0 : (w->y[i] - b * w->x[i]) * (w->y[i] - b * w->x[i]);
    double se = sqrt(rest / freedom / xx);
    assay_judging_effect e = no_effect(scores, "no variation is left");
    e.effect = assay_figure_of(b);
    e.df = assay_figure_of(freedom);
    if (!(se > 0))
        return e;
    double half = se * qt((1 - confidence) / 2, freedom, 0, 0);
    e.se = assay_figure_of(se);
    e.t = assay_figure_of(b / se);
    e.p = assay_figure_of(2 * pt(-fabs(b / se), freedom, 1, 0));
    e.lower = assay_figure_of(b - half);
    e.upper = assay_figure_of(b + half);
    return e;
}

assay_status assay_judging_effect_of(const assay_sheets *sheets, const double *x, double confidence,
                                     void *scratch, assay_judging_effect *out, assay_err *err)
{
    size_t n = sheets->n, scores = 0, levels = 0, parts;
    double *room = scratch;
    sweeping w = {.s = sheets, .y = room, .x = room + n};
    room += 2 * n;
    for (int side = 0; side < 2; side++) {
        size_t count = side ? sheets->judges : sheets->subjects;
        w.count[side] = room;
        w.mean[side] = room + count;
        room += 2 * count;
    }
    if (confidence == 0)
        confidence = 0.95;
    if (!(confidence > 0 && confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1", confidence);
    assay_status status = assay_judging_parts(sheets, room, NULL, NULL, &parts, err);
    if (status == ASSAY_OK)
        status = prepare(&w, x, &scores, &levels, err);
    double x_before = status == ASSAY_OK ? size_of(w.x, n) : 0;
    if (status == ASSAY_OK)
        status = sweep(&w, w.y, err);
    if (status == ASSAY_OK)
        status = sweep(&w, w.x, err);
    if (status != ASSAY_OK)
        return status;
    double freedom = (double)scores - (double)levels + (double)parts - 1;
    *out = slope_of(&w, scores, freedom, x_before, confidence);
    return ASSAY_OK;
}

/* -- halo ---------------------------------------------------------------------------------------
 */

size_t assay_judging_halo_scratch_size(size_t subjects, size_t c)
{
    return (subjects * (c + 1) + c * c + 2 * c) * sizeof(double);
}

static bool is_whole(const double *sheet, size_t c)
{
    for (size_t k = 0; k < c; k++)
        if (isnan(sheet[k]))
            return false;
    return true;
}

/* Mean of each criterion, by subject, and the number of its sheets behind. */
static void subject_means(const double *score, const uint32_t *subject, size_t n, size_t c,
                          size_t subjects, double *means)
{
    memset(means, 0, subjects * (c + 1) * sizeof(double));
    for (size_t i = 0; i < n; i++)
        if (is_whole(score + i * c, c)) {
            double *m = means + subject[i] * (c + 1);
            for (size_t k = 0; k < c; k++)
                m[k] += score[i * c + k];
            m[c]++;
        }
    for (size_t s = 0; s < subjects; s++)
        for (size_t k = 0; k < c && means[s * (c + 1) + c] > 0; k++)
            means[s * (c + 1) + k] /= means[s * (c + 1) + c];
}

/* Correlations of the criteria; with `means` of what is left after them. */
static void correlate(const double *score, const uint32_t *subject, size_t n, size_t c,
                      const double *means, double *centre, double *d, double *products)
{
    double sheets = 0;
    memset(products, 0, c * c * sizeof(double));
    memset(centre, 0, c * sizeof(double));
    for (size_t i = 0; !means && i < n; i++)
        if (is_whole(score + i * c, c)) {
            sheets++;
            for (size_t k = 0; k < c; k++)
                centre[k] += (score[i * c + k] - centre[k]) / sheets;
        }
    for (size_t i = 0; i < n; i++) {
        if (!is_whole(score + i * c, c))
            continue;
        for (size_t k = 0; k < c; k++)
            d[k] = score[i * c + k] - (means ? means[subject[i] * (c + 1) + k] : centre[k]);
        for (size_t k = 0; k < c; k++)
            for (size_t l = 0; l <= k; l++)
                products[k * c + l] += d[k] * d[l];
    }
    for (size_t k = 0; k < c; k++)
        for (size_t l = 0; l < k; l++) {
            double below = sqrt(products[k * c + k]) * sqrt(products[l * c + l]);
            products[k * c + l] = products[l * c + k] =
                below > 0 ? fmax(-1, fmin(products[k * c + l] / below, 1)) : NAN;
        }
    for (size_t k = 0; k < c; k++)
        products[k * c + k] = products[k * c + k] > 0 ? 1 : NAN;
}

static assay_figure mean_correlation(const double *r, size_t c)
{
    double sum = 0, count = 0;
    for (size_t k = 0; k < c; k++)
        for (size_t l = 0; l < k; l++)
            if (!isnan(r[k * c + l])) {
                sum += r[k * c + l];
                count++;
            }
    return count > 0 ? assay_figure_of(sum / count)
                     : assay_figure_undefined("criteria do not vary within subjects");
}

assay_status assay_judging_halo(const double *score, const uint32_t *subject, size_t n, size_t c,
                                size_t subjects, void *scratch, double *plain, double *residual,
                                assay_figure *halo, assay_err *err)
{
    double *means = scratch, *products = means + subjects * (c + 1);
    double *centre = products + c * c, *d = centre + c;
    if (c < 2)
        return assay_fail(err, ASSAY_DOMAIN, 0, "halo needs 2 criteria or more");
    for (size_t i = 0; i < n; i++) {
        if (subject[i] >= subjects)
            return assay_fail(err, ASSAY_DOMAIN, i, "sheet %zu names subject %u of %zu", i + 1,
                              (unsigned)subject[i], subjects);
        for (size_t k = 0; k < c; k++)
            if (isinf(score[i * c + k]))
                return assay_fail(err, ASSAY_DOMAIN, i, "sheet %zu has an infinite score", i + 1);
    }
    subject_means(score, subject, n, c, subjects, means);
    if (plain)
        correlate(score, subject, n, c, NULL, centre, d, plain);
    correlate(score, subject, n, c, means, centre, d, products);
    *halo = mean_correlation(products, c);
    if (residual)
        memcpy(residual, products, c * c * sizeof(double));
    return ASSAY_OK;
}
