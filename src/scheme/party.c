/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing parties: each change a record, then the lists. */
#include "scheme/party_inner.h"

#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 200, ATTRIBUTES_MOST = 60, VALUE_MOST = 2000, PASS_LEAST = 3, PASS_MOST = 128 };

/* -- what may be said --------------------------------------------------------------------- */

static assay_status check_attribute(const char *name, const json_t *value, assay_err *err)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!n || name[n] || n > 60)
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "\"%.60s\" is no name of an attribute: expected a-z, 0-9 and _", name);
    if (json_is_number(value) || json_is_object(value) || json_is_array(value))
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "%s must be a text, true or false; a number is given as text", name);
    if (json_string_length(value) > VALUE_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, "%s has at most %d bytes", name, VALUE_MOST);
    return ASSAY_OK;
}

static assay_status check_said(const json_t *said, assay_err *err)
{
    const char *name;
    json_t *value;
    assay_status status = ASSAY_OK;
    if (json_object_size(said) > ATTRIBUTES_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, "a party has at most %d attributes",
                          ATTRIBUTES_MOST);
    json_object_foreach((json_t *)said, name, value)
        if (!status)
            status = check_attribute(name, value, err);
    return status;
}

/* -- unique names --------------------------------------------------------------------------- */

typedef struct {
    const char *sort;
    object_id id[2];
    size_t n;
} hit_list;

/* What sorts exactly so comes before what only begins so: a firm of a longer name, a person's keyed word. */
static bool add_hit(const store_entry *e, void *context)
{
    hit_list *h = context;
    if (strcmp(e->sort, h->sort) != 0)
        return false;
    h->id[h->n++] = e->object;
    return h->n < 2;
}

static assay_status look_up(store *s, const char *list, const char *text, bool is_keyed,
                            hit_list *out, assay_err *err)
{
    char word[33];
    assay_status status = ASSAY_OK;
    *out = (hit_list){.sort = is_keyed ? word : text};
    if (is_keyed)
        status = secret_word(NULL, s, text, word, err);
    if (status || !*out->sort)
        return status;
    store_page page = {.list = list, .prefix = out->sort, .limit = 2};
    status = store_entries(s, &page, add_hit, out, err);
    out->sort = NULL;
    return status;
}

static const char *const passes[] = {"badge", "receipt"};

static assay_status holders(store *s, const char *pass, const char *text, hit_list *out,
                            assay_err *err)
{
    char list[40];
    snprintf(list, sizeof list, "party/%.30s", pass);
    return look_up(s, list, text, true, out, err);
}

static assay_status check_unique(store *s, const object_id *id, const json_t *open,
                                 assay_err *err)
{
    const char *const names[] = {"account", "code", "badge", "receipt"};
    assay_status status = ASSAY_OK;
    for (int i = 0; !status && i < 4; i++) {
        const char *text = text_of(open, names[i]);
        hit_list h = {.n = 0};
        if (text)
            status = holders(s, names[i], text, &h, err);
        for (size_t k = 0; !status && k < h.n; k++)
            if (!id_same(&h.id[k], id))
                status = assay_fail(err, ASSAY_EXISTS, 0, _("another party has the %s \"%.60s\""),
                                    names[i], text);
    }
    return status;
}

assay_status party_of_pass(store *s, const char *pass, const char *text, object_id *out,
                           assay_err *err)
{
    hit_list h = {.n = 0};
    assay_status status = holders(s, pass, text, &h, err);
    return status     ? status
           : h.n == 1 ? party_kept(s, &h.id[0], out, err)
                      : assay_fail(err, ASSAY_NOT_FOUND, 0, "this %s belongs to nobody", pass);
}

/* A badge or receipt stands for a person: it is sealed with the rest of what is personal. */
static assay_status check_passes(const json_t *open, const char *kind, assay_err *err)
{
    for (int i = 0; i < 2; i++) {
        const json_t *v = json_object_get(open, passes[i]);
        size_t n = json_string_length(v);
        if (!v)
            continue;
        if (strcmp(kind, "person") != 0)
            return assay_fail(err, ASSAY_DOMAIN, 0, "only a person has a %s", passes[i]);
        if (n < PASS_LEAST || n > PASS_MOST)
            return assay_fail(err, ASSAY_DOMAIN, 0, "a %s has %d to %d characters, this one %zu",
                              passes[i], PASS_LEAST, PASS_MOST, n);
    }
    return ASSAY_OK;
}

