/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of a map into the members of a structure, by a table. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

void *reader_array(reader *r, size_t count, size_t size)
{
    void *memory = arena_alloc(r->memory, count ? count : 1, size);
    r->is_short |= !memory;
    return memory;
}

void refuse_value(reader *r, const tree *t, const char *expected)
{
    fault_expected(r->faults,
                   fault_add(r->faults, "value", t->at, _("this is %s"), tree_describe(t)), "%s",
                   expected);
}

bool need_map(reader *r, const tree *t)
{
    if (t->kind == TREE_MAP)
        return true;
    refuse_value(r, t, _("a map, {key: value}"));
    return false;
}

bool need_scalar(reader *r, const tree *t)
{
    if (t->kind == TREE_SCALAR)
        return true;
    refuse_value(r, t, _("one value"));
    return false;
}

size_t tree_items(const tree *t)
{
    return t->kind == TREE_SCALAR ? 1 : t->count;
}

const tree *tree_item(const tree *t, size_t i)
{
    return t->kind == TREE_SCALAR ? t : t->item[i];
}

/* -- ids -----------------------------------------------------------------------------------------
 */

static bool is_id(const char *id)
{
    if (!((*id >= 'a' && *id <= 'z') || (*id >= 'A' && *id <= 'Z')))
        return false;
    for (const char *p = id; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              *p == '_'))
            return false;
    return strlen(id) <= 64;
}

bool check_name(reader *r, const char *id, scheme_place at)
{
    if (is_id(id))
        return true;
    scheme_fault *f = fault_add(r->faults, "id", at, _("\"%s\" cannot be an id"), id);
    fault_expected(r->faults, f, _("letters a-z, digits and _, a letter first, at most 64"));
    fault_hint(r->faults, f, _("names for people go under name: or words:"));
    return false;
}

bool check_id(reader *r, const char *id, scheme_place at)
{
    static const char *const reserved[] = {"and",  "or",   "not",   "in",  "is",    "if", "then",
                                           "else", "true", "false", "yes", "where", "no", "it"};
    if (!check_name(r, id, at))
        return false;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(id, reserved[i]) == 0) {
            fault_add(r->faults, "id", at, _("\"%s\" is a word of the expression language"), id);
            return false;
        }
    return true;
}

/* -- single values
 * ----------------------------------------------------------------------------------- */

bool read_rational(reader *r, const tree *t, assay_rational *out)
{
    if (!need_scalar(r, t))
        return false;
    size_t n = t->length;
    bool is_percent = n > 1 && t->text[n - 1] == '%';
    n -= is_percent;
    while (is_percent && n && t->text[n - 1] == ' ')
        n--;
    if (assay_rational_parse(t->text, n, out, NULL) != ASSAY_OK ||
        (is_percent && assay_rational_div(*out, assay_rational_of(100), out, NULL) != ASSAY_OK)) {
        refuse_value(r, t, _("a number: 20, 0.5, 1/3, 80%"));
        return false;
    }
    return true;
}

bool read_whole(reader *r, const tree *t, int64_t *out)
{
    assay_rational n;
    if (!need_scalar(r, t))
        return false;
    if (assay_rational_parse(t->text, t->length, &n, NULL) != ASSAY_OK ||
        !assay_rational_is_whole(n) || assay_rational_sign(n) < 0 ||
        assay_rational_compare(n, assay_rational_of(1000000000)) > 0) {
        refuse_value(r, t, _("a whole number, 0 or more"));
        return false;
    }
    *out = (int64_t)n.num;
    return true;
}

bool read_bool(reader *r, const tree *t, bool *out)
{
    if (!need_scalar(r, t))
        return false;
    bool is_yes = strcmp(t->text, "yes") == 0 || strcmp(t->text, "true") == 0;
    if (!is_yes && strcmp(t->text, "no") != 0 && strcmp(t->text, "false") != 0) {
        refuse_value(r, t, _("yes or no"));
        return false;
    }
    *out = is_yes;
    return true;
}

bool read_duration(reader *r, const tree *t, value *out)
{
    value_duration d;
    if (!need_scalar(r, t))
        return false;
    if (!duration_parse(t->text, t->length, &d)) {
        refuse_value(r, t, _("a duration: 3y, 6mo, 2w, 30d, 40h"));
        return false;
    }
    if (d.months && d.seconds) {
        refuse_value(r, t, _("months or days, not both"));
        return false;
    }
    *out = value_period(d.months, d.seconds);
    return true;
}

