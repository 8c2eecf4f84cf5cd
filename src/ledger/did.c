/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/did.h"

#include "base/i18n.h"
#include "base/time.h"
#include "ledger/multikey.h"

#include <jansson.h>
#include <ctype.h>
#include <string.h>

static const char web_prefix[] = "did:web:", document_name[] = "did.json";
enum { WEB_PREFIX = sizeof web_prefix - 1 };

/* -- did:web -------------------------------------------------------------------------- */

static bool is_digits(const char *text, size_t length, size_t most)
{
    if (!length || length > most)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* Labels of letters, digits and hyphens; "%3A" and a port may follow. */
static bool is_host(const char *text, size_t length)
{
    const char *port = memmem(text, length, "%3A", 3);
    size_t host = port ? (size_t)(port - text) : length;
    if (port && !is_digits(port + 3, length - host - 3, 5))
        return false;
    if (!host || host > 253 || text[0] == '.' || text[host - 1] == '.' ||
        memmem(text, host, "..", 2))
        return false;
    for (size_t i = 0; i < host; i++)
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
            text[i] != '-' && text[i] != '.')
            return false;
    return true;
}

/* A part of the path: what a URL carries as it is. Dots alone would climb. */
static bool is_part(const char *text, size_t length)
{
    size_t dots = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        dots += c == '.';
        if (c >= 127 || (!isalnum(c) && !strchr("-._~", c)))
            return false;
    }
    return length && dots != length;
}

bool is_did_web(const char *did)
{
    if (strncmp(did, web_prefix, WEB_PREFIX) != 0 || strlen(did) >= DID_MAX)
        return false;
    const char *at = did + WEB_PREFIX;
    size_t length = strcspn(at, ":");
    if (!is_host(at, length))
        return false;
    while (at[length]) {
        at += length + 1;
        length = strcspn(at, ":");
        if (!is_part(at, length))
            return false;
    }
    return true;
}

assay_status did_web_url(const char *did, buf *out, assay_err *err)
{
    if (!is_did_web(did))
        return assay_fail(err, ASSAY_FORMAT, 0, "\"%.100s\" is not a did:web", did);
    const char *at = did + WEB_PREFIX, *path = strchr(at, ':'), *port = strstr(at, "%3A");
    size_t host = strcspn(at, ":");
    if (port && port > at + host)
        port = NULL;
    buf_addf(out, "https://%.*s", (int)(port ? (size_t)(port - at) : host), at);
    if (port)
        buf_addf(out, ":%.*s", (int)(at + host - port - 3), port + 3);
    for (; path; path = strchr(path + 1, ':'))
        buf_addf(out, "/%.*s", (int)strcspn(path + 1, ":"), path + 1);
    buf_addf(out, "%s/%s", at[host] ? "" : "/.well-known", document_name);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for an address") : ASSAY_OK;
}

assay_status did_web_of(const char *place, buf *out, assay_err *err)
{
    buf did = BUF_INIT;
    const char *at = strncmp(place, "https://", 8) == 0 ? place + 8 : place;
    size_t length = strlen(at);
    while (length && at[length - 1] == '/')
        length--;
    size_t host = 0;
    while (host < length && at[host] != '/')
        host++;
    buf_add_text(&did, web_prefix);
    for (size_t i = 0; i < length; i++)
        if (at[i] == ':') /* of a port; none in a path is taken below */
            buf_add_text(&did, "%3A");
        else
            buf_add_char(&did, at[i] == '/' ? ':' : i < host ? (char)tolower(at[i]) : at[i]);
    bool is_it = !did.failed && is_did_web(buf_text(&did));
    if (is_it)
        buf_add(out, did.data, did.length);
    bool is_short = did.failed || out->failed;
    buf_done(&did);
    if (is_short)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a did");
    if (is_it)
        return ASSAY_OK;
    assay_fail(err, ASSAY_DOMAIN, 0, "\"%.100s\" is not a place for an issuer", place);
    return assay_hint(err, _("a host name, as in quality.example.org, quality.example.org:8443 or "
                             "quality.example.org/issuers/one"));
}

/* -- reading a document ----------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

assay_status did_document_check(const json_t *document, const char *did, assay_err *err)
{
    const char *id = text_of(document, "id");
    if (!json_is_object(document) || !id)
        return assay_fail(err, ASSAY_FORMAT, 0, "the document of %.100s has no id", did);
    if (strcmp(id, did) != 0)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the document found for %.100s is that of %.100s",
                          did, id);
    return ASSAY_OK;
}

static const char *document_did(const json_t *document)
{
    const char *did = text_of(document, "id");
    return did ? did : "";
}

/* Full ids and "#fragment" mean the same method. */
static bool same_id(const json_t *document, const char *a, const char *b)
{
    size_t length = strlen(document_did(document));
    if (a[0] == '#' && strncmp(b, document_did(document), length) == 0)
        b += length;
    else if (b[0] == '#' && strncmp(a, document_did(document), length) == 0)
        a += length;
    return strcmp(a, b) == 0;
}

