/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a case, acting in it, and the answer to either.
 *
 * An act with a key that is in the log already is not done again: its answer is made from the state
 * as it was when the act and what followed from it had been written. */
#include "scheme/case_inner.h"
#include "scheme/case_public.h"
#include "scheme/visit.h"

#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MOST = 100, MEMBERS_MOST = 40 };

typedef struct {
    const char *name;
    assay_status (*run)(the_case *c, assay_err *err);
} act_rule;

static const act_rule acts[] = {
    {"fill", act_fill},         {"seal", act_seal},
    {"score", act_score},       {"final", act_final},
    {"vote", act_vote},         {"sign", act_sign},
    {"done", act_done},         {"exam", act_exam},
    {"close", act_close},       {"decide", act_decide},
    {"object", act_object},     {"answer", act_answer},
    {"appeal", act_appeal},     {"hearing", act_hearing},
    {"withdraw", act_withdraw}, {"note", act_note},
    {"name", act_name},         {"assign", act_assign},
    {"observe", act_observe},
    {"pay", act_pay},           {"claim_back", act_claim_back},
    {"renew", act_title},       {"suspend", act_title},
    {"reinstate", act_title},   {"revoke", act_title},
};
enum { ACTS = sizeof acts / sizeof *acts };

/* -- answers -------------------------------------------------------------------------------------- */

static assay_status write_answer(const json_t *state, const object_id *id, size_t decided_before,
                                 buf *out, assay_err *err)
{
    json_t *o = json_object();
    const json_t *all = json_object_get(state, "decisions");
    set_id(o, "case", id);
    set_text(o, "state", case_phase(state));
    set_text(o, "stage", text_of(state, "stage"));
    set_text(o, "due", text_of(state, "due"));
    json_t *decided = list_in(o, "decided");
    for (size_t i = decided_before; i < json_array_size(all); i++) {
        const json_t *d = json_array_get(all, i);
        json_t *one = json_object();
        const char *const names[] = {"stage", "gate", "outcome", "reasons"};
        for (size_t k = 0; k < 4; k++)
            if (json_object_get(d, names[k]))
                json_object_set(one, names[k], json_object_get(d, names[k]));
        json_array_append_new(decided, one);
    }
    return json_take(o, out, err);
}

typedef struct {
    json_t *state;
    json_int_t n, from; /* the record of the key, from 1 */
    json_int_t seen;
    size_t decided;
    bool is_over;
    assay_status status;
    assay_err *err;
} answer_fold;

static bool fold_to_answer(const record *r, void *context)
{
    answer_fold *f = context;
    json_t *payload = r->payload ? json_tree(r->payload) : NULL;
    f->seen++;
    f->is_over = f->seen > f->n && text_of(payload, "act");
    json_decref(payload);
    if (f->seen == f->n)
        f->decided = json_array_size(json_object_get(f->state, "decisions"));
    if (!f->is_over)
        f->status = case_fold_record(f->state, r, f->err);
    return !f->is_over && !f->status;
}

static assay_status answer_again(desk *d, const object_id *id, json_int_t n, buf *answer,
                                 assay_err *err)
{
    answer_fold f = {.state = json_object(), .n = n, .err = err};
    assay_status status = store_object_records(d->s, id, 0, fold_to_answer, &f, err);
    if (!status)
        status = f.status;
    if (!status)
        status = write_answer(f.state, id, f.decided, answer, err);
    json_decref(f.state);
    return status;
}

/* -- acting ------------------------------------------------------------------------------------------ */

static const act_rule *find_act(const char *name)
{
    for (size_t i = 0; i < ACTS; i++)
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    return NULL;
}

static assay_status check_key(const json_t *said, assay_err *err)
{
    const char *key;
    return said_text(said, "key", false, KEY_MOST, &key, err);
}

static assay_status run_act(the_case *c, const act_rule *a, buf *answer, assay_err *err)
{
    size_t decided = json_array_size(json_object_get(c->state, "decisions"));
    c->act = a->name;
    assay_status status = a->run(c, err);
    if (!status)
        status = case_list_again(c, err);
    return status ? status : write_answer(c->state, &c->id, decided, answer, err);
}

assay_status case_act(desk *d, store_tx *tx, const object_id *id, const char *act,
                      const char *said, const viewer *who, buf *answer, assay_err *err)
{
    json_t *o;
    the_case c;
    const act_rule *a = find_act(act);
    if (!a)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no act \"%.40s\"", act);
    assay_status status = said_read(said, &o, err);
    if (!status)
        status = check_key(o, err);
    if (!status)
        status = case_load(d, tx, id, who, &c, err);
    if (status)
        return status;
    const char *key = text_of(o, "key");
    const json_t *done = key ? json_object_get(json_object_get(c.state, "keys"), key) : NULL;
    c.said = o;
    if (done)
        status = answer_again(d, id, json_integer_value(done), answer, err);
    else
        status = run_act(&c, a, answer, err);
    case_done(&c);
    json_decref(o);
    return status;
}

