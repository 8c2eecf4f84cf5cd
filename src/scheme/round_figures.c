/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do the judges of a stage agree, and what can their sheets tell? Figures for people, never for gates:
 * binary floats, sealed and shown rounded to 1e-6. */
#include "scheme/round_inner.h"
#include "scheme/sheet.h"

#include <assay/agreement.h>
#include <assay/judging.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- sheets as columns ------------------------------------------------------------------------------ */

typedef struct {
    size_t n, subjects, judges, leaves;
    double *score, *order, *own;     /* [n] */
    double *criterion;               /* [n * leaves] */
    uint32_t *subject, *judge;       /* [n] */
    const char **name;               /* [judges] */
    bool has_place;
} sheet_table;

static uint32_t judge_number(sheet_table *t, const char *id)
{
    for (uint32_t i = 0; i < t->judges; i++)
        if (strcmp(t->name[i], id) == 0)
            return i;
    t->name[t->judges] = id;
    return (uint32_t)t->judges++;
}

static double real_of(value v)
{
    return v.kind == VALUE_NUMBER ? assay_rational_to_double(v.as.number) : NAN;
}

static assay_status add_sheet(the_case *c, case_scope *scope, const scheme_stage *s,
                              const scheme_rubric *r, const char *judge, const json_t *sheet,
                              uint32_t subject, sheet_table *t, assay_err *err)
{
    value *v = NULL;
    size_t at = 0;
    uint32_t *repeats = leaf_repeats(scope, r);
    const json_t *a = case_assignment(c->state, s->item.id, judge);
    const char *place = text_of(a, "place"), *here = text_of(c->state, "place");
    assay_status status =
        sheet_values(r, repeats, json_object_get(sheet, "answers"), &c->memory, &v, err);
    if (status)
        return status;
    t->score[t->n] = real_of(rubric_total(r, repeats, v));
    for (size_t i = 0; i < r->leaf_count && i < t->leaves; i++) {
        t->criterion[t->n * t->leaves + i] = repeats[i] ? real_of(v[at]) : NAN;
        at += repeats[i];
    }
    t->subject[t->n] = subject;
    t->judge[t->n] = judge_number(t, judge);
    t->order[t->n] = (double)json_integer_value(json_object_get(a, "order"));
    t->own[t->n] = place && here && strcmp(place, here) == 0;
    t->has_place |= place && here;
    t->n++;
    return ASSAY_OK;
}

static assay_status add_case(the_case *c, const scheme_stage *s, uint32_t subject, sheet_table *t,
                             assay_err *err)
{
    case_scope scope;
    const char *judge;
    json_t *sheet;
    const scheme_rubric *r = case_rubric(c, s);
    assay_status status = case_scope_init(&scope, c, NULL, err);
    if (!status && r)
        json_object_foreach((json_t *)case_sheets(c, s->item.id), judge, sheet)
            if (!status && sheet_is_final(sheet) && sheet_is_of(sheet, c, s->item.id))
                status = add_sheet(c, &scope, s, r, judge, sheet, subject, t, err);
    case_scope_done(&scope);
    return status;
}

static void table_done(sheet_table *t)
{
    free(t->score);
    free(t->order);
    free(t->own);
    free(t->criterion);
    free(t->subject);
    free(t->judge);
    free(t->name);
}

static assay_status table_make(the_case *const *c, size_t n, const scheme_stage *s, sheet_table *t,
                               assay_err *err)
{
    size_t room = 1;
    *t = (sheet_table){.subjects = n};
    for (size_t i = 0; i < n; i++)
        room += json_object_size(case_sheets(c[i], s->item.id));
    t->leaves = s->rubric_count ? s->rubric[0].use->leaf_count : 0;
    t->score = malloc(room * sizeof *t->score);
    t->order = malloc(room * sizeof *t->order);
    t->own = malloc(room * sizeof *t->own);
    t->criterion = malloc(room * (t->leaves + 1) * sizeof *t->criterion);
    t->subject = malloc(room * sizeof *t->subject);
    t->judge = malloc(room * sizeof *t->judge);
    t->name = malloc(room * sizeof *t->name);
    if (!t->score || !t->order || !t->own || !t->criterion || !t->subject || !t->judge || !t->name)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < n; i++)
        status = add_case(c[i], s, (uint32_t)i, t, err);
    return status;
}

