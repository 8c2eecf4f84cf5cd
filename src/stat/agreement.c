/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intraclass correlations: Shrout and Fleiss 1979, Psychological Bulletin 86, 420-428, with the
 * intervals of McGraw and Wong 1996, Psychological Methods 1, 30-46. */
#include "stat/agreement.h"

#include "num/dist.h"

static const struct {
    const char *name, *text;
} forms[] = {
#define X(code, name, text) {name, text},
    ASSAY_ICC_LIST(X)
#undef X
};

const char *assay_icc_name(assay_icc_form form)
{
    return (unsigned)form < ASSAY_ICCS ? forms[form].name : "unknown";
}

const char *assay_icc_text(assay_icc_form form)
{
    return (unsigned)form < ASSAY_ICCS ? forms[form].text : "unknown";
}

assay_status scores_check(const double *x, size_t count, assay_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (isinf(x[i]))
            return assay_fail(err, ASSAY_DOMAIN, i, "score %zu is infinite", i + 1);
    return ASSAY_OK;
}

bool scores_is_complete(const double *x, size_t i, size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (isnan(x[i * k + j]))
            return false;
    return true;
}

double assay_spearman_brown(double r, double m)
{
    if (!(r >= -1 && r <= 1 && m > 0))
        return NAN;
    return m * r / (1 + (m - 1) * r);
}

double assay_judges_needed(double r, double target)
{
    if (!(r > 0 && r < 1 && target > 0 && target < 1))
        return NAN;
    return target * (1 - r) / (r * (1 - target));
}

/* -- mean squares ----------------------------------------------------------------------------- */

typedef struct {
    double n, k; /* complete subjects, judges */
    double subject, judge, rest, within;
} squares;

static double grand_mean(const double *x, size_t n, size_t k, double *complete)
{
    double sum = 0, first = NAN;
    *complete = 0;
    for (size_t i = 0; i < n; i++) {
        if (!scores_is_complete(x, i, k))
            continue;
        if (*complete == 0)
            first = x[i * k];
        *complete += 1;
        for (size_t j = 0; j < k; j++)
            sum += x[i * k + j] - first;
    }
    return first + sum / (*complete * (double)k);
}

static double mean_of_judge(const double *x, size_t n, size_t k, size_t j, double mean,
                            double complete)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (scores_is_complete(x, i, k))
            sum += x[i * k + j] - mean;
    return sum / complete;
}

/* Sums of squares about the grand mean; the rest is what both leave, not below 0. */
static squares squares_of(const double *x, size_t n, size_t k)
{
    squares s = {.k = (double)k};
    double mean = grand_mean(x, n, k, &s.n), total = 0;
    if (s.n < 2 || k < 2)
        return s;
    for (size_t i = 0; i < n; i++) {
        double row = 0;
        if (!scores_is_complete(x, i, k))
            continue;
        for (size_t j = 0; j < k; j++) {
            double d = x[i * k + j] - mean;
            row += d;
            total += d * d;
        }
        s.subject += row * row / s.k;
    }
    for (size_t j = 0; j < k; j++) {
        double d = mean_of_judge(x, n, k, j, mean, s.n);
        s.judge += s.n * d * d;
    }
    double rest = total - s.subject - s.judge;
    if (rest < 1e-14 * total)
        rest = 0;
    s.within = (s.judge + rest) / (s.n * (s.k - 1));
    s.rest = rest / ((s.n - 1) * (s.k - 1));
    s.subject /= s.n - 1;
    s.judge /= s.k - 1;
    return s;
}

/* -- forms ------------------------------------------------------------------------------------ */

static assay_icc_figure no_figure(const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    return (assay_icc_figure){none, none, none, none, none, none, none};
}

/* F of the subjects and the limits it implies for itself. */
typedef struct {
    double f, df1, df2, low, high;
} ratio;

static ratio ratio_of(double top, double below, double df1, double df2, double alpha)
{
    double f = top / below;
    return (ratio){f, df1, df2, f / qf(alpha / 2, df1, df2, 0, 0),
                   f * qf(alpha / 2, df2, df1, 0, 0)};
}

static void set_test(assay_icc_figure *out, const ratio *r)
{
    out->f = assay_figure_of(r->f);
    out->df1 = assay_figure_of(r->df1);
    out->df2 = assay_figure_of(r->df2);
    out->p = assay_figure_of(pf(r->f, r->df1, r->df2, 0, 0));
}

/* The forms whose interval is that of one F: 1 and 3, alone and for means. */
static void simple_forms(const ratio *r, double k, assay_icc_figure *single, assay_icc_figure *mean)
{
    set_test(single, r);
    set_test(mean, r);
    single->value = assay_figure_of((r->f - 1) / (r->f + k - 1));
    single->lower = assay_figure_of((r->low - 1) / (r->low + k - 1));
    single->upper = assay_figure_of((r->high - 1) / (r->high + k - 1));
    mean->value = assay_figure_of(1 - 1 / r->f);
    mean->lower = assay_figure_of(1 - 1 / r->low);
    mean->upper = assay_figure_of(1 - 1 / r->high);
}

