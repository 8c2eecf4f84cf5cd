/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/tell.h"

#include "base/i18n.h"
#include "base/text.h"
#include "scheme/ident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- words -------------------------------------------------------------------------------------- */

static json_t *value_of(const char *text)
{
    json_t *v = NULL;
    bool is_json = *text == '{' || *text == '[' || strcmp(text, "true") == 0 ||
                   strcmp(text, "false") == 0 || strcmp(text, "null") == 0;
    if (is_json)
        v = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    return v ? v : json_string(text);
}

static assay_status add_word(json_t *o, const char *word, assay_err *err)
{
    const char *equals = strchr(word, '=');
    char name[200];
    if (!equals || equals == word || (size_t)(equals - word) >= sizeof name) {
        assay_fail(err, ASSAY_USAGE, 0, "\"%.60s\" is no NAME=VALUE", word);
        return assay_hint(err, _("for example form=merit values.site_years=12"));
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    char *at = name, *dot;
    while ((dot = strchr(at, '.')) != NULL) {
        *dot = '\0';
        o = object_in(o, at);
        if (!json_is_object(o))
            return assay_fail(err, ASSAY_USAGE, 0, "\"%.60s\": %s is not an object", word, at);
        at = dot + 1;
    }
    json_object_set_new(o, at, value_of(equals + 1));
    return ASSAY_OK;
}

assay_status tell_said(char *const *words, size_t n, buf *out, assay_err *err)
{
    json_t *o = json_object();
    assay_status status = ASSAY_OK;
    if (n == 1 && *words[0] == '{') {
        json_decref(o);
        status = said_read(words[0], &o, err);
        if (status)
            return status;
        n = 0;
    }
    for (size_t i = 0; !status && i < n; i++)
        status = add_word(o, words[i], err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

assay_status tell_add(buf *said, const char *name, const char *text, assay_err *err)
{
    json_t *o = NULL;
    assay_status status = said_read(buf_text(said), &o, err);
    if (status)
        return status;
    set_text(o, name, text);
    buf_clear(said);
    return json_take(o, said, err);
}

assay_status tell_badge(buf *said, const char *field, const char *name, const char *credential,
                        const char *const *documents, size_t n, assay_err *err)
{
    json_t *o = NULL, *list = json_array();
    assay_status status = said_read(said->length ? buf_text(said) : "{}", &o, err);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(documents[i]));
    json_t *badge = json_pack("{s:s, s:s, s:o}", "name", name, "credential", credential, "documents",
                              list);
    if (status || !badge) {
        json_decref(badge);
        json_decref(o);
        return status ? status : assay_fail(err, ASSAY_FORMAT, 0, "a badge is not UTF-8");
    }
    json_object_set_new(object_in(o, "values"), field, badge);
    buf_clear(said);
    return json_take(o, said, err);
}

void tell_member(const char *json, const char *name, char *out, size_t room)
{
    json_t *o = json_tree(json);
    const char *text = text_of(o, name);
    snprintf(out, room, "%s", text ? text : "");
    json_decref(o);
}

/* -- answers ------------------------------------------------------------------------------------ */

/* Names that people read most; others are told as they are. */
static const char *const names[] = {
    N_("case"),   N_("scheme"), N_("round"),   N_("stage"), N_("state"),  N_("due"),
    N_("party"),  N_("name"),   N_("outcome"), N_("place"), N_("opened"), N_("closed"),
    N_("judge"),  N_("title"),  N_("count"),   N_("next"),  N_("gate"),   N_("reasons"),
    N_("amount"), N_("valid_to"), N_("given"), N_("kind"),  N_("phase"),  N_("account"),
};

static const char *label(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return _(names[i]);
    return name;
}

static void flat(const json_t *v, buf *out)
{
    if (json_is_string(v))
        buf_add_text(out, json_string_value(v));
    else if (!json_is_null(v)) {
        char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII * 0);
        buf_add_text(out, text ? text : "");
        free(text);
    }
}

enum { COLUMNS = 12, CELL_MOST = 60 };

static size_t columns_of(const json_t *list, const char *column[COLUMNS])
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name;
        json_t *v;
        json_object_foreach(json_array_get(list, i), name, v) {
            bool is_new = !json_is_object(v);
            for (size_t k = 0; k < n; k++)
                is_new &= strcmp(column[k], name) != 0;
            if (is_new && n < COLUMNS)
                column[n++] = name;
        }
    }
    return n;
}

static void pad(buf *out, const char *text, size_t width, bool is_last)
{
    size_t n = strlen(text), fits = text_fit(text, n, CELL_MOST);
    buf_add(out, text, fits);
    for (size_t at = text_width(text, fits); !is_last && at < width + 2; at++)
        buf_add_char(out, ' ');
}

static size_t width_of(const char *text)
{
    return text_width(text, text_fit(text, strlen(text), CELL_MOST));
}

static void tell_table(const json_t *list, buf *out)
{
    const char *column[COLUMNS];
    size_t n = columns_of(list, column), width[COLUMNS];
    buf cell = BUF_INIT;
    for (size_t k = 0; k < n; k++) {
        width[k] = width_of(label(column[k]));
        for (size_t i = 0; i < json_array_size(list); i++) {
            buf_clear(&cell);
            flat(json_object_get(json_array_get(list, i), column[k]), &cell);
            size_t w = width_of(buf_text(&cell));
            width[k] = w > width[k] ? w : width[k];
        }
    }
    for (size_t k = 0; k < n; k++)
        pad(out, label(column[k]), width[k], k + 1 == n);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < json_array_size(list); i++) {
        for (size_t k = 0; k < n; k++) {
            buf_clear(&cell);
            flat(json_object_get(json_array_get(list, i), column[k]), &cell);
            pad(out, buf_text(&cell), width[k], k + 1 == n);
        }
        buf_add_char(out, '\n');
    }
    buf_done(&cell);
}

static bool is_table(const json_t *v)
{
    return json_is_array(v) && json_is_object(json_array_get(v, 0));
}

static void tell_object(const json_t *o, int depth, buf *out)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)o, name, v) {
        if (json_is_null(v) || (json_is_array(v) && !json_array_size(v)) || is_table(v))
            continue;
        for (int i = 0; i < 2 * depth; i++)
            buf_add_char(out, ' ');
        if (json_is_object(v) && depth < 3) {
            buf_addf(out, "%s\n", label(name));
            tell_object(v, depth + 1, out);
        } else {
            pad(out, label(name), 16, false);
            flat(v, out);
            buf_add_char(out, '\n');
        }
    }
    json_object_foreach((json_t *)o, name, v) {
        if (!is_table(v))
            continue;
        buf_addf(out, "%s%s\n", depth ? "" : "\n", label(name));
        tell_table(v, out);
    }
}

void tell_answer(const char *json, buf *out)
{
    json_t *o = json_loads(json, JSON_DECODE_ANY, NULL);
    if (json_is_object(o))
        tell_object(o, 0, out);
    else
        buf_addf(out, "%s\n", json);
    json_decref(o);
}
