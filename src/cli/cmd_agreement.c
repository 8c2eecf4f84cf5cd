/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do judges or inspectors agree, who is severe, and whom can the scores order? */
#include "cli/verbs.h"

#include "cli/ratings.h"
#include "report/answer.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

/* A figure of the model, which exists for all or for none. */
static assay_figure modelled(const ratings *r, double value)
{
    return r->fit_why ? assay_figure_undefined(r->fit_why) : assay_figure_of(value);
}

/* -- JSON ---------------------------------------------------------------------------------------
 */

static void json_icc(json *j, const ratings *r)
{
    json_key(j, "icc");
    json_object(j);
    for (int i = 0; i < ASSAY_ICCS; i++) {
        const assay_icc_figure *f = &r->icc.icc[i];
        json_key(j, assay_icc_name((assay_icc_form)i));
        json_flat_object(j);
        answer_figure(j, "value", f->value);
        answer_figure(j, "lower", f->lower);
        answer_figure(j, "upper", f->upper);
        answer_figure(j, "p", f->p);
        json_end(j);
    }
    json_end(j);
}

static void json_model(json *j, const ratings *r)
{
    json_key(j, "model");
    json_flat_object(j);
    answer_figure(j, "mean", modelled(r, r->fit.mean));
    answer_figure(j, "var_case", modelled(r, r->fit.var_subject));
    answer_figure(j, "var_judge", modelled(r, r->fit.var_judge));
    answer_figure(j, "var_rest", modelled(r, r->fit.var_rest));
    answer_figure(j, "share_case", modelled(r, r->fit.share_subject));
    answer_figure(j, "share_judge", modelled(r, r->fit.share_judge));
    answer_figure(j, "share_rest", modelled(r, r->fit.share_rest));
    answer_figure(j, "pairs", modelled(r, (double)r->fit.pairs));
    answer_figure(j, "unordered", modelled(r, (double)r->fit.unordered));
    answer_figure(j, "downweighted", modelled(r, (double)r->fit.downweighted));
    json_end(j);
}

static void json_effect(json *j, const char *key, const assay_judging_effect *e)
{
    json_key(j, key);
    json_flat_object(j);
    answer_figure(j, "effect", e->effect);
    answer_figure(j, "lower", e->lower);
    answer_figure(j, "upper", e->upper);
    answer_figure(j, "p", e->p);
    json_end(j);
}

static void json_people(json *j, const ratings *r)
{
    json_key(j, "cases");
    json_array(j);
    for (size_t i = 0; !r->fit_why && i < r->cases.levels; i++) {
        const assay_judged_subject *s = &r->subject[i];
        json_flat_object(j);
        json_member_text(j, "case", r->cases.name[i]);
        json_member_unsigned(j, "n", s->n);
        answer_figure(j, "estimate", assay_figure_of(s->estimate));
        answer_figure(j, "variance", assay_figure_of(s->variance));
        answer_figure(j, "expected_rank",
                      s->n ? assay_figure_of(s->expected_rank)
                           : assay_figure_undefined("no values"));
        json_member_unsigned(j, "rank_low", s->rank_low);
        json_member_unsigned(j, "rank_high", s->rank_high);
        json_end(j);
    }
    json_end(j);
    json_key(j, "judges");
    json_array(j);
    for (size_t i = 0; !r->fit_why && i < r->judges.levels; i++) {
        const assay_judged_judge *g = &r->judge[i];
        json_flat_object(j);
        json_member_text(j, "judge", r->judges.name[i]);
        json_member_unsigned(j, "n", g->n);
        answer_figure(j, "severity", assay_figure_of(g->severity));
        answer_figure(j, "se", assay_figure_of(g->se));
        answer_figure(j, "misfit",
                      g->n ? assay_figure_of(g->misfit) : assay_figure_undefined("no values"));
        json_end(j);
    }
    json_end(j);
}

