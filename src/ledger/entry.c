/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canonical form is written directly: every member's name and value is plain ASCII in a fixed
 * order. Reading goes through a general reader and back: what does not come out the same is not an
 * entry of ours. */
#include "ledger/entry.h"

#include "base/base64.h"
#include "base/time.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#define TYPE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789.-"
enum { PREV_MAX_BITS = 53 };

static bool is_type(const char *type)
{
    size_t n = strspn(type, TYPE_LETTERS);
    return n && n <= ENTRY_TYPE_MAX && !type[n];
}

/* -- writing ---------------------------------------------------------------------------------- */

static void add_id(buf *out, const char *name, const uint8_t id[ENTRY_ID])
{
    char hex[2 * ENTRY_ID + 1];
    sodium_bin2hex(hex, sizeof hex, id, ENTRY_ID);
    buf_addf(out, "\"%s\":\"%s\",", name, hex);
}

assay_status entry_write(const ledger_entry *e, buf *out, assay_err *err)
{
    char when[40];
    if (!is_type(e->type))
        return assay_fail(err, ASSAY_DOMAIN, 0, "\"%.64s\" is not a type of record", e->type);
    if (e->has_prev && e->prev >> PREV_MAX_BITS)
        return assay_fail(err, ASSAY_LIMIT, 0, "the index of an earlier entry is too large");
    time_format(e->time, TIME_OFFSET_NONE, when, sizeof when);
    buf_add_char(out, '{');
    if (e->has_actor)
        add_id(out, "actor", e->actor);
    buf_add_text(out, "\"commit\":\"");
    base64_add(out, e->commit.bytes, sizeof e->commit.bytes, BASE64_URL);
    buf_add_text(out, "\",");
    add_id(out, "id", e->id);
    if (e->has_object)
        add_id(out, "object", e->object);
    if (e->has_prev)
        buf_addf(out, "\"prev\":%llu,", (unsigned long long)e->prev);
    add_id(out, "tenant", e->tenant);
    buf_addf(out, "\"time\":\"%s\",\"type\":\"%s\",\"v\":%d}", when, e->type, ENTRY_VERSION);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for an entry") : ASSAY_OK;
}

/* -- reading ---------------------------------------------------------------------------------- */

static bool read_id(const json_t *o, const char *name, uint8_t out[ENTRY_ID])
{
    const char *hex = json_string_value(json_object_get(o, name));
    size_t used = 0;
    return hex && strlen(hex) == 2 * ENTRY_ID &&
           sodium_hex2bin(out, ENTRY_ID, hex, 2 * ENTRY_ID, NULL, &used, NULL) == 0 &&
           used == ENTRY_ID;
}

static bool read_optional(const json_t *o, const char *name, uint8_t out[ENTRY_ID], bool *is_there)
{
    *is_there = json_object_get(o, name) != NULL;
    return !*is_there || read_id(o, name, out);
}

static bool read_commit(const json_t *o, sha256 *out)
{
    const char *text = json_string_value(json_object_get(o, "commit"));
    size_t used;
    return text && base64_read(text, strlen(text), BASE64_URL, out->bytes, sizeof out->bytes,
                               &used) && used == sizeof out->bytes;
}

static bool read_members(const json_t *o, ledger_entry *e)
{
    const char *type = json_string_value(json_object_get(o, "type"));
    const char *when = json_string_value(json_object_get(o, "time"));
    const json_t *prev = json_object_get(o, "prev");
    int32_t offset;
    e->has_prev = prev != NULL;
    e->prev = (uint64_t)json_integer_value(prev);
    if (!type || !is_type(type) || !when || !time_parse_iso(when, strlen(when), &e->time, &offset) ||
        (prev && (!json_is_integer(prev) || json_integer_value(prev) < 0)))
        return false;
    strcpy(e->type, type);
    return read_commit(o, &e->commit) && read_id(o, "id", e->id) &&
           read_id(o, "tenant", e->tenant) &&
           read_optional(o, "actor", e->actor, &e->has_actor) &&
           read_optional(o, "object", e->object, &e->has_object);
}

assay_status entry_parse(const char *text, size_t length, ledger_entry *out, assay_err *err)
{
    ledger_entry e = {.has_prev = false};
    buf again = BUF_INIT;
    json_error_t fault = {.text = "too long"};
    json_t *o = length <= 4096 ? json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault) : NULL;
    bool is_read = json_is_object(o) && read_members(o, &e);
    assay_status status = is_read ? entry_write(&e, &again, NULL) : ASSAY_FORMAT;
    bool is_short = status == ASSAY_MEMORY || (!o && json_error_code(&fault) == json_error_out_of_memory);
    bool is_fine =
        !status && again.length == length && memcmp(again.data, text, length) == 0;
    json_decref(o);
    buf_done(&again);
    if (is_short)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an entry");
    if (!is_fine)
        return assay_fail(err, ASSAY_FORMAT, 0, "not an entry of version %d", ENTRY_VERSION);
    *out = e;
    return ASSAY_OK;
}

assay_status entry_commits(const ledger_entry *e, const sha256 *digest, assay_err *err)
{
    if (sodium_memcmp(digest->bytes, e->commit.bytes, sizeof digest->bytes) == 0)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_CONFLICT, 0, "the payload is not what the entry commits to");
}

assay_status entry_open(const ledger_entry *e, int form, const uint8_t *salt, size_t salt_length,
                        const char *payload, size_t payload_length, assay_err *err)
{
    sha256 digest;
    assay_status status =
        commitment_of(form, salt, salt_length, payload, payload_length, &digest, err);
    return status == ASSAY_OK ? entry_commits(e, &digest, err) : status;
}
