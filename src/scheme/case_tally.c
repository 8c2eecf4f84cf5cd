/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sheets of a case as the tally wants them. */
#include "scheme/case_inner.h"

#include "scheme/sheet.h"

#include <stdlib.h>
#include <string.h>

/* -- which stage feeds a tally ------------------------------------------------------------------ */

const scheme_stage *tally_stage(const scheme *s, const scheme_tally *t)
{
    for (size_t i = 0; i < s->stage_count; i++)
        if (s->stage[i].tally == t)
            return &s->stage[i];
    for (size_t i = 0; i < s->stage_count; i++) {
        const scheme_stage *st = &s->stage[i];
        if (t->form && st->form == t->form)
            return st;
        for (size_t k = 0; k < st->rubric_count; k++)
            for (size_t r = 0; r < t->rubric_count; r++)
                if (st->rubric[k].use == t->rubric[r])
                    return st;
    }
    return NULL;
}

/* -- leaves ------------------------------------------------------------------------------------- */

void leaf_key(const scheme_rubric *r, size_t leaf, char *out, size_t room)
{
    const scheme_node *n = &r->node[r->leaf[leaf]];
    if (scheme_find_node(r, n->item.id) == n || n->parent < 0)
        snprintf(out, room, "%s", n->item.id);
    else
        snprintf(out, room, "%s.%s", r->node[n->parent].item.id, n->item.id);
}

uint32_t *leaf_repeats(case_scope *s, const scheme_rubric *r)
{
    uint32_t *n = arena_array(&s->c->memory, uint32_t, r->leaf_count + 1);
    for (size_t i = 0; n && i < r->leaf_count; i++) {
        const expr *repeat = NULL;
        for (int32_t at = (int32_t)r->leaf[i]; at >= 0 && !repeat; at = r->node[at].parent)
            repeat = r->node[at].repeat;
        n[i] = 1;
        if (!repeat)
            continue;
        value v = expr_eval(repeat, &s->scope);
        if (v.kind == VALUE_LIST)
            n[i] = (uint32_t)v.as.list.count;
        else if (v.kind == VALUE_NUMBER && assay_rational_is_whole(v.as.number) &&
                 assay_rational_sign(v.as.number) >= 0 && v.as.number.num <= REPEATS_MOST)
            n[i] = (uint32_t)v.as.number.num;
        if (n[i] > REPEATS_MOST)
            n[i] = REPEATS_MOST;
    }
    return n;
}

static const char *answer_at(const json_t *answers, const char *key, uint32_t repetition)
{
    const json_t *given = json_object_get(answers, key);
    if (json_is_array(given))
        given = json_array_get(given, repetition);
    else if (repetition)
        given = NULL;
    return json_string_value(given) ? json_string_value(given) : "";
}

assay_status sheet_values(const scheme_rubric *r, const uint32_t *repeats, const json_t *answers,
                          arena *memory, value **out, assay_err *err)
{
    size_t n = 0, at = 0;
    char key[200];
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < r->leaf_count; i++)
        n += repeats[i];
    value *v = arena_array(memory, value, n + 1);
    if (!v)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a sheet");
    for (size_t i = 0; !status && i < r->leaf_count; i++) {
        leaf_key(r, i, key, sizeof key);
        for (uint32_t k = 0; !status && k < repeats[i]; k++)
            status = sheet_points(r, i, answer_at(answers, key, k), &v[at++], err);
    }
    if (!status)
        *out = v;
    return status;
}

/* -- weights ------------------------------------------------------------------------------------ */

typedef struct {
    case_scope *s;
    const json_t *judge; /* what is known of him */
    const scheme_role *role;
} judge_scope;

static void get_judge(void *context, const expr_name *name, value *out)
{
    judge_scope *j = context;
    *out = VALUE_NONE;
    if (name->kind != NAME_JUDGE) {
        j->s->scope.get(j->s, name, out);
        return;
    }
    for (size_t i = 0; j->role && i < j->role->field_count; i++) {
        const scheme_field *f = &j->role->field[i];
        if (strcmp(f->item.id, name->text) == 0 &&
            field_read(f, json_object_get(j->judge, f->item.id), &j->s->c->memory, out, NULL))
            *out = VALUE_NONE;
    }
}