assay_status party_find(store *s, const char *name, object_id *out, assay_err *err)
{
    static const char *const lists[] = {"party/account", "party/code", "party/word", "party/word"};
    char folded[256];
    hit_list h = {.n = 0};
    object_id id;
    if (id_read(name, &id))
        return party_kept(s, &id, out, err);
    party_fold_case(name, folded, sizeof folded);
    for (int i = 0; i < 4; i++) {
        assay_status status = look_up(s, lists[i], i < 2 ? name : folded, i < 3, &h, err);
        if (status)
            return status;
        if (h.n == 1)
            return party_kept(s, &h.id[0], out, err);
        if (h.n > 1) {
            assay_fail(err, ASSAY_CONFLICT, 0, _("several parties are called \"%.60s\""), name);
            return assay_hint(err, _("name it by its id, account or code"));
        }
    }
    return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no party \"%.60s\""), name);
}

assay_status party_kept(store *s, const object_id *id, object_id *out, assay_err *err)
{
    object_id at = *id;
    for (int hops = 0; hops < 16; hops++) {
        buf row = BUF_INIT;
        assay_status status = store_entry_get(s, "party", &at, &row, err);
        json_t *o = status ? NULL : json_tree(buf_text(&row));
        bool is_moved = id_read(text_of(o, "into"), &at);
        json_decref(o);
        buf_done(&row);
        if (status)
            return status;
        if (!is_moved) {
            *out = at;
            return ASSAY_OK;
        }
    }
    return assay_fail(err, ASSAY_DAMAGED, 0, "merged parties lead in a circle");
}

/* -- appending ------------------------------------------------------------------------------ */

static assay_status append(store_tx *tx, store *s, const object_id *id, const char *type,
                           json_t *payload, const char *actor, assay_err *err)
{
    json_t *state = NULL;
    assay_status status = record_json(tx, type, actor, id, payload, NULL, err);
    if (!status)
        status = party_opened(s, id, &state, err);
    if (!status)
        status = party_list_again(tx, s, state, state, err);
    json_decref(state);
    return status;
}

/* What of `open` is told plainly, what is sealed. */
static assay_status pack(store_tx *tx, store *s, const object_id *id, const char *kind,
                         const json_t *open, json_t *payload, assay_err *err)
{
    buf sealed = BUF_INIT;
    if (strcmp(kind, "person") != 0) {
        json_object_set_new(payload, "open", json_deep_copy(open));
        return ASSAY_OK;
    }
    assay_status status = secret_seal(tx, s, id, "party", open, &sealed, err);
    if (!status)
        set_text(payload, "sealed", buf_text(&sealed));
    buf_done(&sealed);
    return status;
}

static assay_status is_kind(const char *kind, assay_err *err)
{
    if (strcmp(kind, "person") == 0 || strcmp(kind, "firm") == 0 || strcmp(kind, "team") == 0)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_FORMAT, 0, "kind \"%.30s\": expected person, firm or team", kind);
}

static assay_status add(store_tx *tx, store *s, const json_t *said, const char *actor,
                        object_id *out, assay_err *err)
{
    const char *kind, *name;
    object_id id;
    assay_status status = check_said(said, err);
    if (!status)
        status = said_text(said, "kind", true, 16, &kind, err);
    if (!status)
        status = is_kind(kind, err);
    if (!status)
        status = said_text(said, "name", true, NAME_MOST, &name, err);
    if (!status)
        status = check_passes(said, kind, err);
    if (!status)
        status = id_new(&id, err);
    if (!status)
        status = check_unique(s, &id, said, err);
    if (status)
        return status;
    json_t *open = json_deep_copy(said), *payload = json_object();
    json_object_del(open, "kind");
    set_text(payload, "kind", kind);
    status = pack(tx, s, &id, kind, open, payload, err);
    json_decref(open);
    if (status)
        json_decref(payload);
    else
        status = append(tx, s, &id, "party.added", payload, actor, err);
    if (!status)
        *out = id;
    return status;
}

