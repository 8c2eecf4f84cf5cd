/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Votes, signatures, exams, and what only has to be done. */
#include "scheme/case_inner.h"

#include "base/i18n.h"

#include <string.h>

static json_t *about_stage(const the_case *c, const scheme_stage *s)
{
    char me[ID_TEXT];
    json_t *o = json_object();
    set_text(o, "stage", s->item.id);
    json_object_set_new(o, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_text(o, "by", viewer_is_named(c->who, me) ? me : NULL);
    return o;
}

static assay_status open_stage(the_case *c, const scheme_stage **out, assay_err *err)
{
    *out = case_stage(c);
    return *out ? ASSAY_OK : assay_fail(err, ASSAY_DOMAIN, 0, _("the case is closed"));
}

/* Is this item of the stage as it is visited now? */
static bool is_of_now(const the_case *c, const scheme_stage *s, const json_t *item)
{
    const char *stage = text_of(item, "stage");
    return stage && strcmp(stage, s->item.id) == 0 &&
           json_integer_value(json_object_get(item, "visit")) == case_visit(c->state, s->item.id);
}

/* -- votes ------------------------------------------------------------------------------------------ */

static case_voter *voter_of(the_case *c, voter_list *l, const object_id *id)
{
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->item[i].id, id))
            return &l->item[i];
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 32;
        case_voter *more = arena_array(&c->memory, case_voter, room);
        if (!more)
            return NULL;
        if (l->n)
            memcpy(more, l->item, l->n * sizeof *more);
        l->item = more;
        l->room = room;
    }
    l->item[l->n] = (case_voter){.id = *id};
    return &l->item[l->n++];
}

typedef struct {
    the_case *c;
    voter_list *list;
    bool has_room;
} holder_walk;

static bool add_holder(const party_post *p, void *context)
{
    holder_walk *w = context;
    if (post_is_for(p, w->c))
        w->has_room = voter_of(w->c, w->list, &p->party) != NULL;
    return w->has_room;
}

/* Two entries that turned out to be one person are one voter. */
static assay_status add_choices(the_case *c, const scheme_stage *s, voter_list *l, assay_err *err)
{
    const json_t *votes = json_object_get(c->state, "votes");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(votes); i++) {
        const json_t *one = json_array_get(votes, i);
        object_id by;
        if (!is_of_now(c, s, one) || !id_read(text_of(one, "by"), &by))
            continue;
        status = party_kept(c->d->s, &by, &by, err);
        case_voter *v = status ? NULL : voter_of(c, l, &by);
        if (v)
            v->choice = text_of(one, "choice");
        else if (!status)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for votes");
    }
    return status;
}

static assay_status voters_of(the_case *c, const scheme_stage *s, voter_list *out, assay_err *err)
{
    holder_walk w = {c, out, true};
    *out = (voter_list){0};
    assay_status status = party_holders(c->d->s, c->scheme->item.id, s->gate->vote->item.id, c->now,
                                        add_holder, &w, err);
    if (!status && !w.has_room)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for votes");
    if (!status)
        status = add_choices(c, s, out, err);
    for (size_t i = 0; !status && i < out->n; i++)
        status = case_tie(c, &out->item[i].id, &out->item[i].tie, err);
    return status;
}

bool voter_is_entitled(const case_voter *v)
{
    return !v->tie && !(v->choice && strcmp(v->choice, "recuse") == 0);
}

assay_status case_count_votes(the_case *c, const scheme_stage *s, voter_list *who, gate_vote *out,
                              assay_err *err)
{
    gate_vote v = {0};
    const char *cut = text_of(c->state, "cut");
    assay_status status = voters_of(c, s, who, err);
    if (status)
        return status;
    for (size_t i = 0; i < who->n; i++) {
        const char *choice = who->item[i].choice ? who->item[i].choice : "";
        v.recused += strcmp(choice, "recuse") == 0;
        if (!voter_is_entitled(&who->item[i]))
            continue;
        v.eligible++;
        v.yes += strcmp(choice, "yes") == 0;
        v.no += strcmp(choice, "no") == 0;
        v.abstain += strcmp(choice, "abstain") == 0;
    }
    size_t cast = v.yes + v.no + v.abstain;
    v.is_closed = (v.eligible && cast >= v.eligible) || (cut && strcmp(cut, s->item.id) == 0);
    *out = v;
    return ASSAY_OK;
}

