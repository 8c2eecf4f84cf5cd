/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own payloads are canonical already: their members stand in order and are taken as they are
 * written. What others bring goes through a general reader. */
#include "base/commitment.h"

#include "base/base64.h"
#include "base/jcs.h"

#include <jansson.h>
#include <string.h>

typedef struct {
    const char *at;
    size_t length;
} span;

static const char salt_prefix[] = "assay/salt/v2\n", member_prefix[] = "assay/member/v2\n",
                  whole_prefix[] = "assay/commit/v2\n", old_prefix[] = "assay/commit/v1\n";

static assay_status digest(hasher *h, const char *prefix, const void *a, size_t a_length,
                           const void *b, size_t b_length, sha256 *out, assay_err *err)
{
    hasher_begin(h);
    hasher_add(h, prefix, strlen(prefix));
    hasher_add(h, a, a_length);
    hasher_add(h, b, b_length);
    return hasher_end(h, out, err);
}

/* -- members of canonical text ---------------------------------------------------------- */

/* Behind the string that begins at `at`; NULL: it does not end. */
static const char *string_end(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : NULL;
}

/* Behind the value that begins at `at`: where a comma or a bracket stands that is not its own. */
static const char *value_end(const char *at, const char *end)
{
    for (int depth = 0; at && at < end; at = at ? at + 1 : NULL) {
        if (*at == '"') {
            at = string_end(at, end);
            at = at ? at - 1 : NULL;
        } else if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']' || *at == ',') && depth == 0)
            return at;
        else
            depth -= *at == '}' || *at == ']';
    }
    return NULL;
}

/* 1 a member, 0 the end, -1: this is no object. */
static int next_member(const char **at, const char *end, span *name, span *value)
{
    const char *from = *at;
    if (end - from == 1 && *from == '}')
        return 0;
    from += *from == ','; /* within: what is before was a brace or ended a value */
    const char *colon = from < end && *from == '"' ? string_end(from, end) : NULL;
    if (!colon || colon == end || *colon != ':')
        return -1;
    const char *stop = value_end(colon + 1, end);
    if (!stop || stop == colon + 1 || *stop == ']')
        return -1;
    *name = (span){from, (size_t)(colon - from)};
    *value = (span){colon + 1, (size_t)(stop - colon - 1)};
    *at = stop;
    return 1;
}

/* -- of the whole ------------------------------------------------------------------------- */

static void add_digest(buf *out, const sha256 *d)
{
    buf_add_char(out, '"');
    base64_add(out, d->bytes, sizeof d->bytes, BASE64_URL);
    buf_add_char(out, '"');
}

static assay_status member_salt(hasher *h, const void *salt, span name, sha256 *out, assay_err *err)
{
    return digest(h, salt_prefix, salt, COMMIT_SALT, name.at, name.length, out, err);
}

