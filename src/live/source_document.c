/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document of a source and its secrets, which stand beside it as one JSON object of the same
 * shape, however deep. */
#include "live/sources_inner.h"

#include <stdlib.h>
#include <string.h>

static const char *const secrets[] = {"password", "token", "secret"};
static const char shown[] = "(kept)";
enum { SECRETS = sizeof secrets / sizeof *secrets };

json_t *source_whole(const store_document *d)
{
    json_t *settings = json_loads(d->json, 0, NULL);
    json_t *hidden = d->secret && *d->secret ? json_loads(d->secret, 0, NULL) : NULL;
    if (settings && hidden)
        json_object_update_recursive(settings, hidden);
    json_decref(hidden);
    return settings;
}

static void hide_secrets(json_t *in)
{
    const char *name;
    json_t *value;
    size_t i;
    for (i = 0; i < SECRETS; i++)
        if (json_object_get(in, secrets[i]))
            json_object_set_new(in, secrets[i], json_string(shown));
    json_object_foreach(in, name, value) hide_secrets(value);
    json_array_foreach(in, i, value) hide_secrets(value);
}

json_t *source_without_secrets(const json_t *settings)
{
    json_t *copy = json_deep_copy(settings);
    hide_secrets(copy);
    return copy;
}

json_t *source_shown(const store_document *d)
{
    json_t *whole = source_whole(d);
    json_t *out = whole ? source_without_secrets(whole) : NULL;
    json_decref(whole);
    return out;
}

/* Moves the secrets given out of `settings`; what is shown in place of one stays as it was. */
static json_t *take_secrets(json_t *settings)
{
    json_t *hidden = json_object(), *value;
    const char *name;
    for (size_t i = 0; i < SECRETS; i++) {
        const json_t *given = json_object_get(settings, secrets[i]);
        const char *text = json_string_value(given);
        if (given && !(text && strcmp(text, shown) == 0))
            json_object_set(hidden, secrets[i], (json_t *)given);
        json_object_del(settings, secrets[i]);
    }
    json_object_foreach(settings, name, value)
    {
        json_t *deeper = json_is_object(value) ? take_secrets(value) : NULL;
        if (json_object_size(deeper))
            json_object_set(hidden, name, deeper);
        json_decref(deeper);
    }
    return hidden;
}

/* New secrets beside those that stay. */
static json_t *with_old_secrets(store *s, const char *name, const json_t *hidden)
{
    store_document d;
    bool has_old = store_document_get(s, "source", name, &d, NULL) == ASSAY_OK && d.secret;
    json_t *all = has_old ? json_loads(d.secret, 0, NULL) : NULL;
    if (!all)
        return json_deep_copy(hidden);
    json_object_update_recursive(all, (json_t *)hidden);
    return all;
}

static assay_status put(store_tx *tx, const char *name, const json_t *open, const json_t *hidden,
                        uint64_t expected, const char *actor, const char *why, uint64_t *version,
                        assay_err *err)
{
    char *json = json_dumps(open, JSON_COMPACT);
    char *secret = json_object_size(hidden) ? json_dumps(hidden, JSON_COMPACT) : NULL;
    assay_status status = json ? store_document_put(tx, "source", name, json, secret, expected,
                                                    actor, why, version, err)
                               : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    free(json);
    free(secret);
    return status;
}

assay_status source_put(store *s, store_tx *tx, const char *name, const json_t *settings,
                        uint64_t expected, const char *actor, const char *why, uint64_t *version,
                        assay_err *err)
{
    assay_status status = source_settings_check(name, settings, err);
    if (status != ASSAY_OK)
        return status;
    json_t *open = json_deep_copy(settings), *hidden = take_secrets(open);
    json_t *all = json_object_size(hidden) ? with_old_secrets(s, name, hidden) : NULL;
    json_object_del(open, "name");
    status = put(tx, name, open, all, expected, actor, why, version, err);
    json_decref(all);
    json_decref(open);
    json_decref(hidden);
    return status;
}
