/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which schemes publish or take cases from everybody, and the words for what they publish: a public page
 * has no other way to know. */
#include "scheme/case_inner.h"
#include "scheme/case_public.h"
#include "scheme/title_inner.h"

#include <stdio.h>
#include <string.h>

static json_t *words(const scheme_item *item)
{
    json_t *o = json_object();
    if (item->words.ko)
        json_object_set_new(o, "ko", json_string(item->words.ko));
    if (item->words.en)
        json_object_set_new(o, "en", json_string(item->words.en));
    if (item->words.zh)
        json_object_set_new(o, "zh", json_string(item->words.zh));
    return o;
}

static json_t *item_card(const scheme_item *item)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(item->id));
    json_object_set_new(o, "name", words(item));
    return o;
}

/* The words of a field that is published and of what may stand in it: a roll shows "region", a person reads
 * it in his language. */
static json_t *field_card(const scheme_field *f)
{
    json_t *o = words(&f->item);
    for (size_t i = 0; i < f->choice_count; i++)
        json_object_set_new(object_in(o, "choices"), f->choice[i].id, words(&f->choice[i]));
    return o;
}

static void add_field(const scheme *s, const char *id, json_t *out)
{
    for (size_t i = 0; i < s->form_count; i++) {
        const scheme_field *f = scheme_find_field(&s->form[i], id);
        if (f) {
            json_object_set_new(out, id, field_card(f));
            return;
        }
    }
    for (size_t i = 0; i < s->party.field_count; i++)
        if (strcmp(s->party.field[i].item.id, id) == 0)
            json_object_set_new(out, id, field_card(&s->party.field[i]));
}

/* Does anybody hold, or has anybody held, a title of it? */
static bool has_holders(store *db, const scheme *s)
{
    char list[120];
    uint64_t count = 0;
    snprintf(list, sizeof list, "title/s/%.80s", s->item.id);
    return store_list_count(db, list, &count, NULL) == ASSAY_OK && count > 0;
}

static json_t *public_card(store *db, const scheme *s)
{
    json_t *o = item_card(&s->item), *titles = json_array(), *fields = json_object();
    for (size_t i = 0; i < s->title_count; i++)
        json_array_append_new(titles, item_card(&s->title[i].item));
    bool has_roll = false;
    for (size_t i = 0; i < s->publish_count; i++)
        has_roll |= s->publish[i].is_public && publish_is_roll(s, &s->publish[i]) && s->title_count;
    for (size_t i = 0; i < s->publish_count; i++)
        for (size_t k = 0; s->publish[i].is_public && k < s->publish[i].show_count; k++)
            add_field(s, s->publish[i].show[k], fields);
    json_object_set_new(o, "titles", titles);
    json_object_set_new(o, "fields", fields);
    json_object_set_new(o, "has_roll", json_boolean(has_roll));
    json_object_set_new(o, "has_holders", json_boolean(has_roll && has_holders(db, s)));
    json_object_set_new(o, "is_for_everybody", json_boolean(scheme_is_for_everybody(s)));
    return o;
}

static bool publishes(const scheme *s)
{
    if (scheme_is_for_everybody(s))
        return true;
    for (size_t i = 0; i < s->publish_count; i++)
        if (s->publish[i].is_public)
            return true;
    return false;
}

static assay_status add_scheme(desk *d, const json_t *card, json_t *list, assay_err *err)
{
    const scheme *s;
    const char *id = text_of(card, "id");
    for (size_t i = 0; i < json_array_size(list); i++) /* one of all revisions: the newest */
        if (strcmp(text_of(json_array_get(list, i), "id"), id) == 0)
            return ASSAY_OK;
    assay_status status = desk_scheme(d, id, &s, err);
    if (!status && publishes(s))
        json_array_append_new(list, public_card(d->s, s));
    return status;
}

assay_status publishing_schemes(desk *d, buf *out, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = desk_schemes(d, &text, err);
    json_t *all = status ? NULL : json_loadb(text.data, text.length, 0, NULL);
    json_t *cards = json_object_get(all, "schemes"), *o = json_object();
    json_t *list = list_in(o, "schemes");
    buf_done(&text);
    for (size_t i = 0; !status && i < json_array_size(cards); i++)
        status = add_scheme(d, json_array_get(cards, i), list, err);
    json_decref(all);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