assay_status party_add(store_tx *tx, store *s, const char *said, const char *actor,
                       object_id *out, assay_err *err)
{
    json_t *o;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = add(tx, s, o, actor, out, err);
    json_decref(o);
    return status;
}

/* A party that is there and was neither merged nor erased. */
static assay_status living(store *s, const object_id *id, json_t **out, assay_err *err)
{
    json_t *state;
    assay_status status = party_opened(s, id, &state, err);
    if (status)
        return status;
    if (text_of(state, "into"))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "the party was merged into %s",
                            text_of(state, "into"));
    else if (json_is_true(json_object_get(state, "is_erased")))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("the party was erased"));
    if (status)
        json_decref(state);
    else
        *out = state;
    return status;
}

static void overlay(json_t *open, const json_t *said)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)said, name, value) {
        if (json_is_null(value))
            json_object_del(open, name);
        else
            json_object_set(open, name, value);
    }
}

assay_status party_change(store_tx *tx, store *s, const object_id *id, const char *said,
                          const char *actor, assay_err *err)
{
    json_t *o = NULL, *state = NULL;
    assay_status status = said_read(said, &o, err);
    if (!status)
        status = check_said(o, err);
    if (!status && (json_object_get(o, "kind") || json_is_null(json_object_get(o, "name"))))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the kind of a party stays, and it has a name");
    if (!status)
        status = living(s, id, &state, err);
    if (!status) {
        json_t *open = object_in(state, "open"), *payload = json_object();
        overlay(open, o);
        status = check_passes(open, text_of(state, "kind"), err);
        if (!status)
            status = check_unique(s, id, open, err);
        if (!status)
            status = pack(tx, s, id, text_of(state, "kind"), open, payload, err);
        if (status)
            json_decref(payload);
        else
            status = append(tx, s, id, "party.changed", payload, actor, err);
    }
    json_decref(o);
    json_decref(state);
    return status;
}

/* -- relations, appointments, consent --------------------------------------------------------- */

static assay_status set_span(const json_t *said, json_t *payload, assay_err *err)
{
    int64_t from, until;
    assay_status status = said_time(said, "from", TIME_NONE, &from, err);
    if (!status)
        status = said_time(said, "until", TIME_NONE, &until, err);
    if (!status && from != TIME_NONE && until != TIME_NONE && until < from)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "\"until\" lies before \"from\"");
    if (!status) {
        set_time(payload, "from", from);
        set_time(payload, "until", until);
    }
    return status;
}

static assay_status is_word(const char *what, const char *text, assay_err *err)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    if (n && !text[n] && n <= 64)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_FORMAT, 0, "%s \"%.60s\": expected a word of a-z, 0-9, _ . -",
                      what, text);
}

static assay_status relate(store_tx *tx, store *s, const object_id *id, const json_t *said,
                           const char *actor, assay_err *err)
{
    const char *relation, *to, *note;
    object_id other;
    json_t *state = NULL, *payload = json_object();
    assay_status status = said_only(said, "relation to from until note", err);
    if (!status)
        status = said_text(said, "relation", true, 64, &relation, err);
    if (!status)
        status = is_word("relation", relation, err);
    if (!status)
        status = said_text(said, "to", true, 200, &to, err);
    if (!status)
        status = party_find(s, to, &other, err);
    if (!status)
        status = said_text(said, "note", false, 500, &note, err);
    if (!status && id_same(id, &other))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "a party has no relation to itself");
    if (!status)
        status = living(s, id, &state, err);
    if (!status)
        status = set_span(said, payload, err);
    if (status) {
        json_decref(payload);
        json_decref(state);
        return status;
    }
    set_text(payload, "relation", relation);
    set_id(payload, "to", &other);
    set_text(payload, "note", note);
    json_decref(state);
    return append(tx, s, id, "party.related", payload, actor, err);
}

