/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case as somebody may see it: the one door for people.
 *
 * A view is built up from nothing: what no rule names is not in it. Who stands where:
 *
 *   desk     all but the scores of sheets at a stage that is still being scored
 *   auditor  all that is decided; of stages being scored, who is done
 *   party    its own forms, where the case stands, decisions with their reasons, its numbers
 *   role     (who acts at a stage) forms and results of the stages before
 *   judge    what his assignment shows; his own sheet; nothing of the others
 *   public   what is published (publish.c)
 *
 * While a stage is judged blind, its judges are judges whatever else they are: the narrowest view
 * wins. */
#include "scheme/title_inner.h"
#include "scheme/view.h"
#include "scheme/visit.h"

#include "base/i18n.h"

#include <string.h>

/* -- who is it ------------------------------------------------------------------------------------------ */

static bool stage_is_over(const the_case *c, const char *stage)
{
    const json_t *seen = json_object_get(json_object_get(c->state, "stages"), stage);
    const char *at = text_of(c->state, "stage");
    return text_of(seen, "closed") && !(at && strcmp(at, stage) == 0);
}

/* The blind stage this viewer judges and that is not over; else any stage he judges. */
static const scheme_stage *judged_stage(const the_case *c, const char *me, bool *is_blind)
{
    const scheme_stage *found = NULL;
    *is_blind = false;
    for (size_t i = 0; i < c->scheme->stage_count; i++) {
        const scheme_stage *s = &c->scheme->stage[i];
        if (!s->assign || !case_assignment(c->state, s->item.id, me))
            continue;
        bool hides = s->assign->blind == BLIND_DOUBLE && !stage_is_over(c, s->item.id);
        if (!found || (hides && !*is_blind))
            found = s;
        *is_blind |= hides;
    }
    return found;
}

assay_status sight_of(the_case *c, sight *out, assay_err *err)
{
    const viewer *who = c->who;
    *out = (sight){.kind = SIGHT_NOTHING};
    bool is_named = viewer_is_named(who, out->me);
    out->judged = is_named ? judged_stage(c, out->me, &out->is_blind) : NULL;
    if (out->is_blind) { /* wins over the desk, too */
        out->kind = SIGHT_JUDGE;
        return ASSAY_OK;
    }
    if (who->kind == VIEWER_DESK || who->kind == VIEWER_AUDITOR) {
        const char *place = text_of(c->state, "place");
        bool is_here = !who->site || !*who->site || (place && strcmp(place, who->site) == 0);
        out->kind = !is_here ? SIGHT_NOTHING
                    : who->kind == VIEWER_DESK ? SIGHT_DESK : SIGHT_AUDITOR;
        return ASSAY_OK;
    }
    bool is_party = false, is_in = false;
    assay_status status = case_is_party(c, &is_party, err);
    if (is_party)
        out->kind = SIGHT_PARTY;
    for (size_t i = 0; !status && !is_party && !is_in && i < c->scheme->stage_count; i++) {
        const scheme_stage *s = &c->scheme->stage[i];
        const scheme_role *role = NULL;
        if (!case_visit(c->state, s->item.id))
            continue;
        status = case_actor(c, s, &role, err);
        if (!status && !role && s->gate && s->gate->vote)
            status = case_in_role(c, s->gate->vote, &is_in, err);
        is_in |= role != NULL;
    }
    if (is_in)
        out->kind = SIGHT_ROLE;
    else if (!is_party && out->judged)
        out->kind = SIGHT_JUDGE;
    return status;
}

/* -- forms ------------------------------------------------------------------------------------------------- */

static bool is_hidden(const scheme_assign *a, const scheme_form *form, const scheme_field *f)
{
    size_t n = strlen(form->item.id);
    for (size_t i = 0; i < a->hide_count; i++) {
        const char *h = a->hide[i];
        if (strcmp(h, f->item.id) == 0 || strcmp(h, form->item.id) == 0 ||
            (strncmp(h, form->item.id, n) == 0 && h[n] == '.' && strcmp(h + n + 1, f->item.id) == 0))
            return true;
    }
    return false;
}