static assay_status seal_whole(hasher *h, const sha256 *salt, const buf *digests, sha256 *out,
                               assay_err *err)
{
    if (digests->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a commitment");
    return digest(h, whole_prefix, salt->bytes, sizeof salt->bytes, digests->data, digests->length,
                  out, err);
}

static assay_status of_members(hasher *h, const void *salt, const char *payload, size_t length,
                               sha256 *out, assay_err *err)
{
    const char *at = payload + 1, *end = payload + length;
    buf digests = BUF_INIT;
    sha256 own, d;
    span name, value;
    int more = length > 1 && *payload == '{' ? 1 : -1;
    assay_status status = ASSAY_OK;
    buf_add_char(&digests, '{');
    while (!status && more > 0 && (more = next_member(&at, end, &name, &value)) > 0) {
        status = member_salt(h, salt, name, &own, err);
        if (!status)
            status = digest(h, member_prefix, own.bytes, sizeof own.bytes, value.at, value.length,
                            &d, err);
        if (digests.length > 1)
            buf_add_char(&digests, ',');
        buf_add(&digests, name.at, name.length);
        buf_add_char(&digests, ':');
        add_digest(&digests, &d);
    }
    buf_add_char(&digests, '}');
    if (!status && more < 0)
        status = assay_fail(err, ASSAY_FORMAT, 0, "a payload is one JSON object in canonical form");
    if (!status)
        status = member_salt(h, salt, (span){"", 0}, &own, err);
    if (!status)
        status = seal_whole(h, &own, &digests, out, err);
    buf_done(&digests);
    return status;
}

assay_status commitment_of(int form, const void *salt, size_t salt_length, const char *payload,
                           size_t length, sha256 *out, assay_err *err)
{
    hasher *h;
    bool is_old = form == COMMIT_WHOLE && salt_length == COMMIT_SALT_OLD;
    if ((salt_length != COMMIT_SALT && !is_old) || form < COMMIT_WHOLE || form > COMMIT_MEMBERS)
        return assay_fail(err, ASSAY_FORMAT, 0, "a salt has 32 bytes, found %zu", salt_length);
    assay_status status = hasher_new(&h, err);
    if (status)
        return status;
    status = form == COMMIT_MEMBERS ? of_members(h, salt, payload, length, out, err)
                                    : digest(h, is_old ? "" : old_prefix, salt, salt_length,
                                             payload, length, out, err);
    hasher_free(h);
    return status;
}

/* -- in parts ------------------------------------------------------------------------------ */

static json_t *base64_text(const sha256 *d)
{
    buf text = BUF_INIT;
    base64_add(&text, d->bytes, sizeof d->bytes, BASE64_URL);
    json_t *out = text.failed ? NULL : json_stringn(buf_text(&text), text.length);
    buf_done(&text);
    return out;
}

static bool base64_of(const json_t *text, sha256 *out)
{
    size_t used = 0;
    return json_is_string(text) &&
           base64_read(json_string_value(text), json_string_length(text), BASE64_URL, out->bytes,
                       sizeof out->bytes, &used) &&
           used == sizeof out->bytes;
}

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a commitment");
}

/* SHA-256 over the value's canonical text. */
static assay_status member_digest(hasher *h, const sha256 *salt, const json_t *value, sha256 *out,
                                  assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = jcs_write(value, &text, err);
    if (!status)
        status = digest(h, member_prefix, salt->bytes, sizeof salt->bytes, text.data, text.length,
                        out, err);
    buf_done(&text);
    return status;
}

typedef struct {
    json_t *payload, *salts, *withheld;
} shown;

static assay_status show_one(hasher *h, const void *salt, const char *name, json_t *value,
                             bool is_shown, shown *out, assay_err *err)
{
    json_t *label = json_string(name);
    buf text = BUF_INIT;
    sha256 own, d;
    assay_status status = label ? jcs_write(label, &text, err) : no_memory(err);
    if (!status)
        status = member_salt(h, salt, (span){text.data, text.length}, &own, err);
    if (!status && !is_shown)
        status = member_digest(h, &own, value, &d, err);
    if (!status && (is_shown ? json_object_set(out->payload, name, value) ||
                                   json_object_set_new(out->salts, name, base64_text(&own))
                             : json_object_set_new(out->withheld, name, base64_text(&d))))
        status = no_memory(err);
    json_decref(label);
    buf_done(&text);
    return status;
}

static assay_status add_parts(hasher *h, const void *salt, const shown *s, json_t *parts,
                              assay_err *err)
{
    buf text = BUF_INIT;
    sha256 own;
    assay_status status = jcs_write(s->payload, &text, err);
    if (!status)
        status = member_salt(h, salt, (span){"", 0}, &own, err);
    if (!status && (json_object_set_new(parts, "payload", json_stringn(text.data, text.length)) ||
                    json_object_set_new(parts, "salt", base64_text(&own)) ||
                    json_object_set(parts, "salts", s->salts) ||
                    json_object_set(parts, "withheld", s->withheld)))
        status = no_memory(err);
    buf_done(&text);
    return status;
}