static void read_date(reader *r, const tree *t, value *out)
{
    int64_t seconds;
    bool has_time;
    if (!need_scalar(r, t))
        return;
    if (!date_parse(t->text, t->length, &seconds, &has_time)) {
        refuse_value(r, t, _("a date: 2026-04-01"));
        return;
    }
    *out = has_time ? value_instant(seconds) : value_day(seconds);
}

static void read_number(reader *r, const tree *t, value *out, bool is_share)
{
    assay_rational n;
    if (!read_rational(r, t, &n))
        return;
    if (is_share &&
        (assay_rational_sign(n) < 0 || assay_rational_compare(n, assay_rational_of(1)) > 0)) {
        refuse_value(r, t, _("a share from 0 to 1"));
        return;
    }
    *out = value_number(n);
}

void read_words(reader *r, const tree *t, scheme_words *out)
{
    if (t->kind == TREE_SCALAR) {
        *out = (scheme_words){t->text, t->text, t->text};
        return;
    }
    if (!need_map(r, t))
        return;
    for (size_t i = 0; i < t->count; i++) {
        const char **slot = strcmp(t->key[i], "ko") == 0   ? &out->ko
                            : strcmp(t->key[i], "en") == 0 ? &out->en
                            : strcmp(t->key[i], "zh") == 0 ? &out->zh
                                                           : NULL;
        if (!slot)
            fault_expected(
                r->faults,
                fault_add(r->faults, "unknown-key", t->key_at[i], _("the language %s"), t->key[i]),
                "ko, en, zh");
        else if (need_scalar(r, t->item[i]))
            *slot = t->item[i]->text;
    }
}

void read_texts(reader *r, const tree *t, const char *const **out, size_t *count)
{
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, _("a list, [a, b]"));
        return;
    }
    size_t n = tree_items(t), kept = 0;
    const char **text = READER_ARRAY(r, const char *, n);
    for (size_t i = 0; text && i < n; i++)
        if (need_scalar(r, tree_item(t, i)))
            text[kept++] = tree_item(t, i)->text;
    *out = text;
    *count = text ? kept : 0;
}

static void read_counts(reader *r, const tree *t, scheme_count **out, size_t *count)
{
    if (!need_map(r, t))
        return;
    scheme_count *c = READER_ARRAY(r, scheme_count, t->count);
    for (size_t i = 0; c && i < t->count; i++) {
        c[i] = (scheme_count){.id = t->key[i], .at = t->key_at[i]};
        check_id(r, t->key[i], t->key_at[i]);
        read_whole(r, t->item[i], &c[i].count);
    }
    *out = c;
    *count = c ? t->count : 0;
}

void read_expr(reader *r, const tree *t, expr_want want, const expr **slot)
{
    if (!need_scalar(r, t))
        return;
    if (r->pending_count == r->pending_room) {
        size_t room = r->pending_room ? 2 * r->pending_room : 64;
        pending *more = READER_ARRAY(r, pending, room);
        if (!more)
            return;
        if (r->pending_count)
            memcpy(more, r->pending, r->pending_count * sizeof *more);
        r->pending = more;
        r->pending_room = room;
    }
    r->pending[r->pending_count++] = (pending){.slot = slot,
                                               .tree = t,
                                               .want = want,
                                               .place = r->place,
                                               .owner = r->owner,
                                               .index = r->index,
                                               .type = &type_unknown};
}

static void read_choice(reader *r, const tree *t, const char *const *word, void *out)
{
    buf words = BUF_INIT;
    if (!need_scalar(r, t))
        return;
    for (int i = 0; word[i]; i++) {
        if (strcmp(word[i], t->text) == 0) {
            memcpy(out, &i, sizeof i);
            buf_done(&words);
            return;
        }
        buf_addf(&words, "%s%s", i ? ", " : "", word[i]);
    }
    refuse_value(r, t, buf_text(&words));
    buf_done(&words);
}

/* -- references
 * -------------------------------------------------------------------------------------- */

void unknown_reference(reader *r, const tree *t, const char *word, section_id id)
{
    const char *name[200];
    size_t n = section_length(r->s, id);
    for (size_t i = 0; i < n && i < 200; i++)
        name[i] = ((const scheme_item *)section_element(r->s, id, i))->id;
    scheme_fault *f = fault_add(r->faults, "unknown-reference", t->at, _("there is no %s %s"),
                                section_table[id].name, word);
    const char *near = nearest_of(word, name, n < 200 ? n : 200);
    if (near)
        fault_hint(r->faults, f, _("did you mean %s?"), near);
    else
        fault_hint(r->faults, f, _("declare it under %s:"), section_table[id].name);
}

