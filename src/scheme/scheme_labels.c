/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words: and assumed:, which speak of things by paths.
 *
 * Everything with an id has a path: stage.papers, form.merit.career, rubric.onsite.attitude,
 * form.appoint.degree.bachelor. A key of words: is the end of a path and labels all that have it;
 * an entry of assumed: is a part of a path, or the path of a key in the file.
 */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

#define PATH_MOST 400

typedef struct {
    reader *r;
    const char *key;   /* looked for */
    const tree *words; /* NULL: assumed */
    char path[PATH_MOST];
    size_t hits;
} search;

/* Does the path end with the key, at a point? */
static bool ends_with(const char *path, const char *key)
{
    size_t n = strlen(path), k = strlen(key);
    return n >= k && strcmp(path + n - k, key) == 0 && (n == k || path[n - k - 1] == '.');
}

/* Does the key occur in the path, from point to point? An empty one occurs nowhere. */
static bool has_part(const char *path, const char *key)
{
    size_t k = strlen(key);
    for (const char *p = path; k && (p = strstr(p, key)); p++)
        if ((p == path || p[-1] == '.') && (p[k] == '\0' || p[k] == '.'))
            return true;
    return false;
}

static void visit(search *s, scheme_item *item, size_t length)
{
    if (item->id && length + strlen(item->id) + 1 < PATH_MOST)
        snprintf(s->path + length, PATH_MOST - length, "%s", item->id);
    if (s->words ? !ends_with(s->path, s->key) : !has_part(s->path, s->key))
        return;
    s->hits++;
    if (s->words)
        read_words(s->r, s->words, &item->words);
    else
        item->is_assumed = true;
}

static size_t deeper(search *s)
{
    size_t n = strlen(s->path);
    if (n + 2 >= PATH_MOST)
        return n;
    s->path[n] = '.';
    s->path[n + 1] = '\0';
    return n + 1;
}

static void visit_fields(search *s, scheme_field *f, size_t n, size_t length)
{
    for (size_t i = 0; i < n; i++) {
        s->path[length] = '\0';
        visit(s, &f[i].item, length);
        size_t below = deeper(s);
        for (size_t k = 0; k < f[i].choice_count; k++)
            visit(s, &f[i].choice[k], below);
        s->path[below] = '\0';
        visit_fields(s, f[i].row, f[i].row_count, below);
    }
    s->path[length] = '\0';
}

/* The root stands for the rubric itself, which was visited. */
static void visit_nodes(search *s, scheme_rubric *r, size_t length)
{
    for (size_t i = 1; i < r->node_count; i++) {
        s->path[length] = '\0';
        visit(s, &r->node[i].item, length);
    }
}

static void visit_parts(search *s, section_id id, void *object)
{
    size_t length = deeper(s);
    if (id == SECTION_FORM) {
        scheme_form *f = object;
        visit_fields(s, f->field, f->field_count, length);
    } else if (id == SECTION_ROLE) {
        scheme_role *role = object;
        visit_fields(s, role->field, role->field_count, length);
    } else if (id == SECTION_RUBRIC) {
        visit_nodes(s, object, length);
    } else if (id == SECTION_GATE) {
        scheme_gate *g = object;
        for (size_t i = 0; i < g->band_count; i++)
            visit(s, &g->band[i].item, length);
    } else if (id == SECTION_MONEY) {
        scheme_money *m = object;
        for (size_t i = 0; i < m->milestone_count; i++)
            visit(s, &m->milestone[i].item, length);
    }
}

static void visit_all(search *s)
{
    scheme *all = s->r->s;
    for (section_id id = 0; id < SECTION_COUNT; id++)
        for (size_t i = 0; i < section_length(all, id); i++) {
            int length = snprintf(s->path, PATH_MOST, "%s.", section_table[id].name);
            scheme_item *item = section_element(all, id, i);
            visit(s, item, (size_t)length);
            visit_parts(s, id, item);
        }
    snprintf(s->path, PATH_MOST, "party.fields.");
    visit_fields(s, all->party.field, all->party.field_count, strlen(s->path));
    for (size_t i = 0; i < all->measure_count; i++) {
        int length = snprintf(s->path, PATH_MOST, "unit.");
        if (all->measure[i].unit.id)
            visit(s, &all->measure[i].unit, (size_t)length);
    }
}

static void unknown_path(reader *r, const char *path, scheme_place at)
{
    fault_hint(r->faults, fault_add(r->faults, "unknown-path", at, _("nothing is called %s"), path),
               _("paths are like stage.papers, form.merit.career, rubric.onsite.attitude"));
}

static void label(reader *r)
{
    const tree *words = tree_member(r->root, "words");
    if (!words || !need_map(r, words))
        return;
    for (size_t i = 0; i < words->count; i++) {
        search s = {.r = r, .key = words->key[i], .words = words->item[i]};
        visit_all(&s);
        if (s.hits == 0 && strcmp(words->key[i], r->s->case_of) != 0)
            unknown_path(r, words->key[i], words->key_at[i]);
    }
}

/* The key itself, where the path is not that of an item but of something said about one:
 * gate.short.top marks the gate. */
static const tree *find_key(const reader *r, const char *path, scheme_item **owner)
{
    const tree *t = r->root;
    char word[80];
    *owner = NULL;
    section_id id = SECTION_COUNT;
    for (int depth = 0; t && *path; depth++) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof word)
            return NULL;
        memcpy(word, path, n);
        word[n] = '\0';
        path += n + (path[n] == '.');
        for (section_id k = 0; depth == 0 && k < SECTION_COUNT; k++)
            if (strcmp(section_table[k].name, word) == 0)
                id = k;
        if (depth == 1 && id != SECTION_COUNT)
            *owner = section_find(r->s, id, word);
        const tree *list = t;
        t = tree_member(list, word);
        for (size_t i = 0; list->kind == TREE_LIST && i < list->count; i++) {
            const tree *name = tree_member(list->item[i], "id");
            if (name && name->kind == TREE_SCALAR && strcmp(name->text, word) == 0)
                t = list->item[i];
        }
    }
    return t;
}

static void mark(reader *r, const tree *entry)
{
    search s = {.r = r, .key = entry->text};
    scheme_item *owner;
    visit_all(&s);
    if (s.hits)
        return;
    if (!find_key(r, entry->text, &owner))
        unknown_path(r, entry->text, entry->at);
    else if (owner)
        owner->is_assumed = true;
}

void read_labels(reader *r)
{
    const tree *assumed = tree_member(r->root, "assumed");
    label(r);
    if (!assumed)
        return;
    if (assumed->kind == TREE_MAP) {
        refuse_value(r, assumed, _("a list of paths: [rubric.papers, cycle.open]"));
        return;
    }
    const char *const *text = NULL;
    size_t n = 0;
    read_texts(r, assumed, &text, &n);
    for (size_t i = 0; i < tree_items(assumed); i++)
        if (tree_item(assumed, i)->kind == TREE_SCALAR)
            mark(r, tree_item(assumed, i));
    r->s->assumed = text;
    r->s->assumed_count = n;
}