typedef struct {
    the_case *c;
    const char *relation;
    assay_status status;
    assay_err *err;
} tie_look;

static bool look_at_tie(const party_tie *t, void *context)
{
    tie_look *l = context;
    bool is_a = false, is_b = false;
    if (!tie_counts(l->c->scheme, t, l->c->now))
        return true;
    l->status = case_concerns(l->c, &t->a, &is_a, l->err);
    if (!l->status)
        l->status = case_concerns(l->c, &t->b, &is_b, l->err);
    if (!l->status && (is_a || is_b) &&
        !(l->relation = arena_text(&l->c->memory, t->relation, strlen(t->relation))))
        l->status = assay_fail(l->err, ASSAY_MEMORY, 0, "no memory for votes");
    return !l->status && !l->relation;
}

assay_status case_tie(the_case *c, const object_id *who, const char **out, assay_err *err)
{
    const viewer *before = c->who, one = {.kind = VIEWER_PARTY, .party = *who};
    tie_look l = {.c = c, .err = err};
    bool is_own = false;
    c->who = &one;
    assay_status status = case_is_party(c, &is_own, err);
    c->who = before;
    if (!status && !is_own)
        status = party_ties(c->d->s, who, look_at_tie, &l, err);
    if (status == ASSAY_NOT_FOUND) /* nobody we know */
        status = ASSAY_OK;
    if (!status)
        status = l.status;
    if (!status)
        *out = is_own ? "own" : l.relation;
    return status;
}

static assay_status check_tie(the_case *c, const char *choice, assay_err *err)
{
    const char *tie = NULL;
    if (strcmp(choice, "recuse") == 0)
        return ASSAY_OK;
    assay_status status = case_tie(c, &c->who->party, &tie, err);
    return status || !tie ? status
                          : assay_fail(err, ASSAY_DOMAIN, 0,
                                       _("you are tied to the party of this case and do not vote on it"));
}

assay_status act_vote(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    const char *choice, *why;
    bool is_member = false;
    assay_status status = said_only(c->said, "choice why key", err);
    if (!status)
        status = open_stage(c, &s, err);
    if (!status && (!s->gate || !s->gate->vote))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the stage %s has no vote"), s->item.id);
    if (!status)
        status = case_in_role(c, s->gate->vote, &is_member, err);
    if (!status && !is_member)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("only members of %s vote here"),
                            s->gate->vote->item.id);
    if (!status)
        status = said_text(c->said, "choice", true, 20, &choice, err);
    if (!status)
        status = said_text(c->said, "why", false, 4000, &why, err);
    if (!status && strcmp(choice, "yes") != 0 && strcmp(choice, "no") != 0 &&
        strcmp(choice, "abstain") != 0 && strcmp(choice, "recuse") != 0)
        status = assay_fail(err, ASSAY_FORMAT, 0,
                            "choice \"%s\": expected yes, no, abstain or recuse", choice);
    if (!status)
        status = check_tie(c, choice, err);
    if (status)
        return status;
    json_t *payload = about_stage(c, s);
    set_text(payload, "choice", choice);
    set_text(payload, "why", why);
    status = case_append(c, "case.vote", payload, err);
    return status ? status : case_settle(c, err);
}

/* -- signatures, done --------------------------------------------------------------------------------- */

/* Who may: on a form whoever signs what another one has handed in, else who acts at the stage. */
static assay_status actor_of(the_case *c, const scheme_stage *s, const scheme_role **role,
                             assay_err *err)
{
    bool has_hand = false;
    assay_status status = case_countersigner(c, s, role, err);
    if (!status && *role && !case_is_handed_in(c, s))
        return assay_fail(err, ASSAY_DOMAIN, 0, _("%s is not handed in yet: there is nothing to sign"),
                          s->form->item.id);
    if (!status && !*role)
        status = case_free_hand(c, s, role, &has_hand, err);
    if (!status && !*role && has_hand)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("you have signed this already: it takes another hand"));
    return status;
}

