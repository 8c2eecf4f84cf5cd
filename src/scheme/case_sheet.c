/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring: each judge a sheet of his own, drafts kept, nothing of the others. */
#include "scheme/sheet.h"

#include "base/i18n.h"

#include <string.h>

/* -- the judge ------------------------------------------------------------------------------------ */

static assay_status need_judge(the_case *c, const scheme_stage **s, char me[static ID_TEXT],
                               assay_err *err)
{
    *s = case_stage(c);
    if (!*s || !(*s)->assign || !(*s)->rubric_count)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("the case is not at a stage that is scored"));
    const json_t *sheet = NULL;
    if (!viewer_is_named(c->who, me) || !case_assignment(c->state, (*s)->item.id, me))
        return assay_fail(err, ASSAY_DOMAIN, 0, _("the case is not assigned to you"));
    sheet = json_object_get(case_sheets(c, (*s)->item.id), me);
    if (sheet && sheet_is_of(sheet, c, (*s)->item.id) && sheet_is_final(sheet))
        return assay_fail(err, ASSAY_CONFLICT, 0, _("the sheet is final: it cannot be changed"));
    if (json_is_true(json_object_get(c->state, "waits")))
        return assay_fail(err, ASSAY_CONFLICT, 0, _("scoring is closed"));
    return ASSAY_OK;
}

/* -- checking ---------------------------------------------------------------------------------------- */

static const scheme_node *leaf_named(const scheme_rubric *r, const char *name, size_t *leaf)
{
    char key[200];
    for (size_t i = 0; i < r->leaf_count; i++) {
        leaf_key(r, i, key, sizeof key);
        if (strcmp(key, name) == 0 || scheme_find_node(r, name) == &r->node[r->leaf[i]]) {
            *leaf = i;
            return &r->node[r->leaf[i]];
        }
    }
    return NULL;
}

/* Each answer under the one key of its leaf, numbers as text; a wrong one is named. */
static assay_status normalise(const scheme_rubric *r, const json_t *given, json_t *out,
                              assay_err *err)
{
    const char *name;
    json_t *item;
    char key[200];
    json_object_foreach((json_t *)given, name, item) {
        size_t leaf = 0, n = json_is_array(item) ? json_array_size(item) : 1;
        if (!leaf_named(r, name, &leaf))
            return assay_fail(err, ASSAY_FORMAT, 0, "%s has no criterion \"%.60s\" to score",
                              r->item.id, name);
        json_t *list = json_array();
        leaf_key(r, leaf, key, sizeof key);
        for (size_t i = 0; i < n; i++) {
            const json_t *one = json_is_array(item) ? json_array_get(item, i) : item;
            json_t *text = json_is_integer(one) ? number_text(number_read(one))
                                                : json_incref((json_t *)one);
            value v;
            assay_status status =
                json_is_string(text) ? sheet_points(r, leaf, json_string_value(text), &v, err)
                                     : assay_fail(err, ASSAY_FORMAT, 0, "%s: an answer is a text",
                                                  key);
            json_array_append_new(list, text);
            if (status) {
                json_decref(list);
                return status;
            }
        }
        json_object_set_new(out, key, json_is_array(item) ? json_incref(list)
                                                          : json_incref(json_array_get(list, 0)));
        json_decref(list);
    }
    return ASSAY_OK;
}

/* "na" says why; a missing answer keeps a sheet from being final. */
static assay_status check_whole(the_case *c, const scheme_rubric *r, const json_t *answers,
                                const json_t *why, assay_err *err)
{
    case_scope scope;
    value *v = NULL;
    char key[200];
    assay_status status = case_scope_init(&scope, c, NULL, err);
    uint32_t *repeats = status ? NULL : leaf_repeats(&scope, r);
    if (!status && repeats)
        status = sheet_values(r, repeats, answers, &c->memory, &v, err);
    size_t at = 0;
    for (size_t i = 0; !status && v && i < r->leaf_count; i++) {
        leaf_key(r, i, key, sizeof key);
        for (uint32_t k = 0; !status && k < repeats[i]; k++, at++) {
            if (v[at].kind == VALUE_MISSING)
                status = assay_fail(err, ASSAY_MISSING, 0, _("%s is not scored yet"), key);
            else if (v[at].kind == VALUE_NA && !text_of(why, key)) {
                status =
                    assay_fail(err, ASSAY_MISSING, 0, _("%s: not applicable needs a reason"), key);
                assay_hint(err, _("give it in \"na\": {\"%s\": \"why\"}"), key);
            }
        }
    }
    case_scope_done(&scope);
    return status;
}