static const void *read_reference(reader *r, const tree *t, section_id id)
{
    if (!need_scalar(r, t))
        return NULL;
    const void *found = section_find(r->s, id, t->text);
    if (!found)
        unknown_reference(r, t, t->text, id);
    return found;
}

static void read_references(reader *r, const tree *t, section_id id, const void ***out,
                            size_t *count)
{
    if (t->kind == TREE_MAP) {
        refuse_value(r, t, _("a list, [a, b]"));
        return;
    }
    size_t n = tree_items(t), kept = 0;
    const void **list = READER_ARRAY(r, const void *, n);
    for (size_t i = 0; list && i < n; i++) {
        list[kept] = read_reference(r, tree_item(t, i), id);
        kept += list[kept] != NULL;
    }
    *out = list;
    *count = list ? kept : 0;
}

/* -- the table
 * ----------------------------------------------------------------------------------------- */

void read_own_key(reader *r, const tree *t, void *object, const key_rule *k)
{
    char *at = (char *)object + k->offset, *more = (char *)object + k->more;
    switch (k->kind) {
    case KEY_TEXT:
        if (need_scalar(r, t))
            *(const char **)(void *)at = t->text;
        return;
    case KEY_INT:
        read_whole(r, t, (int64_t *)(void *)at);
        return;
    case KEY_NUMBER:
    case KEY_SHARE:
        read_number(r, t, (value *)(void *)at, k->kind == KEY_SHARE);
        return;
    case KEY_RATIONAL:
        if (read_rational(r, t, (assay_rational *)(void *)at) && k->more)
            *(bool *)more = true;
        return;
    case KEY_DURATION:
        read_duration(r, t, (value *)(void *)at);
        return;
    case KEY_DATE:
        read_date(r, t, (value *)(void *)at);
        return;
    case KEY_BOOL:
        read_bool(r, t, (bool *)at);
        return;
    case KEY_TEXTS:
        read_texts(r, t, (const char *const **)(void *)at, (size_t *)(void *)more);
        return;
    case KEY_COUNTS:
        read_counts(r, t, (scheme_count **)(void *)at, (size_t *)(void *)more);
        return;
    case KEY_EXPR:
        read_expr(r, t, (expr_want)k->extra, (const expr **)(void *)at);
        return;
    case KEY_WORDS:
        read_words(r, t, (scheme_words *)(void *)at);
        return;
    case KEY_CHOICE:
        read_choice(r, t, (const char *const *)k->extra, at);
        return;
    case KEY_REF:
        *(const void **)(void *)at = read_reference(r, t, (section_id)k->extra);
        return;
    case KEY_REFS:
        read_references(r, t, (section_id)k->extra, (const void ***)(void *)at,
                        (size_t *)(void *)more);
        return;
    case KEY_OWN:
        k->own(r, t, object);
        return;
    }
}

static void unknown_key(reader *r, const tree *map, size_t i, const key_rule *rule, size_t n)
{
    const char *name[40];
    buf words = BUF_INIT;
    for (size_t k = 0; k < n && k < 40; k++) {
        name[k] = rule[k].key;
        buf_addf(&words, "%s%s", k ? ", " : "", rule[k].key);
    }
    scheme_fault *f = fault_add(r->faults, "unknown-key", map->key_at[i],
                                _("the key %s means nothing here"), map->key[i]);
    fault_expected(r->faults, f, "%s", buf_text(&words));
    const char *near = nearest_of(map->key[i], name, n < 40 ? n : 40);
    if (near)
        fault_hint(r->faults, f, _("did you mean %s?"), near);
    buf_done(&words);
}

void read_keys(reader *r, const tree *map, void *object, const key_rule *rule, size_t n)
{
    if (!need_map(r, map))
        return;
    for (size_t i = 0; i < map->count; i++) {
        size_t k = 0;
        while (k < n && strcmp(rule[k].key, map->key[i]) != 0)
            k++;
        if (k < n)
            read_own_key(r, map->item[i], object, &rule[k]);
        else
            unknown_key(r, map, i, rule, n);
    }
}
