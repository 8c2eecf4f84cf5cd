/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All cases and all holders of a scheme, as its formulas see them: rows of lists. */
#include "scheme/case_inner.h"
#include "scheme/expr_over.h"

#include <stdio.h>
#include <string.h>

enum { CASES_MOST = 100000, PAGE = 1000 };

value row_day(const json_t *row, const char *name)
{
    int64_t ns = when_of(row, name);
    return ns == TIME_NONE ? VALUE_NONE : value_day(ns / 1000000000);
}

value row_text(arena *memory, const char *text)
{
    return text ? value_text(arena_text(memory, text, strlen(text))) : VALUE_NONE;
}

/* -- a row ------------------------------------------------------------------------------------- */

static void add_known(arena *memory, const scheme_field *f, const json_t *known, value_member *m,
                      size_t *n)
{
    value v, kept = VALUE_NONE;
    if (field_read(f, json_object_get(known, f->item.id), memory, &v, NULL) == ASSAY_OK &&
        value_copy(memory, v, &kept))
        m[(*n)++] = (value_member){f->item.id, kept};
}

/* The members of a row of a list, as far as the language knows them. */
static value row_record(const scheme *sc, const json_t *row, arena *memory)
{
    static const char *const texts[] = {"title", "state", "person", "firm",
                                        "region", "id",    "stage",  "outcome", "band"};
    static const char *const days[] = {"given", "valid_to", "opened", "closed"};
    const scheme_party *p = &sc->party;
    size_t n = 0, room = 13 + p->field_count + sc->tally_count;
    for (size_t i = 0; i < sc->form_count; i++)
        room += sc->form[i].field_count;
    value_member *m = arena_array(memory, value_member, room);
    if (!m)
        return VALUE_NONE;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (text_of(row, texts[i]))
            m[n++] = (value_member){texts[i], row_text(memory, text_of(row, texts[i]))};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (text_of(row, days[i]))
            m[n++] = (value_member){days[i], row_day(row, days[i])};
    const json_t *known = json_object_get(row, "known");
    for (size_t i = 0; i < p->field_count; i++)
        add_known(memory, &p->field[i], known, m, &n);
    for (size_t i = 0; i < sc->form_count; i++)
        for (size_t k = 0; k < sc->form[i].field_count; k++)
            if (sc->form[i].field[k].is_listed)
                add_known(memory, &sc->form[i].field[k], known, m, &n);
    for (size_t i = 0; i < sc->tally_count; i++)
        if (sc->tally[i].is_listed)
            m[n++] = (value_member){sc->tally[i].item.id,
                                    number_read(json_object_get(json_object_get(row, "numbers"),
                                                                sc->tally[i].item.id))};
    return (value){.kind = VALUE_RECORD, .as.record = {m, n}};
}

static value entry_record(const scheme *s, const store_entry *e, arena *memory)
{
    json_t *row = json_tree(e->row);
    char id[ID_TEXT];
    id_text(&e->object, id);
    if (!text_of(row, "id"))
        set_text(row, "id", id);
    value v = row_record(s, row, memory);
    json_decref(row);
    return v;
}

/* The list, and what sorts first in it. */
static const char *list_named(const case_scope *s, const char *name, char list[static 160])
{
    const char *kind = strcmp(name, "cases") == 0 ? "case" : "title";
    snprintf(list, 160, "%s/s/%.80s", kind, s->c->scheme->item.id);
    return strcmp(name, "active") == 0 ? "valid/" : NULL;
}

/* -- all of them, held ---------------------------------------------------------------------------- */

typedef struct {
    case_scope *s;
    value *item;
    size_t n, room;
    char mark[sizeof((store_entry){0}.mark)];
} row_list;

static bool make_room(row_list *l)
{
    size_t room = l->room ? 4 * l->room : PAGE;
    if (l->n + PAGE <= l->room)
        return true;
    value *more = arena_array(&l->s->c->memory, value, room);
    if (more && l->n)
        memcpy(more, l->item, l->n * sizeof *more);
    l->item = more;
    l->room = room;
    return more != NULL;
}

static bool add_row(const store_entry *e, void *context)
{
    row_list *l = context;
    l->item[l->n++] = entry_record(l->s->c->scheme, e, &l->s->c->memory);
    memcpy(l->mark, e->mark, sizeof l->mark);
    return true;
}

