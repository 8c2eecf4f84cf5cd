/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The crossed model from sheets to ranks.
 *
 * A single wrong score moves a mean by its whole size. Huber's weights, min(1, k s/|e|) with
 * s = 1.4826 median |e|, are found in turn with the variances until both stand still: the weight
 * of a lifted score then does not depend on the spread it lifted.
 */
#include "stat/crossed.h"

#include "num/dist.h"
#include "num/sort.h"

#include <string.h>

enum { ROUNDS = 2000, DAMPED = 150, HELD = 300 };

/* -- room ------------------------------------------------------------------------------------- */

typedef struct {
    crossed m;
    int subject_side;
    size_t *origin;     /* [n] sheet of a sorted score */
    uint32_t *place[2]; /* number of a subject or judge among those with a score, or UINT32_MAX */
    double *residual;   /* [2n] of the sorted scores, and room to sort */
    size_t used[2];     /* subjects and judges with a score */
} fitting;

static size_t aligned(size_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

static void *take(char **room, size_t bytes)
{
    void *here = *room;
    *room += aligned(bytes);
    return here;
}

size_t assay_judging_scratch_size(size_t n, size_t subjects, size_t judges)
{
    size_t few = subjects < judges ? subjects : judges, many = subjects + judges - few;
    size_t doubles = aligned(8 * n) * 2 + aligned(16 * n) * 2; /* y, w, fit, residual */
    size_t indices = aligned(4 * n) * 2 + aligned(8 * n) + aligned(8 * (many + 1));
    size_t places = aligned(4 * subjects) + aligned(4 * judges);
    size_t levels = 4 * (aligned(8 * few) + aligned(8 * many)) + aligned(8 * many);
    return doubles + indices + places + levels + aligned(8 * few * few) + 16;
}

/* -- reading the sheets -------------------------------------------------------------------------
 */

static assay_status check_sheets(const assay_sheets *s, assay_err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->subject[i] >= s->subjects || s->judge[i] >= s->judges)
            return assay_fail(
                err, ASSAY_DOMAIN, i, "sheet %zu names %s %u of %zu", i + 1,
                s->subject[i] >= s->subjects ? "subject" : "judge",
                (unsigned)(s->subject[i] >= s->subjects ? s->subject[i] : s->judge[i]),
                s->subject[i] >= s->subjects ? s->subjects : s->judges);
        if (isinf(s->score[i]))
            return assay_fail(err, ASSAY_DOMAIN, i, "the score of sheet %zu is infinite", i + 1);
    }
    return ASSAY_OK;
}

static size_t number_used(uint32_t *place, size_t levels)
{
    size_t used = 0;
    for (size_t i = 0; i < levels; i++)
        if (place[i] == 0)
            place[i] = (uint32_t)used++;
    return used;
}

static void find_places(const assay_sheets *s, fitting *f)
{
    memset(f->place[0], 0xff, s->subjects * sizeof(uint32_t));
    memset(f->place[1], 0xff, s->judges * sizeof(uint32_t));
    for (size_t i = 0; i < s->n; i++)
        if (!isnan(s->score[i]))
            f->place[0][s->subject[i]] = f->place[1][s->judge[i]] = 0;
    f->used[0] = number_used(f->place[0], s->subjects);
    f->used[1] = number_used(f->place[1], s->judges);
}

static uint32_t level_of(const assay_sheets *s, const fitting *f, size_t i, bool is_judge)
{
    return is_judge ? f->place[1][s->judge[i]] : f->place[0][s->subject[i]];
}

/* Scores sorted by their level on the diagonal side (counting sort). */
static void sort_scores(const assay_sheets *s, fitting *f)
{
    crossed *m = &f->m;
    bool is_judge = f->subject_side == DENSE;
    memset(m->start, 0, (m->q[DIAGONAL] + 1) * sizeof(size_t));
    for (size_t i = 0; i < s->n; i++)
        if (!isnan(s->score[i]))
            m->start[level_of(s, f, i, is_judge) + 1]++;
    for (size_t l = 0; l < m->q[DIAGONAL]; l++)
        m->start[l + 1] += m->start[l];
    m->n = m->start[m->q[DIAGONAL]];
    for (size_t i = 0; i < s->n; i++) {
        if (isnan(s->score[i]))
            continue;
        size_t at = m->start[level_of(s, f, i, is_judge)]++;
        f->origin[at] = i;
        m->y[at] = s->score[i];
        m->w[at] = 1;
        m->level[DIAGONAL][at] = level_of(s, f, i, is_judge);
        m->level[DENSE][at] = level_of(s, f, i, !is_judge);
    }
    for (size_t l = m->q[DIAGONAL]; l > 0; l--)
        m->start[l] = m->start[l - 1];
    m->start[0] = 0;
}

