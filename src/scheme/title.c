/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Titles: given by a stage or a band, renewed while their duties are done, suspended, revoked after a
 * hearing, with a bar that may follow the firm. */
#include "scheme/places.h"
#include "scheme/title_inner.h"

#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

/* -- which ------------------------------------------------------------------------------------------- */

static json_t *newest(const json_t *state, const char *title)
{
    const json_t *list = json_object_get(state, "titles");
    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *t = json_array_get(list, i);
        if (strcmp(text_of(t, "title"), title) == 0)
            return t;
    }
    return NULL;
}

static bool is_in_state(const json_t *t, const char *word)
{
    const char *state = text_of(t, "state");
    return state && strcmp(state, word) == 0;
}

/* The record, then its credential. Takes over the payload. */
static assay_status say(the_case *c, const char *act, json_t *payload, assay_err *err)
{
    json_incref(payload);
    assay_status status = case_append(c, act, payload, err);
    if (!status)
        status = title_credential(c, act, payload, err);
    json_decref(payload);
    return status;
}

/* -- giving -------------------------------------------------------------------------------------------- */

typedef struct {
    const char *title;
    bool is_held;
} held_look;

static bool look_at_title(const store_entry *e, void *context)
{
    held_look *h = context;
    json_t *row = json_tree(e->row);
    const char *title = text_of(row, "title");
    h->is_held |= title && strcmp(title, h->title) == 0 && is_in_state(row, "valid");
    json_decref(row);
    return !h->is_held;
}

static assay_status holds(the_case *c, const scheme_title *needed, bool *out, assay_err *err)
{
    char prefix[200];
    const json_t *own = newest(c->state, needed->item.id);
    held_look h = {needed->item.id, own && is_in_state(own, "valid")};
    snprintf(prefix, sizeof prefix, "%.32s/%.80s/", text_of(c->state, "party"),
             c->scheme->item.id);
    store_page page = {.list = "title/party", .prefix = prefix, .limit = 1000};
    assay_status status = h.is_held ? ASSAY_OK
                                    : store_entries(c->d->s, &page, look_at_title, &h, err);
    *out = h.is_held;
    return status;
}

assay_status case_give_title(the_case *c, const scheme_title *t, assay_err *err)
{
    bool is_held = true;
    json_int_t n = (json_int_t)json_array_size(json_object_get(c->state, "titles")) + 1;
    assay_status status = t->needs ? holds(c, t->needs, &is_held, err) : ASSAY_OK;
    if (!status && !is_held)
        return assay_fail(err, ASSAY_DOMAIN, 0, "the title %s needs %s first", t->item.id,
                          t->needs->item.id);
    if (status)
        return status;
    json_t *payload = json_object();
    set_text(payload, "title", t->item.id);
    json_object_set_new(payload, "n", json_integer(n));
    set_text(payload, "party", text_of(c->state, "party"));
    if (!t->is_for_life)
        set_time(payload, "until", time_after(c->now, t->valid));
    return say(c, "title.given", payload, err);
}

/* -- changing -------------------------------------------------------------------------------------------- */

static json_t *about(const json_t *t, const char *state, const char *why)
{
    json_t *o = json_object();
    json_object_set(o, "n", json_object_get(t, "n"));
    json_object_set(o, "title", json_object_get(t, "title"));
    set_text(o, "state", state);
    set_text(o, "why", why);
    return o;
}

static assay_status renew(the_case *c, const scheme_title *rule, const json_t *t, const char *why,
                          assay_err *err)
{
    case_scope scope;
    bool is_own = false, is_met = true;
    int64_t until = when_of(t, "until");
    assay_status status = case_is_party(c, &is_own, err);
    if (!status && !is_own && c->who->kind != VIEWER_DESK)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "a title is renewed by its holder or the desk");
    if (!status && until == TIME_NONE)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is for life: nothing to renew",
                            rule->item.id);
    if (!status && !is_in_state(t, "valid") && !is_in_state(t, "expired"))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is %s", rule->item.id, text_of(t, "state"));
    int64_t last = status ? 0 : time_after(until, rule->grace);
    if (!status && c->now > (last == TIME_NONE ? until : last))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s has ended and its grace is over",
                            rule->item.id);
    if (status)
        return status;
    status = case_scope_init(&scope, c, NULL, err);
    if (!status && rule->renew)
        is_met = value_is_true(expr_eval(rule->renew, &scope.scope));
    if (!status && !is_met) {
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is not renewed: %s is not true",
                            rule->item.id, expr_text(rule->renew));
        assay_hint(err, _("what the scheme demands for renewal must be on record first"));
    }
    if (!status) {
        json_t *payload = about(t, "valid", why);
        set_time(payload, "until", time_after(until > c->now ? until : c->now, rule->valid));
        json_object_set(payload, "facts", scope.facts);
        status = say(c, "title.renewed", payload, err);
    }
    case_scope_done(&scope);
    return status;
}