assay_status party_relate(store_tx *tx, store *s, const object_id *id, const char *said,
                          const char *actor, assay_err *err)
{
    json_t *o;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = relate(tx, s, id, o, actor, err);
    json_decref(o);
    return status;
}

static assay_status appoint(store_tx *tx, store *s, const object_id *id, const json_t *said,
                            const char *actor, assay_err *err)
{
    const char *scheme, *role, *place;
    json_t *state = NULL, *payload = json_deep_copy(said);
    assay_status status = check_said(said, err);
    if (!status)
        status = said_text(said, "scheme", true, 64, &scheme, err);
    if (!status)
        status = said_text(said, "role", true, 64, &role, err);
    if (!status)
        status = said_text(said, "place", false, 80, &place, err);
    if (!status)
        status = is_word("scheme", scheme, err);
    if (!status)
        status = is_word("role", role, err);
    if (!status && place && strchr(place, '/'))
        status = assay_fail(err, ASSAY_FORMAT, 0, "the place of an appointment has no \"/\"");
    if (!status)
        status = living(s, id, &state, err);
    if (!status)
        status = set_span(said, payload, err);
    json_decref(state);
    if (status) {
        json_decref(payload);
        return status;
    }
    return append(tx, s, id, "party.appointed", payload, actor, err);
}

assay_status party_appoint(store_tx *tx, store *s, const object_id *id, const char *said,
                           const char *actor, assay_err *err)
{
    json_t *o;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = appoint(tx, s, id, o, actor, err);
    json_decref(o);
    return status;
}

assay_status party_consent(store_tx *tx, store *s, const object_id *id, const char *said,
                           bool is_given, const char *actor, assay_err *err)
{
    json_t *o = NULL, *state = NULL, *payload = json_object();
    const char *to = NULL, *text = NULL;
    assay_status status = said_read(said, &o, err);
    if (!status)
        status = said_only(o, "to until text", err);
    if (!status)
        status = said_text(o, "to", true, 200, &to, err);
    if (!status)
        status = said_text(o, "text", false, 2000, &text, err);
    if (!status)
        status = set_span(o, payload, err);
    if (!status)
        status = living(s, id, &state, err);
    if (status)
        json_decref(payload);
    else {
        set_text(payload, "to", to);
        set_text(payload, "text", text);
        set_time(payload, "at", time_now());
        json_object_set_new(payload, "given", json_boolean(is_given));
        status = append(tx, s, id, "party.consented", payload, actor, err);
    }
    json_decref(o);
    json_decref(state);
    return status;
}

/* -- merging, erasing ------------------------------------------------------------------------- */

assay_status party_merge(store_tx *tx, store *s, const object_id *keep, const object_id *other,
                         const char *why, const char *actor, assay_err *err)
{
    json_t *one = NULL, *two = NULL;
    assay_status status = living(s, keep, &one, err);
    if (!status)
        status = living(s, other, &two, err);
    if (!status && id_same(keep, other))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "a party cannot be merged with itself");
    if (!status && strcmp(text_of(one, "kind"), text_of(two, "kind")) != 0)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "a %s and a %s cannot be the same",
                            text_of(one, "kind"), text_of(two, "kind"));
    if (!status) {
        json_t *here = json_object(), *there = json_object();
        set_id(here, "other", other);
        set_text(here, "why", why);
        if (json_object_get(two, "merged"))
            json_object_set(here, "its", json_object_get(two, "merged"));
        set_id(there, "into", keep);
        set_text(there, "why", why);
        status = append(tx, s, other, "party.merged", there, actor, err);
        if (!status)
            status = append(tx, s, keep, "party.merged", here, actor, err);
        else
            json_decref(here);
    }
    json_decref(one);
    json_decref(two);
    return status;
}

