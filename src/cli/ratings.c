/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/ratings.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 1 << 24 };

static assay_status no_memory(cli *c)
{
    return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
}

static void *room_for(size_t n, size_t size)
{
    return calloc(n + 1, size);
}

/* -- rows ---------------------------------------------------------------------------------------
 */

static double score_of(const series *s, size_t i)
{
    bool counts = !s->status || (s->status[i] & ~(STATUS_FOLDED | STATUS_RAW)) == STATUS_VALID;
    return counts ? series_value(s, i) : (double)NAN;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

/* A number, or yes and no. */
static bool number_of(const char *text, double *out)
{
    static const char *const yes[] = {"yes", "y", "true", "own", NULL};
    static const char *const no[] = {"no", "n", "false", "", NULL};
    decimal d;
    if (is_one_of(text, yes) || is_one_of(text, no)) {
        *out = is_one_of(text, yes);
        return true;
    }
    return decimal_parse(text, strlen(text), '.', &d, out) != DECIMAL_NONE;
}

/* The texts of a column as numbers, row by row. */
static assay_status take_numbers(cli *c, const series_set *set, const series *s, context_kind kind,
                                 option_id id, double **out)
{
    if (!cli_has(c, id))
        return ASSAY_OK;
    factor f = {0};
    assay_status status = factor_of(c, set, s, kind, id, &f);
    if (status != ASSAY_OK)
        return status;
    *out = room_for(s->n, sizeof **out);
    for (size_t i = 0; *out && i < s->n && status == ASSAY_OK; i++)
        if (!number_of(f.name[f.level[i]], *out + i)) {
            status = cli_usage(c, _("--%s: \"%s\" is neither a number nor yes or no"),
                               option_table[id].name, f.name[f.level[i]]);
        }
    factor_done(&f);
    return *out ? status : no_memory(c);
}

static assay_status take_rows(cli *c, const series_set *set, ratings *r)
{
    const series *s = series_at(set, 0);
    r->n = s->n;
    r->score = room_for(s->n, sizeof *r->score);
    r->case_of = room_for(s->n, sizeof *r->case_of);
    r->judge_of = room_for(s->n, sizeof *r->judge_of);
    if (!r->score || !r->case_of || !r->judge_of)
        return no_memory(c);
    for (size_t i = 0; i < s->n; i++) {
        r->score[i] = score_of(s, i);
        r->case_of[i] = r->cases.level[i];
        r->judge_of[i] = r->judges.level[i];
    }
    assay_status status = take_numbers(c, set, s, CONTEXT_ORDER, OPT_ORDER, &r->order);
    if (status == ASSAY_OK)
        status = take_numbers(c, set, s, CONTEXT_NOTE, OPT_OWN, &r->own);
    return status;
}

/* -- criteria -----------------------------------------------------------------------------------
 */

/* Rows of criteria become sheets of case and judge; a sheet short of a criterion is missing. */
static assay_status fold_criteria(cli *c, ratings *r)
{
    size_t cells = r->cases.levels * r->judges.levels, k = r->criteria.levels, n = 0;
    uint32_t *sheet_of = room_for(cells, sizeof *sheet_of); /* from 1 */
    r->parts = malloc((r->n * k + 1) * sizeof *r->parts);
    if (!sheet_of || !r->parts) {
        free(sheet_of);
        return no_memory(c);
    }
    for (size_t i = 0; i < r->n * k; i++)
        r->parts[i] = NAN;
    for (size_t i = 0; i < r->n; i++) {
        uint32_t *sheet = &sheet_of[r->case_of[i] * r->judges.levels + r->judge_of[i]];
        if (*sheet == 0) {
            *sheet = (uint32_t)++n;
            r->case_of[n - 1] = r->case_of[i];
            r->judge_of[n - 1] = r->judge_of[i];
            if (r->order)
                r->order[n - 1] = r->order[i];
            if (r->own)
                r->own[n - 1] = r->own[i];
        }
        r->parts[(*sheet - 1) * k + r->criteria.level[i]] = r->score[i];
    }
    r->n = n;
    for (size_t i = 0; i < n; i++) {
        r->score[i] = 0;
        for (size_t j = 0; j < k; j++)
            r->score[i] += r->parts[i * k + j];
    }
    free(sheet_of);
    return ASSAY_OK;
}

static assay_status make_matrix(cli *c, ratings *r)
{
    size_t cells = r->cases.levels * r->judges.levels;
    double *count = room_for(cells, sizeof *count);
    r->matrix = room_for(cells, sizeof *r->matrix);
    if (!count || !r->matrix) {
        free(count);
        return no_memory(c);
    }
    for (size_t i = 0; i < r->n; i++) {
        size_t cell = r->case_of[i] * r->judges.levels + r->judge_of[i];
        if (isnan(r->score[i]))
            continue;
        r->repeats += count[cell] > 0;
        r->matrix[cell] += (r->score[i] - r->matrix[cell]) / ++count[cell];
    }
    for (size_t i = 0; i < cells; i++)
        r->matrix[i] = count[i] > 0 ? r->matrix[i] : (double)NAN;
    free(count);
    return ASSAY_OK;
}

/* -- figures ------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Different scores as classes, when they are few. */
static size_t list_classes(const ratings *r, double *value, uint32_t *class_of)
{
    size_t cells = r->cases.levels * r->judges.levels, n = 0;
    for (size_t i = 0; i < cells; i++) {
        size_t known = 0;
        while (known < n && value[known] != r->matrix[i])
            known++;
        if (isnan(r->matrix[i]) || known < n)
            continue;
        if (n == RATINGS_CLASSES_MAX)
            return 0;
        value[n++] = r->matrix[i];
    }
    qsort(value, n, sizeof *value, by_value);
    for (size_t i = 0; i < cells; i++) {
        const double *at = bsearch(&r->matrix[i], value, n, sizeof *value, by_value);
        class_of[i] = isnan(r->matrix[i]) ? ASSAY_CLASS_MISSING : (uint32_t)(at - value);
    }
    return n;
}

static assay_status find_kappa(cli *c, ratings *r)
{
    double value[RATINGS_CLASSES_MAX];
    assay_kappa_class details[RATINGS_CLASSES_MAX];
    uint32_t *class_of = room_for(r->cases.levels * r->judges.levels, sizeof *class_of);
    if (!class_of)
        return no_memory(c);
    r->classes = list_classes(r, value, class_of);
    assay_status status = ASSAY_OK;
    if (r->classes)
        status = assay_kappa_of(class_of, r->cases.levels, r->judges.levels, r->classes, details,
                                &r->kappa, &c->err);
    else
        r->kappa.kappa = r->kappa.p = assay_figure_undefined("more than 20 different scores");
    free(class_of);
    return status;
}

static assay_status find_agreement(cli *c, ratings *r, double confidence)
{
    size_t n = r->cases.levels, k = r->judges.levels;
    size_t bytes = assay_alpha_scratch_size(n, k) + assay_concordance_scratch_size(n);
    void *scratch = malloc(bytes + 1);
    if (!scratch)
        return no_memory(c);
    assay_status status = assay_icc_of(r->matrix, n, k, confidence, &r->icc, &c->err);
    if (status == ASSAY_OK)
        status = assay_concordance_of(r->matrix, n, k, scratch, &r->order_agreement, &c->err);
    if (status == ASSAY_OK)
        status = assay_alpha_of(r->matrix, n, k, ASSAY_SCALE_INTERVAL, scratch, &r->alpha, &c->err);
    if (status == ASSAY_OK)
        status = find_kappa(c, r);
    free(scratch);
    return status;
}

static assay_status fit_model(cli *c, ratings *r, const assay_sheets *sheets, double confidence)
{
    assay_judging_options options = {.huber = 1.345, .confidence = confidence};
    assay_status status = cli_real(c, OPT_HUBER, &options.huber);
    if (status != ASSAY_OK)
        return status;
    void *scratch = malloc(assay_judging_scratch_size(r->n, sheets->subjects, sheets->judges) + 1);
    r->subject = room_for(sheets->subjects, sizeof *r->subject);
    r->judge = room_for(sheets->judges, sizeof *r->judge);
    if (!scratch || !r->subject || !r->judge)
        status = no_memory(c);
    else
        status = assay_judging_fit(sheets, &options, scratch, r->subject, r->judge, NULL, NULL,
                                   NULL, &r->fit, &c->err);
    free(scratch);
    if (status == ASSAY_UNDEFINED) {
        r->fit_why = "too few scores, or none that vary beside cases and judges";
        return ASSAY_OK;
    }
    return status;
}

static assay_status find_effects(cli *c, ratings *r, const assay_sheets *s, double confidence)
{
    size_t bytes = assay_judging_effect_scratch_size(r->n, s->subjects, s->judges) +
                   assay_judging_halo_scratch_size(s->subjects, r->criteria.levels);
    void *scratch = malloc(bytes + 1);
    if (!scratch)
        return no_memory(c);
    assay_status status = assay_judging_parts(s, scratch, NULL, NULL, &r->pieces, &c->err);
    if (status == ASSAY_OK && r->order)
        status =
            assay_judging_effect_of(s, r->order, confidence, scratch, &r->order_effect, &c->err);
    if (status == ASSAY_OK && r->own)
        status = assay_judging_effect_of(s, r->own, confidence, scratch, &r->own_effect, &c->err);
    if (status == ASSAY_OK && r->criteria.levels > 1)
        status = assay_judging_halo(r->parts, r->case_of, r->n, r->criteria.levels, s->subjects,
                                    scratch, NULL, NULL, &r->halo, &c->err);
    free(scratch);
    return status;
}

static assay_status compute(cli *c, ratings *r)
{
    double confidence = 0.95;
    assay_sheets sheets = {r->n,        r->score,        r->case_of,
                           r->judge_of, r->cases.levels, r->judges.levels};
    assay_status status = cli_real(c, OPT_CONFIDENCE, &confidence);
    if (status == ASSAY_OK)
        status = make_matrix(c, r);
    if (status == ASSAY_OK)
        status = find_agreement(c, r, confidence);
    if (status == ASSAY_OK)
        status = fit_model(c, r, &sheets, confidence);
    if (status == ASSAY_OK)
        status = find_effects(c, r, &sheets, confidence);
    return status;
}

assay_status ratings_of(cli *c, const series_set *set, ratings *out)
{
    const series *s = series_at(set, 0);
    assay_status status = factor_of(c, set, s, CONTEXT_PART, OPT_CASE_COLUMN, &out->cases);
    if (status == ASSAY_OK)
        status = factor_of(c, set, s, CONTEXT_OPERATOR, OPT_JUDGE, &out->judges);
    if (status == ASSAY_OK && cli_has(c, OPT_CRITERION))
        status = factor_of(c, set, s, CONTEXT_GROUP, OPT_CRITERION, &out->criteria);
    if (status == ASSAY_OK && out->judges.levels &&
        out->cases.levels > CELLS_MAX / out->judges.levels)
        status = assay_fail(&c->err, ASSAY_LIMIT, 0, "%zu cases by %zu judges are too many",
                            out->cases.levels, out->judges.levels);
    if (status == ASSAY_OK)
        status = take_rows(c, set, out);
    if (status == ASSAY_OK && out->criteria.levels)
        status = fold_criteria(c, out);
    return status == ASSAY_OK ? compute(c, out) : status;
}

void ratings_done(ratings *r)
{
    factor_done(&r->cases);
    factor_done(&r->judges);
    factor_done(&r->criteria);
    free(r->score);
    free(r->case_of);
    free(r->judge_of);
    free(r->order);
    free(r->own);
    free(r->parts);
    free(r->matrix);
    free(r->subject);
    free(r->judge);
}