/* -- figures ---------------------------------------------------------------------------------------------- */

static void set_real(json_t *o, const char *name, double x)
{
    char text[40];
    if (!isfinite(x))
        return;
    snprintf(text, sizeof text, "%.6f", x == 0 ? 0.0 : x);
    set_text(o, name, text);
}

static void set_figure(json_t *o, const char *name, assay_figure f)
{
    if (!f.why)
        set_real(o, name, f.value);
    else
        set_text(object_in(o, "why"), name, f.why);
}

static void set_interval(json_t *o, const char *name, const assay_icc_figure *f)
{
    json_t *one = json_object();
    set_figure(one, "value", f->value);
    set_figure(one, "low", f->lower);
    set_figure(one, "high", f->upper);
    json_object_set_new(o, name, one);
}

/* Subject by judge where all have the same judges; else by the k-th sheet of each, for which only the
 * one-way figures mean something. */
static bool as_matrix(const sheet_table *t, double *x, size_t *k, bool *is_crossed)
{
    size_t *count = calloc(t->subjects + 1, sizeof *count);
    size_t most = 0;
    bool is_full = true;
    for (size_t i = 0; count && i < t->n; i++)
        count[t->subject[i]]++;
    for (size_t i = 0; count && i < t->subjects; i++) {
        most = count[i] > most ? count[i] : most;
        is_full &= count[i] == t->judges;
    }
    *is_crossed = is_full && t->judges > 1;
    *k = is_full ? t->judges : most;
    for (size_t i = 0; i < t->subjects * *k; i++)
        x[i] = NAN;
    if (count)
        memset(count, 0, t->subjects * sizeof *count);
    for (size_t i = 0; count && i < t->n; i++) {
        size_t at = is_full ? t->judge[i] : count[t->subject[i]]++;
        x[t->subject[i] * *k + at] = t->score[i];
    }
    bool is_fine = count && *k > 1;
    free(count);
    return is_fine;
}

static assay_status add_agreement(const sheet_table *t, json_t *out, assay_err *err)
{
    double *x = malloc((t->subjects * (t->judges + t->n + 1)) * sizeof *x);
    size_t k = 0;
    bool is_crossed;
    assay_icc icc;
    assay_concordance w;
    if (!x)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
    assay_status status = ASSAY_OK;
    if (as_matrix(t, x, &k, &is_crossed)) {
        status = assay_icc_of(x, t->subjects, k, 0.95, &icc, err);
        if (!status) {
            set_interval(out, "icc1", &icc.icc[ASSAY_ICC_1]);
            set_interval(out, "icc1k", &icc.icc[ASSAY_ICC_1K]);
        }
        if (!status && is_crossed) {
            void *scratch = malloc(assay_concordance_scratch_size(t->subjects));
            set_interval(out, "icc2", &icc.icc[ASSAY_ICC_2]);
            set_interval(out, "icc2k", &icc.icc[ASSAY_ICC_2K]);
            status = scratch ? assay_concordance_of(x, t->subjects, k, scratch, &w, err)
                             : assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
            if (!status)
                set_figure(out, "kendall_w", w.w);
            free(scratch);
        }
    }
    free(x);
    return status;
}

static void add_subjects(the_case *const *c, const assay_judged_subject *s, size_t n, json_t *out)
{
    json_t *cases = object_in(out, "cases");
    for (size_t i = 0; i < n; i++) {
        char name[ID_TEXT];
        json_t *o = json_object();
        if (!s[i].n) {
            json_decref(o);
            continue;
        }
        id_text(&c[i]->id, name);
        set_real(o, "estimate", s[i].estimate);
        set_real(o, "expected_rank", s[i].expected_rank);
        json_object_set_new(o, "rank_low", json_integer((json_int_t)s[i].rank_low));
        json_object_set_new(o, "rank_high", json_integer((json_int_t)s[i].rank_high));
        json_object_set_new(cases, name, o);
    }
}