static assay_status pause_or_resume(the_case *c, const json_t *t, bool is_pause, const char *why,
                                    assay_err *err)
{
    const char *wanted = is_pause ? "valid" : "suspended";
    assay_status status = case_need_desk(c, is_pause ? "suspend" : "reinstate", err);
    if (!status && !why)
        status = assay_fail(err, ASSAY_MISSING, 0, "\"why\" is missing");
    if (!status && !is_in_state(t, wanted))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is %s, not %s", text_of(t, "title"),
                            text_of(t, "state"), wanted);
    if (status)
        return status;
    return say(c, is_pause ? "title.suspended" : "title.reinstated",
               about(t, is_pause ? "suspended" : "valid", why), err);
}

static json_t *newest_change(const json_t *t)
{
    const json_t *list = json_object_get(t, "history");
    return json_array_get(list, json_array_size(list) - 1);
}

assay_status titles_pause(the_case *c, const scheme_stage *s, const char *why, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "titles");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        if (!is_in_state(t, "valid"))
            continue;
        json_t *payload = about(t, "suspended", why);
        set_text(payload, "stage", s->item.id);
        status = say(c, "title.suspended", payload, err);
    }
    return status;
}

assay_status titles_resume(the_case *c, const scheme_stage *s, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "titles");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        const char *stage = text_of(newest_change(t), "stage");
        if (!is_in_state(t, "suspended") || !stage || strcmp(stage, s->item.id) != 0)
            continue;
        json_t *payload = about(t, "valid", NULL);
        set_text(payload, "stage", s->item.id);
        status = say(c, "title.reinstated", payload, err);
    }
    return status;
}

bool title_may_appeal(const json_t *state, const char *title)
{
    const json_t *t = newest(state, title);
    return t && (is_in_state(t, "revoked") || is_in_state(t, "suspended"));
}

assay_status title_restore(the_case *c, const char *title, const char *why, assay_err *err)
{
    const json_t *t = newest(c->state, title);
    if (!title_may_appeal(c->state, title))
        return ASSAY_OK;
    json_t *payload = about(t, "valid", why);
    set_text(payload, "until", text_of(t, "until"));
    return say(c, "title.reinstated", payload, err);
}

bool titles_are_revoked(const json_t *state)
{
    const json_t *list = json_object_get(state, "titles");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!is_in_state(json_array_get(list, i), "revoked"))
            return false;
    return json_array_size(list) > 0;
}

static bool is_among(const char *const *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], word) == 0)
            return true;
    return false;
}

static bool was_heard(const json_t *state, const json_t *t)
{
    const json_t *list = json_object_get(state, "hearings");
    const char *given = text_of(t, "at");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *h = json_array_get(list, i);
        if (strcmp(text_of(h, "title"), text_of(t, "title")) == 0 &&
            strcmp(text_of(h, "at"), given) >= 0)
            return true;
    }
    return false;
}

static assay_status revoke(the_case *c, const scheme_title *rule, const json_t *t, const char *why,
                           assay_err *err)
{
    const char *ground;
    const scheme_revoke *r = &rule->revoke;
    assay_status status = case_need_desk(c, "revoke", err);
    if (!status)
        status = said_text(c->said, "ground", true, 100, &ground, err);
    if (!status && !why)
        status = assay_fail(err, ASSAY_MISSING, 0, "\"why\" is missing");
    bool is_must = !status && is_among(r->must, r->must_count, ground);
    if (!status && !is_must && !is_among(r->may, r->may_count, ground)) {
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is no ground to revoke %s", ground,
                            rule->item.id);
        assay_hint(err, _("the scheme names its grounds under title.%s.revoke"), rule->item.id);
    }
    if (!status && is_in_state(t, "revoked"))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "%s is revoked already", rule->item.id);
    if (!status && r->has_hearing && !was_heard(c->state, t)) {
        status = assay_fail(err, ASSAY_DOMAIN, 0, "%s is revoked after a hearing; none is on record",
                            rule->item.id);
        assay_hint(err, _("record it first: hearing {title, held, why}"));
    }
    if (status)
        return status;
    json_t *payload = about(t, "revoked", why);
    set_text(payload, "ground", ground);
    json_object_set_new(payload, "mandatory", json_boolean(is_must));
    if (r->bar.kind == VALUE_DURATION)
        set_time(payload, "bar_until", time_after(c->now, r->bar));
    if (r->follows_firm)
        json_object_set_new(payload, "bar_follows", json_true());
    return say(c, "title.revoked", payload, err);
}

