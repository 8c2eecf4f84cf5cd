/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who belongs to whom, and who holds which role. */
#include "scheme/party_inner.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { TIES_MOST = 1000, ACTS_DEPTH = 3 };

/* -- relations ------------------------------------------------------------------------------ */

typedef struct {
    party_tie_visitor *visit;
    void *context;
    bool is_stopped;
} tie_walk;

static bool show_tie(const store_entry *e, void *context)
{
    tie_walk *w = context;
    json_t *o = json_tree(e->row);
    party_tie t = {.relation = text_of(o, "relation"),
                   .from = when_of(o, "from"),
                   .until = when_of(o, "until")};
    if (id_read(text_of(o, "of"), &t.a) && id_read(text_of(o, "to"), &t.b) && t.relation)
        w->is_stopped = !w->visit(&t, w->context);
    json_decref(o);
    return !w->is_stopped;
}

static assay_status ties_of(store *s, const char *id, tie_walk *w, assay_err *err)
{
    char prefix[40];
    snprintf(prefix, sizeof prefix, "%.32s/", id);
    store_page page = {.list = "relation", .prefix = prefix, .limit = TIES_MOST};
    return store_entries(s, &page, show_tie, w, err);
}

assay_status party_ties(store *s, const object_id *id, party_tie_visitor *visit, void *context,
                        assay_err *err)
{
    tie_walk w = {visit, context, false};
    char name[ID_TEXT];
    buf row = BUF_INIT;
    id_text(id, name);
    assay_status status = store_entry_get(s, "party", id, &row, err);
    json_t *o = status ? NULL : json_tree(buf_text(&row));
    const json_t *merged = json_object_get(o, "merged");
    if (!status)
        status = ties_of(s, name, &w, err);
    for (size_t i = 0; !status && !w.is_stopped && i < json_array_size(merged); i++)
        status = ties_of(s, json_string_value(json_array_get(merged, i)), &w, err);
    json_decref(o);
    buf_done(&row);
    return status;
}

typedef struct {
    store *s;
    object_id wanted, next[32];
    size_t n;
    int64_t now;
    bool is_found;
} acts_walk;

/* A member or employee of a team stands for it; who represents a party stands for it. */
static bool look_for(const party_tie *t, void *context)
{
    acts_walk *w = context;
    object_id b;
    bool holds = (t->from == TIME_NONE || t->from <= w->now) &&
                 (t->until == TIME_NONE || w->now < t->until);
    bool counts = strcmp(t->relation, "member") == 0 || strcmp(t->relation, "represents") == 0;
    if (!holds || !counts || party_kept(w->s, &t->b, &b, NULL) != ASSAY_OK)
        return true;
    w->is_found = id_same(&b, &w->wanted);
    if (w->n < sizeof w->next / sizeof *w->next)
        w->next[w->n++] = b;
    return !w->is_found;
}

assay_status party_acts_for(store *s, const object_id *id, const object_id *other, int64_t now,
                            bool *out, assay_err *err)
{
    object_id a, b;
    assay_status status = party_kept(s, id, &a, err);
    if (!status)
        status = party_kept(s, other, &b, err);
    if (status)
        return status;
    acts_walk w = {.s = s, .wanted = b, .next = {a}, .n = 1, .now = now, .is_found = id_same(&a, &b)};
    size_t at = 0;
    for (int depth = 0; !status && !w.is_found && depth < ACTS_DEPTH; depth++) {
        size_t stop = w.n;
        for (; !status && !w.is_found && at < stop; at++)
            status = party_ties(s, &w.next[at], look_for, &w, err);
    }
    if (!status)
        *out = w.is_found;
    return status;
}

/* -- roles ------------------------------------------------------------------------------------ */

typedef struct {
    store *s;
    party_post_visitor *visit;
    void *context;
    int64_t now;
    char mark[sizeof((store_entry){0}.mark)];
    size_t n;
    bool is_stopped;
} post_walk;

static bool show_post(const store_entry *e, void *context)
{
    post_walk *w = context;
    json_t *o = json_tree(e->row);
    party_post p = {.scheme = text_of(o, "scheme"),
                    .role = text_of(o, "role"),
                    .place = text_of(o, "place"),
                    .row = e->row,
                    .from = when_of(o, "from"),
                    .until = when_of(o, "until")};
    bool holds = (p.from == TIME_NONE || p.from <= w->now) &&
                 (p.until == TIME_NONE || w->now < p.until);
    if (holds && id_read(text_of(o, "party"), &p.party) &&
        party_kept(w->s, &p.party, &p.party, NULL) == ASSAY_OK)
        w->is_stopped = !w->visit(&p, w->context);
    json_decref(o);
    memcpy(w->mark, e->mark, sizeof w->mark);
    w->n++;
    return !w->is_stopped;
}

static assay_status walk_posts(store *s, const char *list, const char *prefix, post_walk *w,
                               assay_err *err)
{
    assay_status status;
    store_page page = {.list = list, .prefix = prefix, .limit = 1000};
    do {
        w->n = 0;
        status = store_entries(s, &page, show_post, w, err);
        page.mark = w->mark;
    } while (!status && !w->is_stopped && w->n == page.limit);
    return status;
}

assay_status party_holders(store *s, const char *scheme, const char *role, int64_t now,
                           party_post_visitor *visit, void *context, assay_err *err)
{
    char prefix[160];
    post_walk w = {.s = s, .visit = visit, .context = context, .now = now};
    snprintf(prefix, sizeof prefix, "%.64s/%.64s/", scheme, role);
    return walk_posts(s, "role", prefix, &w, err);
}

assay_status party_posts(store *s, const object_id *id, int64_t now, party_post_visitor *visit,
                         void *context, assay_err *err)
{
    char prefix[40], name[ID_TEXT];
    post_walk w = {.s = s, .visit = visit, .context = context, .now = now};
    id_text(id, name);
    snprintf(prefix, sizeof prefix, "%s/", name);
    assay_status status = walk_posts(s, "appointed", prefix, &w, err);
    json_t *state = NULL;
    if (!status && !w.is_stopped)
        status = party_fold(s, id, &state, err);
    const json_t *merged = json_object_get(state, "merged");
    for (size_t i = 0; !status && i < json_array_size(merged); i++) {
        snprintf(prefix, sizeof prefix, "%.32s/", json_string_value(json_array_get(merged, i)));
        status = walk_posts(s, "appointed", prefix, &w, err);
    }
    json_decref(state);
    return status;
}