static void lay_out(const assay_sheets *s, fitting *f, char *room)
{
    size_t few = s->subjects < s->judges ? s->subjects : s->judges;
    size_t most[2] = {few, s->subjects + s->judges - few};
    crossed *m = &f->m;
    f->subject_side = s->subjects <= s->judges ? DENSE : DIAGONAL;
    m->y = take(&room, 8 * s->n);
    m->w = take(&room, 8 * s->n);
    m->fit = take(&room, 16 * s->n);
    f->residual = take(&room, 16 * s->n);
    m->level[0] = take(&room, 4 * s->n);
    m->level[1] = take(&room, 4 * s->n);
    f->origin = take(&room, 8 * s->n);
    m->start = take(&room, 8 * (most[1] + 1));
    f->place[0] = take(&room, 4 * s->subjects);
    f->place[1] = take(&room, 4 * s->judges);
    for (int side = 0; side < 2; side++) {
        m->sum[side] = take(&room, 8 * most[side]);
        m->v[side] = take(&room, 8 * most[side]);
        m->ones[side] = take(&room, 8 * most[side]);
        m->t[side] = take(&room, 8 * most[side]);
    }
    m->block = take(&room, 8 * most[1]);
    m->dense = take(&room, 8 * few * few);
}

static assay_status read_sheets(const assay_sheets *s, fitting *f, void *scratch, assay_err *err)
{
    assay_status status = check_sheets(s, err);
    if (status != ASSAY_OK)
        return status;
    lay_out(s, f, (char *)(((uintptr_t)scratch + 15) & ~(uintptr_t)15));
    find_places(s, f);
    f->m.q[f->subject_side] = f->used[0];
    f->m.q[!f->subject_side] = f->used[1];
    sort_scores(s, f);
    if (f->used[0] < 2 || f->used[1] < 2)
        return assay_fail(err, ASSAY_UNDEFINED, 0,
                          "%zu subjects and %zu judges with scores: 2 of each are needed",
                          f->used[0], f->used[1]);
    if (f->m.n <= f->used[0] + f->used[1])
        return assay_fail(err, ASSAY_UNDEFINED, 0,
                          "%zu scores of %zu subjects by %zu judges leave nothing to tell error "
                          "from both",
                          f->m.n, f->used[0], f->used[1]);
    return ASSAY_OK;
}

/* -- weights ------------------------------------------------------------------------------------
 */

static void add_weights(crossed *m)
{
    for (int side = 0; side < 2; side++) {
        memset(m->sum[side], 0, m->q[side] * sizeof(double));
        for (size_t i = 0; i < m->n; i++)
            m->sum[side][m->level[side][i]] += m->w[i];
    }
}

static void find_residuals(fitting *f)
{
    for (size_t i = 0; i < f->m.n; i++)
        f->residual[i] = f->m.y[i] - f->m.fit[i];
}

/* What a residual may be before it weighs less. */
static double bound_of(fitting *f, double k)
{
    crossed *m = &f->m;
    double *size = m->fit; /* free: it is found again before it is used */
    for (size_t i = 0; i < m->n; i++)
        size[i] = fabs(f->residual[i]);
    sort_doubles(size, m->n, size + m->n);
    return k * 1.4826 * (size[(m->n - 1) / 2] + size[m->n / 2]) / 2;
}

/* New weights, `share` of the way; the largest change. */
static double reweight(fitting *f, double bound, double share)
{
    crossed *m = &f->m;
    double change = 0;
    for (size_t i = 0; i < m->n; i++) {
        double e = fabs(f->residual[i]), w = e > bound ? bound / e : 1;
        w = fmax(w, 1e-6); /* more than half of all residuals 0: the bound is 0 */
        change = fmax(change, fabs(w - m->w[i]));
        m->w[i] += share * (w - m->w[i]);
    }
    return change;
}

/* The model for the present weights; with `is_held` the ratios of variances stay. */
static assay_status solve_model(fitting *f, bool is_held, unsigned *steps, assay_err *err)
{
    assay_status status = ASSAY_OK;
    add_weights(&f->m);
    if (!is_held)
        status = crossed_reml(&f->m, steps, err);
    else if (crossed_factor(&f->m))
        crossed_solve(&f->m, f->m.y, f->m.v[DENSE], f->m.v[DIAGONAL]);
    else
        status =
            assay_fail(err, ASSAY_UNDEFINED, 0, "scores do not vary beside subjects and judges");
    if (status == ASSAY_OK)
        find_residuals(f);
    return status;
}