static assay_status by_actor(the_case *c, const char *type, assay_err *err)
{
    const scheme_stage *s;
    const scheme_role *role;
    const char *why;
    assay_status status = said_only(c->said, "why key", err);
    if (!status)
        status = said_text(c->said, "why", false, 4000, &why, err);
    if (!status)
        status = open_stage(c, &s, err);
    if (!status)
        status = actor_of(c, s, &role, err);
    if (!status && !role && !(c->who->kind == VIEWER_DESK && !s->who_count))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the stage %s is for %s"), s->item.id,
                            s->who_count ? s->who[0]->item.id : "nobody: it decides by itself");
    if (status)
        return status;
    json_t *payload = about_stage(c, s);
    set_text(payload, "role", role ? role->item.id : NULL);
    set_text(payload, "why", why);
    status = case_append(c, type, payload, err);
    return status ? status : case_settle(c, err);
}

assay_status act_sign(the_case *c, assay_err *err)
{
    return by_actor(c, "case.signed", err);
}

assay_status act_done(the_case *c, assay_err *err)
{
    return by_actor(c, "case.done", err);
}

/* -- exams ---------------------------------------------------------------------------------------------- */

static assay_status check_percent(const json_t *given, const char *what, json_t **out,
                                  assay_err *err)
{
    value v = number_read(given);
    if (v.kind != VALUE_NUMBER || assay_rational_sign(v.as.number) < 0 ||
        assay_rational_compare(v.as.number, assay_rational_of(100)) > 0)
        return assay_fail(err, ASSAY_FORMAT, 0, "%s must be a percentage from 0 to 100 as text",
                          what);
    *out = number_text(v);
    return ASSAY_OK;
}

static assay_status exam_topics(const scheme_bank *bank, const json_t *given, json_t *out,
                                assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < bank->topic_count; i++) {
        const json_t *one = json_object_get(given, bank->topic[i].id);
        json_t *text = NULL;
        if (one)
            status = check_percent(one, bank->topic[i].id, &text, err);
        if (text)
            json_object_set_new(out, bank->topic[i].id, text);
    }
    return status;
}