/* "circle_work.team": a part of what a field holds. */
static void hide_parts(const scheme_assign *a, const scheme_form *form, const scheme_field *f,
                       json_t *v)
{
    size_t n = strlen(f->item.id), m = strlen(form->item.id);
    for (size_t i = 0; i < a->hide_count; i++) {
        const char *h = a->hide[i];
        if (strncmp(h, form->item.id, m) == 0 && h[m] == '.')
            h += m + 1;
        if (strncmp(h, f->item.id, n) != 0 || h[n] != '.')
            continue;
        json_object_del(v, h + n + 1);
        for (size_t k = 0; k < json_array_size(v); k++)
            json_object_del(json_array_get(v, k), h + n + 1);
    }
}

static void hide_personal_rows(const scheme_field *f, json_t *v)
{
    for (size_t k = 0; k < json_array_size(v); k++)
        for (size_t i = 0; i < f->row_count; i++)
            if (f->row[i].is_personal)
                json_object_del(json_array_get(v, k), f->row[i].item.id);
}

static bool is_kept_from(const scheme_field *f, const sight *s, const the_case *c)
{
    for (size_t i = 0; i < f->hide_count; i++) {
        if (s->kind == SIGHT_JUDGE && s->judged && s->judged->assign &&
            strcmp(s->judged->assign->role->item.id, f->hide[i]) == 0)
            return true;
        if (s->kind == SIGHT_PARTY) {
            const scheme_role *r = scheme_find_role(c->scheme, f->hide[i]);
            if (r && r->is_case)
                return true;
        }
    }
    return false;
}

static bool is_shown_form(const sight *s, const scheme_form *form)
{
    const scheme_assign *a = s->kind == SIGHT_JUDGE && s->judged ? s->judged->assign : NULL;
    if (!a || !a->show_count)
        return true;
    for (size_t i = 0; i < a->show_count; i++)
        if (a->show[i] == form)
            return true;
    return s->judged->form == form;
}

static json_t *shown_values(the_case *c, const sight *s, const scheme_form *form,
                            const json_t *filling)
{
    json_t *values = NULL, *out = json_object();
    const scheme_assign *a = s->kind == SIGHT_JUDGE && s->judged ? s->judged->assign : NULL;
    if (filling_values(c, filling, &values, NULL) != ASSAY_OK)
        return out;
    for (size_t i = 0; i < form->field_count; i++) {
        const scheme_field *f = &form->field[i];
        json_t *v = json_object_get(values, f->item.id);
        if (!v || (s->is_blind && f->is_personal) || (a && is_hidden(a, form, f)) ||
            is_kept_from(f, s, c))
            continue;
        v = json_deep_copy(v);
        if (a)
            hide_parts(a, form, f, v);
        if (s->is_blind)
            hide_personal_rows(f, v);
        json_object_set_new(out, f->item.id, v);
    }
    json_decref(values);
    if (!s->is_blind)
        case_files_name(c, form, out);
    return out;
}

/* Drafts are their writer's. What was sealed is for those who come after, the party's own for it. */
static bool may_see_filling(const the_case *c, const sight *s, const json_t *f)
{
    const char *by = text_of(f, "by");
    bool is_mine = by && strcmp(by, s->me) == 0;
    bool is_final = json_is_true(json_object_get(f, "final"));
    const scheme_stage *st = scheme_find_stage(c->scheme, text_of(f, "stage"));
    bool is_of_party = st && st->who_count && st->who[0]->is_case;
    if (is_mine)
        return true;
    if (s->kind == SIGHT_PARTY)
        return is_of_party || (is_final && st && st->who_count && !st->assign);
    if (s->kind == SIGHT_JUDGE) { /* not what another judge has filled in */
        bool is_judges = st && st->assign;
        return is_final && !is_judges;
    }
    return is_final || s->kind == SIGHT_DESK;
}