static void add_judges(const sheet_table *t, const assay_judged_judge *j, json_t *out)
{
    json_t *list = list_in(out, "judges");
    for (size_t i = 0; i < t->judges; i++) {
        json_t *o = json_object();
        set_text(o, "judge", t->name[i]);
        json_object_set_new(o, "sheets", json_integer((json_int_t)j[i].n));
        set_real(o, "severity", j[i].severity);
        set_real(o, "se", j[i].se);
        set_real(o, "misfit", j[i].misfit);
        json_array_append_new(list, o);
    }
}

static void add_model(const assay_judging *m, json_t *out)
{
    set_real(out, "mean", m->mean);
    set_real(out, "var_case", m->var_subject);
    set_real(out, "var_judge", m->var_judge);
    set_real(out, "var_rest", m->var_rest);
    set_real(out, "share_case", m->share_subject);
    set_real(out, "share_judge", m->share_judge);
    set_real(out, "share_rest", m->share_rest);
    json_object_set_new(out, "pairs", json_integer((json_int_t)m->pairs));
    json_object_set_new(out, "unordered", json_integer((json_int_t)m->unordered));
    json_object_set_new(out, "downweighted", json_integer((json_int_t)m->downweighted));
}

/* What the data cannot carry is no error: the figures are not there, and why. */
static assay_status add_advice(the_case *const *c, const scheme_stage *s, const sheet_table *t,
                               json_t *out, assay_err *err)
{
    assay_sheets sheets = {t->n, t->score, t->subject, t->judge, t->subjects, t->judges};
    assay_judging_options options = {
        .huber = s->tally->advice & ADVICE_HUBER ? 1.345 : 0, .confidence = 0.95};
    assay_judged_subject *subject = calloc(t->subjects + 1, sizeof *subject);
    assay_judged_judge *judge = calloc(t->judges + 1, sizeof *judge);
    void *scratch = malloc(assay_judging_scratch_size(t->n, t->subjects, t->judges));
    void *room = malloc(assay_judging_parts_scratch_size(t->subjects, t->judges));
    assay_judging model;
    size_t parts = 0;
    assay_err told = {.code = ASSAY_OK};
    assay_status status = subject && judge && scratch && room
                              ? assay_judging_parts(&sheets, room, NULL, NULL, &parts, err)
                              : assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
    if (!status) {
        json_object_set_new(out, "parts", json_integer((json_int_t)parts));
        status = assay_judging_fit(&sheets, &options, scratch, subject, judge, NULL, NULL, NULL,
                                   &model, &told);
    }
    if (!status) {
        add_model(&model, out);
        add_judges(t, judge, out);
        add_subjects(c, subject, t->subjects, out);
    } else if (told.code) {
        set_text(object_in(out, "why"), "model", told.message);
        status = ASSAY_OK;
    }
    free(subject);
    free(judge);
    free(scratch);
    free(room);
    return status;
}

/* -- what else moves scores ---------------------------------------------------------------------------- */

typedef struct {
    double order;
    size_t at;
} in_order;

static int by_order(const void *a, const void *b)
{
    double x = ((const in_order *)a)->order, y = ((const in_order *)b)->order;
    return x < y ? -1 : x > y;
}

/* The position in which a judge saw a case, from the order it was given to him. */
static void positions(sheet_table *t)
{
    in_order *list = malloc((t->n + 1) * sizeof *list);
    for (uint32_t j = 0; list && j < t->judges; j++) {
        size_t n = 0;
        for (size_t i = 0; i < t->n; i++)
            if (t->judge[i] == j)
                list[n++] = (in_order){t->order[i], i};
        qsort(list, n, sizeof *list, by_order);
        for (size_t i = 0; i < n; i++)
            t->order[list[i].at] = (double)i + 1;
    }
    free(list);
}

