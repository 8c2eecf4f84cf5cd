/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A party as its records tell it, and where it stands in lists. */
#include "scheme/party_inner.h"
#include "scheme/places.h"

#include "base/jcs.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 8 };

/* -- folding -------------------------------------------------------------------------- */

/* The same relation of the same two from the same day on is one; a later record changes its end. */
static bool is_same_item(const json_t *a, const json_t *b, const char *const *keys)
{
    for (; *keys; keys++) {
        const char *x = text_of(a, *keys), *y = text_of(b, *keys);
        if (strcmp(x ? x : "", y ? y : "") != 0)
            return false;
    }
    return true;
}

static void replace_item(json_t *list, const json_t *item, const char *const *keys)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_same_item(json_array_get(list, i), item, keys)) {
            json_array_set_new(list, i, json_deep_copy(item));
            return;
        }
    json_array_append_new(list, json_deep_copy(item));
}

static void apply_consent(json_t *state, const json_t *payload)
{
    static const char *const keys[] = {"to", NULL};
    replace_item(list_in(state, "consents"), payload, keys);
}

static void apply_merge(json_t *state, const json_t *payload)
{
    const char *into = text_of(payload, "into"), *other = text_of(payload, "other");
    set_text(state, "into", into);
    if (other && !list_has(list_in(state, "merged"), other))
        json_array_append_new(list_in(state, "merged"), json_string(other));
    for (size_t i = 0; i < json_array_size(json_object_get(payload, "its")); i++) {
        const char *one = json_string_value(json_array_get(json_object_get(payload, "its"), i));
        if (one && !list_has(list_in(state, "merged"), one))
            json_array_append_new(list_in(state, "merged"), json_string(one));
    }
}

void party_apply(json_t *state, const char *type, const json_t *payload)
{
    static const char *const tie_keys[] = {"relation", "to", "from", NULL};
    static const char *const post_keys[] = {"scheme", "role", "place", NULL};
    if (strcmp(type, "party.added") == 0 || strcmp(type, "party.changed") == 0) {
        const char *const names[] = {"kind", "open", "sealed"};
        for (size_t i = 0; i < 3; i++)
            if (json_object_get(payload, names[i]))
                json_object_set(state, names[i], json_object_get(payload, names[i]));
    } else if (strcmp(type, "party.related") == 0)
        replace_item(list_in(state, "relations"), payload, tie_keys);
    else if (strcmp(type, "party.appointed") == 0)
        replace_item(list_in(state, "appointments"), payload, post_keys);
    else if (strcmp(type, "party.consented") == 0)
        apply_consent(state, payload);
    else if (strcmp(type, "party.merged") == 0)
        apply_merge(state, payload);
    else if (strcmp(type, "party.erased") == 0) {
        json_object_set_new(state, "is_erased", json_true());
        json_object_del(state, "sealed");
    }
}

static bool fold_record(const record *r, void *context)
{
    json_t *payload = r->payload ? json_tree(r->payload) : NULL;
    if (payload && strncmp(r->type, "party.", 6) == 0)
        party_apply(context, r->type, payload);
    json_decref(payload);
    return true;
}

assay_status party_fold(store *s, const object_id *id, json_t **out, assay_err *err)
{
    char name[ID_TEXT];
    json_t *state = json_object();
    id_text(id, name);
    set_text(state, "id", name);
    assay_status status = store_object_records(s, id, 0, fold_record, state, err);
    if (!status && !text_of(state, "kind"))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no party %s", name);
    if (!status)
        *out = state;
    else
        json_decref(state);
    return status;
}

static assay_status open_sealed(store *s, const object_id *id, json_t *state, assay_err *err)
{
    const char *sealed = text_of(state, "sealed");
    json_t *inner = NULL;
    assay_status status = sealed ? secret_open(s, id, "party", sealed, &inner, err) : ASSAY_OK;
    if (!status && inner)
        json_object_update(object_in(state, "open"), inner);
    json_decref(inner);
    return status;
}

assay_status party_opened(store *s, const object_id *id, json_t **out, assay_err *err)
{
    json_t *state;
    assay_status status = party_fold(s, id, &state, err);
    if (status)
        return status;
    status = open_sealed(s, id, state, err);
    if (status)
        json_decref(state);
    else
        *out = state;
    return status;
}

/* -- lists ------------------------------------------------------------------------------ */

void party_fold_case(const char *text, char *out, size_t room)
{
    size_t n = 0;
    for (; *text && n + 1 < room; text++)
        out[n++] = *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;
    out[n] = '\0';
}

static assay_status add_word(store_tx *tx, store *s, bool is_person, const char *list,
                             const char *text, place_list *l, assay_err *err)
{
    char word[33];
    assay_status status = is_person ? secret_word(tx, s, text, word, err) : ASSAY_OK;
    if (!status)
        place_add(l, list, is_person ? word : text);
    return status;
}

static assay_status add_words(store_tx *tx, store *s, bool is_person, const char *name,
                              place_list *l, assay_err *err)
{
    char text[256], *rest = NULL;
    party_fold_case(name, text, sizeof text);
    assay_status status = add_word(tx, s, is_person, "party/word", text, l, err);
    if (!strchr(text, ' '))
        return status;
    int n = 0;
    for (char *w = strtok_r(text, " ", &rest); w && !status && n++ < WORDS;
         w = strtok_r(NULL, " ", &rest))
        status = add_word(tx, s, is_person, "party/word", w, l, err);
    return status;
}