static void add_fillings(the_case *c, const sight *s, json_t *view)
{
    const json_t *all = json_object_get(c->state, "fillings");
    json_t *out = list_in(view, "forms");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *f = json_array_get(all, i);
        const scheme_form *form = scheme_find_form(c->scheme, text_of(f, "form"));
        if (!form || !is_shown_form(s, form) || !may_see_filling(c, s, f))
            continue;
        json_t *o = json_object();
        set_text(o, "form", form->item.id);
        set_text(o, "stage", text_of(f, "stage"));
        json_object_set_new(o, "final", json_boolean(json_is_true(json_object_get(f, "final"))));
        set_text(o, "at", text_of(f, "at"));
        if (json_integer_value(json_object_get(f, "visit")) !=
            case_visit(c->state, text_of(f, "stage")))
            json_object_set_new(o, "earlier", json_true()); /* the case came to the stage again */
        if (!s->is_blind)
            set_text(o, "by", text_of(f, "by"));
        json_object_set_new(o, "values", shown_values(c, s, form, f));
        json_array_append_new(out, o);
    }
}

/* -- sheets -------------------------------------------------------------------------------------------------- */

static json_t *shown_sheet(const json_t *sheet, const char *judge)
{
    static const char *const names[] = {"answers", "why_na", "notes", "at", "final", "old"};
    json_t *o = json_object();
    set_text(o, "judge", judge);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(sheet, names[i]))
            json_object_set(o, names[i], json_object_get(sheet, names[i]));
    return o;
}

static void add_own_sheets(const the_case *c, const sight *s, json_t *view)
{
    const char *stage;
    json_t *sheets;
    json_object_foreach(json_object_get(c->state, "sheets"), stage, sheets) {
        const json_t *mine = json_object_get(sheets, s->me);
        if (mine)
            json_object_set_new(object_in(view, "own_sheet"), stage, shown_sheet(mine, s->me));
    }
}

/* Of each stage: how many are done; the sheets themselves once the stage is over. */
static void add_sheets(const the_case *c, const sight *s, json_t *view)
{
    const char *stage;
    json_t *judges;
    json_object_foreach(json_object_get(c->state, "assigned"), stage, judges) {
        json_t *o = object_in(object_in(view, "scoring"), stage);
        const json_t *sheets = case_sheets(c, stage);
        size_t done = 0, k = 0;
        for (size_t i = 0; i < json_array_size(judges); i++) {
            const json_t *sheet =
                json_object_get(sheets, text_of(json_array_get(judges, i), "judge"));
            done += sheet && sheet_is_final(sheet) && sheet_is_of(sheet, c, stage);
        }
        json_object_set_new(o, "assigned", json_integer((json_int_t)json_array_size(judges)));
        json_object_set_new(o, "done", json_integer((json_int_t)done));
        if (!stage_is_over(c, stage) && !json_is_true(json_object_get(c->state, "waits")))
            continue;
        for (size_t i = 0; i < json_array_size(judges); i++) {
            const char *judge = text_of(json_array_get(judges, i), "judge");
            const json_t *sheet = json_object_get(sheets, judge);
            char nick[40];
            snprintf(nick, sizeof nick, "judge %zu", ++k);
            if (sheet && sheet_is_of(sheet, c, stage)) /* names of judges are the desk's */
                json_array_append_new(list_in(o, "sheets"),
                                      shown_sheet(sheet, s->kind == SIGHT_DESK ? judge : nick));
        }
    }
}

/* -- decisions --------------------------------------------------------------------------------------------------- */

static void add_decisions(const the_case *c, const sight *s, json_t *view)
{
    static const char *const names[] = {"stage", "gate",  "outcome", "reasons", "results",
                                        "place", "of",    "band",    "rank",    "by_draw",
                                        "at",    "why",   "advice",  "inputs",  "vote"};
    const json_t *all = json_object_get(c->state, "decisions");
    size_t n = s->kind == SIGHT_PARTY ? 12 : 15; /* advice and what else was looked at: not its */
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *o = json_object();
        for (size_t k = 0; k < n; k++)
            if (json_object_get(json_array_get(all, i), names[k]))
                json_object_set(o, names[k], json_object_get(json_array_get(all, i), names[k]));
        json_array_append_new(list_in(view, "decisions"), o);
    }
}

