/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/ident.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/jcs.h"
#include "base/random.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- ids ------------------------------------------------------------------------------ */

assay_status id_new(object_id *out, assay_err *err)
{
    object_id id;
    uint64_t ms = (uint64_t)(time_now() / 1000000);
    assay_status status = random_bytes(id.bytes, sizeof id.bytes, err);
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    if (!status)
        *out = id;
    return status;
}

assay_status id_of(const void *bytes, size_t length, object_id *out, assay_err *err)
{
    sha256 digest;
    assay_status status = sha256_of(bytes, length, &digest, err);
    if (!status)
        memcpy(out->bytes, digest.bytes, sizeof out->bytes);
    return status;
}

void id_text(const object_id *id, char out[static ID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        out[2 * i] = digits[id->bytes[i] >> 4];
        out[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    out[32] = '\0';
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool id_read(const char *text, object_id *out)
{
    object_id id;
    if (!text || strlen(text) != 32)
        return false;
    for (int i = 0; i < 16; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = id;
    return true;
}

bool id_is_none(const object_id *id)
{
    static const object_id none;
    return memcmp(id, &none, sizeof none) == 0;
}

bool id_same(const object_id *a, const object_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* -- what was said ---------------------------------------------------------------------- */

assay_status said_read(const char *text, json_t **out, assay_err *err)
{
    json_error_t fault;
    json_t *o = json_loads(text && *text ? text : "{}", JSON_REJECT_DUPLICATES, &fault);
    if (!o) {
        assay_fail(err, ASSAY_FORMAT, 0, "line %d, column %d: %s", fault.line, fault.column,
                   fault.text);
        return assay_hint(err, _("expected one JSON object"));
    }
    if (!json_is_object(o)) {
        json_decref(o);
        return assay_fail(err, ASSAY_FORMAT, 0, "expected a JSON object, found \"%.30s\"", text);
    }
    *out = o;
    return ASSAY_OK;
}

static bool names_have(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = names; (at = strstr(at, name)) != NULL; at += n)
        if ((at == names || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

assay_status said_only(const json_t *said, const char *names, assay_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)said, name, value)
        if (!names_have(names, name)) {
            assay_fail(err, ASSAY_FORMAT, 0, "there is no \"%.60s\" here", name);
            return assay_hint(err, _("expected some of: %s"), names);
        }
    return ASSAY_OK;
}

assay_status said_text(const json_t *said, const char *name, bool is_needed, size_t most,
                       const char **out, assay_err *err)
{
    const json_t *value = json_object_get(said, name);
    if (!value || json_is_null(value)) {
        *out = NULL;
        return is_needed ? assay_fail(err, ASSAY_MISSING, 0, _("\"%s\" is missing"), name)
                         : ASSAY_OK;
    }
    if (!json_is_string(value) || (is_needed && !json_string_length(value)))
        return assay_fail(err, ASSAY_FORMAT, 0, "\"%s\" must be a text", name);
    if (json_string_length(value) > most ||
        strlen(json_string_value(value)) != json_string_length(value))
        return assay_fail(err, ASSAY_LIMIT, 0, "\"%s\" has at most %zu bytes and no NUL", name,
                          most);
    *out = json_string_value(value);
    return ASSAY_OK;
}

assay_status said_id(const json_t *said, const char *name, bool is_needed, object_id *out,
                     assay_err *err)
{
    const char *text;
    assay_status status = said_text(said, name, is_needed, 64, &text, err);
    if (!status && text && !id_read(text, out))
        status = assay_fail(err, ASSAY_FORMAT, 0,
                            "\"%s\" must be an id of 32 hexadecimal digits, found \"%.40s\"", name,
                            text);
    return status;
}

assay_status said_time(const json_t *said, const char *name, int64_t otherwise, int64_t *out,
                       assay_err *err)
{
    const char *text;
    char whole[96];
    int64_t ns = otherwise;
    int32_t offset;
    assay_status status = said_text(said, name, false, 64, &text, err);
    if (status)
        return status;
    snprintf(whole, sizeof whole, "%s%s", text ? text : "",
             text && strlen(text) == 10 ? "T00:00:00Z" : "");
    if (text && !time_parse_iso(whole, strlen(whole), &ns, &offset))
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "\"%s\" must be a date such as 2026-04-01, found \"%.40s\"", name, text);
    *out = ns;
    return ASSAY_OK;
}

/* -- JSON ------------------------------------------------------------------------------- */

const char *text_of(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

json_t *list_in(json_t *o, const char *name)
{
    json_t *list = json_object_get(o, name);
    if (!list) {
        list = json_array();
        json_object_set_new(o, name, list);
    }
    return list;
}

json_t *object_in(json_t *o, const char *name)
{
    json_t *inner = json_object_get(o, name);
    if (!inner) {
        inner = json_object();
        json_object_set_new(o, name, inner);
    }
    return inner;
}

void set_text(json_t *o, const char *name, const char *text)
{
    if (text)
        json_object_set_new(o, name, json_string(text));
}

void set_id(json_t *o, const char *name, const object_id *id)
{
    char text[ID_TEXT];
    id_text(id, text);
    set_text(o, name, text);
}

void set_time(json_t *o, const char *name, int64_t ns)
{
    char text[40];
    if (ns == TIME_NONE)
        return;
    time_format(ns, TIME_OFFSET_NONE, text, sizeof text);
    set_text(o, name, text);
}

int64_t when_of(const json_t *o, const char *name)
{
    const char *text = text_of(o, name);
    int64_t ns;
    int32_t offset;
    return text && time_parse_iso(text, strlen(text), &ns, &offset) ? ns : TIME_NONE;
}

bool list_has(const json_t *list, const char *text)
{
    for (size_t i = 0; text && i < json_array_size(list); i++) {
        const char *at = json_string_value(json_array_get(list, i));
        if (at && strcmp(at, text) == 0)
            return true;
    }
    return false;
}

assay_status json_take(json_t *o, buf *out, assay_err *err)
{
    assay_status status = o ? jcs_write(o, out, err)
                            : assay_fail(err, ASSAY_FORMAT, 0, "a text is not valid UTF-8");
    json_decref(o);
    return status;
}

assay_status record_json(store_tx *tx, const char *type, const char *actor,
                         const object_id *object, json_t *payload, uint64_t *sequence,
                         assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = json_take(payload, &text, err);
    if (!status)
        status = record_append(tx, type, actor, object, text.data, sequence, err);
    buf_done(&text);
    return status;
}
