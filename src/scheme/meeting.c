/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/meeting.h"

#include "scheme/case_inner.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/time.h"
#include "scheme/page.h"

#include <stdio.h>
#include <string.h>

enum { AGENDA_MOST = 200, MEMBERS_SHOWN = 300 };

typedef struct {
    desk *d;
    store_tx *tx;
    object_id id;
    json_t *state; /* {scheme, role, title, place, agenda, here: {party: bool}, motions, decided,
                      at, ended, signed} */
    const scheme *scheme;
    const scheme_role *role;
    const viewer *who;
    int64_t now;
} the_meeting;

/* -- from its records ------------------------------------------------------------------------- */

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

static assay_status load(desk *d, store_tx *tx, const object_id *id, const viewer *who,
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

/* Of all, and of the role whose members see it. */
static void list_of_role(const char *program, const char *role, char out[static 256])
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
    list_of_role(text_of(m->state, "scheme"), text_of(m->state, "role"), of_role);
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

static assay_status append(the_meeting *m, const char *type, json_t *payload, assay_err *err)
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

/* -- members ------------------------------------------------------------------------------------
 */

typedef struct {
    object_id id[MEMBERS_SHOWN];
    size_t n;
} member_list;

static bool keep_member(const party_post *p, void *context)
{
    member_list *l = context;
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->id[i], &p->party))
            return true;
    if (l->n < MEMBERS_SHOWN)
        l->id[l->n++] = p->party;
    return true;
}

/* Those of its end, when it has ended. */
static assay_status members_of(const the_meeting *m, member_list *l, assay_err *err)
{
    const json_t *then = json_object_get(json_object_get(m->state, "ended"), "members");
    l->n = 0;
    for (size_t i = 0; i < json_array_size(then) && i < MEMBERS_SHOWN; i++)
        l->n += id_read(json_string_value(json_array_get(then, i)), &l->id[l->n]);
    if (then)
        return ASSAY_OK;
    return party_holders(m->d->s, m->scheme->item.id, m->role->item.id, m->now, keep_member, l,
                         err);
}

static bool has_member(const member_list *l, const object_id *party)
{
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->id[i], party))
            return !id_is_none(party);
    return false;
}

static bool is_member(const the_meeting *m, const member_list *l)
{
    return has_member(l, &m->who->party);
}

static bool is_here(const the_meeting *m, const object_id *party)
{
    char name[ID_TEXT];
    id_text(party, name);
    return json_is_true(json_object_get(json_object_get(m->state, "here"), name));
}

static size_t count_here(const the_meeting *m, const member_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += is_here(m, &l->id[i]);
    return n;
}

/* -- agenda --------------------------------------------------------------------------------------
 */

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

static assay_status need_desk(const viewer *who, assay_err *err)
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
        status = need_desk(m->who, err);
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
        status = append(&m, "meeting.opened", p, err);
    json_decref(m.state);
    return status ? status : meeting_show(d, &m.id, who, answer, err);
}

/* -- steps ----------------------------------------------------------------------------------------
 */

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
        status = need_desk(m->who, err);
    if (!status && name)
        status = party_find(m->d->s, name, &party, err);
    if (!status && !has_member(l, &party))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("only members of %s are present here"),
                            m->role->item.id);
    if (status)
        return status;
    json_t *p = json_object();
    set_id(p, "party", &party);
    json_object_set_new(p, "here", json_boolean(!here || json_is_true(here)));
    return append(m, "meeting.present", p, err);
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
    if (!status && !is_member(m, l))
        status = need_desk(m->who, err);
    if (!status)
        status = on_agenda(m, said, &of, err);
    if (!status)
        status = said_text(said, "text", true, 4000, &text, err);
    if (status)
        return status;
    json_t *p = json_object();
    set_id(p, "case", &of);
    set_text(p, "text", text);
    return append(m, "meeting.motion", p, err);
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
        here += is_entitled && is_here(m, &l->item[i].id);
    }
    assay_status status =
        assay_rational_mul(quorum.as.number, assay_rational_of((int64_t)entitled), &needed, err);
    if (!status &&
        (!entitled || assay_rational_compare(assay_rational_of((int64_t)here), needed) < 0))
        status = assay_fail(err, ASSAY_DOMAIN, 0,
                            _("%zu of %zu entitled are present: that is no quorum"), here, entitled);
    return status;
}

/* Who is tied to the case and by what kind of relation: nothing else of it is for the others. */
static void add_tied(json_t *o, const voter_list *l)
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

static void add_count(json_t *o, const gate_vote *v)
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
    add_count(object_in(p, "vote"), &v);
    add_tied(p, &voters);
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
        status = need_desk(m->who, err);
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
        json_object_set_new(p, "present", json_integer((json_int_t)count_here(m, l)));
        status = append(m, "meeting.decided", json_incref(p), err);
    }
    json_decref(p);
    buf_done(&answer);
    return status;
}

