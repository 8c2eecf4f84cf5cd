/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What anybody may say in a case besides its forms: objections and their answers, notes, names,
 * hearings, appeals; and the end of it by its own party. */
#include "scheme/case_inner.h"

#include "base/i18n.h"

#include <string.h>

static json_t *by_me(const the_case *c)
{
    char me[ID_TEXT];
    json_t *o = json_object();
    set_text(o, "stage", text_of(c->state, "stage"));
    set_text(o, "by", viewer_is_named(c->who, me) ? me : NULL);
    return o;
}

static assay_status need_open(const the_case *c, assay_err *err)
{
    return case_is_open(c->state) ? ASSAY_OK
                                  : assay_fail(err, ASSAY_DOMAIN, 0, _("the case is closed"));
}

/* -- objections --------------------------------------------------------------------------------------- */

/* The words of an objector are personal: under the key of the case. */
static assay_status seal_text(the_case *c, const char *text, json_t *payload, assay_err *err)
{
    buf sealed = BUF_INIT;
    json_t *words = json_string(text);
    assay_status status = secret_seal(c->tx, c->d->s, &c->id, "said", words, &sealed, err);
    if (!status)
        set_text(payload, "sealed", buf_text(&sealed));
    json_decref(words);
    buf_done(&sealed);
    return status;
}

/* An appeal against what became of a title names it. */
static assay_status object_as(the_case *c, const char *kind, const char *title, assay_err *err)
{
    const char *text, *ground;
    assay_status status = said_only(c->said, title ? "text ground title key" : "text ground key", err);
    if (!status)
        status = said_text(c->said, "text", true, 8000, &text, err);
    if (!status)
        status = said_text(c->said, "ground", false, 200, &ground, err);
    if (status)
        return status;
    json_t *payload = by_me(c);
    set_text(payload, "kind", kind);
    set_text(payload, "ground", ground);
    set_text(payload, "title", title);
    if (text_of(payload, "stage"))
        json_object_set_new(payload, "visit",
                            json_integer(case_visit(c->state, text_of(payload, "stage"))));
    json_object_set_new(payload, "n", json_integer((json_int_t)json_array_size(json_object_get(
                                          c->state, "objections")) + 1));
    status = seal_text(c, text, payload, err);
    if (status) {
        json_decref(payload);
        return status;
    }
    return case_append(c, "case.objection", payload, err);
}

assay_status act_object(the_case *c, assay_err *err)
{
    const scheme_stage *s = case_stage(c);
    if (!s || !s->gate || s->gate->objections.kind != VALUE_DURATION)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          _("objections are heard while a notice is out, "
                            "not at the stage %s"),
                          s ? s->item.id : "closed");
    if (c->now >= time_after(when_of(c->state, "entered"), s->gate->objections))
        return assay_fail(err, ASSAY_DOMAIN, 0, _("the time to object is over"));
    return object_as(c, "objection", NULL, err);
}

assay_status act_appeal(the_case *c, assay_err *err)
{
    bool is_own = false;
    const char *title = NULL;
    assay_status status = case_is_party(c, &is_own, err);
    if (!status && !is_own)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("only the party of a case appeals"));
    if (!status)
        status = said_text(c->said, "title", false, 100, &title, err);
    if (!status && title && !title_may_appeal(c->state, title))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "\"%.60s\" is neither revoked nor suspended here",
                            title);
    if (!status && !title && case_is_open(c->state)) {
        status = assay_fail(err, ASSAY_DOMAIN, 0, "an appeal is against a decision that closed the "
                            "case");
        assay_hint(err, _("or against what became of a title: name it"));
    }
    return status ? status : object_as(c, "appeal", title, err);
}

/* An upheld appeal opens the stage again that closed the case. */
static assay_status reopen(the_case *c, assay_err *err)
{
    const json_t *all = json_object_get(c->state, "decisions");
    const json_t *last = json_array_get(all, json_array_size(all) - 1);
    const char *stage = text_of(last, "stage");
    const scheme_stage *s = stage ? scheme_find_stage(c->scheme, stage) : NULL;
    if (case_is_open(c->state)) /* another appeal has opened it */
        return ASSAY_OK;
    if (!s)
        return assay_fail(err, ASSAY_DOMAIN, 0, "no decision closed this case");
    assay_status status = money_fall(c, s, text_of(last, "at"), "appeal upheld", err);
    if (status)
        return status;
    json_t *payload = json_object();
    set_text(payload, "to", s->item.id);
    set_text(payload, "outcome", "reopen");
    set_text(payload, "why", "appeal upheld");
    set_time(payload, "due", time_after(c->now, s->due));
    return case_append(c, "case.advanced", payload, err);
}

assay_status act_answer(the_case *c, assay_err *err)
{
    const char *why;
    const json_t *all = json_object_get(c->state, "objections");
    const json_t *n = json_object_get(c->said, "objection");
    const json_t *upheld = json_object_get(c->said, "upheld");
    assay_status status = said_only(c->said, "objection upheld why key", err);
    if (!status)
        status = case_need_desk(c, "answer", err);
    if (!status)
        status = said_text(c->said, "why", true, 8000, &why, err);
    const json_t *one = json_array_get(all, (size_t)json_integer_value(n) - 1);
    if (!status && !one)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the case has no objection %lld",
                            (long long)json_integer_value(n));
    if (!status && json_object_get(one, "answer"))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("the objection is answered already"));
    if (!status && !json_is_boolean(upheld))
        status = assay_fail(err, ASSAY_MISSING, 0, "\"upheld\" must be true or false");
    if (status)
        return status;
    bool is_appeal = strcmp(text_of(one, "kind"), "appeal") == 0;
    const char *title = text_of(one, "title");
    json_t *payload = by_me(c);
    json_object_set_new(payload, "objection", json_incref((json_t *)n));
    json_object_set_new(payload, "upheld", json_incref((json_t *)upheld));
    set_text(payload, "why", why);
    bool is_upheld = json_is_true(upheld);
    status = case_append(c, "case.answered", payload, err);
    if (!status && is_appeal && is_upheld)
        status = title ? title_restore(c, title, "appeal upheld", err) : reopen(c, err);
    return status || is_appeal ? status : case_settle(c, err);
}