assay_status commitment_show(const void *salt, const char *payload, size_t length,
                             commitment_chooser *is_shown, json_t *parts, assay_err *err)
{
    hasher *h = NULL;
    json_t *all = NULL, *value;
    const char *name;
    shown s = {json_object(), json_object(), json_object()};
    assay_status status = s.payload && s.salts && s.withheld ? hasher_new(&h, err) : no_memory(err);
    if (!status)
        status = jcs_read(payload, length, &all, err);
    if (!status && !json_is_object(all))
        status = assay_fail(err, ASSAY_FORMAT, 0, "a payload is one JSON object");
    json_object_foreach(all, name, value)
    {
        if (!status)
            status = show_one(h, salt, name, value, is_shown(name, value), &s, err);
    }
    if (!status)
        status = add_parts(h, salt, &s, parts, err);
    hasher_free(h);
    json_decref(all);
    json_decref(s.payload);
    json_decref(s.salts);
    json_decref(s.withheld);
    return status;
}

/* -- from parts ---------------------------------------------------------------------------- */

/* {name: digest} of the members shown into `digests`. */
static assay_status digest_shown(hasher *h, const json_t *payload, const json_t *salts,
                                 json_t *digests, assay_err *err)
{
    json_t *value;
    const char *name;
    sha256 own, d;
    if (json_object_size(salts) != json_object_size(payload))
        return assay_fail(err, ASSAY_FORMAT, 0, "each member that is shown has one salt");
    json_object_foreach((json_t *)(uintptr_t)payload, name, value)
    {
        if (!base64_of(json_object_get(salts, name), &own))
            return assay_fail(err, ASSAY_FORMAT, 0, "the salt of \"%.64s\" is not 32 bytes", name);
        assay_status status = member_digest(h, &own, value, &d, err);
        if (status)
            return status;
        if (json_object_set_new(digests, name, base64_text(&d)))
            return no_memory(err);
    }
    return ASSAY_OK;
}

static assay_status add_withheld(const json_t *withheld, json_t *digests, assay_err *err)
{
    json_t *value;
    const char *name;
    sha256 d;
    json_object_foreach((json_t *)(uintptr_t)withheld, name, value)
    {
        if (!base64_of(value, &d) || json_object_get(digests, name))
            return assay_fail(err, ASSAY_FORMAT, 0,
                              "\"%.64s\" is not withheld as a digest of 32 bytes", name);
        if (json_object_set(digests, name, value))
            return no_memory(err);
    }
    return ASSAY_OK;
}

assay_status commitment_of_parts(const json_t *parts, sha256 *out, assay_err *err)
{
    const json_t *text = json_object_get(parts, "payload"),
                 *salts = json_object_get(parts, "salts");
    const json_t *withheld = json_object_get(parts, "withheld");
    json_t *payload = NULL, *digests = json_object();
    hasher *h = NULL;
    buf all = BUF_INIT;
    sha256 own;
    assay_status status = digests ? hasher_new(&h, err) : no_memory(err);
    if (!status && (!json_is_string(text) || !json_is_object(salts) || !json_is_object(withheld) ||
                    !base64_of(json_object_get(parts, "salt"), &own)))
        status = assay_fail(err, ASSAY_FORMAT, 0, "the parts of a payload are malformed");
    if (!status)
        status = jcs_read(json_string_value(text), json_string_length(text), &payload, err);
    if (!status && !json_is_object(payload))
        status = assay_fail(err, ASSAY_FORMAT, 0, "a payload is one JSON object");
    if (!status)
        status = digest_shown(h, payload, salts, digests, err);
    if (!status)
        status = add_withheld(withheld, digests, err);
    if (!status)
        status = jcs_write(digests, &all, err);
    if (!status)
        status = seal_whole(h, &own, &all, out, err);
    hasher_free(h);
    buf_done(&all);
    json_decref(payload);
    json_decref(digests);
    return status;
}
