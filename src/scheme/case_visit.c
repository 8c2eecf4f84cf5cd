/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several people saw at one place, each with a device of his own that may have been away for
 * hours.
 *
 * An observation is never changed: a set of them grows, each with an id made where it was written,
 * so that whoever comes back first or twice gives the same set. Of one item the newest observation
 * of each person stands; where two persons' differ, both are shown until somebody settles it by a
 * further one that names them. A form with an item in question cannot be handed in. */
#include "scheme/case_inner.h"
#include "scheme/visit.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MOST = 200, ITEM_MOST = 200, VALUE_MOST = 8000 };

/* -- taking them in --------------------------------------------------------------------------- */

static bool is_id(const char *text)
{
    return text && strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

static bool is_kind(const char *kind)
{
    return kind &&
           (strcmp(kind, "value") == 0 || strcmp(kind, "add") == 0 || strcmp(kind, "note") == 0);
}

static bool is_known(const json_t *state, const char *id)
{
    const json_t *all = json_object_get(state, "seen");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (list_has(json_object_get(json_array_get(all, i), "ids"), id))
            return true;
    return false;
}

static assay_status check_entry(const json_t *e, size_t i, assay_err *err)
{
    static const char names[] = "id item kind value at settles";
    const char *item, *at;
    size_t n = json_dumpb(json_object_get(e, "value"), NULL, 0, JSON_ENCODE_ANY);
    assay_status status = said_only(e, names, err);
    if (!status)
        status = said_text(e, "item", true, ITEM_MOST, &item, err);
    if (!status)
        status = said_text(e, "at", false, 40, &at, err);
    if (!status && !is_id(text_of(e, "id")))
        status = assay_fail(err, ASSAY_FORMAT, i,
                            _("observation %zu: an id has 32 hexadecimal digits"), i + 1);
    if (!status && !is_kind(text_of(e, "kind")))
        status = assay_fail(err, ASSAY_FORMAT, i, _("observation %zu: kind is value, add or note"),
                            i + 1);
    if (!status && (n == 0 || n > VALUE_MOST))
        status = assay_fail(err, ASSAY_FORMAT, i,
                            _("observation %zu: a value of at most %d bytes is expected"), i + 1,
                            VALUE_MOST);
    const json_t *settles = json_object_get(e, "settles");
    for (size_t k = 0; !status && k < json_array_size(settles); k++)
        if (!is_id(json_string_value(json_array_get(settles, k))))
            status = assay_fail(err, ASSAY_FORMAT, i,
                                _("observation %zu: an id has 32 hexadecimal digits"), i + 1);
    return status;
}

/* The stage it is about: one may come back after the case has gone on. */
static assay_status find_stage(the_case *c, const scheme_stage **out, assay_err *err)
{
    const char *name;
    assay_status status = said_text(c->said, "stage", true, 100, &name, err);
    *out = status ? NULL : scheme_find_stage(c->scheme, name);
    if (!status && (!*out || !case_visit(c->state, name)))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("the case was not at a stage %.60s"), name);
    if (!status && (*out)->assign && (*out)->assign->blind != BLIND_NONE)
        status = assay_fail(err, ASSAY_DOMAIN, 0,
                            _("the stage %s is judged blind: nothing is shared there"), name);
    return status;
}

static assay_status may_observe(the_case *c, const scheme_stage *s, assay_err *err)
{
    char me[ID_TEXT];
    const scheme_role *role = NULL;
    if (viewer_is_named(c->who, me) && s->assign && case_assignment(c->state, s->item.id, me))
        return ASSAY_OK;
    assay_status status = s->assign ? ASSAY_OK : case_actor(c, s, &role, err);
    if (!status && !role)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("only who was sent there says what was seen"));
    return status;
}

static assay_status new_entries(the_case *c, json_t *fresh, json_t *ids, assay_err *err)
{
    const json_t *given = json_object_get(c->said, "entries");
    if (!json_is_array(given) || !json_array_size(given) || json_array_size(given) > ENTRIES_MOST)
        return assay_fail(err, ASSAY_FORMAT, 0, _("\"entries\" is a list of 1 to %d"),
                          ENTRIES_MOST);
    for (size_t i = 0; i < json_array_size(given); i++) {
        json_t *e = json_array_get(given, i);
        assay_status status = check_entry(e, i, err);
        if (status)
            return status;
        if (is_known(c->state, text_of(e, "id")) || list_has(ids, text_of(e, "id")))
            continue;
        json_array_append(fresh, e);
        json_array_append(ids, json_object_get(e, "id"));
    }
    return ASSAY_OK;
}