static bool is_listed(const json_t *document, const char *id)
{
    const json_t *list = json_object_get(document, "assertionMethod");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item && same_id(document, item, id))
            return true;
    }
    return false;
}

static bool read_method(const json_t *item, did_method *out)
{
    did_method m = {.id = text_of(item, "id"),
                    .controller = text_of(item, "controller"),
                    .multibase = text_of(item, "publicKeyMultibase"),
                    .jwk = json_object_get(item, "publicKeyJwk"),
                    .revoked = TIME_NONE};
    const char *revoked = text_of(item, "revoked");
    int32_t offset;
    if (!m.id || !m.controller)
        return false;
    /* A time of withdrawal that cannot be read withdraws from the beginning. */
    if (json_object_get(item, "revoked") &&
        (!revoked || !time_parse_iso(revoked, strlen(revoked), &m.revoked, &offset) ||
         offset == TIME_OFFSET_NONE))
        m.revoked = INT64_MIN + 1;
    *out = m;
    return true;
}

bool did_document_at(const json_t *document, size_t at, did_method *out)
{
    const json_t *list = json_object_get(document, "verificationMethod");
    const json_t *more = json_object_get(document, "assertionMethod");
    size_t seen = 0;
    for (int part = 0; part < 2; part++, list = more)
        for (size_t i = 0; i < json_array_size(list) && i < DID_METHODS_MAX; i++) {
            const json_t *item = json_array_get(list, i);
            did_method m;
            if (json_is_object(item) && read_method(item, &m) && seen++ == at) {
                m.is_assertion = part == 1 || is_listed(document, m.id); /* a long list is read once */
                *out = m;
                return true;
            }
        }
    return false;
}

assay_status did_document_method(const json_t *document, const char *id, did_method *out,
                                 assay_err *err)
{
    did_method m;
    for (size_t i = 0; did_document_at(document, i, &m); i++)
        if (same_id(document, m.id, id)) {
            *out = m;
            return ASSAY_OK;
        }
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "the document of %.80s has no key %.120s",
                      document_did(document), id);
}

/* -- writing ---------------------------------------------------------------------------- */

static json_t *method_json(const char *did, const did_method *m)
{
    char time[48];
    json_t *o = json_pack("{s:s, s:s, s:s}", "id", m->id, "controller", did, "type",
                          m->jwk ? "JsonWebKey" : "Multikey");
    int failed = m->jwk ? json_object_set(o, "publicKeyJwk", (json_t *)(uintptr_t)m->jwk)
                        : json_object_set_new(o, "publicKeyMultibase", json_string(m->multibase));
    if (m->revoked != TIME_NONE) {
        time_format(m->revoked, TIME_OFFSET_NONE, time, sizeof time);
        failed |= json_object_set_new(o, "revoked", json_string(time));
    }
    if (!failed)
        return o;
    json_decref(o); /* never a withdrawn key without its withdrawal */
    return NULL;
}

assay_status did_document_write(const char *did, const did_method *methods, size_t count,
                                json_t **out, assay_err *err)
{
    json_t *list = json_array(), *assertion = json_array();
    bool has_jwk = false;
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        failed |= json_array_append_new(list, method_json(did, &methods[i]));
        if (methods[i].is_assertion)
            failed |= json_array_append_new(assertion, json_string(methods[i].id));
        has_jwk = has_jwk || methods[i].jwk;
    }
    json_t *document =
        json_pack("{s:[s,s,s*], s:s, s:o, s:o}", "@context", "https://www.w3.org/ns/did/v1",
                  "https://w3id.org/security/multikey/v1",
                  has_jwk ? "https://w3id.org/security/jwk/v1" : NULL, "id", did,
                  "verificationMethod", list, "assertionMethod", assertion);
    if (!document || failed) {
        json_decref(document);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the document of an issuer");
    }
    *out = document;
    return ASSAY_OK;
}

assay_status did_key_document(const char *did, json_t **out, assay_err *err)
{
    uint8_t key[32];
    char method[DID_KEY_METHOD], text[MULTIKEY_TEXT], bare[DID_KEY_TEXT];
    assay_status status = did_key_read(did, key, err);
    if (status)
        return status;
    did_key_write(key, bare);
    did_key_method(key, method);
    multikey_write(key, text);
    did_method m = {.id = method, .multibase = text, .revoked = TIME_NONE, .is_assertion = true};
    return did_document_write(bare, &m, 1, out, err);
}
