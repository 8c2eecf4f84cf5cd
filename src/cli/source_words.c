/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/source_words.h"

#include "base/i18n.h"
#include "live/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *value_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    return value ? value : json_string(text);
}

/* "name=value" sets, "name=" takes away. */
static assay_status use_word(json_t *settings, const char *word, assay_err *err)
{
    const char *sign = strchr(word, '=');
    char name[80];
    if (!sign || sign == word || (size_t)(sign - word) >= sizeof name) {
        assay_fail(err, ASSAY_USAGE, 0, _("\"%s\" is no setting"), word);
        return assay_hint(err, "listen=127.0.0.1:8094, '{\"door\": \"line\"}'");
    }
    snprintf(name, sizeof name, "%.*s", (int)(sign - word), word);
    if (!sign[1]) {
        json_object_del(settings, name);
        return ASSAY_OK;
    }
    json_t *value = value_of(sign + 1);
    if (!value)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"%s\" is not UTF-8"), name);
    json_object_set_new(settings, name, value);
    return ASSAY_OK;
}

static assay_status use_object(json_t *settings, const char *word, assay_err *err)
{
    json_error_t fault;
    json_t *object = json_loads(word, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(object)) {
        json_decref(object);
        return assay_fail(err, ASSAY_USAGE, 0, _("the settings are no JSON object: %s"),
                          fault.text);
    }
    json_object_update(settings, object);
    json_decref(object);
    return ASSAY_OK;
}

static assay_status use_words(json_t *settings, const source_words *w, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (int i = 0; i < w->count && status == ASSAY_OK; i++)
        status = w->words[i][0] == '{' ? use_object(settings, w->words[i], err)
                                       : use_word(settings, w->words[i], err);
    return status;
}

/* The settings there are, or none for a new one. */
static assay_status begin(store *db, const source_words *w, json_t **out, assay_err *err)
{
    store_document d;
    assay_status status = store_document_get(db, "source", w->name, &d, err);
    if (w->is_new && status == ASSAY_OK)
        return assay_fail(err, ASSAY_EXISTS, 0, _("the source %s is there already"), w->name);
    if (w->is_new && status == ASSAY_NOT_FOUND) {
        *out = json_object();
        return ASSAY_OK;
    }
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(err, status, 0, _("there is no source %s"), w->name);
    if (status == ASSAY_OK && !(*out = source_shown(&d)))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "the document of %s is not JSON", w->name);
    return status;
}

static assay_status settings_of(store *db, const source_words *w, json_t **out, assay_err *err)
{
    json_t *settings = NULL;
    assay_status status = begin(db, w, &settings, err);
    if (status == ASSAY_OK)
        status = use_words(settings, w, err);
    if (status == ASSAY_OK)
        *out = settings;
    else
        json_decref(settings);
    return status;
}

assay_status source_words_settings(store *db, const source_words *w, json_t **out, assay_err *err)
{
    json_t *settings = NULL;
    assay_status status = settings_of(db, w, &settings, err);
    if (status == ASSAY_OK)
        status = source_settings_check(w->name, settings, err);
    if (status == ASSAY_OK)
        *out = settings;
    else
        json_decref(settings);
    return status;
}

assay_status source_words_check(store *db, const source_words *w, assay_err *err)
{
    json_t *settings = NULL;
    assay_status status = source_words_settings(db, w, &settings, err);
    json_decref(settings);
    return status;
}

assay_status source_words_put(store *db, store_tx *tx, const source_words *w, assay_err *err)
{
    json_t *settings = NULL;
    uint64_t version;
    assay_status status = settings_of(db, w, &settings, err);
    if (status == ASSAY_OK)
        status = source_put(db, tx, w->name, settings, w->is_new ? 0 : DOCUMENT_ANY, w->actor,
                            w->why, &version, err);
    json_decref(settings);
    return status;
}

assay_status source_words_order(const source_words *w, buf *out, assay_err *err)
{
    json_t *order = json_object();
    assay_status status = use_words(order, w, err);
    char *text = status == ASSAY_OK ? json_dumps(order, JSON_COMPACT) : NULL;
    if (status == ASSAY_OK && !text)
        status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    buf_add_text(out, text ? text : "");
    free(text);
    json_decref(order);
    return status;
}

assay_status source_words_show(const store_document *d, buf *out, assay_err *err)
{
    json_t *settings = source_shown(d);
    char *text = settings ? json_dumps(settings, JSON_INDENT(2)) : NULL;
    json_decref(settings);
    if (!text)
        return assay_fail(err, ASSAY_DAMAGED, 0, "the document of %s is not JSON", d->id);
    buf_addf(out, "%s\n", text);
    free(text);
    return ASSAY_OK;
}

bool source_words_door(const store_document *d, char *out, size_t room, bool *is_enabled)
{
    json_t *settings = json_loads(d->json, 0, NULL);
    const char *door = json_string_value(json_object_get(settings, "door"));
    if (door) {
        snprintf(out, room, "%s", door);
        *is_enabled = !json_is_false(json_object_get(settings, "enabled"));
    }
    json_decref(settings);
    return door != NULL;
}

void source_words_types(source_type_visitor *visit, void *context)
{
    for (const door_type *const *t = door_types(); *t; t++)
        if (!visit((*t)->name, (*t)->summary, (*t)->example, context))
            return;
}
