/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may act in a case.
 *
 * A role is held in one of three ways: it is the case's own party (or somebody who may act for it),
 * the case names its holder, or the desk appointed somebody to it, everywhere or at the case's place. */
#include "scheme/case_inner.h"

#include <string.h>

bool viewer_is_named(const viewer *who, char out[static ID_TEXT])
{
    if (!who || id_is_none(&who->party))
        return false;
    id_text(&who->party, out);
    return true;
}

assay_status case_is_party(the_case *c, bool *out, assay_err *err)
{
    object_id party;
    *out = false;
    if (id_is_none(&c->who->party) || !case_party(c->state, &party))
        return ASSAY_OK;
    assay_status status = party_acts_for(c->d->s, &c->who->party, &party, c->now, out, err);
    if (!status && !*out && json_object_get(c->state, "members"))
        status = case_concerns(c, &c->who->party, out, err);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

static assay_status is_one(the_case *c, const char *text, const object_id *kept, bool *out,
                           assay_err *err)
{
    object_id id;
    if (*out || !id_read(text, &id))
        return ASSAY_OK;
    assay_status status = party_kept(c->d->s, &id, &id, err);
    *out = !status && id_same(&id, kept);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

assay_status case_concerns(the_case *c, const object_id *id, bool *out, assay_err *err)
{
    object_id kept;
    const json_t *members = json_object_get(c->state, "members");
    bool is_found = false;
    assay_status status = party_kept(c->d->s, id, &kept, err);
    if (!status)
        status = is_one(c, text_of(c->state, "party"), &kept, &is_found, err);
    for (size_t i = 0; !status && i < json_array_size(members); i++)
        status = is_one(c, json_string_value(json_array_get(members, i)), &kept, &is_found, err);
    if (!status)
        *out = is_found;
    return status;
}

bool post_is_for(const party_post *p, const the_case *c)
{
    const char *place = text_of(c->state, "place");
    return !p->place || !*p->place || !place || strcmp(p->place, place) == 0;
}

typedef struct {
    const the_case *c;
    const scheme_role *role;
    bool is_held;
} post_look;

static bool look_at_post(const party_post *p, void *context)
{
    post_look *l = context;
    l->is_held |= strcmp(p->scheme, l->c->scheme->item.id) == 0 &&
                  strcmp(p->role, l->role->item.id) == 0 && post_is_for(p, l->c);
    return !l->is_held;
}

/* Named in the case, or standing for who is named (an employer's representative). */
static assay_status is_named(the_case *c, const scheme_role *r, bool *out, assay_err *err)
{
    const json_t *named = json_object_get(json_object_get(c->state, "named"), r->item.id);
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && !*out && i < json_array_size(named); i++) {
        object_id id;
        if (id_read(json_string_value(json_array_get(named, i)), &id))
            status = party_acts_for(c->d->s, &c->who->party, &id, c->now, out, err);
    }
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

assay_status case_in_role(the_case *c, const scheme_role *r, bool *out, assay_err *err)
{
    *out = false;
    if (id_is_none(&c->who->party))
        return ASSAY_OK;
    if (r->is_case)
        return case_is_party(c, out, err);
    assay_status status = is_named(c, r, out, err);
    post_look l = {c, r, false};
    if (!status && !*out)
        status = party_posts(c->d->s, &c->who->party, c->now, look_at_post, &l, err);
    *out |= l.is_held;
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

assay_status case_actor(the_case *c, const scheme_stage *s, const scheme_role **out,
                        assay_err *err)
{
    bool is_in = false;
    *out = NULL;
    for (size_t i = 0; i < s->who_count; i++) {
        assay_status status = case_in_role(c, s->who[i], &is_in, err);
        if (status)
            return status;
        if (is_in) {
            *out = s->who[i];
            return ASSAY_OK;
        }
    }
    return ASSAY_OK;
}

assay_status case_need_desk(const the_case *c, const char *act, assay_err *err)
{
    if (c->who->kind == VIEWER_DESK)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0, "%s is for the desk that runs the programme", act);
}
