/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling forms. What is personal is encrypted with the key of the person the case is about, or of who
 * filled it in; where neither is a person known here, with a key of the case. */
#include "scheme/case_inner.h"
#include "scheme/visit.h"

#include "base/i18n.h"
#include "base/jcs.h"

#include <string.h>

/* -- whose key ---------------------------------------------------------------------------------- */

static bool is_person(store *s, const object_id *id)
{
    buf row = BUF_INIT;
    bool is = false;
    if (!id_is_none(id) && store_entry_get(s, "party", id, &row, NULL) == ASSAY_OK) {
        json_t *o = json_tree(buf_text(&row));
        is = text_of(o, "kind") && strcmp(text_of(o, "kind"), "person") == 0;
        json_decref(o);
    }
    buf_done(&row);
    return is;
}

object_id case_owner(the_case *c)
{
    object_id party;
    if (case_party(c->state, &party) && is_person(c->d->s, &party))
        return party;
    return is_person(c->d->s, &c->who->party) ? c->who->party : c->id;
}

/* -- checking ------------------------------------------------------------------------------------- */

typedef struct {
    case_scope *s;
    const scheme_form *form;
    const json_t *values;
} draft_scope;

/* Fields of the form itself are those being filled in. */
static void get_draft(void *context, const expr_name *name, value *out)
{
    draft_scope *d = context;
    const scheme *sc = d->s->c->scheme;
    if (name->kind == NAME_FIELD && &sc->form[name->index] == d->form) {
        const scheme_field *f = &d->form->field[name->part];
        if (field_read(f, json_object_get(d->values, f->item.id), &d->s->c->memory, out, NULL))
            *out = VALUE_NONE;
        return;
    }
    d->s->scope.get(d->s, name, out);
}

static bool is_true(const expr *e, draft_scope *d, bool otherwise)
{
    expr_scope scope = {.scheme = d->s->c->scheme, .memory = &d->s->c->memory, .get = get_draft,
                        .context = d};
    return e ? value_is_true(expr_eval(e, &scope)) : otherwise;
}

static assay_status check_field(const scheme_field *f, draft_scope *d, bool is_sealing,
                                assay_err *err)
{
    value v;
    assay_status status = field_read(f, json_object_get(d->values, f->item.id),
                                     &d->s->c->memory, &v, err);
    if (status)
        return status;
    bool is_asked = is_true(f->when, d, true);
    if (!is_asked && v.kind != VALUE_MISSING)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("%s is not asked here: %s is not true"),
                          f->item.id, expr_text(f->when));
    bool is_empty = v.kind == VALUE_MISSING || (v.kind == VALUE_LIST && v.as.list.count == 0);
    if (f->kind == FIELD_EVIDENCE) /* it is sealed beside the form */
        is_empty &= !case_newest_evidence(d->s->c->state, f->item.id);
    if (is_sealing && is_asked && is_empty && is_true(f->need, d, f->is_needed)) {
        assay_fail(err, ASSAY_MISSING, 0, _("%s is missing"), f->item.id);
        return assay_hint(err, f->kind == FIELD_EVIDENCE
                                   ? _("compute and seal it first, then hand in")
                                   : _("give it, or {\"na\": true} where it does not apply"));
    }
    if (v.kind != VALUE_MISSING && v.kind != VALUE_NA && f->check && !is_true(f->check, d, true))
        return assay_fail(err, ASSAY_DOMAIN, 0, _("%s is refused: %s"), f->item.id,
                          expr_text(f->check));
    return ASSAY_OK;
}

static assay_status check_values(the_case *c, const scheme_form *form, const json_t *values,
                                 bool is_sealing, assay_err *err)
{
    const char *name;
    json_t *item;
    case_scope scope;
    json_object_foreach((json_t *)values, name, item)
        if (!scheme_find_field(form, name))
            return assay_fail(err, ASSAY_FORMAT, 0, "the form %s has no field \"%.60s\"",
                              form->item.id, name);
    assay_status status = case_scope_init(&scope, c, NULL, err);
    draft_scope d = {&scope, form, values};
    for (size_t i = 0; !status && i < form->field_count; i++)
        status = check_field(&form->field[i], &d, is_sealing, err);
    case_scope_done(&scope);
    return status;
}

/* -- writing ---------------------------------------------------------------------------------------- */

static assay_status split(the_case *c, const scheme_form *form, const json_t *values,
                          json_t *payload, assay_err *err)
{
    json_t *open = json_object(), *personal = json_object();
    buf sealed = BUF_INIT;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < form->field_count; i++) {
        const scheme_field *f = &form->field[i];
        json_t *v = json_object_get(values, f->item.id);
        if (v)
            json_object_set(f->is_personal ? personal : open, f->item.id, v);
    }
    if (json_object_size(personal)) {
        object_id owner = case_owner(c);
        status = secret_seal(c->tx, c->d->s, &owner, "form", personal, &sealed, err);
        if (!status) {
            set_id(payload, "owner", &owner);
            set_text(payload, "sealed", buf_text(&sealed));
        }
    }
    json_object_set_new(payload, "values", open);
    json_decref(personal);
    buf_done(&sealed);
    return status;
}