/* The result of a sitting, by whoever conducts it: never by the one who sits it. */
assay_status act_exam(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    const char *name;
    bool is_own = false;
    json_t *percent = NULL, *topics = json_object();
    assay_status status = said_only(c->said, "bank percent topics key", err);
    if (!status)
        status = open_stage(c, &s, err);
    if (!status)
        status = said_text(c->said, "bank", false, 100, &name, err);
    if (!status && (!s->bank || (name && strcmp(name, s->bank->item.id) != 0)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the stage %s has no such exam", s->item.id);
    if (!status)
        status = case_is_party(c, &is_own, err);
    const scheme_role *role = NULL;
    if (!status)
        status = case_actor(c, s, &role, err);
    if (!status && (is_own || (c->who->kind != VIEWER_DESK && !role)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "results are entered by who conducts the exam");
    if (!status)
        status = check_percent(json_object_get(c->said, "percent"), "percent", &percent, err);
    if (!status)
        status = exam_topics(s->bank, json_object_get(c->said, "topics"), topics, err);
    if (status) {
        json_decref(percent);
        json_decref(topics);
        return status;
    }
    json_t *payload = json_object(), *about = about_stage(c, s);
    set_text(payload, "by", text_of(about, "by"));
    json_decref(about);
    json_object_set_new(payload, "percent", percent);
    json_object_set_new(payload, "topics", topics);
    return case_exam_result(c, s, payload, err);
}

assay_status case_exam_result(the_case *c, const scheme_stage *s, json_t *payload, assay_err *err)
{
    set_text(payload, "stage", s->item.id);
    json_object_set_new(payload, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_text(payload, "bank", s->bank->item.id);
    assay_status status = case_append(c, "case.exam", payload, err);
    return status ? status : case_settle(c, err);
}

/* -- the desk ends the waiting ---------------------------------------------------------------------------- */

assay_status act_close(the_case *c, assay_err *err)
{
    const scheme_stage *s;
    assay_status status = said_only(c->said, "why key", err);
    if (!status)
        status = case_need_desk(c, "close", err);
    if (!status)
        status = open_stage(c, &s, err);
    if (!status)
        status = case_append(c, "case.cut", about_stage(c, s), err);
    return status ? status : case_settle(c, err);
}

/* -- are all there? ------------------------------------------------------------------------------------------ */

static size_t count_of(const the_case *c, const scheme_stage *s, const char *list, const char *role)
{
    const json_t *items = json_object_get(c->state, list);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *r = text_of(item, "role");
        n += is_of_now(c, s, item) && (!role || (r && strcmp(r, role) == 0));
    }
    return n;
}

static size_t fillings_needed(const the_case *c, const scheme_stage *s)
{
    if (s->assign && !s->rubric_count)
        return json_array_size(case_assigned(c, s->item.id));
    if (s->assign || !s->who_count)
        return 1;
    const scheme_role *r = s->who[0];
    size_t mix = 0;
    for (size_t i = 0; i < r->mix_count; i++)
        mix += (size_t)r->mix[i].count;
    size_t named = json_array_size(
        json_object_get(json_object_get(c->state, "named"), r->item.id));
    return mix ? mix : named > 1 ? named : 1;
}

static size_t fillings_given(const the_case *c, const scheme_stage *s)
{
    const json_t *list = json_object_get(c->state, "fillings");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);
        n += is_of_now(c, s, f) && strcmp(text_of(f, "form"), s->form->item.id) == 0 &&
             json_is_true(json_object_get(f, "final"));
    }
    return n;
}

static size_t sheets_final(const the_case *c, const scheme_stage *s)
{
    const char *judge;
    json_t *sheet;
    size_t n = 0;
    json_object_foreach((json_t *)case_sheets(c, s->item.id), judge, sheet)
        n += sheet_is_final(sheet) && sheet_is_of(sheet, c, s->item.id);
    return n;
}

static bool sheets_ready(const the_case *c, const scheme_stage *s, bool is_cut)
{
    size_t assigned = json_array_size(case_assigned(c, s->item.id)), given = sheets_final(c, s);
    if (assigned && given >= assigned)
        return true;
    if (!is_cut || !given)
        return false;
    const scheme_tally *t = s->tally;
    return !t || t->missing == SHEETS_GIVEN ||
           (t->missing == SHEETS_NEED && given >= (size_t)t->need);
}

static bool objections_answered(const json_t *state)
{
    const json_t *list = json_object_get(state, "objections");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_object_get(json_array_get(list, i), "answer"))
            return false;
    return true;
}

static size_t hands(const the_case *c, const scheme_stage *s, const scheme_role *role)
{
    return count_of(c, s, "signs", role->item.id) + count_of(c, s, "done", role->item.id);
}

static assay_status is_hand_of(the_case *c, const scheme_stage *s, const scheme_role *role, const char *list,
                               const object_id *who, bool *out, assay_err *err)
{
    const json_t *items = json_object_get(c->state, list);
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && !*out && i < json_array_size(items); i++) {
        const json_t *one = json_array_get(items, i);
        const char *r = text_of(one, "role");
        object_id by;
        if (!is_of_now(c, s, one) || !r || strcmp(r, role->item.id) != 0 || !id_read(text_of(one, "by"), &by))
            continue;
        status = party_kept(c->d->s, &by, &by, err);
        *out = !status && id_same(&by, who);
    }
    return status;
}

/* Two entries that turned out to be one person are one hand. */
static assay_status has_hand(the_case *c, const scheme_stage *s, const scheme_role *role, bool *out, assay_err *err)
{
    object_id me;
    char text[ID_TEXT];
    *out = false;
    if (!viewer_is_named(c->who, text))
        return ASSAY_OK;
    assay_status status = party_kept(c->d->s, &c->who->party, &me, err);
    if (!status)
        status = is_hand_of(c, s, role, "signs", &me, out, err);
    return status ? status : is_hand_of(c, s, role, "done", &me, out, err);
}