/* Whoever is named was there: the chair of the members, the keeper perhaps of the desk. */
static assay_status find_officer(const the_meeting *m, const json_t *said, const char *as,
                                 const member_list *l, object_id *out, assay_err *err)
{
    const char *name;
    bool is_chair = strcmp(as, "chair") == 0;
    *out = is_chair ? (object_id){0} : m->who->party;
    assay_status status = said_text(said, as, false, 200, &name, err);
    if (!status && name)
        status = party_find(m->d->s, name, out, err);
    if (!status && id_is_none(out)) {
        assay_fail(err, ASSAY_DOMAIN, 0,
                   _("say who led the meeting and who kept the minutes: \"%s\" is missing"), as);
        return assay_hint(err, "chair=PARTY keeper=PARTY");
    }
    if (!status && !is_here(m, out) && (is_chair || has_member(l, out)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("\"%s\" names who was not present"), as);
    return status;
}

static assay_status add_officers(const the_meeting *m, const json_t *said, const member_list *l,
                                 json_t *p, assay_err *err)
{
    object_id chair, keeper;
    assay_status status = find_officer(m, said, "chair", l, &chair, err);
    if (!status)
        status = find_officer(m, said, "keeper", l, &keeper, err);
    if (!status && id_same(&chair, &keeper))
        status = assay_fail(err, ASSAY_DOMAIN, 0,
                            _("who leads the meeting does not keep its minutes as well"));
    if (status)
        return status;
    set_id(p, "chair", &chair);
    set_id(p, "keeper", &keeper);
    return ASSAY_OK;
}

/* Nobody was there: nobody can answer for the minutes. */
static assay_status end(the_meeting *m, const json_t *said, const member_list *l, assay_err *err)
{
    const char *note;
    json_t *p = json_object();
    assay_status status = said_only(said, "note chair keeper key", err);
    if (!status)
        status = need_desk(m->who, err);
    if (!status)
        status = said_text(said, "note", false, 8000, &note, err);
    if (!status && count_here(m, l))
        status = add_officers(m, said, l, p, err);
    if (status) {
        json_decref(p);
        return status;
    }
    set_text(p, "note", note);
    for (size_t i = 0; i < l->n; i++) {
        char name[ID_TEXT];
        id_text(&l->id[i], name);
        json_array_append_new(list_in(p, "members"), json_string(name));
    }
    return append(m, "meeting.ended", p, err);
}

/* -- who answers for the minutes --------------------------------------------------------------- */

/* SHA-256 of all that the records said up to the end, in canonical JSON. */
static assay_status digest_of(const the_meeting *m, char out[static 65], assay_err *err)
{
    sha256 digest;
    buf text = BUF_INIT;
    json_t *frozen = json_copy(m->state);
    json_object_del(frozen, "signed");
    assay_status status = json_take(frozen, &text, err);
    if (!status)
        status = sha256_of(text.data, text.length, &digest, err);
    if (!status)
        sha256_to_hex(&digest, out);
    buf_done(&text);
    return status;
}

static bool is_party(const the_meeting *m, const char *text, const object_id *kept)
{
    object_id id;
    return id_read(text, &id) && party_kept(m->d->s, &id, &id, NULL) == ASSAY_OK &&
           id_same(&id, kept);
}

/* As what he was there: "chair", "keeper", "member"; NULL: he was not. */
static const char *present_as(const the_meeting *m, const object_id *party)
{
    static const char *const officers[] = {"chair", "keeper"};
    const json_t *ended = json_object_get(m->state, "ended");
    const char *name;
    json_t *here;
    for (size_t i = 0; i < 2; i++)
        if (is_party(m, text_of(ended, officers[i]), party))
            return officers[i];
    json_object_foreach(json_object_get(m->state, "here"), name, here)
        if (json_is_true(here) && is_party(m, name, party))
            return "member";
    return NULL;
}

static const json_t *signature_of(const the_meeting *m, const object_id *party)
{
    const json_t *list = json_object_get(m->state, "signed");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_party(m, text_of(json_array_get(list, i), "by"), party))
            return json_array_get(list, i);
    return NULL;
}

static assay_status sign(the_meeting *m, const json_t *said, assay_err *err)
{
    const char *seen, *objection;
    char digest[65];
    assay_status status = said_only(said, "digest objection key", err);
    if (!status)
        status = said_text(said, "digest", false, 64, &seen, err);
    if (!status)
        status = said_text(said, "objection", false, 4000, &objection, err);
    if (!status && !json_object_get(m->state, "ended"))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the meeting has not ended: there are no minutes yet"));
    if (!status && (id_is_none(&m->who->party) || !present_as(m, &m->who->party)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("only who was present answers for the minutes"));
    if (!status && signature_of(m, &m->who->party))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("you have answered for these minutes already"));
    if (!status)
        status = digest_of(m, digest, err);
    if (!status && seen && strcmp(seen, digest) != 0)
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("these minutes have SHA-256 %s, not %s"), digest, seen);
    if (status)
        return status;
    json_t *p = json_object();
    set_text(p, "digest", digest);
    set_text(p, "objection", objection);
    return append(m, "meeting.signed", p, err);
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
    status = load(d, tx, id, who, &m, err);
    if (status) {
        json_decref(o);
        return status;
    }
    status = members_of(&m, &l, err);
    if (!status && strcmp(step, "sign") == 0)
        status = sign(&m, o, err);
    else if (!status && json_object_get(m.state, "ended"))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the meeting has ended"));
    else if (!status && strcmp(step, "present") == 0)
        status = take_presence(&m, o, &l, err);
    else if (!status && strcmp(step, "motion") == 0)
        status = take_motion(&m, o, &l, err);
    else if (!status && strcmp(step, "decide") == 0)
        status = decide(&m, o, &l, err);
    else if (!status && strcmp(step, "end") == 0)
        status = end(&m, o, &l, err);
    else if (!status)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("\"%.40s\" is no step of a meeting"), step);
    json_decref(o);
    json_decref(m.state);
    return status ? status : meeting_show(d, id, who, answer, err);
}