/* -- hearing, notes, names ----------------------------------------------------------------------------- */

assay_status act_hearing(the_case *c, assay_err *err)
{
    const char *title, *why;
    int64_t held;
    assay_status status = said_only(c->said, "title held why key", err);
    if (!status)
        status = case_need_desk(c, "hearing", err);
    if (!status)
        status = said_text(c->said, "title", true, 100, &title, err);
    if (!status)
        status = said_text(c->said, "why", true, 8000, &why, err);
    if (!status)
        status = said_time(c->said, "held", c->now, &held, err);
    if (!status && held > c->now)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "a hearing is recorded when it was held");
    if (status)
        return status;
    json_t *payload = by_me(c);
    set_text(payload, "title", title);
    set_time(payload, "held", held);
    set_text(payload, "why", why);
    return case_append(c, "case.hearing", payload, err);
}

assay_status act_note(the_case *c, assay_err *err)
{
    const char *text;
    bool is_own = false;
    const scheme_role *role = NULL;
    const scheme_stage *s = case_stage(c);
    assay_status status = said_only(c->said, "text key", err);
    if (!status)
        status = said_text(c->said, "text", true, 8000, &text, err);
    if (!status)
        status = case_is_party(c, &is_own, err);
    if (!status && s)
        status = case_actor(c, s, &role, err);
    if (!status && !is_own && !role && c->who->kind != VIEWER_DESK)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("notes are for who acts in the case"));
    if (status)
        return status;
    json_t *payload = by_me(c);
    status = seal_text(c, text, payload, err);
    if (status) {
        json_decref(payload);
        return status;
    }
    return case_append(c, "case.note", payload, err);
}

assay_status act_name(the_case *c, assay_err *err)
{
    const char *role, *party;
    object_id id;
    bool is_own = false;
    assay_status status = said_only(c->said, "role party key", err);
    if (!status)
        status = need_open(c, err);
    if (!status)
        status = said_text(c->said, "role", true, 100, &role, err);
    const scheme_role *r = status ? NULL : scheme_find_role(c->scheme, role);
    if (!status && !r)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the scheme has no role \"%.60s\"", role);
    if (!status && r->is_case)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is the case's own party", role);
    if (!status)
        status = said_text(c->said, "party", true, 200, &party, err);
    if (!status)
        status = party_find(c->d->s, party, &id, err);
    if (!status)
        status = case_is_party(c, &is_own, err);
    if (!status && !is_own && c->who->kind != VIEWER_DESK)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the party or the desk names who else acts");
    if (status)
        return status;
    json_t *payload = json_object();
    set_text(payload, "role", role);
    set_id(payload, "party", &id);
    return case_append(c, "case.named", payload, err);
}

assay_status act_withdraw(the_case *c, assay_err *err)
{
    const char *why;
    bool is_own = false;
    assay_status status = said_only(c->said, "why key", err);
    if (!status)
        status = need_open(c, err);
    if (!status)
        status = said_text(c->said, "why", false, 4000, &why, err);
    if (!status)
        status = case_is_party(c, &is_own, err);
    if (!status && !is_own && c->who->kind != VIEWER_DESK)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("a case is withdrawn by its own party"));
    if (status)
        return status;
    json_t *payload = by_me(c);
    set_text(payload, "from", text_of(c->state, "stage"));
    set_text(payload, "why", why);
    return case_append(c, "case.withdrawn", payload, err);
}

/* -- a person decides ------------------------------------------------------------------------------------ */

/* Where a scheme leaves a stage to the judgement of who acts there: {outcome: pass | return | reject,
 * why}. A gate decides by itself and takes no orders. */
assay_status act_decide(the_case *c, assay_err *err)
{
    const scheme_stage *s = case_stage(c);
    const char *outcome, *why;
    const scheme_role *role = NULL;
    assay_status status = said_only(c->said, "outcome why key", err);
    if (!status && !s)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the case is closed"));
    if (!status && s->gate)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the gate %s decides here", s->gate->item.id);
    if (!status)
        status = case_actor(c, s, &role, err);
    if (!status && !role)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the stage %s is for %s"), s->item.id,
                            s->who_count ? s->who[0]->item.id : "nobody");
    if (!status)
        status = said_text(c->said, "outcome", true, 20, &outcome, err);
    if (!status)
        status = said_text(c->said, "why", true, 8000, &why, err);
    bool is_pass = !status && strcmp(outcome, "pass") == 0;
    bool is_return = !status && strcmp(outcome, "return") == 0;
    if (!status && !is_pass && !is_return && strcmp(outcome, "reject") != 0)
        status = assay_fail(err, ASSAY_FORMAT, 0,
                            "outcome \"%s\": expected pass, return or reject", outcome);
    if (status)
        return status;
    json_t *payload = by_me(c);
    json_object_set_new(payload, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_text(payload, "outcome", outcome);
    set_text(payload, "why", why);
    status = case_append(c, "case.decided", payload, err);
    if (!status)
        status = case_enter(c, is_pass ? s->next : is_return ? s : NULL, outcome, why, err);
    return status || !is_pass ? status : case_settle(c, err);
}