static json_t *row_of(const json_t *state)
{
    json_t *row = json_object();
    const char *const names[] = {"kind", "sealed", "into", "merged", "is_erased"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(state, names[i]))
            json_object_set(row, names[i], json_object_get(state, names[i]));
    if (!text_of(state, "sealed")) /* of a person it is told by the sealed part alone */
        set_text(row, "name", text_of(json_object_get(state, "open"), "name"));
    return row;
}

static assay_status list_party(store_tx *tx, store *s, const object_id *id, const json_t *state,
                               const json_t *open, assay_err *err)
{
    const char *kind = text_of(state, "kind"), *name = text_of(open, "name");
    static const char *const unique[] = {"party/account", "party/code", "party/badge", "party/receipt"};
    bool is_person = strcmp(kind, "person") == 0;
    bool is_gone = json_is_true(json_object_get(state, "is_erased")) || text_of(state, "into");
    char list[32], sort[256] = "";
    place_list l;
    l.n = 0;
    buf row = BUF_INIT;
    assay_status status = json_take(row_of(state), &row, err);
    snprintf(list, sizeof list, "party/%s", kind);
    if (!is_person && name)
        party_fold_case(name, sort, sizeof sort);
    if (!is_gone)
        place_add(&l, list, sort);
    if (!is_gone)
        place_add(&l, "party", "");
    if (!status && !is_gone && name)
        status = add_words(tx, s, is_person, name, &l, err);
    for (size_t i = 0; i < sizeof unique / sizeof *unique && !is_gone; i++) {
        const char *text = text_of(open, unique[i] + strlen("party/"));
        if (!status && text)
            status = add_word(tx, s, true, unique[i], text, &l, err);
    }
    if (!status)
        status = store_entry_put(tx, "party", id, buf_text(&row), l.place, l.n, err);
    buf_done(&row);
    return status;
}

static assay_status list_tie(store_tx *tx, const char *id, const json_t *tie, assay_err *err)
{
    char left[128], right[128];
    const char *relation = text_of(tie, "relation"), *to = text_of(tie, "to");
    buf key = BUF_INIT, row = BUF_INIT;
    object_id object;
    buf_addf(&key, "relation\n%s\n%s\n%s\n%s", id, relation, to, text_of(tie, "from") ?: "");
    json_t *o = json_deep_copy(tie);
    set_text(o, "of", id);
    json_object_del(o, "note");
    assay_status status = json_take(o, &row, err);
    if (!status)
        status = id_of(key.data, key.length, &object, err);
    snprintf(left, sizeof left, "%s/%.80s", id, relation);
    snprintf(right, sizeof right, "%.32s/%.80s", to, relation);
    entry_place places[] = {{"relation", left}, {"relation", right}};
    if (!status)
        status = store_entry_put(tx, "relation", &object, row.data, places, 2, err);
    buf_done(&key);
    buf_done(&row);
    return status;
}

static assay_status list_post(store_tx *tx, const char *id, const json_t *post, assay_err *err)
{
    char role[256], party[256];
    const char *place = text_of(post, "place");
    buf key = BUF_INIT, row = BUF_INIT;
    object_id object;
    buf_addf(&key, "appointment\n%s\n%s\n%s\n%s", id, text_of(post, "scheme"),
             text_of(post, "role"), place ? place : "");
    json_t *o = json_deep_copy(post);
    set_text(o, "party", id);
    assay_status status = json_take(o, &row, err);
    if (!status)
        status = id_of(key.data, key.length, &object, err);
    snprintf(role, sizeof role, "%.64s/%.64s/%.80s/%s", text_of(post, "scheme"),
             text_of(post, "role"), place ? place : "", id);
    snprintf(party, sizeof party, "%s/%.64s/%.64s", id, text_of(post, "scheme"),
             text_of(post, "role"));
    entry_place places[] = {{"role", role}, {"appointed", party}};
    if (!status)
        status = store_entry_put(tx, "appointment", &object, row.data, places, 2, err);
    buf_done(&key);
    buf_done(&row);
    return status;
}

assay_status party_list_again(store_tx *tx, store *s, const json_t *state, const json_t *opened,
                              assay_err *err)
{
    object_id id;
    const char *name = text_of(state, "id");
    const json_t *ties = json_object_get(state, "relations");
    const json_t *posts = json_object_get(state, "appointments");
    if (!id_read(name, &id))
        return assay_fail(err, ASSAY_DAMAGED, 0, "a party has no id");
    assay_status status = list_party(tx, s, &id, state, json_object_get(opened, "open"), err);
    for (size_t i = 0; !status && i < json_array_size(ties); i++)
        status = list_tie(tx, name, json_array_get(ties, i), err);
    for (size_t i = 0; !status && i < json_array_size(posts); i++)
        status = list_post(tx, name, json_array_get(posts, i), err);
    return status;
}

/* -- names ------------------------------------------------------------------------------ */

assay_status party_name(store *s, const object_id *id, buf *out, assay_err *err)
{
    buf row = BUF_INIT;
    assay_status status = store_entry_get(s, "party", id, &row, err);
    json_t *o = status ? NULL : json_tree(buf_text(&row));
    json_t *inner = NULL;
    const char *sealed = text_of(o, "sealed");
    if (sealed)
        status = secret_open(s, id, "party", sealed, &inner, err);
    const char *name = text_of(inner ? inner : o, "name");
    if (name)
        buf_add_text(out, name);
    json_decref(o);
    json_decref(inner);
    buf_done(&row);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}
