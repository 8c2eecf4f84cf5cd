/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A round for an independent counter: rules, sheets without names, results and decisions, a line each
 * (docs/format/retally.md). Numbers are exact texts. Only what is decided is told. */
#include "scheme/round_inner.h"
#include "scheme/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static assay_status add_line(buf *out, json_t *o, assay_err *err)
{
    assay_status status = json_take(o, out, err);
    buf_add_char(out, '\n');
    return status;
}

static void set_number(json_t *o, const char *name, assay_rational r)
{
    json_object_set_new(o, name, number_text(value_number(r)));
}

/* -- rules ---------------------------------------------------------------------------------------- */

static assay_status add_round(const the_round *r, buf *out, assay_err *err)
{
    static const char *const names[] = {"scheme", "scheme_id", "rev", "name", "commitment",
                                        "secret", "public", "seed"};
    json_t *o = json_object();
    set_text(o, "line", "round");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(r->state, names[i]))
            json_object_set(o, names[i], json_object_get(r->state, names[i]));
    return add_line(out, o, err);
}

static json_t *leaf_json(const scheme_rubric *r, size_t i)
{
    static const char *const scales[] = {"points", "list", "lookup"};
    const scheme_node *n = &r->node[r->leaf[i]];
    json_t *o = json_object();
    char key[200];
    leaf_key(r, i, key, sizeof key);
    set_text(o, "key", key);
    set_text(o, "scale", scales[n->scale]);
    set_number(o, "points", n->points);
    for (size_t k = 0; k < n->level_count; k++)
        json_object_set_new(object_in(o, "levels"), n->level[k].code,
                            number_text(value_number(n->level[k].worth)));
    for (int32_t at = (int32_t)r->leaf[i]; at >= 0; at = r->node[at].parent)
        if (r->node[at].has_repeat_round && !json_object_get(o, "repeat_round"))
            set_number(o, "repeat_round", r->node[at].repeat_round);
    return o;
}

static assay_status add_rubric(const scheme_rubric *r, buf *out, assay_err *err)
{
    json_t *o = json_object();
    set_text(o, "line", "rubric");
    set_text(o, "id", r->item.id);
    for (size_t i = 0; i < r->node_count; i++) {
        const scheme_node *n = &r->node[i];
        json_t *one = json_object();
        set_text(one, "id", n->item.id);
        set_number(one, "points", n->points);
        json_object_set_new(one, "first", json_integer(n->first_leaf));
        json_object_set_new(one, "leaves", json_integer(n->leaf_count));
        json_array_append_new(list_in(o, "nodes"), one);
    }
    for (size_t i = 0; i < r->leaf_count; i++)
        json_array_append_new(list_in(o, "leaves"), leaf_json(r, i));
    return add_line(out, o, err);
}

static assay_status add_tally(const scheme_tally *t, buf *out, assay_err *err)
{
    static const char *const methods[] = {"mean", "trimmed", "olympic", "median", "sum", "min", "max",
                                          "weighted", "top_box", "nps", "ballots", "expr"};
    static const char *const missing[] = {"all", "need", "given"};
    static const char *const rounding[] = {"half_up", "half_even", "floor", "ceiling", "truncate"};
    json_t *o = json_object();
    set_text(o, "line", "tally");
    set_text(o, "id", t->item.id);
    set_text(o, "method", methods[t->method]);
    set_text(o, "is", t->is ? expr_text(t->is) : NULL);
    set_text(o, "missing", missing[t->missing]);
    json_object_set_new(o, "need", json_integer(t->need));
    json_object_set_new(o, "cut", json_integer(t->cut));
    if (t->has_round) {
        set_number(o, "round", t->round);
        set_text(o, "rounding", rounding[t->rounding]);
    }
    return add_line(out, o, err);
}

static json_t *band_json(const scheme_band *b)
{
    json_t *o = json_object();
    set_text(o, "id", b->item.id);
    if (b->has_from)
        set_number(o, "from", b->from);
    if (b->has_share)
        set_number(o, "share", b->share);
    if (b->count)
        json_object_set_new(o, "count", json_integer(b->count));
    set_text(o, "when", b->when ? expr_text(b->when) : NULL);
    json_object_set_new(o, "is_pass", json_boolean(b->is_pass));
    return o;
}

static assay_status add_gate(const scheme_gate *g, buf *out, assay_err *err)
{
    json_t *o = json_object();
    set_text(o, "line", "gate");
    set_text(o, "id", g->item.id);
    json_object_set_new(o, "is_round", json_boolean(g->is_round));
    set_text(o, "rank", g->rank ? expr_text(g->rank) : NULL);
    set_text(o, "of", g->of ? expr_text(g->of) : NULL);
    json_object_set_new(o, "quota", json_integer(g->quota));
    set_text(o, "quota_is", g->quota_expr ? expr_text(g->quota_expr) : NULL);
    json_object_set_new(o, "top", json_integer(g->top));
    for (size_t i = 0; i < g->need_count; i++)
        json_array_append_new(list_in(o, "need"), json_string(expr_text(g->need[i])));
    for (size_t i = 0; i < g->by_count; i++)
        json_array_append_new(list_in(o, "by"), json_string(g->by[i]));
    for (size_t i = 0; i < g->tie_count; i++)
        json_array_append_new(list_in(o, "tie"),
                              json_string(g->tie[i].kind == TIE_DRAW    ? "draw"
                                          : g->tie[i].kind == TIE_SHARE ? "share"
                                                                        : expr_text(g->tie[i].by)));
    for (size_t i = 0; i < g->band_count; i++)
        json_array_append_new(list_in(o, "bands"), band_json(&g->band[i]));
    return add_line(out, o, err);
}