static assay_status erase_one(store_tx *tx, store *s, const object_id *id, const char *why,
                              const char *actor, assay_err *err)
{
    json_t *state = NULL, *payload = json_object();
    assay_status status = party_opened(s, id, &state, err);
    const char *account = status ? NULL : text_of(json_object_get(state, "open"), "account");
    const char *same = account && actor && strcmp(account, actor) == 0 ? NULL : actor;
    if (!status && strcmp(text_of(state, "kind"), "person") != 0)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "only persons are erased; change a %s instead",
                            text_of(state, "kind"));
    if (!status)
        status = secret_destroy(tx, id, err);
    if (!status)
        status = store_files_erase(tx, id, err);
    set_text(payload, "why", why);
    if (status)
        json_decref(payload);
    else /* who erases himself leaves no name in the record of it */
        status = append(tx, s, id, "party.erased", payload, same, err);
    if (!status)
        status = titles_forget(tx, s, id, same, err);
    if (!status && account) {
        status = store_person_erase(tx, account, same, err);
        status = status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
    }
    json_decref(state);
    return status;
}

assay_status party_erase(store_tx *tx, store *s, const object_id *id, const char *why,
                         const char *actor, assay_err *err)
{
    json_t *state;
    assay_status status = party_fold(s, id, &state, err);
    if (status)
        return status;
    const json_t *merged = json_object_get(state, "merged");
    for (size_t i = 0; !status && i < json_array_size(merged); i++) {
        object_id other;
        if (id_read(json_string_value(json_array_get(merged, i)), &other))
            status = erase_one(tx, s, &other, why, actor, err);
    }
    if (!status)
        status = erase_one(tx, s, id, why, actor, err);
    json_decref(state);
    return status;
}

/* -- bulk --------------------------------------------------------------------------------------- */

/* `ref` of an earlier line of the same import, or a name the database knows. */
static void resolve(json_t *item, const char *member, const json_t *refs)
{
    const char *to = text_of(item, member);
    const char *id = to ? text_of(refs, to) : NULL;
    set_text(item, member, id);
}

static assay_status import_items(store_tx *tx, store *s, const object_id *id, json_t *list,
                                 bool are_posts, const json_t *refs, const char *actor,
                                 assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        resolve(item, "to", refs);
        status = are_posts ? appoint(tx, s, id, item, actor, err)
                           : relate(tx, s, id, item, actor, err);
    }
    return status;
}

static assay_status import_line(store_tx *tx, store *s, const char *line, size_t length,
                                json_t *refs, const char *actor, assay_err *err)
{
    object_id id;
    json_error_t fault;
    json_t *o = json_loadb(line, length, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(o)) {
        json_decref(o);
        return assay_fail(err, ASSAY_FORMAT, 0, "not a JSON object: %s", o ? "" : fault.text);
    }
    json_t *ties = json_incref(json_object_get(o, "relations"));
    json_t *posts = json_incref(json_object_get(o, "appointments"));
    char ref[128];
    snprintf(ref, sizeof ref, "%.120s", text_of(o, "ref") ? text_of(o, "ref") : "");
    json_object_del(o, "ref");
    json_object_del(o, "relations");
    json_object_del(o, "appointments");
    assay_status status = add(tx, s, o, actor, &id, err);
    if (!status && *ref)
        set_id(refs, ref, &id);
    if (!status)
        status = import_items(tx, s, &id, ties, false, refs, actor, err);
    if (!status)
        status = import_items(tx, s, &id, posts, true, refs, actor, err);
    json_decref(ties);
    json_decref(posts);
    json_decref(o);
    return status;
}

assay_status party_import(store_tx *tx, store *s, const char *lines, size_t length,
                          const char *actor, uint64_t *count, assay_err *err)
{
    json_t *refs = json_object();
    uint64_t line = 0, n = 0;
    assay_status status = ASSAY_OK;
    for (size_t at = 0; !status && at < length; line++) {
        const char *end = memchr(lines + at, '\n', length - at);
        size_t stop = end ? (size_t)(end - lines) : length;
        size_t blank = at;
        while (blank < stop && strchr(" \t\r", lines[blank]))
            blank++;
        if (blank < stop) {
            status = import_line(tx, s, lines + at, stop - at, refs, actor, err);
            n++;
        }
        if (status && err)
            err->line = line + 1;
        at = stop + 1;
    }
    json_decref(refs);
    if (!status)
        *count = n;
    return status;
}