/* The median can make bound and variances swing between two states: steps are then halved, and at
 * last both are held, which leaves a convex problem that settles. */
static assay_status fit_model(fitting *f, double huber, unsigned *steps, assay_err *err)
{
    double bound = 0;
    f->m.theta[0] = f->m.theta[1] = 1;
    for (int round = 0; round < ROUNDS; round++) {
        assay_status status = solve_model(f, round > HELD, steps, err);
        if (status != ASSAY_OK || huber == 0)
            return status;
        if (round < HELD)
            bound = bound_of(f, huber);
        if (reweight(f, bound, round < DAMPED ? 1 : 0.5) < 1e-8)
            return solve_model(f, round > HELD, steps, err);
        for (int k = 0; k < 2 && round < HELD - 1; k++)
            f->m.theta[k] = fmax(f->m.theta[k], 1e-2); /* leave a bound that new weights may open */
    }
    return assay_fail(err, ASSAY_NO_CONVERGENCE, 0, "the weights did not settle within %d rounds",
                      ROUNDS);
}

/* -- results ------------------------------------------------------------------------------------
 */

static void set_variances(const fitting *f, assay_judging *out)
{
    const crossed *m = &f->m;
    double rest = m->squares / ((double)m->n - 1);
    double by_side[2];
    for (int k = 0; k < 2; k++)
        by_side[k] = m->theta[k] <= 2e-5 ? 0 : m->theta[k] * m->theta[k] * rest;
    out->var_subject = by_side[f->subject_side];
    out->var_judge = by_side[!f->subject_side];
    out->var_rest = rest;
    double total = out->var_subject + out->var_judge + rest;
    out->share_subject = out->var_subject / total;
    out->share_judge = out->var_judge / total;
    out->share_rest = rest / total;
    out->mean = m->mean;
    out->mean_se = sqrt(rest / m->precision);
    out->criterion = crossed_criterion(m);
    out->subjects = f->used[0];
    out->judges = f->used[1];
    out->scores = m->n;
    for (size_t i = 0; i < m->n; i++)
        out->downweighted += m->w[i] < 1;
}

static void set_subjects(const assay_sheets *s, const fitting *f, const assay_judging *fit,
                         assay_judged_subject *subject)
{
    const crossed *m = &f->m;
    int side = f->subject_side;
    double theta = fit->var_subject > 0 ? m->theta[side] : 0;
    for (size_t i = 0; i < s->subjects; i++) {
        uint32_t at = f->place[0][i];
        subject[i] = (assay_judged_subject){0, 0, fit->var_subject, fit->mean, NAN, 0, 0};
        if (at == UINT32_MAX)
            continue;
        subject[i].effect = theta * m->v[side][at];
        subject[i].variance = theta * theta * fit->var_rest * crossed_variance(m, side, at);
        subject[i].estimate = fit->mean + subject[i].effect;
    }
    for (size_t i = 0; i < m->n; i++)
        subject[s->subject[f->origin[i]]].n++;
}

static void set_judges(const assay_sheets *s, const fitting *f, const assay_judging *fit,
                       assay_judged_judge *judge)
{
    const crossed *m = &f->m;
    int side = !f->subject_side;
    double theta = fit->var_judge > 0 ? m->theta[side] : 0;
    for (size_t j = 0; j < s->judges; j++) {
        uint32_t at = f->place[1][j];
        judge[j] = (assay_judged_judge){0, 0, sqrt(fit->var_judge), NAN};
        if (at == UINT32_MAX)
            continue;
        judge[j].severity = -theta * m->v[side][at];
        judge[j].se = theta * sqrt(fit->var_rest * crossed_variance(m, side, at));
        judge[j].misfit = 0;
    }
    for (size_t i = 0; i < m->n; i++) {
        assay_judged_judge *j = &judge[s->judge[f->origin[i]]];
        j->n++;
        j->misfit += f->residual[i] * f->residual[i] / fit->var_rest;
    }
    for (size_t j = 0; j < s->judges; j++)
        if (judge[j].n)
            judge[j].misfit = sqrt(judge[j].misfit / (double)judge[j].n);
}