static assay_status add_rules(const scheme *s, buf *out, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < s->rubric_count; i++)
        status = add_rubric(&s->rubric[i], out, err);
    for (size_t i = 0; !status && i < s->tally_count; i++)
        status = add_tally(&s->tally[i], out, err);
    for (size_t i = 0; !status && i < s->gate_count; i++)
        status = add_gate(&s->gate[i], out, err);
    return status;
}

/* -- sheets ----------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Judges have numbers within a case that say nothing across cases. */
static assay_status add_sheets(the_case *c, const scheme_stage *s, const char *id, buf *out,
                               assay_err *err)
{
    const json_t *sheets = case_sheets(c, s->item.id);
    const scheme_rubric *r = case_rubric(c, s);
    size_t n = 0, room = json_object_size(sheets);
    const char **judge = malloc((room + 1) * sizeof *judge), *name;
    json_t *sheet;
    assay_status status = judge ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "no memory");
    json_object_foreach((json_t *)sheets, name, sheet)
        if (judge && sheet_is_final(sheet) && sheet_is_of(sheet, c, s->item.id))
            judge[n++] = name;
    if (n)
        qsort(judge, n, sizeof *judge, by_text);
    for (size_t i = 0; !status && i < n; i++) {
        json_t *o = json_object();
        set_text(o, "line", "sheet");
        set_text(o, "case", id);
        set_text(o, "stage", s->item.id);
        set_text(o, "tally", s->tally ? s->tally->item.id : NULL);
        set_text(o, "rubric", r ? r->item.id : NULL);
        json_object_set_new(o, "judge", json_integer((json_int_t)i + 1));
        json_object_set_new(o, "assigned",
                            json_integer((json_int_t)json_array_size(case_assigned(c, s->item.id))));
        json_object_set(o, "answers", json_object_get(json_object_get(sheets, judge[i]), "answers"));
        status = add_line(out, o, err);
    }
    free(judge);
    return status;
}

/* -- decisions --------------------------------------------------------------------------------------- */

static bool is_decided(const the_case *c, const char *stage)
{
    const json_t *all = json_object_get(c->state, "decisions");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (strcmp(text_of(json_array_get(all, i), "stage"), stage) == 0 &&
            json_integer_value(json_object_get(json_array_get(all, i), "visit")) ==
                case_visit(c->state, stage))
            return true;
    return false;
}

/* What a gate groups by, of this case: fields of its forms, or of its party as the decision sealed it. */
static json_t *group_member(the_case *c, const json_t *d, const char *name)
{
    char key[200];
    const char *field = strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
    for (size_t i = 0; i < c->scheme->form_count; i++) {
        json_t *values = case_values(c, c->scheme->form[i].item.id, true);
        json_t *v = json_incref(json_object_get(values, field));
        json_decref(values);
        if (v)
            return v;
    }
    snprintf(key, sizeof key, "party:%.100s", field);
    json_t *fact = json_object_get(json_object_get(d, "facts"), key);
    return fact ? json_incref(fact) : json_null();
}

static assay_status add_decision(the_case *c, const json_t *d, const char *id, buf *out,
                                 assay_err *err)
{
    static const char *const names[] = {"stage", "gate", "visit", "outcome", "rank", "place", "of",
                                        "band", "by_draw", "results", "inputs"};
    json_t *o = json_object();
    set_text(o, "line", "decision");
    set_text(o, "case", id);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(d, names[i]))
            json_object_set(o, names[i], json_object_get(d, names[i]));
    const scheme_gate *g = text_of(d, "gate") ? scheme_find_gate(c->scheme, text_of(d, "gate")) : NULL;
    for (size_t i = 0; g && i < g->by_count; i++)
        json_array_append_new(list_in(o, "group"), group_member(c, d, g->by[i]));
    return add_line(out, o, err);
}

static assay_status add_exams(const the_case *c, const char *id, buf *out, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "exams");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        const json_t *e = json_array_get(list, i);
        json_t *o = json_object();
        set_text(o, "line", "exam");
        set_text(o, "case", id);
        set_text(o, "bank", text_of(e, "bank"));
        set_text(o, "percent", text_of(e, "percent"));
        status = add_line(out, o, err);
    }
    return status;
}

static assay_status add_case(the_case *c, buf *out, assay_err *err)
{
    char id[ID_TEXT];
    const json_t *all = json_object_get(c->state, "decisions");
    assay_status status = ASSAY_OK;
    id_text(&c->id, id);
    for (size_t i = 0; !status && i < c->scheme->stage_count; i++) {
        const scheme_stage *s = &c->scheme->stage[i];
        if (s->assign && s->rubric_count && is_decided(c, s->item.id))
            status = add_sheets(c, s, id, out, err);
    }
    if (!status)
        status = add_exams(c, id, out, err);
    for (size_t i = 0; !status && i < json_array_size(all); i++)
        status = add_decision(c, json_array_get(all, i), id, out, err);
    return status;
}

assay_status round_export(desk *d, const object_id *round, const viewer *who, buf *out,
                          assay_err *err)
{
    the_round r;
    case_set all;
    viewer nobody = {.kind = VIEWER_PUBLIC, .now = who->now};
    assay_status status = round_load(d, NULL, round, &nobody, &r, err);
    if (status)
        return status;
    status = round_cases(&r, NULL, NULL, &all, err);
    if (!status)
        status = add_round(&r, out, err);
    if (!status)
        status = add_rules(r.scheme, out, err);
    for (size_t i = 0; !status && i < all.n; i++)
        status = add_case(&all.item[i], out, err);
    case_set_done(&all);
    round_done(&r);
    return status;
}
