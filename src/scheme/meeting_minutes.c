/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a meeting, and who answers for its minutes: they are frozen by then, so what is signed
 * is one digest that anybody can compute from the records. */
#include "scheme/meeting_inner.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <string.h>

/* -- the end ---------------------------------------------------------------------------------- */

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
    if (!status && !meeting_is_here(m, out) && (is_chair || meeting_has_member(l, out)))
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
assay_status meeting_end(the_meeting *m, const json_t *said, const member_list *l, assay_err *err)
{
    const char *note;
    json_t *p = json_object();
    assay_status status = said_only(said, "note chair keeper key", err);
    if (!status)
        status = meeting_need_desk(m->who, err);
    if (!status)
        status = said_text(said, "note", false, 8000, &note, err);
    if (!status && meeting_count_here(m, l))
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
    return meeting_append(m, "meeting.ended", p, err);
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

const char *meeting_present_as(const the_meeting *m, const object_id *party)
{
    static const char *const officers[] = {"chair", "keeper"};
    const json_t *ended = json_object_get(m->state, "ended");
    const char *name;
    json_t *here;
    for (size_t i = 0; i < 2; i++)
        if (is_party(m, text_of(ended, officers[i]), party))
            return officers[i];
    json_object_foreach(json_object_get(m->state, "here"), name,
                        here) if (json_is_true(here) && is_party(m, name, party)) return "member";
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

assay_status meeting_sign(the_meeting *m, const json_t *said, assay_err *err)
{
    const char *seen, *objection;
    char digest[65];
    assay_status status = said_only(said, "digest objection key", err);
    if (!status)
        status = said_text(said, "digest", false, 64, &seen, err);
    if (!status)
        status = said_text(said, "objection", false, 4000, &objection, err);
    if (!status && !json_object_get(m->state, "ended"))
        status = assay_fail(err, ASSAY_DOMAIN, 0,
                            _("the meeting has not ended: there are no minutes yet"));
    if (!status && (id_is_none(&m->who->party) || !meeting_present_as(m, &m->who->party)))
        status =
            assay_fail(err, ASSAY_DOMAIN, 0, _("only who was present answers for the minutes"));
    if (!status && signature_of(m, &m->who->party))
        status =
            assay_fail(err, ASSAY_CONFLICT, 0, _("you have answered for these minutes already"));
    if (!status)
        status = digest_of(m, digest, err);
    if (!status && seen && strcmp(seen, digest) != 0)
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("these minutes have SHA-256 %s, not %s"),
                            digest, seen);
    if (status)
        return status;
    json_t *p = json_object();
    set_text(p, "digest", digest);
    set_text(p, "objection", objection);
    return meeting_append(m, "meeting.signed", p, err);
}

/* Of one who was there `as` this; true: he signed these minutes. */
static bool show_signature(const the_meeting *m, const char *party, const char *as,
                           const char *digest, json_t *list)
{
    object_id id;
    buf name = BUF_INIT;
    if (!id_read(party, &id) || party_kept(m->d->s, &id, &id, NULL) ||
        strcmp(meeting_present_as(m, &id), as) != 0)
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

/* The chair, the keeper, then the others. */
assay_status meeting_show_minutes(const the_meeting *m, json_t *o, assay_err *err)
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
    json_object_foreach(json_object_get(m->state, "here"), name, here) if (json_is_true(here))
        show_signature(m, name, "member", digest, list);
    set_text(minutes, "digest", digest);
    json_object_set_new(minutes, "confirmed", json_boolean(has_chair && has_keeper));
    return ASSAY_OK;
}