static int write_json(cli *c, const ratings *r)
{
    json j;
    cli_json_begin(c, &j);
    json_object(&j);
    json_member_unsigned(&j, "case_count", r->cases.levels);
    json_member_unsigned(&j, "judge_count", r->judges.levels);
    json_member_unsigned(&j, "sheets", r->n);
    json_member_unsigned(&j, "incomplete", r->icc.incomplete);
    json_member_unsigned(&j, "repeats", r->repeats);
    json_member_unsigned(&j, "pieces", r->pieces);
    json_icc(&j, r);
    answer_figure(&j, "kendall_w", r->order_agreement.w);
    answer_figure(&j, "kendall_p", r->order_agreement.p);
    answer_figure(&j, "fleiss_kappa", r->kappa.kappa);
    answer_figure(&j, "fleiss_p", r->kappa.p);
    answer_figure(&j, "krippendorff_alpha", r->alpha.alpha);
    json_model(&j, r);
    if (r->order)
        json_effect(&j, "order", &r->order_effect);
    if (r->own)
        json_effect(&j, "own", &r->own_effect);
    if (r->criteria.levels > 1)
        answer_figure(&j, "halo", r->halo);
    json_people(&j, r);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

/* -- words --------------------------------------------------------------------------------------
 */

static void figure_cell(term_table *t, assay_figure f, int places)
{
    table_cell(t, f.why ? "–" : text_real(f.value, places));
}

static void measure_row(term_table *t, const char *name, const char *text, assay_figure value,
                        assay_figure lower, assay_figure upper, assay_figure p)
{
    table_cell(t, name);
    figure_cell(t, value, 4);
    if (lower.why)
        table_cell(t, "");
    else
        table_cellf(t, "%s … %s", text_real(lower.value, 4), text_real(upper.value, 4));
    table_cell(t, p.why ? "" : text_p(p.value));
    table_cell(t, value.why ? words_why(value.why) : text);
}

static void agreement_table(cli *c, const ratings *r)
{
    static const bool is_right[] = {false, true, true, true, false};
    static const char *const names[] = {"ICC(1)",   "ICC(2)",   "ICC(3)",
                                        "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"};
    static const char *const texts[] = {
        N_("each subject has its own judges"),  N_("judges are a sample; agreement counts"),
        N_("these judges; consistency counts"), N_("mean of k judges of its own"),
        N_("mean of k sampled judges"),         N_("mean of these k judges")};
    const char *head[] = {_("measure"), _("value"), _("interval"), "p", ""};
    assay_figure none = assay_figure_undefined("");
    term_table t;
    term look = cli_term(c);
    table_init(&t, 5, is_right, head);
    for (int i = 0; i < ASSAY_ICCS; i++) {
        const assay_icc_figure *f = &r->icc.icc[i];
        measure_row(&t, names[i], _(texts[i]), f->value, f->lower, f->upper, f->p);
    }
    measure_row(&t, "Kendall W", _("the same order"), r->order_agreement.w, none, none,
                r->order_agreement.p);
    measure_row(&t, "Fleiss κ", _("the same score"), r->kappa.kappa, none, none, r->kappa.p);
    measure_row(&t, "Krippendorff α", _("with gaps; distance counts"), r->alpha.alpha, none, none,
                none);
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void share_table(cli *c, const ratings *r)
{
    static const bool is_right[] = {false, true, true};
    const struct {
        const char *name;
        double variance, share;
    } rows[] = {{_("case"), r->fit.var_subject, r->fit.share_subject},
                {_("judge"), r->fit.var_judge, r->fit.share_judge},
                {_("rest"), r->fit.var_rest, r->fit.share_rest}};
    const char *head[] = {_("source"), _("variance"), "%"};
    term_table t;
    term look = cli_term(c);
    table_init(&t, 3, is_right, head);
    for (size_t i = 0; i < 3; i++) {
        table_cell(&t, rows[i].name);
        table_cell(&t, text_real(rows[i].variance, 4));
        table_cell(&t, text_real(100 * rows[i].share, 1));
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void case_table(cli *c, const ratings *r, const size_t *order)
{
    static const bool is_right[] = {false, true, true, true, true};
    const char *head[] = {_("case"), "n", _("estimate"), _("expected rank"), _("band")};
    term_table t;
    term look = cli_term(c);
    table_init(&t, 5, is_right, head);
    for (size_t i = 0; i < r->cases.levels; i++) {
        const assay_judged_subject *s = &r->subject[order[i]];
        table_cell(&t, r->cases.name[order[i]]);
        table_cellf(&t, "%zu", s->n);
        table_cell(&t, text_real(s->estimate, 3));
        table_cell(&t, s->n ? text_real(s->expected_rank, 2) : "–");
        table_cellf(&t, "%u … %u", (unsigned)s->rank_low, (unsigned)s->rank_high);
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

static void judge_table(cli *c, const ratings *r)
{
    static const bool is_right[] = {false, true, true, true, true};
    const char *head[] = {_("judge"), "n", _("severity"), "±", _("misfit")};
    term_table t;
    term look = cli_term(c);
    table_init(&t, 5, is_right, head);
    for (size_t i = 0; i < r->judges.levels; i++) {
        const assay_judged_judge *g = &r->judge[i];
        table_cell(&t, r->judges.name[i]);
        table_cellf(&t, "%zu", g->n);
        table_cell(&t, text_real(g->severity, 3));
        table_cell(&t, text_real(g->se, 3));
        table_cell(&t, g->n ? text_real(g->misfit, 2) : "–");
    }
    table_write(&look, &t, &c->out);
    table_done(&t);
}

/* Best first, by effect; equals as they came. */
static size_t *best_first(const ratings *r)
{
    size_t n = r->cases.levels, *order = malloc((n + 1) * sizeof *order);
    for (size_t i = 0; order && i < n; i++) {
        size_t at = i;
        for (; at && r->subject[order[at - 1]].effect < r->subject[i].effect; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return order;
}

static void effect_words(buf *out, const char *name, const assay_judging_effect *e)
{
    if (e->p.why)
        buf_addf(out, "%s: %s\n", name, words_why(e->effect.why ? e->effect.why : e->p.why));
    else
        buf_addf(out, "%s: %s (%s … %s), p %s\n", name, text_real(e->effect.value, 3),
                 text_real(e->lower.value, 3), text_real(e->upper.value, 3), text_p(e->p.value));
}

static void other_words(cli *c, const ratings *r)
{
    buf *out = &c->out;
    double one = r->icc.icc[ASSAY_ICC_2].value.value, wanted = assay_judges_needed(one, 0.8);
    if (!isnan(wanted))
        buf_addf(out, _("for a mean of reliability 0.80: %s judges a case\n"),
                 text_real(wanted, 1));
    if (r->order)
        effect_words(out, _("points a place later"), &r->order_effect);
    if (r->own)
        effect_words(out, _("points for one's own"), &r->own_effect);
    if (r->criteria.levels > 1)
        buf_addf(out, "%s: %s\n", _("halo, criteria of one judge"),
                 r->halo.why ? words_why(r->halo.why) : text_real(r->halo.value, 3));
    if (r->pieces > 1)
        buf_addf(out,
                 _("judges and cases fall into %zu pieces: severity and quality cannot be told "
                   "apart between them\n"),
                 r->pieces);
    if (r->repeats)
        buf_addf(out,
                 _("scores that repeat a judge and case: %zu; the agreement takes their mean\n"),
                 r->repeats);
}

static assay_status model_words(cli *c, const ratings *r)
{
    if (r->fit_why) {
        buf_addf(&c->out, _("no model: %s\n"), words_why(r->fit_why));
        return ASSAY_OK;
    }
    size_t *order = best_first(r);
    if (!order)
        return assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    share_table(c, r);
    buf_add_text(&c->out, "\n");
    case_table(c, r, order);
    buf_addf(&c->out, _("%zu of %zu pairs cannot be ordered; scores that weigh less: %zu\n\n"),
             r->fit.unordered, r->fit.pairs, r->fit.downweighted);
    judge_table(c, r);
    free(order);
    return ASSAY_OK;
}

static assay_status write_words(cli *c, const ratings *r)
{
    buf_addf(&c->out, _("%zu cases, %zu judges, %zu sheets; cases without all judges: %zu\n\n"),
             r->cases.levels, r->judges.levels, r->n, r->icc.incomplete);
    agreement_table(c, r);
    buf_add_text(&c->out, "\n");
    assay_status status = model_words(c, r);
    buf_add_text(&c->out, "\n");
    other_words(c, r);
    return status;
}

/* -- the verb -----------------------------------------------------------------------------------
 */

static assay_status need_columns(cli *c)
{
    if (cli_has(c, OPT_CASE_COLUMN) && cli_has(c, OPT_JUDGE))
        return ASSAY_OK;
    cli_usage(c, _("which columns? --case, --judge and --score"));
    return assay_hint(&c->err, _("assay help agreement shows examples"));
}

int cmd_agreement(cli *c)
{
    series_set *set = NULL;
    ratings r = {0};
    int code = EXIT_FINE;
    uint32_t contexts = 1u << CONTEXT_PART | 1u << CONTEXT_OPERATOR;
    contexts |= cli_has(c, OPT_CRITERION) ? 1u << CONTEXT_GROUP : 0;
    contexts |= cli_has(c, OPT_ORDER) ? 1u << CONTEXT_ORDER : 0;
    contexts |= cli_has(c, OPT_OWN) ? 1u << CONTEXT_NOTE : 0;
    assay_status status = need_columns(c);
    if (status == ASSAY_OK)
        status = input_open(c, contexts, false, &set);
    if (status == ASSAY_OK)
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = ratings_of(c, set, &r);
    if (status == ASSAY_OK && cli_has(c, OPT_JSON))
        code = write_json(c, &r);
    else if (status == ASSAY_OK)
        status = write_words(c, &r);
    if (status != ASSAY_OK)
        code = cli_fail(c, status);
    ratings_done(&r);
    series_close(set);
    return code;
}