/* Those who judge here may fill the form of the stage too. */
static assay_status may_fill(the_case *c, const scheme_stage *s, const scheme_form *form,
                             assay_err *err)
{
    const scheme_role *role = NULL;
    char me[ID_TEXT];
    bool is_public = false;
    if (s->form != form)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("the stage %s does not ask for the form %s"),
                          s->item.id, form->item.id);
    assay_status status = case_actor(c, s, &role, err);
    if (status)
        return status;
    for (size_t i = 0; i < s->who_count; i++)
        is_public |= s->who[i]->is_case && !text_of(c->state, "party");
    if ((role && !case_countersigns(s, role)) || is_public || (viewer_is_named(c->who, me) && s->assign &&
                              case_assignment(c->state, s->item.id, me)))
        return ASSAY_OK;
    if (!s->who_count && !s->assign && c->who->kind == VIEWER_DESK)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0, _("%s is filled in by %s"), form->item.id,
                      s->who_count ? s->who[0]->item.id
                      : s->assign  ? s->assign->role->item.id
                                   : "the desk");
}

static assay_status write_filling(the_case *c, const scheme_stage *s, const scheme_form *form,
                                  const json_t *values, bool is_final, assay_err *err)
{
    char me[ID_TEXT];
    json_t *payload = json_object();
    set_text(payload, "form", form->item.id);
    set_text(payload, "stage", s->item.id);
    json_object_set_new(payload, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_text(payload, "by", viewer_is_named(c->who, me) ? me : NULL);
    if (is_final)
        json_object_set_new(payload, "final", json_true());
    assay_status status = values ? split(c, form, values, payload, err) : ASSAY_OK;
    if (status) {
        json_decref(payload);
        return status;
    }
    return case_append(c, "case.form", payload, err);
}

const json_t *case_filling_by(const the_case *c, const scheme_stage *s, const char *form,
                              const char *me, bool is_final)
{
    const json_t *list = json_object_get(c->state, "fillings");
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *f = json_array_get(list, i);
        const char *by = text_of(f, "by");
        if (strcmp(text_of(f, "form"), form) == 0 && strcmp(by ? by : "", me) == 0 &&
            strcmp(text_of(f, "stage"), s->item.id) == 0 &&
            json_integer_value(json_object_get(f, "visit")) == case_visit(c->state, s->item.id) &&
            json_is_true(json_object_get(f, "final")) == is_final)
            return f;
    }
    return NULL;
}

/* What this hand has begun, or handed in, at this visit. */
static const json_t *own_filling(const the_case *c, const scheme_stage *s, const char *form,
                                 bool is_final)
{
    char me[ID_TEXT] = "";
    viewer_is_named(c->who, me);
    return case_filling_by(c, s, form, me, is_final);
}

assay_status case_form_asked(the_case *c, const char *name, const scheme_stage **s,
                             const scheme_form **form, assay_err *err)
{
    *s = case_stage(c);
    if (!*s)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("the case is closed"));
    if (json_is_true(json_object_get(c->state, "waits")))
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          _("nothing more is handed in at %s: it is to be decided"), (*s)->item.id);
    if (!name && !(*s)->form)
        return assay_fail(err, ASSAY_MISSING, 0, "\"form\" is missing");
    *form = name ? scheme_find_form(c->scheme, name) : (*s)->form;
    if (!*form)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the scheme has no form \"%.60s\"", name);
    assay_status status = may_fill(c, *s, *form, err);
    if (!status && own_filling(c, *s, (*form)->item.id, true))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("%s is sealed: it cannot be changed"),
                            (*form)->item.id);
    return status;
}

static assay_status find_form(the_case *c, const scheme_stage **s, const scheme_form **form,
                              assay_err *err)
{
    const char *name;
    assay_status status = said_text(c->said, "form", false, 100, &name, err);
    return status ? status : case_form_asked(c, name, s, form, err);
}

assay_status act_fill(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    const scheme_form *form = NULL;
    json_t *values = json_object_get(c->said, "values"), *taken = NULL;
    bool is_final = json_is_true(json_object_get(c->said, "seal"));
    assay_status status = said_only(c->said, "form values seal key", err);
    if (!status)
        status = find_form(c, &s, &form, err);
    if (!status && !json_is_object(values))
        status = assay_fail(err, ASSAY_MISSING, 0, "\"values\" must be an object of fields");
    if (!status)
        status = case_files_settle(c, form, values, err);
    if (!status)
        status = badges_take(c, form, values, &taken, err);
    if (!status)
        status = check_values(c, form, taken, is_final, err);
    if (!status && is_final)
        status = visit_check(c, s, form, err);
    if (!status)
        status = write_filling(c, s, form, taken, is_final, err);
    json_decref(taken);
    return status || !is_final ? status : case_settle(c, err);
}

assay_status act_seal(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    const scheme_form *form = NULL;
    json_t *values = NULL;
    assay_status status = said_only(c->said, "form key", err);
    if (!status)
        status = find_form(c, &s, &form, err);
    const json_t *draft = status ? NULL : own_filling(c, s, form->item.id, false);
    if (!status && !draft)
        status = assay_fail(err, ASSAY_MISSING, 0, _("%s was not filled in yet"), form->item.id);
    if (!status)
        status = filling_values(c, draft, &values, err);
    if (!status)
        status = check_values(c, form, values, true, err);
    if (!status)
        status = visit_check(c, s, form, err);
    if (!status)
        status = write_filling(c, s, form, NULL, true, err);
    json_decref(values);
    return status ? status : case_settle(c, err);
}
