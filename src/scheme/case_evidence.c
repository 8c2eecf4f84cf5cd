/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence of a case: who may compute, seal and see it. Whoever may see decisions sees what they rest
 * on; a judge who must not know whose case it is computes nothing. */
#include "scheme/case_evidence.h"

#include "base/i18n.h"

#include "scheme/view.h"

#include <string.h>

static bool has_field(const scheme *s, const char *field)
{
    for (size_t i = 0; i < s->form_count; i++) {
        const scheme_field *f = scheme_find_field(&s->form[i], field);
        if (f && f->kind == FIELD_EVIDENCE)
            return true;
    }
    return false;
}

static assay_status not_found(const object_id *id, assay_err *err)
{
    char name[ID_TEXT];
    id_text(id, name);
    return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no case %s"), name);
}

/* Who stands in the case, or acts at its stage. */
static assay_status may_claim(the_case *c, const sight *s, bool is_sealing, assay_err *err)
{
    const scheme_role *role = NULL;
    const scheme_stage *stage = case_stage(c);
    bool is_inside = s->kind == SIGHT_DESK || s->kind == SIGHT_PARTY;
    if (is_sealing && !case_is_open(c->state))
        return assay_fail(err, ASSAY_DOMAIN, 0, _("the case is closed"));
    if (is_inside || (!is_sealing && s->kind == SIGHT_AUDITOR))
        return ASSAY_OK;
    assay_status status = stage ? case_actor(c, stage, &role, err) : ASSAY_OK;
    if (!status && !role)
        status =
            assay_fail(err, ASSAY_DOMAIN, 0,
                       _("evidence is claimed by the party, who acts at the stage, and the desk"));
    return status;
}

static assay_status check(the_case *c, const char *field, bool is_sealing, assay_err *err)
{
    sight s;
    assay_status status = sight_of(c, &s, err);
    if (!status && (s.kind == SIGHT_NOTHING || s.is_blind))
        return not_found(&c->id, err);
    if (!status && !has_field(c->scheme, field))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the scheme asks for no evidence \"%.60s\"", field);
    return status ? status : may_claim(c, &s, is_sealing, err);
}

assay_status case_evidence_asked(desk *d, const object_id *id, const viewer *who, const char *field,
                                 bool is_sealing, assay_err *err)
{
    the_case c;
    assay_status status = case_load(d, NULL, id, who, &c, err);
    if (status)
        return status;
    status = check(&c, field, is_sealing, err);
    case_done(&c);
    return status;
}

assay_status case_evidence_seal(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                                const evidence *e, uint64_t *sequence, assay_err *err)
{
    the_case c;
    assay_status status = case_load(d, tx, id, who, &c, err);
    if (status)
        return status;
    status = check(&c, e->claim.field, true, err);
    case_done(&c);
    if (!status)
        status = evidence_seal(tx, e, id, who->account, sequence, err);
    if (!status)
        status = case_load(d, tx, id, who, &c, err);
    if (status)
        return status;
    status = case_list_again(&c, err);
    case_done(&c);
    return status;
}

assay_status case_evidence_seen(desk *d, const object_id *id, const viewer *who, assay_err *err)
{
    the_case c;
    sight s;
    assay_status status = case_load(d, NULL, id, who, &c, err);
    if (status)
        return status;
    status = sight_of(&c, &s, err);
    json_t *view = !status && s.kind != SIGHT_NOTHING ? view_of(&c, &s) : NULL;
    bool is_seen = json_object_get(view, "evidence") ||
                   (view && !s.is_blind && !json_object_get(c.state, "evidence"));
    json_decref(view);
    case_done(&c);
    return status || is_seen ? status : not_found(id, err);
}