static assay_status record_entries(the_case *c, const scheme_stage *s, const json_t *fresh,
                                   json_t *ids, assay_err *err)
{
    char me[ID_TEXT];
    buf sealed = BUF_INIT;
    const scheme_stage *at = case_stage(c);
    assay_status status = secret_seal(c->tx, c->d->s, &c->id, "seen", fresh, &sealed, err);
    json_t *p = json_object();
    set_text(p, "stage", s->item.id);
    json_object_set_new(p, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_text(p, "by", viewer_is_named(c->who, me) ? me : NULL);
    json_object_set(p, "ids", ids);
    if (at != s)
        json_object_set_new(p, "late", json_true());
    set_text(p, "sealed", buf_text(&sealed));
    buf_done(&sealed);
    if (!status)
        return case_append(c, "case.seen", p, err);
    json_decref(p);
    return status;
}

assay_status act_observe(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    json_t *fresh = json_array(), *ids = json_array();
    assay_status status = said_only(c->said, "stage entries key", err);
    if (!status)
        status = find_stage(c, &s, err);
    if (!status)
        status = may_observe(c, s, err);
    if (!status)
        status = new_entries(c, fresh, ids, err);
    if (!status && json_array_size(fresh))
        status = record_entries(c, s, fresh, ids, err);
    json_decref(fresh);
    json_decref(ids);
    return status;
}

/* -- the set ------------------------------------------------------------------------------------
 */

/* All of a stage's visit, opened, with who and when it came. */
static assay_status open_all(the_case *c, const char *stage, int64_t visit, json_t *out,
                             assay_err *err)
{
    const json_t *all = json_object_get(c->state, "seen");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *batch = json_array_get(all, i);
        json_t *list = NULL;
        if (strcmp(text_of(batch, "stage"), stage) != 0 ||
            json_integer_value(json_object_get(batch, "visit")) != visit)
            continue;
        assay_status status =
            secret_open(c->d->s, &c->id, "seen", text_of(batch, "sealed"), &list, err);
        if (status)
            return status;
        for (size_t k = 0; k < json_array_size(list); k++) {
            json_t *e = json_array_get(list, k);
            set_text(e, "by", text_of(batch, "by"));
            json_object_set(e, "came", json_object_get(batch, "at"));
            if (json_object_get(batch, "late"))
                json_object_set_new(e, "late", json_true());
            json_array_append(out, e);
        }
        json_decref(list);
    }
    return ASSAY_OK;
}

static bool is_settled(const json_t *all, const char *id)
{
    for (size_t i = 0; i < json_array_size(all); i++)
        if (list_has(json_object_get(json_array_get(all, i), "settles"), id))
            return true;
    return false;
}

static bool same_text(const json_t *a, const json_t *b, const char *name)
{
    const char *x = text_of(a, name), *y = text_of(b, name);
    return strcmp(x ? x : "", y ? y : "") == 0;
}

static bool is_value(const json_t *e)
{
    return strcmp(text_of(e, "kind"), "value") == 0;
}

/* The newest of its hand and item, and not settled by another. */
static bool stands(const json_t *all, size_t i)
{
    const json_t *e = json_array_get(all, i);
    if (!is_value(e) || is_settled(all, text_of(e, "id")))
        return false;
    for (size_t k = i + 1; k < json_array_size(all); k++) {
        const json_t *other = json_array_get(all, k);
        if (is_value(other) && same_text(e, other, "item") && same_text(e, other, "by"))
            return false;
    }
    return true;
}

/* {item: [ids]} of items on which what stands differs. */
static json_t *differences(const json_t *all)
{
    json_t *found = json_object();
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *a = json_array_get(all, i);
        if (!stands(all, i))
            continue;
        for (size_t k = i + 1; k < json_array_size(all); k++) {
            const json_t *b = json_array_get(all, k);
            if (!stands(all, k) || !same_text(a, b, "item") ||
                json_equal(json_object_get(a, "value"), json_object_get(b, "value")))
                continue;
            json_t *ids = list_in(found, text_of(a, "item"));
            if (!list_has(ids, text_of(a, "id")))
                json_array_append(ids, json_object_get(a, "id"));
            if (!list_has(ids, text_of(b, "id")))
                json_array_append(ids, json_object_get(b, "id"));
        }
    }
    return found;
}

/* One form is handed in once all agree on what it asks. */
assay_status visit_check(the_case *c, const scheme_stage *s, const scheme_form *form,
                         assay_err *err)
{
    json_t *all = json_array();
    assay_status status = open_all(c, s->item.id, case_visit(c->state, s->item.id), all, err);
    json_t *differ = differences(all);
    for (size_t i = 0; !status && i < form->field_count; i++)
        if (json_object_get(differ, form->field[i].item.id))
            status =
                assay_fail(err, ASSAY_CONFLICT, i, _("%s: what was seen differs; settle it first"),
                           form->field[i].item.id);
    json_decref(differ);
    json_decref(all);
    return status;
}

/* -- for who may see it
 * ---------------------------------------------------------------------------- */

/* Others of one's visit are numbered as they were sent; the desk knows them. */
static void number_hands(const the_case *c, const char *stage, const char *me, bool is_desk,
                         json_t *all)
{
    const json_t *sent = case_assigned(c, stage);
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *e = json_array_get(all, i);
        const char *by = text_of(e, "by");
        for (size_t k = 0; by && k < json_array_size(sent); k++)
            if (strcmp(text_of(json_array_get(sent, k), "judge"), by) == 0)
                json_object_set_new(e, "hand", json_integer((json_int_t)k + 1));
        if (by && *me && strcmp(by, me) == 0)
            json_object_set_new(e, "mine", json_true());
        if (!is_desk)
            json_object_del(e, "by");
    }
}

void visit_show(the_case *c, const char *stage, const char *me, bool is_desk, json_t *view)
{
    json_t *all = json_array();
    if (open_all(c, stage, case_visit(c->state, stage), all, NULL) != ASSAY_OK ||
        !json_array_size(all)) {
        json_decref(all);
        return;
    }
    json_t *o = object_in(object_in(view, "seen"), stage);
    json_object_set_new(o, "differ", differences(all));
    number_hands(c, stage, me, is_desk, all);
    json_object_set_new(o, "entries", all);
}