/* All of them; missing, not a part, where there are more than can be looked at. */
value case_rows(case_scope *s, const char *name)
{
    char list[160];
    row_list l = {.s = s};
    store_page page = {.list = list, .prefix = list_named(s, name, list), .limit = PAGE};
    size_t before;
    do {
        before = l.n;
        page.mark = before ? l.mark : NULL;
        if (l.n >= CASES_MOST || !make_room(&l) ||
            store_entries(s->c->d->s, &page, add_row, &l, NULL) != ASSAY_OK)
            return VALUE_NONE;
    } while (l.n - before == PAGE);
    return (value){.kind = VALUE_LIST, .as.list = {l.item, l.n}};
}

/* -- one after the other -------------------------------------------------------------------------- */

typedef struct {
    const scheme *s;
    expr_over *over;
    arena memory; /* of a page */
    size_t n;
    char mark[sizeof((store_entry){0}.mark)];
} row_walk;

static bool pass_row(const store_entry *e, void *context)
{
    row_walk *w = context;
    expr_over_add(w->over, entry_record(w->s, e, &w->memory), 1, &w->memory);
    memcpy(w->mark, e->mark, sizeof w->mark);
    w->n++;
    return true;
}

static bool pass_rows(case_scope *s, expr_over *over, const char *name)
{
    char list[160];
    row_walk w = {.s = s->c->scheme, .over = over};
    store_page page = {.list = list, .prefix = list_named(s, name, list), .limit = PAGE};
    assay_status status;
    do {
        w.n = 0;
        arena_init(&w.memory);
        status = store_entries(s->c->d->s, &page, pass_row, &w, NULL);
        arena_done(&w.memory);
        page.mark = w.mark;
    } while (!status && w.n == PAGE);
    return !status;
}

/* -- alike ones together -------------------------------------------------------------------------- */

typedef struct {
    expr_over *over;
    arena *memory;
    size_t skip;
    uint64_t n;
    bool is_cut;
} kind_walk;

/* Lists of nothing but a number: how many are of this state, stage, outcome and band (case_lists.c). */
static bool pass_kind(const char *list, uint64_t n, void *context)
{
    kind_walk *w = context;
    value_member m[CASE_KIND_PARTS];
    const char *at = list + w->skip;
    for (size_t i = 0; i < CASE_KIND_PARTS; i++) {
        size_t length = strcspn(at, "/");
        bool is_none = length == 1 && *at == '-';
        w->is_cut |= length == 0 || length == CASE_KIND_WORD;
        m[i].name = case_kind_parts[i];
        m[i].value = is_none ? VALUE_NONE : value_text(arena_text(w->memory, at, length));
        at += length + (at[length] == '/');
    }
    value v = {.kind = VALUE_RECORD, .as.record = {m, CASE_KIND_PARTS}};
    expr_over_add(w->over, v, n, w->memory);
    w->n += n;
    return true;
}

/* False: a word was too long for the name of a list, or lists are of an older form without these. */
static bool pass_kinds(case_scope *s, expr_over *over)
{
    char prefix[160], list[160];
    kind_walk w = {.over = over, .memory = &s->c->memory};
    uint64_t n;
    snprintf(prefix, sizeof prefix, "case/c/%.80s/", s->c->scheme->item.id);
    w.skip = strlen(prefix);
    list_named(s, "cases", list);
    return store_lists(s->c->d->s, prefix, pass_kind, &w, NULL) == ASSAY_OK && !w.is_cut &&
           store_list_count(s->c->d->s, list, &n, NULL) == ASSAY_OK && n == w.n;
}

bool case_over(void *context, const expr *call, value *out)
{
    case_scope *s = context;
    expr_over over;
    const char *list;
    if (!expr_over_begin(&over, call, &s->scope, &list))
        return false;
    bool is_fine = strcmp(list, "cases") == 0 && expr_over_counts(&over, case_kind_parts) &&
                   pass_kinds(s, &over);
    if (!is_fine)
        is_fine = expr_over_begin(&over, call, &s->scope, &list) && pass_rows(s, &over, list);
    *out = is_fine ? expr_over_end(&over) : VALUE_NONE;
    return true;
}