/* -- views
 * ------------------------------------------------------------------------------------------- */

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
        json_object_set_new(o, "here", json_boolean(is_here(m, &l->id[i])));
        if (id_same(&l->id[i], &m->who->party))
            json_object_set_new(o, "mine", json_true());
        json_array_append_new(list, o);
        buf_done(&words);
    }
    json_t *quorum = object_in(out, "quorum");
    json_object_set_new(quorum, "present", json_integer((json_int_t)count_here(m, l)));
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
                add_count(object_in(o, "votes"), &v);
                add_tied(o, &voters);
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

/* Of one who was there `as` this; true: he signed these minutes. */
static bool show_signature(const the_meeting *m, const char *party, const char *as,
                           const char *digest, json_t *list)
{
    object_id id;
    buf name = BUF_INIT;
    if (!id_read(party, &id) || party_kept(m->d->s, &id, &id, NULL) ||
        strcmp(present_as(m, &id), as) != 0)
        return false;
    json_t *o = json_object();
    const json_t *given = signature_of(m, &id);
    const char *seen = text_of(given, "digest");
    set_text(o, "party", party);
    set_text(o, "as", as);
    if (party_name(m->d->s, &id, &name, NULL) == ASSAY_OK)
        set_text(o, "name", buf_text(&name));
    if (id_same(&id, &m->who->party))
        json_object_set_new(o, "mine", json_true());
    set_text(o, "at", text_of(given, "at"));
    set_text(o, "digest", seen);
    set_text(o, "objection", text_of(given, "objection"));
    json_array_append_new(list, o);
    buf_done(&name);
    return seen && strcmp(seen, digest) == 0 && !text_of(given, "objection");
}

/* The chair, the keeper, then the others who were there. */
static assay_status show_minutes(const the_meeting *m, json_t *o, assay_err *err)
{
    const json_t *ended = json_object_get(m->state, "ended");
    const char *name;
    char digest[65];
    json_t *here, *minutes, *list;
    assay_status status = ended ? digest_of(m, digest, err) : ASSAY_OK;
    if (status || !ended)
        return status;
    minutes = object_in(o, "minutes");
    list = list_in(minutes, "signatures");
    bool has_chair = show_signature(m, text_of(ended, "chair"), "chair", digest, list);
    bool has_keeper = show_signature(m, text_of(ended, "keeper"), "keeper", digest, list);
    json_object_foreach(json_object_get(m->state, "here"), name, here)
        if (json_is_true(here))
            show_signature(m, name, "member", digest, list);
    set_text(minutes, "digest", digest);
    json_object_set_new(minutes, "confirmed", json_boolean(has_chair && has_keeper));
    return ASSAY_OK;
}

/* Who holds the role now, held it then, or was there. */
static assay_status check_sight(const the_meeting *m, const member_list *l, assay_err *err)
{
    member_list now = {.n = 0};
    if (m->who->kind == VIEWER_DESK || m->who->kind == VIEWER_AUDITOR || is_member(m, l) ||
        (!id_is_none(&m->who->party) && present_as(m, &m->who->party)))
        return ASSAY_OK;
    assay_status status = party_holders(m->d->s, m->scheme->item.id, m->role->item.id, m->now,
                                        keep_member, &now, err);
    if (!status && !is_member(m, &now))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no such meeting"));
    return status;
}

assay_status meeting_show(desk *d, const object_id *id, const viewer *who, buf *out, assay_err *err)
{
    static const char *const names[] = {"scheme", "role", "title", "place", "at", "ended"};
    the_meeting m;
    member_list l;
    assay_status status = load(d, NULL, id, who, &m, err);
    if (status)
        return status;
    status = members_of(&m, &l, err);
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
        status = show_minutes(&m, o, err);
    }
    if (!status)
        status = json_take(json_incref(o), out, err);
    json_decref(o);
    json_decref(m.state);
    return status;
}

/* -- pages --------------------------------------------------------------------------------------
 */

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
    list_of_role(p->scheme, p->role, list);
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

/* -- anew ---------------------------------------------------------------------------------------
 */

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
        status = load(d, tx, &id, &who, &m, err);
        if (status)
            break;
        status = list_again(&m, err);
        json_decref(m.state);
    }
    buf_done(&ids);
    return status;
}
