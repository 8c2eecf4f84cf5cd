/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/meeting_inner.h"

#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { AGENDA_MOST = 200 };

/* -- from its records -------------------------------------------------------------------------- */

static void apply(json_t *state, const char *type, const json_t *p)
{
    const char *party = text_of(p, "party");
    if (strcmp(type, "meeting.opened") == 0)
        json_object_update(state, (json_t *)p);
    else if (strcmp(type, "meeting.present") == 0 && party)
        json_object_set(object_in(state, "here"), party, json_object_get(p, "here"));
    else if (strcmp(type, "meeting.motion") == 0)
        json_array_append(list_in(state, "motions"), (json_t *)p);
    else if (strcmp(type, "meeting.decided") == 0)
        json_object_set(object_in(state, "decided"), text_of(p, "case"), (json_t *)p);
    else if (strcmp(type, "meeting.ended") == 0)
        json_object_set(state, "ended", (json_t *)p);
    else if (strcmp(type, "meeting.signed") == 0)
        json_array_append(list_in(state, "signed"), (json_t *)p);
}

static bool fold(const record *r, void *context)
{
    json_t *p = r->payload ? json_tree(r->payload) : json_object();
    apply(context, r->type, p);
    json_decref(p);
    return true;
}

assay_status meeting_load(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                          the_meeting *out, assay_err *err)
{
    *out = (the_meeting){.d = d,
                         .tx = tx,
                         .id = *id,
                         .state = json_object(),
                         .who = who,
                         .now = who->now ? who->now : time_now()};
    assay_status status = store_object_records(d->s, id, 0, fold, out->state, err);
    if (!status && !text_of(out->state, "role"))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no such meeting"));
    if (!status)
        status = desk_scheme(d, text_of(out->state, "scheme"), &out->scheme, err);
    if (!status && !(out->role = scheme_find_role(out->scheme, text_of(out->state, "role"))))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no such meeting"));
    if (status)
        json_decref(out->state);
    return status;
}

void meeting_list_of_role(const char *program, const char *role, char out[static 256])
{
    snprintf(out, 256, "meeting/r/%.100s/%.100s", program, role);
}

static assay_status list_again(const the_meeting *m, assay_err *err)
{
    static const char *const names[] = {"scheme", "role", "title", "place", "at"};
    char of_role[256];
    const char *at = text_of(m->state, "at");
    buf row = BUF_INIT;
    json_t *shown = json_object();
    meeting_list_of_role(text_of(m->state, "scheme"), text_of(m->state, "role"), of_role);
    const entry_place places[] = {{"meeting", at}, {of_role, at}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(m->state, names[i]))
            json_object_set(shown, names[i], json_object_get(m->state, names[i]));
    if (json_object_get(m->state, "ended"))
        json_object_set_new(shown, "ended", json_true());
    assay_status status = json_take(shown, &row, err);
    if (!status)
        status = store_entry_put(m->tx, "meeting", &m->id, row.data, places, 2, err);
    buf_done(&row);
    return status;
}

assay_status meeting_append(the_meeting *m, const char *type, json_t *payload, assay_err *err)
{
    char hand[ID_TEXT];
    if (!payload)
        return assay_fail(err, ASSAY_FORMAT, 0, _("a text is not valid UTF-8"));
    set_time(payload, "at", m->now);
    set_text(payload, "by", viewer_is_named(m->who, hand) ? hand : NULL);
    json_incref(payload);
    assay_status status = record_json(m->tx, type, m->who->account, &m->id, payload, NULL, err);
    if (!status)
        apply(m->state, type, payload);
    json_decref(payload);
    return status ? status : list_again(m, err);
}

/* -- members ----------------------------------------------------------------------------------- */

bool meeting_keep_member(const party_post *p, void *context)
{
    member_list *l = context;
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->id[i], &p->party))
            return true;
    if (l->n < MEMBERS_SHOWN)
        l->id[l->n++] = p->party;
    return true;
}

assay_status meeting_members(const the_meeting *m, member_list *l, assay_err *err)
{
    const json_t *then = json_object_get(json_object_get(m->state, "ended"), "members");
    l->n = 0;
    for (size_t i = 0; i < json_array_size(then) && i < MEMBERS_SHOWN; i++)
        l->n += id_read(json_string_value(json_array_get(then, i)), &l->id[l->n]);
    if (then)
        return ASSAY_OK;
    return party_holders(m->d->s, m->scheme->item.id, m->role->item.id, m->now, meeting_keep_member,
                         l, err);
}