static assay_status add_effect(const sheet_table *t, const double *x, const char *name, json_t *out,
                               assay_err *err)
{
    assay_sheets sheets = {t->n, t->score, t->subject, t->judge, t->subjects, t->judges};
    assay_judging_effect e;
    void *scratch = malloc(assay_judging_effect_scratch_size(t->n, t->subjects, t->judges));
    assay_err told = {.code = ASSAY_OK};
    json_t *o = json_object();
    if (!scratch) {
        json_decref(o);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
    }
    if (assay_judging_effect_of(&sheets, x, 0.95, scratch, &e, &told) == ASSAY_OK) {
        set_figure(o, "effect", e.effect);
        set_figure(o, "low", e.lower);
        set_figure(o, "high", e.upper);
        set_figure(o, "p", e.p);
    } else
        set_text(object_in(o, "why"), name, told.message);
    json_object_set_new(out, name, o);
    free(scratch);
    return ASSAY_OK;
}

static assay_status add_halo(const sheet_table *t, json_t *out, assay_err *err)
{
    assay_figure halo;
    assay_err told = {.code = ASSAY_OK};
    if (t->leaves < 2)
        return ASSAY_OK;
    void *scratch = malloc(assay_judging_halo_scratch_size(t->subjects, t->leaves));
    if (!scratch)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
    if (assay_judging_halo(t->criterion, t->subject, t->n, t->leaves, t->subjects, scratch, NULL,
                           NULL, &halo, &told) == ASSAY_OK)
        set_figure(out, "halo", halo);
    else
        set_text(object_in(out, "why"), "halo", told.message);
    free(scratch);
    return ASSAY_OK;
}

assay_status stage_figures(the_case *const *c, size_t n, const scheme_stage *s, json_t **out,
                           assay_err *err)
{
    sheet_table t;
    json_t *o = json_object();
    assay_status status = table_make(c, n, s, &t, err);
    json_object_set_new(o, "sheets", json_integer((json_int_t)t.n));
    if (!status && t.n)
        positions(&t);
    if (!status && t.n)
        status = add_agreement(&t, o, err);
    if (!status && t.n)
        status = add_advice(c, s, &t, o, err);
    if (!status && t.n)
        status = add_effect(&t, t.order, "order_effect", o, err);
    if (!status && t.n && t.has_place)
        status = add_effect(&t, t.own, "own_region_effect", o, err);
    if (!status && t.n)
        status = add_halo(&t, o, err);
    table_done(&t);
    if (status)
        json_decref(o);
    else
        *out = o;
    return status;
}

/* -- the panel: each sheet beside the others ------------------------------------------------------- */

/* How far each score lies from what case and judge let expect, in units of the rest; NaN where the data
 * carry no model. */
static assay_status residuals_of(const sheet_table *t, double *out, assay_err *err)
{
    assay_sheets sheets = {t->n, t->score, t->subject, t->judge, t->subjects, t->judges};
    assay_judging_options options = {.confidence = 0.95};
    assay_judged_subject *subject = calloc(t->subjects + 1, sizeof *subject);
    assay_judged_judge *judge = calloc(t->judges + 1, sizeof *judge);
    void *scratch = malloc(assay_judging_scratch_size(t->n, t->subjects, t->judges));
    assay_judging model;
    assay_err told;
    bool has_room = subject && judge && scratch;
    bool is_fit = has_room && assay_judging_fit(&sheets, &options, scratch, subject, judge, NULL, out,
                                                NULL, &model, &told) == ASSAY_OK;
    for (size_t i = 0; i < t->n; i++)
        out[i] = is_fit && model.var_rest > 0 ? out[i] / sqrt(model.var_rest) : NAN;
    free(subject);
    free(judge);
    free(scratch);
    return has_room ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
}