assay_status case_free_hand(the_case *c, const scheme_stage *s, const scheme_role **out, bool *has_any, assay_err *err)
{
    assay_status status = ASSAY_OK;
    *out = NULL;
    *has_any = false;
    for (size_t i = 0; !status && !*out && i < s->who_count; i++) {
        bool is_in = false, has = false;
        status = case_in_role(c, s->who[i], &is_in, err);
        if (!status && is_in)
            status = has_hand(c, s, s->who[i], &has, err);
        if (!status && is_in && !has)
            *out = s->who[i];
        *has_any |= has;
    }
    return status;
}

bool case_countersigns(const scheme_stage *s, const scheme_role *role)
{
    return s->form && s->who_count > 1 && role && role != s->who[0] && role->signs > 0;
}

bool case_awaits(const the_case *c, const scheme_stage *s, const scheme_role *role)
{
    return case_countersigns(s, role) && hands(c, s, role) < (size_t)role->signs;
}

assay_status case_countersigner(the_case *c, const scheme_stage *s, const scheme_role **out,
                                assay_err *err)
{
    *out = NULL;
    for (size_t i = 1; i < s->who_count; i++) {
        bool is_in = false, has = false;
        if (!case_awaits(c, s, s->who[i]))
            continue;
        assay_status status = case_in_role(c, s->who[i], &is_in, err);
        if (!status && is_in)
            status = has_hand(c, s, s->who[i], &has, err);
        if (status)
            return status;
        if (is_in && !has) {
            *out = s->who[i];
            return ASSAY_OK;
        }
    }
    return ASSAY_OK;
}

bool case_is_handed_in(const the_case *c, const scheme_stage *s)
{
    return fillings_needed(c, s) > 0 && fillings_given(c, s) >= fillings_needed(c, s);
}

/* With a form, those who sign what another one has handed in; without anything, all who act. */
static bool signs_ready(const the_case *c, const scheme_stage *s, bool has_content)
{
    for (size_t i = 0; i < s->who_count; i++) {
        size_t needed = s->who[i]->signs > 0 ? (size_t)s->who[i]->signs : 1;
        if (has_content ? case_awaits(c, s, s->who[i]) : hands(c, s, s->who[i]) < needed)
            return false;
    }
    return true;
}

assay_status case_is_ready(the_case *c, const scheme_stage *s, bool *out, assay_err *err)
{
    const char *cut_at = text_of(c->state, "cut");
    bool is_cut = cut_at && strcmp(cut_at, s->item.id) == 0;
    bool has_vote = s->gate && s->gate->vote && !s->gate->ballots;
    bool has_content = s->form || s->rubric_count || s->bank || has_vote;
    bool is_ready = true;
    gate_vote vote = {.is_closed = true};
    voter_list voters;
    assay_status status = ASSAY_OK;
    if (s->form && !(is_cut && s->assign && !s->rubric_count))
        is_ready &= case_is_handed_in(c, s);
    if (s->assign && s->rubric_count)
        is_ready &= sheets_ready(c, s, is_cut);
    if (s->bank)
        is_ready &= count_of(c, s, "exams", NULL) > 0;
    if (is_ready && has_vote && !s->gate->is_round)
        status = case_count_votes(c, s, &voters, &vote, err);
    if (status)
        return status;
    is_ready &= vote.is_closed;
    if (s->gate && s->gate->objections.kind == VALUE_DURATION)
        is_ready &= c->now >= time_after(when_of(c->state, "entered"), s->gate->objections) &&
                    objections_answered(c->state);
    is_ready &= signs_ready(c, s, has_content);
    int64_t opens = when_of(c->state, "opens"); /* a stage that comes again */
    if (!has_content && !s->who_count && opens != INT64_MIN && c->now < opens)
        is_ready = false;
    *out = is_ready;
    return ASSAY_OK;
}