static assay_status check_texts(const json_t *o, const char *what, assay_err *err)
{
    const char *name;
    json_t *item;
    if (o && !json_is_object(o))
        return assay_fail(err, ASSAY_FORMAT, 0, "\"%s\" must be an object of texts", what);
    json_object_foreach((json_t *)o, name, item)
        if (!json_is_string(item) || json_string_length(item) > 4000)
            return assay_fail(err, ASSAY_FORMAT, 0, "%s of %s must be a text of at most 4000 bytes",
                              what, name);
    return ASSAY_OK;
}

/* -- acts ------------------------------------------------------------------------------------------------ */

static json_t *about_sheet(const the_case *c, const scheme_stage *s, const char *me)
{
    json_t *o = json_object();
    set_text(o, "stage", s->item.id);
    set_text(o, "judge", me);
    json_object_set_new(o, "visit", json_integer(case_visit(c->state, s->item.id)));
    return o;
}

/* What is given now over what the draft had. */
static void overlay(const json_t *sheet, const char *name, json_t *fresh, json_t *payload)
{
    json_t *all = json_deep_copy(json_object_get(sheet, name));
    if (!all)
        all = json_object();
    json_object_update(all, fresh);
    if (json_object_size(all))
        json_object_set(payload, name, all);
    json_decref(all);
}

static assay_status make_final(the_case *c, const scheme_stage *s, const char *me, assay_err *err)
{
    const json_t *sheet = json_object_get(case_sheets(c, s->item.id), me);
    const scheme_rubric *r = case_rubric(c, s);
    if (!r)
        return assay_fail(err, ASSAY_MISSING, 0, "no rubric of the stage fits this case");
    if (!sheet || !sheet_is_of(sheet, c, s->item.id))
        return assay_fail(err, ASSAY_MISSING, 0, "nothing is scored yet");
    assay_status status = check_whole(c, r, json_object_get(sheet, "answers"),
                                      json_object_get(sheet, "why_na"), err);
    if (!status)
        status = case_append(c, "case.sheet.final", about_sheet(c, s, me), err);
    return status ? status : case_settle(c, err);
}

assay_status act_score(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    char me[ID_TEXT];
    json_t *answers = json_object();
    json_t *na = json_object_get(c->said, "na"), *notes = json_object_get(c->said, "notes");
    bool is_final = json_is_true(json_object_get(c->said, "final"));
    assay_status status = said_only(c->said, "scores na notes final key", err);
    if (!status)
        status = need_judge(c, &s, me, err);
    const scheme_rubric *r = status ? NULL : case_rubric(c, s);
    if (!status && !r)
        status = assay_fail(err, ASSAY_MISSING, 0, "no rubric of the stage fits this case");
    if (!status)
        status = normalise(r, json_object_get(c->said, "scores"), answers, err);
    if (!status)
        status = check_texts(na, "na", err);
    if (!status)
        status = check_texts(notes, "notes", err);
    if (!status) {
        const json_t *sheet = json_object_get(case_sheets(c, s->item.id), me);
        json_t *payload = about_sheet(c, s, me);
        if (sheet && !sheet_is_of(sheet, c, s->item.id))
            sheet = NULL;
        overlay(sheet, "answers", answers, payload);
        overlay(sheet, "why_na", na, payload);
        overlay(sheet, "notes", notes, payload);
        status = case_append(c, "case.sheet", payload, err);
    }
    json_decref(answers);
    return status || !is_final ? status : make_final(c, s, me, err);
}

assay_status act_final(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    char me[ID_TEXT];
    assay_status status = said_only(c->said, "stage key", err);
    if (!status)
        status = need_judge(c, &s, me, err);
    return status ? status : make_final(c, s, me, err);
}
