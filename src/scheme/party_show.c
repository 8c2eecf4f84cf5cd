/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parties as they are shown, listed and handed out. */
#include "scheme/party_inner.h"

#include "base/jcs.h"
#include "base/time.h"
#include "scheme/page.h"

#include <stdio.h>
#include <string.h>

/* -- one -------------------------------------------------------------------------------------- */

static json_t *shown(const json_t *state)
{
    json_t *o = json_object();
    json_object_update(o, json_object_get(state, "open"));
    if (json_object_del(o, "badge") == 0) /* who reads of it does not learn what opens it */
        json_object_set_new(o, "has_badge", json_true());
    json_object_del(o, "receipt");
    const char *const names[] = {"id", "kind", "relations", "appointments", "consents", "merged",
                                 "into", "is_erased"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(state, names[i]))
            json_object_set(o, names[i], json_object_get(state, names[i]));
    return o;
}

/* Teams and firms it is related to by their names; persons stay ids. */
static void name_ties(store *s, json_t *o)
{
    size_t i;
    json_t *tie;
    json_t *ties = json_deep_copy(json_object_get(o, "relations"));
    json_array_foreach(ties, i, tie) {
        object_id to;
        json_t *other = NULL;
        if (!id_read(text_of(tie, "to"), &to) || party_fold(s, &to, &other, NULL) != ASSAY_OK)
            continue;
        const char *kind = text_of(other, "kind");
        if (kind && strcmp(kind, "person") != 0) {
            set_text(tie, "kind", kind);
            set_text(tie, "name", text_of(json_object_get(other, "open"), "name"));
        }
        json_decref(other);
    }
    if (ties)
        json_object_set_new(o, "relations", ties);
}

assay_status party_show(store *s, const object_id *id, bool is_personal, buf *out, assay_err *err)
{
    json_t *state;
    assay_status status =
        is_personal ? party_opened(s, id, &state, err) : party_fold(s, id, &state, err);
    if (status)
        return status;
    json_t *o = shown(state);
    if (!is_personal)
        json_object_del(o, "consents");
    json_decref(state);
    name_ties(s, o);
    return json_take(o, out, err);
}

assay_status party_card(buf *shown, assay_err *err)
{
    static const char *const names[] = {"id", "kind", "name"};
    json_t *o = json_object(), *all = json_tree(buf_text(shown));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set_text(o, names[i], text_of(all, names[i]));
    json_decref(all);
    buf_clear(shown);
    return json_take(o, shown, err);
}

/* -- all that is kept ----------------------------------------------------------------------------- */

static bool add_record(const record *r, void *context)
{
    json_t *o = json_object();
    json_object_set_new(o, "sequence", json_integer((json_int_t)r->sequence));
    set_time(o, "time", r->time);
    set_text(o, "type", r->type);
    if (r->actor && *r->actor)
        set_text(o, "actor", r->actor);
    json_t *payload = r->payload ? json_tree(r->payload) : NULL;
    json_object_set_new(o, "payload", payload ? payload : json_null());
    json_array_append_new(context, o);
    return true;
}

typedef struct {
    json_t *list;
    size_t n;
    char mark[sizeof((store_entry){0}.mark)];
} case_rows;

static bool add_case(const store_entry *e, void *context)
{
    case_rows *c = context;
    char name[ID_TEXT];
    memcpy(c->mark, e->mark, sizeof c->mark);
    c->n++;
    json_t *row = json_tree(e->row);
    id_text(&e->object, name);
    if (row) {
        set_text(row, "case", name);
        json_object_del(row, "known");
        json_object_del(row, "numbers");
        json_array_append_new(c->list, row);
    }
    return true;
}

static assay_status add_cases(store *s, const char *party, json_t *list, assay_err *err)
{
    char prefix[40];
    case_rows c = {.list = list};
    assay_status status;
    snprintf(prefix, sizeof prefix, "%s/", party);
    store_page page = {.list = "case/party", .prefix = prefix, .limit = 1000};
    do {
        c.n = 0;
        status = store_entries(s, &page, add_case, &c, err);
        page.mark = c.mark;
    } while (!status && c.n == page.limit);
    return status;
}