static void add_said(const the_case *c, const char *list, json_t *view)
{
    const json_t *all = json_object_get(c->state, list);
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *o = json_deep_copy(json_array_get(all, i)), *text = NULL;
        const char *sealed = text_of(o, "sealed");
        if (sealed && secret_open(c->d->s, &c->id, "said", sealed, &text, NULL) == ASSAY_OK && text)
            json_object_set_new(o, "text", text);
        json_object_del(o, "sealed");
        json_array_append_new(list_in(view, list), o);
    }
}

static void add_names(the_case *c, json_t *view)
{
    object_id id;
    buf name = BUF_INIT;
    static const char *const names[] = {"party", "members", "named", "title", "from"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(c->state, names[i]))
            json_object_set(view, names[i], json_object_get(c->state, names[i]));
    if (case_party(c->state, &id) && party_name(c->d->s, &id, &name, NULL) == ASSAY_OK)
        set_text(view, "name", buf_text(&name));
    buf_done(&name);
}

/* With its credential, whose address shows the holder's name: for the holder and the desk. */
static void add_titles(const the_case *c, const sight *s, json_t *view)
{
    char id[ID_TEXT];
    size_t i;
    json_t *t, *titles = json_deep_copy(json_object_get(c->state, "titles"));
    id_text(&c->id, id);
    json_array_foreach(titles, i, t) {
        set_text(t, "case", id);
        if (s->kind == SIGHT_PARTY || s->kind == SIGHT_DESK)
            title_add_credential(c->d->s, t);
        json_object_del(t, "case");
    }
    if (titles)
        json_object_set_new(view, "titles", titles);
}

static void add_lists(const the_case *c, const sight *s, json_t *view)
{
    static const char *const all[] = {"money", "evidence", "published", "hearings",
                                      "exams", "votes", "signs"};
    size_t n = s->kind == SIGHT_PARTY ? 5 : 7;
    add_titles(c, s, view);
    for (size_t i = 0; i < n; i++)
        if (json_object_get(c->state, all[i]))
            json_object_set(view, all[i], json_object_get(c->state, all[i]));
}

/* -- the rubric beside the sheet ------------------------------------------------------------------------------------ */

