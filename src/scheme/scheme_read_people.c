/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roles and forms. */
#include "scheme/scheme_reader.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

/* -- roles ----------------------------------------------------------------------------------- */

static void read_is(reader *r, const tree *t, void *object)
{
    scheme_role *role = object;
    if (need_scalar(r, t) && strcmp(t->text, "case") != 0)
        refuse_value(r, t, "case");
    role->is_case = true;
}

/* How many signatures, or whose. */
static void read_signs(reader *r, const tree *t, void *object)
{
    scheme_role *role = object;
    if (!need_scalar(r, t))
        return;
    role->signs = 1;
    if (t->length && t->text[0] >= '0' && t->text[0] <= '9')
        read_whole(r, t, &role->signs);
    else
        role->signer = t->text;
}

/* lawyer: 1 is short for seats: {lawyer: 1} */
static void read_lawyer(reader *r, const tree *t, void *object)
{
    scheme_role *role = object;
    scheme_count *seat = READER_ARRAY(r, scheme_count, role->seat_count + 1);
    if (!seat)
        return;
    if (role->seat_count)
        memcpy(seat, role->seat, role->seat_count * sizeof *seat);
    seat[role->seat_count] = (scheme_count){.id = "lawyer", .at = t->at};
    read_whole(r, t, &seat[role->seat_count].count);
    role->seat = seat;
    role->seat_count++;
}

static void read_role_fields(reader *r, const tree *t, void *object)
{
    scheme_role *role = object;
    read_fields(r, t, &role->field, &role->field_count);
}

static const key_rule role_keys[] = {
    {.key = "name", .kind = KEY_WORDS, .offset = offsetof(scheme_role, item.words)},
    {.key = "note", .kind = KEY_TEXT, .offset = offsetof(scheme_role, item.note)},
    {.key = "is", .kind = KEY_OWN, .own = read_is},
    {.key = "may",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_role, may),
     .more = offsetof(scheme_role, may_count)},
    {.key = "mix",
     .kind = KEY_COUNTS,
     .offset = offsetof(scheme_role, mix),
     .more = offsetof(scheme_role, mix_count)},
    {.key = "seats",
     .kind = KEY_COUNTS,
     .offset = offsetof(scheme_role, seat),
     .more = offsetof(scheme_role, seat_count)},
    {.key = "lawyer", .kind = KEY_OWN, .own = read_lawyer},
    {.key = "trained", .kind = KEY_DURATION, .offset = offsetof(scheme_role, trained)},
    {.key = "accredited", .kind = KEY_DURATION, .offset = offsetof(scheme_role, accredited)},
    {.key = "term", .kind = KEY_DURATION, .offset = offsetof(scheme_role, term)},
    {.key = "calibrated", .kind = KEY_INT, .offset = offsetof(scheme_role, calibrated)},
    {.key = "from",
     .kind = KEY_TEXTS,
     .offset = offsetof(scheme_role, from),
     .more = offsetof(scheme_role, from_count)},
    {.key = "outside", .kind = KEY_SHARE, .offset = offsetof(scheme_role, outside)},
    {.key = "quorum", .kind = KEY_SHARE, .offset = offsetof(scheme_role, quorum)},
    {.key = "signs", .kind = KEY_OWN, .own = read_signs},
    {.key = "tier", .kind = KEY_INT, .offset = offsetof(scheme_role, tier)},
    {.key = "fields", .kind = KEY_OWN, .own = read_role_fields},
};

void read_role(reader *r, const tree *t, void *object)
{
    READ_KEYS(r, t, object, role_keys);
}

/* -- forms ----------------------------------------------------------------------------------- */

/* scale: likert5 with items: 18 or items: {id: words}: a survey, one field an item. */
static bool is_survey(const tree *t)
{
    const tree *scale = tree_member(t, "scale"), *items = tree_member(t, "items");
    return scale && items && scale->kind == TREE_SCALAR &&
           (strncmp(scale->text, "likert", 6) == 0 || strncmp(scale->text, "scale(", 6) == 0 ||
            strcmp(scale->text, "nps") == 0);
}

/* The scale as a field: read once and copied for every item. */
static bool survey_scale(reader *r, const tree *scale, scheme_field *out)
{
    const char *key = "scale";
    scheme_place at = scale->at;
    tree *item = (tree *)(uintptr_t)scale;
    tree map = {.kind = TREE_MAP, .at = at, .key = &key, .key_at = &at, .item = &item, .count = 1};
    scheme_field *field = NULL;
    size_t count = 0;
    read_fields(r, &map, &field, &count);
    if (count == 1)
        *out = *field;
    return count == 1;
}