bool meeting_has_member(const member_list *l, const object_id *party)
{
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->id[i], party))
            return !id_is_none(party);
    return false;
}

bool meeting_is_member(const the_meeting *m, const member_list *l)
{
    return meeting_has_member(l, &m->who->party);
}

bool meeting_is_here(const the_meeting *m, const object_id *party)
{
    char name[ID_TEXT];
    id_text(party, name);
    return json_is_true(json_object_get(json_object_get(m->state, "here"), name));
}

size_t meeting_count_here(const the_meeting *m, const member_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += meeting_is_here(m, &l->id[i]);
    return n;
}

/* -- agenda ------------------------------------------------------------------------------------ */

static assay_status add_awaiting(the_meeting *m, const scheme_stage *s, const char *state,
                                 json_t *agenda, assay_err *err)
{
    buf text = BUF_INIT;
    case_query q = {
        .scheme = m->scheme->item.id, .stage = s->item.id, .state = state, .limit = AGENDA_MOST};
    assay_status status = case_list(m->d, &q, m->who, &text, err);
    json_t *page = status ? NULL : json_tree(buf_text(&text));
    json_t *list = json_object_get(page, "cases");
    for (size_t i = 0; i < json_array_size(list) && json_array_size(agenda) < AGENDA_MOST; i++)
        if (!list_has(agenda, text_of(json_array_get(list, i), "id")))
            json_array_append(agenda, json_object_get(json_array_get(list, i), "id"));
    json_decref(page);
    buf_done(&text);
    return status;
}

static assay_status whole_agenda(the_meeting *m, json_t *agenda, assay_err *err)
{
    static const char *const states[] = {"open", "waiting", "returned"};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < m->scheme->stage_count; i++)
        for (size_t k = 0; !status && k < 3; k++) {
            const scheme_stage *s = &m->scheme->stage[i];
            if (s->gate && s->gate->vote == m->role)
                status = add_awaiting(m, s, states[k], agenda, err);
        }
    return status;
}

static assay_status check_agenda(const json_t *given, json_t *agenda, assay_err *err)
{
    object_id id;
    if (!json_is_array(given) || json_array_size(given) > AGENDA_MOST)
        return assay_fail(err, ASSAY_FORMAT, 0, _("\"cases\" is a list of at most %d"),
                          AGENDA_MOST);
    for (size_t i = 0; i < json_array_size(given); i++) {
        if (!id_read(json_string_value(json_array_get(given, i)), &id))
            return assay_fail(err, ASSAY_FORMAT, i, _("case %zu of the agenda has no id"), i + 1);
        json_array_append(agenda, json_array_get(given, i));
    }
    return ASSAY_OK;
}

assay_status meeting_need_desk(const viewer *who, assay_err *err)
{
    if (who->kind == VIEWER_DESK && !(who->site && *who->site))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0,
                      _("a meeting is led by the desk that runs the programme"));
}

static assay_status open_said(the_meeting *m, const json_t *said, json_t *p, assay_err *err)
{
    const char *scheme_name, *role, *title, *place;
    assay_status status = said_only(said, "scheme role title place cases key", err);
    if (!status)
        status = meeting_need_desk(m->who, err);
    if (!status)
        status = said_text(said, "scheme", true, 200, &scheme_name, err);
    if (!status)
        status = said_text(said, "role", true, 100, &role, err);
    if (!status)
        status = said_text(said, "title", true, 300, &title, err);
    if (!status)
        status = said_text(said, "place", false, 200, &place, err);
    if (!status)
        status = desk_scheme(m->d, scheme_name, &m->scheme, err);
    if (!status && !(m->role = scheme_find_role(m->scheme, role)))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("the scheme has no role \"%.60s\""), role);
    if (status)
        return status;
    set_text(p, "scheme", m->scheme->item.id);
    set_text(p, "role", role);
    set_text(p, "title", title);
    set_text(p, "place", place);
    return json_object_get(said, "cases")
               ? check_agenda(json_object_get(said, "cases"), list_in(p, "agenda"), err)
               : whole_agenda(m, list_in(p, "agenda"), err);
}