static json_t *panel_row(const the_case *c, const scheme_stage *s)
{
    static const char *const names[] = {"outcome", "band", "place", "rank"};
    char id[ID_TEXT];
    json_t *o = json_object();
    const json_t *all = json_object_get(c->state, "decisions");
    id_text(&c->id, id);
    set_text(o, "case", id);
    set_text(o, "title", text_of(c->state, "title"));
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *d = json_array_get(all, i), *r = json_object_get(d, "results");
        if (strcmp(text_of(d, "stage"), s->item.id) != 0)
            continue;
        for (size_t k = 0; k < 4; k++)
            if (json_object_get(d, names[k]))
                json_object_set(o, names[k], json_object_get(d, names[k]));
        json_t *number = json_object_get(json_object_get(r, s->tally->item.id), "number");
        if (number)
            json_object_set(o, "number", number);
        break;
    }
    return o;
}

static assay_status add_panel(the_case *const *c, size_t n, const scheme_stage *s, json_t *out,
                              assay_err *err)
{
    sheet_table t;
    json_t *panel = list_in(out, "panel");
    assay_status status = table_make(c, n, s, &t, err);
    double *apart = malloc((t.n + 1) * sizeof *apart);
    if (!status)
        status = apart ? residuals_of(&t, apart, err)
                       : assay_fail(err, ASSAY_MEMORY, 0, "no memory for figures");
    for (size_t i = 0; !status && i < n; i++)
        json_array_append_new(panel, panel_row(c[i], s));
    for (size_t i = 0; !status && i < t.n; i++) {
        json_t *o = json_object();
        set_text(o, "judge", t.name[t.judge[i]]);
        set_real(o, "score", t.score[i]);
        set_real(o, "apart", apart[i]);
        json_array_append_new(list_in(json_array_get(panel, t.subject[i]), "sheets"), o);
    }
    free(apart);
    table_done(&t);
    return status;
}

/* -- a round ------------------------------------------------------------------------------------------------ */

static bool is_scored(const the_case *c, const scheme_stage *s)
{
    const json_t *seen = json_object_get(json_object_get(c->state, "stages"), s->item.id);
    const char *at = text_of(c->state, "stage");
    bool is_here = at && strcmp(at, s->item.id) == 0;
    return case_visit(c->state, s->item.id) &&
           ((text_of(seen, "closed") && !is_here) ||
            (is_here && json_is_true(json_object_get(c->state, "waits"))));
}

assay_status round_statistics(desk *d, const object_id *round, const char *stage,
                              const viewer *who, buf *out, assay_err *err)
{
    the_round r;
    case_set all;
    json_t *o = NULL;
    bool is_bound = who->site && *who->site;
    if (is_bound || (who->kind != VIEWER_DESK && who->kind != VIEWER_AUDITOR))
        return assay_fail(err, ASSAY_DOMAIN, 0, "figures about judges are for the desk and auditors");
    assay_status status = round_load(d, NULL, round, who, &r, err);
    if (status)
        return status;
    const scheme_stage *s = scheme_find_stage(r.scheme, stage);
    if (!s || !s->assign || !s->rubric_count || !s->tally) {
        round_done(&r);
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s is no stage that is scored", stage);
    }
    status = round_cases(&r, NULL, NULL, &all, err);
    the_case **list = status ? NULL : malloc((all.n + 1) * sizeof *list);
    size_t n = 0, open = 0;
    for (size_t i = 0; list && i < all.n; i++) {
        const char *at = text_of(all.item[i].state, "stage");
        if (is_scored(&all.item[i], s))
            list[n++] = &all.item[i];
        else
            open += at && strcmp(at, stage) == 0;
    }
    if (!status && open)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%zu cases are still being scored at %s", open,
                            stage);
    if (!status && list)
        status = stage_figures(list, n, s, &o, err);
    if (!status && o)
        status = add_panel(list, n, s, o, err);
    if (status)
        json_decref(o);
    else
        status = json_take(o, out, err);
    free(list);
    if (all.item)
        case_set_done(&all);
    round_done(&r);
    return status;
}