assay_status party_export(store *s, const object_id *id, buf *out, assay_err *err)
{
    char name[ID_TEXT];
    json_t *o = json_object(), *state = NULL;
    id_text(id, name);
    assay_status status = party_opened(s, id, &state, err);
    if (!status)
        status = store_object_records(s, id, 0, add_record, list_in(o, "records"), err);
    if (!status)
        status = add_cases(s, name, list_in(o, "cases"), err);
    if (!status)
        json_object_set_new(o, "party", shown(state));
    json_decref(state);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

/* -- pages ------------------------------------------------------------------------------------------ */

typedef struct {
    store *s;
    const char *kind; /* NULL: any */
    const char *word; /* what is searched among persons; NULL: nothing */
    json_t *list;
    bool is_personal;
} party_page;

static bool add_party(const store_entry *e, void *context)
{
    party_page *p = context;
    char name[ID_TEXT];
    json_t *row = json_tree(e->row), *inner = NULL, *o = json_object();
    const char *sealed = text_of(row, "sealed"), *kind = text_of(row, "kind");
    bool is_person = kind && strcmp(kind, "person") == 0;
    bool is_other = p->word && is_person && strcmp(e->sort, p->word) != 0; /* its keyed word begins as what is searched */
    if (is_other || (p->kind && (!kind || strcmp(kind, p->kind) != 0))) {
        json_decref(row);
        json_decref(o);
        return true;
    }
    if (sealed && p->is_personal &&
        secret_open(p->s, &e->object, "party", sealed, &inner, NULL) != ASSAY_OK)
        inner = NULL;
    id_text(&e->object, name);
    set_text(o, "id", name);
    set_text(o, "kind", text_of(row, "kind"));
    set_text(o, "name", text_of(inner ? inner : row, "name"));
    json_array_append_new(p->list, o);
    json_decref(row);
    json_decref(inner);
    return true;
}

assay_status party_list(store *s, const char *kind, const char *search, const char *mark,
                        size_t limit, bool is_personal, buf *out, assay_err *err)
{
    char list[32] = "party", folded[256], word[33] = "";
    json_t *o = json_object();
    party_page p = {s, kind, search ? word : NULL, list_in(o, "parties"), is_personal};
    /* persons by a whole word, firms and teams by the start of one */
    const store_span found[] = {{"party/word", word}, {"party/word", folded}};
    store_page page = {.mark = mark, .limit = limit ? limit : 100};
    uint64_t count = 0;
    bool is_person = kind && strcmp(kind, "person") == 0;
    assay_status status = ASSAY_OK;
    if (search) {
        party_fold_case(search, folded, sizeof folded);
        if (is_personal && (!kind || is_person))
            status = secret_word(NULL, s, folded, word, err);
        page.span = found + !*word;
        page.span_count = (*word != 0) + !is_person;
    } else {
        if (kind)
            snprintf(list, sizeof list, "party/%.16s", kind);
        page.list = list;
        status = store_list_count(s, list, &count, err);
        json_object_set_new(o, "count", json_integer((json_int_t)count));
    }
    if (!status)
        status = page_fill(s, &page, add_party, &p, p.list, o, err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

/* -- anew -------------------------------------------------------------------------------------------- */

typedef struct {
    buf ids;
} id_list;

static bool keep_id(const record *r, void *context)
{
    id_list *l = context;
    buf_add(&l->ids, &r->object, sizeof r->object);
    return true;
}

assay_status party_rebuild(store_tx *tx, store *s, assay_err *err)
{
    static const char *const kinds[] = {"party", "relation", "appointment"};
    id_list l = {.ids = BUF_INIT};
    assay_status status = ASSAY_OK;
    for (int i = 0; !status && i < 3; i++)
        status = store_entries_drop(tx, kinds[i], err);
    if (!status)
        status = store_record_heads(s, "party.added", 0, keep_id, &l, err);
    for (size_t at = 0; !status && at < l.ids.length; at += sizeof(object_id)) {
        object_id id;
        json_t *state = NULL;
        memcpy(&id, l.ids.data + at, sizeof id);
        status = party_opened(s, &id, &state, err);
        if (!status)
            status = party_list_again(tx, s, state, state, err);
        json_decref(state);
    }
    buf_done(&l.ids);
    return status;
}