assay_status act_title(the_case *c, assay_err *err)
{
    const char *act = c->act, *name, *why;
    assay_status status = said_only(c->said, "title why ground key", err);
    if (!status)
        status = said_text(c->said, "title", true, 100, &name, err);
    if (!status)
        status = said_text(c->said, "why", false, 8000, &why, err);
    const scheme_title *rule = status ? NULL : scheme_find_title(c->scheme, name);
    const json_t *t = status ? NULL : newest(c->state, name);
    if (!status && (!rule || !t))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the case gave no title \"%.60s\"", name);
    if (status)
        return status;
    if (strcmp(act, "renew") == 0)
        return renew(c, rule, t, why, err);
    if (strcmp(act, "revoke") == 0)
        return revoke(c, rule, t, why, err);
    return pause_or_resume(c, t, strcmp(act, "suspend") == 0, why, err);
}

/* -- time ---------------------------------------------------------------------------------------------------- */

int64_t titles_wake(const json_t *state)
{
    const json_t *list = json_object_get(state, "titles");
    int64_t best = TIME_NONE;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        int64_t until = when_of(t, "until");
        if (until != TIME_NONE && (is_in_state(t, "valid") || is_in_state(t, "suspended")) &&
            (best == TIME_NONE || until < best))
            best = until;
    }
    return best;
}

assay_status titles_tick(the_case *c, bool *moved, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "titles");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        int64_t until = when_of(t, "until");
        if (until == TIME_NONE || c->now < until ||
            (!is_in_state(t, "valid") && !is_in_state(t, "suspended")))
            continue;
        status = case_append(c, "title.expired", about(t, "expired", NULL), err);
        *moved = true;
    }
    return status;
}

/* -- bars ------------------------------------------------------------------------------------------------------ */

typedef struct {
    int64_t now;
    bool is_barred, by_firm, must_follow;
} bar_look;

static bool look_at_bar(const store_entry *e, void *context)
{
    bar_look *b = context;
    json_t *row = json_tree(e->row);
    int64_t until = when_of(row, "bar_until");
    bool follows = json_is_true(json_object_get(row, "bar_follows"));
    if (until != TIME_NONE && b->now < until && (!b->must_follow || follows))
        b->is_barred = true;
    json_decref(row);
    return !b->is_barred;
}

static assay_status look_up_bar(store *s, const scheme *sc, const object_id *party, bar_look *b,
                                assay_err *err)
{
    char prefix[200], name[ID_TEXT];
    id_text(party, name);
    snprintf(prefix, sizeof prefix, "%s/%.80s/", name, sc->item.id);
    store_page page = {.list = "title/bar", .prefix = prefix, .limit = 100};
    return store_entries(s, &page, look_at_bar, b, err);
}

typedef struct {
    object_id other[64];
    size_t n;
    object_id self;
} tie_list;

/* A bar follows the business: to the firm that took it over, and to who represents a barred firm. */
static bool keep_tie(const party_tie *t, void *context)
{
    static const char *const kinds[] = {"represents", "owns", "succeeds"};
    tie_list *l = context;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(t->relation, kinds[i]) == 0 && l->n < 64)
            l->other[l->n++] = id_same(&t->a, &l->self) ? t->b : t->a;
    return true;
}

assay_status case_check_bar(desk *d, const scheme *s, const object_id *party, int64_t now,
                            assay_err *err)
{
    bar_look b = {.now = now};
    tie_list ties = {.n = 0, .self = *party};
    assay_status status = look_up_bar(d->s, s, party, &b, err);
    if (!status && b.is_barred)
        return assay_fail(err, ASSAY_DOMAIN, 0, "the party is barred from %s after a revocation",
                          s->item.id);
    if (!status)
        status = party_ties(d->s, party, keep_tie, &ties, err);
    b.must_follow = true;
    for (size_t i = 0; !status && i < ties.n && !b.is_barred; i++)
        status = look_up_bar(d->s, s, &ties.other[i], &b, err);
    if (!status && b.is_barred)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "a bar of %s follows the business this party stands for", s->item.id);
    return status;
}

/* -- lists ------------------------------------------------------------------------------------------------------ */

static bool is_known(const scheme_field *f)
{
    return !f->is_personal && (f->kind == FIELD_ENUM || f->kind == FIELD_BOOL);
}

json_t *party_known(the_case *c)
{
    json_t *known = json_object(), *party = NULL;
    object_id id;
    bool is_asked = false;
    for (size_t i = 0; i < c->scheme->party.field_count; i++)
        is_asked |= is_known(&c->scheme->party.field[i]);
    if (!is_asked || !case_party(c->state, &id) || party_opened(c->d->s, &id, &party, NULL) != ASSAY_OK)
        return known;
    for (size_t i = 0; i < c->scheme->party.field_count; i++) {
        const scheme_field *f = &c->scheme->party.field[i];
        json_t *v = json_object_get(json_object_get(party, "open"), f->item.id);
        if (v && is_known(f))
            json_object_set(known, f->item.id, v);
    }
    json_decref(party);
    return known;
}