/* Ranks: expected by the marginal variances, as published for grant panels; bands by each pair's
 * own standard error, in which what both share cancels. Without a variance between subjects no
 * pair is ordered. `own` holds every subject's variance with that of the mean. */
static void rank_one(const assay_sheets *s, fitting *f, const assay_judging *fit, size_t i,
                     double z, const double *own, assay_judged_subject *subject, bool *apart,
                     size_t *ordered)
{
    crossed *m = &f->m;
    int side = f->subject_side;
    uint32_t at = f->place[0][i];
    double *row = m->t[side], *ones = m->ones[side];
    double scale = m->theta[side] * m->theta[side] * fit->var_rest;
    size_t better = 0, worse = 0;
    crossed_row(m, side, at, row);
    subject[i].expected_rank = 1;
    for (size_t j = 0; j < s->subjects; j++) {
        uint32_t other = f->place[0][j];
        if (j == i || other == UINT32_MAX)
            continue;
        double d = subject[j].effect - subject[i].effect;
        double spread = sqrt(subject[i].variance + subject[j].variance);
        subject[i].expected_rank += spread > 0 ? pnorm(d / spread, 0, 1, 1, 0) : 0.5;
        double shared = row[other] + ones[at] * ones[other] / m->precision;
        double se = sqrt(fmax(0, scale * (own[at] + own[other] - 2 * shared)));
        bool is_apart = fit->var_subject > 0 && fabs(d) > z * se;
        better += is_apart && d > 0;
        worse += is_apart && d < 0;
        if (apart)
            apart[i * s->subjects + j] = is_apart;
    }
    subject[i].rank_low = (uint32_t)(1 + better);
    subject[i].rank_high = (uint32_t)(f->used[0] - worse);
    *ordered += better;
}

static void set_ranks(const assay_sheets *s, fitting *f, double z, assay_judged_subject *subject,
                      bool *apart, assay_judging *out)
{
    const crossed *m = &f->m;
    double *own = m->y; /* the scores are not wanted any more */
    int side = f->subject_side;
    size_t ordered = 0;
    for (size_t i = 0; i < m->q[side]; i++)
        own[i] = crossed_variance(m, side, i) + m->ones[side][i] * m->ones[side][i] / m->precision;
    if (apart)
        memset(apart, 0, s->subjects * s->subjects * sizeof *apart);
    for (size_t i = 0; i < s->subjects; i++)
        if (f->place[0][i] != UINT32_MAX)
            rank_one(s, f, out, i, z, own, subject, apart, &ordered);
    out->pairs = f->used[0] * (f->used[0] - 1) / 2;
    out->unordered = out->pairs - ordered;
}

static void set_sheets(const assay_sheets *s, const fitting *f, double *weight, double *residual)
{
    for (size_t i = 0; i < s->n; i++) {
        if (weight)
            weight[i] = NAN;
        if (residual)
            residual[i] = NAN;
    }
    for (size_t i = 0; i < f->m.n; i++) {
        if (weight)
            weight[f->origin[i]] = f->m.w[i];
        if (residual)
            residual[f->origin[i]] = f->residual[i];
    }
}

assay_status assay_judging_fit(const assay_sheets *sheets, const assay_judging_options *options,
                               void *scratch, assay_judged_subject *subject,
                               assay_judged_judge *judge, double *weight, double *residual,
                               bool *apart, assay_judging *out, assay_err *err)
{
    double confidence = options->confidence == 0 ? 0.95 : options->confidence;
    fitting f = {0};
    assay_judging fit = {0};
    if (!(confidence > 0 && confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1", confidence);
    if (!(options->huber >= 0) || isinf(options->huber))
        return assay_fail(err, ASSAY_DOMAIN, 0, "Huber's k is %g: 0 for none, 1.345 is usual",
                          options->huber);
    assay_status status = read_sheets(sheets, &f, scratch, err);
    if (status == ASSAY_OK)
        status = fit_model(&f, options->huber, &fit.iterations, err);
    if (status != ASSAY_OK)
        return status;
    fit.missing = sheets->n - f.m.n;
    crossed_invert(&f.m);
    set_variances(&f, &fit);
    set_subjects(sheets, &f, &fit, subject);
    set_judges(sheets, &f, &fit, judge);
    set_sheets(sheets, &f, weight, residual);
    if (!options->without_ranks)
        set_ranks(sheets, &f, qnorm((1 - confidence) / 2, 0, 1, 0, 0), subject, apart, &fit);
    *out = fit;
    return ASSAY_OK;
}