static void name_items(reader *r, const tree *items, scheme_field *field, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char id[24];
        snprintf(id, sizeof id, "i%zu", i + 1);
        field[i].item = (scheme_item){.id = arena_text(r->memory, id, strlen(id)), .at = items->at};
        if (items->kind == TREE_MAP) {
            field[i].item = (scheme_item){.id = items->key[i], .at = items->key_at[i]};
            check_id(r, items->key[i], items->key_at[i]);
            read_words(r, items->item[i], &field[i].item.words);
        } else if (items->kind == TREE_LIST && need_scalar(r, items->item[i])) {
            field[i].item = (scheme_item){.id = items->item[i]->text, .at = items->item[i]->at};
            check_id(r, field[i].item.id, field[i].item.at);
        }
        r->is_short |= !field[i].item.id;
    }
}

static scheme_field *survey_fields(reader *r, const tree *t, size_t *count)
{
    const tree *items = tree_member(t, "items");
    int64_t n = (int64_t)items->count;
    scheme_field scale = {0};
    if (items->kind == TREE_SCALAR && !read_whole(r, items, &n))
        return NULL;
    if (n < 1 || n > 200) {
        refuse_value(r, items, _("1 to 200 items"));
        return NULL;
    }
    scheme_field *field = READER_ARRAY(r, scheme_field, (size_t)n);
    if (!field || !survey_scale(r, tree_member(t, "scale"), &scale))
        return NULL;
    for (int64_t i = 0; i < n; i++)
        field[i] = scale;
    name_items(r, items, field, (size_t)n);
    *count = (size_t)n;
    return field;
}

/* The members of a map but those named; what remains are fields. */
static tree without(reader *r, const tree *map, const char *const *word, size_t n)
{
    tree rest = {.kind = TREE_MAP, .at = map->at};
    rest.key = READER_ARRAY(r, const char *, map->count);
    rest.key_at = READER_ARRAY(r, scheme_place, map->count);
    rest.item = READER_ARRAY(r, tree *, map->count);
    if (!rest.key || !rest.key_at || !rest.item)
        return rest;
    for (size_t i = 0; i < map->count; i++) {
        bool is_left_out = false;
        for (size_t k = 0; k < n; k++)
            is_left_out |= strcmp(map->key[i], word[k]) == 0;
        if (is_left_out)
            continue;
        rest.key[rest.count] = map->key[i];
        rest.key_at[rest.count] = map->key_at[i];
        rest.item[rest.count++] = map->item[i];
    }
    return rest;
}

static void append_fields(reader *r, scheme_form *f, const scheme_field *more, size_t n)
{
    scheme_field *all = READER_ARRAY(r, scheme_field, f->field_count + n);
    if (!all)
        return;
    if (f->field_count)
        memcpy(all, f->field, f->field_count * sizeof *all);
    if (n)
        memcpy(all + f->field_count, more, n * sizeof *all);
    f->field = all;
    f->field_count += n;
}

/* A form is a map of fields, or {name, note, fields: {...}}. */
void read_form(reader *r, const tree *t, void *object)
{
    static const char *const survey_words[] = {"scale", "items"};
    scheme_form *f = object;
    if (!need_map(r, t))
        return;
    r->place.form = f;
    const tree *fields = tree_member(t, "fields"), *body = t;
    if (fields && fields->kind == TREE_MAP) {
        static const char *const known[] = {"name", "note", "fields"};
        tree rest = without(r, t, known, 3);
        for (size_t i = 0; i < rest.count; i++)
            fault_expected(r->faults,
                           fault_add(r->faults, "unknown-key", rest.key_at[i],
                                     _("the key %s means nothing here"), rest.key[i]),
                           "name, note, fields");
        if (tree_member(t, "name"))
            read_words(r, tree_member(t, "name"), &f->item.words);
        if (tree_member(t, "note") && need_scalar(r, tree_member(t, "note")))
            f->item.note = tree_member(t, "note")->text;
        body = fields;
    }
    if (is_survey(body)) {
        f->field = survey_fields(r, body, &f->field_count);
        f->is_survey = true;
        tree rest = without(r, body, survey_words, 2);
        scheme_field *more = NULL;
        size_t n = 0;
        read_fields(r, &rest, &more, &n);
        /* Items first: a survey's tally takes those of its scale. */
        append_fields(r, f, more, n);
    } else {
        read_fields(r, body, &f->field, &f->field_count);
    }
    r->place.form = NULL;
}