static json_t *row_of(the_case *c, const json_t *t)
{
    json_t *row = json_object();
    static const char *const names[] = {"title", "state", "bar_until", "bar_follows", "n"};
    object_id party, firm;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(t, names[i]))
            json_object_set(row, names[i], json_object_get(t, names[i]));
    set_id(row, "case", &c->id);
    set_text(row, "scheme", c->scheme->item.id);
    set_text(row, "person", text_of(c->state, "party"));
    set_text(row, "region", text_of(c->state, "place"));
    json_object_set(row, "given", json_object_get(t, "at"));
    if (text_of(t, "until"))
        json_object_set(row, "valid_to", json_object_get(t, "until"));
    json_object_set_new(row, "known", party_known(c));
    if (case_party(c->state, &party) && case_firm(c, &party, &firm))
        set_id(row, "firm", &firm);
    return row;
}

enum { NAME_WORDS = 12 };

static assay_status add_name_word(the_case *c, const char *text, place_list *l, assay_err *err)
{
    char word[33], sort[120];
    assay_status status = secret_word(c->tx, c->d->s, text, word, err);
    snprintf(sort, sizeof sort, "%.80s/%s", c->scheme->item.id, word);
    if (!status)
        place_add(l, "title/name", sort);
    return status;
}

/* By the whole name and by each word of it. */
static assay_status add_name_words(the_case *c, place_list *l, assay_err *err)
{
    object_id party;
    buf name = BUF_INIT;
    char folded[200], *rest = NULL;
    if (!case_party(c->state, &party))
        return ASSAY_OK;
    assay_status status = party_name(c->d->s, &party, &name, err);
    party_fold_case(buf_text(&name), folded, sizeof folded);
    buf_done(&name);
    if (!status && *folded)
        status = add_name_word(c, folded, l, err);
    int n = 0;
    for (char *w = strtok_r(folded, " ", &rest); w && !status && n++ < NAME_WORDS;
         w = strtok_r(NULL, " ", &rest))
        status = add_name_word(c, w, l, err);
    return status;
}

/* What is counted at a place or of a level is the list of it too. */
typedef struct {
    place_list *l;
    const char *sort;
} counted_title;

static void add_counted(const char *list, const char *by, void *context)
{
    counted_title *c = context;
    bool is_list = strcmp(by, "place") == 0 || strcmp(by, "level") == 0;
    place_add(c->l, list, is_list ? c->sort : NULL);
}

static void add_title_places(the_case *c, const json_t *t, const json_t *row, place_list *l)
{
    char list[120], sort[200];
    const char *program = c->scheme->item.id, *holder = text_of(c->state, "party");
    snprintf(list, sizeof list, "title/s/%.80s", program);
    snprintf(sort, sizeof sort, "%s/%s", text_of(t, "state"), text_of(t, "at"));
    place_add(l, list, sort);
    counted_title counted = {l, sort};
    counts_of(c->scheme, COUNTED_TITLES, COUNTED_TITLES_WHAT, text_of(row, "given"), row,
              add_counted, &counted);
    snprintf(sort, sizeof sort, "%.32s/%.80s/%.40s", holder ? holder : "", program,
             text_of(t, "title"));
    if (holder)
        place_add(l, "title/party", sort);
    snprintf(sort, sizeof sort, "%.32s/%.80s/", holder ? holder : "", program);
    if (holder && text_of(t, "bar_until"))
        place_add(l, "title/bar", sort);
}

static assay_status list_title(the_case *c, const json_t *t, assay_err *err)
{
    place_list *l = arena_new(&c->memory, place_list);
    buf key = BUF_INIT, text = BUF_INIT;
    object_id object;
    char id[ID_TEXT];
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the lists of a title");
    json_t *row = row_of(c, t);
    id_text(&c->id, id);
    buf_addf(&key, "title\n%s\n%lld", id, (long long)json_integer_value(json_object_get(t, "n")));
    assay_status status = add_name_words(c, l, err);
    add_title_places(c, t, row, l);
    if (status)
        json_decref(row);
    else
        status = json_take(row, &text, err);
    if (!status)
        status = id_of(key.data, key.length, &object, err);
    if (!status)
        status = store_entry_put(c->tx, "title", &object, text.data, l->place, l->n, err);
    buf_done(&key);
    buf_done(&text);
    return status;
}

assay_status titles_list_again(the_case *c, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "titles");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++)
        status = list_title(c, json_array_get(list, i), err);
    if (!status)
        status = money_list_again(c, err);
    return status ? status : notices_list_again(c, err);
}
