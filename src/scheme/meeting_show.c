/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meetings as they are shown and listed. */
#include "scheme/meeting_inner.h"

#include "base/i18n.h"
#include "base/time.h"
#include "scheme/page.h"

#include <string.h>

static void show_members(const the_meeting *m, const member_list *l, json_t *out)
{
    json_t *list = list_in(out, "members");
    for (size_t i = 0; i < l->n; i++) {
        char name[ID_TEXT];
        buf words = BUF_INIT;
        json_t *o = json_object();
        id_text(&l->id[i], name);
        set_text(o, "party", name);
        if (party_name(m->d->s, &l->id[i], &words, NULL) == ASSAY_OK)
            set_text(o, "name", buf_text(&words));
        json_object_set_new(o, "here", json_boolean(meeting_is_here(m, &l->id[i])));
        if (id_same(&l->id[i], &m->who->party))
            json_object_set_new(o, "mine", json_true());
        json_array_append_new(list, o);
        buf_done(&words);
    }
    json_t *quorum = object_in(out, "quorum");
    json_object_set_new(quorum, "present", json_integer((json_int_t)meeting_count_here(m, l)));
    json_object_set_new(quorum, "members", json_integer((json_int_t)l->n));
    if (m->role->quorum.kind == VALUE_NUMBER)
        json_object_set_new(quorum, "share", number_text(m->role->quorum));
}

static void show_own_vote(const the_case *c, const scheme_stage *s, const char *me, json_t *o)
{
    const json_t *votes = json_object_get(c->state, "votes");
    for (size_t i = 0; *me && i < json_array_size(votes); i++) {
        const json_t *v = json_array_get(votes, i);
        const char *by = text_of(v, "by");
        if (by && strcmp(by, me) == 0 && strcmp(text_of(v, "stage"), s->item.id) == 0 &&
            json_integer_value(json_object_get(v, "visit")) == case_visit(c->state, s->item.id))
            set_text(o, "own", text_of(v, "choice"));
    }
}

static void show_item(const the_meeting *m, const char *id, json_t *list)
{
    the_case c;
    object_id of, party;
    char me[ID_TEXT] = "";
    buf name = BUF_INIT;
    json_t *o = json_object(), *decided = json_object_get(json_object_get(m->state, "decided"), id);
    set_text(o, "case", id);
    viewer_is_named(m->who, me);
    bool is_open = !decided && !json_object_get(m->state, "ended");
    if (id_read(id, &of) && case_load(m->d, NULL, &of, m->who, &c, NULL) == ASSAY_OK) {
        const scheme_stage *s = case_stage(&c);
        set_text(o, "title", text_of(c.state, "title"));
        if (case_party(c.state, &party) && party_name(m->d->s, &party, &name, NULL) == ASSAY_OK)
            set_text(o, "name", buf_text(&name));
        if (s && s->gate && s->gate->vote && is_open) {
            gate_vote v;
            voter_list voters;
            set_text(o, "stage", s->item.id);
            if (case_count_votes(&c, s, &voters, &v, NULL) == ASSAY_OK) {
                meeting_add_count(object_in(o, "votes"), &v);
                meeting_add_tied(o, &voters);
            }
            show_own_vote(&c, s, me, o);
        }
        case_done(&c);
    }
    if (decided)
        json_object_set(o, "decided", decided);
    const json_t *motions = json_object_get(m->state, "motions");
    for (size_t i = 0; i < json_array_size(motions); i++)
        if (strcmp(text_of(json_array_get(motions, i), "case"), id) == 0)
            json_array_append(list_in(o, "motions"), json_array_get(motions, i));
    json_array_append_new(list, o);
    buf_done(&name);
}

/* Who holds the role now, held it then, or was there. */
static assay_status check_sight(const the_meeting *m, const member_list *l, assay_err *err)
{
    member_list now = {.n = 0};
    if (m->who->kind == VIEWER_DESK || m->who->kind == VIEWER_AUDITOR || meeting_is_member(m, l) ||
        (!id_is_none(&m->who->party) && meeting_present_as(m, &m->who->party)))
        return ASSAY_OK;
    assay_status status = party_holders(m->d->s, m->scheme->item.id, m->role->item.id, m->now,
                                        meeting_keep_member, &now, err);
    if (!status && !meeting_is_member(m, &now))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no such meeting"));
    return status;
}

assay_status meeting_show(desk *d, const object_id *id, const viewer *who, buf *out, assay_err *err)
{
    static const char *const names[] = {"scheme", "role", "title", "place", "at", "ended"};
    the_meeting m;
    member_list l;
    assay_status status = meeting_load(d, NULL, id, who, &m, err);
    if (status)
        return status;
    status = meeting_members(&m, &l, err);
    if (!status)
        status = check_sight(&m, &l, err);
    json_t *o = json_object();
    set_id(o, "id", id);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(m.state, names[i]))
            json_object_set(o, names[i], json_object_get(m.state, names[i]));
    json_t *agenda = json_object_get(m.state, "agenda");
    if (!status) {
        show_members(&m, &l, o);
        for (size_t i = 0; i < json_array_size(agenda); i++)
            show_item(&m, json_string_value(json_array_get(agenda, i)), list_in(o, "agenda"));
        status = meeting_show_minutes(&m, o, err);
    }
    if (!status)
        status = json_take(json_incref(o), out, err);
    json_decref(o);
    json_decref(m.state);
    return status;
}

/* -- pages ------------------------------------------------------------------------------------- */

static bool add_meeting(const store_entry *e, void *context)
{
    json_t *o = json_tree(e->row);
    set_id(o, "id", &e->object);
    json_array_append_new(context, o);
    return true;
}

static bool add_role(const party_post *p, void *context)
{
    char list[256];
    meeting_list_of_role(p->scheme, p->role, list);
    return span_add(context, list, NULL, 0);
}

/* All for the desk and auditors; for everybody else those of the roles they hold now. */
static assay_status choose_roles(desk *d, const viewer *who, span_list *l, assay_err *err)
{
    if (who->kind == VIEWER_DESK || who->kind == VIEWER_AUDITOR)
        return span_add(l, "meeting", NULL, 0) ? ASSAY_OK
                                               : assay_fail(err, ASSAY_MEMORY, 0, "no memory");
    return id_is_none(&who->party)
               ? ASSAY_OK
               : party_posts(d->s, &who->party, who->now ? who->now : time_now(), add_role, l, err);
}

assay_status meeting_list(desk *d, const char *mark, size_t limit, const viewer *who, buf *out,
                          assay_err *err)
{
    arena memory;
    span_list l = {.memory = &memory};
    json_t *o = json_object(), *list = list_in(o, "meetings");
    arena_init(&memory);
    assay_status status = choose_roles(d, who, &l, err);
    const store_page page = {.span = l.span,
                             .span_count = l.n,
                             .mark = mark,
                             .is_down = true,
                             .limit = limit ? limit : 100};
    if (!status)
        status = page_fill(d->s, &page, add_meeting, list, list, o, err);
    arena_done(&memory);
    if (!status)
        return json_take(o, out, err);
    json_decref(o);
    return status;
}