assay_status meeting_open(desk *d, store_tx *tx, const char *said, const viewer *who, buf *answer,
                          assay_err *err)
{
    json_t *o, *p = json_object();
    the_meeting m = {.d = d,
                     .tx = tx,
                     .who = who,
                     .state = json_object(),
                     .now = who->now ? who->now : time_now()};
    assay_status status = said_read(said, &o, err);
    if (!status) {
        status = open_said(&m, o, p, err);
        json_decref(o);
    }
    if (!status)
        status = id_new(&m.id, err);
    if (status)
        json_decref(p);
    else
        status = meeting_append(&m, "meeting.opened", p, err);
    json_decref(m.state);
    return status ? status : meeting_show(d, &m.id, who, answer, err);
}

/* -- steps ------------------------------------------------------------------------------------- */

static assay_status take_presence(the_meeting *m, const json_t *said, const member_list *l,
                                  assay_err *err)
{
    const char *name;
    object_id party = m->who->party;
    const json_t *here = json_object_get(said, "here");
    assay_status status = said_only(said, "party here key", err);
    if (!status)
        status = said_text(said, "party", false, 200, &name, err);
    if (!status && name)
        status = meeting_need_desk(m->who, err);
    if (!status && name)
        status = party_find(m->d->s, name, &party, err);
    if (!status && !meeting_has_member(l, &party))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("only members of %s are present here"),
                            m->role->item.id);
    if (status)
        return status;
    json_t *p = json_object();
    set_id(p, "party", &party);
    json_object_set_new(p, "here", json_boolean(!here || json_is_true(here)));
    return meeting_append(m, "meeting.present", p, err);
}

static assay_status on_agenda(the_meeting *m, const json_t *said, object_id *out, assay_err *err)
{
    char text[ID_TEXT];
    assay_status status = said_id(said, "case", true, out, err);
    id_text(out, text);
    if (!status && !list_has(json_object_get(m->state, "agenda"), text))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("%s is not on the agenda"), text);
    return status;
}

static assay_status take_motion(the_meeting *m, const json_t *said, const member_list *l,
                                assay_err *err)
{
    const char *text;
    object_id of;
    assay_status status = said_only(said, "case text key", err);
    if (!status && !meeting_is_member(m, l))
        status = meeting_need_desk(m->who, err);
    if (!status)
        status = on_agenda(m, said, &of, err);
    if (!status)
        status = said_text(said, "text", true, 4000, &text, err);
    if (status)
        return status;
    json_t *p = json_object();
    set_id(p, "case", &of);
    set_text(p, "text", text);
    return meeting_append(m, "meeting.motion", p, err);
}

/* Enough of those entitled must be there before anything is called. */
static assay_status check_quorum(const the_meeting *m, const scheme_gate *g, const voter_list *l,
                                 assay_err *err)
{
    value quorum = g->quorum.kind == VALUE_NUMBER ? g->quorum : m->role->quorum;
    assay_rational needed;
    size_t here = 0, entitled = 0;
    if (quorum.kind != VALUE_NUMBER)
        return ASSAY_OK;
    for (size_t i = 0; i < l->n; i++) {
        bool is_entitled = voter_is_entitled(&l->item[i]);
        entitled += is_entitled;
        here += is_entitled && meeting_is_here(m, &l->item[i].id);
    }
    assay_status status =
        assay_rational_mul(quorum.as.number, assay_rational_of((int64_t)entitled), &needed, err);
    if (!status &&
        (!entitled || assay_rational_compare(assay_rational_of((int64_t)here), needed) < 0))
        status =
            assay_fail(err, ASSAY_DOMAIN, 0,
                       _("%zu of %zu entitled are present: that is no quorum"), here, entitled);
    return status;
}

void meeting_add_tied(json_t *o, const voter_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        if (!l->item[i].tie)
            continue;
        json_t *one = json_object();
        set_id(one, "party", &l->item[i].id);
        set_text(one, "relation", l->item[i].tie);
        json_array_append_new(list_in(o, "tied"), one);
    }
}

static void add_outcome(json_t *p, const buf *answer)
{
    json_t *o = json_tree(buf_text(answer)), *decided = json_object_get(o, "decided");
    const json_t *last = json_array_get(decided, json_array_size(decided) - 1);
    set_text(p, "state", text_of(o, "state"));
    set_text(p, "outcome", last ? text_of(last, "outcome") : text_of(o, "state"));
    json_decref(o);
}