static value weight_of(case_scope *s, const scheme_tally *t, const scheme_stage *st,
                       const json_t *assignment)
{
    judge_scope j = {s, json_object_get(assignment, "known"), st->assign ? st->assign->role : NULL};
    expr_scope scope = {.scheme = s->c->scheme, .memory = &s->c->memory, .get = get_judge,
                        .context = &j};
    return t->weight ? expr_eval(t->weight, &scope) : VALUE_NONE;
}

/* -- gathering ----------------------------------------------------------------------------------- */

static int by_judge(const void *a, const void *b)
{
    return strcmp(((const tally_sheet *)a)->judge, ((const tally_sheet *)b)->judge);
}

static assay_status gather_sheets(case_scope *s, const scheme_tally *t, const scheme_stage *st,
                                  tally_input *in, assay_err *err)
{
    the_case *c = s->c;
    const json_t *sheets = case_sheets(c, st->item.id);
    size_t n = json_object_size(sheets);
    tally_sheet *list = arena_array(&c->memory, tally_sheet, n + 1);
    const char *judge;
    json_t *sheet;
    assay_status status = ASSAY_OK;
    if (!in->rubric || !list)
        return ASSAY_OK;
    in->repeats = leaf_repeats(s, in->rubric);
    json_object_foreach((json_t *)sheets, judge, sheet) {
        value *answers = NULL;
        if (!sheet_is_final(sheet) || !sheet_is_of(sheet, c, st->item.id))
            continue;
        if (!status)
            status = sheet_values(in->rubric, in->repeats, json_object_get(sheet, "answers"),
                                  &c->memory, &answers, err);
        list[in->sheet_count++] =
            (tally_sheet){judge, answers,
                          weight_of(s, t, st, case_assignment(c->state, st->item.id, judge))};
    }
    qsort(list, in->sheet_count, sizeof *list, by_judge);
    in->sheet = list;
    return status;
}

static assay_status gather_answers(case_scope *s, const scheme_tally *t, const scheme_stage *st,
                                   tally_input *in, assay_err *err)
{
    the_case *c = s->c;
    const json_t *all = json_object_get(c->state, "fillings");
    size_t n = json_array_size(all), width = t->field ? 1 : t->form->field_count;
    tally_sheet *list = arena_array(&c->memory, tally_sheet, n + 1);
    assay_status status = ASSAY_OK;
    for (size_t i = 0; list && !status && i < n; i++) {
        const json_t *f = json_array_get(all, i);
        json_t *values = NULL;
        if (strcmp(text_of(f, "form"), t->form->item.id) != 0 ||
            !json_is_true(json_object_get(f, "final")) ||
            json_integer_value(json_object_get(f, "visit")) != case_visit(c->state, st->item.id))
            continue;
        value *answer = arena_array(&c->memory, value, width);
        status = filling_values(c, f, &values, err);
        for (size_t k = 0; answer && !status && k < width; k++) {
            const scheme_field *field = t->field ? t->field : &t->form->field[k];
            value v = VALUE_NONE;
            status = field_read(field, json_object_get(values, field->item.id), &c->memory, &v, err);
            if (!status && !value_copy(&c->memory, v, &answer[k]))
                status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for answers");
        }
        json_decref(values);
        const char *by = text_of(f, "by");
        list[in->sheet_count++] = (tally_sheet){
            by ? by : "", answer,
            weight_of(s, t, st, case_assignment(c->state, st->item.id, by))};
    }
    in->sheet = list;
    return status;
}

assay_status case_tally(case_scope *s, const scheme_tally *t, const tally_result **out,
                        assay_err *err)
{
    size_t k = (size_t)(t - s->c->scheme->tally);
    const scheme_stage *st = tally_stage(s->c->scheme, t);
    *out = NULL;
    if (t->method == TALLY_EXPR || !st)
        return ASSAY_OK;
    if (!s->has_result[k]) {
        tally_input in = {.tally = t};
        in.assigned = json_array_size(case_assigned(s->c, st->item.id));
        in.eligible = in.assigned;
        in.rubric = t->form ? NULL : case_rubric(s->c, st);
        assay_status status = t->form ? gather_answers(s, t, st, &in, err)
                                      : gather_sheets(s, t, st, &in, err);
        if (!in.assigned)
            in.assigned = in.sheet_count;
        if (!status)
            status = tally_run(&in, &s->c->memory, &s->result[k], err);
        if (status)
            return status;
        s->has_result[k] = true;
    }
    *out = &s->result[k];
    return ASSAY_OK;
}