/* -- opening ------------------------------------------------------------------------------------------- */

static assay_status round_scheme(desk *d, const object_id *round, int64_t now, bool is_desk,
                                 const scheme **out, json_t *payload, assay_err *err)
{
    buf row = BUF_INIT;
    assay_status status = store_entry_get(d->s, "round", round, &row, err);
    json_t *o = status ? NULL : json_tree(buf_text(&row));
    int64_t closes = when_of(o, "closes"), opens = when_of(o, "opens");
    if (!status && !is_desk && ((closes != TIME_NONE && now >= closes) ||
                                (opens != TIME_NONE && now < opens)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s",
                            now < opens ? _("the call is not open yet") : _("the call is over"));
    if (!status)
        status = desk_scheme_by_digest(d, text_of(o, "scheme"), out, err);
    if (!status)
        set_id(payload, "round", round);
    json_decref(o);
    buf_done(&row);
    return status;
}

static assay_status scheme_of(desk *d, const json_t *said, const viewer *who, int64_t now,
                              const scheme **out, json_t *payload, assay_err *err)
{
    const char *name;
    object_id round;
    assay_status status = said_text(said, "scheme", false, 200, &name, err);
    if (!status && json_object_get(said, "round")) {
        status = said_id(said, "round", true, &round, err);
        return status ? status : round_scheme(d, &round, now, who->kind == VIEWER_DESK, out,
                                              payload, err);
    }
    if (!status && !name)
        return assay_fail(err, ASSAY_MISSING, 0, "\"scheme\" or \"round\" is missing");
    if (!status)
        status = desk_scheme(d, name, out, err);
    if (!status && !(*out)->cycle.is_open && (*out)->cycle.every.kind == VALUE_DURATION) {
        status =
            assay_fail(err, ASSAY_DOMAIN, 0, _("cases of %s belong to a round"), (*out)->item.id);
        assay_hint(err, _("open one and give its id as \"round\""));
    }
    return status;
}

static assay_status set_party(desk *d, const scheme *s, const json_t *said, const viewer *who,
                              int64_t now, json_t *payload, assay_err *err)
{
    const char *name;
    object_id party;
    bool is_own = false;
    assay_status status = said_text(said, "party", false, 200, &name, err);
    if (status)
        return status;
    if (!name && !id_is_none(&who->party) && who->kind != VIEWER_DESK)
        party = who->party;
    else if (!name && scheme_is_for_everybody(s))
        return ASSAY_OK;
    else if (!name)
        return assay_fail(err, ASSAY_MISSING, 0, "\"party\" is missing: who is the case about?");
    else if ((status = party_find(d->s, name, &party, err)) != ASSAY_OK)
        return status;
    if (who->kind != VIEWER_DESK) {
        if (id_is_none(&who->party))
            return assay_fail(err, ASSAY_DOMAIN, 0, _("a case is opened by its party or the desk"));
        status = party_acts_for(d->s, &who->party, &party, now, &is_own, err);
        if (!status && !is_own)
            status = assay_fail(err, ASSAY_DOMAIN, 0, _("you may not act for this party"));
    }
    if (!status)
        status = case_check_bar(d, s, &party, now, err);
    if (!status)
        set_id(payload, "party", &party);
    return status;
}

static assay_status add_parties(desk *d, const json_t *names, json_t *list, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (names && (!json_is_array(names) || json_array_size(names) > MEMBERS_MOST))
        return assay_fail(err, ASSAY_FORMAT, 0, "expected a list of at most %d parties",
                          MEMBERS_MOST);
    for (size_t i = 0; !status && i < json_array_size(names); i++) {
        object_id id;
        char text[ID_TEXT];
        const char *name = json_string_value(json_array_get(names, i));
        status = name ? party_find(d->s, name, &id, err)
                      : assay_fail(err, ASSAY_FORMAT, 0, "a party is named by a text");
        if (status)
            break;
        id_text(&id, text);
        json_array_append_new(list, json_string(text));
    }
    return status;
}

static assay_status set_named(desk *d, const scheme *s, const json_t *said, json_t *payload,
                              assay_err *err)
{
    const char *role;
    json_t *names;
    assay_status status = ASSAY_OK;
    json_object_foreach(json_object_get(said, "named"), role, names) {
        if (!scheme_find_role(s, role))
            return assay_fail(err, ASSAY_NOT_FOUND, 0, "the scheme has no role \"%.60s\"", role);
        if (!status)
            status = add_parties(d, names, list_in(object_in(payload, "named"), role), err);
    }
    return status;
}

static assay_status set_words(const json_t *said, json_t *payload, assay_err *err)
{
    const char *title, *place;
    assay_status status = said_text(said, "title", false, 300, &title, err);
    if (!status)
        status = said_text(said, "place", false, 80, &place, err);
    if (!status && place && strchr(place, '/'))
        status = assay_fail(err, ASSAY_FORMAT, 0, "a place has no \"/\"");
    const json_t *from = json_object_get(said, "from");
    if (!status && from && !json_is_object(from))
        status = assay_fail(err, ASSAY_FORMAT, 0, "\"from\" must be an object");
    if (status)
        return status;
    set_text(payload, "title", title);
    set_text(payload, "place", place);
    if (from)
        json_object_set(payload, "from", (json_t *)from);
    return ASSAY_OK;
}

/* The key of an opening belongs to who opens. */
static assay_status key_word(const viewer *who, const char *key, char out[static ID_TEXT],
                             assay_err *err)
{
    buf text = BUF_INIT;
    object_id id;
    buf_addf(&text, "open\n%s\n%s", who->account ? who->account : "", key);
    assay_status status = id_of(text.data, text.length, &id, err);
    if (!status)
        id_text(&id, out);
    buf_done(&text);
    return status;
}

static bool keep_object(const store_entry *e, void *context)
{
    *(object_id *)context = e->object;
    return false;
}

static assay_status opened_before(desk *d, const viewer *who, const char *key, object_id *out,
                                  assay_err *err)
{
    char word[ID_TEXT];
    *out = (object_id){{0}};
    assay_status status = key_word(who, key, word, err);
    store_page page = {.list = "case/key", .prefix = word, .limit = 1};
    return status ? status : store_entries(d->s, &page, keep_object, out, err);
}

static assay_status write_opened(desk *d, store_tx *tx, const scheme *s, const viewer *who,
                                 json_t *said, json_t *payload, buf *answer, assay_err *err)
{
    char hex[65];
    the_case c = {.d = d, .tx = tx, .scheme = s, .who = who, .state = json_object(),
                  .said = said, .act = "open"};
    arena_init(&c.memory);
    c.now = who->now ? who->now : time_now();
    assay_status status = id_new(&c.id, err);
    sha256_to_hex(&s->digest, hex);
    set_text(payload, "scheme", hex);
    set_text(payload, "scheme_id", s->item.id);
    set_text(payload, "rev", s->rev);
    if (status)
        json_decref(payload);
    else
        status = case_append(&c, "case.opened", payload, err);
    set_id(c.state, "id", &c.id);
    if (!status)
        status = case_enter(&c, &s->stage[0], NULL, NULL, err);
    if (!status)
        status = case_settle(&c, err);
    if (!status)
        status = case_list_again(&c, err);
    if (!status)
        status = write_answer(c.state, &c.id, 0, answer, err);
    case_done(&c);
    return status;
}

static assay_status open_said(desk *d, store_tx *tx, const viewer *who, json_t *said, buf *answer,
                              assay_err *err)
{
    const scheme *s = NULL;
    object_id before = {{0}};
    char word[ID_TEXT];
    int64_t now = who->now ? who->now : time_now();
    json_t *payload = json_object();
    const char *key = text_of(said, "key");
    assay_status status =
        said_only(said, "scheme round party members title place named from key", err);
    if (!status)
        status = check_key(said, err);
    if (!status && key)
        status = opened_before(d, who, key, &before, err);
    if (!status && !id_is_none(&before)) {
        json_decref(payload);
        return answer_again(d, &before, 1, answer, err);
    }
    if (!status)
        status = scheme_of(d, said, who, now, &s, payload, err);
    if (!status)
        status = set_party(d, s, said, who, now, payload, err);
    if (!status && json_object_get(said, "members"))
        status = add_parties(d, json_object_get(said, "members"), list_in(payload, "members"), err);
    if (!status)
        status = set_named(d, s, said, payload, err);
    if (!status)
        status = set_words(said, payload, err);
    if (!status && who->kind == VIEWER_DESK && who->site && *who->site)
        set_text(payload, "place", who->site); /* a desk of one place opens no case of another */
    if (!status && key)
        status = key_word(who, key, word, err);
    if (!status && key)
        set_text(payload, "key_word", word);
    if (status) {
        json_decref(payload);
        return status;
    }
    return write_opened(d, tx, s, who, said, payload, answer, err);
}

assay_status case_open(desk *d, store_tx *tx, const viewer *who, const char *said, buf *answer,
                       assay_err *err)
{
    json_t *o;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = open_said(d, tx, who, o, answer, err);
    json_decref(o);
    return status;
}