void meeting_add_count(json_t *o, const gate_vote *v)
{
    json_object_set_new(o, "yes", json_integer((json_int_t)v->yes));
    json_object_set_new(o, "no", json_integer((json_int_t)v->no));
    json_object_set_new(o, "abstain", json_integer((json_int_t)v->abstain));
    json_object_set_new(o, "recused", json_integer((json_int_t)v->recused));
    json_object_set_new(o, "eligible", json_integer((json_int_t)v->eligible));
}

/* What the case is decided on, for the minutes. */
static assay_status count(const the_meeting *m, the_case *c, const scheme_stage *s, json_t *p,
                          assay_err *err)
{
    gate_vote v;
    voter_list voters;
    assay_status status = case_count_votes(c, s, &voters, &v, err);
    if (!status)
        status = check_quorum(m, s->gate, &voters, err);
    if (status)
        return status;
    meeting_add_count(object_in(p, "vote"), &v);
    meeting_add_tied(p, &voters);
    return ASSAY_OK;
}

static assay_status decide(the_meeting *m, const json_t *said, const member_list *l, assay_err *err)
{
    object_id of;
    the_case c;
    buf answer = BUF_INIT;
    json_t *p = json_object();
    assay_status status = said_only(said, "case key", err);
    if (!status)
        status = meeting_need_desk(m->who, err);
    if (!status)
        status = on_agenda(m, said, &of, err);
    if (!status)
        status = case_load(m->d, m->tx, &of, m->who, &c, err);
    if (!status) {
        const scheme_stage *s = case_stage(&c);
        if (!s || !s->gate || s->gate->vote != scheme_find_role(c.scheme, m->role->item.id))
            status = assay_fail(err, ASSAY_DOMAIN, 0, _("this case awaits no vote of %s"),
                                m->role->item.id);
        else
            status = count(m, &c, s, p, err);
        case_done(&c);
    }
    if (!status)
        status = case_act(m->d, m->tx, &of, "close", "{}", m->who, &answer, err);
    if (!status) {
        set_id(p, "case", &of);
        add_outcome(p, &answer);
        json_object_set_new(p, "present", json_integer((json_int_t)meeting_count_here(m, l)));
        status = meeting_append(m, "meeting.decided", json_incref(p), err);
    }
    json_decref(p);
    buf_done(&answer);
    return status;
}

assay_status meeting_step(desk *d, store_tx *tx, const object_id *id, const char *step,
                          const char *said, const viewer *who, buf *answer, assay_err *err)
{
    the_meeting m;
    member_list l;
    json_t *o;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = meeting_load(d, tx, id, who, &m, err);
    if (status) {
        json_decref(o);
        return status;
    }
    status = meeting_members(&m, &l, err);
    if (!status && strcmp(step, "sign") == 0)
        status = meeting_sign(&m, o, err);
    else if (!status && json_object_get(m.state, "ended"))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the meeting has ended"));
    else if (!status && strcmp(step, "present") == 0)
        status = take_presence(&m, o, &l, err);
    else if (!status && strcmp(step, "motion") == 0)
        status = take_motion(&m, o, &l, err);
    else if (!status && strcmp(step, "decide") == 0)
        status = decide(&m, o, &l, err);
    else if (!status && strcmp(step, "end") == 0)
        status = meeting_end(&m, o, &l, err);
    else if (!status)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("\"%.40s\" is no step of a meeting"), step);
    json_decref(o);
    json_decref(m.state);
    return status ? status : meeting_show(d, id, who, answer, err);
}

/* -- anew -------------------------------------------------------------------------------------- */

static bool keep_id(const record *r, void *context)
{
    buf_add(context, &r->object, sizeof r->object);
    return true;
}

assay_status meetings_rebuild(desk *d, store_tx *tx, assay_err *err)
{
    const viewer who = {.kind = VIEWER_DESK};
    buf ids = BUF_INIT;
    assay_status status = store_entries_drop(tx, "meeting", err);
    if (!status)
        status = store_record_heads(d->s, "meeting.opened", 0, keep_id, &ids, err);
    for (size_t at = 0; !status && at < ids.length; at += sizeof(object_id)) {
        object_id id;
        the_meeting m;
        memcpy(&id, ids.data + at, sizeof id);
        status = meeting_load(d, tx, &id, &who, &m, err);
        if (status)
            break;
        status = list_again(&m, err);
        json_decref(m.state);
    }
    buf_done(&ids);
    return status;
}
