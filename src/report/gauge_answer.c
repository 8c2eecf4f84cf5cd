/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/gauge_answer.h"

#include "report/answer.h"

#define CG_LEAST  1.33 /* AIAG and house norms */
#define GRR_GOOD  10.0 /* % of study variation; AIAG MSA, 4th edition, II-D */
#define GRR_MOST  30.0
#define NDC_LEAST 5.0

void gauge_answer_type1(json *j, const assay_gauge_type1 *g)
{
    const struct {
        const char *key;
        assay_figure figure;
    } figures[] = {{"mean", g->mean},
                   {"sd", g->sd},
                   {"bias", g->bias},
                   {"cg", g->cg},
                   {"cgk", g->cgk},
                   {"t", g->t},
                   {"p", g->p},
                   {"study_variation", g->study_variation},
                   {"percent_repeatability", g->percent_repeatability},
                   {"percent_with_bias", g->percent_with_bias},
                   {"bias_lower", g->bias_lower},
                   {"bias_upper", g->bias_upper}};
    json_member_unsigned(j, "n", g->n);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        answer_figure(j, figures[i].key, figures[i].figure);
}

static void json_anova(json *j, const char *key, const assay_gauge_anova_row *rows, size_t n)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_flat_object(j);
        json_member_text(j, "source", rows[i].source);
        json_member_unsigned(j, "df", rows[i].df);
        answer_figure(j, "ss", rows[i].ss);
        answer_figure(j, "ms", rows[i].ms);
        answer_figure(j, "f", rows[i].f);
        answer_figure(j, "p", rows[i].p);
        json_end(j);
    }
    json_end(j);
}

static void json_shares(json *j, const char *key, const assay_gauge_study *g, size_t which)
{
    json_key(j, key);
    json_flat_object(j);
    for (int s = 0; s < ASSAY_GAUGE_SOURCES; s++) {
        const assay_gauge_share *share = &g->share[s];
        const assay_figure figures[] = {share->variance, share->percent_contribution,
                                        share->percent_study, share->percent_tolerance};
        answer_figure(j, assay_gauge_source_name((assay_gauge_source)s), figures[which]);
    }
    json_end(j);
}

void gauge_answer_study(json *j, const assay_gauge_study *g)
{
    json_member_text(j, "method", g->method);
    json_member_unsigned(j, "parts", g->parts);
    json_member_unsigned(j, "operators", g->operators);
    json_member_unsigned(j, "trials", g->trials);
    json_anova(j, "anova", g->used, g->rows_used);
    json_anova(j, "anova_full", g->full, g->rows_full);
    json_member_bool(j, "interaction_pooled", g->is_pooled);
    json_shares(j, "variance", g, 0);
    json_shares(j, "percent_contribution", g, 1);
    json_shares(j, "percent_study", g, 2);
    json_shares(j, "percent_tolerance", g, 3);
    answer_figure(j, "ndc", g->ndc);
    answer_figure(j, "ndc_exact", g->ndc_exact);
}

const char *gauge_verdict_type1(const assay_gauge_type1 *g)
{
    if (g->cg.why || g->cgk.why)
        return NULL;
    return g->cg.value >= CG_LEAST && g->cgk.value >= CG_LEAST ? "suitable" : "unsuitable";
}

const char *gauge_verdict_study(const assay_gauge_study *g)
{
    assay_figure grr = g->share[ASSAY_GAUGE_GRR].percent_study;
    if (grr.why || g->ndc.why)
        return NULL;
    return grr.value > GRR_MOST || g->ndc.value < NDC_LEAST ? "unsuitable"
           : grr.value >= GRR_GOOD                          ? "conditional"
                                                            : "suitable";
}