/* ICC(2): its interval approximates a ratio of sums by one F with v degrees of freedom
 * (Satterthwaite; Fleiss and Shrout 1978). */
static void agreement_forms(const squares *s, const ratio *r, double alpha,
                            assay_icc_figure *single, assay_icc_figure *mean)
{
    double n = s->n, k = s->k;
    double icc =
        (s->subject - s->rest) / (s->subject + (k - 1) * s->rest + k * (s->judge - s->rest) / n);
    double a = k * icc / (n * (1 - icc)), b = 1 + k * icc * (n - 1) / (n * (1 - icc));
    double judge = a * s->judge, rest = b * s->rest;
    double v = (judge + rest) * (judge + rest) /
               (judge * judge / (k - 1) + rest * rest / ((n - 1) * (k - 1)));
    double up = qf(alpha / 2, n - 1, v, 0, 0), down = qf(alpha / 2, v, n - 1, 0, 0);
    double other = k * s->judge + (k * n - k - n) * s->rest;
    double low = n * (s->subject - up * s->rest) / (up * other + n * s->subject);
    double high = n * (down * s->subject - s->rest) / (other + n * down * s->subject);
    set_test(single, r);
    set_test(mean, r);
    single->value = assay_figure_of(icc);
    single->lower = assay_figure_of(low);
    single->upper = assay_figure_of(high);
    mean->value = assay_figure_of((s->subject - s->rest) / (s->subject + (s->judge - s->rest) / n));
    mean->lower = assay_figure_of(low * k / (1 + low * (k - 1)));
    mean->upper = assay_figure_of(high * k / (1 + high * (k - 1)));
}

static void set_variances(const squares *s, assay_icc *out)
{
    double subject = fmax(0, (s->subject - s->rest) / s->k);
    double judge = fmax(0, (s->judge - s->rest) / s->n);
    double total = subject + judge + s->rest;
    out->var_subject = assay_figure_of(subject);
    out->var_judge = assay_figure_of(judge);
    out->var_rest = assay_figure_of(s->rest);
    if (!(total > 0)) {
        out->share_subject = out->share_judge = out->share_rest =
            assay_figure_undefined("no variation");
        return;
    }
    out->share_subject = assay_figure_of(subject / total);
    out->share_judge = assay_figure_of(judge / total);
    out->share_rest = assay_figure_of(s->rest / total);
}

static void set_undefined(assay_icc *out, const char *why)
{
    assay_figure none = assay_figure_undefined(why);
    for (int i = 0; i < ASSAY_ICCS; i++)
        out->icc[i] = no_figure(why);
    out->ms_subject = out->ms_judge = out->ms_rest = out->ms_within = none;
    out->var_subject = out->var_judge = out->var_rest = none;
    out->share_subject = out->share_judge = out->share_rest = none;
}

static void set_forms(const squares *s, double alpha, assay_icc *out)
{
    double df1 = s->n - 1, rest_df = df1 * (s->k - 1);
    if (s->within > 0) {
        ratio one = ratio_of(s->subject, s->within, df1, s->n * (s->k - 1), alpha);
        simple_forms(&one, s->k, &out->icc[ASSAY_ICC_1], &out->icc[ASSAY_ICC_1K]);
    } else {
        out->icc[ASSAY_ICC_1] = out->icc[ASSAY_ICC_1K] = no_figure("no variation between judges");
    }
    if (s->rest > 0) {
        ratio two = ratio_of(s->subject, s->rest, df1, rest_df, alpha);
        simple_forms(&two, s->k, &out->icc[ASSAY_ICC_3], &out->icc[ASSAY_ICC_3K]);
        agreement_forms(s, &two, alpha, &out->icc[ASSAY_ICC_2], &out->icc[ASSAY_ICC_2K]);
    } else {
        out->icc[ASSAY_ICC_2] = out->icc[ASSAY_ICC_2K] = out->icc[ASSAY_ICC_3] =
            out->icc[ASSAY_ICC_3K] = no_figure("no variation beside subjects and judges");
    }
}

assay_status assay_icc_of(const double *x, size_t n, size_t k, double confidence, assay_icc *out,
                          assay_err *err)
{
    if (confidence == 0)
        confidence = 0.95;
    if (!(confidence > 0 && confidence < 1))
        return assay_fail(err, ASSAY_DOMAIN, 0, "confidence %g is not between 0 and 1", confidence);
    assay_status status = scores_check(x, n * k, err);
    if (status != ASSAY_OK)
        return status;
    squares s = squares_of(x, n, k);
    *out = (assay_icc){.subjects = (size_t)s.n, .judges = k, .incomplete = n - (size_t)s.n};
    if (k < 2 || s.n < 2) {
        set_undefined(out, k < 2 ? "fewer than 2 judges" : "fewer than 2 complete subjects");
        return ASSAY_OK;
    }
    out->ms_subject = assay_figure_of(s.subject);
    out->ms_judge = assay_figure_of(s.judge);
    out->ms_rest = assay_figure_of(s.rest);
    out->ms_within = assay_figure_of(s.within);
    set_forms(&s, 1 - confidence, out);
    set_variances(&s, out);
    return ASSAY_OK;
}
