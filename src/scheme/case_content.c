/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said in a case: fillings of forms, sheets of judges. */
#include "scheme/case_inner.h"

#include <string.h>

/* -- fillings --------------------------------------------------------------------------------- */

assay_status filling_values(const the_case *c, const json_t *filling, json_t **out, assay_err *err)
{
    object_id owner;
    const char *sealed = text_of(filling, "sealed");
    json_t *values = json_deep_copy(json_object_get(filling, "values")), *inner = NULL;
    assay_status status = ASSAY_OK;
    if (!values)
        values = json_object();
    if (sealed && id_read(text_of(filling, "owner"), &owner))
        status = secret_open(c->d->s, &owner, "form", sealed, &inner, err);
    if (!status && inner)
        json_object_update(values, inner);
    json_decref(inner);
    if (status)
        json_decref(values);
    else
        *out = values;
    return status;
}

json_t *case_values(const the_case *c, const char *form, bool is_final)
{
    const json_t *list = json_object_get(c->state, "fillings");
    json_t *values = NULL;
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *f = json_array_get(list, i);
        if (strcmp(text_of(f, "form"), form) != 0 ||
            (is_final && !json_is_true(json_object_get(f, "final"))))
            continue;
        if (filling_values(c, f, &values, NULL) != ASSAY_OK)
            values = NULL;
        return values;
    }
    return NULL;
}

/* -- sheets ----------------------------------------------------------------------------------- */

const json_t *case_sheets(const the_case *c, const char *stage)
{
    return json_object_get(json_object_get(c->state, "sheets"), stage);
}

const json_t *case_assigned(const the_case *c, const char *stage)
{
    return json_object_get(json_object_get(c->state, "assigned"), stage);
}

const json_t *case_assignment(const json_t *state, const char *stage, const char *judge)
{
    const json_t *list = json_object_get(json_object_get(state, "assigned"), stage);
    for (size_t i = 0; judge && i < json_array_size(list); i++) {
        const json_t *a = json_array_get(list, i);
        const char *id = text_of(a, "judge");
        if (id && strcmp(id, judge) == 0)
            return a;
    }
    return NULL;
}

bool sheet_is_final(const json_t *sheet)
{
    return text_of(sheet, "final") != NULL;
}

bool sheet_is_of(const json_t *sheet, const the_case *c, const char *stage)
{
    return json_integer_value(json_object_get(sheet, "visit")) == case_visit(c->state, stage);
}

const scheme_rubric *case_rubric(the_case *c, const scheme_stage *s)
{
    case_scope scope;
    const scheme_rubric *found = NULL;
    if (s->rubric_count == 1 && !s->rubric[0].when)
        return s->rubric[0].use;
    if (!s->rubric_count || case_scope_init(&scope, c, NULL, NULL) != ASSAY_OK)
        return NULL;
    for (size_t i = 0; !found && i < s->rubric_count; i++)
        if (!s->rubric[i].when || value_is_true(expr_eval(s->rubric[i].when, &scope.scope)))
            found = s->rubric[i].use;
    case_scope_done(&scope);
    return found;
}

/* -- objections ------------------------------------------------------------------------------- */

size_t case_upheld(const json_t *state, const char *stage)
{
    const json_t *list = json_object_get(state, "objections");
    const char *entered = text_of(state, "entered");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i), *visit = json_object_get(o, "visit");
        const char *at = text_of(o, "stage");
        bool is_of_now = visit ? json_integer_value(visit) == case_visit(state, stage)
                               : entered && strcmp(text_of(o, "at"), entered) >= 0;
        n += at && strcmp(at, stage) == 0 && is_of_now &&
             json_is_true(json_object_get(json_object_get(o, "answer"), "upheld"));
    }
    return n;
}