static void add_where(the_case *c, const sight *s, json_t *view)
{
    static const char *const names[] = {"stage", "due", "opens", "late", "outcome"};
    char id[ID_TEXT];
    id_text(&c->id, id);
    set_text(view, "id", id);
    set_text(view, "scheme", c->scheme->item.id);
    set_text(view, "rev", c->scheme->rev);
    set_text(view, "round", text_of(c->state, "round"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(c->state, names[i]))
            json_object_set(view, names[i], json_object_get(c->state, names[i]));
    set_text(view, "phase", case_phase(c->state));
    if (s->judged) {
        const scheme_rubric *r = case_rubric(c, s->judged);
        set_text(view, "judged", s->judged->item.id);
        set_text(view, "rubric", r ? r->item.id : NULL);
    }
    if (!s->is_blind) {
        json_object_set(view, "opened", json_object_get(c->state, "opened"));
        set_text(view, "place", text_of(c->state, "place"));
    }
}

/* What the viewer is asked for at the stage the case is at: the role that acts, what it fills in, and
 * whether it votes, or what ties it to the case. Nothing here is about anybody else. */
static void add_turn(the_case *c, json_t *view)
{
    const scheme_stage *s = case_stage(c);
    const scheme_role *role = NULL;
    const char *tie = NULL;
    bool votes = false;
    char me[ID_TEXT];
    if (!s || !case_is_open(c->state) || json_is_true(json_object_get(c->state, "waits")))
        return;
    bool is_named = viewer_is_named(c->who, me);
    const scheme_role *hand = NULL;
    if (case_actor(c, s, &role, NULL) != ASSAY_OK || case_countersigner(c, s, &hand, NULL) != ASSAY_OK)
        return;
    bool is_signing = hand && case_is_handed_in(c, s), has_signed;
    if (role && !s->form && case_free_hand(c, s, &role, &has_signed, NULL) != ASSAY_OK)
        return;
    if (is_signing || case_countersigns(s, role))
        role = is_signing ? hand : NULL;
    if (s->gate && s->gate->vote && case_in_role(c, s->gate->vote, &votes, NULL) != ASSAY_OK)
        votes = false;
    if (votes && case_tie(c, &c->who->party, &tie, NULL) != ASSAY_OK)
        tie = NULL;
    bool is_judge = is_named && s->assign && case_assignment(c->state, s->item.id, me);
    bool is_desks = c->who->kind == VIEWER_DESK && !s->who_count && !s->assign;
    bool sits = false;
    if (s->bank && case_is_party(c, &sits, NULL) != ASSAY_OK)
        sits = false;
    if (!role && !votes && !is_judge && !sits && !(is_desks && s->form))
        return;
    json_t *turn = object_in(view, "turn");
    set_text(turn, "role", role ? role->item.id : NULL);
    for (size_t i = 0; !is_signing && s->form && case_is_handed_in(c, s) && i < s->who_count; i++)
        if (case_awaits(c, s, s->who[i]))
            json_array_append_new(list_in(turn, "awaits"), json_string(s->who[i]->item.id));
    set_text(turn, "form", s->form && !is_signing && (role || is_judge || is_desks) ? s->form->item.id : NULL);
    json_object_set_new(turn, "signs", json_boolean(role && role->signs > 0));
    json_object_set_new(turn, "votes", json_boolean(votes && !tie));
    set_text(turn, "tied", tie);
    if (sits)
        json_object_set_new(turn, "exam", json_true());
    json_object_set_new(turn, "scores", json_boolean(is_judge && s->rubric_count));
}

/* Who may speak up in the case beside its stages, and take it back. */
static void add_ways_out(the_case *c, const sight *s, json_t *view)
{
    const scheme_role *role = NULL;
    const scheme_stage *at = case_stage(c);
    bool is_own = s->kind == SIGHT_PARTY || s->kind == SIGHT_DESK;
    if (at && !is_own && case_actor(c, at, &role, NULL) != ASSAY_OK)
        role = NULL;
    if (is_own || role)
        json_array_append_new(list_in(view, "may"), json_string("note"));
    if (is_own && case_is_open(c->state))
        json_array_append_new(list_in(view, "may"), json_string("withdraw"));
}

/* What was seen on site: for who was sent, who acts there, the desk and auditors. */
static void add_seen(the_case *c, const sight *s, json_t *view)
{
    bool is_all = s->kind == SIGHT_DESK || s->kind == SIGHT_AUDITOR;
    for (size_t i = 0; i < c->scheme->stage_count && !s->is_blind; i++) {
        const scheme_stage *st = &c->scheme->stage[i];
        const scheme_role *role = NULL;
        bool is_sent = *s->me && st->assign && case_assignment(c->state, st->item.id, s->me);
        if (!is_all && !is_sent && (st->assign || case_actor(c, st, &role, NULL) || !role))
            continue;
        visit_show(c, st->item.id, s->me, s->kind == SIGHT_DESK, view);
    }
}

json_t *view_of(the_case *c, const sight *s)
{
    json_t *view = json_object();
    bool is_inside = s->kind == SIGHT_DESK || s->kind == SIGHT_AUDITOR || s->kind == SIGHT_ROLE;
    add_where(c, s, view);
    add_turn(c, view);
    add_fillings(c, s, view);
    if (*s->me)
        add_own_sheets(c, s, view);
    add_seen(c, s, view);
    if (!s->is_blind) {
        add_names(c, view);
        add_ways_out(c, s, view);
    }
    if (is_inside)
        add_sheets(c, s, view);
    if (is_inside || s->kind == SIGHT_PARTY) {
        add_decisions(c, s, view);
        add_lists(c, s, view);
        add_said(c, "objections", view);
    }
    if (s->kind == SIGHT_DESK || s->kind == SIGHT_PARTY)
        add_said(c, "notes", view);
    if (s->kind == SIGHT_JUDGE && !s->is_blind && json_object_get(c->state, "evidence"))
        json_object_set(view, "evidence", json_object_get(c->state, "evidence"));
    return view;
}

assay_status case_view(desk *d, const object_id *id, const viewer *who, buf *out, assay_err *err)
{
    the_case c;
    sight s;
    char name[ID_TEXT];
    assay_status status = case_load(d, NULL, id, who, &c, err);
    if (status)
        return status;
    id_text(id, name);
    status = sight_of(&c, &s, err);
    if (!status && s.kind == SIGHT_NOTHING)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no case %s"), name);
    if (!status)
        status = json_take(view_of(&c, &s), out, err);
    case_done(&c);
    return status;
}

/* -- history ------------------------------------------------------------------------------------------------------------- */

/* Who stands in the log by account or code is called by name, as long as there is one: it is told
 * from what is personal and goes with it. */
static void set_actor(json_t *o, store *s, const char *actor)
{
    static const char *const passes[] = {"account", "code"};
    object_id id;
    buf name = BUF_INIT;
    set_text(o, "actor", actor);
    for (size_t i = 0; actor && !name.length && i < sizeof passes / sizeof *passes; i++)
        if (party_of_pass(s, passes[i], actor, &id, NULL) == ASSAY_OK &&
            party_name(s, &id, &name, NULL) == ASSAY_OK && name.length)
            set_text(o, "actor_name", buf_text(&name));
    buf_done(&name);
}

/* An event as the log has it is for the desk and auditors; of open scoring only that it happened. The party
 * sees the milestones. */
static json_t *shown_event(const the_case *c, const sight *s, const record *r, const json_t *p)
{
    static const char *const bare[] = {"case.sheet", "case.sheet.final", "case.assigned",
                                       "case.vote"};
    static const char *const open[] = {"case.opened", "case.advanced", "case.decided",
                                       "case.withdrawn", "case.published"};
    const char *judge = text_of(p, "judge"), *stage = text_of(p, "stage");
    bool is_own = judge && strcmp(judge, s->me) == 0, is_bare = false, is_open = false;
    for (size_t i = 0; i < 4; i++)
        is_bare |= strcmp(r->type, bare[i]) == 0;
    for (size_t i = 0; i < 5; i++)
        is_open |= strcmp(r->type, open[i]) == 0;
    if (s->kind == SIGHT_JUDGE && !is_own)
        return NULL;
    if ((s->kind == SIGHT_PARTY || s->kind == SIGHT_ROLE) && !is_open && !is_own)
        return NULL;
    json_t *o = json_object();
    set_text(o, "type", r->type);
    set_time(o, "time", r->time);
    json_object_set_new(o, "sequence", json_integer((json_int_t)r->sequence));
    bool is_scoring = is_bare && stage && !stage_is_over(c, stage) && !is_own;
    if (!is_scoring && (s->kind == SIGHT_DESK || s->kind == SIGHT_AUDITOR || is_own)) {
        json_t *copy = json_deep_copy(p);
        json_object_del(copy, "sealed");
        if (s->kind != SIGHT_DESK && !is_own)
            json_object_del(copy, "judge");
        json_object_set_new(o, "said", copy);
        if (s->kind == SIGHT_DESK)
            set_actor(o, c->d->s, r->actor);
    } else {
        set_text(o, "stage", stage ? stage : text_of(p, "to"));
        set_text(o, "outcome", text_of(p, "outcome"));
    }
    return o;
}

typedef struct {
    the_case *c;
    sight *s;
    json_t *list;
} history_fold;

static bool add_event(const record *r, void *context)
{
    history_fold *h = context;
    json_t *payload = r->payload ? json_tree(r->payload) : json_object();
    json_t *o = shown_event(h->c, h->s, r, payload);
    if (o)
        json_array_append_new(h->list, o);
    json_decref(payload);
    return true;
}

assay_status case_history(desk *d, const object_id *id, const viewer *who, buf *out, assay_err *err)
{
    the_case c;
    sight s;
    char name[ID_TEXT];
    json_t *o = json_object();
    assay_status status = case_load(d, NULL, id, who, &c, err);
    if (status) {
        json_decref(o);
        return status;
    }
    id_text(id, name);
    set_text(o, "case", name);
    status = sight_of(&c, &s, err);
    if (!status && s.kind == SIGHT_NOTHING)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no case %s"), name);
    history_fold h = {&c, &s, list_in(o, "events")};
    if (!status)
        status = store_object_records(d->s, id, 0, add_event, &h, err);
    case_done(&c);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
